/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The application's functions between a call and the network: what they see, add and refuse, in every way to an answer. */

#include "client-util.h"

#include "tests/servers/fault-server.h"

#define KEY "sk-canary-0123456789abcdef"

#define HEAD(status, more) "HTTP/1.1 " status "\r\nContent-Type: application/json\r\nX-Served-By: rack-7\r\n" more "Connection: close\r\n\r\n"
#define BODY "{\"choices\":[{\"index\":0,\"message\":{\"content\":\"Hello\"},\"finish_reason\":\"stop\"}]}"
#define OK_ANSWER HEAD ("200 OK", "") BODY
#define BUSY HEAD ("429 Too Many Requests", "retry-after-ms: 1\r\n") "{\"error\":{\"message\":\"slow\"}}"

#define SCRIPT(server, answer) fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (answer), FAULT_CLOSE (), FAULT_END)

typedef struct
{
  FaultServer *server;
  DheeraClient *client;
  DheeraRequest *request;
  GString *log;
} Fixture;

static void
set_up (Fixture *f)
{
  g_autofree char *url = NULL;

  f->server = fault_server_new (FAULT_TLS_NONE);
  f->client = dheera_client_new ();
  url = fault_server_dup_url (f->server, "/v1");
  f->request = dheera_request_new_for_prompt ("openai/m", "Hi");
  dheera_base_request_set_base_url (DHEERA_BASE_REQUEST (f->request), url);
  dheera_base_request_set_api_key (DHEERA_BASE_REQUEST (f->request), KEY);
  f->log = g_string_new (NULL);
}

static void
tear_down (Fixture *f)
{
  g_object_unref (f->request);
  g_clear_object (&f->client);
  fault_server_free (f->server);
  g_string_free (f->log, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, tear_down)

static void
assert_answered (Fixture  *f,
                 Complete  complete)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(DheeraResponse) response = complete (f->client, f->request, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (dheera_response_get_text (response), ==, "Hello");
}

static void
assert_fails (Fixture    *f,
              Complete    complete,
              DheeraError code,
              const char *message)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (complete (f->client, f->request, NULL, &error));
  g_assert_error (error, DHEERA_ERROR, (int) code);
  g_assert_cmpstr (error->message, ==, message);
  g_assert_cmpuint (dheera_error_details_get_status (dheera_error_get_details (error)), ==, 0);
}

/* One function with what it does */
typedef struct
{
  Fixture *f;
  const char *name;
  const char *header; /* nullable: sets none */
  const char *value;
  guint refuse_at;    /* the attempt, 0 for none */
  const char *reason; /* nullable */
  guint n_destroyed;
} Step;

static void
step_cb (DheeraHttpExchange *exchange,
         gpointer            data)
{
  Step *step = data;
  gboolean before = dheera_http_exchange_get_phase (exchange) == DHEERA_HTTP_PHASE_REQUEST;
  guint attempt = dheera_http_exchange_get_attempt (exchange);

  g_string_append_printf (step->f->log, "%s%c%u%s", step->name, before ? '>' : '<', attempt, dheera_http_exchange_get_for_token (exchange) ? "t " : " ");
  if (before && step->header != NULL)
    dheera_http_exchange_set_header (exchange, step->header, step->value);
  if (before && attempt == step->refuse_at)
    dheera_http_exchange_refuse (exchange, step->reason != NULL ? step->reason : "not on Sundays");
}

static void
step_destroyed_cb (gpointer data)
{
  ((Step *) data)->n_destroyed++;
}

static void
add_step (Step    *step,
          Fixture *f)
{
  step->f = f;
  dheera_client_add_middleware (f->client, step_cb, step, step_destroyed_cb);
}

/* --- What they add ------------------------------------------------------------------------------------------------------------------- */

static void
test_order (gconstpointer data)
{
  Step one = { .name = "a", .header = "X-One", .value = "1" };
  Step two = { .name = "b", .header = "X-Both", .value = "of b" };
  Step three = { .name = "c", .header = "x-both", .value = "of c" };
  g_auto(Fixture) f = { 0 };

  set_up (&f);
  SCRIPT (f.server, OK_ANSWER);
  add_step (&one, &f);
  add_step (&two, &f);
  add_step (&three, &f);
  assert_answered (&f, (Complete) data);
  g_assert_cmpstr (f.log->str, ==, "a>1 b>1 c>1 a<1 b<1 c<1 ");
  fault_server_assert_header (f.server, 0, "X-One", "1");
  fault_server_assert_header (f.server, 0, "X-Both", "of c");
  fault_server_assert_header (f.server, 0, "Authorization", "Bearer " KEY);
}

static void
test_attempts (gconstpointer data)
{
  Step step = { .name = "a", .header = "X-One", .value = "1" };
  g_auto(Fixture) f = { 0 };

  set_up (&f);
  SCRIPT (f.server, BUSY);
  SCRIPT (f.server, BUSY);
  SCRIPT (f.server, OK_ANSWER);
  add_step (&step, &f);
  assert_answered (&f, (Complete) data);
  g_assert_cmpstr (f.log->str, ==, "a>1 a<1 a>2 a<2 a>3 a<3 ");
  for (guint i = 0; i < 3; i++)
    fault_server_assert_header (f.server, i, "X-One", "1");
}

/* Without an answer there is no second phase. */
static void
test_no_answer (gconstpointer data)
{
  Step step = { .name = "a" };
  g_auto(Fixture) f = { 0 };
  g_autoptr(GError) error = NULL;

  set_up (&f);
  fault_server_script (f.server, FAULT_EXPECT (), FAULT_RESET (), FAULT_END);
  dheera_client_set_max_retries (f.client, 0);
  add_step (&step, &f);
  g_assert_null (((Complete) data) (f.client, f.request, NULL, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_CONNECTION);
  g_assert_cmpstr (f.log->str, ==, "a>1 ");
}

/* --- What they refuse ---------------------------------------------------------------------------------------------------------------- */

static void
test_refuse (gconstpointer data)
{
  Step one = { .name = "a" };
  Step two = { .name = "b", .refuse_at = 1 };
  Step three = { .name = "c" };
  g_auto(Fixture) f = { 0 };

  set_up (&f);
  add_step (&one, &f);
  add_step (&two, &f);
  add_step (&three, &f);
  assert_fails (&f, (Complete) data, DHEERA_ERROR_PERMISSION, "OpenAI, m: a middleware of the application refused the request: not on Sundays.");
  g_assert_cmpstr (f.log->str, ==, "a>1 b>1 ");
  g_assert_cmpuint (fault_server_get_n_connections (f.server), ==, 0);
}

static void
test_refuse_silently (gconstpointer data)
{
  Step step = { .name = "a", .refuse_at = 1, .reason = "" };
  g_auto(Fixture) f = { 0 };

  set_up (&f);
  add_step (&step, &f);
  assert_fails (&f, (Complete) data, DHEERA_ERROR_PERMISSION, "OpenAI, m: a middleware of the application refused the request.");
}

static void
test_refuse_retry (gconstpointer data)
{
  Step step = { .name = "a", .refuse_at = 2 };
  g_auto(Fixture) f = { 0 };

  set_up (&f);
  SCRIPT (f.server, BUSY);
  add_step (&step, &f);
  assert_fails (&f, (Complete) data, DHEERA_ERROR_PERMISSION, "OpenAI, m: a middleware of the application refused the request: not on Sundays.");
  g_assert_cmpstr (f.log->str, ==, "a>1 a<1 a>2 ");
  g_assert_cmpuint (fault_server_get_n_connections (f.server), ==, 1);
}

static void
cancel_cb (DheeraHttpExchange *exchange,
           gpointer            data)
{
  if ((int) dheera_http_exchange_get_phase (exchange) == GPOINTER_TO_INT (data))
    dheera_call_cancel (dheera_http_exchange_get_call (exchange));
}

static void
test_cancel (gconstpointer data)
{
  for (int phase = DHEERA_HTTP_PHASE_REQUEST; phase <= DHEERA_HTTP_PHASE_RESPONSE; phase++)
    {
      g_auto(Fixture) f = { 0 };
      g_autoptr(GError) error = NULL;

      set_up (&f);
      SCRIPT (f.server, OK_ANSWER);
      dheera_client_add_middleware (f.client, cancel_cb, GINT_TO_POINTER (phase), NULL);
      g_assert_null (((Complete) data) (f.client, f.request, NULL, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_cmpint ((int) fault_server_get_n_requests (f.server), ==, phase);
    }
}

/* --- What they see ------------------------------------------------------------------------------------------------------------------- */

typedef struct
{
  Fixture *f;
  GThread *thread;
  DheeraHttpExchange *kept;
} Witness;

#define assert_header(exchange, name, wanted) G_STMT_START { \
  g_autofree char *seen = dheera_http_exchange_get_header (exchange, name); \
  g_assert_cmpstr (seen, ==, wanted); \
} G_STMT_END

static void
assert_seen_before (DheeraHttpExchange *exchange)
{
  g_assert_cmpuint (dheera_http_exchange_get_status (exchange), ==, 0);
  assert_header (exchange, "x-tenant", "blue");
  assert_header (exchange, "X-Served-By", NULL);
  assert_header (exchange, "Authorization", NULL);
  assert_header (exchange, "X-Gateway-Token", NULL);
  assert_header (exchange, "X-Copy", NULL);
}

static void
assert_seen_after (DheeraHttpExchange *exchange)
{
  g_assert_cmpuint (dheera_http_exchange_get_status (exchange), ==, 200);
  assert_header (exchange, "x-served-by", "rack-7");
  assert_header (exchange, "x-ratelimit-remaining-tokens", "1, 2");
  assert_header (exchange, "X-Tenant", NULL);
  assert_header (exchange, "Authorization", NULL);
  assert_header (exchange, "Set-Cookie", NULL);
  assert_header (exchange, "X-Echo", NULL);
}

static void
witness_cb (DheeraHttpExchange *exchange,
            gpointer            data)
{
  Witness *witness = data;
  g_autofree char *url = fault_server_dup_url (witness->f->server, "/v1/chat/completions");

  g_assert_true (g_thread_self () == witness->thread);
  g_assert_cmpstr (dheera_http_exchange_get_provider (exchange), ==, "openai");
  g_assert_cmpstr (dheera_http_exchange_get_model (exchange), ==, "m");
  g_assert_cmpstr (dheera_http_exchange_get_method (exchange), ==, "POST");
  g_assert_cmpstr (dheera_http_exchange_get_url (exchange), ==, url);
  g_assert_cmpuint (dheera_http_exchange_get_attempt (exchange), ==, 1);
  g_assert_false (dheera_http_exchange_get_for_token (exchange));
  g_assert_cmpstr (dheera_call_get_provider (dheera_http_exchange_get_call (exchange)), ==, "openai");
  if (witness->kept != NULL)
    {
      g_assert_true (witness->kept == exchange);
      g_assert_cmpint (dheera_http_exchange_get_phase (exchange), ==, DHEERA_HTTP_PHASE_RESPONSE);
      assert_seen_after (exchange);
    }
  else
    {
      witness->kept = g_object_ref (exchange);
      g_assert_cmpint (dheera_http_exchange_get_phase (exchange), ==, DHEERA_HTTP_PHASE_REQUEST);
      assert_seen_before (exchange);
    }
}

/* What an application that dumps objects would print */
static void
assert_properties_keep_secrets (GObject *object)
{
  guint n;
  g_autofree GParamSpec **all = g_object_class_list_properties (G_OBJECT_GET_CLASS (object), &n);

  g_assert_cmpuint (n, ==, 9);
  for (guint i = 0; i < n; i++)
    {
      g_auto(GValue) value = G_VALUE_INIT;
      g_autofree char *text = NULL;

      g_object_get_property (object, all[i]->name, &value);
      text = g_strdup_value_contents (&value);
      g_assert_null (strstr (text, "canary"));
    }
}

static void
test_seen (gconstpointer data)
{
  g_auto(Fixture) f = { 0 };
  Witness witness = { &f, g_thread_self (), NULL };

  set_up (&f);
  SCRIPT (f.server, HEAD ("200 OK", "X-Echo: you sent " KEY "\r\nSet-Cookie: canary\r\nx-ratelimit-remaining-tokens: 1\r\n"
                          "x-ratelimit-remaining-tokens: 2\r\nAuthorization: canary\r\n") BODY);
  dheera_base_request_set_header (DHEERA_BASE_REQUEST (f.request), "X-Tenant", "blue");
  dheera_base_request_set_header (DHEERA_BASE_REQUEST (f.request), "X-Gateway-Token", "canary");
  dheera_base_request_set_header (DHEERA_BASE_REQUEST (f.request), "X-Copy", KEY);
  dheera_client_add_middleware (f.client, witness_cb, &witness, NULL);
  assert_answered (&f, (Complete) data);
  fault_server_assert_header (f.server, 0, "X-Gateway-Token", "canary");

  g_assert_nonnull (witness.kept);
  g_assert_cmpuint (dheera_http_exchange_get_status (witness.kept), ==, 200);
  assert_header (witness.kept, "X-Served-By", NULL);
  assert_properties_keep_secrets (G_OBJECT (witness.kept));
  g_object_unref (witness.kept);
}

static void
late_cb (DheeraHttpExchange *exchange,
         gpointer            data)
{
  if (dheera_http_exchange_get_phase (exchange) == DHEERA_HTTP_PHASE_REQUEST)
    return;

  g_test_expect_message ("dheera-ai", G_LOG_LEVEL_WARNING, "dheera_http_exchange_set_header() does nothing after the request was sent*");
  dheera_http_exchange_set_header (exchange, "X-Late", "1");
  g_test_expect_message ("dheera-ai", G_LOG_LEVEL_WARNING, "dheera_http_exchange_refuse() does nothing after the request was sent*");
  dheera_http_exchange_refuse (exchange, "too late");
  g_test_assert_expected_messages ();
  (*(guint *) data)++;
}

static void
test_late (gconstpointer data)
{
  g_auto(Fixture) f = { 0 };
  guint n = 0;

  set_up (&f);
  SCRIPT (f.server, OK_ANSWER);
  dheera_client_add_middleware (f.client, late_cb, &n, NULL);
  assert_answered (&f, (Complete) data);
  g_assert_cmpuint (n, ==, 1);
}

/* --- What they may not set ------------------------------------------------------------------------------------------------------------- */

static void
test_reserved (void)
{
  static const struct
  {
    const char *header;
    const char *value;
    const char *reason;
  } cases[] = {
    { "authorization", "Bearer mine", "the credentials go there" },
    { "content-type", "text/plain", "it belongs to the body" },
    { "Content-Length", "1", "it belongs to the body" },
    { "Transfer-Encoding", "chunked", "it belongs to the body" },
    { "HOST", "evil.example", "it belongs to the connection" },
    { "Connection", "close", "it belongs to the connection" },
    { "Accept", "*/*", "it says how the answer is read" },
    { "User-Agent", "mine", "it is the user-agent property of the session" },
    { "Proxy-Authorization", "Basic x", "it is for a proxy, and the provider would get it" },
    { "X-Tenant", "red", "the request has it already" },
    { "X Y", "1", "its name or value can't be part of an HTTP header" },
    { "X-Split", "1\r\nX-Injected: 1", "its name or value can't be part of an HTTP header" },
    { "", "1", "its name or value can't be part of an HTTP header" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Step step = { .name = "a", .header = cases[i].header, .value = cases[i].value };
      Step next = { .name = "b" };
      g_auto(Fixture) f = { 0 };
      g_autofree char *message = NULL;

      set_up (&f);
      dheera_base_request_set_header (DHEERA_BASE_REQUEST (f.request), "x-tenant", "blue");
      add_step (&step, &f);
      add_step (&next, &f);
      message = g_strdup_printf ("OpenAI, m: a middleware can't set the header “%s”: %s.", cases[i].header, cases[i].reason);
      assert_fails (&f, complete_ways[i % N_COMPLETE_WAYS].complete, DHEERA_ERROR_INVALID_REQUEST, message);
      g_assert_cmpstr (f.log->str, ==, "a>1 ");
      g_assert_cmpuint (fault_server_get_n_connections (f.server), ==, 0);
    }
}

/* Where the key is in a header of its own, the protocol's version is the provider's too; and a gateway may want its own Authorization. */
static void
test_anthropic (void)
{
  static const struct
  {
    const char *header;
    gboolean sent;
  } cases[] = { { "X-Api-Key", FALSE }, { "Anthropic-Version", FALSE }, { "Authorization", TRUE } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Step step = { .name = "a", .header = cases[i].header, .value = "of the gateway" };
      g_auto(Fixture) f = { 0 };
      g_autoptr(GError) error = NULL;

      set_up (&f);
      SCRIPT (f.server, HEAD ("400 Bad Request", "") "{}");
      dheera_base_request_set_model (DHEERA_BASE_REQUEST (f.request), "anthropic/m");
      dheera_request_set_max_tokens (f.request, 5);
      add_step (&step, &f);
      g_assert_null (dheera_client_complete (f.client, f.request, NULL, &error));
      g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
      g_assert_cmpuint (fault_server_get_n_requests (f.server), ==, cases[i].sent);
      if (cases[i].sent)
        fault_server_assert_header (f.server, 0, "Authorization", "of the gateway");
    }
}

/* --- The list -------------------------------------------------------------------------------------------------------------------------- */

static void
add_more_cb (DheeraHttpExchange *exchange,
             gpointer            data)
{
  Step *more = data;

  if (more->f->log->len == 0)
    add_step (more, more->f);
}

/* A call has the functions that were there when it was made, in its retries too. */
static void
test_added_meanwhile (gconstpointer data)
{
  Step more = { .name = "m" };
  Step step = { .name = "a" };
  g_auto(Fixture) f = { 0 };

  set_up (&f);
  SCRIPT (f.server, BUSY);
  SCRIPT (f.server, OK_ANSWER);
  more.f = &f;
  dheera_client_add_middleware (f.client, add_more_cb, &more, NULL);
  add_step (&step, &f);
  assert_answered (&f, (Complete) data);
  g_assert_cmpstr (f.log->str, ==, "a>1 a<1 a>2 a<2 ");
  assert_answered (&f, (Complete) data);
  g_assert_cmpstr (f.log->str, ==, "a>1 a<1 a>2 a<2 a>1 m>1 a<1 m<1 ");
}

static void
test_counts_for_the_next (void)
{
  Step one = { .name = "a" };
  Step two = { .name = "b" };
  g_auto(Fixture) f = { 0 };
  g_autoptr(DheeraStream) stream = NULL;
  g_autoptr(DheeraResponse) response = NULL;

  set_up (&f);
  SCRIPT (f.server, OK_ANSWER);
  add_step (&one, &f);
  stream = dheera_client_stream (f.client, f.request);
  add_step (&two, &f);
  response = dheera_stream_collect (stream, NULL, NULL);
  g_assert_cmpstr (dheera_response_get_text (response), ==, "Hello");
  g_assert_cmpstr (f.log->str, ==, "a>1 a<1 ");
  assert_answered (&f, dheera_client_complete);
  g_assert_cmpstr (f.log->str, ==, "a>1 a<1 a>1 b>1 a<1 b<1 ");
}

static void
test_destroyed (void)
{
  Step one = { .name = "a" };
  Step two = { .name = "b" };
  g_auto(Fixture) f = { 0 };
  DheeraStream *stream;

  set_up (&f);
  SCRIPT (f.server, OK_ANSWER);
  add_step (&one, &f);
  add_step (&two, &f);
  assert_answered (&f, dheera_client_complete);
  stream = dheera_client_stream (f.client, f.request);
  g_clear_object (&f.client);
  g_assert_cmpuint (one.n_destroyed + two.n_destroyed, ==, 0);
  g_object_unref (stream);
  g_assert_cmpuint (one.n_destroyed, ==, 1);
  g_assert_cmpuint (two.n_destroyed, ==, 1);
}

static void
count_cb (DheeraHttpExchange *exchange,
          gpointer            data)
{
  g_atomic_int_inc ((guint *) data);
}

typedef struct
{
  DheeraClient *client;
  guint n_calls;
} Shared;

static gpointer
call_and_add (gpointer data)
{
  Shared *shared = data;

  for (guint i = 0; i < 10; i++)
    {
      g_autoptr(DheeraRequest) request = mock_request ("mock/echo", "Hello", NULL);
      g_autoptr(DheeraResponse) response = dheera_client_complete (shared->client, request, NULL, NULL);

      g_assert_cmpstr (dheera_response_get_text (response), ==, "Hello");
      dheera_client_add_middleware (shared->client, count_cb, &shared->n_calls, NULL);
    }
  return NULL;
}

static void
test_threads (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  Shared shared = { client, 0 };
  GThread *threads[4];
  guint before;
  g_autoptr(DheeraRequest) request = mock_request ("mock/echo", "Hello", NULL);
  g_autoptr(DheeraResponse) response = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("call", call_and_add, &shared);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  before = shared.n_calls;
  response = dheera_client_complete (client, request, NULL, NULL);
  g_assert_nonnull (response);
  g_assert_cmpuint (shared.n_calls - before, ==, 2 * 10 * G_N_ELEMENTS (threads));
}

/* --- Requests of another kind ------------------------------------------------------------------------------------------------------------ */

static void
ask_vertex (Fixture *f)
{
  g_autofree char *token_url = fault_server_dup_url (f->server, "/token");
  g_autofree char *key = g_strdup_printf ("{\"type\":\"authorized_user\",\"client_id\":\"app\",\"client_secret\":\"canary\",\"refresh_token\":\"canary\","
                                          "\"token_uri\":\"%s\"}", token_url);

  dheera_base_request_set_model (DHEERA_BASE_REQUEST (f->request), "vertex-openai/m");
  dheera_base_request_set_api_key (DHEERA_BASE_REQUEST (f->request), key);
}

static void
test_token (gconstpointer data)
{
  Step step = { .name = "a", .header = "traceparent", .value = "00-1-2-01" };
  g_auto(Fixture) f = { 0 };

  set_up (&f);
  ask_vertex (&f);
  SCRIPT (f.server, HEAD ("200 OK", "") "{\"access_token\":\"ya29.canary-token\",\"expires_in\":3599}");
  SCRIPT (f.server, OK_ANSWER);
  add_step (&step, &f);
  assert_answered (&f, (Complete) data);
  g_assert_cmpstr (f.log->str, ==, "a>1t a<1t a>1 a<1 ");
  g_assert_cmpstr (fault_server_get_request (f.server, 0)->target, ==, "/token");
  fault_server_assert_header (f.server, 0, "traceparent", "00-1-2-01");
  fault_server_assert_header (f.server, 1, "traceparent", "00-1-2-01");
  fault_server_assert_header (f.server, 1, "Authorization", "Bearer ya29.canary-token");
}

static void
test_token_refused (gconstpointer data)
{
  Step step = { .name = "a", .refuse_at = 1 };
  g_auto(Fixture) f = { 0 };

  set_up (&f);
  ask_vertex (&f);
  add_step (&step, &f);
  assert_fails (&f, (Complete) data, DHEERA_ERROR_PERMISSION,
                "Vertex AI OpenAI layer, m: a middleware of the application refused the request: not on Sundays.");
  g_assert_cmpstr (f.log->str, ==, "a>1t ");
  g_assert_cmpuint (fault_server_get_n_connections (f.server), ==, 0);
}

/* AWS wants its own headers in the signature; the others a proxy may touch. */
static void
test_signed (gconstpointer data)
{
  Step one = { .name = "a", .header = "X-Amz-Extra", .value = "1" };
  Step two = { .name = "b", .header = "traceparent", .value = "00-1-2-01" };
  g_auto(Fixture) f = { 0 };
  g_autofree char *authorization = NULL;
  g_autoptr(GError) error = NULL;

  set_up (&f);
  SCRIPT (f.server, HEAD ("400 Bad Request", "") "{\"message\":\"no\"}");
  dheera_provider_set_region (dheera_client_get_provider (f.client, "bedrock"), "eu-west-1");
  dheera_base_request_set_model (DHEERA_BASE_REQUEST (f.request), "bedrock/us.amazon.nova-lite-v1:0");
  dheera_base_request_set_api_key (DHEERA_BASE_REQUEST (f.request), "AKIDEXAMPLE:wJalrXUtnFEMIK7MDENG");
  add_step (&one, &f);
  add_step (&two, &f);
  g_assert_null (((Complete) data) (f.client, f.request, NULL, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
  fault_server_assert_header (f.server, 0, "traceparent", "00-1-2-01");
  fault_server_assert_header (f.server, 0, "X-Amz-Extra", "1");
  authorization = fault_request_dup_header (fault_server_get_request (f.server, 0), "Authorization");
  g_assert_nonnull (strstr (authorization, "SignedHeaders=content-type;host;x-amz-date;x-amz-extra,"));
}

/* The user's session carries what a middleware has seen, and is not changed by it. */
static void
queued_cb (SoupSession *session,
           SoupMessage *message,
           gpointer     data)
{
  g_assert_cmpstr (soup_message_headers_get_one (soup_message_get_request_headers (message), "X-One"), ==, "1");
  (*(guint *) data)++;
}

static void
test_session (gconstpointer data)
{
  Step step = { .name = "a", .header = "X-One", .value = "1" };
  g_auto(Fixture) f = { 0 };
  g_autoptr(SoupSession) session = soup_session_new ();
  guint n = 0;

  set_up (&f);
  SCRIPT (f.server, OK_ANSWER);
  g_signal_connect (session, "request-queued", G_CALLBACK (queued_cb), &n);
  dheera_base_request_set_session (DHEERA_BASE_REQUEST (f.request), session);
  add_step (&step, &f);
  assert_answered (&f, (Complete) data);
  g_assert_cmpuint (n, ==, 1);
  fault_server_assert_header (f.server, 0, "X-One", "1");
}

static void
add_in_each_way (const char    *name,
                 GTestDataFunc  test)
{
  for (guint i = 0; i < N_COMPLETE_WAYS; i++)
    {
      g_autofree char *path = g_strdup_printf ("/middleware/%s/%s", name, complete_ways[i].name);

      g_test_add_data_func (path, complete_ways[i].complete, test);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  add_in_each_way ("order", test_order);
  add_in_each_way ("attempts", test_attempts);
  add_in_each_way ("no-answer", test_no_answer);
  add_in_each_way ("refuse", test_refuse);
  add_in_each_way ("refuse-silently", test_refuse_silently);
  add_in_each_way ("refuse-retry", test_refuse_retry);
  add_in_each_way ("cancel", test_cancel);
  add_in_each_way ("seen", test_seen);
  add_in_each_way ("late", test_late);
  add_in_each_way ("added-meanwhile", test_added_meanwhile);
  add_in_each_way ("token", test_token);
  add_in_each_way ("token-refused", test_token_refused);
  add_in_each_way ("signed", test_signed);
  add_in_each_way ("session", test_session);
  g_test_add_func ("/middleware/reserved", test_reserved);
  g_test_add_func ("/middleware/anthropic", test_anthropic);
  g_test_add_func ("/middleware/counts-for-the-next", test_counts_for_the_next);
  g_test_add_func ("/middleware/destroyed", test_destroyed);
  g_test_add_func ("/middleware/threads", test_threads);

  return g_test_run ();
}
