/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Answers of generateContent, whole and as streams. Everything that recordings show is tried with them; here is what they lack. */

#include "providers-util.h"

#include "dheera-ai/model/dheera-model.h"
#include "dheera-ai/model/messages/dheera-message-private.h"
#include "dheera-ai/model/messages/dheera-part-private.h"
#include "dheera-ai/model/tools/dheera-tool-call-private.h"

#define PARTS(parts) "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[" parts "]}}]}"
#define LAST(parts) "{\"candidates\":[{\"content\":{\"parts\":[" parts "]},\"finishReason\":\"STOP\"}]}"

static DheeraMessage *
answer_message (Answer *answer)
{
  return dheera_response_get_message (answer_response (answer));
}

static void
test_whole (void)
{
  g_auto (Answer) answer = { 0 };
  DheeraUsage *usage;

  answer_whole (&answer, "gemini",
                "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Let me see.\",\"thought\":true},{\"text\":\"Hel\"},{\"text\":\"lo\"}],"
                "\"role\":\"model\"},\"finishReason\":\"STOP\",\"index\":0}],\"usageMetadata\":{\"promptTokenCount\":7,"
                "\"candidatesTokenCount\":2,\"thoughtsTokenCount\":5,\"toolUsePromptTokenCount\":3,\"cachedContentTokenCount\":4,"
                "\"totalTokenCount\":17},\"modelVersion\":\"gemini-2.5-flash\",\"responseId\":\"r1\","
                "\"createTime\":\"2026-05-19T14:59:42.780296Z\"}");
  assert_end (&answer);
  assert_text (&answer, "Hello");
  assert_reasoning (&answer, "Let me see.");
  assert_reason (&answer, DHEERA_FINISH_REASON_STOP);
  g_assert_cmpstr (dheera_response_get_id (answer_response (&answer)), ==, "r1");
  g_assert_cmpstr (dheera_response_get_model (answer_response (&answer)), ==, "gemini-2.5-flash");
  g_assert_cmpint (dheera_response_get_created (answer_response (&answer)), ==, 1779202782);
  usage = dheera_response_get_usage (answer_response (&answer));
  g_assert_cmpint (dheera_usage_get_prompt_tokens (usage), ==, 10);
  g_assert_cmpint (dheera_usage_get_completion_tokens (usage), ==, 7);
  g_assert_cmpint (dheera_usage_get_total_tokens (usage), ==, 17);
  g_assert_cmpint (dheera_usage_get_cached_tokens (usage), ==, 4);
  g_assert_cmpint (dheera_usage_get_reasoning_tokens (usage), ==, 5);
}

/* Zeros are left out, and some counters are texts. */
static void
test_usage (void)
{
  g_auto (Answer) answer = { 0 };
  DheeraUsage *usage;

  answer_whole (&answer, "gemini",
                "{\"candidates\":[{\"finishReason\":\"MAX_TOKENS\"}],\"usageMetadata\":{\"promptTokenCount\":\"7\",\"totalTokenCount\":7,"
                "\"thoughtsTokenCount\":-1,\"candidatesTokenCount\":1e30}}");
  assert_end (&answer);
  assert_text (&answer, "");
  assert_reason (&answer, DHEERA_FINISH_REASON_LENGTH);
  usage = dheera_response_get_usage (answer_response (&answer));
  g_assert_cmpint (dheera_usage_get_prompt_tokens (usage), ==, 7);
  g_assert_cmpint (dheera_usage_get_completion_tokens (usage), ==, 0);
  g_assert_cmpint (dheera_usage_get_reasoning_tokens (usage), ==, -1);
}

/* Whoever adds up the usage of deltas gets it once. */
static void
test_usage_of_deltas (void)
{
  g_auto (Answer) answer = { 0 };
  DheeraDelta *delta;
  guint n = 0;

  answer_begin (&answer, "gemini");
  dheera_accumulator_set_recording (answer.decoder->accumulator, TRUE);
  answer_add_event (&answer, "message",
                    "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"a\"}]}}],\"usageMetadata\":{\"promptTokenCount\":1}}");
  g_assert_cmpint (dheera_usage_get_prompt_tokens (dheera_response_get_usage (answer_response (&answer))), ==, 1);
  answer_add_event (&answer, "message",
                    "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"b\"}]},\"finishReason\":\"STOP\"}],"
                    "\"usageMetadata\":{\"promptTokenCount\":1,\"candidatesTokenCount\":9}}");
  answer_end (&answer);
  assert_end (&answer);
  while ((delta = dheera_accumulator_steal_delta (answer.decoder->accumulator)) != NULL)
    {
      if (dheera_delta_get_usage (delta) != NULL)
        {
          n++;
          g_assert_cmpint (dheera_usage_get_completion_tokens (dheera_delta_get_usage (delta)), ==, 9);
        }
      g_object_unref (delta);
    }
  g_assert_cmpuint (n, ==, 1);
}

static void
test_stream (void)
{
  g_auto (Answer) answer = { 0 };

  answer_stream (&answer, "gemini",
                 PARTS ("{\"thought\":true,\"text\":\"hm\"}") "\n" PARTS ("{\"text\":\"a\"},{\"text\":\"b\"}") "\n"
                 "{\"usageMetadata\":{\"promptTokenCount\":1}}\n" LAST ("{\"text\":\"c\"}"));
  assert_end (&answer);
  assert_text (&answer, "abc");
  assert_reasoning (&answer, "hm");
}

/* Only a finish reason says that the end is the end. */
static void
test_cut (void)
{
  g_auto (Answer) empty = { 0 };
  g_auto (Answer) cut = { 0 };
  g_auto (Answer) reopened = { 0 };
  g_auto (Answer) behind = { 0 };
  g_auto (Answer) done = { 0 };
  g_auto (Answer) unspecified = { 0 };

  answer_begin (&empty, "gemini");
  answer_end (&empty);
  assert_failed (&empty, DHEERA_ERROR_STREAM_INTERRUPTED);

  answer_stream (&cut, "gemini", PARTS ("{\"text\":\"a\"}"));
  assert_failed (&cut, DHEERA_ERROR_STREAM_INTERRUPTED);
  assert_text (&cut, "a");

  answer_stream (&reopened, "gemini", LAST ("{\"text\":\"a\"}") "\n" PARTS ("{\"text\":\"b\"}"));
  assert_failed (&reopened, DHEERA_ERROR_STREAM_INTERRUPTED);

  answer_stream (&behind, "gemini", LAST ("{\"text\":\"a\"}") "\n" PARTS ("{\"text\":\"\"}") "\n{\"usageMetadata\":{\"promptTokenCount\":1}}");
  assert_end (&behind);
  assert_text (&behind, "a");

  answer_stream (&done, "gemini", PARTS ("{\"text\":\"a\"}") "\n[DONE]");
  assert_failed (&done, DHEERA_ERROR_STREAM_INTERRUPTED);

  answer_stream (&unspecified, "gemini",
                 "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"a\"}]},\"finishReason\":\"FINISH_REASON_UNSPECIFIED\"}]}");
  assert_failed (&unspecified, DHEERA_ERROR_STREAM_INTERRUPTED);
}

/* A model that runs code says STOP and goes on; one that ran out of tokens does not. */
static void
test_code (void)
{
  static const char *const stopped = LAST ("{\"executableCode\":{\"code\":\"1\"}}");
  g_auto (Answer) running = { 0 };
  g_auto (Answer) done = { 0 };
  g_auto (Answer) full = { 0 };
  g_autofree char *lines = g_strconcat (stopped, "\n" PARTS ("{\"codeExecutionResult\":{\"output\":\"1\"}}") "\n" LAST ("{\"text\":\"a\"}"), NULL);

  answer_stream (&running, "gemini", stopped);
  assert_failed (&running, DHEERA_ERROR_STREAM_INTERRUPTED);
  answer_stream (&done, "gemini", lines);
  assert_end (&done);
  assert_text (&done, "a");
  answer_stream (&full, "gemini",
                 "{\"candidates\":[{\"content\":{\"parts\":[{\"executableCode\":{\"code\":\"1\"}}]},\"finishReason\":\"MAX_TOKENS\"}]}");
  assert_end (&full);
}

static void
test_candidates (void)
{
  g_auto (Answer) answer = { 0 };
  g_auto (Answer) missing = { 0 };
  static const char *const first = "{\"candidates\":[{\"index\":0,\"content\":{\"parts\":[{\"text\":\"a\"}]},\"finishReason\":\"STOP\"}]}";

  answer_stream (&answer, "gemini",
                 "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"a\"}]}},{\"index\":1,\"content\":{\"parts\":[{\"text\":\"x\"}]}}]}\n"
                 "{\"candidates\":[{\"index\":1,\"content\":{\"parts\":[{\"text\":\"y\"}]},\"finishReason\":\"MAX_TOKENS\"}]}\n"
                 "{\"candidates\":[{\"index\":0,\"finishReason\":\"STOP\"}]}");
  assert_end (&answer);
  g_assert_cmpuint (dheera_response_get_n_choices (answer_response (&answer)), ==, 2);
  assert_text (&answer, "a");
  g_assert_cmpstr (dheera_message_get_text (dheera_choice_get_message (dheera_response_get_choice (answer_response (&answer), 1))), ==, "xy");

  /* Two were asked for. */
  answer_begin (&missing, "gemini");
  missing.decoder->n_choices = 2;
  answer_add_event (&missing, "message", first);
  answer_end (&missing);
  assert_failed (&missing, DHEERA_ERROR_STREAM_INTERRUPTED);
}

static void
test_finish_reasons (void)
{
  static const struct
  {
    const char *raw;
    DheeraFinishReason reason;
  } cases[] = {
    { "\"STOP\"", DHEERA_FINISH_REASON_STOP },
    { "\"MAX_TOKENS\"", DHEERA_FINISH_REASON_LENGTH },
    { "\"SAFETY\"", DHEERA_FINISH_REASON_CONTENT_FILTER },
    { "\"RECITATION\"", DHEERA_FINISH_REASON_CONTENT_FILTER },
    { "\"BLOCKLIST\"", DHEERA_FINISH_REASON_CONTENT_FILTER },
    { "\"PROHIBITED_CONTENT\"", DHEERA_FINISH_REASON_CONTENT_FILTER },
    { "\"SPII\"", DHEERA_FINISH_REASON_CONTENT_FILTER },
    { "\"IMAGE_SAFETY\"", DHEERA_FINISH_REASON_CONTENT_FILTER },
    { "\"LANGUAGE\"", DHEERA_FINISH_REASON_OTHER },
    { "\"OTHER\"", DHEERA_FINISH_REASON_OTHER },
    { "\"NO_IMAGE\"", DHEERA_FINISH_REASON_OTHER },
    { "\"SOMETHING_NEW\"", DHEERA_FINISH_REASON_OTHER },
    { "1", DHEERA_FINISH_REASON_STOP },
    { "2", DHEERA_FINISH_REASON_LENGTH },
    { "3", DHEERA_FINISH_REASON_CONTENT_FILTER },
    { "4", DHEERA_FINISH_REASON_CONTENT_FILTER },
    { "77", DHEERA_FINISH_REASON_OTHER },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *event = g_strdup_printf ("{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"a\"}]},\"finishReason\":%s}]}", cases[i].raw);
      g_auto (Answer) answer = { 0 };

      answer_stream (&answer, "gemini", event);
      assert_end (&answer);
      assert_reason (&answer, cases[i].reason);
    }
}

static void
test_failing_reasons (void)
{
  static const struct
  {
    const char *raw;
    DheeraError code;
  } cases[] = {
    { "MALFORMED_FUNCTION_CALL", DHEERA_ERROR_SERVER },
    { "UNEXPECTED_TOOL_CALL", DHEERA_ERROR_SERVER },
    { "TOO_MANY_TOOL_CALLS", DHEERA_ERROR_SERVER },
    { "MALFORMED_RESPONSE", DHEERA_ERROR_SERVER },
    { "MISSING_THOUGHT_SIGNATURE", DHEERA_ERROR_INVALID_REQUEST },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *body = g_strdup_printf ("{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"so far\"}]},\"finishReason\":\"%s\","
                                               "\"finishMessage\":\"print(f(x=\"}]}", cases[i].raw);
      g_auto (Answer) answer = { 0 };

      answer_whole (&answer, "gemini", body);
      assert_failed (&answer, cases[i].code);
      g_assert_nonnull (strstr (dheera_error_details_get_message (answer.decoder->failure), cases[i].raw));
      g_assert_nonnull (strstr (dheera_error_details_get_message (answer.decoder->failure), "print(f(x="));
      assert_text (&answer, "so far");
    }
}

static void
test_blocked (void)
{
  g_auto (Answer) whole = { 0 };
  g_auto (Answer) stream = { 0 };
  g_auto (Answer) late = { 0 };

  answer_whole (&whole, "gemini",
                "{\"promptFeedback\":{\"blockReason\":\"SAFETY\",\"blockReasonMessage\":\"No.\"},\"usageMetadata\":{\"promptTokenCount\":4}}");
  assert_end (&whole);
  assert_reason (&whole, DHEERA_FINISH_REASON_CONTENT_FILTER);
  g_assert_cmpstr (dheera_response_get_finish_reason_raw (answer_response (&whole)), ==, "SAFETY");
  g_assert_cmpstr (dheera_response_get_refusal (answer_response (&whole)), ==, "No.");
  assert_text (&whole, "");

  /* However many were asked for, there is none. */
  answer_begin (&stream, "gemini");
  stream.decoder->n_choices = 3;
  answer_add_event (&stream, "message", "{\"promptFeedback\":{\"blockReason\":\"JAILBREAK\"}}");
  answer_end (&stream);
  assert_end (&stream);
  assert_reason (&stream, DHEERA_FINISH_REASON_CONTENT_FILTER);

  answer_stream (&late, "gemini", PARTS ("{\"text\":\"a\"}") "\n{\"promptFeedback\":{\"blockReason\":\"PROHIBITED_CONTENT\"}}");
  assert_end (&late);
  assert_text (&late, "a");
  assert_reason (&late, DHEERA_FINISH_REASON_CONTENT_FILTER);
}

static void
assert_call (Answer     *answer,
             guint       position,
             const char *name,
             const char *arguments)
{
  DheeraToolCall *call = answer_call (answer, position);

  g_assert_cmpstr (dheera_tool_call_get_name (call), ==, name);
  g_assert_cmpstr (dheera_tool_call_get_arguments (call), ==, arguments);
  g_assert_cmpstr (dheera_tool_call_get_id (call), !=, "");
}

static void
test_calls (void)
{
  g_auto (Answer) answer = { 0 };

  answer_stream (&answer, "gemini",
                 PARTS ("{\"functionCall\":{\"name\":\"f\",\"args\":{ \"a\" : [ 1.0, \"\\u003cb\\u003e\" ], \"n\": {} }},\"thoughtSignature\":\"S+/=\"},"
                        "{\"functionCall\":{\"name\":\"f\"}}") "\n"
                 PARTS ("{\"functionCall\":{\"id\":\"given\",\"name\":\"g\",\"args\":null}}") "\n" LAST ("{\"text\":\"\"}"));
  assert_end (&answer);
  assert_reason (&answer, DHEERA_FINISH_REASON_TOOL_CALLS);
  g_assert_cmpuint (answer_n_calls (&answer), ==, 3);
  assert_call (&answer, 0, "f", "{\"a\":[1.0,\"<b>\"],\"n\":{}}");
  assert_call (&answer, 1, "f", "{}");
  assert_call (&answer, 2, "g", "{}");
  g_assert_cmpstr (dheera_tool_call_get_id (answer_call (&answer, 2)), ==, "given");
  g_assert_cmpstr (dheera_tool_call_get_id (answer_call (&answer, 0)), !=, dheera_tool_call_get_id (answer_call (&answer, 1)));
  g_assert_cmpstr (answer_call (&answer, 0)->extra, ==, "{\"extra_content\":{\"google\":{\"thought_signature\":\"S+/=\"}}}");
  g_assert_null (answer_call (&answer, 1)->extra);
}

static void
test_partial_arguments (void)
{
  g_auto (Answer) answer = { 0 };
  g_auto (Answer) cut = { 0 };
  g_auto (Answer) tangled = { 0 };

  answer_stream (&answer, "vertexai",
                 PARTS ("{\"functionCall\":{\"name\":\"f\",\"willContinue\":true},\"thoughtSignature\":\"s\"}") "\n"
                 PARTS ("{\"functionCall\":{\"partialArgs\":[{\"jsonPath\":\"$.a\",\"stringValue\":\"x\",\"willContinue\":true}],\"willContinue\":true}}") "\n"
                 PARTS ("{\"functionCall\":{\"partialArgs\":[{\"jsonPath\":\"$.a\",\"stringValue\":\"y\"},{\"jsonPath\":\"$.b[0]\",\"numberValue\":2}],"
                        "\"willContinue\":true}}") "\n"
                 PARTS ("{\"functionCall\":{}}") "\n" PARTS ("{\"functionCall\":{}}") "\n"
                 PARTS ("{\"functionCall\":{\"name\":\"g\",\"willContinue\":true}}") "\n"
                 PARTS ("{\"functionCall\":{\"name\":\"h\",\"args\":{\"c\":3}}}") "\n" LAST (""));
  assert_end (&answer);
  g_assert_cmpuint (answer_n_calls (&answer), ==, 3);
  assert_call (&answer, 0, "f", "{\"a\":\"xy\",\"b\":[2]}");
  assert_call (&answer, 1, "g", "{}");
  assert_call (&answer, 2, "h", "{\"c\":3}");
  g_assert_nonnull (answer_call (&answer, 0)->extra);

  /* What came is kept, and is JSON. */
  answer_stream (&cut, "vertexai",
                 PARTS ("{\"functionCall\":{\"name\":\"f\",\"partialArgs\":[{\"jsonPath\":\"$.a\",\"stringValue\":\"x\",\"willContinue\":true}],"
                        "\"willContinue\":true}}"));
  assert_failed (&cut, DHEERA_ERROR_STREAM_INTERRUPTED);
  g_assert_cmpstr (dheera_tool_call_get_arguments (answer_call (&cut, 0)), ==, "{\"a\":\"x\"}");

  answer_stream (&tangled, "vertexai",
                 PARTS ("{\"functionCall\":{\"name\":\"f\",\"partialArgs\":[{\"jsonPath\":\"$.a\",\"numberValue\":1},"
                        "{\"jsonPath\":\"$.a\",\"numberValue\":2}]}}"));
  assert_failed (&tangled, DHEERA_ERROR_PROTOCOL);
}

static void
test_natives (void)
{
  g_auto (Answer) answer = { 0 };
  const DheeraNativeBlock *block;

  answer_stream (&answer, "gemini",
                 PARTS ("{\"text\":\"grün\"}") "\n"
                 PARTS ("{\"executableCode\":{\"language\":\"PYTHON\",\"code\":\"1\"}},{\"codeExecutionResult\":{\"outcome\":\"OUTCOME_OK\"}}") "\n"
                 PARTS ("{\"functionCall\":{\"name\":\"f\"}}") "\n" LAST ("{\"text\": \"\", \"thoughtSignature\": \"a\\u003d\"}"));
  assert_end (&answer);
  assert_text (&answer, "grün");
  g_assert_cmpuint (dheera_message_get_n_natives (answer_message (&answer)), ==, 3);
  block = dheera_message_peek_native_block (answer_message (&answer), 0);
  g_assert_cmpstr (block->family, ==, "gemini");
  g_assert_cmpstr (block->json, ==, "{\"executableCode\":{\"language\":\"PYTHON\",\"code\":\"1\"}}");
  g_assert_cmpuint (block->after_text, ==, strlen ("grün"));
  g_assert_cmpuint (block->after_tool_calls, ==, 0);
  block = dheera_message_peek_native_block (answer_message (&answer), 2);
  g_assert_cmpstr (block->json, ==, "{\"text\": \"\", \"thoughtSignature\": \"a\\u003d\"}");
  g_assert_cmpuint (block->after_tool_calls, ==, 1);
}

static void
test_media (void)
{
  g_auto (Answer) answer = { 0 };
  g_auto (Answer) bad = { 0 };
  g_autoptr (GBytes) picture = NULL;
  DheeraPart *part;

  answer_stream (&answer, "gemini",
                 PARTS ("{\"text\":\"Here:\"}") "\n"
                 PARTS ("{\"inlineData\":{\"mimeType\":\"image/webp\",\"data\":\"aGVsbG8=\"},\"thoughtSignature\":\"s\"}") "\n"
                 PARTS ("{\"inlineData\":{\"mimeType\":\"audio/L16;rate=24000\",\"data\":\"aGVs\"}}") "\n"
                 LAST ("{\"inlineData\":{\"mimeType\":\"audio/L16;rate=24000\",\"data\":\"bG8=\"}}"));
  assert_end (&answer);
  g_assert_cmpuint (dheera_message_get_n_parts (answer_message (&answer)), ==, 2);
  part = dheera_message_peek_part (answer_message (&answer), 0);
  g_assert_cmpint (dheera_part_get_part_type (part), ==, DHEERA_PART_TYPE_IMAGE);
  g_assert_cmpstr (dheera_part_get_mime_type (part), ==, "image/webp");
  picture = g_bytes_new_static ("hello", 5);
  g_assert_true (g_bytes_equal (dheera_part_get_bytes (part), picture));
  part = dheera_message_peek_part (answer_message (&answer), 1);
  g_assert_cmpint (dheera_part_get_part_type (part), ==, DHEERA_PART_TYPE_AUDIO);
  g_assert_cmpstr (dheera_part_get_mime_type (part), ==, "audio/L16;rate=24000");
  g_assert_true (g_bytes_equal (dheera_part_get_bytes (part), picture));
  g_assert_cmpuint (dheera_message_get_n_natives (answer_message (&answer)), ==, 1);

  answer_stream (&bad, "gemini", LAST ("{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"*\"}}"));
  assert_failed (&bad, DHEERA_ERROR_PROTOCOL);
}

/* Words and pictures take turns; a sketch that the model only made while it thought is no part of the answer. */
static void
test_pictures (void)
{
#define PICTURE "\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"aGVsbG8=\"}"
  g_auto (Answer) answer = { 0 };
  const DheeraNativeBlock *block;

  answer_stream (&answer, "gemini",
                 PARTS ("{" PICTURE ",\"thought\":true}") "\n"
                 PARTS ("{" PICTURE ",\"thought\":true,\"thoughtSignature\":\"t\"}") "\n"
                 PARTS ("{" PICTURE "}") "\n"
                 PARTS ("{\"text\":\"And\"}") "\n"
                 PARTS ("{" PICTURE ",\"thoughtSignature\":\"s\"}") "\n"
                 LAST ("{\"text\":\".\"}"));
  assert_end (&answer);
  assert_text (&answer, "And.");
  g_assert_cmpuint (dheera_message_get_n_parts (answer_message (&answer)), ==, 2);
  g_assert_cmpuint (dheera_message_get_n_natives (answer_message (&answer)), ==, 3);
  block = dheera_message_peek_native_block (answer_message (&answer), 0);
  g_assert_cmpstr (block->json, ==, "{" PICTURE ",\"thought\":true,\"thoughtSignature\":\"t\"}");
  block = dheera_message_peek_native_block (answer_message (&answer), 1);
  g_assert_cmpstr (block->json, ==, "{\"media\":0}");
  g_assert_cmpuint (block->after_text, ==, 0);
  block = dheera_message_peek_native_block (answer_message (&answer), 2);
  g_assert_cmpstr (block->json, ==, "{\"media\":1,\"thoughtSignature\":\"s\"}");
  g_assert_cmpuint (block->after_text, ==, 3);
}

static void
test_sources (void)
{
  g_auto (Answer) answer = { 0 };
  g_auto (Answer) bare = { 0 };

  /* Bytes of the second part become characters of the text; a number without a source is passed over. */
  answer_whole (&answer, "gemini",
                "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"ü \"},{\"text\":\"grün ist es\"}]},\"finishReason\":\"STOP\","
                "\"groundingMetadata\":{\"groundingChunks\":[{\"web\":{\"uri\":\"https://a\",\"title\":\"A\"}},{\"retrievedContext\":{\"text\":\"t\"}}],"
                "\"groundingSupports\":[{\"segment\":{\"partIndex\":1,\"startIndex\":0,\"endIndex\":5},\"groundingChunkIndices\":[0,1,7,-1]}]},"
                "\"citationMetadata\":{\"citationSources\":[{\"endIndex\":2,\"uri\":\"https://b\"},{\"title\":\"no address\"}]}}]}");
  assert_end (&answer);
  g_assert_cmpstr (dheera_response_get_annotations (answer_response (&answer)), ==,
                   "[{\"type\":\"url_citation\",\"url_citation\":{\"start_index\":0,\"end_index\":1,\"url\":\"https://b\"}},"
                   "{\"type\":\"url_citation\",\"url_citation\":{\"start_index\":2,\"end_index\":6,\"title\":\"A\",\"url\":\"https://a\"}}]");

  /* A stream says it again and again: the last holds. */
  answer_stream (&bare, "gemini",
                 "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"a\"}]},\"groundingMetadata\":{\"groundingChunks\":[{\"web\":{\"uri\":\"https://a\"}}]}}]}\n"
                 "{\"candidates\":[{\"groundingMetadata\":{\"groundingChunks\":[{\"web\":{\"uri\":\"https://a\"}},{\"maps\":{\"uri\":\"https://m\"}},"
                 "{\"image\":{\"sourceUri\":\"https://p\",\"imageUri\":\"https://i\"}}]}}]}\n"
                 "{\"candidates\":[{\"finishReason\":\"STOP\",\"groundingMetadata\":{}}]}");
  assert_end (&bare);
  g_assert_cmpstr (dheera_response_get_annotations (answer_response (&bare)), ==,
                   "[{\"type\":\"url_citation\",\"url_citation\":{\"url\":\"https://a\"}},"
                   "{\"type\":\"url_citation\",\"url_citation\":{\"url\":\"https://m\"}},"
                   "{\"type\":\"url_citation\",\"url_citation\":{\"url\":\"https://p\"}}]");
}

static void
test_logprobs (void)
{
  g_auto (Answer) answer = { 0 };

  answer_whole (&answer, "gemini",
                "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"ab\"}]},\"finishReason\":\"STOP\",\"logprobsResult\":{"
                "\"chosenCandidates\":[{\"token\":\"a\",\"logProbability\":-6.79e-06},{\"token\":\"b\"}],"
                "\"topCandidates\":[{\"candidates\":[{\"token\":\"a\",\"logProbability\":-6.79e-06},{\"token\":\"x\",\"logProbability\":-2}]}]}}]}");
  assert_end (&answer);
  g_assert_cmpstr (dheera_choice_get_logprobs (dheera_response_get_choice (answer_response (&answer), 0)), ==,
                   "{\"content\":[{\"token\":\"a\",\"logprob\":-6.79e-06,\"bytes\":null,\"top_logprobs\":[{\"token\":\"a\",\"logprob\":-6.79e-06,\"bytes\":null},"
                   "{\"token\":\"x\",\"logprob\":-2,\"bytes\":null}]},{\"token\":\"b\",\"logprob\":0,\"bytes\":null,\"top_logprobs\":[]}],\"refusal\":null}");
}

static void
test_array (void)
{
  g_auto (Answer) array = { 0 };
  g_auto (Answer) cut = { 0 };
  g_auto (Answer) unfinished = { 0 };

  answer_whole (&array, "gemini", "[" PARTS ("{\"text\":\"a\"}") ",\r\n" LAST ("{\"text\":\"b\"}") "]");
  assert_end (&array);
  assert_text (&array, "ab");

  answer_whole (&cut, "gemini", "[" PARTS ("{\"text\":\"a\"}") ",\r\n");
  assert_failed (&cut, DHEERA_ERROR_STREAM_INTERRUPTED);

  answer_whole (&unfinished, "gemini", "[" PARTS ("{\"text\":\"a\"}") "]");
  assert_failed (&unfinished, DHEERA_ERROR_STREAM_INTERRUPTED);
}

static void
test_errors (void)
{
  static const struct
  {
    const char *event;
    DheeraError code;
  } cases[] = {
    { "{\"error\":{\"code\":503,\"message\":\"The model is overloaded.\",\"status\":\"UNAVAILABLE\"}}", DHEERA_ERROR_OVERLOADED },
    { "[{\"error\":{\"code\":429,\"message\":\"x\",\"status\":\"RESOURCE_EXHAUSTED\"}}]", DHEERA_ERROR_RATE_LIMIT },
    { "[1]", DHEERA_ERROR_PROTOCOL },
    { "7", DHEERA_ERROR_PROTOCOL },
    { "{\"candidates\":{}}", DHEERA_ERROR_PROTOCOL },
    { "{\"candidates\":[7]}", DHEERA_ERROR_PROTOCOL },
    { "{\"candidates\":[{\"index\":128}]}", DHEERA_ERROR_PROTOCOL },
    { "{\"candidates\":[{\"index\":-1}]}", DHEERA_ERROR_PROTOCOL },
    { "{\"candidates\":[{\"content\":[]}]}", DHEERA_ERROR_PROTOCOL },
    { "{\"candidates\":[{\"content\":{\"parts\":{}}}]}", DHEERA_ERROR_PROTOCOL },
    { "{\"candidates\":", DHEERA_ERROR_PROTOCOL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *lines = g_strconcat (PARTS ("{\"text\":\"a\"}") "\n", cases[i].event, NULL);
      g_auto (Answer) answer = { 0 };

      answer_stream (&answer, "gemini", lines);
      assert_failed (&answer, cases[i].code);
      assert_text (&answer, "a");
    }
}

static void
test_strange (void)
{
  g_auto (Answer) nothing = { 0 };
  g_auto (Answer) event = { 0 };
  g_auto (Answer) odd = { 0 };

  answer_whole (&nothing, "gemini", "{\"usageMetadata\":{\"promptTokenCount\":1}}");
  assert_failed (&nothing, DHEERA_ERROR_PROTOCOL);

  answer_begin (&event, "gemini");
  answer_add_event (&event, "error", "it broke");
  assert_failed (&event, DHEERA_ERROR_STREAM_ERROR);

  /* Of other types than they should be, and unknown ones */
  answer_whole (&odd, "gemini",
                "{\"candidates\":[{\"content\":{\"parts\":[7,null,{},{\"text\":7},{\"thought\":true},{\"functionCall\":7},{\"inlineData\":{}},"
                "{\"text\":\"a\",\"thought\":\"yes\"},{\"fu\\u006ectionCall\":{\"name\":\"f\"}}]},\"finishReason\":\"STOP\",\"index\":null,"
                "\"groundingMetadata\":7,\"logprobsResult\":[],\"citationMetadata\":\"x\"}],\"usageMetadata\":[],\"promptFeedback\":7,"
                "\"responseId\":7,\"modelVersion\":{},\"createTime\":\"yesterday\"}");
  assert_end (&odd);
  assert_text (&odd, "a");
  g_assert_cmpuint (answer_n_calls (&odd), ==, 1);
}

static void
test_models (void)
{
  static const char *const gemini = "{\"models\":[{\"name\":\"models/gemini-2.5-flash\",\"inputTokenLimit\":1048576,\"outputTokenLimit\":65536},"
                                    "{\"name\":\"tunedModels/mine\"},{\"name\":7},null]}";
  static const char *const vertex = "{\"publisherModels\":[{\"name\":\"publishers/google/models/gemini-2.5-pro\"}]}";
  static const char *const bad[] = { "{\"models\":7}", "[]", "{", "{\"error\":{\"code\":403,\"status\":\"PERMISSION_DENIED\",\"message\":\"x\"}}" };
  g_auto (Answer) answer = { 0 };
  g_autoptr (GListModel) list = NULL;
  g_autoptr (GListModel) publishers = NULL;
  g_autoptr (GListModel) none = NULL;
  g_autoptr (DheeraModel) model = NULL;
  g_autoptr (DheeraModel) tuned = NULL;
  g_autoptr (DheeraModel) published = NULL;
  const DheeraCodec *codec;

  answer_begin (&answer, "gemini");
  codec = &answer.decoder->protocol->tasks[DHEERA_TASK_LIST_MODELS];
  list = G_LIST_MODEL (codec->decode (answer.decoder, gemini, strlen (gemini)));
  g_assert_cmpuint (g_list_model_get_n_items (list), ==, 2);
  model = g_list_model_get_item (list, 0);
  g_assert_cmpstr (dheera_model_get_id (model), ==, "gemini-2.5-flash");
  g_assert_cmpint (dheera_model_get_context_window (model), ==, 1048576);
  g_assert_cmpint (dheera_model_get_max_output_tokens (model), ==, 65536);
  tuned = g_list_model_get_item (list, 1);
  g_assert_cmpstr (dheera_model_get_id (tuned), ==, "tunedModels/mine");

  publishers = G_LIST_MODEL (codec->decode (answer.decoder, vertex, strlen (vertex)));
  published = g_list_model_get_item (publishers, 0);
  g_assert_cmpstr (dheera_model_get_id (published), ==, "gemini-2.5-pro");
  none = G_LIST_MODEL (codec->decode (answer.decoder, "{}", 2));
  g_assert_cmpuint (g_list_model_get_n_items (none), ==, 0);

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_null (codec->decode (answer.decoder, bad[i], strlen (bad[i])));
      g_assert_nonnull (answer.decoder->failure);
      g_clear_object (&answer.decoder->failure);
    }
}

static void
test_count (void)
{
  static const char *const body = "{\"totalTokens\":31,\"cachedContentTokenCount\":4}";
  static const char *const bad[] = { "{}", "7", "{", "{\"error\":{\"message\":\"x\"}}" };
  g_auto (Answer) answer = { 0 };
  g_autoptr (DheeraUsage) usage = NULL;
  const DheeraCodec *codec;

  answer_begin (&answer, "gemini");
  codec = &answer.decoder->protocol->tasks[DHEERA_TASK_COUNT_TOKENS];
  usage = DHEERA_USAGE (codec->decode (answer.decoder, body, strlen (body)));
  g_assert_cmpint (dheera_usage_get_prompt_tokens (usage), ==, 31);
  g_assert_cmpint (dheera_usage_get_total_tokens (usage), ==, 31);
  g_assert_cmpint (dheera_usage_get_cached_tokens (usage), ==, 4);
  g_assert_cmpint (dheera_usage_get_completion_tokens (usage), ==, -1);

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_null (codec->decode (answer.decoder, bad[i], strlen (bad[i])));
      g_assert_nonnull (answer.decoder->failure);
      g_clear_object (&answer.decoder->failure);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/gemini-decode/whole", test_whole);
  g_test_add_func ("/gemini-decode/usage", test_usage);
  g_test_add_func ("/gemini-decode/usage-of-deltas", test_usage_of_deltas);
  g_test_add_func ("/gemini-decode/stream", test_stream);
  g_test_add_func ("/gemini-decode/cut", test_cut);
  g_test_add_func ("/gemini-decode/code", test_code);
  g_test_add_func ("/gemini-decode/candidates", test_candidates);
  g_test_add_func ("/gemini-decode/finish-reasons", test_finish_reasons);
  g_test_add_func ("/gemini-decode/failing-reasons", test_failing_reasons);
  g_test_add_func ("/gemini-decode/blocked", test_blocked);
  g_test_add_func ("/gemini-decode/calls", test_calls);
  g_test_add_func ("/gemini-decode/partial-arguments", test_partial_arguments);
  g_test_add_func ("/gemini-decode/natives", test_natives);
  g_test_add_func ("/gemini-decode/media", test_media);
  g_test_add_func ("/gemini-decode/pictures", test_pictures);
  g_test_add_func ("/gemini-decode/sources", test_sources);
  g_test_add_func ("/gemini-decode/logprobs", test_logprobs);
  g_test_add_func ("/gemini-decode/array", test_array);
  g_test_add_func ("/gemini-decode/errors", test_errors);
  g_test_add_func ("/gemini-decode/strange", test_strange);
  g_test_add_func ("/gemini-decode/models", test_models);
  g_test_add_func ("/gemini-decode/count", test_count);

  return g_test_run ();
}
