/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-ai/transport/dheera-transport-internal-private.h"
#include "runner.h"
#include "tests/servers/quiet-fork.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE 50 /* seconds for a child, before it is ended by a signal */
#define ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

static void
test_own_session (void)
{
  g_autoptr(DheeraTransport) transport = dheera_transport_new ();
  g_autoptr(DheeraTransport) other = dheera_transport_new ();
  g_autoptr(SoupSession) session = dheera_transport_dup_session (transport, NULL);
  g_autoptr(SoupSession) again = dheera_transport_dup_session (transport, NULL);
  g_autoptr(SoupSession) others = dheera_transport_dup_session (other, NULL);

  g_assert_true (dheera_transport_is_own (transport));
  g_assert_true (session == again);
  g_assert_true (session != others);
  g_assert_cmpuint (soup_session_get_timeout (session), ==, 0);
  g_assert_cmpuint (soup_session_get_idle_timeout (session), >, 0);
  g_assert_cmpuint (soup_session_get_max_conns (session), >=, 1000);
  g_assert_cmpuint (soup_session_get_max_conns_per_host (session), >=, 100);
  g_assert_false (soup_session_has_feature (session, SOUP_TYPE_COOKIE_JAR));
  g_assert_false (soup_session_has_feature (session, SOUP_TYPE_LOGGER));
  g_assert_false (soup_session_has_feature (session, SOUP_TYPE_CONTENT_SNIFFER));
  g_assert_nonnull (soup_session_get_proxy_resolver (session));
  g_assert_nonnull (soup_session_get_tls_database (session));
}

static gpointer
get_session (gpointer data)
{
  return dheera_transport_dup_session (data, NULL);
}

static void
test_one_session_for_all_threads (void)
{
  for (guint round = 0; round < 20; round++)
    {
      g_autoptr(DheeraTransport) transport = dheera_transport_new ();
      GThread *threads[4];
      gpointer sessions[4];

      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        threads[i] = g_thread_new ("caller", get_session, transport);
      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        sessions[i] = g_thread_join (threads[i]);
      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        {
          g_assert_true (sessions[i] == sessions[0]);
          g_object_unref (sessions[i]);
        }
    }
}

static void
test_freed (void)
{
  g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
  DheeraTransport *transport = dheera_transport_new ();
  SoupSession *session = dheera_transport_dup_session (transport, NULL);
  g_autofree char *url = fault_server_dup_url (server, "/");

  fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (ANSWER), FAULT_AGAIN (), FAULT_END);
  FOR_EACH_MODE (mode)
    {
      g_autoptr(Outcome) outcome = run_exchange (mode, &(Run) { .transport = transport, .url = url });

      g_assert_no_error (outcome->error);
    }
  dheera_transport_unref (transport);
  assert_freed (session);
}

/* Of the sockets of this process the one that is connected to port */
static int
find_socket (guint port)
{
  for (int fd = 3; fd < 200; fd++)
    {
      struct sockaddr_in address;
      socklen_t length = sizeof address;

      if (getpeername (fd, (struct sockaddr *) &address, &length) == 0 && address.sin_family == AF_INET && ntohs (address.sin_port) == port)
        return fd;
    }

  return -1;
}

static void
look_at_socket (DheeraExchange *exchange,
                gpointer        user_data)
{
  int on = 0;
  socklen_t length = sizeof on;
  int fd = find_socket (GPOINTER_TO_UINT (user_data));

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (getsockopt (fd, SOL_SOCKET, SO_KEEPALIVE, &on, &length), ==, 0);
  g_assert_true (on);
}

static void
test_keep_alive (void)
{
  FOR_EACH_MODE (mode)
    {
      g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
      g_autoptr(DheeraTransport) transport = dheera_transport_new ();
      g_autofree char *url = fault_server_dup_url (server, "/");
      g_autoptr(Outcome) outcome = NULL;

      fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (ANSWER), FAULT_STALL (), FAULT_END);
      outcome = run_exchange (mode, &(Run) { .transport = transport, .url = url, .with_head = look_at_socket,
                                             .user_data = GUINT_TO_POINTER (fault_server_get_port (server)) });
      g_assert_no_error (outcome->error);
    }
}

/* What a child process finds: 0 when all is as it should be, else the number of what is not. */
static int
run_child (DheeraTransport *own,
           DheeraTransport *users,
           const char      *url,
           RunMode          mode)
{
  DheeraExchange *exchange;
  g_autoptr(GError) error = NULL;

  exchange = runner_make_exchange (&(Run) { .transport = users, .url = url });
  if (dheera_exchange_send (exchange, NULL, &error))
    return 1;
  if (!g_error_matches (error, DHEERA_TRANSPORT_ERROR, DHEERA_TRANSPORT_ERROR_SESSION))
    return 2;
  dheera_exchange_free (exchange);

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr(Outcome) outcome = run_exchange (mode, &(Run) { .transport = own, .url = url, .timeouts = { 5, 5, 5, 0, 5 } });

      if (outcome->error != NULL)
        return 3;
      if (outcome->stats.reused != (i > 0))
        return 4;
    }
  dheera_transport_unref (own);
  dheera_transport_unref (users);

  return 0;
}

static void
test_fork (void)
{
  FOR_EACH_MODE (mode)
    {
      g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
      g_autoptr(DheeraTransport) own = dheera_transport_new ();
      g_autoptr(SoupSession) session = soup_session_new ();
      g_autoptr(DheeraTransport) users = dheera_transport_for_session (session);
      g_autofree char *url = fault_server_dup_url (server, "/");
      DheeraExchange *open;
      pid_t child;
      char buffer[10];

      fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (ANSWER), FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab"),
                           FAULT_SIGNAL (), FAULT_SEND ("cd"), FAULT_EXPECT (), FAULT_SEND (ANSWER), FAULT_STALL (), FAULT_END);
      fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (ANSWER), FAULT_AGAIN (), FAULT_END);
      for (guint i = 0; i < 1; i++)
        {
          g_autoptr(Outcome) outcome = run_exchange (mode, &(Run) { .transport = own, .url = url });

          g_assert_no_error (outcome->error);
        }
      open = runner_make_exchange (&(Run) { .transport = own, .url = url });
      g_assert_true (dheera_exchange_send (open, NULL, NULL));
      g_assert_cmpint (dheera_exchange_read (open, buffer, sizeof buffer, NULL, NULL), ==, 2);

      child = quiet_fork (PATIENCE);
      if (child == 0)
        {
          int result;

          /* Not even what is dropped there says anything on the parent's connections. */
          dheera_exchange_free (open);
          result = run_child (own, users, url, mode);
          _exit (result);
        }
      quiet_fork_join (child);

      /* The parent goes on as if nothing had been. */
      fault_server_signal (server);
      g_assert_cmpint (dheera_exchange_read (open, buffer, sizeof buffer, NULL, NULL), ==, 2);
      g_assert_cmpint (dheera_exchange_read (open, buffer, sizeof buffer, NULL, NULL), ==, 0);
      dheera_exchange_free (open);
      {
        g_autoptr(Outcome) outcome = run_exchange (mode, &(Run) { .transport = own, .url = url });

        g_assert_no_error (outcome->error);
        g_assert_true (outcome->stats.reused);
      }
      g_assert_cmpuint (fault_server_get_n_connections (server), ==, 2);
    }
}

/* --- The gate of a session that only the parent has ------------------------------------------------------------------------------------- */

static gboolean
has_worker (void)
{
  g_autoptr(GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  const char *id;

  while ((id = g_dir_read_name (tasks)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc/self/task", id, "comm", NULL);
      g_autofree char *name = NULL;

      if (g_file_get_contents (path, &name, NULL, NULL) && g_str_has_prefix (name, "dheera-worker"))
        return TRUE;
    }

  return FALSE;
}

static void
head_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  *(GInputStream **) user_data = soup_session_send_finish (SOUP_SESSION (source), result, NULL);
}

/* A message of the application's is under way in the parent, over a session that may speak HTTP/2, so that blocking calls there go through the worker. The child's session
 * has none, so they need none. */
static void
test_fork_gate (void)
{
  g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
  g_autofree char *url = fault_server_dup_url (server, "/");
  g_autoptr(SoupMessage) message = soup_message_new ("GET", url);
  g_autoptr(GInputStream) body = NULL;
  g_autoptr(DheeraTransport) transport = NULL;
  g_autoptr(SoupSession) session = NULL;
  DheeraSessionConfig config;
  pid_t child;

  fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (ANSWER), FAULT_AGAIN (), FAULT_END);
  fault_server_script (server, FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab"), FAULT_STALL (), FAULT_END);
  fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (ANSWER), FAULT_AGAIN (), FAULT_END);
  dheera_session_config_init (&config);
  config.http2 = TRUE;
  transport = dheera_transport_new_with_config (&config);
  {
    g_autoptr(Outcome) outcome = run_exchange (RUN_BLOCKING, &(Run) { .transport = transport, .url = url });

    g_assert_no_error (outcome->error);
    g_assert_false (has_worker ());
  }
  session = dheera_transport_dup_session (transport, NULL);
  soup_message_add_flags (message, SOUP_MESSAGE_NEW_CONNECTION);
  soup_session_send_async (session, message, G_PRIORITY_DEFAULT, NULL, head_cb, &body);
  while (body == NULL)
    g_main_context_iteration (NULL, TRUE);

  child = quiet_fork (PATIENCE);
  if (child == 0)
    {
      g_autoptr(Outcome) outcome = run_exchange (RUN_BLOCKING, &(Run) { .transport = transport, .url = url });

      g_assert_no_error (outcome->error);
      g_assert_false (has_worker ());
      _exit (0);
    }
  quiet_fork_join (child);
  {
    g_autoptr(Outcome) outcome = run_exchange (RUN_BLOCKING, &(Run) { .transport = transport, .url = url });

    g_assert_no_error (outcome->error);
    g_assert_true (has_worker ());
  }
  g_input_stream_close (body, NULL, NULL);
}

/* Many threads over one session, each with its own connection while it lasts */
typedef struct
{
  DheeraTransport *transport;
  const char *url;
} Crowd;

static gpointer
call_often (gpointer data)
{
  Crowd *crowd = data;

  for (guint i = 0; i < 20; i++)
    {
      g_autoptr(Outcome) outcome = run_exchange (RUN_BLOCKING, &(Run) { .transport = crowd->transport, .url = crowd->url });

      g_assert_no_error (outcome->error);
    }

  return NULL;
}

static void
test_threads (void)
{
  g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
  g_autoptr(DheeraTransport) transport = dheera_transport_new ();
  g_autofree char *url = fault_server_dup_url (server, "/");
  Crowd crowd = { transport, url };
  GThread *threads[8];

  fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (ANSWER), FAULT_AGAIN (), FAULT_END);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("caller", call_often, &crowd);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (fault_server_get_n_requests (server), ==, 160);
  g_assert_cmpuint (fault_server_get_n_connections (server), <=, 8);
}

/* A blocking call works within a callback of the main context, and never runs that context. */
static gboolean
must_not_run (gpointer data)
{
  g_assert_not_reached ();
  return G_SOURCE_REMOVE;
}

static void
test_blocking_leaves_context_alone (void)
{
  g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
  g_autoptr(DheeraTransport) transport = dheera_transport_new ();
  g_autofree char *url = fault_server_dup_url (server, "/");
  g_autoptr(Outcome) outcome = NULL;
  guint id = g_idle_add_full (G_PRIORITY_HIGH, must_not_run, NULL, NULL);

  fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (ANSWER), FAULT_STALL (), FAULT_END);
  outcome = run_exchange (RUN_BLOCKING, &(Run) { .transport = transport, .url = url });
  g_assert_no_error (outcome->error);
  g_source_remove (id);
}

/* Another context is the thread's default when the exchange is closed than was when it was sent. */
static void
test_closed_elsewhere (void)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
      g_autoptr(DheeraTransport) transport = dheera_transport_new ();
      g_autofree char *url = fault_server_dup_url (server, "/");
      g_autoptr(GMainContext) context = g_main_context_new ();
      DheeraExchange *exchange = runner_make_exchange (&(Run) { .transport = transport, .url = url });

      fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (ANSWER), FAULT_STALL (), FAULT_END);
      if (i == 0)
        g_main_context_push_thread_default (context);
      g_assert_true (dheera_exchange_send (exchange, NULL, NULL));
      if (i == 0)
        g_main_context_pop_thread_default (context);
      else
        g_main_context_push_thread_default (context);
      dheera_exchange_free (exchange);
      if (i == 1)
        g_main_context_pop_thread_default (context);
    }
}

static void
queued_cb (SoupSession *session,
           SoupMessage *message,
           gpointer     user_data)
{
  g_set_object ((SoupMessage **) user_data, message);
}

static guint
count_watchers (SoupMessage *message)
{
  g_autoptr(GArray) found = g_array_new (FALSE, FALSE, sizeof (gulong));
  guint signal_id = g_signal_lookup ("network-event", SOUP_TYPE_MESSAGE);
  gulong id;

  /* Each is blocked for as long as the others are looked for. */
  while ((id = g_signal_handler_find (message, G_SIGNAL_MATCH_ID | G_SIGNAL_MATCH_UNBLOCKED, signal_id, 0, NULL, NULL, NULL)) != 0)
    {
      g_signal_handler_block (message, id);
      g_array_append_val (found, id);
    }
  for (guint i = 0; i < found->len; i++)
    g_signal_handler_unblock (message, g_array_index (found, gulong, i));
  return found->len;
}

static void
must_not_be_called (DheeraExchange *exchange,
                    gpointer        user_data)
{
  g_assert_not_reached ();
}

/* Somebody sees to it that a connection is made as the session's options say, also when the exchange is given up before it stands. */
static void
test_connection_is_watched (void)
{
  g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_GOOD);
  g_autoptr(DheeraTransport) transport = dheera_transport_new ();
  g_autoptr(SoupSession) session = dheera_transport_dup_session (transport, NULL);
  g_autofree char *url = fault_server_dup_url (server, "/");
  g_autoptr(SoupMessage) message = NULL;
  DheeraExchange *exchange = runner_make_exchange (&(Run) { .transport = transport, .url = url });

  fault_server_script (server, FAULT_STALL (), FAULT_END);
  g_signal_connect (session, "request-queued", G_CALLBACK (queued_cb), &message);
  dheera_exchange_send_async (exchange, NULL, must_not_be_called, NULL);
  g_assert_nonnull (message);
  g_assert_cmpuint (count_watchers (message), ==, 1);
  dheera_exchange_free (exchange);
  g_assert_cmpuint (count_watchers (message), ==, 1);

  g_object_add_weak_pointer (G_OBJECT (message), (gpointer *) &message);
  g_object_unref (message);
  while (message != NULL)
    g_main_context_iteration (NULL, TRUE);
}

static void
unqueued_cb (SoupSession *session,
             SoupMessage *message,
             gpointer     user_data)
{
  *(gboolean *) user_data = TRUE;
}

/* The application's message is watched from here to there, since it may send it over another session next. */
static void
test_foreign_message_is_watched (void)
{
  g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
  g_autoptr(DheeraTransport) transport = dheera_transport_new ();
  g_autoptr(SoupSession) session = dheera_transport_dup_session (transport, NULL);
  g_autofree char *url = fault_server_dup_url (server, "/");
  g_autoptr(SoupMessage) message = soup_message_new ("GET", url);
  gboolean over = FALSE;

  fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (ANSWER), FAULT_STALL (), FAULT_END);
  g_signal_connect (session, "request-unqueued", G_CALLBACK (unqueued_cb), &over);
  soup_session_send_and_read_async (session, message, G_PRIORITY_DEFAULT, NULL, NULL, NULL);
  g_assert_cmpuint (count_watchers (message), ==, 1);
  while (!over)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (count_watchers (message), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/transport/own-session", test_own_session);
  g_test_add_func ("/transport/one-session-for-all-threads", test_one_session_for_all_threads);
  g_test_add_func ("/transport/freed", test_freed);
  g_test_add_func ("/transport/keep-alive", test_keep_alive);
  g_test_add_func ("/transport/fork", test_fork);
  g_test_add_func ("/transport/fork-gate", test_fork_gate);
  g_test_add_func ("/transport/threads", test_threads);
  g_test_add_func ("/transport/blocking-leaves-context-alone", test_blocking_leaves_context_alone);
  g_test_add_func ("/transport/closed-elsewhere", test_closed_elsewhere);
  g_test_add_func ("/transport/connection-is-watched", test_connection_is_watched);
  g_test_add_func ("/transport/foreign-message-is-watched", test_foreign_message_is_watched);

  return g_test_run ();
}
