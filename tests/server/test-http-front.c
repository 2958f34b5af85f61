/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "front-server.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"
#define GET_LAST(path) "GET " path " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

/* --- Answers -------------------------------------------------------------------------------------------------------------------- */

static void
test_echo (void)
{
  g_autoptr (FrontServer) server = front_server_new (NULL, FALSE);
  g_autofree char *fixed = front_client_exchange (server, "POST /echo?a=%20 HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello");
  g_autofree char *chunked = front_client_exchange (server, "PUT /%65cho HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
                                                             "2\r\nhe\r\n3;a=b\r\nllo\r\n0\r\n\r\n");
  g_autofree char *none = front_client_exchange (server, GET_LAST ("/echo"));

  g_assert_true (g_str_has_prefix (fixed, "HTTP/1.1 200 OK\r\nDate: "));
  front_assert_has (fixed, " GMT\r\nContent-Type: text/plain\r\nContent-Length: 22\r\nConnection: close\r\n\r\nPOST /echo?a=%20 hello");
  front_assert_has (chunked, "\r\n\r\nPUT /echo? hello");
  front_assert_has (none, "\r\n\r\nGET /echo? ");
  front_server_wait (server, complete, 3);
}

static void
test_unix (void)
{
  g_autoptr (FrontServer) server = front_server_new (NULL, FALSE);
  int fd = front_client_connect_unix (server);
  g_autofree char *answer = NULL;
  g_autofree char *stream = NULL;

  front_client_send (fd, "GET /peer HTTP/1.1\r\nHost: a\r\n\r\n");
  answer = front_client_read_answer (fd, FALSE);
  g_assert_true (g_str_has_suffix (answer, "\r\n\r\nunix"));
  front_client_send (fd, GET ("/stream"));
  stream = front_client_read_answer (fd, FALSE);
  g_assert_true (g_str_has_suffix (stream, "\r\n\r\ndata: event\n\ndata: event\n\ndata: event\n\n"));
  front_client_send (fd, GET ("/wait"));
  front_server_wait (server, heads, 3);
  close (fd);
  front_server_wait (server, gone, 1);
}

static void
test_keep_alive (void)
{
  g_autoptr (FrontServer) server = front_server_new (NULL, FALSE);
  int fd = front_client_connect (server);
  guint i;

  for (i = 0; i < 5; i++)
    {
      g_autofree char *answer = NULL;

      front_client_send (fd, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab");
      answer = front_client_read_answer (fd, FALSE);
      front_assert_has (answer, "\r\n\r\nPOST /echo? ab");
      front_assert_has_not (answer, "Connection:");
    }
  g_assert_cmpuint (front_server_get_counts (server).connections, ==, 1);
  close (fd);
  front_server_wait_exactly (server, connections, 0);
}

static void
test_http_1_0 (void)
{
  g_autoptr (FrontServer) server = front_server_new (NULL, FALSE);
  g_autofree char *streamed = NULL;
  g_autofree char *answer = NULL;
  int fd = front_client_connect (server);

  front_client_send (fd, "GET /echo HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  answer = front_client_read_answer (fd, FALSE);
  front_assert_has (answer, "\r\nConnection: keep-alive\r\n");
  front_client_send (fd, "GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  streamed = front_client_read_all (fd);
  front_assert_has (streamed, "\r\nConnection: close\r\n\r\ndata: event\n\ndata: event\n\ndata: event\n\n");
  front_assert_has_not (streamed, "chunked");
  front_assert_has_not (streamed, "Content-Length");
}

static void
test_pipelining (void)
{
  g_autoptr (FrontServer) server = front_server_new (NULL, FALSE);
  g_autofree char *all = front_client_exchange (server, "POST /echo?1 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab" GET ("/stream") GET ("/echo?2") GET ("/empty")
                                                         "POST /echo?3 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nc\r\n0\r\n\r\n" GET_LAST ("/echo?4"));
  static const char *const parts[] = {
    "\r\n\r\nPOST /echo?1 ab", "HTTP/1.1 200 OK", "data: event", "\r\n0\r\n\r\n", "HTTP/1.1 200 OK", "GET /echo?2 ", "HTTP/1.1 204 No Content", "POST /echo?3 c",
    "GET /echo?4 ",
  };
  const char *p = all;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      front_assert_has (p, parts[i]);
      p = strstr (p, parts[i]) + 1;
    }
  front_server_wait (server, complete, 6);
}

typedef struct
{
  int fd;
  const char *text;
  gsize length;
} Sending;

static gpointer
send_thread (gpointer data)
{
  Sending *sending = data;

  return GINT_TO_POINTER (front_client_send_bytes (sending->fd, sending->text, sending->length));
}

/* Much more than the front takes in while it answers: what is too much waits in the kernel. */
static void
test_pipelining_far_ahead (void)
{
  g_autoptr (FrontServer) server = front_server_new (NULL, FALSE);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *all = NULL;
  Sending sending;
  GThread *thread;
  const char *p;
  guint n = 0;
  guint i;

  for (i = 0; i < 20000; i++)
    g_string_append (text, i % 500 == 0 ? GET ("/stream") : GET ("/empty"));
  g_string_append (text, GET_LAST ("/empty"));
  sending = (Sending) { front_client_connect (server), text->str, text->len };
  thread = g_thread_new ("sender", send_thread, &sending);
  all = front_client_read_all (sending.fd);
  g_assert_true (GPOINTER_TO_INT (g_thread_join (thread)));

  for (p = all; (p = strstr (p, "HTTP/1.1 20")) != NULL; p++)
    n++;
  g_assert_cmpuint (n, ==, 20001);
}

/* A client that only sends fills the kernel's buffers, and not the server's memory. */
static void
test_pipelining_bounded (void)
{
  g_autoptr (FrontServer) server = front_server_new (NULL, FALSE);
  g_autoptr (GString) text = g_string_new (NULL);
  int fd = front_client_connect (server);
  struct pollfd writable = { .fd = fd, .events = POLLOUT };
  gsize sent = 0;

  front_client_send (fd, GET ("/wait"));
  front_server_wait (server, heads, 1);
  while (text->len < 65536)
    g_string_append (text, GET ("/echo"));
  while (poll (&writable, 1, 1000) > 0)
    {
      gssize n = send (fd, text->str, text->len, MSG_NOSIGNAL | MSG_DONTWAIT);

      g_assert_cmpint (n, >, 0);
      sent += (gsize) n;
      g_assert_cmpuint (sent, <, 64 * 1024 * 1024);
    }
  g_assert_cmpuint (front_server_get_counts (server).gone, ==, 0);
  front_client_leave (fd, TRUE);
  front_server_wait (server, gone, 1);
  g_assert_cmpuint (front_server_get_counts (server).heads, ==, 1);
}

static void
test_stream (void)
{
  g_autoptr (FrontServer) server = front_server_new (NULL, FALSE);
  g_autofree char *all = front_client_exchange (server, GET_LAST ("/stream"));
  g_autofree char *decoded = NULL;
  int fd = front_client_connect (server);

  front_assert_has (all, "\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                   "d\r\ndata: event\n\n\r\nd\r\ndata: event\n\n\r\nd\r\ndata: event\n\n\r\n0\r\n\r\n");
  front_assert_has_not (all, "Content-Length");
  front_client_send (fd, GET ("/stream"));
  decoded = front_client_read_answer (fd, FALSE);
  front_assert_has (decoded, "\r\n\r\ndata: event\n\ndata: event\n\ndata: event\n\n");
  close (fd);
}

/* Neither HEAD nor 204 has a body, and the next answer follows at once. */
static void
test_without_body (void)
{
  g_autoptr (FrontServer) server = front_server_new (NULL, FALSE);
  int fd = front_client_connect (server);
  static const char *const requests[] = {
    "HEAD /echo HTTP/1.1\r\nHost: a\r\n\r\n", "HEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n", "HEAD /large HTTP/1.1\r\nHost: a\r\n\r\n", GET ("/empty"),
  };
  static const char *const parts[] = { "\r\nContent-Length: 12\r\n", "200 OK", "\r\nContent-Length: 4194304\r\n", "204 No Content" };
  g_autofree char *last = NULL;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      g_autofree char *answer = NULL;

      front_client_send (fd, requests[i]);
      answer = front_client_read_answer (fd, TRUE);
      front_assert_has (answer, parts[i]);
    }
  front_client_send (fd, GET ("/echo"));
  last = front_client_read_answer (fd, FALSE);
  g_assert_true (g_str_has_suffix (last, "\r\n\r\nGET /echo? "));
  g_assert_null (strstr (last + 1, "HTTP/1.1"));
  close (fd);
}

static void
test_fields (void)
{
  g_autoptr (FrontServer) server = front_server_new (NULL, FALSE);
  g_autofree char *joined = front_client_exchange (server, "GET /field HTTP/1.1\r\nHost: a\r\nX-Field: 1\r\nConnection: close\r\nx-FIELD:  2 \r\n\r\n");
  g_autofree char *odd = NULL;

  front_assert_has (joined, "\r\n\r\n1, 2");
  g_test_expect_message ("dheera-ai", G_LOG_LEVEL_WARNING, "A header field of an answer was left out, since its name*");
  g_test_expect_message ("dheera-ai", G_LOG_LEVEL_WARNING, "The header field X-Break of an answer was left out*");
  g_test_expect_message ("dheera-ai", G_LOG_LEVEL_WARNING, "A header field of an answer was left out, since its name*");
  g_test_expect_message ("dheera-ai", G_LOG_LEVEL_WARNING, "A header field of an answer was left out, since its name*");
  odd = front_client_exchange (server, GET_LAST ("/fields"));
  g_test_assert_expected_messages ();
  front_assert_has (odd, "\r\nX-Good: a\r\nContent-Length: 0\r\n");
  front_assert_has_not (odd, "Injected");
  front_assert_has_not (odd, "chunked");
}

static void
test_large (void)
{
  g_autoptr (FrontServer) server = front_server_new (NULL, FALSE);
  g_autofree char *all = front_client_exchange (server, GET ("/large") GET_LAST ("/large"));

  front_assert_has (all, "\r\nContent-Length: 4194304\r\n");
  g_assert_cmpuint (strlen (all), >, 2 * 4194304);
  g_assert_cmpuint (strspn (strstr (all, "\r\n\r\n") + 4, "l"), ==, 4194304);
  front_server_wait (server, complete, 2);
}

/* --- Bodies of requests --------------------------------------------------------------------------------------------------------- */

static void
test_expect (void)
{
  g_autoptr (FrontServer) server = front_server_new (NULL, FALSE);
  int fd = front_client_connect (server);
  g_autofree char *informed = NULL;
  g_autofree char *answer = NULL;
  g_autofree char *at_once = NULL;

  front_client_send (fd, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  informed = front_client_read_answer (fd, TRUE);
  g_assert_cmpstr (informed, ==, "HTTP/1.1 100 Continue\r\n\r\n");
  front_client_send (fd, "hello");
  answer = front_client_read_answer (fd, FALSE);
  front_assert_has (answer, "\r\n\r\nPOST /echo? hello");
  /* Who does not wait need not be told. */
  front_client_send (fd, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello");
  at_once = front_client_read_answer (fd, FALSE);
  g_assert_true (g_str_has_prefix (at_once, "HTTP/1.1 200 OK\r\n"));
  close (fd);
}

/* Whether the body comes that was asked for and refused is not known: the connection can't go on. */
static void
test_expect_refused (void)
{
  g_autoptr (FrontServer) server = front_server_new (NULL, FALSE);
  g_autofree char *all = front_client_exchange (server, "POST /head HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");

  g_assert_true (g_str_has_prefix (all, "HTTP/1.1 401 Unauthorized\r\n"));
  front_assert_has (all, "\r\nConnection: close\r\n");
}

/* A short body that nobody wants is read, and the connection goes on. */
static void
test_refused_short (void)
{
  g_autoptr (FrontServer) server = front_server_new (NULL, FALSE);
  int fd = front_client_connect (server);
  g_autofree char *refusal = NULL;
  g_autofree char *answer = NULL;

  front_client_send (fd, "POST /head HTTP/1.1\r\nHost: a\r\nContent-Length: 33\r\n\r\nGET /echo HTTP/1.1\r\n");
  refusal = front_client_read_answer (fd, FALSE);
  front_assert_has (refusal, "HTTP/1.1 401 Unauthorized\r\n");
  front_assert_has_not (refusal, "Connection: close");
  front_client_send (fd, "Host: ab\r\n\r\n\n");
  front_client_send (fd, GET ("/echo?next"));
  answer = front_client_read_answer (fd, FALSE);
  front_assert_has (answer, "GET /echo?next ");
  close (fd);
  g_assert_cmpuint (front_server_get_counts (server).heads, ==, 2);
}

/* A long one is not, and yet the client that sends all of it before it reads gets its answer. */
static void
test_refused_long (void)
{
  static const char *const heads[] = {
    "POST /head HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n",
    "POST /head HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n30d40\r\n",
    "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n",
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (heads); i++)
    {
      g_autoptr (FrontServer) server = front_server_new (NULL, FALSE);
      g_autofree char *body = g_strnfill (200000, 'b');
      g_autofree char *all = NULL;
      int fd = front_client_connect (server);

      front_client_send (fd, heads[i]);
      g_assert_true (front_client_send_bytes (fd, body, 200000));
      all = front_client_read_all (fd);
      front_assert_has (all, i < 2 ? "HTTP/1.1 401 Unauthorized\r\n" : "HTTP/1.1 413 ");
      front_assert_has (all, "\r\nConnection: close\r\n");
      g_assert_cmpuint (front_server_get_counts (server).received, ==, 0);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/http-front/echo", test_echo);
  g_test_add_func ("/http-front/unix", test_unix);
  g_test_add_func ("/http-front/keep-alive", test_keep_alive);
  g_test_add_func ("/http-front/http-1.0", test_http_1_0);
  g_test_add_func ("/http-front/pipelining", test_pipelining);
  g_test_add_func ("/http-front/pipelining-far-ahead", test_pipelining_far_ahead);
  g_test_add_func ("/http-front/pipelining-bounded", test_pipelining_bounded);
  g_test_add_func ("/http-front/stream", test_stream);
  g_test_add_func ("/http-front/without-body", test_without_body);
  g_test_add_func ("/http-front/fields", test_fields);
  g_test_add_func ("/http-front/large", test_large);
  g_test_add_func ("/http-front/expect", test_expect);
  g_test_add_func ("/http-front/expect-refused", test_expect_refused);
  g_test_add_func ("/http-front/refused-short", test_refused_short);
  g_test_add_func ("/http-front/refused-long", test_refused_long);

  return g_test_run ();
}
