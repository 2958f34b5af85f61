/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The same engine asked in Anthropic's protocol: whole answers, streams, tools, counts of tokens and a wrong key. */

#include <json-glib/json-glib.h>
#include <string.h>

#include "llama-util.h"

static DheeraClient *
client_new (const char *url,
            const char *key)
{
  DheeraClient *client = dheera_client_new ();
  g_autoptr(DheeraProvider) provider = dheera_provider_new ("anthropic");

  dheera_provider_set_base_url (provider, url);
  dheera_provider_set_api_key (provider, key);
  dheera_client_add_provider (client, provider);
  return client;
}

static DheeraRequest *
request_new (int max_tokens)
{
  DheeraRequest *request = dheera_request_new_for_prompt ("anthropic/stories260k", "Once upon a time");

  dheera_request_set_max_tokens (request, max_tokens);
  dheera_request_set_temperature (request, 0);
  dheera_base_request_set_extra (DHEERA_BASE_REQUEST (request), "{\"cache_prompt\": false}");
  return request;
}

static void
check_answer (DheeraResponse *response,
              int             max_tokens)
{
  DheeraUsage *usage = dheera_response_get_usage (response);

  g_assert_cmpstr (dheera_response_get_text (response), !=, "");
  g_assert_cmpstr (dheera_response_get_provider (response), ==, "anthropic");
  g_assert_cmpstr (dheera_response_get_model (response), ==, "stories260k");
  g_assert_cmpint (dheera_response_get_finish_reason (response), ==, DHEERA_FINISH_REASON_LENGTH);
  g_assert_cmpstr (dheera_response_get_finish_reason_raw (response), ==, "max_tokens");
  g_assert_nonnull (usage);
  g_assert_cmpint (dheera_usage_get_completion_tokens (usage), ==, max_tokens);
  g_assert_cmpint (dheera_usage_get_prompt_tokens (usage), >, 0);
}

/* A stream and a whole answer are the same, and the prompt has as many tokens as were counted before. */
static void
test_answers (void)
{
  g_autoptr(DheeraClient) client = client_new (llama_get_url (), llama_get_key ());
  g_autoptr(DheeraRequest) request = request_new (40);
  g_autoptr(DheeraStream) stream = dheera_client_stream (client, request);
  g_autoptr(DheeraResponse) whole = NULL;
  g_autoptr(DheeraResponse) streamed = NULL;
  g_autoptr(DheeraUsage) count = NULL;
  g_autoptr(GError) error = NULL;

  whole = dheera_client_complete (client, request, NULL, &error);
  g_assert_no_error (error);
  check_answer (whole, 40);

  streamed = collect_async (stream, &error);
  g_assert_no_error (error);
  check_answer (streamed, 40);
  g_assert_cmpstr (dheera_response_get_text (streamed), ==, dheera_response_get_text (whole));

  count = dheera_client_count_tokens (client, request, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (dheera_usage_get_prompt_tokens (count), ==, dheera_usage_get_prompt_tokens (dheera_response_get_usage (whole)));
}

static char *
describe_calls (DheeraResponse *response)
{
  GListModel *calls = dheera_response_get_tool_calls (response);
  g_autoptr(GString) text = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (calls); i++)
    {
      g_autoptr(DheeraToolCall) call = g_list_model_get_item (calls, i);

      g_assert_cmpstr (dheera_tool_call_get_id (call), !=, "");
      g_string_append_printf (text, "%s (%s)\n", dheera_tool_call_get_name (call), dheera_tool_call_get_arguments (call));
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
test_tool (void)
{
  g_autoptr(DheeraClient) client = client_new (llama_get_tools_url (), "unused");
  g_autoptr(DheeraRequest) request = request_new (200);
  g_autoptr(DheeraTool) tool = NULL;
  g_autoptr(DheeraStream) stream = NULL;
  g_autoptr(DheeraResponse) whole = NULL;
  g_autoptr(DheeraResponse) streamed = NULL;
  g_autoptr(DheeraToolCall) first = NULL;
  g_autoptr(JsonNode) arguments = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *calls = NULL;
  g_autofree char *streamed_calls = NULL;
  const char *city;

  tool = dheera_tool_new ("get_weather", "Says what the weather is like",
                          "{\"type\": \"object\", \"properties\": {\"city\": {\"type\": \"string\", \"enum\": [\"Oslo\", \"Rome\"]}}, \"required\": [\"city\"]}");
  dheera_request_add_tool (request, tool);
  dheera_request_set_tool_choice (request, "required");
  whole = dheera_client_complete (client, request, NULL, &error);
  g_assert_no_error (error);
  calls = describe_calls (whole);
  g_assert_cmpuint (g_list_model_get_n_items (dheera_response_get_tool_calls (whole)), >, 0);
  first = g_list_model_get_item (dheera_response_get_tool_calls (whole), 0);
  arguments = json_from_string (dheera_tool_call_get_arguments (first), &error);
  g_assert_no_error (error);
  city = json_object_get_string_member (json_node_get_object (arguments), "city");
  g_assert_true (g_strv_contains (((const char *const[]) { "Oslo", "Rome", NULL }), city));

  stream = dheera_client_stream (client, request);
  streamed = dheera_stream_collect (stream, NULL, &error);
  g_assert_no_error (error);
  streamed_calls = describe_calls (streamed);
  g_assert_true (g_str_has_prefix (streamed_calls, "get_weather ({"));
  g_assert_true (g_str_has_prefix (calls, "get_weather ({"));
}

static void
test_wrong_key (void)
{
  g_autoptr(DheeraClient) client = client_new (llama_get_url (), "wrong-key");
  g_autoptr(DheeraRequest) request = request_new (4);
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(GError) error = NULL;

  response = dheera_client_complete (client, request, NULL, &error);
  g_assert_null (response);
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_AUTHENTICATION);
  g_assert_null (strstr (error->message, "wrong-key"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/llama-anthropic/answers", test_answers);
  g_test_add_func ("/llama-anthropic/tool", test_tool);
  g_test_add_func ("/llama-anthropic/wrong-key", test_wrong_key);
  return g_test_run ();
}
