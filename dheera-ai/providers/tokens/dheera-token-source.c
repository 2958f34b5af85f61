/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What all token endpoints have in common: the form that is posted and the answer (RFC 6749, §4 to §6). */

#include "dheera-token-source-private.h"

#include <string.h>

#include "dheera-ai/providers/errors/dheera-error-words-private.h"
#include "dheera-ai/providers/dheera-provider-private.h"

#include "dheera-ai/wire/dheera-secret-private.h"
#include "dheera-ai/wire/dheera-url-private.h"

/* Of an answer that does not say how long its token holds */
#define DEFAULT_LIFETIME 600

static void
free_wiped (gpointer data)
{
  dheera_secret_free (data);
}

DheeraTokenSource *
dheera_token_source_new (const DheeraTokenScheme *scheme)
{
  DheeraTokenSource *self = g_new0 (DheeraTokenSource, 1);

  self->scheme = scheme;
  self->posted = g_ptr_array_new_with_free_func (free_wiped);

  return self;
}

void
dheera_token_source_free (DheeraTokenSource *self)
{
  dheera_secret_free (self->text);
  g_ptr_array_unref (self->posted);
  g_free (self->id);
  g_free (self->path);
  g_free (self->url);
  g_free (self);
}

DheeraTokenSource *
dheera_token_source_find (DheeraProvider *provider,
                          const char     *key,
                          GError        **error)
{
  const DheeraProviderRow *row = dheera_provider_get_row (provider);

  return row != NULL && row->tokens != NULL ? row->tokens->find (key, error) : NULL;
}

const char *
dheera_token_source_take_secret (DheeraTokenSource *self,
                                 char              *secret)
{
  if (secret != NULL)
    g_ptr_array_add (self->posted, secret);

  return secret;
}

DheeraHttpRequest *
dheera_token_source_encode (DheeraTokenSource *self,
                            gint64             now,
                            GError           **error)
{
  return self->scheme->encode (self, now, error);
}

/* --- The request ---------------------------------------------------------------------------------------------------------------- */

static gboolean
check_endpoint (const char *url,
                GError    **error)
{
  g_autofree char *fault = dheera_url_find_fault (url);

  if (fault == NULL && !g_str_has_prefix (url, "https://") && !dheera_url_is_loopback (url))
    fault = g_strdup ("secrets are sent over https only");
  if (fault == NULL)
    return TRUE;

  g_set_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST, "the address of its token endpoint can't be used: %s", fault);

  return FALSE;
}

static void
append_form_value (GString    *form,
                   const char *value)
{
  char *escaped = g_uri_escape_string (value, NULL, FALSE);

  g_string_append (form, escaped);
  dheera_secret_free (escaped);
}

DheeraHttpRequest *
dheera_token_source_post (DheeraTokenSource *self,
                          const char *const *form,
                          GError           **error)
{
  DheeraHttpRequest *http;
  GString *body;
  gsize size = 64;
  gsize length;
  char *text;

  if (!check_endpoint (self->url, error))
    return NULL;

  /* Never grown, so that no copy of a secret is left behind. */
  for (guint i = 0; form[i] != NULL; i++)
    size += 3 * strlen (form[i]) + 2;
  body = g_string_sized_new (size);
  for (guint i = 0; form[i] != NULL; i += 2)
    {
      g_string_append_printf (body, "%s%s=", i > 0 ? "&" : "", form[i]);
      append_form_value (body, form[i + 1]);
    }

  http = dheera_http_request_new ("POST", self->url);
  http->content_type = "application/x-www-form-urlencoded";
  length = body->len;
  text = g_string_free (body, FALSE);
  http->body = g_bytes_new_with_free_func (text, length, free_wiped, text);
  http->auth = DHEERA_AUTH_NONE;
  http->framing = DHEERA_FRAMING_WHOLE;

  return http;
}

/* --- The answer ----------------------------------------------------------------------------------------------------------------- */

static DheeraError
code_from_status (guint     status,
                  gboolean *retryable)
{
  *retryable = TRUE;
  if (status == 429)
    return DHEERA_ERROR_RATE_LIMIT;
  if (status == 408 || status == 504)
    return DHEERA_ERROR_TIMEOUT;
  if (status >= 500)
    return DHEERA_ERROR_SERVER;
  *retryable = FALSE;
  if (status >= 200 && status < 300)
    return DHEERA_ERROR_PROTOCOL;

  return DHEERA_ERROR_AUTHENTICATION;
}

static char *
hide (DheeraTokenSource *self,
      const char        *text)
{
  char *hidden = dheera_error_text_hide_key (text, self->text);

  for (guint i = 0; i < self->posted->len; i++)
    {
      g_autofree char *open = hidden;

      hidden = dheera_error_text_hide_key (open, g_ptr_array_index (self->posted, i));
    }

  return hidden;
}

/* A word like "invalid_grant"; anything else is no code. */
static char *
dup_code (DheeraJsonValue error)
{
  g_autofree char *code = dheera_json_dup_string (error);

  return code != NULL && strspn (code, "abcdefghijklmnopqrstuvwxyz_") == strlen (code) && strlen (code) < 64 ? g_steal_pointer (&code) : NULL;
}

/* "the access token could not be got from https://oauth2.googleapis.com/token: Invalid JWT Signature" */
static DheeraErrorDetails *
describe_failure (DheeraTokenSource *self,
                  DheeraProvider    *provider,
                  const char        *model,
                  guint              status,
                  DheeraJsonValue    root)
{
  DheeraFailure failure = DHEERA_FAILURE_INIT;
  DheeraJsonValue error = dheera_json_member (root, "error");
  g_autofree char *shown = dheera_url_redact (self->url);
  g_autofree char *code = dup_code (error);
  g_autofree char *words = dheera_json_dup_string (dheera_json_member (root, "error_description"));
  g_autofree char *open = NULL;
  g_autofree char *message = NULL;

  if (words == NULL)
    words = dheera_json_dup_string (dheera_json_member (error, "message"));
  failure.code = code_from_status (status, &failure.retryable);
  if (failure.code == DHEERA_ERROR_PROTOCOL && (code != NULL || words != NULL))
    failure.code = DHEERA_ERROR_AUTHENTICATION;
  open = g_strdup_printf ("the access token that the call needs could not be got from %s: %s", shown,
                          words != NULL  ? words
                          : code != NULL ? code
                          : failure.code == DHEERA_ERROR_PROTOCOL ? "the answer holds no token"
                                                                  : "the answer does not say why");
  message = hide (self, open);
  failure.message = message;
  failure.status = status;
  failure.provider = dheera_provider_get_id (provider);
  failure.model = model;
  failure.provider_code = code;

  return dheera_error_details_new (&failure);
}

static gboolean
read_token (DheeraJsonValue root,
            DheeraToken    *token)
{
  DheeraJsonValue type = dheera_json_member (root, "token_type");
  g_autofree char *type_name = dheera_json_dup_string (type);
  char *text = dheera_json_dup_string (dheera_json_member (root, "access_token"));

  if (text == NULL || *text == '\0' || !dheera_header_value_is_valid (text) || (type_name != NULL && g_ascii_strcasecmp (type_name, "Bearer") != 0))
    {
      dheera_secret_free (text);
      return FALSE;
    }

  token->text = text;
  token->lifetime = CLAMP (dheera_json_get_int (dheera_json_member (root, "expires_in"), DEFAULT_LIFETIME), 0, G_MAXINT);

  return TRUE;
}

gboolean
dheera_token_source_decode (DheeraTokenSource   *self,
                            DheeraProvider      *provider,
                            const char          *model,
                            guint                status,
                            const char          *body,
                            gsize                length,
                            DheeraToken         *token,
                            DheeraErrorDetails **failure)
{
  DheeraJson json = DHEERA_JSON_INIT;
  DheeraJsonValue root = { &json, 0 };
  gboolean is_token;

  if (dheera_json_parse (&json, body, length))
    root = dheera_json_root (&json);
  is_token = status >= 200 && status < 300 && read_token (root, token);
  if (!is_token)
    *failure = describe_failure (self, provider, model, status, root);
  dheera_json_clear (&json);

  return is_token;
}
