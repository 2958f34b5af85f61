/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-process-private.h"

#include <pthread.h>

static guint current;
/* Held across a fork, so that a child finds it free. */
static pthread_mutex_t renewal = PTHREAD_MUTEX_INITIALIZER;

static void
before_fork (void)
{
  pthread_mutex_lock (&renewal);
}

static void
after_fork_in_parent (void)
{
  pthread_mutex_unlock (&renewal);
}

static void
after_fork_in_child (void)
{
  current++;
  pthread_mutex_unlock (&renewal);
}

guint
dheera_process_get_generation (void)
{
  static gsize prepared;

  if (g_once_init_enter (&prepared))
    {
      pthread_atfork (before_fork, after_fork_in_parent, after_fork_in_child);
      g_once_init_leave (&prepared, 1);
    }

  return current;
}

static void
renew (GMutex  *mutex,
       guint   *generation,
       void   (*forget) (gpointer user_data),
       gpointer user_data)
{
  pthread_mutex_lock (&renewal);
  if ((guint) g_atomic_int_get (generation) != current)
    {
      g_mutex_init (mutex);
      if (forget != NULL)
        forget (user_data);
      g_atomic_int_set (generation, current);
    }
  pthread_mutex_unlock (&renewal);
}

void
dheera_process_lock (GMutex  *mutex,
                     guint   *generation,
                     void   (*forget) (gpointer user_data),
                     gpointer user_data)
{
  if (G_UNLIKELY ((guint) g_atomic_int_get (generation) != dheera_process_get_generation ()))
    renew (mutex, generation, forget, user_data);
  g_mutex_lock (mutex);
}
