/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-operation-private.h"

G_BEGIN_DECLS

/* What each trio of public functions is made of. The result is what the endpoint's codec decodes, or NULL with the error. */

gpointer dheera_client_call_blocking (DheeraClient          *self,
                                      const DheeraEndpoint  *endpoint,
                                      gpointer               request,
                                      GCancellable          *cancellable,
                                      GError               **error);
/* tag is the public function. */
void     dheera_client_call_async    (DheeraClient         *self,
                                      const DheeraEndpoint *endpoint,
                                      gpointer              request,
                                      GCancellable         *cancellable,
                                      GAsyncReadyCallback   callback,
                                      gpointer              user_data,
                                      gpointer              tag);
/* The two ways in which an operation that is done gives its result, or its error, to whoever began it; task_data is the GTask (transfer full). */
gpointer dheera_operation_take_result    (DheeraOperation  *operation,
                                          GError          **error);
void     dheera_operation_return_to_task (DheeraOperation  *operation,
                                          gpointer          task_data);
gpointer dheera_client_call_finish   (GAsyncResult  *result,
                                      GError       **error);

G_END_DECLS
