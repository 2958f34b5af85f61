/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-ai/transport/dheera-transport-internal-private.h"
#include "runner.h"


#define ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

typedef enum
{
  TRUST_NOBODY_OF_TESTS, /* the library's own session as it is */
  TRUST_DELEGATED,       /* the library's own, with the database that it asks replaced by the tests' */
  TRUST_USER,            /* a session of the application's */
} Trust;

static DheeraTransport *
make_transport (Trust         trust,
                SoupSession **session)
{
  DheeraTransport *transport;

  *session = NULL;
  if (trust == TRUST_USER)
    {
      *session = runner_make_session ();
      return dheera_transport_for_session (*session);
    }
  transport = dheera_transport_new ();
  if (trust == TRUST_DELEGATED)
    {
      g_autoptr(SoupSession) own = dheera_transport_dup_session (transport, NULL);
      g_autoptr(GTlsDatabase) inner = fault_server_new_database ();
      g_autoptr(GTlsDatabase) database = dheera_tls_database_new (inner);

      soup_session_set_tls_database (own, database);
    }

  return transport;
}

static void
check (FaultTls    tls,
       Trust       trust,
       const char *pattern)
{
  FOR_EACH_MODE (mode)
    {
      g_autoptr(FaultServer) server = fault_server_new (tls);
      SoupSession *session;
      DheeraTransport *transport = make_transport (trust, &session);
      g_autofree char *url = fault_server_dup_url (server, "/");
      g_autoptr(Outcome) outcome = NULL;

      fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (ANSWER), FAULT_AGAIN (), FAULT_END);
      outcome = run_exchange (mode, &(Run) { .transport = transport, .url = url, .auth = DHEERA_AUTH_BEARER });
      if (pattern == NULL)
        {
          g_assert_no_error (outcome->error);
          g_assert_cmpint (outcome->stats.tls_handshaking, >, 0);
          g_assert_cmpint (outcome->stats.tls_handshaked, >=, outcome->stats.tls_handshaking);
        }
      else
        {
          assert_failed (outcome, DHEERA_TRANSPORT_ERROR_TLS, pattern);
          g_assert_cmpuint (fault_server_get_n_requests (server), ==, 0);
        }
      dheera_transport_unref (transport);
      if (session != NULL)
        assert_freed (session);
    }
}

static void
test_good (void)
{
  check (FAULT_TLS_GOOD, TRUST_DELEGATED, NULL);
  check (FAULT_TLS_GOOD, TRUST_USER, NULL);
}

static void
test_unknown_authority (void)
{
  check (FAULT_TLS_GOOD, TRUST_NOBODY_OF_TESTS, "the certificate of localhost:* is not accepted: no trusted authority has signed it");
}

static void
test_other_host (void)
{
  check (FAULT_TLS_OTHER_HOST, TRUST_DELEGATED, "the certificate of localhost:* is not accepted: it was issued for another host");
  check (FAULT_TLS_OTHER_HOST, TRUST_USER, "*: it was issued for another host");
}

static void
test_expired (void)
{
  check (FAULT_TLS_EXPIRED, TRUST_DELEGATED, "the certificate of localhost:* is not accepted: it has expired");
  check (FAULT_TLS_EXPIRED, TRUST_USER, "*: it has expired");
}

static void
test_client_certificate (void)
{
  check (FAULT_TLS_WANTS_CLIENT, TRUST_USER, "*client certificate*");
}

static void
test_not_tls (void)
{
  FOR_EACH_MODE (mode)
    {
      g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
      g_autoptr(DheeraTransport) transport = dheera_transport_new ();
      g_autofree char *url = g_strdup_printf ("https://127.0.0.1:%u/", fault_server_get_port (server));
      g_autoptr(Outcome) outcome = NULL;

      fault_server_script (server, FAULT_READ (1), FAULT_SEND ("HTTP/1.1 400 Bad Request\r\n\r\n"), FAULT_STALL (), FAULT_END);
      outcome = run_exchange (mode, &(Run) { .transport = transport, .url = url });
      assert_failed (outcome, DHEERA_TRANSPORT_ERROR_TLS, "*TLS handshake with 127.0.0.1:* its URL begins with http:*");
    }
}

static void
test_broken_handshake (void)
{
  static const FaultStep scripts[][3] = { { FAULT_CLOSE () }, { FAULT_READ (1), FAULT_CLOSE () }, { FAULT_READ (1), FAULT_RESET () } };

  for (guint i = 0; i < G_N_ELEMENTS (scripts); i++)
    {
      FOR_EACH_MODE (mode)
        {
          g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
          g_autoptr(DheeraTransport) transport = dheera_transport_new ();
          g_autofree char *url = g_strdup_printf ("https://127.0.0.1:%u/", fault_server_get_port (server));
          g_autoptr(Outcome) outcome = NULL;

          fault_server_add_script (server, scripts[i]);
          outcome = run_exchange (mode, &(Run) { .transport = transport, .url = url });
          assert_failed (outcome, DHEERA_TRANSPORT_ERROR_TLS, "*TLS handshake*127.0.0.1:*");
        }
    }
}

/* A clean end of TCP without one of TLS, where the length was announced */
static void
test_cut_body (void)
{
  FOR_EACH_MODE (mode)
    {
      g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_GOOD);
      SoupSession *session = runner_make_session ();
      DheeraTransport *transport = dheera_transport_for_session (session);
      g_autofree char *url = fault_server_dup_url (server, "/");
      g_autoptr(Outcome) outcome = NULL;

      fault_server_script (server, FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"), FAULT_WAIT (20), FAULT_HALF_CLOSE (),
                           FAULT_STALL (), FAULT_END);
      outcome = run_exchange (mode, &(Run) { .transport = transport, .url = url });
      assert_failed (outcome, DHEERA_TRANSPORT_ERROR_INTERRUPTED, NULL);
      g_assert_cmpstr (outcome->body->str, ==, "abc");
      dheera_transport_unref (transport);
      assert_freed (session);
    }
}

/* The TLS backend of this process speaks nothing so old as a server, another program does. */
static void
test_old_version (void)
{
  g_autofree char *openssl = g_find_program_in_path ("openssl");
  g_autoptr(FaultServer) placeholder = NULL;
  g_autofree char *certificate = fault_server_dup_certificate ("localhost.pem");
  g_autofree char *url = NULL;
  g_autofree char *port = NULL;
  g_autoptr(GSubprocess) server = NULL;
  g_autoptr(GError) error = NULL;

  if (openssl == NULL)
    {
      g_test_skip ("there is no openssl program to make a TLS 1.1 server with");
      return;
    }
  placeholder = fault_server_new (FAULT_TLS_NONE);
  port = g_strdup_printf ("%u", fault_server_get_port (placeholder));
  url = g_strdup_printf ("https://localhost:%s/", port);
  g_clear_pointer (&placeholder, fault_server_free);
  server = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE | G_SUBPROCESS_FLAGS_STDIN_PIPE, &error, openssl,
                             "s_server", "-quiet", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0", "-accept", port, "-cert", certificate, "-key", certificate, NULL);
  g_assert_no_error (error);

  FOR_EACH_MODE (mode)
    {
      SoupSession *session = runner_make_session ();
      DheeraTransport *transport = dheera_transport_for_session (session);
      g_autoptr(Outcome) outcome = NULL;

      /* It takes a moment until it listens. */
      for (guint i = 0; i < 100; i++)
        {
          g_clear_pointer (&outcome, outcome_free);
          outcome = run_exchange (mode, &(Run) { .transport = transport, .url = url, .auth = DHEERA_AUTH_BEARER, .timeouts.total = 3 });
          if (!g_error_matches (outcome->error, DHEERA_TRANSPORT_ERROR, DHEERA_TRANSPORT_ERROR_CONNECT))
            break;
          g_usleep (20 * 1000);
        }
      assert_failed (outcome, DHEERA_TRANSPORT_ERROR_TLS, NULL);
      g_test_message ("%s", outcome->error->message);
      dheera_transport_unref (transport);
      assert_freed (session);
    }
  g_subprocess_force_exit (server);
  g_subprocess_wait (server, NULL, NULL);
}

/* The library's own sessions do not even offer HTTP/2. */
static void
test_own_session_is_http1 (void)
{
  FOR_EACH_MODE (mode)
    {
      g_autoptr(Http2Server) server = http2_server_new ();
      SoupSession *session;
      DheeraTransport *transport = make_transport (TRUST_DELEGATED, &session);
      g_autofree char *url = http2_server_dup_url (server, "/stream");
      g_autoptr(Outcome) outcome = run_exchange (mode, &(Run) { .transport = transport, .url = url });

      g_assert_no_error (outcome->error);
      g_assert_cmpuint (http2_server_get_n_requests (server), ==, 1);
      g_assert_cmpuint (http2_server_get_n_http2 (server), ==, 0);
      dheera_transport_unref (transport);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/tls/good", test_good);
  g_test_add_func ("/tls/unknown-authority", test_unknown_authority);
  g_test_add_func ("/tls/other-host", test_other_host);
  g_test_add_func ("/tls/expired", test_expired);
  g_test_add_func ("/tls/client-certificate", test_client_certificate);
  g_test_add_func ("/tls/not-tls", test_not_tls);
  g_test_add_func ("/tls/broken-handshake", test_broken_handshake);
  g_test_add_func ("/tls/cut-body", test_cut_body);
  g_test_add_func ("/tls/old-version", test_old_version);
  g_test_add_func ("/tls/own-session-is-http1", test_own_session_is_http1);

  return g_test_run ();
}
