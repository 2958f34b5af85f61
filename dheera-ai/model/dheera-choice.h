/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-enums.h"
#include "dheera-message.h"
#include "dheera-types.h"

G_BEGIN_DECLS

#define DHEERA_TYPE_CHOICE (dheera_choice_get_type ())

DHEERA_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (DheeraChoice, dheera_choice, DHEERA, CHOICE, GObject)

DHEERA_AVAILABLE_IN_0_1
guint               dheera_choice_get_index             (DheeraChoice *self);
DHEERA_AVAILABLE_IN_0_1
DheeraMessage      *dheera_choice_get_message           (DheeraChoice *self);
DHEERA_AVAILABLE_IN_0_1
DheeraFinishReason  dheera_choice_get_finish_reason     (DheeraChoice *self);
DHEERA_AVAILABLE_IN_0_1
const char         *dheera_choice_get_finish_reason_raw (DheeraChoice *self);
DHEERA_AVAILABLE_IN_0_1
const char         *dheera_choice_get_logprobs          (DheeraChoice *self);

G_END_DECLS
