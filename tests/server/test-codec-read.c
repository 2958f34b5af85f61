/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "codec-util.h"

#include "dheera-ai/model/dheera-models-request.h"
#include "dheera-ai/model/endpoints/dheera-embedding-request-private.h"

#define HELLO "\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]"
#define CHAT(members) "{" HELLO "," members "}"
#define TEXT(members) "{\"model\":\"m\",\"prompt\":\"p\"," members "}"
#define VECTOR(members) "{\"model\":\"m\",\"input\":\"p\"," members "}"

/* --- What is taken ----------------------------------------------------------------------------------------------------------------- */

static void
test_chat (void)
{
  g_auto (DheeraAsk) ask = { 0 };
  DheeraRequest *request;

  expect_ask (&ask, DHEERA_ROUTE_CHAT,
              CHAT ("\"max_completion_tokens\":5,\"temperature\":0.5,\"top_p\":0.25,\"top_k\":3,\"n\":2,\"stop\":[\"a\",\"b\"],\"seed\":7,"
                    "\"presence_penalty\":-2,\"frequency_penalty\":2,\"logprobs\":true,\"top_logprobs\":4,\"user\":\"u\",\"reasoning_effort\":\"low\","
                    "\"service_tier\":\"flex\",\"metadata\":{\"k\":\"v\"},\"parallel_tool_calls\":false,"
                    "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}],\"tool_choice\":\"f\","
                    "\"stream\":true,\"stream_options\":{\"include_usage\":true,\"include_obfuscation\":false}"));
  g_assert_cmpint (ask.route, ==, DHEERA_ROUTE_CHAT);
  g_assert_cmpint (ask.operation, ==, DHEERA_UPSTREAM_STREAM);
  g_assert_true (ask.stream && ask.include_usage && !ask.echo && !ask.base64);
  g_assert_cmpuint (ask.n, ==, 2);
  g_assert_cmpstr (ask.model, ==, "m");
  g_assert_null (ask.shown_model);
  g_assert_cmpuint (ask.requests->len, ==, 1);

  request = g_ptr_array_index (ask.requests, 0);
  g_assert_true (DHEERA_IS_REQUEST (request));
  g_assert_cmpstr (dheera_base_request_get_model (DHEERA_BASE_REQUEST (request)), ==, "m");
  g_assert_cmpint (request->max_tokens, ==, 5);
  g_assert_cmpfloat (request->temperature, ==, 0.5);
  g_assert_cmpfloat (request->top_p, ==, 0.25);
  g_assert_cmpint (request->top_k, ==, 3);
  g_assert_cmpint (request->n, ==, 2);
  g_assert_cmpstr (request->stop[1], ==, "b");
  g_assert_cmpint (request->seed, ==, 7);
  g_assert_cmpfloat (request->presence_penalty, ==, -2);
  g_assert_cmpfloat (request->frequency_penalty, ==, 2);
  g_assert_cmpint (request->top_logprobs, ==, 4);
  g_assert_cmpstr (request->user, ==, "u");
  g_assert_cmpstr (request->tool_choice, ==, "f");
  g_assert_cmpuint (dheera_request_get_n_tools (request), ==, 1);
  g_assert_cmpuint (dheera_request_get_n_messages (request), ==, 1);
  g_assert_null (dheera_base_request_get_extra (DHEERA_BASE_REQUEST (request)));
}

static void
test_plain (void)
{
  g_auto (DheeraAsk) ask = { 0 };

  expect_ask (&ask, DHEERA_ROUTE_CHAT, CHAT ("\"stream\":null,\"n\":null,\"temperature\":null,\"stream_options\":null,\"logit_bias\":null"));
  g_assert_cmpint (ask.operation, ==, DHEERA_UPSTREAM_COMPLETE);
  g_assert_true (!ask.stream && !ask.include_usage);
  g_assert_cmpuint (ask.n, ==, 1);
  g_assert_null (dheera_base_request_get_extra (g_ptr_array_index (ask.requests, 0)));
}

/* What is a parameter of the model goes on as it is. */
static void
test_handed_on (void)
{
  static const struct
  {
    DheeraRoute route;
    const char *members;
  } cases[] = {
    { DHEERA_ROUTE_CHAT, "\"logit_bias\":{\"50256\":-100}" },
    { DHEERA_ROUTE_CHAT, "\"prediction\":{\"type\":\"content\",\"content\":\"x\"}" },
    { DHEERA_ROUTE_CHAT, "\"verbosity\":\"low\"" },
    { DHEERA_ROUTE_CHAT, "\"web_search_options\":{\"search_context_size\":\"low\"}" },
    { DHEERA_ROUTE_CHAT, "\"store\":true" },
    { DHEERA_ROUTE_CHAT, "\"modalities\":[\"text\",\"audio\"]" },
    { DHEERA_ROUTE_CHAT, "\"audio\":{\"voice\":\"alloy\",\"format\":\"wav\"}" },
    { DHEERA_ROUTE_CHAT, "\"moderation\":{\"model\":\"omni-moderation-latest\"}" },
    { DHEERA_ROUTE_CHAT, "\"safety_identifier\":\"s\"" },
    { DHEERA_ROUTE_CHAT, "\"prompt_cache_key\":\"k\"" },
    { DHEERA_ROUTE_CHAT, "\"prompt_cache_retention\":\"24h\"" },
    { DHEERA_ROUTE_CHAT, "\"prompt_cache_options\":{\"mode\":\"explicit\"}" },
    { DHEERA_ROUTE_CHAT, "\"tool_choice\":{\"type\":\"custom\",\"custom\":{\"name\":\"c\"}}" },
    { DHEERA_ROUTE_CHAT, "\"tools\":[{\"type\":\"custom\",\"custom\":{\"name\":\"c\"}}]" },
    { DHEERA_ROUTE_COMPLETIONS, "\"logit_bias\":{\"50256\":-100}" },
    /* What only other vendors have */
    { DHEERA_ROUTE_CHAT, "\"min_p\":0.05" },
    { DHEERA_ROUTE_CHAT, "\"repetition_penalty\":1.1" },
    { DHEERA_ROUTE_CHAT, "\"stop_token_ids\":[7]" },
    { DHEERA_ROUTE_CHAT, "\"guided_json\":{\"type\":\"object\"}" },
    { DHEERA_ROUTE_CHAT, "\"chat_template_kwargs\":{\"enable_thinking\":false}" },
    { DHEERA_ROUTE_CHAT, "\"enable_thinking\":false" },
    { DHEERA_ROUTE_CHAT, "\"include_reasoning\":true" },
    { DHEERA_ROUTE_CHAT, "\"think\":\"low\"" },
    { DHEERA_ROUTE_CHAT, "\"options\":{\"num_ctx\":8192}" },
    { DHEERA_ROUTE_CHAT, "\"num_ctx\":8192" },
    { DHEERA_ROUTE_CHAT, "\"keep_alive\":\"5m\"" },
    { DHEERA_ROUTE_CHAT, "\"cache_control\":{\"type\":\"ephemeral\"}" },
    { DHEERA_ROUTE_CHAT, "\"provider\":{\"order\":[\"x\"]}" },
    { DHEERA_ROUTE_CHAT, "\"plugins\":[{\"id\":\"web\"}]" },
    { DHEERA_ROUTE_CHAT, "\"usage\":{\"include\":true}" },
    { DHEERA_ROUTE_CHAT, "\"dry_multiplier\":0.5,\"xtc_probability\":0,\"samplers\":[\"top_k\"],\"timings_per_token\":true" },
    { DHEERA_ROUTE_CHAT, "\"num_batch\":512,\"num_keep\":4" },
    { DHEERA_ROUTE_CHAT, "\"transforms\":[\"middle-out\"]" },
    { DHEERA_ROUTE_COMPLETIONS, "\"min_p\":0.05" },
    { DHEERA_ROUTE_COMPLETIONS, "\"grammar\":\"root ::= x\"" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (DheeraAsk) ask = { 0 };
      g_autofree char *body = g_strdup_printf ("{%s,%s}", cases[i].route == DHEERA_ROUTE_CHAT ? HELLO : "\"model\":\"m\",\"prompt\":\"p\"", cases[i].members);
      g_autofree char *extra = g_strdup_printf ("{%s}", cases[i].members);

      expect_ask (&ask, cases[i].route, body);
      g_assert_cmpstr (dheera_base_request_get_extra (g_ptr_array_index (ask.requests, 0)), ==, extra);
      /* The library's reader knows tools and what chooses them, and has kept what it has no form for. */
      if (strstr (cases[i].members, "tool") == NULL)
        g_assert_nonnull (DHEERA_BASE_REQUEST (g_ptr_array_index (ask.requests, 0))->handed_on);
      else
        g_assert_null (DHEERA_BASE_REQUEST (g_ptr_array_index (ask.requests, 0))->handed_on);
      /* The library has a property of that name, which no body reaches. */
      g_assert_null (dheera_base_request_get_provider (g_ptr_array_index (ask.requests, 0)));
    }
}

/* Forms of new_from_json() that OpenAI does not have */
static void
test_own_forms (void)
{
  g_auto (DheeraAsk) thinking = { 0 };
  g_auto (DheeraAsk) reasoning = { 0 };

  expect_ask (&thinking, DHEERA_ROUTE_CHAT, CHAT ("\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1024}"));
  g_assert_cmpint (((DheeraRequest *) g_ptr_array_index (thinking.requests, 0))->reasoning_budget, ==, 1024);
  expect_ask (&reasoning, DHEERA_ROUTE_CHAT, CHAT ("\"reasoning\":{\"effort\":\"high\"}"));
  g_assert_cmpstr (((DheeraRequest *) g_ptr_array_index (reasoning.requests, 0))->reasoning_effort, ==, "high");
}

static void
test_completions (void)
{
  g_auto (DheeraAsk) ask = { 0 };

  expect_ask (&ask, DHEERA_ROUTE_COMPLETIONS,
              "{\"model\":\"m\",\"prompt\":[\"one\",\"two\"],\"max_tokens\":9,\"n\":3,\"echo\":true,\"suffix\":\"\",\"best_of\":1,\"logprobs\":null,"
              "\"stream\":true,\"stream_options\":{\"include_usage\":true},\"stop\":\"x\",\"seed\":1,\"temperature\":1,\"top_p\":1,\"user\":\"u\","
              "\"presence_penalty\":1,\"frequency_penalty\":1}");
  g_assert_cmpint (ask.operation, ==, DHEERA_UPSTREAM_STREAM);
  g_assert_true (ask.echo && ask.include_usage);
  g_assert_cmpuint (ask.n, ==, 3);
  g_assert_cmpuint (ask.requests->len, ==, 2);
  for (guint i = 0; i < 2; i++)
    {
      DheeraRequest *request = g_ptr_array_index (ask.requests, i);
      g_autoptr (DheeraMessage) message = g_list_model_get_item (G_LIST_MODEL (dheera_request_get_conversation (request)), 0);

      g_assert_cmpuint (dheera_request_get_n_messages (request), ==, 1);
      g_assert_cmpint (dheera_message_get_role (message), ==, DHEERA_ROLE_USER);
      g_assert_cmpstr (dheera_message_get_text (message), ==, i == 0 ? "one" : "two");
      g_assert_cmpstr (dheera_base_request_get_model (DHEERA_BASE_REQUEST (request)), ==, "m");
      g_assert_cmpint (request->max_tokens, ==, 9);
      g_assert_cmpint (request->n, ==, 3);
      g_assert_cmpstr (request->stop[0], ==, "x");
      g_assert_cmpstr (request->user, ==, "u");
      g_assert_null (dheera_base_request_get_extra (DHEERA_BASE_REQUEST (request)));
    }
}

static void
test_embeddings (void)
{
  g_auto (DheeraAsk) one = { 0 };
  g_auto (DheeraAsk) many = { 0 };
  DheeraEmbeddingRequest *request;

  expect_ask (&one, DHEERA_ROUTE_EMBEDDINGS, "{\"model\":\"m\",\"input\":\"a\"}");
  g_assert_cmpint (one.operation, ==, DHEERA_UPSTREAM_EMBED);
  g_assert_false (one.base64);
  request = g_ptr_array_index (one.requests, 0);
  g_assert_cmpuint (g_strv_length (request->inputs), ==, 1);
  g_assert_cmpint (request->dimensions, ==, -1);

  expect_ask (&many, DHEERA_ROUTE_EMBEDDINGS,
              "{\"model\":\"m\",\"input\":[\"a\",\"b\"],\"dimensions\":256,\"encoding_format\":\"base64\",\"user\":\"u\",\"input_type\":\"query\"}");
  g_assert_true (many.base64);
  request = g_ptr_array_index (many.requests, 0);
  g_assert_cmpstr (dheera_base_request_get_model (DHEERA_BASE_REQUEST (request)), ==, "m");
  g_assert_cmpstr (request->inputs[1], ==, "b");
  g_assert_cmpint (request->dimensions, ==, 256);
  g_assert_cmpstr (request->user, ==, "u");
  g_assert_cmpstr (request->input_type, ==, "query");
}

static void
test_models (void)
{
  static const DheeraRoute routes[] = { DHEERA_ROUTE_MODELS, DHEERA_ROUTE_MODEL };

  for (guint i = 0; i < G_N_ELEMENTS (routes); i++)
    {
      g_auto (DheeraAsk) ask = { 0 };

      expect_ask (&ask, routes[i], NULL);
      g_assert_cmpint (ask.operation, ==, DHEERA_UPSTREAM_MODELS);
      g_assert_true (DHEERA_IS_MODELS_REQUEST (g_ptr_array_index (ask.requests, 0)));
    }
}

/* --- What is refused --------------------------------------------------------------------------------------------------------------- */

typedef struct
{
  DheeraRoute route;
  const char *body;
  const char *param; /* NULL: null */
  const char *code;
  const char *message; /* a part of it */
} Refusal;

static const Refusal refusals[] = {
  { DHEERA_ROUTE_CHAT, NULL, NULL, NULL, "has no body" },
  { DHEERA_ROUTE_CHAT, "", NULL, NULL, "has no body" },
  { DHEERA_ROUTE_CHAT, "{\"model\":}", NULL, NULL, "at byte 9: " },
  { DHEERA_ROUTE_EMBEDDINGS, "{} {}", NULL, NULL, "at byte 3: " },
  { DHEERA_ROUTE_COMPLETIONS, "{\"model\":\"\xff\"}", NULL, NULL, "at byte 10: " },
  { DHEERA_ROUTE_CHAT, "[]", NULL, NULL, "not an object" },
  { DHEERA_ROUTE_CHAT, "null", NULL, NULL, "not an object" },

  { DHEERA_ROUTE_CHAT, "{\"messages\":[]}", "model", "missing_required_parameter", "Missing required parameter: 'model'." },
  { DHEERA_ROUTE_CHAT, "{\"model\":null}", "model", "missing_required_parameter", "Missing required parameter: 'model'." },
  { DHEERA_ROUTE_CHAT, "{\"model\":\"\"}", "model", "invalid_value", "an empty string" },
  { DHEERA_ROUTE_CHAT, "{\"model\":7}", "model", "invalid_type", "expected a string, but got a number" },
  { DHEERA_ROUTE_CHAT, "{\"model\":\"m\"}", "messages", "missing_required_parameter", "Missing required parameter: 'messages'." },
  { DHEERA_ROUTE_CHAT, "{\"model\":\"m\",\"messages\":\"hi\"}", "messages", "invalid_type", "expected an array, but got a string" },
  { DHEERA_ROUTE_CHAT, "{\"model\":\"m\",\"messages\":[]}", "messages", "empty_array", "empty array" },
  { DHEERA_ROUTE_CHAT, "{\"model\":\"m\",\"messages\":[{\"role\":\"robot\"}]}", "messages[0].role", NULL, "messages[0].role is" },
  { DHEERA_ROUTE_CHAT, CHAT ("\"model\":\"\""), "model", "invalid_value", "more than once" },
  { DHEERA_ROUTE_CHAT, CHAT ("\"store\":true,\"s\\u0074ore\":false"), "store", "invalid_value", "more than once" },

  { DHEERA_ROUTE_CHAT, CHAT ("\"max_token\":1"), "max_token", "unknown_parameter", "Unknown parameter: 'max_token'." },
  { DHEERA_ROUTE_CHAT, CHAT ("\"api_base\":null"), "api_base", "unknown_parameter", "Unknown parameter: 'api_base'." },
  { DHEERA_ROUTE_CHAT, CHAT ("\"\\u0061pi_key\":\"x\""), "api_key", "unknown_parameter", "Unknown parameter: 'api_key'." },
  { DHEERA_ROUTE_CHAT, CHAT ("\"model\\u0000\":\"x\""), "model\357\277\275", "unknown_parameter", "Unknown parameter: 'model" },
  { DHEERA_ROUTE_CHAT, CHAT ("\"\":1"), NULL, "unknown_parameter", "Unknown parameter: ''." },
  /* They would decide who answers, or run something there. */
  { DHEERA_ROUTE_CHAT, CHAT ("\"models\":[\"a\"]"), "models", "unknown_parameter", "Unknown parameter" },
  { DHEERA_ROUTE_CHAT, CHAT ("\"route\":\"fallback\""), "route", "unknown_parameter", "Unknown parameter" },
  { DHEERA_ROUTE_CHAT, CHAT ("\"extra_body\":{}"), "extra_body", "unknown_parameter", "Unknown parameter" },
  { DHEERA_ROUTE_CHAT, CHAT ("\"extra_headers\":{}"), "extra_headers", "unknown_parameter", "Unknown parameter" },
  { DHEERA_ROUTE_CHAT, CHAT ("\"base_url\":\"http://a\""), "base_url", "unknown_parameter", "Unknown parameter" },
  { DHEERA_ROUTE_CHAT, CHAT ("\"kv_transfer_params\":{}"), "kv_transfer_params", "unknown_parameter", "Unknown parameter" },
  { DHEERA_ROUTE_CHAT, CHAT ("\"custom_logit_processor\":\"x\""), "custom_logit_processor", "unknown_parameter", "Unknown parameter" },
  { DHEERA_ROUTE_CHAT, CHAT ("\"chat_template\":\"x\""), "chat_template", "unknown_parameter", "Unknown parameter" },
  { DHEERA_ROUTE_CHAT, CHAT ("\"provider\":\"openai\""), "provider", "invalid_type", "expected an object, but got a string" },
  { DHEERA_ROUTE_CHAT, CHAT ("\"min_p\":\"1\""), "min_p", "invalid_type", "expected a number" },
  { DHEERA_ROUTE_CHAT, CHAT ("\"min_p\":0.1,\"min_p\":0.2"), "min_p", "invalid_value", "more than once" },
  { DHEERA_ROUTE_EMBEDDINGS, VECTOR ("\"min_p\":0.1"), "min_p", "unknown_parameter", "Unknown parameter" },
  { DHEERA_ROUTE_CHAT, CHAT ("\"prompt\":\"p\""), "prompt", "unknown_parameter", "Unknown parameter" },
  { DHEERA_ROUTE_COMPLETIONS, TEXT ("\"messages\":[]"), "messages", "unknown_parameter", "Unknown parameter" },
  { DHEERA_ROUTE_EMBEDDINGS, VECTOR ("\"stream\":true"), "stream", "unknown_parameter", "Unknown parameter" },

  { DHEERA_ROUTE_CHAT, CHAT ("\"stream\":\"true\""), "stream", "invalid_type", "expected a boolean, but got a string" },
  { DHEERA_ROUTE_CHAT, CHAT ("\"stream_options\":{}"), "stream_options", NULL, "only allowed when 'stream' is enabled" },
  { DHEERA_ROUTE_CHAT, CHAT ("\"stream\":true,\"stream_options\":[]"), "stream_options", "invalid_type", "expected an object" },
  { DHEERA_ROUTE_CHAT, CHAT ("\"stream\":true,\"stream_options\":{\"usage\":true}"), "stream_options.usage", "unknown_parameter", "'stream_options.usage'" },
  { DHEERA_ROUTE_CHAT, CHAT ("\"stream\":true,\"stream_options\":{\"include_usage\":1}"), "stream_options.include_usage", "invalid_type", "expected a boolean" },

  { DHEERA_ROUTE_CHAT, CHAT ("\"n\":0"), "n", "integer_below_min_value", ">= 1, but got 0 instead" },
  { DHEERA_ROUTE_CHAT, CHAT ("\"n\":129"), "n", "integer_above_max_value", "<= 128, but got 129 instead" },
  { DHEERA_ROUTE_CHAT, CHAT ("\"n\":1.5"), "n", "invalid_type", "expected an integer, but got a decimal number" },
  { DHEERA_ROUTE_CHAT, CHAT ("\"n\":1e300"), "n", "integer_above_max_value", "<= 128, but got 1e+300 instead" },
  { DHEERA_ROUTE_CHAT, CHAT ("\"top_logprobs\":21"), "top_logprobs", "integer_above_max_value", "integer above maximum value" },
  { DHEERA_ROUTE_CHAT, CHAT ("\"temperature\":2.5"), "temperature", "decimal_above_max_value", "<= 2, but got 2.5 instead" },
  { DHEERA_ROUTE_CHAT, CHAT ("\"temperature\":-1"), "temperature", "decimal_below_min_value", ">= 0, but got -1 instead" },
  { DHEERA_ROUTE_CHAT, CHAT ("\"temperature\":1e999"), "temperature", "decimal_above_max_value", "<= 2" },
  { DHEERA_ROUTE_CHAT, CHAT ("\"presence_penalty\":-1000"), "presence_penalty", "decimal_below_min_value", ">= -2" },
  { DHEERA_ROUTE_CHAT, CHAT ("\"max_tokens\":\"5\""), "max_tokens", "invalid_type", "expected a number, but got a string" },
  { DHEERA_ROUTE_CHAT, CHAT ("\"max_completion_tokens\":-1"), "max_completion_tokens", "integer_below_min_value", ">= 1" },
  { DHEERA_ROUTE_CHAT, CHAT ("\"max_tokens\":99999999999"), "max_tokens", "integer_above_max_value", "<= 2147483647" },
  { DHEERA_ROUTE_CHAT, CHAT ("\"stop\":7"), "stop", "invalid_type", "expected a string or an array, but got a number" },
  { DHEERA_ROUTE_CHAT, CHAT ("\"stop\":[7]"), "stop[0]", NULL, "stop[0] is a number" },
  { DHEERA_ROUTE_CHAT, CHAT ("\"store\":\"yes\""), "store", "invalid_type", "expected a boolean" },
  { DHEERA_ROUTE_CHAT, CHAT ("\"logit_bias\":[]"), "logit_bias", "invalid_type", "expected an object, but got an array" },
  { DHEERA_ROUTE_CHAT, CHAT ("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}},{\"type\":\"mcp\",\"server_url\":\"https://a\"}]"),
    "tools[1].type", "invalid_value", "'function' and 'custom'" },
  { DHEERA_ROUTE_CHAT, CHAT ("\"tools\":[{\"type\":7}]"), "tools[0].type", "invalid_value", "'function' and 'custom'" },
  { DHEERA_ROUTE_CHAT, CHAT ("\"tools\":[7]"), "tools[0]", NULL, "has to be an object" },

  { DHEERA_ROUTE_COMPLETIONS, "{\"model\":\"m\"}", "prompt", "missing_required_parameter", "Missing required parameter: 'prompt'." },
  { DHEERA_ROUTE_COMPLETIONS, "{\"prompt\":\"p\"}", "model", "missing_required_parameter", "Missing required parameter: 'model'." },
  { DHEERA_ROUTE_COMPLETIONS, "{\"model\":\"m\",\"prompt\":\"\"}", "prompt", "invalid_value", "empty string" },
  { DHEERA_ROUTE_COMPLETIONS, "{\"model\":\"m\",\"prompt\":[]}", "prompt", "empty_array", "empty array" },
  { DHEERA_ROUTE_COMPLETIONS, "{\"model\":\"m\",\"prompt\":[1,2]}", "prompt", "unsupported_value", "made of tokens" },
  { DHEERA_ROUTE_COMPLETIONS, "{\"model\":\"m\",\"prompt\":[[1,2]]}", "prompt", "unsupported_value", "made of tokens" },
  { DHEERA_ROUTE_COMPLETIONS, "{\"model\":\"m\",\"prompt\":[\"a\",null]}", "prompt", "invalid_type", "expected a string, but got null" },
  { DHEERA_ROUTE_COMPLETIONS, "{\"model\":\"m\",\"prompt\":{}}", "prompt", "invalid_type", "expected a string, but got an object" },
  { DHEERA_ROUTE_COMPLETIONS, TEXT ("\"best_of\":2"), "best_of", "unsupported_parameter", "'best_of' is not possible" },
  { DHEERA_ROUTE_COMPLETIONS, TEXT ("\"suffix\":\"s\""), "suffix", "unsupported_parameter", "'suffix' is not possible" },
  { DHEERA_ROUTE_COMPLETIONS, TEXT ("\"logprobs\":0"), "logprobs", "unsupported_parameter", "'logprobs' is not possible" },
  { DHEERA_ROUTE_COMPLETIONS, TEXT ("\"echo\":1"), "echo", "invalid_type", "expected a boolean" },

  { DHEERA_ROUTE_EMBEDDINGS, "{\"model\":\"m\"}", "input", "missing_required_parameter", "Missing required parameter: 'input'." },
  { DHEERA_ROUTE_EMBEDDINGS, "{\"input\":\"a\"}", "model", "missing_required_parameter", "Missing required parameter: 'model'." },
  { DHEERA_ROUTE_EMBEDDINGS, "{\"model\":\"m\",\"input\":[[7]]}", "input", "unsupported_value", "made of tokens" },
  { DHEERA_ROUTE_EMBEDDINGS, "{\"model\":\"m\",\"input\":[\"\"]}", "input", "invalid_value", "empty string" },
  { DHEERA_ROUTE_EMBEDDINGS, VECTOR ("\"dimensions\":0"), "dimensions", "integer_below_min_value", ">= 1" },
  { DHEERA_ROUTE_EMBEDDINGS, VECTOR ("\"dimensions\":2.5"), "dimensions", "invalid_type", "an integer" },
  { DHEERA_ROUTE_EMBEDDINGS, VECTOR ("\"encoding_format\":\"hex\""), "encoding_format", "invalid_value", "'float' and 'base64'" },
};

static void
test_refused (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      guint status;
      g_autoptr (Parsed) answer = refuse_ask (refusals[i].route, refusals[i].body, &status);
      g_autofree char *message = dheera_json_dup_string (at (answer, "error.message"));

      g_test_message ("%" G_GSIZE_FORMAT ": %s", i, message);
      g_assert_cmpuint (status, ==, 400);
      assert_json_string (answer, "error.type", "invalid_request_error");
      assert_json_string (answer, "error.param", refusals[i].param);
      assert_json_string (answer, "error.code", refusals[i].code);
      g_assert_nonnull (strstr (message, refusals[i].message));
      g_assert_true (g_str_has_suffix (message, "."));
    }
}

static void
test_limits (void)
{
  static const struct
  {
    DheeraRoute route;
    const char *name;
    guint max;
  } cases[] = {
    { DHEERA_ROUTE_COMPLETIONS, "prompt", DHEERA_CODEC_MAX_PROMPTS },
    { DHEERA_ROUTE_EMBEDDINGS, "input", DHEERA_CODEC_MAX_INPUTS },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (DheeraAsk) ask = { 0 };
      g_autoptr (GString) body = g_string_new (NULL);
      g_autoptr (Parsed) answer = NULL;
      guint status;

      g_string_printf (body, "{\"model\":\"m\",\"%s\":[\"a\"", cases[i].name);
      for (guint j = 1; j < cases[i].max; j++)
        g_string_append (body, ",\"a\"");
      g_string_append (body, "]}");
      expect_ask (&ask, cases[i].route, body->str);

      g_string_truncate (body, body->len - 2);
      g_string_append (body, ",\"a\"]}");
      answer = refuse_ask (cases[i].route, body->str, &status);
      assert_json_string (answer, "error.code", "array_above_max_length");
      assert_json_string (answer, "error.param", cases[i].name);
    }
}

/* A long name is shown in part. */
static void
test_long_name (void)
{
  g_autofree char *name = g_strnfill (100000, 'x');
  g_autofree char *body = g_strdup_printf ("{\"%s\":1}", name);
  guint status;
  g_autoptr (Parsed) answer = refuse_ask (DHEERA_ROUTE_CHAT, body, &status);
  g_autofree char *param = dheera_json_dup_string (at (answer, "error.param"));

  g_assert_cmpuint (strlen (param), ==, 100);
}

/* Long lists take as long as they are, not their square: with that, neither would end within the time limit. */
static void
test_long_lists (void)
{
  g_auto (DheeraAsk) tools = { 0 };
  g_auto (DheeraAsk) results = { 0 };
  g_autoptr (GString) body = g_string_new ("{" HELLO ",\"tools\":[{\"type\":\"custom\"}");

  for (guint i = 1; i < 100000; i++)
    g_string_append (body, ",{\"type\":\"custom\"}");
  g_string_append (body, "]}");
  expect_ask (&tools, DHEERA_ROUTE_CHAT, body->str);
  g_assert_cmpuint (strlen (dheera_base_request_get_extra (g_ptr_array_index (tools.requests, 0))), >, 1000000);

  g_string_assign (body, "{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\",\"function_call\":{\"name\":\"f\"}}");
  for (guint i = 0; i < 200000; i++)
    g_string_append (body, ",{\"role\":\"function\",\"name\":\"f\",\"content\":\"\"}");
  g_string_append (body, "]}");
  expect_ask (&results, DHEERA_ROUTE_CHAT, body->str);
  g_assert_cmpuint (dheera_request_get_n_messages (g_ptr_array_index (results.requests, 0)), ==, 200001);
}

/* --- Nothing in a body decides where a request goes ------------------------------------------------------------------------------- */

static const char *const forbidden[] = {
  "api_base", "base_url", "api_key", "api_version", "api_type", "organization", "project", "headers", "extra_headers", "default_headers", "extra_body",
  "extra_query", "proxy", "proxies", "http_client", "user_config", "custom_llm_provider", "session", "timeout", "request_timeout", "max_retries",
  "num_retries", "fallbacks", "mock_response", "ssl_verify", "deployment_id", "azure_ad_token", "aws_access_key_id", "vertex_credentials", "extra",
  "litellm_params", "model_list", "caching", "metadata_url", "base-url", "api-key", "first-token-timeout", "idle-timeout",
};

static const char *const harmless[] = {
  "\"temperature\":1", "\"n\":2", "\"user\":\"u\"", "\"stop\":[\"a\"]", "\"top_p\":0.5", "\"seed\":3", "\"logit_bias\":{\"1\":2}", "\"stream\":false",
  "\"max_tokens\":7", "\"presence_penalty\":0",
};

static const char *const values[] = {
  "\"https://evil.example/v1\"", "null", "{\"api_base\":\"https://evil.example\"}", "[\"https://evil.example\"]", "7", "true", "\"\"",
};

/* As JSON may write it: any character as its number */
static void
append_name (GString    *body,
             GRand      *rand,
             const char *name)
{
  gboolean escaped = g_rand_int_range (rand, 0, 4) == 0;

  g_string_append_c (body, '"');
  for (; *name != '\0'; name++)
    if (escaped && g_rand_boolean (rand))
      g_string_append_printf (body, "\\u%04x", *name);
    else
      g_string_append_c (body, *name);
  g_string_append (body, "\":");
}

static char *
generate (GRand       *rand,
          DheeraRoute  route,
          const char  *name) /* nullable */
{
  const char *base = route == DHEERA_ROUTE_CHAT ? HELLO : route == DHEERA_ROUTE_COMPLETIONS ? "\"model\":\"m\",\"prompt\":\"p\"" : "\"model\":\"m\",\"input\":\"p\"";
  gint n_members = route == DHEERA_ROUTE_EMBEDDINGS ? 0 : g_rand_int_range (rand, 0, 8);
  guint first = g_rand_int_range (rand, 0, G_N_ELEMENTS (harmless));
  gint place = g_rand_int_range (rand, 0, n_members + 2);
  GString *body = g_string_new ("{");

  for (gint i = 0; i < n_members + 2; i++)
    {
      if (i == place && name != NULL)
        {
          append_name (body, rand, name);
          g_string_append_printf (body, "%s,", values[g_rand_int_range (rand, 0, G_N_ELEMENTS (values))]);
        }
      if (i == n_members)
        g_string_append_printf (body, "%s,", base);
      else if (i < n_members)
        g_string_append_printf (body, "%s,", harmless[(first + i) % G_N_ELEMENTS (harmless)]);
    }
  body->str[body->len - 1] = '}';

  return g_string_free (body, FALSE);
}

/* What a body could have changed beside the body that goes out */
static void
assert_untouched (DheeraBaseRequest *request)
{
  const char *extra = dheera_base_request_get_extra (request);

  g_assert_null (dheera_base_request_get_base_url (request));
  g_assert_null (dheera_base_request_get_api_key (request));
  g_assert_null (dheera_base_request_get_provider (request));
  g_assert_null (dheera_base_request_get_session (request));
  g_assert_cmpuint (dheera_base_request_get_n_headers (request), ==, 0);
  g_assert_cmpfloat (request->timeout, ==, -1);
  g_assert_cmpfloat (request->first_token_timeout, ==, -1);
  g_assert_cmpfloat (request->idle_timeout, ==, -1);
  g_assert_cmpint (request->max_retries, ==, -1);
  g_assert_true (extra == NULL || g_str_equal (extra, "{\"logit_bias\":{\"1\":2}}"));
}

static void
test_forbidden (void)
{
  static const DheeraRoute routes[] = { DHEERA_ROUTE_CHAT, DHEERA_ROUTE_COMPLETIONS, DHEERA_ROUTE_EMBEDDINGS };
  g_autoptr (GRand) rand = g_rand_new_with_seed (20261126);

  for (guint i = 0; i < 10000; i++)
    {
      DheeraRoute route = routes[g_rand_int_range (rand, 0, G_N_ELEMENTS (routes))];
      const char *name = forbidden[g_rand_int_range (rand, 0, G_N_ELEMENTS (forbidden))];
      g_autofree char *body = generate (rand, route, name);
      guint status;
      g_autoptr (Parsed) answer = refuse_ask (route, body, &status);

      g_assert_cmpuint (status, ==, 400);
      assert_json_string (answer, "error.param", name);
      assert_json_string (answer, "error.code", "unknown_parameter");
    }

  for (guint i = 0; i < 1000; i++)
    {
      DheeraRoute route = routes[g_rand_int_range (rand, 0, G_N_ELEMENTS (routes))];
      g_autofree char *body = generate (rand, route, NULL);
      g_auto (DheeraAsk) ask = { 0 };

      expect_ask (&ask, route, body);
      for (guint j = 0; j < ask.requests->len; j++)
        assert_untouched (g_ptr_array_index (ask.requests, j));
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/codec-read/chat", test_chat);
  g_test_add_func ("/codec-read/plain", test_plain);
  g_test_add_func ("/codec-read/handed-on", test_handed_on);
  g_test_add_func ("/codec-read/own-forms", test_own_forms);
  g_test_add_func ("/codec-read/completions", test_completions);
  g_test_add_func ("/codec-read/embeddings", test_embeddings);
  g_test_add_func ("/codec-read/models", test_models);
  g_test_add_func ("/codec-read/refused", test_refused);
  g_test_add_func ("/codec-read/limits", test_limits);
  g_test_add_func ("/codec-read/long-name", test_long_name);
  g_test_add_func ("/codec-read/long-lists", test_long_lists);
  g_test_add_func ("/codec-read/forbidden", test_forbidden);

  return g_test_run ();
}
