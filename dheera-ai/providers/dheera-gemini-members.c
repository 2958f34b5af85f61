/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-gemini-members-private.h"

#include <string.h>

/* Where a letter tells the candidates of one length apart, only one of them is compared. */
#define IF(literal, key) (memcmp (name, literal, sizeof literal - 1) == 0 ? (key) : DHEERA_GEMINI_OTHER)

static DheeraGeminiKey
find_key_of_10 (const char *name)
{
  switch (name[1])
    {
    case 'a':
      return IF ("candidates", DHEERA_GEMINI_CANDIDATES);
    case 'e':
      return IF ("responseId", DHEERA_GEMINI_RESPONSE_ID);
    case 'n':
      return IF ("inlineData", DHEERA_GEMINI_INLINE_DATA);
    case 'r':
      return IF ("createTime", DHEERA_GEMINI_CREATE_TIME);
    default:
      return DHEERA_GEMINI_OTHER;
    }
}

static DheeraGeminiKey
find_key_of_12 (const char *name)
{
  switch (name[1])
    {
    case 'i':
      return IF ("finishReason", DHEERA_GEMINI_FINISH_REASON);
    case 'o':
      return IF ("modelVersion", DHEERA_GEMINI_MODEL_VERSION);
    case 'u':
      return IF ("functionCall", DHEERA_GEMINI_FUNCTION_CALL);
    default:
      return DHEERA_GEMINI_OTHER;
    }
}

static DheeraGeminiKey
find_key_of_5 (const char *name)
{
  switch (name[0])
    {
    case 'p':
      return IF ("parts", DHEERA_GEMINI_PARTS);
    case 'i':
      return IF ("index", DHEERA_GEMINI_INDEX);
    default:
      return IF ("error", DHEERA_GEMINI_ERROR);
    }
}

static DheeraGeminiKey
find_key (const char *name,
          gsize       length)
{
  switch (length)
    {
    case 4:
      return IF ("text", DHEERA_GEMINI_TEXT);
    case 5:
      return find_key_of_5 (name);
    case 7:
      return name[0] == 'c' ? IF ("content", DHEERA_GEMINI_CONTENT) : IF ("thought", DHEERA_GEMINI_THOUGHT);
    case 10:
      return find_key_of_10 (name);
    case 12:
      return find_key_of_12 (name);
    case 13:
      return name[0] == 'u' ? IF ("usageMetadata", DHEERA_GEMINI_USAGE_METADATA)
                            : IF ("finishMessage", DHEERA_GEMINI_FINISH_MESSAGE);
    case 14:
      return name[0] == 'p'   ? IF ("promptFeedback", DHEERA_GEMINI_PROMPT_FEEDBACK)
             : name[0] == 'l' ? IF ("logprobsResult", DHEERA_GEMINI_LOGPROBS_RESULT)
                              : IF ("executableCode", DHEERA_GEMINI_EXECUTABLE_CODE);
    case 16:
      return name[0] == 't' ? IF ("thoughtSignature", DHEERA_GEMINI_THOUGHT_SIGNATURE)
                            : IF ("citationMetadata", DHEERA_GEMINI_CITATION_METADATA);
    case 17:
      return IF ("groundingMetadata", DHEERA_GEMINI_GROUNDING_METADATA);
    case 19:
      return IF ("codeExecutionResult", DHEERA_GEMINI_CODE_EXECUTION_RESULT);
    default:
      return DHEERA_GEMINI_OTHER;
    }
}

static G_GNUC_NO_INLINE DheeraGeminiKey
find_escaped_key (DheeraJsonValue name)
{
  g_autofree char *plain = dheera_json_dup_string (name);

  return find_key (plain, strlen (plain));
}

void
dheera_gemini_read_members (DheeraGeminiMembers *self,
                            DheeraJsonValue      object)
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
      const DheeraJsonToken *name = tokens + index;
      DheeraGeminiKey key = G_LIKELY (!name->escaped) ? find_key (json->text + name->start, name->length)
                                                      : find_escaped_key ((DheeraJsonValue) { json, index });

      self->seen |= 1u << key;
      self->index[key] = index + 1;
      index = name[1].next;
    }
}
