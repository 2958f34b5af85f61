/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Asks over connection pools of the program's own:
 *
 *   cc custom-pool.c -o custom-pool $(pkg-config --cflags --libs dheera-ai-1)
 *   ./custom-pool                                                     # the offline model
 *   OPENAI_API_KEY=… ./custom-pool Hello! openai/gpt-4o-mini
 *   OPENAI_BASE_URL=http://127.0.0.1:8080/v1 ./custom-pool Hello! openai/my-model
 *
 * Each session has a name of its own, which the server sees as the User-Agent.
 */

#include <dheera-ai/dheera-ai.h>
#include <stdio.h>

static SoupSession *
pool_new (const char *name)
{
  /* The two limits can be chosen only here. Time limits belong to the calls: a timeout of the session would end an answer that makes a pause. */
  return soup_session_new_with_options ("timeout", 0, "max-conns", 300, "max-conns-per-host", 75, "user-agent", name, NULL);
}

/* Gives whether it failed, and says how it went. */
static gboolean
ask (const char    *what,
     DheeraClient  *client,
     DheeraRequest *request)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(DheeraResponse) response = dheera_client_complete (client, request, NULL, &error);

  if (response == NULL)
    fprintf (stderr, "%s\n", error->message);
  else
    printf ("%s: %s\n", what, dheera_response_get_text (response));
  return response == NULL;
}

int
main (int   argc,
      char *argv[])
{
  const char *prompt = argc > 1 ? argv[1] : "Hello, pool!";
  const char *preferred = g_getenv ("DHEERA_MODEL");
  const char *model = argc > 2 ? argv[2] : preferred != NULL ? preferred : "mock/echo";
  g_autoptr(DheeraRequest) request = dheera_request_new_for_prompt (model, prompt);

  /* For all clients that have no session of their own */
  g_autoptr(SoupSession) everybody = pool_new ("pool-of-everybody");
  g_autoptr(DheeraClient) shared = dheera_client_new_with_session (everybody);
  g_autoptr(DheeraClient) anybody = dheera_client_new ();

  /* For one client */
  g_autoptr(SoupSession) session = pool_new ("pool-of-the-client");
  g_autoptr(DheeraClient) client = dheera_client_new_with_session (session);

  /* Options say more than a session's properties can, and the client makes the session. */
  g_autoptr(DheeraSessionOptions) options = g_object_new (DHEERA_TYPE_SESSION_OPTIONS,
                                                          "max-connections", 300,
                                                          "max-connections-per-host", 75,
                                                          "keepalive-timeout", 60,
                                                          "user-agent", "pool-from-options",
                                                          NULL);
  g_autoptr(DheeraClient) configured = g_object_new (DHEERA_TYPE_CLIENT, "session-options", options, NULL);

  /* For one request, and nothing goes before that. */
  g_autoptr(SoupSession) once = pool_new ("pool-of-one-call");

  dheera_client_make_default (shared);
  if (ask ("everybody", anybody, request) || ask ("client", client, request) || ask ("options", configured, request))
    return 1;

  dheera_base_request_set_session (DHEERA_BASE_REQUEST (request), once);
  return ask ("one call", client, request);
}
