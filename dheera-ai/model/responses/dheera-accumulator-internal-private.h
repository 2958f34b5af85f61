/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-accumulator-private.h"
#include "dheera-ai/model/messages/dheera-message-private.h"
#include "dheera-ai/model/tools/dheera-tool-call-private.h"
#include "dheera-delta-private.h"
#include "dheera-response-private.h"

G_BEGIN_DECLS

#define DHEERA_MAX_CHOICES 128
#define DHEERA_MAX_CALLS 1024

/* A text that grows: the tail behind mark is what the event that is under way has added. */
typedef struct
{
  GString **text;    /* of the message or the call */
  gsize mark;
  guint16 surrogate; /* half a pair that waits for its other half */
} DheeraGrowth;

typedef struct
{
  DheeraToolCall *call; /* borrowed from the message */
  gint64 index;         /* the provider's, -1 when it gave none */
  DheeraGrowth arguments;
  gboolean whole;       /* its arguments came as an object: nothing can follow */
  gboolean touched;
  gboolean new_id;      /* this and the next: came with the event that is under way */
  gboolean new_name;
} DheeraCallState;

typedef struct
{
  char *id;
  GString *transcript;
  GString *pending; /* base64 that does not make up whole groups of four yet */
  GByteArray *data;
  char *mime_type;
  gint64 expires;
} DheeraAudioState;

typedef struct
{
  DheeraChoice *choice;   /* these two are borrowed from the response */
  DheeraMessage *message;
  DheeraGrowth text;
  DheeraGrowth reasoning;
  DheeraGrowth refusal;
  GArray *calls;          /* of DheeraCallState, nullable */
  DheeraAudioState *audio; /* nullable */
  gboolean begun;         /* a delta of this choice was made before */
  gboolean touched;
  gboolean finished_now;
  /* JSON that the event that is under way has added, while recording */
  char *new_logprobs;
  char *new_audio;
  GString *new_annotations;
} DheeraChoiceState;

struct _DheeraAccumulator
{
  DheeraResponse *response;
  DheeraChoiceState **states; /* by the index of the choice, with holes */
  guint n_states;
  GQueue deltas;
  DheeraChanged changes;
  gboolean recording;
  gboolean has_content;
  gboolean usage_touched;
  gboolean usage_waits; /* it changed, but no delta showed it */
  gboolean recorded; /* the event that ends has made a delta */
  guint depth; /* of begin_event */
};

/* The state of a choice, made when it is not there; NULL when the index is out of range. */
DheeraChoiceState *dheera_accumulator_get_state (DheeraAccumulator *self,
                                                 gint64             choice);

/* Called before something of the choice changes. */
static inline void
dheera_choice_state_touch (DheeraAccumulator *self,
                           DheeraChoiceState *state)
{
  if (!self->recording || state->touched)
    return;

  state->touched = TRUE;
  state->text.mark = state->message->text != NULL ? state->message->text->len : 0;
  state->reasoning.mark = state->message->reasoning != NULL ? state->message->reasoning->len : 0;
  state->refusal.mark = state->message->refusal != NULL ? state->message->refusal->len : 0;
}

/* FALSE when nothing was added. */
gboolean           dheera_growth_append         (DheeraGrowth      *self,
                                                 DheeraJsonValue    text);
gboolean           dheera_growth_append_plain   (DheeraGrowth      *self,
                                                 const char        *text,
                                                 gsize              length);
/* Half a pair will not find its other half any more. */
gboolean           dheera_growth_close          (DheeraGrowth      *self);

/* What finish() does for the tool calls and the sound of a choice */
void               dheera_choice_state_finish_calls (DheeraAccumulator *self,
                                                 DheeraChoiceState *state);
void               dheera_choice_state_finish_audio (DheeraChoiceState *state);
void               dheera_audio_state_free      (DheeraAudioState  *self);

/* Makes the delta of what the event has added to the choice; NULL when that is nothing. */
DheeraDelta       *dheera_choice_state_take_delta (DheeraAccumulator *self,
                                                 DheeraChoiceState *state);

G_END_DECLS
