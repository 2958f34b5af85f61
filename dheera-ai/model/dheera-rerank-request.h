/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-base-request.h"
#include "dheera-enums.h"

G_BEGIN_DECLS

#define DHEERA_TYPE_RERANK_REQUEST (dheera_rerank_request_get_type ())

DHEERA_AVAILABLE_IN_0_1
_DHEERA_DECLARE_CLASS (DheeraRerankRequest, dheera_rerank_request, RERANK_REQUEST)

DHEERA_AVAILABLE_IN_0_1
DheeraRerankRequest *dheera_rerank_request_new                  (const char *model);
DHEERA_AVAILABLE_IN_0_1
DheeraRerankRequest *dheera_rerank_request_new_for_query        (const char *model,
                                                                 const char *query);
DHEERA_AVAILABLE_IN_0_1
const char          *dheera_rerank_request_get_query            (DheeraRerankRequest *self);
DHEERA_AVAILABLE_IN_0_1
void                 dheera_rerank_request_set_query            (DheeraRerankRequest *self,
                                                                 const char          *query);
DHEERA_AVAILABLE_IN_0_1
const char * const  *dheera_rerank_request_get_documents        (DheeraRerankRequest *self);
DHEERA_AVAILABLE_IN_0_1
void                 dheera_rerank_request_set_documents        (DheeraRerankRequest *self,
                                                                 const char * const  *documents);
DHEERA_AVAILABLE_IN_0_1
void                 dheera_rerank_request_add_document         (DheeraRerankRequest *self,
                                                                 const char          *document);
DHEERA_AVAILABLE_IN_0_1
int                  dheera_rerank_request_get_top_n            (DheeraRerankRequest *self);
DHEERA_AVAILABLE_IN_0_1
void                 dheera_rerank_request_set_top_n            (DheeraRerankRequest *self,
                                                                 int                  top_n);
DHEERA_AVAILABLE_IN_0_1
DheeraTristate       dheera_rerank_request_get_return_documents (DheeraRerankRequest *self);
DHEERA_AVAILABLE_IN_0_1
void                 dheera_rerank_request_set_return_documents (DheeraRerankRequest *self,
                                                                 DheeraTristate       return_documents);

G_END_DECLS
