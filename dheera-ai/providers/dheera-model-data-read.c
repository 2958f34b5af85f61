/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Model data that comes at run time, in the form of data/models.json. A mistake in it is an error: nobody would find out otherwise why a cost is unknown. */

#include "dheera-model-data-private.h"

#include <math.h>
#include <string.h>

#include "dheera-ai/model/dheera-error.h"
#include "dheera-ai/wire/dheera-json-private.h"

static const char *const price_names[DHEERA_N_PRICES] = { "input", "output", "cache_read", "cache_write" };

static const struct
{
  const char *name;
  DheeraModelCapabilities flag;
} capability_names[] = {
  { "tools", DHEERA_MODEL_CAPABILITIES_TOOLS },
  { "json_schema", DHEERA_MODEL_CAPABILITIES_JSON_SCHEMA },
  { "reasoning", DHEERA_MODEL_CAPABILITIES_REASONING },
  { "images", DHEERA_MODEL_CAPABILITIES_IMAGES },
  { "audio", DHEERA_MODEL_CAPABILITIES_AUDIO },
  { "pdf", DHEERA_MODEL_CAPABILITIES_PDF },
  { "embeddings", DHEERA_MODEL_CAPABILITIES_EMBEDDINGS },
};

typedef struct
{
  const char *provider;
  const char *model;
  GError **error;
} Reading;

static gboolean
fail (Reading    *reading,
      const char *what)
{
  g_set_error (reading->error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST, "The data about model “%s/%s” can't be used: %s.", reading->provider, reading->model,
               what);

  return FALSE;
}

static int
find_price (DheeraJsonValue name)
{
  for (int i = 0; i < DHEERA_N_PRICES; i++)
    if (dheera_json_equal (name, price_names[i]))
      return i;

  return -1;
}

static gboolean
read_price (Reading        *reading,
            DheeraJsonValue value,
            guint32        *price)
{
  double dollars = dheera_json_type (value) == DHEERA_JSON_NUMBER ? dheera_json_get_double (value, -1) : -1;

  if (dollars < 0 || dollars >= G_MAXUINT32 / 1e6)
    return fail (reading, "a price is a number of dollars for a million tokens, from 0 to 4294");

  *price = (guint32) lround (dollars * 1e6);

  return TRUE;
}

static gboolean
read_count (Reading        *reading,
            DheeraJsonValue value,
            gint32         *count)
{
  gint64 number = dheera_json_type (value) == DHEERA_JSON_NUMBER ? dheera_json_get_int (value, -1) : -1;

  if (number <= 0 || number > G_MAXINT32)
    return fail (reading, "a number of tokens is a whole number above 0");

  *count = (gint32) number;

  return TRUE;
}

static gboolean
read_capabilities (Reading        *reading,
                   DheeraJsonValue value,
                   guint32        *capabilities)
{
  DheeraJsonValue element;
  DheeraJsonIter iter;

  if (dheera_json_type (value) != DHEERA_JSON_ARRAY)
    return fail (reading, "capabilities are a list of words");

  *capabilities = DHEERA_MODEL_CAPABILITIES_KNOWN;
  dheera_json_iter_init (&iter, value);
  while (dheera_json_iter_next (&iter, NULL, &element))
    {
      guint i = 0;

      while (i < G_N_ELEMENTS (capability_names) && !dheera_json_equal (element, capability_names[i].name))
        i++;
      if (i == G_N_ELEMENTS (capability_names))
        return fail (reading, "a capability is one of tools, json_schema, reasoning, images, audio, pdf and embeddings");
      *capabilities |= capability_names[i].flag;
    }

  return TRUE;
}

/* Prices of long prompts: those that are not among them stay what they are. */
static gboolean
read_above (Reading          *reading,
            DheeraJsonValue   value,
            DheeraModelFacts *facts)
{
  DheeraJsonValue name;
  DheeraJsonValue member;
  DheeraJsonIter iter;
  gint32 tokens = 0;

  if (!read_count (reading, dheera_json_member (value, "tokens"), &tokens))
    return FALSE;

  facts->above = (guint32) tokens;
  dheera_json_iter_init (&iter, value);
  while (dheera_json_iter_next (&iter, &name, &member))
    {
      int price = find_price (name);

      if (price >= 0 && !read_price (reading, member, &facts->price_above[price]))
        return FALSE;
      if (price < 0 && !dheera_json_equal (name, "tokens"))
        return fail (reading, "“above” has tokens and prices only");
    }

  return TRUE;
}

static gboolean
read_member (Reading          *reading,
             DheeraJsonValue   name,
             DheeraJsonValue   value,
             DheeraModelFacts *facts)
{
  int price = find_price (name);

  if (price >= 0)
    return read_price (reading, value, &facts->price[price]);
  if (dheera_json_equal (name, "context_window"))
    return read_count (reading, value, &facts->context_window);
  if (dheera_json_equal (name, "max_output_tokens"))
    return read_count (reading, value, &facts->max_output_tokens);
  if (dheera_json_equal (name, "capabilities"))
    return read_capabilities (reading, value, &facts->capabilities);
  if (dheera_json_equal (name, "above"))
    return read_above (reading, value, facts);

  return fail (reading, "it has a member that is not known");
}

static gboolean
read_model (Reading        *reading,
            DheeraJsonValue value,
            GHashTable     *table)
{
  DheeraModelFacts facts = { .context_window = -1, .max_output_tokens = -1 };
  DheeraJsonValue name;
  DheeraJsonValue member;
  DheeraJsonIter iter;

  if (dheera_json_type (value) != DHEERA_JSON_OBJECT)
    return fail (reading, "it is not an object");

  for (guint i = 0; i < DHEERA_N_PRICES; i++)
    facts.price[i] = facts.price_above[i] = DHEERA_PRICE_UNKNOWN;
  dheera_json_iter_init (&iter, value);
  while (dheera_json_iter_next (&iter, &name, &member))
    if (!read_member (reading, name, member, &facts))
      return FALSE;
  for (guint i = 0; i < DHEERA_N_PRICES; i++)
    if (facts.price_above[i] == DHEERA_PRICE_UNKNOWN)
      facts.price_above[i] = facts.price[i];

  g_hash_table_insert (table, g_strconcat (reading->provider, "/", reading->model, NULL), g_memdup2 (&facts, sizeof facts));

  return TRUE;
}

static gboolean
read_provider (const char     *provider,
               DheeraJsonValue models,
               GHashTable     *table,
               GError        **error)
{
  DheeraJsonValue name;
  DheeraJsonValue value;
  DheeraJsonIter iter;

  if (dheera_json_type (models) != DHEERA_JSON_OBJECT)
    {
      g_set_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST, "The data about the models of “%s” is not an object with the models as its members.", provider);
      return FALSE;
    }

  dheera_json_iter_init (&iter, models);
  while (dheera_json_iter_next (&iter, &name, &value))
    {
      g_autofree char *model = dheera_json_dup_string (name);
      Reading reading = { provider, model, error };

      if (!read_model (&reading, value, table))
        return FALSE;
    }

  return TRUE;
}

static gboolean
read_root (DheeraJsonValue root,
           GHashTable     *table,
           GError        **error)
{
  DheeraJsonValue models = dheera_json_member (root, "models");
  DheeraJsonValue name;
  DheeraJsonValue value;
  DheeraJsonIter iter;

  if (dheera_json_type (models) != DHEERA_JSON_OBJECT)
    {
      g_set_error_literal (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST, "Model data is a JSON object with a member “models”, an object with the ids of "
                                                                              "providers as members.");
      return FALSE;
    }

  dheera_json_iter_init (&iter, models);
  while (dheera_json_iter_next (&iter, &name, &value))
    {
      g_autofree char *provider = dheera_json_dup_string (name);

      if (!read_provider (provider, value, table, error))
        return FALSE;
    }

  return TRUE;
}

GHashTable *
dheera_model_data_new_table (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

static gboolean
steal_into (gpointer key,
            gpointer value,
            gpointer table)
{
  g_hash_table_insert (table, key, value);

  return TRUE;
}

gboolean
dheera_model_data_read (GHashTable *table,
                        const char *json,
                        gsize       length,
                        GError    **error)
{
  g_autoptr (GHashTable) fresh = dheera_model_data_new_table ();
  DheeraJson view = DHEERA_JSON_INIT;
  gboolean success = FALSE;

  if (length >= G_MAXUINT32)
    g_set_error_literal (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST, "The model data is too large.");
  else if (!dheera_json_parse (&view, json, length))
    g_set_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST, "The model data is not valid JSON at byte %" G_GSIZE_FORMAT ": %s.", view.error_offset,
                 view.error_message);
  else
    success = read_root (dheera_json_root (&view), fresh, error);
  dheera_json_clear (&view);
  if (success)
    g_hash_table_foreach_steal (fresh, steal_into, table);

  return success;
}
