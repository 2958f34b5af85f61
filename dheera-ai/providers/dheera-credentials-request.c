/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-credentials-request-private.h"

#include "dheera-ai/model/dheera-error.h"
#include "dheera-ai/wire/dheera-url-private.h"

/**
 * DheeraCredentialsRequest:
 *
 * The question for a key, to be answered at once or later.
 *
 * A function set with [method@Provider.set_credentials_func] gets one for every call that needs a
 * key. It answers with [method@CredentialsRequest.return_key] or
 * [method@CredentialsRequest.return_error], from inside the function, or later and from any thread:
 * then it keeps a reference until it has the answer, which may come from a keyring, a token service
 * or a dialog. The call waits meanwhile, within its own timeout.
 *
 * The first answer counts. When the last reference goes and nobody answered, the call fails with
 * %DHEERA_ERROR_AUTHENTICATION.
 *
 * ```c
 * static void
 * look_up_key (DheeraCredentialsRequest *request,
 *              gpointer                  user_data)
 * {
 *   g_autofree char *key = my_keyring_lookup ("openai");
 *
 *   if (key != NULL)
 *     dheera_credentials_request_return_key (request, key);
 *   else
 *     dheera_credentials_request_return_error (request, "The keyring has no key for OpenAI");
 * }
 * ```
 *
 * Since: 0.1
 */
struct _DheeraCredentialsRequest
{
  GObject parent_instance;

  DheeraProvider *provider;
  gboolean refused;
  int answered; /* atomic: the answer may come from any thread */
  DheeraCredentialsDone done;
  gpointer user_data;
  GDestroyNotify destroy;
};

G_DEFINE_FINAL_TYPE (DheeraCredentialsRequest, dheera_credentials_request, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_PROVIDER,
  PROP_REFUSED,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

DheeraCredentialsRequest *
dheera_credentials_request_new (DheeraProvider       *provider,
                                gboolean              refused,
                                DheeraCredentialsDone done,
                                gpointer              user_data,
                                GDestroyNotify        destroy)
{
  DheeraCredentialsRequest *self = g_object_new (DHEERA_TYPE_CREDENTIALS_REQUEST, NULL);

  self->provider = g_object_ref (provider);
  self->refused = refused;
  self->done = done;
  self->user_data = user_data;
  self->destroy = destroy;

  return self;
}

static gboolean
take_turn (DheeraCredentialsRequest *self)
{
  return g_atomic_int_compare_and_exchange (&self->answered, FALSE, TRUE);
}

static void
answer (DheeraCredentialsRequest *self,
        const char               *key,
        const char               *fault)
{
  g_autoptr (GError) error = NULL;

  if (self->done == NULL)
    return;

  if (fault != NULL)
    g_set_error (&error, DHEERA_ERROR, DHEERA_ERROR_AUTHENTICATION, "There is no key for provider “%s”: %s",
                 dheera_provider_get_id (self->provider), fault);
  self->done (fault == NULL ? key : NULL, error, self->user_data);
  if (self->destroy != NULL)
    self->destroy (self->user_data);
  self->done = NULL;
}

static void
dheera_credentials_request_finalize (GObject *object)
{
  DheeraCredentialsRequest *self = DHEERA_CREDENTIALS_REQUEST (object);

  if (take_turn (self))
    answer (self, NULL, "the credentials function gave no answer");
  g_clear_object (&self->provider);

  G_OBJECT_CLASS (dheera_credentials_request_parent_class)->finalize (object);
}

static void
dheera_credentials_request_get_property (GObject    *object,
                                         guint       property_id,
                                         GValue     *value,
                                         GParamSpec *pspec)
{
  DheeraCredentialsRequest *self = DHEERA_CREDENTIALS_REQUEST (object);

  switch (property_id)
    {
    case PROP_PROVIDER:
      g_value_set_object (value, self->provider);
      break;
    case PROP_REFUSED:
      g_value_set_boolean (value, self->refused);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
dheera_credentials_request_class_init (DheeraCredentialsRequestClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = dheera_credentials_request_finalize;
  object_class->get_property = dheera_credentials_request_get_property;

  /**
   * DheeraCredentialsRequest:provider:
   *
   * The provider that the key is for.
   *
   * Since: 0.1
   */
  properties[PROP_PROVIDER] = g_param_spec_object ("provider", NULL, NULL, DHEERA_TYPE_PROVIDER,
                                                   G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * DheeraCredentialsRequest:refused:
   *
   * Whether the provider has just refused the key of the answer before (401), so that a fresh one is
   * wanted.
   *
   * Since: 0.1
   */
  properties[PROP_REFUSED] = g_param_spec_boolean ("refused", NULL, NULL, FALSE,
                                                   G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
dheera_credentials_request_init (DheeraCredentialsRequest *self)
{
}

/**
 * dheera_credentials_request_get_provider: (attributes org.gtk.Method.get_property=provider)
 * @self: a request for a key
 *
 * Gets the provider that the key is for.
 *
 * Returns: (transfer none): the provider
 *
 * Since: 0.1
 */
DheeraProvider *
dheera_credentials_request_get_provider (DheeraCredentialsRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_CREDENTIALS_REQUEST (self), NULL);

  return self->provider;
}

/**
 * dheera_credentials_request_get_refused: (attributes org.gtk.Method.get_property=refused)
 * @self: a request for a key
 *
 * Gets whether the provider has just refused the key of the answer before.
 *
 * Returns: %TRUE after a 401
 *
 * Since: 0.1
 */
gboolean
dheera_credentials_request_get_refused (DheeraCredentialsRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_CREDENTIALS_REQUEST (self), FALSE);

  return self->refused;
}

/**
 * dheera_credentials_request_return_key:
 * @self: a request for a key
 * @key: the key or token, without a prefix such as “Bearer”
 *
 * Answers with a key, which is used for this call and not kept.
 *
 * A key that is empty, or can't stand in a header, makes the call fail with
 * %DHEERA_ERROR_AUTHENTICATION. A second answer is ignored with a warning. May be called from any
 * thread.
 *
 * Since: 0.1
 */
void
dheera_credentials_request_return_key (DheeraCredentialsRequest *self,
                                       const char               *key)
{
  g_return_if_fail (DHEERA_IS_CREDENTIALS_REQUEST (self));
  g_return_if_fail (key != NULL);

  if (!take_turn (self))
    {
      g_warning ("A request for the key of provider “%s” was answered twice; the second answer is ignored",
                 dheera_provider_get_id (self->provider));
      return;
    }

  if (*key == '\0')
    answer (self, NULL, "the credentials function gave an empty one");
  else if (!dheera_header_value_is_valid (key))
    answer (self, NULL,
            "the one from the credentials function has characters that no header may have, such as a line break at its end");
  else
    answer (self, key, NULL);
}

/**
 * dheera_credentials_request_return_error:
 * @self: a request for a key
 * @message: why there is no key, as a person would want to read it
 *
 * Answers that there is no key: the call fails with %DHEERA_ERROR_AUTHENTICATION and this message.
 *
 * A second answer is ignored with a warning. May be called from any thread.
 *
 * Since: 0.1
 */
void
dheera_credentials_request_return_error (DheeraCredentialsRequest *self,
                                         const char               *message)
{
  g_return_if_fail (DHEERA_IS_CREDENTIALS_REQUEST (self));
  g_return_if_fail (message != NULL);

  if (!take_turn (self))
    {
      g_warning ("A request for the key of provider “%s” was answered twice; the second answer is ignored",
                 dheera_provider_get_id (self->provider));
      return;
    }

  answer (self, NULL, message);
}
