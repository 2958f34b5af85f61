/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include <dheera-ai/dheera-version.h>
#include <dheera-ai/model/dheera-call.h>
#include <dheera-ai/model/dheera-delta.h>
#include <dheera-ai/model/dheera-request.h>
#include <dheera-ai/model/dheera-response.h>

G_BEGIN_DECLS

#define DHEERA_TYPE_STREAM (dheera_stream_get_type ())

DHEERA_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (DheeraStream, dheera_stream, DHEERA, STREAM, GObject)

DHEERA_AVAILABLE_IN_0_1
DheeraCall     *dheera_stream_get_call       (DheeraStream *self);
DHEERA_AVAILABLE_IN_0_1
DheeraRequest  *dheera_stream_get_request    (DheeraStream *self);
DHEERA_AVAILABLE_IN_0_1
const char     *dheera_stream_get_text       (DheeraStream *self);
DHEERA_AVAILABLE_IN_0_1
const char     *dheera_stream_get_reasoning  (DheeraStream *self);
DHEERA_AVAILABLE_IN_0_1
gboolean        dheera_stream_get_running    (DheeraStream *self);
DHEERA_AVAILABLE_IN_0_1
DheeraResponse *dheera_stream_get_response   (DheeraStream *self);

DHEERA_AVAILABLE_IN_0_1
DheeraDelta    *dheera_stream_next           (DheeraStream         *self,
                                              GCancellable         *cancellable,
                                              GError              **error) G_GNUC_WARN_UNUSED_RESULT;
DHEERA_AVAILABLE_IN_0_1
void            dheera_stream_next_async     (DheeraStream         *self,
                                              GCancellable         *cancellable,
                                              GAsyncReadyCallback   callback,
                                              gpointer              user_data);
DHEERA_AVAILABLE_IN_0_1
DheeraDelta    *dheera_stream_next_finish    (DheeraStream         *self,
                                              GAsyncResult         *result,
                                              GError              **error) G_GNUC_WARN_UNUSED_RESULT;

DHEERA_AVAILABLE_IN_0_1
DheeraDelta    *dheera_stream_try_next       (DheeraStream         *self) G_GNUC_WARN_UNUSED_RESULT;

DHEERA_AVAILABLE_IN_0_1
DheeraResponse *dheera_stream_collect        (DheeraStream         *self,
                                              GCancellable         *cancellable,
                                              GError              **error) G_GNUC_WARN_UNUSED_RESULT;
DHEERA_AVAILABLE_IN_0_1
void            dheera_stream_collect_async  (DheeraStream         *self,
                                              GCancellable         *cancellable,
                                              GAsyncReadyCallback   callback,
                                              gpointer              user_data);
DHEERA_AVAILABLE_IN_0_1
DheeraResponse *dheera_stream_collect_finish (DheeraStream         *self,
                                              GAsyncResult         *result,
                                              GError              **error) G_GNUC_WARN_UNUSED_RESULT;

DHEERA_AVAILABLE_IN_0_1
void            dheera_stream_cancel         (DheeraStream *self);

G_END_DECLS
