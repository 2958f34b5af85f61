/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-provider.h"

#include "dheera-provider-private.h"

#include "dheera-ai/model/dheera-strings-private.h"
#include "dheera-ai/wire/dheera-secret-private.h"
#include "dheera-ai/wire/dheera-url-private.h"

/**
 * DheeraProvider:
 *
 * Who answers: a service, or a server of one's own, and how to reach it.
 *
 * None has to be made for the providers that the library knows: the prefix of a model's name, as in
 * `groq/llama-3.3-70b-versatile`, chooses one, and its key comes from the environment variable that
 * the provider's own tools read (`GROQ_API_KEY`). One is made to give it a key, another address or
 * headers, and is handed to [method@Client.add_provider], in whose place it then stands.
 *
 * Any other server with an API compatible to OpenAI's is added with [ctor@Provider.new_compatible]:
 *
 * ```c
 * g_autoptr (DheeraProvider) provider = dheera_provider_new_compatible ("lab", "https://llm.example.org/v1");
 *
 * dheera_provider_set_api_key (provider, key);
 * dheera_client_add_provider (client, provider);
 * request = dheera_request_new_for_prompt ("lab/qwen3-32b", "Hello!");
 * ```
 *
 * The key is looked for at each call, in this order: the request's, the function set with
 * [method@Provider.set_credentials_func], [property@Provider:api-key], the environment. It is never
 * readable, and never part of a URL.
 *
 * Some providers take access tokens, which hold for an hour. For those the library gets one itself,
 * over the session of the call, keeps it in memory for all calls of this object, and gets another
 * some minutes before it expires, or once it is refused. Of many calls that begin without one, one
 * gets it and the others wait for that, each within its own timeout, and each can be cancelled by
 * itself; what the token endpoint refuses fails all of them. It is done for:
 *
 * - `vertexai`: with the file that `GOOGLE_APPLICATION_CREDENTIALS` names, the key file of a service
 *   account, or with what `gcloud auth application-default login` has left. The text of such a file
 *   may also be given in place of a key.
 * - `azure`: where there is no key, with `AZURE_TENANT_ID`, `AZURE_CLIENT_ID` and
 *   `AZURE_CLIENT_SECRET`. A token of Microsoft Entra ID may also be given in place of a key.
 *
 * Since: 0.1
 */
G_DEFINE_FINAL_TYPE (DheeraProvider, dheera_provider, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_ID,
  PROP_NAME,
  PROP_BASE_URL,
  PROP_API_KEY,
  PROP_API_VERSION,
  PROP_ORGANIZATION,
  PROP_PROJECT,
  PROP_REGION,
  PROP_IS_LOCAL,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

static void
dheera_provider_finalize (GObject *object)
{
  DheeraProvider *self = DHEERA_PROVIDER (object);

  g_free (self->id);
  g_free (self->base_url);
  g_free (self->organization);
  g_free (self->project);
  g_free (self->api_version);
  g_free (self->region);
  dheera_secret_free (self->api_key);
  dheera_secret_free (self->token);
  g_free (self->token_id);
  g_clear_pointer (&self->headers, dheera_http_request_free);
  g_free (self->bad_header);
  g_clear_pointer (&self->credentials, dheera_provider_credentials_unref);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (dheera_provider_parent_class)->finalize (object);
}

static void
dheera_provider_get_property (GObject    *object,
                              guint       property_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  DheeraProvider *self = DHEERA_PROVIDER (object);

  switch (property_id)
    {
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case PROP_NAME:
      g_value_set_string (value, dheera_provider_get_name (self));
      break;
    case PROP_BASE_URL:
      g_value_set_string (value, self->base_url);
      break;
    case PROP_API_VERSION:
      g_value_set_string (value, self->api_version);
      break;
    case PROP_ORGANIZATION:
      g_value_set_string (value, self->organization);
      break;
    case PROP_PROJECT:
      g_value_set_string (value, self->project);
      break;
    case PROP_REGION:
      g_value_set_string (value, self->region);
      break;
    case PROP_IS_LOCAL:
      g_value_set_boolean (value, dheera_provider_get_is_local (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
dheera_provider_set_property (GObject      *object,
                              guint         property_id,
                              const GValue *value,
                              GParamSpec   *pspec)
{
  DheeraProvider *self = DHEERA_PROVIDER (object);

  switch (property_id)
    {
    case PROP_ID:
      self->id = g_strdup (g_value_get_string (value) != NULL ? g_value_get_string (value) : "");
      dheera_provider_update_row (self);
      break;
    case PROP_BASE_URL:
      dheera_provider_set_base_url (self, g_value_get_string (value));
      break;
    case PROP_API_KEY:
      dheera_provider_set_api_key (self, g_value_get_string (value));
      break;
    case PROP_API_VERSION:
      dheera_provider_set_api_version (self, g_value_get_string (value));
      break;
    case PROP_ORGANIZATION:
      dheera_provider_set_organization (self, g_value_get_string (value));
      break;
    case PROP_PROJECT:
      dheera_provider_set_project (self, g_value_get_string (value));
      break;
    case PROP_REGION:
      dheera_provider_set_region (self, g_value_get_string (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
dheera_provider_class_init (DheeraProviderClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags writable = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = dheera_provider_finalize;
  object_class->get_property = dheera_provider_get_property;
  object_class->set_property = dheera_provider_set_property;

  /**
   * DheeraProvider:id:
   *
   * The prefix of the names of its models: `openai`, `anthropic`, or the one given to
   * [ctor@Provider.new_compatible].
   *
   * Since: 0.1
   */
  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, "",
                                             G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * DheeraProvider:name:
   *
   * What the provider is called, for people to read; of an unknown one its id.
   *
   * Since: 0.1
   */
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, "",
                                               G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * DheeraProvider:base-url:
   *
   * The address up to the API's own paths, such as `https://api.openai.com/v1`; %NULL for the one
   * from the environment or the provider's usual one.
   *
   * The API's paths are put behind it and nothing is guessed: no version is inserted. It is checked
   * at the call.
   *
   * Since: 0.1
   */
  properties[PROP_BASE_URL] = g_param_spec_string ("base-url", NULL, NULL, NULL, writable);

  /**
   * DheeraProvider:api-key:
   *
   * The key that is sent. It can be set, not read; %NULL for the one from the environment.
   *
   * Amazon Bedrock takes an API key, or credentials as `ACCESS_KEY_ID:SECRET` or
   * `ACCESS_KEY_ID:SECRET:SESSION_TOKEN`, with which each request is signed.
   *
   * Since: 0.1
   */
  properties[PROP_API_KEY] = g_param_spec_string ("api-key", NULL, NULL, NULL,
                                                  G_PARAM_WRITABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  /**
   * DheeraProvider:api-version:
   *
   * The version of the API that is asked for where a provider has such a parameter (Azure's
   * `api-version`); %NULL for none.
   *
   * Since: 0.1
   */
  properties[PROP_API_VERSION] = g_param_spec_string ("api-version", NULL, NULL, NULL, writable);

  /**
   * DheeraProvider:organization:
   *
   * The organization that is billed, where a key belongs to several; %NULL for the key's default one.
   *
   * Since: 0.1
   */
  properties[PROP_ORGANIZATION] = g_param_spec_string ("organization", NULL, NULL, NULL, writable);

  /**
   * DheeraProvider:project:
   *
   * The project that is billed (OpenAI), or that the models are in (Google Cloud); %NULL for the
   * key's default one.
   *
   * Since: 0.1
   */
  properties[PROP_PROJECT] = g_param_spec_string ("project", NULL, NULL, NULL, writable);

  /**
   * DheeraProvider:region:
   *
   * The region of providers whose address, or signature, depends on it (Amazon Bedrock, Vertex AI), such as
   * `eu-central-1`; %NULL for the one from the environment (`AWS_REGION`, `AWS_DEFAULT_REGION`,
   * `AWS_REGION_NAME`).
   *
   * Since: 0.1
   */
  properties[PROP_REGION] = g_param_spec_string ("region", NULL, NULL, NULL, writable);

  /**
   * DheeraProvider:is-local:
   *
   * Whether the provider is a server on this machine.
   *
   * Since: 0.1
   */
  properties[PROP_IS_LOCAL] = g_param_spec_boolean ("is-local", NULL, NULL, FALSE,
                                                    G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
dheera_provider_init (DheeraProvider *self)
{
  g_mutex_init (&self->lock);
}

/**
 * dheera_provider_new:
 * @id: the id of a provider that the library knows
 *
 * Makes a configuration of a known provider.
 *
 * An unknown id is no error here: the first call that uses the provider fails with
 * %DHEERA_ERROR_INVALID_REQUEST and the list of known ids.
 *
 * Returns: (transfer full): a new provider
 *
 * Since: 0.1
 */
DheeraProvider *
dheera_provider_new (const char *id)
{
  g_return_val_if_fail (id != NULL, NULL);

  return g_object_new (DHEERA_TYPE_PROVIDER, "id", id, NULL);
}

/**
 * dheera_provider_new_compatible:
 * @id: what models of it are to be prefixed with
 * @base_url: the address up to the API's own paths, such as `http://localhost:8080/v1`
 *
 * Makes a provider out of any server with an API compatible to OpenAI's chat completions.
 *
 * A key is optional for it. With the id of a known provider, what is known about that one holds for
 * this address as well.
 *
 * Returns: (transfer full): a new provider
 *
 * Since: 0.1
 */
DheeraProvider *
dheera_provider_new_compatible (const char *id,
                                const char *base_url)
{
  g_return_val_if_fail (id != NULL, NULL);
  g_return_val_if_fail (base_url != NULL, NULL);

  return g_object_new (DHEERA_TYPE_PROVIDER, "id", id, "base-url", base_url, NULL);
}

/**
 * dheera_provider_get_id: (attributes org.gtk.Method.get_property=id)
 * @self: a provider
 *
 * Gets the prefix of the names of its models.
 *
 * Returns: the id
 *
 * Since: 0.1
 */
const char *
dheera_provider_get_id (DheeraProvider *self)
{
  g_return_val_if_fail (DHEERA_IS_PROVIDER (self), NULL);

  return self->id;
}

/**
 * dheera_provider_get_name: (attributes org.gtk.Method.get_property=name)
 * @self: a provider
 *
 * Gets what the provider is called, for people to read.
 *
 * Returns: the name; of an unknown provider its id
 *
 * Since: 0.1
 */
const char *
dheera_provider_get_name (DheeraProvider *self)
{
  g_return_val_if_fail (DHEERA_IS_PROVIDER (self), NULL);

  return self->row != NULL && self->row->base_url != NULL ? self->row->name : self->id;
}

static void
set_text (DheeraProvider *self,
          char          **field,
          const char     *value,
          guint           property_id)
{
  if (dheera_string_set (field, value))
    g_object_notify_by_pspec (G_OBJECT (self), properties[property_id]);
}

/**
 * dheera_provider_get_base_url: (attributes org.gtk.Method.get_property=base-url)
 * @self: a provider
 *
 * Gets the address that was set.
 *
 * Returns: (nullable): the address; %NULL when the one from the environment or the provider's usual
 *   one holds
 *
 * Since: 0.1
 */
const char *
dheera_provider_get_base_url (DheeraProvider *self)
{
  g_return_val_if_fail (DHEERA_IS_PROVIDER (self), NULL);

  return self->base_url;
}

/**
 * dheera_provider_set_base_url: (attributes org.gtk.Method.set_property=base-url)
 * @self: a provider
 * @base_url: (nullable): the address up to the API's own paths, such as `https://api.openai.com/v1`
 *
 * Sets the address. It is checked at the call, which fails with %DHEERA_ERROR_INVALID_REQUEST when
 * it can't be used.
 *
 * Since: 0.1
 */
void
dheera_provider_set_base_url (DheeraProvider *self,
                              const char     *base_url)
{
  g_return_if_fail (DHEERA_IS_PROVIDER (self));

  set_text (self, &self->base_url, base_url, PROP_BASE_URL);
  dheera_provider_update_row (self);
}

/**
 * dheera_provider_set_api_key: (attributes org.gtk.Method.set_property=api-key)
 * @self: a provider
 * @api_key: (nullable): the key; %NULL for the one from the environment
 *
 * Sets the key that is sent from the next call on.
 *
 * Since: 0.1
 */
void
dheera_provider_set_api_key (DheeraProvider *self,
                             const char     *api_key)
{
  char *old;

  g_return_if_fail (DHEERA_IS_PROVIDER (self));

  g_mutex_lock (&self->lock);
  old = self->api_key;
  self->api_key = g_strdup (api_key);
  g_mutex_unlock (&self->lock);
  dheera_secret_free (old);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_API_KEY]);
}

/**
 * dheera_provider_get_is_local: (attributes org.gtk.Method.get_property=is-local)
 * @self: a provider
 *
 * Gets whether the provider is a server on this machine.
 *
 * Returns: %TRUE when its address is one of this machine
 *
 * Since: 0.1
 */
gboolean
dheera_provider_get_is_local (DheeraProvider *self)
{
  g_autofree char *url = NULL;

  g_return_val_if_fail (DHEERA_IS_PROVIDER (self), FALSE);

  url = dheera_provider_dup_base_url (self, NULL, NULL);
  if (url == NULL)
    return FALSE;

  return dheera_url_is_loopback (url) || (self->row->local && g_strcmp0 (url, self->row->base_url) == 0);
}

/**
 * dheera_provider_get_organization: (attributes org.gtk.Method.get_property=organization)
 * @self: a provider
 *
 * Gets the organization that is billed.
 *
 * Returns: (nullable): the organization; %NULL for the key's default one
 *
 * Since: 0.1
 */
const char *
dheera_provider_get_organization (DheeraProvider *self)
{
  g_return_val_if_fail (DHEERA_IS_PROVIDER (self), NULL);

  return self->organization;
}

/**
 * dheera_provider_set_organization: (attributes org.gtk.Method.set_property=organization)
 * @self: a provider
 * @organization: (nullable): an organization of the key's
 *
 * Sets the organization that is billed.
 *
 * Since: 0.1
 */
void
dheera_provider_set_organization (DheeraProvider *self,
                                  const char     *organization)
{
  g_return_if_fail (DHEERA_IS_PROVIDER (self));

  set_text (self, &self->organization, organization, PROP_ORGANIZATION);
}

/**
 * dheera_provider_get_project: (attributes org.gtk.Method.get_property=project)
 * @self: a provider
 *
 * Gets the project that is billed, or that the models are in.
 *
 * Returns: (nullable): the project; %NULL for the key's default one
 *
 * Since: 0.1
 */
const char *
dheera_provider_get_project (DheeraProvider *self)
{
  g_return_val_if_fail (DHEERA_IS_PROVIDER (self), NULL);

  return self->project;
}

/**
 * dheera_provider_set_project: (attributes org.gtk.Method.set_property=project)
 * @self: a provider
 * @project: (nullable): a project of the key's
 *
 * Sets the project that is billed, or that the models are in.
 *
 * Since: 0.1
 */
void
dheera_provider_set_project (DheeraProvider *self,
                             const char     *project)
{
  g_return_if_fail (DHEERA_IS_PROVIDER (self));

  set_text (self, &self->project, project, PROP_PROJECT);
}

/**
 * dheera_provider_get_api_version: (attributes org.gtk.Method.get_property=api-version)
 * @self: a provider
 *
 * Gets the version of the API that is asked for.
 *
 * Returns: (nullable): the version
 *
 * Since: 0.1
 */
const char *
dheera_provider_get_api_version (DheeraProvider *self)
{
  g_return_val_if_fail (DHEERA_IS_PROVIDER (self), NULL);

  return self->api_version;
}

/**
 * dheera_provider_set_api_version: (attributes org.gtk.Method.set_property=api-version)
 * @self: a provider
 * @api_version: (nullable): a version that the provider knows, such as `2024-10-21`
 *
 * Sets the version of the API that is asked for.
 *
 * Since: 0.1
 */
void
dheera_provider_set_api_version (DheeraProvider *self,
                                 const char     *api_version)
{
  g_return_if_fail (DHEERA_IS_PROVIDER (self));

  set_text (self, &self->api_version, api_version, PROP_API_VERSION);
}

/**
 * dheera_provider_get_region: (attributes org.gtk.Method.get_property=region)
 * @self: a provider
 *
 * Gets the region that the provider's address is made with.
 *
 * Returns: (nullable): the region
 *
 * Since: 0.1
 */
const char *
dheera_provider_get_region (DheeraProvider *self)
{
  g_return_val_if_fail (DHEERA_IS_PROVIDER (self), NULL);

  return self->region;
}

/**
 * dheera_provider_set_region: (attributes org.gtk.Method.set_property=region)
 * @self: a provider
 * @region: (nullable): a region such as `eu-central-1`
 *
 * Sets the region that the provider's address is made with, and for which requests to AWS are signed.
 *
 * Since: 0.1
 */
void
dheera_provider_set_region (DheeraProvider *self,
                            const char     *region)
{
  g_return_if_fail (DHEERA_IS_PROVIDER (self));

  set_text (self, &self->region, region, PROP_REGION);
}

/**
 * dheera_provider_set_header:
 * @self: a provider
 * @name: the name of a header
 * @value: (nullable): its value; %NULL takes the header away again
 *
 * Sends a header with every request to this provider.
 *
 * A header of the same name on the request goes before this one. One that would carry the key
 * (`Authorization`, or the provider's own) is sent in place of the key, and is kept out of logs like
 * the key.
 *
 * A name or value that can't be sent makes the calls fail with %DHEERA_ERROR_INVALID_REQUEST.
 *
 * Since: 0.1
 */
void
dheera_provider_set_header (DheeraProvider *self,
                            const char     *name,
                            const char     *value)
{
  g_return_if_fail (DHEERA_IS_PROVIDER (self));
  g_return_if_fail (name != NULL);

  g_mutex_lock (&self->lock);
  if (self->headers == NULL)
    self->headers = dheera_http_request_new ("GET", "");
  if (g_strcmp0 (self->bad_header, name) == 0)
    g_clear_pointer (&self->bad_header, g_free);
  if (value == NULL)
    {
      for (guint i = 0; self->headers->headers != NULL && i < self->headers->headers->len; i++)
        {
          if (g_ascii_strcasecmp (g_array_index (self->headers->headers, DheeraHttpHeader, i).name, name) == 0)
            g_array_remove_index (self->headers->headers, i--);
        }
    }
  else if (!dheera_http_request_set_header (self->headers, name, value))
    dheera_string_set (&self->bad_header, name);
  g_mutex_unlock (&self->lock);
}

/**
 * dheera_provider_set_credentials_func:
 * @self: a provider
 * @func: (nullable) (scope notified) (closure user_data) (destroy destroy): what is asked for the
 *   key at each call; %NULL for none
 * @user_data: data for @func
 * @destroy: (nullable): frees @user_data
 *
 * Asks a function for the key, so that it can come from a keyring or a token service.
 *
 * The function gets a [class@CredentialsRequest] and answers it at once or later. It is asked again,
 * with [property@CredentialsRequest:refused] set, when the provider answers 401.
 *
 * Since: 0.1
 */
void
dheera_provider_set_credentials_func (DheeraProvider        *self,
                                      DheeraCredentialsFunc  func,
                                      gpointer               user_data,
                                      GDestroyNotify         destroy)
{
  DheeraProviderCredentials *credentials = NULL;
  DheeraProviderCredentials *old;

  g_return_if_fail (DHEERA_IS_PROVIDER (self));

  if (func != NULL)
    {
      credentials = g_atomic_rc_box_new0 (DheeraProviderCredentials);
      credentials->func = func;
      credentials->user_data = user_data;
      credentials->destroy = destroy;
    }
  else if (destroy != NULL)
    destroy (user_data);

  g_mutex_lock (&self->lock);
  old = self->credentials;
  self->credentials = credentials;
  g_mutex_unlock (&self->lock);
  if (old != NULL)
    dheera_provider_credentials_unref (old);
}
