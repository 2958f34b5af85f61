/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include <dheera-ai/dheera-version.h>
#include <dheera-ai/model/dheera-call.h>
#include <dheera-ai/model/dheera-enums.h>

G_BEGIN_DECLS

#define DHEERA_TYPE_HTTP_EXCHANGE (dheera_http_exchange_get_type ())

DHEERA_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (DheeraHttpExchange, dheera_http_exchange, DHEERA, HTTP_EXCHANGE, GObject)

/**
 * DheeraMiddlewareFunc:
 * @exchange: the request that is about to be sent, or its answer
 * @user_data: (closure): the data given to [method@Client.add_middleware]
 *
 * Looks at a request before it is sent and again when the head of its answer is there; [property@HttpExchange:phase] tells which.
 *
 * It is called in the thread that makes the call: where the signals of the client are emitted.
 *
 * Since: 0.1
 */
typedef void (*DheeraMiddlewareFunc) (DheeraHttpExchange *exchange,
                                      gpointer            user_data);

DHEERA_AVAILABLE_IN_0_1
DheeraHttpPhase  dheera_http_exchange_get_phase     (DheeraHttpExchange *self);
DHEERA_AVAILABLE_IN_0_1
DheeraCall      *dheera_http_exchange_get_call      (DheeraHttpExchange *self);
DHEERA_AVAILABLE_IN_0_1
const char      *dheera_http_exchange_get_provider  (DheeraHttpExchange *self);
DHEERA_AVAILABLE_IN_0_1
const char      *dheera_http_exchange_get_model     (DheeraHttpExchange *self);
DHEERA_AVAILABLE_IN_0_1
const char      *dheera_http_exchange_get_method    (DheeraHttpExchange *self);
DHEERA_AVAILABLE_IN_0_1
const char      *dheera_http_exchange_get_url       (DheeraHttpExchange *self);
DHEERA_AVAILABLE_IN_0_1
guint            dheera_http_exchange_get_attempt   (DheeraHttpExchange *self);
DHEERA_AVAILABLE_IN_0_1
gboolean         dheera_http_exchange_get_for_token (DheeraHttpExchange *self);
DHEERA_AVAILABLE_IN_0_1
guint            dheera_http_exchange_get_status    (DheeraHttpExchange *self);
DHEERA_AVAILABLE_IN_0_1
char            *dheera_http_exchange_get_header    (DheeraHttpExchange *self,
                                                     const char         *name) G_GNUC_WARN_UNUSED_RESULT;
DHEERA_AVAILABLE_IN_0_1
void             dheera_http_exchange_set_header    (DheeraHttpExchange *self,
                                                     const char         *name,
                                                     const char         *value);
DHEERA_AVAILABLE_IN_0_1
void             dheera_http_exchange_refuse        (DheeraHttpExchange *self,
                                                     const char         *message);

G_END_DECLS
