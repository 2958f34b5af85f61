/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-part.h"
#include "dheera-types.h"

G_BEGIN_DECLS

#define DHEERA_TYPE_IMAGE (dheera_image_get_type ())

DHEERA_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (DheeraImage, dheera_image, DHEERA, IMAGE, GObject)

DHEERA_AVAILABLE_IN_0_1
GBytes     *dheera_image_get_bytes          (DheeraImage *self);
DHEERA_AVAILABLE_IN_0_1
const char *dheera_image_get_uri            (DheeraImage *self);
DHEERA_AVAILABLE_IN_0_1
const char *dheera_image_get_mime_type      (DheeraImage *self);
DHEERA_AVAILABLE_IN_0_1
const char *dheera_image_get_revised_prompt (DheeraImage *self);
DHEERA_AVAILABLE_IN_0_1
DheeraPart *dheera_image_to_part            (DheeraImage *self);

G_END_DECLS
