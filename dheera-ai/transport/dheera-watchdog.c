/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-watchdog-private.h"

#include <pthread.h>

/* How long the thread stays at the least when there is nothing to watch, and at the most about twice that: a program at rest has none. */
#define REST (2 * G_USEC_PER_SEC)

static GMutex watchdog_mutex;
static GCond watchdog_cond;
static GQueue watchdog_watches = G_QUEUE_INIT;
static GThread *watchdog_thread;
static gint64 watchdog_wakes_at; /* DHEERA_WATCH_NEVER when there is nothing to wake up for */

/* The thread does not exist in a child process, and its lock may have been held at the moment of the fork. */
static void
watchdog_reset_in_child (void)
{
  g_mutex_init (&watchdog_mutex);
  g_cond_init (&watchdog_cond);
  g_queue_init (&watchdog_watches);
  watchdog_thread = NULL;
}

/* The deadlines that are over; the lock is held. */
static GSList *
watchdog_collect (gint64 now)
{
  GSList *expired = NULL;

  watchdog_wakes_at = DHEERA_WATCH_NEVER;
  for (GList *l = watchdog_watches.head; l != NULL; l = l->next)
    {
      DheeraWatch *watch = l->data;

      if (watch->deadline <= now)
        {
          watch->fired = TRUE;
          watch->deadline = DHEERA_WATCH_NEVER;
          expired = g_slist_prepend (expired, g_object_ref (watch->cancellable));
        }
      watchdog_wakes_at = MIN (watchdog_wakes_at, watch->deadline);
    }

  return expired;
}

static gpointer
watchdog_run (gpointer data)
{
  g_mutex_lock (&watchdog_mutex);
  for (;;)
    {
      GSList *expired = watchdog_collect (g_get_monotonic_time ());

      if (expired != NULL)
        {
          /* Cancelling runs other people's code, which may come back here. */
          g_mutex_unlock (&watchdog_mutex);
          g_slist_foreach (expired, (GFunc) g_cancellable_cancel, NULL);
          g_slist_free_full (expired, g_object_unref);
          g_mutex_lock (&watchdog_mutex);
        }
      else
        {
          gint64 until = MIN (watchdog_wakes_at, g_get_monotonic_time () + REST);

          if (!g_cond_wait_until (&watchdog_cond, &watchdog_mutex, until) && watchdog_watches.length == 0)
            break;
        }
    }
  g_thread_unref (g_steal_pointer (&watchdog_thread));
  g_mutex_unlock (&watchdog_mutex);

  return NULL;
}

gboolean
dheera_watchdog_add (DheeraWatch  *watch,
                     GCancellable *cancellable)
{
  static gsize prepared;
  gboolean running;

  if (g_once_init_enter (&prepared))
    {
      pthread_atfork (NULL, NULL, watchdog_reset_in_child);
      g_once_init_leave (&prepared, 1);
    }

  watch->link.data = watch;
  watch->cancellable = g_object_ref (cancellable);
  watch->deadline = DHEERA_WATCH_NEVER;
  watch->fired = FALSE;

  g_mutex_lock (&watchdog_mutex);
  if (watchdog_thread == NULL)
    {
      watchdog_wakes_at = DHEERA_WATCH_NEVER;
      watchdog_thread = g_thread_try_new ("dheera-watchdog", watchdog_run, NULL, NULL);
    }
  running = watchdog_thread != NULL;
  if (running)
    g_queue_push_tail_link (&watchdog_watches, &watch->link);
  g_mutex_unlock (&watchdog_mutex);
  if (!running)
    g_clear_object (&watch->cancellable);

  return running;
}

void
dheera_watchdog_set (DheeraWatch *watch,
                     gint64       deadline)
{
  g_mutex_lock (&watchdog_mutex);
  watch->deadline = deadline;
  if (deadline < watchdog_wakes_at)
    {
      watchdog_wakes_at = deadline;
      g_cond_signal (&watchdog_cond);
    }
  g_mutex_unlock (&watchdog_mutex);
}

gboolean
dheera_watchdog_rest (DheeraWatch *watch)
{
  gboolean fired;

  g_mutex_lock (&watchdog_mutex);
  watch->deadline = DHEERA_WATCH_NEVER;
  fired = watch->fired;
  g_mutex_unlock (&watchdog_mutex);

  return fired;
}

gboolean
dheera_watchdog_remove (DheeraWatch *watch)
{
  gboolean fired;

  g_mutex_lock (&watchdog_mutex);
  g_queue_unlink (&watchdog_watches, &watch->link);
  fired = watch->fired;
  g_mutex_unlock (&watchdog_mutex);
  g_clear_object (&watch->cancellable);

  return fired;
}
