/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-enums.h"
#include "dheera-types.h"

G_BEGIN_DECLS

#define DHEERA_TYPE_TOOL (dheera_tool_get_type ())

DHEERA_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (DheeraTool, dheera_tool, DHEERA, TOOL, GObject)

DHEERA_AVAILABLE_IN_0_1
DheeraTool     *dheera_tool_new               (const char     *name,
                                               const char     *description,
                                               const char     *parameters);

DHEERA_AVAILABLE_IN_0_1
const char     *dheera_tool_get_name          (DheeraTool     *self);
DHEERA_AVAILABLE_IN_0_1
const char     *dheera_tool_get_description   (DheeraTool     *self);
DHEERA_AVAILABLE_IN_0_1
void            dheera_tool_set_description   (DheeraTool     *self,
                                               const char     *description);
DHEERA_AVAILABLE_IN_0_1
const char     *dheera_tool_get_parameters    (DheeraTool     *self);
DHEERA_AVAILABLE_IN_0_1
void            dheera_tool_set_parameters    (DheeraTool     *self,
                                               const char     *parameters);
DHEERA_AVAILABLE_IN_0_1
gboolean        dheera_tool_set_parameters_type (DheeraTool   *self,
                                               GType           type,
                                               GError        **error);
DHEERA_AVAILABLE_IN_0_1
DheeraTristate  dheera_tool_get_strict        (DheeraTool     *self);
DHEERA_AVAILABLE_IN_0_1
void            dheera_tool_set_strict        (DheeraTool     *self,
                                               DheeraTristate  strict);
DHEERA_AVAILABLE_IN_0_1
const char     *dheera_tool_get_cache_control (DheeraTool     *self);
DHEERA_AVAILABLE_IN_0_1
void            dheera_tool_set_cache_control (DheeraTool     *self,
                                               const char     *cache_control);

G_END_DECLS
