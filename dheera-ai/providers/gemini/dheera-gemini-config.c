/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-gemini-encode-private.h"

#include <string.h>

/* generationConfig: how the model is to answer. */

#define AUTOMATIC (-1)
#define FLASH_MAX_BUDGET 24576
#define PRO_MAX_BUDGET 32768

typedef enum
{
  EFFORT_NONE,
  EFFORT_MINIMAL,
  EFFORT_LOW,
  EFFORT_MEDIUM,
  EFFORT_HIGH,
  EFFORT_MAX,
  EFFORT_AUTO,
  EFFORT_UNKNOWN,
} Effort;

/* Tokens that Google itself takes the words for */
static const struct
{
  const char *word;
  const char *level;
  int budget;
} efforts[] = {
  [EFFORT_NONE] = { "none", NULL, 0 },
  [EFFORT_MINIMAL] = { "minimal", "minimal", 1024 },
  [EFFORT_LOW] = { "low", "low", 1024 },
  [EFFORT_MEDIUM] = { "medium", "medium", 8192 },
  [EFFORT_HIGH] = { "high", "high", FLASH_MAX_BUDGET },
  [EFFORT_MAX] = { "max", "high", PRO_MAX_BUDGET },
  [EFFORT_AUTO] = { "auto", NULL, AUTOMATIC },
};

static Effort
read_effort (const char *word)
{
  for (guint i = 0; i < G_N_ELEMENTS (efforts); i++)
    {
      if (strcmp (word, efforts[i].word) == 0)
        return (Effort) i;
    }

  return strcmp (word, "xhigh") == 0 ? EFFORT_MAX : EFFORT_UNKNOWN;
}

/* NULL when the model can think that much, else what is wrong with it, for dheera_encoding_refuse() */
static const char *
find_fault (const DheeraGeminiModel *model,
            gboolean                 off)
{
  if (model->gemma || (model->generation > 0 && model->generation < 25))
    return off ? NULL : "has no thinking in this model";
  if (off && model->generation >= 30)
    return "can't switch the thinking of this model off: “minimal” or “low” is the least";
  if (off && model->generation >= 25 && model->pro)
    return "can't switch the thinking of this model off: a budget of 128 tokens is the least";

  return NULL;
}

static void
write_thinking (DheeraJsonWriter *writer,
                const char       *level,
                gboolean          with_budget,
                int               budget)
{
  gboolean off = with_budget && budget == 0;

  dheera_json_writer_key (writer, "thinkingConfig");
  dheera_json_writer_begin_object (writer);
  if (!off)
    dheera_json_writer_member_boolean (writer, "includeThoughts", TRUE);
  if (level != NULL)
    dheera_json_writer_member_string (writer, "thinkingLevel", level);
  else if (with_budget)
    dheera_json_writer_member_int (writer, "thinkingBudget", budget);
  dheera_json_writer_end_object (writer);
}

static const char *
find_level (const DheeraGeminiModel *model,
            Effort                   effort)
{
  /* Gemini 3 Pro had two levels only; later ones have three. */
  if (model->pro && effort == EFFORT_MINIMAL)
    return efforts[EFFORT_LOW].level;
  if (model->pro && effort == EFFORT_MEDIUM && model->generation == 30)
    return efforts[EFFORT_HIGH].level;

  return efforts[effort].level;
}

static gboolean
write_effort (DheeraJsonWriter        *writer,
              const DheeraEncoding    *encoding,
              const DheeraGeminiModel *model,
              const char              *word,
              GError                 **error)
{
  Effort effort = read_effort (word);
  const char *fault = find_fault (model, effort == EFFORT_NONE);
  int budget;

  if (effort == EFFORT_UNKNOWN)
    fault = "takes none, minimal, low, medium, high, xhigh, max or auto";
  if (fault != NULL)
    return dheera_encoding_refuse (encoding, DHEERA_PARAM_REASONING_EFFORT, fault, error);
  /* A model that can't think does not have to be told that it need not. */
  if (model->gemma || (model->generation > 0 && model->generation < 25))
    return TRUE;

  if (model->generation >= 30)
    {
      write_thinking (writer, find_level (model, effort), FALSE, 0);
      return TRUE;
    }

  budget = efforts[effort].budget;
  if (!model->pro)
    budget = MIN (budget, FLASH_MAX_BUDGET);
  write_thinking (writer, NULL, TRUE, budget);

  return TRUE;
}

/* A number says more than a word, and both together are refused. */
static gboolean
write_reasoning (DheeraJsonWriter        *writer,
                 const DheeraEncoding    *encoding,
                 const DheeraGeminiModel *model,
                 DheeraRequest           *request,
                 DheeraParams             omit,
                 GError                 **error)
{
  const char *fault;

  if (request->reasoning_budget < 0 || (omit & DHEERA_PARAM_REASONING_BUDGET))
    return request->reasoning_effort == NULL || (omit & DHEERA_PARAM_REASONING_EFFORT)
           || write_effort (writer, encoding, model, request->reasoning_effort, error);

  fault = find_fault (model, request->reasoning_budget == 0);
  if (fault != NULL)
    return dheera_encoding_refuse (encoding, DHEERA_PARAM_REASONING_BUDGET, fault, error);
  if (!model->gemma && (model->generation == 0 || model->generation >= 25))
    write_thinking (writer, NULL, TRUE, request->reasoning_budget);

  return TRUE;
}

static gboolean
write_format (DheeraJsonWriter        *writer,
              const DheeraGeminiModel *model,
              DheeraRequest           *request,
              GError                 **error)
{
  if (request->response_format != DHEERA_RESPONSE_FORMAT_JSON_OBJECT && request->response_format != DHEERA_RESPONSE_FORMAT_JSON_SCHEMA)
    return TRUE;

  dheera_json_writer_member_string (writer, "responseMimeType", "application/json");
  if (request->response_format == DHEERA_RESPONSE_FORMAT_JSON_OBJECT)
    return TRUE;

  if (dheera_gemini_model_takes_json_schema (model))
    {
      dheera_json_writer_member_raw (writer, "responseJsonSchema", dheera_json_text_get (&request->response_schema));
      return TRUE;
    }

  dheera_json_writer_key (writer, "responseSchema");

  return dheera_gemini_write_schema (writer, dheera_json_text_get (&request->response_schema), "the response", error);
}

/* FALSE with the error */
static gboolean
write_seed (DheeraJsonWriter     *writer,
            const DheeraEncoding *encoding,
            gint64                seed,
            GError              **error)
{
  if (seed > G_MAXINT32)
    return dheera_encoding_refuse (encoding, DHEERA_PARAM_SEED, "takes seeds up to 2147483647", error);

  dheera_json_writer_member_int (writer, "seed", seed);

  return TRUE;
}

static void
write_sampling (DheeraJsonWriter *writer,
                DheeraRequest    *request,
                DheeraParams      set)
{
  if (set & DHEERA_PARAM_MAX_TOKENS)
    dheera_json_writer_member_int (writer, "maxOutputTokens", request->max_tokens);
  if (set & DHEERA_PARAM_TEMPERATURE)
    dheera_json_writer_member_double (writer, "temperature", request->temperature);
  if (set & DHEERA_PARAM_TOP_P)
    dheera_json_writer_member_double (writer, "topP", request->top_p);
  if (set & DHEERA_PARAM_TOP_K)
    dheera_json_writer_member_int (writer, "topK", request->top_k);
  if (set & DHEERA_PARAM_N)
    dheera_json_writer_member_int (writer, "candidateCount", request->n);
  if (set & DHEERA_PARAM_PRESENCE_PENALTY)
    dheera_json_writer_member_double (writer, "presencePenalty", request->presence_penalty);
  if (set & DHEERA_PARAM_FREQUENCY_PENALTY)
    dheera_json_writer_member_double (writer, "frequencyPenalty", request->frequency_penalty);
  if (set & DHEERA_PARAM_STOP)
    dheera_json_writer_member_strv (writer, "stopSequences", (const char *const *) request->stop);
  if (set & DHEERA_PARAM_LOGPROBS)
    dheera_json_writer_member_boolean (writer, "responseLogprobs", request->logprobs == DHEERA_TRISTATE_YES);
  if (set & DHEERA_PARAM_TOP_LOGPROBS)
    dheera_json_writer_member_int (writer, "logprobs", request->top_logprobs);
}

gboolean
dheera_gemini_write_config (DheeraJsonWriter        *writer,
                            const DheeraEncoding    *encoding,
                            const DheeraGeminiModel *model,
                            DheeraRequest           *request,
                            DheeraParams             omit,
                            GError                 **error)
{
  DheeraParams set = dheera_request_list_set_params (request) & ~omit;
  const DheeraParams here = DHEERA_PARAM_MAX_TOKENS | DHEERA_PARAM_TEMPERATURE | DHEERA_PARAM_TOP_P | DHEERA_PARAM_TOP_K | DHEERA_PARAM_N
                            | DHEERA_PARAM_PRESENCE_PENALTY | DHEERA_PARAM_FREQUENCY_PENALTY | DHEERA_PARAM_STOP | DHEERA_PARAM_LOGPROBS
                            | DHEERA_PARAM_TOP_LOGPROBS | DHEERA_PARAM_SEED | DHEERA_PARAM_JSON_OBJECT | DHEERA_PARAM_JSON_SCHEMA
                            | DHEERA_PARAM_REASONING_EFFORT | DHEERA_PARAM_REASONING_BUDGET;

  if (!(set & here))
    return TRUE;

  dheera_json_writer_key (writer, "generationConfig");
  dheera_json_writer_begin_object (writer);
  write_sampling (writer, request, set);
  if ((set & DHEERA_PARAM_SEED) && !write_seed (writer, encoding, request->seed, error))
    return FALSE;
  if ((set & (DHEERA_PARAM_JSON_OBJECT | DHEERA_PARAM_JSON_SCHEMA)) && !write_format (writer, model, request, error))
    return FALSE;
  if (!write_reasoning (writer, encoding, model, request, omit, error))
    return FALSE;
  dheera_json_writer_end_object (writer);

  return TRUE;
}
