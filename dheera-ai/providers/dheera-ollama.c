/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-ollama-private.h"

#include <string.h>

#define API "/api"

DheeraHttpRequest *
dheera_ollama_new_http_request (const DheeraEncoding *encoding,
                                DheeraBaseRequest    *request,
                                const char           *path,
                                DheeraJsonWriter     *body,
                                GError              **error)
{
  gsize length = strlen (encoding->base_url);
  DheeraHttpRequest *http;

  while (length > 0 && encoding->base_url[length - 1] == '/')
    length--;
  if (length >= strlen (API) && strncmp (encoding->base_url + length - strlen (API), API, strlen (API)) == 0)
    path += strlen (API);

  http = dheera_encoding_new_http_request (encoding, request, body != NULL ? "POST" : "GET", path, error);
  if (http != NULL && body != NULL)
    dheera_encoding_take_body (http, request, body);

  return http;
}

const DheeraProtocol dheera_ollama = {
  .name = "ollama",
  .encode_chat = dheera_ollama_chat_encode,
  .decode_chat = dheera_ollama_chat_decode,
  .decode_frame = dheera_ollama_chat_decode_frame,
  .decode_eof = dheera_ollama_chat_decode_eof,
  .tasks = {
    [DHEERA_TASK_LIST_MODELS] = { dheera_ollama_encode_models, dheera_ollama_decode_models },
  },
};
