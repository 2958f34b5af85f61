/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-exchange-internal-private.h"

#include <string.h>

#define MAX_INFORMATIONAL 64
#define MAX_STARTS 5 /* of one message: proxy authentication takes two or three, a server that refuses streams for ever would take all */

static void
exchange_fault (DheeraExchange       *self,
                DheeraTransportError  code,
                const char           *format,
                ...) G_GNUC_PRINTF (3, 4);

static void
exchange_fault (DheeraExchange       *self,
                DheeraTransportError  code,
                const char           *format,
                ...)
{
  va_list arguments;

  if (self->fault != NULL)
    return;
  va_start (arguments, format);
  self->fault = g_error_new_valist (DHEERA_TRANSPORT_ERROR, code, format, arguments);
  va_end (arguments);
  dheera_exchange_stop (self, DHEERA_STOP_FAULT);
}

static void
note_proxy (DheeraExchange *self,
            GIOStream      *connection)
{
  g_autoptr(GSocketAddress) address = NULL;

  if (!G_IS_SOCKET_CONNECTION (connection))
    return;
  address = g_socket_connection_get_remote_address (G_SOCKET_CONNECTION (connection), NULL);
  if (!G_IS_PROXY_ADDRESS (address))
    return;
  g_free (self->proxy);
  self->proxy = g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (address));
}

/* GIO is about to wait for its threads. */
static void
begin_wait_for_threads (DheeraExchange *self)
{
  if (G_LIKELY (self->generation == 0) || self->waits_for_threads)
    return;
  self->waits_for_threads = dheera_fork_begin_wait ();
  if (!self->waits_for_threads)
    exchange_fault (self, DHEERA_TRANSPORT_ERROR_SESSION,
                    "this process was forked from one that was using GLib's threads, which the child does not have and could not make anew; "
                    "fork before the first call, or start the process anew (exec, or Python's multiprocessing with 'spawn')");
}

void
dheera_exchange_end_wait_for_threads (DheeraExchange *self)
{
  if (G_UNLIKELY (self->waits_for_threads))
    dheera_fork_end_wait ();
  self->waits_for_threads = FALSE;
}

/* A connection of HTTP/2 that was opened outside of a main loop is never read by the asynchronous calls that share it later, so a blocking call offers none. */
static void
choose_protocol (DheeraExchange *self,
                 GIOStream      *connection)
{
  static const char *protocols[] = { "http/1.1", NULL };

  if (G_IS_TLS_CONNECTION (connection) && self->mode == DHEERA_MODE_BLOCKING)
    g_tls_connection_set_advertised_protocols (G_TLS_CONNECTION (connection), protocols);
}

/* Reached when no handler of the application's, which are older, has given one. What the server makes of that is not always told apart from other failures. */
static gboolean
request_certificate_cb (SoupMessage          *message,
                        GTlsClientConnection *connection,
                        gpointer              user_data)
{
  DheeraExchange *self = user_data;

  self->lacks_certificate = TRUE;
  dheera_tls_database_forget_connection (G_TLS_CONNECTION (connection));
  return FALSE;
}

/* One that the application has given. */
static void
keep_certificate_apart (GIOStream *connection)
{
  if (G_IS_TLS_CONNECTION (connection) && g_tls_connection_get_certificate (G_TLS_CONNECTION (connection)) != NULL)
    dheera_tls_database_forget_connection (G_TLS_CONNECTION (connection));
}

static void
network_event_cb (SoupMessage        *message,
                  GSocketClientEvent  event,
                  GIOStream          *connection,
                  gpointer            user_data)
{
  DheeraExchange *self = user_data;
  DheeraExchangeStats *stats = &self->stats;
  gint64 now = g_get_monotonic_time ();

  self->connected_anew = TRUE;
  switch (event)
    {
    case G_SOCKET_CLIENT_RESOLVING:
      stats->resolving = now;
      stats->connecting = 0;
      begin_wait_for_threads (self);
      break;
    case G_SOCKET_CLIENT_RESOLVED:
      stats->resolved = now;
      break;
    case G_SOCKET_CLIENT_CONNECTING:
      /* A host may have several addresses, which are tried one after the other. */
      if (stats->connecting == 0)
        stats->connecting = now;
      note_proxy (self, connection);
      break;
    case G_SOCKET_CLIENT_CONNECTED:
      stats->connected = now;
      dheera_fork_note_connection (connection);
      break;
    case G_SOCKET_CLIENT_PROXY_NEGOTIATING:
      self->proxy_negotiating = TRUE;
      break;
    case G_SOCKET_CLIENT_PROXY_NEGOTIATED:
      self->proxy_negotiating = FALSE;
      stats->connected = now;
      break;
    case G_SOCKET_CLIENT_TLS_HANDSHAKING:
      stats->tls_handshaking = now;
      choose_protocol (self, connection);
      if (self->handlers[3] == 0)
        self->handlers[3] = g_signal_connect (message, "request-certificate", G_CALLBACK (request_certificate_cb), self);
      begin_wait_for_threads (self);
      break;
    case G_SOCKET_CLIENT_TLS_HANDSHAKED:
      stats->tls_handshaked = now;
      keep_certificate_apart (connection);
      break;
    case G_SOCKET_CLIENT_COMPLETE:
    default:
      break;
    }

  if (self->policy != NULL)
    dheera_session_policy_handle_event (self->policy, message, event, connection);
}

/* The connection stands and nothing was written yet. */
static void
starting_cb (SoupMessage *message,
             gpointer     user_data)
{
  DheeraExchange *self = user_data;
  GTlsProtocolVersion version = soup_message_get_tls_protocol_version (message);

  dheera_exchange_end_wait_for_threads (self);
  if (self->phase == DHEERA_PHASE_CONNECTING)
    self->phase = DHEERA_PHASE_SENT;
  self->is_http2 = soup_message_get_http_version (message) == SOUP_HTTP_2_0;
  dheera_gate_started (self->gate, self->ticket, self->is_http2, !self->connected_anew);
  if (self->mode == DHEERA_MODE_BLOCKING)
    dheera_exchange_note_progress (self);
  /* libsoup begins again after it has answered a proxy, and has the body no more. */
  if (self->n_starts > 0)
    dheera_exchange_set_body (self);

  if (version != G_TLS_PROTOCOL_VERSION_UNKNOWN && version < G_TLS_PROTOCOL_VERSION_TLS_1_2)
    {
      g_autofree char *host = dheera_exchange_dup_host (self);

      exchange_fault (self, DHEERA_TRANSPORT_ERROR_TLS, "%s only speaks TLS %s; 1.2 is the least that is accepted", host,
                      version == G_TLS_PROTOCOL_VERSION_TLS_1_1 ? "1.1" : version == G_TLS_PROTOCOL_VERSION_TLS_1_0 ? "1.0" : "older than 1.0");
    }
  else if (++self->n_starts > MAX_STARTS)
    {
      g_autofree char *host = dheera_exchange_dup_host (self);

      exchange_fault (self, DHEERA_TRANSPORT_ERROR_DISCONNECTED, "%s refused the request %d times", host, MAX_STARTS);
    }
}

/* All of them the same number, or it can't be known where the body ends. */
static gboolean
content_length_is_sane (SoupMessageHeaders *headers)
{
  const char *text = soup_message_headers_get_list (headers, "Content-Length");
  g_auto(GStrv) parts = NULL;
  guint64 first = 0;

  if (text == NULL || (*text != '\0' && strspn (text, "0123456789") == strlen (text) && strlen (text) < 19))
    return TRUE;
  parts = g_strsplit (text, ",", 0);
  for (guint i = 0; parts[i] != NULL; i++)
    {
      guint64 value;

      if (!g_ascii_string_to_unsigned (g_strstrip (parts[i]), 10, 0, G_MAXINT64, &value, NULL) || (i > 0 && value != first))
        return FALSE;
      first = value;
    }

  return parts[0] != NULL;
}

/* Origin authentication is the application's header, and libsoup would read the whole body, however long, before it asks for a password. Only the
 * password that an HTTP proxy wants is libsoup's business, where the message itself goes to the proxy. */
static gboolean
is_for_auth_manager (SoupMessage *message)
{
  guint status = soup_message_get_status (message);

  return status == SOUP_STATUS_PROXY_UNAUTHORIZED && soup_message_get_tls_peer_certificate (message) == NULL &&
         G_IS_PROXY_ADDRESS (soup_message_get_remote_address (message));
}

static void
keep_auth_manager_away (DheeraExchange *self)
{
  SoupSessionFeature *manager = self->session != NULL ? soup_session_get_feature (self->session, SOUP_TYPE_AUTH_MANAGER) : NULL;

  if (manager != NULL)
    g_signal_handlers_disconnect_by_data (self->message, manager);
  soup_message_disable_feature (self->message, SOUP_TYPE_AUTH_MANAGER);
}

/* Emitted for HTTP/1 when the whole head was read but nothing was made of it: the last moment to keep libsoup from what it does not do well. */
static void
status_cb (SoupMessage *message,
           GParamSpec  *pspec,
           gpointer     user_data)
{
  DheeraExchange *self = user_data;
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);
  guint status = soup_message_get_status (message);

  if (status < 200)
    {
      /* libsoup reads them in one go, and nothing else gets a turn in the main context. */
      if (status >= 100 && ++self->n_informational > MAX_INFORMATIONAL)
        exchange_fault (self, DHEERA_TRANSPORT_ERROR_PROTOCOL, "the server sent more than %d informational responses (1xx) and no answer",
                        MAX_INFORMATIONAL);
      return;
    }

  if ((status == SOUP_STATUS_UNAUTHORIZED || status == SOUP_STATUS_PROXY_UNAUTHORIZED) && !is_for_auth_manager (message))
    keep_auth_manager_away (self);

  if (status == SOUP_STATUS_MISDIRECTED_REQUEST)
    {
      exchange_fault (self, DHEERA_TRANSPORT_ERROR_PROTOCOL, "the server says that it is not the one for this host (421 Misdirected Request)");
    }
  else if (!content_length_is_sane (headers))
    {
      /* An encoding that libsoup does not know makes it give up before it takes the number for real. */
      soup_message_headers_replace (headers, "Transfer-Encoding", "unusable");
      exchange_fault (self, DHEERA_TRANSPORT_ERROR_PROTOCOL, "the Content-Length of the response is not one number");
    }
  else if (dheera_failure_is_coded_twice (message))
    {
      /* The answer is refused; no decoders, of which there may be thousands, are made for it. */
      soup_message_disable_feature (message, SOUP_TYPE_CONTENT_DECODER);
    }
}

static G_DEFINE_QUARK (status-code, status)

/* By name, connecting costs more than being called does. */
static gulong
connect_by_id (DheeraExchange *self,
               gsize          *id,
               const char     *name,
               GQuark          detail,
               GCallback       callback)
{
  if (g_once_init_enter (id))
    g_once_init_leave (id, g_signal_lookup (name, SOUP_TYPE_MESSAGE));

  return g_signal_connect_closure_by_id (self->message, *id, detail, g_cclosure_new (callback, self, NULL), FALSE);
}

void
dheera_exchange_watch_message (DheeraExchange *self)
{
  static gsize network_event_id;
  static gsize starting_id;
  static gsize notify_id;

  self->handlers[0] = connect_by_id (self, &network_event_id, "network-event", 0, G_CALLBACK (network_event_cb));
  self->handlers[1] = connect_by_id (self, &starting_id, "starting", 0, G_CALLBACK (starting_cb));
  self->handlers[2] = connect_by_id (self, &notify_id, "notify", status_quark (), G_CALLBACK (status_cb));
}

void
dheera_exchange_unwatch_message (DheeraExchange *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->handlers); i++)
    g_clear_signal_handler (&self->handlers[i], self->message);

  /* It was given up before its head came, and until libsoup notices that a connection may come into being. */
  if (self->policy != NULL && self->stats.head == 0 && dheera_gate_is_admitted (self->gate, self->ticket))
    dheera_session_policy_watch (self->policy, self->message);
}

static char *
dup_media_type (SoupMessageHeaders *headers)
{
  const char *type = soup_message_headers_get_one (headers, "Content-Type");
  char *copy;

  if (type == NULL)
    return NULL;
  copy = g_ascii_strdown (type, strcspn (type, ";,"));
  return g_strstrip (copy);
}

/* How long the body has to be, where libsoup would take less or wait for more. */
static void
note_length (DheeraExchange *self)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (self->message);

  self->is_coded = soup_message_headers_get_one (headers, "Content-Encoding") != NULL;
  if (!self->is_coded && soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH)
    self->content_length = soup_message_headers_get_content_length (headers);
}

static void
note_metrics (DheeraExchange *self)
{
  SoupMessageMetrics *metrics = soup_message_get_metrics (self->message);

  self->stats.head = soup_message_metrics_get_response_start (metrics);
  self->stats.bytes_sent = soup_message_metrics_get_request_body_size (metrics);
  self->stats.reused = !self->connected_anew;
}

/* The one repetition that is safe: the server had closed the connection before it could have read the request. */
static gboolean
may_send_again (DheeraExchange *self,
                const GError   *error)
{
  SoupMessageMetrics *metrics = soup_message_get_metrics (self->message);

  return !self->sent_before && !self->connected_anew && self->phase == DHEERA_PHASE_SENT &&
         g_atomic_int_get (&self->stop) == DHEERA_STOP_NONE && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT) &&
         soup_message_metrics_get_response_header_bytes_received (metrics) == 0 &&
         soup_message_metrics_get_response_body_bytes_received (metrics) == 0;
}

gboolean
dheera_exchange_take_head (DheeraExchange *self,
                           GInputStream   *stream,
                           GError         *error)
{
  GError *failure = dheera_exchange_make_stop_error (self);

  dheera_exchange_end_wait_for_threads (self);
  if (self->message != NULL)
    note_metrics (self);

  if (failure == NULL && error != NULL)
    {
      if (may_send_again (self, error))
        {
          self->sent_before = TRUE;
          self->stats.replayed = TRUE;
          soup_message_add_flags (self->message, SOUP_MESSAGE_NEW_CONNECTION);
          g_error_free (error);
          return FALSE;
        }
      failure = dheera_failure_from_libsoup (self, error);
    }
  g_clear_error (&error);
  self->stream = stream;
  if (failure == NULL)
    failure = dheera_failure_from_answer (self);
  if (failure != NULL)
    {
      dheera_exchange_fail (self, failure);
      return FALSE;
    }

  self->phase = DHEERA_PHASE_BODY;
  self->media_type = dup_media_type (soup_message_get_response_headers (self->message));
  self->last_activity = g_get_monotonic_time ();
  note_length (self);

  return TRUE;
}
