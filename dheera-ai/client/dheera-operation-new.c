/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What becomes of a request when a call begins: everything that the call needs is taken from it, and it is not looked at again. */

#include "dheera-middleware-private.h"

#include "dheera-ai/model/requests/dheera-base-request-private.h"
#include "dheera-ai/providers/dheera-provider-private.h"
#include "dheera-ai/mock/dheera-mock-server-private.h"
#include "dheera-ai/wire/dheera-url-private.h"

/* What the row of the offline model has for a base URL: it listens on a port that is known when it is first asked for. */
#define MOCK_BASE_URL "http://mock.invalid"

static double
choose_timeout (double of_request,
                double of_client)
{
  return of_request >= 0 ? of_request : of_client;
}

static void
take_settings (DheeraOperation   *self,
               DheeraBaseRequest *request)
{
  DheeraClient *client = self->client;
  int retries = dheera_base_request_get_max_retries (request);

  self->total_timeout = choose_timeout (dheera_base_request_get_timeout (request), dheera_client_get_timeout (client));
  self->timeouts.total = self->total_timeout;
  self->timeouts.connect = dheera_client_get_connect_timeout (client);
  self->timeouts.first_token = choose_timeout (dheera_base_request_get_first_token_timeout (request),
                                               dheera_client_get_first_token_timeout (client));
  self->timeouts.idle = choose_timeout (dheera_base_request_get_idle_timeout (request),
                                        dheera_client_get_idle_timeout (client));
  self->max_retries = retries >= 0 ? (guint) retries : dheera_client_get_max_retries (client);
  self->request_key = g_strdup (dheera_base_request_get_api_key (request));
}

static char *
find_base_url (DheeraOperation   *self,
               DheeraBaseRequest *request,
               GError           **error)
{
  g_autofree char *url = dheera_provider_dup_base_url (self->provider, dheera_base_request_get_base_url (request), error);

  if (url != NULL && g_str_equal (url, MOCK_BASE_URL))
    return dheera_mock_server_dup_base_url (error);
  return g_steal_pointer (&url);
}

static gboolean
needs_model (const DheeraEndpoint *endpoint)
{
  return !endpoint->model_optional && (endpoint->chat || endpoint->task != DHEERA_TASK_LIST_MODELS);
}

static gboolean
encode (DheeraOperation   *self,
        DheeraBaseRequest *request,
        GError           **error)
{
  g_autofree char *model = NULL;
  g_autofree char *base_url = NULL;
  g_autoptr(DheeraBaseRequest) placed = NULL;
  DheeraEncoding encoding = { 0 };

  self->provider = dheera_client_resolve (self->client, request, needs_model (self->endpoint), &model, error);
  if (self->provider == NULL)
    return FALSE;
  self->call->provider = g_strdup (dheera_provider_get_id (self->provider));
  self->call->model = g_strdup (model);
  self->protocol = dheera_provider_get_protocol_for (self->provider, model);

  base_url = find_base_url (self, request, error);
  if (base_url == NULL)
    return FALSE;

  encoding.provider = self->provider;
  encoding.base_url = base_url;
  encoding.model = model;
  encoding.stream = self->endpoint->stream;
  encoding.policy = dheera_client_get_param_policy (self->client);
  encoding.warnings = self->warnings;
  if (self->endpoint->chat)
    {
      placed = dheera_encoding_place_extra (&encoding, self->protocol, request, error);
      if (placed != NULL)
        self->http = self->protocol->encode_chat (&encoding, DHEERA_REQUEST (placed), error);
    }
  else
    {
      self->codec = dheera_protocol_get_codec (self->protocol, self->endpoint->task, self->provider, error);
      if (self->codec != NULL)
        self->http = self->codec->encode (&encoding, request, error);
    }
  if (self->http == NULL)
    return FALSE;
  dheera_operation_set_trace (self, request);
  return TRUE;
}

/* Batches, flexible and priority processing have prices of their own. */
static gboolean
asks_for_special_tier (DheeraBaseRequest *request)
{
  static const char *const usual[] = { "auto", "default", "standard", "standard_only", "on_demand", NULL };
  const char *tier = DHEERA_IS_REQUEST (request) ? dheera_request_get_service_tier (DHEERA_REQUEST (request)) : NULL;

  return tier != NULL && !g_strv_contains (usual, tier);
}

DheeraOperation *
dheera_operation_new (DheeraClient         *client,
                      const DheeraEndpoint *endpoint,
                      DheeraBaseRequest    *request)
{
  DheeraOperation *self = g_new0 (DheeraOperation, 1);

  self->client = g_object_ref (client);
  self->endpoint = endpoint;
  self->call = dheera_call_new (endpoint->name);
  self->transport = dheera_client_dup_transport (client, request);
  if (!dheera_transport_is_own (self->transport))
    self->session = dheera_transport_dup_session (self->transport, NULL);
  self->warnings = g_ptr_array_new_with_free_func (g_free);
  self->middleware = dheera_client_dup_middleware (client);
  dheera_operation_prepare_capture (self);
  self->special_tier = asks_for_special_tier (request);
  take_settings (self, request);
  self->n_choices = dheera_base_request_count (request);

  if (dheera_client_check_session (client, &self->error) && dheera_base_request_validate (request, &self->error) && encode (self, request, &self->error))
    self->call->url = dheera_url_redact (self->http->url);

  return self;
}
