/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-openai-chat-private.h"

#include "dheera-provider-private.h"

#include "dheera-ai/model/dheera-chat-json-private.h"
#include "dheera-ai/wire/dheera-url-private.h"

/* Parameters that only mean something beside another one, and go with it */
static DheeraParams
add_dependents (DheeraParams params)
{
  if (params & DHEERA_PARAM_TOOLS)
    params |= DHEERA_PARAM_TOOL_CHOICE | DHEERA_PARAM_PARALLEL_TOOL_CALLS;
  if (params & DHEERA_PARAM_LOGPROBS)
    params |= DHEERA_PARAM_TOP_LOGPROBS;

  return params;
}

/* What this provider does not take, whether or not it is set */
static DheeraParams
list_unsupported (const DheeraProviderRow *row)
{
  DheeraParams params = row->drop_params | dheera_chat_dialect_list_inexpressible (&row->dialect);

  return add_dependents (params);
}

static gboolean
refuse (const DheeraEncoding *encoding,
        DheeraParams          param,
        const char           *why,
        GError              **error)
{
  const char *name = dheera_param_get_name (param);
  const char *of = (param & (DHEERA_PARAM_JSON_OBJECT | DHEERA_PARAM_JSON_SCHEMA)) ? "response_format " : "";
  const char *id = dheera_provider_get_id (encoding->provider);

  if (encoding->policy == DHEERA_PARAM_POLICY_DROP)
    {
      if (encoding->warnings != NULL)
        g_ptr_array_add (encoding->warnings,
                         g_strdup_printf ("The parameter “%s%s” was left out: provider “%s” %s.", of, name, id,
                                          why));
      return TRUE;
    }

  g_set_error (error, DHEERA_ERROR, DHEERA_ERROR_UNSUPPORTED_PARAMETER,
               "The parameter “%s%s” can't be sent: provider “%s” %s. Leave it unset, or set the client's "
               "param-policy to DROP to have such parameters left out.",
               of, name, id, why);

  return FALSE;
}

/* FALSE with the error; otherwise omit becomes what is set and must not be written. */
static gboolean
check_params (const DheeraEncoding    *encoding,
              DheeraRequest           *request,
              const DheeraProviderRow *row,
              DheeraParams            *omit,
              GError                 **error)
{
  DheeraParams set = dheera_request_list_set_params (request);
  DheeraParams unsupported = set & list_unsupported (row);

  *omit = unsupported;
  for (guint bit = 0; bit < 32; bit++)
    {
      DheeraParams param = (DheeraParams) (1u << bit);

      if ((unsupported & param) && !refuse (encoding, param, "does not take it", error))
        return FALSE;
    }

  if (row->temperature_max >= 0 && (set & DHEERA_PARAM_TEMPERATURE)
      && dheera_request_get_temperature (request) > row->temperature_max)
    {
      g_autofree char *why = NULL;
      char bound[G_ASCII_DTOSTR_BUF_SIZE];

      g_ascii_formatd (bound, sizeof bound, "%g", row->temperature_max);
      why = g_strdup_printf ("takes at most %s", bound);
      *omit |= DHEERA_PARAM_TEMPERATURE;
      return refuse (encoding, DHEERA_PARAM_TEMPERATURE, why, error);
    }

  return TRUE;
}

static gboolean
set_request_headers (DheeraHttpRequest *http,
                     DheeraBaseRequest *request,
                     GError           **error)
{
  for (guint i = 0; i < dheera_base_request_get_n_headers (request); i++)
    {
      const char *name;
      const char *value;

      dheera_base_request_get_header (request, i, &name, &value);
      if (!dheera_http_request_set_header (http, name, value))
        {
          g_autofree char *shown = g_strescape (name, NULL);

          g_set_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST,
                       "The request's header “%s” can't be sent: its name or its value has characters that are "
                       "not allowed there.", shown);
          return FALSE;
        }
    }

  return TRUE;
}

DheeraHttpRequest *
dheera_openai_new_http_request (const DheeraEncoding *encoding,
                                DheeraBaseRequest    *request,
                                const char           *method,
                                const char           *path,
                                GError              **error)
{
  g_autoptr (DheeraHttpRequest) http = NULL;
  g_autofree char *url = dheera_url_join (encoding->base_url, path);
  const char *api_version = dheera_provider_get_api_version (encoding->provider);

  if (!dheera_provider_check (encoding->provider, error))
    return NULL;

  if (api_version != NULL)
    {
      g_autofree char *plain = g_steal_pointer (&url);

      url = dheera_url_add_query (plain, "api-version", api_version);
    }

  http = dheera_http_request_new (method, url);
  if (!set_request_headers (http, request, error))
    return NULL;
  dheera_provider_apply (encoding->provider, http);
  /* Once more, since the request's go before the provider's. */
  set_request_headers (http, request, NULL);

  return g_steal_pointer (&http);
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
  if (!check_params (encoding, request, row, &omit, error))
    return NULL;

  http = dheera_openai_new_http_request (encoding, DHEERA_BASE_REQUEST (request), "POST", row->chat_path, error);
  if (http == NULL)
    return NULL;

  dialect = row->dialect;
  dialect.omit |= omit;
  dheera_http_request_take_json (http, dheera_chat_write_body (request, encoding->model, encoding->stream,
                                                               &dialect));
  http->framing = encoding->stream ? DHEERA_FRAMING_SSE : DHEERA_FRAMING_WHOLE;

  return g_steal_pointer (&http);
}

const DheeraProtocol dheera_openai_chat = {
  .name = "openai-chat",
  .encode_chat = encode_chat,
  .decode_chat = dheera_openai_chat_decode,
  .decode_frame = dheera_openai_chat_decode_frame,
  .decode_eof = dheera_openai_chat_decode_eof,
  .encode_models = dheera_openai_encode_models,
  .decode_models = dheera_openai_decode_models,
};
