/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-ai/wire/dheera-http-private.h"

#define NOW 1700000000 /* Tue, 14 Nov 2023 22:13:20 GMT */

typedef struct
{
  const char *ms;
  const char *after;
  const char *date;
  gint64 expected;
} After;

static const After afters[] = {
  { NULL, NULL, NULL, -1 },
  { "1500", NULL, NULL, 1500 },
  { "1500", "7", NULL, 1500 },
  { "0", "7", NULL, 0 },
  { "12.7", NULL, NULL, 12 },
  { "-5", "7", NULL, 7000 },
  { "soon", "7", NULL, 7000 },
  { "", "7", NULL, 7000 },
  { NULL, "7", NULL, 7000 },
  { NULL, "0.25", NULL, 250 },
  { NULL, " 3 ", NULL, 3000 },
  { NULL, "+3", NULL, 3000 },
  { NULL, "-3", NULL, -1 },
  { NULL, "NaN", NULL, -1 },
  { "nan", NULL, NULL, -1 },
  { NULL, "inf", NULL, -1 },
  { NULL, "0x10", NULL, -1 },
  { NULL, "1e3", NULL, 1000000 },
  { NULL, "1e400", NULL, G_MAXINT64 / 2 },
  { NULL, "-1e400", NULL, -1 },
  { NULL, "99999999999999999999999999", NULL, G_MAXINT64 / 2 },
  { NULL, "", NULL, -1 },
  { NULL, "7 seconds", NULL, -1 },
  { NULL, "7, 8", NULL, -1 },
  { NULL, "Tue, 14 Nov 2023 22:13:50 GMT", NULL, 30000 },
  { NULL, "Tue, 14 Nov 2023 22:13:20 GMT", NULL, 0 },
  { NULL, "Tue, 14 Nov 2023 22:00:00 GMT", NULL, 0 },
  { NULL, "Tuesday, 14-Nov-23 22:13:50 GMT", NULL, 30000 },
  { NULL, "Tue Nov 14 22:13:50 2023", NULL, 30000 },
  /* Newer versions of libsoup know no date from the year 9999 on. */
  { NULL, "Tue, 31 Dec 2999 23:59:59 GMT", NULL, G_GINT64_CONSTANT (30803679999) * 1000 },
  { NULL, "Tue, 99 Nov 2023 22:13:50 GMT", NULL, -1 },
  { NULL, "tomorrow", NULL, -1 },
  /* The server's clock goes an hour ahead of ours; what it means is still half a minute. */
  { NULL, "Tue, 14 Nov 2023 23:13:50 GMT", "Tue, 14 Nov 2023 23:13:20 GMT", 30000 },
  { NULL, "Tue, 14 Nov 2023 22:13:50 GMT", "nonsense", 30000 },
  { NULL, "7", "Tue, 14 Nov 2023 23:13:20 GMT", 7000 },
};

static void
test_after (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (afters); i++)
    {
      g_test_message ("row %u: %s, %s", i, afters[i].ms, afters[i].after);
      g_assert_cmpint (dheera_http_parse_retry_after (afters[i].ms, afters[i].after, afters[i].date, NOW), ==, afters[i].expected);
    }
}

typedef struct
{
  const char *text;
  double expected;
} Duration;

static const Duration durations[] = {
  { "6m0s", 360 }, { "12ms", 0.012 }, { "1h2m3s", 3723 }, { "20", 20 }, { "0.5", 0.5 }, { "1.5s", 1.5 }, { "1d", 86400 }, { "1m30.5s", 90.5 }, { "0s", 0 },
  { "7m12s500ms", 432.5 }, { "0", 0 },
  { NULL, -1 }, { "", -1 }, { "s", -1 }, { "-1s", -1 }, { "6 m", -1 }, { "6x", -1 }, { "m6", -1 }, { "1e400", -1 }, { "1e3", -1 }, { "0x10s", -1 }, { "nan", -1 },
  { "inf", -1 }, { "1s ", -1 }, { "+1s", -1 },
};

static void
test_duration (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (durations); i++)
    {
      g_test_message ("\"%s\"", durations[i].text);
      g_assert_cmpfloat_with_epsilon (dheera_http_parse_duration (durations[i].text), durations[i].expected, 1e-9);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/http-time/after", test_after);
  g_test_add_func ("/http-time/duration", test_duration);

  return g_test_run ();
}
