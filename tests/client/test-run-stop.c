/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Stopping a run: in each phase, by each handle, in each way of running. It ends once, with G_IO_ERROR_CANCELLED, soon, and leaves a conversation that can go on. */

#include "run-util.h"

#include "tests/servers/fault-server.h"

#define HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
#define CALLS HEAD "{\"id\":\"x\",\"object\":\"chat.completion\",\"model\":\"m\",\"choices\":[{\"index\":0,\"finish_reason\":\"tool_calls\",\"message\":{\"role\":\"assistant\"," \
              "\"content\":\"Wait.\",\"tool_calls\":[{\"id\":\"call_1\",\"type\":\"function\",\"function\":{\"name\":\"weather\",\"arguments\":\"{}\"}}," \
              "{\"id\":\"call_2\",\"type\":\"function\",\"function\":{\"name\":\"slow\",\"arguments\":\"{}\"}}]}}]}"
#define ANSWER HEAD "{\"id\":\"y\",\"object\":\"chat.completion\",\"model\":\"m\",\"choices\":[{\"index\":0,\"finish_reason\":\"stop\",\"message\":{\"role\":\"assistant\"," \
               "\"content\":\"Rain.\"}}]}"

typedef enum
{
  FIRST_ANSWER,
  TOOLS,
  SECOND_ANSWER,
  N_PHASES
} Phase;

static const char *const phase_names[] = { "first-answer", "tools", "second-answer" };
static const char *const histories[] = { "user", "user assistant+2 tool tool", "user assistant+2 tool tool" };

typedef enum
{
  BY_CANCELLABLE,
  BY_CALL,
  BY_CLIENT,
  N_HANDLES
} Handle;

static const char *const handle_names[] = { "cancellable", "call", "cancel-all" };

typedef struct
{
  Phase phase;
  Handle handle;
  Way way;
} Case;

typedef struct
{
  const Case *c;
  FaultServer *server;
  DheeraClient *client;
  GCancellable *cancellable;
  DheeraCall *call; /* the last one */
  GMutex mutex;
  GCond cond;
  gboolean tools_called;
  DheeraToolCall *waiting;
  guint n_started;
  guint n_finished;
} Fixture;

static void
started_cb (DheeraClient *client,
            DheeraCall   *call,
            gpointer      data)
{
  Fixture *f = data;

  f->n_started++;
  g_set_object (&f->call, call);
}

static void
finished_cb (DheeraClient *client,
             DheeraCall   *call,
             gpointer      data)
{
  ((Fixture *) data)->n_finished++;
}

static void
weather_cb (DheeraTool     *tool,
            DheeraToolCall *call,
            gpointer        data)
{
  dheera_tool_call_return_text (call, "7 degrees");
}

static void
slow_cb (DheeraTool     *tool,
         DheeraToolCall *call,
         gpointer        data)
{
  Fixture *f = data;

  if (f->c->phase != TOOLS)
    {
      dheera_tool_call_return_text (call, "slowly");
      return;
    }
  g_mutex_lock (&f->mutex);
  f->waiting = g_object_ref (call);
  f->tools_called = TRUE;
  g_cond_signal (&f->cond);
  g_mutex_unlock (&f->mutex);
}

static void
wait_for_phase (Fixture *f)
{
  if (f->c->phase != TOOLS)
    {
      fault_server_wait_for_requests (f->server, f->c->phase == FIRST_ANSWER ? 1 : 2);
    }
  else
    {
      g_mutex_lock (&f->mutex);
      while (!f->tools_called)
        g_cond_wait (&f->cond, &f->mutex);
      g_mutex_unlock (&f->mutex);
    }
  g_usleep (10000);
}

static gpointer
cancel_in_phase (gpointer data)
{
  Fixture *f = data;

  wait_for_phase (f);
  switch (f->c->handle)
    {
    case BY_CANCELLABLE:
      g_cancellable_cancel (f->cancellable);
      break;
    case BY_CALL:
      dheera_call_cancel (f->call);
      break;
    case BY_CLIENT:
    default:
      dheera_client_cancel_all (f->client);
    }
  return NULL;
}

static DheeraRequest *
make_request (FaultServer *server,
              gpointer     data)
{
  g_autofree char *url = fault_server_dup_url (server, "/v1");
  DheeraRequest *request = dheera_request_new_for_prompt ("vllm/m", "Hi");

  dheera_base_request_set_base_url (DHEERA_BASE_REQUEST (request), url);
  dheera_base_request_set_max_retries (DHEERA_BASE_REQUEST (request), 0);
  add_tool (request, "weather", G_CALLBACK (weather_cb), data);
  add_tool (request, "slow", G_CALLBACK (slow_cb), data);
  return request;
}

static void
write_scripts (FaultServer *server,
               Phase        phase)
{
  if (phase != FIRST_ANSWER)
    fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (CALLS), FAULT_CLOSE (), FAULT_END);
  if (phase != TOOLS)
    fault_server_script (server, FAULT_EXPECT (), FAULT_STALL (), FAULT_END);
  fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (ANSWER), FAULT_CLOSE (), FAULT_END);
}

static void
check_results (DheeraRequest *request,
               Phase          phase)
{
  DheeraConversation *conversation = dheera_request_get_conversation (request);

  if (phase == FIRST_ANSWER)
    return;
  g_assert_cmpstr (dheera_message_get_text (dheera_conversation_get_message (conversation, 1)), ==, "Wait.");
  g_assert_cmpstr (dheera_message_get_text (dheera_conversation_get_message (conversation, 2)), ==, "7 degrees");
  g_assert_cmpstr (dheera_message_get_text (dheera_conversation_get_message (conversation, 3)), ==, phase == TOOLS ? "Error: The call was cancelled." : "slowly");
}

static gpointer
wait_for_gone (gpointer data)
{
  gpointer *place = data;

  fault_server_wait_for_gone (place[0], 1);
  g_atomic_pointer_set (&place[0], NULL);
  g_main_context_wakeup (NULL);
  return NULL;
}

/* The last bits of an asynchronous call are closed from the main loop. */
static void
assert_gone (FaultServer *server)
{
  gpointer place = server;
  GThread *thread = g_thread_new ("gone", wait_for_gone, &place);

  while (g_atomic_pointer_get (&place) != NULL)
    g_main_context_iteration (NULL, TRUE);
  g_thread_join (thread);
}

static void
test_stop (gconstpointer data)
{
  const Case *c = data;
  g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  Fixture f = { .c = c, .server = server, .client = client, .cancellable = cancellable };
  g_autoptr(DheeraRequest) request = make_request (server, &f);
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(GError) error = NULL;
  GThread *thread;

  g_mutex_init (&f.mutex);
  g_cond_init (&f.cond);
  write_scripts (server, c->phase);
  g_signal_connect (client, "call-started", G_CALLBACK (started_cb), &f);
  g_signal_connect (client, "call-finished", G_CALLBACK (finished_cb), &f);

  thread = g_thread_new ("cancel", cancel_in_phase, &f);
  g_assert_null (run (client, request, c->way, cancellable, &error));
  g_thread_join (thread);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (g_cancellable_is_cancelled (cancellable), ==, c->handle == BY_CANCELLABLE);
  g_assert_cmpuint (f.n_started, ==, c->phase == SECOND_ANSWER ? 2 : 1);
  g_assert_cmpuint (f.n_finished, ==, f.n_started);
  assert_history (request, histories[c->phase]);
  check_results (request, c->phase);
  if (c->phase != TOOLS)
    assert_gone (server);

  /* It goes on from there. */
  response = dheera_client_run (client, request, NULL, NULL);
  g_assert_cmpstr (dheera_response_get_text (response), ==, "Rain.");
  assert_legal (dheera_request_get_conversation (request));

  g_clear_object (&f.waiting);
  g_clear_object (&f.call);
  g_cond_clear (&f.cond);
  g_mutex_clear (&f.mutex);
}

static void
add_stops (void)
{
  for (int i = 0; i < (int) N_PHASES * (int) N_HANDLES * (int) N_WAYS; i++)
    {
      Case *c = g_new0 (Case, 1);
      g_autofree char *path = NULL;

      c->way = i % N_WAYS;
      c->handle = i / N_WAYS % N_HANDLES;
      c->phase = i / N_WAYS / N_HANDLES;
      path = g_strdup_printf ("/run-stop/%s/%s/%s", phase_names[c->phase], handle_names[c->handle], way_names[c->way]);
      g_test_add_data_func_full (path, c, test_stop, g_free);
    }
}

/* --- When nobody reads the stream ------------------------------------------------------------------------------------------------------- */

/* The whole first answer is one piece. */
static DheeraStream *
read_first_step (DheeraClient  *client,
                 DheeraRequest *request,
                 gboolean       blocking)
{
  DheeraStream *stream = dheera_client_run_stream (client, request);
  g_autoptr(GError) error = NULL;
  g_autoptr(DheeraDelta) delta = blocking ? dheera_stream_next (stream, NULL, &error) : next_async (stream, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpint (dheera_delta_get_finish_reason (delta), ==, DHEERA_FINISH_REASON_TOOL_CALLS);
  g_assert_true (dheera_stream_get_running (stream));
  return stream;
}

static void
count_cb (DheeraTool     *tool,
          DheeraToolCall *call,
          gpointer        data)
{
  ++*(guint *) data;
  dheera_tool_call_return_text (call, "done");
}

/* The tools come to work when the stream is read on. */
static void
test_between_reads (gconstpointer data)
{
  gboolean blocking = GPOINTER_TO_INT (data);
  g_autoptr(DheeraClient) client = dheera_client_new ();

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
      const Case c = { .phase = SECOND_ANSWER };
      Fixture f = { .c = &c };
      g_autoptr(DheeraRequest) request = make_request (server, &f);
      g_autoptr(DheeraStream) stream = NULL;
      g_autoptr(GError) error = NULL;

      fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (CALLS), FAULT_CLOSE (), FAULT_END);
      stream = read_first_step (client, request, blocking);
      assert_history (request, "user");
      if (i == 0)
        {
          g_clear_object (&stream);
          assert_history (request, "user");
          continue;
        }

      if (i == 1)
        dheera_stream_cancel (stream);
      else
        dheera_client_cancel_all (client);
      g_assert_false (dheera_stream_get_running (stream));
      assert_history (request, "user assistant+2 tool tool");
      assert_legal (dheera_request_get_conversation (request));
      g_assert_null (blocking ? dheera_stream_next (stream, NULL, &error) : next_async (stream, NULL, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_cmpuint (fault_server_get_n_requests (server), ==, 1);
    }
}

static void
test_drop_while_it_answers (gconstpointer data)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request = mock_request ("mock/echo", "One two", "{\"stall_after\": 1}");
  DheeraStream *stream = dheera_client_run_stream (client, request);
  g_autoptr(DheeraDelta) delta = GPOINTER_TO_INT (data) ? dheera_stream_next (stream, NULL, NULL) : next_async (stream, NULL, NULL);

  g_assert_cmpstr (dheera_delta_get_text (delta), ==, "One");
  g_object_unref (stream);
  assert_history (request, "user");
}

/* --- What handlers may do --------------------------------------------------------------------------------------------------------------- */

static void
cancel_cb (DheeraTool     *tool,
           DheeraToolCall *call,
           gpointer        data)
{
  dheera_client_cancel_all (data);
  dheera_tool_call_return_text (call, "done");
}

static void
test_cancel_in_a_handler (gconstpointer way)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request = mock_request ("mock/echo", "call weather", NULL);
  g_autoptr(GError) error = NULL;

  add_tool (request, "weather", G_CALLBACK (cancel_cb), client);
  g_assert_null (run (client, request, GPOINTER_TO_SIZE (way), NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_history (request, "user assistant+1 tool");
}

static void
drop_stream_cb (DheeraTool     *tool,
                DheeraToolCall *call,
                gpointer        data)
{
  g_clear_object ((DheeraStream **) data);
  dheera_tool_call_return_text (call, "done");
}

static void
test_drop_in_a_handler (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request = mock_request ("mock/echo", "call weather", NULL);
  DheeraStream *stream = NULL;
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(GError) error = NULL;

  add_tool (request, "weather", G_CALLBACK (drop_stream_cb), &stream);
  stream = dheera_client_run_stream (client, request);
  response = dheera_stream_collect (stream, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (stream);
  g_assert_cmpstr (dheera_response_get_text (response), ==, "weather answered: done");
  assert_history (request, "user assistant+1 tool assistant");
}

static void
ask_cb (DheeraTool     *tool,
        DheeraToolCall *call,
        gpointer        data)
{
  g_autoptr(DheeraRequest) request = mock_request ("mock/echo", "call inner", NULL);
  g_autoptr(DheeraResponse) response = NULL;
  guint n_calls = 0;

  add_tool (request, "inner", G_CALLBACK (count_cb), &n_calls);
  response = dheera_client_run (data, request, NULL, NULL);
  g_assert_cmpuint (n_calls, ==, 1);
  dheera_tool_call_return_text (call, dheera_response_get_text (response));
}

/* A tool may ask a model itself. */
static void
test_run_in_a_handler (gconstpointer way)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request = mock_request ("mock/echo", "call outer", NULL);
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(GError) error = NULL;

  add_tool (request, "outer", G_CALLBACK (ask_cb), client);
  response = run (client, request, GPOINTER_TO_SIZE (way), NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (dheera_response_get_text (response), ==, "outer answered: inner answered: done");
}

static void
keep_cb (DheeraTool     *tool,
         DheeraToolCall *call,
         gpointer        data)
{
  *(DheeraToolCall **) data = g_object_ref (call);
}

/* Nobody but the run holds the client and the request. */
static void
test_drop_the_client (void)
{
  DheeraClient *client = dheera_client_new ();
  DheeraRequest *request = mock_request ("mock/echo", "call weather", NULL);
  g_autoptr(DheeraConversation) conversation = g_object_ref (dheera_request_get_conversation (request));
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(DheeraToolCall) call = NULL;
  g_autoptr(GError) error = NULL;

  add_tool (request, "weather", G_CALLBACK (keep_cb), &call);
  dheera_client_run_async (client, request, NULL, store_result_cb, &result);
  g_object_unref (client);
  g_object_unref (request);
  while (call == NULL)
    g_main_context_iteration (NULL, TRUE);
  dheera_tool_call_return_text (call, "7 degrees");
  client = DHEERA_CLIENT (g_async_result_get_source_object (wait_for_result (&result)));
  response = dheera_client_run_finish (client, result, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (dheera_response_get_text (response), ==, "weather answered: 7 degrees");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (conversation)), ==, 4);
  g_object_unref (client);
}

/* --- A later step that fails ------------------------------------------------------------------------------------------------------------ */

static void
test_second_step_fails (gconstpointer way)
{
  g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
  g_autoptr(DheeraClient) client = dheera_client_new ();
  const Case c = { .phase = SECOND_ANSWER };
  Fixture f = { .c = &c };
  g_autoptr(DheeraRequest) request = make_request (server, &f);
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(GError) error = NULL;

  fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (CALLS), FAULT_CLOSE (), FAULT_END);
  fault_server_script (server, FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 503 Later\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), FAULT_CLOSE (), FAULT_END);
  fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (ANSWER), FAULT_CLOSE (), FAULT_END);
  g_assert_null (run (client, request, GPOINTER_TO_SIZE (way), NULL, &error));
  g_assert_cmpuint (error->domain, ==, DHEERA_ERROR);
  g_assert_cmpuint (dheera_error_details_get_status (dheera_error_details_get_last ()), ==, 503);
  assert_history (request, "user assistant+2 tool tool");

  response = run (client, request, GPOINTER_TO_SIZE (way), NULL, NULL);
  g_assert_cmpstr (dheera_response_get_text (response), ==, "Rain.");
  /* No step told its usage. */
  g_assert_null (dheera_response_get_total_usage (response));
}

/* --- The session ------------------------------------------------------------------------------------------------------------------------ */

typedef struct
{
  guint mine;
  guint others;
  SoupSession *other;
} Carried;

static void
queued_cb (SoupSession *session,
           SoupMessage *message,
           gpointer     data)
{
  ++*(guint *) data;
}

static void
switch_default_cb (DheeraTool     *tool,
                   DheeraToolCall *call,
                   gpointer        data)
{
  Carried *carried = data;
  g_autoptr(DheeraClient) client = dheera_client_new_with_session (carried->other);

  dheera_client_make_default (client);
  dheera_tool_call_return_text (call, "done");
}

/* Every step goes over the session of the first. */
static void
test_session (gconstpointer way)
{
  Carried carried = { 0 };
  g_autoptr(SoupSession) mine = soup_session_new ();
  g_autoptr(SoupSession) other = soup_session_new ();
  g_autoptr(DheeraClient) first_default = dheera_client_new_with_session (mine);
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request = mock_request ("mock/echo", "call weather", NULL);
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(GError) error = NULL;

  carried.other = other;
  g_signal_connect (mine, "request-queued", G_CALLBACK (queued_cb), &carried.mine);
  g_signal_connect (other, "request-queued", G_CALLBACK (queued_cb), &carried.others);
  dheera_client_make_default (first_default);
  add_tool (request, "weather", G_CALLBACK (switch_default_cb), &carried);
  response = run (client, request, GPOINTER_TO_SIZE (way), NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (carried.mine, ==, 2);
  g_assert_cmpuint (carried.others, ==, 0);
  dheera_clear_default_client ();
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  add_stops ();
  g_test_add_data_func ("/run-stop/between-reads/blocking", GINT_TO_POINTER (TRUE), test_between_reads);
  g_test_add_data_func ("/run-stop/between-reads/async", GINT_TO_POINTER (FALSE), test_between_reads);
  g_test_add_data_func ("/run-stop/drop-while-it-answers/blocking", GINT_TO_POINTER (TRUE), test_drop_while_it_answers);
  g_test_add_data_func ("/run-stop/drop-while-it-answers/async", GINT_TO_POINTER (FALSE), test_drop_while_it_answers);
  add_ways ("cancel-in-a-handler", test_cancel_in_a_handler);
  g_test_add_func ("/run-stop/drop-in-a-handler", test_drop_in_a_handler);
  add_ways ("run-in-a-handler", test_run_in_a_handler);
  g_test_add_func ("/run-stop/drop-the-client", test_drop_the_client);
  add_ways ("second-step-fails", test_second_step_fails);
  add_ways ("session", test_session);

  return g_test_run ();
}
