/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/dheera-ai.h"

G_BEGIN_DECLS

/* What every provider asks of a history, as strictly as the strictest of them: a turn of the assistant says something; each of its calls has an object for its arguments, an id of its own and
 * exactly one result, right behind it and before anything else; there is no result without a call. NULL when all of that is so. */
char *find_illegal (DheeraConversation *conversation) G_GNUC_WARN_UNUSED_RESULT;

#define assert_legal(conversation) \
  G_STMT_START { g_autofree char *fault_ = find_illegal (conversation); g_assert_cmpstr (fault_, ==, NULL); } G_STMT_END

G_END_DECLS
