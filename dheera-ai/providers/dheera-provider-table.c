/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-provider-table-private.h"

#include <stdlib.h>
#include <string.h>

#define MAX_SIMILAR 40

static int
compare_name (const void *key,
              const void *entry)
{
  return strcmp (key, ((const DheeraProviderName *) entry)->name);
}

const DheeraProviderRow *
dheera_provider_rows (guint *n_rows)
{
  *n_rows = dheera_provider_table_size;

  return dheera_provider_table;
}

const DheeraProviderRow *
dheera_provider_find_row (const char *id)
{
  const DheeraProviderName *found;

  if (id == NULL)
    return NULL;

  found = bsearch (id, dheera_provider_names, dheera_provider_names_size, sizeof (DheeraProviderName), compare_name);

  return found != NULL ? &dheera_provider_table[found->row] : NULL;
}

static int
compare_id (const void *a,
            const void *b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

char *
dheera_provider_list_ids (void)
{
  g_autofree const char **ids = g_new0 (const char *, dheera_provider_table_size + 1);

  for (guint i = 0; i < dheera_provider_table_size; i++)
    ids[i] = dheera_provider_table[i].id;
  qsort (ids, dheera_provider_table_size, sizeof *ids, compare_id);

  return g_strjoinv (", ", (char **) ids);
}

/* How many letters have to be changed, added or taken away, whatever their case */
static guint
count_differences (const char *a,
                   const char *b)
{
  guint row[MAX_SIMILAR + 1];
  guint length = strlen (b);

  for (guint i = 0; i <= length; i++)
    row[i] = i;
  for (guint n = 1; *a != '\0'; a++, n++)
    {
      guint diagonal = row[0];

      row[0] = n;
      for (guint i = 1; i <= length; i++)
        {
          guint above = row[i];
          guint changed = diagonal + (g_ascii_tolower (*a) != g_ascii_tolower (b[i - 1]));

          row[i] = MIN (changed, MIN (above, row[i - 1]) + 1);
          diagonal = above;
        }
    }

  return row[length];
}

static void
take_nearer (const char  *id,
             const char  *name,
             const char **nearest,
             guint       *distance)
{
  guint differences = strlen (name) <= MAX_SIMILAR ? count_differences (id, name) : G_MAXUINT;

  if (differences >= *distance)
    return;

  *nearest = name;
  *distance = differences;
}

const char *
dheera_provider_find_similar (const char        *id,
                              const char *const *custom_ids)
{
  gsize length = strlen (id);
  guint distance = length > 3 ? 3 : 2; /* and less than that */
  const char *nearest = NULL;

  if (length == 0 || length > MAX_SIMILAR)
    return NULL;

  for (; custom_ids != NULL && *custom_ids != NULL; custom_ids++)
    take_nearer (id, *custom_ids, &nearest, &distance);
  for (guint i = 0; i < dheera_provider_names_size; i++)
    take_nearer (id, dheera_provider_names[i].name, &nearest, &distance);

  return nearest;
}
