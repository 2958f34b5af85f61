/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-mask-private.h"

#include <string.h>

/* A shorter tail is as likely an ordinary word as a key. */
#define MIN_TAIL 16

static const char *const key_prefixes[] = {
  "sk-", "gsk_", "xai-", "nvapi-", "AIza", "hf_", "pplx-", "csk-", "fw_", "r8_", "ghp_", "github_pat_",
  "dapi", "tgp_", "Bearer ", NULL,
};

static gboolean
is_key_character (char c)
{
  return g_ascii_isalnum (c) || (c != '\0' && strchr ("-_.~+/=*", c) != NULL);
}

static gsize
measure (const char        *p,
         const char *const *prefixes)
{
  for (; prefixes != NULL && *prefixes != NULL; prefixes++)
    {
      gsize prefix;
      gsize length;

      if (*p != **prefixes)
        continue;
      prefix = length = strlen (*prefixes);
      if (strncmp (p, *prefixes, prefix) != 0)
        continue;
      while (is_key_character (p[length]))
        length++;
      if (length - prefix >= MIN_TAIL)
        return length;
    }

  return 0;
}

gsize
dheera_mask_measure_key (const char *p,
                         gboolean    inside_word)
{
  return inside_word ? 0 : measure (p, key_prefixes);
}

gsize
dheera_mask_measure_rest (const char *p)
{
  for (const char *const *prefix = key_prefixes; *prefix != NULL; prefix++)
    {
      gsize length = strlen (*prefix);

      if (strncmp (p, *prefix, length) != 0 || p[length] == '\0')
        continue;
      while (is_key_character (p[length]))
        length++;
      if (p[length] == '\0')
        return length;
    }

  return 0;
}

char *
dheera_mask_keys (const char        *text,
                  const char *const *more)
{
  GString *out;

  if (text == NULL)
    return NULL;

  out = g_string_sized_new (strlen (text));
  for (const char *p = text; *p != '\0';)
    {
      gboolean inside = p > text && g_ascii_isalnum (p[-1]);
      gsize length = dheera_mask_measure_key (p, inside);

      if (length == 0 && !inside)
        length = measure (p, more);
      if (length > 0)
        g_string_append (out, DHEERA_MASK_HIDDEN);
      else
        g_string_append_c (out, *p);
      p += MAX (length, 1);
    }

  return g_string_free (out, FALSE);
}
