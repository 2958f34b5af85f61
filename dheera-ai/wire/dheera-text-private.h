/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

G_BEGIN_DECLS

/* Bytes and UTF-8: what the JSON reader, the JSON writer and the framers all need, many bytes at a time where that is possible:
 * sixteen on x86-64, which always has SSE2, eight elsewhere and near the end of a text. */

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
#ifdef __SSE2__
  /* As signed numbers, bytes above 0x7F are below the space too. */
  while (end - p >= 16)
    {
      __m128i bytes = _mm_loadu_si128 ((const __m128i *) p);
      __m128i stops = _mm_or_si128 (_mm_cmplt_epi8 (bytes, _mm_set1_epi8 (0x20)),
                                    _mm_or_si128 (_mm_cmpeq_epi8 (bytes, _mm_set1_epi8 ('"')),
                                                  _mm_cmpeq_epi8 (bytes, _mm_set1_epi8 ('\\'))));
      int mask = _mm_movemask_epi8 (stops);

      if (mask != 0)
        return p + __builtin_ctz ((guint) mask);
      p += 16;
    }
#endif

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

/* The first byte that is not ASCII, end when there is none. */
static inline const char *
dheera_text_skip_ascii (const char *p,
                        const char *end)
{
#ifdef __SSE2__
  while (end - p >= 64)
    {
      __m128i left = _mm_or_si128 (_mm_loadu_si128 ((const __m128i *) p),
                                   _mm_loadu_si128 ((const __m128i *) (p + 16)));
      __m128i right = _mm_or_si128 (_mm_loadu_si128 ((const __m128i *) (p + 32)),
                                    _mm_loadu_si128 ((const __m128i *) (p + 48)));

      if (_mm_movemask_epi8 (_mm_or_si128 (left, right)) != 0)
        break;
      p += 64;
    }
#endif

  for (; end - p >= 8; p += 8)
    {
      guint64 stops = dheera_text_load (p) & DHEERA_TEXT_HIGHS;

      if (stops != 0)
        return p + (__builtin_ctzll (stops) >> 3);
    }
  while (p < end && (guchar) *p < 0x80)
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
