/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model-answers.h"

#include <string.h>

typedef struct
{
  const char *suffix;   /* of the path */
  const char *whole;    /* JSON */
  const char *stream;   /* what comes when the body says so, or always when there is no whole; nullable */
  const char *stream_type;
} Answer;

#define SSE "text/event-stream"
#define NDJSON "application/x-ndjson"

/* --- OpenAI -------------------------------------------------------------------------------------------------------------------- */

#define CHAT \
  "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0," \
  "\"message\":{\"role\":\"assistant\",\"content\":\"" MODEL_ANSWERS_TEXT "\"},\"finish_reason\":\"stop\"}]," \
  "\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":3,\"total_tokens\":4}}"

#define CHUNK(delta, reason) \
  "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0," \
  "\"delta\":" delta ",\"finish_reason\":" reason "}]}\n\n"

#define CHAT_STREAM \
  CHUNK ("{\"role\":\"assistant\",\"content\":\"\"}", "null") CHUNK ("{\"content\":\"Hello,\"}", "null") \
  CHUNK ("{\"content\":\" dear\"}", "null") CHUNK ("{\"content\":\" world\"}", "null") CHUNK ("{}", "\"stop\"") "data: [DONE]\n\n"

#define RESPONSE(status, output, usage) \
  "{\"id\":\"resp_1\",\"object\":\"response\",\"created_at\":1,\"status\":\"" status "\",\"model\":\"m\",\"output\":" output ",\"usage\":" usage "}"
#define RESPONSE_OUTPUT \
  "[{\"type\":\"message\",\"id\":\"msg_1\",\"status\":\"completed\",\"role\":\"assistant\",\"content\":[{\"type\":\"output_text\",\"text\":\"" \
  MODEL_ANSWERS_TEXT "\",\"annotations\":[]}]}]"
#define RESPONSE_USAGE "{\"input_tokens\":1,\"output_tokens\":3,\"total_tokens\":4}"
#define RESPONSE_DELTA(text) \
  "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"item_id\":\"msg_1\",\"output_index\":0,\"content_index\":0,\"delta\":\"" \
  text "\"}\n\n"

#define RESPONSE_STREAM \
  "event: response.created\ndata: {\"type\":\"response.created\",\"response\":" RESPONSE ("in_progress", "[]", "null") "}\n\n" \
  "event: response.output_item.added\ndata: {\"type\":\"response.output_item.added\",\"output_index\":0,\"item\":{\"type\":\"message\",\"id\":\"msg_1\"," \
  "\"status\":\"in_progress\",\"role\":\"assistant\",\"content\":[]}}\n\n" \
  RESPONSE_DELTA ("Hello,") RESPONSE_DELTA (" dear world") \
  "event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":" RESPONSE ("completed", RESPONSE_OUTPUT, RESPONSE_USAGE) "}\n\n"

/* In Google's form as well: all of them have one path. */
#define MODELS "{\"object\":\"list\",\"data\":[{\"id\":\"m\",\"object\":\"model\",\"created\":1,\"owned_by\":\"tests\"}],\"models\":[{\"name\":\"models/m\",\"displayName\":\"M\"}]}"

#define RANKING "{\"model\":\"m\",\"results\":[{\"index\":0,\"relevance_score\":0.5,\"relevanceScore\":0.5}]}"

#define EMBEDDINGS \
  "{\"object\":\"list\",\"model\":\"m\",\"data\":[{\"object\":\"embedding\",\"index\":0,\"embedding\":[0.25,-0.5]}]," \
  "\"usage\":{\"prompt_tokens\":1,\"total_tokens\":1}}"

/* --- Anthropic ------------------------------------------------------------------------------------------------------------------- */

#define MESSAGE \
  "{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\",\"content\":[{\"type\":\"text\",\"text\":\"" MODEL_ANSWERS_TEXT "\"}]," \
  "\"stop_reason\":\"end_turn\",\"stop_sequence\":null,\"usage\":{\"input_tokens\":1,\"output_tokens\":3}}"
#define MESSAGE_EVENT(type, members) "event: " type "\ndata: {\"type\":\"" type "\"" members "}\n\n"
#define MESSAGE_DELTA(text) MESSAGE_EVENT ("content_block_delta", ",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"" text "\"}")

#define MESSAGE_STREAM \
  MESSAGE_EVENT ("message_start", ",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\",\"content\":[]," \
                 "\"stop_reason\":null,\"usage\":{\"input_tokens\":1,\"output_tokens\":1}}") \
  MESSAGE_EVENT ("content_block_start", ",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}") \
  MESSAGE_DELTA ("Hello,") MESSAGE_DELTA (" dear world") MESSAGE_EVENT ("content_block_stop", ",\"index\":0") \
  MESSAGE_EVENT ("message_delta", ",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":3}") MESSAGE_EVENT ("message_stop", "")

/* --- Gemini and Vertex AI ---------------------------------------------------------------------------------------------------------- */

#define CANDIDATE_PARTS(parts, more) \
  "{\"candidates\":[{\"index\":0,\"content\":{\"role\":\"model\",\"parts\":[" parts "]}" more "}],\"modelVersion\":\"m\",\"responseId\":\"r1\"," \
  "\"usageMetadata\":{\"promptTokenCount\":1,\"candidatesTokenCount\":3,\"totalTokenCount\":4}}"
#define CANDIDATE_TEXT(text) "{\"text\":\"" text "\"}"
#define CANDIDATE_IMAGE "{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"Zm9v\"}}"
#define CANDIDATE(text, more) CANDIDATE_PARTS (CANDIDATE_TEXT (text), more)
#define CANDIDATE_END ",\"finishReason\":\"STOP\""

/* --- The others -------------------------------------------------------------------------------------------------------------------- */

#define CONVERSE \
  "{\"output\":{\"message\":{\"role\":\"assistant\",\"content\":[{\"text\":\"" MODEL_ANSWERS_TEXT "\"}]}},\"stopReason\":\"end_turn\"," \
  "\"usage\":{\"inputTokens\":1,\"outputTokens\":3,\"totalTokens\":4},\"metrics\":{\"latencyMs\":1}}"

#define COHERE \
  "{\"id\":\"c1\",\"finish_reason\":\"COMPLETE\",\"message\":{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"" MODEL_ANSWERS_TEXT "\"}]}," \
  "\"usage\":{\"tokens\":{\"input_tokens\":1,\"output_tokens\":3}}}"
#define COHERE_EVENT(type, members) "event: " type "\ndata: {\"type\":\"" type "\"" members "}\n\n"
#define COHERE_DELTA(text) COHERE_EVENT ("content-delta", ",\"index\":0,\"delta\":{\"message\":{\"content\":{\"text\":\"" text "\"}}}")
#define COHERE_STREAM \
  COHERE_EVENT ("message-start", ",\"id\":\"c1\",\"delta\":{\"message\":{\"role\":\"assistant\"}}") \
  COHERE_EVENT ("content-start", ",\"index\":0,\"delta\":{\"message\":{\"content\":{\"type\":\"text\",\"text\":\"\"}}}") \
  COHERE_DELTA ("Hello,") COHERE_DELTA (" dear world") COHERE_EVENT ("content-end", ",\"index\":0") \
  COHERE_EVENT ("message-end", ",\"delta\":{\"finish_reason\":\"COMPLETE\",\"usage\":{\"tokens\":{\"input_tokens\":1,\"output_tokens\":3}}}")

#define OLLAMA(text, end) "{\"model\":\"m\",\"created_at\":\"2026-01-01T00:00:00Z\",\"message\":{\"role\":\"assistant\",\"content\":\"" text "\"},\"done\":" end "}"
#define OLLAMA_END "true,\"done_reason\":\"stop\",\"prompt_eval_count\":1,\"eval_count\":3"

/* The longer of two that both end a path stands first. */
static const Answer answers[] = {
  { "/v2/chat", COHERE, COHERE_STREAM, SSE },
  { "/api/chat", OLLAMA (MODEL_ANSWERS_TEXT, OLLAMA_END), OLLAMA ("Hello,", "false") "\n" OLLAMA (" dear world", OLLAMA_END) "\n", NDJSON },
  { "/chat/completions", CHAT, CHAT_STREAM, SSE },
  { "/chat", CHAT, CHAT_STREAM, SSE },
  { "/responses", RESPONSE ("completed", RESPONSE_OUTPUT, RESPONSE_USAGE), RESPONSE_STREAM, SSE },
  { "/messages", MESSAGE, MESSAGE_STREAM, SSE },
  { ":generateContent", CANDIDATE_PARTS (CANDIDATE_TEXT (MODEL_ANSWERS_TEXT) "," CANDIDATE_IMAGE, CANDIDATE_END), NULL, NULL },
  { ":streamGenerateContent", NULL, "data: " CANDIDATE ("Hello,", "") "\n\ndata: " CANDIDATE (" dear world", CANDIDATE_END) "\n\n", SSE },
  { "/converse", CONVERSE, NULL, NULL },
  { "/embeddings", EMBEDDINGS, NULL, NULL },
  { "/rerank", RANKING, NULL, NULL },
  { "/reranking", RANKING, NULL, NULL },
  { "/moderations", "{\"id\":\"m1\",\"model\":\"m\",\"results\":[{\"flagged\":false,\"categories\":{\"hate\":false}}]}", NULL, NULL },
  { "/images/generations", "{\"created\":1,\"data\":[{\"b64_json\":\"Zm9v\"}]}", NULL, NULL },
  { "/audio/transcriptions", "{\"text\":\"" MODEL_ANSWERS_TEXT "\"}", NULL, NULL },
  { "/audio/speech", "{\"audio_data\":\"Zm9v\"}", NULL, NULL },
  { "/v2/embed", "{\"id\":\"e1\",\"embeddings\":{\"float\":[[0.25,-0.5]]},\"texts\":[\"Hi\"],\"meta\":{\"billed_units\":{\"input_tokens\":1}}}", NULL, NULL },
  { "/api/embed", "{\"model\":\"m\",\"embeddings\":[[0.25,-0.5]],\"prompt_eval_count\":1}", NULL, NULL },
  { ":batchEmbedContents", "{\"embeddings\":[{\"values\":[0.25,-0.5]}]}", NULL, NULL },
  { ":embedContent", "{\"embedding\":{\"values\":[0.25,-0.5]}}", NULL, NULL },
  { ":predict", "{\"predictions\":[{\"embeddings\":{\"values\":[0.25,-0.5],\"statistics\":{\"token_count\":1,\"truncated\":false}}," \
    "\"bytesBase64Encoded\":\"Zm9v\",\"mimeType\":\"image/png\"}]}", NULL, NULL },
  { "/invoke", "{\"embedding\":[0.25,-0.5],\"inputTextTokenCount\":1}", NULL, NULL },
  { "/api/tags", "{\"models\":[{\"name\":\"m\",\"model\":\"m\",\"modified_at\":\"2026-01-01T00:00:00Z\",\"size\":1}]}", NULL, NULL },
  { "/foundation-models", "{\"modelSummaries\":[{\"modelId\":\"m\",\"modelName\":\"M\",\"providerName\":\"tests\"}]}", NULL, NULL },
  { "/v1beta/models", "{\"models\":[{\"name\":\"models/m\",\"displayName\":\"M\"}]}", NULL, NULL },
  { "/models", MODELS, NULL, NULL },
  { "/models/available", MODELS, NULL, NULL },
};

/* --- Amazon's event stream ----------------------------------------------------------------------------------------------------------- */

static void
append_u32 (GByteArray *out,
            guint32     value)
{
  guint32 big = GUINT32_TO_BE (value);

  g_byte_array_append (out, (const guint8 *) &big, sizeof big);
}

static guint32
crc32_of (const guint8 *data,
          gsize         length)
{
  guint32 crc = 0xffffffff;

  for (gsize i = 0; i < length; i++)
    {
      crc ^= data[i];
      for (guint bit = 0; bit < 8; bit++)
        crc = (crc >> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
  return ~crc;
}

static void
append_header (GByteArray *out,
               const char *name,
               const char *value)
{
  guint8 name_length = (guint8) strlen (name);
  guint16 value_length = GUINT16_TO_BE ((guint16) strlen (value));
  guint8 string_type = 7;

  g_byte_array_append (out, &name_length, 1);
  g_byte_array_append (out, (const guint8 *) name, name_length);
  g_byte_array_append (out, &string_type, 1);
  g_byte_array_append (out, (const guint8 *) &value_length, 2);
  g_byte_array_append (out, (const guint8 *) value, (guint) strlen (value));
}

static void
append_event (GByteArray *out,
              const char *type,
              const char *payload)
{
  g_autoptr(GByteArray) headers = g_byte_array_new ();
  g_autoptr(GByteArray) message = g_byte_array_new ();

  append_header (headers, ":event-type", type);
  append_header (headers, ":content-type", "application/json");
  append_header (headers, ":message-type", "event");
  append_u32 (message, (guint32) (16 + headers->len + strlen (payload)));
  append_u32 (message, headers->len);
  append_u32 (message, crc32_of (message->data, message->len));
  g_byte_array_append (message, headers->data, headers->len);
  g_byte_array_append (message, (const guint8 *) payload, (guint) strlen (payload));
  append_u32 (message, crc32_of (message->data, message->len));
  g_byte_array_append (out, message->data, message->len);
}

static GBytes *
make_converse_stream (void)
{
  GByteArray *out = g_byte_array_new ();

  append_event (out, "messageStart", "{\"role\":\"assistant\"}");
  append_event (out, "contentBlockDelta", "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"Hello,\"}}");
  append_event (out, "contentBlockDelta", "{\"contentBlockIndex\":0,\"delta\":{\"text\":\" dear world\"}}");
  append_event (out, "contentBlockStop", "{\"contentBlockIndex\":0}");
  append_event (out, "messageStop", "{\"stopReason\":\"end_turn\"}");
  append_event (out, "metadata", "{\"usage\":{\"inputTokens\":1,\"outputTokens\":3,\"totalTokens\":4},\"metrics\":{\"latencyMs\":1}}");
  return g_byte_array_free_to_bytes (out);
}

GBytes *
model_answers_find (const char  *path,
                    const char  *body,
                    gsize        length,
                    const char **content_type)
{
  gboolean streamed = g_strstr_len (body, (gssize) length, "\"stream\":true") != NULL;

  if (g_str_has_suffix (path, "/converse-stream"))
    {
      *content_type = "application/vnd.amazon.eventstream";
      return make_converse_stream ();
    }

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      const Answer *answer = &answers[i];
      const char *text;

      if (!g_str_has_suffix (path, answer->suffix))
        continue;
      text = answer->whole == NULL || (streamed && answer->stream != NULL) ? answer->stream : answer->whole;
      *content_type = text == answer->stream ? answer->stream_type : "application/json";
      return g_bytes_new_static (text, strlen (text));
    }
  return NULL;
}
