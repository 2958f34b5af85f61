/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What goes out to OpenAI's endpoints beside chat, and to those of others: the paths, the bodies under each one's names, and what is refused */

#include "providers-util.h"

#include "dheera-ai/dheera-ai.h"
#include "dheera-ai/providers/dheera-sound-private.h"

typedef struct
{
  DheeraProvider *provider;
  DheeraEncoding encoding;
  DheeraHttpRequest *http;
  char *body; /* NUL as \0 */
  GError *error;
} Sent;

static void
sent_clear (Sent *sent)
{
  g_clear_pointer (&sent->encoding.warnings, g_ptr_array_unref);
  g_clear_object (&sent->provider);
  g_clear_pointer (&sent->http, dheera_http_request_free);
  g_clear_error (&sent->error);
  g_free (sent->body);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sent, sent_clear)

static void
send_with_policy (Sent              *sent,
                  const char        *provider,
                  DheeraTask         task,
                  gpointer           request,
                  DheeraParamPolicy  policy)
{
  const DheeraCodec *codec;

  sent->provider = dheera_provider_find_row (provider) != NULL ? dheera_provider_new (provider)
                                                               : dheera_provider_new_compatible (provider, "http://localhost/v1");
  sent->encoding.provider = sent->provider;
  sent->encoding.base_url = "https://api.example/v1";
  sent->encoding.model = "m";
  sent->encoding.policy = policy;
  sent->encoding.warnings = g_ptr_array_new_with_free_func (g_free);
  codec = dheera_protocol_get_codec (&dheera_openai_chat, task, sent->provider, &sent->error);
  g_assert_nonnull (codec);
  sent->http = codec->encode (&sent->encoding, request, &sent->error);
  if (sent->http != NULL)
    sent->body = g_strndup (g_bytes_get_data (sent->http->body, NULL), g_bytes_get_size (sent->http->body));
}

static void
send (Sent       *sent,
      const char *provider,
      DheeraTask  task,
      gpointer    request)
{
  send_with_policy (sent, provider, task, request, DHEERA_PARAM_POLICY_REJECT);
}

static void
assert_sent (Sent       *sent,
             const char *path,
             const char *body)
{
  g_autofree char *url = g_strconcat ("https://api.example/v1", path, NULL);

  g_assert_no_error (sent->error);
  g_assert_cmpstr (sent->http->url, ==, url);
  g_assert_cmpstr (sent->http->method, ==, "POST");
  g_assert_cmpint (sent->http->framing, ==, DHEERA_FRAMING_WHOLE);
  if (body != NULL)
    {
      g_assert_cmpstr (sent->http->content_type, ==, "application/json");
      g_assert_cmpstr (sent->body, ==, body);
    }
}

static void
assert_refused (Sent       *sent,
                int         code,
                const char *word)
{
  g_assert_error (sent->error, DHEERA_ERROR, code);
  g_assert_null (sent->http);
  g_assert_nonnull (strstr (sent->error->message, word));
  g_assert_nonnull (strstr (sent->error->message, dheera_provider_get_id (sent->provider)));
}

static DheeraEmbeddingRequest *
new_embedding (void)
{
  DheeraEmbeddingRequest *request = dheera_embedding_request_new_for_input (NULL, "a");

  dheera_embedding_request_add_input (request, "b");

  return request;
}

static void
test_embeddings (void)
{
  static const struct
  {
    const char *provider;
    const char *body;
  } plain[] = {
    { "openai", "{\"model\":\"m\",\"input\":[\"a\",\"b\"],\"encoding_format\":\"base64\",\"dimensions\":64}" },
    { "lab", "{\"model\":\"m\",\"input\":[\"a\",\"b\"],\"dimensions\":64}" },
    { "mistral", "{\"model\":\"m\",\"input\":[\"a\",\"b\"],\"output_dimension\":64}" },
    { "voyage", "{\"model\":\"m\",\"input\":[\"a\",\"b\"],\"encoding_format\":\"base64\",\"output_dimension\":64}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (plain); i++)
    {
      g_autoptr (DheeraEmbeddingRequest) request = new_embedding ();
      g_auto (Sent) sent = { 0 };

      dheera_embedding_request_set_dimensions (request, 64);
      send (&sent, plain[i].provider, DHEERA_TASK_EMBED, request);
      assert_sent (&sent, "/embeddings", plain[i].body);
    }
}

static void
test_input_types (void)
{
  static const struct
  {
    const char *provider;
    const char *type;
    const char *member;
  } cases[] = {
    { "voyage", "query", "\"input_type\":\"query\"" },
    { "voyage", "document", "\"input_type\":\"document\"" },
    { "nvidia", "document", "\"input_type\":\"passage\"" },
    { "jina", "query", "\"task\":\"retrieval.query\"" },
    { "jina", "text-matching", "\"task\":\"text-matching\"" },
    { "openai", "query", NULL },
    { "lab", "query", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (DheeraEmbeddingRequest) request = new_embedding ();
      g_auto (Sent) sent = { 0 };
      g_auto (Sent) dropped = { 0 };

      dheera_embedding_request_set_input_type (request, cases[i].type);
      send (&sent, cases[i].provider, DHEERA_TASK_EMBED, request);
      if (cases[i].member != NULL)
        {
          assert_sent (&sent, "/embeddings", NULL);
          g_assert_nonnull (strstr (sent.body, cases[i].member));
          continue;
        }
      assert_refused (&sent, DHEERA_ERROR_UNSUPPORTED_PARAMETER, "input_type");
      send_with_policy (&dropped, cases[i].provider, DHEERA_TASK_EMBED, request, DHEERA_PARAM_POLICY_DROP);
      assert_sent (&dropped, "/embeddings", NULL);
      g_assert_null (strstr (dropped.body, "input_type"));
      g_assert_cmpuint (dropped.encoding.warnings->len, ==, 1);
    }
}

/* What the request adds comes last. */
static void
test_extra (void)
{
  g_autoptr (DheeraEmbeddingRequest) request = new_embedding ();
  g_auto (Sent) sent = { 0 };

  dheera_base_request_set_extra (DHEERA_BASE_REQUEST (request), "{\"encoding_format\":\"float\",\"truncate\":true}");
  dheera_embedding_request_set_user (request, "u");
  send (&sent, "openai", DHEERA_TASK_EMBED, request);
  assert_sent (&sent, "/embeddings", "{\"model\":\"m\",\"input\":[\"a\",\"b\"],\"encoding_format\":\"float\",\"user\":\"u\",\"truncate\":true}");
}

static void
test_rerank (void)
{
  g_autoptr (DheeraRerankRequest) request = dheera_rerank_request_new_for_query (NULL, "q");
  g_auto (Sent) lab = { 0 };
  g_auto (Sent) voyage = { 0 };

  dheera_rerank_request_add_document (request, "one");
  dheera_rerank_request_add_document (request, "two");
  dheera_rerank_request_set_top_n (request, 1);
  dheera_rerank_request_set_return_documents (request, DHEERA_TRISTATE_NO);
  send (&lab, "lab", DHEERA_TASK_RERANK, request);
  assert_sent (&lab, "/rerank", "{\"model\":\"m\",\"query\":\"q\",\"documents\":[\"one\",\"two\"],\"top_n\":1,\"return_documents\":false}");
  send (&voyage, "voyage", DHEERA_TASK_RERANK, request);
  assert_sent (&voyage, "/rerank", "{\"model\":\"m\",\"query\":\"q\",\"documents\":[\"one\",\"two\"],\"top_k\":1,\"return_documents\":false}");
}

static void
test_moderation (void)
{
  g_autoptr (DheeraModerationRequest) request = dheera_moderation_request_new_for_text (NULL, "a");
  g_autoptr (GBytes) bytes = g_bytes_new_static ("foo", 3);
  g_autoptr (DheeraPart) picture = dheera_part_new_image (bytes, "image/png");
  g_autoptr (DheeraPart) link = dheera_part_new_image_uri ("https://example.com/a.png");
  g_auto (Sent) texts = { 0 };
  g_auto (Sent) pictures = { 0 };
  g_auto (Sent) refused = { 0 };

  send (&texts, "openai", DHEERA_TASK_MODERATE, request);
  assert_sent (&texts, "/moderations", "{\"model\":\"m\",\"input\":[\"a\"]}");
  dheera_moderation_request_add_image (request, picture);
  dheera_moderation_request_add_image (request, link);
  send (&pictures, "openai", DHEERA_TASK_MODERATE, request);
  assert_sent (&pictures, "/moderations",
               "{\"model\":\"m\",\"input\":[{\"type\":\"text\",\"text\":\"a\"},"
               "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,Zm9v\"}},"
               "{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://example.com/a.png\"}}]}");
  /* What is not looked at is not called harmless, whatever the policy. */
  send_with_policy (&refused, "mistral", DHEERA_TASK_MODERATE, request, DHEERA_PARAM_POLICY_DROP);
  assert_refused (&refused, DHEERA_ERROR_UNSUPPORTED_PARAMETER, "images");
}

static void
test_images (void)
{
  g_autoptr (DheeraImageRequest) request = dheera_image_request_new_for_prompt (NULL, "a cat");
  g_auto (Sent) openai = { 0 };
  g_auto (Sent) xai = { 0 };

  dheera_image_request_set_n (request, 2);
  dheera_image_request_set_size (request, "64x64");
  dheera_image_request_set_quality (request, "low");
  dheera_image_request_set_background (request, "opaque");
  dheera_image_request_set_output_format (request, "webp");
  dheera_image_request_set_user (request, "u");
  send (&openai, "openai", DHEERA_TASK_GENERATE_IMAGE, request);
  assert_sent (&openai, "/images/generations",
               "{\"model\":\"m\",\"prompt\":\"a cat\",\"n\":2,\"size\":\"64x64\",\"quality\":\"low\",\"background\":\"opaque\","
               "\"output_format\":\"webp\",\"user\":\"u\"}");
  send (&xai, "xai", DHEERA_TASK_GENERATE_IMAGE, request);
  assert_refused (&xai, DHEERA_ERROR_UNSUPPORTED_PARAMETER, "size");
}

static void
assert_field (Sent       *sent,
              const char *name,
              const char *value)
{
  g_autofree char *part = g_strdup_printf ("\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n--", name, value);

  g_assert_nonnull (strstr (sent->body, part));
}

static void
test_image_edits (void)
{
  g_autoptr (DheeraImageRequest) request = dheera_image_request_new_for_prompt (NULL, "a cat");
  g_autoptr (GBytes) bytes = g_bytes_new_static ("\377\330\377", 3);
  g_autoptr (DheeraPart) picture = dheera_part_new_image (bytes, "image/png");
  g_autoptr (DheeraPart) link = dheera_part_new_image_uri ("https://example.com/a.png");
  g_auto (Sent) one = { 0 };
  g_auto (Sent) two = { 0 };
  g_auto (Sent) linked = { 0 };
  g_auto (Sent) nowhere = { 0 };

  dheera_image_request_add_image (request, picture);
  dheera_image_request_set_n (request, 2);
  dheera_base_request_set_extra (DHEERA_BASE_REQUEST (request), "{\"a\":{\"b\":[true,\"x\"]},\"none\":null}");
  send (&one, "openai", DHEERA_TASK_GENERATE_IMAGE, request);
  assert_sent (&one, "/images/edits", NULL);
  g_assert_true (g_str_has_prefix (one.http->content_type, "multipart/form-data; boundary="));
  assert_field (&one, "model", "m");
  assert_field (&one, "prompt", "a cat");
  assert_field (&one, "n", "2");
  assert_field (&one, "a[b][]", "true");
  assert_field (&one, "a[b][]", "x");
  g_assert_nonnull (strstr (one.body, "name=\"image\"; filename=\"image0.png\"\r\nContent-Type: image/png\r\n\r\n\377\330\377\r\n"));

  dheera_image_request_add_image (request, picture);
  dheera_image_request_set_mask (request, picture);
  send (&two, "openai", DHEERA_TASK_GENERATE_IMAGE, request);
  assert_sent (&two, "/images/edits", NULL);
  g_assert_nonnull (strstr (two.body, "name=\"image[]\"; filename=\"image1.png\""));
  g_assert_nonnull (strstr (two.body, "name=\"mask\"; filename=\"mask.png\""));

  send (&nowhere, "xai", DHEERA_TASK_GENERATE_IMAGE, request);
  assert_refused (&nowhere, DHEERA_ERROR_NOT_SUPPORTED, "pictures");
  dheera_image_request_add_image (request, link);
  send (&linked, "openai", DHEERA_TASK_GENERATE_IMAGE, request);
  g_assert_error (linked.error, DHEERA_ERROR, DHEERA_ERROR_UNSUPPORTED_PARAMETER);
}

static void
test_transcription (void)
{
  g_autoptr (GBytes) sound = g_bytes_new_static ("ID3\004", 4);
  g_autoptr (DheeraTranscriptionRequest) request = dheera_transcription_request_new_for_audio (NULL, sound, NULL);
  g_auto (Sent) plain = { 0 };
  g_auto (Sent) full = { 0 };
  g_auto (Sent) mistral = { 0 };
  g_auto (Sent) spoken = { 0 };
  g_auto (Sent) words = { 0 };
  g_auto (Sent) translated = { 0 };
  g_auto (Sent) untranslated = { 0 };

  send (&plain, "openai", DHEERA_TASK_TRANSCRIBE, request);
  assert_sent (&plain, "/audio/transcriptions", NULL);
  g_assert_nonnull (strstr (plain.body, "name=\"file\"; filename=\"recording.mp3\"\r\nContent-Type: audio/mpeg\r\n\r\nID3\004\r\n"));
  assert_field (&plain, "model", "m");
  g_assert_null (strstr (plain.body, "response_format"));
  g_assert_cmpuint (plain.http->decode_flags, ==, 0);

  dheera_transcription_request_set_timestamps (request, DHEERA_TIMESTAMPS_SEGMENTS | DHEERA_TIMESTAMPS_WORDS);
  dheera_transcription_request_set_language (request, "en");
  dheera_transcription_request_set_temperature (request, 0.5);
  send (&mistral, "mistral", DHEERA_TASK_TRANSCRIBE, request);
  assert_sent (&mistral, "/audio/transcriptions", NULL);
  g_assert_null (strstr (mistral.body, "response_format"));
  assert_field (&mistral, "timestamp_granularities[]", "segment");

  dheera_transcription_request_set_prompt (request, "names");
  dheera_transcription_request_set_filename (request, "/tmp/my talk.ogg");
  send (&full, "groq", DHEERA_TASK_TRANSCRIBE, request);
  assert_sent (&full, "/audio/transcriptions", NULL);
  assert_field (&full, "language", "en");
  assert_field (&full, "prompt", "names");
  assert_field (&full, "temperature", "0.5");
  assert_field (&full, "response_format", "verbose_json");
  assert_field (&full, "timestamp_granularities[]", "segment");
  assert_field (&full, "timestamp_granularities[]", "word");
  g_assert_nonnull (strstr (full.body, "filename=\"my talk.ogg\""));

  dheera_transcription_request_set_translate (request, TRUE);
  dheera_transcription_request_set_format (request, "srt");
  send (&spoken, "openai", DHEERA_TASK_TRANSCRIBE, request);
  assert_refused (&spoken, DHEERA_ERROR_UNSUPPORTED_PARAMETER, "language");
  dheera_transcription_request_set_language (request, NULL);
  send (&words, "openai", DHEERA_TASK_TRANSCRIBE, request);
  assert_refused (&words, DHEERA_ERROR_UNSUPPORTED_PARAMETER, "timestamps");
  dheera_transcription_request_set_timestamps (request, DHEERA_TIMESTAMPS_SEGMENTS);
  send (&translated, "openai", DHEERA_TASK_TRANSCRIBE, request);
  assert_sent (&translated, "/audio/translations", NULL);
  assert_field (&translated, "response_format", "srt");
  g_assert_null (strstr (translated.body, "timestamp_granularities"));
  g_assert_cmpuint (translated.http->decode_flags, !=, 0);
  send (&untranslated, "mistral", DHEERA_TASK_TRANSCRIBE, request);
  assert_refused (&untranslated, DHEERA_ERROR_NOT_SUPPORTED, "English");
}

static void
test_speech (void)
{
  g_autoptr (DheeraSpeechRequest) request = dheera_speech_request_new_for_input (NULL, "hello", "alloy");
  g_auto (Sent) plain = { 0 };
  g_auto (Sent) full = { 0 };
  g_auto (Sent) mistral = { 0 };

  send (&plain, "lab", DHEERA_TASK_SPEAK, request);
  assert_sent (&plain, "/audio/speech", "{\"model\":\"m\",\"input\":\"hello\",\"voice\":\"alloy\"}");
  send (&mistral, "mistral", DHEERA_TASK_SPEAK, request);
  assert_sent (&mistral, "/audio/speech", "{\"model\":\"m\",\"input\":\"hello\",\"voice_id\":\"alloy\"}");
  dheera_speech_request_set_format (request, "flac");
  dheera_speech_request_set_speed (request, 1.5);
  dheera_speech_request_set_instructions (request, "slowly");
  send (&full, "openai", DHEERA_TASK_SPEAK, request);
  assert_sent (&full, "/audio/speech",
               "{\"model\":\"m\",\"input\":\"hello\",\"voice\":\"alloy\",\"response_format\":\"flac\",\"speed\":1.5,\"instructions\":\"slowly\"}");
}

static void
test_not_supported (void)
{
  g_autoptr (DheeraEmbeddingRequest) embedding = new_embedding ();
  g_autoptr (DheeraRequest) chat = dheera_request_new_for_prompt (NULL, "Hi");
  g_auto (Sent) deepseek = { 0 };
  g_auto (Sent) voyage = { 0 };

  send (&deepseek, "deepseek", DHEERA_TASK_EMBED, embedding);
  assert_refused (&deepseek, DHEERA_ERROR_NOT_SUPPORTED, "embeddings");
  send (&voyage, "voyage", DHEERA_TASK_EMBED, embedding);
  g_clear_pointer (&voyage.http, dheera_http_request_free);
  voyage.http = dheera_openai_chat.encode_chat (&voyage.encoding, chat, &voyage.error);
  assert_refused (&voyage, DHEERA_ERROR_NOT_SUPPORTED, "chats");
}

static void
test_sound (void)
{
  static const struct
  {
    const char *data;
    gsize size;
    const char *type;
    const char *ending;
  } sounds[] = {
    { "RIFF\0\0\0\0WAVEfmt ", 16, "audio/wav", "wav" },    { "ID3\004", 4, "audio/mpeg", "mp3" },
    { "\377\373\220", 3, "audio/mpeg", "mp3" },            { "\377\361\120", 3, "audio/aac", "aac" },
    { "fLaC", 4, "audio/flac", "flac" },                   { "OggS", 4, "audio/ogg", "ogg" },
    { "\0\0\0\034ftypM4A ", 12, "audio/mp4", "m4a" },      { "\032\105\337\243", 4, "audio/webm", "webm" },
    { "hello", 5, NULL, NULL },                            { "", 0, NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (sounds); i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new_static (sounds[i].data, sounds[i].size);
      const char *type = dheera_sound_find_mime_type (bytes);

      g_assert_cmpstr (type, ==, sounds[i].type);
      if (type != NULL)
        g_assert_cmpstr (dheera_sound_find_ending (type), ==, sounds[i].ending);
    }
  g_assert_null (dheera_sound_find_ending ("audio/whatever"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/endpoints-encode/embeddings", test_embeddings);
  g_test_add_func ("/endpoints-encode/input-types", test_input_types);
  g_test_add_func ("/endpoints-encode/extra", test_extra);
  g_test_add_func ("/endpoints-encode/rerank", test_rerank);
  g_test_add_func ("/endpoints-encode/moderation", test_moderation);
  g_test_add_func ("/endpoints-encode/images", test_images);
  g_test_add_func ("/endpoints-encode/image-edits", test_image_edits);
  g_test_add_func ("/endpoints-encode/transcription", test_transcription);
  g_test_add_func ("/endpoints-encode/speech", test_speech);
  g_test_add_func ("/endpoints-encode/not-supported", test_not_supported);
  g_test_add_func ("/endpoints-encode/sound", test_sound);

  return g_test_run ();
}
