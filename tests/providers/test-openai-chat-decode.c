/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "providers-util.h"

#include "dheera-ai/model/messages/dheera-message-private.h"

/* The deviations from OpenAI's own answers that compatible servers are known for */

#define WHOLE(message) "{\"choices\":[{\"message\":" message ",\"finish_reason\":\"stop\"}]}"
#define DELTA(delta) "{\"choices\":[{\"index\":0,\"delta\":" delta "}]}\n"
#define STOP "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n"

static void
test_whole (void)
{
  g_auto (Answer) answer = { 0 };

  answer_whole (&answer, "openai",
                "\n\n {\"id\":\"chatcmpl-1\",\"model\":\"gpt-4o\",\"created\":1700000000,\"choices\":[{\"index\":0,"
                "\"message\":{\"role\":\"assistant\",\"content\":\"Hi \\u00e9\\ud83d\\ude00\",\"refusal\":null},\"finish_reason\":\"stop\"}],"
                "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2,\"total_tokens\":5}} \n");
  assert_end (&answer);
  assert_text (&answer, "Hi é😀");
  assert_reason (&answer, DHEERA_FINISH_REASON_STOP);
  g_assert_cmpstr (dheera_response_get_id (answer_response (&answer)), ==, "chatcmpl-1");
  g_assert_cmpstr (dheera_response_get_model (answer_response (&answer)), ==, "gpt-4o");
  g_assert_cmpint (dheera_response_get_created (answer_response (&answer)), ==, 1700000000);
  g_assert_cmpint (dheera_usage_get_total_tokens (dheera_response_get_usage (answer_response (&answer))), ==, 5);
  g_assert_null (dheera_response_get_raw_json (answer_response (&answer)));
}

static void
test_choices (void)
{
  g_auto (Answer) answer = { 0 };
  g_auto (Answer) streamed = { 0 };

  answer_whole (&answer, "openai",
                "{\"choices\":[{\"index\":1,\"message\":{\"content\":\"b\"},\"finish_reason\":\"length\"},"
                "{\"index\":0,\"message\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}");
  assert_end (&answer);
  g_assert_cmpuint (dheera_response_get_n_choices (answer_response (&answer)), ==, 2);
  assert_text (&answer, "a");
  g_assert_cmpint (dheera_choice_get_finish_reason (dheera_response_get_choice (answer_response (&answer), 1)), ==,
                   DHEERA_FINISH_REASON_LENGTH);

  answer_stream (&streamed, "openai",
                 "{\"choices\":[{\"index\":1,\"delta\":{\"content\":\"b\"}},{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n"
                 "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\n"
                 "{\"choices\":[{\"index\":1,\"delta\":{\"content\":\"b\"},\"finish_reason\":\"stop\"}]}");
  assert_end (&streamed);
  assert_text (&streamed, "aa");
  g_assert_cmpstr (dheera_message_get_text (
                     dheera_choice_get_message (dheera_response_get_choice (answer_response (&streamed), 1))), ==, "bb");
}

static void
test_gaps (void)
{
  g_auto (Answer) answer = { 0 };

  /* Neither id nor model, created, object or index */
  answer_whole (&answer, "lab", WHOLE ("{\"content\":\"Hi\"}"));
  assert_end (&answer);
  assert_text (&answer, "Hi");
  g_assert_true (g_str_has_prefix (dheera_response_get_id (answer_response (&answer)), "chatcmpl-"));
  g_assert_null (dheera_response_get_usage (answer_response (&answer)));
}

static void
test_reasoning_members (void)
{
  static const struct
  {
    const char *message;
    const char *reasoning;
    const char *text;
  } cases[] = {
    { "{\"content\":\"a\",\"reasoning_content\":\"r\"}", "r", "a" },
    { "{\"content\":\"a\",\"reasoning\":\"r\"}", "r", "a" },
    { "{\"content\":\"a\",\"reasoning_text\":\"r\"}", "r", "a" },
    { "{\"content\":\"a\",\"reasoning_content\":\"r\",\"reasoning\":\"r\"}", "r", "a" },
    { "{\"content\":\"a\",\"reasoning_content\":\"\",\"reasoning\":\"r\"}", "r", "a" },
    { "{\"content\":\"a\",\"reasoning_content\":null,\"reasoning\":null}", "", "a" },
    { "{\"content\":\"a\",\"reasoning\":{\"effort\":\"low\"}}", "", "a" },
    { "{\"content\":\"a\",\"reasoning_details\":[{\"type\":\"reasoning.text\",\"text\":\"r\"},"
      "{\"type\":\"reasoning.summary\",\"summary\":\"s\"},{\"type\":\"reasoning.encrypted\",\"data\":\"x\"}]}", "rs", "a" },
    { "{\"content\":\"a\",\"reasoning\":\"r\",\"reasoning_details\":[{\"type\":\"reasoning.text\",\"text\":\"r\"}]}", "r", "a" },
    { "{\"content\":[{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"r\"}]},{\"type\":\"text\",\"text\":\"a\"}]}", "r", "a" },
    { "{\"content\":[{\"type\":\"thinking\",\"thinking\":\"r\"},\"a\"]}", "r", "a" },
    { "{\"content\":[{\"type\":\"reasoning\",\"summary\":[{\"type\":\"summary_text\",\"text\":\"r\"}]},{\"type\":\"text\",\"text\":\"a\"}]}", "r", "a" },
    { "{\"content\":[{\"type\":\"reference\",\"reference_ids\":[1]},{\"type\":\"text\",\"text\":\"a\"}]}", "", "a" },
    { "{\"content\":null}", "", "" },
    { "{}", "", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *whole = g_strdup_printf (WHOLE ("%s"), cases[i].message);
      g_autofree char *stream = g_strdup_printf (DELTA ("%s") STOP, cases[i].message);
      g_auto (Answer) answer = { 0 };
      g_auto (Answer) streamed = { 0 };

      answer_whole (&answer, "lab", whole);
      assert_end (&answer);
      assert_text (&answer, cases[i].text);
      assert_reasoning (&answer, cases[i].reasoning);

      answer_stream (&streamed, "lab", stream);
      assert_end (&streamed);
      assert_text (&streamed, cases[i].text);
      assert_reasoning (&streamed, cases[i].reasoning);
    }
}

static void
assert_thoughts (Answer     *answer,
                 const char *first,
                 const char *second)
{
  DheeraMessage *message = dheera_response_get_message (answer_response (answer));

  g_assert_cmpuint (dheera_message_get_n_natives (message), ==, (first != NULL) + (second != NULL));
  if (first != NULL)
    g_assert_cmpstr (dheera_message_peek_native (message, 0, "mistral"), ==, first);
  if (second != NULL)
    {
      g_assert_cmpstr (dheera_message_peek_native (message, 1, "mistral"), ==, second);
      g_assert_cmpuint (dheera_message_peek_native_block (message, 1)->after_text, ==, 1);
    }
}

#define THOUGHT(text, more) "{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"" text "\"}]" more "}"

/* A whole chunk is kept as it was sent, the pieces of a stream become one. */
static void
test_mistral_thoughts (void)
{
  g_auto (Answer) whole = { 0 };
  g_auto (Answer) streamed = { 0 };
  g_auto (Answer) cut = { 0 };
  g_auto (Answer) of_others = { 0 };

  answer_whole (&whole, "mistral", WHOLE ("{\"content\":[{\"type\": \"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"r\"}],\"closed\":true},"
                                          "{\"type\":\"text\",\"text\":\"a\"}," THOUGHT ("s", "") "]}"));
  assert_end (&whole);
  assert_reasoning (&whole, "rs");
  assert_thoughts (&whole, "{\"type\": \"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"r\"}],\"closed\":true}", THOUGHT ("s", ""));

  answer_stream (&streamed, "mistral",
                 DELTA ("{\"role\":\"assistant\",\"content\":\"\"}")
                 DELTA ("{\"content\":[" THOUGHT ("r\\n", "") "]}") DELTA ("{\"content\":[" THOUGHT ("\\u00e9", ",\"signature\":\"s\\/1\"") "]}")
                 DELTA ("{\"content\":\"\"}") DELTA ("{\"content\":[{\"type\":\"text\",\"text\":\"a\"}]}")
                 DELTA ("{\"content\":[" THOUGHT ("s", "") "]}")
                 DELTA ("{\"tool_calls\":[{\"id\":\"gSIMJiOkT\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]}") STOP);
  assert_end (&streamed);
  assert_text (&streamed, "a");
  assert_reasoning (&streamed, "r\né" "s");
  assert_thoughts (&streamed, THOUGHT ("r\\né", ",\"signature\":\"s\\/1\""), THOUGHT ("s", ""));
  g_assert_cmpuint (dheera_message_peek_native_block (dheera_response_get_message (answer_response (&streamed)), 1)->after_tool_calls, ==, 0);

  answer_stream (&cut, "mistral", DELTA ("{\"content\":[" THOUGHT ("r", "") "]}") STOP);
  assert_end (&cut);
  assert_thoughts (&cut, THOUGHT ("r", ""), NULL);

  answer_stream (&of_others, "lab", DELTA ("{\"content\":[" THOUGHT ("r", "") "]}") STOP);
  assert_end (&of_others);
  assert_thoughts (&of_others, NULL, NULL);
}

static void
test_tool_calls (void)
{
  static const struct
  {
    const char *stream;
    guint n;
    const char *id;
    const char *name;
    const char *arguments;
  } cases[] = {
    { DELTA ("{\"tool_calls\":[{\"index\":0,\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"\"}}]}")
      DELTA ("{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\\\"a\\\"\"}}]}")
      DELTA ("{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\":1}\"}}]}"), 1, "c1", "f", "{\"a\":1}" },
    /* No index, and a continuation without an id */
    { DELTA ("{\"tool_calls\":[{\"id\":\"c1\",\"function\":{\"name\":\"f\",\"arguments\":\"{\"}}]}")
      DELTA ("{\"tool_calls\":[{\"function\":{\"arguments\":\"}\"}}]}"), 1, "c1", "f", "{}" },
    /* The same id again, with an empty name */
    { DELTA ("{\"tool_calls\":[{\"index\":0,\"id\":\"c1\",\"function\":{\"name\":\"f\",\"arguments\":\"{\"}}]}")
      DELTA ("{\"tool_calls\":[{\"index\":0,\"id\":\"c1\",\"function\":{\"name\":\"\",\"arguments\":\"}\"}}]}"), 1, "c1", "f", "{}" },
    /* Two calls under one index */
    { DELTA ("{\"tool_calls\":[{\"index\":0,\"id\":\"c0\",\"function\":{\"name\":\"e\",\"arguments\":\"{}\"}}]}")
      DELTA ("{\"tool_calls\":[{\"index\":0,\"id\":\"c1\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]}"), 2, "c1", "f", "{}" },
    /* Two in one list, without ids and numbers */
    { DELTA ("{\"tool_calls\":[{\"function\":{\"name\":\"e\",\"arguments\":\"{}\"}},{\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]}"),
      2, NULL, "f", "{}" },
    { DELTA ("{\"tool_calls\":[{\"id\":\"null\",\"function\":{\"name\":\"f\",\"arguments\":{\"a\": 1}}}]}"), 1, NULL, "f", "{\"a\": 1}" },
    { DELTA ("{\"tool_calls\":[{\"id\":\"c1\",\"function\":{\"name\":\"f\",\"arguments\":null}}]}"), 1, "c1", "f", "{}" },
    { DELTA ("{\"tool_calls\":[{\"id\":\"c1\",\"type\":\"custom\",\"custom\":{\"name\":\"f\",\"input\":\"x\"}}]}"), 1, "c1", "f", "x" },
    { DELTA ("{\"function_call\":{\"name\":\"f\",\"arguments\":\"{\"}}") DELTA ("{\"function_call\":{\"arguments\":\"}\"}}"),
      1, NULL, "f", "{}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *stream = g_strconcat (cases[i].stream, STOP, NULL);
      g_auto (Answer) answer = { 0 };
      DheeraToolCall *last;

      answer_stream (&answer, "lab", stream);
      assert_end (&answer);
      g_assert_cmpuint (answer_n_calls (&answer), ==, cases[i].n);
      last = answer_call (&answer, cases[i].n - 1);
      g_assert_cmpstr (dheera_tool_call_get_name (last), ==, cases[i].name);
      g_assert_cmpstr (dheera_tool_call_get_arguments (last), ==, cases[i].arguments);
      if (cases[i].id != NULL)
        g_assert_cmpstr (dheera_tool_call_get_id (last), ==, cases[i].id);
      else
        g_assert_true (g_str_has_prefix (dheera_tool_call_get_id (last), "call_"));
      /* "stop" was said, calls were made. */
      assert_reason (&answer, DHEERA_FINISH_REASON_TOOL_CALLS);
    }
}

/* In a whole answer two calls without ids and numbers are two calls. */
static void
test_whole_tool_calls (void)
{
  g_auto (Answer) answer = { 0 };

  answer_whole (&answer, "lab", WHOLE ("{\"content\":null,\"tool_calls\":[{\"function\":{\"name\":\"e\",\"arguments\":\"{}\"}},"
                                       "{\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"x\\\":2}\"}}]}"));
  assert_end (&answer);
  g_assert_cmpuint (answer_n_calls (&answer), ==, 2);
  g_assert_cmpstr (dheera_tool_call_get_arguments (answer_call (&answer, 1)), ==, "{\"x\":2}");
  g_assert_cmpstr (dheera_tool_call_get_id (answer_call (&answer, 0)), !=, dheera_tool_call_get_id (answer_call (&answer, 1)));
}

static void
test_finish_reasons (void)
{
  static const struct
  {
    const char *provider;
    const char *raw;
    DheeraFinishReason reason;
  } cases[] = {
    { "openai", "stop", DHEERA_FINISH_REASON_STOP },
    { "openai", "length", DHEERA_FINISH_REASON_LENGTH },
    { "openai", "function_call", DHEERA_FINISH_REASON_TOOL_CALLS },
    { "openai", "content_filter", DHEERA_FINISH_REASON_CONTENT_FILTER },
    { "togetherai", "eos", DHEERA_FINISH_REASON_STOP },
    { "lab", "STOP", DHEERA_FINISH_REASON_STOP },
    { "lab", "max_tokens", DHEERA_FINISH_REASON_LENGTH },
    { "mistral", "model_length", DHEERA_FINISH_REASON_LENGTH },
    { "zai", "sensitive", DHEERA_FINISH_REASON_CONTENT_FILTER },
    { "lab", "tired", DHEERA_FINISH_REASON_OTHER },
    { "lab", "", DHEERA_FINISH_REASON_NONE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *body = g_strdup_printf ("{\"choices\":[{\"message\":{\"content\":\"a\"},\"finish_reason\":\"%s\"}]}", cases[i].raw);
      g_auto (Answer) answer = { 0 };
      const char *raw;

      answer_whole (&answer, cases[i].provider, body);
      assert_end (&answer);
      assert_reason (&answer, cases[i].reason);
      raw = dheera_response_get_finish_reason_raw (answer_response (&answer));
      g_assert_cmpstr (raw != NULL ? raw : "", ==, cases[i].raw);
    }
}

static void
test_failing_finish_reasons (void)
{
  static const struct
  {
    const char *provider;
    const char *raw;
    DheeraError code;
  } cases[] = {
    { "openrouter", "error", DHEERA_ERROR_SERVER },
    { "mistral", "error", DHEERA_ERROR_SERVER },
    { "deepseek", "insufficient_system_resource", DHEERA_ERROR_OVERLOADED },
    { "zai", "network_error", DHEERA_ERROR_SERVER },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *stream =
        g_strdup_printf (DELTA ("{\"content\":\"Half\"}") "{\"choices\":[{\"delta\":{\"content\":\" a\"},\"finish_reason\":\"%s\"}]}", cases[i].raw);
      g_auto (Answer) answer = { 0 };

      answer_stream (&answer, cases[i].provider, stream);
      assert_failed (&answer, cases[i].code);
      g_assert_true (dheera_error_details_get_retryable (answer.decoder->failure));
      g_assert_nonnull (strstr (dheera_error_details_get_message (answer.decoder->failure), cases[i].raw));
      assert_text (&answer, "Half a");
    }
}

static void
test_ends (void)
{
  static const struct
  {
    const char *stream;
    gboolean end;
    const char *text;
  } cases[] = {
    { DELTA ("{\"content\":\"a\"}") STOP "[DONE]", TRUE, "a" },
    { DELTA ("{\"content\":\"a\"}") STOP, TRUE, "a" },
    { DELTA ("{\"content\":\"a\"}") "[DONE]", TRUE, "a" },
    { DELTA ("{\"content\":\"a\"}") STOP "[DONE] and more\n" DELTA ("{\"content\":\"b\"}"), TRUE, "a" },
    { DELTA ("{\"content\":\"a\"}") STOP "{\"choices\":[],\"usage\":{\"prompt_tokens\":1}}\n", TRUE, "a" },
    { "\n" DELTA ("{\"content\":\"a\"}") " \n" STOP "{\"choices\":[]}\n\n", TRUE, "a" },
    { DELTA ("{\"content\":\"a\"}"), FALSE, "a" },
    { "", FALSE, "" },
    /* Another choice has not finished, or one goes on. */
    { "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"},{\"index\":1,\"delta\":{\"content\":\"b\"}}]}", FALSE, "a" },
    { DELTA ("{\"content\":\"a\"}") STOP DELTA ("{\"content\":\"b\"}"), FALSE, "ab" },
    { DELTA ("{\"content\":\"a\"}") STOP DELTA ("{\"content\":\"b\"}") STOP, TRUE, "ab" },
    /* Azure's filter has its say after the end. */
    { DELTA ("{\"content\":\"a\"}") STOP "{\"choices\":[{\"index\":0,\"finish_reason\":null,\"content_filter_offsets\":{}}]}", TRUE, "a" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Answer) answer = { 0 };

      answer_stream (&answer, "lab", cases[i].stream);
      if (cases[i].end)
        assert_end (&answer);
      else
        assert_failed (&answer, DHEERA_ERROR_STREAM_INTERRUPTED);
      assert_text (&answer, cases[i].text);
    }
}

/* Whatever comes behind the end is not looked at, not even when it is an error. */
static void
test_after_the_end (void)
{
  g_auto (Answer) answer = { 0 };

  answer_begin (&answer, "lab");
  answer_add_event (&answer, "message", "{\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}");
  g_assert_cmpint (answer.decoded, ==, DHEERA_DECODED_MORE);
  answer_add_event (&answer, "message", "[DONE]");
  assert_end (&answer);
  answer_add_event (&answer, "error", "{\"error\":\"late\"}");
  assert_end (&answer);
  answer_add_event (&answer, "message", "nonsense");
  assert_end (&answer);
  answer_end (&answer);
  assert_end (&answer);
  assert_text (&answer, "a");
}

static void
test_errors (void)
{
  static const struct
  {
    const char *body;
    DheeraError code;
    const char *message;
  } cases[] = {
    { "{\"error\":{\"message\":\"Boom\",\"type\":\"server_error\"}}", DHEERA_ERROR_SERVER, "Boom" },
    { "{\"error\":\"Boom\"}", DHEERA_ERROR_STREAM_ERROR, "Boom" },
    { "{\"code\":\"x\",\"error\":\"Boom\"}", DHEERA_ERROR_STREAM_ERROR, "Boom" },
    { "{\"error\":{\"message\":\"Slow\",\"code\":429},\"choices\":[{\"delta\":{},\"finish_reason\":\"error\"}]}", DHEERA_ERROR_RATE_LIMIT, "Slow" },
    { "{\"choices\":[{\"index\":0,\"error\":{\"message\":\"Gone\",\"code\":502},\"finish_reason\":\"error\"}]}", DHEERA_ERROR_SERVER, "Gone" },
    { "{\"base_resp\":{\"status_code\":1008,\"status_msg\":\"no money\"}}", DHEERA_ERROR_QUOTA, "no money" },
    { "{\"choices\":null,\"base_resp\":{\"status_code\":1002,\"status_msg\":\"slow\"}}", DHEERA_ERROR_RATE_LIMIT, "slow" },
    { "{\"object\":\"error\",\"message\":\"Flat\",\"type\":\"invalid_request_error\"}", DHEERA_ERROR_INVALID_REQUEST, "Flat" },
    { "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Busy\"}}", DHEERA_ERROR_OVERLOADED, "Busy" },
    { "[{\"error\":{\"status\":\"UNAVAILABLE\",\"message\":\"Busy\"}}]", DHEERA_ERROR_OVERLOADED, "Busy" },
    { "{\"detail\":\"Nope\"}", DHEERA_ERROR_STREAM_ERROR, "Nope" },
    { "{\"message\":\"too many requests\"}", DHEERA_ERROR_RATE_LIMIT, "too many requests" },
    { "{\"x_groq\":{\"error\":\"over\"},\"choices\":[]}", DHEERA_ERROR_STREAM_ERROR, "over" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Answer) whole = { 0 };
      g_auto (Answer) streamed = { 0 };
      g_autofree char *stream = g_strconcat (DELTA ("{\"content\":\"a\"}"), cases[i].body, NULL);

      answer_whole (&whole, "lab", cases[i].body);
      assert_failed (&whole, cases[i].code);
      g_assert_cmpstr (dheera_error_details_get_message (whole.decoder->failure), ==, cases[i].message);

      answer_stream (&streamed, "lab", stream);
      assert_failed (&streamed, cases[i].code);
      g_assert_cmpstr (dheera_error_details_get_message (streamed.decoder->failure), ==, cases[i].message);
      assert_text (&streamed, "a");
    }
}

static void
test_error_events (void)
{
  g_auto (Answer) named = { 0 };
  g_auto (Answer) bare = { 0 };
  g_auto (Answer) empty = { 0 };

  answer_begin (&named, "groq");
  answer_add_event (&named, "error", "{\"error\":{\"message\":\"Tool call validation failed\",\"code\":\"tool_use_failed\"}}");
  assert_failed (&named, DHEERA_ERROR_INVALID_REQUEST);
  g_assert_true (dheera_error_details_get_retryable (named.decoder->failure));
  g_assert_cmpstr (dheera_error_details_get_provider_code (named.decoder->failure), ==, "tool_use_failed");

  answer_begin (&bare, "llamacpp");
  answer_add_event (&bare, "error", "out of\tmemory");
  assert_failed (&bare, DHEERA_ERROR_STREAM_ERROR);
  g_assert_cmpstr (dheera_error_details_get_message (bare.decoder->failure), ==, "out of memory");

  answer_begin (&empty, "llamacpp");
  answer_add_event (&empty, "error", "\x01 ");
  assert_failed (&empty, DHEERA_ERROR_STREAM_ERROR);
  g_assert_cmpstr (dheera_error_details_get_message (empty.decoder->failure), ==, "an error without a message");
}

/* An error member that says that there is none */
static void
test_no_errors (void)
{
  static const char *const members[] = {
    "\"error\":null", "\"error\":\"\"", "\"error\":{}", "\"error\":false", "\"error\":0", "\"base_resp\":{\"status_code\":0,\"status_msg\":\"\"}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      g_autofree char *body = g_strdup_printf ("{%s,\"choices\":[{\"message\":{\"content\":\"a\"}}]}", members[i]);
      g_auto (Answer) answer = { 0 };

      answer_whole (&answer, "lab", body);
      assert_end (&answer);
      assert_text (&answer, "a");
    }
}

/* JSON that stops in the middle is a broken connection, which is worth another attempt; an event that stops there is not: its end was seen. */
static void
test_cut_answer (void)
{
  static const char *const bodies[] = { "{", "{\"choices\":[{\"index\":0,", "{\"choices\":[{\"index\":0,\"message\":{\"content\":\"Hel" };

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_auto (Answer) whole = { 0 };
      g_auto (Answer) streamed = { 0 };

      answer_whole (&whole, "lab", bodies[i]);
      assert_failed (&whole, DHEERA_ERROR_STREAM_INTERRUPTED);
      g_assert_true (dheera_error_details_get_retryable (whole.decoder->failure));

      answer_stream (&streamed, "lab", bodies[i]);
      assert_failed (&streamed, DHEERA_ERROR_PROTOCOL);
    }
}

/* An end without [DONE] is none while a choice that was asked for is missing. */
static void
test_missing_choice (void)
{
  for (guint wanted = 1; wanted <= 2; wanted++)
    {
      g_autoptr(DheeraProvider) provider = dheera_provider_new_compatible ("lab", "http://localhost/v1");
      g_autoptr(DheeraDecoder) decoder = dheera_decoder_new (provider);
      DheeraFrame frame = { .type = "message", .data = "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}", .id = "" };

      frame.length = strlen (frame.data);
      decoder->n_choices = wanted;
      g_assert_cmpint (decoder->protocol->decode_frame (decoder, &frame), ==, DHEERA_DECODED_MORE);
      g_assert_cmpint (decoder->protocol->decode_eof (decoder), ==, wanted == 1 ? DHEERA_DECODED_END : DHEERA_DECODED_FAILED);
    }
}

static void
test_protocol (void)
{
  static const char *const bodies[] = {
    "null", "[]", "\"text\"", "12", "true",
    "{\"choices\":{}}", "{\"choices\":\"a\"}", "{\"choices\":3}",
    "{\"choices\":[null]}", "{\"choices\":[\"a\"]}", "{\"choices\":[[]]}",
    "{\"choices\":[{\"index\":-1,\"message\":{},\"delta\":{}}]}",
    "{\"choices\":[{\"index\":128,\"message\":{},\"delta\":{}}]}",
    "{\"choices\":[{\"index\":1e300,\"message\":{\"content\":3},\"delta\":{\"content\":3}}]}",
    "{\"choices\":[{\"message\":\"a\",\"delta\":\"a\"}]}",
    "{\"choices\":[{\"message\":[],\"delta\":[]}]}",
    "{\"choices\":[{\"message\":{\"content\":3},\"delta\":{\"content\":3}}]}",
    "{\"choices\":[{\"message\":{\"content\":{}},\"delta\":{\"content\":{}}}]}",
    "{\"choices\":[{\"message\":{\"content\":true},\"delta\":{\"content\":true}}]}",
    "{\"choices\":[{\"message\":{\"tool_calls\":{}},\"delta\":{\"tool_calls\":{}}}]}",
    "{\"choices\":[{\"message\":{\"tool_calls\":[null]},\"delta\":{\"tool_calls\":[null]}}]}",
    "{\"choices\":[{\"message\":{\"tool_calls\":[{\"function\":\"f\"}]},\"delta\":{\"tool_calls\":[{\"function\":\"f\"}]}}]}",
    "{\"choices\":[{\"message\":{},\"delta\":{},\"finish_reason\":7}]}",
    "{\"choices\":[{\"message\":{},\"delta\":{},\"finish_reason\":{}}]}",
    "{\"choices\":[{]}", "nonsense", "<html></html>", "{\"a\":\"\xff\"}", "{}{}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_auto (Answer) whole = { 0 };
      g_auto (Answer) streamed = { 0 };

      answer_whole (&whole, "lab", bodies[i]);
      assert_failed (&whole, DHEERA_ERROR_PROTOCOL);
      g_assert_false (dheera_error_details_get_retryable (whole.decoder->failure));

      answer_stream (&streamed, "lab", bodies[i]);
      assert_failed (&streamed, DHEERA_ERROR_PROTOCOL);
    }
}

static void
test_no_choices (void)
{
  g_auto (Answer) none = { 0 };
  g_auto (Answer) empty = { 0 };
  g_auto (Answer) nothing = { 0 };

  answer_whole (&none, "lab", "{\"object\":\"chat.completion\"}");
  assert_failed (&none, DHEERA_ERROR_PROTOCOL);
  answer_whole (&empty, "lab", "{\"id\":\"1\",\"choices\":[]}");
  assert_failed (&empty, DHEERA_ERROR_PROTOCOL);
  answer_whole (&nothing, "lab", "");
  assert_failed (&nothing, DHEERA_ERROR_PROTOCOL);
}

/* What no answer depends on may be of any type. */
static void
test_odd_types (void)
{
  g_auto (Answer) answer = { 0 };

  answer_whole (&answer, "lab",
                "{\"id\":7,\"model\":null,\"created\":\"1700000000\",\"object\":[],\"usage\":\"none\",\"x_groq\":[],\"citations\":{},"
                "\"search_results\":3,\"choices\":[{\"index\":\"0\",\"logprobs\":[],\"usage\":[],\"message\":{\"role\":3,\"content\":\"a\","
                "\"refusal\":4,\"reasoning\":[],\"reasoning_details\":\"x\",\"annotations\":7,\"audio\":\"no\",\"function_call\":[],"
                "\"tool_calls\":null}}]}");
  assert_end (&answer);
  assert_text (&answer, "a");
  assert_reasoning (&answer, "");
  g_assert_null (dheera_response_get_usage (answer_response (&answer)));
  g_assert_cmpuint (answer_n_calls (&answer), ==, 0);
}

static void
test_offset (void)
{
  g_auto (Answer) answer = { 0 };

  answer_stream (&answer, "lab", "{\"choices\":[}");
  assert_failed (&answer, DHEERA_ERROR_PROTOCOL);
  g_assert_nonnull (strstr (dheera_error_details_get_message (answer.decoder->failure), "byte 12"));
}

static void
test_escaped_names (void)
{
  g_auto (Answer) answer = { 0 };

  answer_stream (&answer, "lab", "{\"choi\\u0063es\":[{\"d\\u0065lta\":{\"c\\u006fntent\":\"a\"},\"finish_reason\":\"stop\"}]}");
  assert_end (&answer);
  assert_text (&answer, "a");
}

static void
test_repeated_names (void)
{
  g_auto (Answer) answer = { 0 };

  answer_stream (&answer, "lab", "{\"choices\":[{\"delta\":{\"content\":\"a\",\"content\":\"b\"},\"finish_reason\":\"stop\"}]}");
  assert_end (&answer);
  assert_text (&answer, "b");
}

/* Perplexity sends all that there is so far beside each delta. */
static void
test_message_beside_delta (void)
{
  g_auto (Answer) answer = { 0 };
  g_auto (Answer) alone = { 0 };

  answer_stream (&answer, "perplexity",
                 "{\"choices\":[{\"delta\":{\"content\":\"a\"},\"message\":{\"content\":\"a\"}}],\"citations\":[\"https://a\"]}\n"
                 "{\"choices\":[{\"delta\":{\"content\":\"b\"},\"message\":{\"content\":\"ab\"},\"finish_reason\":\"stop\"}],"
                 "\"citations\":[\"https://a\",\"https://b\"]}\n");
  assert_end (&answer);
  assert_text (&answer, "ab");
  g_assert_cmpstr (dheera_response_get_annotations (answer_response (&answer)), ==,
                   "[{\"type\":\"url_citation\",\"url_citation\":{\"url\":\"https://a\"}},"
                   "{\"type\":\"url_citation\",\"url_citation\":{\"url\":\"https://b\"}}]");

  answer_stream (&alone, "lab", "{\"choices\":[{\"message\":{\"content\":\"all\"},\"finish_reason\":\"stop\"}]}");
  assert_end (&alone);
  assert_text (&alone, "all");
}

static void
test_search_results (void)
{
  g_auto (Answer) answer = { 0 };

  answer_whole (&answer, "perplexity",
                "{\"citations\":[\"https://a\"],\"search_results\":[{\"title\":\"A\",\"url\":\"https://a\",\"date\":null},{\"title\":\"no url\"}],"
                "\"choices\":[{\"message\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}");
  assert_end (&answer);
  g_assert_cmpstr (dheera_response_get_annotations (answer_response (&answer)), ==,
                   "[{\"type\":\"url_citation\",\"url_citation\":{\"url\":\"https://a\",\"title\":\"A\"}}]");
}

static void
test_extras (void)
{
  g_auto (Answer) answer = { 0 };
  DheeraMessage *message;

  answer_stream (&answer, "openai",
                 "{\"choices\":[{\"index\":0,\"delta\":{\"refusal\":\"I \"},\"logprobs\":{\"content\":[{\"token\":\"a\",\"logprob\":-1}]}}]}\n"
                 "{\"choices\":[{\"index\":0,\"delta\":{\"refusal\":\"won't\",\"annotations\":[{\"type\":\"url_citation\"}],"
                 "\"audio\":{\"id\":\"a1\",\"data\":\"AAEC\",\"transcript\":\"hm\"}},\"finish_reason\":\"stop\"}]}\n");
  assert_end (&answer);
  g_assert_cmpstr (dheera_response_get_refusal (answer_response (&answer)), ==, "I won't");
  g_assert_cmpstr (dheera_response_get_annotations (answer_response (&answer)), ==, "[{\"type\":\"url_citation\"}]");
  g_assert_nonnull (strstr (dheera_choice_get_logprobs (dheera_response_get_choice (answer_response (&answer), 0)), "\"logprob\":-1"));
  message = dheera_response_get_message (answer_response (&answer));
  g_assert_cmpuint (g_list_model_get_n_items (dheera_message_get_parts (message)), ==, 1);
}

static void
test_empty_audio (void)
{
  g_auto (Answer) answer = { 0 };

  answer_whole (&answer, "snowflake-cortex", WHOLE ("{\"content\":\"a\",\"audio\":{\"id\":\"\",\"data\":\"\",\"transcript\":\"\",\"expires_at\":0}}"));
  assert_end (&answer);
  g_assert_cmpuint (g_list_model_get_n_items (dheera_message_get_parts (dheera_response_get_message (answer_response (&answer)))), ==, 0);
}

static void
test_surrogates (void)
{
  g_auto (Answer) answer = { 0 };
  g_auto (Answer) halved = { 0 };

  answer_stream (&answer, "lab", DELTA ("{\"content\":\"a\\ud83d\"}") DELTA ("{\"content\":\"\\ude00b\"}") STOP);
  assert_end (&answer);
  assert_text (&answer, "a😀b");

  answer_stream (&halved, "lab", DELTA ("{\"content\":\"a\\ud83d\"}") STOP);
  assert_end (&halved);
  assert_text (&halved, "a\357\277\275");
}

/* The key of the call is in no failure, even when the server quotes it. */
static void
test_key (void)
{
  g_auto (Answer) answer = { 0 };

  answer_begin (&answer, "lab");
  dheera_decoder_set_key (answer.decoder, "very/secret-key");
  answer_add_event (&answer, "message", "{\"error\":{\"message\":\"no very\\/secret-key here\",\"code\":\"very/secret-key\"}}");
  assert_failed (&answer, DHEERA_ERROR_STREAM_ERROR);
  g_assert_cmpstr (dheera_error_details_get_message (answer.decoder->failure), ==, "no [hidden] here");
  g_assert_null (strstr (dheera_error_details_get_body (answer.decoder->failure), "secret-key"));
  g_assert_null (strstr (dheera_error_details_get_provider_code (answer.decoder->failure), "secret-key"));

  dheera_decoder_fail (answer.decoder, DHEERA_ERROR_PROTOCOL, "%s", "it says very/secret-key");
  g_assert_cmpstr (dheera_error_details_get_message (answer.decoder->failure), ==, "it says [hidden]");
}

static void
test_many_tool_calls (void)
{
  g_auto (Answer) answer = { 0 };
  g_autoptr (GString) body = g_string_new ("{\"choices\":[{\"message\":{\"tool_calls\":[");

  for (guint i = 0; i < 2000; i++)
    g_string_append_printf (body, "%s{\"id\":\"c%u\",\"function\":{\"name\":\"f\"}}", i > 0 ? "," : "", i);
  g_string_append (body, "]}}]}");
  answer_whole (&answer, "lab", body->str);
  assert_failed (&answer, DHEERA_ERROR_PROTOCOL);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/openai-chat-decode/whole", test_whole);
  g_test_add_func ("/openai-chat-decode/choices", test_choices);
  g_test_add_func ("/openai-chat-decode/gaps", test_gaps);
  g_test_add_func ("/openai-chat-decode/reasoning-members", test_reasoning_members);
  g_test_add_func ("/openai-chat-decode/mistral-thoughts", test_mistral_thoughts);
  g_test_add_func ("/openai-chat-decode/tool-calls", test_tool_calls);
  g_test_add_func ("/openai-chat-decode/whole-tool-calls", test_whole_tool_calls);
  g_test_add_func ("/openai-chat-decode/finish-reasons", test_finish_reasons);
  g_test_add_func ("/openai-chat-decode/failing-finish-reasons", test_failing_finish_reasons);
  g_test_add_func ("/openai-chat-decode/ends", test_ends);
  g_test_add_func ("/openai-chat-decode/after-the-end", test_after_the_end);
  g_test_add_func ("/openai-chat-decode/errors", test_errors);
  g_test_add_func ("/openai-chat-decode/error-events", test_error_events);
  g_test_add_func ("/openai-chat-decode/no-errors", test_no_errors);
  g_test_add_func ("/openai-chat-decode/protocol", test_protocol);
  g_test_add_func ("/openai-chat-decode/cut-answer", test_cut_answer);
  g_test_add_func ("/openai-chat-decode/missing-choice", test_missing_choice);
  g_test_add_func ("/openai-chat-decode/no-choices", test_no_choices);
  g_test_add_func ("/openai-chat-decode/odd-types", test_odd_types);
  g_test_add_func ("/openai-chat-decode/offset", test_offset);
  g_test_add_func ("/openai-chat-decode/escaped-names", test_escaped_names);
  g_test_add_func ("/openai-chat-decode/repeated-names", test_repeated_names);
  g_test_add_func ("/openai-chat-decode/message-beside-delta", test_message_beside_delta);
  g_test_add_func ("/openai-chat-decode/search-results", test_search_results);
  g_test_add_func ("/openai-chat-decode/extras", test_extras);
  g_test_add_func ("/openai-chat-decode/empty-audio", test_empty_audio);
  g_test_add_func ("/openai-chat-decode/surrogates", test_surrogates);
  g_test_add_func ("/openai-chat-decode/key", test_key);
  g_test_add_func ("/openai-chat-decode/many-tool-calls", test_many_tool_calls);

  return g_test_run ();
}
