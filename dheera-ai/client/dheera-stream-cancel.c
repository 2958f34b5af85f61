/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Cancelling a stream. An operation in flight notices by itself; between two of them somebody has to. */

#include "dheera-stream-private.h"

/* With nothing in flight nobody would notice before the next operation, which may never come. */
static gboolean
end_when_idle (gpointer data)
{
  DheeraStream *self = data;

  if (self->pending || self->operation->start == 0 || dheera_stream_is_inherited (self))
    return G_SOURCE_REMOVE;

  /* Handlers may cancel again, read on, or let go of the stream. */
  g_object_ref (self);
  self->pending = TRUE;
  if (self->loop != NULL)
    dheera_tool_loop_cancelled (self->loop);
  else
    dheera_operation_cancelled (self->operation);
  dheera_stream_end_reading (self);
  g_object_unref (self);
  return G_SOURCE_REMOVE;
}

/* In whichever thread cancels: by the stream, its call, or all of the client's. */
static void
cancelled_cb (GCancellable *cancellable,
              gpointer      data)
{
  DheeraStream *self = g_weak_ref_get (data);
  GMainContext *context = self != NULL ? g_atomic_pointer_get (&self->context) : NULL;

  if (self != NULL && self->owner == g_thread_self ())
    end_when_idle (self);
  else if (context != NULL)
    g_main_context_invoke_full (context, G_PRIORITY_DEFAULT, end_when_idle, g_object_ref (self), g_object_unref);
  g_clear_object (&self);
}

static void
weak_ref_free (gpointer  data,
               GClosure *closure)
{
  g_weak_ref_clear (data);
  g_free (data);
}

void
dheera_stream_watch_cancelling (DheeraStream *self)
{
  GWeakRef *weak = g_new0 (GWeakRef, 1);

  g_weak_ref_init (weak, self);
  self->cancelled_id = g_signal_connect_data (self->operation->call->cancellable, "cancelled", G_CALLBACK (cancelled_cb), weak, weak_ref_free, 0);
}

/**
 * dheera_stream_cancel:
 * @self: a stream
 *
 * Stops the answer: the connection is closed at once, before the first byte too.
 *
 * The operation in flight, or else the next one, ends with `G_IO_ERROR_CANCELLED`; what had come in is kept in
 * [property@Stream:response]. A cancellable of the caller's own is not cancelled by this. May be called from any thread, and again. Only when another
 * thread does it between two blocking reads is the connection kept until the next one. In a child that was forked after the stream was begun it does nothing: the stream is the
 * parent's.
 *
 * Since: 0.1
 */
void
dheera_stream_cancel (DheeraStream *self)
{
  g_return_if_fail (DHEERA_IS_STREAM (self) && self->operation != NULL);

  if (!dheera_stream_is_inherited (self))
    dheera_call_cancel (self->operation->call);
}
