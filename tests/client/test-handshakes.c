/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A thousand calls over TLS, one after the other: one connection, one handshake. */

#include "client-util.h"

#include "tests/servers/fault-server.h"
#include "tests/servers/model-server.h"

#define N_CALLS 1000
#define BODY "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"" MODEL_SERVER_TEXT "\"},\"finish_reason\":\"stop\"}]}"
#define WHOLE "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n" BODY
#define STREAM \
  "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n" \
  "3f\r\ndata: {\"choices\":[{\"delta\":{\"content\":\"" MODEL_SERVER_TEXT "\"}}]}\n\n\r\n" \
  "39\r\ndata: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n\r\n" \
  "e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n"

G_STATIC_ASSERT (sizeof BODY - 1 == 99);

typedef enum
{
  COMPLETE,
  COMPLETE_ASYNC,
  NEXT,
  COLLECT_ASYNC,
  N_WAYS
} Way;

typedef struct
{
  const char *name;
  const Way *ways; /* taken in turn */
  guint n_ways;
  gboolean users;  /* session */
  gboolean http2;  /* of that */
} Case;

static const Way blocking[] = { COMPLETE };
static const Way async[] = { COMPLETE_ASYNC };
static const Way streamed[] = { NEXT, COLLECT_ASYNC };
static const Way mixed[] = { COMPLETE, COMPLETE_ASYNC, NEXT, COLLECT_ASYNC };
/* A blocking call takes the connection that is there, but does not open one that speaks HTTP/2. */
static const Way async_first[] = { COMPLETE_ASYNC, COLLECT_ASYNC, COMPLETE, NEXT };

#define WAYS(ways) ways, G_N_ELEMENTS (ways)

static const Case cases[] = {
  { "own-session/blocking", WAYS (blocking) },
  { "own-session/async", WAYS (async) },
  { "own-session/streams", WAYS (streamed) },
  { "own-session/mixed", WAYS (mixed) },
  { "users-session/mixed", WAYS (mixed), TRUE },
  { "users-session-http2/async", WAYS (async), TRUE, TRUE },
  { "users-session-http2/mixed", WAYS (async_first), TRUE, TRUE },
};

static guint n_handshakes;

static void
network_event_cb (SoupMessage        *message,
                  GSocketClientEvent  event,
                  GIOStream          *connection,
                  gpointer            data)
{
  if (event == G_SOCKET_CLIENT_TLS_HANDSHAKING)
    g_atomic_int_inc (&n_handshakes);
}

static void
request_queued_cb (SoupSession *session,
                   SoupMessage *message,
                   gpointer     data)
{
  g_signal_connect (message, "network-event", G_CALLBACK (network_event_cb), NULL);
}

static DheeraClient *
new_client (const Case *c)
{
  g_autoptr(DheeraSessionOptions) options = dheera_session_options_new ();
  g_autofree char *authority = fault_server_dup_certificate ("ca.pem");
  g_autoptr(GTlsDatabase) database = fault_server_new_database ();
  g_autoptr(SoupSession) session = NULL;

  if (c->users)
    {
      session = soup_session_new_with_options ("tls-database", database, NULL);
      g_signal_connect (session, "request-queued", G_CALLBACK (request_queued_cb), NULL);
      return dheera_client_new_with_session (session);
    }
  dheera_session_options_set_ca_file (options, authority);
  return g_object_new (DHEERA_TYPE_CLIENT, "session-options", options, NULL);
}

static void
ask (DheeraClient *client,
     const char   *base_url,
     Way           way)
{
  g_autoptr(DheeraRequest) request = dheera_request_new_for_prompt ("vllm/m", "Hi");
  g_autoptr(DheeraStream) stream = NULL;
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(GError) error = NULL;

  dheera_base_request_set_base_url (DHEERA_BASE_REQUEST (request), base_url);
  dheera_base_request_set_max_retries (DHEERA_BASE_REQUEST (request), 0);
  if (way >= NEXT)
    stream = dheera_client_stream (client, request);
  if (way == NEXT)
    read_to_end (stream);
  else if (way == COLLECT_ASYNC)
    response = collect_async (stream, NULL, &error);
  else
    response = way == COMPLETE ? dheera_client_complete (client, request, NULL, &error) : complete_async (client, request, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (stream != NULL ? dheera_stream_get_text (stream) : dheera_response_get_text (response), ==, MODEL_SERVER_TEXT);
}

/* What is accepted is counted, whether or not a request comes over it. */
static FaultServer *
new_server (const Case *c)
{
  FaultServer *server = fault_server_new (FAULT_TLS_GOOD);
  FaultStep steps[2 * N_WAYS + 2];
  guint n = 0;

  for (guint i = 0; i < c->n_ways; i++)
    {
      steps[n++] = (FaultStep) FAULT_EXPECT ();
      steps[n++] = (FaultStep) FAULT_SEND (c->ways[i] >= NEXT ? STREAM : WHOLE);
    }
  steps[n++] = (FaultStep) FAULT_AGAIN ();
  steps[n] = (FaultStep) FAULT_END;
  fault_server_add_script (server, steps);
  return server;
}

static void
test_http1 (gconstpointer data)
{
  const Case *c = data;
  g_autoptr(FaultServer) server = new_server (c);
  g_autoptr(DheeraClient) client = new_client (c);
  g_autofree char *url = fault_server_dup_url (server, "/v1");

  for (guint i = 0; i < N_CALLS; i++)
    ask (client, url, c->ways[i % c->n_ways]);
  g_assert_cmpuint (fault_server_get_n_requests (server), ==, N_CALLS);
  g_assert_cmpuint (fault_server_get_n_connections (server), ==, 1);
}

/* The connections that requests come over are counted here, and the handshakes by the session. */
static void
test_http2 (gconstpointer data)
{
  const Case *c = data;
  g_autoptr(ModelServer) server = model_server_new (MODEL_SERVER_TLS_HTTP2);
  g_autoptr(DheeraClient) client = new_client (c);

  g_atomic_int_set (&n_handshakes, 0);
  for (guint i = 0; i < N_CALLS; i++)
    {
      ask (client, model_server_get_base_url (server), c->ways[i % c->n_ways]);
      g_assert_cmpint (model_server_get_version (server), ==, SOUP_HTTP_2_0);
    }
  g_assert_cmpuint (model_server_get_requests (server), ==, N_CALLS);
  g_assert_cmpuint (model_server_get_connections (server), ==, 1);
  g_assert_cmpuint (g_atomic_int_get (&n_handshakes), ==, 1);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/handshakes/%s", cases[i].name);

      g_test_add_data_func (path, &cases[i], cases[i].http2 ? test_http2 : test_http1);
    }
  return g_test_run ();
}
