/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The server against real sockets: libsoup asks on one side, and model servers answer on the other. */

#include "server-util.h"

#include <glib/gstdio.h>
#include <string.h>

#include "tests/servers/fault-server.h"
#include "tests/servers/model-server.h"

#define HEAD "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
#define CHUNK "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"word\"},\"finish_reason\":null}]}\n\n"
#define BUSY "HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/json\r\nRetry-After: 7\r\nContent-Length: 26\r\n\r\n{\"error\":{\"message\":\"no\"}}\n"

/* --- What is asked, and answered ----------------------------------------------------------------------------------------------------------- */

typedef struct
{
  ModelServer *models;
  SoupSession *session;
  guint n_carried;
  DheeraClient *client;
  DheeraServer *server;
} Fixture;

static void
carried_cb (SoupSession *session,
            SoupMessage *message,
            gpointer     data)
{
  ((Fixture *) data)->n_carried++;
}

static void
set_up (Fixture *f)
{
  *f = (Fixture) { 0 };
  f->models = model_server_new (MODEL_SERVER_PLAIN);
  f->session = soup_session_new_with_options ("timeout", 0, NULL);
  g_signal_connect (f->session, "request-queued", G_CALLBACK (carried_cb), f);
  f->client = new_lab_client (f->session, model_server_get_base_url (f->models));
  f->server = start_server (f->client);
}

static void
tear_down (Fixture *f)
{
  g_clear_object (&f->server);
  g_clear_object (&f->client);
  g_clear_object (&f->session);
  model_server_free (f->models);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, tear_down)

static void
test_chat (void)
{
  g_auto(Fixture) f;
  g_auto(Answer) answer = { 0 };

  set_up (&f);
  ask (&answer, f.server, "POST", "/v1/chat/completions", CHAT_BODY ("lab/m"), NULL);
  assert_answer (&answer, 200, "object", "\"chat.completion\"");
  g_assert_nonnull (strstr (answer.text, "\"content\":\"" MODEL_SERVER_TEXT "\""));
  g_assert_nonnull (answer_get_header (&answer, "x-request-id"));
  g_assert_nonnull (answer_get_header (&answer, "openai-processing-ms"));
  g_assert_cmpuint (f.n_carried, ==, 1);
  g_assert_cmpuint (model_server_get_requests (f.models), ==, 1);
}

static void
test_chat_stream (void)
{
  g_auto(Fixture) f;
  g_auto(Answer) answer = { 0 };

  set_up (&f);
  ask (&answer, f.server, "POST", "/v1/chat/completions", STREAM_BODY ("lab/m"), NULL);
  g_assert_cmpuint (answer.status, ==, 200);
  g_assert_cmpstr (answer_get_header (&answer, "Content-Type"), ==, "text/event-stream; charset=utf-8");
  g_assert_cmpstr (answer_get_header (&answer, "Cache-Control"), ==, "no-cache");
  g_assert_nonnull (strstr (answer.text, "\"content\":\"Hello,\""));
  g_assert_nonnull (strstr (answer.text, "\"content\":\" world\""));
  g_assert_nonnull (strstr (answer.text, "\"finish_reason\":\"stop\""));
  g_assert_true (g_str_has_suffix (answer.text, "data: [DONE]\n\n"));
  g_assert_cmpuint (f.n_carried, ==, 1);
}

static void
test_completions (void)
{
  g_auto(Fixture) f;
  g_auto(Answer) whole = { 0 };
  g_auto(Answer) streamed = { 0 };

  set_up (&f);
  ask (&whole, f.server, "POST", "/v1/completions", "{\"model\":\"lab/m\",\"prompt\":\"Once\"}", NULL);
  assert_answer (&whole, 200, "object", "\"text_completion\"");
  g_assert_nonnull (strstr (whole.text, "\"text\":\"" MODEL_SERVER_TEXT "\""));
  ask (&streamed, f.server, "POST", "/completions", "{\"model\":\"lab/m\",\"prompt\":[\"a\",\"b\"],\"stream\":true}", NULL);
  g_assert_cmpuint (streamed.status, ==, 200);
  g_assert_nonnull (strstr (streamed.text, "\"index\":1"));
  g_assert_true (g_str_has_suffix (streamed.text, "data: [DONE]\n\n"));
  g_assert_cmpuint (f.n_carried, ==, 3);
}

static void
test_embeddings (void)
{
  g_auto(Fixture) f;
  g_auto(Answer) answer = { 0 };
  g_auto(Answer) packed = { 0 };

  set_up (&f);
  ask (&answer, f.server, "POST", "/v1/embeddings", "{\"model\":\"lab/m\",\"input\":\"text\"}", NULL);
  assert_answer (&answer, 200, "object", "\"list\"");
  g_assert_nonnull (strstr (answer.text, "[0.25,-0.5]"));
  ask (&packed, f.server, "POST", "/embeddings", "{\"model\":\"lab/m\",\"input\":[\"text\"],\"encoding_format\":\"base64\"}", NULL);
  g_assert_nonnull (strstr (packed.text, "\"embedding\":\"AACAPgAAAL8=\""));
  g_assert_cmpuint (f.n_carried, ==, 2);
}

static void
test_models (void)
{
  g_auto(Fixture) f;
  g_auto(Answer) list = { 0 };
  g_auto(Answer) one = { 0 };
  g_auto(Answer) none = { 0 };
  g_auto(Answer) head = { 0 };

  set_up (&f);
  ask (&list, f.server, "GET", "/v1/models", NULL, NULL);
  assert_answer (&list, 200, "object", "\"list\"");
  g_assert_nonnull (strstr (list.text, "\"id\":\"lab/m\""));
  ask (&one, f.server, "GET", "/models/lab/m", NULL, NULL);
  assert_answer (&one, 200, "owned_by", "\"lab\"");
  ask (&none, f.server, "GET", "/v1/models/lab/other", NULL, NULL);
  assert_answer (&none, 404, "error.code", "\"model_not_found\"");
  ask (&head, f.server, "HEAD", "/v1/models", NULL, NULL);
  g_assert_cmpuint (head.status, ==, 200);
  g_assert_cmpstr (head.text, ==, "");
  g_assert_cmpuint (f.n_carried, ==, 1);
}

static void
test_health (void)
{
  g_auto(Fixture) f;
  g_auto(Answer) lives = { 0 };
  g_auto(Answer) ready = { 0 };

  set_up (&f);
  ask (&lives, f.server, "GET", "/health/liveliness", NULL, NULL);
  assert_answer (&lives, 200, "status", "\"ok\"");
  ask (&ready, f.server, "GET", "/health/readiness", NULL, NULL);
  assert_answer (&ready, 200, "status", "\"ok\"");
}

static void
test_refusals (void)
{
  static const struct
  {
    const char *method, *path, *body, *code;
    guint status;
  } cases[] = {
    { "GET", "/v1/nothing", NULL, "\"unknown_url\"", 404 },
    { "GET", "/v1/chat/completions", NULL, "\"method_not_supported\"", 405 },
    { "OPTIONS", "/v1/models", NULL, "\"method_not_supported\"", 405 },
    { "POST", "/v1/chat/completions", "{\"model\":\"lab/m\"", "null", 400 },
    { "POST", "/v1/chat/completions", CHAT_BODY ("nobody-knows-this"), "\"model_not_found\"", 404 },
  };
  g_auto(Fixture) f;

  set_up (&f);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto(Answer) answer = { 0 };

      ask (&answer, f.server, cases[i].method, cases[i].path, cases[i].body, NULL);
      assert_answer (&answer, cases[i].status, "error.code", cases[i].code);
    }
  g_assert_cmpuint (f.n_carried, ==, 0);
}

static void
test_body_too_large (void)
{
  g_auto(Fixture) f;
  g_auto(Answer) answer = { 0 };
  g_autoptr(DheeraServer) server = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *body = g_strnfill (5000, ' ');

  set_up (&f);
  server = dheera_server_new (f.client);
  dheera_server_set_port (server, 0);
  dheera_server_set_max_body_size (server, 4096);
  g_assert_true (dheera_server_start (server, &error));
  ask (&answer, server, "POST", "/v1/chat/completions", body, NULL);
  g_assert_cmpuint (answer.status, ==, 413);
  g_assert_cmpuint (f.n_carried, ==, 0);
}

/* --- What goes wrong at the provider --------------------------------------------------------------------------------------------------------- */

typedef struct
{
  FaultServer *fault;
  DheeraClient *client;
  DheeraServer *server;
} Faulty;

static void
faulty_set_up (Faulty *f)
{
  g_autofree char *url = NULL;

  f->fault = fault_server_new (FAULT_TLS_NONE);
  url = fault_server_dup_url (f->fault, "/v1");
  f->client = new_lab_client (NULL, url);
  f->server = start_server (f->client);
}

static void
faulty_clear (Faulty *f)
{
  g_clear_object (&f->server);
  g_clear_object (&f->client);
  fault_server_free (f->fault);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Faulty, faulty_clear)

static void
test_error_before_stream (void)
{
  g_auto(Faulty) f;
  g_auto(Answer) answer = { 0 };

  faulty_set_up (&f);
  fault_server_script (f.fault, FAULT_EXPECT (), FAULT_SEND (BUSY), FAULT_CLOSE (), FAULT_END);
  ask (&answer, f.server, "POST", "/v1/chat/completions", STREAM_BODY ("lab/m"), NULL);
  assert_answer (&answer, 429, "error.code", "\"rate_limit_exceeded\"");
  g_assert_cmpstr (answer_get_header (&answer, "Retry-After"), ==, "7");
  g_assert_cmpstr (answer_get_header (&answer, "x-should-retry"), ==, "true");
  g_assert_cmpstr (answer_get_header (&answer, "Content-Type"), ==, "application/json");
}

static void
test_error_in_stream (void)
{
  g_auto(Faulty) f;
  g_auto(Answer) answer = { 0 };

  faulty_set_up (&f);
  fault_server_script (f.fault, FAULT_EXPECT (), FAULT_SEND (HEAD CHUNK), FAULT_CLOSE (), FAULT_END);
  ask (&answer, f.server, "POST", "/v1/chat/completions", STREAM_BODY ("lab/m"), NULL);
  g_assert_cmpuint (answer.status, ==, 200);
  g_assert_nonnull (strstr (answer.text, "\"content\":\"word\""));
  g_assert_nonnull (strstr (answer.text, "data: {\"error\":"));
  g_assert_null (strstr (answer.text, "[DONE]"));
}

/* The fault server is asked in a thread, since this one has to serve. */
typedef struct
{
  FaultServer *fault;
  guint n;
  gboolean done;
} Waiting;

static gboolean
waited_cb (gpointer data)
{
  ((Waiting *) data)->done = TRUE;
  return G_SOURCE_REMOVE;
}

static gpointer
wait_for_gone (gpointer data)
{
  Waiting *waiting = data;

  fault_server_wait_for_gone (waiting->fault, waiting->n);
  g_main_context_invoke (NULL, waited_cb, waiting);
  return NULL;
}

static gpointer
wait_for_requests (gpointer data)
{
  Waiting *waiting = data;

  fault_server_wait_for_requests (waiting->fault, waiting->n);
  g_main_context_invoke (NULL, waited_cb, waiting);
  return NULL;
}

static void
wait_in_thread (FaultServer *fault,
                guint        n,
                GThreadFunc  func)
{
  Waiting waiting = { fault, n, FALSE };
  GThread *thread = g_thread_new ("waiting", func, &waiting);

  wait_until (&waiting.done);
  g_thread_join (thread);
}

/* Before the first token, whole and streamed, and in the middle of a stream: the provider sees that nobody wants its answer any more. */
static void
test_client_leaves (void)
{
  static const char *const bodies[] = { CHAT_BODY ("lab/m"), STREAM_BODY ("lab/m"), STREAM_BODY ("lab/m") };
  g_auto(Faulty) f;

  faulty_set_up (&f);
  fault_server_script (f.fault, FAULT_EXPECT (), FAULT_STALL (), FAULT_END);
  fault_server_script (f.fault, FAULT_EXPECT (), FAULT_STALL (), FAULT_END);
  fault_server_script (f.fault, FAULT_EXPECT (), FAULT_SEND (HEAD CHUNK), FAULT_STALL (), FAULT_END);
  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autoptr(GSocketConnection) connection = raw_open (f.server);
      gint64 left;

      raw_post (connection, "/v1/chat/completions", bodies[i]);
      wait_in_thread (f.fault, i + 1, wait_for_requests);
      if (i == 2)
        g_free (raw_read_until (connection, "word"));
      left = g_get_monotonic_time ();
      g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
      wait_in_thread (f.fault, i + 1, wait_for_gone);
      g_test_message ("The provider saw it after %.1f ms.", (double) (g_get_monotonic_time () - left) / 1000);
    }
}

/* A client that reads nothing stops its provider: a flood without end fills the sockets and some buffers, and no memory. */
static void
test_backpressure (void)
{
  g_auto(Faulty) f;
  g_autoptr(GSocketConnection) connection = NULL;
  g_auto(Answer) other = { 0 };
  gsize sent = 0;

  faulty_set_up (&f);
  fault_server_script (f.fault, FAULT_EXPECT (), FAULT_SEND (HEAD), FAULT_FLOOD (CHUNK, 0), FAULT_END);
  connection = raw_open (f.server);
  raw_post (connection, "/v1/chat/completions", STREAM_BODY ("lab/m"));
  g_free (raw_read_until (connection, "word"));

  /* The pool of this thread's loop has nothing more to do once everything is full. */
  for (guint quiet = 0; quiet < 20; sent++)
    {
      quiet = g_main_context_iteration (NULL, FALSE) ? 0 : quiet + 1;
      if (quiet > 0)
        g_usleep (10000);
      g_assert_cmpuint (sent, <, 5000000);
    }
  g_test_message ("It was quiet after %" G_GSIZE_FORMAT " turns of the loop.", sent);

  /* Others are served meanwhile, and the stream goes on when its client reads. */
  ask (&other, f.server, "GET", "/health/liveliness", NULL, NULL);
  g_assert_cmpuint (other.status, ==, 200);
  for (guint i = 0; i < 50; i++)
    {
      g_autofree char *text = raw_read_until (connection, "word");

      g_assert_nonnull (text);
    }
}

/* --- Keys ---------------------------------------------------------------------------------------------------------------------------------------- */

static void
test_keys (void)
{
  const char *const keys[] = { "one", SERVER_KEY, NULL };
  g_auto(Fixture) f;
  g_auto(Answer) none = { 0 };
  g_auto(Answer) wrong = { 0 };
  g_auto(Answer) good = { 0 };
  g_autoptr(DheeraServer) server = NULL;
  g_autofree char *hash = dheera_server_hash_key (SERVER_KEY);

  set_up (&f);
  server = dheera_server_new (f.client);
  dheera_server_set_port (server, 0);
  dheera_server_set_keys (server, keys);
  g_assert_true (dheera_server_start (server, NULL));
  ask (&none, server, "POST", "/v1/chat/completions", CHAT_BODY ("lab/m"), NULL);
  assert_answer (&none, 401, "error.code", "\"invalid_api_key\"");
  g_assert_cmpstr (answer_get_header (&none, "WWW-Authenticate"), ==, "Bearer");
  ask (&wrong, server, "POST", "/v1/chat/completions", CHAT_BODY ("lab/m"), hash);
  assert_answer (&wrong, 401, "error.code", "\"invalid_api_key\"");
  g_assert_null (strstr (wrong.text, hash));
  g_assert_cmpuint (f.n_carried, ==, 0);
  ask (&good, server, "POST", "/v1/chat/completions", CHAT_BODY ("lab/m"), SERVER_KEY);
  g_assert_cmpuint (good.status, ==, 200);
}

/* --- Properties -------------------------------------------------------------------------------------------------------------------------------------- */

static void
count_cb (GObject    *object,
          GParamSpec *pspec,
          gpointer    data)
{
  ++*(guint *) data;
}

static void
test_properties (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraServer) server = dheera_server_new (client);
  g_autofree char *path = fault_server_dup_certificate ("localhost.pem");
  g_autoptr(GTlsCertificate) certificate = g_tls_certificate_new_from_file (path, NULL);
  g_autoptr(DheeraClient) own = NULL;
  g_autofree char *host = NULL;
  guint n = 0;
  guint port;

  g_assert_cmpstr (dheera_server_get_host (server), ==, "127.0.0.1");
  g_assert_cmpuint (dheera_server_get_port (server), ==, 4000);
  g_assert_cmpuint (dheera_server_get_max_connections (server), ==, 1024);
  g_assert_cmpuint (dheera_server_get_max_body_size (server), ==, 64 * 1024 * 1024);
  g_assert_cmpfloat (dheera_server_get_drain_timeout (server), ==, 30);
  g_assert_null (dheera_server_get_tls_certificate (server));
  g_assert_null (dheera_server_get_config_file (server));
  g_assert_true (dheera_server_get_client (server) == client);
  g_assert_null (dheera_server_get_uri (server));

  g_signal_connect (server, "notify", G_CALLBACK (count_cb), &n);
  g_object_set (server, "host", "localhost", "port", 0, "tls-certificate", certificate, "config-file", "c", "max-connections", 5, "max-body-size", (guint64) 6,
                "drain-timeout", 0.5, NULL);
  g_object_set (server, "host", "localhost", "port", 0, "tls-certificate", certificate, "config-file", "c", "max-connections", 5, "max-body-size", (guint64) 6,
                "drain-timeout", 0.5, NULL);
  g_assert_cmpuint (n, ==, 7);
  g_object_get (server, "client", &own, "host", &host, "port", &port, NULL);
  g_assert_true (own == client);
  g_assert_cmpstr (host, ==, "localhost");
  g_assert_cmpuint (port, ==, 0);
  g_assert_true (dheera_server_get_tls_certificate (server) == certificate);
  g_assert_cmpstr (dheera_server_get_config_file (server), ==, "c");
  g_assert_cmpuint (dheera_server_get_max_connections (server), ==, 5);
  g_assert_cmpuint (dheera_server_get_max_body_size (server), ==, 6);
  g_assert_cmpfloat (dheera_server_get_drain_timeout (server), ==, 0.5);
  dheera_server_set_tls_certificate (server, NULL);
  dheera_server_set_max_connections (server, 7);
  dheera_server_set_drain_timeout (server, 1);
  g_assert_cmpuint (n, ==, 10);
}

/* --- A configuration file ---------------------------------------------------------------------------------------------------------------------------- */

static void
test_config (void)
{
  g_auto(Fixture) f;
  g_auto(Answer) answer = { 0 };
  g_auto(Answer) hidden = { 0 };
  g_autofree char *folder = g_dir_make_tmp ("dheera-server-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "server.conf", NULL);
  g_autofree char *keys = g_build_filename (folder, "keys", NULL);
  g_autofree char *text = NULL;
  g_autoptr(DheeraServer) server = dheera_server_new (NULL);
  g_autoptr(GError) error = NULL;

  set_up (&f);
  text = g_strdup_printf ("[server]\nport=0\nkey-files=keys\n[session]\nmax-connections=9\n[provider lab]\nbase-url=%s\n[model fast]\ntarget=lab/m\n",
                          model_server_get_base_url (f.models));
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_assert_true (g_file_set_contents (keys, SERVER_KEY "\n", -1, NULL));
  g_chmod (keys, 0600);
  dheera_server_set_config_file (server, path);
  dheera_server_add_model (server, "own", "lab/m");
  g_assert_true (dheera_server_start (server, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (dheera_session_options_get_max_connections (dheera_client_get_session_options (dheera_server_get_client (server))), ==, 9);
  ask (&answer, server, "POST", "/v1/chat/completions", CHAT_BODY ("fast"), SERVER_KEY);
  assert_answer (&answer, 200, "model", "\"fast\"");
  answer_clear (&answer);
  ask (&answer, server, "POST", "/v1/chat/completions", STREAM_BODY ("own"), SERVER_KEY);
  g_assert_nonnull (strstr (answer.text, "\"model\":\"own\""));
  ask (&hidden, server, "POST", "/v1/chat/completions", CHAT_BODY ("lab/m"), SERVER_KEY);
  assert_answer (&hidden, 404, "error.code", "\"model_not_found\"");
  stop_server (server);
  g_assert_null (dheera_server_get_client (server));

  /* A client has its own session. */
  {
    g_autoptr(DheeraServer) second = dheera_server_new (f.client);

    dheera_server_set_config_file (second, path);
    g_assert_false (dheera_server_start (second, &error));
    g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
    g_assert_nonnull (strstr (error->message, "[session]"));
  }
  g_remove (path);
  g_remove (keys);
  g_rmdir (folder);
}

static void
test_key_file (void)
{
  g_auto(Fixture) f;
  g_auto(Answer) none = { 0 };
  g_auto(Answer) good = { 0 };
  g_autofree char *folder = g_dir_make_tmp ("dheera-server-XXXXXX", NULL);
  g_autofree char *keys = g_build_filename (folder, "keys", NULL);
  g_autoptr(DheeraServer) server = NULL;
  g_autoptr(GError) error = NULL;

  set_up (&f);
  server = dheera_server_new (f.client);
  dheera_server_set_port (server, 0);
  g_assert_false (dheera_server_add_key_file (server, keys, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
  g_assert_true (g_file_set_contents (keys, SERVER_KEY "\n", -1, NULL));
  g_chmod (keys, 0600);
  g_assert_true (dheera_server_add_key_file (server, keys, NULL));
  g_assert_true (dheera_server_start (server, NULL));
  ask (&none, server, "GET", "/v1/models", NULL, NULL);
  g_assert_cmpuint (none.status, ==, 401);
  ask (&good, server, "GET", "/v1/models", NULL, SERVER_KEY);
  g_assert_cmpuint (good.status, ==, 200);
  g_remove (keys);
  g_rmdir (folder);
}

/* --- TLS and addresses --------------------------------------------------------------------------------------------------------------------------------- */

static void
test_tls (void)
{
  g_auto(Fixture) f;
  g_auto(Answer) answer = { 0 };
  g_autofree char *path = fault_server_dup_certificate ("localhost.pem");
  g_autoptr(GError) error = NULL;
  g_autoptr(GTlsCertificate) certificate = g_tls_certificate_new_from_file (path, &error);
  g_autoptr(DheeraServer) server = NULL;
  g_autofree char *uri = NULL;

  g_assert_no_error (error);
  set_up (&f);
  server = dheera_server_new (f.client);
  dheera_server_set_port (server, 0);
  dheera_server_set_tls_certificate (server, certificate);
  g_assert_true (dheera_server_start (server, &error));
  uri = dheera_server_get_uri (server);
  g_assert_true (g_str_has_prefix (uri, "https://127.0.0.1:"));
  ask (&answer, server, "POST", "/v1/chat/completions", STREAM_BODY ("lab/m"), NULL);
  g_assert_cmpuint (answer.status, ==, 200);
  g_assert_true (g_str_has_suffix (answer.text, "data: [DONE]\n\n"));
}

/* Everybody may knock where there is a key. */
static void
test_any_address (void)
{
  const char *const keys[] = { SERVER_KEY, NULL };
  g_auto(Fixture) f;
  g_auto(Answer) none = { 0 };
  g_auto(Answer) good = { 0 };
  g_autoptr(DheeraServer) server = NULL;
  g_autoptr(GError) error = NULL;

  set_up (&f);
  server = dheera_server_new (f.client);
  dheera_server_set_port (server, 0);
  dheera_server_set_host (server, "0.0.0.0");
  dheera_server_set_keys (server, keys);
  g_assert_true (dheera_server_start (server, &error));
  g_assert_no_error (error);
  ask (&none, server, "GET", "/v1/models", NULL, NULL);
  g_assert_cmpuint (none.status, ==, 401);
  ask (&good, server, "GET", "/v1/models", NULL, SERVER_KEY);
  g_assert_cmpuint (good.status, ==, 200);
}

static void
test_localhost (void)
{
  g_auto(Fixture) f;
  g_auto(Answer) answer = { 0 };
  g_autoptr(DheeraServer) server = NULL;
  g_autofree char *uri = NULL;

  set_up (&f);
  server = dheera_server_new (f.client);
  dheera_server_set_port (server, 0);
  dheera_server_set_host (server, "localhost");
  g_assert_true (dheera_server_start (server, NULL));
  uri = dheera_server_get_uri (server);
  g_assert_true (g_str_has_prefix (uri, "http://localhost:"));
  ask (&answer, server, "GET", "/health/liveliness", NULL, NULL);
  g_assert_cmpuint (answer.status, ==, 200);
}

static void
test_ipv6 (void)
{
  g_auto(Fixture) f;
  g_auto(Answer) answer = { 0 };
  g_autoptr(DheeraServer) server = NULL;
  g_autofree char *uri = NULL;

  if (!g_file_test ("/proc/net/if_inet6", G_FILE_TEST_EXISTS))
    {
      g_test_skip ("this machine has no IPv6");
      return;
    }

  set_up (&f);
  server = dheera_server_new (f.client);
  dheera_server_set_port (server, 0);
  dheera_server_set_host (server, "::1");
  if (!dheera_server_start (server, NULL))
    {
      g_test_skip ("this machine has no ::1");
      return;
    }
  uri = dheera_server_get_uri (server);
  g_assert_true (g_str_has_prefix (uri, "http://[::1]:"));
  ask (&answer, server, "POST", "/v1/chat/completions", CHAT_BODY ("lab/m"), NULL);
  g_assert_cmpuint (answer.status, ==, 200);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/server/chat", test_chat);
  g_test_add_func ("/server/server/chat-stream", test_chat_stream);
  g_test_add_func ("/server/server/completions", test_completions);
  g_test_add_func ("/server/server/embeddings", test_embeddings);
  g_test_add_func ("/server/server/models", test_models);
  g_test_add_func ("/server/server/health", test_health);
  g_test_add_func ("/server/server/refusals", test_refusals);
  g_test_add_func ("/server/server/body-too-large", test_body_too_large);
  g_test_add_func ("/server/server/error-before-stream", test_error_before_stream);
  g_test_add_func ("/server/server/error-in-stream", test_error_in_stream);
  g_test_add_func ("/server/server/client-leaves", test_client_leaves);
  g_test_add_func ("/server/server/backpressure", test_backpressure);
  g_test_add_func ("/server/server/keys", test_keys);
  g_test_add_func ("/server/server/properties", test_properties);
  g_test_add_func ("/server/server/config", test_config);
  g_test_add_func ("/server/server/key-file", test_key_file);
  g_test_add_func ("/server/server/tls", test_tls);
  g_test_add_func ("/server/server/any-address", test_any_address);
  g_test_add_func ("/server/server/localhost", test_localhost);
  g_test_add_func ("/server/server/ipv6", test_ipv6);

  return g_test_run ();
}
