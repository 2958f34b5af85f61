/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Each line of the input is a recorded answer, as run_recordings.py describes it. Each line of the output has what the server would say to it: {"chat": ..., "chat_events": text,
 * "text": ..., "text_events": text} for a chat, where text is /v1/completions, {"vectors": ..., "base64": ...}, {"models": ...}, or {"error": ..., "status": ...}.
 * Of {"asked": the text of a body, "task": ...} it says why the server would refuse it, {"error": ...}, or {}. */

#include <stdio.h>
#include <string.h>

#include "dheera-ai/model/errors/dheera-error-private.h"
#include "dheera-ai/model/messages/dheera-part-private.h"
#include "dheera-ai/model/requests/dheera-base-request-private.h"
#include "dheera-ai/providers/dheera-protocol-private.h"
#include "dheera-ai/providers/dheera-provider-private.h"
#include "dheera-ai/server/dheera-codec-private.h"
#include "dheera-ai/wire/dheera-framer-private.h"

#define STREAM "\"stream\":true,\"stream_options\":{\"include_usage\":true}"

typedef struct
{
  DheeraAsk ask;
  DheeraCodecStream codec;
  GString *events;
} Listener;

typedef struct
{
  DheeraProvider *provider;
  DheeraDecoder *decoder;
  DheeraDecoded decoded;
  gboolean framed;
  Listener chat;
  Listener text;
} Run;

static void
read_ask (DheeraAsk   *ask,
          DheeraRoute  route,
          const char  *body)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (body, strlen (body));
  g_autoptr (GError) error = NULL;

  dheera_codec_read (ask, route, bytes, &error);
  g_assert_no_error (error);
}

static void
take_deltas (Run *run)
{
  DheeraDelta *delta;

  while ((delta = dheera_accumulator_steal_delta (run->decoder->accumulator)) != NULL)
    {
      dheera_codec_write_delta (&run->chat.codec, &run->chat.ask, 0, delta, NULL, run->chat.events);
      dheera_codec_write_delta (&run->text.codec, &run->text.ask, 0, delta, NULL, run->text.events);
      g_object_unref (delta);
    }
}

static void
decode (Run           *run,
        DheeraFraming  framing,
        const char    *body,
        gsize          length)
{
  const DheeraProtocol *protocol = run->decoder->protocol;
  DheeraFramer *framer;
  DheeraFrame frame;

  if (framing == DHEERA_FRAMING_WHOLE)
    {
      run->decoded = protocol->decode_chat (run->decoder, body, length);
      take_deltas (run);
      return;
    }

  framer = dheera_framer_new (framing);
  for (gsize position = 0; position <= length && run->decoded == DHEERA_DECODED_MORE;)
    {
      gsize room, n;
      char *buffer = dheera_framer_reserve (framer, &room);

      n = MIN (room, length - position);
      memcpy (buffer, body + position, n);
      dheera_framer_commit (framer, n);
      position += n;
      if (n == 0)
        {
          dheera_framer_finish (framer);
          position++;
        }
      while (run->decoded == DHEERA_DECODED_MORE && dheera_framer_next (framer, &frame) == DHEERA_FRAME_READY)
        run->decoded = protocol->decode_frame (run->decoder, &frame);
      take_deltas (run);
    }
  if (run->decoded == DHEERA_DECODED_MORE)
    run->decoded = protocol->decode_eof (run->decoder);
  take_deltas (run);
  dheera_framer_free (framer);
}

static void
write_bytes (DheeraJsonWriter *writer,
             const char       *key,
             GBytes           *bytes)
{
  gsize length;
  const char *text = g_bytes_get_data (bytes, &length);

  dheera_json_writer_key (writer, key);
  dheera_json_writer_raw (writer, text, (gssize) length);
  g_bytes_unref (bytes);
}

static void
write_failure (DheeraJsonWriter   *writer,
               DheeraErrorDetails *details)
{
  g_auto (DheeraCodecError) answer = { 0 };
  g_autoptr (GError) error = dheera_error_new_with_details (dheera_error_details_get_code (details), details, "The call failed.");

  dheera_codec_read_error (&answer, error, details);
  dheera_json_writer_member_raw (writer, "error", answer.body);
  dheera_json_writer_member_int (writer, "status", answer.status);
}

static void
finish (DheeraJsonWriter *writer,
        Listener         *listener,
        const char       *name,
        DheeraResponse   *response)
{
  g_autoptr (GPtrArray) responses = g_ptr_array_new ();
  g_autofree char *events = g_strconcat (name, "_events", NULL);

  g_ptr_array_add (responses, response);
  dheera_codec_write_end (&listener->codec, &listener->ask, responses, listener->events);
  write_bytes (writer, name, dheera_codec_write_answer (&listener->ask, responses));
  dheera_json_writer_member_string (writer, events, listener->events->str);
}

static void
listener_init (Listener    *self,
               DheeraRoute  route,
               const char  *body)
{
  memset (self, 0, sizeof *self);
  read_ask (&self->ask, route, body);
  self->events = g_string_new (NULL);
}

static void
listener_clear (Listener *self)
{
  dheera_ask_clear (&self->ask);
  dheera_codec_stream_clear (&self->codec);
  g_string_free (self->events, TRUE);
}

static void
answer_chat (DheeraJsonWriter *writer,
             Run              *run,
             DheeraFraming     framing,
             const char       *body,
             gsize             length)
{
  listener_init (&run->chat, DHEERA_ROUTE_CHAT, "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]," STREAM "}");
  listener_init (&run->text, DHEERA_ROUTE_COMPLETIONS, "{\"model\":\"m\",\"prompt\":\"p\"," STREAM "}");
  dheera_accumulator_set_recording (run->decoder->accumulator, TRUE);
  decode (run, framing, body, length);
  if (run->decoded == DHEERA_DECODED_END)
    {
      finish (writer, &run->chat, "chat", dheera_accumulator_get_response (run->decoder->accumulator));
      finish (writer, &run->text, "text", dheera_accumulator_get_response (run->decoder->accumulator));
    }
  else
    write_failure (writer, run->decoder->failure);
  listener_clear (&run->chat);
  listener_clear (&run->text);
}

static void
answer_vectors (DheeraJsonWriter *writer,
                GObject          *result)
{
  static const char *const formats[][2] = { { "vectors", "float" }, { "base64", "base64" } };
  g_autoptr (GPtrArray) answers = g_ptr_array_new ();

  g_ptr_array_add (answers, result);
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_auto (DheeraAsk) ask = { 0 };
      g_autofree char *body = g_strdup_printf ("{\"model\":\"m\",\"input\":\"a\",\"encoding_format\":\"%s\"}", formats[i][1]);

      read_ask (&ask, DHEERA_ROUTE_EMBEDDINGS, body);
      write_bytes (writer, formats[i][0], dheera_codec_write_answer (&ask, answers));
    }
}

static void
answer_task (DheeraJsonWriter *writer,
             Run              *run,
             DheeraTask        task,
             const char       *body,
             gsize             length)
{
  g_autoptr (GObject) result = run->decoder->protocol->tasks[task].decode (run->decoder, body, length);

  if (result == NULL)
    write_failure (writer, run->decoder->failure);
  else if (task == DHEERA_TASK_EMBED)
    answer_vectors (writer, result);
  else
    write_bytes (writer, "models", dheera_codec_write_models (G_LIST_MODEL (result)));
}

static const char *
get_header (gpointer    data,
            const char *name)
{
  return NULL;
}

static DheeraProvider *
make_provider (const char *id)
{
  return dheera_provider_find_row (id) != NULL ? dheera_provider_new (id) : dheera_provider_new_compatible (id, "http://localhost/v1");
}

static DheeraFraming
read_framing (DheeraJsonValue value)
{
  if (dheera_json_equal (value, "sse"))
    return DHEERA_FRAMING_SSE;
  if (dheera_json_equal (value, "ndjson"))
    return DHEERA_FRAMING_NDJSON;
  if (dheera_json_equal (value, "aws"))
    return DHEERA_FRAMING_AWS;

  return DHEERA_FRAMING_WHOLE;
}

static void
answer_case (DheeraJsonWriter *writer,
             DheeraJsonValue   job)
{
  g_autofree char *id = dheera_json_dup_string (dheera_json_member (job, "provider"));
  g_autofree char *encoded = dheera_json_dup_string (dheera_json_member (job, "body"));
  g_autoptr (DheeraProvider) provider = make_provider (id);
  gint64 status = dheera_json_get_int (dheera_json_member (job, "status"), 200);
  gsize length = 0;
  g_autofree char *body = (char *) g_base64_decode (encoded, &length);
  Run run = { provider, NULL, DHEERA_DECODED_MORE };

  if (status < 200 || status >= 300)
    {
      g_autoptr (DheeraErrorDetails) failure = dheera_error_body_decode (provider, "m", (guint) status, body, length, get_header, NULL);

      write_failure (writer, failure);
      return;
    }

  run.decoder = dheera_decoder_new (provider);
  run.decoder->n_choices = (guint) dheera_json_get_int (dheera_json_member (job, "wanted"), 0);
  run.decoder->content_type = dheera_json_dup_string (dheera_json_member (job, "content_type"));
  if (dheera_json_equal (dheera_json_member (job, "task"), "chat"))
    answer_chat (writer, &run, read_framing (dheera_json_member (job, "framing")), body, length);
  else
    answer_task (writer, &run, dheera_json_equal (dheera_json_member (job, "task"), "embed") ? DHEERA_TASK_EMBED : DHEERA_TASK_LIST_MODELS, body, length);
  dheera_decoder_free (run.decoder);
}

static void
answer_asked (DheeraJsonWriter *writer,
              DheeraJsonValue   job)
{
  gboolean chat = dheera_json_equal (dheera_json_member (job, "task"), "chat");
  g_autofree char *text = dheera_json_dup_string (dheera_json_member (job, "asked"));
  g_autoptr (GBytes) body = g_bytes_new_static (text, strlen (text));
  g_auto (DheeraAsk) ask = { 0 };
  g_autoptr (GError) error = NULL;

  if (!dheera_codec_read (&ask, chat ? DHEERA_ROUTE_CHAT : DHEERA_ROUTE_EMBEDDINGS, body, &error)
      || !dheera_base_request_validate (g_ptr_array_index (ask.requests, 0), &error))
    dheera_json_writer_member_string (writer, "error", error->message);
}

int
main (void)
{
  char *line = NULL;
  size_t size = 0;

  while (getline (&line, &size, stdin) > 0)
    {
      g_auto (DheeraJson) json = DHEERA_JSON_INIT;
      DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;
      g_autofree char *text = NULL;

      g_assert_true (dheera_json_parse (&json, line, strlen (line)));
      dheera_json_writer_begin_object (&writer);
      if (dheera_json_exists (dheera_json_path (dheera_json_root (&json), "asked")))
        answer_asked (&writer, dheera_json_root (&json));
      else
        answer_case (&writer, dheera_json_root (&json));
      dheera_json_writer_end_object (&writer);
      text = dheera_json_writer_steal (&writer);
      puts (g_strdelimit (text, "\r\n", ' '));
    }
  free (line);

  return 0;
}
