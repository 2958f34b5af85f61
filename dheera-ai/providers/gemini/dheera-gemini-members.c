/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-gemini-members-private.h"

static DHEERA_ALWAYS_INLINE guint
find_key_of_10 (const char *name)
{
  switch (name[1])
    {
    case 'a':
      return DHEERA_KEY_IF ("candidates", DHEERA_GEMINI_CANDIDATES);
    case 'e':
      return DHEERA_KEY_IF ("responseId", DHEERA_GEMINI_RESPONSE_ID);
    case 'n':
      return DHEERA_KEY_IF ("inlineData", DHEERA_GEMINI_INLINE_DATA);
    case 'r':
      return DHEERA_KEY_IF ("createTime", DHEERA_GEMINI_CREATE_TIME);
    default:
      return DHEERA_GEMINI_OTHER;
    }
}

static DHEERA_ALWAYS_INLINE guint
find_key_of_12 (const char *name)
{
  switch (name[1])
    {
    case 'i':
      return DHEERA_KEY_IF ("finishReason", DHEERA_GEMINI_FINISH_REASON);
    case 'o':
      return DHEERA_KEY_IF ("modelVersion", DHEERA_GEMINI_MODEL_VERSION);
    case 'u':
      return DHEERA_KEY_IF ("functionCall", DHEERA_GEMINI_FUNCTION_CALL);
    default:
      return DHEERA_GEMINI_OTHER;
    }
}

static DHEERA_ALWAYS_INLINE guint
find_key_of_5 (const char *name)
{
  switch (name[0])
    {
    case 'p':
      return DHEERA_KEY_IF ("parts", DHEERA_GEMINI_PARTS);
    case 'i':
      return DHEERA_KEY_IF ("index", DHEERA_GEMINI_INDEX);
    default:
      return DHEERA_KEY_IF ("error", DHEERA_GEMINI_ERROR);
    }
}

static DHEERA_ALWAYS_INLINE guint
find_key (const char *name,
          gsize       length)
{
  switch (length)
    {
    case 4:
      return DHEERA_KEY_IF ("text", DHEERA_GEMINI_TEXT);
    case 5:
      return find_key_of_5 (name);
    case 7:
      return name[0] == 'c' ? DHEERA_KEY_IF ("content", DHEERA_GEMINI_CONTENT) : DHEERA_KEY_IF ("thought", DHEERA_GEMINI_THOUGHT);
    case 10:
      return find_key_of_10 (name);
    case 12:
      return find_key_of_12 (name);
    case 13:
      return name[0] == 'u' ? DHEERA_KEY_IF ("usageMetadata", DHEERA_GEMINI_USAGE_METADATA)
                            : DHEERA_KEY_IF ("finishMessage", DHEERA_GEMINI_FINISH_MESSAGE);
    case 14:
      return name[0] == 'p'   ? DHEERA_KEY_IF ("promptFeedback", DHEERA_GEMINI_PROMPT_FEEDBACK)
             : name[0] == 'l' ? DHEERA_KEY_IF ("logprobsResult", DHEERA_GEMINI_LOGPROBS_RESULT)
                              : DHEERA_KEY_IF ("executableCode", DHEERA_GEMINI_EXECUTABLE_CODE);
    case 16:
      return name[0] == 't' ? DHEERA_KEY_IF ("thoughtSignature", DHEERA_GEMINI_THOUGHT_SIGNATURE)
                            : DHEERA_KEY_IF ("citationMetadata", DHEERA_GEMINI_CITATION_METADATA);
    case 17:
      return DHEERA_KEY_IF ("groundingMetadata", DHEERA_GEMINI_GROUNDING_METADATA);
    case 19:
      return DHEERA_KEY_IF ("codeExecutionResult", DHEERA_GEMINI_CODE_EXECUTION_RESULT);
    default:
      return DHEERA_GEMINI_OTHER;
    }
}

void
dheera_gemini_read_members (DheeraMembers   *self,
                            DheeraJsonValue  object)
{
  dheera_members_read (self, object, find_key);
}
