/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is tried again, how often, and what is not. The waits themselves are tested where they are decided, in test-retry.c. */

#include "client-util.h"

/* Fails n times with the status, asking to be tried again after a millisecond. */
static DheeraRequest *
failing_request (guint       status,
                 guint       n,
                 const char *headers)
{
  static guint serial;
  g_autofree char *options = NULL;

  options = g_strdup_printf ("{\"status\": %u, \"fail_times\": %u, \"key\": \"retries-%u\", \"headers\": {\"retry-after-ms\": \"1\"%s}}",
                             status, n, serial++, headers);
  return mock_request ("mock/echo", "Hello", options);
}

static guint
attempts_of (DheeraClient  *client,
             DheeraRequest *request,
             GError       **error)
{
  g_autoptr(DheeraStream) stream = dheera_client_stream (client, request);
  g_autoptr(DheeraResponse) response = dheera_stream_collect (stream, NULL, error);

  return dheera_call_get_attempt (dheera_stream_get_call (stream));
}

static void
test_statuses (void)
{
  static const struct
  {
    guint status;
    gboolean retried;
  } cases[] = {
    { 400, FALSE }, { 401, FALSE }, { 402, FALSE }, { 403, FALSE }, { 404, FALSE }, { 408, TRUE }, { 409, TRUE },
    { 413, FALSE }, { 422, FALSE }, { 429, TRUE }, { 500, TRUE }, { 502, TRUE }, { 503, TRUE }, { 504, TRUE }, { 529, TRUE },
  };
  g_autoptr(DheeraClient) client = dheera_client_new ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(DheeraRequest) request = failing_request (cases[i].status, 1, "");
      g_autoptr(GError) error = NULL;

      g_assert_cmpuint (attempts_of (client, request, &error), ==, cases[i].retried ? 2 : 1);
      g_assert_cmpint (error == NULL, ==, cases[i].retried);
    }
}

static void
test_limit (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) often = failing_request (500, 10, "");
  g_autoptr(DheeraRequest) own = failing_request (500, 10, "");
  g_autoptr(DheeraRequest) never = failing_request (500, 10, "");
  g_autoptr(GError) error = NULL;

  g_assert_cmpuint (attempts_of (client, often, &error), ==, 3);
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_SERVER);
  g_clear_error (&error);

  dheera_base_request_set_max_retries (DHEERA_BASE_REQUEST (own), 4);
  g_assert_cmpuint (attempts_of (client, own, &error), ==, 5);
  g_clear_error (&error);

  dheera_client_set_max_retries (client, 0);
  g_assert_cmpuint (attempts_of (client, never, &error), ==, 1);
}

static void
test_should_retry (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) no = failing_request (500, 1, ", \"x-should-retry\": \"false\"");
  g_autoptr(DheeraRequest) yes = failing_request (400, 1, ", \"x-should-retry\": \"true\"");
  g_autoptr(GError) error = NULL;

  g_assert_cmpuint (attempts_of (client, no, &error), ==, 1);
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_SERVER);
  g_clear_error (&error);
  g_assert_cmpuint (attempts_of (client, yes, &error), ==, 2);
  g_assert_no_error (error);
}

/* A 429 that means an empty purse is not worth a second try. */
static void
test_quota (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request =
    mock_request ("mock/echo", "Hi", "{\"status\": 429, \"error\": {\"message\": \"You exceeded your current quota.\","
                  " \"type\": \"insufficient_quota\", \"code\": \"insufficient_quota\"}}");
  g_autoptr(GError) error = NULL;

  g_assert_cmpuint (attempts_of (client, request, &error), ==, 1);
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_QUOTA);
}

static void
test_too_long_a_wait (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request = mock_request ("mock/echo", "Hi", "{\"status\": 429, \"headers\": {\"retry-after\": \"3600\"}}");
  g_autoptr(GError) error = NULL;

  g_assert_cmpuint (attempts_of (client, request, &error), ==, 1);
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_RATE_LIMIT);
  g_assert_cmpfloat (dheera_error_details_get_retry_after (dheera_error_get_details (error)), ==, 3600);
  g_assert_nonnull (strstr (error->message, "retry after 3600 s"));
}

/* A wait that does not fit into the call's time is not begun. */
static void
test_deadline (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request = mock_request ("mock/echo", "Hi", "{\"status\": 503, \"headers\": {\"retry-after\": \"30\"}}");
  g_autoptr(GError) error = NULL;

  dheera_client_set_timeout (client, 5);
  g_assert_cmpuint (attempts_of (client, request, &error), ==, 1);
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_OVERLOADED);
}

static gboolean
block_cb (gpointer data)
{
  g_usleep (150 * 1000);
  return G_SOURCE_REMOVE;
}

/* A busy main loop notices the deadline late: that is no reason to go on for longer. */
static void
test_deadline_noticed_late (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request = mock_request ("mock/echo", "Hi", "{\"delay_ms\": 10000}");
  g_autoptr(DheeraStream) stream = NULL;
  g_autoptr(GError) error = NULL;

  dheera_client_set_timeout (client, 0.1);
  stream = dheera_client_stream (client, request);
  g_timeout_add (50, block_cb, NULL);
  g_assert_null (collect_async (stream, NULL, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_TIMEOUT);
  g_assert_cmpuint (dheera_call_get_attempt (dheera_stream_get_call (stream)), ==, 1);
}

/* Whoever asked may let go of everything, the session of the request too. */
static void
test_session_dropped_while_waiting (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  DheeraRequest *request = failing_request (503, 1, "");
  SoupSession *session = soup_session_new ();
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(GError) error = NULL;

  dheera_base_request_set_session (DHEERA_BASE_REQUEST (request), session);
  g_object_add_weak_pointer (G_OBJECT (session), (gpointer *) &session);
  dheera_client_complete_async (client, request, NULL, store_result_cb, &result);
  g_object_unref (request);
  g_object_unref (session);
  response = dheera_client_complete_finish (client, wait_for_result (&result), &error);
  g_assert_no_error (error);
  g_assert_nonnull (response);

  g_clear_object (&result);
  while (session != NULL)
    g_main_context_iteration (NULL, TRUE);
}

/* --- Cancelling the wait between two attempts ------------------------------------------------------------------------------------ */

static gboolean
cancel_cb (gpointer data)
{
  g_cancellable_cancel (data);
  return G_SOURCE_REMOVE;
}

static gpointer
cancel_thread (gpointer data)
{
  g_usleep (50 * 1000);
  g_cancellable_cancel (data);
  return NULL;
}

static void
test_cancel_while_waiting (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request = mock_request ("mock/echo", "Hi", "{\"status\": 503, \"headers\": {\"retry-after\": \"60\"}}");
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;

  g_timeout_add (50, cancel_cb, cancellable);
  g_assert_null (complete_async (client, request, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_cancel_while_waiting_blocking (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request = mock_request ("mock/echo", "Hi", "{\"status\": 503, \"headers\": {\"retry-after\": \"60\"}}");
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;
  GThread *thread = g_thread_new ("cancel", cancel_thread, cancellable);

  g_assert_null (dheera_client_complete (client, request, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/retries/statuses", test_statuses);
  g_test_add_func ("/retries/limit", test_limit);
  g_test_add_func ("/retries/should-retry", test_should_retry);
  g_test_add_func ("/retries/quota", test_quota);
  g_test_add_func ("/retries/too-long-a-wait", test_too_long_a_wait);
  g_test_add_func ("/retries/deadline", test_deadline);
  g_test_add_func ("/retries/deadline-noticed-late", test_deadline_noticed_late);
  g_test_add_func ("/retries/session-dropped-while-waiting", test_session_dropped_while_waiting);
  g_test_add_func ("/retries/cancel-while-waiting", test_cancel_while_waiting);
  g_test_add_func ("/retries/cancel-while-waiting-blocking", test_cancel_while_waiting_blocking);

  return g_test_run ();
}
