/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-request-internal-private.h"

/* The accessors of what a request says about how the model picks its words. */

/**
 * dheera_request_get_temperature:
 * @self: a [class@Request]
 *
 * How freely the model picks its words.
 *
 * Returns: from 0 to 2, -1 for the provider's default
 *
 * Since: 0.1
 */
double
dheera_request_get_temperature (DheeraRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_REQUEST (self), -1);

  return self->temperature;
}

/**
 * dheera_request_set_temperature:
 * @self: a [class@Request]
 * @temperature: from 0 to 2, -1 for the provider's default
 *
 * Sets how freely the model picks its words.
 *
 * Since: 0.1
 */
void
dheera_request_set_temperature (DheeraRequest *self,
                                double         temperature)
{
  g_return_if_fail (DHEERA_IS_REQUEST (self));

  if (self->temperature == temperature)
    return;

  self->temperature = temperature;
  g_object_notify_by_pspec (G_OBJECT (self), dheera_request_properties[PROP_TEMPERATURE]);
}

/**
 * dheera_request_get_top_p:
 * @self: a [class@Request]
 *
 * What probability the likeliest words have together that the model is kept to.
 *
 * Returns: from 0 to 1, -1 for the provider's default
 *
 * Since: 0.1
 */
double
dheera_request_get_top_p (DheeraRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_REQUEST (self), -1);

  return self->top_p;
}

/**
 * dheera_request_set_top_p:
 * @self: a [class@Request]
 * @top_p: from 0 to 1, -1 for the provider's default
 *
 * Keeps the model to the likeliest words that together have a probability.
 *
 * Since: 0.1
 */
void
dheera_request_set_top_p (DheeraRequest *self,
                          double         top_p)
{
  g_return_if_fail (DHEERA_IS_REQUEST (self));

  if (self->top_p == top_p)
    return;

  self->top_p = top_p;
  g_object_notify_by_pspec (G_OBJECT (self), dheera_request_properties[PROP_TOP_P]);
}

/**
 * dheera_request_get_top_k:
 * @self: a [class@Request]
 *
 * How many of the likeliest words the model is kept to.
 *
 * Returns: a number of words, -1 for the provider's default
 *
 * Since: 0.1
 */
int
dheera_request_get_top_k (DheeraRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_REQUEST (self), -1);

  return self->top_k;
}

/**
 * dheera_request_set_top_k:
 * @self: a [class@Request]
 * @top_k: a number of words, -1 for the provider's default
 *
 * Keeps the model to some of the likeliest words.
 *
 * Since: 0.1
 */
void
dheera_request_set_top_k (DheeraRequest *self,
                          int            top_k)
{
  g_return_if_fail (DHEERA_IS_REQUEST (self));

  if (self->top_k == top_k)
    return;

  self->top_k = top_k;
  g_object_notify_by_pspec (G_OBJECT (self), dheera_request_properties[PROP_TOP_K]);
}

/**
 * dheera_request_get_max_tokens:
 * @self: a [class@Request]
 *
 * How many tokens the answer can have at most.
 *
 * Returns: a number of tokens, -1 for the provider's default
 *
 * Since: 0.1
 */
int
dheera_request_get_max_tokens (DheeraRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_REQUEST (self), -1);

  return self->max_tokens;
}

/**
 * dheera_request_set_max_tokens:
 * @self: a [class@Request]
 * @max_tokens: a number of tokens, -1 for the provider's default
 *
 * Sets how many tokens the answer can have at most, reasoning included.
 *
 * Since: 0.1
 */
void
dheera_request_set_max_tokens (DheeraRequest *self,
                               int            max_tokens)
{
  g_return_if_fail (DHEERA_IS_REQUEST (self));

  if (self->max_tokens == max_tokens)
    return;

  self->max_tokens = max_tokens;
  g_object_notify_by_pspec (G_OBJECT (self), dheera_request_properties[PROP_MAX_TOKENS]);
}

/**
 * dheera_request_get_stop:
 * @self: a [class@Request]
 *
 * What texts end the answer.
 *
 * Returns: (transfer none) (nullable) (array zero-terminated=1): the texts
 *
 * Since: 0.1
 */
const char * const *
dheera_request_get_stop (DheeraRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_REQUEST (self), NULL);

  return (const char * const *) self->stop;
}

/**
 * dheera_request_set_stop:
 * @self: a [class@Request]
 * @stop: (nullable) (array zero-terminated=1): texts, at most four for most providers
 *
 * Sets what texts end the answer. They are not part of it.
 *
 * Since: 0.1
 */
void
dheera_request_set_stop (DheeraRequest      *self,
                         const char * const *stop)
{
  char **copy;

  g_return_if_fail (DHEERA_IS_REQUEST (self));

  if (stop != NULL && *stop == NULL)
    stop = NULL;
  if (stop == NULL ? self->stop == NULL
                   : self->stop != NULL && g_strv_equal (stop, (const char * const *) self->stop))
    return;

  copy = g_strdupv ((char **) stop);
  g_strfreev (self->stop);
  self->stop = copy;
  g_object_notify_by_pspec (G_OBJECT (self), dheera_request_properties[PROP_STOP]);
}

/**
 * dheera_request_get_seed:
 * @self: a [class@Request]
 *
 * What the choice of words is seeded with.
 *
 * Returns: a seed, -1 for none
 *
 * Since: 0.1
 */
gint64
dheera_request_get_seed (DheeraRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_REQUEST (self), -1);

  return self->seed;
}

/**
 * dheera_request_set_seed:
 * @self: a [class@Request]
 * @seed: a seed, -1 for none
 *
 * Asks for the same answer to the same request, as far as the provider can.
 *
 * Since: 0.1
 */
void
dheera_request_set_seed (DheeraRequest *self,
                         gint64         seed)
{
  g_return_if_fail (DHEERA_IS_REQUEST (self));

  if (self->seed == seed)
    return;

  self->seed = seed;
  g_object_notify_by_pspec (G_OBJECT (self), dheera_request_properties[PROP_SEED]);
}

/**
 * dheera_request_get_n:
 * @self: a [class@Request]
 *
 * How many answers are made.
 *
 * Returns: a number of answers, -1 for the provider's default
 *
 * Since: 0.1
 */
int
dheera_request_get_n (DheeraRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_REQUEST (self), -1);

  return self->n;
}

/**
 * dheera_request_set_n:
 * @self: a [class@Request]
 * @n: a number of answers, -1 for the provider's default
 *
 * Sets how many answers to make.
 *
 * Since: 0.1
 */
void
dheera_request_set_n (DheeraRequest *self,
                      int            n)
{
  g_return_if_fail (DHEERA_IS_REQUEST (self));

  if (self->n == n)
    return;

  self->n = n;
  g_object_notify_by_pspec (G_OBJECT (self), dheera_request_properties[PROP_N]);
}

/**
 * dheera_request_get_presence_penalty:
 * @self: a [class@Request]
 *
 * How much the model is kept from words that it used before.
 *
 * Returns: from -2 to 2, -1000 for the provider's default
 *
 * Since: 0.1
 */
double
dheera_request_get_presence_penalty (DheeraRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_REQUEST (self), DHEERA_REQUEST_NO_PENALTY);

  return self->presence_penalty;
}

/**
 * dheera_request_set_presence_penalty:
 * @self: a [class@Request]
 * @presence_penalty: from -2 to 2, -1000 for the provider's default
 *
 * Sets how much to keep the model from words that it used before.
 *
 * Since: 0.1
 */
void
dheera_request_set_presence_penalty (DheeraRequest *self,
                                     double         presence_penalty)
{
  g_return_if_fail (DHEERA_IS_REQUEST (self));

  if (self->presence_penalty == presence_penalty)
    return;

  self->presence_penalty = presence_penalty;
  g_object_notify_by_pspec (G_OBJECT (self), dheera_request_properties[PROP_PRESENCE_PENALTY]);
}

/**
 * dheera_request_get_frequency_penalty:
 * @self: a [class@Request]
 *
 * How much the model is kept from words that it used often.
 *
 * Returns: from -2 to 2, -1000 for the provider's default
 *
 * Since: 0.1
 */
double
dheera_request_get_frequency_penalty (DheeraRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_REQUEST (self), DHEERA_REQUEST_NO_PENALTY);

  return self->frequency_penalty;
}

/**
 * dheera_request_set_frequency_penalty:
 * @self: a [class@Request]
 * @frequency_penalty: from -2 to 2, -1000 for the provider's default
 *
 * Sets how much to keep the model from words the more often it used them before.
 *
 * Since: 0.1
 */
void
dheera_request_set_frequency_penalty (DheeraRequest *self,
                                      double         frequency_penalty)
{
  g_return_if_fail (DHEERA_IS_REQUEST (self));

  if (self->frequency_penalty == frequency_penalty)
    return;

  self->frequency_penalty = frequency_penalty;
  g_object_notify_by_pspec (G_OBJECT (self), dheera_request_properties[PROP_FREQUENCY_PENALTY]);
}

/**
 * dheera_request_get_logprobs:
 * @self: a [class@Request]
 *
 * Whether the answer tells how likely each token was.
 *
 * Returns: whether to tell
 *
 * Since: 0.1
 */
DheeraTristate
dheera_request_get_logprobs (DheeraRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_REQUEST (self), DHEERA_TRISTATE_UNSET);

  return self->logprobs;
}

/**
 * dheera_request_set_logprobs:
 * @self: a [class@Request]
 * @logprobs: whether to tell
 *
 * Sets whether to tell how likely each token was.
 *
 * Since: 0.1
 */
void
dheera_request_set_logprobs (DheeraRequest  *self,
                             DheeraTristate  logprobs)
{
  g_return_if_fail (DHEERA_IS_REQUEST (self));

  if (self->logprobs == logprobs)
    return;

  self->logprobs = logprobs;
  g_object_notify_by_pspec (G_OBJECT (self), dheera_request_properties[PROP_LOGPROBS]);
}

/**
 * dheera_request_get_top_logprobs:
 * @self: a [class@Request]
 *
 * For how many other tokens at each place the answer tells how likely they were.
 *
 * Returns: a number of tokens from 0 to 20, -1 for none
 *
 * Since: 0.1
 */
int
dheera_request_get_top_logprobs (DheeraRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_REQUEST (self), -1);

  return self->top_logprobs;
}

/**
 * dheera_request_set_top_logprobs:
 * @self: a [class@Request]
 * @top_logprobs: a number of tokens from 0 to 20, -1 for none
 *
 * Sets for how many other tokens at each place to tell how likely they were. This asks for
 * [property@Request:logprobs] as well.
 *
 * Since: 0.1
 */
void
dheera_request_set_top_logprobs (DheeraRequest *self,
                                 int            top_logprobs)
{
  g_return_if_fail (DHEERA_IS_REQUEST (self));

  if (self->top_logprobs == top_logprobs)
    return;

  self->top_logprobs = top_logprobs;
  g_object_notify_by_pspec (G_OBJECT (self), dheera_request_properties[PROP_TOP_LOGPROBS]);
}
