/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The messages of AWS's event stream: the same however they are cut, the same under limits, and the same as a reader gives that has the whole
 * body in front of it.
 *
 * The first four bytes of the input choose the cuts and limits. With the lowest bit of the first one, checksums are put right, since no
 * mutation hits them. */

#include "dheera-ai/wire/dheera-text-private.h"

#include "fuzz-frames.h"

static guint32
number_at (const guint8 *p)
{
  return (guint32) p[0] << 24 | (guint32) p[1] << 16 | (guint32) p[2] << 8 | p[3];
}

static guint32
checksum_of (const guint8 *p,
             gsize         length)
{
  guint32 crc = 0xFFFFFFFF;

  while (length-- > 0)
    {
      crc ^= *p++;
      for (guint bit = 0; bit < 8; bit++)
        crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320 : 0);
    }

  return ~crc;
}

static void
write_number (guint8  *p,
              guint32  number)
{
  for (guint i = 0; i < 4; i++)
    p[i] = (guint8) (number >> (24 - 8 * i));
}

static gboolean
is_possible (const guint8 *p)
{
  guint32 total = number_at (p);
  guint32 headers = number_at (p + 4);

  return total >= 16 && headers <= total - 16 && headers <= 128 * 1024 && total - 16 - headers <= 24 * 1024 * 1024;
}

static void
repair (guint8 *p,
        gsize   length)
{
  while (length >= 12)
    {
      guint32 total = number_at (p);

      write_number (p + 8, checksum_of (p, 8));
      if (!is_possible (p) || total > length)
        return;
      write_number (p + total - 4, checksum_of (p, total - 4));
      p += total;
      length -= total;
    }
}

typedef struct
{
  GHashTable *values; /* of the headers that are strings */
  GHashTable *names;
} Headers;

static gboolean
read_headers (Headers      *self,
              const guint8 *p,
              const guint8 *end)
{
  static const guint8 sizes[10] = { 0, 0, 1, 2, 4, 8, 2, 2, 8, 16 };

  while (p < end)
    {
      g_autoptr (GString) name = NULL;
      gsize size;
      guint8 type;

      if (*p == 0 || (gsize) (end - p) < (gsize) *p + 2)
        return FALSE;
      name = g_string_new_len ((const char *) p + 1, *p);
      p += *p + 1;
      type = *p++;
      if (type > 9 || (gsize) (end - p) < sizes[type])
        return FALSE;
      size = sizes[type];
      if (type == 6 || type == 7)
        size += (gsize) p[0] << 8 | p[1];
      if ((gsize) (end - p) < size)
        return FALSE;
      if (g_hash_table_size (self->names) < 32 && !g_hash_table_add (self->names, g_string_new_len (name->str, (gssize) name->len)))
        return FALSE;
      if (type == 7)
        g_hash_table_replace (self->values, g_strndup (name->str, name->len), g_string_new_len ((const char *) p + 2, (gssize) size - 2));
      p += size;
    }

  return TRUE;
}

static gboolean
says (Headers    *self,
      const char *name,
      const char *value)
{
  GString *is = g_hash_table_lookup (self->values, name);

  return is != NULL && is->len == strlen (value) && memcmp (is->str, value, is->len) == 0;
}

static const char *
text_of (Headers    *self,
         const char *name,
         const char *fallback)
{
  GString *is = g_hash_table_lookup (self->values, name);

  if (is == NULL || is->len == 0 || memchr (is->str, '\0', is->len) != NULL || !g_utf8_validate (is->str, (gssize) is->len, NULL))
    return fallback;

  return is->str;
}

static void
log_message (Headers      *self,
             GString      *log,
             const guint8 *payload,
             gsize         length)
{
  gboolean exception = says (self, ":message-type", "exception");
  gboolean error = says (self, ":message-type", "error");
  GString *message = g_hash_table_lookup (self->values, ":error-message");
  g_autoptr (GString) data = g_string_new (NULL);

  if (error && length == 0 && message != NULL)
    dheera_utf8_append_repaired (data, message->str, message->len);
  else
    dheera_utf8_append_repaired (data, (const char *) payload, length);

  log_frame (log, exception || error ? "error" : text_of (self, ":event-type", "message"),
             exception ? text_of (self, ":exception-type", "") : error ? text_of (self, ":error-code", "") : "", data->str, data->len);
}

static void
free_text (gpointer text)
{
  g_string_free (text, TRUE);
}

/* FALSE at the first fault */
static gboolean
log_next (GString      *log,
          const guint8 *p)
{
  guint32 total = number_at (p);
  guint32 length = number_at (p + 4);
  Headers headers;
  gboolean ok;

  if (number_at (p + total - 4) != checksum_of (p, total - 4))
    return FALSE;
  headers.values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_text);
  headers.names = g_hash_table_new_full ((GHashFunc) g_string_hash, (GEqualFunc) g_string_equal, free_text, NULL);
  ok = read_headers (&headers, p + 12, p + 12 + length);
  if (ok)
    log_message (&headers, log, p + 12 + length, total - length - 16);
  g_hash_table_unref (headers.values);
  g_hash_table_unref (headers.names);

  return ok;
}

static GString *
frames_by_the_book (const guint8 *p,
                    gsize         length)
{
  GString *log = g_string_new (NULL);

  if (length > 0 && (*p == '{' || *p == '['))
    {
      g_autoptr (GString) text = g_string_new (NULL);

      dheera_utf8_append_repaired (text, (const char *) p, length);
      log_frame (log, "message", "", text->str, text->len);
      length = 0;
    }

  while (length >= 12 && number_at (p + 8) == checksum_of (p, 8) && is_possible (p) && number_at (p) <= length && log_next (log, p))
    {
      length -= number_at (p);
      p += number_at (p);
    }
  if (length >= 12 && (number_at (p + 8) != checksum_of (p, 8) || !is_possible (p) || number_at (p) <= length))
    g_string_append (log, "the event stream is damaged: ");
  else
    g_string_append (log, "rest|");

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
  g_autofree guint8 *bytes = NULL;
  const char *text;
  guint32 seed;

  if (size < 4)
    return 0;
  bytes = g_memdup2 (data, size);
  if (bytes[0] & 1)
    repair (bytes + 4, size - 4);
  text = (const char *) bytes + 4;
  size -= 4;
  seed = (guint32) data[0] << 8 | data[1] | 0x10000;

  whole = frames_of (DHEERA_FRAMING_AWS, text, size, G_MAXSIZE, G_MAXUINT64, 0);
  cut_up = frames_of (DHEERA_FRAMING_AWS, text, size, G_MAXSIZE, G_MAXUINT64, seed);
  MUST (g_string_equal (whole, cut_up));

  expected = frames_by_the_book ((const guint8 *) text, size);
  MUST (whole->len >= expected->len && memcmp (whole->str, expected->str, expected->len) == 0);

  limited = frames_of (DHEERA_FRAMING_AWS, text, size, data[2], (guint64) data[3] * 16, 0);
  limited_cut_up = frames_of (DHEERA_FRAMING_AWS, text, size, data[2], (guint64) data[3] * 16, seed);
  MUST (g_string_equal (limited, limited_cut_up));

  return 0;
}
