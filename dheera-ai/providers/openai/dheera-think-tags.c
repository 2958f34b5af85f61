/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-openai-chat-private.h"

#include <string.h>

#define OPEN_TAG "<think>"
#define CLOSE_TAG "</think>"

/* Only a tag at the very beginning opens the reasoning: a model that writes about the tag later on means it
 * as text. */
typedef enum
{
  PHASE_START,     /* blanks, or the beginning of the opening tag */
  PHASE_REASONING,
  PHASE_GAP,       /* blanks between the closing tag and the answer */
  PHASE_TEXT,
} Phase;

struct _DheeraThinkTags
{
  Phase phase;
  gint64 choice;
  GString *pending;   /* not yet given out */
  guint16 surrogate;  /* half a character that waits for the next piece */
};

DheeraThinkTags *
dheera_think_tags_new (gint64 choice)
{
  DheeraThinkTags *self = g_new0 (DheeraThinkTags, 1);

  self->choice = choice;
  self->pending = g_string_new (NULL);

  return self;
}

void
dheera_think_tags_free (DheeraThinkTags *self)
{
  g_string_free (self->pending, TRUE);
  g_free (self);
}

static gsize
skip_blanks (const GString *text)
{
  gsize n = 0;

  while (n < text->len && g_ascii_isspace (text->str[n]))
    n++;

  return n;
}

/* How many of the last bytes may be the beginning of the tag */
static gsize
measure_partial_tag (const GString *text,
                     const char    *tag)
{
  gsize n = MIN (text->len, strlen (tag) - 1);

  while (n > 0 && memcmp (text->str + text->len - n, tag, n) != 0)
    n--;

  return n;
}

static void
give_reasoning (DheeraThinkTags   *self,
                DheeraAccumulator *accumulator,
                gsize              length)
{
  if (length > 0)
    dheera_accumulator_add_plain_reasoning (accumulator, self->choice, self->pending->str, length);
  g_string_erase (self->pending, 0, length);
}

static void
give_text (DheeraThinkTags   *self,
           DheeraAccumulator *accumulator)
{
  if (self->pending->len > 0)
    dheera_accumulator_add_plain_text (accumulator, self->choice, self->pending->str, self->pending->len);
  g_string_truncate (self->pending, 0);
}

/* Goes one phase further. FALSE when more text is needed for that. */
static gboolean
advance (DheeraThinkTags   *self,
         DheeraAccumulator *accumulator)
{
  const char *tag;
  gsize blanks;

  switch (self->phase)
    {
    case PHASE_START:
      blanks = skip_blanks (self->pending);
      if (g_str_has_prefix (self->pending->str + blanks, OPEN_TAG))
        {
          g_string_erase (self->pending, 0, blanks + strlen (OPEN_TAG));
          self->phase = PHASE_REASONING;
          return TRUE;
        }
      if (g_str_has_prefix (OPEN_TAG, self->pending->str + blanks))
        return FALSE;
      self->phase = PHASE_TEXT;
      return TRUE;

    case PHASE_REASONING:
      tag = strstr (self->pending->str, CLOSE_TAG);
      if (tag == NULL)
        {
          give_reasoning (self, accumulator, self->pending->len - measure_partial_tag (self->pending, CLOSE_TAG));
          return FALSE;
        }
      give_reasoning (self, accumulator, tag - self->pending->str);
      g_string_erase (self->pending, 0, strlen (CLOSE_TAG));
      self->phase = PHASE_GAP;
      return TRUE;

    case PHASE_GAP:
      g_string_erase (self->pending, 0, skip_blanks (self->pending));
      if (self->pending->len == 0)
        return FALSE;
      self->phase = PHASE_TEXT;
      return TRUE;

    case PHASE_TEXT:
      give_text (self, accumulator);
      return FALSE;

    default:
      g_assert_not_reached ();
    }
}

void
dheera_think_tags_add (DheeraThinkTags   *self,
                       DheeraAccumulator *accumulator,
                       DheeraJsonValue    text)
{
  dheera_json_append_string (text, self->pending, &self->surrogate);
  while (self->pending->len > 0 && advance (self, accumulator))
    ;
}

/* Some chat templates put the opening tag into the prompt, and so the answer begins behind it. */
static gboolean
begins_in_reasoning (const char *text)
{
  const char *close = strstr (text, CLOSE_TAG);

  return close != NULL && g_strstr_len (text, close - text, OPEN_TAG) == NULL;
}

void
dheera_think_tags_add_whole (DheeraThinkTags   *self,
                             DheeraAccumulator *accumulator,
                             DheeraJsonValue    text)
{
  g_autofree char *plain = dheera_json_dup_string (text);

  if (self->phase == PHASE_START && plain != NULL && begins_in_reasoning (plain))
    self->phase = PHASE_REASONING;
  dheera_think_tags_add (self, accumulator, text);
}

void
dheera_think_tags_flush (DheeraThinkTags   *self,
                         DheeraAccumulator *accumulator)
{
  if (self->phase == PHASE_REASONING)
    give_reasoning (self, accumulator, self->pending->len);
  else
    give_text (self, accumulator);
}
