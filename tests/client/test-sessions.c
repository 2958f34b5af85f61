/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The promise of the library: the user's session carries every call, and stays as it was.
 *
 * The matrix is made by a program: each operation, in each way of calling, with the session from each place, over each protocol. */

#include "client-util.h"

#include "tests/servers/fault-server.h"
#include "tests/servers/model-server.h"

typedef enum
{
  FROM_REQUEST,
  FROM_CLIENT,
  FROM_DEFAULT,
  N_ORIGINS
} Origin;

static const char *const origin_names[] = { "request", "client", "default" };
static const char *const server_names[] = { "http1", "tls-http1", "tls-http2" };

static ModelServer *servers[3];

static ModelServer *
get_server (ModelServerKind kind)
{
  if (servers[kind] == NULL)
    servers[kind] = model_server_new (kind);
  return servers[kind];
}

/* What the session itself says about the messages that it carries */
static void
queued_cb (SoupSession *session,
           SoupMessage *message,
           gpointer     data)
{
  guint *count = data;

  g_atomic_int_inc (count);
}

static SoupSession *
new_session (guint *count)
{
  g_autoptr(GTlsDatabase) database = fault_server_new_database ();
  SoupSession *session = soup_session_new_with_options ("tls-database", database, "max-conns", 7, "max-conns-per-host", 3, "timeout", 33, "idle-timeout", 44,
                                                        "user-agent", "my-application", NULL);

  g_signal_connect (session, "request-queued", G_CALLBACK (queued_cb), count);
  return session;
}

static void
assert_unchanged (SoupSession *session)
{
  guint max_conns, max_conns_per_host, timeout, idle_timeout;
  g_autofree char *user_agent = NULL;

  g_object_get (session, "max-conns", &max_conns, "max-conns-per-host", &max_conns_per_host, "timeout", &timeout,
                "idle-timeout", &idle_timeout, "user-agent", &user_agent, NULL);
  g_assert_cmpuint (max_conns, ==, 7);
  g_assert_cmpuint (max_conns_per_host, ==, 3);
  g_assert_cmpuint (timeout, ==, 33);
  g_assert_cmpuint (idle_timeout, ==, 44);
  g_assert_cmpstr (user_agent, ==, "my-application");
  g_assert_false (soup_session_has_feature (session, SOUP_TYPE_COOKIE_JAR));
  g_assert_false (soup_session_has_feature (session, SOUP_TYPE_LOGGER));
  g_assert_true (soup_session_has_feature (session, SOUP_TYPE_CONTENT_DECODER));
  g_assert_true (soup_session_has_feature (session, SOUP_TYPE_AUTH_MANAGER));
}

/* --- The operations --------------------------------------------------------------------------------------------------------------- */

typedef struct
{
  DheeraClient *client;
  SoupSession *session; /* for the request, nullable */
  const char *base_url;
} Call;

typedef void (*Operation) (const Call *call);

static DheeraRequest *
make_request (const Call *call)
{
  DheeraRequest *request = dheera_request_new_for_prompt ("vllm/m", "Hi");

  dheera_base_request_set_base_url (DHEERA_BASE_REQUEST (request), call->base_url);
  dheera_base_request_set_session (DHEERA_BASE_REQUEST (request), call->session);
  return request;
}

static void
check_response (DheeraResponse *response,
                GError         *error)
{
  g_assert_no_error (error);
  g_assert_cmpstr (dheera_response_get_text (response), ==, MODEL_SERVER_TEXT);
  g_object_unref (response);
}

static void
do_complete (const Call *call)
{
  g_autoptr(DheeraRequest) request = make_request (call);
  g_autoptr(GError) error = NULL;

  check_response (dheera_client_complete (call->client, request, NULL, &error), error);
}

static void
do_complete_async (const Call *call)
{
  g_autoptr(DheeraRequest) request = make_request (call);
  g_autoptr(GError) error = NULL;

  check_response (complete_async (call->client, request, NULL, &error), error);
}

static void
do_next (const Call *call)
{
  g_autoptr(DheeraRequest) request = make_request (call);
  g_autoptr(DheeraStream) stream = dheera_client_stream (call->client, request);
  g_autoptr(GError) error = NULL;
  DheeraDelta *delta;

  while ((delta = dheera_stream_next (stream, NULL, &error)) != NULL)
    g_object_unref (delta);
  g_assert_no_error (error);
  g_assert_cmpstr (dheera_stream_get_text (stream), ==, MODEL_SERVER_TEXT);
}

static void
do_next_async (const Call *call)
{
  g_autoptr(DheeraRequest) request = make_request (call);
  g_autoptr(DheeraStream) stream = dheera_client_stream (call->client, request);
  g_autoptr(GError) error = NULL;
  DheeraDelta *delta;

  while ((delta = next_async (stream, NULL, &error)) != NULL)
    g_object_unref (delta);
  g_assert_no_error (error);
  g_assert_cmpstr (dheera_stream_get_text (stream), ==, MODEL_SERVER_TEXT);
}

static void
do_collect (const Call *call)
{
  g_autoptr(DheeraRequest) request = make_request (call);
  g_autoptr(DheeraStream) stream = dheera_client_stream (call->client, request);
  g_autoptr(GError) error = NULL;

  check_response (dheera_stream_collect (stream, NULL, &error), error);
}

static void
do_collect_async (const Call *call)
{
  g_autoptr(DheeraRequest) request = make_request (call);
  g_autoptr(DheeraStream) stream = dheera_client_stream (call->client, request);
  g_autoptr(GError) error = NULL;

  check_response (collect_async (stream, NULL, &error), error);
}

static void
do_run (const Call *call)
{
  g_autoptr(DheeraRequest) request = make_request (call);
  g_autoptr(GError) error = NULL;

  check_response (dheera_client_run (call->client, request, NULL, &error), error);
}

static void
do_run_async (const Call *call)
{
  g_autoptr(DheeraRequest) request = make_request (call);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  dheera_client_run_async (call->client, request, NULL, store_result_cb, &result);
  check_response (dheera_client_run_finish (call->client, wait_for_result (&result), &error), error);
}

static void
do_run_stream (const Call *call)
{
  g_autoptr(DheeraRequest) request = make_request (call);
  g_autoptr(DheeraStream) stream = dheera_client_run_stream (call->client, request);
  g_autoptr(GError) error = NULL;

  check_response (dheera_stream_collect (stream, NULL, &error), error);
}

static void
do_run_stream_async (const Call *call)
{
  g_autoptr(DheeraRequest) request = make_request (call);
  g_autoptr(DheeraStream) stream = dheera_client_run_stream (call->client, request);
  g_autoptr(GError) error = NULL;

  check_response (collect_async (stream, NULL, &error), error);
}

static DheeraModelsRequest *
make_models_request (const Call *call)
{
  DheeraModelsRequest *request = dheera_models_request_new ("vllm");

  dheera_base_request_set_base_url (DHEERA_BASE_REQUEST (request), call->base_url);
  dheera_base_request_set_session (DHEERA_BASE_REQUEST (request), call->session);
  return request;
}

static void
do_list_models (const Call *call)
{
  g_autoptr(DheeraModelsRequest) request = make_models_request (call);
  g_autoptr(GError) error = NULL;
  g_autoptr(GListModel) models = dheera_client_list_models (call->client, request, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (models), ==, 1);
}

static void
do_list_models_async (const Call *call)
{
  g_autoptr(DheeraModelsRequest) request = make_models_request (call);
  g_autoptr(GError) error = NULL;
  g_autoptr(GListModel) models = list_models_async (call->client, request, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (models), ==, 1);
}

static const struct
{
  const char *name;
  Operation run;
} operations[] = {
  { "complete", do_complete },
  { "complete-async", do_complete_async },
  { "stream-next", do_next },
  { "stream-next-async", do_next_async },
  { "stream-collect", do_collect },
  { "stream-collect-async", do_collect_async },
  { "run", do_run },
  { "run-async", do_run_async },
  { "run-stream", do_run_stream },
  { "run-stream-async", do_run_stream_async },
  { "list-models", do_list_models },
  { "list-models-async", do_list_models_async },
};

/* --- The contract ------------------------------------------------------------------------------------------------------------------- */

typedef struct
{
  Operation operation;
  gboolean async;
  ModelServerKind kind;
  Origin origin;
} Case;

/* libsoup lets go of a session's last bits from an idle handler. */
static void
settle (void)
{
  for (guint i = 0; i < 50; i++)
    {
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_usleep (1000);
    }
}

static void
test_contract (gconstpointer data)
{
  const Case *c = data;
  ModelServer *server = get_server (c->kind);
  guint carried = 0, elsewhere = 0;
  SoupSession *session = new_session (&carried);
  SoupSession *other = new_session (&elsewhere);
  gpointer weak = session;
  DheeraClient *client = c->origin == FROM_DEFAULT ? dheera_client_new ()
                                                   : dheera_client_new_with_session (c->origin == FROM_CLIENT ? session : other);
  g_autoptr(DheeraClient) default_client = dheera_client_new_with_session (c->origin == FROM_DEFAULT ? session : other);
  Call call = { client, c->origin == FROM_REQUEST ? session : NULL, model_server_get_base_url (server) };

  g_object_add_weak_pointer (G_OBJECT (session), &weak);
  dheera_client_make_default (default_client);

  c->operation (&call);
  g_assert_cmpuint (carried, ==, 1);
  g_assert_cmpuint (elsewhere, ==, 0);
  /* A connection that a blocking call opens is HTTP/1.1 also where the server speaks HTTP/2: see transport/dheera-exchange-head.c. */
  g_assert_cmpint (model_server_get_version (server), ==, c->kind == MODEL_SERVER_TLS_HTTP2 && c->async ? SOUP_HTTP_2_0 : SOUP_HTTP_1_1);
  assert_unchanged (session);

  /* Nothing keeps the session when the client is gone. */
  dheera_clear_default_client ();
  g_clear_object (&default_client);
  g_object_unref (client);
  g_object_unref (session);
  if (weak != NULL)
    settle ();
  g_assert_null (weak);
  g_object_unref (other);
}

/* --- Connections --------------------------------------------------------------------------------------------------------------------- */

/* One connection serves 100 calls of every kind, one after the other. */
static void
test_one_connection (gconstpointer data)
{
  ModelServerKind kind = GPOINTER_TO_UINT (data);
  ModelServer *server = get_server (kind);
  guint carried = 0;
  g_autoptr(SoupSession) session = new_session (&carried);
  g_autoptr(DheeraClient) client = dheera_client_new_with_session (session);
  Call call = { client, NULL, model_server_get_base_url (server) };

  model_server_reset (server);
  for (guint i = 0; i < 104; i++)
    operations[i % G_N_ELEMENTS (operations)].run (&call);
  g_assert_cmpuint (carried, ==, 104);
  g_assert_cmpuint (model_server_get_requests (server), ==, 104);
  g_assert_cmpuint (model_server_get_connections (server), ==, 1);
  assert_unchanged (session);
}

static void
test_own_session_one_connection (void)
{
  ModelServer *server = get_server (MODEL_SERVER_PLAIN);
  g_autoptr(DheeraClient) client = dheera_client_new ();
  Call call = { client, NULL, model_server_get_base_url (server) };

  model_server_reset (server);
  for (guint i = 0; i < 104; i++)
    operations[i % G_N_ELEMENTS (operations)].run (&call);
  g_assert_cmpuint (model_server_get_connections (server), ==, 1);
}

/* Async and blocking take turns on one HTTP/2 connection of one thread: the combination that hangs where blocking calls iterate a private main context. */
static void
test_turns_on_http2 (void)
{
  ModelServer *server = get_server (MODEL_SERVER_TLS_HTTP2);
  guint carried = 0;
  g_autoptr(SoupSession) session = new_session (&carried);
  g_autoptr(DheeraClient) client = dheera_client_new_with_session (session);
  Call call = { client, NULL, model_server_get_base_url (server) };

  model_server_reset (server);
  for (guint i = 0; i < 5; i++)
    {
      do_complete_async (&call);
      g_assert_cmpint (model_server_get_version (server), ==, SOUP_HTTP_2_0);
      do_complete (&call);
      do_next (&call);
      do_next_async (&call);
      g_assert_cmpint (model_server_get_version (server), ==, SOUP_HTTP_2_0);
    }
  g_assert_cmpuint (carried, ==, 20);
  g_assert_cmpuint (model_server_get_connections (server), ==, 1);
}

/* --- Threads --------------------------------------------------------------------------------------------------------------------------- */

static gpointer
thread_main (gpointer data)
{
  const Call *call = data;

  for (guint i = 0; i < 20; i++)
    {
      do_complete (call);
      do_next (call);
    }
  return NULL;
}

static void
test_threads (gconstpointer data)
{
  ModelServer *server = get_server (GPOINTER_TO_UINT (data));
  g_autoptr(GTlsDatabase) database = fault_server_new_database ();
  g_autoptr(SoupSession) session = soup_session_new_with_options ("tls-database", database, "max-conns-per-host", 8, NULL);
  guint carried = 0;
  g_autoptr(DheeraClient) client = dheera_client_new_with_session (session);
  Call call = { client, NULL, model_server_get_base_url (server) };
  GThread *threads[8];

  /* The signals of a session come in the thread that uses it. */
  g_signal_connect (session, "request-queued", G_CALLBACK (queued_cb), &carried);
  model_server_reset (server);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("caller", thread_main, &call);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (model_server_get_requests (server), ==, 8 * 40);
  g_assert_cmpuint (carried, ==, 8 * 40);
}

static void
test_async_side_by_side (gconstpointer data)
{
  ModelServer *server = get_server (GPOINTER_TO_UINT (data));
  guint carried = 0;
  g_autoptr(SoupSession) session = new_session (&carried);
  g_autoptr(DheeraClient) client = dheera_client_new_with_session (session);
  Call call = { client, NULL, model_server_get_base_url (server) };
  GAsyncResult *results[30] = { NULL };

  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autoptr(DheeraRequest) request = make_request (&call);

      dheera_client_complete_async (client, request, NULL, store_result_cb, &results[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autoptr(GError) error = NULL;

      check_response (dheera_client_complete_finish (client, wait_for_result (&results[i]), &error), error);
      g_object_unref (results[i]);
    }
  g_assert_cmpuint (carried, ==, G_N_ELEMENTS (results));
}

static void
add_contract (ModelServerKind kind)
{
  for (guint o = 0; o < G_N_ELEMENTS (operations); o++)
    for (guint origin = 0; origin < N_ORIGINS; origin++)
      {
        g_autofree char *path = g_strdup_printf ("/sessions/contract/%s/%s/%s", server_names[kind], operations[o].name, origin_names[origin]);
        Case *c = g_new0 (Case, 1);

        *c = (Case) { operations[o].run, g_str_has_suffix (operations[o].name, "-async"), kind, origin };
        g_test_add_data_func_full (path, c, test_contract, g_free);
      }
}

static void
add_for_server (const char      *name,
                ModelServerKind  kind,
                GTestDataFunc    func)
{
  g_autofree char *path = g_strdup_printf ("/sessions/%s/%s", name, server_names[kind]);

  g_test_add_data_func (path, GUINT_TO_POINTER (kind), func);
}

int
main (int   argc,
      char *argv[])
{
  int result;

  g_test_init (&argc, &argv, NULL);

  for (guint kind = 0; kind < G_N_ELEMENTS (servers); kind++)
    {
      add_contract (kind);
      add_for_server ("one-connection", kind, test_one_connection);
      add_for_server ("threads", kind, test_threads);
      add_for_server ("async-side-by-side", kind, test_async_side_by_side);
    }
  g_test_add_func ("/sessions/own-session-one-connection", test_own_session_one_connection);
  g_test_add_func ("/sessions/turns-on-http2", test_turns_on_http2);

  result = g_test_run ();
  for (guint i = 0; i < G_N_ELEMENTS (servers); i++)
    g_clear_pointer (&servers[i], model_server_free);
  return result;
}
