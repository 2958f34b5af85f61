/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Asks from inside a company, where a proxy leads out and the gateway behind it knows this program by its certificate:
 *
 *   cc corporate-proxy.c -o corporate-proxy $(pkg-config --cflags --libs dheera-ai-1)
 *   export COMPANY_PROXY=http://user:password@proxy.example.com:3128
 *   export OPENAI_BASE_URL=https://gateway.example.com/v1 OPENAI_API_KEY=…
 *   ./corporate-proxy company-ca.pem me.pem me.key Hello! openai/gpt-4o-mini
 *
 * Without COMPANY_PROXY the proxies of the environment count (https_proxy, no_proxy …). A server on this machine, such as the offline model, is reached directly
 * all the same.
 */

#include <dheera-ai/dheera-ai.h>
#include <stdio.h>

int
main (int   argc,
      char *argv[])
{
  const char *prompt = argc > 4 ? argv[4] : "Hello from inside!";
  const char *preferred = g_getenv ("DHEERA_MODEL");
  const char *model = argc > 5 ? argv[5] : preferred != NULL ? preferred : "mock/echo";
  g_autoptr(DheeraSessionOptions) options = dheera_session_options_new ();
  g_autoptr(DheeraRequest) request = dheera_request_new_for_prompt (model, prompt);
  g_autoptr(DheeraClient) client = NULL;
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(GError) error = NULL;

  if (argc < 4)
    {
      fprintf (stderr, "Usage: %s AUTHORITY CERTIFICATE KEY [PROMPT [MODEL]]\n", argv[0]);
      return 2;
    }

  /* The password is in the environment, and not among the arguments, which everybody on this machine can read. */
  dheera_session_options_set_proxy_uri (options, g_getenv ("COMPANY_PROXY"));
  dheera_session_options_set_trust_env (options, TRUE);
  dheera_session_options_set_ca_file (options, argv[1]);
  dheera_session_options_set_client_certificate_file (options, argv[2]);
  dheera_session_options_set_client_key_file (options, argv[3]);
  client = g_object_new (DHEERA_TYPE_CLIENT, "session-options", options, NULL);

  response = dheera_client_complete (client, request, NULL, &error);
  if (response != NULL)
    printf ("%s\n", dheera_response_get_text (response));
  else
    fprintf (stderr, "%s\n", error->message);
  return response == NULL;
}
