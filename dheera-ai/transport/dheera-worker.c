/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-exchange-internal-private.h"

#include <pthread.h>

/* Where a blocking call of libsoup could wait in libsoup's own queue, which hears no cancellable, the call is made asynchronously in this thread, and
 * the caller waits for it. One thread and one main context for the process: libsoup ties HTTP/2 connections to a thread. */

static GMutex worker_mutex;
static GMainContext *worker_context;
static GThread *worker_thread;

typedef struct
{
  DheeraExchange *exchange;
  GCancellable *cancellable;
  char *buffer;
  gsize size;
  gssize result;
  GError **error;
  DheeraShown *shown;
  GMutex mutex;
  GCond cond;
  gboolean done;
} Call;

static void
worker_reset_in_child (void)
{
  g_mutex_init (&worker_mutex);
  worker_context = NULL;
  worker_thread = NULL;
}

static gpointer
worker_run (gpointer data)
{
  GMainContext *context = data;

  g_main_context_push_thread_default (context);
  for (;;)
    g_main_context_iteration (context, TRUE);

  return NULL;
}

static GMainContext *
worker_get_context (void)
{
  static gsize prepared;
  GMainContext *context;

  if (g_once_init_enter (&prepared))
    {
      pthread_atfork (NULL, NULL, worker_reset_in_child);
      g_once_init_leave (&prepared, 1);
    }

  g_mutex_lock (&worker_mutex);
  if (worker_thread == NULL)
    {
      worker_context = g_main_context_new ();
      worker_thread = g_thread_new ("dheera-worker", worker_run, worker_context);
    }
  context = worker_context;
  g_mutex_unlock (&worker_mutex);

  return context;
}

gboolean
dheera_worker_is_here (void)
{
  return g_thread_self () == worker_thread;
}

static void
call_return (Call   *call,
             gssize  result)
{
  g_mutex_lock (&call->mutex);
  call->result = result;
  call->done = TRUE;
  g_cond_signal (&call->cond);
  g_mutex_unlock (&call->mutex);
}

static gssize
call_run (Call        *call,
          GSourceFunc  func)
{
  g_mutex_init (&call->mutex);
  g_cond_init (&call->cond);
  g_main_context_invoke_full (worker_get_context (), G_PRIORITY_DEFAULT, func, call, NULL);

  g_mutex_lock (&call->mutex);
  while (!call->done)
    g_cond_wait (&call->cond, &call->mutex);
  g_mutex_unlock (&call->mutex);
  g_mutex_clear (&call->mutex);
  g_cond_clear (&call->cond);

  return call->result;
}

static void
sent_cb (DheeraExchange *exchange,
         gpointer        user_data)
{
  Call *call = user_data;

  call_return (call, dheera_exchange_send_finish (exchange, call->error));
}

static gboolean
send_in_worker (gpointer user_data)
{
  Call *call = user_data;

  dheera_exchange_send_async (call->exchange, call->cancellable, sent_cb, call);
  return G_SOURCE_REMOVE;
}

gboolean
dheera_worker_send (DheeraExchange  *self,
                    GCancellable    *cancellable,
                    GError         **error)
{
  Call call = { .exchange = self, .cancellable = cancellable, .error = error };

  return call_run (&call, send_in_worker) != 0;
}

static void
readable_cb (DheeraExchange *exchange,
             gpointer        user_data)
{
  Call *call = user_data;
  g_autoptr(GError) error = NULL;
  gssize n = dheera_exchange_read_nonblocking (exchange, call->buffer, call->size, &error);

  if (n < 0 && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    {
      dheera_exchange_wait_async (exchange, call->cancellable, readable_cb, call);
      return;
    }
  if (error != NULL)
    g_propagate_error (call->error, g_steal_pointer (&error));
  call_return (call, n);
}

static gboolean
read_in_worker (gpointer user_data)
{
  Call *call = user_data;

  /* A cancellable that is cancelled already has to be heard even when there are bytes. */
  dheera_exchange_begin (call->exchange, call->cancellable);
  readable_cb (call->exchange, call);
  return G_SOURCE_REMOVE;
}

gssize
dheera_worker_read (DheeraExchange  *self,
                    char            *buffer,
                    gsize            size,
                    GCancellable    *cancellable,
                    GError         **error)
{
  Call call = { .exchange = self, .cancellable = cancellable, .buffer = buffer, .size = size, .error = error };

  return call_run (&call, read_in_worker);
}

static gboolean
close_in_worker (gpointer user_data)
{
  Call *call = user_data;

  dheera_exchange_close (call->exchange);
  call_return (call, 0);
  return G_SOURCE_REMOVE;
}

void
dheera_worker_close (DheeraExchange *self)
{
  Call call = { .exchange = self };

  call_run (&call, close_in_worker);
}

static gboolean
show_in_worker (gpointer user_data)
{
  Call *call = user_data;

  dheera_exchange_show_here (call->exchange, call->shown);
  call_return (call, 0);
  return G_SOURCE_REMOVE;
}

void
dheera_worker_show (DheeraExchange *self,
                    DheeraShown    *shown)
{
  Call call = { .exchange = self, .shown = shown };

  call_run (&call, show_in_worker);
}
