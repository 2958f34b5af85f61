/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-base-response.h"

G_BEGIN_DECLS

#define DHEERA_TYPE_IMAGE_RESPONSE (dheera_image_response_get_type ())

DHEERA_AVAILABLE_IN_0_1
_DHEERA_DECLARE_CLASS (DheeraImageResponse, dheera_image_response, IMAGE_RESPONSE)

DHEERA_AVAILABLE_IN_0_1
GListModel *dheera_image_response_get_images (DheeraImageResponse *self);

G_END_DECLS
