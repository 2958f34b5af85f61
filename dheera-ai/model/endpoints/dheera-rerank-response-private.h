/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/model/dheera-rerank-response.h"
#include "dheera-ai/model/responses/dheera-base-response-private.h"
#include "dheera-rerank-result-private.h"

G_BEGIN_DECLS

struct _DheeraRerankResponse
{
  DheeraBaseResponse parent_instance;

  GListStore *results; /* of DheeraRerankResult */
};

DheeraRerankResponse *dheera_rerank_response_new  (const char *provider) G_GNUC_WARN_UNUSED_RESULT;
/* Takes document, which is nullable. */
void                  dheera_rerank_response_add  (DheeraRerankResponse *self,
                                                   guint                 index,
                                                   double                score,
                                                   char                 *document);
/* Puts the best ones first; most providers have done it. */
void                  dheera_rerank_response_sort (DheeraRerankResponse *self);

G_END_DECLS
