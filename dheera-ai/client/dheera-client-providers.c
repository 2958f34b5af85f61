/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which provider and model a request means. */

#include "dheera-client-private.h"

#include "dheera-ai/model/dheera-error.h"
#include "dheera-ai/providers/dheera-provider-private.h"

static DheeraProvider *
find_provider_locked (DheeraClient *self,
                      const char   *id)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->providers));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr(DheeraProvider) provider = g_list_model_get_item (G_LIST_MODEL (self->providers), i);

      if (g_str_equal (dheera_provider_get_id (provider), id))
        return provider; /* the list keeps it */
    }
  return NULL;
}

/* One that was added, or else one of the table, made on demand and kept, since it may be configured. */
static DheeraProvider *
dup_provider (DheeraClient *self,
              const char   *id)
{
  g_autoptr(GRecMutexLocker) locker G_GNUC_UNUSED = g_rec_mutex_locker_new (&self->providers_lock);
  const DheeraProviderRow *row = dheera_provider_find_row (id);
  DheeraProvider *provider = find_provider_locked (self, id);

  if (provider == NULL && row != NULL)
    provider = find_provider_locked (self, row->id);
  if (provider != NULL)
    return g_object_ref (provider);
  if (row == NULL)
    return NULL;

  provider = dheera_provider_new (row->id);
  g_list_store_append (self->providers, provider);
  return provider;
}

static GStrv
list_provider_ids (DheeraClient *self)
{
  g_autoptr(GRecMutexLocker) locker G_GNUC_UNUSED = g_rec_mutex_locker_new (&self->providers_lock);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->providers));
  GStrv ids = g_new0 (char *, n + 1);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr(DheeraProvider) provider = g_list_model_get_item (G_LIST_MODEL (self->providers), i);

      ids[i] = g_strdup (dheera_provider_get_id (provider));
    }
  return ids;
}

/* The request names provider and model apart, or both in one string. */
static gboolean
name_provider (DheeraClient      *self,
               DheeraBaseRequest *request,
               gboolean           needs_model,
               char             **id,
               char             **model,
               GError           **error)
{
  const char *wanted = dheera_base_request_get_provider (request);
  const char *name = dheera_base_request_get_model (request);
  g_auto(GStrv) ids = NULL;

  if (name == NULL && (needs_model || wanted == NULL))
    name = self->default_model;
  if (name == NULL && needs_model)
    {
      g_set_error_literal (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST,
                           "The request names no model, and the client has no default-model: set one of them, for example to “openai/gpt-4o-mini”.");
      return FALSE;
    }
  if (wanted != NULL)
    {
      g_autofree char *prefix = g_strconcat (wanted, "/", NULL);

      *id = g_strdup (wanted);
      *model = g_strdup (name != NULL && g_str_has_prefix (name, prefix) ? name + strlen (prefix) : name);
      return TRUE;
    }
  if (name == NULL)
    {
      g_set_error_literal (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST,
                           "The request names no provider: set its provider, for example to “openai”.");
      return FALSE;
    }

  ids = list_provider_ids (self);
  return dheera_model_name_resolve (name, (const char *const *) ids, id, model, error);
}

gboolean
dheera_client_split_model (DheeraClient *self,
                           const char   *name,
                           char        **id,
                           char        **model,
                           GError      **error)
{
  g_auto(GStrv) ids = list_provider_ids (self);
  const DheeraProviderRow *row;

  if (!dheera_model_name_resolve (name, (const char *const *) ids, id, model, error))
    return FALSE;

  row = dheera_provider_find_row (*id);
  if (row != NULL && !g_str_equal (row->id, *id))
    {
      g_free (*id);
      *id = g_strdup (row->id);
    }
  return TRUE;
}

DheeraProvider *
dheera_client_resolve (DheeraClient      *self,
                       DheeraBaseRequest *request,
                       gboolean           needs_model,
                       char             **model,
                       GError           **error)
{
  g_autofree char *id = NULL;
  g_autoptr(DheeraProvider) provider = NULL;

  *model = NULL;
  if (!name_provider (self, request, needs_model, &id, model, error))
    return NULL;

  /* The default model says where to ask, not which model: it is one for chats. */
  if (!needs_model && dheera_base_request_get_model (request) == NULL)
    g_clear_pointer (model, g_free);

  provider = dup_provider (self, id);
  if (provider == NULL)
    {
      g_autofree char *ids = dheera_provider_list_ids ();

      g_set_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST,
                   "There is no provider “%s”: known are %s, and those that add_provider() adds.", id, ids);
      return NULL;
    }
  if (!dheera_provider_check (provider, error))
    return NULL;
  return g_steal_pointer (&provider);
}

/**
 * dheera_client_add_provider:
 * @self: a client
 * @provider: a provider
 *
 * Adds a provider, in the place of one with the same id.
 *
 * Since: 0.1
 */
void
dheera_client_add_provider (DheeraClient   *self,
                            DheeraProvider *provider)
{
  g_autoptr(GRecMutexLocker) locker G_GNUC_UNUSED = NULL;
  DheeraProvider *old;
  guint position;

  g_return_if_fail (DHEERA_IS_CLIENT (self));
  g_return_if_fail (DHEERA_IS_PROVIDER (provider));

  locker = g_rec_mutex_locker_new (&self->providers_lock);
  old = find_provider_locked (self, dheera_provider_get_id (provider));
  if (old != NULL && g_list_store_find (self->providers, old, &position))
    g_list_store_splice (self->providers, position, 1, (gpointer *) &provider, 1);
  else
    g_list_store_append (self->providers, provider);
}

/**
 * dheera_client_get_provider:
 * @self: a client
 * @id: the id of a provider
 *
 * Gets the provider of that id, as the client uses it: one that was added, or one of those that the library knows, which may be configured.
 *
 * Returns: (transfer none) (nullable): the provider, or %NULL when there is none
 *
 * Since: 0.1
 */
DheeraProvider *
dheera_client_get_provider (DheeraClient *self,
                            const char   *id)
{
  g_autoptr(DheeraProvider) provider = NULL;

  g_return_val_if_fail (DHEERA_IS_CLIENT (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  provider = dup_provider (self, id);
  return provider; /* the client keeps it */
}
