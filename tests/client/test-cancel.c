/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Stopping: in each phase, by each handle, blocking and asynchronous. The call ends once, with G_IO_ERROR_CANCELLED, soon, and the server sees it. */

#include "client-util.h"

#include "tests/servers/fault-server.h"

#define SSE_HEAD "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
#define TEXT "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"word\"}}]}\n\n"

typedef struct
{
  const char *name;
  FaultStep steps[5];
  const char *text; /* what had come in */
} Phase;

static const Phase phases[] = {
  { "before-the-head", { FAULT_EXPECT (), FAULT_STALL (), FAULT_END }, "" },
  { "in-the-head", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 200 OK\r\nContent-"), FAULT_STALL (), FAULT_END }, "" },
  { "before-the-body", { FAULT_EXPECT (), FAULT_SEND (SSE_HEAD), FAULT_STALL (), FAULT_END }, "" },
  { "in-the-body", { FAULT_EXPECT (), FAULT_SEND (SSE_HEAD TEXT "data: {\"choices\""), FAULT_STALL (), FAULT_END }, "word" },
  { "in-an-error-body", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 500 Oops\r\nContent-Length: 100\r\n\r\n{"), FAULT_STALL (), FAULT_END }, "" },
};

typedef enum
{
  BY_CANCELLABLE,
  BY_CALL,
  BY_CLIENT,
  N_HANDLES
} Handle;

static const char *const handle_names[] = { "cancellable", "call", "cancel-all" };

typedef enum
{
  COMPLETE,
  STREAM,
  N_KINDS
} Kind;

static const char *const kind_names[] = { "complete", "stream" };

typedef struct
{
  const Phase *phase;
  Handle handle;
  Kind kind;
  gboolean async;
} Case;

typedef struct
{
  const Case *c;
  DheeraClient *client;
  FaultServer *server;
  DheeraCall *call;
  GCancellable *cancellable;
  int has_text; /* atomic */
  guint n_looks;
  gint64 cancelled_at;
  guint finished;
} Test;

static void
call_started_cb (DheeraClient *client,
                 DheeraCall   *call,
                 gpointer      data)
{
  Test *test = data;

  test->call = g_object_ref (call);
}

static void
call_finished_cb (DheeraClient *client,
                  DheeraCall   *call,
                  gpointer      data)
{
  Test *test = data;

  test->finished++;
}

static void
stop (Test *test)
{
  test->cancelled_at = g_get_monotonic_time ();
  switch (test->c->handle)
    {
    case BY_CANCELLABLE:
      g_cancellable_cancel (test->cancellable);
      break;
    case BY_CALL:
      dheera_call_cancel (test->call);
      break;
    case BY_CLIENT:
    case N_HANDLES:
    default:
      dheera_client_cancel_all (test->client);
    }
}

static void
text_cb (DheeraStream *stream,
         GParamSpec   *pspec,
         gpointer      data)
{
  Test *test = data;

  g_atomic_int_set (&test->has_text, TRUE);
}

static gboolean
is_under_way (Test *test)
{
  gboolean expects_text = test->c->kind == STREAM && *test->c->phase->text != '\0';

  return fault_server_get_n_requests (test->server) > 0 && (!expects_text || g_atomic_int_get (&test->has_text));
}

/* Some time after the server has read the request, when it has sent what it is going to send */
static gboolean
stop_cb (gpointer data)
{
  Test *test = data;

  if (!is_under_way (test) || test->n_looks++ == 0)
    return G_SOURCE_CONTINUE;
  stop (test);
  return G_SOURCE_REMOVE;
}

static gpointer
stop_thread (gpointer data)
{
  Test *test = data;

  while (!is_under_way (test))
    g_usleep (1000);
  g_usleep (40 * 1000);
  stop (test);
  return NULL;
}

static void
run (Test          *test,
     DheeraRequest *request,
     DheeraStream **stream,
     GError       **error)
{
  gboolean async = test->c->async;

  if (test->c->kind == STREAM)
    {
      *stream = dheera_client_stream (test->client, request);
      g_signal_connect (*stream, "notify::text", G_CALLBACK (text_cb), test);
      g_assert_null (async ? collect_async (*stream, test->cancellable, error) : dheera_stream_collect (*stream, test->cancellable, error));
    }
  else
    g_assert_null (async ? complete_async (test->client, request, test->cancellable, error)
                         : dheera_client_complete (test->client, request, test->cancellable, error));
}

static void
test_stop (gconstpointer data)
{
  const Case *c = data;
  g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request = dheera_request_new_for_prompt ("vllm/m", "Hi");
  g_autofree char *url = fault_server_dup_url (server, "/v1");
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(DheeraStream) stream = NULL;
  g_autoptr(GError) error = NULL;
  GThread *thread = NULL;
  Test test = { .c = c, .client = client, .server = server, .cancellable = cancellable };

  fault_server_add_script (server, c->phase->steps);
  dheera_base_request_set_base_url (DHEERA_BASE_REQUEST (request), url);
  g_signal_connect (client, "call-started", G_CALLBACK (call_started_cb), &test);
  g_signal_connect (client, "call-finished", G_CALLBACK (call_finished_cb), &test);

  if (c->async)
    g_timeout_add (40, stop_cb, &test);
  else
    thread = g_thread_new ("stop", stop_thread, &test);
  run (&test, request, &stream, &error);
  g_assert_cmpint (g_get_monotonic_time () - test.cancelled_at, <, LATE * G_USEC_PER_SEC);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (test.finished, ==, 1);
  g_assert_cmpint (g_cancellable_is_cancelled (cancellable), ==, c->handle == BY_CANCELLABLE);
  if (stream != NULL)
    g_assert_cmpstr (dheera_stream_get_text (stream), ==, c->phase->text);
  /* libsoup lets go of the connection from the main context. */
  for (guint i = 0; i < 20; i++)
    g_main_context_iteration (NULL, FALSE);
  fault_server_wait_for_gone (server, 1);
  g_assert_cmpuint (fault_server_get_n_requests (server), ==, 1);

  g_clear_pointer (&thread, g_thread_join);
  g_object_unref (test.call);
}

static void
test_cancelled_before (gconstpointer data)
{
  gboolean async = GPOINTER_TO_INT (data);
  g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request = dheera_request_new_for_prompt ("vllm/m", "Hi");
  g_autofree char *url = fault_server_dup_url (server, "/v1");
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;

  dheera_base_request_set_base_url (DHEERA_BASE_REQUEST (request), url);
  g_cancellable_cancel (cancellable);
  g_assert_null (async ? complete_async (client, request, cancellable, &error) : dheera_client_complete (client, request, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (fault_server_get_n_requests (server), ==, 0);
}

/* A cancellable may be fired from inside the callback of a call that it belonged to, and used no more. */
static void
fire_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(DheeraResponse) response = dheera_client_complete_finish (DHEERA_CLIENT (source), result, &error);
  gpointer *place = data;

  g_assert_no_error (error);
  g_cancellable_cancel (place[0]);
  place[1] = source;
}

static void
test_cancelled_after (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request = mock_request ("mock/echo", "Hi", NULL);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  gpointer place[2] = { cancellable, NULL };

  dheera_client_complete_async (client, request, cancellable, fire_cb, place);
  while (place[1] == NULL)
    g_main_context_iteration (NULL, TRUE);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (guint p = 0; p < G_N_ELEMENTS (phases); p++)
    for (Handle handle = 0; handle < N_HANDLES; handle++)
      for (Kind kind = 0; kind < N_KINDS; kind++)
        for (int async = 0; async < 2; async++)
          {
            g_autofree char *path = g_strdup_printf ("/cancel/%s/%s/%s/%s", phases[p].name, kind_names[kind], async ? "async" : "blocking",
                                                     handle_names[handle]);
            Case *c = g_new (Case, 1);

            *c = (Case) { &phases[p], handle, kind, async };
            g_test_add_data_func_full (path, c, test_stop, g_free);
          }
  g_test_add_data_func ("/cancel/before/blocking", GINT_TO_POINTER (FALSE), test_cancelled_before);
  g_test_add_data_func ("/cancel/before/async", GINT_TO_POINTER (TRUE), test_cancelled_before);
  g_test_add_func ("/cancel/after", test_cancelled_after);

  return g_test_run ();
}
