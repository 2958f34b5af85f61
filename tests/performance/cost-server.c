/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A server in front of BASE_URL, for run.py to count what requests cost it: cost-server BASE_URL
 *
 * It prints its port, and ends with its input. Who asks it and who answers it are processes of their own, so that nothing but the server is counted. */

#include <glib-unix.h>
#include <locale.h>
#include <stdio.h>
#include <unistd.h>

#include "dheera-ai/dheera-ai.h"

static gboolean
input_ended_cb (int          fd,
                GIOCondition condition,
                gpointer     data)
{
  char line[64];

  return read (fd, line, sizeof line) > 0;
}

static void
stopped_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      data)
{
  g_autoptr(GError) error = NULL;

  if (!dheera_server_stop_finish (DHEERA_SERVER (source), result, &error))
    g_error ("%s", error->message);
  *(gboolean *) data = TRUE;
}

int
main (int    argc,
      char **argv)
{
  g_autoptr(DheeraClient) client = NULL;
  g_autoptr(DheeraProvider) provider = NULL;
  g_autoptr(DheeraServer) server = NULL;
  g_autoptr(GError) error = NULL;
  guint input;
  gboolean stopped = FALSE;

  if (argc != 2)
    {
      fprintf (stderr, "Usage: cost-server BASE_URL\n");
      return 2;
    }

  setlocale (LC_ALL, "");
  client = dheera_client_new ();
  provider = dheera_provider_new_compatible ("lab", argv[1]);
  dheera_client_add_provider (client, provider);
  server = dheera_server_new (client);
  dheera_server_set_port (server, 0);
  dheera_server_add_model (server, "m", "lab/gpt-4o-mini");
  if (!dheera_server_start (server, &error))
    g_error ("%s", error->message);

  printf ("%u\n", dheera_server_get_port (server));
  fflush (stdout);
  input = g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP, input_ended_cb, NULL);
  while (g_main_context_find_source_by_id (NULL, input) != NULL)
    g_main_context_iteration (NULL, TRUE);

  dheera_server_stop_async (server, NULL, stopped_cb, &stopped);
  while (!stopped)
    g_main_context_iteration (NULL, TRUE);

  return 0;
}
