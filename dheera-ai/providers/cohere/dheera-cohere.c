/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-cohere-private.h"

#include <string.h>

#include "dheera-ai/providers/dheera-endpoint-private.h"
#include "dheera-ai/providers/openai/dheera-openai-chat-private.h"

#include "dheera-ai/wire/dheera-url-private.h"

/* As many as one page can have */
#define PAGE_SIZE "1000"

char *
dheera_cohere_dup_root (const char *base_url)
{
  static const char *const versions[] = { "/v1", "/v2" };
  char *root = g_strdup (base_url);
  gsize length = strlen (root);

  while (length > 0 && root[length - 1] == '/')
    root[--length] = '\0';
  for (guint i = 0; i < G_N_ELEMENTS (versions); i++)
    {
      if (g_str_has_suffix (root, versions[i]))
        {
          root[length - strlen (versions[i])] = '\0';
          break;
        }
    }

  return root;
}

DheeraHttpRequest *
dheera_cohere_new_http_request (const DheeraEncoding *encoding,
                                DheeraBaseRequest    *request,
                                const char           *path,
                                DheeraJsonWriter     *body,
                                GError              **error)
{
  g_autofree char *root = dheera_cohere_dup_root (encoding->base_url);

  return dheera_encoding_new_http_request_below (encoding, root, request, path, body, error);
}

DheeraHttpRequest *
dheera_cohere_encode_models (const DheeraEncoding *encoding,
                             DheeraBaseRequest    *request,
                             GError              **error)
{
  DheeraHttpRequest *http = dheera_cohere_new_http_request (encoding, request, "/v1/models", NULL, error);
  char *url;

  if (http == NULL)
    return NULL;

  url = dheera_url_add_query (http->url, "page_size", PAGE_SIZE);
  g_free (http->url);
  http->url = url;

  return http;
}

const DheeraProtocol dheera_cohere = {
  .name = "cohere",
  .encode_chat = dheera_cohere_chat_encode,
  .decode_chat = dheera_cohere_chat_decode,
  .decode_frame = dheera_cohere_chat_decode_frame,
  .decode_eof = dheera_cohere_chat_decode_eof,
  .tasks = {
    /* The list has OpenAI's look. */
    [DHEERA_TASK_LIST_MODELS] = { dheera_cohere_encode_models, dheera_openai_decode_models },
    [DHEERA_TASK_EMBED] = { dheera_cohere_encode_embed, dheera_cohere_decode_embed },
    /* The others have it from here. */
    [DHEERA_TASK_RERANK] = { dheera_cohere_encode_rerank, dheera_openai_decode_rerank },
  },
};
