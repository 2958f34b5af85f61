/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The promise of tests/client/test-contract.c for whoever asks through the server: whatever provider it is, the very session of the server's client carries what is asked, and no
 * other one does. Cases are made of the table of providers, and go over real sockets on both sides. */

#include "server-util.h"

#include <string.h>

#include "dheera-ai/providers/dheera-provider-private.h"
#include "dheera-ai/wire/dheera-json-private.h"
#include "tests/servers/model-server.h"

typedef enum
{
  FROM_CLIENT,
  FROM_OPTIONS,
  FROM_DEFAULT,
  FROM_LIBRARY, /* nobody has given any */
  N_ORIGINS
} Origin;

static const char *const origin_names[] = { "client", "session-options", "default-client", "none" };

/* A host that there is not, but for the session whose options say where it is */
#define NO_HOST "http://models.invalid/v1"

typedef enum
{
  ROUTE_CHAT,
  ROUTE_STREAM,
  ROUTE_EMBEDDINGS,
  ROUTE_MODELS,
  N_ROUTES
} Route;

static const struct
{
  const char *name;
  const char *method;
  const char *path;
  const char *body; /* with the place of the model; nullable */
  const char *answer; /* what has to be in it */
} routes[] = {
  { "chat", "POST", "/v1/chat/completions", "{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}", MODEL_SERVER_TEXT },
  { "stream", "POST", "/v1/chat/completions", "{\"model\":\"%s\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}", "data: [DONE]\n\n" },
  { "embeddings", "POST", "/v1/embeddings", "{\"model\":\"%s\",\"input\":\"Hi\"}", "[0.25,-0.5]" },
  { "models", "GET", "/v1/models", NULL, "\"object\":\"model\"" },
};

typedef struct
{
  const DheeraProviderRow *row;
  Route route;
  Origin origin;
} Case;

static ModelServer *models;
static guint n_carried_in_all;

/* --- The sessions -------------------------------------------------------------------------------------------------------------------- */

static void
count_cb (SoupSession *session,
          SoupMessage *message,
          gpointer     data)
{
  ++*(guint *) data;
}

static DheeraClient *
new_client_with_session (guint *count)
{
  g_autoptr(SoupSession) session = soup_session_new_with_options ("timeout", 0, NULL);

  g_signal_connect (session, "request-queued", G_CALLBACK (count_cb), count);
  return dheera_client_new_with_session (session);
}

static DheeraClient *
new_client_with_options (void)
{
  g_autoptr(GUri) uri = g_uri_parse (model_server_get_base_url (models), G_URI_FLAGS_NONE, NULL);
  g_autoptr(GSocketAddress) place = g_inet_socket_address_new_from_string ("127.0.0.1", g_uri_get_port (uri));
  g_autoptr(DheeraSessionOptions) options = dheera_session_options_new ();

  dheera_session_options_set_remote_connectable (options, G_SOCKET_CONNECTABLE (place));
  return g_object_new (DHEERA_TYPE_CLIENT, "session-options", options, NULL);
}

static DheeraClient *
new_client (Origin  origin,
            guint  *carried)
{
  switch (origin)
    {
    case FROM_CLIENT:
      return new_client_with_session (carried);
    case FROM_OPTIONS:
      return new_client_with_options ();
    case FROM_DEFAULT:
    case FROM_LIBRARY:
    case N_ORIGINS:
    default:
      return dheera_client_new ();
    }
}

/* The one that is not the server's, except where it is meant to be. */
static DheeraClient *
new_default_client (Origin  origin,
                    guint  *carried,
                    guint  *elsewhere)
{
  return origin == FROM_LIBRARY ? NULL : new_client_with_session (origin == FROM_DEFAULT ? carried : elsewhere);
}

/* --- The contract ---------------------------------------------------------------------------------------------------------------------- */

static void
configure (DheeraClient *client,
           const Case   *c)
{
  DheeraProvider *provider = dheera_client_get_provider (client, c->row->id);

  dheera_provider_set_base_url (provider, c->origin == FROM_OPTIONS ? NO_HOST : model_server_get_base_url (models));
  dheera_provider_set_api_key (provider, "key-of-the-tests");
  dheera_client_set_max_retries (client, 0);
}

static char *
make_body (const Case *c)
{
  g_autofree char *model = NULL;
  GString *body;

  if (routes[c->route].body == NULL)
    return NULL;
  /* The one provider that goes by the name of the model */
  model = g_strconcat (c->row->id, "/", c->route == ROUTE_EMBEDDINGS && g_str_equal (c->row->id, "bedrock") ? "amazon.titan-embed-text-v2:0" : "m", NULL);
  body = g_string_new (routes[c->route].body);
  g_string_replace (body, "%s", model, 1);
  return g_string_free (body, FALSE);
}

/* Protocols of their own have vectors without a path in the table, or have none. */
static gboolean
may_be_missing (const Case *c)
{
  switch (c->route)
    {
    case ROUTE_EMBEDDINGS:
      return c->row->endpoints.paths[DHEERA_TASK_EMBED] == NULL;
    case ROUTE_MODELS:
      return c->row->models_path == NULL;
    case ROUTE_CHAT:
    case ROUTE_STREAM:
    case N_ROUTES:
    default:
      return c->row->chat_path == NULL;
    }
}

static void
test_contract (gconstpointer data)
{
  const Case *c = data;
  guint carried = 0, elsewhere = 0;
  g_autoptr(DheeraClient) default_client = new_default_client (c->origin, &carried, &elsewhere);
  g_autoptr(DheeraClient) client = new_client (c->origin, &carried);
  g_autoptr(DheeraServer) server = NULL;
  g_autofree char *body = make_body (c);
  g_auto(Answer) answer = { 0 };
  gboolean is_counted = c->origin == FROM_CLIENT || c->origin == FROM_DEFAULT;

  if (default_client != NULL)
    dheera_client_make_default (default_client);
  configure (client, c);
  server = start_server (client);
  model_server_reset (models);
  ask (&answer, server, routes[c->route].method, routes[c->route].path, body, NULL);
  dheera_clear_default_client ();

  g_assert_cmpuint (elsewhere, ==, 0);
  /* What a provider does not have is said without a word on the network. */
  if (answer.status == 400)
    {
      assert_answer (&answer, 400, "error.code", "\"not_supported\"");
      g_assert_true (may_be_missing (c));
      g_assert_cmpuint (carried, ==, 0);
      g_assert_cmpuint (model_server_get_requests (models), ==, 0);
      g_test_message ("%s has none", c->row->id);
      return;
    }

  if (answer.status != 200 || strstr (answer.text, routes[c->route].answer) == NULL)
    g_error ("The answer is %u: %s", answer.status, answer.text);
  g_assert_cmpuint (carried, ==, is_counted ? 1 : 0);
  g_assert_cmpuint (model_server_get_requests (models), ==, 1);
  n_carried_in_all++;
}

int
main (int   argc,
      char *argv[])
{
  const DheeraProviderRow *rows;
  guint n_rows;
  guint n_cases = 0;
  int result;

  /* Names of models that Bedrock is asked for have it in them. */
  g_setenv ("AWS_REGION", "us-east-1", TRUE);

  g_test_init (&argc, &argv, NULL);
  models = model_server_new (MODEL_SERVER_PLAIN);
  rows = dheera_provider_rows (&n_rows);
  for (guint i = 0; i < n_rows; i++)
    for (guint route = 0; route < N_ROUTES; route++)
      for (guint origin = 0; origin < N_ORIGINS; origin++)
        {
          g_autofree char *path = g_strdup_printf ("/server-contract/%s/%s/%s", rows[i].id, routes[route].name, origin_names[origin]);
          Case *c = g_new (Case, 1);

          *c = (Case) { &rows[i], route, origin };
          g_test_add_data_func_full (path, c, test_contract, g_free);
          n_cases++;
        }

  g_test_message ("%u cases of %u providers", n_cases, n_rows);
  result = g_test_run ();
  g_test_message ("%u were carried, and the others are not there", n_carried_in_all);
  model_server_free (models);
  return result;
}
