/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-provider.h"

#include "dheera-provider-private.h"

/* What a settings window, or the doctor command, asks before any call: which providers there are, where
 * their keys would come from, where calls would go. */

/**
 * dheera_provider_get_known_ids:
 *
 * Lists the providers that the library knows without being told anything: those that [ctor@Provider.new] can make.
 *
 * Returns: (transfer none) (array zero-terminated=1): their ids
 *
 * Since: 0.1
 */
const char *const *
dheera_provider_get_known_ids (void)
{
  static const char **ids;

  if (g_once_init_enter (&ids))
    {
      guint n;
      const DheeraProviderRow *rows = dheera_provider_rows (&n);
      const char **list = g_new0 (const char *, n + 1);

      for (guint i = 0; i < n; i++)
        list[i] = rows[i].id;
      g_once_init_leave (&ids, list);
    }

  return ids;
}

/**
 * dheera_provider_get_primary_id:
 * @self: a provider
 *
 * Gets the id under which the provider is known first.
 *
 * Some are known more than once, with one account and one key: `gemini-openai` is Gemini's API that is compatible with OpenAI's, `openai-responses` is OpenAI's Responses. Of those it is
 * the id of the one with the vendor's usual API, here `gemini` and `openai`. Of all others, and of those that the library does not know, it is their own: whoever lists
 * [func@Provider.get_known_ids] and wants each account once takes those whose primary id is their id.
 *
 * Returns: (transfer none): an id
 *
 * Since: 0.1
 */
const char *
dheera_provider_get_primary_id (DheeraProvider *self)
{
  const DheeraProviderRow *row;

  g_return_val_if_fail (DHEERA_IS_PROVIDER (self), NULL);

  row = dheera_provider_find_row (self->id);
  if (row == NULL)
    return self->id;

  return row->primary != NULL ? row->primary : row->id;
}

/**
 * dheera_provider_get_key_variables:
 * @self: a provider
 *
 * Gets the names of the environment variables that the provider's key is looked for in, in this order.
 *
 * They are read at each call. An empty one counts as none.
 *
 * Returns: (transfer none) (array zero-terminated=1): the names; none for a provider whose key never comes from the environment
 *
 * Since: 0.1
 */
const char *const *
dheera_provider_get_key_variables (DheeraProvider *self)
{
  static const char *const none[] = { NULL };
  const DheeraProviderRow *row;

  g_return_val_if_fail (DHEERA_IS_PROVIDER (self), none);

  row = dheera_provider_get_row (self);

  return row != NULL && row->key_env != NULL ? row->key_env : none;
}

/**
 * dheera_provider_find_base_url:
 * @self: a provider
 * @error: return location for an error
 *
 * Finds the address that calls go to: [property@Provider:base-url], or else the one from the environment, or else the provider's usual one.
 *
 * It fails with %DHEERA_ERROR_INVALID_REQUEST when there is none, or when it can't be used.
 *
 * Returns: (transfer full): the address, up to the API's own paths
 *
 * Since: 0.1
 */
char *
dheera_provider_find_base_url (DheeraProvider *self,
                               GError        **error)
{
  g_return_val_if_fail (DHEERA_IS_PROVIDER (self), NULL);

  return dheera_provider_dup_base_url (self, NULL, error);
}
