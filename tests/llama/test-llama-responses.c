/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The same engine through its other door, /v1/responses: whole answers, streams and tools. It says what chat completions say. */

#include "llama-util.h"

static DheeraClient *
make_client (const char *url,
             const char *key)
{
  DheeraClient *client = llama_client_new (url, key, NULL);
  g_autoptr(DheeraProvider) provider = dheera_provider_new ("llamacpp-responses");

  dheera_provider_set_base_url (provider, url);
  dheera_provider_set_api_key (provider, key);
  dheera_client_add_provider (client, provider);

  return client;
}

static DheeraRequest *
make_request (int max_tokens)
{
  DheeraRequest *request = dheera_request_new_for_prompt ("llamacpp-responses/stories260k", "Once upon a time");

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
  g_assert_cmpstr (dheera_response_get_provider (response), ==, "llamacpp-responses");
  g_assert_true (g_str_has_prefix (dheera_response_get_id (response), "resp_"));
  g_assert_cmpint (dheera_response_get_finish_reason (response), !=, DHEERA_FINISH_REASON_NONE);
  g_assert_nonnull (usage);
  g_assert_cmpint (dheera_usage_get_completion_tokens (usage), ==, max_tokens);
  g_assert_cmpint (dheera_usage_get_prompt_tokens (usage), >, 0);
}

static void
test_complete (void)
{
  g_autoptr(DheeraClient) client = make_client (llama_get_url (), llama_get_key ());
  g_autoptr(DheeraRequest) request = make_request (16);
  g_autoptr(DheeraRequest) chat = llama_request_new (16);
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(DheeraResponse) other = NULL;
  g_autoptr(GError) error = NULL;

  response = dheera_client_complete (client, request, NULL, &error);
  g_assert_no_error (error);
  check_answer (response, 16);

  other = dheera_client_complete (client, chat, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (dheera_response_get_text (response), ==, dheera_response_get_text (other));
}

static void
append_cb (DheeraStream *stream,
           DheeraDelta  *delta,
           gpointer      user_data)
{
  g_string_append (user_data, dheera_delta_get_text (delta));
}

static void
test_stream (void)
{
  g_autoptr(DheeraClient) client = make_client (llama_get_url (), llama_get_key ());
  g_autoptr(DheeraRequest) request = make_request (40);
  g_autoptr(DheeraStream) stream = dheera_client_stream (client, request);
  g_autoptr(DheeraResponse) whole = NULL;
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(GString) text = g_string_new (NULL);
  g_autoptr(GError) error = NULL;

  whole = dheera_client_complete (client, request, NULL, &error);
  g_assert_no_error (error);

  g_signal_connect (stream, "delta", G_CALLBACK (append_cb), text);
  response = collect_async (stream, &error);
  g_assert_no_error (error);
  check_answer (response, 40);
  g_assert_cmpstr (text->str, ==, dheera_response_get_text (whole));
  g_assert_cmpstr (dheera_response_get_text (response), ==, text->str);
}

/* A conversation with the answer in it goes on. */
static void
test_conversation (void)
{
  g_autoptr(DheeraClient) client = make_client (llama_get_url (), llama_get_key ());
  g_autoptr(DheeraRequest) request = make_request (16);
  g_autoptr(DheeraResponse) first = NULL;
  g_autoptr(DheeraResponse) second = NULL;
  g_autoptr(GError) error = NULL;

  first = dheera_client_complete (client, request, NULL, &error);
  g_assert_no_error (error);
  dheera_conversation_append (dheera_request_get_conversation (request), dheera_response_get_message (first));
  dheera_conversation_append_user (dheera_request_get_conversation (request), "And then?");
  second = dheera_client_complete (client, request, NULL, &error);
  g_assert_no_error (error);
  check_answer (second, 16);
  g_assert_cmpint (dheera_usage_get_prompt_tokens (dheera_response_get_usage (second)), >,
                   dheera_usage_get_prompt_tokens (dheera_response_get_usage (first)));
}

/* The names and arguments of the calls; the last one may be cut off. */
static char *
describe_calls (DheeraResponse *response)
{
  GListModel *calls = dheera_response_get_tool_calls (response);
  guint n = g_list_model_get_n_items (calls);
  g_autoptr(GString) text = g_string_new (NULL);

  g_assert_cmpuint (n, >, 0);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr(DheeraToolCall) call = g_list_model_get_item (calls, i);

      g_assert_cmpstr (dheera_tool_call_get_id (call), !=, "");
      g_assert_cmpstr (dheera_tool_call_get_name (call), ==, "get_weather");
      g_string_append_printf (text, "%s\n", dheera_tool_call_get_arguments (call));
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
test_tool (void)
{
  g_autoptr(DheeraClient) client = make_client (llama_get_tools_url (), NULL);
  g_autoptr(DheeraRequest) request = make_request (200);
  g_autoptr(DheeraTool) tool = dheera_tool_new ("get_weather", "Says what the weather is like",
                                                "{\"type\": \"object\", \"properties\": {\"city\": {\"type\": \"string\", \"enum\": [\"Oslo\", \"Rome\"]}}, "
                                                "\"required\": [\"city\"]}");
  g_autoptr(DheeraStream) stream = NULL;
  g_autoptr(DheeraResponse) whole = NULL;
  g_autoptr(DheeraResponse) streamed = NULL;
  g_autofree char *whole_calls = NULL;
  g_autofree char *streamed_calls = NULL;
  g_autoptr(GError) error = NULL;

  dheera_request_add_tool (request, tool);
  dheera_request_set_tool_choice (request, "required");
  whole = dheera_client_complete (client, request, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (dheera_response_get_finish_reason (whole), ==, DHEERA_FINISH_REASON_TOOL_CALLS);
  whole_calls = describe_calls (whole);

  stream = dheera_client_stream (client, request);
  streamed = collect_async (stream, &error);
  g_assert_no_error (error);
  streamed_calls = describe_calls (streamed);
  g_assert_cmpstr (streamed_calls, ==, whole_calls);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/llama-responses/complete", test_complete);
  g_test_add_func ("/llama-responses/stream", test_stream);
  g_test_add_func ("/llama-responses/conversation", test_conversation);
  g_test_add_func ("/llama-responses/tool", test_tool);

  return g_test_run ();
}
