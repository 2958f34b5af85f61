/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a child may do with objects of its parent, although another thread of the parent had the locks that are tied to them at the moment of the fork: those of the main
 * context in which calls were begun, and of the client. Nobody gives them back in the child, and whoever waits for one waits until a signal ends the child. */

#include "client-util.h"

#include "dheera-ai/client/dheera-client-private.h"
#include "dheera-ai/client/dheera-logger-private.h"
#include "tests/servers/fault-server.h"
#include "tests/servers/quiet-fork.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixoutputstream.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE 30 /* seconds for a child, before it is ended by a signal */

#define ANSWER_BODY "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"Hello\"},\"finish_reason\":\"stop\"}]}"
#define ANSWER "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 87\r\n\r\n" ANSWER_BODY
#define BUSY "HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/json\r\nRetry-After: 30\r\nContent-Length: 2\r\n\r\n{}"
#define STREAM_BEGIN \
  "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 120\r\n\r\n" \
  "data: {\"choices\":[{\"delta\":{\"content\":\"One\"}}]}\n\n"
#define STREAM_END "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"

G_STATIC_ASSERT (sizeof ANSWER_BODY - 1 == 87);

/* A child is not looked at for leaks when it exits: what threads of the parent had is nobody's there. LeakSanitizer asks. */
static gboolean is_child;
int __lsan_is_turned_off (void);

int
__lsan_is_turned_off (void)
{
  return is_child;
}

/* --- Somebody who has locks ---------------------------------------------------------------------------------------------------------- */

/* A thread that iterates the context, and stops where GLib has locked it to look after a source. */
typedef struct
{
  GMainContext *context;
  DheeraClient *client; /* whose lock is held as well; nullable */
  GMutex mutex;
  GCond cond;
  gboolean held;
  gboolean over;
  GThread *thread;
} Holder;

static void
hold_cb (gpointer data)
{
  Holder *self = data;

  g_mutex_lock (&self->mutex);
  self->held = TRUE;
  g_cond_broadcast (&self->cond);
  while (!self->over)
    g_cond_wait (&self->cond, &self->mutex);
  g_mutex_unlock (&self->mutex);
}

static void
let_go_cb (gpointer data)
{
}

static gboolean
nothing_cb (gpointer data)
{
  return G_SOURCE_REMOVE;
}

static void
get_cb (gpointer     data,
        GSource     *source,
        GSourceFunc *func,
        gpointer    *func_data)
{
  *func = nothing_cb;
  *func_data = NULL;
}

static GSourceCallbackFuncs hold_funcs = { hold_cb, let_go_cb, get_cb };

static gpointer
hold (gpointer data)
{
  Holder *self = data;
  g_autoptr(GSource) source = g_idle_source_new ();

  if (self->client != NULL)
    g_mutex_lock (&self->client->mutex);
  g_assert_true (g_main_context_acquire (self->context));
  g_source_set_priority (source, G_PRIORITY_HIGH);
  g_source_set_callback_indirect (source, self, &hold_funcs);
  g_source_attach (source, self->context);
  while (!g_source_is_destroyed (source))
    g_main_context_iteration (self->context, TRUE);
  g_main_context_release (self->context);
  if (self->client != NULL)
    g_mutex_unlock (&self->client->mutex);

  return NULL;
}

static void
holder_begin (Holder       *self,
              DheeraClient *client)
{
  *self = (Holder) { .context = g_main_context_default (), .client = client };
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->thread = g_thread_new ("holder", hold, self);
  g_mutex_lock (&self->mutex);
  while (!self->held)
    g_cond_wait (&self->cond, &self->mutex);
  g_mutex_unlock (&self->mutex);
}

static void
holder_end (Holder *self)
{
  g_mutex_lock (&self->mutex);
  self->over = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
  g_thread_join (self->thread);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
}

/* --- What the parent has ------------------------------------------------------------------------------------------------------------- */

typedef struct
{
  FaultServer *server;
  SoupSession *session;
  DheeraClient *client;       /* with a session of its own, one connection to a host */
  DheeraClient *users;        /* with the session above, which it has used */
  DheeraLogger *logger;
  DheeraMetrics *metrics;
  GCancellable *cancellable;  /* of all that runs */
  DheeraCall *sleeping;       /* between two attempts */
  GAsyncResult *results[2];   /* of the sleeping call, and of one that is queued */
  DheeraStream *stream;       /* in flight */
  DheeraStream *fresh;        /* not begun */
} Parent;

static DheeraRequest *
new_request (FaultServer *server)
{
  g_autofree char *url = fault_server_dup_url (server, "/v1");
  DheeraRequest *request = dheera_request_new_for_prompt ("vllm/m", "Hi");

  dheera_base_request_set_base_url (DHEERA_BASE_REQUEST (request), url);
  return request;
}

static DheeraResponse *
ask (DheeraClient *client,
     FaultServer  *server,
     GError      **error)
{
  g_autoptr(DheeraRequest) request = new_request (server);

  return dheera_client_complete (client, request, NULL, error);
}

static void
attempt_finished_cb (DheeraClient *client,
                     DheeraCall   *call,
                     gpointer      data)
{
  g_set_object ((DheeraCall **) data, call);
}

static void
begin_calls (Parent *self)
{
  g_autoptr(DheeraRequest) request = new_request (self->server);
  g_autoptr(GError) error = NULL;
  g_autoptr(DheeraDelta) delta = NULL;
  gulong id = g_signal_connect (self->client, "attempt-finished", G_CALLBACK (attempt_finished_cb), &self->sleeping);

  dheera_client_complete_async (self->client, request, self->cancellable, store_result_cb, &self->results[0]);
  while (self->sleeping == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_signal_handler_disconnect (self->client, id);

  self->stream = dheera_client_stream (self->client, request);
  delta = next_async (self->stream, self->cancellable, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (dheera_delta_get_text (delta), ==, "One");
  dheera_client_complete_async (self->client, request, self->cancellable, store_result_cb, &self->results[1]);
  self->fresh = dheera_client_stream (self->client, request);
}

static void
parent_begin (Parent *self)
{
  g_autoptr(DheeraSessionOptions) options = dheera_session_options_new ();
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(GError) error = NULL;

  *self = (Parent) { .server = fault_server_new (FAULT_TLS_NONE), .cancellable = g_cancellable_new () };
  fault_server_script (self->server, FAULT_EXPECT (), FAULT_SEND (ANSWER), FAULT_STALL (), FAULT_END);
  fault_server_script (self->server, FAULT_EXPECT (), FAULT_SEND (BUSY), FAULT_EXPECT (), FAULT_SEND (STREAM_BEGIN), FAULT_SIGNAL (), FAULT_SEND (STREAM_END), FAULT_STALL (),
                       FAULT_END);
  fault_server_script (self->server, FAULT_EXPECT (), FAULT_SEND (ANSWER), FAULT_AGAIN (), FAULT_END);
  self->session = soup_session_new_with_options ("max-conns-per-host", 16, NULL);
  self->users = dheera_client_new_with_session (self->session);
  response = ask (self->users, self->server, &error);
  g_assert_no_error (error);

  dheera_session_options_set_max_connections_per_host (options, 1);
  self->client = g_object_new (DHEERA_TYPE_CLIENT, "session-options", options, NULL);
  self->logger = dheera_logger_new (self->client);
  dheera_logger_set_structured_log (self->logger, FALSE);
  self->metrics = dheera_metrics_new (self->client);
  begin_calls (self);
}

/* The parent goes on as if nothing had been. */
static void
parent_end (Parent *self)
{
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_cmpfloat (dheera_metrics_get_value (self->metrics, "in-progress", NULL, NULL), ==, 3);
  fault_server_signal (self->server);
  response = collect_async (self->stream, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (dheera_response_get_text (response), ==, "One");
  g_cancellable_cancel (self->cancellable);
  for (guint i = 0; i < G_N_ELEMENTS (self->results); i++)
    {
      g_autoptr(GAsyncResult) result = wait_for_result (&self->results[i]);

      g_assert_null (dheera_client_complete_finish (self->client, result, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_clear_error (&error);
    }
  g_clear_object (&self->fresh);
  g_clear_object (&self->stream);
  g_clear_object (&self->sleeping);
  g_clear_object (&self->logger);
  g_clear_object (&self->metrics);
  g_clear_object (&self->client);
  g_clear_object (&self->users);
  g_clear_object (&self->session);
  g_clear_object (&self->cancellable);
  fault_server_free (self->server);
}

/* --- What the child does --------------------------------------------------------------------------------------------------------------- */

static void
call_finished_cb (DheeraClient *client,
                  DheeraCall   *call,
                  gpointer      data)
{
  g_error ("A call of the parent's is told to have ended in the child.");
}

static void
drop_all (Parent *self)
{
  g_signal_connect (self->client, "call-finished", G_CALLBACK (call_finished_cb), NULL);
  g_object_unref (self->stream);
  g_object_unref (self->fresh);
  g_object_unref (self->sleeping);
  g_object_unref (self->logger);
  g_object_unref (self->metrics);
  g_object_unref (self->client);
  g_object_unref (self->session);
  g_object_unref (self->users); /* which has the last reference to the session */
}

static void
cancel_stream (Parent *self)
{
  dheera_stream_cancel (self->stream);
  g_assert_null (dheera_stream_try_next (self->stream));
}

static void
cancel_call (Parent *self)
{
  dheera_call_cancel (self->sleeping);
  dheera_call_cancel (dheera_stream_get_call (self->stream));
}

static void
cancel_all (Parent *self)
{
  dheera_client_cancel_all (self->client);
  dheera_client_cancel_all (self->users);
  g_assert_cmpuint (self->client->calls->len, ==, 0);
}

static void
cancel_cancellable (Parent *self)
{
  g_cancellable_cancel (self->cancellable);
}

static GAsyncResult *
wait_in (GMainContext  *context,
         GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (context, TRUE);

  return *result;
}

static void
assert_the_parents (GError **error)
{
  g_assert_error (*error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
  g_assert_nonnull (strstr ((*error)->message, "forked"));
  g_clear_error (error);
}

/* Blocking and not, in a main context of the child's own */
static void
read_on (Parent *self)
{
  g_autoptr(GMainContext) context = g_main_context_new ();
  g_autoptr(GError) error = NULL;
  GAsyncResult *results[2] = { NULL };

  g_assert_null (dheera_stream_next (self->stream, NULL, &error));
  assert_the_parents (&error);
  g_assert_null (dheera_stream_collect (self->stream, NULL, &error));
  assert_the_parents (&error);
  g_main_context_push_thread_default (context);
  dheera_stream_next_async (self->stream, NULL, store_result_cb, &results[0]);
  g_assert_null (dheera_stream_next_finish (self->stream, wait_in (context, &results[0]), &error));
  assert_the_parents (&error);
  dheera_stream_collect_async (self->stream, NULL, store_result_cb, &results[1]);
  g_assert_null (dheera_stream_collect_finish (self->stream, wait_in (context, &results[1]), &error));
  assert_the_parents (&error);
  g_main_context_pop_thread_default (context);
  g_assert_null (dheera_stream_try_next (self->stream));
}

/* None of the parent's calls runs here: one connection to a host is enough, and they are not counted. */
static void
ask_own (Parent *self)
{
  g_autoptr(GMainContext) context = g_main_context_new ();
  g_autoptr(DheeraRequest) request = new_request (self->server);
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(GError) error = NULL;
  GAsyncResult *result = NULL;

  g_assert_cmpfloat (dheera_metrics_get_value (self->metrics, "in-progress", NULL, NULL), ==, 0);
  response = ask (self->client, self->server, &error);
  g_assert_no_error (error);
  g_clear_object (&response);
  g_main_context_push_thread_default (context);
  dheera_client_complete_async (self->client, request, NULL, store_result_cb, &result);
  response = dheera_client_complete_finish (self->client, wait_in (context, &result), &error);
  g_assert_no_error (error);
  g_main_context_pop_thread_default (context);
  g_assert_cmpfloat (dheera_metrics_get_value (self->metrics, "in-progress", NULL, NULL), ==, 0);
}

/* A stream that the parent has made and not begun is anybody's: it is read, or cancelled. */
static void
begin_stream (Parent *self)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(DheeraRequest) request = new_request (self->server);
  g_autoptr(DheeraStream) other = dheera_client_stream (self->client, request);
  g_autoptr(DheeraResponse) response = dheera_stream_collect (self->fresh, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (dheera_response_get_text (response), ==, "Hello");
  dheera_stream_cancel (other);
  g_assert_null (dheera_stream_collect (other, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
ask_users (Parent *self)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (ask (self->users, self->server, &error));
  assert_the_parents (&error);
}

static void
exit_child (Parent *self)
{
  exit (0);
}

static const struct
{
  const char *name;
  void (*func) (Parent *self);
} cases[] = {
  { "drop", drop_all },
  { "cancel-stream", cancel_stream },
  { "cancel-call", cancel_call },
  { "cancel-all", cancel_all },
  { "cancellable", cancel_cancellable },
  { "read-on", read_on },
  { "ask-own", ask_own },
  { "begin-stream", begin_stream },
  { "ask-users", ask_users },
  { "exit", exit_child },
};

static void
test_held (void)
{
  Parent parent;

  parent_begin (&parent);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (guint locked = 0; locked < 2; locked++)
      {
        Holder holder;
        pid_t child;

        holder_begin (&holder, locked ? parent.client : NULL);
        child = quiet_fork (PATIENCE);
        if (child == 0)
          {
            is_child = TRUE;
            cases[i].func (&parent);
            _exit (0);
          }
        g_test_message ("%s%s", cases[i].name, locked ? ", with the client locked" : "");
        quiet_fork_join (child);
        holder_end (&holder);
      }
  parent_end (&parent);
}

/* --- Lines that a log's reader was too slow for ------------------------------------------------------------------------------------------ */

static void
fill (int fd)
{
  char buffer[4096];

  memset (buffer, '-', sizeof buffer);
  g_assert_cmpint (fcntl (fd, F_SETFL, O_NONBLOCK), ==, 0);
  while (write (fd, buffer, sizeof buffer) > 0)
    ;
  g_assert_cmpint (errno, ==, EAGAIN);
}

/* All that is there now, without what fill() wrote */
static char *
drain (int fd)
{
  g_autoptr(GString) text = g_string_new (NULL);
  char buffer[4096];
  gssize n;

  g_assert_cmpint (fcntl (fd, F_SETFL, O_NONBLOCK), ==, 0);
  while ((n = read (fd, buffer, sizeof buffer)) > 0)
    for (gssize i = 0; i < n; i++)
      if (buffer[i] != '-')
        g_string_append_c (text, buffer[i]);

  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* The parent writes them, once. */
static void
test_lines (void)
{
  DheeraLogLines lines = { 0 };
  g_autoptr(GOutputStream) stream = NULL;
  g_autofree char *of_child = NULL;
  g_autofree char *of_parent = NULL;
  g_autoptr(GError) error = NULL;
  int fds[2];
  pid_t child;

  g_assert_cmpint (pipe (fds), ==, 0);
  stream = g_unix_output_stream_new (fds[1], TRUE);
  dheera_log_lines_init (&lines);
  dheera_log_lines_set_stream (&lines, stream);
  fill (fds[1]);
  dheera_log_lines_write (&lines, "parent\n");
  g_mutex_lock (&lines.mutex);
  child = quiet_fork (PATIENCE);
  if (child == 0)
    {
      g_autofree char *before = drain (fds[0]);

      g_assert_cmpstr (before, ==, "");
      dheera_log_lines_write (&lines, "child\n");
      dheera_log_lines_clear (&lines);
      _exit (0);
    }
  quiet_fork_join (child);
  g_mutex_unlock (&lines.mutex);
  of_child = drain (fds[0]);
  g_assert_cmpstr (of_child, ==, "child\n");
  g_assert_true (dheera_log_lines_flush (&lines, NULL, &error));
  g_assert_no_error (error);
  of_parent = drain (fds[0]);
  g_assert_cmpstr (of_parent, ==, "parent\n");
  dheera_log_lines_clear (&lines);
  close (fds[0]);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/fork-held/held", test_held);
  g_test_add_func ("/fork-held/lines", test_lines);

  return g_test_run ();
}
