/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Many calls that begin before there is an access token: one of them gets it, each ends for itself, and none of them keeps another from going on. */

#include "client-util.h"

#include "dheera-ai/providers/tokens/dheera-token-flight-private.h"
#include "tests/servers/fault-server.h"
#include "tests/servers/quiet-fork.h"

#include <unistd.h>

#define TOKEN_1 "ya29.token-one-0123456789"
#define TOKEN_2 "ya29.token-two-0123456789"

#define GATEWAY_KEY "gateway-canary-0123456789"

#define HEAD(status) "HTTP/1.1 " status "\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
#define TOKEN_ANSWER(token) HEAD ("200 OK") "{\"access_token\":\"" token "\",\"expires_in\":3599,\"token_type\":\"Bearer\"}"
#define OK_ANSWER HEAD ("200 OK") "{\"choices\":[{\"index\":0,\"message\":{\"content\":\"Hello\"},\"finish_reason\":\"stop\"}]}"

#define SCRIPT(server, answer) fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (answer), FAULT_CLOSE (), FAULT_END)
/* Answers when it is told to. */
#define SLOW_SCRIPT(server, answer) fault_server_script (server, FAULT_EXPECT (), FAULT_SIGNAL (), FAULT_SEND (answer), FAULT_CLOSE (), FAULT_END)

#define N_CALLS 20
#define N_THREADS 8

typedef struct
{
  FaultServer *server;
  SoupSession *session;
  DheeraClient *client;
  char *url;
} Fixture;

static void
set_up (Fixture *f)
{
  g_autofree char *token_url = NULL;
  g_autofree char *key = NULL;

  f->server = fault_server_new (FAULT_TLS_NONE);
  f->session = soup_session_new_with_options ("max-conns", 100, "max-conns-per-host", 100, NULL);
  f->client = dheera_client_new_with_session (f->session);
  dheera_client_set_max_retries (f->client, 0);
  f->url = fault_server_dup_url (f->server, "/v1");
  token_url = fault_server_dup_url (f->server, "/token");
  key = g_strdup_printf ("{\"type\":\"authorized_user\",\"client_id\":\"app\",\"client_secret\":\"s\",\"refresh_token\":\"r\",\"token_uri\":\"%s\"}", token_url);
  dheera_provider_set_api_key (dheera_client_get_provider (f->client, "vertex-openai"), key);
}

/* The first request for a token is not answered, the second one is. */
static void
set_up_stalled (Fixture *f)
{
  set_up (f);
  fault_server_script (f->server, FAULT_EXPECT (), FAULT_STALL (), FAULT_END);
  SCRIPT (f->server, TOKEN_ANSWER (TOKEN_2));
  SCRIPT (f->server, OK_ANSWER);
}

static void
tear_down (Fixture *f)
{
  g_object_unref (f->client);
  g_object_unref (f->session);
  fault_server_free (f->server);
  g_free (f->url);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, tear_down)

static DheeraRequest *
make_request (Fixture    *f,
              const char *model)
{
  g_autofree char *name = g_strconcat ("vertex-openai/", model, NULL);
  DheeraRequest *request = dheera_request_new_for_prompt (name, "Hi");

  dheera_base_request_set_base_url (DHEERA_BASE_REQUEST (request), f->url);
  return request;
}

/* --- Calls that are under way -------------------------------------------------------------------------------------------------------- */

static void
begin (Fixture       *f,
       const char    *model,
       GCancellable  *cancellable,
       GAsyncResult **result)
{
  g_autoptr(DheeraRequest) request = make_request (f, model);

  dheera_client_complete_async (f->client, request, cancellable, store_result_cb, result);
}

static void
assert_answered (Fixture       *f,
                 GAsyncResult **result)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(DheeraResponse) response = dheera_client_complete_finish (f->client, wait_for_result (result), &error);

  g_assert_no_error (error);
  g_assert_cmpstr (dheera_response_get_text (response), ==, "Hello");
  g_clear_object (result);
}

static void
assert_failed (Fixture       *f,
               GAsyncResult **result,
               GQuark         domain,
               int            code,
               const char    *words)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (dheera_client_complete_finish (f->client, wait_for_result (result), &error));
  g_assert_error (error, domain, code);
  if (words != NULL && strstr (error->message, words) == NULL)
    g_error ("\"%s\" is not in \"%s\"", words, error->message);
  g_clear_object (result);
}

static void
wait_for_requests (Fixture *f,
                   guint    n)
{
  while (fault_server_get_n_requests (f->server) < n)
    g_main_context_iteration (NULL, FALSE);
}

/* How often the token was asked for; whatever was asked with it has to be token, or with other (nullable). */
static guint
count_fetches (Fixture    *f,
               const char *token,
               const char *other)
{
  guint n = 0;

  for (guint i = 0; i < fault_server_get_n_requests (f->server); i++)
    {
      const FaultRequest *request = fault_server_get_request (f->server, i);
      g_autofree char *header = fault_request_dup_header (request, "Authorization");

      if (g_str_equal (request->target, "/token"))
        {
          n++;
          continue;
        }
      g_assert_cmpstr (request->target, ==, "/v1/chat/completions");
      g_assert_true (g_str_has_prefix (header, "Bearer "));
      g_assert_true (g_str_equal (header + strlen ("Bearer "), token) || g_strcmp0 (header + strlen ("Bearer "), other) == 0);
    }

  return n;
}

/* --- One for all ----------------------------------------------------------------------------------------------------------------------- */

static void
test_async (void)
{
  g_auto(Fixture) f = { 0 };
  GAsyncResult *results[N_CALLS] = { NULL };

  set_up (&f);
  SLOW_SCRIPT (f.server, TOKEN_ANSWER (TOKEN_1));
  SCRIPT (f.server, OK_ANSWER);
  for (guint i = 0; i < N_CALLS; i++)
    begin (&f, "m", NULL, &results[i]);
  wait_for_requests (&f, 1);
  fault_server_signal (f.server);
  for (guint i = 0; i < N_CALLS; i++)
    assert_answered (&f, &results[i]);

  g_assert_cmpuint (count_fetches (&f, TOKEN_1, NULL), ==, 1);
  g_assert_cmpuint (fault_server_get_n_requests (f.server), ==, N_CALLS + 1);
}

static gpointer
complete (gpointer data)
{
  Fixture *f = data;
  g_autoptr(DheeraRequest) request = make_request (f, "m");
  g_autoptr(GError) error = NULL;
  g_autoptr(DheeraResponse) response = dheera_client_complete (f->client, request, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (dheera_response_get_text (response), ==, "Hello");
  return NULL;
}

static void
test_blocking (void)
{
  g_auto(Fixture) f = { 0 };
  GThread *threads[N_THREADS];

  set_up (&f);
  SLOW_SCRIPT (f.server, TOKEN_ANSWER (TOKEN_1));
  SCRIPT (f.server, OK_ANSWER);
  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("caller", complete, &f);
  fault_server_wait_for_requests (f.server, 1);
  fault_server_signal (f.server);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);

  g_assert_cmpuint (count_fetches (&f, TOKEN_1, NULL), ==, 1);
  g_assert_cmpuint (fault_server_get_n_requests (f.server), ==, N_THREADS + 1);
}

/* An asynchronous call may wait for a blocking one, which needs nobody. */
static void
test_async_for_blocking (void)
{
  g_auto(Fixture) f = { 0 };
  g_autoptr(GAsyncResult) result = NULL;
  GThread *thread;

  set_up (&f);
  SLOW_SCRIPT (f.server, TOKEN_ANSWER (TOKEN_1));
  SCRIPT (f.server, OK_ANSWER);
  thread = g_thread_new ("caller", complete, &f);
  fault_server_wait_for_requests (f.server, 1);
  begin (&f, "m", NULL, &result);
  fault_server_signal (f.server);
  assert_answered (&f, &result);
  g_thread_join (thread);
  g_assert_cmpuint (count_fetches (&f, TOKEN_1, NULL), ==, 1);
}

/* But not the other way round: here the blocking call is what keeps the loop of the other from running. */
static void
test_blocking_beside_async (void)
{
  g_auto(Fixture) f = { 0 };
  g_autoptr(GAsyncResult) result = NULL;

  set_up (&f);
  SLOW_SCRIPT (f.server, TOKEN_ANSWER (TOKEN_1));
  SCRIPT (f.server, TOKEN_ANSWER (TOKEN_2));
  SCRIPT (f.server, OK_ANSWER);
  begin (&f, "m", NULL, &result);
  wait_for_requests (&f, 1);
  complete (&f);
  fault_server_signal (f.server);
  assert_answered (&f, &result);
  g_assert_cmpuint (count_fetches (&f, TOKEN_1, TOKEN_2), ==, 2);
}

/* --- What it ends with ------------------------------------------------------------------------------------------------------------------ */

/* What the endpoint says, and a connection that breaks, would happen to the others just so. */
static void
check_failure (Fixture    *f,
               DheeraError code,
               const char *words)
{
  GAsyncResult *results[N_CALLS] = { NULL };

  for (guint i = 0; i < N_CALLS; i++)
    begin (f, i == 0 ? "first" : "other", NULL, &results[i]);
  wait_for_requests (f, 1);
  fault_server_signal (f->server);
  for (guint i = 0; i < N_CALLS; i++)
    {
      g_autofree char *mine = g_strdup_printf ("Vertex AI OpenAI layer, %s: the access token that the call needs could not be got%s", i == 0 ? "first" : "other", words);

      assert_failed (f, &results[i], DHEERA_ERROR, (int) code, mine);
    }
  g_assert_cmpuint (fault_server_get_n_requests (f->server), ==, 1);
}

static void
test_refused (void)
{
  g_auto(Fixture) f = { 0 };
  g_autoptr(GAsyncResult) result = NULL;

  set_up (&f);
  SLOW_SCRIPT (f.server, HEAD ("400 Bad Request") "{\"error\":\"invalid_grant\",\"error_description\":\"It was revoked.\"}");
  SCRIPT (f.server, TOKEN_ANSWER (TOKEN_1));
  SCRIPT (f.server, OK_ANSWER);
  check_failure (&f, DHEERA_ERROR_AUTHENTICATION, "");

  /* The next call asks again. */
  begin (&f, "m", NULL, &result);
  assert_answered (&f, &result);
}

static void
add_gateway_key (DheeraHttpExchange *exchange,
                 gpointer            data)
{
  if (dheera_http_exchange_get_phase (exchange) == DHEERA_HTTP_PHASE_REQUEST)
    dheera_http_exchange_set_header (exchange, "X-Gateway-Token", GATEWAY_KEY);
}

/* What the application added to the one request is shown by none of the calls. */
static void
test_quoted (void)
{
  g_auto(Fixture) f = { 0 };
  g_autofree char *url = NULL;
  g_autofree char *words = NULL;

  set_up (&f);
  url = fault_server_dup_url (f.server, "/token");
  words = g_strdup_printf (" from %s: You are [hidden] (HTTP 400", url);
  dheera_client_add_middleware (f.client, add_gateway_key, NULL, NULL);
  SLOW_SCRIPT (f.server, HEAD ("400 Bad Request") "{\"error\":\"invalid_grant\",\"error_description\":\"You are " GATEWAY_KEY ".\"}");
  check_failure (&f, DHEERA_ERROR_AUTHENTICATION, words);
}

/* A refusal of the endpoint's with 401 is not taken for one of the token. */
static void
test_unauthorized (void)
{
  g_auto(Fixture) f = { 0 };

  set_up (&f);
  SLOW_SCRIPT (f.server, HEAD ("401 Unauthorized") "{\"error\":\"invalid_client\"}");
  check_failure (&f, DHEERA_ERROR_AUTHENTICATION, "");
}

static void
test_broken (void)
{
  g_auto(Fixture) f = { 0 };

  set_up (&f);
  fault_server_script (f.server, FAULT_EXPECT (), FAULT_SIGNAL (), FAULT_RESET (), FAULT_END);
  check_failure (&f, DHEERA_ERROR_CONNECTION, ": ");
}

/* Each may try again as often as it may, and again it is one of them that does. */
static void
test_retried (void)
{
  g_auto(Fixture) f = { 0 };
  GAsyncResult *results[N_CALLS] = { NULL };

  set_up (&f);
  dheera_client_set_max_retries (f.client, 1);
  SLOW_SCRIPT (f.server, "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  SCRIPT (f.server, TOKEN_ANSWER (TOKEN_1));
  SCRIPT (f.server, OK_ANSWER);
  for (guint i = 0; i < N_CALLS; i++)
    begin (&f, "m", NULL, &results[i]);
  wait_for_requests (&f, 1);
  fault_server_signal (f.server);
  for (guint i = 0; i < N_CALLS; i++)
    assert_answered (&f, &results[i]);
  g_assert_cmpuint (count_fetches (&f, TOKEN_1, NULL), ==, 2);
}

/* --- Each for itself -------------------------------------------------------------------------------------------------------------------- */

static void
test_fetching_call_is_cancelled (void)
{
  g_auto(Fixture) f = { 0 };
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GAsyncResult) first = NULL;
  GAsyncResult *results[N_CALLS] = { NULL };

  set_up_stalled (&f);
  begin (&f, "m", cancellable, &first);
  for (guint i = 0; i < N_CALLS; i++)
    begin (&f, "m", NULL, &results[i]);
  wait_for_requests (&f, 1);
  g_cancellable_cancel (cancellable);
  assert_failed (&f, &first, G_IO_ERROR, G_IO_ERROR_CANCELLED, NULL);
  for (guint i = 0; i < N_CALLS; i++)
    assert_answered (&f, &results[i]);
  g_assert_cmpuint (count_fetches (&f, TOKEN_2, NULL), ==, 2);
}

static void
test_fetching_stream_is_dropped (void)
{
  g_auto(Fixture) f = { 0 };
  g_autoptr(DheeraRequest) request = NULL;
  g_autoptr(DheeraStream) stream = NULL;
  g_autoptr(GAsyncResult) dropped = NULL;
  g_autoptr(GAsyncResult) result = NULL;

  set_up_stalled (&f);
  request = make_request (&f, "m");
  stream = dheera_client_stream (f.client, request);
  dheera_stream_next_async (stream, NULL, store_result_cb, &dropped);
  begin (&f, "m", NULL, &result);
  wait_for_requests (&f, 1);
  dheera_stream_cancel (stream);
  assert_answered (&f, &result);
  wait_for_result (&dropped);
  g_assert_cmpuint (count_fetches (&f, TOKEN_2, NULL), ==, 2);
}

static void
test_waiting_call_is_cancelled (void)
{
  g_auto(Fixture) f = { 0 };
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GAsyncResult) first = NULL;
  g_autoptr(GAsyncResult) second = NULL;

  set_up (&f);
  SLOW_SCRIPT (f.server, TOKEN_ANSWER (TOKEN_1));
  SCRIPT (f.server, OK_ANSWER);
  begin (&f, "m", NULL, &first);
  begin (&f, "m", cancellable, &second);
  wait_for_requests (&f, 1);
  g_cancellable_cancel (cancellable);
  assert_failed (&f, &second, G_IO_ERROR, G_IO_ERROR_CANCELLED, NULL);
  fault_server_signal (f.server);
  assert_answered (&f, &first);
  g_assert_cmpuint (fault_server_get_n_requests (f.server), ==, 2);
}

typedef struct
{
  Fixture *f;
  GCancellable *cancellable;
} Waiting;

static gpointer
be_cancelled (gpointer data)
{
  Waiting *waiting = data;
  g_autoptr(DheeraRequest) request = make_request (waiting->f, "m");
  g_autoptr(GError) error = NULL;

  g_assert_null (dheera_client_complete (waiting->f->client, request, waiting->cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  return NULL;
}

static void
test_waiting_thread_is_cancelled (void)
{
  g_auto(Fixture) f = { 0 };
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  Waiting waiting = { &f, cancellable };
  GThread *first, *second;

  set_up (&f);
  SLOW_SCRIPT (f.server, TOKEN_ANSWER (TOKEN_1));
  SCRIPT (f.server, OK_ANSWER);
  first = g_thread_new ("first", complete, &f);
  fault_server_wait_for_requests (f.server, 1);
  second = g_thread_new ("second", be_cancelled, &waiting);
  g_cancellable_cancel (cancellable);
  g_thread_join (second);
  g_assert_cmpuint (fault_server_get_n_requests (f.server), ==, 1);
  fault_server_signal (f.server);
  g_thread_join (first);
}

static void
test_waiting_call_times_out (void)
{
  g_auto(Fixture) f = { 0 };
  g_autoptr(DheeraRequest) request = NULL;
  g_autoptr(GAsyncResult) first = NULL;
  g_autoptr(GAsyncResult) second = NULL;

  set_up (&f);
  SLOW_SCRIPT (f.server, TOKEN_ANSWER (TOKEN_1));
  SCRIPT (f.server, OK_ANSWER);
  begin (&f, "m", NULL, &first);
  request = make_request (&f, "m");
  dheera_base_request_set_timeout (DHEERA_BASE_REQUEST (request), 0.2);
  dheera_client_complete_async (f.client, request, NULL, store_result_cb, &second);
  assert_failed (&f, &second, DHEERA_ERROR, DHEERA_ERROR_TIMEOUT, "another call was still getting it when the timeout of 0.2 seconds was over");
  wait_for_requests (&f, 1);
  fault_server_signal (f.server);
  assert_answered (&f, &first);
}

/* The time of the one that fetches is over; the others have more. */
static void
test_fetching_call_times_out (void)
{
  g_auto(Fixture) f = { 0 };
  g_autoptr(DheeraRequest) request = NULL;
  g_autoptr(GAsyncResult) first = NULL;
  g_autoptr(GAsyncResult) second = NULL;

  set_up_stalled (&f);
  request = make_request (&f, "m");
  dheera_base_request_set_timeout (DHEERA_BASE_REQUEST (request), 0.5);
  dheera_client_complete_async (f.client, request, NULL, store_result_cb, &first);
  begin (&f, "m", NULL, &second);
  wait_for_requests (&f, 1);
  assert_failed (&f, &first, DHEERA_ERROR, DHEERA_ERROR_TIMEOUT, NULL);
  assert_answered (&f, &second);
  g_assert_cmpuint (count_fetches (&f, TOKEN_2, NULL), ==, 2);
}

/* After some seconds a call does not wait for another one any more, and whoever comes after it waits for that. */
static void
test_patience (void)
{
  g_auto(Fixture) f = { 0 };
  g_autoptr(GAsyncResult) first = NULL;
  g_autoptr(GAsyncResult) second = NULL;

  set_up_stalled (&f);
  begin (&f, "m", NULL, &first);
  begin (&f, "m", NULL, &second);
  assert_answered (&f, &second);
  g_assert_null (first);
  g_assert_cmpuint (count_fetches (&f, TOKEN_2, NULL), ==, 2);
  dheera_client_cancel_all (f.client);
  assert_failed (&f, &first, G_IO_ERROR, G_IO_ERROR_CANCELLED, NULL);
}

/* A child does not wait for what nobody there goes on with. */
static void
test_forked (void)
{
  g_autoptr(DheeraProvider) provider = dheera_provider_new ("vertex-openai");
  const DheeraTokenSource source = { .id = (char *) "me" };
  DheeraTokenFlight *flight;
  gboolean is_own = FALSE;
  pid_t child;

  flight = dheera_token_flight_join (provider, &source, TRUE, FALSE, &is_own);
  g_assert_true (is_own);
  child = quiet_fork (50);
  if (child == 0)
    {
      dheera_token_flight_unref (dheera_token_flight_join (provider, &source, TRUE, FALSE, &is_own));
      _exit (is_own ? 0 : 1);
    }
  quiet_fork_join (child);
  dheera_token_flight_unref (dheera_token_flight_join (provider, &source, TRUE, FALSE, &is_own));
  g_assert_false (is_own);
  dheera_token_flight_land (flight, NULL, NULL, NULL);
  dheera_token_flight_unref (flight);
}

int
main (int   argc,
      char *argv[])
{
  g_setenv ("CLOUDSDK_CONFIG", "/nonexistent", TRUE);
  g_unsetenv ("GOOGLE_APPLICATION_CREDENTIALS");
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/token-flight/async", test_async);
  g_test_add_func ("/token-flight/blocking", test_blocking);
  g_test_add_func ("/token-flight/async-for-blocking", test_async_for_blocking);
  g_test_add_func ("/token-flight/blocking-beside-async", test_blocking_beside_async);
  g_test_add_func ("/token-flight/refused", test_refused);
  g_test_add_func ("/token-flight/quoted", test_quoted);
  g_test_add_func ("/token-flight/unauthorized", test_unauthorized);
  g_test_add_func ("/token-flight/broken", test_broken);
  g_test_add_func ("/token-flight/retried", test_retried);
  g_test_add_func ("/token-flight/fetching-call-is-cancelled", test_fetching_call_is_cancelled);
  g_test_add_func ("/token-flight/fetching-stream-is-dropped", test_fetching_stream_is_dropped);
  g_test_add_func ("/token-flight/waiting-call-is-cancelled", test_waiting_call_is_cancelled);
  g_test_add_func ("/token-flight/waiting-thread-is-cancelled", test_waiting_thread_is_cancelled);
  g_test_add_func ("/token-flight/waiting-call-times-out", test_waiting_call_times_out);
  g_test_add_func ("/token-flight/fetching-call-times-out", test_fetching_call_times_out);
  g_test_add_func ("/token-flight/patience", test_patience);
  g_test_add_func ("/token-flight/forked", test_forked);

  return g_test_run ();
}
