/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-base-response.h"

G_BEGIN_DECLS

#define DHEERA_TYPE_MODERATION_RESPONSE (dheera_moderation_response_get_type ())

DHEERA_AVAILABLE_IN_0_1
_DHEERA_DECLARE_CLASS (DheeraModerationResponse, dheera_moderation_response, MODERATION_RESPONSE)

DHEERA_AVAILABLE_IN_0_1
GListModel *dheera_moderation_response_get_results (DheeraModerationResponse *self);

G_END_DECLS
