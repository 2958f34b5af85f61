/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the client knows about models without asking their providers. */

#include "dheera-client-private.h"

#include <string.h>

#include "dheera-ai/model/dheera-error.h"
#include "dheera-ai/providers/dheera-provider-private.h"

#define FILE_VARIABLE "DHEERA_MODEL_DATA"

/* A file that somebody names and that can't be used is worth a word: without one, costs would be wrong and nobody would know why. */
static void
load_file_locked (DheeraClient *self)
{
  const char *path = g_getenv (FILE_VARIABLE);
  g_autofree char *text = NULL;
  g_autoptr(GError) error = NULL;
  gsize length;

  self->model_data = dheera_model_data_new_table ();
  if (path == NULL || *path == '\0')
    return;
  if (!g_file_get_contents (path, &text, &length, &error) || !dheera_model_data_read (self->model_data, text, length, &error))
    g_warning ("The file %s, which the environment variable " FILE_VARIABLE " names, is not used: %s", path, error->message);
}

static void
forget_facts_locked (DheeraClient *self)
{
  g_clear_pointer (&self->facts_provider, g_free);
  g_clear_pointer (&self->facts_model, g_free);
  self->facts = NULL;
}

gboolean
dheera_client_find_facts (DheeraClient     *self,
                          const char       *provider,
                          const char       *model,
                          DheeraModelFacts *facts)
{
  g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->models_lock);

  if (self->model_data == NULL)
    load_file_locked (self);
  if (g_strcmp0 (self->facts_provider, provider) != 0 || g_strcmp0 (self->facts_model, model) != 0)
    {
      forget_facts_locked (self);
      self->facts_provider = g_strdup (provider);
      self->facts_model = g_strdup (model);
      self->facts = dheera_model_data_find (self->model_data, provider, model);
    }
  if (self->facts != NULL)
    *facts = *self->facts;
  return self->facts != NULL;
}

/**
 * dheera_client_load_model_data:
 * @self: a client
 * @json: what is known about models: a JSON object
 * @error: return location for an error
 *
 * Tells the client what models cost and can do.
 *
 * The library knows the list prices, context windows and capabilities of well-known models, as they were when it was released. Prices change, and one's own may be
 * others: what is loaded goes before what was known of the same model, and later calls before earlier ones. It is used for [property@Response:cost],
 * [property@Call:cost] and the properties of [class@Model] that a provider does not tell.
 *
 * ```json
 * {"models": {"openai": {"gpt-4o-mini": {
 *   "context_window": 128000, "max_output_tokens": 16384,
 *   "input": 0.15, "output": 0.6, "cache_read": 0.075, "cache_write": 0.15,
 *   "above": {"tokens": 100000, "input": 0.3, "output": 1.2},
 *   "capabilities": ["tools", "json_schema", "reasoning", "images", "audio", "pdf", "embeddings"]}}}}
 * ```
 *
 * Every member may be left out. Prices are in USD for a million tokens; those in `above` hold for prompts with more tokens than that. A model stands under the id of its provider,
 * and is also found without the date, the version or `-latest` behind its name.
 *
 * The file that the environment variable `DHEERA_MODEL_DATA` names is loaded first, when the data is first needed.
 *
 * It fails with %DHEERA_ERROR_INVALID_REQUEST, and changes nothing, when the text is not understood.
 *
 * Returns: whether the data was taken
 *
 * Since: 0.1
 */
gboolean
dheera_client_load_model_data (DheeraClient  *self,
                               const char    *json,
                               GError       **error)
{
  g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = NULL;

  g_return_val_if_fail (DHEERA_IS_CLIENT (self), FALSE);
  g_return_val_if_fail (json != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  locker = g_mutex_locker_new (&self->models_lock);
  if (self->model_data == NULL)
    load_file_locked (self);
  forget_facts_locked (self);
  return dheera_model_data_read (self->model_data, json, strlen (json), error);
}

/**
 * dheera_client_find_model:
 * @self: a client
 * @name: the name of a model, as in [property@BaseRequest:model]
 *
 * Finds out what is known about a model without asking its provider.
 *
 * It does not tell whether the provider has the model, nor whether the key is allowed to use it: [method@Client.list_models] does.
 *
 * Returns: (transfer full) (nullable): the model, or %NULL when nothing is known about it
 *
 * Since: 0.1
 */
DheeraModel *
dheera_client_find_model (DheeraClient *self,
                          const char   *name)
{
  g_autofree char *id = NULL;
  g_autofree char *model = NULL;
  DheeraModelFacts facts;
  DheeraModel *found;

  g_return_val_if_fail (DHEERA_IS_CLIENT (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  if (!dheera_client_split_model (self, name, &id, &model, NULL) || !dheera_client_find_facts (self, id, model, &facts))
    return NULL;

  found = dheera_model_new (id, model);
  dheera_model_facts_fill (&facts, found);
  return found;
}

/**
 * dheera_client_check_model:
 * @self: a client
 * @name: the name of a model, as in [property@BaseRequest:model]
 * @error: return location for an error
 *
 * Checks whether the name of a model says which provider to ask for which model, without asking it.
 *
 * It does not tell whether the provider has the model, nor whether the key is allowed to use it: [method@Client.list_models] does.
 *
 * It fails with %DHEERA_ERROR_UNKNOWN_MODEL, as a request with that name would, when the provider is not known to the library and was not added to the client, or when there is a
 * provider and no model. It may be called from any thread.
 *
 * Returns: whether a request may have that name
 *
 * Since: 0.1
 */
gboolean
dheera_client_check_model (DheeraClient  *self,
                           const char    *name,
                           GError       **error)
{
  g_autofree char *id = NULL;
  g_autofree char *model = NULL;

  g_return_val_if_fail (DHEERA_IS_CLIENT (self), FALSE);
  g_return_val_if_fail (name != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return dheera_client_split_model (self, name, &id, &model, error);
}

/**
 * dheera_client_get_model_data_date:
 *
 * Gets the day on which the prices and the other facts about models were looked up that the library comes with.
 *
 * Returns: a date, such as `2026-01-31`
 *
 * Since: 0.1
 */
const char *
dheera_client_get_model_data_date (void)
{
  return dheera_model_date;
}
