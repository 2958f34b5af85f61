/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Members that a client of the server sent and that no property holds: who gets them, and where. */

#include "encode-util.h"

#define ALL \
  "\"store\":true,\"logit_bias\":{\"7\":-100},\"verbosity\":\"low\",\"prompt_cache_key\":\"k\",\"min_p\":0.5,\"num_ctx\":9,\"think\":\"low\",\"keep_alive\":\"5m\"," \
  "\"cache_control\":{\"type\":\"ephemeral\"},\"options\":{\"min_p\":0.25,\"num_keep\":4}"

static const char *const names[] = {
  "store", "logit_bias", "verbosity", "prompt_cache_key", "min_p", "num_ctx", "think", "keep_alive", "cache_control", "options", "modalities", NULL,
};

typedef struct
{
  DheeraProvider *provider;
  DheeraRequest *request;
  DheeraBaseRequest *placed;
  GPtrArray *warnings;
  GError *error;
} Fixture;

static void
fixture_clear (Fixture *self)
{
  g_clear_object (&self->provider);
  g_clear_object (&self->request);
  g_clear_object (&self->placed);
  g_clear_pointer (&self->warnings, g_ptr_array_unref);
  g_clear_error (&self->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, fixture_clear)

static void
place (Fixture           *self,
       const char        *provider,
       const char        *model,
       const char        *members,
       gboolean           handed_on,
       DheeraParamPolicy  policy)
{
  g_autofree char *json = g_strdup_printf ("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],%s}", members);
  DheeraEncoding encoding = { .model = model, .policy = policy };

  self->provider = encoding.provider = dheera_provider_new (provider);
  self->warnings = encoding.warnings = g_ptr_array_new_with_free_func (g_free);
  self->request = dheera_request_new_from_json (json, &self->error);
  g_assert_no_error (self->error);
  if (handed_on)
    DHEERA_BASE_REQUEST (self->request)->handed_on = g_strdupv ((char **) names);
  self->placed = dheera_encoding_place_extra (&encoding, dheera_provider_get_protocol_for (self->provider, model), DHEERA_BASE_REQUEST (self->request), &self->error);
  g_assert_true ((self->placed == NULL) == (self->error != NULL));
}

/* What is left of all of them, where the rest is dropped with a warning each */
static void
test_dropped (void)
{
  static const struct
  {
    const char *provider, *model, *extra;
    guint n_warnings;
  } cases[] = {
    { "anthropic", "claude-x", "{\"cache_control\":{\"type\":\"ephemeral\"}}", 9 },
    { "vertexai", "claude-x", "{\"cache_control\":{\"type\":\"ephemeral\"}}", 9 },
    { "gemini", "m", "{}", 10 },
    { "vertexai", "m", "{}", 10 },
    { "bedrock", "m", "{}", 10 },
    { "cohere", "m", "{}", 10 },
    { "ollama", "m", "{\"options\":{\"min_p\":0.25,\"num_ctx\":9,\"num_keep\":4},\"think\":\"low\",\"keep_alive\":\"5m\"}", 5 },
    { "openai-responses", "m",
      "{\"text\":{\"verbosity\":\"low\"},\"store\":true,\"prompt_cache_key\":\"k\",\"min_p\":0.5,\"num_ctx\":9,\"think\":\"low\",\"keep_alive\":\"5m\","
      "\"cache_control\":{\"type\":\"ephemeral\"},\"options\":{\"min_p\":0.25,\"num_keep\":4}}", 1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Fixture) f = { 0 };

      place (&f, cases[i].provider, cases[i].model, ALL, TRUE, DHEERA_PARAM_POLICY_DROP);
      g_assert_no_error (f.error);
      g_test_message ("%s", cases[i].provider);
      g_assert_cmpstr (dheera_base_request_get_extra (f.placed), ==, cases[i].extra);
      g_assert_cmpuint (f.warnings->len, ==, cases[i].n_warnings);
      /* The request is its owner's. */
      g_assert_true (f.placed != DHEERA_BASE_REQUEST (f.request));
      g_assert_nonnull (strstr (dheera_base_request_get_extra (DHEERA_BASE_REQUEST (f.request)), "\"logit_bias\""));
    }
}

static void
test_refused (void)
{
  static const struct
  {
    const char *provider, *members, *param;
  } cases[] = {
    { "anthropic", "\"store\":true", "store" },
    { "anthropic", "\"cache_control\":{\"type\":\"ephemeral\"},\"logit_bias\":{\"7\":1}", "logit_bias" },
    { "gemini", "\"num_ctx\":9", "num_ctx" },
    { "bedrock", "\"modalities\":[\"text\",\"audio\"]", "modalities" },
    { "cohere", "\"verbosity\":\"low\"", "verbosity" },
    { "ollama", "\"num_ctx\":9,\"prompt_cache_key\":\"k\"", "prompt_cache_key" },
    { "openai-responses", "\"modalities\":[\"audio\"]", "modalities" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Fixture) f = { 0 };
      DheeraErrorDetails *details;

      place (&f, cases[i].provider, "m", cases[i].members, TRUE, DHEERA_PARAM_POLICY_REJECT);
      g_assert_error (f.error, DHEERA_ERROR, DHEERA_ERROR_UNSUPPORTED_PARAMETER);
      details = dheera_error_get_details (f.error);
      g_assert_cmpstr (dheera_error_details_get_param (details), ==, cases[i].param);
      g_assert_cmpstr (dheera_error_details_get_provider (details), ==, cases[i].provider);
      g_assert_nonnull (strstr (f.error->message, cases[i].param));
    }
}

/* What happens anyway may be asked for everywhere. */
static void
test_neutral (void)
{
  static const char *const members[] = { "\"store\":false", "\"logit_bias\":{}", "\"modalities\":[\"text\"]", "\"store\":null,\"num_ctx\":null" };

  for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
    {
      g_auto (Fixture) f = { 0 };
      const char *extra;

      place (&f, "anthropic", "m", members[i], TRUE, DHEERA_PARAM_POLICY_REJECT);
      g_assert_no_error (f.error);
      g_assert_cmpuint (f.warnings->len, ==, 0);
      extra = dheera_base_request_get_extra (f.placed);
      g_assert_true (extra == NULL || strcmp (extra, "{}") == 0);
    }
}

/* Who speaks OpenAI's says himself what he does not know, and what a program put into the extra of its request is its own word. */
static void
test_kept (void)
{
  static const struct
  {
    const char *provider;
    gboolean handed_on;
  } cases[] = { { "openai", TRUE }, { "groq", TRUE }, { "mock", TRUE }, { "gemini-openai", TRUE }, { "anthropic", FALSE }, { "gemini", FALSE } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Fixture) f = { 0 };

      place (&f, cases[i].provider, "m", ALL, cases[i].handed_on, DHEERA_PARAM_POLICY_REJECT);
      g_assert_no_error (f.error);
      g_assert_true (f.placed == DHEERA_BASE_REQUEST (f.request));
      g_assert_cmpstr (dheera_base_request_get_extra (f.placed), ==, "{" ALL "}");
    }
}

/* Beside what is handed on, an extra keeps what the reader put there. */
static void
test_beside (void)
{
  g_auto (Fixture) f = { 0 };

  place (&f, "anthropic", "m", "\"store\":true,\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":9,\"display\":\"x\"}", TRUE, DHEERA_PARAM_POLICY_DROP);
  g_assert_no_error (f.error);
  g_assert_nonnull (strstr (dheera_base_request_get_extra (f.placed), "\"display\":\"x\""));
  g_assert_null (strstr (dheera_base_request_get_extra (f.placed), "store"));
  g_assert_cmpuint (f.warnings->len, ==, 1);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/extra/dropped", test_dropped);
  g_test_add_func ("/extra/refused", test_refused);
  g_test_add_func ("/extra/neutral", test_neutral);
  g_test_add_func ("/extra/kept", test_kept);
  g_test_add_func ("/extra/beside", test_beside);

  return g_test_run ();
}
