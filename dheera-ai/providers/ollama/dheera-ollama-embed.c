/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-ollama-private.h"

#include "dheera-ai/providers/dheera-endpoint-private.h"
#include "dheera-ai/providers/dheera-vectors-private.h"

/* Embeddings: /api/embed, whose request is OpenAI's */

DheeraHttpRequest *
dheera_ollama_encode_embed (const DheeraEncoding *encoding,
                            DheeraBaseRequest    *request,
                            GError              **error)
{
  g_autofree char *root = dheera_ollama_dup_root (encoding->base_url);
  DheeraEncoding rooted = *encoding;

  rooted.base_url = root;

  return dheera_openai_encode_embeddings (&rooted, request, error);
}

GObject *
dheera_ollama_decode_embed (DheeraDecoder *decoder,
                            const char    *body,
                            gsize          length)
{
  DheeraJsonValue root = dheera_endpoint_parse (decoder, body, length);
  DheeraJsonValue list = dheera_json_member (root, "embeddings");
  gint64 tokens = dheera_json_get_int (dheera_json_member (root, "prompt_eval_count"), -1);
  DheeraEmbeddingResponse *response;
  DheeraVectors vectors;
  DheeraJsonIter iter;
  DheeraJsonValue vector;

  if (dheera_json_type (root) == DHEERA_JSON_NONE)
    return NULL;
  if (dheera_json_type (list) != DHEERA_JSON_ARRAY)
    {
      dheera_endpoint_fail (decoder, root, "there are no vectors in the answer");
      return NULL;
    }

  dheera_vectors_init (&vectors, decoder, dheera_json_size (list));
  dheera_json_iter_init (&iter, list);
  while (dheera_json_iter_next (&iter, NULL, &vector))
    if (!dheera_vectors_add (&vectors, -1, vector))
      break;
  response = dheera_vectors_finish (&vectors);
  if (response == NULL)
    return NULL;

  dheera_endpoint_read_head (DHEERA_BASE_RESPONSE (response), root);
  if (tokens >= 0)
    dheera_usage_update (dheera_base_response_ensure_usage (DHEERA_BASE_RESPONSE (response)), tokens, -1, tokens, -1, -1, -1);

  return G_OBJECT (response);
}
