/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-ai/model/dheera-model.h"
#include "dheera-ai/model/messages/dheera-message-private.h"
#include "dheera-ai/model/responses/dheera-usage-private.h"
#include "dheera-ai/model/tools/dheera-tool-call-private.h"
#include "dheera-ai/providers/anthropic/dheera-anthropic-private.h"

#include "providers-util.h"

#define START "{\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"claude-x\",\"content\":[]," \
              "\"stop_reason\":null,\"usage\":{\"input_tokens\":10,\"output_tokens\":1}}}\n"
#define BLOCK(index, block) "{\"type\":\"content_block_start\",\"index\":" #index ",\"content_block\":" block "}\n"
#define DELTA(index, delta) "{\"type\":\"content_block_delta\",\"index\":" #index ",\"delta\":{\"type\":" delta "}}\n"
#define STOP(index) "{\"type\":\"content_block_stop\",\"index\":" #index "}\n"
#define REASON(reason) "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"" reason "\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":7}}\n"
#define END "{\"type\":\"message_stop\"}"

#define WHOLE(content, reason) "{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"claude-x\",\"content\":[" content "]," \
                               "\"stop_reason\":\"" reason "\",\"usage\":{\"input_tokens\":10,\"output_tokens\":7}}"

static DheeraMessage *
message_of (Answer *answer)
{
  return dheera_response_get_message (answer_response (answer));
}

static void
assert_native (Answer     *answer,
               guint       position,
               const char *expected,
               gsize       after_text,
               guint       after_tool_calls)
{
  DheeraMessage *message = message_of (answer);

  g_assert_cmpuint (dheera_message_get_n_natives (message), >, position);
  g_assert_cmpstr (dheera_message_peek_native (message, position, "anthropic"), ==, expected);
  g_assert_cmpuint (dheera_message_peek_native_block (message, position)->after_text, ==, after_text);
  g_assert_cmpuint (dheera_message_peek_native_block (message, position)->after_tool_calls, ==, after_tool_calls);
}

static void
assert_usage (Answer *answer,
              gint64  prompt,
              gint64  completion,
              gint64  cached,
              gint64  cache_write,
              gint64  reasoning)
{
  DheeraUsage *usage = dheera_response_get_usage (answer_response (answer));

  g_assert_nonnull (usage);
  g_assert_cmpint (dheera_usage_get_prompt_tokens (usage), ==, prompt);
  g_assert_cmpint (dheera_usage_get_completion_tokens (usage), ==, completion);
  g_assert_cmpint (dheera_usage_get_total_tokens (usage), ==, prompt < 0 || completion < 0 ? -1 : prompt + completion);
  g_assert_cmpint (dheera_usage_get_cached_tokens (usage), ==, cached);
  g_assert_cmpint (dheera_usage_get_cache_write_tokens (usage), ==, cache_write);
  g_assert_cmpint (dheera_usage_get_reasoning_tokens (usage), ==, reasoning);
}

static void
test_whole (void)
{
  g_auto (Answer) answer = { 0 };

  answer_whole (&answer, "anthropic",
                "{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"claude-x\",\"content\":["
                "{\"type\":\"text\",\"text\":\"one \"},{\"type\":\"text\",\"text\":\"two\"}],\"stop_reason\":\"end_turn\",\"stop_sequence\":null,"
                "\"usage\":{\"input_tokens\":3,\"cache_creation_input_tokens\":20,\"cache_read_input_tokens\":100,\"output_tokens\":5,"
                "\"output_tokens_details\":{\"thinking_tokens\":2}}}");
  assert_end (&answer);
  assert_text (&answer, "one two");
  assert_reason (&answer, DHEERA_FINISH_REASON_STOP);
  g_assert_cmpstr (dheera_response_get_finish_reason_raw (answer_response (&answer)), ==, "end_turn");
  g_assert_cmpstr (dheera_response_get_id (answer_response (&answer)), ==, "msg_1");
  g_assert_cmpstr (dheera_response_get_model (answer_response (&answer)), ==, "claude-x");
  assert_usage (&answer, 123, 5, 100, 20, 2);
}

static void
test_reasons (void)
{
  static const struct
  {
    const char *raw;
    DheeraFinishReason reason;
  } cases[] = {
    { "end_turn", DHEERA_FINISH_REASON_STOP },         { "stop_sequence", DHEERA_FINISH_REASON_STOP },
    { "pause_turn", DHEERA_FINISH_REASON_STOP },       { "max_tokens", DHEERA_FINISH_REASON_LENGTH },
    { "tool_use", DHEERA_FINISH_REASON_TOOL_CALLS },   { "model_context_window_exceeded", DHEERA_FINISH_REASON_LENGTH },
    { "refusal", DHEERA_FINISH_REASON_CONTENT_FILTER }, { "something_new", DHEERA_FINISH_REASON_OTHER },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *stream = g_strdup_printf (START "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"%s\"}}\n" END, cases[i].raw);
      g_auto (Answer) answer = { 0 };

      answer_stream (&answer, "anthropic", stream);
      assert_end (&answer);
      assert_reason (&answer, cases[i].reason);
      g_assert_cmpstr (dheera_response_get_finish_reason_raw (answer_response (&answer)), ==, cases[i].raw);
    }
}

static void
test_stream (void)
{
  g_auto (Answer) answer = { 0 };

  answer_stream (&answer, "anthropic",
                 START "{\"type\":\"ping\"}\n" BLOCK (0, "{\"type\":\"text\",\"text\":\"\"}") DELTA (0, "\"text_delta\",\"text\":\"Hel\"")
                 "{\"type\": \"ping\"}\n" DELTA (0, "\"text_delta\",\"text\":\"lo\"") STOP (0) REASON ("end_turn") END);
  assert_end (&answer);
  assert_text (&answer, "Hello");
  assert_reason (&answer, DHEERA_FINISH_REASON_STOP);
  assert_usage (&answer, 10, 7, -1, -1, -1);
  g_assert_cmpuint (dheera_message_get_n_natives (message_of (&answer)), ==, 0);

  /* What comes behind the end belongs to nobody. */
  answer_add_event (&answer, "message", DELTA (0, "\"text_delta\",\"text\":\"more\""));
  assert_end (&answer);
  assert_text (&answer, "Hello");
}

/* Later counts win, and what is not repeated stays. */
static void
test_usage (void)
{
  g_auto (Answer) answer = { 0 };

  answer_stream (&answer, "anthropic",
                 "{\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":10,\"cache_read_input_tokens\":5,\"output_tokens\":1}}}\n"
                 "{\"type\":\"message_delta\",\"delta\":{},\"usage\":{\"input_tokens\":400,\"cache_read_input_tokens\":null,\"output_tokens\":9}}\n"
                 "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":30,\"cache_creation_input_tokens\":2,"
                 "\"iterations\":[{\"input_tokens\":1}],\"server_tool_use\":{\"web_search_requests\":1}}}\n" END);
  assert_end (&answer);
  assert_usage (&answer, 407, 30, 5, 2, -1);
}

/* A call's input is {} at its start and comes in pieces; none of them leaves it {}, and one that is there at the start is it. */
static void
test_tools (void)
{
  g_auto (Answer) answer = { 0 };

  answer_stream (&answer, "anthropic",
                 START BLOCK (0, "{\"type\":\"text\",\"text\":\"Let me see\"}") STOP (0)
                 BLOCK (1, "{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"f\",\"input\":{}}") DELTA (1, "\"input_json_delta\",\"partial_json\":\"\"")
                 DELTA (1, "\"input_json_delta\",\"partial_json\":\"{\\\"a\\\": \"") DELTA (1, "\"input_json_delta\",\"partial_json\":\"1}\"") STOP (1)
                 BLOCK (2, "{\"type\":\"tool_use\",\"id\":\"toolu_2\",\"name\":\"g\",\"input\":{},\"caller\":{\"type\": \"direct\"}}")
                 DELTA (2, "\"input_json_delta\",\"partial_json\":\"\"") STOP (2)
                 BLOCK (3, "{\"type\":\"tool_use\",\"id\":\"toolu_3\",\"name\":\"h\",\"input\":{\"b\": 2}}") STOP (3) REASON ("tool_use") END);
  assert_end (&answer);
  assert_text (&answer, "Let me see");
  assert_reason (&answer, DHEERA_FINISH_REASON_TOOL_CALLS);
  g_assert_cmpuint (answer_n_calls (&answer), ==, 3);
  g_assert_cmpstr (dheera_tool_call_get_id (answer_call (&answer, 0)), ==, "toolu_1");
  g_assert_cmpstr (dheera_tool_call_get_name (answer_call (&answer, 0)), ==, "f");
  g_assert_cmpstr (dheera_tool_call_get_arguments (answer_call (&answer, 0)), ==, "{\"a\": 1}");
  g_assert_null (answer_call (&answer, 0)->extra);
  g_assert_cmpstr (dheera_tool_call_get_arguments (answer_call (&answer, 1)), ==, "{}");
  g_assert_cmpstr (answer_call (&answer, 1)->extra, ==, "{\"caller\":{\"type\": \"direct\"}}");
  g_assert_cmpstr (dheera_tool_call_get_arguments (answer_call (&answer, 2)), ==, "{\"b\": 2}");
}

static void
test_tools_whole (void)
{
  g_auto (Answer) answer = { 0 };

  answer_whole (&answer, "anthropic",
                WHOLE ("{\"type\":\"tool_use\",\"id\":\"a\",\"name\":\"f\",\"input\":{ \"x\":[1] }},{\"type\":\"tool_use\",\"id\":\"b\",\"name\":\"g\",\"input\":{}},"
                       "{\"type\":\"tool_use\",\"id\":\"c\",\"name\":\"g\"}", "tool_use"));
  assert_end (&answer);
  g_assert_cmpuint (answer_n_calls (&answer), ==, 3);
  g_assert_cmpstr (dheera_tool_call_get_arguments (answer_call (&answer, 0)), ==, "{ \"x\":[1] }");
  g_assert_cmpstr (dheera_tool_call_get_arguments (answer_call (&answer, 1)), ==, "{}");
  g_assert_cmpstr (dheera_tool_call_get_arguments (answer_call (&answer, 2)), ==, "{}");
}

/* Thinking is shown, and kept with its signature to go back: byte for byte where it came whole, put together where it came in pieces. */
static void
test_thinking (void)
{
  g_auto (Answer) whole = { 0 };
  g_auto (Answer) stream = { 0 };

  answer_whole (&whole, "anthropic",
                WHOLE ("{\"type\": \"thinking\", \"thinking\":\"h\\u00e4m\",\"signature\":\"a+\\/=\"},{\"type\":\"redacted_thinking\",\"data\" :\"xyz\"},"
                       "{\"type\":\"text\",\"text\":\"done\"}", "end_turn"));
  assert_end (&whole);
  assert_reasoning (&whole, "h\303\244m");
  assert_text (&whole, "done");
  assert_native (&whole, 0, "{\"type\": \"thinking\", \"thinking\":\"h\\u00e4m\",\"signature\":\"a+\\/=\"}", 0, 0);
  assert_native (&whole, 1, "{\"type\":\"redacted_thinking\",\"data\" :\"xyz\"}", 0, 0);

  answer_stream (&stream, "anthropic",
                 START BLOCK (0, "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}") DELTA (0, "\"thinking_delta\",\"thinking\":\"one\\n\"")
                 DELTA (0, "\"thinking_delta\",\"thinking\":\"two\"") DELTA (0, "\"signature_delta\",\"signature\":\"a+/\"")
                 DELTA (0, "\"signature_delta\",\"signature\":\"=\"") STOP (0)
                 BLOCK (1, "{\"type\":\"thinking\",\"thinking\":\"\"}") DELTA (1, "\"thinking_delta\",\"thinking\":\"three\"")
                 DELTA (1, "\"signature_delta\",\"signature\":\"s\"") STOP (1)
                 BLOCK (2, "{\"type\":\"redacted_thinking\",\"data\":\"xyz\"}") STOP (2) REASON ("end_turn") END);
  assert_end (&stream);
  assert_reasoning (&stream, "one\ntwothree");
  assert_native (&stream, 0, "{\"type\":\"thinking\",\"thinking\":\"one\\ntwo\",\"signature\":\"a+/=\"}", 0, 0);
  assert_native (&stream, 1, "{\"type\":\"thinking\",\"thinking\":\"three\",\"signature\":\"s\"}", 0, 0);
  assert_native (&stream, 2, "{\"type\":\"redacted_thinking\",\"data\":\"xyz\"}", 0, 0);
}

/* Tools that the server calls itself are none of the caller's business, but go back from the place where they stood. */
static void
test_server_tools (void)
{
  g_auto (Answer) answer = { 0 };

  answer_stream (&answer, "anthropic",
                 START BLOCK (0, "{\"type\":\"text\",\"text\":\"I look. \"}") STOP (0)
                 BLOCK (1, "{\"type\":\"server_tool_use\",\"id\":\"srv_1\",\"name\":\"web_search\",\"input\":{},\"x\":1}")
                 DELTA (1, "\"input_json_delta\",\"partial_json\":\"{\\\"query\\\":\"") DELTA (1, "\"input_json_delta\",\"partial_json\":\"\\\"q\\\"}\"") STOP (1)
                 BLOCK (2, "{\"type\":\"web_search_tool_result\",\"tool_use_id\":\"srv_1\",\"content\":[{\"url\": \"u\"}]}") STOP (2)
                 BLOCK (3, "{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"f\",\"input\":{}}") STOP (3)
                 BLOCK (4, "{\"type\":\"server_tool_use\",\"id\":\"srv_2\",\"name\":\"x\",\"input\":{}}") DELTA (4, "\"input_json_delta\",\"partial_json\":\"{\\\"cut\"") STOP (4)
                 REASON ("tool_use") END);
  assert_end (&answer);
  assert_text (&answer, "I look. ");
  g_assert_cmpuint (answer_n_calls (&answer), ==, 1);
  assert_native (&answer, 0, "{\"type\":\"server_tool_use\",\"id\":\"srv_1\",\"name\":\"web_search\",\"input\":{\"query\":\"q\"},\"x\":1}", 8, 0);
  assert_native (&answer, 1, "{\"type\":\"web_search_tool_result\",\"tool_use_id\":\"srv_1\",\"content\":[{\"url\": \"u\"}]}", 8, 0);
  assert_native (&answer, 2, "{\"type\":\"server_tool_use\",\"id\":\"srv_2\",\"name\":\"x\",\"input\":{}}", 8, 1);
}

#define CITED "{\"type\":\"web_search_result_location\",\"url\":\"https://x.example\",\"title\":\"X\",\"cited_text\":\"c\",\"encrypted_index\":\"e\"}"
#define PLACE "{\"type\":\"char_location\",\"cited_text\":\"c\",\"document_index\":0}"

static void
test_citations (void)
{
  static const char *const expected =
    "[{\"type\":\"url_citation\",\"url_citation\":{\"start_index\":2,\"end_index\":4,\"url\":\"https://x.example\",\"title\":\"X\",\"cited_text\":\"c\"}}," PLACE "]";
  g_auto (Answer) whole = { 0 };
  g_auto (Answer) stream = { 0 };

  answer_whole (&whole, "anthropic",
                WHOLE ("{\"type\":\"text\",\"text\":\"\303\244 \"},{\"citations\":[" CITED "," PLACE "], \"type\":\"text\",\"text\":\"\303\266.\"}", "end_turn"));
  assert_end (&whole);
  assert_text (&whole, "\303\244 \303\266.");
  g_assert_cmpstr (dheera_response_get_annotations (answer_response (&whole)), ==, expected);
  assert_native (&whole, 0, "{\"citations\":[" CITED "," PLACE "], \"type\":\"text\",\"text\":\"\303\266.\"}", 6, 0);

  answer_stream (&stream, "anthropic",
                 START BLOCK (0, "{\"type\":\"text\",\"text\":\"\"}") DELTA (0, "\"text_delta\",\"text\":\"\303\244 \"") STOP (0)
                 BLOCK (1, "{\"type\":\"text\",\"text\":\"\",\"citations\":[]}") DELTA (1, "\"citations_delta\",\"citation\":" CITED)
                 DELTA (1, "\"text_delta\",\"text\":\"\303\266.\"") DELTA (1, "\"citations_delta\",\"citation\":" PLACE) STOP (1) REASON ("end_turn") END);
  assert_end (&stream);
  g_assert_cmpstr (dheera_response_get_annotations (answer_response (&stream)), ==, expected);
  assert_native (&stream, 0, "{\"type\":\"text\",\"text\":\"\303\266.\",\"citations\":[" CITED "," PLACE "]}", 6, 0);
}

/* Kinds that nobody knows yet: events and pieces are passed over, blocks are kept, and what grows in them grows. */
static void
test_unknown (void)
{
  g_auto (Answer) answer = { 0 };

  answer_stream (&answer, "anthropic",
                 START "{\"type\":\"message_mood\",\"mood\":\"fine\"}\n" "{\"type\":7}\n" "{}\n"
                 BLOCK (0, "{\"type\":\"compaction\",\"content\":null}") DELTA (0, "\"compaction_delta\",\"content\":\"short\"")
                 DELTA (0, "\"compaction_delta\",\"content\":\"er\",\"other\":\"x\"") STOP (0)
                 BLOCK (1, "{\"type\":\"text\",\"text\":\"t\"}") DELTA (1, "\"mood_delta\",\"text\":\"not text\"") STOP (1)
                 BLOCK (2, "{\"no\":\"type\"}") STOP (2) REASON ("end_turn") END);
  assert_end (&answer);
  assert_text (&answer, "t");
  g_assert_cmpuint (dheera_message_get_n_natives (message_of (&answer)), ==, 1);
  assert_native (&answer, 0, "{\"type\":\"compaction\",\"content\":\"shorter\",\"other\":\"x\"}", 0, 0);
}

/* A piece may have several members that grow, such as the hidden half of a compaction. */
static void
test_pieces (void)
{
  g_auto (Answer) answer = { 0 };

  answer_stream (&answer, "anthropic",
                 START BLOCK (0, "{\"type\":\"compaction\",\"content\":null}")
                 DELTA (0, "\"compaction_delta\",\"content\":\"Sum\",\"encrypted_content\":\"E1\"")
                 DELTA (0, "\"compaction_delta\",\"content\":\"mary\",\"encrypted_content\":null,\"n\":1") STOP (0)
                 BLOCK (1, "{\"type\":\"text\",\"text\":\"\"}") DELTA (1, "\"text_delta\",\"text\":\"So.\"") STOP (1)
                 REASON ("end_turn") END);
  assert_end (&answer);
  assert_text (&answer, "So.");
  assert_native (&answer, 0, "{\"type\":\"compaction\",\"content\":\"Summary\",\"encrypted_content\":\"E1\"}", 0, 0);
}

/* Some that stand in for Anthropic begin a call before the one in front of it has ended. */
static void
test_calls_at_once (void)
{
  g_auto (Answer) answer = { 0 };

  answer_stream (&answer, "anthropic",
                 START BLOCK (0, "{\"type\":\"tool_use\",\"id\":\"a\",\"name\":\"f\",\"input\":{}}")
                 BLOCK (1, "{\"type\":\"tool_use\",\"id\":\"b\",\"name\":\"g\",\"input\":{}}")
                 DELTA (0, "\"input_json_delta\",\"partial_json\":\"{\\\"x\\\":\"") DELTA (1, "\"input_json_delta\",\"partial_json\":\"{\\\"y\\\":\"")
                 STOP (0) DELTA (1, "\"input_json_delta\",\"partial_json\":\"2}\"") DELTA (0, "\"input_json_delta\",\"partial_json\":\"1}\"")
                 STOP (1) DELTA (7, "\"input_json_delta\",\"partial_json\":\"3}\"") REASON ("tool_use") END);
  assert_end (&answer);
  g_assert_cmpuint (answer_n_calls (&answer), ==, 2);
  g_assert_cmpstr (dheera_tool_call_get_arguments (answer_call (&answer, 0)), ==, "{\"x\":1}");
  g_assert_cmpstr (dheera_tool_call_get_arguments (answer_call (&answer, 1)), ==, "{\"y\":2}");
}

static void
test_refusal (void)
{
  g_auto (Answer) answer = { 0 };

  answer_stream (&answer, "anthropic",
                 START "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"refusal\",\"stop_details\":{\"type\":\"refusal\",\"category\":\"cyber\","
                 "\"explanation\":\"No.\"}}}\n" END);
  assert_end (&answer);
  assert_reason (&answer, DHEERA_FINISH_REASON_CONTENT_FILTER);
  g_assert_cmpstr (dheera_response_get_refusal (answer_response (&answer)), ==, "No.");
  assert_text (&answer, "");
}

/* The invisible tool's input is the answer, whatever way it comes. */
static void
test_json_tool (void)
{
  static const char *const streams[] = {
    START BLOCK (0, "{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"answer_in_json\",\"input\":{}}") DELTA (0, "\"input_json_delta\",\"partial_json\":\"{\\\"a\\\":\"")
      DELTA (0, "\"input_json_delta\",\"partial_json\":\"1}\"") STOP (0) REASON ("tool_use") END,
    START BLOCK (0, "{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"answer_in_json\",\"input\":{\"a\":1}}") STOP (0) REASON ("tool_use") END,
    WHOLE ("{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"answer_in_json\",\"input\":{\"a\":1}}", "tool_use"),
  };

  for (guint i = 0; i < G_N_ELEMENTS (streams); i++)
    {
      g_auto (Answer) answer = { 0 };
      g_auto (GStrv) events = g_strsplit (streams[i], "\n", -1);

      answer_begin (&answer, "anthropic");
      answer.decoder->flags = DHEERA_ANTHROPIC_FLAG_JSON_TOOL;
      for (guint j = 0; events[j] != NULL; j++)
        answer_add_event (&answer, "message", events[j]);
      assert_end (&answer);
      assert_text (&answer, "{\"a\":1}");
      assert_reason (&answer, DHEERA_FINISH_REASON_STOP);
      g_assert_cmpuint (answer_n_calls (&answer), ==, 0);
    }
}

/* A call of one of the caller's own tools is one, even beside the invisible one; and that one without input is an empty object. */
static void
test_json_tool_among_others (void)
{
  g_auto (Answer) answer = { 0 };

  answer_begin (&answer, "anthropic");
  answer.decoder->flags = DHEERA_ANTHROPIC_FLAG_JSON_TOOL;
  answer.decoded = answer.decoder->protocol->decode_chat (
    answer.decoder, WHOLE ("{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"f\",\"input\":{}},{\"type\":\"tool_use\",\"id\":\"u\",\"name\":\"answer_in_json\"}", "tool_use"),
    strlen (WHOLE ("{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"f\",\"input\":{}},{\"type\":\"tool_use\",\"id\":\"u\",\"name\":\"answer_in_json\"}", "tool_use")));
  assert_end (&answer);
  assert_text (&answer, "{}");
  g_assert_cmpuint (answer_n_calls (&answer), ==, 1);
  assert_reason (&answer, DHEERA_FINISH_REASON_TOOL_CALLS);
}

/* Answers of another shape than was asked for, which can only mean one thing */
static void
test_other_shapes (void)
{
  g_auto (Answer) at_once = { 0 };
  g_auto (Answer) list = { 0 };
  g_auto (Answer) filled = { 0 };

  answer_stream (&at_once, "anthropic", WHOLE ("{\"type\":\"text\",\"text\":\"all\"}", "end_turn"));
  assert_end (&at_once);
  assert_text (&at_once, "all");

  answer_whole (&list, "anthropic",
                "[{\"type\":\"message_start\",\"message\":{}},{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"a\"}},"
                "{\"type\":\"message_stop\"}]");
  assert_end (&list);
  assert_text (&list, "a");

  answer_stream (&filled, "anthropic",
                 "{\"type\":\"message_start\",\"message\":{\"content\":[{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"f\",\"input\":{\"a\":1}}],"
                 "\"stop_reason\":\"tool_use\"}}\n" END);
  assert_end (&filled);
  g_assert_cmpstr (dheera_tool_call_get_arguments (answer_call (&filled, 0)), ==, "{\"a\":1}");
  assert_reason (&filled, DHEERA_FINISH_REASON_TOOL_CALLS);
}

/* Whatever is missing or of another type is passed over. */
static void
test_total (void)
{
  static const char *const streams[] = {
    "{\"type\":\"message_start\"}\n" END,
    "{\"type\":\"message_start\",\"message\":[]}\n" END,
    START "{\"type\":\"content_block_start\"}\n" "{\"type\":\"content_block_stop\"}\n" END,
    START "{\"type\":\"content_block_delta\",\"index\":5,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{}\"}}\n" END,
    START "{\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\"}}\n" "{\"type\":\"content_block_delta\"}\n" END,
    START "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":7}}\n" END,
    START "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"signature_delta\",\"signature\":\"s\"}}\n" END,
    START BLOCK (0, "{\"type\":\"thinking\"}") "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"signature_delta\"}}\n" END,
    START BLOCK (0, "{\"type\":\"text\",\"citations\":7}") DELTA (0, "\"citations_delta\",\"citation\":7") STOP (0) STOP (0) END,
    START BLOCK (0, "7") BLOCK (0, "null") "{\"type\":\"message_delta\"}\n" END,
    START "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":7},\"usage\":{\"output_tokens\":\"many\"}}\n" END,
  };

  for (guint i = 0; i < G_N_ELEMENTS (streams); i++)
    {
      g_auto (Answer) answer = { 0 };

      answer_stream (&answer, "anthropic", streams[i]);
      assert_end (&answer);
      assert_text (&answer, "");
      assert_reason (&answer, DHEERA_FINISH_REASON_NONE);
      g_assert_cmpuint (answer_n_calls (&answer), ==, 0);
    }
}

/* Pieces find the block they belong to by its index; a block whose end nobody tells ends with the next one. */
static void
test_loose_blocks (void)
{
  g_auto (Answer) answer = { 0 };

  answer_stream (&answer, "anthropic",
                 START BLOCK (0, "{\"type\":\"tool_use\",\"id\":\"a\",\"name\":\"f\",\"input\":{}}") DELTA (0, "\"input_json_delta\",\"partial_json\":\"{\\\"x\\\":\"")
                 BLOCK (1, "{\"type\":\"redacted_thinking\",\"data\":\"d\"}") DELTA (0, "\"input_json_delta\",\"partial_json\":\"1}\"")
                 DELTA (2, "\"input_json_delta\",\"partial_json\":\"lost\"") DELTA (0, "\"signature_delta\",\"signature\":\"lost\"") END);
  assert_end (&answer);
  g_assert_cmpstr (dheera_tool_call_get_arguments (answer_call (&answer, 0)), ==, "{\"x\":1}");
  assert_native (&answer, 0, "{\"type\":\"redacted_thinking\",\"data\":\"d\"}", 0, 1);
}

static void
test_failures (void)
{
  static const struct
  {
    const char *stream;
    DheeraError code;
    const char *text;
  } cases[] = {
    { START BLOCK (0, "{\"type\":\"text\",\"text\":\"so far\"}") "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}",
      DHEERA_ERROR_OVERLOADED, "so far" },
    { "{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"Slow down\"}}", DHEERA_ERROR_RATE_LIMIT, "" },
    { START BLOCK (0, "{\"type\":\"text\",\"text\":\"so far\"}"), DHEERA_ERROR_STREAM_INTERRUPTED, "so far" },
    { START BLOCK (0, "{\"type\":\"text\",\"text\":\"all\"}") STOP (0) REASON ("end_turn"), DHEERA_ERROR_STREAM_INTERRUPTED, "all" },
    { START "{\"type\":\"content_block_delta\",", DHEERA_ERROR_PROTOCOL, "" },
    { START "[1]", DHEERA_ERROR_PROTOCOL, "" },
    { "", DHEERA_ERROR_STREAM_INTERRUPTED, "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Answer) answer = { 0 };

      answer_stream (&answer, "anthropic", cases[i].stream);
      assert_failed (&answer, cases[i].code);
      assert_text (&answer, cases[i].text);
    }
}

static void
test_error_events (void)
{
  g_auto (Answer) json = { 0 };
  g_auto (Answer) plain = { 0 };

  answer_begin (&json, "anthropic");
  answer_add_event (&json, "error", "{\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"Internal\"}}");
  assert_failed (&json, DHEERA_ERROR_SERVER);
  g_assert_cmpstr (dheera_error_details_get_provider_type (json.decoder->failure), ==, "api_error");

  answer_begin (&plain, "anthropic");
  answer_add_event (&plain, "error", "out of order");
  assert_failed (&plain, DHEERA_ERROR_STREAM_ERROR);
  g_assert_cmpstr (dheera_error_details_get_message (plain.decoder->failure), ==, "out of order");
}

static void
test_failures_whole (void)
{
  static const struct
  {
    const char *body;
    DheeraError code;
  } cases[] = {
    { "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"},\"request_id\":\"req_1\"}", DHEERA_ERROR_OVERLOADED },
    { "{\"error\":\"no\"}", DHEERA_ERROR_STREAM_ERROR },
    { "{\"type\":\"message\",\"content\":\"text\"}", DHEERA_ERROR_PROTOCOL },
    { "{\"type\":\"message\",\"content\":[{\"type\":\"text\",\"text\":\"a", DHEERA_ERROR_STREAM_INTERRUPTED },
    { "<html>", DHEERA_ERROR_PROTOCOL },
    { "7", DHEERA_ERROR_PROTOCOL },
    { "[]", DHEERA_ERROR_PROTOCOL },
    { "[7]", DHEERA_ERROR_PROTOCOL },
    { "[{\"type\":\"message_start\"}]", DHEERA_ERROR_STREAM_INTERRUPTED },
    { "", DHEERA_ERROR_PROTOCOL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Answer) answer = { 0 };

      answer_whole (&answer, "anthropic", cases[i].body);
      assert_failed (&answer, cases[i].code);
    }
}

static void
test_too_many_calls (void)
{
  g_autoptr (GString) stream = g_string_new (START);
  g_auto (Answer) answer = { 0 };

  for (guint i = 0; i <= 1024; i++)
    g_string_append_printf (stream, "{\"type\":\"content_block_start\",\"index\":%u,\"content_block\":{\"type\":\"tool_use\",\"id\":\"t%u\",\"name\":\"f\"}}\n", i, i);
  answer_stream (&answer, "anthropic", stream->str);
  assert_failed (&answer, DHEERA_ERROR_PROTOCOL);
}

/* Every piece is one delta, and what is only kept for the way back is none. */
static void
test_deltas (void)
{
  static const char *const pieces[] = { "", "Hel", "lo", "" };
  g_auto (Answer) answer = { 0 };
  g_auto (GStrv) events = g_strsplit (START BLOCK (0, "{\"type\":\"redacted_thinking\",\"data\":\"x\"}") STOP (0) BLOCK (1, "{\"type\":\"text\",\"text\":\"\"}")
                                      DELTA (1, "\"text_delta\",\"text\":\"Hel\"") DELTA (1, "\"text_delta\",\"text\":\"lo\"") STOP (1) REASON ("end_turn") END,
                                      "\n", -1);
  guint n = 0;

  answer_begin (&answer, "anthropic");
  dheera_accumulator_set_recording (answer.decoder->accumulator, TRUE);
  for (guint i = 0; events[i] != NULL; i++)
    answer_add_event (&answer, "message", events[i]);
  assert_end (&answer);
  while (dheera_accumulator_has_delta (answer.decoder->accumulator))
    {
      g_autoptr (DheeraDelta) delta = dheera_accumulator_steal_delta (answer.decoder->accumulator);

      g_assert_cmpuint (n, <, G_N_ELEMENTS (pieces));
      g_assert_cmpstr (dheera_delta_get_text (delta), ==, pieces[n]);
      n++;
    }
  g_assert_cmpuint (n, ==, G_N_ELEMENTS (pieces));
}

/* The arguments of a call without any are there before the reason is, for whoever acts on that. */
static void
test_deltas_of_calls (void)
{
  static const char *const arguments[] = { NULL, "", "{}", NULL };
  g_auto (Answer) answer = { 0 };
  g_auto (GStrv) events = g_strsplit (START BLOCK (1, "{\"type\":\"tool_use\",\"id\":\"a\",\"name\":\"f\",\"input\":{}}")
                                      DELTA (1, "\"input_json_delta\",\"partial_json\":\"\"") STOP (1) REASON ("tool_use") END, "\n", -1);

  answer_begin (&answer, "anthropic");
  dheera_accumulator_set_recording (answer.decoder->accumulator, TRUE);
  for (guint i = 0; events[i] != NULL; i++)
    answer_add_event (&answer, "message", events[i]);
  assert_end (&answer);
  for (guint i = 0; i < G_N_ELEMENTS (arguments); i++)
    {
      g_autoptr (DheeraDelta) delta = dheera_accumulator_steal_delta (answer.decoder->accumulator);
      g_autoptr (DheeraToolCallDelta) call = g_list_model_get_item (dheera_delta_get_tool_calls (delta), 0);

      g_assert_true ((call == NULL) == (arguments[i] == NULL));
      if (call != NULL)
        g_assert_cmpstr (dheera_tool_call_delta_get_arguments (call), ==, arguments[i]);
    }
  g_assert_false (dheera_accumulator_has_delta (answer.decoder->accumulator));
}

/* --- The other tasks ----------------------------------------------------------------------------- */

static GObject *
decode_task (Answer     *answer,
             DheeraTask  task,
             const char *body)
{
  GObject *result;

  answer_begin (answer, "anthropic");
  result = answer->decoder->protocol->tasks[task].decode (answer->decoder, body, strlen (body));
  answer->decoded = result != NULL ? DHEERA_DECODED_END : DHEERA_DECODED_FAILED;

  return result;
}

static void
test_count (void)
{
  static const struct
  {
    const char *body;
    DheeraError code;
  } bad[] = {
    { "{}", DHEERA_ERROR_PROTOCOL },
    { "{\"input_tokens\":-4}", DHEERA_ERROR_PROTOCOL },
    { "{\"input_to", DHEERA_ERROR_STREAM_INTERRUPTED },
    { "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"}}", DHEERA_ERROR_OVERLOADED },
  };
  g_auto (Answer) answer = { 0 };
  g_autoptr (DheeraUsage) usage = (DheeraUsage *) decode_task (&answer, DHEERA_TASK_COUNT_TOKENS, "{\"input_tokens\":2095}");

  g_assert_cmpint (dheera_usage_get_prompt_tokens (usage), ==, 2095);
  g_assert_cmpint (dheera_usage_get_completion_tokens (usage), ==, -1);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_auto (Answer) failed = { 0 };

      g_assert_null (decode_task (&failed, DHEERA_TASK_COUNT_TOKENS, bad[i].body));
      assert_failed (&failed, bad[i].code);
    }
}

static void
test_models (void)
{
  g_auto (Answer) answer = { 0 };
  g_autoptr (GListModel) models = (GListModel *) decode_task (
    &answer, DHEERA_TASK_LIST_MODELS,
    "{\"data\":[{\"type\":\"model\",\"id\":\"claude-sonnet-4-5-20250929\",\"display_name\":\"Claude Sonnet 4.5\",\"created_at\":\"2025-09-29T00:00:00Z\","
    "\"max_input_tokens\":200000,\"max_tokens\":64000}],\"has_more\":false,\"first_id\":\"a\",\"last_id\":\"a\"}");
  g_autoptr (DheeraModel) model = g_list_model_get_item (models, 0);

  g_assert_cmpuint (g_list_model_get_n_items (models), ==, 1);
  g_assert_cmpstr (dheera_model_get_id (model), ==, "claude-sonnet-4-5-20250929");
  g_assert_cmpstr (dheera_model_get_name (model), ==, "Claude Sonnet 4.5");
  g_assert_cmpint (dheera_model_get_created (model), ==, 1759104000);
  g_assert_cmpint (dheera_model_get_context_window (model), ==, 200000);
  g_assert_cmpint (dheera_model_get_max_output_tokens (model), ==, 64000);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/anthropic-decode/whole", test_whole);
  g_test_add_func ("/anthropic-decode/reasons", test_reasons);
  g_test_add_func ("/anthropic-decode/stream", test_stream);
  g_test_add_func ("/anthropic-decode/usage", test_usage);
  g_test_add_func ("/anthropic-decode/tools", test_tools);
  g_test_add_func ("/anthropic-decode/tools-whole", test_tools_whole);
  g_test_add_func ("/anthropic-decode/thinking", test_thinking);
  g_test_add_func ("/anthropic-decode/server-tools", test_server_tools);
  g_test_add_func ("/anthropic-decode/citations", test_citations);
  g_test_add_func ("/anthropic-decode/unknown", test_unknown);
  g_test_add_func ("/anthropic-decode/pieces", test_pieces);
  g_test_add_func ("/anthropic-decode/calls-at-once", test_calls_at_once);
  g_test_add_func ("/anthropic-decode/refusal", test_refusal);
  g_test_add_func ("/anthropic-decode/json-tool", test_json_tool);
  g_test_add_func ("/anthropic-decode/json-tool-among-others", test_json_tool_among_others);
  g_test_add_func ("/anthropic-decode/other-shapes", test_other_shapes);
  g_test_add_func ("/anthropic-decode/total", test_total);
  g_test_add_func ("/anthropic-decode/loose-blocks", test_loose_blocks);
  g_test_add_func ("/anthropic-decode/failures", test_failures);
  g_test_add_func ("/anthropic-decode/error-events", test_error_events);
  g_test_add_func ("/anthropic-decode/failures-whole", test_failures_whole);
  g_test_add_func ("/anthropic-decode/too-many-calls", test_too_many_calls);
  g_test_add_func ("/anthropic-decode/deltas", test_deltas);
  g_test_add_func ("/anthropic-decode/deltas-of-calls", test_deltas_of_calls);
  g_test_add_func ("/anthropic-decode/count", test_count);
  g_test_add_func ("/anthropic-decode/models", test_models);

  return g_test_run ();
}
