/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Streams the answer to a prompt:
 *
 *   cc stream.c -o stream $(pkg-config --cflags --libs dheera-ai-1)
 *   ./stream "Tell me a story"                                       # the offline model
 *   OPENAI_API_KEY=… ./stream "Tell me a story" openai/gpt-4o-mini
 */

#include <dheera-ai/dheera-ai.h>
#include <stdio.h>

int
main (int   argc,
      char *argv[])
{
  const char *prompt = argc > 1 ? argv[1] : "Tell me a story";
  const char *preferred = g_getenv ("DHEERA_MODEL");
  const char *model = argc > 2 ? argv[2] : preferred != NULL ? preferred : "mock/story";
  /* Whatever is set here holds for every provider: proxy, certificates, limits. */
  g_autoptr(SoupSession) session = soup_session_new_with_options ("timeout", 0, "max-conns-per-host", 16, NULL);
  g_autoptr(DheeraClient) client = dheera_client_new_with_session (session);
  g_autoptr(DheeraRequest) request = dheera_request_new_for_prompt (model, prompt);
  g_autoptr(DheeraStream) stream = dheera_client_stream (client, request);
  g_autoptr(GError) error = NULL;
  DheeraDelta *delta;

  while ((delta = dheera_stream_next (stream, NULL, &error)) != NULL)
    {
      fputs (dheera_delta_get_text (delta), stdout);
      fflush (stdout);
      g_object_unref (delta);
    }
  putchar ('\n');

  if (error != NULL)
    fprintf (stderr, "%s\n", error->message);
  return error != NULL;
}
