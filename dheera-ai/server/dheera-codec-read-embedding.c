/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-codec-internal-private.h"

#include "dheera-ai/model/endpoints/dheera-embedding-request-private.h"

/* /v1/embeddings */

static const DheeraCodecMember embedding_members[] = {
  { "model", DHEERA_CODEC_OURS },
  { "input", DHEERA_CODEC_OURS },
  { "dimensions", DHEERA_CODEC_OURS, DHEERA_CODEC_TYPE (NUMBER), 1, G_MAXINT, TRUE },
  { "encoding_format", DHEERA_CODEC_OURS, DHEERA_CODEC_TYPE (STRING) },
  { "user", DHEERA_CODEC_OURS, DHEERA_CODEC_TYPE (STRING) },
  /* Not OpenAI's, but some models can't do without, and it has a property here. */
  { "input_type", DHEERA_CODEC_OURS, DHEERA_CODEC_TYPE (STRING) },
};

static gboolean
read_format (DheeraAsk        *ask,
             DheeraJsonValue   body,
             GError          **error)
{
  DheeraJsonValue value = dheera_json_member (body, "encoding_format");

  ask->base64 = dheera_json_equal (value, "base64");
  if (ask->base64 || !dheera_json_exists (value) || dheera_json_equal (value, "float"))
    return TRUE;

  return dheera_codec_refuse (error, DHEERA_ERROR_INVALID_REQUEST, "invalid_value", "encoding_format",
                              "Invalid value for 'encoding_format'. Supported values are: 'float' and 'base64'.");
}

gboolean
dheera_codec_read_embedding (DheeraAsk        *ask,
                             DheeraJsonValue   body,
                             GError          **error)
{
  g_autoptr (DheeraEmbeddingRequest) request = NULL;
  g_autoptr (GPtrArray) inputs = NULL;

  ask->operation = DHEERA_UPSTREAM_EMBED;
  if (!dheera_codec_check_members (body, embedding_members, G_N_ELEMENTS (embedding_members), FALSE, "", error)
      || !dheera_codec_read_model (ask, body, error)
      || !read_format (ask, body, error))
    return FALSE;

  inputs = dheera_codec_read_texts (body, "input", DHEERA_CODEC_MAX_INPUTS, error);
  if (inputs == NULL)
    return FALSE;

  request = g_object_new (DHEERA_TYPE_EMBEDDING_REQUEST, "model", ask->model, NULL);
  g_ptr_array_add (inputs, NULL);
  dheera_embedding_request_set_inputs (request, (const char *const *) inputs->pdata);
  request->dimensions = (int) dheera_json_get_int (dheera_json_member (body, "dimensions"), -1);
  request->user = dheera_json_dup_string (dheera_json_member (body, "user"));
  request->input_type = dheera_json_dup_string (dheera_json_member (body, "input_type"));
  g_ptr_array_add (ask->requests, g_steal_pointer (&request));

  return TRUE;
}
