/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/model/endpoints/dheera-model-private.h"
#include "dheera-ai/model/responses/dheera-usage-private.h"

G_BEGIN_DECLS

/* What is known about models without asking anybody: what the build makes of data/models.json, and what an application loads over it. */

#define DHEERA_PRICE_UNKNOWN G_MAXUINT32

typedef enum
{
  DHEERA_PRICE_INPUT,
  DHEERA_PRICE_OUTPUT,
  DHEERA_PRICE_CACHE_READ,
  DHEERA_PRICE_CACHE_WRITE,
  DHEERA_N_PRICES,
} DheeraPrice;

/* Prices in millionths of a dollar for a million tokens */
typedef struct
{
  gint32 context_window;    /* -1 unknown, as the next */
  gint32 max_output_tokens;
  guint32 price[DHEERA_N_PRICES];
  guint32 above;            /* with more tokens of input than that, the prices of long prompts hold; 0 for none */
  guint32 price_above[DHEERA_N_PRICES];
  guint32 capabilities;     /* DheeraModelCapabilities */
} DheeraModelFacts;

/* A name as "provider/model" and where its facts are, in the order of the names' bytes */
typedef struct
{
  guint16 name;  /* offset in dheera_model_names */
  guint16 facts;
} DheeraModelEntry;

extern const char dheera_model_names[];
extern const DheeraModelFacts dheera_model_facts[];
extern const DheeraModelEntry dheera_model_entries[];
extern const guint dheera_model_n_entries;
/* pairs: a provider, one whose models and prices it has; in the order of what is looked for first */
extern const char *const dheera_model_same[];
extern const char dheera_model_date[];

/* Facts that were loaded, "provider/model" to DheeraModelFacts */
GHashTable             *dheera_model_data_new_table (void) G_GNUC_WARN_UNUSED_RESULT;
/* Reads a text in the form of data/models.json into the table, over what is there: all of it, or none with INVALID_REQUEST. */
gboolean                dheera_model_data_read      (GHashTable  *table,
                                                     const char  *json,
                                                     gsize        length,
                                                     GError     **error);

/* loaded is nullable, goes before the compiled-in facts, and must live as long as the result. A model is also found without the date, "-latest" or the
 * version behind its name. NULL when nothing is known. */
const DheeraModelFacts *dheera_model_data_find      (GHashTable *loaded,
                                                     const char *provider,
                                                     const char *model);

/* USD, -1 when a price or a count that it takes is not known */
double                  dheera_model_facts_get_cost (const DheeraModelFacts *self,
                                                     DheeraUsage            *usage);
/* Fills in what the provider did not tell. */
void                    dheera_model_facts_fill     (const DheeraModelFacts *self,
                                                     DheeraModel            *model);

G_END_DECLS
