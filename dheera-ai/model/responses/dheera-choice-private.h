/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/model/dheera-choice.h"

G_BEGIN_DECLS

struct _DheeraChoice
{
  GObject parent_instance;

  guint index;
  DheeraMessage *message; /* never NULL once the choice is part of a response */
  DheeraFinishReason finish_reason;
  char *finish_reason_raw;
  GString *content_logprobs; /* JSON arrays that grow, nullable */
  GString *refusal_logprobs;
  char *logprobs;            /* both of them as one object; NULL when it has to be made anew */
  GString *annotations;      /* a JSON array that grows, nullable */
};

/* OpenAI's word for it, NULL for NONE; raw (nullable) stands for OTHER. */
const char *dheera_finish_reason_get_wire_name (DheeraFinishReason  reason,
                                                const char         *raw);
/* Appends the text of one element to a growing JSON array, which is made when *array is NULL. */
void        dheera_json_array_append           (GString           **array,
                                                const char         *element,
                                                gsize               length);

G_END_DECLS
