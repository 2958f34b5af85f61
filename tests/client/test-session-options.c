/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Sessions that are made from options: what is refused, and what connections do. Proxies and certificates are looked at by tests/python/test-session-options.py, before
 * real servers. */

#include "client-util.h"

#include "tests/servers/fault-server.h"
#include "tests/servers/model-server.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>

static DheeraClient *
new_client (DheeraSessionOptions *options)
{
  return g_object_new (DHEERA_TYPE_CLIENT, "session-options", options, "max-retries", 0, NULL);
}

static DheeraRequest *
new_request (const char *base_url)
{
  DheeraRequest *request = dheera_request_new_for_prompt ("vllm/m", "Hi");

  dheera_base_request_set_base_url (DHEERA_BASE_REQUEST (request), base_url);
  return request;
}

static void
ask (DheeraClient *client,
     const char   *base_url,
     gboolean      blocking)
{
  g_autoptr(DheeraRequest) request = new_request (base_url);
  g_autoptr(GError) error = NULL;
  g_autoptr(DheeraResponse) response = NULL;

  response = blocking ? dheera_client_complete (client, request, NULL, &error) : complete_async (client, request, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (dheera_response_get_text (response), ==, MODEL_SERVER_TEXT);
}

/* --- What is refused ---------------------------------------------------------------------------------------------------------------------- */

typedef struct
{
  const char *name;
  const char *properties[4]; /* of text, with their values; without a name, a proxy for one host */
  DheeraError code;
  const char *pattern;
} Refusal;

static const Refusal refusals[] = {
  { "two-authorities", { "ca-file", "/nowhere/ca.pem", "tls-database", "" }, DHEERA_ERROR_INVALID_REQUEST, "*ca-file and tls-database*" },
  { "authority-without-verification", { "ca-file", "/nowhere/ca.pem", "verify", "" }, DHEERA_ERROR_INVALID_REQUEST, "*verify is off*" },
  { "no-authority", { "ca-file", "/nowhere/ca.pem" }, DHEERA_ERROR_INVALID_REQUEST, "*ca-file, /nowhere/ca.pem, can't be read*" },
  { "dns-cache", { "dns-cache-ttl", "" }, DHEERA_ERROR_NOT_SUPPORTED, "*dns-cache-ttl*GLib has no cache*" },
  { "unix-family", { "address-family", "" }, DHEERA_ERROR_INVALID_REQUEST, "*address-family*remote-connectable*" },
  { "proxy-beside-socket", { "proxy-uri", "http://p:1", "remote-connectable", "" }, DHEERA_ERROR_INVALID_REQUEST, "*remote-connectable*proxy-uri*" },
  { "environment-beside-socket", { "trust-env", "", "remote-connectable", "" }, DHEERA_ERROR_INVALID_REQUEST, "*remote-connectable*trust-env*" },
  { "user-agent", { "user-agent", "a\r\nX-Key: b" }, DHEERA_ERROR_INVALID_REQUEST, "*user-agent*line break*" },
  { "proxy-scheme", { "proxy-uri", "ftp://user:secret7@proxy:21" }, DHEERA_ERROR_INVALID_REQUEST, "*ftp://proxy:21,*http, https, socks5*" },
  { "proxy-path", { "proxy-uri", "http://proxy:3128/path" }, DHEERA_ERROR_INVALID_REQUEST, "*scheme://*host:port*" },
  { "proxy-without-host", { "proxy-uri", "http://user:secret7@" }, DHEERA_ERROR_INVALID_REQUEST, "*is not the address of a proxy*" },
  { "proxy-with-bad-password", { "proxy-uri", "http://user:secret7%@proxy:1" }, DHEERA_ERROR_INVALID_REQUEST, "*proxy-uri, http://proxy:1, is not*%XX*" },
  { "proxy-with-slash-in-password", { "proxy-uri", "http://user:sec/ret@proxy:1" }, DHEERA_ERROR_INVALID_REQUEST, "*proxy-uri, http://proxy:1*" },
  { "proxy-fragment", { "proxy-uri", "http://proxy:3128#part" }, DHEERA_ERROR_INVALID_REQUEST, "*scheme://*host:port*" },
  { "proxy-port", { "proxy-uri", "http://user:secret7@proxy:0" }, DHEERA_ERROR_INVALID_REQUEST, "*proxy-uri, http://proxy:0, is not*" },
  { "proxy-with-space", { "proxy-uri", "http://user:secret7@pro xy:1" }, DHEERA_ERROR_INVALID_REQUEST, "*is not the address of a proxy*" },
  { "proxy-for-host", { "", "ftp://user:secret7@proxy:21" }, DHEERA_ERROR_INVALID_REQUEST, "*the proxy that the session options have for api.example, ftp://proxy:21,*" },
  { "proxy-for-host-beside-socket", { "", "http://p:1", "remote-connectable", "" }, DHEERA_ERROR_INVALID_REQUEST, "*remote-connectable*proxies for hosts*" },
  { "socks4-password", { "proxy-uri", "socks4://user:secret7@proxy:1080" }, DHEERA_ERROR_NOT_SUPPORTED, "*socks4://proxy:1080*use socks5*" },
  { "pin", { "pinned-certificates", "" }, DHEERA_ERROR_INVALID_REQUEST, "*pinned-certificates has “12”*" },
};

static void
set_option (DheeraSessionOptions *options,
            const char           *name,
            const char           *value)
{
  g_autoptr(GTlsDatabase) database = NULL;
  g_autoptr(GSocketAddress) address = NULL;

  if (*name == '\0')
    {
      dheera_session_options_set_proxy_for_host (options, "api.example", value);
    }
  else if (*value != '\0')
    {
      g_object_set (options, name, value, NULL);
    }
  else if (g_str_equal (name, "tls-database"))
    {
      database = fault_server_new_database ();
      dheera_session_options_set_tls_database (options, database);
    }
  else if (g_str_equal (name, "remote-connectable"))
    {
      address = g_unix_socket_address_new ("/nowhere/socket");
      dheera_session_options_set_remote_connectable (options, G_SOCKET_CONNECTABLE (address));
    }
  else if (g_str_equal (name, "address-family"))
    dheera_session_options_set_address_family (options, G_SOCKET_FAMILY_UNIX);
  else if (g_str_equal (name, "dns-cache-ttl"))
    dheera_session_options_set_dns_cache_ttl (options, 600);
  else if (g_str_equal (name, "pinned-certificates"))
    dheera_session_options_set_pinned_certificates (options, (const char *const[]) { "12", NULL });
  else
    g_object_set (options, name, !g_str_equal (name, "verify"), NULL);
}

static void
assert_refused (const GError  *error,
                const Refusal *refusal)
{
  g_assert_error (error, DHEERA_ERROR, (int) refusal->code);
  g_assert_true (g_pattern_match_simple (refusal->pattern, error->message));
  g_assert_null (strstr (error->message, "secret7"));
  g_assert_null (strstr (error->message, "sec/"));
}

static void
test_refusal (gconstpointer data)
{
  const Refusal *refusal = data;
  g_autoptr(DheeraSessionOptions) options = dheera_session_options_new ();
  g_autoptr(DheeraClient) client = NULL;
  g_autoptr(SoupSession) session = NULL;
  g_autoptr(GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (refusal->properties) && refusal->properties[i] != NULL; i += 2)
    set_option (options, refusal->properties[i], refusal->properties[i + 1]);
  session = dheera_session_options_create_session (options, &error);
  g_assert_null (session);
  g_test_message ("%s", error->message);
  assert_refused (error, refusal);
  g_clear_error (&error);

  /* At the first call and at each one after it; the client's own session is never made in another way. */
  client = new_client (options);
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr(DheeraRequest) request = new_request ("http://127.0.0.1:9");

      g_assert_null (i % 2 == 0 ? dheera_client_complete (client, request, NULL, &error) : complete_async (client, request, NULL, &error));
      assert_refused (error, refusal);
      g_clear_error (&error);
    }
}

/* What GObject would only warn of, and then take the usual number */
static void
test_numbers (void)
{
  static const struct
  {
    const char *name;
    int value;
  } numbers[] = { { "max-connections", 0 }, { "max-connections", G_MININT }, { "max-connections-per-host", 0 }, { "max-connections-per-host", -1 }, { "dns-cache-ttl", -2 } };

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autoptr(DheeraSessionOptions) options = dheera_session_options_new ();
      g_autoptr(SoupSession) session = NULL;
      g_autoptr(GError) error = NULL;

      g_object_set (options, numbers[i].name, numbers[i].value, NULL);
      session = dheera_session_options_create_session (options, &error);
      g_assert_null (session);
      g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
      g_assert_nonnull (strstr (error->message, numbers[i].name));
    }
}

/* Nobody is no exception. */
static void
test_nothing_excepted (void)
{
  static const char *const lists[][2] = { { NULL }, { "", NULL } };

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      g_autoptr(DheeraSessionOptions) options = dheera_session_options_new ();
      g_autoptr(GSocketAddress) address = g_unix_socket_address_new ("/nowhere/socket");
      g_autoptr(SoupSession) session = NULL;
      g_autoptr(GError) error = NULL;

      dheera_session_options_set_no_proxy (options, lists[i]);
      dheera_session_options_set_remote_connectable (options, G_SOCKET_CONNECTABLE (address));
      session = dheera_session_options_create_session (options, &error);
      g_assert_no_error (error);
      g_assert_nonnull (session);
    }
}

static void
test_session_and_options (void)
{
  g_autoptr(DheeraSessionOptions) options = dheera_session_options_new ();
  g_autoptr(SoupSession) session = soup_session_new ();
  g_autoptr(DheeraClient) client = g_object_new (DHEERA_TYPE_CLIENT, "session", session, "session-options", options, NULL);
  g_autoptr(DheeraRequest) request = mock_request ("mock/echo", "Hi", NULL);
  g_autoptr(GError) error = NULL;

  g_assert_true (dheera_client_get_session_options (client) == options);
  g_assert_null (dheera_client_complete (client, request, NULL, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
  g_clear_error (&error);
  g_assert_null (complete_async (client, request, NULL, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
}

/* --- Values -------------------------------------------------------------------------------------------------------------------------------- */

static void
test_values (void)
{
  g_autoptr(DheeraSessionOptions) options = dheera_session_options_new ();
  g_autoptr(DheeraSessionOptions) development = dheera_session_options_new_development ();
  g_autoptr(DheeraSessionOptions) production = dheera_session_options_new_production ();
  g_autoptr(SoupSession) session = NULL;
  g_autoptr(GError) error = NULL;

  dheera_session_options_set_max_connections (options, 7);
  dheera_session_options_set_max_connections_per_host (options, 3);
  dheera_session_options_set_keepalive_timeout (options, 9);
  dheera_session_options_set_tcp_keepalive (options, FALSE);
  dheera_session_options_set_user_agent (options, "my-application");
  dheera_session_options_set_proxy_uri (options, "socks5h://us%40er:p%3Aw@proxy:1080");
  dheera_session_options_set_no_proxy (options, (const char *const[]) { "a", NULL });
  dheera_session_options_set_http2 (options, TRUE);
  g_assert_cmpstr (dheera_session_options_get_proxy_uri (options), ==, "socks5h://proxy:1080");
  g_assert_cmpstr (dheera_session_options_get_user_agent (options), ==, "my-application");
  g_assert_cmpstr (dheera_session_options_get_no_proxy (options)[0], ==, "a");
  g_assert_false (dheera_session_options_get_tcp_keepalive (options));
  g_assert_true (dheera_session_options_get_http2 (options));
  g_assert_cmpint (dheera_session_options_get_dns_cache_ttl (options), ==, -1);
  g_assert_cmpint (dheera_session_options_get_address_family (options), ==, G_SOCKET_FAMILY_INVALID);

  session = dheera_session_options_create_session (options, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (soup_session_get_max_conns (session), ==, 7);
  g_assert_cmpuint (soup_session_get_max_conns_per_host (session), ==, 3);
  g_assert_cmpuint (soup_session_get_idle_timeout (session), ==, 9);
  g_assert_cmpuint (soup_session_get_timeout (session), ==, 0);
  g_assert_cmpstr (soup_session_get_user_agent (session), ==, "my-application");

  g_assert_cmpuint (dheera_session_options_get_max_connections (development), ==, 50);
  g_assert_cmpuint (dheera_session_options_get_max_connections_per_host (development), ==, 50);
  g_assert_cmpuint (dheera_session_options_get_keepalive_timeout (development), ==, 15);
  g_assert_true (dheera_session_options_get_verify (development));
  g_assert_cmpuint (dheera_session_options_get_max_connections (production), ==, 1000);
  g_assert_cmpuint (dheera_session_options_get_max_connections_per_host (production), ==, 200);
  g_assert_cmpuint (dheera_session_options_get_keepalive_timeout (production), ==, 60);
  g_assert_true (dheera_session_options_get_trust_env (production));

  dheera_session_options_set_trust_env (production, FALSE);
  dheera_session_options_set_verify (production, FALSE);
  g_assert_false (dheera_session_options_get_trust_env (production));
  g_assert_false (dheera_session_options_get_verify (production));
  dheera_session_options_set_verify (production, TRUE);
  g_assert_true (dheera_session_options_get_verify (production));
}

/* Hosts that no request could be for, and so would be ignored */
static void
test_hosts (void)
{
  static const char *const good[] = { "*", "a", "a.example", ".a.example", "*.a.example", "a.example.", "a_b.example:443", "10.1.2.3", "10.1.2.3:80", "10.0.0.0/8",
                                      "2001:db8::1", "2001:db8::/32", "[2001:db8::1]", "[2001:db8::1]:443", "\303\244.example" };
  static const char *const bad[] = { "http://a.example", "https://user:secret7@a.example", "a.example/v1", "a example", "a.example:", "a.example:http", "a.example:443:1",
                                     "[a.example]", "[2001:db8::1", "[2001:db8::1]443", "10.0.0.0/99", ".", "*.", "a*.example", "user@a.example", "a.example:0", "a.example:65536" };

  for (guint i = 0; i < G_N_ELEMENTS (good) + G_N_ELEMENTS (bad); i++)
    {
      const char *host = i < G_N_ELEMENTS (good) ? good[i] : bad[i - G_N_ELEMENTS (good)];

      for (guint j = 0; j < 2; j++)
        {
          g_autoptr(DheeraSessionOptions) options = dheera_session_options_new ();
          g_autoptr(SoupSession) session = NULL;
          g_autoptr(GError) error = NULL;

          if (j == 0)
            dheera_session_options_set_no_proxy (options, (const char *const[]) { "", "b.example", host, NULL });
          else
            dheera_session_options_set_proxy_for_host (options, host, "http://p:1");
          session = dheera_session_options_create_session (options, &error);
          if (i < G_N_ELEMENTS (good))
            {
              g_assert_no_error (error);
              g_assert_nonnull (session);
              continue;
            }
          g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
          g_assert_nonnull (strstr (error->message, "which is no host"));
          g_assert_nonnull (strstr (error->message, j == 0 ? "no-proxy has" : "have a proxy for"));
          g_assert_null (strstr (error->message, "secret7"));
          g_assert_null (session);
        }
    }
}

static void
test_proxy_for_host (void)
{
  g_autoptr(DheeraSessionOptions) options = dheera_session_options_new ();

  g_assert_null (dheera_session_options_get_proxy_for_host (options, "api.example"));
  dheera_session_options_set_proxy_for_host (options, "api.example", NULL);
  dheera_session_options_set_proxy_for_host (options, "api.example", "http://user:secret7@proxy:3128");
  dheera_session_options_set_proxy_for_host (options, "example", "direct://");
  dheera_session_options_set_proxy_for_host (options, "API.example", "socks5://user:secret7@proxy:1080");
  g_assert_cmpstr (dheera_session_options_get_proxy_for_host (options, "api.example"), ==, "socks5://proxy:1080");
  g_assert_cmpstr (dheera_session_options_get_proxy_for_host (options, "example"), ==, "direct://");
  dheera_session_options_set_proxy_for_host (options, "example", NULL);
  g_assert_null (dheera_session_options_get_proxy_for_host (options, "example"));
}

/* What options say later is not for a client that was made before. */
static void
test_copied (void)
{
  g_autoptr(ModelServer) server = model_server_new (MODEL_SERVER_PLAIN);
  g_autoptr(DheeraSessionOptions) options = dheera_session_options_new ();
  g_autoptr(DheeraClient) client = new_client (options);

  dheera_session_options_set_dns_cache_ttl (options, 600);
  dheera_session_options_set_ca_file (options, "/nowhere");
  dheera_session_options_set_client_certificate_file (options, "/nowhere");
  dheera_session_options_set_client_key_file (options, "/nowhere");
  dheera_session_options_set_pinned_certificates (options, (const char *const[]) { "12", NULL });
  g_assert_cmpstr (dheera_session_options_get_ca_file (options), ==, "/nowhere");
  g_assert_cmpstr (dheera_session_options_get_client_certificate_file (options), ==, "/nowhere");
  g_assert_cmpstr (dheera_session_options_get_client_key_file (options), ==, "/nowhere");
  g_assert_cmpstr (dheera_session_options_get_pinned_certificates (options)[0], ==, "12");
  g_assert_null (dheera_session_options_get_tls_database (options));
  g_assert_null (dheera_session_options_get_remote_connectable (options));
  ask (client, model_server_get_base_url (server), TRUE);
  ask (client, model_server_get_base_url (server), FALSE);
  g_assert_cmpuint (model_server_get_requests (server), ==, 2);
}

static void
test_interaction (void)
{
  g_autoptr(DheeraSessionOptions) options = dheera_session_options_new ();
  g_autoptr(GTlsInteraction) interaction = g_object_new (G_TYPE_TLS_INTERACTION, NULL);
  g_autoptr(SoupSession) session = NULL;
  g_autoptr(GError) error = NULL;

  dheera_session_options_set_tls_interaction (options, interaction);
  g_assert_true (dheera_session_options_get_tls_interaction (options) == interaction);
  session = dheera_session_options_create_session (options, &error);
  g_assert_no_error (error);
  g_assert_true (soup_session_get_tls_interaction (session) == interaction);
}

/* --- Connections ---------------------------------------------------------------------------------------------------------------------------- */

static gboolean
set_true_cb (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
iterate_for (guint ms)
{
  gboolean done = FALSE;

  g_timeout_add (ms, set_true_cb, &done);
  wait_for (&done);
}

static void
test_keepalive (void)
{
  static const struct { guint timeout; guint expected; } rows[] = { { 1, 2 }, { 60, 1 }, { 0, 1 } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(ModelServer) server = model_server_new (MODEL_SERVER_PLAIN);
      g_autoptr(DheeraSessionOptions) options = dheera_session_options_new ();
      g_autoptr(DheeraClient) client = NULL;

      dheera_session_options_set_keepalive_timeout (options, rows[i].timeout);
      client = new_client (options);
      ask (client, model_server_get_base_url (server), FALSE);
      iterate_for (2500);
      ask (client, model_server_get_base_url (server), FALSE);
      g_assert_cmpuint (model_server_get_connections (server), ==, rows[i].expected);
    }
}

/* As many connections as allowed, seen by the server, and every request answered */
static void
test_connections_per_host (void)
{
  for (guint limit = 1; limit <= 3; limit++)
    {
      g_autoptr(ModelServer) server = model_server_new (MODEL_SERVER_PLAIN);
      g_autoptr(DheeraSessionOptions) options = dheera_session_options_new ();
      g_autoptr(DheeraClient) client = NULL;
      GAsyncResult *results[12] = { NULL };

      if (limit % 2 == 0)
        dheera_session_options_set_max_connections (options, limit);
      else
        dheera_session_options_set_max_connections_per_host (options, limit);
      client = new_client (options);
      for (guint i = 0; i < G_N_ELEMENTS (results); i++)
        {
          g_autoptr(DheeraRequest) request = new_request (model_server_get_base_url (server));

          dheera_client_complete_async (client, request, NULL, store_result_cb, &results[i]);
        }
      for (guint i = 0; i < G_N_ELEMENTS (results); i++)
        {
          g_autoptr(GAsyncResult) result = wait_for_result (&results[i]);
          g_autoptr(GError) error = NULL;
          g_autoptr(DheeraResponse) response = dheera_client_complete_finish (client, result, &error);

          g_assert_no_error (error);
          g_assert_nonnull (response);
        }
      g_assert_cmpuint (model_server_get_requests (server), ==, G_N_ELEMENTS (results));
      g_assert_cmpuint (model_server_get_connections (server), ==, limit);
    }
}

static void
test_address_family (void)
{
  g_autoptr(ModelServer) server = model_server_new (MODEL_SERVER_PLAIN);
  g_autoptr(DheeraSessionOptions) options = dheera_session_options_new ();
  g_autoptr(DheeraClient) client = NULL;
  g_autoptr(DheeraClient) other = NULL;
  g_autoptr(DheeraRequest) request = new_request (model_server_get_base_url (server));
  g_autoptr(GError) error = NULL;

  dheera_session_options_set_address_family (options, G_SOCKET_FAMILY_IPV4);
  client = new_client (options);
  ask (client, model_server_get_base_url (server), TRUE);
  ask (client, model_server_get_base_url (server), FALSE);

  dheera_session_options_set_address_family (options, G_SOCKET_FAMILY_IPV6);
  other = new_client (options);
  g_assert_null (dheera_client_complete (other, request, NULL, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_CONNECTION);
  g_assert_nonnull (strstr (error->message, "IPv6"));
  g_assert_cmpuint (model_server_get_requests (server), ==, 2);
}

/* --- A Unix socket --------------------------------------------------------------------------------------------------------------------------- */

#define ANSWER "{\"id\": \"x\", \"object\": \"chat.completion\", \"model\": \"m\", \"choices\": [{\"index\": 0, \"finish_reason\": \"stop\", " \
               "\"message\": {\"role\": \"assistant\", \"content\": \"" MODEL_SERVER_TEXT "\"}}]}"

static void
handle (SoupServer        *server,
        SoupServerMessage *message,
        const char        *path,
        GHashTable        *query,
        gpointer           user_data)
{
  const char *host = soup_message_headers_get_one (soup_server_message_get_request_headers (message), "Host");

  g_assert_cmpstr (host, ==, "model.example");
  ++*(guint *) user_data;
  soup_server_message_set_status (message, 200, NULL);
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_STATIC, ANSWER, strlen (ANSWER));
}

static gpointer
ask_in_thread (gpointer data)
{
  ask (data, "http://model.example/v1", TRUE);
  return NULL;
}

typedef struct
{
  GThreadFunc func;
  gpointer data;
  gboolean done;
} Job;

static gpointer
run_job (gpointer data)
{
  Job *job = data;

  job->func (job->data);
  g_main_context_invoke (NULL, set_true_cb, &job->done);
  return NULL;
}

static void
check_remote_away (GSocketConnectable *remote,
                   const char         *name)
{
  g_autoptr(DheeraSessionOptions) options = dheera_session_options_new ();
  g_autoptr(DheeraRequest) request = new_request ("http://model.example/v1");
  g_autoptr(DheeraClient) client = NULL;
  g_autoptr(GError) error = NULL;

  dheera_session_options_set_remote_connectable (options, remote);
  client = new_client (options);
  g_assert_null (dheera_client_complete (client, request, NULL, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_CONNECTION);
  g_assert_nonnull (strstr (error->message, name));
  g_assert_null (strstr (error->message, "proxy"));
}

static void
test_unix_socket (void)
{
  g_autofree char *folder = g_dir_make_tmp ("dheera-unix-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "socket", NULL);
  g_autoptr(GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr(GError) error = NULL;
  g_autoptr(GSocket) socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, &error);
  g_autoptr(SoupServer) server = soup_server_new (NULL, NULL);
  g_autoptr(DheeraSessionOptions) options = dheera_session_options_new ();
  g_autoptr(DheeraClient) client = NULL;
  guint n_requests = 0;
  Job job = { ask_in_thread, NULL, FALSE };
  GThread *thread;

  g_assert_no_error (error);
  g_assert_true (g_socket_bind (socket, address, TRUE, &error) && g_socket_listen (socket, &error));
  soup_server_add_handler (server, NULL, handle, &n_requests, NULL);
  g_assert_true (soup_server_listen_socket (server, socket, 0, &error));

  dheera_session_options_set_remote_connectable (options, G_SOCKET_CONNECTABLE (address));
  client = new_client (options);
  ask (client, "http://model.example/v1", FALSE);
  ask (client, "http://model.example/v1", FALSE);
  job.data = client;
  thread = g_thread_new ("blocking", run_job, &job);
  wait_for (&job.done);
  g_thread_join (thread);
  g_assert_cmpuint (n_requests, ==, 3);

  soup_server_disconnect (server);
  g_unlink (path);
  g_rmdir (folder);
  check_remote_away (G_SOCKET_CONNECTABLE (address), path);
}

/* The name that is not found is the session's, and not that of the provider or of a proxy. */
static void
test_remote_away (void)
{
  g_autoptr(GSocketConnectable) remote = g_network_address_new ("sidecar.invalid", 1);

  check_remote_away (remote, "sidecar.invalid");
}

/* --- Whose it is ------------------------------------------------------------------------------------------------------------------------------ */

/* The client's own session and what it holds go with the client; one that was created is the application's, and its messages may outlive it. */
static void
test_ends_with_client (void)
{
  g_autoptr(ModelServer) server = model_server_new (MODEL_SERVER_TLS);
  GTlsDatabase *database = fault_server_new_database ();
  DheeraSessionOptions *options = dheera_session_options_new ();
  g_autoptr(SoupMessage) message = soup_message_new ("GET", model_server_get_base_url (server));
  g_autoptr(GBytes) body = NULL;
  g_autoptr(GError) error = NULL;
  DheeraClient *client;
  SoupSession *session;

  dheera_session_options_set_tls_database (options, database);
  client = new_client (options);
  session = dheera_session_options_create_session (options, &error);
  g_assert_no_error (error);
  ask (client, model_server_get_base_url (server), TRUE);
  ask (client, model_server_get_base_url (server), FALSE);
  body = soup_session_send_and_read (session, message, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (body);

  g_object_add_weak_pointer (G_OBJECT (database), (gpointer *) &database);
  g_object_add_weak_pointer (G_OBJECT (session), (gpointer *) &session);
  g_object_add_weak_pointer (G_OBJECT (options), (gpointer *) &options);
  g_object_unref (session);
  g_assert_null (session);
  g_object_unref (options);
  g_object_unref (client);
  g_object_unref (database);
  iterate_for (50);
  g_assert_null (options);
  g_assert_null (database);
}

/* A message that goes over one session and then over another has nothing of the first one left. */
static void
test_message_of_two_sessions (void)
{
  g_autoptr(ModelServer) server = model_server_new (MODEL_SERVER_TLS_HTTP2);
  g_autoptr(GTlsDatabase) database = fault_server_new_database ();
  g_autoptr(DheeraSessionOptions) options = dheera_session_options_new ();
  g_autoptr(SoupMessage) message = soup_message_new ("GET", model_server_get_base_url (server));

  dheera_session_options_set_tls_database (options, database);
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr(SoupSession) session = NULL;
      g_autoptr(GBytes) body = NULL;
      g_autoptr(GError) error = NULL;
      GAsyncResult *result = NULL;

      dheera_session_options_set_http2 (options, i % 2 == 1);
      session = dheera_session_options_create_session (options, &error);
      g_assert_no_error (error);
      soup_session_send_and_read_async (session, message, G_PRIORITY_DEFAULT, NULL, store_result_cb, &result);
      wait_for_result (&result);
      body = soup_session_send_and_read_finish (session, result, &error);
      g_object_unref (result);
      g_assert_no_error (error);
      g_assert_nonnull (body);
      g_assert_cmpint (soup_message_get_http_version (message), ==, i % 2 == 1 ? SOUP_HTTP_2_0 : SOUP_HTTP_1_1);
      g_assert_cmpuint (g_signal_handler_find (message, G_SIGNAL_MATCH_ID, g_signal_lookup ("network-event", SOUP_TYPE_MESSAGE), 0, NULL, NULL, NULL), ==, 0);
    }
}

/* A client with options never looks at the default client. */
static void
test_default_client (void)
{
  g_autoptr(ModelServer) server = model_server_new (MODEL_SERVER_PLAIN);
  g_autoptr(DheeraSessionOptions) options = dheera_session_options_new ();
  g_autoptr(DheeraClient) client = new_client (options);
  g_autoptr(DheeraClient) made_default = NULL;
  g_autoptr(DheeraClient) plain = dheera_client_new ();
  g_autoptr(DheeraRequest) request = new_request (model_server_get_base_url (server));
  g_autoptr(GError) error = NULL;

  dheera_session_options_set_dns_cache_ttl (options, 600);
  made_default = new_client (options);
  dheera_client_make_default (made_default);
  ask (client, model_server_get_base_url (server), TRUE);
  /* One without anything does, and gets the error. */
  g_assert_null (dheera_client_complete (plain, request, NULL, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_NOT_SUPPORTED);
  dheera_clear_default_client ();
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autofree char *path = g_strconcat ("/session-options/refused/", refusals[i].name, NULL);

      g_test_add_data_func (path, &refusals[i], test_refusal);
    }
  g_test_add_func ("/session-options/refused/numbers", test_numbers);
  g_test_add_func ("/session-options/nothing-excepted", test_nothing_excepted);
  g_test_add_func ("/session-options/session-and-options", test_session_and_options);
  g_test_add_func ("/session-options/values", test_values);
  g_test_add_func ("/session-options/hosts", test_hosts);
  g_test_add_func ("/session-options/proxy-for-host", test_proxy_for_host);
  g_test_add_func ("/session-options/copied", test_copied);
  g_test_add_func ("/session-options/interaction", test_interaction);
  g_test_add_func ("/session-options/keepalive", test_keepalive);
  g_test_add_func ("/session-options/connections-per-host", test_connections_per_host);
  g_test_add_func ("/session-options/address-family", test_address_family);
  g_test_add_func ("/session-options/unix-socket", test_unix_socket);
  g_test_add_func ("/session-options/remote-away", test_remote_away);
  g_test_add_func ("/session-options/ends-with-client", test_ends_with_client);
  g_test_add_func ("/session-options/message-of-two-sessions", test_message_of_two_sessions);
  g_test_add_func ("/session-options/default-client", test_default_client);

  return g_test_run ();
}
