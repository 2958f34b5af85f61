/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <string.h>

#include "dheera-ai/wire/dheera-framer-private.h"

#include "fuzz.h"

/* What the fuzz targets of the framers share: the frames of an input, in one piece or cut by a row of random numbers. */

typedef struct
{
  guint32 state; /* 0 cuts nothing */
} Cutter;

static inline gsize
cut (Cutter *cutter)
{
  if (cutter->state == 0)
    return G_MAXSIZE;
  cutter->state = cutter->state * 1664525u + 1013904223u;

  return 1 + (cutter->state >> 24) % ((cutter->state >> 20 & 3) == 0 ? 64 : 3);
}

static inline void
log_frame (GString    *log,
           const char *type,
           const char *id,
           const char *data,
           gsize       length)
{
  g_string_append_printf (log, "%s|%s|%" G_GSIZE_FORMAT ":", type, id, length);
  g_string_append_len (log, data, (gssize) length);
  g_string_append_c (log, '\n');
}

static inline gboolean
drain (DheeraFramer *framer,
       GString      *log)
{
  DheeraFrameStatus status;
  DheeraFrame frame;

  while ((status = dheera_framer_next (framer, &frame)) == DHEERA_FRAME_READY)
    {
      MUST (frame.data[frame.length] == '\0');
      MUST (frame.length == 0 || dheera_framer_get_total (framer) > 0);
      MUST (g_utf8_validate (frame.type, -1, NULL) && g_utf8_validate (frame.id, -1, NULL));
      log_frame (log, frame.type, frame.id, frame.data, frame.length);
    }

  return status == DHEERA_FRAME_NONE;
}

/* With NUL in them, so they are compared as a whole. */
static inline GString *
frames_of (DheeraFraming framing,
           const char   *data,
           gsize         length,
           gsize         max_frame,
           guint64       max_total,
           guint32       seed)
{
  DheeraFramer *framer = dheera_framer_new (framing);
  GString *log = g_string_new (NULL);
  Cutter cutter = { seed };
  gboolean ok = TRUE;
  const char *rest;
  gsize rest_length;

  dheera_framer_set_limits (framer, max_frame, max_total);
  while (length > 0 && ok)
    {
      gsize size;
      char *buffer = dheera_framer_reserve (framer, &size);
      gsize step = cut (&cutter);
      gsize n = MIN (MIN (size, length), step);

      MUST (size >= 1);
      memcpy (buffer, data, n);
      dheera_framer_commit (framer, n);
      ok = drain (framer, log);
      data += n;
      length -= n;
    }

  dheera_framer_finish (framer);
  if (!ok || !drain (framer, log))
    {
      MUST (dheera_framer_get_error (framer) != NULL);
      g_string_append (log, dheera_framer_get_error (framer));
    }
  else
    {
      MUST (dheera_framer_get_error (framer) == NULL);
      rest = dheera_framer_peek_rest (framer, &rest_length);
      MUST (rest[rest_length] == '\0');
      log_frame (log, "rest", "", rest, rest_length);
    }
  dheera_framer_free (framer);

  return log;
}
