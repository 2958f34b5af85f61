/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-exchange-internal-private.h"

#include <string.h>

#define MAX_DECODED (G_GUINT64_CONSTANT (1) << 30) /* 1 GiB */
#define MAX_RATIO 100
#define EXCESS_BEGINS_AT (G_GUINT64_CONSTANT (1) << 20) /* 1 MiB, before which nobody minds the ratio */
#define MAX_DRAIN 8192 /* bytes that are read to keep a connection */

/* NULL, or why no more is read of a body that unpacks to too much. */
static GError *
find_excess (DheeraExchange *self)
{
  guint64 received = self->stats.bytes_received;

  if (received > MAX_DECODED)
    return g_error_new (DHEERA_TRANSPORT_ERROR, DHEERA_TRANSPORT_ERROR_TOO_LARGE, "the response is larger than %" G_GUINT64_FORMAT " bytes",
                        MAX_DECODED);
  if (self->is_coded)
    {
      guint64 coded = soup_message_metrics_get_response_body_bytes_received (soup_message_get_metrics (self->message));

      if (received / MAX_RATIO > coded)
        return g_error_new (DHEERA_TRANSPORT_ERROR, DHEERA_TRANSPORT_ERROR_TOO_LARGE,
                            "%" G_GUINT64_FORMAT " bytes of the response unpack to more than %" G_GUINT64_FORMAT, coded, received);
    }
  return NULL;
}

static GError *
find_shortage (DheeraExchange *self)
{
  if (self->content_length < 0 || self->stats.bytes_received >= (guint64) self->content_length)
    return NULL;
  return g_error_new (DHEERA_TRANSPORT_ERROR, DHEERA_TRANSPORT_ERROR_INTERRUPTED,
                      "the connection was closed after %" G_GUINT64_FORMAT " of %" G_GOFFSET_FORMAT " bytes", self->stats.bytes_received,
                      self->content_length);
}

static void
end_body (DheeraExchange *self)
{
  self->body_end = TRUE;
  self->stats.end = g_get_monotonic_time ();
}

static gssize
fail_read (DheeraExchange  *self,
           GError          *failure,
           GError         **error)
{
  dheera_exchange_fail (self, failure);
  dheera_exchange_copy_error (self, error);
  return -1;
}

static gssize
take_spare (DheeraExchange *self,
            char           *buffer,
            gsize           size)
{
  gsize n = MIN (size, self->spare_length);

  memcpy (buffer, self->spare + self->spare_offset, n);
  self->spare_offset += n;
  self->spare_length -= n;

  return n;
}

char *
dheera_exchange_get_read_buffer (DheeraExchange *self,
                                 char           *buffer,
                                 gsize          *size)
{
  if (*size >= DHEERA_EXCHANGE_MIN_READ)
    return buffer;
  *size = DHEERA_EXCHANGE_MIN_READ;
  return self->spare;
}

gssize
dheera_exchange_take_read (DheeraExchange  *self,
                           char            *buffer,
                           gsize            size,
                           gssize           n,
                           GError          *read_error,
                           GError         **error)
{
  GError *failure = NULL;

  if (n > 0)
    {
      self->stats.bytes_received += n;
      failure = self->stats.bytes_received > EXCESS_BEGINS_AT ? find_excess (self) : NULL;
    }
  else if (n == 0)
    {
      failure = find_shortage (self);
      if (failure == NULL)
        end_body (self);
    }
  else
    {
      failure = dheera_exchange_make_stop_error (self);
      if (failure == NULL)
        failure = dheera_failure_from_libsoup (self, read_error);
      g_error_free (read_error);
    }

  if (failure != NULL)
    return fail_read (self, failure, error);
  if (size >= DHEERA_EXCHANGE_MIN_READ)
    return n;
  self->spare_offset = 0;
  self->spare_length = n;
  return take_spare (self, buffer, size);
}

/* After "Connection: close" libsoup reads until the server does close, even when the announced bytes are all there. */
static gboolean
is_complete (DheeraExchange *self)
{
  return self->content_length >= 0 && self->stats.bytes_received >= (guint64) self->content_length && !soup_message_is_keepalive (self->message);
}

gboolean
dheera_exchange_answer_read (DheeraExchange  *self,
                             char            *buffer,
                             gsize            size,
                             gssize          *result,
                             GError         **error)
{
  *result = -1;
  if (dheera_exchange_copy_error (self, error))
    return TRUE;
  if (G_UNLIKELY (g_atomic_int_get (&self->stop) != DHEERA_STOP_NONE))
    {
      fail_read (self, dheera_exchange_make_stop_error (self), error);
      return TRUE;
    }
  if (self->spare_length > 0)
    {
      *result = take_spare (self, buffer, size);
      return TRUE;
    }
  if (!self->body_end && self->content_length >= 0 && is_complete (self))
    end_body (self);
  if (self->body_end)
    *result = 0;

  return self->body_end;
}

gssize
dheera_exchange_read_nonblocking (DheeraExchange  *self,
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

  n = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (self->stream), into, room, NULL, &read_error);
  self->would_block = n < 0 && g_error_matches (read_error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  if (self->would_block)
    {
      g_propagate_error (error, read_error);
      return -1;
    }
  self->last_activity = g_get_monotonic_time ();
  /* A server that is faster than its reader would keep the main context from its timers. */
  if (self->pulse_at > 0 && self->last_activity >= self->pulse_at)
    dheera_exchange_check_deadline (self);

  return dheera_exchange_take_read (self, buffer, size, n, read_error, error);
}

/* Over HTTP/2 what came in meanwhile is in libsoup's hands already, and its source may not tell of it again. */
gboolean
dheera_exchange_has_to_wait (DheeraExchange *self)
{
  return self->would_block && !self->is_http2;
}

/* What may be left is the end of the last chunk; a server that sends more loses the connection. */
static void
drain (DheeraExchange *self)
{
  char buffer[1024];
  gsize total = 0;

  while (total < MAX_DRAIN)
    {
      gssize n = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (self->stream), buffer, sizeof buffer, NULL, NULL);

      self->body_end = n == 0;
      if (n <= 0)
        break;
      total += n;
    }
}

void
dheera_exchange_release_stream (DheeraExchange *self)
{
  if (self->stream == NULL)
    return;
  dheera_exchange_unwatch_body (self);
  if (!self->body_end && self->error == NULL && g_atomic_int_get (&self->stop) == DHEERA_STOP_NONE)
    drain (self);
  if (self->body_end && !self->is_http2 && soup_message_is_keepalive (self->message))
    dheera_gate_leave_idle (self->gate, self->ticket);
  g_input_stream_close (self->stream, NULL, NULL);
  g_clear_object (&self->stream);
  self->descriptor = 0;
}
