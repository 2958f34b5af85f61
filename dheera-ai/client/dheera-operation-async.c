/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The asynchronous driver: it waits on the main context that is thread-default when it starts. */

#include "dheera-operation-private.h"

#include "dheera-ai/providers/dheera-provider-private.h"

/* So many reads in one turn of the main loop: a fast server must not starve the application. */
#define MAX_READS_PER_TURN 16

struct _DheeraRun
{
  DheeraOperation *operation;
  DheeraUntil until;
  DheeraOperationFunc func;
  gpointer user_data;
  GMainContext *context;
  GCancellable *cancellable; /* the caller's, nullable */
  gulong cancelled_id;
  GSource *timer;            /* of the sleep, or the deadline while a key is asked for */
  GSource *cancel_source;
  gboolean used_network;
  gpointer question;         /* the answer that is waited for, see Question */
};

/* A credentials function may answer from any thread, and later than anybody cares. */
typedef struct
{
  gatomicrefcount ref_count;
  GMainContext *context;
  DheeraRun *run; /* NULL when nobody waits any more; used in the context's thread only */
  char *key;
  GError *error;
} Question;

static void run_continue (DheeraRun *run);

static void
question_unref (gpointer data)
{
  Question *question = data;

  if (!g_atomic_ref_count_dec (&question->ref_count))
    return;

  if (question->key != NULL)
    explicit_bzero (question->key, strlen (question->key));
  g_free (question->key);
  g_clear_error (&question->error);
  g_main_context_unref (question->context);
  g_free (question);
}

static Question *
question_ref (Question *question)
{
  g_atomic_ref_count_inc (&question->ref_count);
  return question;
}

/* What the parent waited for is not for a child to go on with. */
static gboolean
run_is_inherited (DheeraRun *run)
{
  return dheera_call_is_inherited (run->operation->call);
}

static void
run_stop_waiting (DheeraRun *run)
{
  Question *question = g_steal_pointer (&run->question);

  if (question != NULL)
    {
      question->run = NULL;
      question_unref (question);
    }
  if (run->timer != NULL)
    g_source_destroy (run->timer);
  g_clear_pointer (&run->timer, g_source_unref);
  if (run->cancel_source != NULL)
    g_source_destroy (run->cancel_source);
  g_clear_pointer (&run->cancel_source, g_source_unref);
}

static void
run_free (DheeraRun *run)
{
  run->operation->run = NULL;
  run_stop_waiting (run);
  g_clear_signal_handler (&run->cancelled_id, run->cancellable);
  g_clear_object (&run->cancellable);
  g_main_context_unref (run->context);
  g_free (run);
}

void
dheera_run_abandon (DheeraRun *run)
{
  run_free (run);
}

static void
attach (DheeraRun   *run,
        GSource    **place,
        GSource     *source,
        GSourceFunc  func)
{
  g_source_set_callback (source, func, run, NULL);
  g_source_attach (source, run->context);
  *place = source;
}

/* --- Sleeping between two attempts ------------------------------------------------------------------------------------------- */

static gboolean
slept_cb (gpointer data)
{
  DheeraRun *run = data;

  if (run_is_inherited (run))
    return G_SOURCE_REMOVE;
  run_stop_waiting (run);
  dheera_operation_slept (run->operation, NULL);
  run_continue (run);
  return G_SOURCE_REMOVE;
}

static gboolean
sleep_cancelled_cb (GCancellable *cancellable,
                    gpointer      data)
{
  DheeraRun *run = data;
  GError *error = NULL;

  run_stop_waiting (run);
  g_cancellable_set_error_if_cancelled (run->operation->call->cancellable, &error);
  dheera_operation_slept (run->operation, error);
  run_continue (run);
  return G_SOURCE_REMOVE;
}

static void
start_sleep (DheeraRun *run)
{
  attach (run, &run->timer, g_timeout_source_new ((guint) MIN (run->operation->delay_ms, G_MAXUINT)), slept_cb);
  attach (run, &run->cancel_source, g_cancellable_source_new (run->operation->call->cancellable),
          G_SOURCE_FUNC (sleep_cancelled_cb));
}

/* --- Asking for a key ---------------------------------------------------------------------------------------------------------- */

static gboolean
answered_cb (gpointer data)
{
  Question *question = data;
  DheeraRun *run = question->run;

  if (run == NULL || run_is_inherited (run))
    return G_SOURCE_REMOVE;

  run_stop_waiting (run);
  dheera_operation_got_key (run->operation, question->key, question->error);
  run_continue (run);
  return G_SOURCE_REMOVE;
}

static void
key_done_cb (const char *key,
             GError     *error,
             gpointer    user_data)
{
  Question *question = user_data;
  GSource *source = g_idle_source_new ();

  question->key = g_strdup (key);
  question->error = error != NULL ? g_error_copy (error) : NULL;
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, answered_cb, question_ref (question), question_unref);
  g_source_attach (source, question->context);
  g_source_unref (source);
}

static gboolean
key_cancelled_cb (GCancellable *cancellable,
                  gpointer      data)
{
  DheeraRun *run = data;
  g_autoptr(GError) error = NULL;

  run_stop_waiting (run);
  g_cancellable_set_error_if_cancelled (run->operation->call->cancellable, &error);
  dheera_operation_got_key (run->operation, NULL, error);
  run_continue (run);
  return G_SOURCE_REMOVE;
}

static gboolean
key_timed_out_cb (gpointer data)
{
  DheeraRun *run = data;

  if (run_is_inherited (run))
    return G_SOURCE_REMOVE;
  run_stop_waiting (run);
  dheera_operation_key_timed_out (run->operation);
  run_continue (run);
  return G_SOURCE_REMOVE;
}

static void
ask_for_key (DheeraRun *run)
{
  DheeraOperation *operation = run->operation;
  Question *question = g_new0 (Question, 1);
  gint64 deadline = dheera_operation_get_key_deadline (operation);

  g_atomic_ref_count_init (&question->ref_count);
  question->context = g_main_context_ref (run->context);
  question->run = run;
  run->question = question;
  attach (run, &run->cancel_source, g_cancellable_source_new (operation->call->cancellable),
          G_SOURCE_FUNC (key_cancelled_cb));
  if (deadline > 0)
    {
      attach (run, &run->timer, g_timeout_source_new (0), key_timed_out_cb);
      g_source_set_ready_time (run->timer, deadline);
    }

  dheera_operation_ask_for_key (operation, key_done_cb, question_ref (question), question_unref);
}

/* --- Sending and reading --------------------------------------------------------------------------------------------------------- */

static void
sent_cb (DheeraExchange *exchange,
         gpointer        data)
{
  DheeraRun *run = data;
  GError *error = NULL;

  dheera_exchange_send_finish (exchange, &error);
  dheera_operation_sent (run->operation, error);
  run_continue (run);
}

static void
readable_cb (DheeraExchange *exchange,
             gpointer        data)
{
  run_continue (data);
}

/* FALSE when there is nothing to read yet. */
static gboolean
read_some (DheeraOperation *operation)
{
  GError *error = NULL;
  gsize size;
  char *buffer = dheera_operation_reserve (operation, &size);
  gssize n = dheera_exchange_read_nonblocking (operation->exchange, buffer, size, &error);

  if (n < 0 && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    {
      g_error_free (error);
      return FALSE;
    }

  dheera_operation_read (operation, n, error);
  return TRUE;
}

void
dheera_operation_read_ready (DheeraOperation *self)
{
  for (guint i = 0; i < MAX_READS_PER_TURN && self->step == DHEERA_STEP_READ && !dheera_operation_has_reached (self, DHEERA_UNTIL_DELTA); i++)
    {
      if (!read_some (self))
        break;
      self->unsettled = TRUE;
    }
}

/* Reads what is there and decodes it; TRUE when the run must wait for more. */
static gboolean
read_turn (DheeraRun *run)
{
  DheeraOperation *operation = run->operation;

  for (guint i = 0; i < MAX_READS_PER_TURN && !dheera_exchange_has_to_wait (operation->exchange); i++)
    {
      if (!read_some (operation))
        break;
      if (operation->step != DHEERA_STEP_READ || dheera_operation_has_reached (operation, run->until))
        return FALSE;
    }

  dheera_exchange_wait_async (operation->exchange, operation->call->cancellable, readable_cb, run);
  return TRUE;
}

static void
run_complete (DheeraRun *run)
{
  DheeraOperation *operation = run->operation;
  DheeraOperationFunc func = run->func;
  gpointer user_data = run->user_data;

  run_free (run);
  func (operation, user_data);
}

static gboolean
settled_cb (gpointer data)
{
  if (!run_is_inherited (data))
    run_complete (data);
  return G_SOURCE_REMOVE;
}

/* libsoup takes a finished connection back into its pool from a source of this context. Who hears of the end after that can use the connection for the
 * next call, also for a blocking one, which does not iterate the context. */
static void
run_settle (DheeraRun *run)
{
  run_stop_waiting (run);
  attach (run, &run->timer, g_idle_source_new (), settled_cb);
  g_source_set_priority (run->timer, G_PRIORITY_DEFAULT);
}

static void
run_continue (DheeraRun *run)
{
  DheeraOperation *operation = run->operation;
  gboolean waiting = FALSE;

  while (!waiting && !dheera_operation_has_reached (operation, run->until))
    {
      switch (operation->step)
        {
        case DHEERA_STEP_KEY:
          ask_for_key (run);
          waiting = TRUE;
          break;
        case DHEERA_STEP_SEND:
          dheera_exchange_send_async (operation->exchange, operation->call->cancellable, sent_cb, run);
          waiting = TRUE;
          break;
        case DHEERA_STEP_READ:
          run->used_network = TRUE;
          waiting = read_turn (run);
          break;
        case DHEERA_STEP_SLEEP:
          start_sleep (run);
          waiting = TRUE;
          break;
        case DHEERA_STEP_DONE:
        default:
          g_assert_not_reached ();
        }
    }

  if (!waiting && operation->step == DHEERA_STEP_DONE && run->used_network)
    run_settle (run);
  else if (!waiting)
    run_complete (run);
}

void
dheera_operation_drive_async (DheeraOperation     *self,
                              DheeraUntil          until,
                              GCancellable        *cancellable,
                              DheeraOperationFunc  func,
                              gpointer             user_data)
{
  DheeraRun *run = g_new0 (DheeraRun, 1);

  run->operation = self;
  run->until = until;
  run->func = func;
  run->user_data = user_data;
  run->context = g_main_context_ref_thread_default ();
  run->used_network = self->unsettled;
  self->unsettled = FALSE;
  self->run = run;

  dheera_operation_begin (self);
  if (cancellable != NULL && !dheera_operation_has_reached (self, until))
    {
      run->cancellable = g_object_ref (cancellable);
      run->cancelled_id = dheera_operation_follow (self, cancellable);
    }
  run_continue (run);
}
