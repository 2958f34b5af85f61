/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-mock-private.h"

#include <string.h>

/* What the models are, and the words they speak. */

static const DheeraMockModel models[] = {
  { "echo", DHEERA_MOCK_ECHO, 1048576, 1048576, 0 },
  { "story", DHEERA_MOCK_STORY, 8192, 4096, 25 },
  { "lorem", DHEERA_MOCK_LOREM, 131072, 100000, 0 },
};

static const char story[] =
  "Above a cold harbour lived a lighthouse keeper called Mira, and with her lived a clock that was always late. "
  "Each evening she lit the lamp, and each evening the clock struck eight when the stars said nine.\n\n"
  "One autumn a fog came in so thick that even the gulls walked. "
  "A small boat was still out there, steering by the bells of the town, and the bells had long gone to sleep. "
  "Mira turned the lamp, but the fog gave back nothing except its own grey face.\n\n"
  "Then the clock, an hour late as ever, began to strike. "
  "Eight slow notes rolled over the water, and at the last of them a bow bumped softly against the quay.\n\n"
  "Nobody has ever repaired that clock. In the harbour they say it is not late at all; it waits.";

static const char lorem[] =
  "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore et dolore magna aliqua. "
  "Ut enim ad minim veniam, quis nostrud exercitation ullamco laboris nisi ut aliquip ex ea commodo consequat. "
  "Duis aute irure dolor in reprehenderit in voluptate velit esse cillum dolore eu fugiat nulla pariatur. "
  "Excepteur sint occaecat cupidatat non proident, sunt in culpa qui officia deserunt mollit anim id est laborum.";

#define LOREM_WORDS 100

const DheeraMockModel *
dheera_mock_models (guint *n_models)
{
  *n_models = G_N_ELEMENTS (models);

  return models;
}

const DheeraMockModel *
dheera_mock_find_model (const char *id)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (models); i++)
    {
      if (strcmp (models[i].id, id) == 0)
        return &models[i];
    }

  return NULL;
}

/* One word more than the limit, so that the answer is seen to be cut. */
static char *
say_lorem (const DheeraMockModel *model,
           guint                  max_tokens)
{
  guint n_words = max_tokens == 0 ? LOREM_WORDS : MIN (max_tokens, model->max_output) + 1;
  GString *out = g_string_sized_new (n_words * 7);
  const char *p = lorem;
  guint i;

  for (i = 0; i < n_words; i++)
    {
      gsize length;

      if (*p == '\0')
        {
          g_string_append_c (out, ' ');
          p = lorem;
        }
      length = dheera_mock_word (p);
      g_string_append_len (out, p, length);
      p += length;
    }

  return g_string_free (out, FALSE);
}

char *
dheera_mock_model_say (const DheeraMockModel *model,
                       const char            *prompt,
                       guint                  max_tokens)
{
  switch (model->kind)
    {
    case DHEERA_MOCK_STORY:
      return g_strdup (story);
    case DHEERA_MOCK_LOREM:
      return say_lorem (model, max_tokens);
    case DHEERA_MOCK_ECHO:
    default:
      return g_strdup (prompt);
    }
}

gsize
dheera_mock_word (const char *text)
{
  const char *p = text;
  guint i;

  while (g_ascii_isspace (*p))
    p++;
  for (i = 0; i < DHEERA_MOCK_MAX_WORD && *p != '\0' && !g_ascii_isspace (*p); i++)
    p = g_utf8_next_char (p);

  return p - text;
}

guint
dheera_mock_count (const char *text)
{
  guint n = 0;
  gsize length;

  while ((length = dheera_mock_word (text)) > 0)
    {
      text += length;
      n++;
    }

  return n;
}
