/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-retry-private.h"

#define FIRST_DELAY_MS 500
#define MAX_DELAY_MS 8000
#define JITTER 0.25
#define MAX_SERVER_DELAY_MS (120 * 1000)

static gint64
backoff (guint  attempt,
         double random)
{
  guint doublings = MIN (attempt > 0 ? attempt - 1 : 0, 10);
  double delay = MIN ((double) FIRST_DELAY_MS * (1 << doublings), MAX_DELAY_MS);

  return (gint64) (delay * (1.0 - JITTER * CLAMP (random, 0.0, 1.0)));
}

gint64
dheera_retry_decide (const DheeraRetryInput *input)
{
  gboolean wanted = input->retryable;
  gint64 delay;

  /* The server's word counts more than the status, as in the official clients. */
  if (input->should_retry != NULL && g_ascii_strcasecmp (input->should_retry, "true") == 0)
    wanted = TRUE;
  else if (input->should_retry != NULL && g_ascii_strcasecmp (input->should_retry, "false") == 0)
    wanted = FALSE;

  if (!wanted || input->delivered || input->attempt > input->max_retries)
    return -1;

  delay = input->retry_after_ms >= 0 ? input->retry_after_ms : backoff (input->attempt, input->random);
  if (delay > MAX_SERVER_DELAY_MS || (input->time_left_ms >= 0 && delay >= input->time_left_ms))
    return -1;

  return delay;
}
