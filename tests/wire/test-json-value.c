/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <locale.h>
#include <math.h>

#include "wire-util.h"

static const char sample[] =
  "{\"id\":\"x\",\"n\":1,\"n\":2,\"es\\u0063aped\":3,\"\":4,\"a.b\":5,"
  "\"list\":[10,[20,21],{\"k\":30},40],\"usage\":{\"details\":{\"cached\":7}},"
  "\"t\":true,\"f\":false,\"z\":null,\"s\":\"a\\\"b\",\"long\":\"\"}";

static DheeraJson json = DHEERA_JSON_INIT;

static DheeraJsonValue
root_of (const char *text)
{
  if (!dheera_json_parse (&json, text, strlen (text)))
    g_error ("%s: %s", text, json.error_message);

  return dheera_json_root (&json);
}

static void
test_types (void)
{
  DheeraJsonValue root = root_of (sample);

  g_assert_cmpint (dheera_json_type (root), ==, DHEERA_JSON_OBJECT);
  g_assert_cmpint (dheera_json_type (dheera_json_member (root, "id")), ==, DHEERA_JSON_STRING);
  g_assert_cmpint (dheera_json_type (dheera_json_member (root, "n")), ==, DHEERA_JSON_NUMBER);
  g_assert_cmpint (dheera_json_type (dheera_json_member (root, "list")), ==, DHEERA_JSON_ARRAY);
  g_assert_cmpint (dheera_json_type (dheera_json_member (root, "t")), ==, DHEERA_JSON_TRUE);
  g_assert_cmpint (dheera_json_type (dheera_json_member (root, "f")), ==, DHEERA_JSON_FALSE);
  g_assert_cmpint (dheera_json_type (dheera_json_member (root, "z")), ==, DHEERA_JSON_NULL);
  g_assert_cmpint (dheera_json_type (dheera_json_member (root, "nothing")), ==, DHEERA_JSON_NONE);

  g_assert_true (dheera_json_exists (root));
  g_assert_true (dheera_json_exists (dheera_json_member (root, "f")));
  g_assert_false (dheera_json_exists (dheera_json_member (root, "z")));
  g_assert_false (dheera_json_exists (dheera_json_member (root, "nothing")));
}

static void
test_describe (void)
{
  static const char *const rows[][2] = {
    { "null", "null" }, { "true", "a boolean" }, { "false", "a boolean" }, { "-1.5", "a number" }, { "\"x\"", "a string" }, { "[1]", "an array" },
    { "{}", "an object" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      DheeraJson view = DHEERA_JSON_INIT;

      g_assert_true (dheera_json_parse (&view, rows[i][0], strlen (rows[i][0])));
      g_assert_cmpstr (dheera_json_type_describe (dheera_json_type (dheera_json_root (&view))), ==, rows[i][1]);
      g_assert_cmpstr (dheera_json_type_describe (dheera_json_type (dheera_json_member (dheera_json_root (&view), "a"))), ==, "missing");
      dheera_json_clear (&view);
    }
}

static void
test_members (void)
{
  DheeraJsonValue root = root_of (sample);

  /* Of a repeated name the last one counts; names are compared as what they say, not as they are spelt. */
  g_assert_cmpint (dheera_json_get_int (dheera_json_member (root, "n"), 0), ==, 2);
  g_assert_cmpint (dheera_json_get_int (dheera_json_member (root, "escaped"), 0), ==, 3);
  g_assert_cmpint (dheera_json_get_int (dheera_json_member (root, ""), 0), ==, 4);
  g_assert_cmpint (dheera_json_get_int (dheera_json_member (root, "a.b"), 0), ==, 5);
  g_assert_cmpint (dheera_json_get_int (dheera_json_member (root, "es\\u0063aped"), -1), ==, -1);
  g_assert_cmpint (dheera_json_get_int (dheera_json_member (root, "i"), -1), ==, -1);
  g_assert_cmpint (dheera_json_get_int (dheera_json_member (root, "idx"), -1), ==, -1);

  /* Members of members are not members. */
  g_assert_false (dheera_json_exists (dheera_json_member (root, "k")));
  g_assert_false (dheera_json_exists (dheera_json_member (root, "cached")));
  /* Only objects have members. */
  g_assert_false (dheera_json_exists (dheera_json_member (dheera_json_member (root, "list"), "k")));
  g_assert_false (dheera_json_exists (dheera_json_member (dheera_json_member (root, "id"), "x")));
}

static void
test_escaped_names (void)
{
  DheeraJsonValue root = root_of ("{\"a\\u0000\":1,\"\\ud83d\\ude00\":2,\"\\ud83d\":3,\"\\n\":4,\"\\u0061\":5,\"a\":6,\"\\u0062\":7}");

  g_assert_cmpint (dheera_json_get_int (dheera_json_member (root, "a\357\277\275"), 0), ==, 1);
  g_assert_cmpint (dheera_json_get_int (dheera_json_member (root, "\360\237\230\200"), 0), ==, 2);
  g_assert_cmpint (dheera_json_get_int (dheera_json_member (root, "\357\277\275"), 0), ==, 3);
  g_assert_cmpint (dheera_json_get_int (dheera_json_member (root, "\n"), 0), ==, 4);
  g_assert_cmpint (dheera_json_get_int (dheera_json_member (root, "a"), 0), ==, 6);
  g_assert_cmpint (dheera_json_get_int (dheera_json_member (root, "b"), 0), ==, 7);
}

static void
test_path (void)
{
  DheeraJsonValue root = root_of (sample);

  g_assert_cmpint (dheera_json_get_int (dheera_json_path (root, "usage.details.cached"), 0), ==, 7);
  g_assert_cmpint (dheera_json_get_int (dheera_json_path (root, "n"), 0), ==, 2);
  g_assert_cmpint (dheera_json_type (dheera_json_path (root, "usage.details")), ==, DHEERA_JSON_OBJECT);
  g_assert_false (dheera_json_exists (dheera_json_path (root, "usage.nothing.cached")));
  g_assert_false (dheera_json_exists (dheera_json_path (root, "usage.")));
  g_assert_false (dheera_json_exists (dheera_json_path (root, "id.details")));
}

static void
test_elements (void)
{
  DheeraJsonValue list = dheera_json_member (root_of (sample), "list");

  g_assert_cmpuint (dheera_json_size (list), ==, 4);
  g_assert_cmpint (dheera_json_get_int (dheera_json_element (list, 0), 0), ==, 10);
  g_assert_cmpint (dheera_json_get_int (dheera_json_element (dheera_json_element (list, 1), 1), 0), ==, 21);
  g_assert_cmpint (dheera_json_get_int (dheera_json_path (dheera_json_element (list, 2), "k"), 0), ==, 30);
  g_assert_cmpint (dheera_json_get_int (dheera_json_element (list, 3), 0), ==, 40);
  g_assert_false (dheera_json_exists (dheera_json_element (list, 4)));
  g_assert_false (dheera_json_exists (dheera_json_element (list, G_MAXUINT)));
  /* Only arrays have elements. */
  g_assert_false (dheera_json_exists (dheera_json_element (dheera_json_root (&json), 0)));
  g_assert_cmpuint (dheera_json_size (dheera_json_element (list, 0)), ==, 0);
}

static void
test_iter (void)
{
  DheeraJsonValue root = root_of ("{\"a\":[1,{\"x\":[]},2],\"b\":{},\"c\":3}");
  static const char *const names[] = { "a", "b", "c" };
  DheeraJsonValue name, value;
  DheeraJsonIter iter;
  guint i = 0;
  gint64 sum = 0;

  dheera_json_iter_init (&iter, root);
  while (dheera_json_iter_next (&iter, &name, &value))
    g_assert_true (dheera_json_equal (name, names[i++]));
  g_assert_cmpuint (i, ==, 3);
  g_assert_cmpint (dheera_json_get_int (value, 0), ==, 3);
  g_assert_false (dheera_json_iter_next (&iter, &name, &value));

  dheera_json_iter_init (&iter, dheera_json_member (root, "a"));
  while (dheera_json_iter_next (&iter, &name, &value))
    {
      g_assert_cmpint (dheera_json_type (name), ==, DHEERA_JSON_NONE);
      sum += dheera_json_get_int (value, 0);
    }
  g_assert_cmpint (sum, ==, 3);

  dheera_json_iter_init (&iter, root);
  for (i = 0; dheera_json_iter_next (&iter, NULL, NULL); i++)
    ;
  g_assert_cmpuint (i, ==, 3);

  dheera_json_iter_init (&iter, dheera_json_member (root, "c"));
  g_assert_false (dheera_json_iter_next (&iter, NULL, NULL));
}

/* Everything works on what is not there. */
static void
test_none (void)
{
  DheeraJson never = DHEERA_JSON_INIT;
  DheeraJsonValue nones[] = { { NULL, 0 }, { NULL, 7 }, { &never, 0 }, { &json, G_MAXUINT32 } };
  g_autoptr (GString) out = g_string_new ("kept");
  guint i;

  root_of ("{}");
  for (i = 0; i < G_N_ELEMENTS (nones); i++)
    {
      DheeraJsonValue none = nones[i];
      DheeraJsonIter iter;
      guint16 surrogate = 0xD83D;
      gsize length = 99;

      g_assert_cmpint (dheera_json_type (none), ==, DHEERA_JSON_NONE);
      g_assert_false (dheera_json_exists (none));
      g_assert_cmpint (dheera_json_type (dheera_json_member (none, "a")), ==, DHEERA_JSON_NONE);
      g_assert_cmpint (dheera_json_type (dheera_json_path (none, "a.b")), ==, DHEERA_JSON_NONE);
      g_assert_cmpint (dheera_json_type (dheera_json_element (none, 0)), ==, DHEERA_JSON_NONE);
      g_assert_cmpuint (dheera_json_size (none), ==, 0);
      dheera_json_iter_init (&iter, none);
      g_assert_false (dheera_json_iter_next (&iter, NULL, NULL));
      g_assert_false (dheera_json_equal (none, ""));
      g_assert_null (dheera_json_dup_string (none));
      g_assert_null (dheera_json_peek_string (none, &length));
      g_assert_cmpuint (length, ==, 0);
      g_assert_null (dheera_json_peek_string (none, NULL));
      g_assert_false (dheera_json_append_string (none, out, &surrogate));
      g_assert_cmpuint (surrogate, ==, 0xD83D);
      g_assert_cmpstr (out->str, ==, "kept");
      g_assert_cmpint (dheera_json_get_int (none, 5), ==, 5);
      g_assert_cmpfloat (dheera_json_get_double (none, 5.5), ==, 5.5);
      g_assert_true (dheera_json_get_boolean (none, TRUE));
      length = 99;
      g_assert_null (dheera_json_raw (none, &length));
      g_assert_cmpuint (length, ==, 0);
      g_assert_null (dheera_json_raw (none, NULL));
      g_assert_null (dheera_json_dup_raw (none));
    }
}

static void
test_equal (void)
{
  g_assert_true (dheera_json_equal (root_of ("\"stop\""), "stop"));
  g_assert_false (dheera_json_equal (root_of ("\"stop\""), "stoq"));
  g_assert_false (dheera_json_equal (root_of ("\"stop\""), "sto"));
  g_assert_false (dheera_json_equal (root_of ("\"stop\""), "stops"));
  g_assert_true (dheera_json_equal (root_of ("\"\""), ""));
  g_assert_false (dheera_json_equal (root_of ("\"\""), "x"));
  g_assert_false (dheera_json_equal (root_of ("\"x\""), ""));
  g_assert_true (dheera_json_equal (root_of ("\"s\\u0074op\""), "stop"));
  g_assert_true (dheera_json_equal (root_of ("\"a\\nb\""), "a\nb"));
  g_assert_false (dheera_json_equal (root_of ("\"a\\nb\""), "a\\nb"));
  g_assert_false (dheera_json_equal (root_of ("1"), "1"));
  g_assert_false (dheera_json_equal (root_of ("null"), "null"));
  /* A name that is hidden behind a NUL is another name. */
  g_assert_false (dheera_json_equal (root_of ("\"a\\u0000b\""), "a"));
}

static void
test_strings (void)
{
  static const struct
  {
    const char *text;
    const char *string;
  } cases[] = {
    { "\"\"", "" },
    { "\"plain\"", "plain" },
    { "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t" },
    { "\"\\u0041\\u00fC\\u20AC\"", "A\303\274\342\202\254" },
    { "\"\\ud83d\\ude00\"", "\360\237\230\200" },
    { "\"x\\uD83D\\uDE00y\"", "x\360\237\230\200y" },
    { "\"\\uDBFF\\uDFFF\"", "\364\217\277\277" },
    { "\"\\uD800\\uDC00\"", "\360\220\200\200" },
    { "\"\\uD7FF\\uE000\"", "\355\237\277\356\200\200" },
    { "\"a\\u0000b\"", "a\357\277\275b" },
    { "\"\\ud83d\"", "\357\277\275" },
    { "\"\\ude00\"", "\357\277\275" },
    { "\"\\ud83dabc\"", "\357\277\275abc" },
    { "\"\\ud83d\\n\"", "\357\277\275\n" },
    { "\"\\ud83d\\ud83d\\ude00\"", "\357\277\275\360\237\230\200" },
    { "\"\\ude00\\ud83d\"", "\357\277\275\357\277\275" },
    { "\"\\ud83d\\\\ude00\"", "\357\277\275\\ude00" },
    { "\"\\ufffe\\uffff\"", "\357\277\276\357\277\277" },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      DheeraJsonValue value = root_of (cases[i].text);
      g_autofree char *string = dheera_json_dup_string (value);
      g_autoptr (GString) out = g_string_new ("+");

      g_assert_cmpstr (string, ==, cases[i].string);
      g_assert_true (g_utf8_validate (string, -1, NULL));
      g_assert_true (dheera_json_append_string (value, out, NULL));
      g_assert_cmpstr (out->str + 1, ==, cases[i].string);
      g_assert_true (dheera_json_equal (value, cases[i].string));
    }

  g_assert_null (dheera_json_dup_string (root_of ("5")));
  g_assert_null (dheera_json_dup_string (root_of ("[\"a\"]")));
}

static void
test_peek (void)
{
  DheeraJsonValue value = root_of ("\"plain\"");
  gsize length;

  g_assert_true (dheera_json_peek_string (value, &length) == json.text + 1);
  g_assert_cmpuint (length, ==, 5);
  g_assert_null (dheera_json_peek_string (root_of ("\"a\\n\""), &length));
  g_assert_null (dheera_json_peek_string (root_of ("true"), &length));
  g_assert_cmpuint (length, ==, 0);
}

/* The pieces of one text, as chunks of a stream carry them. */
static char *
append_pieces (const char *const *pieces,
               guint16           *left)
{
  GString *out = g_string_new (NULL);
  guint16 surrogate = 0;

  for (; *pieces != NULL; pieces++)
    g_assert_true (dheera_json_append_string (root_of (*pieces), out, &surrogate));
  *left = surrogate;

  return g_string_free (out, FALSE);
}

static void
test_split_surrogates (void)
{
  static const struct
  {
    const char *pieces[5];
    const char *string;
    guint16 left;
  } cases[] = {
    { { "\"a\\ud83d\"", "\"\\ude00b\"" }, "a\360\237\230\200b", 0 },
    { { "\"\\ud83d\"", "\"\"", "\"\\ude00\"" }, "\360\237\230\200", 0 },
    { { "\"\\ud83d\"", "\"x\"" }, "\357\277\275x", 0 },
    { { "\"\\ud83d\"", "\"\\n\"" }, "\357\277\275\n", 0 },
    { { "\"\\ud83d\"", "\"\\ud83d\"", "\"\\ude00\"" }, "\357\277\275\360\237\230\200", 0 },
    { { "\"\\ud83d\"" }, "", 0xD83D },
    { { "\"\\ude00\"", "\"\\ud83d\"" }, "\357\277\275", 0xD83D },
    { { "\"\\ud83d\\ude00\"", "\"\\ud83d\\ude00\"" }, "\360\237\230\200\360\237\230\200", 0 },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      guint16 left;
      g_autofree char *string = append_pieces (cases[i].pieces, &left);

      g_assert_cmpstr (string, ==, cases[i].string);
      g_assert_cmpuint (left, ==, cases[i].left);
    }
}

static void
test_int (void)
{
  static const struct
  {
    const char *text;
    gint64 number;
  } cases[] = {
    { "0", 0 },
    { "-0", 0 },
    { "5", 5 },
    { "\"5\"", 5 },
    { "\"-12\"", -12 },
    { "\"1e2\"", 100 },
    { "5.0", 5 },
    { "5.9", 5 },
    { "-5.9", -5 },
    { "0.9e1", 9 },
    { "1e2", 100 },
    { "1E+2", 100 },
    { "1.5e1", 15 },
    { "1.25e1", 12 },
    { "100e-2", 1 },
    { "199e-2", 1 },
    { "1e-5", 0 },
    { "0e999999999999999999999", 0 },
    { "0.0e5", 0 },
    { "0.000001e6", 1 },
    { "1e-999999999999999999999", 0 },
    { "1000000000000000000000e-20", 10 },
    { "9007199254740993.0", G_GINT64_CONSTANT (9007199254740993) },
    { "9223372036854775807", G_MAXINT64 },
    { "9223372036854775807.999", G_MAXINT64 },
    { "922337203685477580.7e1", G_MAXINT64 },
    { "-9223372036854775808", G_MININT64 },
    /* Out of range, or no numbers */
    { "9223372036854775808", 77 },
    { "-9223372036854775809", 77 },
    { "18446744073709551615", 77 },
    { "18446744073709551616", 77 },
    { "18446744073709551621", 77 },
    { "99999999999999999999999999999999", 77 },
    { "1e19", 77 },
    { "1e400", 77 },
    { "1e999999999999999999999", 77 },
    { "\"\"", 77 },
    { "\" 5\"", 77 },
    { "\"5 \"", 77 },
    { "\"+5\"", 77 },
    { "\"0x5\"", 77 },
    { "\"05\"", 77 },
    { "\"5a\"", 77 },
    { "\"NaN\"", 77 },
    { "\"Infinity\"", 77 },
    { "\"\\u0035\"", 77 },
    { "true", 77 },
    { "null", 77 },
    { "[5]", 77 },
    { "{\"a\":5}", 77 },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gint64 number = dheera_json_get_int (root_of (cases[i].text), 77);

      if (number != cases[i].number)
        g_error ("%s was read as %" G_GINT64_FORMAT, cases[i].text, number);
    }
}

static void
test_double (void)
{
  static const struct
  {
    const char *text;
    double number;
  } cases[] = {
    { "0", 0 },
    { "0.1", 0.1 },
    { "-2.5e-3", -0.0025 },
    { "\"0.5\"", 0.5 },
    { "1e308", 1e308 },
    { "1e-999", 0 },
    { "18446744073709551616", 18446744073709551616.0 },
    { "0.1000000000000000055511151231257827021181583404541015625000000000000000000000000", 0.1 },
    { "1e400", 77 },
    { "-1e400", 77 },
    { "\"NaN\"", 77 },
    { "\"inf\"", 77 },
    { "\"0,5\"", 77 },
    { "\"\"", 77 },
    { "true", 77 },
    { "null", 77 },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpfloat (dheera_json_get_double (root_of (cases[i].text), 77), ==, cases[i].number);
  g_assert_true (signbit (dheera_json_get_double (root_of ("-0.0"), 77)));
}

/* A number may be the last byte of memory that is ours. */
/* Whatever the digits, the number is the one that strtod() reads. */
static void
test_double_as_strtod (void)
{
  static const char *const edges[] = {
    "9007199254740991", "9007199254740992", "9007199254740993", "-9007199254740993.0", "0.1", "1e22", "1e23", "123456789012345e-22", "1e-22", "1e-23",
    "0.00000000000000000000001", "4503599627370496.5", "900719925474099.1e7", "1.7976931348623157e308", "5e-324", "2.2250738585072011e-308", "-0", "0e99",
    "0.30000000000000004", "8.5e-05", "1E+2", "0.000000000000000000000000000000000001e30",
  };
  guint64 state = 88172645463325252u;

  for (guint i = 0; i < G_N_ELEMENTS (edges); i++)
    {
      double number = dheera_json_get_double (root_of (edges[i]), 77);

      g_assert_cmpfloat (number, ==, g_ascii_strtod (edges[i], NULL));
      g_assert_cmpint (signbit (number) != 0, ==, edges[i][0] == '-');
    }
  for (guint i = 0; i < 20000; i++)
    {
      g_autofree char *text = NULL;

      state ^= state << 13;
      state ^= state >> 7;
      state ^= state << 17;
      text = g_strdup_printf ("%s%u.%0*" G_GUINT64_FORMAT "e%d", (state & 1) ? "-" : "", (guint) (state % 100), (int) (state % 17),
                              (state >> 8) % G_GUINT64_CONSTANT (10000000000000000), (int) ((state >> 3) % 60) - 30);
      g_assert_cmpfloat (dheera_json_get_double (root_of (text), 77), ==, g_ascii_strtod (text, NULL));
    }
}

static void
test_number_at_end (void)
{
  char *text = g_malloc (3);

  memcpy (text, "123", 3);
  g_assert_true (dheera_json_parse (&json, text, 3));
  g_assert_cmpint (dheera_json_get_int (dheera_json_root (&json), 0), ==, 123);
  g_assert_cmpfloat (dheera_json_get_double (dheera_json_root (&json), 0), ==, 123);
  dheera_json_clear (&json);
  g_free (text);
}

/* Whatever the locale, a decimal point is a point. */
static void
test_locale (void)
{
  static const char *const locales[] = { "de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "fr_FR", "ru_RU.UTF-8" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (locales); i++)
    if (setlocale (LC_NUMERIC, locales[i]) != NULL)
      break;
  if (i == G_N_ELEMENTS (locales))
    {
      g_test_skip ("no locale with a decimal comma is installed");
      return;
    }

  g_assert_cmpfloat (dheera_json_get_double (root_of ("0.5"), 0), ==, 0.5);
  g_assert_cmpint (dheera_json_get_int (root_of ("5.5"), 0), ==, 5);
  setlocale (LC_NUMERIC, "C");
}

static void
test_boolean (void)
{
  g_assert_true (dheera_json_get_boolean (root_of ("true"), FALSE));
  g_assert_false (dheera_json_get_boolean (root_of ("false"), TRUE));
  g_assert_true (dheera_json_get_boolean (root_of ("null"), TRUE));
  g_assert_false (dheera_json_get_boolean (root_of ("1"), FALSE));
  g_assert_false (dheera_json_get_boolean (root_of ("\"true\""), FALSE));
}

static void
test_raw (void)
{
  static const char *const texts[] = {
    "1.000000000000000005", "18446744073709551616", "\"a\\u0041\"", "\"\"", "[ 1 , 2 ]", "{ \"a\" : [ ] }", "null", "-0",
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *text = g_strdup_printf (" [ 0 , %s ] ", texts[i]);
      DheeraJsonValue value = dheera_json_element (root_of (text), 1);
      g_autofree char *copy = dheera_json_dup_raw (value);
      gsize length;
      const char *raw = dheera_json_raw (value, &length);

      g_assert_cmpstr (copy, ==, texts[i]);
      g_assert_cmpuint (length, ==, strlen (texts[i]));
      g_assert_true (memcmp (raw, texts[i], length) == 0);
      g_assert_true (dheera_json_raw (value, NULL) == raw);
    }
}

int
main (int   argc,
      char *argv[])
{
  int result;

  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/json-value/types", test_types);
  g_test_add_func ("/json-value/describe", test_describe);
  g_test_add_func ("/json-value/members", test_members);
  g_test_add_func ("/json-value/escaped-names", test_escaped_names);
  g_test_add_func ("/json-value/path", test_path);
  g_test_add_func ("/json-value/elements", test_elements);
  g_test_add_func ("/json-value/iter", test_iter);
  g_test_add_func ("/json-value/none", test_none);
  g_test_add_func ("/json-value/equal", test_equal);
  g_test_add_func ("/json-value/strings", test_strings);
  g_test_add_func ("/json-value/peek", test_peek);
  g_test_add_func ("/json-value/split-surrogates", test_split_surrogates);
  g_test_add_func ("/json-value/int", test_int);
  g_test_add_func ("/json-value/double", test_double);
  g_test_add_func ("/json-value/double-as-strtod", test_double_as_strtod);
  g_test_add_func ("/json-value/number-at-end", test_number_at_end);
  g_test_add_func ("/json-value/locale", test_locale);
  g_test_add_func ("/json-value/boolean", test_boolean);
  g_test_add_func ("/json-value/raw", test_raw);

  result = g_test_run ();
  dheera_json_clear (&json);

  return result;
}
