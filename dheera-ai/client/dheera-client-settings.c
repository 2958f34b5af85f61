/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The accessors of what can be set on a client; what they mean stands at the properties, in dheera-client.c. */

#include "dheera-client-private.h"

/**
 * dheera_client_get_timeout: (get-property timeout)
 * @self: a client
 *
 * Gets how long a whole call may take.
 *
 * Returns: seconds, 0 for no limit
 *
 * Since: 0.1
 */
double
dheera_client_get_timeout (DheeraClient *self)
{
  g_return_val_if_fail (DHEERA_IS_CLIENT (self), 0);

  return self->timeout;
}

/**
 * dheera_client_set_timeout: (set-property timeout)
 * @self: a client
 * @timeout: seconds, 0 for no limit
 *
 * Sets how long a whole call may take, for calls that begin from now on.
 *
 * Since: 0.1
 */
void
dheera_client_set_timeout (DheeraClient *self,
                           double        timeout)
{
  g_return_if_fail (DHEERA_IS_CLIENT (self));
  g_return_if_fail (timeout >= 0);

  if (self->timeout == timeout)
    return;

  self->timeout = timeout;
  g_object_notify (G_OBJECT (self), "timeout");
}

/**
 * dheera_client_get_connect_timeout: (get-property connect-timeout)
 * @self: a client
 *
 * Gets how long connecting may take.
 *
 * Returns: seconds, 0 for no limit
 *
 * Since: 0.1
 */
double
dheera_client_get_connect_timeout (DheeraClient *self)
{
  g_return_val_if_fail (DHEERA_IS_CLIENT (self), 0);

  return self->connect_timeout;
}

/**
 * dheera_client_set_connect_timeout: (set-property connect-timeout)
 * @self: a client
 * @timeout: seconds, 0 for no limit
 *
 * Sets how long connecting may take, for calls that begin from now on.
 *
 * Since: 0.1
 */
void
dheera_client_set_connect_timeout (DheeraClient *self,
                                   double        timeout)
{
  g_return_if_fail (DHEERA_IS_CLIENT (self));
  g_return_if_fail (timeout >= 0);

  if (self->connect_timeout == timeout)
    return;

  self->connect_timeout = timeout;
  g_object_notify (G_OBJECT (self), "connect-timeout");
}

/**
 * dheera_client_get_first_token_timeout: (get-property first-token-timeout)
 * @self: a client
 *
 * Gets how long the first piece of an answer may take.
 *
 * Returns: seconds, 0 for no limit
 *
 * Since: 0.1
 */
double
dheera_client_get_first_token_timeout (DheeraClient *self)
{
  g_return_val_if_fail (DHEERA_IS_CLIENT (self), 0);

  return self->first_token_timeout;
}

/**
 * dheera_client_set_first_token_timeout: (set-property first-token-timeout)
 * @self: a client
 * @timeout: seconds, 0 for no limit
 *
 * Sets how long the first piece of an answer may take, for calls that begin from now on.
 *
 * Since: 0.1
 */
void
dheera_client_set_first_token_timeout (DheeraClient *self,
                                       double        timeout)
{
  g_return_if_fail (DHEERA_IS_CLIENT (self));
  g_return_if_fail (timeout >= 0);

  if (self->first_token_timeout == timeout)
    return;

  self->first_token_timeout = timeout;
  g_object_notify (G_OBJECT (self), "first-token-timeout");
}

/**
 * dheera_client_get_idle_timeout: (get-property idle-timeout)
 * @self: a client
 *
 * Gets how long an answer may be silent.
 *
 * Returns: seconds, 0 for no limit
 *
 * Since: 0.1
 */
double
dheera_client_get_idle_timeout (DheeraClient *self)
{
  g_return_val_if_fail (DHEERA_IS_CLIENT (self), 0);

  return self->idle_timeout;
}

/**
 * dheera_client_set_idle_timeout: (set-property idle-timeout)
 * @self: a client
 * @timeout: seconds, 0 for no limit
 *
 * Sets how long an answer may be silent, for calls that begin from now on.
 *
 * Since: 0.1
 */
void
dheera_client_set_idle_timeout (DheeraClient *self,
                                double        timeout)
{
  g_return_if_fail (DHEERA_IS_CLIENT (self));
  g_return_if_fail (timeout >= 0);

  if (self->idle_timeout == timeout)
    return;

  self->idle_timeout = timeout;
  g_object_notify (G_OBJECT (self), "idle-timeout");
}

/**
 * dheera_client_get_max_retries: (get-property max-retries)
 * @self: a client
 *
 * Gets how often a call is tried again.
 *
 * Returns: the number of retries
 *
 * Since: 0.1
 */
guint
dheera_client_get_max_retries (DheeraClient *self)
{
  g_return_val_if_fail (DHEERA_IS_CLIENT (self), 0);

  return self->max_retries;
}

/**
 * dheera_client_set_max_retries: (set-property max-retries)
 * @self: a client
 * @max_retries: the number of retries
 *
 * Sets how often a call is tried again, for calls that begin from now on.
 *
 * Since: 0.1
 */
void
dheera_client_set_max_retries (DheeraClient *self,
                               guint         max_retries)
{
  g_return_if_fail (DHEERA_IS_CLIENT (self));

  if (self->max_retries == max_retries)
    return;

  self->max_retries = max_retries;
  g_object_notify (G_OBJECT (self), "max-retries");
}

/**
 * dheera_client_get_param_policy: (get-property param-policy)
 * @self: a client
 *
 * Gets what happens to parameters that a provider does not take.
 *
 * Returns: the policy
 *
 * Since: 0.1
 */
DheeraParamPolicy
dheera_client_get_param_policy (DheeraClient *self)
{
  g_return_val_if_fail (DHEERA_IS_CLIENT (self), DHEERA_PARAM_POLICY_REJECT);

  return self->param_policy;
}

/**
 * dheera_client_set_param_policy: (set-property param-policy)
 * @self: a client
 * @policy: the policy
 *
 * Sets what happens to parameters that a provider does not take, for calls that begin from now on.
 *
 * Since: 0.1
 */
void
dheera_client_set_param_policy (DheeraClient     *self,
                                DheeraParamPolicy policy)
{
  g_return_if_fail (DHEERA_IS_CLIENT (self));

  if (self->param_policy == policy)
    return;

  self->param_policy = policy;
  g_object_notify (G_OBJECT (self), "param-policy");
}

/**
 * dheera_client_get_default_model: (get-property default-model)
 * @self: a client
 *
 * Gets the model of requests that name none.
 *
 * Returns: (transfer none) (nullable): a model as `provider/model`, or %NULL
 *
 * Since: 0.1
 */
const char *
dheera_client_get_default_model (DheeraClient *self)
{
  g_return_val_if_fail (DHEERA_IS_CLIENT (self), NULL);

  return self->default_model;
}

/**
 * dheera_client_set_default_model: (set-property default-model)
 * @self: a client
 * @model: (nullable): a model as `provider/model`, or %NULL
 *
 * Sets the model of requests that name none, for calls that begin from now on.
 *
 * Since: 0.1
 */
void
dheera_client_set_default_model (DheeraClient *self,
                                 const char   *model)
{
  g_return_if_fail (DHEERA_IS_CLIENT (self));

  if (g_strcmp0 (self->default_model, model) == 0)
    return;

  g_free (self->default_model);
  self->default_model = g_strdup (model);
  g_object_notify (G_OBJECT (self), "default-model");
}

/**
 * dheera_client_get_providers: (get-property providers)
 * @self: a client
 *
 * Gets the providers that were added or used.
 *
 * Returns: (transfer none): a list of [class@Provider]
 *
 * Since: 0.1
 */
GListModel *
dheera_client_get_providers (DheeraClient *self)
{
  g_return_val_if_fail (DHEERA_IS_CLIENT (self), NULL);

  return G_LIST_MODEL (self->providers);
}

/**
 * dheera_client_get_capture: (get-property capture)
 * @self: a client
 *
 * Gets what calls keep of their HTTP requests and answers.
 *
 * Returns: what is kept
 *
 * Since: 0.1
 */
DheeraCapture
dheera_client_get_capture (DheeraClient *self)
{
  g_return_val_if_fail (DHEERA_IS_CLIENT (self), DHEERA_CAPTURE_NONE);

  return (DheeraCapture) g_atomic_int_get (&self->capture);
}

/**
 * dheera_client_set_capture: (set-property capture)
 * @self: a client
 * @capture: what is to be kept
 *
 * Sets what calls keep of their HTTP requests and answers, for calls that are made from now on. May be called in any thread.
 *
 * Since: 0.1
 */
void
dheera_client_set_capture (DheeraClient  *self,
                           DheeraCapture  capture)
{
  g_return_if_fail (DHEERA_IS_CLIENT (self));

  if (g_atomic_int_get (&self->capture) == (gint) capture)
    return;

  g_atomic_int_set (&self->capture, (gint) capture);
  g_object_notify (G_OBJECT (self), "capture");
}

/**
 * dheera_client_get_capture_limit: (get-property capture-limit)
 * @self: a client
 *
 * Gets how much of each body is kept.
 *
 * Returns: bytes
 *
 * Since: 0.1
 */
guint
dheera_client_get_capture_limit (DheeraClient *self)
{
  g_return_val_if_fail (DHEERA_IS_CLIENT (self), 0);

  return (guint) g_atomic_int_get (&self->capture_limit);
}

/**
 * dheera_client_set_capture_limit: (set-property capture-limit)
 * @self: a client
 * @limit: bytes, %G_MAXINT at most
 *
 * Sets how much of each body is kept, for calls that are made from now on. May be called in any thread.
 *
 * Since: 0.1
 */
void
dheera_client_set_capture_limit (DheeraClient *self,
                                 guint         limit)
{
  g_return_if_fail (DHEERA_IS_CLIENT (self));
  g_return_if_fail (limit <= G_MAXINT);

  if (g_atomic_int_get (&self->capture_limit) == (gint) limit)
    return;

  g_atomic_int_set (&self->capture_limit, (gint) limit);
  g_object_notify (G_OBJECT (self), "capture-limit");
}

void
dheera_client_need_capture (DheeraClient  *self,
                            DheeraCapture  what,
                            gboolean       needed)
{
  g_atomic_int_add (what == DHEERA_CAPTURE_HEADERS ? &self->header_users : &self->body_users, needed ? 1 : -1);
}

DheeraCapture
dheera_client_get_needed_capture (DheeraClient *self)
{
  DheeraCapture what = dheera_client_get_capture (self);

  if (g_atomic_int_get (&self->header_users) > 0)
    what |= DHEERA_CAPTURE_HEADERS;
  if (g_atomic_int_get (&self->body_users) > 0)
    what |= DHEERA_CAPTURE_BODIES;
  return what;
}
