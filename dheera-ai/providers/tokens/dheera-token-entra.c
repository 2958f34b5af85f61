/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Microsoft Entra ID: an application's own secret, in the variables that Azure's tools read. */

#include "dheera-token-source-private.h"

#include <string.h>

#include "dheera-jwt-private.h"

#include "dheera-ai/wire/dheera-url-private.h"

#define AUTHORITY "https://login.microsoftonline.com"
#define SCOPE "https://cognitiveservices.azure.com/.default"

static const char *
get_variable (const char *name,
              const char *fallback)
{
  const char *value = g_getenv (name);

  return value != NULL && *value != '\0' ? value : fallback;
}

static char *
dup_url (const char *tenant)
{
  g_autofree char *segment = dheera_url_encode_segment (tenant);
  g_autofree char *path = g_strconcat ("/", segment, "/oauth2/v2.0/token", NULL);

  return dheera_url_join (get_variable ("AZURE_AUTHORITY_HOST", AUTHORITY), path);
}

static DheeraTokenSource *
find (const char *key,
      GError    **error)
{
  const char *tenant = get_variable ("AZURE_TENANT_ID", NULL);
  const char *client = get_variable ("AZURE_CLIENT_ID", NULL);
  const char *secret = get_variable ("AZURE_CLIENT_SECRET", NULL);
  g_autofree char *digest = NULL;
  DheeraTokenSource *self;

  if (key != NULL || tenant == NULL || client == NULL || secret == NULL)
    return NULL;

  self = dheera_token_source_new (&dheera_token_entra);
  digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, secret, -1);
  self->url = dup_url (tenant);
  self->id = g_strjoin (" ", self->url, client, get_variable ("AZURE_SCOPE", SCOPE), digest, NULL);

  return self;
}

static DheeraHttpRequest *
encode (DheeraTokenSource *self,
        gint64             now,
        GError           **error)
{
  const char *client = get_variable ("AZURE_CLIENT_ID", "");
  const char *scope = get_variable ("AZURE_SCOPE", SCOPE);
  const char *secret = dheera_token_source_take_secret (self, g_strdup (get_variable ("AZURE_CLIENT_SECRET", "")));
  DheeraHttpRequest *http;

  http = dheera_token_source_post (self,
                                   (const char *const[]) { "grant_type", "client_credentials", "client_id", client, "client_secret", secret,
                                                           "scope", scope, NULL },
                                   error);
  if (http == NULL)
    g_prefix_error_literal (error, "the credentials of Microsoft Entra ID can't be used: ");

  return http;
}

const DheeraTokenScheme dheera_token_entra = {
  .name = "entra",
  .wanted = "the environment variables AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET",
  .advice = "Check AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, and that the secret has not expired.",
  .find = find,
  .encode = encode,
  .is_token = dheera_jwt_looks_like_one,
};
