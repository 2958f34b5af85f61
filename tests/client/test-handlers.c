/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What handlers may do: cancel, read on, ask again, let go of the stream. And cancelling a stream that nobody is reading. */

#include "client-util.h"

#include "tests/servers/fault-server.h"

#define SSE_HEAD "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
#define TEXT "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"word\"}}]}\n\n"

/* A stream that has given its first piece, and will give no other for a while */
static DheeraStream *
begin_stream (DheeraClient *client,
              const char   *options)
{
  g_autoptr(DheeraRequest) request = mock_request ("mock/echo", "One two three", options);
  DheeraStream *stream = dheera_client_stream (client, request);
  g_autoptr(GError) error = NULL;
  g_autoptr(DheeraDelta) delta = dheera_stream_next (stream, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (delta);
  return stream;
}

static void
drop_cb (gpointer  source,
         gpointer  argument,
         gpointer  data)
{
  g_clear_object ((DheeraStream **) data);
}

static void
cancel_again_cb (DheeraClient *client,
                 DheeraCall   *call,
                 gpointer      data)
{
  guint *count = data;

  g_assert_cmpuint (++*count, <=, 2);
  dheera_call_cancel (call);
  dheera_client_cancel_all (client);
}

static void
test_cancel_again (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraStream) stream = begin_stream (client, "{\"stall_after\": 1}");
  guint count = 0;

  g_signal_connect (client, "attempt-finished", G_CALLBACK (cancel_again_cb), &count);
  g_signal_connect (client, "call-finished", G_CALLBACK (cancel_again_cb), &count);
  dheera_stream_cancel (stream);
  dheera_stream_cancel (stream);
  g_assert_cmpuint (count, ==, 2);
}

static void
cancel_stream_cb (DheeraClient *client,
                  DheeraCall   *call,
                  gpointer      data)
{
  g_autoptr(GError) error = NULL;

  dheera_stream_cancel (data);
  g_assert_null (dheera_stream_next (data, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);
}

static void
test_read_on_while_cancelling (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraStream) stream = begin_stream (client, "{\"stall_after\": 1}");
  g_autoptr(GError) error = NULL;

  g_signal_connect (client, "attempt-finished", G_CALLBACK (cancel_stream_cb), stream);
  dheera_stream_cancel (stream);
  g_assert_null (dheera_stream_next (stream, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_drop_while_cancelling (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  DheeraStream *stream = begin_stream (client, "{\"stall_after\": 1}");

  g_signal_connect (client, "call-finished", G_CALLBACK (drop_cb), &stream);
  dheera_stream_cancel (stream);
  g_assert_null (stream);
}

static void
test_drop_while_reading (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  DheeraStream *stream = begin_stream (client, "{\"pace_ms\": 20}");

  g_signal_connect (client, "call-finished", G_CALLBACK (drop_cb), &stream);
  while (stream != NULL)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(DheeraDelta) delta = dheera_stream_next (stream, NULL, &error);

      g_assert_no_error (error);
    }
}

static void
test_drop_while_collecting (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  DheeraStream *stream = begin_stream (client, NULL);
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(GError) error = NULL;

  g_signal_connect (stream, "delta", G_CALLBACK (drop_cb), &stream);
  response = dheera_stream_collect (stream, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (dheera_response_get_text (response), ==, "One two three");
  g_assert_null (stream);
}

static void
iterate_cb (GCancellable *cancellable,
            gpointer      data)
{
  wait_for_result (data);
}

/* A handler of the cancellable may show a dialog, and the call end meanwhile. */
static void
test_main_loop_in_a_handler (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request = mock_request ("mock/echo", "Hi", "{\"delay_ms\": 20}");
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(GError) error = NULL;

  g_cancellable_connect (cancellable, G_CALLBACK (iterate_cb), &result, NULL);
  dheera_client_complete_async (client, request, cancellable, store_result_cb, &result);
  g_cancellable_cancel (cancellable);
  response = dheera_client_complete_finish (client, result, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (dheera_response_get_text (response), ==, "Hi");
}

/* --- Cancelling between two reads ---------------------------------------------------------------------------------------------------- */

typedef enum
{
  BY_STREAM,
  BY_CALL,
  BY_CLIENT,
} Handle;

typedef struct
{
  Handle handle;
  gboolean async;
  gboolean thread;
  DheeraClient *client;
  DheeraStream *stream;
} Pause;

static gpointer
cancel (gpointer data)
{
  Pause *pause = data;

  switch (pause->handle)
    {
    case BY_STREAM:
      dheera_stream_cancel (pause->stream);
      break;
    case BY_CALL:
      dheera_call_cancel (dheera_stream_get_call (pause->stream));
      break;
    case BY_CLIENT:
    default:
      dheera_client_cancel_all (pause->client);
    }
  return NULL;
}

static gpointer
wait_for_gone (gpointer data)
{
  gpointer *place = data;

  fault_server_wait_for_gone (place[0], 1);
  g_atomic_pointer_set (&place[1], place[0]);
  g_main_context_wakeup (NULL);
  return NULL;
}

/* The server sees the connection close although nobody reads on. */
static void
test_paused (gconstpointer data)
{
  Pause pause = *(const Pause *) data;
  gpointer place[2] = { NULL, NULL };
  GThread *thread;
  g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
  g_autofree char *url = fault_server_dup_url (server, "/v1");
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request = dheera_request_new_for_prompt ("vllm/m", "Hi");
  g_autoptr(DheeraStream) stream = NULL;
  g_autoptr(DheeraDelta) delta = NULL;
  g_autoptr(GError) error = NULL;

  fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (SSE_HEAD TEXT), FAULT_STALL (), FAULT_END);
  dheera_base_request_set_base_url (DHEERA_BASE_REQUEST (request), url);
  pause.client = client;
  pause.stream = stream = dheera_client_stream (client, request);
  delta = pause.async ? next_async (stream, NULL, &error) : dheera_stream_next (stream, NULL, &error);
  g_assert_no_error (error);

  if (pause.thread)
    g_thread_join (g_thread_new ("cancel", cancel, &pause));
  else
    cancel (&pause);
  while (dheera_stream_get_running (stream))
    g_main_context_iteration (NULL, TRUE);
  place[0] = server;
  thread = g_thread_new ("gone", wait_for_gone, place);
  while (g_atomic_pointer_get (&place[1]) == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_thread_join (thread);

  g_assert_cmpstr (dheera_stream_get_text (stream), ==, "word");
  g_assert_null (pause.async ? next_async (stream, NULL, &error) : dheera_stream_next (stream, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
add_paused (void)
{
  static const char *const names[] = { "stream", "call", "cancel-all" };
  static const Pause ways[] = { { .async = FALSE }, { .async = TRUE }, { .async = TRUE, .thread = TRUE } };

  for (guint i = 0; i < G_N_ELEMENTS (names) * G_N_ELEMENTS (ways); i++)
    {
      const Pause *way = &ways[i / G_N_ELEMENTS (names)];
      Handle handle = i % G_N_ELEMENTS (names);
      g_autofree char *path = g_strdup_printf ("/handlers/paused/%s/%s%s", names[handle], way->async ? "async" : "blocking",
                                               way->thread ? "/another-thread" : "");
      Pause *pause = g_new0 (Pause, 1);

      *pause = *way;
      pause->handle = handle;
      g_test_add_data_func_full (path, pause, test_paused, g_free);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/handlers/cancel-again", test_cancel_again);
  g_test_add_func ("/handlers/read-on-while-cancelling", test_read_on_while_cancelling);
  g_test_add_func ("/handlers/drop-while-cancelling", test_drop_while_cancelling);
  g_test_add_func ("/handlers/drop-while-reading", test_drop_while_reading);
  g_test_add_func ("/handlers/drop-while-collecting", test_drop_while_collecting);
  g_test_add_func ("/handlers/main-loop-in-a-handler", test_main_loop_in_a_handler);
  add_paused ();

  return g_test_run ();
}
