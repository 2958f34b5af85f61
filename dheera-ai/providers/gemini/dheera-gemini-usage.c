/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-gemini-private.h"

#include <string.h>

/* Every chunk repeats the counters as they are by then. Zeros are left out; thinking is counted beside the answer, and what tools that
 * run at Google's add to the prompt beside the prompt. */

/* More is no count of tokens, and its sums could overflow. */
#define MAX_COUNT (G_GINT64_CONSTANT (1) << 60)

typedef enum
{
  PROMPT,
  CANDIDATES,
  TOTAL,
  CACHED,
  THOUGHTS,
  TOOL_USE,
  N_COUNTS,
  OTHER = N_COUNTS,
} Count;

static Count
find_count (const char *name,
            gsize       length)
{
#define IF(literal, count) (memcmp (name, literal, sizeof literal - 1) == 0 ? (count) : OTHER)
  switch (length)
    {
    case 15:
      return IF ("totalTokenCount", TOTAL);
    case 16:
      return IF ("promptTokenCount", PROMPT);
    case 18:
      return IF ("thoughtsTokenCount", THOUGHTS);
    case 20:
      return IF ("candidatesTokenCount", CANDIDATES);
    case 23:
      return name[0] == 'c' ? IF ("cachedContentTokenCount", CACHED) : IF ("toolUsePromptTokenCount", TOOL_USE);
    default:
      return OTHER;
    }
#undef IF
}

/* Short runs of digits, which they nearly all are, need no reading of numbers. */
static gint64
read_count (DheeraJsonValue value)
{
  const DheeraJsonToken *token = &value.json->tokens[value.index];
  const char *text = value.json->text + token->start;
  gint64 count = 0;

  if (token->type != DHEERA_JSON_NUMBER || token->length > 15)
    return dheera_json_get_int (value, -1);

  for (guint32 i = 0; i < token->length; i++)
    {
      if (!g_ascii_isdigit (text[i]))
        return dheera_json_get_int (value, -1);
      count = count * 10 + (text[i] - '0');
    }

  return count;
}

static gint64
add (gint64 a,
     gint64 b)
{
  return MAX (a, 0) + MAX (b, 0);
}

void
dheera_gemini_read_usage (DheeraAccumulator *accumulator,
                          DheeraJsonValue    usage)
{
  gint64 counts[N_COUNTS] = { -1, -1, -1, -1, -1, -1 };
  gint64 prompt = -1;
  gint64 completion = -1;
  const DheeraJsonToken *tokens;
  guint32 index;

  if (dheera_json_type (usage) != DHEERA_JSON_OBJECT)
    return;

  tokens = usage.json->tokens;
  index = usage.index + 1;
  for (guint32 left = tokens[usage.index].size; left > 0; left--)
    {
      Count count = find_count (usage.json->text + tokens[index].start, tokens[index].length);

      if (count < N_COUNTS)
        {
          gint64 value = read_count ((DheeraJsonValue) { usage.json, index + 1 });

          counts[count] = value <= MAX_COUNT ? value : -1;
        }
      index = tokens[index + 1].next;
    }

  if (counts[PROMPT] >= 0 || counts[TOOL_USE] >= 0)
    prompt = add (counts[PROMPT], counts[TOOL_USE]);
  if (counts[CANDIDATES] >= 0 || counts[THOUGHTS] >= 0 || prompt >= 0)
    completion = add (counts[CANDIDATES], counts[THOUGHTS]);
  dheera_accumulator_set_running_usage (accumulator, prompt, completion, counts[TOTAL], counts[CACHED], -1, counts[THOUGHTS]);
}
