/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Everybody has headers for it, and nearly everybody makes their names of the same words:
 *
 *   x-ratelimit-remaining-tokens                 OpenAI, Azure, Groq, xAI
 *   anthropic-ratelimit-requests-reset           Anthropic
 *   x-ratelimit-limit-req-minute                 Mistral
 *   x-ratelimit-remaining, x-tokenlimit-limit    Together, OpenRouter
 *   x-trial-endpoint-call-remaining              Cohere
 *   ratelimit-reset                              RFC drafts
 *
 * So a name is cut into words, each of which says something about the number or shows that it is of no interest here. */

#include "dheera-rate-limit-private.h"

#include <string.h>

#include "dheera-ai/wire/dheera-http-private.h"

/* Larger resets are points in time. */
#define MAX_DURATION 1e8
#define MIN_MILLISECONDS 1e11

typedef enum
{
  NUMBER_NONE,
  NUMBER_LIMIT,
  NUMBER_REMAINING,
  NUMBER_RESET,
} Number;

typedef enum
{
  WORD_KIND,     /* what the number is */
  WORD_REQUESTS,
  WORD_TOKENS,
  WORD_PERIOD,
  WORD_NOTHING,  /* value says whether it marks a limit of this sort */
} Meaning;

static const struct
{
  const char *word;
  Meaning meaning;
  guint value; /* of a kind, the Number; of a period, its rank: the shorter, the better */
} words[] = {
  { "x", WORD_NOTHING, 0 },
  { "anthropic", WORD_NOTHING, 0 },
  { "ratelimit", WORD_NOTHING, TRUE },
  { "rate", WORD_NOTHING, TRUE },
  { "trial", WORD_NOTHING, 0 },
  { "endpoint", WORD_NOTHING, TRUE },
  { "tokenlimit", WORD_TOKENS, TRUE },
  { "limit", WORD_KIND, NUMBER_LIMIT },
  { "remaining", WORD_KIND, NUMBER_REMAINING },
  { "reset", WORD_KIND, NUMBER_RESET },
  { "requests", WORD_REQUESTS, 0 },
  { "req", WORD_REQUESTS, 0 },
  { "call", WORD_REQUESTS, 0 },
  { "tokens", WORD_TOKENS, 0 },
  { "minute", WORD_PERIOD, 4 },
  { "hour", WORD_PERIOD, 3 },
  { "day", WORD_PERIOD, 2 },
  { "month", WORD_PERIOD, 1 },
  { "monthly", WORD_PERIOD, 1 },
};

typedef struct
{
  Number number;
  DheeraLimited limited;
  guint rank; /* 5 for a period that is not named */
  gboolean is_limit;
} Name;

static gboolean
take_word (Name       *name,
           const char *word,
           gsize       length)
{
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      if (strlen (words[i].word) != length || g_ascii_strncasecmp (words[i].word, word, length) != 0)
        continue;
      if (words[i].meaning == WORD_KIND)
        name->number = words[i].value;
      else if (words[i].meaning == WORD_TOKENS)
        name->limited = DHEERA_LIMITED_TOKENS;
      if (words[i].meaning == WORD_NOTHING || words[i].meaning == WORD_TOKENS)
        name->is_limit |= words[i].value;
      else if (words[i].meaning == WORD_PERIOD)
        name->rank = words[i].value;
      return TRUE;
    }

  return FALSE;
}

/* FALSE for any other header. "rate-limit" is the same as "ratelimit": its second word is then overruled, or the name has no other. */
static gboolean
read_name (const char *text,
           Name       *name)
{
  *name = (Name) { NUMBER_NONE, DHEERA_LIMITED_REQUESTS, 5, FALSE };
  while (*text != '\0')
    {
      gsize length = strcspn (text, "-");

      if (length == 0 || !take_word (name, text, length))
        return FALSE;
      text += length;
      if (*text == '-')
        text++;
    }

  return name->is_limit && name->number != NUMBER_NONE;
}

/* A duration, or a point in time as RFC 3339 or Unix time has it: seconds from now, -1 when it is none. */
static double
read_reset (const char *value,
            gint64      now)
{
  double seconds = dheera_http_parse_duration (value);
  g_autoptr (GDateTime) date = NULL;

  if (seconds >= MIN_MILLISECONDS)
    return MAX (seconds / 1000 - (double) now, 0);
  if (seconds >= MAX_DURATION)
    return MAX (seconds - (double) now, 0);
  if (seconds >= 0)
    return seconds;

  date = g_date_time_new_from_iso8601 (value, NULL);

  return date != NULL ? MAX ((double) (g_date_time_to_unix (date) - now), 0) : -1;
}

/* Some say so when there is no limit, with a number that no counter can hold. */
static gint64
read_count (const char *value)
{
  char *end;
  guint64 count = g_ascii_strtoull (value, &end, 10);

  return end != value && *end == '\0' && g_ascii_isdigit (*value) && count < G_MAXINT64 / 2 ? (gint64) count : -1;
}

static gboolean
looks_like_limit (const char *name)
{
  return g_ascii_strncasecmp (name, "x-", 2) == 0 || g_ascii_strncasecmp (name, "anthropic-r", 11) == 0 || g_ascii_strncasecmp (name, "rate", 4) == 0;
}

void
dheera_rate_limit_read (DheeraRateLimitReader *self,
                        const char            *name,
                        const char            *value)
{
  Name read;
  DheeraLimited what;

  if (!looks_like_limit (name) || !read_name (name, &read))
    return;
  what = read.limited;
  if (read.rank < self->rank[what])
    return;

  if (self->limits == NULL)
    self->limits = dheera_rate_limits_new ();
  if (read.rank > self->rank[what])
    {
      self->limits->limit[what] = self->limits->remaining[what] = -1;
      self->limits->reset[what] = -1;
      self->rank[what] = read.rank;
    }

  if (read.number == NUMBER_LIMIT)
    self->limits->limit[what] = read_count (value);
  else if (read.number == NUMBER_REMAINING)
    self->limits->remaining[what] = read_count (value);
  else
    self->limits->reset[what] = read_reset (value, self->now);
}
