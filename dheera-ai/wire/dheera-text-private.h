/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>
#include <string.h>

G_BEGIN_DECLS

/* Bytes and UTF-8: what the JSON reader, the JSON writer and the framers all need, eight bytes at a time where that is possible. */

#define DHEERA_TEXT_REPLACEMENT "\357\277\275" /* U+FFFD */

#define DHEERA_TEXT_ONES G_GUINT64_CONSTANT (0x0101010101010101)
#define DHEERA_TEXT_HIGHS G_GUINT64_CONSTANT (0x8080808080808080)

/* The first byte in memory becomes the lowest one of the word on every machine. */
static inline guint64
dheera_text_load (const char *p)
{
  guint64 word;

  memcpy (&word, p, sizeof word);

  return GUINT64_FROM_LE (word);
}

static inline gboolean
dheera_text_is_plain (char c)
{
  guchar u = (guchar) c;

  return u >= 0x20 && u < 0x80 && u != '"' && u != '\\';
}

/* The first byte that a JSON string may not simply contain as it is: quote, backslash, control character or a byte of a longer UTF-8
 * sequence (to be checked); end when there is none.
 *
 * A subtraction borrows from the next higher byte only behind a byte that is a stop itself, and bytes above 0x7F are stops anyway.
 * The lowest bit that is set is therefore always right, and only that one is used. */
static inline const char *
dheera_text_skip_plain (const char *p,
                        const char *end)
{
  while (end - p >= 8)
    {
      guint64 word = dheera_text_load (p);
      guint64 stops = ((word ^ (DHEERA_TEXT_ONES * '"')) - DHEERA_TEXT_ONES)
                      | ((word ^ (DHEERA_TEXT_ONES * '\\')) - DHEERA_TEXT_ONES)
                      | (word - DHEERA_TEXT_ONES * 0x20)
                      | word;

      stops &= DHEERA_TEXT_HIGHS;
      if (stops != 0)
        return p + (__builtin_ctzll (stops) >> 3);
      p += 8;
    }

  while (p < end && dheera_text_is_plain (*p))
    p++;

  return p;
}

static inline gboolean
dheera_text_is_digit (char c)
{
  return (guchar) (c - '0') <= 9;
}

/* Behind the number (RFC 8259) that begins at p, or NULL when there is none. */
static inline const char *
dheera_text_skip_number (const char *p,
                         const char *end)
{
  if (p < end && *p == '-')
    p++;
  if (p == end || !dheera_text_is_digit (*p))
    return NULL;
  if (*p == '0')
    p++;
  else
    while (p < end && dheera_text_is_digit (*p))
      p++;

  if (p < end && *p == '.')
    {
      p++;
      if (p == end || !dheera_text_is_digit (*p))
        return NULL;
      while (p < end && dheera_text_is_digit (*p))
        p++;
    }

  if (p < end && (*p == 'e' || *p == 'E'))
    {
      p++;
      if (p < end && (*p == '+' || *p == '-'))
        p++;
      if (p == end || !dheera_text_is_digit (*p))
        return NULL;
      while (p < end && dheera_text_is_digit (*p))
        p++;
    }

  return p;
}

/* The length of the UTF-8 sequence at p (p < end), or 0 with the number of bytes in bad that one U+FFFD stands for. */
guint       dheera_utf8_sequence        (const char *p,
                                         const char *end,
                                         guint      *bad);

/* Where the text stops being UTF-8, NULL when all of it is. NUL is a character like any other here. */
const char *dheera_utf8_find_fault      (const char *text,
                                         gsize       length);

/* Appends text, each maximal faulty subsequence as one U+FFFD (as the Encoding Standard of the WHATWG decodes). */
void        dheera_utf8_append_repaired (GString    *out,
                                         const char *text,
                                         gsize       length);

G_END_DECLS
