/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a provider can be asked beside chat: one answer without frames for one request */
typedef enum
{
  DHEERA_TASK_LIST_MODELS,
  DHEERA_TASK_EMBED,
  DHEERA_TASK_COUNT_TOKENS,
  DHEERA_TASK_RERANK,
  DHEERA_TASK_MODERATE,
  DHEERA_TASK_GENERATE_IMAGE,
  DHEERA_TASK_TRANSCRIBE,
  DHEERA_TASK_SPEAK,
  DHEERA_N_TASKS,
} DheeraTask;

/* How a provider's row says where its endpoints are and what they are called with. All static. */
typedef struct
{
  const char *paths[DHEERA_N_TASKS];     /* NULL: the provider has no such thing */
  const char *edit_image_path;           /* of pictures made out of pictures; nullable as well */
  const char *translate_path;            /* of transcriptions into English */
  const char *const *params;             /* nullable; pairs: OpenAI's name of a parameter, this provider's; "" where it does not take it */
  const char *const *input_types;        /* nullable; pairs: query or document, this provider's word */
  gboolean base64_embeddings;            /* vectors are asked for in base64, which takes less than half of the bytes */
} DheeraEndpointDialect;

G_END_DECLS
