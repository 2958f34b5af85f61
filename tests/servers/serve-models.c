/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* model-server.h as a program, for tests in other languages. It prints its base URL. For every line on its standard input it prints how many connections and requests it has
 * had since the last one; it ends with its input. */

#include "model-server.h"

#include <stdio.h>

int
main (void)
{
  g_autoptr(ModelServer) server = model_server_new (MODEL_SERVER_PLAIN);
  int c;

  printf ("%s\n", model_server_get_base_url (server));
  fflush (stdout);
  while ((c = getchar ()) != EOF)
    {
      if (c != '\n')
        continue;
      printf ("%u %u\n", model_server_get_connections (server), model_server_get_requests (server));
      /* Whoever reads that may ask at once. */
      model_server_reset (server);
      fflush (stdout);
    }

  return 0;
}
