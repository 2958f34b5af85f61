/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "run-util.h"

const char *const way_names[N_WAYS] = { "run", "run-async", "collect", "collect-async", "next", "next-async" };

static DheeraResponse *
pull (DheeraStream  *stream,
      gboolean       blocking,
      GCancellable  *cancellable,
      GError       **error)
{
  g_autoptr(GString) text = g_string_new (NULL);
  GError *failure = NULL;
  DheeraDelta *delta;

  while ((delta = blocking ? dheera_stream_next (stream, cancellable, &failure) : next_async (stream, cancellable, &failure)) != NULL)
    {
      g_string_append (text, dheera_delta_get_text (delta));
      g_object_unref (delta);
    }
  g_assert_cmpstr (dheera_stream_get_text (stream), ==, text->str);
  g_assert_false (dheera_stream_get_running (stream));
  if (failure != NULL)
    {
      g_propagate_error (error, failure);
      return NULL;
    }
  return g_object_ref (dheera_stream_get_response (stream));
}

static DheeraResponse *
run_stream (DheeraClient   *client,
            DheeraRequest  *request,
            Way             way,
            GCancellable   *cancellable,
            GError        **error)
{
  g_autoptr(DheeraStream) stream = dheera_client_run_stream (client, request);

  if (way == COLLECT)
    return dheera_stream_collect (stream, cancellable, error);
  if (way == COLLECT_ASYNC)
    return collect_async (stream, cancellable, error);
  return pull (stream, way == NEXT, cancellable, error);
}

static void
changed_cb (GListModel *conversation,
            guint       position,
            guint       removed,
            guint       added,
            gpointer    data)
{
  assert_legal (DHEERA_CONVERSATION (conversation));
}

DheeraResponse *
run (DheeraClient   *client,
     DheeraRequest  *request,
     Way             way,
     GCancellable   *cancellable,
     GError        **error)
{
  DheeraConversation *conversation = dheera_request_get_conversation (request);
  gulong id = g_signal_connect (conversation, "items-changed", G_CALLBACK (changed_cb), NULL);
  g_autoptr(GAsyncResult) result = NULL;
  DheeraResponse *response;

  if (way == RUN)
    {
      response = dheera_client_run (client, request, cancellable, error);
    }
  else if (way == RUN_ASYNC)
    {
      dheera_client_run_async (client, request, cancellable, store_result_cb, &result);
      response = dheera_client_run_finish (client, wait_for_result (&result), error);
    }
  else
    {
      response = run_stream (client, request, way, cancellable, error);
    }
  g_signal_handler_disconnect (conversation, id);
  assert_legal (conversation);
  return response;
}

DheeraTool *
add_tool (DheeraRequest *request,
          const char    *name,
          GCallback      handler,
          gpointer       user_data)
{
  g_autoptr(DheeraTool) tool = dheera_tool_new (name, "For the tests.", "{\"type\": \"object\"}");

  if (handler != NULL)
    g_signal_connect (tool, "call", handler, user_data);
  dheera_request_add_tool (request, tool);
  return tool;
}

char *
describe_history (DheeraConversation *conversation)
{
  static const char *const roles[] = { "system", "developer", "user", "assistant", "tool" };
  g_autoptr(GString) text = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (conversation)); i++)
    {
      DheeraMessage *message = dheera_conversation_get_message (conversation, i);
      guint n_calls = g_list_model_get_n_items (dheera_message_get_tool_calls (message));

      g_string_append_printf (text, "%s%s", i > 0 ? " " : "", roles[dheera_message_get_role (message)]);
      if (n_calls > 0)
        g_string_append_printf (text, "+%u", n_calls);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
add_way (const char    *path,
         gsize          way,
         GTestDataFunc  func)
{
  g_autofree char *whole = g_strdup_printf ("/run/%s/%s", path, way_names[way]);

  g_test_add_data_func (whole, GSIZE_TO_POINTER (way), func);
}

void
add_ways (const char    *path,
          GTestDataFunc  func)
{
  for (gsize way = 0; way < N_WAYS; way++)
    add_way (path, way, func);
}

void
add_async_ways (const char    *path,
                GTestDataFunc  func)
{
  for (gsize way = 0; way < N_WAYS; way++)
    if (!is_blocking (way))
      add_way (path, way, func);
}
