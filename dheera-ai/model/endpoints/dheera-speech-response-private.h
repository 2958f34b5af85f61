/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/model/dheera-speech-response.h"
#include "dheera-ai/model/responses/dheera-base-response-private.h"

G_BEGIN_DECLS

struct _DheeraSpeechResponse
{
  DheeraBaseResponse parent_instance;

  GBytes *audio;
  char *mime_type;
};

DheeraSpeechResponse *dheera_speech_response_new (const char *provider,
                                                  GBytes     *audio) G_GNUC_WARN_UNUSED_RESULT; /* takes audio */

G_END_DECLS
