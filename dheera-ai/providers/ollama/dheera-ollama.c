/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-ollama-private.h"

#include <string.h>

#define API "/api"

char *
dheera_ollama_dup_root (const char *base_url)
{
  char *root = g_strdup (base_url);
  gsize length = strlen (root);

  while (length > 0 && root[length - 1] == '/')
    root[--length] = '\0';
  if (g_str_has_suffix (root, API))
    root[length - strlen (API)] = '\0';

  return root;
}

DheeraHttpRequest *
dheera_ollama_new_http_request (const DheeraEncoding *encoding,
                                DheeraBaseRequest    *request,
                                const char           *path,
                                DheeraJsonWriter     *body,
                                GError              **error)
{
  g_autofree char *root = dheera_ollama_dup_root (encoding->base_url);

  return dheera_encoding_new_http_request_below (encoding, root, request, path, body, error);
}

/* The models' options stand together; others send them beside the rest. */
static const char *
place_member (const char *name)
{
  static const char *const own[] = { "keep_alive", "options", "think", NULL };
  static const char *const options[] = {
    "min_p", "mirostat", "mirostat_eta", "mirostat_tau", "num_batch", "num_ctx", "num_gpu", "num_keep", "num_thread", "repeat_last_n", "repeat_penalty", "typical_p", NULL,
  };

  if (g_strv_contains (own, name))
    return "";

  return g_strv_contains (options, name) ? "options" : NULL;
}

const DheeraProtocol dheera_ollama = {
  .name = "ollama",
  .place_member = place_member,
  .encode_chat = dheera_ollama_chat_encode,
  .decode_chat = dheera_ollama_chat_decode,
  .decode_frame = dheera_ollama_chat_decode_frame,
  .decode_eof = dheera_ollama_chat_decode_eof,
  .tasks = {
    [DHEERA_TASK_LIST_MODELS] = { dheera_ollama_encode_models, dheera_ollama_decode_models },
    [DHEERA_TASK_EMBED] = { dheera_ollama_encode_embed, dheera_ollama_decode_embed },
  },
};
