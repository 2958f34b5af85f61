/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "front-server.h"

#include <errno.h>
#include <gio/gunixsocketaddress.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define SECONDS 30
#define FLOOD_SIZE 16384
#define LARGE_SIZE (4 * 1024 * 1024)

const DheeraFrontLimits front_limits = {
  .max_connections = 1000,
  .max_head = 4096,
  .max_fields = 20,
  .max_body = 256 * 1024,
  .head_timeout = 60,
  .body_timeout = 60,
  .idle_timeout = 60,
  .write_timeout = 60,
  .high_water = 64 * 1024,
};

struct _FrontServer
{
  DheeraFrontLimits limits;
  gboolean tls;
  GThread *thread;
  GMainContext *context;
  GMainLoop *loop;
  DheeraFront *front; /* of the thread */
  GSocket *socket;
  guint port;
  GSocket *unix_socket;
  char *unix_path;

  GMutex mutex;
  GCond cond;
  FrontCounts counts;
  gboolean started;
  gboolean drained;
};

typedef struct
{
  FrontServer *server;
  DheeraIncoming *incoming;
  GString *body;
  GSource *source;
  guint events;
} Route;

static const DheeraFrontField text_fields[] = { { "Content-Type", "text/plain" }, { NULL, NULL } };

/* What would break the framing, and what is the front's own; and one good one */
static const DheeraFrontField odd_fields[] = {
  { "X Bad", "a" }, { "X-Break", "a\r\nX-Injected: b" }, { "Content-Length", "5" }, { "Transfer-Encoding", "chunked" }, { "X-Good", "a" }, { NULL, NULL },
};

#define COUNT(server, statement)              \
  G_STMT_START                                \
    {                                         \
      g_mutex_lock (&(server)->mutex);        \
      statement;                              \
      g_cond_broadcast (&(server)->cond);     \
      g_mutex_unlock (&(server)->mutex);      \
    }                                         \
  G_STMT_END

/* --- Routes --------------------------------------------------------------------------------------------------------------------- */

static gboolean
is_path (DheeraIncoming *incoming,
         const char     *path)
{
  return strcmp (incoming->path, path) == 0;
}

static void
reply_text (DheeraIncoming *incoming,
            guint           status,
            const char     *text)
{
  g_autoptr (GBytes) body = g_bytes_new (text, strlen (text));

  incoming->klass->reply (incoming, status, text_fields, body);
}

static void
flood (Route *route)
{
  g_autofree char *bytes = g_strnfill (FLOOD_SIZE, 'f');
  gboolean more = TRUE;

  while (more)
    {
      more = route->incoming->klass->write (route->incoming, bytes, FLOOD_SIZE);
      COUNT (route->server, route->server->counts.written += FLOOD_SIZE);
    }
}

static gboolean
stream_cb (gpointer data)
{
  Route *route = data;
  DheeraIncoming *incoming = route->incoming;

  if (is_path (incoming, "/flood"))
    {
      flood (route);
      g_clear_pointer (&route->source, g_source_unref);
      return G_SOURCE_REMOVE;
    }
  if (route->events++ < 3)
    {
      incoming->klass->write (incoming, "data: event\n\n", 13);
      return G_SOURCE_CONTINUE;
    }
  g_clear_pointer (&route->source, g_source_unref);
  incoming->klass->end (incoming);

  return G_SOURCE_REMOVE;
}

static void
start_stream (Route *route)
{
  route->incoming->klass->begin (route->incoming, 200, text_fields);
  route->source = g_idle_source_new ();
  g_source_set_callback (route->source, stream_cb, route, NULL);
  g_source_attach (route->source, route->server->context);
}

static void
reply_large (DheeraIncoming *incoming)
{
  char *bytes = g_strnfill (LARGE_SIZE, 'l');
  g_autoptr (GBytes) body = g_bytes_new_take (bytes, LARGE_SIZE);

  incoming->klass->reply (incoming, 200, text_fields, body);
}

static void
execute (Route *route)
{
  DheeraIncoming *incoming = route->incoming;

  if (is_path (incoming, "/echo"))
    {
      g_autofree char *text = g_strdup_printf ("%s %s?%s %s", incoming->method, incoming->path, incoming->query != NULL ? incoming->query : "",
                                               route->body->str);

      reply_text (incoming, 200, text);
    }
  else if (is_path (incoming, "/stream") || is_path (incoming, "/flood"))
    start_stream (route);
  else if (is_path (incoming, "/large"))
    reply_large (incoming);
  else if (is_path (incoming, "/empty"))
    incoming->klass->reply (incoming, 204, NULL, NULL);
  else if (is_path (incoming, "/field"))
    reply_text (incoming, 200, incoming->klass->get_header (incoming, "x-field"));
  else if (is_path (incoming, "/peer"))
    reply_text (incoming, 200, incoming->peer);
  else if (is_path (incoming, "/fields"))
    incoming->klass->reply (incoming, 200, odd_fields, NULL);
  else if (is_path (incoming, "/break"))
    {
      incoming->klass->begin (incoming, 200, text_fields);
      incoming->klass->write (incoming, "data: half", 10);
      incoming->klass->abort (incoming);
    }
  else if (!is_path (incoming, "/wait"))
    reply_text (incoming, 404, "nothing");
}

static void
on_head (DheeraIncoming *incoming,
         gpointer        data)
{
  FrontServer *self = data;
  Route *route = g_new0 (Route, 1);

  g_assert_null (incoming->route_data);
  route->server = self;
  route->incoming = incoming;
  route->body = g_string_new (NULL);
  incoming->route_data = route;
  COUNT (self, self->counts.heads++);

  if (is_path (incoming, "/head"))
    {
      COUNT (self, self->counts.executed++);
      reply_text (incoming, 401, "who are you?");
    }
  else if (is_path (incoming, "/abort"))
    incoming->klass->abort (incoming);
  else if (is_path (incoming, "/stop"))
    {
      DheeraFront *front = g_steal_pointer (&self->front);

      dheera_http_front.stop (front);
    }
}

static void
on_body (DheeraIncoming *incoming,
         const guint8   *bytes,
         gsize           length,
         gpointer        data)
{
  FrontServer *self = data;
  Route *route = incoming->route_data;

  g_string_append_len (route->body, (const char *) bytes, (gssize) length);
  COUNT (self, self->counts.received += length);
}

static void
on_body_end (DheeraIncoming *incoming,
             gpointer        data)
{
  FrontServer *self = data;

  COUNT (self, self->counts.executed++);
  execute (incoming->route_data);
}

static void
on_writable (DheeraIncoming *incoming,
             gpointer        data)
{
  FrontServer *self = data;

  COUNT (self, self->counts.writable++);
  flood (incoming->route_data);
}

static void
on_done (DheeraIncoming *incoming,
         gboolean        complete,
         gpointer        data)
{
  FrontServer *self = data;
  Route *route = incoming->route_data;

  if (route->source != NULL)
    g_source_destroy (route->source);
  g_clear_pointer (&route->source, g_source_unref);
  g_string_free (route->body, TRUE);
  g_free (route);
  incoming->route_data = NULL;
  if (complete)
    COUNT (self, self->counts.complete++);
  else
    COUNT (self, self->counts.gone++);
}

static const DheeraFrontHandler handler = { on_head, on_body, on_body_end, on_writable, on_done };

/* --- The server ----------------------------------------------------------------------------------------------------------------- */

static GTlsCertificate *
load_certificate (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("G_TEST_SRCDIR"), "servers", "certificates", "localhost.pem", NULL);
  g_autoptr (GError) error = NULL;
  GTlsCertificate *certificate = g_tls_certificate_new_from_file (path, &error);

  g_assert_no_error (error);

  return certificate;
}

static GSocket *
listen_on (GSocketAddress *address)
{
  g_autoptr (GError) error = NULL;
  GSocket *socket = g_socket_new (g_socket_address_get_family (address), G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, &error);

  g_assert_no_error (error);
  g_socket_bind (socket, address, FALSE, &error);
  g_assert_no_error (error);
  g_socket_set_listen_backlog (socket, 1024);
  g_socket_listen (socket, &error);
  g_assert_no_error (error);

  return socket;
}

static void
listen_on_both (FrontServer *self)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) unix_address = NULL;
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("front-XXXXXX", &error);

  g_assert_no_error (error);
  self->unix_path = g_build_filename (folder, "socket", NULL);
  unix_address = g_unix_socket_address_new (self->unix_path);
  self->unix_socket = listen_on (unix_address);
  self->socket = listen_on (address);
  bound = g_socket_get_local_address (self->socket, &error);
  g_assert_no_error (error);
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
}

static gpointer
server_thread (gpointer data)
{
  FrontServer *self = data;
  g_autoptr (GPtrArray) sockets = g_ptr_array_new ();
  g_autoptr (GTlsCertificate) certificate = self->tls ? load_certificate () : NULL;
  g_autoptr (GError) error = NULL;

  g_main_context_push_thread_default (self->context);
  g_ptr_array_add (sockets, self->socket);
  g_ptr_array_add (sockets, self->unix_socket);
  self->front = dheera_http_front.start (sockets, certificate, &self->limits, &handler, self, &error);
  g_assert_no_error (error);
  g_assert_nonnull (self->front);
  COUNT (self, self->started = TRUE);
  g_main_loop_run (self->loop);
  g_main_context_pop_thread_default (self->context);

  return NULL;
}

FrontServer *
front_server_new (const DheeraFrontLimits *limits,
                  gboolean                 tls)
{
  FrontServer *self = g_new0 (FrontServer, 1);

  self->limits = limits != NULL ? *limits : front_limits;
  self->tls = tls;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  listen_on_both (self);
  self->thread = g_thread_new ("front", server_thread, self);
  g_mutex_lock (&self->mutex);
  while (!self->started)
    g_cond_wait (&self->cond, &self->mutex);
  g_mutex_unlock (&self->mutex);

  return self;
}

typedef struct
{
  FrontServer *server;
  void (*func) (gpointer data);
  gpointer data;
  gboolean done;
} Call;

static gboolean
call_cb (gpointer data)
{
  Call *call = data;

  call->func (call->data);
  COUNT (call->server, call->done = TRUE);

  return G_SOURCE_REMOVE;
}

void
front_server_invoke (FrontServer *self,
                     void       (*func) (gpointer data),
                     gpointer     data)
{
  Call call = { self, func, data, FALSE };
  GSource *source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, call_cb, &call, NULL);
  g_source_attach (source, self->context);
  g_source_unref (source);
  g_mutex_lock (&self->mutex);
  while (!call.done)
    g_cond_wait (&self->cond, &self->mutex);
  g_mutex_unlock (&self->mutex);
}

static void
stop (gpointer data)
{
  FrontServer *self = data;

  g_clear_pointer (&self->front, dheera_http_front.stop);
}

void
front_server_stop (FrontServer *self)
{
  front_server_invoke (self, stop, self);
}

static void
drained_cb (DheeraFront *front,
            gpointer     data)
{
  FrontServer *self = data;

  g_assert_cmpuint (dheera_http_front.get_n_connections (front), ==, 0);
  g_assert_false (self->drained);
  COUNT (self, self->drained = TRUE);
}

static void
drain (gpointer data)
{
  FrontServer *self = data;

  dheera_http_front.drain (self->front, drained_cb, self);
}

void
front_server_drain (FrontServer *self)
{
  front_server_invoke (self, drain, self);
}

gboolean
front_server_is_drained (FrontServer *self)
{
  gboolean drained;

  g_mutex_lock (&self->mutex);
  drained = self->drained;
  g_mutex_unlock (&self->mutex);

  return drained;
}

void
front_server_wait_for_drained (FrontServer *self)
{
  gint64 end = g_get_monotonic_time () + SECONDS * G_TIME_SPAN_SECOND;

  g_mutex_lock (&self->mutex);
  while (!self->drained)
    g_assert_true (g_cond_wait_until (&self->cond, &self->mutex, end));
  g_mutex_unlock (&self->mutex);
}

static void
count_connections (gpointer data)
{
  FrontServer *self = data;

  if (self->front != NULL)
    self->counts.connections = dheera_http_front.get_n_connections (self->front);
  else
    self->counts.connections = 0;
}

FrontCounts
front_server_get_counts (FrontServer *self)
{
  FrontCounts counts;

  front_server_invoke (self, count_connections, self);
  g_mutex_lock (&self->mutex);
  counts = self->counts;
  g_mutex_unlock (&self->mutex);

  return counts;
}

void
front_server_wait_at (FrontServer *self,
                      gsize        offset,
                      guint        n,
                      gboolean     exactly)
{
  gint64 end = g_get_monotonic_time () + SECONDS * G_TIME_SPAN_SECOND;

  for (;;)
    {
      FrontCounts counts = front_server_get_counts (self);
      guint now = G_STRUCT_MEMBER (guint, &counts, offset);

      if (exactly ? now == n : now >= n)
        return;
      if (g_get_monotonic_time () > end)
        g_error ("a counter stands at %u and should be %u", now, n);
      g_mutex_lock (&self->mutex);
      /* What has no signal of its own, as the number of connections, is looked at again soon. */
      g_cond_wait_until (&self->cond, &self->mutex, g_get_monotonic_time () + 5000);
      g_mutex_unlock (&self->mutex);
    }
}

static void
quit (gpointer data)
{
  g_main_loop_quit (data);
}

void
front_server_free (FrontServer *self)
{
  front_server_stop (self);
  g_assert_cmpuint (self->counts.complete + self->counts.gone, ==, self->counts.heads);
  front_server_invoke (self, quit, self->loop);
  g_thread_join (self->thread);
  g_assert_true (g_socket_is_closed (self->socket));
  g_assert_true (g_socket_is_closed (self->unix_socket));
  g_object_unref (self->socket);
  g_object_unref (self->unix_socket);
  unlink (self->unix_path);
  *strrchr (self->unix_path, '/') = '\0';
  rmdir (self->unix_path);
  g_free (self->unix_path);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_free (self);
}

guint
front_server_get_port (FrontServer *self)
{
  return self->port;
}

/* --- Clients -------------------------------------------------------------------------------------------------------------------- */

int
front_client_new (void)
{
  const struct timeval patience = { SECONDS, 0 };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (fd, >=, 0);
  setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt (fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);

  return fd;
}

void
front_client_join (int          fd,
                   FrontServer *server)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons ((guint16) server->port), .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };

  if (connect (fd, (struct sockaddr *) &address, sizeof address) != 0)
    g_error ("connect: %s", g_strerror (errno));
}

int
front_client_connect (FrontServer *server)
{
  int fd = front_client_new ();

  front_client_join (fd, server);

  return fd;
}

int
front_client_connect_unix (FrontServer *server)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_strlcpy (address.sun_path, server->unix_path, sizeof address.sun_path);
  if (connect (fd, (struct sockaddr *) &address, sizeof address) != 0)
    g_error ("connect: %s", g_strerror (errno));

  return fd;
}

gboolean
front_client_send_bytes (int         fd,
                         const char *bytes,
                         gsize       length)
{
  while (length > 0)
    {
      gssize n = send (fd, bytes, length, MSG_NOSIGNAL);

      if (n < 0 && (errno == EPIPE || errno == ECONNRESET))
        return FALSE;
      if (n < 0)
        g_error ("send: %s", g_strerror (errno));
      bytes += n;
      length -= (gsize) n;
    }

  return TRUE;
}

static gboolean
read_some (int      fd,
           GString *text,
           gsize    size)
{
  g_autofree char *buffer = g_malloc (size);
  gssize n = recv (fd, buffer, size, 0);

  if (n < 0)
    g_error ("recv after %" G_GSIZE_FORMAT " bytes: %s", text->len, g_strerror (errno));
  g_string_append_len (text, buffer, n);

  return n > 0;
}

char *
front_client_read_all (int fd)
{
  GString *text = g_string_new (NULL);

  while (read_some (fd, text, 65536))
    ;
  close (fd);

  return g_string_free (text, FALSE);
}

/* One byte at a time, so that nothing of the next answer is read. */
static void
read_until (int         fd,
            GString    *text,
            const char *end)
{
  while (!g_str_has_suffix (text->str, end))
    if (!read_some (fd, text, 1))
      g_error ("the connection ended after: %s", text->str);
}

static void
read_exactly (int      fd,
              GString *text,
              gsize    length)
{
  gsize target = text->len + length;

  while (text->len < target)
    if (!read_some (fd, text, target - text->len))
      g_error ("the connection ended after: %.100s", text->str);
}

char *
front_client_read_answer (int      fd,
                          gboolean without_body)
{
  GString *text = g_string_new (NULL);
  const char *length;

  read_until (fd, text, "\r\n\r\n");
  length = strstr (text->str, "\r\nContent-Length: ");
  if (without_body)
    return g_string_free (text, FALSE);
  if (length != NULL)
    {
      read_exactly (fd, text, g_ascii_strtoull (length + strlen ("\r\nContent-Length: "), NULL, 10));
      return g_string_free (text, FALSE);
    }

  g_assert_nonnull (strstr (text->str, "\r\nTransfer-Encoding: chunked\r\n"));
  for (;;)
    {
      g_autoptr (GString) line = g_string_new (NULL);
      guint64 size;

      read_until (fd, line, "\r\n");
      size = g_ascii_strtoull (line->str, NULL, 16);
      read_exactly (fd, text, size);
      g_string_truncate (line, 0);
      read_exactly (fd, line, 2);
      g_assert_cmpstr (line->str, ==, "\r\n");
      if (size == 0)
        return g_string_free (text, FALSE);
    }
}

void
front_client_expect_end (int fd)
{
  g_autofree char *rest = front_client_read_all (fd);

  g_assert_cmpstr (rest, ==, "");
}

void
front_client_expect_any_end (int fd)
{
  char buffer[4096];
  gssize n;

  do
    n = recv (fd, buffer, sizeof buffer, 0);
  while (n > 0);
  g_assert_true (n == 0 || errno == ECONNRESET);
  close (fd);
}

char *
front_client_exchange (FrontServer *server,
                       const char  *text)
{
  int fd = front_client_connect (server);

  front_client_send (fd, text);

  return front_client_read_all (fd);
}

void
front_client_leave (int      fd,
                    gboolean reset)
{
  static const struct linger no_linger = { 1, 0 };

  if (reset)
    setsockopt (fd, SOL_SOCKET, SO_LINGER, &no_linger, sizeof no_linger);
  close (fd);
}

void
front_assert_has (const char *text,
                  const char *part)
{
  if (strstr (text, part) == NULL)
    g_error ("\"%s\" is not in: %.2000s", part, text);
}

void
front_assert_has_not (const char *text,
                      const char *part)
{
  if (strstr (text, part) != NULL)
    g_error ("\"%s\" is in: %.2000s", part, text);
}

guint
front_count_descriptors (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  g_assert_nonnull (dir);
  while (g_dir_read_name (dir) != NULL)
    n++;

  return n;
}
