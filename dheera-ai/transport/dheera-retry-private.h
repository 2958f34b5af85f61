/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Pure: whether a failed attempt is made again, and after how long. Time and chance come in as arguments, so a test says what they are. */

typedef struct
{
  guint attempt;             /* attempts made so far, from 1 */
  guint max_retries;
  gboolean retryable;        /* what the error itself says (status, provider code) */
  gboolean delivered;        /* something reached the application: never again then */
  const char *should_retry;  /* x-should-retry, nullable */
  gint64 retry_after_ms;     /* from dheera_retry_parse_after(), -1 when the server said nothing */
  gint64 time_left_ms;       /* until the call's deadline, -1 for none */
  double random;             /* in [0, 1) */
} DheeraRetryInput;

/* Milliseconds to wait, or -1 for no more attempts. Backoff 0.5 s * 2^n up to 8 s, less up to 25 % by random; a server's wish is honoured exactly up to
 * 120 s, beyond that (or beyond the deadline) there is no retry. */
gint64  dheera_retry_decide      (const DheeraRetryInput *input);

/* Milliseconds from retry-after-ms, else retry-after (decimal seconds or an HTTP date, relative to the response's Date or, without one, now). -1 when neither can be read,
 * negative values, NaN and dates in the past count as 0; never overflows. now is in seconds since the epoch. */
gint64  dheera_retry_parse_after (const char *retry_after_ms,
                                  const char *retry_after,
                                  const char *date,
                                  gint64      now);

/* A duration as rate-limit headers give it: "6m0s", "12ms", "1h2m3s", plain seconds. Seconds, or -1 when it is none of these. */
double  dheera_retry_parse_duration (const char *text);

/* 408, 409, 429 and 5xx */
gboolean dheera_retry_status_is_retryable (guint status);

G_END_DECLS
