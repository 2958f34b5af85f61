/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-provider-private.h"

G_BEGIN_DECLS

/* What make-provider-table.py makes of data/providers.json; dheera-provider-table.c looks things up in it. */

typedef struct
{
  const char *name; /* an id or an alias */
  guint row;
} DheeraProviderName;

extern const DheeraProviderRow dheera_provider_table[];
extern const guint dheera_provider_table_size;

extern const DheeraProviderName dheera_provider_names[];
extern const guint dheera_provider_names_size;

G_END_DECLS
