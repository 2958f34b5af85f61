/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-delta.h"
#include "dheera-response-private.h"

G_BEGIN_DECLS

struct _DheeraDelta
{
  GObject parent_instance;

  DheeraResponse *response; /* what it is a part of: id, model and time of the chunk are read from there */
  guint choice_index;
  gboolean first;  /* of its choice: the chunk names the role */
  char *text;      /* NULL is "", here and below */
  char *reasoning;
  char *refusal;
  GListStore *tool_calls; /* of DheeraToolCallDelta, made when first needed */
  DheeraFinishReason finish_reason;
  char *finish_reason_raw;
  DheeraUsage *usage;
  /* JSON that only to_json() shows, nullable */
  char *logprobs;
  char *annotations;
  char *audio;
};

/* Is there anything beside usage? */
gboolean dheera_delta_has_content (DheeraDelta *self);

G_END_DECLS
