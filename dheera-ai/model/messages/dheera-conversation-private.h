/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/model/dheera-conversation.h"

G_BEGIN_DECLS

/* (transfer none) */
DheeraMessage      *dheera_conversation_peek      (DheeraConversation *self,
                                                   guint               position);
/* The name of the tool that a call of that id in the messages before position was for: some
 * providers want it beside a result. NULL when there is none. */
const char         *dheera_conversation_find_tool_name (DheeraConversation *self,
                                                   guint               position,
                                                   const char         *tool_call_id);
/* Several messages in one change: nobody gets between a call and its result. */
void                dheera_conversation_append_all (DheeraConversation *self,
                                                   GPtrArray          *messages);
DheeraConversation *dheera_conversation_copy      (DheeraConversation *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
