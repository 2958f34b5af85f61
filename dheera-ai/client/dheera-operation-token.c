/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* An access token, got by an exchange of its own ahead of the call's: over the same transport, within the same timeouts, cancelled with the call, and a part of the same
 * attempt. The drivers see no difference: they send and read operation->exchange. */

#include "dheera-middleware-private.h"

#include <string.h>

#include "dheera-ai/providers/dheera-provider-private.h"

/* Answers of token endpoints have some two thousand bytes. */
#define MAX_TOKEN_BODY (64 * 1024)

static gint64
get_unix_time (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

void
dheera_operation_clear_token (DheeraOperation *self)
{
  self->fetching_token = FALSE;
  g_clear_pointer (&self->token_source, dheera_token_source_free);
  g_clear_pointer (&self->token_http, dheera_http_request_free);
}

static void
fetch (DheeraOperation *self)
{
  g_autoptr(GError) error = NULL;

  self->token_http = dheera_token_source_encode (self->token_source, get_unix_time (), &error);
  if (self->token_http == NULL)
    {
      dheera_operation_fail_here (self, DHEERA_ERROR_AUTHENTICATION, error->message, "");
      return;
    }

  self->fetching_token = TRUE;
  self->exchange = dheera_exchange_new (self->transport, self->token_http, NULL, &self->timeouts);
  self->step = DHEERA_STEP_SEND;
  dheera_operation_run_before (self, self->token_http);
}

void
dheera_operation_use_token (DheeraOperation   *self,
                            DheeraTokenSource *source)
{
  char *token = dheera_provider_dup_token (self->provider, source, get_unix_time ());

  dheera_operation_clear_token (self);
  self->token_source = source;
  if (token == NULL)
    {
      fetch (self);
      return;
    }

  dheera_operation_wipe (&self->key);
  self->key = token;
  dheera_operation_send (self);
}

/* Takes error. A connection that breaks here broke before the call's own answer. */
static void
fail_exchange (DheeraOperation *self,
               GError          *error)
{
  if (g_error_matches (error, DHEERA_TRANSPORT_ERROR, DHEERA_TRANSPORT_ERROR_INTERRUPTED))
    error->code = DHEERA_TRANSPORT_ERROR_DISCONNECTED;
  if (error->domain == DHEERA_TRANSPORT_ERROR)
    g_prefix_error_literal (&error, "the access token that the call needs could not be got: ");
  dheera_operation_fail_transport (self, error);
}

void
dheera_operation_token_sent (DheeraOperation *self,
                             GError          *error)
{
  if (error != NULL)
    {
      fail_exchange (self, error);
      return;
    }

  if (!dheera_operation_run_after (self))
    return;
  dheera_exchange_mark_first_token (self->exchange);
  dheera_framer_reset (self->buffers->framer, DHEERA_FRAMING_WHOLE);
  self->step = DHEERA_STEP_READ;
}

static void
take_answer (DheeraOperation *self)
{
  DheeraFrame frame = { 0 };
  DheeraToken token = { 0 };
  DheeraErrorDetails *failure = NULL;
  gboolean got;

  dheera_framer_finish (self->buffers->framer);
  if (dheera_framer_next (self->buffers->framer, &frame) != DHEERA_FRAME_READY)
    frame.data = "";
  got = dheera_token_source_decode (self->token_source, self->provider, self->call->model, dheera_exchange_get_status (self->exchange),
                                    frame.data, frame.length, &token, &failure);
  /* The framer's memory goes on to the next call. */
  if (frame.length > 0)
    explicit_bzero ((char *) frame.data, frame.length);

  if (!got)
    {
      if (dheera_error_details_get_code (failure) == DHEERA_ERROR_AUTHENTICATION)
        self->advice = g_strdup (self->token_source->scheme->advice);
      dheera_operation_fail_attempt (self, failure);
      return;
    }

  dheera_provider_keep_token (self->provider, self->token_source, &token, get_unix_time ());
  dheera_operation_wipe (&self->key);
  self->key = token.text;
  self->fetching_token = FALSE;
  dheera_exchange_close (self->exchange);
  g_clear_pointer (&self->exchange, dheera_exchange_free);
  dheera_operation_send (self);
}

void
dheera_operation_token_read (DheeraOperation *self,
                             gssize           n,
                             GError          *error)
{
  if (n < 0)
    fail_exchange (self, error);
  else if (n == 0 || dheera_framer_get_total (self->buffers->framer) + (guint64) n > MAX_TOKEN_BODY)
    take_answer (self);
  else
    dheera_framer_commit (self->buffers->framer, (gsize) n);
}
