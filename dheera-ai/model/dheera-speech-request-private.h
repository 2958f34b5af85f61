/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-base-request-private.h"
#include "dheera-speech-request.h"

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
