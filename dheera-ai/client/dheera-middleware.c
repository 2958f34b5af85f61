/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The application's functions between a call and the network: kept in a list, and run. */

#include "dheera-middleware-private.h"

#include "dheera-http-exchange-private.h"

#include "dheera-ai/model/dheera-strings-private.h"

typedef struct
{
  DheeraMiddlewareFunc func;
  gpointer user_data;
  GDestroyNotify destroy;
} Middleware;

static void
middleware_clear (gpointer data)
{
  Middleware *middleware = data;

  if (middleware->destroy != NULL)
    middleware->destroy (middleware->user_data);
}

static void
middleware_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, middleware_clear);
}

static gpointer
middleware_ref (gconstpointer data,
                gpointer      unused)
{
  return g_atomic_rc_box_acquire ((gpointer) data);
}

/**
 * dheera_client_add_middleware:
 * @self: a client
 * @func: (scope notified) (closure user_data) (destroy destroy): what is called
 * @user_data: data for @func
 * @destroy: (nullable): frees @user_data
 *
 * Adds a function that sees every HTTP request of this client before it is sent, and the head of its answer.
 *
 * It can add headers to the request, and refuse it; the [class@HttpExchange] that it is given does both. It is called for each attempt of each call, blocking,
 * asynchronous and streamed, and for the requests with which access tokens are got ([property@HttpExchange:for-token]): first in the phase of the request and then, when
 * the head of an answer came in, whatever its status, in that of the response. What fails without an answer is told by [signal@Client::attempt-finished].
 *
 * Functions are called in the order in which they were added, in both phases, in the thread that makes the call and, for an asynchronous one, from the main context in
 * which its signals are emitted. Everything waits while they run, so they do not block.
 *
 * A call has the functions that were there when it was made; one that is added meanwhile counts for the next call. Each step of [method@Client.run] is a call of its own.
 * @destroy is called when the client is gone and the last call that has @func is over, in the thread where that happens. Functions may be added in any thread.
 *
 * Since: 0.1
 */
void
dheera_client_add_middleware (DheeraClient         *self,
                              DheeraMiddlewareFunc  func,
                              gpointer              user_data,
                              GDestroyNotify        destroy)
{
  GPtrArray *list;
  GPtrArray *old;
  Middleware *middleware;

  g_return_if_fail (DHEERA_IS_CLIENT (self));
  g_return_if_fail (func != NULL);

  middleware = g_atomic_rc_box_new0 (Middleware);
  middleware->func = func;
  middleware->user_data = user_data;
  middleware->destroy = destroy;

  dheera_client_lock (self);
  /* A list is never changed: calls that run have the old one. */
  old = self->middleware;
  list = old != NULL ? g_ptr_array_copy (old, (GCopyFunc) middleware_ref, NULL) : g_ptr_array_new ();
  g_ptr_array_set_free_func (list, middleware_unref);
  g_ptr_array_add (list, middleware);
  g_atomic_pointer_set (&self->middleware, list);
  g_mutex_unlock (&self->mutex);
  g_clear_pointer (&old, g_ptr_array_unref);
}

GPtrArray *
dheera_client_dup_middleware (DheeraClient *self)
{
  GPtrArray *list;

  if (g_atomic_pointer_get (&self->middleware) == NULL)
    return NULL;

  dheera_client_lock (self);
  list = g_ptr_array_ref (self->middleware);
  g_mutex_unlock (&self->mutex);
  return list;
}

static void
run (DheeraOperation    *self,
     DheeraHttpExchange *exchange)
{
  g_autoptr(GPtrArray) list = g_ptr_array_ref (self->middleware);

  exchange->exchange = self->exchange;
  exchange->key = self->fetching_token ? NULL : self->key;
  for (guint i = 0; i < list->len && exchange->refusal == NULL && exchange->fault == NULL; i++)
    {
      const Middleware *middleware = g_ptr_array_index (list, i);

      middleware->func (exchange, middleware->user_data);
    }
  exchange->exchange = NULL;
  exchange->key = NULL;
}

/* A trace context that a function sets is the call's; it may only add the state to one that the request has. */
static void
note_trace (DheeraOperation    *self,
            DheeraHttpExchange *exchange)
{
  const char *parent = exchange->added != NULL ? dheera_http_request_get_header (exchange->added, "traceparent") : NULL;
  const char *state = exchange->added != NULL ? dheera_http_request_get_header (exchange->added, "tracestate") : NULL;

  if (self->fetching_token)
    return;
  if (parent != NULL)
    dheera_string_set (&self->call->traceparent, parent);
  if (parent != NULL || state != NULL)
    dheera_string_set (&self->call->tracestate, state);
}

void
dheera_operation_run_before (DheeraOperation         *self,
                             const DheeraHttpRequest *request)
{
  g_autoptr(DheeraHttpExchange) exchange = NULL;

  if (self->middleware == NULL)
    return;

  exchange = dheera_http_exchange_new (self->call, request, self->fetching_token);
  g_set_object (&self->http_exchange, exchange);
  run (self, exchange);
  note_trace (self, exchange);
  if (exchange->refusal != NULL)
    {
      const char *colon = *exchange->refusal != '\0' ? ": " : "";
      g_autofree char *message = g_strconcat ("a middleware of the application refused the request", colon, exchange->refusal, NULL);

      dheera_operation_fail_here (self, DHEERA_ERROR_PERMISSION, message, "");
    }
  else if (exchange->fault != NULL)
    {
      dheera_operation_fail_here (self, DHEERA_ERROR_INVALID_REQUEST, exchange->fault, "");
    }
}

gboolean
dheera_operation_run_after (DheeraOperation *self)
{
  g_autoptr(DheeraHttpExchange) exchange = g_steal_pointer (&self->http_exchange);
  GError *error = NULL;

  if (exchange == NULL)
    return TRUE;

  exchange->phase = DHEERA_HTTP_PHASE_RESPONSE;
  exchange->status = dheera_exchange_get_status (self->exchange);
  run (self, exchange);
  /* A body that is there already would be read without a look at the cancellable. */
  if (!g_cancellable_set_error_if_cancelled (self->call->cancellable, &error))
    return TRUE;
  dheera_operation_fail_transport (self, error);
  return FALSE;
}
