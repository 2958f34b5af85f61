/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Answers of chat completions, as a stream, whole, as a list of models and as an error (see fuzz-answers.h).
 *
 * The first byte of the input chooses provider and kind, the second one the size of the pieces. */

#include "fuzz-answers.h"

static const char *const provider_ids[] = { "openai", "minimax", "openrouter", "mistral" };

static void
try_models (DheeraProvider *provider,
            const char     *data,
            gsize           length)
{
  DheeraDecoder *decoder = dheera_decoder_new (provider);
  g_autoptr (GListModel) models = NULL;

  dheera_decoder_set_key (decoder, KEY);
  models = (GListModel *) decoder->protocol->tasks[DHEERA_TASK_LIST_MODELS].decode (decoder, data, length);
  MUST ((models == NULL) == (decoder->failure != NULL));
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
      break;
    case 1:
      try_whole (*provider, text, size - 2);
      break;
    case 2:
      try_models (*provider, text, size - 2);
      break;
    default:
      try_error (*provider, text, size - 2, data[1]);
      break;
    }

  return 0;
}
