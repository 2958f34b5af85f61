/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-gate-private.h"
#include "dheera-transport-private.h"

G_BEGIN_DECLS

/* What only transport/ sees of a session's record. */

/* The gate in front of the session that dheera_transport_dup_session() gives out; valid as long as that session and a reference to the record are held. */
DheeraGate      *dheera_transport_get_gate       (DheeraTransport *self);

/* Whether no connection of the session speaks anything but HTTP/1.1, since that is how the library made it. */
gboolean         dheera_transport_is_http1       (DheeraTransport *self);

/* A proxy resolver that goes direct for the loopback. With trust_env it reads http_proxy, https_proxy, all_proxy and no_proxy, else it asks the desktop. */
GProxyResolver  *dheera_proxy_resolver_new       (gboolean trust_env);

/* Answers with what the proxy's URI said; FALSE when that is nothing, or resolver is another one. */
gboolean         dheera_proxy_resolver_authenticate (GProxyResolver *resolver,
                                                     SoupAuth       *auth);

/* Trusts what inner trusts, NULL for the system's authorities, for a fraction of the memory. */
GTlsDatabase    *dheera_tls_database_new         (GTlsDatabase *inner);
/* The same, where pins (nullable, of text: SHA-256 in hex, lower case) are what the server's certificate or an authority of it has to be. With verify
 * FALSE nothing else counts. */
GTlsDatabase    *dheera_tls_database_new_full    (GTlsDatabase *inner,
                                                  gboolean      verify,
                                                  GPtrArray    *pins);
/* What is wrong with the server of a connection after its handshake. The backend remembers TLS sessions of the whole process, and when one is resumed it takes what the
 * database says for settled, although it may have begun in a SoupSession that trusts others. */
GTlsCertificateFlags dheera_tls_database_check_connection (GTlsConnection *connection);
/* Newer backends (glib-networking of Debian 13) resume what began with another certificate of the client's, or with none: the server would go on to take one SoupSession
 * for the other. So what depends on the certificate is not remembered. To be called before the server's tickets are read. */
void             dheera_tls_database_forget_connection (GTlsConnection *connection);
/* FALSE also for another kind of database, and for NULL. */
gboolean         dheera_tls_database_has_pins    (GTlsDatabase *database);

/* What a session of the library's making does beyond SoupSession's properties: the connections of the application's messages are looked after by handlers of their own; for
 * the exchanges, which hear of the same events, that would be a handler too many for each message. NULL for any other session. */
typedef struct _DheeraSessionPolicy DheeraSessionPolicy;

DheeraSessionPolicy *dheera_session_policy_dup_for_session (SoupSession *session);
void                 dheera_session_policy_unref    (DheeraSessionPolicy *self);
/* To be called at each network-event of a message that has a ticket. */
void                 dheera_session_policy_handle_event (DheeraSessionPolicy *self,
                                                     SoupMessage         *message,
                                                     GSocketClientEvent   event,
                                                     GIOStream           *connection);
/* Looks after a message that has a ticket, when its exchange is gone and libsoup still has it. */
void                 dheera_session_policy_watch    (DheeraSessionPolicy *self,
                                                     SoupMessage         *message);
/* What it found for the message's connection, which was closed before anything was sent; 0 when nothing is wrong. */
GTlsCertificateFlags dheera_session_policy_get_fault (SoupMessage *message);

G_END_DECLS
