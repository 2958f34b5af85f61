/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-exchange-private.h"
#include "dheera-exchange-states-private.h"
#include "dheera-failure-private.h"
#include "dheera-fork-private.h"
#include "dheera-gate-private.h"
#include "dheera-transport-internal-private.h"
#include "dheera-watchdog-private.h"
#include "dheera-worker-private.h"

#include "dheera-ai/wire/dheera-process-private.h"

#define DHEERA_EXCHANGE_MIN_READ 64

G_BEGIN_DECLS

/* The inside of an exchange, shared by the files that make it up; dheera-exchange.c lists them. */

struct _DheeraExchange
{
  gatomicrefcount ref_count;
  guint generation;

  DheeraTransport *transport;
  SoupSession *session;    /* from send to close */
  DheeraSessionPolicy *policy; /* nullable */
  DheeraGate *gate;
  DheeraTicket *ticket;
  SoupMessage *message;
  gulong handlers[4];      /* of the message */
  char *key;
  DheeraAuth auth;
  const char *auth_header;
  const char *sign_service;
  char *sign_region;
  const char *content_type;
  DheeraFraming framing;
  GBytes *body;
  DheeraTimeouts timeouts;

  DheeraMode mode;
  DheeraPhase phase;
  gboolean closed;         /* by its owner */
  DheeraDeadline which;    /* the deadline that ended it */
  GError *error;           /* how it ended; every later operation gets a copy */
  GError *fault;
  char *wait_text;         /* what it waited for in the queue */
  DheeraExchangeStats stats;
  gint64 last_activity;
  gint first_token;        /* atomic */

  /* The way there */
  gboolean connected_anew;
  gboolean sent_before;    /* this is the second time */
  guint n_starts;
  guint n_informational;
  char *proxy;             /* host:port of the proxy that the connection goes to */
  gboolean proxy_negotiating;
  gboolean lacks_certificate; /* the server asked for one, and nobody had it */
  gboolean waits_for_threads; /* of GLib's, in a child */

  /* The answer */
  GInputStream *stream;
  char *media_type;
  goffset content_length;  /* -1 when the body's length is not known in bytes as they are read */
  gboolean is_coded;       /* compressed */
  gboolean body_end;
  gboolean is_http2;
  char spare[DHEERA_EXCHANGE_MIN_READ]; /* what was read for a buffer that was too small */
  gsize spare_offset;
  gsize spare_length;

  /* Cancelling, from any thread */
  GMutex mutex;
  GCancellable *inner;
  GCancellable *outer;
  gulong outer_id;
  gboolean outer_active;
  gint stop;               /* DheeraStop, atomic */

  /* Blocking */
  DheeraWatch watch;
  gboolean watched;
  gboolean inner_is_open;  /* has a file descriptor */
  guint n_misses;          /* reads in a row that found nothing */
  guint n_reads_to_wait;   /* that are not tried without waiting */

  gboolean has_context;    /* one of its own, which is the thread's default in its operations */

  /* Asynchronous; of the blocking ones it is where libsoup wants the message to be ended */
  GMainContext *context;
  GSource *pulse;          /* deadline, admission, cancellation and whatever must not be called from inside */
  gint64 pulse_at;
  gpointer body_tag;       /* of the body's descriptor in the pulse, nullable */
  GSource *readable;       /* libsoup's own source, where there is no such descriptor */
  int descriptor;          /* 0: not looked for, -1: there is none, or more than one */
  gboolean would_block;
  DheeraPending pending;
  DheeraExchangeFunc func;
  gpointer user_data;
};

/* In a child it is over, whatever its sources and sockets say: to go on with it would be to send it twice. */
static inline gboolean
dheera_exchange_is_inherited (DheeraExchange *self)
{
  return self->generation != dheera_process_get_generation ();
}

SoupMessage    *dheera_exchange_make_message     (DheeraTransport         *transport,
                                                  const DheeraHttpRequest *request);
DheeraExchange *dheera_exchange_ref              (DheeraExchange *self);
void            dheera_exchange_unref            (DheeraExchange *self);
void            dheera_exchange_stop             (DheeraExchange *self,
                                                  DheeraStop      why);
/* Links the caller's cancellable for one operation, and unlinks it. */
void            dheera_exchange_begin            (DheeraExchange *self,
                                                  GCancellable   *cancellable);
void            dheera_exchange_end              (DheeraExchange *self);
/* When the operation under way has to be over, 0 for never. */
gint64          dheera_exchange_get_deadline     (DheeraExchange *self,
                                                  DheeraDeadline *which);
/* The error of an exchange that was stopped, or NULL. */
GError         *dheera_exchange_make_stop_error  (DheeraExchange *self);
/* Takes error as the exchange's end. */
void            dheera_exchange_fail             (DheeraExchange *self,
                                                  GError         *error);
gboolean        dheera_exchange_copy_error       (DheeraExchange  *self,
                                                  GError         **error);
/* Session, gate and message; FALSE with self->error set. */
gboolean        dheera_exchange_prepare          (DheeraExchange *self);
/* Gives the message its body and credentials, just before libsoup takes it. */
void            dheera_exchange_dress            (DheeraExchange *self);
void            dheera_exchange_set_body         (DheeraExchange *self);
char           *dheera_exchange_dup_host         (DheeraExchange *self);

/* dheera-exchange-head.c */
void            dheera_exchange_watch_message    (DheeraExchange *self);
void            dheera_exchange_unwatch_message  (DheeraExchange *self);
void            dheera_exchange_end_wait_for_threads (DheeraExchange *self);
/* What libsoup's send gave. TRUE with the head in place; FALSE with self->error set, or without it when the message is to be sent once more. */
gboolean        dheera_exchange_take_head        (DheeraExchange *self,
                                                  GInputStream   *stream,
                                                  GError         *error);

/* dheera-exchange-body.c */
/* Where to read into for a caller's buffer: libsoup can't do with a few bytes. */
char           *dheera_exchange_get_read_buffer  (DheeraExchange *self,
                                                  char           *buffer,
                                                  gsize          *size);
/* Judges the result of one read and gives what the caller gets. */
gssize          dheera_exchange_take_read        (DheeraExchange  *self,
                                                  char            *buffer,
                                                  gsize            size,
                                                  gssize           n,
                                                  GError          *read_error,
                                                  GError         **error);
/* TRUE when the result of a read is known without reading. */
gboolean        dheera_exchange_answer_read      (DheeraExchange  *self,
                                                  char            *buffer,
                                                  gsize            size,
                                                  gssize          *result,
                                                  GError         **error);
void            dheera_exchange_release_stream   (DheeraExchange *self);

/* dheera-exchange-sync.c */
void            dheera_exchange_note_progress    (DheeraExchange *self);

/* dheera-exchange-async.c */
void            dheera_exchange_launch           (DheeraExchange *self);
void            dheera_exchange_check_deadline   (DheeraExchange *self);
void            dheera_exchange_pulse            (DheeraExchange *self);
void            dheera_exchange_unwatch_body     (DheeraExchange *self);
void            dheera_exchange_detach           (DheeraExchange *self);

G_END_DECLS
