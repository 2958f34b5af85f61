/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-anthropic-private.h"

#include <string.h>

#include "dheera-ai/model/tools/dheera-tool-private.h"

/* What a request asks for against what its model takes: all that can be refused is refused here, before a byte of the body is written. */

#define MIN_BUDGET 1024

static gboolean
is_set (DheeraAnthropicPlan *plan,
        DheeraParams         param)
{
  return (dheera_request_list_set_params (plan->request) & param & ~plan->omit) != 0;
}

/* TRUE when the parameter is left out, FALSE with the error */
static gboolean
refuse (DheeraAnthropicPlan *plan,
        DheeraParams         param,
        const char          *why,
        GError             **error)
{
  if (!is_set (plan, param))
    return TRUE;

  plan->omit |= param;

  return dheera_encoding_refuse (plan->encoding, param, why, error);
}

/* The same with the model's name behind why */
static gboolean
refuse_for_model (DheeraAnthropicPlan *plan,
                  DheeraParams         param,
                  const char          *why,
                  GError             **error)
{
  g_autofree char *whole = g_strdup_printf ("%s with model “%s”", why, plan->encoding->model);

  return refuse (plan, param, whole, error);
}

/* --- Thinking ------------------------------------------------------------------------------------ */

/* Words for how much to think; where a model takes a number of tokens instead, that share of all that it may write */
static const struct
{
  const char *word;
  const char *effort; /* of a model that takes efforts */
  double share;
} efforts[] = {
  { "minimal", "low", 0.1 }, { "low", "low", 0.2 },     { "medium", "medium", 0.5 }, { "high", "high", 0.8 },
  { "xhigh", "xhigh", 0.9 }, { "max", "max", 0.95 },    { "auto", NULL, 0.5 },
};

static gboolean
plan_budget (DheeraAnthropicPlan *plan,
             int                  budget,
             GError             **error)
{
  if (budget < MIN_BUDGET)
    return refuse (plan, DHEERA_PARAM_REASONING_BUDGET, "takes a budget of 1024 tokens or more", error);

  /* The answer needs room as well. */
  if (!is_set (plan, DHEERA_PARAM_MAX_TOKENS) && budget >= plan->max_tokens)
    plan->max_tokens += budget;
  if (budget >= plan->max_tokens)
    {
      dheera_set_invalid_request (error, "reasoning-budget",
                                  "reasoning-budget is %d, but max-tokens is %d; it has to be less, since the reasoning counts as a part of the answer.",
                                  budget, plan->max_tokens);
      return FALSE;
    }
  plan->budget = budget;

  return TRUE;
}

static gboolean
plan_effort (DheeraAnthropicPlan *plan,
             const char          *word,
             GError             **error)
{
  guint i = 0;

  while (i < G_N_ELEMENTS (efforts) && !g_str_equal (efforts[i].word, word))
    i++;
  if (i == G_N_ELEMENTS (efforts))
    return refuse (plan, DHEERA_PARAM_REASONING_EFFORT, "takes none, minimal, low, medium, high, xhigh, max or auto", error);

  if (plan->model.adaptive)
    {
      plan->adaptive = plan->budget == 0;
      plan->effort = efforts[i].effort;
      if (g_strcmp0 (plan->effort, "xhigh") == 0 && !plan->model.takes_xhigh)
        plan->effort = "max";
      return TRUE;
    }

  if (plan->budget > 0)
    return TRUE;
  if (plan->max_tokens <= MIN_BUDGET)
    return refuse (plan, DHEERA_PARAM_REASONING_EFFORT, "needs a max_tokens of more than 1024 for a model that thinks", error);
  plan->budget = CLAMP ((int) (plan->max_tokens * efforts[i].share), MIN_BUDGET, plan->max_tokens - 1);

  return TRUE;
}

static gboolean
plan_thinking (DheeraAnthropicPlan *plan,
               GError             **error)
{
  const char *word = is_set (plan, DHEERA_PARAM_REASONING_EFFORT) ? plan->request->reasoning_effort : NULL;
  int budget = is_set (plan, DHEERA_PARAM_REASONING_BUDGET) ? plan->request->reasoning_budget : -1;

  if (g_strcmp0 (word, "none") == 0 || (budget == 0 && word == NULL))
    {
      plan->disabled = plan->model.thinks;
      return TRUE;
    }

  if (!plan->model.thinks)
    return refuse_for_model (plan, DHEERA_PARAM_REASONING_EFFORT, "has no reasoning", error)
           && refuse_for_model (plan, DHEERA_PARAM_REASONING_BUDGET, "has no reasoning", error);

  return (budget <= 0 || plan_budget (plan, budget, error)) && (word == NULL || plan_effort (plan, word, error));
}

static gboolean
thinks (const DheeraAnthropicPlan *plan)
{
  return plan->budget > 0 || plan->adaptive;
}

/* --- Sampling ------------------------------------------------------------------------------------ */

static gboolean
plan_sampling (DheeraAnthropicPlan *plan,
               GError             **error)
{
  const DheeraParams all[] = { DHEERA_PARAM_TEMPERATURE, DHEERA_PARAM_TOP_P, DHEERA_PARAM_TOP_K };
  DheeraRequest *request = plan->request;

  for (guint i = 0; plan->model.rejects_sampling && i < G_N_ELEMENTS (all); i++)
    if (!refuse_for_model (plan, all[i], "does not take it", error))
      return FALSE;

  if (request->temperature > 1 && !refuse (plan, DHEERA_PARAM_TEMPERATURE, "takes at most 1", error))
    return FALSE;
  if (thinks (plan))
    {
      if (request->temperature != 1 && !refuse (plan, DHEERA_PARAM_TEMPERATURE, "takes only 1 while the model reasons", error))
        return FALSE;
      if (request->top_p < 0.95 && !refuse (plan, DHEERA_PARAM_TOP_P, "takes only 0.95 to 1 while the model reasons", error))
        return FALSE;
      if (!refuse (plan, DHEERA_PARAM_TOP_K, "does not take it while the model reasons", error))
        return FALSE;
    }
  if (plan->model.one_sampling && is_set (plan, DHEERA_PARAM_TEMPERATURE))
    return refuse_for_model (plan, DHEERA_PARAM_TOP_P, "takes it or temperature, not both,", error);

  return TRUE;
}

/* --- Tools and JSON ------------------------------------------------------------------------------ */

static gboolean
plan_strict (DheeraAnthropicPlan *plan,
             GError             **error)
{
  for (guint i = 0; !plan->model.structured && i < dheera_request_get_n_tools (plan->request); i++)
    {
      DheeraTool *tool = dheera_request_peek_tool (plan->request, i);

      if (tool->strict != DHEERA_TRISTATE_YES)
        continue;
      if (plan->encoding->policy != DHEERA_PARAM_POLICY_DROP)
        {
          g_set_error (error, DHEERA_ERROR, DHEERA_ERROR_UNSUPPORTED_PARAMETER,
                       "The tool “%s” is strict, which model “%s” can't be held to. Leave strict unset, or set the client's param-policy to DROP to "
                       "have it left out.", tool->name, plan->encoding->model);
          return FALSE;
        }
      if (plan->encoding->warnings != NULL)
        g_ptr_array_add (plan->encoding->warnings,
                         g_strdup_printf ("The tool “%s” is not strict: model “%s” can't be held to it.", tool->name, plan->encoding->model));
    }

  return TRUE;
}

/* The vendor's own tools have no property. */
static gboolean
has_tools_in_extra (DheeraRequest *request)
{
  const char *extra = dheera_base_request_peek_extra (DHEERA_BASE_REQUEST (request));
  DheeraJson json = DHEERA_JSON_INIT;
  gboolean has = extra != NULL && dheera_json_parse (&json, extra, strlen (extra))
                 && dheera_json_size (dheera_json_member (dheera_json_root (&json), "tools")) > 0;

  dheera_json_clear (&json);

  return has;
}

static gboolean
plan_tools (DheeraAnthropicPlan *plan,
            GError             **error)
{
  const char *choice = plan->request->tool_choice;
  gboolean forced = choice != NULL && !g_str_equal (choice, "auto") && !g_str_equal (choice, "none");

  plan->has_tools = dheera_request_get_n_tools (plan->request) > 0 || has_tools_in_extra (plan->request);
  if (!plan->has_tools)
    return TRUE;
  if (forced && thinks (plan) && !refuse (plan, DHEERA_PARAM_TOOL_CHOICE, "can't force a tool while the model reasons", error))
    return FALSE;

  return plan_strict (plan, error);
}

/* A model that can't be held to a schema is made to call a tool that has it, which reasoning excludes. */
static gboolean
plan_json (DheeraAnthropicPlan *plan,
           GError             **error)
{
  static const char *const why = "can't be held to JSON while the model reasons,";

  if (!is_set (plan, DHEERA_PARAM_JSON_OBJECT | DHEERA_PARAM_JSON_SCHEMA))
    return TRUE;
  if (is_set (plan, DHEERA_PARAM_JSON_SCHEMA) && plan->model.structured)
    return TRUE;

  plan->json_tool = TRUE;
  if (!thinks (plan))
    return TRUE;

  plan->budget = 0;
  plan->adaptive = FALSE;
  plan->effort = NULL;

  return refuse_for_model (plan, DHEERA_PARAM_REASONING_EFFORT, why, error)
         && refuse_for_model (plan, DHEERA_PARAM_REASONING_BUDGET, why, error);
}

/* --- The rest ------------------------------------------------------------------------------------ */

static gboolean
has_blank_stop (DheeraRequest *request)
{
  for (guint i = 0; request->stop != NULL && request->stop[i] != NULL; i++)
    {
      const char *text = request->stop[i];

      while (g_ascii_isspace (*text))
        text++;
      if (*text == '\0')
        return TRUE;
    }

  return FALSE;
}

static gboolean
plan_others (DheeraAnthropicPlan *plan,
             GError             **error)
{
  static const char *const tiers[] = { "auto", "default", "standard_only", NULL };
  const char *tier = plan->request->service_tier;

  if (tier != NULL && !g_strv_contains (tiers, tier) &&
      !refuse (plan, DHEERA_PARAM_SERVICE_TIER, "takes only auto, and default or standard_only", error))
    return FALSE;

  return !has_blank_stop (plan->request) || refuse (plan, DHEERA_PARAM_STOP, "takes no stop of nothing but white space", error);
}

/* What says no more than the absence of it is no reason to refuse anything. */
static DheeraParams
list_unsupported (DheeraAnthropicPlan *plan)
{
  DheeraParams unsupported = DHEERA_PARAM_SEED | DHEERA_PARAM_N | DHEERA_PARAM_PRESENCE_PENALTY | DHEERA_PARAM_FREQUENCY_PENALTY
                             | DHEERA_PARAM_LOGPROBS | DHEERA_PARAM_TOP_LOGPROBS | DHEERA_PARAM_METADATA;

  if (plan->request->n == 1)
    unsupported &= ~DHEERA_PARAM_N;
  if (plan->request->logprobs == DHEERA_TRISTATE_NO)
    unsupported &= ~DHEERA_PARAM_LOGPROBS;

  return unsupported;
}

gboolean
dheera_anthropic_plan (DheeraAnthropicPlan  *plan,
                       const DheeraEncoding *encoding,
                       DheeraRequest        *request,
                       GError              **error)
{
  gboolean counting = plan->counting;

  *plan = (DheeraAnthropicPlan) { .encoding = encoding, .request = request, .counting = counting };
  plan->model = dheera_anthropic_model_find (encoding->model);
  plan->max_tokens = request->max_tokens > 0 ? request->max_tokens : plan->model.max_tokens;

  /* Only what is sent can be refused. */
  if (!counting && !dheera_encoding_check_params (encoding, request, list_unsupported (plan), &plan->omit, error))
    return FALSE;

  return plan_thinking (plan, error) && plan_json (plan, error) && plan_tools (plan, error)
         && (counting || (plan_sampling (plan, error) && plan_others (plan, error)));
}
