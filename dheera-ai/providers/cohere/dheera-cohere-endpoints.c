/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-cohere-private.h"

#include "dheera-ai/providers/dheera-endpoint-private.h"
#include "dheera-ai/providers/dheera-vectors-private.h"

#include "dheera-ai/model/endpoints/dheera-embedding-request-private.h"

/* Embeddings, and what is not the same as everybody's in reranking: the base URL */

/* What a text is for has to be said; most are there to be found. Extra can say anything else. */
#define DEFAULT_INPUT_TYPE "document"

DheeraHttpRequest *
dheera_cohere_encode_embed (const DheeraEncoding *encoding,
                            DheeraBaseRequest    *base,
                            GError              **error)
{
  DheeraEmbeddingRequest *request = DHEERA_EMBEDDING_REQUEST (base);
  const DheeraEndpointDialect *dialect = &dheera_provider_get_row (encoding->provider)->endpoints;
  const char *input_type = request->input_type != NULL ? request->input_type : DEFAULT_INPUT_TYPE;
  g_autofree char *root = dheera_cohere_dup_root (encoding->base_url);
  DheeraEncoding rooted = *encoding;
  DheeraEndpointEncoder encoder;

  rooted.base_url = root;
  if (!dheera_endpoint_begin (&encoder, &rooted, base, DHEERA_TASK_EMBED, dialect->paths[DHEERA_TASK_EMBED], error))
    return NULL;

  dheera_json_writer_member_string (&encoder.body, "input_type", dheera_endpoint_find_input_type (dialect, input_type));
  dheera_endpoint_write_strv (&encoder, "texts", (const char *const *) request->inputs);
  dheera_json_writer_member_raw (&encoder.body, "embedding_types", "[\"float\"]");
  dheera_endpoint_write_int (&encoder, "dimensions", request->dimensions);
  dheera_endpoint_write_string (&encoder, "user", request->user);

  return dheera_endpoint_finish (&encoder);
}

/* Lists of vectors by their type, {"float": [...]}, of which one was asked for; version 1 has the list alone. */
static DheeraJsonValue
find_list (DheeraJsonValue embeddings)
{
  static const char *const types[] = { "float", "base64" };
  DheeraJsonIter iter;
  DheeraJsonValue list;

  if (dheera_json_type (embeddings) != DHEERA_JSON_OBJECT)
    return embeddings;

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      list = dheera_json_member (embeddings, types[i]);
      if (dheera_json_type (list) == DHEERA_JSON_ARRAY)
        return list;
    }
  dheera_json_iter_init (&iter, embeddings);
  while (dheera_json_iter_next (&iter, NULL, &list))
    if (dheera_json_type (list) == DHEERA_JSON_ARRAY)
      return list;

  return embeddings;
}

GObject *
dheera_cohere_decode_embed (DheeraDecoder *decoder,
                            const char    *body,
                            gsize          length)
{
  DheeraJsonValue root = dheera_endpoint_parse (decoder, body, length);

  return dheera_vectors_decode (decoder, root, find_list (dheera_json_member (root, "embeddings")),
                                dheera_json_get_int (dheera_json_path (root, "meta.billed_units.input_tokens"), -1));
}

DheeraHttpRequest *
dheera_cohere_encode_rerank (const DheeraEncoding *encoding,
                             DheeraBaseRequest    *request,
                             GError              **error)
{
  g_autofree char *root = dheera_cohere_dup_root (encoding->base_url);
  DheeraEncoding rooted = *encoding;

  rooted.base_url = root;

  return dheera_openai_encode_rerank (&rooted, request, error);
}
