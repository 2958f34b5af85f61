/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-json-writer-private.h"

#include <math.h>

#include "dheera-text-private.h"

void
dheera_json_writer_init (DheeraJsonWriter *self,
                         gsize             size_hint)
{
  /* GString rounds up to the power of two above. */
  self->out = g_string_sized_new (MAX (size_hint, 64) - 1);
  self->comma = FALSE;
  self->depth = 0;
}

void
dheera_json_writer_clear (DheeraJsonWriter *self)
{
  if (self->out != NULL)
    g_string_free (self->out, TRUE);
  memset (self, 0, sizeof *self);
}

char *
dheera_json_writer_steal (DheeraJsonWriter *self)
{
  GString *out = g_steal_pointer (&self->out);

  g_assert (self->depth == 0);
  memset (self, 0, sizeof *self);

  return out != NULL ? g_string_free (out, FALSE) : g_strdup ("");
}

GBytes *
dheera_json_writer_steal_bytes (DheeraJsonWriter *self)
{
  GString *out = g_steal_pointer (&self->out);

  g_assert (self->depth == 0);
  memset (self, 0, sizeof *self);

  return out != NULL ? g_string_free_to_bytes (out) : g_bytes_new_static ("", 0);
}

/* What stands before any value or name. */
static inline void
separate (DheeraJsonWriter *self)
{
  if (G_UNLIKELY (self->out == NULL))
    self->out = g_string_new (NULL);
  if (self->comma)
    g_string_append_c (self->out, ',');
  self->comma = TRUE;
}

static void
begin (DheeraJsonWriter *self,
       char              bracket)
{
  separate (self);
  g_string_append_c (self->out, bracket);
  self->comma = FALSE;
  self->depth++;
}

static void
end (DheeraJsonWriter *self,
     char              bracket)
{
  g_assert (self->depth > 0);

  g_string_append_c (self->out, bracket);
  self->comma = TRUE;
  self->depth--;
}

void
dheera_json_writer_begin_object (DheeraJsonWriter *self)
{
  begin (self, '{');
}

void
dheera_json_writer_end_object (DheeraJsonWriter *self)
{
  end (self, '}');
}

void
dheera_json_writer_begin_array (DheeraJsonWriter *self)
{
  begin (self, '[');
}

void
dheera_json_writer_end_array (DheeraJsonWriter *self)
{
  end (self, ']');
}

static void
append_escape (GString *out,
               guchar   c)
{
  static const char digits[] = "0123456789abcdef";
  char escape[6] = { '\\', 'u', '0', '0', digits[c >> 4], digits[c & 15] };
  gsize length = 2;

  switch (c)
    {
    case '"':
    case '\\':
      escape[1] = (char) c;
      break;
    case '\b':
      escape[1] = 'b';
      break;
    case '\f':
      escape[1] = 'f';
      break;
    case '\n':
      escape[1] = 'n';
      break;
    case '\r':
      escape[1] = 'r';
      break;
    case '\t':
      escape[1] = 't';
      break;
    default:
      length = 6;
    }

  g_string_append_len (out, escape, length);
}

/* Copies runs: most text needs no escape at all, and valid UTF-8 goes through as it is. */
static void
append_escaped (GString    *out,
                const char *text,
                gsize       length)
{
  const char *end = text + length;
  const char *run = text;

  for (;;)
    {
      const char *p = dheera_text_skip_plain (text, end);
      guint bad;
      guint n;

      if (p < end && (guchar) *p >= 0x80)
        {
          n = dheera_utf8_sequence (p, end, &bad);
          text = p + n;
          if (n > 0)
            continue;
        }

      g_string_append_len (out, run, p - run);
      if (p == end)
        return;

      if ((guchar) *p >= 0x80)
        {
          g_string_append_len (out, DHEERA_TEXT_REPLACEMENT, 3);
          text = p + bad;
        }
      else
        {
          append_escape (out, (guchar) *p);
          text = p + 1;
        }
      run = text;
    }
}

static void
append_quoted (GString    *out,
               const char *text,
               gsize       length)
{
  g_string_append_c (out, '"');
  append_escaped (out, text, length);
  g_string_append_c (out, '"');
}

void
dheera_json_writer_key (DheeraJsonWriter *self,
                        const char       *key)
{
  g_assert (self->depth > 0);

  separate (self);
  append_quoted (self->out, key, strlen (key));
  g_string_append_c (self->out, ':');
  self->comma = FALSE;
}

void
dheera_json_writer_string_len (DheeraJsonWriter *self,
                               const char       *value,
                               gsize             length)
{
  separate (self);
  append_quoted (self->out, value, length);
}

void
dheera_json_writer_string (DheeraJsonWriter *self,
                           const char       *value)
{
  if (value == NULL)
    dheera_json_writer_null (self);
  else
    dheera_json_writer_string_len (self, value, strlen (value));
}

void
dheera_json_writer_base64 (DheeraJsonWriter *self,
                           const char       *mime_type,
                           GBytes           *bytes)
{
  gsize size;
  const guchar *data = g_bytes_get_data (bytes, &size);
  GString *out;
  gsize start;
  gsize written = 0;
  int state = 0;
  int save = 0;

  separate (self);
  out = self->out;
  g_string_append_c (out, '"');
  if (mime_type != NULL)
    {
      g_string_append (out, "data:");
      append_escaped (out, mime_type, strlen (mime_type));
      g_string_append (out, ";base64,");
    }

  start = out->len;
  g_string_set_size (out, start + (size / 3 + 1) * 4 + 4);
  if (size > 0)
    written = g_base64_encode_step (data, size, FALSE, out->str + start, &state, &save);
  written += g_base64_encode_close (FALSE, out->str + start + written, &state, &save);
  g_string_truncate (out, start + written);
  g_string_append_c (out, '"');
}

void
dheera_json_writer_int (DheeraJsonWriter *self,
                        gint64            value)
{
  char buffer[24];
  char *p = buffer + sizeof buffer;
  guint64 rest = value < 0 ? 0 - (guint64) value : (guint64) value;

  do
    {
      *--p = (char) ('0' + rest % 10);
      rest /= 10;
    }
  while (rest > 0);
  if (value < 0)
    *--p = '-';

  separate (self);
  g_string_append_len (self->out, p, buffer + sizeof buffer - p);
}

void
dheera_json_writer_double (DheeraJsonWriter *self,
                           double            value)
{
  static const char *const formats[] = { "%.15g", "%.16g", "%.17g" };
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];
  guint i;

  if (!isfinite (value))
    {
      dheera_json_writer_null (self);
      return;
    }

  for (i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_ascii_formatd (buffer, sizeof buffer, formats[i], value);
      if (g_ascii_strtod (buffer, NULL) == value)
        break;
    }

  separate (self);
  g_string_append (self->out, buffer);
}

void
dheera_json_writer_boolean (DheeraJsonWriter *self,
                            gboolean          value)
{
  separate (self);
  g_string_append (self->out, value ? "true" : "false");
}

void
dheera_json_writer_null (DheeraJsonWriter *self)
{
  separate (self);
  g_string_append (self->out, "null");
}

void
dheera_json_writer_raw (DheeraJsonWriter *self,
                        const char       *json,
                        gssize            length)
{
  if (json == NULL)
    {
      dheera_json_writer_null (self);
      return;
    }

  separate (self);
  g_string_append_len (self->out, json, length);
}

void
dheera_json_writer_value (DheeraJsonWriter *self,
                          DheeraJsonValue   value)
{
  gsize length;
  const char *raw = dheera_json_raw (value, &length);

  dheera_json_writer_raw (self, raw, (gssize) length);
}

void
dheera_json_writer_member_string (DheeraJsonWriter *self,
                                  const char       *key,
                                  const char       *value)
{
  dheera_json_writer_key (self, key);
  dheera_json_writer_string (self, value);
}

void
dheera_json_writer_member_int (DheeraJsonWriter *self,
                               const char       *key,
                               gint64            value)
{
  dheera_json_writer_key (self, key);
  dheera_json_writer_int (self, value);
}

void
dheera_json_writer_member_double (DheeraJsonWriter *self,
                                  const char       *key,
                                  double            value)
{
  dheera_json_writer_key (self, key);
  dheera_json_writer_double (self, value);
}

void
dheera_json_writer_member_boolean (DheeraJsonWriter *self,
                                   const char       *key,
                                   gboolean          value)
{
  dheera_json_writer_key (self, key);
  dheera_json_writer_boolean (self, value);
}

void
dheera_json_writer_member_strv (DheeraJsonWriter  *self,
                                const char        *key,
                                const char *const *values)
{
  dheera_json_writer_key (self, key);
  dheera_json_writer_begin_array (self);
  for (; *values != NULL; values++)
    dheera_json_writer_string (self, *values);
  dheera_json_writer_end_array (self);
}

void
dheera_json_writer_member_raw (DheeraJsonWriter *self,
                               const char       *key,
                               const char       *json)
{
  dheera_json_writer_key (self, key);
  dheera_json_writer_raw (self, json, -1);
}
