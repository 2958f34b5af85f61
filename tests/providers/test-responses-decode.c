/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "providers-util.h"

#include "dheera-ai/model/messages/dheera-message-private.h"

/* Answers of Responses, whole and as events: where each piece goes, what is taken from where when pieces are missing, what goes back, and
 * how an answer ends or fails. */

#define ID "openai-responses"
#define WHOLE(status, output) \
  "{\"id\":\"resp_1\",\"object\":\"response\",\"created_at\":7.5,\"model\":\"m\",\"status\":\"" status "\",\"output\":[" output "]}"
#define MESSAGE(text) "{\"type\":\"message\",\"id\":\"msg_1\",\"role\":\"assistant\",\"content\":[{\"type\":\"output_text\",\"text\":\"" text "\"}]}"
#define CALL "{\"type\":\"function_call\",\"id\":\"fc_1\",\"call_id\":\"call_1\",\"name\":\"weather\",\"arguments\":\"{\\\"a\\\":1}\"}"
#define THOUGHT "{\"type\":\"reasoning\", \"id\":\"rs_1\",\"summary\":[{\"type\":\"summary_text\",\"text\":\"One\"},{\"type\":\"summary_text\",\"text\":\"Two\"}]}"
#define COMPLETED(output) "{\"type\":\"response.completed\",\"response\":" WHOLE ("completed", output) "}"
#define ADDED(index, item) "{\"type\":\"response.output_item.added\",\"output_index\":" #index ",\"item\":" item "}\n"
#define DONE(index, item) "{\"type\":\"response.output_item.done\",\"output_index\":" #index ",\"item\":" item "}\n"
#define TEXT(index, text) "{\"type\":\"response.output_text.delta\",\"output_index\":" #index ",\"content_index\":0,\"delta\":\"" text "\"}\n"

static DheeraMessage *
get_message (Answer *answer)
{
  return dheera_response_get_message (answer_response (answer));
}

static const DheeraNativeBlock *
get_native (Answer *answer,
            guint   position)
{
  g_assert_cmpuint (dheera_message_get_n_natives (get_message (answer)), >, position);
  g_assert_cmpstr (dheera_message_peek_native_block (get_message (answer), position)->family, ==, ID);

  return dheera_message_peek_native_block (get_message (answer), position);
}

static void
test_whole (void)
{
  g_auto (Answer) answer = { 0 };

  answer_whole (&answer, ID, WHOLE ("completed", MESSAGE ("Hi ") "," MESSAGE ("there")));
  assert_end (&answer);
  assert_text (&answer, "Hi there");
  assert_reason (&answer, DHEERA_FINISH_REASON_STOP);
  g_assert_cmpstr (dheera_response_get_finish_reason_raw (answer_response (&answer)), ==, "completed");
  g_assert_cmpstr (dheera_response_get_id (answer_response (&answer)), ==, "resp_1");
  g_assert_cmpstr (dheera_response_get_model (answer_response (&answer)), ==, "m");
  g_assert_cmpint (dheera_response_get_created (answer_response (&answer)), ==, 7);
  g_assert_cmpuint (dheera_message_get_n_natives (get_message (&answer)), ==, 0);
}

static void
test_items (void)
{
  g_auto (Answer) answer = { 0 };

  answer_whole (&answer, ID, WHOLE ("completed", THOUGHT "," MESSAGE ("Hi") "," THOUGHT "," CALL ",{\"type\":\"later_call\",\"a\":[1, 2]}"));
  assert_end (&answer);
  assert_text (&answer, "Hi");
  assert_reasoning (&answer, "One\n\nTwo\n\nOne\n\nTwo");
  assert_reason (&answer, DHEERA_FINISH_REASON_TOOL_CALLS);
  g_assert_cmpuint (answer_n_calls (&answer), ==, 1);
  g_assert_cmpstr (dheera_tool_call_get_id (answer_call (&answer, 0)), ==, "call_1");
  g_assert_cmpstr (dheera_tool_call_get_name (answer_call (&answer, 0)), ==, "weather");
  g_assert_cmpstr (dheera_tool_call_get_arguments (answer_call (&answer, 0)), ==, "{\"a\":1}");

  g_assert_cmpuint (dheera_message_get_n_natives (get_message (&answer)), ==, 3);
  g_assert_cmpstr (get_native (&answer, 0)->json, ==, THOUGHT);
  g_assert_cmpuint (get_native (&answer, 0)->after_text, ==, 0);
  g_assert_cmpuint (get_native (&answer, 1)->after_text, ==, 2);
  g_assert_cmpuint (get_native (&answer, 1)->after_tool_calls, ==, 0);
  g_assert_cmpstr (get_native (&answer, 2)->json, ==, "{\"type\":\"later_call\",\"a\":[1, 2]}");
  g_assert_cmpuint (get_native (&answer, 2)->after_tool_calls, ==, 1);
}

static void
test_content (void)
{
  g_auto (Answer) answer = { 0 };

  answer_whole (&answer, ID,
                WHOLE ("completed",
                       "{\"type\":\"message\",\"content\":[{\"type\":\"output_text\",\"text\":\"a\","
                       "\"annotations\":[{\"type\":\"url_citation\",\"url\":\"u\",\"title\":\"t\",\"start_index\":0,\"end_index\":1},"
                       "{\"type\":\"file_citation\",\"file_id\":\"f\"}],\"logprobs\":[{\"token\":\"a\",\"logprob\":-1}]},"
                       "{\"type\":\"refusal\",\"refusal\":\"no\"},{\"type\":\"later\"},7]},{\"type\":\"message\",\"content\":\"b\"}"));
  assert_end (&answer);
  assert_text (&answer, "ab");
  g_assert_cmpstr (dheera_response_get_refusal (answer_response (&answer)), ==, "no");
  g_assert_cmpstr (dheera_response_get_annotations (answer_response (&answer)), ==,
                   "[{\"type\":\"url_citation\",\"url_citation\":{\"url\":\"u\",\"title\":\"t\",\"start_index\":0,\"end_index\":1}},"
                   "{\"type\":\"file_citation\",\"file_id\":\"f\"}]");
  g_assert_nonnull (strstr (dheera_choice_get_logprobs (dheera_response_get_choice (answer_response (&answer), 0)), "\"logprob\":-1"));
}

static void
test_custom_call (void)
{
  g_auto (Answer) answer = { 0 };

  answer_whole (&answer, ID, WHOLE ("completed", "{\"type\":\"custom_tool_call\",\"call_id\":\"call_1\",\"name\":\"shell\",\"input\":\"ls \\\"a\\\"\"}"));
  assert_end (&answer);
  g_assert_cmpstr (dheera_tool_call_get_arguments (answer_call (&answer, 0)), ==, "ls \"a\"");
  g_assert_cmpstr (get_native (&answer, 0)->json, ==, "{\"type\":\"custom_tool_call\",\"call_id\":\"call_1\"}");
  g_assert_cmpuint (get_native (&answer, 0)->after_tool_calls, ==, 0);
}

static void
test_members_of_calls (void)
{
  g_auto (Answer) answer = { 0 };

  answer_whole (&answer, ID, WHOLE ("completed", "{\"id\":\"fc_1\",\"type\":\"function_call\",\"call_id\":\"call_1\",\"name\":\"x\","
                                                 "\"arguments\":\"{}\",\"status\":\"completed\",\"caller\":null,\"namespace\":\"crm\"}"));
  assert_end (&answer);
  g_assert_cmpstr (get_native (&answer, 0)->json, ==, "{\"type\":\"function_call\",\"call_id\":\"call_1\",\"namespace\":\"crm\"}");
}

#define PICTURE "{\"type\":\"image_generation_call\",\"id\":\"ig_1\",\"output_format\":\"webp\",\"result\":\"aGVsbG8=\"}"

static void
test_picture (void)
{
  g_auto (Answer) answer = { 0 };
  DheeraPart *part;

  answer_whole (&answer, ID, WHOLE ("completed", PICTURE ",{\"type\":\"image_generation_call\",\"result\":\"*\"},{\"type\":\"image_generation_call\"}"));
  assert_end (&answer);
  g_assert_cmpuint (dheera_message_get_n_parts (get_message (&answer)), ==, 1);
  part = dheera_message_peek_part (get_message (&answer), 0);
  g_assert_cmpint (dheera_part_get_part_type (part), ==, DHEERA_PART_TYPE_IMAGE);
  g_assert_cmpstr (dheera_part_get_mime_type (part), ==, "image/webp");
  g_assert_cmpuint (g_bytes_get_size (dheera_part_get_bytes (part)), ==, 5);
  g_assert_cmpstr (get_native (&answer, 0)->json, ==, PICTURE);
  g_assert_cmpuint (dheera_message_get_n_natives (get_message (&answer)), ==, 3);
}

static void
test_thoughts_of_others (void)
{
  g_auto (Answer) answer = { 0 };
  g_auto (Answer) text = { 0 };

  answer_whole (&answer, ID, WHOLE ("completed", "{\"type\":\"reasoning\",\"summary\":[],\"content\":[{\"type\":\"reasoning_text\",\"text\":\"deep\"}]}"));
  assert_reasoning (&answer, "deep");

  answer_whole (&text, ID, "{\"status\":\"completed\",\"reasoning\":\"deep\",\"output\":[" MESSAGE ("a") "]}");
  assert_end (&text);
  assert_reasoning (&text, "deep");
}

static void
test_statuses (void)
{
  static const struct
  {
    const char *body;
    DheeraFinishReason reason;
    const char *raw;
  } cases[] = {
    { WHOLE ("incomplete", MESSAGE ("a")), DHEERA_FINISH_REASON_OTHER, "incomplete" },
    { "{\"status\":\"incomplete\",\"incomplete_details\":{\"reason\":\"max_output_tokens\"},\"output\":[]}", DHEERA_FINISH_REASON_LENGTH,
      "max_output_tokens" },
    { "{\"status\":\"incomplete\",\"incomplete_details\":{\"reason\":\"content_filter\"},\"output\":[]}", DHEERA_FINISH_REASON_CONTENT_FILTER,
      "content_filter" },
    { "{\"status\":\"incomplete\",\"incomplete_details\":{\"reason\":\"later\"},\"output\":[" CALL "]}", DHEERA_FINISH_REASON_OTHER, "later" },
    { WHOLE ("cancelled", ""), DHEERA_FINISH_REASON_OTHER, "cancelled" },
    { "{\"output\":[]}", DHEERA_FINISH_REASON_STOP, NULL },
    { "{\"error\":null,\"status\":\"completed\",\"output\":[]}", DHEERA_FINISH_REASON_STOP, "completed" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Answer) answer = { 0 };

      answer_whole (&answer, ID, cases[i].body);
      assert_end (&answer);
      assert_reason (&answer, cases[i].reason);
      if (cases[i].raw != NULL)
        g_assert_cmpstr (dheera_response_get_finish_reason_raw (answer_response (&answer)), ==, cases[i].raw);
    }
}

static void
test_failures (void)
{
  static const struct
  {
    const char *body;
    DheeraError code;
  } cases[] = {
    { "{\"status\":\"failed\",\"error\":{\"code\":\"rate_limit_exceeded\",\"message\":\"m\"},\"output\":[]}", DHEERA_ERROR_RATE_LIMIT },
    { "{\"status\":\"failed\",\"error\":{\"code\":\"server_error\",\"message\":\"m\"},\"output\":[]}", DHEERA_ERROR_SERVER },
    { "{\"status\":\"failed\",\"error\":{\"code\":\"invalid_prompt\",\"message\":\"m\"}}", DHEERA_ERROR_CONTENT_POLICY },
    { "{\"status\":\"failed\",\"error\":{\"code\":\"image_content_policy_violation\",\"message\":\"m\"}}", DHEERA_ERROR_CONTENT_POLICY },
    { "{\"status\":\"failed\",\"error\":{\"code\":\"vector_store_timeout\",\"message\":\"m\"}}", DHEERA_ERROR_TIMEOUT },
    { "{\"status\":\"failed\",\"error\":{\"code\":\"image_too_large\",\"message\":\"m\"}}", DHEERA_ERROR_INVALID_REQUEST },
    { "{\"status\":\"failed\",\"output\":[]}", DHEERA_ERROR_STREAM_ERROR },
    { "{\"error\":{\"code\":\"insufficient_quota\",\"message\":\"m\"}}", DHEERA_ERROR_QUOTA },
    { WHOLE ("queued", ""), DHEERA_ERROR_NOT_SUPPORTED },
    { WHOLE ("in_progress", ""), DHEERA_ERROR_NOT_SUPPORTED },
    { "{\"status\":\"completed\"}", DHEERA_ERROR_PROTOCOL },
    { "{\"status\":\"completed\",\"output\":{}}", DHEERA_ERROR_PROTOCOL },
    { "{\"detail\":\"no\"}", DHEERA_ERROR_STREAM_ERROR },
    { "{}", DHEERA_ERROR_PROTOCOL },
    { "[{\"error\":{\"code\":\"insufficient_quota\",\"message\":\"m\"}}]", DHEERA_ERROR_QUOTA },
    { "[]", DHEERA_ERROR_PROTOCOL },
    { "{]", DHEERA_ERROR_PROTOCOL },
    { "{\"output\":[", DHEERA_ERROR_STREAM_INTERRUPTED },
    { "", DHEERA_ERROR_PROTOCOL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Answer) answer = { 0 };

      answer_whole (&answer, ID, cases[i].body);
      assert_failed (&answer, cases[i].code);
    }
}

/* --- Streams --------------------------------------------------------------------------------- */

#define BEGUN "{\"type\":\"response.created\",\"response\":{\"id\":\"resp_1\",\"model\":\"m\",\"status\":\"in_progress\",\"output\":[]}}\n"

static void
test_stream (void)
{
  g_auto (Answer) answer = { 0 };

  answer_stream (&answer, ID,
                 BEGUN ADDED (0, "{\"type\":\"message\",\"content\":[]}") TEXT (0, "Hi ") TEXT (0, "there")
                 "{\"type\":\"response.output_text.done\",\"output_index\":0,\"text\":\"Hi there\"}\n" DONE (0, MESSAGE ("Hi there"))
                 "{\"type\":\"response.completed\",\"response\":{\"id\":\"resp_1\",\"status\":\"completed\",\"output\":[" MESSAGE ("Hi there") "],"
                 "\"usage\":{\"input_tokens\":3,\"input_tokens_details\":{\"cached_tokens\":1,\"cache_write_tokens\":2},\"output_tokens\":4,"
                 "\"output_tokens_details\":{\"reasoning_tokens\":2},\"total_tokens\":7}}}");
  assert_end (&answer);
  assert_text (&answer, "Hi there");
  assert_reason (&answer, DHEERA_FINISH_REASON_STOP);
  g_assert_cmpstr (dheera_response_get_model (answer_response (&answer)), ==, "m");
  g_assert_cmpint (dheera_usage_get_cached_tokens (dheera_response_get_usage (answer_response (&answer))), ==, 1);
  g_assert_cmpint (dheera_usage_get_cache_write_tokens (dheera_response_get_usage (answer_response (&answer))), ==, 2);
  g_assert_cmpint (dheera_usage_get_reasoning_tokens (dheera_response_get_usage (answer_response (&answer))), ==, 2);
  g_assert_cmpint (dheera_usage_get_total_tokens (dheera_response_get_usage (answer_response (&answer))), ==, 7);
}

/* The places of items hold, whatever their ids are. */
static void
test_changing_ids (void)
{
  g_auto (Answer) answer = { 0 };

  answer_stream (&answer, ID,
                 ADDED (0, "{\"type\":\"function_call\",\"id\":\"a\",\"call_id\":\"call_1\",\"name\":\"x\",\"arguments\":\"\"}")
                 ADDED (1, "{\"type\":\"function_call\",\"id\":\"b\",\"call_id\":\"call_2\",\"name\":\"y\",\"arguments\":\"\"}")
                 "{\"type\":\"response.function_call_arguments.delta\",\"output_index\":0,\"item_id\":\"c\",\"delta\":\"{\\\"a\\\"\"}\n"
                 "{\"type\":\"response.function_call_arguments.delta\",\"output_index\":1,\"item_id\":\"d\",\"delta\":\"{}\"}\n"
                 "{\"type\":\"response.function_call_arguments.delta\",\"output_index\":0,\"item_id\":\"e\",\"delta\":\":1}\"}\n"
                 "{\"type\":\"response.function_call_arguments.done\",\"output_index\":0,\"item_id\":\"e\",\"arguments\":\"{\\\"a\\\":1}\"}\n"
                 DONE (0, "{\"type\":\"function_call\",\"id\":\"f\",\"call_id\":\"call_1\",\"name\":\"x\",\"arguments\":\"{\\\"a\\\":1}\"}")
                 COMPLETED (""));
  assert_end (&answer);
  g_assert_cmpuint (answer_n_calls (&answer), ==, 2);
  g_assert_cmpstr (dheera_tool_call_get_arguments (answer_call (&answer, 0)), ==, "{\"a\":1}");
  g_assert_cmpstr (dheera_tool_call_get_arguments (answer_call (&answer, 1)), ==, "{}");
  g_assert_cmpstr (dheera_tool_call_get_id (answer_call (&answer, 1)), ==, "call_2");
  assert_reason (&answer, DHEERA_FINISH_REASON_TOOL_CALLS);
}

static void
test_without_index (void)
{
  g_auto (Answer) answer = { 0 };

  answer_stream (&answer, ID,
                 "{\"type\":\"response.output_item.added\",\"item\":{\"type\":\"function_call\",\"id\":\"a\",\"call_id\":\"1\",\"name\":\"x\"}}\n"
                 "{\"type\":\"response.output_item.added\",\"item\":{\"type\":\"function_call\",\"id\":\"b\",\"call_id\":\"2\",\"name\":\"y\"}}\n"
                 "{\"type\":\"response.function_call_arguments.delta\",\"item_id\":\"a\",\"delta\":\"[1]\"}\n"
                 "{\"type\":\"response.function_call_arguments.delta\",\"item_id\":\"b\",\"delta\":\"[2\"}\n"
                 "{\"type\":\"response.function_call_arguments.delta\",\"delta\":\"]\"}\n" COMPLETED (""));
  assert_end (&answer);
  g_assert_cmpstr (dheera_tool_call_get_arguments (answer_call (&answer, 0)), ==, "[1]");
  g_assert_cmpstr (dheera_tool_call_get_arguments (answer_call (&answer, 1)), ==, "[2]");
}

/* What no piece brought is in the whole item, and what no item brought in the whole response. */
static void
test_without_pieces (void)
{
  static const char *const streams[] = {
    DONE (0, MESSAGE ("Hi")) DONE (1, CALL) DONE (2, THOUGHT) COMPLETED (MESSAGE ("Hi") "," CALL "," THOUGHT),
    COMPLETED (MESSAGE ("Hi") "," CALL "," THOUGHT),
    TEXT (0, "Hi") DONE (1, CALL) COMPLETED (MESSAGE ("Hi") "," CALL "," THOUGHT),
    TEXT (0, "Hi") ADDED (1, "{\"type\":\"function_call\",\"id\":\"fc_1\",\"call_id\":\"call_1\",\"name\":\"weather\",\"arguments\":\"{\\\"a\"}")
    "{\"type\":\"response.function_call_arguments.done\",\"output_index\":1,\"arguments\":\"{\\\"a\\\":1}\"}\n" COMPLETED (MESSAGE ("Hi") "," CALL "," THOUGHT),
  };

  for (guint i = 0; i < G_N_ELEMENTS (streams); i++)
    {
      g_auto (Answer) answer = { 0 };

      answer_stream (&answer, ID, streams[i]);
      assert_end (&answer);
      assert_text (&answer, "Hi");
      assert_reasoning (&answer, "One\n\nTwo");
      g_assert_cmpuint (answer_n_calls (&answer), ==, 1);
      g_assert_cmpstr (dheera_tool_call_get_id (answer_call (&answer, 0)), ==, "call_1");
      g_assert_cmpstr (dheera_tool_call_get_name (answer_call (&answer, 0)), ==, "weather");
      g_assert_cmpstr (dheera_tool_call_get_arguments (answer_call (&answer, 0)), ==, "{\"a\":1}");
    }
}

#define SUMMARY(index, part, text) \
  "{\"type\":\"response.reasoning_summary_text.delta\",\"output_index\":" #index ",\"summary_index\":" #part ",\"delta\":\"" text "\"}\n"

static void
test_thoughts (void)
{
  g_auto (Answer) answer = { 0 };

  answer_stream (&answer, ID,
                 ADDED (0, "{\"type\":\"reasoning\",\"encrypted_content\":\"half\",\"summary\":[]}") SUMMARY (0, 0, "On") SUMMARY (0, 0, "e")
                 SUMMARY (0, 1, "") SUMMARY (0, 1, "Two")
                 "{\"type\":\"response.reasoning_text.delta\",\"output_index\":0,\"content_index\":0,\"delta\":\"the same again\"}\n"
                 DONE (0, THOUGHT) ADDED (1, "{\"type\":\"reasoning\"}")
                 "{\"type\":\"response.reasoning_text.delta\",\"output_index\":1,\"content_index\":0,\"delta\":\"Three\"}\n"
                 DONE (1, "{\"type\":\"reasoning\",\"encrypted_content\":\"whole\"}") TEXT (2, "Hi") DONE (2, MESSAGE ("Hi")) COMPLETED (""));
  assert_end (&answer);
  assert_reasoning (&answer, "One\n\nTwo\n\nThree");
  g_assert_cmpstr (get_native (&answer, 0)->json, ==, THOUGHT);
  g_assert_cmpstr (get_native (&answer, 1)->json, ==, "{\"type\":\"reasoning\",\"encrypted_content\":\"whole\"}");
  g_assert_cmpuint (get_native (&answer, 1)->after_text, ==, 0);
  g_assert_cmpuint (dheera_message_get_n_natives (get_message (&answer)), ==, 2);
}

static void
test_phases (void)
{
  g_auto (Answer) answer = { 0 };

  answer_stream (&answer, ID,
                 ADDED (0, "{\"type\":\"message\"}") TEXT (0, "First.") DONE (0, "{\"type\":\"message\",\"phase\":\"commentary\"}")
                 ADDED (1, "{\"type\":\"message\"}") TEXT (1, "Last.") DONE (1, "{\"type\":\"message\",\"phase\":\"final_answer\"}") COMPLETED (""));
  assert_end (&answer);
  g_assert_cmpstr (get_native (&answer, 0)->json, ==, "{\"type\":\"message\",\"phase\":\"commentary\"}");
  g_assert_cmpuint (get_native (&answer, 0)->after_text, ==, 0);
  g_assert_cmpstr (get_native (&answer, 1)->json, ==, "{\"type\":\"message\",\"phase\":\"final_answer\"}");
  g_assert_cmpuint (get_native (&answer, 1)->after_text, ==, 6);
}

static void
test_other_pieces (void)
{
  g_auto (Answer) answer = { 0 };

  answer_stream (&answer, ID,
                 "{\"type\":\"response.output_text.delta\",\"output_index\":0,\"delta\":\"a\",\"logprobs\":[{\"token\":\"a\"}]}\n"
                 "{\"type\":\"response.output_text.annotation.added\",\"output_index\":0,\"annotation\":{\"type\":\"url_citation\",\"url\":\"u\"}}\n"
                 "{\"type\":\"response.refusal.delta\",\"output_index\":0,\"delta\":\"no\"}\n"
                 "{\"type\":\"response.later.delta\",\"output_index\":0,\"delta\":\"x\"}\n"
                 "{\"type\":7}\n{}\n \n[DONE]\n"
                 DONE (0, "{\"type\":\"message\",\"content\":[{\"type\":\"output_text\",\"text\":\"a\",\"logprobs\":[{\"token\":\"a\"}],"
                          "\"annotations\":[{\"type\":\"url_citation\",\"url\":\"u\"}]},{\"type\":\"refusal\",\"refusal\":\"no\"}]}")
                 "{\"type\":\"response.custom_tool_call_input.delta\",\"output_index\":1,\"delta\":\"l\"}\n"
                 "{\"type\":\"response.custom_tool_call_input.delta\",\"output_index\":1,\"delta\":\"s\"}\n"
                 DONE (1, "{\"type\":\"custom_tool_call\",\"call_id\":\"call_1\",\"name\":\"shell\",\"input\":\"ls\"}") COMPLETED (""));
  assert_end (&answer);
  assert_text (&answer, "a");
  g_assert_cmpstr (dheera_response_get_refusal (answer_response (&answer)), ==, "no");
  g_assert_cmpstr (dheera_response_get_annotations (answer_response (&answer)), ==, "[{\"type\":\"url_citation\",\"url_citation\":{\"url\":\"u\"}}]");
  g_assert_cmpstr (dheera_choice_get_logprobs (dheera_response_get_choice (answer_response (&answer), 0)), ==,
                   "{\"content\":[{\"token\":\"a\"}],\"refusal\":null}");
  g_assert_cmpstr (dheera_tool_call_get_arguments (answer_call (&answer, 0)), ==, "ls");
  g_assert_cmpstr (dheera_tool_call_get_name (answer_call (&answer, 0)), ==, "shell");
}

/* Each part counts its own characters; the answer has one text. */
static void
test_places (void)
{
#define CITED(type, start, end) "{\"type\":\"" type "\",\"start_index\":" #start ",\"end_index\":" #end ",\"url\":\"u\"}"
#define PART(text, annotations) "{\"type\":\"output_text\",\"text\":\"" text "\",\"annotations\":[" annotations "]}"
  const char *output = "{\"type\":\"message\",\"content\":[" PART ("\303\251t\303\251 ", CITED ("url_citation", 0, 3)) "]},"
                       "{\"type\":\"message\",\"content\":[" PART ("ab", CITED ("container_file_citation", 1, 2)) ","
                       PART ("cd", CITED ("url_citation", 0, 1) ",{\"type\":\"file_citation\",\"index\":0},{\"type\":\"url_citation\",\"start_index\":null}") "]}";
  const char *expected = "[{\"type\":\"url_citation\",\"url_citation\":{\"start_index\":0,\"end_index\":3,\"url\":\"u\"}},"
                         "{\"type\":\"container_file_citation\",\"start_index\":5,\"end_index\":6,\"url\":\"u\"},"
                         "{\"type\":\"url_citation\",\"url_citation\":{\"start_index\":6,\"end_index\":7,\"url\":\"u\"}},"
                         "{\"type\":\"file_citation\",\"index\":0},{\"type\":\"url_citation\",\"url_citation\":{\"start_index\":null}}]";
  g_autofree char *body = g_strdup_printf (WHOLE ("completed", "%s"), output);
  g_auto (Answer) whole = { 0 };
  g_auto (Answer) stream = { 0 };

  answer_whole (&whole, ID, body);
  assert_end (&whole);
  assert_text (&whole, "\303\251t\303\251 abcd");
  g_assert_cmpstr (dheera_response_get_annotations (answer_response (&whole)), ==, expected);

  answer_stream (&stream, ID,
                 ADDED (0, "{\"type\":\"message\"}") TEXT (0, "\303\251t\303\251 ") ADDED (1, "{\"type\":\"message\"}") TEXT (1, "ab")
                 "{\"type\":\"response.output_text.annotation.added\",\"output_index\":1,\"annotation\":" CITED ("url_citation", 0, 2) "}\n"
                 COMPLETED (""));
  assert_end (&stream);
  g_assert_cmpstr (dheera_response_get_annotations (answer_response (&stream)), ==,
                   "[{\"type\":\"url_citation\",\"url_citation\":{\"start_index\":4,\"end_index\":6,\"url\":\"u\"}}]");
#undef CITED
#undef PART
}

#define OTHER_CALL "{\"type\":\"function_call\",\"id\":\"fc_2\",\"call_id\":\"call_2\",\"name\":\"time\",\"arguments\":\"{}\"}"
#define ARGUMENTS(index, id, text) \
  "{\"type\":\"response.function_call_arguments.delta\",\"output_index\":" #index ",\"item_id\":\"" id "\",\"delta\":\"" text "\"}\n"

/* One index for items that follow each other; and a complete answer that has more in front than the stream had. */
static void
test_wrong_places (void)
{
  g_auto (Answer) reused = { 0 };
  g_auto (Answer) moved = { 0 };

  answer_stream (&reused, ID,
                 ADDED (0, CALL) ARGUMENTS (0, "fc_1", "{\\\"a\\\":1}") DONE (0, CALL)
                 ADDED (0, OTHER_CALL) ARGUMENTS (0, "fc_2", "{}") DONE (0, OTHER_CALL) COMPLETED (CALL "," OTHER_CALL));
  assert_end (&reused);
  g_assert_cmpuint (answer_n_calls (&reused), ==, 2);
  g_assert_cmpstr (dheera_tool_call_get_arguments (answer_call (&reused, 0)), ==, "{\"a\":1}");
  g_assert_cmpstr (dheera_tool_call_get_name (answer_call (&reused, 1)), ==, "time");
  g_assert_cmpstr (dheera_tool_call_get_arguments (answer_call (&reused, 1)), ==, "{}");

  answer_stream (&moved, ID,
                 ADDED (0, MESSAGE ("Hi")) TEXT (0, "Hi") ADDED (1, CALL) ARGUMENTS (1, "fc_1", "{\\\"a\\\":1}")
                 COMPLETED (THOUGHT "," MESSAGE ("Hi") "," CALL));
  assert_end (&moved);
  assert_text (&moved, "Hi");
  g_assert_cmpuint (answer_n_calls (&moved), ==, 1);
  g_assert_cmpstr (dheera_tool_call_get_arguments (answer_call (&moved, 0)), ==, "{\"a\":1}");
}

/* The name of the event stands before the data too, and only there with some. */
static void
test_names_of_events (void)
{
  g_auto (Answer) answer = { 0 };

  answer_begin (&answer, ID);
  answer_add_event (&answer, "response.output_text.delta", "{\"output_index\":0,\"d\\u0065lta\":\"a\"}");
  g_assert_cmpint (answer.decoded, ==, DHEERA_DECODED_MORE);
  answer_add_event (&answer, "response.completed", "{\"response\":{\"status\":\"completed\"}}");
  assert_end (&answer);
  assert_text (&answer, "a");

  answer_clear (&answer);
  answer_begin (&answer, ID);
  answer_add_event (&answer, "message", "{\"type\":\"response.done\",\"response\":" WHOLE ("completed", MESSAGE ("a")) "}");
  assert_end (&answer);
  assert_text (&answer, "a");

  /* Behind the end nothing counts. */
  answer_add_event (&answer, "error", "{\"type\":\"error\"}");
  g_assert_cmpint (answer.decoded, ==, DHEERA_DECODED_END);
  answer_end (&answer);
  g_assert_cmpint (answer.decoded, ==, DHEERA_DECODED_END);
}

static void
test_incomplete (void)
{
  g_auto (Answer) answer = { 0 };

  answer_stream (&answer, ID,
                 DONE (0, THOUGHT)
                 "{\"type\":\"response.incomplete\",\"response\":{\"status\":\"incomplete\",\"incomplete_details\":{\"reason\":\"max_output_tokens\"},"
                 "\"output\":[" THOUGHT "]}}");
  assert_end (&answer);
  assert_text (&answer, "");
  assert_reason (&answer, DHEERA_FINISH_REASON_LENGTH);
  g_assert_cmpstr (dheera_response_get_finish_reason_raw (answer_response (&answer)), ==, "max_output_tokens");
}

static void
test_failed_streams (void)
{
  static const struct
  {
    const char *stream;
    DheeraError code;
  } cases[] = {
    { "{\"type\":\"error\",\"code\":\"server_error\",\"message\":\"m\",\"param\":null}", DHEERA_ERROR_SERVER },
    { "{\"type\":\"error\",\"error\":{\"type\":\"insufficient_quota\",\"code\":\"insufficient_quota\",\"message\":\"m\"}}", DHEERA_ERROR_QUOTA },
    { "{\"type\":\"response.failed\",\"response\":{\"status\":\"failed\",\"error\":{\"code\":\"rate_limit_exceeded\",\"message\":\"m\"}}}",
      DHEERA_ERROR_RATE_LIMIT },
    { "{\"type\":\"response.failed\"}", DHEERA_ERROR_STREAM_ERROR },
    { "{\"type\":\"response.completed\",\"response\":{\"status\":\"failed\",\"error\":{\"code\":\"server_error\",\"message\":\"m\"}}}",
      DHEERA_ERROR_SERVER },
    { "{\"error\":{\"code\":\"rate_limit_exceeded\",\"message\":\"m\"}}", DHEERA_ERROR_RATE_LIMIT },
    { "{\"type\":", DHEERA_ERROR_PROTOCOL },
    { "[]", DHEERA_ERROR_PROTOCOL },
    { "[DONE]", DHEERA_ERROR_STREAM_INTERRUPTED },
    { "", DHEERA_ERROR_STREAM_INTERRUPTED },
    { TEXT (10000, "x"), DHEERA_ERROR_PROTOCOL },
    { TEXT (-1, "x"), DHEERA_ERROR_PROTOCOL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Answer) answer = { 0 };
      g_autofree char *stream = g_strconcat (TEXT (0, "Hi"), cases[i].stream, NULL);

      answer_stream (&answer, ID, stream);
      assert_failed (&answer, cases[i].code);
      assert_text (&answer, "Hi");
    }
}

static void
test_error_without_json (void)
{
  g_auto (Answer) answer = { 0 };

  answer_begin (&answer, ID);
  answer_add_event (&answer, "error", "out of order");
  assert_failed (&answer, DHEERA_ERROR_STREAM_ERROR);
  g_assert_nonnull (strstr (dheera_error_details_get_message (answer.decoder->failure), "out of order"));
}

static void
test_too_many (void)
{
  g_autoptr (GString) body = g_string_new ("{\"output\":[");
  g_auto (Answer) answer = { 0 };

  for (guint i = 0; i < 1025; i++)
    g_string_append_printf (body, "%s{\"type\":\"function_call\",\"call_id\":\"call_%u\",\"name\":\"x\",\"arguments\":\"{}\"}", i > 0 ? "," : "", i);
  g_string_append (body, "]}");
  answer_whole (&answer, ID, body->str);
  assert_failed (&answer, DHEERA_ERROR_PROTOCOL);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/responses-decode/whole", test_whole);
  g_test_add_func ("/responses-decode/items", test_items);
  g_test_add_func ("/responses-decode/content", test_content);
  g_test_add_func ("/responses-decode/custom-call", test_custom_call);
  g_test_add_func ("/responses-decode/members-of-calls", test_members_of_calls);
  g_test_add_func ("/responses-decode/picture", test_picture);
  g_test_add_func ("/responses-decode/thoughts-of-others", test_thoughts_of_others);
  g_test_add_func ("/responses-decode/statuses", test_statuses);
  g_test_add_func ("/responses-decode/failures", test_failures);
  g_test_add_func ("/responses-decode/stream", test_stream);
  g_test_add_func ("/responses-decode/stream/changing-ids", test_changing_ids);
  g_test_add_func ("/responses-decode/stream/without-index", test_without_index);
  g_test_add_func ("/responses-decode/stream/without-pieces", test_without_pieces);
  g_test_add_func ("/responses-decode/stream/thoughts", test_thoughts);
  g_test_add_func ("/responses-decode/stream/phases", test_phases);
  g_test_add_func ("/responses-decode/stream/other-pieces", test_other_pieces);
  g_test_add_func ("/responses-decode/places", test_places);
  g_test_add_func ("/responses-decode/wrong-places", test_wrong_places);
  g_test_add_func ("/responses-decode/stream/names-of-events", test_names_of_events);
  g_test_add_func ("/responses-decode/stream/incomplete", test_incomplete);
  g_test_add_func ("/responses-decode/stream/failures", test_failed_streams);
  g_test_add_func ("/responses-decode/stream/error-without-json", test_error_without_json);
  g_test_add_func ("/responses-decode/too-many", test_too_many);

  return g_test_run ();
}
