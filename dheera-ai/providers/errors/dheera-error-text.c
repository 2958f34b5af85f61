/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-error-words-private.h"

#include <string.h>

#include "dheera-ai/model/dheera-strings-private.h"
#include "dheera-ai/wire/dheera-hide-private.h"

char *
dheera_error_text_dup (const char *text,
                       gssize      length,
                       gsize       max)
{
  gsize size = length < 0 ? strlen (text) : (gsize) length;
  g_autofree char *copy = g_strndup (text, MIN (size, max + 4));
  g_autofree char *valid = dheera_string_cut (copy, max);

  for (char *p = valid; *p != '\0'; p++)
    {
      if ((guchar) *p < 0x20 || *p == 0x7f)
        *p = ' ';
    }

  return g_strdup (g_strstrip (valid));
}

/* Behind the element's end tag, or the end of the page. */
static const char *
skip_element (const char *p,
              const char *end,
              const char *name)
{
  gsize length = strlen (name);

  for (; p + 2 + length <= end; p++)
    {
      if (p[0] == '<' && p[1] == '/' && g_ascii_strncasecmp (p + 2, name, length) == 0)
        return p;
    }

  return end;
}

static const char *
skip_tag (const char *p,
          const char *end)
{
  const char *close;

  if (end - p >= 4 && strncmp (p, "<!--", 4) == 0)
    {
      close = g_strstr_len (p, end - p, "-->");
      return close == NULL ? end : close + 3;
    }

  close = memchr (p, '>', end - p);
  if (close == NULL)
    return end;
  if (end - p > 7 && g_ascii_strncasecmp (p, "<script", 7) == 0)
    return skip_element (close, end, "script");
  if (end - p > 6 && g_ascii_strncasecmp (p, "<style", 6) == 0)
    return skip_element (close, end, "style");

  return close + 1;
}

static const char *
read_entity (const char *p,
             const char *end,
             char       *character)
{
  static const struct
  {
    const char *name;
    char character;
  } entities[] = {
    { "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' }, { "&quot;", '"' },
    { "&#39;", '\'' }, { "&apos;", '\'' }, { "&nbsp;", ' ' },
  };

  for (guint i = 0; i < G_N_ELEMENTS (entities); i++)
    {
      gsize length = strlen (entities[i].name);

      if ((gsize) (end - p) >= length && memcmp (p, entities[i].name, length) == 0)
        {
          *character = entities[i].character;
          return p + length;
        }
    }

  *character = '&';
  return p + 1;
}

char *
dheera_error_text_from_html (const char *html,
                             gsize       length,
                             gsize       max)
{
  g_autofree char *valid = g_utf8_make_valid (html, MIN (length, 65536));
  const char *end = valid + strlen (valid);
  const char *p = valid;
  g_autoptr (GString) text = g_string_new (NULL);
  gboolean gap = FALSE;
  gsize n = 0;

  while (p < end && n < max)
    {
      char character = *p;

      if (*p == '<')
        {
          p = skip_tag (p, end);
          gap = TRUE;
          continue;
        }
      if (g_ascii_isspace (*p) || g_ascii_iscntrl (*p))
        {
          p++;
          gap = TRUE;
          continue;
        }

      if (gap && text->len > 0)
        {
          g_string_append_c (text, ' ');
          n++;
        }
      gap = FALSE;
      if (*p == '&')
        {
          p = read_entity (p, end, &character);
          g_string_append_c (text, character);
        }
      else
        {
          const char *next = g_utf8_next_char (p);

          g_string_append_len (text, p, next - p);
          p = next;
        }
      n++;
    }

  return g_strdup (g_strstrip (text->str));
}

char *
dheera_error_text_hide_key (const char *text,
                            const char *key)
{
  const char *const secrets[] = { key, NULL };

  return text != NULL ? dheera_hide_secrets (text, secrets, FALSE) : NULL;
}

char *
dheera_error_text_hide_cut_key (const char *text,
                                const char *key)
{
  const char *const secrets[] = { key, NULL };

  return dheera_hide_secrets (text, secrets, TRUE);
}
