/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-gemini-encode-private.h"

#include <string.h>

#include "dheera-ai/providers/dheera-encoding-private.h"
#include "dheera-ai/providers/dheera-endpoint-private.h"
#include "dheera-ai/providers/dheera-vectors-private.h"

#include "dheera-ai/model/endpoints/dheera-embedding-request-private.h"

/* Vectors of texts, in three forms: batchEmbedContents of the Gemini API, and on Vertex AI embedContent of the newest models and predict
 * of all others. */

#define MAX_BATCH 100

typedef enum
{
  FORM_BATCH,
  FORM_CONTENT,
  FORM_PREDICT,
} Form;

static Form
find_form (const DheeraEncoding    *encoding,
           const DheeraGeminiModel *model)
{
  if (!model->vertex)
    return FORM_BATCH;

  return strstr (encoding->model, "gemini-embedding-2") != NULL ? FORM_CONTENT : FORM_PREDICT;
}

/* "query" and "document" are everybody's words; others are Google's own, in capitals. */
static char *
dup_task_type (const char *input_type)
{
  if (input_type == NULL)
    return NULL;
  if (strcmp (input_type, "query") == 0)
    return g_strdup ("RETRIEVAL_QUERY");
  if (strcmp (input_type, "document") == 0)
    return g_strdup ("RETRIEVAL_DOCUMENT");

  return g_ascii_strup (input_type, -1);
}

static void
write_content (DheeraJsonWriter *writer,
               const char       *text)
{
  dheera_json_writer_key (writer, "content");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_key (writer, "parts");
  dheera_json_writer_begin_array (writer);
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "text", text);
  dheera_json_writer_end_object (writer);
  dheera_json_writer_end_array (writer);
  dheera_json_writer_end_object (writer);
}

static void
write_options (DheeraJsonWriter       *writer,
               DheeraEmbeddingRequest *request)
{
  g_autofree char *task_type = dup_task_type (request->input_type);

  if (task_type != NULL)
    dheera_json_writer_member_string (writer, "taskType", task_type);
  if (request->dimensions >= 0)
    dheera_json_writer_member_int (writer, "outputDimensionality", request->dimensions);
}

static void
write_batch (DheeraJsonWriter       *writer,
             const DheeraEncoding   *encoding,
             DheeraEmbeddingRequest *request)
{
  g_autofree char *name = dheera_gemini_dup_resource_name (encoding);

  dheera_json_writer_key (writer, "requests");
  dheera_json_writer_begin_array (writer);
  for (char **input = request->inputs; *input != NULL; input++)
    {
      dheera_json_writer_begin_object (writer);
      dheera_json_writer_member_string (writer, "model", name);
      write_content (writer, *input);
      write_options (writer, request);
      dheera_json_writer_end_object (writer);
    }
  dheera_json_writer_end_array (writer);
}

static void
write_single (DheeraJsonWriter       *writer,
              DheeraEmbeddingRequest *request)
{
  write_content (writer, request->inputs[0]);
  if (request->input_type == NULL && request->dimensions < 0)
    return;

  dheera_json_writer_key (writer, "embedContentConfig");
  dheera_json_writer_begin_object (writer);
  write_options (writer, request);
  dheera_json_writer_end_object (writer);
}

static void
write_instances (DheeraJsonWriter       *writer,
                 DheeraEmbeddingRequest *request)
{
  g_autofree char *task_type = dup_task_type (request->input_type);

  dheera_json_writer_key (writer, "instances");
  dheera_json_writer_begin_array (writer);
  for (char **input = request->inputs; *input != NULL; input++)
    {
      dheera_json_writer_begin_object (writer);
      dheera_json_writer_member_string (writer, "content", *input);
      if (task_type != NULL)
        dheera_json_writer_member_string (writer, "task_type", task_type);
      dheera_json_writer_end_object (writer);
    }
  dheera_json_writer_end_array (writer);
  if (request->dimensions < 0)
    return;

  dheera_json_writer_key (writer, "parameters");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_int (writer, "outputDimensionality", request->dimensions);
  dheera_json_writer_end_object (writer);
}

/* FALSE with the error */
static gboolean
check (const DheeraEncoding   *encoding,
       DheeraEmbeddingRequest *request,
       Form                    form,
       GError                **error)
{
  guint n = g_strv_length (request->inputs);
  guint most = form == FORM_CONTENT ? 1 : form == FORM_BATCH ? MAX_BATCH : G_MAXUINT;

  if (request->user != NULL && !dheera_encoding_refuse_named (encoding, "user", "does not take it", error))
    return FALSE;
  if (n <= most)
    return TRUE;

  g_set_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST,
               "The request has %u texts, and model “%s” of provider “%s” takes at most %u at once. Send them in several requests.",
               n, encoding->model, dheera_provider_get_id (encoding->provider), most);

  return FALSE;
}

DheeraHttpRequest *
dheera_gemini_encode_embeddings (const DheeraEncoding *encoding,
                                 DheeraBaseRequest    *base,
                                 GError              **error)
{
  static const char *const methods[] = { "batchEmbedContents", "embedContent", "predict" };
  DheeraEmbeddingRequest *request = DHEERA_EMBEDDING_REQUEST (base);
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;
  DheeraGeminiModel model;
  DheeraHttpRequest *http;
  Form form;

  if (!dheera_provider_check (encoding->provider, error))
    return NULL;

  dheera_gemini_model_read (&model, encoding);
  form = find_form (encoding, &model);
  if (!check (encoding, request, form, error))
    return NULL;
  http = dheera_gemini_new_http_request (encoding, base, methods[form], NULL, error);
  if (http == NULL)
    return NULL;

  dheera_json_writer_init (&writer, 1024);
  dheera_json_writer_begin_object (&writer);
  if (form == FORM_BATCH)
    write_batch (&writer, encoding, request);
  else if (form == FORM_CONTENT)
    write_single (&writer, request);
  else
    write_instances (&writer, request);
  dheera_json_writer_end_object (&writer);
  dheera_encoding_take_body (http, base, &writer);

  return http;
}

/* What is counted is counted for each text, or in the end. */
static void
read_usage (DheeraEmbeddingResponse *response,
            DheeraJsonValue          root,
            gint64                   sum)
{
  gint64 total = dheera_json_get_int (dheera_json_path (root, "usageMetadata.promptTokenCount"), sum);

  if (total >= 0)
    dheera_usage_update (dheera_base_response_ensure_usage (DHEERA_BASE_RESPONSE (response)), total, -1, total, -1, -1, -1);
}

GObject *
dheera_gemini_decode_embeddings (DheeraDecoder *decoder,
                                 const char    *body,
                                 gsize          length)
{
  DheeraJsonValue root = dheera_endpoint_parse (decoder, body, length);
  DheeraJsonValue single = dheera_json_path (root, "embedding.values");
  DheeraJsonValue list = dheera_json_member (root, "embeddings");
  gboolean predicted = dheera_json_type (list) != DHEERA_JSON_ARRAY;
  DheeraEmbeddingResponse *response;
  DheeraVectors vectors;
  DheeraJsonIter iter;
  DheeraJsonValue element;
  gint64 sum = -1;

  if (dheera_json_type (root) == DHEERA_JSON_NONE)
    return NULL;
  if (predicted)
    list = dheera_json_member (root, "predictions");
  if (dheera_json_type (list) != DHEERA_JSON_ARRAY && dheera_json_type (single) != DHEERA_JSON_ARRAY)
    {
      dheera_endpoint_fail (decoder, root, "there are no vectors in the answer");
      return NULL;
    }

  dheera_vectors_init (&vectors, decoder, dheera_json_type (list) == DHEERA_JSON_ARRAY ? dheera_json_size (list) : 1);
  if (dheera_json_type (list) != DHEERA_JSON_ARRAY)
    dheera_vectors_add (&vectors, -1, single);
  dheera_json_iter_init (&iter, list);
  while (dheera_json_iter_next (&iter, NULL, &element))
    {
      gint64 count = dheera_json_get_int (dheera_json_path (element, "embeddings.statistics.token_count"), -1);

      if (count >= 0 && count < G_MAXINT32)
        sum = MAX (sum, 0) + count;
      if (!dheera_vectors_add (&vectors, -1, predicted ? dheera_json_path (element, "embeddings.values") : dheera_json_member (element, "values")))
        break;
    }
  response = dheera_vectors_finish (&vectors);
  if (response != NULL)
    read_usage (response, root, sum);

  return G_OBJECT (response);
}
