/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <locale.h>

#include "wire-util.h"

/* Parses a copy of exactly that many bytes, so that the sanitizer sees each byte that is read beyond the end. */
static gboolean
parse_copy (const char *text,
            gsize       length)
{
  DheeraJson json = DHEERA_JSON_INIT;
  char *copy = g_malloc (MAX (length, 1));
  gboolean ok;

  memcpy (copy, text, length);
  ok = dheera_json_parse (&json, copy, length);
  if (ok)
    {
      g_assert_null (json.error_message);
      g_assert_cmpuint (json.n_tokens, >, 0);
      g_assert_cmpuint (json.tokens[0].next, ==, json.n_tokens);
    }
  else
    {
      g_assert_nonnull (json.error_message);
      g_assert_cmpuint (json.error_offset, <=, length);
      g_assert_cmpuint (json.n_tokens, ==, 0);
      g_assert_cmpint (dheera_json_type (dheera_json_root (&json)), ==, DHEERA_JSON_NONE);
    }
  dheera_json_clear (&json);
  g_assert_null (json.tokens);
  g_free (copy);

  return ok;
}

static gboolean
accepts (const char *text)
{
  return parse_copy (text, strlen (text));
}

static void
test_accepted (void)
{
  static const char *const texts[] = {
    "null", "true", "false", "0", "-0", "-12.5e-3", "\"\"", "\"a\"", "[]", "{}", " \t\r\n[ ] \t\r\n", "[1]", "[ 1 , 2 ]",
    "{\"a\":1}", "{ \"a\" : 1 , \"b\" : [ { } , [ ] ] }", "{\"\":null}", "{\"a\":1,\"a\":2}", "\"\\u0000\\ud800\\\"\\/\"",
    "\"\177\"", "\"gr\303\274n \342\202\254 \360\237\230\200\"", "\"0123456\\n\"", "\"01234567\\n\"", "[[],[[]],{}]",
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (texts); i++)
    if (!accepts (texts[i]))
      g_error ("refused: %s", texts[i]);
}

static void
test_refused (void)
{
  static const struct
  {
    const char *text;
    gsize offset;
    const char *message;
  } cases[] = {
    { "", 0, "unexpected end" },
    { "  ", 2, "unexpected end" },
    { "[", 1, "unexpected end" },
    { "[1", 2, "unexpected end" },
    { "[1,", 3, "unexpected end" },
    { "{", 1, "unexpected end" },
    { "{\"a\"", 4, "unexpected end" },
    { "{\"a\":", 5, "unexpected end" },
    { "{\"a\":1", 6, "unexpected end" },
    { "{\"a\":1,", 7, "unexpected end" },
    { "[1,]", 3, "unexpected character" },
    { "[,1]", 1, "unexpected character" },
    { "[1 2]", 3, "expected a comma or the end of the array" },
    { "[1}", 2, "expected a comma or the end of the array" },
    { "{\"a\":1]", 6, "expected a comma or the end of the object" },
    { "{\"a\":1 \"b\":2}", 7, "expected a comma or the end of the object" },
    { "{\"a\":1,}", 7, "a member needs a name in quotes" },
    { "{a:1}", 1, "a member needs a name in quotes" },
    { "{'a':1}", 1, "a member needs a name in quotes" },
    { "{\"a\" 1}", 5, "a member needs a colon" },
    { "{\"a\":1}{\"b\":2}", 7, "text behind the value" },
    { "1 2", 2, "text behind the value" },
    { "010", 1, "text behind the value" },
    { "0x1F", 1, "text behind the value" },
    { "nul", 0, "unexpected character" },
    { "nulL", 0, "unexpected character" },
    { "tru", 0, "unexpected character" },
    { "falsy", 0, "unexpected character" },
    { "NaN", 0, "unexpected character" },
    { "Infinity", 0, "unexpected character" },
    { "-Infinity", 0, "invalid number" },
    { "1.", 0, "invalid number" },
    { "1e", 0, "invalid number" },
    { "-", 0, "invalid number" },
    { "+1", 0, "unexpected character" },
    { ".5", 0, "unexpected character" },
    { "/* */ 1", 0, "unexpected character" },
    { "\"a", 2, "unexpected end in a string" },
    { "\"a\\", 3, "unexpected end in a string" },
    { "\"\\u12", 5, "unexpected end in a string" },
    { "\"\\u12g4\"", 5, "invalid escape" },
    { "\"\\x41\"", 2, "invalid escape" },
    { "\"\\U0041\"", 2, "invalid escape" },
    { "\"a\nb\"", 2, "control character in a string" },
    { "\"0123456789\037\"", 11, "control character in a string" },
    { "\"a\377b\"", 2, "invalid UTF-8" },
    { "\"\355\240\200\"", 1, "invalid UTF-8" },
    { "\"\300\257\"", 1, "invalid UTF-8" },
    { "\"\342\202\"", 1, "invalid UTF-8" },
    { "{\"\377\":1}", 2, "invalid UTF-8" },
    { "\357\273\277{}", 0, "unexpected character" },
    { "\302\2401", 0, "unexpected character" },
    { "[1\f]", 2, "expected a comma or the end of the array" },
  };
  DheeraJson json = DHEERA_JSON_INIT;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_assert_false (accepts (cases[i].text));
      g_assert_false (dheera_json_parse (&json, cases[i].text, strlen (cases[i].text)));
      g_assert_cmpstr (json.error_message, ==, cases[i].message);
      g_assert_cmpuint (json.error_offset, ==, cases[i].offset);
    }
  dheera_json_clear (&json);
}

static void
test_nul (void)
{
  g_assert_false (parse_copy ("\"a\0b\"", 5));
  g_assert_false (parse_copy ("{}\0", 3));
  g_assert_false (parse_copy ("\0{}", 3));
  g_assert_false (parse_copy ("[1,\0 2]", 7));
  g_assert_false (parse_copy ("", 1));
}

static void
test_null_text (void)
{
  DheeraJson json = DHEERA_JSON_INIT;

  g_assert_false (dheera_json_parse (&json, NULL, 0));
  g_assert_cmpstr (json.error_message, ==, "unexpected end");
  dheera_json_clear (&json);
}

static void
test_tokens (void)
{
  DheeraJson json = DHEERA_JSON_INIT;
  const char *text = " {\"a\" : [1, \"x\\n\", {}], \"bc\": null}";

  g_assert_true (dheera_json_parse (&json, text, strlen (text)));
  g_assert_cmpuint (json.n_tokens, ==, 8);
  g_assert_cmpuint (json.tokens[0].type, ==, DHEERA_JSON_OBJECT);
  g_assert_cmpuint (json.tokens[0].start, ==, 1);
  g_assert_cmpuint (json.tokens[0].length, ==, strlen (text) - 1);
  g_assert_cmpuint (json.tokens[0].size, ==, 2);
  g_assert_cmpuint (json.tokens[0].next, ==, 8);
  g_assert_cmpuint (json.tokens[1].type, ==, DHEERA_JSON_STRING);
  g_assert_cmpuint (json.tokens[1].start, ==, 3);
  g_assert_cmpuint (json.tokens[1].length, ==, 1);
  g_assert_false (json.tokens[1].escaped);
  g_assert_cmpuint (json.tokens[1].next, ==, 2);
  g_assert_cmpuint (json.tokens[2].type, ==, DHEERA_JSON_ARRAY);
  g_assert_cmpuint (json.tokens[2].size, ==, 3);
  g_assert_cmpuint (json.tokens[2].next, ==, 6);
  g_assert_cmpuint (json.tokens[4].length, ==, 3);
  g_assert_true (json.tokens[4].escaped);
  g_assert_cmpuint (json.tokens[5].type, ==, DHEERA_JSON_OBJECT);
  g_assert_cmpuint (json.tokens[5].size, ==, 0);
  g_assert_cmpuint (json.tokens[5].length, ==, 2);
  g_assert_cmpuint (json.tokens[7].type, ==, DHEERA_JSON_NULL);
  g_assert_cmpuint (json.tokens[7].next, ==, 8);
  dheera_json_clear (&json);
}

/* The steady state of a stream allocates nothing. */
static void
test_reuse (void)
{
  DheeraJson json = DHEERA_JSON_INIT;
  const char *texts[] = { "[1,2,3]", "{\"a\":[true,false]}", "\"x\"", "[", "0" };
  DheeraJsonToken *tokens = NULL;
  guint i;

  for (i = 0; i < 100; i++)
    {
      const char *text = texts[i % G_N_ELEMENTS (texts)];

      g_assert_true (dheera_json_parse (&json, text, strlen (text)) == (*text != '[' || text[1] != '\0'));
      if (tokens == NULL)
        tokens = json.tokens;
      g_assert_true (tokens == json.tokens);
    }
  dheera_json_clear (&json);
}

static char *
repeat (const char *front,
        const char *piece,
        guint       n,
        const char *back)
{
  GString *text = g_string_new (front);
  guint i;

  for (i = 0; i < n; i++)
    g_string_append (text, piece);
  g_string_append (text, back);

  return g_string_free (text, FALSE);
}

/* One huge text leaves no huge array behind. */
static void
test_growth (void)
{
  DheeraJson json = DHEERA_JSON_INIT;
  g_autofree char *text = repeat ("[0", ",[\"a\"]", 100000, "]");

  g_assert_true (dheera_json_parse (&json, text, strlen (text)));
  g_assert_cmpuint (json.n_tokens, ==, 200002);
  g_assert_cmpuint (json.tokens[0].size, ==, 100001);
  g_assert_cmpuint (json.tokens[0].next, ==, 200002);
  g_assert_cmpuint (json.tokens[200001].next, ==, 200002);
  g_assert_true (dheera_json_equal (dheera_json_element (dheera_json_element (dheera_json_root (&json), 100000), 0), "a"));

  g_assert_true (dheera_json_parse (&json, "[]", 2));
  g_assert_cmpuint (json.n_allocated, <=, 65536);
  dheera_json_clear (&json);
}

/* The array moves while objects are open: they must still be counted and closed right. */
static void
test_growth_inside (void)
{
  guint n;

  for (n = 0; n < 200; n++)
    {
      DheeraJson json = DHEERA_JSON_INIT;
      g_autofree char *front = repeat ("[", "0,", n, "{\"a\":{\"b\":[");
      g_autofree char *text = repeat (front, "1,", n, "1],\"c\":2},\"d\":3}]");
      DheeraJsonValue object;

      g_assert_true (dheera_json_parse (&json, text, strlen (text)));
      g_assert_cmpuint (dheera_json_size (dheera_json_root (&json)), ==, n + 1);
      object = dheera_json_element (dheera_json_root (&json), n);
      g_assert_cmpuint (dheera_json_size (object), ==, 2);
      g_assert_cmpuint (dheera_json_size (dheera_json_path (object, "a.b")), ==, n + 1);
      g_assert_cmpint (dheera_json_get_int (dheera_json_path (object, "a.c"), 0), ==, 2);
      g_assert_cmpint (dheera_json_get_int (dheera_json_member (object, "d"), 0), ==, 3);
      dheera_json_clear (&json);
    }
}

static void
test_depth (void)
{
  static const struct
  {
    const char *open;
    const char *middle;
    const char *close;
  } shapes[] = {
    { "[", "", "]" },
    { "[", "0", "]" },
    { "{\"a\":", "{}", "}" },
    { "[{\"a\":", "1", "}]" },
  };
  static const guint per_shape[] = { 128, 128, 127, 64 };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      g_autofree char *front = repeat ("", shapes[i].open, per_shape[i], shapes[i].middle);
      g_autofree char *text = repeat (front, shapes[i].close, per_shape[i], "");
      g_autofree char *deeper = g_strdup_printf ("[%s]", text);

      g_assert_true (accepts (text));
      g_assert_false (accepts (deeper));
    }
}

/* 75 kB of brackets overflow the call stack of json-glib 1.6. */
static void
test_brackets (void)
{
  static const char *const pieces[] = { "[", "{\"a\":", "[[{\"\":", "{\"a\":[" };
  DheeraJson json = DHEERA_JSON_INIT;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      g_autofree char *text = repeat ("", pieces[i], 100000, "");

      g_assert_false (dheera_json_parse (&json, text, strlen (text)));
      g_assert_cmpstr (json.error_message, ==, "nested too deeply");
      g_assert_cmpuint (json.error_offset, <, 1000);
      g_assert_cmpuint (json.n_allocated, <=, 512);
    }
  dheera_json_clear (&json);
}

/* Names of equal hash under GLib's string hash, since 33 * 'a' + 'b' = 33 * 'b' + 'A', and names that are given twice. Neither means
 * more than a row of tokens here. */
static void
test_colliding_names (void)
{
  DheeraJson json = DHEERA_JSON_INIT;
  g_autoptr (GString) text = g_string_new ("{");
  guint n = 1 << 15;
  guint i, j;

  for (i = 0; i < n; i++)
    {
      g_string_append (text, i > 0 ? ",\"" : "\"");
      for (j = 0; j < 15; j++)
        g_string_append (text, i >> j & 1 ? "ab" : "bA");
      g_string_append_printf (text, "\":%u", i);
    }
  for (i = 0; i < 2 * n; i++)
    g_string_append_printf (text, ",\"n%u\":%u", i % n, i);
  g_string_append_c (text, '}');

  g_assert_true (dheera_json_parse (&json, text->str, text->len));
  g_assert_cmpuint (json.n_tokens, ==, 1 + 2 * 3 * n);
  g_assert_cmpuint (dheera_json_size (dheera_json_root (&json)), ==, 3 * n);
  g_assert_cmpint (dheera_json_get_int (dheera_json_member (dheera_json_root (&json), "bAbAbAbAbAbAbAbAbAbAbAbAbAbAbA"), -1), ==, 0);
  g_assert_cmpint (dheera_json_get_int (dheera_json_member (dheera_json_root (&json), "n7"), -1), ==, n + 7);
  dheera_json_clear (&json);
}

static void
test_too_long (void)
{
#if GLIB_SIZEOF_SIZE_T > 4
  DheeraJson json = DHEERA_JSON_INIT;

  g_assert_false (dheera_json_parse (&json, "0", G_MAXUINT32));
  g_assert_cmpstr (json.error_message, ==, "too long");
  dheera_json_clear (&json);
#else
  g_test_skip ("no text can be that long here");
#endif
}

static const char sample[] =
  "{\"id\":\"chatcmpl-1\",\"created\":1741569952,\"n\":[-0.5,1e2,5.0],\"t\":[true,false,null],"
  "\"text\":\"gr\\u00fcn \\ud83d\\ude00 \\\"x\\\" gr\303\274n \360\237\230\200\",\"empty\":{},\"list\":[ ],\"deep\":[[{\"a\":[{}]}]]}";

static void
test_truncation (void)
{
  gsize length;

  g_assert_true (parse_copy (sample, sizeof sample - 1));
  for (length = 0; length < sizeof sample - 1; length++)
    g_assert_false (parse_copy (sample, length));
}

/* Reads everything in every way, which must not fail whatever the text is. */
static void
read_all (DheeraJsonValue value,
          guint           depth)
{
  g_autofree char *raw = dheera_json_dup_raw (value);
  g_autofree char *string = dheera_json_dup_string (value);
  DheeraJsonValue name, child;
  DheeraJsonIter iter;
  guint n = 0;

  g_assert_nonnull (raw);
  g_assert_cmpuint (depth, <=, DHEERA_JSON_MAX_DEPTH);
  g_assert_true ((string != NULL) == (dheera_json_type (value) == DHEERA_JSON_STRING));
  if (string != NULL)
    {
      g_assert_true (g_utf8_validate (string, -1, NULL));
      g_assert_true (dheera_json_equal (value, string));
    }
  dheera_json_get_int (value, 0);
  dheera_json_get_double (value, 0);
  dheera_json_get_boolean (value, FALSE);

  dheera_json_iter_init (&iter, value);
  while (dheera_json_iter_next (&iter, &name, &child))
    {
      g_assert_true (dheera_json_exists (name) == (dheera_json_type (value) == DHEERA_JSON_OBJECT));
      read_all (child, depth + 1);
      n++;
    }
  g_assert_cmpuint (n, ==, dheera_json_size (value));
}

static void
test_mutations (void)
{
  DheeraJson json = DHEERA_JSON_INIT;
  GRand *rand = g_rand_new_with_seed (20240917);
  guint accepted = 0;
  guint i;

  for (i = 0; i < 100000; i++)
    {
      gsize length = sizeof sample - 1;
      g_autofree char *text = NULL;
      guint n = (guint) g_rand_int_range (rand, 1, 4);

      if (g_rand_int_range (rand, 0, 4) == 0)
        length = (gsize) g_rand_int_range (rand, 1, (gint32) length);
      text = g_malloc (length);
      memcpy (text, sample, length);
      while (n-- > 0)
        {
          gsize at = (gsize) g_rand_int_range (rand, 0, (gint32) length);
          static const char favourites[] = "\"\\[]{},:0e-.u \377\300";

          text[at] = g_rand_boolean (rand) ? favourites[g_rand_int_range (rand, 0, sizeof favourites - 1)]
                                           : (char) g_rand_int_range (rand, 0, 256);
        }

      if (dheera_json_parse (&json, text, length))
        {
          read_all (dheera_json_root (&json), 0);
          accepted++;
        }
    }

  g_test_message ("%u of 100000 were still JSON", accepted);
  g_assert_cmpuint (accepted, >, 100);
  g_rand_free (rand);
  dheera_json_clear (&json);
}

/* The files of JSONTestSuite: y_ must be accepted, n_ refused, i_ read or refused without harm. */
static void
test_conformance (void)
{
  g_autofree char *folder = shared_path ("conformance/json-parsing");
  g_autoptr (GDir) dir = NULL;
  const char *name;
  guint n_good = 0, n_bad = 0, n_other = 0;

  if (folder == NULL)
    return;
  dir = g_dir_open (folder, 0, NULL);
  g_assert_nonnull (dir);

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *text = NULL;
      gsize length;
      gboolean ok;

      g_assert_true (g_file_get_contents (path, &text, &length, NULL));
      ok = parse_copy (text, length);
      if (g_str_has_prefix (name, "y_"))
        {
          if (!ok)
            g_error ("refused: %s", name);
          n_good++;
        }
      else if (g_str_has_prefix (name, "n_"))
        {
          if (ok)
            g_error ("accepted: %s", name);
          n_bad++;
        }
      else
        {
          g_assert_true (g_str_has_prefix (name, "i_"));
          n_other++;
        }
    }

  g_test_message ("%u accepted, %u refused, %u of either kind", n_good, n_bad, n_other);
  g_assert_cmpuint (n_good, >, 90);
  g_assert_cmpuint (n_bad, >, 180);
  g_assert_cmpuint (n_other, >, 30);
}

/* Numbers and names of these files come out byte for byte as they went in, and strings as UTF-8. */
static void
test_transform (void)
{
  g_autofree char *folder = shared_path ("conformance/json-transform");
  g_autoptr (GDir) dir = NULL;
  const char *name;
  guint n = 0;

  if (folder == NULL)
    return;
  dir = g_dir_open (folder, 0, NULL);
  g_assert_nonnull (dir);

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *text = NULL;
      g_autofree char *raw = NULL;
      DheeraJson json = DHEERA_JSON_INIT;
      gsize length;

      g_assert_true (g_file_get_contents (path, &text, &length, NULL));
      if (!dheera_json_parse (&json, text, length))
        {
          /* Only those that are not UTF-8 */
          g_assert_nonnull (strstr (name, "invalid_codepoint"));
          g_assert_null (strstr (name, "escaped"));
          g_assert_cmpstr (json.error_message, ==, "invalid UTF-8");
          dheera_json_clear (&json);
          continue;
        }

      raw = dheera_json_dup_raw (dheera_json_root (&json));
      g_strstrip (text);
      g_assert_cmpstr (raw, ==, text);
      read_all (dheera_json_root (&json), 0);
      dheera_json_clear (&json);
      n++;
    }

  g_assert_cmpuint (n, >, 15);
}

int
main (int   argc,
      char *argv[])
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/json/accepted", test_accepted);
  g_test_add_func ("/json/refused", test_refused);
  g_test_add_func ("/json/nul", test_nul);
  g_test_add_func ("/json/null-text", test_null_text);
  g_test_add_func ("/json/tokens", test_tokens);
  g_test_add_func ("/json/reuse", test_reuse);
  g_test_add_func ("/json/growth", test_growth);
  g_test_add_func ("/json/growth-inside", test_growth_inside);
  g_test_add_func ("/json/depth", test_depth);
  g_test_add_func ("/json/brackets", test_brackets);
  g_test_add_func ("/json/colliding-names", test_colliding_names);
  g_test_add_func ("/json/too-long", test_too_long);
  g_test_add_func ("/json/truncation", test_truncation);
  g_test_add_func ("/json/mutations", test_mutations);
  g_test_add_func ("/json/conformance", test_conformance);
  g_test_add_func ("/json/transform", test_transform);

  return g_test_run ();
}
