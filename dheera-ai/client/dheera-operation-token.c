/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* An access token, got by an exchange of its own ahead of the call's: over the same transport, within the same timeouts, cancelled with the call, and a part of the same
 * attempt. The drivers see no difference: they send and read operation->exchange. */

#include "dheera-middleware-private.h"

#include <string.h>

#include "dheera-ai/providers/dheera-provider-private.h"

/* Answers of token endpoints have some two thousand bytes. */
#define MAX_TOKEN_BODY (64 * 1024)
/* Microseconds that a call waits for the token that another one is getting, before it gets one itself: the other may be held up by something that is not the network. */
#define PATIENCE (5 * G_USEC_PER_SEC)

static gint64
get_unix_time (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

void
dheera_operation_clear_token (DheeraOperation *self)
{
  self->fetching_token = FALSE;
  if (self->flight != NULL && self->flies)
    dheera_token_flight_land (self->flight, NULL, NULL, NULL);
  g_clear_pointer (&self->flight, dheera_token_flight_unref);
  self->flies = FALSE;
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

/* Takes token. */
static void
use (DheeraOperation *self,
     char            *token)
{
  self->fetching_token = FALSE;
  dheera_operation_wipe (&self->key);
  self->key = token;
  dheera_operation_send (self);
}

/* Another call may have got the token since it was looked for. */
static void
fetch_unless_there (DheeraOperation *self)
{
  char *token = dheera_provider_dup_token (self->provider, self->token_source, get_unix_time ());

  if (token == NULL)
    {
      fetch (self);
      return;
    }

  dheera_token_flight_land (self->flight, token, NULL, NULL);
  use (self, token);
}

void
dheera_operation_use_token (DheeraOperation   *self,
                            DheeraTokenSource *source)
{
  char *token = dheera_provider_dup_token (self->provider, source, get_unix_time ());

  dheera_operation_clear_token (self);
  self->token_source = source;
  if (token != NULL)
    {
      use (self, token);
      return;
    }

  self->flight = dheera_token_flight_join (self->provider, source, self->blocking, self->impatient, &self->flies);
  if (self->flies)
    {
      fetch_unless_there (self);
      return;
    }
  self->fetching_token = TRUE;
  self->flight_joined = g_get_monotonic_time ();
  self->step = DHEERA_STEP_KEY;
}

gint64
dheera_operation_get_token_deadline (DheeraOperation *self)
{
  gint64 end = self->flight_joined + PATIENCE;

  return self->timeouts.deadline > 0 ? MIN (self->timeouts.deadline, end) : end;
}

/* What the token endpoint said to another call holds for this one, whose model may be another. */
static DheeraErrorDetails *
take_over (DheeraOperation    *self,
           DheeraErrorDetails *details)
{
  DheeraFailure failure = dheera_error_details_to_failure (details);

  failure.model = self->call->model;

  return dheera_error_details_new (&failure);
}

/* Takes failure. */
static void
fail_with_answer (DheeraOperation    *self,
                  DheeraErrorDetails *failure)
{
  if (dheera_error_details_get_code (failure) == DHEERA_ERROR_AUTHENTICATION)
    self->advice = g_strdup (self->token_source->scheme->advice);
  dheera_operation_fail_attempt (self, failure);
}

static void
fail_late (DheeraOperation *self)
{
  g_autofree char *message = g_strdup_printf ("the access token that the call needs could not be got: another call was still getting it when the timeout of %g seconds was over",
                                              self->total_timeout);

  dheera_operation_fail_here (self, DHEERA_ERROR_TIMEOUT, message, NULL);
}

void
dheera_operation_token_over (DheeraOperation *self,
                             GError          *error)
{
  const char *token;
  DheeraErrorDetails *failure;
  const GError *broken;
  gboolean over = dheera_token_flight_get_outcome (self->flight, &token, &failure, &broken);

  if (error != NULL)
    {
      dheera_operation_fail_transport (self, error);
    }
  else if (token != NULL)
    {
      use (self, g_strdup (token));
    }
  else if (failure != NULL)
    {
      fail_with_answer (self, take_over (self, failure));
    }
  else if (broken != NULL)
    {
      dheera_operation_fail_transport (self, g_error_copy (broken));
    }
  else if (!over && self->timeouts.deadline > 0 && g_get_monotonic_time () >= self->timeouts.deadline)
    {
      fail_late (self);
    }
  else
    {
      /* Whoever fetched was cancelled, or is held up: somebody else does it. */
      self->impatient = !over;
      dheera_operation_use_token (self, g_steal_pointer (&self->token_source));
    }
}

/* Cancelling, and a timeout, are this call's own. */
static gboolean
concerns_others (const GError *error)
{
  return error->domain == DHEERA_TRANSPORT_ERROR && error->code != DHEERA_TRANSPORT_ERROR_TIMEOUT;
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
  if (concerns_others (error))
    dheera_token_flight_land (self->flight, NULL, NULL, error);
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
      /* The others don't have this exchange, and so don't know what it sent. */
      failure = dheera_operation_hide_headers (self, failure);
      dheera_token_flight_land (self->flight, NULL, failure, NULL);
      fail_with_answer (self, failure);
      return;
    }

  dheera_provider_keep_token (self->provider, self->token_source, &token, get_unix_time ());
  dheera_token_flight_land (self->flight, token.text, NULL, NULL);
  dheera_exchange_close (self->exchange);
  g_clear_pointer (&self->exchange, dheera_exchange_free);
  use (self, token.text);
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
