/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/model/dheera-error.h"

G_BEGIN_DECLS

/* What a failure is before it becomes a GError. Zero-initialise; strings are borrowed and copied by
 * the functions below. */
typedef struct
{
  DheeraError code;
  const char *message;       /* the provider's or transport's own words */
  guint status;              /* 0 without an answer */
  const char *provider;
  const char *model;
  const char *provider_code;
  const char *provider_type;
  const char *param;
  const char *request_id;
  double retry_after;        /* seconds, -1 unknown */
  gboolean retryable;
  const char *body;          /* what the server sent, cut to 2 KiB of valid UTF-8 by the details object */
} DheeraFailure;

#define DHEERA_FAILURE_INIT { .code = DHEERA_ERROR_FAILED, .retry_after = -1 }

DheeraErrorDetails *dheera_error_details_new       (const DheeraFailure *failure) G_GNUC_WARN_UNUSED_RESULT;

/* The other way round, for details that differ from these in a few members; the strings belong to self. */
DheeraFailure       dheera_error_details_to_failure (DheeraErrorDetails *self);

/* A GError of DHEERA_ERROR that carries the details (transfer none: it takes its own reference).
 * message is the whole sentence; cut to 1 KiB of valid UTF-8. */
GError             *dheera_error_new_with_details  (DheeraError          code,
                                                    DheeraErrorDetails  *details,
                                                    const char          *message) G_GNUC_WARN_UNUSED_RESULT;

/* INVALID_REQUEST found out here, before anything was sent. param (a literal or a path) goes into
 * the details, which also become the thread's last ones. */
void                dheera_set_invalid_request     (GError             **error,
                                                    const char          *param,
                                                    const char          *format,
                                                    ...) G_GNUC_PRINTF (3, 4);

/* "rate_limit": the code in one word, as logs, metrics and OpenTelemetry have it; "failed" for one that there is not. */
char               *dheera_error_dup_word          (DheeraError          code) G_GNUC_WARN_UNUSED_RESULT;

/* Sets the thread's last details (nullable clears); see dheera_error_details_get_last(). Every
 * public function that returns an error calls it. */
void                dheera_error_details_set_last  (DheeraErrorDetails  *details);

G_END_DECLS
