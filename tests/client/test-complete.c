/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whole answers, blocking and asynchronous, from the offline model. */

#include "client-util.h"

typedef DheeraResponse *(*Complete) (DheeraClient   *client,
                                     DheeraRequest  *request,
                                     GCancellable   *cancellable,
                                     GError        **error);

static void
test_text (gconstpointer data)
{
  Complete complete = data;
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request = mock_request ("mock/echo", "The quick brown fox", NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(DheeraResponse) response = complete (client, request, NULL, &error);
  DheeraCall *call;

  g_assert_no_error (error);
  g_assert_cmpstr (dheera_response_get_text (response), ==, "The quick brown fox");
  g_assert_cmpstr (dheera_response_get_provider (response), ==, "mock");
  g_assert_cmpint (dheera_response_get_finish_reason (response), ==, DHEERA_FINISH_REASON_STOP);
  g_assert_cmpstr (dheera_response_get_finish_reason_raw (response), ==, "stop");
  g_assert_cmpuint (dheera_response_get_n_choices (response), ==, 1);
  g_assert_cmpint (dheera_usage_get_completion_tokens (dheera_response_get_usage (response)), ==, 4);
  g_assert_nonnull (strstr (dheera_response_get_raw_json (response), "\"chat.completion\""));

  call = dheera_response_get_call (response);
  g_assert_cmpstr (dheera_call_get_operation (call), ==, "complete");
  g_assert_cmpstr (dheera_call_get_provider (call), ==, "mock");
  g_assert_cmpstr (dheera_call_get_model (call), ==, "echo");
  g_assert_cmpuint (dheera_call_get_attempt (call), ==, 1);
  g_assert_cmpuint (dheera_call_get_status (call), ==, 200);
  g_assert_true (g_str_has_prefix (dheera_call_get_url (call), "http://127.0.0.1:"));
  g_assert_true (dheera_call_get_usage (call) == dheera_response_get_usage (response));
  g_assert_null (dheera_call_get_error_details (call));
  g_assert_cmpuint (dheera_call_get_bytes_sent (call), >, 20);
  g_assert_cmpuint (dheera_call_get_bytes_received (call), ==, strlen (dheera_response_get_raw_json (response)));
  g_assert_cmpfloat (dheera_call_get_first_byte_time (call), >, 0);
  g_assert_cmpfloat (dheera_call_get_first_token_time (call), >=, dheera_call_get_first_byte_time (call));
  g_assert_cmpfloat (dheera_call_get_total_time (call), >=, dheera_call_get_first_token_time (call));
  g_assert_cmpfloat (dheera_call_get_queue_time (call), >=, 0);
  g_assert_cmpfloat (dheera_call_get_tls_time (call), ==, -1);
  g_assert_false (dheera_call_get_connection_reused (call));
}

static void
test_every_part_of_an_answer (gconstpointer data)
{
  Complete complete = data;
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request =
    mock_request ("mock/echo", "Hi", "{\"reasoning\": \"Let me see.\", \"text\": \"Done.\","
                  " \"tool_call\": {\"name\": \"look\", \"arguments\": {\"at\": \"this\"}},"
                  " \"usage\": {\"prompt_tokens\": 7, \"completion_tokens\": 5, \"total_tokens\": 12,"
                  " \"completion_tokens_details\": {\"reasoning_tokens\": 3}, \"prompt_tokens_details\": {\"cached_tokens\": 2}}}");
  g_autoptr(GError) error = NULL;
  g_autoptr(DheeraResponse) response = complete (client, request, NULL, &error);
  g_autoptr(DheeraToolCall) call = NULL;
  DheeraUsage *usage;

  g_assert_no_error (error);
  g_assert_cmpstr (dheera_response_get_reasoning (response), ==, "Let me see.");
  g_assert_cmpstr (dheera_response_get_text (response), ==, "Done.");
  g_assert_cmpint (dheera_response_get_finish_reason (response), ==, DHEERA_FINISH_REASON_TOOL_CALLS);
  g_assert_cmpuint (g_list_model_get_n_items (dheera_response_get_tool_calls (response)), ==, 1);
  call = g_list_model_get_item (dheera_response_get_tool_calls (response), 0);
  g_assert_cmpstr (dheera_tool_call_get_name (call), ==, "look");
  g_assert_nonnull (strstr (dheera_tool_call_get_arguments (call), "\"this\""));

  usage = dheera_response_get_usage (response);
  g_assert_cmpint (dheera_usage_get_prompt_tokens (usage), ==, 7);
  g_assert_cmpint (dheera_usage_get_completion_tokens (usage), ==, 5);
  g_assert_cmpint (dheera_usage_get_total_tokens (usage), ==, 12);
  g_assert_cmpint (dheera_usage_get_reasoning_tokens (usage), ==, 3);
  g_assert_cmpint (dheera_usage_get_cached_tokens (usage), ==, 2);
}

static void
test_two_choices (gconstpointer data)
{
  Complete complete = data;
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request = mock_request ("mock/echo", "Twice", NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(DheeraResponse) response = NULL;

  dheera_request_set_n (request, 2);
  response = complete (client, request, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (dheera_response_get_n_choices (response), ==, 2);
  g_assert_cmpstr (dheera_message_get_text (dheera_choice_get_message (dheera_response_get_choice (response, 1))), !=, "");
}

static void
test_request_is_left_alone (gconstpointer data)
{
  Complete complete = data;
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request = mock_request ("mock/echo", "Hello", NULL);
  g_autofree char *before = dheera_request_to_json (request);
  g_autoptr(GError) error = NULL;
  g_autoptr(DheeraResponse) response = complete (client, request, NULL, &error);
  g_autofree char *after = NULL;

  g_assert_no_error (error);
  after = dheera_request_to_json (request);
  g_assert_cmpstr (after, ==, before);
}

/* A call takes its request as it is when it begins. */
static void
test_request_is_copied (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request = mock_request ("mock/echo", "Before", NULL);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(DheeraResponse) response = NULL;

  dheera_client_complete_async (client, request, NULL, store_result_cb, &result);
  dheera_conversation_append_user (dheera_request_get_conversation (request), "After");
  dheera_base_request_set_model (DHEERA_BASE_REQUEST (request), "gribbledegook");
  g_clear_object (&request);
  response = dheera_client_complete_finish (client, wait_for_result (&result), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (dheera_response_get_text (response), ==, "Before");
}

static void
test_default_model (gconstpointer data)
{
  Complete complete = data;
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request = mock_request (NULL, "Hello", NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(DheeraResponse) response = NULL;

  dheera_client_set_default_model (client, "mock/echo");
  response = complete (client, request, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (dheera_response_get_text (response), ==, "Hello");
}

static void
test_http_error (gconstpointer data)
{
  Complete complete = data;
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request =
    mock_request ("mock/echo", "Hi", "{\"status\": 429, \"headers\": {\"retry-after\": \"7\", \"x-request-id\": \"req_7\"},"
                  " \"error\": {\"message\": \"Slow down.\", \"type\": \"requests\", \"code\": \"rate_limit_exceeded\"}}");
  g_autoptr(GError) error = NULL;
  DheeraErrorDetails *details;

  dheera_client_set_max_retries (client, 0);
  g_assert_null (complete (client, request, NULL, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_RATE_LIMIT);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, "Slow down"));
  g_assert_nonnull (strstr (error->message, "echo"));
  g_assert_nonnull (strstr (error->message, "429"));

  details = dheera_error_get_details (error);
  g_assert_nonnull (details);
  g_assert_true (dheera_error_details_get_last () == details);
  g_assert_cmpuint (dheera_error_details_get_status (details), ==, 429);
  g_assert_cmpstr (dheera_error_details_get_provider_code (details), ==, "rate_limit_exceeded");
  g_assert_cmpstr (dheera_error_details_get_request_id (details), ==, "req_7");
  g_assert_cmpfloat (dheera_error_details_get_retry_after (details), ==, 7);
  g_assert_true (dheera_error_details_get_retryable (details));
  g_assert_nonnull (strstr (dheera_error_details_get_body (details), "Slow down"));
}

static void
test_cut_answer (gconstpointer data)
{
  Complete complete = data;
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request = mock_request ("mock/echo", "one two three four", "{\"cut_after\": 2}");
  g_autoptr(GError) error = NULL;

  dheera_client_set_max_retries (client, 0);
  g_assert_null (complete (client, request, NULL, &error));
  g_test_message ("%s", error->message);
  g_assert_true (error->domain == DHEERA_ERROR);
}

/* --- Signals ------------------------------------------------------------------------------------------------------------------- */

typedef struct
{
  GString *events;
  DheeraCall *call;
  GThread *thread;
} Watch;

static void
note_event (Watch      *watch,
            DheeraCall *call,
            const char *event)
{
  if (watch->call == NULL)
    watch->call = g_object_ref (call);
  g_assert_true (watch->call == call);
  g_assert_true (g_thread_self () == watch->thread);
  g_string_append_printf (watch->events, "%s %u %u;", event, dheera_call_get_attempt (call), dheera_call_get_status (call));
}

static void
started_cb (DheeraClient *client,
            DheeraCall   *call,
            gpointer      data)
{
  note_event (data, call, "started");
  g_assert_cmpfloat (dheera_call_get_total_time (call), ==, -1);
}

static void
attempt_cb (DheeraClient *client,
            DheeraCall   *call,
            gpointer      data)
{
  note_event (data, call, "attempt");
}

static void
finished_cb (DheeraClient *client,
             DheeraCall   *call,
             gpointer      data)
{
  note_event (data, call, "finished");
  g_assert_cmpfloat (dheera_call_get_total_time (call), >, 0);
}

static void
test_signals (gconstpointer data)
{
  Complete complete = data;
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request =
    mock_request ("mock/echo", "Hi", "{\"status\": 503, \"fail_times\": 1, \"key\": \"signals\", \"headers\": {\"retry-after-ms\": \"1\"}}");
  g_autoptr(GError) error = NULL;
  g_autoptr(DheeraResponse) response = NULL;
  Watch watch = { g_string_new (NULL), NULL, g_thread_self () };
  /* The offline model remembers what has failed, and a client's address comes again. */
  static guint n_runs;
  g_autofree char *extra = g_strdup_printf ("{\"mock\": {\"status\": 503, \"fail_times\": 1, \"key\": \"signals-%u\", \"headers\": {\"retry-after-ms\": \"1\"}}}", n_runs++);

  dheera_base_request_set_extra (DHEERA_BASE_REQUEST (request), extra);
  g_signal_connect (client, "call-started", G_CALLBACK (started_cb), &watch);
  g_signal_connect (client, "attempt-finished", G_CALLBACK (attempt_cb), &watch);
  g_signal_connect (client, "call-finished", G_CALLBACK (finished_cb), &watch);

  response = complete (client, request, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (watch.events->str, ==, "started 0 0;attempt 1 503;attempt 2 200;finished 2 200;");
  g_assert_true (dheera_response_get_call (response) == watch.call);
  g_string_free (watch.events, TRUE);
  g_object_unref (watch.call);
}

/* --- list_models ----------------------------------------------------------------------------------------------------------------- */

static void
test_list_models (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraModelsRequest) request = dheera_models_request_new ("mock");
  g_autoptr(GError) error = NULL;
  g_autoptr(GListModel) models = dheera_client_list_models (client, request, NULL, &error);
  g_autoptr(GListModel) again = NULL;
  g_autoptr(DheeraModel) first = NULL;

  g_assert_no_error (error);
  g_assert_true (g_list_model_get_item_type (models) == DHEERA_TYPE_MODEL);
  g_assert_cmpuint (g_list_model_get_n_items (models), >=, 2);
  first = g_list_model_get_item (models, 0);
  g_assert_cmpstr (dheera_model_get_provider (first), ==, "mock");
  g_assert_cmpint (dheera_model_get_context_window (first), >, 0);

  again = list_models_async (client, request, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (again), ==, g_list_model_get_n_items (models));
}

static void
test_list_models_without_provider (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraModelsRequest) request = dheera_models_request_new (NULL);
  g_autoptr(GError) error = NULL;

  g_assert_null (dheera_client_list_models (client, request, NULL, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
}

int
main (int   argc,
      char *argv[])
{
  static const struct
  {
    const char *name;
    GTestDataFunc func;
  } tests[] = {
    { "text", test_text },
    { "every-part-of-an-answer", test_every_part_of_an_answer },
    { "two-choices", test_two_choices },
    { "request-is-left-alone", test_request_is_left_alone },
    { "default-model", test_default_model },
    { "http-error", test_http_error },
    { "cut-answer", test_cut_answer },
    { "signals", test_signals },
  };

  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *blocking = g_strconcat ("/complete/blocking/", tests[i].name, NULL);
      g_autofree char *async = g_strconcat ("/complete/async/", tests[i].name, NULL);

      g_test_add_data_func (blocking, dheera_client_complete, tests[i].func);
      g_test_add_data_func (async, complete_async, tests[i].func);
    }
  g_test_add_func ("/complete/request-is-copied", test_request_is_copied);
  g_test_add_func ("/complete/list-models", test_list_models);
  g_test_add_func ("/complete/list-models-without-provider", test_list_models_without_provider);

  return g_test_run ();
}
