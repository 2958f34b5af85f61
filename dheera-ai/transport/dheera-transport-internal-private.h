/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-gate-private.h"
#include "dheera-transport-private.h"

G_BEGIN_DECLS

/* What only transport/ sees of a session's record. */

/* The gate in front of the session that dheera_transport_dup_session() gives out; valid as long as that session and a reference to the record are held. */
DheeraGate      *dheera_transport_get_gate       (DheeraTransport *self);

/* How many forks this process comes from. */
guint            dheera_transport_get_generation (void);

/* A proxy resolver that goes direct for the loopback. With trust_env it reads http_proxy, https_proxy, all_proxy and no_proxy, else it asks the desktop. */
GProxyResolver  *dheera_proxy_resolver_new       (gboolean trust_env);

/* Answers with what the proxy's URI said; FALSE when that is nothing, or resolver is another one. */
gboolean         dheera_proxy_resolver_authenticate (GProxyResolver *resolver,
                                                     SoupAuth       *auth);

/* Trusts what inner trusts, NULL for the system's authorities, for a fraction of the memory. */
GTlsDatabase    *dheera_tls_database_new         (GTlsDatabase *inner);

G_END_DECLS
