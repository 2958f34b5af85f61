/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What calls and answers know of money and limits. */

#include "dheera-ai/model/calls/dheera-call-private.h"
#include "dheera-ai/model/dheera-rate-limits.h"
#include "dheera-response-private.h"

/**
 * dheera_call_get_cost: (get-property cost)
 * @self: a call
 *
 * Gets what the answer cost.
 *
 * Returns: USD, negative when it is not known
 *
 * Since: 0.1
 */
double
dheera_call_get_cost (DheeraCall *self)
{
  g_return_val_if_fail (DHEERA_IS_CALL (self), -1);

  return self->cost;
}

/**
 * dheera_call_get_rate_limits: (get-property rate-limits)
 * @self: a call
 *
 * Gets how much more may be asked.
 *
 * Returns: (transfer none) (nullable): the limits, or %NULL when the provider said nothing
 *
 * Since: 0.1
 */
DheeraRateLimits *
dheera_call_get_rate_limits (DheeraCall *self)
{
  g_return_val_if_fail (DHEERA_IS_CALL (self), NULL);

  return self->rate_limits;
}

/**
 * dheera_response_get_cost: (get-property cost)
 * @self: a [class@Response]
 *
 * Gets what the answer cost.
 *
 * Returns: USD, negative when it is not known
 *
 * Since: 0.1
 */
double
dheera_response_get_cost (DheeraResponse *self)
{
  g_return_val_if_fail (DHEERA_IS_RESPONSE (self), -1);

  return self->cost;
}

/**
 * dheera_response_get_rate_limits: (get-property rate-limits)
 * @self: a [class@Response]
 *
 * Gets how much more may be asked.
 *
 * Returns: (transfer none) (nullable): the limits, or %NULL when the provider said nothing
 *
 * Since: 0.1
 */
DheeraRateLimits *
dheera_response_get_rate_limits (DheeraResponse *self)
{
  g_return_val_if_fail (DHEERA_IS_RESPONSE (self), NULL);

  return self->rate_limits;
}
