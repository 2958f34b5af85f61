/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "providers-util.h"

#include "dheera-ai/providers/openai/dheera-openai-chat-private.h"

/* The same counts under everybody's names: prompt, completion, total, cached, cache-write, reasoning */
static const struct
{
  const char *name;
  const char *json;
  gint64 counts[6];
} cases[] = {
  { "openai",
    "{\"prompt_tokens\":10,\"completion_tokens\":5,\"total_tokens\":15,\"prompt_tokens_details\":{\"cached_tokens\":4,\"cache_write_tokens\":2},"
    "\"completion_tokens_details\":{\"reasoning_tokens\":3}}", { 10, 5, 15, 4, 2, 3 } },
  { "responses", "{\"input_tokens\":10,\"output_tokens\":5,\"total_tokens\":15,\"input_tokens_details\":{\"cached_tokens\":4},"
    "\"output_tokens_details\":{\"reasoning_tokens\":3}}", { 10, 5, 15, 4, -1, 3 } },
  { "xai", "{\"prompt_tokens\":12,\"completion_tokens\":1,\"total_tokens\":303,\"completion_tokens_details\":{\"reasoning_tokens\":290}}",
    { 12, 291, 303, -1, -1, 290 } },
  { "deepinfra", "{\"prompt_tokens\":12,\"completion_tokens\":5,\"total_tokens\":17,\"completion_tokens_details\":{\"reasoning_tokens\":20}}",
    { 12, 25, 17, -1, -1, 20 } },
  { "deepseek", "{\"prompt_tokens\":100,\"completion_tokens\":5,\"total_tokens\":105,\"prompt_cache_hit_tokens\":64,\"prompt_cache_miss_tokens\":36}",
    { 100, 5, 105, 64, -1, -1 } },
  { "moonshot", "{\"prompt_tokens\":10,\"completion_tokens\":5,\"total_tokens\":15,\"cached_tokens\":8}", { 10, 5, 15, 8, -1, -1 } },
  { "mistral", "{\"prompt_tokens\":10,\"completion_tokens\":5,\"total_tokens\":15,\"num_cached_tokens\":8}", { 10, 5, 15, 8, -1, -1 } },
  { "mistral-typo", "{\"prompt_tokens\":10,\"completion_tokens\":5,\"prompt_token_details\":{\"cached_tokens\":8}}", { 10, 5, 15, 8, -1, -1 } },
  { "perplexity", "{\"prompt_tokens\":10,\"completion_tokens\":50,\"total_tokens\":60,\"reasoning_tokens\":30,\"num_search_queries\":2}",
    { 10, 50, 60, -1, -1, 30 } },
  { "anthropic-layer", "{\"prompt_tokens\":10,\"completion_tokens\":5,\"cache_read_input_tokens\":3,\"cache_creation_input_tokens\":2}",
    { 10, 5, 15, 3, 2, -1 } },
  { "zero-beside-number", "{\"prompt_tokens\":10,\"prompt_tokens_details\":{\"cached_tokens\":0},\"prompt_cache_hit_tokens\":6}", { 10, -1, -1, 6, -1, -1 } },
  { "floats", "{\"prompt_tokens\":10.0,\"completion_tokens\":5.9,\"total_tokens\":1.5e1}", { 10, 5, 15, -1, -1, -1 } },
  { "texts", "{\"prompt_tokens\":\"10\",\"completion_tokens\":\"x\"}", { 10, -1, -1, -1, -1, -1 } },
  { "negative", "{\"prompt_tokens\":-10,\"completion_tokens\":5}", { -1, 5, -1, -1, -1, -1 } },
  { "huge", "{\"prompt_tokens\":9223372036854775807,\"completion_tokens\":9223372036854775807,\"reasoning_tokens\":9223372036854775807}",
    { -1, -1, -1, -1, -1, -1 } },
  { "types", "{\"prompt_tokens\":null,\"completion_tokens\":[],\"total_tokens\":{},\"prompt_tokens_details\":7,\"completion_tokens_details\":null}",
    { -1, -1, -1, -1, -1, -1 } },
  { "empty", "{}", { -1, -1, -1, -1, -1, -1 } },
};

static void
test_case (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (DheeraAccumulator) accumulator = dheera_accumulator_new ("lab");
  DheeraJson json = DHEERA_JSON_INIT;
  DheeraUsage *usage;

  g_assert_true (dheera_json_parse (&json, cases[i].json, strlen (cases[i].json)));
  dheera_accumulator_begin_event (accumulator);
  dheera_openai_read_usage (accumulator, dheera_json_root (&json));
  dheera_accumulator_end_event (accumulator);
  usage = dheera_response_get_usage (dheera_accumulator_get_response (accumulator));
  if (usage == NULL)
    {
      for (guint count = 0; count < G_N_ELEMENTS (cases[i].counts); count++)
        g_assert_cmpint (cases[i].counts[count], ==, -1);
    }
  else
    {
      g_assert_cmpint (dheera_usage_get_prompt_tokens (usage), ==, cases[i].counts[0]);
      g_assert_cmpint (dheera_usage_get_completion_tokens (usage), ==, cases[i].counts[1]);
      g_assert_cmpint (dheera_usage_get_total_tokens (usage), ==, cases[i].counts[2]);
      g_assert_cmpint (dheera_usage_get_cached_tokens (usage), ==, cases[i].counts[3]);
      g_assert_cmpint (dheera_usage_get_cache_write_tokens (usage), ==, cases[i].counts[4]);
      g_assert_cmpint (dheera_usage_get_reasoning_tokens (usage), ==, cases[i].counts[5]);
    }
  dheera_json_clear (&json);
}

/* In every chunk, in the last one, within the choice, within x_groq: what was said last holds. */
static void
test_places (void)
{
  static const struct
  {
    const char *stream;
    gint64 prompt;
    gint64 completion;
  } places[] = {
    { "{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":null}\n{\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}",
      3, 4 },
    { "{\"choices\":[{\"delta\":{}}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1}}\n"
      "{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}", 3, 4 },
    { "{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\",\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}]}", 3, 4 },
    { "{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],\"x_groq\":{\"id\":\"x\",\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}}", 3, 4 },
    { "{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}\n"
      "{\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":null}}", 3, 4 },
    { "{\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}\n{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}", 3, 4 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_auto (Answer) answer = { 0 };
      DheeraUsage *usage;

      answer_stream (&answer, "lab", places[i].stream);
      assert_end (&answer);
      usage = dheera_response_get_usage (answer_response (&answer));
      g_assert_nonnull (usage);
      g_assert_cmpint (dheera_usage_get_prompt_tokens (usage), ==, places[i].prompt);
      g_assert_cmpint (dheera_usage_get_completion_tokens (usage), ==, places[i].completion);
    }
}

/* What a provider says itself that it cost; -1 where it says nothing that could be believed */
static void
test_costs (void)
{
  static const struct
  {
    const char *usage;
    double cost;
  } costs[] = {
    { "{\"prompt_tokens\":1,\"cost\":0.000926,\"is_byok\":false,\"cost_details\":{\"upstream_inference_cost\":0.000926}}", 0.000926 },
    { "{\"prompt_tokens\":1,\"cost\":0.01,\"is_byok\":true,\"cost_details\":{\"upstream_inference_cost\":0.2}}", 0.21 },
    { "{\"prompt_tokens\":1,\"cost\":0.01,\"is_byok\":true,\"cost_details\":{\"upstream_inference_cost\":null}}", -1 },
    { "{\"prompt_tokens\":1,\"cost\":0,\"cost_details\":{\"upstream_inference_cost\":null}}", 0 },
    { "{\"prompt_tokens\":1,\"cost\":0}", -1 },
    { "{\"prompt_tokens\":1,\"cost\":\"0.5\"}", 0.5 },
    { "{\"prompt_tokens\":1,\"cost\":{\"input_tokens_cost\":0.1,\"request_cost\":0.005,\"total_cost\":0.00502}}", 0.00502 },
    { "{\"prompt_tokens\":1,\"cost\":{}}", -1 },
    { "{\"prompt_tokens\":1,\"cost_in_usd_ticks\":1399000}", 0.0001399 },
    { "{\"prompt_tokens\":1,\"cost_in_usd_ticks\":0}", -1 },
    { "{\"prompt_tokens\":1,\"cost_in_usd_ticks\":1e300}", -1 },
    { "{\"prompt_tokens\":1,\"cost\":-1}", -1 },
    { "{\"prompt_tokens\":1,\"cost\":1e300}", -1 },
    { "{\"prompt_tokens\":1,\"cost\":[]}", -1 },
    { "{\"prompt_tokens\":1}", -1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (costs); i++)
    {
      g_auto (Answer) answer = { 0 };
      g_autofree char *body = g_strdup_printf ("{\"choices\":[{\"index\":0,\"message\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}],\"usage\":%s}", costs[i].usage);

      answer_whole (&answer, "lab", body);
      g_assert_cmpfloat_with_epsilon (dheera_response_get_cost (dheera_accumulator_get_response (answer.decoder->accumulator)), costs[i].cost, 1e-12);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/openai-usage/%s", cases[i].name);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_case);
    }
  g_test_add_func ("/openai-usage/places", test_places);
  g_test_add_func ("/openai-usage/costs", test_costs);

  return g_test_run ();
}
