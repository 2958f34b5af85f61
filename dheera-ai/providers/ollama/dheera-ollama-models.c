/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-ollama-private.h"

#include "dheera-ai/providers/dheera-endpoint-private.h"
#include "dheera-ai/providers/errors/dheera-error-words-private.h"

#include "dheera-ai/model/endpoints/dheera-model-private.h"

/* The models that are on the machine: /api/tags */

DheeraHttpRequest *
dheera_ollama_encode_models (const DheeraEncoding *encoding,
                             DheeraBaseRequest    *request,
                             GError              **error)
{
  return dheera_ollama_new_http_request (encoding, request, "/api/tags", NULL, error);
}

static gint64
read_date (DheeraJsonValue value)
{
  g_autofree char *text = dheera_json_dup_string (value);
  g_autoptr (GDateTime) date = text != NULL ? g_date_time_new_from_iso8601 (text, NULL) : NULL;

  return date != NULL ? g_date_time_to_unix (date) : -1;
}

static DheeraModel *
read_model (DheeraDecoder   *decoder,
            DheeraJsonValue  object)
{
  g_autofree char *id = dheera_json_dup_string (dheera_json_member (object, "model"));
  DheeraModel *model;
  gint64 context;

  if (id == NULL || *id == '\0')
    {
      g_free (id);
      id = dheera_json_dup_string (dheera_json_member (object, "name"));
    }
  if (id == NULL || *id == '\0')
    return NULL;

  model = dheera_model_new (dheera_provider_get_id (decoder->provider), id);
  g_free (model->name);
  model->name = dheera_json_dup_string (dheera_json_member (object, "name"));
  if (model->name == NULL)
    model->name = g_strdup (id);
  context = dheera_json_get_int (dheera_json_path (object, "details.context_length"), -1);
  model->context_window = context > 0 ? context : -1;
  /* When it was pulled or made here: nothing else is told. */
  model->created = read_date (dheera_json_member (object, "modified_at"));

  return model;
}

GObject *
dheera_ollama_decode_models (DheeraDecoder *decoder,
                             const char    *body,
                             gsize          length)
{
  DheeraJsonValue list;

  if (!dheera_json_parse (&decoder->json, body, length))
    {
      dheera_decoder_fail_json (decoder, "the list of models");
      return NULL;
    }

  list = dheera_json_member (dheera_json_root (&decoder->json), "models");
  /* A server without any may say so with null. */
  if (dheera_json_type (list) != DHEERA_JSON_ARRAY && dheera_json_type (list) != DHEERA_JSON_NULL)
    {
      if (dheera_error_words_marked (dheera_json_root (&decoder->json)))
        dheera_decoder_fail_with (decoder, dheera_json_root (&decoder->json));
      else
        dheera_decoder_fail (decoder, DHEERA_ERROR_PROTOCOL, "the answer is no list of models");
      return NULL;
    }

  return dheera_endpoint_read_models (decoder, list, read_model);
}
