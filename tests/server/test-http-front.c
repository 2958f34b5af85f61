/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "front-server.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"
#define GET_LAST(path) "GET " path " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

static void
assert_has (const char *text,
            const char *part)
{
  if (strstr (text, part) == NULL)
    g_error ("\"%s\" is not in: %.2000s", part, text);
}

static void
assert_has_not (const char *text,
                const char *part)
{
  if (strstr (text, part) != NULL)
    g_error ("\"%s\" is in: %.2000s", part, text);
}

/* Sends all, and returns all that comes until the server closes. */
static char *
exchange (FrontServer *server,
          const char  *text)
{
  int fd = front_client_connect (server);

  front_client_send (fd, text);

  return front_client_read_all (fd);
}

static void
leave (int      fd,
       gboolean reset)
{
  static const struct linger no_linger = { 1, 0 };

  if (reset)
    setsockopt (fd, SOL_SOCKET, SO_LINGER, &no_linger, sizeof no_linger);
  close (fd);
}

/* --- Answers -------------------------------------------------------------------------------------------------------------------- */

static void
test_echo (void)
{
  g_autoptr (FrontServer) server = front_server_new (NULL, FALSE);
  g_autofree char *fixed = exchange (server, "POST /echo?a=%20 HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello");
  g_autofree char *chunked = exchange (server, "PUT /%65cho HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
                                               "2\r\nhe\r\n3;a=b\r\nllo\r\n0\r\n\r\n");
  g_autofree char *none = exchange (server, GET_LAST ("/echo"));

  g_assert_true (g_str_has_prefix (fixed, "HTTP/1.1 200 OK\r\nDate: "));
  assert_has (fixed, " GMT\r\nContent-Type: text/plain\r\nContent-Length: 22\r\nConnection: close\r\n\r\nPOST /echo?a=%20 hello");
  assert_has (chunked, "\r\n\r\nPUT /echo? hello");
  assert_has (none, "\r\n\r\nGET /echo? ");
  front_server_wait (server, complete, 3);
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
      assert_has (answer, "\r\n\r\nPOST /echo? ab");
      assert_has_not (answer, "Connection:");
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
  assert_has (answer, "\r\nConnection: keep-alive\r\n");
  front_client_send (fd, "GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  streamed = front_client_read_all (fd);
  assert_has (streamed, "\r\nConnection: close\r\n\r\ndata: event\n\ndata: event\n\ndata: event\n\n");
  assert_has_not (streamed, "chunked");
  assert_has_not (streamed, "Content-Length");
}

static void
test_pipelining (void)
{
  g_autoptr (FrontServer) server = front_server_new (NULL, FALSE);
  g_autofree char *all = exchange (server, "POST /echo?1 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab" GET ("/stream") GET ("/echo?2") GET ("/empty")
                                           "POST /echo?3 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nc\r\n0\r\n\r\n" GET_LAST ("/echo?4"));
  static const char *const parts[] = {
    "\r\n\r\nPOST /echo?1 ab", "HTTP/1.1 200 OK", "data: event", "\r\n0\r\n\r\n", "HTTP/1.1 200 OK", "GET /echo?2 ", "HTTP/1.1 204 No Content", "POST /echo?3 c",
    "GET /echo?4 ",
  };
  const char *p = all;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      assert_has (p, parts[i]);
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
  leave (fd, TRUE);
  front_server_wait (server, gone, 1);
  g_assert_cmpuint (front_server_get_counts (server).heads, ==, 1);
}

static void
test_stream (void)
{
  g_autoptr (FrontServer) server = front_server_new (NULL, FALSE);
  g_autofree char *all = exchange (server, GET_LAST ("/stream"));
  g_autofree char *decoded = NULL;
  int fd = front_client_connect (server);

  assert_has (all, "\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                   "d\r\ndata: event\n\n\r\nd\r\ndata: event\n\n\r\nd\r\ndata: event\n\n\r\n0\r\n\r\n");
  assert_has_not (all, "Content-Length");
  front_client_send (fd, GET ("/stream"));
  decoded = front_client_read_answer (fd, FALSE);
  assert_has (decoded, "\r\n\r\ndata: event\n\ndata: event\n\ndata: event\n\n");
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
      assert_has (answer, parts[i]);
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
  g_autofree char *joined = exchange (server, "GET /field HTTP/1.1\r\nHost: a\r\nX-Field: 1\r\nConnection: close\r\nx-FIELD:  2 \r\n\r\n");
  g_autofree char *odd = NULL;

  assert_has (joined, "\r\n\r\n1, 2");
  g_test_expect_message ("dheera-ai", G_LOG_LEVEL_WARNING, "A header field of an answer was left out, since its name*");
  g_test_expect_message ("dheera-ai", G_LOG_LEVEL_WARNING, "The header field X-Break of an answer was left out*");
  g_test_expect_message ("dheera-ai", G_LOG_LEVEL_WARNING, "A header field of an answer was left out, since its name*");
  g_test_expect_message ("dheera-ai", G_LOG_LEVEL_WARNING, "A header field of an answer was left out, since its name*");
  odd = exchange (server, GET_LAST ("/fields"));
  g_test_assert_expected_messages ();
  assert_has (odd, "\r\nX-Good: a\r\nContent-Length: 0\r\n");
  assert_has_not (odd, "Injected");
  assert_has_not (odd, "chunked");
}

static void
test_large (void)
{
  g_autoptr (FrontServer) server = front_server_new (NULL, FALSE);
  g_autofree char *all = exchange (server, GET ("/large") GET_LAST ("/large"));

  assert_has (all, "\r\nContent-Length: 4194304\r\n");
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
  assert_has (answer, "\r\n\r\nPOST /echo? hello");
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
  g_autofree char *all = exchange (server, "POST /head HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");

  g_assert_true (g_str_has_prefix (all, "HTTP/1.1 401 Unauthorized\r\n"));
  assert_has (all, "\r\nConnection: close\r\n");
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
  assert_has (refusal, "HTTP/1.1 401 Unauthorized\r\n");
  assert_has_not (refusal, "Connection: close");
  front_client_send (fd, "Host: ab\r\n\r\n\n");
  front_client_send (fd, GET ("/echo?next"));
  answer = front_client_read_answer (fd, FALSE);
  assert_has (answer, "GET /echo?next ");
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
      assert_has (all, i < 2 ? "HTTP/1.1 401 Unauthorized\r\n" : "HTTP/1.1 413 ");
      assert_has (all, "\r\nConnection: close\r\n");
      g_assert_cmpuint (front_server_get_counts (server).received, ==, 0);
    }
}

/* --- Clients that leave --------------------------------------------------------------------------------------------------------- */

static void
test_gone (void)
{
  static const char *const texts[] = {
    GET ("/wait"),
    "POST /wait HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
    "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel",
    "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
    GET ("/flood"),
    GET ("/wait") GET ("/echo"),
  };
  guint i;

  for (i = 0; i < 2 * G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (FrontServer) server = front_server_new (NULL, FALSE);
      int fd = front_client_connect (server);
      FrontCounts counts;

      front_client_send (fd, texts[i / 2]);
      front_server_wait (server, heads, 1);
      counts = front_server_get_counts (server);
      g_assert_cmpuint (counts.gone, ==, 0);
      leave (fd, i % 2 == 0);
      front_server_wait (server, gone, 1);
      counts = front_server_get_counts (server);
      g_assert_cmpuint (counts.connections, ==, 0);
      g_assert_cmpuint (counts.heads, ==, 1);
    }
}

/* Who has said that no more will come is gone, even if it would read; that is documented. */
static void
test_half_closed (void)
{
  g_autoptr (FrontServer) server = front_server_new (NULL, FALSE);
  int fd = front_client_connect (server);

  front_client_send (fd, GET ("/wait"));
  front_server_wait (server, heads, 1);
  shutdown (fd, SHUT_WR);
  front_server_wait (server, gone, 1);
  front_client_expect_end (fd);
}

/* The end is seen also behind more requests than are read ahead, as long as the kernel has room for all of them. */
static void
test_gone_behind_pipelined (void)
{
  g_autoptr (FrontServer) server = front_server_new (NULL, FALSE);
  g_autoptr (GString) text = g_string_new (GET ("/wait"));
  int fd = front_client_connect (server);
  guint i;

  for (i = 0; i < 3000; i++)
    g_string_append (text, GET ("/echo"));
  g_assert_true (front_client_send_bytes (fd, text->str, text->len));
  front_server_wait (server, heads, 1);
  close (fd);
  front_server_wait (server, gone, 1);
  g_assert_cmpuint (front_server_get_counts (server).heads, ==, 1);
}

static void
test_broken_off (void)
{
  g_autoptr (FrontServer) server = front_server_new (NULL, FALSE);
  g_autofree char *chunked = exchange (server, GET ("/break"));
  int fd = front_client_connect (server);

  assert_has (chunked, "\r\n\r\na\r\ndata: half\r\n");
  assert_has_not (chunked, "\r\n0\r\n");
  /* Without chunks the end of the connection would look like that of the answer. */
  front_client_send (fd, "GET /break HTTP/1.0\r\n\r\n");
  {
    char buffer[4096];
    gssize n;

    do
      n = recv (fd, buffer, sizeof buffer, 0);
    while (n > 0);
    g_assert_cmpint (n, ==, -1);
    g_assert_cmpint (errno, ==, ECONNRESET);
    close (fd);
  }
  front_client_send ((fd = front_client_connect (server)), GET ("/abort"));
  front_client_expect_any_end (fd);
  front_server_wait (server, gone, 3);
}

/* --- Backpressure --------------------------------------------------------------------------------------------------------------- */

static void
test_backpressure (void)
{
  g_autoptr (FrontServer) server = front_server_new (NULL, FALSE);
  int fd = front_client_connect (server);
  g_autofree char *buffer = g_malloc (65536);
  guint written;
  gsize got = 0;

  front_client_send (fd, GET ("/flood"));
  front_server_wait (server, heads, 1);
  front_server_wait (server, written, 65536);
  /* What write() was given is in the queue, up to the mark and one more piece, or in the two kernel buffers. */
  written = front_server_get_counts (server).written;
  g_assert_cmpuint (written, <, 8 * 1024 * 1024);
  g_assert_cmpuint (front_server_get_counts (server).written, ==, written);

  while (got < 16 * 1024 * 1024)
    {
      gssize n = recv (fd, buffer, 65536, 0);

      g_assert_cmpint (n, >, 0);
      got += (gsize) n;
    }
  g_assert_cmpuint (front_server_get_counts (server).writable, >, 0);
  close (fd);
  front_server_wait (server, gone, 1);
}

/* 200 clients that read nothing: what the process keeps for each is bounded. */
static void
test_backpressure_many (void)
{
  g_autoptr (FrontServer) server = front_server_new (NULL, FALSE);
  int fds[200];
  guint i;

  for (i = 0; i < G_N_ELEMENTS (fds); i++)
    {
      fds[i] = front_client_connect (server);
      front_client_send (fds[i], GET ("/flood"));
    }
  front_server_wait (server, executed, G_N_ELEMENTS (fds));
  /* Each has had its turn, and none has more. */
  front_server_wait (server, written, 200 * 65536);
  g_assert_cmpuint (front_server_get_counts (server).written, <, 200u * 2 * 1024 * 1024);
  for (i = 0; i < G_N_ELEMENTS (fds); i++)
    close (fds[i]);
  front_server_wait (server, gone, G_N_ELEMENTS (fds));
}

/* --- Many connections ----------------------------------------------------------------------------------------------------------- */

static void
test_descriptors (void)
{
  g_autoptr (FrontServer) server = front_server_new (NULL, FALSE);
  guint before;
  guint i;

  front_server_get_counts (server);
  before = front_count_descriptors ();
  for (i = 0; i < 1000; i++)
    {
      int fd = front_client_connect (server);

      if (i % 4 == 0)
        {
          g_autofree char *answer = NULL;

          front_client_send (fd, GET ("/echo"));
          answer = front_client_read_answer (fd, FALSE);
        }
      else if (i % 4 == 1)
        front_client_send (fd, "GET /e");
      leave (fd, i % 2 == 0);
    }
  front_server_wait_exactly (server, connections, 0);
  g_assert_cmpuint (front_count_descriptors (), ==, before);
  g_assert_cmpuint (front_server_get_counts (server).heads, ==, 250);
}

/* All at once: none waits for a second try of its kernel, and all are served. */
static void
test_burst (void)
{
  g_autoptr (FrontServer) server = front_server_new (NULL, FALSE);
  int fds[400];
  guint i;

  for (i = 0; i < G_N_ELEMENTS (fds); i++)
    fds[i] = front_client_connect (server);
  for (i = 0; i < G_N_ELEMENTS (fds); i++)
    front_client_send (fds[i], GET ("/peer"));
  for (i = 0; i < G_N_ELEMENTS (fds); i++)
    {
      g_autofree char *answer = front_client_read_answer (fds[i], FALSE);

      g_assert_true (g_str_has_suffix (answer, "\r\n\r\n127.0.0.1"));
    }
  g_assert_cmpuint (front_server_get_counts (server).connections, ==, G_N_ELEMENTS (fds));
  for (i = 0; i < G_N_ELEMENTS (fds); i++)
    close (fds[i]);
  front_server_wait_exactly (server, connections, 0);
}

static void
test_max_connections (void)
{
  DheeraFrontLimits limits = front_limits;
  g_autoptr (FrontServer) server = NULL;
  int fds[6];
  guint i;

  limits.max_connections = 2;
  server = front_server_new (&limits, FALSE);
  for (i = 0; i < G_N_ELEMENTS (fds); i++)
    {
      fds[i] = front_client_connect (server);
      front_client_send (fds[i], GET ("/echo"));
    }
  front_server_wait (server, complete, 2);
  g_assert_cmpuint (front_server_get_counts (server).connections, ==, 2);
  g_assert_cmpuint (front_server_get_counts (server).heads, ==, 2);

  /* As one leaves, the next is served. */
  for (i = 0; i < G_N_ELEMENTS (fds); i++)
    {
      g_autofree char *answer = front_client_read_answer (fds[i], FALSE);

      assert_has (answer, "GET /echo? ");
      g_assert_cmpuint (front_server_get_counts (server).connections, <=, 2);
      close (fds[i]);
    }
  front_server_wait_exactly (server, connections, 0);
}

/* In a process of its own, since it is left with few descriptors. */
static void
test_no_descriptors (void)
{
  g_autoptr (FrontServer) server = NULL;
  struct rlimit few, many;
  int fds[20];
  guint i;

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
      g_test_trap_assert_passed ();
      return;
    }

  server = front_server_new (NULL, FALSE);
  front_server_get_counts (server);
  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &many), ==, 0);
  for (i = 0; i < G_N_ELEMENTS (fds); i++)
    fds[i] = front_client_new ();
  /* One is counted for the folder that was looked into; then five clients at the other end. */
  few = many;
  few.rlim_cur = front_count_descriptors () - 1 + 5;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &few), ==, 0);
  for (i = 0; i < G_N_ELEMENTS (fds); i++)
    {
      front_client_join (fds[i], server);
      front_client_send (fds[i], GET ("/echo"));
    }

  /* Some can't be accepted; each that leaves makes room. */
  front_server_wait_exactly (server, connections, 5);
  for (i = 0; i < G_N_ELEMENTS (fds); i++)
    {
      g_autofree char *answer = front_client_read_answer (fds[i], FALSE);

      assert_has (answer, "GET /echo? ");
      close (fds[i]);
    }
  front_server_wait (server, complete, G_N_ELEMENTS (fds));

  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &many), ==, 0);
  g_free (exchange (server, GET_LAST ("/echo")));
  front_server_wait (server, complete, G_N_ELEMENTS (fds) + 1);
}

/* --- The end of a front --------------------------------------------------------------------------------------------------------- */

static void
test_drain (void)
{
  g_autoptr (FrontServer) server = front_server_new (NULL, FALSE);
  int idle = front_client_connect (server);
  int fresh = front_client_connect (server);
  int busy = front_client_connect (server);
  int waiting = front_client_connect (server);
  g_autofree char *answer = NULL;
  g_autofree char *last = NULL;

  front_client_send (idle, GET ("/echo"));
  answer = front_client_read_answer (idle, FALSE);
  front_client_send (busy, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel");
  front_client_send (waiting, GET ("/wait"));
  front_server_wait (server, heads, 3);
  front_server_wait_exactly (server, connections, 4);

  front_server_drain (server);
  front_client_expect_end (idle);
  front_client_expect_end (fresh);
  front_client_send (busy, "lo");
  last = front_client_read_all (busy);
  assert_has (last, "\r\nConnection: close\r\n\r\nPOST /echo? hello");
  front_server_wait_exactly (server, connections, 1);
  g_assert_false (front_server_is_drained (server));
  close (waiting);
  front_server_wait_for_drained (server);
}

/* Nobody new is let in, and who was in the kernel's queue is not lost. */
static void
test_drain_queue (void)
{
  g_autoptr (FrontServer) server = front_server_new (NULL, FALSE);
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons ((guint16) front_server_get_port (server)), .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  g_autofree char *answer = NULL;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int queued = front_client_connect (server);

  front_client_send (queued, GET ("/echo"));
  front_server_drain (server);
  answer = front_client_read_all (queued);
  assert_has (answer, "GET /echo? ");
  front_server_wait_for_drained (server);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &address, sizeof address), ==, -1);
  g_assert_cmpint (errno, ==, ECONNREFUSED);
  close (fd);
}

static void
test_drain_nothing (void)
{
  g_autoptr (FrontServer) server = front_server_new (NULL, FALSE);

  front_server_drain (server);
  front_server_wait_for_drained (server);
}

static void
test_stop (void)
{
  g_autoptr (FrontServer) server = front_server_new (NULL, FALSE);
  int fds[4];
  guint i;

  for (i = 0; i < G_N_ELEMENTS (fds); i++)
    fds[i] = front_client_connect (server);
  front_client_send (fds[0], GET ("/wait"));
  front_client_send (fds[1], "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel");
  front_client_send (fds[2], "GET /ec");
  front_server_wait (server, heads, 2);
  front_server_stop (server);
  g_assert_cmpuint (front_server_get_counts (server).gone, ==, 2);
  for (i = 0; i < G_N_ELEMENTS (fds); i++)
    front_client_expect_any_end (fds[i]);
}

static void
test_stop_within_callback (void)
{
  g_autoptr (FrontServer) server = front_server_new (NULL, FALSE);
  int waiting = front_client_connect (server);
  int stopping = front_client_connect (server);

  front_client_send (waiting, GET ("/wait"));
  front_server_wait (server, heads, 1);
  front_client_send (stopping, GET ("/stop") GET ("/echo"));
  front_client_expect_any_end (stopping);
  front_client_expect_any_end (waiting);
  g_assert_cmpuint (front_server_get_counts (server).heads, ==, 2);
  g_assert_cmpuint (front_server_get_counts (server).gone, ==, 2);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/http-front/echo", test_echo);
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
  g_test_add_func ("/http-front/gone", test_gone);
  g_test_add_func ("/http-front/half-closed", test_half_closed);
  g_test_add_func ("/http-front/gone-behind-pipelined", test_gone_behind_pipelined);
  g_test_add_func ("/http-front/broken-off", test_broken_off);
  g_test_add_func ("/http-front/backpressure", test_backpressure);
  g_test_add_func ("/http-front/backpressure-many", test_backpressure_many);
  g_test_add_func ("/http-front/descriptors", test_descriptors);
  g_test_add_func ("/http-front/burst", test_burst);
  g_test_add_func ("/http-front/max-connections", test_max_connections);
  g_test_add_func ("/http-front/no-descriptors", test_no_descriptors);
  g_test_add_func ("/http-front/drain", test_drain);
  g_test_add_func ("/http-front/drain-queue", test_drain_queue);
  g_test_add_func ("/http-front/drain-nothing", test_drain_nothing);
  g_test_add_func ("/http-front/stop", test_stop);
  g_test_add_func ("/http-front/stop-within-callback", test_stop_within_callback);

  return g_test_run ();
}
