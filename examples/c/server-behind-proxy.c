/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Serves every model with OpenAI's protocol from inside a company:
 *
 *   cc server-behind-proxy.c -o server-behind-proxy $(pkg-config --cflags --libs dheera-ai-1)
 *   export https_proxy=http://user:password@proxy.example.com:3128 OPENAI_API_KEY=…
 *   ./server-behind-proxy 4000 company-ca.pem
 *   curl http://127.0.0.1:4000/v1/chat/completions -H 'Content-Type: application/json' -d '{"model": "openai/gpt-4o-mini", "messages": [{"role": "user", "content": "Hello!"}]}'
 *
 * The offline model answers without any of that: "model": "mock/echo".
 */

#include <dheera-ai/dheera-ai.h>
#include <stdio.h>

static void
serve (SoupSession  *session,
       guint         port,
       GError      **error)
{
  /* Everything that is asked of the server goes over this client's session. */
  g_autoptr(DheeraClient) client = dheera_client_new_with_session (session);
  g_autoptr(DheeraServer) server = dheera_server_new (client);

  dheera_server_set_port (server, port);
  if (dheera_server_start (server, error))
    {
      g_autofree char *uri = dheera_server_get_uri (server);

      printf ("Ask me at %s/v1, and end me with Ctrl-C.\n", uri);
      fflush (stdout);
      /* Until then, and what is being answered is answered to its end. */
      dheera_server_run (server, NULL, error);
    }
}

int
main (int   argc,
      char *argv[])
{
  /* With the proxies of the environment, and connections for many who ask */
  g_autoptr(DheeraSessionOptions) options = dheera_session_options_new_production ();
  g_autoptr(SoupSession) session = NULL;
  g_autoptr(GError) error = NULL;

  if (argc > 2)
    dheera_session_options_set_ca_file (options, argv[2]);
  session = dheera_session_options_create_session (options, &error);
  if (session != NULL)
    serve (session, argc > 1 ? g_ascii_strtoull (argv[1], NULL, 10) : 4000, &error);

  if (error != NULL)
    fprintf (stderr, "%s\n", error->message);
  return error != NULL;
}
