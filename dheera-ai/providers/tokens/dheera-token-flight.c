/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Many calls that begin at once get one token: the first of them asks for it, and the others wait for that. */

#include "dheera-token-flight-private.h"

#include "dheera-ai/wire/dheera-process-private.h"
#include "dheera-ai/wire/dheera-secret-private.h"

typedef struct
{
  DheeraCredentialsDone done;
  gpointer user_data;
  GDestroyNotify destroy;
} Waiter;

/* Guarded by the provider's lock until it has landed, and not changed from then on. */
struct _DheeraTokenFlight
{
  gatomicrefcount ref_count;
  guint generation;
  DheeraProvider *provider;
  char *id; /* of the credentials */
  gboolean blocking;
  GSList *waiters;
  gboolean landed;
  char *token;
  DheeraErrorDetails *failure;
  GError *error;
};

static DheeraTokenFlight *
flight_new (DheeraProvider          *provider,
            const DheeraTokenSource *source,
            gboolean                 blocking)
{
  DheeraTokenFlight *self = g_new0 (DheeraTokenFlight, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->generation = dheera_process_get_generation ();
  self->provider = g_object_ref (provider);
  self->id = g_strdup (source->id);
  self->blocking = blocking;

  return self;
}

void
dheera_token_flight_unref (DheeraTokenFlight *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_object_unref (self->provider);
  g_free (self->id);
  dheera_secret_free (self->token);
  g_clear_object (&self->failure);
  g_clear_error (&self->error);
  g_free (self);
}

/* A blocking call does not wait for one that needs a main loop: it may be the one that keeps that loop from running. In a child nobody goes on with what a call of the parent's
 * began. */
static DheeraTokenFlight *
find_flight_locked (DheeraProvider          *provider,
                    const DheeraTokenSource *source,
                    gboolean                 blocking)
{
  for (GSList *l = provider->token_flights; l != NULL; l = l->next)
    {
      DheeraTokenFlight *flight = l->data;

      if (flight->generation == dheera_process_get_generation () && g_str_equal (flight->id, source->id) && (flight->blocking || !blocking))
        return flight;
    }

  return NULL;
}

DheeraTokenFlight *
dheera_token_flight_join (DheeraProvider          *provider,
                          const DheeraTokenSource *source,
                          gboolean                 blocking,
                          gboolean                 anew,
                          gboolean                *is_own)
{
  DheeraTokenFlight *self;

  g_mutex_lock (&provider->lock);
  self = find_flight_locked (provider, source, blocking);
  /* It may never end: what comes later is not to wait for it, too. */
  if (self != NULL && anew)
    {
      provider->token_flights = g_slist_remove (provider->token_flights, self);
      self = NULL;
    }
  *is_own = self == NULL;
  if (self == NULL)
    {
      self = flight_new (provider, source, blocking);
      provider->token_flights = g_slist_prepend (provider->token_flights, self);
    }
  else
    {
      g_atomic_ref_count_inc (&self->ref_count);
    }
  g_mutex_unlock (&provider->lock);

  return self;
}

void
dheera_token_flight_wait (DheeraTokenFlight    *self,
                          DheeraCredentialsDone done,
                          gpointer              user_data,
                          GDestroyNotify        destroy)
{
  gboolean landed;

  g_mutex_lock (&self->provider->lock);
  landed = self->landed;
  if (!landed)
    {
      Waiter *waiter = g_new (Waiter, 1);

      *waiter = (Waiter) { done, user_data, destroy };
      self->waiters = g_slist_prepend (self->waiters, waiter);
    }
  g_mutex_unlock (&self->provider->lock);

  if (landed)
    {
      done (NULL, NULL, user_data);
      destroy (user_data);
    }
}

void
dheera_token_flight_land (DheeraTokenFlight  *self,
                          const char         *token,
                          DheeraErrorDetails *failure,
                          const GError       *error)
{
  GSList *waiters;

  g_mutex_lock (&self->provider->lock);
  if (!self->landed)
    {
      self->landed = TRUE;
      self->token = g_strdup (token);
      self->failure = failure != NULL ? g_object_ref (failure) : NULL;
      self->error = error != NULL ? g_error_copy (error) : NULL;
      self->provider->token_flights = g_slist_remove (self->provider->token_flights, self);
    }
  /* Who came first goes on first. */
  waiters = g_slist_reverse (g_steal_pointer (&self->waiters));
  g_mutex_unlock (&self->provider->lock);

  for (GSList *l = waiters; l != NULL; l = l->next)
    {
      Waiter *waiter = l->data;

      waiter->done (NULL, NULL, waiter->user_data);
      waiter->destroy (waiter->user_data);
    }
  g_slist_free_full (waiters, g_free);
}

gboolean
dheera_token_flight_get_outcome (DheeraTokenFlight   *self,
                                 const char         **token,
                                 DheeraErrorDetails **failure,
                                 const GError       **error)
{
  gboolean landed;

  g_mutex_lock (&self->provider->lock);
  landed = self->landed;
  *token = self->token;
  *failure = self->failure;
  *error = self->error;
  g_mutex_unlock (&self->provider->lock);

  return landed;
}
