/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The smallest protocol there can be, to begin another one with: texts only, answers as lines of JSON. CONTRIBUTING.md names it. A real one has the first part in a file of
 * providers/ and the second one in a test of its own. */

#include "providers-util.h"

#include "dheera-ai/model/messages/dheera-conversation-private.h"
#include "dheera-ai/model/requests/dheera-request-private.h"
#include "dheera-ai/model/responses/dheera-accumulator-private.h"
#include "dheera-ai/providers/errors/dheera-error-words-private.h"

/* --- The request --------------------------------------------------------------------------------------------------------------------- */

static gboolean
has_only_text (DheeraMessage *message)
{
  GListModel *parts = dheera_message_get_parts (message);
  guint n = g_list_model_get_n_items (parts);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (DheeraPart) part = g_list_model_get_item (parts, i);

      if (dheera_part_get_part_type (part) != DHEERA_PART_TYPE_TEXT)
        return FALSE;
    }

  return TRUE;
}

/* FALSE for what there is no way to say: it is never left out in silence. */
static gboolean
write_messages (DheeraJsonWriter   *body,
                DheeraConversation *conversation,
                GError            **error)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (conversation));

  dheera_json_writer_key (body, "messages");
  dheera_json_writer_begin_array (body);
  for (guint i = 0; i < n; i++)
    {
      DheeraMessage *message = dheera_conversation_get_message (conversation, i);

      if (!has_only_text (message))
        {
          g_set_error (error, DHEERA_ERROR, DHEERA_ERROR_NOT_SUPPORTED, "Message %u has a part that is no text, and Example takes nothing else.", i);
          return FALSE;
        }
      dheera_json_writer_begin_object (body);
      dheera_json_writer_member_string (body, "from", dheera_message_get_role (message) == DHEERA_ROLE_ASSISTANT ? "model" : "user");
      dheera_json_writer_member_string (body, "text", dheera_message_get_text (message));
      dheera_json_writer_end_object (body);
    }
  dheera_json_writer_end_array (body);

  return TRUE;
}

static DheeraHttpRequest *
encode_chat (const DheeraEncoding *encoding,
             DheeraRequest        *request,
             GError              **error)
{
  g_auto (DheeraJsonWriter) body = { 0 };
  g_autoptr (DheeraHttpRequest) http = NULL;
  DheeraParams omit = 0;

  /* Whatever there is no member for is refused by name, or left out with a warning. */
  if (!dheera_encoding_check_params (encoding, request, ~DHEERA_PARAM_MAX_TOKENS, &omit, error))
    return NULL;
  http = dheera_encoding_new_http_request (encoding, DHEERA_BASE_REQUEST (request), "POST", "/talk", error);
  if (http == NULL)
    return NULL;

  dheera_json_writer_init (&body, 1024);
  dheera_json_writer_begin_object (&body);
  dheera_json_writer_member_string (&body, "model", encoding->model);
  if (!write_messages (&body, dheera_request_get_conversation (request), error))
    return NULL;
  if (dheera_request_get_max_tokens (request) >= 0)
    dheera_json_writer_member_int (&body, "limit", dheera_request_get_max_tokens (request));
  dheera_json_writer_end_object (&body);
  dheera_encoding_take_body (http, DHEERA_BASE_REQUEST (request), &body);
  http->framing = encoding->stream ? DHEERA_FRAMING_NDJSON : DHEERA_FRAMING_WHOLE;

  return g_steal_pointer (&http);
}

/* --- The answer: {"text":"Hel"} {"text":"lo"} {"end":"stop","read":3,"written":2}, or all of it in one ------------------------------------ */

static DheeraDecoded
read_object (DheeraDecoder   *decoder,
             DheeraJsonValue  object)
{
  DheeraJsonValue end = dheera_json_member (object, "end");
  DheeraAccumulator *accumulator = decoder->accumulator;

  if (dheera_error_words_marked (object))
    return dheera_decoder_fail_with (decoder, object);

  dheera_accumulator_begin_event (accumulator);
  dheera_accumulator_add_text (accumulator, 0, dheera_json_member (object, "text"));
  if (dheera_json_exists (end))
    {
      dheera_accumulator_set_finish_reason (accumulator, 0, dheera_json_equal (end, "limit") ? DHEERA_FINISH_REASON_LENGTH : DHEERA_FINISH_REASON_STOP, end);
      dheera_accumulator_set_usage (accumulator, dheera_json_get_int (dheera_json_member (object, "read"), -1),
                                    dheera_json_get_int (dheera_json_member (object, "written"), -1), -1, -1, -1, -1);
    }
  dheera_accumulator_end_event (accumulator);
  if (!dheera_json_exists (end))
    return DHEERA_DECODED_MORE;

  dheera_accumulator_finish (accumulator);
  return DHEERA_DECODED_END;
}

static DheeraDecoded
decode_frame (DheeraDecoder     *decoder,
              const DheeraFrame *frame)
{
  if (!dheera_json_parse (&decoder->json, frame->data, frame->length))
    return dheera_decoder_fail_json (decoder, "a line of the answer");

  return read_object (decoder, dheera_json_root (&decoder->json));
}

/* Without the protocol's own end it is no answer, however good it looks. */
static DheeraDecoded
decode_eof (DheeraDecoder *decoder)
{
  return dheera_decoder_fail (decoder, DHEERA_ERROR_STREAM_INTERRUPTED, "the stream ended before the answer did");
}

static DheeraDecoded
decode_chat (DheeraDecoder *decoder,
             const char    *body,
             gsize          length)
{
  DheeraDecoded decoded;

  if (!dheera_json_parse (&decoder->json, body, length))
    return dheera_decoder_fail_body (decoder, length);

  decoded = read_object (decoder, dheera_json_root (&decoder->json));
  return decoded == DHEERA_DECODED_MORE ? decode_eof (decoder) : decoded;
}

static const DheeraProtocol example = {
  .name = "example",
  .encode_chat = encode_chat,
  .decode_chat = decode_chat,
  .decode_frame = decode_frame,
  .decode_eof = decode_eof,
};

/* --- Its tests ------------------------------------------------------------------------------------------------------------------------ */

static DheeraHttpRequest *
encode (DheeraRequest *request,
        gboolean       stream,
        GError       **error)
{
  g_autoptr (DheeraProvider) provider = dheera_provider_new ("openai");
  DheeraEncoding encoding = { provider, "https://api.example", "m", stream, DHEERA_PARAM_POLICY_REJECT, NULL };

  return example.encode_chat (&encoding, request, error);
}

static void
test_request (void)
{
  g_autoptr (DheeraRequest) request = dheera_request_new_for_prompt ("m", "Hi");
  g_autoptr (GError) error = NULL;
  g_autoptr (DheeraHttpRequest) http = NULL;
  g_autoptr (DheeraPart) image = dheera_part_new_image_uri ("https://example.org/a.png");
  g_autofree char *body = NULL;

  dheera_request_set_max_tokens (request, 9);
  http = encode (request, TRUE, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (http->url, ==, "https://api.example/talk");
  g_assert_cmpint (http->framing, ==, DHEERA_FRAMING_NDJSON);
  body = g_strndup (g_bytes_get_data (http->body, NULL), g_bytes_get_size (http->body));
  g_assert_cmpstr (body, ==, "{\"model\":\"m\",\"messages\":[{\"from\":\"user\",\"text\":\"Hi\"}],\"limit\":9}");

  dheera_message_add_part (dheera_conversation_get_message (dheera_request_get_conversation (request), 0), image);
  g_assert_null (encode (request, FALSE, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_NOT_SUPPORTED);
  g_clear_error (&error);

  dheera_request_set_seed (request, 1);
  g_assert_null (encode (request, FALSE, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_UNSUPPORTED_PARAMETER);
}

static void
begin (Answer *answer)
{
  answer_begin (answer, "example");
  answer->decoder->protocol = &example;
}

static void
test_stream (void)
{
  g_auto (Answer) answer = { 0 };

  begin (&answer);
  answer_add_event (&answer, "message", "{\"text\":\"Hel\"}");
  answer_add_event (&answer, "message", "{\"text\":\"lo\"}");
  g_assert_cmpint (answer.decoded, ==, DHEERA_DECODED_MORE);
  answer_add_event (&answer, "message", "{\"end\":\"limit\",\"read\":3,\"written\":2}");
  assert_end (&answer);
  assert_text (&answer, "Hello");
  assert_reason (&answer, DHEERA_FINISH_REASON_LENGTH);
  g_assert_cmpint (dheera_usage_get_total_tokens (dheera_response_get_usage (answer_response (&answer))), ==, 5);
}

static void
test_failures (void)
{
  static const struct
  {
    const char *event;
    DheeraError code;
  } cases[] = {
    { "{\"error\":{\"message\":\"Slow down\",\"type\":\"rate_limit_error\"}}", DHEERA_ERROR_RATE_LIMIT },
    { "{\"text\":\"Hel\"}", DHEERA_ERROR_STREAM_INTERRUPTED },
    { "{\"text\":", DHEERA_ERROR_PROTOCOL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Answer) answer = { 0 };

      begin (&answer);
      answer_add_event (&answer, "message", cases[i].event);
      if (answer.decoded == DHEERA_DECODED_MORE)
        answer_end (&answer);
      g_assert_cmpint (answer.decoded, ==, DHEERA_DECODED_FAILED);
      g_assert_cmpint (dheera_error_details_get_code (answer.decoder->failure), ==, cases[i].code);
    }
}

static void
test_whole (void)
{
  static const char body[] = "{\"text\":\"Hello\",\"end\":\"stop\"}";
  g_auto (Answer) answer = { 0 };

  begin (&answer);
  g_assert_cmpint (example.decode_chat (answer.decoder, body, strlen (body)), ==, DHEERA_DECODED_END);
  assert_text (&answer, "Hello");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/protocol/request", test_request);
  g_test_add_func ("/protocol/stream", test_stream);
  g_test_add_func ("/protocol/failures", test_failures);
  g_test_add_func ("/protocol/whole", test_whole);

  return g_test_run ();
}
