/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-framer-internal-private.h"

#include <string.h>

#include "dheera-text-private.h"

/* Server-sent events as the HTML standard of the WHATWG reads them, but on purpose:
 *
 * - an event that lacks its blank line at the end of the input is given out if its data is whole JSON or [DONE];
 * - a field named error makes an event of type error (older llama.cpp servers report failures so);
 * - a body that begins with { or [ is no event stream and becomes one frame (errors of Gemini and others);
 * - retry is ignored, for nothing here ever connects again. */

#define MAX_STRANGE 65536

static inline gboolean
is_blank (char c)
{
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Looks for the first byte that is not blank. Lines before it are dropped: to an event stream they mean nothing. */
static DheeraFrameStatus
sse_sniff (DheeraFramer *self)
{
  gsize at = MAX (self->start, self->lf.at);

  for (; at < self->end && is_blank (self->buffer[at]); at++)
    {
      if (at - self->start >= self->max_frame)
        return dheera_framer_fail_frame (self, "a line");
      if (self->buffer[at] == '\n' || self->buffer[at] == '\r')
        self->start = at + 1;
    }

  self->lf = (DheeraFramerMark) { at, FALSE };
  if (at == self->end)
    return DHEERA_FRAME_NONE;

  self->sniffed = TRUE;
  self->bare = self->buffer[at] == '{' || self->buffer[at] == '[';

  return DHEERA_FRAME_READY;
}

/* Takes the next line out of the unread bytes. FALSE when none is complete. */
static inline gboolean
sse_next_line (DheeraFramer *self,
               gsize        *line,
               gsize        *length)
{
  gsize lf, cr;

  if (G_UNLIKELY (self->skip_lf) && self->start < self->end)
    {
      if (self->buffer[self->start] == '\n')
        self->start++;
      self->skip_lf = FALSE;
    }

  lf = dheera_framer_find (self, &self->lf, '\n');
  cr = dheera_framer_find (self, &self->cr, '\r');
  *line = self->start;

  if (self->cr.found && cr < lf)
    {
      *length = cr - *line;
      self->start = cr + 1;
      if (self->start == self->end)
        self->skip_lf = TRUE;
      else if (self->buffer[self->start] == '\n')
        self->start++;
      return TRUE;
    }

  *length = lf - *line;
  if (!self->lf.found)
    return FALSE;
  self->start = lf + 1;

  return TRUE;
}

/* Appends a line to the data of the event. The first one stays where it is; the others are moved down to it, over bytes that were used. */
static void
sse_add_data (DheeraFramer *self,
              gsize         value,
              gsize         length)
{
  if (!self->has_data)
    {
      self->has_data = TRUE;
      self->data_start = value;
      self->data_end = value + length;
      return;
    }

  self->buffer[self->data_end++] = '\n';
  memmove (self->buffer + self->data_end, self->buffer + value, length);
  self->data_end += length;
}

/* The type and the id are read as C strings, and a NUL must not cut them to something that they are not. */
static void
sse_set_name (DheeraFramer *self,
              GString      *name,
              const char   *value,
              gsize         length)
{
  const char *nul;

  g_string_truncate (name, 0);
  if (memchr (value, '\0', length) == NULL && dheera_utf8_find_fault (value, length) == NULL)
    {
      g_string_append_len (name, value, length);
      return;
    }

  self->repaired = TRUE;
  while ((nul = memchr (value, '\0', length)) != NULL)
    {
      dheera_utf8_append_repaired (name, value, nul - value);
      g_string_append (name, DHEERA_TEXT_REPLACEMENT);
      length -= nul + 1 - value;
      value = nul + 1;
    }
  dheera_utf8_append_repaired (name, value, length);
}

/* An error takes the place of whatever else the event said. */
static void
sse_add_error (DheeraFramer *self,
               gsize         value,
               gsize         length)
{
  if (!self->is_error)
    self->has_data = FALSE;
  self->is_error = TRUE;
  sse_add_data (self, value, length);
}

/* A line that no event stream has. Those before the first known line are kept, for a page of HTML may be all there is to show. */
static void
sse_keep_strange (DheeraFramer *self,
                  const char   *line,
                  gsize         length)
{
  if (self->known || self->strange->len + length >= MAX_STRANGE)
    return;

  g_string_append_len (self->strange, line, length);
  g_string_append_c (self->strange, '\n');
}

static G_GNUC_NO_INLINE void
sse_read_field (DheeraFramer *self,
                gsize         line,
                gsize         length)
{
  const char *p = self->buffer + line;
  const char *colon = memchr (p, ':', length);
  gsize name = colon != NULL ? (gsize) (colon - p) : length;
  gsize value = MIN (name + 1, length);

  if (value < length && p[value] == ' ')
    value++;
  length -= value;

  if (name == 0)
    ; /* a comment */
  else if (name == 4 && memcmp (p, "data", 4) == 0)
    {
      if (!self->is_error)
        sse_add_data (self, line + value, length);
    }
  else if (name == 5 && memcmp (p, "event", 5) == 0)
    sse_set_name (self, self->type, p + value, length);
  else if (name == 5 && memcmp (p, "error", 5) == 0)
    sse_add_error (self, line + value, length);
  else if (name == 2 && memcmp (p, "id", 2) == 0)
    {
      if (memchr (p + value, '\0', length) == NULL)
        sse_set_name (self, self->id, p + value, length);
    }
  else if (name != 5 || memcmp (p, "retry", 5) != 0)
    {
      sse_keep_strange (self, p, value + length);
      return;
    }

  self->known = TRUE;
}

static inline void
sse_read_line (DheeraFramer *self,
               gsize         line,
               gsize         length)
{
  const char *p = self->buffer + line;

  /* In pieces that the compiler compares as numbers. */
  if (G_LIKELY (length >= 6 && memcmp (p, "data", 4) == 0 && memcmp (p + 4, ": ", 2) == 0 && !self->has_data))
    {
      self->known = TRUE;
      sse_add_data (self, line + 6, length - 6);
    }
  else
    sse_read_field (self, line, length);
}

static void
sse_fill_frame (DheeraFramer *self,
                DheeraFrame  *frame)
{
  dheera_framer_give (self, frame, self->data_start, self->data_end - self->data_start);

  frame->repaired |= self->repaired;
  if (self->is_error)
    frame->type = "error";
  else if (self->type->len > 0)
    frame->type = self->type->str;
}

static void
sse_forget_event (DheeraFramer *self)
{
  GString *type = self->type;

  /* The frame that was given out points to its type until the next call. */
  if (type->len > 0)
    {
      self->type = self->given_type;
      self->given_type = type;
      g_string_truncate (self->type, 0);
    }
  self->has_data = self->is_error = self->repaired = FALSE;
}

/* The input ended without a blank line. Of a line that lacks its end only data is taken, because any other may be cut short unseen. */
static DheeraFrameStatus
sse_give_last (DheeraFramer *self,
               DheeraFrame  *frame)
{
  const char *line = self->buffer + self->start;
  gsize length = self->end - self->start;

  self->ended = TRUE;
  if ((length >= 5 && memcmp (line, "data:", 5) == 0) || (length >= 6 && memcmp (line, "error:", 6) == 0))
    {
      sse_read_line (self, self->start, length);
      self->start = self->end;
    }
  if (!self->has_data)
    return DHEERA_FRAME_NONE;

  sse_fill_frame (self, frame);
  if (!dheera_framer_is_whole (frame))
    return DHEERA_FRAME_NONE;
  self->start = self->end;
  sse_forget_event (self);

  return DHEERA_FRAME_READY;
}

DheeraFrameStatus
dheera_sse_next (DheeraFramer *self,
                 DheeraFrame  *frame)
{
  gsize line, length;

  if (G_UNLIKELY (!self->begun) && !dheera_framer_skip_mark (self))
    return DHEERA_FRAME_NONE;
  if (G_UNLIKELY (!self->sniffed))
    {
      DheeraFrameStatus status = sse_sniff (self);

      if (status != DHEERA_FRAME_READY)
        return status;
    }
  if (G_UNLIKELY (self->bare))
    return dheera_framer_next_bare (self, frame);

  while (self->start < self->end)
    {
      gboolean complete = sse_next_line (self, &line, &length);
      gsize used = self->has_data ? self->data_end - self->data_start : 0;

      if (G_UNLIKELY (length + used > self->max_frame))
        return dheera_framer_fail_frame (self, "an event");
      if (!complete)
        break;

      if (length > 0)
        sse_read_line (self, line, length);
      else if (self->has_data)
        {
          sse_fill_frame (self, frame);
          sse_forget_event (self);
          return DHEERA_FRAME_READY;
        }
      else
        sse_forget_event (self);
    }

  if (dheera_framer_is_at_end (self) && !self->ended)
    return sse_give_last (self, frame);

  return DHEERA_FRAME_NONE;
}

gboolean
dheera_sse_collect_rest (DheeraFramer *self)
{
  if (self->bare || (!self->has_data && self->strange->len == 0))
    return FALSE;

  g_string_truncate (self->scratch, 0);
  g_string_append_len (self->scratch, self->strange->str, self->strange->len);
  if (self->has_data)
    {
      g_string_append_len (self->scratch, self->buffer + self->data_start, self->data_end - self->data_start);
      g_string_append_c (self->scratch, '\n');
    }
  g_string_append_len (self->scratch, self->buffer + self->start, self->end - self->start);

  return TRUE;
}
