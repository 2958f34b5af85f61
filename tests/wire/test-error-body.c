/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-ai/wire/dheera-error-body-private.h"

static void
assert_body (const char *message,
             const char *type,
             const char *param,
             const char *code,
             const char *expected)
{
  g_autofree char *body = dheera_error_body_write (message, type, param, code);

  g_assert_cmpstr (body, ==, expected);
}

static void
test_members (void)
{
  assert_body ("The key is wrong.", "invalid_request_error", "model", "invalid_api_key",
               "{\"error\":{\"message\":\"The key is wrong.\",\"type\":\"invalid_request_error\",\"param\":\"model\",\"code\":\"invalid_api_key\"}}");
}

/* OpenAI's SDKs look for all four: what there is not is null, and never left out. */
static void
test_nothing (void)
{
  assert_body ("", "server_error", NULL, NULL, "{\"error\":{\"message\":\"\",\"type\":\"server_error\",\"param\":null,\"code\":null}}");
}

static void
test_escapes (void)
{
  assert_body ("\"a\\\nb\"", "t", "p\"", "c\t",
               "{\"error\":{\"message\":\"\\\"a\\\\\\nb\\\"\",\"type\":\"t\",\"param\":\"p\\\"\",\"code\":\"c\\t\"}}");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/error-body/members", test_members);
  g_test_add_func ("/error-body/nothing", test_nothing);
  g_test_add_func ("/error-body/escapes", test_escapes);

  return g_test_run ();
}
