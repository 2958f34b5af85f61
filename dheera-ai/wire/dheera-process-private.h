/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a child made by fork() finds in its memory was in use by threads that only the parent has: their calls do not go on, and their locks are never given back. */

/* How many forks this process comes from. What remembers the number that it was made under knows a child by another one. */
guint dheera_process_get_generation (void);

/* Locks the mutex. The first to do so in a child gets it free, whoever of the parent's threads had it, after forget (nullable) has dealt with what it guards: that
 * may not lock it, nor wait for anything. generation goes with the mutex, and is set when that is made. */
void  dheera_process_lock           (GMutex  *mutex,
                                     guint   *generation,
                                     void   (*forget) (gpointer user_data),
                                     gpointer user_data);

G_END_DECLS
