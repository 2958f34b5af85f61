/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "front-server.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"
#define GET_LAST(path) "GET " path " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

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
      front_client_leave (fd, i % 2 == 0);
      front_server_wait (server, gone, 1);
      counts = front_server_get_counts (server);
      g_assert_cmpuint (counts.connections, ==, 0);
      g_assert_cmpuint (counts.heads, ==, 1);
    }
}

/* Wherever a request is cut off, nothing remains of it. */
static void
test_gone_anywhere (void)
{
  static const char text[] = "POST /wait HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n" GET ("/flood");
  g_autoptr (FrontServer) server = front_server_new (NULL, FALSE);
  FrontCounts counts;
  gsize length;

  for (length = 0; length <= strlen (text); length++)
    {
      int fd = front_client_connect (server);

      front_client_send_bytes (fd, text, length);
      front_client_leave (fd, length % 2 == 0);
    }
  front_server_wait_exactly (server, connections, 0);
  counts = front_server_get_counts (server);
  g_assert_cmpuint (counts.gone, ==, counts.heads);
  g_assert_cmpuint (counts.complete, ==, 0);
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
  g_autofree char *chunked = front_client_exchange (server, GET ("/break"));
  int fd = front_client_connect (server);

  front_assert_has (chunked, "\r\n\r\na\r\ndata: half\r\n");
  front_assert_has_not (chunked, "\r\n0\r\n");
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
      front_client_leave (fd, i % 2 == 0);
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

      front_assert_has (answer, "GET /echo? ");
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

      front_assert_has (answer, "GET /echo? ");
      close (fds[i]);
    }
  front_server_wait (server, complete, G_N_ELEMENTS (fds));

  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &many), ==, 0);
  g_free (front_client_exchange (server, GET_LAST ("/echo")));
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
  front_assert_has (last, "\r\nConnection: close\r\n\r\nPOST /echo? hello");
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
  front_assert_has (answer, "GET /echo? ");
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

  g_test_add_func ("/http-life/gone", test_gone);
  g_test_add_func ("/http-life/gone-anywhere", test_gone_anywhere);
  g_test_add_func ("/http-life/half-closed", test_half_closed);
  g_test_add_func ("/http-life/gone-behind-pipelined", test_gone_behind_pipelined);
  g_test_add_func ("/http-life/broken-off", test_broken_off);
  g_test_add_func ("/http-life/backpressure", test_backpressure);
  g_test_add_func ("/http-life/backpressure-many", test_backpressure_many);
  g_test_add_func ("/http-life/descriptors", test_descriptors);
  g_test_add_func ("/http-life/burst", test_burst);
  g_test_add_func ("/http-life/max-connections", test_max_connections);
  g_test_add_func ("/http-life/no-descriptors", test_no_descriptors);
  g_test_add_func ("/http-life/drain", test_drain);
  g_test_add_func ("/http-life/drain-queue", test_drain_queue);
  g_test_add_func ("/http-life/drain-nothing", test_drain_nothing);
  g_test_add_func ("/http-life/stop", test_stop);
  g_test_add_func ("/http-life/stop-within-callback", test_stop_within_callback);

  return g_test_run ();
}
