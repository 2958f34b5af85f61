/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-ai/providers/anthropic/dheera-anthropic-private.h"
#include "dheera-gemini-encode-private.h"
#include "dheera-gemini-private.h"

const DheeraProtocol dheera_gemini = {
  .name = "gemini",
  .version_in_path = TRUE,
  .find_for_model = dheera_anthropic_find_on_vertex,
  .encode_chat = dheera_gemini_encode_chat,
  .decode_chat = dheera_gemini_decode,
  .decode_frame = dheera_gemini_decode_frame,
  .decode_eof = dheera_gemini_decode_eof,
  .tasks = {
    [DHEERA_TASK_LIST_MODELS] = { dheera_gemini_encode_models, dheera_gemini_decode_models },
    [DHEERA_TASK_EMBED] = { dheera_gemini_encode_embeddings, dheera_gemini_decode_embeddings },
    [DHEERA_TASK_GENERATE_IMAGE] = { dheera_gemini_encode_image, dheera_gemini_decode_image },
    [DHEERA_TASK_COUNT_TOKENS] = { dheera_gemini_encode_count, dheera_gemini_decode_count },
  },
};
