/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-types.h"

G_BEGIN_DECLS

#define DHEERA_TYPE_USAGE (dheera_usage_get_type ())

DHEERA_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (DheeraUsage, dheera_usage, DHEERA, USAGE, GObject)

DHEERA_AVAILABLE_IN_0_1
gint64 dheera_usage_get_prompt_tokens      (DheeraUsage *self);
DHEERA_AVAILABLE_IN_0_1
gint64 dheera_usage_get_completion_tokens  (DheeraUsage *self);
DHEERA_AVAILABLE_IN_0_1
gint64 dheera_usage_get_total_tokens       (DheeraUsage *self);
DHEERA_AVAILABLE_IN_0_1
gint64 dheera_usage_get_cached_tokens      (DheeraUsage *self);
DHEERA_AVAILABLE_IN_0_1
gint64 dheera_usage_get_cache_write_tokens (DheeraUsage *self);
DHEERA_AVAILABLE_IN_0_1
gint64 dheera_usage_get_reasoning_tokens   (DheeraUsage *self);

G_END_DECLS
