/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Many calls at once over one session, and how fast they were:
 *
 *   cc high-throughput.c -o high-throughput $(pkg-config --cflags --libs dheera-ai-1)
 *   ./high-throughput 1000                                            # the offline model
 *   OPENAI_API_KEY=… ./high-throughput 200 openai/gpt-4o-mini
 */

#include <dheera-ai/dheera-ai.h>
#include <stdio.h>

typedef struct
{
  guint running;
  guint answers;
  guint errors;
  guint reused;
} Tally;

static void
answered_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  Tally *tally = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(DheeraResponse) response = dheera_client_complete_finish (DHEERA_CLIENT (source), result, &error);

  if (response != NULL)
    {
      tally->answers++;
      if (dheera_call_get_connection_reused (dheera_response_get_call (response)))
        tally->reused++;
    }
  else if (tally->errors++ == 0)
    fprintf (stderr, "%s\n", error->message);
  tally->running--;
}

int
main (int   argc,
      char *argv[])
{
  guint calls = argc > 1 ? g_ascii_strtoull (argv[1], NULL, 10) : 200;
  const char *preferred = g_getenv ("DHEERA_MODEL");
  const char *model = argc > 2 ? argv[2] : preferred != NULL ? preferred : "mock/echo";
  /* Connections are kept for the next call, and calls beyond the limit wait for one of them. */
  g_autoptr(DheeraSessionOptions) options = g_object_new (DHEERA_TYPE_SESSION_OPTIONS,
                                                          "max-connections", 1000,
                                                          "max-connections-per-host", 100,
                                                          "keepalive-timeout", 60,
                                                          NULL);
  g_autoptr(DheeraClient) client = g_object_new (DHEERA_TYPE_CLIENT, "session-options", options, NULL);
  Tally tally = { 0 };
  gint64 start = g_get_monotonic_time ();

  for (guint i = 0; i < calls; i++)
    {
      g_autofree char *prompt = g_strdup_printf ("This is call %u", i);
      g_autoptr(DheeraRequest) request = dheera_request_new_for_prompt (model, prompt);

      /* The request is copied, and the call keeps what it needs. */
      dheera_client_complete_async (client, request, NULL, answered_cb, &tally);
      tally.running++;
    }
  while (tally.running > 0)
    g_main_context_iteration (NULL, TRUE);

  printf ("%u answers, %u errors, %u over a connection that was there already\n", tally.answers, tally.errors, tally.reused);
  printf ("%.0f calls a second\n", calls * (double) G_USEC_PER_SEC / (g_get_monotonic_time () - start));
  return tally.errors > 0;
}
