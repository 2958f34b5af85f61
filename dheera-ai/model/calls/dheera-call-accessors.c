/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The accessors of a call; what they mean stands at the properties, in dheera-call.c. */

#include "dheera-call-private.h"

#include "dheera-ai/model/dheera-usage.h"

/**
 * dheera_call_get_operation: (get-property operation)
 * @self: a call
 *
 * Gets the name of the operation.
 *
 * What was called, by the name of the method: `complete`, `stream`, `run`, `embed` …; each step of a run is a call of its own, by the name `run` or `run_stream`.
 *
 * Returns: (transfer none): the name of the operation
 *
 * Since: 0.1
 */
const char *
dheera_call_get_operation (DheeraCall *self)
{
  g_return_val_if_fail (DHEERA_IS_CALL (self), "");

  return self->operation;
}

/**
 * dheera_call_get_provider: (get-property provider)
 * @self: a call
 *
 * Gets the id of the provider.
 *
 * The id of the provider that was asked, empty before it is known.
 *
 * Returns: (transfer none): the id of the provider
 *
 * Since: 0.1
 */
const char *
dheera_call_get_provider (DheeraCall *self)
{
  g_return_val_if_fail (DHEERA_IS_CALL (self), "");

  return self->provider != NULL ? self->provider : "";
}

/**
 * dheera_call_get_model: (get-property model)
 * @self: a call
 *
 * Gets the name of the model.
 *
 * The model that was asked for, without the provider's prefix; empty for operations without a model.
 *
 * Returns: (transfer none): the name of the model
 *
 * Since: 0.1
 */
const char *
dheera_call_get_model (DheeraCall *self)
{
  g_return_val_if_fail (DHEERA_IS_CALL (self), "");

  return self->model != NULL ? self->model : "";
}

/**
 * dheera_call_get_url: (get-property url)
 * @self: a call
 *
 * Gets the redacted URL.
 *
 * The URL of the last attempt without user info and query: fit to be shown.
 *
 * Returns: (transfer none): the redacted URL
 *
 * Since: 0.1
 */
const char *
dheera_call_get_url (DheeraCall *self)
{
  g_return_val_if_fail (DHEERA_IS_CALL (self), "");

  return self->url != NULL ? self->url : "";
}

/**
 * dheera_call_get_attempt: (get-property attempt)
 * @self: a call
 *
 * Gets the number of the attempt.
 *
 * The number of the attempt that runs or ran last, from 1; 0 before the first.
 *
 * Returns: the number of the attempt
 *
 * Since: 0.1
 */
guint
dheera_call_get_attempt (DheeraCall *self)
{
  g_return_val_if_fail (DHEERA_IS_CALL (self), 0);

  return self->attempt;
}

/**
 * dheera_call_get_status: (get-property status)
 * @self: a call
 *
 * Gets the HTTP status.
 *
 * The HTTP status of the last attempt, 0 without an answer.
 *
 * Returns: the HTTP status
 *
 * Since: 0.1
 */
guint
dheera_call_get_status (DheeraCall *self)
{
  g_return_val_if_fail (DHEERA_IS_CALL (self), 0);

  return self->status;
}

/**
 * dheera_call_get_request_id: (get-property request-id)
 * @self: a call
 *
 * Gets the id of the request.
 *
 * The id that the provider gave the request, for its support.
 *
 * Returns: (transfer none) (nullable): the id of the request
 *
 * Since: 0.1
 */
const char *
dheera_call_get_request_id (DheeraCall *self)
{
  g_return_val_if_fail (DHEERA_IS_CALL (self), NULL);

  return self->request_id;
}

/**
 * dheera_call_get_usage: (get-property usage)
 * @self: a call
 *
 * Gets the usage.
 *
 * The tokens that the provider counted.
 *
 * Returns: (transfer none) (nullable): the usage
 *
 * Since: 0.1
 */
DheeraUsage *
dheera_call_get_usage (DheeraCall *self)
{
  g_return_val_if_fail (DHEERA_IS_CALL (self), NULL);

  return self->usage;
}

/**
 * dheera_call_get_error_details: (get-property error-details)
 * @self: a call
 *
 * Gets the details of the error.
 *
 * Why the last attempt failed.
 *
 * Returns: (transfer none) (nullable): the details of the error
 *
 * Since: 0.1
 */
DheeraErrorDetails *
dheera_call_get_error_details (DheeraCall *self)
{
  g_return_val_if_fail (DHEERA_IS_CALL (self), NULL);

  return self->error_details;
}

/**
 * dheera_call_get_bytes_sent: (get-property bytes-sent)
 * @self: a call
 *
 * Gets the bytes sent.
 *
 * Bytes of the request body of the last attempt.
 *
 * Returns: the bytes sent
 *
 * Since: 0.1
 */
guint64
dheera_call_get_bytes_sent (DheeraCall *self)
{
  g_return_val_if_fail (DHEERA_IS_CALL (self), 0);

  return self->bytes_sent;
}

/**
 * dheera_call_get_bytes_received: (get-property bytes-received)
 * @self: a call
 *
 * Gets the bytes received.
 *
 * Bytes of the response body of the last attempt, decoded.
 *
 * Returns: the bytes received
 *
 * Since: 0.1
 */
guint64
dheera_call_get_bytes_received (DheeraCall *self)
{
  g_return_val_if_fail (DHEERA_IS_CALL (self), 0);

  return self->bytes_received;
}

/**
 * dheera_call_get_queue_time: (get-property queue-time)
 * @self: a call
 *
 * Gets the time in the queue, in seconds.
 *
 * Seconds that the last attempt waited for a connection of the session to be free, −1 when unknown.
 *
 * Returns: the time in the queue, in seconds
 *
 * Since: 0.1
 */
double
dheera_call_get_queue_time (DheeraCall *self)
{
  g_return_val_if_fail (DHEERA_IS_CALL (self), -1);

  return self->queue_time;
}

/**
 * dheera_call_get_dns_time: (get-property dns-time)
 * @self: a call
 *
 * Gets the time of the name look-up, in seconds.
 *
 * Seconds that resolving the host took, −1 when it was not resolved.
 *
 * Returns: the time of the name look-up, in seconds
 *
 * Since: 0.1
 */
double
dheera_call_get_dns_time (DheeraCall *self)
{
  g_return_val_if_fail (DHEERA_IS_CALL (self), -1);

  return self->dns_time;
}

/**
 * dheera_call_get_connect_time: (get-property connect-time)
 * @self: a call
 *
 * Gets the time of connecting, in seconds.
 *
 * Seconds that connecting took (TCP, and the proxy's answer), −1 when no connection was made.
 *
 * Returns: the time of connecting, in seconds
 *
 * Since: 0.1
 */
double
dheera_call_get_connect_time (DheeraCall *self)
{
  g_return_val_if_fail (DHEERA_IS_CALL (self), -1);

  return self->connect_time;
}

/**
 * dheera_call_get_tls_time: (get-property tls-time)
 * @self: a call
 *
 * Gets the time of the TLS handshake, in seconds.
 *
 * Seconds that the TLS handshake took, −1 when there was none.
 *
 * Returns: the time of the TLS handshake, in seconds
 *
 * Since: 0.1
 */
double
dheera_call_get_tls_time (DheeraCall *self)
{
  g_return_val_if_fail (DHEERA_IS_CALL (self), -1);

  return self->tls_time;
}

/**
 * dheera_call_get_first_byte_time: (get-property first-byte-time)
 * @self: a call
 *
 * Gets the time to the response head, in seconds.
 *
 * Seconds from the start of the last attempt to the head of its response, −1 when there was none.
 *
 * Returns: the time to the response head, in seconds
 *
 * Since: 0.1
 */
double
dheera_call_get_first_byte_time (DheeraCall *self)
{
  g_return_val_if_fail (DHEERA_IS_CALL (self), -1);

  return self->first_byte_time;
}

/**
 * dheera_call_get_first_token_time: (get-property first-token-time)
 * @self: a call
 *
 * Gets the time to the first token, in seconds.
 *
 * Seconds from the start of the call to the first piece of the answer, −1 when there was none.
 *
 * Returns: the time to the first token, in seconds
 *
 * Since: 0.1
 */
double
dheera_call_get_first_token_time (DheeraCall *self)
{
  g_return_val_if_fail (DHEERA_IS_CALL (self), -1);

  return self->first_token_time;
}

/**
 * dheera_call_get_total_time: (get-property total-time)
 * @self: a call
 *
 * Gets the time of the whole call, in seconds.
 *
 * Seconds from the start of the call to its end, −1 while it runs.
 *
 * Returns: the time of the whole call, in seconds
 *
 * Since: 0.1
 */
double
dheera_call_get_total_time (DheeraCall *self)
{
  g_return_val_if_fail (DHEERA_IS_CALL (self), -1);

  return self->total_time;
}

/**
 * dheera_call_get_connection_reused: (get-property connection-reused)
 * @self: a call
 *
 * Gets whether the connection was reused.
 *
 * Whether the last attempt went over a connection that was there already.
 *
 * Returns: whether the connection was reused
 *
 * Since: 0.1
 */
gboolean
dheera_call_get_connection_reused (DheeraCall *self)
{
  g_return_val_if_fail (DHEERA_IS_CALL (self), FALSE);

  return self->connection_reused;
}
