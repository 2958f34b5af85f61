/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-ai/providers/dheera-endpoint-private.h"

#include <string.h>

#include "dheera-ai/providers/dheera-vectors-private.h"

#include "dheera-ai/model/endpoints/dheera-embedding-request-private.h"

/* OpenAI's embeddings, as most others have them too. */

const char *
dheera_endpoint_find_input_type (const DheeraEndpointDialect *dialect,
                                 const char                  *word)
{
  for (const char *const *pair = dialect->input_types; word != NULL && pair != NULL && *pair != NULL; pair += 2)
    if (strcmp (pair[0], word) == 0)
      return pair[1];

  return word;
}

DheeraHttpRequest *
dheera_openai_encode_embeddings (const DheeraEncoding *encoding,
                                 DheeraBaseRequest    *base,
                                 GError              **error)
{
  DheeraEmbeddingRequest *request = DHEERA_EMBEDDING_REQUEST (base);
  const DheeraEndpointDialect *dialect = &dheera_provider_get_row (encoding->provider)->endpoints;
  DheeraEndpointEncoder encoder;

  if (!dheera_endpoint_begin (&encoder, encoding, base, DHEERA_TASK_EMBED, dialect->paths[DHEERA_TASK_EMBED], error))
    return NULL;

  dheera_endpoint_write_strv (&encoder, "input", (const char *const *) request->inputs);
  if (dialect->base64_embeddings)
    dheera_json_writer_member_string (&encoder.body, "encoding_format", "base64");
  dheera_endpoint_write_int (&encoder, "dimensions", request->dimensions);
  dheera_endpoint_write_string (&encoder, "input_type", dheera_endpoint_find_input_type (dialect, request->input_type));
  dheera_endpoint_write_string (&encoder, "user", request->user);

  return dheera_endpoint_finish (&encoder);
}

/* OpenAI's list, or that of who answers in the form of its own engine: TEI and llama.cpp with nothing around the list, Ollama and others under "embeddings" */
static DheeraJsonValue
find_list (DheeraJsonValue root)
{
  DheeraJsonValue list = dheera_json_member (root, "data");

  if (dheera_json_type (root) == DHEERA_JSON_ARRAY)
    return root;

  return dheera_json_type (list) == DHEERA_JSON_ARRAY ? list : dheera_json_member (root, "embeddings");
}

static gboolean
add_vector (DheeraVectors   *vectors,
            DheeraJsonValue  element)
{
  if (dheera_json_type (element) == DHEERA_JSON_ARRAY)
    return dheera_vectors_add (vectors, -1, element);

  return dheera_vectors_add (vectors, dheera_json_get_int (dheera_json_member (element, "index"), -1), dheera_json_member (element, "embedding"));
}

GObject *
dheera_openai_decode_embeddings (DheeraDecoder *decoder,
                                 const char    *body,
                                 gsize          length)
{
  DheeraJsonValue root = dheera_endpoint_parse (decoder, body, length);
  DheeraJsonValue list = find_list (root);
  DheeraEmbeddingResponse *response;
  DheeraVectors vectors;
  DheeraJsonIter iter;
  DheeraJsonValue element;

  if (dheera_json_type (root) == DHEERA_JSON_NONE)
    return NULL;
  if (dheera_json_type (list) != DHEERA_JSON_ARRAY)
    {
      dheera_endpoint_fail (decoder, root, "there are no vectors in the answer");
      return NULL;
    }

  dheera_vectors_init (&vectors, decoder, dheera_json_size (list));
  dheera_json_iter_init (&iter, list);
  while (dheera_json_iter_next (&iter, NULL, &element))
    if (!add_vector (&vectors, element))
      break;
  response = dheera_vectors_finish (&vectors);
  if (response == NULL)
    return NULL;

  dheera_endpoint_read_head (DHEERA_BASE_RESPONSE (response), root);

  return G_OBJECT (response);
}
