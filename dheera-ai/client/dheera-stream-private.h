/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-operation-private.h"
#include "dheera-stream.h"
#include "dheera-tool-loop-private.h"

G_BEGIN_DECLS

struct _DheeraStream
{
  GObject parent_instance;

  DheeraRequest *request;
  DheeraOperation *operation; /* of a loop, its current one */
  DheeraToolLoop *loop;       /* nullable */
  /* Of a loop: what the steps before the current one said, and behind it, as far as somebody has asked for it, what the current one says */
  GString *text;
  GString *reasoning;
  gsize earlier_text;
  gsize earlier_reasoning;
  GThread *owner;
  GMainContext *context; /* of the asynchronous calls, NULL before them; atomic */
  GThread *reader;       /* the thread of the first of them, NULL before */
  gulong cancelled_id;
  gboolean begun;
  guint generation;           /* of the process that began it */
  gboolean pending;
  gboolean running;
  gboolean end_reported;
};

/* Takes the operation. */
DheeraStream *dheera_stream_new (DheeraOperation *operation,
                                 DheeraRequest   *request) G_GNUC_WARN_UNUSED_RESULT;

/* Takes the loop. */
DheeraStream *dheera_stream_new_for_loop     (DheeraToolLoop *loop,
                                              DheeraRequest  *request) G_GNUC_WARN_UNUSED_RESULT;

/* dheera-stream-steps.c: one operation, or the several of a loop */
gboolean      dheera_stream_is_over          (DheeraStream *self);
/* Whether it runs in the parent, which forked this process since, as dheera_call_is_inherited(). */
gboolean      dheera_stream_is_inherited     (DheeraStream *self);
void          dheera_stream_watch_steps      (DheeraStream *self);
void          dheera_stream_drive            (DheeraStream *self,
                                              DheeraUntil   until,
                                              GCancellable *cancellable);
void          dheera_stream_drive_async      (DheeraStream        *self,
                                              DheeraUntil          until,
                                              GCancellable        *cancellable,
                                              DheeraOperationFunc  func,
                                              gpointer             user_data);
void          dheera_stream_free_steps       (DheeraStream *self);

/* An operation of the stream is over, or the stream itself. */
void          dheera_stream_end_reading      (DheeraStream *self);

/* dheera-stream-cancel.c: ends the stream also when nothing is in flight that would notice. */
void          dheera_stream_watch_cancelling (DheeraStream *self);

G_END_DECLS
