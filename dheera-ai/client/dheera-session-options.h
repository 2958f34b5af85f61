/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>
#include <libsoup/soup.h>

#include <dheera-ai/dheera-version.h>

G_BEGIN_DECLS

#define DHEERA_TYPE_SESSION_OPTIONS (dheera_session_options_get_type ())

DHEERA_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (DheeraSessionOptions, dheera_session_options, DHEERA, SESSION_OPTIONS, GObject)

DHEERA_AVAILABLE_IN_0_1
DheeraSessionOptions *dheera_session_options_new                          (void) G_GNUC_WARN_UNUSED_RESULT;
DHEERA_AVAILABLE_IN_0_1
DheeraSessionOptions *dheera_session_options_new_development              (void) G_GNUC_WARN_UNUSED_RESULT;
DHEERA_AVAILABLE_IN_0_1
DheeraSessionOptions *dheera_session_options_new_production               (void) G_GNUC_WARN_UNUSED_RESULT;
DHEERA_AVAILABLE_IN_0_1
SoupSession          *dheera_session_options_create_session               (DheeraSessionOptions  *self,
                                                                           GError               **error) G_GNUC_WARN_UNUSED_RESULT;

DHEERA_AVAILABLE_IN_0_1
guint                 dheera_session_options_get_max_connections          (DheeraSessionOptions *self);
DHEERA_AVAILABLE_IN_0_1
void                  dheera_session_options_set_max_connections          (DheeraSessionOptions *self,
                                                                           guint                 max_connections);
DHEERA_AVAILABLE_IN_0_1
guint                 dheera_session_options_get_max_connections_per_host (DheeraSessionOptions *self);
DHEERA_AVAILABLE_IN_0_1
void                  dheera_session_options_set_max_connections_per_host (DheeraSessionOptions *self,
                                                                           guint                 max_connections_per_host);
DHEERA_AVAILABLE_IN_0_1
guint                 dheera_session_options_get_keepalive_timeout        (DheeraSessionOptions *self);
DHEERA_AVAILABLE_IN_0_1
void                  dheera_session_options_set_keepalive_timeout        (DheeraSessionOptions *self,
                                                                           guint                 keepalive_timeout);
DHEERA_AVAILABLE_IN_0_1
gboolean              dheera_session_options_get_tcp_keepalive            (DheeraSessionOptions *self);
DHEERA_AVAILABLE_IN_0_1
void                  dheera_session_options_set_tcp_keepalive            (DheeraSessionOptions *self,
                                                                           gboolean              tcp_keepalive);
DHEERA_AVAILABLE_IN_0_1
int                   dheera_session_options_get_dns_cache_ttl            (DheeraSessionOptions *self);
DHEERA_AVAILABLE_IN_0_1
void                  dheera_session_options_set_dns_cache_ttl            (DheeraSessionOptions *self,
                                                                           int                   dns_cache_ttl);
DHEERA_AVAILABLE_IN_0_1
gboolean              dheera_session_options_get_trust_env                (DheeraSessionOptions *self);
DHEERA_AVAILABLE_IN_0_1
void                  dheera_session_options_set_trust_env                (DheeraSessionOptions *self,
                                                                           gboolean              trust_env);
DHEERA_AVAILABLE_IN_0_1
const char           *dheera_session_options_get_proxy_uri                (DheeraSessionOptions *self);
DHEERA_AVAILABLE_IN_0_1
void                  dheera_session_options_set_proxy_uri                (DheeraSessionOptions *self,
                                                                           const char           *proxy_uri);
DHEERA_AVAILABLE_IN_0_1
const char *const    *dheera_session_options_get_no_proxy                 (DheeraSessionOptions *self);
DHEERA_AVAILABLE_IN_0_1
void                  dheera_session_options_set_no_proxy                 (DheeraSessionOptions *self,
                                                                           const char *const    *no_proxy);
DHEERA_AVAILABLE_IN_0_1
const char           *dheera_session_options_get_proxy_for_host           (DheeraSessionOptions *self,
                                                                           const char           *host);
DHEERA_AVAILABLE_IN_0_1
void                  dheera_session_options_set_proxy_for_host           (DheeraSessionOptions *self,
                                                                           const char           *host,
                                                                           const char           *proxy_uri);
DHEERA_AVAILABLE_IN_0_1
const char           *dheera_session_options_get_ca_file                  (DheeraSessionOptions *self);
DHEERA_AVAILABLE_IN_0_1
void                  dheera_session_options_set_ca_file                  (DheeraSessionOptions *self,
                                                                           const char           *ca_file);
DHEERA_AVAILABLE_IN_0_1
const char           *dheera_session_options_get_client_certificate_file  (DheeraSessionOptions *self);
DHEERA_AVAILABLE_IN_0_1
void                  dheera_session_options_set_client_certificate_file  (DheeraSessionOptions *self,
                                                                           const char           *client_certificate_file);
DHEERA_AVAILABLE_IN_0_1
const char           *dheera_session_options_get_client_key_file          (DheeraSessionOptions *self);
DHEERA_AVAILABLE_IN_0_1
void                  dheera_session_options_set_client_key_file          (DheeraSessionOptions *self,
                                                                           const char           *client_key_file);
DHEERA_AVAILABLE_IN_0_1
gboolean              dheera_session_options_get_verify                   (DheeraSessionOptions *self);
DHEERA_AVAILABLE_IN_0_1
void                  dheera_session_options_set_verify                   (DheeraSessionOptions *self,
                                                                           gboolean              verify);
DHEERA_AVAILABLE_IN_0_1
const char *const    *dheera_session_options_get_pinned_certificates      (DheeraSessionOptions *self);
DHEERA_AVAILABLE_IN_0_1
void                  dheera_session_options_set_pinned_certificates      (DheeraSessionOptions *self,
                                                                           const char *const    *pinned_certificates);
DHEERA_AVAILABLE_IN_0_1
GTlsDatabase         *dheera_session_options_get_tls_database             (DheeraSessionOptions *self);
DHEERA_AVAILABLE_IN_0_1
void                  dheera_session_options_set_tls_database             (DheeraSessionOptions *self,
                                                                           GTlsDatabase         *tls_database);
DHEERA_AVAILABLE_IN_0_1
GTlsInteraction      *dheera_session_options_get_tls_interaction          (DheeraSessionOptions *self);
DHEERA_AVAILABLE_IN_0_1
void                  dheera_session_options_set_tls_interaction          (DheeraSessionOptions *self,
                                                                           GTlsInteraction      *tls_interaction);
DHEERA_AVAILABLE_IN_0_1
GSocketConnectable   *dheera_session_options_get_remote_connectable       (DheeraSessionOptions *self);
DHEERA_AVAILABLE_IN_0_1
void                  dheera_session_options_set_remote_connectable       (DheeraSessionOptions *self,
                                                                           GSocketConnectable   *remote_connectable);
DHEERA_AVAILABLE_IN_0_1
GSocketFamily         dheera_session_options_get_address_family           (DheeraSessionOptions *self);
DHEERA_AVAILABLE_IN_0_1
void                  dheera_session_options_set_address_family           (DheeraSessionOptions *self,
                                                                           GSocketFamily         address_family);
DHEERA_AVAILABLE_IN_0_1
const char           *dheera_session_options_get_user_agent               (DheeraSessionOptions *self);
DHEERA_AVAILABLE_IN_0_1
void                  dheera_session_options_set_user_agent               (DheeraSessionOptions *self,
                                                                           const char           *user_agent);
DHEERA_AVAILABLE_IN_0_1
gboolean              dheera_session_options_get_http2                    (DheeraSessionOptions *self);
DHEERA_AVAILABLE_IN_0_1
void                  dheera_session_options_set_http2                    (DheeraSessionOptions *self,
                                                                           gboolean              http2);

G_END_DECLS
