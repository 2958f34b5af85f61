/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is sent, held against OpenAI's own description of its API by a server that others wrote. It says in the headers of its answers what is wrong with a
 * request, and answers with the description's examples, which have to be understood. */

#include <string.h>

#include "dheera-ai/dheera-ai.h"

#define IMAGE "\"data:image/png;base64,iVBORw0KGgo=\""
#define USER "{\"role\":\"user\",\"content\":\"Hi\"}"
#define ANSWER(rest) "{\"role\":\"assistant\",\"content\":\"I look.\"," rest "}"
#define CALLS "\"tool_calls\":[{\"id\":\"call_1\",\"type\":\"function\",\"function\":{\"name\":\"weather\",\"arguments\":\"{}\"}}]"
#define RESULT "{\"role\":\"tool\",\"tool_call_id\":\"call_1\",\"content\":\"sunny\"}"
#define BLOCK(block) "{\"family\":\"openai-responses\",\"block\":" block "}"

enum
{
  CHAT = 1 << 0,
  RESPONSES = 1 << 1,
  BOTH = CHAT | RESPONSES,
};

/* Requests as an application may have them, as OpenAI's chat JSON without the model */
static const struct
{
  const char *name;
  int whom;
  const char *json;
} requests[] = {
  { "plain", BOTH, "{\"messages\":[" USER "]}" },
  { "roles", BOTH, "{\"messages\":[{\"role\":\"system\",\"content\":\"a\"},{\"role\":\"developer\",\"content\":\"b\"}," USER
                   ",{\"role\":\"assistant\",\"content\":\"c\"}," USER ",{\"role\":\"system\",\"content\":\"d\"}]}" },
  { "images", BOTH, "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"image_url\",\"image_url\":{\"url\":" IMAGE "}},"
                    "{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://x.example/a.png\",\"detail\":\"high\"}}]}]}" },
  { "files", BOTH, "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"file\",\"file\":{\"file_id\":\"file_1\"}},"
                   "{\"type\":\"file\",\"file\":{\"filename\":\"a.pdf\",\"file_data\":\"data:application/pdf;base64,aGVsbG8=\"}}]}]}" },
  { "file-url", RESPONSES, "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"file_url\",\"file_url\":{\"url\":\"https://x.example/a.pdf\"}}]}]}" },
  { "audio", CHAT, "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"aGVsbG8=\",\"format\":\"wav\"}}]}]}" },
  { "calls", BOTH, "{\"messages\":[" USER "," ANSWER (CALLS) "," RESULT "]}" },
  { "calls-alone", BOTH, "{\"messages\":[" USER ",{\"role\":\"assistant\",\"content\":null," CALLS "}," RESULT "]}" },
  { "picture-as-result", RESPONSES, "{\"messages\":[" USER "," ANSWER (CALLS) ",{\"role\":\"tool\",\"tool_call_id\":\"call_1\",\"content\":["
                                    "{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"image_url\",\"image_url\":{\"url\":" IMAGE "}}]}]}" },
  { "refusal", BOTH, "{\"messages\":[" USER ",{\"role\":\"assistant\",\"content\":null,\"refusal\":\"No.\"}," USER "]}" },
  { "tools", BOTH, "{\"messages\":[" USER "],\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"a\",\"description\":\"b\",\"strict\":true,"
                   "\"parameters\":{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}}},{\"type\":\"function\",\"function\":{\"name\":\"c\"}}],"
                   "\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"a\"}},\"parallel_tool_calls\":false}" },
  { "choice", BOTH, "{\"messages\":[" USER "],\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"c\"}}],\"tool_choice\":\"required\"}" },
  { "tools-of-server", RESPONSES, "{\"messages\":[" USER "],\"tools\":[{\"type\":\"web_search\"},{\"type\":\"function\",\"function\":{\"name\":\"c\",\"parameters\":{}}}]}" },
  { "json", BOTH, "{\"messages\":[" USER "],\"response_format\":{\"type\":\"json_object\"}}" },
  { "schema", BOTH, "{\"messages\":[" USER "],\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\",\"description\":\"d\",\"strict\":true,"
                    "\"schema\":{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}}}}" },
  { "sampling", BOTH, "{\"messages\":[" USER "],\"temperature\":0.5,\"top_p\":0.25,\"max_tokens\":100,\"logprobs\":true,\"top_logprobs\":2}" },
  { "more-sampling", CHAT, "{\"messages\":[" USER "],\"stop\":[\"a\",\"b\"],\"seed\":7,\"n\":2,\"presence_penalty\":0.5,\"frequency_penalty\":-0.5}" },
  { "reasoning", BOTH, "{\"messages\":[" USER "],\"reasoning_effort\":\"high\"}" },
  { "account", BOTH, "{\"messages\":[" USER "],\"user\":\"u\",\"metadata\":{\"a\":\"b\"},\"service_tier\":\"flex\"}" },
  { "extra", RESPONSES, "{\"messages\":[" USER "],\"text\":{\"verbosity\":\"low\"},\"truncation\":\"auto\",\"store\":true}" },
  { "replay", RESPONSES, "{\"messages\":[" USER "," ANSWER (CALLS ",\"provider_blocks\":["
                         BLOCK ("{\"type\":\"reasoning\",\"id\":\"rs_1\",\"summary\":[],\"encrypted_content\":\"e\"}") ","
                         BLOCK ("{\"type\":\"message\",\"phase\":\"commentary\"}") ","
                         BLOCK ("{\"type\":\"function_call\",\"call_id\":\"call_1\",\"namespace\":\"n\"}") "]") "," RESULT "]}" },
  { "replay-custom", RESPONSES, "{\"messages\":[" USER "," ANSWER (CALLS ",\"provider_blocks\":["
                                BLOCK ("{\"type\":\"custom_tool_call\",\"call_id\":\"call_1\"}") "]") "," RESULT "]}" },
};

/* What the server complained of in this request; owned by the test. */
static GString *complaints;
static guint n_answers;

/* What matches two forms of the same thing, which the description has, is no fault of a request. */
static gboolean
is_complaint (const char *text)
{
  return text != NULL && !g_str_has_suffix (text, "structurally match, ambiguous");
}

static void
got_headers_cb (SoupMessage *message)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);
  const char *count = soup_message_headers_get_one (headers, "x-steady-error-count");
  guint n = count != NULL ? (guint) g_ascii_strtoull (count, NULL, 10) : 0;

  g_assert_nonnull (soup_message_headers_get_one (headers, "x-steady-request-valid"));
  n_answers++;
  for (guint i = 1; i <= n; i++)
    {
      g_autofree char *path = g_strdup_printf ("x-steady-error-%u-path", i);
      g_autofree char *name = g_strdup_printf ("x-steady-error-%u-message", i);
      const char *text = soup_message_headers_get_one (headers, name);

      if (is_complaint (text))
        g_string_append_printf (complaints, "%s: %s; ", soup_message_headers_get_one (headers, path), text);
    }
}

static void
request_queued_cb (SoupSession *session,
                   SoupMessage *message)
{
  g_signal_connect (message, "got-headers", G_CALLBACK (got_headers_cb), NULL);
}

static DheeraClient *
make_client (const char *provider_id)
{
  g_autoptr(SoupSession) session = soup_session_new ();
  g_autoptr(DheeraProvider) provider = dheera_provider_new (provider_id);
  DheeraClient *client;

  g_signal_connect (session, "request-queued", G_CALLBACK (request_queued_cb), NULL);
  client = dheera_client_new_with_session (session);
  dheera_provider_set_base_url (provider, g_getenv ("DHEERA_OPENAPI_URL"));
  dheera_provider_set_api_key (provider, "key");
  dheera_client_add_provider (client, provider);

  return client;
}

static DheeraRequest *
make_request (const char *json,
              const char *provider)
{
  g_autofree char *model = g_strdup_printf ("%s/gpt-5", provider);
  g_autoptr(GError) error = NULL;
  DheeraRequest *request = dheera_request_new_from_json (json, &error);

  g_assert_no_error (error);
  dheera_base_request_set_model (DHEERA_BASE_REQUEST (request), model);

  return request;
}

static void
check_requests (const char *provider,
                int         whom)
{
  g_autoptr(DheeraClient) client = make_client (provider);

  complaints = g_string_new (NULL);
  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      g_autoptr(DheeraRequest) request = NULL;
      g_autoptr(DheeraResponse) response = NULL;
      g_autoptr(GError) error = NULL;

      if (!(requests[i].whom & whom))
        continue;

      request = make_request (requests[i].json, provider);
      g_string_truncate (complaints, 0);
      response = dheera_client_complete (client, request, NULL, &error);
      if (complaints->len > 0)
        g_test_fail_printf ("%s: %s", requests[i].name, complaints->str);
      g_assert_no_error (error);
      g_assert_cmpint (dheera_response_get_finish_reason (response), !=, DHEERA_FINISH_REASON_NONE);
    }
  g_string_free (complaints, TRUE);
}

/* Without this one, silence would prove nothing. */
static void
test_complaint (void)
{
  g_autoptr(DheeraClient) client = make_client ("openai-responses");
  g_autoptr(DheeraRequest) request = make_request ("{\"messages\":[" USER "],\"text\":{\"verbosity\":7}}", "openai-responses");
  g_autoptr(DheeraResponse) response = NULL;

  complaints = g_string_new (NULL);
  response = dheera_client_complete (client, request, NULL, NULL);
  g_assert_nonnull (strstr (complaints->str, "verbosity"));
  g_string_free (complaints, TRUE);
}

static void
test_chat (void)
{
  check_requests ("openai", CHAT);
}

static void
test_responses (void)
{
  check_requests ("openai-responses", RESPONSES);
}

/* Its examples do not know how many texts there were, so what is said of the answer does not matter. */
static void
test_embed (void)
{
  g_autoptr(DheeraClient) client = make_client ("openai");
  g_autoptr(DheeraEmbeddingRequest) request = dheera_embedding_request_new_for_input ("openai/text-embedding-3-small", "One");
  g_autoptr(DheeraEmbeddingResponse) response = NULL;

  complaints = g_string_new (NULL);
  n_answers = 0;
  dheera_embedding_request_add_input (request, "Two");
  dheera_embedding_request_set_dimensions (request, 64);
  response = dheera_client_embed (client, request, NULL, NULL);
  g_assert_cmpuint (n_answers, ==, 1);
  g_assert_cmpstr (complaints->str, ==, "");
  g_string_free (complaints, TRUE);
}

static void
test_moderate (void)
{
  g_autoptr(DheeraClient) client = make_client ("openai");
  g_autoptr(DheeraModerationRequest) request = dheera_moderation_request_new_for_text ("openai/omni-moderation-latest", "One");
  g_autoptr(DheeraModerationResponse) response = NULL;

  complaints = g_string_new (NULL);
  n_answers = 0;
  response = dheera_client_moderate (client, request, NULL, NULL);
  g_assert_cmpuint (n_answers, ==, 1);
  g_assert_cmpstr (complaints->str, ==, "");
  g_string_free (complaints, TRUE);
}

static DheeraPart *
new_picture (void)
{
  g_autoptr(GBytes) bytes = g_bytes_new_static ("\211PNG\r\n\032\n", 8);

  return dheera_part_new_image (bytes, "image/png");
}

static void
test_images (void)
{
  g_autoptr(DheeraClient) client = make_client ("openai");
  g_autoptr(DheeraImageRequest) request = dheera_image_request_new_for_prompt ("openai/gpt-image-1", "A cat");
  g_autoptr(DheeraPart) picture = new_picture ();

  complaints = g_string_new (NULL);
  n_answers = 0;
  dheera_image_request_set_n (request, 2);
  dheera_image_request_set_size (request, "1024x1024");
  dheera_image_request_set_quality (request, "low");
  dheera_image_request_set_background (request, "opaque");
  dheera_image_request_set_output_format (request, "webp");
  dheera_image_request_set_user (request, "u");
  /* As JSON, then as a form. Of several pictures, which go as image[], the description does not know the name. */
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr(DheeraImageResponse) response = dheera_client_generate_image (client, request, NULL, NULL);

      if (complaints->len > 0)
        g_test_fail_printf ("%u pictures: %s", i, complaints->str);
      g_string_truncate (complaints, 0);
      dheera_image_request_add_image (request, picture);
      dheera_image_request_set_mask (request, picture);
    }
  g_assert_cmpuint (n_answers, ==, 2);
  g_string_free (complaints, TRUE);
}

/* Without times: the server does not know timestamp_granularities[], which the description has, by this name. */
static void
test_transcribe (void)
{
  g_autoptr(DheeraClient) client = make_client ("openai");
  g_autoptr(GBytes) sound = g_bytes_new_static ("RIFF\0\0\0\0WAVE", 12);
  g_autoptr(DheeraTranscriptionRequest) request = dheera_transcription_request_new_for_audio ("openai/whisper-1", sound, NULL);

  complaints = g_string_new (NULL);
  n_answers = 0;
  dheera_transcription_request_set_prompt (request, "Names");
  dheera_transcription_request_set_temperature (request, 0.5);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr(DheeraTranscriptionResponse) response = NULL;

      dheera_transcription_request_set_translate (request, i > 0);
      dheera_transcription_request_set_language (request, i > 0 ? NULL : "en");
      response = dheera_client_transcribe (client, request, NULL, NULL);
    }
  g_assert_cmpuint (n_answers, ==, 2);
  g_assert_cmpstr (complaints->str, ==, "");
  g_string_free (complaints, TRUE);
}

static void
test_speak (void)
{
  g_autoptr(DheeraClient) client = make_client ("openai");
  g_autoptr(DheeraSpeechRequest) request = dheera_speech_request_new_for_input ("openai/gpt-4o-mini-tts", "Hello", "alloy");
  g_autoptr(DheeraSpeechResponse) response = NULL;

  complaints = g_string_new (NULL);
  n_answers = 0;
  dheera_speech_request_set_format (request, "flac");
  dheera_speech_request_set_speed (request, 1.5);
  dheera_speech_request_set_instructions (request, "Slowly");
  response = dheera_client_speak (client, request, NULL, NULL);
  g_assert_cmpuint (n_answers, ==, 1);
  g_assert_cmpstr (complaints->str, ==, "");
  g_string_free (complaints, TRUE);
}

static void
test_count_tokens (void)
{
  g_autoptr(DheeraClient) client = make_client ("openai-responses");
  g_autoptr(GError) error = NULL;

  complaints = g_string_new (NULL);
  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      g_autoptr(DheeraRequest) request = NULL;
      g_autoptr(DheeraUsage) usage = NULL;

      if (!(requests[i].whom & RESPONSES))
        continue;

      request = make_request (requests[i].json, "openai-responses");
      usage = dheera_client_count_tokens (client, request, NULL, &error);
      g_assert_cmpstr (complaints->str, ==, "");
      g_assert_no_error (error);
      g_assert_cmpint (dheera_usage_get_prompt_tokens (usage), >, 0);
    }
  g_string_free (complaints, TRUE);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/openapi/complaint", test_complaint);
  g_test_add_func ("/openapi/chat", test_chat);
  g_test_add_func ("/openapi/responses", test_responses);
  g_test_add_func ("/openapi/count-tokens", test_count_tokens);
  g_test_add_func ("/openapi/embed", test_embed);
  g_test_add_func ("/openapi/moderate", test_moderate);
  g_test_add_func ("/openapi/images", test_images);
  g_test_add_func ("/openapi/transcribe", test_transcribe);
  g_test_add_func ("/openapi/speak", test_speak);

  return g_test_run ();
}
