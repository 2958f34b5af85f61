/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a call keeps of its HTTP messages, where the client or a logger asks for that, and the trace that they belong to. Requests for access tokens are never kept. */

#include "dheera-operation-internal-private.h"

#include "dheera-ai/model/requests/dheera-base-request-private.h"
#include "dheera-ai/wire/dheera-hide-private.h"

#include <string.h>

#define CUT "\n[cut: %" G_GUINT64_FORMAT " bytes in all]"

void
dheera_operation_prepare_capture (DheeraOperation *self)
{
  DheeraCapture what = dheera_client_get_needed_capture (self->client);

  if (what != DHEERA_CAPTURE_NONE)
    self->call->record = dheera_call_record_new (what, (guint) g_atomic_int_get (&self->client->capture_limit));
}

/* A header of that name that the application set itself stays. */
void
dheera_operation_set_trace (DheeraOperation   *self,
                            DheeraBaseRequest *request)
{
  const char *parent = dheera_base_request_get_traceparent (request);
  const char *state = dheera_base_request_get_tracestate (request);

  if (dheera_http_request_get_header (self->http, "traceparent") == NULL && parent != NULL)
    {
      dheera_http_request_set_header (self->http, "traceparent", parent);
      if (state != NULL && dheera_http_request_get_header (self->http, "tracestate") == NULL)
        dheera_http_request_set_header (self->http, "tracestate", state);
    }
  self->call->traceparent = g_strdup (dheera_http_request_get_header (self->http, "traceparent"));
  self->call->tracestate = g_strdup (dheera_http_request_get_header (self->http, "tracestate"));
}

/* Amazon's event streams are text with bytes in between that count its parts. */
static char *
dup_readable (const char *bytes,
              gsize       length)
{
  GString *text = g_string_new_len (bytes, (gssize) length);

  for (gsize i = 0; i < text->len; i++)
    if ((guchar) text->str[i] < 0x20 && strchr ("\t\r\n", text->str[i] != '\0' ? text->str[i] : ' ') == NULL)
      text->str[i] = '.';
  return g_string_free (text, FALSE);
}

static gboolean
is_text (const char *bytes,
         gsize       length,
         gboolean    cut)
{
  const char *end;

  if (memchr (bytes, '\0', length) != NULL)
    return FALSE;
  /* Half a character at the end is what the limit left of it. */
  return g_utf8_validate (bytes, (gssize) length, &end) || (cut && bytes + length - end < 4);
}

/* bytes are the first ones of total. */
static char *
dup_body (const char        *bytes,
          gsize              length,
          guint64            total,
          const char        *content_type,
          const char *const *secrets)
{
  gboolean cut = length < total;
  g_autofree char *raw = NULL;
  g_autofree char *valid = NULL;
  g_autofree char *named = NULL;
  g_autofree char *hidden = NULL;
  g_autofree char *note = NULL;

  if (g_strcmp0 (content_type, "application/vnd.amazon.eventstream") == 0)
    raw = dup_readable (bytes, length);
  else if (is_text (bytes, length, cut))
    raw = g_strndup (bytes, length);
  else
    return g_strdup_printf ("[%" G_GUINT64_FORMAT " bytes of %s]", total, content_type != NULL && *content_type != '\0' ? content_type : "no text");

  valid = g_utf8_make_valid (raw, -1);
  named = dheera_hide_members (valid);
  hidden = dheera_hide_secrets (named, secrets, cut);
  explicit_bzero (raw, strlen (raw));
  explicit_bzero (valid, strlen (valid));
  explicit_bzero (named, strlen (named));
  note = cut ? g_strdup_printf (CUT, total) : NULL;
  return g_strconcat (hidden, note, NULL);
}

static void
keep_request_body (DheeraOperation *self,
                   DheeraShown     *shown)
{
  DheeraCallRecord *record = self->call->record;
  gsize length;
  const char *bytes = self->http->body != NULL ? g_bytes_get_data (self->http->body, &length) : NULL;

  if (bytes != NULL)
    record->request_body = dup_body (bytes, MIN (length, record->limit), length, self->http->content_type, (const char *const *) shown->secrets);
}

static void
keep_response_body (DheeraOperation *self,
                    DheeraShown     *shown)
{
  DheeraCallRecord *record = self->call->record;

  record->response_body = dup_body (record->received != NULL ? record->received->str : "", record->received != NULL ? record->received->len : 0,
                                    record->n_received, dheera_exchange_get_content_type (self->exchange), (const char *const *) shown->secrets);
  /* The raw bytes are not needed any more. */
  if (record->received != NULL)
    explicit_bzero (record->received->str, record->received->len);
}

void
dheera_operation_capture (DheeraOperation *self)
{
  DheeraCallRecord *record = self->call->record;
  g_auto(DheeraShown) shown = { NULL };

  if (record == NULL || self->exchange == NULL || self->fetching_token || !dheera_exchange_show (self->exchange, &shown))
    return;

  if (record->what & DHEERA_CAPTURE_HEADERS)
    {
      record->request_headers = g_steal_pointer (&shown.request_headers);
      record->response_headers = g_steal_pointer (&shown.response_headers);
    }
  if (record->what & DHEERA_CAPTURE_BODIES)
    {
      keep_request_body (self, &shown);
      if (self->call->status != 0)
        keep_response_body (self, &shown);
    }
}
