/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A call in the words of OpenTelemetry's semantic conventions for generative AI, as of version 1.41.1. */

#include "dheera-call-private.h"

#include "dheera-ai/model/errors/dheera-error-private.h"
#include "dheera-ai/model/responses/dheera-choice-private.h"
#include "dheera-ai/model/responses/dheera-usage-private.h"

/* The convention's names for the providers that it knows; what else there is has its own id there. */
static const struct
{
  const char *id;
  const char *name;
} providers[] = {
  { "anthropic", "anthropic" },
  { "anthropic-openai", "anthropic" },
  { "azure", "azure.ai.openai" },
  { "azure-openai", "azure.ai.openai" },
  { "azure-responses", "azure.ai.openai" },
  { "bedrock", "aws.bedrock" },
  { "bedrock-openai", "aws.bedrock" },
  { "bedrock-responses", "aws.bedrock" },
  { "chatgpt", "openai" },
  { "codestral", "mistral_ai" },
  { "cohere", "cohere" },
  { "cohere-openai", "cohere" },
  { "deepseek", "deepseek" },
  { "deepseek-responses", "deepseek" },
  { "gemini", "gcp.gemini" },
  { "gemini-openai", "gcp.gemini" },
  { "groq", "groq" },
  { "mistral", "mistral_ai" },
  { "openai", "openai" },
  { "openai-responses", "openai" },
  { "perplexity", "perplexity" },
  { "vertex-openai", "gcp.vertex_ai" },
  { "vertexai", "gcp.vertex_ai" },
  { "xai", "x_ai" },
  { "xai-responses", "x_ai" },
};

/* Operations that the convention does not know keep the name of their method. */
static const struct
{
  const char *operation;
  const char *name;
  const char *output; /* gen_ai.output.type, where it is not a matter of the request */
} operations[] = {
  { "complete", "chat", NULL },
  { "stream", "chat", NULL },
  { "run", "chat", NULL },
  { "run_stream", "chat", NULL },
  { "embed", "embeddings", NULL },
  { "generate_image", "generate_image", "image" },
  { "speak", "speak", "speech" },
};

static const char *
find_provider (const char *id)
{
  for (guint i = 0; i < G_N_ELEMENTS (providers); i++)
    if (g_str_equal (id, providers[i].id))
      return providers[i].name;
  return id;
}

static void
add_text (GVariantDict *dict,
          const char   *name,
          const char   *value)
{
  if (value != NULL && *value != '\0')
    g_variant_dict_insert (dict, name, "s", value);
}

static void
add_count (GVariantDict *dict,
           const char   *name,
           gint64        value)
{
  if (value >= 0)
    g_variant_dict_insert (dict, name, "x", value);
}

static gboolean
is_stream (DheeraCall *self)
{
  return g_str_equal (self->operation, "stream") || g_str_equal (self->operation, "run_stream");
}

static void
add_request (DheeraCall   *self,
             GVariantDict *dict)
{
  const char *name = self->operation;
  const char *output = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (operations); i++)
    {
      if (!g_str_equal (self->operation, operations[i].operation))
        continue;
      name = operations[i].name;
      output = operations[i].output;
    }
  add_text (dict, "gen_ai.operation.name", name);
  add_text (dict, "gen_ai.output.type", output);
  if (self->provider != NULL)
    add_text (dict, "gen_ai.provider.name", find_provider (self->provider));
  add_text (dict, "gen_ai.request.model", self->model);
  if (is_stream (self))
    g_variant_dict_insert (dict, "gen_ai.request.stream", "b", TRUE);
}

static void
add_finish_reasons (DheeraCall   *self,
                    GVariantDict *dict)
{
  GVariantBuilder builder;

  if (self->n_finish_reasons == 0)
    return;
  g_variant_builder_init (&builder, G_VARIANT_TYPE_STRING_ARRAY);
  for (guint i = 0; i < self->n_finish_reasons; i++)
    g_variant_builder_add (&builder, "s", dheera_finish_reason_get_wire_name (self->finish_reasons[i], NULL));
  g_variant_dict_insert_value (dict, "gen_ai.response.finish_reasons", g_variant_builder_end (&builder));
}

static void
add_response (DheeraCall   *self,
              GVariantDict *dict)
{
  DheeraUsage *usage = self->usage;

  add_text (dict, "gen_ai.response.id", self->response_id);
  add_text (dict, "gen_ai.response.model", self->response_model);
  add_finish_reasons (self, dict);
  if (is_stream (self) && self->first_token_time >= 0)
    g_variant_dict_insert (dict, "gen_ai.response.time_to_first_chunk", "d", self->first_token_time);
  if (usage == NULL)
    return;
  add_count (dict, "gen_ai.usage.input_tokens", dheera_usage_get_prompt_tokens (usage));
  add_count (dict, "gen_ai.usage.output_tokens", dheera_usage_get_completion_tokens (usage));
  add_count (dict, "gen_ai.usage.cache_read.input_tokens", dheera_usage_get_cached_tokens (usage));
  add_count (dict, "gen_ai.usage.cache_creation.input_tokens", dheera_usage_get_cache_write_tokens (usage));
  add_count (dict, "gen_ai.usage.reasoning.output_tokens", dheera_usage_get_reasoning_tokens (usage));
}

static void
add_server (DheeraCall   *self,
            GVariantDict *dict)
{
  g_autoptr(GUri) uri = self->url != NULL ? g_uri_parse (self->url, G_URI_FLAGS_ENCODED | G_URI_FLAGS_SCHEME_NORMALIZE, NULL) : NULL;

  if (uri != NULL)
    {
      add_text (dict, "server.address", g_uri_get_host (uri));
      add_count (dict, "server.port", g_uri_get_port (uri));
    }
  if (self->status > 0)
    add_count (dict, "http.response.status_code", self->status);
  if (self->attempt > 1)
    add_count (dict, "http.request.resend_count", self->attempt - 1);
}

char *
dheera_call_dup_error_type (DheeraCall *self)
{
  int code = -1;

  if (g_error_matches (self->error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return g_strdup ("cancelled");
  if (self->error != NULL && self->error->domain == DHEERA_ERROR)
    code = self->error->code;
  else if (self->error != NULL)
    code = DHEERA_ERROR_FAILED;
  else if (self->error_details != NULL)
    code = dheera_error_details_get_code (self->error_details);

  return code >= 0 ? dheera_error_dup_word (code) : NULL;
}

/**
 * dheera_call_dup_attributes:
 * @self: a call
 *
 * Gets what is known of the call by the names that OpenTelemetry's semantic conventions have for it, for the attributes of a span.
 *
 * The names are those of version 1.41.1 of the conventions for generative AI: `gen_ai.operation.name` (`chat`, `embeddings`, or else the name of the method),
 * `gen_ai.provider.name`, `gen_ai.request.model`, `gen_ai.request.stream`, `gen_ai.output.type`, `gen_ai.response.id`, `gen_ai.response.model`,
 * `gen_ai.response.finish_reasons`, `gen_ai.response.time_to_first_chunk` (in seconds), `gen_ai.usage.input_tokens`, `gen_ai.usage.output_tokens`,
 * `gen_ai.usage.cache_read.input_tokens`, `gen_ai.usage.cache_creation.input_tokens` and `gen_ai.usage.reasoning.output_tokens`; and beside them `server.address`,
 * `server.port`, `error.type` (the code of [error@Error] in lower case, such as `rate_limit`, or `cancelled`), `http.response.status_code` and
 * `http.request.resend_count`.
 *
 * Only what is known is there. Texts are strings, counts 64-bit integers, times doubles, and the reasons an array of strings. No prompt, no answer and no credential
 * is among them. It may be asked at any time: before the call has ended there is less of it.
 *
 * Returns: (transfer full): a dictionary, of type `a{sv}`
 *
 * Since: 0.1
 */
GVariant *
dheera_call_dup_attributes (DheeraCall *self)
{
  g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autofree char *error_type = NULL;

  g_return_val_if_fail (DHEERA_IS_CALL (self), NULL);

  add_request (self, &dict);
  add_response (self, &dict);
  add_server (self, &dict);
  /* A failed attempt that was made good again is no error of the call. */
  error_type = self->error != NULL ? dheera_call_dup_error_type (self) : NULL;
  add_text (&dict, "error.type", error_type);

  return g_variant_ref_sink (g_variant_dict_end (&dict));
}
