/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-rate-limits-private.h"

/**
 * DheeraRateLimits:
 *
 * What a provider said, in the head of an answer, about how much more may be asked.
 *
 * Periods differ: a minute as a rule, for some a day. Where a provider counts in several ways, the shortest period is told. What it does not tell is −1.
 *
 * Since: 0.1
 */
G_DEFINE_FINAL_TYPE (DheeraRateLimits, dheera_rate_limits, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_REQUESTS_LIMIT,
  PROP_REQUESTS_REMAINING,
  PROP_REQUESTS_RESET,
  PROP_TOKENS_LIMIT,
  PROP_TOKENS_REMAINING,
  PROP_TOKENS_RESET,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
dheera_rate_limits_get_property (GObject    *object,
                                 guint       prop_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  DheeraRateLimits *self = DHEERA_RATE_LIMITS (object);

  switch (prop_id)
    {
    case PROP_REQUESTS_LIMIT:
      g_value_set_int64 (value, dheera_rate_limits_get_requests_limit (self));
      break;
    case PROP_REQUESTS_REMAINING:
      g_value_set_int64 (value, dheera_rate_limits_get_requests_remaining (self));
      break;
    case PROP_REQUESTS_RESET:
      g_value_set_double (value, dheera_rate_limits_get_requests_reset (self));
      break;
    case PROP_TOKENS_LIMIT:
      g_value_set_int64 (value, dheera_rate_limits_get_tokens_limit (self));
      break;
    case PROP_TOKENS_REMAINING:
      g_value_set_int64 (value, dheera_rate_limits_get_tokens_remaining (self));
      break;
    case PROP_TOKENS_RESET:
      g_value_set_double (value, dheera_rate_limits_get_tokens_reset (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_rate_limits_class_init (DheeraRateLimitsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = dheera_rate_limits_get_property;

  /**
   * DheeraRateLimits:requests-limit:
   *
   * How many requests are allowed in a period, −1 unknown.
   *
   * Since: 0.1
   */
  properties[PROP_REQUESTS_LIMIT] = g_param_spec_int64 ("requests-limit", NULL, NULL, -1, G_MAXINT64, -1, flags);

  /**
   * DheeraRateLimits:requests-remaining:
   *
   * How many requests are left in this period, −1 unknown.
   *
   * Since: 0.1
   */
  properties[PROP_REQUESTS_REMAINING] = g_param_spec_int64 ("requests-remaining", NULL, NULL, -1, G_MAXINT64, -1, flags);

  /**
   * DheeraRateLimits:requests-reset:
   *
   * In how many seconds from the answer all requests are allowed again, −1 unknown.
   *
   * Since: 0.1
   */
  properties[PROP_REQUESTS_RESET] = g_param_spec_double ("requests-reset", NULL, NULL, -1, G_MAXDOUBLE, -1, flags);

  /**
   * DheeraRateLimits:tokens-limit:
   *
   * How many tokens are allowed in a period, −1 unknown.
   *
   * Since: 0.1
   */
  properties[PROP_TOKENS_LIMIT] = g_param_spec_int64 ("tokens-limit", NULL, NULL, -1, G_MAXINT64, -1, flags);

  /**
   * DheeraRateLimits:tokens-remaining:
   *
   * How many tokens are left in this period, −1 unknown.
   *
   * Since: 0.1
   */
  properties[PROP_TOKENS_REMAINING] = g_param_spec_int64 ("tokens-remaining", NULL, NULL, -1, G_MAXINT64, -1, flags);

  /**
   * DheeraRateLimits:tokens-reset:
   *
   * In how many seconds from the answer all tokens are allowed again, −1 unknown.
   *
   * Since: 0.1
   */
  properties[PROP_TOKENS_RESET] = g_param_spec_double ("tokens-reset", NULL, NULL, -1, G_MAXDOUBLE, -1, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
dheera_rate_limits_init (DheeraRateLimits *self)
{
  for (guint i = 0; i < DHEERA_N_LIMITED; i++)
    {
      self->limit[i] = self->remaining[i] = -1;
      self->reset[i] = -1;
    }
}

DheeraRateLimits *
dheera_rate_limits_new (void)
{
  return g_object_new (DHEERA_TYPE_RATE_LIMITS, NULL);
}

/**
 * dheera_rate_limits_get_requests_limit: (get-property requests-limit)
 * @self: the limits
 *
 * Gets how many requests are allowed in a period.
 *
 * Returns: the number, −1 unknown
 *
 * Since: 0.1
 */
gint64
dheera_rate_limits_get_requests_limit (DheeraRateLimits *self)
{
  g_return_val_if_fail (DHEERA_IS_RATE_LIMITS (self), -1);

  return self->limit[DHEERA_LIMITED_REQUESTS];
}

/**
 * dheera_rate_limits_get_requests_remaining: (get-property requests-remaining)
 * @self: the limits
 *
 * Gets how many requests are left in this period.
 *
 * Returns: the number, −1 unknown
 *
 * Since: 0.1
 */
gint64
dheera_rate_limits_get_requests_remaining (DheeraRateLimits *self)
{
  g_return_val_if_fail (DHEERA_IS_RATE_LIMITS (self), -1);

  return self->remaining[DHEERA_LIMITED_REQUESTS];
}

/**
 * dheera_rate_limits_get_requests_reset: (get-property requests-reset)
 * @self: the limits
 *
 * Gets in how many seconds from the answer all requests are allowed again.
 *
 * Returns: seconds, −1 unknown
 *
 * Since: 0.1
 */
double
dheera_rate_limits_get_requests_reset (DheeraRateLimits *self)
{
  g_return_val_if_fail (DHEERA_IS_RATE_LIMITS (self), -1);

  return self->reset[DHEERA_LIMITED_REQUESTS];
}

/**
 * dheera_rate_limits_get_tokens_limit: (get-property tokens-limit)
 * @self: the limits
 *
 * Gets how many tokens are allowed in a period.
 *
 * Returns: the number, −1 unknown
 *
 * Since: 0.1
 */
gint64
dheera_rate_limits_get_tokens_limit (DheeraRateLimits *self)
{
  g_return_val_if_fail (DHEERA_IS_RATE_LIMITS (self), -1);

  return self->limit[DHEERA_LIMITED_TOKENS];
}

/**
 * dheera_rate_limits_get_tokens_remaining: (get-property tokens-remaining)
 * @self: the limits
 *
 * Gets how many tokens are left in this period.
 *
 * Returns: the number, −1 unknown
 *
 * Since: 0.1
 */
gint64
dheera_rate_limits_get_tokens_remaining (DheeraRateLimits *self)
{
  g_return_val_if_fail (DHEERA_IS_RATE_LIMITS (self), -1);

  return self->remaining[DHEERA_LIMITED_TOKENS];
}

/**
 * dheera_rate_limits_get_tokens_reset: (get-property tokens-reset)
 * @self: the limits
 *
 * Gets in how many seconds from the answer all tokens are allowed again.
 *
 * Returns: seconds, −1 unknown
 *
 * Since: 0.1
 */
double
dheera_rate_limits_get_tokens_reset (DheeraRateLimits *self)
{
  g_return_val_if_fail (DHEERA_IS_RATE_LIMITS (self), -1);

  return self->reset[DHEERA_LIMITED_TOKENS];
}
