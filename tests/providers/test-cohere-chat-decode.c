/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "providers-util.h"

#include "dheera-ai/model/dheera-model.h"
#include "dheera-ai/model/messages/dheera-message-private.h"

/* Answers of /v2/chat */

#define START "{\"id\":\"a1\",\"type\":\"message-start\",\"delta\":{\"message\":{\"role\":\"assistant\",\"content\":[],\"tool_plan\":\"\",\"tool_calls\":[],\"citations\":[]}}}\n"
#define EVENT(type, message) "{\"type\":\"" type "\",\"index\":0,\"delta\":{\"message\":" message "}}\n"
#define TEXT(text) EVENT ("content-delta", "{\"content\":{\"text\":\"" text "\"}}")
#define THINKING(text) EVENT ("content-delta", "{\"content\":{\"thinking\":\"" text "\"}}")
#define PLAN(text) EVENT ("tool-plan-delta", "{\"tool_plan\":\"" text "\"}")
#define CALL(type, index, call) "{\"type\":\"" type "\",\"index\":" index ",\"delta\":{\"message\":{\"tool_calls\":" call "}}}\n"
#define BLOCK_END "{\"type\":\"content-end\",\"index\":0}\n"
#define END(delta) "{\"type\":\"message-end\",\"delta\":{\"finish_reason\":" delta "}}"

static void
test_stream (void)
{
  g_auto (Answer) answer = { 0 };
  DheeraUsage *usage;

  answer_stream (&answer, "cohere",
                 START EVENT ("content-start", "{\"content\":{\"type\":\"text\",\"text\":\"\"}}") TEXT ("Hi \\ud83d") TEXT ("\\ude00") BLOCK_END
                 END ("\"COMPLETE\",\"usage\":{\"billed_units\":{\"input_tokens\":3,\"output_tokens\":1},"
                      "\"tokens\":{\"input_tokens\":500.0,\"output_tokens\":4.0},\"cached_tokens\":480.0}") "\n[DONE]");
  assert_end (&answer);
  assert_text (&answer, "Hi 😀");
  assert_reason (&answer, DHEERA_FINISH_REASON_STOP);
  g_assert_cmpstr (dheera_response_get_id (answer_response (&answer)), ==, "a1");
  usage = dheera_response_get_usage (answer_response (&answer));
  g_assert_cmpint (dheera_usage_get_prompt_tokens (usage), ==, 500);
  g_assert_cmpint (dheera_usage_get_completion_tokens (usage), ==, 4);
  g_assert_cmpint (dheera_usage_get_total_tokens (usage), ==, 504);
  g_assert_cmpint (dheera_usage_get_cached_tokens (usage), ==, 480);
}

static const char *
native (Answer *answer,
        guint   position)
{
  DheeraMessage *message = dheera_choice_get_message (dheera_response_get_choice (answer_response (answer), 0));

  g_assert_cmpuint (position, <, dheera_message_get_n_natives (message));

  return dheera_message_peek_native (message, position, "cohere");
}

static guint
count_natives (Answer *answer)
{
  return dheera_message_get_n_natives (dheera_choice_get_message (dheera_response_get_choice (answer_response (answer), 0)));
}

/* What is thought is reasoning, and kept as what it was. */
static void
test_thinking (void)
{
  static const struct
  {
    gboolean streamed;
    const char *body;
  } cases[] = {
    { TRUE, START THINKING ("h\\n") THINKING ("m") BLOCK_END PLAN ("I ") PLAN ("will") CALL ("tool-call-start", "0", "{\"id\":\"c\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}")
      END ("\"TOOL_CALL\"") },
    /* An event that closes is missing. */
    { TRUE, START THINKING ("h\\nm") PLAN ("I will") CALL ("tool-call-start", "0", "{\"id\":\"c\",\"function\":{\"name\":\"f\",\"arguments\":\"\"}}") END ("\"TOOL_CALL\"") },
    { FALSE, "{\"id\":\"a1\",\"finish_reason\":\"TOOL_CALL\",\"message\":{\"tool_plan\":\"I will\",\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\",\"function\":{\"name\":\"f\","
      "\"arguments\":\"{}\"}}],\"content\":[{\"type\":\"thinking\",\"thinking\":\"h\\nm\"}]}}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Answer) answer = { 0 };

      if (cases[i].streamed)
        answer_stream (&answer, "cohere", cases[i].body);
      else
        answer_whole (&answer, "cohere", cases[i].body);
      assert_end (&answer);
      assert_reasoning (&answer, "h\nmI will");
      assert_text (&answer, "");
      assert_reason (&answer, DHEERA_FINISH_REASON_TOOL_CALLS);
      g_assert_cmpuint (answer_n_calls (&answer), ==, 1);
      g_assert_cmpuint (count_natives (&answer), ==, 2);
      g_assert_cmpstr (native (&answer, 0), ==, "{\"type\":\"thinking\",\"thinking\":\"h\\nm\"}");
      g_assert_cmpstr (native (&answer, 1), ==, "{\"tool_plan\":\"I will\"}");
    }
}

static void
test_no_thinking (void)
{
  g_auto (Answer) answer = { 0 };

  answer_stream (&answer, "cohere", START THINKING ("") BLOCK_END PLAN ("") TEXT ("a") END ("\"COMPLETE\""));
  assert_end (&answer);
  assert_reasoning (&answer, "");
  g_assert_cmpuint (count_natives (&answer), ==, 0);
}

static void
test_tool_calls (void)
{
  static const struct
  {
    gboolean streamed;
    const char *body;
  } cases[] = {
    { TRUE, START CALL ("tool-call-start", "0", "{\"id\":\"c\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"\"}}")
      CALL ("tool-call-delta", "0", "{\"function\":{\"arguments\":\"{\\\"a\\\"\"}}") CALL ("tool-call-delta", "0", "{\"function\":{\"arguments\":\":1}\"}}")
      "{\"type\":\"tool-call-end\",\"index\":0}\n" CALL ("tool-call-start", "1", "{\"id\":\"d\",\"type\":\"function\",\"function\":{\"name\":\"g\",\"arguments\":\"\"}}")
      "{\"type\":\"tool-call-end\",\"index\":1}\n" END ("\"TOOL_CALL\"") },
    { TRUE, START CALL ("tool-call-start", "0", "{\"id\":\"c\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\":1}\"}}")
      CALL ("tool-call-start", "1", "{\"id\":\"d\",\"function\":{\"name\":\"g\"}}") CALL ("tool-call-delta", "1", "{\"function\":{\"arguments\":\"null\"}}") END ("\"TOOL_CALL\"") },
    { FALSE, "{\"finish_reason\":\"TOOL_CALL\",\"message\":{\"tool_calls\":[{\"id\":\"c\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\":1}\"}},"
      "{\"id\":\"d\",\"function\":{\"name\":\"g\",\"arguments\":\"null\"}}]}}" },
    { FALSE, "{\"finish_reason\":\"COMPLETE\",\"message\":{\"content\":null,\"tool_calls\":[{\"id\":\"c\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\":1}\"}},"
      "{\"id\":\"d\",\"function\":{\"name\":\"g\",\"arguments\":\"\"}}]}}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Answer) answer = { 0 };

      if (cases[i].streamed)
        answer_stream (&answer, "cohere", cases[i].body);
      else
        answer_whole (&answer, "cohere", cases[i].body);
      assert_end (&answer);
      assert_reason (&answer, DHEERA_FINISH_REASON_TOOL_CALLS);
      g_assert_cmpuint (answer_n_calls (&answer), ==, 2);
      g_assert_cmpstr (dheera_tool_call_get_id (answer_call (&answer, 0)), ==, "c");
      g_assert_cmpstr (dheera_tool_call_get_name (answer_call (&answer, 0)), ==, "f");
      g_assert_cmpstr (dheera_tool_call_get_arguments (answer_call (&answer, 0)), ==, "{\"a\":1}");
      g_assert_cmpstr (dheera_tool_call_get_id (answer_call (&answer, 1)), ==, "d");
      g_assert_cmpstr (dheera_tool_call_get_arguments (answer_call (&answer, 1)), ==, "{}");
    }
}

static void
test_finish_reasons (void)
{
  static const struct
  {
    const char *raw;
    DheeraFinishReason reason;
  } cases[] = {
    { "COMPLETE", DHEERA_FINISH_REASON_STOP },     { "STOP_SEQUENCE", DHEERA_FINISH_REASON_STOP }, { "MAX_TOKENS", DHEERA_FINISH_REASON_LENGTH },
    { "TOOL_CALL", DHEERA_FINISH_REASON_TOOL_CALLS }, { "NEW_ONE", DHEERA_FINISH_REASON_OTHER },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Answer) whole = { 0 };
      g_auto (Answer) streamed = { 0 };
      g_autofree char *body = g_strdup_printf ("{\"finish_reason\":\"%s\",\"message\":{\"content\":[{\"type\":\"text\",\"text\":\"a\"}]}}", cases[i].raw);
      g_autofree char *stream = g_strdup_printf (START TEXT ("a") END ("\"%s\""), cases[i].raw);

      answer_whole (&whole, "cohere", body);
      assert_end (&whole);
      assert_reason (&whole, cases[i].reason);
      g_assert_cmpstr (dheera_choice_get_finish_reason_raw (dheera_response_get_choice (answer_response (&whole), 0)), ==, cases[i].raw);
      answer_stream (&streamed, "cohere", stream);
      assert_end (&streamed);
      assert_reason (&streamed, cases[i].reason);
    }
}

static void
test_failures (void)
{
  static const struct
  {
    const char *stream;
    DheeraError code;
    const char *text;    /* that came before */
    const char *message; /* part of it */
  } cases[] = {
    { START TEXT ("a") END ("\"ERROR\",\"error\":\"it broke\""), DHEERA_ERROR_SERVER, "a", "it broke" },
    { START TEXT ("a") END ("\"ERROR\""), DHEERA_ERROR_SERVER, "a", "ERROR" },
    { START TEXT ("a") END ("\"TIMEOUT\""), DHEERA_ERROR_TIMEOUT, "a", "TIMEOUT" },
    { START TEXT ("a") "{\"id\":\"x\",\"message\":\"too many tokens: 5\"}", DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED, "a", "too many" },
    { START TEXT ("a") "{\"message\":\"no\"}", DHEERA_ERROR_STREAM_ERROR, "a", "no" },
    { START TEXT ("a") "{\"type\":\"error\",\"message\":\"no\"}", DHEERA_ERROR_STREAM_ERROR, "a", "no" },
    { START TEXT ("a") "[DONE]", DHEERA_ERROR_STREAM_INTERRUPTED, "a", "" },
    { START TEXT ("a") BLOCK_END "\n", DHEERA_ERROR_STREAM_INTERRUPTED, "a", "" },
    { START "7", DHEERA_ERROR_PROTOCOL, "", "" },
    { START "{\"type\":", DHEERA_ERROR_PROTOCOL, "", "" },
    { START EVENT ("content-delta", "{\"content\":7}"), DHEERA_ERROR_PROTOCOL, "", "content" },
    { START EVENT ("tool-call-start", "{\"tool_calls\":7}"), DHEERA_ERROR_PROTOCOL, "", "tool_calls" },
    { START EVENT ("tool-call-start", "{\"tool_calls\":{\"function\":[]}}"), DHEERA_ERROR_PROTOCOL, "", "tool_calls" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Answer) answer = { 0 };

      answer_stream (&answer, "cohere", cases[i].stream);
      assert_failed (&answer, cases[i].code);
      assert_text (&answer, cases[i].text);
      g_assert_nonnull (strstr (dheera_error_details_get_message (answer.decoder->failure), cases[i].message));
    }
}

static void
test_error_event (void)
{
  g_auto (Answer) answer = { 0 };

  answer_begin (&answer, "cohere");
  answer_add_event (&answer, "error", "{\"message\":\"no\"}");
  assert_failed (&answer, DHEERA_ERROR_STREAM_ERROR);
}

static void
test_whole_failures (void)
{
  static const struct
  {
    const char *body;
    DheeraError code;
  } cases[] = {
    { "{\"message\":\"no\"}", DHEERA_ERROR_STREAM_ERROR },
    { "{\"error\":{\"message\":\"no\"}}", DHEERA_ERROR_STREAM_ERROR },
    { "{\"id\":\"a\"}", DHEERA_ERROR_PROTOCOL },
    { "[]", DHEERA_ERROR_PROTOCOL },
    { "", DHEERA_ERROR_PROTOCOL },
    { "{\"message\" 1}", DHEERA_ERROR_PROTOCOL },
    { "{\"message\":{\"content\":[]", DHEERA_ERROR_STREAM_INTERRUPTED },
    { "{\"message\":{\"content\":[]},\"finish_reason\":\"TIMEOUT\"}", DHEERA_ERROR_TIMEOUT },
    { "{\"message\":{\"content\":true},\"finish_reason\":\"COMPLETE\"}", DHEERA_ERROR_PROTOCOL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Answer) answer = { 0 };

      answer_whole (&answer, "cohere", cases[i].body);
      assert_failed (&answer, cases[i].code);
    }
}

/* What says nothing, or what nobody knows, is passed over. */
static void
test_tolerance (void)
{
  g_auto (Answer) answer = { 0 };

  answer_stream (&answer, "cohere",
                 "{}\n{\"type\":null}\n{\"type\":7,\"delta\":null}\n{\"type\":\"debug\",\"prompt\":\"x\"}\n{\"type\":\"new-one\",\"delta\":{\"message\":[1]}}\n"
                 START EVENT ("content-delta", "{\"content\":null}") EVENT ("content-delta", "{\"content\":{\"text\":7}}")
                 EVENT ("content-delta", "{\"content\":{\"image\":\"x\"}}") EVENT ("tool-plan-delta", "{\"tool_plan\":null}") EVENT ("citation-start", "{\"citations\":7}")
                 "{\"t\\u0079pe\":\"content-delta\",\"delta\":{\"message\":{\"content\":{\"text\":\"a\"}}}}\n"
                 END ("\"COMPLETE\",\"usage\":{\"tokens\":{\"input_tokens\":-3,\"output_tokens\":\"x\"}}"));
  assert_end (&answer);
  assert_text (&answer, "a");
  g_assert_null (dheera_response_get_usage (answer_response (&answer)));
  answer_add_event (&answer, "message", "{\"message\":\"late\"}");
  assert_end (&answer);
}

static void
test_usage (void)
{
  static const struct
  {
    const char *usage;
    gint64 prompt;
    gint64 completion;
    gint64 reasoning;
  } cases[] = {
    { "{\"tokens\":{\"input_tokens\":3,\"output_tokens\":2,\"reasoning_tokens\":1}}", 3, 2, 1 },
    { "{\"billed_units\":{\"input_tokens\":267,\"output_tokens\":52},\"tokens\":{\"input_tokens\":34,\"output_tokens\":56,\"image_tokens\":259}}", 293, 56, -1 },
    { "{\"billed_units\":{\"input_tokens\":3,\"output_tokens\":2}}", 3, 2, -1 },
    { "{\"tokens\":{\"output_tokens\":2}}", -1, 2, -1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Answer) answer = { 0 };
      g_autofree char *body = g_strdup_printf ("{\"finish_reason\":\"COMPLETE\",\"message\":{},\"usage\":%s}", cases[i].usage);
      DheeraUsage *usage;

      answer_whole (&answer, "cohere", body);
      assert_end (&answer);
      usage = dheera_response_get_usage (answer_response (&answer));
      g_assert_cmpint (dheera_usage_get_prompt_tokens (usage), ==, cases[i].prompt);
      g_assert_cmpint (dheera_usage_get_completion_tokens (usage), ==, cases[i].completion);
      g_assert_cmpint (dheera_usage_get_reasoning_tokens (usage), ==, cases[i].reasoning);
    }
}

#define TOOL_SOURCE "{\"start\":0,\"end\":2,\"text\":\"Hi\",\"sources\":[{\"type\":\"tool\",\"id\":\"t:0\",\"tool_output\":{\"a\":\"1\"}}],\"type\":\"TEXT_CONTENT\"}"
#define URL_SOURCE \
  "{\"start\":0,\"end\":2,\"text\":\"Hi\",\"sources\":[{\"type\":\"document\",\"id\":\"d\",\"document\":{\"url\":\"https://a.example\",\"title\":\"A\"}},7," \
  "{\"type\":\"document\",\"document\":{\"url\":\"https://b.example\"}}]}"
#define URL_ANNOTATIONS \
  "{\"type\":\"url_citation\",\"url_citation\":{\"start_index\":0,\"end_index\":2,\"url\":\"https://a.example\",\"title\":\"A\"}}," \
  "{\"type\":\"url_citation\",\"url_citation\":{\"start_index\":0,\"end_index\":2,\"url\":\"https://b.example\"}}"

static void
test_citations (void)
{
  g_auto (Answer) whole = { 0 };
  g_auto (Answer) streamed = { 0 };

  answer_whole (&whole, "cohere",
                "{\"finish_reason\":\"COMPLETE\",\"message\":{\"content\":[{\"type\":\"text\",\"text\":\"Hi\"}],\"citations\":[" TOOL_SOURCE "," URL_SOURCE ",7]}}");
  assert_end (&whole);
  g_assert_cmpstr (dheera_response_get_annotations (answer_response (&whole)), ==, "[" TOOL_SOURCE "," URL_ANNOTATIONS "]");

  answer_stream (&streamed, "cohere",
                 START TEXT ("Hi") EVENT ("citation-start", "{\"citations\":" TOOL_SOURCE "}") "{\"type\":\"citation-end\",\"index\":0}\n"
                 EVENT ("citation-start", "{\"citations\":" URL_SOURCE "}") END ("\"COMPLETE\""));
  assert_end (&streamed);
  g_assert_cmpstr (dheera_response_get_annotations (answer_response (&streamed)), ==, "[" TOOL_SOURCE "," URL_ANNOTATIONS "]");
}

#define TOKEN(text, number) "{\"token\":\"" text "\",\"logprob\":" number ",\"bytes\":null,\"top_logprobs\":[]}"

static void
test_logprobs (void)
{
  g_auto (Answer) whole = { 0 };
  g_auto (Answer) streamed = { 0 };

  answer_whole (&whole, "cohere",
                "{\"finish_reason\":\"COMPLETE\",\"message\":{\"content\":[{\"type\":\"text\",\"text\":\"ab\"}]},"
                "\"logprobs\":[{\"text\":\"a\",\"token_ids\":[1,2],\"logprobs\":[-0.5,-0.25]},{\"token_ids\":[3],\"logprobs\":[-1]},7]}");
  assert_end (&whole);
  g_assert_cmpstr (dheera_choice_get_logprobs (dheera_response_get_choice (answer_response (&whole), 0)), ==,
                   "{\"content\":[" TOKEN ("a", "-0.75") "," TOKEN ("", "-1") "],\"refusal\":null}");

  answer_stream (&streamed, "cohere",
                 START "{\"type\":\"content-delta\",\"index\":0,\"delta\":{\"message\":{\"content\":{\"text\":\"a\"}}},"
                 "\"logprobs\":{\"text\":\"a\",\"token_ids\":[1],\"logprobs\":[-0.5]}}\n" END ("\"COMPLETE\""));
  assert_end (&streamed);
  g_assert_cmpstr (dheera_choice_get_logprobs (dheera_response_get_choice (answer_response (&streamed), 0)), ==,
                   "{\"content\":[" TOKEN ("a", "-0.5") "],\"refusal\":null}");
}

static void
test_models (void)
{
  static const char body[] =
    "{\"models\":[{\"name\":\"command-a-03-2025\",\"endpoints\":[\"chat\"],\"context_length\":256000},{\"name\":\"embed-v4.0\",\"endpoints\":[\"embed\"]}],"
    "\"next_page_token\":\"\"}";
  g_auto (Answer) answer = { 0 };
  g_autoptr (GListModel) models = NULL;
  g_autoptr (DheeraModel) first = NULL;

  answer_begin (&answer, "cohere");
  models = (GListModel *) answer.decoder->protocol->tasks[DHEERA_TASK_LIST_MODELS].decode (answer.decoder, body, strlen (body));
  g_assert_nonnull (models);
  g_assert_cmpuint (g_list_model_get_n_items (models), ==, 2);
  first = g_list_model_get_item (models, 0);
  g_assert_cmpstr (dheera_model_get_id (first), ==, "command-a-03-2025");
  g_assert_cmpint (dheera_model_get_context_window (first), ==, 256000);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/cohere-chat-decode/stream", test_stream);
  g_test_add_func ("/cohere-chat-decode/thinking", test_thinking);
  g_test_add_func ("/cohere-chat-decode/no-thinking", test_no_thinking);
  g_test_add_func ("/cohere-chat-decode/tool-calls", test_tool_calls);
  g_test_add_func ("/cohere-chat-decode/finish-reasons", test_finish_reasons);
  g_test_add_func ("/cohere-chat-decode/failures", test_failures);
  g_test_add_func ("/cohere-chat-decode/error-event", test_error_event);
  g_test_add_func ("/cohere-chat-decode/whole-failures", test_whole_failures);
  g_test_add_func ("/cohere-chat-decode/tolerance", test_tolerance);
  g_test_add_func ("/cohere-chat-decode/usage", test_usage);
  g_test_add_func ("/cohere-chat-decode/citations", test_citations);
  g_test_add_func ("/cohere-chat-decode/logprobs", test_logprobs);
  g_test_add_func ("/cohere-chat-decode/models", test_models);

  return g_test_run ();
}
