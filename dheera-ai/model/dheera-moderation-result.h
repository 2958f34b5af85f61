/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-types.h"

G_BEGIN_DECLS

#define DHEERA_TYPE_MODERATION_RESULT (dheera_moderation_result_get_type ())

DHEERA_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (DheeraModerationResult, dheera_moderation_result, DHEERA, MODERATION_RESULT, GObject)

DHEERA_AVAILABLE_IN_0_1
gboolean            dheera_moderation_result_get_flagged    (DheeraModerationResult *self);
DHEERA_AVAILABLE_IN_0_1
const char * const *dheera_moderation_result_get_categories (DheeraModerationResult *self);
DHEERA_AVAILABLE_IN_0_1
gboolean            dheera_moderation_result_get_category   (DheeraModerationResult *self,
                                                             const char             *category);
DHEERA_AVAILABLE_IN_0_1
double              dheera_moderation_result_get_score      (DheeraModerationResult *self,
                                                             const char             *category);

G_END_DECLS
