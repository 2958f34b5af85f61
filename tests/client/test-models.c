/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What answers cost, what is known about models, and how much more may be asked. */

#include "client-util.h"

#include <glib/gstdio.h>

#include "tests/servers/fault-server.h"

#define HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
#define ANSWER(model, usage) \
  HEAD "x-ratelimit-remaining-requests: 41\r\nx-ratelimit-reset-requests: 1m30s\r\nx-ratelimit-limit-tokens: 1000\r\n\r\n" \
  "{\"model\":\"" model "\",\"choices\":[{\"index\":0,\"message\":{\"content\":\"Hello\"},\"finish_reason\":\"stop\"}]" usage "}"
#define USAGE ",\"usage\":{\"prompt_tokens\":1000,\"completion_tokens\":100,\"total_tokens\":1100}"

/* The two ways to a whole answer */
typedef DheeraResponse *(*Complete) (DheeraClient   *client,
                                     DheeraRequest  *request,
                                     GCancellable   *cancellable,
                                     GError        **error);

static void
last_call_cb (DheeraClient *client,
              DheeraCall   *call,
              gpointer      data)
{
  g_set_object ((DheeraCall **) data, call);
}

typedef struct
{
  FaultServer *server;
  DheeraClient *client;
  DheeraRequest *request;
  DheeraCall *call; /* the last one */
} Fixture;

static void
set_up (Fixture    *f,
        const char *model,
        const char *answer)
{
  g_autofree char *url = NULL;

  f->server = fault_server_new (FAULT_TLS_NONE);
  fault_server_script (f->server, FAULT_EXPECT (), FAULT_SEND (answer), FAULT_CLOSE (), FAULT_END);
  url = fault_server_dup_url (f->server, "/v1");
  f->client = dheera_client_new ();
  dheera_client_set_max_retries (f->client, 0);
  f->call = NULL;
  g_signal_connect (f->client, "call-finished", G_CALLBACK (last_call_cb), &f->call);
  f->request = dheera_request_new_for_prompt (model, "Hi");
  dheera_base_request_set_base_url (DHEERA_BASE_REQUEST (f->request), url);
  dheera_base_request_set_api_key (DHEERA_BASE_REQUEST (f->request), "key");
}

static void
tear_down (Fixture *f)
{
  g_clear_object (&f->call);
  g_object_unref (f->request);
  g_object_unref (f->client);
  fault_server_free (f->server);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, tear_down)

static void
assert_cost (Complete    complete,
             const char *model,
             const char *answer,
             const char *tier,
             double      cost)
{
  g_auto(Fixture) f = { 0 };
  g_autoptr(GError) error = NULL;
  g_autoptr(DheeraResponse) response = NULL;

  set_up (&f, model, answer);
  dheera_request_set_service_tier (f.request, tier);
  response = complete (f.client, f.request, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat_with_epsilon (dheera_response_get_cost (response), cost, 1e-12);
  g_assert_cmpfloat_with_epsilon (dheera_call_get_cost (f.call), cost, 1e-12);
}

static void
test_cost (gconstpointer data)
{
  const double price_of_4o_mini = 1000 * 0.15e-6 + 100 * 0.6e-6;

  assert_cost (data, "openai/gpt-4o-mini", ANSWER ("gpt-4o-mini-2024-07-18", USAGE), NULL, price_of_4o_mini);
  assert_cost (data, "openai/gpt-4o-mini", ANSWER ("gpt-4o-mini-2024-07-18", USAGE), "default", price_of_4o_mini);
  /* The answer knows better which model it was: a deployment's name says nothing. */
  assert_cost (data, "azure/my-deployment", ANSWER ("gpt-4o-mini-2024-07-18", USAGE), NULL, price_of_4o_mini);
  assert_cost (data, "openai/gpt-4o-mini", ANSWER ("", USAGE), NULL, price_of_4o_mini);
  /* The provider's own figure goes before. */
  assert_cost (data, "openai/gpt-4o-mini", ANSWER ("gpt-4o-mini", ",\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1,\"cost\":0.5}"), NULL, 0.5);
  assert_cost (data, "openrouter/any/model", ANSWER ("any/model", ",\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1,\"cost\":0.25}"), NULL, 0.25);

  /* Unknown, never 0 */
  assert_cost (data, "openai/gpt-4o-mini", ANSWER ("gpt-4o-mini", ""), NULL, -1);
  assert_cost (data, "openai/gpt-unheard-of", ANSWER ("gpt-unheard-of", USAGE), NULL, -1);
  assert_cost (data, "openai/gpt-4o-mini", ANSWER ("gpt-4o-mini", USAGE), "flex", -1);
  assert_cost (data, "openrouter/any/model", ANSWER ("any/model", USAGE), NULL, -1);
  assert_cost (data, "vllm/m", ANSWER ("m", USAGE), NULL, -1);
}

static void
test_limits (gconstpointer data)
{
  Complete complete = data;
  g_auto(Fixture) f = { 0 };
  g_autoptr(GError) error = NULL;
  g_autoptr(DheeraResponse) response = NULL;
  DheeraRateLimits *limits;

  set_up (&f, "openai/gpt-4o", ANSWER ("gpt-4o", USAGE));
  response = complete (f.client, f.request, NULL, &error);
  g_assert_no_error (error);
  limits = dheera_response_get_rate_limits (response);
  g_assert_true (limits == dheera_call_get_rate_limits (f.call));
  g_assert_cmpint (dheera_rate_limits_get_requests_remaining (limits), ==, 41);
  g_assert_cmpint (dheera_rate_limits_get_requests_limit (limits), ==, -1);
  g_assert_cmpfloat (dheera_rate_limits_get_requests_reset (limits), ==, 90);
  g_assert_cmpint (dheera_rate_limits_get_tokens_limit (limits), ==, 1000);
  g_assert_cmpint (dheera_rate_limits_get_tokens_remaining (limits), ==, -1);
  g_assert_cmpfloat (dheera_rate_limits_get_tokens_reset (limits), ==, -1);
}

/* Of a refusal the call knows, and of an answer that says nothing nobody does. */
static void
test_limits_of_failure (gconstpointer data)
{
  Complete complete = data;
  g_auto(Fixture) refused = { 0 };
  g_auto(Fixture) silent = { 0 };
  g_autoptr(GError) error = NULL;
  g_autoptr(DheeraResponse) response = NULL;

  set_up (&refused, "openai/gpt-4o", "HTTP/1.1 429 Too Many\r\nx-ratelimit-remaining-requests: 0\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  g_assert_null (complete (refused.client, refused.request, NULL, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_RATE_LIMIT);
  g_assert_cmpint (dheera_rate_limits_get_requests_remaining (dheera_call_get_rate_limits (refused.call)), ==, 0);
  g_assert_cmpfloat (dheera_call_get_cost (refused.call), ==, -1);
  g_clear_error (&error);

  set_up (&silent, "openai/gpt-4o", HEAD "\r\n{\"choices\":[{\"index\":0,\"message\":{\"content\":\"Hello\"},\"finish_reason\":\"stop\"}]}");
  response = complete (silent.client, silent.request, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (dheera_response_get_rate_limits (response));
}

/* A stream's cost is known at its end. */
static void
test_stream (void)
{
  g_auto(Fixture) f = { 0 };
  g_autoptr(DheeraStream) stream = NULL;
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(GError) error = NULL;

  set_up (&f, "openai/gpt-4o-mini",
          "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nx-ratelimit-remaining-tokens: 7\r\nConnection: close\r\n\r\n"
          "data: {\"model\":\"gpt-4o-mini\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hello\"}}]}\n\n"
          "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
          "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1000,\"completion_tokens\":100}}\n\n"
          "data: [DONE]\n\n");
  stream = dheera_client_stream (f.client, f.request);
  response = dheera_stream_collect (stream, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat_with_epsilon (dheera_response_get_cost (response), 210e-6, 1e-12);
  g_assert_cmpint (dheera_rate_limits_get_tokens_remaining (dheera_response_get_rate_limits (response)), ==, 7);
}

/* --- Names -------------------------------------------------------------------------------------------------------------------------------- */

static void
test_check_name (void)
{
  static const struct
  {
    const char *name;
    gboolean good;
  } cases[] = {
    { "openai/gpt-4o-mini", TRUE }, { "together/a/b", TRUE }, { "gpt-4o-mini", TRUE }, { "lab/m", TRUE },
    { "nobody/m", FALSE }, { "openai/", FALSE }, { "m", FALSE }, { "", FALSE }, { "/m", FALSE },
  };
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraProvider) lab = dheera_provider_new_compatible ("lab", "http://localhost:1/v1");

  dheera_client_add_provider (client, lab);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_cmpint (dheera_client_check_model (client, cases[i].name, &error), ==, cases[i].good);
      if (cases[i].good)
        g_assert_no_error (error);
      else
        g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_UNKNOWN_MODEL);
    }
  /* Nothing was made for it. */
  g_assert_cmpuint (g_list_model_get_n_items (dheera_client_get_providers (client)), ==, 1);
}

/* --- Data of one's own ---------------------------------------------------------------------------------------------------------------- */

static void
test_load (gconstpointer data)
{
  Complete complete = data;
  g_auto(Fixture) f = { 0 };
  g_autoptr(GError) error = NULL;
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(DheeraModel) model = NULL;

  set_up (&f, "vllm/m", ANSWER ("m", USAGE));
  g_assert_null (dheera_client_find_model (f.client, "vllm/m"));
  g_assert_true (dheera_client_load_model_data (f.client, "{\"models\":{\"vllm\":{\"m\":{\"input\":1,\"output\":2,\"context_window\":4096}}}}", &error));
  g_assert_no_error (error);

  model = dheera_client_find_model (f.client, "vllm/m");
  g_assert_cmpstr (dheera_model_get_id (model), ==, "m");
  g_assert_cmpstr (dheera_model_get_provider (model), ==, "vllm");
  g_assert_cmpint (dheera_model_get_context_window (model), ==, 4096);
  response = complete (f.client, f.request, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat_with_epsilon (dheera_response_get_cost (response), 0.0012, 1e-12);

  g_assert_false (dheera_client_load_model_data (f.client, "{\"models\":{\"vllm\":{\"m\":{\"input\":-1}}}}", &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
}

static void
test_find (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraModel) full = dheera_client_find_model (client, "anthropic/claude-sonnet-4-5-20250929");
  g_autoptr(DheeraModel) bare = dheera_client_find_model (client, "gpt-4o-mini");

  g_assert_cmpstr (dheera_model_get_provider (full), ==, "anthropic");
  g_assert_cmpstr (dheera_model_get_id (full), ==, "claude-sonnet-4-5-20250929");
  g_assert_cmpfloat (dheera_model_get_input_price (full), ==, 3);
  g_assert_cmpfloat (dheera_model_get_output_price (full), ==, 15);
  g_assert_cmpfloat (dheera_model_get_cache_read_price (full), ==, 0.3);
  g_assert_cmpfloat (dheera_model_get_cache_write_price (full), ==, 3.75);
  g_assert_true (dheera_model_get_capabilities (full) & DHEERA_MODEL_CAPABILITIES_TOOLS);
  g_assert_cmpstr (dheera_model_get_provider (bare), ==, "openai");
  g_assert_cmpint (dheera_model_get_context_window (bare), ==, 128000);

  g_assert_null (dheera_client_find_model (client, "unheard-of"));
  g_assert_null (dheera_client_find_model (client, "nobody/gpt-4o"));
  g_assert_null (dheera_client_find_model (client, ""));
  g_assert_true (g_str_has_prefix (dheera_client_get_model_data_date (), "20"));
}

static void
test_file (void)
{
  g_autofree char *path = NULL;
  int fd = g_file_open_tmp ("dheera-models-XXXXXX", &path, NULL);
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraClient) broken = dheera_client_new ();
  g_autoptr(DheeraModel) model = NULL;
  g_autoptr(DheeraModel) still = NULL;

  g_close (fd, NULL);
  g_assert_true (g_file_set_contents (path, "{\"models\":{\"openai\":{\"gpt-4o\":{\"input\":7,\"output\":8}}}}", -1, NULL));
  g_setenv ("DHEERA_MODEL_DATA", path, TRUE);
  model = dheera_client_find_model (client, "gpt-4o");
  g_assert_cmpfloat (dheera_model_get_input_price (model), ==, 7);
  g_assert_cmpint (dheera_model_get_context_window (model), ==, -1);

  /* A broken one is named, and the rest goes on. */
  g_assert_true (g_file_set_contents (path, "{", -1, NULL));
  g_test_expect_message ("dheera-ai", G_LOG_LEVEL_WARNING, "*DHEERA_MODEL_DATA*not valid JSON*");
  still = dheera_client_find_model (broken, "gpt-4o");
  g_test_assert_expected_messages ();
  g_assert_cmpfloat (dheera_model_get_input_price (still), ==, 2.5);

  g_unsetenv ("DHEERA_MODEL_DATA");
  g_unlink (path);
}

/* What the provider tells goes before what is known. */
static void
test_list (void)
{
  g_auto(Fixture) f = { 0 };
  g_autofree char *url = NULL;
  g_autoptr(DheeraModelsRequest) request = dheera_models_request_new ("openai");
  g_autoptr(GListModel) models = NULL;
  g_autoptr(DheeraModel) known = NULL;
  g_autoptr(DheeraModel) told = NULL;
  g_autoptr(DheeraModel) unknown = NULL;
  g_autoptr(GError) error = NULL;

  set_up (&f, "openai/gpt-4o",
          HEAD "\r\n{\"data\":[{\"id\":\"gpt-4o\"},{\"id\":\"gpt-4.1\",\"context_length\":5,\"pricing\":{\"prompt\":\"0.000009\",\"completion\":\"0.00001\"}},{\"id\":\"new\"}]}");
  url = fault_server_dup_url (f.server, "/v1");
  dheera_base_request_set_base_url (DHEERA_BASE_REQUEST (request), url);
  dheera_base_request_set_api_key (DHEERA_BASE_REQUEST (request), "key");
  models = dheera_client_list_models (f.client, request, NULL, &error);
  g_assert_no_error (error);

  known = g_list_model_get_item (models, 0);
  g_assert_cmpint (dheera_model_get_context_window (known), ==, 128000);
  g_assert_cmpfloat (dheera_model_get_output_price (known), ==, 10);
  told = g_list_model_get_item (models, 1);
  g_assert_cmpint (dheera_model_get_context_window (told), ==, 5);
  g_assert_cmpfloat (dheera_model_get_input_price (told), ==, 9);
  g_assert_cmpint (dheera_model_get_max_output_tokens (told), ==, 32768);
  unknown = g_list_model_get_item (models, 2);
  g_assert_cmpfloat (dheera_model_get_input_price (unknown), ==, -1);
  g_assert_cmpuint (dheera_model_get_capabilities (unknown), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  static const struct
  {
    const char *name;
    GTestDataFunc func;
  } tests[] = {
    { "cost", test_cost },
    { "limits", test_limits },
    { "limits-of-failure", test_limits_of_failure },
    { "load", test_load },
  };

  g_unsetenv ("DHEERA_MODEL_DATA");
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *blocking = g_strconcat ("/models/blocking/", tests[i].name, NULL);
      g_autofree char *async = g_strconcat ("/models/async/", tests[i].name, NULL);

      g_test_add_data_func (blocking, dheera_client_complete, tests[i].func);
      g_test_add_data_func (async, complete_async, tests[i].func);
    }
  g_test_add_func ("/models/stream", test_stream);
  g_test_add_func ("/models/check-name", test_check_name);
  g_test_add_func ("/models/find", test_find);
  g_test_add_func ("/models/file", test_file);
  g_test_add_func ("/models/list", test_list);

  return g_test_run ();
}
