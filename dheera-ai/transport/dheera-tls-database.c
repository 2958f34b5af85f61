/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-transport-internal-private.h"

#include <pthread.h>

/* Asks another database, and is nothing that the TLS backend knows: glib-networking before 2.76 keeps a copy of all certificate authorities, about 4 MB, for
 * each connection whose database is one of its own. */

#define DHEERA_TYPE_TLS_DATABASE (dheera_tls_database_get_type ())
G_DECLARE_FINAL_TYPE (DheeraTlsDatabase, dheera_tls_database, DHEERA, TLS_DATABASE, GTlsDatabase)

struct _DheeraTlsDatabase
{
  GTlsDatabase parent_instance;
  GTlsDatabase *inner; /* of get_inner(), which has to read some hundred certificates: not before there is one to verify */
  gboolean verify;
  GPtrArray *pins;     /* SHA-256 in hex, one of which has to be in each chain; nullable */
};

G_DEFINE_FINAL_TYPE (DheeraTlsDatabase, dheera_tls_database, G_TYPE_TLS_DATABASE)

static GMutex inner_mutex;

static void
before_fork (void)
{
  g_mutex_lock (&inner_mutex);
}

static void
after_fork (void)
{
  g_mutex_unlock (&inner_mutex);
}

static GTlsDatabase *
get_inner (GTlsDatabase *database)
{
  static gsize prepared;
  DheeraTlsDatabase *self = DHEERA_TLS_DATABASE (database);

  /* Reading the certificates takes its time, with locks of the backend's held, and a child would wait for them. */
  if (g_once_init_enter (&prepared))
    {
      pthread_atfork (before_fork, after_fork, after_fork);
      g_once_init_leave (&prepared, 1);
    }
  g_mutex_lock (&inner_mutex);
  if (self->inner == NULL)
    self->inner = g_tls_backend_get_default_database (g_tls_backend_get_default ());
  g_mutex_unlock (&inner_mutex);

  return self->inner;
}

static gboolean
is_pinned (DheeraTlsDatabase *self,
           GTlsCertificate   *certificate)
{
  g_autoptr(GByteArray) der = NULL;
  g_autofree char *sum = NULL;

  g_object_get (certificate, "certificate", &der, NULL);
  if (der == NULL)
    return FALSE;
  sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, der->data, der->len);

  return g_ptr_array_find_with_equal_func (self->pins, sum, g_str_equal, NULL);
}

/* A server may send any authority's certificate along; one that counts has really signed. */
static gboolean
has_signed (GTlsCertificate *authority,
            GTlsCertificate *chain)
{
  return (g_tls_certificate_verify (chain, NULL, authority) & (G_TLS_CERTIFICATE_UNKNOWN_CA | G_TLS_CERTIFICATE_GENERIC_ERROR)) == 0;
}

/* The server's own certificate, an authority that came with it, or the one that ends the chain, which servers do not send */
static gboolean
chain_is_pinned (DheeraTlsDatabase *self,
                 GTlsCertificate   *chain)
{
  g_autoptr(GTlsCertificate) root = NULL;
  GTlsCertificate *last = chain;

  if (is_pinned (self, chain))
    return TRUE;
  for (GTlsCertificate *issuer = g_tls_certificate_get_issuer (chain); issuer != NULL; issuer = g_tls_certificate_get_issuer (issuer))
    {
      if (is_pinned (self, issuer) && has_signed (issuer, chain))
        return TRUE;
      last = issuer;
    }
  if (!self->verify)
    return FALSE;
  root = g_tls_database_lookup_certificate_issuer (get_inner (G_TLS_DATABASE (self)), last, NULL, G_TLS_DATABASE_LOOKUP_NONE, NULL, NULL);

  return root != NULL && is_pinned (self, root) && has_signed (root, chain);
}

static GQuark
verifier_quark (void)
{
  return g_quark_from_static_string ("dheera-verifier");
}

static GQuark
verdict_quark (void)
{
  return g_quark_from_static_string ("dheera-verdict");
}

static GTlsCertificateFlags
dheera_tls_database_verify_chain (GTlsDatabase            *database,
                                  GTlsCertificate         *chain,
                                  const char              *purpose,
                                  GSocketConnectable      *identity,
                                  GTlsInteraction         *interaction,
                                  GTlsDatabaseVerifyFlags  flags,
                                  GCancellable            *cancellable,
                                  GError                 **error)
{
  DheeraTlsDatabase *self = DHEERA_TLS_DATABASE (database);
  GTlsCertificateFlags found = 0;

  if (self->verify)
    found = g_tls_database_verify_chain (get_inner (database), chain, purpose, identity, interaction, flags, cancellable, error);
  if (self->pins != NULL && !chain_is_pinned (self, chain))
    found |= G_TLS_CERTIFICATE_GENERIC_ERROR;
  /* A mark, never followed */
  g_object_set_qdata (G_OBJECT (chain), verifier_quark (), self);
  g_object_set_qdata (G_OBJECT (chain), verdict_quark (), GUINT_TO_POINTER (found));

  return found;
}

static GTlsCertificate *
dheera_tls_database_lookup_certificate_issuer (GTlsDatabase             *database,
                                               GTlsCertificate          *certificate,
                                               GTlsInteraction          *interaction,
                                               GTlsDatabaseLookupFlags   flags,
                                               GCancellable             *cancellable,
                                               GError                  **error)
{
  return g_tls_database_lookup_certificate_issuer (get_inner (database), certificate, interaction, flags, cancellable, error);
}

static char *
dheera_tls_database_create_certificate_handle (GTlsDatabase    *database,
                                               GTlsCertificate *certificate)
{
  return g_tls_database_create_certificate_handle (get_inner (database), certificate);
}

static GTlsCertificate *
dheera_tls_database_lookup_certificate_for_handle (GTlsDatabase             *database,
                                                   const char               *handle,
                                                   GTlsInteraction          *interaction,
                                                   GTlsDatabaseLookupFlags   flags,
                                                   GCancellable             *cancellable,
                                                   GError                  **error)
{
  return g_tls_database_lookup_certificate_for_handle (get_inner (database), handle, interaction, flags, cancellable, error);
}

static GList *
dheera_tls_database_lookup_certificates_issued_by (GTlsDatabase             *database,
                                                   GByteArray               *issuer,
                                                   GTlsInteraction          *interaction,
                                                   GTlsDatabaseLookupFlags   flags,
                                                   GCancellable             *cancellable,
                                                   GError                  **error)
{
  return g_tls_database_lookup_certificates_issued_by (get_inner (database), issuer, interaction, flags, cancellable, error);
}

static void
dheera_tls_database_finalize (GObject *object)
{
  DheeraTlsDatabase *self = DHEERA_TLS_DATABASE (object);

  g_clear_object (&self->inner);
  g_clear_pointer (&self->pins, g_ptr_array_unref);

  G_OBJECT_CLASS (dheera_tls_database_parent_class)->finalize (object);
}

static void
dheera_tls_database_class_init (DheeraTlsDatabaseClass *klass)
{
  GTlsDatabaseClass *database_class = G_TLS_DATABASE_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = dheera_tls_database_finalize;
  database_class->verify_chain = dheera_tls_database_verify_chain;
  database_class->create_certificate_handle = dheera_tls_database_create_certificate_handle;
  database_class->lookup_certificate_for_handle = dheera_tls_database_lookup_certificate_for_handle;
  database_class->lookup_certificate_issuer = dheera_tls_database_lookup_certificate_issuer;
  database_class->lookup_certificates_issued_by = dheera_tls_database_lookup_certificates_issued_by;
}

static void
dheera_tls_database_init (DheeraTlsDatabase *self)
{
}

GTlsDatabase *
dheera_tls_database_new_full (GTlsDatabase *inner,
                              gboolean      verify,
                              GPtrArray    *pins)
{
  DheeraTlsDatabase *self = g_object_new (DHEERA_TYPE_TLS_DATABASE, NULL);

  self->inner = inner != NULL ? g_object_ref (inner) : NULL;
  self->verify = verify;
  self->pins = pins != NULL && pins->len > 0 ? g_ptr_array_ref (pins) : NULL;

  return G_TLS_DATABASE (self);
}

GTlsDatabase *
dheera_tls_database_new (GTlsDatabase *inner)
{
  return dheera_tls_database_new_full (inner, TRUE, NULL);
}

gboolean
dheera_tls_database_has_pins (GTlsDatabase *database)
{
  return database != NULL && DHEERA_IS_TLS_DATABASE (database) && DHEERA_TLS_DATABASE (database)->pins != NULL;
}

GTlsCertificateFlags
dheera_tls_database_check_connection (GTlsConnection *connection)
{
  GTlsDatabase *database = g_tls_connection_get_database (connection);
  GTlsCertificate *chain = g_tls_connection_get_peer_certificate (connection);
  g_autoptr(GError) error = NULL;
  GTlsCertificateFlags found;

  if (database == NULL || !DHEERA_IS_TLS_DATABASE (database) || !G_IS_TLS_CLIENT_CONNECTION (connection))
    return 0;
  if (!DHEERA_TLS_DATABASE (database)->verify && DHEERA_TLS_DATABASE (database)->pins == NULL)
    return 0;
  if (chain == NULL)
    return G_TLS_CERTIFICATE_GENERIC_ERROR;
  if (g_object_get_qdata (G_OBJECT (chain), verifier_quark ()) == database)
    return GPOINTER_TO_UINT (g_object_get_qdata (G_OBJECT (chain), verdict_quark ()));

  found = g_tls_database_verify_chain (database, chain, G_TLS_DATABASE_PURPOSE_AUTHENTICATE_SERVER,
                                       g_tls_client_connection_get_server_identity (G_TLS_CLIENT_CONNECTION (connection)), NULL,
                                       G_TLS_DATABASE_VERIFY_NONE, NULL, &error);
  return error != NULL ? G_TLS_CERTIFICATE_GENERIC_ERROR : found;
}

void
dheera_tls_database_forget_connection (GTlsConnection *connection)
{
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (connection), "session-resumption-enabled") != NULL)
    g_object_set (connection, "session-resumption-enabled", FALSE, NULL);
}
