/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-http-front-private.h"

#include <string.h>
#include <sys/epoll.h>

/* One connection: what comes is cut into requests, one at a time, and what is queued goes out. */

#define KEPT_INPUT 4096
#define MAX_TURNS 8                   /* reads of one connection before others have theirs */
#define BODY_STEP 1024                /* bytes of a body that have to come in a body_timeout */
#define LINGER_SECONDS 2.0
#define MAX_LINGER (8 * 1024 * 1024)

static const char continue_line[] = "HTTP/1.1 100 Continue\r\n\r\n";

DheeraHttpConnection *
dheera_http_connection_ref (DheeraHttpConnection *self)
{
  self->refs++;

  return self;
}

void
dheera_http_connection_unref (DheeraHttpConnection *self)
{
  if (--self->refs > 0)
    return;

  dheera_http_head_parser_clear (&self->parser);
  dheera_http_output_clear (&self->output);
  g_free (self->input);
  g_free (self->peer);
  dheera_http_front_unref (self->front);
  g_free (self);
}

/* --- Time and events ------------------------------------------------------------------------------------------------------------ */

static void
set_deadline (DheeraHttpConnection *self,
              gint64               *deadline,
              double                seconds)
{
  if (seconds <= 0)
    {
      *deadline = DHEERA_HTTP_NEVER;
      return;
    }
  *deadline = g_get_monotonic_time () + (gint64) (MIN (seconds, 1e9) * G_USEC_PER_SEC);
  dheera_http_front_note_deadline (self->front, *deadline);
}

/* While a request is answered, only so much of the next ones is taken in. */
static gboolean
wants_input (DheeraHttpConnection *self)
{
  if (self->state != DHEERA_HTTP_OPEN || self->deaf)
    return FALSE;

  return self->incoming == NULL || !dheera_http_body_is_over (&self->body) || self->input_length <= self->front->limits.max_head;
}

static guint
wanted_events (DheeraHttpConnection *self)
{
  switch (self->state)
    {
    case DHEERA_HTTP_HANDSHAKE:
      return EPOLLRDHUP | (self->wants_write ? EPOLLOUT : EPOLLIN);
    case DHEERA_HTTP_OPEN:
      return EPOLLRDHUP | (wants_input (self) ? EPOLLIN : 0) | (self->blocked ? EPOLLOUT : 0);
    case DHEERA_HTTP_LAST:
      return self->blocked ? EPOLLOUT : 0;
    case DHEERA_HTTP_LINGER:
      return EPOLLIN;
    case DHEERA_HTTP_CLOSED:
    default:
      return 0;
    }
}

static void
update_events (DheeraHttpConnection *self)
{
  guint events = wanted_events (self);
  struct epoll_event event = { .events = events, .data.ptr = &self->watch };

  if (events == self->events || self->state == DHEERA_HTTP_CLOSED)
    return;
  self->events = events;
  epoll_ctl (self->front->epoll_fd, EPOLL_CTL_MOD, self->socket.fd, &event);
}

/* --- The end of things ---------------------------------------------------------------------------------------------------------- */

static void
end_incoming (DheeraHttpConnection *self,
              gboolean              complete)
{
  DheeraHttpIncoming *incoming = g_steal_pointer (&self->incoming);
  DheeraFront *front = self->front;

  front->handler.on_done (&incoming->base, complete, front->data);
  dheera_http_head_free (incoming->head);
  g_free (incoming);
}

void
dheera_http_connection_close (DheeraHttpConnection *self,
                              gboolean              orderly,
                              gboolean              reset)
{
  DheeraFront *front = self->front;

  if (self->state == DHEERA_HTTP_CLOSED)
    return;
  self->state = DHEERA_HTTP_CLOSED;

  epoll_ctl (front->epoll_fd, EPOLL_CTL_DEL, self->socket.fd, NULL);
  dheera_http_link_close (&self->socket, orderly && !self->broken, reset);
  g_queue_unlink (&front->connections, &self->link);
  if (self->deferred)
    {
      self->deferred = FALSE;
      g_queue_unlink (&front->deferred, &self->deferred_link);
    }
  if (self->incoming != NULL)
    end_incoming (self, FALSE);
  dheera_http_front_note_closed (front);
  dheera_http_connection_unref (self);
}

/* No request comes after this any more. */
static void
begin_last (DheeraHttpConnection *self)
{
  self->state = DHEERA_HTTP_LAST;
  self->read_deadline = DHEERA_HTTP_NEVER;
  self->deaf |= self->view_length > 0 || !dheera_http_body_is_over (&self->body);
}

/* All is sent. A client that still sends would see a reset, and perhaps lose the answer to it. */
static void
end_last (DheeraHttpConnection *self)
{
  if (dheera_http_link_finish (&self->socket) == DHEERA_HTTP_LINK_AGAIN)
    {
      self->blocked = TRUE;
      set_deadline (self, &self->write_deadline, self->front->limits.write_timeout);
      return;
    }
  if (!self->deaf)
    {
      dheera_http_connection_close (self, FALSE, FALSE);
      return;
    }

  self->write_deadline = DHEERA_HTTP_NEVER;
  self->state = DHEERA_HTTP_LINGER;
  self->progress = 0;
  set_deadline (self, &self->read_deadline, LINGER_SECONDS);
}

static void
throw_away (DheeraHttpConnection *self)
{
  guint turn;

  for (turn = 0; turn < MAX_TURNS; turn++)
    {
      gssize n = dheera_http_link_read (&self->socket, self->front->scratch, DHEERA_HTTP_SCRATCH);

      if (n == DHEERA_HTTP_LINK_AGAIN)
        return;
      if (n > 0)
        self->progress += (gsize) n;
      if (n <= 0 || self->progress > MAX_LINGER)
        {
          dheera_http_connection_close (self, FALSE, FALSE);
          return;
        }
    }
}

/* The client has made a mistake, or none that it can go on from. */
static void
fail (DheeraHttpConnection *self,
      guint                 status,
      const char           *reason)
{
  self->deaf = TRUE;
  if (self->incoming != NULL && self->incoming->answer != DHEERA_HTTP_UNANSWERED)
    {
      self->incoming->close = TRUE;
      return;
    }

  if (self->incoming != NULL)
    end_incoming (self, FALSE);
  if (self->state == DHEERA_HTTP_CLOSED)
    return;
  dheera_http_answer_refuse (self, status, reason);
  begin_last (self);
}

/* --- Output --------------------------------------------------------------------------------------------------------------------- */

void
dheera_http_connection_flush (DheeraHttpConnection *self)
{
  DheeraHttpOutput *output = &self->output;
  gsize length;

  while (!self->broken && !self->blocked && (length = dheera_http_output_get_length (output)) > 0)
    {
      gsize first = output->end - output->start;
      const char *tail = output->tail != NULL ? (const char *) g_bytes_get_data (output->tail, NULL) + output->tail_start : NULL;
      gssize n = dheera_http_link_write (&self->socket, output->bytes + output->start, first, tail, length - first);

      if (n > 0)
        {
          dheera_http_output_skip (output, (gsize) n);
          self->write_deadline = DHEERA_HTTP_NEVER;
          /* Asking a bare socket again would be in vain. */
          self->blocked = self->socket.tls == NULL && (gsize) n < length;
        }
      else if (n == DHEERA_HTTP_LINK_BROKEN)
        self->broken = TRUE;
      else
        self->blocked = TRUE;
    }

  if (self->blocked && self->write_deadline == DHEERA_HTTP_NEVER)
    set_deadline (self, &self->write_deadline, self->front->limits.write_timeout);
  if (self->busy)
    return;
  if (self->broken)
    dheera_http_front_defer (self->front, self);
  else
    update_events (self);
}

/* --- Requests ------------------------------------------------------------------------------------------------------------------- */

static gboolean
is_unanswered (DheeraHttpConnection *self)
{
  return self->incoming != NULL && self->incoming->answer == DHEERA_HTTP_UNANSWERED;
}

static void
skip_view (DheeraHttpConnection *self,
           gsize                 length)
{
  self->view += length;
  self->view_length -= length;
}

static void
become_idle (DheeraHttpConnection *self)
{
  self->idle = TRUE;
  set_deadline (self, &self->read_deadline, self->front->limits.idle_timeout);
  dheera_http_output_trim (&self->output);
}

/* The body begins, or there is none. */
static void
begin_incoming (DheeraHttpConnection *self,
                DheeraHttpHead       *head)
{
  DheeraFront *front = self->front;
  DheeraHttpIncoming *incoming;

  self->idle = FALSE;
  self->progress = 0;
  self->read_deadline = DHEERA_HTTP_NEVER;
  if (dheera_http_body_init (&self->body, head, front->limits.max_body) == DHEERA_HTTP_BAD)
    {
      dheera_http_head_free (head);
      fail (self, self->body.status, self->body.reason);
      return;
    }

  incoming = self->incoming = g_new0 (DheeraHttpIncoming, 1);
  incoming->base.klass = &dheera_http_incoming_class;
  incoming->base.method = head->method;
  incoming->base.path = head->path;
  incoming->base.query = head->query;
  incoming->base.peer = self->peer;
  incoming->base.has_body = !dheera_http_body_is_over (&self->body);
  incoming->connection = self;
  incoming->head = head;
  front->handler.on_head (&incoming->base, front->data);

  if (self->state == DHEERA_HTTP_CLOSED || dheera_http_body_is_over (&self->body))
    return;
  set_deadline (self, &self->read_deadline, front->limits.body_timeout);
  if (head->expects && is_unanswered (self))
    {
      incoming->continued = TRUE;
      if (self->view_length == 0)
        dheera_http_output_append (&self->output, continue_line, strlen (continue_line));
    }
}

static gboolean
use_head (DheeraHttpConnection *self)
{
  DheeraHttpHead *head = NULL;
  gsize used = 0;

  if (self->view_length == 0)
    return FALSE;

  switch (dheera_http_head_parse (&self->parser, self->view, self->view_length, &head, &used))
    {
    case DHEERA_HTTP_DONE:
      skip_view (self, used);
      begin_incoming (self, head);
      return TRUE;
    case DHEERA_HTTP_BAD:
      fail (self, self->parser.status, self->parser.reason);
      return TRUE;
    case DHEERA_HTTP_MORE:
    case DHEERA_HTTP_PIECE:
    default:
      if (self->idle)
        set_deadline (self, &self->read_deadline, self->front->limits.head_timeout);
      self->idle = FALSE;
      return FALSE;
    }
}

static void
note_progress (DheeraHttpConnection *self,
               gsize                 used)
{
  self->progress += used;
  if (dheera_http_body_is_over (&self->body))
    {
      self->read_deadline = DHEERA_HTTP_NEVER;
      if (self->incoming == NULL)
        become_idle (self);
    }
  else if (self->progress >= BODY_STEP)
    {
      self->progress = 0;
      set_deadline (self, &self->read_deadline, self->front->limits.body_timeout);
    }
}

static gboolean
use_body (DheeraHttpConnection *self)
{
  DheeraFront *front = self->front;
  const char *piece = NULL;
  gsize piece_length = 0;
  gsize used = 0;
  DheeraHttpStatus status;

  /* An answer that ends the connection is on its way. */
  if (self->deaf)
    self->view_length = 0;
  if (self->view_length == 0)
    return FALSE;

  status = dheera_http_body_next (&self->body, self->view, self->view_length, &used, &piece, &piece_length);
  if (status == DHEERA_HTTP_BAD)
    {
      fail (self, self->body.status, self->body.reason);
      return TRUE;
    }

  skip_view (self, used);
  note_progress (self, used);
  if (status != DHEERA_HTTP_PIECE)
    return TRUE;
  if (is_unanswered (self))
    front->handler.on_body (&self->incoming->base, (const guint8 *) piece, piece_length, front->data);
  else if (self->incoming != NULL && self->incoming->close)
    self->deaf = TRUE;

  return TRUE;
}

/* FALSE when there is nothing more to be done with what is there. */
static gboolean
use_input (DheeraHttpConnection *self)
{
  DheeraFront *front = self->front;

  if (!dheera_http_body_is_over (&self->body))
    return use_body (self);
  if (self->incoming == NULL)
    return use_head (self);
  if (!is_unanswered (self) || self->incoming->body_ended)
    return FALSE;

  self->incoming->body_ended = TRUE;
  front->handler.on_body_end (&self->incoming->base, front->data);

  return TRUE;
}

/* Tells the routes what came of their output. */
static gboolean
settle (DheeraHttpConnection *self)
{
  DheeraHttpIncoming *incoming = self->incoming;
  DheeraFront *front = self->front;
  gsize queued = dheera_http_output_get_length (&self->output);

  if (incoming->answer == DHEERA_HTTP_ANSWERED && queued == 0)
    {
      gboolean close = incoming->close;

      end_incoming (self, TRUE);
      if (self->state == DHEERA_HTTP_CLOSED)
        return TRUE;
      if (close)
        begin_last (self);
      else if (dheera_http_body_is_over (&self->body))
        become_idle (self);
      return TRUE;
    }

  if (incoming->answer == DHEERA_HTTP_BEGUN && incoming->full && queued <= front->limits.high_water / 2)
    {
      incoming->full = FALSE;
      front->handler.on_writable (&incoming->base, front->data);
      return TRUE;
    }

  return FALSE;
}

static void
advance (DheeraHttpConnection *self)
{
  while (self->state == DHEERA_HTTP_OPEN || self->state == DHEERA_HTTP_LAST)
    {
      dheera_http_connection_flush (self);
      if (self->broken)
        {
          dheera_http_connection_close (self, FALSE, FALSE);
          return;
        }
      if (self->incoming != NULL && settle (self))
        continue;

      if (self->state == DHEERA_HTTP_LAST)
        {
          if (dheera_http_output_get_length (&self->output) == 0)
            end_last (self);
          return;
        }
      if (!use_input (self))
        return;
    }
}

/* --- Input ---------------------------------------------------------------------------------------------------------------------- */

/* What was not used is kept for when more has come. is_own: it is in the buffer already. */
static void
keep_view (DheeraHttpConnection *self,
           gboolean              is_own)
{
  if (self->state != DHEERA_HTTP_OPEN)
    self->view_length = 0;
  if (self->view_length > self->input_allocated)
    {
      /* It can't be in the smaller buffer itself. */
      self->input_allocated = MAX (self->view_length, 1024);
      self->input = g_realloc (self->input, self->input_allocated);
    }
  if (self->view_length > 0 && (!is_own || self->view != self->input))
    memmove (self->input, self->view, self->view_length);

  self->input_length = self->view_length;
  self->view = NULL;
  self->view_length = 0;
  if (self->input_length == 0 && self->input_allocated > KEPT_INPUT)
    {
      g_clear_pointer (&self->input, g_free);
      self->input_allocated = 0;
    }
}

static void
take_input (DheeraHttpConnection *self,
            const char           *bytes,
            gsize                 length)
{
  gboolean is_own = self->input_length > 0;

  self->view = bytes;
  self->view_length = length;
  if (is_own)
    {
      gsize whole = self->input_length + length;

      if (whole > self->input_allocated)
        {
          self->input_allocated = MAX (whole, 2 * self->input_allocated);
          self->input = g_realloc (self->input, self->input_allocated);
        }
      if (length > 0)
        memcpy (self->input + self->input_length, bytes, length);
      self->view = self->input;
      self->view_length = whole;
    }

  advance (self);
  keep_view (self, is_own);
}

static void
read_input (DheeraHttpConnection *self)
{
  guint turn = 0;

  do
    {
      gssize n = dheera_http_link_read (&self->socket, self->front->scratch, DHEERA_HTTP_SCRATCH);

      if (n == DHEERA_HTTP_LINK_AGAIN)
        return;
      if (n <= 0)
        {
          dheera_http_connection_close (self, FALSE, FALSE);
          return;
        }
      take_input (self, self->front->scratch, (gsize) n);
    }
  while (++turn < MAX_TURNS && wants_input (self) && dheera_http_link_has_more (&self->socket));
}

static void
shake_hands (DheeraHttpConnection *self)
{
  int result = dheera_http_link_handshake (&self->socket, &self->wants_write);

  if (result == 1)
    self->state = DHEERA_HTTP_OPEN;
  else if (result == DHEERA_HTTP_LINK_BROKEN)
    dheera_http_connection_close (self, FALSE, FALSE);
}

static gboolean
is_at_rest (DheeraHttpConnection *self)
{
  return self->state == DHEERA_HTTP_OPEN && self->incoming == NULL && self->input_length == 0 && dheera_http_body_is_over (&self->body);
}

static void
work (DheeraHttpConnection *self,
      gboolean              readable)
{
  dheera_http_connection_ref (self);
  self->busy = TRUE;

  if (self->state == DHEERA_HTTP_HANDSHAKE)
    shake_hands (self);
  if (self->state == DHEERA_HTTP_LINGER)
    throw_away (self);
  if (self->state == DHEERA_HTTP_OPEN || self->state == DHEERA_HTTP_LAST)
    take_input (self, NULL, 0);
  if (wants_input (self) && (readable || dheera_http_link_has_more (&self->socket)))
    read_input (self);
  if (self->front->draining && is_at_rest (self))
    dheera_http_connection_close (self, TRUE, FALSE);

  self->busy = FALSE;
  if (self->state != DHEERA_HTTP_CLOSED)
    {
      update_events (self);
      /* Neither the socket nor anybody else will say that it is there. */
      if (wants_input (self) && dheera_http_link_has_more (&self->socket))
        dheera_http_front_defer (self->front, self);
    }
  dheera_http_connection_unref (self);
}

void
dheera_http_connection_run (DheeraHttpConnection *self)
{
  work (self, self->front->draining);
}

static void
ready_cb (DheeraHttpWatch *watch,
          guint            events)
{
  DheeraHttpConnection *self = watch->connection;
  gboolean is_gone = (events & (EPOLLERR | EPOLLHUP)) != 0;

  if (self->state == DHEERA_HTTP_CLOSED)
    return;
  if (self->state == DHEERA_HTTP_OPEN || self->state == DHEERA_HTTP_HANDSHAKE)
    is_gone |= (events & EPOLLRDHUP) != 0;
  if (is_gone && self->state != DHEERA_HTTP_LINGER)
    {
      dheera_http_connection_close (self, FALSE, FALSE);
      return;
    }

  if ((events & EPOLLOUT) != 0)
    self->blocked = FALSE;
  work (self, (events & EPOLLIN) != 0);
}

void
dheera_http_connection_expire (DheeraHttpConnection *self,
                               gint64                now)
{
  /* What the kernel still holds for who does not read is thrown away, too. */
  if (now >= self->write_deadline)
    {
      dheera_http_connection_close (self, FALSE, TRUE);
      return;
    }
  if (now < self->read_deadline)
    return;

  self->read_deadline = DHEERA_HTTP_NEVER;
  if (self->state != DHEERA_HTTP_OPEN || is_at_rest (self) || (self->incoming == NULL && !dheera_http_body_is_over (&self->body)))
    {
      dheera_http_connection_close (self, self->state == DHEERA_HTTP_OPEN, FALSE);
      return;
    }

  self->busy = TRUE;
  fail (self, 408, "The request did not come in time.");
  self->busy = FALSE;
  if (self->state != DHEERA_HTTP_CLOSED)
    dheera_http_front_defer (self->front, self);
}

void
dheera_http_connection_open (DheeraFront *front,
                             int          fd,
                             char        *peer)
{
  DheeraHttpConnection *self = g_new0 (DheeraHttpConnection, 1);
  struct epoll_event event;

  self->watch = (DheeraHttpWatch) { ready_cb, self };
  self->refs = 1;
  self->front = front;
  front->refs++;
  self->link.data = self->deferred_link.data = self;
  self->peer = peer;
  self->body.state = DHEERA_HTTP_BODY_END;
  self->read_deadline = self->write_deadline = DHEERA_HTTP_NEVER;
  self->state = front->tls != NULL ? DHEERA_HTTP_HANDSHAKE : DHEERA_HTTP_OPEN;
  dheera_http_head_parser_init (&self->parser, front->limits.max_head, front->limits.max_fields);
  g_queue_push_tail_link (&front->connections, &self->link);

  self->events = wanted_events (self);
  event = (struct epoll_event) { .events = self->events, .data.ptr = &self->watch };
  if (!dheera_http_link_open (&self->socket, fd, front->tls) || epoll_ctl (front->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0)
    {
      dheera_http_connection_close (self, FALSE, FALSE);
      return;
    }
  set_deadline (self, &self->read_deadline, front->limits.head_timeout);
}
