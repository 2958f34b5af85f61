/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is left of clients, sessions and calls when everybody has let go of them: nothing; and that it does not matter when that is. */

#include "client-util.h"

#include "dheera-ai/client/dheera-client-private.h"
#include "tests/servers/fault-server.h"
#include "tests/servers/model-server.h"

#include <malloc.h>
#include <string.h>

#define N_CLIENTS 10000
#define N_FOR_WARM_UP 1000
#define CALL_EVERY 100
#define N_OF_THE_PROCESS 8 /* descriptors that are made once, such as those that wake up main contexts, or both ends of the one connection of a shared session */
#define MAX_GROWTH (512 * 1024) /* bytes, for the pieces that malloc keeps and what the server remembers; an object for each client would be more than a megabyte */

#define ANSWER_BEGIN "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n"
#define ANSWER_END "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"" MODEL_SERVER_TEXT "\"},\"finish_reason\":\"stop\"}]}"

G_STATIC_ASSERT (sizeof ANSWER_END - 1 == 99);

#define PATIENCE (20 * G_USEC_PER_SEC)

static guint
count_entries (const char *path)
{
  g_autoptr(GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static guint
count_files (void)
{
  return count_entries ("/proc/self/fd");
}

static gboolean
is_ours (const char *id)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/task/%s/comm", id);
  g_autofree char *name = NULL;

  return g_file_get_contents (path, &name, NULL, NULL) && g_str_has_prefix (name, "dheera-");
}

static guint
count_our_threads (void)
{
  g_autoptr(GDir) dir = g_dir_open ("/proc/self/task", 0, NULL);
  const char *id;
  guint n = 0;

  while ((id = g_dir_read_name (dir)) != NULL)
    if (is_ours (id))
      n++;
  return n;
}

/* libsoup lets go of the last things in the main context, and servers see connections close a moment later. */
static gboolean
settles (gboolean (*is_settled) (gpointer data),
         gpointer data)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;

  while (!is_settled (data) && g_get_monotonic_time () < end)
    if (!g_main_context_iteration (NULL, FALSE))
      g_usleep (1000);
  return is_settled (data);
}

static gboolean
is_null (gpointer place)
{
  return g_atomic_pointer_get ((gpointer *) place) == NULL;
}

static void
watch (gpointer *place,
       gpointer  object)
{
  *place = object;
  g_object_add_weak_pointer (object, place);
}

#define assert_gone(place) g_assert_true (settles (is_null, &(place)))

/* --- Ten thousand clients ---------------------------------------------------------------------------------------------------------------- */

static DheeraRequest *
new_request (const char *base_url)
{
  DheeraRequest *request = dheera_request_new_for_prompt ("vllm/m", "Hi");

  dheera_base_request_set_base_url (DHEERA_BASE_REQUEST (request), base_url);
  return request;
}

static DheeraSessionOptions *
new_options (void)
{
  DheeraSessionOptions *options = dheera_session_options_new ();
  g_autofree char *authority = fault_server_dup_certificate ("ca.pem");

  dheera_session_options_set_ca_file (options, authority);
  return options;
}

static DheeraClient *
new_client (SoupSession *session)
{
  g_autoptr(DheeraSessionOptions) options = NULL;

  if (session != NULL)
    return dheera_client_new_with_session (session);
  options = new_options ();
  return g_object_new (DHEERA_TYPE_CLIENT, "session-options", options, NULL);
}

static void
ask (DheeraClient *client,
     const char   *base_url,
     guint         way)
{
  g_autoptr(DheeraRequest) request = new_request (base_url);
  g_autoptr(DheeraStream) stream = way % 4 >= 2 ? dheera_client_stream (client, request) : NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(DheeraResponse) response = NULL;

  switch (way % 4)
    {
    case 0:
      response = dheera_client_complete (client, request, NULL, &error);
      break;
    case 1:
      response = complete_async (client, request, NULL, &error);
      break;
    case 2:
      response = dheera_stream_collect (stream, NULL, &error);
      break;
    default:
      response = collect_async (stream, NULL, &error);
    }
  g_assert_no_error (error);
  g_assert_cmpstr (dheera_response_get_text (response), ==, MODEL_SERVER_TEXT);
}

static void
make_and_drop (SoupSession *session,
               const char  *base_url,
               guint        n)
{
  for (guint i = 0; i < n; i++)
    {
      DheeraClient *client = new_client (session);
      gpointer weak;

      watch (&weak, client);
      if (i % CALL_EVERY == 0)
        ask (client, base_url, i / CALL_EVERY);
      g_object_unref (client);
      g_assert_null (weak);
    }
}

static gboolean
has_few_files (gpointer data)
{
  return count_files () <= *(guint *) data;
}

static gboolean
has_little_memory (gpointer data)
{
  return mallinfo2 ().uordblks <= *(gsize *) data;
}

/* Memory, file descriptors and threads are after nine thousand more what they were after the first thousand. */
static void
test_ten_thousand (gconstpointer data)
{
  gboolean users = GPOINTER_TO_INT (data);
  g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_GOOD);
  g_autofree char *url = fault_server_dup_url (server, "/v1");
  g_autoptr(GTlsDatabase) database = fault_server_new_database ();
  g_autoptr(SoupSession) session = users ? soup_session_new_with_options ("tls-database", database, NULL) : NULL;
  guint n_files = count_files () + N_OF_THE_PROCESS;
  gsize before, limit;

  /* A stream may be answered as a whole. */
  fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (ANSWER_BEGIN ANSWER_END), FAULT_AGAIN (), FAULT_END);
  make_and_drop (session, url, N_FOR_WARM_UP);
  g_assert_true (settles (has_few_files, &n_files));
  n_files = count_files ();
  before = mallinfo2 ().uordblks;

  make_and_drop (session, url, N_CLIENTS - N_FOR_WARM_UP);
  g_assert_true (settles (has_few_files, &n_files));
  limit = before + MAX_GROWTH;
  g_assert_true (settles (has_little_memory, &limit));
  g_assert_cmpuint (fault_server_get_n_connections (server), ==, users ? 1 : N_CLIENTS / CALL_EVERY);
  g_test_message ("%" G_GSIZE_FORMAT " bytes in use after %u clients, %" G_GSIZE_FORMAT " after %u", before, N_FOR_WARM_UP, mallinfo2 ().uordblks, N_CLIENTS);
  /* The watchdog of blocking calls */
  g_assert_cmpuint (count_our_threads (), <=, 1);
}

/* --- Who goes with whom -------------------------------------------------------------------------------------------------------------------- */

/* A session of the client's own, and all that belongs to it, goes with the client; what it was asked last does not matter. */
static void
test_own_session (gconstpointer data)
{
  guint way = GPOINTER_TO_UINT (data);
  g_autoptr(ModelServer) server = model_server_new (MODEL_SERVER_TLS);
  DheeraClient *client = new_client (NULL);
  gpointer session, database;
  SoupSession *own;

  ask (client, model_server_get_base_url (server), way);
  own = dheera_transport_dup_session (client->transport, NULL);
  watch (&session, own);
  watch (&database, soup_session_get_tls_database (own));
  g_object_unref (own);
  g_assert_nonnull (session);
  g_object_unref (client);
  assert_gone (session);
  assert_gone (database);
}

/* A session of the application's stays until the last of all is gone, in every order. */
static void
test_users_session (void)
{
  g_autoptr(ModelServer) server = model_server_new (MODEL_SERVER_TLS);
  GTlsDatabase *database = fault_server_new_database ();
  SoupSession *session = soup_session_new_with_options ("tls-database", database, NULL);
  DheeraClient *first = dheera_client_new_with_session (session);
  DheeraClient *second = dheera_client_new_with_session (session);
  gpointer weak_session, weak_database;

  watch (&weak_session, session);
  watch (&weak_database, database);
  g_object_unref (database);
  g_object_unref (session);
  for (guint way = 0; way < 4; way++)
    ask (way % 2 ? first : second, model_server_get_base_url (server), way);
  g_object_unref (first);
  g_assert_nonnull (weak_session);
  ask (second, model_server_get_base_url (server), 0);
  g_object_unref (second);
  assert_gone (weak_session);
  assert_gone (weak_database);
}

/* --- In the middle ------------------------------------------------------------------------------------------------------------------------- */

#define STREAM_BEGIN "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 134\r\n\r\n"
#define STREAM_END \
  "data: {\"choices\":[{\"delta\":{\"content\":\"" MODEL_SERVER_TEXT "\"}}]}\n\n" \
  "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"
#define TRY_LATER "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"

G_STATIC_ASSERT (sizeof STREAM_END - 1 == 134);

typedef enum
{
  IN_ANSWER,    /* the head is there */
  IN_QUEUE,     /* the session allows one connection, which somebody else has */
  BEFORE_RETRY, /* the server said to come back later */
  BEFORE_KEY,   /* the application was asked for one */
  N_MOMENTS
} Moment;

typedef enum
{
  GO_ON,
  CANCEL,
  N_ENDS
} End;

static const char *const moment_names[] = { "in-answer", "in-queue", "before-retry", "before-key" };
static const char *const end_names[] = { "go-on", "cancel" };

typedef struct
{
  Moment moment;
  End end;
  gboolean streamed;
  gboolean users; /* session */
} Case;

typedef struct
{
  const Case *c;
  FaultServer *server;
  DheeraClient *client;
  SoupSession *session; /* nullable */
  GCancellable *cancellable;
  DheeraCredentialsRequest *question;
  guint n_attempts;
  guint n_done;
  GError *error;
  char *text;
  GAsyncResult *other; /* of who has the connection */
  gpointer weak_client, weak_session, weak_request, weak_stream;
} Middle;

static void
attempt_finished_cb (DheeraClient *client,
                     DheeraCall   *call,
                     gpointer      data)
{
  ((Middle *) data)->n_attempts++;
}

static void
credentials_cb (DheeraCredentialsRequest *question,
                gpointer                  data)
{
  ((Middle *) data)->question = g_object_ref (question);
}

static void
done_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      data)
{
  Middle *middle = data;
  g_autoptr(DheeraResponse) response = middle->c->streamed ? dheera_stream_collect_finish (DHEERA_STREAM (source), result, &middle->error)
                                                           : dheera_client_complete_finish (DHEERA_CLIENT (source), result, &middle->error);

  middle->n_done++;
  middle->text = response != NULL ? g_strdup (dheera_response_get_text (response)) : NULL;
}

static void
script (Middle *middle)
{
  const char *begin = middle->c->streamed ? STREAM_BEGIN : ANSWER_BEGIN;
  const char *end = middle->c->streamed ? STREAM_END : ANSWER_END;
  FaultStep steps[8] = { FAULT_EXPECT () };
  guint n = 1;

  if (middle->c->moment == IN_QUEUE)
    {
      /* The other one's */
      steps[n++] = (FaultStep) FAULT_SIGNAL ();
      steps[n++] = (FaultStep) FAULT_SEND (ANSWER_BEGIN ANSWER_END);
      steps[n++] = (FaultStep) FAULT_EXPECT ();
    }
  else if (middle->c->moment == BEFORE_RETRY)
    {
      steps[n++] = (FaultStep) FAULT_SEND (TRY_LATER);
      steps[n++] = (FaultStep) FAULT_EXPECT ();
    }
  steps[n++] = (FaultStep) FAULT_SEND (begin);
  if (middle->c->moment == IN_ANSWER)
    steps[n++] = (FaultStep) FAULT_SIGNAL ();
  steps[n++] = (FaultStep) FAULT_SEND (end);
  steps[n] = (FaultStep) FAULT_STALL ();
  fault_server_add_script (middle->server, steps);
}

static void
make_client (Middle *middle)
{
  g_autoptr(DheeraSessionOptions) options = dheera_session_options_new ();
  guint n = middle->c->moment == IN_QUEUE ? 1 : 2;

  if (middle->c->users)
    {
      middle->session = soup_session_new_with_options ("max-conns-per-host", n, NULL);
      middle->client = dheera_client_new_with_session (middle->session);
      watch (&middle->weak_session, middle->session);
    }
  else
    {
      dheera_session_options_set_max_connections_per_host (options, n);
      middle->client = g_object_new (DHEERA_TYPE_CLIENT, "session-options", options, NULL);
    }
  watch (&middle->weak_client, middle->client);
  g_signal_connect (middle->client, "attempt-finished", G_CALLBACK (attempt_finished_cb), middle);
  if (middle->c->moment == BEFORE_KEY)
    dheera_provider_set_credentials_func (dheera_client_get_provider (middle->client, "groq"), credentials_cb, middle, NULL);
}

static DheeraRequest *
make_request (Middle     *middle,
              const char *model)
{
  g_autofree char *url = fault_server_dup_url (middle->server, "/v1");
  DheeraRequest *request = dheera_request_new_for_prompt (model, "Hi");

  dheera_base_request_set_base_url (DHEERA_BASE_REQUEST (request), url);
  return request;
}

static gboolean
is_there (gpointer data)
{
  Middle *middle = data;

  switch (middle->c->moment)
    {
    case BEFORE_KEY:
      return middle->question != NULL;
    case BEFORE_RETRY:
      return middle->n_attempts == 1;
    case IN_QUEUE:
    case IN_ANSWER:
    case N_MOMENTS:
    default:
      return fault_server_get_n_requests (middle->server) == 1;
    }
}

static void
start (Middle *middle)
{
  DheeraRequest *request = make_request (middle, middle->c->moment == BEFORE_KEY ? "groq/m" : "vllm/m");
  g_autoptr(DheeraRequest) other = make_request (middle, "vllm/m");
  DheeraStream *stream = NULL;

  if (middle->c->moment == IN_QUEUE)
    {
      dheera_client_complete_async (middle->client, other, NULL, store_result_cb, &middle->other);
      g_assert_true (settles (is_there, middle));
    }
  watch (&middle->weak_request, request);
  if (middle->c->streamed)
    {
      stream = dheera_client_stream (middle->client, request);
      watch (&middle->weak_stream, stream);
      dheera_stream_collect_async (stream, middle->cancellable, done_cb, middle);
    }
  else
    dheera_client_complete_async (middle->client, request, middle->cancellable, done_cb, middle);
  g_object_unref (request);
  g_assert_true (settles (is_there, middle));

  /* Nobody but the call itself holds anything of it from here on. */
  g_clear_object (&stream);
  g_clear_object (&middle->client);
  g_clear_object (&middle->session);
}

static void
go_on (Middle *middle)
{
  if (middle->c->moment == BEFORE_KEY)
    dheera_credentials_request_return_key (middle->question, "sk-test");
  else
    fault_server_signal (middle->server);
}

static gboolean
is_done (gpointer data)
{
  Middle *middle = data;

  return middle->n_done > 0 && (middle->c->moment != IN_QUEUE || middle->other != NULL);
}

static void
check_end (Middle *middle)
{
  if (middle->c->end == CANCEL)
    {
      g_cancellable_cancel (middle->cancellable);
      if (middle->c->moment == IN_QUEUE)
        fault_server_signal (middle->server);
    }
  else
    go_on (middle);
  g_assert_true (settles (is_done, middle));
  if (middle->c->end == CANCEL)
    {
      g_assert_error (middle->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      /* Who answers too late speaks to nobody. */
      if (middle->question != NULL)
        dheera_credentials_request_return_key (middle->question, "sk-test");
    }
  else
    {
      g_assert_no_error (middle->error);
      g_assert_cmpstr (middle->text, ==, MODEL_SERVER_TEXT);
    }
}

/* The application drops client, session and stream while a call is at this moment: the call goes on, or is cancelled, its callback comes once, and then
 * all of them are gone. */
static void
test_middle (gconstpointer data)
{
  const Case *c = data;
  Middle middle = { .c = c };

  middle.server = fault_server_new (FAULT_TLS_NONE);
  middle.cancellable = g_cancellable_new ();
  script (&middle);
  make_client (&middle);
  start (&middle);
  check_end (&middle);

  g_clear_object (&middle.question);
  g_clear_object (&middle.other);
  assert_gone (middle.weak_client);
  assert_gone (middle.weak_session);
  assert_gone (middle.weak_request);
  assert_gone (middle.weak_stream);
  g_assert_cmpuint (middle.n_done, ==, 1);
  g_object_unref (middle.cancellable);
  g_clear_error (&middle.error);
  g_free (middle.text);
  fault_server_free (middle.server);
}

/* A stream that nobody pulls at is dropped after its client, its session and the main context that it was begun in. */
static void
test_context_goes_first (void)
{
  g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
  g_autofree char *url = fault_server_dup_url (server, "/v1");
  g_autoptr(DheeraRequest) request = new_request (url);
  GMainContext *context = g_main_context_new ();
  SoupSession *session = soup_session_new ();
  DheeraClient *client = dheera_client_new_with_session (session);
  DheeraStream *stream = dheera_client_stream (client, request);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(DheeraDelta) delta = NULL;
  g_autoptr(GError) error = NULL;
  gpointer weak_client, weak_session, weak_stream;

  fault_server_script (server, FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" STREAM_END), FAULT_STALL (), FAULT_END);
  watch (&weak_client, client);
  watch (&weak_session, session);
  watch (&weak_stream, stream);
  g_main_context_push_thread_default (context);
  dheera_stream_next_async (stream, NULL, store_result_cb, &result);
  while (result == NULL)
    g_main_context_iteration (context, TRUE);
  g_main_context_pop_thread_default (context);
  delta = dheera_stream_next_finish (stream, result, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (dheera_delta_get_text (delta), ==, MODEL_SERVER_TEXT);
  g_clear_object (&result);

  g_object_unref (client);
  g_object_unref (session);
  g_main_context_unref (context);
  g_object_unref (stream);
  assert_gone (weak_stream);
  assert_gone (weak_client);
  fault_server_wait_for_gone (server, 1);
  assert_gone (weak_session);
}

/* --- At rest ------------------------------------------------------------------------------------------------------------------------------- */

/* In how many milliseconds the main context wants to be woken up without anything happening, -1 for never */
static int
get_next_timer (void)
{
  GMainContext *context = g_main_context_default ();
  GPollFD fds[64];
  int priority, timeout, n;

  g_assert_true (g_main_context_acquire (context));
  g_main_context_prepare (context, &priority);
  n = g_main_context_query (context, G_MAXINT, &timeout, fds, G_N_ELEMENTS (fds));
  g_assert_cmpint (n, <=, (int) G_N_ELEMENTS (fds));
  g_main_context_release (context);
  return timeout;
}

static gboolean
sleeps (gpointer data)
{
  return get_next_timer () == -1;
}

static gboolean
has_no_threads (gpointer data)
{
  return count_our_threads () == 0;
}

/* A client that nobody uses does not wake up the process: no timer, and no thread. Connections that are kept for a time have one, of libsoup's. */
static void
test_at_rest (void)
{
  g_autoptr(ModelServer) server = model_server_new (MODEL_SERVER_PLAIN);
  g_autoptr(DheeraSessionOptions) options = dheera_session_options_new ();
  g_autoptr(DheeraClient) client = NULL;

  dheera_session_options_set_keepalive_timeout (options, 0);
  client = g_object_new (DHEERA_TYPE_CLIENT, "session-options", options, NULL);
  g_assert_true (settles (has_no_threads, NULL));
  ask (client, model_server_get_base_url (server), 1);
  ask (client, model_server_get_base_url (server), 3);
  g_assert_cmpuint (count_our_threads (), ==, 0);
  g_assert_true (settles (sleeps, NULL));

  ask (client, model_server_get_base_url (server), 0);
  ask (client, model_server_get_base_url (server), 2);
  g_assert_true (settles (sleeps, NULL));
  g_assert_true (settles (has_no_threads, NULL));
  /* And back again */
  ask (client, model_server_get_base_url (server), 0);
  g_assert_cmpuint (model_server_get_connections (server), ==, 1);
}

static void
add_middle (void)
{
  for (Moment moment = 0; moment < N_MOMENTS; moment++)
    for (End end = 0; end < N_ENDS; end++)
      for (guint i = 0; i < 4; i++)
        {
          g_autofree char *path = g_strdup_printf ("/lifecycle/middle/%s/%s/%s/%s", moment_names[moment], end_names[end], i % 2 ? "stream" : "complete",
                                                   i / 2 ? "users-session" : "own-session");
          Case *c = g_new (Case, 1);

          *c = (Case) { moment, end, i % 2, i / 2 };
          g_test_add_data_func_full (path, c, test_middle, g_free);
        }
}

int
main (int   argc,
      char *argv[])
{
  /* Memory of threads is counted along. */
  mallopt (M_ARENA_MAX, 1);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/lifecycle/at-rest", test_at_rest);
  for (guint way = 0; way < 4; way++)
    {
      g_autofree char *path = g_strdup_printf ("/lifecycle/own-session/%u", way);

      g_test_add_data_func (path, GUINT_TO_POINTER (way), test_own_session);
    }
  g_test_add_func ("/lifecycle/users-session", test_users_session);
  g_test_add_func ("/lifecycle/context-goes-first", test_context_goes_first);
  add_middle ();
  g_test_add_data_func ("/lifecycle/ten-thousand/own-session", GINT_TO_POINTER (FALSE), test_ten_thousand);
  g_test_add_data_func ("/lifecycle/ten-thousand/users-session", GINT_TO_POINTER (TRUE), test_ten_thousand);

  return g_test_run ();
}
