/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-types.h"

G_BEGIN_DECLS

#define DHEERA_TYPE_TOOL_CALL_DELTA (dheera_tool_call_delta_get_type ())

DHEERA_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (DheeraToolCallDelta, dheera_tool_call_delta, DHEERA, TOOL_CALL_DELTA, GObject)

DHEERA_AVAILABLE_IN_0_1
guint       dheera_tool_call_delta_get_index     (DheeraToolCallDelta *self);
DHEERA_AVAILABLE_IN_0_1
const char *dheera_tool_call_delta_get_id        (DheeraToolCallDelta *self);
DHEERA_AVAILABLE_IN_0_1
const char *dheera_tool_call_delta_get_name      (DheeraToolCallDelta *self);
DHEERA_AVAILABLE_IN_0_1
const char *dheera_tool_call_delta_get_arguments (DheeraToolCallDelta *self);

G_END_DECLS
