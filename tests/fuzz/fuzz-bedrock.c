/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Answers of Amazon Bedrock's Converse, see fuzz-answers.h.
 *
 * The first byte chooses what the rest is, the second how the bytes are cut. A stream is written as lines, each the type of an event and its data,
 * and made into messages here: no mutation would hit the checksums. */

#include "fuzz-answers.h"

#include "dheera-ai/providers/bedrock/dheera-bedrock-private.h"
#include "tests/wire/aws-util.h"

/* A line "!type data" is an exception. */
static void
add_line (GByteArray *out,
          const char *line,
          gsize       length)
{
  const char *space = memchr (line, ' ', length);
  gsize type_length = MIN (space != NULL ? (gsize) (space - line) : length, 255);
  g_autofree char *type = g_strndup (line, type_length);
  const char *data = space != NULL ? space + 1 : line + length;
  gsize data_length = length - (gsize) (data - line);

  if (*type == '!')
    aws_message_add_len (out, (const AwsHeader[]) { { ":message-type", "exception" }, { ":exception-type", type + 1 }, { NULL } }, data, data_length);
  else
    aws_message_add_len (out, (const AwsHeader[]) { { ":message-type", "event" }, { ":event-type", type }, { NULL } }, data, data_length);
}

static GByteArray *
make_messages (const char *text,
               gsize       length)
{
  GByteArray *out = g_byte_array_new ();
  const char *end = text + length;

  while (text < end)
    {
      const char *newline = memchr (text, '\n', (gsize) (end - text));
      const char *stop = newline != NULL ? newline : end;

      add_line (out, text, (gsize) (stop - text));
      text = stop + 1;
    }

  return out;
}

/* With the invisible tool in the request: text is held back until it is known whether it was called. */
static void
try_json_tool (DheeraProvider *provider,
               GByteArray     *messages)
{
  DheeraFramer *framer = dheera_framer_new (DHEERA_FRAMING_AWS);
  Run run = { .decoder = dheera_decoder_new (provider), .decoded = DHEERA_DECODED_MORE };
  gsize done = 0;

  run.decoder->flags = DHEERA_BEDROCK_FLAG_JSON_TOOL;
  dheera_decoder_set_key (run.decoder, KEY);
  while (done < messages->len && run.decoded == DHEERA_DECODED_MORE)
    {
      gsize room;
      char *buffer = dheera_framer_reserve (framer, &room);
      gsize n = MIN (room, messages->len - done);

      memcpy (buffer, messages->data + done, n);
      dheera_framer_commit (framer, n);
      done += n;
      decode_frames (&run, framer);
    }
  if (run.decoded == DHEERA_DECODED_MORE)
    run.decoded = run.decoder->protocol->decode_eof (run.decoder);
  check_response (&run);
  check_json (&run);
  run_clear (&run);
  dheera_framer_free (framer);
}

static void
try_task (DheeraProvider *provider,
          DheeraTask      task,
          const char     *data,
          gsize           length)
{
  DheeraDecoder *decoder = dheera_decoder_new (provider);
  g_autoptr (GObject) result = NULL;

  dheera_decoder_set_key (decoder, KEY);
  result = decoder->protocol->tasks[task].decode (decoder, data, length);
  MUST ((result == NULL) == (decoder->failure != NULL));
  if (result == NULL)
    check_details (decoder->failure);
  dheera_decoder_free (decoder);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        size_t        size)
{
  g_autoptr (DheeraProvider) provider = dheera_provider_new ("bedrock");
  g_autoptr (GByteArray) messages = NULL;
  g_autofree char *text = NULL;

  if (size < 2)
    return 0;
  /* Frames and bodies are terminated. */
  size -= 2;
  text = g_strndup ("", size);
  memcpy (text, data + 2, size);

  switch (data[0] % 6)
    {
    case 0:
      messages = make_messages (text, size);
      try_stream (provider, (const char *) messages->data, messages->len, 1 + data[1] % 64, DHEERA_FRAMING_AWS);
      try_json_tool (provider, messages);
      break;
    case 1:
      try_whole (provider, text, size);
      break;
    case 2:
      try_error (provider, text, size, data[1]);
      break;
    case 3:
      try_task (provider, DHEERA_TASK_LIST_MODELS, text, size);
      break;
    case 4:
      try_task (provider, DHEERA_TASK_COUNT_TOKENS, text, size);
      break;
    default:
      /* Not made into messages: mostly what is no stream at all */
      try_stream (provider, text, size, 1 + data[1] % 64, DHEERA_FRAMING_AWS);
      break;
    }

  return 0;
}
