/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Cuts the bytes of one response into frames: SSE events, NDJSON lines, AWS's messages, or the whole body.
 *
 * The framer owns the buffer that the transport reads into, so that bytes are copied once, by the kernel:
 *
 *   do {
 *     buffer = dheera_framer_reserve (framer, &size);
 *     n = read (buffer, size);
 *     dheera_framer_commit (framer, n);
 *     while (dheera_framer_next (framer, &frame) == DHEERA_FRAME_READY) ...
 *   } while (n > 0);
 *
 * A byte is looked at once, however the input is split. A frame points into the buffer and is valid until the next call on the framer
 * (next, reserve or commit). */

typedef enum
{
  DHEERA_FRAMING_WHOLE,  /* one frame: everything, at the end of the input, byte for byte (it may be audio: no UTF-8 is repaired) */
  DHEERA_FRAMING_SSE,
  DHEERA_FRAMING_NDJSON,
  /* Messages of AWS's binary event stream. A frame's type is its :event-type. An exception and an error are of type "error": their id is the
   * :exception-type or :error-code ("" when there is none), and their data the payload, or without one the :error-message. A message that is cut
   * off is not given out, and a wrong checksum is an error. */
  DHEERA_FRAMING_AWS,
} DheeraFraming;

typedef enum
{
  DHEERA_FRAME_NONE,  /* more input is needed */
  DHEERA_FRAME_READY,
  DHEERA_FRAME_ERROR, /* a limit was exceeded, or a checksum is wrong; see dheera_framer_get_error() */
} DheeraFrameStatus;

typedef struct
{
  const char *type; /* the SSE event type, "message" when none was given; "error" also for a field named error; NUL-terminated */
  const char *data; /* NUL-terminated behind length */
  gsize length;
  const char *id;   /* the last event id of SSE, "" when none; NUL-terminated */
  gboolean repaired; /* invalid UTF-8 was replaced by U+FFFD in it */
} DheeraFrame;

typedef struct _DheeraFramer DheeraFramer;

DheeraFramer      *dheera_framer_new        (DheeraFraming  framing);
void               dheera_framer_free       (DheeraFramer  *self);
/* Ready for another response; keeps the buffer. */
void               dheera_framer_reset      (DheeraFramer  *self,
                                             DheeraFraming  framing);

/* Limits in bytes; the defaults are 64 MiB for a frame (a line or event, or the whole body) and 1 GiB for everything that was read. */
void               dheera_framer_set_limits (DheeraFramer *self,
                                             gsize         max_frame,
                                             guint64       max_total);

/* Room for at least 1 and by default 16384 bytes. */
char              *dheera_framer_reserve    (DheeraFramer *self,
                                             gsize        *size);
void               dheera_framer_commit     (DheeraFramer *self,
                                             gsize         length);
/* The input has ended: an SSE event without its blank line is given out if its data is whole JSON or begins with [DONE] (proxies cut the last newline), a last line of
 * NDJSON without its newline likewise, a whole body becomes the one frame. */
void               dheera_framer_finish     (DheeraFramer *self);

DheeraFrameStatus  dheera_framer_next       (DheeraFramer *self,
                                             DheeraFrame  *frame);

/* Static phrase, e.g. "an event is longer than 67108864 bytes" is given out as g_strdup'd text owned by the framer; NULL without an error. */
const char        *dheera_framer_get_error  (DheeraFramer *self);

/* Bytes that were committed since the last reset */
guint64            dheera_framer_get_total  (DheeraFramer *self);

/* What is in the buffer and was not given out (an error body that is not SSE, the rest of a cut stream). */
const char        *dheera_framer_peek_rest  (DheeraFramer *self,
                                             gsize        *length);

G_END_DECLS
