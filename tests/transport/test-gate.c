/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-ai/transport/dheera-transport-internal-private.h"
#include "runner.h"

#define ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

/* A server that answers each request when it is told to */
static FaultServer *
make_server (void)
{
  FaultServer *server = fault_server_new (FAULT_TLS_NONE);

  fault_server_script (server, FAULT_EXPECT (), FAULT_SIGNAL (), FAULT_SEND (ANSWER), FAULT_AGAIN (), FAULT_END);
  return server;
}

typedef struct
{
  guint n_done;
  guint n_failed;
  guint n_body;
} Tally;

static void
tally_cb (DheeraExchange *exchange,
          gpointer        user_data)
{
  Tally *tally = user_data;

  tally->n_done++;
  if (!dheera_exchange_send_finish (exchange, NULL))
    tally->n_failed++;
  dheera_exchange_close (exchange);
}

static void
iterate_until (guint *counter,
               guint  value)
{
  while (*counter < value)
    g_main_context_iteration (NULL, TRUE);
}

/* Iterates the context until so many requests have come, and a little longer for those that should not. */
static void
see_requests (FaultServer *server,
              guint        n)
{
  for (gint64 end = g_get_monotonic_time () + 5 * G_USEC_PER_SEC; fault_server_get_n_requests (server) < n && g_get_monotonic_time () < end;)
    {
      if (!g_main_context_iteration (NULL, FALSE))
        g_usleep (500);
    }
  runner_settle (20);
  g_assert_cmpuint (fault_server_get_n_requests (server), ==, n);
}

static void
test_async_limit (void)
{
  g_autoptr(FaultServer) server = make_server ();
  SoupSession *session = soup_session_new (); /* max-conns-per-host is 2 */
  DheeraTransport *transport = dheera_transport_for_session (session);
  DheeraExchange *exchanges[8];
  Tally tally = { 0 };

  for (guint i = 0; i < 8; i++)
    {
      g_autofree char *path = g_strdup_printf ("/%u", i);
      g_autofree char *url = fault_server_dup_url (server, path);

      exchanges[i] = runner_make_exchange (&(Run) { .transport = transport, .url = url });
      dheera_exchange_send_async (exchanges[i], NULL, tally_cb, &tally);
    }
  for (guint i = 0; i < 8; i++)
    {
      see_requests (server, MIN (i + 2, 8));
      fault_server_signal (server);
      iterate_until (&tally.n_done, i + 1);
    }
  g_assert_cmpuint (tally.n_failed, ==, 0);
  g_assert_cmpuint (fault_server_get_n_connections (server), ==, 2);
  /* First come, first served */
  for (guint i = 2; i < 8; i++)
    {
      g_autofree char *path = g_strdup_printf ("/%u", i);

      g_assert_cmpstr (fault_server_get_request (server, i)->target, ==, path);
    }
  for (guint i = 0; i < 8; i++)
    dheera_exchange_free (exchanges[i]);
  dheera_transport_unref (transport);
  assert_freed (session);
}

static gpointer
run_blocking (gpointer data)
{
  return run_exchange (RUN_BLOCKING, data);
}

static void
test_blocking_limit (void)
{
  g_autoptr(FaultServer) server = make_server ();
  SoupSession *session = soup_session_new ();
  DheeraTransport *transport = dheera_transport_for_session (session);
  g_autofree char *url = fault_server_dup_url (server, "/");
  Run run = { .transport = transport, .url = url };
  GThread *threads[8];

  for (guint i = 0; i < 8; i++)
    threads[i] = g_thread_new ("caller", run_blocking, &run);
  fault_server_wait_for_requests (server, 2);
  g_usleep (50 * 1000);
  g_assert_cmpuint (fault_server_get_n_requests (server), ==, 2);
  for (guint i = 0; i < 8; i++)
    {
      fault_server_signal (server);
      fault_server_wait_for_requests (server, MIN (i + 3, 8));
    }
  for (guint i = 0; i < 8; i++)
    {
      g_autoptr(Outcome) outcome = g_thread_join (threads[i]);

      g_assert_no_error (outcome->error);
    }
  g_assert_cmpuint (fault_server_get_n_connections (server), ==, 2);
  dheera_transport_unref (transport);
  assert_freed (session);
}

/* Connections that the application's own requests hold; ended by the last reference to the cancellable's cancel. */
typedef struct
{
  SoupSession *session;
  GCancellable *cancellable;
  guint n_running;
} Downloads;

static void
downloaded_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  Downloads *self = user_data;
  g_autoptr(GBytes) bytes = soup_session_send_and_read_finish (SOUP_SESSION (source), result, NULL);

  self->n_running--;
}

static void
start_downloads (Downloads   *self,
                 SoupSession *session,
                 FaultServer *server,
                 guint        n)
{
  g_autofree char *url = fault_server_dup_url (server, "/download");
  guint before = fault_server_get_n_requests (server);

  self->session = session;
  self->cancellable = g_cancellable_new ();
  for (guint i = 0; i < n; i++)
    {
      g_autoptr(SoupMessage) message = soup_message_new ("GET", url);

      self->n_running++;
      soup_session_send_and_read_async (session, message, G_PRIORITY_DEFAULT, self->cancellable, downloaded_cb, self);
    }
  see_requests (server, before + n);
}

static void
stop_downloads (Downloads *self)
{
  g_cancellable_cancel (self->cancellable);
  while (self->n_running > 0)
    g_main_context_iteration (NULL, TRUE);
  runner_settle (10);
  g_clear_object (&self->cancellable);
}

/* Before or after the library has heard of the session for the first time: what is queued in libsoup then is unknown to the gate. */
static void
test_deadline_behind_downloads (gconstpointer data)
{
  gboolean unknown = GPOINTER_TO_INT (data);

  FOR_EACH_MODE (mode)
    {
      g_autoptr(FaultServer) server = make_server ();
      SoupSession *session = soup_session_new ();
      DheeraTransport *transport = NULL;
      g_autofree char *url = fault_server_dup_url (server, "/");
      g_autoptr(Outcome) outcome = NULL;
      g_autoptr(Outcome) after = NULL;
      Downloads downloads = { 0 };

      if (!unknown)
        transport = dheera_transport_for_session (session);
      start_downloads (&downloads, session, server, 2);
      if (unknown)
        transport = dheera_transport_for_session (session);

      outcome = run_exchange (mode, &(Run) { .transport = transport, .url = url, .timeouts.first_token = 0.3 });
      if (unknown)
        assert_failed (outcome, DHEERA_TRANSPORT_ERROR_TIMEOUT, NULL);
      else
        assert_failed (outcome, DHEERA_TRANSPORT_ERROR_TIMEOUT,
                       "the request to 127.0.0.1:* was not sent within 0.3 seconds: all 2 connections*max-conns-per-host*");
      g_assert_cmpfloat (outcome->seconds, <, 0.3 + LATE);
      g_assert_cmpuint (fault_server_get_n_requests (server), ==, 2);

      stop_downloads (&downloads);
      fault_server_signal (server);
      fault_server_signal (server);
      fault_server_signal (server);
      after = run_exchange (mode, &(Run) { .transport = transport, .url = url });
      g_assert_no_error (after->error);
      dheera_transport_unref (transport);
      assert_freed (session);
    }
}

static void
test_deadline_of_total_limit (void)
{
  FOR_EACH_MODE (mode)
    {
      g_autoptr(FaultServer) server = make_server ();
      g_autoptr(FaultServer) other = make_server ();
      SoupSession *session = soup_session_new_with_options ("max-conns", 2, "max-conns-per-host", 2, NULL);
      DheeraTransport *transport = dheera_transport_for_session (session);
      g_autofree char *url = fault_server_dup_url (server, "/");
          g_autoptr(Outcome) outcome = NULL;
      Downloads downloads = { 0 };

      start_downloads (&downloads, session, other, 2);
      outcome = run_exchange (mode, &(Run) { .transport = transport, .url = url, .timeouts.total = 0.3 });
      assert_failed (outcome, DHEERA_TRANSPORT_ERROR_TIMEOUT, "*within 0.3 seconds: all 2 connections*its property max-conns)*");
      stop_downloads (&downloads);
      dheera_transport_unref (transport);
      assert_freed (session);
    }
}

static gpointer
cancel_soon (gpointer data)
{
  g_usleep (100 * 1000);
  g_cancellable_cancel (data);
  return NULL;
}

static void
test_cancel_behind_downloads (gconstpointer data)
{
  gboolean unknown = GPOINTER_TO_INT (data);

  FOR_EACH_MODE (mode)
    {
      g_autoptr(FaultServer) server = make_server ();
      SoupSession *session = soup_session_new ();
      DheeraTransport *transport = NULL;
      g_autofree char *url = fault_server_dup_url (server, "/");
      g_autoptr(GCancellable) cancellable = g_cancellable_new ();
      g_autoptr(Outcome) outcome = NULL;
      Downloads downloads = { 0 };
      GThread *thread;

      if (!unknown)
        transport = dheera_transport_for_session (session);
      start_downloads (&downloads, session, server, 2);
      if (unknown)
        transport = dheera_transport_for_session (session);

      thread = g_thread_new ("canceller", cancel_soon, cancellable);
      outcome = run_exchange (mode, &(Run) { .transport = transport, .url = url, .cancellable = cancellable });
      g_thread_join (thread);
      g_assert_error (outcome->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_cmpfloat (outcome->seconds, <, 0.1 + LATE);
      runner_settle (50);
      g_assert_cmpuint (fault_server_get_n_requests (server), ==, 2);
      stop_downloads (&downloads);
      dheera_transport_unref (transport);
      assert_freed (session);
    }
}

/* The end of the application's own download lets the next one in. */
static void
test_admitted_after_download (void)
{
  g_autoptr(FaultServer) server = make_server ();
  SoupSession *session = soup_session_new_with_options ("max-conns-per-host", 1, NULL);
  DheeraTransport *transport = dheera_transport_for_session (session);
  g_autofree char *url = fault_server_dup_url (server, "/");
  DheeraExchange *exchange = runner_make_exchange (&(Run) { .transport = transport, .url = url });
  Downloads downloads = { 0 };
  Tally tally = { 0 };

  start_downloads (&downloads, session, server, 1);
  dheera_exchange_send_async (exchange, NULL, tally_cb, &tally);
  runner_settle (30);
  g_assert_cmpuint (fault_server_get_n_requests (server), ==, 1);
  fault_server_signal (server);
  fault_server_signal (server);
  iterate_until (&tally.n_done, 1);
  g_assert_cmpuint (tally.n_failed, ==, 0);
  g_assert_cmpint (dheera_exchange_get_stats (exchange)->admitted - dheera_exchange_get_stats (exchange)->start, >, 20000);
  dheera_exchange_free (exchange);
  stop_downloads (&downloads);
  dheera_transport_unref (transport);
  assert_freed (session);
}

/* A storm of calls is let into libsoup a few at a time, but not stopped by a host that does not answer. */
static void
test_starting_limit (void)
{
  g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
  g_autoptr(DheeraTransport) transport = dheera_transport_new ();
  g_autofree char *url = g_strdup_printf ("https://127.0.0.1:%u/", fault_server_get_port (server));
  DheeraExchange *exchanges[20];
  Tally tally = { 0 };

  fault_server_script (server, FAULT_STALL (), FAULT_END);
  for (guint i = 0; i < G_N_ELEMENTS (exchanges); i++)
    {
      exchanges[i] = runner_make_exchange (&(Run) { .transport = transport, .url = url });
      dheera_exchange_send_async (exchanges[i], NULL, tally_cb, &tally);
    }
  while (fault_server_get_n_connections (server) == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (fault_server_get_n_connections (server), <=, DHEERA_GATE_MAX_STARTING);
  for (guint i = 0; i < 100 && fault_server_get_n_connections (server) < G_N_ELEMENTS (exchanges); i++)
    runner_settle (50);
  g_assert_cmpuint (fault_server_get_n_connections (server), ==, G_N_ELEMENTS (exchanges));
  for (guint i = 0; i < G_N_ELEMENTS (exchanges); i++)
    dheera_exchange_free (exchanges[i]);
  runner_settle (50);
  g_assert_cmpuint (tally.n_done, ==, 0);
}

/* --- A thousand that wait ---------------------------------------------------------------------------------------------------------------- */

#define N_WAITERS 1000

typedef struct
{
  GSource source;
  DheeraGate *gate;
  DheeraTicket *ticket;
  guint *n_wakeups;
} Waiter;

static gboolean
waiter_dispatch (GSource     *source,
                 GSourceFunc  callback,
                 gpointer     user_data)
{
  Waiter *self = (Waiter *) source;
  gint64 next = 0;

  (*self->n_wakeups)++;
  if (!dheera_gate_is_admitted (self->gate, self->ticket))
    next = dheera_gate_look_again (self->gate, self->ticket, 0);
  g_source_set_ready_time (source, next != 0 ? next : -1);
  return G_SOURCE_CONTINUE;
}

static Waiter *
waiter_new (DheeraGate   *gate,
            GMainContext *context,
            GUri         *uri,
            guint        *n_wakeups)
{
  static GSourceFuncs funcs = { NULL, NULL, waiter_dispatch, NULL, NULL, NULL };
  Waiter *self = (Waiter *) g_source_new (&funcs, sizeof (Waiter));

  self->gate = gate;
  self->ticket = dheera_ticket_new ();
  self->n_wakeups = n_wakeups;
  g_source_set_ready_time (&self->source, -1);
  g_source_attach (&self->source, context);
  dheera_gate_enter (gate, self->ticket, uri, &self->source);
  if (!dheera_gate_is_admitted (gate, self->ticket))
    waiter_dispatch (&self->source, NULL, NULL);
  return self;
}

static void
waiter_free (Waiter *self)
{
  dheera_gate_leave (self->gate, self->ticket);
  dheera_ticket_unref (self->ticket);
  g_source_destroy (&self->source);
  g_source_unref (&self->source);
}

static guint
count_admitted (Waiter **waiters)
{
  guint n = 0;

  for (guint i = 0; i < N_WAITERS; i++)
    if (dheera_gate_is_admitted (waiters[i]->gate, waiters[i]->ticket))
      n++;
  return n;
}

static gpointer
wait_blocking (gpointer data)
{
  Waiter *self = data;

  dheera_gate_wait (self->gate, self->ticket, g_get_monotonic_time () + 20 * G_USEC_PER_SEC);
  return GINT_TO_POINTER (dheera_gate_is_admitted (self->gate, self->ticket));
}

/* Hosts that do not answer let the others in as time passes, which one waiter of each main context looks for, and not all of them. Contexts that nobody
 * iterates do not matter to those that somebody does. */
static void
test_lookouts (void)
{
  g_autoptr(SoupSession) session = soup_session_new_with_options ("max-conns", 2 * N_WAITERS, "max-conns-per-host", 2 * N_WAITERS, NULL);
  g_autoptr(GUri) uri = g_uri_parse ("http://127.0.0.1:1/", G_URI_FLAGS_NONE, NULL);
  g_autoptr(GMainContext) asleep = g_main_context_new ();
  g_autoptr(GMainContext) awake = g_main_context_new ();
  DheeraGate *gate = dheera_gate_new (session);
  Waiter *waiters[N_WAITERS];
  guint n_wakeups = 0, n_admitted;

  for (guint i = 0; i < N_WAITERS; i++)
    waiters[i] = waiter_new (gate, i < N_WAITERS / 2 ? asleep : awake, uri, &n_wakeups);
  n_wakeups = 0;
  while ((n_admitted = count_admitted (waiters)) < 100)
    g_main_context_iteration (awake, TRUE);
  /* Of those who wait in the other context nobody has seen anything. */
  g_assert_cmpuint (n_wakeups, <, 3 * n_admitted);
  g_test_message ("%u wakeups to admit %u of %u", n_wakeups, n_admitted, N_WAITERS);

  for (guint i = 0; i < N_WAITERS; i++)
    waiter_free (waiters[i]);
  dheera_gate_free (gate, session);
}

/* The first waiter goes, and the next one looks in its place, also where threads block. */
static void
test_lookout_leaves (gconstpointer data)
{
  gboolean blocking = GPOINTER_TO_INT (data);
  g_autoptr(SoupSession) session = soup_session_new_with_options ("max-conns", 100, "max-conns-per-host", 100, NULL);
  g_autoptr(GUri) uri = g_uri_parse ("http://127.0.0.1:1/", G_URI_FLAGS_NONE, NULL);
  DheeraGate *gate = dheera_gate_new (session);
  guint n_wakeups = 0;
  Waiter *waiters[DHEERA_GATE_MAX_STARTING + 2];
  DheeraTicket *ticket = dheera_ticket_new ();

  for (guint i = 0; i < G_N_ELEMENTS (waiters); i++)
    waiters[i] = waiter_new (gate, NULL, uri, &n_wakeups);
  if (blocking)
    dheera_gate_enter (gate, ticket, uri, NULL);
  waiter_free (waiters[DHEERA_GATE_MAX_STARTING]);
  if (blocking)
    g_assert_true (wait_blocking (&(Waiter) { .gate = gate, .ticket = ticket }));
  while (!dheera_gate_is_admitted (gate, waiters[DHEERA_GATE_MAX_STARTING + 1]->ticket))
    g_main_context_iteration (NULL, TRUE);

  for (guint i = 0; i < G_N_ELEMENTS (waiters); i++)
    if (i != DHEERA_GATE_MAX_STARTING)
      waiter_free (waiters[i]);
  dheera_gate_leave (gate, ticket);
  dheera_ticket_unref (ticket);
  dheera_gate_free (gate, session);
}

static void
test_blindness (void)
{
  g_autoptr(FaultServer) server = make_server ();
  SoupSession *fresh = soup_session_new ();
  SoupSession *busy = soup_session_new ();
  DheeraTransport *transport = dheera_transport_for_session (fresh);
  DheeraGate *gate = dheera_transport_get_gate (transport);
  Downloads downloads = { 0 };

  g_assert_false (dheera_gate_is_blind (gate, fresh));
  g_assert_true (dheera_gate_is_exclusive (gate));
  start_downloads (&downloads, fresh, server, 1);
  g_assert_false (dheera_gate_is_blind (gate, fresh));
  g_assert_false (dheera_gate_is_exclusive (gate));
  stop_downloads (&downloads);
  g_assert_true (dheera_gate_is_exclusive (gate));
  dheera_transport_unref (transport);
  assert_freed (fresh);

  start_downloads (&downloads, busy, server, 1);
  transport = dheera_transport_for_session (busy);
  gate = dheera_transport_get_gate (transport);
  g_assert_true (dheera_gate_is_blind (gate, busy));
  stop_downloads (&downloads);
  g_assert_false (dheera_gate_is_blind (gate, busy));
  dheera_transport_unref (transport);
  assert_freed (busy);
}

/* One record per session, however many ask, and it does not keep the session. */
static void
test_one_record (void)
{
  SoupSession *session = soup_session_new ();
  g_autoptr(DheeraTransport) first = dheera_transport_for_session (session);
  g_autoptr(DheeraTransport) second = dheera_transport_for_session (session);
  g_autoptr(GError) error = NULL;

  g_assert_true (first == second);
  g_assert_false (dheera_transport_is_own (first));
  assert_freed (session);
  g_assert_null (dheera_transport_dup_session (first, &error));
  g_assert_error (error, DHEERA_TRANSPORT_ERROR, DHEERA_TRANSPORT_ERROR_SESSION);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/gate/async-limit", test_async_limit);
  g_test_add_func ("/gate/blocking-limit", test_blocking_limit);
  g_test_add_data_func ("/gate/deadline-behind-downloads", GINT_TO_POINTER (FALSE), test_deadline_behind_downloads);
  g_test_add_data_func ("/gate/deadline-behind-unknown-downloads", GINT_TO_POINTER (TRUE), test_deadline_behind_downloads);
  g_test_add_func ("/gate/deadline-of-total-limit", test_deadline_of_total_limit);
  g_test_add_data_func ("/gate/cancel-behind-downloads", GINT_TO_POINTER (FALSE), test_cancel_behind_downloads);
  g_test_add_data_func ("/gate/cancel-behind-unknown-downloads", GINT_TO_POINTER (TRUE), test_cancel_behind_downloads);
  g_test_add_func ("/gate/admitted-after-download", test_admitted_after_download);
  g_test_add_func ("/gate/starting-limit", test_starting_limit);
  g_test_add_func ("/gate/lookouts", test_lookouts);
  g_test_add_data_func ("/gate/lookout-leaves/async", GINT_TO_POINTER (FALSE), test_lookout_leaves);
  g_test_add_data_func ("/gate/lookout-leaves/blocking", GINT_TO_POINTER (TRUE), test_lookout_leaves);
  g_test_add_func ("/gate/blindness", test_blindness);
  g_test_add_func ("/gate/one-record", test_one_record);

  return g_test_run ();
}
