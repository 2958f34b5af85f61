/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-http-exchange-private.h"

#include "dheera-ai/model/calls/dheera-call-private.h"
#include "dheera-ai/model/dheera-enum-types.h"
#include "dheera-ai/providers/errors/dheera-error-words-private.h"
#include "dheera-ai/wire/dheera-url-private.h"

/**
 * DheeraHttpExchange:
 *
 * One HTTP request of a call and the head of its answer, as a function that was added with [method@Client.add_middleware] sees them.
 *
 * Each attempt of a call is an exchange of its own, with an object of its own that is the same before the request and after it. Before it,
 * [method@HttpExchange.set_header] adds headers and [method@HttpExchange.refuse] ends the call. Neither a credential nor a body can be read from it.
 *
 * Headers can be read and set only while the functions run; everything else stays readable for as long as the object is kept.
 *
 * Since: 0.1
 */

G_DEFINE_FINAL_TYPE (DheeraHttpExchange, dheera_http_exchange, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_PHASE,
  PROP_CALL,
  PROP_PROVIDER,
  PROP_MODEL,
  PROP_METHOD,
  PROP_URL,
  PROP_ATTEMPT,
  PROP_FOR_TOKEN,
  PROP_STATUS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

DheeraHttpExchange *
dheera_http_exchange_new (DheeraCall              *call,
                          const DheeraHttpRequest *request,
                          gboolean                 for_token)
{
  DheeraHttpExchange *self = g_object_new (DHEERA_TYPE_HTTP_EXCHANGE, NULL);

  self->call = g_object_ref (call);
  self->method = request->method;
  self->url = dheera_url_redact (request->url);
  self->attempt = call->attempt;
  self->for_token = for_token;
  return self;
}

static void
dheera_http_exchange_finalize (GObject *object)
{
  DheeraHttpExchange *self = DHEERA_HTTP_EXCHANGE (object);

  g_clear_object (&self->call);
  g_clear_pointer (&self->added, dheera_http_request_free);
  g_free (self->url);
  g_free (self->fault);
  g_free (self->refusal);

  G_OBJECT_CLASS (dheera_http_exchange_parent_class)->finalize (object);
}

static void
dheera_http_exchange_get_property (GObject    *object,
                                   guint       prop_id,
                                   GValue     *value,
                                   GParamSpec *pspec)
{
  DheeraHttpExchange *self = DHEERA_HTTP_EXCHANGE (object);

  switch (prop_id)
    {
    case PROP_PHASE:
      g_value_set_enum (value, self->phase);
      break;
    case PROP_CALL:
      g_value_set_object (value, self->call);
      break;
    case PROP_PROVIDER:
      g_value_set_string (value, dheera_http_exchange_get_provider (self));
      break;
    case PROP_MODEL:
      g_value_set_string (value, dheera_http_exchange_get_model (self));
      break;
    case PROP_METHOD:
      g_value_set_string (value, self->method);
      break;
    case PROP_URL:
      g_value_set_string (value, self->url);
      break;
    case PROP_ATTEMPT:
      g_value_set_uint (value, self->attempt);
      break;
    case PROP_FOR_TOKEN:
      g_value_set_boolean (value, self->for_token);
      break;
    case PROP_STATUS:
      g_value_set_uint (value, self->status);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_http_exchange_class_init (DheeraHttpExchangeClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = dheera_http_exchange_finalize;
  object_class->get_property = dheera_http_exchange_get_property;

  /**
   * DheeraHttpExchange:phase:
   *
   * Whether the request is about to be sent, or the head of its answer is there.
   *
   * Since: 0.1
   */
  properties[PROP_PHASE] = g_param_spec_enum ("phase", NULL, NULL, DHEERA_TYPE_HTTP_PHASE, DHEERA_HTTP_PHASE_REQUEST, flags);

  /**
   * DheeraHttpExchange:call:
   *
   * The call that the exchange belongs to, the one that the signals of the client give.
   *
   * Since: 0.1
   */
  properties[PROP_CALL] = g_param_spec_object ("call", NULL, NULL, DHEERA_TYPE_CALL, flags);

  /**
   * DheeraHttpExchange:provider:
   *
   * The id of the provider.
   *
   * Since: 0.1
   */
  properties[PROP_PROVIDER] = g_param_spec_string ("provider", NULL, NULL, "", flags);

  /**
   * DheeraHttpExchange:model:
   *
   * The model, by the provider's name for it, empty for calls without one.
   *
   * Since: 0.1
   */
  properties[PROP_MODEL] = g_param_spec_string ("model", NULL, NULL, "", flags);

  /**
   * DheeraHttpExchange:method:
   *
   * The HTTP method, `POST` or `GET`.
   *
   * Since: 0.1
   */
  properties[PROP_METHOD] = g_param_spec_string ("method", NULL, NULL, "", flags);

  /**
   * DheeraHttpExchange:url:
   *
   * The URL that is asked, without what may be secret in it: user, password and query.
   *
   * Since: 0.1
   */
  properties[PROP_URL] = g_param_spec_string ("url", NULL, NULL, "", flags);

  /**
   * DheeraHttpExchange:attempt:
   *
   * Which attempt of the call it is, from 1.
   *
   * Since: 0.1
   */
  properties[PROP_ATTEMPT] = g_param_spec_uint ("attempt", NULL, NULL, 0, G_MAXUINT, 0, flags);

  /**
   * DheeraHttpExchange:for-token:
   *
   * Whether it asks a token endpoint for the access token that the call needs (Google Cloud, Microsoft Entra ID), ahead of the call's own request and in the same
   * attempt.
   *
   * Since: 0.1
   */
  properties[PROP_FOR_TOKEN] = g_param_spec_boolean ("for-token", NULL, NULL, FALSE, flags);

  /**
   * DheeraHttpExchange:status:
   *
   * The HTTP status of the answer, 0 before it is there.
   *
   * Since: 0.1
   */
  properties[PROP_STATUS] = g_param_spec_uint ("status", NULL, NULL, 0, G_MAXUINT, 0, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
dheera_http_exchange_init (DheeraHttpExchange *self)
{
}

/**
 * dheera_http_exchange_get_phase: (get-property phase)
 * @self: an exchange
 *
 * Gets whether the request is about to be sent, or the head of its answer is there.
 *
 * Returns: the phase
 *
 * Since: 0.1
 */
DheeraHttpPhase
dheera_http_exchange_get_phase (DheeraHttpExchange *self)
{
  g_return_val_if_fail (DHEERA_IS_HTTP_EXCHANGE (self), DHEERA_HTTP_PHASE_REQUEST);

  return self->phase;
}

/**
 * dheera_http_exchange_get_call: (get-property call)
 * @self: an exchange
 *
 * Gets the call that the exchange belongs to.
 *
 * Returns: (transfer none): the call
 *
 * Since: 0.1
 */
DheeraCall *
dheera_http_exchange_get_call (DheeraHttpExchange *self)
{
  g_return_val_if_fail (DHEERA_IS_HTTP_EXCHANGE (self), NULL);

  return self->call;
}

/**
 * dheera_http_exchange_get_provider: (get-property provider)
 * @self: an exchange
 *
 * Gets the id of the provider.
 *
 * Returns: (transfer none): the id
 *
 * Since: 0.1
 */
const char *
dheera_http_exchange_get_provider (DheeraHttpExchange *self)
{
  g_return_val_if_fail (DHEERA_IS_HTTP_EXCHANGE (self), "");

  return dheera_call_get_provider (self->call);
}

/**
 * dheera_http_exchange_get_model: (get-property model)
 * @self: an exchange
 *
 * Gets the model, by the provider's name for it.
 *
 * Returns: (transfer none): the model, empty for calls without one
 *
 * Since: 0.1
 */
const char *
dheera_http_exchange_get_model (DheeraHttpExchange *self)
{
  g_return_val_if_fail (DHEERA_IS_HTTP_EXCHANGE (self), "");

  return dheera_call_get_model (self->call);
}

/**
 * dheera_http_exchange_get_method: (get-property method)
 * @self: an exchange
 *
 * Gets the HTTP method.
 *
 * Returns: (transfer none): `POST` or `GET`
 *
 * Since: 0.1
 */
const char *
dheera_http_exchange_get_method (DheeraHttpExchange *self)
{
  g_return_val_if_fail (DHEERA_IS_HTTP_EXCHANGE (self), "");

  return self->method;
}

/**
 * dheera_http_exchange_get_url: (get-property url)
 * @self: an exchange
 *
 * Gets the URL that is asked, without what may be secret in it.
 *
 * Returns: (transfer none): the URL
 *
 * Since: 0.1
 */
const char *
dheera_http_exchange_get_url (DheeraHttpExchange *self)
{
  g_return_val_if_fail (DHEERA_IS_HTTP_EXCHANGE (self), "");

  return self->url;
}

/**
 * dheera_http_exchange_get_attempt: (get-property attempt)
 * @self: an exchange
 *
 * Gets which attempt of the call it is.
 *
 * Returns: the number, from 1
 *
 * Since: 0.1
 */
guint
dheera_http_exchange_get_attempt (DheeraHttpExchange *self)
{
  g_return_val_if_fail (DHEERA_IS_HTTP_EXCHANGE (self), 0);

  return self->attempt;
}

/**
 * dheera_http_exchange_get_for_token: (get-property for-token)
 * @self: an exchange
 *
 * Gets whether it asks for an access token that the call needs.
 *
 * Returns: %FALSE for the call's own request
 *
 * Since: 0.1
 */
gboolean
dheera_http_exchange_get_for_token (DheeraHttpExchange *self)
{
  g_return_val_if_fail (DHEERA_IS_HTTP_EXCHANGE (self), FALSE);

  return self->for_token;
}

/**
 * dheera_http_exchange_get_status: (get-property status)
 * @self: an exchange
 *
 * Gets the HTTP status of the answer.
 *
 * Returns: the status, 0 before the answer is there
 *
 * Since: 0.1
 */
guint
dheera_http_exchange_get_status (DheeraHttpExchange *self)
{
  g_return_val_if_fail (DHEERA_IS_HTTP_EXCHANGE (self), 0);

  return self->status;
}

/* Some servers send back what they were sent. */
static char *
dup_without_key (DheeraHttpExchange *self,
                 const char         *value)
{
  g_autofree char *shown = value != NULL ? dheera_error_text_hide_key (value, self->key) : NULL;

  return g_strcmp0 (shown, value) == 0 ? g_steal_pointer (&shown) : NULL;
}

/**
 * dheera_http_exchange_get_header:
 * @self: an exchange
 * @name: the name of a header, compared without case
 *
 * Gets a header: in the phase of the request one that the request has so far, then one of the answer. Those that the answer repeats are joined with commas.
 *
 * What may hold a credential is never shown, and is as if it were not there: `Authorization` and the provider's header for the key, cookies, whatever holds the key in
 * its value, and of the request each header whose name speaks of a key, token, secret or the like.
 *
 * Returns: (transfer full) (nullable): the value, or %NULL without such a header, and once the function has returned
 *
 * Since: 0.1
 */
char *
dheera_http_exchange_get_header (DheeraHttpExchange *self,
                                 const char         *name)
{
  const char *value;

  g_return_val_if_fail (DHEERA_IS_HTTP_EXCHANGE (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  if (self->exchange == NULL)
    return NULL;
  if (self->phase == DHEERA_HTTP_PHASE_RESPONSE)
    value = dheera_exchange_get_open_header (self->exchange, name);
  else
    value = dheera_exchange_get_sent_header (self->exchange, name);
  return dup_without_key (self, value);
}

static gboolean
is_open (DheeraHttpExchange *self,
         const char         *function)
{
  if (self->exchange != NULL && self->phase == DHEERA_HTTP_PHASE_REQUEST)
    return TRUE;
  g_warning ("%s() does nothing after the request was sent: call it from inside the middleware, in the phase of the request.", function);
  return FALSE;
}

/**
 * dheera_http_exchange_set_header:
 * @self: an exchange in the phase of the request
 * @name: the name of a header, compared without case
 * @value: its value
 *
 * Sends a header with this request, in place of one that a middleware set before.
 *
 * Nothing else is replaced. A header that holds the credentials, belongs to the connection or the body (`Host`, `Content-Type` …), is a matter of the session
 * (`User-Agent`), or is sent already since the provider's protocol wants it or the request or provider was given it, can't be set, and neither can a name or value that HTTP
 * does not allow. The call then ends with %DHEERA_ERROR_INVALID_REQUEST, which names the header and the reason, and the request is not sent.
 *
 * Does nothing but to warn once the function has returned, and in the phase of the response.
 *
 * Since: 0.1
 */
void
dheera_http_exchange_set_header (DheeraHttpExchange *self,
                                 const char         *name,
                                 const char         *value)
{
  const char *fault = NULL;

  g_return_if_fail (DHEERA_IS_HTTP_EXCHANGE (self));
  g_return_if_fail (name != NULL);
  g_return_if_fail (value != NULL);

  if (!is_open (self, "dheera_http_exchange_set_header") || self->fault != NULL)
    return;

  if (!dheera_header_name_is_valid (name) || !dheera_header_value_is_valid (value))
    fault = "its name or value can't be part of an HTTP header";
  else if (self->added == NULL || dheera_http_request_get_header (self->added, name) == NULL)
    fault = dheera_exchange_find_header_fault (self->exchange, name);

  if (fault != NULL)
    {
      g_autofree char *shown = g_utf8_make_valid (name, -1);

      self->fault = g_strdup_printf ("a middleware can't set the header “%s”: %s", shown, fault);
      return;
    }
  if (self->added == NULL)
    self->added = dheera_http_request_new (self->method, "");
  dheera_http_request_set_header (self->added, name, value);
  dheera_exchange_add_header (self->exchange, name, value);
}

/**
 * dheera_http_exchange_refuse:
 * @self: an exchange in the phase of the request
 * @message: why, for the error
 *
 * Ends the call instead of sending this request.
 *
 * The call fails with %DHEERA_ERROR_PERMISSION and @message, is not tried again, and the functions that were added later are not called. Unlike with a provider's
 * refusal, the [class@ErrorDetails] have no status.
 *
 * Does nothing but to warn once the function has returned, and in the phase of the response.
 *
 * Since: 0.1
 */
void
dheera_http_exchange_refuse (DheeraHttpExchange *self,
                             const char         *message)
{
  g_return_if_fail (DHEERA_IS_HTTP_EXCHANGE (self));
  g_return_if_fail (message != NULL);

  if (is_open (self, "dheera_http_exchange_refuse") && self->refusal == NULL)
    self->refusal = g_strdup (message);
}
