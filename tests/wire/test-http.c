/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-ai/wire/dheera-http-private.h"

static void
test_new (void)
{
  char url[] = "https://example.com/v1/models";
  g_autoptr (DheeraHttpRequest) request = dheera_http_request_new ("GET", url);

  url[0] = 'X';
  g_assert_cmpstr (request->method, ==, "GET");
  g_assert_cmpstr (request->url, ==, "https://example.com/v1/models");
  g_assert_null (request->content_type);
  g_assert_null (request->body);
  g_assert_null (request->headers);
  g_assert_cmpint (request->auth, ==, DHEERA_AUTH_NONE);
  g_assert_null (request->auth_header);
  g_assert_cmpint (request->framing, ==, DHEERA_FRAMING_WHOLE);
}

static void
test_take_json (void)
{
  g_autoptr (DheeraHttpRequest) request = dheera_http_request_new ("POST", "https://example.com/");
  GBytes *first = g_bytes_new_static ("{}", 2);
  GBytes *second = g_bytes_new_static ("[]", 2);

  g_bytes_ref (first);
  dheera_http_request_take_json (request, first);
  g_assert_true (request->body == first);
  g_assert_cmpstr (request->content_type, ==, "application/json");

  dheera_http_request_take_json (request, second);
  g_assert_true (request->body == second);

  dheera_http_request_take_json (request, NULL);
  g_assert_null (request->body);
  g_assert_null (request->content_type);

  /* The request gave up its reference: this one is the last. */
  g_assert_cmpmem (g_bytes_get_data (first, NULL), 2, "{}", 2);
  g_bytes_unref (first);
}

static void
test_headers (void)
{
  g_autoptr (DheeraHttpRequest) request = dheera_http_request_new ("POST", "https://example.com/");

  g_assert_null (dheera_http_request_get_header (request, "Accept"));
  g_assert_true (dheera_http_request_set_header (request, "Accept", "text/event-stream"));
  g_assert_true (dheera_http_request_set_header (request, "anthropic-version", "2023-06-01"));
  g_assert_cmpstr (dheera_http_request_get_header (request, "accept"), ==, "text/event-stream");
  g_assert_cmpstr (dheera_http_request_get_header (request, "ANTHROPIC-VERSION"), ==, "2023-06-01");
  g_assert_null (dheera_http_request_get_header (request, "anthropic"));

  g_assert_true (dheera_http_request_set_header (request, "ACCEPT", "application/json"));
  g_assert_cmpuint (request->headers->len, ==, 2);
  g_assert_cmpstr (dheera_http_request_get_header (request, "Accept"), ==, "application/json");

  /* Its own value */
  g_assert_true (dheera_http_request_set_header (request, "accept", dheera_http_request_get_header (request, "accept")));
  g_assert_cmpstr (dheera_http_request_get_header (request, "Accept"), ==, "application/json");
  g_assert_true (dheera_http_request_set_header (request, "X-Empty", ""));
  g_assert_cmpstr (dheera_http_request_get_header (request, "x-empty"), ==, "");
}

static void
test_bad_headers (void)
{
  g_autoptr (DheeraHttpRequest) request = dheera_http_request_new ("POST", "https://example.com/");

  g_assert_true (dheera_http_request_set_header (request, "a", "1"));
  g_assert_false (dheera_http_request_set_header (request, "a", "2\r\nb: 3"));
  g_assert_false (dheera_http_request_set_header (request, "a", "2\n"));
  g_assert_false (dheera_http_request_set_header (request, "a", NULL));
  g_assert_false (dheera_http_request_set_header (request, "a b", "2"));
  g_assert_false (dheera_http_request_set_header (request, "a:", "2"));
  g_assert_false (dheera_http_request_set_header (request, "", "2"));
  g_assert_false (dheera_http_request_set_header (request, NULL, "2"));
  g_assert_cmpstr (dheera_http_request_get_header (request, "a"), ==, "1");
  g_assert_cmpuint (request->headers->len, ==, 1);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/http/new", test_new);
  g_test_add_func ("/http/take-json", test_take_json);
  g_test_add_func ("/http/headers", test_headers);
  g_test_add_func ("/http/bad-headers", test_bad_headers);

  return g_test_run ();
}
