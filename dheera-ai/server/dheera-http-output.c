/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-http-output-private.h"

#include <string.h>

#define FIRST_SIZE 1024
#define KEPT_SIZE 4096
#define COPIED_SIZE 16384 /* up to here a copy costs less than a second piece to send */

void
dheera_http_output_clear (DheeraHttpOutput *self)
{
  g_clear_pointer (&self->bytes, g_free);
  g_clear_pointer (&self->tail, g_bytes_unref);
  self->start = self->end = self->allocated = self->tail_start = 0;
}

char *
dheera_http_output_reserve (DheeraHttpOutput *self,
                            gsize             length)
{
  if (G_LIKELY (self->allocated - self->end >= length))
    return self->bytes + self->end;

  /* What was sent makes room first, when that is at least as much as has to be moved for it. */
  if (self->start > 0 && self->start >= self->end - self->start)
    {
      memmove (self->bytes, self->bytes + self->start, self->end - self->start);
      self->end -= self->start;
      self->start = 0;
    }
  if (self->allocated - self->end < length)
    {
      self->allocated = MAX (MAX (2 * self->allocated, FIRST_SIZE), self->end + length);
      self->bytes = g_realloc (self->bytes, self->allocated);
    }

  return self->bytes + self->end;
}

void
dheera_http_output_append (DheeraHttpOutput *self,
                           const void       *bytes,
                           gsize             length)
{
  memcpy (dheera_http_output_reserve (self, length), bytes, length);
  self->end += length;
}

void
dheera_http_output_add (DheeraHttpOutput *self,
                        GBytes           *bytes)
{
  gsize length;
  const void *data = g_bytes_get_data (bytes, &length);

  if (length == 0)
    return;
  if (length <= COPIED_SIZE)
    dheera_http_output_append (self, data, length);
  else
    self->tail = g_bytes_ref (bytes);
}

void
dheera_http_output_skip (DheeraHttpOutput *self,
                         gsize             length)
{
  gsize first = MIN (length, self->end - self->start);

  self->start += first;
  if (self->start == self->end)
    self->start = self->end = 0;

  self->tail_start += length - first;
  if (self->tail != NULL && self->tail_start == g_bytes_get_size (self->tail))
    {
      g_clear_pointer (&self->tail, g_bytes_unref);
      self->tail_start = 0;
    }
}

void
dheera_http_output_trim (DheeraHttpOutput *self)
{
  if (self->allocated > KEPT_SIZE && dheera_http_output_get_length (self) == 0)
    dheera_http_output_clear (self);
}
