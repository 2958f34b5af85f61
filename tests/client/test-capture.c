/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a call keeps of its HTTP messages, and the trace context that they carry. */

#include "client-util.h"

#include "dheera-ai/providers/dheera-provider-private.h"
#include "tests/servers/fault-server.h"

#include <string.h>

#define KEY "sk-canary-0123456789abcdef"
#define PARENT "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

#define HEAD(status, more) "HTTP/1.1 " status "\r\nContent-Type: application/json\r\nX-Served-By: rack-7\r\n" more "Connection: close\r\n\r\n"
#define BODY "{\"choices\":[{\"index\":0,\"message\":{\"content\":\"Hello\"},\"finish_reason\":\"stop\"}]}"
#define OK_ANSWER HEAD ("200 OK", "") BODY
#define ECHO "{\"echo\":\"\303\244\303\244 " KEY "\",\"choices\":[{\"index\":0,\"message\":{\"content\":\"Hello\"},\"finish_reason\":\"stop\"}]}"
#define SOUND "HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg\r\nConnection: close\r\n\r\n\377\373\0\1"
#define BUSY_BODY "{\"error\":{\"message\":\"slow\"}}"
#define BUSY HEAD ("429 Too Many Requests", "retry-after-ms: 1\r\n") BUSY_BODY
#define EVENTS "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hello\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"

#define SCRIPT(server, answer) fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (answer), FAULT_CLOSE (), FAULT_END)

typedef struct
{
  FaultServer *server;
  DheeraClient *client;
  DheeraRequest *request;
  DheeraCall *call; /* the last one */
  GPtrArray *seen;  /* the bodies of the answers, as each attempt ends */
} Fixture;

static void
attempt_cb (DheeraClient *client,
            DheeraCall   *call,
            Fixture      *f)
{
  g_ptr_array_add (f->seen, g_strdup (dheera_call_get_response_body (call)));
}

static void
finished_cb (DheeraClient *client,
             DheeraCall   *call,
             Fixture      *f)
{
  g_set_object (&f->call, call);
}

static void
set_up (Fixture       *f,
        DheeraCapture  capture)
{
  g_autofree char *url = NULL;

  f->server = fault_server_new (FAULT_TLS_NONE);
  f->client = dheera_client_new ();
  url = fault_server_dup_url (f->server, "/v1");
  f->request = dheera_request_new_for_prompt ("openai/m", "Hi");
  dheera_base_request_set_base_url (DHEERA_BASE_REQUEST (f->request), url);
  dheera_base_request_set_api_key (DHEERA_BASE_REQUEST (f->request), KEY);
  f->seen = g_ptr_array_new_with_free_func (g_free);
  dheera_client_set_capture (f->client, capture);
  g_signal_connect (f->client, "attempt-finished", G_CALLBACK (attempt_cb), f);
  g_signal_connect (f->client, "call-finished", G_CALLBACK (finished_cb), f);
}

static void
tear_down (Fixture *f)
{
  g_clear_object (&f->call);
  g_object_unref (f->request);
  g_object_unref (f->client);
  g_ptr_array_unref (f->seen);
  fault_server_free (f->server);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, tear_down)

static void
assert_answered (Fixture  *f,
                 Complete  complete)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(DheeraResponse) response = complete (f->client, f->request, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (dheera_response_get_text (response), ==, "Hello");
  g_assert_true (dheera_response_get_call (response) == f->call);
  g_assert_null (dheera_call_get_error (f->call));
}

static void
assert_has (const char *text,
            const char *part)
{
  g_test_message ("%s", part);
  g_assert_nonnull (text);
  g_assert_nonnull (strstr (text, part));
}

/* --- What is kept ------------------------------------------------------------------------------------------------------------------------ */

static void
test_settings (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  DheeraCapture capture;
  guint limit;

  g_assert_cmpint (dheera_client_get_capture (client), ==, DHEERA_CAPTURE_NONE);
  g_assert_cmpuint (dheera_client_get_capture_limit (client), ==, 64 * 1024);
  g_object_set (client, "capture", DHEERA_CAPTURE_HEADERS | DHEERA_CAPTURE_BODIES, "capture-limit", 10, NULL);
  g_object_get (client, "capture", &capture, "capture-limit", &limit, NULL);
  g_assert_cmpint (capture, ==, DHEERA_CAPTURE_HEADERS | DHEERA_CAPTURE_BODIES);
  g_assert_cmpuint (limit, ==, 10);
}

static void
test_nothing (gconstpointer data)
{
  g_auto(Fixture) f = { 0 };

  set_up (&f, DHEERA_CAPTURE_NONE);
  SCRIPT (f.server, OK_ANSWER);
  assert_answered (&f, (Complete) data);
  g_assert_null (dheera_call_get_request_headers (f.call));
  g_assert_null (dheera_call_get_request_body (f.call));
  g_assert_null (dheera_call_get_response_headers (f.call));
  g_assert_null (dheera_call_get_response_body (f.call));
}

static void
test_headers (gconstpointer data)
{
  g_auto(Fixture) f = { 0 };
  const char *sent;
  const char *received;

  set_up (&f, DHEERA_CAPTURE_HEADERS);
  SCRIPT (f.server, HEAD ("200 OK", "Set-Cookie: canary\r\nX-Echo: you sent " KEY "\r\nx-ratelimit-remaining-tokens: 12\r\n") BODY);
  dheera_base_request_set_header (DHEERA_BASE_REQUEST (f.request), "X-Tenant", "canary");
  dheera_base_request_set_header (DHEERA_BASE_REQUEST (f.request), "Referer", "https://app.example/page?token=canary");
  assert_answered (&f, (Complete) data);

  sent = dheera_call_get_request_headers (f.call);
  assert_has (sent, "Authorization: [redacted]\n");
  assert_has (sent, "X-Tenant: [redacted]\n");
  assert_has (sent, "Referer: https://app.example/page\n");
  assert_has (sent, "Content-Type: application/json\n");
  assert_has (sent, "Host: 127.0.0.1:");
  g_assert_null (strstr (sent, "canary"));
  received = dheera_call_get_response_headers (f.call);
  assert_has (received, "X-Served-By: rack-7\n");
  assert_has (received, "Set-Cookie: [redacted]\n");
  assert_has (received, "X-Echo: you sent [hidden]\n");
  assert_has (received, "x-ratelimit-remaining-tokens: 12\n");
  g_assert_null (strstr (received, "canary"));
  g_assert_null (dheera_call_get_request_body (f.call));
  g_assert_null (dheera_call_get_response_body (f.call));
}

/* Addresses may be signed. */
static void
test_addresses (void)
{
  static const char *const addresses[][2] = {
    { "https://user:canary@other.example/v1?token=canary#canary", "Location: https://other.example/v1\n" },
    { "/v1/other?signature=canary", "Location: /v1/other\n" },
    { "canary", "Location: (not a URL)\n" },
    { "//user:canary@other.example/v1", "Location: (not a URL)\n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      g_auto(Fixture) f = { 0 };
      g_autofree char *answer = g_strdup_printf (HEAD ("302 Found", "Location: %s\r\nLink: <https://a.example/?k=canary>; rel=next\r\nContent-Length: 0\r\n"), addresses[i][0]);

      set_up (&f, DHEERA_CAPTURE_HEADERS);
      dheera_client_set_max_retries (f.client, 0);
      SCRIPT (f.server, g_intern_string (answer));
      g_assert_null (complete_ways[i].complete (f.client, f.request, NULL, NULL));
      assert_has (dheera_call_get_response_headers (f.call), addresses[i][1]);
      assert_has (dheera_call_get_response_headers (f.call), "Link: [redacted]\n");
      g_assert_null (strstr (dheera_call_get_response_headers (f.call), "canary"));
      g_assert_null (strstr (dheera_call_get_error (f.call)->message, "canary"));
    }
}

static void
test_bodies (gconstpointer data)
{
  g_auto(Fixture) f = { 0 };

  set_up (&f, DHEERA_CAPTURE_BODIES);
  SCRIPT (f.server, OK_ANSWER);
  dheera_base_request_set_extra (DHEERA_BASE_REQUEST (f.request), "{\"mcp\":{\"headers\":{\"Authorization\":\"canary\"}},\"password\":\"canary\",\"note\":\"" KEY "\"}");
  assert_answered (&f, (Complete) data);
  g_assert_null (dheera_call_get_request_headers (f.call));
  g_assert_null (dheera_call_get_response_headers (f.call));
  assert_has (dheera_call_get_request_body (f.call), "\"content\":\"Hi\"");
  assert_has (dheera_call_get_request_body (f.call), "{\"Authorization\":\"[hidden]\"}");
  assert_has (dheera_call_get_request_body (f.call), "\"password\":\"[hidden]\"");
  assert_has (dheera_call_get_request_body (f.call), "\"note\":\"[hidden]\"");
  g_assert_null (strstr (dheera_call_get_request_body (f.call), "canary"));
  g_assert_cmpstr (dheera_call_get_response_body (f.call), ==, BODY);
}

static void
test_attempts (gconstpointer data)
{
  g_auto(Fixture) f = { 0 };

  set_up (&f, DHEERA_CAPTURE_HEADERS | DHEERA_CAPTURE_BODIES);
  SCRIPT (f.server, BUSY);
  fault_server_script (f.server, FAULT_EXPECT (), FAULT_RESET (), FAULT_END);
  SCRIPT (f.server, OK_ANSWER);
  assert_answered (&f, (Complete) data);
  g_assert_cmpuint (f.seen->len, ==, 3);
  g_assert_cmpstr (f.seen->pdata[0], ==, BUSY_BODY);
  g_assert_cmpstr (f.seen->pdata[1], ==, NULL);
  g_assert_cmpstr (f.seen->pdata[2], ==, BODY);
  g_assert_null (strstr (dheera_call_get_response_headers (f.call), "retry-after-ms"));
}

static void
test_stream (void)
{
  g_auto(Fixture) f = { 0 };

  set_up (&f, DHEERA_CAPTURE_BODIES);
  SCRIPT (f.server, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n" EVENTS);
  assert_answered (&f, complete_streamed_async);
  g_assert_cmpstr (dheera_call_get_response_body (f.call), ==, EVENTS);
}

/* Without an answer there is a request all the same. */
static void
test_no_answer (gconstpointer data)
{
  g_auto(Fixture) f = { 0 };
  g_autoptr(GError) error = NULL;

  set_up (&f, DHEERA_CAPTURE_HEADERS | DHEERA_CAPTURE_BODIES);
  dheera_client_set_max_retries (f.client, 0);
  fault_server_script (f.server, FAULT_EXPECT (), FAULT_RESET (), FAULT_END);
  g_assert_null (((Complete) data) (f.client, f.request, NULL, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_CONNECTION);
  g_assert_error (dheera_call_get_error (f.call), DHEERA_ERROR, DHEERA_ERROR_CONNECTION);
  g_assert_cmpstr (dheera_call_get_error (f.call)->message, ==, error->message);
  assert_has (dheera_call_get_request_headers (f.call), "Authorization: [redacted]\n");
  assert_has (dheera_call_get_request_body (f.call), "\"content\":\"Hi\"");
  g_assert_null (dheera_call_get_response_headers (f.call));
  g_assert_null (dheera_call_get_response_body (f.call));
}

/* What was never sent is not shown. */
static void
test_not_sent (void)
{
  g_auto(Fixture) f = { 0 };
  g_autoptr(GError) error = NULL;

  set_up (&f, DHEERA_CAPTURE_HEADERS | DHEERA_CAPTURE_BODIES);
  dheera_request_set_temperature (f.request, -7);
  g_assert_null (dheera_client_complete (f.client, f.request, NULL, &error));
  g_assert_error (dheera_call_get_error (f.call), DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
  g_assert_null (dheera_call_get_request_headers (f.call));
  g_assert_null (dheera_call_get_request_body (f.call));
  g_assert_cmpuint (f.seen->len, ==, 0);
}

static void
test_limit (void)
{
  for (guint limit = 0; limit < 140; limit++)
    {
      g_auto(Fixture) f = { 0 };
      const char *body;

      set_up (&f, DHEERA_CAPTURE_BODIES);
      dheera_client_set_capture_limit (f.client, limit);
      SCRIPT (f.server, HEAD ("200 OK", "") ECHO);
      assert_answered (&f, limit % 2 == 0 ? dheera_client_complete : complete_async);
      body = dheera_call_get_response_body (f.call);
      g_assert_true (g_utf8_validate (body, -1, NULL));
      g_assert_null (strstr (body, "canary"));
      g_assert_null (strstr (body, "sk-c"));
      g_assert_cmpuint (strlen (body), <=, limit + 40);
      g_assert_true ((strstr (body, "\n[cut: ") == NULL) == (limit >= strlen (ECHO)));
    }
}

/* Sound, pictures and forms are named instead of shown. */
static void
test_binary (void)
{
  g_auto(Fixture) f = { 0 };
  g_autoptr(DheeraSpeechRequest) request = dheera_speech_request_new_for_input ("openai/tts", "Hi", "alloy");
  g_autoptr(DheeraSpeechResponse) response = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *url = NULL;

  set_up (&f, DHEERA_CAPTURE_BODIES);
  fault_server_script (f.server, FAULT_EXPECT (), FAULT_SEND_BYTES (SOUND, sizeof SOUND - 1), FAULT_CLOSE (), FAULT_END);
  url = fault_server_dup_url (f.server, "/v1");
  dheera_base_request_set_base_url (DHEERA_BASE_REQUEST (request), url);
  dheera_base_request_set_api_key (DHEERA_BASE_REQUEST (request), KEY);
  response = dheera_client_speak (f.client, request, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (response);
  g_assert_cmpstr (dheera_call_get_response_body (f.call), ==, "[4 bytes of audio/mpeg]");
  assert_has (dheera_call_get_request_body (f.call), "\"input\":\"Hi\"");
}

/* --- How a call ended -------------------------------------------------------------------------------------------------------------------- */

static void
test_dropped (void)
{
  g_auto(Fixture) f = { 0 };
  g_autoptr(DheeraStream) stream = NULL;
  g_autoptr(DheeraDelta) delta = NULL;
  g_autoptr(GError) error = NULL;

  set_up (&f, DHEERA_CAPTURE_HEADERS);
  fault_server_script (f.server, FAULT_EXPECT (),
                       FAULT_SEND ("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hello\"}}]}\n\n"),
                       FAULT_STALL (), FAULT_END);
  stream = dheera_client_stream (f.client, f.request);
  delta = dheera_stream_next (stream, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (delta);
  g_clear_object (&stream);
  g_assert_error (dheera_call_get_error (f.call), G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_has (dheera_call_get_response_headers (f.call), "Content-Type: text/event-stream\n");
}

static gpointer
drop_cb (gpointer stream)
{
  g_object_unref (stream);
  return NULL;
}

/* By a garbage collector, say */
static void
test_dropped_elsewhere (void)
{
  g_auto(Fixture) f = { 0 };
  g_autoptr(DheeraDelta) delta = NULL;
  g_autoptr(GError) error = NULL;
  DheeraStream *stream;

  set_up (&f, DHEERA_CAPTURE_HEADERS | DHEERA_CAPTURE_BODIES);
  fault_server_script (f.server, FAULT_EXPECT (),
                       FAULT_SEND ("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hello\"}}]}\n\n"),
                       FAULT_STALL (), FAULT_END);
  stream = dheera_client_stream (f.client, f.request);
  delta = next_async (stream, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (delta);
  g_thread_join (g_thread_new ("collector", drop_cb, stream));
  g_assert_error (dheera_call_get_error (f.call), G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_has (dheera_call_get_request_headers (f.call), "Authorization: [redacted]\n");
  assert_has (dheera_call_get_response_body (f.call), "\"Hello\"");
}

static void
test_attributes (gconstpointer data)
{
  g_auto(Fixture) f = { 0 };
  g_autoptr(GVariant) attributes = NULL;
  const char *id;
  gint64 port;
  g_autofree const char **reasons = NULL;

  set_up (&f, DHEERA_CAPTURE_NONE);
  SCRIPT (f.server, HEAD ("200 OK", "") "{\"id\":\"chatcmpl-7\",\"model\":\"m-1\",\"choices\":[{\"index\":0,\"message\":{\"content\":\"Hello\"},"
                    "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4,\"total_tokens\":7}}");
  assert_answered (&f, (Complete) data);
  attributes = dheera_call_dup_attributes (f.call);
  g_assert_true (g_variant_lookup (attributes, "gen_ai.response.id", "&s", &id));
  g_assert_cmpstr (id, ==, "chatcmpl-7");
  g_assert_true (g_variant_lookup (attributes, "gen_ai.response.model", "&s", &id));
  g_assert_cmpstr (id, ==, "m-1");
  g_assert_true (g_variant_lookup (attributes, "gen_ai.response.finish_reasons", "^a&s", &reasons));
  g_assert_cmpstr (reasons[0], ==, "stop");
  g_assert_null (reasons[1]);
  g_assert_true (g_variant_lookup (attributes, "server.port", "x", &port));
  g_assert_cmpint (port, ==, fault_server_get_port (f.server));
  g_assert_true (g_variant_lookup (attributes, "gen_ai.usage.output_tokens", "x", &port));
  g_assert_cmpint (port, ==, 4);
  g_assert_false (g_variant_lookup (attributes, "error.type", "&s", &id));
}

/* --- Trace context ------------------------------------------------------------------------------------------------------------------------ */

static void
test_trace (gconstpointer data)
{
  g_auto(Fixture) f = { 0 };

  set_up (&f, DHEERA_CAPTURE_HEADERS);
  SCRIPT (f.server, BUSY);
  SCRIPT (f.server, OK_ANSWER);
  dheera_base_request_set_traceparent (DHEERA_BASE_REQUEST (f.request), PARENT);
  dheera_base_request_set_tracestate (DHEERA_BASE_REQUEST (f.request), "congo=1");
  assert_answered (&f, (Complete) data);
  for (guint i = 0; i < 2; i++)
    {
      fault_server_assert_header (f.server, i, "traceparent", PARENT);
      fault_server_assert_header (f.server, i, "tracestate", "congo=1");
    }
  g_assert_cmpstr (dheera_call_get_traceparent (f.call), ==, PARENT);
  g_assert_cmpstr (dheera_call_get_tracestate (f.call), ==, "congo=1");
  assert_has (dheera_call_get_request_headers (f.call), "traceparent: " PARENT "\n");

  dheera_base_request_set_traceparent (DHEERA_BASE_REQUEST (f.request), NULL);
  dheera_base_request_set_tracestate (DHEERA_BASE_REQUEST (f.request), NULL);
  assert_answered (&f, (Complete) data);
  fault_server_assert_header (f.server, 2, "traceparent", NULL);
  fault_server_assert_header (f.server, 2, "tracestate", NULL);
  g_assert_null (dheera_call_get_traceparent (f.call));
}

static void
embed (Fixture    *f,
       const char *model)
{
  g_autoptr(DheeraEmbeddingRequest) request = dheera_embedding_request_new_for_input (model, "Hi");

  dheera_base_request_set_base_url (DHEERA_BASE_REQUEST (request), dheera_base_request_get_base_url (DHEERA_BASE_REQUEST (f->request)));
  dheera_base_request_set_api_key (DHEERA_BASE_REQUEST (request), KEY);
  dheera_base_request_set_traceparent (DHEERA_BASE_REQUEST (request), PARENT);
  g_assert_null (dheera_client_embed (f->client, request, NULL, NULL));
}

/* Whoever is asked, in whichever protocol */
static void
test_trace_everywhere (void)
{
  guint n;
  const DheeraProviderRow *rows = dheera_provider_rows (&n);

  for (guint i = 0; i < n; i++)
    {
      g_auto(Fixture) f = { 0 };
      g_autofree char *model = g_strconcat (rows[i].id, "/m", NULL);
      g_autoptr(GError) error = NULL;

      g_test_message ("%s", rows[i].id);
      set_up (&f, DHEERA_CAPTURE_NONE);
      dheera_client_set_max_retries (f.client, 0);
      SCRIPT (f.server, HEAD ("500 Internal Server Error", "") BUSY_BODY);
      dheera_base_request_set_model (DHEERA_BASE_REQUEST (f.request), model);
      dheera_base_request_set_traceparent (DHEERA_BASE_REQUEST (f.request), PARENT);
      g_assert_null (complete_ways[i % N_COMPLETE_WAYS].complete (f.client, f.request, NULL, &error));
      if (g_error_matches (error, DHEERA_ERROR, DHEERA_ERROR_NOT_SUPPORTED)) /* It has no chat. */
        embed (&f, model);
      g_assert_cmpuint (fault_server_get_n_requests (f.server), ==, 1);
      fault_server_assert_header (f.server, 0, "traceparent", PARENT);
    }
}

/* What a proxy may touch is not signed. */
static void
test_trace_and_signature (void)
{
  g_auto(Fixture) f = { 0 };
  g_autofree char *authorization = NULL;

  set_up (&f, DHEERA_CAPTURE_NONE);
  dheera_client_set_max_retries (f.client, 0);
  SCRIPT (f.server, HEAD ("500 Internal Server Error", "") BUSY_BODY);
  g_setenv ("AWS_REGION", "eu-west-1", TRUE);
  dheera_base_request_set_model (DHEERA_BASE_REQUEST (f.request), "bedrock/m");
  dheera_base_request_set_api_key (DHEERA_BASE_REQUEST (f.request), "AKIDEXAMPLE:secret-of-the-tests");
  dheera_base_request_set_traceparent (DHEERA_BASE_REQUEST (f.request), PARENT);
  g_assert_null (dheera_client_complete (f.client, f.request, NULL, NULL));
  authorization = fault_request_dup_header (fault_server_get_request (f.server, 0), "Authorization");
  assert_has (authorization, "SignedHeaders=content-type;host;x-amz-date, ");
  fault_server_assert_header (f.server, 0, "traceparent", PARENT);
}

static void
test_trace_is_bad (void)
{
  g_auto(Fixture) f = { 0 };
  g_autoptr(GError) error = NULL;

  set_up (&f, DHEERA_CAPTURE_NONE);
  dheera_base_request_set_traceparent (DHEERA_BASE_REQUEST (f.request), "00-1-2-01");
  g_assert_null (dheera_client_complete (f.client, f.request, NULL, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
  g_assert_cmpuint (fault_server_get_n_connections (f.server), ==, 0);
}

static void
trace_cb (DheeraHttpExchange *exchange,
          gpointer            data)
{
  if (dheera_http_exchange_get_phase (exchange) == DHEERA_HTTP_PHASE_REQUEST)
    dheera_http_exchange_set_header (exchange, "Traceparent", data);
}

static void
state_cb (DheeraHttpExchange *exchange,
          gpointer            data)
{
  if (dheera_http_exchange_get_phase (exchange) == DHEERA_HTTP_PHASE_REQUEST)
    dheera_http_exchange_set_header (exchange, "tracestate", data);
}

static void
test_state_of_others (void)
{
  g_auto(Fixture) f = { 0 };

  set_up (&f, DHEERA_CAPTURE_NONE);
  SCRIPT (f.server, OK_ANSWER);
  dheera_base_request_set_traceparent (DHEERA_BASE_REQUEST (f.request), PARENT);
  dheera_client_add_middleware (f.client, state_cb, "congo=1", NULL);
  assert_answered (&f, dheera_client_complete);
  fault_server_assert_header (f.server, 0, "tracestate", "congo=1");
  g_assert_cmpstr (dheera_call_get_tracestate (f.call), ==, "congo=1");
  g_assert_cmpstr (dheera_call_get_traceparent (f.call), ==, PARENT);
}

/* The header that the application sets comes first, and a middleware's is the call's as well. */
static void
test_trace_of_others (void)
{
  g_auto(Fixture) f = { 0 };
  g_autofree char *other = g_strdup (PARENT);

  other[20] = 'e';
  set_up (&f, DHEERA_CAPTURE_NONE);
  SCRIPT (f.server, OK_ANSWER);
  dheera_base_request_set_traceparent (DHEERA_BASE_REQUEST (f.request), PARENT);
  dheera_base_request_set_header (DHEERA_BASE_REQUEST (f.request), "TraceParent", other);
  assert_answered (&f, dheera_client_complete);
  fault_server_assert_header (f.server, 0, "traceparent", other);
  g_assert_cmpstr (dheera_call_get_traceparent (f.call), ==, other);

  dheera_base_request_set_header (DHEERA_BASE_REQUEST (f.request), "TraceParent", NULL);
  dheera_base_request_set_traceparent (DHEERA_BASE_REQUEST (f.request), NULL);
  dheera_client_add_middleware (f.client, trace_cb, PARENT, NULL);
  assert_answered (&f, dheera_client_complete);
  fault_server_assert_header (f.server, 1, "traceparent", PARENT);
  g_assert_cmpstr (dheera_call_get_traceparent (f.call), ==, PARENT);
}

static void
add (const char    *name,
     GTestDataFunc  func)
{
  for (guint i = 0; i < N_COMPLETE_WAYS; i++)
    {
      g_autofree char *path = g_strdup_printf ("/capture/%s/%s", name, complete_ways[i].name);

      g_test_add_data_func (path, (gpointer) complete_ways[i].complete, func);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/capture/settings", test_settings);
  add ("nothing", test_nothing);
  add ("headers", test_headers);
  g_test_add_func ("/capture/addresses", test_addresses);
  add ("bodies", test_bodies);
  add ("attempts", test_attempts);
  g_test_add_func ("/capture/stream", test_stream);
  add ("no-answer", test_no_answer);
  g_test_add_func ("/capture/not-sent", test_not_sent);
  g_test_add_func ("/capture/limit", test_limit);
  g_test_add_func ("/capture/binary", test_binary);
  g_test_add_func ("/capture/dropped", test_dropped);
  g_test_add_func ("/capture/dropped-elsewhere", test_dropped_elsewhere);
  add ("attributes", test_attributes);
  add ("trace", test_trace);
  g_test_add_func ("/capture/trace-everywhere", test_trace_everywhere);
  g_test_add_func ("/capture/trace-and-signature", test_trace_and_signature);
  g_test_add_func ("/capture/trace-is-bad", test_trace_is_bad);
  g_test_add_func ("/capture/trace-of-others", test_trace_of_others);
  g_test_add_func ("/capture/state-of-others", test_state_of_others);

  return g_test_run ();
}
