/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-openai-chat-private.h"

#include "dheera-ai/providers/dheera-endpoint-private.h"
#include "dheera-ai/providers/dheera-hosting-private.h"
#include "dheera-ai/providers/dheera-provider-private.h"

#include "dheera-ai/model/chat-json/dheera-chat-json-private.h"

/* FALSE with the error; otherwise dialect is the one in force, and omit becomes what is set and must not be written. */
static gboolean
check_params (const DheeraEncoding    *encoding,
              DheeraRequest           *request,
              const DheeraProviderRow *row,
              DheeraChatDialect       *dialect,
              DheeraParams            *omit,
              GError                 **error)
{
  DheeraParams unsupported = row->drop_params;
  g_autofree char *why = NULL;
  char bound[G_ASCII_DTOSTR_BUF_SIZE];

  if (row->hosting != NULL)
    row->hosting->adapt (encoding, dialect, &unsupported);
  unsupported |= dheera_chat_dialect_list_inexpressible (dialect);
  if (!dheera_encoding_check_params (encoding, request, unsupported, omit, error))
    return FALSE;
  if (row->temperature_max < 0 || !(dheera_request_list_set_params (request) & DHEERA_PARAM_TEMPERATURE)
      || dheera_request_get_temperature (request) <= row->temperature_max)
    return TRUE;

  g_ascii_formatd (bound, sizeof bound, "%g", row->temperature_max);
  why = g_strdup_printf ("takes at most %s", bound);
  *omit |= DHEERA_PARAM_TEMPERATURE;

  return dheera_encoding_refuse (encoding, DHEERA_PARAM_TEMPERATURE, why, error);
}

static DheeraHttpRequest *
encode_chat (const DheeraEncoding *encoding,
             DheeraRequest        *request,
             GError              **error)
{
  const DheeraProviderRow *row;
  g_autoptr (DheeraHttpRequest) http = NULL;
  DheeraChatDialect dialect;
  DheeraParams omit;

  if (!dheera_provider_check (encoding->provider, error))
    return NULL;

  row = dheera_provider_get_row (encoding->provider);
  if (row->chat_path == NULL)
    return dheera_endpoint_refuse (encoding, "chats", error);
  dialect = row->dialect;
  if (!check_params (encoding, request, row, &dialect, &omit, error))
    return NULL;

  http = dheera_encoding_new_http_request (encoding, DHEERA_BASE_REQUEST (request), "POST", row->chat_path, error);
  if (http == NULL)
    return NULL;

  dialect.omit |= omit;
  dheera_http_request_take_json (http, dheera_chat_write_body (request, encoding->model, encoding->stream,
                                                               &dialect));
  http->framing = encoding->stream ? DHEERA_FRAMING_SSE : DHEERA_FRAMING_WHOLE;

  return g_steal_pointer (&http);
}

const DheeraProtocol dheera_openai_chat = {
  .name = "openai-chat",
  .place_member = dheera_protocol_keep_member,
  .encode_chat = encode_chat,
  .decode_chat = dheera_openai_chat_decode,
  .decode_frame = dheera_openai_chat_decode_frame,
  .decode_eof = dheera_openai_chat_decode_eof,
  .tasks = {
    [DHEERA_TASK_LIST_MODELS] = { dheera_openai_encode_models, dheera_openai_decode_models },
    DHEERA_OPENAI_ENDPOINTS,
  },
};
