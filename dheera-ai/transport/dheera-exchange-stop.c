/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-exchange-internal-private.h"

void
dheera_exchange_cancel (DheeraExchange *self)
{
  dheera_exchange_stop (self, DHEERA_STOP_CANCELLED);
}

void
dheera_exchange_stop (DheeraExchange *self,
                      DheeraStop      why)
{
  /* The owner may free it as soon as it sees the end, while another thread is still here. */
  dheera_exchange_ref (self);
  g_atomic_int_compare_and_exchange (&self->stop, DHEERA_STOP_NONE, why);
  g_cancellable_cancel (self->inner);

  g_mutex_lock (&self->mutex);
  if (self->pulse != NULL)
    g_source_set_ready_time (self->pulse, 0);
  else if (self->ticket != NULL)
    dheera_gate_wake (self->gate, self->ticket);
  g_mutex_unlock (&self->mutex);
  dheera_exchange_unref (self);
}

static void
outer_cancelled_cb (GCancellable *cancellable,
                    gpointer      user_data)
{
  DheeraExchange *self = user_data;
  gboolean active;

  g_mutex_lock (&self->mutex);
  active = self->outer_active && self->outer == cancellable;
  g_mutex_unlock (&self->mutex);

  if (active)
    dheera_exchange_stop (self, DHEERA_STOP_CANCELLED);
}

/* The link stays in place between operations that name the same cancellable, which nearly all do, but only counts during one. It is never taken back
 * with g_cancellable_disconnect(), which would wait for ever inside a handler of the same cancellable. */
void
dheera_exchange_begin (DheeraExchange *self,
                       GCancellable   *cancellable)
{
  if (self->outer != cancellable)
    {
      gulong id = self->outer_id;
      GCancellable *old = self->outer;

      self->outer_id = 0;
      g_mutex_lock (&self->mutex);
      self->outer = cancellable != NULL ? g_object_ref (cancellable) : NULL;
      g_mutex_unlock (&self->mutex);
      g_clear_signal_handler (&id, old);
      g_clear_object (&old);
      if (cancellable != NULL)
        self->outer_id = g_signal_connect_data (cancellable, "cancelled", G_CALLBACK (outer_cancelled_cb), dheera_exchange_ref (self),
                                                (GClosureNotify) dheera_exchange_unref, 0);
    }

  if (cancellable == NULL)
    return;
  g_mutex_lock (&self->mutex);
  self->outer_active = TRUE;
  g_mutex_unlock (&self->mutex);
  if (g_cancellable_is_cancelled (cancellable))
    dheera_exchange_stop (self, DHEERA_STOP_CANCELLED);
}

void
dheera_exchange_end (DheeraExchange *self)
{
  if (self->outer == NULL)
    return;
  g_mutex_lock (&self->mutex);
  self->outer_active = FALSE;
  g_mutex_unlock (&self->mutex);
}

static void
consider_deadline (gint64          time,
                   DheeraDeadline  kind,
                   gint64         *earliest,
                   DheeraDeadline *which)
{
  if (*earliest == 0 || time < *earliest)
    {
      *earliest = time;
      *which = kind;
    }
}

static gint64
after (gint64 start,
       double seconds)
{
  return start + (gint64) (MIN (seconds, 1e9) * G_USEC_PER_SEC);
}

gint64
dheera_exchange_get_deadline (DheeraExchange *self,
                              DheeraDeadline *which)
{
  const DheeraTimeouts *timeouts = &self->timeouts;
  gboolean first_token = g_atomic_int_get (&self->first_token);
  gint64 earliest = 0;

  *which = DHEERA_DEADLINE_NONE;
  if (timeouts->deadline != 0)
    consider_deadline (timeouts->deadline, DHEERA_DEADLINE_TOTAL, &earliest, which);
  if (timeouts->first_token > 0 && !first_token)
    consider_deadline (after (self->stats.start, timeouts->first_token), DHEERA_DEADLINE_FIRST_TOKEN, &earliest, which);
  if (timeouts->connect > 0 && self->phase == DHEERA_PHASE_CONNECTING)
    consider_deadline (after (self->stats.admitted, timeouts->connect), DHEERA_DEADLINE_CONNECT, &earliest, which);
  /* Nobody waits for the server while the application does not read. */
  if (timeouts->idle > 0 && self->phase == DHEERA_PHASE_BODY && first_token &&
      (self->mode == DHEERA_MODE_BLOCKING || self->pending == DHEERA_PENDING_WAIT))
    consider_deadline (after (self->last_activity, timeouts->idle), DHEERA_DEADLINE_IDLE, &earliest, which);

  return earliest;
}

void
dheera_exchange_mark_first_token (DheeraExchange *self)
{
  g_atomic_int_set (&self->first_token, TRUE);
}

GError *
dheera_exchange_make_stop_error (DheeraExchange *self)
{
  switch ((DheeraStop) g_atomic_int_get (&self->stop))
    {
    case DHEERA_STOP_CANCELLED:
      return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Operation was cancelled");
    case DHEERA_STOP_DEADLINE:
      return dheera_failure_from_deadline (self);
    case DHEERA_STOP_FAULT:
      return g_error_copy (self->fault);
    case DHEERA_STOP_NONE:
    default:
      return NULL;
    }
}

void
dheera_exchange_fail (DheeraExchange *self,
                      GError         *error)
{
  if (self->error == NULL)
    self->error = error;
  else
    g_error_free (error);
  if (self->stats.end == 0)
    self->stats.end = g_get_monotonic_time ();
}

gboolean
dheera_exchange_copy_error (DheeraExchange  *self,
                            GError         **error)
{
  if (self->error == NULL)
    return FALSE;
  if (error != NULL)
    *error = g_error_copy (self->error);
  return TRUE;
}
