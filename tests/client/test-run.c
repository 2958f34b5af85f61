/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The tool loop: blocking, asynchronous and streamed, from its first call to its last answer. */

#include "run-util.h"

/* --- Tools --------------------------------------------------------------------------------------------------------------------------- */

typedef struct
{
  guint n_calls;
  GThread *thread;
  GPtrArray *waiting; /* calls that nobody has answered */
} Seen;

static void
seen_clear (Seen *seen)
{
  g_clear_pointer (&seen->waiting, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Seen, seen_clear)

static void
answer (DheeraToolCall *call)
{
  g_autofree char *text = g_strdup_printf ("%s for %s", dheera_tool_call_get_name (call), dheera_tool_call_get_arguments (call));

  dheera_tool_call_return_text (call, text);
}

static void
now_cb (DheeraTool     *tool,
        DheeraToolCall *call,
        gpointer        data)
{
  Seen *seen = data;

  seen->n_calls++;
  seen->thread = g_thread_self ();
  g_assert_cmpstr (dheera_tool_get_name (tool), ==, dheera_tool_call_get_name (call));
  answer (call);
}

static gboolean
later_idle_cb (gpointer data)
{
  answer (data);
  return G_SOURCE_REMOVE;
}

static void
later_cb (DheeraTool     *tool,
          DheeraToolCall *call,
          gpointer        data)
{
  ((Seen *) data)->n_calls++;
  g_timeout_add_full (G_PRIORITY_DEFAULT, 5, later_idle_cb, g_object_ref (call), g_object_unref);
}

static gpointer
answer_in_thread (gpointer data)
{
  g_autoptr(DheeraToolCall) call = data;

  g_usleep (5000);
  answer (call);
  return NULL;
}

static void
thread_cb (DheeraTool     *tool,
           DheeraToolCall *call,
           gpointer        data)
{
  ((Seen *) data)->n_calls++;
  g_thread_unref (g_thread_new ("tool", answer_in_thread, g_object_ref (call)));
}

static void
keep_cb (DheeraTool     *tool,
         DheeraToolCall *call,
         gpointer        data)
{
  Seen *seen = data;

  if (seen->waiting == NULL)
    seen->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (seen->waiting, g_object_ref (call));
}

/* --- Runs that go well --------------------------------------------------------------------------------------------------------------- */

#define CALL_WEATHER "Please call weather {\"city\": \"Bonn\"}"
#define WEATHER_TEXT "weather answered: weather for {\"city\": \"Bonn\"}"

static void
count_call_cb (DheeraClient *client,
               DheeraCall   *call,
               gpointer      data)
{
  g_assert_true (g_str_has_prefix (dheera_call_get_operation (call), "run"));
  g_assert_cmpuint (dheera_call_get_attempt (call), <=, 1);
  ++*(guint *) data;
}

static void
check_run (Way       way,
           GCallback handler)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request = mock_request ("mock/echo", CALL_WEATHER, NULL);
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(GError) error = NULL;
  g_auto(Seen) seen = { 0 };
  guint n_started = 0;
  DheeraUsage *usage, *total;

  g_signal_connect (client, "call-started", G_CALLBACK (count_call_cb), &n_started);
  add_tool (request, "other", G_CALLBACK (now_cb), &seen);
  add_tool (request, "weather", handler, &seen);
  response = run (client, request, way, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (dheera_response_get_text (response), ==, WEATHER_TEXT);
  assert_history (request, "user assistant+1 tool assistant");
  g_assert_cmpuint (seen.n_calls, ==, 1);
  g_assert_cmpuint (n_started, ==, 2);

  g_assert_cmpuint (dheera_response_get_n_steps (response), ==, 2);
  usage = dheera_response_get_usage (response);
  total = dheera_response_get_total_usage (response);
  g_assert_cmpint (dheera_usage_get_completion_tokens (total), >, dheera_usage_get_completion_tokens (usage));
  g_assert_cmpint (dheera_usage_get_prompt_tokens (total), >, dheera_usage_get_prompt_tokens (usage));
  g_assert_cmpint (dheera_usage_get_total_tokens (total), ==, dheera_usage_get_prompt_tokens (total) + dheera_usage_get_completion_tokens (total));
}

static void
test_now (gconstpointer way)
{
  check_run (GPOINTER_TO_SIZE (way), G_CALLBACK (now_cb));
}

static void
test_in_thread (gconstpointer way)
{
  check_run (GPOINTER_TO_SIZE (way), G_CALLBACK (thread_cb));
}

static void
test_later (gconstpointer way)
{
  check_run (GPOINTER_TO_SIZE (way), G_CALLBACK (later_cb));
}

static void
test_without_calls (gconstpointer way)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request = mock_request ("mock/echo", "Hi there", NULL);
  g_autoptr(DheeraResponse) response = run (client, request, GPOINTER_TO_SIZE (way), NULL, NULL);

  g_assert_cmpstr (dheera_response_get_text (response), ==, "Hi there");
  assert_history (request, "user assistant");
  g_assert_cmpuint (dheera_response_get_n_steps (response), ==, 1);
  g_assert_cmpint (dheera_usage_get_total_tokens (dheera_response_get_total_usage (response)), ==,
                   dheera_usage_get_total_tokens (dheera_response_get_usage (response)));
  g_assert_true (dheera_conversation_get_message (dheera_request_get_conversation (request), 1) == dheera_response_get_message (response));
}

static gpointer
answer_backwards (gpointer data)
{
  Seen *seen = data;

  for (guint i = seen->waiting->len; i > 0; i--)
    answer (g_ptr_array_index (seen->waiting, i - 1));
  return NULL;
}

static void
keep_all_cb (DheeraTool     *tool,
             DheeraToolCall *call,
             gpointer        data)
{
  Seen *seen = data;

  keep_cb (tool, call, data);
  if (seen->waiting->len == 100)
    g_thread_unref (g_thread_new ("tool", answer_backwards, seen));
}

/* A hundred at once, none of which is answered before all are begun; each result stands behind its call. */
static void
test_parallel (gconstpointer way)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(GString) prompt = g_string_new (NULL);
  g_autoptr(DheeraRequest) request = NULL;
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(GError) error = NULL;
  g_auto(Seen) seen = { 0 };
  DheeraConversation *conversation;

  for (int i = 0; i < 100; i++)
    g_string_append_printf (prompt, "call weather {\"n\": %d} ", i);
  request = mock_request ("mock/echo", prompt->str, NULL);
  add_tool (request, "weather", G_CALLBACK (keep_all_cb), &seen);
  response = run (client, request, GPOINTER_TO_SIZE (way), NULL, &error);
  g_assert_no_error (error);

  conversation = dheera_request_get_conversation (request);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (conversation)), ==, 103);
  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *expected = g_strdup_printf ("weather for {\"n\": %u}", i);

      g_assert_cmpstr (dheera_message_get_text (dheera_conversation_get_message (conversation, 2 + i)), ==, expected);
    }
}

static void
test_text_of_all_steps (gconstpointer way)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request = mock_request ("mock/echo", "Hi", "{\"text\": \"Wait a moment. \", \"tool_call\": {\"name\": \"weather\", \"arguments\": {}}}");
  g_autoptr(DheeraStream) stream = NULL;
  g_autoptr(GError) error = NULL;
  g_auto(Seen) seen = { 0 };
  DheeraDelta *delta;

  dheera_request_set_max_steps (request, 3);
  add_tool (request, "weather", G_CALLBACK (now_cb), &seen);
  stream = dheera_client_run_stream (client, request);
  while ((delta = is_blocking (GPOINTER_TO_SIZE (way)) ? dheera_stream_next (stream, NULL, &error) : gather_async (stream, NULL, &error)) != NULL)
    g_object_unref (delta);
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_STEP_LIMIT);
  g_assert_cmpstr (dheera_stream_get_text (stream), ==, "Wait a moment. Wait a moment. Wait a moment. ");
  g_assert_cmpstr (dheera_response_get_text (dheera_stream_get_response (stream)), ==, "Wait a moment. ");
  assert_history (request, "user assistant+1 tool assistant+1 tool");
}

/* Held to a tool for ever, a model would never answer. */
static void
test_tool_choice (gconstpointer way)
{
  static const char *const choices[] = { "required", "weather", "auto" };

  for (gsize i = 0; i < G_N_ELEMENTS (choices); i++)
    {
      g_autoptr(DheeraClient) client = dheera_client_new ();
      g_autoptr(DheeraRequest) request = mock_request ("mock/echo", i < 2 ? "Hi" : CALL_WEATHER, NULL);
      g_autoptr(DheeraResponse) response = NULL;
      g_autoptr(GError) error = NULL;
      g_auto(Seen) seen = { 0 };

      add_tool (request, "weather", G_CALLBACK (now_cb), &seen);
      dheera_request_set_tool_choice (request, choices[i]);
      response = run (client, request, GPOINTER_TO_SIZE (way), NULL, &error);
      g_assert_no_error (error);
      assert_history (request, "user assistant+1 tool assistant");
      g_assert_cmpstr (dheera_request_get_tool_choice (request), ==, choices[i]);
    }
}

static void
change_cb (DheeraTool     *tool,
           DheeraToolCall *call,
           gpointer        data)
{
  DheeraRequest *request = data;

  dheera_base_request_set_model (DHEERA_BASE_REQUEST (request), "mock/nobody");
  dheera_message_set_text (dheera_conversation_get_message (dheera_request_get_conversation (request), 0), "Something else");
  answer (call);
}

/* The run goes by what the request was when it began. */
static void
test_copied (gconstpointer way)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request = mock_request ("mock/echo", CALL_WEATHER, NULL);
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(GError) error = NULL;

  add_tool (request, "weather", G_CALLBACK (change_cb), request);
  response = run (client, request, GPOINTER_TO_SIZE (way), NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (dheera_response_get_text (response), ==, WEATHER_TEXT);
}

/* --- What goes wrong ------------------------------------------------------------------------------------------------------------------ */

/* The results of the first round, one a line */
static char *
run_for_results (DheeraRequest *request,
                 Way            way)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(GError) error = NULL;
  g_autoptr(DheeraResponse) response = run (client, request, way, NULL, &error);
  g_autoptr(GString) text = g_string_new (NULL);
  DheeraConversation *conversation = dheera_request_get_conversation (request);

  g_assert_no_error (error);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (conversation)); i++)
    {
      DheeraMessage *message = dheera_conversation_get_message (conversation, i);

      if (dheera_message_get_role (message) == DHEERA_ROLE_TOOL)
        g_string_append_printf (text, "%s\n", dheera_message_get_text (message));
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
fail_cb (DheeraTool     *tool,
         DheeraToolCall *call,
         gpointer        data)
{
  dheera_tool_call_return_error (call, "The city is closed.");
}

static void
ignore_cb (DheeraTool     *tool,
           DheeraToolCall *call,
           gpointer        data)
{
}

static gboolean
drop_idle_cb (gpointer data)
{
  return G_SOURCE_REMOVE;
}

static void
drop_later_cb (DheeraTool     *tool,
               DheeraToolCall *call,
               gpointer        data)
{
  g_idle_add_full (G_PRIORITY_DEFAULT, drop_idle_cb, g_object_ref (call), g_object_unref);
}

/* The model gets to read it, and the run goes on. */
static void
test_errors_for_the_model (gconstpointer data)
{
  Way way = GPOINTER_TO_SIZE (data);
  g_autoptr(DheeraRequest) request = mock_request ("mock/echo", "call failing call ignoring call dropping call nobody", NULL);
  g_autofree char *results = NULL;

  add_tool (request, "failing", G_CALLBACK (fail_cb), NULL);
  add_tool (request, "ignoring", G_CALLBACK (ignore_cb), NULL);
  add_tool (request, "dropping", is_blocking (way) ? G_CALLBACK (ignore_cb) : G_CALLBACK (drop_later_cb), NULL);
  add_tool (request, "nobody", NULL, NULL);
  results = run_for_results (request, way);
  g_assert_cmpstr (results, ==, "Error: The city is closed.\n"
                   "Error: The tool gave the call up without an answer.\n"
                   "Error: The tool gave the call up without an answer.\n"
                   "Error: The application does not answer calls of this tool.\n");
  assert_history (request, "user assistant+4 tool tool tool tool assistant");
}

static void
test_step_limit (gconstpointer data)
{
  Way way = GPOINTER_TO_SIZE (data);
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request = mock_request ("mock/echo", "Hi", "{\"tool_call\": {\"name\": \"weather\", \"arguments\": {}}}");
  g_auto(Seen) seen = { 0 };
  guint n_started = 0;

  g_signal_connect (client, "call-started", G_CALLBACK (count_call_cb), &n_started);
  add_tool (request, "weather", G_CALLBACK (now_cb), &seen);
  dheera_request_set_max_steps (request, 4);
  for (guint round = 1; round <= 2; round++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_null (run (client, request, way, NULL, &error));
      g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_STEP_LIMIT);
      g_assert_cmpstr (error->message, ==, "The model echo at mock still called tools in step 4, the last one of the run: its calls were not made. "
                       "Raise max-steps, or run the request again to go on from there.");
      g_assert_cmpint (dheera_error_details_get_code (dheera_error_details_get_last ()), ==, DHEERA_ERROR_STEP_LIMIT);
      g_assert_cmpuint (n_started, ==, 4 * round);
      g_assert_cmpuint (seen.n_calls, ==, 3 * round);
    }
  assert_history (request, "user assistant+1 tool assistant+1 tool assistant+1 tool assistant+1 tool assistant+1 tool assistant+1 tool");
}

static void
test_default_limit (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request = mock_request ("mock/echo", "Hi", "{\"tool_call\": {\"name\": \"weather\", \"arguments\": {}}}");
  g_autoptr(GError) error = NULL;
  g_auto(Seen) seen = { 0 };

  g_assert_cmpint (dheera_request_get_max_steps (request), ==, 16);
  add_tool (request, "weather", G_CALLBACK (now_cb), &seen);
  g_assert_null (run (client, request, RUN, NULL, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_STEP_LIMIT);
  g_assert_cmpuint (seen.n_calls, ==, 15);
}

static void
test_invalid_requests (gconstpointer data)
{
  static const struct { const char *property; int value; const char *message; } faults[] = {
    { "n", 2, "n is 2, but a run goes on with one answer; it has to be 1 or left unset." },
    { "max-steps", 0, "max-steps is 0; it has to be 1 or more." },
    { "top-k", -5, "top-k is -5; it has to be 0 or more, or -1 for the provider's default." },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autoptr(DheeraClient) client = dheera_client_new ();
      g_autoptr(DheeraRequest) request = mock_request ("mock/echo", "Hi", NULL);
      g_autoptr(GError) error = NULL;

      g_object_set (request, faults[i].property, faults[i].value, NULL);
      g_assert_null (run (client, request, GPOINTER_TO_SIZE (data), NULL, &error));
      g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
      g_assert_cmpstr (error->message, ==, faults[i].message);
      assert_history (request, "user");
    }
}

static void
test_first_step_fails (gconstpointer data)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request = mock_request ("mock/echo", CALL_WEATHER, "{\"status\": 401}");
  g_autoptr(GError) error = NULL;

  g_assert_null (run (client, request, GPOINTER_TO_SIZE (data), NULL, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_AUTHENTICATION);
  g_assert_cmpuint (dheera_error_details_get_status (dheera_error_details_get_last ()), ==, 401);
  assert_history (request, "user");
}

static void
test_tool_times_out (gconstpointer data)
{
  Way way = GPOINTER_TO_SIZE (data);
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request = mock_request ("mock/echo", "call weather and call slow", NULL);
  g_autoptr(GError) error = NULL;
  g_auto(Seen) seen = { 0 };
  DheeraConversation *conversation = dheera_request_get_conversation (request);

  add_tool (request, "weather", G_CALLBACK (now_cb), &seen);
  add_tool (request, "slow", G_CALLBACK (keep_cb), &seen);
  dheera_base_request_set_timeout (DHEERA_BASE_REQUEST (request), 0.3);
  g_assert_null (run (client, request, way, NULL, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_TIMEOUT);
  g_assert_true (g_str_has_prefix (error->message, "The tool “slow” gave no answer within the timeout of 0.3 seconds."));
  g_assert_cmpint (strstr (error->message, "main context") != NULL, ==, is_blocking (way));
  g_assert_cmpint (dheera_error_details_get_code (dheera_error_details_get_last ()), ==, DHEERA_ERROR_TIMEOUT);
  assert_history (request, "user assistant+2 tool tool");
  g_assert_true (g_str_has_prefix (dheera_message_get_text (dheera_conversation_get_message (conversation, 2)), "weather for"));
  g_assert_cmpstr (dheera_message_get_text (dheera_conversation_get_message (conversation, 3)), ==, "Error: The tool did not answer in time.");

  /* Too late, and nobody minds. */
  dheera_tool_call_return_text (g_ptr_array_index (seen.waiting, 0), "Here I am");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  add_ways ("now", test_now);
  add_ways ("in-thread", test_in_thread);
  add_async_ways ("later", test_later);
  add_ways ("without-calls", test_without_calls);
  add_ways ("parallel", test_parallel);
  add_ways ("text-of-all-steps", test_text_of_all_steps);
  add_ways ("tool-choice", test_tool_choice);
  add_ways ("copied", test_copied);
  add_ways ("errors-for-the-model", test_errors_for_the_model);
  add_ways ("step-limit", test_step_limit);
  g_test_add_func ("/run/default-limit", test_default_limit);
  add_ways ("invalid-requests", test_invalid_requests);
  add_ways ("first-step-fails", test_first_step_fails);
  add_ways ("tool-times-out", test_tool_times_out);

  return g_test_run ();
}
