/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The key of an attempt: the request's, the credentials function's, the provider's, the environment's, or a token that is got for one. */

#include "dheera-operation-internal-private.h"

#include <string.h>

#include "dheera-ai/providers/dheera-provider-private.h"

void
dheera_operation_wipe (char **secret)
{
  if (*secret != NULL)
    explicit_bzero (*secret, strlen (*secret));
  g_clear_pointer (secret, g_free);
}

void
dheera_operation_fail_here (DheeraOperation *self,
                            DheeraError      code,
                            const char      *message,
                            const char      *advice)
{
  DheeraFailure failure = DHEERA_FAILURE_INIT;

  g_free (self->advice);
  self->advice = g_strdup (advice);
  failure.code = code;
  failure.message = message;
  failure.provider = dheera_provider_get_id (self->provider);
  failure.model = self->call->model;
  dheera_operation_fail_attempt (self, dheera_error_details_new (&failure));
}

static void
fail_without_key (DheeraOperation *self)
{
  const DheeraProviderRow *row = dheera_provider_get_row (self->provider);
  g_autoptr(GString) advice = g_string_new ("Set ");

  if (row->key_env != NULL)
    g_string_append_printf (advice, "the environment variable %s, or ", row->key_env[0]);
  if (row->tokens != NULL)
    g_string_append_printf (advice, "%s, or ", row->tokens->wanted);
  g_string_append (advice, "the api-key property of the provider or the request.");
  dheera_operation_fail_here (self, DHEERA_ERROR_AUTHENTICATION, "an API key is needed and there is none", advice->str);
}

/* self->key, nullable, is all that is known: it may be one, or stand for a token. */
static void
use_key (DheeraOperation *self)
{
  const DheeraProviderRow *row = dheera_provider_get_row (self->provider);
  DheeraTokenSource *source = NULL;
  g_autoptr(GError) error = NULL;

  if (self->http->auth != DHEERA_AUTH_NONE)
    source = dheera_token_source_find (self->provider, self->key, &error);

  if (error != NULL)
    dheera_operation_fail_here (self, DHEERA_ERROR_AUTHENTICATION, error->message, "");
  else if (source != NULL)
    dheera_operation_use_token (self, source);
  else if (self->key == NULL && self->http->auth != DHEERA_AUTH_NONE && !row->key_optional)
    fail_without_key (self);
  else
    dheera_operation_send (self);
}

void
dheera_operation_find_key (DheeraOperation *self)
{
  if (self->request_key == NULL && dheera_provider_has_credentials_func (self->provider))
    {
      self->step = DHEERA_STEP_KEY;
      return;
    }

  dheera_operation_wipe (&self->key);
  self->key = self->request_key != NULL ? g_strdup (self->request_key) : dheera_provider_dup_key (self->provider);
  use_key (self);
}

void
dheera_operation_ask_for_key (DheeraOperation      *self,
                              DheeraCredentialsDone done,
                              gpointer              user_data,
                              GDestroyNotify        destroy)
{
  if (self->flight != NULL)
    dheera_token_flight_wait (self->flight, done, user_data, destroy);
  else
    dheera_provider_request_key (self->provider, self->key_refused, done, user_data, destroy);
}

gint64
dheera_operation_get_key_deadline (DheeraOperation *self)
{
  return self->flight != NULL ? dheera_operation_get_token_deadline (self) : self->timeouts.deadline;
}

void
dheera_operation_got_key (DheeraOperation *self,
                          const char      *key,
                          const GError    *error)
{
  if (self->flight != NULL)
    {
      dheera_operation_token_over (self, error != NULL ? g_error_copy (error) : NULL);
      return;
    }
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      dheera_operation_fail_transport (self, g_error_copy (error));
      return;
    }
  if (error != NULL)
    {
      dheera_operation_fail_here (self, DHEERA_ERROR_AUTHENTICATION, error->message, NULL);
      return;
    }

  dheera_operation_wipe (&self->key);
  self->key = g_strdup (key);
  use_key (self);
}

void
dheera_operation_key_timed_out (DheeraOperation *self)
{
  g_autofree char *message = NULL;

  if (self->flight != NULL)
    {
      dheera_operation_token_over (self, NULL);
      return;
    }
  message = g_strdup_printf ("the credentials function gave no answer within the call's timeout of %g seconds", self->total_timeout);
  dheera_operation_fail_here (self, DHEERA_ERROR_TIMEOUT, message, NULL);
}

gboolean
dheera_operation_renew_key (DheeraOperation    *self,
                            DheeraErrorDetails *details)
{
  gboolean can_ask = self->request_key == NULL && dheera_provider_has_credentials_func (self->provider);

  if (self->key_refused || self->fetching_token || dheera_error_details_get_status (details) != 401 || !(can_ask || self->token_source != NULL))
    return FALSE;

  if (self->token_source != NULL)
    dheera_provider_forget_token (self->provider, self->key);
  self->key_refused = TRUE;
  return TRUE;
}
