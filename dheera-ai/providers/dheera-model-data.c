/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-model-data-private.h"

#include <stdlib.h>
#include <string.h>

/* More is no name of a model. */
#define MAX_NAME 256

/* --- Looking up ----------------------------------------------------------------------------------------------------------------- */

static int
compare_name (const void *key,
              const void *entry)
{
  return strcmp (key, dheera_model_names + ((const DheeraModelEntry *) entry)->name);
}

static const DheeraModelFacts *
find_exactly (GHashTable *loaded,
              const char *provider,
              const char *model)
{
  const DheeraModelFacts *facts = NULL;
  const DheeraModelEntry *entry;
  gsize provider_length = strlen (provider);
  gsize model_length = strlen (model);
  char name[2 * MAX_NAME];

  if (provider_length + 1 + model_length + 1 > sizeof name)
    return NULL;
  /* Every answer is looked up: by hand it is a tenth of what formatting costs. */
  memcpy (name, provider, provider_length);
  name[provider_length] = '/';
  memcpy (name + provider_length + 1, model, model_length + 1);
  if (loaded != NULL)
    facts = g_hash_table_lookup (loaded, name);
  if (facts != NULL)
    return facts;

  entry = bsearch (name, dheera_model_entries, dheera_model_n_entries, sizeof *entry, compare_name);

  return entry != NULL ? &dheera_model_facts[entry->facts] : NULL;
}

/* The provider's own entry, or the one of whoever's models it has */
static const DheeraModelFacts *
find_for_provider (GHashTable *loaded,
                   const char *provider,
                   const char *model)
{
  const DheeraModelFacts *facts = find_exactly (loaded, provider, model);

  for (const char *const *pair = dheera_model_same; facts == NULL && pair[0] != NULL; pair += 2)
    {
      if (g_str_equal (pair[0], provider))
        facts = find_exactly (loaded, pair[1], model);
    }

  return facts;
}

static gsize
count_digits_before (const char *text,
                     gsize       end)
{
  gsize n = 0;

  while (n < end && g_ascii_isdigit (text[end - n - 1]))
    n++;

  return n;
}

/* The length of "-20250929", "@20250929", "-2024-07-18", "-latest" or "-v1:0" at the end of a name, 0 when there is none of them */
static gsize
measure_version (const char *name,
                 gsize       length)
{
  gsize digits = count_digits_before (name, length);
  gsize colon = length - digits;

  if (length > 7 && strncmp (name + length - 7, "-latest", 7) == 0)
    return 7;
  if (digits == 8 && colon > 0 && (name[colon - 1] == '-' || name[colon - 1] == '@'))
    return 9;
  if (length > 11 && digits == 2 && name[length - 3] == '-' && count_digits_before (name, length - 3) == 2 && name[length - 6] == '-'
      && count_digits_before (name, length - 6) == 4 && name[length - 11] == '-')
    return 11;
  if (digits > 0 && colon > 0 && name[colon - 1] == ':')
    return digits + 1;
  if (digits > 0 && colon > 2 && name[colon - 1] == 'v' && name[colon - 2] == '-')
    return digits + 2;

  return 0;
}

/* Of "us.anthropic.claude-…", what stands behind the regions that a model of Bedrock is asked in; of "models/gemini-…" and kin, behind the last slash of it */
static const char *
skip_place (const char *provider,
            const char *model)
{
  static const char *const regions[] = { "us.", "eu.", "apac.", "global.", "us-gov.", "jp.", "au.", "ca." };
  const char *models = strstr (model, "models/");

  if (models != NULL)
    model = models + strlen ("models/");
  if (!g_str_has_prefix (provider, "bedrock"))
    return model;

  for (guint i = 0; i < G_N_ELEMENTS (regions); i++)
    if (g_str_has_prefix (model, regions[i]))
      return model + strlen (regions[i]);

  return model;
}

const DheeraModelFacts *
dheera_model_data_find (GHashTable *loaded,
                        const char *provider,
                        const char *model)
{
  const DheeraModelFacts *facts;
  char name[MAX_NAME];
  gsize length;
  gsize version;

  if (provider == NULL || model == NULL || strlen (model) >= sizeof name)
    return NULL;

  facts = find_for_provider (loaded, provider, model);
  if (facts != NULL)
    return facts;

  g_strlcpy (name, skip_place (provider, model), sizeof name);
  facts = find_for_provider (loaded, provider, name);
  length = strlen (name);
  while (facts == NULL && (version = measure_version (name, length)) > 0)
    {
      length -= version;
      name[length] = '\0';
      facts = find_for_provider (loaded, provider, name);
    }

  return facts;
}

/* --- Using ---------------------------------------------------------------------------------------------------------------------- */

/* FALSE when there are tokens and no price for them. */
static gboolean
add_cost (double  *cost,
          gint64   tokens,
          guint32  price)
{
  if (tokens <= 0)
    return TRUE;
  if (price == DHEERA_PRICE_UNKNOWN)
    return FALSE;

  *cost += (double) tokens * price / 1e12;

  return TRUE;
}

double
dheera_model_facts_get_cost (const DheeraModelFacts *self,
                             DheeraUsage            *usage)
{
  const guint32 *price = self->price;
  double cost = 0;
  gint64 cached;
  gint64 written;

  if (usage == NULL || usage->prompt_tokens < 0 || (usage->completion_tokens < 0 && !(self->capabilities & DHEERA_MODEL_CAPABILITIES_EMBEDDINGS)))
    return -1;
  if (self->above > 0 && usage->prompt_tokens > self->above)
    price = self->price_above;

  cached = CLAMP (usage->cached_tokens, 0, usage->prompt_tokens);
  written = CLAMP (usage->cache_write_tokens, 0, usage->prompt_tokens - cached);
  if (!add_cost (&cost, usage->prompt_tokens - cached - written, price[DHEERA_PRICE_INPUT]) || !add_cost (&cost, cached, price[DHEERA_PRICE_CACHE_READ])
      || !add_cost (&cost, written, price[DHEERA_PRICE_CACHE_WRITE]) || !add_cost (&cost, usage->completion_tokens, price[DHEERA_PRICE_OUTPUT]))
    return -1;

  return cost;
}

static void
fill_price (double *price,
            guint32 known)
{
  if (*price < 0 && known != DHEERA_PRICE_UNKNOWN)
    *price = known / 1e6;
}

void
dheera_model_facts_fill (const DheeraModelFacts *self,
                         DheeraModel            *model)
{
  if (model->context_window < 0)
    model->context_window = self->context_window;
  if (model->max_output_tokens < 0)
    model->max_output_tokens = self->max_output_tokens;
  if (!(model->capabilities & DHEERA_MODEL_CAPABILITIES_KNOWN))
    model->capabilities |= self->capabilities;
  fill_price (&model->input_price, self->price[DHEERA_PRICE_INPUT]);
  fill_price (&model->output_price, self->price[DHEERA_PRICE_OUTPUT]);
  fill_price (&model->cache_read_price, self->price[DHEERA_PRICE_CACHE_READ]);
  fill_price (&model->cache_write_price, self->price[DHEERA_PRICE_CACHE_WRITE]);
}
