/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-gemini-encode-private.h"
#include "dheera-gemini-private.h"

#include "dheera-ai/providers/errors/dheera-error-words-private.h"
#include "dheera-ai/providers/dheera-provider-private.h"

#include <string.h>

#include "dheera-ai/model/responses/dheera-usage-private.h"

/* countTokens: the Gemini API counts a whole request that lies in the body, Vertex AI takes its members there themselves. */

/* NULL with the error */
static char *
dup_body (const DheeraEncoding    *encoding,
          const DheeraGeminiModel *model,
          DheeraRequest           *request,
          GError                 **error)
{
  g_autofree char *name = NULL;
  g_autofree char *counted = NULL;

  if (model->vertex)
    return dheera_gemini_dup_request (encoding, model, NULL, request, error);

  name = dheera_gemini_dup_resource_name (encoding);
  counted = dheera_gemini_dup_request (encoding, model, name, request, error);

  return counted != NULL ? g_strconcat ("{\"generateContentRequest\":", counted, "}", NULL) : NULL;
}

DheeraHttpRequest *
dheera_gemini_encode_count (const DheeraEncoding *encoding,
                            DheeraBaseRequest    *request,
                            GError              **error)
{
  DheeraHttpRequest *http;
  DheeraGeminiModel model;
  char *body;

  if (!dheera_provider_check (encoding->provider, error))
    return NULL;

  dheera_gemini_model_read (&model, encoding);
  body = dup_body (encoding, &model, DHEERA_REQUEST (request), error);
  if (body == NULL)
    return NULL;

  http = dheera_gemini_new_http_request (encoding, request, "countTokens", NULL, error);
  if (http == NULL)
    {
      g_free (body);
      return NULL;
    }
  dheera_http_request_take_json (http, g_bytes_new_take (body, strlen (body)));

  return http;
}

GObject *
dheera_gemini_decode_count (DheeraDecoder *decoder,
                            const char    *body,
                            gsize          length)
{
  DheeraJsonValue root;
  gint64 total;
  DheeraUsage *usage;

  if (!dheera_json_parse (&decoder->json, body, length))
    {
      dheera_decoder_fail_json (decoder, "the answer");
      return NULL;
    }

  root = dheera_json_root (&decoder->json);
  total = dheera_json_get_int (dheera_json_member (root, "totalTokens"), -1);
  if (total < 0)
    {
      if (dheera_error_words_marked (root) || dheera_error_words_marked (dheera_json_element (root, 0)))
        dheera_decoder_fail_with (decoder, root);
      else
        dheera_decoder_fail (decoder, DHEERA_ERROR_PROTOCOL, "the answer has no number of tokens");
      return NULL;
    }

  usage = dheera_usage_new ();
  dheera_usage_update (usage, total, -1, total, dheera_json_get_int (dheera_json_member (root, "cachedContentTokenCount"), -1), -1, -1);

  return G_OBJECT (usage);
}
