/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How a server ends: drained, stopped in the middle, dropped, and by signals. */

#include "server-util.h"

#include <signal.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/servers/fault-server.h"

#define HEAD "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
#define CHUNK(text) "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" text "\"},\"finish_reason\":null}]}\n\n"
#define END "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"

/* A stream whose model says a word, and the rest when it is told to */
typedef struct
{
  FaultServer *fault;
  DheeraServer *server;
  GSocketConnection *connection;
} Fixture;

static void
set_up (Fixture *f)
{
  g_autofree char *url = NULL;
  g_autoptr(DheeraClient) client = NULL;

  *f = (Fixture) { 0 };
  f->fault = fault_server_new (FAULT_TLS_NONE);
  fault_server_script (f->fault, FAULT_EXPECT (), FAULT_SEND (HEAD CHUNK ("half")), FAULT_SIGNAL (), FAULT_SEND (CHUNK ("rest") END), FAULT_CLOSE (), FAULT_END);
  url = fault_server_dup_url (f->fault, "/v1");
  client = new_lab_client (NULL, url);
  f->server = dheera_server_new (client);
  dheera_server_set_port (f->server, 0);
}

/* Up to the first word */
static void
begin_stream (Fixture *f)
{
  g_autofree char *text = NULL;

  f->connection = raw_open (f->server);
  raw_post (f->connection, "/v1/chat/completions", STREAM_BODY ("lab/m"));
  text = raw_read_until (f->connection, "half");
  g_assert_nonnull (text);
}

static void
tear_down (Fixture *f)
{
  g_clear_object (&f->connection);
  g_clear_object (&f->server);
  fault_server_free (f->fault);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, tear_down)

static void
stopped_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      data)
{
  GAsyncResult **place = data;

  *place = g_object_ref (result);
}

static void
wait_for_result (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
}

/* --- Stopping ----------------------------------------------------------------------------------------------------------------------------------------- */

static void
test_idle (void)
{
  g_autoptr(DheeraServer) server = start_server (NULL);
  g_auto(Answer) answer = { 0 };

  g_assert_true (dheera_server_get_client (server) == dheera_client_get_default ());
  ask (&answer, server, "GET", "/health/readiness", NULL, NULL);
  g_assert_cmpuint (answer.status, ==, 200);
  stop_server (server);
  g_assert_null (dheera_server_get_uri (server));
  g_assert_cmpuint (dheera_server_get_port (server), ==, 0);
  /* One that does not run has stopped, too. */
  dheera_server_stop (server);
  stop_server (server);
  g_assert_true (dheera_server_start (server, NULL));
  stop_server (server);
}

/* What is being answered is answered to the end, and nobody new comes in. */
static void
test_drain (void)
{
  g_auto(Fixture) f;
  g_autoptr(GAsyncResult) stopped = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *rest = NULL;

  set_up (&f);
  g_assert_true (dheera_server_start (f.server, NULL));
  begin_stream (&f);
  dheera_server_stop_async (f.server, NULL, stopped_cb, &stopped);
  g_assert_false (dheera_server_start (f.server, &error));
  g_assert_nonnull (strstr (error->message, "drains"));
  for (guint i = 0; i < 20; i++)
    g_main_context_iteration (NULL, FALSE);
  g_assert_null (stopped);

  fault_server_signal (f.fault);
  rest = raw_read_all (f.connection);
  g_assert_nonnull (strstr (rest, "\"content\":\"rest\""));
  g_assert_nonnull (strstr (rest, "data: [DONE]\n\n"));
  wait_for_result (&stopped);
  g_assert_true (dheera_server_stop_finish (f.server, stopped, NULL));
  g_assert_null (dheera_server_get_uri (f.server));
}

static void
test_drain_timeout (void)
{
  g_auto(Fixture) f;
  g_autoptr(GAsyncResult) stopped = NULL;
  g_autofree char *rest = NULL;

  set_up (&f);
  dheera_server_set_drain_timeout (f.server, 0);
  g_assert_true (dheera_server_start (f.server, NULL));
  begin_stream (&f);
  dheera_server_stop_async (f.server, NULL, stopped_cb, &stopped);
  rest = raw_read_all (f.connection);
  g_assert_nonnull (strstr (rest, "data: {\"error\":"));
  g_assert_nonnull (strstr (rest, "server_shutting_down"));
  g_assert_null (strstr (rest, "[DONE]"));
  wait_for_result (&stopped);
  g_assert_true (dheera_server_stop_finish (f.server, stopped, NULL));
}

static void
test_cancelled_stop (void)
{
  g_auto(Fixture) f;
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GAsyncResult) first = NULL;
  g_autoptr(GAsyncResult) second = NULL;
  g_autoptr(GAsyncResult) third = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) again = NULL;
  g_autofree char *rest = NULL;

  set_up (&f);
  g_assert_true (dheera_server_start (f.server, NULL));
  begin_stream (&f);
  dheera_server_stop_async (f.server, cancellable, stopped_cb, &first);
  dheera_server_stop_async (f.server, NULL, stopped_cb, &second);
  g_cancellable_cancel (cancellable);
  wait_for_result (&first);
  g_assert_false (dheera_server_stop_finish (f.server, first, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  dheera_server_stop_async (f.server, cancellable, stopped_cb, &third);
  wait_for_result (&third);
  g_assert_false (dheera_server_stop_finish (f.server, third, &again));
  g_assert_null (second);

  fault_server_signal (f.fault);
  rest = raw_read_all (f.connection);
  g_assert_nonnull (strstr (rest, "[DONE]"));
  wait_for_result (&second);
  g_assert_true (dheera_server_stop_finish (f.server, second, NULL));
}

/* Whoever drops a server in the middle of a stream closes everything, and nothing is kept. */
static void
test_dropped (void)
{
  g_auto(Fixture) f;
  g_autofree char *rest = NULL;
  DheeraServer *server;
  DheeraClient *client;

  set_up (&f);
  g_assert_true (dheera_server_start (f.server, NULL));
  begin_stream (&f);
  server = f.server;
  client = dheera_server_get_client (server);
  g_object_add_weak_pointer (G_OBJECT (server), (gpointer *) &server);
  g_object_add_weak_pointer (G_OBJECT (client), (gpointer *) &client);
  g_clear_object (&f.server);
  g_assert_null (server);
  rest = raw_read_all (f.connection);
  g_assert_null (strstr (rest, "[DONE]"));
  while (client != NULL)
    g_main_context_iteration (NULL, TRUE);
}

/* Whoever is told of a call may drop the server that makes it, also before the call is out. */
static void
drop_cb (DheeraClient *client,
         DheeraCall   *call,
         gpointer      data)
{
  Fixture *f = data;

  g_clear_object (&f->server);
}

static void
drop_at (const char *signal,
         const char *request)
{
  g_auto(Fixture) f;
  g_autoptr(DheeraClient) client = NULL;
  g_autofree char *answer = NULL;
  GOutputStream *out;
  gpointer server;

  set_up (&f);
  g_assert_true (dheera_server_start (f.server, NULL));
  client = g_object_ref (dheera_server_get_client (f.server));
  server = f.server;
  g_object_add_weak_pointer (server, &server);
  g_signal_connect (client, signal, G_CALLBACK (drop_cb), &f);
  fault_server_signal (f.fault);
  f.connection = raw_open (f.server);
  out = g_io_stream_get_output_stream (G_IO_STREAM (f.connection));
  g_assert_true (g_output_stream_write_all (out, request, strlen (request), NULL, NULL, NULL));
  answer = raw_read_all (f.connection);
  g_assert_null (strstr (answer, "[DONE]"));
  g_assert_null (f.server);
  g_assert_null (server);
}

static void
test_dropped_in_handler (void)
{
  static const char *const bodies[] = {
    "/v1/chat/completions", CHAT_BODY ("lab/m"),
    "/v1/chat/completions", STREAM_BODY ("lab/m"),
    "/v1/completions", "{\"model\":\"lab/m\",\"prompt\":[\"One\",\"Two\",\"Three\"]}",
    "/v1/embeddings", "{\"model\":\"lab/m\",\"input\":\"One\"}",
    NULL,
  };
  static const char *const signals[] = { "call-started", "attempt-finished", "call-finished", NULL };

  for (const char *const *signal = signals; *signal != NULL; signal++)
    {
      for (const char *const *pair = bodies; *pair != NULL; pair += 2)
        {
          g_autofree char *request = g_strdup_printf ("POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                                                      pair[0], strlen (pair[1]), pair[1]);

          drop_at (*signal, request);
        }
      drop_at (*signal, "GET /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n");
    }
}

/* The end of an answer may come along with a word of it, or behind it: that is up to the network, so here are many. */
static void
test_dropped_at_the_end (void)
{
  g_autofree char *request = g_strdup_printf ("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                                              strlen (STREAM_BODY ("lab/m")), STREAM_BODY ("lab/m"));

  for (guint i = 0; i < 100; i++)
    drop_at (i % 2 == 0 ? "attempt-finished" : "call-finished", request);
}

/* --- Forks ------------------------------------------------------------------------------------------------------------------------------------------------ */

/* Another thread that has the lock of the default context, as any thread may have at the instant of a fork: in the child it stays taken for ever. GLib calls
 * the get() of a source's callback with the lock held. */
typedef struct
{
  GMutex lock;
  GCond cond;
  gboolean is_held;
  gboolean is_enough;
  GSource *source;
  GThread *thread;
} Holder;

static void
ignore_ref (gpointer data)
{
}

static void
get_and_hold (gpointer     data,
              GSource     *source,
              GSourceFunc *func,
              gpointer    *func_data)
{
  Holder *self = data;

  g_mutex_lock (&self->lock);
  self->is_held = TRUE;
  g_cond_broadcast (&self->cond);
  while (!self->is_enough)
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);
  *func = NULL;
  *func_data = NULL;
}

static GSourceFuncs holder_funcs;
static GSourceCallbackFuncs holder_callback_funcs = { ignore_ref, ignore_ref, get_and_hold };

static gpointer
hold (gpointer data)
{
  g_main_context_find_source_by_funcs_user_data (NULL, &holder_funcs, data);

  return NULL;
}

static void
holder_begin (Holder *self)
{
  *self = (Holder) { .source = g_source_new (&holder_funcs, sizeof (GSource)) };
  g_source_set_callback_indirect (self->source, self, &holder_callback_funcs);
  g_source_attach (self->source, NULL);
  self->thread = g_thread_new ("holder", hold, self);
  g_mutex_lock (&self->lock);
  while (!self->is_held)
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);
}

static void
holder_end (Holder *self)
{
  g_mutex_lock (&self->lock);
  self->is_enough = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  g_thread_join (self->thread);
  g_source_destroy (self->source);
  g_source_unref (self->source);
}

#define PATIENCE 30 /* seconds, for a child that hangs */

typedef void (*ChildFunc) (DheeraServer *server);

static int
run_child (ChildFunc     func,
           DheeraServer *server)
{
  pid_t child = fork ();
  int status = 0;

  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      alarm (PATIENCE);
      func (server);
      _exit (0);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);

  return status;
}

static void
drop (DheeraServer *server)
{
  g_object_run_dispose (G_OBJECT (server));
}

/* The server does not run in the child; the port is the parent's. */
static void
stop_and_start (DheeraServer *server)
{
  dheera_server_set_port (server, dheera_server_get_port (server));
  dheera_server_stop (server);
  if (dheera_server_get_uri (server) != NULL || dheera_server_start (server, NULL))
    _exit (1);
}

/* A child leaves the parent's server, and what it answers, as it is, and waits for no lock that a thread of the parent's had. */
static void
test_forked (void)
{
  static const ChildFunc funcs[] = { drop, dheera_server_stop, stop_and_start };

  for (guint i = 0; i < G_N_ELEMENTS (funcs); i++)
    {
      g_auto(Fixture) f;
      g_auto(Answer) answer = { 0 };
      g_autofree char *rest = NULL;
      Holder holder;

      set_up (&f);
      g_assert_true (dheera_server_start (f.server, NULL));
      begin_stream (&f);
      holder_begin (&holder);
      g_assert_cmpint (run_child (funcs[i], f.server), ==, 0);
      holder_end (&holder);

      fault_server_signal (f.fault);
      rest = raw_read_until (f.connection, "data: [DONE]\n\n");
      g_assert_nonnull (rest);
      ask (&answer, f.server, "GET", "/health/readiness", NULL, NULL);
      g_assert_cmpuint (answer.status, ==, 200);
      stop_server (f.server);
    }
}

/* A child has the descriptors, too. */
static void
test_end_with_child (void)
{
  g_autoptr(DheeraServer) server = start_server (NULL);
  g_autoptr(GSocketConnection) connection = raw_open (server);
  g_autofree char *head = NULL;
  g_autofree char *rest = NULL;
  g_autoptr(GError) error = NULL;
  guint port = dheera_server_get_port (server);
  pid_t child;

  raw_post (connection, "/v1/chat/completions", CHAT_BODY ("mock/echo"));
  head = raw_read_until (connection, "chat.completion");
  g_assert_nonnull (head);
  child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      alarm (2 * PATIENCE);
      pause ();
      _exit (0);
    }
  stop_server (server);
  rest = raw_read_all (connection);
  g_assert_nonnull (rest);
  dheera_server_set_port (server, port);
  dheera_server_start (server, &error);
  g_assert_no_error (error);
  g_assert_cmpint (waitpid (child, NULL, WNOHANG), ==, 0);
  stop_server (server);
  g_assert_cmpint (kill (child, SIGKILL), ==, 0);
  g_assert_cmpint (waitpid (child, NULL, 0), ==, child);
}

/* --- Running -------------------------------------------------------------------------------------------------------------------------------------------- */

static gboolean
cancel_cb (gpointer data)
{
  g_cancellable_cancel (data);
  return G_SOURCE_REMOVE;
}

static void
test_run_cancelled (void)
{
  g_autoptr(DheeraServer) server = dheera_server_new (NULL);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;

  dheera_server_set_port (server, 0);
  g_idle_add (cancel_cb, cancellable);
  g_assert_true (dheera_server_run (server, cancellable, &error));
  g_assert_no_error (error);
  g_assert_null (dheera_server_get_uri (server));
  /* It is still cancelled: the run ends at once. */
  g_assert_true (dheera_server_run (server, cancellable, &error));
  g_assert_no_error (error);
}

static void
test_run_started (void)
{
  g_autoptr(DheeraServer) server = start_server (NULL);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();

  g_idle_add (cancel_cb, cancellable);
  g_assert_true (dheera_server_run (server, cancellable, NULL));
}

static void
test_run_fails (void)
{
  g_autoptr(DheeraServer) server = dheera_server_new (NULL);
  g_autoptr(GError) error = NULL;

  dheera_server_set_host (server, "0.0.0.0");
  g_assert_false (dheera_server_run (server, NULL, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
}

typedef struct
{
  DheeraServer *server;
  GCancellable *cancellable;
  gboolean result;
  GError *error;
  gboolean started;
} Run;

static gboolean
started_cb (gpointer data)
{
  ((Run *) data)->started = TRUE;
  return G_SOURCE_REMOVE;
}

static void
port_cb (GObject    *object,
         GParamSpec *pspec,
         gpointer    data)
{
  g_main_context_invoke (NULL, started_cb, data);
}

static gpointer
run_in_thread (gpointer data)
{
  Run *run = data;

  run->result = dheera_server_run (run->server, run->cancellable, &run->error);
  return NULL;
}

/* The default context is this thread's: the server in the other one takes one of its own, and both go on. */
static void
test_run_in_thread (void)
{
  Run run = { dheera_server_new (NULL), g_cancellable_new (), FALSE, NULL, FALSE };
  g_auto(Answer) answer = { 0 };
  g_autoptr(GError) error = NULL;
  GThread *thread;

  g_assert_true (g_main_context_acquire (NULL));
  dheera_server_set_port (run.server, 0);
  g_signal_connect (run.server, "notify::port", G_CALLBACK (port_cb), &run);
  thread = g_thread_new ("server", run_in_thread, &run);
  wait_until (&run.started);
  g_signal_handlers_disconnect_by_func (run.server, port_cb, &run);
  ask (&answer, run.server, "POST", "/v1/chat/completions", CHAT_BODY ("mock/echo"), NULL);
  assert_answer (&answer, 200, "object", "\"chat.completion\"");
  /* It is served there, and not here. */
  g_assert_false (dheera_server_run (run.server, NULL, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
  dheera_server_stop (run.server);
  g_thread_join (thread);
  g_assert_true (run.result);
  g_assert_no_error (run.error);
  g_main_context_release (NULL);
  g_object_unref (run.server);
  g_object_unref (run.cancellable);
}

/* --- Signals ---------------------------------------------------------------------------------------------------------------------------------------------- */

static int last_signal;

static void
own_handler (int number)
{
  last_signal = number;
}

static gboolean
raise_cb (gpointer data)
{
  kill (getpid (), GPOINTER_TO_INT (data));
  return G_SOURCE_REMOVE;
}

static void
assert_handlers (const struct sigaction *interrupt,
                 const struct sigaction *terminate)
{
  struct sigaction now;

  sigaction (SIGINT, NULL, &now);
  g_assert_true (now.sa_handler == interrupt->sa_handler);
  g_assert_cmpint (now.sa_flags, ==, interrupt->sa_flags);
  sigaction (SIGTERM, NULL, &now);
  g_assert_true (now.sa_handler == terminate->sa_handler);
  g_assert_cmpint (now.sa_flags, ==, terminate->sa_flags);
}

static void
test_signals (void)
{
  static const int numbers[] = { SIGINT, SIGTERM };
  struct sigaction own = { .sa_handler = own_handler, .sa_flags = SA_NODEFER };
  struct sigaction before, terminate, now;

  sigaction (SIGINT, &own, &before);
  sigaction (SIGINT, NULL, &now);
  sigaction (SIGTERM, NULL, &terminate);
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autoptr(DheeraServer) server = dheera_server_new (NULL);

      last_signal = 0;
      dheera_server_set_port (server, 0);
      g_idle_add (raise_cb, GINT_TO_POINTER (numbers[i]));
      g_assert_true (dheera_server_run (server, NULL, NULL));
      /* A handler of the program's own is called as well, and is the one there is afterwards. */
      g_assert_cmpint (last_signal, ==, numbers[i] == SIGINT ? SIGINT : 0);
      assert_handlers (&now, &terminate);
    }
  sigaction (SIGINT, &before, NULL);
}

static gboolean
end_cb (gpointer data)
{
  fault_server_signal (data);
  return G_SOURCE_REMOVE;
}

static gboolean
drains_cb (gpointer data)
{
  Fixture *f = data;

  begin_stream (f);
  kill (getpid (), SIGTERM);
  g_timeout_add (100, end_cb, f->fault);
  return G_SOURCE_REMOVE;
}

/* The stream that runs comes to its end. */
static void
test_signal_drains (void)
{
  g_auto(Fixture) f;
  g_autofree char *rest = NULL;

  set_up (&f);
  g_idle_add (drains_cb, &f);
  g_assert_true (dheera_server_run (f.server, NULL, NULL));
  rest = raw_read_all (f.connection);
  g_assert_nonnull (strstr (rest, "data: [DONE]\n\n"));
}

static gboolean
hurry_cb (gpointer data)
{
  kill (getpid (), SIGTERM);
  return G_SOURCE_REMOVE;
}

static gboolean
hurries_cb (gpointer data)
{
  begin_stream (data);
  kill (getpid (), SIGTERM);
  g_timeout_add (100, hurry_cb, NULL);
  return G_SOURCE_REMOVE;
}

/* Who says it twice does not want to wait. */
static void
test_second_signal (void)
{
  g_auto(Fixture) f;
  g_autofree char *rest = NULL;

  set_up (&f);
  g_idle_add (hurries_cb, &f);
  g_assert_true (dheera_server_run (f.server, NULL, NULL));
  rest = raw_read_all (f.connection);
  g_assert_nonnull (strstr (rest, "server_shutting_down"));
}

typedef struct
{
  GCancellable *cancellable;
  gboolean was_running; /* after the child had its signal */
} Goes;

static gboolean
goes_on_cb (gpointer data)
{
  Goes *goes = data;

  goes->was_running = TRUE;
  g_cancellable_cancel (goes->cancellable);

  return G_SOURCE_REMOVE;
}

static gboolean
signal_child_cb (gpointer data)
{
  pid_t child = fork ();
  int status = 0;

  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      alarm (PATIENCE);
      while (TRUE)
        pause ();
    }
  g_assert_cmpint (kill (child, SIGTERM), ==, 0);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFSIGNALED (status));
  g_assert_cmpint (WTERMSIG (status), ==, SIGTERM);
  /* A signal of the parent's own would come before that. */
  g_idle_add (goes_on_cb, data);

  return G_SOURCE_REMOVE;
}

/* What ends a child is not for the server of its parent. */
static void
test_signal_to_child (void)
{
  g_autoptr(DheeraServer) server = dheera_server_new (NULL);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  Goes goes = { cancellable, FALSE };

  dheera_server_set_port (server, 0);
  g_idle_add (signal_child_cb, &goes);
  g_assert_true (dheera_server_run (server, cancellable, NULL));
  g_assert_true (goes.was_running);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/end/idle", test_idle);
  g_test_add_func ("/server/end/drain", test_drain);
  g_test_add_func ("/server/end/drain-timeout", test_drain_timeout);
  g_test_add_func ("/server/end/cancelled-stop", test_cancelled_stop);
  g_test_add_func ("/server/end/dropped", test_dropped);
  g_test_add_func ("/server/end/dropped-in-handler", test_dropped_in_handler);
  g_test_add_func ("/server/end/forked", test_forked);
  g_test_add_func ("/server/end/end-with-child", test_end_with_child);
  g_test_add_func ("/server/end/dropped-at-the-end", test_dropped_at_the_end);
  g_test_add_func ("/server/end/run-cancelled", test_run_cancelled);
  g_test_add_func ("/server/end/run-started", test_run_started);
  g_test_add_func ("/server/end/run-fails", test_run_fails);
  g_test_add_func ("/server/end/run-in-thread", test_run_in_thread);
  g_test_add_func ("/server/end/signals", test_signals);
  g_test_add_func ("/server/end/signal-drains", test_signal_drains);
  g_test_add_func ("/server/end/second-signal", test_second_signal);
  g_test_add_func ("/server/end/signal-to-child", test_signal_to_child);

  return g_test_run ();
}
