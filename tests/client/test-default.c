/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The client that was made the default, replaced and cleared while calls run: one that is under way keeps the session that it began with, the next one takes the new one, blocking,
 * asynchronous and streamed alike, and from any thread. */

#include "client-util.h"

#include "tests/servers/fault-server.h"
#include "tests/servers/model-server.h"

#include <string.h>

#define STREAM_BEGIN "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: {\"choices\":[{\"delta\":{\"content\":\"One\"}}]}\n\n"
#define STREAM_END "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"
#define N_THREADS 8
#define N_CALLS 40

typedef struct
{
  SoupSession *session;
  DheeraClient *client;
  guint n_carried;
  guint n_gone; /* 1 when the session was finalized */
} Place;

static ModelServer *server;

static void
count_cb (SoupSession *session,
          SoupMessage *message,
          gpointer     data)
{
  g_atomic_int_inc (&((Place *) data)->n_carried);
}

static void
gone_cb (gpointer  data,
         GObject  *object)
{
  g_atomic_int_inc (&((Place *) data)->n_gone);
}

static void
place_init (Place *self)
{
  memset (self, 0, sizeof *self);
  self->session = soup_session_new_with_options ("max-conns", 100, "max-conns-per-host", 50, NULL);
  self->client = dheera_client_new_with_session (self->session);
  g_signal_connect (self->session, "request-queued", G_CALLBACK (count_cb), self);
  g_object_weak_ref (G_OBJECT (self->session), gone_cb, self);
}

/* Nobody else holds the session; libsoup lets go of its last bits in the main context. */
static void
place_clear (Place *self)
{
  gint64 end = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;

  g_clear_object (&self->client);
  g_clear_object (&self->session);
  while (g_atomic_int_get (&self->n_gone) == 0 && g_get_monotonic_time () < end)
    if (!g_main_context_iteration (NULL, FALSE))
      g_usleep (1000);
  g_assert_cmpuint (g_atomic_int_get (&self->n_gone), ==, 1);
}

static DheeraRequest *
new_request (const char *base_url)
{
  DheeraRequest *request = dheera_request_new_for_prompt ("vllm/m", "Hi");

  dheera_base_request_set_base_url (DHEERA_BASE_REQUEST (request), base_url);
  dheera_base_request_set_max_retries (DHEERA_BASE_REQUEST (request), 0);
  return request;
}

typedef enum
{
  COMPLETE,
  COMPLETE_ASYNC,
  COLLECT,
  COLLECT_ASYNC,
  N_WAYS
} Way;

static void
ask (DheeraClient *client,
     Way           way)
{
  g_autoptr(DheeraRequest) request = new_request (model_server_get_base_url (server));
  g_autoptr(DheeraStream) stream = way >= COLLECT ? dheera_client_stream (client, request) : NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(DheeraResponse) response = NULL;

  if (way == COMPLETE)
    response = dheera_client_complete (client, request, NULL, &error);
  else if (way == COMPLETE_ASYNC)
    response = complete_async (client, request, NULL, &error);
  else
    response = way == COLLECT ? dheera_stream_collect (stream, NULL, &error) : collect_async (stream, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (dheera_response_get_text (response), ==, MODEL_SERVER_TEXT);
}

static void
ask_all_ways (DheeraClient *client)
{
  for (Way way = 0; way < N_WAYS; way++)
    ask (client, way);
}

static void
test_replaced (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  Place first, second;

  place_init (&first);
  place_init (&second);
  dheera_client_make_default (first.client);
  ask_all_ways (client);
  g_assert_cmpuint (first.n_carried, ==, N_WAYS);

  dheera_client_make_default (second.client);
  ask_all_ways (client);
  g_assert_cmpuint (first.n_carried, ==, N_WAYS);
  g_assert_cmpuint (second.n_carried, ==, N_WAYS);
  place_clear (&first);

  /* Cleared, the client has a session of its own. */
  dheera_clear_default_client ();
  ask_all_ways (client);
  g_assert_cmpuint (second.n_carried, ==, N_WAYS);
  dheera_client_make_default (second.client);
  ask_all_ways (client);
  g_assert_cmpuint (second.n_carried, ==, 2 * N_WAYS);
  dheera_clear_default_client ();
  place_clear (&second);
}

/* A stream that runs goes on over the session that it began with, which stays as long as it is needed, and no longer. */
static void
test_under_way (gconstpointer data)
{
  gboolean async = GPOINTER_TO_INT (data);
  g_autoptr(FaultServer) slow = fault_server_new (FAULT_TLS_NONE);
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autofree char *url = fault_server_dup_url (slow, "/v1");
  g_autoptr(DheeraRequest) request = new_request (url);
  g_autoptr(DheeraStream) stream = NULL;
  g_autoptr(DheeraDelta) delta = NULL;
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(GError) error = NULL;
  Place first, second;

  fault_server_script (slow, FAULT_EXPECT (), FAULT_SEND (STREAM_BEGIN), FAULT_SIGNAL (), FAULT_SEND (STREAM_END), FAULT_END);
  place_init (&first);
  place_init (&second);
  dheera_client_make_default (first.client);
  stream = dheera_client_stream (client, request);
  delta = async ? next_async (stream, NULL, &error) : dheera_stream_next (stream, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (dheera_delta_get_text (delta), ==, "One");

  dheera_client_make_default (second.client);
  g_clear_object (&first.client);
  g_clear_object (&first.session);
  ask_all_ways (client);
  g_assert_cmpuint (first.n_gone, ==, 0);
  fault_server_signal (slow);
  response = async ? collect_async (stream, NULL, &error) : dheera_stream_collect (stream, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (dheera_response_get_text (response), ==, "One");
  g_assert_cmpuint (first.n_carried, ==, 1);
  g_assert_cmpuint (second.n_carried, ==, N_WAYS);
  place_clear (&first);

  dheera_clear_default_client ();
  place_clear (&second);
}

typedef struct
{
  DheeraClient *client;
  guint n_calls;
  gint over;
} Crowd;

static gpointer
call_often (gpointer data)
{
  Crowd *crowd = data;

  for (guint i = 0; i < N_CALLS || !g_atomic_int_get (&crowd->over); i++)
    {
      ask (crowd->client, i % 2 == 0 ? COMPLETE : COLLECT);
      g_atomic_int_inc (&crowd->n_calls);
    }
  return NULL;
}

/* Every call goes over one of the sessions that were the default while it began, and none is lost. */
static void
test_threads (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  Crowd crowd = { client };
  GThread *threads[N_THREADS];
  Place places[3];
  guint n_carried = 0;

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    place_init (&places[i]);
  dheera_client_make_default (places[0].client);
  model_server_reset (server);
  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("caller", call_often, &crowd);
  /* Each of them ten times, and for so long that it carries something. */
  for (guint i = 0; i < 10 * G_N_ELEMENTS (places); i++)
    {
      Place *place = &places[i % G_N_ELEMENTS (places)];
      guint before = (guint) g_atomic_int_get (&place->n_carried);

      dheera_client_make_default (place->client);
      g_assert_true (dheera_client_get_default () == place->client);
      while ((guint) g_atomic_int_get (&place->n_carried) == before)
        g_usleep (100);
    }
  g_atomic_int_set (&crowd.over, TRUE);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    n_carried += places[i].n_carried;
  g_assert_cmpuint (n_carried, ==, crowd.n_calls);
  g_assert_cmpuint (model_server_get_requests (server), ==, crowd.n_calls);
  dheera_clear_default_client ();
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    place_clear (&places[i]);
}

int
main (int   argc,
      char *argv[])
{
  int result;

  g_test_init (&argc, &argv, NULL);
  server = model_server_new (MODEL_SERVER_PLAIN);

  g_test_add_func ("/default/replaced", test_replaced);
  g_test_add_data_func ("/default/under-way/async", GINT_TO_POINTER (TRUE), test_under_way);
  g_test_add_data_func ("/default/under-way/blocking", GINT_TO_POINTER (FALSE), test_under_way);
  g_test_add_func ("/default/threads", test_threads);

  result = g_test_run ();
  model_server_free (server);
  return result;
}
