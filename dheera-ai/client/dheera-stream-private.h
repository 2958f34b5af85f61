/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-operation-private.h"
#include "dheera-stream.h"

G_BEGIN_DECLS

struct _DheeraStream
{
  GObject parent_instance;

  DheeraRequest *request;
  DheeraOperation *operation;
  GThread *owner;
  GMainContext *context; /* of the asynchronous calls, NULL before them; atomic */
  gulong cancelled_id;
  gboolean pending;
  gboolean running;
  gboolean end_reported;
};

/* Takes the operation. */
DheeraStream *dheera_stream_new (DheeraOperation *operation,
                                 DheeraRequest   *request) G_GNUC_WARN_UNUSED_RESULT;

/* An operation of the stream is over, or the stream itself. */
void          dheera_stream_end_reading      (DheeraStream *self);

/* dheera-stream-cancel.c: ends the stream also when nothing is in flight that would notice. */
void          dheera_stream_watch_cancelling (DheeraStream *self);

G_END_DECLS
