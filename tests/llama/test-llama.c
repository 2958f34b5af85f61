/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A real engine with a real model: whole answers, streams, schemas, tools, and what goes wrong. Stopping is in test-llama-stop.c. */

#include <json-glib/json-glib.h>

#include "llama-util.h"

#define N_STREAMS 4

static void
check_answer (DheeraResponse *response,
              int             max_tokens)
{
  DheeraUsage *usage = dheera_response_get_usage (response);

  g_assert_cmpstr (dheera_response_get_text (response), !=, "");
  g_assert_cmpstr (dheera_response_get_provider (response), ==, "llamacpp");
  g_assert_cmpstr (dheera_response_get_model (response), ==, "stories260k");
  g_assert_cmpint (dheera_response_get_finish_reason (response), ==, DHEERA_FINISH_REASON_LENGTH);
  g_assert_nonnull (usage);
  g_assert_cmpint (dheera_usage_get_completion_tokens (usage), ==, max_tokens);
  g_assert_cmpint (dheera_usage_get_prompt_tokens (usage), >, 0);
  g_assert_cmpint (dheera_usage_get_total_tokens (usage), ==, dheera_usage_get_prompt_tokens (usage) + max_tokens);
}

static void
test_complete (void)
{
  g_autoptr(DheeraClient) client = llama_client_new (llama_get_url (), llama_get_key (), NULL);
  g_autoptr(DheeraRequest) request = llama_request_new (16);
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(DheeraResponse) again = NULL;
  g_autoptr(GError) error = NULL;

  response = dheera_client_complete (client, request, NULL, &error);
  g_assert_no_error (error);
  check_answer (response, 16);

  again = complete_async (client, request, &error);
  g_assert_no_error (error);
  check_answer (again, 16);
  g_assert_cmpstr (dheera_response_get_text (again), ==, dheera_response_get_text (response));
}

/* The pieces of a stream are the whole answer, pulled and pushed. */
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
  g_autoptr(DheeraClient) client = llama_client_new (llama_get_url (), llama_get_key (), NULL);
  g_autoptr(DheeraRequest) request = llama_request_new (40);
  g_autoptr(DheeraStream) pulled = dheera_client_stream (client, request);
  g_autoptr(DheeraStream) pushed = dheera_client_stream (client, request);
  g_autoptr(DheeraResponse) whole = NULL;
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(GString) text = g_string_new (NULL);
  g_autoptr(GError) error = NULL;
  DheeraDelta *delta;
  guint n = 0;

  whole = dheera_client_complete (client, request, NULL, &error);
  g_assert_no_error (error);

  while ((delta = dheera_stream_next (pulled, NULL, &error)) != NULL)
    {
      append_cb (pulled, delta, text);
      g_object_unref (delta);
      n++;
    }
  g_assert_no_error (error);
  g_assert_cmpuint (n, >, 10);
  g_assert_cmpstr (text->str, ==, dheera_response_get_text (whole));
  check_answer (dheera_stream_get_response (pulled), 40);

  g_string_truncate (text, 0);
  g_signal_connect (pushed, "delta", G_CALLBACK (append_cb), text);
  response = collect_async (pushed, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text->str, ==, dheera_response_get_text (whole));
  check_answer (response, 40);
}

static void
test_schema (void)
{
  static const char schema[] = "{\"type\": \"object\", \"properties\": {\"name\": {\"type\": \"string\", \"maxLength\": 8}, "
                               "\"age\": {\"type\": \"integer\", \"minimum\": 1, \"maximum\": 99}}, \"required\": [\"name\", \"age\"], "
                               "\"additionalProperties\": false}";
  g_autoptr(DheeraClient) client = llama_client_new (llama_get_url (), llama_get_key (), NULL);
  g_autoptr(DheeraRequest) request = llama_request_new (200);
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(JsonNode) root = NULL;
  g_autoptr(GError) error = NULL;
  JsonObject *object;

  g_assert_true (dheera_request_set_response_schema (request, schema, &error));
  g_assert_no_error (error);
  dheera_request_set_response_schema_strict (request, DHEERA_TRISTATE_YES);
  response = dheera_client_complete (client, request, NULL, &error);
  g_assert_no_error (error);

  root = json_from_string (dheera_response_get_text (response), &error);
  g_assert_no_error (error);
  object = json_node_get_object (root);
  g_assert_cmpuint (json_object_get_size (object), ==, 2);
  g_assert_cmpint (json_object_get_int_member (object, "age"), >=, 1);
  g_assert_cmpuint (g_utf8_strlen (json_object_get_string_member (object, "name"), -1), <=, 8);
}

/* The model is made to call tools by a thumb on the scale, and knows no end of it: several calls, of which the last is cut off by the limit of tokens. */
static DheeraRequest *
make_tool_request (void)
{
  DheeraRequest *request = llama_request_new (200);
  g_autoptr(DheeraTool) tool = NULL;

  tool = dheera_tool_new ("get_weather", "Says what the weather is like",
                          "{\"type\": \"object\", \"properties\": {\"city\": {\"type\": \"string\", \"enum\": [\"Oslo\", \"Rome\"]}}, "
                          "\"required\": [\"city\"]}");
  dheera_request_add_tool (request, tool);
  dheera_request_set_tool_choice (request, "required");
  return request;
}

static void
check_arguments (DheeraToolCall *call)
{
  g_autoptr(JsonNode) arguments = NULL;
  g_autoptr(GError) error = NULL;
  const char *city;

  g_assert_cmpstr (dheera_tool_call_get_name (call), ==, "get_weather");
  arguments = json_from_string (dheera_tool_call_get_arguments (call), &error);
  g_assert_no_error (error);
  city = json_object_get_string_member (json_node_get_object (arguments), "city");
  g_assert_true (g_strv_contains (((const char *const[]) { "Oslo", "Rome", NULL }), city));
}

/* The calls of an answer as text, to be compared; ids are new in each answer, and unlike each other. */
static char *
describe_calls (DheeraResponse *response)
{
  GListModel *calls = dheera_response_get_tool_calls (response);
  g_autoptr(GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr(GString) text = g_string_new (NULL);
  guint n = g_list_model_get_n_items (calls);

  g_assert_cmpuint (n, >, 1);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr(DheeraToolCall) call = g_list_model_get_item (calls, i);

      if (i < n - 1)
        check_arguments (call);
      g_assert_cmpstr (dheera_tool_call_get_id (call), !=, "");
      g_assert_true (g_hash_table_add (ids, (gpointer) dheera_tool_call_get_id (call)));
      g_string_append_printf (text, "%s (%s)\n", dheera_tool_call_get_name (call), dheera_tool_call_get_arguments (call));
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
test_tool (void)
{
  g_autoptr(DheeraClient) client = llama_client_new (llama_get_tools_url (), NULL, NULL);
  g_autoptr(DheeraRequest) request = make_tool_request ();
  g_autoptr(DheeraStream) stream = dheera_client_stream (client, request);
  g_autoptr(DheeraResponse) whole = NULL;
  g_autoptr(DheeraResponse) streamed = NULL;
  g_autofree char *whole_calls = NULL;
  g_autofree char *streamed_calls = NULL;
  g_autoptr(GError) error = NULL;

  whole = dheera_client_complete (client, request, NULL, &error);
  g_assert_no_error (error);
  whole_calls = describe_calls (whole);

  streamed = collect_async (stream, &error);
  g_assert_no_error (error);
  streamed_calls = describe_calls (streamed);
  g_assert_cmpstr (streamed_calls, ==, whole_calls);
  g_assert_cmpint (dheera_usage_get_completion_tokens (dheera_response_get_usage (streamed)), ==, 200);
}

static void
check_error (const GError *error,
             DheeraError   code,
             guint         status)
{
  DheeraErrorDetails *details;

  g_assert_error (error, DHEERA_ERROR, (int) code);
  details = dheera_error_get_details (error);
  g_assert_nonnull (details);
  g_assert_cmpuint (dheera_error_details_get_status (details), ==, status);
  g_assert_false (dheera_error_details_get_retryable (details));
  g_assert_true (g_str_has_suffix (error->message, "."));
  g_assert_null (strstr (error->message, "wrong-key"));
}

static void
test_context (void)
{
  g_autoptr(DheeraClient) client = llama_client_new (llama_get_url (), llama_get_key (), NULL);
  g_autoptr(DheeraRequest) request = llama_request_new (16);
  g_autoptr(DheeraStream) stream = NULL;
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(GString) prompt = g_string_new (NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) stream_error = NULL;

  for (guint i = 0; i < 3000; i++)
    g_string_append (prompt, "Once upon a time. ");
  dheera_conversation_append_user (dheera_request_get_conversation (request), prompt->str);

  response = dheera_client_complete (client, request, NULL, &error);
  g_assert_null (response);
  check_error (error, DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED, 400);

  stream = dheera_client_stream (client, request);
  response = collect_async (stream, &stream_error);
  g_assert_null (response);
  check_error (stream_error, DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED, 400);
}

static void
test_wrong_key (void)
{
  g_autoptr(DheeraClient) client = llama_client_new (llama_get_url (), "wrong-key", NULL);
  g_autoptr(DheeraRequest) request = llama_request_new (16);
  g_autoptr(DheeraStream) stream = dheera_client_stream (client, request);
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(DheeraDelta) delta = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) stream_error = NULL;

  response = complete_async (client, request, &error);
  g_assert_null (response);
  check_error (error, DHEERA_ERROR_AUTHENTICATION, 401);

  delta = dheera_stream_next (stream, NULL, &stream_error);
  g_assert_null (delta);
  check_error (stream_error, DHEERA_ERROR_AUTHENTICATION, 401);
}

static void
check_models (GListModel *models)
{
  g_autoptr(DheeraModel) model = NULL;

  g_assert_cmpuint (g_list_model_get_n_items (models), ==, 1);
  model = g_list_model_get_item (models, 0);
  g_assert_cmpstr (dheera_model_get_id (model), ==, "stories260k");
}

static void
test_models (void)
{
  g_autoptr(DheeraClient) client = llama_client_new (llama_get_url (), llama_get_key (), NULL);
  g_autoptr(DheeraModelsRequest) request = dheera_models_request_new ("llamacpp");
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GListModel) models = NULL;
  g_autoptr(GListModel) again = NULL;
  g_autoptr(GError) error = NULL;

  models = dheera_client_list_models (client, request, NULL, &error);
  g_assert_no_error (error);
  check_models (models);

  dheera_client_list_models_async (client, request, NULL, store_result_cb, &result);
  again = dheera_client_list_models_finish (client, wait_for_result (&result), &error);
  g_assert_no_error (error);
  check_models (again);
}

/* --- Several streams at once over one session of the application's ---------------------------------------------------------------- */

typedef struct
{
  guint n_begun;   /* streams that had a delta */
  guint n_ended;
  guint begun_at_first_end;
} Progress;

static void
begun_cb (DheeraStream *stream,
          DheeraDelta  *delta,
          gpointer      user_data)
{
  Progress *progress = user_data;

  if (g_object_get_data (G_OBJECT (stream), "begun") == NULL)
    progress->n_begun++;
  g_object_set_data (G_OBJECT (stream), "begun", GINT_TO_POINTER (TRUE));
}

static void
ended_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  Progress *progress = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(DheeraResponse) response = dheera_stream_collect_finish (DHEERA_STREAM (source), result, &error);

  g_assert_no_error (error);
  check_answer (response, 300);
  if (progress->n_ended++ == 0)
    progress->begun_at_first_end = progress->n_begun;
}

static void
count_cb (SoupSession *session,
          SoupMessage *message,
          gpointer     user_data)
{
  (*(guint *) user_data)++;
}

static void
test_concurrent (void)
{
  g_autoptr(SoupSession) session = soup_session_new_with_options ("max-conns", 8, "max-conns-per-host", 8, NULL);
  g_autoptr(DheeraClient) client = llama_client_new (llama_get_url (), llama_get_key (), session);
  g_autoptr(DheeraRequest) request = llama_request_new (300);
  g_autoptr(GPtrArray) streams = g_ptr_array_new_with_free_func (g_object_unref);
  Progress progress = { 0 };
  guint n_messages = 0;

  dheera_base_request_set_extra (DHEERA_BASE_REQUEST (request), "{\"ignore_eos\": true}");
  g_signal_connect (session, "request-queued", G_CALLBACK (count_cb), &n_messages);
  for (guint i = 0; i < N_STREAMS; i++)
    {
      DheeraStream *stream = dheera_client_stream (client, request);

      g_ptr_array_add (streams, stream);
      g_signal_connect (stream, "delta", G_CALLBACK (begun_cb), &progress);
      dheera_stream_collect_async (stream, NULL, ended_cb, &progress);
    }
  while (progress.n_ended < N_STREAMS)
    g_main_context_iteration (NULL, TRUE);

  g_assert_cmpuint (progress.begun_at_first_end, ==, N_STREAMS);
  g_assert_cmpuint (n_messages, ==, N_STREAMS);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/llama/complete", test_complete);
  g_test_add_func ("/llama/stream", test_stream);
  g_test_add_func ("/llama/schema", test_schema);
  g_test_add_func ("/llama/tool", test_tool);
  g_test_add_func ("/llama/context", test_context);
  g_test_add_func ("/llama/wrong-key", test_wrong_key);
  g_test_add_func ("/llama/models", test_models);
  g_test_add_func ("/llama/concurrent", test_concurrent);
  return g_test_run ();
}
