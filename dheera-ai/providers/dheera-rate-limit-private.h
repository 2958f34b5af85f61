/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/model/responses/dheera-rate-limits-private.h"

G_BEGIN_DECLS

/* Takes one header of an answer after the other; what it is not interested in costs a comparison. */
typedef struct
{
  DheeraRateLimits *limits; /* owned, NULL as long as there were none */
  guint rank[DHEERA_N_LIMITED]; /* how good the period is that the numbers are of */
  gint64 now;               /* Unix time in seconds */
} DheeraRateLimitReader;

void dheera_rate_limit_read (DheeraRateLimitReader *self,
                             const char            *name,
                             const char            *value);

G_END_DECLS
