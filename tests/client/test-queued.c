/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A session of the application's that allows two connections to a host, both of which are in use: the third call waits. How long is in its record, the application is told why, once,
 * and whatever stops a call stops this one as well. */

#include "client-util.h"

#include "tests/servers/fault-server.h"

#define ANSWER \
  "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 87\r\n\r\n" \
  "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"Hello\"},\"finish_reason\":\"stop\"}]}"
#define WAIT_MS 200

#define N_SLOTS 2

typedef enum
{
  BY_CANCELLABLE,
  BY_CALL,
  BY_STREAM,
  BY_FIRST_TOKEN_TIMEOUT,
  BY_TIMEOUT,
  N_STOPS
} Stop;

static const char *const stop_names[] = { "cancellable", "call", "stream", "first-token-timeout", "timeout" };

typedef struct
{
  Stop stop;
  gboolean streamed;
  gboolean async;
} Case;

typedef struct
{
  FaultServer *server;
  SoupSession *session;
  DheeraClient *client;
  GThread *holders[N_SLOTS]; /* of the connections */
  DheeraCall *call;          /* of the call that waits */
  DheeraStream *stream;      /* nullable */
  GCancellable *cancellable;
} Fixture;

static guint n_hints;

static GLogWriterOutput
count_hints (GLogLevelFlags   level,
             const GLogField *fields,
             gsize            n_fields,
             gpointer         user_data)
{
  for (gsize i = 0; i < n_fields; i++)
    if (g_str_equal (fields[i].key, "MESSAGE") && g_pattern_match_simple ("A request to 127.0.0.1 waits*all 2 connections*max-conns-per-host*", fields[i].value))
      g_atomic_int_inc (&n_hints);
  return g_log_writer_default (level, fields, n_fields, user_data);
}

static DheeraRequest *
new_request (Fixture *fixture)
{
  g_autofree char *url = fault_server_dup_url (fixture->server, "/v1");
  DheeraRequest *request = dheera_request_new_for_prompt ("vllm/m", "Hi");

  dheera_base_request_set_base_url (DHEERA_BASE_REQUEST (request), url);
  dheera_base_request_set_max_retries (DHEERA_BASE_REQUEST (request), 0);
  return request;
}

static gpointer
hold_connection (gpointer data)
{
  Fixture *fixture = data;
  g_autoptr(DheeraRequest) request = new_request (fixture);
  g_autoptr(GError) error = NULL;
  g_autoptr(DheeraResponse) response = dheera_client_complete (fixture->client, request, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (response);
  return NULL;
}

static void
call_started_cb (DheeraClient *client,
                 DheeraCall   *call,
                 gpointer      data)
{
  g_set_object (&((Fixture *) data)->call, call);
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_atomic_int_set (&n_hints, 0);
  fixture->server = fault_server_new (FAULT_TLS_NONE);
  fault_server_script (fixture->server, FAULT_EXPECT (), FAULT_SIGNAL (), FAULT_SEND (ANSWER), FAULT_AGAIN (), FAULT_END);
  fixture->session = soup_session_new_with_options ("max-conns-per-host", N_SLOTS, NULL);
  fixture->client = dheera_client_new_with_session (fixture->session);
  fixture->cancellable = g_cancellable_new ();
  /* One after the other: two threads that connect to a host of a session for the first time may both parse its address, and GIO loses one of the results. */
  for (guint i = 0; i < N_SLOTS; i++)
    {
      fixture->holders[i] = g_thread_new ("holder", hold_connection, fixture);
      fault_server_wait_for_requests (fixture->server, i + 1);
    }
  g_assert_cmpuint (fault_server_get_n_requests (fixture->server), ==, N_SLOTS);
  g_signal_connect (fixture->client, "call-started", G_CALLBACK (call_started_cb), fixture);
  g_assert_cmpuint (g_atomic_int_get (&n_hints), ==, 0);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  for (guint i = 0; i < N_SLOTS; i++)
    fault_server_signal (fixture->server);
  for (guint i = 0; i < N_SLOTS; i++)
    g_thread_join (fixture->holders[i]);
  g_assert_cmpuint (fault_server_get_n_connections (fixture->server), ==, N_SLOTS);
  g_clear_object (&fixture->call);
  g_clear_object (&fixture->stream);
  g_object_unref (fixture->cancellable);
  g_object_unref (fixture->client);
  g_object_unref (fixture->session);
  fault_server_free (fixture->server);
}

/* The hint is there when the call waits. */
static void
wait_for_hint (void)
{
  while (g_atomic_int_get (&n_hints) == 0)
    g_usleep (1000);
}

static gpointer
answer_later (gpointer data)
{
  Fixture *fixture = data;

  wait_for_hint ();
  g_usleep (WAIT_MS * 1000);
  for (guint i = 0; i < 2 * N_SLOTS; i++)
    fault_server_signal (fixture->server);
  return NULL;
}

/* It gets its connection as soon as there is one, and says how long that took; the second one that waits is not worth another word. */
static void
test_wait (Fixture       *fixture,
           gconstpointer  data)
{
  gboolean async = GPOINTER_TO_INT (data);
  GThread *thread = g_thread_new ("answer", answer_later, fixture);

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr(DheeraRequest) request = new_request (fixture);
      g_autoptr(GError) error = NULL;
      g_autoptr(DheeraResponse) response = async ? complete_async (fixture->client, request, NULL, &error)
                                                 : dheera_client_complete (fixture->client, request, NULL, &error);
      double seconds;

      g_assert_no_error (error);
      seconds = dheera_call_get_queue_time (dheera_response_get_call (response));
      if (i == 0)
        g_assert_cmpfloat (seconds, >=, WAIT_MS / 2000.0);
      g_assert_cmpfloat (seconds, <=, dheera_call_get_first_byte_time (dheera_response_get_call (response)));
      g_assert_true (dheera_call_get_connection_reused (dheera_response_get_call (response)));
    }
  g_thread_join (thread);
  g_assert_cmpuint (g_atomic_int_get (&n_hints), ==, 1);
}

static void
stop (Fixture    *fixture,
      const Case *c)
{
  switch (c->stop)
    {
    case BY_CANCELLABLE:
      g_cancellable_cancel (fixture->cancellable);
      break;
    case BY_CALL:
      dheera_call_cancel (fixture->call);
      break;
    case BY_STREAM:
      dheera_stream_cancel (fixture->stream);
      break;
    case BY_FIRST_TOKEN_TIMEOUT:
    case BY_TIMEOUT:
    case N_STOPS:
    default:
      break;
    }
}

typedef struct
{
  Fixture *fixture;
  const Case *c;
} Stopping;

static gboolean
stop_cb (gpointer data)
{
  Stopping *stopping = data;

  stop (stopping->fixture, stopping->c);
  return G_SOURCE_REMOVE;
}

static gpointer
stop_thread (gpointer data)
{
  wait_for_hint ();
  stop_cb (data);
  return NULL;
}

static void
run (Fixture        *fixture,
     const Case     *c,
     DheeraRequest  *request,
     GError        **error)
{
  GCancellable *cancellable = fixture->cancellable;

  if (c->streamed)
    {
      fixture->stream = dheera_client_stream (fixture->client, request);
      g_assert_null (c->async ? next_async (fixture->stream, cancellable, error) : dheera_stream_next (fixture->stream, cancellable, error));
      return;
    }
  g_assert_null (c->async ? complete_async (fixture->client, request, cancellable, error)
                          : dheera_client_complete (fixture->client, request, cancellable, error));
}

static void
test_stop (Fixture       *fixture,
           gconstpointer  data)
{
  const Case *c = data;
  Stopping stopping = { fixture, c };
  gboolean is_timeout = c->stop == BY_FIRST_TOKEN_TIMEOUT || c->stop == BY_TIMEOUT;
  g_autoptr(DheeraRequest) request = new_request (fixture);
  g_autoptr(GError) error = NULL;
  GThread *thread = NULL;

  if (c->stop == BY_FIRST_TOKEN_TIMEOUT)
    dheera_base_request_set_first_token_timeout (DHEERA_BASE_REQUEST (request), 0.1);
  if (c->stop == BY_TIMEOUT)
    dheera_base_request_set_timeout (DHEERA_BASE_REQUEST (request), 0.1);
  if (c->async)
    g_timeout_add (30, stop_cb, &stopping);
  else
    thread = g_thread_new ("stop", stop_thread, &stopping);
  run (fixture, c, request, &error);
  g_clear_pointer (&thread, g_thread_join);

  if (is_timeout)
    {
      g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_TIMEOUT);
      g_assert_true (g_pattern_match_simple ("*not sent within 0.1 seconds*all 2 connections*max-conns-per-host*", error->message));
    }
  else
    {
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    }
  g_assert_cmpuint (g_atomic_int_get (&n_hints), ==, 1);
  /* The server has not heard of it, and the others have their connections still. */
  g_assert_cmpuint (fault_server_get_n_requests (fixture->server), ==, N_SLOTS);
}

static void
add_stops (void)
{
  for (Stop s = 0; s < N_STOPS; s++)
    for (guint streamed = s == BY_STREAM; streamed < 2; streamed++)
      for (guint async = 0; async < 2; async++)
        {
          g_autofree char *path = g_strdup_printf ("/queued/stop/%s/%s/%s", streamed ? "stream" : "complete", async ? "async" : "blocking", stop_names[s]);
          static Case cases[4 * N_STOPS];
          static guint n;

          cases[n] = (Case) { s, streamed, async };
          g_test_add (path, Fixture, &cases[n], set_up, test_stop, tear_down);
          n++;
        }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_writer_func (count_hints, NULL, NULL);
  /* Of newer versions of GLib the one for tests hands nothing on. */
  g_log_set_default_handler (g_log_default_handler, NULL);

  g_test_add ("/queued/wait/async", Fixture, GINT_TO_POINTER (TRUE), set_up, test_wait, tear_down);
  g_test_add ("/queued/wait/blocking", Fixture, GINT_TO_POINTER (FALSE), set_up, test_wait, tear_down);
  add_stops ();

  return g_test_run ();
}
