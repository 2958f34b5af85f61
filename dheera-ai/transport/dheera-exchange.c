/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* An exchange is made up of these files:
 *
 *   dheera-exchange.c        life, message, what is common
 *   dheera-exchange-head.c   what happens to the message until its head is there
 *   dheera-exchange-body.c   what comes after it
 *   dheera-exchange-sync.c   blocking in the caller's thread
 *   dheera-exchange-async.c  with a main context
 *   dheera-worker.c          blocking, but with the worker's main context
 */

#include "dheera-exchange-internal-private.h"

#include "dheera-ai/dheera-version.h"
#include "dheera-ai/wire/dheera-url-private.h"

#include <string.h>

#define USER_AGENT "dheera-ai/" DHEERA_VERSION_S

static gboolean
is_framing_header (const char *name)
{
  return g_ascii_strcasecmp (name, "Content-Length") == 0 || g_ascii_strcasecmp (name, "Transfer-Encoding") == 0 ||
         g_ascii_strcasecmp (name, "Content-Type") == 0;
}

static void
set_default_header (SoupMessageHeaders *headers,
                    const char         *name,
                    const char         *value)
{
  if (soup_message_headers_get_one (headers, name) == NULL)
    soup_message_headers_append (headers, name, value);
}

static void
add_headers (SoupMessage             *message,
             const DheeraHttpRequest *request)
{
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);

  for (guint i = 0; request->headers != NULL && i < request->headers->len; i++)
    {
      const DheeraHttpHeader *header = &g_array_index (request->headers, DheeraHttpHeader, i);

      /* These belong to the body, which libsoup describes. */
      if (!is_framing_header (header->name))
        soup_message_headers_append (headers, header->name, header->value);
    }

  switch (request->framing)
    {
    case DHEERA_FRAMING_SSE:
      set_default_header (headers, "Accept", "text/event-stream");
      set_default_header (headers, "Accept-Encoding", "identity");
      break;
    case DHEERA_FRAMING_NDJSON:
      set_default_header (headers, "Accept", "application/x-ndjson");
      set_default_header (headers, "Accept-Encoding", "identity");
      break;
    case DHEERA_FRAMING_WHOLE:
    default:
      set_default_header (headers, "Accept", "application/json");
      break;
    }
}

/* Bodies and keys are nobody else's business: no logger (it prints keys), no jar, no cache, nothing that guesses content types. */
static void
disable_features (SoupMessage *message)
{
  soup_message_disable_feature (message, SOUP_TYPE_LOGGER);
  soup_message_disable_feature (message, SOUP_TYPE_COOKIE_JAR);
  soup_message_disable_feature (message, SOUP_TYPE_CACHE);
  soup_message_disable_feature (message, SOUP_TYPE_CONTENT_SNIFFER);
  soup_message_disable_feature (message, SOUP_TYPE_HSTS_ENFORCER);
}

static SoupMessage *
make_message (DheeraTransport         *transport,
              const DheeraHttpRequest *request)
{
  SoupMessage *message = soup_message_new (request->method, request->url);

  if (message == NULL)
    return NULL;

  soup_message_add_flags (message, SOUP_MESSAGE_IDEMPOTENT | SOUP_MESSAGE_NO_REDIRECT | SOUP_MESSAGE_COLLECT_METRICS);
  /* A session of ours has none of them. */
  if (!dheera_transport_is_own (transport))
    disable_features (message);
  add_headers (message, request);

  return message;
}

DheeraExchange *
dheera_exchange_new (DheeraTransport         *transport,
                     const DheeraHttpRequest *request,
                     const char              *key,
                     const DheeraTimeouts    *timeouts)
{
  DheeraExchange *self = g_new0 (DheeraExchange, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->mutex);
  self->generation = dheera_transport_get_generation ();
  self->transport = dheera_transport_ref (transport);
  self->message = make_message (transport, request);
  self->key = g_strdup (key);
  self->auth = request->auth;
  self->auth_header = request->auth == DHEERA_AUTH_HEADER ? request->auth_header : NULL;
  self->framing = request->framing;
  self->body = request->body != NULL ? g_bytes_ref (request->body) : NULL;
  self->content_type = request->content_type;
  self->timeouts = *timeouts;
  self->inner = g_cancellable_new ();
  self->content_length = -1;

  return self;
}

DheeraExchange *
dheera_exchange_ref (DheeraExchange *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
dheera_exchange_unref (DheeraExchange *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_object (&self->inner);
  g_clear_pointer (&self->ticket, dheera_ticket_unref);
  g_clear_pointer (&self->transport, dheera_transport_unref);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_clear_error (&self->error);
  g_clear_error (&self->fault);
  g_free (self->wait_text);
  g_free (self->proxy);
  g_free (self->media_type);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

static void
wipe_key (DheeraExchange *self)
{
  if (self->key != NULL)
    explicit_bzero (self->key, strlen (self->key));
  g_clear_pointer (&self->key, g_free);
}

static void
close_here (DheeraExchange *self)
{
  self->closed = TRUE;
  dheera_exchange_end (self);
  g_clear_signal_handler (&self->outer_id, self->outer);
  g_clear_object (&self->outer);
  dheera_exchange_detach (self);
  if (self->watched)
    dheera_watchdog_remove (&self->watch);
  self->watched = FALSE;
  if (self->inner_is_open)
    g_cancellable_release_fd (self->inner);
  self->inner_is_open = FALSE;
  switch (self->phase)
    {
    case DHEERA_PHASE_QUEUED:
      dheera_gate_leave (self->gate, self->ticket);
      break;
    case DHEERA_PHASE_CONNECTING:
    case DHEERA_PHASE_SENT:
      g_cancellable_cancel (self->inner);
      /* A head that was refused has its body all the same. */
      dheera_exchange_release_stream (self);
      break;
    case DHEERA_PHASE_BODY:
      dheera_exchange_release_stream (self);
      break;
    case DHEERA_PHASE_NEW:
    case DHEERA_PHASE_CLOSED:
    default:
      break;
    }
  self->phase = DHEERA_PHASE_CLOSED;
  if (self->stats.end == 0)
    self->stats.end = g_get_monotonic_time ();
  g_clear_object (&self->session);
}

/* libsoup ends the program when a message ends while another context than the one that sent it is the thread's default, and whoever closes or drops a
 * stream need not be called from there; a garbage collector even does it in any thread. FALSE when it has to be done by the context's own thread. */
static gboolean
run_in_context (DheeraExchange *self,
                void          (*func) (DheeraExchange *self))
{
  g_autoptr(GMainContext) current = g_main_context_ref_thread_default ();
  g_autoptr(GMainContext) context = self->context != NULL ? g_main_context_ref (self->context) : NULL;

  if (context == NULL || (self->mode == DHEERA_MODE_BLOCKING && context == current))
    {
      func (self);
      return TRUE;
    }
  if (!g_main_context_acquire (context))
    return FALSE;
  if (context != current)
    g_main_context_push_thread_default (context);
  func (self);
  if (context != current)
    g_main_context_pop_thread_default (context);
  g_main_context_release (context);

  return TRUE;
}

static gboolean
close_cb (gpointer user_data)
{
  dheera_exchange_close (user_data);
  return G_SOURCE_REMOVE;
}

void
dheera_exchange_close (DheeraExchange *self)
{
  if (self->closed)
    return;
  if (self->mode == DHEERA_MODE_WORKER && !dheera_worker_is_here ())
    dheera_worker_close (self);
  else if (!run_in_context (self, close_here))
    g_main_context_invoke_full (self->context, G_PRIORITY_DEFAULT, close_cb, dheera_exchange_ref (self), (GDestroyNotify) dheera_exchange_unref);
}

static void
free_here (DheeraExchange *self)
{
  dheera_exchange_close (self);
  if (self->message != NULL)
    dheera_exchange_unwatch_message (self);
  g_clear_object (&self->message);
  wipe_key (self);
  dheera_exchange_unref (self);
}

static gboolean
free_cb (gpointer user_data)
{
  dheera_exchange_free (user_data);
  return G_SOURCE_REMOVE;
}

void
dheera_exchange_free (DheeraExchange *self)
{
  if (self == NULL)
    return;
  /* What came here by a fork is the parent's: its locks, sockets and libsoup's state are not ours to touch. */
  if (self->generation != dheera_transport_get_generation ())
    return;

  if (self->mode == DHEERA_MODE_WORKER)
    free_here (self);
  else if (!run_in_context (self, free_here))
    g_main_context_invoke_full (self->context, G_PRIORITY_DEFAULT, free_cb, self, NULL);
}

void
dheera_exchange_cancel (DheeraExchange *self)
{
  dheera_exchange_stop (self, DHEERA_STOP_CANCELLED);
}

void
dheera_exchange_stop (DheeraExchange *self,
                      DheeraStop      why)
{
  /* The owner may free it as soon as it sees the end, while another thread is still here. */
  dheera_exchange_ref (self);
  g_atomic_int_compare_and_exchange (&self->stop, DHEERA_STOP_NONE, why);
  g_cancellable_cancel (self->inner);

  g_mutex_lock (&self->mutex);
  if (self->pulse != NULL)
    g_source_set_ready_time (self->pulse, 0);
  else if (self->ticket != NULL)
    dheera_gate_wake (self->gate, self->ticket);
  g_mutex_unlock (&self->mutex);
  dheera_exchange_unref (self);
}

static void
outer_cancelled_cb (GCancellable *cancellable,
                    gpointer      user_data)
{
  DheeraExchange *self = user_data;
  gboolean active;

  g_mutex_lock (&self->mutex);
  active = self->outer_active && self->outer == cancellable;
  g_mutex_unlock (&self->mutex);

  if (active)
    dheera_exchange_stop (self, DHEERA_STOP_CANCELLED);
}

/* The link stays in place between operations that name the same cancellable, which nearly all do, but only counts during one. It is never taken back
 * with g_cancellable_disconnect(), which would wait for ever inside a handler of the same cancellable. */
void
dheera_exchange_begin (DheeraExchange *self,
                       GCancellable   *cancellable)
{
  if (self->outer != cancellable)
    {
      gulong id = self->outer_id;
      GCancellable *old = self->outer;

      self->outer_id = 0;
      g_mutex_lock (&self->mutex);
      self->outer = cancellable != NULL ? g_object_ref (cancellable) : NULL;
      g_mutex_unlock (&self->mutex);
      g_clear_signal_handler (&id, old);
      g_clear_object (&old);
      if (cancellable != NULL)
        self->outer_id = g_signal_connect_data (cancellable, "cancelled", G_CALLBACK (outer_cancelled_cb), dheera_exchange_ref (self),
                                                (GClosureNotify) dheera_exchange_unref, 0);
    }

  if (cancellable == NULL)
    return;
  g_mutex_lock (&self->mutex);
  self->outer_active = TRUE;
  g_mutex_unlock (&self->mutex);
  if (g_cancellable_is_cancelled (cancellable))
    dheera_exchange_stop (self, DHEERA_STOP_CANCELLED);
}

void
dheera_exchange_end (DheeraExchange *self)
{
  if (self->outer == NULL)
    return;
  g_mutex_lock (&self->mutex);
  self->outer_active = FALSE;
  g_mutex_unlock (&self->mutex);
}

static void
consider_deadline (gint64          time,
                   DheeraDeadline  kind,
                   gint64         *earliest,
                   DheeraDeadline *which)
{
  if (*earliest == 0 || time < *earliest)
    {
      *earliest = time;
      *which = kind;
    }
}

static gint64
after (gint64 start,
       double seconds)
{
  return start + (gint64) (MIN (seconds, 1e9) * G_USEC_PER_SEC);
}

gint64
dheera_exchange_get_deadline (DheeraExchange *self,
                              DheeraDeadline *which)
{
  const DheeraTimeouts *timeouts = &self->timeouts;
  gboolean first_token = g_atomic_int_get (&self->first_token);
  gint64 earliest = 0;

  *which = DHEERA_DEADLINE_NONE;
  if (timeouts->deadline != 0)
    consider_deadline (timeouts->deadline, DHEERA_DEADLINE_TOTAL, &earliest, which);
  if (timeouts->first_token > 0 && !first_token)
    consider_deadline (after (self->stats.start, timeouts->first_token), DHEERA_DEADLINE_FIRST_TOKEN, &earliest, which);
  if (timeouts->connect > 0 && self->phase == DHEERA_PHASE_CONNECTING)
    consider_deadline (after (self->stats.admitted, timeouts->connect), DHEERA_DEADLINE_CONNECT, &earliest, which);
  /* Nobody waits for the server while the application does not read. */
  if (timeouts->idle > 0 && self->phase == DHEERA_PHASE_BODY && first_token &&
      (self->mode == DHEERA_MODE_BLOCKING || self->operation == DHEERA_OPERATION_WAIT))
    consider_deadline (after (self->last_activity, timeouts->idle), DHEERA_DEADLINE_IDLE, &earliest, which);

  return earliest;
}

void
dheera_exchange_mark_first_token (DheeraExchange *self)
{
  g_atomic_int_set (&self->first_token, TRUE);
}

GError *
dheera_exchange_make_stop_error (DheeraExchange *self)
{
  switch ((DheeraStop) g_atomic_int_get (&self->stop))
    {
    case DHEERA_STOP_CANCELLED:
      return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Operation was cancelled");
    case DHEERA_STOP_DEADLINE:
      return dheera_failure_from_deadline (self);
    case DHEERA_STOP_FAULT:
      return g_error_copy (self->fault);
    case DHEERA_STOP_NONE:
    default:
      return NULL;
    }
}

void
dheera_exchange_fail (DheeraExchange *self,
                      GError         *error)
{
  if (self->error == NULL)
    self->error = error;
  else
    g_error_free (error);
  if (self->stats.end == 0)
    self->stats.end = g_get_monotonic_time ();
}

gboolean
dheera_exchange_copy_error (DheeraExchange  *self,
                            GError         **error)
{
  if (self->error == NULL)
    return FALSE;
  if (error != NULL)
    *error = g_error_copy (self->error);
  return TRUE;
}

static GError *
find_fault_in_request (DheeraExchange *self)
{
  if (self->message == NULL)
    return g_error_new_literal (DHEERA_TRANSPORT_ERROR, DHEERA_TRANSPORT_ERROR_PROTOCOL, "the URL of the request is not valid");
  if (self->auth != DHEERA_AUTH_NONE && self->key != NULL && !dheera_header_value_is_valid (self->key))
    return g_error_new_literal (DHEERA_TRANSPORT_ERROR, DHEERA_TRANSPORT_ERROR_PROTOCOL,
                                "the API key contains a character that can't be part of a header, such as a line break or a space at its end");
  return NULL;
}

gboolean
dheera_exchange_prepare (DheeraExchange *self)
{
  GError *error = find_fault_in_request (self);

  self->stats.start = g_get_monotonic_time ();
  if (error == NULL)
    self->session = dheera_transport_dup_session (self->transport, &error);
  if (error != NULL)
    {
      dheera_exchange_fail (self, error);
      return FALSE;
    }

  self->gate = dheera_transport_get_gate (self->transport);
  g_mutex_lock (&self->mutex);
  self->ticket = dheera_ticket_new ();
  g_mutex_unlock (&self->mutex);
  dheera_gate_bind (self->gate, self->ticket, self->message);
  if (soup_session_get_user_agent (self->session) == NULL)
    set_default_header (soup_message_get_request_headers (self->message), "User-Agent", USER_AGENT);
  dheera_exchange_watch_message (self);

  return TRUE;
}

/* The only place where a key becomes part of a request. */
static void
apply_credentials (DheeraExchange *self)
{
  SoupMessageHeaders *headers = soup_message_get_request_headers (self->message);

  if (self->key == NULL)
    return;

  if (self->auth == DHEERA_AUTH_BEARER)
    {
      g_autofree char *value = g_strconcat ("Bearer ", self->key, NULL);

      soup_message_headers_replace (headers, "Authorization", value);
      explicit_bzero (value, strlen (value));
    }
  else if (self->auth == DHEERA_AUTH_HEADER)
    {
      soup_message_headers_replace (headers, self->auth_header, self->key);
    }
}

void
dheera_exchange_set_body (DheeraExchange *self)
{
  soup_message_set_request_body_from_bytes (self->message, self->body != NULL ? self->content_type : NULL, self->body);
}

void
dheera_exchange_dress (DheeraExchange *self)
{
  dheera_exchange_set_body (self);
  apply_credentials (self);
  self->connected_anew = FALSE;
  self->n_starts = 0;
}

char *
dheera_exchange_dup_host (DheeraExchange *self)
{
  GUri *uri = soup_message_get_uri (self->message);
  const char *host = g_uri_get_host (uri);
  int port = g_uri_get_port (uri);
  gboolean is_v6 = strchr (host, ':') != NULL;
  int default_port = g_strcmp0 (g_uri_get_scheme (uri), "https") == 0 ? 443 : 80;

  if (port == -1 || port == default_port)
    return g_strdup (host);
  return g_strdup_printf (is_v6 ? "[%s]:%d" : "%s:%d", host, port);
}

guint
dheera_exchange_get_status (DheeraExchange *self)
{
  return self->message != NULL ? soup_message_get_status (self->message) : 0;
}

const char *
dheera_exchange_get_header (DheeraExchange *self,
                            const char     *name)
{
  if (self->message == NULL)
    return NULL;
  return soup_message_headers_get_list (soup_message_get_response_headers (self->message), name);
}

const char *
dheera_exchange_get_content_type (DheeraExchange *self)
{
  return self->media_type != NULL ? self->media_type : "";
}

const DheeraExchangeStats *
dheera_exchange_get_stats (DheeraExchange *self)
{
  return &self->stats;
}

char *
dheera_exchange_describe (DheeraExchange *self)
{
  if (self->message == NULL)
    return g_strdup ("a request with an invalid URL");
  return dheera_redact_message (self->message, self->auth_header);
}
