/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-transport-private.h"

#include "dheera-ai/wire/dheera-http-private.h"

G_BEGIN_DECLS

/* One HTTP exchange over one SoupSession, sent by the one function that sends for everyone: one attempt of one call.
 *
 * Used either blocking (send, read) in any thread, or asynchronously (send_async, wait_async, read_nonblocking) in the main context that is thread-default when
 * send_async is called; never both. Whatever libsoup does, each operation ends when its deadline passes or it is cancelled. */

typedef struct _DheeraExchange DheeraExchange;

/* Seconds; 0 is none. */
typedef struct
{
  double connect;     /* from leaving the queue until the connection stands (name, TCP, proxy, TLS) */
  double first_token; /* from send until dheera_exchange_mark_first_token() */
  double idle;        /* the gap between two reads, once the head is there and the first token was marked */
  gint64 deadline;    /* g_get_monotonic_time() at which the whole call ends, 0 for none */
  double total;       /* what deadline was made of, for the error's text */
} DheeraTimeouts;

/* Monotonic microseconds, 0 when it did not happen */
typedef struct
{
  gint64 start;         /* send was called */
  gint64 admitted;      /* left our queue */
  gint64 resolving, resolved;
  gint64 connecting, connected;
  gint64 tls_handshaking, tls_handshaked;
  gint64 head;          /* the response head was read: first byte */
  gint64 end;           /* body read to its end, failed or closed */
  guint64 bytes_sent;   /* request body */
  guint64 bytes_received; /* decoded body bytes read */
  gboolean reused;      /* no new connection was made */
  gboolean replayed;    /* sent a second time since the first reused connection was stale */
} DheeraExchangeStats;

/* key (nullable) is copied, and wiped when the exchange is freed. */
DheeraExchange  *dheera_exchange_new              (DheeraTransport         *transport,
                                                   const DheeraHttpRequest *request,
                                                   const char              *key,
                                                   const DheeraTimeouts    *timeouts) G_GNUC_WARN_UNUSED_RESULT;
/* Before it is sent: why a header can't be added from outside, as a phrase, or NULL when it can. */
const char      *dheera_exchange_find_header_fault
                                                  (DheeraExchange *self,
                                                   const char     *name);
/* Name and value are valid. */
void             dheera_exchange_add_header       (DheeraExchange *self,
                                                   const char     *name,
                                                   const char     *value);
/* What the request has, but NULL for one that may hold a credential */
const char      *dheera_exchange_get_sent_header  (DheeraExchange *self,
                                                   const char     *name);
/* A text of the server's (nullable), without what the request had in headers, its query and its body that may be a credential: some servers send back what they were sent. */
char            *dheera_exchange_hide_headers     (DheeraExchange *self,
                                                   const char     *text) G_GNUC_WARN_UNUSED_RESULT;
/* Also closes; safe in every phase, an operation in flight is abandoned without its callback. Owner-thread only. */
void             dheera_exchange_free             (DheeraExchange *self);

/* Blocks until the response head is there. */
gboolean         dheera_exchange_send             (DheeraExchange  *self,
                                                   GCancellable    *cancellable,
                                                   GError         **error);

typedef void   (*DheeraExchangeFunc)              (DheeraExchange *self,
                                                   gpointer        user_data);

/* func is called exactly once, from the main context, never from inside this call; dheera_exchange_send_finish() then tells how it went. */
void             dheera_exchange_send_async       (DheeraExchange     *self,
                                                   GCancellable       *cancellable,
                                                   DheeraExchangeFunc  func,
                                                   gpointer            user_data);
gboolean         dheera_exchange_send_finish      (DheeraExchange  *self,
                                                   GError         **error);

guint            dheera_exchange_get_status       (DheeraExchange *self);
/* NULL when it is not there. Repeated headers are joined with ", ". */
const char      *dheera_exchange_get_header       (DheeraExchange *self,
                                                   const char     *name);
/* The same, but NULL as well for one that may hold a credential */
const char      *dheera_exchange_get_open_header  (DheeraExchange *self,
                                                   const char     *name);
/* Each header of the answer, in the order in which they came */
typedef void   (*DheeraHeaderFunc)                (const char *name,
                                                   const char *value,
                                                   gpointer    user_data);
void             dheera_exchange_foreach_header   (DheeraExchange   *self,
                                                   DheeraHeaderFunc  func,
                                                   gpointer          user_data);
/* Media type without parameters, lower case, "" when none was sent. */
const char      *dheera_exchange_get_content_type (DheeraExchange *self);

/* 0 at the end of the body, which is not yet the end of the answer: libsoup can't tell a cut chunked body from a whole one, the protocol can. */
gssize           dheera_exchange_read             (DheeraExchange  *self,
                                                   char            *buffer,
                                                   gsize            size,
                                                   GCancellable    *cancellable,
                                                   GError         **error);

/* -1 with G_IO_ERROR_WOULD_BLOCK when there is nothing yet. */
gssize           dheera_exchange_read_nonblocking (DheeraExchange  *self,
                                                   char            *buffer,
                                                   gsize            size,
                                                   GError         **error);
/* The last one found nothing, and nobody has said since that this has changed: wait before the next one. */
gboolean         dheera_exchange_has_to_wait      (DheeraExchange  *self);

/* func is called once, from the main context, when read_nonblocking has something to say: bytes, the end, or an error (deadline, cancelled). Now
 * and then that turns out to be nothing after all (half a TLS record); then one waits again. One wait at a time, and reading until there is nothing
 * more before one waits is cheapest. */
void             dheera_exchange_wait_async       (DheeraExchange     *self,
                                                   GCancellable       *cancellable,
                                                   DheeraExchangeFunc  func,
                                                   gpointer            user_data);

/* From here on the idle deadline holds instead of the first-token one. */
void             dheera_exchange_mark_first_token (DheeraExchange *self);

/* Ends whatever is in flight with G_IO_ERROR_CANCELLED. From any thread. */
void             dheera_exchange_cancel           (DheeraExchange *self);

/* Closes the body. At its end the connection returns to the pool, after an asynchronous send when the main context runs again; before its end the
 * connection is dropped. When the protocol's own end was seen but not yet the body's, the little that may be left ([DONE]'s newline, the last chunk) is
 * read without blocking so that the connection can be kept. */
void             dheera_exchange_close            (DheeraExchange *self);

const DheeraExchangeStats *
                 dheera_exchange_get_stats        (DheeraExchange *self);

/* The request as it may be shown: method, redacted URL, and headers with every credential replaced. The one renderer for logs, errors and signals. */
char            *dheera_exchange_describe         (DheeraExchange *self);

/* What may be shown of an exchange that is over, and what may be shown nowhere */
typedef struct
{
  char *request_headers;  /* as they were sent, redacted; a line for each */
  char *response_headers; /* nullable: there was no answer */
  char **secrets;         /* what has to be taken out of the bodies; NULL-terminated */
} DheeraShown;

/* FALSE when nothing was sent, or another thread is at work on it. Before the exchange is freed. */
gboolean         dheera_exchange_show             (DheeraExchange *self,
                                                   DheeraShown    *shown);
void             dheera_shown_clear               (DheeraShown    *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DheeraExchange, dheera_exchange_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DheeraShown, dheera_shown_clear)

G_END_DECLS
