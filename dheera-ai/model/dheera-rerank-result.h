/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-types.h"

G_BEGIN_DECLS

#define DHEERA_TYPE_RERANK_RESULT (dheera_rerank_result_get_type ())

DHEERA_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (DheeraRerankResult, dheera_rerank_result, DHEERA, RERANK_RESULT, GObject)

DHEERA_AVAILABLE_IN_0_1
guint       dheera_rerank_result_get_index    (DheeraRerankResult *self);
DHEERA_AVAILABLE_IN_0_1
double      dheera_rerank_result_get_score    (DheeraRerankResult *self);
DHEERA_AVAILABLE_IN_0_1
const char *dheera_rerank_result_get_document (DheeraRerankResult *self);

G_END_DECLS
