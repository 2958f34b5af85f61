/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Answers of Cohere's own protocol (see fuzz-native.h) */

#include "fuzz-native.h"

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        size_t        size)
{
  static const DheeraTask tasks[] = { DHEERA_TASK_LIST_MODELS, DHEERA_TASK_EMBED, DHEERA_TASK_RERANK };
  static DheeraProvider *provider;

  if (size < 2)
    return 0;

  if (provider == NULL)
    provider = dheera_provider_new ("cohere");
  try_native (provider, DHEERA_FRAMING_SSE, tasks, G_N_ELEMENTS (tasks), data, size);

  return 0;
}
