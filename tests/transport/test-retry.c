/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-ai/transport/dheera-retry-private.h"

typedef struct
{
  DheeraRetryInput input;
  gint64 expected;
} Decision;

/* attempt, max_retries, retryable, delivered, should_retry, retry_after_ms, time_left_ms, random */
static const Decision decisions[] = {
  { { 1, 2, TRUE, FALSE, NULL, -1, -1, 0.0 }, 500 },
  { { 2, 2, TRUE, FALSE, NULL, -1, -1, 0.0 }, 1000 },
  { { 3, 2, TRUE, FALSE, NULL, -1, -1, 0.0 }, -1 },
  { { 3, 9, TRUE, FALSE, NULL, -1, -1, 0.0 }, 2000 },
  { { 4, 9, TRUE, FALSE, NULL, -1, -1, 0.0 }, 4000 },
  { { 5, 9, TRUE, FALSE, NULL, -1, -1, 0.0 }, 8000 },
  { { 6, 9, TRUE, FALSE, NULL, -1, -1, 0.0 }, 8000 },
  { { 4000000000u, 4294967295u, TRUE, FALSE, NULL, -1, -1, 0.0 }, 8000 },
  { { 1, 2, TRUE, FALSE, NULL, -1, -1, 0.5 }, 437 },
  { { 1, 2, TRUE, FALSE, NULL, -1, -1, 0.999999 }, 375 },
  { { 5, 9, TRUE, FALSE, NULL, -1, -1, 0.999999 }, 6000 },
  { { 1, 0, TRUE, FALSE, NULL, -1, -1, 0.0 }, -1 },
  { { 1, 2, FALSE, FALSE, NULL, -1, -1, 0.0 }, -1 },
  { { 1, 2, TRUE, TRUE, NULL, -1, -1, 0.0 }, -1 },
  { { 1, 2, TRUE, TRUE, "true", 100, -1, 0.0 }, -1 },
  { { 1, 2, FALSE, FALSE, "true", -1, -1, 0.0 }, 500 },
  { { 1, 2, TRUE, FALSE, "false", -1, -1, 0.0 }, -1 },
  { { 1, 2, TRUE, FALSE, "maybe", -1, -1, 0.0 }, 500 },
  { { 3, 2, TRUE, FALSE, "true", -1, -1, 0.0 }, -1 },
  { { 1, 2, TRUE, FALSE, NULL, 0, -1, 0.0 }, 0 },
  { { 1, 2, TRUE, FALSE, NULL, 1, -1, 0.9 }, 1 },
  { { 2, 2, TRUE, FALSE, NULL, 30000, -1, 0.9 }, 30000 },
  { { 1, 2, TRUE, FALSE, NULL, 120000, -1, 0.0 }, 120000 },
  { { 1, 2, TRUE, FALSE, NULL, 120001, -1, 0.0 }, -1 },
  { { 1, 2, TRUE, FALSE, NULL, G_MAXINT64, -1, 0.0 }, -1 },
  { { 1, 2, TRUE, FALSE, NULL, -1, 501, 0.0 }, 500 },
  { { 1, 2, TRUE, FALSE, NULL, -1, 500, 0.0 }, -1 },
  { { 1, 2, TRUE, FALSE, NULL, -1, 0, 0.0 }, -1 },
  { { 1, 2, TRUE, FALSE, NULL, 1000, 2000, 0.0 }, 1000 },
  { { 1, 2, TRUE, FALSE, NULL, 3000, 2000, 0.0 }, -1 },
};

static void
test_decide (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (decisions); i++)
    {
      g_test_message ("row %u", i);
      g_assert_cmpint (dheera_retry_decide (&decisions[i].input), ==, decisions[i].expected);
    }
}

/* Over the whole range of chance the wait is what it may be, and evenly so. */
static void
test_jitter (void)
{
  DheeraRetryInput input = { .attempt = 2, .max_retries = 5, .retryable = TRUE, .retry_after_ms = -1, .time_left_ms = -1 };
  gint64 sum = 0;

  for (guint i = 0; i < 1000; i++)
    {
      gint64 delay;

      input.random = i / 1000.0;
      delay = dheera_retry_decide (&input);
      g_assert_cmpint (delay, >=, 750);
      g_assert_cmpint (delay, <=, 1000);
      sum += delay;
    }
  g_assert_cmpint (sum / 1000, >=, 873);
  g_assert_cmpint (sum / 1000, <=, 877);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/retry/decide", test_decide);
  g_test_add_func ("/retry/jitter", test_jitter);

  return g_test_run ();
}
