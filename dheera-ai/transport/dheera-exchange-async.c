/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-exchange-internal-private.h"

/* One source per exchange, the pulse, carries deadlines, admission by the gate and cancellation into the main context, and watches the body's socket. What
 * libsoup does not answer in time is left behind: the exchange's last reference is then the one that libsoup's callback gives back. */

typedef struct
{
  GSource source;
  DheeraExchange *exchange;
} Pulse;

static void exchange_dispatch (DheeraExchange *self);
static void body_ready (DheeraExchange *self);

static gboolean
pulse_dispatch (GSource     *source,
                GSourceFunc  callback,
                gpointer     user_data)
{
  DheeraExchange *self = ((Pulse *) source)->exchange;
  gboolean readable = self->body_tag != NULL && g_source_query_unix_fd (source, self->body_tag) != 0;
  gint64 ready_time = g_source_get_ready_time (source);

  if (dheera_exchange_is_inherited (self))
    return G_SOURCE_REMOVE;
  dheera_exchange_ref (self);
  if (ready_time >= 0 && ready_time <= g_source_get_time (source))
    {
      g_source_set_ready_time (source, -1);
      self->pulse_at = -1;
      exchange_dispatch (self);
    }
  if (readable && self->body_tag != NULL)
    body_ready (self);
  dheera_exchange_unref (self);

  return G_SOURCE_CONTINUE;
}

static GSourceFuncs pulse_funcs = { NULL, NULL, pulse_dispatch, NULL, NULL, NULL };

static void
attach_pulse (DheeraExchange *self)
{
  GSource *source = g_source_new (&pulse_funcs, sizeof (Pulse));

  ((Pulse *) source)->exchange = self;
  g_source_set_static_name (source, "dheera exchange");
  /* Otherwise its descriptor is taken out of the context for each dispatch, and put back, which wakes the context twice. */
  g_source_set_can_recurse (source, TRUE);
  g_source_set_ready_time (source, -1);
  self->context = g_main_context_ref_thread_default ();
  g_source_attach (source, self->context);

  g_mutex_lock (&self->mutex);
  self->pulse = source;
  self->pulse_at = -1;
  g_mutex_unlock (&self->mutex);
}

void
dheera_exchange_pulse (DheeraExchange *self)
{
  self->pulse_at = 0;
  g_source_set_ready_time (self->pulse, 0);
}

static gboolean
is_urgent (DheeraExchange *self)
{
  return g_atomic_int_get (&self->stop) != DHEERA_STOP_NONE ||
         (self->phase == DHEERA_PHASE_QUEUED && dheera_gate_is_admitted (self->gate, self->ticket));
}

/* Reading only moves deadlines away, so the source is touched when one comes nearer, and looks at the clock when it fires. */
static void
arm (DheeraExchange *self)
{
  DheeraDeadline which;
  gint64 deadline = dheera_exchange_get_deadline (self, &which);

  if (self->phase == DHEERA_PHASE_QUEUED)
    deadline = dheera_gate_look_again (self->gate, self->ticket, deadline);
  if (deadline != 0 && (self->pulse_at < 0 || self->pulse_at > deadline))
    {
      self->pulse_at = deadline;
      g_source_set_ready_time (self->pulse, deadline);
    }
  /* Another thread may have made the source ready just before its time was set here. */
  if (is_urgent (self))
    dheera_exchange_pulse (self);
}

void
dheera_exchange_unwatch_body (DheeraExchange *self)
{
  if (self->body_tag != NULL)
    g_source_remove_unix_fd (self->pulse, g_steal_pointer (&self->body_tag));
  if (self->readable != NULL)
    g_source_destroy (self->readable);
  g_clear_pointer (&self->readable, g_source_unref);
}

void
dheera_exchange_detach (DheeraExchange *self)
{
  GSource *pulse;

  dheera_exchange_unwatch_body (self);
  g_mutex_lock (&self->mutex);
  pulse = g_steal_pointer (&self->pulse);
  g_mutex_unlock (&self->mutex);
  if (pulse != NULL)
    {
      g_source_destroy (pulse);
      g_source_unref (pulse);
    }
  g_clear_pointer (&self->context, g_main_context_unref);
  self->pending = DHEERA_PENDING_NONE;
  self->func = NULL;
}

/* The last thing that is done to self: the callback may free it. */
static void
complete (DheeraExchange *self)
{
  DheeraExchangeFunc func = self->func;
  gpointer user_data = self->user_data;

  self->pending = DHEERA_PENDING_NONE;
  self->func = NULL;
  self->user_data = NULL;
  self->would_block = FALSE;
  dheera_exchange_end (self);
  func (self, user_data);
}

static void
complete_send_with_error (DheeraExchange *self)
{
  if (self->phase == DHEERA_PHASE_QUEUED)
    dheera_gate_leave (self->gate, self->ticket);
  self->phase = DHEERA_PHASE_CLOSED;
  g_clear_object (&self->session);
  complete (self);
}

static void
sent_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  DheeraExchange *self = user_data;
  GError *error = NULL;
  GInputStream *stream;

  if (dheera_exchange_is_inherited (self))
    return;
  /* A stream that came is ours to close, also when it was cancelled meanwhile in another thread: left to the task it would be finalized without its message. */
  g_task_set_check_cancellable (G_TASK (result), FALSE);
  stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);

  if (self->phase == DHEERA_PHASE_CLOSED)
    {
      /* Too late: the operation was completed or given up meanwhile. */
      if (stream != NULL)
        g_input_stream_close (stream, NULL, NULL);
      g_clear_object (&stream);
      g_clear_error (&error);
    }
  else if (dheera_exchange_take_head (self, stream, error))
    {
      arm (self);
      complete (self);
    }
  else if (self->error != NULL)
    {
      if (self->stream != NULL)
        dheera_exchange_release_stream (self);
      complete_send_with_error (self);
    }
  else
    {
      dheera_exchange_launch (self);
    }
  dheera_exchange_unref (self);
}

static void
start_message (DheeraExchange *self)
{
  self->phase = DHEERA_PHASE_CONNECTING;
  self->stats.admitted = g_get_monotonic_time ();
  dheera_exchange_dress (self);
  if (dheera_transport_is_http1 (self->transport) && dheera_gate_wants_new_connection (self->gate, self->ticket))
    soup_message_add_flags (self->message, SOUP_MESSAGE_NEW_CONNECTION);
  arm (self);
  soup_session_send_async (self->session, self->message, G_PRIORITY_DEFAULT, self->inner, sent_cb, dheera_exchange_ref (self));
}

void
dheera_exchange_launch (DheeraExchange *self)
{
  self->phase = DHEERA_PHASE_QUEUED;
  dheera_gate_enter (self->gate, self->ticket, soup_message_get_uri (self->message), self->pulse);
  if (dheera_gate_is_admitted (self->gate, self->ticket))
    start_message (self);
  else
    arm (self);
}

void
dheera_exchange_send_async (DheeraExchange     *self,
                            GCancellable       *cancellable,
                            DheeraExchangeFunc  func,
                            gpointer            user_data)
{
  g_return_if_fail (self->mode == DHEERA_MODE_NONE || self->mode == DHEERA_MODE_WORKER);

  if (self->mode == DHEERA_MODE_NONE)
    self->mode = DHEERA_MODE_CONTEXT;
  self->pending = DHEERA_PENDING_SEND;
  self->func = func;
  self->user_data = user_data;
  attach_pulse (self);
  dheera_exchange_begin (self, cancellable);

  if (!dheera_exchange_prepare (self) || g_atomic_int_get (&self->stop) != DHEERA_STOP_NONE)
    dheera_exchange_pulse (self);
  else
    dheera_exchange_launch (self);
}

gboolean
dheera_exchange_send_finish (DheeraExchange  *self,
                             GError         **error)
{
  return !dheera_exchange_copy_error (self, error);
}

void
dheera_exchange_check_deadline (DheeraExchange *self)
{
  DheeraDeadline which;
  gint64 deadline = dheera_exchange_get_deadline (self, &which);

  /* What it returns is when to look again, which is no deadline. */
  if (self->phase == DHEERA_PHASE_QUEUED)
    dheera_gate_look_again (self->gate, self->ticket, 0);
  if (deadline == 0 || g_get_monotonic_time () < deadline || g_atomic_int_get (&self->stop) != DHEERA_STOP_NONE)
    return;
  if (self->phase == DHEERA_PHASE_QUEUED)
    self->wait_text = dheera_gate_describe_wait (self->gate, self->ticket);
  self->which = which;
  dheera_exchange_stop (self, DHEERA_STOP_DEADLINE);
}

static void
exchange_dispatch (DheeraExchange *self)
{
  gboolean stopped;

  if (self->phase == DHEERA_PHASE_CLOSED && self->pending == DHEERA_PENDING_NONE)
    return;

  dheera_exchange_check_deadline (self);
  stopped = g_atomic_int_get (&self->stop) != DHEERA_STOP_NONE;
  if (stopped && self->error == NULL && self->phase != DHEERA_PHASE_CLOSED)
    dheera_exchange_fail (self, dheera_exchange_make_stop_error (self));

  if (self->pending == DHEERA_PENDING_SEND)
    {
      if (self->error != NULL)
        {
          complete_send_with_error (self);
          return;
        }
      if (self->phase == DHEERA_PHASE_QUEUED && dheera_gate_is_admitted (self->gate, self->ticket))
        start_message (self);
    }
  else if (self->pending == DHEERA_PENDING_WAIT && (self->error != NULL || !self->would_block))
    {
      complete (self);
      return;
    }

  if (!stopped)
    arm (self);
}

/* --- Waiting for the body -------------------------------------------------------------------------------------------------------- */

static void
body_ready (DheeraExchange *self)
{
  /* Whoever does not ask for more does not want to be told. */
  if (self->pending != DHEERA_PENDING_WAIT || self->is_http2)
    dheera_exchange_unwatch_body (self);
  if (self->pending == DHEERA_PENDING_WAIT)
    complete (self);
}

static gboolean
readable_cb (GObject  *stream,
             gpointer  user_data)
{
  DheeraExchange *self = user_data;
  GSource *source = self->readable;
  gboolean keep;

  if (dheera_exchange_is_inherited (self))
    return G_SOURCE_REMOVE;
  dheera_exchange_ref (self);
  body_ready (self);
  keep = self->readable == source;
  dheera_exchange_unref (self);

  return keep ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* What a main context would wait for; the descriptor that wakes it is among it. */
static guint
query (GMainContext *context,
       GPollFD      *fds,
       guint         n)
{
  int priority, timeout;

  g_main_context_prepare (context, &priority);
  return MIN (n, (guint) g_main_context_query (context, G_MAXINT, &timeout, fds, (int) n));
}

/* libsoup does not tell which socket a body comes from, but its source does when a context that nobody iterates is asked what it would wait for. That
 * source has one more for each layer of streams below the body, and with a hundred streams every turn of the main loop would look at all of these. */
static int
find_descriptor (DheeraExchange *self)
{
  g_autoptr(GMainContext) context = g_main_context_new ();
  g_autoptr(GSource) source = g_pollable_input_stream_create_source (G_POLLABLE_INPUT_STREAM (self->stream), NULL);
  GPollFD before, after[3];
  int found = -1;

  if (!g_main_context_acquire (context))
    return -1;
  if (query (context, &before, 1) == 1)
    {
      g_source_attach (source, context);
      if (query (context, after, G_N_ELEMENTS (after)) == 2)
        found = after[0].fd == before.fd ? after[1].fd : after[0].fd;
    }
  g_source_destroy (source);
  g_main_context_release (context);

  return found;
}

static void
watch_body (DheeraExchange *self)
{
  /* Over HTTP/2 many bodies come over one socket, of which libsoup itself reads, and a session's own timeout is an affair of its source. */
  if (self->descriptor == 0)
    self->descriptor = self->is_http2 || soup_session_get_timeout (self->session) > 0 ? -1 : find_descriptor (self);
  if (self->descriptor >= 0)
    {
      self->body_tag = g_source_add_unix_fd (self->pulse, self->descriptor, G_IO_IN | G_IO_HUP | G_IO_ERR);
      return;
    }

  self->readable = g_pollable_input_stream_create_source (G_POLLABLE_INPUT_STREAM (self->stream), NULL);
  g_source_set_callback (self->readable, G_SOURCE_FUNC (readable_cb), self, NULL);
  g_source_attach (self->readable, self->context);
}

void
dheera_exchange_wait_async (DheeraExchange     *self,
                            GCancellable       *cancellable,
                            DheeraExchangeFunc  func,
                            gpointer            user_data)
{
  g_return_if_fail (self->context != NULL);
  g_return_if_fail (self->pending == DHEERA_PENDING_NONE);

  self->pending = DHEERA_PENDING_WAIT;
  self->func = func;
  self->user_data = user_data;
  dheera_exchange_begin (self, cancellable);

  if (self->error != NULL || self->body_end || g_atomic_int_get (&self->stop) != DHEERA_STOP_NONE || !self->would_block)
    {
      self->would_block = FALSE;
      dheera_exchange_pulse (self);
      return;
    }
  self->last_activity = g_get_monotonic_time ();
  if (self->body_tag == NULL && self->readable == NULL)
    watch_body (self);
  arm (self);
}
