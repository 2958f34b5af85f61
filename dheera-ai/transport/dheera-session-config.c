/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-session-config-internal-private.h"

#include "dheera-ai/wire/dheera-secret-private.h"

#define MAX_CONNECTIONS 1000
#define MAX_CONNECTIONS_PER_HOST 200
#define KEEPALIVE_TIMEOUT 55 /* seconds; a little less than what servers usually wait */

void
dheera_session_config_init (DheeraSessionConfig *self)
{
  *self = (DheeraSessionConfig) {
    .max_connections = MAX_CONNECTIONS,
    .max_connections_per_host = MAX_CONNECTIONS_PER_HOST,
    .keepalive_timeout = KEEPALIVE_TIMEOUT,
    .tcp_keepalive = TRUE,
    .dns_cache_ttl = -1,
    .verify = TRUE,
    .address_family = G_SOCKET_FAMILY_INVALID,
  };
}

DheeraHostProxy *
dheera_host_proxy_new (const char *host,
                       const char *uri)
{
  DheeraHostProxy *self = g_new (DheeraHostProxy, 1);

  *self = (DheeraHostProxy) { g_strdup (host), g_strdup (uri), dheera_proxy_uri_redact (uri) };
  return self;
}

DheeraHostProxy *
dheera_host_proxy_copy (const DheeraHostProxy *self)
{
  return dheera_host_proxy_new (self->host, self->uri);
}

void
dheera_host_proxy_free (DheeraHostProxy *self)
{
  g_free (self->host);
  dheera_secret_free (self->uri);
  g_free (self->redacted);
  g_free (self);
}

void
dheera_session_config_clear (DheeraSessionConfig *self)
{
  g_clear_pointer (&self->proxy_uri, dheera_secret_free);
  g_clear_pointer (&self->no_proxy, g_strfreev);
  g_clear_pointer (&self->host_proxies, g_ptr_array_unref);
  g_clear_pointer (&self->ca_file, g_free);
  g_clear_pointer (&self->client_certificate_file, g_free);
  g_clear_pointer (&self->client_key_file, dheera_secret_free); /* a PKCS#11 URI may hold a PIN */
  g_clear_pointer (&self->pinned_certificates, g_strfreev);
  g_clear_object (&self->tls_database);
  g_clear_object (&self->tls_interaction);
  g_clear_object (&self->remote_connectable);
  g_clear_pointer (&self->user_agent, g_free);
}

DheeraSessionConfig *
dheera_session_config_copy (const DheeraSessionConfig *self)
{
  DheeraSessionConfig *copy = g_new (DheeraSessionConfig, 1);

  *copy = *self;
  copy->proxy_uri = g_strdup (self->proxy_uri);
  copy->no_proxy = g_strdupv (self->no_proxy);
  copy->host_proxies = self->host_proxies != NULL ? g_ptr_array_copy (self->host_proxies, (GCopyFunc) dheera_host_proxy_copy, NULL) : NULL;
  copy->ca_file = g_strdup (self->ca_file);
  copy->client_certificate_file = g_strdup (self->client_certificate_file);
  copy->client_key_file = g_strdup (self->client_key_file);
  copy->pinned_certificates = g_strdupv (self->pinned_certificates);
  copy->tls_database = self->tls_database != NULL ? g_object_ref (self->tls_database) : NULL;
  copy->tls_interaction = self->tls_interaction != NULL ? g_object_ref (self->tls_interaction) : NULL;
  copy->remote_connectable = self->remote_connectable != NULL ? g_object_ref (self->remote_connectable) : NULL;
  copy->user_agent = g_strdup (self->user_agent);

  return copy;
}

void
dheera_session_config_free (DheeraSessionConfig *self)
{
  dheera_session_config_clear (self);
  g_free (self);
}

static gboolean
refuse (GError               **error,
        DheeraTransportError   code,
        const char            *message)
{
  g_set_error_literal (error, DHEERA_TRANSPORT_ERROR, code, message);
  return FALSE;
}

/* Bindings hand over empty lists for none, and lists that were put together have empty entries. */
static gboolean
has_exceptions (const DheeraSessionConfig *self)
{
  for (guint i = 0; self->no_proxy != NULL && self->no_proxy[i] != NULL; i++)
    if (*self->no_proxy[i] != '\0')
      return TRUE;

  return FALSE;
}

static gboolean
has_proxy (const DheeraSessionConfig *self)
{
  return self->proxy_uri != NULL || has_exceptions (self) || self->trust_env || (self->host_proxies != NULL && self->host_proxies->len > 0);
}

static gboolean
check_connections (const DheeraSessionConfig  *self,
                   GError                    **error)
{
  /* libsoup keeps its limits in an int. */
  if (self->max_connections < 1 || self->max_connections > G_MAXINT || self->max_connections_per_host < 1 || self->max_connections_per_host > G_MAXINT)
    return refuse (error, DHEERA_TRANSPORT_ERROR_SESSION,
                   "the session options max-connections and max-connections-per-host are numbers of connections from 1 to 2147483647");
  if (self->dns_cache_ttl < -1)
    return refuse (error, DHEERA_TRANSPORT_ERROR_SESSION, "the session option dns-cache-ttl is a number of seconds, or -1 to ask for nothing");
  if (self->dns_cache_ttl > 0)
    return refuse (error, DHEERA_TRANSPORT_ERROR_UNSUPPORTED,
                   "the session option dns-cache-ttl can't be kept: GLib has no cache of host names, and asks the system for each new connection; leave it at -1 and set "
                   "the time in the system's resolver (systemd-resolved, nscd, dnsmasq)");
  if (self->address_family != G_SOCKET_FAMILY_INVALID && self->address_family != G_SOCKET_FAMILY_IPV4 && self->address_family != G_SOCKET_FAMILY_IPV6)
    return refuse (error, DHEERA_TRANSPORT_ERROR_SESSION,
                   "the session option address-family is IPV4, IPV6, or INVALID for both; a UNIX socket is a remote-connectable");
  if (self->remote_connectable != NULL && (has_proxy (self) || self->address_family != G_SOCKET_FAMILY_INVALID))
    return refuse (error, DHEERA_TRANSPORT_ERROR_SESSION,
                   "the session option remote-connectable already says where every connection goes; proxy-uri, proxies for hosts, no-proxy, trust-env and address-family "
                   "can't be set with it");
  for (const char *p = self->user_agent; p != NULL && *p != '\0'; p++)
    if ((guchar) *p < 0x20 || *p == 0x7F)
      return refuse (error, DHEERA_TRANSPORT_ERROR_SESSION, "the session option user-agent contains a control character, such as a line break");

  return TRUE;
}

static gboolean
check_trust (const DheeraSessionConfig  *self,
             GError                    **error)
{
  if (self->ca_file != NULL && self->tls_database != NULL)
    return refuse (error, DHEERA_TRANSPORT_ERROR_SESSION, "the session options ca-file and tls-database both say who is trusted; set one of them");
  if (!self->verify && (self->ca_file != NULL || self->tls_database != NULL))
    return refuse (error, DHEERA_TRANSPORT_ERROR_SESSION,
                   "the session options ca-file and tls-database say who is trusted, but verify is off; leave it on, or unset them");

  return TRUE;
}

static GSocketAddress *
make_local_address (GSocketFamily family)
{
  g_autoptr(GInetAddress) any = NULL;

  if (family == G_SOCKET_FAMILY_INVALID)
    return NULL;
  /* A socket of one family can't be bound to an address of the other, so that only this one is left to connect with. */
  any = g_inet_address_new_any (family);
  return g_inet_socket_address_new (any, 0);
}

static GProxyResolver *
make_resolver (const DheeraSessionConfig  *self,
               GError                    **error)
{
  if (self->remote_connectable != NULL)
    return g_simple_proxy_resolver_new ("direct://", NULL);

  return dheera_proxy_resolver_new_for_config (self, error);
}

static void
warn_when_unverified (const DheeraSessionConfig *self)
{
  if (!self->verify && (self->pinned_certificates == NULL || self->pinned_certificates[0] == NULL))
    g_warning_once ("The certificates of servers are not verified (DheeraSessionOptions:verify is off): whoever is in between can read and change everything, keys included.");
}

SoupSession *
dheera_session_config_make_session (const DheeraSessionConfig  *self,
                                    GError                    **error)
{
  g_autoptr(GProxyResolver) resolver = NULL;
  g_autoptr(GTlsDatabase) database = NULL;
  g_autoptr(GTlsCertificate) certificate = NULL;
  g_autoptr(GSocketAddress) local = NULL;
  SoupSession *session;

  if (!check_connections (self, error) || !check_trust (self, error))
    return NULL;
  resolver = make_resolver (self, error);
  if (resolver == NULL)
    return NULL;
  database = dheera_session_config_make_database (self, error);
  if (database == NULL || !dheera_session_config_load_certificate (self, &certificate, error))
    return NULL;
  local = make_local_address (self->address_family);

  session = soup_session_new_with_options ("timeout", 0,
                                           "idle-timeout", self->keepalive_timeout,
                                           "max-conns", (int) self->max_connections,
                                           "max-conns-per-host", (int) self->max_connections_per_host,
                                           "proxy-resolver", resolver,
                                           "remote-connectable", self->remote_connectable,
                                           "local-address", local,
                                           "user-agent", self->user_agent,
                                           NULL);
  soup_session_set_tls_database (session, database);
  if (self->tls_interaction != NULL)
    soup_session_set_tls_interaction (session, self->tls_interaction);
  dheera_session_policy_attach (session, self->tcp_keepalive, self->http2, certificate);
  warn_when_unverified (self);

  return session;
}
