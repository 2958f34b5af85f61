/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "http2-server.h"

#include "fault-server.h"

#include <libsoup/soup.h>
#include <string.h>

struct _Http2Server
{
  GThread *thread;
  GMainContext *context;
  GMainLoop *loop;
  SoupServer *server;
  char *base;
  GMutex mutex;
  GCond cond;
  gboolean ready;
  GHashTable *ports;
  GPtrArray *held;
  guint n_requests;
  guint n_http2;
};

static const char event[] = "data: {\"n\":1}\n\n";
static const char events[] = "data: {\"n\":1}\n\ndata: {\"n\":1}\n\ndata: {\"n\":1}\n\n";

static void
answer (SoupServerMessage *message,
        const char        *type,
        const char        *body)
{
  soup_server_message_set_status (message, 200, NULL);
  soup_server_message_set_response (message, type, SOUP_MEMORY_STATIC, body, strlen (body));
}

static void
note_request (Http2Server       *self,
              SoupServerMessage *message)
{
  GSocketAddress *address = soup_server_message_get_remote_address (message);

  g_mutex_lock (&self->mutex);
  g_hash_table_add (self->ports, GUINT_TO_POINTER (g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address))));
  self->n_requests++;
  if (soup_server_message_get_http_version (message) == SOUP_HTTP_2_0)
    self->n_http2++;
  g_mutex_unlock (&self->mutex);
}

static void
handle_request (SoupServer        *server,
                SoupServerMessage *message,
                const char        *path,
                GHashTable        *query,
                gpointer           user_data)
{
  Http2Server *self = user_data;

  note_request (self, message);
  if (g_str_equal (path, "/whole"))
    {
      answer (message, "application/json", "{\"n\":1}");
    }
  else if (g_str_equal (path, "/stream"))
    {
      answer (message, "text/event-stream", events);
    }
  else if (g_str_equal (path, "/hold"))
    {
      soup_server_message_pause (message);
      g_ptr_array_add (self->held, g_object_ref (message));
    }
  else
    {
      soup_server_message_set_status (message, 404, NULL);
    }
}

static gpointer
server_run (gpointer data)
{
  Http2Server *self = data;
  g_autofree char *path = fault_server_dup_certificate ("localhost.pem");
  g_autoptr(GError) error = NULL;
  g_autoptr(GTlsCertificate) certificate = g_tls_certificate_new_from_file (path, &error);
  GSList *uris;

  g_assert_no_error (error);
  g_main_context_push_thread_default (self->context);
  self->server = soup_server_new ("tls-certificate", certificate, NULL);
  soup_server_add_handler (self->server, NULL, handle_request, self, NULL);
  soup_server_listen_local (self->server, 0, SOUP_SERVER_LISTEN_HTTPS | SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (self->server);
  g_mutex_lock (&self->mutex);
  self->base = g_strdup_printf ("https://localhost:%d", g_uri_get_port (uris->data));
  self->ready = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);

  g_main_loop_run (self->loop);

  soup_server_disconnect (self->server);
  g_ptr_array_set_size (self->held, 0);
  g_clear_object (&self->server);
  while (g_main_context_iteration (self->context, FALSE))
    ;
  g_main_context_pop_thread_default (self->context);

  return NULL;
}

Http2Server *
http2_server_new (void)
{
  Http2Server *self = g_new0 (Http2Server, 1);

  g_setenv ("SOUP_SERVER_HTTP2", "1", TRUE);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->ports = g_hash_table_new (NULL, NULL);
  self->held = g_ptr_array_new_with_free_func (g_object_unref);
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->thread = g_thread_new ("http2-server", server_run, self);
  g_mutex_lock (&self->mutex);
  while (!self->ready)
    g_cond_wait (&self->cond, &self->mutex);
  g_mutex_unlock (&self->mutex);

  return self;
}

static gboolean
quit (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

void
http2_server_free (Http2Server *self)
{
  GSource *source = g_idle_source_new ();

  /* Not g_main_context_invoke(), which would run it here, and in vain, where the thread is not in its loop yet. */
  g_source_set_callback (source, quit, self->loop, NULL);
  g_source_attach (source, self->context);
  g_source_unref (source);
  g_thread_join (self->thread);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_hash_table_unref (self->ports);
  g_ptr_array_unref (self->held);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_free (self->base);
  g_free (self);
}

static gboolean
release (gpointer data)
{
  Http2Server *self = data;

  for (guint i = 0; i < self->held->len; i++)
    {
      SoupServerMessage *message = g_ptr_array_index (self->held, i);

      answer (message, "text/event-stream", event);
      soup_server_message_unpause (message);
    }
  g_ptr_array_set_size (self->held, 0);

  return G_SOURCE_REMOVE;
}

void
http2_server_release (Http2Server *self)
{
  g_main_context_invoke (self->context, release, self);
}

char *
http2_server_dup_url (Http2Server *self,
                      const char  *path)
{
  return g_strconcat (self->base, path, NULL);
}

static guint
get_counter (Http2Server *self,
             guint       *counter)
{
  guint n;

  g_mutex_lock (&self->mutex);
  n = *counter;
  g_mutex_unlock (&self->mutex);

  return n;
}

guint
http2_server_get_n_connections (Http2Server *self)
{
  guint n;

  g_mutex_lock (&self->mutex);
  n = g_hash_table_size (self->ports);
  g_mutex_unlock (&self->mutex);

  return n;
}

guint
http2_server_get_n_http2 (Http2Server *self)
{
  return get_counter (self, &self->n_http2);
}

guint
http2_server_get_n_requests (Http2Server *self)
{
  return get_counter (self, &self->n_requests);
}
