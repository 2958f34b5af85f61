/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A SoupServer with TLS and HTTP/2 in a thread of its own, certificates/localhost.pem.
 *
 *   /whole        a JSON object
 *   /stream       3 SSE events, at once: SoupServer sends nothing piecemeal over HTTP/2
 *   /hold         one SSE event, after http2_server_release()
 *   anything else 404 */

typedef struct _Http2Server Http2Server;

Http2Server *http2_server_new                (void);
void         http2_server_free               (Http2Server *self);

/* https://localhost:PORT and path */
char        *http2_server_dup_url            (Http2Server *self,
                                              const char  *path);
void         http2_server_release            (Http2Server *self);
guint        http2_server_get_n_connections  (Http2Server *self);
/* Requests that came over HTTP/2, and all of them */
guint        http2_server_get_n_http2        (Http2Server *self);
guint        http2_server_get_n_requests     (Http2Server *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Http2Server, http2_server_free)

G_END_DECLS
