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

/* The members of one object, found in one go over it, so that a chunk is not searched anew for each of the
 * members it might have. Of a repeated name the last one holds. It stands on the way of every streamed
 * chunk, hence in line and without a table to clear. */
typedef struct
{
  const DheeraJson *json;
  guint32 seen;                 /* bit by key: it is there ... */
  guint32 index[DHEERA_N_KEYS]; /* ... and this is the token of its value */
} DheeraMembers;

G_STATIC_ASSERT (DHEERA_N_KEYS <= 32);

/* The type of a value that is known to be there */
static inline DheeraJsonType
dheera_openai_type_of (DheeraJsonValue value)
{
  return (DheeraJsonType) value.json->tokens[value.index].type;
}

/* Of anything but an object there are none. */
void dheera_openai_read_members (DheeraMembers   *self,
                                 DheeraJsonValue  object);

static inline gboolean
dheera_members_is_there (const DheeraMembers *self,
                         DheeraKey            key)
{
  return (self->seen & (1u << key)) != 0;
}

/* Is any of them there? keys is made of DHEERA_KEY_BIT(). */
#define DHEERA_KEY_BIT(key) (1u << (key))

static inline gboolean
dheera_members_has_any (const DheeraMembers *self,
                        guint32              keys)
{
  return (self->seen & keys) != 0;
}

static inline DheeraJsonValue
dheera_members_get (const DheeraMembers *self,
                    DheeraKey            key)
{
  if (!dheera_members_is_there (self, key))
    return (DheeraJsonValue) { NULL, 0 };

  return (DheeraJsonValue) { self->json, self->index[key] };
}

static inline DheeraJsonType
dheera_members_type (const DheeraMembers *self,
                     DheeraKey            key)
{
  if (!dheera_members_is_there (self, key))
    return DHEERA_JSON_NONE;

  return (DheeraJsonType) self->json->tokens[self->index[key]].type;
}

/* There and not null */
static inline gboolean
dheera_members_has (const DheeraMembers *self,
                    DheeraKey            key)
{
  return dheera_members_type (self, key) > DHEERA_JSON_NULL;
}

/* There, and a string with something in it */
static inline gboolean
dheera_members_has_text (const DheeraMembers *self,
                         DheeraKey            key)
{
  return dheera_members_type (self, key) == DHEERA_JSON_STRING && self->json->tokens[self->index[key]].length > 0;
}

G_END_DECLS
