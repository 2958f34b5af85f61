/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/wire/dheera-json-private.h"

G_BEGIN_DECLS

/* Every member of an answer, a candidate, its content or a part that the decoder looks at. */
typedef enum
{
  DHEERA_GEMINI_OTHER,
  DHEERA_GEMINI_CANDIDATES,
  DHEERA_GEMINI_CITATION_METADATA,
  DHEERA_GEMINI_CODE_EXECUTION_RESULT,
  DHEERA_GEMINI_CONTENT,
  DHEERA_GEMINI_CREATE_TIME,
  DHEERA_GEMINI_ERROR,
  DHEERA_GEMINI_EXECUTABLE_CODE,
  DHEERA_GEMINI_FINISH_MESSAGE,
  DHEERA_GEMINI_FINISH_REASON,
  DHEERA_GEMINI_FUNCTION_CALL,
  DHEERA_GEMINI_GROUNDING_METADATA,
  DHEERA_GEMINI_INDEX,
  DHEERA_GEMINI_INLINE_DATA,
  DHEERA_GEMINI_LOGPROBS_RESULT,
  DHEERA_GEMINI_MODEL_VERSION,
  DHEERA_GEMINI_PARTS,
  DHEERA_GEMINI_PROMPT_FEEDBACK,
  DHEERA_GEMINI_RESPONSE_ID,
  DHEERA_GEMINI_TEXT,
  DHEERA_GEMINI_THOUGHT,
  DHEERA_GEMINI_THOUGHT_SIGNATURE,
  DHEERA_GEMINI_USAGE_METADATA,
  DHEERA_GEMINI_N_KEYS,
} DheeraGeminiKey;

G_STATIC_ASSERT (DHEERA_GEMINI_N_KEYS <= 32);

/* The members of one object, found in one go over it. Of a repeated name the last one holds. */
typedef struct
{
  const DheeraJson *json;
  guint32 seen;                        /* bit by key: it is there ... */
  guint32 index[DHEERA_GEMINI_N_KEYS]; /* ... and this is the token of its value */
} DheeraGeminiMembers;

/* Of anything but an object there are none. */
void dheera_gemini_read_members (DheeraGeminiMembers *self,
                                 DheeraJsonValue      object);

static inline DheeraJsonValue
dheera_gemini_get (const DheeraGeminiMembers *self,
                   DheeraGeminiKey            key)
{
  if (!(self->seen & (1u << key)))
    return (DheeraJsonValue) { NULL, 0 };

  return (DheeraJsonValue) { self->json, self->index[key] };
}

static inline DheeraJsonType
dheera_gemini_type (const DheeraGeminiMembers *self,
                    DheeraGeminiKey            key)
{
  if (!(self->seen & (1u << key)))
    return DHEERA_JSON_NONE;

  return (DheeraJsonType) self->json->tokens[self->index[key]].type;
}

/* There and not null */
static inline gboolean
dheera_gemini_has (const DheeraGeminiMembers *self,
                   DheeraGeminiKey            key)
{
  return dheera_gemini_type (self, key) > DHEERA_JSON_NULL;
}

/* There, and a string with something in it */
static inline gboolean
dheera_gemini_has_text (const DheeraGeminiMembers *self,
                        DheeraGeminiKey            key)
{
  return dheera_gemini_type (self, key) == DHEERA_JSON_STRING && self->json->tokens[self->index[key]].length > 0;
}

G_END_DECLS
