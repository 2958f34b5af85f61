/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The lines of NDJSON: the same however they are cut, the same under limits, and the same as a split at each newline gives.
 *
 * The first four bytes of the input choose the cuts and limits. */

#include "dheera-ai/wire/dheera-json-private.h"
#include "dheera-ai/wire/dheera-text-private.h"

#include "fuzz-frames.h"

static gboolean
is_json (const char *data,
         gsize       length)
{
  DheeraJson json = DHEERA_JSON_INIT;
  gboolean ok = dheera_json_parse (&json, data, length);

  dheera_json_clear (&json);

  return ok;
}

static GString *
frames_by_the_book (const char *bytes,
                    gsize       length)
{
  g_autoptr (GString) text = g_string_new (NULL);
  GString *log = g_string_new (NULL);
  const char *p, *end;

  dheera_utf8_append_repaired (text, bytes, length);
  p = text->str;
  end = p + text->len;
  if (g_str_has_prefix (p, "\357\273\277"))
    p += 3;

  while (p < end)
    {
      const char *newline = memchr (p, '\n', (gsize) (end - p));
      const char *stop = newline != NULL ? newline : end;

      while (p < stop && memchr (" \t\r", *p, 3) != NULL)
        p++;
      while (stop > p && memchr (" \t\r", stop[-1], 3) != NULL)
        stop--;
      if (stop > p && (newline != NULL || is_json (p, (gsize) (stop - p)) || g_str_has_prefix (p, "[DONE]")))
        log_frame (log, "message", "", p, (gsize) (stop - p));
      p = newline != NULL ? newline + 1 : end;
    }

  return log;
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        size_t        size)
{
  g_autoptr (GString) expected = NULL;
  g_autoptr (GString) whole = NULL;
  g_autoptr (GString) cut_up = NULL;
  g_autoptr (GString) limited = NULL;
  g_autoptr (GString) limited_cut_up = NULL;
  const char *bytes;
  guint32 seed;

  if (size < 4)
    return 0;
  bytes = (const char *) data + 4;
  size -= 4;
  seed = (guint32) data[0] << 8 | data[1] | 0x10000;

  whole = frames_of (DHEERA_FRAMING_NDJSON, bytes, size, G_MAXSIZE, G_MAXUINT64, 0);
  cut_up = frames_of (DHEERA_FRAMING_NDJSON, bytes, size, G_MAXSIZE, G_MAXUINT64, seed);
  MUST (g_string_equal (whole, cut_up));

  expected = frames_by_the_book (bytes, size);
  MUST (whole->len > expected->len && memcmp (whole->str, expected->str, expected->len) == 0);
  MUST (g_str_has_prefix (whole->str + expected->len, "rest|"));

  limited = frames_of (DHEERA_FRAMING_NDJSON, bytes, size, data[2], (guint64) data[3] * 16, 0);
  limited_cut_up = frames_of (DHEERA_FRAMING_NDJSON, bytes, size, data[2], (guint64) data[3] * 16, seed);
  MUST (g_string_equal (limited, limited_cut_up));

  return 0;
}
