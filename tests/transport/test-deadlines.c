/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "runner.h"

#define EVENT_STREAM "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"

/* Never early, and not left to another limit */
static void
assert_in_time (Outcome *outcome,
                double   seconds)
{
  g_test_message ("%.3f s for a deadline of %.3f s", outcome->seconds, seconds);
  g_assert_cmpfloat (outcome->seconds, >=, seconds - 0.01);
  g_assert_cmpfloat (outcome->seconds, <=, seconds + LATE);
}

static void
test_connect_tls (void)
{
  FOR_EACH_MODE (mode)
    {
      g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
      g_autoptr(DheeraTransport) transport = dheera_transport_new ();
      g_autofree char *url = g_strdup_printf ("https://127.0.0.1:%u/", fault_server_get_port (server));
      g_autoptr(Outcome) outcome = NULL;

      fault_server_script (server, FAULT_STALL (), FAULT_END);
      outcome = run_exchange (mode, &(Run) { .transport = transport, .url = url, .timeouts.connect = 0.3 });
      assert_failed (outcome, DHEERA_TRANSPORT_ERROR_TIMEOUT, "no connection to 127.0.0.1:* within 0.3 seconds, the connect-timeout");
      assert_in_time (outcome, 0.3);
    }
}

/* A listener that accepts nothing and whose queue is full: the kernel drops what asks for a connection. */
static void
test_connect_tcp (void)
{
  g_autoptr(GSocket) listener = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr(GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr(GSocketAddress) address = NULL;
  g_autofree char *url = NULL;
  GSocket *fillers[4];

  g_socket_set_listen_backlog (listener, 0);
  g_assert_true (g_socket_bind (listener, any, TRUE, NULL));
  g_assert_true (g_socket_listen (listener, NULL));
  address = g_socket_get_local_address (listener, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (fillers); i++)
    {
      fillers[i] = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
      g_socket_set_blocking (fillers[i], FALSE);
      g_socket_connect (fillers[i], address, NULL, NULL);
    }
  url = g_strdup_printf ("http://127.0.0.1:%u/", g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)));

  FOR_EACH_MODE (mode)
    {
      g_autoptr(DheeraTransport) transport = dheera_transport_new ();
      g_autoptr(Outcome) outcome = run_exchange (mode, &(Run) { .transport = transport, .url = url, .timeouts.connect = 0.3 });

      assert_failed (outcome, DHEERA_TRANSPORT_ERROR_TIMEOUT, "no connection to *");
      assert_in_time (outcome, 0.3);
    }
  for (guint i = 0; i < G_N_ELEMENTS (fillers); i++)
    g_object_unref (fillers[i]);
}

/* The time to connect does not count once the request is on its way. */
static void
test_connect_is_over (void)
{
  FOR_EACH_MODE (mode)
    {
      g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
      g_autoptr(DheeraTransport) transport = dheera_transport_new ();
      g_autofree char *url = fault_server_dup_url (server, "/");
      g_autoptr(Outcome) outcome = NULL;

      fault_server_script (server, FAULT_EXPECT (), FAULT_WAIT (400), FAULT_SEND ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"), FAULT_STALL (), FAULT_END);
      outcome = run_exchange (mode, &(Run) { .transport = transport, .url = url, .timeouts.connect = 0.2 });
      g_assert_no_error (outcome->error);
    }
}

static void
test_first_token (void)
{
  FOR_EACH_MODE (mode)
    {
      g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
      g_autoptr(DheeraTransport) transport = dheera_transport_new ();
      g_autofree char *url = fault_server_dup_url (server, "/");
      g_autoptr(Outcome) outcome = NULL;

      /* Bytes that mean nothing do not help. */
      fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (EVENT_STREAM), FAULT_DRIP ("8\r\n: ping\n\n\r\n8\r\n: ping\n\n\r\n", 20), FAULT_STALL (), FAULT_END);
      outcome = run_exchange (mode, &(Run) { .transport = transport, .url = url, .timeouts.first_token = 0.4, .timeouts.idle = 0.1 });
      assert_failed (outcome, DHEERA_TRANSPORT_ERROR_TIMEOUT, "nothing usable from 127.0.0.1:* within 0.4 seconds, the first-token-timeout");
      assert_in_time (outcome, 0.4);
      g_assert_true (g_str_has_prefix (outcome->body->str, ": ping"));
    }
}

#define LETTER(letter) "1\r\n" letter "\r\n"

static void
test_idle (void)
{
  FOR_EACH_MODE (mode)
    {
      g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
      g_autoptr(DheeraTransport) transport = dheera_transport_new ();
      g_autofree char *url = fault_server_dup_url (server, "/");
      g_autoptr(Outcome) outcome = NULL;

      /* As long as something comes every now and then it goes on, here for 0.7 seconds. */
      fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (EVENT_STREAM), FAULT_DRIP (LETTER ("u") LETTER ("v") LETTER ("w") LETTER ("x") LETTER ("y") LETTER ("z"), 20), FAULT_STALL (), FAULT_END);
      outcome = run_exchange (mode, &(Run) { .transport = transport, .url = url, .timeouts.first_token = 2, .timeouts.idle = 0.5,
                                             .mark_first_token = TRUE });
      assert_failed (outcome, DHEERA_TRANSPORT_ERROR_TIMEOUT, "127.0.0.1:* sent nothing more for 0.5 seconds, the idle-timeout");
      g_assert_cmpstr (outcome->body->str, ==, "uvwxyz");
      g_assert_cmpfloat (outcome->seconds, >=, 1.1);
      g_assert_cmpfloat (outcome->seconds, <=, 1.1 + LATE);
    }
}

static void
test_total (void)
{
  FOR_EACH_MODE (mode)
    {
      g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
      g_autoptr(DheeraTransport) transport = dheera_transport_new ();
      g_autofree char *url = fault_server_dup_url (server, "/");
      g_autoptr(Outcome) outcome = NULL;

      fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (EVENT_STREAM), FAULT_DRIP ("1\r\nx\r\n1\r\nx\r\n1\r\nx\r\n1\r\nx\r\n1\r\nx\r\n", 20), FAULT_END);
      outcome = run_exchange (mode, &(Run) { .transport = transport, .url = url, .timeouts = { 9, 9, 9, 0, 0.3 }, .mark_first_token = TRUE });
      assert_failed (outcome, DHEERA_TRANSPORT_ERROR_TIMEOUT, "127.0.0.1:* did not finish within 0.3 seconds, the timeout of the call");
      assert_in_time (outcome, 0.3);
    }
}

/* A deadline that is over before anything begins */
static void
test_total_is_over (void)
{
  FOR_EACH_MODE (mode)
    {
      g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
      g_autoptr(DheeraTransport) transport = dheera_transport_new ();
      g_autofree char *url = fault_server_dup_url (server, "/");
      g_autoptr(Outcome) outcome = NULL;

      fault_server_script (server, FAULT_EXPECT (), FAULT_STALL (), FAULT_END);
      outcome = run_exchange (mode, &(Run) { .transport = transport, .url = url, .timeouts = { .deadline = g_get_monotonic_time () - 1, .total = 1 } });
      assert_failed (outcome, DHEERA_TRANSPORT_ERROR_TIMEOUT, "127.0.0.1:* did not finish*");
      g_assert_cmpfloat (outcome->seconds, <, LATE);
    }
}

static void
test_session_timeout (void)
{
  FOR_EACH_MODE (mode)
    {
      g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
      SoupSession *session = soup_session_new_with_options ("timeout", 1, NULL);
      DheeraTransport *transport = dheera_transport_for_session (session);
      g_autofree char *url = fault_server_dup_url (server, "/");
      g_autoptr(Outcome) before = NULL;
      g_autoptr(Outcome) within = NULL;

      fault_server_script (server, FAULT_EXPECT (), FAULT_STALL (), FAULT_END);
      fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (EVENT_STREAM), FAULT_STALL (), FAULT_END);
      before = run_exchange (mode, &(Run) { .transport = transport, .url = url });
      assert_failed (before, DHEERA_TRANSPORT_ERROR_TIMEOUT, "127.0.0.1:* sent nothing for 1 seconds*SoupSession*property timeout*");
      within = run_exchange (mode, &(Run) { .transport = transport, .url = url });
      g_assert_cmpuint (within->status, ==, 200);
      assert_failed (within, DHEERA_TRANSPORT_ERROR_TIMEOUT, "*property timeout*");
      dheera_transport_unref (transport);
      assert_freed (session);
    }
}

static void
quit_cb (DheeraExchange *exchange,
         gpointer        user_data)
{
  *(gboolean *) user_data = TRUE;
}

static void
wait_until (gboolean *done)
{
  while (!*done)
    g_main_context_iteration (NULL, TRUE);
  *done = FALSE;
}

/* An application that takes its time is not a server that does. */
static void
test_slow_reader (void)
{
  g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
  g_autoptr(DheeraTransport) transport = dheera_transport_new ();
  g_autofree char *url = fault_server_dup_url (server, "/");
  g_autoptr(DheeraExchange) exchange = runner_make_exchange (&(Run) { .transport = transport, .url = url, .timeouts.idle = 0.2 });
  g_autoptr(GError) error = NULL;
  gboolean done = FALSE;
  char buffer[100];

  fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (EVENT_STREAM "1\r\nx\r\n"), FAULT_SIGNAL (), FAULT_SEND ("1\r\ny\r\n"), FAULT_STALL (), FAULT_END);
  dheera_exchange_send_async (exchange, NULL, quit_cb, &done);
  wait_until (&done);
  g_assert_true (dheera_exchange_send_finish (exchange, NULL));
  dheera_exchange_mark_first_token (exchange);
  while (dheera_exchange_read_nonblocking (exchange, buffer, sizeof buffer, NULL) < 0)
    {
      dheera_exchange_wait_async (exchange, NULL, quit_cb, &done);
      wait_until (&done);
    }

  runner_settle (500);
  g_assert_cmpint (dheera_exchange_read_nonblocking (exchange, buffer, sizeof buffer, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  g_clear_error (&error);

  /* And it has the whole time again once it waits. */
  fault_server_signal (server);
  dheera_exchange_wait_async (exchange, NULL, quit_cb, &done);
  wait_until (&done);
  g_assert_cmpint (dheera_exchange_read_nonblocking (exchange, buffer, sizeof buffer, &error), ==, 1);
  g_assert_cmpint (buffer[0], ==, 'y');
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/deadlines/connect-tls", test_connect_tls);
  g_test_add_func ("/deadlines/connect-tcp", test_connect_tcp);
  g_test_add_func ("/deadlines/connect-is-over", test_connect_is_over);
  g_test_add_func ("/deadlines/first-token", test_first_token);
  g_test_add_func ("/deadlines/idle", test_idle);
  g_test_add_func ("/deadlines/total", test_total);
  g_test_add_func ("/deadlines/total-is-over", test_total_is_over);
  g_test_add_func ("/deadlines/session-timeout", test_session_timeout);
  g_test_add_func ("/deadlines/slow-reader", test_slow_reader);

  return g_test_run ();
}
