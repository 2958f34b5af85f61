/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "dheera-ai/providers/dheera-rate-limit-private.h"

#define NOW 1767225600 /* 2026-01-01T00:00:00Z */

typedef struct
{
  const char *headers; /* "name: value\n..." */
  gint64 requests_limit, requests_remaining;
  double requests_reset;
  gint64 tokens_limit, tokens_remaining;
  double tokens_reset;
} Case;

static const Case cases[] = {
  /* OpenAI */
  { "x-ratelimit-limit-requests: 5000\nx-ratelimit-limit-tokens: 2000000\nx-ratelimit-remaining-requests: 4999\n"
    "x-ratelimit-remaining-tokens: 1999984\nx-ratelimit-reset-requests: 12ms\nx-ratelimit-reset-tokens: 6m0s",
    5000, 4999, 0.012, 2000000, 1999984, 360 },
  { "X-RateLimit-Remaining-Requests: 0\nX-RateLimit-Reset-Requests: 1h2m3.5s", -1, 0, 3723.5, -1, -1, -1 },
  /* Anthropic */
  { "anthropic-ratelimit-requests-limit: 50\nanthropic-ratelimit-requests-remaining: 49\nanthropic-ratelimit-requests-reset: 2026-01-01T00:01:05Z\n"
    "anthropic-ratelimit-input-tokens-limit: 1\nanthropic-ratelimit-output-tokens-remaining: 2\n"
    "anthropic-ratelimit-tokens-limit: 40000\nanthropic-ratelimit-tokens-remaining: 39000\nanthropic-ratelimit-tokens-reset: 2025-12-31T23:59:59Z",
    50, 49, 65, 40000, 39000, 0 },
  /* Mistral, Cerebras, Hugging Face: several periods, of which the shortest is told, in whatever order they come */
  { "x-ratelimit-limit-req-minute: 100\nx-ratelimit-remaining-req-minute: 99\nx-ratelimit-limit-tokens-minute: 100000\nx-ratelimit-tokens-query-cost: 32\n"
    "x-ratelimit-limit-audio-seconds-minute: 7\nratelimitbysize-limit: 8",
    100, 99, -1, 100000, -1, -1 },
  { "x-ratelimit-limit-requests-day: 14400\nx-ratelimit-remaining-requests-minute: 30\nx-ratelimit-limit-requests-hour: 900\n"
    "x-ratelimit-remaining-tokens-day: 9223372036854767616",
    -1, 30, -1, -1, -1, -1 },
  { "x-ratelimit-remaining-requests-minute: 30\nx-ratelimit-limit-requests-minute: 60\nx-ratelimit-limit-requests-day: 14400", 60, 30, -1, -1, -1, -1 },
  /* Together, OpenRouter, Cohere, and who follows the drafts */
  { "x-ratelimit-limit: 2\nx-ratelimit-remaining: 1\nx-ratelimit-reset: 2\nx-tokenlimit-limit: 3000\nx-tokenlimit-remaining: 2910\nx-ratelimit: false", 2, 1, 2, 3000, 2910, -1 },
  { "X-RateLimit-Limit: 1\nX-RateLimit-Remaining: 0\nX-RateLimit-Reset: 1767225660000", 1, 0, 60, -1, -1, -1 },
  { "x-ratelimit-reset: 1767225630\nx-ratelimit-remaining: 3", -1, 3, 30, -1, -1, -1 },
  { "x-endpoint-monthly-call-limit: 1000\nx-trial-endpoint-call-limit: 10\nx-trial-endpoint-call-remaining: 9", 10, 9, -1, -1, -1, -1 },
  { "ratelimit-remaining: 599\nratelimit-reset: 1", -1, 599, 1, -1, -1, -1 },
  /* Azure */
  { "x-ratelimit-abusepenalty-active: False\nx-ratelimit-key: grok\nx-ratelimit-renewalperiod-tokens: 60\nx-ratelimit-limit-tokens: 50000\nx-ratelimit-reset-tokens: 0",
    -1, -1, -1, 50000, -1, 0 },
  /* What can't be read */
  { "x-ratelimit-limit-requests: many\nx-ratelimit-remaining-requests: -3\nx-ratelimit-reset-requests: soon\nx-ratelimit-limit-tokens: 99999999999999999999", -1, -1, -1, -1, -1, -1 },
};

static void
read_headers (DheeraRateLimitReader *reader,
              const char            *headers)
{
  g_auto (GStrv) lines = g_strsplit (headers, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      char *colon = strchr (lines[i], ':');

      *colon = '\0';
      dheera_rate_limit_read (reader, lines[i], colon + 2);
    }
}

static void
test_cases (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const Case *c = &cases[i];
      DheeraRateLimitReader reader = { .now = NOW };
      g_autoptr (DheeraRateLimits) limits = NULL;

      read_headers (&reader, c->headers);
      limits = reader.limits;
      g_test_message ("%s", c->headers);
      g_assert_nonnull (limits);
      g_assert_cmpint (limits->limit[DHEERA_LIMITED_REQUESTS], ==, c->requests_limit);
      g_assert_cmpint (limits->remaining[DHEERA_LIMITED_REQUESTS], ==, c->requests_remaining);
      g_assert_cmpfloat_with_epsilon (limits->reset[DHEERA_LIMITED_REQUESTS], c->requests_reset, 1e-9);
      g_assert_cmpint (limits->limit[DHEERA_LIMITED_TOKENS], ==, c->tokens_limit);
      g_assert_cmpint (limits->remaining[DHEERA_LIMITED_TOKENS], ==, c->tokens_remaining);
      g_assert_cmpfloat_with_epsilon (limits->reset[DHEERA_LIMITED_TOKENS], c->tokens_reset, 1e-9);
    }
}

/* Other headers make no object. */
static void
test_others (void)
{
  DheeraRateLimitReader reader = { .now = NOW };

  read_headers (&reader, "content-type: application/json\nx-request-id: 1\nx-limit: 5\nx-call-remaining: 5\nratelimit: limit=3\nratelimit-policy: 10;w=1\n"
                         "x-ratelimit-: 3\n-x-ratelimit-limit: 3\nx--ratelimit-limit: 3\nretry-after: 3\nrate: 5");
  g_assert_null (reader.limits);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rate-limit/cases", test_cases);
  g_test_add_func ("/rate-limit/others", test_others);

  return g_test_run ();
}
