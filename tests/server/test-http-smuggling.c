/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "front-server.h"

/* Requests that two servers could cut differently, sent raw. What hides behind them is never executed, and the connection ends. */

#define HIDDEN "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n"
#define POST "POST /echo HTTP/1.1\r\nHost: a\r\n"
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"

typedef struct
{
  const char *name;
  const char *text;
  guint status;   /* of the answer that ends the connection */
  guint executed; /* 0, or 1: the request before the fault was in order */
} Case;

static const Case cases[] = {
  /* Lengths and codings */
  { "length and chunked", POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" HIDDEN, 400, 0 },
  { "chunked and length", POST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" HIDDEN, 400, 0 },
  { "two lengths", POST "Content-Length: 0\r\nContent-Length: 5\r\n\r\nhello" HIDDEN, 400, 0 },
  { "two equal lengths", POST "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello" HIDDEN, 400, 0 },
  { "a list of lengths", POST "Content-Length: 5, 5\r\n\r\nhello" HIDDEN, 400, 0 },
  { "length with plus", POST "Content-Length: +5\r\n\r\nhello" HIDDEN, 400, 0 },
  { "negative length", POST "Content-Length: -5\r\n\r\nhello" HIDDEN, 400, 0 },
  { "hexadecimal length", POST "Content-Length: 0x5\r\n\r\nhello" HIDDEN, 400, 0 },
  { "length with a letter", POST "Content-Length: 5a\r\n\r\nhello" HIDDEN, 400, 0 },
  { "length with a space in it", POST "Content-Length: 0 5\r\n\r\nhello" HIDDEN, 400, 0 },
  { "octal length", POST "Content-Length: 010\r\n\r\nhello" HIDDEN, 400, 0 },
  { "empty length", POST "Content-Length:\r\n\r\nhello" HIDDEN, 400, 0 },
  { "length with a decimal point", POST "Content-Length: 5.0\r\n\r\nhello" HIDDEN, 400, 0 },
  { "length beyond 64 bits", POST "Content-Length: 18446744073709551621\r\n\r\nhello" HIDDEN, 413, 0 },
  { "length and space before the colon", POST "Content-Length : 5\r\n\r\nhello" HIDDEN, 400, 0 },
  { "length in a name with an underscore and space", POST "Content Length: 5\r\n\r\nhello" HIDDEN, 400, 0 },
  { "xchunked", POST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" HIDDEN, 400, 0 },
  { "xchunked and length", POST "Content-Length: 5\r\nTransfer-Encoding: xchunked\r\n\r\nhello" HIDDEN, 400, 0 },
  { "identity", POST "Transfer-Encoding: identity\r\n\r\n" HIDDEN, 400, 0 },
  { "gzip, chunked", POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" HIDDEN, 400, 0 },
  { "chunked, identity", POST "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" HIDDEN, 400, 0 },
  { "chunked twice in a list", POST "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n" HIDDEN, 400, 0 },
  { "chunked twice", POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" HIDDEN, 400, 0 },
  { "chunked and identity", POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" HIDDEN, 400, 0 },
  { "chunked and space before the colon", POST "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" HIDDEN, 400, 0 },
  { "chunked and tab before the colon", POST "Transfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n" HIDDEN, 400, 0 },
  { "chunked after a vertical tab", POST "Transfer-Encoding: \013chunked\r\n\r\n0\r\n\r\n" HIDDEN, 400, 0 },
  { "chunked in quotes", POST "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n" HIDDEN, 400, 0 },
  { "chunked with a parameter", POST "Transfer-Encoding: chunked;a=b\r\n\r\n0\r\n\r\n" HIDDEN, 400, 0 },
  { "chunked in capitals", POST "Transfer-Encoding: CHUNKED\r\n\r\n0\r\n\r\n" HIDDEN, 400, 0 },
  { "chunked in a folded line", POST "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" HIDDEN, 400, 0 },
  { "chunked behind a bare line feed", POST "A: b\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" HIDDEN, 400, 0 },
  { "chunked behind a bare carriage return", POST "A: b\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" HIDDEN, 400, 0 },
  { "chunked with HTTP/1.0", "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" HIDDEN, 400, 0 },
  { "a space before the first field", "POST /echo HTTP/1.1\r\n Transfer-Encoding: chunked\r\nHost: a\r\n\r\n0\r\n\r\n" HIDDEN, 400, 0 },

  /* Chunks */
  { "chunk size 0x5", CHUNKED "0x5\r\nhello\r\n0\r\n\r\n" HIDDEN, 400, 0 },
  { "chunk size +5", CHUNKED "+5\r\nhello\r\n0\r\n\r\n" HIDDEN, 400, 0 },
  { "chunk size -1", CHUNKED "-1\r\nhello\r\n0\r\n\r\n" HIDDEN, 400, 0 },
  { "chunk size zz", CHUNKED "zz\r\n\r\n" HIDDEN, 400, 0 },
  { "no chunk size", CHUNKED "\r\n\r\n" HIDDEN, 400, 0 },
  { "chunk size beyond 64 bits", CHUNKED "10000000000000005\r\nhello\r\n0\r\n\r\n" HIDDEN, 400, 0 },
  { "chunk size of all bits", CHUNKED "ffffffffffffffff\r\nhello\r\n0\r\n\r\n" HIDDEN, 413, 0 },
  { "chunk sizes that wrap around", CHUNKED "5\r\nhello\r\nfffffffffffffffe\r\nhello\r\n0\r\n\r\n" HIDDEN, 413, 0 },
  { "space before a chunk size", CHUNKED " 5\r\nhello\r\n0\r\n\r\n" HIDDEN, 400, 0 },
  { "space behind a chunk size", CHUNKED "5 \r\nhello\r\n0\r\n\r\n" HIDDEN, 400, 0 },
  { "bare line feed behind a chunk size", CHUNKED "5\nhello\r\n0\r\n\r\n" HIDDEN, 400, 0 },
  { "bare carriage return behind a chunk size", CHUNKED "5\rhello\r\n0\r\n\r\n" HIDDEN, 400, 0 },
  { "bare line feed behind a chunk", CHUNKED "5\r\nhello\n0\r\n\r\n" HIDDEN, 400, 0 },
  { "chunk longer than its size", CHUNKED "5\r\nhello!\r\n0\r\n\r\n" HIDDEN, 400, 0 },
  { "chunk shorter than its size", CHUNKED "6\r\nhello\r\n0\r\n\r\n" HIDDEN, 400, 0 },
  { "no end of a chunk", CHUNKED "5\r\nhello0\r\n\r\n" HIDDEN, 400, 0 },
  { "bare line feed behind the last chunk", CHUNKED "0\n\r\n" HIDDEN, 400, 0 },
  { "bare line feed at the end", CHUNKED "0\r\n\n" HIDDEN, 400, 0 },
  { "nothing at the end", CHUNKED "0\r\n" HIDDEN, 400, 0 },
  { "trailer", CHUNKED "0\r\nA: b\r\n\r\n" HIDDEN, 400, 0 },
  { "trailer with a length", CHUNKED "0\r\nContent-Length: 40\r\n\r\n" HIDDEN, 400, 0 },
  { "extension with a line feed", CHUNKED "5;a\nhello\r\n0\r\n\r\n" HIDDEN, 400, 0 },
  { "extension with a carriage return", CHUNKED "5;a\rhello\r\n0\r\n\r\n" HIDDEN, 400, 0 },
  { "extension in quotes", CHUNKED "5;a=\"\r\n\"hello\r\n0\r\n\r\n" HIDDEN, 400, 0 },
  { "empty extension", CHUNKED "5;\r\nhello\r\n0\r\n\r\n" HIDDEN, 400, 0 },
  { "extension with a control character", CHUNKED "5;\001\r\nhello\r\n0\r\n\r\n" HIDDEN, 400, 0 },
  { "extension after a space", CHUNKED "5 ;a\r\nhello\r\n0\r\n\r\n" HIDDEN, 400, 0 },

  /* Lines */
  { "bare line feeds", "GET /echo HTTP/1.1\nHost: a\n\n" HIDDEN, 400, 0 },
  { "bare line feed at the end of the head", "GET /echo HTTP/1.1\r\nHost: a\r\n\n" HIDDEN, 400, 0 },
  { "bare line feed in a value", "GET /echo HTTP/1.1\r\nHost: a\r\nA: b\nc: d\r\n\r\n" HIDDEN, 400, 0 },
  { "bare carriage return in a value", "GET /echo HTTP/1.1\r\nHost: a\r\nA: b\rc\r\n\r\n" HIDDEN, 400, 0 },
  { "two carriage returns", "GET /echo HTTP/1.1\r\r\nHost: a\r\n\r\n" HIDDEN, 400, 0 },
  { "folded value", "GET /echo HTTP/1.1\r\nHost: a\r\nA: b\r\n c\r\n\r\n" HIDDEN, 400, 0 },
  { "field without a colon", "GET /echo HTTP/1.1\r\nHost: a\r\nGET /hidden HTTP/1.1\r\n\r\n" HIDDEN, 400, 0 },
  { "field without a name", "GET /echo HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n" HIDDEN, 400, 0 },
  { "name that is no token", "GET /echo HTTP/1.1\r\nHost: a\r\nA(b): c\r\n\r\n" HIDDEN, 400, 0 },
  { "name with a letter beyond ASCII", "GET /echo HTTP/1.1\r\nHost: a\r\n\303\204: c\r\n\r\n" HIDDEN, 400, 0 },
  { "control character in a value", "GET /echo HTTP/1.1\r\nHost: a\r\nA: \001\r\n\r\n" HIDDEN, 400, 0 },
  { "value that is not UTF-8", "GET /echo HTTP/1.1\r\nHost: a\r\nA: \377\r\n\r\n" HIDDEN, 400, 0 },
  { "two empty lines first", "\r\n\r\n" HIDDEN, 400, 0 },

  /* Hosts */
  { "no host", "GET /echo HTTP/1.1\r\n\r\n" HIDDEN, 400, 0 },
  { "two hosts", "GET /echo HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n" HIDDEN, 400, 0 },
  { "two equal hosts", "GET /echo HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n" HIDDEN, 400, 0 },
  { "empty host", "GET /echo HTTP/1.1\r\nHost:\r\n\r\n" HIDDEN, 400, 0 },
  { "host with a query", "GET /echo HTTP/1.1\r\nHost: a?x=\r\n\r\n" HIDDEN, 400, 0 },
  { "host with a fragment", "GET /echo HTTP/1.1\r\nHost: a#\r\n\r\n" HIDDEN, 400, 0 },
  { "host with a user", "GET /echo HTTP/1.1\r\nHost: u@a\r\n\r\n" HIDDEN, 400, 0 },
  { "host with a path", "GET /echo HTTP/1.1\r\nHost: a/b\r\n\r\n" HIDDEN, 400, 0 },
  { "a list of hosts", "GET /echo HTTP/1.1\r\nHost: a, b\r\n\r\n" HIDDEN, 400, 0 },
  { "host with a space", "GET /echo HTTP/1.1\r\nHost: a b\r\n\r\n" HIDDEN, 400, 0 },
  { "host with a bad port", "GET /echo HTTP/1.1\r\nHost: a:65536\r\n\r\n" HIDDEN, 400, 0 },

  /* Request lines */
  { "method that is no token", "G<T /echo HTTP/1.1\r\nHost: a\r\n\r\n" HIDDEN, 400, 0 },
  { "no target", "GET HTTP/1.1\r\nHost: a\r\n\r\n" HIDDEN, 400, 0 },
  { "two spaces", "GET  /echo HTTP/1.1\r\nHost: a\r\n\r\n" HIDDEN, 400, 0 },
  { "tab", "GET\t/echo HTTP/1.1\r\nHost: a\r\n\r\n" HIDDEN, 400, 0 },
  { "space at the end", "GET /echo HTTP/1.1 \r\nHost: a\r\n\r\n" HIDDEN, 400, 0 },
  { "HTTP/0.9", "GET /echo\r\n" HIDDEN, 400, 0 },
  { "HTTP/1.2", "GET /echo HTTP/1.2\r\nHost: a\r\n\r\n" HIDDEN, 505, 0 },
  { "HTTP/2.0", "GET /echo HTTP/2.0\r\nHost: a\r\n\r\n" HIDDEN, 505, 0 },
  { "preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" HIDDEN, 505, 0 },
  { "http/1.1 in small letters", "GET /echo http/1.1\r\nHost: a\r\n\r\n" HIDDEN, 400, 0 },
  { "absolute form", "GET http://a/echo HTTP/1.1\r\nHost: a\r\n\r\n" HIDDEN, 400, 0 },
  { "authority form", "GET a:443 HTTP/1.1\r\nHost: a\r\n\r\n" HIDDEN, 400, 0 },
  { "asterisk", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n" HIDDEN, 400, 0 },
  { "CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n" HIDDEN, 501, 0 },
  { "TRACE", "TRACE /echo HTTP/1.1\r\nHost: a\r\n\r\n" HIDDEN, 501, 0 },
  { "not HTTP", "\026\003\001\002" HIDDEN, 400, 0 },
  { "dot segments", "GET /a/../echo HTTP/1.1\r\nHost: a\r\n\r\n" HIDDEN, 400, 0 },
  { "encoded dot segments", "GET /a/%2e%2e/echo HTTP/1.1\r\nHost: a\r\n\r\n" HIDDEN, 400, 0 },
  { "encoded slash and dots", "GET /a%2f..%2fecho HTTP/1.1\r\nHost: a\r\n\r\n" HIDDEN, 400, 0 },
  { "encoded NUL", "GET /echo%00 HTTP/1.1\r\nHost: a\r\n\r\n" HIDDEN, 400, 0 },
  { "encoded line break", "GET /echo%0d%0aA:b HTTP/1.1\r\nHost: a\r\n\r\n" HIDDEN, 400, 0 },
  { "backslash", "GET /a\\echo HTTP/1.1\r\nHost: a\r\n\r\n" HIDDEN, 400, 0 },
  { "path that is not UTF-8", "GET /%ff HTTP/1.1\r\nHost: a\r\n\r\n" HIDDEN, 400, 0 },
  { "unfinished percent", "GET /% HTTP/1.1\r\nHost: a\r\n\r\n" HIDDEN, 400, 0 },
  { "fragment", "GET /echo#a HTTP/1.1\r\nHost: a\r\n\r\n" HIDDEN, 400, 0 },
  { "unknown expectation", POST "Expect: the worst\r\nContent-Length: 5\r\n\r\nhello" HIDDEN, 417, 0 },

  /* A good request in front */
  { "body longer than its length", POST "Content-Length: 4\r\n\r\nhello" " / HTTP/1.1\r\n\r\n" HIDDEN, 400, 1 },
  { "garbage behind a body", POST "Content-Length: 5\r\n\r\nhello" "\r\nX" "\r\n\r\n" HIDDEN, 400, 1 },
  { "garbage behind chunks", CHUNKED "5\r\nhello\r\n0\r\n\r\n" "0\r\n\r\n" HIDDEN, 400, 1 },
  { "bad request behind a good one", "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n" POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" HIDDEN, 400, 1 },
  { "no keeping", "GET /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" HIDDEN, 200, 1 },
  { "HTTP/1.0", "GET /echo HTTP/1.0\r\n\r\n" HIDDEN, 200, 1 },
  { "GET with a body", "GET /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 33\r\n\r\n" HIDDEN, 200, 1 },
};

static void
check_answer (const Case *one,
              const char *answer)
{
  g_autofree char *start = g_strdup_printf ("HTTP/1.1 %u ", one->status);
  const char *last = answer;
  const char *next;

  for (next = answer; (next = strstr (next + 1, "HTTP/1.1 ")) != NULL;)
    if (g_ascii_isdigit (next[strlen ("HTTP/1.1 ")]))
      last = next;
  if (!g_str_has_prefix (last, start))
    g_error ("%s: answered with %s", one->name, answer);
  g_assert_nonnull (strstr (last, "\r\nConnection: close\r\n"));
  if (one->status != 200)
    {
      g_assert_nonnull (strstr (last, "\r\nContent-Type: application/json\r\n"));
      /* Who asks the server's owner about it has to be able to say which. */
      g_assert_nonnull (strstr (last, "\r\nx-request-id: req_"));
      g_assert_nonnull (strstr (last, "\r\n\r\n{\"error\":{\"message\":\""));
      g_assert_true (g_str_has_suffix (last, ".\",\"type\":\"invalid_request_error\",\"param\":null,\"code\":null}}"));
    }
}

/* gone: requests whose head was good, and that were ended without an answer of the routes */
static void
test_case (gconstpointer data)
{
  const Case *one = data;
  g_autoptr (FrontServer) server = front_server_new (NULL, FALSE);
  guint byte_by_byte;
  FrontCounts counts;

  for (byte_by_byte = 0; byte_by_byte < 2; byte_by_byte++)
    {
      int fd = front_client_connect (server);
      g_autofree char *answer = NULL;
      const char *p;

      if (byte_by_byte == 0)
        front_client_send (fd, one->text);
      for (p = one->text; byte_by_byte && *p != '\0'; p++)
        if (!front_client_send_bytes (fd, p, 1))
          break;
      answer = front_client_read_all (fd);
      check_answer (one, answer);
    }

  front_server_wait_exactly (server, connections, 0);
  counts = front_server_get_counts (server);
  g_assert_cmpuint (counts.executed, ==, 2 * one->executed);
  g_assert_cmpuint (counts.complete, ==, 2 * one->executed);
}

/* The strings above have no NUL in them. */
static void
test_nul (void)
{
  static const char text[] = "GET /echo HTTP/1.1\r\nHost: a\r\nA: b\0c\r\n\r\n" HIDDEN;
  g_autoptr (FrontServer) server = front_server_new (NULL, FALSE);
  int fd = front_client_connect (server);
  g_autofree char *answer = NULL;

  front_client_send_bytes (fd, text, sizeof text - 1);
  answer = front_client_read_all (fd);
  g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 400 "));
  g_assert_cmpuint (front_server_get_counts (server).heads, ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  guint i;

  g_test_init (&argc, &argv, NULL);

  for (i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *name = g_strdup (cases[i].name);
      g_autofree char *path = g_strconcat ("/http-smuggling/", g_strdelimit (name, "/", '-'), NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/http-smuggling/nul", test_nul);

  return g_test_run ();
}
