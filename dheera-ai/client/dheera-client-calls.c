/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The calls that a client offers, each a trio or a stream over the one state machine in dheera-operation.c. */

#include "dheera-client-private.h"

#include "dheera-operation-private.h"
#include "dheera-stream-private.h"

static const DheeraEndpoint complete_endpoint = { .name = "complete", .chat = TRUE };
static const DheeraEndpoint stream_endpoint = { .name = "stream", .chat = TRUE, .stream = TRUE };
static const DheeraEndpoint models_endpoint = { .name = "list_models", .task = DHEERA_TASK_LIST_MODELS };

static gpointer
call_blocking (DheeraClient         *self,
               const DheeraEndpoint *endpoint,
               gpointer              request,
               GCancellable         *cancellable,
               GError              **error)
{
  g_autoptr(DheeraOperation) operation = dheera_operation_new (self, endpoint, request);

  dheera_operation_drive (operation, DHEERA_UNTIL_DONE, cancellable);
  if (operation->error != NULL)
    {
      dheera_error_details_set_last (operation->call->error_details);
      g_propagate_error (error, g_steal_pointer (&operation->error));
    }
  return g_steal_pointer (&operation->result);
}

static void
call_ready_cb (DheeraOperation *operation,
               gpointer         data)
{
  g_autoptr(GTask) task = data;

  if (operation->error != NULL)
    g_task_return_error (task, g_steal_pointer (&operation->error));
  else
    g_task_return_pointer (task, g_steal_pointer (&operation->result), g_object_unref);
}

static void
call_async (DheeraClient         *self,
            const DheeraEndpoint *endpoint,
            gpointer              request,
            GCancellable         *cancellable,
            GAsyncReadyCallback   callback,
            gpointer              user_data,
            gpointer              tag)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  DheeraOperation *operation = dheera_operation_new (self, endpoint, request);

  g_task_set_source_tag (task, tag);
  /* The operation reports cancelling itself, once its connection is closed. */
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, operation, (GDestroyNotify) dheera_operation_free);
  dheera_operation_drive_async (operation, DHEERA_UNTIL_DONE, cancellable, call_ready_cb, task);
}

static gpointer
call_finish (GAsyncResult  *result,
             GError       **error)
{
  GTask *task = G_TASK (result);
  DheeraOperation *operation = g_task_get_task_data (task);
  gpointer value = g_task_propagate_pointer (task, error);

  if (value == NULL)
    dheera_error_details_set_last (operation->call->error_details);
  return value;
}

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

  return call_blocking (self, &complete_endpoint, request, cancellable, error);
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

  call_async (self, &complete_endpoint, request, cancellable, callback, user_data, dheera_client_complete_async);
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

  return call_finish (result, error);
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

  return call_blocking (self, &models_endpoint, request, cancellable, error);
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

  call_async (self, &models_endpoint, request, cancellable, callback, user_data, dheera_client_list_models_async);
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

  return call_finish (result, error);
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

  g_mutex_lock (&self->mutex);
  calls = g_ptr_array_copy (self->calls, (GCopyFunc) g_object_ref, NULL);
  g_mutex_unlock (&self->mutex);

  /* Not under the lock: a cancelled call may report itself finished from inside. */
  g_ptr_array_foreach (calls, (GFunc) dheera_call_cancel, NULL);
}
