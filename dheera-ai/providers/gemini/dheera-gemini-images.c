/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-gemini-encode-private.h"

#include <string.h>

#include "dheera-ai/providers/dheera-encoding-private.h"
#include "dheera-ai/providers/dheera-endpoint-private.h"

#include "dheera-ai/model/endpoints/dheera-image-request-private.h"
#include "dheera-ai/model/endpoints/dheera-image-response-private.h"
#include "dheera-ai/model/requests/dheera-values-private.h"
#include "dheera-ai/wire/dheera-base64-private.h"

/* Pictures: Imagen's models predict them, Gemini's own write them into an ordinary answer, and take others to start from. */

static gboolean
is_imagen (const DheeraEncoding *encoding)
{
  const char *slash = strrchr (encoding->model, '/');

  return g_str_has_prefix (slash != NULL ? slash + 1 : encoding->model, "imagen");
}

/* "16:9" for "16:9" or "1792x1008"; FALSE for what is neither, or none of Google's. */
static gboolean
find_aspect_ratio (const char  *size,
                   const char **ratio)
{
  static const struct
  {
    const char *word;
    guint width;
    guint height;
  } ratios[] = {
    { "1:1", 1, 1 }, { "3:4", 3, 4 }, { "4:3", 4, 3 }, { "9:16", 9, 16 }, { "16:9", 16, 9 }, { "2:3", 2, 3 }, { "3:2", 3, 2 },
    { "4:5", 4, 5 }, { "5:4", 5, 4 }, { "21:9", 21, 9 },
  };
  guint64 width = 0;
  guint64 height = 0;
  char *end;

  width = g_ascii_strtoull (size, &end, 10);
  if (*end == 'x')
    height = g_ascii_strtoull (end + 1, &end, 10);

  for (guint i = 0; i < G_N_ELEMENTS (ratios); i++)
    {
      gboolean same = height > 0 && *end == '\0' && width < G_MAXINT32 && height < G_MAXINT32
                      && width * ratios[i].height == height * ratios[i].width;

      if (same || strcmp (size, ratios[i].word) == 0)
        {
          *ratio = ratios[i].word;
          return TRUE;
        }
    }

  return FALSE;
}

/* What neither takes. FALSE with the error; ratio becomes NULL where none is to be written. */
static gboolean
check (const DheeraEncoding *encoding,
       DheeraImageRequest   *request,
       const char          **ratio,
       GError              **error)
{
  static const char *const why = "does not take it";

  *ratio = NULL;
  if ((request->user != NULL && !dheera_encoding_refuse_named (encoding, "user", why, error))
      || (request->quality != NULL && !dheera_encoding_refuse_named (encoding, "quality", why, error))
      || (request->background != NULL && !dheera_encoding_refuse_named (encoding, "background", why, error))
      || (request->mask != NULL && !dheera_encoding_refuse_named (encoding, "mask", why, error)))
    return FALSE;

  return request->size == NULL || strcmp (request->size, "auto") == 0 || find_aspect_ratio (request->size, ratio)
         || dheera_encoding_refuse_named (encoding, "size", "takes aspect ratios such as 1:1, 3:4, 4:3, 9:16 or 16:9, and sizes that have one of them",
                                          error);
}

/* --- Imagen ---------------------------------------------------------------------------------------------------------------------- */

static void
write_prediction (DheeraJsonWriter   *writer,
                  DheeraImageRequest *request,
                  const char         *ratio)
{
  dheera_json_writer_key (writer, "instances");
  dheera_json_writer_begin_array (writer);
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "prompt", request->prompt);
  dheera_json_writer_end_object (writer);
  dheera_json_writer_end_array (writer);

  dheera_json_writer_key (writer, "parameters");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_int (writer, "sampleCount", request->n > 0 ? request->n : 1);
  if (ratio != NULL)
    dheera_json_writer_member_string (writer, "aspectRatio", ratio);
  if (request->output_format != NULL)
    {
      g_autofree char *type = g_strconcat ("image/", request->output_format, NULL);

      dheera_json_writer_key (writer, "outputOptions");
      dheera_json_writer_begin_object (writer);
      dheera_json_writer_member_string (writer, "mimeType", type);
      dheera_json_writer_end_object (writer);
    }
  dheera_json_writer_end_object (writer);
}

/* --- Gemini's own ---------------------------------------------------------------------------------------------------------------- */

static gboolean
write_answer (DheeraJsonWriter     *writer,
              const DheeraEncoding *encoding,
              DheeraImageRequest   *request,
              const char           *ratio,
              GError              **error)
{
  DheeraGeminiModel model;

  dheera_gemini_model_read (&model, encoding);
  dheera_json_writer_key (writer, "contents");
  dheera_json_writer_begin_array (writer);
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "role", "user");
  dheera_json_writer_key (writer, "parts");
  dheera_json_writer_begin_array (writer);
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "text", request->prompt);
  dheera_json_writer_end_object (writer);
  for (guint i = 0; i < dheera_parts_get_length (request->images); i++)
    {
      if (!dheera_gemini_write_part (writer, encoding, &model, dheera_parts_peek (request->images, i), NULL, error))
        return FALSE;
    }
  dheera_json_writer_end_array (writer);
  dheera_json_writer_end_object (writer);
  dheera_json_writer_end_array (writer);

  dheera_json_writer_key (writer, "generationConfig");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_key (writer, "responseModalities");
  dheera_json_writer_begin_array (writer);
  dheera_json_writer_string (writer, "TEXT");
  dheera_json_writer_string (writer, "IMAGE");
  dheera_json_writer_end_array (writer);
  if (ratio != NULL)
    {
      dheera_json_writer_key (writer, "imageConfig");
      dheera_json_writer_begin_object (writer);
      dheera_json_writer_member_string (writer, "aspectRatio", ratio);
      dheera_json_writer_end_object (writer);
    }
  dheera_json_writer_end_object (writer);

  return TRUE;
}

/* FALSE with the error */
static gboolean
write_body (DheeraJsonWriter     *writer,
            const DheeraEncoding *encoding,
            DheeraImageRequest   *request,
            const char           *ratio,
            GError              **error)
{
  if (is_imagen (encoding))
    {
      if (dheera_parts_get_length (request->images) > 0)
        {
          dheera_endpoint_refuse (encoding, "way to make pictures out of other pictures with this model", error);
          return FALSE;
        }
      write_prediction (writer, request, ratio);
      return TRUE;
    }

  if ((request->n > 1 && !dheera_encoding_refuse_named (encoding, "n", "makes one picture at a time with this model", error))
      || (request->output_format != NULL
          && !dheera_encoding_refuse_named (encoding, "output_format", "does not take it for this model", error)))
    return FALSE;

  return write_answer (writer, encoding, request, ratio, error);
}

DheeraHttpRequest *
dheera_gemini_encode_image (const DheeraEncoding *encoding,
                            DheeraBaseRequest    *base,
                            GError              **error)
{
  DheeraImageRequest *request = DHEERA_IMAGE_REQUEST (base);
  g_autoptr (DheeraHttpRequest) http = NULL;
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;
  const char *ratio;

  if (!dheera_provider_check (encoding->provider, error) || !check (encoding, request, &ratio, error))
    return NULL;

  http = dheera_gemini_new_http_request (encoding, base, is_imagen (encoding) ? "predict" : "generateContent", NULL, error);
  if (http == NULL)
    return NULL;

  dheera_json_writer_init (&writer, 1024);
  dheera_json_writer_begin_object (&writer);
  if (!write_body (&writer, encoding, request, ratio, error))
    {
      dheera_json_writer_clear (&writer);
      return NULL;
    }
  dheera_json_writer_end_object (&writer);
  dheera_encoding_take_body (http, base, &writer);

  return g_steal_pointer (&http);
}

/* --- Answers --------------------------------------------------------------------------------------------------------------------- */

/* A picture as base64, or where it lies. FALSE with the failure. */
static gboolean
add_picture (DheeraDecoder       *decoder,
             DheeraImageResponse *response,
             DheeraJsonValue      data,
             DheeraJsonValue      uri,
             DheeraJsonValue      type)
{
  g_autoptr (GBytes) bytes = dheera_json_exists (data) ? dheera_json_dup_base64 (data) : NULL;
  g_autofree char *address = dheera_json_dup_string (uri);
  DheeraImage *image;

  if (bytes == NULL && (address == NULL || *address == '\0'))
    {
      dheera_decoder_fail (decoder, DHEERA_ERROR_PROTOCOL, "a picture has neither base64 nor an address");
      return FALSE;
    }

  image = dheera_image_response_add (response);
  image->mime_type = dheera_json_dup_string (type);
  if (image->mime_type == NULL && bytes != NULL)
    image->mime_type = g_strdup (dheera_image_find_mime_type (bytes));
  if (bytes != NULL)
    image->bytes = g_steal_pointer (&bytes);
  else
    image->uri = g_steal_pointer (&address);

  return TRUE;
}

/* {"bytesBase64Encoded"}, {"gcsUri"} or {"raiFilteredReason"}; the last is kept as reason. FALSE with the failure. */
static gboolean
read_predictions (DheeraDecoder        *decoder,
                  DheeraImageResponse  *response,
                  DheeraJsonValue       list,
                  char                **reason)
{
  DheeraJsonIter iter;
  DheeraJsonValue element;

  dheera_json_iter_init (&iter, list);
  while (dheera_json_iter_next (&iter, NULL, &element))
    {
      DheeraJsonValue filtered = dheera_json_member (element, "raiFilteredReason");
      DheeraJsonValue data = dheera_json_member (element, "bytesBase64Encoded");
      DheeraJsonValue uri = dheera_json_member (element, "gcsUri");

      if (dheera_json_type (filtered) == DHEERA_JSON_STRING)
        {
          g_free (*reason);
          *reason = dheera_json_dup_string (filtered);
        }
      /* Ratings of the prompt stand in the same list. */
      if ((dheera_json_exists (data) || dheera_json_exists (uri))
          && !add_picture (decoder, response, data, uri, dheera_json_member (element, "mimeType")))
        return FALSE;
    }

  return TRUE;
}

/* FALSE with the failure */
static gboolean
read_candidate (DheeraDecoder        *decoder,
                DheeraImageResponse  *response,
                DheeraJsonValue       candidate,
                char                **reason)
{
  DheeraJsonIter iter;
  DheeraJsonValue part;

  g_free (*reason);
  *reason = dheera_json_dup_string (dheera_json_member (candidate, "finishMessage"));
  if (*reason == NULL)
    *reason = dheera_json_dup_string (dheera_json_member (candidate, "finishReason"));

  dheera_json_iter_init (&iter, dheera_json_path (candidate, "content.parts"));
  while (dheera_json_iter_next (&iter, NULL, &part))
    {
      static const DheeraJsonValue none;
      DheeraJsonValue data = dheera_json_member (part, "inlineData");

      /* A sketch on the way is none. */
      if (dheera_json_type (data) == DHEERA_JSON_OBJECT && dheera_json_type (dheera_json_member (part, "thought")) != DHEERA_JSON_TRUE
          && !add_picture (decoder, response, dheera_json_member (data, "data"), none, dheera_json_member (data, "mimeType")))
        return FALSE;
    }

  return TRUE;
}

GObject *
dheera_gemini_decode_image (DheeraDecoder *decoder,
                            const char    *body,
                            gsize          length)
{
  g_autoptr (DheeraImageResponse) response = dheera_image_response_new (dheera_provider_get_id (decoder->provider));
  DheeraJsonValue root = dheera_endpoint_parse (decoder, body, length);
  DheeraJsonValue predictions = dheera_json_member (root, "predictions");
  DheeraJsonValue candidates = dheera_json_member (root, "candidates");
  g_autofree char *reason = NULL;
  DheeraJsonIter iter;
  DheeraJsonValue candidate;

  if (dheera_json_type (root) == DHEERA_JSON_NONE)
    return NULL;
  if (!read_predictions (decoder, response, predictions, &reason))
    return NULL;
  dheera_json_iter_init (&iter, candidates);
  while (dheera_json_iter_next (&iter, NULL, &candidate))
    {
      if (!read_candidate (decoder, response, candidate, &reason))
        return NULL;
    }
  if (reason == NULL)
    reason = dheera_json_dup_string (dheera_json_path (root, "promptFeedback.blockReason"));

  if (g_list_model_get_n_items (G_LIST_MODEL (response->images)) > 0)
    {
      dheera_base_response_take_id (DHEERA_BASE_RESPONSE (response), dheera_json_dup_string (dheera_json_member (root, "responseId")));
      dheera_base_response_take_model (DHEERA_BASE_RESPONSE (response), dheera_json_dup_string (dheera_json_member (root, "modelVersion")));
      return G_OBJECT (g_steal_pointer (&response));
    }

  /* An empty list is left out: everything was filtered without a word. */
  if (reason != NULL || dheera_json_size (root) == 0)
    dheera_decoder_fail (decoder, DHEERA_ERROR_CONTENT_POLICY, "no picture was made: %s", reason != NULL ? reason : "the service gave no reason");
  else
    dheera_endpoint_fail (decoder, root, "there are no pictures in the answer");

  return NULL;
}
