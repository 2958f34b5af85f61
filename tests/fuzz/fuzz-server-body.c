/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whatever somebody sends to the server: it is refused with a sentence, or becomes requests that go where the server says and carry nothing that the API does not have. */

#include <string.h>

#include "dheera-ai/model/chat-json/dheera-chat-json-private.h"
#include "dheera-ai/model/dheera-embedding-request.h"
#include "dheera-ai/model/requests/dheera-base-request-private.h"
#include "dheera-ai/server/dheera-codec-private.h"

#include "fuzz.h"

/* All that may stand in a body that goes to a provider in OpenAI's form */
static const char *const members[] = {
  "model", "messages", "stream", "stream_options", "max_tokens", "max_completion_tokens", "temperature", "top_p", "top_k", "stop", "seed", "n", "presence_penalty",
  "frequency_penalty", "logprobs", "top_logprobs", "tools", "tool_choice", "parallel_tool_calls", "response_format", "reasoning_effort", "reasoning", "thinking", "user",
  "metadata", "service_tier", "audio", "logit_bias", "modalities", "moderation", "prediction", "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention",
  "safety_identifier", "store", "verbosity", "web_search_options",
  /* And what only other vendors have there */
  "bad_words", "dry_allowed_length", "dry_base", "dry_multiplier", "dry_penalty_last_n", "dynatemp_exponent", "dynatemp_range", "ignore_eos",
  "include_stop_str_in_output", "length_penalty", "min_p", "min_tokens", "mirostat", "mirostat_eta", "mirostat_tau", "repeat_last_n", "repeat_penalty",
  "repetition_penalty", "samplers", "skip_special_tokens", "stop_token_ids", "tfs_z", "top_a", "typ_p", "typical_p", "xtc_probability", "xtc_threshold",
  "add_generation_prompt", "continue_final_message", "grammar", "guided_choice", "guided_grammar", "guided_json", "guided_regex", "json_schema",
  "structured_outputs", "chat_template_kwargs", "enable_thinking", "include_reasoning", "reasoning_format", "separate_reasoning", "think", "thinking_budget",
  "cache_prompt", "keep_alive", "num_batch", "num_ctx", "num_gpu", "num_keep", "num_thread", "options", "return_progress", "timings_per_token",
  "cache_control", "plugins", "provider", "transforms", "safe_prompt", "usage", NULL,
};

static void
check_members (const char *text,
               gsize       length)
{
  g_auto (DheeraJson) json = DHEERA_JSON_INIT;
  DheeraJsonIter iter;
  DheeraJsonValue name, value;

  MUST (dheera_json_parse (&json, text, length));
  MUST (dheera_json_type (dheera_json_root (&json)) == DHEERA_JSON_OBJECT);
  dheera_json_iter_init (&iter, dheera_json_root (&json));
  while (dheera_json_iter_next (&iter, &name, &value))
    {
      g_autofree char *key = dheera_json_dup_string (name);

      MUST (g_strv_contains (members, key));
    }
}

static void
check_request (DheeraBaseRequest *request)
{
  g_autoptr (DheeraBaseRequest) fresh = g_object_new (G_OBJECT_TYPE (request), NULL);
  const char *extra = dheera_base_request_peek_extra (request);

  MUST (request->base_url == NULL && request->api_key == NULL && request->provider == NULL && request->session == NULL);
  MUST (dheera_base_request_get_n_headers (request) == 0);
  MUST (request->timeout == fresh->timeout && request->first_token_timeout == fresh->first_token_timeout && request->idle_timeout == fresh->idle_timeout);
  MUST (request->max_retries == fresh->max_retries);
  MUST (dheera_base_request_get_extra (request) == extra);
  if (extra != NULL)
    check_members (extra, strlen (extra));

  if (DHEERA_IS_REQUEST (request) && dheera_base_request_validate (request, NULL))
    {
      g_autoptr (GBytes) body = dheera_chat_write_body (DHEERA_REQUEST (request), "m", FALSE, &dheera_chat_dialect_openai);

      check_members (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
    }
}

static void
check_ask (const DheeraAsk *ask)
{
  MUST (ask->model != NULL && *ask->model != '\0' && g_utf8_validate (ask->model, -1, NULL));
  MUST (ask->requests->len >= 1 && ask->requests->len <= DHEERA_CODEC_MAX_PROMPTS);
  MUST (ask->n >= 1 && ask->n <= 128);
  MUST (ask->stream == (ask->operation == DHEERA_UPSTREAM_STREAM));
  MUST (!ask->include_usage || ask->stream);
  for (guint i = 0; i < ask->requests->len; i++)
    {
      DheeraBaseRequest *request = g_ptr_array_index (ask->requests, i);

      MUST (DHEERA_IS_EMBEDDING_REQUEST (request) == (ask->operation == DHEERA_UPSTREAM_EMBED));
      MUST (g_str_equal (dheera_base_request_get_model (request), ask->model));
      check_request (request);
    }
}

static void
check_refusal (const GError *error)
{
  g_auto (DheeraCodecError) answer = { 0 };
  g_auto (DheeraJson) json = DHEERA_JSON_INIT;
  g_autofree char *message = NULL;

  MUST (error != NULL && error->domain == DHEERA_ERROR);
  dheera_codec_read_error (&answer, error, NULL);
  MUST (answer.status == 400 && !answer.should_retry);
  MUST (g_utf8_validate (answer.body, -1, NULL) && dheera_json_parse (&json, answer.body, strlen (answer.body)));
  message = dheera_json_dup_string (dheera_json_path (dheera_json_root (&json), "error.message"));
  MUST (message != NULL && *message != '\0');
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        size_t        size)
{
  static const DheeraRoute routes[] = { DHEERA_ROUTE_CHAT, DHEERA_ROUTE_COMPLETIONS, DHEERA_ROUTE_EMBEDDINGS };
  g_auto (DheeraAsk) ask = { 0 };
  g_autoptr (GBytes) body = NULL;
  g_autoptr (GError) error = NULL;

  if (size == 0)
    return 0;

  body = g_bytes_new (data + 1, size - 1);
  if (dheera_codec_read (&ask, routes[data[0] % G_N_ELEMENTS (routes)], body, &error))
    {
      MUST (error == NULL);
      check_ask (&ask);
    }
  else
    check_refusal (error);

  return 0;
}
