/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-ai/providers/dheera-endpoint-private.h"

#include <math.h>
#include <string.h>

#include "dheera-ai/providers/errors/dheera-error-words-private.h"
#include "dheera-ai/providers/dheera-sound-private.h"

#include "dheera-ai/model/endpoints/dheera-transcription-request-private.h"
#include "dheera-ai/model/endpoints/dheera-transcription-response-private.h"
#include "dheera-ai/wire/dheera-text-private.h"

/* OpenAI's transcriptions and translations: a recording as a form, and back comes JSON, or for some formats plain text. */

/* decode_flags: the answer that was asked for is no JSON. */
#define WANTS_TEXT 1u

/* A name that tells what the recording is: servers go by its ending. */
static void
add_recording (DheeraMultipart            *form,
               DheeraTranscriptionRequest *request)
{
  const char *type = request->mime_type != NULL ? request->mime_type : dheera_sound_find_mime_type (request->audio);
  const char *ending = type != NULL ? dheera_sound_find_ending (type) : NULL;
  g_autofree char *filename = g_strdup (request->filename);

  if (filename == NULL)
    filename = g_strdup_printf ("recording.%s", ending != NULL ? ending : "wav");
  dheera_multipart_add_file (form, "file", filename, type, request->audio);
}

static void
write_timestamps (DheeraEndpointEncoder      *encoder,
                  DheeraTranscriptionRequest *request)
{
  const char *words[3] = { NULL };
  guint n = 0;

  if (request->timestamps & DHEERA_TIMESTAMPS_SEGMENTS)
    words[n++] = "segment";
  if (request->timestamps & DHEERA_TIMESTAMPS_WORDS)
    words[n++] = "word";
  dheera_endpoint_write_strv (encoder, "timestamp_granularities", words);
}

static void
refuse (DheeraEndpointEncoder *encoder,
        const char            *name,
        const char            *why)
{
  if (!encoder->failed && !dheera_encoding_refuse_named (encoder->encoding, name, why, encoder->error))
    encoder->failed = TRUE;
}

/* Into English, any language is taken for what it is, and the longest form has the times of segments by itself. */
static void
write_translated (DheeraEndpointEncoder      *encoder,
                  DheeraTranscriptionRequest *request)
{
  if (request->language != NULL)
    refuse (encoder, "language", "finds out by itself what is translated into English");
  if (request->timestamps & DHEERA_TIMESTAMPS_WORDS)
    refuse (encoder, "timestamps", "has no times of words that are translated into English");
}

/* Times are only in the longest form. Where there is a single form there is nothing to be chosen. */
static void
write_format (DheeraEndpointEncoder      *encoder,
              DheeraTranscriptionRequest *request)
{
  if (request->format != NULL)
    dheera_endpoint_write_string (encoder, "response_format", request->format);
  else if (request->timestamps != DHEERA_TIMESTAMPS_NONE && dheera_endpoint_takes (encoder, "response_format"))
    dheera_endpoint_write_string (encoder, "response_format", "verbose_json");
}

static gboolean
is_text_format (const char *format)
{
  static const char *const formats[] = { "text", "srt", "vtt", NULL };

  return format != NULL && g_strv_contains (formats, format);
}

DheeraHttpRequest *
dheera_openai_encode_transcription (const DheeraEncoding *encoding,
                                    DheeraBaseRequest    *base,
                                    GError              **error)
{
  DheeraTranscriptionRequest *request = DHEERA_TRANSCRIPTION_REQUEST (base);
  const DheeraEndpointDialect *dialect = &dheera_provider_get_row (encoding->provider)->endpoints;
  const char *path = request->translate ? dialect->translate_path : dialect->paths[DHEERA_TASK_TRANSCRIBE];
  g_autoptr (DheeraMultipart) form = dheera_multipart_new ();
  DheeraHttpRequest *http;
  DheeraEndpointEncoder encoder;

  if (request->translate && path == NULL)
    return dheera_endpoint_refuse (encoding, "transcription into English", error);
  if (!dheera_endpoint_begin (&encoder, encoding, base, DHEERA_TASK_TRANSCRIBE, path, error))
    return NULL;

  add_recording (form, request);
  if (request->translate)
    write_translated (&encoder, request);
  else
    dheera_endpoint_write_string (&encoder, "language", request->language);
  dheera_endpoint_write_string (&encoder, "prompt", request->prompt);
  write_format (&encoder, request);
  dheera_endpoint_write_double (&encoder, "temperature", request->temperature);
  if (!request->translate)
    write_timestamps (&encoder, request);
  http = dheera_endpoint_finish_form (&encoder, form);
  if (http != NULL && is_text_format (request->format))
    http->decode_flags |= WANTS_TEXT;

  return http;
}

/* Seconds, of some as text */
static double
read_time (DheeraJsonValue value)
{
  double seconds = dheera_json_get_double (value, -1);

  if (dheera_json_type (value) == DHEERA_JSON_STRING)
    {
      g_autofree char *text = dheera_json_dup_string (value);
      char *end;

      seconds = g_ascii_strtod (text, &end);
      if (end == text || *end != '\0' || !isfinite (seconds))
        seconds = -1;
    }

  return seconds >= 0 ? seconds : -1;
}

static void
read_segments (GListStore      *into,
               DheeraJsonValue  list,
               const char      *text_member)
{
  DheeraJsonIter iter;
  DheeraJsonValue element;

  if (dheera_json_type (list) != DHEERA_JSON_ARRAY)
    return;

  dheera_json_iter_init (&iter, list);
  while (dheera_json_iter_next (&iter, NULL, &element))
    {
      DheeraTranscriptSegment *segment = dheera_transcription_response_add (into);
      DheeraJsonValue text = dheera_json_member (element, text_member);

      /* Some call a word's text "text" as well. */
      if (!dheera_json_exists (text))
        text = dheera_json_member (element, "text");
      segment->text = dheera_json_dup_string (text);
      segment->start = read_time (dheera_json_member (element, "start"));
      segment->end = read_time (dheera_json_member (element, "end"));
      segment->speaker = dheera_json_dup_string (dheera_json_member (element, "speaker"));
      if (segment->speaker == NULL)
        segment->speaker = dheera_json_dup_string (dheera_json_member (element, "speaker_id"));
    }
}

static DheeraTranscriptionResponse *
read_object (DheeraDecoder   *decoder,
             DheeraJsonValue  root)
{
  DheeraTranscriptionResponse *response = dheera_transcription_response_new (dheera_provider_get_id (decoder->provider));

  response->text = dheera_json_dup_string (dheera_json_member (root, "text"));
  response->language = dheera_json_dup_string (dheera_json_member (root, "language"));
  response->duration = read_time (dheera_json_member (root, "duration"));
  read_segments (response->segments, dheera_json_member (root, "segments"), "text");
  read_segments (response->words, dheera_json_member (root, "words"), "word");
  dheera_endpoint_read_head (DHEERA_BASE_RESPONSE (response), root);

  return response;
}

static GObject *
read_text (DheeraDecoder *decoder,
           const char    *body,
           gsize          length)
{
  DheeraTranscriptionResponse *response;
  GString *text;

  if (length == 0)
    {
      dheera_decoder_fail (decoder, DHEERA_ERROR_PROTOCOL, "the answer is empty");
      return NULL;
    }

  text = g_string_sized_new (length);
  dheera_utf8_append_repaired (text, body, length);
  response = dheera_transcription_response_new (dheera_provider_get_id (decoder->provider));
  response->text = g_string_free (text, FALSE);

  return G_OBJECT (response);
}

GObject *
dheera_openai_decode_transcription (DheeraDecoder *decoder,
                                    const char    *body,
                                    gsize          length)
{
  gboolean may_be_text = (decoder->flags & WANTS_TEXT) != 0;
  DheeraJsonValue root;

  /* Whoever asked for text may be given JSON all the same: an error, or by a server that knows nothing else. */
  if (may_be_text && !(dheera_json_parse (&decoder->json, body, length)
                       && dheera_json_type (dheera_json_root (&decoder->json)) == DHEERA_JSON_OBJECT))
    return read_text (decoder, body, length);

  root = dheera_endpoint_parse (decoder, body, length);
  if (dheera_json_type (root) == DHEERA_JSON_NONE)
    return NULL;
  if (dheera_json_type (dheera_json_member (root, "text")) != DHEERA_JSON_STRING)
    {
      dheera_endpoint_fail (decoder, root, "there is no text in the answer");
      return NULL;
    }

  return G_OBJECT (read_object (decoder, root));
}
