/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-base-response.h"

G_BEGIN_DECLS

#define DHEERA_TYPE_RERANK_RESPONSE (dheera_rerank_response_get_type ())

DHEERA_AVAILABLE_IN_0_1
_DHEERA_DECLARE_CLASS (DheeraRerankResponse, dheera_rerank_response, RERANK_RESPONSE)

DHEERA_AVAILABLE_IN_0_1
GListModel *dheera_rerank_response_get_results (DheeraRerankResponse *self);

G_END_DECLS
