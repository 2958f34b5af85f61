/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-enums.h"
#include "dheera-tool-call-delta.h"
#include "dheera-types.h"
#include "dheera-usage.h"

G_BEGIN_DECLS

#define DHEERA_TYPE_DELTA (dheera_delta_get_type ())

DHEERA_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (DheeraDelta, dheera_delta, DHEERA, DELTA, GObject)

DHEERA_AVAILABLE_IN_0_1
guint               dheera_delta_get_choice_index  (DheeraDelta *self);
DHEERA_AVAILABLE_IN_0_1
const char         *dheera_delta_get_text          (DheeraDelta *self);
DHEERA_AVAILABLE_IN_0_1
const char         *dheera_delta_get_reasoning     (DheeraDelta *self);
DHEERA_AVAILABLE_IN_0_1
const char         *dheera_delta_get_refusal       (DheeraDelta *self);
DHEERA_AVAILABLE_IN_0_1
GListModel         *dheera_delta_get_tool_calls    (DheeraDelta *self);
DHEERA_AVAILABLE_IN_0_1
DheeraFinishReason  dheera_delta_get_finish_reason (DheeraDelta *self);
DHEERA_AVAILABLE_IN_0_1
DheeraUsage        *dheera_delta_get_usage         (DheeraDelta *self);
DHEERA_AVAILABLE_IN_0_1
char               *dheera_delta_to_json           (DheeraDelta *self);

G_END_DECLS
