/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Access tokens that are got ahead of a call: over the same session, within the same call, once for many calls, and seen nowhere. */

#include "client-util.h"

#include "tests/servers/fault-server.h"

#define REFRESH_TOKEN "1//canary-refresh-0123456789"
#define CLIENT_SECRET "GOCSPX-canary-secret-0123456789"
#define TOKEN_1 "ya29.canary-token-one-0123456789"
#define TOKEN_2 "ya29.canary-token-two-0123456789"

#define HEAD(status) "HTTP/1.1 " status "\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
#define TOKEN_ANSWER(token, seconds) HEAD ("200 OK") "{\"access_token\":\"" token "\",\"expires_in\":" seconds ",\"token_type\":\"Bearer\"}"
#define OK_ANSWER HEAD ("200 OK") "{\"choices\":[{\"index\":0,\"message\":{\"content\":\"Hello\"},\"finish_reason\":\"stop\"}]}"
#define UNAUTHENTICATED HEAD ("401 Unauthorized") "{\"error\":{\"code\":401,\"message\":\"Token " TOKEN_1 " is not valid\",\"status\":\"UNAUTHENTICATED\"}}"

#define SCRIPT(server, answer) fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (answer), FAULT_CLOSE (), FAULT_END)

typedef struct
{
  FaultServer *server;
  SoupSession *session;
  DheeraClient *client;
  DheeraRequest *request;
  guint queued; /* messages that the session carried */
} Fixture;

static void
queued_cb (SoupSession *session,
           SoupMessage *message,
           gpointer     data)
{
  g_atomic_int_inc ((guint *) data);
}

static void
set_up (Fixture *f)
{
  g_autofree char *url = NULL;
  g_autofree char *token_url = NULL;
  g_autofree char *key = NULL;

  f->server = fault_server_new (FAULT_TLS_NONE);
  f->session = soup_session_new ();
  f->queued = 0;
  g_signal_connect (f->session, "request-queued", G_CALLBACK (queued_cb), &f->queued);
  f->client = dheera_client_new_with_session (f->session);
  dheera_client_set_max_retries (f->client, 0);

  url = fault_server_dup_url (f->server, "/v1");
  token_url = fault_server_dup_url (f->server, "/token");
  key = g_strdup_printf ("{\"type\":\"authorized_user\",\"client_id\":\"app\",\"client_secret\":\"" CLIENT_SECRET "\",\"refresh_token\":\"" REFRESH_TOKEN
                         "\",\"token_uri\":\"%s\"}", token_url);
  dheera_provider_set_api_key (dheera_client_get_provider (f->client, "vertex-openai"), key);
  f->request = dheera_request_new_for_prompt ("vertex-openai/m", "Hi");
  dheera_base_request_set_base_url (DHEERA_BASE_REQUEST (f->request), url);
}

static void
tear_down (Fixture *f)
{
  g_object_unref (f->request);
  g_object_unref (f->client);
  g_object_unref (f->session);
  fault_server_free (f->server);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, tear_down)

static void
assert_request (Fixture    *f,
                guint       index,
                const char *target,
                const char *token)
{
  const FaultRequest *request = fault_server_get_request (f->server, index);
  g_autofree char *header = fault_request_dup_header (request, "Authorization");
  g_autofree char *wanted = token != NULL ? g_strconcat ("Bearer ", token, NULL) : NULL;

  g_assert_cmpstr (request->method, ==, "POST");
  g_assert_cmpstr (request->target, ==, target);
  g_assert_cmpstr (header, ==, wanted);
}

static void
assert_answered (Fixture  *f,
                 Complete  complete)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(DheeraResponse) response = complete (f->client, f->request, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (dheera_response_get_text (response), ==, "Hello");
  g_assert_cmpuint (dheera_call_get_attempt (dheera_response_get_call (response)), >=, 1);
}

static void
assert_fails (Fixture    *f,
              Complete    complete,
              DheeraError code,
              const char *words)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (complete (f->client, f->request, NULL, &error));
  g_assert_error (error, DHEERA_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, words));
  g_assert_true (g_str_has_prefix (error->message, "Vertex AI OpenAI layer, m: "));
  g_assert_null (strstr (error->message, "canary"));
}

/* One token for many calls, and the user's session carries its exchange too. */
static void
test_once (gconstpointer data)
{
  Complete complete = data;
  g_auto(Fixture) f = { 0 };
  g_autofree char *type = NULL;
  g_autofree char *body = NULL;

  set_up (&f);
  SCRIPT (f.server, TOKEN_ANSWER (TOKEN_1, "3599"));
  SCRIPT (f.server, OK_ANSWER);
  assert_answered (&f, complete);
  g_assert_cmpuint (f.queued, ==, 2);
  assert_answered (&f, complete);
  g_assert_cmpuint (f.queued, ==, 3);
  g_assert_cmpuint (fault_server_get_n_requests (f.server), ==, 3);

  assert_request (&f, 0, "/token", NULL);
  assert_request (&f, 1, "/v1/chat/completions", TOKEN_1);
  assert_request (&f, 2, "/v1/chat/completions", TOKEN_1);
  type = fault_request_dup_header (fault_server_get_request (f.server, 0), "Content-Type");
  g_assert_cmpstr (type, ==, "application/x-www-form-urlencoded");
  body = g_strndup (g_bytes_get_data (fault_server_get_request (f.server, 0)->body, NULL), g_bytes_get_size (fault_server_get_request (f.server, 0)->body));
  g_assert_cmpstr (body, ==, "grant_type=refresh_token&client_id=app&client_secret=" CLIENT_SECRET "&refresh_token=1%2F%2Fcanary-refresh-0123456789");
}

static void
test_expired (gconstpointer data)
{
  g_auto(Fixture) f = { 0 };

  set_up (&f);
  SCRIPT (f.server, TOKEN_ANSWER (TOKEN_1, "0"));
  SCRIPT (f.server, OK_ANSWER);
  SCRIPT (f.server, TOKEN_ANSWER (TOKEN_2, "3599"));
  SCRIPT (f.server, OK_ANSWER);
  assert_answered (&f, data);
  assert_answered (&f, data);
  assert_request (&f, 1, "/v1/chat/completions", TOKEN_1);
  assert_request (&f, 2, "/token", NULL);
  assert_request (&f, 3, "/v1/chat/completions", TOKEN_2);
}

/* A token that was revoked: got anew, once. */
static void
test_refused (gconstpointer data)
{
  g_auto(Fixture) f = { 0 };

  set_up (&f);
  SCRIPT (f.server, TOKEN_ANSWER (TOKEN_1, "3599"));
  SCRIPT (f.server, UNAUTHENTICATED);
  SCRIPT (f.server, TOKEN_ANSWER (TOKEN_2, "3599"));
  SCRIPT (f.server, OK_ANSWER);
  assert_answered (&f, data);
  g_assert_cmpuint (fault_server_get_n_requests (f.server), ==, 4);
  assert_request (&f, 3, "/v1/chat/completions", TOKEN_2);
}

static void
test_refused_for_good (gconstpointer data)
{
  g_auto(Fixture) f = { 0 };

  set_up (&f);
  SCRIPT (f.server, TOKEN_ANSWER (TOKEN_1, "3599"));
  SCRIPT (f.server, UNAUTHENTICATED);
  SCRIPT (f.server, TOKEN_ANSWER (TOKEN_1, "3599"));
  SCRIPT (f.server, UNAUTHENTICATED);
  assert_fails (&f, data, DHEERA_ERROR_AUTHENTICATION, "is not valid");
  g_assert_cmpuint (fault_server_get_n_requests (f.server), ==, 4);
}

static void
test_bad_grant (gconstpointer data)
{
  g_auto(Fixture) f = { 0 };

  set_up (&f);
  SCRIPT (f.server, HEAD ("400 Bad Request") "{\"error\":\"invalid_grant\",\"error_description\":\"Token " REFRESH_TOKEN " was revoked.\"}");
  assert_fails (&f, data, DHEERA_ERROR_AUTHENTICATION, "was revoked (HTTP 400, invalid_grant). Check the clock of this machine");
  g_assert_cmpuint (fault_server_get_n_requests (f.server), ==, 1);
}

/* 401 from the token endpoint is no reason to ask it again. */
static void
test_bad_client (gconstpointer data)
{
  g_auto(Fixture) f = { 0 };

  set_up (&f);
  SCRIPT (f.server, HEAD ("401 Unauthorized") "{\"error\":\"invalid_client\"}");
  assert_fails (&f, data, DHEERA_ERROR_AUTHENTICATION, "invalid_client");
  g_assert_cmpuint (fault_server_get_n_requests (f.server), ==, 1);
}

static void
test_retried (gconstpointer data)
{
  g_auto(Fixture) f = { 0 };

  set_up (&f);
  dheera_client_set_max_retries (f.client, 1);
  SCRIPT (f.server, "HTTP/1.1 503 Busy\r\nRetry-After: 0\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  SCRIPT (f.server, TOKEN_ANSWER (TOKEN_1, "3599"));
  SCRIPT (f.server, OK_ANSWER);
  assert_answered (&f, data);
  g_assert_cmpuint (fault_server_get_n_requests (f.server), ==, 3);
}

static void
test_not_a_token (gconstpointer data)
{
  g_auto(Fixture) f = { 0 };

  set_up (&f);
  SCRIPT (f.server, HEAD ("200 OK") "<html>Please log in</html>");
  assert_fails (&f, data, DHEERA_ERROR_PROTOCOL, "holds no token");
}

/* What a captive portal, or somebody hostile, sends without end */
static void
test_endless (gconstpointer data)
{
  g_auto(Fixture) f = { 0 };

  set_up (&f);
  fault_server_script (f.server, FAULT_EXPECT (), FAULT_SEND (HEAD ("200 OK")), FAULT_FLOOD ("{\"access_token\":\"0123456789abcdef", 0), FAULT_END);
  assert_fails (&f, data, DHEERA_ERROR_PROTOCOL, "holds no token");
}

static void
test_broken (gconstpointer data)
{
  g_auto(Fixture) f = { 0 };

  set_up (&f);
  fault_server_script (f.server, FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"access_"), FAULT_RESET (),
                       FAULT_END);
  assert_fails (&f, data, DHEERA_ERROR_CONNECTION, "the access token that the call needs could not be got: ");
}

static void
test_timeout (gconstpointer data)
{
  g_auto(Fixture) f = { 0 };

  set_up (&f);
  fault_server_script (f.server, FAULT_EXPECT (), FAULT_STALL (), FAULT_END);
  dheera_base_request_set_timeout (DHEERA_BASE_REQUEST (f.request), 0.2);
  assert_fails (&f, data, DHEERA_ERROR_TIMEOUT, "the access token that the call needs could not be got: ");
}

typedef struct
{
  FaultServer *server;
  gboolean gone;
} Watch;

static gpointer
watch (gpointer data)
{
  Watch *w = data;

  fault_server_wait_for_gone (w->server, 1);
  g_atomic_int_set (&w->gone, TRUE);
  g_main_context_wakeup (NULL);
  return NULL;
}

/* An asynchronous exchange closes its connection from the main context. */
static void
wait_for_gone (FaultServer *server)
{
  Watch w = { server, FALSE };
  GThread *thread = g_thread_new ("watch", watch, &w);

  while (!g_atomic_int_get (&w.gone))
    g_main_context_iteration (NULL, TRUE);
  g_thread_join (thread);
}

static gpointer
cancel_later (gpointer data)
{
  Fixture *f = data;

  fault_server_wait_for_requests (f->server, 1);
  dheera_client_cancel_all (f->client);
  return NULL;
}

static void
test_cancel (gconstpointer data)
{
  Complete complete = data;
  g_auto(Fixture) f = { 0 };
  g_autoptr(GError) error = NULL;
  GThread *thread;

  set_up (&f);
  fault_server_script (f.server, FAULT_EXPECT (), FAULT_STALL (), FAULT_END);
  thread = g_thread_new ("cancel", cancel_later, &f);
  g_assert_null (complete (f.client, f.request, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
  wait_for_gone (f.server);
  g_assert_cmpuint (fault_server_get_n_requests (f.server), ==, 1);
}

/* --- Microsoft Entra ID ------------------------------------------------------------------------------------------------------------ */

static void
test_entra (gconstpointer data)
{
  Complete complete = data;
  g_auto(Fixture) f = { 0 };
  g_autofree char *authority = NULL;
  g_autofree char *url = NULL;
  g_autofree char *key_header = NULL;

  set_up (&f);
  authority = fault_server_dup_url (f.server, "");
  url = fault_server_dup_url (f.server, "/openai/v1");
  g_setenv ("AZURE_AUTHORITY_HOST", authority, TRUE);
  g_setenv ("AZURE_TENANT_ID", "tenant", TRUE);
  g_setenv ("AZURE_CLIENT_ID", "app", TRUE);
  g_setenv ("AZURE_CLIENT_SECRET", CLIENT_SECRET, TRUE);
  dheera_base_request_set_model (DHEERA_BASE_REQUEST (f.request), "azure-openai/deployment");
  dheera_base_request_set_base_url (DHEERA_BASE_REQUEST (f.request), url);
  SCRIPT (f.server, TOKEN_ANSWER (TOKEN_1, "3599"));
  SCRIPT (f.server, OK_ANSWER);

  assert_answered (&f, complete);
  assert_request (&f, 0, "/tenant/oauth2/v2.0/token", NULL);
  assert_request (&f, 1, "/openai/v1/chat/completions", TOKEN_1);
  key_header = fault_request_dup_header (fault_server_get_request (f.server, 1), "api-key");
  g_assert_null (key_header);

  g_unsetenv ("AZURE_AUTHORITY_HOST");
  g_unsetenv ("AZURE_TENANT_ID");
  g_unsetenv ("AZURE_CLIENT_ID");
  g_unsetenv ("AZURE_CLIENT_SECRET");
}

/* A key goes into its own header, a token into Authorization, and never both. */
static void
test_key_or_token (gconstpointer data)
{
  static const char *const keys[] = { "0123456789abcdef0123456789abcdef", "eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ.c2ln" };
  g_auto(Fixture) f = { 0 };
  g_autofree char *url = NULL;

  set_up (&f);
  url = fault_server_dup_url (f.server, "/openai/v1");
  dheera_base_request_set_model (DHEERA_BASE_REQUEST (f.request), "azure-openai/deployment");
  dheera_base_request_set_base_url (DHEERA_BASE_REQUEST (f.request), url);
  SCRIPT (f.server, OK_ANSWER);

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autofree char *own = NULL;
      g_autofree char *authorization = NULL;

      dheera_base_request_set_api_key (DHEERA_BASE_REQUEST (f.request), keys[i]);
      assert_answered (&f, data);
      own = fault_request_dup_header (fault_server_get_request (f.server, i), "api-key");
      authorization = fault_request_dup_header (fault_server_get_request (f.server, i), "Authorization");
      g_assert_cmpstr (own, ==, i == 0 ? keys[0] : NULL);
      g_assert_cmpstr (authorization, ==, i == 0 ? NULL : "Bearer eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ.c2ln");
    }
}

/* --- Without a network -------------------------------------------------------------------------------------------------------------- */

static void
test_bad_credentials (gconstpointer data)
{
  g_auto(Fixture) f = { 0 };
  DheeraProvider *provider;

  set_up (&f);
  provider = dheera_client_get_provider (f.client, "vertex-openai");
  dheera_provider_set_api_key (provider, "{\"type\":\"service_account\",\"client_email\":\"a@b.c\",\"private_key\":\"canary\"}");
  assert_fails (&f, data, DHEERA_ERROR_AUTHENTICATION, "can't be used: its private key can't be used to sign with RS256");

  dheera_provider_set_api_key (provider, NULL);
  assert_fails (&f, data, DHEERA_ERROR_AUTHENTICATION,
                "an API key is needed and there is none. Set the environment variable GOOGLE_APPLICATION_CREDENTIALS");

  g_setenv ("GOOGLE_APPLICATION_CREDENTIALS", "/nonexistent/key.json", TRUE);
  assert_fails (&f, data, DHEERA_ERROR_AUTHENTICATION, "/nonexistent/key.json");
  g_unsetenv ("GOOGLE_APPLICATION_CREDENTIALS");
  g_assert_cmpuint (f.queued, ==, 0);
}

/* A stream that is dropped while its token is being got */
static void
test_dropped (void)
{
  g_auto(Fixture) f = { 0 };
  g_autoptr(DheeraStream) stream = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  set_up (&f);
  fault_server_script (f.server, FAULT_EXPECT (), FAULT_STALL (), FAULT_END);
  stream = dheera_client_stream (f.client, f.request);
  dheera_stream_next_async (stream, NULL, store_result_cb, &result);
  while (fault_server_get_n_requests (f.server) == 0)
    g_main_context_iteration (NULL, FALSE);
  dheera_stream_cancel (stream);
  g_assert_null (dheera_stream_next_finish (stream, wait_for_result (&result), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  wait_for_gone (f.server);
}

/* --- Secrecy ------------------------------------------------------------------------------------------------------------------------ */

static GString *seen;

static GLogWriterOutput
log_cb (GLogLevelFlags   level,
        const GLogField *fields,
        gsize            n_fields,
        gpointer         data)
{
  for (gsize i = 0; i < n_fields; i++)
    if (fields[i].length < 0)
      g_string_append (seen, fields[i].value);
  return G_LOG_WRITER_HANDLED;
}

static void
see_properties (GObject *object)
{
  g_autofree GParamSpec **specs = NULL;
  guint n;

  specs = g_object_class_list_properties (G_OBJECT_GET_CLASS (object), &n);
  for (guint i = 0; i < n; i++)
    {
      g_auto(GValue) value = G_VALUE_INIT;
      g_autofree char *text = NULL;

      if (!(specs[i]->flags & G_PARAM_READABLE))
        continue;
      g_object_get_property (object, specs[i]->name, &value);
      text = g_strdup_value_contents (&value);
      g_string_append (seen, text);
    }
}

static void
see_call_cb (DheeraClient *client,
             DheeraCall   *call,
             gpointer      data)
{
  see_properties (G_OBJECT (call));
  if (dheera_call_get_error_details (call) != NULL)
    see_properties (G_OBJECT (dheera_call_get_error_details (call)));
}

static void
test_secrecy (gconstpointer data)
{
  Complete complete = data;
  static const char *const answers[] = {
    OK_ANSWER, UNAUTHENTICATED, "not http", HEAD ("500 Oops") "{\"error\":\"" CLIENT_SECRET " " REFRESH_TOKEN "\"}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_auto(Fixture) f = { 0 };
      g_autoptr(GError) error = NULL;
      g_autoptr(DheeraResponse) response = NULL;

      set_up (&f);
      for (guint n = 0; n < 2; n++)
        {
          if (i < 2)
            SCRIPT (f.server, TOKEN_ANSWER (TOKEN_1, "3599"));
          SCRIPT (f.server, answers[i]);
        }
      g_string_truncate (seen, 0);
      g_signal_connect (f.client, "attempt-finished", G_CALLBACK (see_call_cb), NULL);
      g_signal_connect (f.client, "call-finished", G_CALLBACK (see_call_cb), NULL);
      response = complete (f.client, f.request, NULL, &error);
      if (error != NULL)
        g_string_append (seen, error->message);
      if (response != NULL)
        see_properties (G_OBJECT (response));
      see_properties (G_OBJECT (dheera_client_get_provider (f.client, "vertex-openai")));

      g_assert_cmpuint (seen->len, >, 500);
      g_assert_null (strstr (seen->str, "canary"));
    }
}

int
main (int   argc,
      char *argv[])
{
  static const struct
  {
    const char *name;
    GTestDataFunc func;
  } tests[] = {
    { "once", test_once },
    { "expired", test_expired },
    { "refused", test_refused },
    { "refused-for-good", test_refused_for_good },
    { "bad-grant", test_bad_grant },
    { "bad-client", test_bad_client },
    { "retried", test_retried },
    { "not-a-token", test_not_a_token },
    { "endless", test_endless },
    { "broken", test_broken },
    { "timeout", test_timeout },
    { "cancel", test_cancel },
    { "entra", test_entra },
    { "key-or-token", test_key_or_token },
    { "bad-credentials", test_bad_credentials },
    { "secrecy", test_secrecy },
  };
  int result;

  g_setenv ("G_MESSAGES_DEBUG", "all", TRUE);
  g_setenv ("CLOUDSDK_CONFIG", "/nonexistent", TRUE);
  g_unsetenv ("GOOGLE_APPLICATION_CREDENTIALS");
  g_test_init (&argc, &argv, NULL);
  seen = g_string_new (NULL);
  g_log_set_writer_func (log_cb, NULL, NULL);
  /* Of newer versions of GLib the one for tests hands nothing on. */
  g_log_set_default_handler (g_log_default_handler, NULL);

  for (guint w = 0; w < N_COMPLETE_WAYS; w++)
    for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
      {
        g_autofree char *path = g_strdup_printf ("/tokens/%s/%s", complete_ways[w].name, tests[i].name);

        g_test_add_data_func (path, complete_ways[w].complete, tests[i].func);
      }
  g_test_add_func ("/tokens/dropped", test_dropped);

  result = g_test_run ();
  g_string_free (seen, TRUE);
  return result;
}
