/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "mock-client.h"

static void
test_whole (void)
{
  g_auto (Reply) reply = complete (ECHO ("", "Hello there"));

  g_assert_cmpuint (reply.status, ==, 200);
  g_assert_cmpstr (soup_message_headers_get_content_type (reply.headers, NULL), ==, "application/json");
  g_assert_true (g_str_has_prefix (soup_message_headers_get_one (reply.headers, "x-request-id"), "req_"));
  g_assert_nonnull (strstr (reply.body, q ("'content':'Hello there'")));
  g_assert_nonnull (strstr (reply.body, q ("'total_tokens':4")));
}

static void
test_stream (void)
{
  g_auto (Reply) reply = complete (ECHO (STREAM "'stream_options':{'include_usage':true},", "one two three"));

  g_assert_cmpuint (reply.status, ==, 200);
  g_assert_cmpstr (soup_message_headers_get_content_type (reply.headers, NULL), ==, "text/event-stream");
  g_assert_cmpuint (count_events (reply.body), ==, 1 + 3 + 1 + 1 + 1);
  g_assert_true (g_str_has_suffix (reply.body,
                                   q ("'usage':{'prompt_tokens':3,'completion_tokens':3,'total_tokens':6,'prompt_tokens_details':"
                                               "{'cached_tokens':0},'completion_tokens_details':{'reasoning_tokens':0}}}\n\ndata: [DONE]\n\n")));
}

/* Longer than any buffer on its way */
static void
test_long_stream (void)
{
  g_auto (Reply) reply = complete ("{'model':'lorem','stream':true,'max_tokens':20000,'messages':[{'role':'user','content':''}]}");

  g_assert_cmpuint (reply.status, ==, 200);
  g_assert_cmpuint (count_events (reply.body), ==, 1 + 20000 + 1 + 1);
}

static void
test_paced_stream (void)
{
  gint64 start = g_get_monotonic_time ();
  g_auto (Reply) reply = complete (ECHO (STREAM "'mock':{'pace_ms':10,'delay_ms':20},", "a b c d"));

  g_assert_cmpuint (count_events (reply.body), ==, 1 + 4 + 1 + 1);
  /* 20 before the first, and three gaps; time can only be longer */
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 50000 - 5000);
}

static void
test_status (void)
{
  g_auto (Reply) reply = complete (ECHO ("'mock':{'status':429,'error':'Slower.','headers':{'retry-after':'7','x-request-id':'mine'}},", "x"));
  g_auto (Reply) page = complete (ECHO (STREAM "'mock':{'status':502,'body':'<html>','headers':{'content-type':'text/html'}},", "x"));
  g_auto (Reply) moved = complete (ECHO ("'mock':{'status':307,'headers':{'location':'http://example.com/'}},", "x"));
  g_auto (Reply) nothing = complete (ECHO ("'mock':{'status':500,'body':''},", "x"));
  g_auto (Reply) no_content = complete (ECHO ("'mock':{'status':204},", "x"));

  g_assert_cmpuint (reply.status, ==, 429);
  g_assert_cmpstr (soup_message_headers_get_one (reply.headers, "retry-after"), ==, "7");
  g_assert_cmpstr (soup_message_headers_get_one (reply.headers, "x-request-id"), ==, "mine");
  g_assert_cmpstr (reply.body, ==,
                   q ("{'error':{'message':'Slower.','type':'rate_limit_error','param':null,'code':'rate_limit_exceeded'}}"));
  g_assert_cmpuint (page.status, ==, 502);
  g_assert_cmpstr (soup_message_headers_get_content_type (page.headers, NULL), ==, "text/html");
  g_assert_cmpstr (page.body, ==, "<html>");
  g_assert_cmpuint (moved.status, ==, 307);
  g_assert_cmpuint (nothing.status, ==, 500);
  g_assert_cmpstr (nothing.body, ==, "");
  g_assert_cmpuint (no_content.status, ==, 204);
}

/* Reads to the end or an error, over a connection of the test's own: libsoup takes a cut chunked body for a
 * whole one. */
static char *
exchange_raw (const char *body,
              gboolean   *whole)
{
  g_autofree char *url = make_url ("/chat/completions");
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  g_autofree char *head = NULL;
  GString *answer = g_string_new (NULL);
  char buffer[4096];
  gssize n;

  g_socket_client_set_timeout (client, PATIENCE_S);
  connection = g_socket_client_connect_to_host (client, "127.0.0.1", g_uri_get_port (uri), NULL, NULL);
  g_assert_nonnull (connection);
  head = g_strdup_printf ("POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %" G_GSIZE_FORMAT "\r\n\r\n%s",
                          g_uri_get_path (uri), strlen (body), q (body));
  g_assert_true (g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), head,
                                            strlen (head), NULL, NULL, NULL));

  *whole = FALSE;
  while ((n = g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (connection)), buffer,
                                   sizeof buffer, NULL, NULL)) > 0)
    {
      g_string_append_len (answer, buffer, n);
      if (g_str_has_suffix (answer->str, "\r\n0\r\n\r\n"))
        {
          *whole = TRUE;
          break;
        }
    }
  /* The end, and not the patience's end */
  g_assert_cmpint (n, >=, 0);

  return g_string_free (answer, FALSE);
}

static void
test_cut (void)
{
  guint i;

  for (i = 0; i < 8; i++)
    {
      /* Beyond the last word it is cut before the end. */
      g_autofree char *body = g_strdup_printf (ECHO (STREAM "'mock':{'cut_after':%u,'pace_ms':%u},",
                                                     "a b c d"), i, i % 2);
      gboolean whole;
      g_autofree char *answer = exchange_raw (body, &whole);

      g_assert_false (whole);
      g_assert_cmpuint (count_events (answer), ==, 1 + MIN (i, 4));
    }
}

static void
test_cut_whole (void)
{
  gboolean whole;
  g_autofree char *answer = exchange_raw (ECHO ("'mock':{'cut_after':1},", "a b"), &whole);
  const char *body = strstr (answer, "\r\n\r\n") + 4;
  const char *length = strstr (answer, "Content-Length: ");

  g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 200"));
  g_assert_nonnull (length);
  g_assert_cmpuint (strlen (body), ==, g_ascii_strtoull (length + strlen ("Content-Length: "), NULL, 10) / 2);
}

static void
test_error_event (void)
{
  g_auto (Reply) stream = complete (ECHO (STREAM "'mock':{'error_after':2,'error':'Oh.'},", "a b c d"));
  g_auto (Reply) whole = complete (ECHO ("'mock':{'error_after':2,'error':'Oh.'},", "a b c d"));
  const char *event = q ("{'error':{'message':'Oh.','type':'server_error','param':null,'code':'server_error'}}");

  g_assert_cmpuint (stream.status, ==, 200);
  g_assert_cmpuint (count_events (stream.body), ==, 1 + 2 + 1);
  g_assert_true (g_str_has_suffix (stream.body, "}}\n\n"));
  g_assert_nonnull (strstr (stream.body, event));
  g_assert_cmpuint (whole.status, ==, 200);
  g_assert_cmpstr (whole.body, ==, event);
}

static void
cancel_on_read (SoupSession *session,
                const char  *body)
{
  g_autoptr (SoupMessage) message = make_message ("/chat/completions", body);
  g_autoptr (GError) error = NULL;
  g_autoptr (GInputStream) stream = soup_session_send (session, message, NULL, &error);
  char buffer[64];

  g_assert_no_error (error);
  g_assert_cmpint (g_input_stream_read (stream, buffer, sizeof buffer, NULL, &error), >, 0);
  g_assert_no_error (error);
  /* libsoup drops the connection of a body that was not read. */
  g_clear_object (&stream);
  soup_session_abort (session);
}

static void
test_client_gone (void)
{
  static const char *const bodies[] = {
    ECHO (STREAM "'mock':{'stall_after':2},", "a b c d"),
    ECHO (STREAM "'mock':{'pace_ms':60000},", "a b c d"),
    ECHO ("'mock':{'stall_after':2},", "a b c d"),
    "{'model':'story','stream':true,'messages':[{'role':'user','content':''}]}",
  };
  DheeraMockStats before;
  guint i;

  dheera_mock_server_get_stats (&before);
  for (i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autoptr (SoupSession) session = make_session ();

      cancel_on_read (session, bodies[i]);
      wait_for (G_STRUCT_OFFSET (DheeraMockStats, gone), before.gone + i + 1);
    }
}

static void
got_nothing_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GInputStream) stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);

  g_assert_null (stream);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  *(gboolean *) user_data = TRUE;
}

/* Also before the first byte */
static void
test_client_gone_early (void)
{
  g_autoptr (SoupSession) session = make_session ();
  g_autoptr (SoupMessage) message = make_message ("/chat/completions",
                                                  ECHO ("'mock':{'delay_ms':3600000},", "x"));
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  DheeraMockStats before, now;
  gboolean done = FALSE;

  dheera_mock_server_get_stats (&before);
  soup_session_send_async (session, message, G_PRIORITY_DEFAULT, cancellable, got_nothing_cb, &done);
  do
    {
      g_main_context_iteration (NULL, FALSE);
      dheera_mock_server_get_stats (&now);
    }
  while (now.requests == before.requests);
  g_cancellable_cancel (cancellable);
  while (!done)
    g_main_context_iteration (NULL, TRUE);
  wait_for (G_STRUCT_OFFSET (DheeraMockStats, gone), before.gone + 1);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/mock-reply/whole", test_whole);
  g_test_add_func ("/mock-reply/stream", test_stream);
  g_test_add_func ("/mock-reply/long-stream", test_long_stream);
  g_test_add_func ("/mock-reply/paced-stream", test_paced_stream);
  g_test_add_func ("/mock-reply/status", test_status);
  g_test_add_func ("/mock-reply/cut", test_cut);
  g_test_add_func ("/mock-reply/cut-whole", test_cut_whole);
  g_test_add_func ("/mock-reply/error-event", test_error_event);
  g_test_add_func ("/mock-reply/client-gone", test_client_gone);
  g_test_add_func ("/mock-reply/client-gone-early", test_client_gone_early);

  return g_test_run ();
}
