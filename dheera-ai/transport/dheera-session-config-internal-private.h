/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-session-config-private.h"
#include "dheera-transport-internal-private.h"

G_BEGIN_DECLS

/* What the making of a session consists of. */

/* dheera-session-certificates.c */
GTlsDatabase    *dheera_session_config_make_database    (const DheeraSessionConfig  *self,
                                                         GError                    **error);
/* TRUE with NULL where no client certificate was asked for. */
gboolean         dheera_session_config_load_certificate (const DheeraSessionConfig  *self,
                                                         GTlsCertificate           **certificate,
                                                         GError                    **error);

/* dheera-proxy-resolver.c */
GProxyResolver  *dheera_proxy_resolver_new_for_config   (const DheeraSessionConfig  *config,
                                                         GError                    **error);

/* What SoupSession has no property for: every message of the session, also the application's, is watched for its connection's sake. certificate is nullable. */
void             dheera_session_policy_attach           (SoupSession     *session,
                                                         gboolean         tcp_keepalive,
                                                         gboolean         http2,
                                                         GTlsCertificate *certificate);

G_END_DECLS
