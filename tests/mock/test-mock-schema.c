/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-ai/mock/dheera-mock-private.h"

#include <string.h>

/* JSON is written with single quotes here. */
static const char *
q (const char *text)
{
  g_autofree char *copy = g_strdelimit (g_strdup (text), "'", '"');

  return g_intern_string (copy);
}

static char *
instance (const char  *schema,
          const char **why)
{
  DheeraJson json = DHEERA_JSON_INIT;
  DheeraJson check = DHEERA_JSON_INIT;
  char *result;

  if (!dheera_json_parse (&json, q (schema), strlen (schema)))
    g_error ("bad schema in the test: %s", schema);
  result = dheera_mock_schema_instance (dheera_json_root (&json), "some text", why);
  if (result != NULL)
    g_assert_true (dheera_json_parse (&check, result, strlen (result)));
  else
    g_assert_nonnull (*why);
  dheera_json_clear (&check);
  dheera_json_clear (&json);

  return result;
}

static void
test_instances (void)
{
  static const struct
  {
    const char *schema, *expected;
  } cases[] = {
    { "{}", "'some text'" },
    { "true", "'some text'" },
    { "{'type':'string'}", "'some text'" },
    { "{'type':'string','maxLength':4}", "'some'" },
    { "{'type':'string','minLength':12}", "'some text...'" },
    { "{'type':'string','format':'date'}", "'2025-01-01'" },
    { "{'type':'string','enum':['b','a']}", "'b'" },
    { "{'const':{'a':[1, 2]}}", "{'a':[1, 2]}" },
    { "{'type':'boolean'}", "false" },
    { "{'type':'null'}", "null" },
    { "{'type':['string','null']}", "'some text'" },
    { "{'type':'integer'}", "0" },
    { "{'type':'number'}", "0" },
    { "{'type':'integer','minimum':3}", "3" },
    { "{'type':'integer','minimum':2.5}", "3" },
    { "{'type':'integer','exclusiveMinimum':0}", "1" },
    { "{'type':'integer','exclusiveMaximum':0}", "-1" },
    { "{'type':'integer','maximum':-7}", "-7" },
    { "{'type':'integer','minimum':10,'multipleOf':7}", "14" },
    { "{'type':'number','minimum':0.5}", "0.5" },
    { "{'type':'number','exclusiveMinimum':0,'maximum':1}", "0.5" },
    { "{'type':'number','exclusiveMaximum':0}", "-1" },
    { "{'type':'array','items':{'type':'integer'}}", "[0]" },
    { "{'type':'array','items':{'type':'integer'},'minItems':3}", "[0,0,0]" },
    { "{'type':'array','items':{'type':'integer'},'maxItems':0}", "[]" },
    { "{'type':'array','prefixItems':[{'const':1},{'const':2}]}", "[1,2]" },
    { "{'items':{'type':'null'}}", "[null]" },
    { "{'type':'object'}", "{}" },
    { "{'type':'object','properties':{'a':{'type':'integer'},'b\\'':{'type':'null'}}}",
     "{'a':0,'b\\'':null}" },
    { "{'properties':{'a':{'properties':{'b':{'type':'array','items':{'type':'boolean'}}}}}}",
     "{'a':{'b':[false]}}" },
    { "{'anyOf':[false,{'type':'integer'}]}", "0" },
    { "{'oneOf':[{'type':'null'}]}", "null" },
    { "{'allOf':[{'type':'integer'}]}", "0" },
    { "{'allOf':[{'properties':{'a':{'const':1}}},{'properties':{'a':{'const':2},'b':{'const':3}}}]}",
     "{'a':1,'b':3}" },
    { "{'$defs':{'N/1':{'type':'null'}},'properties':{'n':{'$ref':'#/$defs/N~11'}}}", "{'n':null}" },
    { "{'definitions':[{'type':'null'}],'items':{'$ref':'#/definitions/0'}}", "[null]" },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *why = NULL;
      g_autofree char *result = instance (cases[i].schema, &why);

      g_test_message ("%s", cases[i].schema);
      g_assert_cmpstr (result, ==, q (cases[i].expected));
    }
}

/* Schemas that contain themselves end where they leave a way out. */
static void
test_recursion (void)
{
  static const struct
  {
    const char *schema, *expected;
  } cases[] = {
    { "{'properties':{'next':{'$ref':'#'},'v':{'const':1}}}", "{'next':{'v':1},'v':1}" },
    { "{'properties':{'next':{'anyOf':[{'$ref':'#'},{'type':'null'}]}},'required':['next']}",
     "{'next':{'next':null}}" },
    { "{'$defs':{'T':{'properties':{'c':{'type':'array','items':{'$ref':'#/$defs/T'}}},'required':['c']}},'$ref':'#/$defs/T'}",
      "{'c':[]}" },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *why = NULL;
      g_autofree char *result = instance (cases[i].schema, &why);

      g_test_message ("%s", cases[i].schema);
      g_assert_cmpstr (result, ==, q (cases[i].expected));
    }
}

static void
test_impossible (void)
{
  static const struct
  {
    const char *schema, *why;
  } cases[] = {
    { "false", "allows nothing" },
    { "1", "not an object" },
    { "{'$ref':'#/nowhere'}", "leads nowhere" },
    { "{'$ref':'http://example.com/'}", "leads nowhere" },
    { "{'$ref':'#'}", "without an end" },
    { "{'type':'object','properties':{'a':{'$ref':'#'}},'required':['a']}", "without an end" },
    { "{'type':'thing'}", "unknown" },
    { "{'type':[]}", "types is empty" },
    { "{'anyOf':[]}", "alternatives is empty" },
    { "{'type':'string','minLength':5,'maxLength':4}", "impossible length" },
    { "{'type':'array','minItems':100000}", "impossible length" },
    { "{'type':'integer','minimum':2,'maximum':1}", "between its bounds" },
    { "{'type':'integer','exclusiveMinimum':0,'exclusiveMaximum':1}", "between its bounds" },
    { "{'type':'string','minLength':99999999999}", "impossible length" },
    { "{'type':'array','minItems':1000,'items':{'type':'array','minItems':1000}}", "too large" },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *why = NULL;
      g_autofree char *result = instance (cases[i].schema, &why);

      g_test_message ("%s", cases[i].schema);
      g_assert_null (result);
      g_assert_nonnull (strstr (why, cases[i].why));
    }
}

/* Schemas whose ways are too many to try, or whose instances are too large, are given up soon. */
static void
test_explosion (void)
{
  g_autoptr (GString) optional = g_string_new ("{'$defs':{");
  g_autoptr (GString) required = g_string_new ("{'$defs':{");
  g_autofree char *easy = NULL;
  g_autofree char *hard = NULL;
  const char *why = NULL;
  guint i, j;

  for (i = 0; i < 12; i++)
    {
      g_string_append_printf (optional, "%s'd%u':{'properties':{", i > 0 ? "," : "", i);
      g_string_append_printf (required, "%s'd%u':{'anyOf':[", i > 0 ? "," : "", i);
      for (j = 0; j < 12; j++)
        {
          g_string_append_printf (optional, "%s'p%u':{'$ref':'#/$defs/d%u'}", j > 0 ? "," : "", j, j);
          g_string_append_printf (required, "%s{'$ref':'#/$defs/d%u'}", j > 0 ? "," : "", j);
        }
      g_string_append (optional, "}}");
      g_string_append (required, "]}");
    }
  g_string_append (optional, "},'$ref':'#/$defs/d0'}");
  g_string_append (required, "},'$ref':'#/$defs/d0'}");

  easy = instance (optional->str, &why);
  g_assert_nonnull (easy);
  hard = instance (required->str, &why);
  g_assert_null (hard);
}

static void
test_depth (void)
{
  g_autoptr (GString) schema = g_string_new (NULL);
  g_autofree char *result = NULL;
  const char *why = NULL;
  guint i;

  for (i = 0; i < 120; i++)
    g_string_append (schema, "{'items':");
  g_string_append (schema, "{'type':'null'}");
  for (i = 0; i < 120; i++)
    g_string_append_c (schema, '}');

  result = instance (schema->str, &why);
  g_assert_nonnull (result);
  g_assert_cmpuint (strlen (result), ==, 2 * 120 + 4);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/mock-schema/instances", test_instances);
  g_test_add_func ("/mock-schema/recursion", test_recursion);
  g_test_add_func ("/mock-schema/impossible", test_impossible);
  g_test_add_func ("/mock-schema/explosion", test_explosion);
  g_test_add_func ("/mock-schema/depth", test_depth);

  return g_test_run ();
}
