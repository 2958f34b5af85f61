/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "dheera-ai/providers/gemini/dheera-gemini-arguments-private.h"

/* Each line is one piece. NULL when one of them was refused. */
static char *
assemble (const char *lines)
{
  DheeraGeminiArguments *arguments = dheera_gemini_arguments_new ();
  g_auto (GStrv) pieces = g_strsplit (lines, "\n", -1);
  g_autoptr (GString) out = g_string_new (NULL);
  gboolean good = TRUE;

  for (char **piece = pieces; good && *piece != NULL; piece++)
    {
      g_auto (DheeraJson) json = DHEERA_JSON_INIT;

      g_assert_true (dheera_json_parse (&json, *piece, strlen (*piece)));
      good = dheera_gemini_arguments_add (arguments, dheera_json_root (&json), out);
    }
  dheera_gemini_arguments_finish (arguments, out);
  dheera_gemini_arguments_free (arguments);

  return good ? g_string_free (g_steal_pointer (&out), FALSE) : NULL;
}

static void
test_order (void)
{
  static const struct
  {
    const char *lines;
    const char *expected;
  } cases[] = {
    { "{\"jsonPath\":\"$.a\",\"stringValue\":\"x\"}", "{\"a\":\"x\"}" },
    { "{\"jsonPath\":\"$.a\",\"stringValue\":\"x\",\"willContinue\":true}\n{\"jsonPath\":\"$.a\",\"stringValue\":\"y\"}", "{\"a\":\"xy\"}" },
    /* Nobody said that it ends, but it does. */
    { "{\"jsonPath\":\"$.a\",\"stringValue\":\"x\",\"willContinue\":true}\n{\"jsonPath\":\"$.b\",\"numberValue\":1.50}",
      "{\"a\":\"x\",\"b\":1.50}" },
    { "{\"jsonPath\":\"$.a\",\"stringValue\":\"x\",\"willContinue\":true}", "{\"a\":\"x\"}" },
    { "{\"jsonPath\":\"$.l[0].a\",\"numberValue\":1}\n{\"jsonPath\":\"$.l[0].b\",\"boolValue\":false}\n"
      "{\"jsonPath\":\"$.l[1].a\",\"nullValue\":\"NULL_VALUE\"}\n{\"jsonPath\":\"$.c\",\"boolValue\":true}",
      "{\"l\":[{\"a\":1,\"b\":false},{\"a\":null}],\"c\":true}" },
    { "{\"jsonPath\":\"$.a[0][0]\",\"numberValue\":1}\n{\"jsonPath\":\"$.a[0][1]\",\"numberValue\":2}\n{\"jsonPath\":\"$.a[1][0]\",\"numberValue\":3}",
      "{\"a\":[[1,2],[3]]}" },
    { "{\"jsonPath\":\"$['a.b'][\\\"c'd\\\"]\",\"stringValue\":\"\\\"\\n\"}", "{\"a.b\":{\"c'd\":\"\\\"\\n\"}}" },
    { "{\"jsonPath\":\"$['it\\\\'s']\",\"numberValue\":1}", "{\"it's\":1}" },
    { "{\"jsonPath\":\"$.a\",\"stringValue\":\"\\ud83d\",\"willContinue\":true}\n{\"jsonPath\":\"$.a\",\"stringValue\":\"\\ude00\"}",
      "{\"a\":\"\360\237\230\200\"}" },
    { "{\"jsonPath\":\"$.a\",\"stringValue\":\"\\ud83d\",\"willContinue\":true}", "{\"a\":\"\357\277\275\"}" },
    /* The same name in another object */
    { "{\"jsonPath\":\"$.a.x\",\"numberValue\":1}\n{\"jsonPath\":\"$.b.x\",\"numberValue\":2}", "{\"a\":{\"x\":1},\"b\":{\"x\":2}}" },
    { "{\"jsonPath\":\"$.a\"}", "{\"a\":null}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = assemble (cases[i].lines);

      g_assert_cmpstr (text, ==, cases[i].expected);
    }
}

static void
test_nothing (void)
{
  DheeraGeminiArguments *arguments = dheera_gemini_arguments_new ();
  g_autoptr (GString) out = g_string_new (NULL);

  dheera_gemini_arguments_finish (arguments, out);
  g_assert_cmpstr (out->str, ==, "");
  dheera_gemini_arguments_free (arguments);
}

/* What makes no JSON, or would mean two things */
static void
test_refused (void)
{
  static const char *const cases[] = {
    "{\"stringValue\":\"x\"}",
    "{\"jsonPath\":7,\"stringValue\":\"x\"}",
    "{\"jsonPath\":\"$\",\"stringValue\":\"x\"}",
    "{\"jsonPath\":\"$[0]\",\"stringValue\":\"x\"}",
    "{\"jsonPath\":\"a\",\"stringValue\":\"x\"}",
    "{\"jsonPath\":\"$.\",\"stringValue\":\"x\"}",
    "{\"jsonPath\":\"$.a[\",\"stringValue\":\"x\"}",
    "{\"jsonPath\":\"$.a[x]\",\"stringValue\":\"x\"}",
    "{\"jsonPath\":\"$.a[-1]\",\"stringValue\":\"x\"}",
    "{\"jsonPath\":\"$.a[99999999999]\",\"stringValue\":\"x\"}",
    "{\"jsonPath\":\"$['a\",\"stringValue\":\"x\"}",
    "{\"jsonPath\":\"$['a'\",\"stringValue\":\"x\"}",
    "{\"jsonPath\":\"$a\",\"stringValue\":\"x\"}",
    /* Back to where something was written already */
    "{\"jsonPath\":\"$.a\",\"numberValue\":1}\n{\"jsonPath\":\"$.a\",\"numberValue\":2}",
    "{\"jsonPath\":\"$.a.x\",\"numberValue\":1}\n{\"jsonPath\":\"$.b\",\"numberValue\":2}\n{\"jsonPath\":\"$.a.y\",\"numberValue\":3}",
    "{\"jsonPath\":\"$.a[1]\",\"numberValue\":1}\n{\"jsonPath\":\"$.a[0]\",\"numberValue\":2}",
    /* Into a value, and an object that is an array */
    "{\"jsonPath\":\"$.a\",\"numberValue\":1}\n{\"jsonPath\":\"$.a.b\",\"numberValue\":2}",
    "{\"jsonPath\":\"$.a.b\",\"numberValue\":1}\n{\"jsonPath\":\"$.a[0]\",\"numberValue\":2}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = assemble (cases[i]);

      if (text != NULL)
        g_error ("“%s” became “%s”", cases[i], text);
    }
}

static void
test_depth (void)
{
  g_autoptr (GString) piece = g_string_new ("{\"jsonPath\":\"$");
  g_autofree char *text = NULL;

  for (guint i = 0; i <= DHEERA_JSON_MAX_DEPTH; i++)
    g_string_append (piece, ".a");
  g_string_append (piece, "\",\"numberValue\":1}");
  text = assemble (piece->str);
  g_assert_null (text);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/gemini-arguments/order", test_order);
  g_test_add_func ("/gemini-arguments/nothing", test_nothing);
  g_test_add_func ("/gemini-arguments/refused", test_refused);
  g_test_add_func ("/gemini-arguments/depth", test_depth);

  return g_test_run ();
}
