/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/mock/dheera-mock-server-private.h"

#include <libsoup/soup.h>
#include <string.h>

/* A client of the offline model that is not ours: libsoup alone. */

#define ECHO(more, text) "{'model':'echo'," more "'messages':[{'role':'user','content':'" text "'}]}"
#define STREAM "'stream':true,"

/* A deadline that fails the test, not one that is waited for */
#define PATIENCE_S 20

typedef struct
{
  guint status;
  char *body;
  SoupMessageHeaders *headers;
} Reply;

/* JSON is written with single quotes here. */
static G_GNUC_UNUSED const char *
q (const char *text)
{
  g_autofree char *copy = g_strdelimit (g_strdup (text), "'", '"');

  return g_intern_string (copy);
}

static G_GNUC_UNUSED void
reply_clear (Reply *self)
{
  g_clear_pointer (&self->body, g_free);
  g_clear_pointer (&self->headers, soup_message_headers_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reply, reply_clear)

static G_GNUC_UNUSED char *
make_url (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *base = dheera_mock_server_dup_base_url (&error);

  g_assert_no_error (error);

  return g_strconcat (base, path, NULL);
}

static G_GNUC_UNUSED SoupSession *
make_session (void)
{
  return soup_session_new_with_options ("proxy-resolver", NULL, "timeout", PATIENCE_S, "max-conns", 500,
                                        "max-conns-per-host", 500, NULL);
}

static G_GNUC_UNUSED SoupMessage *
make_message (const char *path,
              const char *body)
{
  g_autofree char *url = make_url (path);
  SoupMessage *message = soup_message_new (body != NULL ? "POST" : "GET", url);

  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT | SOUP_MESSAGE_IDEMPOTENT);
  if (body != NULL)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (q (body), strlen (body));

      soup_message_set_request_body_from_bytes (message, "application/json", bytes);
    }

  return message;
}

static G_GNUC_UNUSED Reply
request (SoupSession *session,
         const char  *path,
         const char  *body)
{
  g_autoptr (SoupMessage) message = make_message (path, body);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = soup_session_send_and_read (session, message, NULL, &error);

  g_assert_no_error (error);

  return (Reply) {
    soup_message_get_status (message),
    g_string_free (g_string_new_len (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)), FALSE),
    soup_message_headers_ref (soup_message_get_response_headers (message)),
  };
}

static G_GNUC_UNUSED Reply
complete (const char *body)
{
  g_autoptr (SoupSession) session = make_session ();

  return request (session, "/chat/completions", body);
}

/* Waits until *counter of the statistics has grown to value. */
static G_GNUC_UNUSED void
wait_for (gsize   offset,
          guint64 value)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE_S * G_USEC_PER_SEC;
  DheeraMockStats stats;

  do
    {
      dheera_mock_server_get_stats (&stats);
      if (G_STRUCT_MEMBER (guint64, &stats, offset) >= value)
        return;
      g_usleep (1000);
    }
  while (g_get_monotonic_time () < deadline);

  g_error ("the counter at %" G_GSIZE_FORMAT " is %" G_GUINT64_FORMAT ", not %" G_GUINT64_FORMAT,
           offset, G_STRUCT_MEMBER (guint64, &stats, offset), value);
}

static G_GNUC_UNUSED guint
count_events (const char *body)
{
  const char *end = body + strlen (body);
  guint n = 0;

  for (body = g_strstr_len (body, end - body,
                            "data: "); body != NULL; body = g_strstr_len (body + 1, end - body - 1, "data: "))
    n++;

  return n;
}
