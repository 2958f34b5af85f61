/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-session-options-private.h"

#include "dheera-ai/model/dheera-error.h"
#include "dheera-ai/transport/dheera-transport-private.h"

/**
 * DheeraSessionOptions:
 *
 * How a session for language models is to be made: its connections, its proxy, its certificates.
 *
 * Give them to a client, which makes a session for itself from them and lets it go with itself:
 *
 * ```c
 * g_autoptr(DheeraSessionOptions) options = dheera_session_options_new_production ();
 *
 * dheera_session_options_set_proxy_uri (options, "http://user:password@proxy.example.com:3128");
 * dheera_session_options_set_ca_file (options, "/etc/ssl/company.pem");
 * client = g_object_new (DHEERA_TYPE_CLIENT, "session-options", options, NULL);
 * ```
 *
 * or call [method@SessionOptions.create_session] for a [class@Soup.Session] of the application's own, which may carry its downloads too. What is no property of
 * [class@Soup.Session] (the client certificate, TCP keep-alive, the proxy's password, HTTP/1.1, TLS 1.2 at least) is attached to that session through its signals
 * and so holds for every message on it.
 *
 * Each option works, or is refused with a sentence that says what is missing; none is ignored. Whatever is wrong shows when the session is made: from
 * [method@SessionOptions.create_session], or in the first call of the client, as %DHEERA_ERROR_INVALID_REQUEST or %DHEERA_ERROR_NOT_SUPPORTED. Files that
 * are named are read then, too.
 *
 * Certificates are verified, by TLS 1.2 or newer, unless [property@SessionOptions:verify] says otherwise. There are no cookies, no cache and no timeout: the
 * limits of the client, such as [property@Client:timeout], are what ends a call. What the options do not trust, no handler of
 * [signal@Soup.Message::accept-certificate] can accept.
 *
 * Since: 0.1
 */

G_DEFINE_FINAL_TYPE (DheeraSessionOptions, dheera_session_options, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_MAX_CONNECTIONS,
  PROP_MAX_CONNECTIONS_PER_HOST,
  PROP_KEEPALIVE_TIMEOUT,
  PROP_TCP_KEEPALIVE,
  PROP_DNS_CACHE_TTL,
  PROP_TRUST_ENV,
  PROP_PROXY_URI,
  PROP_NO_PROXY,
  PROP_CA_FILE,
  PROP_CLIENT_CERTIFICATE_FILE,
  PROP_CLIENT_KEY_FILE,
  PROP_VERIFY,
  PROP_PINNED_CERTIFICATES,
  PROP_TLS_DATABASE,
  PROP_TLS_INTERACTION,
  PROP_REMOTE_CONNECTABLE,
  PROP_ADDRESS_FAMILY,
  PROP_USER_AGENT,
  PROP_HTTP2,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
dheera_session_options_finalize (GObject *object)
{
  DheeraSessionOptions *self = DHEERA_SESSION_OPTIONS (object);

  dheera_session_config_clear (&self->config);
  g_free (self->redacted_proxy_uri);

  G_OBJECT_CLASS (dheera_session_options_parent_class)->finalize (object);
}

static void
dheera_session_options_get_property (GObject    *object,
                                     guint       prop_id,
                                     GValue     *value,
                                     GParamSpec *pspec)
{
  DheeraSessionOptions *self = DHEERA_SESSION_OPTIONS (object);

  switch (prop_id)
    {
    case PROP_MAX_CONNECTIONS:
      g_value_set_uint (value, dheera_session_options_get_max_connections (self));
      break;
    case PROP_MAX_CONNECTIONS_PER_HOST:
      g_value_set_uint (value, dheera_session_options_get_max_connections_per_host (self));
      break;
    case PROP_KEEPALIVE_TIMEOUT:
      g_value_set_uint (value, dheera_session_options_get_keepalive_timeout (self));
      break;
    case PROP_TCP_KEEPALIVE:
      g_value_set_boolean (value, dheera_session_options_get_tcp_keepalive (self));
      break;
    case PROP_DNS_CACHE_TTL:
      g_value_set_int (value, dheera_session_options_get_dns_cache_ttl (self));
      break;
    case PROP_TRUST_ENV:
      g_value_set_boolean (value, dheera_session_options_get_trust_env (self));
      break;
    case PROP_PROXY_URI:
      g_value_set_string (value, dheera_session_options_get_proxy_uri (self));
      break;
    case PROP_NO_PROXY:
      g_value_set_boxed (value, dheera_session_options_get_no_proxy (self));
      break;
    case PROP_CA_FILE:
      g_value_set_string (value, dheera_session_options_get_ca_file (self));
      break;
    case PROP_CLIENT_CERTIFICATE_FILE:
      g_value_set_string (value, dheera_session_options_get_client_certificate_file (self));
      break;
    case PROP_CLIENT_KEY_FILE:
      g_value_set_string (value, dheera_session_options_get_client_key_file (self));
      break;
    case PROP_VERIFY:
      g_value_set_boolean (value, dheera_session_options_get_verify (self));
      break;
    case PROP_PINNED_CERTIFICATES:
      g_value_set_boxed (value, dheera_session_options_get_pinned_certificates (self));
      break;
    case PROP_TLS_DATABASE:
      g_value_set_object (value, dheera_session_options_get_tls_database (self));
      break;
    case PROP_TLS_INTERACTION:
      g_value_set_object (value, dheera_session_options_get_tls_interaction (self));
      break;
    case PROP_REMOTE_CONNECTABLE:
      g_value_set_object (value, dheera_session_options_get_remote_connectable (self));
      break;
    case PROP_ADDRESS_FAMILY:
      g_value_set_enum (value, dheera_session_options_get_address_family (self));
      break;
    case PROP_USER_AGENT:
      g_value_set_string (value, dheera_session_options_get_user_agent (self));
      break;
    case PROP_HTTP2:
      g_value_set_boolean (value, dheera_session_options_get_http2 (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_session_options_set_property (GObject      *object,
                                     guint         prop_id,
                                     const GValue *value,
                                     GParamSpec   *pspec)
{
  DheeraSessionOptions *self = DHEERA_SESSION_OPTIONS (object);

  switch (prop_id)
    {
    case PROP_MAX_CONNECTIONS:
      dheera_session_options_set_max_connections (self, g_value_get_uint (value));
      break;
    case PROP_MAX_CONNECTIONS_PER_HOST:
      dheera_session_options_set_max_connections_per_host (self, g_value_get_uint (value));
      break;
    case PROP_KEEPALIVE_TIMEOUT:
      dheera_session_options_set_keepalive_timeout (self, g_value_get_uint (value));
      break;
    case PROP_TCP_KEEPALIVE:
      dheera_session_options_set_tcp_keepalive (self, g_value_get_boolean (value));
      break;
    case PROP_DNS_CACHE_TTL:
      dheera_session_options_set_dns_cache_ttl (self, g_value_get_int (value));
      break;
    case PROP_TRUST_ENV:
      dheera_session_options_set_trust_env (self, g_value_get_boolean (value));
      break;
    case PROP_PROXY_URI:
      dheera_session_options_set_proxy_uri (self, g_value_get_string (value));
      break;
    case PROP_NO_PROXY:
      dheera_session_options_set_no_proxy (self, g_value_get_boxed (value));
      break;
    case PROP_CA_FILE:
      dheera_session_options_set_ca_file (self, g_value_get_string (value));
      break;
    case PROP_CLIENT_CERTIFICATE_FILE:
      dheera_session_options_set_client_certificate_file (self, g_value_get_string (value));
      break;
    case PROP_CLIENT_KEY_FILE:
      dheera_session_options_set_client_key_file (self, g_value_get_string (value));
      break;
    case PROP_VERIFY:
      dheera_session_options_set_verify (self, g_value_get_boolean (value));
      break;
    case PROP_PINNED_CERTIFICATES:
      dheera_session_options_set_pinned_certificates (self, g_value_get_boxed (value));
      break;
    case PROP_TLS_DATABASE:
      dheera_session_options_set_tls_database (self, g_value_get_object (value));
      break;
    case PROP_TLS_INTERACTION:
      dheera_session_options_set_tls_interaction (self, g_value_get_object (value));
      break;
    case PROP_REMOTE_CONNECTABLE:
      dheera_session_options_set_remote_connectable (self, g_value_get_object (value));
      break;
    case PROP_ADDRESS_FAMILY:
      dheera_session_options_set_address_family (self, g_value_get_enum (value));
      break;
    case PROP_USER_AGENT:
      dheera_session_options_set_user_agent (self, g_value_get_string (value));
      break;
    case PROP_HTTP2:
      dheera_session_options_set_http2 (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
install_connections (GParamFlags flags)
{
  /**
   * DheeraSessionOptions:max-connections:
   *
   * How many connections there may be altogether, from 1 to 2147483647. Further requests wait for one to be free. Any other number shows when the session is made,
   * as %DHEERA_ERROR_INVALID_REQUEST.
   *
   * Since: 0.1
   */
  properties[PROP_MAX_CONNECTIONS] = g_param_spec_uint ("max-connections", NULL, NULL, 0, G_MAXUINT, 1000, flags);

  /**
   * DheeraSessionOptions:max-connections-per-host:
   *
   * How many connections there may be to one host, from 1 to 2147483647. Further requests to it wait. Any other number shows when the session is made, as
   * %DHEERA_ERROR_INVALID_REQUEST.
   *
   * Since: 0.1
   */
  properties[PROP_MAX_CONNECTIONS_PER_HOST] = g_param_spec_uint ("max-connections-per-host", NULL, NULL, 0, G_MAXUINT, 200, flags);

  /**
   * DheeraSessionOptions:keepalive-timeout:
   *
   * Seconds for which a connection is kept that no request uses; 0 to keep it until the server closes it. It is closed from the main loop, so a program
   * without one keeps it longer, as long as the server does.
   *
   * Since: 0.1
   */
  properties[PROP_KEEPALIVE_TIMEOUT] = g_param_spec_uint ("keepalive-timeout", NULL, NULL, 0, G_MAXUINT, 55, flags);

  /**
   * DheeraSessionOptions:tcp-keepalive:
   *
   * Whether the system asks, half a minute after the last byte, if the other side is still there. A dead network is then seen, and
   * a firewall does not forget the connection while a model thinks.
   *
   * Since: 0.1
   */
  properties[PROP_TCP_KEEPALIVE] = g_param_spec_boolean ("tcp-keepalive", NULL, NULL, TRUE, flags);

  /**
   * DheeraSessionOptions:dns-cache-ttl:
   *
   * Seconds for which the address of a host is remembered; -1 to ask for nothing.
   *
   * GLib has no cache of names: it asks the system for each new connection, whose resolver may remember. A time above 0 is therefore refused with
   * %DHEERA_ERROR_NOT_SUPPORTED when the session is made; -1 and 0 are what happens anyway. What is below -1 is no time, and %DHEERA_ERROR_INVALID_REQUEST.
   *
   * Since: 0.1
   */
  properties[PROP_DNS_CACHE_TTL] = g_param_spec_int ("dns-cache-ttl", NULL, NULL, G_MININT, G_MAXINT, -1, flags);

  /**
   * DheeraSessionOptions:remote-connectable:
   *
   * Where every connection goes instead of the host of the URL: a [class@Gio.UnixSocketAddress], or a sidecar's [class@Gio.NetworkAddress]. The
   * URL still says what is asked for, and whose certificate is expected.
   *
   * Since: 0.1
   */
  properties[PROP_REMOTE_CONNECTABLE] = g_param_spec_object ("remote-connectable", NULL, NULL, G_TYPE_SOCKET_CONNECTABLE, flags);

  /**
   * DheeraSessionOptions:address-family:
   *
   * The family of addresses that connections are made with, %G_SOCKET_FAMILY_IPV4 or %G_SOCKET_FAMILY_IPV6; %G_SOCKET_FAMILY_INVALID for both.
   * Where there is a proxy, this is how it is reached.
   *
   * Since: 0.1
   */
  properties[PROP_ADDRESS_FAMILY] = g_param_spec_enum ("address-family", NULL, NULL, G_TYPE_SOCKET_FAMILY, G_SOCKET_FAMILY_INVALID, flags);

  /**
   * DheeraSessionOptions:user-agent:
   *
   * The header `User-Agent` of every request; %NULL for this library's in its calls and none in the application's own. One that ends with a space
   * has the name of libsoup appended, and an empty one is that name.
   *
   * Since: 0.1
   */
  properties[PROP_USER_AGENT] = g_param_spec_string ("user-agent", NULL, NULL, NULL, flags);

  /**
   * DheeraSessionOptions:http2:
   *
   * Whether HTTP/2 is offered to servers, for asynchronous calls. HTTP/1.1 notices a broken network sooner with the libsoup of today, see
   * [the page on sessions](sessions.html).
   *
   * Since: 0.1
   */
  properties[PROP_HTTP2] = g_param_spec_boolean ("http2", NULL, NULL, FALSE, flags);
}

static void
install_proxy (GParamFlags flags)
{
  /**
   * DheeraSessionOptions:trust-env:
   *
   * Whether the environment says which proxy to take: `http_proxy`, `https_proxy`, `all_proxy` and their exceptions in `no_proxy`,
   * in small letters or capitals. The variables are read at each request. [property@SessionOptions:proxy-uri] goes before them.
   *
   * Otherwise the desktop is asked. Hosts of this machine (`localhost`, `127.0.0.1`, `::1`) never go over a proxy.
   *
   * Since: 0.1
   */
  properties[PROP_TRUST_ENV] = g_param_spec_boolean ("trust-env", NULL, NULL, FALSE, flags);

  /**
   * DheeraSessionOptions:proxy-uri:
   *
   * The proxy for all hosts but this machine and [property@SessionOptions:no-proxy], such as `http://user:password@proxy.example.com:3128`.
   *
   * The schemes are `http`, `https` (TLS to the proxy, whose certificate the system's authorities have to have signed), `socks5` (names are looked up by the
   * proxy; `socks5h` and `socks` are the same) and `socks4`. Characters other than letters and digits in user name and password are written as `%XX`. They are never given out again: what the
   * property reads is without them.
   *
   * Since: 0.1
   */
  properties[PROP_PROXY_URI] = g_param_spec_string ("proxy-uri", NULL, NULL, NULL, flags);

  /**
   * DheeraSessionOptions:no-proxy:
   *
   * Hosts that are reached directly, whatever proxy there is: names (`example.com` with all that is below it, `*.example.com`), addresses, networks
   * (`10.0.0.0/8`), each with a port where only that one is meant, or `*`.
   *
   * Anything else, such as a URL, shows when the session is made, as %DHEERA_ERROR_INVALID_REQUEST.
   *
   * Since: 0.1
   */
  properties[PROP_NO_PROXY] = g_param_spec_boxed ("no-proxy", NULL, NULL, G_TYPE_STRV, flags);
}

static void
install_trust (GParamFlags flags)
{
  /**
   * DheeraSessionOptions:ca-file:
   *
   * A file in PEM with the authorities that are trusted, instead of the system's.
   *
   * Since: 0.1
   */
  properties[PROP_CA_FILE] = g_param_spec_string ("ca-file", NULL, NULL, NULL, flags);

  /**
   * DheeraSessionOptions:client-certificate-file:
   *
   * The certificate that is shown to servers which ask for one: a file in PEM, where the rest of its chain may follow, a PKCS#12 file, or a
   * PKCS#11 URI where GIO has support for it.
   *
   * A PKCS#12 file's password, and a token's PIN, are asked of [property@SessionOptions:tls-interaction]. Any server of the session that asks gets the
   * certificate; its key stays here.
   *
   * Since: 0.1
   */
  properties[PROP_CLIENT_CERTIFICATE_FILE] = g_param_spec_string ("client-certificate-file", NULL, NULL, NULL, flags);

  /**
   * DheeraSessionOptions:client-key-file:
   *
   * The private key of [property@SessionOptions:client-certificate-file], in PEM and not encrypted, or a PKCS#11 URI; %NULL when it is in the same
   * file.
   *
   * Since: 0.1
   */
  properties[PROP_CLIENT_KEY_FILE] = g_param_spec_string ("client-key-file", NULL, NULL, NULL, flags);

  /**
   * DheeraSessionOptions:verify:
   *
   * Whether certificates of servers are verified. Off, whoever is in between can read and change everything; one warning is logged in each
   * process. A private authority needs only [property@SessionOptions:ca-file], and a self-signed certificate can be pinned.
   *
   * Since: 0.1
   */
  properties[PROP_VERIFY] = g_param_spec_boolean ("verify", NULL, NULL, TRUE, flags);

  /**
   * DheeraSessionOptions:pinned-certificates:
   *
   * SHA-256 fingerprints of certificates, 64 hexadecimal digits each, with or without colons (`openssl x509 -noout -fingerprint -sha256`).
   *
   * A server then has to show one of these certificates, or one that one of them, as an authority, has signed. This comes on top of verification; with
   * [property@SessionOptions:verify] off it is all that is looked at.
   *
   * Since: 0.1
   */
  properties[PROP_PINNED_CERTIFICATES] = g_param_spec_boxed ("pinned-certificates", NULL, NULL, G_TYPE_STRV, flags);

  /**
   * DheeraSessionOptions:tls-database:
   *
   * Who is trusted, instead of the system's authorities; not together with [property@SessionOptions:ca-file].
   *
   * Since: 0.1
   */
  properties[PROP_TLS_DATABASE] = g_param_spec_object ("tls-database", NULL, NULL, G_TYPE_TLS_DATABASE, flags);

  /**
   * DheeraSessionOptions:tls-interaction:
   *
   * Who is asked for passwords of PKCS#12 files and for PINs of tokens, and, without a [property@SessionOptions:client-certificate-file], for a
   * client certificate.
   *
   * Since: 0.1
   */
  properties[PROP_TLS_INTERACTION] = g_param_spec_object ("tls-interaction", NULL, NULL, G_TYPE_TLS_INTERACTION, flags);
}

static void
dheera_session_options_class_init (DheeraSessionOptionsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = dheera_session_options_finalize;
  object_class->get_property = dheera_session_options_get_property;
  object_class->set_property = dheera_session_options_set_property;

  install_connections (flags);
  install_proxy (flags);
  install_trust (flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
dheera_session_options_init (DheeraSessionOptions *self)
{
  dheera_session_config_init (&self->config);
}

/**
 * dheera_session_options_new:
 *
 * Makes options with the values that a client's own session has: 1,000 connections, 200 to one host, kept for 55 seconds, the desktop's proxy.
 *
 * Returns: (transfer full): options
 *
 * Since: 0.1
 */
DheeraSessionOptions *
dheera_session_options_new (void)
{
  return g_object_new (DHEERA_TYPE_SESSION_OPTIONS, NULL);
}

/**
 * dheera_session_options_new_development:
 *
 * Makes options for trying things out: 50 connections, kept for 15 seconds, so that a server on the developer's machine can be restarted at any time.
 *
 * Certificates are verified as everywhere else.
 *
 * Returns: (transfer full): options
 *
 * Since: 0.1
 */
DheeraSessionOptions *
dheera_session_options_new_development (void)
{
  return g_object_new (DHEERA_TYPE_SESSION_OPTIONS, "max-connections", 50, "max-connections-per-host", 50, "keepalive-timeout", 15, NULL);
}

/**
 * dheera_session_options_new_production:
 *
 * Makes options for a service with many requests at a time: 1,000 connections, 200 to one host, kept for 60 seconds, and the proxies of the environment.
 *
 * Returns: (transfer full): options
 *
 * Since: 0.1
 */
DheeraSessionOptions *
dheera_session_options_new_production (void)
{
  return g_object_new (DHEERA_TYPE_SESSION_OPTIONS, "max-connections", 1000, "max-connections-per-host", 200, "keepalive-timeout", 60, "trust-env", TRUE, NULL);
}

/**
 * dheera_session_options_create_session:
 * @self: options
 * @error: where to put an error, or %NULL
 *
 * Makes a session as the options say, for [ctor@Client.new_with_session] and for anything else.
 *
 * It is the application's: the library does not know it before a client or request is given it. Later changes of the options do not change it. Clients
 * may share it, and each [class@Soup.Message] that the application sends over it has the same proxy, certificates and limits.
 *
 * Returns: (transfer full): a session, or %NULL with an error: %DHEERA_ERROR_INVALID_REQUEST when options are wrong, contradict each other or name files that
 *   can't be read, %DHEERA_ERROR_NOT_SUPPORTED when this platform can't do what one asks for
 *
 * Since: 0.1
 */
SoupSession *
dheera_session_options_create_session (DheeraSessionOptions  *self,
                                       GError               **error)
{
  g_autoptr(GError) reason = NULL;
  SoupSession *session;

  g_return_val_if_fail (DHEERA_IS_SESSION_OPTIONS (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  session = dheera_session_config_make_session (&self->config, &reason);
  if (session == NULL)
    g_set_error (error, DHEERA_ERROR,
                 g_error_matches (reason, DHEERA_TRANSPORT_ERROR, DHEERA_TRANSPORT_ERROR_UNSUPPORTED) ? DHEERA_ERROR_NOT_SUPPORTED : DHEERA_ERROR_INVALID_REQUEST,
                 "No session was made: %s.", reason->message);

  return session;
}
