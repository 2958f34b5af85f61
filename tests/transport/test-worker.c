/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-ai/transport/dheera-exchange-internal-private.h"
#include "runner.h"

#define STREAM "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
#define ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

/* A session with a download in it that began before the library heard of the session: blocking calls go through the worker then. */
typedef struct
{
  FaultServer *server;
  FaultServer *other;
  SoupSession *session;
  DheeraTransport *transport;
  GCancellable *cancellable;
  char *url;
  gboolean downloading;
} Fixture;

static void
downloaded_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  Fixture *self = user_data;
  g_autoptr(GBytes) bytes = soup_session_send_and_read_finish (SOUP_SESSION (source), result, NULL);

  self->downloading = FALSE;
}

static void
set_up (Fixture       *self,
        gconstpointer  data)
{
  g_autofree char *other_url = NULL;
  g_autoptr(SoupMessage) message = NULL;

  self->server = fault_server_new (FAULT_TLS_NONE);
  self->other = fault_server_new (FAULT_TLS_NONE);
  fault_server_script (self->other, FAULT_EXPECT (), FAULT_STALL (), FAULT_END);
  self->session = soup_session_new ();
  self->cancellable = g_cancellable_new ();
  other_url = fault_server_dup_url (self->other, "/");
  message = soup_message_new ("GET", other_url);
  self->downloading = TRUE;
  soup_session_send_and_read_async (self->session, message, G_PRIORITY_DEFAULT, self->cancellable, downloaded_cb, self);
  while (fault_server_get_n_requests (self->other) == 0)
    {
      if (!g_main_context_iteration (NULL, FALSE))
        g_usleep (500);
    }
  self->transport = dheera_transport_for_session (self->session);
  self->url = fault_server_dup_url (self->server, "/");
  g_assert_true (dheera_gate_is_blind (dheera_transport_get_gate (self->transport), self->session));
}

static void
tear_down (Fixture       *self,
           gconstpointer  data)
{
  g_cancellable_cancel (self->cancellable);
  while (self->downloading)
    g_main_context_iteration (NULL, TRUE);
  runner_settle (10);
  g_object_unref (self->cancellable);
  dheera_transport_unref (self->transport);
  assert_freed (self->session);
  fault_server_free (self->server);
  fault_server_free (self->other);
  g_free (self->url);
}

static void
check_mode (DheeraExchange *exchange,
            gpointer        user_data)
{
  g_assert_cmpint (exchange->mode, ==, DHEERA_MODE_WORKER);
}

static Outcome *
run (Fixture        *self,
     DheeraTimeouts  timeouts)
{
  return run_exchange (RUN_BLOCKING, &(Run) { .transport = self->transport, .url = self->url, .auth = DHEERA_AUTH_BEARER, .framing = DHEERA_FRAMING_SSE,
                                              .timeouts = timeouts, .mark_first_token = TRUE, .with_head = check_mode });
}

static void
test_answers (Fixture       *self,
              gconstpointer  data)
{
  fault_server_script (self->server, FAULT_EXPECT (), FAULT_SEND (STREAM), FAULT_DRIP ("1\r\na\r\n1\r\nb\r\n", 5), FAULT_SEND ("0\r\n\r\n"), FAULT_AGAIN (), FAULT_END);
  for (guint i = 0; i < 5; i++)
    {
      g_autoptr(Outcome) outcome = run (self, (DheeraTimeouts) { 0 });

      g_assert_no_error (outcome->error);
      g_assert_cmpuint (outcome->status, ==, 200);
      g_assert_cmpstr (outcome->body->str, ==, "ab");
      g_assert_cmpint (outcome->stats.reused, ==, i > 0);
    }
  g_assert_cmpuint (fault_server_get_n_connections (self->server), ==, 1);
}

static void
test_broken (Fixture       *self,
             gconstpointer  data)
{
  g_autoptr(Outcome) before = NULL;
  g_autoptr(Outcome) within = NULL;
  g_autoptr(Outcome) redirect = NULL;

  fault_server_script (self->server, FAULT_EXPECT (), FAULT_CLOSE (), FAULT_END);
  fault_server_script (self->server, FAULT_EXPECT (), FAULT_SEND (STREAM "1\r\na\r\n"), FAULT_WAIT (20), FAULT_RESET (), FAULT_END);
  fault_server_script (self->server, FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n"), FAULT_FLOOD ("x", 0), FAULT_END);
  before = run (self, (DheeraTimeouts) { 0 });
  assert_failed (before, DHEERA_TRANSPORT_ERROR_DISCONNECTED, NULL);
  within = run (self, (DheeraTimeouts) { 0 });
  assert_failed (within, DHEERA_TRANSPORT_ERROR_INTERRUPTED, NULL);
  g_assert_cmpstr (within->body->str, ==, "a");
  redirect = run (self, (DheeraTimeouts) { 0 });
  assert_failed (redirect, DHEERA_TRANSPORT_ERROR_REDIRECT, NULL);
}

static void
test_deadlines (Fixture       *self,
                gconstpointer  data)
{
  g_autoptr(Outcome) first = NULL;
  g_autoptr(Outcome) idle = NULL;
  g_autoptr(Outcome) total = NULL;

  fault_server_script (self->server, FAULT_EXPECT (), FAULT_STALL (), FAULT_END);
  fault_server_script (self->server, FAULT_EXPECT (), FAULT_SEND (STREAM "1\r\na\r\n"), FAULT_STALL (), FAULT_END);
  first = run (self, (DheeraTimeouts) { .first_token = 0.3 });
  assert_failed (first, DHEERA_TRANSPORT_ERROR_TIMEOUT, "nothing usable*");
  idle = run (self, (DheeraTimeouts) { .first_token = 5, .idle = 0.3 });
  assert_failed (idle, DHEERA_TRANSPORT_ERROR_TIMEOUT, "*nothing more*");
  total = run (self, (DheeraTimeouts) { .total = 0.3 });
  assert_failed (total, DHEERA_TRANSPORT_ERROR_TIMEOUT, "*did not finish*");
  g_assert_cmpfloat (first->seconds + idle->seconds + total->seconds, <, LATE);
}

static gpointer
cancel_soon (gpointer data)
{
  g_usleep (100 * 1000);
  dheera_exchange_cancel (data);
  return NULL;
}

static void
test_cancel (Fixture       *self,
             gconstpointer  data)
{
  DheeraExchange *exchange = runner_make_exchange (&(Run) { .transport = self->transport, .url = self->url });
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;
  char buffer[10];
  GThread *thread;

  fault_server_script (self->server, FAULT_EXPECT (), FAULT_SEND (STREAM "1\r\na\r\n"), FAULT_STALL (), FAULT_END);
  g_assert_true (dheera_exchange_send (exchange, cancellable, &error));
  g_assert_cmpint (dheera_exchange_read (exchange, buffer, sizeof buffer, cancellable, &error), ==, 1);
  thread = g_thread_new ("canceller", cancel_soon, exchange);
  g_assert_cmpint (dheera_exchange_read (exchange, buffer, sizeof buffer, cancellable, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
  g_assert_false (g_cancellable_is_cancelled (cancellable));
  dheera_exchange_free (exchange);
}

/* Dropped in the middle of its body */
static void
test_free (Fixture       *self,
           gconstpointer  data)
{
  DheeraExchange *exchange = runner_make_exchange (&(Run) { .transport = self->transport, .url = self->url });

  fault_server_script (self->server, FAULT_EXPECT (), FAULT_SEND (STREAM "1\r\na\r\n"), FAULT_STALL (), FAULT_END);
  g_assert_true (dheera_exchange_send (exchange, NULL, NULL));
  dheera_exchange_free (exchange);
}

static gpointer
call_often (gpointer data)
{
  for (guint i = 0; i < 10; i++)
    {
      g_autoptr(Outcome) outcome = run (data, (DheeraTimeouts) { 0 });

      g_assert_no_error (outcome->error);
    }

  return NULL;
}

static void
test_threads (Fixture       *self,
              gconstpointer  data)
{
  GThread *threads[4];

  fault_server_script (self->server, FAULT_EXPECT (), FAULT_SEND (ANSWER), FAULT_AGAIN (), FAULT_END);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("caller", call_often, self);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (fault_server_get_n_requests (self->server), ==, 40);
  g_assert_cmpuint (fault_server_get_n_connections (self->server), <=, 2);
}

#define ADD(name, func) g_test_add ("/worker/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("answers", test_answers);
  ADD ("broken", test_broken);
  ADD ("deadlines", test_deadlines);
  ADD ("cancel", test_cancel);
  ADD ("free", test_free);
  ADD ("threads", test_threads);

  return g_test_run ();
}
