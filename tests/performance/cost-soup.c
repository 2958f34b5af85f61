/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The same with nothing but libsoup, used as well as it can be: what cost-dheera is compared with. cost-soup WHAT N URL */

#define _GNU_SOURCE /* memmem() */

#include <libsoup/soup.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char body[] = "{\"model\":\"gpt-4o-mini\",\"messages\":[{\"role\":\"user\",\"content\":\"Tell me something about water.\"}]}";

static SoupSession *session;
static const char *url;
static gsize n_bytes;
static guint n_events;

static SoupMessage *
new_message (void)
{
  SoupMessage *message = soup_message_new (SOUP_METHOD_POST, url);
  g_autoptr(GBytes) bytes = g_bytes_new_static (body, strlen (body));

  soup_message_set_request_body_from_bytes (message, "application/json", bytes);
  soup_message_headers_append (soup_message_get_request_headers (message), "Authorization", "Bearer some-key");
  soup_message_add_flags (message, SOUP_MESSAGE_IDEMPOTENT);
  return message;
}

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
do_complete (void)
{
  g_autoptr(SoupMessage) message = new_message ();
  GError *error = NULL;
  g_autoptr(GBytes) bytes = soup_session_send_and_read (session, message, NULL, &error);

  fail_on (error);
  n_bytes += g_bytes_get_size (bytes);
}

static void
do_complete_async (void)
{
  g_autoptr(SoupMessage) message = new_message ();
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GBytes) bytes = NULL;
  GError *error = NULL;

  soup_session_send_and_read_async (session, message, G_PRIORITY_DEFAULT, NULL, store_result_cb, &result);
  bytes = soup_session_send_and_read_finish (session, wait_for (&result), &error);
  fail_on (error);
  n_bytes += g_bytes_get_size (bytes);
}

/* Both stream readers look for the end of events as they would have to. */
static void
take_bytes (const char *data,
            gsize       length)
{
  const char *at = data, *end;

  n_bytes += length;
  while ((end = memmem (at, length - (at - data), "\n\n", 2)) != NULL)
    {
      n_events++;
      at = end + 2;
    }
}

static void
do_stream (void)
{
  g_autoptr(SoupMessage) message = new_message ();
  GError *error = NULL;
  g_autoptr(GInputStream) stream = soup_session_send (session, message, NULL, &error);
  char buffer[16384];
  gssize n;

  fail_on (error);
  while ((n = g_input_stream_read (stream, buffer, sizeof buffer, NULL, &error)) > 0)
    take_bytes (buffer, n);
  fail_on (error);
  g_input_stream_close (stream, NULL, NULL);
}

typedef struct
{
  GPollableInputStream *stream;
  gboolean done;
} Reader;

static gboolean
readable_cb (GObject *object,
             gpointer user_data)
{
  Reader *reader = user_data;
  GError *error = NULL;
  char buffer[16384];
  gssize n;

  while ((n = g_pollable_input_stream_read_nonblocking (reader->stream, buffer, sizeof buffer, NULL, &error)) > 0)
    take_bytes (buffer, n);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    {
      g_error_free (error);
      return G_SOURCE_CONTINUE;
    }
  fail_on (error);
  reader->done = TRUE;
  return G_SOURCE_REMOVE;
}

static void
do_pollable (void)
{
  g_autoptr(SoupMessage) message = new_message ();
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GInputStream) stream = NULL;
  g_autoptr(GSource) source = NULL;
  Reader reader = { 0 };
  GError *error = NULL;

  soup_session_send_async (session, message, G_PRIORITY_DEFAULT, NULL, store_result_cb, &result);
  stream = soup_session_send_finish (session, wait_for (&result), &error);
  fail_on (error);
  reader.stream = G_POLLABLE_INPUT_STREAM (stream);
  source = g_pollable_input_stream_create_source (reader.stream, NULL);
  g_source_set_callback (source, G_SOURCE_FUNC (readable_cb), &reader, NULL);
  g_source_attach (source, NULL);
  while (!reader.done)
    g_main_context_iteration (NULL, TRUE);
  g_input_stream_close (stream, NULL, NULL);
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
  { "stream", do_stream },
  { "pollable", do_pollable },
};

int
main (int    argc,
      char **argv)
{
  guint n = argc == 4 ? atoi (argv[2]) : 0;

  setlocale (LC_ALL, "");
  session = soup_session_new_with_options ("max-conns", 64, "max-conns-per-host", 64, "timeout", 0, NULL);
  url = argc == 4 ? argv[3] : NULL;

  for (guint i = 0; argc == 4 && i < G_N_ELEMENTS (things); i++)
    {
      if (!g_str_equal (things[i].name, argv[1]))
        continue;

      for (guint done = 0; done < n; done++)
        things[i].func ();
      g_object_unref (session);
      printf ("%ld %" G_GSIZE_FORMAT " %u\n", get_peak_memory (), n_bytes, n_events);
      return 0;
    }

  fprintf (stderr, "Usage: cost-soup WHAT N URL\n");
  return 2;
}
