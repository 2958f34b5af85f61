/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "dheera-ai/model/dheera-error.h"
#include "dheera-ai/providers/dheera-provider-private.h"

static void
test_properties (void)
{
  g_autoptr (DheeraProvider) provider = dheera_provider_new ("openai");
  g_autofree char *id = NULL;
  g_autofree char *name = NULL;
  g_autofree char *organization = NULL;
  g_autofree char *project = NULL;
  g_autofree char *version = NULL;
  g_autofree char *region = NULL;
  g_autofree char *url = NULL;
  gboolean local = TRUE;

  g_assert_cmpstr (dheera_provider_get_id (provider), ==, "openai");
  g_assert_cmpstr (dheera_provider_get_name (provider), ==, "OpenAI");
  g_assert_null (dheera_provider_get_base_url (provider));
  g_assert_null (dheera_provider_get_organization (provider));
  g_assert_null (dheera_provider_get_project (provider));
  g_assert_null (dheera_provider_get_api_version (provider));
  g_assert_null (dheera_provider_get_region (provider));

  g_object_set (provider, "base-url", "https://e/v1", "organization", "o", "project", "p", "api-version", "v", "region", "r", "api-key", "k", NULL);
  g_object_get (provider, "id", &id, "name", &name, "base-url", &url, "organization", &organization, "project", &project, "api-version", &version,
                "region", &region, "is-local", &local, NULL);
  g_assert_cmpstr (id, ==, "openai");
  g_assert_cmpstr (name, ==, "OpenAI");
  g_assert_cmpstr (url, ==, "https://e/v1");
  g_assert_cmpstr (organization, ==, "o");
  g_assert_cmpstr (project, ==, "p");
  g_assert_cmpstr (version, ==, "v");
  g_assert_cmpstr (region, ==, "r");
  g_assert_false (local);
}

static void
notify_cb (GObject    *object,
           GParamSpec *pspec,
           guint      *n)
{
  (*n)++;
}

static void
test_notify (void)
{
  g_autoptr (DheeraProvider) provider = dheera_provider_new ("openai");
  guint n = 0;

  g_signal_connect (provider, "notify::base-url", G_CALLBACK (notify_cb), &n);
  dheera_provider_set_base_url (provider, "https://e/v1");
  dheera_provider_set_base_url (provider, "https://e/v1");
  g_assert_cmpuint (n, ==, 1);
  dheera_provider_set_base_url (provider, NULL);
  g_assert_cmpuint (n, ==, 2);
}

static void
test_key_is_write_only (void)
{
  GObjectClass *class = g_type_class_ref (DHEERA_TYPE_PROVIDER);
  GParamSpec *pspec = g_object_class_find_property (class, "api-key");

  g_assert_true (pspec->flags & G_PARAM_WRITABLE);
  g_assert_false (pspec->flags & G_PARAM_READABLE);
  g_type_class_unref (class);
}

static void
test_key (void)
{
  g_autoptr (DheeraProvider) provider = dheera_provider_new ("huggingface");
  g_autofree char *none = NULL;
  g_autofree char *second = NULL;
  g_autofree char *first = NULL;
  g_autofree char *own = NULL;

  none = dheera_provider_dup_key (provider);
  g_assert_null (none);
  g_setenv ("HF_TOKEN", "", TRUE);
  g_setenv ("HUGGINGFACE_API_KEY", "second", TRUE);
  second = dheera_provider_dup_key (provider);
  g_assert_cmpstr (second, ==, "second");
  g_setenv ("HF_TOKEN", "first", TRUE);
  first = dheera_provider_dup_key (provider);
  g_assert_cmpstr (first, ==, "first");
  dheera_provider_set_api_key (provider, "own");
  own = dheera_provider_dup_key (provider);
  g_assert_cmpstr (own, ==, "own");
}

static void
test_base_url (void)
{
  g_autoptr (DheeraProvider) provider = dheera_provider_new ("openai");
  g_autofree char *usual = NULL;
  g_autofree char *environment = NULL;
  g_autofree char *own = NULL;
  g_autofree char *request = NULL;

  usual = dheera_provider_dup_base_url (provider, NULL, NULL);
  g_assert_cmpstr (usual, ==, "https://api.openai.com/v1");
  g_setenv ("OPENAI_BASE_URL", "https://proxy.example/v1", TRUE);
  environment = dheera_provider_dup_base_url (provider, NULL, NULL);
  g_assert_cmpstr (environment, ==, "https://proxy.example/v1");
  dheera_provider_set_base_url (provider, "https://own.example/v1");
  own = dheera_provider_dup_base_url (provider, NULL, NULL);
  g_assert_cmpstr (own, ==, "https://own.example/v1");
  request = dheera_provider_dup_base_url (provider, "https://request.example/v1", NULL);
  g_assert_cmpstr (request, ==, "https://request.example/v1");
}

static void
test_bad_base_urls (void)
{
  static const char *const urls[] = {
    "", "example.org", "ftp://example.org", "https://", "https://user:hunter2@example.org/v1", "https://example.org/a b", "https://e\r\nx/",
    "https://example.org/v1#x",
  };
  g_autoptr (DheeraProvider) provider = dheera_provider_new ("openai");

  for (guint i = 0; i < G_N_ELEMENTS (urls); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *url = NULL;

      dheera_provider_set_base_url (provider, urls[i]);
      url = dheera_provider_dup_base_url (provider, NULL, &error);
      g_assert_null (url);
      g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
      g_assert_nonnull (strstr (error->message, "openai"));
      g_assert_null (strstr (error->message, "hunter2"));
    }
}

static void
test_placeholders (void)
{
  g_autoptr (DheeraProvider) azure = dheera_provider_new ("azure");
  g_autoptr (DheeraProvider) bedrock = dheera_provider_new ("bedrock");
  g_autoptr (DheeraProvider) vertex = dheera_provider_new ("vertexai");
  g_autofree char *none = NULL;
  g_autofree char *regional = NULL;
  g_autofree char *both = NULL;
  g_autoptr (GError) error = NULL;

  none = dheera_provider_dup_base_url (azure, NULL, &error);
  g_assert_null (none);
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
  g_assert_nonnull (strstr (error->message, "{resource}"));

  dheera_provider_set_region (bedrock, "eu-central-1");
  regional = dheera_provider_dup_base_url (bedrock, NULL, NULL);
  g_assert_cmpstr (regional, ==, "https://bedrock-runtime.eu-central-1.amazonaws.com");

  dheera_provider_set_region (vertex, "europe-west4");
  dheera_provider_set_project (vertex, "p?q/../r");
  both = dheera_provider_dup_base_url (vertex, NULL, NULL);
  g_assert_cmpstr (both, ==, "https://europe-west4-aiplatform.googleapis.com/v1beta1/projects/p%3Fq%2F%2E%2E%2Fr/locations/europe-west4");

  g_clear_error (&error);
  dheera_provider_set_region (vertex, "europe/../x");
  g_assert_null (dheera_provider_dup_base_url (vertex, NULL, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
}

/* Where Google Cloud's models are, in each place, with a project and without one */
static void
test_google (void)
{
  static const struct
  {
    const char *project;
    const char *region;
    const char *url;
  } cases[] = {
    { "p", NULL, "https://aiplatform.googleapis.com/v1beta1/projects/p/locations/global" },
    { "p", "us", "https://aiplatform.us.rep.googleapis.com/v1beta1/projects/p/locations/us" },
    { "p", "eu", "https://aiplatform.eu.rep.googleapis.com/v1beta1/projects/p/locations/eu" },
    { "p", "us-central1", "https://us-central1-aiplatform.googleapis.com/v1beta1/projects/p/locations/us-central1" },
    { NULL, "us-central1", "https://aiplatform.googleapis.com/v1beta1" },
  };
  g_autoptr (DheeraProvider) from_environment = dheera_provider_new ("vertexai");
  g_autofree char *url = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (DheeraProvider) provider = dheera_provider_new ("vertexai");
      g_autofree char *base_url = NULL;

      dheera_provider_set_project (provider, cases[i].project);
      dheera_provider_set_region (provider, cases[i].region);
      base_url = dheera_provider_dup_base_url (provider, NULL, NULL);
      g_assert_cmpstr (base_url, ==, cases[i].url);
    }

  g_setenv ("GOOGLE_CLOUD_PROJECT", "q", TRUE);
  g_setenv ("GOOGLE_CLOUD_LOCATION", "eu", TRUE);
  url = dheera_provider_dup_base_url (from_environment, NULL, NULL);
  g_assert_cmpstr (url, ==, "https://aiplatform.eu.rep.googleapis.com/v1beta1/projects/q/locations/eu");
  g_unsetenv ("GOOGLE_CLOUD_PROJECT");
  g_unsetenv ("GOOGLE_CLOUD_LOCATION");
}

/* An API key and an access token go into different headers; what they are is seen by how they begin. */
static void
test_google_keys (void)
{
  static const struct
  {
    const char *key;
    DheeraAuth auth;
  } cases[] = {
    { "AIzaSyExample", DHEERA_AUTH_HEADER }, { "AQ.Example", DHEERA_AUTH_HEADER }, { "ya29.example", DHEERA_AUTH_BEARER },
    { "eyJhbGciOiJSUzI1NiJ9.e30.c2ln", DHEERA_AUTH_BEARER },
  };
  g_autoptr (DheeraProvider) provider = dheera_provider_new ("vertexai");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (DheeraHttpRequest) http = dheera_http_request_new ("POST", "https://example.org");

      g_assert_true (dheera_provider_apply (provider, http, NULL));
      dheera_provider_place_key (provider, http, cases[i].key, FALSE);
      g_assert_cmpint (http->auth, ==, cases[i].auth);
      g_assert_cmpstr (http->auth_header, ==, "x-goog-api-key");
    }
}

static void
test_unknown (void)
{
  g_autoptr (DheeraProvider) provider = dheera_provider_new ("nobody");
  g_autofree char *url = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (dheera_provider_get_name (provider), ==, "nobody");
  g_assert_null (dheera_provider_get_row (provider));
  g_assert_null (dheera_provider_get_protocol (provider));
  g_assert_false (dheera_provider_get_is_local (provider));
  g_assert_false (dheera_provider_check (provider, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
  g_assert_nonnull (strstr (error->message, "nobody"));
  g_assert_nonnull (strstr (error->message, "groq"));
  url = dheera_provider_dup_base_url (provider, "https://example.org", NULL);
  g_assert_null (url);

  dheera_provider_set_base_url (provider, "http://localhost:1234/v1");
  g_assert_true (dheera_provider_check (provider, NULL));
  g_assert_true (dheera_provider_get_is_local (provider));
}

static void
test_compatible (void)
{
  g_autoptr (DheeraProvider) lab = dheera_provider_new_compatible ("lab", "https://llm.example/v1");
  g_autoptr (DheeraProvider) known = dheera_provider_new_compatible ("deepseek", "https://proxy.example/v1");
  g_autoptr (DheeraProvider) object = g_object_new (DHEERA_TYPE_PROVIDER, "id", "lab", "base-url", "https://llm.example/v1", NULL);
  g_autofree char *url = dheera_provider_dup_base_url (known, NULL, NULL);

  g_assert_true (dheera_provider_check (lab, NULL));
  g_assert_cmpstr (dheera_provider_get_name (lab), ==, "lab");
  g_assert_true (dheera_provider_get_row (lab)->key_optional);
  g_assert_true (dheera_provider_get_row (object) == dheera_provider_get_row (lab));
  g_assert_cmpstr (dheera_provider_get_row (known)->id, ==, "deepseek");
  g_assert_cmpstr (url, ==, "https://proxy.example/v1");
}

static void
test_is_local (void)
{
  g_autoptr (DheeraProvider) ollama = dheera_provider_new ("ollama");
  g_autoptr (DheeraProvider) mock = dheera_provider_new ("mock");
  g_autoptr (DheeraProvider) groq = dheera_provider_new ("groq");

  g_assert_true (dheera_provider_get_is_local (ollama));
  g_assert_true (dheera_provider_get_is_local (mock));
  g_assert_false (dheera_provider_get_is_local (groq));
  dheera_provider_set_base_url (ollama, "http://server.example:11434/v1");
  g_assert_false (dheera_provider_get_is_local (ollama));
  dheera_provider_set_base_url (groq, "http://127.0.0.1:8080/v1");
  g_assert_true (dheera_provider_get_is_local (groq));
}

static void
test_apply (void)
{
  g_autoptr (DheeraProvider) openai = dheera_provider_new ("openai");
  g_autoptr (DheeraHttpRequest) request = dheera_http_request_new ("POST", "https://example.org");

  dheera_provider_set_api_key (openai, "secret-key");
  dheera_provider_set_organization (openai, "org-1");
  dheera_provider_set_header (openai, "X-Title", "one");
  dheera_provider_set_header (openai, "x-title", "two");
  dheera_provider_set_header (openai, "X-Gone", "x");
  dheera_provider_set_header (openai, "x-gone", NULL);
  g_assert_true (dheera_provider_apply (openai, request, NULL));
  g_assert_cmpint (request->auth, ==, DHEERA_AUTH_BEARER);
  g_assert_cmpstr (dheera_http_request_get_header (request, "OpenAI-Organization"), ==, "org-1");
  g_assert_null (dheera_http_request_get_header (request, "OpenAI-Project"));
  g_assert_cmpstr (dheera_http_request_get_header (request, "X-Title"), ==, "two");
  g_assert_null (dheera_http_request_get_header (request, "X-Gone"));
  /* The key goes on at the last moment, in transport/. */
  g_assert_null (dheera_http_request_get_header (request, "Authorization"));
}

static void
test_apply_environment (void)
{
  g_autoptr (DheeraProvider) openai = dheera_provider_new ("openai");
  g_autoptr (DheeraProvider) groq = dheera_provider_new ("groq");
  g_autoptr (DheeraHttpRequest) first = dheera_http_request_new ("POST", "https://example.org");
  g_autoptr (DheeraHttpRequest) second = dheera_http_request_new ("POST", "https://example.org");

  g_setenv ("OPENAI_ORG_ID", "org-e", TRUE);
  g_setenv ("OPENAI_PROJECT_ID", "proj-e", TRUE);
  dheera_provider_set_project (openai, "proj-p");
  g_assert_true (dheera_provider_apply (openai, first, NULL));
  g_assert_cmpstr (dheera_http_request_get_header (first, "OpenAI-Organization"), ==, "org-e");
  g_assert_cmpstr (dheera_http_request_get_header (first, "OpenAI-Project"), ==, "proj-p");
  g_assert_true (dheera_provider_apply (groq, second, NULL));
  g_assert_null (dheera_http_request_get_header (second, "OpenAI-Organization"));
  g_unsetenv ("OPENAI_ORG_ID");
  g_unsetenv ("OPENAI_PROJECT_ID");
}

static void
test_apply_auth (void)
{
  g_autoptr (DheeraProvider) azure = dheera_provider_new ("azure");
  g_autoptr (DheeraProvider) vertex = dheera_provider_new ("vertexai");
  g_autoptr (DheeraHttpRequest) first = dheera_http_request_new ("POST", "https://example.org");
  g_autoptr (DheeraHttpRequest) second = dheera_http_request_new ("POST", "https://example.org");
  g_autoptr (DheeraHttpRequest) third = dheera_http_request_new ("POST", "https://example.org");

  g_assert_true (dheera_provider_apply (azure, first, NULL));
  g_assert_cmpint (first->auth, ==, DHEERA_AUTH_HEADER);
  g_assert_cmpstr (first->auth_header, ==, "api-key");

  /* The user's own header stands in for the key. */
  dheera_provider_set_header (azure, "Api-Key", "mine");
  g_assert_true (dheera_provider_apply (azure, second, NULL));
  g_assert_cmpint (second->auth, ==, DHEERA_AUTH_NONE);
  g_assert_cmpstr (dheera_http_request_get_header (second, "api-key"), ==, "mine");

  dheera_provider_set_project (vertex, "p");
  g_assert_true (dheera_provider_apply (vertex, third, NULL));
  g_assert_null (dheera_http_request_get_header (third, "OpenAI-Project"));
}

static void
test_bad_headers (void)
{
  static const struct
  {
    const char *name;
    const char *value;
  } headers[] = {
    { "X Y", "1" }, { "", "1" }, { "X-Y", "1\r\nEvil: 2" }, { "X-Y:", "1" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (headers); i++)
    {
      g_autoptr (DheeraProvider) provider = dheera_provider_new ("openai");
      g_autoptr (DheeraHttpRequest) request = dheera_http_request_new ("POST", "https://example.org");
      g_autoptr (GError) error = NULL;

      dheera_provider_set_header (provider, headers[i].name, headers[i].value);
      g_assert_false (dheera_provider_apply (provider, request, &error));
      g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
      g_assert_nonnull (strstr (error->message, headers[i].name));
      g_assert_null (strstr (error->message, "Evil"));
      dheera_provider_set_header (provider, headers[i].name, NULL);
      g_assert_true (dheera_provider_apply (provider, request, NULL));
    }
}

static void
test_bad_organization (void)
{
  g_autoptr (DheeraProvider) provider = dheera_provider_new ("openai");
  g_autoptr (DheeraHttpRequest) request = dheera_http_request_new ("POST", "https://example.org");
  g_autoptr (GError) error = NULL;

  dheera_provider_set_organization (provider, "org\n");
  g_assert_false (dheera_provider_apply (provider, request, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
  g_assert_nonnull (strstr (error->message, "OpenAI-Organization"));
}

static void
test_known (void)
{
  g_autoptr (DheeraProvider) provider = dheera_provider_new ("openai");
  g_autoptr (DheeraProvider) nobody = dheera_provider_new ("nobody");

  g_assert_true (g_strv_contains (dheera_provider_get_known_ids (), "groq"));
  g_assert_cmpstr (dheera_provider_get_key_variables (provider)[0], ==, "OPENAI_API_KEY");
  g_assert_null (dheera_provider_get_key_variables (nobody)[0]);
}

static void
test_primary_id (void)
{
  static const struct
  {
    const char *id, *primary;
  } cases[] = {
    { "openai", "openai" },
    { "openai-responses", "openai" },
    { "gemini-openai", "gemini" },
    { "vertex-openai", "vertexai" },
    { "ollama-openai", "ollama" },
    { "ollama-responses", "ollama" },
    { "grok-responses", "xai" },
    { "together", "togetherai" },
    { "lab-openai", "lab-openai" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (DheeraProvider) provider = dheera_provider_new (cases[i].id);
      g_autoptr (DheeraProvider) elsewhere = dheera_provider_new_compatible (cases[i].id, "https://llm.example/v1");

      g_assert_cmpstr (dheera_provider_get_primary_id (provider), ==, cases[i].primary);
      g_assert_cmpstr (dheera_provider_get_primary_id (elsewhere), ==, cases[i].primary);
    }
}

/* A second row of an account has the key of the first, and whoever shows accounts may leave it out; a name that says so is one. */
static void
test_primary_rows (void)
{
  guint n;
  const DheeraProviderRow *rows = dheera_provider_rows (&n);
  guint n_second = 0;

  for (guint i = 0; i < n; i++)
    {
      gboolean is_second = g_str_has_suffix (rows[i].id, "-openai") || g_str_has_suffix (rows[i].id, "-responses");

      g_assert_cmpint (rows[i].primary != NULL, ==, is_second);
      if (rows[i].primary == NULL)
        continue;
      n_second++;
      g_assert_null (dheera_provider_find_row (rows[i].primary)->primary);
    }
  g_assert_cmpuint (n_second, >, 10);
}

static void
test_find_base_url (void)
{
  g_autoptr (DheeraProvider) provider = dheera_provider_new ("groq");
  g_autoptr (DheeraProvider) nobody = dheera_provider_new ("nobody");
  g_autoptr (GError) error = NULL;
  g_autofree char *found = dheera_provider_find_base_url (provider, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (found, ==, "https://api.groq.com/openai/v1");
  g_assert_null (dheera_provider_find_base_url (nobody, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
}

int
main (int    argc,
      char **argv)
{
  static const char *const variables[] = {
    "OPENAI_BASE_URL", "OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "HF_TOKEN", "HUGGINGFACE_HUB_TOKEN", "HUGGINGFACE_API_KEY",
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (variables); i++)
    g_unsetenv (variables[i]);

  g_test_add_func ("/provider/properties", test_properties);
  g_test_add_func ("/provider/notify", test_notify);
  g_test_add_func ("/provider/key-is-write-only", test_key_is_write_only);
  g_test_add_func ("/provider/key", test_key);
  g_test_add_func ("/provider/base-url", test_base_url);
  g_test_add_func ("/provider/bad-base-urls", test_bad_base_urls);
  g_test_add_func ("/provider/placeholders", test_placeholders);
  g_test_add_func ("/provider/google", test_google);
  g_test_add_func ("/provider/google-keys", test_google_keys);
  g_test_add_func ("/provider/unknown", test_unknown);
  g_test_add_func ("/provider/compatible", test_compatible);
  g_test_add_func ("/provider/is-local", test_is_local);
  g_test_add_func ("/provider/apply", test_apply);
  g_test_add_func ("/provider/apply-environment", test_apply_environment);
  g_test_add_func ("/provider/apply-auth", test_apply_auth);
  g_test_add_func ("/provider/bad-headers", test_bad_headers);
  g_test_add_func ("/provider/bad-organization", test_bad_organization);
  g_test_add_func ("/provider/known", test_known);
  g_test_add_func ("/provider/primary-id", test_primary_id);
  g_test_add_func ("/provider/primary-rows", test_primary_rows);
  g_test_add_func ("/provider/find-base-url", test_find_base_url);

  return g_test_run ();
}
