/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/dheera-ai.h"

G_BEGIN_DECLS

/* What the tests against llama-server share. Where it listens is told by run.py, which starts it, in the environment. */

const char      *llama_get_url       (void); /* the model that tells stories; wants llama_get_key() */
const char      *llama_get_tools_url (void); /* the model that calls tools; wants no key */
const char      *llama_get_key       (void);

/* A client whose llamacpp is that server */
DheeraClient    *llama_client_new    (const char  *url,
                                      const char  *key,
                                      SoupSession *session) G_GNUC_WARN_UNUSED_RESULT;
/* The same prompt always has the same answer. */
DheeraRequest   *llama_request_new   (int max_tokens) G_GNUC_WARN_UNUSED_RESULT;
/* An answer without an end: only a stop ends it. */
DheeraRequest   *llama_endless_new   (void) G_GNUC_WARN_UNUSED_RESULT;

/* How many answers the server works on at this moment, by its own account */
guint            llama_count_busy    (void);
/* Iterates the default main context meanwhile; fails the test after some seconds. */
void             llama_wait_for_busy (guint busy);

void             store_result_cb     (GObject      *source,
                                      GAsyncResult *result,
                                      gpointer      user_data);
GAsyncResult    *wait_for_result     (GAsyncResult **result);

DheeraResponse  *complete_async      (DheeraClient   *client,
                                      DheeraRequest  *request,
                                      GError        **error);
DheeraResponse  *collect_async       (DheeraStream  *stream,
                                      GError       **error);

G_END_DECLS
