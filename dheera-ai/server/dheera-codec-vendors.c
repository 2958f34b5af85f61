/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-codec-internal-private.h"

/* Parameters of models that OpenAI does not have, and that programs send since servers they know have them. They go on as they are: who does not know one says so himself.
 *
 * What is not in here is refused, and has to stay so where it would decide more than how a model answers: other models than the one that was asked for ("models", "route", "extra_body"),
 * addresses ("api_base", "kv_transfer_params"), and programs and files of the machine behind ("chat_template", "custom_logit_processor", "lora_path"). */
static const DheeraCodecMember vendor_members[] = {
  /* How words are chosen: vLLM, SGLang, llama.cpp, LM Studio, OpenRouter, Together, and others */
  { "bad_words", DHEERA_CODEC_PASS },
  { "dry_allowed_length", DHEERA_CODEC_PASS },
  { "dry_base", DHEERA_CODEC_PASS },
  { "dry_multiplier", DHEERA_CODEC_PASS },
  { "dry_penalty_last_n", DHEERA_CODEC_PASS },
  { "dynatemp_exponent", DHEERA_CODEC_PASS },
  { "dynatemp_range", DHEERA_CODEC_PASS },
  { "ignore_eos", DHEERA_CODEC_PASS },
  { "include_stop_str_in_output", DHEERA_CODEC_PASS },
  { "length_penalty", DHEERA_CODEC_PASS },
  { "min_p", DHEERA_CODEC_PASS, DHEERA_CODEC_TYPE (NUMBER) },
  { "min_tokens", DHEERA_CODEC_PASS, DHEERA_CODEC_TYPE (NUMBER) },
  { "mirostat", DHEERA_CODEC_PASS },
  { "mirostat_eta", DHEERA_CODEC_PASS },
  { "mirostat_tau", DHEERA_CODEC_PASS },
  { "repeat_last_n", DHEERA_CODEC_PASS },
  { "repeat_penalty", DHEERA_CODEC_PASS, DHEERA_CODEC_TYPE (NUMBER) },
  { "repetition_penalty", DHEERA_CODEC_PASS, DHEERA_CODEC_TYPE (NUMBER) },
  { "samplers", DHEERA_CODEC_PASS },
  { "skip_special_tokens", DHEERA_CODEC_PASS },
  { "stop_token_ids", DHEERA_CODEC_PASS, DHEERA_CODEC_TYPE (ARRAY) },
  { "tfs_z", DHEERA_CODEC_PASS },
  { "top_a", DHEERA_CODEC_PASS },
  { "typ_p", DHEERA_CODEC_PASS },
  { "typical_p", DHEERA_CODEC_PASS },
  { "xtc_probability", DHEERA_CODEC_PASS },
  { "xtc_threshold", DHEERA_CODEC_PASS },
  /* What the answer looks like: vLLM, llama.cpp */
  { "add_generation_prompt", DHEERA_CODEC_PASS },
  { "continue_final_message", DHEERA_CODEC_PASS },
  { "grammar", DHEERA_CODEC_PASS },
  { "guided_choice", DHEERA_CODEC_PASS },
  { "guided_grammar", DHEERA_CODEC_PASS },
  { "guided_json", DHEERA_CODEC_PASS },
  { "guided_regex", DHEERA_CODEC_PASS },
  { "json_schema", DHEERA_CODEC_PASS },
  { "structured_outputs", DHEERA_CODEC_PASS },
  /* Reasoning: Qwen's models, Groq, Ollama, OpenRouter */
  { "chat_template_kwargs", DHEERA_CODEC_PASS, DHEERA_CODEC_TYPE (OBJECT) },
  { "enable_thinking", DHEERA_CODEC_PASS },
  { "include_reasoning", DHEERA_CODEC_PASS },
  { "reasoning_format", DHEERA_CODEC_PASS },
  { "separate_reasoning", DHEERA_CODEC_PASS },
  { "think", DHEERA_CODEC_PASS },
  { "thinking_budget", DHEERA_CODEC_PASS },
  /* The machine that answers: Ollama, llama.cpp */
  { "cache_prompt", DHEERA_CODEC_PASS },
  { "keep_alive", DHEERA_CODEC_PASS },
  { "num_batch", DHEERA_CODEC_PASS },
  { "num_ctx", DHEERA_CODEC_PASS, DHEERA_CODEC_TYPE (NUMBER) },
  { "num_gpu", DHEERA_CODEC_PASS },
  { "num_keep", DHEERA_CODEC_PASS },
  { "num_thread", DHEERA_CODEC_PASS },
  { "options", DHEERA_CODEC_PASS, DHEERA_CODEC_TYPE (OBJECT) },
  { "return_progress", DHEERA_CODEC_PASS },
  { "timings_per_token", DHEERA_CODEC_PASS },
  /* One provider each: Anthropic, OpenRouter, Mistral */
  { "cache_control", DHEERA_CODEC_PASS },
  { "plugins", DHEERA_CODEC_PASS, DHEERA_CODEC_TYPE (ARRAY) },
  { "provider", DHEERA_CODEC_PASS, DHEERA_CODEC_TYPE (OBJECT) }, /* what OpenRouter prefers among those behind it */
  { "transforms", DHEERA_CODEC_PASS, DHEERA_CODEC_TYPE (ARRAY) },
  { "safe_prompt", DHEERA_CODEC_PASS },
  { "usage", DHEERA_CODEC_PASS, DHEERA_CODEC_TYPE (OBJECT) },
};

G_STATIC_ASSERT (G_N_ELEMENTS (vendor_members) <= 64);

const DheeraCodecMember *
dheera_codec_find_vendor_member (DheeraJsonValue  name,
                                 guint           *position)
{
  for (guint i = 0; i < G_N_ELEMENTS (vendor_members); i++)
    {
      if (!dheera_json_equal (name, vendor_members[i].name))
        continue;

      *position = i;
      return &vendor_members[i];
    }

  return NULL;
}
