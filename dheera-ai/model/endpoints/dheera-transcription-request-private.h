/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/model/dheera-transcription-request.h"
#include "dheera-ai/model/requests/dheera-base-request-private.h"

G_BEGIN_DECLS

struct _DheeraTranscriptionRequest
{
  DheeraBaseRequest parent_instance;

  GBytes *audio;
  char *mime_type;
  char *filename;
  char *language;
  char *prompt;
  double temperature;
  DheeraTimestamps timestamps;
  char *format;
  gboolean translate;
};

G_END_DECLS
