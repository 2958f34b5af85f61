/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-ai/wire/dheera-mask-private.h"

static const char *const more[] = { "org-", NULL };

static const struct
{
  const char *text;
  const char *shown;
} cases[] = {
  { "", "" },
  { "no key", "no key" },
  { "sk-abcdefghijklmnop", "[hidden]" },
  { "sk-abcdefghijklmno", "sk-abcdefghijklmno" },
  { "Incorrect API key provided: sk-proj-****************abcd. See", "Incorrect API key provided: [hidden] See" },
  { "“AIzaSyA1234567890abcdef”", "“[hidden]”" },
  { "Bearer abcdefghijklmnopq, Bearer short", "[hidden], Bearer short" },
  { "task-abcdefghijklmnopqrstuvwxyz", "task-abcdefghijklmnopqrstuvwxyz" },
  { "gsk_abcdefghijklmnopqrst gsk_abcdefghijklmnopqrst", "[hidden] [hidden]" },
  { "of org-abcdefghijklmnopqrst.", "of [hidden]" },
  { "of proj_abcdefghijklmnopqrst", "of proj_abcdefghijklmnopqrst" },
};

static void
test_keys (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *shown = dheera_mask_keys (cases[i].text, more);

      g_assert_cmpstr (shown, ==, cases[i].shown);
    }
}

static void
test_without_more (void)
{
  g_autofree char *shown = dheera_mask_keys ("org-abcdefghijklmnopqrst sk-abcdefghijklmnop", NULL);

  g_assert_cmpstr (shown, ==, "org-abcdefghijklmnopqrst [hidden]");
  g_assert_null (dheera_mask_keys (NULL, NULL));
}

static void
test_measure (void)
{
  g_assert_cmpuint (dheera_mask_measure_key ("sk-abcdefghijklmnop rest", FALSE), ==, 19);
  g_assert_cmpuint (dheera_mask_measure_key ("sk-abcdefghijklmnop rest", TRUE), ==, 0);
  g_assert_cmpuint (dheera_mask_measure_key ("", FALSE), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mask/keys", test_keys);
  g_test_add_func ("/mask/without-more", test_without_more);
  g_test_add_func ("/mask/measure", test_measure);

  return g_test_run ();
}
