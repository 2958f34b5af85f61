/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-anthropic-members-private.h"

static DHEERA_ALWAYS_INLINE guint
find_key_of_5 (const char *name)
{
  switch (name[0])
    {
    case 'i':
      return name[2] == 'd' ? DHEERA_KEY_IF ("index", DHEERA_ANTHROPIC_INDEX) : DHEERA_KEY_IF ("input", DHEERA_ANTHROPIC_INPUT);
    case 'd':
      return DHEERA_KEY_IF ("delta", DHEERA_ANTHROPIC_DELTA);
    case 'u':
      return DHEERA_KEY_IF ("usage", DHEERA_ANTHROPIC_USAGE);
    case 'm':
      return DHEERA_KEY_IF ("model", DHEERA_ANTHROPIC_MODEL);
    case 'e':
      return DHEERA_KEY_IF ("error", DHEERA_ANTHROPIC_ERROR);
    default:
      return DHEERA_ANTHROPIC_OTHER;
    }
}

static DHEERA_ALWAYS_INLINE guint
find_key_of_4 (const char *name)
{
  switch (name[1])
    {
    case 'y':
      return DHEERA_KEY_IF ("type", DHEERA_ANTHROPIC_TYPE);
    case 'e':
      return DHEERA_KEY_IF ("text", DHEERA_ANTHROPIC_TEXT);
    case 'a':
      return DHEERA_KEY_IF ("name", DHEERA_ANTHROPIC_NAME);
    default:
      return DHEERA_ANTHROPIC_OTHER;
    }
}

static DHEERA_ALWAYS_INLINE guint
find_key (const char *name,
          gsize       length)
{
  switch (length)
    {
    case 2:
      return DHEERA_KEY_IF ("id", DHEERA_ANTHROPIC_ID);
    case 4:
      return find_key_of_4 (name);
    case 5:
      return find_key_of_5 (name);
    case 7:
      return name[0] == 'm' ? DHEERA_KEY_IF ("message", DHEERA_ANTHROPIC_MESSAGE) : DHEERA_KEY_IF ("content", DHEERA_ANTHROPIC_CONTENT);
    case 8:
      return name[0] == 't' ? DHEERA_KEY_IF ("thinking", DHEERA_ANTHROPIC_THINKING) : DHEERA_KEY_IF ("citation", DHEERA_ANTHROPIC_CITATION);
    case 9:
      return name[0] == 's' ? DHEERA_KEY_IF ("signature", DHEERA_ANTHROPIC_SIGNATURE) : DHEERA_KEY_IF ("citations", DHEERA_ANTHROPIC_CITATIONS);
    case 11:
      return DHEERA_KEY_IF ("stop_reason", DHEERA_ANTHROPIC_STOP_REASON);
    case 12:
      return name[0] == 'p' ? DHEERA_KEY_IF ("partial_json", DHEERA_ANTHROPIC_PARTIAL_JSON)
                            : DHEERA_KEY_IF ("stop_details", DHEERA_ANTHROPIC_STOP_DETAILS);
    case 13:
      return DHEERA_KEY_IF ("content_block", DHEERA_ANTHROPIC_CONTENT_BLOCK);
    default:
      return DHEERA_ANTHROPIC_OTHER;
    }
}

DheeraAnthropicKey
dheera_anthropic_find_key (DheeraJsonValue name)
{
  return (DheeraAnthropicKey) dheera_members_find_key (name, find_key);
}

void
dheera_anthropic_read_members (DheeraMembers   *self,
                               DheeraJsonValue  object)
{
  dheera_members_read (self, object, find_key);
}
