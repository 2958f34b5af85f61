/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-exchange-private.h"

G_BEGIN_DECLS

/* A blocking exchange that is run in the one worker thread; see dheera-worker.c for when and why. */

gboolean        dheera_worker_is_here            (void);
gboolean        dheera_worker_send               (DheeraExchange  *self,
                                                  GCancellable    *cancellable,
                                                  GError         **error);
gssize          dheera_worker_read               (DheeraExchange  *self,
                                                  char            *buffer,
                                                  gsize            size,
                                                  GCancellable    *cancellable,
                                                  GError         **error);
void            dheera_worker_close              (DheeraExchange *self);
void            dheera_worker_show               (DheeraExchange *self,
                                                  DheeraShown    *shown);

G_END_DECLS
