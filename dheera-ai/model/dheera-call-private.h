/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-call.h"

G_BEGIN_DECLS

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

  GCancellable *cancellable; /* what dheera_call_cancel() fires */
};

/* operation is a literal */
DheeraCall *dheera_call_new (const char *operation) G_GNUC_WARN_UNUSED_RESULT;

/* Forgets what the last attempt measured. */
void        dheera_call_begin_attempt (DheeraCall *self);

G_END_DECLS
