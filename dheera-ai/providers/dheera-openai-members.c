/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-openai-members-private.h"

#include <string.h>

/* The compiler leaves it out of line otherwise, since it is called twice, and once would never matter. */
#define ALWAYS_INLINE inline __attribute__ ((always_inline))

/* Where a letter tells the candidates of one length apart, only one of them is compared. */
#define IF(literal, key) (memcmp (name, literal, sizeof literal - 1) == 0 ? (key) : DHEERA_KEY_OTHER)

static ALWAYS_INLINE DheeraKey
find_key_of_5 (const char *name)
{
  switch (name[0])
    {
    case 'a':
      return IF ("audio", DHEERA_KEY_AUDIO);
    case 'd':
      return IF ("delta", DHEERA_KEY_DELTA);
    case 'e':
      return IF ("error", DHEERA_KEY_ERROR);
    case 'i':
      return IF ("index", DHEERA_KEY_INDEX);
    case 'm':
      return IF ("model", DHEERA_KEY_MODEL);
    case 'u':
      return IF ("usage", DHEERA_KEY_USAGE);
    default:
      return DHEERA_KEY_OTHER;
    }
}

static ALWAYS_INLINE DheeraKey
find_key_of_7 (const char *name)
{
  switch (name[1])
    {
    case 'e':
      return name[0] == 'm' ? IF ("message", DHEERA_KEY_MESSAGE) : IF ("refusal", DHEERA_KEY_REFUSAL);
    case 'h':
      return IF ("choices", DHEERA_KEY_CHOICES);
    case 'o':
      return IF ("content", DHEERA_KEY_CONTENT);
    case 'r':
      return IF ("created", DHEERA_KEY_CREATED);
    default:
      return DHEERA_KEY_OTHER;
    }
}

static ALWAYS_INLINE DheeraKey
find_key (const char *name,
          gsize       length)
{
  switch (length)
    {
    case 2:
      return IF ("id", DHEERA_KEY_ID);
    case 5:
      return find_key_of_5 (name);
    case 6:
      return IF ("x_groq", DHEERA_KEY_X_GROQ);
    case 7:
      return find_key_of_7 (name);
    case 8:
      return IF ("logprobs", DHEERA_KEY_LOGPROBS);
    case 9:
      return name[0] == 'r'   ? IF ("reasoning", DHEERA_KEY_REASONING)
             : name[0] == 'b' ? IF ("base_resp", DHEERA_KEY_BASE_RESP)
                              : IF ("citations", DHEERA_KEY_CITATIONS);
    case 10:
      return IF ("tool_calls", DHEERA_KEY_TOOL_CALLS);
    case 11:
      return IF ("annotations", DHEERA_KEY_ANNOTATIONS);
    case 13:
      return name[1] == 'i' ? IF ("finish_reason", DHEERA_KEY_FINISH_REASON)
                            : IF ("function_call", DHEERA_KEY_FUNCTION_CALL);
    case 14:
      return name[0] == 'r' ? IF ("reasoning_text", DHEERA_KEY_REASONING_TEXT)
                            : IF ("search_results", DHEERA_KEY_SEARCH_RESULTS);
    case 17:
      return name[10] == 'c' ? IF ("reasoning_content", DHEERA_KEY_REASONING_CONTENT)
                             : IF ("reasoning_details", DHEERA_KEY_REASONING_DETAILS);
    default:
      return DHEERA_KEY_OTHER;
    }
}

static G_GNUC_NO_INLINE DheeraKey
find_escaped_key (DheeraJsonValue name)
{
  g_autofree char *plain = dheera_json_dup_string (name);

  return find_key (plain, strlen (plain));
}

void
dheera_openai_read_members (DheeraMembers   *self,
                            DheeraJsonValue  object)
{
  const DheeraJson *json = object.json;
  const DheeraJsonToken *tokens;
  const char *text;
  guint32 index;

  self->json = json;
  self->seen = 0;
  if (json == NULL || json->tokens[object.index].type != DHEERA_JSON_OBJECT)
    return;

  tokens = json->tokens;
  text = json->text;
  index = object.index + 1;
  for (guint32 left = tokens[object.index].size; left > 0; left--)
    {
      const DheeraJsonToken *name = tokens + index;
      DheeraKey key = G_LIKELY (!name->escaped) ? find_key (text + name->start, name->length)
                                                : find_escaped_key ((DheeraJsonValue) { json, index });

      self->seen |= 1u << key;
      self->index[key] = index + 1;
      index = name[1].next;
    }
}
