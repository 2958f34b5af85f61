/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The calls that a client offers, each a trio or a stream over the one state machine in dheera-operation.c. */

#include "dheera-client-private.h"

#include "dheera-client-call-private.h"
#include "dheera-stream-private.h"

static const DheeraEndpoint complete_endpoint = { .name = "complete", .chat = TRUE };
static const DheeraEndpoint stream_endpoint = { .name = "stream", .chat = TRUE, .stream = TRUE };
static const DheeraEndpoint models_endpoint = { .name = "list_models", .task = DHEERA_TASK_LIST_MODELS };

/**
 * dheera_client_complete:
 * @self: a client
 * @request: what to ask; it is copied, so changes made later do not matter
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Asks a model and waits for its whole answer.
 *
 * Blocks, in any thread, without iterating a main context.
 *
 * Errors: `DHEERA_ERROR` with the code that says what can be done about it ([error@Error]), and `G_IO_ERROR_CANCELLED` when @cancellable, the call or all calls
 * were cancelled. The details (status, the provider's code, how long to wait) are at [func@ErrorDetails.get_last].
 *
 * Returns: (transfer full): the answer
 *
 * Since: 0.1
 */
DheeraResponse *
dheera_client_complete (DheeraClient  *self,
                        DheeraRequest *request,
                        GCancellable  *cancellable,
                        GError       **error)
{
  g_return_val_if_fail (DHEERA_IS_CLIENT (self), NULL);
  g_return_val_if_fail (DHEERA_IS_REQUEST (request), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return dheera_client_call_blocking (self, &complete_endpoint, request, cancellable, error);
}

/**
 * dheera_client_complete_async:
 * @self: a client
 * @request: what to ask; it is copied, so changes made later do not matter
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async) (closure user_data): called once, when the call has ended
 * @user_data: data for @callback
 *
 * Does what [method@Client.complete] does, without blocking.
 *
 * Since: 0.1
 */
void
dheera_client_complete_async (DheeraClient        *self,
                              DheeraRequest       *request,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  g_return_if_fail (DHEERA_IS_CLIENT (self));
  g_return_if_fail (DHEERA_IS_REQUEST (request));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  dheera_client_call_async (self, &complete_endpoint, request, cancellable, callback, user_data, dheera_client_complete_async);
}

/**
 * dheera_client_complete_finish:
 * @self: a client
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Client.complete_async].
 *
 * Returns: (transfer full): the answer
 *
 * Since: 0.1
 */
DheeraResponse *
dheera_client_complete_finish (DheeraClient  *self,
                               GAsyncResult  *result,
                               GError       **error)
{
  g_return_val_if_fail (DHEERA_IS_CLIENT (self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, dheera_client_complete_async), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return dheera_client_call_finish (result, error);
}

/**
 * dheera_client_stream:
 * @self: a client
 * @request: what to ask; it is copied, so changes made later do not matter
 *
 * Asks a model for its answer piece by piece.
 *
 * Returns at once: nothing is sent before the stream is read, and what is wrong with the request is the error of the first read.
 *
 * Returns: (transfer full): a stream
 *
 * Since: 0.1
 */
DheeraStream *
dheera_client_stream (DheeraClient  *self,
                      DheeraRequest *request)
{
  g_return_val_if_fail (DHEERA_IS_CLIENT (self), NULL);
  g_return_val_if_fail (DHEERA_IS_REQUEST (request), NULL);

  return dheera_stream_new (dheera_operation_new (self, &stream_endpoint, DHEERA_BASE_REQUEST (request)), request);
}

/**
 * dheera_client_list_models:
 * @self: a client
 * @request: what to ask; it is copied, so changes made later do not matter
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Asks a provider which models it has.
 *
 * Blocks, in any thread, without iterating a main context.
 *
 * Errors: `DHEERA_ERROR` with the code that says what can be done about it ([error@Error]), and `G_IO_ERROR_CANCELLED` when @cancellable, the call or all calls
 * were cancelled. The details (status, the provider's code, how long to wait) are at [func@ErrorDetails.get_last].
 *
 * Returns: (transfer full): a list of [class@Model]
 *
 * Since: 0.1
 */
GListModel *
dheera_client_list_models (DheeraClient  *self,
                           DheeraModelsRequest *request,
                           GCancellable  *cancellable,
                           GError       **error)
{
  g_return_val_if_fail (DHEERA_IS_CLIENT (self), NULL);
  g_return_val_if_fail (DHEERA_IS_MODELS_REQUEST (request), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return dheera_client_call_blocking (self, &models_endpoint, request, cancellable, error);
}

/**
 * dheera_client_list_models_async:
 * @self: a client
 * @request: what to ask; it is copied, so changes made later do not matter
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async) (closure user_data): called once, when the call has ended
 * @user_data: data for @callback
 *
 * Does what [method@Client.list_models] does, without blocking.
 *
 * Since: 0.1
 */
void
dheera_client_list_models_async (DheeraClient        *self,
                                 DheeraModelsRequest *request,
                                 GCancellable        *cancellable,
                                 GAsyncReadyCallback  callback,
                                 gpointer             user_data)
{
  g_return_if_fail (DHEERA_IS_CLIENT (self));
  g_return_if_fail (DHEERA_IS_MODELS_REQUEST (request));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  dheera_client_call_async (self, &models_endpoint, request, cancellable, callback, user_data, dheera_client_list_models_async);
}

/**
 * dheera_client_list_models_finish:
 * @self: a client
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Client.list_models_async].
 *
 * Returns: (transfer full): a list of [class@Model]
 *
 * Since: 0.1
 */
GListModel *
dheera_client_list_models_finish (DheeraClient  *self,
                                  GAsyncResult  *result,
                                  GError       **error)
{
  g_return_val_if_fail (DHEERA_IS_CLIENT (self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, dheera_client_list_models_async), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return dheera_client_call_finish (result, error);
}

/**
 * dheera_client_cancel_all:
 * @self: a client
 *
 * Ends all calls and streams of this client with `G_IO_ERROR_CANCELLED`, and their connections with them. Others that share the session are left alone.
 *
 * May be called from any thread.
 *
 * Since: 0.1
 */
void
dheera_client_cancel_all (DheeraClient *self)
{
  g_autoptr(GPtrArray) calls = NULL;

  g_return_if_fail (DHEERA_IS_CLIENT (self));

  dheera_client_lock (self);
  calls = g_ptr_array_copy (self->calls, (GCopyFunc) g_object_ref, NULL);
  g_mutex_unlock (&self->mutex);

  /* Not under the lock: a cancelled call may report itself finished from inside. */
  g_ptr_array_foreach (calls, (GFunc) dheera_call_cancel, NULL);
}
