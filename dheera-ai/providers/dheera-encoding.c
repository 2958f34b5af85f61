/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the encoders of all protocols share: the HTTP request around a body, and what becomes of parameters
 * that a provider can't take. */

#include "dheera-protocol-private.h"

#include "dheera-hosting-private.h"
#include "dheera-provider-private.h"

#include <string.h>

#include "dheera-ai/model/errors/dheera-error-private.h"
#include "dheera-ai/wire/dheera-url-private.h"

/* "response_format json_schema" is a value of the parameter "response_format". */
static void
set_unsupported (const DheeraEncoding *self,
                 const char           *name,
                 const char           *message,
                 GError              **error)
{
  DheeraFailure failure = DHEERA_FAILURE_INIT;
  g_autoptr (DheeraErrorDetails) details = NULL;
  g_autofree char *param = g_strndup (name, strcspn (name, " "));

  failure.code = DHEERA_ERROR_UNSUPPORTED_PARAMETER;
  failure.message = message;
  failure.provider = dheera_provider_get_id (self->provider);
  failure.model = self->model;
  failure.param = param;
  details = dheera_error_details_new (&failure);
  dheera_error_details_set_last (details);
  g_propagate_error (error, dheera_error_new_with_details (failure.code, details, message));
}

gboolean
dheera_encoding_refuse_named (const DheeraEncoding *self,
                              const char           *name,
                              const char           *why,
                              GError              **error)
{
  const char *id = dheera_provider_get_id (self->provider);
  g_autofree char *message = NULL;

  if (self->policy == DHEERA_PARAM_POLICY_DROP)
    {
      if (self->warnings != NULL)
        g_ptr_array_add (self->warnings, g_strdup_printf ("The parameter “%s” was left out: provider “%s” %s.", name, id, why));
      return TRUE;
    }

  message = g_strdup_printf ("The parameter “%s” can't be sent: provider “%s” %s. Leave it unset, or set the client's "
                             "param-policy to DROP to have such parameters left out.",
                             name, id, why);
  set_unsupported (self, name, message, error);

  return FALSE;
}

gboolean
dheera_encoding_refuse (const DheeraEncoding *self,
                        DheeraParams          param,
                        const char           *why,
                        GError              **error)
{
  const char *of = (param & (DHEERA_PARAM_JSON_OBJECT | DHEERA_PARAM_JSON_SCHEMA)) ? "response_format " : "";
  g_autofree char *name = g_strconcat (of, dheera_param_get_name (param), NULL);

  return dheera_encoding_refuse_named (self, name, why, error);
}

/* Many programs send each parameter with the value that it has anyway. What asks for nothing else is left out, and no reason to refuse the rest. */
static gboolean
is_usual (DheeraRequest *request,
          DheeraParams   param)
{
  static const char *const tiers[] = { "auto", "default", NULL };

  switch ((guint) param)
    {
    case DHEERA_PARAM_N:
      return request->n == 1;
    case DHEERA_PARAM_PRESENCE_PENALTY:
      return request->presence_penalty == 0;
    case DHEERA_PARAM_FREQUENCY_PENALTY:
      return request->frequency_penalty == 0;
    case DHEERA_PARAM_LOGPROBS:
      return request->logprobs == DHEERA_TRISTATE_NO;
    case DHEERA_PARAM_PARALLEL_TOOL_CALLS:
      return request->parallel_tool_calls == DHEERA_TRISTATE_YES;
    case DHEERA_PARAM_TOOL_CHOICE:
      return g_str_equal (request->tool_choice, "auto") || (dheera_request_get_n_tools (request) == 0 && g_str_equal (request->tool_choice, "none"));
    case DHEERA_PARAM_METADATA:
      return dheera_json_text_is_empty_object (&request->metadata);
    case DHEERA_PARAM_SERVICE_TIER:
      return g_strv_contains (tiers, request->service_tier);
    default:
      return FALSE;
    }
}

gboolean
dheera_encoding_check_params (const DheeraEncoding *self,
                              DheeraRequest        *request,
                              DheeraParams          unsupported,
                              DheeraParams         *omit,
                              GError              **error)
{
  DheeraParams set = dheera_request_list_set_params (request);

  /* What only means something beside another one goes with it. */
  if (unsupported & DHEERA_PARAM_TOOLS)
    unsupported |= DHEERA_PARAM_TOOL_CHOICE | DHEERA_PARAM_PARALLEL_TOOL_CALLS;
  if (unsupported & DHEERA_PARAM_LOGPROBS)
    unsupported |= DHEERA_PARAM_TOP_LOGPROBS;

  *omit = set & unsupported;
  for (guint bit = 0; bit < 32; bit++)
    {
      DheeraParams param = (DheeraParams) (1u << bit);

      if ((*omit & param) && !is_usual (request, param) && !dheera_encoding_refuse (self, param, "does not take it", error))
        return FALSE;
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

static char *
dup_url (const DheeraEncoding *self,
         const char           *path)
{
  const DheeraHosting *hosting = dheera_provider_get_row (self->provider)->hosting;
  g_autofree char *url = NULL;
  g_autofree char *api_version = NULL;

  if (hosting != NULL && path != NULL)
    return hosting->dup_url (self, path);

  url = path != NULL ? dheera_url_join (self->base_url, path) : g_strdup (self->base_url);
  api_version = dheera_provider_dup_api_version (self->provider);
  if (api_version == NULL || dheera_provider_get_protocol (self->provider)->version_in_path)
    return g_steal_pointer (&url);

  return dheera_url_add_query (url, "api-version", api_version);
}

DheeraHttpRequest *
dheera_encoding_new_http_request (const DheeraEncoding *self,
                                  DheeraBaseRequest    *request,
                                  const char           *method,
                                  const char           *path,
                                  GError              **error)
{
  g_autoptr (DheeraHttpRequest) http = NULL;
  g_autofree char *url = NULL;

  if (!dheera_provider_check (self->provider, error))
    return NULL;

  url = dup_url (self, path);
  http = dheera_http_request_new (method, url);
  if (!set_request_headers (http, request, error))
    return NULL;
  if (!dheera_provider_apply (self->provider, http, error))
    return NULL;

  return g_steal_pointer (&http);
}

void
dheera_encoding_take_body (DheeraHttpRequest *http,
                           DheeraBaseRequest *request,
                           DheeraJsonWriter  *body)
{
  const char *extra = dheera_base_request_peek_extra (request);
  g_autofree char *plain = NULL;
  char *merged;

  if (extra == NULL)
    {
      dheera_http_request_take_json (http, dheera_json_writer_steal_bytes (body));
      return;
    }

  plain = dheera_json_writer_steal (body);
  merged = dheera_json_merge (plain, extra);
  dheera_http_request_take_json (http, g_bytes_new_take (merged, strlen (merged)));
}

DheeraHttpRequest *
dheera_encoding_new_http_request_below (const DheeraEncoding *self,
                                        const char           *base_url,
                                        DheeraBaseRequest    *request,
                                        const char           *path,
                                        DheeraJsonWriter     *body,
                                        GError              **error)
{
  DheeraEncoding below = *self;
  DheeraHttpRequest *http;

  below.base_url = base_url;
  http = dheera_encoding_new_http_request (&below, request, body != NULL ? "POST" : "GET", path, error);
  if (http != NULL && body != NULL)
    dheera_encoding_take_body (http, request, body);

  return http;
}

const char *
dheera_task_get_name (DheeraTask task)
{
  static const char *const names[DHEERA_N_TASKS] = {
    [DHEERA_TASK_LIST_MODELS] = "lists of models",
    [DHEERA_TASK_EMBED] = "embeddings",
    [DHEERA_TASK_COUNT_TOKENS] = "counting of tokens",
    [DHEERA_TASK_RERANK] = "reranking",
    [DHEERA_TASK_MODERATE] = "moderation",
    [DHEERA_TASK_GENERATE_IMAGE] = "generation of images",
    [DHEERA_TASK_TRANSCRIBE] = "transcription",
    [DHEERA_TASK_SPEAK] = "speech",
  };

  return names[task];
}

const DheeraCodec *
dheera_protocol_get_codec (const DheeraProtocol *self,
                           DheeraTask            task,
                           DheeraProvider       *provider,
                           GError              **error)
{
  if (self->tasks[task].encode != NULL)
    return &self->tasks[task];

  g_set_error (error, DHEERA_ERROR, DHEERA_ERROR_NOT_SUPPORTED, "Provider “%s” has no %s. Choose another provider for it.",
               dheera_provider_get_id (provider), dheera_task_get_name (task));

  return NULL;
}
