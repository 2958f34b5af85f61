/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a call shows of its HTTP messages, where the client is to keep that, and of the trace that it belongs to. */

#include "dheera-call-private.h"

DheeraCallRecord *
dheera_call_record_new (DheeraCapture what,
                        gsize         limit)
{
  DheeraCallRecord *self = g_new0 (DheeraCallRecord, 1);

  self->what = what;
  self->limit = limit;
  return self;
}

void
dheera_call_record_reset (DheeraCallRecord *self)
{
  if (self->received != NULL)
    g_string_truncate (self->received, 0);
  self->n_received = 0;
  g_clear_pointer (&self->request_headers, g_free);
  g_clear_pointer (&self->request_body, g_free);
  g_clear_pointer (&self->response_headers, g_free);
  g_clear_pointer (&self->response_body, g_free);
}

void
dheera_call_record_free (DheeraCallRecord *self)
{
  dheera_call_record_reset (self);
  if (self->received != NULL)
    g_string_free (self->received, TRUE);
  g_free (self);
}

void
dheera_call_record_add (DheeraCallRecord *self,
                        const char       *bytes,
                        gsize             length)
{
  gsize room;

  self->n_received += length;
  if (!(self->what & DHEERA_CAPTURE_BODIES))
    return;
  if (self->received == NULL)
    self->received = g_string_new (NULL);
  room = self->limit - MIN (self->limit, self->received->len);
  g_string_append_len (self->received, bytes, (gssize) MIN (length, room));
}

/**
 * dheera_call_get_error: (get-property error)
 * @self: a call
 *
 * Gets the error that the call ended with.
 *
 * Returns: (transfer none) (nullable): the error that the caller gets, %NULL while the call runs and when it has an answer
 *
 * Since: 0.1
 */
const GError *
dheera_call_get_error (DheeraCall *self)
{
  g_return_val_if_fail (DHEERA_IS_CALL (self), NULL);

  return self->error;
}

/**
 * dheera_call_get_traceparent: (get-property traceparent)
 * @self: a call
 *
 * Gets the `traceparent` that the requests of the call carry.
 *
 * It is that of [property@BaseRequest:traceparent], of a header that was set, or of a middleware.
 *
 * Returns: (transfer none) (nullable): the text, %NULL without one
 *
 * Since: 0.1
 */
const char *
dheera_call_get_traceparent (DheeraCall *self)
{
  g_return_val_if_fail (DHEERA_IS_CALL (self), NULL);

  return self->traceparent;
}

/**
 * dheera_call_get_tracestate: (get-property tracestate)
 * @self: a call
 *
 * Gets the `tracestate` that the requests of the call carry.
 *
 * Returns: (transfer none) (nullable): the text, %NULL without one
 *
 * Since: 0.1
 */
const char *
dheera_call_get_tracestate (DheeraCall *self)
{
  g_return_val_if_fail (DHEERA_IS_CALL (self), NULL);

  return self->tracestate;
}

/**
 * dheera_call_get_request_headers: (get-property request-headers)
 * @self: a call
 *
 * Gets the headers of the last attempt's request, without the credentials.
 *
 * They are there when [signal@Client::attempt-finished] and [signal@Client::call-finished] are emitted, and until the next attempt begins. Of a stream that is dropped in
 * another thread than that of its main context nothing is kept.
 *
 * Returns: (transfer none) (nullable): a line for each header, %NULL when neither [property@Client:capture] nor a logger asks for them
 *
 * Since: 0.1
 */
const char *
dheera_call_get_request_headers (DheeraCall *self)
{
  g_return_val_if_fail (DHEERA_IS_CALL (self), NULL);

  return self->record != NULL ? self->record->request_headers : NULL;
}

/**
 * dheera_call_get_request_body: (get-property request-body)
 * @self: a call
 *
 * Gets the body of the last attempt's request, without the credentials.
 *
 * See [property@Call:request-body] for what is hidden and cut, and [method@Call.get_request_headers] for when it is there.
 *
 * Returns: (transfer none) (nullable): the text, %NULL when neither [property@Client:capture] nor a logger asks for it, or without a body
 *
 * Since: 0.1
 */
const char *
dheera_call_get_request_body (DheeraCall *self)
{
  g_return_val_if_fail (DHEERA_IS_CALL (self), NULL);

  return self->record != NULL ? self->record->request_body : NULL;
}

/**
 * dheera_call_get_response_headers: (get-property response-headers)
 * @self: a call
 *
 * Gets the headers of the last attempt's answer, without the credentials.
 *
 * See [method@Call.get_request_headers] for when they are there.
 *
 * Returns: (transfer none) (nullable): a line for each header, %NULL when neither [property@Client:capture] nor a logger asks for them, or without an answer
 *
 * Since: 0.1
 */
const char *
dheera_call_get_response_headers (DheeraCall *self)
{
  g_return_val_if_fail (DHEERA_IS_CALL (self), NULL);

  return self->record != NULL ? self->record->response_headers : NULL;
}

/**
 * dheera_call_get_response_body: (get-property response-body)
 * @self: a call
 *
 * Gets the body of the last attempt's answer as far as it was read, without credentials.
 *
 * See [property@Call:response-body] for what is hidden and cut, and [method@Call.get_request_headers] for when it is there.
 *
 * Returns: (transfer none) (nullable): the text, %NULL when neither [property@Client:capture] nor a logger asks for it, or without an answer
 *
 * Since: 0.1
 */
const char *
dheera_call_get_response_body (DheeraCall *self)
{
  g_return_val_if_fail (DHEERA_IS_CALL (self), NULL);

  return self->record != NULL ? self->record->response_body : NULL;
}
