/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-base-request-private.h"

#include "dheera-ai/model/dheera-strings-private.h"
#include "dheera-ai/model/errors/dheera-error-private.h"

#include "dheera-ai/wire/dheera-trace-private.h"

/* The trace that a request belongs to. */

/**
 * dheera_base_request_get_traceparent: (get-property traceparent)
 * @self: a request
 *
 * The span that the request belongs to.
 *
 * Returns: (nullable): the text of the header, %NULL for none
 *
 * Since: 0.1
 */
const char *
dheera_base_request_get_traceparent (DheeraBaseRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_BASE_REQUEST (self), NULL);

  return self->traceparent;
}

/**
 * dheera_base_request_set_traceparent: (set-property traceparent)
 * @self: a request
 * @traceparent: (nullable): the text of the header, such as `00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01`
 *
 * Sets the span that the request belongs to.
 *
 * See [property@BaseRequest:traceparent].
 *
 * Since: 0.1
 */
void
dheera_base_request_set_traceparent (DheeraBaseRequest *self,
                                     const char        *traceparent)
{
  g_return_if_fail (DHEERA_IS_BASE_REQUEST (self));

  if (dheera_string_set (&self->traceparent, traceparent))
    g_object_notify (G_OBJECT (self), "traceparent");
}

/**
 * dheera_base_request_get_tracestate: (get-property tracestate)
 * @self: a request
 *
 * What tracing systems say about the trace that the request belongs to.
 *
 * Returns: (nullable): the text of the header, %NULL for none
 *
 * Since: 0.1
 */
const char *
dheera_base_request_get_tracestate (DheeraBaseRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_BASE_REQUEST (self), NULL);

  return self->tracestate;
}

/**
 * dheera_base_request_set_tracestate: (set-property tracestate)
 * @self: a request
 * @tracestate: (nullable): the text of the header, such as `congo=t61rcWkgMzE`
 *
 * Sets what tracing systems say about the trace that the request belongs to.
 *
 * See [property@BaseRequest:tracestate].
 *
 * Since: 0.1
 */
void
dheera_base_request_set_tracestate (DheeraBaseRequest *self,
                                    const char        *tracestate)
{
  g_return_if_fail (DHEERA_IS_BASE_REQUEST (self));

  if (dheera_string_set (&self->tracestate, tracestate))
    g_object_notify (G_OBJECT (self), "tracestate");
}

gboolean
dheera_base_request_check_trace (DheeraBaseRequest  *self,
                                 GError            **error)
{
  const char *fault = self->traceparent != NULL ? dheera_traceparent_find_fault (self->traceparent) : NULL;

  if (fault != NULL)
    {
      dheera_set_invalid_request (error, "traceparent", "traceparent can't be sent: %s.", fault);
      return FALSE;
    }
  if (self->tracestate != NULL && self->traceparent == NULL)
    {
      dheera_set_invalid_request (error, "tracestate", "tracestate means nothing without traceparent; set that as well.");
      return FALSE;
    }
  fault = self->tracestate != NULL ? dheera_tracestate_find_fault (self->tracestate) : NULL;
  if (fault != NULL)
    {
      dheera_set_invalid_request (error, "tracestate", "tracestate can't be sent: %s.", fault);
      return FALSE;
    }

  return TRUE;
}
