/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-enums.h"
#include "dheera-part.h"
#include "dheera-tool-call.h"
#include "dheera-types.h"

G_BEGIN_DECLS

#define DHEERA_TYPE_MESSAGE (dheera_message_get_type ())

DHEERA_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (DheeraMessage, dheera_message, DHEERA, MESSAGE, GObject)

DHEERA_AVAILABLE_IN_0_1
DheeraMessage *dheera_message_new              (DheeraRole      role,
                                                const char     *text);
DHEERA_AVAILABLE_IN_0_1
DheeraMessage *dheera_message_new_tool_result  (const char     *tool_call_id,
                                                const char     *text);

DHEERA_AVAILABLE_IN_0_1
void           dheera_message_add_part         (DheeraMessage  *self,
                                                DheeraPart     *part);
DHEERA_AVAILABLE_IN_0_1
void           dheera_message_add_tool_call    (DheeraMessage  *self,
                                                DheeraToolCall *tool_call);

DHEERA_AVAILABLE_IN_0_1
DheeraRole     dheera_message_get_role         (DheeraMessage  *self);
DHEERA_AVAILABLE_IN_0_1
void           dheera_message_set_role         (DheeraMessage  *self,
                                                DheeraRole      role);
DHEERA_AVAILABLE_IN_0_1
const char    *dheera_message_get_text         (DheeraMessage  *self);
DHEERA_AVAILABLE_IN_0_1
void           dheera_message_set_text         (DheeraMessage  *self,
                                                const char     *text);
DHEERA_AVAILABLE_IN_0_1
const char    *dheera_message_get_reasoning    (DheeraMessage  *self);
DHEERA_AVAILABLE_IN_0_1
void           dheera_message_set_reasoning    (DheeraMessage  *self,
                                                const char     *reasoning);
DHEERA_AVAILABLE_IN_0_1
const char    *dheera_message_get_refusal      (DheeraMessage  *self);
DHEERA_AVAILABLE_IN_0_1
void           dheera_message_set_refusal      (DheeraMessage  *self,
                                                const char     *refusal);
DHEERA_AVAILABLE_IN_0_1
GListModel    *dheera_message_get_parts        (DheeraMessage  *self);
DHEERA_AVAILABLE_IN_0_1
GListModel    *dheera_message_get_tool_calls   (DheeraMessage  *self);
DHEERA_AVAILABLE_IN_0_1
const char    *dheera_message_get_tool_call_id (DheeraMessage  *self);
DHEERA_AVAILABLE_IN_0_1
void           dheera_message_set_tool_call_id (DheeraMessage  *self,
                                                const char     *tool_call_id);
DHEERA_AVAILABLE_IN_0_1
const char    *dheera_message_get_name         (DheeraMessage  *self);
DHEERA_AVAILABLE_IN_0_1
void           dheera_message_set_name         (DheeraMessage  *self,
                                                const char     *name);
DHEERA_AVAILABLE_IN_0_1
gboolean       dheera_message_get_is_error     (DheeraMessage  *self);
DHEERA_AVAILABLE_IN_0_1
void           dheera_message_set_is_error     (DheeraMessage  *self,
                                                gboolean        is_error);

G_END_DECLS
