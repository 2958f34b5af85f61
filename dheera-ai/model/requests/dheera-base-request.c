/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-base-request-private.h"

#include "dheera-ai/model/dheera-strings-private.h"

#include "dheera-ai/wire/dheera-secret-private.h"

/**
 * DheeraBaseRequest:
 *
 * What all kinds of requests have in common: whom to ask, over which session, with which key, and
 * how long to wait.
 *
 * Everything is optional. What is not set here comes from the [class@Client], from the provider, or
 * from the environment.
 *
 * A call works with a copy of its request. The request can be changed and used again while the call
 * runs.
 *
 * Wrong values are not complained about when they are set: the call fails with
 * %DHEERA_ERROR_INVALID_REQUEST that names the property.
 *
 * Since: 0.1
 */
G_DEFINE_ABSTRACT_TYPE (DheeraBaseRequest, dheera_base_request, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_MODEL,
  PROP_PROVIDER,
  PROP_SESSION,
  PROP_TIMEOUT,
  PROP_FIRST_TOKEN_TIMEOUT,
  PROP_IDLE_TIMEOUT,
  PROP_MAX_RETRIES,
  PROP_API_KEY,
  PROP_BASE_URL,
  PROP_EXTRA,
  PROP_TRACEPARENT,
  PROP_TRACESTATE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
request_header_clear (gpointer data)
{
  DheeraRequestHeader *header = data;

  g_free (header->name);
  dheera_secret_free (header->value);
}

static void
dheera_base_request_finalize (GObject *object)
{
  DheeraBaseRequest *self = DHEERA_BASE_REQUEST (object);

  g_free (self->model);
  g_free (self->provider);
  g_clear_object (&self->session);
  dheera_secret_free (self->api_key);
  g_free (self->base_url);
  g_free (self->traceparent);
  g_free (self->tracestate);
  dheera_json_text_clear (&self->extra);
  g_strfreev (self->handed_on);
  g_clear_pointer (&self->headers, g_array_unref);

  G_OBJECT_CLASS (dheera_base_request_parent_class)->finalize (object);
}

static void
dheera_base_request_get_property (GObject    *object,
                                  guint       prop_id,
                                  GValue     *value,
                                  GParamSpec *pspec)
{
  DheeraBaseRequest *self = DHEERA_BASE_REQUEST (object);

  switch (prop_id)
    {
    case PROP_MODEL:
      g_value_set_string (value, self->model);
      break;
    case PROP_PROVIDER:
      g_value_set_string (value, self->provider);
      break;
    case PROP_SESSION:
      g_value_set_object (value, self->session);
      break;
    case PROP_TIMEOUT:
      g_value_set_double (value, self->timeout);
      break;
    case PROP_FIRST_TOKEN_TIMEOUT:
      g_value_set_double (value, self->first_token_timeout);
      break;
    case PROP_IDLE_TIMEOUT:
      g_value_set_double (value, self->idle_timeout);
      break;
    case PROP_MAX_RETRIES:
      g_value_set_int (value, self->max_retries);
      break;
    case PROP_BASE_URL:
      g_value_set_string (value, self->base_url);
      break;
    case PROP_EXTRA:
      g_value_set_string (value, self->extra.text);
      break;
    case PROP_TRACEPARENT:
      g_value_set_string (value, self->traceparent);
      break;
    case PROP_TRACESTATE:
      g_value_set_string (value, self->tracestate);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_base_request_set_property (GObject      *object,
                                  guint         prop_id,
                                  const GValue *value,
                                  GParamSpec   *pspec)
{
  DheeraBaseRequest *self = DHEERA_BASE_REQUEST (object);

  switch (prop_id)
    {
    case PROP_MODEL:
      dheera_base_request_set_model (self, g_value_get_string (value));
      break;
    case PROP_PROVIDER:
      dheera_base_request_set_provider (self, g_value_get_string (value));
      break;
    case PROP_SESSION:
      dheera_base_request_set_session (self, g_value_get_object (value));
      break;
    case PROP_TIMEOUT:
      dheera_base_request_set_timeout (self, g_value_get_double (value));
      break;
    case PROP_FIRST_TOKEN_TIMEOUT:
      dheera_base_request_set_first_token_timeout (self, g_value_get_double (value));
      break;
    case PROP_IDLE_TIMEOUT:
      dheera_base_request_set_idle_timeout (self, g_value_get_double (value));
      break;
    case PROP_MAX_RETRIES:
      dheera_base_request_set_max_retries (self, g_value_get_int (value));
      break;
    case PROP_API_KEY:
      dheera_base_request_set_api_key (self, g_value_get_string (value));
      break;
    case PROP_BASE_URL:
      dheera_base_request_set_base_url (self, g_value_get_string (value));
      break;
    case PROP_EXTRA:
      dheera_base_request_set_extra (self, g_value_get_string (value));
      break;
    case PROP_TRACEPARENT:
      dheera_base_request_set_traceparent (self, g_value_get_string (value));
      break;
    case PROP_TRACESTATE:
      dheera_base_request_set_tracestate (self, g_value_get_string (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_base_request_real_copy (DheeraBaseRequest *self,
                               DheeraBaseRequest *into)
{
}

static gboolean
dheera_base_request_real_validate (DheeraBaseRequest  *self,
                                   GError            **error)
{
  return TRUE;
}

static void
install_trace (GParamFlags flags)
{
  /**
   * DheeraBaseRequest:traceparent:
   *
   * The span that this request belongs to, as the header `traceparent` of W3C Trace Context: it is sent with every attempt, to whichever provider.
   *
   * %NULL is to send none. A text that is not of the header's form ends the call with %DHEERA_ERROR_INVALID_REQUEST. A header of that name that is set with
   * [method@BaseRequest.set_header] comes before it. The requests with which access tokens are got do not have it.
   *
   * Since: 0.1
   */
  properties[PROP_TRACEPARENT] = g_param_spec_string ("traceparent", NULL, NULL, NULL, flags);

  /**
   * DheeraBaseRequest:tracestate:
   *
   * What tracing systems say about that trace, as the header `tracestate`, which goes with `traceparent`.
   *
   * Alone, with more than 512 characters, or not of the header's form, it ends the call with %DHEERA_ERROR_INVALID_REQUEST.
   *
   * Since: 0.1
   */
  properties[PROP_TRACESTATE] = g_param_spec_string ("tracestate", NULL, NULL, NULL, flags);
}

/* Doubles and integers take any value, since GObject itself would only warn about a wrong one and
 * then forget it: the call is where it can be an error. */
static void
dheera_base_request_class_init (DheeraBaseRequestClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = dheera_base_request_finalize;
  object_class->get_property = dheera_base_request_get_property;
  object_class->set_property = dheera_base_request_set_property;
  klass->copy = dheera_base_request_real_copy;
  klass->validate = dheera_base_request_real_validate;

  /**
   * DheeraBaseRequest:model:
   *
   * Which model to ask: `provider/model`, such as `anthropic/claude-sonnet-4-6`, or a well-known
   * name alone, such as `gpt-4o-mini`.
   *
   * %NULL is the client's default model.
   *
   * Since: 0.1
   */
  properties[PROP_MODEL] = g_param_spec_string ("model", NULL, NULL, NULL, flags);

  /**
   * DheeraBaseRequest:provider:
   *
   * The id of the provider to ask, when the name of the model does not say it. The model is then
   * taken as it is, without looking for a prefix.
   *
   * Since: 0.1
   */
  properties[PROP_PROVIDER] = g_param_spec_string ("provider", NULL, NULL, NULL, flags);

  /**
   * DheeraBaseRequest:session:
   *
   * The session to send this request over. It comes before the client's.
   *
   * Since: 0.1
   */
  properties[PROP_SESSION] = g_param_spec_object ("session", NULL, NULL, SOUP_TYPE_SESSION, flags);

  /**
   * DheeraBaseRequest:timeout:
   *
   * How many seconds the whole call may take, retries included. 0 is without limit, -1 is the
   * client's limit.
   *
   * Since: 0.1
   */
  properties[PROP_TIMEOUT] = g_param_spec_double ("timeout", NULL, NULL,
                                                  -G_MAXDOUBLE, G_MAXDOUBLE, -1, flags);

  /**
   * DheeraBaseRequest:first-token-timeout:
   *
   * How many seconds may pass until the first piece of the answer is there. 0 is without limit, -1
   * is the client's limit.
   *
   * Since: 0.1
   */
  properties[PROP_FIRST_TOKEN_TIMEOUT] = g_param_spec_double ("first-token-timeout", NULL, NULL,
                                                              -G_MAXDOUBLE, G_MAXDOUBLE, -1, flags);

  /**
   * DheeraBaseRequest:idle-timeout:
   *
   * How many seconds may pass without anything coming in after that. 0 is without limit, -1 is the
   * client's limit.
   *
   * Since: 0.1
   */
  properties[PROP_IDLE_TIMEOUT] = g_param_spec_double ("idle-timeout", NULL, NULL,
                                                       -G_MAXDOUBLE, G_MAXDOUBLE, -1, flags);

  /**
   * DheeraBaseRequest:max-retries:
   *
   * How often to try again after a failure that may pass. 0 is never, -1 is the client's number.
   *
   * Since: 0.1
   */
  properties[PROP_MAX_RETRIES] = g_param_spec_int ("max-retries", NULL, NULL,
                                                   G_MININT, G_MAXINT, -1, flags);

  /**
   * DheeraBaseRequest:api-key:
   *
   * The key for this request, in any form that [property@Provider:api-key] may have. It comes before the
   * provider's.
   *
   * It can't be read: not through this property, and not in any error, log or JSON.
   *
   * Since: 0.1
   */
  properties[PROP_API_KEY] = g_param_spec_string ("api-key", NULL, NULL, NULL,
                                                  G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS);

  /**
   * DheeraBaseRequest:base-url:
   *
   * Where to send this request, in place of the provider's own address: everything up to the paths
   * of its API, such as `https://api.openai.com/v1`.
   *
   * Since: 0.1
   */
  properties[PROP_BASE_URL] = g_param_spec_string ("base-url", NULL, NULL, NULL, flags);

  /**
   * DheeraBaseRequest:extra:
   *
   * What else to send: the text of a JSON object that is merged into the body of the request just
   * before it goes out.
   *
   * Its members replace those of the same name, objects are merged member by member, and `null`
   * takes a member away. This is the way to parameters that have no property here. `stream` alone
   * can't be changed, since the function that is called decides about it.
   *
   * Since: 0.1
   */
  properties[PROP_EXTRA] = g_param_spec_string ("extra", NULL, NULL, NULL, flags);

  install_trace (flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
dheera_base_request_init (DheeraBaseRequest *self)
{
  self->timeout = -1;
  self->first_token_timeout = -1;
  self->idle_timeout = -1;
  self->max_retries = -1;
}

/**
 * dheera_base_request_get_model:
 * @self: a request
 *
 * Which model is asked.
 *
 * Returns: (nullable): its name, with the provider's prefix if it was given
 *
 * Since: 0.1
 */
const char *
dheera_base_request_get_model (DheeraBaseRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_BASE_REQUEST (self), NULL);

  return self->model;
}

/**
 * dheera_base_request_set_model:
 * @self: a request
 * @model: (nullable): the name of a model
 *
 * Sets which model is asked.
 *
 * Since: 0.1
 */
void
dheera_base_request_set_model (DheeraBaseRequest *self,
                               const char        *model)
{
  g_return_if_fail (DHEERA_IS_BASE_REQUEST (self));

  if (dheera_string_set (&self->model, model))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MODEL]);
}

/**
 * dheera_base_request_get_provider:
 * @self: a request
 *
 * The provider that is asked, where the name of the model does not say it.
 *
 * Returns: (nullable): its id
 *
 * Since: 0.1
 */
const char *
dheera_base_request_get_provider (DheeraBaseRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_BASE_REQUEST (self), NULL);

  return self->provider;
}

/**
 * dheera_base_request_set_provider:
 * @self: a request
 * @provider: (nullable): the id of a provider
 *
 * Sets which provider is asked, whatever the name of the model says.
 *
 * Since: 0.1
 */
void
dheera_base_request_set_provider (DheeraBaseRequest *self,
                                  const char        *provider)
{
  g_return_if_fail (DHEERA_IS_BASE_REQUEST (self));

  if (dheera_string_set (&self->provider, provider))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROVIDER]);
}

/**
 * dheera_base_request_get_session:
 * @self: a request
 *
 * The session that this request goes over.
 *
 * Returns: (transfer none) (nullable): a session, %NULL for the client's
 *
 * Since: 0.1
 */
SoupSession *
dheera_base_request_get_session (DheeraBaseRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_BASE_REQUEST (self), NULL);

  return self->session;
}

/**
 * dheera_base_request_set_session:
 * @self: a request
 * @session: (nullable): a session
 *
 * Sets the session that this request goes over.
 *
 * The session is used as it is, and never changed.
 *
 * Since: 0.1
 */
void
dheera_base_request_set_session (DheeraBaseRequest *self,
                                 SoupSession       *session)
{
  g_return_if_fail (DHEERA_IS_BASE_REQUEST (self));

  if (g_set_object (&self->session, session))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SESSION]);
}

/**
 * dheera_base_request_get_timeout:
 * @self: a request
 *
 * How long the whole call may take.
 *
 * Returns: a time in seconds, 0 for no limit, -1 for the client's limit
 *
 * Since: 0.1
 */
double
dheera_base_request_get_timeout (DheeraBaseRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_BASE_REQUEST (self), -1);

  return self->timeout;
}

/**
 * dheera_base_request_set_timeout:
 * @self: a request
 * @timeout: a time in seconds, 0 for no limit, -1 for the client's limit
 *
 * Sets how long the whole call may take, retries included.
 *
 * Since: 0.1
 */
void
dheera_base_request_set_timeout (DheeraBaseRequest *self,
                                 double             timeout)
{
  g_return_if_fail (DHEERA_IS_BASE_REQUEST (self));

  if (self->timeout == timeout)
    return;

  self->timeout = timeout;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TIMEOUT]);
}

/**
 * dheera_base_request_get_first_token_timeout:
 * @self: a request
 *
 * How long the first piece of the answer may take.
 *
 * Returns: a time in seconds, 0 for no limit, -1 for the client's limit
 *
 * Since: 0.1
 */
double
dheera_base_request_get_first_token_timeout (DheeraBaseRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_BASE_REQUEST (self), -1);

  return self->first_token_timeout;
}

/**
 * dheera_base_request_set_first_token_timeout:
 * @self: a request
 * @timeout: a time in seconds, 0 for no limit, -1 for the client's limit
 *
 * Sets how long the first piece of the answer may take.
 *
 * Since: 0.1
 */
void
dheera_base_request_set_first_token_timeout (DheeraBaseRequest *self,
                                             double             timeout)
{
  g_return_if_fail (DHEERA_IS_BASE_REQUEST (self));

  if (self->first_token_timeout == timeout)
    return;

  self->first_token_timeout = timeout;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FIRST_TOKEN_TIMEOUT]);
}

/**
 * dheera_base_request_get_idle_timeout:
 * @self: a request
 *
 * How long nothing may come in.
 *
 * Returns: a time in seconds, 0 for no limit, -1 for the client's limit
 *
 * Since: 0.1
 */
double
dheera_base_request_get_idle_timeout (DheeraBaseRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_BASE_REQUEST (self), -1);

  return self->idle_timeout;
}

/**
 * dheera_base_request_set_idle_timeout:
 * @self: a request
 * @timeout: a time in seconds, 0 for no limit, -1 for the client's limit
 *
 * Sets how long nothing may come in once the first piece of the answer is there.
 *
 * Since: 0.1
 */
void
dheera_base_request_set_idle_timeout (DheeraBaseRequest *self,
                                      double             timeout)
{
  g_return_if_fail (DHEERA_IS_BASE_REQUEST (self));

  if (self->idle_timeout == timeout)
    return;

  self->idle_timeout = timeout;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_IDLE_TIMEOUT]);
}

/**
 * dheera_base_request_get_max_retries:
 * @self: a request
 *
 * How often a failed request is sent again.
 *
 * Returns: a number, -1 for the client's
 *
 * Since: 0.1
 */
int
dheera_base_request_get_max_retries (DheeraBaseRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_BASE_REQUEST (self), -1);

  return self->max_retries;
}

/**
 * dheera_base_request_set_max_retries:
 * @self: a request
 * @max_retries: a number, 0 for never, -1 for the client's
 *
 * Sets how often a failed request is sent again.
 *
 * Since: 0.1
 */
void
dheera_base_request_set_max_retries (DheeraBaseRequest *self,
                                     int                max_retries)
{
  g_return_if_fail (DHEERA_IS_BASE_REQUEST (self));

  if (self->max_retries == max_retries)
    return;

  self->max_retries = max_retries;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MAX_RETRIES]);
}

/**
 * dheera_base_request_set_api_key:
 * @self: a request
 * @api_key: (nullable): a key
 *
 * Sets the key for this request.
 *
 * There is no way to read it back.
 *
 * Since: 0.1
 */
void
dheera_base_request_set_api_key (DheeraBaseRequest *self,
                                 const char        *api_key)
{
  char *copy;

  g_return_if_fail (DHEERA_IS_BASE_REQUEST (self));

  copy = g_strdup (api_key);
  dheera_secret_free (self->api_key);
  self->api_key = copy;
}

/**
 * dheera_base_request_get_base_url:
 * @self: a request
 *
 * Where this request is sent.
 *
 * Returns: (nullable): a URL, %NULL for the provider's own
 *
 * Since: 0.1
 */
const char *
dheera_base_request_get_base_url (DheeraBaseRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_BASE_REQUEST (self), NULL);

  return self->base_url;
}

/**
 * dheera_base_request_set_base_url:
 * @self: a request
 * @base_url: (nullable): a URL up to the paths of the API
 *
 * Sets where this request is sent, in place of the provider's own address.
 *
 * Since: 0.1
 */
void
dheera_base_request_set_base_url (DheeraBaseRequest *self,
                                  const char        *base_url)
{
  g_return_if_fail (DHEERA_IS_BASE_REQUEST (self));

  if (dheera_string_set (&self->base_url, base_url))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_BASE_URL]);
}

/**
 * dheera_base_request_get_extra:
 * @self: a request
 *
 * What else is sent.
 *
 * Returns: (nullable): the text of a JSON object
 *
 * Since: 0.1
 */
const char *
dheera_base_request_get_extra (DheeraBaseRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_BASE_REQUEST (self), NULL);

  return self->extra.text;
}

/**
 * dheera_base_request_set_extra:
 * @self: a request
 * @extra: (nullable): the text of a JSON object
 *
 * Sets what else is sent: it is merged into the body of the request.
 *
 * See [property@BaseRequest:extra].
 *
 * Since: 0.1
 */
void
dheera_base_request_set_extra (DheeraBaseRequest *self,
                               const char        *extra)
{
  g_return_if_fail (DHEERA_IS_BASE_REQUEST (self));

  if (dheera_json_text_set (&self->extra, extra, DHEERA_JSON_OBJECT))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_EXTRA]);
}

/**
 * dheera_base_request_set_header:
 * @self: a request
 * @name: the name of a header
 * @value: (nullable): its value; %NULL takes the header away again
 *
 * Sends a header with this request, in place of one of the same name that would have been sent.
 *
 * Names are compared without case. Headers can't be read back, since they often hold secrets. They
 * are checked at the call.
 *
 * Since: 0.1
 */
void
dheera_base_request_set_header (DheeraBaseRequest *self,
                                const char        *name,
                                const char        *value)
{
  DheeraRequestHeader header;

  g_return_if_fail (DHEERA_IS_BASE_REQUEST (self));
  g_return_if_fail (name != NULL);

  for (guint i = 0; i < dheera_base_request_get_n_headers (self); i++)
    {
      if (g_ascii_strcasecmp (g_array_index (self->headers, DheeraRequestHeader, i).name, name) != 0)
        continue;

      g_array_remove_index (self->headers, i);
      break;
    }

  if (value == NULL)
    return;

  if (self->headers == NULL)
    {
      self->headers = g_array_new (FALSE, FALSE, sizeof (DheeraRequestHeader));
      g_array_set_clear_func (self->headers, request_header_clear);
    }
  header.name = g_strdup (name);
  header.value = g_strdup (value);
  g_array_append_val (self->headers, header);
}
