/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "mock-client.h"
#include "tests/servers/quiet-fork.h"

#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static void
test_models (void)
{
  g_autoptr (SoupSession) session = make_session ();
  g_auto (Reply) list = request (session, "/models", NULL);
  g_auto (Reply) one = request (session, "/models/story", NULL);
  g_auto (Reply) none = request (session, "/models/gpt", NULL);

  g_assert_cmpuint (list.status, ==, 200);
  g_assert_nonnull (strstr (list.body,
                            q ("{'id':'echo','object':'model','created':1735689600,'owned_by':'dheera-ai','context_window':1048576,")));
  g_assert_cmpuint (one.status, ==, 200);
  g_assert_true (g_str_has_prefix (one.body, q ("{'id':'story'")));
  g_assert_cmpuint (none.status, ==, 404);
  g_assert_nonnull (strstr (none.body, q ("'code':'model_not_found'")));
}

static void
test_routes (void)
{
  g_autoptr (SoupSession) session = make_session ();
  g_autofree char *base = make_url ("");
  g_autofree char *foreign = NULL;
  g_autoptr (SoupMessage) message = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_auto (Reply) unknown = request (session, "/completions", "{}");
  g_auto (Reply) wrong_method = request (session, "/chat/completions", NULL);

  g_assert_cmpuint (unknown.status, ==, 404);
  g_assert_nonnull (strstr (unknown.body, q ("{'error':{'message':'The offline model has no POST ")));
  g_assert_cmpuint (wrong_method.status, ==, 404);

  /* Who does not know the path gets nothing. */
  *strchr (base + strlen ("http://"), '/') = '\0';
  foreign = g_strconcat (base, "/v1/models", NULL);
  message = soup_message_new ("GET", foreign);
  bytes = soup_session_send_and_read (session, message, NULL, NULL);
  g_assert_cmpuint (soup_message_get_status (message), ==, 404);
  g_assert_nonnull (bytes);
}

static void
test_bad_requests (void)
{
  g_auto (Reply) cut = complete ("{'model':'echo',");
  g_auto (Reply) empty = complete ("");
  g_auto (Reply) missing = complete ("{'model':'gpt','messages':[]}");

  g_assert_cmpuint (cut.status, ==, 400);
  g_assert_nonnull (strstr (cut.body, "at byte 16"));
  g_assert_cmpuint (empty.status, ==, 400);
  g_assert_cmpuint (missing.status, ==, 404);
  g_assert_nonnull (strstr (missing.body,
                            q ("'type':'invalid_request_error','param':'model','code':'model_not_found'")));
}

static void
test_fail_times (void)
{
  const char *keyed = ECHO ("'mock':{'status':503,'fail_times':2,'key':'test','headers':{'x-a':'1'}},", "x");
  const char *same_key = ECHO ("'mock':{'status':503,'fail_times':2,'key':'test'},", "y");
  const char *other = ECHO ("'mock':{'fail_times':1},", "z");
  static const guint statuses[] = { 503, 503, 200 };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      g_auto (Reply) reply = complete (i == 1 ? same_key : keyed);

      g_assert_cmpuint (reply.status, ==, statuses[i]);
      g_assert_true ((soup_message_headers_get_one (reply.headers, "x-a") != NULL) == (i == 0));
    }
  for (i = 1; i < G_N_ELEMENTS (statuses); i++)
    {
      g_auto (Reply) reply = complete (other);

      g_assert_cmpuint (reply.status, ==, i == 1 ? 500 : 200);
    }
}

static void
test_reuse (void)
{
  g_autoptr (SoupSession) session = make_session ();
  DheeraMockStats before, after;
  g_autofree char *stats_json = NULL;
  guint i;

  dheera_mock_server_get_stats (&before);
  for (i = 0; i < 20; i++)
    {
      g_auto (Reply) reply = request (session, "/chat/completions",
                                      i % 2 == 0 ? ECHO ("", "a b") : ECHO (STREAM, "a b"));

      g_assert_cmpuint (reply.status, ==, 200);
    }
  wait_for (G_STRUCT_OFFSET (DheeraMockStats, finished), before.finished + 20);
  dheera_mock_server_get_stats (&after);
  g_assert_cmpuint (after.connections - before.connections, ==, 1);
  g_assert_cmpuint (after.requests - before.requests, ==, 20);
  g_assert_cmpuint (after.words - before.words, ==, 40);

  {
    g_auto (Reply) stats = request (session, "/mock", NULL);

    g_assert_true (g_str_has_prefix (stats.body, q ("{'connections':")));
  }
}

static guint
count_descriptors (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;

  return n;
}

/* libsoup 3.2 forgets to close connections that were idle when their clients left. */
static void
test_descriptors (void)
{
  guint before = count_descriptors ();
  guint after;
  gint64 deadline = g_get_monotonic_time () + PATIENCE_S * G_USEC_PER_SEC;
  guint i;

  for (i = 0; i < 50; i++)
    {
      g_autoptr (SoupSession) session = make_session ();
      g_auto (Reply) reply = request (session, i % 2 == 0 ? "/models" : "/chat/completions",
                                      i % 2 == 0 ? NULL : ECHO (STREAM, "a b"));

      g_assert_cmpuint (reply.status, ==, 200);
    }
  do
    {
      g_usleep (1000);
      after = count_descriptors ();
    }
  while (after >= before + 10 && g_get_monotonic_time () < deadline);
  g_assert_cmpuint (after, <, before + 10);
}

static void
test_too_large (void)
{
  g_autoptr (SoupSession) session = make_session ();
  g_autoptr (SoupMessage) message = make_message ("/chat/completions", NULL);
  gsize size = 33 * 1024 * 1024;
  g_autoptr (GBytes) body = g_bytes_new_take (g_malloc0 (size), size);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) answer = NULL;

  soup_message_set_method (message, "POST");
  soup_message_set_request_body_from_bytes (message, "application/json", body);
  answer = soup_session_send_and_read (session, message, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (soup_message_get_status (message), ==, 413);
  g_assert_nonnull (g_strstr_len (g_bytes_get_data (answer, NULL), g_bytes_get_size (answer),
                                  q ("'code':'request_too_large'")));
}

static void
sent_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = soup_session_send_and_read_finish (SOUP_SESSION (source), result, &error);

  g_assert_no_error (error);
  g_assert_nonnull (g_strstr_len (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "data: [DONE]"));
  ++*(guint *) user_data;
}

/* Over n connections, which are closed when this returns */
static void
run_parallel (guint n)
{
  g_autoptr (SoupSession) session = make_session ();
  guint done = 0;
  guint i;

  for (i = 0; i < n; i++)
    {
      g_autofree char *body = g_strdup_printf (ECHO (STREAM "'mock':{'pace_ms':1},", "this is number %u"), i);
      g_autoptr (SoupMessage) message = make_message ("/chat/completions", body);

      soup_session_send_and_read_async (session, message, G_PRIORITY_DEFAULT, NULL, sent_cb, &done);
    }
  while (done < n)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_parallel (void)
{
  run_parallel (200);
}

/* A descriptor's number is another file's once it is closed. Who polls the number still keeps that file
 * open, here the writing ends of pipes, whose readers would then wait for ever. */
static void
test_stale_descriptors (void)
{
  struct pollfd readers[20];
  int writers[G_N_ELEMENTS (readers)];
  guint i, round;

  for (round = 0; round < 15; round++)
    {
      run_parallel (100);
      /* While the server closes its ends */
      for (i = 0; i < G_N_ELEMENTS (readers); i++)
        {
          int ends[2];

          g_assert_cmpint (pipe (ends), ==, 0);
          readers[i] = (struct pollfd) { ends[0], POLLIN, 0 };
          writers[i] = ends[1];
          g_usleep (100);
        }
      g_usleep (10000);
      for (i = 0; i < G_N_ELEMENTS (readers); i++)
        close (writers[i]);
      for (i = 0; i < G_N_ELEMENTS (readers); i++)
        {
          g_assert_cmpint (poll (&readers[i], 1, PATIENCE_S * 1000), ==, 1);
          close (readers[i].fd);
        }
    }
}

static int
connect_raw (guint16 port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = g_htons (port),
                                .sin_addr.s_addr = g_htonl (INADDR_LOOPBACK) };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (fd >= 0)
    g_assert_cmpint (connect (fd, (struct sockaddr *) &address, sizeof address), ==, 0);

  return fd;
}

static void
exhaust_descriptors (guint16 port)
{
  g_autoptr (GArray) fds = g_array_new (FALSE, FALSE, sizeof (int));
  struct rlimit before, tight;
  int fd;
  int spare = dup (0);
  guint i;

  getrlimit (RLIMIT_NOFILE, &before);
  tight = before;
  tight.rlim_cur = spare + 40;
  setrlimit (RLIMIT_NOFILE, &tight);
  while ((fd = connect_raw (port)) >= 0)
    g_array_append_val (fds, fd);
  /* One more than can be accepted */
  close (spare);
  fd = connect_raw (port);
  if (fd >= 0)
    g_array_append_val (fds, fd);
  g_usleep (50000);
  for (i = 0; i < fds->len; i++)
    close (g_array_index (fds, int, i));
  setrlimit (RLIMIT_NOFILE, &before);
}

/* A program that has run out of descriptors and then has some again finds the mock still there. */
static void
test_no_descriptors (void)
{
  if (g_test_subprocess ())
    {
      g_autofree char *url = make_url ("/models");
      g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
      guint i;

      exhaust_descriptors (g_uri_get_port (uri));
      for (i = 0; i < 3; i++)
        {
          g_autoptr (SoupSession) session = make_session ();
          g_auto (Reply) reply = request (session, "/models", NULL);

          g_assert_cmpuint (reply.status, ==, 200);
        }
      return;
    }

  g_test_trap_subprocess (NULL, 2 * PATIENCE_S * G_USEC_PER_SEC, 0);
  g_test_trap_assert_passed ();
}

static void
test_fork (void)
{
  g_autofree char *parent_url = make_url ("");
  pid_t pid = quiet_fork (2 * PATIENCE_S);

  if (pid == 0)
    {
      g_autofree char *child_url = make_url ("");
      gboolean good = strcmp (child_url, parent_url) != 0;
      int fd = connect_raw (g_ascii_strtoull (strrchr (strchr (child_url, ':') + 1, ':') + 1, NULL, 10));

      /* libsoup may not be used in the child of a program that used it; a bare connection shows that
       * somebody answers. */
      good = good && fd >= 0 && write (fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", 27) == 27;
      if (good)
        {
          char buffer[16] = "";

          good = read (fd, buffer, 12) == 12 && strcmp (buffer, "HTTP/1.1 404") == 0;
        }
      dheera_mock_server_stop ();
      _exit (good ? 0 : 1);
    }

  quiet_fork_join (pid);

  {
    g_autofree char *url = make_url ("");
    g_auto (Reply) reply = complete (ECHO ("", "still here"));

    g_assert_cmpstr (url, ==, parent_url);
    g_assert_cmpuint (reply.status, ==, 200);
  }
}

static void
test_restart (void)
{
  g_autoptr (SoupSession) session = make_session ();
  g_autoptr (SoupMessage) message = make_message ("/chat/completions",
                                                  ECHO (STREAM "'mock':{'stall_after':1},", "a b"));
  g_autoptr (GError) error = NULL;
  g_autoptr (GInputStream) stream = soup_session_send (session, message, NULL, &error);
  g_autofree char *before = make_url ("");
  g_autofree char *after = NULL;
  DheeraMockStats stats;

  g_assert_no_error (error);
  g_assert_nonnull (stream);
  /* With an answer under way */
  dheera_mock_server_stop ();
  dheera_mock_server_stop ();

  after = make_url ("");
  g_assert_cmpstr (before, !=, after);
  dheera_mock_server_get_stats (&stats);
  g_assert_cmpuint (stats.requests, ==, 0);

  {
    g_auto (Reply) reply = complete (ECHO ("", "again"));

    g_assert_cmpuint (reply.status, ==, 200);
  }
}

/* A program that just ends, with an answer under way: it must neither hang nor crash nor leak. */
static void
test_exit (void)
{
  if (g_test_subprocess ())
    {
      g_autoptr (SoupSession) session = make_session ();
      g_autoptr (SoupMessage) message = make_message ("/chat/completions",
                                                      ECHO (STREAM "'mock':{'pace_ms':1,'stall_after':3},",
                                                            "a b c d"));
      g_autoptr (GInputStream) stream = soup_session_send (session, message, NULL, NULL);

      g_assert_nonnull (stream);
      exit (0);
    }

  g_test_trap_subprocess (NULL, PATIENCE_S * G_USEC_PER_SEC, 0);
  g_test_trap_assert_passed ();
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/mock-server/models", test_models);
  g_test_add_func ("/mock-server/routes", test_routes);
  g_test_add_func ("/mock-server/bad-requests", test_bad_requests);
  g_test_add_func ("/mock-server/fail-times", test_fail_times);
  g_test_add_func ("/mock-server/reuse", test_reuse);
  g_test_add_func ("/mock-server/descriptors", test_descriptors);
  g_test_add_func ("/mock-server/too-large", test_too_large);
  g_test_add_func ("/mock-server/parallel", test_parallel);
  g_test_add_func ("/mock-server/stale-descriptors", test_stale_descriptors);
  g_test_add_func ("/mock-server/no-descriptors", test_no_descriptors);
  g_test_add_func ("/mock-server/fork", test_fork);
  g_test_add_func ("/mock-server/restart", test_restart);
  g_test_add_func ("/mock-server/exit", test_exit);

  return g_test_run ();
}
