/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The access token that a provider keeps from call to call, in memory only. */

#include "dheera-ai/providers/dheera-provider-private.h"
#include "dheera-token-source-private.h"

#include "dheera-ai/wire/dheera-secret-private.h"

/* A call that begins now may still be sent anew some minutes later. */
#define EARLY_SECONDS 300

char *
dheera_provider_dup_token (DheeraProvider          *self,
                           const DheeraTokenSource *source,
                           gint64                   now)
{
  char *token = NULL;

  g_mutex_lock (&self->lock);
  if (self->token != NULL && now < self->token_renewal && g_str_equal (self->token_id, source->id))
    token = g_strdup (self->token);
  g_mutex_unlock (&self->lock);

  return token;
}

void
dheera_provider_keep_token (DheeraProvider          *self,
                            const DheeraTokenSource *source,
                            const DheeraToken       *token,
                            gint64                   now)
{
  char *old;

  g_mutex_lock (&self->lock);
  old = self->token;
  self->token = g_strdup (token->text);
  /* Of a token that holds for less than that all along, a quarter of its time */
  self->token_renewal = now + token->lifetime - MIN (EARLY_SECONDS, token->lifetime / 4);
  g_free (self->token_id);
  self->token_id = g_strdup (source->id);
  g_mutex_unlock (&self->lock);
  dheera_secret_free (old);
}

void
dheera_provider_forget_token (DheeraProvider *self,
                              const char     *token)
{
  char *old = NULL;

  g_mutex_lock (&self->lock);
  if (g_strcmp0 (self->token, token) == 0)
    old = g_steal_pointer (&self->token);
  g_mutex_unlock (&self->lock);
  dheera_secret_free (old);
}
