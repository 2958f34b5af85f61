/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What goes wrong on the way and in the answer, seen from the application: the right code, one full sentence, in time, and once.
 *
 * Every case runs in four ways: whole and streamed, blocking and asynchronous. The finer cases of the network are in transport's own tests. */

#include "client-util.h"

#include "tests/servers/fault-server.h"

#define JSON_HEAD(status) "HTTP/1.1 " status "\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
#define HTML_HEAD(status) "HTTP/1.1 " status "\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n"
#define SSE_HEAD "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
#define EVENT(json) "data: " json "\n\n"
#define TEXT(text) EVENT ("{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" text "\"}}]}")
/* The same length whatever the text is worth: chunk sizes are hexadecimal. */
#define CHUNK_OF_TEXT "3d\r\n" TEXT ("word ") "\r\n"
#define STOP_EVENT EVENT ("{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}")

typedef struct
{
  const char *name;
  FaultStep steps[6];
  DheeraError code;      /* of a stream */
  DheeraError whole;     /* of a whole answer; 0 is the same */
  const char *words;     /* that the message has */
  double timeout;        /* of the call, 0 for 5 seconds */
} Fault;

static const Fault faults[] = {
  /* Before a response */
  { "closed-after-request", { FAULT_EXPECT (), FAULT_CLOSE (), FAULT_END }, DHEERA_ERROR_CONNECTION, 0, "127.0.0.1" },
  { "reset-after-request", { FAULT_EXPECT (), FAULT_RESET (), FAULT_END }, DHEERA_ERROR_CONNECTION, 0, "Try again later." },
  { "silent", { FAULT_EXPECT (), FAULT_STALL (), FAULT_END }, DHEERA_ERROR_TIMEOUT, 0, "0.3", 0.3 },
  { "half-a-head", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 200 OK\r\nContent-Ty"), FAULT_STALL (), FAULT_END }, DHEERA_ERROR_TIMEOUT, 0, "0.3", 0.3 },
  { "drip-of-a-head", { FAULT_EXPECT (), FAULT_DRIP ("HTTP/1.1 200 OK\r\nX-A: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 20), FAULT_STALL (), FAULT_END }, DHEERA_ERROR_TIMEOUT, 0, "0.3", 0.3 },
  { "endless-100-continue", { FAULT_EXPECT (), FAULT_FLOOD ("HTTP/1.1 100 Continue\r\n\r\n", 0), FAULT_END }, DHEERA_ERROR_PROTOCOL, 0, "1xx" },
  { "not-http", { FAULT_EXPECT (), FAULT_SEND ("220 smtp.example.com ESMTP\r\n\r\n"), FAULT_CLOSE (), FAULT_END }, DHEERA_ERROR_PROTOCOL, 0, "" },

  /* Refusals */
  { "401-json", { FAULT_EXPECT (), FAULT_SEND (JSON_HEAD ("401 Unauthorized") "{\"error\":{\"message\":\"Incorrect API key provided\",\"type\":\"invalid_request_error\",\"code\":\"invalid_api_key\"}}"), FAULT_CLOSE (), FAULT_END }, DHEERA_ERROR_AUTHENTICATION, 0, "Incorrect API key" },
  { "401-empty", { FAULT_EXPECT (), FAULT_SEND (JSON_HEAD ("401 Unauthorized")), FAULT_CLOSE (), FAULT_END }, DHEERA_ERROR_AUTHENTICATION, 0, "401" },
  { "403-html", { FAULT_EXPECT (), FAULT_SEND (HTML_HEAD ("403 Forbidden") "<html><head><title>Forbidden</title><style>p{}</style></head><body><p>Your country is not supported</p></body></html>"), FAULT_CLOSE (), FAULT_END }, DHEERA_ERROR_PERMISSION, 0, "Your country is not supported" },
  { "404-text", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 404 Not Found\r\nContent-Length: 18\r\n\r\n404 page not found"), FAULT_CLOSE (), FAULT_END }, DHEERA_ERROR_NOT_FOUND, 0, "/v1/chat/completions." },
  { "405-empty", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n"), FAULT_CLOSE (), FAULT_END }, DHEERA_ERROR_INVALID_REQUEST, 0, "/v1/chat/completions." },
  { "413-empty", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 413 Payload Too Large\r\nContent-Length: 0\r\n\r\n"), FAULT_CLOSE (), FAULT_END }, DHEERA_ERROR_REQUEST_TOO_LARGE, 0, "Send smaller images" },
  { "400-context", { FAULT_EXPECT (), FAULT_SEND (JSON_HEAD ("400 Bad Request") "{\"error\":{\"message\":\"This model's maximum context length is 8192 tokens.\",\"code\":\"context_length_exceeded\"}}"), FAULT_CLOSE (), FAULT_END }, DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED, 0, "8192" },
  { "500-html", { FAULT_EXPECT (), FAULT_SEND (HTML_HEAD ("500 Internal Server Error") "<html><body>oops</body></html>"), FAULT_CLOSE (), FAULT_END }, DHEERA_ERROR_SERVER, 0, "oops (HTTP 500). Try again later." },
  { "503-cut", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 500\r\n\r\n{\"error\":{\"mess"), FAULT_CLOSE (), FAULT_END }, DHEERA_ERROR_OVERLOADED, 0, "503" },
  { "302", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 302 Found\r\nLocation: https://login.example.com/?next=1\r\nContent-Length: 0\r\n\r\n"), FAULT_CLOSE (), FAULT_END }, DHEERA_ERROR_PROTOCOL, 0, "login.example.com" },

  /* Bodies */
  { "empty-200", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 0\r\n\r\n"), FAULT_CLOSE (), FAULT_END }, DHEERA_ERROR_PROTOCOL, 0, "" },
  { "html-200", { FAULT_EXPECT (), FAULT_SEND (HTML_HEAD ("200 OK") "<html>Please log in to the Wi-Fi</html>"), FAULT_CLOSE (), FAULT_END }, DHEERA_ERROR_PROTOCOL, 0, "the answer is a web page (HTTP 200). It was asked for at http://127.0.0.1:" },
  { "cut-json-as-html", { FAULT_EXPECT (), FAULT_SEND (HTML_HEAD ("200 OK") "{\"choices\":[{\"index\":0,"), FAULT_CLOSE (), FAULT_END }, DHEERA_ERROR_PROTOCOL, DHEERA_ERROR_STREAM_INTERRUPTED, "(HTTP 200)" },
  { "cut-events-as-html", { FAULT_EXPECT (), FAULT_SEND (HTML_HEAD ("200 OK") "data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\"}}]}\n\n"), FAULT_CLOSE (), FAULT_END }, DHEERA_ERROR_STREAM_INTERRUPTED, DHEERA_ERROR_PROTOCOL, "(HTTP 200)" },
  { "error-in-200", { FAULT_EXPECT (), FAULT_SEND (JSON_HEAD ("200 OK") "{\"code\":\"The service is currently unavailable\",\"error\":\"Service temporarily unavailable. The model is at capacity.\"}"), FAULT_CLOSE (), FAULT_END }, DHEERA_ERROR_STREAM_ERROR, 0, "capacity" },
  { "deep-json", { FAULT_EXPECT (), FAULT_SEND (JSON_HEAD ("200 OK")), FAULT_FLOOD ("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", 5000), FAULT_CLOSE (), FAULT_END }, DHEERA_ERROR_PROTOCOL, 0, "" },
  { "invalid-utf-8", { FAULT_EXPECT (), FAULT_SEND (JSON_HEAD ("200 OK") "{\"choices\":\"\xff\xfe\"}"), FAULT_CLOSE (), FAULT_END }, DHEERA_ERROR_PROTOCOL, 0, "" },
  { "wrong-types", { FAULT_EXPECT (), FAULT_SEND (JSON_HEAD ("200 OK") "{\"choices\":{\"a\":[1,2]},\"usage\":\"none\",\"id\":7}"), FAULT_CLOSE (), FAULT_END }, DHEERA_ERROR_PROTOCOL, 0, "" },
  { "short-body", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 400\r\n\r\n{\"choices\":[{\"index\":0,"), FAULT_CLOSE (), FAULT_END }, DHEERA_ERROR_STREAM_INTERRUPTED, 0, "" },
  { "cut-body", { FAULT_EXPECT (), FAULT_SEND (JSON_HEAD ("200 OK") "{\"choices\":[{\"index\":0,"), FAULT_CLOSE (), FAULT_END }, DHEERA_ERROR_STREAM_INTERRUPTED, 0, "in the middle" },
  { "stalled-body", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 400\r\n\r\n{\"choices\""), FAULT_STALL (), FAULT_END }, DHEERA_ERROR_TIMEOUT, 0, "0.3", 0.3 },
  { "gzip-that-is-none", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\nnot gzip at all"), FAULT_CLOSE (), FAULT_END }, DHEERA_ERROR_PROTOCOL, 0, "" },
  { "two-codings", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip, gzip\r\nConnection: close\r\n\r\nxxxx"), FAULT_CLOSE (), FAULT_END }, DHEERA_ERROR_PROTOCOL, 0, "" },
};

/* Only of streams */
static const Fault stream_faults[] = {
  { "cut-between-chunks", { FAULT_EXPECT (), FAULT_SEND (SSE_HEAD CHUNK_OF_TEXT CHUNK_OF_TEXT), FAULT_CLOSE (), FAULT_END }, DHEERA_ERROR_STREAM_INTERRUPTED, 0, "" },
  { "cut-in-a-chunk", { FAULT_EXPECT (), FAULT_SEND (SSE_HEAD CHUNK_OF_TEXT CHUNK_OF_TEXT "3d\r\ndata: {\"cho"), FAULT_CLOSE (), FAULT_END }, DHEERA_ERROR_STREAM_INTERRUPTED, 0, "" },
  { "reset", { FAULT_EXPECT (), FAULT_SEND (SSE_HEAD CHUNK_OF_TEXT CHUNK_OF_TEXT), FAULT_WAIT (50), FAULT_RESET (), FAULT_END }, DHEERA_ERROR_STREAM_INTERRUPTED, 0, "" },
  { "last-chunk-without-the-end", { FAULT_EXPECT (), FAULT_SEND (SSE_HEAD CHUNK_OF_TEXT CHUNK_OF_TEXT "0\r\n\r\n"), FAULT_CLOSE (), FAULT_END }, DHEERA_ERROR_STREAM_INTERRUPTED, 0, "" },
  { "stall", { FAULT_EXPECT (), FAULT_SEND (SSE_HEAD CHUNK_OF_TEXT CHUNK_OF_TEXT), FAULT_STALL (), FAULT_END }, DHEERA_ERROR_TIMEOUT, 0, "0.3", 0.3 },
  { "bad-json", { FAULT_EXPECT (), FAULT_SEND (SSE_HEAD CHUNK_OF_TEXT CHUNK_OF_TEXT "e\r\ndata: {\"a\":}\n\n\r\n"), FAULT_CLOSE (), FAULT_END }, DHEERA_ERROR_PROTOCOL, 0, "byte" },
  { "comments-for-ever", { FAULT_EXPECT (), FAULT_SEND (SSE_HEAD CHUNK_OF_TEXT CHUNK_OF_TEXT), FAULT_FLOOD ("4\r\n:\n\n\n\r\n", 0), FAULT_END }, DHEERA_ERROR_TIMEOUT, 0, "", 0.5 },
};

typedef enum
{
  BLOCKING = 0,
  ASYNC = 1,
  STREAM = 2,
} Mode;

static const char *const mode_names[] = { "complete", "complete-async", "stream", "stream-async" };

typedef struct
{
  const Fault *fault;
  Mode mode;
} Case;

static DheeraRequest *
request_to (FaultServer *server)
{
  DheeraRequest *request = dheera_request_new_for_prompt ("vllm/m", "Hi");
  g_autofree char *url = fault_server_dup_url (server, "/v1");

  dheera_base_request_set_base_url (DHEERA_BASE_REQUEST (request), url);
  return request;
}

static void
check_sentence (const GError *error)
{
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_cmpuint (strlen (error->message), <=, 1024);
  g_assert_true (g_str_has_suffix (error->message, "."));
  g_assert_nonnull (strstr (error->message, "vLLM"));
  g_assert_nonnull (dheera_error_get_details (error));
}

static void
count_finished_cb (DheeraClient *client,
                   DheeraCall   *call,
                   gpointer      data)
{
  guint *count = data;

  (*count)++;
}

static void
test_fault (gconstpointer data)
{
  const Case *c = data;
  const Fault *fault = c->fault;
  gboolean stream_mode = (c->mode & STREAM) != 0;
  double timeout = fault->timeout > 0 ? fault->timeout : 5;
  g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request = NULL;
  g_autoptr(GError) error = NULL;
  DheeraError code = !stream_mode && fault->whole != 0 ? fault->whole : fault->code;
  gint64 start = g_get_monotonic_time ();
  guint finished = 0;

  fault_server_add_script (server, fault->steps);
  request = request_to (server);
  dheera_client_set_max_retries (client, 0);
  dheera_client_set_timeout (client, timeout);
  g_signal_connect (client, "call-finished", G_CALLBACK (count_finished_cb), &finished);

  if (stream_mode)
    {
      g_autoptr(DheeraStream) stream = dheera_client_stream (client, request);

      g_assert_null (c->mode & ASYNC ? collect_async (stream, NULL, &error) : dheera_stream_collect (stream, NULL, &error));
      if (fault >= stream_faults && fault < stream_faults + G_N_ELEMENTS (stream_faults))
        g_assert_cmpstr (dheera_stream_get_text (stream), ==, "word word ");
    }
  else
    g_assert_null (c->mode & ASYNC ? complete_async (client, request, NULL, &error) : dheera_client_complete (client, request, NULL, &error));

  g_test_message ("%s", error->message);
  g_assert_error (error, DHEERA_ERROR, (int) code);
  check_sentence (error);
  g_assert_nonnull (strstr (error->message, fault->words));
  g_assert_cmpuint (finished, ==, 1);
  g_assert_cmpuint (fault_server_get_n_requests (server), ==, 1);
  /* The promise is 250 ms after the deadline; the rest is for a busy machine. */
  g_assert_cmpfloat ((g_get_monotonic_time () - start) / 1e6, <, timeout + LATE);
}

/* --- What is no fault --------------------------------------------------------------------------------------------------------------- */

/* The protocol's end counts, not the bytes': a server that goes away after it, or never says [DONE], has answered. */
static void
test_good_ends (gconstpointer data)
{
  gboolean async = GPOINTER_TO_INT (data);
  static const char *const tails[] = {
    STOP_EVENT EVENT ("[DONE]"),
    STOP_EVENT,
    STOP_EVENT "data: [DONE]",
    STOP_EVENT ": the end\n\n" EVENT ("[DONE]") "whatever follows\n\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (tails); i++)
    {
      g_autofree char *answer = g_strconcat ("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n", TEXT ("Hello"), tails[i], NULL);
      g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
      g_autoptr(DheeraClient) client = dheera_client_new ();
      g_autoptr(DheeraRequest) request = request_to (server);
      g_autoptr(DheeraStream) stream = dheera_client_stream (client, request);
      g_autoptr(DheeraResponse) response = NULL;
      g_autoptr(GError) error = NULL;

      fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (answer), FAULT_CLOSE (), FAULT_END);
      response = async ? collect_async (stream, NULL, &error) : dheera_stream_collect (stream, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (dheera_response_get_text (response), ==, "Hello");
      g_assert_cmpint (dheera_response_get_finish_reason (response), ==, DHEERA_FINISH_REASON_STOP);
    }
}

/* A connection that is reset, or ends within a chunk, behind the last finish reason has taken nothing away. */
static void
test_broken_behind_the_end (gconstpointer data)
{
  gboolean async = GPOINTER_TO_INT (data);

  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *events = g_strconcat (TEXT ("Hello"), STOP_EVENT, NULL);
      g_autofree char *answer = g_strdup_printf (SSE_HEAD "%x\r\n%s\r\n%s", (guint) strlen (events), events, i == 0 ? "" : "40\r\n");
      g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
      g_autoptr(DheeraClient) client = dheera_client_new ();
      g_autoptr(DheeraRequest) request = request_to (server);
      g_autoptr(DheeraStream) stream = dheera_client_stream (client, request);
      g_autoptr(DheeraResponse) response = NULL;
      g_autoptr(GError) error = NULL;

      if (i == 0)
        fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (answer), FAULT_WAIT (100), FAULT_RESET (), FAULT_END);
      else
        fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (answer), FAULT_CLOSE (), FAULT_END);
      response = async ? collect_async (stream, NULL, &error) : dheera_stream_collect (stream, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (dheera_response_get_text (response), ==, "Hello");
    }
}

#define LINE(text, rest) "{\"model\":\"m\",\"message\":{\"role\":\"assistant\",\"content\":\"" text "\"}," rest "}\n"

/* Ollama's lines under the content type of a single object, from a proxy that knows no better: what came before the connection broke counts here, too. */
static void
test_broken_lines (gconstpointer data)
{
  gboolean async = GPOINTER_TO_INT (data);
  static const char *const bodies[] = { LINE ("Hel", "\"done\":false") LINE ("lo", "\"done\":false") "{\"model\":",
                                        LINE ("Hel", "\"done\":false") LINE ("lo", "\"done\":true,\"done_reason\":\"stop\"") };

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autofree char *answer = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n40\r\n",
                                                 (guint) strlen (bodies[i]), bodies[i]);
      g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
      g_autofree char *url = fault_server_dup_url (server, "");
      g_autoptr(DheeraClient) client = dheera_client_new ();
      g_autoptr(DheeraRequest) request = dheera_request_new_for_prompt ("ollama/m", "Hi");
      g_autoptr(DheeraStream) stream = NULL;
      g_autoptr(DheeraResponse) response = NULL;
      g_autoptr(GError) error = NULL;

      dheera_base_request_set_base_url (DHEERA_BASE_REQUEST (request), url);
      dheera_base_request_set_max_retries (DHEERA_BASE_REQUEST (request), 0);
      stream = dheera_client_stream (client, request);
      if (i == 0)
        fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (answer), FAULT_WAIT (100), FAULT_RESET (), FAULT_END);
      else
        fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (answer), FAULT_CLOSE (), FAULT_END);
      response = async ? collect_async (stream, NULL, &error) : dheera_stream_collect (stream, NULL, &error);
      if (i == 0)
        g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_STREAM_INTERRUPTED);
      else
        g_assert_no_error (error);
      g_assert_cmpstr (dheera_stream_get_text (stream), ==, "Hello");
    }
}

/* [DONE] is the end even when the server keeps the connection open. */
static void
test_done_without_a_close (void)
{
  g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request = request_to (server);
  g_autoptr(DheeraStream) stream = dheera_client_stream (client, request);
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(GError) error = NULL;

  fault_server_script (server, FAULT_EXPECT (),
                       FAULT_SEND ("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" TEXT ("Hello") STOP_EVENT EVENT ("[DONE]")),
                       FAULT_STALL (), FAULT_END);
  response = collect_async (stream, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (dheera_response_get_text (response), ==, "Hello");
}

/* A server that knows no streams answers whole: the stream has one piece. */
static void
test_whole_answer_to_a_stream (void)
{
  g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request = request_to (server);
  g_autoptr(DheeraStream) stream = dheera_client_stream (client, request);
  g_autoptr(DheeraDelta) delta = NULL;
  g_autoptr(GError) error = NULL;

  fault_server_script (server, FAULT_EXPECT (),
                       FAULT_SEND (JSON_HEAD ("200 OK") "{\"choices\":[{\"index\":0,\"message\":{\"content\":\"Hello\"},\"finish_reason\":\"stop\"}]}"),
                       FAULT_CLOSE (), FAULT_END);
  delta = dheera_stream_next (stream, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (dheera_delta_get_text (delta), ==, "Hello");
  g_assert_null (dheera_stream_next (stream, NULL, &error));
  g_assert_no_error (error);
}

/* What is refused by its head gives its connection back all the same: a session of two connections would be used up by the third call. */
static void
test_refused_heads_give_back (gconstpointer data)
{
  gboolean async = GPOINTER_TO_INT (data);
  g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
  g_autoptr(SoupSession) session = soup_session_new ();
  g_autoptr(DheeraClient) client = dheera_client_new_with_session (session);
  g_autoptr(DheeraRequest) request = request_to (server);

  fault_server_script (server, FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 302 Found\r\nLocation: http://other.example/\r\nContent-Length: 5\r\n\r\nmoved"),
                       FAULT_AGAIN (), FAULT_END);
  dheera_client_set_timeout (client, 5);
  for (guint i = 0; i < 5; i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_null (async ? complete_async (client, request, NULL, &error) : dheera_client_complete (client, request, NULL, &error));
      g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_PROTOCOL);
    }
}

/* The gap between two reads counts for whole answers too, once they have begun; blank lines are no beginning. */
static void
test_idle_whole_answer (gconstpointer data)
{
  gboolean async = GPOINTER_TO_INT (data);
  g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request = request_to (server);
  g_autoptr(GError) error = NULL;
  gint64 start = g_get_monotonic_time ();

  fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (JSON_HEAD ("200 OK") "\n\n"), FAULT_WAIT (500), FAULT_SEND ("{\"choices\""),
                       FAULT_STALL (), FAULT_END);
  dheera_client_set_max_retries (client, 0);
  dheera_client_set_timeout (client, 2 * LATE);
  dheera_client_set_idle_timeout (client, 0.3);
  g_assert_null (async ? complete_async (client, request, NULL, &error) : dheera_client_complete (client, request, NULL, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_TIMEOUT);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 750 * 1000);
  g_assert_cmpint (g_get_monotonic_time () - start, <, (1 + LATE) * G_USEC_PER_SEC);
}

/* --- No server at all ------------------------------------------------------------------------------------------------------------------ */

static void
test_refused (gconstpointer data)
{
  gboolean async = GPOINTER_TO_INT (data);
  g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request = request_to (server);
  g_autoptr(GError) error = NULL;

  g_clear_pointer (&server, fault_server_free);
  dheera_client_set_max_retries (client, 0);
  g_assert_null (async ? complete_async (client, request, NULL, &error) : dheera_client_complete (client, request, NULL, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_CONNECTION);
  g_test_message ("%s", error->message);
  check_sentence (error);
  g_assert_true (g_str_has_suffix (error->message, " See whether the server is running there."));
}

static void
test_no_such_host (gconstpointer data)
{
  gboolean async = GPOINTER_TO_INT (data);
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request = dheera_request_new_for_prompt ("vllm/m", "Hi");
  g_autoptr(GError) error = NULL;

  dheera_base_request_set_base_url (DHEERA_BASE_REQUEST (request), "http://no-such-host.invalid/v1");
  dheera_client_set_max_retries (client, 0);
  g_assert_null (async ? complete_async (client, request, NULL, &error) : dheera_client_complete (client, request, NULL, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_CONNECTION);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, "no-such-host.invalid"));
  g_assert_true (g_str_has_suffix (error->message, " See whether the name is right, this machine is online, and a proxy is needed."));
}

static void
note_attempt_cb (DheeraClient *client,
                 DheeraCall   *call,
                 gpointer      data)
{
  guint *attempt = data;

  *attempt = dheera_call_get_attempt (call);
}

static void
test_no_such_host_twice (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request = dheera_request_new_for_prompt ("vllm/m", "Hi");
  g_autoptr(GError) error = NULL;
  guint attempt = 0;

  dheera_base_request_set_base_url (DHEERA_BASE_REQUEST (request), "http://no-such-host.invalid/v1");
  dheera_client_set_max_retries (client, 5);
  g_signal_connect (client, "attempt-finished", G_CALLBACK (note_attempt_cb), &attempt);
  g_assert_null (dheera_client_complete (client, request, NULL, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_CONNECTION);
  g_assert_cmpuint (attempt, ==, 2);
}

static void
test_tls (gconstpointer data)
{
  gboolean async = GPOINTER_TO_INT (data);
  static const struct
  {
    FaultTls tls;
    const char *words;
  } cases[] = {
    { FAULT_TLS_OTHER_HOST, "localhost" },
    { FAULT_TLS_EXPIRED, "expired" },
    { FAULT_TLS_WANTS_CLIENT, "client certificate" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(FaultServer) server = fault_server_new (cases[i].tls);
      g_autoptr(GTlsDatabase) database = fault_server_new_database ();
      g_autoptr(SoupSession) session = soup_session_new_with_options ("tls-database", database, NULL);
      g_autoptr(DheeraClient) client = dheera_client_new_with_session (session);
      g_autoptr(DheeraRequest) request = request_to (server);
      g_autoptr(GError) error = NULL;

      fault_server_script (server, FAULT_EXPECT (), FAULT_STALL (), FAULT_END);
      g_assert_null (async ? complete_async (client, request, NULL, &error) : dheera_client_complete (client, request, NULL, &error));
      g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_TLS);
      g_test_message ("%s", error->message);
      check_sentence (error);
      g_assert_nonnull (strstr (error->message, cases[i].words));
      g_assert_false (dheera_error_details_get_retryable (dheera_error_get_details (error)));
    }
}

static void
add_faults (const Fault *table,
            guint        n,
            Mode         first)
{
  for (guint i = 0; i < n; i++)
    for (Mode mode = first; mode <= (STREAM | ASYNC); mode++)
      {
        g_autofree char *path = g_strdup_printf ("/faults/%s/%s", table[i].name, mode_names[mode]);
        Case *c = g_new (Case, 1);

        *c = (Case) { &table[i], mode };
        g_test_add_data_func_full (path, c, test_fault, g_free);
      }
}

static void
add_both (const char    *path,
          GTestDataFunc  func)
{
  g_autofree char *async = g_strconcat (path, "/async", NULL);
  g_autofree char *blocking = g_strconcat (path, "/blocking", NULL);

  g_test_add_data_func (blocking, GINT_TO_POINTER (FALSE), func);
  g_test_add_data_func (async, GINT_TO_POINTER (TRUE), func);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  add_faults (faults, G_N_ELEMENTS (faults), BLOCKING);
  add_faults (stream_faults, G_N_ELEMENTS (stream_faults), STREAM);
  add_both ("/faults/good-ends", test_good_ends);
  add_both ("/faults/broken-behind-the-end", test_broken_behind_the_end);
  add_both ("/faults/broken-lines", test_broken_lines);
  g_test_add_func ("/faults/done-without-a-close", test_done_without_a_close);
  g_test_add_func ("/faults/whole-answer-to-a-stream", test_whole_answer_to_a_stream);
  add_both ("/faults/refused-heads-give-back", test_refused_heads_give_back);
  add_both ("/faults/idle-whole-answer", test_idle_whole_answer);
  add_both ("/faults/refused", test_refused);
  add_both ("/faults/no-such-host", test_no_such_host);
  g_test_add_func ("/faults/no-such-host-twice", test_no_such_host_twice);
  add_both ("/faults/tls", test_tls);

  return g_test_run ();
}
