/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which session a call goes over, and the default client of the process. */

#include "dheera-client-private.h"

#include "dheera-ai/model/dheera-error.h"

#include <pthread.h>

static GMutex default_mutex;
static DheeraClient *default_client;
static gboolean default_was_made; /* by the application, and not on demand */

static void
before_fork (void)
{
  g_mutex_lock (&default_mutex);
}

static void
after_fork (void)
{
  g_mutex_unlock (&default_mutex);
}

void
dheera_client_prepare_default (void)
{
  static gsize prepared;

  if (g_once_init_enter (&prepared))
    {
      pthread_atfork (before_fork, after_fork, after_fork);
      g_once_init_leave (&prepared, 1);
    }
}

static DheeraTransport *
make_transport (DheeraClient *self)
{
  if (self->session != NULL)
    return dheera_transport_for_session (self->session);
  if (self->session_config != NULL)
    return dheera_transport_new_with_config (self->session_config);
  return dheera_transport_new ();
}

static DheeraTransport *
dup_own_transport (DheeraClient *self)
{
  DheeraTransport *transport;

  dheera_client_lock (self);
  if (self->transport == NULL)
    self->transport = make_transport (self);
  transport = dheera_transport_ref (self->transport);
  g_mutex_unlock (&self->mutex);

  return transport;
}

/* (transfer full) (nullable): the client whose session holds for those that have none */
static DheeraClient *
dup_made_default (void)
{
  g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&default_mutex);

  return default_was_made ? g_object_ref (default_client) : NULL;
}

gboolean
dheera_client_check_session (DheeraClient  *self,
                             GError       **error)
{
  if (self->session == NULL || self->session_options == NULL)
    return TRUE;

  g_set_error_literal (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST,
                       "The client was made with a session and with session options, which are for a session of its own; give it one of the two.");
  return FALSE;
}

DheeraTransport *
dheera_client_dup_transport (DheeraClient      *self,
                             DheeraBaseRequest *request)
{
  SoupSession *session = dheera_base_request_get_session (request);
  g_autoptr(DheeraClient) fallback = NULL;

  if (session != NULL)
    return dheera_transport_for_session (session);
  if (self->session == NULL && self->session_options == NULL)
    fallback = dup_made_default ();
  return dup_own_transport (fallback != NULL ? fallback : self);
}

/**
 * dheera_client_get_default:
 *
 * Gets the default client: the one that [method@Client.make_default] named, or else one that is made now, without a session.
 *
 * May be called from any thread. The library holds the client until another one takes its place: where a thread may do that meanwhile, take a reference.
 *
 * Returns: (transfer none): the default client
 *
 * Since: 0.1
 */
DheeraClient *
dheera_client_get_default (void)
{
  g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&default_mutex);

  if (default_client == NULL)
    default_client = dheera_client_new ();
  return default_client;
}

/**
 * dheera_client_make_default:
 * @self: a client
 *
 * Makes this client the default of the process: [func@Client.get_default] returns it, and clients without a session or session options use its session from their next
 * call on.
 *
 * May be called from any thread, and again with another client; calls that run go on as they began.
 *
 * Since: 0.1
 */
void
dheera_client_make_default (DheeraClient *self)
{
  g_autoptr(DheeraClient) old = NULL;

  g_return_if_fail (DHEERA_IS_CLIENT (self));

  /* The old one's end may run the application's code, which is not to find the lock held. */
  g_mutex_lock (&default_mutex);
  old = g_steal_pointer (&default_client);
  default_client = g_object_ref (self);
  default_was_made = TRUE;
  g_mutex_unlock (&default_mutex);
}

/**
 * dheera_clear_default_client:
 *
 * Drops the default client: the next [func@Client.get_default] makes a new one. May be called from any thread.
 *
 * Since: 0.1
 */
void
dheera_clear_default_client (void)
{
  g_autoptr(DheeraClient) old = NULL;

  g_mutex_lock (&default_mutex);
  old = g_steal_pointer (&default_client);
  default_was_made = FALSE;
  g_mutex_unlock (&default_mutex);
}
