/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-exchange-internal-private.h"
#include "dheera-exchange-sign-private.h"

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
    case DHEERA_FRAMING_AWS:
      set_default_header (headers, "Accept", "application/vnd.amazon.eventstream");
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

SoupMessage *
dheera_exchange_make_message (DheeraTransport         *transport,
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

static GError *
find_fault_in_request (DheeraExchange *self)
{
  if (self->message == NULL)
    return g_error_new_literal (DHEERA_TRANSPORT_ERROR, DHEERA_TRANSPORT_ERROR_PROTOCOL, "the URL of the request is not valid");
  if (self->auth != DHEERA_AUTH_NONE && self->key != NULL && !dheera_header_value_is_valid (self->key))
    return g_error_new_literal (DHEERA_TRANSPORT_ERROR, DHEERA_TRANSPORT_ERROR_PROTOCOL,
                                "the API key contains a character that can't be part of a header, such as a line break or a space at its end");
  if (dheera_exchange_lacks_region (self))
    return g_error_new_literal (DHEERA_TRANSPORT_ERROR, DHEERA_TRANSPORT_ERROR_SESSION,
                                "the request can't be signed for AWS without a region: set the region property of the provider, or AWS_REGION");
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

  self->policy = dheera_session_policy_dup_for_session (self->session);
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

  if (self->auth == DHEERA_AUTH_SIGV4 && dheera_exchange_sign (self))
    return;

  if (self->auth == DHEERA_AUTH_BEARER || self->auth == DHEERA_AUTH_SIGV4)
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
