/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "front-server.h"

/* The limits of the HTTP front: sizes to the byte, and slow clients of every kind. A client that should be dropped after 0.3 seconds goes on until it is. */

#define SOON 0.3
#define LATER 2.0 /* where a client has to be in time, on a machine that does other things, too */

static FrontServer *
new_server (double head,
            double body,
            double idle,
            double writing)
{
  DheeraFrontLimits limits = front_limits;

  if (head > 0)
    limits.head_timeout = head;
  if (body > 0)
    limits.body_timeout = body;
  if (idle > 0)
    limits.idle_timeout = idle;
  if (writing > 0)
    limits.write_timeout = writing;

  return front_server_new (&limits, FALSE);
}

static void
check_status (char       *answer, /* takes it */
              const char *status)
{
  g_autofree char *start = g_strdup_printf ("HTTP/1.1 %s", status);

  if (!g_str_has_prefix (answer, start))
    g_error ("not %s: %s", status, answer);
  g_free (answer);
}

/* --- Sizes ---------------------------------------------------------------------------------------------------------------------- */

static void
test_head_size (void)
{
  guint extra;

  for (extra = 0; extra < 2; extra++)
    {
      g_autoptr (FrontServer) server = front_server_new (NULL, FALSE);
      g_autoptr (GString) text = g_string_new ("GET /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nA: ");
      int fd = front_client_connect (server);

      while (text->len < front_limits.max_head - 4 + extra)
        g_string_append_c (text, 'a');
      g_string_append (text, "\r\n\r\n");
      front_client_send (fd, text->str);
      check_status (front_client_read_all (fd), extra == 0 ? "200 OK\r\n" : "431 Request Header Fields Too Large\r\n");
      g_assert_cmpuint (front_server_get_counts (server).heads, ==, extra == 0 ? 1 : 0);
    }
}

static void
test_field_count (void)
{
  guint extra;

  for (extra = 0; extra < 2; extra++)
    {
      g_autoptr (FrontServer) server = front_server_new (NULL, FALSE);
      g_autoptr (GString) text = g_string_new ("GET /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n");
      int fd = front_client_connect (server);
      guint i;

      for (i = 2; i < front_limits.max_fields + extra; i++)
        g_string_append (text, "A: b\r\n");
      g_string_append (text, "\r\n");
      front_client_send (fd, text->str);
      check_status (front_client_read_all (fd), extra == 0 ? "200 OK\r\n" : "431 Request Header Fields Too Large\r\n");
    }
}

static void
test_body_size (void)
{
  guint i;

  for (i = 0; i < 4; i++)
    {
      g_autoptr (FrontServer) server = front_server_new (NULL, FALSE);
      guint size = (guint) front_limits.max_body + i % 2;
      gboolean chunked = i >= 2;
      g_autofree char *body = g_strnfill (size, 'b');
      g_autofree char *text = NULL;
      int fd = front_client_connect (server);
      FrontCounts counts;

      if (chunked)
        text = g_strdup_printf ("POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
                                "1\r\nb\r\n%x\r\n%s\r\n0\r\n\r\n", size - 1, body + 1);
      else
        text = g_strdup_printf ("POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: %u\r\n\r\n%s", size, body);
      front_client_send (fd, text);
      check_status (front_client_read_all (fd), i % 2 == 0 ? "200" : "413");

      counts = front_server_get_counts (server);
      g_assert_cmpuint (counts.executed, ==, i % 2 == 0 ? 1 : 0);
      if (i % 2 == 0)
        g_assert_cmpuint (counts.received, ==, front_limits.max_body);
      /* Where the length is known, the routes don't even hear of it. */
      else
        g_assert_cmpuint (counts.heads, ==, chunked ? 1 : 0);
    }
}

/* --- Time: heads ---------------------------------------------------------------------------------------------------------------- */

static void
test_silent (void)
{
  g_autoptr (FrontServer) server = new_server (SOON, 0, 0, 0);
  int fd = front_client_connect (server);

  front_client_expect_end (fd);
  front_server_wait_exactly (server, connections, 0);
}

static void
test_half_head (void)
{
  g_autoptr (FrontServer) server = new_server (SOON, 0, 0, 0);
  int fd = front_client_connect (server);

  front_client_send (fd, "GET /echo HTTP/1.1\r\nHost: a\r\n");
  check_status (front_client_read_all (fd), "408");
  g_assert_cmpuint (front_server_get_counts (server).heads, ==, 0);
}

/* Has the server said something, or gone? Waits a little. */
static gboolean
is_over (int fd)
{
  struct timeval pause = { 0, 20000 };
  char c;
  gssize n;

  setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &pause, sizeof pause);
  n = recv (fd, &c, 1, MSG_PEEK);
  pause.tv_sec = 30;
  setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &pause, sizeof pause);

  return n >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

/* Each byte comes long before the time is over, and yet it is. */
static void
trickle (int         fd,
         const char *text)
{
  gint64 end = g_get_monotonic_time () + 30 * G_TIME_SPAN_SECOND;

  while (!is_over (fd))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      if (!front_client_send (fd, text))
        return;
    }
}

static void
test_slow_head (void)
{
  g_autoptr (FrontServer) server = new_server (SOON, 0, 0, 0);
  int fd = front_client_connect (server);

  front_client_send (fd, "GET /echo HTTP/1.1\r\nHost: a\r\nA: ");
  trickle (fd, "a");
  check_status (front_client_read_all (fd), "408");
}

static void
test_slow_second_head (void)
{
  g_autoptr (FrontServer) server = new_server (LATER, 0, 0, 0);
  int fd = front_client_connect (server);

  front_client_send (fd, "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n");
  g_free (front_client_read_answer (fd, FALSE));
  front_client_send (fd, "GET /echo HTTP/1.1\r\nHost: a\r\nA: ");
  trickle (fd, "a");
  check_status (front_client_read_all (fd), "408");
  g_assert_cmpuint (front_server_get_counts (server).heads, ==, 1);
}

/* While some try this, others are served. */
static void
test_slow_heads_many (void)
{
  g_autoptr (FrontServer) server = new_server (LATER, 0, 0, 0);
  int fds[200];
  guint i;

  for (i = 0; i < G_N_ELEMENTS (fds); i++)
    {
      fds[i] = front_client_connect (server);
      front_client_send (fds[i], "GET /echo HTTP/1.1\r\n");
    }
  for (i = 0; i < 50; i++)
    {
      int fd = front_client_connect (server);

      front_client_send (fd, "GET /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
      check_status (front_client_read_all (fd), "200");
    }
  for (i = 0; i < G_N_ELEMENTS (fds); i++)
    check_status (front_client_read_all (fds[i]), "408");
  front_server_wait_exactly (server, connections, 0);
}

/* --- Time: bodies --------------------------------------------------------------------------------------------------------------- */

static void
test_half_body (void)
{
  g_autoptr (FrontServer) server = new_server (0, SOON, 0, 0);
  int fd = front_client_connect (server);

  front_client_send (fd, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel");
  check_status (front_client_read_all (fd), "408");
  front_server_wait (server, gone, 1);
  g_assert_cmpuint (front_server_get_counts (server).executed, ==, 0);
}

static void
test_slow_body (void)
{
  static const char *const heads[] = {
    "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n", "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (heads); i++)
    {
      g_autoptr (FrontServer) server = new_server (0, SOON, 0, 0);
      int fd = front_client_connect (server);

      front_client_send (fd, heads[i]);
      trickle (fd, i == 0 ? "b" : "1\r\nb\r\n");
      check_status (front_client_read_all (fd), "408");
      front_server_wait (server, gone, 1);
    }
}

/* A body that comes slowly, but comes, has as much time as it needs. */
static void
test_steady_body (void)
{
  g_autoptr (FrontServer) server = new_server (0, LATER, 0, 0);
  g_autofree char *piece = g_strnfill (2048, 'b');
  int fd = front_client_connect (server);
  gint64 end = g_get_monotonic_time () + 3 * G_TIME_SPAN_SECOND;
  guint n = 0;

  front_client_send (fd, "POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n");
  while (g_get_monotonic_time () < end)
    {
      g_assert_false (is_over (fd));
      if (n++ % 5 == 0)
        {
          front_client_send (fd, "800\r\n");
          front_client_send (fd, piece);
          front_client_send (fd, "\r\n");
        }
    }
  front_client_send (fd, "0\r\n\r\n");
  check_status (front_client_read_all (fd), "200");
}

/* --- Time: keeping and writing -------------------------------------------------------------------------------------------------- */

static void
test_idle (void)
{
  g_autoptr (FrontServer) server = new_server (0, 0, SOON, 0);
  int fd = front_client_connect (server);

  front_client_send (fd, "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n");
  g_free (front_client_read_answer (fd, FALSE));
  front_client_expect_end (fd);
}

/* An answer that takes its time is not idle. */
static void
test_waiting_is_not_idle (void)
{
  g_autoptr (FrontServer) server = new_server (LATER, SOON, SOON, SOON);
  int waiting = front_client_connect (server);
  int silent;

  front_client_send (waiting, "GET /wait HTTP/1.1\r\nHost: a\r\n\r\n");
  front_server_wait (server, heads, 1);
  /* Two that came later have run out of time when the second is closed. */
  silent = front_client_connect (server);
  front_client_expect_end (silent);
  silent = front_client_connect (server);
  front_client_expect_end (silent);
  g_assert_cmpuint (front_server_get_counts (server).gone, ==, 0);
  close (waiting);
  front_server_wait (server, gone, 1);
}

static void
test_not_reading (void)
{
  static const char *const texts[] = { "GET /flood HTTP/1.1\r\nHost: a\r\n\r\n", "GET /large HTTP/1.1\r\nHost: a\r\n\r\n" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (FrontServer) server = new_server (0, 0, 0, SOON);
      int fd = front_client_connect (server);

      front_client_send (fd, texts[i]);
      front_server_wait (server, gone, 1);
      front_client_expect_any_end (fd);
      g_assert_cmpuint (front_server_get_counts (server).connections, ==, 0);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/http-limits/head-size", test_head_size);
  g_test_add_func ("/http-limits/field-count", test_field_count);
  g_test_add_func ("/http-limits/body-size", test_body_size);
  g_test_add_func ("/http-limits/silent", test_silent);
  g_test_add_func ("/http-limits/half-head", test_half_head);
  g_test_add_func ("/http-limits/slow-head", test_slow_head);
  g_test_add_func ("/http-limits/slow-second-head", test_slow_second_head);
  g_test_add_func ("/http-limits/slow-heads-many", test_slow_heads_many);
  g_test_add_func ("/http-limits/half-body", test_half_body);
  g_test_add_func ("/http-limits/slow-body", test_slow_body);
  g_test_add_func ("/http-limits/steady-body", test_steady_body);
  g_test_add_func ("/http-limits/idle", test_idle);
  g_test_add_func ("/http-limits/waiting-is-not-idle", test_waiting_is_not_idle);
  g_test_add_func ("/http-limits/not-reading", test_not_reading);

  return g_test_run ();
}
