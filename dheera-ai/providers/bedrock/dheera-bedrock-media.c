/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-bedrock-private.h"

#include <string.h>

/* Pictures and sound of an answer. What has no place in a message, such as what lies in S3, is kept for the way back. */

static char *
make_type (const char      *kind,
           DheeraJsonValue  format)
{
  g_autofree char *word = dheera_json_dup_string (format);

  return word != NULL && *word != '\0' ? g_strconcat (kind, "/", word, NULL) : NULL;
}

static gboolean
read_audio (DheeraDecoder   *decoder,
            DheeraJsonValue  audio,
            DheeraJsonValue  data)
{
  g_autofree char *type = make_type ("audio", dheera_json_member (audio, "format"));
  g_autofree char *raw = dheera_json_type (data) == DHEERA_JSON_STRING ? dheera_json_dup_raw (data) : NULL;
  g_autofree char *text = raw != NULL ? g_strdup_printf ("{\"data\":%s}", raw) : NULL;
  DheeraJson json = DHEERA_JSON_INIT;
  gboolean good = text != NULL && dheera_json_parse (&json, text, strlen (text))
                  && dheera_accumulator_add_audio (decoder->accumulator, 0, dheera_json_root (&json), type);

  dheera_json_clear (&json);

  return good;
}

void
dheera_bedrock_read_media (DheeraDecoder   *decoder,
                           DheeraJsonValue  name,
                           DheeraJsonValue  media,
                           DheeraJsonValue  block)
{
  DheeraJsonValue data = dheera_json_path (media, "source.bytes");
  gboolean good = FALSE;

  if (dheera_json_equal (name, "image"))
    {
      g_autofree char *type = make_type ("image", dheera_json_member (media, "format"));

      good = dheera_accumulator_add_image (decoder->accumulator, 0, data, type);
    }
  else if (dheera_json_equal (name, "audio"))
    good = read_audio (decoder, media, data);

  if (!good && dheera_json_type (media) == DHEERA_JSON_OBJECT)
    dheera_accumulator_add_native (decoder->accumulator, 0, DHEERA_BEDROCK_FAMILY, block);
}

/* start is the JSON of what opened the block */
void
dheera_bedrock_add_image (DheeraDecoder    *decoder,
                          const char       *start,
                          const GByteArray *bytes)
{
  g_autofree char *coded = g_base64_encode (bytes->data, bytes->len);
  g_autofree char *text = g_strdup_printf ("{\"image\":%s,\"bytes\":\"%s\"}", start, coded);
  DheeraJson json = DHEERA_JSON_INIT;

  if (bytes->len > 0 && dheera_json_parse (&json, text, strlen (text)))
    {
      DheeraJsonValue root = dheera_json_root (&json);
      g_autofree char *type = make_type ("image", dheera_json_path (root, "image.format"));

      dheera_accumulator_add_image (decoder->accumulator, 0, dheera_json_member (root, "bytes"), type);
    }
  dheera_json_clear (&json);
}
