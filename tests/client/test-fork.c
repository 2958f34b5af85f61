/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is left of the library in the child of a process that had connections, and had used GLib's threads, before it forked. The server says which connection
 * each request came over. */

#include "client-util.h"

#include "tests/servers/fault-server.h"
#include "tests/servers/quiet-fork.h"

#include <string.h>
#include <unistd.h>

#define N_TASKS 40 /* more than GLib has threads for at first, which is ten */
#define PATIENCE 50 /* seconds for a child, before it is ended by a signal */

#define ANSWER_BODY "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"Hello\"},\"finish_reason\":\"stop\"}]}"
#define ANSWER "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 87\r\n\r\n" ANSWER_BODY
#define BUSY "HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/json\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}"
#define STREAM_BEGIN \
  "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 120\r\n\r\n" \
  "data: {\"choices\":[{\"delta\":{\"content\":\"One\"}}]}\n\n"
#define STREAM_END "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"

G_STATIC_ASSERT (sizeof ANSWER_BODY - 1 == 87);

typedef struct
{
  const char *name;
  FaultTls tls;
  gboolean users; /* session */
  gboolean async; /* in the parent */
} Case;

static const Case cases[] = {
  { "own", FAULT_TLS_NONE, FALSE, FALSE },
  { "own-async", FAULT_TLS_NONE, FALSE, TRUE },
  { "own-tls", FAULT_TLS_GOOD, FALSE, FALSE },
  { "own-tls-async", FAULT_TLS_GOOD, FALSE, TRUE },
  { "users", FAULT_TLS_NONE, TRUE, FALSE },
  { "users-tls", FAULT_TLS_GOOD, TRUE, FALSE },
  { "users-tls-async", FAULT_TLS_GOOD, TRUE, TRUE },
};

static SoupSession *
new_session (void)
{
  g_autoptr(GTlsDatabase) database = fault_server_new_database ();

  return soup_session_new_with_options ("tls-database", database, NULL);
}

static DheeraClient *
new_client (gboolean users)
{
  g_autoptr(DheeraSessionOptions) options = NULL;
  g_autofree char *authority = NULL;
  g_autoptr(SoupSession) session = NULL;

  if (users)
    {
      session = new_session ();
      return dheera_client_new_with_session (session);
    }
  options = dheera_session_options_new ();
  authority = fault_server_dup_certificate ("ca.pem");
  dheera_session_options_set_ca_file (options, authority);
  return g_object_new (DHEERA_TYPE_CLIENT, "session-options", options, NULL);
}

static DheeraRequest *
new_request (FaultServer *server)
{
  g_autofree char *url = fault_server_dup_url (server, "/v1");
  DheeraRequest *request = dheera_request_new_for_prompt ("vllm/m", "Hi");

  dheera_base_request_set_base_url (DHEERA_BASE_REQUEST (request), url);
  dheera_base_request_set_max_retries (DHEERA_BASE_REQUEST (request), 0);
  return request;
}

static gboolean
ask (DheeraClient *client,
     FaultServer  *server,
     gboolean      async,
     GError      **error)
{
  g_autoptr(DheeraRequest) request = new_request (server);
  g_autoptr(DheeraResponse) response = async ? complete_async (client, request, NULL, error) : dheera_client_complete (client, request, NULL, error);

  return response != NULL && g_str_equal (dheera_response_get_text (response), "Hello");
}

/* Takes the first piece of a stream whose end the server keeps back. */
static DheeraStream *
begin_stream (DheeraClient *client,
              FaultServer  *server,
              gboolean      async)
{
  g_autoptr(DheeraRequest) request = new_request (server);
  DheeraStream *stream = dheera_client_stream (client, request);
  g_autoptr(GError) error = NULL;
  g_autoptr(DheeraDelta) delta = async ? next_async (stream, NULL, &error) : dheera_stream_next (stream, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (dheera_delta_get_text (delta), ==, "One");
  return stream;
}

/* --- In the child ------------------------------------------------------------------------------------------------------------------- */

static gboolean
quit_cb (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

/* What the parent had in its main context is here too. */
static void
iterate (guint ms)
{
  gboolean done = FALSE;

  g_timeout_add (ms, quit_cb, &done);
  while (!done)
    g_main_context_iteration (NULL, TRUE);
}

static void
check_child (const Case   *c,
             DheeraClient *client,
             DheeraStream *stream,
             FaultServer  *server)
{
  g_autoptr(DheeraClient) anew = NULL;
  g_autoptr(GError) error = NULL;

  iterate (50);
  dheera_client_cancel_all (client);
  dheera_stream_cancel (stream);
  g_object_unref (stream);

  if (c->users)
    {
      g_assert_false (ask (client, server, c->async, &error));
      g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
      g_assert_nonnull (strstr (error->message, "make a new session in the child"));
      g_clear_error (&error);
      g_object_unref (client);
      client = new_client (TRUE);
    }
  for (guint i = 0; i < 4; i++)
    {
      ask (client, server, i % 2, &error);
      g_assert_no_error (error);
      /* Longer than a thread of GLib's stays with its work. */
      if (i == 1)
        iterate (700);
    }
  g_object_unref (client);
}

/* --- In the parent ------------------------------------------------------------------------------------------------------------------ */

static guint
count_requests (FaultServer *server,
                guint        connection)
{
  guint n = 0;

  for (guint i = 0; i < fault_server_get_n_requests (server); i++)
    if (fault_server_get_request (server, i)->connection == connection)
      n++;
  return n;
}

static void
script (FaultServer *server)
{
  fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (ANSWER), FAULT_EXPECT (), FAULT_SEND (STREAM_BEGIN), FAULT_SIGNAL (),
                       FAULT_SEND (STREAM_END), FAULT_EXPECT (), FAULT_SEND (ANSWER), FAULT_STALL (), FAULT_END);
  fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (ANSWER), FAULT_AGAIN (), FAULT_END);
}

static void
test_fork (gconstpointer data)
{
  const Case *c = data;
  g_autoptr(FaultServer) server = fault_server_new (c->tls);
  g_autoptr(DheeraClient) client = new_client (c->users);
  g_autoptr(DheeraStream) stream = NULL;
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(GError) error = NULL;
  pid_t child;

  script (server);
  g_assert_true (ask (client, server, c->async, &error));
  stream = begin_stream (client, server, c->async);

  child = quiet_fork (PATIENCE);
  if (child == 0)
    {
      check_child (c, g_steal_pointer (&client), g_steal_pointer (&stream), server);
      _exit (0);
    }
  quiet_fork_join (child);

  /* The parent goes on as if nothing had been. */
  fault_server_signal (server);
  response = c->async ? collect_async (stream, NULL, &error) : dheera_stream_collect (stream, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (dheera_response_get_text (response), ==, "One");
  ask (client, server, c->async, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (fault_server_get_n_connections (server), ==, 2);
  g_assert_cmpuint (count_requests (server, 1), ==, 3);
  g_assert_cmpuint (count_requests (server, 2), ==, 4);
}

/* --- What is under way in the parent's main context ---------------------------------------------------------------------------------------- */

static void
attempt_finished_cb (DheeraClient *client,
                     DheeraCall   *call,
                     gpointer      data)
{
  guint *n = data;

  (*n)++;
}

static void
begin_call (DheeraClient  *client,
            FaultServer   *server,
            GAsyncResult **result)
{
  g_autoptr(DheeraRequest) request = new_request (server);

  dheera_base_request_set_max_retries (DHEERA_BASE_REQUEST (request), 1);
  dheera_client_complete_async (client, request, NULL, store_result_cb, result);
}

static void
assert_answered (DheeraClient  *client,
                 GAsyncResult **place)
{
  g_autoptr(GAsyncResult) result = wait_for_result (place);
  g_autoptr(GError) error = NULL;
  g_autoptr(DheeraResponse) response = dheera_client_complete_finish (client, result, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (dheera_response_get_text (response), ==, "Hello");
}

/* A child that goes on with the main context of its parent makes no attempt of the parent's calls, and hears of none of them: nothing is asked for twice. There is one that has no
 * answer yet, one that is in the middle of its answer, and one between two attempts. */
static void
test_under_way (void)
{
  g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
  g_autoptr(DheeraClient) client = new_client (FALSE);
  g_autoptr(DheeraStream) stream = NULL;
  g_autoptr(GAsyncResult) end = NULL;
  GAsyncResult *waiting = NULL;
  GAsyncResult *sleeping = NULL;
  guint n_attempts = 0;
  pid_t child;

  /* The next attempt goes over whichever connection is idle then. */
  fault_server_script (server, FAULT_EXPECT (), FAULT_SIGNAL (), FAULT_SEND (ANSWER), FAULT_EXPECT (), FAULT_SEND (ANSWER), FAULT_STALL (), FAULT_END);
  fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (STREAM_BEGIN), FAULT_SIGNAL (), FAULT_SEND (STREAM_END), FAULT_EXPECT (), FAULT_SEND (ANSWER), FAULT_STALL (),
                       FAULT_END);
  fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (BUSY), FAULT_CLOSE (), FAULT_END);
  fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (ANSWER), FAULT_AGAIN (), FAULT_END);
  begin_call (client, server, &waiting);
  while (fault_server_get_n_requests (server) < 1)
    iterate (1);
  stream = begin_stream (client, server, TRUE);
  dheera_stream_next_async (stream, NULL, store_result_cb, &end);
  g_signal_connect (client, "attempt-finished", G_CALLBACK (attempt_finished_cb), &n_attempts);
  begin_call (client, server, &sleeping);
  while (n_attempts == 0)
    g_main_context_iteration (NULL, TRUE);

  child = quiet_fork (PATIENCE);
  if (child == 0)
    {
      /* Longer than it is to the next attempt */
      iterate (1500);
      g_assert_true (waiting == NULL && sleeping == NULL && end == NULL);
      g_assert_cmpuint (n_attempts, ==, 1);
      _exit (0);
    }
  quiet_fork_join (child);
  g_assert_cmpuint (fault_server_get_n_requests (server), ==, 3);

  fault_server_signal (server);
  fault_server_signal (server);
  assert_answered (client, &waiting);
  assert_answered (client, &sleeping);
  wait_for_result (&end);
  g_assert_cmpuint (fault_server_get_n_requests (server), ==, 4);
}

/* --- The application's own requests ---------------------------------------------------------------------------------------------------- */

static void
download (SoupSession *session,
          FaultServer *server)
{
  g_autofree char *url = fault_server_dup_url (server, "/");
  g_autoptr(SoupMessage) message = soup_message_new ("GET", url);
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) body = soup_session_send_and_read (session, message, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (soup_message_get_status (message), ==, 200);
}

/* A session that options made goes in the child, and does not tell the parent's server so. */
static void
test_downloads (void)
{
  g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_GOOD);
  g_autoptr(DheeraSessionOptions) options = dheera_session_options_new ();
  g_autofree char *authority = fault_server_dup_certificate ("ca.pem");
  g_autoptr(GError) error = NULL;
  g_autoptr(SoupSession) session = NULL;
  pid_t child;

  fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (ANSWER), FAULT_AGAIN (), FAULT_END);
  dheera_session_options_set_ca_file (options, authority);
  session = dheera_session_options_create_session (options, &error);
  g_assert_no_error (error);
  download (session, server);
  child = quiet_fork (PATIENCE);
  if (child == 0)
    {
      g_clear_object (&session);
      iterate (50);
      _exit (0);
    }
  quiet_fork_join (child);
  download (session, server);
  g_assert_cmpuint (fault_server_get_n_connections (server), ==, 1);
  g_assert_cmpuint (count_requests (server, 1), ==, 2);
}

/* --- Where nothing helps ------------------------------------------------------------------------------------------------------------- */

typedef struct
{
  GMutex mutex;
  GCond cond;
  guint n_running;
  guint n_done;
  gboolean over;
} Crowd;

static void
occupy_cb (GTask        *task,
           gpointer      source,
           gpointer      data,
           GCancellable *cancellable)
{
  Crowd *crowd = data;

  g_mutex_lock (&crowd->mutex);
  crowd->n_running++;
  g_cond_broadcast (&crowd->cond);
  while (!crowd->over)
    g_cond_wait (&crowd->cond, &crowd->mutex);
  crowd->n_done++;
  g_cond_broadcast (&crowd->cond);
  g_mutex_unlock (&crowd->mutex);
}

/* Takes every thread that GLib makes for such tasks. */
static void
occupy_threads (Crowd *crowd)
{
  g_mutex_lock (&crowd->mutex);
  for (guint i = 0; i < N_TASKS; i++)
    {
      g_autoptr(GTask) task = g_task_new (NULL, NULL, NULL, NULL);

      g_task_set_task_data (task, crowd, NULL);
      g_task_run_in_thread (task, occupy_cb);
    }
  while (crowd->n_running < 10)
    g_cond_wait (&crowd->cond, &crowd->mutex);
  g_mutex_unlock (&crowd->mutex);
}

/* As many threads as GLib has were at work when the process forked. GLib waits for them in the child, for ever; the call does not. */
static void
test_no_threads (void)
{
  g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_GOOD);
  Crowd crowd = { 0 };
  pid_t child;

  fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (ANSWER), FAULT_AGAIN (), FAULT_END);
  {
    g_autoptr(DheeraClient) client = new_client (FALSE);
    g_autoptr(GError) error = NULL;

    ask (client, server, FALSE, &error);
    g_assert_no_error (error);
  }
  occupy_threads (&crowd);
  child = quiet_fork (PATIENCE);
  if (child == 0)
    {
      g_autoptr(DheeraClient) client = new_client (FALSE);
      g_autoptr(GError) error = NULL;
      gint64 start = g_get_monotonic_time ();

      g_assert_false (ask (client, server, FALSE, &error));
      g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
      g_assert_nonnull (strstr (error->message, "forked"));
      g_assert_nonnull (strstr (error->message, "spawn"));
      g_assert_cmpint (g_get_monotonic_time () - start, <, 20 * G_USEC_PER_SEC);
      _exit (0);
    }
  quiet_fork_join (child);
  g_mutex_lock (&crowd.mutex);
  crowd.over = TRUE;
  g_cond_broadcast (&crowd.cond);
  while (crowd.n_done < N_TASKS)
    g_cond_wait (&crowd.cond, &crowd.mutex);
  g_mutex_unlock (&crowd.mutex);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/fork/%s", cases[i].name);

      g_test_add_data_func (path, &cases[i], test_fork);
    }
  g_test_add_func ("/fork/under-way", test_under_way);
  g_test_add_func ("/fork/downloads", test_downloads);
  g_test_add_func ("/fork/no-threads", test_no_threads);

  return g_test_run ();
}
