/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/model/dheera-moderation-response.h"
#include "dheera-ai/model/responses/dheera-base-response-private.h"
#include "dheera-moderation-result-private.h"

G_BEGIN_DECLS

struct _DheeraModerationResponse
{
  DheeraBaseResponse parent_instance;

  GListStore *results; /* of DheeraModerationResult */
};

DheeraModerationResponse *dheera_moderation_response_new (const char *provider) G_GNUC_WARN_UNUSED_RESULT;
/* The result to be filled in, which the answer holds */
DheeraModerationResult   *dheera_moderation_response_add (DheeraModerationResponse *self,
                                                          gboolean                  flagged);

G_END_DECLS
