/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/model/dheera-image-response.h"
#include "dheera-ai/model/responses/dheera-base-response-private.h"
#include "dheera-image-private.h"

G_BEGIN_DECLS

struct _DheeraImageResponse
{
  DheeraBaseResponse parent_instance;

  GListStore *images; /* of DheeraImage */
  gint64 created; /* seconds of Unix time, -1 unknown */
};

DheeraImageResponse *dheera_image_response_new (const char *provider) G_GNUC_WARN_UNUSED_RESULT;
/* The picture to be filled in, which the answer holds */
DheeraImage         *dheera_image_response_add (DheeraImageResponse *self);

G_END_DECLS
