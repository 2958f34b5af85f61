/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-error-private.h"

#include "dheera-ai/model/dheera-enum-types.h"
#include "dheera-ai/model/dheera-strings-private.h"

#define MAX_BODY 2048
#define MAX_MESSAGE 1024

/**
 * DheeraErrorDetails:
 *
 * What is known about a failed call: who failed, with which status and code, and whether it makes
 * sense to try again.
 *
 * In C, [func@Error.get_details] finds it on a `GError`. Other languages lose it on the way, since
 * they build their errors anew; there, ask for [func@ErrorDetails.get_last] in the thread in which
 * a function just failed.
 *
 * The object never changes, and may be read from any thread.
 *
 * Since: 0.1
 */
struct _DheeraErrorDetails
{
  GObject parent_instance;

  DheeraError code;
  char *message;
  guint status;
  char *provider;
  char *model;
  char *provider_code;
  char *provider_type;
  char *param;
  char *request_id;
  double retry_after;
  gboolean retryable;
  char *body;
};

G_DEFINE_FINAL_TYPE (DheeraErrorDetails, dheera_error_details, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_CODE,
  PROP_MESSAGE,
  PROP_STATUS,
  PROP_PROVIDER,
  PROP_MODEL,
  PROP_PROVIDER_CODE,
  PROP_PROVIDER_TYPE,
  PROP_PARAM,
  PROP_REQUEST_ID,
  PROP_RETRY_AFTER,
  PROP_RETRYABLE,
  PROP_BODY,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static GPrivate last_details = G_PRIVATE_INIT (g_object_unref);

static void
dheera_error_details_finalize (GObject *object)
{
  DheeraErrorDetails *self = DHEERA_ERROR_DETAILS (object);

  g_free (self->message);
  g_free (self->provider);
  g_free (self->model);
  g_free (self->provider_code);
  g_free (self->provider_type);
  g_free (self->param);
  g_free (self->request_id);
  g_free (self->body);

  G_OBJECT_CLASS (dheera_error_details_parent_class)->finalize (object);
}

static void
dheera_error_details_get_property (GObject    *object,
                                   guint       prop_id,
                                   GValue     *value,
                                   GParamSpec *pspec)
{
  DheeraErrorDetails *self = DHEERA_ERROR_DETAILS (object);

  switch (prop_id)
    {
    case PROP_CODE:
      g_value_set_enum (value, self->code);
      break;
    case PROP_MESSAGE:
      g_value_set_string (value, self->message);
      break;
    case PROP_STATUS:
      g_value_set_uint (value, self->status);
      break;
    case PROP_PROVIDER:
      g_value_set_string (value, self->provider);
      break;
    case PROP_MODEL:
      g_value_set_string (value, self->model);
      break;
    case PROP_PROVIDER_CODE:
      g_value_set_string (value, self->provider_code);
      break;
    case PROP_PROVIDER_TYPE:
      g_value_set_string (value, self->provider_type);
      break;
    case PROP_PARAM:
      g_value_set_string (value, self->param);
      break;
    case PROP_REQUEST_ID:
      g_value_set_string (value, self->request_id);
      break;
    case PROP_RETRY_AFTER:
      g_value_set_double (value, self->retry_after);
      break;
    case PROP_RETRYABLE:
      g_value_set_boolean (value, self->retryable);
      break;
    case PROP_BODY:
      g_value_set_string (value, self->body);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_error_details_class_init (DheeraErrorDetailsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = dheera_error_details_finalize;
  object_class->get_property = dheera_error_details_get_property;

  /**
   * DheeraErrorDetails:code:
   *
   * What kind of failure it was; the same as the code of the error.
   *
   * Since: 0.1
   */
  properties[PROP_CODE] = g_param_spec_enum ("code", NULL, NULL, DHEERA_TYPE_ERROR,
                                             DHEERA_ERROR_FAILED, flags);

  /**
   * DheeraErrorDetails:message:
   *
   * The cause in the provider's own words, or in those of the network. Never %NULL.
   *
   * Since: 0.1
   */
  properties[PROP_MESSAGE] = g_param_spec_string ("message", NULL, NULL, "", flags);

  /**
   * DheeraErrorDetails:status:
   *
   * The HTTP status of the answer; 0 when none came.
   *
   * Since: 0.1
   */
  properties[PROP_STATUS] = g_param_spec_uint ("status", NULL, NULL, 0, G_MAXUINT, 0, flags);

  /**
   * DheeraErrorDetails:provider:
   *
   * The id of the provider.
   *
   * Since: 0.1
   */
  properties[PROP_PROVIDER] = g_param_spec_string ("provider", NULL, NULL, NULL, flags);

  /**
   * DheeraErrorDetails:model:
   *
   * The model that was asked, without its provider's prefix.
   *
   * Since: 0.1
   */
  properties[PROP_MODEL] = g_param_spec_string ("model", NULL, NULL, NULL, flags);

  /**
   * DheeraErrorDetails:provider-code:
   *
   * The provider's own code, such as `context_length_exceeded`.
   *
   * Since: 0.1
   */
  properties[PROP_PROVIDER_CODE] = g_param_spec_string ("provider-code", NULL, NULL, NULL, flags);

  /**
   * DheeraErrorDetails:provider-type:
   *
   * The provider's own kind of error, such as `invalid_request_error`.
   *
   * Since: 0.1
   */
  properties[PROP_PROVIDER_TYPE] = g_param_spec_string ("provider-type", NULL, NULL, NULL, flags);

  /**
   * DheeraErrorDetails:param:
   *
   * The parameter that the provider complains about, by the provider's name.
   *
   * Since: 0.1
   */
  properties[PROP_PARAM] = g_param_spec_string ("param", NULL, NULL, NULL, flags);

  /**
   * DheeraErrorDetails:request-id:
   *
   * The provider's id of the request, which its support will ask for.
   *
   * Since: 0.1
   */
  properties[PROP_REQUEST_ID] = g_param_spec_string ("request-id", NULL, NULL, NULL, flags);

  /**
   * DheeraErrorDetails:retry-after:
   *
   * After how many seconds the provider wants to be asked again; -1 when it did not say.
   *
   * Since: 0.1
   */
  properties[PROP_RETRY_AFTER] = g_param_spec_double ("retry-after", NULL, NULL,
                                                      -1, G_MAXDOUBLE, -1, flags);

  /**
   * DheeraErrorDetails:retryable:
   *
   * Whether the same request may succeed if it is sent again later.
   *
   * Since: 0.1
   */
  properties[PROP_RETRYABLE] = g_param_spec_boolean ("retryable", NULL, NULL, FALSE, flags);

  /**
   * DheeraErrorDetails:body:
   *
   * What the server sent, at most 2 KiB of it.
   *
   * Since: 0.1
   */
  properties[PROP_BODY] = g_param_spec_string ("body", NULL, NULL, NULL, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
dheera_error_details_init (DheeraErrorDetails *self)
{
  self->code = DHEERA_ERROR_FAILED;
  self->retry_after = -1;
}

DheeraErrorDetails *
dheera_error_details_new (const DheeraFailure *failure)
{
  DheeraErrorDetails *self = g_object_new (DHEERA_TYPE_ERROR_DETAILS, NULL);

  self->code = failure->code;
  self->message = dheera_string_cut (dheera_string_or_empty (failure->message), MAX_MESSAGE);
  self->status = failure->status;
  self->provider = g_strdup (failure->provider);
  self->model = g_strdup (failure->model);
  self->provider_code = g_strdup (failure->provider_code);
  self->provider_type = g_strdup (failure->provider_type);
  self->param = g_strdup (failure->param);
  self->request_id = g_strdup (failure->request_id);
  self->retry_after = failure->retry_after >= 0 ? failure->retry_after : -1;
  self->retryable = failure->retryable;
  self->body = dheera_string_cut (failure->body, MAX_BODY);

  return self;
}

DheeraFailure
dheera_error_details_to_failure (DheeraErrorDetails *self)
{
  return (DheeraFailure) {
    .code = self->code,
    .message = self->message,
    .status = self->status,
    .provider = self->provider,
    .model = self->model,
    .provider_code = self->provider_code,
    .provider_type = self->provider_type,
    .param = self->param,
    .request_id = self->request_id,
    .retry_after = self->retry_after,
    .retryable = self->retryable,
    .body = self->body,
  };
}

void
dheera_error_details_set_last (DheeraErrorDetails *details)
{
  if (details == g_private_get (&last_details))
    return;

  g_private_replace (&last_details, details != NULL ? g_object_ref (details) : NULL);
}

/**
 * dheera_error_details_get_last:
 *
 * The details of the last error that a function of this library returned in the calling thread.
 *
 * Ask for it at once: the next function that fails in this thread replaces it. After success it is
 * left as it was.
 *
 * Returns: (transfer none) (nullable): the details; %NULL when nothing failed yet, or when nothing
 * more is known than the error says
 *
 * Since: 0.1
 */
DheeraErrorDetails *
dheera_error_details_get_last (void)
{
  return g_private_get (&last_details);
}

/**
 * dheera_error_details_get_code:
 * @self: an [class@ErrorDetails]
 *
 * What kind of failure it was.
 *
 * Returns: the code of the error
 *
 * Since: 0.1
 */
DheeraError
dheera_error_details_get_code (DheeraErrorDetails *self)
{
  g_return_val_if_fail (DHEERA_IS_ERROR_DETAILS (self), DHEERA_ERROR_FAILED);

  return self->code;
}

/**
 * dheera_error_details_get_message:
 * @self: an [class@ErrorDetails]
 *
 * The cause in the words of the provider or the network.
 *
 * Returns: the text, never %NULL
 *
 * Since: 0.1
 */
const char *
dheera_error_details_get_message (DheeraErrorDetails *self)
{
  g_return_val_if_fail (DHEERA_IS_ERROR_DETAILS (self), "");

  return self->message;
}

/**
 * dheera_error_details_get_status:
 * @self: an [class@ErrorDetails]
 *
 * The HTTP status of the answer.
 *
 * Returns: the status, 0 when no answer came
 *
 * Since: 0.1
 */
guint
dheera_error_details_get_status (DheeraErrorDetails *self)
{
  g_return_val_if_fail (DHEERA_IS_ERROR_DETAILS (self), 0);

  return self->status;
}

/**
 * dheera_error_details_get_provider:
 * @self: an [class@ErrorDetails]
 *
 * The provider that was asked.
 *
 * Returns: (nullable): its id
 *
 * Since: 0.1
 */
const char *
dheera_error_details_get_provider (DheeraErrorDetails *self)
{
  g_return_val_if_fail (DHEERA_IS_ERROR_DETAILS (self), NULL);

  return self->provider;
}

/**
 * dheera_error_details_get_model:
 * @self: an [class@ErrorDetails]
 *
 * The model that was asked.
 *
 * Returns: (nullable): its name without a prefix
 *
 * Since: 0.1
 */
const char *
dheera_error_details_get_model (DheeraErrorDetails *self)
{
  g_return_val_if_fail (DHEERA_IS_ERROR_DETAILS (self), NULL);

  return self->model;
}

/**
 * dheera_error_details_get_provider_code:
 * @self: an [class@ErrorDetails]
 *
 * The provider's own code.
 *
 * Returns: (nullable): the code, such as `context_length_exceeded`
 *
 * Since: 0.1
 */
const char *
dheera_error_details_get_provider_code (DheeraErrorDetails *self)
{
  g_return_val_if_fail (DHEERA_IS_ERROR_DETAILS (self), NULL);

  return self->provider_code;
}

/**
 * dheera_error_details_get_provider_type:
 * @self: an [class@ErrorDetails]
 *
 * The provider's own kind of error.
 *
 * Returns: (nullable): the type, such as `invalid_request_error`
 *
 * Since: 0.1
 */
const char *
dheera_error_details_get_provider_type (DheeraErrorDetails *self)
{
  g_return_val_if_fail (DHEERA_IS_ERROR_DETAILS (self), NULL);

  return self->provider_type;
}

/**
 * dheera_error_details_get_param:
 * @self: an [class@ErrorDetails]
 *
 * The parameter that the provider complains about.
 *
 * Returns: (nullable): its name in the provider's protocol
 *
 * Since: 0.1
 */
const char *
dheera_error_details_get_param (DheeraErrorDetails *self)
{
  g_return_val_if_fail (DHEERA_IS_ERROR_DETAILS (self), NULL);

  return self->param;
}

/**
 * dheera_error_details_get_request_id:
 * @self: an [class@ErrorDetails]
 *
 * The provider's id of the request.
 *
 * Returns: (nullable): the id
 *
 * Since: 0.1
 */
const char *
dheera_error_details_get_request_id (DheeraErrorDetails *self)
{
  g_return_val_if_fail (DHEERA_IS_ERROR_DETAILS (self), NULL);

  return self->request_id;
}

/**
 * dheera_error_details_get_retry_after:
 * @self: an [class@ErrorDetails]
 *
 * When the provider wants to be asked again.
 *
 * Returns: a time in seconds, -1 when it is not known
 *
 * Since: 0.1
 */
double
dheera_error_details_get_retry_after (DheeraErrorDetails *self)
{
  g_return_val_if_fail (DHEERA_IS_ERROR_DETAILS (self), -1);

  return self->retry_after;
}

/**
 * dheera_error_details_get_retryable:
 * @self: an [class@ErrorDetails]
 *
 * Whether the same request may succeed later.
 *
 * Returns: %TRUE if it makes sense to try again
 *
 * Since: 0.1
 */
gboolean
dheera_error_details_get_retryable (DheeraErrorDetails *self)
{
  g_return_val_if_fail (DHEERA_IS_ERROR_DETAILS (self), FALSE);

  return self->retryable;
}

/**
 * dheera_error_details_get_body:
 * @self: an [class@ErrorDetails]
 *
 * What the server sent.
 *
 * Returns: (nullable): at most 2 KiB of text
 *
 * Since: 0.1
 */
const char *
dheera_error_details_get_body (DheeraErrorDetails *self)
{
  g_return_val_if_fail (DHEERA_IS_ERROR_DETAILS (self), NULL);

  return self->body;
}
