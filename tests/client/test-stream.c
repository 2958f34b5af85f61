/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Streamed answers: pulled and pushed, blocking and asynchronous, ended in every way. */

#include "client-util.h"

#include "tests/servers/fault-server.h"

typedef struct
{
  DheeraDelta *(*next) (DheeraStream *, GCancellable *, GError **);
  DheeraResponse *(*collect) (DheeraStream *, GCancellable *, GError **);
} Way;

static const Way blocking = { dheera_stream_next, dheera_stream_collect };
static const Way asynchronous = { next_async, collect_async };
static const Way gathering = { gather_async, collect_async };

#define WORDS "one two three four five six"

static DheeraStream *
open_stream (DheeraClient *client,
             const char   *prompt,
             const char   *options)
{
  g_autoptr(DheeraRequest) request = mock_request ("mock/echo", prompt, options);

  return dheera_client_stream (client, request);
}

static void
test_pull (gconstpointer data)
{
  const Way *way = data;
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraStream) stream = open_stream (client, WORDS, "{\"pace_ms\": 1}");
  g_autoptr(GString) text = g_string_new (NULL);
  g_autoptr(GError) error = NULL;
  DheeraFinishReason reason = DHEERA_FINISH_REASON_NONE;
  gboolean usage = FALSE;
  guint n = 0;
  DheeraDelta *delta;

  g_assert_false (dheera_stream_get_running (stream));
  g_assert_cmpstr (dheera_stream_get_text (stream), ==, "");
  g_assert_null (dheera_stream_get_response (stream));

  while ((delta = way->next (stream, NULL, &error)) != NULL)
    {
      g_string_append (text, dheera_delta_get_text (delta));
      if (dheera_delta_get_finish_reason (delta) != DHEERA_FINISH_REASON_NONE)
        reason = dheera_delta_get_finish_reason (delta);
      usage |= dheera_delta_get_usage (delta) != NULL;
      n += *dheera_delta_get_text (delta) != '\0';
      g_object_unref (delta);
    }

  g_assert_no_error (error);
  g_assert_cmpuint (n, ==, 6);
  g_assert_cmpstr (text->str, ==, WORDS);
  g_assert_cmpint (reason, ==, DHEERA_FINISH_REASON_STOP);
  g_assert_true (usage);
  g_assert_false (dheera_stream_get_running (stream));
  g_assert_cmpstr (dheera_stream_get_text (stream), ==, WORDS);
  g_assert_cmpint (dheera_usage_get_completion_tokens (dheera_response_get_usage (dheera_stream_get_response (stream))), ==, 6);
  g_assert_cmpstr (dheera_call_get_operation (dheera_stream_get_call (stream)), ==, "stream");

  /* The end stays the end, and collect() has the whole answer. */
  g_assert_null (way->next (stream, NULL, &error));
  g_assert_no_error (error);
  {
    g_autoptr(DheeraResponse) response = way->collect (stream, NULL, &error);

    g_assert_no_error (error);
    g_assert_cmpstr (dheera_response_get_text (response), ==, WORDS);
    g_assert_true (dheera_response_get_call (response) == dheera_stream_get_call (stream));
  }
}

typedef struct
{
  GString *text;
  guint deltas;
  guint notified;
  guint running;
} Push;

static void
delta_cb (DheeraStream *stream,
          DheeraDelta  *delta,
          gpointer      data)
{
  Push *push = data;

  push->deltas++;
  g_string_append (push->text, dheera_delta_get_text (delta));
  /* The property is never behind what was announced. */
  g_assert_true (g_str_has_prefix (dheera_stream_get_text (stream), push->text->str));
}

static void
text_cb (DheeraStream *stream,
         GParamSpec   *pspec,
         gpointer      data)
{
  Push *push = data;

  push->notified++;
}

static void
running_cb (DheeraStream *stream,
            GParamSpec   *pspec,
            gpointer      data)
{
  Push *push = data;

  push->running++;
  g_assert_cmpint (dheera_stream_get_running (stream), ==, push->running == 1);
}

static void
test_push (gconstpointer data)
{
  const Way *way = data;
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraStream) stream = open_stream (client, WORDS, "{\"pace_ms\": 2}");
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(GError) error = NULL;
  Push push = { g_string_new (NULL) };

  g_signal_connect (stream, "delta", G_CALLBACK (delta_cb), &push);
  g_signal_connect (stream, "notify::text", G_CALLBACK (text_cb), &push);
  g_signal_connect (stream, "notify::running", G_CALLBACK (running_cb), &push);
  response = way->collect (stream, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (dheera_response_get_text (response), ==, WORDS);
  g_assert_cmpstr (push.text->str, ==, WORDS);
  g_assert_cmpuint (push.deltas, >=, 6);
  g_assert_cmpuint (push.notified, >=, 1);
  g_assert_cmpuint (push.notified, <=, 6);
  g_assert_cmpuint (push.running, ==, 2);
  g_string_free (push.text, TRUE);
}

static void
test_some_then_the_rest (gconstpointer data)
{
  const Way *way = data;
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraStream) stream = open_stream (client, WORDS, "{\"pace_ms\": 1}");
  g_autoptr(GError) error = NULL;
  g_autoptr(DheeraResponse) response = NULL;

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr(DheeraDelta) delta = way->next (stream, NULL, &error);

      g_assert_no_error (error);
      g_assert_nonnull (delta);
    }
  response = way->collect (stream, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (dheera_response_get_text (response), ==, WORDS);
}

/* After an error every call returns it, and what had come in is kept. */
static void
test_cut (gconstpointer data)
{
  const Way *way = data;
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraStream) stream = open_stream (client, WORDS, "{\"pace_ms\": 1, \"cut_after\": 3}");
  g_autoptr(GString) text = g_string_new (NULL);
  g_autoptr(GError) error = NULL;
  DheeraDelta *delta;

  while ((delta = way->next (stream, NULL, &error)) != NULL)
    {
      g_string_append (text, dheera_delta_get_text (delta));
      g_object_unref (delta);
    }
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_STREAM_INTERRUPTED);
  g_test_message ("%s", error->message);
  g_assert_cmpstr (text->str, ==, "one two three");
  g_assert_cmpstr (dheera_stream_get_text (stream), ==, "one two three");
  g_assert_cmpstr (dheera_response_get_text (dheera_stream_get_response (stream)), ==, "one two three");
  g_assert_cmpuint (dheera_call_get_attempt (dheera_stream_get_call (stream)), ==, 1);
  g_assert_nonnull (dheera_call_get_error_details (dheera_stream_get_call (stream)));

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr(GError) again = NULL;

      if (i == 2)
        g_assert_null (way->collect (stream, NULL, &again));
      else
        g_assert_null (way->next (stream, NULL, &again));
      g_assert_error (again, DHEERA_ERROR, DHEERA_ERROR_STREAM_INTERRUPTED);
      g_assert_cmpstr (again->message, ==, error->message);
      g_assert_nonnull (dheera_error_get_details (again));
    }
}

static void
test_error_in_the_stream (gconstpointer data)
{
  const Way *way = data;
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraStream) stream = open_stream (client, WORDS, "{\"pace_ms\": 1, \"error_after\": 2}");
  g_autoptr(GError) error = NULL;

  g_assert_null (way->collect (stream, NULL, &error));
  g_test_message ("%s", error->message);
  g_assert_true (error->domain == DHEERA_ERROR);
  g_assert_cmpstr (dheera_stream_get_text (stream), ==, "one two");
  g_assert_cmpuint (dheera_call_get_attempt (dheera_stream_get_call (stream)), ==, 1);
}

static void
test_status_error (gconstpointer data)
{
  const Way *way = data;
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraStream) stream = open_stream (client, WORDS, "{\"status\": 401}");
  g_autoptr(GError) error = NULL;

  g_assert_null (way->next (stream, NULL, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_AUTHENTICATION);
}

/* Nothing was delivered: the stream is asked for again. */
static void
test_retry_before_the_first_token (gconstpointer data)
{
  const Way *way = data;
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autofree char *options = g_strdup_printf ("{\"status\": 500, \"fail_times\": 2, \"key\": \"%p-%p\", \"headers\": {\"retry-after-ms\": \"1\"}}", client, data);
  g_autoptr(DheeraStream) stream = open_stream (client, WORDS, options);
  g_autoptr(GError) error = NULL;
  g_autoptr(DheeraResponse) response = way->collect (stream, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (dheera_response_get_text (response), ==, WORDS);
  g_assert_cmpuint (dheera_call_get_attempt (dheera_stream_get_call (stream)), ==, 3);
}

static void
test_request_is_copied (gconstpointer data)
{
  const Way *way = data;
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request = mock_request ("mock/echo", "Before", NULL);
  g_autoptr(DheeraStream) stream = dheera_client_stream (client, request);
  g_autoptr(GError) error = NULL;
  g_autoptr(DheeraResponse) response = NULL;

  g_assert_true (dheera_stream_get_request (stream) == request);
  dheera_conversation_append_user (dheera_request_get_conversation (request), "After");
  response = way->collect (stream, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (dheera_response_get_text (response), ==, "Before");
}

/* --- Ends of another kind --------------------------------------------------------------------------------------------------------- */

static void
test_cancel_before (gconstpointer data)
{
  const Way *way = data;
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraStream) stream = open_stream (client, WORDS, NULL);
  g_autoptr(GError) error = NULL;

  dheera_stream_cancel (stream);
  g_assert_null (way->next (stream, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_cancel_between (gconstpointer data)
{
  const Way *way = data;
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraStream) stream = open_stream (client, WORDS, "{\"stall_after\": 2}");
  g_autoptr(DheeraDelta) delta = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) again = NULL;

  delta = way->next (stream, NULL, &error);
  g_assert_no_error (error);
  dheera_stream_cancel (stream);
  g_assert_false (dheera_stream_get_running (stream));
  g_clear_object (&delta);
  while ((delta = way->next (stream, NULL, &error)) != NULL)
    g_clear_object (&delta);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (g_str_has_prefix (WORDS, dheera_stream_get_text (stream)));
  g_assert_cmpstr (dheera_stream_get_text (stream), !=, "");
  g_assert_null (way->collect (stream, NULL, &again));
  g_assert_error (again, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* Firing the caller's cancellable ends the stream; cancelling the stream leaves the caller's cancellable alone. */
static void
test_cancellable (gconstpointer data)
{
  const Way *way = data;
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraStream) stream = open_stream (client, WORDS, NULL);
  g_autoptr(DheeraStream) other = open_stream (client, WORDS, NULL);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) other_error = NULL;

  dheera_stream_cancel (other);
  g_assert_null (way->next (other, cancellable, &other_error));
  g_assert_error (other_error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (g_cancellable_is_cancelled (cancellable));

  g_cancellable_cancel (cancellable);
  g_assert_null (way->next (stream, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* All that the server is going to send has come in. */
static void
arrived_cb (DheeraStream *stream,
            GParamSpec   *pspec,
            gpointer      data)
{
  if (g_str_equal (dheera_stream_get_text (stream), "one two three"))
    g_atomic_pointer_set ((gpointer *) data, stream);
}

static gboolean
cancel_arrived_cb (gpointer data)
{
  DheeraStream *stream = g_atomic_pointer_get ((gpointer *) data);

  if (stream == NULL)
    return G_SOURCE_CONTINUE;
  dheera_stream_cancel (stream);
  return G_SOURCE_REMOVE;
}

static void
test_cancel_in_flight (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraStream) stream = open_stream (client, WORDS, "{\"stall_after\": 3}");
  g_autoptr(GError) error = NULL;
  gpointer arrived = NULL;

  g_signal_connect (stream, "notify::text", G_CALLBACK (arrived_cb), &arrived);
  g_timeout_add (10, cancel_arrived_cb, &arrived);
  g_assert_null (collect_async (stream, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpstr (dheera_stream_get_text (stream), ==, "one two three");
}

static gpointer
cancel_arrived (gpointer data)
{
  while (cancel_arrived_cb (data) == G_SOURCE_CONTINUE)
    g_usleep (10 * 1000);
  return NULL;
}

static void
test_cancel_from_another_thread (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraStream) stream = open_stream (client, WORDS, "{\"stall_after\": 3}");
  g_autoptr(GError) error = NULL;
  gpointer arrived = NULL;
  GThread *thread = g_thread_new ("cancel", cancel_arrived, &arrived);

  g_signal_connect (stream, "notify::text", G_CALLBACK (arrived_cb), &arrived);
  g_assert_null (dheera_stream_collect (stream, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpstr (dheera_stream_get_text (stream), ==, "one two three");
  g_thread_join (thread);
}

static void
call_finished_cb (DheeraClient *client,
                  DheeraCall   *call,
                  gpointer      data)
{
  guint *count = data;

  (*count)++;
}

static void
test_dropped (gconstpointer data)
{
  const Way *way = data;
  g_autoptr(DheeraClient) client = dheera_client_new ();
  DheeraStream *stream = open_stream (client, WORDS, "{\"stall_after\": 2}");
  g_autoptr(DheeraDelta) delta = NULL;
  g_autoptr(GError) error = NULL;
  gpointer weak = stream;
  guint finished = 0;

  g_signal_connect (client, "call-finished", G_CALLBACK (call_finished_cb), &finished);
  delta = way->next (stream, NULL, &error);
  g_assert_no_error (error);
  g_object_add_weak_pointer (G_OBJECT (stream), &weak);
  g_object_unref (stream);
  g_assert_null (weak);
  g_assert_cmpuint (finished, ==, 1);
}

static void
test_client_dropped_first (gconstpointer data)
{
  const Way *way = data;
  DheeraClient *client = dheera_client_new ();
  g_autoptr(DheeraStream) stream = open_stream (client, WORDS, NULL);
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(GError) error = NULL;

  g_object_unref (client);
  response = way->collect (stream, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (dheera_response_get_text (response), ==, WORDS);
}

static void
test_pending (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraStream) stream = open_stream (client, WORDS, "{\"delay_ms\": 30}");
  g_autoptr(GAsyncResult) first = NULL;
  g_autoptr(GAsyncResult) second = NULL;
  g_autoptr(DheeraDelta) delta = NULL;
  g_autoptr(GError) error = NULL;

  dheera_stream_next_async (stream, NULL, store_result_cb, &first);
  dheera_stream_next_async (stream, NULL, store_result_cb, &second);
  g_assert_null (second);
  g_assert_null (dheera_stream_next_finish (stream, wait_for_result (&second), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);
  g_clear_error (&error);
  g_assert_null (dheera_stream_collect (stream, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);
  g_clear_error (&error);
  delta = dheera_stream_next_finish (stream, wait_for_result (&first), &error);
  g_assert_no_error (error);
  g_assert_nonnull (delta);
}

static void
test_both_ways_on_one_stream (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraStream) stream = open_stream (client, WORDS, "{\"pace_ms\": 5}");
  g_autoptr(DheeraDelta) delta = NULL;
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(GError) error = NULL;

  delta = dheera_stream_next (stream, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (collect_async (stream, NULL, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
  g_clear_error (&error);
  response = dheera_stream_collect (stream, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (dheera_response_get_text (response), ==, WORDS);
}

/* --- What is there already ------------------------------------------------------------------------------------------------------ */

#define HEAD "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
#define EVENT(text, reason) "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" text "\"},\"finish_reason\":" reason "}]}\n\n"
#define SAY(text) EVENT (text, "null")
#define END EVENT ("", "\"stop\"") "data: [DONE]\n\n"

/* Each event as a chunk of its own, of which libsoup reads one at a time */
static void
append_chunk (GString    *bytes,
              const char *event)
{
  g_string_append_printf (bytes, "%zx\r\n%s\r\n", strlen (event), event);
}

static DheeraStream *
open_scripted_stream (DheeraClient *client,
                      FaultServer  *server)
{
  g_autofree char *url = fault_server_dup_url (server, "/v1");
  g_autoptr(DheeraRequest) request = dheera_request_new_for_prompt ("openai/m", "Hi");

  dheera_base_request_set_base_url (DHEERA_BASE_REQUEST (request), url);
  dheera_base_request_set_api_key (DHEERA_BASE_REQUEST (request), "key");
  return dheera_client_stream (client, request);
}

static void
assert_says (DheeraDelta *delta, /* (transfer full) */
             const char  *text)
{
  g_assert_nonnull (delta);
  g_assert_cmpstr (dheera_delta_get_text (delta), ==, text);
  g_object_unref (delta);
}

static void
read_one_and_what_is_there (DheeraStream *stream,
                            FaultServer  *server)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  DheeraDelta *delta;

  g_assert_null (dheera_stream_try_next (stream));
  dheera_stream_next_async (stream, NULL, store_result_cb, &result);
  g_assert_null (dheera_stream_try_next (stream));
  assert_says (dheera_stream_next_finish (stream, wait_for_result (&result), NULL), "a");
  assert_says (dheera_stream_try_next (stream), "b");
  assert_says (dheera_stream_try_next (stream), "c");
  g_assert_null (dheera_stream_try_next (stream));
  g_assert_true (dheera_stream_get_running (stream));

  fault_server_signal (server);
  assert_says (next_async (stream, NULL, NULL), "d");
  while ((delta = gather_async (stream, NULL, &error)) != NULL)
    g_object_unref (delta);
  g_assert_no_error (error);
  g_assert_null (dheera_stream_try_next (stream));
  g_assert_false (dheera_stream_get_running (stream));
  g_assert_cmpstr (dheera_stream_get_text (stream), ==, "abcd");
}

static void
test_what_is_there (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
  g_autoptr(GString) start = g_string_new (HEAD "Transfer-Encoding: chunked\r\n\r\n");
  g_autoptr(GString) rest = g_string_new (NULL);

  append_chunk (start, SAY ("a"));
  append_chunk (start, SAY ("b"));
  append_chunk (start, SAY ("c"));
  append_chunk (rest, SAY ("d"));
  append_chunk (rest, END);
  g_string_append (rest, "0\r\n\r\n");
  fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (start->str), FAULT_SIGNAL (), FAULT_SEND (rest->str), FAULT_AGAIN (), FAULT_END);

  /* The connection of the first is there for the second. */
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr(DheeraStream) stream = open_scripted_stream (client, server);

      read_one_and_what_is_there (stream, server);
    }
  g_assert_cmpuint (fault_server_get_n_connections (server), ==, 1);
}

/* Blocking, only what came with what was read: reading more would wait. */
static void
test_what_is_there_blocking (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
  g_autoptr(DheeraStream) stream = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(DheeraResponse) response = NULL;

  fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (HEAD "Connection: close\r\n\r\n" SAY ("a") SAY ("b")), FAULT_SIGNAL (), FAULT_SEND (SAY ("c") END),
                       FAULT_CLOSE (), FAULT_END);
  stream = open_scripted_stream (client, server);
  assert_says (dheera_stream_next (stream, NULL, NULL), "a");
  assert_says (dheera_stream_try_next (stream), "b");
  g_assert_null (dheera_stream_try_next (stream));
  fault_server_signal (server);
  response = dheera_stream_collect (stream, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (dheera_response_get_text (response), ==, "abc");
}

/* The error is told by whoever waits, and after the last piece. */
static void
test_what_is_there_before_a_cut (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
  g_autoptr(DheeraStream) stream = NULL;
  g_autoptr(GError) error = NULL;

  fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (HEAD "Connection: close\r\n\r\n" SAY ("a") SAY ("b")), FAULT_CLOSE (), FAULT_END);
  stream = open_scripted_stream (client, server);
  assert_says (next_async (stream, NULL, NULL), "a");
  assert_says (dheera_stream_try_next (stream), "b");
  while (dheera_stream_get_running (stream))
    {
      g_assert_null (dheera_stream_try_next (stream));
      g_main_context_iteration (NULL, FALSE);
    }
  g_assert_null (dheera_stream_try_next (stream));
  g_assert_null (next_async (stream, NULL, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_STREAM_INTERRUPTED);
}

static void
test_cancel_all (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraClient) other = dheera_client_new ();
  DheeraStream *streams[3];
  GAsyncResult *results[3] = { NULL };

  for (guint i = 0; i < 3; i++)
    {
      streams[i] = open_stream (i == 2 ? other : client, WORDS, i == 2 ? "{\"pace_ms\": 20}" : "{\"stall_after\": 1}");
      dheera_stream_collect_async (streams[i], NULL, store_result_cb, &results[i]);
    }
  for (guint i = 0; i < 20; i++)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (2000);
    }
  dheera_client_cancel_all (client);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(DheeraResponse) response = dheera_stream_collect_finish (streams[i], wait_for_result (&results[i]), &error);

      if (i == 2)
        g_assert_no_error (error);
      else
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_object_unref (results[i]);
      g_object_unref (streams[i]);
    }
}

/* Handlers may do what they like, even let go of the stream. */
static void
drop_cb (DheeraStream *stream,
         DheeraDelta  *delta,
         gpointer      data)
{
  DheeraStream **place = data;

  if (*place != NULL)
    {
      dheera_stream_cancel (stream);
      g_clear_object (place);
    }
}

static void
test_cancel_and_drop_in_a_handler (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  DheeraStream *stream = open_stream (client, WORDS, "{\"pace_ms\": 1}");
  DheeraStream *kept = stream;
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  g_signal_connect (stream, "delta", G_CALLBACK (drop_cb), &stream);
  dheera_stream_collect_async (stream, NULL, store_result_cb, &result);
  wait_for_result (&result);
  g_assert_null (stream);
  g_assert_null (dheera_stream_collect_finish (kept, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* A delta is no response: the result of one function is not finished with the other's. */
static void
test_finished_by_the_other (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraStream) stream = open_stream (client, WORDS, NULL);
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  dheera_stream_collect_async (stream, NULL, store_result_cb, &result);
  wait_for_result (&result);
  g_test_expect_message ("dheera-ai", G_LOG_LEVEL_CRITICAL, "dheera_stream_next_finish: *is_tagged*");
  g_assert_null (dheera_stream_next_finish (stream, result, &error));
  g_test_assert_expected_messages ();
  g_assert_no_error (error);

  response = dheera_stream_collect_finish (stream, result, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (dheera_response_get_text (response), ==, WORDS);
}

/* From a binding anybody can make one: it says so, and does not crash. */
static void
test_made_by_nobody (void)
{
  if (g_test_subprocess ())
    {
      g_autoptr(DheeraStream) stream = g_object_new (DHEERA_TYPE_STREAM, NULL);

      g_log_set_always_fatal (G_LOG_FATAL_MASK);
      g_assert_cmpstr (dheera_stream_get_text (stream), ==, "");
      dheera_stream_cancel (stream);
      return;
    }

  g_unsetenv ("G_DEBUG");
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*assertion*failed*");
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
    { "pull", test_pull },
    { "push", test_push },
    { "some-then-the-rest", test_some_then_the_rest },
    { "cut", test_cut },
    { "error-in-the-stream", test_error_in_the_stream },
    { "status-error", test_status_error },
    { "retry-before-the-first-token", test_retry_before_the_first_token },
    { "request-is-copied", test_request_is_copied },
    { "cancel-before", test_cancel_before },
    { "cancel-between", test_cancel_between },
    { "cancellable", test_cancellable },
    { "dropped", test_dropped },
    { "client-dropped-first", test_client_dropped_first },
  };

  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *blocking_path = g_strconcat ("/stream/blocking/", tests[i].name, NULL);
      g_autofree char *async_path = g_strconcat ("/stream/async/", tests[i].name, NULL);
      g_autofree char *gathering_path = g_strconcat ("/stream/gathering/", tests[i].name, NULL);

      g_test_add_data_func (blocking_path, &blocking, tests[i].func);
      g_test_add_data_func (async_path, &asynchronous, tests[i].func);
      g_test_add_data_func (gathering_path, &gathering, tests[i].func);
    }
  g_test_add_func ("/stream/cancel-in-flight", test_cancel_in_flight);
  g_test_add_func ("/stream/cancel-from-another-thread", test_cancel_from_another_thread);
  g_test_add_func ("/stream/pending", test_pending);
  g_test_add_func ("/stream/finished-by-the-other", test_finished_by_the_other);
  g_test_add_func ("/stream/made-by-nobody", test_made_by_nobody);
  g_test_add_func ("/stream/both-ways-on-one-stream", test_both_ways_on_one_stream);
  g_test_add_func ("/stream/what-is-there/async", test_what_is_there);
  g_test_add_func ("/stream/what-is-there/blocking", test_what_is_there_blocking);
  g_test_add_func ("/stream/what-is-there/cut", test_what_is_there_before_a_cut);
  g_test_add_func ("/stream/cancel-all", test_cancel_all);
  g_test_add_func ("/stream/cancel-and-drop-in-a-handler", test_cancel_and_drop_in_a_handler);

  return g_test_run ();
}
