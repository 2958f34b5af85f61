/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-base-response.h"

G_BEGIN_DECLS

#define DHEERA_TYPE_EMBEDDING_RESPONSE (dheera_embedding_response_get_type ())

DHEERA_AVAILABLE_IN_0_1
_DHEERA_DECLARE_CLASS (DheeraEmbeddingResponse, dheera_embedding_response, EMBEDDING_RESPONSE)

DHEERA_AVAILABLE_IN_0_1
guint         dheera_embedding_response_get_n_vectors  (DheeraEmbeddingResponse *self);
DHEERA_AVAILABLE_IN_0_1
guint         dheera_embedding_response_get_dimensions (DheeraEmbeddingResponse *self);
DHEERA_AVAILABLE_IN_0_1
const double *dheera_embedding_response_get_vector     (DheeraEmbeddingResponse *self,
                                                        guint                    position,
                                                        gsize                   *n_values);

G_END_DECLS
