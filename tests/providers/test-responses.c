/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "encode-fixture.h"

#include "dheera-ai/model/dheera-usage.h"
#include "dheera-ai/model/messages/dheera-message-private.h"

/* What goes out to Responses: each member, the items of a conversation, and what is refused or left out instead */

#define FAMILY "openai-responses"
#define AROUND_INPUT "{\"model\":\"some-model\","
#define BEHIND_INPUT ",\"include\":[\"reasoning.encrypted_content\"],\"store\":false}"

static void
set_up (Fixture    *fixture,
        const char *provider)
{
  fixture_begin (fixture, provider, dheera_request_new ("unused/name"), "https://api.example/v1/", "some-model");
}

static DheeraMessage *
append (Fixture    *fixture,
        DheeraRole  role,
        const char *text)
{
  g_autoptr (DheeraMessage) message = dheera_message_new (role, text);

  dheera_conversation_append (dheera_request_get_conversation (fixture->request), message);

  return message; /* the conversation keeps it */
}

#define assert_has(fixture, text) \
  G_STMT_START \
    { \
      g_autofree char *body_ = encode_body (fixture); \
      if (strstr (body_, (text)) == NULL) \
        g_error ("%s is not in %s", (text), body_); \
    } \
  G_STMT_END

#define assert_lacks(fixture, text) \
  G_STMT_START \
    { \
      g_autofree char *body_ = encode_body (fixture); \
      if (strstr (body_, (text)) != NULL) \
        g_error ("%s is in %s", (text), body_); \
    } \
  G_STMT_END

#define assert_input(fixture, input) assert_has (fixture, AROUND_INPUT "\"input\":[" input "]" BEHIND_INPUT)

static void
test_plain (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (DheeraHttpRequest) http = NULL;

  set_up (&fixture, "openai-responses");
  append (&fixture, DHEERA_ROLE_USER, "Hi");
  http = encode (&fixture);
  g_assert_no_error (fixture.error);
  g_assert_cmpstr (http->method, ==, "POST");
  g_assert_cmpstr (http->url, ==, "https://api.example/v1/responses");
  g_assert_cmpstr (http->content_type, ==, "application/json");
  g_assert_cmpint (http->auth, ==, DHEERA_AUTH_BEARER);
  g_assert_cmpint (http->framing, ==, DHEERA_FRAMING_WHOLE);
  assert_input (&fixture, "{\"role\":\"user\",\"content\":\"Hi\"}");
  assert_lacks (&fixture, "stream");
}

static void
test_stream (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_auto (Fixture) chatgpt = { 0 };
  g_autoptr (DheeraHttpRequest) http = NULL;
  g_autoptr (DheeraHttpRequest) always = NULL;

  set_up (&fixture, "openai-responses");
  append (&fixture, DHEERA_ROLE_USER, "Hi");
  fixture.encoding.stream = TRUE;
  http = encode (&fixture);
  g_assert_cmpint (http->framing, ==, DHEERA_FRAMING_SSE);
  assert_has (&fixture, "\"stream\":true");
  assert_lacks (&fixture, "stream_options");

  /* It knows nothing but streams. */
  set_up (&chatgpt, "chatgpt");
  append (&chatgpt, DHEERA_ROLE_USER, "Hi");
  always = encode (&chatgpt);
  g_assert_cmpint (always->framing, ==, DHEERA_FRAMING_SSE);
  assert_has (&chatgpt, "\"stream\":true");
}

static void
test_system (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_auto (Fixture) alone = { 0 };

  set_up (&fixture, "openai-responses");
  append (&fixture, DHEERA_ROLE_SYSTEM, "One.");
  append (&fixture, DHEERA_ROLE_SYSTEM, "Two.");
  append (&fixture, DHEERA_ROLE_DEVELOPER, "Three.");
  append (&fixture, DHEERA_ROLE_USER, "Hi");
  append (&fixture, DHEERA_ROLE_SYSTEM, "Four.");
  assert_has (&fixture, "\"instructions\":\"One.\\n\\nTwo.\",\"input\":[{\"role\":\"developer\",\"content\":\"Three.\"},"
                        "{\"role\":\"user\",\"content\":\"Hi\"},{\"role\":\"system\",\"content\":\"Four.\"}]");

  set_up (&alone, "openai-responses");
  append (&alone, DHEERA_ROLE_SYSTEM, "One.");
  assert_has (&alone, "\"input\":[{\"role\":\"system\",\"content\":\"One.\"}]");
  assert_lacks (&alone, "instructions");
}

static void
test_parts (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (GBytes) bytes = g_bytes_new_static ("hello", 5);
  g_autoptr (DheeraPart) image = dheera_part_new_image (bytes, "image/png");
  g_autoptr (DheeraPart) link = dheera_part_new_image_uri ("https://x.example/a.png");
  g_autoptr (DheeraPart) file = dheera_part_new_file (bytes, "application/pdf", NULL);
  g_autoptr (DheeraPart) named = dheera_part_new_file (bytes, "text/plain", "a.txt");
  g_autoptr (DheeraPart) id = dheera_part_new_file_id ("file_1");
  DheeraMessage *message;

  set_up (&fixture, "openai-responses");
  message = append (&fixture, DHEERA_ROLE_USER, "Look");
  dheera_part_set_detail (link, "high");
  dheera_message_add_part (message, image);
  dheera_message_add_part (message, link);
  dheera_message_add_part (message, file);
  dheera_message_add_part (message, named);
  dheera_message_add_part (message, id);
  assert_input (&fixture,
                "{\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":\"Look\"},"
                "{\"type\":\"input_image\",\"image_url\":\"data:image/png;base64,aGVsbG8=\",\"detail\":\"auto\"},"
                "{\"type\":\"input_image\",\"image_url\":\"https://x.example/a.png\",\"detail\":\"high\"},"
                "{\"type\":\"input_file\",\"filename\":\"file.pdf\",\"file_data\":\"data:application/pdf;base64,aGVsbG8=\"},"
                "{\"type\":\"input_file\",\"filename\":\"a.txt\",\"file_data\":\"data:text/plain;base64,aGVsbG8=\"},"
                "{\"type\":\"input_file\",\"file_id\":\"file_1\"}]}");
}

/* What the user said is not left out, whatever the policy. */
static void
test_audio (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (GBytes) bytes = g_bytes_new_static ("hello", 5);
  g_autoptr (DheeraPart) audio = dheera_part_new_audio (bytes, "audio/wav");

  set_up (&fixture, "openai-responses");
  fixture.encoding.policy = DHEERA_PARAM_POLICY_DROP;
  dheera_message_add_part (append (&fixture, DHEERA_ROLE_USER, "Listen"), audio);
  g_assert_null (encode (&fixture));
  g_assert_error (fixture.error, DHEERA_ERROR, DHEERA_ERROR_UNSUPPORTED_PARAMETER);
  g_assert_nonnull (strstr (fixture.error->message, "audio"));
}

static DheeraMessage *
append_answer (Fixture    *fixture,
               const char *text)
{
  g_autoptr (DheeraToolCall) call = dheera_tool_call_new ("call_1", "weather", "{\"city\":\"Pune\"}");
  DheeraMessage *message = append (fixture, DHEERA_ROLE_ASSISTANT, text);

  dheera_message_add_tool_call (message, call);

  return message;
}

static void
append_result (Fixture    *fixture,
               const char *id,
               const char *text)
{
  g_autoptr (DheeraMessage) result = dheera_message_new_tool_result (id, text);

  dheera_conversation_append (dheera_request_get_conversation (fixture->request), result);
}

static void
test_calls (void)
{
  g_auto (Fixture) fixture = { 0 };

  set_up (&fixture, "openai-responses");
  append_answer (&fixture, "I look.");
  append_result (&fixture, "call_1", "sunny");
  assert_input (&fixture,
                "{\"type\":\"message\",\"role\":\"assistant\",\"content\":\"I look.\"},"
                "{\"type\":\"function_call\",\"call_id\":\"call_1\",\"name\":\"weather\",\"arguments\":\"{\\\"city\\\":\\\"Pune\\\"}\"},"
                "{\"type\":\"function_call_output\",\"call_id\":\"call_1\",\"output\":\"sunny\"}");
}

#define CALL "{\"type\":\"function_call\",\"call_id\":\"call_1\",\"name\":\"weather\",\"arguments\":\"{\\\"city\\\":\\\"Pune\\\"}\"}"
#define THOUGHT_1 "{\"type\":\"reasoning\", \"id\":\"rs_1\",\"summary\":[],\"encrypted_content\":\"e1\"}"
#define THOUGHT_2 "{\"type\":\"reasoning\",\"id\":\"rs_2\",\"content\":[{\"type\":\"reasoning_text\",\"text\":\"t\"}],\"summary\":[]}"
#define BARE_THOUGHT "{\"type\":\"reasoning\",\"id\":\"rs_3\",\"summary\":[]}"

static void
test_replay (void)
{
  g_auto (Fixture) fixture = { 0 };
  DheeraMessage *message;

  set_up (&fixture, "openai-responses");
  message = append_answer (&fixture, "I look.");
  dheera_message_add_native_at (message, FAMILY, THOUGHT_1, -1, 0, 0);
  dheera_message_add_native_at (message, FAMILY, THOUGHT_2, -1, 7, 0);
  dheera_message_add_native_at (message, "anthropic", "{\"type\":\"thinking\"}", -1, 7, 0);
  /* An id alone says nothing to a server that keeps nothing. */
  dheera_message_add_native_at (message, FAMILY, BARE_THOUGHT, -1, 7, 0);
  assert_input (&fixture, THOUGHT_1 ",{\"type\":\"message\",\"role\":\"assistant\",\"content\":\"I look.\"}," THOUGHT_2 "," CALL);

  dheera_base_request_set_extra (DHEERA_BASE_REQUEST (fixture.request), "{\"store\":true}");
  assert_has (&fixture, THOUGHT_2 "," BARE_THOUGHT "," CALL);
}

/* Thoughts without what they led to are refused by the server. */
static void
test_replay_to_nothing (void)
{
  g_auto (Fixture) fixture = { 0 };
  DheeraMessage *message;

  set_up (&fixture, "openai-responses");
  append (&fixture, DHEERA_ROLE_USER, "Hi");
  message = append (&fixture, DHEERA_ROLE_ASSISTANT, "");
  dheera_message_add_native_at (message, FAMILY, THOUGHT_1, -1, 0, 0);
  assert_input (&fixture, "{\"role\":\"user\",\"content\":\"Hi\"}");
}

static void
test_replay_elsewhere (void)
{
  g_auto (Fixture) fixture = { 0 };

  set_up (&fixture, "xai-responses");
  dheera_message_add_native_at (append_answer (&fixture, "I look."), FAMILY, THOUGHT_1, -1, 0, 0);
  assert_lacks (&fixture, "rs_1");
}

static void
test_replay_of_others (void)
{
  g_auto (Fixture) fixture = { 0 };
  DheeraMessage *message;

  set_up (&fixture, "openai-responses");
  message = append_answer (&fixture, "Looking. It is सुंदर.");
  dheera_message_add_native_at (message, FAMILY, "{\"type\":\"message\",\"phase\":\"commentary\"}", -1, 0, 0);
  dheera_message_add_native_at (message, FAMILY, "{\"type\":\"web_search_call\",\"id\":\"ws_1\"}", -1, 8, 0);
  dheera_message_add_native_at (message, FAMILY, "{\"type\":\"message\",\"phase\":\"final_answer\"}", -1, 8, 0);
  assert_input (&fixture,
                "{\"type\":\"message\",\"role\":\"assistant\",\"content\":\"Looking.\",\"phase\":\"commentary\"},{\"type\":\"web_search_call\",\"id\":\"ws_1\"},"
                "{\"type\":\"message\",\"role\":\"assistant\",\"content\":\" It is सुंदर.\",\"phase\":\"final_answer\"}," CALL);

  /* Another text by now: what is left of it is cut where a character ends. */
  dheera_message_set_text (message, "सुंदर");
  assert_has (&fixture, "{\"type\":\"message\",\"role\":\"assistant\",\"content\":\"सुं\",\"phase\":\"commentary\"},{\"type\":\"web_search_call\",\"id\":\"ws_1\"},"
                        "{\"type\":\"message\",\"role\":\"assistant\",\"content\":\"दर\",\"phase\":\"final_answer\"}");
  dheera_message_set_text (message, "Ok");
  assert_has (&fixture, "{\"type\":\"message\",\"role\":\"assistant\",\"content\":\"Ok\",\"phase\":\"commentary\"},{\"type\":\"web_search_call\",\"id\":\"ws_1\"},{\"type\":\"function_call\"");
}

static void
test_custom_call (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (DheeraToolCall) call = dheera_tool_call_new ("call_1", "shell", "ls \"a\"");
  DheeraMessage *message;

  set_up (&fixture, "openai-responses");
  message = append (&fixture, DHEERA_ROLE_ASSISTANT, "");
  dheera_message_add_tool_call (message, call);
  dheera_message_add_native_at (message, FAMILY, "{\"type\":\"custom_tool_call\",\"call_id\":\"call_1\"}", -1, 0, 0);
  append_result (&fixture, "call_1", "a");
  assert_input (&fixture, "{\"type\":\"custom_tool_call\",\"call_id\":\"call_1\",\"name\":\"shell\",\"input\":\"ls \\\"a\\\"\"},"
                          "{\"type\":\"custom_tool_call_output\",\"call_id\":\"call_1\",\"output\":\"a\"}");
}

static void
test_members_of_calls (void)
{
  g_auto (Fixture) fixture = { 0 };

  set_up (&fixture, "openai-responses");
  dheera_message_add_native_at (append_answer (&fixture, ""), FAMILY, "{\"type\":\"function_call\",\"call_id\":\"call_1\",\"namespace\":\"crm\"}", -1, 0, 0);
  append_result (&fixture, "call_1", "a");
  assert_input (&fixture, "{\"type\":\"function_call\",\"call_id\":\"call_1\",\"namespace\":\"crm\",\"name\":\"weather\","
                          "\"arguments\":\"{\\\"city\\\":\\\"Pune\\\"}\"},"
                          "{\"type\":\"function_call_output\",\"call_id\":\"call_1\",\"output\":\"a\"}");
}

static void
test_refusal (void)
{
  g_auto (Fixture) fixture = { 0 };

  set_up (&fixture, "openai-responses");
  dheera_message_set_refusal (append (&fixture, DHEERA_ROLE_ASSISTANT, ""), "No.");
  assert_input (&fixture, "{\"type\":\"message\",\"id\":\"msg_refusal\",\"role\":\"assistant\",\"status\":\"completed\",\"content\":["
                          "{\"type\":\"refusal\",\"refusal\":\"No.\"}]}");
}

static void
test_picture_in_answer (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (GBytes) bytes = g_bytes_new_static ("hello", 5);
  g_autoptr (DheeraPart) image = dheera_part_new_image (bytes, "image/png");
  DheeraMessage *message;

  set_up (&fixture, "openai-responses");
  message = append (&fixture, DHEERA_ROLE_ASSISTANT, "Here.");
  dheera_message_add_part (message, image);
  g_assert_null (encode (&fixture));
  g_assert_error (fixture.error, DHEERA_ERROR, DHEERA_ERROR_UNSUPPORTED_PARAMETER);
  g_clear_error (&fixture.error);

  /* One that the server made goes back as the server's. */
  dheera_message_add_native_at (message, FAMILY, "{\"type\":\"image_generation_call\",\"result\":\"aGVsbG8=\"}", -1, 5, 0);
  assert_input (&fixture, "{\"type\":\"message\",\"role\":\"assistant\",\"content\":\"Here.\"},{\"type\":\"image_generation_call\",\"result\":\"aGVsbG8=\"}");
}

static void
test_tools (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (DheeraTool) tool = dheera_tool_new ("weather", "Tells it", "{\"type\":\"object\"}");
  g_autoptr (DheeraTool) bare = dheera_tool_new ("bare", NULL, NULL);

  set_up (&fixture, "openai-responses");
  append (&fixture, DHEERA_ROLE_USER, "Hi");
  dheera_tool_set_strict (tool, DHEERA_TRISTATE_YES);
  dheera_request_set_tool_choice (fixture.request, "weather");
  dheera_request_set_parallel_tool_calls (fixture.request, DHEERA_TRISTATE_NO);
  assert_lacks (&fixture, "tool_choice");

  dheera_request_add_tool (fixture.request, tool);
  dheera_request_add_tool (fixture.request, bare);
  assert_has (&fixture,
              "\"tools\":[{\"type\":\"function\",\"name\":\"weather\",\"description\":\"Tells it\",\"parameters\":{\"type\":\"object\"},\"strict\":true},"
              "{\"type\":\"function\",\"name\":\"bare\",\"parameters\":{\"type\":\"object\",\"properties\":{}},\"strict\":false}],"
              "\"tool_choice\":{\"type\":\"function\",\"name\":\"weather\"},\"parallel_tool_calls\":false");
  dheera_request_set_tool_choice (fixture.request, "required");
  assert_has (&fixture, "\"tool_choice\":\"required\"");
}

static void
test_tools_of_servers (void)
{
  g_auto (Fixture) fixture = { 0 };

  set_up (&fixture, "openai-responses");
  append (&fixture, DHEERA_ROLE_USER, "Hi");
  dheera_request_set_tool_choice (fixture.request, "auto");
  dheera_base_request_set_extra (DHEERA_BASE_REQUEST (fixture.request), "{\"tools\":[{\"type\":\"web_search\"}]}");
  assert_has (&fixture, "\"tool_choice\":\"auto\"");
  assert_has (&fixture, "\"tools\":[{\"type\":\"web_search\"}]");
}

/* As they stand in one list of OpenAI's chat JSON */
static void
test_tools_of_both (void)
{
  g_auto (Fixture) fixture = { 0 };

  set_up (&fixture, "openai-responses");
  g_clear_object (&fixture.request);
  fixture.request = dheera_request_new_from_json ("{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"tools\":[{\"type\":\"web_search\"},"
                                                  "{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{}}}]}", &fixture.error);
  g_assert_no_error (fixture.error);
  assert_has (&fixture, "\"tools\":[{\"type\":\"web_search\"},{\"type\":\"function\",\"strict\":false,\"name\":\"f\",\"parameters\":{}}]");
}

static void
test_format (void)
{
  g_auto (Fixture) fixture = { 0 };

  set_up (&fixture, "openai-responses");
  append (&fixture, DHEERA_ROLE_USER, "Hi");
  dheera_request_set_response_format (fixture.request, DHEERA_RESPONSE_FORMAT_JSON_OBJECT);
  assert_has (&fixture, "\"text\":{\"format\":{\"type\":\"json_object\"}}");

  g_assert_true (dheera_request_set_response_schema (fixture.request, "{\"type\":\"object\"}", NULL));
  dheera_request_set_response_schema_name (fixture.request, "answer");
  dheera_request_set_response_schema_strict (fixture.request, DHEERA_TRISTATE_YES);
  assert_has (&fixture, "\"text\":{\"format\":{\"type\":\"json_schema\",\"name\":\"answer\",\"schema\":{\"type\":\"object\"},\"strict\":true}}");

  dheera_base_request_set_extra (DHEERA_BASE_REQUEST (fixture.request), "{\"text\":{\"verbosity\":\"low\"}}");
  assert_has (&fixture, "\"strict\":true},\"verbosity\":\"low\"}");
}

static void
test_reasoning (void)
{
  g_auto (Fixture) fixture = { 0 };

  set_up (&fixture, "openai-responses");
  append (&fixture, DHEERA_ROLE_USER, "Hi");
  dheera_request_set_reasoning_effort (fixture.request, "high");
  assert_has (&fixture, "\"reasoning\":{\"effort\":\"high\",\"summary\":\"auto\"}");
  dheera_request_set_reasoning_effort (fixture.request, "auto");
  assert_has (&fixture, "\"reasoning\":{\"summary\":\"auto\"}");
  dheera_request_set_reasoning_effort (fixture.request, "none");
  assert_has (&fixture, "\"reasoning\":{\"effort\":\"none\"}");
}

static void
test_params (void)
{
  g_auto (Fixture) fixture = { 0 };

  set_up (&fixture, "openai-responses");
  append (&fixture, DHEERA_ROLE_USER, "Hi");
  dheera_request_set_max_tokens (fixture.request, 100);
  dheera_request_set_temperature (fixture.request, 0.5);
  dheera_request_set_top_p (fixture.request, 0.25);
  dheera_request_set_n (fixture.request, 1);
  dheera_request_set_logprobs (fixture.request, DHEERA_TRISTATE_YES);
  dheera_request_set_top_logprobs (fixture.request, 3);
  dheera_request_set_user (fixture.request, "u");
  dheera_request_set_service_tier (fixture.request, "flex");
  dheera_request_set_metadata (fixture.request, "{\"a\":\"b\"}");
  assert_has (&fixture, "\"max_output_tokens\":100,\"temperature\":0.5,\"top_p\":0.25,\"top_logprobs\":3,"
                        "\"include\":[\"reasoning.encrypted_content\",\"message.output_text.logprobs\"],\"store\":false,"
                        "\"user\":\"u\",\"metadata\":{\"a\":\"b\"},\"service_tier\":\"flex\"}");
  assert_lacks (&fixture, "\"n\"");
}

static void
test_unsupported (void)
{
  static const struct
  {
    const char *property;
    int value;
    const char *name;
  } cases[] = {
    { "top-k", 3, "top_k" }, { "n", 2, "“n”" }, { "reasoning-budget", 9, "reasoning_budget" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Fixture) fixture = { 0 };
      g_autofree char *body = NULL;

      set_up (&fixture, "openai-responses");
      append (&fixture, DHEERA_ROLE_USER, "Hi");
      g_object_set (fixture.request, cases[i].property, cases[i].value, NULL);
      g_assert_null (encode (&fixture));
      g_assert_error (fixture.error, DHEERA_ERROR, DHEERA_ERROR_UNSUPPORTED_PARAMETER);
      g_assert_nonnull (strstr (fixture.error->message, cases[i].name));
      g_clear_error (&fixture.error);

      fixture.encoding.policy = DHEERA_PARAM_POLICY_DROP;
      assert_input (&fixture, "{\"role\":\"user\",\"content\":\"Hi\"}");
      g_assert_cmpuint (fixture.encoding.warnings->len, ==, 1);
    }
}

static void
test_unsupported_others (void)
{
  static const char *const stop[] = { "END", NULL };
  g_auto (Fixture) fixture = { 0 };

  set_up (&fixture, "openai-responses");
  append (&fixture, DHEERA_ROLE_USER, "Hi");
  dheera_request_set_stop (fixture.request, stop);
  dheera_request_set_seed (fixture.request, 7);
  dheera_request_set_presence_penalty (fixture.request, 0.5);
  dheera_request_set_frequency_penalty (fixture.request, 0.5);
  fixture.encoding.policy = DHEERA_PARAM_POLICY_DROP;
  assert_input (&fixture, "{\"role\":\"user\",\"content\":\"Hi\"}");
  g_assert_cmpuint (fixture.encoding.warnings->len, ==, 4);
}

static void
test_extra (void)
{
  g_auto (Fixture) fixture = { 0 };

  set_up (&fixture, "openai-responses");
  append (&fixture, DHEERA_ROLE_USER, "Hi");
  dheera_base_request_set_extra (DHEERA_BASE_REQUEST (fixture.request),
                                                "{\"store\":null,\"include\":[],\"previous_response_id\":\"resp_1\"}");
  assert_has (&fixture, "\"include\":[],\"previous_response_id\":\"resp_1\"}");
}

static void
test_rows (void)
{
  static const struct
  {
    const char *id;
    const char *url;
  } rows[] = {
    { "openai-responses", "https://api.openai.com/v1" },
    { "xai-responses", "https://api.x.ai/v1" },
    { "grok-responses", "https://api.x.ai/v1" },
    { "bedrock-responses", "https://bedrock-mantle.{region}.api.aws/openai/v1" },
    { "azure-responses", "https://{resource}.openai.azure.com" },
    { "chatgpt", "https://chatgpt.com/backend-api/codex" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const DheeraProviderRow *row = dheera_provider_find_row (rows[i].id);

      g_assert_nonnull (row);
      g_assert_true (row->protocol == &dheera_openai_responses);
      g_assert_cmpstr (row->base_url, ==, rows[i].url);
    }
}

/* --- Counting -------------------------------------------------------------------------------- */

static void
test_count (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (DheeraTool) tool = dheera_tool_new ("weather", "Tells it", "{\"type\":\"object\"}");
  g_autoptr (DheeraHttpRequest) http = NULL;
  g_autofree char *body = NULL;

  set_up (&fixture, "openai-responses");
  append (&fixture, DHEERA_ROLE_SYSTEM, "Be brief.");
  append (&fixture, DHEERA_ROLE_USER, "Hi");
  dheera_request_add_tool (fixture.request, tool);
  dheera_request_set_max_tokens (fixture.request, 100);
  dheera_base_request_set_extra (DHEERA_BASE_REQUEST (fixture.request),
                                                "{\"truncation\":\"auto\",\"max_tool_calls\":2}");
  http = dheera_openai_responses.tasks[DHEERA_TASK_COUNT_TOKENS].encode (&fixture.encoding, DHEERA_BASE_REQUEST (fixture.request),
                                                                         &fixture.error);
  g_assert_no_error (fixture.error);
  g_assert_cmpstr (http->url, ==, "https://api.example/v1/responses/input_tokens");
  body = dup_body (http);
  g_assert_cmpstr (body, ==,
                   "{\"model\":\"some-model\",\"instructions\":\"Be brief.\",\"input\":[{\"role\":\"user\",\"content\":\"Hi\"}],"
                   "\"tools\":[{\"type\":\"function\",\"name\":\"weather\",\"description\":\"Tells it\",\"parameters\":{\"type\":\"object\"},"
                   "\"strict\":false}],\"truncation\":\"auto\"}");
}

static void
test_count_elsewhere (void)
{
  g_auto (Fixture) fixture = { 0 };

  set_up (&fixture, "xai-responses");
  append (&fixture, DHEERA_ROLE_USER, "Hi");
  g_assert_null (dheera_openai_responses.tasks[DHEERA_TASK_COUNT_TOKENS].encode (&fixture.encoding, DHEERA_BASE_REQUEST (fixture.request),
                                                                                 &fixture.error));
  g_assert_error (fixture.error, DHEERA_ERROR, DHEERA_ERROR_NOT_SUPPORTED);
  g_assert_nonnull (strstr (fixture.error->message, "counting of tokens"));
}

static GObject *
decode_count (Fixture        *fixture,
              DheeraDecoder **decoder,
              const char     *body)
{
  *decoder = dheera_decoder_new (fixture->provider);

  return dheera_openai_responses.tasks[DHEERA_TASK_COUNT_TOKENS].decode (*decoder, body, strlen (body));
}

static void
test_count_decode (void)
{
  static const struct
  {
    const char *body;
    DheeraError code;
  } faults[] = {
    { "{}", DHEERA_ERROR_PROTOCOL },
    { "{\"input_tokens\":-1}", DHEERA_ERROR_PROTOCOL },
    { "[", DHEERA_ERROR_PROTOCOL },
    { "{\"error\":{\"code\":\"rate_limit_exceeded\",\"message\":\"m\"}}", DHEERA_ERROR_RATE_LIMIT },
  };
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (DheeraDecoder) decoder = NULL;
  g_autoptr (GObject) usage = NULL;

  set_up (&fixture, "openai-responses");
  usage = decode_count (&fixture, &decoder, "{\"object\":\"response.input_tokens\",\"input_tokens\":11}");
  g_assert_true (DHEERA_IS_USAGE (usage));
  g_assert_cmpint (dheera_usage_get_prompt_tokens (DHEERA_USAGE (usage)), ==, 11);

  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autoptr (DheeraDecoder) failing = NULL;

      g_assert_null (decode_count (&fixture, &failing, faults[i].body));
      g_assert_cmpint (dheera_error_details_get_code (failing->failure), ==, faults[i].code);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/responses/plain", test_plain);
  g_test_add_func ("/responses/stream", test_stream);
  g_test_add_func ("/responses/system", test_system);
  g_test_add_func ("/responses/parts", test_parts);
  g_test_add_func ("/responses/audio", test_audio);
  g_test_add_func ("/responses/calls", test_calls);
  g_test_add_func ("/responses/replay", test_replay);
  g_test_add_func ("/responses/replay/to-nothing", test_replay_to_nothing);
  g_test_add_func ("/responses/replay/elsewhere", test_replay_elsewhere);
  g_test_add_func ("/responses/replay/of-others", test_replay_of_others);
  g_test_add_func ("/responses/custom-call", test_custom_call);
  g_test_add_func ("/responses/members-of-calls", test_members_of_calls);
  g_test_add_func ("/responses/refusal", test_refusal);
  g_test_add_func ("/responses/picture-in-answer", test_picture_in_answer);
  g_test_add_func ("/responses/tools", test_tools);
  g_test_add_func ("/responses/tools-of-servers", test_tools_of_servers);
  g_test_add_func ("/responses/tools-of-both", test_tools_of_both);
  g_test_add_func ("/responses/format", test_format);
  g_test_add_func ("/responses/reasoning", test_reasoning);
  g_test_add_func ("/responses/params", test_params);
  g_test_add_func ("/responses/unsupported", test_unsupported);
  g_test_add_func ("/responses/unsupported/others", test_unsupported_others);
  g_test_add_func ("/responses/extra", test_extra);
  g_test_add_func ("/responses/rows", test_rows);
  g_test_add_func ("/responses/count", test_count);
  g_test_add_func ("/responses/count/elsewhere", test_count_elsewhere);
  g_test_add_func ("/responses/count/decode", test_count_decode);

  return g_test_run ();
}
