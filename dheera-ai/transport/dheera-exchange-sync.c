/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-exchange-internal-private.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* libsoup's blocking calls, in the caller's thread and without any main context, under the eyes of the watchdog. */

static gint64
watch_deadline (DheeraExchange *self)
{
  DheeraDeadline which;
  gint64 deadline = dheera_exchange_get_deadline (self, &which);

  return deadline != 0 ? deadline : DHEERA_WATCH_NEVER;
}

/* Was it the watchdog, it did no more than cancel. */
static void
settle_deadline (DheeraExchange *self,
                 gboolean        fired)
{
  if (!fired || self->which != DHEERA_DEADLINE_NONE)
    return;
  dheera_exchange_get_deadline (self, &self->which);
  dheera_exchange_stop (self, DHEERA_STOP_DEADLINE);
}

void
dheera_exchange_note_progress (DheeraExchange *self)
{
  dheera_watchdog_set (&self->watch, watch_deadline (self));
}

/* A blocking send may have to wait in libsoup's queue, deaf, where the gate can't know of every message in the session. */
static DheeraMode
choose_mode (DheeraExchange *self)
{
  DheeraTransport *transport = self->transport;
  DheeraGate *gate;
  g_autoptr(SoupSession) session = NULL;

  /* In the worker itself, from a signal of the session, it would wait for ever. */
  if (dheera_transport_is_http1 (transport) || dheera_worker_is_here ())
    return DHEERA_MODE_BLOCKING;
  session = dheera_transport_dup_session (transport, NULL);
  /* Of the session that is there now: a child makes another one, with a gate of its own. */
  gate = dheera_transport_get_gate (transport);
  if (session == NULL || (!dheera_gate_is_blind (gate, session) && dheera_gate_is_exclusive (gate)))
    return DHEERA_MODE_BLOCKING;
  return DHEERA_MODE_WORKER;
}

static gboolean
wait_for_admission (DheeraExchange *self)
{
  DheeraDeadline which;
  gint64 deadline;

  self->phase = DHEERA_PHASE_QUEUED;
  deadline = dheera_exchange_get_deadline (self, &which);
  dheera_gate_enter (self->gate, self->ticket, soup_message_get_uri (self->message), NULL);
  while (!dheera_gate_is_admitted (self->gate, self->ticket) && g_atomic_int_get (&self->stop) == DHEERA_STOP_NONE)
    {
      dheera_gate_wait (self->gate, self->ticket, deadline);
      if (deadline != 0 && g_get_monotonic_time () >= deadline && !dheera_gate_is_admitted (self->gate, self->ticket))
        {
          self->wait_text = dheera_gate_describe_wait (self->gate, self->ticket);
          self->which = which;
          dheera_exchange_stop (self, DHEERA_STOP_DEADLINE);
        }
    }
  if (g_atomic_int_get (&self->stop) != DHEERA_STOP_NONE)
    {
      dheera_gate_leave (self->gate, self->ticket);
      return FALSE;
    }
  self->stats.admitted = g_get_monotonic_time ();

  return TRUE;
}

/* FALSE with or without self->error as dheera_exchange_take_head() */
static gboolean
send_once (DheeraExchange *self)
{
  GError *error = NULL;
  GInputStream *stream;

  if (!wait_for_admission (self))
    {
      dheera_exchange_fail (self, dheera_exchange_make_stop_error (self));
      return FALSE;
    }

  self->phase = DHEERA_PHASE_CONNECTING;
  dheera_exchange_dress (self);
  dheera_watchdog_set (&self->watch, watch_deadline (self));
  stream = soup_session_send (self->session, self->message, self->inner, &error);
  settle_deadline (self, dheera_watchdog_rest (&self->watch));

  return dheera_exchange_take_head (self, stream, error);
}

/* GIO makes a file descriptor whenever it waits with a cancellable, unless there is one, and ends the program when it can't. */
static gboolean
open_cancellable (DheeraExchange *self)
{
  int probe = open ("/dev/null", O_RDONLY | O_CLOEXEC);

  if (probe == -1 && (errno == EMFILE || errno == ENFILE))
    {
      dheera_exchange_fail (self, g_error_new (DHEERA_TRANSPORT_ERROR, DHEERA_TRANSPORT_ERROR_CONNECT,
                                               "no connection can be made: this process has too many open files (%s)", g_strerror (errno)));
      return FALSE;
    }
  if (probe != -1)
    close (probe);
  self->inner_is_open = g_cancellable_get_fd (self->inner) != -1;

  return TRUE;
}

static gboolean
send_blocking (DheeraExchange *self)
{
  if (!dheera_exchange_prepare (self))
    return FALSE;
  if (!dheera_watchdog_add (&self->watch, self->inner))
    {
      dheera_exchange_fail (self, g_error_new_literal (DHEERA_TRANSPORT_ERROR, DHEERA_TRANSPORT_ERROR_SESSION,
                                                       "the thread that watches over deadlines could not be started"));
      return FALSE;
    }
  self->watched = TRUE;
  if (!open_cancellable (self))
    return FALSE;

  while (!send_once (self))
    {
      if (self->error != NULL)
        return FALSE;
    }

  return TRUE;
}

/* libsoup ties timers of its connections to the thread's default main context, and wants the message to be ended there. In a child that is the parent's for all threads that
 * have not set another one, and whoever of the parent's threads had its lock at the fork never gives it back. */
static void
choose_context (DheeraExchange *self)
{
  self->has_context = self->generation > 0 && g_main_context_get_thread_default () == NULL;
  self->context = self->has_context ? g_main_context_new () : g_main_context_ref_thread_default ();
}

static void
enter_context (DheeraExchange *self)
{
  if (G_UNLIKELY (self->has_context))
    g_main_context_push_thread_default (self->context);
}

static void
leave_context (DheeraExchange *self)
{
  if (G_UNLIKELY (self->has_context))
    g_main_context_pop_thread_default (self->context);
}

gboolean
dheera_exchange_send (DheeraExchange  *self,
                      GCancellable    *cancellable,
                      GError         **error)
{
  gboolean done;

  g_return_val_if_fail (self->mode == DHEERA_MODE_NONE, FALSE);

  self->mode = choose_mode (self);
  if (self->mode == DHEERA_MODE_WORKER)
    return dheera_worker_send (self, cancellable, error);

  choose_context (self);
  dheera_exchange_begin (self, cancellable);
  enter_context (self);
  done = send_blocking (self);
  leave_context (self);
  dheera_exchange_end (self);
  if (!done)
    {
      dheera_exchange_copy_error (self, error);
      dheera_exchange_close (self);
    }

  return done;
}

/* What has come in already is taken without a cancellable and a deadline, which together cost a quarter of a streamed chunk. FALSE when there is nothing
 * yet. An error or the end is what it is: libsoup says it once. */
static gboolean
read_ready (DheeraExchange  *self,
            char            *buffer,
            gsize            size,
            gssize          *n,
            GError         **error)
{
  if (self->is_http2)
    return FALSE;
  if (self->n_reads_to_wait > 0)
    {
      self->n_reads_to_wait--;
      return FALSE;
    }

  *n = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (self->stream), buffer, size, NULL, error);
  if (*n >= 0 || !g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    {
      self->n_misses = 0;
      return TRUE;
    }
  /* Where each piece has to be waited for it is cheaper not to ask for it before. */
  self->n_misses = MIN (self->n_misses + 1, 3);
  self->n_reads_to_wait = 1 << self->n_misses;
  g_clear_error (error);
  return FALSE;
}

/* A server that always has more is never waited for, so the watchdog never sees it. */
static void
check_deadline (DheeraExchange *self)
{
  self->last_activity = g_get_monotonic_time ();
  settle_deadline (self, self->last_activity >= watch_deadline (self));
}

static gssize
wait_and_read (DheeraExchange  *self,
               char            *buffer,
               gsize            size,
               GError         **error)
{
  gssize n;

  self->last_activity = g_get_monotonic_time ();
  dheera_watchdog_set (&self->watch, watch_deadline (self));
  n = g_input_stream_read (self->stream, buffer, size, self->inner, error);
  settle_deadline (self, dheera_watchdog_rest (&self->watch));
  return n;
}

static gssize
read_blocking (DheeraExchange  *self,
               char            *buffer,
               gsize            size,
               GError         **error)
{
  GError *read_error = NULL;
  gsize room = size;
  char *into = dheera_exchange_get_read_buffer (self, buffer, &room);
  gssize n;

  if (dheera_exchange_answer_read (self, buffer, size, &n, error))
    return n;
  if (read_ready (self, into, room, &n, &read_error))
    check_deadline (self);
  else
    n = wait_and_read (self, into, room, &read_error);

  return dheera_exchange_take_read (self, buffer, size, n, read_error, error);
}

gssize
dheera_exchange_read (DheeraExchange  *self,
                      char            *buffer,
                      gsize            size,
                      GCancellable    *cancellable,
                      GError         **error)
{
  gssize n;

  g_return_val_if_fail (self->mode == DHEERA_MODE_BLOCKING || self->mode == DHEERA_MODE_WORKER, -1);

  if (self->mode == DHEERA_MODE_WORKER)
    return dheera_worker_read (self, buffer, size, cancellable, error);

  dheera_exchange_begin (self, cancellable);
  enter_context (self);
  n = read_blocking (self, buffer, size, error);
  leave_context (self);
  dheera_exchange_end (self);

  return n;
}
