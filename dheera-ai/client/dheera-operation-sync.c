/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The blocking driver: everything happens in the caller's thread, and no main context is iterated. */

#include "dheera-operation-private.h"

#include "dheera-ai/providers/dheera-provider-private.h"
#include "dheera-ai/wire/dheera-secret-private.h"

/* Waits for an answer, a time, or the cancellable, whichever comes first. Shared with whoever answers, who may be later than the wait. */
typedef struct
{
  gatomicrefcount ref_count;
  GMutex mutex;
  GCond cond;
  gboolean woken;
  char *key;
  GError *error;
} Wait;

static Wait *
wait_new (void)
{
  Wait *wait = g_new0 (Wait, 1);

  g_atomic_ref_count_init (&wait->ref_count);
  g_mutex_init (&wait->mutex);
  g_cond_init (&wait->cond);
  return wait;
}

static Wait *
wait_ref (Wait *wait)
{
  g_atomic_ref_count_inc (&wait->ref_count);
  return wait;
}

static void
wait_unref (gpointer data)
{
  Wait *wait = data;

  if (!g_atomic_ref_count_dec (&wait->ref_count))
    return;

  dheera_secret_free (wait->key);
  g_clear_error (&wait->error);
  g_cond_clear (&wait->cond);
  g_mutex_clear (&wait->mutex);
  g_free (wait);
}

static void
wait_wake (Wait         *wait,
           const char   *key,
           const GError *error)
{
  g_mutex_lock (&wait->mutex);
  if (!wait->woken)
    {
      wait->woken = TRUE;
      wait->key = g_strdup (key);
      wait->error = error != NULL ? g_error_copy (error) : NULL;
      g_cond_signal (&wait->cond);
    }
  g_mutex_unlock (&wait->mutex);
}

static void
wait_cancelled_cb (GCancellable *cancellable,
                   gpointer      data)
{
  wait_wake (data, NULL, NULL);
}

/* until is monotonic, 0 for no end. FALSE with G_IO_ERROR_CANCELLED; woken tells an answer from the time. */
static gboolean
wait_until (Wait          *wait,
            gint64         until,
            GCancellable  *cancellable,
            GError       **error)
{
  gulong id = g_cancellable_connect (cancellable, G_CALLBACK (wait_cancelled_cb), wait_ref (wait), wait_unref);
  gboolean in_time = TRUE;

  g_mutex_lock (&wait->mutex);
  while (!wait->woken && in_time)
    {
      if (until > 0)
        in_time = g_cond_wait_until (&wait->cond, &wait->mutex, until);
      else
        g_cond_wait (&wait->cond, &wait->mutex);
    }
  g_mutex_unlock (&wait->mutex);

  g_cancellable_disconnect (cancellable, id);
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

/* An answer that comes as the time ends is either not seen at all or seen whole. */
static gboolean
wait_is_over (Wait *wait)
{
  gboolean over;

  g_mutex_lock (&wait->mutex);
  over = wait->woken;
  g_mutex_unlock (&wait->mutex);
  return over;
}

static void
key_done_cb (const char *key,
             GError     *error,
             gpointer    user_data)
{
  wait_wake (user_data, key, error);
}

static void
ask_for_key (DheeraOperation *self)
{
  Wait *wait = wait_new ();
  g_autoptr(GError) error = NULL;

  dheera_operation_ask_for_key (self, key_done_cb, wait_ref (wait), wait_unref);
  if (!wait_until (wait, dheera_operation_get_key_deadline (self), self->call->cancellable, &error))
    dheera_operation_got_key (self, NULL, error);
  else if (!wait_is_over (wait))
    dheera_operation_key_timed_out (self);
  else
    dheera_operation_got_key (self, wait->key, wait->error);
  wait_unref (wait);
}

static void
sleep_between_attempts (DheeraOperation *self)
{
  Wait *wait = wait_new ();
  GError *error = NULL;

  wait_until (wait, g_get_monotonic_time () + self->delay_ms * 1000, self->call->cancellable, &error);
  dheera_operation_slept (self, error);
  wait_unref (wait);
}

static void
take_step (DheeraOperation *self)
{
  GError *error = NULL;
  char *buffer;
  gsize size;
  gssize n;

  switch (self->step)
    {
    case DHEERA_STEP_KEY:
      ask_for_key (self);
      break;
    case DHEERA_STEP_SEND:
      dheera_exchange_send (self->exchange, self->call->cancellable, &error);
      dheera_operation_sent (self, error);
      break;
    case DHEERA_STEP_READ:
      buffer = dheera_operation_reserve (self, &size);
      n = dheera_exchange_read (self->exchange, buffer, size, self->call->cancellable, &error);
      dheera_operation_read (self, n, error);
      break;
    case DHEERA_STEP_SLEEP:
      sleep_between_attempts (self);
      break;
    case DHEERA_STEP_DONE:
    default:
      g_assert_not_reached ();
    }
}

void
dheera_operation_drive (DheeraOperation *self,
                        DheeraUntil      until,
                        GCancellable    *cancellable)
{
  gulong id = 0;

  if (cancellable != NULL && !dheera_operation_has_reached (self, until))
    id = dheera_operation_follow (self, cancellable);

  self->blocking = TRUE;
  dheera_operation_begin (self);
  while (!dheera_operation_has_reached (self, until))
    take_step (self);

  g_clear_signal_handler (&id, cancellable);
}
