/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-front-private.h"
#include "dheera-http-body-private.h"
#include "dheera-http-link-private.h"
#include "dheera-http-output-private.h"

G_BEGIN_DECLS

/* Between the files of the HTTP front. One GSource with one epoll descriptor serves all connections: with a source for each, every
 * turn of the main loop would look at all of them. */

typedef struct _DheeraHttpConnection DheeraHttpConnection;
typedef struct _DheeraHttpIncoming DheeraHttpIncoming;
typedef struct _DheeraHttpWatch DheeraHttpWatch;

/* What epoll points to */
struct _DheeraHttpWatch
{
  void (*ready) (DheeraHttpWatch *watch,
                 guint            events);
  DheeraHttpConnection *connection; /* NULL for a listener */
};

#define DHEERA_HTTP_NEVER G_MAXINT64
#define DHEERA_HTTP_SCRATCH (64 * 1024)
/* The rest of a body that nobody wants is read, so that the connection can be kept, up to here. */
#define DHEERA_HTTP_MAX_DISCARD (64 * 1024)

struct _DheeraFront
{
  guint refs; /* of connections and of functions at work, beside the owner's */
  GSource *source;
  guint generation;    /* of the process that serves */
  int epoll_fd;
  DheeraFrontLimits limits;
  DheeraFrontHandler handler;
  gpointer data;
  DheeraHttpTls *tls; /* nullable */

  GPtrArray *listeners;
  gboolean paused;         /* the listeners are not watched */
  gint64 resume_at;        /* when out of descriptors */
  gboolean draining;
  gboolean stopped;
  DheeraFrontDrainedFunc drained;
  gpointer drained_data;

  GQueue connections;
  GQueue deferred;         /* connections that want to be looked at */
  gint64 scan_at;          /* no deadline is before that */

  char *scratch;           /* what was just read, of whichever connection */
  gint64 date_second;
  char date[40];
};

typedef enum
{
  DHEERA_HTTP_HANDSHAKE,
  DHEERA_HTTP_OPEN,
  DHEERA_HTTP_LAST,   /* what is queued goes out, and that is it */
  DHEERA_HTTP_LINGER, /* all was sent; what still comes is thrown away, so that the client reads the answer before it sees a reset */
  DHEERA_HTTP_CLOSED,
} DheeraHttpState;

typedef enum
{
  DHEERA_HTTP_UNANSWERED,
  DHEERA_HTTP_BEGUN,
  DHEERA_HTTP_ANSWERED,
} DheeraHttpAnswer;

struct _DheeraHttpIncoming
{
  DheeraIncoming base;
  DheeraHttpConnection *connection;
  DheeraHttpHead *head;
  DheeraHttpAnswer answer;
  gboolean silent;  /* the answer has no body */
  gboolean chunked;
  gboolean close;   /* the connection ends with this answer */
  gboolean full;    /* write() said that it is enough */
  gboolean body_ended; /* on_body_end was called */
  gboolean continued;  /* 100 Continue was sent */
};

struct _DheeraHttpConnection
{
  DheeraHttpWatch watch;
  guint refs;
  DheeraFront *front;
  GList link;          /* in front->connections */
  GList deferred_link;
  gboolean deferred;

  DheeraHttpState state;
  DheeraHttpLink socket;
  char *peer;
  guint events;        /* what epoll was told */
  gboolean busy;       /* it is being looked at, and need not be deferred */
  gboolean broken;     /* nothing can be sent any more */
  gboolean blocked;    /* the socket takes nothing just now */
  gboolean deaf;       /* what comes is of no interest */
  gboolean idle;       /* a request was served, and nothing of a next one has come */
  gboolean wants_write; /* of the handshake */

  DheeraHttpHeadParser parser;
  DheeraHttpBody body;
  DheeraHttpIncoming *incoming; /* nullable */
  DheeraHttpOutput output;

  char *input;         /* came, and was not used yet */
  gsize input_length;
  gsize input_allocated;
  const char *view;    /* what is being looked at: in input, or in the front's scratch */
  gsize view_length;
  gsize progress;      /* bytes of the body since its deadline was set, or bytes thrown away */

  gint64 read_deadline;
  gint64 write_deadline;
};

/* dheera-http-front.c */
void                  dheera_http_front_unref         (DheeraFront          *self);
/* Lets the front look at the deadline in time. */
void                  dheera_http_front_note_deadline (DheeraFront          *self,
                                                       gint64                deadline);
void                  dheera_http_front_defer         (DheeraFront          *self,
                                                       DheeraHttpConnection *connection);
/* A connection has left the list. */
void                  dheera_http_front_note_closed   (DheeraFront          *self);
/* The value of Date */
const char           *dheera_http_front_get_date      (DheeraFront          *self);

/* dheera-http-connection.c */
/* Takes the descriptor. */
void                  dheera_http_connection_open     (DheeraFront          *front,
                                                       int                   fd,
                                                       char                 *peer);
DheeraHttpConnection *dheera_http_connection_ref      (DheeraHttpConnection *self);
void                  dheera_http_connection_unref    (DheeraHttpConnection *self);
/* Does whatever there is to do. */
void                  dheera_http_connection_run      (DheeraHttpConnection *self);
void                  dheera_http_connection_flush    (DheeraHttpConnection *self);
/* One of its deadlines has passed. */
void                  dheera_http_connection_expire   (DheeraHttpConnection *self,
                                                       gint64                now);
/* orderly: what was to be sent was. Calls on_done for the request that is under way. */
void                  dheera_http_connection_close    (DheeraHttpConnection *self,
                                                       gboolean              orderly,
                                                       gboolean              reset);

/* dheera-http-answer.c */
extern const DheeraIncomingClass dheera_http_incoming_class;
/* The front's own answer to what is no request, or none that it takes */
void                  dheera_http_answer_refuse       (DheeraHttpConnection *connection,
                                                       guint                 status,
                                                       const char           *reason);

G_END_DECLS
