/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-mock-reply-private.h"

#include <string.h>

/* One answer on its way to its client: paced, and broken where it was told to be.
 *
 * The reply belongs to its message and goes with it, whatever ends the message. At most one piece of the
 * body is with libsoup at a time; the next one is made when "wrote-chunk" says that it is with the kernel,
 * so a slow client holds back what is made for it. */

#define BATCH_SIZE 16384

typedef struct
{
  SoupServerMessage *message; /* not a reference: it owns this */
  GSocket *socket;
  DheeraMockAnswer *answer;
  const DheeraMockObserver *observer;
  GSource *timer;
  char *whole;    /* the body when it is not a stream */
  guint next;     /* step */
  guint n_words;
  gboolean begun;
  gboolean ended;
  gboolean stalled;
  gboolean broken;
  gboolean settled;
} Reply;

static void reply_go_on (Reply *self);

/* Nothing happens by itself any more. */
static void
reply_rest (Reply *self)
{
  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
  dheera_mock_connection_set_gone (self->socket, NULL, NULL);
}

static void
reply_free (gpointer data)
{
  Reply *self = data;

  reply_rest (self);
  g_object_unref (self->socket);
  dheera_mock_answer_free (self->answer);
  g_free (self->whole);
  g_free (self);
}

/* libsoup has no way to drop a connection in the middle of a message, but it does so itself when it can't
 * write. */
static void
reply_drop_connection (gpointer data)
{
  Reply *self = data;
  SoupMessageBody *body = soup_server_message_get_response_body (self->message);

  reply_rest (self);
  g_socket_shutdown (self->socket, TRUE, TRUE, NULL);
  if (self->ended)
    return;
  if (soup_server_message_get_status (self->message) == 0)
    soup_server_message_set_status (self->message, 500, NULL);
  soup_message_body_append (body, SOUP_MEMORY_STATIC, "\n", 1);
  soup_message_body_complete (body);
  soup_server_message_unpause (self->message);
}

static void
finished_cb (SoupServerMessage *message,
             gpointer           data)
{
  Reply *self = data;

  reply_rest (self);
  if (self->settled)
    return;

  self->settled = TRUE;
  if (self->broken)
    self->observer->outcome (DHEERA_MOCK_BROKEN);
  else
    self->observer->outcome (self->ended ? DHEERA_MOCK_FINISHED : DHEERA_MOCK_GONE);
}

static gboolean
timer_cb (gpointer data)
{
  Reply *self = data;

  g_clear_pointer (&self->timer, g_source_unref);
  reply_go_on (self);

  return G_SOURCE_REMOVE;
}

static void
reply_wait (Reply *self,
            guint  ms)
{
  self->timer = g_timeout_source_new (ms);
  g_source_set_callback (self->timer, timer_cb, self, NULL);
  g_source_attach (self->timer, g_main_context_get_thread_default ());
}

static void
reply_write (Reply   *self,
             GString *text)
{
  SoupMessageBody *body = soup_server_message_get_response_body (self->message);

  soup_message_body_append_take (body, (guchar *) text->str, text->len);
  g_string_free (text, FALSE);
  if (self->ended)
    soup_message_body_complete (body);
  soup_server_message_unpause (self->message);
}

/* Everything that was made is with the kernel. */
static void
reply_break (Reply *self)
{
  if (self->answer->options.fault == DHEERA_MOCK_FAULT_STALL)
    {
      self->stalled = TRUE;
      return;
    }

  self->broken = TRUE;
  reply_drop_connection (self);
}

/* Is it now that the fault comes? Where the answer is shorter than that, at its end. */
static gboolean
reply_is_faulty (Reply *self)
{
  const DheeraMockAnswer *answer = self->answer;

  return answer->options.fault >= DHEERA_MOCK_FAULT_CUT
         && (self->n_words >= answer->options.after || self->next == answer->steps->len);
}

static void
reply_write_stream (Reply *self)
{
  const DheeraMockAnswer *answer = self->answer;
  guint pace = answer->options.pace_ms >= 0 ? (guint) answer->options.pace_ms : answer->model->pace_ms;
  guint n_before = self->n_words;
  GString *out = g_string_sized_new (pace > 0 ? 512 : BATCH_SIZE);

  if (!self->begun)
    dheera_mock_append_begin (out, answer);
  self->begun = TRUE;

  while (!reply_is_faulty (self) && self->next < answer->steps->len && out->len < BATCH_SIZE)
    {
      const DheeraMockStep *step = &g_array_index (answer->steps, DheeraMockStep, self->next);

      dheera_mock_append_step (out, answer, step);
      self->next++;
      if (step->kind == DHEERA_MOCK_STEP_CALL)
        continue;
      self->n_words++;
      if (pace > 0)
        break;
    }
  self->observer->words (self->n_words - n_before);

  if (reply_is_faulty (self))
    {
      if (answer->options.fault == DHEERA_MOCK_FAULT_ERROR)
        {
          g_string_append_printf (out, "data: %s\n\n", answer->options.error);
          self->ended = TRUE;
        }
    }
  else if (self->next == answer->steps->len && (pace == 0 || self->n_words == n_before))
    {
      dheera_mock_append_end (out, answer);
      self->ended = TRUE;
    }

  if (out->len > 0)
    {
      reply_write (self, out);
      return;
    }
  g_string_free (out, TRUE);
  reply_break (self);
}

static void
set_headers (Reply *self)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (self->message);
  GPtrArray *given = self->answer->options.headers;
  g_autofree char *id = g_strconcat ("req_", self->answer->id, NULL);
  guint i;

  soup_message_headers_replace (headers, "x-request-id", id);
  for (i = 0; i + 1 < given->len; i += 2)
    soup_message_headers_replace (headers, g_ptr_array_index (given, i), g_ptr_array_index (given, i + 1));
}

static void
reply_begin_stream (Reply *self)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (self->message);
  gboolean old = soup_server_message_get_http_version (self->message) == SOUP_HTTP_1_0;

  soup_server_message_set_status (self->message, 200, NULL);
  soup_message_headers_set_encoding (headers, old ? SOUP_ENCODING_EOF : SOUP_ENCODING_CHUNKED);
  soup_message_headers_set_content_type (headers, "text/event-stream", NULL);
  soup_message_headers_replace (headers, "Cache-Control", "no-cache");
  set_headers (self);
  reply_write_stream (self);
}

/* Half of the body where it is to break, under the head of a whole one. */
static void
reply_write_whole (Reply *self)
{
  const DheeraMockOptions *options = &self->answer->options;
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (self->message);
  gsize length = strlen (self->whole);
  gboolean breaks = options->fault == DHEERA_MOCK_FAULT_CUT || options->fault == DHEERA_MOCK_FAULT_STALL;

  soup_server_message_set_status (self->message,
                                  options->fault == DHEERA_MOCK_FAULT_STATUS ? options->status : 200, NULL);
  soup_message_headers_set_content_type (headers, "application/json", NULL);
  soup_message_headers_set_content_length (headers, length);
  set_headers (self);

  self->begun = TRUE;
  self->ended = !breaks;
  if (!breaks)
    self->observer->words (self->n_words);
  reply_write (self, g_string_new_len (self->whole, breaks ? length / 2 : length));
}

/* Called at the start, and whenever there is nothing left to wait for. */
static void
reply_go_on (Reply *self)
{
  if (self->whole == NULL && !self->begun)
    reply_begin_stream (self);
  else if (self->whole == NULL)
    reply_write_stream (self);
  else if (!self->begun)
    reply_write_whole (self);
  else
    reply_break (self);
}

static void
wrote_chunk_cb (SoupServerMessage *message,
                gpointer           data)
{
  Reply *self = data;
  const DheeraMockAnswer *answer = self->answer;
  guint pace = answer->options.pace_ms >= 0 ? (guint) answer->options.pace_ms : answer->model->pace_ms;

  if (self->ended || self->broken || self->stalled)
    return;
  if (self->whole == NULL && pace > 0 && self->next < answer->steps->len && !reply_is_faulty (self))
    reply_wait (self, pace);
  else
    reply_go_on (self);
}

/* What is sent when it is not a stream; NULL when it is one. */
static char *
format_whole (const DheeraMockAnswer *answer)
{
  const DheeraMockOptions *options = &answer->options;

  if (options->fault == DHEERA_MOCK_FAULT_STATUS)
    return g_strdup (options->body != NULL ? options->body : options->error);
  if (answer->stream)
    return NULL;
  if (options->fault == DHEERA_MOCK_FAULT_ERROR)
    return g_strdup (options->error);

  return dheera_mock_format_completion (answer);
}

void
dheera_mock_reply_start (SoupServerMessage        *message,
                         DheeraMockAnswer         *answer,
                         const DheeraMockObserver *observer)
{
  Reply *self = g_new0 (Reply, 1);

  self->message = message;
  self->socket = g_object_ref (soup_server_message_get_socket (message));
  self->answer = answer;
  self->observer = observer;
  self->whole = format_whole (answer);
  if (self->whole != NULL && answer->options.fault == DHEERA_MOCK_FAULT_NONE)
    self->n_words = answer->completion_tokens;

  g_object_set_data_full (G_OBJECT (message), "dheera-mock-reply", self, reply_free);
  g_signal_connect (message, "wrote-chunk", G_CALLBACK (wrote_chunk_cb), self);
  g_signal_connect (message, "finished", G_CALLBACK (finished_cb), self);
  soup_message_body_set_accumulate (soup_server_message_get_response_body (message), FALSE);
  soup_server_message_pause (message);
  dheera_mock_connection_set_gone (self->socket, reply_drop_connection, self);

  if (answer->options.delay_ms > 0)
    reply_wait (self, answer->options.delay_ms);
  else
    reply_go_on (self);
}
