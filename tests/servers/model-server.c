/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model-server.h"

#include "fault-server.h"
#include "model-answers.h"

struct _ModelServer
{
  ModelServerKind kind;
  GThread *thread;
  GMainContext *context;
  GMainLoop *loop;
  SoupServer *server;
  GTlsCertificate *certificate;
  char *base_url;
  GMutex mutex;
  GCond cond;
  GHashTable *sockets; /* that were seen since the last reset */
  GPtrArray *held;     /* of SoupServerMessage, in the thread */
  guint hold, delay_ms;
  guint requests;
  guint most;
  SoupHTTPVersion version;
};

static void
note_request (ModelServer       *self,
              SoupServerMessage *message)
{
  g_autofree char *remote = NULL;
  GSocketAddress *address = soup_server_message_get_remote_address (message);

  remote = g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (address));
  g_mutex_lock (&self->mutex);
  g_hash_table_add (self->sockets, g_steal_pointer (&remote));
  self->requests++;
  self->version = soup_server_message_get_http_version (message);
  g_mutex_unlock (&self->mutex);
}

static gboolean
unpause_cb (gpointer message)
{
  soup_server_message_unpause (message);
  return G_SOURCE_REMOVE;
}

static void
give_later (SoupServerMessage *message,
            guint              ms)
{
  g_autoptr(GSource) source = g_timeout_source_new (ms);

  soup_server_message_pause (message);
  g_source_set_callback (source, unpause_cb, g_object_ref (message), g_object_unref);
  g_source_attach (source, g_main_context_get_thread_default ());
}

static void
give_together (ModelServer       *self,
               SoupServerMessage *message,
               guint              n)
{
  soup_server_message_pause (message);
  g_ptr_array_add (self->held, g_object_ref (message));
  g_mutex_lock (&self->mutex);
  self->most = MAX (self->most, self->held->len);
  g_mutex_unlock (&self->mutex);
  if (self->held->len < n)
    return;
  g_ptr_array_foreach (self->held, (GFunc) unpause_cb, NULL);
  g_ptr_array_set_size (self->held, 0);
}

/* The answer is there, and goes out now or later. */
static void
give (ModelServer       *self,
      SoupServerMessage *message)
{
  guint hold, delay_ms;

  g_mutex_lock (&self->mutex);
  hold = self->hold;
  delay_ms = self->delay_ms;
  g_mutex_unlock (&self->mutex);
  if (hold > 0)
    give_together (self, message, hold);
  else if (delay_ms > 0)
    give_later (message, delay_ms);
}

static void
answer_cb (SoupServer        *server,
           SoupServerMessage *message,
           const char        *path,
           GHashTable        *query,
           gpointer           data)
{
  g_autoptr(GBytes) request = soup_message_body_flatten (soup_server_message_get_request_body (message));
  g_autoptr(GBytes) answer = NULL;
  const char *content_type = NULL;
  gsize length;
  const char *text = g_bytes_get_data (request, &length);

  note_request (data, message);
  answer = model_answers_find (path, text != NULL ? text : "", length, &content_type);
  if (answer == NULL)
    {
      soup_server_message_set_status (message, 404, NULL);
      return;
    }
  soup_server_message_set_status (message, 200, NULL);
  text = g_bytes_get_data (answer, &length);
  soup_server_message_set_response (message, content_type, SOUP_MEMORY_COPY, text, length);
  give (data, message);
}

/* SoupServer would let ten wait to be accepted, and the others try again after a second. */
static GSocket *
listen_for_many (GError **error)
{
  g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr(GSocketAddress) address = g_inet_socket_address_new (loopback, 0);
  g_autoptr(GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);

  if (socket == NULL)
    return NULL;
  g_socket_set_listen_backlog (socket, 512);
  if (!g_socket_bind (socket, address, TRUE, error) || !g_socket_listen (socket, error))
    return NULL;
  return g_steal_pointer (&socket);
}

static gpointer
run_thread (gpointer data)
{
  ModelServer *self = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GSocket) socket = NULL;
  g_autoptr(GSocketAddress) address = NULL;

  g_main_context_push_thread_default (self->context);
  if (self->kind == MODEL_SERVER_TLS_HTTP2)
    g_setenv ("SOUP_SERVER_HTTP2", "1", TRUE);
  else
    g_unsetenv ("SOUP_SERVER_HTTP2");
  self->server = soup_server_new ("tls-certificate", self->certificate, NULL);
  soup_server_add_handler (self->server, NULL, answer_cb, self, NULL);
  socket = listen_for_many (&error);
  if (socket == NULL || !soup_server_listen_socket (self->server, socket, self->certificate != NULL ? SOUP_SERVER_LISTEN_HTTPS : 0, &error))
    g_error ("The test server can't listen: %s", error->message);

  /* soup_server_get_uris() would lose the address of a socket that it was given. */
  address = g_socket_get_local_address (socket, NULL);
  g_mutex_lock (&self->mutex);
  self->base_url = g_strdup_printf ("%s:%d/v1", self->certificate != NULL ? "https://localhost" : "http://127.0.0.1", g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)));
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);

  g_main_loop_run (self->loop);

  soup_server_disconnect (self->server);
  g_ptr_array_set_size (self->held, 0);
  g_clear_object (&self->server);
  while (g_main_context_iteration (self->context, FALSE))
    ;
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

ModelServer *
model_server_new (ModelServerKind kind)
{
  ModelServer *self = g_new0 (ModelServer, 1);

  self->kind = kind;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->sockets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->held = g_ptr_array_new_with_free_func (g_object_unref);
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  if (kind != MODEL_SERVER_PLAIN)
    {
      g_autofree char *path = fault_server_dup_certificate ("localhost.pem");
      g_autoptr(GError) error = NULL;

      self->certificate = g_tls_certificate_new_from_file (path, &error);
      g_assert_no_error (error);
    }

  self->thread = g_thread_new ("model-server", run_thread, self);
  g_mutex_lock (&self->mutex);
  while (self->base_url == NULL)
    g_cond_wait (&self->cond, &self->mutex);
  g_mutex_unlock (&self->mutex);
  return self;
}

static gboolean
quit_cb (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

void
model_server_free (ModelServer *self)
{
  GSource *source = g_idle_source_new ();

  /* Not g_main_context_invoke(), which would run it here, and in vain, where the thread is not in its loop yet. */
  g_source_set_callback (source, quit_cb, self->loop, NULL);
  g_source_attach (source, self->context);
  g_source_unref (source);
  g_thread_join (self->thread);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_hash_table_unref (self->sockets);
  g_ptr_array_unref (self->held);
  g_clear_object (&self->certificate);
  g_free (self->base_url);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

const char *
model_server_get_base_url (ModelServer *self)
{
  return self->base_url;
}

void
model_server_reset (ModelServer *self)
{
  g_mutex_lock (&self->mutex);
  g_hash_table_remove_all (self->sockets);
  self->requests = self->most = 0;
  self->hold = self->delay_ms = 0;
  g_mutex_unlock (&self->mutex);
}

void
model_server_hold (ModelServer *self,
                   guint        n)
{
  g_mutex_lock (&self->mutex);
  self->hold = n;
  g_mutex_unlock (&self->mutex);
}

void
model_server_delay (ModelServer *self,
                    guint        ms)
{
  g_mutex_lock (&self->mutex);
  self->delay_ms = ms;
  g_mutex_unlock (&self->mutex);
}

guint
model_server_get_most (ModelServer *self)
{
  guint n;

  g_mutex_lock (&self->mutex);
  n = self->most;
  g_mutex_unlock (&self->mutex);
  return n;
}

guint
model_server_get_connections (ModelServer *self)
{
  guint n;

  g_mutex_lock (&self->mutex);
  n = g_hash_table_size (self->sockets);
  g_mutex_unlock (&self->mutex);
  return n;
}

guint
model_server_get_requests (ModelServer *self)
{
  guint n;

  g_mutex_lock (&self->mutex);
  n = self->requests;
  g_mutex_unlock (&self->mutex);
  return n;
}

SoupHTTPVersion
model_server_get_version (ModelServer *self)
{
  SoupHTTPVersion version;

  g_mutex_lock (&self->mutex);
  version = self->version;
  g_mutex_unlock (&self->mutex);
  return version;
}
