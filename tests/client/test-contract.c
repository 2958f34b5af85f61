/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The promise of the library for every provider there is: the very session that the user gave carries the call, and no other one does. Cases are made of the
 * table of providers, so that none is forgotten. What a session is left like afterwards is in test-sessions.c. */

#include "client-util.h"

#include "dheera-ai/providers/dheera-protocol-private.h"
#include "dheera-ai/providers/dheera-provider-private.h"
#include "tests/servers/model-server.h"

typedef enum
{
  FROM_REQUEST,
  FROM_CLIENT,
  FROM_DEFAULT,
  N_ORIGINS
} Origin;

static const char *const origin_names[] = { "request", "client", "default" };

static ModelServer *server;

typedef struct _Operation Operation;

typedef struct
{
  const DheeraProviderRow *row;
  const Operation *operation;
  Origin origin;
} Case;

struct _Operation
{
  const char *name;
  DheeraTask task; /* DHEERA_N_TASKS for chat */
  /* TRUE when it was answered as it should, FALSE with the error */
  gboolean (*run) (DheeraClient *client,
                   const Case   *c,
                   SoupSession  *session,
                   GError      **error);
};

static void
count_cb (SoupSession *session,
          SoupMessage *message,
          gpointer     data)
{
  g_atomic_int_inc ((guint *) data);
}

static SoupSession *
new_session (guint *count)
{
  SoupSession *session = soup_session_new ();

  g_signal_connect (session, "request-queued", G_CALLBACK (count_cb), count);
  return session;
}

/* --- The operations --------------------------------------------------------------------------------------------------------------- */

/* The server takes every path, so what stands in front of the protocol's own does not matter. */
static void
configure (DheeraBaseRequest *request,
           SoupSession       *session)
{
  dheera_base_request_set_base_url (request, model_server_get_base_url (server));
  dheera_base_request_set_session (request, session);
  dheera_base_request_set_api_key (request, "key-of-the-tests");
  dheera_base_request_set_max_retries (request, 0);
}

static DheeraRequest *
make_request (const Case  *c,
              SoupSession *session)
{
  g_autofree char *model = g_strconcat (c->row->id, "/m", NULL);
  DheeraRequest *request = dheera_request_new_for_prompt (model, "Hi");

  configure (DHEERA_BASE_REQUEST (request), session);
  return request;
}

static gboolean
take_response (DheeraResponse *response)
{
  if (response == NULL)
    return FALSE;
  g_assert_cmpstr (dheera_response_get_text (response), ==, MODEL_SERVER_TEXT);
  g_assert_cmpint (dheera_response_get_finish_reason (response), ==, DHEERA_FINISH_REASON_STOP);
  g_object_unref (response);
  return TRUE;
}

static gboolean
do_complete (DheeraClient *client,
             const Case   *c,
             SoupSession  *session,
             GError      **error)
{
  g_autoptr(DheeraRequest) request = make_request (c, session);

  return take_response (dheera_client_complete (client, request, NULL, error));
}

static gboolean
do_complete_async (DheeraClient *client,
                   const Case   *c,
                   SoupSession  *session,
                   GError      **error)
{
  g_autoptr(DheeraRequest) request = make_request (c, session);

  return take_response (complete_async (client, request, NULL, error));
}

static gboolean
do_stream (DheeraClient *client,
           const Case   *c,
           SoupSession  *session,
           GError      **error)
{
  g_autoptr(DheeraRequest) request = make_request (c, session);
  g_autoptr(DheeraStream) stream = dheera_client_stream (client, request);

  return take_response (dheera_stream_collect (stream, NULL, error));
}

static gboolean
do_stream_async (DheeraClient *client,
                 const Case   *c,
                 SoupSession  *session,
                 GError      **error)
{
  g_autoptr(DheeraRequest) request = make_request (c, session);
  g_autoptr(DheeraStream) stream = dheera_client_stream (client, request);

  return take_response (collect_async (stream, NULL, error));
}

static gboolean
take_models (GListModel *models)
{
  if (models == NULL)
    return FALSE;
  g_assert_cmpuint (g_list_model_get_n_items (models), ==, 1);
  g_object_unref (models);
  return TRUE;
}

static gboolean
do_list_models (DheeraClient *client,
                const Case   *c,
                SoupSession  *session,
                GError      **error)
{
  g_autoptr(DheeraModelsRequest) request = dheera_models_request_new (c->row->id);

  configure (DHEERA_BASE_REQUEST (request), session);
  return take_models (dheera_client_list_models (client, request, NULL, error));
}

static gboolean
do_list_models_async (DheeraClient *client,
                      const Case   *c,
                      SoupSession  *session,
                      GError      **error)
{
  g_autoptr(DheeraModelsRequest) request = dheera_models_request_new (c->row->id);

  configure (DHEERA_BASE_REQUEST (request), session);
  return take_models (list_models_async (client, request, NULL, error));
}

/* --- The operations with one answer of a class of its own ------------------------------------------------------------------------------ */

typedef gpointer (*Blocking) (DheeraClient  *client,
                              gpointer       request,
                              GCancellable  *cancellable,
                              GError       **error);
typedef void (*Starting) (DheeraClient        *client,
                          gpointer             request,
                          GCancellable        *cancellable,
                          GAsyncReadyCallback  callback,
                          gpointer             user_data);
typedef gpointer (*Finishing) (DheeraClient  *client,
                               GAsyncResult  *result,
                               GError       **error);

static gboolean
take_answer (gpointer answer)
{
  if (answer == NULL)
    return FALSE;
  g_assert_true (DHEERA_IS_BASE_RESPONSE (answer));
  g_object_unref (answer);
  return TRUE;
}

static gboolean
run_task (DheeraClient       *client,
          DheeraBaseRequest  *request,
          const Case         *c,
          SoupSession        *session,
          Blocking            blocking,
          Starting            start,
          Finishing           finish,
          GError            **error)
{
  g_autoptr(DheeraBaseRequest) owned = request;
  g_autoptr(GAsyncResult) result = NULL;

  configure (request, session);
  dheera_base_request_set_provider (request, c->row->id);
  /* Some of Amazon's models are named by region. */
  dheera_provider_set_region (dheera_client_get_provider (client, c->row->id), "us-east-1");
  if (blocking != NULL)
    return take_answer (blocking (client, request, NULL, error));
  start (client, request, NULL, store_result_cb, &result);
  return take_answer (finish (client, wait_for_result (&result), error));
}

static gpointer
new_embed_request (void)
{
  return dheera_embedding_request_new_for_input ("m", "Hi");
}

static gpointer
new_rerank_request (void)
{
  DheeraRerankRequest *request = dheera_rerank_request_new_for_query ("m", "Hi");

  dheera_rerank_request_add_document (request, "Hello");
  return request;
}

static gpointer
new_moderate_request (void)
{
  return dheera_moderation_request_new_for_text ("m", "Hi");
}

static gpointer
new_generate_image_request (void)
{
  return dheera_image_request_new_for_prompt ("m", "Hi");
}

static gpointer
new_transcribe_request (void)
{
  g_autoptr(GBytes) sound = g_bytes_new_static ("RIFF0000WAVE", 12);

  return dheera_transcription_request_new_for_audio ("m", sound, "audio/wav");
}

static gpointer
new_speak_request (void)
{
  return dheera_speech_request_new_for_input ("m", "Hi", "alloy");
}

#define DEFINE_TASK(name) \
  static gboolean \
  do_##name (DheeraClient *client, const Case *c, SoupSession *session, GError **error) \
  { \
    return run_task (client, new_##name##_request (), c, session, (Blocking) dheera_client_##name, NULL, NULL, error); \
  } \
  static gboolean \
  do_##name##_async (DheeraClient *client, const Case *c, SoupSession *session, GError **error) \
  { \
    return run_task (client, new_##name##_request (), c, session, NULL, (Starting) dheera_client_##name##_async, \
                     (Finishing) dheera_client_##name##_finish, error); \
  }

DEFINE_TASK (embed)
DEFINE_TASK (rerank)
DEFINE_TASK (moderate)
DEFINE_TASK (generate_image)
DEFINE_TASK (transcribe)
DEFINE_TASK (speak)

static const Operation operations[] = {
  { "complete", DHEERA_N_TASKS, do_complete },
  { "complete-async", DHEERA_N_TASKS, do_complete_async },
  { "stream", DHEERA_N_TASKS, do_stream },
  { "stream-async", DHEERA_N_TASKS, do_stream_async },
  { "list-models", DHEERA_TASK_LIST_MODELS, do_list_models },
  { "list-models-async", DHEERA_TASK_LIST_MODELS, do_list_models_async },
  { "embed", DHEERA_TASK_EMBED, do_embed },
  { "embed-async", DHEERA_TASK_EMBED, do_embed_async },
  { "rerank", DHEERA_TASK_RERANK, do_rerank },
  { "rerank-async", DHEERA_TASK_RERANK, do_rerank_async },
  { "moderate", DHEERA_TASK_MODERATE, do_moderate },
  { "moderate-async", DHEERA_TASK_MODERATE, do_moderate_async },
  { "generate-image", DHEERA_TASK_GENERATE_IMAGE, do_generate_image },
  { "generate-image-async", DHEERA_TASK_GENERATE_IMAGE, do_generate_image_async },
  { "transcribe", DHEERA_TASK_TRANSCRIBE, do_transcribe },
  { "transcribe-async", DHEERA_TASK_TRANSCRIBE, do_transcribe_async },
  { "speak", DHEERA_TASK_SPEAK, do_speak },
  { "speak-async", DHEERA_TASK_SPEAK, do_speak_async },
};

/* --- The contract ------------------------------------------------------------------------------------------------------------------- */

static void
test_contract (gconstpointer data)
{
  const Case *c = data;
  guint carried = 0, elsewhere = 0;
  g_autoptr(SoupSession) session = new_session (&carried);
  g_autoptr(SoupSession) other = new_session (&elsewhere);
  g_autoptr(DheeraClient) default_client = dheera_client_new_with_session (c->origin == FROM_DEFAULT ? session : other);
  g_autoptr(DheeraClient) client = c->origin == FROM_DEFAULT ? dheera_client_new ()
                                                             : dheera_client_new_with_session (c->origin == FROM_CLIENT ? session : other);
  g_autoptr(GError) error = NULL;
  gboolean answered;

  dheera_client_make_default (default_client);
  model_server_reset (server);
  answered = c->operation->run (client, c, c->origin == FROM_REQUEST ? session : NULL, &error);
  dheera_clear_default_client ();

  /* What a provider does not have is said without a word on the network. */
  if (g_error_matches (error, DHEERA_ERROR, DHEERA_ERROR_NOT_SUPPORTED))
    {
      g_assert_true (c->operation->task != DHEERA_N_TASKS || c->row->chat_path == NULL);
      g_assert_cmpuint (carried + elsewhere, ==, 0);
      g_assert_cmpuint (model_server_get_requests (server), ==, 0);
      g_test_message ("%s has none", c->row->id);
      return;
    }

  g_assert_no_error (error);
  g_assert_true (answered);
  g_assert_cmpuint (carried, ==, 1);
  g_assert_cmpuint (elsewhere, ==, 0);
  g_assert_cmpuint (model_server_get_requests (server), ==, 1);
}

int
main (int    argc,
      char **argv)
{
  const DheeraProviderRow *rows;
  guint n_rows;
  guint n_cases = 0;
  int result;

  /* Names of models that Bedrock is asked for have it in them. */
  g_setenv ("AWS_REGION", "eu-central-1", TRUE);

  g_test_init (&argc, &argv, NULL);
  server = model_server_new (MODEL_SERVER_PLAIN);
  rows = dheera_provider_rows (&n_rows);
  for (guint i = 0; i < n_rows; i++)
    for (guint j = 0; j < G_N_ELEMENTS (operations); j++)
      for (guint origin = 0; origin < N_ORIGINS; origin++)
        {
          g_autofree char *path = g_strdup_printf ("/contract/%s/%s/%s", rows[i].id, operations[j].name, origin_names[origin]);
          Case *c = g_new (Case, 1);

          *c = (Case) { &rows[i], &operations[j], origin };
          g_test_add_data_func_full (path, c, test_contract, g_free);
          n_cases++;
        }

  g_test_message ("%u cases of %u providers", n_cases, n_rows);
  result = g_test_run ();
  model_server_free (server);
  return result;
}
