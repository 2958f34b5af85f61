/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-jwt-private.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>

#include "dheera-ai/model/dheera-error.h"
#include "dheera-ai/wire/dheera-json-writer-private.h"

/* base64 of RFC 4648 §5, without padding */
static void
append_base64url (GString    *out,
                  const void *data,
                  gsize       length)
{
  g_autofree char *plain = g_base64_encode (data, length);

  for (const char *p = plain; *p != '\0' && *p != '='; p++)
    g_string_append_c (out, *p == '+' ? '-' : *p == '/' ? '_' : *p);
}

static char *
make_header (const char *key_id)
{
  DheeraJsonWriter header = DHEERA_JSON_WRITER_INIT;

  dheera_json_writer_init (&header, 128);
  dheera_json_writer_begin_object (&header);
  dheera_json_writer_member_string (&header, "alg", "RS256");
  dheera_json_writer_member_string (&header, "typ", "JWT");
  if (key_id != NULL)
    dheera_json_writer_member_string (&header, "kid", key_id);
  dheera_json_writer_end_object (&header);

  return dheera_json_writer_steal (&header);
}

/* Of GnuTLS' errors a negative number, else 0 with the signature. The key is wiped by GnuTLS when it lets go of it. */
static int
sign (const char     *pem,
      const GString  *text,
      gnutls_datum_t *signature)
{
  const gnutls_datum_t key_datum = { (guchar *) pem, (guint) strlen (pem) };
  const gnutls_datum_t text_datum = { (guchar *) text->str, (guint) text->len };
  gnutls_privkey_t key;
  int result = gnutls_privkey_init (&key);

  if (result < 0)
    return result;

  result = gnutls_privkey_import_x509_raw (key, &key_datum, GNUTLS_X509_FMT_PEM, NULL, 0);
  if (result >= 0)
    result = gnutls_privkey_sign_data2 (key, GNUTLS_SIGN_RSA_SHA256, 0, &text_datum, signature);
  gnutls_privkey_deinit (key);

  return result;
}

char *
dheera_jwt_new_rs256 (const char  *claims,
                      const char  *key_id,
                      const char  *pem,
                      GError     **error)
{
  g_autofree char *header = make_header (key_id);
  GString *token = g_string_sized_new (1024);
  gnutls_datum_t signature = { NULL, 0 };
  int result;

  append_base64url (token, header, strlen (header));
  g_string_append_c (token, '.');
  append_base64url (token, claims, strlen (claims));

  result = sign (pem, token, &signature);
  if (result < 0)
    {
      g_string_free (token, TRUE);
      g_set_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST, "its private key can't be used to sign with RS256: %s", gnutls_strerror (result));
      return NULL;
    }

  g_string_append_c (token, '.');
  append_base64url (token, signature.data, signature.size);
  gnutls_free (signature.data);

  return g_string_free (token, FALSE);
}

static gboolean
is_base64url (char c)
{
  return g_ascii_isalnum (c) || c == '-' || c == '_';
}

gboolean
dheera_jwt_looks_like_one (const char *text)
{
  guint n_dots = 0;

  if (!g_str_has_prefix (text, "eyJ"))
    return FALSE;
  for (; *text != '\0'; text++)
    {
      if (*text == '.')
        n_dots++;
      else if (!is_base64url (*text))
        return FALSE;
    }

  return n_dots == 2;
}
