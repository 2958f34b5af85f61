/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* JSON lines on their way into a stream. A pipe or socket that is read slowly takes what it can and never makes a call wait: the rest is kept for the next time, up to
 * a bound, beyond which whole lines are left out and counted. A file is written to at once. */

#include "dheera-logger-private.h"

#include "dheera-ai/wire/dheera-process-private.h"

#include <limits.h>
#include <signal.h>
#include <string.h>

#define MAX_PENDING (1024 * 1024)

void
dheera_log_lines_init (DheeraLogLines *self)
{
  g_mutex_init (&self->mutex);
  self->generation = dheera_process_get_generation ();
  self->pending = g_byte_array_new ();
}

/* What waits for the stream in a child waits in the parent too, which writes it. */
static void
forget_pending (gpointer data)
{
  DheeraLogLines *self = data;

  self->pending = g_byte_array_new ();
}

static void
lock (DheeraLogLines *self)
{
  dheera_process_lock (&self->mutex, &self->generation, forget_pending, self);
}

/* --- A pipe that nobody reads any more is an error, and no end of the program, which SIGPIPE would be --------------------------------------- */

typedef struct
{
  sigset_t mask;
  gboolean was_pending;
} Signals;

static gboolean
is_pending (void)
{
  sigset_t pending;

  sigpending (&pending);
  return sigismember (&pending, SIGPIPE) == 1;
}

static void
hold_signal (Signals *self)
{
  sigset_t set;

  self->was_pending = is_pending ();
  sigemptyset (&set);
  sigaddset (&set, SIGPIPE);
  pthread_sigmask (SIG_BLOCK, &set, &self->mask);
}

static void
release_signal (Signals *self)
{
  sigset_t set;
  int number;

  sigemptyset (&set);
  sigaddset (&set, SIGPIPE);
  if (!self->was_pending && is_pending ())
    sigwait (&set, &number);
  pthread_sigmask (SIG_SETMASK, &self->mask, NULL);
}

/* --- Lines ------------------------------------------------------------------------------------------------------------------------------ */

/* What the stream has not taken is left out; so is a line of which it has taken the beginning. */
static void
drop_pending (DheeraLogLines *self)
{
  for (guint i = 0; i < self->pending->len; i++)
    if (self->pending->data[i] == '\n')
      self->n_dropped++;
  g_byte_array_set_size (self->pending, 0);
}

/* Gives the mutex back. The first error of a stream (nullable; taken) is told, and nothing more is written there; whoever hears of it may ask the logger something. */
static void
unlock (DheeraLogLines *self,
        GError         *error)
{
  if (error != NULL)
    {
      self->failed = TRUE;
      drop_pending (self);
    }
  g_mutex_unlock (&self->mutex);

  if (error != NULL)
    g_warning ("The log of calls can't be written to its stream: %s. Nothing more is written there.", error->message);
  g_clear_error (&error);
}

static gboolean
can_poll (DheeraLogLines *self)
{
  return G_IS_POLLABLE_OUTPUT_STREAM (self->stream) && g_pollable_output_stream_can_poll (G_POLLABLE_OUTPUT_STREAM (self->stream));
}

/* As much as the stream takes now; FALSE when it fails. A pipe that can be written to has room for PIPE_BUF bytes, also where its descriptor is a blocking one. */
static gboolean
push (DheeraLogLines  *self,
      GError         **error)
{
  GError *obstacle = NULL;
  gsize done = 0;

  while (obstacle == NULL && done < self->pending->len)
    {
      gssize n = g_pollable_output_stream_write_nonblocking (G_POLLABLE_OUTPUT_STREAM (self->stream), self->pending->data + done,
                                                             MIN (self->pending->len - done, PIPE_BUF), NULL, &obstacle);

      if (n > 0)
        done += (gsize) n;
    }

  g_byte_array_remove_range (self->pending, 0, (guint) done);
  if (g_error_matches (obstacle, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    g_clear_error (&obstacle);
  if (obstacle == NULL)
    return TRUE;

  g_propagate_error (error, obstacle);
  return FALSE;
}

static void
append_line (DheeraLogLines  *self,
             const char      *line,
             GError         **error)
{
  gsize length = strlen (line);
  gboolean fails = !push (self, error);

  if (fails || (self->pending->len > 0 && self->pending->len + length > MAX_PENDING))
    {
      self->n_dropped++;
      return;
    }
  g_byte_array_append (self->pending, (const guint8 *) line, (guint) length);
  push (self, error);
}

void
dheera_log_lines_write (DheeraLogLines *self,
                        const char     *line)
{
  GError *error = NULL;
  Signals signals;

  lock (self);
  hold_signal (&signals);
  if (self->failed)
    self->n_dropped++;
  else if (self->stream == NULL)
    ; /* was taken away meanwhile */
  else if (can_poll (self))
    append_line (self, line, &error);
  else if (!g_output_stream_write_all (self->stream, line, strlen (line), NULL, NULL, &error))
    self->n_dropped++;
  release_signal (&signals);
  unlock (self, error);
}

gboolean
dheera_log_lines_flush (DheeraLogLines  *self,
                        GCancellable    *cancellable,
                        GError         **error)
{
  gboolean done = TRUE;
  gsize written = 0;
  Signals signals;

  lock (self);
  hold_signal (&signals);
  if (self->stream != NULL && !self->failed)
    {
      done = self->pending->len == 0 || g_output_stream_write_all (self->stream, self->pending->data, self->pending->len, &written, cancellable, error);
      g_byte_array_remove_range (self->pending, 0, (guint) written);
      done = done && g_output_stream_flush (self->stream, cancellable, error);
    }
  release_signal (&signals);
  g_mutex_unlock (&self->mutex);
  return done;
}

GOutputStream *
dheera_log_lines_dup_stream (DheeraLogLines *self)
{
  GOutputStream *stream;

  lock (self);
  stream = self->stream != NULL ? g_object_ref (self->stream) : NULL;
  g_mutex_unlock (&self->mutex);
  return stream;
}

gboolean
dheera_log_lines_set_stream (DheeraLogLines *self,
                             GOutputStream  *stream)
{
  g_autoptr(GOutputStream) old = NULL;
  gboolean changed;
  Signals signals;

  lock (self);
  hold_signal (&signals);
  changed = stream != self->stream;
  if (changed)
    {
      /* Whether it fails or has no room, it is not written to any more. */
      if (self->pending->len > 0)
        push (self, NULL);
      drop_pending (self);
      old = self->stream;
      self->stream = stream != NULL ? g_object_ref (stream) : NULL;
      self->failed = FALSE;
    }
  release_signal (&signals);
  g_mutex_unlock (&self->mutex);
  return changed;
}

guint64
dheera_log_lines_get_n_dropped (DheeraLogLines *self)
{
  guint64 n;

  lock (self);
  n = self->n_dropped;
  g_mutex_unlock (&self->mutex);
  return n;
}

void
dheera_log_lines_clear (DheeraLogLines *self)
{
  dheera_log_lines_set_stream (self, NULL);
  g_byte_array_unref (self->pending);
  g_mutex_clear (&self->mutex);
}
