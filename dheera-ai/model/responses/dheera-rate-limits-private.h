/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/model/dheera-rate-limits.h"

G_BEGIN_DECLS

typedef enum
{
  DHEERA_LIMITED_REQUESTS,
  DHEERA_LIMITED_TOKENS,
  DHEERA_N_LIMITED,
} DheeraLimited;

/* Each is -1 when it is not known. */
struct _DheeraRateLimits
{
  GObject parent_instance;

  gint64 limit[DHEERA_N_LIMITED];
  gint64 remaining[DHEERA_N_LIMITED];
  double reset[DHEERA_N_LIMITED];
};

DheeraRateLimits *dheera_rate_limits_new (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
