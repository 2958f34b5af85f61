/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-http-private.h"

#include <libsoup/soup.h>
#include <math.h>
#include <string.h>

/* A decimal number of units of factor milliseconds; -1 when text is not one. */
static gint64
parse_number (const char *text,
              double      factor)
{
  const char *p = text;
  char *end = NULL;
  double value;

  while (g_ascii_isspace (*p))
    p++;
  /* Not what g_ascii_strtod() takes beyond that: hexadecimal numbers, "inf" and "nan". */
  if (p[strspn (p, "+-.0123456789eE \t")] != '\0')
    return -1;
  value = g_ascii_strtod (p, &end);
  while (g_ascii_isspace (*end))
    end++;
  if (end == p || *end != '\0')
    return -1;
  if (value < 0)
    return -1;

  value *= factor;
  return value >= (double) G_MAXINT64 / 2 ? G_MAXINT64 / 2 : (gint64) value;
}

static gboolean
parse_date (const char *text,
            gint64     *seconds)
{
  g_autoptr(GDateTime) date = text != NULL ? soup_date_time_new_from_http_string (text) : NULL;

  if (date == NULL)
    return FALSE;
  *seconds = g_date_time_to_unix (date);
  return TRUE;
}

gint64
dheera_http_parse_retry_after (const char *retry_after_ms,
                               const char *retry_after,
                               const char *date,
                               gint64      now)
{
  gint64 delay = -1;
  gint64 then;

  if (retry_after_ms != NULL)
    delay = parse_number (retry_after_ms, 1.0);
  if (delay >= 0 || retry_after == NULL)
    return delay;

  delay = parse_number (retry_after, 1000.0);
  if (delay >= 0 || !parse_date (retry_after, &then))
    return delay;

  /* The server's clock, not ours, since its date was made with it. */
  parse_date (date, &now);
  return then > now ? (then - now) * 1000 : 0;
}

static const char *
parse_component (const char *p,
                 double     *seconds)
{
  char *end = NULL;
  double value;

  if (!g_ascii_isdigit (*p) && *p != '.')
    return NULL;
  value = g_ascii_strtod (p, &end);
  if (end == p || !isfinite (value) || memchr (p, 'e', end - p) != NULL || memchr (p, 'x', end - p) != NULL)
    return NULL;

  if (g_str_has_prefix (end, "ms"))
    {
      *seconds += value / 1000;
      return end + 2;
    }
  switch (*end)
    {
    case 'd':
      *seconds += value * 86400;
      return end + 1;
    case 'h':
      *seconds += value * 3600;
      return end + 1;
    case 'm':
      *seconds += value * 60;
      return end + 1;
    case 's':
      *seconds += value;
      return end + 1;
    case '\0':
      *seconds += value;
      return end;
    default:
      return NULL;
    }
}

double
dheera_http_parse_duration (const char *text)
{
  double seconds = 0;
  const char *p = text;

  if (text == NULL || *text == '\0')
    return -1;
  while (p != NULL && *p != '\0')
    p = parse_component (p, &seconds);

  return p != NULL ? seconds : -1;
}
