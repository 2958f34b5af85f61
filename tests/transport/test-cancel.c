/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "runner.h"

#define EVENT_STREAM "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"

typedef enum
{
  BY_CANCELLABLE,
  BY_EXCHANGE,
  BEFORE,
  N_WAYS,
} Way;

typedef struct
{
  const char *name;
  const char *scheme;
  FaultStep steps[6];
} Phase;

static const Phase phases[] = {
  { "handshake", "https", { FAULT_STALL () } },
  { "head", "http", { FAULT_EXPECT (), FAULT_STALL () } },
  { "in-head", "http", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 200 OK\r\nX:"), FAULT_STALL () } },
  { "body", "http", { FAULT_EXPECT (), FAULT_SEND (EVENT_STREAM), FAULT_STALL () } },
  { "in-body", "http", { FAULT_EXPECT (), FAULT_SEND (EVENT_STREAM "1\r\nx\r\n"), FAULT_STALL () } },
  { "in-flowing-body", "http", { FAULT_EXPECT (), FAULT_SEND (EVENT_STREAM), FAULT_FLOOD ("1\r\nx\r\n", 0) } },
};

typedef struct
{
  GCancellable *cancellable;
  DheeraExchange *exchange;
  Way way;
  GThread *thread;
  gint64 cancelled_at;
} Canceller;

static gpointer
cancel_soon (gpointer data)
{
  Canceller *canceller = data;

  g_usleep (100 * 1000);
  canceller->cancelled_at = g_get_monotonic_time ();
  if (canceller->way == BY_CANCELLABLE)
    g_cancellable_cancel (canceller->cancellable);
  else
    dheera_exchange_cancel (canceller->exchange);

  return NULL;
}

static void
start_canceller (DheeraExchange *exchange,
                 gpointer        user_data)
{
  Canceller *canceller = user_data;

  canceller->exchange = exchange;
  if (canceller->way == BEFORE)
    g_cancellable_cancel (canceller->cancellable);
  else
    canceller->thread = g_thread_new ("canceller", cancel_soon, canceller);
}

static void
finish_canceller (Canceller *canceller,
                  Outcome   *outcome)
{
  g_assert_error (outcome->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  if (canceller->thread != NULL)
    {
      g_thread_join (canceller->thread);
      g_assert_cmpfloat (outcome->seconds, >=, 0.09);
    }
  g_assert_cmpfloat (outcome->seconds, <=, 0.1 + LATE);
  g_test_message ("ended %.1f ms after it was cancelled", outcome->seconds * 1000 - (canceller->thread != NULL ? 100 : 0));
}

static void
test_phase (gconstpointer data)
{
  const Phase *phase = data;

  for (Way way = 0; way < N_WAYS; way++)
    {
      FOR_EACH_MODE (mode)
        {
          g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
          g_autoptr(DheeraTransport) transport = dheera_transport_new ();
          g_autofree char *url = g_strdup_printf ("%s://127.0.0.1:%u/", phase->scheme, fault_server_get_port (server));
          g_autoptr(GCancellable) cancellable = g_cancellable_new ();
          Canceller canceller = { .cancellable = cancellable, .way = way };
          g_autoptr(Outcome) outcome = NULL;

          fault_server_add_script (server, phase->steps);
          outcome = run_exchange (mode, &(Run) { .transport = transport, .url = url, .cancellable = cancellable, .with_exchange = start_canceller,
                                                 .user_data = &canceller });
          finish_canceller (&canceller, outcome);
          /* The caller's own is left as it was, and nothing of ours stays linked to it. */
          g_assert_cmpint (g_cancellable_is_cancelled (cancellable), ==, way != BY_EXCHANGE);
          g_assert_cmpuint (g_signal_handler_find (cancellable, G_SIGNAL_MATCH_ID, g_signal_lookup ("cancelled", G_TYPE_CANCELLABLE), 0, NULL, NULL, NULL),
                            ==, 0);
          if (way == BEFORE)
            g_assert_cmpuint (fault_server_get_n_requests (server), ==, 0);
        }
    }
}

static void
count_cb (DheeraExchange *exchange,
          gpointer        user_data)
{
  ++*(guint *) user_data;
}

/* Freed with an operation under way: no callback, and nothing left of it. */
static void
test_free_in_flight (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (phases); i++)
    {
      g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
      SoupSession *session = runner_make_session ();
      DheeraTransport *transport = dheera_transport_for_session (session);
      g_autofree char *url = g_strdup_printf ("%s://127.0.0.1:%u/", phases[i].scheme, fault_server_get_port (server));
      DheeraExchange *exchange = runner_make_exchange (&(Run) { .transport = transport, .url = url });
      guint n_sent = 0;
      guint n_waited = 0;

      fault_server_add_script (server, phases[i].steps);
      dheera_exchange_send_async (exchange, NULL, count_cb, &n_sent);
      runner_settle (50);
      if (n_sent > 0)
        {
          g_assert_true (dheera_exchange_send_finish (exchange, NULL));
          dheera_exchange_wait_async (exchange, NULL, count_cb, &n_waited);
        }
      dheera_exchange_free (exchange);
      runner_settle (20);
      g_assert_cmpuint (n_waited, ==, 0);
      g_assert_cmpuint (n_sent, <=, 1);
      dheera_transport_unref (transport);
      assert_freed (session);
    }
}

static void
free_cb (DheeraExchange *exchange,
         gpointer        user_data)
{
  ++*(guint *) user_data;
  dheera_exchange_free (exchange);
}

static void
test_free_in_callback (void)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
      SoupSession *session = runner_make_session ();
      DheeraTransport *transport = dheera_transport_for_session (session);
      g_autofree char *url = fault_server_dup_url (server, "/");
      DheeraExchange *exchange = runner_make_exchange (&(Run) { .transport = transport, .url = url });
      g_autoptr(GCancellable) cancellable = g_cancellable_new ();
      guint n = 0;

      fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (EVENT_STREAM "1\r\nx\r\n"), FAULT_STALL (), FAULT_END);
      dheera_exchange_send_async (exchange, cancellable, free_cb, &n);
      if (i == 1)
        g_cancellable_cancel (cancellable);
      while (n == 0)
        g_main_context_iteration (NULL, TRUE);
      runner_settle (20);
      g_assert_cmpuint (n, ==, 1);
      dheera_transport_unref (transport);
      assert_freed (session);
    }
}

/* The application's own handler of the same cancellable frees the exchange: g_cancellable_disconnect() would wait for ever there. */
static void
free_exchange (GCancellable *cancellable,
               gpointer      user_data)
{
  dheera_exchange_free (user_data);
}

static void
test_free_in_cancelled_handler (void)
{
  g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
  g_autoptr(DheeraTransport) transport = dheera_transport_new ();
  g_autofree char *url = fault_server_dup_url (server, "/");
  DheeraExchange *exchange = runner_make_exchange (&(Run) { .transport = transport, .url = url });
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  guint n = 0;

  fault_server_script (server, FAULT_EXPECT (), FAULT_STALL (), FAULT_END);
  g_signal_connect (cancellable, "cancelled", G_CALLBACK (free_exchange), exchange);
  dheera_exchange_send_async (exchange, cancellable, count_cb, &n);
  runner_settle (30);
  g_cancellable_cancel (cancellable);
  runner_settle (30);
  g_assert_cmpuint (n, ==, 0);
}

/* A cancellable that belongs to one step of a stream does not end the next. */
static void
test_late_cancel (void)
{
  g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
  g_autoptr(DheeraTransport) transport = dheera_transport_new ();
  g_autofree char *url = fault_server_dup_url (server, "/");
  g_autoptr(DheeraExchange) exchange = runner_make_exchange (&(Run) { .transport = transport, .url = url });
  g_autoptr(GCancellable) first = g_cancellable_new ();
  g_autoptr(GCancellable) second = g_cancellable_new ();
  g_autoptr(GError) error = NULL;
  char buffer[10];

  fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (EVENT_STREAM "1\r\nx\r\n1\r\ny\r\n"), FAULT_STALL (), FAULT_END);
  g_assert_true (dheera_exchange_send (exchange, first, &error));
  g_cancellable_cancel (first);
  g_assert_cmpint (dheera_exchange_read (exchange, buffer, 1, second, &error), ==, 1);
  g_assert_no_error (error);
  g_assert_cmpint (dheera_exchange_read (exchange, buffer, 1, NULL, &error), ==, 1);
  g_assert_no_error (error);
  g_assert_cmpint (dheera_exchange_read (exchange, buffer, 1, first, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (phases); i++)
    {
      g_autofree char *path = g_strconcat ("/cancel/", phases[i].name, NULL);

      g_test_add_data_func (path, &phases[i], test_phase);
    }
  g_test_add_func ("/cancel/free-in-flight", test_free_in_flight);
  g_test_add_func ("/cancel/free-in-callback", test_free_in_callback);
  g_test_add_func ("/cancel/free-in-cancelled-handler", test_free_in_cancelled_handler);
  g_test_add_func ("/cancel/late", test_late_cancel);

  return g_test_run ();
}
