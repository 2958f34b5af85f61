/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-http-front-private.h"

#include <libsoup/soup.h>
#include <string.h>

#include "dheera-ai/model/responses/dheera-response-private.h"
#include "dheera-ai/wire/dheera-error-body-private.h"
#include "dheera-ai/wire/dheera-url-private.h"

/* Answers: their heads, and how their bodies are framed. */

#define CHUNK_ROOM 20 /* for the size in hexadecimal digits and two line breaks */

static void
append (DheeraHttpOutput *output,
        const char       *text)
{
  dheera_http_output_append (output, text, strlen (text));
}

static void
append_field (DheeraHttpOutput *output,
              const char       *name,
              const char       *value)
{
  append (output, name);
  append (output, ": ");
  append (output, value);
  append (output, "\r\n");
}

/* What the front says itself */
static gboolean
is_own_field (const char *name)
{
  static const char *const names[] = { "Connection", "Content-Length", "Date", "Keep-Alive", "Trailer", "Transfer-Encoding", "Upgrade" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_ascii_strcasecmp (name, names[i]) == 0)
      return TRUE;

  return FALSE;
}

static void
append_fields (DheeraHttpOutput       *output,
               const DheeraFrontField *fields)
{
  for (; fields != NULL && fields->name != NULL; fields++)
    {
      if (!dheera_header_name_is_valid (fields->name) || is_own_field (fields->name))
        g_warning ("A header field of an answer was left out, since its name is not valid or is the server's own business.");
      else if (fields->value == NULL || !dheera_header_value_is_valid (fields->value))
        g_warning ("The header field %s of an answer was left out, since its value is not valid.", fields->name);
      else
        append_field (output, fields->name, fields->value);
    }
}

/* libsoup's list is older than these. */
static const char *
get_phrase (guint status)
{
  switch (status)
    {
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    default:
      return soup_status_get_phrase (status);
    }
}

static void
append_start (DheeraHttpConnection *connection,
              guint                 status)
{
  char line[64];

  g_snprintf (line, sizeof line, "HTTP/1.1 %u %s\r\n", status, get_phrase (status));
  append (&connection->output, line);
  append_field (&connection->output, "Date", dheera_http_front_get_date (connection->front));
}

static void
append_length (DheeraHttpOutput *output,
               gsize             length)
{
  char text[24];

  g_snprintf (text, sizeof text, "%" G_GSIZE_FORMAT, length);
  append_field (output, "Content-Length", text);
}

/* Does the connection have to end with the answer to this request? A body that was promised, and that nobody asked for, may come or not. */
static gboolean
has_to_close (DheeraHttpIncoming *incoming)
{
  DheeraHttpConnection *connection = incoming->connection;

  if (!incoming->head->keep_alive || connection->front->draining)
    return TRUE;
  if (dheera_http_body_is_over (&connection->body))
    return FALSE;

  return (incoming->head->expects && !incoming->continued) || dheera_http_body_get_left (&connection->body) > DHEERA_HTTP_MAX_DISCARD;
}

static gboolean
has_no_body (DheeraHttpIncoming *incoming,
             guint               status)
{
  return status == 204 || status == 304 || strcmp (incoming->base.method, "HEAD") == 0;
}

static void
append_head (DheeraHttpIncoming     *incoming,
             guint                   status,
             const DheeraFrontField *fields,
             gssize                  length) /* -1: not known */
{
  DheeraHttpConnection *connection = incoming->connection;
  DheeraHttpOutput *output = &connection->output;

  incoming->silent = has_no_body (incoming, status);
  incoming->chunked = length < 0 && !incoming->silent && incoming->head->minor == 1;
  incoming->close |= has_to_close (incoming) || (length < 0 && !incoming->silent && !incoming->chunked);

  append_start (connection, status);
  append_fields (output, fields);
  if (incoming->chunked)
    append_field (output, "Transfer-Encoding", "chunked");
  else if (length >= 0 && status != 204 && status != 304)
    append_length (output, (gsize) length);
  if (incoming->close)
    append_field (output, "Connection", "close");
  else if (incoming->head->minor == 0)
    append_field (output, "Connection", "keep-alive");
  append (output, "\r\n");
}

/* --- What the routes call ------------------------------------------------------------------------------------------------------- */

static DheeraHttpIncoming *
get_incoming (DheeraIncoming *incoming)
{
  return (DheeraHttpIncoming *) incoming;
}

/* Within a callback, whoever called it goes on anyway. */
static void
look_later (DheeraHttpConnection *connection)
{
  if (!connection->busy)
    dheera_http_front_defer (connection->front, connection);
}

static const char *
incoming_get_header (DheeraIncoming *incoming,
                     const char     *name)
{
  return dheera_http_head_get (get_incoming (incoming)->head, name);
}

static void
incoming_reply (DheeraIncoming         *base,
                guint                   status,
                const DheeraFrontField *fields,
                GBytes                 *body)
{
  DheeraHttpIncoming *incoming = get_incoming (base);
  DheeraHttpConnection *connection = incoming->connection;

  g_return_if_fail (incoming->answer == DHEERA_HTTP_UNANSWERED);
  g_return_if_fail (status >= 200 && status <= 599);

  append_head (incoming, status, fields, body != NULL ? (gssize) g_bytes_get_size (body) : 0);
  if (body != NULL && !incoming->silent)
    dheera_http_output_add (&connection->output, body);
  incoming->answer = DHEERA_HTTP_ANSWERED;
  dheera_http_connection_flush (connection);
  look_later (connection);
}

static void
incoming_begin (DheeraIncoming         *base,
                guint                   status,
                const DheeraFrontField *fields)
{
  DheeraHttpIncoming *incoming = get_incoming (base);

  g_return_if_fail (incoming->answer == DHEERA_HTTP_UNANSWERED);
  g_return_if_fail (status >= 200 && status <= 599);

  /* It goes out with the first of the body, or else soon. */
  append_head (incoming, status, fields, -1);
  incoming->answer = DHEERA_HTTP_BEGUN;
  look_later (incoming->connection);
}

static void
append_chunk (DheeraHttpOutput *output,
              const char       *bytes,
              gsize             length)
{
  char *start = dheera_http_output_reserve (output, length + CHUNK_ROOM);
  char *p = start;
  guint shift = 0;

  while (shift < 60 && length >> (shift + 4) != 0)
    shift += 4;
  for (;; shift -= 4)
    {
      *p++ = "0123456789abcdef"[length >> shift & 0xF];
      if (shift == 0)
        break;
    }
  *p++ = '\r';
  *p++ = '\n';
  memcpy (p, bytes, length);
  p += length;
  *p++ = '\r';
  *p++ = '\n';
  output->end += (gsize) (p - start);
}

static gboolean
incoming_write (DheeraIncoming *base,
                const char     *bytes,
                gsize           length)
{
  DheeraHttpIncoming *incoming = get_incoming (base);
  DheeraHttpConnection *connection = incoming->connection;
  DheeraHttpOutput *output = &connection->output;
  gsize queued;

  g_return_val_if_fail (incoming->answer == DHEERA_HTTP_BEGUN, FALSE);

  if (connection->broken)
    return FALSE;
  /* A chunk of no bytes would be the last one. */
  if (length > 0 && !incoming->silent)
    {
      if (incoming->chunked)
        append_chunk (output, bytes, length);
      else
        dheera_http_output_append (output, bytes, length);
      dheera_http_connection_flush (connection);
    }

  queued = dheera_http_output_get_length (output);
  incoming->full = queued > 0 && queued >= connection->front->limits.high_water;

  return !incoming->full && !connection->broken;
}

static void
incoming_end (DheeraIncoming *base)
{
  DheeraHttpIncoming *incoming = get_incoming (base);
  DheeraHttpConnection *connection = incoming->connection;

  g_return_if_fail (incoming->answer == DHEERA_HTTP_BEGUN);

  if (incoming->chunked)
    append (&connection->output, "0\r\n\r\n");
  incoming->answer = DHEERA_HTTP_ANSWERED;
  dheera_http_connection_flush (connection);
  look_later (connection);
}

/* Where nothing but the end of the connection ends the answer, that has to look like a fault. */
static void
incoming_abort (DheeraIncoming *base)
{
  DheeraHttpIncoming *incoming = get_incoming (base);
  gboolean reset = incoming->answer != DHEERA_HTTP_UNANSWERED && !incoming->chunked;

  dheera_http_connection_close (incoming->connection, FALSE, reset);
}

const DheeraIncomingClass dheera_http_incoming_class = {
  incoming_get_header, incoming_reply, incoming_begin, incoming_write, incoming_end, incoming_abort,
};

/* --- The front's own answers ---------------------------------------------------------------------------------------------------- */

void
dheera_http_answer_refuse (DheeraHttpConnection *connection,
                           guint                 status,
                           const char           *reason)
{
  DheeraHttpOutput *output = &connection->output;
  g_autofree char *body = dheera_error_body_write (reason, "invalid_request_error", NULL, NULL);
  /* The routes, which give requests their ids, see none of these. */
  g_autofree char *id = dheera_generate_id ("req_");

  append_start (connection, status);
  append_field (output, "Content-Type", "application/json");
  append_field (output, "x-request-id", id);
  append_length (output, strlen (body));
  append_field (output, "Connection", "close");
  append (output, "\r\n");
  append (output, body);
  g_debug ("A request of %s was refused with %u: %s (%s)", connection->peer, status, reason, id);
}
