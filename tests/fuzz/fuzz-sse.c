/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The frames of an event stream: the same however it is cut, the same under limits, and the same as those of a second reader that follows
 * the standard's text step by step, on whole lines and with a copy at each step.
 *
 * The first four bytes of the input choose the cuts and limits. */

#include "dheera-ai/wire/dheera-json-private.h"
#include "dheera-ai/wire/dheera-text-private.h"

#include "fuzz-frames.h"

typedef struct
{
  GString *log;
  GString *data;
  GString *type;
  GString *id;
  gboolean has_data;
  gboolean is_error;
} Reader;

static gboolean
is_whole (const char *data,
          gsize       length)
{
  DheeraJson json = DHEERA_JSON_INIT;
  gboolean whole = (length >= 6 && memcmp (data, "[DONE]", 6) == 0) || dheera_json_parse (&json, data, length);

  dheera_json_clear (&json);

  return whole;
}

static void
reader_dispatch (Reader  *reader,
                 gboolean at_end)
{
  if (reader->has_data)
    {
      const char *type = reader->is_error ? "error" : reader->type->len > 0 ? reader->type->str : "message";
      gsize length = reader->data->len - 1;

      if (!at_end || is_whole (reader->data->str, length))
        log_frame (reader->log, type, reader->id->str, reader->data->str, length);
    }

  g_string_truncate (reader->data, 0);
  g_string_truncate (reader->type, 0);
  reader->has_data = reader->is_error = FALSE;
}

static void
set_name (GString    *name,
          const char *value,
          gsize       length)
{
  gsize i;

  g_string_truncate (name, 0);
  for (i = 0; i < length; i++)
    if (value[i] != '\0')
      g_string_append_c (name, value[i]);
    else
      g_string_append (name, DHEERA_TEXT_REPLACEMENT);
}

static void
reader_line (Reader     *reader,
             const char *line,
             gsize       length,
             gboolean    at_end)
{
  const char *colon = memchr (line, ':', length);
  gsize name_length = colon != NULL ? (gsize) (colon - line) : length;
  g_autofree char *name = g_strndup (line, name_length);
  const char *value = line + MIN (name_length + 1, length);

  if (length == 0)
    {
      if (!at_end)
        reader_dispatch (reader, FALSE);
      return;
    }
  if (strlen (name) != name_length)
    return;
  if (value < line + length && *value == ' ')
    value++;
  length = (gsize) (line + length - value);

  if (at_end && (colon == NULL || (strcmp (name, "data") != 0 && strcmp (name, "error") != 0)))
    return;

  if (strcmp (name, "error") == 0 && !reader->is_error)
    {
      g_string_truncate (reader->data, 0);
      reader->is_error = reader->has_data = TRUE;
    }
  if (strcmp (name, "error") == 0 || (strcmp (name, "data") == 0 && !reader->is_error))
    {
      g_string_append_len (reader->data, value, (gssize) length);
      g_string_append_c (reader->data, '\n');
      reader->has_data = TRUE;
    }
  else if (strcmp (name, "event") == 0)
    set_name (reader->type, value, length);
  else if (strcmp (name, "id") == 0 && memchr (value, '\0', length) == NULL)
    set_name (reader->id, value, length);
}

static void
reader_lines (Reader     *reader,
              const char *p,
              const char *end)
{
  while (p < end)
    {
      const char *stop = p;

      while (stop < end && *stop != '\r' && *stop != '\n')
        stop++;
      reader_line (reader, p, (gsize) (stop - p), stop == end);
      if (stop == end)
        break;
      p = stop + 1;
      if (*stop == '\r' && p < end && *p == '\n')
        p++;
    }
  reader_dispatch (reader, TRUE);
}

static GString *
frames_by_the_book (const char *bytes,
                    gsize       length)
{
  g_autoptr (GString) text = g_string_new (NULL);
  Reader reader = { g_string_new (NULL), g_string_new (NULL), g_string_new (NULL), g_string_new (NULL), FALSE, FALSE };
  const char *p, *first, *end;

  dheera_utf8_append_repaired (text, bytes, length);
  p = text->str;
  end = p + text->len;
  if (g_str_has_prefix (p, "\357\273\277"))
    p += 3;

  first = p;
  while (first < end && memchr (" \t\r\n", *first, 4) != NULL)
    first++;
  if (first < end && (*first == '{' || *first == '['))
    {
      while (first > p && first[-1] != '\n' && first[-1] != '\r')
        first--;
      log_frame (reader.log, "message", "", first, (gsize) (end - first));
    }
  else
    reader_lines (&reader, p, end);

  g_string_free (reader.data, TRUE);
  g_string_free (reader.type, TRUE);
  g_string_free (reader.id, TRUE);

  return reader.log;
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

  whole = frames_of (DHEERA_FRAMING_SSE, bytes, size, G_MAXSIZE, G_MAXUINT64, 0);
  cut_up = frames_of (DHEERA_FRAMING_SSE, bytes, size, G_MAXSIZE, G_MAXUINT64, seed);
  MUST (g_string_equal (whole, cut_up));

  expected = frames_by_the_book (bytes, size);
  MUST (whole->len > expected->len && memcmp (whole->str, expected->str, expected->len) == 0);
  MUST (g_str_has_prefix (whole->str + expected->len, "rest|"));

  limited = frames_of (DHEERA_FRAMING_SSE, bytes, size, data[2], (guint64) data[3] * 16, 0);
  limited_cut_up = frames_of (DHEERA_FRAMING_SSE, bytes, size, data[2], (guint64) data[3] * 16, seed);
  MUST (g_string_equal (limited, limited_cut_up));

  return 0;
}
