/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The drivers of a tool loop: the blocking one waits in the caller's thread and iterates no main context, the asynchronous one on the context that is thread-default
 * when it starts. */

#include "dheera-tool-loop-private.h"

/* --- Blocking -------------------------------------------------------------------------------------------------------------------------- */

static void
call_tools (DheeraToolLoop *self)
{
  while (!dheera_tool_round_advance (self->round))
    {
      gboolean answered = dheera_tool_round_wait (self->round, dheera_tool_loop_get_deadline (self), self->cancellable);

      if (!answered && g_cancellable_is_cancelled (self->cancellable))
        {
          dheera_tool_loop_cancelled (self);
          return;
        }
      if (!answered)
        {
          dheera_tool_loop_timed_out (self);
          return;
        }
    }
  dheera_tool_loop_called (self);
}

void
dheera_tool_loop_drive (DheeraToolLoop *self,
                        DheeraUntil     until,
                        GCancellable   *cancellable)
{
  gulong id = 0;

  if (cancellable != NULL && !dheera_tool_loop_has_reached (self, until))
    id = dheera_operation_follow (self->operation, cancellable);

  for (;;)
    {
      dheera_tool_loop_answered (self);
      if (dheera_tool_loop_has_reached (self, until))
        break;
      if (self->state == DHEERA_LOOP_ANSWERING)
        dheera_operation_drive (self->operation, until, NULL);
      else
        call_tools (self);
    }

  g_clear_signal_handler (&id, cancellable);
}

/* --- Asynchronous ------------------------------------------------------------------------------------------------------------------------ */

struct _DheeraLoopRun
{
  DheeraToolLoop *loop;
  DheeraUntil until;
  DheeraOperationFunc func;
  gpointer user_data;
  GMainContext *context;
  GCancellable *cancellable; /* the caller's, nullable */
  gulong cancelled_id;
  GSource *timer;            /* while the tools are waited for */
  GSource *cancel_source;
};

static void run_continue (DheeraLoopRun *run);

static void
clear_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
run_stop_waiting (DheeraLoopRun *run)
{
  clear_source (&run->timer);
  clear_source (&run->cancel_source);
  if (run->loop->round != NULL)
    dheera_tool_round_unwatch (run->loop->round);
}

void
dheera_loop_run_abandon (DheeraLoopRun *run)
{
  run->loop->run = NULL;
  run_stop_waiting (run);
  g_clear_signal_handler (&run->cancelled_id, run->cancellable);
  g_clear_object (&run->cancellable);
  g_main_context_unref (run->context);
  g_free (run);
}

static void
run_complete (DheeraLoopRun *run)
{
  DheeraOperation *operation = run->loop->operation;
  DheeraOperationFunc func = run->func;
  gpointer user_data = run->user_data;

  dheera_loop_run_abandon (run);
  func (operation, user_data);
}

/* What the parent waited for is not for a child to go on with. */
static gboolean
run_is_inherited (DheeraLoopRun *run)
{
  return dheera_call_is_inherited (run->loop->operation->call);
}

static gboolean
answered_cb (gpointer data)
{
  if (run_is_inherited (data))
    return G_SOURCE_REMOVE;
  run_stop_waiting (data);
  run_continue (data);
  return G_SOURCE_REMOVE;
}

static gboolean
timed_out_cb (gpointer data)
{
  DheeraLoopRun *run = data;

  if (run_is_inherited (run))
    return G_SOURCE_REMOVE;
  run_stop_waiting (run);
  dheera_tool_loop_timed_out (run->loop);
  run_continue (run);
  return G_SOURCE_REMOVE;
}

static gboolean
cancelled_cb (GCancellable *cancellable,
              gpointer      data)
{
  DheeraLoopRun *run = data;

  run_stop_waiting (run);
  dheera_tool_loop_cancelled (run->loop);
  run_continue (run);
  return G_SOURCE_REMOVE;
}

static void
attach (DheeraLoopRun  *run,
        GSource       **place,
        GSource        *source,
        GSourceFunc     func)
{
  g_source_set_callback (source, func, run, NULL);
  g_source_attach (source, run->context);
  *place = source;
}

static void
wait_for_tools (DheeraLoopRun *run)
{
  gint64 deadline = dheera_tool_loop_get_deadline (run->loop);

  attach (run, &run->cancel_source, g_cancellable_source_new (run->loop->cancellable), G_SOURCE_FUNC (cancelled_cb));
  if (deadline > 0)
    {
      attach (run, &run->timer, g_timeout_source_new (0), timed_out_cb);
      g_source_set_ready_time (run->timer, deadline);
    }
  dheera_tool_round_watch (run->loop->round, run->context, answered_cb, run);
}

static void
operation_ready_cb (DheeraOperation *operation,
                    gpointer         data)
{
  run_continue (data);
}

static void
run_continue (DheeraLoopRun *run)
{
  DheeraToolLoop *loop = run->loop;

  for (;;)
    {
      dheera_tool_loop_answered (loop);
      if (dheera_tool_loop_has_reached (loop, run->until))
        {
          run_complete (run);
          return;
        }
      if (loop->state == DHEERA_LOOP_ANSWERING)
        {
          dheera_operation_drive_async (loop->operation, run->until, NULL, operation_ready_cb, run);
          return;
        }
      if (!dheera_tool_round_advance (loop->round))
        {
          wait_for_tools (run);
          return;
        }
      dheera_tool_loop_called (loop);
    }
}

void
dheera_tool_loop_drive_async (DheeraToolLoop      *self,
                              DheeraUntil          until,
                              GCancellable        *cancellable,
                              DheeraOperationFunc  func,
                              gpointer             user_data)
{
  DheeraLoopRun *run = g_new0 (DheeraLoopRun, 1);

  run->loop = self;
  run->until = until;
  run->func = func;
  run->user_data = user_data;
  run->context = g_main_context_ref_thread_default ();
  self->run = run;

  if (cancellable != NULL && !dheera_tool_loop_has_reached (self, until))
    {
      run->cancellable = g_object_ref (cancellable);
      run->cancelled_id = dheera_operation_follow (self->operation, cancellable);
    }
  run_continue (run);
}
