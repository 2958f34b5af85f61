/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* The proxy of one host, or of a domain, which goes before that of the rest */
typedef struct
{
  char *host;     /* as an entry of no_proxy is written */
  char *uri;      /* may hold a password; "direct://" for none */
  char *redacted; /* what is given out */
} DheeraHostProxy;

DheeraHostProxy     *dheera_host_proxy_new              (const char      *host,
                                                         const char      *uri) G_GNUC_WARN_UNUSED_RESULT;
DheeraHostProxy     *dheera_host_proxy_copy             (const DheeraHostProxy *self) G_GNUC_WARN_UNUSED_RESULT;
void                 dheera_host_proxy_free             (DheeraHostProxy *self);

/* How a session of the library's own is made. The defaults are those of the session that a client makes without a word, so there is one way to make one. */
typedef struct
{
  guint max_connections;
  guint max_connections_per_host;
  guint keepalive_timeout;       /* seconds that an idle connection is kept, 0 for as long as the server does */
  gboolean tcp_keepalive;
  int dns_cache_ttl;             /* seconds, -1 when nothing was asked for */

  gboolean trust_env;
  char *proxy_uri;               /* nullable, may hold a password */
  char **no_proxy;               /* nullable */
  GPtrArray *host_proxies;       /* of DheeraHostProxy; nullable */

  char *ca_file;
  char *client_certificate_file; /* path, or PKCS#11 URI */
  char *client_key_file;
  gboolean verify;
  char **pinned_certificates;    /* nullable, SHA-256 in hex */
  GTlsDatabase *tls_database;
  GTlsInteraction *tls_interaction;

  GSocketConnectable *remote_connectable;
  GSocketFamily address_family;  /* INVALID for any */
  char *user_agent;
  gboolean http2;
} DheeraSessionConfig;

void                 dheera_session_config_init         (DheeraSessionConfig *self);
void                 dheera_session_config_clear        (DheeraSessionConfig *self);
DheeraSessionConfig *dheera_session_config_copy         (const DheeraSessionConfig *self) G_GNUC_WARN_UNUSED_RESULT;
void                 dheera_session_config_free         (DheeraSessionConfig *self);

/* Reads the files that are named. DHEERA_TRANSPORT_ERROR_SESSION when options are wrong or contradict each other, DHEERA_TRANSPORT_ERROR_UNSUPPORTED when this
 * platform can't do what is asked for. */
SoupSession         *dheera_session_config_make_session (const DheeraSessionConfig  *self,
                                                         GError                    **error) G_GNUC_WARN_UNUSED_RESULT;

/* A new text without user name and password, NULL for NULL. */
char                *dheera_proxy_uri_redact            (const char *uri);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DheeraSessionConfig, dheera_session_config_free)

G_END_DECLS
