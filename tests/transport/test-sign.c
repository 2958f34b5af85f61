/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "runner.h"

#include "dheera-ai/wire/dheera-sigv4-private.h"

#define ID "AKIDEXAMPLE"
#define SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define TOKEN "IQoJb3JpZ2luX2VjEXAMPLETOKEN=="

#define OK "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
#define PATH "/model/arn%3Aaws%3Abedrock%2Fx/converse"

/* What the server makes of the request, from its bytes alone */
static char *
sign_again (const FaultRequest *request,
            gboolean            token)
{
  g_autofree char *extra = fault_request_dup_header (request, "x-amz-extra");
  const char *names[5] = { "content-type", "host", "x-amz-date", NULL };
  DheeraHttpHeader headers[G_N_ELEMENTS (names)];
  guint n = 3;
  g_auto (GStrv) target = g_strsplit (request->target, "?", 2);
  DheeraAwsCredentials credentials = { (char *) ID, (char *) SECRET, NULL };
  DheeraSigv4Request signature = { .method = request->method, .path = target[0], .query = target[1], .headers = headers,
                                   .region = "eu-central-1", .service = "bedrock" };
  char *authorization;

  if (extra != NULL)
    names[n++] = "x-amz-extra";
  if (token)
    names[n++] = "x-amz-security-token";
  signature.n_headers = n;
  for (guint i = 0; i < n; i++)
    {
      headers[i].name = (char *) names[i];
      headers[i].value = fault_request_dup_header (request, names[i]);
      g_assert_nonnull (headers[i].value);
    }
  signature.date = headers[2].value;
  signature.body = g_bytes_get_data (request->body, &signature.body_length);
  authorization = dheera_sigv4_authorization (&signature, &credentials);
  for (guint i = 0; i < n; i++)
    g_free (headers[i].value);

  return authorization;
}

static void
assert_signed (const FaultRequest *request,
               gboolean            token)
{
  g_autofree char *authorization = fault_request_dup_header (request, "Authorization");
  g_autofree char *security_token = fault_request_dup_header (request, "X-Amz-Security-Token");
  g_autofree char *date = fault_request_dup_header (request, "X-Amz-Date");
  g_autofree char *expected = sign_again (request, token);
  g_autofree char *now = dheera_sigv4_date (g_get_real_time () / G_USEC_PER_SEC);
  g_autofree char *earlier = dheera_sigv4_date (g_get_real_time () / G_USEC_PER_SEC - 600);

  g_assert_cmpstr (authorization, ==, expected);
  g_assert_cmpstr (security_token, ==, token ? TOKEN : NULL);
  g_assert_cmpstr (date, <=, now);
  g_assert_cmpstr (date, >, earlier);
}

static void
test_signature (void)
{
  static const struct { const char *key; gboolean token; } keys[] = { { ID ":" SECRET, FALSE }, { ID ":" SECRET ":" TOKEN, TRUE } };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    FOR_EACH_MODE (mode)
      {
        g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
        g_autoptr(DheeraTransport) transport = dheera_transport_new ();
        g_autofree char *url = fault_server_dup_url (server, PATH "?b=x%20y&a=");
        g_autoptr(Outcome) outcome = NULL;

        fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (OK), FAULT_STALL (), FAULT_END);
        outcome = run_exchange (mode, &(Run) { .transport = transport, .url = url, .auth = DHEERA_AUTH_SIGV4, .key = keys[i].key,
                                               .sign_region = "eu-central-1", .body_size = 3000 });
        g_assert_no_error (outcome->error);
        g_assert_cmpuint (outcome->status, ==, 200);
        g_assert_cmpstr (fault_server_get_request (server, 0)->target, ==, PATH "?b=x%20y&a=");
        assert_signed (fault_server_get_request (server, 0), keys[i].token);
        g_assert_null (strstr (outcome->description, "Signature="));
        g_assert_null (strstr (outcome->description, SECRET));
        g_assert_null (strstr (outcome->description, TOKEN));
      }
}

/* A kept connection that turns out to be stale: what is sent once more is whole and signed too. */
static void
test_sent_again (void)
{
  FOR_EACH_MODE (mode)
    {
      g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
      g_autoptr(DheeraTransport) transport = dheera_transport_new ();
      g_autofree char *url = fault_server_dup_url (server, PATH);
      Run run = { .transport = transport, .url = url, .auth = DHEERA_AUTH_SIGV4, .key = ID ":" SECRET, .sign_region = "eu-central-1" };
      g_autoptr(Outcome) first = NULL;
      g_autoptr(Outcome) second = NULL;

      fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (OK), FAULT_EXPECT (), FAULT_CLOSE (), FAULT_END);
      fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (OK), FAULT_STALL (), FAULT_END);
      first = run_exchange (mode, &run);
      g_assert_no_error (first->error);
      second = run_exchange (mode, &run);
      g_assert_no_error (second->error);
      g_assert_true (second->stats.replayed);
      g_assert_cmpuint (fault_server_get_n_requests (server), ==, 3);
      for (guint i = 0; i < 3; i++)
        assert_signed (fault_server_get_request (server, i), FALSE);
    }
}

static void
add_headers (DheeraExchange *exchange,
             gpointer        data)
{
  g_assert_null (dheera_exchange_find_header_fault (exchange, "X-Amz-Extra"));
  g_assert_nonnull (dheera_exchange_find_header_fault (exchange, "x-amz-date"));
  g_assert_nonnull (dheera_exchange_find_header_fault (exchange, "X-Amz-Security-Token"));
  g_assert_nonnull (dheera_exchange_find_header_fault (exchange, "authorization"));
  dheera_exchange_add_header (exchange, "X-Amz-Extra", "two  spaces");
  dheera_exchange_add_header (exchange, "traceparent", "00-1-2-01");
  g_assert_cmpstr (dheera_exchange_get_sent_header (exchange, "traceparent"), ==, "00-1-2-01");
}

/* AWS's own headers are signed, others are not. */
static void
test_added (void)
{
  FOR_EACH_MODE (mode)
    {
      g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
      g_autoptr(DheeraTransport) transport = dheera_transport_new ();
      g_autofree char *url = fault_server_dup_url (server, PATH);
      g_autofree char *authorization = NULL;
      g_autoptr(Outcome) outcome = NULL;

      fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (OK), FAULT_STALL (), FAULT_END);
      outcome = run_exchange (mode, &(Run) { .transport = transport, .url = url, .auth = DHEERA_AUTH_SIGV4, .key = ID ":" SECRET ":" TOKEN,
                                             .sign_region = "eu-central-1", .with_exchange = add_headers });
      g_assert_no_error (outcome->error);
      assert_signed (fault_server_get_request (server, 0), TRUE);
      authorization = fault_request_dup_header (fault_server_get_request (server, 0), "Authorization");
      g_assert_nonnull (strstr (authorization, "SignedHeaders=content-type;host;x-amz-date;x-amz-extra;x-amz-security-token,"));
    }
}

static void
test_bearer (void)
{
  FOR_EACH_MODE (mode)
    {
      g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
      g_autoptr(DheeraTransport) transport = dheera_transport_new ();
      g_autofree char *url = fault_server_dup_url (server, PATH);
      g_autoptr(Outcome) outcome = NULL;
      g_autofree char *authorization = NULL;
      g_autofree char *date = NULL;

      fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (OK), FAULT_STALL (), FAULT_END);
      /* Without a region: a bearer needs none. */
      outcome = run_exchange (mode, &(Run) { .transport = transport, .url = url, .auth = DHEERA_AUTH_SIGV4, .key = "ABSKexample=" });
      g_assert_no_error (outcome->error);
      authorization = fault_request_dup_header (fault_server_get_request (server, 0), "Authorization");
      date = fault_request_dup_header (fault_server_get_request (server, 0), "X-Amz-Date");
      g_assert_cmpstr (authorization, ==, "Bearer ABSKexample=");
      g_assert_null (date);
    }
}

static void
test_no_region (void)
{
  FOR_EACH_MODE (mode)
    {
      g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
      g_autoptr(DheeraTransport) transport = dheera_transport_new ();
      g_autofree char *url = fault_server_dup_url (server, PATH);
      g_autoptr(Outcome) outcome = NULL;

      outcome = run_exchange (mode, &(Run) { .transport = transport, .url = url, .auth = DHEERA_AUTH_SIGV4, .key = ID ":" SECRET });
      assert_failed (outcome, DHEERA_TRANSPORT_ERROR_SESSION, "*without a region*AWS_REGION*");
      g_assert_cmpuint (fault_server_get_n_connections (server), ==, 0);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/sign/signature", test_signature);
  g_test_add_func ("/sign/sent-again", test_sent_again);
  g_test_add_func ("/sign/added", test_added);
  g_test_add_func ("/sign/bearer", test_bearer);
  g_test_add_func ("/sign/no-region", test_no_region);

  return g_test_run ();
}
