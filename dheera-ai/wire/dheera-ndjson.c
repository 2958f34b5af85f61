/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-framer-internal-private.h"

/* One JSON text per line. Only LF ends a line: a CR before it is blank space to JSON. */

static inline gboolean
is_blank (char c)
{
  return c == ' ' || c == '\t' || c == '\r';
}

/* [self->start, end) without the blanks at both ends. FALSE when nothing is left. */
static gboolean
trim_line (DheeraFramer *self,
           gsize         end,
           gsize        *start,
           gsize        *length)
{
  gsize from = self->start;

  while (from < end && is_blank (self->buffer[from]))
    from++;
  while (end > from && is_blank (self->buffer[end - 1]))
    end--;
  *start = from;
  *length = end - from;

  return end > from;
}

/* The input ended without a newline: what is left counts only if it was not cut off in the middle. */
static DheeraFrameStatus
give_last (DheeraFramer *self,
           DheeraFrame  *frame)
{
  gsize start, length;

  self->ended = TRUE;
  if (!trim_line (self, self->end, &start, &length))
    return DHEERA_FRAME_NONE;
  dheera_framer_give (self, frame, start, length);
  if (!dheera_framer_is_whole (frame))
    return DHEERA_FRAME_NONE;
  self->start = self->end;

  return DHEERA_FRAME_READY;
}

DheeraFrameStatus
dheera_ndjson_next (DheeraFramer *self,
                    DheeraFrame  *frame)
{
  gsize start, length;

  if (G_UNLIKELY (!self->begun) && !dheera_framer_skip_mark (self))
    return DHEERA_FRAME_NONE;

  for (;;)
    {
      gsize line_end = dheera_framer_find (self, &self->lf, '\n');
      gboolean given;

      if (G_UNLIKELY (line_end - self->start > self->max_frame))
        return dheera_framer_fail_frame (self, "a line");
      if (!self->lf.found)
        break;

      given = trim_line (self, line_end, &start, &length);
      self->start = line_end + 1;
      if (given)
        {
          dheera_framer_give (self, frame, start, length);
          return DHEERA_FRAME_READY;
        }
    }

  if (dheera_framer_is_at_end (self) && !self->ended)
    return give_last (self, frame);

  return DHEERA_FRAME_NONE;
}
