/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>
#include <libsoup/soup.h>

#include "dheera-session-config-private.h"

G_BEGIN_DECLS

/* What the library knows about one SoupSession: whose it is, and the queue in front of it.
 *
 * There is one record per session and process however many clients share the session: it hangs on the session (as qdata) and holds no
 * reference to it, so that a session is free the moment its last user lets go. */

#define DHEERA_TRANSPORT_ERROR (dheera_transport_error_quark ())

/* Why an exchange failed. The layer above turns these into DHEERA_ERROR and adds provider and model; the messages are phrases without a full stop, begin in lower case,
 * and name host, cause and, where there is one, the remedy. Cancelling is G_IO_ERROR_CANCELLED. */
typedef enum
{
  DHEERA_TRANSPORT_ERROR_SESSION,      /* the session can't be used: wrong process after fork, wrong options, ...; or the request can't be signed */
  DHEERA_TRANSPORT_ERROR_UNSUPPORTED,  /* a session of this kind can't be had on this platform */
  DHEERA_TRANSPORT_ERROR_DNS,
  DHEERA_TRANSPORT_ERROR_CONNECT,      /* refused, unreachable: nothing was sent */
  DHEERA_TRANSPORT_ERROR_TLS,
  DHEERA_TRANSPORT_ERROR_PROXY,
  DHEERA_TRANSPORT_ERROR_DISCONNECTED, /* after sending, before a whole response head */
  DHEERA_TRANSPORT_ERROR_INTERRUPTED,  /* in the body */
  DHEERA_TRANSPORT_ERROR_TIMEOUT,
  DHEERA_TRANSPORT_ERROR_REDIRECT,
  DHEERA_TRANSPORT_ERROR_TOO_LARGE,
  DHEERA_TRANSPORT_ERROR_PROTOCOL,     /* a head or body that breaks HTTP */
} DheeraTransportError;

GQuark           dheera_transport_error_quark  (void);

typedef struct _DheeraTransport DheeraTransport;

/* A session of the library's own: HTTP/1.1, no timeout of its own, roomy limits, TCP keep-alive, no cookies, a resolver that goes direct for
 * loopback. Made in the process that first uses it, made anew after a fork. */
DheeraTransport *dheera_transport_new          (void) G_GNUC_WARN_UNUSED_RESULT;
/* The same with other values; a copy of config is kept. What is wrong with them shows when the session is made. */
DheeraTransport *dheera_transport_new_with_config (const DheeraSessionConfig *config) G_GNUC_WARN_UNUSED_RESULT;
/* The record of a user's session: never changed, closed or aborted. */
DheeraTransport *dheera_transport_for_session  (SoupSession *session) G_GNUC_WARN_UNUSED_RESULT;

DheeraTransport *dheera_transport_ref          (DheeraTransport *self);
void             dheera_transport_unref        (DheeraTransport *self);

gboolean         dheera_transport_is_own       (DheeraTransport *self);
/* Whether this process is a child, and its parent has used the session that the record knows: neither the session nor what is made of it is to be touched. */
gboolean         dheera_transport_is_inherited (DheeraTransport *self);
/* A new reference; of an own transport the session is made at the first call. */
SoupSession     *dheera_transport_dup_session  (DheeraTransport  *self,
                                                GError          **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DheeraTransport, dheera_transport_unref)

G_END_DECLS
