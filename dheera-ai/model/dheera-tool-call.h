/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-types.h"

G_BEGIN_DECLS

#define DHEERA_TYPE_TOOL_CALL (dheera_tool_call_get_type ())

DHEERA_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (DheeraToolCall, dheera_tool_call, DHEERA, TOOL_CALL, GObject)

DHEERA_AVAILABLE_IN_0_1
DheeraToolCall *dheera_tool_call_new           (const char     *id,
                                                const char     *name,
                                                const char     *arguments);

DHEERA_AVAILABLE_IN_0_1
const char     *dheera_tool_call_get_id        (DheeraToolCall *self);
DHEERA_AVAILABLE_IN_0_1
const char     *dheera_tool_call_get_name      (DheeraToolCall *self);
DHEERA_AVAILABLE_IN_0_1
const char     *dheera_tool_call_get_arguments (DheeraToolCall *self);

DHEERA_AVAILABLE_IN_0_1
gpointer        dheera_tool_call_parse         (DheeraToolCall  *self,
                                                GType            type,
                                                GError         **error) G_GNUC_WARN_UNUSED_RESULT;

DHEERA_AVAILABLE_IN_0_1
void            dheera_tool_call_return_text   (DheeraToolCall *self,
                                                const char     *text);
DHEERA_AVAILABLE_IN_0_1
void            dheera_tool_call_return_error  (DheeraToolCall *self,
                                                const char     *message);

G_END_DECLS
