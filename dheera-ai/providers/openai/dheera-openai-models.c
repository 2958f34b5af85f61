/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-openai-chat-private.h"

#include "dheera-ai/providers/dheera-endpoint-private.h"
#include "dheera-ai/providers/errors/dheera-error-words-private.h"
#include "dheera-ai/providers/dheera-provider-private.h"

#include "dheera-ai/model/endpoints/dheera-model-private.h"

/* The list of models: {"data": [...]}, {"models": [...]} or a bare array, with whatever each server calls
 * what it tells of a model. */

static const char *const context_window_names[] = {
  "context_length", "context_window", "max_context_length", "max_model_len", "max_input_tokens",
  "inputTokenLimit", NULL,
};

static const char *const max_output_names[] = {
  "max_completion_tokens", "max_output_tokens", "outputTokenLimit", "max_tokens", NULL,
};

DheeraHttpRequest *
dheera_openai_encode_models (const DheeraEncoding *encoding,
                             DheeraBaseRequest    *request,
                             GError              **error)
{
  const DheeraProviderRow *row;

  if (!dheera_provider_check (encoding->provider, error))
    return NULL;

  row = dheera_provider_get_row (encoding->provider);
  if (row->models_path == NULL)
    {
      g_set_error (error, DHEERA_ERROR, DHEERA_ERROR_NOT_SUPPORTED,
                   "Provider “%s” has no list of its models that could be asked for; see %s.",
                   dheera_provider_get_id (encoding->provider), row->docs != NULL ? row->docs : "its documentation");
      return NULL;
    }

  return dheera_encoding_new_http_request (encoding, request, "GET", row->models_path, error);
}

static gint64
read_count (DheeraJsonValue    object,
            const char *const *names)
{
  for (; *names != NULL; names++)
    {
      gint64 count = dheera_json_get_int (dheera_json_member (object, *names), -1);

      if (count > 0)
        return count;
    }

  return -1;
}

static gint64
read_path (DheeraJsonValue  object,
           const char      *path)
{
  gint64 count = dheera_json_get_int (dheera_json_path (object, path), -1);

  return count > 0 ? count : -1;
}

static char *
read_id (DheeraJsonValue object)
{
  static const char *const names[] = { "id", "name", "model", "slug" };

  if (dheera_json_type (object) == DHEERA_JSON_STRING)
    return dheera_json_dup_string (object);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *id = dheera_json_dup_string (dheera_json_member (object, names[i]));

      if (id != NULL && *id != '\0')
        return g_strdup (g_str_has_prefix (id, "models/") ? id + strlen ("models/") : id);
    }

  return NULL;
}

/* Seconds of Unix time; some send a date instead. */
static gint64
read_created (DheeraJsonValue object)
{
  DheeraJsonValue created = dheera_json_member (object, "created");
  g_autofree char *text = NULL;
  g_autoptr (GDateTime) date = NULL;
  gint64 seconds;

  if (!dheera_json_exists (created))
    created = dheera_json_member (object, "created_at");
  seconds = dheera_json_get_int (created, -1);
  if (seconds >= 0)
    return seconds;

  text = dheera_json_dup_string (created);
  if (text != NULL)
    date = g_date_time_new_from_iso8601 (text, NULL);

  return date != NULL ? g_date_time_to_unix (date) : -1;
}

/* USD for a million tokens. What a single token costs is a text with some, and called otherwise. */
static double
read_price (DheeraJsonValue pricing,
            const char     *of_token,
            const char     *name)
{
  DheeraJsonValue value = dheera_json_member (pricing, of_token);
  double dollars;

  if (!dheera_json_exists (value))
    value = dheera_json_member (pricing, name);
  else
    name = of_token;
  dollars = dheera_json_get_double (value, -1);
  if (dollars < 0 || dollars > 1e6)
    return -1;

  return name == of_token || dheera_json_type (value) == DHEERA_JSON_STRING ? dollars * 1e6 : dollars;
}

static void
read_prices (DheeraModel    *model,
             DheeraJsonValue pricing)
{
  model->input_price = read_price (pricing, "prompt", "input");
  model->output_price = read_price (pricing, "completion", "output");
  model->cache_read_price = read_price (pricing, "input_cache_read", "cached_input");
  model->cache_write_price = read_price (pricing, "input_cache_write", "cache_write");
}

static gboolean
has_word (DheeraJsonValue list,
          const char     *word)
{
  DheeraJsonValue element;
  DheeraJsonIter iter;

  dheera_json_iter_init (&iter, list);
  while (dheera_json_iter_next (&iter, NULL, &element))
    if (dheera_json_equal (element, word))
      return TRUE;

  return FALSE;
}

/* OpenRouter says what its models take, in two lists. */
static DheeraModelCapabilities
read_capabilities (DheeraJsonValue object)
{
  static const struct
  {
    const char *word;
    DheeraModelCapabilities flag;
  } inputs[] = {
    { "image", DHEERA_MODEL_CAPABILITIES_IMAGES },
    { "audio", DHEERA_MODEL_CAPABILITIES_AUDIO },
    { "file", DHEERA_MODEL_CAPABILITIES_PDF },
  }, parameters[] = {
    { "tools", DHEERA_MODEL_CAPABILITIES_TOOLS },
    { "structured_outputs", DHEERA_MODEL_CAPABILITIES_JSON_SCHEMA },
    { "reasoning", DHEERA_MODEL_CAPABILITIES_REASONING },
  };
  DheeraJsonValue modalities = dheera_json_path (object, "architecture.input_modalities");
  DheeraJsonValue supported = dheera_json_member (object, "supported_parameters");
  DheeraModelCapabilities capabilities = 0;

  if (dheera_json_type (modalities) != DHEERA_JSON_ARRAY || dheera_json_type (supported) != DHEERA_JSON_ARRAY)
    return 0;

  for (guint i = 0; i < G_N_ELEMENTS (inputs); i++)
    if (has_word (modalities, inputs[i].word))
      capabilities |= inputs[i].flag;
  for (guint i = 0; i < G_N_ELEMENTS (parameters); i++)
    if (has_word (supported, parameters[i].word))
      capabilities |= parameters[i].flag;

  return capabilities | DHEERA_MODEL_CAPABILITIES_KNOWN;
}

static DheeraModel *
read_model (DheeraDecoder   *decoder,
            DheeraJsonValue  object)
{
  g_autofree char *id = read_id (object);
  DheeraModel *model;

  if (id == NULL || *id == '\0')
    return NULL;

  model = dheera_model_new (dheera_provider_get_id (decoder->provider), id);
  g_free (model->name);
  model->name = dheera_json_dup_string (dheera_json_member (object, "display_name"));
  if (model->name == NULL)
    model->name = dheera_json_dup_string (dheera_json_member (object, "displayName"));
  if (model->name == NULL)
    model->name = dheera_json_dup_string (dheera_json_member (object, "name"));
  if (model->name == NULL)
    model->name = g_strdup (id);
  g_free (model->owned_by);
  model->owned_by = dheera_json_dup_string (dheera_json_member (object, "owned_by"));

  model->context_window = read_count (object, context_window_names);
  /* What llama.cpp was started with, and what the model could have. */
  if (model->context_window < 0)
    model->context_window = read_path (object, "meta.n_ctx");
  if (model->context_window < 0)
    model->context_window = read_path (object, "meta.n_ctx_train");
  if (model->context_window < 0)
    model->context_window = read_path (object, "top_provider.context_length");
  model->max_output_tokens = read_path (object, "top_provider.max_completion_tokens");
  if (model->max_output_tokens < 0)
    model->max_output_tokens = read_count (object, max_output_names);
  model->created = read_created (object);
  read_prices (model, dheera_json_member (object, "pricing"));
  model->capabilities = read_capabilities (object);

  return model;
}

static DheeraJsonValue
find_list (DheeraJsonValue root)
{
  static const char *const names[] = { "data", "models", "results" };

  if (dheera_json_type (root) == DHEERA_JSON_ARRAY)
    return root;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      DheeraJsonValue list = dheera_json_member (root, names[i]);

      if (dheera_json_type (list) == DHEERA_JSON_ARRAY)
        return list;
    }

  return dheera_json_member (root, "data");
}

/* Servers that are written in Go have null for a list without anything, as Ollama before its first model. */
static gboolean
is_list (DheeraJsonValue root,
         DheeraJsonValue list)
{
  return dheera_json_type (list) == DHEERA_JSON_ARRAY
         || (dheera_json_type (list) == DHEERA_JSON_NULL && dheera_json_equal (dheera_json_member (root, "object"), "list"));
}

GObject *
dheera_openai_decode_models (DheeraDecoder *decoder,
                             const char    *body,
                             gsize          length)
{
  DheeraJsonValue root;
  DheeraJsonValue list;

  if (!dheera_json_parse (&decoder->json, body, length))
    {
      dheera_decoder_fail_json (decoder, "the list of models");
      return NULL;
    }

  root = dheera_json_root (&decoder->json);
  list = find_list (root);
  if (!is_list (root, list) || dheera_error_words_marked (dheera_json_element (root, 0)))
    {
      if (dheera_error_words_marked (root) || dheera_error_words_marked (dheera_json_element (root, 0)))
        dheera_decoder_fail_with (decoder, root);
      else
        dheera_endpoint_fail (decoder, root, "the answer is no list of models");
      return NULL;
    }

  return dheera_endpoint_read_models (decoder, list, read_model);
}
