/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-bedrock-private.h"

#include "dheera-ai/providers/dheera-endpoint-private.h"
#include "dheera-ai/providers/errors/dheera-error-words-private.h"
#include "dheera-ai/providers/dheera-provider-private.h"

#include <string.h>

#include "dheera-ai/model/endpoints/dheera-model-private.h"
#include "dheera-ai/model/responses/dheera-usage-private.h"

/* Which models there are, and how many tokens a request has. */

char *
dheera_bedrock_make_url (const char *base_url,
                         const char *service)
{
  g_autoptr (GString) url = g_string_new (base_url);
  g_autofree char *host = g_strconcat ("://", service, ".", NULL);

  g_string_replace (url, "://bedrock-runtime.", host, 1);

  return g_strdup (url->str);
}

DheeraHttpRequest *
dheera_bedrock_encode_models (const DheeraEncoding *encoding,
                              DheeraBaseRequest    *request,
                              GError              **error)
{
  g_autofree char *base_url = dheera_bedrock_make_url (encoding->base_url, "bedrock");
  DheeraEncoding control = *encoding;

  control.base_url = base_url;

  return dheera_encoding_new_http_request (&control, request, "GET", "/foundation-models", error);
}

static DheeraModel *
read_model (DheeraDecoder   *decoder,
            DheeraJsonValue  summary)
{
  g_autofree char *id = dheera_json_dup_string (dheera_json_member (summary, "modelId"));
  char *name = dheera_json_dup_string (dheera_json_member (summary, "modelName"));
  char *maker = dheera_json_dup_string (dheera_json_member (summary, "providerName"));
  DheeraModel *model;

  if (id == NULL || *id == '\0')
    {
      g_free (name);
      g_free (maker);
      return NULL;
    }

  model = dheera_model_new (dheera_provider_get_id (decoder->provider), id);
  g_free (model->name);
  model->name = name != NULL ? name : g_strdup (id);
  g_free (model->owned_by);
  model->owned_by = maker;

  return model;
}

/* FALSE with the failure */
static gboolean
parse (DheeraDecoder *decoder,
       const char    *body,
       gsize          length,
       const char    *what)
{
  if (dheera_json_parse (&decoder->json, body, length))
    return TRUE;

  dheera_decoder_fail_json (decoder, what);

  return FALSE;
}

static void
fail_shape (DheeraDecoder *decoder,
            const char    *what)
{
  g_auto (DheeraErrorWords) words = DHEERA_ERROR_WORDS_INIT;
  DheeraJsonValue root = dheera_json_root (&decoder->json);

  if (dheera_error_words_read (&words, root))
    dheera_decoder_fail_with (decoder, root);
  else
    dheera_decoder_fail (decoder, DHEERA_ERROR_PROTOCOL, "the answer has no %s", what);
}

GObject *
dheera_bedrock_decode_models (DheeraDecoder *decoder,
                              const char    *body,
                              gsize          length)
{
  DheeraJsonValue list;

  if (!parse (decoder, body, length, "the list of models"))
    return NULL;
  list = dheera_json_member (dheera_json_root (&decoder->json), "modelSummaries");
  if (dheera_json_type (list) != DHEERA_JSON_ARRAY)
    {
      fail_shape (decoder, "list of models");
      return NULL;
    }

  return dheera_endpoint_read_models (decoder, list, read_model);
}

/* --- Tokens --------------------------------------------------------------------------------------- */

/* What counts, and no more: parameters that only shape the answer have no place there. */
static gboolean
write_count (DheeraBedrockPlan *plan,
             DheeraJsonWriter  *writer,
             GError           **error)
{
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_key (writer, "input");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_key (writer, "converse");
  dheera_json_writer_begin_object (writer);
  if (!dheera_bedrock_write_turns (plan, writer, error) || !dheera_bedrock_write_tools (plan, writer, error))
    return FALSE;
  for (guint depth = 0; depth < 3; depth++)
    dheera_json_writer_end_object (writer);

  return TRUE;
}

DheeraHttpRequest *
dheera_bedrock_encode_count (const DheeraEncoding *encoding,
                             DheeraBaseRequest    *request,
                             GError              **error)
{
  g_auto (DheeraBedrockPlan) plan = { 0 };
  g_autoptr (DheeraHttpRequest) http = NULL;
  g_autofree char *path = dheera_bedrock_make_path (encoding->model, "count-tokens");
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;

  if (!dheera_bedrock_plan_init (&plan, encoding, DHEERA_REQUEST (request), error))
    return NULL;
  http = dheera_encoding_new_http_request (encoding, request, "POST", path, error);
  if (http == NULL)
    return NULL;

  dheera_json_writer_init (&writer, 1024);
  if (!write_count (&plan, &writer, error))
    {
      dheera_json_writer_clear (&writer);
      return NULL;
    }
  dheera_http_request_take_json (http, dheera_json_writer_steal_bytes (&writer));

  return g_steal_pointer (&http);
}

GObject *
dheera_bedrock_decode_count (DheeraDecoder *decoder,
                             const char    *body,
                             gsize          length)
{
  DheeraUsage *usage;
  gint64 count;

  if (!parse (decoder, body, length, "the answer"))
    return NULL;
  count = dheera_json_get_int (dheera_json_member (dheera_json_root (&decoder->json), "inputTokens"), -1);
  if (count < 0)
    {
      fail_shape (decoder, "count of tokens");
      return NULL;
    }

  usage = dheera_usage_new ();
  dheera_usage_update (usage, count, -1, -1, -1, -1, -1);

  return G_OBJECT (usage);
}
