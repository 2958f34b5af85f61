/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-framer-internal-private.h"

#include <string.h>

#include "dheera-json-private.h"
#include "dheera-text-private.h"

/* The fuzz targets are built with a small one, so that short inputs make the buffer grow, shrink and move. */
#ifndef DHEERA_FRAMER_ROOM
#define DHEERA_FRAMER_ROOM 16384
#endif

#define ROOM DHEERA_FRAMER_ROOM
#define FIRST_SIZE (2 * ROOM)
#define KEPT_SIZE (64 * ROOM) /* 1 MiB */

#define DEFAULT_MAX_FRAME (64 * 1024 * 1024)
#define DEFAULT_MAX_TOTAL (G_GUINT64_CONSTANT (1024) * 1024 * 1024)

DheeraFramer *
dheera_framer_new (DheeraFraming framing)
{
  DheeraFramer *self = g_new0 (DheeraFramer, 1);

  self->max_frame = DEFAULT_MAX_FRAME;
  self->max_total = DEFAULT_MAX_TOTAL;
  self->allocated = FIRST_SIZE;
  self->buffer = g_malloc (self->allocated);
  self->type = g_string_new (NULL);
  self->given_type = g_string_new (NULL);
  self->id = g_string_new (NULL);
  self->strange = g_string_new (NULL);
  self->scratch = g_string_new (NULL);
  dheera_framer_reset (self, framing);

  return self;
}

void
dheera_framer_free (DheeraFramer *self)
{
  g_free (self->buffer);
  g_free (self->error);
  g_string_free (self->type, TRUE);
  g_string_free (self->given_type, TRUE);
  g_string_free (self->id, TRUE);
  g_string_free (self->strange, TRUE);
  g_string_free (self->scratch, TRUE);
  g_free (self);
}

static void
framer_clear_string (GString **string)
{
  if ((*string)->allocated_len > KEPT_SIZE)
    {
      g_string_free (*string, TRUE);
      *string = g_string_new (NULL);
    }
  else
    g_string_truncate (*string, 0);
}

/* Nothing in the buffer is needed any more. One huge frame must not hold its memory for the rest of a long stream. */
static void
framer_rewind (DheeraFramer *self)
{
  self->start = self->end = 0;
  self->lf = self->cr = (DheeraFramerMark) { 0, FALSE };

  if (G_UNLIKELY (self->allocated > KEPT_SIZE))
    {
      g_free (self->buffer);
      self->allocated = FIRST_SIZE;
      self->buffer = g_malloc (self->allocated);
    }
  if (G_UNLIKELY (self->scratch->allocated_len > KEPT_SIZE))
    framer_clear_string (&self->scratch);
}

void
dheera_framer_reset (DheeraFramer  *self,
                     DheeraFraming  framing)
{
  self->framing = framing;
  self->total = 0;
  g_clear_pointer (&self->error, g_free);
  self->exceeded = self->finished = self->begun = self->ended = FALSE;
  self->sniffed = self->bare = self->known = self->skip_lf = FALSE;
  self->has_data = self->is_error = self->repaired = FALSE;
  self->data_start = self->data_end = 0;
  framer_clear_string (&self->type);
  framer_clear_string (&self->given_type);
  framer_clear_string (&self->id);
  framer_clear_string (&self->strange);
  framer_clear_string (&self->scratch);
  framer_rewind (self);
}

void
dheera_framer_set_limits (DheeraFramer *self,
                          gsize         max_frame,
                          guint64       max_total)
{
  self->max_frame = max_frame;
  self->max_total = max_total;
}

DheeraFrameStatus
dheera_framer_fail (DheeraFramer *self,
                    char         *error)
{
  g_free (self->error);
  self->error = error;

  return DHEERA_FRAME_ERROR;
}

DheeraFrameStatus
dheera_framer_fail_frame (DheeraFramer *self,
                          const char   *what)
{
  return dheera_framer_fail (self, g_strdup_printf ("%s is longer than %" G_GSIZE_FORMAT " bytes",
                                                    what, self->max_frame));
}

static void
framer_shift_mark (DheeraFramerMark *mark,
                   gsize             from,
                   gsize             to)
{
  if (mark->at >= from)
    mark->at = mark->at - from + to;
  else
    *mark = (DheeraFramerMark) { to, FALSE };
}

/* Moves what is still needed to the front of buffer, which may be the old one. */
static void
framer_pack (DheeraFramer *self,
             char         *buffer)
{
  gsize data_length = self->has_data ? self->data_end - self->data_start : 0;
  gsize rest_length = self->end - self->start;
  /* One byte between the two, so that the data can be ended with NUL. */
  gsize start = self->has_data ? data_length + 1 : 0;

  memmove (buffer, self->buffer + self->data_start, data_length);
  memmove (buffer + start, self->buffer + self->start, rest_length);

  framer_shift_mark (&self->lf, self->start, start);
  framer_shift_mark (&self->cr, self->start, start);
  self->data_start = 0;
  self->data_end = data_length;
  self->start = start;
  self->end = start + rest_length;
}

/* Packs only when that frees at least as much as it moves, and grows by doubling: the bytes that are moved stay in proportion to the
 * bytes that were read. */
static void
framer_make_room (DheeraFramer *self)
{
  gsize needed = self->end - self->start;
  gsize allocated;
  char *buffer;

  if (self->has_data)
    needed += self->data_end - self->data_start + 1;

  if (self->end - needed >= needed && self->allocated - needed > ROOM)
    {
      framer_pack (self, self->buffer);
      return;
    }

  allocated = self->allocated * 2;
  if (needed == self->end)
    {
      buffer = g_try_realloc (self->buffer, allocated);
      if (buffer != NULL)
        self->buffer = buffer;
    }
  else
    {
      buffer = g_try_malloc (allocated);
      if (buffer != NULL)
        {
          framer_pack (self, buffer);
          g_free (self->buffer);
          self->buffer = buffer;
        }
    }

  if (buffer != NULL)
    self->allocated = allocated;
  else
    dheera_framer_fail (self, g_strdup ("out of memory"));
}

char *
dheera_framer_reserve (DheeraFramer *self,
                       gsize        *size)
{
  /* Behind an error bytes are only counted: there is no use in keeping them. */
  if ((self->start == self->end && !self->has_data) || self->error != NULL)
    framer_rewind (self);
  if (self->allocated - self->end <= ROOM)
    framer_make_room (self);
  if (self->allocated - self->end <= 1)
    framer_rewind (self);
  *size = self->allocated - self->end - 1;

  return self->buffer + self->end;
}

void
dheera_framer_commit (DheeraFramer *self,
                      gsize         length)
{
  guint64 left = self->total < self->max_total ? self->max_total - self->total : 0;

  g_return_if_fail (length < self->allocated - self->end);

  self->total += length;
  if (self->error != NULL || self->finished)
    return;

  /* What was allowed to come is still given out, so that the outcome does not depend on how the input is split. */
  if (G_UNLIKELY (length > left))
    {
      length = left;
      self->exceeded = TRUE;
    }
  self->end += length;
}

void
dheera_framer_finish (DheeraFramer *self)
{
  self->finished = TRUE;
}

gboolean
dheera_framer_skip_mark (DheeraFramer *self)
{
  static const char mark[] = "\357\273\277";
  gsize n = MIN (self->end - self->start, 3);

  if (memcmp (self->buffer + self->start, mark, n) == 0)
    {
      if (n < 3 && !dheera_framer_is_at_end (self))
        return FALSE;
      if (n == 3)
        self->start += 3;
    }
  self->begun = TRUE;

  return TRUE;
}

void
dheera_framer_give (DheeraFramer *self,
                    DheeraFrame  *frame,
                    gsize         start,
                    gsize         length)
{
  char *data = self->buffer + start;

  data[length] = '\0';
  frame->type = "message";
  frame->data = data;
  frame->length = length;
  frame->id = self->id->str;
  frame->repaired = FALSE;

  if (G_UNLIKELY (dheera_utf8_find_fault (data, length) != NULL))
    {
      g_string_truncate (self->scratch, 0);
      dheera_utf8_append_repaired (self->scratch, data, length);
      frame->data = self->scratch->str;
      frame->length = self->scratch->len;
      frame->repaired = TRUE;
    }
}

gboolean
dheera_framer_is_whole (const DheeraFrame *frame)
{
  DheeraJson json = DHEERA_JSON_INIT;
  gboolean whole;

  if (g_str_has_prefix (frame->data, "[DONE]"))
    return TRUE;

  whole = dheera_json_parse (&json, frame->data, frame->length);
  dheera_json_clear (&json);

  return whole;
}

DheeraFrameStatus
dheera_framer_next_bare (DheeraFramer *self,
                         DheeraFrame  *frame)
{
  gsize start = self->start;

  if (self->end - start > self->max_frame)
    return dheera_framer_fail_frame (self, "the body");
  if (!dheera_framer_is_at_end (self) || start == self->end)
    return DHEERA_FRAME_NONE;

  self->start = self->end;
  dheera_framer_give (self, frame, start, self->end - start);

  return DHEERA_FRAME_READY;
}

/* A body may be audio or an image: it is given out byte for byte. */
static DheeraFrameStatus
framer_next_whole (DheeraFramer *self,
                   DheeraFrame  *frame)
{
  if (self->end - self->start > self->max_frame)
    return dheera_framer_fail_frame (self, "the body");
  if (!dheera_framer_is_at_end (self) || self->start == self->end)
    return DHEERA_FRAME_NONE;

  self->buffer[self->end] = '\0';
  frame->type = "message";
  frame->data = self->buffer + self->start;
  frame->length = self->end - self->start;
  frame->id = "";
  frame->repaired = FALSE;
  self->start = self->end;

  return DHEERA_FRAME_READY;
}

DheeraFrameStatus
dheera_framer_next (DheeraFramer *self,
                    DheeraFrame  *frame)
{
  DheeraFrameStatus status;

  if (G_UNLIKELY (self->error != NULL))
    return DHEERA_FRAME_ERROR;

  switch (self->framing)
    {
    case DHEERA_FRAMING_SSE:
      status = dheera_sse_next (self, frame);
      break;
    case DHEERA_FRAMING_NDJSON:
      status = dheera_ndjson_next (self, frame);
      break;
    case DHEERA_FRAMING_AWS:
      status = dheera_aws_events_next (self, frame);
      break;
    case DHEERA_FRAMING_WHOLE:
    default:
      status = framer_next_whole (self, frame);
      break;
    }

  if (G_UNLIKELY (status == DHEERA_FRAME_NONE && self->exceeded))
    return dheera_framer_fail (self, g_strdup_printf ("the answer is longer than %" G_GUINT64_FORMAT " bytes",
                                                      self->max_total));

  return status;
}

const char *
dheera_framer_get_error (DheeraFramer *self)
{
  return self->error;
}

guint64
dheera_framer_get_total (DheeraFramer *self)
{
  return self->total;
}

const char *
dheera_framer_peek_rest (DheeraFramer *self,
                         gsize        *length)
{
  if (self->framing == DHEERA_FRAMING_SSE && dheera_sse_collect_rest (self))
    {
      *length = self->scratch->len;
      return self->scratch->str;
    }

  self->buffer[self->end] = '\0';
  *length = self->end - self->start;

  return self->buffer + self->start;
}
