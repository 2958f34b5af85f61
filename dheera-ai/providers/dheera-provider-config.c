/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-provider-private.h"

#include <string.h>

#include "dheera-credentials-request-private.h"
#include "dheera-ai/providers/ollama/dheera-ollama-host-private.h"
#include "dheera-protocol-private.h"
#include "dheera-ai/providers/tokens/dheera-token-source-private.h"

#include "dheera-ai/model/errors/dheera-error-private.h"
#include "dheera-ai/wire/dheera-url-private.h"

/* What a provider's properties, its row of the table and the environment come to together at the time of a
 * call. */

/* What is known about a server that only its address is known of */
static const DheeraProviderRow compatible_row = {
  .id = "compatible",
  .name = "OpenAI-compatible server",
  .protocol = &dheera_openai_chat,
  .auth = DHEERA_AUTH_BEARER,
  .key_optional = TRUE,
  .chat_path = "/chat/completions",
  .models_path = "/models",
  .endpoints = {
    .paths = {
      [DHEERA_TASK_EMBED] = "/embeddings",
      [DHEERA_TASK_RERANK] = "/rerank",
      [DHEERA_TASK_MODERATE] = "/moderations",
      [DHEERA_TASK_GENERATE_IMAGE] = "/images/generations",
      [DHEERA_TASK_TRANSCRIBE] = "/audio/transcriptions",
      [DHEERA_TASK_SPEAK] = "/audio/speech",
    },
    .edit_image_path = "/images/edits",
    .translate_path = "/audio/translations",
  },
  .dialect.reasoning = DHEERA_CHAT_REASONING_EFFORT,
  .dialect.native_family = "compatible",
  /* It may be a gateway to Google's models; others pass over what they don't know. */
  .dialect.thought_signatures = TRUE,
  .dialect.include_usage = TRUE,
  .temperature_max = -1,
};

static void
credentials_clear (gpointer data)
{
  DheeraProviderCredentials *self = data;

  if (self->destroy != NULL)
    self->destroy (self->user_data);
}

void
dheera_provider_credentials_unref (DheeraProviderCredentials *self)
{
  g_atomic_rc_box_release_full (self, credentials_clear);
}

static const char *
get_variable (const char *const *names)
{
  for (; names != NULL && *names != NULL; names++)
    {
      const char *value = g_getenv (*names);

      if (value != NULL && *value != '\0')
        return value;
    }

  return NULL;
}

static void
set_header (DheeraHttpRequest *request,
            const char        *name,
            const char        *value,
            const char       **bad)
{
  if (value != NULL && !dheera_http_request_set_header (request, name, value))
    *bad = name;
}

/* The headers from the environment, from properties and of set_header(), each going before those ahead of
 * it. bad becomes the name of one that can't be sent. */
static void
set_headers (DheeraProvider    *self,
             DheeraHttpRequest *request,
             const char       **bad)
{
  const char *const *pairs = self->row->header_env;

  for (; pairs != NULL && pairs[0] != NULL; pairs += 2)
    {
      const char *const names[] = { pairs[1], NULL };

      set_header (request, pairs[0], get_variable (names), bad);
    }

  set_header (request, "OpenAI-Organization", self->organization, bad);
  if (self->row->base_url == NULL || strstr (self->row->base_url, "{project}") == NULL)
    set_header (request, "OpenAI-Project", self->project, bad);

  g_mutex_lock (&self->lock);
  for (guint i = 0; self->headers != NULL && self->headers->headers != NULL && i < self->headers->headers->len; i++)
    {
      DheeraHttpHeader *header = &g_array_index (self->headers->headers, DheeraHttpHeader, i);

      set_header (request, header->name, header->value, bad);
    }
  g_mutex_unlock (&self->lock);
}

gboolean
dheera_provider_check (DheeraProvider *self,
                       GError        **error)
{
  g_autofree char *ids = NULL;

  if (self->row != NULL)
    return TRUE;

  ids = dheera_provider_list_ids ();
  g_set_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST,
               "There is no provider “%s”, and without a base URL nothing can be sent to it. "
               "The known ones are: %s.", self->id, ids);

  return FALSE;
}

const DheeraProviderRow *
dheera_provider_get_row (DheeraProvider *self)
{
  return self->row;
}

const DheeraProtocol *
dheera_provider_get_protocol (DheeraProvider *self)
{
  return self->row != NULL ? self->row->protocol : NULL;
}

const DheeraProtocol *
dheera_provider_get_protocol_for (DheeraProvider *self,
                                  const char     *model)
{
  const DheeraProtocol *protocol = dheera_provider_get_protocol (self);
  const DheeraProtocol *other = NULL;

  if (protocol != NULL && protocol->find_for_model != NULL && model != NULL)
    other = protocol->find_for_model (self, model);

  return other != NULL ? other : protocol;
}

static void
replace (GString    *url,
         const char *placeholder,
         const char *value)
{
  g_autofree char *segment = NULL;

  if (value == NULL || *value == '\0')
    return;

  segment = dheera_url_encode_segment (value);
  g_string_replace (url, placeholder, segment, 0);
}

char *
dheera_provider_dup_project (DheeraProvider *self)
{
  if (self->project != NULL && *self->project != '\0')
    return g_strdup (self->project);

  return g_strdup (self->row != NULL ? get_variable (self->row->project_env) : NULL);
}

char *
dheera_provider_dup_region (DheeraProvider *self)
{
  const char *region;

  if (self->region != NULL && *self->region != '\0')
    return g_strdup (self->region);

  region = self->row != NULL ? get_variable (self->row->region_env) : NULL;
  if (region == NULL && self->row != NULL)
    region = self->row->region_default;

  return g_strdup (region);
}

/* It becomes part of the name of a host. */
static gboolean
check_region (DheeraProvider *self,
              const char     *region,
              GError        **error)
{
  const char *variable = self->row->region_env != NULL ? self->row->region_env[0] : NULL;

  if (region == NULL)
    {
      dheera_set_invalid_request (error, "region",
                                  "Provider “%s” needs to know a region, and there is none: set its region property, or the environment variable %s.",
                                  self->id, variable);
      return FALSE;
    }
  if (strspn (region, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") != strlen (region))
    {
      dheera_set_invalid_request (error, "region",
                                  "The region of provider “%s” is not the name of one: it has to be like eu-central-1.", self->id);
      return FALSE;
    }

  return TRUE;
}

/* Google's places that are no single data centre have hosts of another form. */
static void
replace_google_host (GString    *url,
                     const char *region)
{
  static const struct
  {
    const char *region;
    const char *host;
  } hosts[] = {
    { "global", "aiplatform.googleapis.com" },
    { "us", "aiplatform.us.rep.googleapis.com" },
    { "eu", "aiplatform.eu.rep.googleapis.com" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (hosts); i++)
    {
      if (g_strcmp0 (region, hosts[i].region) == 0)
        g_string_replace (url, "{location}-aiplatform.googleapis.com", hosts[i].host, 1);
    }
}

/* The row's URL with what is known about its placeholders. NULL with an error that says what is missing. */
static char *
fill_row_url (DheeraProvider *self,
              GError        **error)
{
  g_autofree char *project = dheera_provider_dup_project (self);
  g_autofree char *region = dheera_provider_dup_region (self);
  gboolean without = project == NULL && self->row->no_project_url != NULL;
  g_autoptr (GString) url = g_string_new (without ? self->row->no_project_url : self->row->base_url);

  if (self->row->region_env != NULL && !check_region (self, region, error))
    return NULL;

  replace_google_host (url, region);
  replace (url, "{region}", region);
  replace (url, "{location}", region);
  if (self->row->sign_service != NULL)
    dheera_aws_set_domain (url, region);
  replace (url, "{project}", project);
  for (const char *const *pair = self->row->url_env; pair != NULL && pair[0] != NULL; pair += 2)
    {
      const char *const names[] = { pair[1], NULL };

      replace (url, pair[0], get_variable (names));
    }
  if (strchr (url->str, '{') != NULL || url->len == 0)
    {
      dheera_set_invalid_request (error, "base-url",
                                  "Provider “%s” has no base URL that is the same for everybody. Set base-url to your own, "
                                  "such as %s.", self->id, self->row->base_url);
      return NULL;
    }

  return g_string_free (g_steal_pointer (&url), FALSE);
}

/* Behind the host, with its slash; NULL when there is none */
static const char *
find_path (const char *url)
{
  const char *host = strstr (url, "://");

  return host != NULL ? strchr (host + strlen ("://"), '/') : NULL;
}

/* NULL when the environment says nothing */
static char *
dup_environment_url (const DheeraProviderRow *row)
{
  const char *url = get_variable (row->base_url_env);
  const char *host = get_variable (row->host_env);

  if (url != NULL)
    return g_strdup (url);

  return host != NULL ? dheera_ollama_host_to_url (host, find_path (row->base_url)) : NULL;
}

char *
dheera_provider_dup_base_url (DheeraProvider *self,
                              const char     *override_url,
                              GError        **error)
{
  const char *url = self->base_url;
  const char *source = "the provider's property";
  g_autofree char *from_environment = NULL;
  g_autofree char *fault = NULL;

  if (!dheera_provider_check (self, error))
    return NULL;

  if (override_url != NULL)
    return g_strdup (override_url);
  if (url == NULL)
    {
      url = from_environment = dup_environment_url (self->row);
      source = "the environment";
    }
  if (url == NULL)
    return fill_row_url (self, error);

  fault = dheera_url_find_fault (url);
  if (fault == NULL)
    return g_strdup (url);

  /* The URL itself is not quoted: what is wrong with it may be a password in it. */
  dheera_set_invalid_request (error, "base-url",
                              "The base URL of provider “%s” that comes from %s can't be used: %s.", self->id, source, fault);

  return NULL;
}

char *
dheera_provider_dup_api_version (DheeraProvider *self)
{
  return g_strdup (self->api_version != NULL ? self->api_version : get_variable (self->row->api_version_env));
}

char *
dheera_provider_dup_key (DheeraProvider *self)
{
  char *key;

  g_mutex_lock (&self->lock);
  key = g_strdup (self->api_key);
  g_mutex_unlock (&self->lock);
  if (key == NULL && self->row != NULL)
    key = g_strdup (get_variable (self->row->key_env));
  if (key == NULL && self->row != NULL)
    key = g_strdup (get_variable (self->row->token_env));
  if (key == NULL && self->row != NULL && self->row->sign_service != NULL)
    key = dheera_aws_dup_key_of_environment ();

  return key;
}

/* Does it take Authorization: Bearer as well as the header for keys? */
static gboolean
takes_tokens (const DheeraProviderRow *row)
{
  return row->tokens != NULL || row->token_env != NULL || row->token_prefix != NULL;
}

/* Those of the request stay as they are. */
static gboolean
add_headers (DheeraProvider    *self,
             DheeraHttpRequest *request,
             GError           **error)
{
  DheeraHttpRequest own = { 0 };
  const char *bad = NULL;

  set_headers (self, &own, &bad);
  for (guint i = 0; own.headers != NULL && i < own.headers->len; i++)
    {
      DheeraHttpHeader *header = &g_array_index (own.headers, DheeraHttpHeader, i);

      if (dheera_http_request_get_header (request, header->name) == NULL)
        dheera_http_request_set_header (request, header->name, header->value);
    }
  g_clear_pointer (&own.headers, g_array_unref);

  if (self->bad_header != NULL)
    bad = self->bad_header;
  if (bad != NULL)
    {
      g_autofree char *name = g_strescape (bad, NULL);

      dheera_set_invalid_request (error, "headers",
                                  "The header “%s” of provider “%s” can't be sent: its name or its value has characters that are "
                                  "not allowed there.", name, self->id);
    }

  return bad == NULL;
}

gboolean
dheera_provider_apply (DheeraProvider    *self,
                       DheeraHttpRequest *request,
                       GError           **error)
{
  const char *auth_header;

  if (!dheera_provider_check (self, error) || !add_headers (self, request, error))
    return FALSE;

  request->auth = self->row->auth;
  request->auth_header = self->row->auth_header != NULL ? g_intern_string (self->row->auth_header) : NULL;
  if (request->auth == DHEERA_AUTH_SIGV4)
    {
      g_free (request->sign_region);
      request->sign_region = dheera_provider_dup_region (self);
      request->sign_service = self->row->sign_service;
    }
  auth_header = request->auth == DHEERA_AUTH_HEADER ? request->auth_header : "Authorization";
  if (dheera_http_request_get_header (request, auth_header) != NULL ||
      (takes_tokens (self->row) && dheera_http_request_get_header (request, "Authorization") != NULL))
    request->auth = DHEERA_AUTH_NONE;

  return TRUE;
}

/* Where it came from is not known any more, but what the variable for tokens holds is one. */
static gboolean
is_token (const DheeraProviderRow *row,
          const char              *key)
{
  if (row->tokens != NULL && row->tokens->is_token (key))
    return TRUE;

  return (row->token_prefix != NULL && g_str_has_prefix (key, row->token_prefix))
         || g_strcmp0 (get_variable (row->token_env), key) == 0;
}

void
dheera_provider_place_key (DheeraProvider    *self,
                           DheeraHttpRequest *request,
                           const char        *key,
                           gboolean           was_got)
{
  if (request->auth == DHEERA_AUTH_NONE || self->row->auth != DHEERA_AUTH_HEADER || !takes_tokens (self->row))
    return;

  request->auth = was_got || (key != NULL && is_token (self->row, key)) ? DHEERA_AUTH_BEARER : DHEERA_AUTH_HEADER;
}

gboolean
dheera_provider_has_credentials_func (DheeraProvider *self)
{
  gboolean has;

  g_mutex_lock (&self->lock);
  has = self->credentials != NULL;
  g_mutex_unlock (&self->lock);

  return has;
}

void
dheera_provider_request_key (DheeraProvider       *self,
                             gboolean              refused,
                             DheeraCredentialsDone done,
                             gpointer              user_data,
                             GDestroyNotify        destroy)
{
  g_autoptr (DheeraCredentialsRequest) request = NULL;
  DheeraProviderCredentials *credentials = NULL;

  request = dheera_credentials_request_new (self, refused, done, user_data, destroy);

  g_mutex_lock (&self->lock);
  if (self->credentials != NULL)
    credentials = g_atomic_rc_box_acquire (self->credentials);
  g_mutex_unlock (&self->lock);
  if (credentials == NULL)
    {
      dheera_credentials_request_return_error (request, "its credentials function was taken away");
      return;
    }

  credentials->func (request, credentials->user_data);
  dheera_provider_credentials_unref (credentials);
}

void
dheera_provider_update_row (DheeraProvider *self)
{
  self->row = dheera_provider_find_row (self->id);
  if (self->row == NULL && self->base_url != NULL)
    self->row = &compatible_row;
}
