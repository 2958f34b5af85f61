/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Google Cloud's application default credentials: the key file of a service account, which signs a JWT (RFC 7523), or what gcloud keeps of a user who logged in. */

#include "dheera-token-source-private.h"

#include <glib/gstdio.h>
#include <string.h>

#include "dheera-jwt-private.h"
#include "dheera-ai/providers/dheera-provider-private.h"
#include "dheera-ai/wire/dheera-secret-private.h"

#define VARIABLE "GOOGLE_APPLICATION_CREDENTIALS"
#define TOKEN_URL "https://oauth2.googleapis.com/token"
#define SCOPE "https://www.googleapis.com/auth/cloud-platform"
#define JWT_GRANT "urn:ietf:params:oauth:grant-type:jwt-bearer"
#define JWT_LIFETIME 3600
#define MAX_FILE (1024 * 1024)

static gboolean
is_json_object (const char *text)
{
  while (g_ascii_isspace (*text))
    text++;

  return *text == '{';
}

/* The place is gcloud's own, whatever XDG says. */
static char *
dup_well_known_path (void)
{
  const char *config = g_getenv ("CLOUDSDK_CONFIG");

  if (config != NULL && *config != '\0')
    return g_build_filename (config, "application_default_credentials.json", NULL);

  return g_build_filename (g_get_home_dir (), ".config", "gcloud", "application_default_credentials.json", NULL);
}

/* A changed file is another source. */
static DheeraTokenSource *
find_file (GError **error)
{
  const char *named = g_getenv (VARIABLE);
  gboolean is_named = named != NULL && *named != '\0';
  g_autofree char *path = is_named ? g_strdup (named) : dup_well_known_path ();
  DheeraTokenSource *self;
  GStatBuf status;

  if (g_stat (path, &status) != 0)
    {
      if (is_named)
        g_set_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST, "the file “%s”, which the environment variable " VARIABLE " names, can't be read: %s",
                     path, g_strerror (errno));
      return NULL;
    }

  self = dheera_token_source_new (&dheera_token_google);
  self->id = g_strdup_printf ("%s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT, path, (gint64) status.st_mtime, (gint64) status.st_size);
  self->path = g_steal_pointer (&path);

  return self;
}

static DheeraTokenSource *
find (const char *key,
      GError    **error)
{
  DheeraTokenSource *self;

  if (key == NULL)
    return find_file (error);
  if (!is_json_object (key))
    return NULL;

  self = dheera_token_source_new (&dheera_token_google);
  self->id = g_compute_checksum_for_string (G_CHECKSUM_SHA256, key, -1);
  self->text = g_strdup (key);

  return self;
}

static char *
make_claims (const char *email,
             const char *url,
             gint64      now)
{
  DheeraJsonWriter claims = DHEERA_JSON_WRITER_INIT;

  dheera_json_writer_init (&claims, 256);
  dheera_json_writer_begin_object (&claims);
  dheera_json_writer_member_string (&claims, "iss", email);
  dheera_json_writer_member_string (&claims, "scope", SCOPE);
  dheera_json_writer_member_string (&claims, "aud", url);
  dheera_json_writer_member_int (&claims, "iat", now);
  dheera_json_writer_member_int (&claims, "exp", now + JWT_LIFETIME);
  dheera_json_writer_end_object (&claims);

  return dheera_json_writer_steal (&claims);
}

static gboolean
need (const char *value,
      const char *name,
      GError    **error)
{
  if (value != NULL && *value != '\0')
    return TRUE;

  g_set_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST, "it has no “%s”", name);

  return FALSE;
}

static DheeraHttpRequest *
encode_service_account (DheeraTokenSource *self,
                        DheeraJsonValue    root,
                        gint64             now,
                        GError           **error)
{
  g_autofree char *email = dheera_json_dup_string (dheera_json_member (root, "client_email"));
  g_autofree char *key_id = dheera_json_dup_string (dheera_json_member (root, "private_key_id"));
  g_autofree char *claims = NULL;
  char *pem = dheera_json_dup_string (dheera_json_member (root, "private_key"));
  const char *assertion = NULL;

  if (need (email, "client_email", error) && need (pem, "private_key", error))
    {
      claims = make_claims (email, self->url, now);
      assertion = dheera_token_source_take_secret (self, dheera_jwt_new_rs256 (claims, key_id, pem, error));
    }
  dheera_secret_free (pem);
  if (assertion == NULL)
    return NULL;

  return dheera_token_source_post (self, (const char *const[]) { "grant_type", JWT_GRANT, "assertion", assertion, NULL }, error);
}

static const char *
take_member (DheeraTokenSource *self,
             DheeraJsonValue    root,
             const char        *name)
{
  return dheera_token_source_take_secret (self, dheera_json_dup_string (dheera_json_member (root, name)));
}

static DheeraHttpRequest *
encode_user (DheeraTokenSource *self,
             DheeraJsonValue    root,
             GError           **error)
{
  g_autofree char *client_id = dheera_json_dup_string (dheera_json_member (root, "client_id"));
  const char *client_secret = take_member (self, root, "client_secret");
  const char *refresh_token = take_member (self, root, "refresh_token");

  if (!need (client_id, "client_id", error) || !need (client_secret, "client_secret", error) || !need (refresh_token, "refresh_token", error))
    return NULL;

  return dheera_token_source_post (self,
                                   (const char *const[]) { "grant_type", "refresh_token", "client_id", client_id, "client_secret", client_secret,
                                                           "refresh_token", refresh_token, NULL },
                                   error);
}

static DheeraHttpRequest *
encode_json (DheeraTokenSource *self,
             DheeraJsonValue    root,
             gint64             now,
             GError           **error)
{
  g_autofree char *type = dheera_json_dup_string (dheera_json_member (root, "type"));

  g_free (self->url);
  self->url = dheera_json_dup_string (dheera_json_member (root, "token_uri"));
  if (self->url == NULL)
    self->url = g_strdup (TOKEN_URL);

  if (g_strcmp0 (type, "service_account") == 0)
    return encode_service_account (self, root, now, error);
  if (g_strcmp0 (type, "authorized_user") == 0)
    return encode_user (self, root, error);

  g_set_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST,
               "its “type” is “%s”, and only “service_account” and “authorized_user” are known here; for others set a credentials function that returns access tokens",
               type != NULL ? type : "");

  return NULL;
}

/* FALSE with the error. The text is the caller's to wipe. */
static gboolean
read_file (const char *path,
           char      **text,
           gsize      *length,
           GError    **error)
{
  g_autoptr (GError) fault = NULL;

  if (g_file_get_contents (path, text, length, &fault))
    {
      if (*length <= MAX_FILE)
        return TRUE;
      g_set_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST, "it is larger than such a file can be");
      explicit_bzero (*text, *length);
      g_clear_pointer (text, g_free);
      return FALSE;
    }

  g_set_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST, "it can't be read: %s", fault->message);

  return FALSE;
}

static DheeraHttpRequest *
encode (DheeraTokenSource *self,
        gint64             now,
        GError           **error)
{
  DheeraJson json = DHEERA_JSON_INIT;
  DheeraHttpRequest *http = NULL;
  char *owned = NULL;
  const char *text = self->text;
  gsize length = 0;

  if (text != NULL)
    length = strlen (text);
  else if (read_file (self->path, &owned, &length, error))
    text = owned;

  if (text != NULL && dheera_json_parse (&json, text, length))
    http = encode_json (self, dheera_json_root (&json), now, error);
  else if (text != NULL)
    g_set_error_literal (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST, "it is not valid JSON");

  dheera_json_clear (&json);
  if (owned != NULL)
    explicit_bzero (owned, length);
  g_free (owned);
  if (http == NULL)
    g_prefix_error (error, "the credentials of Google Cloud (%s) can't be used: ", self->path != NULL ? self->path : "the JSON text given as key");

  return http;
}

/* Keys have one of two beginnings; tokens have many. */
static gboolean
is_token (const char *key)
{
  return !g_str_has_prefix (key, "AIza") && !g_str_has_prefix (key, "AQ.");
}

const DheeraTokenScheme dheera_token_google = {
  .name = "google",
  .wanted = "the environment variable " VARIABLE " to the path of a service account's key file (or run “gcloud auth application-default login”)",
  .advice = "Check the clock of this machine, and that the service account's key is still valid; of your own account, log in again "
            "with “gcloud auth application-default login”.",
  .find = find,
  .encode = encode,
  .is_token = is_token,
};
