/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model-util.h"

#include "dheera-ai/model/calls/dheera-call-private.h"
#include "dheera-ai/model/errors/dheera-error-private.h"
#include "dheera-ai/model/responses/dheera-response-private.h"
#include "dheera-ai/model/responses/dheera-usage-private.h"

static void
test_fresh (void)
{
  g_autoptr (DheeraCall) call = dheera_call_new ("complete");

  assert_properties (DHEERA_TYPE_CALL,
                     "operation provider model url attempt status request-id usage error-details "
                     "bytes-sent bytes-received "
                     "queue-time dns-time connect-time tls-time first-byte-time first-token-time "
                     "total-time connection-reused cost rate-limits "
                     "error traceparent tracestate request-headers request-body response-headers response-body");
  g_assert_cmpstr (dheera_call_get_operation (call), ==, "complete");
  g_assert_cmpstr (dheera_call_get_provider (call), ==, "");
  g_assert_cmpstr (dheera_call_get_model (call), ==, "");
  g_assert_cmpstr (dheera_call_get_url (call), ==, "");
  g_assert_cmpuint (dheera_call_get_attempt (call), ==, 0);
  g_assert_cmpuint (dheera_call_get_status (call), ==, 0);
  g_assert_null (dheera_call_get_request_id (call));
  g_assert_null (dheera_call_get_usage (call));
  g_assert_null (dheera_call_get_error_details (call));
  g_assert_cmpuint (dheera_call_get_bytes_sent (call), ==, 0);
  g_assert_cmpuint (dheera_call_get_bytes_received (call), ==, 0);
  g_assert_cmpfloat (dheera_call_get_queue_time (call), ==, -1);
  g_assert_cmpfloat (dheera_call_get_dns_time (call), ==, -1);
  g_assert_cmpfloat (dheera_call_get_connect_time (call), ==, -1);
  g_assert_cmpfloat (dheera_call_get_tls_time (call), ==, -1);
  g_assert_cmpfloat (dheera_call_get_first_byte_time (call), ==, -1);
  g_assert_cmpfloat (dheera_call_get_first_token_time (call), ==, -1);
  g_assert_cmpfloat (dheera_call_get_total_time (call), ==, -1);
  g_assert_false (dheera_call_get_connection_reused (call));
  g_assert_cmpfloat (dheera_call_get_cost (call), ==, -1);
  g_assert_null (dheera_call_get_rate_limits (call));
  g_assert_null (dheera_call_get_error (call));
  g_assert_null (dheera_call_get_traceparent (call));
  g_assert_null (dheera_call_get_tracestate (call));
  g_assert_null (dheera_call_get_request_headers (call));
  g_assert_null (dheera_call_get_request_body (call));
  g_assert_null (dheera_call_get_response_headers (call));
  g_assert_null (dheera_call_get_response_body (call));
}

static DheeraCall *
make_full (void)
{
  DheeraFailure failure = DHEERA_FAILURE_INIT;
  DheeraCall *call = dheera_call_new ("stream");

  call->provider = g_strdup ("p");
  call->model = g_strdup ("m");
  call->url = g_strdup ("u");
  call->attempt = 2;
  call->status = 503;
  call->request_id = g_strdup ("req_1");
  call->usage = dheera_usage_new ();
  call->error_details = dheera_error_details_new (&failure);
  call->bytes_sent = 3;
  call->bytes_received = 4;
  call->queue_time = 0.1;
  call->dns_time = 0.2;
  call->connect_time = 0.3;
  call->tls_time = 0.4;
  call->first_byte_time = 0.5;
  call->first_token_time = 0.6;
  call->total_time = 0.7;
  call->connection_reused = TRUE;

  return call;
}

static void
test_properties (void)
{
  static const char *const times[] = { "queue-time", "dns-time", "connect-time", "tls-time",
                                       "first-byte-time",
                                       "first-token-time", "total-time" };
  g_autoptr (DheeraCall) call = make_full ();
  g_autofree char *operation = NULL, *provider = NULL, *model = NULL, *url = NULL, *request_id = NULL;
  g_autoptr (DheeraUsage) usage = NULL;
  g_autoptr (DheeraErrorDetails) details = NULL;
  guint attempt, status;
  guint64 bytes_sent, bytes_received;
  gboolean reused;

  g_object_get (call, "operation", &operation, "provider", &provider, "model", &model, "url", &url,
                "attempt", &attempt,
                "status", &status, "request-id", &request_id, "usage", &usage, "error-details", &details,
                "bytes-sent", &bytes_sent, "bytes-received", &bytes_received, "connection-reused", &reused, NULL);
  g_assert_cmpstr (operation, ==, "stream");
  g_assert_cmpstr (provider, ==, "p");
  g_assert_cmpstr (model, ==, "m");
  g_assert_cmpstr (url, ==, "u");
  g_assert_cmpuint (attempt, ==, 2);
  g_assert_cmpuint (status, ==, 503);
  g_assert_cmpstr (request_id, ==, "req_1");
  g_assert_true (usage == call->usage);
  g_assert_true (details == call->error_details);
  g_assert_cmpuint (bytes_sent, ==, 3);
  g_assert_cmpuint (bytes_received, ==, 4);
  g_assert_true (reused);

  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      double time;

      g_object_get (call, times[i], &time, NULL);
      g_assert_cmpfloat_with_epsilon (time, 0.1 * (i + 1), 1e-9);
    }
}

/* What an attempt measured is not taken for the next one's. */
static void
test_next_attempt (void)
{
  g_autoptr (DheeraCall) call = make_full ();

  dheera_call_begin_attempt (call);
  g_assert_cmpuint (dheera_call_get_attempt (call), ==, 3);
  g_assert_cmpuint (dheera_call_get_status (call), ==, 0);
  g_assert_null (dheera_call_get_request_id (call));
  g_assert_null (dheera_call_get_error_details (call));
  g_assert_cmpuint (dheera_call_get_bytes_sent (call), ==, 0);
  g_assert_cmpuint (dheera_call_get_bytes_received (call), ==, 0);
  g_assert_cmpfloat (dheera_call_get_connect_time (call), ==, -1);
  g_assert_false (dheera_call_get_connection_reused (call));
  g_assert_cmpstr (dheera_call_get_provider (call), ==, "p");
}

static void
test_watched (void)
{
  static const char *const texts[] = { "traceparent", "tracestate", "request-headers", "request-body", "response-headers", "response-body" };
  g_autoptr (DheeraCall) call = dheera_call_new ("complete");
  g_autoptr (GError) error = NULL;

  call->error = g_error_new_literal (DHEERA_ERROR, DHEERA_ERROR_TIMEOUT, "Too late.");
  call->traceparent = g_strdup ("traceparent");
  call->tracestate = g_strdup ("tracestate");
  call->record = dheera_call_record_new (DHEERA_CAPTURE_BODIES, 5);
  dheera_call_record_add (call->record, "abc", 3);
  dheera_call_record_add (call->record, "defg", 4);
  g_assert_cmpstr (call->record->received->str, ==, "abcde");
  g_assert_cmpuint (call->record->n_received, ==, 7);
  call->record->request_headers = g_strdup ("request-headers");
  call->record->request_body = g_strdup ("request-body");
  call->record->response_headers = g_strdup ("response-headers");
  call->record->response_body = g_strdup ("response-body");

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *text = NULL;

      g_object_get (call, texts[i], &text, NULL);
      g_assert_cmpstr (text, ==, texts[i]);
    }
  g_object_get (call, "error", &error, NULL);
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_TIMEOUT);

  dheera_call_begin_attempt (call);
  g_assert_null (dheera_call_get_request_headers (call));
  g_assert_null (dheera_call_get_response_body (call));
  g_assert_cmpuint (call->record->received->len, ==, 0);
  g_assert_cmpstr (dheera_call_get_traceparent (call), ==, "traceparent");
}

/* --- OpenTelemetry ------------------------------------------------------------------------------------------------------------------- */

static void
assert_attributes (DheeraCall *call,
                   const char *expected)
{
  g_autoptr (GVariant) attributes = dheera_call_dup_attributes (call);
  g_autoptr (GVariant) wanted = g_variant_ref_sink (g_variant_new_parsed (expected));
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_assert_cmpstr (g_variant_get_type_string (attributes), ==, "a{sv}");
  g_assert_cmpuint (g_variant_n_children (attributes), ==, g_variant_n_children (wanted));
  g_variant_iter_init (&iter, wanted);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    {
      g_autoptr (GVariant) found = g_variant_lookup_value (attributes, name, NULL);

      g_test_message ("%s", name);
      g_assert_nonnull (found);
      g_assert_cmpvariant (found, value);
    }
}

static void
test_attributes_of_little (void)
{
  g_autoptr (DheeraCall) call = dheera_call_new ("list_models");

  assert_attributes (call, "{'gen_ai.operation.name': <'list_models'>}");
}

static void
test_attributes (void)
{
  g_autoptr (DheeraCall) call = dheera_call_new ("stream");

  call->provider = g_strdup ("azure-responses");
  call->model = g_strdup ("gpt");
  call->url = g_strdup ("https://example.openai.azure.com/openai/v1/responses");
  call->status = 200;
  call->attempt = 3;
  call->first_token_time = 0.5;
  call->response_id = g_strdup ("resp_1");
  call->response_model = g_strdup ("gpt-1");
  call->finish_reasons = g_new (guint8, 2);
  call->finish_reasons[0] = DHEERA_FINISH_REASON_STOP;
  call->finish_reasons[1] = DHEERA_FINISH_REASON_LENGTH;
  call->n_finish_reasons = 2;
  call->usage = dheera_usage_new ();
  call->usage->prompt_tokens = 10;
  call->usage->completion_tokens = 20;
  call->usage->cached_tokens = 0;
  call->usage->reasoning_tokens = 5;
  assert_attributes (call,
                     "{'gen_ai.operation.name': <'chat'>, 'gen_ai.provider.name': <'azure.ai.openai'>, 'gen_ai.request.model': <'gpt'>, "
                     "'gen_ai.request.stream': <true>, 'gen_ai.response.id': <'resp_1'>, 'gen_ai.response.model': <'gpt-1'>, "
                     "'gen_ai.response.finish_reasons': <['stop', 'length']>, 'gen_ai.response.time_to_first_chunk': <0.5>, "
                     "'gen_ai.usage.input_tokens': <int64 10>, 'gen_ai.usage.output_tokens': <int64 20>, "
                     "'gen_ai.usage.cache_read.input_tokens': <int64 0>, 'gen_ai.usage.reasoning.output_tokens': <int64 5>, "
                     "'server.address': <'example.openai.azure.com'>, 'server.port': <int64 443>, "
                     "'http.response.status_code': <int64 200>, 'http.request.resend_count': <int64 2>}");
}

static void
test_attributes_of_failure (void)
{
  g_autoptr (DheeraCall) call = dheera_call_new ("embed");

  call->provider = g_strdup ("lab");
  call->url = g_strdup ("http://[::1]:8080/v1");
  call->error = g_error_new_literal (DHEERA_ERROR, DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED, "Too long.");
  assert_attributes (call, "{'gen_ai.operation.name': <'embeddings'>, 'gen_ai.provider.name': <'lab'>, 'server.address': <'::1'>, "
                           "'server.port': <int64 8080>, 'error.type': <'context_length_exceeded'>}");
  g_clear_error (&call->error);
  call->error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Stopped.");
  assert_attributes (call, "{'gen_ai.operation.name': <'embeddings'>, 'gen_ai.provider.name': <'lab'>, 'server.address': <'::1'>, "
                           "'server.port': <int64 8080>, 'error.type': <'cancelled'>}");
}

static void
test_attributes_of_provider (void)
{
  static const char *const names[][2] = {
    { "anthropic", "anthropic" }, { "bedrock", "aws.bedrock" }, { "gemini", "gcp.gemini" }, { "vertexai", "gcp.vertex_ai" }, { "mistral", "mistral_ai" },
    { "xai", "x_ai" }, { "openai-responses", "openai" }, { "cohere", "cohere" }, { "groq", "groq" }, { "deepseek", "deepseek" }, { "perplexity", "perplexity" },
    { "ollama", "ollama" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (DheeraCall) call = dheera_call_new ("run");
      g_autofree char *expected = g_strdup_printf ("{'gen_ai.operation.name': <'chat'>, 'gen_ai.provider.name': <'%s'>}", names[i][1]);

      call->provider = g_strdup (names[i][0]);
      assert_attributes (call, expected);
    }
}

static void
test_cancel (void)
{
  g_autoptr (DheeraCall) call = dheera_call_new ("complete");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  g_set_object (&call->cancellable, cancellable);
  dheera_call_cancel (call);
  g_assert_true (g_cancellable_is_cancelled (cancellable));
}

static void
test_on_response (void)
{
  g_autoptr (DheeraResponse) response = dheera_response_new ("p");
  g_autoptr (DheeraCall) call = dheera_call_new ("complete");
  g_autoptr (DheeraCall) back = NULL;

  dheera_response_set_call (response, call);
  g_object_get (response, "call", &back, NULL);
  g_assert_true (back == call);
  g_assert_true (dheera_response_get_call (response) == call);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/call/fresh", test_fresh);
  g_test_add_func ("/call/properties", test_properties);
  g_test_add_func ("/call/next-attempt", test_next_attempt);
  g_test_add_func ("/call/watched", test_watched);
  g_test_add_func ("/call/attributes/little", test_attributes_of_little);
  g_test_add_func ("/call/attributes/much", test_attributes);
  g_test_add_func ("/call/attributes/failure", test_attributes_of_failure);
  g_test_add_func ("/call/attributes/provider", test_attributes_of_provider);
  g_test_add_func ("/call/cancel", test_cancel);
  g_test_add_func ("/call/on-response", test_on_response);

  return g_test_run ();
}
