/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "dheera-ai/model/dheera-error.h"
#include "dheera-ai/providers/dheera-provider-private.h"

static void
test_resolve (void)
{
  static const struct
  {
    const char *name;
    const char *provider;
    const char *model;
  } cases[] = {
    { "openai/gpt-4o", "openai", "gpt-4o" },
    { "anthropic/claude-sonnet-4-6", "anthropic", "claude-sonnet-4-6" },
    { "azure/my-deployment", "azure", "my-deployment" },
    { "ollama/llama3.2:1b", "ollama", "llama3.2:1b" },
    { "together/meta-llama/Llama-3.3-70B", "togetherai", "meta-llama/Llama-3.3-70B" },
    { "hf/openai/gpt-oss-20b:together", "huggingface", "openai/gpt-oss-20b:together" },
    { "openrouter/openai/gpt-4o@x", "openrouter", "openai/gpt-4o@x" },
    { "lm-studio/a", "lmstudio", "a" },
    { "llama.cpp/a", "llamacpp", "a" },
    { "mock/echo", "mock", "echo" },
    { "gpt-4o-mini", "openai", "gpt-4o-mini" },
    { "chatgpt-4o-latest", "openai", "chatgpt-4o-latest" },
    { "o1", "openai", "o1" },
    { "o3-mini", "openai", "o3-mini" },
    { "o4-mini-2025-04-16", "openai", "o4-mini-2025-04-16" },
    { "claude-sonnet-4-6", "anthropic", "claude-sonnet-4-6" },
    { "gemini-2.5-pro", "gemini", "gemini-2.5-pro" },
    { "mistral-large-latest", "mistral", "mistral-large-latest" },
    { "codestral-latest", "mistral", "codestral-latest" },
    { "command-r-plus", "cohere", "command-r-plus" },
    { "grok-4", "xai", "grok-4" },
    { "deepseek-chat", "deepseek", "deepseek-chat" },
    { "gpt-oss/20b", "openai", "gpt-oss/20b" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *provider = NULL;
      g_autofree char *model = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_true (dheera_model_name_resolve (cases[i].name, NULL, &provider, &model, &error));
      g_assert_no_error (error);
      g_assert_cmpstr (provider, ==, cases[i].provider);
      g_assert_cmpstr (model, ==, cases[i].model);
    }
}

static void
test_unknown (void)
{
  static const char *const names[] = { "llama3.2", "somebody/model", "o1lama", "oracle", "/gpt-4o", "", NULL };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *provider = NULL;
      g_autofree char *model = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_false (dheera_model_name_resolve (names[i], NULL, &provider, &model, &error));
      g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_UNKNOWN_MODEL);
      g_assert_null (provider);
      g_assert_null (model);
      if (names[i] != NULL && *names[i] != '\0')
        {
          g_assert_nonnull (strstr (error->message, names[i]));
          g_assert_nonnull (strstr (error->message, "groq"));
        }
    }
}

static void
test_misspelt (void)
{
  static const char *const custom[] = { "laboratory", NULL };
  static const struct
  {
    const char *name;
    const char *suggestion; /* NULL: none */
  } cases[] = {
    { "opnai/gpt-4o", "Did you mean “openai/gpt-4o”?" },
    { "OpenAI/gpt-4o", "Did you mean “openai/gpt-4o”?" },
    { "gorq/a/b", "Did you mean “groq/a/b”?" },
    { "laboratry/m", "Did you mean “laboratory/m”?" },
    { "zzz/m", NULL },
    { "somebody/model", NULL },
    { "/gpt-4o", NULL },
    { "opnai", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *provider = NULL;
      g_autofree char *model = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_false (dheera_model_name_resolve (cases[i].name, custom, &provider, &model, &error));
      g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_UNKNOWN_MODEL);
      if (cases[i].suggestion != NULL)
        g_assert_nonnull (strstr (error->message, cases[i].suggestion));
      else
        g_assert_null (strstr (error->message, "Did you mean"));
      g_assert_nonnull (strstr (error->message, "nown providers are: laboratory, ai21, anthropic, "));
    }
}

static void
test_no_model (void)
{
  g_autofree char *provider = NULL;
  g_autofree char *model = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (dheera_model_name_resolve ("openai/", NULL, &provider, &model, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_UNKNOWN_MODEL);
}

static void
test_custom (void)
{
  static const char *const ids[] = { "lab", "togetherai", "anthropic", "hf", NULL };
  static const struct
  {
    const char *name;
    const char *provider;
    const char *model;
  } cases[] = {
    { "lab/qwen/qwen3", "lab", "qwen/qwen3" },
    { "togetherai/a", "togetherai", "a" },
    { "together/a", "togetherai", "a" },
    { "huggingface/a", "hf", "a" },
    { "claude-x", "anthropic", "claude-x" },
    { "groq/a", "groq", "a" },
  };
  g_autofree char *provider = NULL;
  g_autofree char *model = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *found = NULL;
      g_autofree char *rest = NULL;

      g_assert_true (dheera_model_name_resolve (cases[i].name, ids, &found, &rest, NULL));
      g_assert_cmpstr (found, ==, cases[i].provider);
      g_assert_cmpstr (rest, ==, cases[i].model);
    }

  g_assert_false (dheera_model_name_resolve ("llama3.2", ids, &provider, &model, &error));
  g_assert_nonnull (strstr (error->message, ": lab, ai21, anthropic, "));
}

static void
test_long_name (void)
{
  g_autofree char *name = g_strnfill (100000, 'x');
  g_autofree char *provider = NULL;
  g_autofree char *model = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (dheera_model_name_resolve (name, NULL, &provider, &model, &error));
  g_assert_cmpuint (strlen (error->message), <, 3000);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/model-name/resolve", test_resolve);
  g_test_add_func ("/model-name/unknown", test_unknown);
  g_test_add_func ("/model-name/misspelt", test_misspelt);
  g_test_add_func ("/model-name/no-model", test_no_model);
  g_test_add_func ("/model-name/custom", test_custom);
  g_test_add_func ("/model-name/long-name", test_long_name);

  return g_test_run ();
}
