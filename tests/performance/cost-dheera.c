/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Does one thing n times with the library, for run.py to count what it costs: cost-dheera WHAT N BASE_URL [MODEL]
 *
 * It ends with a line that has the process's largest memory in kilobytes, and what it got, so that nothing is measured that failed. */

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dheera-ai/dheera-ai.h"

static DheeraClient *client;
static DheeraRequest *request;
static gsize n_characters; /* of text that came */
static guint n_deltas;

static void
fail_on (GError *error)
{
  if (error != NULL)
    g_error ("%s", error->message);
}

static void
store_result_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}

static void
take_response (DheeraResponse *response,
               GError         *error)
{
  fail_on (error);
  n_characters += strlen (dheera_response_get_text (response));
  g_object_unref (response);
}

static void
take_delta (DheeraDelta *delta)
{
  n_characters += strlen (dheera_delta_get_text (delta));
  n_deltas++;
  g_object_unref (delta);
}

static void
do_complete (void)
{
  GError *error = NULL;

  take_response (dheera_client_complete (client, request, NULL, &error), error);
}

static void
do_complete_async (void)
{
  g_autoptr(GAsyncResult) result = NULL;
  GError *error = NULL;

  dheera_client_complete_async (client, request, NULL, store_result_cb, &result);
  take_response (dheera_client_complete_finish (client, wait_for (&result), &error), error);
}

static void
do_collect (void)
{
  g_autoptr(DheeraStream) stream = dheera_client_stream (client, request);
  GError *error = NULL;

  take_response (dheera_stream_collect (stream, NULL, &error), error);
}

static void
do_collect_async (void)
{
  g_autoptr(DheeraStream) stream = dheera_client_stream (client, request);
  g_autoptr(GAsyncResult) result = NULL;
  GError *error = NULL;

  dheera_stream_collect_async (stream, NULL, store_result_cb, &result);
  take_response (dheera_stream_collect_finish (stream, wait_for (&result), &error), error);
}

static void
do_next (void)
{
  g_autoptr(DheeraStream) stream = dheera_client_stream (client, request);
  DheeraDelta *delta;
  GError *error = NULL;

  while ((delta = dheera_stream_next (stream, NULL, &error)) != NULL)
    take_delta (delta);
  fail_on (error);
}

static void
do_next_async (void)
{
  g_autoptr(DheeraStream) stream = dheera_client_stream (client, request);
  GError *error = NULL;

  while (TRUE)
    {
      g_autoptr(GAsyncResult) result = NULL;
      DheeraDelta *delta;

      dheera_stream_next_async (stream, NULL, store_result_cb, &result);
      delta = dheera_stream_next_finish (stream, wait_for (&result), &error);
      fail_on (error);
      if (delta == NULL)
        break;
      take_delta (delta);
    }
}

static void
do_mixed (void)
{
  static guint turn;

  if (turn++ % 2 == 0)
    do_complete ();
  else
    do_complete_async ();
}

/* In kilobytes. ru_maxrss will not do: it remembers the process that this one was forked from. */
static long
get_peak_memory (void)
{
  g_autofree char *status = NULL;
  const char *line;

  if (!g_file_get_contents ("/proc/self/status", &status, NULL, NULL))
    return 0;
  line = strstr (status, "VmHWM:");
  return line != NULL ? strtol (line + strlen ("VmHWM:"), NULL, 10) : 0;
}

static const struct
{
  const char *name;
  void (*func) (void);
} things[] = {
  { "complete", do_complete },
  { "complete-async", do_complete_async },
  { "mixed", do_mixed },
  { "collect", do_collect },
  { "collect-async", do_collect_async },
  { "next", do_next },
  { "next-async", do_next_async },
};

int
main (int    argc,
      char **argv)
{
  gboolean good = argc == 4 || argc == 5;
  guint n = good ? atoi (argv[2]) : 0;

  setlocale (LC_ALL, "");
  client = dheera_client_new ();
  request = dheera_request_new_for_prompt (argc == 5 ? argv[4] : "openai/gpt-4o-mini", "Tell me something about water.");
  dheera_base_request_set_base_url (DHEERA_BASE_REQUEST (request), good ? argv[3] : NULL);
  dheera_base_request_set_api_key (DHEERA_BASE_REQUEST (request), "some-key");

  for (guint i = 0; good && i < G_N_ELEMENTS (things); i++)
    {
      if (!g_str_equal (things[i].name, argv[1]))
        continue;

      for (guint done = 0; done < n; done++)
        things[i].func ();
      g_object_unref (request);
      g_object_unref (client);
      printf ("%ld %" G_GSIZE_FORMAT " %u\n", get_peak_memory (), n_characters, n_deltas);
      return 0;
    }

  fprintf (stderr, "Usage: cost-dheera WHAT N BASE_URL [MODEL]\n");
  return 2;
}
