/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-base64-private.h"

#include <string.h>

#define BAD 0x80

/* The six bits of each character, BAD for those that are not of the alphabet */
static const guchar values[256] = {
  BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
  BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
  BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, 62, BAD, BAD, BAD, 63,
  52, 53, 54, 55, 56, 57, 58, 59, 60, 61, BAD, BAD, BAD, BAD, BAD, BAD,
  BAD, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
  15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, BAD, BAD, BAD, BAD, BAD,
  BAD, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
  41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, BAD, BAD, BAD, BAD, BAD,
  BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
  BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
  BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
  BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
  BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
  BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
  BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
  BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
};

/* The last group: two or three characters are one or two bytes. */
static gboolean
decode_rest (const guchar *text,
             gsize         length,
             guchar       *out,
             gsize        *size)
{
  guchar a, b, c;

  if (length == 0)
    return TRUE;
  if (length == 1)
    return FALSE;

  a = values[text[0]];
  b = values[text[1]];
  c = length == 3 ? values[text[2]] : 0;
  if ((a | b | c) & BAD)
    return FALSE;

  out[(*size)++] = (guchar) (a << 2 | b >> 4);
  if (length == 3)
    out[(*size)++] = (guchar) (b << 4 | c >> 2);

  return TRUE;
}

gboolean
dheera_base64_decode (const char *text,
                      gsize       length,
                      guchar     *out,
                      gsize      *size)
{
  const guchar *in = (const guchar *) text;
  gsize n = 0;

  if (length >= 4 && length % 4 == 0 && text[length - 1] == '=')
    length -= text[length - 2] == '=' ? 2 : 1;

  for (; length >= 4; in += 4, length -= 4)
    {
      guchar a = values[in[0]];
      guchar b = values[in[1]];
      guchar c = values[in[2]];
      guchar d = values[in[3]];

      if ((a | b | c | d) & BAD)
        return FALSE;
      out[n++] = (guchar) (a << 2 | b >> 4);
      out[n++] = (guchar) (b << 4 | c >> 2);
      out[n++] = (guchar) (c << 6 | d);
    }

  *size = n;

  return decode_rest (in, length, out, size);
}

GBytes *
dheera_json_dup_base64 (DheeraJsonValue value)
{
  g_autofree char *plain = NULL;
  g_autofree guchar *out = NULL;
  gsize length;
  gsize size;
  const char *text = dheera_json_peek_string (value, &length);

  if (text == NULL)
    {
      /* Escapes: some write each slash as "\/". */
      text = plain = dheera_json_dup_string (value);
      if (text == NULL)
        return NULL;
      length = strlen (text);
    }

  out = g_malloc (DHEERA_BASE64_DECODED_SIZE (length));
  if (!dheera_base64_decode (text, length, out, &size))
    return NULL;

  return g_bytes_new_take (g_steal_pointer (&out), size);
}
