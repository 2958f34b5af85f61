/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-enums.h"
#include "dheera-types.h"

G_BEGIN_DECLS

#define DHEERA_TYPE_MODEL (dheera_model_get_type ())

DHEERA_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (DheeraModel, dheera_model, DHEERA, MODEL, GObject)

DHEERA_AVAILABLE_IN_0_1
const char *dheera_model_get_id                (DheeraModel *self);
DHEERA_AVAILABLE_IN_0_1
const char *dheera_model_get_name              (DheeraModel *self);
DHEERA_AVAILABLE_IN_0_1
const char *dheera_model_get_provider          (DheeraModel *self);
DHEERA_AVAILABLE_IN_0_1
const char *dheera_model_get_owned_by          (DheeraModel *self);
DHEERA_AVAILABLE_IN_0_1
gint64      dheera_model_get_context_window    (DheeraModel *self);
DHEERA_AVAILABLE_IN_0_1
gint64      dheera_model_get_max_output_tokens (DheeraModel *self);
DHEERA_AVAILABLE_IN_0_1
gint64      dheera_model_get_created           (DheeraModel *self);
DHEERA_AVAILABLE_IN_0_1
DheeraModelCapabilities dheera_model_get_capabilities (DheeraModel *self);
DHEERA_AVAILABLE_IN_0_1
double      dheera_model_get_input_price       (DheeraModel *self);
DHEERA_AVAILABLE_IN_0_1
double      dheera_model_get_output_price      (DheeraModel *self);
DHEERA_AVAILABLE_IN_0_1
double      dheera_model_get_cache_read_price  (DheeraModel *self);
DHEERA_AVAILABLE_IN_0_1
double      dheera_model_get_cache_write_price (DheeraModel *self);

G_END_DECLS
