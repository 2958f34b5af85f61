/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* JSON lines on their way into a stream. A pipe or socket that is read slowly takes what it can and never makes a call wait: the rest is kept for the next time, up to
 * a bound, beyond which whole lines are left out and counted. A file is written to at once. */

#include "dheera-logger-private.h"

#include <limits.h>
#include <string.h>

#define MAX_PENDING (1024 * 1024)

void
dheera_log_lines_init (DheeraLogLines *self)
{
  g_mutex_init (&self->mutex);
  self->pending = g_byte_array_new ();
}

/* The first error is told, and nothing more is written. */
static void
fail (DheeraLogLines *self,
      GError         *error)
{
  self->failed = TRUE;
  if (self->pending->len > 0)
    self->n_dropped++;
  g_byte_array_set_size (self->pending, 0);
  g_warning ("The log of calls can't be written to its stream: %s. Nothing more is written there.", error->message);
  g_error_free (error);
}

static gboolean
can_poll (DheeraLogLines *self)
{
  return G_IS_POLLABLE_OUTPUT_STREAM (self->stream) && g_pollable_output_stream_can_poll (G_POLLABLE_OUTPUT_STREAM (self->stream));
}

/* As much as the stream takes now. A pipe that can be written to has room for PIPE_BUF bytes, also where its descriptor is a blocking one. */
static void
push (DheeraLogLines *self)
{
  GError *error = NULL;
  gsize done = 0;

  while (error == NULL && done < self->pending->len)
    {
      gssize n = g_pollable_output_stream_write_nonblocking (G_POLLABLE_OUTPUT_STREAM (self->stream), self->pending->data + done,
                                                             MIN (self->pending->len - done, PIPE_BUF), NULL, &error);

      if (n > 0)
        done += (gsize) n;
    }

  g_byte_array_remove_range (self->pending, 0, (guint) done);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    g_error_free (error);
  else if (error != NULL)
    fail (self, error);
}

static void
append_line (DheeraLogLines *self,
             const char     *line)
{
  gsize length = strlen (line);

  push (self);
  if (self->failed || (self->pending->len > 0 && self->pending->len + length > MAX_PENDING))
    {
      self->n_dropped++;
      return;
    }
  g_byte_array_append (self->pending, (const guint8 *) line, (guint) length);
  push (self);
}

void
dheera_log_lines_write (DheeraLogLines *self,
                        const char     *line)
{
  GError *error = NULL;

  g_mutex_lock (&self->mutex);
  if (self->failed)
    self->n_dropped++;
  else if (self->stream == NULL)
    ; /* was taken away meanwhile */
  else if (can_poll (self))
    append_line (self, line);
  else if (!g_output_stream_write_all (self->stream, line, strlen (line), NULL, NULL, &error))
    {
      self->n_dropped++;
      fail (self, error);
    }
  g_mutex_unlock (&self->mutex);
}

gboolean
dheera_log_lines_flush (DheeraLogLines  *self,
                        GCancellable    *cancellable,
                        GError         **error)
{
  gboolean done = TRUE;
  gsize written = 0;

  g_mutex_lock (&self->mutex);
  if (self->stream != NULL && !self->failed)
    {
      done = self->pending->len == 0 || g_output_stream_write_all (self->stream, self->pending->data, self->pending->len, &written, cancellable, error);
      g_byte_array_remove_range (self->pending, 0, (guint) written);
      done = done && g_output_stream_flush (self->stream, cancellable, error);
    }
  g_mutex_unlock (&self->mutex);
  return done;
}

GOutputStream *
dheera_log_lines_dup_stream (DheeraLogLines *self)
{
  GOutputStream *stream;

  g_mutex_lock (&self->mutex);
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

  g_mutex_lock (&self->mutex);
  changed = stream != self->stream;
  if (changed)
    {
      if (self->pending->len > 0)
        push (self);
      if (self->pending->len > 0)
        self->n_dropped++;
      g_byte_array_set_size (self->pending, 0);
      old = self->stream;
      self->stream = stream != NULL ? g_object_ref (stream) : NULL;
      self->failed = FALSE;
    }
  g_mutex_unlock (&self->mutex);
  return changed;
}

guint64
dheera_log_lines_get_n_dropped (DheeraLogLines *self)
{
  guint64 n;

  g_mutex_lock (&self->mutex);
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
