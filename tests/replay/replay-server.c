/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "replay-server.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The answer goes out in that many writes, with a moment between them, so that readers meet a socket that is empty for now. */
#define N_WRITES 3
#define PAUSE_MICROSECONDS 100

typedef struct
{
  int fd;
  GByteArray *input;
} Connection;

struct _ReplayServer
{
  int listen_fd;
  int wake_fds[2];
  guint port;
  GThread *thread;
  GPtrArray *connections; /* the thread's own */

  GMutex mutex;
  ReplayScript script;
  ReplayRequest *request;
  guint n_requests;
  guint n_connections;
};

void
replay_request_free (ReplayRequest *request)
{
  g_free (request->method);
  g_free (request->target);
  g_ptr_array_unref (request->headers);
  g_bytes_unref (request->body);
  g_free (request);
}

static void
connection_free (gpointer data)
{
  Connection *connection = data;

  close (connection->fd);
  g_byte_array_unref (connection->input);
  g_free (connection);
}

static void
script_clear (ReplayScript *script)
{
  g_clear_pointer (&script->headers, g_free);
  g_clear_pointer (&script->body, g_bytes_unref);
}

static void
script_copy (const ReplayScript *source,
             ReplayScript       *copy)
{
  *copy = *source;
  copy->headers = g_strdup (source->headers);
  copy->body = g_bytes_ref (source->body);
}

/* --- What goes out ----------------------------------------------------------------------------------------------------------- */

static void
append_text (GByteArray *output,
             const char *text)
{
  g_byte_array_append (output, (const guint8 *) text, strlen (text));
}

static void
append_chunk (GByteArray   *output,
              const guint8 *data,
              gsize         length)
{
  g_autofree char *size = g_strdup_printf ("%" G_GSIZE_MODIFIER "x\r\n", length);

  append_text (output, size);
  g_byte_array_append (output, data, length);
  append_text (output, "\r\n");
}

static void
append_chunked_body (GByteArray         *output,
                     const ReplayScript *script,
                     const guint8       *data,
                     gsize               length)
{
  g_autoptr(GRand) rand = g_rand_new_with_seed (script->seed);
  gsize at = 0;

  while (at < length)
    {
      gsize size = script->piece > 0 ? script->piece : (gsize) g_rand_int_range (rand, 1, 900);

      size = MIN (size, length - at);
      append_chunk (output, data + at, size);
      at += size;
    }
}

static GByteArray *
render (const ReplayScript *script)
{
  GByteArray *output = g_byte_array_new ();
  g_autofree char *status = g_strdup_printf ("HTTP/1.1 %u Recorded\r\n", script->status);
  gsize length;
  const guint8 *data = g_bytes_get_data (script->body, &length);
  gboolean whole = script->end == REPLAY_END_WHOLE;
  gsize sent = whole ? length : MIN (length, script->cut);

  append_text (output, status);
  append_text (output, script->headers);
  if (!script->chunked)
    {
      g_autofree char *header = g_strdup_printf ("Content-Length: %" G_GSIZE_FORMAT "\r\n\r\n", length);

      append_text (output, header);
      if (sent > 0)
        g_byte_array_append (output, data, sent);
      return output;
    }

  append_text (output, "Transfer-Encoding: chunked\r\n\r\n");
  append_chunked_body (output, script, data, sent);
  if (whole || script->end == REPLAY_END_CLEAN)
    append_text (output, "0\r\n\r\n");
  return output;
}

static gboolean
write_all (int           fd,
           const guint8 *data,
           gsize         length)
{
  while (length > 0)
    {
      gssize n = send (fd, data, length, MSG_NOSIGNAL);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return FALSE;
      data += n;
      length -= n;
    }
  return TRUE;
}

/* FALSE when the connection has to be closed. */
static gboolean
answer (int                 fd,
        const ReplayScript *script)
{
  g_autoptr(GByteArray) output = render (script);
  struct linger linger = { 1, 0 };
  gsize at = 0;

  for (guint i = 1; i <= N_WRITES; i++)
    {
      gsize end = (gsize) output->len * i / N_WRITES;

      if (!write_all (fd, output->data + at, end - at))
        return FALSE;
      at = end;
      if (i < N_WRITES)
        g_usleep (PAUSE_MICROSECONDS);
    }

  if (script->end == REPLAY_END_RESET)
    setsockopt (fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  return script->end == REPLAY_END_WHOLE || (script->end == REPLAY_END_CLEAN && script->chunked);
}

/* --- What comes in ----------------------------------------------------------------------------------------------------------- */

static GPtrArray *
read_headers (const char *head)
{
  GPtrArray *headers = g_ptr_array_new_with_free_func (g_free);
  g_auto(GStrv) lines = g_strsplit (head, "\r\n", -1);

  for (guint i = 1; lines[0] != NULL && lines[i] != NULL; i++)
    {
      const char *colon = strchr (lines[i], ':');

      if (colon == NULL)
        continue;
      g_ptr_array_add (headers, g_ascii_strdown (lines[i], colon - lines[i]));
      g_ptr_array_add (headers, g_strstrip (g_strdup (colon + 1)));
    }
  return headers;
}

static gsize
find_length (GPtrArray *headers)
{
  for (guint i = 0; i < headers->len; i += 2)
    {
      if (g_str_equal (g_ptr_array_index (headers, i), "content-length"))
        return g_ascii_strtoull (g_ptr_array_index (headers, i + 1), NULL, 10);
    }
  return 0;
}

/* Takes one whole request out of the input, or returns NULL when it is not all there yet. */
static ReplayRequest *
take_request (GByteArray *input)
{
  const char *end = g_strstr_len ((const char *) input->data, input->len, "\r\n\r\n");
  g_autofree char *head = NULL;
  g_autoptr(GPtrArray) headers = NULL;
  g_auto(GStrv) words = NULL;
  ReplayRequest *request;
  gsize head_length, length;

  if (input->len == 0 || end == NULL)
    return NULL;

  head_length = end - (const char *) input->data + 4;
  head = g_strndup ((const char *) input->data, head_length);
  headers = read_headers (head);
  length = find_length (headers);
  if (input->len < head_length + length)
    return NULL;

  words = g_strsplit (head, " ", 3);
  request = g_new0 (ReplayRequest, 1);
  request->method = g_strdup (words[0]);
  request->target = g_strdup (words[1]);
  request->headers = g_steal_pointer (&headers);
  request->body = g_bytes_new (input->data + head_length, length);
  g_byte_array_remove_range (input, 0, head_length + length);
  return request;
}

/* FALSE when the connection has to be closed. */
static gboolean
serve (ReplayServer *self,
       Connection   *connection)
{
  guint8 buffer[16384];
  gssize n = recv (connection->fd, buffer, sizeof buffer, 0);
  ReplayRequest *request;
  ReplayScript script;
  gboolean kept;

  if (n <= 0)
    return FALSE;
  g_byte_array_append (connection->input, buffer, n);
  request = take_request (connection->input);
  if (request == NULL)
    return TRUE;

  g_mutex_lock (&self->mutex);
  g_clear_pointer (&self->request, replay_request_free);
  self->request = request;
  self->n_requests++;
  script_copy (&self->script, &script);
  g_mutex_unlock (&self->mutex);

  kept = answer (connection->fd, &script);
  script_clear (&script);
  return kept;
}

static void
accept_connection (ReplayServer *self)
{
  int fd = accept (self->listen_fd, NULL, NULL);
  int on = 1;
  Connection *connection;

  if (fd < 0)
    return;

  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  connection = g_new0 (Connection, 1);
  connection->fd = fd;
  connection->input = g_byte_array_new ();
  g_ptr_array_add (self->connections, connection);
  g_mutex_lock (&self->mutex);
  self->n_connections++;
  g_mutex_unlock (&self->mutex);
}

static gpointer
server_thread (gpointer data)
{
  ReplayServer *self = data;

  while (TRUE)
    {
      guint n = self->connections->len;
      g_autofree struct pollfd *fds = g_new0 (struct pollfd, n + 2);

      fds[0] = (struct pollfd) { self->wake_fds[0], POLLIN, 0 };
      fds[1] = (struct pollfd) { self->listen_fd, POLLIN, 0 };
      for (guint i = 0; i < n; i++)
        fds[i + 2] = (struct pollfd) { ((Connection *) g_ptr_array_index (self->connections, i))->fd, POLLIN, 0 };
      if (poll (fds, n + 2, -1) < 0)
        continue;

      if (fds[0].revents != 0)
        return NULL;
      for (guint i = n; i > 0; i--)
        {
          if (fds[i + 1].revents != 0 && !serve (self, g_ptr_array_index (self->connections, i - 1)))
            g_ptr_array_remove_index (self->connections, i - 1);
        }
      if (fds[1].revents != 0)
        accept_connection (self);
    }
}

/* --- For the thread that asks --------------------------------------------------------------------------------------------------- */

ReplayServer *
replay_server_new (GError **error)
{
  g_autoptr(ReplayServer) self = g_new0 (ReplayServer, 1);
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof address;

  g_mutex_init (&self->mutex);
  self->wake_fds[0] = self->wake_fds[1] = -1;
  self->connections = g_ptr_array_new_with_free_func (connection_free);
  self->listen_fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (self->listen_fd < 0 || bind (self->listen_fd, (struct sockaddr *) &address, length) != 0 ||
      listen (self->listen_fd, 64) != 0 || getsockname (self->listen_fd, (struct sockaddr *) &address, &length) != 0 ||
      socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, self->wake_fds) != 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "The server can't listen: %s.", g_strerror (errno));
      return NULL;
    }

  self->port = ntohs (address.sin_port);
  self->script.headers = g_strdup ("");
  self->script.body = g_bytes_new (NULL, 0);
  self->script.status = 503;
  self->thread = g_thread_new ("replay-server", server_thread, self);
  return g_steal_pointer (&self);
}

void
replay_server_free (ReplayServer *self)
{
  if (self->thread != NULL)
    {
      close (self->wake_fds[1]);
      self->wake_fds[1] = -1;
      g_thread_join (self->thread);
    }
  for (guint i = 0; i < G_N_ELEMENTS (self->wake_fds); i++)
    {
      if (self->wake_fds[i] >= 0)
        close (self->wake_fds[i]);
    }
  if (self->listen_fd >= 0)
    close (self->listen_fd);
  g_ptr_array_unref (self->connections);
  g_clear_pointer (&self->request, replay_request_free);
  script_clear (&self->script);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

guint
replay_server_get_port (ReplayServer *self)
{
  return self->port;
}

void
replay_server_set_script (ReplayServer       *self,
                          const ReplayScript *script)
{
  g_mutex_lock (&self->mutex);
  script_clear (&self->script);
  script_copy (script, &self->script);
  g_clear_pointer (&self->request, replay_request_free);
  self->n_requests = 0;
  g_mutex_unlock (&self->mutex);
}

ReplayRequest *
replay_server_take_request (ReplayServer *self,
                            guint        *n_requests)
{
  ReplayRequest *request;

  g_mutex_lock (&self->mutex);
  request = g_steal_pointer (&self->request);
  *n_requests = self->n_requests;
  g_mutex_unlock (&self->mutex);
  return request;
}

guint
replay_server_count_connections (ReplayServer *self)
{
  guint n;

  g_mutex_lock (&self->mutex);
  n = self->n_connections;
  g_mutex_unlock (&self->mutex);
  return n;
}
