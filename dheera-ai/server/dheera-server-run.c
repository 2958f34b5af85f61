/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-server-private.h"

#include <errno.h>
#include <glib-unix.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "dheera-ai/model/errors/dheera-error-private.h"

/* Serving until somebody says that it is enough: for programs that have no main loop of their own. */

/* --- Signals: while servers run, SIGINT and SIGTERM are told to them, and to whoever had a handler before ----------------------------------- */

/* Servers that may run at a time, each in a thread of its own */
#define MAX_RUNS 32

static const int signals[] = { SIGINT, SIGTERM };

G_LOCK_DEFINE_STATIC (runs);
static int n_runs;
static pid_t run_pid; /* of the process whose servers these are */
static struct sigaction old_actions[G_N_ELEMENTS (signals)];
/* Read by the handler, which can take no lock: descriptors of eventfd(2), 0 where there is none. */
static int run_fds[MAX_RUNS];

static void
call_old (const struct sigaction *old,
          int                     number,
          siginfo_t              *info,
          gpointer                context)
{
  if (old->sa_flags & SA_SIGINFO)
    old->sa_sigaction (number, info, context);
  else if (old->sa_handler != SIG_DFL && old->sa_handler != SIG_IGN)
    old->sa_handler (number);
}

/* In a child that was just forked, and has not put back its handlers yet. The signal comes again when this handler returns. */
static void
signal_child (int number)
{
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    if (signals[i] == number)
      sigaction (number, &old_actions[i], NULL);
  raise (number);
}

static void
signal_cb (int        number,
           siginfo_t *info,
           gpointer   context)
{
  const int saved = errno;
  const guint64 one = 1;

  if (getpid () != run_pid)
    {
      signal_child (number);
      errno = saved;
      return;
    }
  for (guint i = 0; i < MAX_RUNS; i++)
    {
      int fd = __atomic_load_n (&run_fds[i], __ATOMIC_ACQUIRE);

      if (fd != 0 && write (fd, &one, sizeof one) < 0)
        continue; /* it was told often enough */
    }
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    if (signals[i] == number)
      call_old (&old_actions[i], number, info, context);
  errno = saved;
}

/* One that the program ignores, as what nohup and a shell's "&" start does with SIGINT, stays ignored. */
static void
catch_signals (void)
{
  struct sigaction action = { .sa_sigaction = signal_cb, .sa_flags = SA_SIGINFO | SA_RESTART };

  sigemptyset (&action.sa_mask);
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      sigaction (signals[i], NULL, &old_actions[i]);
      if ((old_actions[i].sa_flags & SA_SIGINFO) || old_actions[i].sa_handler != SIG_IGN)
        sigaction (signals[i], &action, NULL);
    }
}

static void
release_signals (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    sigaction (signals[i], &old_actions[i], NULL);
}

static void
before_fork (void)
{
  G_LOCK (runs);
}

static void
after_fork_in_parent (void)
{
  G_UNLOCK (runs);
}

/* A child has none of the servers: a signal for it is not to drain those of its parent, with which it shares the descriptors, and is to end it. */
static void
after_fork_in_child (void)
{
  for (guint i = 0; i < MAX_RUNS; i++)
    {
      if (run_fds[i] != 0)
        close (run_fds[i]);
      run_fds[i] = 0;
    }
  if (n_runs > 0)
    release_signals ();
  n_runs = 0;
  g_mutex_init (&G_LOCK_NAME (runs));
}

static void
watch_forks (void)
{
  static gsize watched;

  if (g_once_init_enter (&watched))
    {
      pthread_atfork (before_fork, after_fork_in_parent, after_fork_in_child);
      g_once_init_leave (&watched, 1);
    }
}

/* -1 with an error */
static int
enter_run (GError **error)
{
  int fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  guint i = 0;

  if (fd < 0)
    {
      g_set_error (error, DHEERA_ERROR, DHEERA_ERROR_FAILED, "Signals can't be watched: %s.", g_strerror (errno));
      return -1;
    }

  watch_forks ();
  G_LOCK (runs);
  while (i < MAX_RUNS && run_fds[i] != 0)
    i++;
  if (i < MAX_RUNS)
    {
      __atomic_store_n (&run_fds[i], fd, __ATOMIC_RELEASE);
      run_pid = getpid ();
      if (n_runs++ == 0)
        catch_signals ();
    }
  G_UNLOCK (runs);
  if (i < MAX_RUNS)
    return fd;

  close (fd);
  g_set_error (error, DHEERA_ERROR, DHEERA_ERROR_FAILED, "%d servers run already in this process, and that is the limit: start() has none.", MAX_RUNS);
  return -1;
}

static void
leave_run (int fd)
{
  G_LOCK (runs);
  for (guint i = 0; i < MAX_RUNS; i++)
    if (run_fds[i] == fd)
      __atomic_store_n (&run_fds[i], 0, __ATOMIC_RELEASE);
  if (--n_runs == 0)
    release_signals ();
  G_UNLOCK (runs);
  close (fd);
}

/* --- Running ------------------------------------------------------------------------------------------------------------------------------------- */

/* The first one drains, and the second one does not wait for it. */
static gboolean
signalled_cb (int          fd,
              GIOCondition condition,
              gpointer     data)
{
  DheeraServer *self = data;
  guint64 count;
  gboolean hurry;

  if (read (fd, &count, sizeof count) != sizeof count)
    return G_SOURCE_CONTINUE;

  hurry = self->draining || count > 1;
  dheera_server_stop (self);
  if (hurry)
    dheera_server_end_drain (self);

  return G_SOURCE_CONTINUE;
}

static gboolean
cancelled_cb (GCancellable *cancellable,
              gpointer      data)
{
  dheera_server_stop (data);

  return G_SOURCE_REMOVE;
}

static GSource *
attach (GSource      *source,
        GSourceFunc   func,
        DheeraServer *self)
{
  g_source_set_callback (source, func, self, NULL);
  g_source_attach (source, self->context);

  return source;
}

static void
detach (GSource *source)
{
  if (source == NULL)
    return;

  g_source_destroy (source);
  g_source_unref (source);
}

static void
iterate (DheeraServer *self,
         GMainContext *context,
         GCancellable *cancellable,
         int           fd)
{
  GSource *signalled = attach (g_unix_fd_source_new (fd, G_IO_IN), G_SOURCE_FUNC (signalled_cb), self);
  GSource *cancelled = cancellable != NULL ? attach (g_cancellable_source_new (cancellable), G_SOURCE_FUNC (cancelled_cb), self) : NULL;

  while (self->front != NULL)
    g_main_context_iteration (context, TRUE);
  detach (signalled);
  detach (cancelled);
}

/* In context, which is this thread's, and its default */
static gboolean
run_in (DheeraServer  *self,
        GMainContext  *context,
        GCancellable  *cancellable,
        GError       **error)
{
  int fd = enter_run (error);
  gboolean success;

  if (fd < 0)
    return FALSE;

  success = self->front != NULL || dheera_server_start (self, error);
  if (success)
    iterate (self, context, cancellable, fd);
  leave_run (fd);

  return success;
}

/* The context to run in, acquired; NULL with an error */
static GMainContext *
acquire_context (DheeraServer  *self,
                 GError       **error)
{
  g_autoptr(GMainContext) context = self->context != NULL ? g_main_context_ref (self->context) : g_main_context_ref_thread_default ();

  if (g_main_context_acquire (context))
    return g_steal_pointer (&context);
  if (self->context != NULL)
    {
      dheera_set_invalid_request (error, NULL, "The server was started in another thread, which serves it: wait there for its end.");
      return NULL;
    }

  g_main_context_unref (context);
  context = g_main_context_new ();
  g_main_context_acquire (context);

  return g_steal_pointer (&context);
}

/**
 * dheera_server_run:
 * @self: a server
 * @cancellable: (nullable): a cancellable; firing it ends the run, and is no error
 * @error: return location for an error
 *
 * Serves until @cancellable is fired, [method@Server.stop] is called, or a signal comes, and returns once everything is answered.
 *
 * The server is started, if it does not run yet. It iterates the main context that is the thread's default; one of its own where another thread iterates that one.
 *
 * While it runs, SIGINT (Ctrl-C) and SIGTERM drain it, as [method@Server.stop] does, and a second one ends at once what is still being answered. Handlers that the program had
 * for them are called as well, and are as they were when it returns; a signal that was ignored stays ignored.
 *
 * Errors are those of [method@Server.start].
 *
 * Returns: %TRUE once the server has stopped, %FALSE when it could not be started
 *
 * Since: 0.1
 */
gboolean
dheera_server_run (DheeraServer  *self,
                   GCancellable  *cancellable,
                   GError       **error)
{
  g_autoptr(DheeraServer) kept = NULL;
  g_autoptr(GMainContext) context = NULL;
  gboolean success;

  g_return_val_if_fail (DHEERA_IS_SERVER (self), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  dheera_error_details_set_last (NULL);
  dheera_server_leave_parent (self);
  context = acquire_context (self, error);
  if (context == NULL)
    return FALSE;

  kept = g_object_ref (self);
  g_main_context_push_thread_default (context);
  success = run_in (self, context, cancellable, error);
  g_main_context_pop_thread_default (context);
  g_main_context_release (context);

  return success;
}
