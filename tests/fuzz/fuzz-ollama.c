/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Answers of Ollama's own protocol (see fuzz-native.h) */

#include "fuzz-native.h"

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        size_t        size)
{
  static const DheeraTask tasks[] = { DHEERA_TASK_LIST_MODELS, DHEERA_TASK_EMBED };
  static DheeraProvider *provider;

  if (size < 2)
    return 0;

  if (provider == NULL)
    provider = dheera_provider_new ("ollama");
  try_native (provider, DHEERA_FRAMING_NDJSON, tasks, G_N_ELEMENTS (tasks), data, size);

  return 0;
}
