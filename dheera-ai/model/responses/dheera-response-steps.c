/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-response-private.h"

/* What an answer says about the run that it is the end of. */

void
dheera_response_set_steps (DheeraResponse *self,
                           guint           n_steps,
                           DheeraUsage    *total_usage)
{
  self->n_steps = n_steps;
  g_set_object (&self->total_usage, total_usage);
}

/**
 * dheera_response_get_total_usage: (get-property total-usage)
 * @self: a [class@Response]
 *
 * What all steps of the run used together.
 *
 * Returns: (transfer none) (nullable): the usage; %NULL if the provider did not tell
 *
 * Since: 0.1
 */
DheeraUsage *
dheera_response_get_total_usage (DheeraResponse *self)
{
  g_return_val_if_fail (DHEERA_IS_RESPONSE (self), NULL);

  return self->n_steps > 0 ? self->total_usage : self->usage;
}

/**
 * dheera_response_get_n_steps: (get-property n-steps)
 * @self: a [class@Response]
 *
 * How many times the model was asked for this answer.
 *
 * Returns: a number of requests
 *
 * Since: 0.1
 */
guint
dheera_response_get_n_steps (DheeraResponse *self)
{
  g_return_val_if_fail (DHEERA_IS_RESPONSE (self), 1);

  return MAX (1, self->n_steps);
}
