/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-ai/transport/dheera-exchange-internal-private.h"
#include "runner.h"

#include <string.h>

#define CANARY_START "canary-5"
#define CANARY CANARY_START "f2b"

static void
test_names (void)
{
  static const char *const secret[] = { "Authorization", "authorization", "Proxy-Authorization", "Cookie", "Set-Cookie", "x-api-key", "X-API-KEY", "api-key",
                                        "x-goog-api-key", "OpenAI-Secret", "X-Auth", "X-Session-Token", "Ocp-Apim-Subscription-Key", "X-Amz-Security-Token",
                                        "My-Custom" };
  static const char *const open[] = { "Content-Type", "Accept", "User-Agent", "anthropic-version", "OpenAI-Organization", "Host", "Content-Length" };

  for (guint i = 0; i < G_N_ELEMENTS (secret); i++)
    g_assert_true (dheera_redact_is_secret_header (secret[i], "my-custom"));
  for (guint i = 0; i < G_N_ELEMENTS (open); i++)
    g_assert_false (dheera_redact_is_secret_header (open[i], "my-custom"));
  g_assert_false (dheera_redact_is_secret_header ("My-Custom", NULL));
}

static DheeraExchange *
make_exchange (DheeraTransport *transport,
               DheeraAuth       auth,
               const char      *auth_header)
{
  g_autoptr(DheeraHttpRequest) request = dheera_http_request_new ("POST", "https://user:" CANARY "@api.example:8443/v1/chat?key=" CANARY "#" CANARY);

  dheera_http_request_take_json (request, g_bytes_new_static ("\"" CANARY "\"", strlen (CANARY) + 2));
  request->auth = auth;
  request->auth_header = auth_header;
  g_assert_true (dheera_http_request_set_header (request, "Cookie", CANARY));
  g_assert_true (dheera_http_request_set_header (request, "X-Team-Secret", CANARY));
  g_assert_true (dheera_http_request_set_header (request, "anthropic-version", "2023-06-01"));

  return dheera_exchange_new (transport, request, CANARY, &(DheeraTimeouts) { 0 });
}

static void
sent_cb (DheeraExchange *exchange,
         gpointer        user_data)
{
  *(gboolean *) user_data = TRUE;
}

/* Before it is sent and after, with the key in its header */
static void
test_describe (void)
{
  static const struct { DheeraAuth auth; const char *header; } kinds[] = {
    { DHEERA_AUTH_NONE, NULL }, { DHEERA_AUTH_BEARER, NULL }, { DHEERA_AUTH_HEADER, "x-api-key" }, { DHEERA_AUTH_HEADER, "X-Plain" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr(DheeraTransport) transport = dheera_transport_new ();
      g_autoptr(DheeraExchange) exchange = make_exchange (transport, kinds[i].auth, kinds[i].header);
      g_autofree char *before = dheera_exchange_describe (exchange);
      g_autofree char *after = NULL;
      gboolean done = FALSE;

      g_assert_null (strstr (before, CANARY));
      g_assert_true (g_str_has_prefix (before, "POST https://api.example:8443/v1/chat\n"));
      g_assert_nonnull (strstr (before, "anthropic-version: 2023-06-01\n"));
      g_assert_nonnull (strstr (before, "X-Team-Secret: [redacted]\n"));

      dheera_exchange_send_async (exchange, NULL, sent_cb, &done);
      after = dheera_exchange_describe (exchange);
      g_assert_null (strstr (after, CANARY));
      if (kinds[i].auth == DHEERA_AUTH_BEARER)
        g_assert_nonnull (strstr (after, "Authorization: [redacted]\n"));
      if (kinds[i].header != NULL)
        {
          g_autofree char *line = g_strdup_printf ("%s: [redacted]\n", kinds[i].header);

          g_assert_nonnull (strstr (after, line));
        }
    }
}

/* What a server sends back of the request's headers: of those that are known to hold a secret, and whatever is long enough to be one */
static void
test_quoted (void)
{
  static const struct { const char *said; const char *shown; } rows[] = {
    { "You sent " CANARY ", and " CANARY "x", "You sent [hidden], and [hidden]x" },
    { "You sent a text that was cut, with " CANARY_START, "You sent a text that was cut, with [hidden]" },
    { "This ends like a word of seven, canary-", "This ends like a word of seven, canary-" },
    { "You sent 2023-06-01 and 1234567", "You sent 2023-06-01 and 1234567" },
    { "", "" },
    { NULL, NULL },
  };
  g_autoptr(DheeraTransport) transport = dheera_transport_new ();
  g_autoptr(DheeraExchange) exchange = make_exchange (transport, DHEERA_AUTH_NONE, NULL);

  dheera_exchange_add_header (exchange, "X-Short-Token", "1234567");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *shown = dheera_exchange_hide_headers (exchange, rows[i].said);

      g_assert_cmpstr (shown, ==, rows[i].shown);
    }
}

/* Of the address and of cookies, and what the body had in members that speak of keys */
static void
test_quoted_parts (void)
{
  static const struct { const char *said; const char *shown; } rows[] = {
    { "No route for /v1/chat?api-version=2024-10-21&subscription-key=q%2Fcanary-1111", "No route for /v1/chat?api-version=2024-10-21&subscription-key=[hidden]" },
    { "The key q/canary-1111 is not the one of sig-canary-2222", "The key [hidden] is not the one of [hidden]" },
    { "{\"cookie\": \"a\\u003dcookie-canary-3333; b=short\"}", "{\"cookie\": \"[hidden]\"}" },
    { "You sent a\\u003dcookie-canary-3333; b\\u003dshort", "You sent [hidden]" },
    { "The session cookie-canary-3333 has ended", "The session [hidden] has ended" },
    { "You sent {\"model\": \"m\", \"api_key\": \"of-the-body\"}", "You sent {\"model\": \"m\", \"api_key\": \"[hidden]\"}" },
    { "Use b=short and password=x", "Use b=short and password=x" },
  };
  g_autoptr(DheeraTransport) transport = dheera_transport_new ();
  g_autoptr(DheeraHttpRequest) request =
    dheera_http_request_new ("POST", "https://api.example/v1/chat?api-version=2024-10-21&subscription-key=q%2Fcanary-1111&sig=sig-canary-2222");
  g_autoptr(DheeraExchange) exchange = NULL;

  g_assert_true (dheera_http_request_set_header (request, "Cookie", "a=cookie-canary-3333; b=short"));
  exchange = dheera_exchange_new (transport, request, NULL, &(DheeraTimeouts) { 0 });
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *shown = dheera_exchange_hide_headers (exchange, rows[i].said);

      g_assert_cmpstr (shown, ==, rows[i].shown);
    }
}

static GLogWriterOutput
search_log (GLogLevelFlags   level,
            const GLogField *fields,
            gsize            n_fields,
            gpointer         user_data)
{
  for (gsize i = 0; i < n_fields; i++)
    {
      if (strcmp (fields[i].key, "MESSAGE") == 0 && strstr (fields[i].value, CANARY) != NULL)
        g_atomic_int_inc ((gint *) user_data);
    }

  return G_LOG_WRITER_HANDLED;
}

/* Nothing that is logged anywhere, and no error, has the key in it. */
static void
test_errors_and_logs (void)
{
  static const FaultStep scripts[][4] = {
    { FAULT_EXPECT (), FAULT_CLOSE () },
    { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 302 Found\r\nLocation: https://other.example/?k=" CANARY "\r\nContent-Length: 0\r\n\r\n"), FAULT_STALL () },
    { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"), FAULT_CLOSE () },
    { FAULT_EXPECT (), FAULT_SEND ("garbage " CANARY "\r\n\r\n"), FAULT_CLOSE () },
  };
  gint n_found = 0;

  g_setenv ("G_MESSAGES_DEBUG", "all", TRUE);
  g_log_set_writer_func (search_log, &n_found, NULL);
  /* Of newer versions of GLib the one for tests hands nothing on. */
  g_log_set_default_handler (g_log_default_handler, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (scripts); i++)
    {
      FOR_EACH_MODE (mode)
        {
          g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
          g_autoptr(DheeraTransport) transport = dheera_transport_new ();
          g_autofree char *url = fault_server_dup_url (server, "/?key=" CANARY);
          g_autoptr(Outcome) outcome = NULL;

          fault_server_add_script (server, scripts[i]);
          outcome = run_exchange (mode, &(Run) { .transport = transport, .url = url, .key = CANARY, .auth = DHEERA_AUTH_BEARER });
          g_assert_nonnull (outcome->error);
          g_assert_null (strstr (outcome->error->message, CANARY));
          g_assert_null (strstr (outcome->description, CANARY));
        }
    }
  g_assert_cmpint (g_atomic_int_get (&n_found), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/redact/names", test_names);
  g_test_add_func ("/redact/describe", test_describe);
  g_test_add_func ("/redact/quoted", test_quoted);
  g_test_add_func ("/redact/quoted-parts", test_quoted_parts);
  g_test_add_func ("/redact/errors-and-logs", test_errors_and_logs);

  return g_test_run ();
}
