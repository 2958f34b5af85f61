/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-operation-internal-private.h"

#include "dheera-call-error-private.h"
#include "dheera-middleware-private.h"

#include "dheera-ai/model/responses/dheera-base-response-private.h"
#include "dheera-ai/model/responses/dheera-response-private.h"
#include "dheera-ai/providers/dheera-provider-private.h"
#include "dheera-ai/transport/dheera-retry-private.h"
#include "dheera-ai/wire/dheera-process-private.h"
#include "dheera-ai/wire/dheera-url-private.h"

/* The body of an answer with an error status: more is not read, and not needed to know what went wrong. */
#define MAX_ERROR_BODY (1024 * 1024)

static void begin_attempt (DheeraOperation *self);

DheeraAccumulator *
dheera_operation_get_accumulator (DheeraOperation *self)
{
  return self->decoder != NULL ? self->decoder->accumulator : NULL;
}

void
dheera_operation_set_recording (DheeraOperation *self,
                                gboolean         recording)
{
  self->recording = recording;
  if (self->decoder != NULL)
    dheera_accumulator_set_recording (self->decoder->accumulator, recording);
}

gboolean
dheera_operation_has_reached (DheeraOperation *self,
                              DheeraUntil      until)
{
  if (self->step == DHEERA_STEP_DONE)
    return TRUE;
  return until == DHEERA_UNTIL_DELTA && self->decoder != NULL &&
         dheera_accumulator_has_delta (self->decoder->accumulator);
}

/* --- The end of an attempt and of the call --------------------------------------------------------------------------------- */

static double
seconds_between (gint64 from,
                 gint64 to)
{
  return from > 0 && to >= from ? (to - from) / 1e6 : -1;
}

static void
note_stats (DheeraOperation *self)
{
  const DheeraExchangeStats *stats;
  DheeraCall *call = self->call;

  if (self->exchange == NULL || self->fetching_token)
    return;

  stats = dheera_exchange_get_stats (self->exchange);
  call->bytes_sent = stats->bytes_sent;
  call->bytes_received = stats->bytes_received;
  call->queue_time = seconds_between (stats->start, stats->admitted);
  call->dns_time = seconds_between (stats->resolving, stats->resolved);
  call->connect_time = seconds_between (stats->connecting, stats->connected);
  call->tls_time = seconds_between (stats->tls_handshaking, stats->tls_handshaked);
  call->first_byte_time = seconds_between (stats->start, stats->head);
  call->connection_reused = stats->reused;
}

static void
finish_attempt (DheeraOperation *self)
{
  note_stats (self);
  dheera_operation_capture (self);
  g_clear_object (&self->http_exchange);
  g_clear_pointer (&self->exchange, dheera_exchange_free);
  dheera_operation_clear_token (self);
  dheera_operation_wipe (&self->key);
  dheera_client_attempt_finished (self->client, self->call);
}

static void
finish_call (DheeraOperation *self)
{
  self->step = DHEERA_STEP_DONE;
  if (self->error != NULL)
    self->call->error = g_error_copy (self->error);
  dheera_operation_wipe (&self->request_key);
  g_clear_object (&self->session);
  self->call->total_time = (g_get_monotonic_time () - self->start) / 1e6;
  dheera_client_call_finished (self->client, self->call);
}

static void
fail_call (DheeraOperation *self,
           GError          *error)
{
  g_clear_error (&self->error);
  self->error = error;
  finish_call (self);
}

/* The decoder works in the buffers' tokens, and hands them back, perhaps grown. */
static void
drop_decoder (DheeraOperation *self)
{
  if (self->decoder == NULL)
    return;

  self->buffers->json = self->decoder->json;
  self->decoder->json = (DheeraJson) DHEERA_JSON_INIT;
  g_clear_pointer (&self->decoder, dheera_decoder_free);
}

void
dheera_operation_free (DheeraOperation *self)
{
  if (self->run != NULL)
    dheera_run_abandon (self->run);
  /* Whoever drops a stream in the middle has ended the call as well. */
  if (self->announced && self->step != DHEERA_STEP_DONE)
    {
      if (self->exchange != NULL)
        finish_attempt (self);
      fail_call (self, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The stream was dropped before its end."));
    }

  g_clear_pointer (&self->exchange, dheera_exchange_free);
  dheera_operation_clear_token (self);
  dheera_operation_wipe (&self->key);
  dheera_operation_wipe (&self->request_key);
  drop_decoder (self);
  if (self->buffers != NULL)
    dheera_client_give_buffers (self->client, self->buffers);
  g_clear_pointer (&self->http, dheera_http_request_free);
  g_clear_pointer (&self->transport, dheera_transport_unref);
  g_clear_object (&self->session);
  g_clear_pointer (&self->warnings, g_ptr_array_unref);
  g_clear_pointer (&self->middleware, g_ptr_array_unref);
  g_clear_object (&self->http_exchange);
  g_clear_object (&self->provider);
  g_clear_object (&self->result);
  g_clear_object (&self->call);
  g_clear_object (&self->client);
  g_clear_error (&self->error);
  g_free (self->advice);
  g_free (self);
}

/* -1 for no deadline; never less than 0 with one, which would read as none when the deadline is noticed late. */
static gint64
get_time_left_ms (DheeraOperation *self)
{
  gint64 left;

  if (self->timeouts.deadline == 0)
    return -1;
  left = self->timeouts.deadline - g_get_monotonic_time ();
  return MAX (left, 0) / 1000;
}

static gint64
decide_retry (DheeraOperation    *self,
              DheeraErrorDetails *details)
{
  DheeraRetryInput input = { 0 };
  double retry_after = dheera_error_details_get_retry_after (details);

  input.attempt = self->call->attempt;
  input.max_retries = self->max_retries;
  input.retryable = dheera_error_details_get_retryable (details);
  input.delivered = self->endpoint->stream && self->decoder != NULL &&
                    dheera_accumulator_has_content (self->decoder->accumulator);
  input.should_retry = self->exchange != NULL ? dheera_exchange_get_header (self->exchange, "x-should-retry") : NULL;
  input.retry_after_ms = retry_after >= 0 ? (gint64) MIN (retry_after * 1000, 1e12) : -1;
  input.time_left_ms = get_time_left_ms (self);
  input.random = g_random_double ();

  return dheera_retry_decide (&input);
}

DheeraErrorDetails *
dheera_operation_hide_headers (DheeraOperation    *self,
                               DheeraErrorDetails *details)
{
  DheeraFailure failure = dheera_error_details_to_failure (details);
  const char **texts[] = { &failure.message, &failure.provider_code, &failure.provider_type, &failure.param, &failure.request_id, &failure.body };
  char *open[G_N_ELEMENTS (texts)];
  DheeraErrorDetails *hidden = details;
  gboolean differ = FALSE;

  if (self->exchange == NULL)
    return details;
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      open[i] = dheera_exchange_hide_headers (self->exchange, *texts[i]);
      differ |= g_strcmp0 (open[i], *texts[i]) != 0;
      *texts[i] = open[i];
    }
  if (differ)
    {
      hidden = dheera_error_details_new (&failure);
      g_object_unref (details);
    }
  for (guint i = 0; i < G_N_ELEMENTS (open); i++)
    g_free (open[i]);

  return hidden;
}

/* What there is to do where the code does not say it: of an answer that names no model the address is likelier to be wrong. */
static char *
dup_advice (DheeraOperation    *self,
            DheeraErrorDetails *details)
{
  guint status = dheera_error_details_get_status (details);

  if (self->advice != NULL)
    return g_steal_pointer (&self->advice);
  if (self->fetching_token || (status != 404 && status != 405) || dheera_error_details_get_provider_code (details) != NULL)
    return NULL;
  return g_strdup_printf ("Check the model's name and the base URL: it was asked for at %s.", self->call->url);
}

void
dheera_operation_fail_attempt (DheeraOperation    *self,
                               DheeraErrorDetails *details)
{
  gint64 delay = decide_retry (self, details);
  gboolean renewed = dheera_operation_renew_key (self, details);
  g_autofree char *advice = dup_advice (self, details);

  details = dheera_operation_hide_headers (self, details);
  g_set_object (&self->call->error_details, details);
  finish_attempt (self);

  if (renewed)
    begin_attempt (self);
  else if (delay >= 0)
    {
      self->delay_ms = delay;
      self->step = DHEERA_STEP_SLEEP;
    }
  else
    fail_call (self, dheera_call_error_new (details, self->provider, self->call->model, self->endpoint->stream, advice));

  g_object_unref (details);
}

/* On this machine, or behind a socket that was chosen for all */
static gboolean
is_near (DheeraOperation *self)
{
  const char *url = self->fetching_token ? self->token_http->url : self->http->url;
  g_autoptr(SoupSession) session = dheera_transport_dup_session (self->transport, NULL);

  return dheera_url_is_loopback (url) || (session != NULL && soup_session_get_remote_connectable (session) != NULL);
}

static const char *
find_connection_advice (DheeraOperation *self,
                        const GError    *error)
{
  if (g_error_matches (error, DHEERA_TRANSPORT_ERROR, DHEERA_TRANSPORT_ERROR_DNS))
    return "See whether the name is right, this machine is online, and a proxy is needed.";
  if (g_error_matches (error, DHEERA_TRANSPORT_ERROR, DHEERA_TRANSPORT_ERROR_CONNECT))
    return is_near (self) ? "See whether the server is running there." : "See whether this machine is online, and a proxy is needed.";
  if (g_error_matches (error, DHEERA_TRANSPORT_ERROR, DHEERA_TRANSPORT_ERROR_DISCONNECTED))
    return "Try again later.";
  return NULL;
}

void
dheera_operation_fail_transport (DheeraOperation *self,
                                 GError          *error)
{
  gboolean is_dns = g_error_matches (error, DHEERA_TRANSPORT_ERROR, DHEERA_TRANSPORT_ERROR_DNS);
  DheeraErrorDetails *details;

  /* A name that is not found a second time will not be found a third time. */
  details = dheera_call_error_describe (error, self->provider, self->call->model, !(is_dns && self->dns_retried));
  self->dns_retried |= is_dns;

  if (details == NULL)
    {
      finish_attempt (self);
      fail_call (self, error);
      return;
    }

  if (self->advice == NULL)
    self->advice = g_strdup (find_connection_advice (self, error));
  g_error_free (error);
  dheera_operation_fail_attempt (self, details);
}

static void
succeed (DheeraOperation *self,
         GObject         *result)
{
  dheera_operation_join_result (self, result);
  self->result = result;
  dheera_exchange_close (self->exchange);
  finish_attempt (self);
  finish_call (self);
}

/* --- An attempt -------------------------------------------------------------------------------------------------------------- */

static void
prepare_decoder (DheeraOperation *self)
{
  drop_decoder (self);
  if (self->buffers == NULL)
    self->buffers = dheera_client_take_buffers (self->client);
  self->decoder = dheera_decoder_new (self->provider);
  self->decoder->protocol = self->protocol;
  self->decoder->json = self->buffers->json;
  self->decoder->json.text = NULL; /* what the last call read, perhaps at the same address */
  self->decoder->n_choices = self->n_choices;
  self->decoder->flags = self->http->decode_flags;
  dheera_accumulator_set_recording (self->decoder->accumulator, self->recording);
}

void
dheera_operation_send (DheeraOperation *self)
{
  dheera_provider_place_key (self->provider, self->http, self->key, self->token_source != NULL);
  dheera_decoder_set_key (self->decoder, self->key);
  self->exchange = dheera_exchange_new (self->transport, self->http, self->key, &self->timeouts);
  self->step = DHEERA_STEP_SEND;
  dheera_operation_run_before (self, self->http);
}

static void
begin_attempt (DheeraOperation *self)
{
  dheera_call_begin_attempt (self->call);
  prepare_decoder (self);

  dheera_operation_find_key (self);
}

void
dheera_operation_begin (DheeraOperation *self)
{
  if (self->start != 0)
    return;

  self->start = self->call->start = g_get_monotonic_time ();
  self->call->generation = dheera_process_get_generation ();
  if (self->total_timeout > 0)
    self->timeouts.deadline = self->start + (gint64) (MIN (self->total_timeout, 1e9) * G_USEC_PER_SEC);
  self->announced = TRUE;
  dheera_client_call_started (self->client, self->call);

  if (self->error != NULL)
    finish_call (self);
  else
    begin_attempt (self);
}

void
dheera_operation_slept (DheeraOperation *self,
                        GError          *error)
{
  if (error != NULL)
    fail_call (self, error);
  else
    begin_attempt (self);
}

void
dheera_operation_cancelled (DheeraOperation *self)
{
  if (self->step != DHEERA_STEP_DONE)
    dheera_operation_fail_transport (self, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The call was cancelled."));
}

static void
cancelled_cb (GCancellable *cancellable,
              gpointer      data)
{
  dheera_call_cancel (data);
}

gulong
dheera_operation_follow (DheeraOperation *self,
                         GCancellable    *cancellable)
{
  gulong id = g_signal_connect_data (cancellable, "cancelled", G_CALLBACK (cancelled_cb), g_object_ref (self->call),
                                     (GClosureNotify) g_object_unref, 0);

  if (g_cancellable_is_cancelled (cancellable))
    dheera_call_cancel (self->call);
  return id;
}

/* --- The answer -------------------------------------------------------------------------------------------------------------- */

static const char *
get_header (gpointer    data,
            const char *name)
{
  return dheera_exchange_get_open_header (data, name);
}

static gboolean
is_success (DheeraOperation *self)
{
  return self->call->status >= 200 && self->call->status < 300;
}

/* A server that was asked for a stream may answer with plain JSON: an error in a 200, or the whole answer since it does not know streams. */
static gboolean
find_framed (DheeraOperation *self)
{
  return is_success (self) && self->http->framing != DHEERA_FRAMING_WHOLE &&
         !g_str_equal (dheera_exchange_get_content_type (self->exchange), "application/json");
}

void
dheera_operation_sent (DheeraOperation *self,
                       GError          *error)
{
  DheeraFraming framing;

  if (self->fetching_token)
    {
      dheera_operation_token_sent (self, error);
      return;
    }
  if (error != NULL)
    {
      dheera_operation_fail_transport (self, error);
      return;
    }

  self->call->status = dheera_exchange_get_status (self->exchange);
  self->call->request_id = g_strdup (dheera_provider_find_request_id (self->provider, self->key, get_header, self->exchange));
  dheera_operation_note_limits (self);
  if (!dheera_operation_run_after (self))
    return;
  self->framed = find_framed (self);
  g_free (self->decoder->request_id);
  self->decoder->request_id = g_strdup (self->call->request_id);
  g_free (self->decoder->content_type);
  self->decoder->content_type = g_strdup (dheera_exchange_get_content_type (self->exchange));
  framing = self->framed ? self->http->framing : DHEERA_FRAMING_WHOLE;
  self->speaks_json = FALSE;
  dheera_framer_reset (self->buffers->framer, framing);
  self->step = DHEERA_STEP_READ;
}

static void
fail_status (DheeraOperation *self,
             const char      *body,
             gsize            length)
{
  dheera_operation_fail_attempt (self, dheera_error_body_decode_hiding (self->provider, self->key, self->call->model, self->call->status,
                                                                        body, length, get_header, self->exchange));
}

/* Whose base URL is that of a site, or who is to log in somewhere first, gets a page for people. Some servers call whatever they send one. */
static gboolean
is_web_page (DheeraOperation *self)
{
  DheeraError code = dheera_error_details_get_code (self->decoder->failure);

  return (code == DHEERA_ERROR_PROTOCOL || code == DHEERA_ERROR_STREAM_INTERRUPTED) &&
         !self->speaks_json && g_str_equal (self->decoder->content_type, "text/html");
}

static void
fail_decoding (DheeraOperation *self)
{
  if (is_web_page (self))
    {
      dheera_decoder_fail (self->decoder, DHEERA_ERROR_PROTOCOL, "the answer is a web page");
      self->advice = g_strdup_printf ("It was asked for at %s; the base URL has to be that of an API.", self->call->url);
    }
  dheera_operation_fail_attempt (self, g_steal_pointer (&self->decoder->failure));
}

static void
succeed_with_response (DheeraOperation *self)
{
  DheeraAccumulator *accumulator = self->decoder->accumulator;
  DheeraResponse *response = dheera_accumulator_get_response (accumulator);

  dheera_accumulator_finish (accumulator);
  dheera_response_set_request_id (response, self->call->request_id);
  succeed (self, g_object_ref (G_OBJECT (response)));
}

static void
note_first_token (DheeraOperation *self)
{
  if (self->call->first_token_time >= 0 || !dheera_accumulator_has_content (self->decoder->accumulator))
    return;

  self->call->first_token_time = (g_get_monotonic_time () - self->start) / 1e6;
  dheera_exchange_mark_first_token (self->exchange);
}

/* Did the codec read the body as JSON? Sound and plain text are no JSON. */
static gboolean
is_json (DheeraDecoder *decoder,
         const char    *body)
{
  return decoder->json.text == body && decoder->json.error_message == NULL;
}

/* TRUE when the call has succeeded with it; otherwise what could be read of it is kept. */
static gboolean
decode_whole_chat (DheeraOperation *self,
                   const char      *body,
                   gsize            length)
{
  if (self->decoder->protocol->decode_chat (self->decoder, body, length) != DHEERA_DECODED_END)
    return FALSE;

  dheera_response_take_raw_json (dheera_accumulator_get_response (self->decoder->accumulator), g_strndup (body, length));
  note_first_token (self);
  succeed_with_response (self);
  return TRUE;
}

static void
decode_whole (DheeraOperation *self,
              const char      *body,
              gsize            length)
{
  GObject *result;

  if (self->codec != NULL)
    {
      result = self->codec->decode (self->decoder, body, length);
      if (result != NULL && DHEERA_IS_BASE_RESPONSE (result) && is_json (self->decoder, body))
        dheera_base_response_take_raw_json (DHEERA_BASE_RESPONSE (result), g_strndup (body, length));
      if (result != NULL)
        succeed (self, result);
      else
        fail_decoding (self);
    }
  else if (!decode_whole_chat (self, body, length))
    {
      fail_decoding (self);
    }
}

static void
decode_stream_frame (DheeraOperation   *self,
                     const DheeraFrame *frame)
{
  DheeraDecoded decoded = self->decoder->protocol->decode_frame (self->decoder, frame);

  note_first_token (self);
  if (decoded == DHEERA_DECODED_END)
    succeed_with_response (self);
  else if (decoded == DHEERA_DECODED_FAILED)
    fail_decoding (self);
}

static void
note_json (DheeraOperation *self,
           const char      *data,
           gsize            length)
{
  gsize i = 0;

  while (i < length && g_ascii_isspace (data[i]))
    i++;
  self->speaks_json |= i < length && (data[i] == '{' || data[i] == '[');
}

static void
decode_frame (DheeraOperation   *self,
              const DheeraFrame *frame)
{
  note_json (self, frame->data, frame->length);
  if (!is_success (self))
    fail_status (self, frame->data, frame->length);
  else if (!self->framed)
    decode_whole (self, frame->data, frame->length);
  else
    decode_stream_frame (self, frame);
}

static void
decode_frames (DheeraOperation *self)
{
  DheeraFrameStatus status = DHEERA_FRAME_NONE;
  DheeraFrame frame;

  while (self->step == DHEERA_STEP_READ && (status = dheera_framer_next (self->buffers->framer, &frame)) == DHEERA_FRAME_READY)
    decode_frame (self, &frame);

  if (self->step == DHEERA_STEP_READ && status == DHEERA_FRAME_ERROR)
    {
      dheera_decoder_fail (self->decoder, DHEERA_ERROR_PROTOCOL, "%s", dheera_framer_get_error (self->buffers->framer));
      fail_decoding (self);
    }
}

/* The bytes ended. Whether the answer did is for the protocol to say. */
static void
end_of_body (DheeraOperation *self)
{
  dheera_framer_finish (self->buffers->framer);
  decode_frames (self);
  if (self->step != DHEERA_STEP_READ)
    return;

  if (!is_success (self))
    fail_status (self, "", 0);
  else if (!self->framed)
    decode_whole (self, "", 0);
  else if (self->decoder->protocol->decode_eof (self->decoder) == DHEERA_DECODED_END)
    succeed_with_response (self);
  else
    fail_decoding (self);
}

/* A stream may come under the content type of a single object; what came of it is there all the same. */
static void
rescue_unframed_stream (DheeraOperation *self)
{
  gsize length;
  const char *rest = dheera_framer_peek_rest (self->buffers->framer, &length);

  if (length > 0 && !decode_whole_chat (self, rest, length))
    g_clear_object (&self->decoder->failure);
}

/* A stream whose connection broke behind its end is whole: libsoup 3.2 shows a clean end there, newer ones an error. TRUE when the call has ended with it. */
static gboolean
rescue_stream (DheeraOperation *self,
               const GError    *error)
{
  if (!is_success (self) || self->http->framing == DHEERA_FRAMING_WHOLE ||
      !g_error_matches (error, DHEERA_TRANSPORT_ERROR, DHEERA_TRANSPORT_ERROR_INTERRUPTED))
    return FALSE;
  if (!self->framed)
    {
      rescue_unframed_stream (self);
      return self->step != DHEERA_STEP_READ;
    }

  dheera_framer_finish (self->buffers->framer);
  decode_frames (self);
  if (self->step == DHEERA_STEP_READ && self->decoder->protocol->decode_eof (self->decoder) == DHEERA_DECODED_END)
    succeed_with_response (self);
  return self->step != DHEERA_STEP_READ;
}

/* The connection broke. Of an error answer what came is enough. */
static void
broken_body (DheeraOperation *self,
             GError          *error)
{
  const char *rest;
  gsize length;

  if (rescue_stream (self, error))
    {
      g_error_free (error);
      return;
    }
  if (is_success (self) || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      dheera_operation_fail_transport (self, error);
      return;
    }

  rest = dheera_framer_peek_rest (self->buffers->framer, &length);
  fail_status (self, rest, length);
  g_error_free (error);
}

char *
dheera_operation_reserve (DheeraOperation *self,
                          gsize           *size)
{
  self->read_into = dheera_framer_reserve (self->buffers->framer, size);
  return self->read_into;
}

/* Some servers send blank lines while a request waits in their queue. */
static gboolean
has_substance (const char *bytes,
               gsize       length)
{
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isspace (bytes[i]))
      return TRUE;
  return FALSE;
}

void
dheera_operation_read (DheeraOperation *self,
                       gssize           n,
                       GError          *error)
{
  if (self->fetching_token)
    {
      dheera_operation_token_read (self, n, error);
      return;
    }
  if (n < 0)
    {
      broken_body (self, error);
    }
  else if (n == 0 || (!is_success (self) && dheera_framer_get_total (self->buffers->framer) > MAX_ERROR_BODY))
    {
      end_of_body (self);
    }
  else
    {
      if (!self->framed && has_substance (self->read_into, (gsize) n))
        dheera_exchange_mark_first_token (self->exchange);
      if (self->call->record != NULL)
        dheera_call_record_add (self->call->record, self->read_into, (gsize) n);
      dheera_framer_commit (self->buffers->framer, (gsize) n);
      decode_frames (self);
    }

  if (self->progress != NULL)
    self->progress (self, self->progress_data);
}
