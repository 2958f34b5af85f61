/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/model/dheera-speech-request.h"
#include "dheera-ai/model/requests/dheera-base-request-private.h"

G_BEGIN_DECLS

struct _DheeraSpeechRequest
{
  DheeraBaseRequest parent_instance;

  char *input;
  char *voice;
  char *format;
  double speed;
  char *instructions;
};

G_END_DECLS
