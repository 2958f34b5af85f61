/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-operation-private.h"
#include "dheera-tool-round-private.h"

#include "dheera-ai/model/requests/dheera-request-private.h"

G_BEGIN_DECLS

/* The loop of run(): it asks the model, has the tools called, and asks again with their results, until there are no calls any more.
 *
 *      ANSWERING ──► CALLING ──► ANSWERING ──► ... ──► DONE
 *      an operation  a round     the next operation
 *
 * As with an operation, all that is decided is decided in dheera-tool-loop.c; the drivers only wait. How a loop ended is told by its last operation, whose result or error
 * is that of the whole. All operations share one cancellable: cancelling any of their calls ends the loop. */

typedef enum
{
  DHEERA_LOOP_ANSWERING,
  DHEERA_LOOP_CALLING,
  DHEERA_LOOP_DONE,
} DheeraLoopState;

typedef struct _DheeraToolLoop DheeraToolLoop;
typedef struct _DheeraLoopRun DheeraLoopRun; /* an asynchronous driver at work */

/* The loop goes from one operation to the next, which has not begun; the old one is freed after this. */
typedef void (*DheeraNextStepFunc) (DheeraToolLoop  *loop,
                                    DheeraOperation *old,
                                    gpointer         user_data);

struct _DheeraToolLoop
{
  DheeraClient *client;
  const DheeraEndpoint *endpoint;
  DheeraRequest *request;           /* as it was at the start; its conversation grows with each step */
  DheeraConversation *conversation; /* the caller's */
  GPtrArray *tools;                 /* the caller's, since these have the handlers */
  GCancellable *cancellable;
  DheeraTransport *transport;       /* of the first operation, for all */
  SoupSession *session;             /* nullable */

  DheeraLoopState state;
  DheeraOperation *operation;       /* the current one, never NULL */
  DheeraToolRound *round;           /* while CALLING */
  guint n_steps;
  DheeraUsage *usage;               /* of all steps; NULL when one of them did not tell */

  DheeraNextStepFunc next_step;
  gpointer next_step_data;
  DheeraLoopRun *run;               /* nullable */
};

/* Never fails: what is wrong is the error of the first operation. */
DheeraToolLoop *dheera_tool_loop_new         (DheeraClient         *client,
                                              const DheeraEndpoint *endpoint,
                                              DheeraRequest        *request) G_GNUC_WARN_UNUSED_RESULT;
void            dheera_tool_loop_free        (DheeraToolLoop *self);

/* What drivers report: the operation has come as far as it was driven */
void            dheera_tool_loop_answered    (DheeraToolLoop *self);
/* All calls of the round have their results. */
void            dheera_tool_loop_called      (DheeraToolLoop *self);
/* The round is not waited for any longer, since the time is over, or the loop was cancelled: the next, also without a driver at work. */
void            dheera_tool_loop_timed_out   (DheeraToolLoop *self);
void            dheera_tool_loop_cancelled   (DheeraToolLoop *self);

gboolean        dheera_tool_loop_has_reached (DheeraToolLoop *self,
                                              DheeraUntil     until);
/* When a round that begins to wait now has to be over; monotonic, 0 for never */
gint64          dheera_tool_loop_get_deadline (DheeraToolLoop *self);

/* The drivers, as those of an operation */
void            dheera_tool_loop_drive       (DheeraToolLoop *self,
                                              DheeraUntil     until,
                                              GCancellable   *cancellable);
void            dheera_tool_loop_drive_async (DheeraToolLoop      *self,
                                              DheeraUntil          until,
                                              GCancellable        *cancellable,
                                              DheeraOperationFunc  func,
                                              gpointer             user_data);
/* Abandons a run without its func. */
void            dheera_loop_run_abandon      (DheeraLoopRun *run);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DheeraToolLoop, dheera_tool_loop_free)

G_END_DECLS
