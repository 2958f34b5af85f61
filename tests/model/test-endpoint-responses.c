/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The answers beside chats, as decoders fill them and programs read them. */

#include "model-util.h"

#include "dheera-ai/dheera-ai.h"
#include "dheera-ai/model/calls/dheera-call-private.h"
#include "dheera-ai/model/endpoints/dheera-embedding-response-private.h"
#include "dheera-ai/model/endpoints/dheera-image-response-private.h"
#include "dheera-ai/model/endpoints/dheera-moderation-response-private.h"
#include "dheera-ai/model/endpoints/dheera-rerank-response-private.h"
#include "dheera-ai/model/endpoints/dheera-speech-response-private.h"
#include "dheera-ai/model/endpoints/dheera-transcription-response-private.h"

/* Each answer is written as that, and its properties can be read. */
static void
assert_json (gpointer    response,
             const char *expected)
{
  g_autofree char *json = dheera_base_response_to_json (response);
  g_autoptr (Parsed) parsed = parse (json);
  g_autofree GParamSpec **specs = NULL;
  guint n;

  g_assert_cmpint (dheera_json_type (dheera_json_root (&parsed->json)), ==, DHEERA_JSON_OBJECT);
  g_assert_cmpstr (json, ==, expected);

  specs = g_object_class_list_properties (G_OBJECT_GET_CLASS (response), &n);
  for (guint i = 0; i < n; i++)
    {
      g_auto (GValue) value = G_VALUE_INIT;

      g_value_init (&value, specs[i]->value_type);
      g_object_get_property (response, specs[i]->name, &value);
      g_assert_false (specs[i]->flags & G_PARAM_WRITABLE);
    }
}

static void
test_base (void)
{
  g_autoptr (DheeraRerankResponse) response = dheera_rerank_response_new ("cohere");
  DheeraBaseResponse *base = DHEERA_BASE_RESPONSE (response);
  g_autoptr (DheeraCall) call = dheera_call_new ("rerank");
  g_autoptr (GPtrArray) warnings = g_ptr_array_new ();

  g_assert_cmpstr (dheera_base_response_get_id (base), ==, "");
  g_assert_cmpstr (dheera_base_response_get_model (base), ==, "");
  g_assert_cmpstr (dheera_base_response_get_request_id (base), ==, "");
  g_assert_cmpstr (dheera_base_response_get_provider (base), ==, "cohere");
  g_assert_null (dheera_base_response_get_usage (base));
  g_assert_null (dheera_base_response_get_call (base));
  g_assert_null (dheera_base_response_get_raw_json (base));
  g_assert_null (dheera_base_response_get_warnings (base)[0]);

  call->model = g_strdup ("asked");
  call->request_id = g_strdup ("req-1");
  g_ptr_array_add (warnings, (gpointer) "One was left out.");
  dheera_base_response_take_id (base, g_strdup ("rr-1"));
  dheera_base_response_take_id (base, NULL);
  dheera_base_response_take_raw_json (base, g_strdup ("{}"));
  dheera_usage_update (dheera_base_response_ensure_usage (base), 7, -1, -1, -1, -1, -1);
  dheera_base_response_set_call (base, call, warnings);
  g_assert_cmpstr (dheera_base_response_get_id (base), ==, "rr-1");
  g_assert_cmpstr (dheera_base_response_get_model (base), ==, "asked");
  g_assert_cmpstr (dheera_base_response_get_request_id (base), ==, "req-1");
  g_assert_cmpstr (dheera_base_response_get_raw_json (base), ==, "{}");
  g_assert_true (dheera_base_response_get_call (base) == call);
  g_assert_cmpint (dheera_usage_get_prompt_tokens (dheera_base_response_get_usage (base)), ==, 7);
  g_assert_cmpuint (g_strv_length ((char **) dheera_base_response_get_warnings (base)), ==, 1);
  g_assert_cmpstr (dheera_base_response_get_warnings (base)[0], ==, "One was left out.");

  /* What the answer says itself comes first. */
  dheera_base_response_take_model (base, g_strdup ("answered"));
  dheera_base_response_set_call (base, call, warnings);
  g_assert_cmpstr (dheera_base_response_get_model (base), ==, "answered");
}

static void
test_embedding (void)
{
  g_autoptr (DheeraEmbeddingResponse) response = dheera_embedding_response_new ("openai");
  static const double numbers[] = { 0.5, -1, 2, 0.25 };
  static const guint32 places[] = { 1, 0 };
  const double *vector;
  gsize n;

  g_assert_null (dheera_embedding_response_get_vector (response, 0, &n));
  g_assert_cmpuint (n, ==, 0);

  dheera_embedding_response_take (response, g_memdup2 (numbers, sizeof numbers), g_memdup2 (places, sizeof places), 2, 2);
  g_assert_cmpuint (dheera_embedding_response_get_n_vectors (response), ==, 2);
  g_assert_cmpuint (dheera_embedding_response_get_dimensions (response), ==, 2);
  vector = dheera_embedding_response_get_vector (response, 0, &n);
  g_assert_cmpmem (vector, n * sizeof *vector, numbers + 2, 2 * sizeof *numbers);
  vector = dheera_embedding_response_get_vector (response, 1, &n);
  g_assert_cmpmem (vector, n * sizeof *vector, numbers, 2 * sizeof *numbers);
  g_assert_null (dheera_embedding_response_get_vector (response, 2, &n));

  dheera_base_response_take_model (DHEERA_BASE_RESPONSE (response), g_strdup ("e"));
  dheera_usage_update (dheera_base_response_ensure_usage (DHEERA_BASE_RESPONSE (response)), 4, -1, 4, -1, -1, -1);
  assert_json (response, "{\"object\":\"list\",\"data\":[{\"object\":\"embedding\",\"index\":0,\"embedding\":[2,0.25]},"
                         "{\"object\":\"embedding\",\"index\":1,\"embedding\":[0.5,-1]}],\"model\":\"e\","
                         "\"usage\":{\"prompt_tokens\":4,\"total_tokens\":4}}");

  dheera_embedding_response_take (response, g_memdup2 (numbers, sizeof numbers), NULL, 1, 4);
  vector = dheera_embedding_response_get_vector (response, 0, &n);
  g_assert_cmpmem (vector, n * sizeof *vector, numbers, sizeof numbers);
}

static void
test_rerank (void)
{
  g_autoptr (DheeraRerankResponse) response = dheera_rerank_response_new ("cohere");
  GListModel *results = dheera_rerank_response_get_results (response);
  g_autoptr (DheeraRerankResult) best = NULL;
  double score;

  dheera_rerank_response_add (response, 3, 0.25, NULL);
  dheera_rerank_response_add (response, 1, 0.75, g_strdup ("text"));
  dheera_rerank_response_add (response, 2, 0.25, NULL);
  dheera_rerank_response_sort (response);
  g_assert_cmpuint (g_list_model_get_n_items (results), ==, 3);
  best = g_list_model_get_item (results, 0);
  g_assert_cmpuint (dheera_rerank_result_get_index (best), ==, 1);
  g_assert_cmpfloat (dheera_rerank_result_get_score (best), ==, 0.75);
  g_assert_cmpstr (dheera_rerank_result_get_document (best), ==, "text");
  g_object_get (best, "score", &score, NULL);
  g_assert_cmpfloat (score, ==, 0.75);
  assert_json (response, "{\"model\":\"\",\"results\":[{\"index\":1,\"relevance_score\":0.75,\"document\":{\"text\":\"text\"}},"
                         "{\"index\":2,\"relevance_score\":0.25},{\"index\":3,\"relevance_score\":0.25}]}");
}

static void
test_moderation (void)
{
  g_autoptr (DheeraModerationResponse) response = dheera_moderation_response_new ("openai");
  DheeraModerationResult *result = dheera_moderation_response_add (response, TRUE);
  DheeraModerationMark *mark;
  g_autofree char *names = NULL;

  dheera_base_response_take_id (DHEERA_BASE_RESPONSE (response), g_strdup ("modr-1"));
  mark = dheera_moderation_result_mark (result, g_strdup ("hate"));
  mark->flagged = TRUE;
  dheera_moderation_result_mark (result, g_strdup ("self-harm/intent"))->score = 0.125;
  dheera_moderation_result_mark (result, g_strdup ("hate"))->score = 0.5;

  g_assert_true (dheera_moderation_result_get_flagged (result));
  names = g_strjoinv (" ", (char **) dheera_moderation_result_get_categories (result));
  g_assert_cmpstr (names, ==, "hate self-harm/intent");
  g_assert_true (dheera_moderation_result_get_category (result, "hate"));
  g_assert_false (dheera_moderation_result_get_category (result, "self-harm/intent"));
  g_assert_false (dheera_moderation_result_get_category (result, "other"));
  g_assert_cmpfloat (dheera_moderation_result_get_score (result, "hate"), ==, 0.5);
  g_assert_cmpfloat (dheera_moderation_result_get_score (result, "other"), ==, -1);
  g_assert_cmpuint (g_list_model_get_n_items (dheera_moderation_response_get_results (response)), ==, 1);
  assert_json (response, "{\"id\":\"modr-1\",\"model\":\"\",\"results\":[{\"flagged\":true,\"categories\":{\"hate\":true,\"self-harm/intent\":false},"
                         "\"category_scores\":{\"hate\":0.5,\"self-harm/intent\":0.125}}]}");
}

static void
test_image (void)
{
  g_autoptr (DheeraImageResponse) response = dheera_image_response_new ("openai");
  DheeraImage *drawn = dheera_image_response_add (response);
  DheeraImage *linked = dheera_image_response_add (response);
  g_autoptr (DheeraPart) part = NULL;
  g_autoptr (DheeraPart) link = NULL;

  drawn->bytes = g_bytes_new_static ("\211PNG\r\n\032\n", 8);
  drawn->mime_type = g_strdup (dheera_image_find_mime_type (drawn->bytes));
  linked->uri = g_strdup ("https://example.com/a.png");
  linked->revised_prompt = g_strdup ("a cat");
  response->created = 5;

  g_assert_cmpuint (g_list_model_get_n_items (dheera_image_response_get_images (response)), ==, 2);
  g_assert_cmpuint (g_bytes_get_size (dheera_image_get_bytes (drawn)), ==, 8);
  g_assert_cmpstr (dheera_image_get_mime_type (drawn), ==, "image/png");
  g_assert_null (dheera_image_get_uri (drawn));
  g_assert_cmpstr (dheera_image_get_uri (linked), ==, "https://example.com/a.png");
  g_assert_cmpstr (dheera_image_get_revised_prompt (linked), ==, "a cat");
  part = dheera_image_to_part (drawn);
  link = dheera_image_to_part (linked);
  g_assert_true (dheera_part_get_bytes (part) == drawn->bytes);
  g_assert_cmpstr (dheera_part_get_uri (link), ==, "https://example.com/a.png");
  dheera_usage_update (dheera_base_response_ensure_usage (DHEERA_BASE_RESPONSE (response)), 1, 2, 3, -1, -1, -1);
  assert_json (response, "{\"created\":5,\"data\":[{\"b64_json\":\"iVBORw0KGgo=\"},"
                         "{\"url\":\"https://example.com/a.png\",\"revised_prompt\":\"a cat\"}],"
                         "\"usage\":{\"input_tokens\":1,\"output_tokens\":2,\"total_tokens\":3}}");
}

static void
test_mime_types (void)
{
  static const struct
  {
    const char *data;
    gsize size;
    const char *type;
  } files[] = {
    { "\377\330\377\340", 4, "image/jpeg" }, { "RIFF\0\0\0\0WEBPVP8 ", 16, "image/webp" }, { "GIF89a", 6, "image/gif" },
    { "GIF87a", 6, "image/gif" },            { "hello", 5, NULL },                         { "", 0, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new_static (files[i].data, files[i].size);

      g_assert_cmpstr (dheera_image_find_mime_type (bytes), ==, files[i].type);
    }
}

static void
test_transcription (void)
{
  g_autoptr (DheeraTranscriptionResponse) response = dheera_transcription_response_new ("openai");
  DheeraTranscriptSegment *segment;

  g_assert_cmpstr (dheera_transcription_response_get_text (response), ==, "");
  g_assert_null (dheera_transcription_response_get_language (response));
  g_assert_cmpfloat (dheera_transcription_response_get_duration (response), ==, -1);
  assert_json (response, "{\"text\":\"\"}");

  response->text = g_strdup ("Hi you.");
  response->language = g_strdup ("en");
  response->duration = 1.5;
  segment = dheera_transcription_response_add (response->segments);
  segment->text = g_strdup ("Hi you.");
  segment->start = 0;
  segment->end = 1;
  segment->speaker = g_strdup ("A");
  dheera_transcription_response_add (response->words)->text = g_strdup ("Hi");

  g_assert_cmpuint (g_list_model_get_n_items (dheera_transcription_response_get_segments (response)), ==, 1);
  g_assert_cmpuint (g_list_model_get_n_items (dheera_transcription_response_get_words (response)), ==, 1);
  g_assert_cmpstr (dheera_transcript_segment_get_text (segment), ==, "Hi you.");
  g_assert_cmpfloat (dheera_transcript_segment_get_start (segment), ==, 0);
  g_assert_cmpfloat (dheera_transcript_segment_get_end (segment), ==, 1);
  g_assert_cmpstr (dheera_transcript_segment_get_speaker (segment), ==, "A");
  dheera_usage_update (dheera_base_response_ensure_usage (DHEERA_BASE_RESPONSE (response)), 9, -1, -1, -1, -1, -1);
  assert_json (response, "{\"text\":\"Hi you.\",\"language\":\"en\",\"duration\":1.5,"
                         "\"segments\":[{\"id\":0,\"start\":0,\"end\":1,\"text\":\"Hi you.\",\"speaker\":\"A\"}],"
                         "\"words\":[{\"word\":\"Hi\"}],\"usage\":{\"type\":\"tokens\",\"input_tokens\":9}}");
}

static void
test_speech (void)
{
  g_autoptr (DheeraSpeechResponse) response = dheera_speech_response_new ("openai", g_bytes_new_static ("foo", 3));

  g_assert_cmpstr (dheera_speech_response_get_mime_type (response), ==, "");
  response->mime_type = g_strdup ("audio/mpeg");
  g_assert_cmpuint (g_bytes_get_size (dheera_speech_response_get_audio (response)), ==, 3);
  assert_json (response, "{\"model\":\"\",\"mime_type\":\"audio/mpeg\",\"audio\":\"Zm9v\"}");
}

/* What a binding makes of nothing is an empty answer. */
static void
test_made_by_nobody (void)
{
  const GType types[] = { DHEERA_TYPE_EMBEDDING_RESPONSE, DHEERA_TYPE_RERANK_RESPONSE, DHEERA_TYPE_MODERATION_RESPONSE,
                          DHEERA_TYPE_IMAGE_RESPONSE, DHEERA_TYPE_TRANSCRIPTION_RESPONSE, DHEERA_TYPE_SPEECH_RESPONSE };
  g_autoptr (DheeraSpeechResponse) speech = g_object_new (DHEERA_TYPE_SPEECH_RESPONSE, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autoptr (DheeraBaseResponse) response = g_object_new (types[i], NULL);
      g_autofree char *json = dheera_base_response_to_json (response);

      g_assert_true (g_str_has_prefix (json, "{"));
    }
  g_assert_cmpuint (g_bytes_get_size (dheera_speech_response_get_audio (speech)), ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/endpoint-responses/base", test_base);
  g_test_add_func ("/endpoint-responses/embedding", test_embedding);
  g_test_add_func ("/endpoint-responses/rerank", test_rerank);
  g_test_add_func ("/endpoint-responses/moderation", test_moderation);
  g_test_add_func ("/endpoint-responses/image", test_image);
  g_test_add_func ("/endpoint-responses/mime-types", test_mime_types);
  g_test_add_func ("/endpoint-responses/transcription", test_transcription);
  g_test_add_func ("/endpoint-responses/speech", test_speech);
  g_test_add_func ("/endpoint-responses/made-by-nobody", test_made_by_nobody);

  return g_test_run ();
}
