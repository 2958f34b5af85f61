/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "runner.h"

#define OK_HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n"
#define SSE_HEAD "HTTP/1.1 200 OK\r\nContent-Type: Text/Event-Stream;charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n"

static void
test_whole_answer (void)
{
  FOR_EACH_MODE (mode)
    {
      g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
      g_autoptr(DheeraTransport) transport = dheera_transport_new ();
      g_autofree char *url = fault_server_dup_url (server, "/v1/chat?x=1");
      g_autoptr(Outcome) outcome = NULL;
      const FaultRequest *request;
      g_autofree char *authorization = NULL;
      g_autofree char *accept = NULL;
      g_autofree char *encoding = NULL;
      g_autofree char *agent = NULL;
      g_autofree char *type = NULL;

      fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (OK_HEAD "Content-Length: 7\r\n\r\n{\"n\":1}"), FAULT_AGAIN (), FAULT_END);
      outcome = run_exchange (mode, &(Run) { .transport = transport, .url = url, .auth = DHEERA_AUTH_BEARER, .body_size = 100000 });

      g_assert_no_error (outcome->error);
      g_assert_cmpuint (outcome->status, ==, 200);
      g_assert_cmpstr (outcome->content_type, ==, "application/json");
      g_assert_cmpstr (outcome->body->str, ==, "{\"n\":1}");
      g_assert_cmpuint (outcome->stats.bytes_received, ==, 7);
      g_assert_cmpuint (outcome->stats.bytes_sent, ==, 100000);
      g_assert_false (outcome->stats.reused);
      g_assert_cmpint (outcome->stats.start, <=, outcome->stats.admitted);
      g_assert_cmpint (outcome->stats.admitted, <=, outcome->stats.connecting);
      g_assert_cmpint (outcome->stats.connecting, <=, outcome->stats.connected);
      g_assert_cmpint (outcome->stats.connected, <=, outcome->stats.head);
      g_assert_cmpint (outcome->stats.head, <=, outcome->stats.end);

      request = fault_server_get_request (server, 0);
      g_assert_cmpstr (request->method, ==, "POST");
      g_assert_cmpstr (request->target, ==, "/v1/chat?x=1");
      g_assert_cmpuint (g_bytes_get_size (request->body), ==, 100000);
      authorization = fault_request_dup_header (request, "Authorization");
      g_assert_cmpstr (authorization, ==, "Bearer sk-test");
      accept = fault_request_dup_header (request, "Accept");
      g_assert_cmpstr (accept, ==, "application/json");
      encoding = fault_request_dup_header (request, "Accept-Encoding");
      g_assert_nonnull (strstr (encoding, "gzip"));
      agent = fault_request_dup_header (request, "User-Agent");
      g_assert_true (g_str_has_prefix (agent, "dheera-ai/"));
      type = fault_request_dup_header (request, "Content-Type");
      g_assert_cmpstr (type, ==, "application/json");
    }
}

typedef struct
{
  guint n;      /* addresses that were tried */
  gint64 first; /* when */
} Tries;

static void
network_event_cb (SoupMessage        *message,
                  GSocketClientEvent  event,
                  GIOStream          *connection,
                  Tries              *tries)
{
  if (event == G_SOCKET_CLIENT_CONNECTING && tries->n++ == 0)
    tries->first = g_get_monotonic_time ();
}

static void
queued_cb (SoupSession *session,
           SoupMessage *message,
           Tries       *tries)
{
  g_signal_connect (message, "network-event", G_CALLBACK (network_event_cb), tries);
}

/* A name has two addresses, and nobody listens at the first one: trying it belongs to the time of connecting. */
static void
test_addresses (void)
{
  FOR_EACH_MODE (mode)
    {
      g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
      g_autofree char *url = g_strdup_printf ("http://localhost:%u/", fault_server_get_port (server));
      g_autoptr(SoupSession) session = runner_make_session ();
      g_autoptr(DheeraTransport) transport = dheera_transport_for_session (session);
      g_autoptr(Outcome) outcome = NULL;
      Tries tries = { 0 };

      g_signal_connect (session, "request-queued", G_CALLBACK (queued_cb), &tries);
      fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (OK_HEAD "Content-Length: 2\r\n\r\n{}"), FAULT_AGAIN (), FAULT_END);
      outcome = run_exchange (mode, &(Run) { .transport = transport, .url = url });
      g_assert_no_error (outcome->error);
      g_assert_cmpuint (tries.n, >=, 2);
      g_assert_cmpint (outcome->stats.connecting, <=, tries.first);
    }
}

static void
test_stream (void)
{
  FOR_EACH_MODE (mode)
    {
      g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
      g_autoptr(DheeraTransport) transport = dheera_transport_new ();
      g_autofree char *url = fault_server_dup_url (server, "/");
      g_autoptr(Outcome) outcome = NULL;
      g_autofree char *accept = NULL;
      g_autofree char *encoding = NULL;
      g_autofree char *key = NULL;

      fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (SSE_HEAD), FAULT_WAIT (20), FAULT_SEND ("7\r\ndata:1\n\r\n"), FAULT_WAIT (20),
                           FAULT_DRIP ("7\r\ndata:2\n\r\n", 1), FAULT_SEND ("0\r\n\r\n"), FAULT_AGAIN (), FAULT_END);
      outcome = run_exchange (mode, &(Run) { .transport = transport, .url = url, .auth = DHEERA_AUTH_HEADER, .auth_header = "x-api-key",
                                             .framing = DHEERA_FRAMING_SSE, .mark_first_token = TRUE, .timeouts.idle = 5 });

      g_assert_no_error (outcome->error);
      g_assert_cmpstr (outcome->content_type, ==, "text/event-stream");
      g_assert_cmpstr (outcome->body->str, ==, "data:1\ndata:2\n");
      accept = fault_request_dup_header (fault_server_get_request (server, 0), "Accept");
      g_assert_cmpstr (accept, ==, "text/event-stream");
      encoding = fault_request_dup_header (fault_server_get_request (server, 0), "Accept-Encoding");
      g_assert_cmpstr (encoding, ==, "identity");
      key = fault_request_dup_header (fault_server_get_request (server, 0), "x-api-key");
      g_assert_cmpstr (key, ==, "sk-test");
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/exchange/addresses", test_addresses);
  g_test_add_func ("/exchange/whole-answer", test_whole_answer);
  g_test_add_func ("/exchange/stream", test_stream);

  return g_test_run ();
}
