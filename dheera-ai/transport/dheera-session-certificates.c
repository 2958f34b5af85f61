/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whom a session trusts, and the certificate that it shows. */

#include "dheera-session-config-internal-private.h"

#include <gnutls/gnutls.h>
#include <string.h>

#include "dheera-ai/wire/dheera-secret-private.h"

static void
set_error (GError               **error,
           DheeraTransportError   code,
           const char            *format,
           ...) G_GNUC_PRINTF (3, 4);

static void
set_error (GError               **error,
           DheeraTransportError   code,
           const char            *format,
           ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_propagate_error (error, g_error_new_valist (DHEERA_TRANSPORT_ERROR, code, format, arguments));
  va_end (arguments);
}

/* 64 digits in lower case, of a text that may have colons between them as openssl prints them; NULL when it is something else */
static char *
normalize_pin (const char *text)
{
  g_autoptr(GString) pin = g_string_sized_new (64);

  for (; *text != '\0'; text++)
    {
      if (*text == ':')
        continue;
      if (!g_ascii_isxdigit (*text))
        return NULL;
      g_string_append_c (pin, g_ascii_tolower (*text));
    }

  return pin->len == 64 ? g_string_free (g_steal_pointer (&pin), FALSE) : NULL;
}

static gboolean
read_pins (const DheeraSessionConfig  *self,
           GPtrArray                  *pins,
           GError                    **error)
{
  for (guint i = 0; self->pinned_certificates != NULL && self->pinned_certificates[i] != NULL; i++)
    {
      char *pin = normalize_pin (self->pinned_certificates[i]);

      if (pin == NULL)
        {
          set_error (error, DHEERA_TRANSPORT_ERROR_SESSION,
                     "the session option pinned-certificates has “%s”, but the SHA-256 of a certificate is 64 hexadecimal digits", self->pinned_certificates[i]);
          return FALSE;
        }
      g_ptr_array_add (pins, pin);
    }

  return TRUE;
}

static GTlsDatabase *
load_authorities (const char  *file,
                  GError     **error)
{
  /* GIO wants it absolute. */
  g_autofree char *path = g_canonicalize_filename (file, NULL);
  g_autolist(GTlsCertificate) authorities = NULL;
  g_autoptr(GTlsDatabase) database = NULL;
  g_autoptr(GError) reason = NULL;

  authorities = g_tls_certificate_list_new_from_file (path, &reason);
  if (reason == NULL && authorities == NULL)
    {
      set_error (error, DHEERA_TRANSPORT_ERROR_SESSION, "the file of the session option ca-file, %s, has no certificate in PEM", path);
      return NULL;
    }
  if (reason == NULL)
    database = g_tls_file_database_new (path, &reason);
  if (reason != NULL)
    {
      set_error (error, DHEERA_TRANSPORT_ERROR_SESSION, "the file of the session option ca-file, %s, can't be read (%s)", path, reason->message);
      return NULL;
    }

  return g_steal_pointer (&database);
}

GTlsDatabase *
dheera_session_config_make_database (const DheeraSessionConfig  *self,
                                     GError                    **error)
{
  g_autoptr(GPtrArray) pins = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GTlsDatabase) inner = self->tls_database != NULL ? g_object_ref (self->tls_database) : NULL;

  if (!read_pins (self, pins, error))
    return NULL;
  if (self->ca_file != NULL && (inner = load_authorities (self->ca_file, error)) == NULL)
    return NULL;

  return dheera_tls_database_new_full (inner, self->verify, pins);
}

/* --- The client certificate -------------------------------------------------------------------------------------------------------------- */

static gboolean
is_pkcs11 (const char *name)
{
  return name != NULL && g_ascii_strncasecmp (name, "pkcs11:", 7) == 0;
}

/* URIs stay out of errors: they may hold a PIN. */
static GTlsCertificate *
load_pkcs11 (const DheeraSessionConfig  *self,
             GError                    **error)
{
  g_autoptr(GError) reason = NULL;
  GTlsCertificate *certificate;

  if (!is_pkcs11 (self->client_certificate_file) || (self->client_key_file != NULL && !is_pkcs11 (self->client_key_file)))
    {
      set_error (error, DHEERA_TRANSPORT_ERROR_UNSUPPORTED,
                 "of the session options client-certificate-file and client-key-file one is a PKCS#11 URI and the other is none; GIO needs both in the same place");
      return NULL;
    }
  if (strstr (self->client_certificate_file, "pin-value=") != NULL || (self->client_key_file != NULL && strstr (self->client_key_file, "pin-value=") != NULL))
    {
      set_error (error, DHEERA_TRANSPORT_ERROR_SESSION,
                 "a PKCS#11 URI of the session options holds a PIN (pin-value), where everybody could read it; the option tls-interaction is asked for it instead");
      return NULL;
    }
  certificate = g_tls_certificate_new_from_pkcs11_uris (self->client_certificate_file, self->client_key_file, &reason);
  if (certificate == NULL && g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED))
    set_error (error, DHEERA_TRANSPORT_ERROR_UNSUPPORTED, "the TLS backend of GIO can't use the PKCS#11 URI of the session option client-certificate-file");
  else if (certificate == NULL)
    set_error (error, DHEERA_TRANSPORT_ERROR_SESSION,
               "nothing was found at the PKCS#11 URI of the session option client-certificate-file; is the token there, and its module registered with p11-kit?");

  return certificate;
}

/* The password of a PKCS#12 file, which the application's interaction is asked for; NULL with error set */
static char *
ask_password (const DheeraSessionConfig  *self,
              GError                    **error)
{
  g_autofree char *description = g_filename_display_basename (self->client_certificate_file);
  g_autoptr(GTlsPassword) password = NULL;
  g_autoptr(GError) reason = NULL;
  const guchar *value;
  gsize length;

  if (self->tls_interaction == NULL)
    {
      set_error (error, DHEERA_TRANSPORT_ERROR_SESSION,
                 "the file of the session option client-certificate-file, %s, wants a password; set the option tls-interaction, which is asked for it",
                 self->client_certificate_file);
      return NULL;
    }
  password = g_tls_password_new (G_TLS_PASSWORD_NONE, description);
  if (g_tls_interaction_invoke_ask_password (self->tls_interaction, password, NULL, &reason) != G_TLS_INTERACTION_HANDLED)
    {
      set_error (error, DHEERA_TRANSPORT_ERROR_SESSION, "the tls-interaction gave no password for %s%s%s%s", self->client_certificate_file,
                 reason != NULL ? " (" : "", reason != NULL ? reason->message : "", reason != NULL ? ")" : "");
      return NULL;
    }
  value = g_tls_password_get_value (password, &length);

  return g_strndup ((const char *) value, length);
}

static GTlsCertificate *
load_pkcs12 (const DheeraSessionConfig  *self,
             const char                 *data,
             gsize                       length,
             GError                    **error)
{
  g_autoptr(GError) reason = NULL;
  GTlsCertificate *certificate;

  if (self->client_key_file != NULL)
    {
      set_error (error, DHEERA_TRANSPORT_ERROR_SESSION, "the file of the session option client-certificate-file, %s, is not PEM; a PKCS#12 file has its key "
                 "inside, and client-key-file can't be set with it", self->client_certificate_file);
      return NULL;
    }
  certificate = g_tls_certificate_new_from_pkcs12 ((const guint8 *) data, length, NULL, &reason);
  if (certificate == NULL && g_error_matches (reason, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE_PASSWORD))
    {
      char *password = ask_password (self, error);

      if (password == NULL)
        return NULL;
      g_clear_error (&reason);
      certificate = g_tls_certificate_new_from_pkcs12 ((const guint8 *) data, length, password, &reason);
      dheera_secret_free (password);
    }
  if (certificate == NULL && g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED))
    set_error (error, DHEERA_TRANSPORT_ERROR_UNSUPPORTED, "the TLS backend of GIO can't read PKCS#12, which %s is; make PEM files of it",
               self->client_certificate_file);
  else if (certificate == NULL)
    set_error (error, DHEERA_TRANSPORT_ERROR_SESSION, "the file of the session option client-certificate-file, %s, is neither PEM nor a PKCS#12 with a certificate and its key that can be opened (%s)",
               self->client_certificate_file, reason->message);

  return certificate;
}

static gboolean
check_key (const char  *path,
           const char  *pem,
           GError     **error)
{
  if (strstr (pem, "PRIVATE KEY-----") == NULL)
    set_error (error, DHEERA_TRANSPORT_ERROR_SESSION, "%s has no private key in PEM; the session option client-key-file names the file that has it", path);
  else if (strstr (pem, "BEGIN ENCRYPTED PRIVATE KEY-----") != NULL || strstr (pem, "Proc-Type: 4,ENCRYPTED") != NULL)
    set_error (error, DHEERA_TRANSPORT_ERROR_UNSUPPORTED, "the private key in %s is encrypted, and GIO can't read such PEM files; make a PKCS#12 file of it, whose "
               "password the tls-interaction is asked for", path);
  else
    return TRUE;

  return FALSE;
}

/* GIO does not look; a server then only says that something could not be decrypted. What GnuTLS can't read is GIO's to complain of. */
static gboolean
belong_together (const char *certificate,
                 const char *key)
{
  const gnutls_datum_t certificate_datum = { (guchar *) certificate, (guint) strlen (certificate) };
  const gnutls_datum_t key_datum = { (guchar *) key, (guint) strlen (key) };
  gnutls_certificate_credentials_t credentials;
  int result;

  if (gnutls_certificate_allocate_credentials (&credentials) < 0)
    return TRUE;
  result = gnutls_certificate_set_x509_key_mem (credentials, &certificate_datum, &key_datum, GNUTLS_X509_FMT_PEM);
  gnutls_certificate_free_credentials (credentials);

  return result != GNUTLS_E_CERTIFICATE_KEY_MISMATCH;
}

static gboolean
read_file (const char  *option,
           const char  *path,
           char       **data,
           gsize       *length,
           GError     **error)
{
  g_autoptr(GError) reason = NULL;

  if (g_file_get_contents (path, data, length, &reason))
    return TRUE;
  set_error (error, DHEERA_TRANSPORT_ERROR_SESSION, "the file of the session option %s can't be read (%s)", option, reason->message);

  return FALSE;
}

static GTlsCertificate *
load_pem (const DheeraSessionConfig  *self,
          const char                 *pem,
          GError                    **error)
{
  const char *key_path = self->client_key_file != NULL ? self->client_key_file : self->client_certificate_file;
  g_autofree char *key = NULL;
  g_autoptr(GError) reason = NULL;
  GTlsCertificate *certificate;
  gboolean good;
  gsize length = 0;

  if (self->client_key_file != NULL && !read_file ("client-key-file", self->client_key_file, &key, &length, error))
    return NULL;
  good = check_key (key_path, key != NULL ? key : pem, error);
  if (good && !belong_together (pem, key != NULL ? key : pem))
    {
      set_error (error, DHEERA_TRANSPORT_ERROR_SESSION, "the private key in %s does not belong to the client certificate in %s", key_path, self->client_certificate_file);
      good = FALSE;
    }
  if (key != NULL)
    explicit_bzero (key, length);
  if (!good)
    return NULL;

  certificate = g_tls_certificate_new_from_files (self->client_certificate_file, key_path, &reason);
  if (certificate == NULL)
    set_error (error, DHEERA_TRANSPORT_ERROR_SESSION, "the client certificate in %s with the key in %s can't be used (%s)",
               self->client_certificate_file, key_path, reason->message);

  return certificate;
}

gboolean
dheera_session_config_load_certificate (const DheeraSessionConfig  *self,
                                        GTlsCertificate           **certificate,
                                        GError                    **error)
{
  g_autofree char *data = NULL;
  gsize length = 0;

  *certificate = NULL;
  if (self->client_certificate_file == NULL)
    {
      if (self->client_key_file != NULL)
        set_error (error, DHEERA_TRANSPORT_ERROR_SESSION, "the session option client-key-file needs client-certificate-file, the certificate that the key belongs to");
      return self->client_key_file == NULL;
    }

  if (is_pkcs11 (self->client_certificate_file) || is_pkcs11 (self->client_key_file))
    {
      *certificate = load_pkcs11 (self, error);
      return *certificate != NULL;
    }
  if (!read_file ("client-certificate-file", self->client_certificate_file, &data, &length, error))
    return FALSE;
  *certificate = strstr (data, "-----BEGIN ") != NULL ? load_pem (self, data, error) : load_pkcs12 (self, data, length, error);
  explicit_bzero (data, length);

  return *certificate != NULL;
}
