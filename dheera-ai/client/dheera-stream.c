/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-stream-private.h"

#include "dheera-ai/model/dheera-notify-private.h"
#include "dheera-ai/model/errors/dheera-error-private.h"
#include "dheera-ai/model/responses/dheera-response-private.h"
#include "dheera-ai/wire/dheera-process-private.h"

/**
 * DheeraStream:
 *
 * An answer that comes in piece by piece.
 *
 * One object serves two ways of reading. *Pull*: ask for one [class@Delta] after the other with [method@Stream.next] or
 * [method@Stream.next_async] until there is none. *Push*: start [method@Stream.collect_async] and watch the properties
 * [property@Stream:text] and [property@Stream:reasoning], or the signal [signal@Stream::delta]. Nothing is sent before one of
 * these is called, and nothing is read from the network but when one of them asks for it: a slow reader slows the model down instead of
 * filling memory.
 *
 * A stream ends once: with the whole answer, or with an error. It is never taken for whole when the connection broke in the middle: that is
 * `DHEERA_ERROR_STREAM_INTERRUPTED`, and [property@Stream:response] keeps what had come in.
 *
 * ```c
 * g_autoptr(DheeraStream) stream = dheera_client_stream (client, request);
 * DheeraDelta *delta;
 *
 * while ((delta = dheera_stream_next (stream, NULL, &error)) != NULL)
 *   {
 *     g_print ("%s", dheera_delta_get_text (delta));
 *     g_object_unref (delta);
 *   }
 * ```
 *
 * Dropping the last reference in the middle closes the connection. A stream is used in the thread that made it, but
 * [method@Stream.cancel] may be called from any. A stream that was begun with blocking calls is read on with blocking calls, and one that was
 * begun asynchronously asynchronously, in the same thread.
 *
 * Since: 0.1
 */

G_DEFINE_FINAL_TYPE (DheeraStream, dheera_stream, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_CALL,
  PROP_REQUEST,
  PROP_TEXT,
  PROP_REASONING,
  PROP_RUNNING,
  PROP_RESPONSE,
  N_PROPS
};

enum
{
  SIGNAL_DELTA,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

/* A stream that was not made by a client has nothing to read. */
static gboolean
is_open (DheeraStream *self)
{
  return DHEERA_IS_STREAM (self) && self->operation != NULL;
}

/* --- Reading ------------------------------------------------------------------------------------------------------------------- */

static void
set_running (DheeraStream *self,
             gboolean      running)
{
  if (self->running == running)
    return;

  self->running = running;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RUNNING]);
}

static gboolean
has_delta_handler (DheeraStream *self)
{
  return g_signal_has_handler_pending (self, signals[SIGNAL_DELTA], 0, TRUE);
}

/* Once per read of the socket, so that a property that copies the whole text is not announced per token. */
static void
announce (DheeraStream      *self,
          DheeraAccumulator *accumulator,
          DheeraChanged      changes)
{
  dheera_response_notify_changes (dheera_accumulator_get_response (accumulator), (changes & DHEERA_CHANGED_TEXT) != 0,
                                  (changes & DHEERA_CHANGED_REASONING) != 0);
  if (!dheera_is_watched (self))
    return;

  g_object_freeze_notify (G_OBJECT (self));
  if (changes & DHEERA_CHANGED_TEXT)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TEXT]);
  if (changes & DHEERA_CHANGED_REASONING)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_REASONING]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RESPONSE]);
  g_object_thaw_notify (G_OBJECT (self));
}

static void
progress_cb (DheeraOperation *operation,
             gpointer         data)
{
  DheeraAccumulator *accumulator = dheera_operation_get_accumulator (operation);
  DheeraChanged changes = accumulator != NULL ? dheera_accumulator_take_changes (accumulator) : 0;

  if (changes != 0)
    announce (data, accumulator, changes);
}

static DheeraDelta *
steal_delta (DheeraStream *self)
{
  DheeraAccumulator *accumulator = dheera_operation_get_accumulator (self->operation);
  DheeraDelta *delta = accumulator != NULL ? dheera_accumulator_steal_delta (accumulator) : NULL;

  if (delta != NULL && has_delta_handler (self))
    g_signal_emit (self, signals[SIGNAL_DELTA], 0, delta);
  return delta;
}

static void
emit_deltas (DheeraStream *self)
{
  DheeraDelta *delta;

  while ((delta = steal_delta (self)) != NULL)
    g_object_unref (delta);
}

static void
collect_progress_cb (DheeraOperation *operation,
                     gpointer         data)
{
  progress_cb (operation, data);
  if (operation->recording)
    emit_deltas (data);
}

/* What stands in the way of reading, if anything does. */
static gboolean
check_readable (DheeraStream *self,
                gboolean      blocking,
                GError      **error)
{
  DheeraOperation *operation = self->operation;

  if (dheera_stream_is_inherited (self))
    {
      dheera_error_details_set_last (NULL);
      g_set_error_literal (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST,
                           "The stream was begun before this process was forked, and is the parent's to read: begin a new one in the child.");
      return FALSE;
    }
  if (self->pending)
    {
      dheera_error_details_set_last (NULL);
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PENDING, "The stream is being read already: wait for the operation in flight to finish.");
      return FALSE;
    }
  if (operation->start != 0 && operation->step != DHEERA_STEP_DONE && operation->blocking != blocking)
    {
      dheera_error_details_set_last (NULL);
      g_set_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST,
                   "The stream was begun with %s calls: read on with these.", operation->blocking ? "blocking" : "asynchronous");
      return FALSE;
    }
  /* What it waits for is in a main context that this thread does not iterate, so it would wait for ever. */
  if (!blocking && self->reader != NULL && self->reader != g_thread_self () && !dheera_stream_is_over (self))
    {
      g_autoptr(GMainContext) here = g_main_context_ref_thread_default ();

      if (here != self->context)
        {
          dheera_error_details_set_last (NULL);
          g_set_error_literal (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST, "The stream was begun in another thread: read on there.");
          return FALSE;
        }
    }
  return TRUE;
}

static void
begin_reading (DheeraStream *self,
               DheeraUntil   until)
{
  self->pending = TRUE;
  if (!self->begun)
    self->generation = dheera_process_get_generation ();
  self->begun = TRUE;
  self->operation->progress = until == DHEERA_UNTIL_DONE ? collect_progress_cb : progress_cb;
  self->operation->progress_data = self;
  dheera_operation_set_recording (self->operation, until == DHEERA_UNTIL_DELTA || has_delta_handler (self));
  if (!dheera_stream_is_over (self))
    set_running (self, TRUE);
  /* Pieces that nobody pulled come before those of the next step. */
  if (until == DHEERA_UNTIL_DONE)
    emit_deltas (self);
}

/* The error is reported again to every later call: a clone, which keeps its details. */
static GError *
dup_error (DheeraStream *self)
{
  GError *error = g_error_copy (self->operation->error);

  dheera_error_details_set_last (self->operation->call->error_details);
  return error;
}

void
dheera_stream_end_reading (DheeraStream *self)
{
  self->pending = FALSE;
  self->operation->progress = NULL;
  if (dheera_stream_is_over (self) && !self->end_reported)
    {
      self->end_reported = TRUE;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RESPONSE]);
      set_running (self, FALSE);
    }
}

/* The next delta, the end (NULL), or the error, which comes only when every delta before it was taken. */
static DheeraDelta *
take_next (DheeraStream *self,
           GError      **error)
{
  DheeraDelta *delta = steal_delta (self);

  if (delta == NULL && self->operation->error != NULL)
    g_propagate_error (error, dup_error (self));
  return delta;
}

static DheeraResponse *
take_response (DheeraStream *self,
               GError      **error)
{
  emit_deltas (self);
  if (self->operation->error != NULL)
    {
      g_propagate_error (error, dup_error (self));
      return NULL;
    }
  return g_object_ref (DHEERA_RESPONSE (self->operation->result));
}

static void
drive_blocking (DheeraStream *self,
                DheeraUntil   until,
                GCancellable *cancellable)
{
  begin_reading (self, until);
  dheera_stream_drive (self, until, cancellable);
  dheera_stream_end_reading (self);
}

static void
next_ready_cb (DheeraOperation *operation,
               gpointer         data)
{
  g_autoptr(GTask) task = data;
  DheeraStream *self = g_task_get_source_object (task);
  GError *error = NULL;
  DheeraDelta *delta;

  dheera_stream_end_reading (self);
  delta = take_next (self, &error);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, delta, g_object_unref);
}

static void
collect_ready_cb (DheeraOperation *operation,
                  gpointer         data)
{
  g_autoptr(GTask) task = data;
  DheeraStream *self = g_task_get_source_object (task);
  GError *error = NULL;
  DheeraResponse *response;

  dheera_stream_end_reading (self);
  response = take_response (self, &error);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, response, g_object_unref);
}

static void
drive_async (DheeraStream        *self,
             DheeraUntil          until,
             GCancellable        *cancellable,
             DheeraOperationFunc  func,
             GTask               *task)
{
  GError *error = NULL;

  /* The operation reports cancelling itself, after the connection was closed, and exactly once. */
  g_task_set_check_cancellable (task, FALSE);

  if (!check_readable (self, FALSE, &error))
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }

  if (self->context == NULL)
    {
      self->reader = g_thread_self ();
      g_atomic_pointer_set (&self->context, g_main_context_ref_thread_default ());
    }
  begin_reading (self, until);
  dheera_stream_drive_async (self, until, cancellable, func, task);
}

/* The thread's last error details, for bindings: GTask hands the error over in this very call. */
static gpointer
propagate (DheeraStream *self,
           GAsyncResult *result,
           GError      **error)
{
  gpointer value = g_task_propagate_pointer (G_TASK (result), error);

  dheera_error_details_set_last (value == NULL && self->operation->error != NULL
                                 ? self->operation->call->error_details : NULL);
  return value;
}

/* --- The object ------------------------------------------------------------------------------------------------------------------ */

DheeraStream *
dheera_stream_new (DheeraOperation *operation,
                   DheeraRequest   *request)
{
  DheeraStream *self = g_object_new (DHEERA_TYPE_STREAM, NULL);

  self->operation = operation;
  self->request = g_object_ref (request);
  dheera_stream_watch_cancelling (self);
  return self;
}

DheeraStream *
dheera_stream_new_for_loop (DheeraToolLoop *loop,
                            DheeraRequest  *request)
{
  DheeraStream *self = dheera_stream_new (loop->operation, request);

  self->loop = loop;
  dheera_stream_watch_steps (self);
  return self;
}

static void
dheera_stream_finalize (GObject *object)
{
  DheeraStream *self = DHEERA_STREAM (object);

  if (self->operation != NULL && dheera_stream_is_inherited (self))
    {
      /* Taking it down would wait for locks that threads of the parent may have had, and close what the parent still reads. */
      self->operation = NULL;
      self->loop = NULL;
      self->context = NULL;
    }
  if (self->operation != NULL)
    g_clear_signal_handler (&self->cancelled_id, self->operation->call->cancellable);
  dheera_stream_free_steps (self);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_object (&self->request);

  G_OBJECT_CLASS (dheera_stream_parent_class)->finalize (object);
}

static void
dheera_stream_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  DheeraStream *self = DHEERA_STREAM (object);

  switch (prop_id)
    {
    case PROP_CALL:
      g_value_set_object (value, dheera_stream_get_call (self));
      break;
    case PROP_REQUEST:
      g_value_set_object (value, dheera_stream_get_request (self));
      break;
    case PROP_TEXT:
      g_value_set_string (value, dheera_stream_get_text (self));
      break;
    case PROP_REASONING:
      g_value_set_string (value, dheera_stream_get_reasoning (self));
      break;
    case PROP_RUNNING:
      g_value_set_boolean (value, dheera_stream_get_running (self));
      break;
    case PROP_RESPONSE:
      g_value_set_object (value, dheera_stream_get_response (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_stream_class_init (DheeraStreamClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = dheera_stream_finalize;
  object_class->get_property = dheera_stream_get_property;

  /**
   * DheeraStream:call:
   *
   * The record of the call: provider, times, status and, after an error, its details.
   *
   * Since: 0.1
   */
  properties[PROP_CALL] = g_param_spec_object ("call", NULL, NULL, DHEERA_TYPE_CALL, flags);

  /**
   * DheeraStream:request:
   *
   * The request that the stream answers. Changing it does not change the stream.
   *
   * Since: 0.1
   */
  properties[PROP_REQUEST] = g_param_spec_object ("request", NULL, NULL, DHEERA_TYPE_REQUEST, flags);

  /**
   * DheeraStream:text:
   *
   * The text so far, of the first choice.
   *
   * It is announced at most once per read of the socket, and may be ahead of the deltas that were pulled.
   *
   * Since: 0.1
   */
  properties[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, "", flags);

  /**
   * DheeraStream:reasoning:
   *
   * The reasoning so far, of the first choice, where the provider shows it.
   *
   * Since: 0.1
   */
  properties[PROP_REASONING] = g_param_spec_string ("reasoning", NULL, NULL, "", flags);

  /**
   * DheeraStream:running:
   *
   * Whether the answer is coming in: from the first operation to the end of the answer or an error.
   *
   * Since: 0.1
   */
  properties[PROP_RUNNING] = g_param_spec_boolean ("running", NULL, NULL, FALSE, flags);

  /**
   * DheeraStream:response:
   *
   * The answer as far as it came in, %NULL before the first operation.
   *
   * It grows while the stream is read, and after an error keeps what had come in.
   *
   * Since: 0.1
   */
  properties[PROP_RESPONSE] = g_param_spec_object ("response", NULL, NULL, DHEERA_TYPE_RESPONSE, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * DheeraStream::delta:
   * @self: the stream
   * @delta: the piece that came in
   *
   * Emitted for each piece of the answer, by [method@Stream.collect] as it comes in and by [method@Stream.next] before it is returned.
   *
   * Without a handler [method@Stream.collect] makes no delta objects, which is the cheapest way to read a stream.
   *
   * Since: 0.1
   */
  signals[SIGNAL_DELTA] =
    g_signal_new ("delta", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, DHEERA_TYPE_DELTA);
}

static void
dheera_stream_init (DheeraStream *self)
{
  self->owner = g_thread_self ();
}

/**
 * dheera_stream_get_call: (get-property call)
 * @self: a stream
 *
 * Gets the record of the call.
 *
 * Returns: (transfer none): the call
 *
 * Since: 0.1
 */
DheeraCall *
dheera_stream_get_call (DheeraStream *self)
{
  g_return_val_if_fail (is_open (self), NULL);

  return self->operation->call;
}

/**
 * dheera_stream_get_request: (get-property request)
 * @self: a stream
 *
 * Gets the request that the stream answers.
 *
 * Returns: (transfer none): the request
 *
 * Since: 0.1
 */
DheeraRequest *
dheera_stream_get_request (DheeraStream *self)
{
  g_return_val_if_fail (is_open (self), NULL);

  return self->request;
}

/**
 * dheera_stream_get_running: (get-property running)
 * @self: a stream
 *
 * Tells whether the answer is coming in.
 *
 * Returns: whether it is
 *
 * Since: 0.1
 */
gboolean
dheera_stream_get_running (DheeraStream *self)
{
  g_return_val_if_fail (is_open (self), FALSE);

  return self->running;
}

/**
 * dheera_stream_get_response: (get-property response)
 * @self: a stream
 *
 * Gets the answer as far as it came in.
 *
 * Returns: (transfer none) (nullable): the answer, %NULL before the first operation
 *
 * Since: 0.1
 */
DheeraResponse *
dheera_stream_get_response (DheeraStream *self)
{
  DheeraAccumulator *accumulator;

  g_return_val_if_fail (is_open (self), NULL);

  accumulator = dheera_operation_get_accumulator (self->operation);
  return accumulator != NULL ? dheera_accumulator_get_response (accumulator) : NULL;
}

/**
 * dheera_stream_next:
 * @self: a stream
 * @cancellable: (nullable): a cancellable; firing it ends the whole stream
 * @error: return location for an error
 *
 * Waits for the next piece of the answer.
 *
 * Blocks, in any thread, without iterating a main context. After the end every call returns %NULL without an error; after an error every
 * call returns that error.
 *
 * Errors are those of [method@Client.complete], and `G_IO_ERROR_PENDING` while another operation is in flight.
 *
 * Returns: (transfer full) (nullable): the piece, or %NULL at the end of the answer
 *
 * Since: 0.1
 */
DheeraDelta *
dheera_stream_next (DheeraStream  *self,
                    GCancellable  *cancellable,
                    GError       **error)
{
  g_autoptr(DheeraStream) kept = NULL;

  g_return_val_if_fail (is_open (self), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!check_readable (self, TRUE, error))
    return NULL;

  kept = g_object_ref (self); /* handlers may let go of it */
  drive_blocking (self, DHEERA_UNTIL_DELTA, cancellable);
  return take_next (self, error);
}

/**
 * dheera_stream_next_async:
 * @self: a stream
 * @cancellable: (nullable): a cancellable; firing it ends the whole stream
 * @callback: (scope async) (closure user_data): called when a piece came in or there is none
 * @user_data: data for @callback
 *
 * Waits for the next piece of the answer without blocking; see [method@Stream.next].
 *
 * Since: 0.1
 */
void
dheera_stream_next_async (DheeraStream        *self,
                          GCancellable        *cancellable,
                          GAsyncReadyCallback  callback,
                          gpointer             user_data)
{
  GTask *task;

  g_return_if_fail (is_open (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, dheera_stream_next_async);
  drive_async (self, DHEERA_UNTIL_DELTA, cancellable, next_ready_cb, task);
}

/**
 * dheera_stream_next_finish:
 * @self: a stream
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Stream.next_async].
 *
 * Returns: (transfer full) (nullable): the piece, or %NULL at the end of the answer
 *
 * Since: 0.1
 */
DheeraDelta *
dheera_stream_next_finish (DheeraStream  *self,
                           GAsyncResult  *result,
                           GError       **error)
{
  g_return_val_if_fail (is_open (self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, dheera_stream_next_async), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return propagate (self, result, error);
}

/**
 * dheera_stream_try_next:
 * @self: a stream
 *
 * Takes the next piece of the answer if it is there already.
 *
 * This is for readers that gather: after [method@Stream.next_async] brought a piece, the others that came with it are had at once, and what is made
 * of them can be shown or sent in one go. It never waits, and where nothing is there it does not tell why: call [method@Stream.next_async], which
 * waits, or tells of the end or the error. Before the first operation and while one is in flight nothing is there. Of a stream that is read with
 * blocking calls only what has been read already is.
 *
 * Returns: (transfer full) (nullable): the piece, or %NULL when none is there now
 *
 * Since: 0.1
 */
DheeraDelta *
dheera_stream_try_next (DheeraStream *self)
{
  g_autoptr(DheeraStream) kept = NULL;
  DheeraDelta *delta;

  g_return_val_if_fail (is_open (self), NULL);

  if (self->pending || self->operation->start == 0 || dheera_stream_is_inherited (self))
    return NULL;

  kept = g_object_ref (self); /* handlers may let go of it */
  delta = steal_delta (self);
  if (delta != NULL || self->operation->blocking)
    return delta;

  begin_reading (self, DHEERA_UNTIL_DELTA);
  dheera_operation_read_ready (self->operation);
  dheera_stream_end_reading (self);
  return steal_delta (self);
}

/**
 * dheera_stream_collect:
 * @self: a stream
 * @cancellable: (nullable): a cancellable; firing it ends the whole stream
 * @error: return location for an error
 *
 * Reads the stream to its end.
 *
 * Properties and the signal [signal@Stream::delta] move while it does. Deltas that were pulled before are part of the answer.
 *
 * Blocks, in any thread, without iterating a main context. Errors are those of [method@Stream.next].
 *
 * Returns: (transfer full): the whole answer
 *
 * Since: 0.1
 */
DheeraResponse *
dheera_stream_collect (DheeraStream  *self,
                       GCancellable  *cancellable,
                       GError       **error)
{
  g_autoptr(DheeraStream) kept = NULL;

  g_return_val_if_fail (is_open (self), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!check_readable (self, TRUE, error))
    return NULL;

  kept = g_object_ref (self); /* handlers may let go of it */
  drive_blocking (self, DHEERA_UNTIL_DONE, cancellable);
  return take_response (self, error);
}

/**
 * dheera_stream_collect_async:
 * @self: a stream
 * @cancellable: (nullable): a cancellable; firing it ends the whole stream
 * @callback: (scope async) (closure user_data): called at the end of the answer
 * @user_data: data for @callback
 *
 * Reads the stream to its end without blocking; see [method@Stream.collect].
 *
 * Since: 0.1
 */
void
dheera_stream_collect_async (DheeraStream        *self,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  GTask *task;

  g_return_if_fail (is_open (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, dheera_stream_collect_async);
  drive_async (self, DHEERA_UNTIL_DONE, cancellable, collect_ready_cb, task);
}

/**
 * dheera_stream_collect_finish:
 * @self: a stream
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Stream.collect_async].
 *
 * Returns: (transfer full): the whole answer
 *
 * Since: 0.1
 */
DheeraResponse *
dheera_stream_collect_finish (DheeraStream  *self,
                              GAsyncResult  *result,
                              GError       **error)
{
  g_return_val_if_fail (is_open (self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, dheera_stream_collect_async), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return propagate (self, result, error);
}
