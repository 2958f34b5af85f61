/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Vectors of a real engine: as numbers and as base64 they are the same, and likeness is likeness. */

#include <math.h>

#include "llama-util.h"

static DheeraEmbeddingRequest *
make_request (void)
{
  DheeraEmbeddingRequest *request = dheera_embedding_request_new_for_input ("llamacpp/stories260k", "Once upon a time there was a girl");

  dheera_embedding_request_add_input (request, "Once upon a time there was a boy");
  dheera_embedding_request_add_input (request, "7 8 9");
  return request;
}

static double
multiply (DheeraEmbeddingResponse *response,
          guint                    a,
          guint                    b)
{
  gsize n;
  const double *left = dheera_embedding_response_get_vector (response, a, &n);
  const double *right = dheera_embedding_response_get_vector (response, b, &n);
  double sum = 0;

  for (gsize i = 0; i < n; i++)
    sum += left[i] * right[i];
  return sum;
}

static void
test_embed (void)
{
  g_autoptr(DheeraClient) client = llama_client_new (llama_get_url (), llama_get_key (), NULL);
  g_autoptr(DheeraEmbeddingRequest) request = make_request ();
  g_autoptr(DheeraEmbeddingResponse) numbers = NULL;
  g_autoptr(DheeraEmbeddingResponse) base64 = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  numbers = dheera_client_embed (client, request, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (dheera_embedding_response_get_n_vectors (numbers), ==, 3);
  g_assert_cmpuint (dheera_embedding_response_get_dimensions (numbers), ==, 64);
  g_assert_cmpint (dheera_usage_get_prompt_tokens (dheera_base_response_get_usage (DHEERA_BASE_RESPONSE (numbers))), >, 0);
  g_assert_cmpfloat_with_epsilon (multiply (numbers, 0, 0), 1, 1e-4);
  g_assert_cmpfloat (multiply (numbers, 0, 1), >, multiply (numbers, 0, 2));

  dheera_base_request_set_extra (DHEERA_BASE_REQUEST (request), "{\"encoding_format\":\"base64\"}");
  dheera_client_embed_async (client, request, NULL, store_result_cb, &result);
  base64 = dheera_client_embed_finish (client, wait_for_result (&result), &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 3; i++)
    {
      gsize n;
      const double *left = dheera_embedding_response_get_vector (numbers, i, &n);
      const double *right = dheera_embedding_response_get_vector (base64, i, &n);

      for (gsize j = 0; j < n; j++)
        g_assert_cmpfloat_with_epsilon (left[j], right[j], 1e-6);
    }
}

/* An engine that has no model for it says so. */
static void
test_not_there (void)
{
  g_autoptr(DheeraClient) client = llama_client_new (llama_get_url (), llama_get_key (), NULL);
  g_autoptr(DheeraRerankRequest) request = dheera_rerank_request_new_for_query ("llamacpp/stories260k", "Who?");
  g_autoptr(DheeraRerankResponse) response = NULL;
  g_autoptr(GError) error = NULL;

  dheera_rerank_request_add_document (request, "A girl");
  response = dheera_client_rerank (client, request, NULL, &error);
  g_assert_null (response);
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_UNSUPPORTED_PARAMETER);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/llama-embed/embed", test_embed);
  g_test_add_func ("/llama-embed/not-there", test_not_there);

  return g_test_run ();
}
