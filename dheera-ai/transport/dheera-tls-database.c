/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-transport-internal-private.h"

/* Asks another database, and is nothing that the TLS backend knows: glib-networking before 2.76 keeps a copy of all certificate authorities, about 4 MB, for
 * each connection whose database is one of its own. */

#define DHEERA_TYPE_TLS_DATABASE (dheera_tls_database_get_type ())
G_DECLARE_FINAL_TYPE (DheeraTlsDatabase, dheera_tls_database, DHEERA, TLS_DATABASE, GTlsDatabase)

struct _DheeraTlsDatabase
{
  GTlsDatabase parent_instance;
  GTlsDatabase *inner; /* of get_inner(), which has to read some hundred certificates: not before there is one to verify */
};

G_DEFINE_FINAL_TYPE (DheeraTlsDatabase, dheera_tls_database, G_TYPE_TLS_DATABASE)

static GTlsDatabase *
get_inner (GTlsDatabase *database)
{
  static GMutex mutex;
  DheeraTlsDatabase *self = DHEERA_TLS_DATABASE (database);

  g_mutex_lock (&mutex);
  if (self->inner == NULL)
    self->inner = g_tls_backend_get_default_database (g_tls_backend_get_default ());
  g_mutex_unlock (&mutex);

  return self->inner;
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
  return g_tls_database_verify_chain (get_inner (database), chain, purpose, identity, interaction, flags, cancellable, error);
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
  g_clear_object (&DHEERA_TLS_DATABASE (object)->inner);

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
dheera_tls_database_new (GTlsDatabase *inner)
{
  DheeraTlsDatabase *self = g_object_new (DHEERA_TYPE_TLS_DATABASE, NULL);

  self->inner = inner != NULL ? g_object_ref (inner) : NULL;
  return G_TLS_DATABASE (self);
}
