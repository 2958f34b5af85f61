/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a result and its call know of each other, what it cost, and how much more may be asked. */

#include "dheera-operation-internal-private.h"

#include "dheera-ai/model/responses/dheera-base-response-private.h"
#include "dheera-ai/model/responses/dheera-response-private.h"
#include "dheera-ai/providers/dheera-rate-limit-private.h"

static void
read_limit (const char *name,
            const char *value,
            gpointer    data)
{
  dheera_rate_limit_read (data, name, value);
}

void
dheera_operation_note_limits (DheeraOperation *self)
{
  DheeraRateLimitReader reader = { .now = g_get_real_time () / G_USEC_PER_SEC };

  dheera_exchange_foreach_header (self->exchange, read_limit, &reader);
  g_clear_object (&self->call->rate_limits);
  self->call->rate_limits = reader.limits;
}

/* By list prices: -1 when they, or the counts, are not known, or hold for another tier than the one that was asked for. */
static double
find_cost (DheeraOperation *self,
           const char      *model,
           DheeraUsage     *usage)
{
  DheeraModelFacts facts;

  if (usage == NULL || self->special_tier)
    return -1;
  /* The answer knows better than the request which model it was: behind a name there may be an alias, or a deployment. */
  if (!dheera_client_find_facts (self->client, self->call->provider, model, &facts)
      && !dheera_client_find_facts (self->client, self->call->provider, self->call->model, &facts))
    return -1;

  return dheera_model_facts_get_cost (&facts, usage);
}

/* What a call says of its answer when the answer is gone */
static void
note_response (DheeraCall     *call,
               DheeraResponse *response)
{
  guint n = response->choices != NULL ? response->choices->len : 0;

  call->response_id = g_strdup (response->id);
  call->response_model = g_strdup (response->model);
  call->finish_reasons = n > 0 ? g_new (guint8, n) : NULL;
  for (guint i = 0; i < n; i++)
    {
      DheeraChoice *choice = g_ptr_array_index (response->choices, i);

      if (choice->finish_reason != DHEERA_FINISH_REASON_NONE)
        call->finish_reasons[call->n_finish_reasons++] = (guint8) choice->finish_reason;
    }
}

static void
join_response (DheeraOperation *self,
               DheeraResponse  *response)
{
  dheera_response_set_call (response, self->call);
  for (guint i = 0; i < self->warnings->len; i++)
    dheera_response_add_warning (response, g_ptr_array_index (self->warnings, i));
  g_set_object (&response->rate_limits, self->call->rate_limits);
  g_set_object (&self->call->usage, dheera_response_get_usage (response));
  if (response->cost < 0)
    response->cost = find_cost (self, response->model, response->usage);
  self->call->cost = response->cost;
  note_response (self->call, response);
}

/* Providers tell little about their models. */
static void
fill_models (DheeraOperation *self,
             GListModel      *models)
{
  guint n = g_list_model_get_n_items (models);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr(DheeraModel) model = g_list_model_get_item (models, i);
      DheeraModelFacts facts;

      if (dheera_client_find_facts (self->client, self->call->provider, model->id, &facts))
        dheera_model_facts_fill (&facts, model);
    }
}

void
dheera_operation_join_result (DheeraOperation *self,
                              GObject         *result)
{
  if (DHEERA_IS_RESPONSE (result))
    {
      join_response (self, DHEERA_RESPONSE (result));
    }
  else if (DHEERA_IS_BASE_RESPONSE (result))
    {
      DheeraBaseResponse *response = DHEERA_BASE_RESPONSE (result);

      dheera_base_response_set_call (response, self->call, self->warnings);
      g_set_object (&self->call->usage, dheera_base_response_get_usage (response));
      self->call->cost = find_cost (self, response->model, self->call->usage);
      self->call->response_model = g_strdup (response->model);
    }
  else if (!self->endpoint->chat && self->endpoint->task == DHEERA_TASK_LIST_MODELS)
    {
      fill_models (self, G_LIST_MODEL (result));
    }
}
