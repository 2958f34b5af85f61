/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

/* What the targets of protocols with lists and vectors of their own share, beside fuzz-answers.h. The first byte of an input chooses the kind, the second one
 * the size of the pieces, or the task. */

#include "fuzz-answers.h"

/* What comes of an answer goes back: the next request is valid JSON whatever the answer was. */
static inline void
try_next_request (DheeraProvider *provider,
                  const char     *data,
                  gsize           length)
{
  g_autoptr (DheeraRequest) request = dheera_request_new_for_prompt ("m", "Hi");
  g_autoptr (DheeraHttpRequest) http = NULL;
  DheeraEncoding encoding = { .provider = provider, .base_url = "https://api.example", .model = "m" };
  DheeraDecoder *decoder = dheera_decoder_new (provider);
  DheeraJson json = DHEERA_JSON_INIT;
  gsize size;
  const char *body;

  decoder->protocol->decode_chat (decoder, data, length);
  dheera_conversation_append (dheera_request_get_conversation (request),
                              dheera_response_get_message (dheera_accumulator_get_response (decoder->accumulator)));
  http = decoder->protocol->encode_chat (&encoding, request, NULL);
  MUST (http != NULL);
  body = g_bytes_get_data (http->body, &size);
  MUST (dheera_json_parse (&json, body, size));
  dheera_json_clear (&json);
  dheera_decoder_free (decoder);
}

/* An answer to a task, or a failure that says why there is none */
static inline void
try_task (DheeraProvider *provider,
          DheeraTask      task,
          const char     *data,
          gsize           length,
          guint           n_wanted)
{
  DheeraDecoder *decoder = dheera_decoder_new (provider);
  g_autoptr (GObject) answer = NULL;

  dheera_decoder_set_key (decoder, KEY);
  decoder->n_choices = n_wanted;
  answer = decoder->protocol->tasks[task].decode (decoder, data, length);
  MUST ((answer == NULL) == (decoder->failure != NULL));
  if (decoder->failure != NULL)
    check_details (decoder->failure);
  dheera_decoder_free (decoder);
}

static inline void
try_native (DheeraProvider   *provider,
            DheeraFraming     framing,
            const DheeraTask *tasks,
            guint             n_tasks,
            const guint8     *data,
            gsize             size)
{
  g_autofree char *text = g_malloc (size - 1);

  /* Frames and bodies are terminated. */
  memcpy (text, data + 2, size - 2);
  text[size - 2] = '\0';

  switch (data[0] % 4)
    {
    case 0:
      try_stream (provider, text, size - 2, 1 + data[1] % 64, framing);
      break;
    case 1:
      try_whole (provider, text, size - 2);
      try_next_request (provider, text, size - 2);
      break;
    case 2:
      try_task (provider, tasks[data[1] % n_tasks], text, size - 2, data[1] / n_tasks % 4);
      break;
    default:
      try_error (provider, text, size - 2, data[1]);
      break;
    }
}
