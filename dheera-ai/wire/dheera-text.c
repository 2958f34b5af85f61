/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-text-private.h"

guint
dheera_utf8_sequence (const char *p,
                      const char *end,
                      guint      *bad)
{
  guchar lead = (guchar) *p;
  guchar lowest = 0x80;
  guchar highest = 0xBF;
  guint length;
  guint i;

  *bad = 1;
  if (lead < 0x80)
    return 1;
  if (lead < 0xC2 || lead > 0xF4)
    return 0;

  length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;

  /* The second byte is what keeps out longer spellings than needed, surrogates, and everything above U+10FFFF. */
  if (lead == 0xE0)
    lowest = 0xA0;
  else if (lead == 0xED)
    highest = 0x9F;
  else if (lead == 0xF0)
    lowest = 0x90;
  else if (lead == 0xF4)
    highest = 0x8F;

  for (i = 1; i < length; i++)
    {
      if (p + i == end || (guchar) p[i] < lowest || (guchar) p[i] > highest)
        return 0;
      *bad = i + 1;
      lowest = 0x80;
      highest = 0xBF;
    }

  return length;
}

const char *
dheera_utf8_find_fault (const char *text,
                        gsize       length)
{
  const char *p = text;
  const char *end = text + length;

  while (p < end)
    {
      p = dheera_text_skip_ascii (p, end);
      while (p < end && (guchar) *p >= 0x80)
        {
          guint bad;
          guint n = dheera_utf8_sequence (p, end, &bad);

          if (n == 0)
            return p;
          p += n;
        }
    }

  return NULL;
}

void
dheera_utf8_append_repaired (GString    *out,
                             const char *text,
                             gsize       length)
{
  const char *end = text + length;

  while (text < end)
    {
      const char *fault = dheera_utf8_find_fault (text, end - text);
      guint bad;

      if (fault == NULL)
        {
          g_string_append_len (out, text, end - text);
          return;
        }

      g_string_append_len (out, text, fault - text);
      g_string_append_len (out, DHEERA_TEXT_REPLACEMENT, 3);
      dheera_utf8_sequence (fault, end, &bad);
      text = fault + bad;
    }
}
