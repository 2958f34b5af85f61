/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-message.h"
#include "dheera-types.h"

G_BEGIN_DECLS

#define DHEERA_TYPE_CONVERSATION (dheera_conversation_get_type ())

DHEERA_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (DheeraConversation, dheera_conversation, DHEERA, CONVERSATION, GObject)

DHEERA_AVAILABLE_IN_0_1
DheeraConversation *dheera_conversation_new                (void);
DHEERA_AVAILABLE_IN_0_1
DheeraConversation *dheera_conversation_new_from_json      (const char          *json,
                                                            GError             **error);
DHEERA_AVAILABLE_IN_0_1
char               *dheera_conversation_to_json            (DheeraConversation  *self);

DHEERA_AVAILABLE_IN_0_1
void                dheera_conversation_append             (DheeraConversation  *self,
                                                            DheeraMessage       *message);
DHEERA_AVAILABLE_IN_0_1
void                dheera_conversation_append_system      (DheeraConversation  *self,
                                                            const char          *text);
DHEERA_AVAILABLE_IN_0_1
void                dheera_conversation_append_user        (DheeraConversation  *self,
                                                            const char          *text);
DHEERA_AVAILABLE_IN_0_1
void                dheera_conversation_append_assistant   (DheeraConversation  *self,
                                                            const char          *text);
DHEERA_AVAILABLE_IN_0_1
void                dheera_conversation_append_tool_result (DheeraConversation  *self,
                                                            const char          *tool_call_id,
                                                            const char          *text);
DHEERA_AVAILABLE_IN_0_1
void                dheera_conversation_remove             (DheeraConversation  *self,
                                                            guint                position);
DHEERA_AVAILABLE_IN_0_1
void                dheera_conversation_clear              (DheeraConversation  *self);
DHEERA_AVAILABLE_IN_0_1
DheeraMessage      *dheera_conversation_get_message        (DheeraConversation  *self,
                                                            guint                position);

G_END_DECLS
