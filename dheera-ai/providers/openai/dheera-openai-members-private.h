/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/wire/dheera-json-members-private.h"

G_BEGIN_DECLS

/* Every member of a chunk, a choice or a delta that the decoder looks at. */
typedef enum
{
  DHEERA_KEY_OTHER,
  DHEERA_KEY_ANNOTATIONS,
  DHEERA_KEY_AUDIO,
  DHEERA_KEY_BASE_RESP,
  DHEERA_KEY_CHOICES,
  DHEERA_KEY_CITATIONS,
  DHEERA_KEY_CONTENT,
  DHEERA_KEY_CREATED,
  DHEERA_KEY_DELTA,
  DHEERA_KEY_ERROR,
  DHEERA_KEY_FINISH_REASON,
  DHEERA_KEY_FUNCTION_CALL,
  DHEERA_KEY_ID,
  DHEERA_KEY_INDEX,
  DHEERA_KEY_LOGPROBS,
  DHEERA_KEY_MESSAGE,
  DHEERA_KEY_MODEL,
  DHEERA_KEY_REASONING,
  DHEERA_KEY_REASONING_CONTENT,
  DHEERA_KEY_REASONING_DETAILS,
  DHEERA_KEY_REASONING_TEXT,
  DHEERA_KEY_REFUSAL,
  DHEERA_KEY_SEARCH_RESULTS,
  DHEERA_KEY_TOOL_CALLS,
  DHEERA_KEY_USAGE,
  DHEERA_KEY_X_GROQ,
  DHEERA_N_KEYS,
} DheeraKey;

G_STATIC_ASSERT (DHEERA_N_KEYS <= DHEERA_MEMBERS_MAX);

/* The type of a value that is known to be there */
static inline DheeraJsonType
dheera_openai_type_of (DheeraJsonValue value)
{
  return (DheeraJsonType) value.json->tokens[value.index].type;
}

/* See dheera_members_read(). */
void dheera_openai_read_members (DheeraMembers   *self,
                                 DheeraJsonValue  object);

G_END_DECLS
