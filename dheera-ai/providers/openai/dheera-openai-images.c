/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-ai/providers/dheera-endpoint-private.h"

#include <string.h>

#include "dheera-ai/model/endpoints/dheera-image-request-private.h"
#include "dheera-ai/model/endpoints/dheera-image-response-private.h"
#include "dheera-ai/model/messages/dheera-part-private.h"
#include "dheera-ai/model/requests/dheera-values-private.h"
#include "dheera-ai/wire/dheera-base64-private.h"

/* OpenAI's images: generations in JSON, edits as a form. In what way a picture comes back is up to the model: the newer ones refuse to be asked, and the answer is
 * read either way. */

static void
write_members (DheeraEndpointEncoder *encoder,
               DheeraImageRequest    *request)
{
  dheera_endpoint_write_string (encoder, "prompt", request->prompt);
  dheera_endpoint_write_int (encoder, "n", request->n);
  dheera_endpoint_write_string (encoder, "size", request->size);
  dheera_endpoint_write_string (encoder, "quality", request->quality);
  dheera_endpoint_write_string (encoder, "background", request->background);
  dheera_endpoint_write_string (encoder, "output_format", request->output_format);
  dheera_endpoint_write_string (encoder, "user", request->user);
}

static gboolean
add_picture (DheeraMultipart  *form,
             const char       *name,
             const char       *filename,
             DheeraPart       *part,
             GError          **error)
{
  g_autofree char *full_name = NULL;
  const char *type = part->mime_type;
  const char *slash;

  if (part->bytes == NULL)
    {
      g_set_error (error, DHEERA_ERROR, DHEERA_ERROR_UNSUPPORTED_PARAMETER,
                   "A picture that is to be changed has to be there as bytes: “%s” is an address. Fetch it first.", part->uri);
      return FALSE;
    }

  if (type == NULL)
    type = dheera_image_find_mime_type (part->bytes);
  if (type == NULL)
    type = "image/png";
  slash = strchr (type, '/');
  full_name = g_strdup_printf ("%s.%s", filename, slash != NULL ? slash + 1 : "png");
  dheera_multipart_add_file (form, name, full_name, type, part->bytes);

  return TRUE;
}

static DheeraHttpRequest *
encode_edit (const DheeraEncoding *encoding,
             DheeraImageRequest   *request,
             GError              **error)
{
  const char *path = dheera_provider_get_row (encoding->provider)->endpoints.edit_image_path;
  g_autoptr (DheeraMultipart) form = dheera_multipart_new ();
  guint n = dheera_parts_get_length (request->images);
  DheeraEndpointEncoder encoder;

  if (path == NULL)
    return dheera_endpoint_refuse (encoding, "way to make pictures out of other pictures", error);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *filename = g_strdup_printf ("image%u", i);

      if (!add_picture (form, n > 1 ? "image[]" : "image", filename, dheera_parts_peek (request->images, i), error))
        return NULL;
    }
  if (request->mask != NULL && !add_picture (form, "mask", "mask", request->mask, error))
    return NULL;

  if (!dheera_endpoint_begin (&encoder, encoding, DHEERA_BASE_REQUEST (request), DHEERA_TASK_GENERATE_IMAGE, path, error))
    return NULL;
  write_members (&encoder, request);

  return dheera_endpoint_finish_form (&encoder, form);
}

DheeraHttpRequest *
dheera_openai_encode_image (const DheeraEncoding *encoding,
                            DheeraBaseRequest    *base,
                            GError              **error)
{
  DheeraImageRequest *request = DHEERA_IMAGE_REQUEST (base);
  const DheeraEndpointDialect *dialect = &dheera_provider_get_row (encoding->provider)->endpoints;
  DheeraEndpointEncoder encoder;

  if (dheera_parts_get_length (request->images) > 0)
    return encode_edit (encoding, request, error);
  if (!dheera_endpoint_begin (&encoder, encoding, base, DHEERA_TASK_GENERATE_IMAGE, dialect->paths[DHEERA_TASK_GENERATE_IMAGE], error))
    return NULL;
  write_members (&encoder, request);

  return dheera_endpoint_finish (&encoder);
}

static gboolean
is_filled (DheeraJsonValue text)
{
  return dheera_json_exists (text) && !dheera_json_equal (text, "");
}

/* Base64, before which xAI says what it is: data:image/jpeg;base64,... */
static GBytes *
read_bytes (DheeraJsonValue   data,
            char            **mime_type)
{
  GBytes *bytes = dheera_json_dup_base64 (data);

  if (bytes == NULL)
    {
      g_autofree char *url = dheera_json_dup_string (data);

      if (url == NULL || !dheera_data_url_parse (url, mime_type, &bytes))
        return NULL;
    }

  return bytes;
}

/* FALSE with the failure. format is the word that the answer has for all of its pictures. */
static gboolean
read_image (DheeraDecoder       *decoder,
            DheeraImageResponse *response,
            DheeraJsonValue      value,
            DheeraJsonValue      format)
{
  DheeraJsonValue data = dheera_json_member (value, "b64_json");
  g_autofree char *word = dheera_json_dup_string (format);
  g_autofree char *uri = dheera_json_dup_string (dheera_json_member (value, "url"));
  g_autofree char *mime_type = NULL;
  g_autoptr (GBytes) bytes = NULL;
  DheeraImage *image;

  if (!is_filled (data) && uri != NULL && g_ascii_strncasecmp (uri, "data:", 5) == 0)
    data = dheera_json_member (value, "url");
  if (is_filled (data))
    {
      bytes = read_bytes (data, &mime_type);
      if (bytes == NULL || g_bytes_get_size (bytes) == 0)
        {
          dheera_decoder_fail (decoder, DHEERA_ERROR_PROTOCOL, "a picture is no base64");
          return FALSE;
        }
    }
  else if (uri == NULL || *uri == '\0')
    {
      dheera_decoder_fail (decoder, DHEERA_ERROR_PROTOCOL, "a picture has neither data nor an address");
      return FALSE;
    }

  image = dheera_image_response_add (response);
  if (bytes != NULL)
    {
      /* How the file begins is surer than what is said about it. */
      image->mime_type = g_strdup (dheera_image_find_mime_type (bytes));
      if (image->mime_type == NULL)
        image->mime_type = g_steal_pointer (&mime_type);
      if (image->mime_type == NULL && word != NULL)
        image->mime_type = g_strconcat ("image/", word, NULL);
      image->bytes = g_steal_pointer (&bytes);
    }
  else
    image->uri = g_steal_pointer (&uri);
  image->revised_prompt = dheera_json_dup_string (dheera_json_member (value, "revised_prompt"));

  return TRUE;
}

GObject *
dheera_openai_decode_image (DheeraDecoder *decoder,
                            const char    *body,
                            gsize          length)
{
  g_autoptr (DheeraImageResponse) response = dheera_image_response_new (dheera_provider_get_id (decoder->provider));
  DheeraJsonValue root = dheera_endpoint_parse (decoder, body, length);
  DheeraJsonValue list = dheera_json_member (root, "data");
  DheeraJsonIter iter;
  DheeraJsonValue element;

  if (dheera_json_type (root) == DHEERA_JSON_NONE)
    return NULL;
  if (dheera_json_type (list) != DHEERA_JSON_ARRAY || dheera_json_size (list) == 0)
    {
      dheera_endpoint_fail (decoder, root, "there are no pictures in the answer");
      return NULL;
    }

  dheera_json_iter_init (&iter, list);
  while (dheera_json_iter_next (&iter, NULL, &element))
    if (!read_image (decoder, response, element, dheera_json_member (root, "output_format")))
      return NULL;

  response->created = dheera_json_get_int (dheera_json_member (root, "created"), -1);
  dheera_endpoint_read_head (DHEERA_BASE_RESPONSE (response), root);

  return G_OBJECT (g_steal_pointer (&response));
}
