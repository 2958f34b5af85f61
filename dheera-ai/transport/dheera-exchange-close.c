/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-exchange-internal-private.h"

#include "dheera-ai/wire/dheera-secret-private.h"

static void
wipe_key (DheeraExchange *self)
{
  g_clear_pointer (&self->key, dheera_secret_free);
}

static void
close_here (DheeraExchange *self)
{
  self->closed = TRUE;
  dheera_exchange_end_wait_for_threads (self);
  dheera_exchange_end (self);
  g_clear_signal_handler (&self->outer_id, self->outer);
  g_clear_object (&self->outer);
  dheera_exchange_detach (self);
  if (self->watched)
    dheera_watchdog_remove (&self->watch);
  self->watched = FALSE;
  if (self->inner_is_open)
    g_cancellable_release_fd (self->inner);
  self->inner_is_open = FALSE;
  switch (self->phase)
    {
    case DHEERA_PHASE_QUEUED:
      dheera_gate_leave (self->gate, self->ticket);
      break;
    case DHEERA_PHASE_CONNECTING:
    case DHEERA_PHASE_SENT:
      g_cancellable_cancel (self->inner);
      /* A head that was refused has its body all the same. */
      dheera_exchange_release_stream (self);
      break;
    case DHEERA_PHASE_BODY:
      dheera_exchange_release_stream (self);
      break;
    case DHEERA_PHASE_NEW:
    case DHEERA_PHASE_CLOSED:
    default:
      break;
    }
  self->phase = DHEERA_PHASE_CLOSED;
  if (self->stats.end == 0)
    self->stats.end = g_get_monotonic_time ();
  g_clear_object (&self->session);
}

/* libsoup ends the program when a message ends while another context than the one that sent it is the thread's default, and whoever closes or drops a
 * stream need not be called from there; a garbage collector even does it in any thread. FALSE when it has to be done by the context's own thread. */
static gboolean
run_in_context (DheeraExchange *self,
                void          (*func) (DheeraExchange *self))
{
  g_autoptr(GMainContext) current = g_main_context_ref_thread_default ();
  g_autoptr(GMainContext) context = self->context != NULL ? g_main_context_ref (self->context) : NULL;

  if (context == NULL || (self->mode == DHEERA_MODE_BLOCKING && context == current))
    {
      func (self);
      return TRUE;
    }
  if (!g_main_context_acquire (context))
    return FALSE;
  if (context != current)
    g_main_context_push_thread_default (context);
  func (self);
  if (context != current)
    g_main_context_pop_thread_default (context);
  g_main_context_release (context);

  return TRUE;
}

static gboolean
close_cb (gpointer user_data)
{
  dheera_exchange_close (user_data);
  return G_SOURCE_REMOVE;
}

void
dheera_exchange_close (DheeraExchange *self)
{
  if (self->closed || dheera_exchange_is_inherited (self))
    return;
  if (self->mode == DHEERA_MODE_WORKER && !dheera_worker_is_here ())
    dheera_worker_close (self);
  else if (!run_in_context (self, close_here))
    g_main_context_invoke_full (self->context, G_PRIORITY_DEFAULT, close_cb, dheera_exchange_ref (self), (GDestroyNotify) dheera_exchange_unref);
}

static void
free_here (DheeraExchange *self)
{
  dheera_exchange_close (self);
  if (self->message != NULL)
    dheera_exchange_unwatch_message (self);
  g_clear_object (&self->message);
  wipe_key (self);
  dheera_exchange_unref (self);
}

static gboolean
free_cb (gpointer user_data)
{
  dheera_exchange_free (user_data);
  return G_SOURCE_REMOVE;
}

void
dheera_exchange_free (DheeraExchange *self)
{
  if (self == NULL)
    return;
  /* What came here by a fork is the parent's: its locks, sockets and libsoup's state are not ours to touch. */
  if (dheera_exchange_is_inherited (self))
    return;

  if (self->mode == DHEERA_MODE_WORKER)
    free_here (self);
  else if (!run_in_context (self, free_here))
    g_main_context_invoke_full (self->context, G_PRIORITY_DEFAULT, free_cb, self, NULL);
}
