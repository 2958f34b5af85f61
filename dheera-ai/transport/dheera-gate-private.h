/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-origin-private.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* The queue in front of one session. libsoup has one too, but what waits there hears neither a cancellable nor a deadline, so no message is given to
 * libsoup before it can have a connection at once. The application's own messages are counted along. */

#define DHEERA_GATE_MAX_STARTING 4
#define DHEERA_GATE_STARTING_COUNTS_FOR (50 * 1000) /* microseconds */

typedef struct _DheeraGate DheeraGate;

typedef enum
{
  DHEERA_TICKET_NONE,
  DHEERA_TICKET_WAITING,
  DHEERA_TICKET_STARTING, /* admitted, its request is not on its way yet */
  DHEERA_TICKET_RUNNING,  /* still counted until libsoup has let go of the message */
} DheeraTicketState;

/* The place of one message, of which every call takes the same gate. */
typedef struct
{
  gatomicrefcount ref_count;
  DheeraTicketState state;
  DheeraOrigin *origin;
  GThread *thread;        /* whose connection it is over HTTP/2 */
  GSource *waker;         /* made ready on admission; NULL for a thread that waits in dheera_gate_wait() */
  gpointer context;       /* of the waker, not referenced and only compared */
  GCond cond;             /* for that thread */
  GList link;
  gint64 started;
  gboolean blocking;
  gboolean woken;
  gboolean finds_idle;     /* on admission: a connection that can be reused, */
  gboolean finds_starting; /* and somebody else's that is being made */
  gboolean leaves_idle;
} DheeraTicket;

DheeraTicket      *dheera_ticket_new         (void);
DheeraTicket      *dheera_ticket_ref         (DheeraTicket *self);
void               dheera_ticket_unref       (DheeraTicket *self);
/* Whether the message is the library's own: dheera_gate_bind() was called for it. */
gboolean           dheera_ticket_is_of       (SoupMessage  *message);

DheeraGate        *dheera_gate_new           (SoupSession *session);
/* The session may live on; its signals are not listened to any more. */
void               dheera_gate_free          (DheeraGate  *self,
                                              SoupSession *session);

/* Admits the ticket or puts it into the queue. waker is NULL for a blocking call. */
void               dheera_gate_enter         (DheeraGate   *self,
                                              DheeraTicket *ticket,
                                              GUri         *uri,
                                              GSource      *waker);
/* Blocks until the ticket is admitted, woken by dheera_gate_wake() or the deadline (0 for none) is over. */
void               dheera_gate_wait          (DheeraGate   *self,
                                              DheeraTicket *ticket,
                                              gint64        deadline);
/* Admits what may go by now, and tells when to look again: at the deadline (0 for none), or before it where this ticket looks for others as well. */
gint64             dheera_gate_look_again    (DheeraGate   *self,
                                              DheeraTicket *ticket,
                                              gint64        deadline);
/* From any thread. */
void               dheera_gate_wake          (DheeraGate   *self,
                                              DheeraTicket *ticket);
gboolean           dheera_gate_is_admitted   (DheeraGate   *self,
                                              DheeraTicket *ticket);
/* Lets libsoup's signals tell when the message is over, from which moment the ticket is free. */
void               dheera_gate_bind          (DheeraGate   *self,
                                              DheeraTicket *ticket,
                                              SoupMessage  *message);
void               dheera_gate_started       (DheeraGate   *self,
                                              DheeraTicket *ticket,
                                              gboolean      is_http2,
                                              gboolean      is_reused);
/* libsoup makes the connections to one host one after the other, since the first might turn out to be HTTP/2 and enough for all. Over HTTP/1.1 that
 * costs each further call the time to connect of all before it, unless it asks for a connection of its own, which also means not to reuse one. */
gboolean           dheera_gate_wants_new_connection (DheeraGate   *self,
                                                     DheeraTicket *ticket);
/* The message's connection will be free for the next one. */
void               dheera_gate_leave_idle    (DheeraGate   *self,
                                              DheeraTicket *ticket);
/* Gives the place back, in every state; does nothing for a ticket that is free. */
void               dheera_gate_leave         (DheeraGate   *self,
                                              DheeraTicket *ticket);

/* What a waiting ticket waits for, as a phrase with the limit's name and value. */
char              *dheera_gate_describe_wait (DheeraGate   *self,
                                              DheeraTicket *ticket);
/* Whether messages may be in the session that were there before the gate was: then a blocking send may wait in libsoup's own queue. */
gboolean           dheera_gate_is_blind      (DheeraGate   *self,
                                              SoupSession  *session);
/* Whether nothing but the library's own messages are in the session. */
gboolean           dheera_gate_is_exclusive  (DheeraGate   *self);

G_END_DECLS
