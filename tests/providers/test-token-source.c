/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "providers-util.h"

#include <glib/gstdio.h>
#include <gnutls/abstract.h>
#include <gnutls/x509.h>

#include "dheera-ai/providers/tokens/dheera-jwt-private.h"
#include "dheera-ai/providers/tokens/dheera-token-source-private.h"
#include "dheera-ai/wire/dheera-secret-private.h"

/* A key pair of the moment: its private half as PKCS #8, which is what Google's files have */
static char *private_pem;
static gnutls_pubkey_t public_key;

static void
make_keys (void)
{
  gnutls_x509_privkey_t key;
  gnutls_privkey_t abstract_key;
  gnutls_datum_t pem;

  g_assert_cmpint (gnutls_x509_privkey_init (&key), ==, 0);
  g_assert_cmpint (gnutls_x509_privkey_generate (key, GNUTLS_PK_RSA, 2048, 0), ==, 0);
  g_assert_cmpint (gnutls_x509_privkey_export2_pkcs8 (key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &pem), ==, 0);
  private_pem = g_strndup ((char *) pem.data, pem.size);
  gnutls_free (pem.data);

  g_assert_cmpint (gnutls_privkey_init (&abstract_key), ==, 0);
  g_assert_cmpint (gnutls_privkey_import_x509 (abstract_key, key, GNUTLS_PRIVKEY_IMPORT_COPY), ==, 0);
  g_assert_cmpint (gnutls_pubkey_init (&public_key), ==, 0);
  g_assert_cmpint (gnutls_pubkey_import_privkey (public_key, abstract_key, 0, 0), ==, 0);
  gnutls_privkey_deinit (abstract_key);
  gnutls_x509_privkey_deinit (key);
}

static guchar *
decode_base64url (const char *text,
                  gsize      *length)
{
  g_autoptr (GString) plain = g_string_new (text);

  g_assert_null (strpbrk (text, "+/="));
  for (gsize i = 0; i < plain->len; i++)
    plain->str[i] = plain->str[i] == '-' ? '+' : plain->str[i] == '_' ? '/' : plain->str[i];
  while (plain->len % 4 != 0)
    g_string_append_c (plain, '=');

  return g_base64_decode (plain->str, length);
}

static char *
decode_segment (const char *text)
{
  gsize length;
  g_autofree guchar *bytes = decode_base64url (text, &length);

  return g_strndup ((char *) bytes, length);
}

/* The claims, when the signature is right */
static char *
verify (const char *jwt,
        char      **header)
{
  g_auto (GStrv) segments = g_strsplit (jwt, ".", -1);
  g_autofree char *text = g_strdup_printf ("%s.%s", segments[0], segments[1]);
  gnutls_datum_t data = { (guchar *) text, (guint) strlen (text) };
  g_autofree guchar *bytes = NULL;
  gnutls_datum_t signature;
  gsize length;

  g_assert_cmpuint (g_strv_length (segments), ==, 3);
  bytes = decode_base64url (segments[2], &length);
  signature = (gnutls_datum_t) { bytes, (guint) length };
  g_assert_cmpint (gnutls_pubkey_verify_data2 (public_key, GNUTLS_SIGN_RSA_SHA256, 0, &data, &signature), >=, 0);
  *header = decode_segment (segments[0]);

  return decode_segment (segments[1]);
}

static void
test_jwt (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *jwt = dheera_jwt_new_rs256 ("{\"iss\":\"me\"}", "key-1", private_pem, &error);
  g_autofree char *anonymous = NULL;
  g_autofree char *header = NULL;
  g_autofree char *plain_header = NULL;
  g_autofree char *claims = NULL;
  g_autofree char *same_claims = NULL;

  g_assert_no_error (error);
  g_assert_true (dheera_jwt_looks_like_one (jwt));
  claims = verify (jwt, &header);
  g_assert_cmpstr (claims, ==, "{\"iss\":\"me\"}");
  g_assert_cmpstr (header, ==, "{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"key-1\"}");

  anonymous = dheera_jwt_new_rs256 ("{\"iss\":\"me\"}", NULL, private_pem, &error);
  same_claims = verify (anonymous, &plain_header);
  g_assert_cmpstr (plain_header, ==, "{\"alg\":\"RS256\",\"typ\":\"JWT\"}");
}

static void
test_jwt_bad_key (void)
{
  static const char *const keys[] = { "", "secret", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n" };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (dheera_jwt_new_rs256 ("{}", NULL, keys[i], &error));
      g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
      g_assert_null (strstr (error->message, "AAAA"));
    }
}

static void
test_looks_like_jwt (void)
{
  g_assert_true (dheera_jwt_looks_like_one ("eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ.c2ln-_"));
  g_assert_false (dheera_jwt_looks_like_one (""));
  g_assert_false (dheera_jwt_looks_like_one ("eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ"));
  g_assert_false (dheera_jwt_looks_like_one ("eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ.c2ln.x"));
  g_assert_false (dheera_jwt_looks_like_one ("0123456789abcdef0123456789abcdef"));
  g_assert_false (dheera_jwt_looks_like_one ("eyJh.bGci Oi.J9"));
}

/* --- Google ---------------------------------------------------------------------------------------------------------------------- */

static char *
service_account (const char *url)
{
  g_auto (GStrv) lines = g_strsplit (private_pem, "\n", -1);
  g_autofree char *pem = g_strjoinv ("\\n", lines);

  return g_strdup_printf (" {\"type\":\"service_account\",\"project_id\":\"p\",\"private_key_id\":\"k1\",\"private_key\":\"%s\",\"client_email\":\"me@p.example\"%s%s%s}",
                          pem, url != NULL ? ",\"token_uri\":\"" : "", url != NULL ? url : "", url != NULL ? "\"" : "");
}

static char *
dup_form_value (DheeraHttpRequest *http,
                const char        *name)
{
  g_autofree char *body = g_strndup (g_bytes_get_data (http->body, NULL), g_bytes_get_size (http->body));
  g_autoptr (GHashTable) form = g_uri_parse_params (body, -1, "&", G_URI_PARAMS_NONE, NULL);

  g_assert_nonnull (form);

  return g_strdup (g_hash_table_lookup (form, name));
}

static DheeraTokenSource *
find (const char *provider_id,
      const char *key)
{
  g_autoptr (DheeraProvider) provider = dheera_provider_new (provider_id);
  g_autoptr (GError) error = NULL;
  DheeraTokenSource *source = dheera_token_source_find (provider, key, &error);

  g_assert_no_error (error);

  return source;
}

static void
test_service_account (void)
{
  g_autofree char *json = service_account (NULL);
  g_autoptr (DheeraTokenSource) source = find ("vertexai", json);
  g_autoptr (DheeraHttpRequest) http = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *grant = NULL;
  g_autofree char *assertion = NULL;
  g_autofree char *header = NULL;
  g_autofree char *claims = NULL;

  http = dheera_token_source_encode (source, 1700000000, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (http->method, ==, "POST");
  g_assert_cmpstr (http->url, ==, "https://oauth2.googleapis.com/token");
  g_assert_cmpstr (http->content_type, ==, "application/x-www-form-urlencoded");
  g_assert_cmpint (http->auth, ==, DHEERA_AUTH_NONE);

  grant = dup_form_value (http, "grant_type");
  g_assert_cmpstr (grant, ==, "urn:ietf:params:oauth:grant-type:jwt-bearer");
  assertion = dup_form_value (http, "assertion");
  claims = verify (assertion, &header);
  g_assert_cmpstr (header, ==, "{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"k1\"}");
  g_assert_cmpstr (claims, ==,
                   "{\"iss\":\"me@p.example\",\"scope\":\"https://www.googleapis.com/auth/cloud-platform\","
                   "\"aud\":\"https://oauth2.googleapis.com/token\",\"iat\":1700000000,\"exp\":1700003600}");
  g_assert_null (strstr (source->id, "PRIVATE"));
}

static void
test_user (void)
{
  g_autoptr (DheeraTokenSource) source =
    find ("vertexai", "{\"type\":\"authorized_user\",\"client_id\":\"id\",\"client_secret\":\"s&cret\",\"refresh_token\":\"1//re+fresh\"}");
  g_autoptr (DheeraHttpRequest) http = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *grant = NULL;
  g_autofree char *id = NULL;
  g_autofree char *secret = NULL;
  g_autofree char *token = NULL;

  http = dheera_token_source_encode (source, 0, &error);
  g_assert_no_error (error);
  grant = dup_form_value (http, "grant_type");
  id = dup_form_value (http, "client_id");
  secret = dup_form_value (http, "client_secret");
  token = dup_form_value (http, "refresh_token");
  g_assert_cmpstr (grant, ==, "refresh_token");
  g_assert_cmpstr (id, ==, "id");
  g_assert_cmpstr (secret, ==, "s&cret");
  g_assert_cmpstr (token, ==, "1//re+fresh");
}

/* A token, or a key, goes as it is; so does everything of providers without a scheme. */
static void
test_no_source (void)
{
  g_assert_null (find ("vertexai", "ya29.token"));
  g_assert_null (find ("groq", "{\"type\":\"service_account\"}"));
  g_assert_null (find ("azure-openai", "0123456789abcdef"));
}

static void
test_bad_credentials (void)
{
  g_autofree char *insecure = service_account ("http://token.example.com/");
  g_autofree char *credentials_in_url = service_account ("https://user:password@token.example.com/");
  const char *const texts[] = {
    "{", "{}", "{\"type\":\"external_account\"}", "{\"type\":7}", "{\"type\":\"service_account\"}",
    "{\"type\":\"service_account\",\"client_email\":\"a\",\"private_key\":\"nonsense\"}",
    "{\"type\":\"authorized_user\",\"client_id\":\"id\",\"client_secret\":\"\"}", insecure, credentials_in_url,
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (DheeraTokenSource) source = find ("vertexai", texts[i]);
      g_autoptr (GError) error = NULL;

      g_assert_null (dheera_token_source_encode (source, 0, &error));
      g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
      g_assert_nonnull (strstr (error->message, "the credentials of Google Cloud (the JSON text given as key) can't be used: "));
      g_assert_null (strstr (error->message, "password"));
      g_assert_null (strstr (error->message, "nonsense"));
    }
}

static void
test_files (void)
{
  g_autofree char *directory = g_dir_make_tmp ("dheera-token-XXXXXX", NULL);
  g_autofree char *well_known = g_build_filename (directory, "application_default_credentials.json", NULL);
  g_autofree char *named = g_build_filename (directory, "named.json", NULL);
  g_autofree char *json = service_account (NULL);
  g_autoptr (DheeraProvider) provider = dheera_provider_new ("vertexai");
  g_autoptr (GError) error = NULL;

  g_setenv ("CLOUDSDK_CONFIG", directory, TRUE);
  g_assert_null (dheera_token_source_find (provider, NULL, &error));
  g_assert_no_error (error);

  g_assert_true (g_file_set_contents (well_known, json, -1, NULL));
  {
    g_autoptr (DheeraTokenSource) source = find ("vertexai", NULL);
    g_autoptr (DheeraHttpRequest) http = dheera_token_source_encode (source, 0, &error);

    g_assert_no_error (error);
    g_assert_cmpstr (source->path, ==, well_known);
  }

  /* A file that is named and is not there is an error, not a reason to take another. */
  g_setenv ("GOOGLE_APPLICATION_CREDENTIALS", named, TRUE);
  g_assert_null (dheera_token_source_find (provider, NULL, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
  g_assert_nonnull (strstr (error->message, named));

  g_assert_true (g_file_set_contents (named, json, -1, NULL));
  {
    g_autoptr (DheeraTokenSource) source = find ("vertexai", NULL);

    g_assert_cmpstr (source->path, ==, named);
  }

  g_unsetenv ("GOOGLE_APPLICATION_CREDENTIALS");
  g_unsetenv ("CLOUDSDK_CONFIG");
  g_unlink (named);
  g_unlink (well_known);
  g_rmdir (directory);
}

/* --- Entra ----------------------------------------------------------------------------------------------------------------------- */

static void
test_entra (void)
{
  g_autoptr (DheeraTokenSource) source = NULL;
  g_autoptr (DheeraHttpRequest) http = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *secret = NULL;
  g_autofree char *scope = NULL;
  g_autofree char *grant = NULL;

  g_setenv ("AZURE_TENANT_ID", "my/tenant", TRUE);
  g_setenv ("AZURE_CLIENT_ID", "app", TRUE);
  g_assert_null (find ("azure-openai", NULL));
  g_setenv ("AZURE_CLIENT_SECRET", "hidden~secret", TRUE);
  g_assert_null (find ("azure-openai", "a-key-goes-first"));

  source = find ("azure-openai", NULL);
  g_assert_null (strstr (source->id, "hidden"));
  http = dheera_token_source_encode (source, 0, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (http->url, ==, "https://login.microsoftonline.com/my%2Ftenant/oauth2/v2.0/token");
  grant = dup_form_value (http, "grant_type");
  secret = dup_form_value (http, "client_secret");
  scope = dup_form_value (http, "scope");
  g_assert_cmpstr (grant, ==, "client_credentials");
  g_assert_cmpstr (secret, ==, "hidden~secret");
  g_assert_cmpstr (scope, ==, "https://cognitiveservices.azure.com/.default");

  g_setenv ("AZURE_AUTHORITY_HOST", "http://login.example.com", TRUE);
  {
    g_autoptr (DheeraTokenSource) insecure = find ("azure-openai", NULL);

    g_assert_null (dheera_token_source_encode (insecure, 0, &error));
    g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
  }
  g_unsetenv ("AZURE_AUTHORITY_HOST");
  g_unsetenv ("AZURE_TENANT_ID");
  g_unsetenv ("AZURE_CLIENT_ID");
  g_unsetenv ("AZURE_CLIENT_SECRET");
}

/* --- Answers --------------------------------------------------------------------------------------------------------------------- */

typedef struct
{
  guint status;
  const char *body;
  const char *token; /* NULL for a failure ... */
  gint64 lifetime;
  DheeraError code; /* ... of this code ... */
  gboolean retryable;
  const char *words; /* ... which says this */
} Case;

static const Case cases[] = {
  { 200, "{\"access_token\":\"ya29.a\",\"expires_in\":3599,\"token_type\":\"Bearer\"}", "ya29.a", 3599 },
  { 200, "{\"access_token\":\"t\",\"expires_in\":\"60\",\"token_type\":\"bearer\"}", "t", 60 },
  { 200, "{\"access_token\":\"t\"}", "t", 600 },
  { 200, "{\"access_token\":\"t\",\"expires_in\":-5}", "t", 0 },
  { 200, "{\"access_token\":\"t\",\"expires_in\":1e18}", "t", G_MAXINT },
  { 200, "{\"access_token\":\"t\",\"token_type\":\"mac\"}", NULL, 0, DHEERA_ERROR_PROTOCOL, FALSE, "holds no token" },
  { 200, "{\"access_token\":\"\"}", NULL, 0, DHEERA_ERROR_PROTOCOL, FALSE, "holds no token" },
  { 200, "{\"access_token\":\"a\\nb\"}", NULL, 0, DHEERA_ERROR_PROTOCOL, FALSE, "holds no token" },
  { 200, "{\"access_token\":7}", NULL, 0, DHEERA_ERROR_PROTOCOL, FALSE, "holds no token" },
  { 200, "{\"access_tok", NULL, 0, DHEERA_ERROR_PROTOCOL, FALSE, "holds no token" },
  { 200, "<html>Welcome to this hotel", NULL, 0, DHEERA_ERROR_PROTOCOL, FALSE, "holds no token" },
  { 200, "", NULL, 0, DHEERA_ERROR_PROTOCOL, FALSE, "holds no token" },
  { 200, "{\"error\":\"invalid_grant\"}", NULL, 0, DHEERA_ERROR_AUTHENTICATION, FALSE, "invalid_grant" },
  { 400, "{\"error\":\"invalid_grant\",\"error_description\":\"Invalid JWT Signature.\"}", NULL, 0, DHEERA_ERROR_AUTHENTICATION, FALSE, "Invalid JWT Signature" },
  { 401, "{\"error\":\"invalid_client\"}", NULL, 0, DHEERA_ERROR_AUTHENTICATION, FALSE, "invalid_client" },
  { 403, "{\"error\":{\"code\":403,\"message\":\"Forbidden here\"}}", NULL, 0, DHEERA_ERROR_AUTHENTICATION, FALSE, "Forbidden here" },
  { 400, "", NULL, 0, DHEERA_ERROR_AUTHENTICATION, FALSE, "does not say why" },
  { 429, "{}", NULL, 0, DHEERA_ERROR_RATE_LIMIT, TRUE, "does not say why" },
  { 503, "busy", NULL, 0, DHEERA_ERROR_SERVER, TRUE, "does not say why" },
  { 504, "", NULL, 0, DHEERA_ERROR_TIMEOUT, TRUE, "does not say why" },
};

static void
check_case (DheeraProvider    *provider,
            DheeraTokenSource *source,
            const Case        *c)
{
  g_autoptr (DheeraErrorDetails) failure = NULL;
  DheeraToken token = { 0 };
  gboolean got = dheera_token_source_decode (source, provider, "m", c->status, c->body, strlen (c->body), &token, &failure);

  g_assert_cmpstr (token.text, ==, c->token);
  g_assert_cmpint (got, ==, c->token != NULL);
  if (got)
    {
      g_assert_cmpint (token.lifetime, ==, c->lifetime);
      dheera_secret_free (token.text);
      return;
    }

  g_assert_cmpint (dheera_error_details_get_code (failure), ==, c->code);
  g_assert_cmpint (dheera_error_details_get_retryable (failure), ==, c->retryable);
  g_assert_cmpuint (dheera_error_details_get_status (failure), ==, c->status);
  g_assert_nonnull (strstr (dheera_error_details_get_message (failure), c->words));
  g_assert_nonnull (strstr (dheera_error_details_get_message (failure), "from https://oauth2.googleapis.com/token: "));
}

static void
test_answers (void)
{
  g_autofree char *json = service_account (NULL);
  g_autoptr (DheeraProvider) provider = dheera_provider_new ("vertexai");
  g_autoptr (DheeraTokenSource) source = find ("vertexai", json);
  g_autoptr (DheeraHttpRequest) http = dheera_token_source_encode (source, 0, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    check_case (provider, source, &cases[i]);
}

/* An answer that was cut is no token, wherever that was, and neither is one with a byte that was broken in its structure. */
static void
test_cut (void)
{
  static const char body[] = "{\"access_token\":\"ya29.a\",\"expires_in\":3599,\"token_type\":\"Bearer\"}";
  g_autoptr (DheeraProvider) provider = dheera_provider_new ("vertexai");
  g_autoptr (DheeraTokenSource) source = find ("vertexai", "{\"type\":\"authorized_user\",\"client_id\":\"i\",\"client_secret\":\"s\",\"refresh_token\":\"r\"}");
  g_autoptr (DheeraHttpRequest) http = dheera_token_source_encode (source, 0, NULL);

  for (gsize length = 0; length < strlen (body); length++)
    {
      g_autoptr (DheeraErrorDetails) failure = NULL;
      DheeraToken token = { 0 };

      g_assert_false (dheera_token_source_decode (source, provider, "m", 200, body, length, &token, &failure));
      g_assert_null (token.text);
      g_assert_cmpint (dheera_error_details_get_code (failure), ==, DHEERA_ERROR_PROTOCOL);
    }

  for (gsize i = 0; i < strlen (body); i++)
    for (guint byte = 0; byte < 256; byte += 5)
      {
        g_autoptr (DheeraErrorDetails) failure = NULL;
        g_autofree char *broken = g_strdup (body);
        DheeraToken token = { 0 };

        broken[i] = (char) byte;
        if (dheera_token_source_decode (source, provider, "m", 200, broken, strlen (body), &token, &failure))
          g_assert_cmpuint (strlen (token.text), >, 0);
        else
          g_assert_nonnull (failure);
        dheera_secret_free (token.text);
      }
}

/* What a server quotes of the secret that it was sent */
static void
test_echo (void)
{
  g_autoptr (DheeraProvider) provider = dheera_provider_new ("vertexai");
  g_autoptr (DheeraTokenSource) source =
    find ("vertexai", "{\"type\":\"authorized_user\",\"client_id\":\"id\",\"client_secret\":\"s\",\"refresh_token\":\"1//0123456789\"}");
  g_autoptr (DheeraHttpRequest) http = dheera_token_source_encode (source, 0, NULL);
  g_autoptr (DheeraErrorDetails) failure = NULL;
  const char *body = "{\"error\":\"invalid_grant\",\"error_description\":\"no such token: 1//0123456789\"}";
  DheeraToken token;

  g_assert_false (dheera_token_source_decode (source, provider, "m", 400, body, strlen (body), &token, &failure));
  g_assert_nonnull (strstr (dheera_error_details_get_message (failure), "no such token"));
  g_assert_null (strstr (dheera_error_details_get_message (failure), "0123456789"));
}

/* --- What is kept ---------------------------------------------------------------------------------------------------------------- */

static void
test_cache (void)
{
  g_autoptr (DheeraProvider) provider = dheera_provider_new ("vertexai");
  g_autoptr (DheeraTokenSource) source = find ("vertexai", "{\"type\":\"authorized_user\"}");
  g_autoptr (DheeraTokenSource) other = find ("vertexai", "{\"type\":\"service_account\"}");
  g_autofree char *early = NULL;
  g_autofree char *late = NULL;
  g_autofree char *fresh = NULL;
  DheeraToken token = { (char *) "first", 3600 };

  g_assert_null (dheera_provider_dup_token (provider, source, 1000));
  dheera_provider_keep_token (provider, source, &token, 1000);
  early = dheera_provider_dup_token (provider, source, 1000);
  g_assert_cmpstr (early, ==, "first");
  late = dheera_provider_dup_token (provider, source, 1000 + 3600 - 301);
  g_assert_cmpstr (late, ==, "first");
  g_assert_null (dheera_provider_dup_token (provider, source, 1000 + 3600 - 300));
  g_assert_null (dheera_provider_dup_token (provider, other, 1000));

  /* Somebody else's refusal of an older one */
  token = (DheeraToken) { (char *) "second", 40 };
  dheera_provider_keep_token (provider, source, &token, 1000);
  dheera_provider_forget_token (provider, "first");
  fresh = dheera_provider_dup_token (provider, source, 1029);
  g_assert_cmpstr (fresh, ==, "second");
  g_assert_null (dheera_provider_dup_token (provider, source, 1030));

  dheera_provider_forget_token (provider, "second");
  g_assert_null (dheera_provider_dup_token (provider, source, 1000));
}

int
main (int   argc,
      char *argv[])
{
  int result;

  g_test_init (&argc, &argv, NULL);
  g_setenv ("CLOUDSDK_CONFIG", "/nonexistent", TRUE);
  g_unsetenv ("GOOGLE_APPLICATION_CREDENTIALS");
  make_keys ();

  g_test_add_func ("/token-source/jwt", test_jwt);
  g_test_add_func ("/token-source/jwt/bad-key", test_jwt_bad_key);
  g_test_add_func ("/token-source/jwt/looks-like-one", test_looks_like_jwt);
  g_test_add_func ("/token-source/service-account", test_service_account);
  g_test_add_func ("/token-source/user", test_user);
  g_test_add_func ("/token-source/none", test_no_source);
  g_test_add_func ("/token-source/bad-credentials", test_bad_credentials);
  g_test_add_func ("/token-source/files", test_files);
  g_test_add_func ("/token-source/entra", test_entra);
  g_test_add_func ("/token-source/answers", test_answers);
  g_test_add_func ("/token-source/cut", test_cut);
  g_test_add_func ("/token-source/echo", test_echo);
  g_test_add_func ("/token-source/cache", test_cache);
  result = g_test_run ();

  gnutls_pubkey_deinit (public_key);
  g_free (private_pem);

  return result;
}
