/* SPDX-License-Identifier: LGPL-2.1-or-later */

#define _GNU_SOURCE /* accept4() */

#include "dheera-http-front-private.h"

#include <errno.h>
#include <libsoup/soup.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dheera-ai/wire/dheera-process-private.h"

/* Listening, accepting, and the one source that serves all connections. */

#define MAX_EVENTS 64
#define MAX_ACCEPTS 64          /* in a row, before connections have their turn */
#define PAUSE_USEC 100000       /* after the process had no descriptor or memory left */
#define SCAN_USEC 20000         /* at least between two looks at all deadlines */
#define UNSENT_BYTES (64 * 1024) /* that the kernel takes beyond what is on its way */

typedef struct
{
  DheeraHttpWatch watch; /* first */
  DheeraFront *front;
  GSocket *socket;
} Listener;

typedef struct
{
  GSource source; /* first */
  DheeraFront *front;
} FrontSource;

void
dheera_http_front_unref (DheeraFront *self)
{
  if (--self->refs > 0)
    return;

  if (self->epoll_fd >= 0)
    close (self->epoll_fd);
  g_ptr_array_unref (self->listeners);
  g_clear_pointer (&self->tls, dheera_http_tls_free);
  g_free (self->scratch);
  g_free (self);
}

/* --- Time ----------------------------------------------------------------------------------------------------------------------- */

static void
arm (DheeraFront *self)
{
  gint64 at = self->resume_at;
  gboolean is_drained = self->drained != NULL && self->connections.length == 0;

  if (self->stopped)
    return;
  if (self->connections.length > 0)
    at = MIN (at, self->scan_at);
  if (self->deferred.length > 0 || is_drained)
    at = 0;
  g_source_set_ready_time (self->source, at == DHEERA_HTTP_NEVER ? -1 : at);
}

void
dheera_http_front_note_deadline (DheeraFront *self,
                                 gint64       deadline)
{
  if (deadline >= self->scan_at)
    return;
  self->scan_at = deadline;
  arm (self);
}

void
dheera_http_front_defer (DheeraFront          *self,
                         DheeraHttpConnection *connection)
{
  if (connection->deferred || connection->state == DHEERA_HTTP_CLOSED)
    return;
  connection->deferred = TRUE;
  g_queue_push_tail_link (&self->deferred, &connection->deferred_link);
  arm (self);
}

const char *
dheera_http_front_get_date (DheeraFront *self)
{
  gint64 second = g_get_real_time () / G_USEC_PER_SEC;

  if (second != self->date_second)
    {
      g_autoptr (GDateTime) now = g_date_time_new_from_unix_utc (second);
      g_autofree char *text = soup_date_time_to_string (now, SOUP_DATE_HTTP);

      g_strlcpy (self->date, text, sizeof self->date);
      self->date_second = second;
    }

  return self->date;
}

/* Callbacks may close any connection meanwhile, so that those whose time is over are collected first. */
static void
scan_deadlines (DheeraFront *self,
                gint64       now)
{
  g_autoptr (GPtrArray) expired = g_ptr_array_new_with_free_func ((GDestroyNotify) dheera_http_connection_unref);
  gint64 next = DHEERA_HTTP_NEVER;
  GList *link;
  guint i;

  for (link = self->connections.head; link != NULL; link = link->next)
    {
      DheeraHttpConnection *connection = link->data;
      gint64 deadline = MIN (connection->read_deadline, connection->write_deadline);

      if (deadline <= now)
        g_ptr_array_add (expired, dheera_http_connection_ref (connection));
      else
        next = MIN (next, deadline);
    }

  self->scan_at = MAX (next, now + SCAN_USEC);
  for (i = 0; i < expired->len; i++)
    {
      DheeraHttpConnection *connection = g_ptr_array_index (expired, i);

      if (connection->state != DHEERA_HTTP_CLOSED)
        dheera_http_connection_expire (connection, now);
    }
}

/* --- Accepting ------------------------------------------------------------------------------------------------------------------ */

static void
listener_free (gpointer data)
{
  Listener *listener = data;

  g_object_unref (listener->socket);
  g_free (listener);
}

static void
watch_listeners (DheeraFront *self,
                 gboolean     watched)
{
  guint i;

  self->paused = !watched;
  for (i = 0; i < self->listeners->len; i++)
    {
      Listener *listener = g_ptr_array_index (self->listeners, i);
      struct epoll_event event = { .events = watched ? EPOLLIN : 0, .data.ptr = &listener->watch };

      epoll_ctl (self->epoll_fd, EPOLL_CTL_MOD, g_socket_get_fd (listener->socket), &event);
    }
}

static gboolean
is_full (DheeraFront *self)
{
  return self->limits.max_connections > 0 && self->connections.length >= self->limits.max_connections;
}

static void
resume (DheeraFront *self)
{
  self->resume_at = DHEERA_HTTP_NEVER;
  if (self->paused && !is_full (self))
    watch_listeners (self, TRUE);
}

void
dheera_http_front_note_closed (DheeraFront *self)
{
  if (self->stopped)
    return;
  if (self->paused)
    resume (self);
  if (self->draining)
    arm (self);
}

static char *
dup_peer (const struct sockaddr_storage *address,
          socklen_t                      length)
{
  char host[NI_MAXHOST];

  if (address->ss_family == AF_UNIX)
    return g_strdup ("unix");
  if (getnameinfo ((const struct sockaddr *) address, length, host, sizeof host, NULL, 0, NI_NUMERICHOST) != 0)
    return g_strdup ("unknown");

  return g_strdup (host);
}

/* FALSE when there is nothing more to accept for now. */
static gboolean
accept_one (DheeraFront *self,
            int          listening)
{
  static const int on = 1;
  static const int unsent = UNSENT_BYTES;
  struct sockaddr_storage address = { 0 };
  socklen_t length = sizeof address;
  int fd = accept4 (listening, (struct sockaddr *) &address, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);

  if (fd < 0)
    {
      if (errno == EAGAIN || errno == EWOULDBLOCK)
        return FALSE;
      /* Whoever waits stays in the kernel's queue; trying at once and for ever would keep everybody else from being served. */
      if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
        {
          g_debug ("The server can't accept a connection now: %s", g_strerror (errno));
          self->resume_at = g_get_monotonic_time () + PAUSE_USEC;
          watch_listeners (self, FALSE);
          return FALSE;
        }
      /* It has left already (ECONNABORTED), or the network had an error that is its own. */
      return errno != EBADF && errno != EINVAL && errno != ENOTSOCK;
    }

  if (address.ss_family != AF_UNIX)
    {
      setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      setsockopt (fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
    }
  dheera_http_connection_open (self, fd, dup_peer (&address, length));

  return TRUE;
}

static void
listener_ready_cb (DheeraHttpWatch *watch,
                   guint            events)
{
  Listener *listener = (Listener *) watch;
  DheeraFront *self = listener->front;
  guint n;

  for (n = 0; n < MAX_ACCEPTS; n++)
    {
      if (is_full (self))
        {
          watch_listeners (self, FALSE);
          return;
        }
      if (!accept_one (self, g_socket_get_fd (listener->socket)))
        return;
    }
}

/* --- The source ----------------------------------------------------------------------------------------------------------------- */

static void
run_events (DheeraFront *self)
{
  struct epoll_event events[MAX_EVENTS];
  int n = epoll_wait (self->epoll_fd, events, MAX_EVENTS, 0);
  int i;

  /* What one event does may close the connection of another. */
  for (i = 0; i < n; i++)
    {
      DheeraHttpWatch *watch = events[i].data.ptr;

      if (watch->connection != NULL)
        dheera_http_connection_ref (watch->connection);
    }

  for (i = 0; i < n; i++)
    {
      DheeraHttpWatch *watch = events[i].data.ptr;
      DheeraHttpConnection *connection = watch->connection;

      if (connection != NULL)
        {
          watch->ready (watch, events[i].events);
          dheera_http_connection_unref (connection);
        }
      else if (!self->stopped && !self->draining)
        watch->ready (watch, events[i].events);
    }
}

/* Those that want to be looked at again have to wait for the next turn. */
static void
run_deferred (DheeraFront *self)
{
  guint n = self->deferred.length;

  while (n-- > 0 && self->deferred.length > 0)
    {
      DheeraHttpConnection *connection = g_queue_pop_head_link (&self->deferred)->data;

      connection->deferred = FALSE;
      dheera_http_connection_run (connection);
    }
}

static gboolean
source_dispatch (GSource     *source,
                 GSourceFunc  callback,
                 gpointer     data)
{
  DheeraFront *self = ((FrontSource *) source)->front;
  DheeraFrontDrainedFunc drained;
  gint64 now;

  /* A child shares what epoll watches with its parent, whose connections these are. */
  if (self->generation != dheera_process_get_generation ())
    return G_SOURCE_REMOVE;

  self->refs++;
  run_events (self);
  run_deferred (self);

  now = self->stopped ? 0 : g_source_get_time (source);
  if (!self->stopped && now >= self->scan_at && self->connections.length > 0)
    scan_deadlines (self, now);
  if (!self->stopped && now >= self->resume_at)
    resume (self);

  drained = self->drained;
  if (!self->stopped && drained != NULL && self->connections.length == 0)
    {
      self->drained = NULL;
      drained (self, self->drained_data);
    }
  arm (self);
  dheera_http_front_unref (self);

  return G_SOURCE_CONTINUE;
}

static GSourceFuncs source_funcs = { NULL, NULL, source_dispatch, NULL, NULL, NULL };

/* --- The front ------------------------------------------------------------------------------------------------------------------ */

static gboolean
add_listener (DheeraFront *self,
              GSocket     *socket)
{
  Listener *listener = g_new0 (Listener, 1);
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = &listener->watch };

  listener->watch.ready = listener_ready_cb;
  listener->front = self;
  listener->socket = g_object_ref (socket);
  g_ptr_array_add (self->listeners, listener);

  return epoll_ctl (self->epoll_fd, EPOLL_CTL_ADD, g_socket_get_fd (socket), &event) == 0;
}

static DheeraFront *
front_new (const DheeraFrontLimits  *limits,
           const DheeraFrontHandler *handler,
           gpointer                  data)
{
  DheeraFront *self = g_new0 (DheeraFront, 1);

  self->refs = 1;
  self->generation = dheera_process_get_generation ();
  self->limits = *limits;
  self->handler = *handler;
  self->data = data;
  self->resume_at = self->scan_at = DHEERA_HTTP_NEVER;
  self->scratch = g_malloc (DHEERA_HTTP_SCRATCH);
  self->listeners = g_ptr_array_new_with_free_func (listener_free);
  self->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);

  return self;
}

static void
attach (DheeraFront *self)
{
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();

  self->source = g_source_new (&source_funcs, sizeof (FrontSource));
  ((FrontSource *) self->source)->front = self;
  g_source_set_static_name (self->source, "dheera-http-front");
  g_source_add_unix_fd (self->source, self->epoll_fd, G_IO_IN);
  g_source_attach (self->source, context);
}

static DheeraFront *
front_start (GPtrArray                *sockets,
             GTlsCertificate          *certificate,
             const DheeraFrontLimits  *limits,
             const DheeraFrontHandler *handler,
             gpointer                  data,
             GError                  **error)
{
  DheeraFront *self = front_new (limits, handler, data);
  gboolean is_good = self->epoll_fd >= 0;
  guint i;

  for (i = 0; i < sockets->len && is_good; i++)
    is_good = add_listener (self, g_ptr_array_index (sockets, i));
  if (!is_good)
    {
      int saved = errno;

      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved), "The server can't watch its sockets: %s", g_strerror (saved));
    }
  if (is_good && certificate != NULL)
    {
      self->tls = dheera_http_tls_new (certificate, error);
      is_good = self->tls != NULL;
    }
  if (!is_good)
    {
      dheera_http_front_unref (self);
      return NULL;
    }
  attach (self);

  return self;
}

static void
close_listeners (DheeraFront *self)
{
  guint i;

  for (i = 0; i < self->listeners->len; i++)
    {
      Listener *listener = g_ptr_array_index (self->listeners, i);

      epoll_ctl (self->epoll_fd, EPOLL_CTL_DEL, g_socket_get_fd (listener->socket), NULL);
      /* A child of this process may have it too: the port would stay taken, and whoever connects would wait for ever. */
      shutdown (g_socket_get_fd (listener->socket), SHUT_RDWR);
      g_socket_close (listener->socket, NULL);
    }
  /* They are freed with the front: an event for one of them may be about to be looked at. */
}

static void
front_drain (DheeraFront            *self,
             DheeraFrontDrainedFunc  drained,
             gpointer                data)
{
  GList *link;
  guint i;

  g_return_if_fail (!self->draining && !self->stopped);

  /* Who was let in by the kernel already would see a reset. */
  for (i = 0; i < self->listeners->len; i++)
    listener_ready_cb (g_ptr_array_index (self->listeners, i), EPOLLIN);
  close_listeners (self);
  self->paused = FALSE;
  self->resume_at = DHEERA_HTTP_NEVER;
  self->draining = TRUE;
  self->drained = drained;
  self->drained_data = data;
  for (link = self->connections.head; link != NULL; link = link->next)
    dheera_http_front_defer (self, link->data);
  arm (self);
}

static void
front_stop (DheeraFront *self)
{
  if (self->stopped)
    return;
  self->stopped = TRUE;

  if (!self->draining)
    close_listeners (self);
  while (self->connections.length > 0)
    dheera_http_connection_close (g_queue_peek_head (&self->connections), FALSE, FALSE);
  g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  dheera_http_front_unref (self);
}

/* Neither the source nor anything of the routes may be touched: another thread may have had their locks at the fork. */
static void
front_abandon (DheeraFront *self)
{
  GList *link;
  guint i;

  self->stopped = TRUE;
  close (self->epoll_fd);
  self->epoll_fd = -1;
  for (i = 0; !self->draining && i < self->listeners->len; i++)
    {
      Listener *listener = g_ptr_array_index (self->listeners, i);

      close (g_socket_get_fd (listener->socket));
    }
  for (link = self->connections.head; link != NULL; link = link->next)
    dheera_http_link_abandon (&((DheeraHttpConnection *) link->data)->socket);
}

static guint
front_get_n_connections (DheeraFront *self)
{
  return self->connections.length;
}

const DheeraFrontClass dheera_http_front = { front_start, front_drain, front_stop, front_abandon, front_get_n_connections };
