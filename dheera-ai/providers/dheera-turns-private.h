/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/model/messages/dheera-conversation-private.h"
#include "dheera-ai/model/messages/dheera-message-private.h"

G_BEGIN_DECLS

/* A conversation as those providers want it that know two sides, the user's and the model's, which take
 * turns: Anthropic, Gemini, Bedrock. The system's words stand apart, neighbours of one side become one turn,
 * results of tools go ahead of what the user says in the same turn, and messages without content are left
 * out. Messages are borrowed from the conversation. */

typedef struct
{
  gboolean model;       /* the model's turn, else the user's: results of tools belong to it */
  GPtrArray *messages;  /* of DheeraMessage; never empty */
} DheeraTurn;

typedef struct
{
  GPtrArray *system;    /* the system's and developer's messages at the front of the conversation */
  GArray *turns;        /* of DheeraTurn. A later message of the system's is in a user's turn. */
} DheeraTurns;

/* family (nullable): whose native blocks count as content */
DheeraTurns *dheera_turns_new       (DheeraConversation *conversation,
                                     const char         *family) G_GNUC_WARN_UNUSED_RESULT;
void         dheera_turns_free      (DheeraTurns *self);

/* Is there something in it that can be sent: text, reasoning not counted, or a part with content, a call, a
 * result, a refusal, or a native block of that family? */
gboolean     dheera_message_has_content (DheeraMessage *message,
                                     const char    *family);
/* Part of an empty text */
gboolean     dheera_part_is_blank   (DheeraPart *part);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DheeraTurns, dheera_turns_free)

G_END_DECLS
