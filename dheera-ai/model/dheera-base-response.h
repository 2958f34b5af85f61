/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-types.h"

G_BEGIN_DECLS

#define DHEERA_TYPE_BASE_RESPONSE (dheera_base_response_get_type ())

DHEERA_AVAILABLE_IN_0_1
_DHEERA_DECLARE_CLASS (DheeraBaseResponse, dheera_base_response, BASE_RESPONSE)

DHEERA_AVAILABLE_IN_0_1
const char         *dheera_base_response_get_id         (DheeraBaseResponse *self);
DHEERA_AVAILABLE_IN_0_1
const char         *dheera_base_response_get_model      (DheeraBaseResponse *self);
DHEERA_AVAILABLE_IN_0_1
const char         *dheera_base_response_get_provider   (DheeraBaseResponse *self);
DHEERA_AVAILABLE_IN_0_1
DheeraUsage        *dheera_base_response_get_usage      (DheeraBaseResponse *self);
DHEERA_AVAILABLE_IN_0_1
const char         *dheera_base_response_get_request_id (DheeraBaseResponse *self);
DHEERA_AVAILABLE_IN_0_1
const char * const *dheera_base_response_get_warnings   (DheeraBaseResponse *self);
DHEERA_AVAILABLE_IN_0_1
DheeraCall         *dheera_base_response_get_call       (DheeraBaseResponse *self);
DHEERA_AVAILABLE_IN_0_1
const char         *dheera_base_response_get_raw_json   (DheeraBaseResponse *self);
DHEERA_AVAILABLE_IN_0_1
char               *dheera_base_response_to_json        (DheeraBaseResponse *self);

G_END_DECLS
