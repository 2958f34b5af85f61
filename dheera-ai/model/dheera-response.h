/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-choice.h"
#include "dheera-enums.h"
#include "dheera-message.h"
#include "dheera-types.h"
#include "dheera-usage.h"

G_BEGIN_DECLS

#define DHEERA_TYPE_RESPONSE (dheera_response_get_type ())

DHEERA_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (DheeraResponse, dheera_response, DHEERA, RESPONSE, GObject)

DHEERA_AVAILABLE_IN_0_1
const char         *dheera_response_get_id                (DheeraResponse *self);
DHEERA_AVAILABLE_IN_0_1
const char         *dheera_response_get_model             (DheeraResponse *self);
DHEERA_AVAILABLE_IN_0_1
const char         *dheera_response_get_provider          (DheeraResponse *self);
DHEERA_AVAILABLE_IN_0_1
gint64              dheera_response_get_created           (DheeraResponse *self);
DHEERA_AVAILABLE_IN_0_1
const char         *dheera_response_get_text              (DheeraResponse *self);
DHEERA_AVAILABLE_IN_0_1
const char         *dheera_response_get_reasoning         (DheeraResponse *self);
DHEERA_AVAILABLE_IN_0_1
const char         *dheera_response_get_refusal           (DheeraResponse *self);
DHEERA_AVAILABLE_IN_0_1
DheeraMessage      *dheera_response_get_message           (DheeraResponse *self);
DHEERA_AVAILABLE_IN_0_1
GListModel         *dheera_response_get_tool_calls        (DheeraResponse *self);
DHEERA_AVAILABLE_IN_0_1
DheeraFinishReason  dheera_response_get_finish_reason     (DheeraResponse *self);
DHEERA_AVAILABLE_IN_0_1
const char         *dheera_response_get_finish_reason_raw (DheeraResponse *self);
DHEERA_AVAILABLE_IN_0_1
DheeraUsage        *dheera_response_get_usage             (DheeraResponse *self);
DHEERA_AVAILABLE_IN_0_1
DheeraUsage        *dheera_response_get_total_usage       (DheeraResponse *self);
DHEERA_AVAILABLE_IN_0_1
guint               dheera_response_get_n_steps           (DheeraResponse *self);
DHEERA_AVAILABLE_IN_0_1
guint               dheera_response_get_n_choices         (DheeraResponse *self);
DHEERA_AVAILABLE_IN_0_1
DheeraChoice       *dheera_response_get_choice            (DheeraResponse *self,
                                                           guint           position);
DHEERA_AVAILABLE_IN_0_1
const char         *dheera_response_get_annotations       (DheeraResponse *self);
DHEERA_AVAILABLE_IN_0_1
const char         *dheera_response_get_request_id        (DheeraResponse *self);
DHEERA_AVAILABLE_IN_0_1
const char * const *dheera_response_get_warnings          (DheeraResponse *self);
DHEERA_AVAILABLE_IN_0_1
DheeraCall         *dheera_response_get_call              (DheeraResponse *self);

DHEERA_AVAILABLE_IN_0_1
char               *dheera_response_to_json               (DheeraResponse *self);
DHEERA_AVAILABLE_IN_0_1
const char         *dheera_response_get_raw_json          (DheeraResponse *self);

DHEERA_AVAILABLE_IN_0_1
gpointer            dheera_response_parse                 (DheeraResponse *self,
                                                           GType           type,
                                                           GError        **error) G_GNUC_WARN_UNUSED_RESULT;
DHEERA_AVAILABLE_IN_0_1
double              dheera_response_get_cost (DheeraResponse *self);
DHEERA_AVAILABLE_IN_0_1
DheeraRateLimits   *dheera_response_get_rate_limits (DheeraResponse *self);

G_END_DECLS
