/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-codec-private.h"

void
dheera_ask_clear (DheeraAsk *self)
{
  g_clear_pointer (&self->requests, g_ptr_array_unref);
  g_clear_pointer (&self->model, g_free);
  g_clear_pointer (&self->shown_model, g_free);
}
