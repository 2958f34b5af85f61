/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-openai-chat-private.h"

#include "dheera-ai/model/responses/dheera-usage-private.h"

/* Everybody counts, nobody alike. What comes out: prompt is all input with the cache in it, completion all
 * output with the reasoning in it. */

typedef struct
{
  gint64 prompt;
  gint64 completion;
  gint64 total;
  gint64 cached;
  gint64 cache_write;
  gint64 reasoning;
} Counts;

/* More is no count of tokens, and its sums could overflow. */
#define MAX_COUNT (G_GINT64_CONSTANT (1) << 60)

/* Each counter under all of its names, the likeliest first */
static const struct
{
  const char *path;
  gsize offset;
} names[] = {
  { "prompt_tokens", G_STRUCT_OFFSET (Counts, prompt) },
  { "input_tokens", G_STRUCT_OFFSET (Counts, prompt) },
  { "completion_tokens", G_STRUCT_OFFSET (Counts, completion) },
  { "output_tokens", G_STRUCT_OFFSET (Counts, completion) },
  { "total_tokens", G_STRUCT_OFFSET (Counts, total) },
  { "prompt_tokens_details.cached_tokens", G_STRUCT_OFFSET (Counts, cached) },
  { "prompt_token_details.cached_tokens", G_STRUCT_OFFSET (Counts, cached) },
  { "input_tokens_details.cached_tokens", G_STRUCT_OFFSET (Counts, cached) },
  { "cached_tokens", G_STRUCT_OFFSET (Counts, cached) },
  { "num_cached_tokens", G_STRUCT_OFFSET (Counts, cached) },
  { "prompt_cache_hit_tokens", G_STRUCT_OFFSET (Counts, cached) },
  { "cache_read_input_tokens", G_STRUCT_OFFSET (Counts, cached) },
  { "prompt_tokens_details.cache_write_tokens", G_STRUCT_OFFSET (Counts, cache_write) },
  { "input_tokens_details.cache_write_tokens", G_STRUCT_OFFSET (Counts, cache_write) },
  { "cache_creation_input_tokens", G_STRUCT_OFFSET (Counts, cache_write) },
  { "completion_tokens_details.reasoning_tokens", G_STRUCT_OFFSET (Counts, reasoning) },
  { "output_tokens_details.reasoning_tokens", G_STRUCT_OFFSET (Counts, reasoning) },
  { "reasoning_tokens", G_STRUCT_OFFSET (Counts, reasoning) },
};

/* xAI, and DeepInfra for some models, count reasoning beside the completion instead of in it. The sum tells, or that a part
 * is more than the whole. */
static gboolean
has_reasoning_beside (const Counts *counts)
{
  if (counts->reasoning <= 0 || counts->completion < 0)
    return FALSE;

  return counts->reasoning > counts->completion
         || (counts->prompt >= 0 && counts->prompt + counts->completion + counts->reasoning == counts->total);
}

/* A number, or the text of one */
static double
read_dollars (DheeraJsonValue value)
{
  double dollars = dheera_json_get_double (value, -1);

  return dollars >= 0 && dollars < 1e9 ? dollars : -1;
}

/* What some say themselves that it cost: OpenRouter and whoever follows it in dollars (of the caller's own key at a provider, beside what that one takes), Perplexity as a
 * sum, xAI in parts of ten billion. A zero is believed where the parts stand beside it: elsewhere it may mean that nobody has counted. */
static double
read_cost (DheeraJsonValue usage)
{
  DheeraJsonValue cost = dheera_json_member (usage, "cost");
  double ticks = dheera_json_get_double (dheera_json_member (usage, "cost_in_usd_ticks"), -1);
  double dollars = read_dollars (cost);
  double upstream = read_dollars (dheera_json_path (usage, "cost_details.upstream_inference_cost"));

  if (dheera_json_type (cost) == DHEERA_JSON_OBJECT)
    dollars = read_dollars (dheera_json_member (cost, "total_cost"));
  if (ticks > 0)
    return ticks < 1e19 ? ticks / 1e10 : -1;
  if (dheera_json_get_boolean (dheera_json_member (usage, "is_byok"), FALSE))
    return dollars >= 0 && upstream >= 0 ? dollars + upstream : -1;
  if (dollars == 0 && dheera_json_type (dheera_json_member (usage, "cost_details")) != DHEERA_JSON_OBJECT)
    return -1;

  return dollars;
}

static Counts
read_counts (DheeraJsonValue usage)
{
  Counts counts = { -1, -1, -1, -1, -1, -1 };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      gint64 *count = G_STRUCT_MEMBER_P (&counts, names[i].offset);
      gint64 value = dheera_json_get_int (dheera_json_path (usage, names[i].path), -1);

      /* Some send a zero under one name and the number under another. */
      if (value > *count && value <= MAX_COUNT)
        *count = value;
    }

  if (has_reasoning_beside (&counts))
    counts.completion += counts.reasoning;
  if (counts.total < 0 && counts.prompt >= 0 && counts.completion >= 0)
    counts.total = counts.prompt + counts.completion;

  return counts;
}

void
dheera_openai_read_usage (DheeraAccumulator *accumulator,
                          DheeraJsonValue    usage)
{
  Counts counts;

  if (dheera_json_type (usage) != DHEERA_JSON_OBJECT)
    return;

  counts = read_counts (usage);
  dheera_accumulator_set_usage (accumulator, counts.prompt, counts.completion, counts.total, counts.cached,
                                counts.cache_write, counts.reasoning);
  dheera_accumulator_set_cost (accumulator, read_cost (usage));
}

DheeraUsage *
dheera_openai_dup_usage (DheeraJsonValue usage)
{
  g_autoptr (DheeraUsage) read = NULL;
  Counts counts;

  if (dheera_json_type (usage) != DHEERA_JSON_OBJECT)
    return NULL;

  counts = read_counts (usage);
  /* What gives nothing out may only be told in all. */
  if (counts.prompt < 0 && counts.completion < 0)
    counts.prompt = counts.total;
  if (counts.total < 0)
    counts.total = counts.prompt;

  read = dheera_usage_new ();
  if (!dheera_usage_update (read, counts.prompt, counts.completion, counts.total, counts.cached, counts.cache_write, counts.reasoning))
    return NULL;

  return g_steal_pointer (&read);
}
