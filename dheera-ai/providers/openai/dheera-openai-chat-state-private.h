/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-openai-chat-private.h"
#include "dheera-openai-members-private.h"

G_BEGIN_DECLS

/* decoder->flags */
enum
{
  DHEERA_CHAT_ENDED = 1 << 0,
  DHEERA_CHAT_FINISHED = 1 << 1, /* some choice has a finish reason ... */
  DHEERA_CHAT_REOPENED = 1 << 2, /* ... and then more content came: Together finishes each of several tool calls */
  DHEERA_CHAT_THINKING = 1 << 3, /* a chunk of Mistral's thoughts is open */
};

/* What a decoder of chat completions remembers from one event to the next, beside the accumulator; made
 * when there is first something to remember. */
typedef struct
{
  GPtrArray *think_tags;     /* of DheeraThinkTags, by choice, with gaps; nullable */
  GPtrArray *details;        /* of DheeraReasoningDetails, by choice, with gaps; nullable */
  GPtrArray *thoughts;       /* of DheeraMistralThought, by choice, with gaps; nullable */
  char *citations;           /* JSON of the last ones; nullable */
  char *search_results;      /* likewise */
} DheeraChatState;

DheeraChatState *dheera_chat_state_get         (DheeraDecoder *decoder);
/* The answer is complete: what was kept back goes to the accumulator. */
void             dheera_chat_state_flush       (DheeraDecoder *decoder);

/* One element of choices. FALSE when the answer can't go on; then the decoder has the failure. streamed: in
 * an event of a stream. */
gboolean         dheera_openai_read_choice     (DheeraDecoder   *decoder,
                                                DheeraJsonValue  value,
                                                guint            position,
                                                gboolean         streamed);

/* FALSE when the reason is a failure, which code then tells. */
gboolean         dheera_openai_map_finish_reason (DheeraProvider     *provider,
                                                DheeraJsonValue     raw,
                                                DheeraFinishReason *reason,
                                                DheeraError        *code);

/* OpenRouter's reasoning_details of one choice. In a stream they come in pieces, which are put together
 * here. */
typedef struct _DheeraReasoningDetails DheeraReasoningDetails;

DheeraReasoningDetails *dheera_reasoning_details_new   (void) G_GNUC_WARN_UNUSED_RESULT;
void                    dheera_reasoning_details_free  (DheeraReasoningDetails *self);
void                    dheera_reasoning_details_add   (DheeraReasoningDetails *self,
                                                        DheeraJsonValue         detail);
void                    dheera_reasoning_details_flush (DheeraReasoningDetails *self,
                                                        DheeraAccumulator      *accumulator,
                                                        gint64                  choice,
                                                        const char             *family);

/* Mistral's thoughts of one choice, which go back as the chunk that they are: in a stream it comes in pieces. */
typedef struct _DheeraMistralThought DheeraMistralThought;

void                    dheera_mistral_thought_free    (DheeraMistralThought *self);
/* Before the reasoning of a piece goes to the accumulator. Makes it where there is none. */
void                    dheera_mistral_thought_open    (DheeraMistralThought **self,
                                                        DheeraAccumulator     *accumulator,
                                                        gint64                 choice,
                                                        DheeraJsonValue        piece);
/* Something else came, or the answer is complete. self is nullable. */
void                    dheera_mistral_thought_close   (DheeraMistralThought  *self,
                                                        DheeraAccumulator     *accumulator,
                                                        gint64                 choice,
                                                        const char            *family);

G_END_DECLS
