/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-framer-private.h"

#include <string.h>

G_BEGIN_DECLS

/* What the framings share. The bytes of the buffer are, from its front to its back:
 *
 *   [data_start, data_end)  the lines of the SSE event under way, joined in place (only while has_data)
 *   [start, end)            what was not looked at yet, or looked at and found to be an unfinished line
 *
 * Whatever lies between the two, or in front of them, was used and may be overwritten. Behind end there is always room for one NUL. */

/* How far one delimiter was searched for: the next one is at this offset, or there is none before it. */
typedef struct
{
  gsize at;
  gboolean found;
} DheeraFramerMark;

struct _DheeraFramer
{
  DheeraFraming framing;
  gsize max_frame;
  guint64 max_total;

  char *buffer;
  gsize allocated;
  gsize start;
  gsize end;
  guint64 total;
  char *error;
  gboolean exceeded; /* bytes behind max_total were dropped */
  gboolean finished;
  gboolean begun;    /* a byte order mark was looked for */
  gboolean ended;    /* the unfinished last frame was looked at */

  DheeraFramerMark lf;
  DheeraFramerMark cr;

  /* SSE and AWS */
  gboolean sniffed; /* the first byte that is not blank was seen */
  gboolean bare;    /* and it begins a JSON text: the body is no event stream */

  /* SSE only */
  gboolean known;   /* a line that belongs to an event stream was seen */
  gboolean skip_lf; /* the last line ended with a CR that may be half of CR LF */
  gboolean has_data;
  gboolean is_error;
  gboolean repaired;
  gsize data_start;
  gsize data_end;
  GString *type;       /* of the event under way */
  GString *given_type; /* of the event that was given out last */
  GString *id;
  GString *strange;    /* the lines before the first known one */
  GString *scratch;    /* repaired data, or what peek_rest() puts together */
};

DheeraFrameStatus dheera_sse_next               (DheeraFramer *self,
                                                 DheeraFrame  *frame);
/* What the event under way consists of so far; FALSE when there is nothing but the buffer's rest. */
gboolean          dheera_sse_collect_rest       (DheeraFramer *self);

DheeraFrameStatus dheera_ndjson_next            (DheeraFramer *self,
                                                 DheeraFrame  *frame);

DheeraFrameStatus dheera_aws_events_next        (DheeraFramer *self,
                                                 DheeraFrame  *frame);

/* Has all input been seen (and not been cut off by max_total)? */
static inline gboolean
dheera_framer_is_at_end (DheeraFramer *self)
{
  return self->finished && !self->exceeded;
}

/* Skips a byte order mark at the start of the body. FALSE while too few bytes are there to tell. */
gboolean          dheera_framer_skip_mark       (DheeraFramer     *self);

/* The offset of the next c at or behind start; end, with FALSE in mark->found, when there is none. */
static inline gsize
dheera_framer_find (DheeraFramer     *self,
                    DheeraFramerMark *mark,
                    char              c)
{
  const char *hit;

  if (mark->at < self->start)
    *mark = (DheeraFramerMark) { self->start, FALSE };
  if (mark->found || mark->at == self->end)
    return mark->at;

  /* Blank lines are every other line. */
  if (self->buffer[mark->at] == c)
    {
      mark->found = TRUE;
      return mark->at;
    }

  hit = memchr (self->buffer + mark->at, c, self->end - mark->at);
  mark->found = hit != NULL;
  mark->at = hit != NULL ? (gsize) (hit - self->buffer) : self->end;

  return mark->at;
}

/* Ends it with that error, which it takes. */
DheeraFrameStatus dheera_framer_fail            (DheeraFramer     *self,
                                                 char             *error);

/* Sets the error for a frame (what: "an event", "a line", "the body") that is longer than max_frame. */
DheeraFrameStatus dheera_framer_fail_frame      (DheeraFramer     *self,
                                                 const char       *what);

/* Fills in a frame of type message from [start, start + length) of the buffer, repairing its UTF-8 and ending it with NUL. */
void              dheera_framer_give            (DheeraFramer     *self,
                                                 DheeraFrame      *frame,
                                                 gsize             start,
                                                 gsize             length);

/* The frame of a body that turned out to be JSON instead of an event stream: everything, at its end. */
DheeraFrameStatus dheera_framer_next_bare       (DheeraFramer     *self,
                                                 DheeraFrame      *frame);

/* Is an unfinished last frame good enough: whole JSON, or [DONE]? */
gboolean          dheera_framer_is_whole        (const DheeraFrame *frame);

G_END_DECLS
