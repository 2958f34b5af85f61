/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* run(): the conversation with a model that calls tools, to its end. */

#include "dheera-client-call-private.h"

#include "dheera-stream-private.h"
#include "dheera-tool-loop-private.h"

static const DheeraEndpoint run_endpoint = { .name = "run", .chat = TRUE };
static const DheeraEndpoint run_stream_endpoint = { .name = "run_stream", .chat = TRUE, .stream = TRUE };

/**
 * dheera_client_run:
 * @self: a client
 * @request: what to ask, and the tools for it; it is copied, so changes made later do not matter
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Asks a model, has the tools called that it asks for, and asks again with their results, until it answers without calling any.
 *
 * Each tool gets its calls by the signal [signal@Tool::call]. The calls of one answer are all begun, and then waited for; where
 * [property@Request:parallel-tool-calls] is %DHEERA_TRISTATE_NO, each is begun when the one before was answered. A call of a tool that does not exist, whose arguments are
 * no JSON object, or that nobody answers, has an error as its result: the model reads it and may do better. Arguments that are no JSON object become `{}` in the
 * conversation, since there are providers that take no others. A
 * [property@Request:tool-choice] that makes the model call a tool holds for the first step only.
 *
 * The [property@Request:conversation] grows by each turn of the model, together with the results of its calls, and at the end by the answer. At any time, also after an
 * error, it is one that every provider takes: when the run is stopped while the model answers, that turn is left out; when it is stopped while the tools are at work,
 * what was not answered has an error as its result. Running the request again goes on from there.
 *
 * Each request to the model is a call of its own: with the timeouts, the retries and the signals of one, over the session of the first. The tools have as long as a call has,
 * [property@BaseRequest:timeout], for each round. [property@Response:usage] and [property@Response:cost] are those of the last request,
 * [property@Response:total-usage] is that of all; what each of them cost is told by [signal@Client::call-finished].
 *
 * Blocks, in any thread, without iterating a main context: the tools are called in this thread, and may answer there or later from another. An answer that waits for this
 * thread's main loop never comes.
 *
 * Errors: those of [method@Client.complete], for each request; %DHEERA_ERROR_STEP_LIMIT when the model still calls tools after [property@Request:max-steps] requests, and
 * %DHEERA_ERROR_TIMEOUT when a tool does not answer in time.
 *
 * Returns: (transfer full): the last answer
 *
 * Since: 0.1
 */
DheeraResponse *
dheera_client_run (DheeraClient   *self,
                   DheeraRequest  *request,
                   GCancellable   *cancellable,
                   GError        **error)
{
  g_autoptr(DheeraToolLoop) loop = NULL;

  g_return_val_if_fail (DHEERA_IS_CLIENT (self), NULL);
  g_return_val_if_fail (DHEERA_IS_REQUEST (request), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  loop = dheera_tool_loop_new (self, &run_endpoint, request);
  dheera_tool_loop_drive (loop, DHEERA_UNTIL_DONE, cancellable);
  return dheera_operation_take_result (loop->operation, error);
}

/**
 * dheera_client_run_async:
 * @self: a client
 * @request: what to ask, and the tools for it; it is copied, so changes made later do not matter
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async) (closure user_data): called once, when the run has ended
 * @user_data: data for @callback
 *
 * Does what [method@Client.run] does, without blocking.
 *
 * The tools are called, and the conversation grows, in the main context that is the thread's default now.
 *
 * Since: 0.1
 */
void
dheera_client_run_async (DheeraClient        *self,
                         DheeraRequest       *request,
                         GCancellable        *cancellable,
                         GAsyncReadyCallback  callback,
                         gpointer             user_data)
{
  DheeraToolLoop *loop;
  GTask *task;

  g_return_if_fail (DHEERA_IS_CLIENT (self));
  g_return_if_fail (DHEERA_IS_REQUEST (request));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, dheera_client_run_async);
  /* The loop reports cancelling itself, once the connection is closed. */
  g_task_set_check_cancellable (task, FALSE);
  loop = dheera_tool_loop_new (self, &run_endpoint, request);
  g_task_set_task_data (task, loop, (GDestroyNotify) dheera_tool_loop_free);
  dheera_tool_loop_drive_async (loop, DHEERA_UNTIL_DONE, cancellable, dheera_operation_return_to_task, task);
}

/**
 * dheera_client_run_finish:
 * @self: a client
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Client.run_async].
 *
 * Returns: (transfer full): the last answer
 *
 * Since: 0.1
 */
DheeraResponse *
dheera_client_run_finish (DheeraClient  *self,
                          GAsyncResult  *result,
                          GError       **error)
{
  DheeraToolLoop *loop;
  gpointer response;

  g_return_val_if_fail (DHEERA_IS_CLIENT (self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, dheera_client_run_async), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  loop = g_task_get_task_data (G_TASK (result));
  response = g_task_propagate_pointer (G_TASK (result), error);
  if (response == NULL)
    dheera_error_details_set_last (loop->operation->call->error_details);
  return response;
}

/**
 * dheera_client_run_stream:
 * @self: a client
 * @request: what to ask, and the tools for it; it is copied, so changes made later do not matter
 *
 * Does what [method@Client.run] does, and tells what the model says piece by piece.
 *
 * The deltas of all steps come through the one stream, and [property@Stream:text] is what the model has said in all of them. Between two steps the tools are called, in the
 * thread and main context of the read that comes to the end of a step. [property@Stream:response] and [property@Stream:call] are those of the current step, at the end those of
 * the last one.
 *
 * Returns at once: nothing is sent before the stream is read. A stream that is dropped or cancelled in the middle leaves a conversation as [method@Client.run] does.
 *
 * Returns: (transfer full): a stream
 *
 * Since: 0.1
 */
DheeraStream *
dheera_client_run_stream (DheeraClient  *self,
                          DheeraRequest *request)
{
  g_return_val_if_fail (DHEERA_IS_CLIENT (self), NULL);
  g_return_val_if_fail (DHEERA_IS_REQUEST (request), NULL);

  return dheera_stream_new_for_loop (dheera_tool_loop_new (self, &run_stream_endpoint, request), request);
}
