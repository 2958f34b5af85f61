/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The accessors of the options; what they mean stands at the properties, in dheera-session-options.c. */

#include "dheera-session-options-private.h"

#include "dheera-ai/wire/dheera-secret-private.h"

static void
set_text (DheeraSessionOptions *self,
          char                **field,
          const char           *value,
          const char           *property)
{
  if (g_strcmp0 (*field, value) == 0)
    return;

  g_free (*field);
  *field = g_strdup (value);
  g_object_notify (G_OBJECT (self), property);
}

static void
set_texts (DheeraSessionOptions *self,
           char               ***field,
           const char *const    *value,
           const char           *property)
{
  char **old = *field;

  if (old == NULL ? value == NULL : value != NULL && g_strv_equal ((const char *const *) old, value))
    return;

  *field = g_strdupv ((char **) value);
  g_strfreev (old);
  g_object_notify (G_OBJECT (self), property);
}

/**
 * dheera_session_options_get_max_connections: (get-property max-connections)
 * @self: options
 *
 * Gets how many connections there may be.
 *
 * Returns: the number of connections
 *
 * Since: 0.1
 */
guint
dheera_session_options_get_max_connections (DheeraSessionOptions *self)
{
  g_return_val_if_fail (DHEERA_IS_SESSION_OPTIONS (self), 0);

  return self->config.max_connections;
}

/**
 * dheera_session_options_set_max_connections: (set-property max-connections)
 * @self: options
 * @max_connections: the number of connections
 *
 * Sets how many connections there may be, see [property@SessionOptions:max-connections].
 *
 * Since: 0.1
 */
void
dheera_session_options_set_max_connections (DheeraSessionOptions *self,
                                            guint                 max_connections)
{
  g_return_if_fail (DHEERA_IS_SESSION_OPTIONS (self));

  if (self->config.max_connections == max_connections)
    return;

  self->config.max_connections = max_connections;
  g_object_notify (G_OBJECT (self), "max-connections");
}

/**
 * dheera_session_options_get_max_connections_per_host: (get-property max-connections-per-host)
 * @self: options
 *
 * Gets how many connections there may be to one host.
 *
 * Returns: the number of connections
 *
 * Since: 0.1
 */
guint
dheera_session_options_get_max_connections_per_host (DheeraSessionOptions *self)
{
  g_return_val_if_fail (DHEERA_IS_SESSION_OPTIONS (self), 0);

  return self->config.max_connections_per_host;
}

/**
 * dheera_session_options_set_max_connections_per_host: (set-property max-connections-per-host)
 * @self: options
 * @max_connections_per_host: the number of connections
 *
 * Sets how many connections there may be to one host, see [property@SessionOptions:max-connections-per-host].
 *
 * Since: 0.1
 */
void
dheera_session_options_set_max_connections_per_host (DheeraSessionOptions *self,
                                                     guint                 max_connections_per_host)
{
  g_return_if_fail (DHEERA_IS_SESSION_OPTIONS (self));

  if (self->config.max_connections_per_host == max_connections_per_host)
    return;

  self->config.max_connections_per_host = max_connections_per_host;
  g_object_notify (G_OBJECT (self), "max-connections-per-host");
}

/**
 * dheera_session_options_get_keepalive_timeout: (get-property keepalive-timeout)
 * @self: options
 *
 * Gets how long an idle connection is kept.
 *
 * Returns: seconds, 0 for as long as the server keeps it
 *
 * Since: 0.1
 */
guint
dheera_session_options_get_keepalive_timeout (DheeraSessionOptions *self)
{
  g_return_val_if_fail (DHEERA_IS_SESSION_OPTIONS (self), 0);

  return self->config.keepalive_timeout;
}

/**
 * dheera_session_options_set_keepalive_timeout: (set-property keepalive-timeout)
 * @self: options
 * @keepalive_timeout: seconds, 0 for as long as the server keeps it
 *
 * Sets how long an idle connection is kept, see [property@SessionOptions:keepalive-timeout].
 *
 * Since: 0.1
 */
void
dheera_session_options_set_keepalive_timeout (DheeraSessionOptions *self,
                                              guint                 keepalive_timeout)
{
  g_return_if_fail (DHEERA_IS_SESSION_OPTIONS (self));

  if (self->config.keepalive_timeout == keepalive_timeout)
    return;

  self->config.keepalive_timeout = keepalive_timeout;
  g_object_notify (G_OBJECT (self), "keepalive-timeout");
}

/**
 * dheera_session_options_get_tcp_keepalive: (get-property tcp-keepalive)
 * @self: options
 *
 * Gets whether TCP keep-alive is on.
 *
 * Returns: %TRUE when it is
 *
 * Since: 0.1
 */
gboolean
dheera_session_options_get_tcp_keepalive (DheeraSessionOptions *self)
{
  g_return_val_if_fail (DHEERA_IS_SESSION_OPTIONS (self), FALSE);

  return self->config.tcp_keepalive;
}

/**
 * dheera_session_options_set_tcp_keepalive: (set-property tcp-keepalive)
 * @self: options
 * @tcp_keepalive: %TRUE to have the system look after silent connections
 *
 * Sets whether TCP keep-alive is on, see [property@SessionOptions:tcp-keepalive].
 *
 * Since: 0.1
 */
void
dheera_session_options_set_tcp_keepalive (DheeraSessionOptions *self,
                                          gboolean              tcp_keepalive)
{
  g_return_if_fail (DHEERA_IS_SESSION_OPTIONS (self));

  if (self->config.tcp_keepalive == !!tcp_keepalive)
    return;

  self->config.tcp_keepalive = !!tcp_keepalive;
  g_object_notify (G_OBJECT (self), "tcp-keepalive");
}

/**
 * dheera_session_options_get_dns_cache_ttl: (get-property dns-cache-ttl)
 * @self: options
 *
 * Gets how long addresses of hosts are to be remembered.
 *
 * Returns: seconds, or -1
 *
 * Since: 0.1
 */
int
dheera_session_options_get_dns_cache_ttl (DheeraSessionOptions *self)
{
  g_return_val_if_fail (DHEERA_IS_SESSION_OPTIONS (self), -1);

  return self->config.dns_cache_ttl;
}

/**
 * dheera_session_options_set_dns_cache_ttl: (set-property dns-cache-ttl)
 * @self: options
 * @dns_cache_ttl: seconds, or -1
 *
 * Sets how long addresses of hosts are to be remembered, see [property@SessionOptions:dns-cache-ttl].
 *
 * Since: 0.1
 */
void
dheera_session_options_set_dns_cache_ttl (DheeraSessionOptions *self,
                                          int                   dns_cache_ttl)
{
  g_return_if_fail (DHEERA_IS_SESSION_OPTIONS (self));

  if (self->config.dns_cache_ttl == dns_cache_ttl)
    return;

  self->config.dns_cache_ttl = dns_cache_ttl;
  g_object_notify (G_OBJECT (self), "dns-cache-ttl");
}

/**
 * dheera_session_options_get_trust_env: (get-property trust-env)
 * @self: options
 *
 * Gets whether the environment says which proxy to take.
 *
 * Returns: %TRUE when it does
 *
 * Since: 0.1
 */
gboolean
dheera_session_options_get_trust_env (DheeraSessionOptions *self)
{
  g_return_val_if_fail (DHEERA_IS_SESSION_OPTIONS (self), FALSE);

  return self->config.trust_env;
}

/**
 * dheera_session_options_set_trust_env: (set-property trust-env)
 * @self: options
 * @trust_env: %TRUE to read the variables
 *
 * Sets whether the environment says which proxy to take, see [property@SessionOptions:trust-env].
 *
 * Since: 0.1
 */
void
dheera_session_options_set_trust_env (DheeraSessionOptions *self,
                                      gboolean              trust_env)
{
  g_return_if_fail (DHEERA_IS_SESSION_OPTIONS (self));

  if (self->config.trust_env == !!trust_env)
    return;

  self->config.trust_env = !!trust_env;
  g_object_notify (G_OBJECT (self), "trust-env");
}

/**
 * dheera_session_options_get_proxy_uri: (get-property proxy-uri)
 * @self: options
 *
 * Gets the proxy.
 *
 * Returns: (transfer none) (nullable): the URI of a proxy without user name and password, or %NULL
 *
 * Since: 0.1
 */
const char *
dheera_session_options_get_proxy_uri (DheeraSessionOptions *self)
{
  g_return_val_if_fail (DHEERA_IS_SESSION_OPTIONS (self), NULL);

  return self->redacted_proxy_uri;
}

/**
 * dheera_session_options_set_proxy_uri: (set-property proxy-uri)
 * @self: options
 * @proxy_uri: (nullable): the URI of a proxy, or %NULL
 *
 * Sets the proxy, see [property@SessionOptions:proxy-uri].
 *
 * Since: 0.1
 */
void
dheera_session_options_set_proxy_uri (DheeraSessionOptions *self,
                                      const char           *proxy_uri)
{
  g_return_if_fail (DHEERA_IS_SESSION_OPTIONS (self));

  if (g_strcmp0 (self->config.proxy_uri, proxy_uri) == 0)
    return;

  dheera_secret_free (self->config.proxy_uri);
  g_free (self->redacted_proxy_uri);
  self->config.proxy_uri = g_strdup (proxy_uri);
  self->redacted_proxy_uri = dheera_proxy_uri_redact (proxy_uri);
  g_object_notify (G_OBJECT (self), "proxy-uri");
}

/**
 * dheera_session_options_get_no_proxy: (get-property no-proxy)
 * @self: options
 *
 * Gets the hosts that are reached without a proxy.
 *
 * Returns: (transfer none) (nullable) (array zero-terminated=1): hosts, or %NULL
 *
 * Since: 0.1
 */
const char *const *
dheera_session_options_get_no_proxy (DheeraSessionOptions *self)
{
  g_return_val_if_fail (DHEERA_IS_SESSION_OPTIONS (self), NULL);

  return (const char *const *) self->config.no_proxy;
}

/**
 * dheera_session_options_set_no_proxy: (set-property no-proxy)
 * @self: options
 * @no_proxy: (nullable) (array zero-terminated=1): hosts, or %NULL
 *
 * Sets the hosts that are reached without a proxy, see [property@SessionOptions:no-proxy].
 *
 * Since: 0.1
 */
void
dheera_session_options_set_no_proxy (DheeraSessionOptions *self,
                                     const char *const    *no_proxy)
{
  g_return_if_fail (DHEERA_IS_SESSION_OPTIONS (self));

  set_texts (self, &self->config.no_proxy, no_proxy, "no-proxy");
}

/**
 * dheera_session_options_get_ca_file: (get-property ca-file)
 * @self: options
 *
 * Gets the file of trusted authorities.
 *
 * Returns: (transfer none) (nullable) (type filename): the path of a file, or %NULL
 *
 * Since: 0.1
 */
const char *
dheera_session_options_get_ca_file (DheeraSessionOptions *self)
{
  g_return_val_if_fail (DHEERA_IS_SESSION_OPTIONS (self), NULL);

  return self->config.ca_file;
}

/**
 * dheera_session_options_set_ca_file: (set-property ca-file)
 * @self: options
 * @ca_file: (nullable) (type filename): the path of a file, or %NULL
 *
 * Sets the file of trusted authorities, see [property@SessionOptions:ca-file].
 *
 * Since: 0.1
 */
void
dheera_session_options_set_ca_file (DheeraSessionOptions *self,
                                    const char           *ca_file)
{
  g_return_if_fail (DHEERA_IS_SESSION_OPTIONS (self));

  set_text (self, &self->config.ca_file, ca_file, "ca-file");
}

/**
 * dheera_session_options_get_client_certificate_file: (get-property client-certificate-file)
 * @self: options
 *
 * Gets the file of the client certificate.
 *
 * Returns: (transfer none) (nullable) (type filename): a path or PKCS#11 URI, or %NULL
 *
 * Since: 0.1
 */
const char *
dheera_session_options_get_client_certificate_file (DheeraSessionOptions *self)
{
  g_return_val_if_fail (DHEERA_IS_SESSION_OPTIONS (self), NULL);

  return self->config.client_certificate_file;
}

/**
 * dheera_session_options_set_client_certificate_file: (set-property client-certificate-file)
 * @self: options
 * @client_certificate_file: (nullable) (type filename): a path or PKCS#11 URI, or %NULL
 *
 * Sets the file of the client certificate, see [property@SessionOptions:client-certificate-file].
 *
 * Since: 0.1
 */
void
dheera_session_options_set_client_certificate_file (DheeraSessionOptions *self,
                                                    const char           *client_certificate_file)
{
  g_return_if_fail (DHEERA_IS_SESSION_OPTIONS (self));

  set_text (self, &self->config.client_certificate_file, client_certificate_file, "client-certificate-file");
}

/**
 * dheera_session_options_get_client_key_file: (get-property client-key-file)
 * @self: options
 *
 * Gets the file of the private key.
 *
 * Returns: (transfer none) (nullable) (type filename): a path or PKCS#11 URI, or %NULL
 *
 * Since: 0.1
 */
const char *
dheera_session_options_get_client_key_file (DheeraSessionOptions *self)
{
  g_return_val_if_fail (DHEERA_IS_SESSION_OPTIONS (self), NULL);

  return self->config.client_key_file;
}

/**
 * dheera_session_options_set_client_key_file: (set-property client-key-file)
 * @self: options
 * @client_key_file: (nullable) (type filename): a path or PKCS#11 URI, or %NULL
 *
 * Sets the file of the private key, see [property@SessionOptions:client-key-file].
 *
 * Since: 0.1
 */
void
dheera_session_options_set_client_key_file (DheeraSessionOptions *self,
                                            const char           *client_key_file)
{
  g_return_if_fail (DHEERA_IS_SESSION_OPTIONS (self));

  set_text (self, &self->config.client_key_file, client_key_file, "client-key-file");
}

/**
 * dheera_session_options_get_verify: (get-property verify)
 * @self: options
 *
 * Gets whether certificates of servers are verified.
 *
 * Returns: %FALSE when any certificate is accepted
 *
 * Since: 0.1
 */
gboolean
dheera_session_options_get_verify (DheeraSessionOptions *self)
{
  g_return_val_if_fail (DHEERA_IS_SESSION_OPTIONS (self), FALSE);

  return self->config.verify;
}

/**
 * dheera_session_options_set_verify: (set-property verify)
 * @self: options
 * @verify: %FALSE to accept any certificate
 *
 * Sets whether certificates of servers are verified, see [property@SessionOptions:verify].
 *
 * Since: 0.1
 */
void
dheera_session_options_set_verify (DheeraSessionOptions *self,
                                   gboolean              verify)
{
  g_return_if_fail (DHEERA_IS_SESSION_OPTIONS (self));

  if (self->config.verify == !!verify)
    return;

  self->config.verify = !!verify;
  g_object_notify (G_OBJECT (self), "verify");
}

/**
 * dheera_session_options_get_pinned_certificates: (get-property pinned-certificates)
 * @self: options
 *
 * Gets the fingerprints of which a server has to have one.
 *
 * Returns: (transfer none) (nullable) (array zero-terminated=1): fingerprints, or %NULL
 *
 * Since: 0.1
 */
const char *const *
dheera_session_options_get_pinned_certificates (DheeraSessionOptions *self)
{
  g_return_val_if_fail (DHEERA_IS_SESSION_OPTIONS (self), NULL);

  return (const char *const *) self->config.pinned_certificates;
}

/**
 * dheera_session_options_set_pinned_certificates: (set-property pinned-certificates)
 * @self: options
 * @pinned_certificates: (nullable) (array zero-terminated=1): fingerprints, or %NULL
 *
 * Sets the fingerprints of which a server has to have one, see [property@SessionOptions:pinned-certificates].
 *
 * Since: 0.1
 */
void
dheera_session_options_set_pinned_certificates (DheeraSessionOptions *self,
                                                const char *const    *pinned_certificates)
{
  g_return_if_fail (DHEERA_IS_SESSION_OPTIONS (self));

  set_texts (self, &self->config.pinned_certificates, pinned_certificates, "pinned-certificates");
}

/**
 * dheera_session_options_get_tls_database: (get-property tls-database)
 * @self: options
 *
 * Gets who is trusted.
 *
 * Returns: (transfer none) (nullable): a database of certificates, or %NULL
 *
 * Since: 0.1
 */
GTlsDatabase *
dheera_session_options_get_tls_database (DheeraSessionOptions *self)
{
  g_return_val_if_fail (DHEERA_IS_SESSION_OPTIONS (self), NULL);

  return self->config.tls_database;
}

/**
 * dheera_session_options_set_tls_database: (set-property tls-database)
 * @self: options
 * @tls_database: (nullable): a database of certificates, or %NULL
 *
 * Sets who is trusted, see [property@SessionOptions:tls-database].
 *
 * Since: 0.1
 */
void
dheera_session_options_set_tls_database (DheeraSessionOptions *self,
                                         GTlsDatabase         *tls_database)
{
  g_return_if_fail (DHEERA_IS_SESSION_OPTIONS (self));

  if (g_set_object (&self->config.tls_database, tls_database))
    g_object_notify (G_OBJECT (self), "tls-database");
}

/**
 * dheera_session_options_get_tls_interaction: (get-property tls-interaction)
 * @self: options
 *
 * Gets who is asked for passwords.
 *
 * Returns: (transfer none) (nullable): an interaction, or %NULL
 *
 * Since: 0.1
 */
GTlsInteraction *
dheera_session_options_get_tls_interaction (DheeraSessionOptions *self)
{
  g_return_val_if_fail (DHEERA_IS_SESSION_OPTIONS (self), NULL);

  return self->config.tls_interaction;
}

/**
 * dheera_session_options_set_tls_interaction: (set-property tls-interaction)
 * @self: options
 * @tls_interaction: (nullable): an interaction, or %NULL
 *
 * Sets who is asked for passwords, see [property@SessionOptions:tls-interaction].
 *
 * Since: 0.1
 */
void
dheera_session_options_set_tls_interaction (DheeraSessionOptions *self,
                                            GTlsInteraction      *tls_interaction)
{
  g_return_if_fail (DHEERA_IS_SESSION_OPTIONS (self));

  if (g_set_object (&self->config.tls_interaction, tls_interaction))
    g_object_notify (G_OBJECT (self), "tls-interaction");
}

/**
 * dheera_session_options_get_remote_connectable: (get-property remote-connectable)
 * @self: options
 *
 * Gets where every connection goes.
 *
 * Returns: (transfer none) (nullable): a Unix socket or another address, or %NULL
 *
 * Since: 0.1
 */
GSocketConnectable *
dheera_session_options_get_remote_connectable (DheeraSessionOptions *self)
{
  g_return_val_if_fail (DHEERA_IS_SESSION_OPTIONS (self), NULL);

  return self->config.remote_connectable;
}

/**
 * dheera_session_options_set_remote_connectable: (set-property remote-connectable)
 * @self: options
 * @remote_connectable: (nullable): a Unix socket or another address, or %NULL
 *
 * Sets where every connection goes, see [property@SessionOptions:remote-connectable].
 *
 * Since: 0.1
 */
void
dheera_session_options_set_remote_connectable (DheeraSessionOptions *self,
                                               GSocketConnectable   *remote_connectable)
{
  g_return_if_fail (DHEERA_IS_SESSION_OPTIONS (self));

  if (g_set_object (&self->config.remote_connectable, remote_connectable))
    g_object_notify (G_OBJECT (self), "remote-connectable");
}

/**
 * dheera_session_options_get_address_family: (get-property address-family)
 * @self: options
 *
 * Gets the family of addresses.
 *
 * Returns: a family
 *
 * Since: 0.1
 */
GSocketFamily
dheera_session_options_get_address_family (DheeraSessionOptions *self)
{
  g_return_val_if_fail (DHEERA_IS_SESSION_OPTIONS (self), G_SOCKET_FAMILY_INVALID);

  return self->config.address_family;
}

/**
 * dheera_session_options_set_address_family: (set-property address-family)
 * @self: options
 * @address_family: a family
 *
 * Sets the family of addresses, see [property@SessionOptions:address-family].
 *
 * Since: 0.1
 */
void
dheera_session_options_set_address_family (DheeraSessionOptions *self,
                                           GSocketFamily         address_family)
{
  g_return_if_fail (DHEERA_IS_SESSION_OPTIONS (self));

  if (self->config.address_family == address_family)
    return;

  self->config.address_family = address_family;
  g_object_notify (G_OBJECT (self), "address-family");
}

/**
 * dheera_session_options_get_user_agent: (get-property user-agent)
 * @self: options
 *
 * Gets the header `User-Agent`.
 *
 * Returns: (transfer none) (nullable): the text, or %NULL
 *
 * Since: 0.1
 */
const char *
dheera_session_options_get_user_agent (DheeraSessionOptions *self)
{
  g_return_val_if_fail (DHEERA_IS_SESSION_OPTIONS (self), NULL);

  return self->config.user_agent;
}

/**
 * dheera_session_options_set_user_agent: (set-property user-agent)
 * @self: options
 * @user_agent: (nullable): the text, or %NULL
 *
 * Sets the header `User-Agent`, see [property@SessionOptions:user-agent].
 *
 * Since: 0.1
 */
void
dheera_session_options_set_user_agent (DheeraSessionOptions *self,
                                       const char           *user_agent)
{
  g_return_if_fail (DHEERA_IS_SESSION_OPTIONS (self));

  set_text (self, &self->config.user_agent, user_agent, "user-agent");
}

/**
 * dheera_session_options_get_http2: (get-property http2)
 * @self: options
 *
 * Gets whether HTTP/2 is offered.
 *
 * Returns: %TRUE when it is offered
 *
 * Since: 0.1
 */
gboolean
dheera_session_options_get_http2 (DheeraSessionOptions *self)
{
  g_return_val_if_fail (DHEERA_IS_SESSION_OPTIONS (self), FALSE);

  return self->config.http2;
}

/**
 * dheera_session_options_set_http2: (set-property http2)
 * @self: options
 * @http2: %TRUE to offer it
 *
 * Sets whether HTTP/2 is offered, see [property@SessionOptions:http2].
 *
 * Since: 0.1
 */
void
dheera_session_options_set_http2 (DheeraSessionOptions *self,
                                  gboolean              http2)
{
  g_return_if_fail (DHEERA_IS_SESSION_OPTIONS (self));

  if (self->config.http2 == !!http2)
    return;

  self->config.http2 = !!http2;
  g_object_notify (G_OBJECT (self), "http2");
}
