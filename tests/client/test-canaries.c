/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A canary in every place that holds a credential, with everything on that shows something: capture, logger, metrics, G_MESSAGES_DEBUG=all. None is seen anywhere, even
 * though the server sends back what it was sent. */

#include "client-util.h"

#include "tests/servers/fault-server.h"

#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <string.h>

#define KEY "canary-key-0123456789"
#define HEADER "canary-header-0123456789"
#define AWS_SECRET "canaryaws/0123456789+secret"
#define AWS_TOKEN "canary-session-0123456789"
#define ENTRA_SECRET "canary-entra-0123456789"
#define ACCESS_TOKEN "canary.access-token.0123456789"
#define PROXY_PASSWORD "canary-proxy-0123456789"

#define OPENAI_ANSWER "{\"id\":\"chatcmpl-1\",\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":{\"content\":\"Hello\"},\"finish_reason\":\"stop\"}]"
#define TOKEN_ANSWER "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n" \
                     "{\"access_token\":\"" ACCESS_TOKEN "\",\"expires_in\":3600,\"token_type\":\"Bearer\",\"id_token\":\"canary\"}"
#define SCRIPT(server, answer) fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (answer), FAULT_CLOSE (), FAULT_END)

/* What was logged by anybody, with every field */
static GString *logged;
static GMutex logged_mutex;

static GLogWriterOutput
collect_log (GLogLevelFlags   level,
             const GLogField *fields,
             gsize            n_fields,
             gpointer         data)
{
  g_mutex_lock (&logged_mutex);
  for (gsize i = 0; i < n_fields; i++)
    g_string_append_printf (logged, "%s=%.*s\n", fields[i].key, (int) (fields[i].length < 0 ? (gssize) strlen (fields[i].value) : fields[i].length),
                            (const char *) fields[i].value);
  g_mutex_unlock (&logged_mutex);
  return G_LOG_WRITER_HANDLED;
}

static void
collect_message (const char     *domain,
                 GLogLevelFlags  level,
                 const char     *message,
                 gpointer        data)
{
  g_mutex_lock (&logged_mutex);
  g_string_append_printf (logged, "%s: %s\n", domain, message);
  g_mutex_unlock (&logged_mutex);
}

typedef struct
{
  FaultServer *server;
  DheeraClient *client;
  DheeraRequest *request;
  DheeraLogger *logger;
  DheeraMetrics *metrics;
  GOutputStream *lines;
  GString *seen;        /* everything that an application can see */
  GPtrArray *canaries;  /* beside what has "canary" in it */
  guint n_attempts;
} Fixture;

/* --- All that can be seen ---------------------------------------------------------------------------------------------------------------- */

static void
show_object (GString *seen,
             GObject *object)
{
  guint n;
  g_autofree GParamSpec **all = g_object_class_list_properties (G_OBJECT_GET_CLASS (object), &n);

  for (guint i = 0; i < n; i++)
    {
      g_auto(GValue) value = G_VALUE_INIT;
      g_autofree char *text = NULL;

      if (!(all[i]->flags & G_PARAM_READABLE))
        continue;
      g_object_get_property (object, all[i]->name, &value);
      text = g_strdup_value_contents (&value);
      g_string_append_printf (seen, "%s: %s\n", all[i]->name, text);
      if (G_VALUE_HOLDS_STRING (&value) && g_value_get_string (&value) != NULL)
        g_string_append (seen, g_value_get_string (&value));
      if (G_VALUE_HOLDS (&value, G_TYPE_ERROR) && g_value_get_boxed (&value) != NULL)
        g_string_append (seen, ((GError *) g_value_get_boxed (&value))->message);
      if (G_VALUE_HOLDS (&value, DHEERA_TYPE_ERROR_DETAILS) && g_value_get_object (&value) != NULL)
        show_object (seen, g_value_get_object (&value));
    }
}

static void
show_call (DheeraClient *client,
           DheeraCall   *call,
           Fixture      *f)
{
  g_autoptr(GVariant) attributes = dheera_call_dup_attributes (call);
  g_autofree char *printed = g_variant_print (attributes, FALSE);

  f->n_attempts++;
  show_object (f->seen, G_OBJECT (call));
  g_string_append (f->seen, printed);
}

static void
assert_unseen (Fixture    *f,
               const char *what,
               const char *text)
{
  const char *found = strstr (text, "canary");

  if (found != NULL)
    g_test_message ("%s: … %.120s …", what, MAX (text, found - 60));
  g_assert_null (found);
  for (guint i = 0; i < f->canaries->len; i++)
    {
      if (strstr (text, f->canaries->pdata[i]) != NULL)
        g_test_message ("%s has %s", what, (char *) f->canaries->pdata[i]);
      g_assert_null (strstr (text, f->canaries->pdata[i]));
    }
}

static void
assert_all_unseen (Fixture *f)
{
  g_autofree char *prometheus = dheera_metrics_to_prometheus (f->metrics);
  g_autofree char *json = dheera_metrics_to_json (f->metrics);
  g_autofree char *lines = g_strndup (g_memory_output_stream_get_data (G_MEMORY_OUTPUT_STREAM (f->lines)),
                                      g_memory_output_stream_get_data_size (G_MEMORY_OUTPUT_STREAM (f->lines)));

  /* There is something to look at. */
  g_assert_cmpuint (f->n_attempts, >, 0);
  g_assert_nonnull (strstr (lines, "\"request_headers\":\""));
  g_assert_nonnull (strstr (lines, "\"response_body\":\""));
  g_assert_nonnull (strstr (f->seen->str, "request-headers: "));
  g_assert_nonnull (strstr (logged->str, "DHEERA_REQUEST_HEADERS="));
  assert_unseen (f, "properties, attributes and errors", f->seen->str);
  assert_unseen (f, "JSON lines", lines);
  assert_unseen (f, "the metrics", prometheus);
  assert_unseen (f, "the metrics", json);
  g_mutex_lock (&logged_mutex);
  assert_unseen (f, "the log", logged->str);
  g_mutex_unlock (&logged_mutex);
}

/* --- Calls ------------------------------------------------------------------------------------------------------------------------------- */

static void
watch (Fixture *f)
{
  dheera_client_set_capture (f->client, DHEERA_CAPTURE_HEADERS | DHEERA_CAPTURE_BODIES);
  dheera_client_set_max_retries (f->client, 0);
  g_signal_connect (f->client, "call-started", G_CALLBACK (show_call), f);
  g_signal_connect (f->client, "attempt-finished", G_CALLBACK (show_call), f);
  g_signal_connect (f->client, "call-finished", G_CALLBACK (show_call), f);
  f->metrics = dheera_metrics_new (f->client);
  f->logger = dheera_logger_new (f->client);
  dheera_logger_set_level (f->logger, DHEERA_LOG_LEVEL_DEBUG);
  dheera_logger_set_headers (f->logger, TRUE);
  dheera_logger_set_bodies (f->logger, TRUE);
  f->lines = g_memory_output_stream_new_resizable ();
  dheera_logger_set_stream (f->logger, f->lines);
}

static void
set_up_with (Fixture      *f,
             DheeraClient *client,
             const char   *model)
{
  g_autofree char *url = NULL;

  f->server = fault_server_new (FAULT_TLS_NONE);
  f->client = client;
  f->seen = g_string_new (NULL);
  f->canaries = g_ptr_array_new_with_free_func (g_free);
  f->request = dheera_request_new_for_prompt (model, "Hi");
  url = fault_server_dup_url (f->server, "/v1");
  dheera_base_request_set_base_url (DHEERA_BASE_REQUEST (f->request), url);
  watch (f);
}

static void
set_up (Fixture    *f,
        const char *model)
{
  set_up_with (f, dheera_client_new (), model);
}

static void
tear_down (Fixture *f)
{
  g_object_unref (f->logger);
  g_object_unref (f->metrics);
  g_object_unref (f->lines);
  g_object_unref (f->request);
  g_object_unref (f->client);
  fault_server_free (f->server);
  g_string_free (f->seen, TRUE);
  g_ptr_array_unref (f->canaries);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, tear_down)

static void
show_error (Fixture      *f,
            const GError *error)
{
  if (error == NULL)
    return;
  g_string_append (f->seen, error->message);
  if (dheera_error_get_details (error) != NULL)
    show_object (f->seen, G_OBJECT (dheera_error_get_details (error)));
}

static gboolean
try (Fixture *f)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(DheeraResponse) response = dheera_client_complete (f->client, f->request, NULL, &error);

  show_error (f, error);
  return response != NULL;
}

static gboolean
try_async (Fixture *f)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(DheeraStream) stream = dheera_client_stream (f->client, f->request);
  g_autoptr(DheeraResponse) response = collect_async (stream, NULL, &error);

  show_error (f, error);
  return response != NULL;
}

static void
try_all (Fixture *f)
{
  g_assert_true (try (f));
  g_assert_false (try (f));
  g_assert_false (try_async (f));
}

/* The server sends back what it was sent: in a header, in an answer, and in an error. */
static void
answer_with (Fixture    *f,
             const char *canary)
{
  g_autofree char *ok = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Echo: %s\r\nSet-Cookie: canary\r\nConnection: close\r\n\r\n"
                                         OPENAI_ANSWER ",\"echo\":\"%s\"}", canary, canary);
  g_autofree char *refusal = g_strdup_printf ("HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
                                              "{\"error\":{\"message\":\"You sent %s, which is not valid\"}}", canary);

  SCRIPT (f->server, g_intern_string (ok));
  SCRIPT (f->server, g_intern_string (refusal));
}

static void
test_provider_key (void)
{
  g_auto(Fixture) f = { 0 };

  set_up (&f, "openai/m");
  answer_with (&f, KEY);
  dheera_provider_set_api_key (dheera_client_get_provider (f.client, "openai"), KEY);
  try_all (&f);
  /* One that was never sent would be seen nowhere, whatever is shown. */
  fault_server_assert_header (f.server, 0, "Authorization", "Bearer " KEY);
  assert_all_unseen (&f);
}

static void
test_request_key (void)
{
  static const char *const headers[][2] = {
    { "anthropic", "x-api-key" }, { "azure", "api-key" }, { "gemini", "x-goog-api-key" }, { "mistral", "Authorization" }, { "openai-responses", "Authorization" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (headers); i++)
    {
      g_auto(Fixture) f = { 0 };
      g_autofree char *model = g_strconcat (headers[i][0], "/m", NULL);
      g_autofree char *sent = NULL;

      set_up (&f, model);
      answer_with (&f, KEY);
      dheera_base_request_set_api_key (DHEERA_BASE_REQUEST (f.request), KEY);
      try (&f);
      try (&f);
      try_async (&f);
      sent = fault_request_dup_header (fault_server_get_request (f.server, 0), headers[i][1]);
      g_assert_nonnull (strstr (sent, KEY));
      assert_all_unseen (&f);
    }
}

static void
add_header_cb (DheeraHttpExchange *exchange,
               gpointer            name)
{
  if (dheera_http_exchange_get_phase (exchange) == DHEERA_HTTP_PHASE_REQUEST)
    dheera_http_exchange_set_header (exchange, name, HEADER);
}

/* Of the request, of the provider and of a middleware, by names that say what they hold and by one that does not */
static void
test_headers (void)
{
  static const char *const names[] = { "Cookie", "X-Gateway-Key", "X-Auth", "Ocp-Apim-Subscription-Key", "X-Plain" };

  for (guint i = 0; i < G_N_ELEMENTS (names) * 3; i++)
    {
      const char *name = names[i / 3];
      g_auto(Fixture) f = { 0 };

      set_up (&f, "openai/m");
      answer_with (&f, HEADER);
      dheera_base_request_set_api_key (DHEERA_BASE_REQUEST (f.request), KEY);
      if (i % 3 == 0)
        dheera_base_request_set_header (DHEERA_BASE_REQUEST (f.request), name, HEADER);
      else if (i % 3 == 1)
        dheera_provider_set_header (dheera_client_get_provider (f.client, "openai"), name, HEADER);
      else
        dheera_client_add_middleware (f.client, add_header_cb, (gpointer) name, NULL);
      g_assert_true (try (&f));
      fault_server_assert_header (f.server, 0, name, HEADER);
      assert_all_unseen (&f);
    }
}

/* A server without a key of the library's, but with one in a header that the application sets itself */
static void
test_own_authorization (void)
{
  g_auto(Fixture) f = { 0 };

  set_up (&f, "vllm/m");
  answer_with (&f, HEADER);
  dheera_base_request_set_header (DHEERA_BASE_REQUEST (f.request), "Authorization", "Basic " HEADER);
  g_assert_true (try (&f));
  try (&f);
  fault_server_assert_header (f.server, 0, "Authorization", "Basic " HEADER);
  assert_all_unseen (&f);
}

static void
test_aws (void)
{
  g_auto(Fixture) f = { 0 };
  g_autofree char *authorization = NULL;

  set_up (&f, "bedrock/m");
  SCRIPT (f.server, "HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{\"message\":\"Token " AWS_TOKEN " of AKIDcanary0123456789\"}");
  SCRIPT (f.server, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
                    "{\"output\":{\"message\":{\"role\":\"assistant\",\"content\":[{\"text\":\"Hello\"}]}},\"stopReason\":\"end_turn\",\"echo\":\"" AWS_SECRET "\"}");
  g_setenv ("AWS_REGION", "eu-west-1", TRUE);
  dheera_base_request_set_api_key (DHEERA_BASE_REQUEST (f.request), "AKIDcanary0123456789:" AWS_SECRET ":" AWS_TOKEN);
  g_assert_false (try (&f));
  g_assert_true (try (&f));
  fault_server_assert_header (f.server, 0, "X-Amz-Security-Token", AWS_TOKEN);
  authorization = fault_request_dup_header (fault_server_get_request (f.server, 0), "Authorization");
  g_assert_true (g_str_has_prefix (authorization, "AWS4-HMAC-SHA256 Credential=AKIDcanary0123456789/"));
  g_ptr_array_add (f.canaries, g_strdup (strstr (authorization, "Signature=") + strlen ("Signature=")));
  assert_all_unseen (&f);
}

/* --- Tokens ------------------------------------------------------------------------------------------------------------------------------ */

static char *
make_private_key (void)
{
  gnutls_x509_privkey_t key;
  gnutls_datum_t pem;
  char *text;

  g_assert_cmpint (gnutls_x509_privkey_init (&key), ==, 0);
  g_assert_cmpint (gnutls_x509_privkey_generate (key, GNUTLS_PK_RSA, 2048, 0), ==, 0);
  g_assert_cmpint (gnutls_x509_privkey_export2_pkcs8 (key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &pem), ==, 0);
  text = g_strndup ((char *) pem.data, pem.size);
  gnutls_free (pem.data);
  gnutls_x509_privkey_deinit (key);
  return text;
}

static void
test_service_account (void)
{
  g_auto(Fixture) f = { 0 };
  g_autofree char *pem = make_private_key ();
  g_auto(GStrv) lines = g_strsplit (pem, "\n", -1);
  g_autofree char *joined = g_strjoinv ("\\n", lines);
  g_autofree char *token_url = NULL;
  g_autofree char *key = NULL;
  g_autofree char *body = NULL;
  GBytes *bytes;

  set_up (&f, "vertex-openai/m");
  token_url = fault_server_dup_url (f.server, "/token");
  key = g_strdup_printf ("{\"type\":\"service_account\",\"private_key_id\":\"k1\",\"private_key\":\"%s\",\"client_email\":\"me@p.example\",\"token_uri\":\"%s\"}",
                         joined, token_url);
  SCRIPT (f.server, TOKEN_ANSWER);
  answer_with (&f, ACCESS_TOKEN);
  dheera_provider_set_api_key (dheera_client_get_provider (f.client, "vertex-openai"), key);
  g_assert_true (try (&f));

  bytes = fault_server_get_request (f.server, 0)->body;
  body = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_assert_nonnull (strstr (body, "assertion="));
  g_ptr_array_add (f.canaries, g_strdup (strstr (body, "assertion=") + strlen ("assertion=")));
  g_ptr_array_add (f.canaries, g_strdup (lines[5]));
  fault_server_assert_header (f.server, 1, "Authorization", "Bearer " ACCESS_TOKEN);
  assert_all_unseen (&f);
  g_assert_null (strstr (f.seen->str, "grant_type"));
}

static void
test_entra (void)
{
  g_auto(Fixture) f = { 0 };
  g_autofree char *authority = NULL;
  g_autofree char *body = NULL;
  GBytes *bytes;

  set_up (&f, "azure/m");
  authority = fault_server_dup_url (f.server, "");
  g_setenv ("AZURE_AUTHORITY_HOST", authority, TRUE);
  g_setenv ("AZURE_TENANT_ID", "tenant", TRUE);
  g_setenv ("AZURE_CLIENT_ID", "app", TRUE);
  g_setenv ("AZURE_CLIENT_SECRET", ENTRA_SECRET, TRUE);
  SCRIPT (f.server, "HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
                    "{\"error\":\"invalid_client\",\"error_description\":\"The secret " ENTRA_SECRET " is not valid\"}");
  SCRIPT (f.server, TOKEN_ANSWER);
  answer_with (&f, ACCESS_TOKEN);
  g_assert_true (try (&f) || try (&f));

  bytes = fault_server_get_request (f.server, 0)->body;
  body = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_assert_nonnull (strstr (body, "client_secret=" ENTRA_SECRET));
  assert_all_unseen (&f);
  g_assert_null (strstr (f.seen->str, "grant_type"));
  g_unsetenv ("AZURE_AUTHORITY_HOST");
  g_unsetenv ("AZURE_CLIENT_SECRET");
}

/* --- A proxy ----------------------------------------------------------------------------------------------------------------------------- */

static void
test_proxy (void)
{
  g_auto(Fixture) f = { 0 };
  g_autoptr(FaultServer) proxy = fault_server_new (FAULT_TLS_NONE);
  g_autoptr(DheeraSessionOptions) options = dheera_session_options_new ();
  g_autofree char *uri = g_strdup_printf ("http://user:" PROXY_PASSWORD "@127.0.0.1:%u", fault_server_get_port (proxy));
  char *basic = g_base64_encode ((const guchar *) "user:" PROXY_PASSWORD, strlen ("user:" PROXY_PASSWORD));
  g_autofree char *expected = g_strconcat ("Basic ", basic, NULL);
  g_autofree char *sent = NULL;
  g_autofree char *echo = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Echo: %s\r\nConnection: close\r\n\r\n"
                                           OPENAI_ANSWER ",\"echo\":\"%s\"}", basic, basic);

  dheera_session_options_set_proxy_uri (options, uri);
  set_up_with (&f, g_object_new (DHEERA_TYPE_CLIENT, "session-options", options, NULL), "openai/m");
  g_ptr_array_add (f.canaries, basic);
  fault_server_script (proxy, FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"r\"\r\n"
                                                           "Content-Length: 0\r\nConnection: close\r\n\r\n"), FAULT_CLOSE (), FAULT_END);
  SCRIPT (proxy, g_intern_string (echo));
  dheera_base_request_set_api_key (DHEERA_BASE_REQUEST (f.request), KEY);
  dheera_base_request_set_base_url (DHEERA_BASE_REQUEST (f.request), "http://model.invalid/v1");
  g_assert_true (try (&f));
  sent = fault_request_dup_header (fault_server_get_request (proxy, fault_server_get_n_requests (proxy) - 1), "Proxy-Authorization");
  g_assert_cmpstr (sent, ==, expected);
  assert_all_unseen (&f);
}

/* The tests before this one heard what GLib itself says when everything is to be told. */
static void
test_log (void)
{
  g_auto(Fixture) f = { 0 };

  set_up (&f, "openai/m");
  answer_with (&f, KEY);
  dheera_base_request_set_api_key (DHEERA_BASE_REQUEST (f.request), KEY);
  g_assert_true (try_async (&f));
  g_assert_nonnull (strstr (logged->str, "GLib-GIO: "));
  assert_all_unseen (&f);
}

int
main (int   argc,
      char *argv[])
{
  int status;

  g_setenv ("G_MESSAGES_DEBUG", "all", TRUE);
  g_test_init (&argc, &argv, NULL);
  logged = g_string_new (NULL);
  g_log_set_writer_func (collect_log, NULL, NULL);
  g_log_set_default_handler (collect_message, NULL);

  g_test_add_func ("/canaries/provider-key", test_provider_key);
  g_test_add_func ("/canaries/request-key", test_request_key);
  g_test_add_func ("/canaries/headers", test_headers);
  g_test_add_func ("/canaries/own-authorization", test_own_authorization);
  g_test_add_func ("/canaries/aws", test_aws);
  g_test_add_func ("/canaries/service-account", test_service_account);
  g_test_add_func ("/canaries/entra", test_entra);
  g_test_add_func ("/canaries/proxy", test_proxy);
  g_test_add_func ("/canaries/log", test_log);

  status = g_test_run ();
  g_string_free (logged, TRUE);
  return status;
}
