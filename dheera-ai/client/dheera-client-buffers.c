/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-client-private.h"

DheeraBuffers *
dheera_buffers_new (void)
{
  DheeraBuffers *self = g_new0 (DheeraBuffers, 1);

  self->framer = dheera_framer_new (DHEERA_FRAMING_WHOLE);
  return self;
}

void
dheera_buffers_free (DheeraBuffers *self)
{
  if (self == NULL)
    return;

  dheera_framer_free (self->framer);
  dheera_json_clear (&self->json);
  g_free (self);
}

DheeraBuffers *
dheera_client_take_buffers (DheeraClient *self)
{
  DheeraBuffers *spare = g_atomic_pointer_exchange (&self->spare, NULL);

  return spare != NULL ? spare : dheera_buffers_new ();
}

void
dheera_client_give_buffers (DheeraClient  *self,
                            DheeraBuffers *buffers)
{
  dheera_framer_reset (buffers->framer, DHEERA_FRAMING_WHOLE);
  dheera_buffers_free (g_atomic_pointer_exchange (&self->spare, buffers));
}
