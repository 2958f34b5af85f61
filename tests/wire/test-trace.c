/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-ai/wire/dheera-trace-private.h"

#include <string.h>

#define TRACE "0af7651916cd43dd8448eb211c80319c"
#define SPAN "b7ad6b7169203331"

typedef struct
{
  const char *text;
  const char *fault; /* NULL: it is good */
} Row;

static const char shape[] = "it is not of the form 00-TRACE_ID-PARENT_ID-FLAGS, with 32, 16 and 2 hexadecimal digits";
static const char digits[] = "it has something else than lower-case hexadecimal digits in its fields";
static const char more[] = "there is more behind its flags";

static const Row parents[] = {
  { "00-" TRACE "-" SPAN "-01", NULL },
  { "00-" TRACE "-" SPAN "-00", NULL },
  { "00-" TRACE "-" SPAN "-ff", NULL },
  { "cc-" TRACE "-" SPAN "-01", NULL },
  { "cc-" TRACE "-" SPAN "-01-what-comes", NULL },
  { "", shape },
  { "00", shape },
  { "00-" TRACE "-" SPAN "-0", shape },
  { "00-" TRACE "-" SPAN " 01", shape },
  { "00_" TRACE "-" SPAN "-01", shape },
  { "00-0" TRACE "-" SPAN "-01", shape },
  { "00-0AF7651916cd43dd8448eb211c80319c-" SPAN "-01", digits },
  { "0g-" TRACE "-" SPAN "-01", digits },
  { "00-" TRACE "-b7ad6b716920333x-01", digits },
  { "00-" TRACE "-" SPAN "-0x", digits },
  { "ff-" TRACE "-" SPAN "-01", "there is no version ff" },
  { "00-" TRACE "-" SPAN "-01-more", more },
  { "00-" TRACE "-" SPAN "-011", more },
  { "cc-" TRACE "-" SPAN "-01.x", more },
  { "cc-" TRACE "-" SPAN "-01-\r\nX: 1", more },
  { "00-00000000000000000000000000000000-" SPAN "-01", "its trace id is all zeros" },
  { "00-" TRACE "-0000000000000000-01", "its parent id is all zeros" },
};

static const char key[] = "one of its keys is not allowed";
static const char value[] = "one of its values is not allowed";

static const Row states[] = {
  { "congo=t61rcWkgMzE", NULL },
  { "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE", NULL },
  { "a=1 , b=2,\tc=3", NULL },
  { "a=1,,b=2", NULL },
  { "0tenant@system=v", NULL },
  { "a_b-c*d/e=! ~", NULL },
  { "", "it is an empty list" },
  { " , ", "it is an empty list" },
  { "a", "it is not a list of key=value" },
  { "a=1,b", "it is not a list of key=value" },
  { "=1", key },
  { "A=1", key },
  { "0a=1", key },
  { "a b=1", key },
  { "@system=1", key },
  { "tenant@=1", key },
  { "tenant@system-that-is-long=1", key },
  { "tenant@0system=1", key },
  { "a=", value },
  { "a=b=c", value },
  { "a=\303\244", value },
  { "a=1\r\nX: 2", value },
  { "a=1,b=2,a=3", "it has a key twice" },
  { "a0=,", value },
};

static void
test_parents (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (parents); i++)
    {
      g_test_message ("%s", parents[i].text);
      g_assert_cmpstr (dheera_traceparent_find_fault (parents[i].text), ==, parents[i].fault);
    }
}

static void
test_states (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    {
      g_test_message ("%s", states[i].text);
      g_assert_cmpstr (dheera_tracestate_find_fault (states[i].text), ==, states[i].fault);
    }
}

static char *
make_list (guint n)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "%sk%u=1", i > 0 ? "," : "", i);
  return g_string_free (text, FALSE);
}

static void
test_bounds (void)
{
  g_autofree char *most = make_list (32);
  g_autofree char *many = make_list (33);
  g_autofree char *a = g_strnfill (256, 'a');
  g_autofree char *longest = g_strconcat ("k=", a, ",l=", a + 5, NULL);
  g_autofree char *too_long = g_strconcat ("k=", a, ",l=", a, NULL);
  g_autofree char *value_too_long = g_strconcat ("k=a", a, NULL);
  g_autofree char *key_too_long = g_strconcat ("a", a, "=1", NULL);
  g_autofree char *longest_key = g_strconcat (a, "=1", NULL);

  g_assert_null (dheera_tracestate_find_fault (most));
  g_assert_cmpstr (dheera_tracestate_find_fault (many), ==, "it has more than 32 members");
  g_assert_cmpuint (strlen (longest), <=, 512);
  g_assert_null (dheera_tracestate_find_fault (longest));
  g_assert_cmpstr (dheera_tracestate_find_fault (too_long), ==, "it is longer than 512 characters");
  g_assert_cmpstr (dheera_tracestate_find_fault (value_too_long), ==, value);
  g_assert_cmpstr (dheera_tracestate_find_fault (key_too_long), ==, key);
  g_assert_null (dheera_tracestate_find_fault (longest_key));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/trace/parent", test_parents);
  g_test_add_func ("/trace/state", test_states);
  g_test_add_func ("/trace/bounds", test_bounds);

  return g_test_run ();
}
