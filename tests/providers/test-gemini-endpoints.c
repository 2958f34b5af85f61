/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Vectors and pictures of Google's: what is sent to which address, and what the answers become */

#include "providers-util.h"

#include "dheera-ai/model/dheera-base-response.h"
#include "dheera-ai/model/dheera-embedding-request.h"
#include "dheera-ai/model/dheera-embedding-response.h"
#include "dheera-ai/model/dheera-image-request.h"
#include "dheera-ai/model/dheera-image-response.h"
#include "dheera-ai/model/dheera-image.h"

/* The body, or NULL with the error. url: what the address has to end with; NULL for any */
static char *
encode (const char         *provider_id,
        const char         *model,
        DheeraTask          task,
        DheeraBaseRequest  *request,
        const char         *url,
        GError            **error)
{
  g_autoptr (DheeraProvider) provider = dheera_provider_new (provider_id);
  g_autoptr (GPtrArray) warnings = g_ptr_array_new_with_free_func (g_free);
  DheeraEncoding encoding = { .provider = provider, .base_url = "https://g/v1beta", .model = model, .warnings = warnings };
  g_autoptr (DheeraHttpRequest) http = dheera_provider_get_protocol (provider)->tasks[task].encode (&encoding, request, error);
  gsize length;
  const char *data;

  if (http == NULL)
    return NULL;

  g_assert_true (url == NULL || g_str_has_suffix (http->url, url));
  g_assert_cmpstr (http->auth_header, ==, "x-goog-api-key");
  data = g_bytes_get_data (http->body, &length);

  return g_strndup (data, length);
}

static gpointer
decode (Answer     *answer,
        const char *provider,
        DheeraTask  task,
        const char *body)
{
  answer_begin (answer, provider);

  return answer->decoder->protocol->tasks[task].decode (answer->decoder, body, strlen (body));
}

static DheeraEmbeddingRequest *
make_embedding_request (const char *const *inputs)
{
  DheeraEmbeddingRequest *request = dheera_embedding_request_new ("x/y");

  for (; *inputs != NULL; inputs++)
    dheera_embedding_request_add_input (request, *inputs);

  return request;
}

static void
test_encode_embeddings (void)
{
  static const char *const two[] = { "a", "b", NULL };
  static const char *const one[] = { "a", NULL };
  g_autoptr (DheeraEmbeddingRequest) request = make_embedding_request (two);
  g_autoptr (DheeraEmbeddingRequest) single = make_embedding_request (one);
  g_autoptr (GError) error = NULL;
  g_autofree char *plain = NULL;
  g_autofree char *batch = NULL;
  g_autofree char *predict = NULL;
  g_autofree char *content = NULL;

  plain = encode ("gemini", "models/gemini-embedding-001", DHEERA_TASK_EMBED, DHEERA_BASE_REQUEST (single),
                  "/v1beta/models/gemini-embedding-001:batchEmbedContents", &error);
  g_assert_cmpstr (plain, ==, "{\"requests\":[{\"model\":\"models/gemini-embedding-001\",\"content\":{\"parts\":[{\"text\":\"a\"}]}}]}");

  dheera_embedding_request_set_dimensions (request, 768);
  dheera_embedding_request_set_input_type (request, "query");
  batch = encode ("gemini", "gemini-embedding-001", DHEERA_TASK_EMBED, DHEERA_BASE_REQUEST (request), NULL, &error);
  g_assert_cmpstr (batch, ==,
                   "{\"requests\":[{\"model\":\"models/gemini-embedding-001\",\"content\":{\"parts\":[{\"text\":\"a\"}]},"
                   "\"taskType\":\"RETRIEVAL_QUERY\",\"outputDimensionality\":768},"
                   "{\"model\":\"models/gemini-embedding-001\",\"content\":{\"parts\":[{\"text\":\"b\"}]},"
                   "\"taskType\":\"RETRIEVAL_QUERY\",\"outputDimensionality\":768}]}");
  dheera_embedding_request_set_input_type (request, "document");
  predict = encode ("vertexai", "text-embedding-005", DHEERA_TASK_EMBED, DHEERA_BASE_REQUEST (request),
                    "/publishers/google/models/text-embedding-005:predict", &error);
  g_assert_cmpstr (predict, ==,
                   "{\"instances\":[{\"content\":\"a\",\"task_type\":\"RETRIEVAL_DOCUMENT\"},{\"content\":\"b\",\"task_type\":\"RETRIEVAL_DOCUMENT\"}],"
                   "\"parameters\":{\"outputDimensionality\":768}}");
  dheera_embedding_request_set_input_type (single, "clustering");
  content = encode ("vertexai", "gemini-embedding-2", DHEERA_TASK_EMBED, DHEERA_BASE_REQUEST (single),
                    "/publishers/google/models/gemini-embedding-2:embedContent", &error);
  g_assert_cmpstr (content, ==, "{\"content\":{\"parts\":[{\"text\":\"a\"}]},\"embedContentConfig\":{\"taskType\":\"CLUSTERING\"}}");
  g_assert_no_error (error);
}

static void
test_refused_embeddings (void)
{
  static const char *const two[] = { "a", "b", NULL };
  g_autoptr (DheeraEmbeddingRequest) request = make_embedding_request (two);
  g_autoptr (DheeraEmbeddingRequest) many = make_embedding_request (two);
  g_autoptr (GError) error = NULL;

  g_assert_null (encode ("vertexai", "gemini-embedding-2", DHEERA_TASK_EMBED, DHEERA_BASE_REQUEST (request), NULL, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
  g_clear_error (&error);

  for (guint i = 0; i < 99; i++)
    dheera_embedding_request_add_input (many, "c");
  g_assert_null (encode ("gemini", "x", DHEERA_TASK_EMBED, DHEERA_BASE_REQUEST (many), NULL, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
  g_assert_nonnull (strstr (error->message, "100"));
  g_clear_error (&error);

  dheera_embedding_request_set_user (request, "me");
  g_assert_null (encode ("gemini", "x", DHEERA_TASK_EMBED, DHEERA_BASE_REQUEST (request), NULL, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_UNSUPPORTED_PARAMETER);
}

static void
assert_vectors (const char *body,
                guint       n,
                gint64      tokens)
{
  g_auto (Answer) answer = { 0 };
  g_autoptr (DheeraEmbeddingResponse) response = decode (&answer, "vertexai", DHEERA_TASK_EMBED, body);
  DheeraUsage *usage;

  g_assert_nonnull (response);
  g_assert_cmpuint (dheera_embedding_response_get_n_vectors (response), ==, n);
  usage = dheera_base_response_get_usage (DHEERA_BASE_RESPONSE (response));
  g_assert_cmpint (usage != NULL ? dheera_usage_get_prompt_tokens (usage) : -1, ==, tokens);
}

static void
test_decode_embeddings (void)
{
  static const char *const bad[] = {
    "{}", "{\"embeddings\":[{\"values\":\"*\"}]}", "{\"predictions\":[{}]}", "{\"error\":{\"code\":404,\"status\":\"NOT_FOUND\",\"message\":\"x\"}}", "[",
  };

  assert_vectors ("{\"embeddings\":[{\"values\":[0.5,-1]},{\"values\":[2,3e-2]}]}", 2, -1);
  assert_vectors ("{\"embedding\":{\"values\":[0.5]},\"usageMetadata\":{\"promptTokenCount\":7}}", 1, 7);
  assert_vectors ("{\"predictions\":[{\"embeddings\":{\"values\":[1],\"statistics\":{\"token_count\":3,\"truncated\":false}}},"
                  "{\"embeddings\":{\"values\":[2],\"statistics\":{\"token_count\":4.0}}}]}", 2, 7);

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_auto (Answer) answer = { 0 };

      g_assert_null (decode (&answer, "gemini", DHEERA_TASK_EMBED, bad[i]));
      g_assert_nonnull (answer.decoder->failure);
    }
}

static void
test_encode_images (void)
{
  g_autoptr (DheeraImageRequest) request = dheera_image_request_new_for_prompt ("x/y", "A cat");
  g_autoptr (GBytes) bytes = g_bytes_new_static ("hi", 2);
  g_autoptr (DheeraPart) picture = dheera_part_new_image (bytes, "image/png");
  g_autoptr (GError) error = NULL;
  g_autofree char *plain = NULL;
  g_autofree char *imagen = NULL;
  g_autofree char *gemini = NULL;

  plain = encode ("vertexai", "imagen-4.0-generate-001", DHEERA_TASK_GENERATE_IMAGE, DHEERA_BASE_REQUEST (request),
                  "/publishers/google/models/imagen-4.0-generate-001:predict", &error);
  g_assert_cmpstr (plain, ==, "{\"instances\":[{\"prompt\":\"A cat\"}],\"parameters\":{\"sampleCount\":1}}");

  dheera_image_request_set_size (request, "1792x1008");
  dheera_image_request_set_n (request, 3);
  dheera_image_request_set_output_format (request, "jpeg");
  imagen = encode ("gemini", "imagen-4.0-generate-001", DHEERA_TASK_GENERATE_IMAGE, DHEERA_BASE_REQUEST (request), NULL, &error);
  g_assert_cmpstr (imagen, ==,
                   "{\"instances\":[{\"prompt\":\"A cat\"}],\"parameters\":{\"sampleCount\":3,\"aspectRatio\":\"16:9\","
                   "\"outputOptions\":{\"mimeType\":\"image/jpeg\"}}}");

  dheera_image_request_set_n (request, 1);
  dheera_image_request_set_output_format (request, NULL);
  dheera_image_request_set_size (request, "4:3");
  dheera_image_request_add_image (request, picture);
  gemini = encode ("gemini", "gemini-2.5-flash-image", DHEERA_TASK_GENERATE_IMAGE, DHEERA_BASE_REQUEST (request),
                   "/models/gemini-2.5-flash-image:generateContent", &error);
  g_assert_cmpstr (gemini, ==,
                   "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"A cat\"},{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"aGk=\"}}]}],"
                   "\"generationConfig\":{\"responseModalities\":[\"TEXT\",\"IMAGE\"],\"imageConfig\":{\"aspectRatio\":\"4:3\"}}}");
  g_assert_no_error (error);

  g_assert_null (encode ("gemini", "imagen-4.0-generate-001", DHEERA_TASK_GENERATE_IMAGE, DHEERA_BASE_REQUEST (request), NULL, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_NOT_SUPPORTED);
}

static void
test_refused_images (void)
{
  g_autoptr (DheeraImageRequest) size = dheera_image_request_new_for_prompt ("x/y", "A cat");
  g_autoptr (DheeraImageRequest) quality = dheera_image_request_new_for_prompt ("x/y", "A cat");
  g_autoptr (DheeraImageRequest) several = dheera_image_request_new_for_prompt ("x/y", "A cat");
  DheeraImageRequest *requests[] = { size, quality, several };

  dheera_image_request_set_size (size, "1024x1000");
  dheera_image_request_set_quality (quality, "high");
  dheera_image_request_set_n (several, 2);
  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (encode ("gemini", "gemini-2.5-flash-image", DHEERA_TASK_GENERATE_IMAGE, DHEERA_BASE_REQUEST (requests[i]), NULL, &error));
      g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_UNSUPPORTED_PARAMETER);
    }
}

static guint
count_images (const char  *body,
              DheeraError *code)
{
  g_auto (Answer) answer = { 0 };
  g_autoptr (DheeraImageResponse) response = decode (&answer, "vertexai", DHEERA_TASK_GENERATE_IMAGE, body);

  if (response == NULL)
    {
      *code = dheera_error_details_get_code (answer.decoder->failure);
      return 0;
    }

  return g_list_model_get_n_items (dheera_image_response_get_images (response));
}

static void
test_decode_images (void)
{
  static const struct
  {
    const char *body;
    guint n;
    DheeraError code;
  } cases[] = {
    { "{\"predictions\":[{\"mimeType\":\"image/png\",\"bytesBase64Encoded\":\"aGk=\"},{\"safetyAttributes\":{}}]}", 1, 0 },
    { "{\"predictions\":[{\"mimeType\":\"image/jpeg\",\"gcsUri\":\"gs://b/a.jpg\"},{\"raiFilteredReason\":\"One was filtered.\"}]}", 1, 0 },
    { "{\"predictions\":[{\"raiFilteredReason\":\"All were filtered.\"}]}", 0, DHEERA_ERROR_CONTENT_POLICY },
    { "{}", 0, DHEERA_ERROR_CONTENT_POLICY },
    { "{\"predictions\":[{\"bytesBase64Encoded\":\"*\"}]}", 0, DHEERA_ERROR_PROTOCOL },
    { "{\"predictions\":7}", 0, DHEERA_ERROR_PROTOCOL },
    { "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Here:\"},{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"aGk=\"},\"thought\":true},"
      "{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"aGk=\"}}]},\"finishReason\":\"STOP\"}],\"responseId\":\"r\"}", 1, 0 },
    { "{\"candidates\":[{\"finishReason\":\"IMAGE_SAFETY\"}]}", 0, DHEERA_ERROR_CONTENT_POLICY },
    { "{\"promptFeedback\":{\"blockReason\":\"SAFETY\"}}", 0, DHEERA_ERROR_CONTENT_POLICY },
    { "{\"error\":{\"code\":429,\"status\":\"RESOURCE_EXHAUSTED\",\"message\":\"x\"}}", 0, DHEERA_ERROR_RATE_LIMIT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      DheeraError code = 0;

      g_assert_cmpuint (count_images (cases[i].body, &code), ==, cases[i].n);
      g_assert_cmpint (code, ==, cases[i].code);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/gemini-endpoints/encode-embeddings", test_encode_embeddings);
  g_test_add_func ("/gemini-endpoints/refused-embeddings", test_refused_embeddings);
  g_test_add_func ("/gemini-endpoints/decode-embeddings", test_decode_embeddings);
  g_test_add_func ("/gemini-endpoints/encode-images", test_encode_images);
  g_test_add_func ("/gemini-endpoints/refused-images", test_refused_images);
  g_test_add_func ("/gemini-endpoints/decode-images", test_decode_images);

  return g_test_run ();
}
