/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-ai/wire/dheera-hide-private.h"

#include <string.h>

typedef struct
{
  const char *text;
  gboolean cut;
  const char *expected;
} Row;

static const char *const secrets[] = { "canary-0123456789", "a+b/c&d<secret>==", "AKIDEXAMPLE:se/cret:session-token", "short",
                                       "\n{\"client_secret\":\"s\",\"token_uri\":\"http://host.example:8080/token\"}", NULL };

static const Row rows[] = {
  { "", FALSE, "" },
  { "nothing in here, not even a shorter one: short", FALSE, "nothing in here, not even a shorter one: short" },
  { "a canary-0123456789 b", FALSE, "a [hidden] b" },
  { "xcanary-0123456789y", FALSE, "x[hidden]y" },
  { "canary-0123456789canary-0123456789", FALSE, "[hidden][hidden]" },
  { "canary-012345678", FALSE, "canary-012345678" },
  { "canary-012345678", TRUE, "[hidden]" },
  { "the end is c", TRUE, "the end is [hidden]" },
  { "the end is c", FALSE, "the end is c" },
  { "token session-token of AKIDEXAMPLE", FALSE, "token [hidden] of [hidden]" },
  { "got from http://host.example:8080/token", FALSE, "got from http://host.example:8080/token" },
  { "{\"s\":\"a+b\\/c\\u0026d\\u003csecret\\u003E\\u003d\\u003d\"}", FALSE, "{\"s\":\"[hidden]\"}" },
  { "\\u0063anary-0123456789", FALSE, "[hidden]" },
  { "{\"s\":\"a+b\\/c\\u00", TRUE, "{\"s\":\"[hidden]" },
  { "{\"s\":\"a+b\\/c\\u0027d\"}", FALSE, "{\"s\":\"a+b\\/c\\u0027d\"}" },
  { "{\"s\":\"se\\/cret\"}", FALSE, "{\"s\":\"[hidden]\"}" },
  { "sk-aaaaaaaaaaaaaaaaaaaa", FALSE, "[hidden]" },
  { "key=sk-aaaaaaaaaaaaaaaaaaaa.", FALSE, "key=[hidden]" },
  { "task-aaaaaaaaaaaaaaaaaaaa", FALSE, "task-aaaaaaaaaaaaaaaaaaaa" },
  { "sk-aaa", FALSE, "sk-aaa" },
  { "sk-aaa", TRUE, "[hidden]" },
};

static const Row members[] = {
  { "", FALSE, "" },
  { "{\"api_key\":\"canary\",\"model\":\"m\"}", FALSE, "{\"api_key\":\"[hidden]\",\"model\":\"m\"}" },
  { "{\"API-Key\" :\n \"can\\\"ary\"}", FALSE, "{\"API-Key\" :\n \"[hidden]\"}" },
  { "{\"tools\":[{\"headers\":{\"Authorization\":\"Bearer canary\"},\"authorization\":\"canary\"}]}", FALSE,
    "{\"tools\":[{\"headers\":{\"Authorization\":\"[hidden]\"},\"authorization\":\"[hidden]\"}]}" },
  { "{\"max_tokens\":12,\"token\":\"Hello\",\"password\":null}", FALSE, "{\"max_tokens\":12,\"token\":\"Hello\",\"password\":null}" },
  { "{\"a\":\"password\",\"b\":\"my \\\"secret\\\": \"}", FALSE, "{\"a\":\"password\",\"b\":\"my \\\"secret\\\": \"}" },
  { "{\"client_secret\":\"canar", FALSE, "{\"client_secret\":\"[hidden]" },
  { "{\"client_secret\":", FALSE, "{\"client_secret\":" },
  { "{\"client_secret", FALSE, "{\"client_secret" },
  { "\"", FALSE, "\"" },
  { "\\\"", FALSE, "\\\"" },
  { "error: unexpected \" in {\"api_key\": \"canary\"}", FALSE, "error: unexpected \" in {\"api_key\": \"[hidden]\"}" },
  { "<a href=\"x>\n{\"password\":\"canary\",\"a\":\"b\"}", FALSE, "<a href=\"x>\n{\"password\":\"[hidden]\",\"a\":\"b\"}" },
  { "{\"openai_api_key\":\"canary\",\"db.password\":\"canary\",\"next\":\"a\"}", FALSE,
    "{\"openai_api_key\":\"[hidden]\",\"db.password\":\"[hidden]\",\"next\":\"a\"}" },
  { "[\"password\",\"secret\":\"canary\"]", FALSE, "[\"password\",\"secret\":\"[hidden]\"]" },
  { "{\"authorization\": [\"canary\", \"can\\\"ary\" ,\"\"],\"a\":\"b\"}", FALSE,
    "{\"authorization\": [\"[hidden]\", \"[hidden]\" ,\"[hidden]\"],\"a\":\"b\"}" },
  { "{\"password\":[\"canary", FALSE, "{\"password\":[\"[hidden]" },
  { "{\"password\":[1,\"a\"]}", FALSE, "{\"password\":[1,\"a\"]}" },
  { "{\"arguments\":\"{\\\"api_key\\\": \\\"canary\\\",\\\"a\\\":\\\"b\\\"}\"}", FALSE,
    "{\"arguments\":\"{\\\"api_key\\\": \\\"[hidden]\\\",\\\"a\\\":\\\"b\\\"}\"}" },
  { "{\"a\":\"{\\\"password\\\":\\\"can\\\\\\\"ary\\\\\\\\\\\"}\"}", FALSE, "{\"a\":\"{\\\"password\\\":\\\"[hidden]\\\"}\"}" },
  { "{\"a\":\"{\\\"password\\\":\\\"canary\",\"b\":\"c\"}", FALSE, "{\"a\":\"{\\\"password\\\":\\\"[hidden]\",\"b\":\"c\"}" },
  { "{\"a\":\"\\\\\",\"secret\":\"canary\"}", FALSE, "{\"a\":\"\\\\\",\"secret\":\"[hidden]\"}" },
  { "OPENAI_API_KEY=canary&a=b", FALSE, "OPENAI_API_KEY=[hidden]&a=b" },
  { "data: {\"x-api-key\":\"canary\"}\n\ndata: [DONE]\n\n", FALSE, "data: {\"x-api-key\":\"[hidden]\"}\n\ndata: [DONE]\n\n" },
  { "grant_type=client_credentials&client_secret=canary&scope=a", FALSE, "grant_type=client_credentials&client_secret=[hidden]&scope=a" },
  { "assertion=canary", FALSE, "assertion=[hidden]" },
  { "a & b = c", FALSE, "a & b = c" },
  { "{\"this-is-a-name-of-more-than-forty-characters-api-key\":\"x\"}", FALSE, "{\"this-is-a-name-of-more-than-forty-characters-api-key\":\"x\"}" },
};

static void
test_secrets (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *hidden = dheera_hide_secrets (rows[i].text, secrets, rows[i].cut);

      g_test_message ("row %u: %s", i, rows[i].text);
      g_assert_cmpstr (hidden, ==, rows[i].expected);
    }
}

static void
test_members (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      g_autofree char *hidden = dheera_hide_members (members[i].text);

      g_test_message ("row %u: %s", i, members[i].text);
      g_assert_cmpstr (hidden, ==, members[i].expected);
    }
}

/* Wherever a text is cut, nothing of the secret is left but what is hidden. */
static void
test_every_cut (void)
{
  static const char whole[] = "{\"echo\":\"canary-0123456789\"}";
  const char *start = strstr (whole, "canary");

  for (const char *end = start + 1; end < start + strlen ("canary-0123456789"); end++)
    {
      g_autofree char *text = g_strndup (whole, end - whole);
      g_autofree char *hidden = dheera_hide_secrets (text, secrets, TRUE);

      g_assert_cmpstr (hidden, ==, "{\"echo\":\"[hidden]");
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/hide/secrets", test_secrets);
  g_test_add_func ("/hide/members", test_members);
  g_test_add_func ("/hide/every-cut", test_every_cut);

  return g_test_run ();
}
