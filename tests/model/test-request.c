/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <math.h>

#include "model-util.h"

#include "dheera-ai/model/messages/dheera-conversation-private.h"
#include "dheera-ai/model/requests/dheera-request-private.h"
#include "dheera-ai/model/tools/dheera-tool-private.h"

static void
test_defaults (void)
{
  g_autoptr (DheeraRequest) request = dheera_request_new ("m");

  assert_properties (DHEERA_TYPE_REQUEST,
                     "conversation temperature top-p top-k max-tokens stop seed n presence-penalty "
                     "frequency-penalty "
                     "logprobs top-logprobs tools tool-choice parallel-tool-calls max-steps response-format "
                     "response-schema "
                     "response-schema-name response-schema-strict reasoning-effort reasoning-budget "
                     "user metadata "
                     "service-tier");
  g_assert_cmpstr (dheera_base_request_get_model (DHEERA_BASE_REQUEST (request)), ==, "m");
  g_assert_cmpfloat (dheera_request_get_temperature (request), ==, -1);
  g_assert_cmpfloat (dheera_request_get_top_p (request), ==, -1);
  g_assert_cmpint (dheera_request_get_top_k (request), ==, -1);
  g_assert_cmpint (dheera_request_get_max_tokens (request), ==, -1);
  g_assert_null (dheera_request_get_stop (request));
  g_assert_cmpint (dheera_request_get_seed (request), ==, -1);
  g_assert_cmpint (dheera_request_get_n (request), ==, -1);
  g_assert_cmpfloat (dheera_request_get_presence_penalty (request), ==, -1000);
  g_assert_cmpfloat (dheera_request_get_frequency_penalty (request), ==, -1000);
  g_assert_cmpint (dheera_request_get_logprobs (request), ==, DHEERA_TRISTATE_UNSET);
  g_assert_cmpint (dheera_request_get_top_logprobs (request), ==, -1);
  g_assert_null (dheera_request_get_tool_choice (request));
  g_assert_cmpint (dheera_request_get_parallel_tool_calls (request), ==, DHEERA_TRISTATE_UNSET);
  g_assert_cmpint (dheera_request_get_response_format (request), ==, DHEERA_RESPONSE_FORMAT_TEXT);
  g_assert_null (dheera_request_get_response_schema (request));
  g_assert_cmpstr (dheera_request_get_response_schema_name (request), ==, "response");
  g_assert_cmpint (dheera_request_get_response_schema_strict (request), ==, DHEERA_TRISTATE_UNSET);
  g_assert_null (dheera_request_get_reasoning_effort (request));
  g_assert_cmpint (dheera_request_get_reasoning_budget (request), ==, -1);
  g_assert_null (dheera_request_get_user (request));
  g_assert_null (dheera_request_get_metadata (request));
  g_assert_null (dheera_request_get_service_tier (request));
  g_assert_cmpint (dheera_request_list_set_params (request), ==, 0);
  g_assert_cmpuint (dheera_request_get_n_tools (request), ==, 0);
  g_assert_cmpuint (dheera_request_get_n_messages (request), ==, 0);
}

/* Each says which parameter it is once it is set. */
static void
test_properties (void)
{
  static const struct
  {
    const char *name;
    const char *first;
    const char *second;
    DheeraParams param;
  } cases[] = {
    { "temperature", "0.5", "7", DHEERA_PARAM_TEMPERATURE },
    { "top-p", "0.5", "0", DHEERA_PARAM_TOP_P },
    { "top-k", "5", "0", DHEERA_PARAM_TOP_K },
    { "max-tokens", "5", "2147483647", DHEERA_PARAM_MAX_TOKENS },
    { "stop", "a,b", "a", DHEERA_PARAM_STOP },
    { "seed", "9007199254740993", "0", DHEERA_PARAM_SEED },
    { "n", "2", "-7", DHEERA_PARAM_N },
    { "presence-penalty", "0", "-1", DHEERA_PARAM_PRESENCE_PENALTY },
    { "frequency-penalty", "0", "-1", DHEERA_PARAM_FREQUENCY_PENALTY },
    { "logprobs", "1", "2", DHEERA_PARAM_LOGPROBS },
    { "top-logprobs", "0", "5", DHEERA_PARAM_TOP_LOGPROBS },
    { "tool-choice", "auto", "f", DHEERA_PARAM_TOOL_CHOICE },
    { "parallel-tool-calls", "1", "2", DHEERA_PARAM_PARALLEL_TOOL_CALLS },
    { "response-format", "2", "1", DHEERA_PARAM_JSON_OBJECT },
    { "reasoning-effort", "low", "high", DHEERA_PARAM_REASONING_EFFORT },
    { "reasoning-budget", "0", "5", DHEERA_PARAM_REASONING_BUDGET },
    { "user", "a", "b", DHEERA_PARAM_USER },
    { "metadata", "{}", "broken", DHEERA_PARAM_METADATA },
    { "service-tier", "a", "b", DHEERA_PARAM_SERVICE_TIER },
    { "response-schema-name", "a", "b", 0 },
    { "response-schema-strict", "1", "2", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (DheeraRequest) request = dheera_request_new (NULL);

      check_property (request, cases[i].name, cases[i].first, cases[i].second);
      g_assert_cmpint (dheera_request_list_set_params (request), ==, cases[i].param);
      if (cases[i].param != 0)
        {
          const char *name = dheera_param_get_name (cases[i].param);

          g_assert_cmpint (dheera_param_from_name (name), ==, cases[i].param);
        }
    }

  g_assert_cmpint (dheera_param_from_name ("max_completion_tokens"), ==, DHEERA_PARAM_MAX_TOKENS);
  g_assert_cmpstr (dheera_param_get_name (DHEERA_PARAM_MAX_TOKENS), ==, "max_tokens");
  g_assert_cmpint (dheera_param_from_name ("response_format"), ==,
                   DHEERA_PARAM_JSON_OBJECT | DHEERA_PARAM_JSON_SCHEMA);
  g_assert_cmpint (dheera_param_from_name ("tools"), ==, DHEERA_PARAM_TOOLS);
  g_assert_cmpint (dheera_param_from_name ("json_schema"), ==, DHEERA_PARAM_JSON_SCHEMA);
  g_assert_cmpint (dheera_param_from_name ("logit_bias"), ==, 0);
}

static void
test_top_k (void)
{
  g_autoptr (DheeraRequest) request = dheera_request_new (NULL);

  dheera_request_set_top_k (request, 40);
  g_assert_cmpint (dheera_request_get_top_k (request), ==, 40);
  dheera_request_set_top_k (request, -1);
  g_assert_cmpint (dheera_request_list_set_params (request), ==, 0);
}

static void
test_stop (void)
{
  static const char *const texts[] = { "a", NULL };
  static const char *const none[] = { NULL };
  g_autoptr (DheeraRequest) request = dheera_request_new (NULL);
  guint n_notifies = 0;

  g_signal_connect (request, "notify::stop", G_CALLBACK (count_notify), &n_notifies);
  dheera_request_set_stop (request, none);
  dheera_request_set_stop (request, NULL);
  g_assert_cmpuint (n_notifies, ==, 0);
  dheera_request_set_stop (request, texts);
  g_assert_cmpstr (dheera_request_get_stop (request)[0], ==, "a");
  dheera_request_set_stop (request, dheera_request_get_stop (request));
  g_assert_cmpuint (n_notifies, ==, 1);
  dheera_request_set_stop (request, none);
  g_assert_null (dheera_request_get_stop (request));
  g_assert_cmpuint (n_notifies, ==, 2);
}

static void
test_conversation (void)
{
  g_autoptr (DheeraRequest) request = dheera_request_new_for_prompt ("m", "hello");
  g_autoptr (DheeraConversation) other = dheera_conversation_new ();
  g_autoptr (DheeraConversation) back = NULL;
  guint n_notifies = 0;

  g_assert_cmpuint (dheera_request_get_n_messages (request), ==, 1);
  g_assert_cmpstr (dheera_message_get_text (dheera_conversation_get_message (dheera_request_get_conversation (request), 0)),
                   ==, "hello");

  g_signal_connect (request, "notify::conversation", G_CALLBACK (count_notify), &n_notifies);
  g_object_set (request, "conversation", other, NULL);
  dheera_request_set_conversation (request, other);
  g_assert_cmpuint (n_notifies, ==, 1);
  g_object_get (request, "conversation", &back, NULL);
  g_assert_true (back == other);

  dheera_request_set_conversation (request, NULL);
  g_assert_nonnull (dheera_request_get_conversation (request));
  g_assert_true (dheera_request_get_conversation (request) != other);
}

static void
test_tools (void)
{
  g_autoptr (DheeraRequest) request = dheera_request_new (NULL);
  g_autoptr (DheeraTool) tool = dheera_tool_new ("f", NULL, NULL);
  g_autoptr (GListModel) tools = NULL;

  g_assert_cmpuint (g_list_model_get_n_items (dheera_request_get_tools (request)), ==, 0);
  g_assert_null (dheera_request_peek_tool (request, 0));
  dheera_request_add_tool (request, tool);
  g_object_get (request, "tools", &tools, NULL);
  g_assert_true (g_list_model_get_item_type (tools) == DHEERA_TYPE_TOOL);
  g_assert_cmpuint (g_list_model_get_n_items (tools), ==, 1);
  g_assert_true (dheera_request_peek_tool (request, 0) == tool);
  g_assert_cmpint (dheera_request_list_set_params (request), ==, DHEERA_PARAM_TOOLS);
}

static void
test_response_schema (void)
{
  g_autoptr (DheeraRequest) request = dheera_request_new (NULL);
  g_autofree char *schema = NULL;
  GError *error = NULL;
  guint n_notifies = 0;

  g_signal_connect (request, "notify::response-schema", G_CALLBACK (count_notify), &n_notifies);
  g_assert_true (dheera_request_set_response_schema (request, "{\"type\":\"object\"}", &error));
  g_assert_no_error (error);
  g_assert_cmpint (dheera_request_get_response_format (request), ==, DHEERA_RESPONSE_FORMAT_JSON_SCHEMA);
  g_assert_cmpint (dheera_request_list_set_params (request), ==, DHEERA_PARAM_JSON_SCHEMA);
  g_object_get (request, "response-schema", &schema, NULL);
  g_assert_cmpstr (schema, ==, "{\"type\":\"object\"}");
  g_assert_cmpstr (dheera_request_get_response_schema (request), ==, schema);

  g_assert_false (dheera_request_set_response_schema (request, "{", &error));
  assert_invalid (&error, "response-schema", "The response schema is not valid JSON at byte 1");
  g_assert_false (dheera_request_set_response_schema (request, "true", NULL));
  g_assert_cmpstr (dheera_request_get_response_schema (request), ==, schema);
  g_assert_cmpuint (n_notifies, ==, 1);

  g_assert_true (dheera_request_set_response_schema (request, NULL, &error));
  g_assert_null (dheera_request_get_response_schema (request));
  g_assert_cmpint (dheera_request_get_response_format (request), ==, DHEERA_RESPONSE_FORMAT_TEXT);
  g_assert_cmpuint (n_notifies, ==, 2);

  dheera_request_set_response_schema_name (request, "weather");
  g_assert_cmpstr (dheera_request_get_response_schema_name (request), ==, "weather");
  dheera_request_set_response_schema_name (request, NULL);
  g_assert_cmpstr (dheera_request_get_response_schema_name (request), ==, "response");
}

static DheeraRequest *
make_full (void)
{
  static const char *const stop[] = { "a", "b", NULL };
  g_autoptr (DheeraTool) tool = dheera_tool_new ("f", "d", "{\"type\":\"object\"}");
  DheeraRequest *request = dheera_request_new_for_prompt ("m", "hello");

  g_object_set (request, "temperature", 0.1, "top-p", 0.2, "top-k", 3, "max-tokens", 4, "stop", stop,
                "seed", G_GINT64_CONSTANT (5),
                "n", 6, "presence-penalty", 0.7, "frequency-penalty", 0.8, "logprobs", DHEERA_TRISTATE_YES, "top-logprobs", 9,
                "tool-choice", "f", "parallel-tool-calls", DHEERA_TRISTATE_NO, "reasoning-effort", "low", "reasoning-budget", 10,
                "user", "u", "metadata", "{\"a\":\"b\"}", "service-tier", "flex", "extra", "{\"verbosity\":\"low\"}",
                "response-schema-name", "weather", "response-schema-strict", DHEERA_TRISTATE_YES, NULL);
  dheera_request_add_tool (request, tool);
  g_assert_true (dheera_request_set_response_schema (request, "{\"type\":\"object\"}", NULL));

  return request;
}

static void
test_copy (void)
{
  g_autoptr (DheeraRequest) request = make_full ();
  g_autoptr (DheeraRequest) copy = dheera_request_copy (request);
  g_autoptr (DheeraRequest) bare = dheera_request_new (NULL);
  g_autoptr (DheeraRequest) bare_copy = dheera_request_copy (bare);
  g_autofree char *before = dheera_request_to_json (request);
  g_autofree char *after = NULL, *bare_text = NULL, *bare_copy_text = NULL;

  dheera_conversation_append_user (dheera_request_get_conversation (request), "more");
  dheera_tool_set_description (dheera_request_peek_tool (request, 0), "changed");
  dheera_request_set_temperature (request, -1);
  after = dheera_request_to_json (copy);
  g_assert_cmpstr (after, ==, before);

  bare_text = dheera_request_to_json (bare);
  bare_copy_text = dheera_request_to_json (bare_copy);
  g_assert_cmpstr (bare_text, ==, "{\"messages\":[]}");
  g_assert_cmpstr (bare_copy_text, ==, bare_text);
}

static void
test_json_round_trip (void)
{
  g_autoptr (DheeraRequest) request = make_full ();
  g_autofree char *text = dheera_request_to_json (request);
  g_autoptr (GError) error = NULL;
  g_autoptr (DheeraRequest) back = dheera_request_new_from_json (text, &error);
  g_autofree char *again = NULL;

  g_assert_no_error (error);
  again = dheera_request_to_json (back);
  g_assert_cmpstr (again, ==, text);
  g_assert_cmpint (dheera_request_list_set_params (back), ==, dheera_request_list_set_params (request));
  g_assert_cmpstr (dheera_base_request_get_extra (DHEERA_BASE_REQUEST (back)), ==, "{\"verbosity\":\"low\"}");
  g_assert_true (dheera_request_validate (back, &error));
  g_assert_no_error (error);
}

/* What is secret or belongs to the transport is no part of the JSON, and wrong JSON can't break it. */
static void
test_json_leaves_out (void)
{
  g_autoptr (DheeraRequest) request = make_full ();
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autoptr (DheeraTool) tool = dheera_tool_new ("g", NULL, "{ broken");
  g_autoptr (Parsed) parsed = NULL;
  g_autofree char *text = NULL;

  g_object_set (request, "api-key", "sk-secret", "base-url", "https://secret.example.org", "session", session,
                "timeout", 123.0, "provider", "openai", "metadata", "{ broken", "extra", "{ broken", NULL);
  dheera_base_request_set_header (DHEERA_BASE_REQUEST (request), "X-A", "secret");
  dheera_request_add_tool (request, tool);
  text = dheera_request_to_json (request);
  g_assert_null (strstr (text, "secret"));
  g_assert_null (strstr (text, "123"));
  g_assert_null (strstr (text, "broken"));
  parsed = parse (text);
  g_assert_cmpint (dheera_json_size (at (parsed, "tools")), ==, 2);
}

/* What has to be wrong for the call to fail, with a word of the message */
typedef struct
{
  const char *property;
  double value;
  const char *text;
} WrongNumber;

static void
test_wrong_numbers (void)
{
  static const WrongNumber doubles[] = {
    { "temperature", 2.5, "temperature is 2.5; it has to be from 0 to 2, or -1 for the provider's default" },
    { "temperature", -0.5, "from 0 to 2" },
    { "top-p", 1.01, "top-p is 1.01; it has to be from 0 to 1" },
    { "presence-penalty", 2.1, "from -2 to 2, or -1000" },
    { "presence-penalty", -3, "from -2 to 2, or -1000" },
    { "frequency-penalty", -2.5, "from -2 to 2, or -1000" },
  };
  static const WrongNumber integers[] = {
    { "top-k", -2, "top-k is -2; it has to be 0 or more" },
    { "max-tokens", 0, "max-tokens is 0; it has to be 1 or more" },
    { "n", 0, "from 1 to 128" },
    { "n", 1000000, "n is 1000000; it has to be from 1 to 128" },
    { "top-logprobs", 21, "from 0 to 20" },
    { "reasoning-budget", -5, "0 or more" },
  };
  GError *error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (doubles); i++)
    {
      g_autoptr (DheeraRequest) request = dheera_request_new_for_prompt ("m", "x");

      g_object_set (request, doubles[i].property, doubles[i].value, NULL);
      g_assert_false (dheera_request_validate (request, &error));
      assert_invalid (&error, doubles[i].property, doubles[i].text);
    }
  for (guint i = 0; i < G_N_ELEMENTS (integers); i++)
    {
      g_autoptr (DheeraRequest) request = dheera_request_new_for_prompt ("m", "x");

      g_object_set (request, integers[i].property, (int) integers[i].value, NULL);
      g_assert_false (dheera_request_validate (request, &error));
      assert_invalid (&error, integers[i].property, integers[i].text);
    }
}

static void
test_odd_numbers (void)
{
  g_autoptr (DheeraRequest) request = dheera_request_new_for_prompt ("m", "x");
  GError *error = NULL;

  dheera_request_set_temperature (request, NAN);
  g_assert_false (dheera_request_validate (request, &error));
  assert_invalid (&error, "temperature", "temperature is nan");
  dheera_request_set_temperature (request, 0);
  g_assert_true (dheera_request_validate (request, &error));

  dheera_request_set_seed (request, -5);
  g_assert_false (dheera_request_validate (request, &error));
  assert_invalid (&error, "seed", "seed is -5");
  dheera_request_set_seed (request, -1);

  dheera_request_set_top_logprobs (request, 5);
  g_assert_true (dheera_request_validate (request, &error));
  dheera_request_set_logprobs (request, DHEERA_TRISTATE_NO);
  g_assert_false (dheera_request_validate (request, &error));
  assert_invalid (&error, "top-logprobs", "top-logprobs is 5, but logprobs is NO");
}

static void
test_wrong_texts (void)
{
  static const char *const stop[] = { "a", "", NULL };
  g_autoptr (DheeraRequest) request = dheera_request_new_for_prompt ("m", "x");
  GError *error = NULL;

  dheera_request_set_stop (request, stop);
  g_assert_false (dheera_request_validate (request, &error));
  assert_invalid (&error, "stop", "stop[1] is an empty text");
  dheera_request_set_stop (request, NULL);

  dheera_request_set_metadata (request, "{\"a\":1,}");
  g_assert_false (dheera_request_validate (request, &error));
  assert_invalid (&error, "metadata", "metadata is not valid JSON at byte 7");
  dheera_request_set_metadata (request, "[]");
  g_assert_false (dheera_request_validate (request, &error));
  assert_invalid (&error, "metadata", "metadata is JSON, but not an object");
  dheera_request_set_metadata (request, NULL);

  dheera_request_set_reasoning_effort (request, "");
  g_assert_false (dheera_request_validate (request, &error));
  assert_invalid (&error, "reasoning-effort", "reasoning-effort is an empty text");
  dheera_request_set_reasoning_effort (request, NULL);

  dheera_request_set_response_format (request, DHEERA_RESPONSE_FORMAT_JSON_SCHEMA);
  g_assert_false (dheera_request_validate (request, &error));
  assert_invalid (&error, "response-format", "there is no schema");
  g_assert_true (dheera_request_set_response_schema (request, "{}", NULL));
  dheera_request_set_response_schema_name (request, "two words");
  g_assert_false (dheera_request_validate (request, &error));
  assert_invalid (&error, "response-schema-name", "response-schema-name is “two words”");
  dheera_request_set_response_schema_name (request, NULL);

  dheera_base_request_set_extra (DHEERA_BASE_REQUEST (request), "x");
  g_assert_false (dheera_request_validate (request, &error));
  assert_invalid (&error, "extra", "extra is not valid JSON at byte 0");
}

static DheeraRequest *
make_with_tool (const char *name,
                const char *parameters)
{
  g_autoptr (DheeraTool) tool = dheera_tool_new (name, NULL, parameters);
  DheeraRequest *request = dheera_request_new_for_prompt ("m", "x");

  dheera_request_add_tool (request, tool);

  return request;
}

#define SIXTY_FOUR "0123456789012345678901234567890123456789012345678901234567890123"

static void
test_wrong_tools (void)
{
  static const char *const names[] = { "", "two words", "a.b", SIXTY_FOUR "x" };
  g_autoptr (DheeraRequest) longest = make_with_tool (SIXTY_FOUR, "{}");
  g_autoptr (DheeraRequest) broken = make_with_tool ("f", "{\"type\"}");
  g_autoptr (DheeraRequest) array = make_with_tool ("f", "[]");
  g_autoptr (DheeraTool) twin = dheera_tool_new ("f", NULL, NULL);
  g_autoptr (DheeraRequest) twins = make_with_tool ("f", NULL);
  g_autoptr (DheeraRequest) cached = make_with_tool ("f", NULL);
  GError *error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (DheeraRequest) request = make_with_tool (names[i], NULL);

      g_assert_false (dheera_request_validate (request, &error));
      assert_invalid (&error, "tools[0]", "1 to 64 of the characters");
    }
  g_assert_true (dheera_request_validate (longest, &error));

  g_assert_false (dheera_request_validate (broken, &error));
  assert_invalid (&error, "tools[0]", "parameters of the tool “f” (tools[0]) is not valid JSON at byte 7");
  g_assert_false (dheera_request_validate (array, &error));
  assert_invalid (&error, "tools[0]", "is JSON, but not an object");

  dheera_request_add_tool (twins, twin);
  g_assert_false (dheera_request_validate (twins, &error));
  assert_invalid (&error, "tools", "two tools of the name “f”");

  dheera_tool_set_cache_control (dheera_request_peek_tool (cached, 0), "a b");
  g_assert_false (dheera_request_validate (cached, &error));
  assert_invalid (&error, "tools[0]", "cache-control of the tool “f”");
}

static void
test_tool_choice (void)
{
  static const char *const good[] = { "auto", "none", "required", "f" };
  g_autoptr (DheeraRequest) request = make_with_tool ("f", NULL);
  g_autoptr (DheeraRequest) toolless = dheera_request_new_for_prompt ("m", "x");
  GError *error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      dheera_request_set_tool_choice (request, good[i]);
      g_assert_true (dheera_request_validate (request, &error));
    }
  dheera_request_set_tool_choice (request, "g");
  g_assert_false (dheera_request_validate (request, &error));
  assert_invalid (&error, "tool-choice", "nor the name of one of the tools");
  dheera_request_set_tool_choice (request, "");
  g_assert_false (dheera_request_validate (request, &error));
  assert_invalid (&error, "tool-choice", "tool-choice is “”");

  /* Tools may also come through extra. */
  dheera_request_set_tool_choice (toolless, "g");
  g_assert_true (dheera_request_validate (toolless, &error));
}

static void
test_wrong_messages (void)
{
  g_autoptr (DheeraRequest) empty = dheera_request_new ("m");
  g_autoptr (DheeraRequest) request = dheera_request_new_for_prompt ("m", "x");
  DheeraConversation *conversation = dheera_request_get_conversation (request);
  g_autoptr (DheeraMessage) result = dheera_message_new (DHEERA_ROLE_TOOL, "x");
  g_autoptr (DheeraMessage) caller = dheera_message_new (DHEERA_ROLE_USER, "x");
  g_autoptr (DheeraToolCall) nameless = dheera_tool_call_new ("id", "", NULL);
  g_autoptr (DheeraToolCall) idless = dheera_tool_call_new ("", "f", NULL);
  GError *error = NULL;

  g_assert_false (dheera_request_validate (empty, &error));
  assert_invalid (&error, "conversation", "The conversation is empty");

  dheera_conversation_append (conversation, result);
  g_assert_false (dheera_request_validate (request, &error));
  assert_invalid (&error, "messages[1]", "messages[1] is the result of a tool call, but has no tool-call-id");
  dheera_message_set_tool_call_id (result, "");
  g_assert_false (dheera_request_validate (request, &error));
  assert_invalid (&error, "messages[1]", "has no tool-call-id");
  dheera_message_set_tool_call_id (result, "id");
  g_assert_true (dheera_request_validate (request, &error));

  dheera_conversation_append (conversation, caller);
  dheera_message_add_tool_call (caller, nameless);
  g_assert_false (dheera_request_validate (request, &error));
  assert_invalid (&error, "messages[2]", "its role is not ASSISTANT");
  dheera_message_set_role (caller, DHEERA_ROLE_ASSISTANT);
  g_assert_false (dheera_request_validate (request, &error));
  assert_invalid (&error, "messages[2]", "tool_calls[0] of messages[2] has no name");
  g_list_store_remove_all (G_LIST_STORE (dheera_message_get_tool_calls (caller)));
  dheera_message_add_tool_call (caller, idless);
  g_assert_false (dheera_request_validate (request, &error));
  assert_invalid (&error, "messages[2]", "has no id");
}

static void
test_wrong_parts (void)
{
  g_autoptr (DheeraRequest) request = dheera_request_new_for_prompt ("m", "x");
  DheeraMessage *message = dheera_conversation_get_message (dheera_request_get_conversation (request), 0);
  g_autoptr (DheeraPart) good = dheera_part_new_image_uri ("https://example.org/");
  g_autoptr (DheeraPart) text = dheera_part_new_text ("x");
  g_autoptr (DheeraPart) image = dheera_part_new_image_uri ("data:image/png;base64,!!!!");
  GError *error = NULL;

  dheera_message_add_part (message, good);
  dheera_message_add_part (message, text);
  dheera_part_set_cache_control (text, "ephemeral");
  g_assert_true (dheera_request_validate (request, &error));
  dheera_part_set_cache_control (text, "{");
  g_assert_false (dheera_request_validate (request, &error));
  assert_invalid (&error, "messages[0].parts[1]", "cache-control of messages[0].parts[1] is not valid JSON");
  dheera_part_set_cache_control (text, NULL);

  dheera_message_add_part (message, image);
  g_assert_false (dheera_request_validate (request, &error));
  assert_invalid (&error, "messages[0].parts[2]", "is a data: URI, but not one of valid base64");
}

static void
assert_wrong_part (DheeraPart *part,
                   const char *words)
{
  g_autoptr (DheeraRequest) request = dheera_request_new_for_prompt ("m", "x");
  g_autoptr (GError) error = NULL;

  dheera_message_add_part (dheera_conversation_get_message (dheera_request_get_conversation (request), 0), part);
  g_assert_false (dheera_request_validate (request, &error));
  assert_invalid (&error, "messages[0].parts[0]", words);
}

/* What a program has that did not find its file, or that gives a path for a URI */
static void
test_lost_files (void)
{
  g_autoptr (GBytes) nothing = g_bytes_new (NULL, 0);
  g_autoptr (DheeraPart) empty = dheera_part_new_image (nothing, "image/png");
  g_autoptr (DheeraPart) nowhere = dheera_part_new_image_uri ("");
  g_autoptr (DheeraPart) path = dheera_part_new_image_uri ("cat.png");

  assert_wrong_part (empty, "messages[0].parts[0] is an empty file.");
  assert_wrong_part (nowhere, "is “”, without the https://");
  assert_wrong_part (path, "is “cat.png”, without the https://");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/request/defaults", test_defaults);
  g_test_add_func ("/request/properties", test_properties);
  g_test_add_func ("/request/top-k", test_top_k);
  g_test_add_func ("/request/stop", test_stop);
  g_test_add_func ("/request/conversation", test_conversation);
  g_test_add_func ("/request/tools", test_tools);
  g_test_add_func ("/request/response-schema", test_response_schema);
  g_test_add_func ("/request/copy", test_copy);
  g_test_add_func ("/request/json-round-trip", test_json_round_trip);
  g_test_add_func ("/request/json-leaves-out", test_json_leaves_out);
  g_test_add_func ("/request/wrong-numbers", test_wrong_numbers);
  g_test_add_func ("/request/odd-numbers", test_odd_numbers);
  g_test_add_func ("/request/wrong-texts", test_wrong_texts);
  g_test_add_func ("/request/wrong-tools", test_wrong_tools);
  g_test_add_func ("/request/tool-choice", test_tool_choice);
  g_test_add_func ("/request/wrong-messages", test_wrong_messages);
  g_test_add_func ("/request/wrong-parts", test_wrong_parts);
  g_test_add_func ("/request/lost-files", test_lost_files);

  return g_test_run ();
}
