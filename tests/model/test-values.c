/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model-util.h"

#include "dheera-ai/dheera-ai.h"
#include "dheera-ai/model/dheera-strings-private.h"
#include "dheera-ai/model/endpoints/dheera-model-private.h"
#include "dheera-ai/model/responses/dheera-usage-private.h"
#include "dheera-ai/model/tools/dheera-tool-call-private.h"
#include "dheera-ai/model/tools/dheera-tool-private.h"

static void
test_version (void)
{
  g_autofree char *version = g_strdup_printf ("%d.%d.%d", DHEERA_MAJOR_VERSION, DHEERA_MINOR_VERSION,
                                              DHEERA_MICRO_VERSION);

  g_assert_cmpstr (version, ==, DHEERA_VERSION_S);
  g_assert_true (DHEERA_CHECK_VERSION (0, 1, 0));
  g_assert_true (DHEERA_CHECK_VERSION (DHEERA_MAJOR_VERSION, DHEERA_MINOR_VERSION, DHEERA_MICRO_VERSION));
  g_assert_false (DHEERA_CHECK_VERSION (DHEERA_MAJOR_VERSION, DHEERA_MINOR_VERSION,
                                        DHEERA_MICRO_VERSION + 1));
  g_assert_false (DHEERA_CHECK_VERSION (DHEERA_MAJOR_VERSION, DHEERA_MINOR_VERSION + 1, 0));
  g_assert_false (DHEERA_CHECK_VERSION (DHEERA_MAJOR_VERSION + 1, 0, 0));
}

static void
test_enums (void)
{
  static const struct
  {
    GType (*get_type) (void);
    const char *nicks;
  } enums[] = {
    { dheera_role_get_type, "system developer user assistant tool" },
    { dheera_finish_reason_get_type, "none stop length tool-calls content-filter other" },
    { dheera_response_format_get_type, "text json-object json-schema" },
    { dheera_part_type_get_type, "text image audio file" },
    { dheera_tristate_get_type, "unset no yes" },
    { dheera_param_policy_get_type, "reject drop" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (enums); i++)
    {
      g_autoptr (GEnumClass) klass = g_type_class_ref (enums[i].get_type ());
      g_autoptr (GString) nicks = g_string_new (NULL);

      for (guint j = 0; j < klass->n_values; j++)
        g_string_append_printf (nicks, "%s%s", j > 0 ? " " : "", g_enum_get_value (klass,
                                                                                   (int) j)->value_nick);
      g_assert_cmpstr (nicks->str, ==, enums[i].nicks);
    }
}

static void
test_usage (void)
{
  g_autoptr (DheeraUsage) usage = dheera_usage_new ();
  g_autoptr (DheeraUsage) copy = NULL;
  gint64 prompt, completion, total, cached, cache_write, reasoning;

  assert_properties (DHEERA_TYPE_USAGE,
                     "prompt-tokens completion-tokens total-tokens cached-tokens cache-write-tokens "
                     "reasoning-tokens");
  g_assert_cmpint (dheera_usage_get_prompt_tokens (usage), ==, -1);
  g_assert_cmpint (dheera_usage_get_completion_tokens (usage), ==, -1);
  g_assert_cmpint (dheera_usage_get_total_tokens (usage), ==, -1);
  g_assert_cmpint (dheera_usage_get_cached_tokens (usage), ==, -1);
  g_assert_cmpint (dheera_usage_get_cache_write_tokens (usage), ==, -1);
  g_assert_cmpint (dheera_usage_get_reasoning_tokens (usage), ==, -1);

  g_assert_true (dheera_usage_update (usage, 10, 5, -1, 4, 3, 2));
  g_assert_false (dheera_usage_update (usage, 10, 5, -1, 4, 3, 2));
  g_assert_false (dheera_usage_update (usage, -1, -1, -1, -1, -1, -1));
  g_object_get (usage, "prompt-tokens", &prompt, "completion-tokens", &completion, "total-tokens", &total,
                "cached-tokens", &cached, "cache-write-tokens", &cache_write, "reasoning-tokens", &reasoning, NULL);
  g_assert_cmpint (prompt, ==, 10);
  g_assert_cmpint (completion, ==, 5);
  g_assert_cmpint (total, ==, 15);
  g_assert_cmpint (cached, ==, 4);
  g_assert_cmpint (cache_write, ==, 3);
  g_assert_cmpint (reasoning, ==, 2);

  /* A sum is one as long as the provider gives none. */
  g_assert_true (dheera_usage_update (usage, -1, 6, -1, -1, -1, -1));
  g_assert_cmpint (dheera_usage_get_total_tokens (usage), ==, 16);
  g_assert_true (dheera_usage_update (usage, -1, -1, 99, -1, -1, -1));
  copy = dheera_usage_copy (usage);
  g_assert_true (dheera_usage_update (copy, 11, -1, -1, -1, -1, -1));
  g_assert_cmpint (dheera_usage_get_total_tokens (copy), ==, 99);
  g_assert_cmpint (dheera_usage_get_prompt_tokens (usage), ==, 10);
  g_assert_cmpint (dheera_usage_get_cache_write_tokens (copy), ==, 3);

  /* And never overflows. */
  g_assert_true (dheera_usage_update (usage, G_MAXINT64, G_MAXINT64, -1, -1, -1, -1));
}

static void
test_usage_json (void)
{
  g_autoptr (DheeraUsage) usage = dheera_usage_new ();
  g_autofree char *text = NULL, *full = NULL;
  DheeraJsonWriter writer;

  dheera_usage_update (usage, 3, -1, -1, -1, -1, -1);
  dheera_json_writer_init (&writer, 0);
  dheera_usage_write (usage, &writer);
  text = dheera_json_writer_steal (&writer);
  g_assert_cmpstr (text, ==, "{\"prompt_tokens\":3,\"completion_tokens\":0,\"total_tokens\":3}");

  dheera_usage_update (usage, 3, 4, 7, 1, 2, 0);
  dheera_json_writer_init (&writer, 0);
  dheera_usage_write (usage, &writer);
  full = dheera_json_writer_steal (&writer);
  g_assert_cmpstr (full, ==,
                   "{\"prompt_tokens\":3,\"completion_tokens\":4,\"total_tokens\":7,"
                   "\"prompt_tokens_details\":{\"cached_tokens\":1,\"cache_write_tokens\":2},"
                   "\"completion_tokens_details\":{\"reasoning_tokens\":0}}");
}

static void
test_model (void)
{
  g_autoptr (DheeraModel) model = dheera_model_new ("openai", "gpt-4o");
  g_autoptr (DheeraModel) nothing = g_object_new (DHEERA_TYPE_MODEL, NULL);
  g_autofree char *id = NULL, *name = NULL, *provider = NULL, *owned_by = NULL;
  gint64 context_window, max_output_tokens, created;

  assert_properties (DHEERA_TYPE_MODEL, "id name provider owned-by context-window max-output-tokens created "
                     "capabilities input-price output-price cache-read-price cache-write-price");
  g_assert_cmpstr (dheera_model_get_id (model), ==, "gpt-4o");
  g_assert_cmpstr (dheera_model_get_name (model), ==, "gpt-4o");
  g_assert_cmpstr (dheera_model_get_provider (model), ==, "openai");
  g_assert_null (dheera_model_get_owned_by (model));
  g_assert_cmpint (dheera_model_get_context_window (model), ==, -1);
  g_assert_cmpint (dheera_model_get_max_output_tokens (model), ==, -1);
  g_assert_cmpint (dheera_model_get_created (model), ==, -1);
  g_assert_cmpuint (dheera_model_get_capabilities (model), ==, 0);
  g_assert_cmpfloat (dheera_model_get_input_price (model), ==, -1);
  g_assert_cmpfloat (dheera_model_get_output_price (model), ==, -1);
  g_assert_cmpfloat (dheera_model_get_cache_read_price (model), ==, -1);
  g_assert_cmpfloat (dheera_model_get_cache_write_price (model), ==, -1);
  g_assert_cmpstr (dheera_model_get_id (nothing), ==, "");
  g_assert_cmpstr (dheera_model_get_name (nothing), ==, "");
  g_assert_cmpstr (dheera_model_get_provider (nothing), ==, "");

  model->name = g_strdup ("GPT-4o");
  model->owned_by = g_strdup ("system");
  model->context_window = 128000;
  model->max_output_tokens = 16384;
  model->created = 1715367049;
  g_object_get (model, "id", &id, "name", &name, "provider", &provider, "owned-by", &owned_by,
                "context-window", &context_window, "max-output-tokens", &max_output_tokens, "created", &created, NULL);
  g_assert_cmpstr (id, ==, "gpt-4o");
  g_assert_cmpstr (name, ==, "GPT-4o");
  g_assert_cmpstr (provider, ==, "openai");
  g_assert_cmpstr (owned_by, ==, "system");
  g_assert_cmpint (context_window, ==, 128000);
  g_assert_cmpint (max_output_tokens, ==, 16384);
  g_assert_cmpint (created, ==, 1715367049);
}

static void
test_tool (void)
{
  g_autoptr (DheeraTool) tool = dheera_tool_new ("f", "does it", "{\"type\":\"object\"}");
  g_autoptr (DheeraTool) bare = g_object_new (DHEERA_TYPE_TOOL, "name", "g", "strict",
                                              DHEERA_TRISTATE_NO, NULL);
  g_autoptr (DheeraTool) copy = NULL;
  g_autofree char *name = NULL;

  g_object_get (tool, "name", &name, NULL);
  g_assert_cmpstr (name, ==, "f");
  assert_properties (DHEERA_TYPE_TOOL, "name description parameters strict cache-control");
  g_assert_cmpstr (dheera_tool_get_name (tool), ==, "f");
  g_assert_cmpstr (dheera_tool_get_description (tool), ==, "does it");
  g_assert_cmpstr (dheera_tool_get_parameters (tool), ==, "{\"type\":\"object\"}");
  g_assert_cmpint (dheera_tool_get_strict (tool), ==, DHEERA_TRISTATE_UNSET);
  g_assert_null (dheera_tool_get_cache_control (tool));
  g_assert_cmpint (dheera_tool_get_strict (bare), ==, DHEERA_TRISTATE_NO);
  g_assert_null (dheera_tool_get_parameters (bare));

  check_property (tool, "description", "a", NULL);
  check_property (tool, "parameters", "{}", "{ broken");
  check_property (tool, "strict", "1", "2");
  check_property (tool, "cache-control", "x", NULL);
  g_assert_nonnull (tool->parameters.fault);

  dheera_tool_set_description (tool, "again");
  dheera_tool_set_parameters (tool, "{}");
  dheera_tool_set_cache_control (tool, "ephemeral");
  copy = dheera_tool_copy (tool);
  g_assert_cmpstr (copy->name, ==, "f");
  g_assert_cmpstr (copy->description, ==, "again");
  g_assert_cmpstr (dheera_json_text_get (&copy->parameters), ==, "{}");
  g_assert_cmpint (copy->strict, ==, DHEERA_TRISTATE_YES);
  g_assert_cmpstr (copy->cache_control, ==, "ephemeral");
}

static void
test_tool_call (void)
{
  g_autoptr (DheeraToolCall) call = dheera_tool_call_new ("id", "f", "{\"a\":1}");
  g_autoptr (DheeraToolCall) empty = g_object_new (DHEERA_TYPE_TOOL_CALL, NULL);
  g_autofree char *id = NULL, *name = NULL, *arguments = NULL;

  assert_properties (DHEERA_TYPE_TOOL_CALL, "id name arguments");
  g_object_get (call, "id", &id, "name", &name, "arguments", &arguments, NULL);
  g_assert_cmpstr (id, ==, "id");
  g_assert_cmpstr (name, ==, "f");
  g_assert_cmpstr (arguments, ==, "{\"a\":1}");
  g_assert_cmpstr (dheera_tool_call_get_id (empty), ==, "");
  g_assert_cmpstr (dheera_tool_call_get_name (empty), ==, "");
  g_assert_cmpstr (dheera_tool_call_get_arguments (empty), ==, "");
}

typedef struct
{
  guint n_answers;
  guint n_destroyed;
  gboolean is_error;
  char *text;
} Answered;

static void
answer_cb (const char *text,
           gboolean    is_error,
           gpointer    user_data)
{
  Answered *answered = user_data;

  answered->n_answers++;
  answered->is_error = is_error;
  g_free (answered->text);
  answered->text = g_strdup (text);
}

static void
destroyed_cb (gpointer user_data)
{
  ((Answered *) user_data)->n_destroyed++;
}

static void
test_tool_call_answers (void)
{
  g_autoptr (DheeraToolCall) call = dheera_tool_call_new ("id", "f", "{\"a\":1}");
  DheeraToolCall *waiting;
  Answered answered = { 0 };

  for (guint i = 0; i < 3; i++)
    {
      waiting = dheera_tool_call_new_waiting (call, answer_cb, &answered, destroyed_cb);
      g_assert_cmpstr (dheera_tool_call_get_id (waiting), ==, "id");
      g_assert_cmpstr (dheera_tool_call_get_name (waiting), ==, "f");
      g_assert_cmpstr (dheera_tool_call_get_arguments (waiting), ==, "{\"a\":1}");
      if (i == 0)
        dheera_tool_call_return_text (waiting, "");
      else if (i == 1)
        dheera_tool_call_return_error (waiting, "no");
      if (i < 2)
        {
          g_test_expect_message ("dheera-ai", G_LOG_LEVEL_WARNING, "*“f” was answered before*");
          dheera_tool_call_return_text (waiting, "again");
          g_test_assert_expected_messages ();
        }
      g_object_unref (waiting);
      g_assert_cmpuint (answered.n_answers, ==, i + 1);
      g_assert_cmpuint (answered.n_destroyed, ==, i + 1);
      g_assert_cmpint (answered.is_error, ==, i > 0);
      g_assert_cmpstr (answered.text, ==, i == 0 ? "" : i == 1 ? "no" : "The tool gave the call up without an answer.");
    }

  g_test_expect_message ("dheera-ai", G_LOG_LEVEL_WARNING, "Nobody waits for an answer to the call of “f”*");
  dheera_tool_call_return_text (call, "for nobody");
  g_test_assert_expected_messages ();
  g_free (answered.text);
}

static void
called_cb (DheeraTool     *tool,
           DheeraToolCall *call,
           DheeraToolCall **got)
{
  *got = call;
}

static void
test_tool_signal (void)
{
  g_autoptr (DheeraTool) tool = dheera_tool_new ("f", NULL, NULL);
  g_autoptr (DheeraToolCall) call = dheera_tool_call_new ("id", "f", NULL);
  DheeraToolCall *got = NULL;

  g_assert_false (dheera_tool_emit_call (tool, call));
  g_signal_connect (tool, "call", G_CALLBACK (called_cb), &got);
  g_assert_true (dheera_tool_emit_call (tool, call));
  g_assert_true (got == call);
}

static void
test_usage_sum (void)
{
  g_autoptr (DheeraUsage) a = dheera_usage_new ();
  g_autoptr (DheeraUsage) b = dheera_usage_new ();
  g_autoptr (DheeraUsage) sum = NULL;

  dheera_usage_update (a, 1, 2, -1, 3, -1, G_MAXINT64);
  dheera_usage_update (b, 10, 20, 40, -1, -1, 5);
  sum = dheera_usage_new_sum (a, b);
  g_assert_cmpint (dheera_usage_get_prompt_tokens (sum), ==, 11);
  g_assert_cmpint (dheera_usage_get_completion_tokens (sum), ==, 22);
  g_assert_cmpint (dheera_usage_get_total_tokens (sum), ==, 43);
  g_assert_cmpint (dheera_usage_get_cached_tokens (sum), ==, -1);
  g_assert_cmpint (dheera_usage_get_cache_write_tokens (sum), ==, -1);
  g_assert_cmpint (dheera_usage_get_reasoning_tokens (sum), ==, G_MAXINT64);
}

static void
test_tool_call_delta (void)
{
  g_autoptr (DheeraToolCallDelta) delta = g_object_new (DHEERA_TYPE_TOOL_CALL_DELTA, NULL);
  g_autofree char *id = NULL, *name = NULL, *arguments = NULL;
  guint index;

  assert_properties (DHEERA_TYPE_TOOL_CALL_DELTA, "index id name arguments");
  g_assert_cmpstr (dheera_tool_call_delta_get_id (delta), ==, "");
  g_assert_cmpstr (dheera_tool_call_delta_get_name (delta), ==, "");
  g_assert_cmpstr (dheera_tool_call_delta_get_arguments (delta), ==, "");
  g_assert_cmpuint (dheera_tool_call_delta_get_index (delta), ==, 0);

  delta->index = 3;
  delta->id = g_strdup ("id");
  delta->name = g_strdup ("f");
  delta->arguments = g_strdup ("{");
  g_object_get (delta, "index", &index, "id", &id, "name", &name, "arguments", &arguments, NULL);
  g_assert_cmpuint (index, ==, 3);
  g_assert_cmpstr (id, ==, "id");
  g_assert_cmpstr (name, ==, "f");
  g_assert_cmpstr (arguments, ==, "{");
}

static void
test_json_text (void)
{
  DheeraJsonText text = { NULL, NULL };
  DheeraJsonText copy = { NULL, NULL };

  g_assert_null (dheera_json_text_get (&text));
  g_assert_false (dheera_json_text_set (&text, NULL, DHEERA_JSON_OBJECT));
  g_assert_true (dheera_json_text_set (&text, "{\"a\":1}", DHEERA_JSON_OBJECT));
  g_assert_false (dheera_json_text_set (&text, "{\"a\":1}", DHEERA_JSON_OBJECT));
  g_assert_cmpstr (dheera_json_text_get (&text), ==, "{\"a\":1}");

  g_assert_true (dheera_json_text_set (&text, "[1]", DHEERA_JSON_OBJECT));
  g_assert_null (dheera_json_text_get (&text));
  g_assert_cmpstr (text.fault, ==, "is JSON, but not an object");
  dheera_json_text_copy (&text, &copy);
  g_assert_cmpstr (copy.text, ==, "[1]");
  g_assert_cmpstr (copy.fault, ==, text.fault);

  g_assert_true (dheera_json_text_set (&text, "{\"a\"", DHEERA_JSON_OBJECT));
  g_assert_true (g_str_has_prefix (text.fault, "is not valid JSON at byte 4: "));
  g_assert_true (dheera_json_text_set (&text, "[1]", DHEERA_JSON_NONE));
  g_assert_cmpstr (dheera_json_text_get (&text), ==, "[1]");
  g_assert_true (dheera_json_text_set (&text, NULL, DHEERA_JSON_NONE));
  g_assert_null (text.fault);

  dheera_json_text_clear (&text);
  dheera_json_text_clear (&copy);
}

static void
test_string_cut (void)
{
  g_autofree char *whole = dheera_string_cut ("abc", 3);
  g_autofree char *cut = dheera_string_cut ("aé", 2);
  g_autofree char *none = dheera_string_cut ("é", 1);

  g_assert_cmpstr (whole, ==, "abc");
  g_assert_cmpstr (cut, ==, "a");
  g_assert_cmpstr (none, ==, "");
  g_assert_null (dheera_string_cut (NULL, 5));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/values/version", test_version);
  g_test_add_func ("/values/enums", test_enums);
  g_test_add_func ("/values/usage", test_usage);
  g_test_add_func ("/values/usage-json", test_usage_json);
  g_test_add_func ("/values/model", test_model);
  g_test_add_func ("/values/tool", test_tool);
  g_test_add_func ("/values/tool-call", test_tool_call);
  g_test_add_func ("/values/tool-call-answers", test_tool_call_answers);
  g_test_add_func ("/values/tool-signal", test_tool_signal);
  g_test_add_func ("/values/usage-sum", test_usage_sum);
  g_test_add_func ("/values/tool-call-delta", test_tool_call_delta);
  g_test_add_func ("/values/json-text", test_json_text);
  g_test_add_func ("/values/string-cut", test_string_cut);

  return g_test_run ();
}
