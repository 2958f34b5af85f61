/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Lets a model look at the clock:
 *
 *   cc tools.c -o tools $(pkg-config --cflags --libs dheera-ai-1)
 *   ./tools                                                              # the offline model
 *   OPENAI_API_KEY=… ./tools "How late is it in Lima?" openai/gpt-4o-mini
 */

#include <dheera-ai/dheera-ai.h>
#include <json-glib/json-glib.h>
#include <stdio.h>

static void
clock_cb (DheeraTool     *tool,
          DheeraToolCall *call,
          gpointer        user_data)
{
  /* That the arguments are a JSON object has been checked. */
  g_autoptr(JsonNode) arguments = json_from_string (dheera_tool_call_get_arguments (call), NULL);
  const char *name = json_object_get_string_member_with_default (json_node_get_object (arguments), "zone", "");
  g_autoptr(GTimeZone) zone = g_time_zone_new_identifier (name);
  g_autofree char *text = NULL;

  if (zone != NULL)
    {
      g_autoptr(GDateTime) now = g_date_time_new_now (zone);
      g_autofree char *time = g_date_time_format (now, "%H:%M");

      text = g_strdup_printf ("%s in %s", time, name);
      dheera_tool_call_return_text (call, text);
    }
  else
    {
      text = g_strdup_printf ("There is no time zone “%s”.", name);
      dheera_tool_call_return_error (call, text);
    }
}

int
main (int   argc,
      char *argv[])
{
  const char *prompt = argc > 1 ? argv[1] : "Please call clock {\"zone\": \"Asia/Kolkata\"} and tell me the time there.";
  const char *preferred = g_getenv ("DHEERA_MODEL");
  const char *model = argc > 2 ? argv[2] : preferred != NULL ? preferred : "mock/echo";
  g_autoptr(DheeraTool) clock = dheera_tool_new ("clock", "Tells what time it is in a time zone.",
                                                 "{ \"type\": \"object\", \"required\": [\"zone\"], \"properties\": {"
                                                 "  \"zone\": { \"type\": \"string\", \"description\": \"A time zone such as Asia/Kolkata\" } } }");
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request = dheera_request_new_for_prompt (model, prompt);
  g_autoptr(DheeraStream) stream = NULL;
  g_autoptr(GError) error = NULL;
  DheeraDelta *delta;

  g_signal_connect (clock, "call", G_CALLBACK (clock_cb), NULL);
  dheera_request_add_tool (request, clock);

  stream = dheera_client_run_stream (client, request);
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
