/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "dheera-ai/server/dheera-http-body-private.h"

#define MAX_BODY 64

typedef struct
{
  const char *text;
  guint status;     /* 0: a whole body, 1: more is needed */
  const char *body;
  const char *rest; /* what stands behind it */
} Case;

/* Decodes text as it comes in pieces that end at first, second and its length. */
static guint
decode_cut (const DheeraHttpHead *head,
            const char           *text,
            gsize                 length,
            gsize                 first,
            gsize                 second,
            GString              *out,
            gsize                *used)
{
  DheeraHttpBody body;
  const gsize ends[] = { first, second, length };
  gsize at = 0;
  DheeraHttpStatus status = dheera_http_body_init (&body, head, MAX_BODY);
  guint i;

  for (i = 0; i < 3; i++)
    while (status != DHEERA_HTTP_BAD && status != DHEERA_HTTP_DONE && at < ends[i])
      {
        g_autofree char *bytes = g_memdup2 (text + at, ends[i] - at);
        const char *piece = NULL;
        gsize piece_length = 0;
        gsize n = 0;

        status = dheera_http_body_next (&body, bytes, ends[i] - at, &n, &piece, &piece_length);
        if (status == DHEERA_HTTP_PIECE)
          {
            g_assert_cmpuint (piece_length, >, 0);
            g_string_append_len (out, piece, (gssize) piece_length);
          }
        if (status == DHEERA_HTTP_MORE)
          g_assert_cmpuint (n, ==, ends[i] - at);
        at += n;
        if (dheera_http_body_is_over (&body))
          status = DHEERA_HTTP_DONE;
      }
  *used = at;
  if (status == DHEERA_HTTP_BAD)
    g_assert_nonnull (body.reason);
  if (status == DHEERA_HTTP_DONE)
    g_assert_cmpuint (dheera_http_body_get_left (&body), ==, 0);

  return status == DHEERA_HTTP_BAD ? body.status : status == DHEERA_HTTP_DONE ? 0 : 1;
}

static void
check_cases (const DheeraHttpHead *head,
             const Case           *cases,
             guint                 n)
{
  guint i;

  for (i = 0; i < n; i++)
    {
      gsize length = strlen (cases[i].text);
      gsize first, second;

      for (first = 0; first <= length; first++)
        for (second = first; second <= length; second++)
          {
            g_autoptr (GString) out = g_string_new (NULL);
            gsize used;
            guint status = decode_cut (head, cases[i].text, length, first, second, out, &used);

            if (status != cases[i].status)
              g_error ("%s: %u instead of %u when cut at %" G_GSIZE_FORMAT, cases[i].text, status, cases[i].status, first);
            if (status < 400)
              g_assert_cmpstr (out->str, ==, cases[i].body);
            if (status == 0)
              g_assert_cmpstr (cases[i].text + used, ==, cases[i].rest);
          }
    }
}

static void
test_fixed (void)
{
  const DheeraHttpHead none = { .length = 0 };
  const DheeraHttpHead five = { .length = 5 };
  static const Case nothing[] = { { "", 0, "", "" }, { "abc", 0, "", "abc" } };
  static const Case something[] = {
    { "hello", 0, "hello", "" }, { "helloGET", 0, "hello", "GET" }, { "hell", 1, "hell", NULL }, { "", 1, "", NULL }, { "\r\n\r\n\n", 0, "\r\n\r\n\n", "" },
  };

  check_cases (&none, nothing, G_N_ELEMENTS (nothing));
  check_cases (&five, something, G_N_ELEMENTS (something));
}

static void
test_chunked (void)
{
  const DheeraHttpHead head = { .chunked = TRUE };
  static const Case cases[] = {
    { "0\r\n\r\n", 0, "", "" },
    { "5\r\nhello\r\n0\r\n\r\nGET", 0, "hello", "GET" },
    { "5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n", 0, "hello!", "" },
    { "a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n", 0, "01234567890123456789", "" },
    { "0000000000000005\r\nhello\r\n00\r\n\r\n", 0, "hello", "" },
    { "5;a\r\nhello\r\n0;b=c;d\r\n\r\n", 0, "hello", "" },
    { "4\r\n\r\n\r\n\r\n0\r\n\r\n", 0, "\r\n\r\n", "" },
    { "5\r\nhello\r\n0\r\n", 1, "hello", NULL },
    { "5\r\nhell", 1, "hell", NULL },
    { "5", 1, "", NULL },
  };

  check_cases (&head, cases, G_N_ELEMENTS (cases));
}

static void
test_chunked_bad (void)
{
  const DheeraHttpHead head = { .chunked = TRUE };
  static const Case cases[] = {
    { "\r\n", 400 },
    { "0x5\r\n", 400 },
    { "+5\r\n", 400 },
    { "-1\r\n", 400 },
    { "zz\r\n", 400 },
    { " 5\r\n", 400 },
    { "5 \r\n", 400 },
    { "5\t\r\n", 400 },
    { "5\n", 400 },
    { "5\r5", 400 },
    { "5,5\r\n", 400 },
    { "00000000000000005\r\n", 400 },
    { "10000000000000005\r\n", 400 },
    { "ffffffffffffffff\r\n", 413 },
    { "1\r\na\r\nffffffffffffffff\r\n", 413 },
    { "5\r\nhello0\r\n\r\n", 400 },
    { "5\r\nhelloo\r\n0\r\n\r\n", 400 },
    { "5\r\nhello\n0\r\n\r\n", 400 },
    { "5\r\nhello\r0\r\n\r\n", 400 },
    { "5\r\nhello\r\n\r\n", 400 },
    { "0\r\nA: b\r\n\r\n", 400 },
    { "0\r\nContent-Length: 5\r\n\r\n", 400 },
    { "0\r\n\n", 400 },
    { "0\n\n", 400 },
    { "0\r\n\r\r", 400 },
    { "5;\r\n", 400 },
    { "5; a\r\n", 400 },
    { "5 ;a\r\n", 400 },
    { "5;a \r\n", 400 },
    { "5;a=\r\n", 400 },
    { "5;=a\r\n", 400 },
    { "5;a=b=c\r\n", 400 },
    { "5;a=\"b\"\r\n", 400 },
    { "5;a\n", 400 },
    { "5;a\nhello\r\n0\r\n\r\n", 400 },
    { "5;\001\r\n", 400 },
    { "5;\303\274\r\n", 400 },
    { "5;;a\r\n", 400 },
  };

  check_cases (&head, cases, G_N_ELEMENTS (cases));
}

static guint
decode (const DheeraHttpHead *head,
        const char           *text,
        gsize                 length)
{
  g_autoptr (GString) out = g_string_new (NULL);
  gsize used;

  return decode_cut (head, text, length, length, length, out, &used);
}

static void
test_limit (void)
{
  g_autofree char *bytes = g_strnfill (MAX_BODY + 1, 'a');
  const DheeraHttpHead fixed = { .length = MAX_BODY };
  const DheeraHttpHead fixed_more = { .length = MAX_BODY + 1 };
  const DheeraHttpHead chunked = { .chunked = TRUE };
  g_autofree char *one = g_strdup_printf ("%x\r\n%.*s\r\n0\r\n\r\n", MAX_BODY, MAX_BODY, bytes);
  g_autofree char *one_more = g_strdup_printf ("%x\r\n", MAX_BODY + 1);
  g_autofree char *two = g_strdup_printf ("1\r\na\r\n%x\r\n%.*s\r\n0\r\n\r\n", MAX_BODY - 1, MAX_BODY - 1, bytes);
  g_autofree char *two_more = g_strdup_printf ("1\r\na\r\n%x\r\n", MAX_BODY);

  g_assert_cmpuint (decode (&fixed, bytes, MAX_BODY), ==, 0);
  g_assert_cmpuint (decode (&fixed_more, bytes, 0), ==, 413);
  g_assert_cmpuint (decode (&chunked, one, strlen (one)), ==, 0);
  g_assert_cmpuint (decode (&chunked, one_more, strlen (one_more)), ==, 413);
  g_assert_cmpuint (decode (&chunked, two, strlen (two)), ==, 0);
  g_assert_cmpuint (decode (&chunked, two_more, strlen (two_more)), ==, 413);
}

/* A line with a chunk's size: 256 bytes with its carriage return, and one more. */
static void
test_limit_line (void)
{
  const DheeraHttpHead chunked = { .chunked = TRUE };
  guint extra;

  for (extra = 0; extra < 2; extra++)
    {
      g_autofree char *name = g_strnfill (256 - 3 + extra, 'a');
      g_autofree char *text = g_strdup_printf ("0;%s\r\n\r\n", name);

      g_assert_cmpuint (decode (&chunked, text, strlen (text)), ==, extra == 0 ? 0 : 400);
    }
}

/* Long extensions, a byte of data each: refused long before the limit of the body. */
static void
test_excess (void)
{
  const DheeraHttpHead head = { .chunked = TRUE };
  g_autofree char *name = g_strnfill (200, 'a');
  g_autofree char *chunk = g_strdup_printf ("1;%s\r\na\r\n", name);
  DheeraHttpBody body;
  DheeraHttpStatus status = dheera_http_body_init (&body, &head, G_MAXUINT64);
  gsize sent = 0;

  while (status != DHEERA_HTTP_BAD && sent < 1024 * 1024)
    {
      gsize at = 0;

      while (status != DHEERA_HTTP_BAD && at < strlen (chunk))
        {
          const char *piece;
          gsize piece_length, used;

          status = dheera_http_body_next (&body, chunk + at, strlen (chunk) - at, &used, &piece, &piece_length);
          at += used;
        }
      sent += at;
    }
  g_assert_cmpint (status, ==, DHEERA_HTTP_BAD);
  g_assert_cmpuint (body.status, ==, 400);
  g_assert_cmpuint (sent, <, 32 * 1024);
  g_assert_cmpuint (dheera_http_body_get_left (&body), ==, G_MAXUINT64);
}

/* Chunks of one byte without more than they need are a right of every client. */
static void
test_small_chunks (void)
{
  const DheeraHttpHead head = { .chunked = TRUE };
  DheeraHttpBody body;
  guint n;

  g_assert_cmpint (dheera_http_body_init (&body, &head, G_MAXUINT64), ==, DHEERA_HTTP_MORE);
  for (n = 0; n < 100000; n++)
    {
      const char *text = "1\r\na\r\n";
      const char *piece;
      gsize piece_length, used;

      g_assert_cmpint (dheera_http_body_next (&body, text, 6, &used, &piece, &piece_length), ==, DHEERA_HTTP_PIECE);
      g_assert_cmpint (dheera_http_body_next (&body, text + used, 6 - used, &used, &piece, &piece_length), ==, DHEERA_HTTP_MORE);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/http-body/fixed", test_fixed);
  g_test_add_func ("/http-body/chunked", test_chunked);
  g_test_add_func ("/http-body/chunked-bad", test_chunked_bad);
  g_test_add_func ("/http-body/limit", test_limit);
  g_test_add_func ("/http-body/limit-line", test_limit_line);
  g_test_add_func ("/http-body/excess", test_excess);
  g_test_add_func ("/http-body/small-chunks", test_small_chunks);

  return g_test_run ();
}
