/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "encode-util.h"
#include "providers-util.h"

#include "dheera-ai/model/dheera-base-response.h"
#include "dheera-ai/model/dheera-embedding-request.h"
#include "dheera-ai/model/dheera-embedding-response.h"
#include "dheera-ai/model/dheera-rerank-request.h"
#include "dheera-ai/model/dheera-rerank-response.h"
#include "dheera-ai/model/dheera-rerank-result.h"

/* Embeddings and reranking where a provider of a protocol of its own has them otherwise: Cohere, Ollama */

static void
encode (Encoded          *encoded,
        const char       *provider,
        const char       *base_url,
        DheeraTask        task,
        gpointer          request,
        DheeraParamPolicy policy)
{
  encoded_begin (encoded, provider, base_url);
  encoded->encoding.policy = policy;
  encoded_take (encoded, dheera_provider_get_protocol (encoded->provider)->tasks[task].encode (&encoded->encoding, request, &encoded->error));
}

static DheeraEmbeddingRequest *
make_request (const char *input_type,
              int         dimensions,
              const char *user)
{
  DheeraEmbeddingRequest *request = dheera_embedding_request_new_for_input ("m", "a");

  dheera_embedding_request_add_input (request, "b");
  dheera_embedding_request_set_input_type (request, input_type);
  dheera_embedding_request_set_dimensions (request, dimensions);
  dheera_embedding_request_set_user (request, user);

  return request;
}

static void
test_encode_embed (void)
{
  static const struct
  {
    const char *provider;
    const char *base_url;
    const char *input_type;
    int dimensions;
    const char *url;
    const char *body;
  } cases[] = {
    { "cohere", "https://api.example", NULL, -1, "https://api.example/v2/embed",
      "{\"model\":\"m\",\"input_type\":\"search_document\",\"texts\":[\"a\",\"b\"],\"embedding_types\":[\"float\"]}" },
    { "cohere", "https://api.example/v1", "query", 256, "https://api.example/v2/embed",
      "{\"model\":\"m\",\"input_type\":\"search_query\",\"texts\":[\"a\",\"b\"],\"embedding_types\":[\"float\"],\"output_dimension\":256}" },
    { "cohere", "https://api.example", "clustering", -1, "https://api.example/v2/embed",
      "{\"model\":\"m\",\"input_type\":\"clustering\",\"texts\":[\"a\",\"b\"],\"embedding_types\":[\"float\"]}" },
    { "ollama", "http://127.0.0.1:11434", NULL, 256, "http://127.0.0.1:11434/api/embed", "{\"model\":\"m\",\"input\":[\"a\",\"b\"],\"dimensions\":256}" },
    { "ollama-cloud", "https://ollama.com/api", NULL, -1, "https://ollama.com/api/embed", "{\"model\":\"m\",\"input\":[\"a\",\"b\"]}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Encoded) encoded = { 0 };
      g_autoptr (DheeraEmbeddingRequest) request = make_request (cases[i].input_type, cases[i].dimensions, NULL);

      encode (&encoded, cases[i].provider, cases[i].base_url, DHEERA_TASK_EMBED, request, DHEERA_PARAM_POLICY_REJECT);
      g_assert_no_error (encoded.error);
      g_assert_cmpstr (encoded.http->url, ==, cases[i].url);
      g_assert_cmpstr (encoded.http->method, ==, "POST");
      g_assert_cmpstr (encoded.body, ==, cases[i].body);
    }
}

/* What a text is for is whatever the caller says last. */
static void
test_extra (void)
{
  g_auto (Encoded) encoded = { 0 };
  g_autoptr (DheeraEmbeddingRequest) request = make_request (NULL, -1, NULL);

  dheera_base_request_set_extra (DHEERA_BASE_REQUEST (request), "{\"input_type\":\"classification\",\"embedding_types\":[\"base64\"]}");
  encode (&encoded, "cohere", "https://api.example", DHEERA_TASK_EMBED, request, DHEERA_PARAM_POLICY_REJECT);
  g_assert_no_error (encoded.error);
  g_assert_cmpstr (encoded.body, ==, "{\"model\":\"m\",\"input_type\":\"classification\",\"texts\":[\"a\",\"b\"],\"embedding_types\":[\"base64\"]}");
}

static void
test_refused (void)
{
  static const struct
  {
    const char *provider;
    const char *input_type;
    const char *user;
    const char *name;
  } cases[] = {
    { "cohere", NULL, "u", "user" },
    { "ollama", NULL, "u", "user" },
    { "ollama", "query", NULL, "input_type" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Encoded) refused = { 0 };
      g_auto (Encoded) dropped = { 0 };
      g_autoptr (DheeraEmbeddingRequest) request = make_request (cases[i].input_type, -1, cases[i].user);

      encode (&refused, cases[i].provider, "https://api.example", DHEERA_TASK_EMBED, request, DHEERA_PARAM_POLICY_REJECT);
      g_assert_error (refused.error, DHEERA_ERROR, DHEERA_ERROR_UNSUPPORTED_PARAMETER);
      g_assert_nonnull (strstr (refused.error->message, cases[i].name));
      encode (&dropped, cases[i].provider, "https://api.example", DHEERA_TASK_EMBED, request, DHEERA_PARAM_POLICY_DROP);
      g_assert_no_error (dropped.error);
      g_assert_cmpuint (dropped.encoding.warnings->len, ==, 1);
    }
}

static GObject *
decode (Answer     *answer,
        const char *provider,
        DheeraTask  task,
        guint       n,
        const char *body)
{
  GObject *object;

  answer_begin (answer, provider);
  answer->decoder->n_choices = n;
  object = answer->decoder->protocol->tasks[task].decode (answer->decoder, body, strlen (body));
  g_assert_true ((object == NULL) == (answer->decoder->failure != NULL));

  return object;
}

static void
test_decode_embed (void)
{
  static const struct
  {
    const char *provider;
    const char *body;
    gint64 tokens;
  } cases[] = {
    { "cohere", "{\"id\":\"e\",\"embeddings\":{\"float\":[[0.25,-0.5],[1,2]]},\"texts\":[\"a\",\"b\"],\"meta\":{\"billed_units\":{\"input_tokens\":3.0}}}", 3 },
    { "cohere", "{\"embeddings\":{\"base64\":[\"AACAPgAAAL8=\",\"AACAPwAAAEA=\"]}}", -1 },
    { "cohere", "{\"embeddings\":{\"new\":[[0.25,-0.5],[1,2]]}}", -1 },
    { "cohere", "{\"embeddings\":[[0.25,-0.5],[1,2]]}", -1 },
    { "ollama", "{\"model\":\"m\",\"embeddings\":[[0.25,-0.5],[1,2]],\"total_duration\":9,\"prompt_eval_count\":3}", 3 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Answer) answer = { 0 };
      g_autoptr (GObject) object = decode (&answer, cases[i].provider, DHEERA_TASK_EMBED, 2, cases[i].body);
      gsize n;
      const double *vector;
      DheeraUsage *usage;

      g_assert_nonnull (object);
      g_assert_cmpuint (dheera_embedding_response_get_n_vectors (DHEERA_EMBEDDING_RESPONSE (object)), ==, 2);
      vector = dheera_embedding_response_get_vector (DHEERA_EMBEDDING_RESPONSE (object), 0, &n);
      g_assert_cmpuint (n, ==, 2);
      g_assert_cmpfloat (vector[0], ==, 0.25);
      g_assert_cmpfloat (vector[1], ==, -0.5);
      usage = dheera_base_response_get_usage (DHEERA_BASE_RESPONSE (object));
      g_assert_cmpint (usage != NULL ? dheera_usage_get_prompt_tokens (usage) : -1, ==, cases[i].tokens);
    }
}

static void
test_embed_failures (void)
{
  static const struct
  {
    const char *provider;
    const char *body;
    DheeraError code;
  } cases[] = {
    { "cohere", "{\"embeddings\":{\"float\":[[1]]}}", DHEERA_ERROR_PROTOCOL },
    { "cohere", "{\"embeddings\":{}}", DHEERA_ERROR_PROTOCOL },
    { "cohere", "{\"embeddings\":{\"float\":[[1],[\"x\"]]}}", DHEERA_ERROR_PROTOCOL },
    { "cohere", "{}", DHEERA_ERROR_PROTOCOL },
    { "cohere", "{\"embeddings\":", DHEERA_ERROR_STREAM_INTERRUPTED },
    { "ollama", "{\"embeddings\":[[1],[1,2]]}", DHEERA_ERROR_PROTOCOL },
    { "ollama", "{\"embeddings\":null}", DHEERA_ERROR_PROTOCOL },
    { "ollama", "{\"error\":\"no\"}", DHEERA_ERROR_STREAM_ERROR },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Answer) answer = { 0 };
      g_autoptr (GObject) object = decode (&answer, cases[i].provider, DHEERA_TASK_EMBED, 2, cases[i].body);

      g_assert_null (object);
      g_assert_cmpint (dheera_error_details_get_code (answer.decoder->failure), ==, cases[i].code);
    }
}

static void
test_rerank (void)
{
  g_auto (Encoded) encoded = { 0 };
  g_auto (Encoded) refused = { 0 };
  g_auto (Answer) answer = { 0 };
  g_autoptr (DheeraRerankRequest) request = dheera_rerank_request_new_for_query ("m", "q");
  g_autoptr (GObject) object = NULL;
  g_autoptr (DheeraRerankResult) first = NULL;

  dheera_rerank_request_add_document (request, "a");
  dheera_rerank_request_add_document (request, "b");
  dheera_rerank_request_set_top_n (request, 1);
  encode (&encoded, "cohere", "https://api.example/v2", DHEERA_TASK_RERANK, request, DHEERA_PARAM_POLICY_REJECT);
  g_assert_no_error (encoded.error);
  g_assert_cmpstr (encoded.http->url, ==, "https://api.example/v2/rerank");
  g_assert_cmpstr (encoded.body, ==, "{\"model\":\"m\",\"query\":\"q\",\"documents\":[\"a\",\"b\"],\"top_n\":1}");

  dheera_rerank_request_set_return_documents (request, DHEERA_TRISTATE_YES);
  encode (&refused, "cohere", "https://api.example", DHEERA_TASK_RERANK, request, DHEERA_PARAM_POLICY_REJECT);
  g_assert_error (refused.error, DHEERA_ERROR, DHEERA_ERROR_UNSUPPORTED_PARAMETER);

  object = decode (&answer, "cohere", DHEERA_TASK_RERANK, 2, "{\"id\":\"r\",\"results\":[{\"index\":1,\"relevance_score\":0.75}],\"meta\":{}}");
  g_assert_nonnull (object);
  first = g_list_model_get_item (dheera_rerank_response_get_results (DHEERA_RERANK_RESPONSE (object)), 0);
  g_assert_cmpuint (dheera_rerank_result_get_index (first), ==, 1);
  g_assert_cmpfloat (dheera_rerank_result_get_score (first), ==, 0.75);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/native-endpoints/encode-embed", test_encode_embed);
  g_test_add_func ("/native-endpoints/extra", test_extra);
  g_test_add_func ("/native-endpoints/refused", test_refused);
  g_test_add_func ("/native-endpoints/decode-embed", test_decode_embed);
  g_test_add_func ("/native-endpoints/embed-failures", test_embed_failures);
  g_test_add_func ("/native-endpoints/rerank", test_rerank);

  return g_test_run ();
}
