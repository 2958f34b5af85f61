/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/model/dheera-call.h"
#include "dheera-ai/model/dheera-watch-enums.h"

G_BEGIN_DECLS

/* What is kept of the HTTP messages of an attempt, when that is asked for. */
typedef struct
{
  DheeraCapture what;
  gsize limit;       /* bytes of each body */
  GString *received; /* of the answer's body, raw; nullable */
  guint64 n_received;

  char *request_headers; /* redacted, all four of them; nullable */
  char *request_body;
  char *response_headers;
  char *response_body;
} DheeraCallRecord;

DheeraCallRecord *dheera_call_record_new   (DheeraCapture what,
                                            gsize         limit) G_GNUC_WARN_UNUSED_RESULT;
void              dheera_call_record_free  (DheeraCallRecord *self);
/* Forgets the last attempt's. */
void              dheera_call_record_reset (DheeraCallRecord *self);
/* Some more bytes of the answer's body */
void              dheera_call_record_add   (DheeraCallRecord *self,
                                            const char       *bytes,
                                            gsize             length);

/* Filled in by the layer that makes the call, read by everybody else. */
struct _DheeraCall
{
  GObject parent_instance;

  const char *operation; /* static */
  char *provider;
  char *model;
  char *url; /* redacted */
  guint attempt;
  guint status;
  char *request_id;
  DheeraUsage *usage;
  double cost; /* USD, -1 unknown */
  DheeraRateLimits *rate_limits; /* nullable */
  DheeraErrorDetails *error_details;
  guint64 bytes_sent;
  guint64 bytes_received;
  double queue_time;
  double dns_time;
  double connect_time;
  double tls_time;
  double first_byte_time;
  double first_token_time;
  double total_time;
  gboolean connection_reused;
  gint64 start;   /* monotonic, 0 before it began */
  GError *error;  /* how it ended, nullable */
  char *traceparent; /* what is sent, nullable */
  char *tracestate;
  DheeraCallRecord *record; /* NULL when nothing is to be captured */

  /* Of the answer, when there is one */
  char *response_id;
  char *response_model;
  guint8 *finish_reasons; /* DheeraFinishReason */
  guint n_finish_reasons;

  GCancellable *cancellable; /* what dheera_call_cancel() fires */
  guint generation;          /* of the process that began the call */
};

/* operation is a literal */
DheeraCall *dheera_call_new (const char *operation) G_GNUC_WARN_UNUSED_RESULT;

/* Whether the call began in the parent, which forked this process since. It is not to be touched: the locks, main contexts and connections that are tied to it are the parent's. */
gboolean    dheera_call_is_inherited (DheeraCall *self);

/* Forgets what the last attempt measured. */
void        dheera_call_begin_attempt (DheeraCall *self);

/* "rate_limit": the error that the call ended with, or else its last attempt, in one word; NULL without one. free with g_free() */
char       *dheera_call_dup_error_type (DheeraCall *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
