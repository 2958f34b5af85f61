/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "server-util.h"

#include <string.h>

#include "dheera-ai/wire/dheera-json-private.h"

static gboolean
too_late_cb (gpointer data)
{
  g_error ("Something that was waited for did not happen within half a minute.");
  return G_SOURCE_REMOVE;
}

void
wait_until (const gboolean *done)
{
  guint id = g_timeout_add_seconds (30, too_late_cb, NULL);

  while (!*done)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (id);
}

/* --- Whole exchanges -------------------------------------------------------------------------------------------------------------------------- */

typedef struct
{
  GBytes *bytes;
  gboolean done;
} Exchange;

static void
answered_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      data)
{
  Exchange *exchange = data;
  g_autoptr(GError) error = NULL;

  exchange->bytes = soup_session_send_and_read_finish (SOUP_SESSION (source), result, &error);
  g_assert_no_error (error);
  exchange->done = TRUE;
}

/* The tests' own certificates are trusted as what they are. */
static gboolean
accept_cb (SoupMessage          *message,
           GTlsCertificate      *certificate,
           GTlsCertificateFlags  errors,
           gpointer              data)
{
  return TRUE;
}

void
ask (Answer       *answer,
     DheeraServer *server,
     const char   *method,
     const char   *path,
     const char   *body,
     const char   *key)
{
  g_autoptr(SoupSession) session = soup_session_new_with_options ("timeout", 0, NULL);
  g_autofree char *uri = dheera_server_get_uri (server);
  g_autofree char *url = g_strconcat (uri, path, NULL);
  Exchange exchange = { 0 };

  answer->message = soup_message_new (method, url);
  g_signal_connect (answer->message, "accept-certificate", G_CALLBACK (accept_cb), NULL);
  if (body != NULL)
    {
      g_autoptr(GBytes) bytes = g_bytes_new (body, strlen (body));

      soup_message_set_request_body_from_bytes (answer->message, "application/json", bytes);
    }
  if (key != NULL)
    soup_message_headers_append (soup_message_get_request_headers (answer->message), "X-Api-Key", key);
  soup_session_send_and_read_async (session, answer->message, G_PRIORITY_DEFAULT, NULL, answered_cb, &exchange);
  wait_until (&exchange.done);
  answer->status = soup_message_get_status (answer->message);
  answer->text = g_strndup (g_bytes_get_size (exchange.bytes) > 0 ? g_bytes_get_data (exchange.bytes, NULL) : "", g_bytes_get_size (exchange.bytes));
  g_bytes_unref (exchange.bytes);
}

void
answer_clear (Answer *self)
{
  g_clear_object (&self->message);
  g_clear_pointer (&self->text, g_free);
}

char *
answer_dup_member (Answer     *self,
                   const char *path)
{
  g_auto(DheeraJson) json = DHEERA_JSON_INIT;

  if (!dheera_json_parse (&json, self->text, strlen (self->text)))
    g_error ("This is no JSON: %s", self->text);

  return dheera_json_dup_raw (dheera_json_path (dheera_json_root (&json), path));
}

void
assert_answer (Answer     *self,
               guint       status,
               const char *path,
               const char *raw)
{
  g_autofree char *value = answer_dup_member (self, path);

  g_assert_cmpuint (self->status, ==, status);
  g_assert_cmpstr (value, ==, raw);
}

const char *
answer_get_header (Answer     *self,
                   const char *name)
{
  return soup_message_headers_get_one (soup_message_get_response_headers (self->message), name);
}

/* --- Bytes ---------------------------------------------------------------------------------------------------------------------------------------- */

static void
connected_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      data)
{
  GSocketConnection **connection = data;
  g_autoptr(GError) error = NULL;

  *connection = g_socket_client_connect_to_host_finish (G_SOCKET_CLIENT (source), result, &error);
  g_assert_no_error (error);
}

GSocketConnection *
raw_open (DheeraServer *server)
{
  g_autoptr(GSocketClient) client = g_socket_client_new ();
  GSocketConnection *connection = NULL;

  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_connect_to_host_async (client, "127.0.0.1", (guint16) dheera_server_get_port (server), NULL, connected_cb, &connection);
  while (connection == NULL)
    g_main_context_iteration (NULL, TRUE);

  return connection;
}

void
raw_post (GSocketConnection *connection,
          const char        *path,
          const char        *body)
{
  g_autofree char *text = g_strdup_printf ("POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s", path, strlen (body), body);
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  g_autoptr(GError) error = NULL;

  g_output_stream_write_all (out, text, strlen (text), NULL, NULL, &error);
  g_assert_no_error (error);
}

typedef struct
{
  GString *text;
  gssize last; /* -1: failed */
  gboolean done;
} Reading;

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      data)
{
  Reading *reading = data;
  g_autoptr(GBytes) bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, NULL);

  reading->last = bytes != NULL ? (gssize) g_bytes_get_size (bytes) : -1;
  if (bytes != NULL)
    g_string_append_len (reading->text, g_bytes_get_data (bytes, NULL), reading->last);
  reading->done = TRUE;
}

/* text is nullable: to the end. */
static char *
read_some (GSocketConnection *connection,
           const char        *text)
{
  GInputStream *in = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  Reading reading = { g_string_new (NULL), 0, FALSE };

  do
    {
      reading.done = FALSE;
      g_input_stream_read_bytes_async (in, 65536, G_PRIORITY_DEFAULT, NULL, read_cb, &reading);
      wait_until (&reading.done);
    }
  while (reading.last > 0 && (text == NULL || strstr (reading.text->str, text) == NULL));

  return g_string_free (reading.text, text != NULL && reading.last <= 0);
}

char *
raw_read_until (GSocketConnection *connection,
                const char        *text)
{
  return read_some (connection, text);
}

char *
raw_read_all (GSocketConnection *connection)
{
  return read_some (connection, NULL);
}

/* --- Both sides ------------------------------------------------------------------------------------------------------------------------------------ */

DheeraClient *
new_lab_client (SoupSession *session,
                const char  *url)
{
  g_autoptr(DheeraClient) client = session != NULL ? dheera_client_new_with_session (session) : dheera_client_new ();
  g_autoptr(DheeraProvider) lab = dheera_provider_new_compatible ("lab", url);

  dheera_client_add_provider (client, lab);
  dheera_client_set_max_retries (client, 0);

  return g_steal_pointer (&client);
}

DheeraServer *
start_server (DheeraClient *client)
{
  g_autoptr(DheeraServer) server = dheera_server_new (client);
  g_autoptr(GError) error = NULL;

  dheera_server_set_port (server, 0);
  dheera_server_start (server, &error);
  g_assert_no_error (error);

  return g_steal_pointer (&server);
}

static void
stopped_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      data)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (dheera_server_stop_finish (DHEERA_SERVER (source), result, &error));
  g_assert_no_error (error);
  *(gboolean *) data = TRUE;
}

void
stop_server (DheeraServer *server)
{
  gboolean done = FALSE;

  dheera_server_stop_async (server, NULL, stopped_cb, &done);
  wait_until (&done);
}
