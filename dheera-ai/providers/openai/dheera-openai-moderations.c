/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-ai/providers/dheera-endpoint-private.h"

#include <math.h>

#include "dheera-ai/model/endpoints/dheera-moderation-request-private.h"
#include "dheera-ai/model/endpoints/dheera-moderation-response-private.h"
#include "dheera-ai/model/requests/dheera-values-private.h"

/* OpenAI's moderations, which Mistral has as well. */

/* Each is looked for among those before it. */
#define MAX_CATEGORIES 256

static void
write_text_part (DheeraJsonWriter *writer,
                 const char       *text)
{
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "type", "text");
  dheera_json_writer_member_string (writer, "text", text);
  dheera_json_writer_end_object (writer);
}

static void
write_image_part (DheeraJsonWriter *writer,
                  DheeraPart       *part)
{
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "type", "image_url");
  dheera_json_writer_key (writer, "image_url");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_key (writer, "url");
  if (part->bytes != NULL)
    dheera_json_writer_base64 (writer, part->mime_type, part->bytes);
  else
    dheera_json_writer_string (writer, part->uri);
  dheera_json_writer_end_object (writer);
  dheera_json_writer_end_object (writer);
}

/* Texts and pictures that are judged together */
static void
write_parts (DheeraJsonWriter        *writer,
             DheeraModerationRequest *request)
{
  dheera_json_writer_key (writer, "input");
  dheera_json_writer_begin_array (writer);
  for (guint i = 0; request->texts != NULL && request->texts[i] != NULL; i++)
    write_text_part (writer, request->texts[i]);
  for (guint i = 0; i < dheera_parts_get_length (request->images); i++)
    write_image_part (writer, dheera_parts_peek (request->images, i));
  dheera_json_writer_end_array (writer);
}

DheeraHttpRequest *
dheera_openai_encode_moderation (const DheeraEncoding *encoding,
                                 DheeraBaseRequest    *base,
                                 GError              **error)
{
  DheeraModerationRequest *request = DHEERA_MODERATION_REQUEST (base);
  const DheeraEndpointDialect *dialect = &dheera_provider_get_row (encoding->provider)->endpoints;
  DheeraEncoding strict = *encoding;
  DheeraEndpointEncoder encoder;

  /* A picture that was left out would pass as one that was found harmless. */
  strict.policy = DHEERA_PARAM_POLICY_REJECT;
  if (!dheera_endpoint_begin (&encoder, &strict, base, DHEERA_TASK_MODERATE, dialect->paths[DHEERA_TASK_MODERATE], error))
    return NULL;

  if (dheera_parts_get_length (request->images) == 0)
    dheera_endpoint_write_strv (&encoder, "input", (const char *const *) request->texts);
  else if (dheera_endpoint_take (&encoder, "images") != NULL)
    write_parts (&encoder.body, request);

  return dheera_endpoint_finish (&encoder);
}

/* The values of an object by its names: whether each is flagged, or each one's score */
static void
read_categories (DheeraModerationResult *result,
                 DheeraJsonValue         object,
                 gboolean                scores)
{
  DheeraJsonIter iter;
  DheeraJsonValue name;
  DheeraJsonValue value;

  if (dheera_json_type (object) != DHEERA_JSON_OBJECT)
    return;

  dheera_json_iter_init (&iter, object);
  while (dheera_json_iter_next (&iter, &name, &value) && result->marks->len < MAX_CATEGORIES)
    {
      DheeraModerationMark *mark = dheera_moderation_result_mark (result, dheera_json_dup_string (name));

      if (scores)
        mark->score = dheera_json_get_double (value, -1);
      else
        mark->flagged = dheera_json_get_boolean (value, FALSE);
    }
}

/* Mistral does not say it in one word. */
static gboolean
has_flagged_category (DheeraModerationResult *result)
{
  for (guint i = 0; i < result->marks->len; i++)
    if (g_array_index (result->marks, DheeraModerationMark, i).flagged)
      return TRUE;

  return FALSE;
}

static gboolean
read_result (DheeraDecoder            *decoder,
             DheeraModerationResponse *response,
             DheeraJsonValue           value)
{
  DheeraJsonValue flagged = dheera_json_member (value, "flagged");
  DheeraJsonValue categories = dheera_json_member (value, "categories");
  DheeraModerationResult *result;

  if (!dheera_json_exists (flagged) && dheera_json_type (categories) != DHEERA_JSON_OBJECT)
    {
      dheera_decoder_fail (decoder, DHEERA_ERROR_PROTOCOL, "a result does not say whether it is flagged");
      return FALSE;
    }

  result = dheera_moderation_response_add (response, FALSE);
  read_categories (result, categories, FALSE);
  read_categories (result, dheera_json_member (value, "category_scores"), TRUE);
  result->flagged = dheera_json_get_boolean (flagged, has_flagged_category (result));

  return TRUE;
}

GObject *
dheera_openai_decode_moderation (DheeraDecoder *decoder,
                                 const char    *body,
                                 gsize          length)
{
  g_autoptr (DheeraModerationResponse) response = dheera_moderation_response_new (dheera_provider_get_id (decoder->provider));
  DheeraJsonValue root = dheera_endpoint_parse (decoder, body, length);
  DheeraJsonValue list = dheera_json_member (root, "results");
  DheeraJsonIter iter;
  DheeraJsonValue element;

  if (dheera_json_type (root) == DHEERA_JSON_NONE)
    return NULL;
  if (dheera_json_size (list) == 0 || dheera_json_type (list) != DHEERA_JSON_ARRAY)
    {
      dheera_endpoint_fail (decoder, root, "there are no results in the answer");
      return NULL;
    }
  /* One that is missing would pass as one that was found harmless. */
  if (decoder->n_choices > 0 && dheera_json_size (list) != decoder->n_choices)
    {
      dheera_decoder_fail (decoder, DHEERA_ERROR_PROTOCOL, "there are %u results for %u texts", dheera_json_size (list), decoder->n_choices);
      return NULL;
    }

  dheera_json_iter_init (&iter, list);
  while (dheera_json_iter_next (&iter, NULL, &element))
    if (!read_result (decoder, response, element))
      return NULL;

  dheera_endpoint_read_head (DHEERA_BASE_RESPONSE (response), root);

  return G_OBJECT (g_steal_pointer (&response));
}
