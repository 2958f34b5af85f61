/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-base-request.h"

G_BEGIN_DECLS

#define DHEERA_TYPE_MODELS_REQUEST (dheera_models_request_get_type ())

DHEERA_AVAILABLE_IN_0_1
_DHEERA_DECLARE_CLASS (DheeraModelsRequest, dheera_models_request, MODELS_REQUEST)

DHEERA_AVAILABLE_IN_0_1
DheeraModelsRequest *dheera_models_request_new (const char *provider);

G_END_DECLS
