/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-mock-endpoints-private.h"
#include "dheera-mock-reply-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

/* The one offline model of this process: a thread with a main context, a listening socket, and the routes. */

#define MAX_BODY (32u * 1024u * 1024u)
#define MAX_DRAIN (256u * 1024u * 1024u) /* of a body that is too large, before its connection is dropped */
#define BACKLOG 1024
#define RESCUE_MS 100
#define MAX_KEYS 10000
#define SEGMENT_BYTES 16

typedef struct _MockServer MockServer;

struct _MockServer
{
  MockServer *next; /* inherited */
  SoupServer *server;
  GSocket *socket;
  int listen_fd;
  GMainContext *context;
  DheeraMockConnections *connections;
  GThread *thread;
  GSource *rescue;
  char *prefix;         /* "/SEGMENT/v1" */
  char *base_url;
  GHashTable *failures; /* key → how often it has failed */
  GQueue keys;          /* of failures, oldest first; owned there */
  int stop;             /* atomic */
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static MockServer *running;
/* What a fork took over from its parent and can't use: kept, so that it is no leak. */
static MockServer *inherited;

/* The server's thread has it whenever it does something, so that no fork happens while the thread has a lock of GLib's, which nobody would release in the child. */
static pthread_mutex_t work_mutex = PTHREAD_MUTEX_INITIALIZER;

static pthread_mutex_t stats_mutex = PTHREAD_MUTEX_INITIALIZER;
static DheeraMockStats stats;

/* --- Counters --------------------------------------------------------------------------------- */

static void
count (guint64 *counter,
       guint    n)
{
  pthread_mutex_lock (&stats_mutex);
  *counter += n;
  pthread_mutex_unlock (&stats_mutex);
}

static void
count_words (guint n)
{
  count (&stats.words, n);
}

static void
count_outcome (DheeraMockOutcome outcome)
{
  switch (outcome)
    {
    case DHEERA_MOCK_BROKEN:
      count (&stats.broken, 1);
      break;
    case DHEERA_MOCK_GONE:
      count (&stats.gone, 1);
      break;
    case DHEERA_MOCK_FINISHED:
    default:
      count (&stats.finished, 1);
      break;
    }
}

static const DheeraMockObserver observer = { count_words, count_outcome };

void
dheera_mock_server_get_stats (DheeraMockStats *result)
{
  pthread_mutex_lock (&stats_mutex);
  *result = stats;
  pthread_mutex_unlock (&stats_mutex);
}

/* --- Routes ----------------------------------------------------------------------------------- */

static void
respond (SoupServerMessage *message,
         guint              status,
         char              *json)
{
  g_object_set_data (G_OBJECT (message), "dheera-mock-answered", message);
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_TAKE, json, strlen (json));
  count (&stats.finished, 1);
}

static void
respond_refusal (SoupServerMessage *message,
                 DheeraMockRefusal *refusal)
{
  respond (message, refusal->status, dheera_mock_format_refusal (refusal));
  dheera_mock_refusal_clear (refusal);
}

/* Has the request failed as often as it should? Counts this time. */
static gboolean
has_failed_enough (MockServer             *self,
                   const DheeraMockAnswer *answer)
{
  const char *key = answer->options.key != NULL ? answer->options.key : answer->id;
  guint times = GPOINTER_TO_UINT (g_hash_table_lookup (self->failures, key));

  if (times >= answer->options.fail_times)
    return TRUE;

  if (times == 0 && self->keys.length == MAX_KEYS)
    g_hash_table_remove (self->failures, g_queue_pop_head (&self->keys));
  if (times == 0)
    {
      char *copy = g_strdup (key);

      g_queue_push_tail (&self->keys, copy);
      g_hash_table_insert (self->failures, copy, GUINT_TO_POINTER (1));
    }
  else
    g_hash_table_insert (self->failures, g_strdup (key), GUINT_TO_POINTER (times + 1));

  return FALSE;
}

static void
complete (MockServer        *self,
          SoupServerMessage *message)
{
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  g_autoptr (GBytes) bytes = soup_message_body_flatten (body);
  DheeraMockRefusal refusal = { 0 };
  gsize length = 0;
  const char *data = bytes != NULL ? g_bytes_get_data (bytes, &length) : NULL;
  DheeraMockAnswer *answer = dheera_mock_answer_new (data != NULL ? data : "", length, &refusal);

  if (answer == NULL)
    {
      respond_refusal (message, &refusal);
      return;
    }

  if (answer->options.fail_times > 0 && has_failed_enough (self, answer))
    dheera_mock_answer_heal (answer);
  g_object_set_data (G_OBJECT (message), "dheera-mock-answered", message);
  dheera_mock_reply_start (message, answer, &observer);
}

/* FALSE when there is no such endpoint. */
static gboolean
try_endpoints (SoupServerMessage *message,
               const char        *route)
{
  g_autoptr (GBytes) bytes = soup_message_body_flatten (soup_server_message_get_request_body (message));
  g_autoptr (GBytes) answer = NULL;
  DheeraMockRefusal refusal = { 0 };
  const char *type;
  gsize length = 0;
  const char *data = g_bytes_get_data (bytes, &length);

  answer = dheera_mock_endpoints_answer (route, data != NULL ? data : "", length, &type, &refusal);
  if (answer == NULL && refusal.status == 0)
    return FALSE;
  if (answer == NULL)
    {
      respond_refusal (message, &refusal);
      return TRUE;
    }

  g_object_set_data (G_OBJECT (message), "dheera-mock-answered", message);
  soup_server_message_set_status (message, 200, NULL);
  data = g_bytes_get_data (answer, &length);
  soup_server_message_set_response (message, type, SOUP_MEMORY_COPY, data, length);
  count (&stats.finished, 1);

  return TRUE;
}

static void
respond_stats (SoupServerMessage *message)
{
  DheeraMockStats now;

  dheera_mock_server_get_stats (&now);
  respond (message, 200, dheera_mock_format_stats (&now));
}

static void
handler_cb (SoupServer        *server,
            SoupServerMessage *message,
            const char        *path,
            GHashTable        *query,
            gpointer           data)
{
  MockServer *self = data;
  const char *method = soup_server_message_get_method (message);
  gboolean is_get = strcmp (method, "GET") == 0;
  gboolean is_post = strcmp (method, "POST") == 0;
  const char *route = g_str_has_prefix (path, self->prefix) ? path + strlen (self->prefix) : "";
  const DheeraMockModel *model = NULL;
  DheeraMockRefusal refusal = { 0 };

  if (g_object_get_data (G_OBJECT (message), "dheera-mock-size") == GUINT_TO_POINTER (G_MAXUINT))
    {
      dheera_mock_refuse (&refusal, 413, "request_too_large", NULL,
                          "The request body is larger than %u bytes.", MAX_BODY);
      respond_refusal (message, &refusal);
      return;
    }

  if (g_str_has_prefix (route, "/models/"))
    model = dheera_mock_find_model (route + strlen ("/models/"));

  if (is_post && strcmp (route, "/chat/completions") == 0)
    complete (self, message);
  else if (is_get && strcmp (route, "/models") == 0)
    respond (message, 200, dheera_mock_format_models ());
  else if (is_get && model != NULL)
    respond (message, 200, dheera_mock_format_model (model));
  else if (is_get && strcmp (route, "/mock") == 0)
    respond_stats (message);
  else if (!is_post || !try_endpoints (message, route))
    {
      if (is_get && g_str_has_prefix (route, "/models/"))
        dheera_mock_refuse (&refusal, 404, "model_not_found", "model", "The model \"%s\" does not exist.",
                            route + strlen ("/models/"));
      else
        dheera_mock_refuse (&refusal, 404, NULL, NULL, "The offline model has no %s %s.", method, path);
      respond_refusal (message, &refusal);
    }
}

/* SoupServer keeps whatever is sent. Beyond the limit it is thrown away as it comes, so that the client,
 * which reads only when it has written, gets its answer. */
static void
got_chunk_cb (SoupServerMessage *message,
              GBytes            *chunk,
              gpointer           data)
{
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  gsize *size = data;

  *size += g_bytes_get_size (chunk);
  if (*size <= MAX_BODY)
    return;

  soup_message_body_set_accumulate (body, FALSE);
  soup_message_body_truncate (body);
  g_object_set_data (G_OBJECT (message), "dheera-mock-size", GUINT_TO_POINTER (G_MAXUINT));
  if (*size > MAX_DRAIN && soup_server_message_get_socket (message) != NULL)
    g_socket_shutdown (soup_server_message_get_socket (message), TRUE, TRUE, NULL);
}

static void
got_headers_cb (SoupServerMessage *message,
                gpointer           data)
{
  count (&stats.requests, 1);
}

static void
request_started_cb (SoupServer        *server,
                    SoupServerMessage *message,
                    gpointer           data)
{
  MockServer *self = data;
  GSocket *socket = soup_server_message_get_socket (message);
  gsize *size = g_new0 (gsize, 1);

  if (socket != NULL && dheera_mock_connections_add (self->connections, socket))
    count (&stats.connections, 1);
  g_signal_connect_data (message, "got-chunk", G_CALLBACK (got_chunk_cb), size, (GClosureNotify) g_free, 0);
  g_signal_connect (message, "got-headers", G_CALLBACK (got_headers_cb), NULL);
}

/* The others were counted when they were answered. */
static void
request_aborted_cb (SoupServer        *server,
                    SoupServerMessage *message,
                    gpointer           data)
{
  if (g_object_get_data (G_OBJECT (message), "dheera-mock-answered") == NULL)
    count (&stats.gone, 1);
}

/* --- Listening -------------------------------------------------------------------------------- */

/* SoupServer stops accepting for good when accept() fails once, and a program with many streams in one
 * process does run out of descriptors. A connection that waits although SoupServer's own source has the
 * higher priority shows that this has happened; it is made to listen again when there are descriptors. */

static gboolean rescue_cb (int          fd,
                           GIOCondition condition,
                           gpointer     data);

static void
set_rescue (MockServer  *self,
            GSource     *source,
            GSourceFunc  func)
{
  if (self->rescue != NULL)
    g_source_destroy (self->rescue);
  g_clear_pointer (&self->rescue, g_source_unref);

  self->rescue = source;
  if (source == NULL)
    return;
  g_source_set_priority (source, G_PRIORITY_LOW);
  g_source_set_callback (source, func, self, NULL);
  g_source_attach (source, self->context);
}

static void
watch_listener (MockServer *self)
{
  set_rescue (self, g_unix_fd_source_new (self->listen_fd, G_IO_IN), G_SOURCE_FUNC (rescue_cb));
}

static gboolean
listen_again_cb (gpointer data)
{
  MockServer *self = data;
  int fd = fcntl (self->listen_fd, F_DUPFD_CLOEXEC, 3);

  if (fd < 0)
    return G_SOURCE_CONTINUE;
  close (fd);
  soup_server_listen_socket (self->server, self->socket, 0, NULL);
  watch_listener (self);

  return G_SOURCE_REMOVE;
}

static gboolean
rescue_cb (int          fd,
           GIOCondition condition,
           gpointer     data)
{
  set_rescue (data, g_timeout_source_new (RESCUE_MS), listen_again_cb);

  return G_SOURCE_REMOVE;
}

/* --- Life ------------------------------------------------------------------------------------- */

static char *
make_segment (void)
{
  guchar bytes[SEGMENT_BYTES];
  GString *out = g_string_new (NULL);
  guint i;

  if (getrandom (bytes, sizeof bytes, 0) != sizeof bytes)
    for (i = 0; i < sizeof bytes; i++)
      bytes[i] = (guchar) g_random_int ();
  for (i = 0; i < sizeof bytes; i++)
    g_string_append_printf (out, "%02x", bytes[i]);

  return g_string_free (out, FALSE);
}

static gboolean
open_socket (MockServer  *self,
             GError     **error)
{
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autofree char *segment = make_segment ();

  self->socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);
  if (self->socket == NULL || !g_socket_bind (self->socket, address, FALSE, error))
    return FALSE;
  self->listen_fd = g_socket_get_fd (self->socket);
  g_socket_set_listen_backlog (self->socket, BACKLOG);
  if (!g_socket_listen (self->socket, error))
    return FALSE;
  bound = g_socket_get_local_address (self->socket, error);
  if (bound == NULL)
    return FALSE;

  self->prefix = g_strdup_printf ("/%s/v1", segment);
  self->base_url = g_strdup_printf ("http://127.0.0.1:%u%s",
                                    g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound)), self->prefix);

  return TRUE;
}

static void
server_free (MockServer *self)
{
  g_clear_object (&self->server);
  g_clear_object (&self->socket);
  g_clear_pointer (&self->connections, dheera_mock_connections_free);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_pointer (&self->failures, g_hash_table_unref);
  g_queue_clear (&self->keys);
  g_free (self->prefix);
  g_free (self->base_url);
  g_free (self);
}

static int
poll_at_rest (GPollFD *fds,
              guint    n_fds,
              int      timeout)
{
  int result, saved;

  pthread_mutex_unlock (&work_mutex);
  result = g_poll (fds, n_fds, timeout);
  saved = errno;
  pthread_mutex_lock (&work_mutex);
  errno = saved;

  return result;
}

static gpointer
server_thread (gpointer data)
{
  MockServer *self = data;

  pthread_mutex_lock (&work_mutex);
  g_main_context_push_thread_default (self->context);
  while (!g_atomic_int_get (&self->stop))
    g_main_context_iteration (self->context, TRUE);

  set_rescue (self, NULL, NULL);
  soup_server_disconnect (self->server);
  g_clear_object (&self->server);
  g_clear_pointer (&self->connections, dheera_mock_connections_free);
  while (g_main_context_iteration (self->context, FALSE))
    ;
  g_main_context_pop_thread_default (self->context);
  pthread_mutex_unlock (&work_mutex);

  return NULL;
}

/* The program's signal handlers run in the program's threads. */
static GThread *
start_thread (MockServer  *self,
              GError     **error)
{
  static const int own[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGPROF };
  sigset_t all, before;
  GThread *thread;
  guint i;

  sigfillset (&all);
  for (i = 0; i < G_N_ELEMENTS (own); i++)
    sigdelset (&all, own[i]);
  pthread_sigmask (SIG_SETMASK, &all, &before);
  thread = g_thread_try_new ("dheera-mock", server_thread, self, error);
  pthread_sigmask (SIG_SETMASK, &before, NULL);

  return thread;
}

static MockServer *
server_new (GError **error)
{
  MockServer *self = g_new0 (MockServer, 1);
  gboolean listening;

  self->context = g_main_context_new ();
  g_main_context_set_poll_func (self->context, poll_at_rest);
  self->connections = dheera_mock_connections_new (self->context);
  self->failures = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_queue_init (&self->keys);
  if (!open_socket (self, error))
    {
      server_free (self);
      return NULL;
    }

  g_main_context_push_thread_default (self->context);
  self->server = soup_server_new (NULL, NULL);
  soup_server_add_handler (self->server, NULL, handler_cb, self, NULL);
  g_signal_connect (self->server, "request-started", G_CALLBACK (request_started_cb), self);
  g_signal_connect (self->server, "request-aborted", G_CALLBACK (request_aborted_cb), NULL);
  listening = soup_server_listen_socket (self->server, self->socket, 0, error);
  if (listening)
    watch_listener (self);
  g_main_context_pop_thread_default (self->context);

  if (listening)
    self->thread = start_thread (self, error);
  if (self->thread == NULL)
    {
      set_rescue (self, NULL, NULL);
      server_free (self);
      return NULL;
    }

  return self;
}

static void
before_fork (void)
{
  pthread_mutex_lock (&mutex);
  pthread_mutex_lock (&work_mutex);
  pthread_mutex_lock (&stats_mutex);
}

static void
after_fork_in_parent (void)
{
  pthread_mutex_unlock (&stats_mutex);
  pthread_mutex_unlock (&work_mutex);
  pthread_mutex_unlock (&mutex);
}

/* The thread stayed with the parent. The child must not hold the parent's port open; everything else is
 * left as it is, since any lock in it may be taken. */
static void
after_fork_in_child (void)
{
  if (running != NULL)
    {
      close (running->listen_fd);
      running->next = inherited;
      inherited = running;
      running = NULL;
    }
  pthread_mutex_unlock (&stats_mutex);
  pthread_mutex_unlock (&work_mutex);
  pthread_mutex_unlock (&mutex);
}

char *
dheera_mock_server_dup_base_url (GError **error)
{
  static gboolean registered;
  char *base_url = NULL;

  pthread_mutex_lock (&mutex);
  if (running == NULL)
    {
      running = server_new (error);
      if (running != NULL)
        {
          pthread_mutex_lock (&stats_mutex);
          memset (&stats, 0, sizeof stats);
          pthread_mutex_unlock (&stats_mutex);
        }
    }
  if (running != NULL)
    base_url = g_strdup (running->base_url);
  if (running != NULL && !registered)
    {
      pthread_atfork (before_fork, after_fork_in_parent, after_fork_in_child);
      atexit (dheera_mock_server_stop);
      registered = TRUE;
    }
  pthread_mutex_unlock (&mutex);

  return base_url;
}

void
dheera_mock_server_stop (void)
{
  MockServer *self;

  pthread_mutex_lock (&mutex);
  self = g_steal_pointer (&running);
  pthread_mutex_unlock (&mutex);

  if (self == NULL)
    return;
  g_atomic_int_set (&self->stop, TRUE);
  g_main_context_wakeup (self->context);
  g_thread_join (self->thread);
  server_free (self);
}
