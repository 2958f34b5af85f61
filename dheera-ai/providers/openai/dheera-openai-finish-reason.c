/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-openai-chat-state-private.h"

#include "dheera-ai/providers/dheera-provider-private.h"

#include <string.h>

/* Compared without case. A row of the table of providers goes before this list, and what nobody knows is
 * OTHER. */
static const struct
{
  const char *raw;
  DheeraFinishReason reason;
} reasons[] = {
  { "stop", DHEERA_FINISH_REASON_STOP },
  { "length", DHEERA_FINISH_REASON_LENGTH },
  { "tool_calls", DHEERA_FINISH_REASON_TOOL_CALLS },
  { "content_filter", DHEERA_FINISH_REASON_CONTENT_FILTER },
  { "function_call", DHEERA_FINISH_REASON_TOOL_CALLS },
  { "tool_use", DHEERA_FINISH_REASON_TOOL_CALLS },
  { "end_turn", DHEERA_FINISH_REASON_STOP },
  { "stop_sequence", DHEERA_FINISH_REASON_STOP },
  { "eos", DHEERA_FINISH_REASON_STOP },
  { "eos_token", DHEERA_FINISH_REASON_STOP },
  { "max_tokens", DHEERA_FINISH_REASON_LENGTH },
  { "model_length", DHEERA_FINISH_REASON_LENGTH },
  { "sensitive", DHEERA_FINISH_REASON_CONTENT_FILTER },
  { "safety", DHEERA_FINISH_REASON_CONTENT_FILTER },
  { "refusal", DHEERA_FINISH_REASON_CONTENT_FILTER },
};

/* The words that say that the answer failed */
static const struct
{
  const char *raw;
  DheeraError code;
} failures[] = {
  { "error", DHEERA_ERROR_SERVER },
  { "network_error", DHEERA_ERROR_SERVER },
  { "insufficient_system_resource", DHEERA_ERROR_OVERLOADED },
};

static gboolean
is (DheeraJsonValue raw,
    const char     *word)
{
  gsize length;
  const char *text = dheera_json_peek_string (raw, &length);

  if (text == NULL)
    return dheera_json_equal (raw, word);

  return length == strlen (word) && g_ascii_strncasecmp (text, word, length) == 0;
}

static DheeraError
find_failure (DheeraJsonValue raw)
{
  for (guint i = 0; i < G_N_ELEMENTS (failures); i++)
    {
      if (is (raw, failures[i].raw))
        return failures[i].code;
    }

  return DHEERA_ERROR_SERVER;
}

/* What a row says in its own words: "stop", "error" */
static gboolean
read_mapped (const char         *mapped,
             DheeraFinishReason *reason)
{
  *reason = DHEERA_FINISH_REASON_OTHER;
  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    {
      if (strcmp (reasons[i].raw, mapped) == 0)
        *reason = reasons[i].reason;
    }

  return strcmp (mapped, "error") != 0;
}

gboolean
dheera_openai_map_finish_reason (DheeraProvider     *provider,
                                 DheeraJsonValue     raw,
                                 DheeraFinishReason *reason,
                                 DheeraError        *code)
{
  const DheeraProviderRow *row = dheera_provider_get_row (provider);
  const char *const *pair = row != NULL ? row->finish_reasons : NULL;

  for (; pair != NULL && *pair != NULL; pair += 2)
    {
      if (is (raw, pair[0]))
        {
          *code = find_failure (raw);
          return read_mapped (pair[1], reason);
        }
    }

  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    {
      if (is (raw, reasons[i].raw))
        {
          *reason = reasons[i].reason;
          return TRUE;
        }
    }

  for (guint i = 0; i < G_N_ELEMENTS (failures); i++)
    {
      if (is (raw, failures[i].raw))
        {
          *code = failures[i].code;
          return FALSE;
        }
    }

  *reason = DHEERA_FINISH_REASON_OTHER;

  return TRUE;
}
