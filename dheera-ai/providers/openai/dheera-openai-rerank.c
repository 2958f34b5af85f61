/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-ai/providers/dheera-endpoint-private.h"

#include <math.h>
#include <string.h>

#include "dheera-ai/model/endpoints/dheera-rerank-request-private.h"
#include "dheera-ai/model/endpoints/dheera-rerank-response-private.h"

/* OpenAI has no such endpoint. Those who do agree on Cohere's, nearly. */

DheeraHttpRequest *
dheera_openai_encode_rerank (const DheeraEncoding *encoding,
                             DheeraBaseRequest    *base,
                             GError              **error)
{
  DheeraRerankRequest *request = DHEERA_RERANK_REQUEST (base);
  const DheeraEndpointDialect *dialect = &dheera_provider_get_row (encoding->provider)->endpoints;
  DheeraEndpointEncoder encoder;

  if (!dheera_endpoint_begin (&encoder, encoding, base, DHEERA_TASK_RERANK, dialect->paths[DHEERA_TASK_RERANK], error))
    return NULL;

  dheera_endpoint_write_string (&encoder, "query", request->query);
  dheera_endpoint_write_strv (&encoder, "documents", (const char *const *) request->documents);
  dheera_endpoint_write_int (&encoder, "top_n", request->top_n);
  if (request->return_documents != DHEERA_TRISTATE_UNSET)
    {
      const char *member = dheera_endpoint_take (&encoder, "return_documents");

      if (member != NULL)
        dheera_json_writer_member_boolean (&encoder.body, member, request->return_documents == DHEERA_TRISTATE_YES);
    }

  return dheera_endpoint_finish (&encoder);
}

/* A text, or an object that holds it */
static char *
read_document (DheeraJsonValue value)
{
  if (dheera_json_type (value) == DHEERA_JSON_OBJECT)
    value = dheera_json_member (value, "text");

  return dheera_json_dup_string (value);
}

/* FALSE with the failure. seen has a byte for each document. */
static gboolean
read_result (DheeraDecoder        *decoder,
             DheeraRerankResponse *response,
             DheeraJsonValue       value,
             GByteArray           *seen)
{
  DheeraJsonValue document = dheera_json_member (value, "document");
  DheeraJsonValue number = dheera_json_member (value, "relevance_score");
  gint64 index = dheera_json_get_int (dheera_json_member (value, "index"), -1);
  double score;

  if (!dheera_json_exists (number))
    number = dheera_json_member (value, "score");
  if (!dheera_json_exists (number))
    number = dheera_json_member (value, "relevanceScore");
  score = dheera_json_get_double (number, NAN);
  if (isnan (score))
    {
      dheera_decoder_fail (decoder, DHEERA_ERROR_PROTOCOL, "a result has no score");
      return FALSE;
    }
  if (index < 0 || index > G_MAXINT || (decoder->n_choices > 0 && index >= decoder->n_choices))
    {
      dheera_decoder_fail (decoder, DHEERA_ERROR_PROTOCOL, "a result is about document %" G_GINT64_FORMAT ", and there are %u", index,
                           decoder->n_choices);
      return FALSE;
    }
  if (decoder->n_choices > 0 && seen->data[index]++ > 0)
    {
      dheera_decoder_fail (decoder, DHEERA_ERROR_PROTOCOL, "there are two results about document %" G_GINT64_FORMAT, index);
      return FALSE;
    }

  if (!dheera_json_exists (document))
    document = dheera_json_member (value, "text");
  dheera_rerank_response_add (response, (guint) index, score, read_document (document));

  return TRUE;
}

GObject *
dheera_openai_decode_rerank (DheeraDecoder *decoder,
                             const char    *body,
                             gsize          length)
{
  g_autoptr (DheeraRerankResponse) response = dheera_rerank_response_new (dheera_provider_get_id (decoder->provider));
  g_autoptr (GByteArray) seen = g_byte_array_new ();
  DheeraJsonValue root = dheera_endpoint_parse (decoder, body, length);
  DheeraJsonValue list = dheera_json_member (root, "results");
  DheeraJsonIter iter;
  DheeraJsonValue element;

  if (dheera_json_type (root) == DHEERA_JSON_NONE)
    return NULL;
  if (dheera_json_type (list) != DHEERA_JSON_ARRAY)
    list = dheera_json_member (root, "data");
  /* TEI has nothing around it. */
  if (dheera_json_type (root) == DHEERA_JSON_ARRAY && dheera_json_size (root) > 0)
    list = root;
  if (dheera_json_type (list) != DHEERA_JSON_ARRAY)
    {
      dheera_endpoint_fail (decoder, root, "there are no results in the answer");
      return NULL;
    }

  g_byte_array_set_size (seen, decoder->n_choices);
  if (seen->len > 0)
    memset (seen->data, 0, seen->len);
  dheera_json_iter_init (&iter, list);
  while (dheera_json_iter_next (&iter, NULL, &element))
    if (!read_result (decoder, response, element, seen))
      return NULL;

  dheera_rerank_response_sort (response);
  dheera_endpoint_read_head (DHEERA_BASE_RESPONSE (response), root);

  return G_OBJECT (g_steal_pointer (&response));
}
