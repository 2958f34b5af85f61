/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-call-private.h"

#include "dheera-ai/model/dheera-rate-limits.h"
#include "dheera-ai/model/dheera-usage.h"
#include "dheera-ai/wire/dheera-process-private.h"

/**
 * DheeraCall:
 *
 * The record of one call: what was asked of whom, how long each step took, and how it ended.
 *
 * A client gives it out through its signals [signal@Client::call-started], [signal@Client::attempt-finished] and
 * [signal@Client::call-finished], a stream through [property@Stream:call], and an answer through [property@Response:call].
 * It is filled in while the call goes on and never holds a credential. Headers and bodies are there only where [property@Client:capture] or a logger asks for them.
 * Times and counts are those of the last attempt, except where they say otherwise.
 *
 * Since: 0.1
 */

G_DEFINE_FINAL_TYPE (DheeraCall, dheera_call, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_OPERATION,
  PROP_PROVIDER,
  PROP_MODEL,
  PROP_URL,
  PROP_ATTEMPT,
  PROP_STATUS,
  PROP_REQUEST_ID,
  PROP_USAGE,
  PROP_ERROR_DETAILS,
  PROP_BYTES_SENT,
  PROP_BYTES_RECEIVED,
  PROP_QUEUE_TIME,
  PROP_DNS_TIME,
  PROP_CONNECT_TIME,
  PROP_TLS_TIME,
  PROP_FIRST_BYTE_TIME,
  PROP_FIRST_TOKEN_TIME,
  PROP_TOTAL_TIME,
  PROP_CONNECTION_REUSED,
  PROP_COST,
  PROP_RATE_LIMITS,
  PROP_ERROR,
  PROP_TRACEPARENT,
  PROP_TRACESTATE,
  PROP_REQUEST_HEADERS,
  PROP_REQUEST_BODY,
  PROP_RESPONSE_HEADERS,
  PROP_RESPONSE_BODY,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

DheeraCall *
dheera_call_new (const char *operation)
{
  DheeraCall *self = g_object_new (DHEERA_TYPE_CALL, NULL);

  self->operation = operation;
  return self;
}

gboolean
dheera_call_is_inherited (DheeraCall *self)
{
  return self->start != 0 && self->generation != dheera_process_get_generation ();
}

void
dheera_call_begin_attempt (DheeraCall *self)
{
  self->attempt++;
  self->status = 0;
  self->bytes_sent = self->bytes_received = 0;
  self->queue_time = self->dns_time = self->connect_time = self->tls_time = self->first_byte_time = -1;
  self->connection_reused = FALSE;
  g_clear_pointer (&self->request_id, g_free);
  g_clear_object (&self->error_details);
  g_clear_object (&self->rate_limits);
  if (self->record != NULL)
    dheera_call_record_reset (self->record);
}

static void
dheera_call_finalize (GObject *object)
{
  DheeraCall *self = DHEERA_CALL (object);

  g_free (self->provider);
  g_free (self->model);
  g_free (self->url);
  g_free (self->request_id);
  g_clear_object (&self->usage);
  g_clear_object (&self->rate_limits);
  g_clear_object (&self->error_details);
  g_clear_object (&self->cancellable);
  g_clear_error (&self->error);
  g_free (self->traceparent);
  g_free (self->tracestate);
  g_free (self->response_id);
  g_free (self->response_model);
  g_free (self->finish_reasons);
  g_clear_pointer (&self->record, dheera_call_record_free);

  G_OBJECT_CLASS (dheera_call_parent_class)->finalize (object);
}

static void
dheera_call_get_property (GObject    *object,
                          guint       prop_id,
                          GValue     *value,
                          GParamSpec *pspec)
{
  DheeraCall *self = DHEERA_CALL (object);

  switch (prop_id)
    {
    case PROP_OPERATION:
      g_value_set_string (value, dheera_call_get_operation (self));
      break;
    case PROP_PROVIDER:
      g_value_set_string (value, dheera_call_get_provider (self));
      break;
    case PROP_MODEL:
      g_value_set_string (value, dheera_call_get_model (self));
      break;
    case PROP_URL:
      g_value_set_string (value, dheera_call_get_url (self));
      break;
    case PROP_ATTEMPT:
      g_value_set_uint (value, dheera_call_get_attempt (self));
      break;
    case PROP_STATUS:
      g_value_set_uint (value, dheera_call_get_status (self));
      break;
    case PROP_REQUEST_ID:
      g_value_set_string (value, dheera_call_get_request_id (self));
      break;
    case PROP_USAGE:
      g_value_set_object (value, dheera_call_get_usage (self));
      break;
    case PROP_ERROR_DETAILS:
      g_value_set_object (value, dheera_call_get_error_details (self));
      break;
    case PROP_BYTES_SENT:
      g_value_set_uint64 (value, dheera_call_get_bytes_sent (self));
      break;
    case PROP_BYTES_RECEIVED:
      g_value_set_uint64 (value, dheera_call_get_bytes_received (self));
      break;
    case PROP_QUEUE_TIME:
      g_value_set_double (value, dheera_call_get_queue_time (self));
      break;
    case PROP_DNS_TIME:
      g_value_set_double (value, dheera_call_get_dns_time (self));
      break;
    case PROP_CONNECT_TIME:
      g_value_set_double (value, dheera_call_get_connect_time (self));
      break;
    case PROP_TLS_TIME:
      g_value_set_double (value, dheera_call_get_tls_time (self));
      break;
    case PROP_FIRST_BYTE_TIME:
      g_value_set_double (value, dheera_call_get_first_byte_time (self));
      break;
    case PROP_FIRST_TOKEN_TIME:
      g_value_set_double (value, dheera_call_get_first_token_time (self));
      break;
    case PROP_TOTAL_TIME:
      g_value_set_double (value, dheera_call_get_total_time (self));
      break;
    case PROP_CONNECTION_REUSED:
      g_value_set_boolean (value, dheera_call_get_connection_reused (self));
      break;
    case PROP_COST:
      g_value_set_double (value, dheera_call_get_cost (self));
      break;
    case PROP_RATE_LIMITS:
      g_value_set_object (value, dheera_call_get_rate_limits (self));
      break;
    case PROP_ERROR:
      g_value_set_boxed (value, dheera_call_get_error (self));
      break;
    case PROP_TRACEPARENT:
      g_value_set_string (value, dheera_call_get_traceparent (self));
      break;
    case PROP_TRACESTATE:
      g_value_set_string (value, dheera_call_get_tracestate (self));
      break;
    case PROP_REQUEST_HEADERS:
      g_value_set_string (value, dheera_call_get_request_headers (self));
      break;
    case PROP_REQUEST_BODY:
      g_value_set_string (value, dheera_call_get_request_body (self));
      break;
    case PROP_RESPONSE_HEADERS:
      g_value_set_string (value, dheera_call_get_response_headers (self));
      break;
    case PROP_RESPONSE_BODY:
      g_value_set_string (value, dheera_call_get_response_body (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
install_outcome (GParamFlags flags)
{
  /**
   * DheeraCall:error:
   *
   * How the call failed: the error that its caller gets. %NULL while it runs, and when it has an answer.
   *
   * A stream that was dropped before its end has `G_IO_ERROR_CANCELLED` here.
   *
   * Since: 0.1
   */
  properties[PROP_ERROR] = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR, flags);

  /**
   * DheeraCall:traceparent:
   *
   * The `traceparent` that the requests of the call carry, %NULL without one.
   *
   * Since: 0.1
   */
  properties[PROP_TRACEPARENT] = g_param_spec_string ("traceparent", NULL, NULL, NULL, flags);

  /**
   * DheeraCall:tracestate:
   *
   * The `tracestate` that the requests of the call carry, %NULL without one.
   *
   * Since: 0.1
   */
  properties[PROP_TRACESTATE] = g_param_spec_string ("tracestate", NULL, NULL, NULL, flags);
}

static void
install_captured (GParamFlags flags)
{
  /**
   * DheeraCall:request-headers:
   *
   * The headers of the last attempt's request, a line `Name: value` for each; %NULL unless %DHEERA_CAPTURE_HEADERS asks for them.
   *
   * The value of a header that is not known to be harmless is `[redacted]`: whatever holds a credential, and what the application added under a name of its own.
   *
   * Since: 0.1
   */
  properties[PROP_REQUEST_HEADERS] = g_param_spec_string ("request-headers", NULL, NULL, NULL, flags);

  /**
   * DheeraCall:request-body:
   *
   * The body of the last attempt's request as it was sent, %NULL unless %DHEERA_CAPTURE_BODIES asks for it, or without a body.
   *
   * The key of the call, what looks like a key, and members by names such as `password` are replaced by `[hidden]`. What is longer than
   * [property@Client:capture-limit] is cut. Of a body that is no text there is a note in brackets that says what it was. The requests with which access tokens are got
   * are never kept.
   *
   * Since: 0.1
   */
  properties[PROP_REQUEST_BODY] = g_param_spec_string ("request-body", NULL, NULL, NULL, flags);

  /**
   * DheeraCall:response-headers:
   *
   * The headers of the last attempt's answer, a line `Name: value` for each; %NULL unless %DHEERA_CAPTURE_HEADERS asks for them, or without an answer.
   *
   * Cookies and whatever else may hold a credential have the value `[redacted]`.
   *
   * Since: 0.1
   */
  properties[PROP_RESPONSE_HEADERS] = g_param_spec_string ("response-headers", NULL, NULL, NULL, flags);

  /**
   * DheeraCall:response-body:
   *
   * The body of the last attempt's answer, as far as it was read, decoded; %NULL unless %DHEERA_CAPTURE_BODIES asks for it, or without an answer.
   *
   * What holds for [property@Call:request-body] holds here as well. Of a stream it is the events as they came.
   *
   * Since: 0.1
   */
  properties[PROP_RESPONSE_BODY] = g_param_spec_string ("response-body", NULL, NULL, NULL, flags);
}

static void
dheera_call_class_init (DheeraCallClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = dheera_call_finalize;
  object_class->get_property = dheera_call_get_property;

  /**
   * DheeraCall:operation:
   *
   * What was called, by the name of the method: `complete`, `stream`, `run`, `embed` …; each step of a run is a call of its own, by the name `run` or `run_stream`.
   *
   * Since: 0.1
   */
  properties[PROP_OPERATION] =
    g_param_spec_string ("operation", NULL, NULL, "", flags);

  /**
   * DheeraCall:provider:
   *
   * The id of the provider that was asked, empty before it is known.
   *
   * Since: 0.1
   */
  properties[PROP_PROVIDER] =
    g_param_spec_string ("provider", NULL, NULL, "", flags);

  /**
   * DheeraCall:model:
   *
   * The model that was asked for, without the provider's prefix; empty for operations without a model.
   *
   * Since: 0.1
   */
  properties[PROP_MODEL] =
    g_param_spec_string ("model", NULL, NULL, "", flags);

  /**
   * DheeraCall:url:
   *
   * The URL of the last attempt without user info and query: fit to be shown.
   *
   * Since: 0.1
   */
  properties[PROP_URL] =
    g_param_spec_string ("url", NULL, NULL, "", flags);

  /**
   * DheeraCall:attempt:
   *
   * The number of the attempt that runs or ran last, from 1; 0 before the first.
   *
   * Since: 0.1
   */
  properties[PROP_ATTEMPT] =
    g_param_spec_uint ("attempt", NULL, NULL, 0, G_MAXUINT, 0, flags);

  /**
   * DheeraCall:status:
   *
   * The HTTP status of the last attempt, 0 without an answer.
   *
   * Since: 0.1
   */
  properties[PROP_STATUS] =
    g_param_spec_uint ("status", NULL, NULL, 0, G_MAXUINT, 0, flags);

  /**
   * DheeraCall:request-id:
   *
   * The id that the provider gave the request, for its support.
   *
   * Since: 0.1
   */
  properties[PROP_REQUEST_ID] =
    g_param_spec_string ("request-id", NULL, NULL, NULL, flags);

  /**
   * DheeraCall:usage:
   *
   * The tokens that the provider counted.
   *
   * Since: 0.1
   */
  properties[PROP_USAGE] =
    g_param_spec_object ("usage", NULL, NULL, DHEERA_TYPE_USAGE, flags);

  /**
   * DheeraCall:error-details:
   *
   * Why the last attempt failed.
   *
   * Since: 0.1
   */
  properties[PROP_ERROR_DETAILS] =
    g_param_spec_object ("error-details", NULL, NULL, DHEERA_TYPE_ERROR_DETAILS, flags);

  /**
   * DheeraCall:bytes-sent:
   *
   * Bytes of the request body of the last attempt.
   *
   * Since: 0.1
   */
  properties[PROP_BYTES_SENT] =
    g_param_spec_uint64 ("bytes-sent", NULL, NULL, 0, G_MAXUINT64, 0, flags);

  /**
   * DheeraCall:bytes-received:
   *
   * Bytes of the response body of the last attempt, decoded.
   *
   * Since: 0.1
   */
  properties[PROP_BYTES_RECEIVED] =
    g_param_spec_uint64 ("bytes-received", NULL, NULL, 0, G_MAXUINT64, 0, flags);

  /**
   * DheeraCall:queue-time:
   *
   * Seconds that the last attempt waited for a connection of the session to be free, −1 when unknown.
   *
   * Since: 0.1
   */
  properties[PROP_QUEUE_TIME] =
    g_param_spec_double ("queue-time", NULL, NULL, -1, G_MAXDOUBLE, -1, flags);

  /**
   * DheeraCall:dns-time:
   *
   * Seconds that resolving the host took, −1 when it was not resolved.
   *
   * Since: 0.1
   */
  properties[PROP_DNS_TIME] =
    g_param_spec_double ("dns-time", NULL, NULL, -1, G_MAXDOUBLE, -1, flags);

  /**
   * DheeraCall:connect-time:
   *
   * Seconds that connecting took (TCP, and the proxy's answer), −1 when no connection was made.
   *
   * Since: 0.1
   */
  properties[PROP_CONNECT_TIME] =
    g_param_spec_double ("connect-time", NULL, NULL, -1, G_MAXDOUBLE, -1, flags);

  /**
   * DheeraCall:tls-time:
   *
   * Seconds that the TLS handshake took, −1 when there was none.
   *
   * Since: 0.1
   */
  properties[PROP_TLS_TIME] =
    g_param_spec_double ("tls-time", NULL, NULL, -1, G_MAXDOUBLE, -1, flags);

  /**
   * DheeraCall:first-byte-time:
   *
   * Seconds from the start of the last attempt to the head of its response, −1 when there was none.
   *
   * Since: 0.1
   */
  properties[PROP_FIRST_BYTE_TIME] =
    g_param_spec_double ("first-byte-time", NULL, NULL, -1, G_MAXDOUBLE, -1, flags);

  /**
   * DheeraCall:first-token-time:
   *
   * Seconds from the start of the call to the first piece of the answer, −1 when there was none.
   *
   * Since: 0.1
   */
  properties[PROP_FIRST_TOKEN_TIME] =
    g_param_spec_double ("first-token-time", NULL, NULL, -1, G_MAXDOUBLE, -1, flags);

  /**
   * DheeraCall:total-time:
   *
   * Seconds from the start of the call to its end, −1 while it runs.
   *
   * Since: 0.1
   */
  properties[PROP_TOTAL_TIME] =
    g_param_spec_double ("total-time", NULL, NULL, -1, G_MAXDOUBLE, -1, flags);

  /**
   * DheeraCall:connection-reused:
   *
   * Whether the last attempt went over a connection that was there already.
   *
   * Since: 0.1
   */
  properties[PROP_CONNECTION_REUSED] =
    g_param_spec_boolean ("connection-reused", NULL, NULL, FALSE, flags);

  /**
   * DheeraCall:cost:
   *
   * What the answer cost, in USD; negative when that is not known, never 0 for want of knowledge.
   *
   * It is the provider's own figure where it gives one, else made of [property@Call:usage] and the
   * list prices of the model (see [method@Client.load_model_data]).
   *
   * Since: 0.1
   */
  properties[PROP_COST] = g_param_spec_double ("cost", NULL, NULL, -1, G_MAXDOUBLE, -1, flags);

  /**
   * DheeraCall:rate-limits:
   *
   * How much more may be asked, as the provider said with its last answer; %NULL when it said nothing.
   *
   * Since: 0.1
   */
  properties[PROP_RATE_LIMITS] = g_param_spec_object ("rate-limits", NULL, NULL, DHEERA_TYPE_RATE_LIMITS, flags);

  install_outcome (flags);
  install_captured (flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
dheera_call_init (DheeraCall *self)
{
  self->operation = "";
  self->queue_time = self->dns_time = self->connect_time = self->tls_time = -1;
  self->first_byte_time = self->first_token_time = self->total_time = -1;
  self->cost = -1;
  self->cancellable = g_cancellable_new ();
}

/**
 * dheera_call_cancel:
 * @self: a call
 *
 * Ends the call with `G_IO_ERROR_CANCELLED`, in whatever phase it is; nothing happens when it has ended already.
 *
 * May be called from any thread and from the client's signals. A cancellable of the caller's own is not cancelled by this. In a child that was forked after the call began it
 * does nothing: the call is the parent's.
 *
 * Since: 0.1
 */
void
dheera_call_cancel (DheeraCall *self)
{
  g_return_if_fail (DHEERA_IS_CALL (self));

  if (!dheera_call_is_inherited (self))
    g_cancellable_cancel (self->cancellable);
}
