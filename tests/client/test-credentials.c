/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Where keys come from, and that they are seen nowhere but in the request itself. */

#include "client-util.h"

#include "tests/servers/fault-server.h"

#define CANARY "sk-canary-0123456789abcdef"

#define OK_ANSWER \
  "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n" \
  "{\"choices\":[{\"index\":0,\"message\":{\"content\":\"Hello\"},\"finish_reason\":\"stop\"}]}"

/* Some servers quote the key that they refuse. */
#define REFUSAL \
  "HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nX-Echo: " CANARY "\r\nX-Request-Id: " CANARY "\r\nConnection: close\r\n\r\n" \
  "{\"error\":{\"message\":\"Incorrect API key provided: " CANARY ".\",\"param\":\"" CANARY "\",\"type\":\"invalid_request_error\",\"code\":\"invalid_api_key\"}}"

typedef DheeraResponse *(*Complete) (DheeraClient   *client,
                                     DheeraRequest  *request,
                                     GCancellable   *cancellable,
                                     GError        **error);

static DheeraRequest *
request_to (FaultServer *server)
{
  DheeraRequest *request = dheera_request_new_for_prompt ("groq/m", "Hi");
  g_autofree char *url = fault_server_dup_url (server, "/v1");

  dheera_base_request_set_base_url (DHEERA_BASE_REQUEST (request), url);
  return request;
}

static void
assert_sent_key (FaultServer *server,
                 guint        index,
                 const char  *key)
{
  g_autofree char *header = fault_request_dup_header (fault_server_get_request (server, index), "Authorization");
  g_autofree char *wanted = g_strconcat ("Bearer ", key, NULL);

  g_assert_cmpstr (header, ==, wanted);
}

static void
ask (Complete       complete,
     DheeraClient  *client,
     DheeraRequest *request)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(DheeraResponse) response = complete (client, request, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (dheera_response_get_text (response), ==, "Hello");
}

/* request > provider > environment */
static void
test_precedence (gconstpointer data)
{
  Complete complete = data;
  g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request = request_to (server);

  fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (OK_ANSWER), FAULT_CLOSE (), FAULT_END);

  g_setenv ("GROQ_API_KEY", "from-environment", TRUE);
  ask (complete, client, request);
  assert_sent_key (server, 0, "from-environment");

  /* Read at each call, not once */
  g_setenv ("GROQ_API_KEY", "changed", TRUE);
  ask (complete, client, request);
  assert_sent_key (server, 1, "changed");

  dheera_provider_set_api_key (dheera_client_get_provider (client, "groq"), "from-provider");
  ask (complete, client, request);
  assert_sent_key (server, 2, "from-provider");

  dheera_base_request_set_api_key (DHEERA_BASE_REQUEST (request), "from-request");
  ask (complete, client, request);
  assert_sent_key (server, 3, "from-request");
  g_unsetenv ("GROQ_API_KEY");
}

/* --- The credentials function ------------------------------------------------------------------------------------------------------- */

typedef struct
{
  guint asked;
  guint refused;
  gboolean later;
  gboolean fails;
  gboolean drops;
} Keeper;

static gpointer
answer_later (gpointer data)
{
  g_autoptr(DheeraCredentialsRequest) request = data;

  g_usleep (30 * 1000);
  dheera_credentials_request_return_key (request, "from-thread");
  return NULL;
}

static void
credentials_cb (DheeraCredentialsRequest *request,
                gpointer                  data)
{
  Keeper *keeper = data;

  keeper->asked++;
  keeper->refused += dheera_credentials_request_get_refused (request);
  g_assert_cmpstr (dheera_provider_get_id (dheera_credentials_request_get_provider (request)), ==, "groq");
  if (keeper->drops)
    return;
  if (keeper->later)
    g_thread_unref (g_thread_new ("keeper", answer_later, g_object_ref (request)));
  else if (keeper->fails)
    dheera_credentials_request_return_error (request, "The keyring is locked");
  else
    dheera_credentials_request_return_key (request, dheera_credentials_request_get_refused (request) ? "fresh" : "stale");
}

static DheeraClient *
client_with_keeper (Keeper *keeper)
{
  DheeraClient *client = dheera_client_new ();

  dheera_client_set_max_retries (client, 0);
  dheera_provider_set_credentials_func (dheera_client_get_provider (client, "groq"), credentials_cb, keeper, NULL);
  return client;
}

/* A key that was refused is asked for once more, and the call goes on. */
static void
test_refreshed_key (gconstpointer data)
{
  Complete complete = data;
  g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
  Keeper keeper = { 0 };
  g_autoptr(DheeraClient) client = client_with_keeper (&keeper);
  g_autoptr(DheeraRequest) request = request_to (server);

  fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (REFUSAL), FAULT_CLOSE (), FAULT_END);
  fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (OK_ANSWER), FAULT_CLOSE (), FAULT_END);
  ask (complete, client, request);
  g_assert_cmpuint (keeper.asked, ==, 2);
  g_assert_cmpuint (keeper.refused, ==, 1);
  assert_sent_key (server, 0, "stale");
  assert_sent_key (server, 1, "fresh");
}

static void
test_key_refused_for_good (gconstpointer data)
{
  Complete complete = data;
  g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
  Keeper keeper = { 0 };
  g_autoptr(DheeraClient) client = client_with_keeper (&keeper);
  g_autoptr(DheeraRequest) request = request_to (server);
  g_autoptr(GError) error = NULL;

  fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (REFUSAL), FAULT_CLOSE (), FAULT_END);
  g_assert_null (complete (client, request, NULL, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_AUTHENTICATION);
  g_assert_cmpuint (keeper.asked, ==, 2);
  g_assert_cmpuint (fault_server_get_n_requests (server), ==, 2);
}

static void
test_answered_later (gconstpointer data)
{
  Complete complete = data;
  g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
  Keeper keeper = { .later = TRUE };
  g_autoptr(DheeraClient) client = client_with_keeper (&keeper);
  g_autoptr(DheeraRequest) request = request_to (server);

  fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (OK_ANSWER), FAULT_CLOSE (), FAULT_END);
  ask (complete, client, request);
  assert_sent_key (server, 0, "from-thread");
}

static void
test_no_key_to_be_had (gconstpointer data)
{
  Complete complete = data;
  g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
  Keeper keeper = { .fails = TRUE };
  g_autoptr(DheeraClient) client = client_with_keeper (&keeper);
  g_autoptr(DheeraRequest) request = request_to (server);
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) dropped = NULL;

  g_assert_null (complete (client, request, NULL, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_AUTHENTICATION);
  g_assert_nonnull (strstr (error->message, "The keyring is locked"));
  g_assert_null (strstr (error->message, "Check the API key")); /* there is none */

  keeper.drops = TRUE;
  g_assert_null (complete (client, request, NULL, &dropped));
  g_assert_error (dropped, DHEERA_ERROR, DHEERA_ERROR_AUTHENTICATION);
  g_assert_cmpuint (fault_server_get_n_requests (server), ==, 0);
}

/* --- Secrecy --------------------------------------------------------------------------------------------------------------------------- */

static GString *seen; /* everything that was logged or can be read */

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
see (const char *text)
{
  if (text != NULL)
    g_string_append (seen, text);
  g_string_append_c (seen, '\n');
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
      see (text);
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

typedef enum
{
  IN_ENVIRONMENT,
  IN_PROVIDER,
  IN_REQUEST,
  IN_HEADER,
  IN_PROVIDER_HEADER,
  N_PLACES
} Place;

static void
hide_key (DheeraClient  *client,
          DheeraRequest *request,
          Place          place)
{
  DheeraProvider *provider = dheera_client_get_provider (client, "groq");

  g_setenv ("GROQ_API_KEY", place == IN_ENVIRONMENT ? CANARY : "other", TRUE);
  if (place == IN_PROVIDER)
    dheera_provider_set_api_key (provider, CANARY);
  if (place == IN_REQUEST)
    dheera_base_request_set_api_key (DHEERA_BASE_REQUEST (request), CANARY);
  if (place == IN_HEADER)
    dheera_base_request_set_header (DHEERA_BASE_REQUEST (request), "X-Api-Key", CANARY);
  if (place == IN_PROVIDER_HEADER)
    dheera_provider_set_header (provider, "Api-Key", CANARY);
}

static const char *const answers[] = {
  OK_ANSWER,
  REFUSAL,
  "HTTP/1.1 302 Found\r\nLocation: https://evil.example.com/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
  "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
  "not http",
};

static void
test_secrecy (gconstpointer data)
{
  Complete complete = data;

  g_string_truncate (seen, 0);
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    for (Place place = 0; place < N_PLACES; place++)
      {
        g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
        g_autoptr(DheeraClient) client = dheera_client_new ();
        g_autoptr(DheeraRequest) request = request_to (server);
        g_autofree char *json = NULL;
        g_autoptr(GError) error = NULL;
        g_autoptr(DheeraResponse) response = NULL;

        fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (answers[i]), FAULT_CLOSE (), FAULT_END);
        dheera_client_set_max_retries (client, 0);
        hide_key (client, request, place);
        g_signal_connect (client, "call-started", G_CALLBACK (see_call_cb), NULL);
        g_signal_connect (client, "attempt-finished", G_CALLBACK (see_call_cb), NULL);
        g_signal_connect (client, "call-finished", G_CALLBACK (see_call_cb), NULL);
        response = complete (client, request, NULL, &error);

        if (error != NULL)
          see (error->message);
        if (response != NULL)
          see_properties (G_OBJECT (response));
        see_properties (G_OBJECT (client));
        see_properties (G_OBJECT (request));
        see_properties (G_OBJECT (dheera_client_get_provider (client, "groq")));
        json = dheera_request_to_json (request);
        see (json);
        see (fault_server_get_request (server, 0)->target);
        g_assert_nonnull (strstr (fault_server_get_request (server, 0)->head, CANARY));
      }

  g_unsetenv ("GROQ_API_KEY");
  g_assert_cmpuint (seen->len, >, 2000);
  g_assert_null (strstr (seen->str, CANARY));
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
    { "precedence", test_precedence },
    { "refreshed-key", test_refreshed_key },
    { "key-refused-for-good", test_key_refused_for_good },
    { "answered-later", test_answered_later },
    { "no-key-to-be-had", test_no_key_to_be_had },
    { "secrecy", test_secrecy },
  };
  int result;

  g_setenv ("G_MESSAGES_DEBUG", "all", TRUE);
  g_test_init (&argc, &argv, NULL);
  seen = g_string_new (NULL);
  g_log_set_writer_func (log_cb, NULL, NULL);
  /* Of newer versions of GLib the one for tests hands nothing on. */
  g_log_set_default_handler (g_log_default_handler, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *blocking = g_strconcat ("/credentials/blocking/", tests[i].name, NULL);
      g_autofree char *async = g_strconcat ("/credentials/async/", tests[i].name, NULL);

      g_test_add_data_func (blocking, dheera_client_complete, tests[i].func);
      g_test_add_data_func (async, complete_async, tests[i].func);
    }

  result = g_test_run ();
  g_string_free (seen, TRUE);
  return result;
}
