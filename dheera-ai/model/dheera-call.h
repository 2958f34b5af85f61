/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include <dheera-ai/dheera-version.h>
#include <dheera-ai/model/dheera-error.h>
#include <dheera-ai/model/dheera-types.h>

G_BEGIN_DECLS

#define DHEERA_TYPE_CALL (dheera_call_get_type ())

DHEERA_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (DheeraCall, dheera_call, DHEERA, CALL, GObject)

DHEERA_AVAILABLE_IN_0_1
const char         *dheera_call_get_operation         (DheeraCall *self);
DHEERA_AVAILABLE_IN_0_1
const char         *dheera_call_get_provider          (DheeraCall *self);
DHEERA_AVAILABLE_IN_0_1
const char         *dheera_call_get_model             (DheeraCall *self);
DHEERA_AVAILABLE_IN_0_1
const char         *dheera_call_get_url               (DheeraCall *self);
DHEERA_AVAILABLE_IN_0_1
guint               dheera_call_get_attempt           (DheeraCall *self);
DHEERA_AVAILABLE_IN_0_1
guint               dheera_call_get_status            (DheeraCall *self);
DHEERA_AVAILABLE_IN_0_1
const char         *dheera_call_get_request_id        (DheeraCall *self);
DHEERA_AVAILABLE_IN_0_1
DheeraUsage        *dheera_call_get_usage             (DheeraCall *self);
DHEERA_AVAILABLE_IN_0_1
DheeraErrorDetails *dheera_call_get_error_details     (DheeraCall *self);
DHEERA_AVAILABLE_IN_0_1
guint64             dheera_call_get_bytes_sent        (DheeraCall *self);
DHEERA_AVAILABLE_IN_0_1
guint64             dheera_call_get_bytes_received    (DheeraCall *self);
DHEERA_AVAILABLE_IN_0_1
double              dheera_call_get_queue_time        (DheeraCall *self);
DHEERA_AVAILABLE_IN_0_1
double              dheera_call_get_dns_time          (DheeraCall *self);
DHEERA_AVAILABLE_IN_0_1
double              dheera_call_get_connect_time      (DheeraCall *self);
DHEERA_AVAILABLE_IN_0_1
double              dheera_call_get_tls_time          (DheeraCall *self);
DHEERA_AVAILABLE_IN_0_1
double              dheera_call_get_first_byte_time   (DheeraCall *self);
DHEERA_AVAILABLE_IN_0_1
double              dheera_call_get_first_token_time  (DheeraCall *self);
DHEERA_AVAILABLE_IN_0_1
double              dheera_call_get_total_time        (DheeraCall *self);
DHEERA_AVAILABLE_IN_0_1
gboolean            dheera_call_get_connection_reused (DheeraCall *self);
DHEERA_AVAILABLE_IN_0_1
void                dheera_call_cancel                (DheeraCall *self);
DHEERA_AVAILABLE_IN_0_1
double              dheera_call_get_cost (DheeraCall *self);
DHEERA_AVAILABLE_IN_0_1
DheeraRateLimits   *dheera_call_get_rate_limits (DheeraCall *self);
DHEERA_AVAILABLE_IN_0_1
const GError       *dheera_call_get_error             (DheeraCall *self);
DHEERA_AVAILABLE_IN_0_1
const char         *dheera_call_get_traceparent       (DheeraCall *self);
DHEERA_AVAILABLE_IN_0_1
const char         *dheera_call_get_tracestate        (DheeraCall *self);
DHEERA_AVAILABLE_IN_0_1
const char         *dheera_call_get_request_headers   (DheeraCall *self);
DHEERA_AVAILABLE_IN_0_1
const char         *dheera_call_get_request_body      (DheeraCall *self);
DHEERA_AVAILABLE_IN_0_1
const char         *dheera_call_get_response_headers  (DheeraCall *self);
DHEERA_AVAILABLE_IN_0_1
const char         *dheera_call_get_response_body     (DheeraCall *self);
DHEERA_AVAILABLE_IN_0_1
GVariant           *dheera_call_dup_attributes        (DheeraCall *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
