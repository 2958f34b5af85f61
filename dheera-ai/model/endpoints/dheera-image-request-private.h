/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/model/dheera-image-request.h"
#include "dheera-ai/model/messages/dheera-part-private.h"
#include "dheera-ai/model/requests/dheera-base-request-private.h"

G_BEGIN_DECLS

struct _DheeraImageRequest
{
  DheeraBaseRequest parent_instance;

  char *prompt;
  int n;
  char *size;
  char *quality;
  char *background;
  char *output_format;
  GListStore *images; /* of DheeraPart; nullable: made when first needed */
  DheeraPart *mask;
  char *user;
};

G_END_DECLS
