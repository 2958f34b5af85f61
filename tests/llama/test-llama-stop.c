/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Stopping an answer that has no end, and the engine ceases to work on it: by its own account, not by the client's. */

#include <string.h>

#include "llama-util.h"

static void
check_cancelled (const GError *error)
{
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  llama_wait_for_busy (0);
}

/* The engine works, and nothing has come yet: a whole answer comes at its end, and this one has none. */
static void
test_before_async (void)
{
  g_autoptr(DheeraClient) client = llama_client_new (llama_get_url (), llama_get_key (), NULL);
  g_autoptr(DheeraRequest) request = llama_endless_new ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(GError) error = NULL;

  llama_wait_for_busy (0);
  dheera_client_complete_async (client, request, cancellable, store_result_cb, &result);
  llama_wait_for_busy (1);
  g_assert_null (result);

  g_cancellable_cancel (cancellable);
  response = dheera_client_complete_finish (client, wait_for_result (&result), &error);
  g_assert_null (response);
  check_cancelled (error);
}

static gpointer
cancel_thread (gpointer data)
{
  gint64 end = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;

  while (llama_count_busy () == 0)
    g_assert_cmpint (g_get_monotonic_time (), <, end);
  g_cancellable_cancel (data);
  return NULL;
}

static void
test_before_sync (void)
{
  g_autoptr(DheeraClient) client = llama_client_new (llama_get_url (), llama_get_key (), NULL);
  g_autoptr(DheeraRequest) request = llama_endless_new ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(GError) error = NULL;
  GThread *thread;

  llama_wait_for_busy (0);
  thread = g_thread_new ("cancel", cancel_thread, cancellable);
  response = dheera_client_complete (client, request, cancellable, &error);
  g_assert_null (response);
  g_thread_join (thread);
  check_cancelled (error);
}

static DheeraStream *
begin_stream (DheeraClient *client,
              guint         n_deltas)
{
  g_autoptr(DheeraRequest) request = llama_endless_new ();
  DheeraStream *stream;
  g_autoptr(GError) error = NULL;

  llama_wait_for_busy (0);
  stream = dheera_client_stream (client, request);
  for (guint i = 0; i < n_deltas; i++)
    {
      g_autoptr(DheeraDelta) delta = dheera_stream_next (stream, NULL, &error);

      g_assert_no_error (error);
      g_assert_nonnull (delta);
    }
  g_assert_cmpuint (llama_count_busy (), ==, n_deltas > 0 ? 1 : 0);
  return stream;
}

/* In the middle of a stream: what came is kept. */
static void
test_during (void)
{
  g_autoptr(DheeraClient) client = llama_client_new (llama_get_url (), llama_get_key (), NULL);
  g_autoptr(DheeraStream) stream = begin_stream (client, 10);
  g_autofree char *text = g_strdup (dheera_stream_get_text (stream));
  g_autoptr(DheeraDelta) delta = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_cmpstr (text, !=, "");
  dheera_stream_cancel (stream);
  delta = dheera_stream_next (stream, NULL, &error);
  g_assert_null (delta);
  check_cancelled (error);
  g_assert_true (g_str_has_prefix (dheera_stream_get_text (stream), text));
  g_assert_false (dheera_stream_get_running (stream));
}

static void
stop_cb (DheeraStream *stream,
         DheeraDelta  *delta,
         gpointer      user_data)
{
  guint *n = user_data;

  if (++*n == 10)
    {
      g_assert_cmpuint (llama_count_busy (), ==, 1);
      dheera_stream_cancel (stream);
    }
}

static void
test_during_collect (void)
{
  g_autoptr(DheeraClient) client = llama_client_new (llama_get_url (), llama_get_key (), NULL);
  g_autoptr(DheeraStream) stream = begin_stream (client, 0);
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(GError) error = NULL;
  guint n = 0;

  g_signal_connect (stream, "delta", G_CALLBACK (stop_cb), &n);
  response = collect_async (stream, &error);
  g_assert_null (response);
  check_cancelled (error);
  g_assert_cmpuint (n, >=, 10);
  g_assert_cmpstr (dheera_response_get_text (dheera_stream_get_response (stream)), !=, "");
}

/* Stopped before there was anything to stop */
static void
test_at_once (void)
{
  g_autoptr(DheeraClient) client = llama_client_new (llama_get_url (), llama_get_key (), NULL);
  g_autoptr(DheeraStream) stream = begin_stream (client, 0);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(GError) error = NULL;

  dheera_stream_collect_async (stream, NULL, store_result_cb, &result);
  dheera_stream_cancel (stream);
  response = dheera_stream_collect_finish (stream, wait_for_result (&result), &error);
  g_assert_null (response);
  check_cancelled (error);
}

/* Nobody says stop: the last reference is dropped, as a loop that breaks off does. */
static void
test_dropped (void)
{
  g_autoptr(DheeraClient) client = llama_client_new (llama_get_url (), llama_get_key (), NULL);
  DheeraStream *stream = begin_stream (client, 10);

  g_object_add_weak_pointer (G_OBJECT (stream), (gpointer *) &stream);
  g_object_unref (stream);
  g_assert_null (stream);
  llama_wait_for_busy (0);
}

/* Several at once, of different kinds */
static void
test_all (void)
{
  g_autoptr(DheeraClient) client = llama_client_new (llama_get_url (), llama_get_key (), NULL);
  g_autoptr(DheeraRequest) request = llama_endless_new ();
  g_autoptr(DheeraStream) stream = NULL;
  GAsyncResult *results[3] = { NULL, NULL, NULL };
  g_autoptr(GError) error = NULL;

  llama_wait_for_busy (0);
  stream = dheera_client_stream (client, request);
  dheera_client_complete_async (client, request, NULL, store_result_cb, &results[0]);
  dheera_client_complete_async (client, request, NULL, store_result_cb, &results[1]);
  dheera_stream_collect_async (stream, NULL, store_result_cb, &results[2]);
  llama_wait_for_busy (3);

  dheera_client_cancel_all (client);
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autoptr(GError) other = NULL;
      g_autoptr(DheeraResponse) response = NULL;

      wait_for_result (&results[i]);
      if (i < 2)
        response = dheera_client_complete_finish (client, results[i], &other);
      else
        response = dheera_stream_collect_finish (stream, results[i], &other);
      g_assert_null (response);
      g_assert_error (other, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_object_unref (results[i]);
    }
  llama_wait_for_busy (0);

  /* The client is as good as before. */
  dheera_request_set_max_tokens (request, 5);
  g_object_unref (dheera_client_complete (client, request, NULL, &error));
  g_assert_no_error (error);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/llama/stop/before-async", test_before_async);
  g_test_add_func ("/llama/stop/before-sync", test_before_sync);
  g_test_add_func ("/llama/stop/at-once", test_at_once);
  g_test_add_func ("/llama/stop/during", test_during);
  g_test_add_func ("/llama/stop/during-collect", test_during_collect);
  g_test_add_func ("/llama/stop/dropped", test_dropped);
  g_test_add_func ("/llama/stop/all", test_all);
  return g_test_run ();
}
