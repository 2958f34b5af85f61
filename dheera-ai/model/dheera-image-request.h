/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-base-request.h"
#include "dheera-part.h"

G_BEGIN_DECLS

#define DHEERA_TYPE_IMAGE_REQUEST (dheera_image_request_get_type ())

DHEERA_AVAILABLE_IN_0_1
_DHEERA_DECLARE_CLASS (DheeraImageRequest, dheera_image_request, IMAGE_REQUEST)

DHEERA_AVAILABLE_IN_0_1
DheeraImageRequest *dheera_image_request_new               (const char *model);
DHEERA_AVAILABLE_IN_0_1
DheeraImageRequest *dheera_image_request_new_for_prompt    (const char *model,
                                                            const char *prompt);
DHEERA_AVAILABLE_IN_0_1
const char         *dheera_image_request_get_prompt        (DheeraImageRequest *self);
DHEERA_AVAILABLE_IN_0_1
void                dheera_image_request_set_prompt        (DheeraImageRequest *self,
                                                            const char         *prompt);
DHEERA_AVAILABLE_IN_0_1
int                 dheera_image_request_get_n             (DheeraImageRequest *self);
DHEERA_AVAILABLE_IN_0_1
void                dheera_image_request_set_n             (DheeraImageRequest *self,
                                                            int                 n);
DHEERA_AVAILABLE_IN_0_1
const char         *dheera_image_request_get_size          (DheeraImageRequest *self);
DHEERA_AVAILABLE_IN_0_1
void                dheera_image_request_set_size          (DheeraImageRequest *self,
                                                            const char         *size);
DHEERA_AVAILABLE_IN_0_1
const char         *dheera_image_request_get_quality       (DheeraImageRequest *self);
DHEERA_AVAILABLE_IN_0_1
void                dheera_image_request_set_quality       (DheeraImageRequest *self,
                                                            const char         *quality);
DHEERA_AVAILABLE_IN_0_1
const char         *dheera_image_request_get_background    (DheeraImageRequest *self);
DHEERA_AVAILABLE_IN_0_1
void                dheera_image_request_set_background    (DheeraImageRequest *self,
                                                            const char         *background);
DHEERA_AVAILABLE_IN_0_1
const char         *dheera_image_request_get_output_format (DheeraImageRequest *self);
DHEERA_AVAILABLE_IN_0_1
void                dheera_image_request_set_output_format (DheeraImageRequest *self,
                                                            const char         *output_format);
DHEERA_AVAILABLE_IN_0_1
GListModel         *dheera_image_request_get_images        (DheeraImageRequest *self);
DHEERA_AVAILABLE_IN_0_1
void                dheera_image_request_add_image         (DheeraImageRequest *self,
                                                            DheeraPart         *image);
DHEERA_AVAILABLE_IN_0_1
DheeraPart         *dheera_image_request_get_mask          (DheeraImageRequest *self);
DHEERA_AVAILABLE_IN_0_1
void                dheera_image_request_set_mask          (DheeraImageRequest *self,
                                                            DheeraPart         *mask);
DHEERA_AVAILABLE_IN_0_1
const char         *dheera_image_request_get_user          (DheeraImageRequest *self);
DHEERA_AVAILABLE_IN_0_1
void                dheera_image_request_set_user          (DheeraImageRequest *self,
                                                            const char         *user);

G_END_DECLS
