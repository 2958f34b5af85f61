/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>
#include <gnutls/gnutls.h>

G_BEGIN_DECLS

/* One connection's socket, with or without TLS; nothing here ever waits.
 *
 * TLS is GnuTLS's own, not GTlsServerConnection: that one shakes hands in GTask's few threads, where clients that say nothing keep
 * the whole process from resolving names and reading files, and makes an error object whenever there is nothing to read. */

typedef struct _DheeraHttpTls DheeraHttpTls;

/* What all connections of a front share; NULL with an error that says what is missing. */
DheeraHttpTls *dheera_http_tls_new  (GTlsCertificate  *certificate,
                                     GError          **error);
void           dheera_http_tls_free (DheeraHttpTls    *self);

typedef enum
{
  DHEERA_HTTP_LINK_CLOSED = 0, /* the peer will send nothing more */
  DHEERA_HTTP_LINK_AGAIN = -1, /* not now */
  DHEERA_HTTP_LINK_BROKEN = -2,
} DheeraHttpLinkResult;

typedef struct
{
  int fd; /* -1 when it is closed */
  gnutls_session_t tls;
  gboolean resend; /* TLS has taken what could not be sent yet */
} DheeraHttpLink;

/* Takes the descriptor. tls is nullable. FALSE: memory for TLS is missing; to be closed none the less. */
gboolean dheera_http_link_open      (DheeraHttpLink *self,
                                     int             fd,
                                     DheeraHttpTls  *tls);
/* 1: done; wants_write says what AGAIN waits for. */
int      dheera_http_link_handshake (DheeraHttpLink *self,
                                     gboolean       *wants_write);
/* Bytes, or a DheeraHttpLinkResult */
gssize   dheera_http_link_read      (DheeraHttpLink *self,
                                     void           *buffer,
                                     gsize           size);
/* Bytes of both, which follow each other (either may be empty), or a DheeraHttpLinkResult */
gssize   dheera_http_link_write     (DheeraHttpLink *self,
                                     const void     *first,
                                     gsize           first_length,
                                     const void     *second,
                                     gsize           second_length);
/* Is there something to read that the socket does not show? */
gboolean dheera_http_link_has_more  (DheeraHttpLink *self);
/* The peer sees the end of what was sent, and can go on sending. 1: done, and further reads are of the bare socket; AGAIN waits for writing. */
int      dheera_http_link_finish    (DheeraHttpLink *self);
/* orderly: the peer sees that nothing is missing, if there is room to say so. reset: it sees that something is. */
void     dheera_http_link_close     (DheeraHttpLink *self,
                                     gboolean        orderly,
                                     gboolean        reset);
/* Closes the descriptor only, for a child of the process whose connection it is: the peer sees nothing of it. */
void     dheera_http_link_abandon   (DheeraHttpLink *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DheeraHttpTls, dheera_http_tls_free)

G_END_DECLS
