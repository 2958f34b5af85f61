/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-base-request-private.h"
#include "dheera-transcription-request.h"

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
