/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Answers of Anthropic's Messages, as a stream, whole, as a count of tokens and as an error (see fuzz-answers.h); and what comes of whole ones goes back: the next
 * request is valid JSON whatever the answer was.
 *
 * The first byte of the input chooses the kind, the second one the size of the pieces, or whether JSON was asked for. */

#include "fuzz-answers.h"

#include "dheera-ai/providers/anthropic/dheera-anthropic-private.h"

static void
try_replay (DheeraProvider *provider,
            const char     *data,
            gsize           length,
            gboolean        json_tool)
{
  g_autoptr (DheeraRequest) request = dheera_request_new_for_prompt ("claude-opus-4-6", "Hi");
  g_autoptr (DheeraHttpRequest) http = NULL;
  DheeraEncoding encoding = { .provider = provider, .base_url = "https://api.example", .model = "claude-opus-4-6" };
  DheeraDecoder *decoder = dheera_decoder_new (provider);
  DheeraJson json = DHEERA_JSON_INIT;
  gsize size;
  const char *body;

  decoder->flags = json_tool ? DHEERA_ANTHROPIC_FLAG_JSON_TOOL : 0;
  dheera_anthropic_decode (decoder, data, length);
  dheera_conversation_append (dheera_request_get_conversation (request),
                              dheera_response_get_message (dheera_accumulator_get_response (decoder->accumulator)));
  http = dheera_anthropic.encode_chat (&encoding, request, NULL);
  MUST (http != NULL);
  body = g_bytes_get_data (http->body, &size);
  MUST (dheera_json_parse (&json, body, size));
  dheera_json_clear (&json);
  dheera_decoder_free (decoder);
}

static void
try_count (DheeraProvider *provider,
           const char     *data,
           gsize           length)
{
  DheeraDecoder *decoder = dheera_decoder_new (provider);
  g_autoptr (GObject) usage = NULL;

  dheera_decoder_set_key (decoder, KEY);
  usage = decoder->protocol->tasks[DHEERA_TASK_COUNT_TOKENS].decode (decoder, data, length);
  MUST ((usage == NULL) == (decoder->failure != NULL));
  if (decoder->failure != NULL)
    check_details (decoder->failure);
  dheera_decoder_free (decoder);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        size_t        size)
{
  static DheeraProvider *provider;
  g_autofree char *text = NULL;

  if (size < 2)
    return 0;

  if (provider == NULL)
    provider = dheera_provider_new ("anthropic");
  /* Frames and bodies are terminated. */
  text = g_malloc (size - 1);
  memcpy (text, data + 2, size - 2);
  text[size - 2] = '\0';

  switch (data[0] % 4)
    {
    case 0:
      try_stream (provider, text, size - 2, 1 + data[1] % 64, DHEERA_FRAMING_SSE);
      break;
    case 1:
      try_whole (provider, text, size - 2);
      try_replay (provider, text, size - 2, data[1] % 2 == 1);
      break;
    case 2:
      try_count (provider, text, size - 2);
      break;
    default:
      try_error (provider, text, size - 2, data[1]);
      break;
    }

  return 0;
}
