/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/transport/dheera-exchange-private.h"
#include "tests/servers/fault-server.h"
#include "tests/servers/http2-server.h"

/* Runs one exchange from its beginning to its end, blocking or with the default main context, and says how it went. */

typedef enum
{
  RUN_BLOCKING,
  RUN_ASYNC,
} RunMode;

/* Seconds that what happens in time may be late on a machine that is busy. Without the limit that is tested it would be 20 seconds, or never. */
#define LATE 12

#define FOR_EACH_MODE(mode) for (RunMode mode = RUN_BLOCKING; mode <= RUN_ASYNC; mode++)

typedef struct
{
  DheeraTransport *transport;
  const char *url;
  const char *method;            /* "POST" */
  const char *key;               /* "sk-test" */
  DheeraAuth auth;
  const char *auth_header;
  const char *sign_region;
  DheeraFraming framing;
  gsize body_size;               /* 2 */
  DheeraTimeouts timeouts;       /* 20 seconds in all */
  GCancellable *cancellable;
  gboolean mark_first_token;     /* with the first bytes */
  gboolean head_only;            /* the body is not read */
  gboolean no_settling;          /* after an asynchronous run */
  void (*with_exchange) (DheeraExchange *exchange, gpointer user_data); /* before it is sent */
  void (*with_head) (DheeraExchange *exchange, gpointer user_data);
  gpointer user_data;
} Run;

typedef struct
{
  guint status;                  /* 0 when there was no head */
  GString *body;
  GError *error;
  double seconds;
  guint n_callbacks;
  guint n_empty_waits;
  char *content_type;
  char *description;
  DheeraExchangeStats stats;
} Outcome;

void            outcome_free         (Outcome *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Outcome, outcome_free)

/* The exchange that run describes, not sent yet */
DheeraExchange *runner_make_exchange (const Run *run);
Outcome        *run_exchange         (RunMode    mode,
                                      const Run *run);
/* Iterates the default main context for what libsoup finishes in its own time, and any callback too many. */
void            runner_settle        (guint ms);
/* A SoupLoggerPrinter that adds to the guint that it is given */
void            runner_count_log     (SoupLogger        *logger,
                                      SoupLoggerLogLevel level,
                                      char               direction,
                                      const char        *data,
                                      gpointer           user_data);
/* A session of the application's that trusts the tests' certificates. */
SoupSession    *runner_make_session  (void);

/* Errors name what they are about and never a key. */
void            assert_failed        (Outcome              *outcome,
                                      DheeraTransportError  code,
                                      const char           *pattern);
/* Lets the last user go and sees the session go with it. */
void            assert_freed         (SoupSession *session);
