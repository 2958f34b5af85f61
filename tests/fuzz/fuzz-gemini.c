/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Answers of generateContent, as a stream, whole and as an error (see fuzz-answers.h), and those of the other endpoints. What came goes back in the next
 * request, which has to be JSON whatever was in the answer.
 *
 * The first byte of the input chooses provider and kind, the second one the size of the pieces. */

#include "fuzz-answers.h"

static const char *const provider_ids[] = { "gemini", "vertexai" };
static const DheeraTask tasks[] = { DHEERA_TASK_LIST_MODELS, DHEERA_TASK_COUNT_TOKENS, DHEERA_TASK_EMBED, DHEERA_TASK_GENERATE_IMAGE };

/* The answer as it stands in a conversation. Arguments of a call that broke off are refused. */
static void
check_request (DheeraProvider *provider,
               DheeraMessage  *message)
{
  g_autoptr (DheeraRequest) request = dheera_request_new_for_prompt ("x/y", "Hi");
  DheeraEncoding encoding = { .provider = provider, .base_url = "https://x.example/v1beta", .model = "gemini-3-pro-preview" };
  g_autoptr (DheeraHttpRequest) http = NULL;
  g_autoptr (GError) error = NULL;
  DheeraJson json = DHEERA_JSON_INIT;
  const char *body;
  gsize length;

  dheera_conversation_append (dheera_request_get_conversation (request), message);
  http = dheera_provider_get_protocol (provider)->encode_chat (&encoding, request, &error);
  MUST ((http == NULL) == (error != NULL));
  if (http == NULL)
    {
      MUST (g_error_matches (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST));
      return;
    }

  body = g_bytes_get_data (http->body, &length);
  MUST (dheera_json_parse (&json, body, length));
  MUST (dheera_json_type (dheera_json_member (dheera_json_root (&json), "contents")) == DHEERA_JSON_ARRAY);
  dheera_json_clear (&json);
}

static void
try_request (DheeraProvider *provider,
             const char     *data,
             gsize           length,
             gboolean        streamed)
{
  Run run = { .decoder = NULL };

  if (streamed)
    {
      run_stream (&run, provider, data, length, length, FALSE, DHEERA_FRAMING_SSE);
    }
  else
    {
      run.decoder = dheera_decoder_new (provider);
      run.decoded = run.decoder->protocol->decode_chat (run.decoder, data, length);
    }
  check_request (provider, dheera_response_get_message (dheera_accumulator_get_response (run.decoder->accumulator)));
  run_clear (&run);
}

static void
try_task (DheeraProvider *provider,
          DheeraTask      task,
          const char     *data,
          gsize           length)
{
  DheeraDecoder *decoder = dheera_decoder_new (provider);
  g_autoptr (GObject) object = NULL;

  dheera_decoder_set_key (decoder, KEY);
  object = decoder->protocol->tasks[task].decode (decoder, data, length);
  MUST ((object == NULL) == (decoder->failure != NULL));
  if (decoder->failure != NULL)
    check_details (decoder->failure);
  dheera_decoder_free (decoder);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        size_t        size)
{
  static DheeraProvider *providers[G_N_ELEMENTS (provider_ids)];
  g_autofree char *text = NULL;
  DheeraProvider **provider;

  if (size < 2)
    return 0;

  provider = &providers[data[0] % G_N_ELEMENTS (provider_ids)];
  if (*provider == NULL)
    *provider = dheera_provider_new (provider_ids[data[0] % G_N_ELEMENTS (provider_ids)]);
  /* Frames and bodies are terminated. */
  text = g_malloc (size - 1);
  memcpy (text, data + 2, size - 2);
  text[size - 2] = '\0';

  switch (data[0] / G_N_ELEMENTS (provider_ids) % 4)
    {
    case 0:
      try_stream (*provider, text, size - 2, 1 + data[1] % 64, DHEERA_FRAMING_SSE);
      try_request (*provider, text, size - 2, TRUE);
      break;
    case 1:
      try_whole (*provider, text, size - 2);
      try_request (*provider, text, size - 2, FALSE);
      break;
    case 2:
      try_task (*provider, tasks[data[1] % G_N_ELEMENTS (tasks)], text, size - 2);
      break;
    default:
      try_error (*provider, text, size - 2, data[1]);
      break;
    }

  return 0;
}
