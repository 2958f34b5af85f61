/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "providers-util.h"

#include "dheera-ai/model/dheera-model.h"

/* Answers of /api/chat and /api/tags */

#define LAST(message) "{\"model\":\"m\",\"created_at\":\"2023-11-14T22:13:20.5Z\",\"message\":" message ",\"done\":false}"
#define LINE(message) LAST (message) "\n"
#define DONE(rest) "{\"model\":\"m\",\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":true" rest "}"

static void
test_stream (void)
{
  g_auto (Answer) answer = { 0 };
  DheeraUsage *usage;

  answer_stream (&answer, "ollama",
                 LINE ("{\"role\":\"assistant\",\"content\":\"\",\"thinking\":\"hm\"}")
                 LINE ("{\"role\":\"assistant\",\"content\":\"\",\"thinking\":\"m\"}")
                 LINE ("{\"role\":\"assistant\",\"content\":\"Hi \\ud83d\\ude00\"}")
                 DONE (",\"done_reason\":\"stop\",\"total_duration\":9,\"prompt_eval_count\":3,\"eval_count\":2"));
  assert_end (&answer);
  assert_text (&answer, "Hi 😀");
  assert_reasoning (&answer, "hmm");
  assert_reason (&answer, DHEERA_FINISH_REASON_STOP);
  g_assert_cmpstr (dheera_response_get_model (answer_response (&answer)), ==, "m");
  g_assert_cmpint (dheera_response_get_created (answer_response (&answer)), ==, 1700000000);
  g_assert_true (g_str_has_prefix (dheera_response_get_id (answer_response (&answer)), "chatcmpl-"));
  usage = dheera_response_get_usage (answer_response (&answer));
  g_assert_cmpint (dheera_usage_get_prompt_tokens (usage), ==, 3);
  g_assert_cmpint (dheera_usage_get_completion_tokens (usage), ==, 2);
  g_assert_cmpint (dheera_usage_get_total_tokens (usage), ==, 5);
}

/* What comes behind the end is not part of it. */
static void
test_behind_end (void)
{
  g_auto (Answer) answer = { 0 };

  answer_stream (&answer, "ollama", DONE (""));
  assert_end (&answer);
  answer_add_event (&answer, "message", "{\"error\":\"late\"}");
  assert_end (&answer);
  answer_end (&answer);
  assert_end (&answer);
}

static void
test_finish_reasons (void)
{
  static const struct
  {
    const char *rest;
    DheeraFinishReason reason;
    const char *raw;
  } cases[] = {
    { ",\"done_reason\":\"stop\"", DHEERA_FINISH_REASON_STOP, "stop" },
    { ",\"done_reason\":\"length\"", DHEERA_FINISH_REASON_LENGTH, "length" },
    { ",\"done_reason\":\"load\"", DHEERA_FINISH_REASON_OTHER, "load" },
    { ",\"done_reason\":\"unload\"", DHEERA_FINISH_REASON_OTHER, "unload" },
    { ",\"done_reason\":\"new\"", DHEERA_FINISH_REASON_OTHER, "new" },
    { ",\"done_reason\":\"\"", DHEERA_FINISH_REASON_STOP, "" },
    { ",\"done_reason\":null", DHEERA_FINISH_REASON_STOP, "" },
    { "", DHEERA_FINISH_REASON_STOP, "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Answer) answer = { 0 };
      g_autofree char *body = g_strdup_printf (DONE ("%s"), cases[i].rest);

      answer_whole (&answer, "ollama", body);
      assert_end (&answer);
      assert_reason (&answer, cases[i].reason);
      g_assert_cmpstr (dheera_choice_get_finish_reason_raw (dheera_response_get_choice (answer_response (&answer), 0)), ==, cases[i].raw);
      g_assert_null (dheera_response_get_usage (answer_response (&answer)));
    }
}

static void
test_tool_calls (void)
{
  static const char *const streams[] = {
    /* Without ids and numbers, with the same number, and all in one line */
    LINE ("{\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":{\"a\":1}}}]}")
    LINE ("{\"tool_calls\":[{\"function\":{\"index\":1,\"name\":\"g\",\"arguments\":{}}}]}") DONE (",\"done_reason\":\"stop\""),
    LINE ("{\"tool_calls\":[{\"id\":\"c\",\"function\":{\"index\":0,\"name\":\"f\",\"arguments\":{\"a\":1}}}]}")
    LINE ("{\"tool_calls\":[{\"id\":\"d\",\"function\":{\"index\":0,\"name\":\"g\",\"arguments\":null}}]}") DONE (",\"done_reason\":\"stop\""),
    "{\"message\":{\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":{\"a\":1}}},{\"function\":{\"name\":\"g\"}}]},\"done\":true}",
    /* An older server's text */
    LINE ("{\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\":1}\"}},{\"function\":{\"name\":\"g\",\"arguments\":\"\"}}]}") DONE (""),
  };

  for (guint i = 0; i < G_N_ELEMENTS (streams); i++)
    {
      g_auto (Answer) answer = { 0 };

      answer_stream (&answer, "ollama", streams[i]);
      assert_end (&answer);
      assert_reason (&answer, DHEERA_FINISH_REASON_TOOL_CALLS);
      g_assert_cmpuint (answer_n_calls (&answer), ==, 2);
      g_assert_cmpstr (dheera_tool_call_get_name (answer_call (&answer, 0)), ==, "f");
      g_assert_cmpstr (dheera_tool_call_get_arguments (answer_call (&answer, 0)), ==, "{\"a\":1}");
      g_assert_cmpstr (dheera_tool_call_get_name (answer_call (&answer, 1)), ==, "g");
      g_assert_cmpstr (dheera_tool_call_get_arguments (answer_call (&answer, 1)), ==, "{}");
      g_assert_cmpstr (dheera_tool_call_get_id (answer_call (&answer, 0)), !=, dheera_tool_call_get_id (answer_call (&answer, 1)));
    }
}

/* Zeros are left out, and what was counted is said. */
static void
test_counts (void)
{
  static const struct
  {
    const char *rest;
    gint64 prompt;
    gint64 completion;
    gint64 total;
  } cases[] = {
    { ",\"prompt_eval_count\":3,\"eval_count\":2", 3, 2, 5 },
    { ",\"eval_count\":2", -1, 2, -1 },
    { ",\"prompt_eval_count\":3", 3, -1, -1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Answer) answer = { 0 };
      g_autofree char *body = g_strdup_printf (DONE ("%s"), cases[i].rest);
      DheeraUsage *usage;

      answer_whole (&answer, "ollama", body);
      assert_end (&answer);
      usage = dheera_response_get_usage (answer_response (&answer));
      g_assert_cmpint (dheera_usage_get_prompt_tokens (usage), ==, cases[i].prompt);
      g_assert_cmpint (dheera_usage_get_completion_tokens (usage), ==, cases[i].completion);
      g_assert_cmpint (dheera_usage_get_total_tokens (usage), ==, cases[i].total);
    }
}

static void
test_logprobs (void)
{
  g_auto (Answer) answer = { 0 };

  answer_stream (&answer, "ollama",
                 "{\"message\":{\"content\":\"a\"},\"done\":false,\"logprobs\":[{\"token\":\"a\",\"logprob\":-0.5}]}\n"
                 "{\"message\":{\"content\":\"b\"},\"done\":true,\"logprobs\":[{\"token\":\"b\",\"logprob\":-1}],\"refusal\":null}");
  assert_end (&answer);
  g_assert_cmpstr (dheera_choice_get_logprobs (dheera_response_get_choice (answer_response (&answer), 0)), ==,
                   "{\"content\":[{\"token\":\"a\",\"logprob\":-0.5},{\"token\":\"b\",\"logprob\":-1}],\"refusal\":null}");
}

static void
test_failures (void)
{
  static const struct
  {
    const char *stream;
    DheeraError code;
    const char *text; /* that came before */
  } cases[] = {
    { LINE ("{\"content\":\"a\"}") "{\"error\":\"model runner has unexpectedly stopped\"}", DHEERA_ERROR_STREAM_ERROR, "a" },
    { "{\"error\":\"prompt too long; exceeded max context length by 4 tokens\"}", DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED, "" },
    { LINE ("{\"content\":\"a\"}") LAST ("{\"content\":\"b\"}"), DHEERA_ERROR_STREAM_INTERRUPTED, "ab" },
    { LINE ("{\"content\":\"a\"}") "[]", DHEERA_ERROR_PROTOCOL, "a" },
    { LINE ("{\"content\":\"a\"}") "{\"message\":", DHEERA_ERROR_PROTOCOL, "a" },
    { LAST ("7"), DHEERA_ERROR_PROTOCOL, "" },
    { LAST ("{\"tool_calls\":{}}"), DHEERA_ERROR_PROTOCOL, "" },
    { LAST ("{\"tool_calls\":[7]}"), DHEERA_ERROR_PROTOCOL, "" },
    { LAST ("{\"tool_calls\":[{\"name\":\"f\"}]}"), DHEERA_ERROR_PROTOCOL, "" },
    /* It says that it is done, not whether. */
    { "{\"message\":{\"content\":\"a\"},\"done\":\"yes\"}", DHEERA_ERROR_STREAM_INTERRUPTED, "a" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Answer) answer = { 0 };

      answer_stream (&answer, "ollama", cases[i].stream);
      assert_failed (&answer, cases[i].code);
      assert_text (&answer, cases[i].text);
    }
}

/* What says nothing, or what nobody knows, is passed over. */
static void
test_tolerance (void)
{
  g_auto (Answer) answer = { 0 };

  answer_stream (&answer, "ollama",
                 "{}\n"
                 "{\"error\":null,\"message\":null,\"logprobs\":7,\"model\":7,\"created_at\":\"soon\",\"new\":[{}]}\n"
                 "{\"message\":{\"content\":7,\"thinking\":{},\"tool_calls\":null,\"images\":[]}}\n"
                 "{\"mess\\u0061ge\":{\"cont\\u0065nt\":\"a\"}}\n"
                 "{\"error\":\"\",\"message\":{\"content\":\"b\"},\"done\":true,\"eval_count\":-4,\"prompt_eval_count\":\"x\"}");
  assert_end (&answer);
  assert_text (&answer, "ab");
  g_assert_null (dheera_response_get_usage (answer_response (&answer)));
}

static void
test_whole (void)
{
  static const struct
  {
    const char *body;
    DheeraError code; /* 0: none */
    const char *text;
  } cases[] = {
    { "{\"message\":{\"content\":\"a\"},\"done\":true}", 0, "a" },
    { "{\"message\":{\"content\":\"a\"},\"done\":false}", DHEERA_ERROR_STREAM_INTERRUPTED, "a" },
    { "{\"message\":{\"content\":\"a\"},\"do", DHEERA_ERROR_STREAM_INTERRUPTED, "" },
    { "", DHEERA_ERROR_PROTOCOL, "" },
    { "{\"message\" {}}", DHEERA_ERROR_PROTOCOL, "" },
    { "<html>", DHEERA_ERROR_PROTOCOL, "" },
    /* Lines under the content type of one object, also with blank ones between */
    { LINE ("{\"content\":\"a\"}") "\r\n" DONE ("") "\n", 0, "a" },
    { LINE ("{\"content\":\"a\"}") LAST ("{\"content\":\"b\"}"), DHEERA_ERROR_STREAM_INTERRUPTED, "ab" },
    { LINE ("{\"content\":\"a\"}") "{\"message\":{\"cont", DHEERA_ERROR_STREAM_INTERRUPTED, "a" },
    { LINE ("{\"content\":\"a\"}") "{\"error\":\"broken\"}\n", DHEERA_ERROR_STREAM_ERROR, "a" },
    { LINE ("{\"content\":\"a\"}") "nonsense\n", DHEERA_ERROR_PROTOCOL, "a" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Answer) answer = { 0 };

      answer_whole (&answer, "ollama", cases[i].body);
      if (cases[i].code == 0)
        assert_end (&answer);
      else
        assert_failed (&answer, cases[i].code);
      assert_text (&answer, cases[i].text);
    }
}

static void
test_many_calls (void)
{
  g_auto (Answer) answer = { 0 };
  g_autoptr (GString) body = g_string_new ("{\"message\":{\"tool_calls\":[");

  for (guint i = 0; i < 2000; i++)
    g_string_append (body, i > 0 ? ",{\"function\":{\"name\":\"f\"}}" : "{\"function\":{\"name\":\"f\"}}");
  g_string_append (body, "]},\"done\":true}");
  answer_whole (&answer, "ollama", body->str);
  assert_failed (&answer, DHEERA_ERROR_PROTOCOL);
}

static GListModel *
decode_models (Answer     *answer,
               const char *body)
{
  answer_begin (answer, "ollama");

  return (GListModel *) answer->decoder->protocol->tasks[DHEERA_TASK_LIST_MODELS].decode (answer->decoder, body, strlen (body));
}

static void
test_models (void)
{
  g_auto (Answer) answer = { 0 };
  g_autoptr (GListModel) models = NULL;
  g_autoptr (DheeraModel) first = NULL;
  g_autoptr (DheeraModel) second = NULL;

  models = decode_models (&answer,
                          "{\"models\":[{\"name\":\"a:1b\",\"model\":\"a:1b\",\"modified_at\":\"2023-11-14T23:13:20.123456789+01:00\",\"size\":1,"
                          "\"details\":{\"family\":\"x\",\"context_length\":8192}},{\"name\":\"b\"},{},7,{\"model\":\"\"}]}");
  g_assert_nonnull (models);
  g_assert_cmpuint (g_list_model_get_n_items (models), ==, 2);
  first = g_list_model_get_item (models, 0);
  g_assert_cmpstr (dheera_model_get_id (first), ==, "a:1b");
  g_assert_cmpstr (dheera_model_get_name (first), ==, "a:1b");
  g_assert_cmpstr (dheera_model_get_provider (first), ==, "ollama");
  g_assert_cmpint (dheera_model_get_created (first), ==, 1700000000);
  g_assert_cmpint (dheera_model_get_context_window (first), ==, 8192);
  second = g_list_model_get_item (models, 1);
  g_assert_cmpstr (dheera_model_get_id (second), ==, "b");
  g_assert_cmpint (dheera_model_get_context_window (second), ==, -1);
  g_assert_cmpint (dheera_model_get_created (second), ==, -1);
}

static void
test_no_models (void)
{
  static const struct
  {
    const char *body;
    DheeraError code; /* 0: an empty list */
  } cases[] = {
    { "{\"models\":[]}", 0 },
    { "{\"models\":null}", 0 },
    { "{}", DHEERA_ERROR_PROTOCOL },
    { "{\"models\":{}}", DHEERA_ERROR_PROTOCOL },
    { "[]", DHEERA_ERROR_PROTOCOL },
    { "{\"models\"", DHEERA_ERROR_PROTOCOL },
    { "{\"error\":\"no\"}", DHEERA_ERROR_STREAM_ERROR },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Answer) answer = { 0 };
      g_autoptr (GListModel) models = decode_models (&answer, cases[i].body);

      if (cases[i].code == 0)
        {
          g_assert_nonnull (models);
          g_assert_cmpuint (g_list_model_get_n_items (models), ==, 0);
          continue;
        }
      g_assert_null (models);
      g_assert_cmpint (dheera_error_details_get_code (answer.decoder->failure), ==, cases[i].code);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/ollama-chat-decode/stream", test_stream);
  g_test_add_func ("/ollama-chat-decode/behind-end", test_behind_end);
  g_test_add_func ("/ollama-chat-decode/finish-reasons", test_finish_reasons);
  g_test_add_func ("/ollama-chat-decode/tool-calls", test_tool_calls);
  g_test_add_func ("/ollama-chat-decode/counts", test_counts);
  g_test_add_func ("/ollama-chat-decode/logprobs", test_logprobs);
  g_test_add_func ("/ollama-chat-decode/failures", test_failures);
  g_test_add_func ("/ollama-chat-decode/tolerance", test_tolerance);
  g_test_add_func ("/ollama-chat-decode/whole", test_whole);
  g_test_add_func ("/ollama-chat-decode/many-calls", test_many_calls);
  g_test_add_func ("/ollama-chat-decode/models", test_models);
  g_test_add_func ("/ollama-chat-decode/no-models", test_no_models);

  return g_test_run ();
}
