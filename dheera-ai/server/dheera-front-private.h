/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The HTTP side of the server, as its routes see it: requests come in through a handler, answers go out
 * through the request. Nothing above this header knows of sockets, TLS or framing.
 *
 * A front lives in one main context, that of its start(); everything here is called in it. */

typedef struct _DheeraIncoming DheeraIncoming;
typedef struct _DheeraFront DheeraFront;

typedef struct
{
  guint max_connections;  /* at a time; more wait in the kernel's queue */
  gsize max_head;         /* bytes of request line and header fields; more is 431 */
  guint max_fields;       /* header fields; more is 431 */
  guint64 max_body;       /* bytes of a body; more is 413, before it is read where its length is known */
  double head_timeout;    /* seconds for TLS and a whole head; 0 = none, as in all of these */
  double body_timeout;    /* seconds in which a KiB of a body has to come, or its end */
  double idle_timeout;    /* seconds that a connection is kept between two requests */
  double write_timeout;   /* seconds in which a client that has something to read reads nothing */
  gsize high_water;       /* bytes queued for a client from which on write() says that it is enough */
} DheeraFrontLimits;

/* A header field of an answer. Arrays end with a NULL name. Names and values are checked: what could
 * break the framing is left out, with a warning. */
typedef struct
{
  const char *name;
  const char *value;
} DheeraFrontField;

/* What the routes give to a front. For every request: on_head; the body, if it has one, in any number of on_body; on_body_end, also without a body;
 * on_done, exactly once, when the answer is with the kernel as a whole (complete), or the client left or was aborted before. Once a request was answered
 * (reply() or begin()) or aborted, neither on_body nor on_body_end is called any more: the front throws the rest of its body away. The incoming is
 * gone after on_done. No callback is called from within a function of this header, save on_done from abort() and stop().
 *
 * A client that sends FIN is gone, even if it would still read: what it asked for is stopped at once. What is no HTTP, or more than the limits let in,
 * the front answers itself, with OpenAI's JSON; the routes never see it, or see on_done when it shows in the body only. */
typedef struct
{
  void (*on_head)     (DheeraIncoming *incoming,
                       gpointer        data);
  void (*on_body)     (DheeraIncoming *incoming,
                       const guint8   *bytes,
                       gsize           length,
                       gpointer        data);
  void (*on_body_end) (DheeraIncoming *incoming,
                       gpointer        data);
  /* After a write() that said "enough": the client has read most of it. */
  void (*on_writable) (DheeraIncoming *incoming,
                       gpointer        data);
  void (*on_done)     (DheeraIncoming *incoming,
                       gboolean        complete,
                       gpointer        data);
} DheeraFrontHandler;

/* What a request can be asked for, and how it is answered: by reply(), or by begin(), write() and end(). */
typedef struct
{
  /* The value of a header field, compared without case, valid UTF-8; NULL when it is not there. Several of one name are joined with ", ". Valid until on_done. */
  const char *(*get_header) (DheeraIncoming         *incoming,
                             const char             *name);
  /* The whole answer. body is nullable. */
  void        (*reply)      (DheeraIncoming         *incoming,
                             guint                   status,
                             const DheeraFrontField *fields,
                             GBytes                 *body);
  /* The head of an answer whose length is not known yet */
  void        (*begin)      (DheeraIncoming         *incoming,
                             guint                   status,
                             const DheeraFrontField *fields);
  /* Copies, and sends what the socket takes at once. FALSE: enough, wait for on_writable or on_done (what was given is queued none the less). */
  gboolean    (*write)      (DheeraIncoming         *incoming,
                             const char             *bytes,
                             gsize                   length);
  void        (*end)        (DheeraIncoming         *incoming);
  /* Closes the connection without an end, so that the client sees that something is missing. */
  void        (*abort)      (DheeraIncoming         *incoming);
} DheeraIncomingClass;

struct _DheeraIncoming
{
  const DheeraIncomingClass *klass;
  const char *method; /* a token, as it was sent: "POST" */
  const char *path;   /* percent-decoded once, valid UTF-8, starts with '/', without "." or ".." segments, without NUL */
  const char *query;  /* as it was sent, without the '?'; nullable */
  const char *peer;   /* the address of the client, for logs */
  gboolean has_body;
  gpointer route_data; /* the routes' own */
};

typedef void (*DheeraFrontDrainedFunc) (DheeraFront *front,
                                        gpointer     data);

typedef struct
{
  /* Serves the sockets of listeners (GSocket, bound and listening) in the thread-default context. drain() and stop() close them. */
  DheeraFront *(*start) (GPtrArray                *sockets,
                         GTlsCertificate          *certificate, /* nullable */
                         const DheeraFrontLimits  *limits,
                         const DheeraFrontHandler *handler,
                         gpointer                  data,
                         GError                  **error);
  /* Accepts nothing more, closes connections as they become idle (answers say "Connection: close"), and calls back from the main
   * context once, when no connection is left. */
  void         (*drain) (DheeraFront            *front,
                         DheeraFrontDrainedFunc  drained,
                         gpointer                data);
  /* Closes everything (on_done is called for what was under way) and frees the front. Also from within a callback. */
  void         (*stop)  (DheeraFront            *front);
  /* For a child of the process that serves: closes its descriptors without a word to anybody, takes no lock, and frees nothing. */
  void         (*abandon) (DheeraFront          *front);
  guint        (*get_n_connections) (DheeraFront *front);
} DheeraFrontClass;

/* The library's own HTTP/1.1 front */
extern const DheeraFrontClass dheera_http_front;

G_END_DECLS
