/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-fork-private.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#define PROBE_TIME (20 * 1000) /* microseconds */
#define WAIT_TIME (5 * G_TIME_SPAN_SECOND)
#define LENT_TIME G_TIME_SPAN_SECOND
#define N_THREADS 32 /* more than GLib's pools of tasks and of lookups have together, which is thirty */

static GMutex fork_mutex; /* of the sockets, and held across a fork */
static ino_t *sockets;    /* by file descriptor; 0 for none */
static int n_sockets;

static GMutex probe_mutex;
static GCond probe_cond;
static guint n_probed; /* that were run by a thread */
static guint n_waiting;
static gboolean is_stirring;
static gboolean is_wanted;    /* a probe, at once */
static guint n_lost;          /* threads that GLib believes to be idle, and that went with the parent */
static gboolean has_resolver; /* of this process */

static void
before_fork (void)
{
  g_mutex_lock (&fork_mutex);
}

static void
after_fork_in_parent (void)
{
  g_mutex_unlock (&fork_mutex);
}

static gboolean
is_noted_socket (int fd)
{
  struct stat status;

  return sockets[fd] != 0 && fstat (fd, &status) == 0 && S_ISSOCK (status.st_mode) && status.st_ino == sockets[fd];
}

/* Nothing here may allocate memory, which another thread of the parent could have been doing. */
static void
abandon_sockets (void)
{
  int nowhere = open ("/dev/null", O_RDWR | O_CLOEXEC);

  for (int fd = 0; fd < n_sockets; fd++)
    {
      if (!is_noted_socket (fd))
        continue;
      if (nowhere == -1)
        {
          /* There are too many open files, of which this one may be the first to go. */
          close (fd);
          nowhere = open ("/dev/null", O_RDWR | O_CLOEXEC);
        }
      if (nowhere != -1 && nowhere != fd)
        {
          dup2 (nowhere, fd);
          fcntl (fd, F_SETFD, FD_CLOEXEC);
        }
      sockets[fd] = 0;
    }
  if (nowhere != -1)
    close (nowhere);
}

static void
after_fork_in_child (void)
{
  abandon_sockets ();
  g_mutex_init (&fork_mutex);
  g_mutex_init (&probe_mutex);
  g_cond_init (&probe_cond);
  n_waiting = 0;
  is_stirring = FALSE;
  is_wanted = FALSE;
  n_lost = g_thread_pool_get_num_unused_threads ();
  has_resolver = FALSE;
}

void
dheera_fork_prepare (void)
{
  static gsize prepared;

  if (g_once_init_enter (&prepared))
    {
      pthread_atfork (before_fork, after_fork_in_parent, after_fork_in_child);
      g_once_init_leave (&prepared, 1);
    }
}

void
dheera_fork_note_connection (GIOStream *connection)
{
  struct stat status;
  int fd;

  if (!G_IS_SOCKET_CONNECTION (connection))
    return;
  dheera_fork_prepare ();
  fd = g_socket_get_fd (g_socket_connection_get_socket (G_SOCKET_CONNECTION (connection)));
  if (fd < 0 || fstat (fd, &status) != 0)
    return;

  g_mutex_lock (&fork_mutex);
  if (fd >= n_sockets)
    {
      int n = MAX (fd + 1, 2 * n_sockets);

      sockets = g_renew (ino_t, sockets, n);
      while (n_sockets < n)
        sockets[n_sockets++] = 0;
    }
  /* Who has the descriptor after it was closed has another inode. */
  sockets[fd] = status.st_ino;
  g_mutex_unlock (&fork_mutex);
}

/* The resolver of newer versions of GLib has a pool of its own, with its own belief in the parent's threads. One that the application has set is left alone. */
static void
renew_resolver (void)
{
  g_autoptr(GResolver) resolver = g_resolver_get_default ();
  g_autoptr(GResolver) anew = NULL;
  guint timeout;

  if (has_resolver)
    return;
  has_resolver = TRUE;
  /* Only that one has time limits. */
  if (!g_str_equal (G_OBJECT_TYPE_NAME (resolver), "GThreadedResolver") ||
      g_object_class_find_property (G_OBJECT_GET_CLASS (resolver), "timeout") == NULL)
    return;
  g_object_get (resolver, "timeout", &timeout, NULL);
  anew = g_object_new (G_OBJECT_TYPE (resolver), "timeout", timeout, NULL);
  g_resolver_set_default (anew);
}

static guint
count_idle (void)
{
  guint n = g_thread_pool_get_num_unused_threads ();

  return n > n_lost ? n - n_lost : 0;
}

static void
lent_cb (gpointer data,
         gpointer user_data)
{
}

/* Newer versions of GLib, from 2.75, have a thread that starts those of all pools. A child does not have it, and whoever asks it waits for ever, with locks
 * held; but nobody asks while a thread of GLib's is idle. A pool for its owner alone starts its threads by itself, and they are everybody's when it is freed,
 * so enough of them are made in that way, and kept. The pool takes the idle ones first, and those that are lost are given back by the ones that are not. */
static void
lend_threads (void)
{
  gint64 until = g_get_monotonic_time () + LENT_TIME;
  int max = g_thread_pool_get_max_unused_threads ();
  int needed = n_lost + 2 * N_THREADS;
  GThreadPool *pool;

  if (glib_check_version (2, 75, 0) != NULL || count_idle () >= N_THREADS / 4)
    return;
  if (max != -1 && max < needed)
    g_thread_pool_set_max_unused_threads (needed);
  g_thread_pool_set_max_idle_time (0);
  pool = g_thread_pool_new (lent_cb, NULL, g_thread_pool_get_num_unused_threads () + N_THREADS, TRUE, NULL);
  if (pool == NULL)
    return;
  g_thread_pool_free (pool, TRUE, FALSE);

  /* GLib tells nobody when a thread has become idle. */
  while (count_idle () < N_THREADS / 2 && g_get_monotonic_time () < until)
    g_usleep (100);
}

static void
probe_cb (GTask        *task,
          gpointer      source,
          gpointer      data,
          GCancellable *cancellable)
{
  g_mutex_lock (&probe_mutex);
  n_probed++;
  g_cond_broadcast (&probe_cond);
  g_mutex_unlock (&probe_mutex);
}

/* The task's end would come in a main context, which is one that nobody else has. */
static void
send_probe (GMainContext *context)
{
  GTask *task;

  g_main_context_push_thread_default (context);
  task = g_task_new (NULL, NULL, NULL, NULL);
  g_task_run_in_thread (task, probe_cb);
  g_object_unref (task);
  g_main_context_pop_thread_default (context);
}

static void
drain_context (GMainContext *context)
{
  while (g_main_context_iteration (context, FALSE))
    ;
}

/* GLib gives a pool no thread as long as it believes that some of the pool's wait. Each task that it leaves to one of those makes one fewer that it believes
 * in, until the pool gets a thread that works off all of them, and then stays for half a second. That thread may be taken by somebody else, who keeps it for
 * as long as a server is silent, so there is always another task. This has a thread of its own, because another of the parent's may have held a lock of
 * GLib's at the fork, and then it never comes back. */
static gpointer
stir (gpointer data)
{
  GMainContext *context = g_main_context_new ();

  renew_resolver ();
  g_mutex_lock (&probe_mutex);
  while (n_waiting > 0)
    {
      gint64 until = g_get_monotonic_time () + PROBE_TIME;

      is_wanted = FALSE;
      g_mutex_unlock (&probe_mutex);
      lend_threads ();
      send_probe (context);
      drain_context (context);
      g_mutex_lock (&probe_mutex);
      while (n_waiting > 0 && !is_wanted && g_cond_wait_until (&probe_cond, &probe_mutex, until))
        ;
    }
  is_stirring = FALSE;
  g_mutex_unlock (&probe_mutex);
  g_main_context_unref (context);

  return NULL;
}

/* The lock is held. */
static gboolean
begin_stirring (void)
{
  GThread *thread;

  if (is_stirring)
    return TRUE;
  thread = g_thread_try_new ("dheera-fork", stir, NULL, NULL);
  if (thread == NULL)
    return FALSE;
  g_thread_unref (thread);
  is_stirring = TRUE;

  return TRUE;
}

gboolean
dheera_fork_begin_wait (void)
{
  gint64 until = g_get_monotonic_time () + WAIT_TIME;
  gboolean awake = FALSE;
  guint before;

  g_mutex_lock (&probe_mutex);
  n_waiting++;
  is_wanted = TRUE;
  before = n_probed;
  g_cond_broadcast (&probe_cond);
  if (begin_stirring ())
    {
      while (n_probed == before && g_cond_wait_until (&probe_cond, &probe_mutex, until))
        ;
      awake = n_probed != before;
    }
  if (!awake)
    n_waiting--;
  g_mutex_unlock (&probe_mutex);

  return awake;
}

void
dheera_fork_end_wait (void)
{
  g_mutex_lock (&probe_mutex);
  n_waiting--;
  g_cond_broadcast (&probe_cond);
  g_mutex_unlock (&probe_mutex);
}
