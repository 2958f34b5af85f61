/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "providers-util.h"

#include "dheera-ai/providers/dheera-hosting-private.h"

typedef struct
{
  const char *base_url;
  const char *version; /* of the property, nullable */
  const char *path;
  const char *url;
} Address;

#define HOST "https://r.openai.azure.com"
#define CHAT "/chat/completions"

static const Address addresses[] = {
  /* The resource's own address */
  { HOST, NULL, CHAT, HOST "/openai/v1/chat/completions" },
  { HOST "/", NULL, CHAT, HOST "/openai/v1/chat/completions" },
  { HOST "//", "preview", CHAT, HOST "/openai/v1/chat/completions?api-version=preview" },
  { HOST, "v1", "/responses", HOST "/openai/v1/responses?api-version=v1" },
  { HOST, "2024-10-21", CHAT, HOST "/openai/deployments/my-gpt/chat/completions?api-version=2024-10-21" },
  { HOST, "2024-10-21", "/embeddings", HOST "/openai/deployments/my-gpt/embeddings?api-version=2024-10-21" },
  { HOST, "2024-10-21", "/audio/speech", HOST "/openai/deployments/my-gpt/audio/speech?api-version=2024-10-21" },
  { HOST, "2024-10-21", "/models", HOST "/openai/models?api-version=2024-10-21" },
  { HOST, "2025-03-01-preview", "/responses", HOST "/openai/responses?api-version=2025-03-01-preview" },
  { HOST "?api-version=2024-10-21", NULL, CHAT, HOST "/openai/deployments/my-gpt/chat/completions?api-version=2024-10-21" },
  { HOST "/openai", NULL, CHAT, HOST "/openai/v1/chat/completions" },
  { HOST "/openai/", "2024-10-21", CHAT, HOST "/openai/deployments/my-gpt/chat/completions?api-version=2024-10-21" },
  { "https://gateway.example.com/team/", "2024-10-21", CHAT, "https://gateway.example.com/team/openai/deployments/my-gpt/chat/completions?api-version=2024-10-21" },
  /* v1 */
  { HOST "/openai/v1", NULL, CHAT, HOST "/openai/v1/chat/completions" },
  { HOST "/openai/v1/", NULL, "/models", HOST "/openai/v1/models" },
  { HOST "/openai/v1/chat/completions", NULL, CHAT, HOST "/openai/v1/chat/completions" },
  { HOST "/openai/v1", "preview", CHAT, HOST "/openai/v1/chat/completions?api-version=preview" },
  /* A deployment */
  { HOST "/openai/deployments/other", "2024-10-21", CHAT, HOST "/openai/deployments/other/chat/completions?api-version=2024-10-21" },
  { HOST "/openai/deployments/other/chat/completions?api-version=2024-02-01", NULL, CHAT,
    HOST "/openai/deployments/other/chat/completions?api-version=2024-02-01" },
  { HOST "/openai/deployments/other/chat/completions?api-version=2024-02-01", "2024-10-21", CHAT,
    HOST "/openai/deployments/other/chat/completions?api-version=2024-02-01" },
  { HOST "/openai/deployments/other", "2024-10-21", "/models", HOST "/openai/models?api-version=2024-10-21" },
  { HOST "/openai/deployments/other?api-version=2024-02-01", NULL, "/models", HOST "/openai/models?api-version=2024-02-01" },
  /* Models that are not OpenAI's */
  { "https://r.services.ai.azure.com/models", NULL, CHAT, "https://r.services.ai.azure.com/models/chat/completions?api-version=2024-05-01-preview" },
  { "https://r.services.ai.azure.com/models/", "2025-04-01", CHAT, "https://r.services.ai.azure.com/models/chat/completions?api-version=2025-04-01" },
  { "https://r.services.ai.azure.com/models/chat/completions?api-version=2025-04-01", NULL, CHAT,
    "https://r.services.ai.azure.com/models/chat/completions?api-version=2025-04-01" },
  { "https://r.services.ai.azure.com/models", NULL, "/models", "https://r.services.ai.azure.com/openai/v1/models" },
};

static char *
dup_url (DheeraProvider *provider,
         const char     *base_url,
         const char     *model,
         const char     *path)
{
  DheeraEncoding encoding = { .provider = provider, .base_url = base_url, .model = model };

  return dheera_hosting_azure.dup_url (&encoding, path);
}

static void
test_addresses (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      const Address *a = &addresses[i];
      g_autoptr (DheeraProvider) provider = dheera_provider_new ("azure");
      g_autofree char *url = NULL;

      dheera_provider_set_api_version (provider, a->version);
      url = dup_url (provider, a->base_url, "my-gpt", a->path);
      g_assert_cmpstr (url, ==, a->url);
    }
}

/* The name of a deployment stays one segment of the path. */
static void
test_names (void)
{
  static const char *const names[][2] = {
    { "gpt-4.1_mini", "gpt-4.1_mini" }, { "a b", "a%20b" }, { "../../x", "%2E%2E%2F%2E%2E%2Fx" }, { "a?b#c", "a%3Fb%23c" },
  };
  g_autoptr (DheeraProvider) provider = dheera_provider_new ("azure");

  dheera_provider_set_api_version (provider, "2024-10-21");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *url = dup_url (provider, HOST, names[i][0], CHAT);
      g_autofree char *wanted = g_strdup_printf (HOST "/openai/deployments/%s/chat/completions?api-version=2024-10-21", names[i][1]);

      g_assert_cmpstr (url, ==, wanted);
    }
}

static void
test_environment (void)
{
  g_autoptr (DheeraProvider) provider = dheera_provider_new ("azure");
  g_autoptr (GError) error = NULL;
  g_autofree char *of_resource = NULL;
  g_autofree char *of_endpoint = NULL;
  g_autofree char *classic = NULL;
  g_autofree char *v1 = NULL;
  g_autofree char *explicit_version = NULL;

  g_assert_null (dheera_provider_dup_base_url (provider, NULL, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);

  g_setenv ("AZURE_RESOURCE_NAME", "mine", TRUE);
  of_resource = dheera_provider_dup_base_url (provider, NULL, NULL);
  g_assert_cmpstr (of_resource, ==, "https://mine.openai.azure.com");
  g_setenv ("AZURE_OPENAI_ENDPOINT", HOST, TRUE);
  of_endpoint = dheera_provider_dup_base_url (provider, NULL, NULL);
  g_assert_cmpstr (of_endpoint, ==, HOST);

  g_setenv ("OPENAI_API_VERSION", "2024-10-21", TRUE);
  classic = dup_url (provider, HOST, "m", CHAT);
  g_assert_cmpstr (classic, ==, HOST "/openai/deployments/m/chat/completions?api-version=2024-10-21");
  /* The variable may be there for other programs; what was set here is sent. */
  v1 = dup_url (provider, HOST "/openai/v1", "m", CHAT);
  g_assert_cmpstr (v1, ==, HOST "/openai/v1/chat/completions");
  dheera_provider_set_api_version (provider, "2024-10-21");
  explicit_version = dup_url (provider, HOST "/openai/v1", "m", CHAT);
  g_assert_cmpstr (explicit_version, ==, HOST "/openai/v1/chat/completions?api-version=2024-10-21");

  g_unsetenv ("OPENAI_API_VERSION");
  g_unsetenv ("AZURE_OPENAI_ENDPOINT");
  g_unsetenv ("AZURE_RESOURCE_NAME");
}

/* --- What older versions do not know ---------------------------------------------------------------------------------------------- */

static DheeraHttpRequest *
encode (const char *base_url,
        const char *version,
        const char *json,
        GError    **error)
{
  g_autoptr (DheeraProvider) provider = dheera_provider_new ("azure");
  g_autoptr (DheeraRequest) request = dheera_request_new_from_json (json, NULL);
  DheeraEncoding encoding = { .provider = provider, .base_url = base_url, .model = "d", .stream = TRUE };

  dheera_provider_set_api_version (provider, version);

  return dheera_provider_get_protocol (provider)->encode_chat (&encoding, request, error);
}

static void
assert_body (const char *base_url,
             const char *version,
             const char *body)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DheeraHttpRequest) http =
    encode (base_url, version, "{\"model\":\"x\",\"messages\":[{\"role\":\"developer\",\"content\":\"a\"}],\"max_tokens\":5}", &error);
  g_autofree char *got = NULL;

  g_assert_no_error (error);
  got = g_strndup (g_bytes_get_data (http->body, NULL), g_bytes_get_size (http->body));
  g_assert_cmpstr (got, ==, body);
}

static void
test_versions (void)
{
  static const char schema[] = "{\"model\":\"x\",\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"response_format\":{\"type\":\"json_schema\","
                               "\"json_schema\":{\"name\":\"s\",\"schema\":{\"type\":\"object\"}}}}";
  g_autoptr (GError) error = NULL;
  g_autoptr (DheeraHttpRequest) newer = NULL;

  assert_body (HOST, "2024-10-21",
               "{\"model\":\"d\",\"messages\":[{\"role\":\"developer\",\"content\":\"a\"}],\"max_completion_tokens\":5,"
               "\"stream\":true,\"stream_options\":{\"include_usage\":true}}");
  assert_body (HOST, "2024-02-01", "{\"model\":\"d\",\"messages\":[{\"role\":\"developer\",\"content\":\"a\"}],\"max_tokens\":5,\"stream\":true}");
  assert_body ("https://r.services.ai.azure.com/models", NULL,
               "{\"model\":\"d\",\"messages\":[{\"role\":\"system\",\"content\":\"a\"}],\"max_tokens\":5,"
               "\"stream\":true,\"stream_options\":{\"include_usage\":true}}");

  newer = encode (HOST, "2024-08-01-preview", schema, &error);
  g_assert_no_error (error);
  g_assert_null (encode (HOST, "2024-02-01", schema, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_UNSUPPORTED_PARAMETER);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/azure/addresses", test_addresses);
  g_test_add_func ("/azure/names", test_names);
  g_test_add_func ("/azure/environment", test_environment);
  g_test_add_func ("/azure/versions", test_versions);

  return g_test_run ();
}
