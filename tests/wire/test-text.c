/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-ai/wire/dheera-text-private.h"

static const char *
slow_skip_plain (const char *p,
                 const char *end)
{
  while (p < end && dheera_text_is_plain (*p))
    p++;

  return p;
}

static const char *
slow_skip_ascii (const char *p,
                 const char *end)
{
  while (p < end && (guchar) *p < 0x80)
    p++;

  return p;
}

/* Every byte value at every place of texts of every length around the widths that are read at once, with other stops behind it. */
static void
test_skip (void)
{
  char text[80];
  guint length, at, byte;

  for (length = 1; length < sizeof text; length++)
    for (at = 0; at < length; at++)
      for (byte = 0; byte < 256; byte++)
        {
          const char *end = text + length;

          memset (text, 'x', sizeof text);
          memset (text + at + 1, (int) (byte ^ 0x55), length - at - 1);
          text[at] = (char) byte;
          g_assert_true (dheera_text_skip_plain (text, end) == slow_skip_plain (text, end));
          g_assert_true (dheera_text_skip_ascii (text, end) == slow_skip_ascii (text, end));
        }
}

static void
test_skip_number (void)
{
  static const char *const good[] = { "0", "-0", "12", "-1", "0.5", "10.25", "1e5", "1E+5", "1e-05", "0e0", "1.5e300" };
  static const char *const bad[] = { "", "-", "+1", ".5", "1.", "1.e5", "1e", "1e+", "-a", "e5", "Infinity", "NaN" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (good); i++)
    {
      const char *end = good[i] + strlen (good[i]);

      g_assert_true (dheera_text_skip_number (good[i], end) == end);
    }
  for (i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_null (dheera_text_skip_number (bad[i], bad[i] + strlen (bad[i])));
}

/* What follows is not looked at: 01 is the number 0 and something else. */
static void
test_skip_number_stops (void)
{
  const char *text = "01";

  g_assert_true (dheera_text_skip_number (text, text + 2) == text + 1);
  text = "-12]";
  g_assert_true (dheera_text_skip_number (text, text + 4) == text + 3);
}

/* All texts of one, two and three bytes, against GLib. */
static void
test_utf8_short (void)
{
  guint length;

  for (length = 1; length <= 3; length++)
    {
      guint i, n = 1u << (8 * length);

      for (i = 0; i < n; i++)
        {
          char text[3] = { (char) (i & 0xFF), (char) (i >> 8 & 0xFF), (char) (i >> 16 & 0xFF) };
          const char *fault = dheera_utf8_find_fault (text, length);
          const char *end;

          /* GLib takes NUL for a fault. */
          if (memchr (text, 0, length) != NULL)
            continue;
          if (g_utf8_validate_len (text, length, &end))
            g_assert_null (fault);
          else
            g_assert_true (fault == end);
        }
    }
}

static void
test_utf8_characters (void)
{
  gunichar c;

  for (c = 0; c < 0x110000; c++)
    {
      char text[8];
      guint bad;
      int n = g_unichar_to_utf8 (c, text);

      if (c >= 0xD800 && c <= 0xDFFF)
        g_assert_cmpuint (dheera_utf8_sequence (text, text + n, &bad), ==, 0);
      else
        g_assert_cmpuint (dheera_utf8_sequence (text, text + n, &bad), ==, (guint) n);
      if (n > 1)
        g_assert_cmpuint (dheera_utf8_sequence (text, text + n - 1, &bad), ==, 0);
    }
}

static void
test_utf8_nul (void)
{
  g_assert_null (dheera_utf8_find_fault ("a\0b", 3));
  g_assert_null (dheera_utf8_find_fault ("", 0));
}

/* A fault far into a long text, at every offset from the words that are read at once. */
static void
test_utf8_long (void)
{
  char text[300];
  guint at;

  for (at = 0; at < sizeof text; at++)
    {
      memset (text, 'a', sizeof text);
      text[at] = '\377';
      g_assert_true (dheera_utf8_find_fault (text, sizeof text) == text + at);
    }
}

static void
test_repair (void)
{
  /* The last three are from the table in the Unicode standard, "U+FFFD Substitution of Maximal Subparts". */
  static const struct
  {
    const char *text;
    const char *repaired;
  } cases[] = {
    { "", "" },
    { "plain", "plain" },
    { "gr\303\274n", "gr\303\274n" },
    { "\377", "\357\277\275" },
    { "a\377b", "a\357\277\275b" },
    { "a\342\202", "a\357\277\275" },
    { "\342\202\342\202\254", "\357\277\275\342\202\254" },
    { "\360\237\230", "\357\277\275" },
    { "\355\240\200", "\357\277\275\357\277\275\357\277\275" },
    { "\364\220\200\200", "\357\277\275\357\277\275\357\277\275\357\277\275" },
    { "\300\257\340\200\277\360\201\202\101",
      "\357\277\275\357\277\275\357\277\275\357\277\275\357\277\275\357\277\275\357\277\275\357\277\275\101" },
    { "\364\221\222\223\377\101\200\277\102",
      "\357\277\275\357\277\275\357\277\275\357\277\275\357\277\275\101\357\277\275\357\277\275\102" },
    { "\341\200\342\360\221\222\361\277\101", "\357\277\275\357\277\275\357\277\275\357\277\275\101" },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) out = g_string_new (NULL);

      dheera_utf8_append_repaired (out, cases[i].text, strlen (cases[i].text));
      g_assert_cmpstr (out->str, ==, cases[i].repaired);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/text/skip", test_skip);
  g_test_add_func ("/text/skip-number", test_skip_number);
  g_test_add_func ("/text/skip-number-stops", test_skip_number_stops);
  g_test_add_func ("/text/utf8-short", test_utf8_short);
  g_test_add_func ("/text/utf8-characters", test_utf8_characters);
  g_test_add_func ("/text/utf8-nul", test_utf8_nul);
  g_test_add_func ("/text/utf8-long", test_utf8_long);
  g_test_add_func ("/text/repair", test_repair);

  return g_test_run ();
}
