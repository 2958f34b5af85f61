/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/model/messages/dheera-conversation-private.h"

G_BEGIN_DECLS

/* The ids of calls as one provider takes them. Where another provider made them up they may have any form; what does not fit is replaced, by
 * the same id wherever it stands, in this request and in the next, and never by one that another call of the conversation has. */
typedef struct _DheeraToolIds DheeraToolIds;

typedef gboolean (*DheeraToolIdFits) (const char *id);

/* length: of the ids that replace others, made of digits and small letters; at most 64 */
DheeraToolIds *dheera_tool_ids_new         (DheeraConversation *conversation,
                                            DheeraToolIdFits    fits,
                                            guint               length) G_GNUC_WARN_UNUSED_RESULT;
void           dheera_tool_ids_free        (DheeraToolIds *self);
/* Of a call or a result of that conversation; id is nullable, which is the same as "" */
const char    *dheera_tool_ids_get         (DheeraToolIds *self,
                                            const char    *id);

/* Mistral's rule: nine letters and digits */
#define DHEERA_MISTRAL_ID_LENGTH 9
gboolean       dheera_tool_id_fits_mistral (const char *id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DheeraToolIds, dheera_tool_ids_free)

G_END_DECLS
