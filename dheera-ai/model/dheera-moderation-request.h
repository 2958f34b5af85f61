/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-base-request.h"
#include "dheera-part.h"

G_BEGIN_DECLS

#define DHEERA_TYPE_MODERATION_REQUEST (dheera_moderation_request_get_type ())

DHEERA_AVAILABLE_IN_0_1
_DHEERA_DECLARE_CLASS (DheeraModerationRequest, dheera_moderation_request, MODERATION_REQUEST)

DHEERA_AVAILABLE_IN_0_1
DheeraModerationRequest *dheera_moderation_request_new          (const char *model);
DHEERA_AVAILABLE_IN_0_1
DheeraModerationRequest *dheera_moderation_request_new_for_text (const char *model,
                                                                 const char *text);
DHEERA_AVAILABLE_IN_0_1
const char * const      *dheera_moderation_request_get_texts    (DheeraModerationRequest *self);
DHEERA_AVAILABLE_IN_0_1
void                     dheera_moderation_request_set_texts    (DheeraModerationRequest *self,
                                                                 const char * const      *texts);
DHEERA_AVAILABLE_IN_0_1
void                     dheera_moderation_request_add_text     (DheeraModerationRequest *self,
                                                                 const char              *text);
DHEERA_AVAILABLE_IN_0_1
GListModel              *dheera_moderation_request_get_images   (DheeraModerationRequest *self);
DHEERA_AVAILABLE_IN_0_1
void                     dheera_moderation_request_add_image    (DheeraModerationRequest *self,
                                                                 DheeraPart              *image);

G_END_DECLS
