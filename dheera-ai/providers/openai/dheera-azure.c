/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Azure's addresses. The protocols are OpenAI's; what differs is where a model is: in the path of the deployments, or in the body.
 *
 *   the base URL is                        and calls go to
 *   .../v1                                 .../v1/OPERATION
 *   .../models                             .../models/OPERATION?api-version=V            (models that are not OpenAI's)
 *   .../openai/deployments/NAME            .../openai/deployments/NAME/OPERATION?api-version=V
 *   the resource's own, with or            without a dated version .../openai/v1/OPERATION, with one
 *   without /openai                        .../openai/deployments/MODEL/OPERATION?api-version=V, or .../openai/OPERATION?api-version=V for what is no model's
 *
 * People paste any of them, so all are understood. */

#include "dheera-ai/providers/dheera-hosting-private.h"

#include <string.h>

#include "dheera-ai/wire/dheera-url-private.h"

#define DEPLOYMENTS "/openai/deployments/"
#define INFERENCE_VERSION "2024-05-01-preview"
/* From here on the limit of tokens is max_completion_tokens, and streams may be asked for their usage. */
#define NEWER_MEMBERS "2024-09-01"
#define JSON_SCHEMAS "2024-08-01"

typedef enum
{
  FORM_RESOURCE,
  FORM_V1,
  FORM_DEPLOYMENT,
  FORM_INFERENCE,
} Form;

typedef struct
{
  Form form;
  char *address;       /* without slashes at its end */
  const char *query;   /* of the base URL, with its question mark, or "" */
  char *version;       /* nullable */
} Azure;

static void
azure_clear (Azure *self)
{
  g_free (self->address);
  g_free (self->version);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Azure, azure_clear)

/* The operations that a deployment does */
static gboolean
is_of_deployment (const char *path)
{
  static const char *const paths[] = {
    "/chat/completions", "/completions", "/embeddings", "/audio/transcriptions", "/audio/translations", "/audio/speech", "/images/generations", "/images/edits",
  };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    if (g_str_equal (path, paths[i]))
      return TRUE;

  return FALSE;
}

static gboolean
take_suffix (char       *text,
             const char *suffix)
{
  if (!g_str_has_suffix (text, suffix))
    return FALSE;

  text[strlen (text) - strlen (suffix)] = '\0';

  return TRUE;
}

static Form
find_form (const char *address)
{
  const char *deployments = strstr (address, DEPLOYMENTS);

  if (deployments != NULL && deployments[strlen (DEPLOYMENTS)] != '\0')
    return FORM_DEPLOYMENT;
  if (g_str_has_suffix (address, "/v1"))
    return FORM_V1;
  if (g_str_has_suffix (address, "/models"))
    return FORM_INFERENCE;

  return FORM_RESOURCE;
}

/* A version of the interface that is older than v1: v1 itself takes "v1" and "preview" at most. */
static gboolean
is_dated (const char *version)
{
  return version != NULL && g_ascii_isdigit (*version);
}

static void
azure_init (Azure                *self,
            const DheeraEncoding *encoding)
{
  gsize length = strcspn (encoding->base_url, "?");

  self->query = encoding->base_url + length;
  while (length > 0 && encoding->base_url[length - 1] == '/')
    length--;
  self->address = g_strndup (encoding->base_url, length);
  take_suffix (self->address, "/chat/completions");
  self->form = find_form (self->address);
  if (strstr (self->query, "api-version=") == NULL)
    self->version = dheera_provider_dup_api_version (encoding->provider);

  /* A variable that is set for other programs does not become a fault here. */
  if (self->form == FORM_V1 && is_dated (self->version) && dheera_provider_get_api_version (encoding->provider) == NULL)
    g_clear_pointer (&self->version, g_free);
  if (self->form == FORM_INFERENCE && self->version == NULL && *self->query == '\0')
    self->version = g_strdup (INFERENCE_VERSION);
}

/* The resource's own address, out of any form */
static void
cut_to_resource (Azure *self)
{
  char *deployments = strstr (self->address, DEPLOYMENTS);

  if (deployments != NULL)
    *deployments = '\0';
  else if (!take_suffix (self->address, "/openai"))
    take_suffix (self->address, "/models");
}

static char *
make_address (Azure                *self,
              const DheeraEncoding *encoding,
              const char           *path)
{
  gboolean of_deployment = is_of_deployment (path);
  gboolean classic = is_dated (self->version) || strstr (self->query, "api-version=2") != NULL;

  if (self->form == FORM_V1 || (of_deployment && self->form != FORM_RESOURCE))
    return g_strdup (self->address);

  cut_to_resource (self);
  if (!classic || self->form == FORM_INFERENCE)
    {
      if (is_dated (self->version))
        g_clear_pointer (&self->version, g_free);
      return g_strconcat (self->address, "/openai/v1", NULL);
    }
  if (of_deployment && encoding->model != NULL)
    {
      g_autofree char *name = dheera_url_encode_segment (encoding->model);

      return g_strconcat (self->address, DEPLOYMENTS, name, NULL);
    }

  return g_strconcat (self->address, "/openai", NULL);
}

static char *
dup_url (const DheeraEncoding *encoding,
         const char           *path)
{
  g_auto (Azure) azure = { 0 };
  g_autofree char *address = NULL;
  g_autofree char *base = NULL;
  g_autofree char *url = NULL;

  azure_init (&azure, encoding);
  address = make_address (&azure, encoding, path);
  base = g_strconcat (address, azure.query, NULL);
  url = dheera_url_join (base, path);
  if (azure.version == NULL)
    return g_steal_pointer (&url);

  return dheera_url_add_query (url, "api-version", azure.version);
}

static void
adapt (const DheeraEncoding *encoding,
       DheeraChatDialect    *dialect,
       DheeraParams         *unsupported)
{
  g_auto (Azure) azure = { 0 };

  azure_init (&azure, encoding);
  if (azure.form == FORM_INFERENCE)
    {
      dialect->max_tokens_member = "max_tokens";
      dialect->keep_developer_role = FALSE;
    }
  else if (is_dated (azure.version) && strcmp (azure.version, NEWER_MEMBERS) < 0)
    {
      dialect->max_tokens_member = "max_tokens";
      dialect->include_usage = FALSE;
      if (strcmp (azure.version, JSON_SCHEMAS) < 0)
        *unsupported |= DHEERA_PARAM_JSON_SCHEMA;
    }
}

const DheeraHosting dheera_hosting_azure = { dup_url, adapt };
