/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/model/dheera-embedding-response.h"
#include "dheera-ai/model/responses/dheera-base-response-private.h"

G_BEGIN_DECLS

struct _DheeraEmbeddingResponse
{
  DheeraBaseResponse parent_instance;

  guint n_vectors;
  guint dimensions;
  double *values;  /* one vector behind the other, in the order in which they came */
  guint32 *places; /* nullable: position of a vector: which one came there */
};

DheeraEmbeddingResponse *dheera_embedding_response_new  (const char *provider) G_GNUC_WARN_UNUSED_RESULT;
/* Takes n_vectors times dimensions values, and places (nullable): the vector of position i is the places[i]th. */
void                     dheera_embedding_response_take (DheeraEmbeddingResponse *self,
                                                         double                  *values,
                                                         guint32                 *places,
                                                         guint                    n_vectors,
                                                         guint                    dimensions);

G_END_DECLS
