/* SPDX-License-Identifier: LGPL-2.1-or-later */

#define _GNU_SOURCE /* memmem() */

#include "fault-server.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#define MAX_STEPS 64
#define PATIENCE (20 * G_USEC_PER_SEC)

typedef struct
{
  FaultStep steps[MAX_STEPS];
} Script;

struct _FaultServer
{
  FaultTls tls;
  GSocket *socket;
  guint port;
  GCancellable *stop;
  GThread *thread;
  GMutex mutex;
  GCond cond;
  GPtrArray *scripts;
  GPtrArray *requests;
  GPtrArray *connections; /* GThread */
  guint n_connections;
  guint n_gone;
  guint n_closed;
  guint n_signals;
};

typedef struct
{
  FaultServer *server;
  GSocketConnection *socket_connection;
  GIOStream *stream;
  guint number;
  GString *rest; /* read, but beyond the request */
} Connection;

static void
request_free (FaultRequest *request)
{
  g_free (request->method);
  g_free (request->target);
  g_free (request->head);
  g_bytes_unref (request->body);
  g_free (request);
}

char *
fault_server_dup_certificate (const char *name)
{
  return g_build_filename (g_getenv ("G_TEST_SRCDIR"), "servers", "certificates", name, NULL);
}

GTlsDatabase *
fault_server_new_database (void)
{
  g_autofree char *path = fault_server_dup_certificate ("ca.pem");
  g_autoptr(GError) error = NULL;
  GTlsDatabase *database = g_tls_file_database_new (path, &error);

  g_assert_no_error (error);
  return database;
}

static gboolean
accept_any (GTlsConnection       *connection,
            GTlsCertificate      *certificate,
            GTlsCertificateFlags  errors)
{
  return TRUE;
}

static gboolean
start_tls (Connection *self,
           FaultTls    tls)
{
  static const char *const files[] = { NULL, "localhost.pem", "otherhost.pem", "expired.pem", "localhost.pem", "localhost.pem" };
  const char *protocols[] = { tls == FAULT_TLS_HTTP2 ? "h2" : "http/1.1", NULL };
  g_autofree char *path = fault_server_dup_certificate (files[tls]);
  g_autoptr(GError) error = NULL;
  g_autoptr(GTlsCertificate) certificate = g_tls_certificate_new_from_file (path, &error);
  GIOStream *stream;

  g_assert_no_error (error);
  stream = g_tls_server_connection_new (G_IO_STREAM (self->socket_connection), certificate, &error);
  g_assert_no_error (error);
  if (tls == FAULT_TLS_WANTS_CLIENT)
    g_object_set (stream, "authentication-mode", G_TLS_AUTHENTICATION_REQUIRED, NULL);
  g_tls_connection_set_advertised_protocols (G_TLS_CONNECTION (stream), protocols);
  g_signal_connect (stream, "accept-certificate", G_CALLBACK (accept_any), NULL);
  g_object_unref (self->stream);
  self->stream = stream;

  return g_tls_connection_handshake (G_TLS_CONNECTION (stream), self->server->stop, NULL);
}

/* More input behind what is in rest; FALSE at its end. */
static gboolean
fill (Connection *self)
{
  char buffer[65536];
  gssize n = g_input_stream_read (g_io_stream_get_input_stream (self->stream), buffer, sizeof buffer, self->server->stop, NULL);

  if (n <= 0)
    return FALSE;
  g_string_append_len (self->rest, buffer, n);
  return TRUE;
}

static char *
dup_header (const char *head,
            const char *name)
{
  g_auto(GStrv) lines = g_strsplit (head, "\r\n", 0);
  gsize length = strlen (name);

  for (guint i = 1; lines[0] != NULL && lines[i] != NULL; i++)
    {
      if (g_ascii_strncasecmp (lines[i], name, length) == 0 && lines[i][length] == ':')
        return g_strdup (g_strstrip (lines[i] + length + 1));
    }

  return NULL;
}

char *
fault_request_dup_header (const FaultRequest *self,
                          const char         *name)
{
  return dup_header (self->head, name);
}

void
fault_server_assert_header (FaultServer *self,
                            guint        index,
                            const char  *name,
                            const char  *value)
{
  g_autofree char *sent = fault_request_dup_header (fault_server_get_request (self, index), name);

  g_assert_cmpstr (sent, ==, value);
}

static gboolean
expect_request (Connection *self)
{
  FaultServer *server = self->server;
  FaultRequest *request;
  g_autofree char *length_text = NULL;
  g_auto(GStrv) words = NULL;
  char *end;
  gsize head_length;
  gsize length;

  while ((end = strstr (self->rest->str, "\r\n\r\n")) == NULL)
    {
      if (!fill (self))
        return FALSE;
    }
  head_length = end + 4 - self->rest->str;

  request = g_new0 (FaultRequest, 1);
  request->connection = self->number;
  request->head = g_strndup (self->rest->str, head_length);
  words = g_strsplit (request->head, " ", 3);
  request->method = g_strdup (words[0]);
  request->target = g_strdup (words[0] != NULL ? words[1] : NULL);
  length_text = dup_header (request->head, "Content-Length");
  length = length_text != NULL ? g_ascii_strtoull (length_text, NULL, 10) : 0;
  while (self->rest->len < head_length + length)
    {
      if (!fill (self))
        break;
    }
  request->body = g_bytes_new (self->rest->str + head_length, MIN (length, self->rest->len - head_length));
  g_string_erase (self->rest, 0, MIN (head_length + length, self->rest->len));

  g_mutex_lock (&server->mutex);
  g_ptr_array_add (server->requests, request);
  g_cond_broadcast (&server->cond);
  g_mutex_unlock (&server->mutex);

  return TRUE;
}

static gboolean
send_bytes (Connection *self,
            const char *data,
            gssize      length)
{
  return g_output_stream_write_all (g_io_stream_get_output_stream (self->stream), data, length < 0 ? strlen (data) : (gsize) length, NULL,
                                    self->server->stop, NULL);
}

/* FALSE when the server is to stop. */
static gboolean
pause_for (Connection *self,
           int         ms)
{
  FaultServer *server = self->server;
  gint64 end = g_get_monotonic_time () + ms * G_GINT64_CONSTANT (1000);

  g_mutex_lock (&server->mutex);
  while (!g_cancellable_is_cancelled (server->stop) && g_cond_wait_until (&server->cond, &server->mutex, end))
    ;
  g_mutex_unlock (&server->mutex);

  return !g_cancellable_is_cancelled (server->stop);
}

static void
note (FaultServer *self,
      guint       *counter)
{
  g_mutex_lock (&self->mutex);
  ++*counter;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
}

static void
wait_for_signal (Connection *self)
{
  FaultServer *server = self->server;

  g_mutex_lock (&server->mutex);
  while (server->n_signals == 0 && !g_cancellable_is_cancelled (server->stop))
    g_cond_wait (&server->cond, &server->mutex);
  if (server->n_signals > 0)
    server->n_signals--;
  g_mutex_unlock (&server->mutex);
}

static void
reset (Connection *self)
{
  GSocket *socket = g_socket_connection_get_socket (self->socket_connection);
  struct linger linger = { .l_onoff = 1, .l_linger = 0 };

  setsockopt (g_socket_get_fd (socket), SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  g_socket_close (socket, NULL);
}

static gboolean
send_often (Connection      *self,
            const FaultStep *step)
{
  for (int i = 0; step->number == 0 || i < step->number; i++)
    {
      if (!send_bytes (self, step->text, step->length))
        return FALSE;
    }

  return TRUE;
}

static gboolean
send_slowly (Connection      *self,
             const FaultStep *step)
{
  for (const char *p = step->text; *p != '\0'; p++)
    {
      if (!send_bytes (self, p, 1) || !pause_for (self, step->number))
        return FALSE;
    }

  return TRUE;
}

static gboolean
read_some (Connection *self,
           int         bytes)
{
  while (self->rest->len < (gsize) bytes)
    {
      if (!fill (self))
        return FALSE;
    }
  g_string_truncate (self->rest, 0);

  return TRUE;
}

static gboolean
await (Connection      *self,
       const FaultStep *step)
{
  const char *found;

  while ((found = memmem (self->rest->str, self->rest->len, step->text, step->length)) == NULL)
    {
      if (!fill (self))
        return FALSE;
    }
  g_string_erase (self->rest, 0, found + step->length - self->rest->str);

  return TRUE;
}

static gboolean
run_step (Connection      *self,
          const FaultStep *step)
{
  switch (step->action)
    {
    case FAULT_ACTION_EXPECT:
      return expect_request (self);
    case FAULT_ACTION_READ:
      return read_some (self, step->number);
    case FAULT_ACTION_AWAIT:
      return await (self, step);
    case FAULT_ACTION_SEND:
      return send_bytes (self, step->text, step->length);
    case FAULT_ACTION_DRIP:
      return send_slowly (self, step);
    case FAULT_ACTION_FLOOD:
      return send_often (self, step);
    case FAULT_ACTION_WAIT:
      return pause_for (self, step->number);
    case FAULT_ACTION_SIGNAL:
      wait_for_signal (self);
      return TRUE;
    case FAULT_ACTION_STALL:
      while (fill (self))
        ;
      note (self->server, &self->server->n_gone);
      return FALSE;
    case FAULT_ACTION_HALF_CLOSE:
      return g_socket_shutdown (g_socket_connection_get_socket (self->socket_connection), FALSE, TRUE, NULL);
    case FAULT_ACTION_RESET:
      reset (self);
      return FALSE;
    case FAULT_ACTION_STARTTLS:
      return start_tls (self, FAULT_TLS_GOOD);
    case FAULT_ACTION_AGAIN:
      return TRUE;
    case FAULT_ACTION_CLOSE:
    case FAULT_ACTION_END:
    default:
      return FALSE;
    }
}

static gpointer
connection_run (gpointer data)
{
  Connection *self = data;
  FaultServer *server = self->server;
  const Script *script = NULL;
  gboolean running;

  g_mutex_lock (&server->mutex);
  if (server->scripts->len > 0)
    script = g_ptr_array_index (server->scripts, MIN (self->number, server->scripts->len) - 1);
  g_mutex_unlock (&server->mutex);

  running = script != NULL && (server->tls == FAULT_TLS_NONE || start_tls (self, server->tls));
  for (guint i = 0; running;)
    {
      const FaultStep *step = &script->steps[i];

      running = run_step (self, step);
      i = step->action == FAULT_ACTION_AGAIN ? 0 : i + 1;
    }

  g_io_stream_close (self->stream, NULL, NULL);
  g_object_unref (self->stream);
  g_object_unref (self->socket_connection);
  note (server, &server->n_closed);
  g_string_free (self->rest, TRUE);
  g_free (self);

  return NULL;
}

static gpointer
accept_run (gpointer data)
{
  FaultServer *self = data;
  GSocket *socket;

  while ((socket = g_socket_accept (self->socket, self->stop, NULL)) != NULL)
    {
      Connection *connection = g_new0 (Connection, 1);

      g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, TRUE, NULL);
      connection->server = self;
      connection->socket_connection = g_socket_connection_factory_create_connection (socket);
      connection->stream = g_object_ref (G_IO_STREAM (connection->socket_connection));
      connection->rest = g_string_new (NULL);
      g_mutex_lock (&self->mutex);
      connection->number = ++self->n_connections;
      g_ptr_array_add (self->connections, g_thread_new ("fault-connection", connection_run, connection));
      g_cond_broadcast (&self->cond);
      g_mutex_unlock (&self->mutex);
      g_object_unref (socket);
    }

  return NULL;
}

static void
script_free (gpointer data)
{
  Script *script = data;

  for (guint i = 0; i < MAX_STEPS; i++)
    g_free ((gpointer) script->steps[i].text);
  g_free (script);
}

FaultServer *
fault_server_new (FaultTls tls)
{
  FaultServer *self = g_new0 (FaultServer, 1);
  g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr(GSocketAddress) address = g_inet_socket_address_new (loopback, 0);
  g_autoptr(GSocketAddress) bound = NULL;
  g_autoptr(GError) error = NULL;

  self->tls = tls;
  self->stop = g_cancellable_new ();
  self->scripts = g_ptr_array_new_with_free_func (script_free);
  self->requests = g_ptr_array_new_with_free_func ((GDestroyNotify) request_free);
  self->connections = g_ptr_array_new ();
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);

  self->socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);
  g_assert_no_error (error);
  g_socket_set_listen_backlog (self->socket, 1024);
  g_socket_bind (self->socket, address, TRUE, &error);
  g_assert_no_error (error);
  g_socket_listen (self->socket, &error);
  g_assert_no_error (error);
  bound = g_socket_get_local_address (self->socket, &error);
  g_assert_no_error (error);
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  self->thread = g_thread_new ("fault-server", accept_run, self);

  return self;
}

void
fault_server_free (FaultServer *self)
{
  g_mutex_lock (&self->mutex);
  g_cancellable_cancel (self->stop);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
  g_thread_join (self->thread);
  for (guint i = 0; i < self->connections->len; i++)
    g_thread_join (g_ptr_array_index (self->connections, i));

  g_socket_close (self->socket, NULL);
  g_object_unref (self->socket);
  g_object_unref (self->stop);
  g_ptr_array_unref (self->scripts);
  g_ptr_array_unref (self->requests);
  g_ptr_array_unref (self->connections);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_free (self);
}

void
fault_server_add_script (FaultServer     *self,
                         const FaultStep *steps)
{
  Script *script = g_new0 (Script, 1);

  for (guint i = 0; steps[i].action != FAULT_ACTION_END; i++)
    {
      g_assert_cmpuint (i, <, MAX_STEPS - 1);
      script->steps[i] = steps[i];
      /* The caller's may be gone while it is still being sent. */
      if (steps[i].text != NULL)
        script->steps[i].text = steps[i].length < 0 ? g_strdup (steps[i].text) : g_memdup2 (steps[i].text, (gsize) steps[i].length);
    }
  g_mutex_lock (&self->mutex);
  g_ptr_array_add (self->scripts, script);
  g_mutex_unlock (&self->mutex);
}

void
fault_server_signal (FaultServer *self)
{
  g_mutex_lock (&self->mutex);
  self->n_signals++;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
}

guint
fault_server_get_port (FaultServer *self)
{
  return self->port;
}

char *
fault_server_dup_url (FaultServer *self,
                      const char  *path)
{
  return self->tls == FAULT_TLS_NONE ? g_strdup_printf ("http://127.0.0.1:%u%s", self->port, path)
                                     : g_strdup_printf ("https://localhost:%u%s", self->port, path);
}

guint
fault_server_get_n_connections (FaultServer *self)
{
  guint n;

  g_mutex_lock (&self->mutex);
  n = self->n_connections;
  g_mutex_unlock (&self->mutex);

  return n;
}

guint
fault_server_get_n_requests (FaultServer *self)
{
  guint n;

  g_mutex_lock (&self->mutex);
  n = self->requests->len;
  g_mutex_unlock (&self->mutex);

  return n;
}

void
fault_server_wait_for_requests (FaultServer *self,
                                guint        n)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;

  g_mutex_lock (&self->mutex);
  while (self->requests->len < n)
    {
      if (!g_cond_wait_until (&self->cond, &self->mutex, end))
        g_error ("%u of %u requests came", self->requests->len, n);
    }
  g_mutex_unlock (&self->mutex);
}

static void
wait_for (FaultServer *self,
          const guint *counter,
          guint        n,
          const char  *what)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;

  g_mutex_lock (&self->mutex);
  while (*counter < n)
    {
      if (!g_cond_wait_until (&self->cond, &self->mutex, end))
        g_error ("%u of %u %s", *counter, n, what);
    }
  g_mutex_unlock (&self->mutex);
}

void
fault_server_wait_for_gone (FaultServer *self,
                            guint        n)
{
  wait_for (self, &self->n_gone, n, "clients left");
}

void
fault_server_wait_for_closed (FaultServer *self,
                              guint        n)
{
  wait_for (self, &self->n_closed, n, "connections were closed");
}

const FaultRequest *
fault_server_get_request (FaultServer *self,
                          guint        index)
{
  const FaultRequest *request;

  g_mutex_lock (&self->mutex);
  g_assert_cmpuint (index, <, self->requests->len);
  request = g_ptr_array_index (self->requests, index);
  g_mutex_unlock (&self->mutex);

  return request;
}
