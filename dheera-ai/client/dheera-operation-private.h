/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-client-private.h"
#include "dheera-http-exchange.h"

#include "dheera-ai/model/calls/dheera-call-private.h"
#include "dheera-ai/providers/tokens/dheera-token-flight-private.h"
#include "dheera-ai/transport/dheera-exchange-private.h"

G_BEGIN_DECLS

/* One call as a state machine without I/O: it says what has to be done next, a driver does it (blocking, or on the main context) and reports back.
 *
 *        encode ──► KEY ──► SEND ──► READ ⟲ decode ──► DONE
 *                    ▲                 │
 *                    └──── SLEEP ◄─────┘ a failure that is worth another attempt
 *
 * Where the key is to be exchanged for an access token first, SEND and READ are gone through twice (dheera-operation-token.c).
 *
 * All that is decided about a call is decided in dheera-operation.c, -key.c and -token.c; the drivers only wait. */

typedef enum
{
  DHEERA_STEP_KEY,   /* ask the provider's credentials function, or wait for the token that another call is getting */
  DHEERA_STEP_SEND,  /* send operation->exchange */
  DHEERA_STEP_READ,  /* read from operation->exchange */
  DHEERA_STEP_SLEEP, /* wait for operation->delay_ms */
  DHEERA_STEP_DONE,
} DheeraStep;

typedef struct _DheeraOperation DheeraOperation;
typedef struct _DheeraRun DheeraRun; /* an asynchronous driver at work */

/* What the client's public functions differ in */
typedef struct
{
  const char *name;
  gboolean chat;   /* an answer that a DheeraResponse holds; else the protocol's codec of the task */
  gboolean stream;
  DheeraTask task;
  gboolean model_optional; /* without a model in the request the provider takes one of its own */
} DheeraEndpoint;

/* Called once per socket read that brought something, when its frames are decoded */
typedef void (*DheeraProgressFunc) (DheeraOperation *operation,
                                    gpointer         user_data);

struct _DheeraOperation
{
  DheeraClient *client;
  DheeraCall *call;
  const DheeraEndpoint *endpoint;
  const DheeraProtocol *protocol; /* what the provider speaks for this model */
  const DheeraCodec *codec;      /* of the endpoint's task; NULL for chat */
  DheeraProvider *provider;      /* NULL when it could not be found: error says why */
  DheeraTransport *transport;
  SoupSession *session;          /* the user's, kept to the end of the call: between two attempts nobody else may hold it; nullable */
  DheeraHttpRequest *http;       /* the snapshot of the request: encoded once, sent in every attempt */
  char *key;                     /* of the attempt; wiped */
  char *request_key;             /* the request's own; wiped */
  DheeraTimeouts timeouts;
  double total_timeout;
  guint max_retries;
  guint n_choices;               /* that are asked for, 0 where there are none */
  GPtrArray *warnings;
  GPtrArray *middleware;         /* of the client when the call was made; nullable */
  gboolean special_tier;         /* was asked for: list prices do not hold */

  DheeraStep step;
  DheeraExchange *exchange;      /* that is sent or read: the token's or the call's own */
  DheeraHttpExchange *http_exchange; /* what the middleware knows it as, until its head was seen; nullable */
  DheeraTokenSource *token_source; /* where the attempt's key comes from, nullable */
  DheeraHttpRequest *token_http;
  gboolean fetching_token;       /* the exchange is the token's */
  DheeraTokenFlight *flight;     /* the fetch of it, from which other calls take the token as well; nullable */
  gboolean flies;                /* it is this call that fetches */
  gint64 flight_joined;          /* monotonic, when the wait for another call's fetch began */
  gboolean impatient;            /* it has waited for another call in vain */
  char *advice;                  /* what to do about the attempt's failure where its code does not say; nullable */
  DheeraBuffers *buffers;        /* from the first answer on */
  char *read_into;               /* what dheera_operation_reserve() gave out last */
  DheeraDecoder *decoder;
  gint64 start;                  /* monotonic, 0 before the first step */
  gint64 delay_ms;
  gboolean framed;               /* the answer comes as a stream of frames */
  gboolean speaks_json;          /* something of the answer looks like JSON, whatever its content type is */
  gboolean key_refused;          /* the credentials function, or the token endpoint, was asked once more after a 401 */
  gboolean dns_retried;
  gboolean recording;            /* deltas are wanted */
  gboolean announced;            /* call-started was emitted */
  gboolean unsettled;            /* something was read when no driver was at work */

  DheeraProgressFunc progress;
  gpointer progress_data;

  GObject *result;               /* when DONE */
  GError *error;                 /* when DONE without a result */
  DheeraRun *run;                /* nullable */
  gboolean blocking;             /* driven by blocking calls; meaningful once started */
};

/* Never fails: what is wrong is the operation's error, and its first step DONE. model_from_request is NULL for endpoints without a model. */
DheeraOperation   *dheera_operation_new           (DheeraClient         *client,
                                                   const DheeraEndpoint *endpoint,
                                                   DheeraBaseRequest    *request) G_GNUC_WARN_UNUSED_RESULT;
void               dheera_operation_free          (DheeraOperation *self);

DheeraAccumulator *dheera_operation_get_accumulator (DheeraOperation *self); /* nullable */
void               dheera_operation_set_recording (DheeraOperation *self,
                                                   gboolean         recording);

/* What drivers report. */
void               dheera_operation_begin         (DheeraOperation *self);
/* done is called once, with what is to be passed to dheera_operation_got_key(): perhaps from inside this call, perhaps later, in any thread. */
void               dheera_operation_ask_for_key   (DheeraOperation *self,
                                                   DheeraCredentialsDone done,
                                                   gpointer         user_data,
                                                   GDestroyNotify   destroy);
/* Until when that is waited for, monotonic; 0 for no end */
gint64             dheera_operation_get_key_deadline (DheeraOperation *self);
void               dheera_operation_got_key       (DheeraOperation *self,
                                                   const char      *key,
                                                   const GError    *error);
void               dheera_operation_key_timed_out (DheeraOperation *self);
void               dheera_operation_sent          (DheeraOperation *self,
                                                   GError          *error); /* (transfer full) (nullable) */
char              *dheera_operation_reserve       (DheeraOperation *self,
                                                   gsize           *size);
void               dheera_operation_read          (DheeraOperation *self,
                                                   gssize           n,
                                                   GError          *error); /* (transfer full) (nullable) */
void               dheera_operation_slept         (DheeraOperation *self,
                                                   GError          *error); /* (transfer full) (nullable) */

/* The call was cancelled while no driver was at work: ends it there and then, unless it has ended. */
void               dheera_operation_cancelled     (DheeraOperation *self);

/* Cancels the call when the cancellable is; until the handler is taken back. Not with g_cancellable_disconnect(), which waits for ever inside of a handler of the
 * same cancellable, and an application may iterate its main loop there. */
gulong             dheera_operation_follow        (DheeraOperation *self,
                                                   GCancellable    *cancellable);

/* How far a driver goes: to the end, or to the next recorded delta. */
typedef enum
{
  DHEERA_UNTIL_DELTA,
  DHEERA_UNTIL_DONE,
} DheeraUntil;

gboolean           dheera_operation_has_reached   (DheeraOperation *self,
                                                   DheeraUntil      until);

/* The drivers. cancellable is chained to the call's own and never cancelled itself. */
void               dheera_operation_drive         (DheeraOperation *self,
                                                   DheeraUntil      until,
                                                   GCancellable    *cancellable);

typedef void     (*DheeraOperationFunc)           (DheeraOperation *self,
                                                   gpointer         user_data);
/* func is called once, perhaps from inside this call when nothing is left to wait for. */
void               dheera_operation_drive_async   (DheeraOperation     *self,
                                                   DheeraUntil          until,
                                                   GCancellable        *cancellable,
                                                   DheeraOperationFunc  func,
                                                   gpointer             user_data);
/* Between two asynchronous runs: reads what is there without waiting, up to the next recorded delta. */
void               dheera_operation_read_ready    (DheeraOperation     *self);
/* Abandons a run without its func; of no run nothing happens. */
void               dheera_run_abandon             (DheeraRun *run);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DheeraOperation, dheera_operation_free)

G_END_DECLS
