/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/wire/dheera-json-members-private.h"

G_BEGIN_DECLS

/* Every member of an event, a delta, a block or a message that the decoder looks at. */
typedef enum
{
  DHEERA_ANTHROPIC_OTHER,
  DHEERA_ANTHROPIC_CITATION,
  DHEERA_ANTHROPIC_CITATIONS,
  DHEERA_ANTHROPIC_CONTENT,
  DHEERA_ANTHROPIC_CONTENT_BLOCK,
  DHEERA_ANTHROPIC_DELTA,
  DHEERA_ANTHROPIC_ERROR,
  DHEERA_ANTHROPIC_ID,
  DHEERA_ANTHROPIC_INDEX,
  DHEERA_ANTHROPIC_INPUT,
  DHEERA_ANTHROPIC_MESSAGE,
  DHEERA_ANTHROPIC_MODEL,
  DHEERA_ANTHROPIC_NAME,
  DHEERA_ANTHROPIC_PARTIAL_JSON,
  DHEERA_ANTHROPIC_SIGNATURE,
  DHEERA_ANTHROPIC_STOP_DETAILS,
  DHEERA_ANTHROPIC_STOP_REASON,
  DHEERA_ANTHROPIC_TEXT,
  DHEERA_ANTHROPIC_THINKING,
  DHEERA_ANTHROPIC_TYPE,
  DHEERA_ANTHROPIC_USAGE,
  DHEERA_ANTHROPIC_N_KEYS,
} DheeraAnthropicKey;

G_STATIC_ASSERT (DHEERA_ANTHROPIC_N_KEYS <= DHEERA_MEMBERS_MAX);

/* See dheera_members_read(). */
void               dheera_anthropic_read_members (DheeraMembers   *self,
                                                  DheeraJsonValue  object);
/* The key of a member's name, OTHER for most */
DheeraAnthropicKey dheera_anthropic_find_key     (DheeraJsonValue  name);

/* What the member type of an event, a block or a delta says, without copying it */
static inline gboolean
dheera_anthropic_is (DheeraJsonValue  type,
                     const char      *name,
                     gsize            length)
{
  const DheeraJsonToken *token;

  if (type.json == NULL)
    return FALSE;

  token = type.json->tokens + type.index;
  if (G_UNLIKELY (token->escaped))
    return dheera_json_equal (type, name);

  return token->type == DHEERA_JSON_STRING && token->length == length
         && memcmp (type.json->text + token->start, name, length) == 0;
}

#define DHEERA_ANTHROPIC_IS(type, literal) dheera_anthropic_is (type, literal, sizeof literal - 1)

G_END_DECLS
