/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-ai/providers/dheera-endpoint-private.h"

#include "dheera-ai/providers/errors/dheera-error-words-private.h"
#include "dheera-ai/providers/dheera-sound-private.h"

#include "dheera-ai/model/endpoints/dheera-speech-request-private.h"
#include "dheera-ai/model/endpoints/dheera-speech-response-private.h"
#include "dheera-ai/wire/dheera-base64-private.h"

/* Errors are short. */
#define MAX_ERROR (64 * 1024)

/* OpenAI's speech: JSON goes out, and sound comes back as it is; of Mistral in an object. */

DheeraHttpRequest *
dheera_openai_encode_speech (const DheeraEncoding *encoding,
                             DheeraBaseRequest    *base,
                             GError              **error)
{
  DheeraSpeechRequest *request = DHEERA_SPEECH_REQUEST (base);
  const DheeraEndpointDialect *dialect = &dheera_provider_get_row (encoding->provider)->endpoints;
  DheeraEndpointEncoder encoder;

  if (!dheera_endpoint_begin (&encoder, encoding, base, DHEERA_TASK_SPEAK, dialect->paths[DHEERA_TASK_SPEAK], error))
    return NULL;

  dheera_endpoint_write_string (&encoder, "input", request->input);
  dheera_endpoint_write_string (&encoder, "voice", request->voice);
  dheera_endpoint_write_string (&encoder, "response_format", request->format);
  dheera_endpoint_write_double (&encoder, "speed", request->speed);
  dheera_endpoint_write_string (&encoder, "instructions", request->instructions);

  return dheera_endpoint_finish (&encoder);
}

/* A success that is JSON is sound in base64, or an error after all. */
static GBytes *
read_object (DheeraDecoder *decoder,
             const char    *body,
             gsize          length)
{
  DheeraJsonValue root = dheera_endpoint_parse (decoder, body, length);
  GBytes *audio;

  if (dheera_json_type (root) == DHEERA_JSON_NONE)
    return NULL;

  audio = dheera_json_dup_base64 (dheera_json_member (root, "audio_data"));
  if (audio == NULL)
    dheera_endpoint_fail (decoder, root, "there is no sound in the answer");

  return audio;
}

/* By what it is called; or, whatever that is, since it is an object that says that something failed: no sound begins like that. */
static gboolean
is_json (DheeraDecoder *decoder,
         const char    *body,
         gsize          length)
{
  const char *type = decoder->content_type;

  if (type != NULL && (g_str_equal (type, "application/json") || g_str_has_suffix (type, "+json") || g_str_equal (type, "text/json")))
    return TRUE;

  return length > 0 && length <= MAX_ERROR && body[0] == '{' && dheera_json_parse (&decoder->json, body, length)
         && dheera_error_words_marked (dheera_json_root (&decoder->json));
}

/* A page that stands where the sound ought to be */
static gboolean
is_page (const char *type)
{
  return type != NULL && (g_str_equal (type, "text/html") || g_str_equal (type, "application/xhtml+xml"));
}

GObject *
dheera_openai_decode_speech (DheeraDecoder *decoder,
                             const char    *body,
                             gsize          length)
{
  DheeraSpeechResponse *response;
  const char *type = decoder->content_type;
  GBytes *audio;

  if (is_page (type))
    {
      dheera_decoder_fail (decoder, DHEERA_ERROR_PROTOCOL, "the answer is no sound but a page of type “%s”: look at the base URL", type);
      return NULL;
    }

  audio = is_json (decoder, body, length) ? read_object (decoder, body, length) : g_bytes_new (body, length);
  if (audio == NULL)
    return NULL;
  if (g_bytes_get_size (audio) == 0)
    {
      g_bytes_unref (audio);
      dheera_decoder_fail (decoder, DHEERA_ERROR_PROTOCOL, "the answer is empty");
      return NULL;
    }

  if (type == NULL || !g_str_has_prefix (type, "audio/"))
    type = dheera_sound_find_mime_type (audio);
  response = dheera_speech_response_new (dheera_provider_get_id (decoder->provider), audio);
  response->mime_type = g_strdup (type);

  return G_OBJECT (response);
}
