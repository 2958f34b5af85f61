/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-bedrock-private.h"

#include "dheera-ai/providers/dheera-provider-private.h"

#include <string.h>

/* What a request asks for that Converse, or the model behind it, has no place for; and what goes past Converse to the model. */

#define DEFAULT_OUTPUT 4096
#define MIN_BUDGET 1024

static const struct
{
  const char *effort;
  const char *of_claude; /* that chooses by itself */
  const char *of_nova;
  int budget;            /* of a Claude that does not */
} efforts[] = {
  { "minimal", "low", "low", MIN_BUDGET },
  { "low", "low", "low", MIN_BUDGET },
  { "medium", "medium", "medium", 4096 },
  { "high", "high", "high", 16384 },
  { "xhigh", "xhigh", "high", 32768 },
  { "max", "max", "high", 32768 },
};

static DheeraParams
list_unsupported (DheeraBedrockPlan *self,
                  DheeraParams       set)
{
  DheeraParams unsupported = DHEERA_PARAM_SEED | DHEERA_PARAM_PRESENCE_PENALTY | DHEERA_PARAM_FREQUENCY_PENALTY | DHEERA_PARAM_LOGPROBS |
                             DHEERA_PARAM_TOP_LOGPROBS | DHEERA_PARAM_JSON_OBJECT | DHEERA_PARAM_USER;

  /* What all models do anyway need not be said. */
  if ((set & DHEERA_PARAM_N) && self->request->n != 1)
    unsupported |= DHEERA_PARAM_N;
  if (self->request->parallel_tool_calls == DHEERA_TRISTATE_NO)
    unsupported |= DHEERA_PARAM_PARALLEL_TOOL_CALLS;

  return unsupported;
}

/* What depends on the model */
static gboolean
refuse (DheeraBedrockPlan *self,
        DheeraParams       param,
        const char        *why,
        GError           **error)
{
  if (!(self->params & param))
    return TRUE;

  self->params &= ~param;

  return dheera_encoding_refuse (self->encoding, param, why, error);
}

/* Is one of the tools to be called, come what may? */
static gboolean
is_forced (DheeraBedrockPlan *self)
{
  const char *choice = self->params & DHEERA_PARAM_TOOL_CHOICE ? self->request->tool_choice : NULL;

  return choice != NULL && !g_str_equal (choice, "auto") && !g_str_equal (choice, "none");
}

/* Claude is not sampled from otherwise while it thinks, and the newest not at all. */
static gboolean
check_sampling (DheeraBedrockPlan *self,
                GError           **error)
{
  const char *why = self->model.rejects_sampling ? "takes it no more with this model" : "does not take it beside reasoning";

  if (self->model.rejects_sampling || self->thinks)
    return refuse (self, DHEERA_PARAM_TEMPERATURE, why, error) && refuse (self, DHEERA_PARAM_TOP_P, why, error) &&
           refuse (self, DHEERA_PARAM_TOP_K, why, error);

  return !self->model.one_sampling || !(self->params & DHEERA_PARAM_TEMPERATURE)
         || refuse (self, DHEERA_PARAM_TOP_P, "takes it or temperature, not both, with this model", error);
}

static gboolean
check_claude (DheeraBedrockPlan *self,
              GError           **error)
{
  const char *no_reasoning = "has no reasoning with this model";

  if (!self->model.thinks)
    return refuse (self, DHEERA_PARAM_REASONING_EFFORT, no_reasoning, error) && refuse (self, DHEERA_PARAM_REASONING_BUDGET, no_reasoning, error);
  if (self->thinks && is_forced (self) && !refuse (self, DHEERA_PARAM_TOOL_CHOICE, "can't force a tool beside reasoning", error))
    return FALSE;

  return check_sampling (self, error);
}

static gboolean
check_model (DheeraBedrockPlan *self,
             GError           **error)
{
  DheeraBedrockMaker maker = self->model.maker;
  const char *why = "has no place for it with this model";

  if (maker == DHEERA_BEDROCK_OTHER && !refuse (self, DHEERA_PARAM_TOP_K, why, error))
    return FALSE;
  if (maker == DHEERA_BEDROCK_OPENAI && !refuse (self, DHEERA_PARAM_TOP_K, why, error))
    return FALSE;
  if ((maker == DHEERA_BEDROCK_OTHER || maker == DHEERA_BEDROCK_MISTRAL) && !refuse (self, DHEERA_PARAM_REASONING_EFFORT, why, error))
    return FALSE;
  if (maker != DHEERA_BEDROCK_CLAUDE && !refuse (self, DHEERA_PARAM_REASONING_BUDGET, why, error))
    return FALSE;
  if ((self->params & DHEERA_PARAM_TEMPERATURE) && self->request->temperature > 1)
    return refuse (self, DHEERA_PARAM_TEMPERATURE, "takes at most 1", error);

  return TRUE;
}

/* Whether a Claude is asked to think */
static gboolean
wants_thinking (DheeraBedrockPlan *self)
{
  const char *effort = self->params & DHEERA_PARAM_REASONING_EFFORT ? self->request->reasoning_effort : NULL;

  if (!self->model.thinks)
    return FALSE;
  if (self->params & DHEERA_PARAM_REASONING_BUDGET)
    return self->request->reasoning_budget > 0;

  return effort != NULL && !g_str_equal (effort, "none");
}

gboolean
dheera_bedrock_plan_init (DheeraBedrockPlan    *self,
                          const DheeraEncoding *encoding,
                          DheeraRequest        *request,
                          GError              **error)
{
  DheeraParams set = dheera_request_list_set_params (request);
  DheeraParams omit;

  *self = (DheeraBedrockPlan) { encoding, request };
  self->model = dheera_bedrock_model_find (encoding->model);
  self->ids = dheera_bedrock_make_tool_ids (&self->model, dheera_request_get_conversation (request));
  self->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  if (!dheera_encoding_check_params (encoding, request, list_unsupported (self, set), &omit, error))
    return FALSE;
  self->params = set & ~omit;
  self->json_tool = (self->params & DHEERA_PARAM_JSON_SCHEMA) && self->model.json_tool;
  self->thinks = wants_thinking (self);
  if (self->model.maker == DHEERA_BEDROCK_CLAUDE && !check_claude (self, error))
    return FALSE;
  if (!check_model (self, error))
    return FALSE;

  return TRUE;
}

void
dheera_bedrock_plan_clear (DheeraBedrockPlan *self)
{
  g_clear_pointer (&self->ids, dheera_tool_ids_free);
  g_clear_pointer (&self->names, g_hash_table_unref);
}

/* --- Thinking -------------------------------------------------------------------------------------- */

static guint
find_effort (const char *effort)
{
  for (guint i = 0; i < G_N_ELEMENTS (efforts); i++)
    if (g_str_equal (effort, efforts[i].effort))
      return i;

  return G_N_ELEMENTS (efforts);
}

int
dheera_bedrock_plan_get_budget (DheeraBedrockPlan *self)
{
  guint i;

  if (!self->thinks)
    return 0;
  if (self->params & DHEERA_PARAM_REASONING_BUDGET)
    return MAX (self->request->reasoning_budget, MIN_BUDGET);
  if (self->model.adaptive)
    return 0;

  i = find_effort (self->request->reasoning_effort);

  return i < G_N_ELEMENTS (efforts) ? efforts[i].budget : efforts[2].budget;
}

/* Thinking counts as output, and has to leave some of it for the answer. */
int
dheera_bedrock_plan_get_max_tokens (DheeraBedrockPlan *self)
{
  int budget = dheera_bedrock_plan_get_budget (self);
  int wanted = self->params & DHEERA_PARAM_MAX_TOKENS ? self->request->max_tokens : -1;

  if (budget == 0 || wanted > budget)
    return wanted;

  return MIN (budget, G_MAXINT / 2) + (wanted > 0 ? wanted : DEFAULT_OUTPUT);
}

static void
write_claude_effort (DheeraBedrockPlan *self,
                     DheeraJsonWriter  *writer,
                     const char        *effort)
{
  guint i = find_effort (effort);
  const char *word = i < G_N_ELEMENTS (efforts) ? efforts[i].of_claude : NULL;

  dheera_json_writer_key (writer, "thinking");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "type", "adaptive");
  dheera_json_writer_end_object (writer);
  if (word == NULL)
    return;

  if (!self->model.takes_xhigh && g_str_equal (word, "xhigh"))
    word = "max";
  dheera_json_writer_key (writer, "output_config");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "effort", word);
  dheera_json_writer_end_object (writer);
}

static void
write_claude (DheeraBedrockPlan *self,
              DheeraJsonWriter  *writer)
{
  int budget = dheera_bedrock_plan_get_budget (self);
  gboolean asked = (self->params & (DHEERA_PARAM_REASONING_EFFORT | DHEERA_PARAM_REASONING_BUDGET)) != 0;

  if (budget > 0)
    {
      dheera_json_writer_key (writer, "thinking");
      dheera_json_writer_begin_object (writer);
      dheera_json_writer_member_string (writer, "type", "enabled");
      dheera_json_writer_member_int (writer, "budget_tokens", budget);
      dheera_json_writer_end_object (writer);
    }
  else if (self->thinks)
    write_claude_effort (self, writer, self->request->reasoning_effort);
  else if (asked && self->model.adaptive)
    {
      dheera_json_writer_key (writer, "thinking");
      dheera_json_writer_begin_object (writer);
      dheera_json_writer_member_string (writer, "type", "disabled");
      dheera_json_writer_end_object (writer);
    }
}

static void
write_nova (DheeraBedrockPlan *self,
            DheeraJsonWriter  *writer)
{
  const char *effort = self->request->reasoning_effort;
  guint i;

  if (!(self->params & DHEERA_PARAM_REASONING_EFFORT))
    return;

  i = find_effort (effort);
  dheera_json_writer_key (writer, "reasoningConfig");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "type", g_str_equal (effort, "none") ? "disabled" : "enabled");
  if (i < G_N_ELEMENTS (efforts))
    dheera_json_writer_member_string (writer, "maxReasoningEffort", efforts[i].of_nova);
  dheera_json_writer_end_object (writer);
}

static void
write_top_k (DheeraBedrockPlan *self,
             DheeraJsonWriter  *writer)
{
  if (!(self->params & DHEERA_PARAM_TOP_K))
    return;

  if (self->model.maker != DHEERA_BEDROCK_NOVA)
    {
      dheera_json_writer_member_int (writer, "top_k", self->request->top_k);
      return;
    }
  dheera_json_writer_key (writer, "inferenceConfig");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_int (writer, "topK", self->request->top_k);
  dheera_json_writer_end_object (writer);
}

void
dheera_bedrock_write_additional (DheeraBedrockPlan *self,
                                 DheeraJsonWriter  *writer)
{
  DheeraParams past = DHEERA_PARAM_TOP_K | DHEERA_PARAM_REASONING_EFFORT | DHEERA_PARAM_REASONING_BUDGET;
  gboolean silent = self->model.maker == DHEERA_BEDROCK_CLAUDE && !self->thinks && !self->model.adaptive;

  /* An older Claude does not think unless it is asked to. */
  if (silent)
    past = DHEERA_PARAM_TOP_K;
  if (!(self->params & past))
    return;

  dheera_json_writer_key (writer, "additionalModelRequestFields");
  dheera_json_writer_begin_object (writer);
  if (self->model.maker == DHEERA_BEDROCK_CLAUDE)
    write_claude (self, writer);
  else if (self->model.maker == DHEERA_BEDROCK_NOVA)
    write_nova (self, writer);
  else if (self->model.maker == DHEERA_BEDROCK_OPENAI && (self->params & DHEERA_PARAM_REASONING_EFFORT))
    dheera_json_writer_member_string (writer, "reasoning_effort", self->request->reasoning_effort);
  write_top_k (self, writer);
  dheera_json_writer_end_object (writer);
}
