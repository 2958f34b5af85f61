/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-openai-members-private.h"

static DHEERA_ALWAYS_INLINE guint
find_key_of_5 (const char *name)
{
  switch (name[0])
    {
    case 'a':
      return DHEERA_KEY_IF ("audio", DHEERA_KEY_AUDIO);
    case 'd':
      return DHEERA_KEY_IF ("delta", DHEERA_KEY_DELTA);
    case 'e':
      return DHEERA_KEY_IF ("error", DHEERA_KEY_ERROR);
    case 'i':
      return DHEERA_KEY_IF ("index", DHEERA_KEY_INDEX);
    case 'm':
      return DHEERA_KEY_IF ("model", DHEERA_KEY_MODEL);
    case 'u':
      return DHEERA_KEY_IF ("usage", DHEERA_KEY_USAGE);
    default:
      return DHEERA_KEY_OTHER;
    }
}

static DHEERA_ALWAYS_INLINE guint
find_key_of_7 (const char *name)
{
  switch (name[1])
    {
    case 'e':
      return name[0] == 'm' ? DHEERA_KEY_IF ("message", DHEERA_KEY_MESSAGE) : DHEERA_KEY_IF ("refusal", DHEERA_KEY_REFUSAL);
    case 'h':
      return DHEERA_KEY_IF ("choices", DHEERA_KEY_CHOICES);
    case 'o':
      return DHEERA_KEY_IF ("content", DHEERA_KEY_CONTENT);
    case 'r':
      return DHEERA_KEY_IF ("created", DHEERA_KEY_CREATED);
    default:
      return DHEERA_KEY_OTHER;
    }
}

static DHEERA_ALWAYS_INLINE guint
find_key (const char *name,
          gsize       length)
{
  switch (length)
    {
    case 2:
      return DHEERA_KEY_IF ("id", DHEERA_KEY_ID);
    case 5:
      return find_key_of_5 (name);
    case 6:
      return DHEERA_KEY_IF ("x_groq", DHEERA_KEY_X_GROQ);
    case 7:
      return find_key_of_7 (name);
    case 8:
      return DHEERA_KEY_IF ("logprobs", DHEERA_KEY_LOGPROBS);
    case 9:
      return name[0] == 'r'   ? DHEERA_KEY_IF ("reasoning", DHEERA_KEY_REASONING)
             : name[0] == 'b' ? DHEERA_KEY_IF ("base_resp", DHEERA_KEY_BASE_RESP)
                              : DHEERA_KEY_IF ("citations", DHEERA_KEY_CITATIONS);
    case 10:
      return DHEERA_KEY_IF ("tool_calls", DHEERA_KEY_TOOL_CALLS);
    case 11:
      return DHEERA_KEY_IF ("annotations", DHEERA_KEY_ANNOTATIONS);
    case 13:
      return name[1] == 'i' ? DHEERA_KEY_IF ("finish_reason", DHEERA_KEY_FINISH_REASON)
                            : DHEERA_KEY_IF ("function_call", DHEERA_KEY_FUNCTION_CALL);
    case 14:
      return name[0] == 'r' ? DHEERA_KEY_IF ("reasoning_text", DHEERA_KEY_REASONING_TEXT)
                            : DHEERA_KEY_IF ("search_results", DHEERA_KEY_SEARCH_RESULTS);
    case 17:
      return name[10] == 'c' ? DHEERA_KEY_IF ("reasoning_content", DHEERA_KEY_REASONING_CONTENT)
                             : DHEERA_KEY_IF ("reasoning_details", DHEERA_KEY_REASONING_DETAILS);
    default:
      return DHEERA_KEY_OTHER;
    }
}

void
dheera_openai_read_members (DheeraMembers   *self,
                            DheeraJsonValue  object)
{
  dheera_members_read (self, object, find_key);
}
