/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* An exchange is made up of these files:
 *
 *   dheera-exchange.c          made, and asked about
 *   dheera-exchange-message.c  the message as it is sent
 *   dheera-exchange-header.c   its headers that come from outside of the library
 *   dheera-exchange-sign.c     its signature, where AWS wants one
 *   dheera-exchange-head.c     what happens to it until its head is there
 *   dheera-exchange-body.c     what comes after it
 *   dheera-exchange-stop.c     cancelling and deadlines
 *   dheera-exchange-close.c    closed and freed
 *   dheera-exchange-show.c     what may be seen of it
 *   dheera-exchange-sync.c     blocking in the caller's thread
 *   dheera-exchange-async.c    with a main context
 *   dheera-worker.c            blocking, but with the worker's main context
 */

#include "dheera-exchange-internal-private.h"

DheeraExchange *
dheera_exchange_new (DheeraTransport         *transport,
                     const DheeraHttpRequest *request,
                     const char              *key,
                     const DheeraTimeouts    *timeouts)
{
  DheeraExchange *self = g_new0 (DheeraExchange, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->mutex);
  self->generation = dheera_process_get_generation ();
  self->transport = dheera_transport_ref (transport);
  self->message = dheera_exchange_make_message (transport, request);
  self->key = g_strdup (key);
  self->auth = request->auth;
  self->auth_header = request->auth == DHEERA_AUTH_HEADER ? request->auth_header : NULL;
  self->sign_region = g_strdup (request->sign_region);
  self->sign_service = request->sign_service;
  self->framing = request->framing;
  self->body = request->body != NULL ? g_bytes_ref (request->body) : NULL;
  self->content_type = request->content_type;
  self->timeouts = *timeouts;
  self->inner = g_cancellable_new ();
  self->content_length = -1;

  return self;
}

DheeraExchange *
dheera_exchange_ref (DheeraExchange *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
dheera_exchange_unref (DheeraExchange *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_object (&self->inner);
  g_clear_pointer (&self->ticket, dheera_ticket_unref);
  g_clear_pointer (&self->policy, dheera_session_policy_unref);
  g_clear_pointer (&self->transport, dheera_transport_unref);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_clear_error (&self->error);
  g_clear_error (&self->fault);
  g_free (self->wait_text);
  g_free (self->proxy);
  g_free (self->sign_region);
  g_free (self->media_type);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

guint
dheera_exchange_get_status (DheeraExchange *self)
{
  return self->message != NULL ? soup_message_get_status (self->message) : 0;
}

const char *
dheera_exchange_get_header (DheeraExchange *self,
                            const char     *name)
{
  if (self->message == NULL)
    return NULL;
  return soup_message_headers_get_list (soup_message_get_response_headers (self->message), name);
}

void
dheera_exchange_foreach_header (DheeraExchange   *self,
                                DheeraHeaderFunc  func,
                                gpointer          user_data)
{
  if (self->message != NULL)
    soup_message_headers_foreach (soup_message_get_response_headers (self->message), func, user_data);
}

const char *
dheera_exchange_get_content_type (DheeraExchange *self)
{
  return self->media_type != NULL ? self->media_type : "";
}

const DheeraExchangeStats *
dheera_exchange_get_stats (DheeraExchange *self)
{
  return &self->stats;
}

char *
dheera_exchange_describe (DheeraExchange *self)
{
  if (self->message == NULL)
    return g_strdup ("a request with an invalid URL");
  return dheera_redact_message (self->message, self->auth_header);
}
