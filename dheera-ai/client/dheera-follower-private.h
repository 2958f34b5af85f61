/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-client.h"

G_BEGIN_DECLS

/* Somebody who hears of a client's calls without keeping the client alive, and without being kept alive by it. What the handlers work on is shared between the
 * follower and the handlers that may run in other threads, so neither has to wait for the other when it goes. */

typedef void (*DheeraFollowFunc) (DheeraClient *client,
                                  DheeraCall   *call,
                                  gpointer      shared);

typedef struct
{
  GWeakRef client;
  gulong ids[3];
} DheeraFollower;

/* Functions may be NULL. shared is a g_atomic_rc_box, of which each handler gets a reference; unref gives one back. */
void dheera_follower_start (DheeraFollower   *self,
                            DheeraClient     *client,
                            DheeraFollowFunc  started,
                            DheeraFollowFunc  attempted,
                            DheeraFollowFunc  finished,
                            gpointer          shared,
                            GDestroyNotify    unref);
/* Of one that never started nothing happens. */
void dheera_follower_stop  (DheeraFollower   *self);

G_END_DECLS
