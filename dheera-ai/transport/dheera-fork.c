/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-fork-private.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_PROBES 100
#define PROBE_TIME (20 * 1000) /* microseconds, which all of them together make two seconds */

static GMutex fork_mutex; /* of the sockets, and held across a fork */
static ino_t *sockets;    /* by file descriptor; 0 for none */
static int n_sockets;
static guint generation;

static GMutex probe_mutex;
static GCond probe_cond;
static guint n_probed; /* that were run by a thread */
static guint n_waiting;
static gboolean is_stirring;

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
  generation++;
  abandon_sockets ();
  g_mutex_init (&fork_mutex);
  g_mutex_init (&probe_mutex);
  g_cond_init (&probe_cond);
  n_waiting = 0;
  is_stirring = FALSE;
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

guint
dheera_fork_get_generation (void)
{
  return generation;
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

/* FALSE when none was run meanwhile; the lock is held. */
static gboolean
wait_for_probe (guint before)
{
  gint64 until = g_get_monotonic_time () + PROBE_TIME;

  while (n_probed == before && g_cond_wait_until (&probe_cond, &probe_mutex, until))
    ;
  return n_probed != before;
}

/* GLib starts no thread as long as it believes that idle ones wait. Each task that it leaves to one of those makes one fewer that it believes in, until it
 * starts a thread that works off all of them, and then stays for half a second. */
static gboolean
wake_threads (void)
{
  GMainContext *context = g_main_context_new ();
  gboolean awake = FALSE;

  for (guint i = 0; !awake && i < MAX_PROBES; i++)
    {
      guint before;

      g_mutex_lock (&probe_mutex);
      before = n_probed;
      g_mutex_unlock (&probe_mutex);
      send_probe (context);
      g_mutex_lock (&probe_mutex);
      awake = wait_for_probe (before);
      g_mutex_unlock (&probe_mutex);
    }
  drain_context (context);
  g_main_context_unref (context);

  return awake;
}

/* The thread that was woken may be taken by somebody else, who keeps it for as long as a server is silent. */
static gpointer
stir (gpointer data)
{
  GMainContext *context = g_main_context_new ();

  g_mutex_lock (&probe_mutex);
  while (n_waiting > 0)
    {
      gint64 until = g_get_monotonic_time () + PROBE_TIME;

      g_mutex_unlock (&probe_mutex);
      send_probe (context);
      drain_context (context);
      g_mutex_lock (&probe_mutex);
      while (n_waiting > 0 && g_cond_wait_until (&probe_cond, &probe_mutex, until))
        ;
    }
  is_stirring = FALSE;
  g_mutex_unlock (&probe_mutex);
  g_main_context_unref (context);

  return NULL;
}

gboolean
dheera_fork_begin_wait (void)
{
  if (!wake_threads ())
    return FALSE;

  g_mutex_lock (&probe_mutex);
  n_waiting++;
  if (!is_stirring)
    {
      g_thread_unref (g_thread_new ("dheera-fork", stir, NULL));
      is_stirring = TRUE;
    }
  g_mutex_unlock (&probe_mutex);

  return TRUE;
}

void
dheera_fork_end_wait (void)
{
  g_mutex_lock (&probe_mutex);
  n_waiting--;
  g_cond_broadcast (&probe_cond);
  g_mutex_unlock (&probe_mutex);
}
