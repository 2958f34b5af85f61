/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-tool.h"

/* One call at a time, awaited in a main loop. */

typedef struct
{
  GMainLoop *loop;
  GCancellable *cancellable;
  GAsyncResult *result;
  DheeraToolOutput *output;
  GError *error;
} Waiter;

static void
waiter_init (Waiter *self)
{
  *self = (Waiter) { 0 };
  self->loop = g_main_loop_new (NULL, FALSE);
  self->cancellable = g_cancellable_new ();
  dheera_tool_interrupt_install ();
  dheera_tool_interrupt_watch (self->loop, self->cancellable);
}

static void
waiter_clear (Waiter *self)
{
  dheera_tool_interrupt_watch (NULL, NULL);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->result);
}

static void
done_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      data)
{
  Waiter *waiter = data;

  waiter->result = g_object_ref (result);
  g_main_loop_quit (waiter->loop);
}

DheeraResponse *
dheera_tool_complete (DheeraClient   *client,
                      DheeraRequest  *request,
                      GError        **error)
{
  Waiter waiter;
  DheeraResponse *response;

  waiter_init (&waiter);
  dheera_client_complete_async (client, request, waiter.cancellable, done_cb, &waiter);
  g_main_loop_run (waiter.loop);
  response = dheera_client_complete_finish (client, waiter.result, error);
  waiter_clear (&waiter);

  return response;
}

static void
next_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      data)
{
  DheeraStream *stream = DHEERA_STREAM (source);
  Waiter *waiter = data;
  g_autoptr(DheeraDelta) delta = dheera_stream_next_finish (stream, result, &waiter->error);

  if (delta == NULL)
    {
      g_main_loop_quit (waiter->loop);
      return;
    }

  dheera_tool_output_delta (waiter->output, delta);
  /* As with "| head": when nobody reads any more, the model need not go on. */
  if (waiter->output->broken)
    g_cancellable_cancel (waiter->cancellable);
  dheera_stream_next_async (stream, waiter->cancellable, next_cb, waiter);
}

DheeraResponse *
dheera_tool_stream (DheeraClient      *client,
                    DheeraRequest     *request,
                    DheeraToolOutput  *output,
                    char             **partial,
                    DheeraCall       **call,
                    GError           **error)
{
  g_autoptr(DheeraStream) stream = dheera_client_stream (client, request);
  Waiter waiter;

  waiter_init (&waiter);
  waiter.output = output;
  dheera_stream_next_async (stream, waiter.cancellable, next_cb, &waiter);
  g_main_loop_run (waiter.loop);
  dheera_tool_output_end (output);
  waiter_clear (&waiter);

  if (call != NULL)
    *call = g_object_ref (dheera_stream_get_call (stream));
  if (waiter.error != NULL)
    {
      if (partial != NULL)
        *partial = g_strdup (dheera_stream_get_text (stream));
      g_propagate_error (error, waiter.error);
      return NULL;
    }

  return g_object_ref (dheera_stream_get_response (stream));
}

static void
explain_tool_calls (DheeraResponse *response)
{
  GListModel *calls = dheera_response_get_tool_calls (response);
  guint n = g_list_model_get_n_items (calls);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr(DheeraToolCall) call = g_list_model_get_item (calls, i);

      dheera_tool_note ("The model wants the tool %s to be called with %s.", dheera_tool_call_get_name (call),
                        dheera_tool_call_get_arguments (call));
    }
}

void
dheera_tool_explain (DheeraResponse *response)
{
  const char *const *warnings = dheera_response_get_warnings (response);
  const char *refusal = dheera_response_get_refusal (response);

  for (; warnings != NULL && *warnings != NULL; warnings++)
    dheera_tool_note ("%s", *warnings);
  if (*refusal != '\0')
    dheera_tool_note ("The model refuses: %s", refusal);
  if (dheera_response_get_finish_reason (response) == DHEERA_FINISH_REASON_LENGTH)
    dheera_tool_note ("The answer ends here because the limit of tokens was reached.");
  if (dheera_response_get_finish_reason (response) == DHEERA_FINISH_REASON_CONTENT_FILTER)
    dheera_tool_note ("The answer ends here because the provider's content filter held something back.");
  explain_tool_calls (response);
}
