/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-tool.h"

/* Which model is asked when nobody says. */

#define PROBE_TIMEOUT 1.5 /* seconds: a server of this machine answers at once, or is busy */
#define OFFLINE_MODEL "mock/story"

typedef struct
{
  const char *provider;
  const char *model;
} Preference;

/* The first of them that has a key. Small models: whoever just tries things out should not pay for it. Keep dheera_tool_model_help and the manual page alike. */
static const Preference preferences[] = {
  { "openai", "gpt-4o-mini" },
  { "anthropic", "claude-haiku-4-5" },
  { "gemini", "gemini-2.5-flash" },
  { "mistral", "mistral-small-latest" },
  { "groq", "llama-3.3-70b-versatile" },
  { "deepseek", "deepseek-chat" },
  { "xai", "grok-3-mini" },
  { "openrouter", "openai/gpt-4o-mini" },
};

const char dheera_tool_model_help[] =
  "A model is named provider/model. Without --model it is the one in DHEERA_MODEL, or else that of\n"
  "the first of these that has a key in the environment:\n"
  "  openai/gpt-4o-mini, anthropic/claude-haiku-4-5, gemini/gemini-2.5-flash,\n"
  "  mistral/mistral-small-latest, groq/llama-3.3-70b-versatile, deepseek/deepseek-chat,\n"
  "  xai/grok-3-mini, openrouter/openai/gpt-4o-mini;\n"
  "or else the first model of a server on this machine (Ollama, llama.cpp, LM Studio, vLLM and others),\n"
  "or else mock/story, the offline model.\n";

static char *
find_keyed (DheeraClient  *client,
            char         **reason)
{
  for (guint i = 0; i < G_N_ELEMENTS (preferences); i++)
    {
      const Preference *preference = &preferences[i];
      DheeraProvider *provider = dheera_client_get_provider (client, preference->provider);
      const char *variable = provider != NULL ? dheera_tool_key_variable (provider) : NULL;

      if (variable == NULL)
        continue;
      *reason = g_strdup_printf ("%s is set", variable);
      return g_strconcat (preference->provider, "/", preference->model, NULL);
    }

  return NULL;
}

static char *
find_local (GPtrArray  *probes,
            char      **reason)
{
  for (guint i = 0; i < probes->len; i++)
    {
      DheeraProbe *probe = g_ptr_array_index (probes, i);
      const char *model = dheera_probe_pick_model (probe);

      if (model == NULL)
        continue;
      *reason = g_strdup_printf ("a server answers at %s", probe->base_url);
      return g_strconcat (probe->id, "/", model, NULL);
    }

  return NULL;
}

static char *
find_named (DheeraClient  *client,
            const char    *wanted,
            char         **reason)
{
  const char *variable = g_getenv ("DHEERA_MODEL");

  if (wanted != NULL)
    {
      *reason = g_strdup ("it was asked for");
      return g_strdup (wanted);
    }
  if (variable != NULL && *variable != '\0')
    {
      *reason = g_strdup ("DHEERA_MODEL names it");
      return g_strdup (variable);
    }

  return find_keyed (client, reason);
}

char *
dheera_tool_choose_model (DheeraClient *client,
                          const char   *wanted,
                          GPtrArray    *local,
                          char        **reason)
{
  char *model = find_named (client, wanted, reason);

  if (model == NULL)
    model = find_local (local, reason);
  if (model == NULL)
    {
      *reason = g_strdup ("there is no key, and no server on this machine");
      model = g_strdup (OFFLINE_MODEL);
    }

  return model;
}

char *
dheera_tool_find_model (DheeraClient *client,
                        const char   *wanted,
                        char        **reason)
{
  char *model = find_named (client, wanted, reason);
  g_autoptr(GPtrArray) local = NULL;

  if (model != NULL)
    return model;

  local = dheera_probe_list_local (client);
  dheera_probe_run (client, local, PROBE_TIMEOUT);
  model = dheera_tool_choose_model (client, NULL, local, reason);
  if (g_str_equal (model, OFFLINE_MODEL))
    dheera_tool_note ("There is no key and no server on this machine, so the offline model %s answers. “dheera-ai doctor” says what was looked for.", model);

  return model;
}
