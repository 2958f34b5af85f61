/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model-util.h"

#include "dheera-ai/model/responses/dheera-rate-limits-private.h"

static void
test_fresh (void)
{
  g_autoptr (DheeraRateLimits) limits = dheera_rate_limits_new ();

  assert_properties (DHEERA_TYPE_RATE_LIMITS, "requests-limit requests-remaining requests-reset tokens-limit tokens-remaining tokens-reset");
  g_assert_cmpint (dheera_rate_limits_get_requests_limit (limits), ==, -1);
  g_assert_cmpint (dheera_rate_limits_get_requests_remaining (limits), ==, -1);
  g_assert_cmpfloat (dheera_rate_limits_get_requests_reset (limits), ==, -1);
  g_assert_cmpint (dheera_rate_limits_get_tokens_limit (limits), ==, -1);
  g_assert_cmpint (dheera_rate_limits_get_tokens_remaining (limits), ==, -1);
  g_assert_cmpfloat (dheera_rate_limits_get_tokens_reset (limits), ==, -1);
}

static void
test_properties (void)
{
  g_autoptr (DheeraRateLimits) limits = dheera_rate_limits_new ();
  gint64 requests_limit, requests_remaining, tokens_limit, tokens_remaining;
  double requests_reset, tokens_reset;

  limits->limit[DHEERA_LIMITED_REQUESTS] = 1;
  limits->remaining[DHEERA_LIMITED_REQUESTS] = 2;
  limits->reset[DHEERA_LIMITED_REQUESTS] = 0.5;
  limits->limit[DHEERA_LIMITED_TOKENS] = 3;
  limits->remaining[DHEERA_LIMITED_TOKENS] = 4;
  limits->reset[DHEERA_LIMITED_TOKENS] = 1.5;
  g_object_get (limits, "requests-limit", &requests_limit, "requests-remaining", &requests_remaining, "requests-reset", &requests_reset,
                "tokens-limit", &tokens_limit, "tokens-remaining", &tokens_remaining, "tokens-reset", &tokens_reset, NULL);
  g_assert_cmpint (requests_limit, ==, 1);
  g_assert_cmpint (requests_remaining, ==, 2);
  g_assert_cmpfloat (requests_reset, ==, 0.5);
  g_assert_cmpint (tokens_limit, ==, 3);
  g_assert_cmpint (tokens_remaining, ==, 4);
  g_assert_cmpfloat (tokens_reset, ==, 1.5);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rate-limits/fresh", test_fresh);
  g_test_add_func ("/rate-limits/properties", test_properties);

  return g_test_run ();
}
