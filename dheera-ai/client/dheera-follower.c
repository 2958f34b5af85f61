/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-follower-private.h"

void
dheera_follower_start (DheeraFollower   *self,
                       DheeraClient     *client,
                       DheeraFollowFunc  started,
                       DheeraFollowFunc  attempted,
                       DheeraFollowFunc  finished,
                       gpointer          shared,
                       GDestroyNotify    unref)
{
  static const char *const signals[] = { "call-started", "attempt-finished", "call-finished" };
  const DheeraFollowFunc funcs[] = { started, attempted, finished };

  g_weak_ref_init (&self->client, client);
  for (guint i = 0; i < G_N_ELEMENTS (funcs); i++)
    if (funcs[i] != NULL)
      self->ids[i] = g_signal_connect_data (client, signals[i], G_CALLBACK (funcs[i]), g_atomic_rc_box_acquire (shared),
                                            (GClosureNotify) (gpointer) unref, 0);
}

void
dheera_follower_stop (DheeraFollower *self)
{
  DheeraClient *client = g_weak_ref_get (&self->client);

  for (guint i = 0; i < G_N_ELEMENTS (self->ids); i++)
    if (client != NULL)
      g_clear_signal_handler (&self->ids[i], client);
  g_clear_object (&client);
  g_weak_ref_clear (&self->client);
}
