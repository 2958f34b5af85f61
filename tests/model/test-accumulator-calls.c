/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-ai/model/tools/dheera-tool-call-private.h"

#include "stream-util.h"

/* Tool calls in fragments, in all the ways that servers were seen to send them. Each row is what
 * comes in one after the other, and what has to come out. */

typedef struct
{
  const char *name;
  const char *expected;
  const char *chunks[8];
} Case;

static const Case cases[] = {
  { "as OpenAI has it", "a|f|{\"x\":1};b|g|{};",
    { CALL ("{\"index\":0,\"id\":\"a\",\"type\":\"function\",\"function\":{\"name\":\"f\","
            "\"arguments\":\"\"}}"),
      CALL ("{\"index\":0,\"function\":{\"arguments\":\"{\\\"x\"}}"),
      CALL ("{\"index\":0,\"function\":{\"arguments\":\"\\\":1}\"}}"),
      CALL ("{\"index\":1,\"id\":\"b\",\"type\":\"function\",\"function\":{\"name\":\"g\","
            "\"arguments\":\"{}\"}}") } },
  { "interleaved", "a|f|12;b|g|34;",
    { CALL ("{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"1\"}}"),
      CALL ("{\"index\":1,\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"3\"}}"),
      CALL ("{\"index\":0,\"function\":{\"arguments\":\"2\"}},{\"index\":1,"
            "\"function\":{\"arguments\":\"4\"}}") } },
  { "the id and an empty name with each fragment", "a|f|12;",
    { CALL ("{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"1\"}}"),
      CALL ("{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"\",\"arguments\":\"2\"}}") } },
  { "an empty id with later fragments", "a|f|12;",
    { CALL ("{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"1\"}}"),
      CALL ("{\"index\":0,\"id\":\"\",\"function\":{\"name\":null,\"arguments\":\"2\"}}") } },
  { "the name again and again", "a|f|12;",
    { CALL ("{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"1\"}}"),
      CALL ("{\"index\":0,\"function\":{\"name\":\"f\",\"arguments\":\"2\"}}") } },
  { "two calls of the same index", "a|f|{};b|g|12;",
    { CALL ("{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}"),
      CALL ("{\"index\":0,\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"1\"}}"),
      CALL ("{\"index\":0,\"function\":{\"arguments\":\"2\"}}") } },
  { "two calls of the same index, going back to the first by its id", "a|f|13;b|g|2;",
    { CALL ("{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"1\"}}"),
      CALL ("{\"index\":0,\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"2\"}}"),
      CALL ("{\"index\":0,\"id\":\"a\",\"function\":{\"arguments\":\"3\"}}") } },
  { "no index", "a|f|12;b|g|3;",
    { CALL ("{\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"1\"}}"),
      CALL ("{\"function\":{\"arguments\":\"2\"}}"),
      CALL ("{\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"3\"}}") } },
  { "no index, going back by the id", "a|f|13;b|g|2;",
    { CALL ("{\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"1\"}}"),
      CALL ("{\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"2\"}}"),
      CALL ("{\"id\":\"a\",\"function\":{\"arguments\":\"3\"}}") } },
  { "no index and no id", "*|f|12;",
    { CALL ("{\"function\":{\"name\":\"f\",\"arguments\":\"1\"}}"), CALL ("{\"function\":{\"arguments\":\"2\"}}") } },
  { "no id, the index alone", "*|f|12;*|g|3;",
    { CALL ("{\"index\":0,\"function\":{\"name\":\"f\",\"arguments\":\"1\"}}"),
      CALL ("{\"index\":0,\"function\":{\"arguments\":\"2\"}}"),
      CALL ("{\"index\":1,\"function\":{\"name\":\"g\",\"arguments\":\"3\"}}") } },
  { "indices that do not begin at 0", "a|f|1;b|g|2;",
    { CALL ("{\"index\":1,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"1\"}}"),
      CALL ("{\"index\":5,\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"2\"}}") } },
  { "the id late", "a|f|12;",
    { CALL ("{\"index\":0,\"function\":{\"name\":\"f\",\"arguments\":\"1\"}}"),
      CALL ("{\"index\":0,\"id\":\"a\",\"function\":{\"arguments\":\"2\"}}") } },
  { "the name late", "a|f|12;",
    { CALL ("{\"index\":0,\"id\":\"a\",\"function\":{\"arguments\":\"1\"}}"),
      CALL ("{\"index\":0,\"function\":{\"name\":\"f\",\"arguments\":\"2\"}}") } },
  { "the same id under two indices", "a|f|1;a|g|2;",
    { CALL ("{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"1\"}}"),
      CALL ("{\"index\":1,\"id\":\"a\",\"function\":{\"name\":\"g\",\"arguments\":\"2\"}}") } },
  { "arguments as an object", "a|f|{\"x\": 1};",
    { CALL ("{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":{\"x\": 1}}}") } },
  { "arguments as an array", "a|f|[1, 2];",
    { CALL ("{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":[1, 2]}}") } },
  { "whole calls with nothing to tell them apart", "*|f|{\"x\":1};*|g|{};*|g|{\"y\":2};",
    { CALL ("{\"function\":{\"name\":\"f\",\"arguments\":{\"x\":1}}},{\"function\":{\"name\":\"g\","
            "\"arguments\":{}}}"),
      CALL ("{\"function\":{\"name\":\"g\",\"arguments\":{\"y\":2}}}") } },
  { "whole calls of the same index without ids", "*|f|{};*|g|{};",
    { CALL ("{\"index\":0,\"function\":{\"name\":\"f\",\"arguments\":{}}}"),
      CALL ("{\"index\":0,\"function\":{\"name\":\"g\",\"arguments\":{}}}") } },
  { "arguments null, missing, or of a wrong type", "a|f|{};b|g|{};c|h|{};",
    { CALL ("{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":null}}"),
      CALL ("{\"index\":1,\"id\":\"b\",\"function\":{\"name\":\"g\"}}"),
      CALL ("{\"index\":2,\"id\":\"c\",\"function\":{\"name\":\"h\",\"arguments\":5}}") } },
  { "an id that is a number", "*|f|{};",
    { CALL ("{\"index\":0,\"id\":5,\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}") } },
  { "a pair of surrogates in two fragments, with another call between", "a|f|\"😀\";b|g|\357\277\275;",
    { CALL ("{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"\\\"\\ud83d\"}}"),
      CALL ("{\"index\":1,\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"\\ud83d\"}}"),
      CALL ("{\"index\":0,\"function\":{\"arguments\":\"\\ude00\\\"\"}}") } },
  { "nothing at all", "*||{};", { CALL ("{}") } },
};

/* Puts "*" for ids that were made up here. */
static char *
hide_ids (const char *calls)
{
  g_autoptr (GRegex) regex = g_regex_new ("call_[A-Za-z0-9]{24}\\|", 0, 0, NULL);

  return g_regex_replace_literal (regex, calls, -1, 0, "*|", 0, NULL);
}

static void
test_case (gconstpointer data)
{
  const Case *test = data;
  g_autofree char *calls = NULL, *unrecorded_calls = NULL, *shown = NULL, *unrecorded_shown = NULL;
  g_autoptr (Stream) stream = stream_new (TRUE);
  g_autoptr (Stream) unrecorded = stream_new (FALSE);

  for (guint i = 0; test->chunks[i] != NULL; i++)
    {
      g_assert_true (stream_feed (stream, test->chunks[i]));
      g_assert_true (stream_feed (unrecorded, test->chunks[i]));
    }
  g_assert_true (dheera_accumulator_has_content (stream->accumulator));
  g_assert_false (dheera_accumulator_has_finished (stream->accumulator));
  stream_finish (stream);
  dheera_accumulator_finish (unrecorded->accumulator);

  calls = stream_describe_calls (stream);
  shown = hide_ids (calls);
  g_assert_cmpstr (shown, ==, test->expected);
  unrecorded_calls = stream_describe_calls (unrecorded);
  unrecorded_shown = hide_ids (unrecorded_calls);
  g_assert_cmpstr (unrecorded_shown, ==, test->expected);
  g_assert_cmpint (dheera_response_get_finish_reason (stream_response (stream)), ==,
                   DHEERA_FINISH_REASON_TOOL_CALLS);
}

/* "stop" where there are calls means that they are waited for; the raw word stays. */
static void
test_finish_reasons (void)
{
  static const struct
  {
    const char *chunk;
    DheeraFinishReason reason;
    const char *raw;
  } reasons[] = {
    { "{\"choices\":[{\"index\":0,\"finish_reason\":\"stop\"}]}", DHEERA_FINISH_REASON_TOOL_CALLS, "stop" },
    { "{\"choices\":[{\"index\":0,\"finish_reason\":\"\"}]}", DHEERA_FINISH_REASON_TOOL_CALLS, "" },
    { "{\"choices\":[{\"index\":0,\"finish_reason\":\"tool_calls\"}]}",
      DHEERA_FINISH_REASON_TOOL_CALLS, "tool_calls" },
    { "{\"choices\":[{\"index\":0,\"finish_reason\":\"length\"}]}", DHEERA_FINISH_REASON_LENGTH, "length" },
    { "{\"choices\":[{\"index\":0,\"finish_reason\":\"content_filter\"}]}",
      DHEERA_FINISH_REASON_CONTENT_FILTER, "content_filter" },
    { "{\"choices\":[{\"index\":0,\"finish_reason\":\"eos\"}]}", DHEERA_FINISH_REASON_OTHER, "eos" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    {
      g_autoptr (Stream) before = stream_new (TRUE);
      g_autoptr (Stream) after = stream_new (TRUE);

      stream_feed (before, CALL ("{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\","
                                 "\"arguments\":\"{}\"}}"));
      stream_feed (before, reasons[i].chunk);
      stream_finish (before);
      g_assert_cmpint (dheera_response_get_finish_reason (stream_response (before)), ==, reasons[i].reason);
      g_assert_cmpstr (dheera_response_get_finish_reason_raw (stream_response (before)), ==, reasons[i].raw);

      /* Also when the calls come behind it. */
      stream_feed (after, reasons[i].chunk);
      stream_feed (after, CALL ("{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\","
                                "\"arguments\":\"{}\"}}"));
      stream_finish (after);
      g_assert_cmpint (dheera_response_get_finish_reason (stream_response (after)), ==, reasons[i].reason);
    }
}

static void
test_limit (void)
{
  g_autoptr (Stream) stream = stream_new (TRUE);
  GListModel *calls;

  for (guint i = 0; i < 1024; i++)
    {
      g_autofree char *chunk = g_strdup_printf (CALL ("{\"index\":%u,\"id\":\"%u\"}"), i, i);

      g_assert_true (stream_feed (stream, chunk));
    }
  g_assert_false (stream_feed (stream, CALL ("{\"index\":1024,\"id\":\"x\"}")));
  g_assert_false (stream_feed (stream, CALL ("{\"id\":\"y\"}")));
  g_assert_true (stream_feed (stream, CALL ("{\"index\":1023,\"function\":{\"name\":\"f\"}}")));
  calls = dheera_response_get_tool_calls (stream_response (stream));
  g_assert_cmpuint (g_list_model_get_n_items (calls), ==, 1024);
}

/* Indices are no array of memory. */
static void
test_wild_indices (void)
{
  g_autoptr (Stream) stream = stream_new (TRUE);

  stream_feed (stream, CALL ("{\"index\":9223372036854775807,\"id\":\"a\"}"));
  stream_feed (stream, CALL ("{\"index\":-5,\"id\":\"b\"}"));
  stream_feed (stream, CALL ("{\"index\":9223372036854775807,\"function\":{\"name\":\"f\"}}"));
  stream_finish (stream);
  assert_calls (stream, "a|f|{};b||{};");
}

static void
test_positions (void)
{
  g_autoptr (Stream) stream = stream_new (TRUE);
  g_autoptr (DheeraToolCallDelta) piece = NULL;
  DheeraDelta *delta;

  stream_feed (stream, CALL ("{\"index\":7,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"1\"}}"));
  stream_feed (stream, CALL ("{\"index\":9,\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"2\"}}"));
  delta = g_ptr_array_index (stream->deltas, 1);
  piece = g_list_model_get_item (dheera_delta_get_tool_calls (delta), 0);
  g_assert_cmpuint (dheera_tool_call_delta_get_index (piece), ==, 1);
  g_assert_cmpstr (dheera_tool_call_delta_get_id (piece), ==, "b");
  g_assert_cmpstr (dheera_tool_call_delta_get_name (piece), ==, "g");
  g_assert_cmpstr (dheera_tool_call_delta_get_arguments (piece), ==, "2");
}

/* Calls of other choices are their own. */
static void
test_choices (void)
{
  g_autoptr (Stream) stream = stream_new (TRUE);
  DheeraMessage *second;

  stream_feed (stream, "{\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,"
                       "\"id\":\"a\",\"function\":{\"arguments\":\"1\"}}]}},"
                       "{\"index\":1,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"b\","
                       "\"function\":{\"arguments\":\"2\"}}]}}]}");
  stream_feed (stream, "{\"choices\":[{\"index\":1,\"delta\":{\"tool_calls\":[{\"index\":0,"
                       "\"function\":{\"arguments\":\"3\"}}]}}]}");
  stream_finish (stream);
  assert_calls (stream, "a||1;");
  second = dheera_choice_get_message (dheera_response_get_choice (stream_response (stream), 1));
  g_assert_cmpstr (dheera_tool_call_get_arguments (dheera_message_peek_tool_call (second, 0)), ==, "23");
}

/* What a provider says of a call beside all that has a property */
static void
test_extra (void)
{
  g_autoptr (DheeraAccumulator) accumulator = dheera_accumulator_new ("test");
  const DheeraJsonValue none = { NULL, 0 };
  DheeraMessage *message;

  g_assert_false (dheera_accumulator_set_tool_call_extra (accumulator, 0, 0, "{}"));
  g_assert_false (dheera_accumulator_set_tool_call_extra (accumulator, 128, 0, "{}"));
  dheera_accumulator_add_tool_call (accumulator, 0, 3, none, none, none);
  g_assert_false (dheera_accumulator_set_tool_call_extra (accumulator, 0, 2, "{}"));
  g_assert_true (dheera_accumulator_set_tool_call_extra (accumulator, 0, 3, "{\"caller\":1}"));
  message = dheera_response_get_message (dheera_accumulator_get_response (accumulator));
  g_assert_cmpstr (dheera_message_peek_tool_call (message, 0)->extra, ==, "{\"caller\":1}");
}

/* Arguments that a decoder puts together itself */
static void
test_plain_arguments (void)
{
  g_autoptr (Stream) stream = stream_new (TRUE);
  DheeraToolCall *call;

  g_assert_false (dheera_accumulator_add_plain_arguments (stream->accumulator, 0, 0, "{", 1));
  stream_feed (stream, CALL ("{\"index\":3,\"function\":{\"name\":\"f\"}}"));
  dheera_accumulator_begin_event (stream->accumulator);
  g_assert_true (dheera_accumulator_add_plain_arguments (stream->accumulator, 0, 3, "{\"a\"", 4));
  dheera_accumulator_end_event (stream->accumulator);
  g_assert_false (dheera_accumulator_add_plain_arguments (stream->accumulator, 0, 2, "x", 1));
  g_assert_false (dheera_accumulator_add_plain_arguments (stream->accumulator, 128, 3, "x", 1));
  dheera_accumulator_begin_event (stream->accumulator);
  g_assert_true (dheera_accumulator_add_plain_arguments (stream->accumulator, 0, 3, ":1}", 3));
  dheera_accumulator_end_event (stream->accumulator);
  stream_finish (stream);

  call = dheera_message_peek_tool_call (dheera_response_get_message (stream_response (stream)), 0);
  g_assert_cmpstr (dheera_tool_call_get_arguments (call), ==, "{\"a\":1}");
}

/* A call without arguments is whole where the provider says so, and one that has them stays as it is. */
static void
test_end (void)
{
  g_autoptr (Stream) stream = stream_new (TRUE);

  dheera_accumulator_end_tool_call (stream->accumulator, 0, 0);
  dheera_accumulator_end_tool_call (stream->accumulator, 128, 0);
  stream_feed (stream, CALL ("{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\"}}"));
  stream_feed (stream, CALL ("{\"index\":1,\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"[\"}}"));
  dheera_accumulator_begin_event (stream->accumulator);
  for (guint i = 0; i < 3; i++)
    dheera_accumulator_end_tool_call (stream->accumulator, 0, i);
  dheera_accumulator_end_event (stream->accumulator);
  assert_calls (stream, "a|f|{};b|g|[;");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *name = g_strdelimit (g_strdup (cases[i].name), " ,", '-');
      g_autofree char *path = g_strconcat ("/accumulator-calls/", name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/accumulator-calls/finish-reasons", test_finish_reasons);
  g_test_add_func ("/accumulator-calls/limit", test_limit);
  g_test_add_func ("/accumulator-calls/wild-indices", test_wild_indices);
  g_test_add_func ("/accumulator-calls/positions", test_positions);
  g_test_add_func ("/accumulator-calls/choices", test_choices);
  g_test_add_func ("/accumulator-calls/extra", test_extra);
  g_test_add_func ("/accumulator-calls/plain-arguments", test_plain_arguments);
  g_test_add_func ("/accumulator-calls/end", test_end);

  return g_test_run ();
}
