/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-openai-members-private.h"

#include <string.h>

#define IS(literal) (memcmp (name, literal, sizeof literal - 1) == 0)

static DheeraKey
find_key (const char *name,
          gsize       length)
{
  switch (length)
    {
    case 2:
      return IS ("id") ? DHEERA_KEY_ID : DHEERA_KEY_OTHER;
    case 5:
      return IS ("index")   ? DHEERA_KEY_INDEX
             : IS ("delta") ? DHEERA_KEY_DELTA
             : IS ("model") ? DHEERA_KEY_MODEL
             : IS ("usage") ? DHEERA_KEY_USAGE
             : IS ("error") ? DHEERA_KEY_ERROR
             : IS ("audio") ? DHEERA_KEY_AUDIO
                            : DHEERA_KEY_OTHER;
    case 6:
      return IS ("x_groq") ? DHEERA_KEY_X_GROQ : DHEERA_KEY_OTHER;
    case 7:
      return IS ("content")   ? DHEERA_KEY_CONTENT
             : IS ("choices") ? DHEERA_KEY_CHOICES
             : IS ("created") ? DHEERA_KEY_CREATED
             : IS ("message") ? DHEERA_KEY_MESSAGE
             : IS ("refusal") ? DHEERA_KEY_REFUSAL
                              : DHEERA_KEY_OTHER;
    case 8:
      return IS ("logprobs") ? DHEERA_KEY_LOGPROBS : DHEERA_KEY_OTHER;
    case 9:
      return IS ("reasoning")   ? DHEERA_KEY_REASONING
             : IS ("base_resp") ? DHEERA_KEY_BASE_RESP
             : IS ("citations") ? DHEERA_KEY_CITATIONS
                                : DHEERA_KEY_OTHER;
    case 10:
      return IS ("tool_calls") ? DHEERA_KEY_TOOL_CALLS : DHEERA_KEY_OTHER;
    case 11:
      return IS ("annotations") ? DHEERA_KEY_ANNOTATIONS : DHEERA_KEY_OTHER;
    case 13:
      return IS ("finish_reason")   ? DHEERA_KEY_FINISH_REASON
             : IS ("function_call") ? DHEERA_KEY_FUNCTION_CALL
                                    : DHEERA_KEY_OTHER;
    case 14:
      return IS ("reasoning_text")   ? DHEERA_KEY_REASONING_TEXT
             : IS ("search_results") ? DHEERA_KEY_SEARCH_RESULTS
                                     : DHEERA_KEY_OTHER;
    case 17:
      return IS ("reasoning_content")   ? DHEERA_KEY_REASONING_CONTENT
             : IS ("reasoning_details") ? DHEERA_KEY_REASONING_DETAILS
                                        : DHEERA_KEY_OTHER;
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
dheera_openai_read_members (DheeraJsonValue object,
                            DheeraJsonValue members[DHEERA_N_KEYS])
{
  const DheeraJson *json = object.json;
  const DheeraJsonToken *tokens;
  guint32 left;
  guint32 index;

  memset (members, 0, DHEERA_N_KEYS * sizeof *members);
  if (dheera_json_type (object) != DHEERA_JSON_OBJECT)
    return;

  tokens = json->tokens;
  left = tokens[object.index].size;
  index = object.index + 1;
  for (; left > 0; left--)
    {
      const DheeraJsonToken *name = &tokens[index];
      DheeraKey key;

      if (G_UNLIKELY (name->escaped))
        key = find_escaped_key ((DheeraJsonValue) { json, index });
      else
        key = find_key (json->text + name->start, name->length);
      members[key] = (DheeraJsonValue) { json, index + 1 };
      index = tokens[index + 1].next;
    }
}
