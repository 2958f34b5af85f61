/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "runner.h"

#include <string.h>

/* A user's session speaks HTTP/2 where the server does. The frames of the scripted ones: SETTINGS, then for stream 1 HEADERS with ":status: 200", DATA. */
#define SETTINGS "\0\0\0\4\0\0\0\0\0"
#define HEAD "\0\0\1\1\4\0\0\0\1\x88"
#define HEAD_3 "\0\0\1\1\4\0\0\0\3\x88"
#define DATA_3 "\0\0\5\0\0\0\0\0\3hello"
#define LAST_DATA "\0\0\5\0\1\0\0\0\1world"
#define LAST_DATA_3 "\0\0\5\0\1\0\0\0\3world"
#define DATA "\0\0\5\0\0\0\0\0\1hello"
#define RESET_CANCEL "\0\0\4\3\0\0\0\0\1\0\0\0\x8"
#define RESET_REFUSED "\0\0\4\3\0\0\0\0\1\0\0\0\x7"
#define GOAWAY_NONE "\0\0\x8\7\0\0\0\0\0\0\0\0\0\0\0\0\0"

#define FRAMES(text) FAULT_SEND_BYTES (text, sizeof (text) - 1)
/* The body of the client's request, "{}" in a DATA frame of stream 1 or 3. What is sent earlier would be for a stream that it has not opened yet. */
#define REQUEST FAULT_AWAIT ("\0\0\0\1{}", 6)
#define REQUEST_3 FAULT_AWAIT ("\0\0\0\3{}", 6)
#define SILENCE 0.6 /* seconds until a call gives up */

typedef struct
{
  const char *name;
  FaultStep steps[8];
  gboolean may_end; /* libsoup takes it for the end of the body, or says that it was none: both are only ended in time */
  const char *body;
  gboolean is_whole;
} Case;

/* What is to come may take its time on a busy machine, as may the handshake before it. */
static DheeraTimeouts
patience_for (const Case *c)
{
  return (DheeraTimeouts) { .first_token = *c->body != '\0' ? 10 : SILENCE, .idle = c->is_whole ? 10 : SILENCE };
}

static const Case cases[] = {
  { "dropped-in-body", { REQUEST, FRAMES (SETTINGS HEAD DATA), FAULT_WAIT (50), FAULT_CLOSE () }, TRUE, "hello" },
  { "reset-in-body", { REQUEST, FRAMES (SETTINGS HEAD DATA), FAULT_WAIT (50), FAULT_RESET () }, TRUE, "hello" },
  { "stream-reset-in-body", { REQUEST, FRAMES (SETTINGS HEAD DATA), FAULT_WAIT (50), FRAMES (RESET_CANCEL), FAULT_STALL () }, TRUE, "hello" },
  { "whole", { REQUEST, FRAMES (SETTINGS HEAD DATA), FAULT_WAIT (50), FRAMES (DATA), FAULT_WAIT (50), FRAMES (LAST_DATA) }, TRUE,
    "hellohelloworld", TRUE },
  { "stalled-in-body", { REQUEST, FRAMES (SETTINGS HEAD DATA), FAULT_STALL () }, FALSE, "hello" },
  { "stalled-before-head", { REQUEST, FRAMES (SETTINGS), FAULT_STALL () }, FALSE, "" },
  { "dropped-before-head", { REQUEST, FRAMES (SETTINGS), FAULT_WAIT (50), FAULT_CLOSE () }, TRUE, "" },
  { "silent", { FAULT_STALL () }, FALSE, "" },
  { "refused", { REQUEST, FRAMES (SETTINGS RESET_REFUSED), FAULT_STALL () }, TRUE, "" },
  { "going-away", { REQUEST, FRAMES (SETTINGS GOAWAY_NONE), FAULT_WAIT (50), FAULT_CLOSE () }, TRUE, "" },
};

/* The preface is not HTTP/2 at all until the client has sent its own; the server knows from ALPN. */
static void
test_fault (gconstpointer data)
{
  const Case *c = data;

  FOR_EACH_MODE (mode)
    {
      g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_HTTP2);
      SoupSession *session = runner_make_session ();
      DheeraTransport *transport = dheera_transport_for_session (session);
      g_autofree char *url = fault_server_dup_url (server, "/");
      DheeraTimeouts timeouts = patience_for (c);
      FaultStep steps[G_N_ELEMENTS (c->steps)];
      g_autoptr(Outcome) outcome = NULL;

      memcpy (steps, c->steps, sizeof steps);
      /* A blocking call offers HTTP/1.1 only, which this server does not speak. */
      if (mode == RUN_BLOCKING)
        {
          if (steps[0].action == FAULT_ACTION_AWAIT)
            steps[0] = (FaultStep) FAULT_READ (60);
          timeouts.first_token = SILENCE;
        }
      fault_server_add_script (server, steps);
      outcome = run_exchange (mode, &(Run) { .transport = transport, .url = url, .timeouts = timeouts, .mark_first_token = TRUE });
      if (mode == RUN_ASYNC)
        g_assert_cmpstr (outcome->body->str, ==, c->body);
      if (!c->may_end)
        g_assert_nonnull (outcome->error);
      g_assert_cmpfloat (outcome->seconds, <, SILENCE + LATE);
      g_test_message ("%.2f s: %s", outcome->seconds, outcome->error != NULL ? outcome->error->message : "an end");
      /* What libsoup does not give back when it is cancelled it gives back when the connection ends. */
      g_clear_pointer (&server, fault_server_free);
      dheera_transport_unref (transport);
      assert_freed (session);
    }
}

static const Case blocking_cases[] = {
  { "whole", { FRAMES (HEAD_3 DATA_3), FAULT_WAIT (50), FRAMES (LAST_DATA_3), FAULT_STALL () }, TRUE, "helloworld", TRUE },
  { "stalled-before-head", { FAULT_STALL () }, FALSE, "" },
  { "stalled-in-body", { FRAMES (HEAD_3 DATA_3), FAULT_STALL () }, FALSE, "hello" },
  { "dropped-in-body", { FRAMES (HEAD_3 DATA_3), FAULT_WAIT (50), FAULT_CLOSE () }, TRUE, "hello" },
  { "reset-in-body", { FRAMES (HEAD_3 DATA_3), FAULT_WAIT (50), FAULT_RESET () }, TRUE, "hello" },
};

/* A blocking call over a connection that an asynchronous one has made */
static void
test_blocking_fault (gconstpointer data)
{
  const Case *c = data;
  FaultStep steps[8] = { REQUEST, FRAMES (SETTINGS HEAD LAST_DATA), REQUEST_3 };
  g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_HTTP2);
  SoupSession *session = runner_make_session ();
  DheeraTransport *transport = dheera_transport_for_session (session);
  g_autofree char *url = fault_server_dup_url (server, "/");
  g_autoptr(Outcome) first = NULL;
  g_autoptr(Outcome) outcome = NULL;

  memcpy (steps + 3, c->steps, 5 * sizeof (FaultStep));
  fault_server_add_script (server, steps);
  first = run_exchange (RUN_ASYNC, &(Run) { .transport = transport, .url = url });
  g_assert_no_error (first->error);
  outcome = run_exchange (RUN_BLOCKING, &(Run) { .transport = transport, .url = url, .timeouts = patience_for (c), .mark_first_token = TRUE });
  g_test_message ("%.2f s, status %u: %s", outcome->seconds, outcome->status, outcome->error != NULL ? outcome->error->message : "an end");
  g_assert_cmpstr (outcome->body->str, ==, c->body);
  if (!c->may_end)
    assert_failed (outcome, DHEERA_TRANSPORT_ERROR_TIMEOUT, NULL);
  g_assert_cmpfloat (outcome->seconds, <, SILENCE + LATE);
  g_clear_pointer (&server, fault_server_free);
  dheera_transport_unref (transport);
  assert_freed (session);
}

typedef struct
{
  SoupSession *session;
  DheeraTransport *transport;
  Http2Server *server;
} Fixture;

static void
fixture_set_up (Fixture       *self,
                gconstpointer  data)
{
  self->server = http2_server_new ();
  self->session = runner_make_session ();
  self->transport = dheera_transport_for_session (self->session);
}

static void
fixture_tear_down (Fixture       *self,
                   gconstpointer  data)
{
  dheera_transport_unref (self->transport);
  assert_freed (self->session);
  http2_server_free (self->server);
}

static void
run_one (Fixture    *self,
         RunMode     mode,
         const char *path)
{
  g_autofree char *url = http2_server_dup_url (self->server, path);
  g_autoptr(Outcome) outcome = run_exchange (mode, &(Run) { .transport = self->transport, .url = url, .framing = DHEERA_FRAMING_SSE, .timeouts.total = 5 });

  g_assert_no_error (outcome->error);
  g_assert_cmpuint (outcome->status, ==, 200);
  if (g_str_equal (path, "/stream"))
    g_assert_cmpstr (outcome->body->str, ==, "data: {\"n\":1}\n\ndata: {\"n\":1}\n\ndata: {\"n\":1}\n\n");
  else
    g_assert_cmpstr (outcome->body->str, ==, "{\"n\":1}");
}

/* The order in which the usual blocking call over a private main context hangs for ever */
static void
test_async_then_blocking (Fixture       *self,
                          gconstpointer  data)
{
  const char *path = data;

  for (guint i = 0; i < 3; i++)
    {
      run_one (self, RUN_ASYNC, path);
      run_one (self, RUN_BLOCKING, path);
    }
  g_assert_cmpuint (http2_server_get_n_connections (self->server), ==, 1);
  g_assert_cmpuint (http2_server_get_n_http2 (self->server), ==, 6);
}

static void
test_blocking_then_async (Fixture       *self,
                          gconstpointer  data)
{
  const char *path = data;

  for (guint i = 0; i < 3; i++)
    {
      run_one (self, RUN_BLOCKING, path);
      run_one (self, RUN_ASYNC, path);
    }
  g_assert_cmpuint (http2_server_get_n_connections (self->server), ==, 1);
  g_assert_cmpuint (http2_server_get_n_requests (self->server), ==, 6);
}

typedef struct
{
  Fixture *fixture;
  guint n_done;
  guint n_bytes;
} Held;

static void
held_cb (DheeraExchange *exchange,
         gpointer        user_data)
{
  Held *held = user_data;
  char buffer[100];
  GError *error = NULL;
  gssize n;

  while ((n = dheera_exchange_read_nonblocking (exchange, buffer, sizeof buffer, &error)) > 0)
    held->n_bytes += n;
  if (n < 0 && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    {
      g_clear_error (&error);
      dheera_exchange_wait_async (exchange, NULL, held_cb, held);
      return;
    }
  g_assert_no_error (error);
  held->n_done++;
}

static void
held_sent_cb (DheeraExchange *exchange,
              gpointer        user_data)
{
  g_assert_true (dheera_exchange_send_finish (exchange, NULL));
  held_cb (exchange, user_data);
}

/* More streams than max-conns-per-host, all over one connection, and blocking calls between them */
static void
test_many_streams (Fixture       *self,
                   gconstpointer  data)
{
  g_autofree char *url = http2_server_dup_url (self->server, "/hold");
  DheeraExchange *exchanges[8];
  Held held = { .fixture = self };

  for (guint i = 0; i < G_N_ELEMENTS (exchanges); i++)
    {
      exchanges[i] = runner_make_exchange (&(Run) { .transport = self->transport, .url = url, .framing = DHEERA_FRAMING_SSE, .timeouts.total = 10 });
      dheera_exchange_send_async (exchanges[i], NULL, held_sent_cb, &held);
    }
  while (http2_server_get_n_requests (self->server) < G_N_ELEMENTS (exchanges))
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (500);
    }
  g_assert_cmpuint (http2_server_get_n_connections (self->server), ==, 1);

  run_one (self, RUN_BLOCKING, "/whole");
  run_one (self, RUN_ASYNC, "/whole");

  http2_server_release (self->server);
  while (held.n_done < G_N_ELEMENTS (exchanges))
    g_main_context_iteration (NULL, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (exchanges); i++)
    dheera_exchange_free (exchanges[i]);
  runner_settle (20);
}

static gpointer
run_in_thread (gpointer data)
{
  for (guint i = 0; i < 5; i++)
    run_one (data, RUN_BLOCKING, "/whole");
  return NULL;
}

static void
test_threads (Fixture       *self,
              gconstpointer  data)
{
  GThread *threads[6];

  run_one (self, RUN_ASYNC, "/whole");
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("caller", run_in_thread, self);
  for (guint i = 0; i < 5; i++)
    run_one (self, RUN_ASYNC, "/whole");
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (http2_server_get_n_requests (self->server), ==, 36);
  /* max-conns-per-host of the session is 2, and idle ones may have been closed for others in between. */
  g_test_message ("%u connections", http2_server_get_n_connections (self->server));
}

/* Cancelled in the middle: the stream ends, the connection stays. */
static void
test_cancel (Fixture       *self,
             gconstpointer  data)
{
  g_autofree char *url = http2_server_dup_url (self->server, "/hold");
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  DheeraExchange *exchange = runner_make_exchange (&(Run) { .transport = self->transport, .url = url });
  Held held = { .fixture = self };

  dheera_exchange_send_async (exchange, cancellable, held_sent_cb, &held);
  while (http2_server_get_n_requests (self->server) == 0)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (500);
    }
  dheera_exchange_free (exchange);
  run_one (self, RUN_ASYNC, "/whole");
  g_assert_cmpuint (http2_server_get_n_connections (self->server), ==, 1);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  /* libsoup warns of a connection of its own that it has lost sight of when it was broken in the middle. */
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/http2/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_fault);
    }
  for (guint i = 0; i < G_N_ELEMENTS (blocking_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/http2/blocking/", blocking_cases[i].name, NULL);

      g_test_add_data_func (path, &blocking_cases[i], test_blocking_fault);
    }
  g_test_add ("/http2/async-then-blocking/whole", Fixture, "/whole", fixture_set_up, test_async_then_blocking, fixture_tear_down);
  g_test_add ("/http2/async-then-blocking/stream", Fixture, "/stream", fixture_set_up, test_async_then_blocking, fixture_tear_down);
  g_test_add ("/http2/blocking-then-async/whole", Fixture, "/whole", fixture_set_up, test_blocking_then_async, fixture_tear_down);
  g_test_add ("/http2/blocking-then-async/stream", Fixture, "/stream", fixture_set_up, test_blocking_then_async, fixture_tear_down);
  g_test_add ("/http2/many-streams", Fixture, NULL, fixture_set_up, test_many_streams, fixture_tear_down);
  g_test_add ("/http2/threads", Fixture, NULL, fixture_set_up, test_threads, fixture_tear_down);
  g_test_add ("/http2/cancel", Fixture, NULL, fixture_set_up, test_cancel, fixture_tear_down);

  return g_test_run ();
}
