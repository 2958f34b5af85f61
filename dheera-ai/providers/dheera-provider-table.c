/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-provider-table-private.h"

#include <stdlib.h>
#include <string.h>

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

char *
dheera_provider_list_ids (void)
{
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < dheera_provider_table_size; i++)
    g_string_append_printf (list, "%s%s", i > 0 ? ", " : "", dheera_provider_table[i].id);

  return g_string_free (list, FALSE);
}
