/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-gemini-encode-private.h"

#include "dheera-ai/providers/dheera-endpoint-private.h"
#include "dheera-ai/providers/errors/dheera-error-words-private.h"
#include "dheera-ai/providers/dheera-provider-private.h"

#include <string.h>

#include "dheera-ai/model/endpoints/dheera-model-private.h"

/* The list of models: {"models": [{"name": "models/x"}]} of the Gemini API, {"publisherModels": [{"name": "publishers/google/models/x"}]}
 * of Vertex AI */

#define PAGE "?pageSize=1000"

DheeraHttpRequest *
dheera_gemini_encode_models (const DheeraEncoding *encoding,
                             DheeraBaseRequest    *request,
                             GError              **error)
{
  DheeraEncoding place = *encoding;
  DheeraGeminiModel model;
  g_autofree char *base_url = NULL;
  const char *projects;

  if (!dheera_provider_check (encoding->provider, error))
    return NULL;

  place.model = "";
  dheera_gemini_model_read (&model, &place);
  if (!model.vertex)
    return dheera_gemini_new_http_request_for_path (encoding, request, "GET", "/models" PAGE, error);

  /* Models of Google's are nobody's project. */
  projects = strstr (encoding->base_url, "/projects/");
  base_url = projects != NULL ? g_strndup (encoding->base_url, projects - encoding->base_url) : g_strdup (encoding->base_url);
  place.base_url = base_url;

  return dheera_encoding_new_http_request (&place, request, "GET", "/publishers/google/models" PAGE, error);
}

static gint64
read_count (DheeraJsonValue  object,
            const char      *name)
{
  gint64 count = dheera_json_get_int (dheera_json_member (object, name), -1);

  return count > 0 ? count : -1;
}

static DheeraModel *
read_model (DheeraDecoder   *decoder,
            DheeraJsonValue  object)
{
  g_autofree char *name = dheera_json_dup_string (dheera_json_member (object, "name"));
  const char *slash;
  DheeraModel *model;

  if (name == NULL || *name == '\0')
    return NULL;

  /* "models/x", "publishers/google/models/x"; of a tuned one the whole name is needed. */
  slash = g_str_has_prefix (name, "tunedModels/") ? NULL : g_strrstr (name, "models/");
  model = dheera_model_new (dheera_provider_get_id (decoder->provider), slash != NULL ? slash + strlen ("models/") : name);
  model->owned_by = g_strdup ("google");
  model->context_window = read_count (object, "inputTokenLimit");
  model->max_output_tokens = read_count (object, "outputTokenLimit");

  return model;
}

GObject *
dheera_gemini_decode_models (DheeraDecoder *decoder,
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
  list = dheera_json_member (root, "models");
  if (!dheera_json_exists (list))
    list = dheera_json_member (root, "publisherModels");
  /* An empty list is left out. */
  if (dheera_json_type (list) != DHEERA_JSON_ARRAY && !(dheera_json_type (root) == DHEERA_JSON_OBJECT && dheera_json_size (root) == 0))
    {
      if (dheera_error_words_marked (root) || dheera_error_words_marked (dheera_json_element (root, 0)))
        dheera_decoder_fail_with (decoder, root);
      else
        dheera_decoder_fail (decoder, DHEERA_ERROR_PROTOCOL, "the answer is no list of models");
      return NULL;
    }

  return dheera_endpoint_read_models (decoder, list, read_model);
}
