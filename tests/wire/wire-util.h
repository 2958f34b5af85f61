/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <string.h>

#include "dheera-ai/wire/dheera-framer-private.h"
#include "dheera-ai/wire/dheera-json-private.h"

/* What the tests of the wire layer share. */

/* The path of a file in the folder of shared test data; NULL, and the test skipped with its reason, when there is none. */
static inline char *
shared_path (const char *name)
{
  const char *shared = g_getenv ("DHEERA_SHARED");
  g_autofree char *path = NULL;

  if (shared == NULL || *shared == '\0')
    {
      g_test_skip ("DHEERA_SHARED is empty: the shared test data is not here");
      return NULL;
    }

  path = g_build_filename (shared, name, NULL);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_autofree char *reason = g_strdup_printf ("the shared test data has no %s", name);

      g_test_skip (reason);
      return NULL;
    }

  return g_steal_pointer (&path);
}

/* The end of a frame in the log of frames: no event can contain it by accident. */
#define END "\036\n"

/* In the notation "type|id|data" END, where data that was repaired says so first. */
static inline void
log_frame (GString           *log,
           const DheeraFrame *frame)
{
  gsize i;

  g_assert_cmpuint (frame->data[frame->length], ==, 0);
  g_assert_true (g_utf8_validate (frame->type, -1, NULL));
  g_assert_true (g_utf8_validate (frame->id, -1, NULL));

  g_string_append_printf (log, "%s|%s|%s", frame->type, frame->id, frame->repaired ? "repaired|" : "");
  for (i = 0; i < frame->length; i++)
    if (frame->data[i] != '\0')
      g_string_append_c (log, frame->data[i]);
    else
      g_string_append (log, "<NUL>");
  g_string_append (log, END);
}

/* All frames that are there now. FALSE after an error. */
static inline gboolean
drain (DheeraFramer *framer,
       GString      *log)
{
  DheeraFrameStatus status;
  DheeraFrame frame;

  while ((status = dheera_framer_next (framer, &frame)) == DHEERA_FRAME_READY)
    log_frame (log, &frame);

  if (status == DHEERA_FRAME_ERROR)
    {
      g_assert_nonnull (dheera_framer_get_error (framer));
      return FALSE;
    }
  g_assert_null (dheera_framer_get_error (framer));

  return TRUE;
}

/* Gives bytes to the framer as a transport would, at most step at a time. */
static inline gboolean
feed (DheeraFramer *framer,
      const char   *bytes,
      gsize         length,
      gsize         step,
      GString      *log)
{
  while (length > 0)
    {
      gsize size;
      char *buffer = dheera_framer_reserve (framer, &size);
      gsize n = MIN (MIN (size, step), length);

      g_assert_cmpuint (size, >=, 1);
      memcpy (buffer, bytes, n);
      dheera_framer_commit (framer, n);
      if (!drain (framer, log))
        return FALSE;
      bytes += n;
      length -= n;
    }

  return TRUE;
}

static inline gboolean
end_input (DheeraFramer *framer,
           GString      *log)
{
  dheera_framer_finish (framer);

  return drain (framer, log);
}

/* The frames of bytes, given in pieces of step bytes. An error ends the text. */
static inline char *
frames_of (DheeraFraming framing,
           const char   *bytes,
           gsize         length,
           gsize         step)
{
  DheeraFramer *framer = dheera_framer_new (framing);
  GString *log = g_string_new (NULL);

  if (!feed (framer, bytes, length, step, log) || !end_input (framer, log))
    g_string_append_printf (log, "error: %s", dheera_framer_get_error (framer));
  g_assert_cmpuint (dheera_framer_get_total (framer), <=, length);
  dheera_framer_free (framer);

  return g_string_free (log, FALSE);
}

/* The frames must be the same however the input is split: byte by byte, and at every single place. */
static inline void
assert_frames_len (DheeraFraming framing,
                   const char   *bytes,
                   gsize         length,
                   const char   *expected)
{
  g_autofree char *whole = frames_of (framing, bytes, length, G_MAXSIZE);
  g_autofree char *single = frames_of (framing, bytes, length, 1);
  DheeraFramer *framer = dheera_framer_new (framing);
  g_autoptr (GString) log = g_string_new (NULL);
  gsize split;

  g_assert_cmpstr (whole, ==, expected);
  g_assert_cmpstr (single, ==, expected);

  for (split = 1; split < length; split++)
    {
      dheera_framer_reset (framer, framing);
      g_string_truncate (log, 0);
      if (!feed (framer, bytes, split, G_MAXSIZE, log) || !feed (framer, bytes + split, length - split, G_MAXSIZE, log) ||
          !end_input (framer, log))
        g_string_append_printf (log, "error: %s", dheera_framer_get_error (framer));
      if (strcmp (log->str, expected) != 0)
        g_error ("split at %" G_GSIZE_FORMAT ": %s", split, log->str);
    }

  dheera_framer_free (framer);
}

static inline void
assert_frames (DheeraFraming framing,
               const char   *bytes,
               const char   *expected)
{
  assert_frames_len (framing, bytes, strlen (bytes), expected);
}
