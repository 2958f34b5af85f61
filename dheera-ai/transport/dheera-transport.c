/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-transport-internal-private.h"

#include "dheera-fork-private.h"

#include "dheera-ai/wire/dheera-process-private.h"

#include <pthread.h>

struct _DheeraTransport
{
  gatomicrefcount ref_count;
  DheeraSessionConfig *config; /* of an own record */
  GMutex mutex;
  guint generation;      /* number of forks that this process comes from, when the session was made */
  SoupSession *session;  /* of an own record, NULL until it is needed */
  GWeakRef user_session;
  DheeraGate *gate;
};

static GMutex registry_mutex;

G_DEFINE_QUARK (dheera-transport-error-quark, dheera_transport_error)

static G_DEFINE_QUARK (dheera-transport, record)

/* The lock may have been held by a thread that the child does not have. */
static void
reset_in_child (void)
{
  g_mutex_init (&registry_mutex);
}

static DheeraTransport *
transport_alloc (void)
{
  static gsize prepared;
  DheeraTransport *self = g_new0 (DheeraTransport, 1);

  if (g_once_init_enter (&prepared))
    {
      dheera_fork_prepare ();
      pthread_atfork (NULL, NULL, reset_in_child);
      g_once_init_leave (&prepared, 1);
    }

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->mutex);
  g_weak_ref_init (&self->user_session, NULL);
  self->generation = dheera_process_get_generation ();

  return self;
}

DheeraTransport *
dheera_transport_new (void)
{
  DheeraTransport *self = transport_alloc ();

  self->config = g_new (DheeraSessionConfig, 1);
  dheera_session_config_init (self->config);

  return self;
}

DheeraTransport *
dheera_transport_new_with_config (const DheeraSessionConfig *config)
{
  DheeraTransport *self = transport_alloc ();

  self->config = dheera_session_config_copy (config);

  return self;
}

DheeraTransport *
dheera_transport_for_session (SoupSession *session)
{
  DheeraTransport *self;

  g_return_val_if_fail (SOUP_IS_SESSION (session), NULL);

  g_mutex_lock (&registry_mutex);
  self = g_object_get_qdata (G_OBJECT (session), record_quark ());
  if (self == NULL)
    {
      self = transport_alloc ();
      g_weak_ref_set (&self->user_session, session);
      self->gate = dheera_gate_new (session);
      g_object_set_qdata_full (G_OBJECT (session), record_quark (), self, (GDestroyNotify) dheera_transport_unref);
    }
  dheera_transport_ref (self);
  g_mutex_unlock (&registry_mutex);

  return self;
}

DheeraTransport *
dheera_transport_ref (DheeraTransport *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
dheera_transport_unref (DheeraTransport *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  /* What the parent process made stays untouched: closing its TLS connections here would end them there. */
  if (!dheera_transport_is_inherited (self))
    {
      if (self->gate != NULL)
        dheera_gate_free (self->gate, self->session);
      g_clear_object (&self->session);
    }
  g_clear_pointer (&self->config, dheera_session_config_free);
  g_weak_ref_clear (&self->user_session);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

gboolean
dheera_transport_is_own (DheeraTransport *self)
{
  return self->config != NULL;
}

gboolean
dheera_transport_is_inherited (DheeraTransport *self)
{
  return self->generation != dheera_process_get_generation ();
}

gboolean
dheera_transport_is_http1 (DheeraTransport *self)
{
  return self->config != NULL && !self->config->http2;
}

static SoupSession *
dup_own_session (DheeraTransport  *self,
                 GError          **error)
{
  SoupSession *session;

  /* Locks may have been held by a thread that the child does not have. */
  if (dheera_transport_is_inherited (self))
    {
      g_mutex_lock (&registry_mutex);
      if (dheera_transport_is_inherited (self))
        {
          g_mutex_init (&self->mutex);
          self->session = NULL;
          self->gate = NULL;
          self->generation = dheera_process_get_generation ();
        }
      g_mutex_unlock (&registry_mutex);
    }

  g_mutex_lock (&self->mutex);
  if (self->session == NULL)
    {
      self->session = dheera_session_config_make_session (self->config, error);
      if (self->session != NULL)
        self->gate = dheera_gate_new (self->session);
    }
  session = self->session != NULL ? g_object_ref (self->session) : NULL;
  g_mutex_unlock (&self->mutex);

  return session;
}

SoupSession *
dheera_transport_dup_session (DheeraTransport  *self,
                              GError          **error)
{
  SoupSession *session;

  if (self->config != NULL)
    return dup_own_session (self, error);

  if (dheera_transport_is_inherited (self))
    {
      g_set_error_literal (error, DHEERA_TRANSPORT_ERROR, DHEERA_TRANSPORT_ERROR_SESSION,
                           "the SoupSession was made before this process was forked and its connections belong to the parent; "
                           "make a new session in the child");
      return NULL;
    }

  session = g_weak_ref_get (&self->user_session);
  if (session == NULL)
    g_set_error_literal (error, DHEERA_TRANSPORT_ERROR, DHEERA_TRANSPORT_ERROR_SESSION, "the SoupSession does not exist any more");

  return session;
}

DheeraGate *
dheera_transport_get_gate (DheeraTransport *self)
{
  return self->gate;
}
