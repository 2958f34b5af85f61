/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/wire/dheera-json-private.h"

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

/* Goes over an object once, so that a chunk is not searched anew for each of the members it might have. What is not there is of type NONE; of a
 * repeated name the last one holds. */
void dheera_openai_read_members (DheeraJsonValue  object,
                                 DheeraJsonValue  members[DHEERA_N_KEYS]);

G_END_DECLS
