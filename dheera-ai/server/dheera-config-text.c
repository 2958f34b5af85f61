/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-server-private.h"

#include <string.h>

#include "dheera-ai/model/errors/dheera-error-private.h"

/* A look at the text of the configuration file. GKeyFile takes a key that is there twice, and says nothing about the first one: whoever left it there, perhaps with an address or keys in it,
 * would not know which holds. Lines are told apart as GKeyFile does; what it refuses, it has refused before. */

/* The part of a line in front of the equals sign, in its group; NULL for what is no key. */
static char *
dup_place (const char *group,
           const char *line)
{
  const char *equals = strchr (line, '=');
  gsize length = equals != NULL ? (gsize) (equals - line) : 0;

  while (length > 0 && g_ascii_isspace (line[length - 1]))
    length--;

  return length > 0 ? g_strdup_printf ("%s]%.*s", group, (int) length, line) : NULL;
}

static char *
dup_group (const char *line)
{
  return g_strndup (line + 1, strcspn (line + 1, "]"));
}

/* FALSE with an error when the key was there before. */
static gboolean
note_key (GHashTable  *seen,
          const char  *path,
          const char  *place,
          guint        number,
          GError     **error)
{
  guint before = GPOINTER_TO_UINT (g_hash_table_lookup (seen, place));
  gsize length = strcspn (place, "]");

  if (before == 0)
    {
      g_hash_table_insert (seen, g_strdup (place), GUINT_TO_POINTER (number));
      return TRUE;
    }

  dheera_set_invalid_request (error, "config-file", "In the configuration file %s, group [%.*s], key “%s”: it is there twice, in lines %u and %u. Leave out one of them.", path,
                              (int) length, place, place + length + 1, before, number);

  return FALSE;
}

gboolean
dheera_config_text_check (const char  *text,
                          const char  *path,
                          GError     **error)
{
  g_auto(GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr(GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *group = g_strdup ("");

  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *line = g_strchug (lines[i]);
      g_autofree char *place = NULL;

      if (*line == '[')
        {
          g_free (group);
          group = dup_group (line);
        }
      else if (*line != '#')
        place = dup_place (group, line);
      if (place != NULL && !note_key (seen, path, place, i + 1, error))
        return FALSE;
    }

  return TRUE;
}
