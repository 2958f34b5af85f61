/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "dheera-ai/providers/dheera-protocol-private.h"
#include "dheera-ai/providers/dheera-provider-private.h"
#include "dheera-ai/wire/dheera-url-private.h"

static void
test_rows (void)
{
  guint n;
  const DheeraProviderRow *rows = dheera_provider_rows (&n);

  g_assert_cmpuint (n, >, 60);
  for (guint i = 0; i < n; i++)
    {
      const DheeraProviderRow *row = &rows[i];

      g_assert_true (dheera_provider_find_row (row->id) == row);
      g_assert_nonnull (row->protocol);
      g_assert_cmpstr (row->name, !=, "");
      g_assert_true (g_str_has_prefix (row->docs, "https://"));
      g_assert_true (row->chat_path != NULL ? row->chat_path[0] == '/' : row->endpoints.paths[DHEERA_TASK_EMBED] != NULL);
      g_assert_cmpstr (row->dialect.native_family, ==, row->id);
      if (strchr (row->base_url, '{') == NULL)
        {
          g_autofree char *fault = dheera_url_find_fault (row->base_url);

          g_assert_null (fault);
          g_assert_cmpint (row->local, ==, dheera_url_is_loopback (row->base_url) || strcmp (row->id, "mock") == 0);
        }
      if (!row->local)
        g_assert_true (g_str_has_prefix (row->base_url, "https://"));
      for (guint a = 0; row->aliases != NULL && row->aliases[a] != NULL; a++)
        g_assert_true (dheera_provider_find_row (row->aliases[a]) == row);
    }
}

static void
test_lookup (void)
{
  static const char *const ids[] = {
    "openai", "anthropic", "azure", "gemini", "vertexai", "bedrock", "mistral", "cohere", "ollama", "mock", "groq", "deepseek", "xai", "openrouter",
  };
  g_autofree char *list = dheera_provider_list_ids ();

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_assert_nonnull (dheera_provider_find_row (ids[i]));
      g_assert_cmpstr (dheera_provider_find_row (ids[i])->id, ==, ids[i]);
      g_assert_nonnull (strstr (list, ids[i]));
    }
  g_assert_cmpstr (dheera_provider_find_row ("together")->id, ==, "togetherai");
  g_assert_cmpstr (dheera_provider_find_row ("grok-responses")->id, ==, "xai-responses");
  g_assert_null (dheera_provider_find_row ("nobody"));
  g_assert_null (dheera_provider_find_row (""));
  g_assert_null (dheera_provider_find_row (NULL));
}

static void
test_facts (void)
{
  const DheeraProviderRow *openai = dheera_provider_find_row ("openai");
  const DheeraProviderRow *responses = dheera_provider_find_row ("openai-responses");
  const DheeraProviderRow *mistral = dheera_provider_find_row ("mistral");
  const DheeraProviderRow *azure = dheera_provider_find_row ("azure");

  g_assert_cmpstr (openai->base_url, ==, "https://api.openai.com/v1");
  g_assert_cmpstr (openai->key_env[0], ==, "OPENAI_API_KEY");
  g_assert_cmpstr (openai->dialect.max_tokens_member, ==, "max_completion_tokens");
  g_assert_cmpint (openai->drop_params, ==, DHEERA_PARAM_TOP_K);
  g_assert_cmpstr (mistral->dialect.seed_member, ==, "random_seed");
  g_assert_false (mistral->dialect.include_usage);
  g_assert_cmpint (azure->auth, ==, DHEERA_AUTH_HEADER);
  g_assert_cmpstr (azure->auth_header, ==, "api-key");
  g_assert_true (openai->protocol == &dheera_openai_chat);
  g_assert_true (responses->protocol == &dheera_openai_responses);
  g_assert_cmpstr (responses->base_url, ==, openai->base_url);
  g_assert_cmpstr (responses->key_env[0], ==, openai->key_env[0]);
  g_assert_null (dheera_provider_find_row ("perplexity")->models_path);
  g_assert_cmpstr (openai->endpoints.paths[DHEERA_TASK_EMBED], ==, "/embeddings");
  g_assert_null (openai->endpoints.paths[DHEERA_TASK_RERANK]);
  g_assert_cmpstr (openai->endpoints.edit_image_path, ==, "/images/edits");
  g_assert_true (openai->endpoints.base64_embeddings);
  g_assert_false (mistral->endpoints.base64_embeddings);
  g_assert_cmpstr (mistral->endpoints.params[0], ==, "dimensions");
  g_assert_cmpstr (mistral->endpoints.params[1], ==, "output_dimension");
  g_assert_null (dheera_provider_find_row ("voyage")->chat_path);
  g_assert_true (dheera_provider_find_row ("ollama")->key_optional);
  g_assert_true (dheera_provider_find_row ("gemini")->protocol == &dheera_gemini);
  g_assert_true (dheera_provider_find_row ("gemini-openai")->protocol == &dheera_openai_chat);
  g_assert_cmpstr (dheera_provider_find_row ("vertexai")->region_default, ==, "global");
  /* A file's name is no key, and the forge's token is not for its assistant. */
  g_assert_null (dheera_provider_find_row ("vertex-openai")->key_env);
  g_assert_null (dheera_provider_find_row ("github-copilot")->key_env);
}

/* The names of parameters in the data are those of the model layer. */
static void
test_params (void)
{
  static const struct
  {
    DheeraParams flag;
    const char *name;
  } params[] = {
    { DHEERA_PARAM_TOP_K, "top_k" }, { DHEERA_PARAM_SEED, "seed" }, { DHEERA_PARAM_TOOLS, "tools" },
    { DHEERA_PARAM_PARALLEL_TOOL_CALLS, "parallel_tool_calls" }, { DHEERA_PARAM_REASONING_BUDGET, "reasoning_budget" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (params); i++)
    g_assert_cmpint (dheera_param_from_name (params[i].name), ==, params[i].flag);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/provider-table/rows", test_rows);
  g_test_add_func ("/provider-table/lookup", test_lookup);
  g_test_add_func ("/provider-table/facts", test_facts);
  g_test_add_func ("/provider-table/params", test_params);

  return g_test_run ();
}
