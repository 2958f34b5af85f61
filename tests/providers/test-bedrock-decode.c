/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "providers-util.h"

#include "dheera-ai/model/dheera-embedding-response.h"
#include "dheera-ai/model/dheera-model.h"
#include "dheera-ai/model/messages/dheera-message-private.h"
#include "dheera-ai/providers/bedrock/dheera-bedrock-private.h"

/* Each line is an event's type and data. */
static void
stream (Answer     *answer,
        guint       flags,
        const char *lines)
{
  g_auto (GStrv) events = g_strsplit (lines, "\n", -1);

  answer_begin (answer, "bedrock");
  answer->decoder->flags = flags;
  answer->decoder->request_id = g_strdup ("req-1");
  for (char **event = events; *event != NULL && answer->decoded == DHEERA_DECODED_MORE; event++)
    {
      char *space = strchr (*event, ' ');

      *space = '\0';
      answer_add_event (answer, *event, space + 1);
    }
  if (answer->decoded == DHEERA_DECODED_MORE)
    answer_end (answer);
}

static DheeraMessage *
get_message (Answer *answer)
{
  return dheera_response_get_message (answer_response (answer));
}

static void
assert_usage (Answer *answer,
              gint64  prompt,
              gint64  completion,
              gint64  total,
              gint64  cached,
              gint64  written)
{
  DheeraUsage *usage = dheera_response_get_usage (answer_response (answer));

  g_assert_nonnull (usage);
  g_assert_cmpint (dheera_usage_get_prompt_tokens (usage), ==, prompt);
  g_assert_cmpint (dheera_usage_get_completion_tokens (usage), ==, completion);
  g_assert_cmpint (dheera_usage_get_total_tokens (usage), ==, total);
  g_assert_cmpint (dheera_usage_get_cached_tokens (usage), ==, cached);
  g_assert_cmpint (dheera_usage_get_cache_write_tokens (usage), ==, written);
}

#define MESSAGE(content, rest) "{\"output\":{\"message\":{\"role\":\"assistant\",\"content\":[" content "]}}" rest "}"
#define STOP(reason) "messageStop {\"stopReason\":\"" reason "\",\"p\":\"ab\"}"
#define METADATA "metadata {\"usage\":{\"inputTokens\":3,\"outputTokens\":4,\"totalTokens\":7},\"metrics\":{\"latencyMs\":1}}"
#define TEXT(index, text) "contentBlockDelta {\"contentBlockIndex\":" index ",\"delta\":{\"text\":\"" text "\"},\"p\":\"abc\"}\n"

static void
test_whole (void)
{
  g_auto (Answer) answer;

  answer_whole (&answer, "bedrock",
                MESSAGE ("{\"text\":\"Hello\"},{\"text\":\" there\"},{\"unknown\":{\"text\":\"x\"}},7",
                         ",\"stopReason\":\"end_turn\",\"usage\":{\"inputTokens\":5,\"outputTokens\":2,\"totalTokens\":1037,"
                         "\"cacheReadInputTokens\":1000,\"cacheWriteInputTokens\":30}"));
  assert_end (&answer);
  g_assert_cmpstr (dheera_response_get_text (answer_response (&answer)), ==, "Hello there");
  g_assert_cmpint (dheera_response_get_finish_reason (answer_response (&answer)), ==, DHEERA_FINISH_REASON_STOP);
  g_assert_true (g_str_has_prefix (dheera_response_get_id (answer_response (&answer)), "chatcmpl-"));
  assert_usage (&answer, 1035, 2, 1037, 1000, 30);
}

static void
test_usage (void)
{
  static const struct { const char *usage; gint64 prompt, completion, total; } cases[] = {
    { "{\"outputTokens\":50}", -1, 50, -1 },
    { "{\"inputTokens\":1.0,\"outputTokens\":2,\"totalTokens\":9}", 1, 2, 3 },
    { "{\"totalTokens\":9}", -1, -1, 9 },
    { "{\"inputTokens\":1e30,\"outputTokens\":-4,\"totalTokens\":9}", -1, -1, 9 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Answer) answer;
      g_autofree char *body = g_strdup_printf ("{\"output\":{\"message\":{\"content\":[]}},\"usage\":%s}", cases[i].usage);

      answer_whole (&answer, "bedrock", body);
      assert_end (&answer);
      assert_usage (&answer, cases[i].prompt, cases[i].completion, cases[i].total, -1, -1);
    }
}

static void
test_reasons (void)
{
  static const struct { const char *raw; DheeraFinishReason reason; } cases[] = {
    { "end_turn", DHEERA_FINISH_REASON_STOP },
    { "stop_sequence", DHEERA_FINISH_REASON_STOP },
    { "max_tokens", DHEERA_FINISH_REASON_LENGTH },
    { "model_context_window_exceeded", DHEERA_FINISH_REASON_LENGTH },
    { "guardrail_intervened", DHEERA_FINISH_REASON_CONTENT_FILTER },
    { "content_filtered", DHEERA_FINISH_REASON_CONTENT_FILTER },
    { "some_day", DHEERA_FINISH_REASON_OTHER },
  };
  static const char *const failures[] = { "malformed_model_output", "malformed_tool_use" };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Answer) answer;
      g_autofree char *body = g_strdup_printf ("{\"output\":{\"message\":{\"content\":[{\"text\":\"a\"}]}},\"stopReason\":\"%s\"}", cases[i].raw);

      answer_whole (&answer, "bedrock", body);
      assert_end (&answer);
      g_assert_cmpint (dheera_response_get_finish_reason (answer_response (&answer)), ==, cases[i].reason);
      g_assert_cmpstr (dheera_choice_get_finish_reason_raw (dheera_response_get_choice (answer_response (&answer), 0)), ==, cases[i].raw);
    }
  for (guint i = 0; i < G_N_ELEMENTS (failures); i++)
    {
      g_auto (Answer) answer;
      g_autofree char *lines = g_strdup_printf (TEXT ("0", "a") "messageStop {\"stopReason\":\"%s\"}", failures[i]);

      stream (&answer, 0, lines);
      assert_failed (&answer, DHEERA_ERROR_SERVER);
      g_assert_cmpstr (dheera_response_get_text (answer_response (&answer)), ==, "a");
    }
}

static void
test_stream (void)
{
  g_auto (Answer) answer;

  /* No event tells that a block of text begins, the pair is split, and the metadata come first. */
  stream (&answer, 0,
          "messageStart {\"role\":\"assistant\",\"p\":\"abcdef\"}\n" TEXT ("0", "Hi \\ud83d") TEXT ("0", "\\ude00")
          "contentBlockStop {\"contentBlockIndex\":0}\n" TEXT ("1", "!") "futureEvent {\"x\":1}\ninitial-response {}\n" METADATA "\n" STOP ("end_turn"));
  assert_end (&answer);
  g_assert_cmpstr (dheera_response_get_text (answer_response (&answer)), ==, "Hi \360\237\230\200!");
  g_assert_cmpstr (dheera_response_get_id (answer_response (&answer)), ==, "req-1");
  assert_usage (&answer, 3, 4, 7, -1, -1);
  /* What comes behind the end changes nothing. */
  answer_add_event (&answer, "contentBlockDelta", "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"more\"}}");
  assert_end (&answer);
  g_assert_cmpstr (dheera_response_get_text (answer_response (&answer)), ==, "Hi \360\237\230\200!");
}

static void
test_ends (void)
{
  g_auto (Answer) without_metadata;
  g_auto (Answer) without_stop;
  g_auto (Answer) nothing;

  stream (&without_metadata, 0, TEXT ("0", "a") STOP ("end_turn"));
  assert_end (&without_metadata);
  g_assert_null (dheera_response_get_usage (answer_response (&without_metadata)));

  stream (&without_stop, 0, TEXT ("0", "a") METADATA);
  assert_failed (&without_stop, DHEERA_ERROR_STREAM_INTERRUPTED);
  g_assert_cmpstr (dheera_response_get_text (answer_response (&without_stop)), ==, "a");

  answer_begin (&nothing, "bedrock");
  answer_end (&nothing);
  assert_failed (&nothing, DHEERA_ERROR_STREAM_INTERRUPTED);
}

static void
test_tools (void)
{
  g_auto (Answer) answer;
  g_auto (Answer) whole;

  stream (&answer, 0,
          "contentBlockStart {\"contentBlockIndex\":0,\"start\":{\"toolUse\":{\"toolUseId\":\"t1\",\"name\":\"a\"}}}\n"
          "contentBlockDelta {\"contentBlockIndex\":0,\"delta\":{\"toolUse\":{\"input\":\"{\\\"x\\\"\"}}}\n"
          "contentBlockDelta {\"contentBlockIndex\":0,\"delta\":{\"toolUse\":{\"input\":\":1}\"}}}\n"
          "contentBlockStop {\"contentBlockIndex\":0}\n"
          "contentBlockStart {\"contentBlockIndex\":1,\"start\":{\"toolUse\":{\"toolUseId\":\"t2\",\"name\":\"b\"}}}\n"
          "contentBlockStop {\"contentBlockIndex\":1}\n" STOP ("tool_use"));
  assert_end (&answer);
  g_assert_cmpuint (answer_n_calls (&answer), ==, 2);
  g_assert_cmpstr (dheera_tool_call_get_id (answer_call (&answer, 0)), ==, "t1");
  g_assert_cmpstr (dheera_tool_call_get_arguments (answer_call (&answer, 0)), ==, "{\"x\":1}");
  g_assert_cmpstr (dheera_tool_call_get_name (answer_call (&answer, 1)), ==, "b");
  g_assert_cmpstr (dheera_tool_call_get_arguments (answer_call (&answer, 1)), ==, "{}");
  g_assert_cmpint (dheera_response_get_finish_reason (answer_response (&answer)), ==, DHEERA_FINISH_REASON_TOOL_CALLS);

  answer_whole (&whole, "bedrock",
                MESSAGE ("{\"toolUse\":{\"toolUseId\":\"t1\",\"name\":\"a\",\"input\":{\"x\": [1]}}},{\"toolUse\":{\"toolUseId\":\"t2\",\"name\":\"b\"}}",
                         ",\"stopReason\":\"tool_use\""));
  assert_end (&whole);
  g_assert_cmpuint (answer_n_calls (&whole), ==, 2);
  g_assert_cmpstr (dheera_tool_call_get_arguments (answer_call (&whole, 0)), ==, "{\"x\": [1]}");
  g_assert_cmpstr (dheera_tool_call_get_arguments (answer_call (&whole, 1)), ==, "{}");
}

/* The arguments of a call without any are there before the reason is. */
static void
test_deltas_of_calls (void)
{
  static const char *const arguments[] = { "", "{}", NULL };
  g_auto (Answer) answer;

  answer_begin (&answer, "bedrock");
  dheera_accumulator_set_recording (answer.decoder->accumulator, TRUE);
  answer_add_event (&answer, "contentBlockStart", "{\"contentBlockIndex\":0,\"start\":{\"toolUse\":{\"toolUseId\":\"t\",\"name\":\"a\"}}}");
  answer_add_event (&answer, "contentBlockStop", "{\"contentBlockIndex\":0}");
  answer_add_event (&answer, "messageStop", "{\"stopReason\":\"tool_use\"}");
  answer_end (&answer);
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

static void
assert_native (Answer     *answer,
               guint       position,
               const char *expected)
{
  g_assert_cmpuint (dheera_message_get_n_natives (get_message (answer)), >, position);
  g_assert_cmpstr (dheera_message_peek_native (get_message (answer), position, DHEERA_BEDROCK_FAMILY), ==, expected);
}

#define THINK(index, member) "contentBlockDelta {\"contentBlockIndex\":" index ",\"delta\":{\"reasoningContent\":{" member "}}}\n"

static void
test_reasoning (void)
{
  g_auto (Answer) answer;

  stream (&answer, 0,
          THINK ("0", "\"text\":\"Let \\\"me\\\"\"") THINK ("0", "\"text\":\" see\"") THINK ("0", "\"signature\":\"c2ln\"")
          "contentBlockStop {\"contentBlockIndex\":0}\n"
          THINK ("1", "\"redactedContent\":\"aGlk\"") THINK ("1", "\"redactedContent\":\"ZGVu\"")
          /* Its end was not told. */
          TEXT ("2", "Done") THINK ("3", "\"text\":\" unsigned\"") STOP ("end_turn"));
  assert_end (&answer);
  g_assert_cmpstr (dheera_message_get_reasoning (get_message (&answer)), ==, "Let \"me\" see unsigned");
  g_assert_cmpstr (dheera_response_get_text (answer_response (&answer)), ==, "Done");
  g_assert_cmpuint (dheera_message_get_n_natives (get_message (&answer)), ==, 2);
  assert_native (&answer, 0, "{\"reasoningContent\":{\"reasoningText\":{\"text\":\"Let \\\"me\\\" see\",\"signature\":\"c2ln\"}}}");
  assert_native (&answer, 1, "{\"reasoningContent\":{\"redactedContent\":\"aGlkZGVu\"}}");
}

static void
test_whole_reasoning (void)
{
  g_auto (Answer) answer;

  answer_whole (&answer, "bedrock",
                MESSAGE ("{\"reasoningContent\":{\"reasoningText\":{\"text\":\"a\"}}},"
                         "{\"text\":\"x\"},{\"reasoningContent\":{\"reasoningText\":{\"text\":\"b\", \"signature\":\"s\"}}},"
                         "{\"reasoningContent\":{\"redactedContent\":\"aGk=\"}}", ",\"stopReason\":\"end_turn\""));
  assert_end (&answer);
  g_assert_cmpstr (dheera_message_get_reasoning (get_message (&answer)), ==, "ab");
  /* Byte for byte, and behind the text */
  assert_native (&answer, 0, "{\"reasoningContent\":{\"reasoningText\":{\"text\":\"b\", \"signature\":\"s\"}}}");
  assert_native (&answer, 1, "{\"reasoningContent\":{\"redactedContent\":\"aGk=\"}}");
  g_assert_cmpuint (dheera_message_peek_native_block (get_message (&answer), 0)->after_text, ==, 1);
}

/* What Amazon runs by itself is no call of the application's. */
/* Where nobody tells the end of a block, the next one does: reasoning keeps its place in front of the text. */
static void
test_loose_blocks (void)
{
  g_auto (Answer) answer;

  stream (&answer, 0, THINK ("0", "\"text\":\"a\"") THINK ("0", "\"signature\":\"S\"") TEXT ("1", "b") STOP ("end_turn"));
  assert_end (&answer);
  assert_native (&answer, 0, "{\"reasoningContent\":{\"reasoningText\":{\"text\":\"a\",\"signature\":\"S\"}}}");
  g_assert_cmpuint (dheera_message_peek_native_block (get_message (&answer), 0)->after_text, ==, 0);
}

static void
assert_part (Answer         *answer,
             guint           position,
             DheeraPartType  type,
             const char     *mime_type,
             const char     *bytes)
{
  g_autoptr (GBytes) expected = g_bytes_new_static (bytes, strlen (bytes));
  DheeraPart *part;

  g_assert_cmpuint (dheera_message_get_n_parts (get_message (answer)), >, position);
  part = dheera_message_peek_part (get_message (answer), position);
  g_assert_cmpint (dheera_part_get_part_type (part), ==, type);
  g_assert_cmpstr (dheera_part_get_mime_type (part), ==, mime_type);
  g_assert_true (g_bytes_equal (dheera_part_get_bytes (part), expected));
}

#define PICTURE(piece) "contentBlockDelta {\"contentBlockIndex\":1,\"delta\":{\"image\":" piece "}}\n"

static void
test_media (void)
{
  g_auto (Answer) answer;
  g_auto (Answer) whole;

  stream (&answer, 0,
          TEXT ("0", "Here:") "contentBlockStart {\"contentBlockIndex\":1,\"start\":{\"image\":{\"format\":\"webp\"}}}\n"
          PICTURE ("{\"source\":{\"bytes\":\"aGVs\"}}") PICTURE ("{\"source\":{\"bytes\":\"bG8=\"}}") PICTURE ("{\"source\":{\"bytes\":\"IQ==\"}}")
          PICTURE ("{\"error\":{\"message\":\"no\"}}") "contentBlockStop {\"contentBlockIndex\":1}\n" STOP ("end_turn"));
  assert_end (&answer);
  assert_text (&answer, "Here:");
  g_assert_cmpuint (dheera_message_get_n_parts (get_message (&answer)), ==, 1);
  assert_part (&answer, 0, DHEERA_PART_TYPE_IMAGE, "image/webp", "hello!");

  answer_whole (&whole, "bedrock",
                MESSAGE ("{\"text\":\"a\"},{\"image\":{\"format\":\"png\",\"source\":{\"bytes\":\"aGVsbG8=\"}}},"
                         "{\"audio\":{\"format\":\"mp3\",\"source\":{\"bytes\":\"aGVsbG8=\"}}},"
                         "{\"image\":{\"format\":\"png\",\"source\":{\"s3Location\":{\"uri\":\"s3://b/a.png\"}}}},{\"image\":7}",
                         ",\"stopReason\":\"end_turn\""));
  assert_end (&whole);
  assert_text (&whole, "a");
  g_assert_cmpuint (dheera_message_get_n_parts (get_message (&whole)), ==, 2);
  assert_part (&whole, 0, DHEERA_PART_TYPE_IMAGE, "image/png", "hello");
  assert_part (&whole, 1, DHEERA_PART_TYPE_AUDIO, "audio/mp3", "hello");
  g_assert_cmpuint (dheera_message_get_n_natives (get_message (&whole)), ==, 1);
  assert_native (&whole, 0, "{\"image\":{\"format\":\"png\",\"source\":{\"s3Location\":{\"uri\":\"s3://b/a.png\"}}}}");
}

static void
test_server_tools (void)
{
  g_auto (Answer) answer;

  stream (&answer, 0,
          "contentBlockStart {\"contentBlockIndex\":0,\"start\":{\"toolUse\":{\"toolUseId\":\"t1\",\"name\":\"code\",\"type\":\"server_tool_use\"}}}\n"
          "contentBlockDelta {\"contentBlockIndex\":0,\"delta\":{\"toolUse\":{\"input\":\"{\\\"x\\\":\"}}}\n"
          "contentBlockDelta {\"contentBlockIndex\":0,\"delta\":{\"toolUse\":{\"input\":\"1}\"}}}\n"
          "contentBlockStop {\"contentBlockIndex\":0}\n"
          "contentBlockStart {\"contentBlockIndex\":1,\"start\":{\"toolResult\":{\"toolUseId\":\"t1\",\"status\":\"success\"}}}\n"
          "contentBlockDelta {\"contentBlockIndex\":1,\"delta\":{\"toolResult\":[{\"json\":{\"y\":2}},{\"text\":\"z\"}]}}\n"
          "contentBlockStart {\"contentBlockIndex\":2,\"start\":{\"toolUse\":{\"toolUseId\":\"t2\",\"name\":\"code\",\"type\":\"server_tool_use\"}}}\n"
          "contentBlockDelta {\"contentBlockIndex\":2,\"delta\":{\"toolUse\":{\"input\":\"{\\\"cut\"}}}\n" STOP ("end_turn"));
  assert_end (&answer);
  g_assert_cmpuint (answer_n_calls (&answer), ==, 0);
  assert_native (&answer, 0, "{\"toolUse\":{\"toolUseId\":\"t1\",\"name\":\"code\",\"type\":\"server_tool_use\",\"input\":{\"x\":1}}}");
  assert_native (&answer, 1, "{\"toolResult\":{\"toolUseId\":\"t1\",\"status\":\"success\",\"content\":[{\"json\":{\"y\":2}},{\"text\":\"z\"}]}}");
  assert_native (&answer, 2, "{\"toolUse\":{\"toolUseId\":\"t2\",\"name\":\"code\",\"type\":\"server_tool_use\",\"input\":{}}}");
}

#define JSON_TOOL \
  "contentBlockStart {\"contentBlockIndex\":1,\"start\":{\"toolUse\":{\"toolUseId\":\"t1\",\"name\":\"json\"}}}\n" \
  "contentBlockDelta {\"contentBlockIndex\":1,\"delta\":{\"toolUse\":{\"input\":\"{\\\"a\\\":\"}}}\n" \
  "contentBlockDelta {\"contentBlockIndex\":1,\"delta\":{\"toolUse\":{\"input\":\"1}\"}}}\n"

static void
test_json_tool (void)
{
  g_auto (Answer) streamed;
  g_auto (Answer) only_text;
  g_auto (Answer) whole;
  g_auto (Answer) own;

  stream (&streamed, DHEERA_BEDROCK_FLAG_JSON_TOOL, TEXT ("0", "Here it is:") JSON_TOOL STOP ("tool_use"));
  assert_end (&streamed);
  g_assert_cmpstr (dheera_response_get_text (answer_response (&streamed)), ==, "{\"a\":1}");
  g_assert_cmpuint (answer_n_calls (&streamed), ==, 0);
  g_assert_cmpint (dheera_response_get_finish_reason (answer_response (&streamed)), ==, DHEERA_FINISH_REASON_STOP);

  stream (&only_text, DHEERA_BEDROCK_FLAG_JSON_TOOL, TEXT ("0", "{}") STOP ("end_turn"));
  assert_end (&only_text);
  g_assert_cmpstr (dheera_response_get_text (answer_response (&only_text)), ==, "{}");

  answer_begin (&whole, "bedrock");
  whole.decoder->flags = DHEERA_BEDROCK_FLAG_JSON_TOOL;
  {
    const char *body = MESSAGE ("{\"text\":\"Here\"},{\"toolUse\":{\"toolUseId\":\"t1\",\"name\":\"json\",\"input\":{\"a\":1}}}", ",\"stopReason\":\"tool_use\"");

    whole.decoded = whole.decoder->protocol->decode_chat (whole.decoder, body, strlen (body));
  }
  assert_end (&whole);
  g_assert_cmpstr (dheera_response_get_text (answer_response (&whole)), ==, "{\"a\":1}");
  g_assert_cmpint (dheera_response_get_finish_reason (answer_response (&whole)), ==, DHEERA_FINISH_REASON_STOP);

  /* A tool of the application's that happens to have the name */
  stream (&own, 0, JSON_TOOL STOP ("tool_use"));
  assert_end (&own);
  g_assert_cmpuint (answer_n_calls (&own), ==, 1);
}

static void
test_citations (void)
{
  g_auto (Answer) whole;
  g_auto (Answer) streamed;

  answer_whole (&whole, "bedrock",
                MESSAGE ("{\"citationsContent\":{\"content\":[{\"text\":\"It is so\"}],\"citations\":["
                         "{\"title\":\"T\",\"location\":{\"web\":{\"url\":\"https://a.example\"}}},{\"title\":\"D\",\"location\":{\"documentPage\":{\"start\":1}}}]}}",
                         ",\"stopReason\":\"end_turn\""));
  assert_end (&whole);
  g_assert_cmpstr (dheera_response_get_text (answer_response (&whole)), ==, "It is so");
  g_assert_cmpstr (dheera_response_get_annotations (answer_response (&whole)), ==,
                   "[{\"type\":\"url_citation\",\"url_citation\":{\"url\":\"https://a.example\",\"title\":\"T\"}},"
                   "{\"type\":\"citation\",\"citation\":{\"title\":\"D\",\"location\":{\"documentPage\":{\"start\":1}}}}]");

  stream (&streamed, 0, TEXT ("0", "x") "contentBlockDelta {\"contentBlockIndex\":0,\"delta\":{\"citation\":{\"title\":\"D\"}}}\n" STOP ("end_turn"));
  assert_end (&streamed);
  g_assert_cmpstr (dheera_response_get_annotations (answer_response (&streamed)), ==, "[{\"type\":\"citation\",\"citation\":{\"title\":\"D\"}}]");
}

static void
test_exceptions (void)
{
  static const struct { const char *id; const char *data; DheeraError code; const char *message; } cases[] = {
    { "throttlingException", "{\"message\":\"slow down\"}", DHEERA_ERROR_RATE_LIMIT, "slow down" },
    { "internalServerException", "{\"message\":\"x\"}", DHEERA_ERROR_SERVER, "x" },
    { "modelStreamErrorException", "{\"message\":\"x\",\"originalStatusCode\":500}", DHEERA_ERROR_SERVER, "x" },
    { "modelTimeoutException", "{\"message\":\"x\"}", DHEERA_ERROR_TIMEOUT, "x" },
    { "serviceUnavailableException", "{\"Message\":\"x\"}", DHEERA_ERROR_OVERLOADED, "x" },
    { "validationException", "{\"message\":\"bad\"}", DHEERA_ERROR_INVALID_REQUEST, "bad" },
    { "validationException", "{\"message\":\"Input is too long for requested model.\"}", DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED, NULL },
    { "newException", "{\"message\":\"x\"}", DHEERA_ERROR_STREAM_ERROR, "x" },
    { "500", "no luck", DHEERA_ERROR_STREAM_ERROR, "no luck" },
    { "", "", DHEERA_ERROR_STREAM_ERROR, "an error without a message" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Answer) answer;
      DheeraFrame frame = { "error", cases[i].data, strlen (cases[i].data), cases[i].id, FALSE };

      answer_begin (&answer, "bedrock");
      answer_add_event (&answer, "contentBlockDelta", "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"a\"}}");
      answer.decoded = answer.decoder->protocol->decode_frame (answer.decoder, &frame);
      assert_failed (&answer, cases[i].code);
      g_assert_cmpstr (dheera_response_get_text (answer_response (&answer)), ==, "a");
      if (cases[i].message != NULL)
        g_assert_cmpstr (dheera_error_details_get_message (answer.decoder->failure), ==, cases[i].message);
      if (*cases[i].id != '\0')
        g_assert_cmpstr (dheera_error_details_get_provider_type (answer.decoder->failure), ==, cases[i].id);
    }
}

/* JSON in the place of a stream is an answer or an error, by its shape. */
static void
test_bare (void)
{
  g_auto (Answer) answer;
  g_auto (Answer) error;

  stream (&answer, 0, "message " MESSAGE ("{\"text\":\"whole\"}", ",\"stopReason\":\"end_turn\""));
  assert_end (&answer);
  g_assert_cmpstr (dheera_response_get_text (answer_response (&answer)), ==, "whole");

  stream (&error, 0, "message {\"message\":\"Too many requests\"}");
  assert_failed (&error, DHEERA_ERROR_RATE_LIMIT);
}

static void
test_faults (void)
{
  static const struct { const char *body; DheeraError code; } cases[] = {
    { "", DHEERA_ERROR_PROTOCOL },
    { "[]", DHEERA_ERROR_PROTOCOL },
    { "{\"output\":{}}", DHEERA_ERROR_PROTOCOL },
    { "{\"output\":{\"message\":{\"content\":[{\"text\":\"a\"}", DHEERA_ERROR_STREAM_INTERRUPTED },
    { "<html>", DHEERA_ERROR_PROTOCOL },
    { "{\"__type\":\"com.amazon.coral.service#ThrottlingException\"}", DHEERA_ERROR_RATE_LIMIT },
  };
  static const char *const events[] = {
    "contentBlockDelta 7", "contentBlockDelta {}", "contentBlockDelta {\"delta\":7}", "contentBlockDelta {\"delta\":{\"text\":7,\"toolUse\":7}}",
    "contentBlockDelta {\"delta\":{\"reasoningContent\":[]}}", "contentBlockDelta {\"delta\":{\"toolResult\":[]}}", "contentBlockStart {\"start\":[]}",
    "contentBlockStart {}", "contentBlockStop {}", "metadata {\"usage\":7}", "messageStart []", "contentBlockDelta {\"contentBlockIndex\":-9e99,\"delta\":null}",
    "contentBlockDelta {\"delta\":{\"reasoningContent\":{\"redactedContent\":\"%%%\"}}}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Answer) answer;

      answer_whole (&answer, "bedrock", cases[i].body);
      assert_failed (&answer, cases[i].code);
    }
  for (guint i = 0; i < G_N_ELEMENTS (events); i++)
    {
      g_auto (Answer) answer;
      g_autofree char *lines = g_strconcat (events[i], "\n", TEXT ("0", "a") STOP ("end_turn"), NULL);

      stream (&answer, 0, lines);
      assert_end (&answer);
      g_assert_cmpstr (dheera_response_get_text (answer_response (&answer)), ==, "a");
    }
  {
    g_auto (Answer) answer;

    stream (&answer, 0, "contentBlockDelta {\"delta\"");
    assert_failed (&answer, DHEERA_ERROR_PROTOCOL);
  }
}

static void
test_models (void)
{
  g_auto (Answer) answer;
  const char *body = "{\"modelSummaries\":[{\"modelId\":\"amazon.nova-lite-v1:0\",\"modelName\":\"Nova Lite\",\"providerName\":\"Amazon\"},{\"modelId\":\"\"},7,"
                     "{\"modelId\":\"b\"}]}";
  g_autoptr (GListModel) models = NULL;
  g_autoptr (DheeraModel) first = NULL;
  const DheeraCodec *codec;

  answer_begin (&answer, "bedrock");
  codec = &answer.decoder->protocol->tasks[DHEERA_TASK_LIST_MODELS];
  models = G_LIST_MODEL (codec->decode (answer.decoder, body, strlen (body)));
  g_assert_cmpuint (g_list_model_get_n_items (models), ==, 2);
  first = g_list_model_get_item (models, 0);
  g_assert_cmpstr (dheera_model_get_id (first), ==, "amazon.nova-lite-v1:0");
  g_assert_cmpstr (dheera_model_get_name (first), ==, "Nova Lite");
  g_assert_cmpstr (dheera_model_get_owned_by (first), ==, "Amazon");

  g_assert_null (codec->decode (answer.decoder, "{}", 2));
  g_assert_cmpint (dheera_error_details_get_code (answer.decoder->failure), ==, DHEERA_ERROR_PROTOCOL);
  g_assert_null (codec->decode (answer.decoder, "{\"message\":\"no\"}", 16));
  g_assert_cmpstr (dheera_error_details_get_message (answer.decoder->failure), ==, "no");
  g_assert_null (codec->decode (answer.decoder, "{", 1));
}

static void
test_count (void)
{
  g_auto (Answer) answer;
  g_autoptr (DheeraUsage) usage = NULL;
  const DheeraCodec *codec;

  answer_begin (&answer, "bedrock");
  codec = &answer.decoder->protocol->tasks[DHEERA_TASK_COUNT_TOKENS];
  usage = DHEERA_USAGE (codec->decode (answer.decoder, "{\"inputTokens\":18}", 18));
  g_assert_cmpint (dheera_usage_get_prompt_tokens (usage), ==, 18);
  g_assert_cmpint (dheera_usage_get_completion_tokens (usage), ==, -1);
  g_assert_null (codec->decode (answer.decoder, "{\"inputTokens\":-1}", 18));
  g_assert_cmpint (dheera_error_details_get_code (answer.decoder->failure), ==, DHEERA_ERROR_PROTOCOL);
}

static void
assert_vectors (const char *body,
                guint       n)
{
  g_auto (Answer) answer;
  g_autoptr (GObject) response = NULL;

  answer_begin (&answer, "bedrock");
  answer.decoder->n_choices = n;
  response = answer.decoder->protocol->tasks[DHEERA_TASK_EMBED].decode (answer.decoder, body, strlen (body));
  if (n == 0)
    {
      g_assert_null (response);
      g_assert_nonnull (answer.decoder->failure);
      return;
    }
  g_assert_nonnull (response);
  g_assert_cmpuint (dheera_embedding_response_get_n_vectors (DHEERA_EMBEDDING_RESPONSE (response)), ==, n);
}

static void
test_vectors (void)
{
  assert_vectors ("{\"embedding\":[0.25,-1],\"inputTextTokenCount\":3}", 1);
  assert_vectors ("{\"embeddings\":[[0.25,-1],[1,2]],\"id\":\"x\"}", 2);
  assert_vectors ("{\"embeddings\":{\"float\":[[0.25,-1],[1,2]]}}", 2);
  assert_vectors ("{\"embeddings\":{\"int8\":[[1]]}}", 0);
  assert_vectors ("{\"message\":\"no\"}", 0);
  assert_vectors ("[]", 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/bedrock-decode/whole", test_whole);
  g_test_add_func ("/bedrock-decode/usage", test_usage);
  g_test_add_func ("/bedrock-decode/reasons", test_reasons);
  g_test_add_func ("/bedrock-decode/stream", test_stream);
  g_test_add_func ("/bedrock-decode/ends", test_ends);
  g_test_add_func ("/bedrock-decode/tools", test_tools);
  g_test_add_func ("/bedrock-decode/deltas-of-calls", test_deltas_of_calls);
  g_test_add_func ("/bedrock-decode/reasoning", test_reasoning);
  g_test_add_func ("/bedrock-decode/whole-reasoning", test_whole_reasoning);
  g_test_add_func ("/bedrock-decode/loose-blocks", test_loose_blocks);
  g_test_add_func ("/bedrock-decode/media", test_media);
  g_test_add_func ("/bedrock-decode/server-tools", test_server_tools);
  g_test_add_func ("/bedrock-decode/json-tool", test_json_tool);
  g_test_add_func ("/bedrock-decode/citations", test_citations);
  g_test_add_func ("/bedrock-decode/exceptions", test_exceptions);
  g_test_add_func ("/bedrock-decode/bare", test_bare);
  g_test_add_func ("/bedrock-decode/faults", test_faults);
  g_test_add_func ("/bedrock-decode/models", test_models);
  g_test_add_func ("/bedrock-decode/count", test_count);

  g_test_add_func ("/bedrock-decode/vectors", test_vectors);

  return g_test_run ();
}
