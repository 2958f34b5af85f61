/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What comes back from OpenAI's endpoints beside chat, and what of it is believed */

#include "providers-util.h"

#include "dheera-ai/dheera-ai.h"

#define WANTS_TEXT 1u

static gpointer
decode_bytes (Answer     *answer,
              DheeraTask  task,
              guint       n,
              const char *body,
              gsize       length)
{
  answer_begin (answer, "openai");
  answer->decoder->n_choices = n;

  return answer->decoder->protocol->tasks[task].decode (answer->decoder, body, length);
}

static gpointer
decode (Answer     *answer,
        DheeraTask  task,
        guint       n,
        const char *body)
{
  return decode_bytes (answer, task, n, body, strlen (body));
}

/* What has to come out, as OpenAI would write it */
static void
assert_decoded (DheeraTask  task,
                guint       n,
                const char *body,
                const char *expected)
{
  g_auto (Answer) answer = { 0 };
  g_autoptr (DheeraBaseResponse) response = decode (&answer, task, n, body);
  g_autofree char *json = NULL;

  if (response == NULL)
    g_error ("%s: %s", body, dheera_error_details_get_message (answer.decoder->failure));
  json = dheera_base_response_to_json (response);
  g_assert_cmpstr (json, ==, expected);
  g_assert_cmpstr (dheera_base_response_get_provider (response), ==, "openai");
}

static void
assert_wrong (DheeraTask         task,
              guint              n,
              const char *const *bodies)
{
  for (; *bodies != NULL; bodies++)
    {
      g_auto (Answer) answer = { 0 };

      g_test_message ("%s", *bodies);
      g_assert_null (decode (&answer, task, n, *bodies));
      g_assert_nonnull (answer.decoder->failure);
      g_assert_cmpint (dheera_error_details_get_code (answer.decoder->failure), ==, DHEERA_ERROR_PROTOCOL);
    }
}

static void
assert_fails (DheeraTask   task,
              const char  *body,
              DheeraError  code,
              const char  *message)
{
  g_auto (Answer) answer = { 0 };

  g_test_message ("%s", body);
  g_assert_null (decode (&answer, task, 1, body));
  g_assert_nonnull (answer.decoder->failure);
  g_assert_cmpint (dheera_error_details_get_code (answer.decoder->failure), ==, code);
  if (message != NULL)
    g_assert_cmpstr (dheera_error_details_get_message (answer.decoder->failure), ==, message);
}

/* An error inside a success is the error that it says it is, for every task that is answered in JSON. */
static void
test_errors (void)
{
  static const DheeraTask tasks[] = {
    DHEERA_TASK_EMBED, DHEERA_TASK_RERANK, DHEERA_TASK_MODERATE, DHEERA_TASK_GENERATE_IMAGE, DHEERA_TASK_TRANSCRIBE,
  };
  static const char *const wrong[] = { "", "{]", "[]", "null", "\"text\"", "{}", "<html>", NULL };
  const char *error = "{\"error\":{\"message\":\"The model does not exist\",\"code\":\"model_not_found\"}}";

  for (guint i = 0; i < G_N_ELEMENTS (tasks); i++)
    {
      g_auto (Answer) answer = { 0 };

      g_assert_null (decode (&answer, tasks[i], 1, error));
      g_assert_cmpint (dheera_error_details_get_code (answer.decoder->failure), ==, DHEERA_ERROR_NOT_FOUND);
      assert_wrong (tasks[i], 1, wrong);
      assert_fails (tasks[i], "[{\"error\":{\"message\":\"m\",\"code\":429}}]", DHEERA_ERROR_RATE_LIMIT, "m");
      assert_fails (tasks[i], "{\"code\":401,\"message\":\"Invalid token\",\"data\":null}", DHEERA_ERROR_AUTHENTICATION, "Invalid token");
      assert_fails (tasks[i], "{\"detail\":\"Not there\"}", DHEERA_ERROR_STREAM_ERROR, "Not there");
      assert_fails (tasks[i], "{\"data\":[{", DHEERA_ERROR_STREAM_INTERRUPTED, NULL);
    }
}

static void
test_embeddings (void)
{
  static const char *const wrong[] = {
    "{\"data\":[]}", "{\"data\":{}}", "{\"data\":[{\"embedding\":[1]},{\"embedding\":[1]}]}", "{\"data\":[{\"embedding\":\"x\"}]}",
    "{\"data\":[7]}", "{\"data\":[{\"index\":1,\"embedding\":[1]}]}", NULL,
  };

  assert_decoded (DHEERA_TASK_EMBED, 2,
                  "{\"object\":\"list\",\"data\":[{\"index\":1,\"embedding\":[3,4]},{\"index\":0,\"embedding\":[1,2]}],\"model\":\"e\","
                  "\"usage\":{\"prompt_tokens\":2,\"total_tokens\":2}}",
                  "{\"object\":\"list\",\"data\":[{\"object\":\"embedding\",\"index\":0,\"embedding\":[1,2]},"
                  "{\"object\":\"embedding\",\"index\":1,\"embedding\":[3,4]}],\"model\":\"e\",\"usage\":{\"prompt_tokens\":2,\"total_tokens\":2}}");
  /* Nothing but a sum, no index, base64 */
  assert_decoded (DHEERA_TASK_EMBED, 1, "{\"data\":[{\"embedding\":\"AACAPwAAIMA=\"}],\"model\":\"v\",\"usage\":{\"total_tokens\":3}}",
                  "{\"object\":\"list\",\"data\":[{\"object\":\"embedding\",\"index\":0,\"embedding\":[1,-2.5]}],\"model\":\"v\","
                  "\"usage\":{\"prompt_tokens\":3,\"total_tokens\":3}}");
  assert_decoded (DHEERA_TASK_EMBED, 1, "{\"data\":[{\"embedding\":[1]}],\"usage\":{}}",
                  "{\"object\":\"list\",\"data\":[{\"object\":\"embedding\",\"index\":0,\"embedding\":[1]}],\"model\":\"\"}");
  assert_wrong (DHEERA_TASK_EMBED, 1, wrong);
}

/* As TEI, llama.cpp and Ollama have them without OpenAI's clothes */
static void
test_bare_embeddings (void)
{
  static const char *const bodies[] = {
    "[[1,2],[3,4]]", "{\"embeddings\":[[1,2],[3,4]]}", "[{\"index\":1,\"embedding\":[[3,4]]},{\"index\":0,\"embedding\":[[1,2]]}]",
    "{\"data\":[{\"index\":0,\"embedding\":[[1,2]]},{\"index\":1,\"embedding\":[[3,4]]}]}",
  };
  static const char *const wrong[] = {
    "[[1,[2]]]", "[[[1],[2]]]", "[7]", "[[]]", "[[[]]]", "[[[[1]]]]", "[[null]]", "[[NaN]]", "[[1e999]]", "{\"embeddings\":[[1],[2]]}",
    "{\"embeddings\":{}}", NULL,
  };

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    assert_decoded (DHEERA_TASK_EMBED, 2, bodies[i],
                    "{\"object\":\"list\",\"data\":[{\"object\":\"embedding\",\"index\":0,\"embedding\":[1,2]},"
                    "{\"object\":\"embedding\",\"index\":1,\"embedding\":[3,4]}],\"model\":\"\"}");
  assert_wrong (DHEERA_TASK_EMBED, 1, wrong);
}

static void
test_rerank (void)
{
  static const char *const wrong[] = {
    "{\"results\":{}}", "{\"results\":[{\"index\":0}]}", "{\"results\":[{\"index\":0,\"score\":null}]}", "{\"results\":[{\"score\":1}]}",
    "{\"results\":[{\"index\":3,\"score\":1}]}", "{\"results\":[{\"index\":-1,\"score\":1}]}",
    "{\"results\":[{\"index\":1,\"score\":1},{\"index\":1,\"score\":2}]}", "{\"results\":[1]}", NULL,
  };

  assert_decoded (DHEERA_TASK_RERANK, 3,
                  "{\"id\":\"r\",\"model\":\"m\",\"results\":[{\"index\":2,\"relevance_score\":0.5},{\"index\":0,\"relevance_score\":0.75,"
                  "\"document\":{\"text\":\"t\"}}],\"usage\":{\"total_tokens\":3}}",
                  "{\"id\":\"r\",\"model\":\"m\",\"results\":[{\"index\":0,\"relevance_score\":0.75,\"document\":{\"text\":\"t\"}},"
                  "{\"index\":2,\"relevance_score\":0.5}],\"usage\":{\"prompt_tokens\":3,\"total_tokens\":3}}");
  assert_decoded (DHEERA_TASK_RERANK, 0, "{\"data\":[{\"index\":7,\"score\":-4.5,\"document\":\"t\"}]}",
                  "{\"model\":\"\",\"results\":[{\"index\":7,\"relevance_score\":-4.5,\"document\":{\"text\":\"t\"}}]}");
  assert_decoded (DHEERA_TASK_RERANK, 2, "[{\"index\":1,\"score\":0.25,\"text\":\"t\"},{\"index\":0,\"score\":0.5}]",
                  "{\"model\":\"\",\"results\":[{\"index\":0,\"relevance_score\":0.5},{\"index\":1,\"relevance_score\":0.25,\"document\":{\"text\":\"t\"}}]}");
  assert_decoded (DHEERA_TASK_RERANK, 3, "{\"results\":[]}", "{\"model\":\"\",\"results\":[]}");
  assert_wrong (DHEERA_TASK_RERANK, 3, wrong);
}

static void
test_moderation (void)
{
  static const char *const wrong[] = {
    "{\"results\":[]}", "{\"results\":{\"flagged\":false}}", "{\"results\":[{}]}", "{\"results\":[{\"flagged\":null}]}",
    "{\"results\":[{\"flagged\":false},{\"flagged\":false}]}", NULL,
  };

  assert_decoded (DHEERA_TASK_MODERATE, 1,
                  "{\"id\":\"modr-1\",\"model\":\"o\",\"results\":[{\"flagged\":true,\"categories\":{\"hate\":true,\"illicit\":null},"
                  "\"category_scores\":{\"hate\":0.5,\"illicit\":0.25}}]}",
                  "{\"id\":\"modr-1\",\"model\":\"o\",\"results\":[{\"flagged\":true,\"categories\":{\"hate\":true,\"illicit\":false},"
                  "\"category_scores\":{\"hate\":0.5,\"illicit\":0.25}}]}");
  /* Mistral: the categories are all that is said. */
  assert_decoded (DHEERA_TASK_MODERATE, 2, "{\"results\":[{\"categories\":{\"pii\":false,\"law\":true}},{\"categories\":{\"pii\":false}}]}",
                  "{\"model\":\"\",\"results\":[{\"flagged\":true,\"categories\":{\"pii\":false,\"law\":true},\"category_scores\":{}},"
                  "{\"flagged\":false,\"categories\":{\"pii\":false},\"category_scores\":{}}]}");
  assert_wrong (DHEERA_TASK_MODERATE, 1, wrong);
}

/* As many categories as a body can hold are not looked up one among the others. */
static void
test_many_categories (void)
{
  g_autoptr (GString) body = g_string_new ("{\"results\":[{\"flagged\":true,\"categories\":{\"c\":true");
  g_auto (Answer) answer = { 0 };
  g_autoptr (DheeraModerationResponse) response = NULL;
  g_autoptr (DheeraModerationResult) result = NULL;

  for (guint i = 0; i < 100000; i++)
    g_string_append_printf (body, ",\"c%u\":false", i);
  g_string_append (body, "}}]}");
  response = decode (&answer, DHEERA_TASK_MODERATE, 1, body->str);
  g_assert_nonnull (response);
  result = g_list_model_get_item (dheera_moderation_response_get_results (response), 0);
  g_assert_true (dheera_moderation_result_get_category (result, "c"));
  g_assert_cmpuint (g_strv_length ((char **) dheera_moderation_result_get_categories (result)), <, 1000);
}

static void
test_images (void)
{
  static const char *const wrong[] = {
    "{\"data\":[]}", "{\"data\":{}}", "{\"data\":[{}]}", "{\"data\":[{\"url\":\"\"}]}", "{\"data\":[{\"b64_json\":\"no base64!\"}]}",
    "{\"data\":[{\"b64_json\":\"\"}]}", "{\"choices\":[]}", NULL,
  };
  g_auto (Answer) answer = { 0 };
  g_autoptr (DheeraImageResponse) response = NULL;
  g_autoptr (DheeraImage) named = NULL;
  g_autoptr (DheeraImage) seen = NULL;

  assert_decoded (DHEERA_TASK_GENERATE_IMAGE, 1,
                  "{\"created\":5,\"data\":[{\"b64_json\":\"Zm9v\"},{\"url\":\"https://example.com/a.png\",\"b64_json\":null,\"revised_prompt\":\"p\"}],"
                  "\"usage\":{\"input_tokens\":1,\"output_tokens\":2,\"total_tokens\":3}}",
                  "{\"created\":5,\"data\":[{\"b64_json\":\"Zm9v\"},{\"url\":\"https://example.com/a.png\",\"revised_prompt\":\"p\"}],"
                  "\"usage\":{\"input_tokens\":1,\"output_tokens\":2,\"total_tokens\":3}}");
  /* Empty data beside the address; an address that is the picture; data with their type */
  assert_decoded (DHEERA_TASK_GENERATE_IMAGE, 1,
                  "{\"data\":[{\"b64_json\":\"\",\"url\":\"https://example.com/a\"},{\"url\":\"data:image/webp;base64,Zm9v\"},"
                  "{\"b64_json\":\"data:image/jpeg;base64,Zm9v\",\"url\":\"\"}]}",
                  "{\"data\":[{\"url\":\"https://example.com/a\"},{\"b64_json\":\"Zm9v\"},{\"b64_json\":\"Zm9v\"}]}");
  assert_wrong (DHEERA_TASK_GENERATE_IMAGE, 1, wrong);

  response = decode (&answer, DHEERA_TASK_GENERATE_IMAGE, 2,
                     "{\"data\":[{\"b64_json\":\"Zm9v\"},{\"b64_json\":\"iVBORw0KGgo=\"}],\"output_format\":\"webp\"}");
  named = g_list_model_get_item (dheera_image_response_get_images (response), 0);
  seen = g_list_model_get_item (dheera_image_response_get_images (response), 1);
  g_assert_cmpstr (dheera_image_get_mime_type (named), ==, "image/webp");
  g_assert_cmpstr (dheera_image_get_mime_type (seen), ==, "image/png");
}

static void
test_transcription (void)
{
  static const char *const wrong[] = { "{\"text\":null}", "{\"body\":\"Hello\"}", "Hello", NULL };

  assert_decoded (DHEERA_TASK_TRANSCRIBE, 0, "{\"text\":\"\"}", "{\"text\":\"\"}");
  assert_decoded (DHEERA_TASK_TRANSCRIBE, 0, "{\"text\":\"Hi\",\"duration\":\"2.5\"}", "{\"text\":\"Hi\",\"duration\":2.5}");
  assert_decoded (DHEERA_TASK_TRANSCRIBE, 0, "{\"text\":\"Hi\",\"duration\":\"2 s\"}", "{\"text\":\"Hi\"}");
  assert_decoded (DHEERA_TASK_TRANSCRIBE, 0, "{\"text\":\"Hi\",\"usage\":{\"type\":\"duration\",\"seconds\":6}}", "{\"text\":\"Hi\"}");
  assert_decoded (DHEERA_TASK_TRANSCRIBE, 0,
                  "{\"text\":\"Hi you\",\"language\":\"english\",\"duration\":5.5,\"segments\":[{\"start\":0.0,\"end\":1.5,\"text\":\" Hi you\",\"speaker\":\"A\"},7],"
                  "\"words\":[{\"word\":\"Hi\",\"start\":0,\"end\":1},{\"text\":\"you\",\"speaker_id\":\"B\",\"start\":null}],"
                  "\"usage\":{\"input_tokens\":54,\"output_tokens\":16,\"total_tokens\":70}}",
                  "{\"text\":\"Hi you\",\"language\":\"english\",\"duration\":5.5,\"segments\":[{\"id\":0,\"start\":0,\"end\":1.5,\"text\":\" Hi you\","
                  "\"speaker\":\"A\"},{\"id\":1,\"text\":\"\"}],\"words\":[{\"start\":0,\"end\":1,\"word\":\"Hi\"},{\"word\":\"you\",\"speaker\":\"B\"}],"
                  "\"usage\":{\"type\":\"tokens\",\"input_tokens\":54,\"output_tokens\":16,\"total_tokens\":70}}");
  assert_wrong (DHEERA_TASK_TRANSCRIBE, 0, wrong);
}

static void
test_subtitles (void)
{
  static const struct
  {
    const char *body;
    const char *text;
  } cases[] = {
    { "1\n00:00:00,000 --> 00:00:01,000\nHi\n", "1\n00:00:00,000 --> 00:00:01,000\nHi\n" },
    { "WEBVTT\n", "WEBVTT\n" },
    { "{\"text\":\"Hi\"}", "Hi" },
    { "[laughter]", "[laughter]" },
    { "\"Hi\"", "\"Hi\"" },
    { "a\377b", "a\357\277\275b" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Answer) answer = { 0 };
      g_autoptr (DheeraTranscriptionResponse) response = NULL;

      answer_begin (&answer, "openai");
      answer.decoder->flags = WANTS_TEXT;
      response = (DheeraTranscriptionResponse *)
        dheera_openai_chat.tasks[DHEERA_TASK_TRANSCRIBE].decode (answer.decoder, cases[i].body, strlen (cases[i].body));
      g_assert_nonnull (response);
      g_assert_cmpstr (dheera_transcription_response_get_text (response), ==, cases[i].text);
    }
}

static void
test_speech (void)
{
  static const struct
  {
    const char *type;
    const char *body;
    gsize length;
    const char *audio;
    const char *mime_type;
  } cases[] = {
    { "audio/mpeg", "ID3\0x", 5, "ID3\0x", "audio/mpeg" },
    { "application/octet-stream", "fLaC", 4, "fLaC", "audio/flac" },
    { NULL, "abc", 3, "abc", "" },
    { "audio/mpeg", "{\"error\":{}}", 12, "{\"error\":{}}", "audio/mpeg" },
    { "application/json", "{\"audio_data\":\"SUQz\"}", 21, "ID3", "audio/mpeg" },
    { "application/json", "{\"audio_data\":\"!\"}", 18, NULL, NULL },
    { "application/json", "{}", 2, NULL, NULL },
    { "audio/mpeg", "", 0, NULL, NULL },
    { "text/html", "<html>", 6, NULL, NULL },
    { "application/problem+json", "{}", 2, NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Answer) answer = { 0 };
      g_autoptr (DheeraSpeechResponse) response = NULL;

      answer_begin (&answer, "openai");
      answer.decoder->content_type = g_strdup (cases[i].type);
      response = (DheeraSpeechResponse *) dheera_openai_chat.tasks[DHEERA_TASK_SPEAK].decode (answer.decoder, cases[i].body, cases[i].length);
      g_assert_cmpint (response != NULL, ==, cases[i].audio != NULL);
      if (response == NULL)
        {
          g_assert_cmpint (dheera_error_details_get_code (answer.decoder->failure), ==, DHEERA_ERROR_PROTOCOL);
          continue;
        }
      g_assert_cmpstr (dheera_speech_response_get_mime_type (response), ==, cases[i].mime_type);
      g_assert_cmpint (memcmp (g_bytes_get_data (dheera_speech_response_get_audio (response), NULL), cases[i].audio,
                               g_bytes_get_size (dheera_speech_response_get_audio (response))), ==, 0);
    }
}

/* An error that is called sound is an error. */
static void
test_speech_errors (void)
{
  static const char *const types[] = { "application/json", "application/problem+json", "audio/mpeg", "application/octet-stream", "text/plain", "" };
  const char *body = "{\"error\":{\"message\":\"No such voice\",\"code\":\"invalid_api_key\"}}";

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_auto (Answer) answer = { 0 };

      answer_begin (&answer, "openai");
      answer.decoder->content_type = g_strdup (types[i]);
      g_assert_null (dheera_openai_chat.tasks[DHEERA_TASK_SPEAK].decode (answer.decoder, body, strlen (body)));
      g_assert_cmpint (dheera_error_details_get_code (answer.decoder->failure), ==, DHEERA_ERROR_AUTHENTICATION);
      g_assert_cmpstr (dheera_error_details_get_message (answer.decoder->failure), ==, "No such voice");
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/endpoints-decode/errors", test_errors);
  g_test_add_func ("/endpoints-decode/embeddings", test_embeddings);
  g_test_add_func ("/endpoints-decode/bare-embeddings", test_bare_embeddings);
  g_test_add_func ("/endpoints-decode/rerank", test_rerank);
  g_test_add_func ("/endpoints-decode/moderation", test_moderation);
  g_test_add_func ("/endpoints-decode/many-categories", test_many_categories);
  g_test_add_func ("/endpoints-decode/images", test_images);
  g_test_add_func ("/endpoints-decode/transcription", test_transcription);
  g_test_add_func ("/endpoints-decode/subtitles", test_subtitles);
  g_test_add_func ("/endpoints-decode/speech", test_speech);
  g_test_add_func ("/endpoints-decode/speech-errors", test_speech_errors);

  return g_test_run ();
}
