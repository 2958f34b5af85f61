/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-exchange-internal-private.h"

#include "dheera-ai/wire/dheera-hide-private.h"
#include "dheera-ai/wire/dheera-url-private.h"

#include <string.h>

#define REDACTED "[redacted]"
/* A value of a header that nothing is known about may be a word of everyday, which can't be hidden everywhere. */
#define MIN_STRANGE_SECRET 16

/* Headers of requests that hold no secrets: the library's and libsoup's own, and those that all the world knows. */
static const char *const harmless[] = {
  "Accept", "Accept-Encoding", "Accept-Language", "Anthropic-Beta", "Anthropic-Version", "Cache-Control", "Connection", "Content-Encoding", "Content-Length",
  "Content-Type", "Date", "Expect", "Host", "HTTP-Referer", "Keep-Alive", "OpenAI-Beta", "OpenAI-Organization", "OpenAI-Project", "Origin", "Pragma", "Referer",
  "TE", "traceparent", "tracestate", "Transfer-Encoding", "User-Agent", "X-Amz-Content-Sha256", "X-Amz-Date", "X-Client-Request-Id", "X-Request-Id", "X-Title",
};

/* Headers of answers that speak of tokens and keys but have none */
static const char *const about_tokens[] = { "ratelimit", "rate-limit", "token-count", "tokens-used" };

static gboolean
is_harmless (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (harmless); i++)
    if (g_ascii_strcasecmp (name, harmless[i]) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
has_secret_word (const char *name)
{
  static const char *const words[] = { "key", "token", "secret", "auth", "bearer", "cookie", "jwt", "pass", "credential", "signature", "session" };

  for (; *name != '\0'; name++)
    {
      const char first = g_ascii_tolower (*name);

      for (guint i = 0; i < G_N_ELEMENTS (words); i++)
        if (first == words[i][0] && g_ascii_strncasecmp (name, words[i], strlen (words[i])) == 0)
          return TRUE;
    }
  return FALSE;
}

/* By name, so that it also holds for headers that an application or a gateway adds. Better one too many than one too few. */
gboolean
dheera_redact_is_secret_header (const char *name,
                                const char *auth_header)
{
  return (auth_header != NULL && g_ascii_strcasecmp (name, auth_header) == 0) || has_secret_word (name);
}

static gboolean
is_secret_of_answer (const char *name,
                     const char *auth_header)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);

  for (guint i = 0; i < G_N_ELEMENTS (about_tokens); i++)
    if (strstr (lower, about_tokens[i]) != NULL)
      return FALSE;
  return dheera_redact_is_secret_header (name, auth_header);
}

/* The addresses of pages, which may have more in their query than their name */
static gboolean
is_address (const char *name)
{
  return g_ascii_strcasecmp (name, "Referer") == 0 || g_ascii_strcasecmp (name, "HTTP-Referer") == 0;
}

static void
append_request_headers (GString            *text,
                        SoupMessageHeaders *headers,
                        const char         *auth_header)
{
  SoupMessageHeadersIter iter;
  const char *name;
  const char *value;

  soup_message_headers_iter_init (&iter, headers);
  while (soup_message_headers_iter_next (&iter, &name, &value))
    {
      gboolean shown = is_harmless (name) && (auth_header == NULL || g_ascii_strcasecmp (name, auth_header) != 0);
      g_autofree char *address = shown && is_address (name) ? dheera_url_redact (value) : NULL;

      g_string_append_printf (text, "%s: %s\n", name, address != NULL ? address : shown ? value : REDACTED);
    }
}

char *
dheera_redact_message (SoupMessage *message,
                       const char  *auth_header)
{
  GString *text = g_string_new (soup_message_get_method (message));
  g_autofree char *url = g_uri_to_string (soup_message_get_uri (message));
  g_autofree char *shown = dheera_url_redact (url);

  g_string_append_printf (text, " %s\n", shown != NULL ? shown : "[unreadable URL]");
  append_request_headers (text, soup_message_get_request_headers (message), auth_header);

  return g_string_free (text, FALSE);
}

/* Addresses that a server gives out may be signed, or have a token in their query. */
static char *
dup_shown_of_answer (const char *name,
                     const char *value,
                     const char *auth_header)
{
  if (is_secret_of_answer (name, auth_header) || g_ascii_strcasecmp (name, "Link") == 0 || g_ascii_strcasecmp (name, "Refresh") == 0)
    return g_strdup (REDACTED);
  if (g_ascii_strcasecmp (name, "Location") == 0 || g_ascii_strcasecmp (name, "Content-Location") == 0)
    return *value == '/' && value[1] != '/' ? g_strndup (value, strcspn (value, "?#")) : dheera_url_redact (value);
  return g_strdup (value);
}

static char *
take_hiding (GString           *text,
             const char *const *secrets)
{
  g_autofree char *valid = g_utf8_make_valid (text->str, (gssize) text->len);

  g_string_free (text, TRUE);
  return dheera_hide_secrets (valid, secrets, FALSE);
}

char *
dheera_redact_request_headers (SoupMessage       *message,
                               const char        *auth_header,
                               const char *const *secrets)
{
  GString *text = g_string_new (NULL);

  append_request_headers (text, soup_message_get_request_headers (message), auth_header);
  return take_hiding (text, secrets);
}

char *
dheera_redact_response_headers (SoupMessage       *message,
                                const char        *auth_header,
                                const char *const *secrets)
{
  GString *text = g_string_new (NULL);
  SoupMessageHeadersIter iter;
  const char *name;
  const char *value;

  soup_message_headers_iter_init (&iter, soup_message_get_response_headers (message));
  while (soup_message_headers_iter_next (&iter, &name, &value))
    {
      g_autofree char *shown = dup_shown_of_answer (name, value, auth_header);

      g_string_append_printf (text, "%s: %s\n", name, shown);
    }
  return take_hiding (text, secrets);
}

/* "a=SECRET; b=SECRET" */
static void
add_cookies (GPtrArray  *secrets,
             const char *value)
{
  g_auto(GStrv) cookies = g_strsplit (value, ";", -1);

  for (guint i = 0; cookies[i] != NULL; i++)
    {
      const char *equals = strchr (cookies[i], '=');

      if (equals != NULL)
        g_ptr_array_add (secrets, g_strdup (equals + 1));
      explicit_bzero (cookies[i], strlen (cookies[i]));
    }
}

static void
add_header (GPtrArray  *secrets,
            const char *name,
            const char *value)
{
  const char *space = strchr (value, ' ');

  g_ptr_array_add (secrets, g_strdup (value));
  if (g_ascii_strcasecmp (name, "Cookie") == 0)
    add_cookies (secrets, value);
  /* "Bearer KEY" */
  else if (space != NULL)
    g_ptr_array_add (secrets, g_strdup (space + 1));
}

static gboolean
is_secret_field (const char *name)
{
  return has_secret_word (name) || g_ascii_strcasecmp (name, "sig") == 0 || g_ascii_strcasecmp (name, "code") == 0;
}

/* Some gateways want a key in the query of their address. */
static void
add_query (GPtrArray   *secrets,
           SoupMessage *message)
{
  const char *query = g_uri_get_query (soup_message_get_uri (message));
  g_auto(GStrv) fields = query != NULL ? g_strsplit (query, "&", -1) : NULL;

  for (guint i = 0; fields != NULL && fields[i] != NULL; i++)
    {
      char *equals = strchr (fields[i], '=');
      g_autofree char *plain = equals != NULL ? g_uri_unescape_string (equals + 1, NULL) : NULL;

      if (equals == NULL)
        continue;
      *equals = '\0';
      if (is_secret_field (fields[i]))
        {
          g_ptr_array_add (secrets, g_strdup (equals + 1));
          if (plain != NULL && strcmp (plain, equals + 1) != 0)
            g_ptr_array_add (secrets, g_strdup (plain));
        }
      explicit_bzero (equals + 1, strlen (equals + 1));
      if (plain != NULL)
        explicit_bzero (plain, strlen (plain));
    }
}

static GPtrArray *
list_named (SoupMessage *message,
            const char  *auth_header)
{
  GPtrArray *secrets = g_ptr_array_new ();
  SoupMessageHeadersIter iter;
  const char *name;
  const char *value;

  soup_message_headers_iter_init (&iter, soup_message_get_request_headers (message));
  while (soup_message_headers_iter_next (&iter, &name, &value))
    if (!is_harmless (name) && dheera_redact_is_secret_header (name, auth_header))
      add_header (secrets, name, value);
  add_query (secrets, message);
  return secrets;
}

char **
dheera_redact_list_named_secrets (SoupMessage *message,
                                  const char  *auth_header)
{
  GPtrArray *secrets = list_named (message, auth_header);

  g_ptr_array_add (secrets, NULL);
  return (char **) g_ptr_array_free (secrets, FALSE);
}

char **
dheera_redact_list_secrets (SoupMessage *message,
                            const char  *auth_header,
                            const char  *key)
{
  GPtrArray *secrets = list_named (message, auth_header);
  SoupMessageHeadersIter iter;
  const char *name;
  const char *value;

  if (key != NULL)
    g_ptr_array_add (secrets, g_strdup (key));
  soup_message_headers_iter_init (&iter, soup_message_get_request_headers (message));
  while (soup_message_headers_iter_next (&iter, &name, &value))
    if (!is_harmless (name) && strlen (value) >= MIN_STRANGE_SECRET && strpbrk (value, " :,") == NULL)
      g_ptr_array_add (secrets, g_strdup (value));
  g_ptr_array_add (secrets, NULL);

  return (char **) g_ptr_array_free (secrets, FALSE);
}

void
dheera_redact_free_secrets (char **secrets)
{
  for (guint i = 0; secrets != NULL && secrets[i] != NULL; i++)
    explicit_bzero (secrets[i], strlen (secrets[i]));
  g_strfreev (secrets);
}
