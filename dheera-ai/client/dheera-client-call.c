/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How a trio of functions drives an operation. */

#include "dheera-client-call-private.h"

gpointer
dheera_operation_take_result (DheeraOperation  *operation,
                              GError          **error)
{
  if (operation->error != NULL)
    {
      dheera_error_details_set_last (operation->call->error_details);
      g_propagate_error (error, g_steal_pointer (&operation->error));
    }
  return g_steal_pointer (&operation->result);
}

void
dheera_operation_return_to_task (DheeraOperation *operation,
                                 gpointer         task_data)
{
  g_autoptr(GTask) task = task_data;

  if (operation->error != NULL)
    g_task_return_error (task, g_steal_pointer (&operation->error));
  else
    g_task_return_pointer (task, g_steal_pointer (&operation->result), g_object_unref);
}

gpointer
dheera_client_call_blocking (DheeraClient          *self,
                             const DheeraEndpoint  *endpoint,
                             gpointer               request,
                             GCancellable          *cancellable,
                             GError               **error)
{
  g_autoptr(DheeraOperation) operation = dheera_operation_new (self, endpoint, request);

  dheera_operation_drive (operation, DHEERA_UNTIL_DONE, cancellable);
  return dheera_operation_take_result (operation, error);
}

void
dheera_client_call_async (DheeraClient         *self,
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
  dheera_operation_drive_async (operation, DHEERA_UNTIL_DONE, cancellable, dheera_operation_return_to_task, task);
}

gpointer
dheera_client_call_finish (GAsyncResult  *result,
                           GError       **error)
{
  GTask *task = G_TASK (result);
  DheeraOperation *operation = g_task_get_task_data (task);
  gpointer value = g_task_propagate_pointer (task, error);

  if (value == NULL)
    dheera_error_details_set_last (operation->call->error_details);
  return value;
}
