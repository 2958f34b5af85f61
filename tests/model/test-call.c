/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model-util.h"

#include "dheera-ai/model/dheera-call-private.h"
#include "dheera-ai/model/dheera-error-private.h"
#include "dheera-ai/model/dheera-response-private.h"
#include "dheera-ai/model/dheera-usage-private.h"

static void
test_fresh (void)
{
  g_autoptr (DheeraCall) call = dheera_call_new ("complete");

  assert_properties (DHEERA_TYPE_CALL,
                     "operation provider model url attempt status request-id usage error-details "
                     "bytes-sent bytes-received "
                     "queue-time dns-time connect-time tls-time first-byte-time first-token-time "
                     "total-time connection-reused cost rate-limits");
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
  g_test_add_func ("/call/cancel", test_cancel);
  g_test_add_func ("/call/on-response", test_on_response);

  return g_test_run ();
}
