/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/model/dheera-delta.h"
#include "dheera-response-private.h"

G_BEGIN_DECLS

/* What a DheeraToolCallDelta shows, before anybody asked for the object */
typedef struct
{
  guint index;
  char *id;
  char *name;
  char *arguments;
} DheeraToolCallPiece;

struct _DheeraDelta
{
  GObject parent_instance;

  DheeraResponse *response; /* what it is a part of: id, model and time of the chunk are read from there */
  guint choice_index;
  gboolean first;  /* of its choice: the chunk names the role */
  char *text;      /* NULL is "", here and below */
  char *reasoning;
  char *refusal;
  GArray *pieces;  /* of DheeraToolCallPiece, nullable */
  GListStore *tool_calls; /* of DheeraToolCallDelta, made out of the pieces when first asked for */
  DheeraFinishReason finish_reason;
  char *finish_reason_raw;
  DheeraUsage *usage;
  /* JSON that only to_json() shows, nullable */
  char *logprobs;
  char *annotations;
  char *audio;
};

/* Takes the strings, which are nullable. */
void     dheera_delta_take_piece  (DheeraDelta *self,
                                   guint        index,
                                   char        *id,
                                   char        *name,
                                   char        *arguments);
/* Is there anything beside usage? */
gboolean dheera_delta_has_content (DheeraDelta *self);

G_END_DECLS
