/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-types.h"

G_BEGIN_DECLS

DHEERA_AVAILABLE_IN_0_1
void dheera_type_set_item_type (GType       type,
                                const char *property,
                                GType       item_type);
DHEERA_AVAILABLE_IN_0_1
void dheera_type_set_optional  (GType       type,
                                const char *property,
                                gboolean    optional);

G_END_DECLS
