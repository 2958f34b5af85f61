/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "encode-fixture.h"

/* What goes out: the body as each dialect wants it, the URL, the headers; and what is refused or left out instead */

static void
set_up (Fixture    *fixture,
        const char *provider)
{
  fixture_begin (fixture, provider, dheera_request_new_for_prompt ("unused/name", "Hi"), "https://api.example/v1/", "some-model");
}

static void
test_plain (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (DheeraHttpRequest) http = NULL;
  g_autofree char *body = NULL;

  set_up (&fixture, "openai");
  http = encode (&fixture);
  g_assert_no_error (fixture.error);
  g_assert_cmpstr (http->method, ==, "POST");
  g_assert_cmpstr (http->url, ==, "https://api.example/v1/chat/completions");
  g_assert_cmpstr (http->content_type, ==, "application/json");
  g_assert_cmpint (http->auth, ==, DHEERA_AUTH_BEARER);
  g_assert_cmpint (http->framing, ==, DHEERA_FRAMING_WHOLE);
  body = encode_body (&fixture);
  g_assert_cmpstr (body, ==, "{\"model\":\"some-model\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}");
}

static void
test_stream (void)
{
  g_auto (Fixture) openai = { 0 };
  g_auto (Fixture) mistral = { 0 };
  g_autoptr (DheeraHttpRequest) http = NULL;
  g_autofree char *body = NULL;
  g_autofree char *without = NULL;

  set_up (&openai, "openai");
  openai.encoding.stream = TRUE;
  http = encode (&openai);
  g_assert_cmpint (http->framing, ==, DHEERA_FRAMING_SSE);
  body = encode_body (&openai);
  g_assert_nonnull (strstr (body, "\"stream\":true"));
  g_assert_nonnull (strstr (body, "\"stream_options\":{\"include_usage\":true}"));

  set_up (&mistral, "mistral");
  mistral.encoding.stream = TRUE;
  without = encode_body (&mistral);
  g_assert_nonnull (strstr (without, "\"stream\":true"));
  g_assert_null (strstr (without, "stream_options"));
}

static void
test_dialects (void)
{
  static const struct
  {
    const char *provider;
    const char *has;
    const char *lacks;
  } cases[] = {
    { "openai", "\"max_completion_tokens\":7", "\"max_tokens\"" },
    { "deepseek", "\"max_tokens\":7", "max_completion_tokens" },
    { "groq", "\"max_completion_tokens\":7", "\"max_tokens\"" },
    { "openai", "\"role\":\"developer\"", "\"role\":\"system\"" },
    { "groq", "\"role\":\"system\"", "developer" },
    { "openai", "\"temperature\":0.5", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Fixture) fixture = { 0 };
      g_autoptr (DheeraMessage) message = dheera_message_new (DHEERA_ROLE_DEVELOPER, "Be brief");
      g_autofree char *body = NULL;

      set_up (&fixture, cases[i].provider);
      dheera_conversation_append (dheera_request_get_conversation (fixture.request), message);
      dheera_request_set_max_tokens (fixture.request, 7);
      dheera_request_set_temperature (fixture.request, 0.5);
      body = encode_body (&fixture);
      g_assert_nonnull (strstr (body, cases[i].has));
      if (cases[i].lacks != NULL)
        g_assert_null (strstr (body, cases[i].lacks));
    }
}

static void
test_seed (void)
{
  g_auto (Fixture) mistral = { 0 };
  g_auto (Fixture) groq = { 0 };
  g_autofree char *renamed = NULL;
  g_autofree char *plain = NULL;

  set_up (&mistral, "mistral");
  dheera_request_set_seed (mistral.request, 42);
  renamed = encode_body (&mistral);
  g_assert_nonnull (strstr (renamed, "\"random_seed\":42"));
  set_up (&groq, "groq");
  dheera_request_set_seed (groq.request, 42);
  plain = encode_body (&groq);
  g_assert_nonnull (strstr (plain, "\"seed\":42"));
}

/* Mistral refuses what it does not know, and knows files and sound otherwise. */
static void
test_mistral_parts (void)
{
  static const struct
  {
    const char *message;
    const char *expected;
  } cases[] = {
    { "{\"role\":\"user\",\"name\":\"ann\",\"content\":[{\"type\":\"file\",\"file\":{\"filename\":\"a.pdf\",\"file_data\":\"data:application/pdf;base64,AAAA\"}}]}",
      "{\"role\":\"user\",\"content\":[{\"type\":\"document_url\",\"document_url\":\"data:application/pdf;base64,AAAA\",\"document_name\":\"a.pdf\"}]}" },
    { "{\"role\":\"user\",\"content\":[{\"type\":\"file\",\"file\":{\"file_id\":\"f1\"}}]}",
      "{\"role\":\"user\",\"content\":[{\"type\":\"file\",\"file_id\":\"f1\"}]}" },
    { "{\"role\":\"user\",\"content\":[{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"AAAA\",\"format\":\"mp3\"}}]}",
      "{\"role\":\"user\",\"content\":[{\"type\":\"input_audio\",\"input_audio\":\"AAAA\"}]}" },
    { "{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://x.example/a.png\"}}]}",
      "{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://x.example/a.png\"}}]}" },
    { "{\"role\":\"user\",\"content\":[{\"type\":\"document_url\",\"document_url\":\"https://x.example/a.pdf\"}]}",
      "{\"role\":\"user\",\"content\":[{\"type\":\"document_url\",\"document_url\":\"https://x.example/a.pdf\"}]}" },
    { "{\"role\":\"tool\",\"name\":\"f\",\"tool_call_id\":\"123456789\",\"content\":\"r\"}",
      "{\"role\":\"tool\",\"content\":\"r\",\"name\":\"f\",\"tool_call_id\":\"123456789\"}" },
    { "{\"role\":\"assistant\",\"content\":null,\"audio\":{\"id\":\"a\",\"data\":\"AAAA\",\"transcript\":\"said\"}}", "{\"role\":\"assistant\",\"content\":\"said\"}" },
    { "{\"role\":\"assistant\",\"content\":\"Once\",\"prefix\":true}", "{\"role\":\"assistant\",\"content\":\"Once\",\"prefix\":true}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Fixture) fixture = { 0 };
      g_autofree char *json = g_strdup_printf ("{\"messages\":[%s]}", cases[i].message);
      g_autofree char *expected = g_strdup_printf ("{\"model\":\"some-model\",\"messages\":[%s]}", cases[i].expected);
      g_autofree char *body = NULL;

      set_up (&fixture, "mistral");
      g_object_unref (fixture.request);
      fixture.request = dheera_request_new_from_json (json, &fixture.error);
      g_assert_no_error (fixture.error);
      body = encode_body (&fixture);
      g_assert_cmpstr (body, ==, expected);
    }
}

static char *
encode_messages (const char *provider,
                 const char *messages)
{
  g_auto (Fixture) fixture = { 0 };
  g_autofree char *json = g_strdup_printf ("{\"messages\":[%s]}", messages);

  set_up (&fixture, provider);
  g_object_unref (fixture.request);
  fixture.request = dheera_request_new_from_json (json, &fixture.error);
  g_assert_no_error (fixture.error);

  return encode_body (&fixture);
}

#define CALL(id) "{\"id\":\"" id "\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}"
#define RESULT(id) "{\"role\":\"tool\",\"content\":\"r\",\"tool_call_id\":\"" id "\"}"

#define MISTRAL(messages) "{\"model\":\"some-model\",\"messages\":[" messages "]}"

/* Ids that have not its form are replaced, calls and results alike; behind results only the model speaks. */
static void
test_mistral_turns (void)
{
  static const struct { const char *messages; const char *expected; } cases[] = {
    { "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[" CALL ("gSIMJiOkT") "," CALL ("toolu_1") "]}," RESULT ("gSIMJiOkT") "," RESULT ("toolu_1")
      ",{\"role\":\"user\",\"content\":\"b\"}",
      MISTRAL ("{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[" CALL ("gSIMJiOkT") "," CALL ("4838a0c25") "]}," RESULT ("gSIMJiOkT") ","
               RESULT ("4838a0c25") ",{\"role\":\"assistant\",\"content\":\"OK\"},{\"role\":\"user\",\"content\":\"b\"}") },
    { RESULT ("gSIMJiOkT") ",{\"role\":\"assistant\",\"content\":\"a\"},{\"role\":\"user\",\"content\":\"b\"}",
      MISTRAL (RESULT ("gSIMJiOkT") ",{\"role\":\"assistant\",\"content\":\"a\"},{\"role\":\"user\",\"content\":\"b\"}") },
    /* Thoughts of its own stand where they stood; those of others, and bare reasoning, stay behind. */
    { "{\"role\":\"assistant\",\"content\":\"a\u00e9b\",\"reasoning_content\":\"r\",\"provider_blocks\":["
      "{\"family\":\"mistral\",\"block\":{\"type\": \"thinking\",\"thinking\":[]}},{\"family\":\"anthropic\",\"block\":{\"type\":\"thinking\"}},"
      "{\"family\":\"mistral\",\"block\":{\"type\":\"thinking\",\"n\":2},\"after_text\":2},{\"family\":\"mistral\",\"block\":{\"n\":3},\"after_text\":99}]}",
      MISTRAL ("{\"role\":\"assistant\",\"content\":[{\"type\": \"thinking\",\"thinking\":[]},{\"type\":\"text\",\"text\":\"a\u00e9\"},"
               "{\"type\":\"thinking\",\"n\":2},{\"type\":\"text\",\"text\":\"b\"},{\"n\":3}]}") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *body = encode_messages ("mistral", cases[i].messages);

      g_assert_cmpstr (body, ==, cases[i].expected);
    }
}

/* Others take any id and any order, have no place for its thoughts, nor one that says that a result is an error. */
static void
test_not_for_others (void)
{
  g_autofree char *body = encode_messages ("openai",
    "{\"role\":\"assistant\",\"content\":\"a\",\"provider_blocks\":[{\"family\":\"mistral\",\"block\":{\"n\":1}},{\"family\":\"openai\",\"block\":{\"n\":1}}]},"
    "{\"role\":\"tool\",\"content\":\"r\",\"tool_call_id\":\"toolu_1\",\"is_error\":true},{\"role\":\"user\",\"content\":\"b\"}");

  g_assert_cmpstr (body, ==, MISTRAL ("{\"role\":\"assistant\",\"content\":\"a\"}," RESULT ("toolu_1") ",{\"role\":\"user\",\"content\":\"b\"}"));
}

/* What only Mistral has is handed through. */
static void
test_mistral_members (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autofree char *body = NULL;

  set_up (&fixture, "mistral");
  dheera_request_set_reasoning_effort (fixture.request, "high");
  dheera_base_request_set_extra (DHEERA_BASE_REQUEST (fixture.request), "{\"safe_prompt\":true,\"prompt_mode\":\"reasoning\"}");
  body = encode_body (&fixture);
  g_assert_cmpstr (body, ==,
                   "{\"model\":\"some-model\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"reasoning_effort\":\"high\","
                   "\"safe_prompt\":true,\"prompt_mode\":\"reasoning\"}");
}

static void
test_reasoning (void)
{
  g_auto (Fixture) openai = { 0 };
  g_auto (Fixture) openrouter = { 0 };
  g_auto (Fixture) dropped = { 0 };
  g_autofree char *effort = NULL;
  g_autofree char *object = NULL;
  g_autofree char *without = NULL;

  set_up (&openai, "openai");
  dheera_request_set_reasoning_effort (openai.request, "high");
  effort = encode_body (&openai);
  g_assert_nonnull (strstr (effort, "\"reasoning_effort\":\"high\""));

  set_up (&openrouter, "openrouter");
  dheera_request_set_reasoning_budget (openrouter.request, 1000);
  object = encode_body (&openrouter);
  g_assert_nonnull (strstr (object, "\"reasoning\":{"));
  g_assert_nonnull (strstr (object, "1000"));

  /* There is no word for a budget in OpenAI's dialect. */
  set_up (&dropped, "openai");
  dropped.encoding.policy = DHEERA_PARAM_POLICY_DROP;
  dheera_request_set_reasoning_budget (dropped.request, 1000);
  without = encode_body (&dropped);
  g_assert_null (strstr (without, "1000"));
  g_assert_cmpuint (dropped.encoding.warnings->len, ==, 1);
}

static void
test_reject (void)
{
  static const struct
  {
    const char *provider;
    const char *property;
    int value;
    const char *name;
  } cases[] = {
    { "openai", "top-k", 5, "top_k" },
    { "deepseek", "seed", 5, "seed" },
    { "perplexity", "n", 2, "n" },
    { "cerebras", "parallel-tool-calls", DHEERA_TRISTATE_NO, "parallel_tool_calls" },
    { "sambanova", "logprobs", DHEERA_TRISTATE_YES, "logprobs" },
    { "openai", "reasoning-budget", 5, "reasoning_budget" },
    { "anthropic-openai", "response-format", DHEERA_RESPONSE_FORMAT_JSON_OBJECT, "response_format" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Fixture) fixture = { 0 };
      g_autoptr (DheeraHttpRequest) refused = NULL;
      g_autofree char *body = NULL;
      g_autofree char *member = g_strdup_printf ("\"%s\":", cases[i].name);
      DheeraErrorDetails *details;
      const char *warning;

      set_up (&fixture, cases[i].provider);
      if (strcmp (cases[i].property, "seed") == 0)
        dheera_request_set_seed (fixture.request, cases[i].value);
      else
        g_object_set (fixture.request, cases[i].property, cases[i].value, NULL);
      refused = encode (&fixture);
      g_assert_null (refused);
      g_assert_error (fixture.error, DHEERA_ERROR, DHEERA_ERROR_UNSUPPORTED_PARAMETER);
      g_assert_nonnull (strstr (fixture.error->message, cases[i].provider));
      g_assert_nonnull (strstr (fixture.error->message, cases[i].name));
      g_assert_nonnull (strstr (fixture.error->message, "DROP"));
      details = dheera_error_get_details (fixture.error);
      g_assert_nonnull (details);
      g_assert_cmpstr (dheera_error_details_get_param (details), ==, cases[i].name);
      g_assert_cmpstr (dheera_error_details_get_provider (details), ==, cases[i].provider);
      g_clear_error (&fixture.error);

      fixture.encoding.policy = DHEERA_PARAM_POLICY_DROP;
      body = encode_body (&fixture);
      g_assert_null (strstr (body, member));
      g_assert_cmpuint (fixture.encoding.warnings->len, ==, 1);
      warning = g_ptr_array_index (fixture.encoding.warnings, 0);
      g_assert_nonnull (strstr (warning, cases[i].provider));
      g_assert_nonnull (strstr (warning, cases[i].name));
      g_assert_true (g_str_has_suffix (warning, "."));
    }
}

/* What hangs on a parameter goes with it. */
static void
test_tools_dropped (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (DheeraTool) tool = dheera_tool_new ("f", "does it", NULL);
  g_autofree char *body = NULL;

  set_up (&fixture, "perplexity");
  fixture.encoding.policy = DHEERA_PARAM_POLICY_DROP;
  dheera_request_add_tool (fixture.request, tool);
  dheera_request_set_tool_choice (fixture.request, "required");
  body = encode_body (&fixture);
  g_assert_null (strstr (body, "tool"));
  g_assert_cmpuint (fixture.encoding.warnings->len, ==, 2);
}

/* Sentinels say that nothing was said. */
static void
test_unset (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autofree char *body = NULL;

  set_up (&fixture, "anthropic-openai");
  dheera_request_set_seed (fixture.request, -1);
  dheera_request_set_temperature (fixture.request, -1.0);
  dheera_request_set_presence_penalty (fixture.request, -1000.0);
  dheera_request_set_n (fixture.request, -1);
  body = encode_body (&fixture);
  g_assert_cmpstr (body, ==, "{\"model\":\"some-model\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}");
}

static void
test_temperature (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (DheeraHttpRequest) refused = NULL;
  g_autofree char *within = NULL;
  g_autofree char *dropped = NULL;

  set_up (&fixture, "moonshot");
  dheera_request_set_temperature (fixture.request, 1.0);
  within = encode_body (&fixture);
  g_assert_nonnull (strstr (within, "\"temperature\":1"));

  dheera_request_set_temperature (fixture.request, 1.5);
  refused = encode (&fixture);
  g_assert_null (refused);
  g_assert_error (fixture.error, DHEERA_ERROR, DHEERA_ERROR_UNSUPPORTED_PARAMETER);
  g_assert_nonnull (strstr (fixture.error->message, "at most 1"));
  g_clear_error (&fixture.error);

  fixture.encoding.policy = DHEERA_PARAM_POLICY_DROP;
  dropped = encode_body (&fixture);
  g_assert_null (strstr (dropped, "temperature"));
}

static void
test_extra (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autofree char *body = NULL;

  set_up (&fixture, "openai");
  dheera_request_set_temperature (fixture.request, 0.5);
  dheera_base_request_set_extra (DHEERA_BASE_REQUEST (fixture.request), "{\"temperature\":0.25,\"top_k\":3,\"store\":true}");
  body = encode_body (&fixture);
  g_assert_nonnull (strstr (body, "\"temperature\":0.25"));
  g_assert_null (strstr (body, "0.5"));
  /* The user's own words are not checked against the table. */
  g_assert_nonnull (strstr (body, "\"top_k\":3"));
  g_assert_nonnull (strstr (body, "\"store\":true"));
}

static void
test_headers (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (DheeraHttpRequest) http = NULL;

  set_up (&fixture, "openai");
  dheera_provider_set_header (fixture.provider, "X-Title", "provider");
  dheera_provider_set_header (fixture.provider, "X-Other", "provider");
  dheera_base_request_set_header (DHEERA_BASE_REQUEST (fixture.request), "x-title", "request");
  http = encode (&fixture);
  g_assert_no_error (fixture.error);
  g_assert_cmpstr (dheera_http_request_get_header (http, "X-Title"), ==, "request");
  g_assert_cmpstr (dheera_http_request_get_header (http, "X-Other"), ==, "provider");
  g_assert_cmpint (http->auth, ==, DHEERA_AUTH_BEARER);
}

static void
test_own_authorization (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (DheeraHttpRequest) http = NULL;

  set_up (&fixture, "openai");
  dheera_base_request_set_header (DHEERA_BASE_REQUEST (fixture.request), "authorization", "Basic eDp5");
  http = encode (&fixture);
  g_assert_cmpint (http->auth, ==, DHEERA_AUTH_NONE);
  g_assert_cmpstr (dheera_http_request_get_header (http, "Authorization"), ==, "Basic eDp5");
}

static void
test_bad_header (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (DheeraHttpRequest) http = NULL;

  set_up (&fixture, "openai");
  dheera_base_request_set_header (DHEERA_BASE_REQUEST (fixture.request), "X-Bad", "a\r\nEvil: b");
  http = encode (&fixture);
  g_assert_null (http);
  g_assert_error (fixture.error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
  g_assert_nonnull (strstr (fixture.error->message, "X-Bad"));
  g_assert_null (strstr (fixture.error->message, "Evil"));
}

static void
test_unknown_provider (void)
{
  g_autoptr (DheeraProvider) nobody = dheera_provider_new ("nobody");
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (DheeraHttpRequest) http = NULL;

  set_up (&fixture, "openai");
  fixture.encoding.provider = nobody;
  http = dheera_openai_chat.encode_chat (&fixture.encoding, fixture.request, &fixture.error);
  g_assert_null (http);
  g_assert_error (fixture.error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
}

static void
test_api_version (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (DheeraHttpRequest) http = NULL;

  set_up (&fixture, "azure");
  fixture.encoding.base_url = "https://r.openai.azure.com/openai/v1";
  dheera_provider_set_api_version (fixture.provider, "preview&x");
  http = encode (&fixture);
  g_assert_no_error (fixture.error);
  g_assert_cmpstr (http->url, ==, "https://r.openai.azure.com/openai/v1/chat/completions?api-version=preview%26x");
  g_assert_cmpstr (http->auth_header, ==, "api-key");
}

/* A key is in nothing that is made here. */
static void
test_no_key (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (DheeraHttpRequest) http = NULL;

  set_up (&fixture, "openai");
  dheera_provider_set_api_key (fixture.provider, "the-secret");
  dheera_base_request_set_api_key (DHEERA_BASE_REQUEST (fixture.request), "the-secret");
  http = encode (&fixture);
  g_assert_null (strstr (http->url, "the-secret"));
  g_assert_null (g_strstr_len (g_bytes_get_data (http->body, NULL), g_bytes_get_size (http->body), "the-secret"));
  g_assert_true (http->headers == NULL || http->headers->len == 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_unsetenv ("OPENAI_ORG_ID");
  g_unsetenv ("OPENAI_PROJECT_ID");

  g_test_add_func ("/openai-chat/plain", test_plain);
  g_test_add_func ("/openai-chat/stream", test_stream);
  g_test_add_func ("/openai-chat/dialects", test_dialects);
  g_test_add_func ("/openai-chat/seed", test_seed);
  g_test_add_func ("/openai-chat/mistral-parts", test_mistral_parts);
  g_test_add_func ("/openai-chat/mistral-members", test_mistral_members);
  g_test_add_func ("/openai-chat/mistral-turns", test_mistral_turns);
  g_test_add_func ("/openai-chat/not-for-others", test_not_for_others);
  g_test_add_func ("/openai-chat/reasoning", test_reasoning);
  g_test_add_func ("/openai-chat/reject", test_reject);
  g_test_add_func ("/openai-chat/tools-dropped", test_tools_dropped);
  g_test_add_func ("/openai-chat/unset", test_unset);
  g_test_add_func ("/openai-chat/temperature", test_temperature);
  g_test_add_func ("/openai-chat/extra", test_extra);
  g_test_add_func ("/openai-chat/headers", test_headers);
  g_test_add_func ("/openai-chat/own-authorization", test_own_authorization);
  g_test_add_func ("/openai-chat/bad-header", test_bad_header);
  g_test_add_func ("/openai-chat/unknown-provider", test_unknown_provider);
  g_test_add_func ("/openai-chat/api-version", test_api_version);
  g_test_add_func ("/openai-chat/no-key", test_no_key);

  return g_test_run ();
}
