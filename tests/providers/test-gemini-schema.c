/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-ai/providers/gemini/dheera-gemini-encode-private.h"

static char *
convert (const char  *schema,
         GError     **error)
{
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;

  dheera_json_writer_init (&writer, 64);
  if (dheera_gemini_write_schema (&writer, schema, "the thing", error))
    return dheera_json_writer_steal (&writer);

  dheera_json_writer_clear (&writer);

  return NULL;
}

static void
test_convert (void)
{
  static const struct
  {
    const char *schema;
    const char *expected;
  } cases[] = {
    { "{\"type\":\"string\"}", "{\"type\":\"STRING\"}" },
    { "{\"type\":\"OBJECT\"}", "{\"type\":\"OBJECT\"}" },
    { "{\"type\":[\"string\",\"null\"],\"description\":\"d\"}", "{\"type\":\"STRING\",\"description\":\"d\",\"nullable\":true}" },
    { "{\"type\":[\"string\",\"integer\",\"null\"]}", "{\"anyOf\":[{\"type\":\"STRING\"},{\"type\":\"INTEGER\"}],\"nullable\":true}" },
    { "{\"const\":\"a\"}", "{\"type\":\"STRING\",\"enum\":[\"a\"]}" },
    { "{\"type\":\"integer\",\"enum\":[1,2,null]}", "{\"type\":\"INTEGER\",\"enum\":[\"1\",\"2\"],\"nullable\":true}" },
    { "{\"type\":\"string\",\"format\":\"email\"}", "{\"type\":\"STRING\"}" },
    { "{\"type\":\"string\",\"format\":\"date-time\",\"pattern\":\"x\",\"minLength\":1}", "{\"type\":\"STRING\",\"format\":\"date-time\"}" },
    { "{\"type\":\"array\",\"items\":{\"type\":\"number\",\"minimum\":0},\"minItems\":1,\"uniqueItems\":true}",
      "{\"type\":\"ARRAY\",\"minItems\":1,\"items\":{\"type\":\"NUMBER\",\"minimum\":0}}" },
    { "{\"$schema\":\"x\",\"type\":\"object\",\"title\":\"T\",\"properties\":{\"a\":{\"type\":\"boolean\",\"default\":true},\"b\":true},"
      "\"required\":[\"a\"],\"additionalProperties\":false}",
      "{\"type\":\"OBJECT\",\"title\":\"T\",\"required\":[\"a\"],\"properties\":{\"a\":{\"type\":\"BOOLEAN\"},\"b\":{}}}" },
    { "{\"properties\":{\"a\":{\"items\":{\"type\":\"string\"}}}}",
      "{\"type\":\"OBJECT\",\"properties\":{\"a\":{\"type\":\"ARRAY\",\"items\":{\"type\":\"STRING\"}}}}" },
    { "{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"null\"}],\"description\":\"outer\"}",
      "{\"type\":\"STRING\",\"description\":\"outer\",\"nullable\":true}" },
    { "{\"oneOf\":[{\"type\":\"string\"},{\"type\":\"null\"},{\"type\":\"array\",\"items\":{}}]}",
      "{\"anyOf\":[{\"type\":\"STRING\"},{\"type\":\"ARRAY\",\"items\":{}}],\"nullable\":true}" },
    { "{\"$ref\":\"#/$defs/A\",\"description\":\"here\",\"$defs\":{\"A\":{\"type\":\"object\",\"description\":\"there\",\"properties\":"
      "{\"b\":{\"$ref\":\"#/$defs/B~1~0\"}}},\"B/~\":{\"type\":\"string\"}}}",
      "{\"type\":\"OBJECT\",\"description\":\"here\",\"properties\":{\"b\":{\"type\":\"STRING\"}}}" },
    { "{\"type\":\"object\",\"properties\":{\"a\":{\"allOf\":[{\"$ref\":\"#/definitions/E\"}]},\"b\":{\"$ref\":\"#/definitions/E\"}},"
      "\"definitions\":{\"E\":{\"enum\":[\"x\"]}}}",
      "{\"type\":\"OBJECT\",\"properties\":{\"a\":{\"type\":\"STRING\",\"enum\":[\"x\"]},\"b\":{\"type\":\"STRING\",\"enum\":[\"x\"]}}}" },
    { "{\"type\":\"string\",\"nullable\":true}", "{\"type\":\"STRING\",\"nullable\":true}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *text = convert (cases[i].schema, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (text, ==, cases[i].expected);
    }
}

static void
test_refused (void)
{
  static const char *const cases[] = {
    "{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"#\"}}}",
    "{\"$ref\":\"#/$defs/A\",\"$defs\":{\"A\":{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"#/$defs/A\"}}}}}",
    "{\"$ref\":\"#/$defs/missing\"}",
    "{\"$ref\":\"https://example.org/schema\"}",
    "{\"allOf\":[{\"type\":\"object\"},{\"type\":\"object\"}]}",
    "{",
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *text = convert (cases[i], &error);

      if (text != NULL)
        g_error ("“%s” became “%s”", cases[i], text);
      g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
      g_assert_true (g_str_has_prefix (error->message, "The schema of the thing "));
    }
}

/* References that double at each level */
static void
test_large (void)
{
  g_autoptr (GString) schema = g_string_new ("{\"$ref\":\"#/$defs/d0\",\"$defs\":{");
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 30; i++)
    g_string_append_printf (schema, "\"d%u\":{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"#/$defs/d%u\"},\"b\":{\"$ref\":\"#/$defs/d%u\"}}},",
                            i, i + 1, i + 1);
  g_string_append (schema, "\"d30\":{\"type\":\"string\"}}}");
  g_assert_null (convert (schema->str, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
}

static void
test_empty (void)
{
  g_assert_true (dheera_gemini_schema_is_empty ("{\"type\":\"object\",\"properties\":{}}"));
  g_assert_true (dheera_gemini_schema_is_empty ("{}"));
  g_assert_false (dheera_gemini_schema_is_empty ("{\"type\":\"object\",\"properties\":{\"a\":{}}}"));
  g_assert_false (dheera_gemini_schema_is_empty ("{\"$ref\":\"#/$defs/A\"}"));
  g_assert_false (dheera_gemini_schema_is_empty ("{\"anyOf\":[{\"type\":\"object\"}]}"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/gemini-schema/convert", test_convert);
  g_test_add_func ("/gemini-schema/refused", test_refused);
  g_test_add_func ("/gemini-schema/large", test_large);
  g_test_add_func ("/gemini-schema/empty", test_empty);

  return g_test_run ();
}
