/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "dheera-ai/server/dheera-http-head-private.h"

#define MAX_HEAD 4096
#define MAX_FIELDS 10

#define GET "GET / HTTP/1.1\r\nHost: a\r\n"
#define POST "POST / HTTP/1.1\r\nHost: a\r\n"

typedef struct
{
  const char *text;
  guint status; /* 0: a good head, all of the text */
} Case;

/* Parses text as it comes in pieces that end at first, second (G_MAXSIZE: none), and its length. The status, 0 for a good head, or 1 when more is needed. */
static guint
parse_cut (const char      *text,
           gsize            length,
           gsize            first,
           gsize            second,
           DheeraHttpHead **head,
           gsize           *used)
{
  g_auto (DheeraHttpHeadParser) parser = { 0 };
  const gsize ends[] = { first, second, length };
  DheeraHttpStatus status = DHEERA_HTTP_MORE;
  guint i;

  dheera_http_head_parser_init (&parser, MAX_HEAD, MAX_FIELDS);
  for (i = 0; i < 3 && status == DHEERA_HTTP_MORE; i++)
    if (ends[i] <= length)
      {
        /* A copy of exactly that size: reading beyond it is seen. */
        g_autofree char *bytes = g_memdup2 (text, ends[i] > 0 ? ends[i] : 1);

        status = dheera_http_head_parse (&parser, bytes, ends[i], head, used);
      }

  if (status == DHEERA_HTTP_BAD)
    {
      g_assert_nonnull (parser.reason);
      g_assert_null (*head);
    }

  return status == DHEERA_HTTP_MORE ? 1 : status == DHEERA_HTTP_DONE ? 0 : parser.status;
}

static void
check_cases (const Case *cases,
             guint       n)
{
  guint i;

  for (i = 0; i < n; i++)
    {
      gsize length = strlen (cases[i].text);
      gsize first, second;

      for (first = 0; first <= length; first++)
        for (second = first; second <= length; second += 1 + length / 16)
          {
            g_autoptr (DheeraHttpHead) head = NULL;
            gsize used = 0;
            guint status = parse_cut (cases[i].text, length, first, second, &head, &used);

            if (status != cases[i].status)
              g_error ("%s: %u instead of %u when cut at %" G_GSIZE_FORMAT, cases[i].text, status, cases[i].status, first);
            if (status == 0)
              g_assert_cmpuint (used, ==, length);
          }
    }
}

static DheeraHttpHead *
parse_good (const char *text)
{
  DheeraHttpHead *head = NULL;
  gsize used = 0;

  g_assert_cmpuint (parse_cut (text, strlen (text), G_MAXSIZE, G_MAXSIZE, &head, &used), ==, 0);
  g_assert_nonnull (head);

  return head;
}

static void
test_whole (void)
{
  g_autoptr (DheeraHttpHead) head = parse_good ("POST /v1/chat/completions?a=b%20c&d HTTP/1.1\r\nHost: example.com:8080\r\nContent-Length: 12\r\n"
                                                "X-Empty:\r\nx-spaces: \t a  b \t\r\nExpect: 100-Continue\r\nX-Two: 1\r\nx-TWO:2\r\n\r\n");

  g_assert_cmpstr (head->method, ==, "POST");
  g_assert_cmpstr (head->path, ==, "/v1/chat/completions");
  g_assert_cmpstr (head->query, ==, "a=b%20c&d");
  g_assert_cmpuint (head->minor, ==, 1);
  g_assert_cmpuint (head->length, ==, 12);
  g_assert_cmpuint (head->n_fields, ==, 7);
  g_assert_true (head->keep_alive);
  g_assert_true (head->expects);
  g_assert_false (head->chunked);
  g_assert_cmpstr (dheera_http_head_get (head, "HOST"), ==, "example.com:8080");
  g_assert_cmpstr (dheera_http_head_get (head, "x-empty"), ==, "");
  g_assert_cmpstr (dheera_http_head_get (head, "X-Spaces"), ==, "a  b");
  g_assert_cmpstr (dheera_http_head_get (head, "x-two"), ==, "1, 2");
  g_assert_null (dheera_http_head_get (head, "x-tw"));
}

static void
test_good (void)
{
  static const Case cases[] = {
    { GET "\r\n", 0 },
    { "\r\n" GET "\r\n", 0 },
    { "GET / HTTP/1.0\r\n\r\n", 0 },
    { "DELETE /a HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", 0 },
    { "GET /?%41[]{}|^` HTTP/1.1\r\nHost: a-b_c.d~:65535\r\n\r\n", 0 },
    { POST "Transfer-Encoding: chunked\r\n\r\n", 0 },
    { POST "transfer-encoding:chunked\r\n\r\n", 0 },
    { POST "Content-Length: 0\r\n\r\n", 0 },
    { POST "X-Name: gr\303\274n\r\n\r\n", 0 },
    { GET, 1 },
    { GET "\r", 1 },
    { "G", 1 },
    { "", 1 },
  };

  check_cases (cases, G_N_ELEMENTS (cases));
}

static void
test_request_line (void)
{
  static const Case cases[] = {
    { "GET  / HTTP/1.1\r\n", 400 },
    { "GET /  HTTP/1.1\r\n", 400 },
    { "GET / HTTP/1.1 \r\n", 400 },
    { " GET / HTTP/1.1\r\n", 400 },
    { "GET\t/ HTTP/1.1\r\n", 400 },
    { "GET /\tHTTP/1.1\r\n", 400 },
    { "GET / a HTTP/1.1\r\n", 400 },
    { "GET /\r\n", 400 },
    { "GET\r\n", 400 },
    { "\r\n\r\n", 400 },
    { "G<T / HTTP/1.1\r\n", 400 },
    { "G\303\204T / HTTP/1.1\r\n", 400 },
    { "(GET / HTTP/1.1\r\n", 400 },
    { "GETGETGETGETGETGETGETGETGETGETGET / HTTP/1.1\r\n", 400 },
    { "GET / http/1.1\r\n", 400 },
    { "GET / HTTP/1.10\r\n", 400 },
    { "GET / HTTP/11\r\n", 400 },
    { "GET / HTTP/1,1\r\n", 400 },
    { "GET / HTTP/1.x\r\n", 400 },
    { "GET / HTTPS/1.1\r\n", 400 },
    { "GET / HTTP/1.2\r\n", 505 },
    { "GET / HTTP/0.9\r\n", 505 },
    { "GET / HTTP/2.0\r\n", 505 },
    { "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505 },
    { "\026\003\001", 400 },
    { "\n", 400 },
    { "GET / HTTP/1.1\n", 400 },
    { "GET / HTTP/1.1\r\r\n", 400 },
    { "GET /\rHTTP/1.1\r\n", 400 },
  };

  check_cases (cases, G_N_ELEMENTS (cases));
}

static void
test_target (void)
{
  static const char *const bad[] = {
    "*", "http://a/", "a:443", "a", "?a", "//..", "/..", "/.", "/a/../b", "/a/./b", "/%2e%2e/a", "/%2E/", "/.%2e", "/a%2f..%2fb", "/a/%2e", "/a\\b",
    "/a%5Cb", "/%00", "/%0a", "/%0D", "/%1f", "/%7f", "/%", "/%4", "/%zz", "/%4 ", "/a#b", "/a?b#c", "/\303\274", "/%ff", "/%c3", "/%ed%a0%80", "/a\"b",
    "/<a>", "/a^b", "/a|b", "/a`b", "/a{b}", "/[a]", "/a?%", "/a?%zz", "/a?\"", "/a?<", "/a?\\", "/a?\303\274", "/%c0%ae%c0%ae/", "/..?a", "/%2e%2e?",
  };
  static const struct
  {
    const char *target;
    const char *path;
  } good[] = {
    { "/", "/" }, { "/a%20b", "/a b" }, { "/%C3%BC", "/\303\274" }, { "/a%2Fb", "/a/b" }, { "/%252e%252e/a", "/%2e%2e/a" }, { "/...", "/..." }, { "/.a", "/.a" },
    { "/a..", "/a.." }, { "/..a/b..c", "/..a/b..c" }, { "//a", "//a" }, { "/a%3Fb", "/a?b" }, { "/a;b=c", "/a;b=c" }, { "/..;/a", "/..;/a" }, { "/a?/../b", "/a" },
    { "/a?", "/a" }, { "/v1/models/openai%2Fgpt-4o", "/v1/models/openai/gpt-4o" }, { "/-._~!$&'()*+,;=:@", "/-._~!$&'()*+,;=:@" },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *text = g_strdup_printf ("GET %s HTTP/1.1\r\nHost: a\r\n\r\n", bad[i]);
      const Case one = { text, 400 };

      check_cases (&one, 1);
    }

  for (i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autofree char *text = g_strdup_printf ("GET %s HTTP/1.1\r\nHost: a\r\n\r\n", good[i].target);
      g_autoptr (DheeraHttpHead) head = parse_good (text);

      g_assert_cmpstr (head->path, ==, good[i].path);
    }
}

static void
test_refused_methods (void)
{
  static const Case cases[] = {
    { "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", 501 },
    { "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 501 },
    { "TRACK / HTTP/1.1\r\nHost: a\r\n\r\n", 501 },
  };

  check_cases (cases, G_N_ELEMENTS (cases));
}

static void
test_fields (void)
{
  static const Case cases[] = {
    { GET " folded: a\r\n", 400 },
    { GET "A: b\r\n c\r\n", 400 },
    { GET "A: b\r\n\tc\r\n", 400 },
    { "GET / HTTP/1.1\r\n Host: a\r\n", 400 },
    { GET "A : b\r\n", 400 },
    { GET "A\t: b\r\n", 400 },
    { GET ": b\r\n", 400 },
    { GET "A\r\n", 400 },
    { GET "A B: c\r\n", 400 },
    { GET "(A): c\r\n", 400 },
    { GET "\303\204: c\r\n", 400 },
    { GET "A: b\n", 400 },
    { GET "A: b\nC: d\r\n", 400 },
    { GET "\n", 400 },
    { GET "A: b\rC: d\r\n", 400 },
    { GET "A: b\r\r\n", 400 },
    { GET "A: b\001\r\n", 400 },
    { GET "A: b\177\r\n", 400 },
    { GET "A: b\013\r\n", 400 },
    { GET "A: \377\r\n", 400 },
    { GET "A: \303\r\n", 400 },
    { "GET / HTTP/1.1\r\n\r\n", 400 },
    { GET "Host: a\r\n\r\n", 400 },
    { GET "host: b\r\n\r\n", 400 },
    { "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", 400 },
    { "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400 },
    { "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400 },
    { "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", 400 },
    { "GET / HTTP/1.1\r\nHost: a?x=\r\n\r\n", 400 },
    { "GET / HTTP/1.1\r\nHost: a#\r\n\r\n", 400 },
    { "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400 },
    { "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400 },
    { "GET / HTTP/1.1\r\nHost: a:\r\n\r\n", 400 },
    { "GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n", 400 },
    { "GET / HTTP/1.1\r\nHost: a:8a\r\n\r\n", 400 },
    { "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", 400 },
    { "GET / HTTP/1.1\r\nHost: []\r\n\r\n", 400 },
    { "GET / HTTP/1.1\r\nHost: [::1]a\r\n\r\n", 400 },
    { POST "Expect: 200-ok\r\n\r\n", 417 },
    { POST "Expect: 100-continue\r\nExpect: 100-continue\r\n\r\n", 417 },
  };

  check_cases (cases, G_N_ELEMENTS (cases));
}

static void
test_framing (void)
{
  static const Case cases[] = {
    { POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
    { POST "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n", 400 },
    { POST "Content-Length: 5\r\nContent-Length: 5\r\n\r\n", 400 },
    { POST "Content-Length: 0\r\ncontent-length: 5\r\n\r\n", 400 },
    { POST "Content-Length: 5, 5\r\n\r\n", 400 },
    { POST "Content-Length: +5\r\n\r\n", 400 },
    { POST "Content-Length: -5\r\n\r\n", 400 },
    { POST "Content-Length: 0x5\r\n\r\n", 400 },
    { POST "Content-Length: 5 5\r\n\r\n", 400 },
    { POST "Content-Length: 5a\r\n\r\n", 400 },
    { POST "Content-Length: 5.0\r\n\r\n", 400 },
    { POST "Content-Length: \r\n\r\n", 400 },
    { POST "Content-Length: 05\r\n\r\n", 400 },
    { POST "Content-Length: 00\r\n\r\n", 400 },
    { POST "Content-Length: 18446744073709551621\r\n\r\n", 413 },
    { POST "Content-Length : 5\r\n\r\n", 400 },
    { POST "Transfer-Encoding : chunked\r\n\r\n", 400 },
    { POST "Transfer-Encoding: xchunked\r\n\r\n", 400 },
    { POST "Transfer-Encoding: identity\r\n\r\n", 400 },
    { POST "Transfer-Encoding: gzip, chunked\r\n\r\n", 400 },
    { POST "Transfer-Encoding: chunked, chunked\r\n\r\n", 400 },
    { POST "Transfer-Encoding: chunked,\r\n\r\n", 400 },
    { POST "Transfer-Encoding: chunked;q=1\r\n\r\n", 400 },
    { POST "Transfer-Encoding: \"chunked\"\r\n\r\n", 400 },
    { POST "Transfer-Encoding: CHUNKED\r\n\r\n", 400 },
    { POST "Transfer-Encoding: \013chunked\r\n\r\n", 400 },
    { POST "Transfer-Encoding:\r\n\r\n", 400 },
    { POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
    { POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n", 400 },
    { "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
  };

  check_cases (cases, G_N_ELEMENTS (cases));
}

static void
test_nul (void)
{
  static const char line[] = "GET / HTTP/1.1\r\nHost: a\r\nA: b\0c\r\n\r\n";
  static const char method[] = "G\0T / HTTP/1.1\r\nHost: a\r\n\r\n";
  static const char target[] = "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n";
  static const struct
  {
    const char *text;
    gsize length;
  } cases[] = { { line, sizeof line - 1 }, { method, sizeof method - 1 }, { target, sizeof target - 1 } };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gsize first;

      for (first = 0; first <= cases[i].length; first++)
        {
          g_autoptr (DheeraHttpHead) head = NULL;
          gsize used;

          g_assert_cmpuint (parse_cut (cases[i].text, cases[i].length, first, G_MAXSIZE, &head, &used), ==, 400);
        }
    }
}

static void
test_connection (void)
{
  static const struct
  {
    const char *rest;
    gboolean keep_alive;
  } cases[] = {
    { "1.1\r\nHost: a\r\n\r\n", TRUE },
    { "1.1\r\nHost: a\r\nConnection: close\r\n\r\n", FALSE },
    { "1.1\r\nHost: a\r\nConnection: x, CLOSE\r\n\r\n", FALSE },
    { "1.1\r\nHost: a\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n", FALSE },
    { "1.1\r\nHost: a\r\nConnection: closed\r\n\r\n", TRUE },
    { "1.1\r\nHost: a\r\nConnection: ,,\r\n\r\n", TRUE },
    { "1.0\r\n\r\n", FALSE },
    { "1.0\r\nConnection: Keep-Alive\r\n\r\n", TRUE },
    { "1.0\r\nConnection: close, keep-alive\r\n\r\n", FALSE },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = g_strconcat ("GET / HTTP/", cases[i].rest, NULL);
      g_autoptr (DheeraHttpHead) head = parse_good (text);

      g_assert_cmpint (head->keep_alive, ==, cases[i].keep_alive);
    }
}

static void
test_expect (void)
{
  g_autoptr (DheeraHttpHead) old = parse_good ("POST / HTTP/1.0\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  g_autoptr (DheeraHttpHead) empty = parse_good (POST "Expect: 100-continue\r\n\r\n");
  g_autoptr (DheeraHttpHead) chunked = parse_good (POST "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n");

  g_assert_false (old->expects);
  g_assert_false (empty->expects);
  g_assert_true (chunked->expects);
}

/* The largest head that is let in, and one byte more; complete or still growing. */
static void
test_limit_bytes (void)
{
  gsize extra;

  for (extra = 0; extra < 2; extra++)
    {
      g_autoptr (GString) text = g_string_new (GET "A: ");
      g_autoptr (DheeraHttpHead) head = NULL;
      g_autoptr (DheeraHttpHead) none = NULL;
      gsize used;

      while (text->len < MAX_HEAD - 4 + extra)
        g_string_append_c (text, 'a');
      g_string_append (text, "\r\n\r\n");
      g_assert_cmpuint (text->len, ==, MAX_HEAD + extra);
      g_assert_cmpuint (parse_cut (text->str, text->len, G_MAXSIZE, G_MAXSIZE, &head, &used), ==, extra == 0 ? 0 : 431);
      g_clear_pointer (&head, dheera_http_head_free);
      g_assert_cmpuint (parse_cut (text->str, text->len, MAX_HEAD - 1, MAX_HEAD, &head, &used), ==, extra == 0 ? 0 : 431);
      g_assert_cmpuint (parse_cut (text->str, MAX_HEAD - 1, 5, G_MAXSIZE, &none, &used), ==, 1);
    }
}

static void
test_limit_fields (void)
{
  guint extra;

  for (extra = 0; extra < 2; extra++)
    {
      g_autoptr (GString) text = g_string_new (GET);
      g_autoptr (DheeraHttpHead) head = NULL;
      gsize used;
      guint i;

      for (i = 1; i < MAX_FIELDS + extra; i++)
        g_string_append (text, "A: b\r\n");
      g_string_append (text, "\r\n");
      g_assert_cmpuint (parse_cut (text->str, text->len, G_MAXSIZE, G_MAXSIZE, &head, &used), ==, extra == 0 ? 0 : 431);
      if (extra == 0)
        g_assert_cmpuint (head->n_fields, ==, MAX_FIELDS);
    }
}

/* What stands behind a head is left alone, and the parser begins anew. */
static void
test_next_head (void)
{
  static const char text[] = GET "\r\nDELETE /b HTTP/1.0\r\n\r\nrest";
  g_auto (DheeraHttpHeadParser) parser = { 0 };
  g_autoptr (DheeraHttpHead) first = NULL;
  g_autoptr (DheeraHttpHead) second = NULL;
  g_autoptr (DheeraHttpHead) third = NULL;
  gsize used = 0;
  gsize used_too = 0;

  dheera_http_head_parser_init (&parser, MAX_HEAD, MAX_FIELDS);
  g_assert_cmpint (dheera_http_head_parse (&parser, text, strlen (text), &first, &used), ==, DHEERA_HTTP_DONE);
  g_assert_cmpuint (used, ==, strlen (GET "\r\n"));
  g_assert_cmpint (dheera_http_head_parse (&parser, text + used, strlen (text) - used, &second, &used_too), ==, DHEERA_HTTP_DONE);
  g_assert_cmpstr (text + used + used_too, ==, "rest");
  g_assert_cmpstr (second->method, ==, "DELETE");
  g_assert_cmpuint (second->n_fields, ==, 0);
  g_assert_cmpint (dheera_http_head_parse (&parser, "rest", 4, &third, &used), ==, DHEERA_HTTP_MORE);
}

/* Once it is bad it stays so. */
static void
test_stays_bad (void)
{
  g_auto (DheeraHttpHeadParser) parser = { 0 };
  DheeraHttpHead *head = NULL;
  gsize used;

  dheera_http_head_parser_init (&parser, MAX_HEAD, MAX_FIELDS);
  g_assert_cmpint (dheera_http_head_parse (&parser, "\n", 1, &head, &used), ==, DHEERA_HTTP_BAD);
  g_assert_cmpint (dheera_http_head_parse (&parser, GET "\r\n", strlen (GET "\r\n"), &head, &used), ==, DHEERA_HTTP_BAD);
  g_assert_null (head);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/http-head/whole", test_whole);
  g_test_add_func ("/http-head/good", test_good);
  g_test_add_func ("/http-head/request-line", test_request_line);
  g_test_add_func ("/http-head/target", test_target);
  g_test_add_func ("/http-head/refused-methods", test_refused_methods);
  g_test_add_func ("/http-head/fields", test_fields);
  g_test_add_func ("/http-head/framing", test_framing);
  g_test_add_func ("/http-head/nul", test_nul);
  g_test_add_func ("/http-head/connection", test_connection);
  g_test_add_func ("/http-head/expect", test_expect);
  g_test_add_func ("/http-head/limit-bytes", test_limit_bytes);
  g_test_add_func ("/http-head/limit-fields", test_limit_fields);
  g_test_add_func ("/http-head/next-head", test_next_head);
  g_test_add_func ("/http-head/stays-bad", test_stays_bad);

  return g_test_run ();
}
