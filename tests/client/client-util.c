/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client-util.h"

DheeraRequest *
mock_request (const char *model,
              const char *prompt,
              const char *options)
{
  DheeraRequest *request = dheera_request_new_for_prompt (model, prompt);

  if (options != NULL)
    {
      g_autofree char *extra = g_strdup_printf ("{\"mock\": %s}", options);

      dheera_base_request_set_extra (DHEERA_BASE_REQUEST (request), extra);
    }
  return request;
}

static gboolean
too_late_cb (gpointer data)
{
  g_error ("An asynchronous operation did not end within 20 seconds.");
  return G_SOURCE_REMOVE;
}

void
wait_for (const gboolean *done)
{
  guint id = g_timeout_add_seconds (20, too_late_cb, NULL);

  while (!*done)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (id);
}

void
store_result_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  GAsyncResult **place = user_data;

  g_assert_null (*place);
  *place = g_object_ref (result);
}

GAsyncResult *
wait_for_result (GAsyncResult **result)
{
  guint id = g_timeout_add_seconds (20, too_late_cb, NULL);

  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (id);
  return *result;
}

DheeraResponse *
complete_async (DheeraClient   *client,
                DheeraRequest  *request,
                GCancellable   *cancellable,
                GError        **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  dheera_client_complete_async (client, request, cancellable, store_result_cb, &result);
  return dheera_client_complete_finish (client, wait_for_result (&result), error);
}

GListModel *
list_models_async (DheeraClient         *client,
                   DheeraModelsRequest  *request,
                   GCancellable         *cancellable,
                   GError              **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  dheera_client_list_models_async (client, request, cancellable, store_result_cb, &result);
  return dheera_client_list_models_finish (client, wait_for_result (&result), error);
}

DheeraDelta *
next_async (DheeraStream  *stream,
            GCancellable  *cancellable,
            GError       **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  dheera_stream_next_async (stream, cancellable, store_result_cb, &result);
  return dheera_stream_next_finish (stream, wait_for_result (&result), error);
}

DheeraDelta *
gather_async (DheeraStream  *stream,
              GCancellable  *cancellable,
              GError       **error)
{
  DheeraDelta *delta = dheera_stream_try_next (stream);

  return delta != NULL ? delta : next_async (stream, cancellable, error);
}

DheeraResponse *
collect_async (DheeraStream  *stream,
               GCancellable  *cancellable,
               GError       **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  dheera_stream_collect_async (stream, cancellable, store_result_cb, &result);
  return dheera_stream_collect_finish (stream, wait_for_result (&result), error);
}

DheeraResponse *
complete_streamed (DheeraClient   *client,
                   DheeraRequest  *request,
                   GCancellable   *cancellable,
                   GError        **error)
{
  g_autoptr(DheeraStream) stream = dheera_client_stream (client, request);

  return dheera_stream_collect (stream, cancellable, error);
}

DheeraResponse *
complete_streamed_async (DheeraClient   *client,
                         DheeraRequest  *request,
                         GCancellable   *cancellable,
                         GError        **error)
{
  g_autoptr(DheeraStream) stream = dheera_client_stream (client, request);

  return collect_async (stream, cancellable, error);
}

const CompleteWay complete_ways[N_COMPLETE_WAYS] = {
  { "blocking", dheera_client_complete },
  { "async", complete_async },
  { "stream", complete_streamed },
  { "stream-async", complete_streamed_async },
};

void
read_to_end (DheeraStream *stream)
{
  g_autoptr(GError) error = NULL;
  DheeraDelta *delta;

  while ((delta = dheera_stream_next (stream, NULL, &error)) != NULL)
    g_object_unref (delta);
  g_assert_no_error (error);
}
