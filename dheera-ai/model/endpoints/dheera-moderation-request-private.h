/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/model/dheera-moderation-request.h"
#include "dheera-ai/model/messages/dheera-part-private.h"
#include "dheera-ai/model/requests/dheera-base-request-private.h"

G_BEGIN_DECLS

struct _DheeraModerationRequest
{
  DheeraBaseRequest parent_instance;

  char **texts;
  GListStore *images; /* of DheeraPart; nullable: made when first needed */
};

G_END_DECLS
