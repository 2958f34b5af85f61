/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a session of the library's own does beyond SoupSession's properties: HTTP/1.1 unless HTTP/2 was asked for, TCP keep-alive, the client
 * certificate, the proxy's password, and TLS 1.2 at least. */

#include "dheera-session-config-internal-private.h"

#include "dheera-fork-private.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

struct _DheeraSessionPolicy
{
  GWeakRef session;
  GTlsCertificate *certificate; /* nullable */
  gboolean tcp_keepalive;
  gboolean http2;
};

static G_DEFINE_QUARK (dheera-session-policy, policy)
static G_DEFINE_QUARK (dheera-fault, fault)

static void
policy_clear (gpointer data)
{
  DheeraSessionPolicy *self = data;

  g_weak_ref_clear (&self->session);
  g_clear_object (&self->certificate);
}

void
dheera_session_policy_unref (DheeraSessionPolicy *self)
{
  g_atomic_rc_box_release_full (self, policy_clear);
}

static void
policy_release (gpointer  data,
                GClosure *closure)
{
  dheera_session_policy_unref (data);
}

/* Half a minute after the last byte the kernel asks whether the other side is still there, so that a dead network is seen, and a firewall sees traffic. */
static void
keep_alive (GIOStream *connection)
{
  GSocket *socket;

  if (!G_IS_SOCKET_CONNECTION (connection))
    return;
  socket = g_socket_connection_get_socket (G_SOCKET_CONNECTION (connection));
  if (g_socket_get_family (socket) == G_SOCKET_FAMILY_UNIX)
    return;
  g_socket_set_keepalive (socket, TRUE);
#ifdef TCP_KEEPIDLE
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPIDLE, 30, NULL);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPINTVL, 15, NULL);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPCNT, 4, NULL);
#endif
}

static gboolean
authenticate_cb (SoupMessage *message,
                 SoupAuth    *auth,
                 gboolean     retrying,
                 gpointer     user_data)
{
  DheeraSessionPolicy *self = user_data;
  g_autoptr(SoupSession) session = g_weak_ref_get (&self->session);

  return !retrying && session != NULL && dheera_proxy_resolver_authenticate (soup_session_get_proxy_resolver (session), auth);
}

/* One of a connection's many events is enough. */
static gboolean
is_watched (DheeraSessionPolicy *self,
            SoupMessage         *message)
{
  return g_signal_handler_find (message, G_SIGNAL_MATCH_FUNC | G_SIGNAL_MATCH_DATA, 0, 0, NULL, (gpointer) authenticate_cb, self) != 0;
}

static void
watch_for_proxy (DheeraSessionPolicy *self,
                 SoupMessage         *message,
                 GIOStream           *connection)
{
  g_autoptr(GSocketAddress) address = NULL;

  if (!G_IS_SOCKET_CONNECTION (connection))
    return;
  address = g_socket_connection_get_remote_address (G_SOCKET_CONNECTION (connection), NULL);
  if (G_IS_PROXY_ADDRESS (address) && !is_watched (self, message))
    g_signal_connect_data (message, "authenticate", G_CALLBACK (authenticate_cb), g_atomic_rc_box_acquire (self), policy_release, 0);
}

/* The certificate is there before the handshake, so that the backend of Debian 12 does not resume what began with another one or none. It is sent to servers that ask. */
static void
prepare_tls (DheeraSessionPolicy *self,
             GTlsConnection      *connection)
{
  static const char *const protocols[] = { "http/1.1", NULL };

  if (!self->http2)
    g_tls_connection_set_advertised_protocols (connection, protocols);
  if (self->certificate == NULL)
    return;
  g_tls_connection_set_certificate (connection, self->certificate);
  dheera_tls_database_forget_connection (connection);
}

/* The backend refuses old versions itself, unless somebody has told it otherwise. Nothing was sent yet, and nothing can be once it is closed. */
static void
check_tls (SoupMessage    *message,
           GTlsConnection *connection)
{
  GTlsProtocolVersion version = g_tls_connection_get_protocol_version (connection);
  GTlsCertificateFlags fault = dheera_tls_database_check_connection (connection);

  g_object_set_qdata (G_OBJECT (message), fault_quark (), GUINT_TO_POINTER (fault));
  if (fault != 0 || (version != G_TLS_PROTOCOL_VERSION_UNKNOWN && version < G_TLS_PROTOCOL_VERSION_TLS_1_2))
    g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
}

GTlsCertificateFlags
dheera_session_policy_get_fault (SoupMessage *message)
{
  return GPOINTER_TO_UINT (g_object_get_qdata (G_OBJECT (message), fault_quark ()));
}

void
dheera_session_policy_handle_event (DheeraSessionPolicy *self,
                                    SoupMessage         *message,
                                    GSocketClientEvent   event,
                                    GIOStream           *connection)
{
  switch (event)
    {
    case G_SOCKET_CLIENT_CONNECTING:
      watch_for_proxy (self, message, connection);
      break;
    case G_SOCKET_CLIENT_CONNECTED:
      dheera_fork_note_connection (connection);
      if (self->tcp_keepalive)
        keep_alive (connection);
      break;
    case G_SOCKET_CLIENT_TLS_HANDSHAKING:
      if (G_IS_TLS_CONNECTION (connection))
        prepare_tls (self, G_TLS_CONNECTION (connection));
      break;
    case G_SOCKET_CLIENT_TLS_HANDSHAKED:
      if (G_IS_TLS_CONNECTION (connection))
        check_tls (message, G_TLS_CONNECTION (connection));
      break;
    case G_SOCKET_CLIENT_RESOLVING:
    case G_SOCKET_CLIENT_RESOLVED:
    case G_SOCKET_CLIENT_PROXY_NEGOTIATING:
    case G_SOCKET_CLIENT_PROXY_NEGOTIATED:
    case G_SOCKET_CLIENT_COMPLETE:
    default:
      break;
    }
}

static void
network_event_cb (SoupMessage        *message,
                  GSocketClientEvent  event,
                  GIOStream          *connection,
                  gpointer            user_data)
{
  dheera_session_policy_handle_event (user_data, message, event, connection);
}

void
dheera_session_policy_watch (DheeraSessionPolicy *self,
                             SoupMessage         *message)
{
  static gsize network_event_id;

  /* By name, connecting costs more than being called does. */
  if (g_once_init_enter (&network_event_id))
    g_once_init_leave (&network_event_id, g_signal_lookup ("network-event", SOUP_TYPE_MESSAGE));

  g_signal_connect_closure_by_id (message, network_event_id, 0,
                                  g_cclosure_new (G_CALLBACK (network_event_cb), g_atomic_rc_box_acquire (self), policy_release), FALSE);
}

static void
request_queued_cb (SoupSession *session,
                   SoupMessage *message,
                   gpointer     user_data)
{
  if (dheera_session_policy_get_fault (message) != 0)
    g_object_set_qdata (G_OBJECT (message), fault_quark (), NULL);
  if (!dheera_ticket_is_of (message))
    dheera_session_policy_watch (user_data, message);
}

/* The next session that the application sends it over may have another policy. */
static void
request_unqueued_cb (SoupSession *session,
                     SoupMessage *message,
                     gpointer     user_data)
{
  if (!dheera_ticket_is_of (message))
    g_signal_handlers_disconnect_by_data (message, user_data);
}

DheeraSessionPolicy *
dheera_session_policy_dup_for_session (SoupSession *session)
{
  DheeraSessionPolicy *self = g_object_get_qdata (G_OBJECT (session), policy_quark ());

  return self != NULL ? g_atomic_rc_box_acquire (self) : NULL;
}

void
dheera_session_policy_attach (SoupSession     *session,
                              gboolean         tcp_keepalive,
                              gboolean         http2,
                              GTlsCertificate *certificate)
{
  DheeraSessionPolicy *self = g_atomic_rc_box_new0 (DheeraSessionPolicy);

  g_weak_ref_init (&self->session, session);
  self->tcp_keepalive = tcp_keepalive;
  self->http2 = http2;
  self->certificate = certificate != NULL ? g_object_ref (certificate) : NULL;
  g_signal_connect_data (session, "request-queued", G_CALLBACK (request_queued_cb), g_atomic_rc_box_acquire (self), policy_release, 0);
  g_signal_connect_data (session, "request-unqueued", G_CALLBACK (request_unqueued_cb), g_atomic_rc_box_acquire (self), policy_release, 0);
  g_object_set_qdata_full (G_OBJECT (session), policy_quark (), self, (GDestroyNotify) dheera_session_policy_unref);
}
