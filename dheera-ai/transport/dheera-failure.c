/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-exchange-internal-private.h"

#include <string.h>

#define HEAD_LIMIT (60 * 1024) /* libsoup's is 64 KiB or more, and its error does not tell */

static GError *
failure (DheeraTransportError  code,
         const char           *format,
         ...) G_GNUC_PRINTF (2, 3);

static GError *
failure (DheeraTransportError  code,
         const char           *format,
         ...)
{
  va_list arguments;
  GError *error;

  va_start (arguments, format);
  error = g_error_new_valist (DHEERA_TRANSPORT_ERROR, code, format, arguments);
  va_end (arguments);

  return error;
}

static GError *
failure_from_certificate (DheeraExchange *self,
                          const char     *host)
{
  GTlsCertificateFlags flags = soup_message_get_tls_peer_certificate_errors (self->message) | dheera_session_policy_get_fault (self->message);
  static const struct { GTlsCertificateFlags flag; const char *text; } reasons[] = {
    { G_TLS_CERTIFICATE_BAD_IDENTITY, "it was issued for another host" },
    { G_TLS_CERTIFICATE_EXPIRED, "it has expired" },
    { G_TLS_CERTIFICATE_NOT_ACTIVATED, "it is not valid yet; is this machine's clock right?" },
    { G_TLS_CERTIFICATE_REVOKED, "it was revoked" },
    { G_TLS_CERTIFICATE_INSECURE, "its algorithm is not safe any more" },
    { G_TLS_CERTIFICATE_UNKNOWN_CA, "no trusted authority has signed it" },
  };
  g_autoptr(GString) text = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    {
      if (flags & reasons[i].flag)
        g_string_append_printf (text, "%s%s", text->len > 0 ? ", and " : "", reasons[i].text);
    }
  if (flags & G_TLS_CERTIFICATE_GENERIC_ERROR && self->session != NULL && dheera_tls_database_has_pins (soup_session_get_tls_database (self->session)))
    g_string_append_printf (text, "%sneither it nor an authority that signed it is pinned", text->len > 0 ? ", and " : "");
  if (text->len == 0)
    g_string_append (text, "it can't be verified");

  return failure (DHEERA_TRANSPORT_ERROR_TLS, "the certificate of %s is not accepted: %s", host, text->str);
}

static GError *
failure_from_tls (DheeraExchange *self,
                  const GError   *error,
                  const char     *host)
{
  if (g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_CERTIFICATE_REQUIRED) ||
      (self->lacks_certificate && !g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE)))
    return failure (DHEERA_TRANSPORT_ERROR_TLS, "%s wants a client certificate and got none, or not a good one; the session options have "
                    "client-certificate-file, and a SoupSession of yours a tls-interaction", host);
  if (g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE))
    return failure_from_certificate (self, host);

  /* What exactly is seen of a server that does not speak TLS depends on how it takes leave. */
  return failure (DHEERA_TRANSPORT_ERROR_TLS, "the TLS handshake with %s failed (%s); where no TLS is spoken, its URL begins with http://", host, error->message);
}

/* A session's own timeout looks like one of the network. */
static GError *
failure_from_session_timeout (DheeraExchange *self,
                              const char     *host)
{
  guint timeout = self->session != NULL ? soup_session_get_timeout (self->session) : 0;

  if (timeout == 0)
    return NULL;
  return failure (DHEERA_TRANSPORT_ERROR_TIMEOUT,
                  "%s sent nothing for %u seconds, after which the SoupSession gives up (its property timeout); "
                  "0 there leaves the matter to the timeouts of the client", host, timeout);
}

/* What a session that is bound to a local address can't reach */
static const char *
describe_family (DheeraExchange *self)
{
  GInetSocketAddress *local = self->session != NULL ? soup_session_get_local_address (self->session) : NULL;

  if (local == NULL)
    return "";
  return g_socket_address_get_family (G_SOCKET_ADDRESS (local)) == G_SOCKET_FAMILY_IPV6 ? "; the session only makes connections over IPv6"
                                                                                       : "; the session only makes connections over IPv4";
}

/* Where the session makes every connection, whatever the request says; NULL when it goes by the request */
static char *
dup_remote (DheeraExchange *self)
{
  GSocketConnectable *remote = self->session != NULL ? soup_session_get_remote_connectable (self->session) : NULL;

  return remote != NULL ? g_socket_connectable_to_string (remote) : NULL;
}

static GError *
failure_before_request (DheeraExchange *self,
                        const GError   *error,
                        const char     *host)
{
  g_autofree char *remote = dup_remote (self);

  if (self->proxy_negotiating)
    return failure (DHEERA_TRANSPORT_ERROR_PROXY, "the proxy %s did not make a connection to %s (%s)",
                    self->proxy != NULL ? self->proxy : "in between", host, error->message);
  if (error->domain == G_RESOLVER_ERROR && remote == NULL)
    {
      const char *name = g_uri_get_host (soup_message_get_uri (self->message));

      if (strstr (error->message, name) == NULL && self->proxy == NULL)
        return failure (DHEERA_TRANSPORT_ERROR_PROXY, "the address of the proxy to %s was not found (%s)", host, error->message);
      return failure (DHEERA_TRANSPORT_ERROR_DNS, "the address of %s was not found (%s)", host, error->message);
    }
  if (self->proxy != NULL && self->stats.connected == 0)
    return failure (DHEERA_TRANSPORT_ERROR_PROXY, "no connection to the proxy %s (%s)", self->proxy, error->message);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PROXY_FAILED) || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PROXY_AUTH_FAILED) ||
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PROXY_NEED_AUTH) || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PROXY_NOT_ALLOWED))
    return failure (DHEERA_TRANSPORT_ERROR_PROXY, "the proxy to %s failed (%s)", host, error->message);
  if (error->domain == G_TLS_ERROR)
    return failure_from_tls (self, error, host);
  if (self->lacks_certificate)
    return failure_from_tls (self, error, host);
  if (self->stats.tls_handshaking != 0 && self->stats.tls_handshaked == 0)
    return failure (DHEERA_TRANSPORT_ERROR_TLS, "the TLS handshake with %s was broken off (%s)", host, error->message);

  if (remote != NULL)
    return failure (DHEERA_TRANSPORT_ERROR_CONNECT, "no connection to %s, to which the session makes every connection (%s)", remote, error->message);
  return failure (DHEERA_TRANSPORT_ERROR_CONNECT, "no connection to %s (%s)%s", host, error->message, describe_family (self));
}

static GError *
failure_before_head (DheeraExchange *self,
                     const GError   *error,
                     const char     *host)
{
  SoupMessageMetrics *metrics = soup_message_get_metrics (self->message);
  guint64 received = soup_message_metrics_get_response_header_bytes_received (metrics);

  /* TLS 1.3 refuses behind the handshake. */
  if (g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_CERTIFICATE_REQUIRED) || (self->lacks_certificate && received == 0))
    return failure_from_tls (self, error, host);
  /* An alert; a server that takes leave without one is G_TLS_ERROR_EOF. */
  if (g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_MISC) && received == 0)
    return failure (DHEERA_TRANSPORT_ERROR_TLS, "%s broke off TLS after the handshake (%s); where it asks for a client certificate, the one that it got may be what it refuses",
                    host, error->message);
  if (error->domain == SOUP_SESSION_ERROR)
    return failure (DHEERA_TRANSPORT_ERROR_PROTOCOL, "the answer of %s is not HTTP, or its head was cut off (%s)", host, error->message);
  if (received > HEAD_LIMIT)
    return failure (DHEERA_TRANSPORT_ERROR_TOO_LARGE, "the response head of %s is larger than %d bytes", host, HEAD_LIMIT);

  return failure (DHEERA_TRANSPORT_ERROR_DISCONNECTED, "%s closed the connection %s (%s)", host,
                  received == 0 ? "without an answer" : "within the head of its answer", error->message);
}

GError *
dheera_failure_from_libsoup (DheeraExchange *self,
                             const GError   *error)
{
  g_autofree char *host = dheera_exchange_dup_host (self);
  GError *timeout;

  if (dheera_session_policy_get_fault (self->message) != 0)
    return failure_from_certificate (self, host);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT) && (timeout = failure_from_session_timeout (self, host)) != NULL)
    return timeout;
  /* Somebody else ended it: soup_session_abort(), for one. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return g_error_copy (error);

  switch (self->phase)
    {
    case DHEERA_PHASE_BODY:
      return failure (DHEERA_TRANSPORT_ERROR_INTERRUPTED, "the connection to %s broke after %" G_GUINT64_FORMAT " bytes of the answer (%s)",
                      host, self->stats.bytes_received, error->message);
    case DHEERA_PHASE_SENT:
      return failure_before_head (self, error, host);
    case DHEERA_PHASE_NEW:
    case DHEERA_PHASE_QUEUED:
    case DHEERA_PHASE_CONNECTING:
    case DHEERA_PHASE_CLOSED:
    default:
      return failure_before_request (self, error, host);
    }
}

static char *
dup_redirect_target (DheeraExchange *self)
{
  const char *location = soup_message_headers_get_one (soup_message_get_response_headers (self->message), "Location");
  g_autoptr(GUri) uri = NULL;

  if (location != NULL)
    uri = g_uri_parse_relative (soup_message_get_uri (self->message), location, SOUP_HTTP_URI_FLAGS, NULL);
  if (uri == NULL || g_uri_get_host (uri) == NULL || g_uri_get_host (uri)[0] == '\0')
    return g_strdup ("an address that can't be read");
  if (g_uri_get_port (uri) == -1 || (g_str_equal (g_uri_get_scheme (uri), "https") && g_uri_get_port (uri) == 443) ||
      (g_str_equal (g_uri_get_scheme (uri), "http") && g_uri_get_port (uri) == 80))
    return g_strdup_printf ("%s://%s", g_uri_get_scheme (uri), g_uri_get_host (uri));
  return g_strdup_printf ("%s://%s:%d", g_uri_get_scheme (uri), g_uri_get_host (uri), g_uri_get_port (uri));
}

static gboolean
is_https (SoupMessage *message)
{
  return g_str_equal (g_uri_get_scheme (soup_message_get_uri (message)), "https");
}

gboolean
dheera_failure_is_coded_twice (SoupMessage *message)
{
  const char *coding = soup_message_headers_get_list (soup_message_get_response_headers (message), "Content-Encoding");

  return coding != NULL && strchr (coding, ',') != NULL;
}

static GError *
describe_redirect (DheeraExchange *self)
{
  g_autofree char *host = dheera_exchange_dup_host (self);
  g_autofree char *target = dup_redirect_target (self);

  return failure (DHEERA_TRANSPORT_ERROR_REDIRECT,
                  "%s redirects to %s (%u); that is not followed, since the request carries a key, but may be set as the base URL",
                  host, target, soup_message_get_status (self->message));
}

/* Why an HTTP proxy gave an answer of its own to a request that was not for it: in squid's header, or that of RFC 9209. NULL for an answer that came from behind it. */
static const char *
find_proxy_error (DheeraExchange *self)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (self->message);
  const char *squid = soup_message_headers_get_one (headers, "X-Squid-Error");
  const char *status = soup_message_headers_get_list (headers, "Proxy-Status");

  if (is_https (self->message) || (self->proxy == NULL && !G_IS_PROXY_ADDRESS (soup_message_get_remote_address (self->message))))
    return NULL;
  if (squid != NULL)
    return squid;
  return status != NULL && strstr (status, "error=") != NULL ? status : NULL;
}

static GError *
describe_proxy_refusal (DheeraExchange *self)
{
  g_autofree char *host = dheera_exchange_dup_host (self);
  GSocketAddress *address = soup_message_get_remote_address (self->message);
  g_autofree char *proxy = NULL;

  if (self->proxy != NULL)
    proxy = g_strdup (self->proxy);
  else
    proxy = G_IS_PROXY_ADDRESS (address) ? g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (address)) : g_strdup ("in between");

  if (find_proxy_error (self) != NULL && soup_message_get_status (self->message) != SOUP_STATUS_PROXY_UNAUTHORIZED)
    return failure (DHEERA_TRANSPORT_ERROR_PROXY, "the proxy %s gave no answer of %s but one of its own, with status %u %s (%.100s)", proxy, host,
                    soup_message_get_status (self->message), soup_message_get_reason_phrase (self->message), find_proxy_error (self));
  return failure (DHEERA_TRANSPORT_ERROR_PROXY, "the proxy %s refused the connection to %s with status %u %s%s", proxy, host,
                  soup_message_get_status (self->message), soup_message_get_reason_phrase (self->message),
                  soup_message_get_status (self->message) != SOUP_STATUS_PROXY_UNAUTHORIZED ? "" :
                  "; its user name and password are a part of the session options' proxy-uri, and over a SoupSession of yours a handler of the message's "
                  "authenticate signal gives them");
}

/* An answer with a head that is none of the provider's, or must not be followed. */
GError *
dheera_failure_from_answer (DheeraExchange *self)
{
  guint status = soup_message_get_status (self->message);

  if (status == SOUP_STATUS_PROXY_UNAUTHORIZED || (status >= 400 && find_proxy_error (self) != NULL) ||
      (is_https (self->message) && soup_message_get_tls_peer_certificate (self->message) == NULL))
    return describe_proxy_refusal (self);
  if (status >= 300 && status < 400 && status != SOUP_STATUS_NOT_MODIFIED)
    return describe_redirect (self);
  /* A few bytes unpack to any number when it happens twice. */
  if (dheera_failure_is_coded_twice (self->message))
    return failure (DHEERA_TRANSPORT_ERROR_PROTOCOL, "the response is encoded more than once (Content-Encoding names several codings)");

  return NULL;
}

GError *
dheera_failure_from_deadline (DheeraExchange *self)
{
  g_autofree char *host = dheera_exchange_dup_host (self);
  const DheeraTimeouts *timeouts = &self->timeouts;

  if (self->wait_text != NULL)
    return failure (DHEERA_TRANSPORT_ERROR_TIMEOUT, "the request to %s was not sent within %g seconds: %s", host,
                    self->which == DHEERA_DEADLINE_TOTAL ? timeouts->total : timeouts->first_token, self->wait_text);

  switch (self->which)
    {
    case DHEERA_DEADLINE_CONNECT:
      return failure (DHEERA_TRANSPORT_ERROR_TIMEOUT, "no connection to %s within %g seconds, the connect-timeout", host, timeouts->connect);
    case DHEERA_DEADLINE_FIRST_TOKEN:
      return failure (DHEERA_TRANSPORT_ERROR_TIMEOUT, "nothing usable from %s within %g seconds, the first-token-timeout", host, timeouts->first_token);
    case DHEERA_DEADLINE_IDLE:
      return failure (DHEERA_TRANSPORT_ERROR_TIMEOUT, "%s sent nothing more for %g seconds, the idle-timeout", host, timeouts->idle);
    case DHEERA_DEADLINE_TOTAL:
    case DHEERA_DEADLINE_NONE:
    default:
      return failure (DHEERA_TRANSPORT_ERROR_TIMEOUT, "%s did not finish within %g seconds, the timeout of the call", host, timeouts->total);
    }
}
