/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-exchange-internal-private.h"

#include <string.h>

#include "dheera-ai/wire/dheera-hide-private.h"
#include "dheera-ai/wire/dheera-mask-private.h"

#define MIN_SECRET 8 /* bytes; what is shorter may be a word of any sentence */

/* The headers that somebody else than the provider adds to a request, and what may be seen of those that it has. */

/* Who a header belongs to, and where what it says is said instead */
static const struct
{
  const char *name;
  const char *fault;
} reserved[] = {
  { "Accept", "it says how the answer is read" },
  { "Accept-Encoding", "it says how the answer is read" },
  { "Connection", "it belongs to the connection" },
  { "Content-Encoding", "it belongs to the body" },
  { "Content-Length", "it belongs to the body" },
  { "Content-Type", "it belongs to the body" },
  { "Expect", "it belongs to the connection" },
  { "Host", "it belongs to the connection" },
  { "Keep-Alive", "it belongs to the connection" },
  { "Proxy-Authorization", "it is for a proxy, and the provider would get it" },
  { "Proxy-Connection", "it belongs to the connection" },
  { "TE", "it belongs to the connection" },
  { "Trailer", "it belongs to the body" },
  { "Transfer-Encoding", "it belongs to the body" },
  { "Upgrade", "it belongs to the connection" },
  { "User-Agent", "it is the user-agent property of the session" },
};

static gboolean
is_any (const char        *name,
        const char *const *names)
{
  for (guint i = 0; names[i] != NULL; i++)
    if (g_ascii_strcasecmp (name, names[i]) == 0)
      return TRUE;
  return FALSE;
}

/* The headers that a key is put into when the request is sent */
static gboolean
holds_key (DheeraExchange *self,
           const char     *name)
{
  static const char *const signed_names[] = { "Authorization", "X-Amz-Date", "X-Amz-Security-Token", "X-Amz-Content-Sha256", NULL };

  if (self->key == NULL)
    return FALSE;

  switch (self->auth)
    {
    case DHEERA_AUTH_BEARER:
      return g_ascii_strcasecmp (name, "Authorization") == 0;
    case DHEERA_AUTH_HEADER:
      return g_ascii_strcasecmp (name, self->auth_header) == 0;
    case DHEERA_AUTH_SIGV4:
      return is_any (name, signed_names);
    case DHEERA_AUTH_NONE:
    default:
      return FALSE;
    }
}

const char *
dheera_exchange_find_header_fault (DheeraExchange *self,
                                   const char     *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (reserved); i++)
    if (g_ascii_strcasecmp (name, reserved[i].name) == 0)
      return reserved[i].fault;
  if (holds_key (self, name))
    return "the credentials go there";
  if (self->message != NULL && soup_message_headers_get_one (soup_message_get_request_headers (self->message), name) != NULL)
    return "the request has it already";
  return NULL;
}

void
dheera_exchange_add_header (DheeraExchange *self,
                            const char     *name,
                            const char     *value)
{
  if (self->message != NULL)
    soup_message_headers_replace (soup_message_get_request_headers (self->message), name, value);
}

const char *
dheera_exchange_get_sent_header (DheeraExchange *self,
                                 const char     *name)
{
  if (self->message == NULL || dheera_redact_is_secret_header (name, self->auth_header))
    return NULL;
  return soup_message_headers_get_list (soup_message_get_request_headers (self->message), name);
}

/* What is left at the end of a text that was cut in the middle of the secret */
static void
hide_start (GString    *text,
            const char *secret)
{
  for (gsize n = MIN (strlen (secret) - 1, text->len); n >= MIN_SECRET; n--)
    if (memcmp (text->str + text->len - n, secret, n) == 0)
      {
        g_string_truncate (text, text->len - n);
        g_string_append (text, DHEERA_MASK_HIDDEN);
        return;
      }
}

static char **
list_secrets (DheeraExchange *self)
{
  char **secrets = dheera_redact_list_named_secrets (self->message, self->auth_header);
  guint n = 0;

  for (guint i = 0; secrets[i] != NULL; i++)
    if (strlen (secrets[i]) >= MIN_SECRET)
      secrets[n++] = secrets[i];
    else
      g_free (secrets[i]);
  secrets[n] = NULL;
  return secrets;
}

char *
dheera_exchange_hide_headers (DheeraExchange *self,
                              const char     *text)
{
  char **secrets;
  g_autoptr(GString) open = NULL;
  g_autofree char *whole = NULL;

  if (text == NULL || self->message == NULL)
    return g_strdup (text);

  secrets = list_secrets (self);
  whole = dheera_hide_secrets (text, (const char *const *) secrets, FALSE);
  open = g_string_new (whole);
  for (guint i = 0; secrets[i] != NULL; i++)
    hide_start (open, secrets[i]);
  dheera_redact_free_secrets (secrets);

  return dheera_hide_json_members (open->str);
}

static gboolean
quotes_value (const char *answer,
              gsize       answer_length,
              const char *value)
{
  gsize length = strlen (value);
  const char *space = strchr (value, ' ');

  if (length >= MIN_SECRET && length <= answer_length && strstr (answer, value) != NULL)
    return TRUE;
  if (space == NULL)
    return FALSE;
  length -= space + 1 - value;
  return length >= MIN_SECRET && length <= answer_length && strstr (answer, space + 1) != NULL;
}

static gboolean
quotes_query (DheeraExchange *self,
              const char     *answer)
{
  char **secrets = g_uri_get_query (soup_message_get_uri (self->message)) != NULL ? list_secrets (self) : NULL;
  gboolean quotes = FALSE;

  for (guint i = 0; secrets != NULL && secrets[i] != NULL; i++)
    quotes |= strstr (answer, secrets[i]) != NULL;
  dheera_redact_free_secrets (secrets);
  return quotes;
}

/* Does it send back what was sent to it? */
static gboolean
quotes_header (DheeraExchange *self,
               const char     *answer)
{
  gsize length = strlen (answer);
  SoupMessageHeadersIter iter;
  const char *name;
  const char *value;

  if (length < MIN_SECRET)
    return FALSE;
  soup_message_headers_iter_init (&iter, soup_message_get_request_headers (self->message));
  while (soup_message_headers_iter_next (&iter, &name, &value))
    if (quotes_value (answer, length, value) && dheera_redact_is_secret_header (name, self->auth_header))
      return TRUE;
  return quotes_query (self, answer);
}

/* Here only what is sure to hold a credential is kept back, and not whatever has a suspicious word in its name: an answer's x-ratelimit-remaining-tokens is what
 * one looks for. */
const char *
dheera_exchange_get_open_header (DheeraExchange *self,
                                 const char     *name)
{
  static const char *const secret[] = { "Authorization", "Cookie", "Proxy-Authorization", "Set-Cookie", "Set-Cookie2", "X-Amz-Security-Token", NULL };
  const char *value;

  if (is_any (name, secret) || (self->auth_header != NULL && g_ascii_strcasecmp (name, self->auth_header) == 0))
    return NULL;
  value = dheera_exchange_get_header (self, name);
  return value == NULL || quotes_header (self, value) ? NULL : value;
}
