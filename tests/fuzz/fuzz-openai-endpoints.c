/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The answers of OpenAI's endpoints beside chat: two bytes choose which, how much was asked for, and what the server calls its answer. Whatever comes becomes an answer
 * that can be written as JSON, or a failure. */

#include "fuzz-checks.h"

#include "dheera-ai/model/dheera-base-response.h"
#include "dheera-ai/model/dheera-embedding-response.h"

static void
check_answer (DheeraBaseResponse *response)
{
  g_autofree char *json = dheera_base_response_to_json (response);
  DheeraJson view = DHEERA_JSON_INIT;

  check_text (json, FALSE);
  MUST (dheera_json_parse (&view, json, strlen (json)));
  dheera_json_clear (&view);
}

/* There is one vector for each text, and all are of one length. */
static void
check_vectors (DheeraEmbeddingResponse *response,
               guint                    n_texts)
{
  guint n = dheera_embedding_response_get_n_vectors (response);

  MUST (n > 0 && (n_texts == 0 || n == n_texts));
  for (guint i = 0; i < n; i++)
    {
      gsize length;
      const double *values = dheera_embedding_response_get_vector (response, i, &length);

      MUST (values != NULL && length == dheera_embedding_response_get_dimensions (response));
      for (gsize j = 0; j < length; j++)
        MUST (values[j] == values[j]);
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        size_t        size)
{
  static const DheeraTask tasks[] = {
    DHEERA_TASK_EMBED, DHEERA_TASK_RERANK, DHEERA_TASK_MODERATE, DHEERA_TASK_GENERATE_IMAGE, DHEERA_TASK_TRANSCRIBE, DHEERA_TASK_SPEAK,
  };
  static DheeraProvider *provider;
  g_autoptr (DheeraDecoder) decoder = NULL;
  g_autoptr (GObject) result = NULL;
  g_autofree char *body = NULL;
  DheeraTask task;

  if (size < 2)
    return 0;
  if (provider == NULL)
    provider = dheera_provider_new ("openai");

  task = tasks[data[0] % G_N_ELEMENTS (tasks)];
  decoder = dheera_decoder_new (provider);
  dheera_decoder_set_key (decoder, KEY);
  decoder->n_choices = data[1] % 8;
  decoder->flags = (data[1] >> 3) & 1;
  decoder->content_type = g_strdup ((data[1] & 0x10) ? "application/json" : "audio/mpeg");
  /* No byte behind the text is the decoder's. */
  body = g_memdup2 (data + 2, size - 2);
  result = dheera_provider_get_protocol (provider)->tasks[task].decode (decoder, body != NULL ? body : "", size - 2);

  MUST ((result == NULL) == (decoder->failure != NULL));
  if (result == NULL)
    check_details (decoder->failure);
  else
    check_answer (DHEERA_BASE_RESPONSE (result));
  if (result != NULL && task == DHEERA_TASK_EMBED)
    check_vectors (DHEERA_EMBEDDING_RESPONSE (result), decoder->n_choices);

  return 0;
}
