/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What becomes of parameters that a provider does not take: refused by name, unless they ask for nothing but what happens anyway. */

#include "encode-util.h"

#define HI "[{\"role\":\"user\",\"content\":\"Hi\"}]"
#define TOOLS "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]"

/* With and without streams they are sent by programs that know OpenAI's defaults. */
static const struct
{
  const char *members; /* of a request */
  const char *name;    /* of what must not be in a body of who does not take it */
} usual[] = {
  { "\"n\":1", "\"n\"" },
  { "\"presence_penalty\":0", "presence" },
  { "\"frequency_penalty\":0.0", "frequency" },
  { "\"logprobs\":false", "logprobs" },
  { "\"parallel_tool_calls\":true", "parallel" },
  { "\"tool_choice\":\"auto\"", "tool_choice" },
  { "\"tool_choice\":\"none\"", "tool_choice" },
  { "\"metadata\":{}", "etadata\"" },
  { "\"service_tier\":\"auto\"", "tier" },
  { "\"service_tier\":\"default\"", "\"default\"" },
  { "\"metadata\": { }", "etadata\"" },
};

static const char *const providers[] = {
  "anthropic", "anthropic-openai", "bedrock", "cohere", "gemini", "groq", "mistral", "ollama", "ollama-openai", "openai-responses", "perplexity",
};

static void
encode (Encoded           *encoded,
        const char        *provider,
        const char        *members,
        DheeraParamPolicy  policy)
{
  g_autofree char *more = g_strconcat (",", members, NULL);

  encoded_chat (encoded, provider, HI, more, FALSE, policy);
}

static void
test_usual (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (usual); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (providers); j++)
      {
        g_auto (Encoded) encoded = { 0 };

        g_test_message ("%s %s", providers[j], usual[i].members);
        encode (&encoded, providers[j], usual[i].members, DHEERA_PARAM_POLICY_REJECT);
        g_assert_no_error (encoded.error);
        g_assert_cmpuint (encoded.encoding.warnings->len, ==, 0);
      }
}

/* Who does not take them is not sent them either. */
static void
test_left_out (void)
{
  static const struct
  {
    const char *provider;
    guint usual;
  } cases[] = { { "anthropic", 1 }, { "anthropic", 2 }, { "anthropic-openai", 0 }, { "anthropic-openai", 3 }, { "bedrock", 1 }, { "mistral", 3 }, { "perplexity", 4 }, { "perplexity", 5 },
                { "ollama", 7 }, { "cohere", 7 }, { "cohere", 8 }, { "ollama", 9 }, { "bedrock", 7 }, { "bedrock", 10 }, { "cohere", 10 }, { "openai-responses", 1 }, { "openai-responses", 2 } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Encoded) encoded = { 0 };

      encode (&encoded, cases[i].provider, usual[cases[i].usual].members, DHEERA_PARAM_POLICY_REJECT);
      g_assert_no_error (encoded.error);
      g_assert_null (strstr (encoded.body, usual[cases[i].usual].name));
    }
}

static void
test_refused (void)
{
  static const struct
  {
    const char *provider, *members, *param;
  } cases[] = {
    { "anthropic-openai", "\"n\":2", "n" },
    { "anthropic", "\"presence_penalty\":0.1", "presence_penalty" },
    { "bedrock", "\"frequency_penalty\":-1", "frequency_penalty" },
    { "mistral", "\"logprobs\":true", "logprobs" },
    { "ollama", TOOLS ",\"parallel_tool_calls\":false", "parallel_tool_calls" },
    { "perplexity", TOOLS ",\"tool_choice\":\"none\"", "tools" },
    { "perplexity", "\"tool_choice\":\"required\"", "tool_choice" },
    { "cohere", "\"metadata\":{\"a\":\"b\"}", "metadata" },
    { "ollama", "\"service_tier\":\"flex\"", "service_tier" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Encoded) refused = { 0 };
      g_auto (Encoded) dropped = { 0 };

      encode (&refused, cases[i].provider, cases[i].members, DHEERA_PARAM_POLICY_REJECT);
      g_assert_error (refused.error, DHEERA_ERROR, DHEERA_ERROR_UNSUPPORTED_PARAMETER);
      g_assert_cmpstr (dheera_error_details_get_param (dheera_error_get_details (refused.error)), ==, cases[i].param);
      encode (&dropped, cases[i].provider, cases[i].members, DHEERA_PARAM_POLICY_DROP);
      g_assert_no_error (dropped.error);
      g_assert_cmpuint (dropped.encoding.warnings->len, >, 0);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/encoding/usual", test_usual);
  g_test_add_func ("/encoding/left-out", test_left_out);
  g_test_add_func ("/encoding/refused", test_refused);

  return g_test_run ();
}
