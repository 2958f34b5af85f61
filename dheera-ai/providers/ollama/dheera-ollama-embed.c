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

  return dheera_vectors_decode (decoder, root, dheera_json_member (root, "embeddings"),
                                dheera_json_get_int (dheera_json_member (root, "prompt_eval_count"), -1));
}
