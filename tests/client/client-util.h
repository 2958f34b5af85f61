/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/dheera-ai.h"

G_BEGIN_DECLS

/* Seconds that what happens in time may be late on a machine that is busy */
#define LATE 12

/* What the tests of the client share: requests to the offline model, and waiting for asynchronous answers. */

/* A request to the offline model; extra (nullable) is the object that tells it how to behave, {"status": 429} */
DheeraRequest *mock_request        (const char *model,
                                    const char *prompt,
                                    const char *options) G_GNUC_WARN_UNUSED_RESULT;

/* Iterates the default main context until *done, or fails the test after 20 seconds. */
void           wait_for            (const gboolean *done);

/* Asynchronous calls, waited for */
DheeraResponse *complete_async     (DheeraClient   *client,
                                    DheeraRequest  *request,
                                    GCancellable   *cancellable,
                                    GError        **error);
GListModel     *list_models_async  (DheeraClient        *client,
                                    DheeraModelsRequest *request,
                                    GCancellable        *cancellable,
                                    GError             **error);
DheeraDelta    *next_async         (DheeraStream   *stream,
                                    GCancellable   *cancellable,
                                    GError        **error);
/* What is there, else next_async() */
DheeraDelta    *gather_async       (DheeraStream   *stream,
                                    GCancellable   *cancellable,
                                    GError        **error);
DheeraResponse *collect_async      (DheeraStream   *stream,
                                    GCancellable   *cancellable,
                                    GError        **error);

/* The whole answer of a stream */
DheeraResponse *complete_streamed       (DheeraClient   *client,
                                         DheeraRequest  *request,
                                         GCancellable   *cancellable,
                                         GError        **error);
DheeraResponse *complete_streamed_async (DheeraClient   *client,
                                         DheeraRequest  *request,
                                         GCancellable   *cancellable,
                                         GError        **error);

/* The four ways to a whole answer: the names of tests, and what they call */
typedef DheeraResponse *(*Complete) (DheeraClient   *client,
                                     DheeraRequest  *request,
                                     GCancellable   *cancellable,
                                     GError        **error);

typedef struct
{
  const char *name;
  Complete complete;
} CompleteWay;

#define N_COMPLETE_WAYS 4
extern const CompleteWay complete_ways[N_COMPLETE_WAYS];

/* Reads a stream to its end with blocking calls. */
void           read_to_end         (DheeraStream *stream);

/* The result that the callback of a _async() function stored; *result starts as NULL. */
void           store_result_cb     (GObject      *source,
                                    GAsyncResult *result,
                                    gpointer      user_data);
GAsyncResult  *wait_for_result     (GAsyncResult **result);

G_END_DECLS
