/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-anthropic-members-private.h"

#define IF(literal, key) (memcmp (name, literal, sizeof literal - 1) == 0 ? (key) : DHEERA_ANTHROPIC_OTHER)

static inline DheeraAnthropicKey
find_key_of_5 (const char *name)
{
  switch (name[0])
    {
    case 'i':
      return name[2] == 'd' ? IF ("index", DHEERA_ANTHROPIC_INDEX) : IF ("input", DHEERA_ANTHROPIC_INPUT);
    case 'd':
      return IF ("delta", DHEERA_ANTHROPIC_DELTA);
    case 'u':
      return IF ("usage", DHEERA_ANTHROPIC_USAGE);
    case 'm':
      return IF ("model", DHEERA_ANTHROPIC_MODEL);
    case 'e':
      return IF ("error", DHEERA_ANTHROPIC_ERROR);
    default:
      return DHEERA_ANTHROPIC_OTHER;
    }
}

static inline DheeraAnthropicKey
find_key_of_4 (const char *name)
{
  switch (name[1])
    {
    case 'y':
      return IF ("type", DHEERA_ANTHROPIC_TYPE);
    case 'e':
      return IF ("text", DHEERA_ANTHROPIC_TEXT);
    case 'a':
      return IF ("name", DHEERA_ANTHROPIC_NAME);
    default:
      return DHEERA_ANTHROPIC_OTHER;
    }
}

static DheeraAnthropicKey
find_key (const char *name,
          gsize       length)
{
  switch (length)
    {
    case 2:
      return IF ("id", DHEERA_ANTHROPIC_ID);
    case 4:
      return find_key_of_4 (name);
    case 5:
      return find_key_of_5 (name);
    case 7:
      return name[0] == 'm' ? IF ("message", DHEERA_ANTHROPIC_MESSAGE) : IF ("content", DHEERA_ANTHROPIC_CONTENT);
    case 8:
      return name[0] == 't' ? IF ("thinking", DHEERA_ANTHROPIC_THINKING) : IF ("citation", DHEERA_ANTHROPIC_CITATION);
    case 9:
      return name[0] == 's' ? IF ("signature", DHEERA_ANTHROPIC_SIGNATURE) : IF ("citations", DHEERA_ANTHROPIC_CITATIONS);
    case 11:
      return IF ("stop_reason", DHEERA_ANTHROPIC_STOP_REASON);
    case 12:
      return name[0] == 'p' ? IF ("partial_json", DHEERA_ANTHROPIC_PARTIAL_JSON)
                            : IF ("stop_details", DHEERA_ANTHROPIC_STOP_DETAILS);
    case 13:
      return IF ("content_block", DHEERA_ANTHROPIC_CONTENT_BLOCK);
    default:
      return DHEERA_ANTHROPIC_OTHER;
    }
}

static G_GNUC_NO_INLINE DheeraAnthropicKey
find_escaped_key (DheeraJsonValue name)
{
  g_autofree char *plain = dheera_json_dup_string (name);

  return find_key (plain, strlen (plain));
}

DheeraAnthropicKey
dheera_anthropic_find_key (DheeraJsonValue name)
{
  const DheeraJsonToken *token = name.json->tokens + name.index;

  return G_LIKELY (!token->escaped) ? find_key (name.json->text + token->start, token->length) : find_escaped_key (name);
}

void
dheera_anthropic_read_members (DheeraAnthropicMembers *self,
                               DheeraJsonValue         object)
{
  const DheeraJson *json = object.json;
  const DheeraJsonToken *tokens;
  guint32 index;

  self->json = json;
  self->seen = 0;
  if (json == NULL || json->tokens[object.index].type != DHEERA_JSON_OBJECT)
    return;

  tokens = json->tokens;
  index = object.index + 1;
  for (guint32 left = tokens[object.index].size; left > 0; left--)
    {
      DheeraAnthropicKey key = dheera_anthropic_find_key ((DheeraJsonValue) { json, index });

      self->seen |= 1u << key;
      self->index[key] = index + 1;
      index = tokens[index + 1].next;
    }
}
