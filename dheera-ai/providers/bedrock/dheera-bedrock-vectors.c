/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-bedrock-private.h"

#include <string.h>

#include "dheera-ai/providers/dheera-encoding-private.h"
#include "dheera-ai/providers/dheera-endpoint-private.h"
#include "dheera-ai/providers/dheera-vectors-private.h"

#include "dheera-ai/model/endpoints/dheera-embedding-request-private.h"
#include "dheera-ai/model/endpoints/dheera-rerank-request-private.h"
#include "dheera-ai/model/errors/dheera-error-private.h"

/* Vectors come from the models themselves, each maker's in its own form; rankings from a service beside them that has one form for all. */

/* --- Embeddings ------------------------------------------------------------------------------------- */

typedef enum
{
  FORM_UNKNOWN,
  FORM_TITAN,    /* one text, of one length of vector */
  FORM_TITAN_2,  /* one text */
  FORM_COHERE,
  FORM_COHERE_4, /* that has a choice of lengths */
} Form;

static Form
find_form (const char *model)
{
  if (strstr (model, "amazon.titan-embed-text-v2") != NULL)
    return FORM_TITAN_2;
  if (strstr (model, "amazon.titan-embed") != NULL)
    return FORM_TITAN;
  if (strstr (model, "cohere.embed-v4") != NULL)
    return FORM_COHERE_4;

  return strstr (model, "cohere.embed") != NULL ? FORM_COHERE : FORM_UNKNOWN;
}

static gboolean
check (const DheeraEncoding   *encoding,
       DheeraEmbeddingRequest *request,
       Form                    form,
       GError                **error)
{
  gboolean titan = form == FORM_TITAN || form == FORM_TITAN_2;

  if (form == FORM_UNKNOWN)
    {
      g_set_error (error, DHEERA_ERROR, DHEERA_ERROR_NOT_SUPPORTED,
                   "How model “%s” of provider “%s” is asked for vectors is not known. Take one of Amazon's Titan or of Cohere's.",
                   encoding->model, dheera_provider_get_id (encoding->provider));
      return FALSE;
    }
  if (titan && g_strv_length (request->inputs) > 1)
    {
      g_set_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST,
                   "Model “%s” of provider “%s” takes one text at once. Send each in a request of its own.",
                   encoding->model, dheera_provider_get_id (encoding->provider));
      return FALSE;
    }
  if (request->user != NULL && !dheera_encoding_refuse_named (encoding, "user", "does not take it", error))
    return FALSE;
  if (titan && request->input_type != NULL && !dheera_encoding_refuse_named (encoding, "input_type", "does not take it with this model", error))
    return FALSE;

  return request->dimensions < 0 || form == FORM_TITAN_2 || form == FORM_COHERE_4 ||
         dheera_encoding_refuse_named (encoding, "dimensions", "does not take it with this model", error);
}

/* "query" and "document" are everybody's words; others are Cohere's own. */
static const char *
find_input_type (const char *input_type)
{
  if (input_type == NULL || strcmp (input_type, "document") == 0)
    return "search_document";

  return strcmp (input_type, "query") == 0 ? "search_query" : input_type;
}

static void
write_texts (DheeraJsonWriter       *writer,
             DheeraEmbeddingRequest *request,
             Form                    form)
{
  dheera_json_writer_member_strv (writer, "texts", (const char *const *) request->inputs);
  dheera_json_writer_member_string (writer, "input_type", find_input_type (request->input_type));
  if (form != FORM_COHERE_4)
    return;

  dheera_json_writer_member_raw (writer, "embedding_types", "[\"float\"]");
  if (request->dimensions >= 0)
    dheera_json_writer_member_int (writer, "output_dimension", request->dimensions);
}

DheeraHttpRequest *
dheera_bedrock_encode_embeddings (const DheeraEncoding *encoding,
                                  DheeraBaseRequest    *base,
                                  GError              **error)
{
  DheeraEmbeddingRequest *request = DHEERA_EMBEDDING_REQUEST (base);
  g_autofree char *path = dheera_bedrock_make_path (encoding->model, "invoke");
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;
  Form form = find_form (encoding->model);
  DheeraHttpRequest *http;

  if (!check (encoding, request, form, error))
    return NULL;
  http = dheera_encoding_new_http_request (encoding, base, "POST", path, error);
  if (http == NULL)
    return NULL;

  dheera_json_writer_init (&writer, 1024);
  dheera_json_writer_begin_object (&writer);
  if (form == FORM_COHERE || form == FORM_COHERE_4)
    write_texts (&writer, request, form);
  else
    {
      dheera_json_writer_member_string (&writer, "inputText", request->inputs[0]);
      if (form == FORM_TITAN_2 && request->dimensions >= 0)
        dheera_json_writer_member_int (&writer, "dimensions", request->dimensions);
    }
  dheera_json_writer_end_object (&writer);
  dheera_encoding_take_body (http, base, &writer);

  return http;
}

GObject *
dheera_bedrock_decode_embeddings (DheeraDecoder *decoder,
                                  const char    *body,
                                  gsize          length)
{
  DheeraJsonValue root = dheera_endpoint_parse (decoder, body, length);
  DheeraJsonValue single = dheera_json_member (root, "embedding");
  DheeraJsonValue list = dheera_json_member (root, "embeddings");
  gint64 count = dheera_json_get_int (dheera_json_member (root, "inputTextTokenCount"), -1);
  DheeraEmbeddingResponse *response;
  DheeraVectors vectors;
  DheeraJsonValue element;
  DheeraJsonIter iter;

  if (dheera_json_type (root) == DHEERA_JSON_NONE)
    return NULL;
  if (dheera_json_type (list) == DHEERA_JSON_OBJECT)
    list = dheera_json_member (list, "float");
  if (dheera_json_type (list) != DHEERA_JSON_ARRAY && dheera_json_type (single) != DHEERA_JSON_ARRAY)
    {
      dheera_decoder_fail (decoder, DHEERA_ERROR_PROTOCOL, "there are no vectors in the answer");
      return NULL;
    }

  dheera_vectors_init (&vectors, decoder, dheera_json_type (list) == DHEERA_JSON_ARRAY ? dheera_json_size (list) : 1);
  if (dheera_json_type (list) != DHEERA_JSON_ARRAY)
    dheera_vectors_add (&vectors, -1, single);
  dheera_json_iter_init (&iter, list);
  while (dheera_json_iter_next (&iter, NULL, &element))
    if (!dheera_vectors_add (&vectors, -1, element))
      break;
  response = dheera_vectors_finish (&vectors);
  if (response != NULL && count >= 0)
    dheera_usage_update (dheera_base_response_ensure_usage (DHEERA_BASE_RESPONSE (response)), count, -1, count, -1, -1, -1);

  return G_OBJECT (response);
}

/* --- Rankings --------------------------------------------------------------------------------------- */

/* The service wants the model's full name. NULL with the error. */
static char *
make_arn (const DheeraEncoding *encoding,
          GError              **error)
{
  g_autofree char *region = dheera_provider_dup_region (encoding->provider);
  const char *partition = "aws";

  if (g_str_has_prefix (encoding->model, "arn:"))
    return g_strdup (encoding->model);
  if (region == NULL)
    {
      dheera_set_invalid_request (error, "region",
                                  "Provider “%s” needs to know a region to name the model, and there is none: set its region property, or AWS_REGION.",
                                  dheera_provider_get_id (encoding->provider));
      return NULL;
    }

  if (g_str_has_prefix (region, "cn-"))
    partition = "aws-cn";
  else if (g_str_has_prefix (region, "us-gov-"))
    partition = "aws-us-gov";

  return g_strdup_printf ("arn:%s:bedrock:%s::foundation-model/%s", partition, region, encoding->model);
}

/* {"type": "TEXT", name: {"text": text}} */
static void
write_text (DheeraJsonWriter *writer,
            const char       *name,
            const char       *text)
{
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "type", "TEXT");
  dheera_json_writer_key (writer, name);
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "text", text);
  dheera_json_writer_end_object (writer);
  dheera_json_writer_end_object (writer);
}

static void
write_documents (DheeraJsonWriter    *writer,
                 DheeraRerankRequest *request)
{
  dheera_json_writer_key (writer, "sources");
  dheera_json_writer_begin_array (writer);
  for (char **document = request->documents; *document != NULL; document++)
    {
      dheera_json_writer_begin_object (writer);
      dheera_json_writer_member_string (writer, "type", "INLINE");
      dheera_json_writer_key (writer, "inlineDocumentSource");
      write_text (writer, "textDocument", *document);
      dheera_json_writer_end_object (writer);
    }
  dheera_json_writer_end_array (writer);
}

static void
write_configuration (DheeraJsonWriter    *writer,
                     DheeraRerankRequest *request,
                     const char          *arn)
{
  dheera_json_writer_key (writer, "rerankingConfiguration");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "type", "BEDROCK_RERANKING_MODEL");
  dheera_json_writer_key (writer, "bedrockRerankingConfiguration");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_key (writer, "modelConfiguration");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "modelArn", arn);
  dheera_json_writer_end_object (writer);
  if (request->top_n > 0)
    dheera_json_writer_member_int (writer, "numberOfResults", request->top_n);
  dheera_json_writer_end_object (writer);
  dheera_json_writer_end_object (writer);
}

DheeraHttpRequest *
dheera_bedrock_encode_rerank (const DheeraEncoding *encoding,
                              DheeraBaseRequest    *base,
                              GError              **error)
{
  DheeraRerankRequest *request = DHEERA_RERANK_REQUEST (base);
  g_autofree char *base_url = dheera_bedrock_make_url (encoding->base_url, "bedrock-agent-runtime");
  g_autofree char *arn = make_arn (encoding, error);
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;
  DheeraEncoding agent = *encoding;
  DheeraHttpRequest *http;

  if (arn == NULL)
    return NULL;
  if (request->return_documents == DHEERA_TRISTATE_YES && !dheera_encoding_refuse_named (encoding, "return_documents", "does not take it", error))
    return NULL;
  agent.base_url = base_url;
  http = dheera_encoding_new_http_request (&agent, base, "POST", "/rerank", error);
  if (http == NULL)
    return NULL;

  dheera_json_writer_init (&writer, 1024);
  dheera_json_writer_begin_object (&writer);
  dheera_json_writer_key (&writer, "queries");
  dheera_json_writer_begin_array (&writer);
  write_text (&writer, "textQuery", request->query);
  dheera_json_writer_end_array (&writer);
  write_documents (&writer, request);
  write_configuration (&writer, request, arn);
  dheera_json_writer_end_object (&writer);
  dheera_encoding_take_body (http, base, &writer);

  return http;
}
