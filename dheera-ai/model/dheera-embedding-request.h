/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-base-request.h"

G_BEGIN_DECLS

#define DHEERA_TYPE_EMBEDDING_REQUEST (dheera_embedding_request_get_type ())

DHEERA_AVAILABLE_IN_0_1
_DHEERA_DECLARE_CLASS (DheeraEmbeddingRequest, dheera_embedding_request, EMBEDDING_REQUEST)

DHEERA_AVAILABLE_IN_0_1
DheeraEmbeddingRequest *dheera_embedding_request_new            (const char *model);
DHEERA_AVAILABLE_IN_0_1
DheeraEmbeddingRequest *dheera_embedding_request_new_for_input  (const char *model,
                                                                 const char *input);
DHEERA_AVAILABLE_IN_0_1
const char * const     *dheera_embedding_request_get_inputs     (DheeraEmbeddingRequest *self);
DHEERA_AVAILABLE_IN_0_1
void                    dheera_embedding_request_set_inputs     (DheeraEmbeddingRequest *self,
                                                                 const char * const     *inputs);
DHEERA_AVAILABLE_IN_0_1
void                    dheera_embedding_request_add_input      (DheeraEmbeddingRequest *self,
                                                                 const char             *input);
DHEERA_AVAILABLE_IN_0_1
int                     dheera_embedding_request_get_dimensions (DheeraEmbeddingRequest *self);
DHEERA_AVAILABLE_IN_0_1
void                    dheera_embedding_request_set_dimensions (DheeraEmbeddingRequest *self,
                                                                 int                     dimensions);
DHEERA_AVAILABLE_IN_0_1
const char             *dheera_embedding_request_get_input_type (DheeraEmbeddingRequest *self);
DHEERA_AVAILABLE_IN_0_1
void                    dheera_embedding_request_set_input_type (DheeraEmbeddingRequest *self,
                                                                 const char             *input_type);
DHEERA_AVAILABLE_IN_0_1
const char             *dheera_embedding_request_get_user       (DheeraEmbeddingRequest *self);
DHEERA_AVAILABLE_IN_0_1
void                    dheera_embedding_request_set_user       (DheeraEmbeddingRequest *self,
                                                                 const char             *user);

G_END_DECLS
