/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "providers-util.h"

#include "dheera-ai/model/dheera-model.h"

static GListModel *
decode (DheeraDecoder *decoder,
        const char    *body)
{
  return (GListModel *) decoder->protocol->tasks[DHEERA_TASK_LIST_MODELS].decode (decoder, body, strlen (body));
}

static void
test_shapes (void)
{
  static const char *const bodies[] = {
    "{\"object\":\"list\",\"data\":[{\"id\":\"a\"},{\"id\":\"b\"}]}",
    "{\"models\":[{\"name\":\"models/a\"},{\"name\":\"b\"}]}",
    "[{\"id\":\"a\"},{\"slug\":\"b\"}]",
    "{\"data\":[{\"model\":\"a\"},\"b\",{},7,null,{\"id\":\"\"},{\"id\":3}]}",
    "{\"data\":[{\"id\":\"a\"},{\"id\":\"b\"}],\"models\":[{\"name\":\"c\"}]}",
    "{\"data\":null,\"models\":[{\"name\":\"a\"},{\"name\":\"b\"}]}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_auto (Answer) answer = { 0 };
      g_autoptr (GListModel) models = NULL;
      g_autoptr (DheeraModel) first = NULL;
      g_autoptr (DheeraModel) second = NULL;

      answer_begin (&answer, "lab");
      models = decode (answer.decoder, bodies[i]);
      g_assert_nonnull (models);
      g_assert_true (g_list_model_get_item_type (models) == DHEERA_TYPE_MODEL);
      g_assert_cmpuint (g_list_model_get_n_items (models), ==, 2);
      first = g_list_model_get_item (models, 0);
      second = g_list_model_get_item (models, 1);
      g_assert_cmpstr (dheera_model_get_id (first), ==, "a");
      g_assert_cmpstr (dheera_model_get_id (second), ==, "b");
      g_assert_cmpstr (dheera_model_get_provider (first), ==, "lab");
    }
}

static void
test_none (void)
{
  static const char *const bodies[] = { "[]", "{\"data\":[]}", "{\"object\":\"list\",\"data\":null}" };

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_auto (Answer) answer = { 0 };
      g_autoptr (GListModel) models = NULL;

      answer_begin (&answer, "lab");
      models = decode (answer.decoder, bodies[i]);
      g_assert_nonnull (models);
      g_assert_cmpuint (g_list_model_get_n_items (models), ==, 0);
    }
}

static void
test_facts (void)
{
  static const struct
  {
    const char *model;
    const char *name;
    gint64 context;
    gint64 output;
    gint64 created;
  } cases[] = {
    { "{\"id\":\"m\"}", "m", -1, -1, -1 },
    { "{\"id\":\"m\",\"created\":1700000000,\"owned_by\":\"o\"}", "m", -1, -1, 1700000000 },
    { "{\"id\":\"m\",\"created_at\":\"2023-11-14T22:13:20Z\",\"display_name\":\"Em\"}", "Em", -1, -1, 1700000000 },
    { "{\"id\":\"m\",\"name\":\"Em\",\"context_length\":8192,\"top_provider\":{\"context_length\":4096,\"max_completion_tokens\":512}}",
      "Em", 8192, 512, -1 },
    { "{\"id\":\"m\",\"max_model_len\":8192.0}", "m", 8192, -1, -1 },
    { "{\"id\":\"m\",\"context_window\":\"8192\",\"max_completion_tokens\":512}", "m", 8192, 512, -1 },
    { "{\"id\":\"m\",\"max_context_length\":8192}", "m", 8192, -1, -1 },
    { "{\"id\":\"m\",\"meta\":{\"n_ctx\":4096,\"n_ctx_train\":8192}}", "m", 4096, -1, -1 },
    { "{\"id\":\"m\",\"meta\":{\"n_ctx_train\":8192}}", "m", 8192, -1, -1 },
    { "{\"id\":\"m\",\"meta\":null,\"created\":[],\"context_length\":null,\"display_name\":4,\"top_provider\":7}", "m", -1, -1, -1 },
    { "{\"name\":\"models/m\",\"displayName\":\"Em\",\"inputTokenLimit\":8192,\"outputTokenLimit\":512}", "Em", 8192, 512, -1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Answer) answer = { 0 };
      g_autofree char *body = g_strdup_printf ("{\"data\":[%s]}", cases[i].model);
      g_autoptr (GListModel) models = NULL;
      g_autoptr (DheeraModel) model = NULL;

      answer_begin (&answer, "lab");
      models = decode (answer.decoder, body);
      model = g_list_model_get_item (models, 0);
      g_assert_cmpstr (dheera_model_get_id (model), ==, "m");
      g_assert_cmpstr (dheera_model_get_name (model), ==, cases[i].name);
      g_assert_cmpint (dheera_model_get_context_window (model), ==, cases[i].context);
      g_assert_cmpint (dheera_model_get_max_output_tokens (model), ==, cases[i].output);
      g_assert_cmpint (dheera_model_get_created (model), ==, cases[i].created);
    }
}

static void
test_failures (void)
{
  static const struct
  {
    const char *body;
    DheeraError code;
  } cases[] = {
    { "", DHEERA_ERROR_PROTOCOL },
    { "<html>", DHEERA_ERROR_PROTOCOL },
    { "{}", DHEERA_ERROR_PROTOCOL },
    { "{\"data\":{}}", DHEERA_ERROR_PROTOCOL },
    { "7", DHEERA_ERROR_PROTOCOL },
    { "[{\"error\":{\"message\":\"m\",\"code\":401}}]", DHEERA_ERROR_AUTHENTICATION },
    { "{\"code\":401,\"message\":\"Invalid token\",\"data\":null}", DHEERA_ERROR_AUTHENTICATION },
    { "{\"detail\":\"Not there\"}", DHEERA_ERROR_STREAM_ERROR },
    { "{\"id\":\"one-model\",\"object\":\"model\"}", DHEERA_ERROR_PROTOCOL },
    { "{\"error\":{\"message\":\"x\",\"code\":429}}", DHEERA_ERROR_RATE_LIMIT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Answer) answer = { 0 };

      answer_begin (&answer, "lab");
      g_assert_null (decode (answer.decoder, cases[i].body));
      answer.decoded = DHEERA_DECODED_FAILED;
      assert_failed (&answer, cases[i].code);
    }
}

static void
test_encode (void)
{
  g_autoptr (DheeraProvider) openai = dheera_provider_new ("openai");
  g_autoptr (DheeraModelsRequest) request = dheera_models_request_new ("openai");
  g_autoptr (DheeraHttpRequest) http = NULL;
  g_autoptr (GError) error = NULL;
  DheeraEncoding encoding = { .provider = openai, .base_url = "https://api.openai.com/v1" };

  http = dheera_openai_chat.tasks[DHEERA_TASK_LIST_MODELS].encode (&encoding, DHEERA_BASE_REQUEST (request), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (http->method, ==, "GET");
  g_assert_cmpstr (http->url, ==, "https://api.openai.com/v1/models");
  g_assert_null (http->body);
  g_assert_cmpint (http->auth, ==, DHEERA_AUTH_BEARER);
}

static void
test_no_list (void)
{
  g_autoptr (DheeraProvider) perplexity = dheera_provider_new ("perplexity");
  g_autoptr (DheeraModelsRequest) request = dheera_models_request_new ("perplexity");
  g_autoptr (GError) error = NULL;
  DheeraEncoding encoding = { .provider = perplexity, .base_url = "https://api.perplexity.ai" };

  g_assert_null (dheera_openai_chat.tasks[DHEERA_TASK_LIST_MODELS].encode (&encoding, DHEERA_BASE_REQUEST (request), &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_NOT_SUPPORTED);
  g_assert_nonnull (strstr (error->message, "perplexity"));
}

/* Prices for a million tokens, whatever they are told of, and abilities */
static void
test_prices (void)
{
  static const struct
  {
    const char *model;
    double input, output, cache_read, cache_write;
    DheeraModelCapabilities capabilities;
  } cases[] = {
    { "{\"id\":\"m\"}", -1, -1, -1, -1, 0 },
    { "{\"id\":\"m\",\"pricing\":{\"prompt\":\"0.000003\",\"completion\":\"0.000015\",\"input_cache_read\":\"0.0000003\",\"input_cache_write\":\"0.00000375\"},"
      "\"architecture\":{\"input_modalities\":[\"image\",\"text\",\"file\"]},\"supported_parameters\":[\"tools\",\"reasoning\"]}",
      3, 15, 0.3, 3.75,
      DHEERA_MODEL_CAPABILITIES_IMAGES | DHEERA_MODEL_CAPABILITIES_PDF | DHEERA_MODEL_CAPABILITIES_TOOLS | DHEERA_MODEL_CAPABILITIES_REASONING | DHEERA_MODEL_CAPABILITIES_KNOWN },
    { "{\"id\":\"m\",\"pricing\":{\"prompt\":\"0\",\"completion\":\"0\"},\"architecture\":{\"input_modalities\":[\"audio\"]},\"supported_parameters\":[\"structured_outputs\"]}",
      0, 0, -1, -1, DHEERA_MODEL_CAPABILITIES_AUDIO | DHEERA_MODEL_CAPABILITIES_JSON_SCHEMA | DHEERA_MODEL_CAPABILITIES_KNOWN },
    /* Together, Vercel */
    { "{\"id\":\"m\",\"pricing\":{\"hourly\":0,\"input\":0.18,\"output\":0.59,\"cached_input\":0.09}}", 0.18, 0.59, 0.09, -1, 0 },
    { "{\"id\":\"m\",\"pricing\":{\"input\":\"0.00000125\",\"output\":\"0.00001\",\"input_cache_read\":\"0.000000125\"}}", 1.25, 10, 0.125, -1, 0 },
    /* OpenRouter's router itself, and what is none */
    { "{\"id\":\"m\",\"pricing\":{\"prompt\":\"-1\",\"completion\":\"-1\"}}", -1, -1, -1, -1, 0 },
    { "{\"id\":\"m\",\"pricing\":{\"prompt\":\"free\",\"completion\":[],\"input\":3},\"architecture\":7,\"supported_parameters\":{}}", -1, -1, -1, -1, 0 },
    { "{\"id\":\"m\",\"pricing\":[1,2]}", -1, -1, -1, -1, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Answer) answer = { 0 };
      g_autofree char *body = g_strdup_printf ("[%s]", cases[i].model);
      g_autoptr (GListModel) models = NULL;
      g_autoptr (DheeraModel) model = NULL;

      answer_begin (&answer, "lab");
      models = decode (answer.decoder, body);
      model = g_list_model_get_item (models, 0);
      g_assert_cmpfloat_with_epsilon (dheera_model_get_input_price (model), cases[i].input, 1e-9);
      g_assert_cmpfloat_with_epsilon (dheera_model_get_output_price (model), cases[i].output, 1e-9);
      g_assert_cmpfloat_with_epsilon (dheera_model_get_cache_read_price (model), cases[i].cache_read, 1e-9);
      g_assert_cmpfloat_with_epsilon (dheera_model_get_cache_write_price (model), cases[i].cache_write, 1e-9);
      g_assert_cmpuint (dheera_model_get_capabilities (model), ==, cases[i].capabilities);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/openai-models/shapes", test_shapes);
  g_test_add_func ("/openai-models/none", test_none);
  g_test_add_func ("/openai-models/facts", test_facts);
  g_test_add_func ("/openai-models/failures", test_failures);
  g_test_add_func ("/openai-models/encode", test_encode);
  g_test_add_func ("/openai-models/no-list", test_no_list);

  g_test_add_func ("/openai-models/prices", test_prices);

  return g_test_run ();
}
