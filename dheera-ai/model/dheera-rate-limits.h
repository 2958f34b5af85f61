/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-types.h"

G_BEGIN_DECLS

#define DHEERA_TYPE_RATE_LIMITS (dheera_rate_limits_get_type ())

DHEERA_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (DheeraRateLimits, dheera_rate_limits, DHEERA, RATE_LIMITS, GObject)

DHEERA_AVAILABLE_IN_0_1
gint64 dheera_rate_limits_get_requests_limit     (DheeraRateLimits *self);
DHEERA_AVAILABLE_IN_0_1
gint64 dheera_rate_limits_get_requests_remaining (DheeraRateLimits *self);
DHEERA_AVAILABLE_IN_0_1
double dheera_rate_limits_get_requests_reset     (DheeraRateLimits *self);
DHEERA_AVAILABLE_IN_0_1
gint64 dheera_rate_limits_get_tokens_limit       (DheeraRateLimits *self);
DHEERA_AVAILABLE_IN_0_1
gint64 dheera_rate_limits_get_tokens_remaining   (DheeraRateLimits *self);
DHEERA_AVAILABLE_IN_0_1
double dheera_rate_limits_get_tokens_reset       (DheeraRateLimits *self);

G_END_DECLS
