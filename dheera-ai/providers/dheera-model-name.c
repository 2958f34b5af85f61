/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-provider-private.h"

#include <string.h>

#include "dheera-ai/model/dheera-error.h"
#include "dheera-ai/model/dheera-strings-private.h"

#define MAX_SHOWN_NAME 200

/* Which provider a model's name stands for. Names of models have slashes, colons and at signs of their own,
 * so a name is only split at its first slash, and only when what stands before it is a provider. */

/* Names that everybody knows to be one maker's */
static const struct
{
  const char *prefix;
  const char *provider;
} well_known[] = {
  { "gpt-", "openai" },
  { "chatgpt-", "openai" },
  { "claude-", "anthropic" },
  { "gemini-", "gemini" },
  { "mistral-", "mistral" },
  { "ministral-", "mistral" },
  { "magistral-", "mistral" },
  { "devstral-", "mistral" },
  { "pixtral-", "mistral" },
  { "codestral-", "mistral" },
  { "open-mistral-", "mistral" },
  { "open-mixtral-", "mistral" },
  { "command-", "cohere" },
  { "grok-", "xai" },
  { "deepseek-", "deepseek" },
};

/* o1, o3-mini, o4-mini-2025-04-16, but not "o1lama" */
static gboolean
is_openai_o_series (const char *name)
{
  return name[0] == 'o' && g_ascii_isdigit (name[1]) && (name[2] == '\0' || name[2] == '-');
}

static const char *
find_custom (const char *const *custom_ids,
             const char        *prefix)
{
  const DheeraProviderRow *row = dheera_provider_find_row (prefix);

  for (const char *const *id = custom_ids; id != NULL && *id != NULL; id++)
    {
      if (strcmp (*id, prefix) == 0)
        return *id;
    }

  /* One was added as "togetherai" and is called "together" here. */
  for (const char *const *id = custom_ids; row != NULL && id != NULL && *id != NULL; id++)
    {
      if (dheera_provider_find_row (*id) == row)
        return *id;
    }

  return NULL;
}

static const char *
find_provider (const char *const *custom_ids,
               const char        *prefix)
{
  const char *id = find_custom (custom_ids, prefix);
  const DheeraProviderRow *row;

  if (id != NULL)
    return id;

  row = dheera_provider_find_row (prefix);

  return row != NULL ? row->id : NULL;
}

static const char *
find_well_known (const char *name)
{
  if (is_openai_o_series (name))
    return "openai";

  for (guint i = 0; i < G_N_ELEMENTS (well_known); i++)
    {
      if (g_str_has_prefix (name, well_known[i].prefix))
        return well_known[i].provider;
    }

  return NULL;
}

/* What stands before the slash may be a provider with a letter too many. */
static char *
suggest (const char        *name,
         const char *const *custom_ids)
{
  const char *slash = strchr (name, '/');
  g_autofree char *prefix = slash != NULL ? g_strndup (name, slash - name) : NULL;
  const char *similar = prefix != NULL ? dheera_provider_find_similar (prefix, custom_ids) : NULL;

  if (similar != NULL)
    return g_strdup_printf ("Did you mean “%s%s”? Known", similar, slash);

  return g_strdup_printf ("Write it as provider/model, such as “openai/%s”; known", name);
}

static void
set_unknown (const char        *name,
             const char *const *custom_ids,
             GError           **error)
{
  g_autofree char *ids = dheera_provider_list_ids ();
  g_autofree char *shown = dheera_string_cut (name, MAX_SHOWN_NAME);
  g_autofree char *suggestion = suggest (shown, custom_ids);
  g_autoptr (GString) custom = g_string_new (NULL);

  for (; custom_ids != NULL && *custom_ids != NULL; custom_ids++)
    {
      if (dheera_provider_find_row (*custom_ids) == NULL)
        g_string_append_printf (custom, "%s, ", *custom_ids);
    }
  g_set_error (error, DHEERA_ERROR, DHEERA_ERROR_UNKNOWN_MODEL,
               "The name “%s” does not say whose model it is. %s providers are: %s%s.",
               shown, suggestion, custom->str, ids);
}

gboolean
dheera_model_name_resolve (const char         *name,
                           const char *const  *custom_ids,
                           char              **provider_id,
                           char              **model,
                           GError            **error)
{
  const char *slash;
  const char *provider = NULL;

  if (name == NULL || *name == '\0')
    {
      g_set_error_literal (error, DHEERA_ERROR, DHEERA_ERROR_UNKNOWN_MODEL,
                           "No model was given, and the client has no default one. "
                           "Set the request's model to one such as “openai/gpt-4o-mini”.");
      return FALSE;
    }

  slash = strchr (name, '/');
  if (slash != NULL)
    {
      g_autofree char *prefix = g_strndup (name, slash - name);

      provider = find_provider (custom_ids, prefix);
      name = provider != NULL ? slash + 1 : name;
      if (provider != NULL && *name == '\0')
        {
          g_set_error (error, DHEERA_ERROR, DHEERA_ERROR_UNKNOWN_MODEL,
                       "The name “%s/” has a provider, but no model. Write one behind the slash.", prefix);
          return FALSE;
        }
    }

  if (provider == NULL)
    {
      const char *well = find_well_known (name);

      provider = well != NULL ? find_provider (custom_ids, well) : NULL;
    }
  if (provider == NULL)
    {
      set_unknown (name, custom_ids, error);
      return FALSE;
    }

  *provider_id = g_strdup (provider);
  *model = g_strdup (name);

  return TRUE;
}
