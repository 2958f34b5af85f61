/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <float.h>
#include <locale.h>
#include <math.h>
#include <string.h>

#include "dheera-ai/wire/dheera-json-writer-private.h"
#include "dheera-ai/wire/dheera-text-private.h"

static void
check (const char *text)
{
  DheeraJson json = DHEERA_JSON_INIT;

  if (!dheera_json_parse (&json, text, strlen (text)))
    g_error ("%s: %s", text, json.error_message);
  dheera_json_clear (&json);
}

/* Takes what was written; it must be JSON. */
static char *
finish (DheeraJsonWriter *writer)
{
  char *text = dheera_json_writer_steal (writer);

  check (text);

  return text;
}

static void
test_structure (void)
{
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;
  g_autofree char *text = NULL;

  dheera_json_writer_init (&writer, 0);
  dheera_json_writer_begin_object (&writer);
  dheera_json_writer_key (&writer, "a");
  dheera_json_writer_begin_array (&writer);
  dheera_json_writer_int (&writer, 1);
  dheera_json_writer_string (&writer, "x");
  dheera_json_writer_null (&writer);
  dheera_json_writer_boolean (&writer, TRUE);
  dheera_json_writer_boolean (&writer, FALSE);
  dheera_json_writer_double (&writer, 0.5);
  dheera_json_writer_begin_object (&writer);
  dheera_json_writer_end_object (&writer);
  dheera_json_writer_begin_array (&writer);
  dheera_json_writer_end_array (&writer);
  dheera_json_writer_begin_array (&writer);
  dheera_json_writer_begin_array (&writer);
  dheera_json_writer_end_array (&writer);
  dheera_json_writer_end_array (&writer);
  dheera_json_writer_end_array (&writer);
  dheera_json_writer_key (&writer, "b");
  dheera_json_writer_raw (&writer, "{ \"raw\": 1.50 }", -1);
  dheera_json_writer_key (&writer, "c");
  dheera_json_writer_raw (&writer, "12345", 2);
  dheera_json_writer_end_object (&writer);

  text = finish (&writer);
  g_assert_cmpstr (text, ==,
                   "{\"a\":[1,\"x\",null,true,false,0.5,{},[],[[]]],\"b\":{ \"raw\": 1.50 },\"c\":12}");
  g_assert_null (writer.out);
}

static void
test_members (void)
{
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;
  g_autofree char *text = NULL;

  dheera_json_writer_init (&writer, 1000);
  dheera_json_writer_begin_object (&writer);
  dheera_json_writer_member_string (&writer, "s", "t\"");
  dheera_json_writer_member_string (&writer, "n", NULL);
  dheera_json_writer_member_int (&writer, "i", -5);
  dheera_json_writer_member_double (&writer, "d", 0.1);
  dheera_json_writer_member_boolean (&writer, "b", TRUE);
  dheera_json_writer_member_raw (&writer, "r", "[1]");
  dheera_json_writer_member_raw (&writer, "r0", NULL);
  dheera_json_writer_member_strv (&writer, "l", (const char *const[]) { "a", "b\"", NULL });
  dheera_json_writer_member_strv (&writer, "l0", (const char *const[]) { NULL });
  dheera_json_writer_member_int (&writer, "k\"\n\377", 1);
  dheera_json_writer_end_object (&writer);

  text = finish (&writer);
  g_assert_cmpstr (text, ==,
                   "{\"s\":\"t\\\"\",\"n\":null,\"i\":-5,\"d\":0.1,\"b\":true,\"r\":[1],\"r0\":null,"
                   "\"l\":[\"a\",\"b\\\"\"],\"l0\":[],"
                   "\"k\\\"\\n\357\277\275\":1}");
}

static void
test_steal (void)
{
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GBytes) nothing = NULL;
  g_autofree char *text = NULL;
  gsize size;

  /* Without init, too */
  dheera_json_writer_int (&writer, 12);
  bytes = dheera_json_writer_steal_bytes (&writer);
  g_assert_cmpmem (g_bytes_get_data (bytes, &size), g_bytes_get_size (bytes), "12", 2);

  nothing = dheera_json_writer_steal_bytes (&writer);
  g_assert_cmpuint (g_bytes_get_size (nothing), ==, 0);
  text = dheera_json_writer_steal (&writer);
  g_assert_cmpstr (text, ==, "");

  dheera_json_writer_init (&writer, 0);
  dheera_json_writer_begin_object (&writer);
  dheera_json_writer_clear (&writer);
  dheera_json_writer_clear (&writer);
  g_assert_null (writer.out);
  g_assert_cmpuint (writer.depth, ==, 0);
}

static char *
write_string (const char *string,
              gsize       length)
{
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;

  dheera_json_writer_string_len (&writer, string, length);

  return finish (&writer);
}

static void
test_escapes (void)
{
  static const struct
  {
    const char *string;
    const char *text;
  } cases[] = {
    { "", "\"\"" },
    { "plain text, longer than sixteen bytes", "\"plain text, longer than sixteen bytes\"" },
    { "\"", "\"\\\"\"" },
    { "a\\b/c", "\"a\\\\b/c\"" },
    { "\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\"" },
    { "\001\037\177", "\"\\u0001\\u001f\177\"" },
    { "gr\303\274n \342\202\254 \360\237\230\200", "\"gr\303\274n \342\202\254 \360\237\230\200\"" },
    { "a\377b", "\"a\357\277\275b\"" },
    { "\342\202", "\"\357\277\275\"" },
    { "\355\240\200", "\"\357\277\275\357\277\275\357\277\275\"" },
    { "\303\274\n\377\"\303\274", "\"\303\274\\n\357\277\275\\\"\303\274\"" },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = write_string (cases[i].string, strlen (cases[i].string));

      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

static void
test_nul (void)
{
  g_autofree char *text = write_string ("a\0b", 3);

  g_assert_cmpstr (text, ==, "\"a\\u0000b\"");
}

/* Whatever bytes go in, JSON comes out, and it says what went in (with U+FFFD where that was no text). */
static void
test_any_bytes (void)
{
  GRand *rand = g_rand_new_with_seed (7);
  guint i;

  for (i = 0; i < 20000; i++)
    {
      gsize length = (gsize) g_rand_int_range (rand, 0, 60);
      g_autofree char *bytes = g_malloc (length + 1);
      g_autofree char *text = NULL;
      g_autofree char *string = NULL;
      g_autoptr (GString) repaired = g_string_new (NULL);
      DheeraJson json = DHEERA_JSON_INIT;
      gsize j;

      for (j = 0; j < length; j++)
        bytes[j] = (char) (g_rand_int_range (rand, 0, 3) > 0 ? g_rand_int_range (rand, 1, 128)
                                                              : g_rand_int_range (rand, 1, 256));
      text = write_string (bytes, length);
      dheera_utf8_append_repaired (repaired, bytes, length);

      g_assert_true (dheera_json_parse (&json, text, strlen (text)));
      string = dheera_json_dup_string (dheera_json_root (&json));
      g_assert_cmpstr (string, ==, repaired->str);
      dheera_json_clear (&json);
    }
  g_rand_free (rand);
}

static void
test_base64 (void)
{
  gsize length;

  for (length = 0; length < 200; length++)
    {
      DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;
      g_autofree guchar *data = g_malloc (length + 1);
      g_autofree char *base64 = NULL;
      g_autofree char *expected = NULL;
      g_autofree char *text = NULL;
      g_autoptr (GBytes) bytes = NULL;
      gsize i;

      for (i = 0; i < length; i++)
        data[i] = (guchar) (i * 37 + length);
      bytes = g_bytes_new (data, length);
      base64 = length > 0 ? g_base64_encode (data, length) : g_strdup ("");

      dheera_json_writer_begin_array (&writer);
      dheera_json_writer_base64 (&writer, NULL, bytes);
      dheera_json_writer_base64 (&writer, "image/png", bytes);
      dheera_json_writer_base64 (&writer, "a\"b", bytes);
      dheera_json_writer_end_array (&writer);

      text = finish (&writer);
      expected = g_strdup_printf ("[\"%s\",\"data:image/png;base64,%s\",\"data:a\\\"b;base64,%s\"]",
                                  base64, base64, base64);
      g_assert_cmpstr (text, ==, expected);
    }
}

static void
test_int (void)
{
  static const gint64 numbers[] = { 0, 1, -1, 9, 10, -10, 1234567890, G_MAXINT32, G_MAXINT64, G_MININT64 };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;
      g_autofree char *text = NULL;
      g_autofree char *expected = g_strdup_printf ("%" G_GINT64_FORMAT, numbers[i]);

      dheera_json_writer_int (&writer, numbers[i]);
      text = finish (&writer);
      g_assert_cmpstr (text, ==, expected);
    }
}

static char *
write_double (double number)
{
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;

  dheera_json_writer_double (&writer, number);

  return finish (&writer);
}

static void
test_double (void)
{
  static const struct
  {
    double number;
    const char *text;
  } cases[] = {
    { 0.0, "0" },
    { 2.0, "2" },
    { 0.1, "0.1" },
    { 0.7, "0.7" },
    { -1.5, "-1.5" },
    { 1e22, "1e+22" },
    { 0.1 + 0.2, "0.30000000000000004" },
    { 1.0 / 3, "0.3333333333333333" },
    { 100000.0, "100000" },
    { INFINITY, "null" },
    { -INFINITY, "null" },
    { NAN, "null" },
  };
  GRand *rand = g_rand_new_with_seed (11);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = write_double (cases[i].number);

      g_assert_cmpstr (text, ==, cases[i].text);
    }

  for (i = 0; i < 20000; i++)
    {
      guint64 bits = (guint64) g_rand_int (rand) << 32 | g_rand_int (rand);
      g_autofree char *text = NULL;
      double number;

      memcpy (&number, &bits, sizeof number);
      if (!isfinite (number))
        continue;
      text = write_double (number);
      g_assert_cmpfloat (g_ascii_strtod (text, NULL), ==, number);
    }
  g_rand_free (rand);
}

static void
test_double_locale (void)
{
  static const char *const locales[] = { "de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "fr_FR", "ru_RU.UTF-8" };
  g_autofree char *text = NULL;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (locales); i++)
    if (setlocale (LC_NUMERIC, locales[i]) != NULL)
      break;
  if (i == G_N_ELEMENTS (locales))
    {
      g_test_skip ("no locale with a decimal comma is installed");
      return;
    }

  text = write_double (0.5);
  setlocale (LC_NUMERIC, "C");
  g_assert_cmpstr (text, ==, "0.5");
}

static void
test_value (void)
{
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;
  DheeraJson json = DHEERA_JSON_INIT;
  const char *source = "{\"n\": 1.000000000000000005, \"s\": \"\\u0041\", \"o\": { \"x\" : [ ] }}";
  DheeraJsonValue name, value;
  DheeraJsonIter iter;
  g_autofree char *text = NULL;

  g_assert_true (dheera_json_parse (&json, source, strlen (source)));
  dheera_json_writer_begin_array (&writer);
  dheera_json_iter_init (&iter, dheera_json_root (&json));
  while (dheera_json_iter_next (&iter, &name, &value))
    {
      dheera_json_writer_value (&writer, name);
      dheera_json_writer_value (&writer, value);
    }
  dheera_json_writer_value (&writer, dheera_json_member (dheera_json_root (&json), "nothing"));
  dheera_json_writer_end_array (&writer);
  text = finish (&writer);
  g_assert_cmpstr (text, ==, "[\"n\",1.000000000000000005,\"s\",\"\\u0041\",\"o\",{ \"x\" : [ ] },null]");
  dheera_json_clear (&json);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/json-writer/structure", test_structure);
  g_test_add_func ("/json-writer/members", test_members);
  g_test_add_func ("/json-writer/steal", test_steal);
  g_test_add_func ("/json-writer/escapes", test_escapes);
  g_test_add_func ("/json-writer/nul", test_nul);
  g_test_add_func ("/json-writer/any-bytes", test_any_bytes);
  g_test_add_func ("/json-writer/base64", test_base64);
  g_test_add_func ("/json-writer/int", test_int);
  g_test_add_func ("/json-writer/double", test_double);
  g_test_add_func ("/json-writer/double-locale", test_double_locale);
  g_test_add_func ("/json-writer/value", test_value);

  return g_test_run ();
}
