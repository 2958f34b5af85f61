/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Streams that live in a main context of their own, and are cancelled or dropped where another one is the thread's default, or another thread runs: what
 * a binding does, which knows nothing of contexts. */

#include "client-util.h"

#include "dheera-ai/mock/dheera-mock-server-private.h"

typedef struct
{
  GMainContext *context;
  DheeraStream *stream;
  guint64 gone_before;
} Fixture;

static guint64
count_gone (void)
{
  DheeraMockStats stats;

  dheera_mock_server_get_stats (&stats);
  return stats.gone;
}

/* Begins a stream that never ends, and takes its first piece. */
static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request = mock_request ("mock/echo", "One two three", "{\"stall_after\": 1}");
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(DheeraDelta) delta = NULL;
  g_autoptr(GError) error = NULL;

  fixture->gone_before = count_gone ();
  fixture->context = g_main_context_new ();
  fixture->stream = dheera_client_stream (client, request);

  g_main_context_push_thread_default (fixture->context);
  dheera_stream_next_async (fixture->stream, NULL, store_result_cb, &result);
  while (result == NULL)
    g_main_context_iteration (fixture->context, TRUE);
  delta = dheera_stream_next_finish (fixture->stream, result, &error);
  g_main_context_pop_thread_default (fixture->context);

  g_assert_no_error (error);
  g_assert_cmpstr (dheera_delta_get_text (delta), ==, "One");
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_clear_object (&fixture->stream);
  g_main_context_unref (fixture->context);
}

static gboolean
wake_cb (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

/* The server has seen the connection go. */
static void
wait_for_gone (Fixture *fixture)
{
  const gint64 end = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;
  g_autoptr(GSource) timer = g_timeout_source_new (5);

  g_source_set_callback (timer, wake_cb, NULL, NULL);
  g_source_attach (timer, fixture->context);
  g_main_context_push_thread_default (fixture->context);
  while (count_gone () == fixture->gone_before && g_get_monotonic_time () < end)
    g_main_context_iteration (fixture->context, TRUE);
  g_main_context_pop_thread_default (fixture->context);
  g_source_destroy (timer);

  g_assert_cmpuint (count_gone (), ==, fixture->gone_before + 1);
}

static void
test_cancel (Fixture       *fixture,
             gconstpointer  data)
{
  dheera_stream_cancel (fixture->stream);
  wait_for_gone (fixture);
  g_assert_false (dheera_stream_get_running (fixture->stream));
  g_assert_cmpstr (dheera_stream_get_text (fixture->stream), ==, "One");
}

static void
test_drop (Fixture       *fixture,
           gconstpointer  data)
{
  g_clear_object (&fixture->stream);
  wait_for_gone (fixture);
}

static gpointer
drop_in_thread (gpointer data)
{
  g_object_unref (data);
  return NULL;
}

static void
test_drop_in_another_thread (Fixture       *fixture,
                             gconstpointer  data)
{
  g_thread_join (g_thread_new ("drop", drop_in_thread, g_steal_pointer (&fixture->stream)));
  wait_for_gone (fixture);
}

/* As when a garbage collector runs in a thread while the main loop runs in its own. */
static void
test_drop_while_the_context_runs (Fixture       *fixture,
                                  gconstpointer  data)
{
  g_assert_true (g_main_context_acquire (fixture->context));
  g_thread_join (g_thread_new ("drop", drop_in_thread, g_steal_pointer (&fixture->stream)));
  g_main_context_release (fixture->context);
  wait_for_gone (fixture);
}

typedef struct
{
  DheeraStream *stream;
  GMainContext *context;
  GError *error;
} Reader;

/* Asks for the next piece where the context is the thread's default, and cancels the stream in case that something is waited for. */
static gpointer
read_in_thread (gpointer data)
{
  Reader *reader = data;
  g_autoptr(GAsyncResult) result = NULL;

  g_main_context_push_thread_default (reader->context);
  dheera_stream_next_async (reader->stream, NULL, store_result_cb, &result);
  while (g_main_context_iteration (reader->context, FALSE))
    ;
  if (result == NULL)
    dheera_stream_cancel (reader->stream);
  while (result == NULL)
    g_main_context_iteration (reader->context, TRUE);
  g_assert_null (dheera_stream_next_finish (reader->stream, result, &reader->error));
  g_main_context_pop_thread_default (reader->context);
  return NULL;
}

/* Nothing would ever come there, so that it would wait for ever. */
static void
test_read_in_another_thread (Fixture       *fixture,
                             gconstpointer  data)
{
  g_autoptr(GMainContext) context = g_main_context_new ();
  Reader reader = { fixture->stream, context };

  g_thread_join (g_thread_new ("read", read_in_thread, &reader));
  g_assert_error (reader.error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
  g_assert_nonnull (strstr (reader.error->message, "read on there"));
  g_assert_true (dheera_stream_get_running (fixture->stream));
  g_clear_error (&reader.error);

  /* What it was begun in may be moved by any thread, one at a time. */
  reader.context = fixture->context;
  g_thread_join (g_thread_new ("read", read_in_thread, &reader));
  g_assert_error (reader.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&reader.error);
  wait_for_gone (fixture);

  reader.context = context;
  g_thread_join (g_thread_new ("read", read_in_thread, &reader));
  g_assert_error (reader.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&reader.error);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/client/contexts/cancel", Fixture, NULL, set_up, test_cancel, tear_down);
  g_test_add ("/client/contexts/drop", Fixture, NULL, set_up, test_drop, tear_down);
  g_test_add ("/client/contexts/drop-in-another-thread", Fixture, NULL, set_up, test_drop_in_another_thread, tear_down);
  g_test_add ("/client/contexts/read-in-another-thread", Fixture, NULL, set_up, test_read_in_another_thread, tear_down);
  g_test_add ("/client/contexts/drop-while-the-context-runs", Fixture, NULL, set_up, test_drop_while_the_context_runs, tear_down);

  return g_test_run ();
}
