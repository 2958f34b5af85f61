/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-gemini-encode-private.h"
#include "dheera-gemini-private.h"
#include "dheera-ai/providers/dheera-provider-private.h"

#include <string.h>

/* A whole request of generateContent and streamGenerateContent, which countTokens takes as well */

/* FALSE with the error; otherwise omit becomes what is set and must not be written. */
static gboolean
check_params (const DheeraEncoding    *encoding,
              const DheeraGeminiModel *model,
              DheeraRequest           *request,
              DheeraParams            *omit,
              GError                 **error)
{
  DheeraParams unsupported = dheera_provider_get_row (encoding->provider)->drop_params | DHEERA_PARAM_USER;

  unsupported |= model->vertex ? DHEERA_PARAM_SERVICE_TIER : DHEERA_PARAM_METADATA;
  /* Several calls at once is what models do anyway; only that they should not can't be said. */
  if (request->parallel_tool_calls == DHEERA_TRISTATE_NO)
    unsupported |= DHEERA_PARAM_PARALLEL_TOOL_CALLS;

  return dheera_encoding_check_params (encoding, request, unsupported, omit, error);
}

/* OpenAI's words for what Google calls flex, standard and priority; "auto" is to say nothing. */
static void
write_service_tier (DheeraJsonWriter *writer,
                    const char       *tier)
{
  if (strcmp (tier, "auto") == 0)
    return;

  dheera_json_writer_member_string (writer, "serviceTier", strcmp (tier, "default") == 0 ? "standard" : tier);
}

/* FALSE with the error */
static gboolean
write_members (DheeraJsonWriter        *writer,
               const DheeraEncoding    *encoding,
               const DheeraGeminiModel *model,
               DheeraRequest           *request,
               GError                 **error)
{
  DheeraParams omit;

  if (!check_params (encoding, model, request, &omit, error)
      || !dheera_gemini_write_contents (writer, encoding, model, request, error)
      || !dheera_gemini_write_tools (writer, model, request, omit, error)
      || !dheera_gemini_write_config (writer, encoding, model, request, omit, error))
    return FALSE;

  if (request->metadata.text != NULL && !(omit & DHEERA_PARAM_METADATA))
    dheera_json_writer_member_raw (writer, "labels", dheera_json_text_get (&request->metadata));
  if (request->service_tier != NULL && !(omit & DHEERA_PARAM_SERVICE_TIER))
    write_service_tier (writer, request->service_tier);

  return TRUE;
}

char *
dheera_gemini_dup_request (const DheeraEncoding    *encoding,
                           const DheeraGeminiModel *model,
                           const char              *name,
                           DheeraRequest           *request,
                           GError                 **error)
{
  g_autofree char *extra = dheera_gemini_dup_extra (DHEERA_BASE_REQUEST (request));
  g_autofree char *plain = NULL;
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;

  dheera_json_writer_init (&writer, 1024);
  dheera_json_writer_begin_object (&writer);
  if (name != NULL)
    dheera_json_writer_member_string (&writer, "model", name);
  if (!write_members (&writer, encoding, model, request, error))
    {
      dheera_json_writer_clear (&writer);
      return NULL;
    }
  dheera_json_writer_end_object (&writer);
  plain = dheera_json_writer_steal (&writer);

  return extra != NULL ? dheera_json_merge (plain, extra) : g_steal_pointer (&plain);
}

DheeraHttpRequest *
dheera_gemini_encode_chat (const DheeraEncoding *encoding,
                           DheeraRequest        *request,
                           GError              **error)
{
  DheeraHttpRequest *http;
  DheeraGeminiModel model;
  char *body;

  if (!dheera_provider_check (encoding->provider, error))
    return NULL;

  dheera_gemini_model_read (&model, encoding);
  body = dheera_gemini_dup_request (encoding, &model, NULL, request, error);
  if (body == NULL)
    return NULL;

  http = dheera_gemini_new_http_request (encoding, DHEERA_BASE_REQUEST (request),
                                         encoding->stream ? "streamGenerateContent" : "generateContent",
                                         encoding->stream ? "alt=sse" : NULL, error);
  if (http == NULL)
    {
      g_free (body);
      return NULL;
    }
  dheera_http_request_take_json (http, g_bytes_new_take (body, strlen (body)));
  http->framing = encoding->stream ? DHEERA_FRAMING_SSE : DHEERA_FRAMING_WHOLE;

  return http;
}
