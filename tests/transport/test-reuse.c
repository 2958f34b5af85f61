/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "runner.h"

#define ANSWER "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
#define STREAM "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"

typedef DheeraTransport *(*MakeTransport) (SoupSession **session);

static DheeraTransport *
make_own (SoupSession **session)
{
  *session = NULL;
  return dheera_transport_new ();
}

static DheeraTransport *
make_for_user (SoupSession **session)
{
  *session = runner_make_session ();
  return dheera_transport_for_session (*session);
}

static const MakeTransport kinds[] = { make_own, make_for_user };

/* Blocking and asynchronous calls in turn, all of them over one connection. */
static void
test_one_connection (gconstpointer data)
{
  FaultTls tls = GPOINTER_TO_INT (data);
  guint n = tls == FAULT_TLS_NONE ? 500 : 100;

  for (guint kind = 0; kind < G_N_ELEMENTS (kinds); kind++)
    {
      g_autoptr(FaultServer) server = fault_server_new (tls);
      SoupSession *session;
      DheeraTransport *transport = kinds[kind] (&session);
      g_autofree char *url = fault_server_dup_url (server, "/");

      if (kind == 0)
        {
          g_autoptr(SoupSession) own = dheera_transport_dup_session (transport, NULL);
          g_autoptr(GTlsDatabase) database = fault_server_new_database ();

          soup_session_set_tls_database (own, database);
        }
      fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (ANSWER), FAULT_AGAIN (), FAULT_END);
      for (guint i = 0; i < n; i++)
        {
          RunMode mode = (i / 3) % 2 == 0 ? RUN_BLOCKING : RUN_ASYNC;
          g_autoptr(Outcome) outcome = run_exchange (mode, &(Run) { .transport = transport, .url = url, .no_settling = TRUE });

          g_assert_no_error (outcome->error);
          g_assert_cmpuint (outcome->status, ==, 200);
          g_assert_cmpint (outcome->stats.reused, ==, i > 0);
        }
      g_assert_cmpuint (fault_server_get_n_requests (server), ==, n);
      g_assert_cmpuint (fault_server_get_n_connections (server), ==, 1);
      dheera_transport_unref (transport);
      if (session != NULL)
        assert_freed (session);
    }
}

typedef struct
{
  const char *name;
  const char *body;
  gboolean kept;
} Ending;

static const Ending endings[] = {
  { "at-the-end", STREAM "8\r\n[DONE]\n\n\r\n0\r\n\r\n", TRUE },
  { "before-the-last-chunk", STREAM "8\r\n[DONE]\n\n\r\n", FALSE },
  { "empty", STREAM "0\r\n\r\n", TRUE },
};

static void
close_early (DheeraExchange *exchange,
             gpointer        user_data)
{
  char buffer[100];

  /* Up to [DONE], and the rest is there but not looked at. */
  g_usleep (20 * 1000);
  dheera_exchange_read (exchange, buffer, 8, NULL, NULL);
  dheera_exchange_close (exchange);
}

/* The application stops where the protocol says that it is over, which is not yet the end of the body. */
static void
test_close_after_done (gconstpointer data)
{
  const Ending *ending = data;
  g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
  g_autoptr(DheeraTransport) transport = dheera_transport_new ();
  g_autofree char *url = fault_server_dup_url (server, "/");

  fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (ending->body), FAULT_AGAIN (), FAULT_END);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr(Outcome) outcome = run_exchange (RUN_BLOCKING, &(Run) { .transport = transport, .url = url, .with_head = close_early, .head_only = TRUE });

      g_assert_no_error (outcome->error);
    }
  g_assert_cmpuint (fault_server_get_n_connections (server), ==, ending->kept ? 1 : 2);
}

static void
assert_replayed (RunMode         mode,
                 const FaultStep *first,
                 gboolean         expected)
{
  g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
  g_autoptr(DheeraTransport) transport = dheera_transport_new ();
  g_autofree char *url = fault_server_dup_url (server, "/");
  Run run = { .transport = transport, .url = url, .auth = DHEERA_AUTH_BEARER, .body_size = 1000 };
  g_autoptr(Outcome) fresh = NULL;
  g_autoptr(Outcome) again = NULL;

  fault_server_add_script (server, first);
  fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (ANSWER), FAULT_AGAIN (), FAULT_END);
  fresh = run_exchange (mode, &run);
  g_assert_no_error (fresh->error);
  again = run_exchange (mode, &run);
  g_assert_cmpint (again->stats.replayed, ==, expected);
  if (expected)
    {
      const FaultRequest *request = fault_server_get_request (server, fault_server_get_n_requests (server) - 1);
      g_autofree char *authorization = fault_request_dup_header (request, "Authorization");

      g_assert_no_error (again->error);
      g_assert_cmpuint (again->status, ==, 200);
      g_assert_cmpuint (fault_server_get_n_connections (server), ==, 2);
      g_assert_cmpuint (g_bytes_get_size (request->body), ==, 1000);
      g_assert_cmpstr (authorization, ==, "Bearer sk-test");
      g_assert_false (again->stats.reused);
    }
  else
    {
      assert_failed (again, DHEERA_TRANSPORT_ERROR_DISCONNECTED, NULL);
      g_assert_cmpuint (fault_server_get_n_connections (server), ==, 1);
    }
}

static void
test_replay (void)
{
  FOR_EACH_MODE (mode)
    {
      assert_replayed (mode, (FaultStep[]) { FAULT_EXPECT (), FAULT_SEND (ANSWER), FAULT_EXPECT (), FAULT_CLOSE (), FAULT_END }, TRUE);
      assert_replayed (mode, (FaultStep[]) { FAULT_EXPECT (), FAULT_SEND (ANSWER), FAULT_EXPECT (), FAULT_RESET (), FAULT_END }, TRUE);
      /* A single byte came: the request was read, and may have been acted on. */
      assert_replayed (mode, (FaultStep[]) { FAULT_EXPECT (), FAULT_SEND (ANSWER), FAULT_EXPECT (), FAULT_SEND ("H"), FAULT_WAIT (30), FAULT_RESET (),
                                             FAULT_END }, FALSE);
    }
}

/* Once, not until it works: the second connection breaks as well. */
static void
test_replay_once (void)
{
  FOR_EACH_MODE (mode)
    {
      g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
      g_autoptr(DheeraTransport) transport = dheera_transport_new ();
      g_autofree char *url = fault_server_dup_url (server, "/");
      g_autoptr(Outcome) first = NULL;
      g_autoptr(Outcome) second = NULL;

      fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (ANSWER), FAULT_EXPECT (), FAULT_CLOSE (), FAULT_END);
      fault_server_script (server, FAULT_EXPECT (), FAULT_CLOSE (), FAULT_END);
      first = run_exchange (mode, &(Run) { .transport = transport, .url = url });
      g_assert_no_error (first->error);
      second = run_exchange (mode, &(Run) { .transport = transport, .url = url });
      assert_failed (second, DHEERA_TRANSPORT_ERROR_DISCONNECTED, NULL);
      g_assert_true (second->stats.replayed);
      g_assert_cmpuint (fault_server_get_n_requests (server), ==, 3);
      g_assert_cmpuint (fault_server_get_n_connections (server), ==, 2);
    }
}

/* The server closed while nothing was under way: libsoup sees that by itself and nothing has to be repeated. */
static void
test_closed_while_idle (void)
{
  FOR_EACH_MODE (mode)
    {
      g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
      g_autoptr(DheeraTransport) transport = dheera_transport_new ();
      g_autofree char *url = fault_server_dup_url (server, "/");

      fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (ANSWER), FAULT_CLOSE (), FAULT_END);
      for (guint i = 0; i < 3; i++)
        {
          g_autoptr(Outcome) outcome = run_exchange (mode, &(Run) { .transport = transport, .url = url });

          g_assert_no_error (outcome->error);
          g_assert_false (outcome->stats.replayed);
          fault_server_wait_for_closed (server, i + 1);
        }
      g_assert_cmpuint (fault_server_get_n_requests (server), ==, 3);
    }
}

static GString *
render_properties (SoupSession *session)
{
  GString *text = g_string_new (NULL);
  guint n;
  g_autofree GParamSpec **properties = g_object_class_list_properties (G_OBJECT_GET_CLASS (session), &n);

  for (guint i = 0; i < n; i++)
    {
      g_auto(GValue) value = G_VALUE_INIT;
      g_autofree char *shown = NULL;

      g_object_get_property (G_OBJECT (session), properties[i]->name, &value);
      shown = g_strdup_value_contents (&value);
      g_string_append_printf (text, "%s=%s\n", properties[i]->name, shown);
    }
  g_string_append_printf (text, "features %d %d %d %d\n", soup_session_has_feature (session, SOUP_TYPE_AUTH_MANAGER),
                          soup_session_has_feature (session, SOUP_TYPE_CONTENT_DECODER), soup_session_has_feature (session, SOUP_TYPE_COOKIE_JAR),
                          soup_session_has_feature (session, SOUP_TYPE_LOGGER));

  return text;
}

/* A user's session, with everything that an application may have set, stays as it was; its own name is sent, and its jar and logger see nothing. */
static void
test_user_session (void)
{
  g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
  SoupSession *session = soup_session_new_with_options ("user-agent", "their-app/1", "max-conns-per-host", 3, "timeout", 30, NULL);
  g_autoptr(SoupCookieJar) jar = soup_cookie_jar_new ();
  g_autoptr(SoupCookie) cookie = soup_cookie_new ("secret", "cookie", "127.0.0.1", "/", -1);
  g_autoptr(SoupSessionFeature) logger = g_object_new (SOUP_TYPE_LOGGER, "level", SOUP_LOGGER_LOG_BODY, NULL);
  g_autofree char *url = fault_server_dup_url (server, "/");
  g_autoptr(GString) before = NULL;
  g_autoptr(GString) after = NULL;
  guint n_logged = 0;

  soup_cookie_jar_add_cookie (jar, g_steal_pointer (&cookie));
  soup_session_add_feature (session, SOUP_SESSION_FEATURE (jar));
  soup_session_add_feature (session, logger);
  soup_logger_set_printer (SOUP_LOGGER (logger), runner_count_log, &n_logged, NULL);
  before = render_properties (session);
  fault_server_script (server, FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 2\r\n\r\n{}"), FAULT_AGAIN (), FAULT_END);

  FOR_EACH_MODE (mode)
    {
      DheeraTransport *transport = dheera_transport_for_session (session);
      g_autoptr(Outcome) outcome = run_exchange (mode, &(Run) { .transport = transport, .url = url, .auth = DHEERA_AUTH_BEARER });
      g_autofree char *agent = fault_request_dup_header (fault_server_get_request (server, mode), "User-Agent");
      g_autofree char *sent = fault_request_dup_header (fault_server_get_request (server, mode), "Cookie");

      g_assert_no_error (outcome->error);
      g_assert_cmpstr (agent, ==, "their-app/1");
      g_assert_null (sent);
      dheera_transport_unref (transport);
    }

  after = render_properties (session);
  g_assert_cmpstr (before->str, ==, after->str);
  g_assert_cmpuint (n_logged, ==, 0);
  g_assert_cmpuint (fault_server_get_n_connections (server), ==, 1);
  soup_session_remove_feature (session, logger);
  soup_session_remove_feature (session, SOUP_SESSION_FEATURE (jar));
  assert_freed (session);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/reuse/one-connection", GINT_TO_POINTER (FAULT_TLS_NONE), test_one_connection);
  g_test_add_data_func ("/reuse/one-tls-connection", GINT_TO_POINTER (FAULT_TLS_GOOD), test_one_connection);
  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      g_autofree char *path = g_strconcat ("/reuse/close/", endings[i].name, NULL);

      g_test_add_data_func (path, &endings[i], test_close_after_done);
    }
  g_test_add_func ("/reuse/replay", test_replay);
  g_test_add_func ("/reuse/replay-once", test_replay_once);
  g_test_add_func ("/reuse/closed-while-idle", test_closed_while_idle);
  g_test_add_func ("/reuse/user-session", test_user_session);

  return g_test_run ();
}
