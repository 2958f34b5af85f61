/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-operation-internal-private.h"

G_BEGIN_DECLS

/* The functions that a call is made with, in their order; NULL where there are none, which costs nothing. */
GPtrArray *dheera_client_dup_middleware (DheeraClient *self) G_GNUC_WARN_UNUSED_RESULT;

/* Before self->exchange, which was made from request, is sent. May end the call. */
void       dheera_operation_run_before  (DheeraOperation         *self,
                                         const DheeraHttpRequest *request);
/* When its head is there. FALSE when the call was cancelled meanwhile, and has ended. */
gboolean   dheera_operation_run_after   (DheeraOperation *self);

G_END_DECLS
