/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-ai/model/dheera-error.h"
#include "dheera-ai/providers/ollama/dheera-ollama-host-private.h"
#include "dheera-ai/providers/dheera-provider-private.h"

static void
test_forms (void)
{
  static const struct
  {
    const char *host;
    const char *path;
    const char *url;
  } cases[] = {
    { "box", NULL, "http://box:11434" },
    { "box", "/v1", "http://box:11434/v1" },
    { "box:8080", NULL, "http://box:8080" },
    { ":8080", NULL, "http://127.0.0.1:8080" },
    { "0.0.0.0", NULL, "http://127.0.0.1:11434" },
    { "0.0.0.0:8080", "/v1", "http://127.0.0.1:8080/v1" },
    { "127.0.0.1:11434", NULL, "http://127.0.0.1:11434" },
    { "box:", NULL, "http://box:11434" },
    { "box:99999", NULL, "http://box:11434" },
    { "box:x", NULL, "http://box:11434" },
    { "box/", NULL, "http://box:11434" },
    { "box:8080/ollama", "/v1", "http://box:8080/ollama" },
    { "http://box", NULL, "http://box" },
    { "http://box:8080", NULL, "http://box:8080" },
    { "http://box:8080/", "/v1", "http://box:8080/v1" },
    { "https://box.example", NULL, "https://box.example" },
    { "https://box.example/a/b", "/v1", "https://box.example/a/b" },
    { "https://box.example:8443", NULL, "https://box.example:8443" },
    { "ollama.com", NULL, "https://ollama.com" },
    { "::1", NULL, "http://[::1]:11434" },
    { "[::1]", NULL, "http://[::1]:11434" },
    { "[::1]:8080", NULL, "http://[::1]:8080" },
    { "::", NULL, "http://127.0.0.1:11434" },
    { "[::]:8080", NULL, "http://127.0.0.1:8080" },
    { " box ", NULL, "http://box:11434" },
    { "\"box:8080\"", NULL, "http://box:8080" },
    { "' :8080 '", NULL, "http://127.0.0.1:8080" },
    { "\"", NULL, "http://\":11434" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *url = dheera_ollama_host_to_url (cases[i].host, cases[i].path);

      g_assert_cmpstr (url, ==, cases[i].url);
    }
}

static void
assert_url (const char *id,
            const char *expected)
{
  g_autoptr (DheeraProvider) provider = dheera_provider_new (id);
  g_autoptr (GError) error = NULL;
  g_autofree char *url = dheera_provider_dup_base_url (provider, NULL, &error);

  g_assert_cmpstr (url, ==, expected);
  if (expected == NULL)
    {
      g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
      g_assert_nonnull (strstr (error->message, "environment"));
      g_assert_null (strstr (error->message, "secret"));
    }
}

static void
test_variable (void)
{
  g_unsetenv ("OLLAMA_HOST");
  assert_url ("ollama", "http://127.0.0.1:11434");
  assert_url ("ollama-openai", "http://127.0.0.1:11434/v1");

  g_setenv ("OLLAMA_HOST", "0.0.0.0:8080", TRUE);
  assert_url ("ollama", "http://127.0.0.1:8080");
  assert_url ("ollama-openai", "http://127.0.0.1:8080/v1");
  assert_url ("ollama-cloud", "https://ollama.com");

  /* What is no address is said, without a password that may be in it. */
  g_setenv ("OLLAMA_HOST", "me:secret@box:8080", TRUE);
  assert_url ("ollama", NULL);
  g_setenv ("OLLAMA_HOST", "a b", TRUE);
  assert_url ("ollama", NULL);
  g_setenv ("OLLAMA_HOST", "ftp://box", TRUE);
  assert_url ("ollama", NULL);
  g_unsetenv ("OLLAMA_HOST");
}

static void
test_is_local (void)
{
  g_autoptr (DheeraProvider) provider = dheera_provider_new ("ollama");

  g_setenv ("OLLAMA_HOST", "0.0.0.0", TRUE);
  g_assert_true (dheera_provider_get_is_local (provider));
  g_setenv ("OLLAMA_HOST", "box.example", TRUE);
  g_assert_false (dheera_provider_get_is_local (provider));
  g_unsetenv ("OLLAMA_HOST");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/ollama-host/forms", test_forms);
  g_test_add_func ("/ollama-host/variable", test_variable);
  g_test_add_func ("/ollama-host/is-local", test_is_local);

  return g_test_run ();
}
