/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "dheera-ai/wire/dheera-json-writer-private.h"

static void
assert_merge (const char *base,
              const char *patch,
              const char *expected)
{
  g_autofree char *merged = dheera_json_merge (base, patch);
  DheeraJson json = DHEERA_JSON_INIT;

  g_assert_cmpstr (merged, ==, expected);
  g_assert_true (dheera_json_parse (&json, merged, strlen (merged)));
  dheera_json_clear (&json);
}

static void
test_simple (void)
{
  assert_merge ("{}", "{}", "{}");
  assert_merge ("{\"a\":1}", "{}", "{\"a\":1}");
  assert_merge ("{}", "{\"a\":1}", "{\"a\":1}");
  assert_merge ("{\"a\":1,\"b\":2,\"c\":3}", "{\"b\":[4]}", "{\"a\":1,\"b\":[4],\"c\":3}");
  assert_merge ("{\"a\":1}", "{\"z\":1,\"b\":2,\"y\":3}", "{\"a\":1,\"z\":1,\"b\":2,\"y\":3}");
  assert_merge ("{\"a\":1,\"b\":2}", "{\"a\":null}", "{\"b\":2}");
  assert_merge ("{\"a\":1}", "{\"b\":null}", "{\"a\":1}");
}

static void
test_nested (void)
{
  assert_merge ("{\"a\":{\"b\":1,\"c\":{\"d\":2}}}", "{\"a\":{\"c\":{\"d\":null,\"e\":3}}}",
                "{\"a\":{\"b\":1,\"c\":{\"e\":3}}}");
  assert_merge ("{\"a\":[1,2]}", "{\"a\":{\"b\":1}}", "{\"a\":{\"b\":1}}");
  assert_merge ("{\"a\":{\"b\":1}}", "{\"a\":[1]}", "{\"a\":[1]}");
  assert_merge ("{\"a\":{\"b\":1}}", "{\"a\":2}", "{\"a\":2}");
  /* Nulls inside a new object remove what is not there. */
  assert_merge ("{}", "{\"a\":{\"b\":{\"c\":null}}}", "{\"a\":{\"b\":{}}}");
  /* Inside arrays they are values. */
  assert_merge ("{}", "{\"a\":[null,{\"b\":null}]}", "{\"a\":[null,{\"b\":null}]}");
}

static void
test_bytes_kept (void)
{
  assert_merge ("{ \"n\" : 1.000000000000000005 , \"s\":\"\\u0041\", \"o\": { \"x\" : 1 }, \"m\":{ \"k\" : 1e2 , \"q\":0} }",
                "{\"m\":{\"q\":1}}",
                "{\"n\":1.000000000000000005,\"s\":\"\\u0041\",\"o\":{ \"x\" : 1 },\"m\":{\"k\":1e2,\"q\":1}}");
}

static void
test_names (void)
{
  /* Compared as what they say */
  assert_merge ("{\"\\u0061\":1}", "{\"a\":2}", "{\"\\u0061\":2}");
  assert_merge ("{\"a\":1}", "{\"\\u0061\":2}", "{\"a\":2}");
  /* Of repeated names the last one counts. */
  assert_merge ("{\"a\":1,\"b\":0,\"a\":2}", "{\"a\":3}", "{\"a\":3,\"b\":0}");
  assert_merge ("{\"a\":1,\"a\":2}", "{\"a\":null}", "{}");
  assert_merge ("{}", "{\"a\":1,\"b\":2,\"a\":3}", "{\"b\":2,\"a\":3}");
  assert_merge ("{\"a\":{\"x\":1},\"a\":{\"y\":2}}", "{\"a\":{\"z\":3}}", "{\"a\":{\"y\":2,\"z\":3}}");
  assert_merge ("{\"\":1}", "{\"\":2}", "{\"\":2}");
}

static void
test_no_objects (void)
{
  assert_merge (NULL, "{\"a\":1}", "{\"a\":1}");
  assert_merge ("", "{\"a\":1}", "{\"a\":1}");
  assert_merge ("[1]", "{\"a\":1}", "{\"a\":1}");
  assert_merge ("{\"a\":1}", "[1]", "{\"a\":1}");
  assert_merge ("{\"a\":1}", NULL, "{\"a\":1}");
  assert_merge ("{\"a\":1}", "{broken", "{\"a\":1}");
  assert_merge (NULL, NULL, "{}");
}

/* Many members on both sides: n log n steps, not n * n. */
static void
test_many (void)
{
  g_autoptr (GString) base = g_string_new ("{");
  g_autoptr (GString) patch = g_string_new ("{");
  g_autofree char *merged = NULL;
  DheeraJson json = DHEERA_JSON_INIT;
  DheeraJsonValue value, name;
  DheeraJsonIter iter;
  guint n = 50000;
  guint i;

  for (i = 0; i < n; i++)
    {
      g_string_append_printf (base, "%s\"n%u\":{\"a\":%u}", i > 0 ? "," : "", i, i);
      g_string_append_printf (patch, "%s\"n%u\":{\"b\":1}", i > 0 ? "," : "", n - 1 - i);
    }
  g_string_append_c (base, '}');
  g_string_append_c (patch, '}');

  merged = dheera_json_merge (base->str, patch->str);
  g_assert_true (dheera_json_parse (&json, merged, strlen (merged)));
  g_assert_cmpuint (dheera_json_size (dheera_json_root (&json)), ==, n);
  dheera_json_iter_init (&iter, dheera_json_root (&json));
  for (i = 0; dheera_json_iter_next (&iter, &name, &value); i++)
    {
      g_assert_cmpint (dheera_json_get_int (dheera_json_member (value, "a"), -1), ==, i);
      g_assert_cmpint (dheera_json_get_int (dheera_json_member (value, "b"), -1), ==, 1);
    }
  dheera_json_clear (&json);
}

static void
test_deep (void)
{
  g_autoptr (GString) base = g_string_new (NULL);
  guint i;

  for (i = 0; i < DHEERA_JSON_MAX_DEPTH - 1; i++)
    g_string_append (base, "{\"a\":");
  g_string_append (base, "{}");
  for (i = 0; i < DHEERA_JSON_MAX_DEPTH - 1; i++)
    g_string_append_c (base, '}');

  assert_merge (base->str, base->str, base->str);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/json-merge/simple", test_simple);
  g_test_add_func ("/json-merge/nested", test_nested);
  g_test_add_func ("/json-merge/bytes-kept", test_bytes_kept);
  g_test_add_func ("/json-merge/names", test_names);
  g_test_add_func ("/json-merge/no-objects", test_no_objects);
  g_test_add_func ("/json-merge/many", test_many);
  g_test_add_func ("/json-merge/deep", test_deep);

  return g_test_run ();
}
