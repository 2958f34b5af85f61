/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/model/dheera-message.h"
#include "dheera-ai/model/dheera-tool.h"

G_BEGIN_DECLS

/* The calls of one answer: brought to the application's tools, and their results as messages. The results may come from any thread, and later than anybody cares; all
 * functions here belong to the one thread of the run. */

typedef struct _DheeraToolRound DheeraToolRound;

/* tools are of DheeraTool. Not parallel: a call is begun when the one before was answered. */
DheeraToolRound *dheera_tool_round_new     (DheeraMessage *message,
                                            GPtrArray     *tools,
                                            gboolean       parallel) G_GNUC_WARN_UNUSED_RESULT;

/* Begins what can be begun. TRUE when all are answered, else it is time to wait. */
gboolean         dheera_tool_round_advance (DheeraToolRound *self);

/* Waits for what was begun until the monotonic time, 0 for no end. FALSE when that was over first, or the cancellable cancelled. */
gboolean         dheera_tool_round_wait    (DheeraToolRound *self,
                                            gint64           until,
                                            GCancellable    *cancellable);
/* Has func called in the context, once, when what was begun is answered. */
void             dheera_tool_round_watch   (DheeraToolRound *self,
                                            GMainContext    *context,
                                            GSourceFunc      func,
                                            gpointer         user_data);
void             dheera_tool_round_unwatch (DheeraToolRound *self);

/* The name of a tool that has not answered, NULL when there is none */
char            *dheera_tool_round_dup_waiting (DheeraToolRound *self) G_GNUC_WARN_UNUSED_RESULT;

/* Ends the round, and frees it: the message, and behind it a result for each of its calls; why is that of calls that have none. */
GPtrArray       *dheera_tool_round_close   (DheeraToolRound *self,
                                            const char      *why) G_GNUC_WARN_UNUSED_RESULT;
void             dheera_tool_round_free    (DheeraToolRound *self);

G_END_DECLS
