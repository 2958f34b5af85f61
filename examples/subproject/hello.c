/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <dheera-ai/dheera-ai.h>

int
main (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request = dheera_request_new_for_prompt ("mock/echo", "Hello from a subproject!");
  g_autoptr(GError) error = NULL;
  g_autoptr(DheeraResponse) response = dheera_client_complete (client, request, NULL, &error);

  if (response == NULL)
    g_error ("%s", error->message);
  g_print ("%s\n", dheera_response_get_text (response));
  return 0;
}
