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
  gint64 retry_after_ms;     /* what the server asked for, -1 when the server said nothing */
  gint64 time_left_ms;       /* until the call's deadline, -1 for none */
  double random;             /* in [0, 1) */
} DheeraRetryInput;

/* Milliseconds to wait, or -1 for no more attempts. Backoff 0.5 s * 2^n up to 8 s, less up to 25 % by random; a server's wish is honoured exactly up to
 * 120 s, beyond that (or beyond the deadline) there is no retry. */
gint64 dheera_retry_decide (const DheeraRetryInput *input);

G_END_DECLS
