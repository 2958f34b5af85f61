/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-ai/transport/dheera-transport-internal-private.h"
#include "runner.h"

#define ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
#define ASK_PASSWORD "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n"
#define TUNNEL FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 200 Connection established\r\n\r\n"), FAULT_STARTTLS ()

/* A session whose requests go to the scripted server as their proxy */
static SoupSession *
make_session (FaultServer *proxy,
              const char  *user_info)
{
  SoupSession *session = runner_make_session ();
  g_autofree char *uri = g_strdup_printf ("http://%s127.0.0.1:%u", user_info, fault_server_get_port (proxy));
  g_autoptr(GProxyResolver) resolver = g_simple_proxy_resolver_new (uri, NULL);

  soup_session_set_proxy_resolver (session, resolver);
  return session;
}

typedef struct
{
  const char *name;
  const char *url;
  FaultStep steps[8];
  int error; /* DheeraTransportError + 1 */
  const char *pattern;
} Case;

#define ERROR(code) (DHEERA_TRANSPORT_ERROR_##code + 1)

static const Case cases[] = {
  { "tunnel", "https://localhost/v1", { TUNNEL, FAULT_EXPECT (), FAULT_SEND (ANSWER), FAULT_STALL () }, 0, NULL },
  { "tunnel-407", "https://localhost/v1", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"), FAULT_STALL () },
    ERROR (PROXY), "the proxy 127.0.0.1:* refused the connection to localhost with status 407 *" },
  { "tunnel-403", "https://localhost/v1", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno"), FAULT_STALL () }, ERROR (PROXY),
    "the proxy 127.0.0.1:* refused * 403 *" },
  { "tunnel-502", "https://localhost/v1", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"), FAULT_STALL () }, ERROR (PROXY),
    "* 502 *" },
  { "tunnel-302", "https://localhost/v1",
    { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 302 Found\r\nLocation: https://portal.example/\r\nContent-Length: 0\r\n\r\n"), FAULT_STALL () }, ERROR (PROXY), "* 302 *" },
  { "tunnel-closed", "https://localhost/v1", { FAULT_EXPECT (), FAULT_CLOSE () }, ERROR (PROXY), "the proxy 127.0.0.1:* did not make a connection to localhost *" },
  { "tunnel-reset", "https://localhost/v1", { FAULT_EXPECT (), FAULT_RESET () }, ERROR (PROXY), NULL },
  { "tunnel-stalled", "https://localhost/v1", { FAULT_EXPECT (), FAULT_STALL () }, ERROR (TIMEOUT), "no connection to localhost within 0.3 seconds, the connect-timeout" },
  { "tunnel-broken-inside", "https://localhost/v1", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 200 OK\r\n\r\n"), FAULT_READ (1), FAULT_CLOSE () }, ERROR (TLS), NULL },
  { "plain", "http://model.example/v1", { FAULT_EXPECT (), FAULT_SEND (ANSWER), FAULT_STALL () }, 0, NULL },
  { "plain-407", "http://model.example/v1", { FAULT_EXPECT (), FAULT_SEND (ASK_PASSWORD),
    FAULT_STALL () }, ERROR (PROXY), "*407*" },
};

static void
test_case (gconstpointer data)
{
  const Case *c = data;

  FOR_EACH_MODE (mode)
    {
      g_autoptr(FaultServer) proxy = fault_server_new (FAULT_TLS_NONE);
      SoupSession *session = make_session (proxy, "");
      DheeraTransport *transport = dheera_transport_for_session (session);
      g_autoptr(Outcome) outcome = NULL;

      fault_server_add_script (proxy, c->steps);
      outcome = run_exchange (mode, &(Run) { .transport = transport, .url = c->url, .auth = DHEERA_AUTH_BEARER,
                                             .timeouts.connect = c->error == ERROR (TIMEOUT) ? 0.3 : 0 });
      if (c->error == 0)
        {
          g_assert_no_error (outcome->error);
          g_assert_cmpuint (outcome->status, ==, 200);
        }
      else
        {
          assert_failed (outcome, c->error - 1, c->pattern);
        }
      /* The key is not for a proxy that only makes a tunnel. */
      if (g_str_has_prefix (c->url, "https"))
        {
          g_autofree char *key = fault_request_dup_header (fault_server_get_request (proxy, 0), "Authorization");

          g_assert_cmpstr (fault_server_get_request (proxy, 0)->method, ==, "CONNECT");
          g_assert_cmpstr (fault_server_get_request (proxy, 0)->target, ==, "localhost:443");
          g_assert_null (key);
        }
      dheera_transport_unref (transport);
      assert_freed (session);
    }
}

/* What the proxy needs to make the connection belongs to the time of connecting. */
static void
test_consent (void)
{
  FOR_EACH_MODE (mode)
    {
      g_autoptr(FaultServer) proxy = fault_server_new (FAULT_TLS_NONE);
      SoupSession *session = make_session (proxy, "");
      DheeraTransport *transport = dheera_transport_for_session (session);
      g_autoptr(Outcome) outcome = NULL;

      fault_server_script (proxy, FAULT_EXPECT (), FAULT_WAIT (100), FAULT_SEND ("HTTP/1.1 200 OK\r\n\r\n"), FAULT_STARTTLS (), FAULT_EXPECT (), FAULT_SEND (ANSWER),
                           FAULT_STALL (), FAULT_END);
      outcome = run_exchange (mode, &(Run) { .transport = transport, .url = "https://localhost/v1" });
      g_assert_no_error (outcome->error);
      g_assert_cmpint (outcome->stats.connected - outcome->stats.connecting, >=, 100 * 1000);
      g_assert_cmpint (outcome->stats.connected, <=, outcome->stats.tls_handshaking);
      dheera_transport_unref (transport);
      assert_freed (session);
    }
}

static void
test_unreachable (void)
{
  FOR_EACH_MODE (mode)
    {
      FaultServer *proxy = fault_server_new (FAULT_TLS_NONE);
      SoupSession *session = make_session (proxy, "");
      DheeraTransport *transport = dheera_transport_for_session (session);
      g_autoptr(Outcome) outcome = NULL;

      fault_server_free (proxy);
      outcome = run_exchange (mode, &(Run) { .transport = transport, .url = "https://model.example/v1" });
      assert_failed (outcome, DHEERA_TRANSPORT_ERROR_PROXY, "no connection to the proxy 127.0.0.1:*");
      dheera_transport_unref (transport);
      assert_freed (session);
    }
}

static void
test_unknown (void)
{
  FOR_EACH_MODE (mode)
    {
      SoupSession *session = soup_session_new ();
      g_autoptr(GProxyResolver) resolver = g_simple_proxy_resolver_new ("http://proxy.invalid:3128", NULL);
      DheeraTransport *transport = dheera_transport_for_session (session);
      g_autoptr(Outcome) outcome = NULL;

      soup_session_set_proxy_resolver (session, resolver);
      outcome = run_exchange (mode, &(Run) { .transport = transport, .url = "https://model.example/v1" });
      assert_failed (outcome, DHEERA_TRANSPORT_ERROR_PROXY, "the address of the proxy*proxy.invalid*");
      dheera_transport_unref (transport);
      assert_freed (session);
    }
}

static gboolean
authenticate_cb (SoupMessage *message,
                 SoupAuth    *auth,
                 gboolean     retrying,
                 gpointer     user_data)
{
  if (retrying || !soup_auth_is_for_proxy (auth))
    return FALSE;
  soup_auth_authenticate (auth, "user", "word");
  return TRUE;
}

static void
queued_cb (SoupSession *session,
           SoupMessage *message)
{
  g_signal_connect (message, "authenticate", G_CALLBACK (authenticate_cb), NULL);
}

/* The application gives the proxy's password to libsoup in libsoup's way, and it keeps working, while an origin's question is none of libsoup's. */
static void
test_password (gconstpointer data)
{
  gboolean tunnel = GPOINTER_TO_INT (data);

  FOR_EACH_MODE (mode)
    {
      g_autoptr(FaultServer) proxy = fault_server_new (FAULT_TLS_NONE);
      SoupSession *session = make_session (proxy, "");
      DheeraTransport *transport = dheera_transport_for_session (session);
      g_autoptr(Outcome) outcome = NULL;
      g_autofree char *password = NULL;
      g_autofree char *key = NULL;

      g_signal_connect (session, "request-queued", G_CALLBACK (queued_cb), NULL);
      if (tunnel)
        fault_server_script (proxy, FAULT_EXPECT (),
                             FAULT_SEND (ASK_PASSWORD), TUNNEL, FAULT_EXPECT (),
                             FAULT_SEND ("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 2\r\n\r\nno"), FAULT_STALL (),
                             FAULT_END);
      else
        fault_server_script (proxy, FAULT_EXPECT (),
                             FAULT_SEND (ASK_PASSWORD), FAULT_EXPECT (),
                             FAULT_SEND ("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 2\r\n\r\nno"), FAULT_STALL (),
                             FAULT_END);
      outcome = run_exchange (mode, &(Run) { .transport = transport, .url = tunnel ? "https://localhost/" : "http://model.example/",
                                             .auth = DHEERA_AUTH_BEARER });
      g_assert_no_error (outcome->error);
      g_assert_cmpuint (outcome->status, ==, 401);
      password = fault_request_dup_header (fault_server_get_request (proxy, 1), "Proxy-Authorization");
      g_assert_cmpstr (password, ==, "Basic dXNlcjp3b3Jk");
      key = fault_request_dup_header (fault_server_get_request (proxy, tunnel ? 2 : 1), "Authorization");
      g_assert_cmpstr (key, ==, "Bearer sk-test");
      g_assert_cmpuint (g_bytes_get_size (fault_server_get_request (proxy, tunnel ? 2 : 1)->body), ==, 2);
      g_assert_cmpuint (fault_server_get_n_requests (proxy), ==, tunnel ? 3 : 2);
      dheera_transport_unref (transport);
      assert_freed (session);
    }
}

/* The library's own session, where the environment names the proxy and its password */
static void
test_password_in_url (gconstpointer data)
{
  gboolean tunnel = GPOINTER_TO_INT (data);

  FOR_EACH_MODE (mode)
    {
      g_autoptr(FaultServer) proxy = fault_server_new (FAULT_TLS_NONE);
      g_autoptr(DheeraTransport) transport = dheera_transport_new ();
      g_autoptr(SoupSession) session = dheera_transport_dup_session (transport, NULL);
      g_autoptr(GProxyResolver) resolver = dheera_proxy_resolver_new (TRUE);
      g_autoptr(GTlsDatabase) database = fault_server_new_database ();
      g_autofree char *uri = g_strdup_printf ("http://us%%40er:w%%3Ao:rd@127.0.0.1:%u", fault_server_get_port (proxy));

      g_setenv ("all_proxy", uri, TRUE);
      soup_session_set_proxy_resolver (session, resolver);
      soup_session_set_tls_database (session, database);
      if (tunnel)
        fault_server_script (proxy, FAULT_EXPECT (), FAULT_SEND (ASK_PASSWORD), TUNNEL, FAULT_EXPECT (), FAULT_SEND (ANSWER), FAULT_STALL (), FAULT_END);
      else
        fault_server_script (proxy, FAULT_EXPECT (), FAULT_SEND (ASK_PASSWORD), FAULT_EXPECT (), FAULT_SEND (ANSWER), FAULT_EXPECT (), FAULT_SEND (ANSWER),
                             FAULT_STALL (), FAULT_END);
      for (guint i = 0; i < (tunnel ? 1 : 2); i++)
        {
          g_autoptr(Outcome) outcome = run_exchange (mode, &(Run) { .transport = transport, .url = tunnel ? "https://other.test/" : "http://other.test/",
                                                                    .with_exchange = NULL, .body_size = 500 });

          /* The test's certificate is for another name, but by then the tunnel stands. */
          if (tunnel)
            assert_failed (outcome, DHEERA_TRANSPORT_ERROR_TLS, "*another host*");
          else
            g_assert_no_error (outcome->error);
        }
      for (guint i = 1; i < fault_server_get_n_requests (proxy); i++)
        {
          const FaultRequest *request = fault_server_get_request (proxy, i);
          g_autofree char *password = fault_request_dup_header (request, "Proxy-Authorization");

          g_assert_cmpstr (password, ==, "Basic dXNAZXI6dzpvOnJk");
          g_assert_cmpstr (request->target, ==, tunnel ? "other.test:443" : "http://other.test/");
          g_assert_cmpuint (g_bytes_get_size (request->body), ==, tunnel ? 0 : 500);
        }
      g_unsetenv ("all_proxy");
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/proxy/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/proxy/consent", test_consent);
  g_test_add_func ("/proxy/unreachable", test_unreachable);
  g_test_add_func ("/proxy/unknown", test_unknown);
  g_test_add_data_func ("/proxy/password-of-tunnel", GINT_TO_POINTER (TRUE), test_password);
  g_test_add_data_func ("/proxy/password-in-clear", GINT_TO_POINTER (FALSE), test_password);

  g_test_add_data_func ("/proxy/password-in-url-of-tunnel", GINT_TO_POINTER (TRUE), test_password_in_url);
  g_test_add_data_func ("/proxy/password-in-url-in-clear", GINT_TO_POINTER (FALSE), test_password_in_url);

  return g_test_run ();
}
