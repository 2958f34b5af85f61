/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "recordings-tasks.h"

#include <string.h>

#include "dheera-ai/model/dheera-base-response.h"
#include "dheera-ai/model/dheera-model.h"
#include "dheera-ai/model/dheera-usage.h"

DheeraTask
task_from_name (DheeraJsonValue name)
{
  static const char *const names[DHEERA_N_TASKS] = {
    [DHEERA_TASK_LIST_MODELS] = "list_models",
    [DHEERA_TASK_EMBED] = "embed",
    [DHEERA_TASK_COUNT_TOKENS] = "count_tokens",
    [DHEERA_TASK_RERANK] = "rerank",
    [DHEERA_TASK_MODERATE] = "moderate",
    [DHEERA_TASK_GENERATE_IMAGE] = "generate_image",
    [DHEERA_TASK_TRANSCRIBE] = "transcribe",
    [DHEERA_TASK_SPEAK] = "speak",
  };

  for (guint i = 0; i < DHEERA_N_TASKS; i++)
    if (dheera_json_equal (name, names[i]))
      return (DheeraTask) i;

  g_assert_true (dheera_json_equal (name, "chat"));

  return DHEERA_N_TASKS;
}

static char *
compare_count (const char      *what,
               gint64           got,
               DheeraJsonValue  counts)
{
  gint64 wanted = dheera_json_get_int (dheera_json_member (counts, what), -1);

  if (got == wanted)
    return NULL;

  return g_strdup_printf ("the usage's %s is %" G_GINT64_FORMAT ", not %" G_GINT64_FORMAT, what, got, wanted);
}

char *
usage_compare (DheeraUsage     *usage,
               DheeraJsonValue  wanted)
{
  char *fault = NULL;

  if ((usage != NULL) != dheera_json_exists (wanted))
    return g_strdup (usage != NULL ? "there is a usage" : "there is no usage");
  if (usage == NULL)
    return NULL;

  fault = compare_count ("prompt", dheera_usage_get_prompt_tokens (usage), wanted);
  if (fault == NULL)
    fault = compare_count ("completion", dheera_usage_get_completion_tokens (usage), wanted);
  if (fault == NULL)
    fault = compare_count ("total", dheera_usage_get_total_tokens (usage), wanted);
  if (fault == NULL)
    fault = compare_count ("cached", dheera_usage_get_cached_tokens (usage), wanted);
  if (fault == NULL)
    fault = compare_count ("cache_write", dheera_usage_get_cache_write_tokens (usage), wanted);
  if (fault == NULL)
    fault = compare_count ("reasoning", dheera_usage_get_reasoning_tokens (usage), wanted);

  return fault;
}

static char *
compare_models (GListModel      *list,
                DheeraJsonValue  wanted)
{
  guint n = g_list_model_get_n_items (list);

  if (n != dheera_json_size (wanted))
    return g_strdup_printf ("there are %u models, not %u", n, dheera_json_size (wanted));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (DheeraModel) model = g_list_model_get_item (list, i);

      if (!dheera_json_equal (dheera_json_element (wanted, i), dheera_model_get_id (model)))
        return g_strdup_printf ("model %u is “%s”", i, dheera_model_get_id (model));
    }

  return NULL;
}

static char *compare_values (DheeraJsonValue  got,
                             DheeraJsonValue  wanted,
                             const char      *path);

static char *
compare_members (DheeraJsonValue  got,
                 DheeraJsonValue  wanted,
                 const char      *path)
{
  DheeraJsonIter iter;
  DheeraJsonValue name;
  DheeraJsonValue value;
  char *fault = NULL;
  guint i = 0;

  dheera_json_iter_init (&iter, wanted);
  while (fault == NULL && dheera_json_iter_next (&iter, &name, &value))
    {
      g_autofree char *member = dheera_json_dup_string (name);
      g_autofree char *inner = member != NULL ? g_strdup_printf ("%s.%s", path, member) : g_strdup_printf ("%s[%u]", path, i);

      fault = compare_values (member != NULL ? dheera_json_member (got, member) : dheera_json_element (got, i), value, inner);
      i++;
    }

  return fault;
}

/* Numbers are the same when they are the same double, however they are written. */
static char *
compare_values (DheeraJsonValue  got,
                DheeraJsonValue  wanted,
                const char      *path)
{
  g_autofree char *left = NULL;
  g_autofree char *right = NULL;

  if (dheera_json_type (got) == dheera_json_type (wanted))
    {
      switch (dheera_json_type (wanted))
        {
        case DHEERA_JSON_ARRAY:
        case DHEERA_JSON_OBJECT:
          if (dheera_json_size (got) == dheera_json_size (wanted))
            return compare_members (got, wanted, path);
          break;
        case DHEERA_JSON_NUMBER:
          if (dheera_json_get_double (got, 0) == dheera_json_get_double (wanted, 1))
            return NULL;
          break;
        case DHEERA_JSON_STRING:
          right = dheera_json_dup_string (wanted);
          if (dheera_json_equal (got, right))
            return NULL;
          break;
        case DHEERA_JSON_NONE:
        case DHEERA_JSON_NULL:
        case DHEERA_JSON_FALSE:
        case DHEERA_JSON_TRUE:
        default:
          return NULL;
        }
    }

  g_free (right);
  left = dheera_json_dup_raw (got);
  right = dheera_json_dup_raw (wanted);

  return g_strdup_printf ("%s is %.200s, not %.200s", path, left != NULL ? left : "missing", right);
}

static char *
compare_answer (DheeraBaseResponse *response,
                DheeraJsonValue     wanted)
{
  g_autofree char *text = dheera_base_response_to_json (response);
  DheeraJson json = DHEERA_JSON_INIT;
  char *fault;

  if (!dheera_json_parse (&json, text, strlen (text)))
    fault = g_strdup_printf ("it is written as no JSON: %s", json.error_message);
  else
    fault = compare_values (dheera_json_root (&json), wanted, "answer");
  dheera_json_clear (&json);

  return fault;
}

char *
task_compare (GObject         *result,
              DheeraJsonValue  expected)
{
  if (G_IS_LIST_MODEL (result))
    return compare_models (G_LIST_MODEL (result), dheera_json_member (expected, "models"));
  if (DHEERA_IS_USAGE (result))
    return usage_compare (DHEERA_USAGE (result), dheera_json_member (expected, "usage"));

  return compare_answer (DHEERA_BASE_RESPONSE (result), dheera_json_member (expected, "answer"));
}
