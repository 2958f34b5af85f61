/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-ai/model/dheera-models-request.h"

#include "dheera-ai/model/requests/dheera-base-request-private.h"

struct _DheeraModelsRequest
{
  DheeraBaseRequest parent_instance;
};

struct _DheeraModelsRequestClass
{
  DheeraBaseRequestClass parent_class;
};

/**
 * DheeraModelsRequest:
 *
 * Asks a provider which models it has.
 *
 * Since: 0.1
 */
G_DEFINE_FINAL_TYPE (DheeraModelsRequest, dheera_models_request, DHEERA_TYPE_BASE_REQUEST)

static void
dheera_models_request_class_init (DheeraModelsRequestClass *klass)
{
}

static void
dheera_models_request_init (DheeraModelsRequest *self)
{
}

/**
 * dheera_models_request_new:
 * @provider: (nullable): the id of the provider; %NULL for that of the client's default model
 *
 * Makes a request for a list of models.
 *
 * Returns: (transfer full): a new request
 *
 * Since: 0.1
 */
DheeraModelsRequest *
dheera_models_request_new (const char *provider)
{
  return g_object_new (DHEERA_TYPE_MODELS_REQUEST, "provider", provider, NULL);
}
