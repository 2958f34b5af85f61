/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-codec-internal-private.h"

#include <string.h>

#include "dheera-ai/model/dheera-strings-private.h"
#include "dheera-ai/wire/dheera-error-body-private.h"
#include "dheera-ai/wire/dheera-mask-private.h"

/* Errors as OpenAI's SDKs know them. What the caller did wrong is told in the library's or the provider's words; what is the server's own affair,
 * such as its keys, its network and its proxy, in a sentence that says nothing about them. */

#define MAX_MESSAGE 1024

typedef enum
{
  WORDS,    /* the words of the error */
  SENTENCE, /* the sentence of the row */
} Telling;

typedef struct
{
  DheeraError code;
  guint status;
  const char *type;
  const char *name; /* the member code; nullable */
  const char *param; /* nullable */
  gboolean should_retry;
  Telling telling;
  const char *sentence;
} Row;

#define REFUSED "invalid_request_error"
#define FAILED "server_error"

static const Row rows[] = {
  { DHEERA_ERROR_INVALID_REQUEST, 400, REFUSED, NULL, NULL, FALSE, WORDS, "The request is not valid." },
  { DHEERA_ERROR_UNSUPPORTED_PARAMETER, 400, REFUSED, "unsupported_parameter", NULL, FALSE, WORDS, "The model does not take a parameter of the request." },
  { DHEERA_ERROR_NOT_SUPPORTED, 400, REFUSED, "not_supported", NULL, FALSE, WORDS, "The model's provider can't do this." },
  { DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED, 400, REFUSED, "context_length_exceeded", "messages", FALSE, WORDS,
    "The messages do not fit into the context window of the model." },
  { DHEERA_ERROR_CONTENT_POLICY, 400, REFUSED, "content_policy_violation", NULL, FALSE, WORDS, "The provider's policy refuses this content." },
  { DHEERA_ERROR_UNKNOWN_MODEL, 404, REFUSED, "model_not_found", "model", FALSE, WORDS, "There is no such model." },
  { DHEERA_ERROR_NOT_FOUND, 404, REFUSED, "model_not_found", "model", FALSE, WORDS, "There is no such model." },
  { DHEERA_ERROR_CONFLICT, 409, REFUSED, "conflict", NULL, TRUE, WORDS, "The provider's state does not allow this now." },
  { DHEERA_ERROR_REQUEST_TOO_LARGE, 413, REFUSED, "request_too_large", NULL, FALSE, WORDS, "The request has too many bytes." },
  { DHEERA_ERROR_RATE_LIMIT, 429, "requests", "rate_limit_exceeded", NULL, TRUE, WORDS, "There are too many requests. Try again later." },
  { DHEERA_ERROR_QUOTA, 429, "insufficient_quota", "insufficient_quota", NULL, FALSE, SENTENCE,
    "The server's quota with the model's provider is used up; waiting does not help. Ask whoever runs the server." },
  { DHEERA_ERROR_BUDGET_EXCEEDED, 429, "insufficient_quota", "insufficient_quota", NULL, FALSE, SENTENCE,
    "The server's spending limit is reached; waiting does not help. Ask whoever runs the server." },
  { DHEERA_ERROR_OVERLOADED, 503, FAILED, "overloaded", NULL, TRUE, SENTENCE, "The model's provider is overloaded. Try again later." },
  { DHEERA_ERROR_TIMEOUT, 504, FAILED, "timeout", NULL, TRUE, SENTENCE, "The model's provider did not answer in time. Try again later." },
  { DHEERA_ERROR_AUTHENTICATION, 502, FAILED, "upstream_refused", NULL, FALSE, SENTENCE,
    "The model's provider does not accept the server's credentials. Ask whoever runs the server." },
  { DHEERA_ERROR_PERMISSION, 502, FAILED, "upstream_refused", NULL, FALSE, SENTENCE,
    "The model's provider does not allow this to the server. Ask whoever runs the server." },
  { DHEERA_ERROR_SERVER, 502, FAILED, "upstream_error", NULL, TRUE, SENTENCE, "The model's provider failed. Try again later." },
  { DHEERA_ERROR_CONNECTION, 502, FAILED, "upstream_unreachable", NULL, TRUE, SENTENCE, "The model's provider could not be reached. Try again later." },
  { DHEERA_ERROR_TLS, 502, FAILED, "upstream_unreachable", NULL, FALSE, SENTENCE,
    "No secure connection to the model's provider could be made. Ask whoever runs the server." },
  { DHEERA_ERROR_PROXY, 502, FAILED, "upstream_unreachable", NULL, FALSE, SENTENCE,
    "The model's provider could not be reached through the server's proxy. Ask whoever runs the server." },
  { DHEERA_ERROR_STREAM_INTERRUPTED, 502, FAILED, "upstream_interrupted", NULL, TRUE, SENTENCE,
    "The answer of the model's provider broke off. Ask again." },
  { DHEERA_ERROR_STREAM_ERROR, 502, FAILED, "upstream_error", NULL, TRUE, SENTENCE, "The model's provider failed in the middle of its answer. Ask again." },
  { DHEERA_ERROR_PROTOCOL, 502, FAILED, "upstream_error", NULL, FALSE, SENTENCE, "The answer of the model's provider could not be read." },
  { DHEERA_ERROR_INVALID_OUTPUT, 502, FAILED, "invalid_output", NULL, TRUE, SENTENCE, "The model's answer is not what was asked for. Ask again." },
};

static const Row other = {
  DHEERA_ERROR_FAILED, 500, FAILED, NULL, NULL, FALSE, SENTENCE, "The server could not do this. Ask whoever runs it to look into its log.",
};

/* Properties of a provider, which no request can set: those of requests have other names, and members that are not known have a code as well. */
static gboolean
is_of_provider (DheeraErrorDetails *details)
{
  static const char *const names[] = { "base-url", "headers", "region", NULL };
  const char *param = dheera_error_details_get_param (details);

  return param != NULL && g_strv_contains (names, param) && dheera_error_details_get_provider_code (details) == NULL;
}

/* A call that failed before there was an answer, and not for the time being: the provider, the session or the proxy is not made as it has to be, and
 * the words are about that. */
static gboolean
is_setup (const GError       *error,
          DheeraErrorDetails *details)
{
  if (details == NULL || (error->code != DHEERA_ERROR_INVALID_REQUEST && error->code != DHEERA_ERROR_NOT_SUPPORTED))
    return FALSE;

  return dheera_error_details_get_status (details) == 0 && (dheera_error_details_get_provider (details) != NULL || is_of_provider (details));
}

static const Row *
find_row (const GError       *error,
          DheeraErrorDetails *details)
{
  if (error->domain != DHEERA_ERROR || is_setup (error, details))
    return &other;

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].code == (DheeraError) error->code)
      return &rows[i];

  return &other;
}

void
dheera_codec_error_clear (DheeraCodecError *self)
{
  g_clear_pointer (&self->body, g_free);
}

/* What a reader could follow anywhere: a link to a page of documentation, at no port, and at a name that has a dot. */
static gboolean
is_public_link (const char *link,
                gsize       length)
{
  static const char scheme[] = "https://";
  const char *host = link + strlen (scheme);
  gsize host_length;

  if (length <= strlen (scheme) || g_ascii_strncasecmp (link, scheme, strlen (scheme)) != 0)
    return FALSE;

  host_length = MIN (strcspn (host, "/?#"), length - strlen (scheme));
  if (memchr (host, ':', host_length) != NULL || memchr (host, '@', host_length) != NULL || memchr (host, '.', host_length) == NULL)
    return FALSE;

  /* The last label of an address is a number. */
  while (host_length > 0 && host[host_length - 1] == '.')
    host_length--;
  return host_length > 0 && !g_ascii_isdigit (host[host_length - 1]);
}

/* Who stands between the server and the model may say at which address that failed, and that is no business of the server's clients. */
static char *
hide_addresses (const char *text)
{
  GString *shown = g_string_sized_new (strlen (text));
  const char *mark;

  while ((mark = strstr (text, "://")) != NULL)
    {
      const char *start = mark;
      const char *end = mark + strcspn (mark, " \t\r\n\"'<>(){}|`");

      while (start > text && (g_ascii_isalnum (start[-1]) || strchr ("+-.", start[-1]) != NULL))
        start--;
      g_string_append_len (shown, text, start - text);
      if (is_public_link (start, (gsize) (end - start)))
        g_string_append_len (shown, start, end - start);
      else
        g_string_append (shown, "[hidden]");
      text = end;
    }
  g_string_append (shown, text);

  return g_string_free (shown, FALSE);
}

/* A page for people: of a proxy or a gateway that stands before the provider, and says what it is and where. */
static gboolean
is_page (DheeraErrorDetails *details)
{
  const char *body = details != NULL ? dheera_error_details_get_body (details) : NULL;

  return body != NULL && body[strspn (body, " \t\r\n")] == '<';
}

/* The provider's own words are better than the sentence that is made of them for the one who owns the key. */
static char *
dup_message (const Row          *row,
             const GError       *error,
             DheeraErrorDetails *details)
{
  /* Who has an account with a provider is told by the ids of it. */
  static const char *const accounts[] = { "org-", "proj_", NULL };
  const char *words = details != NULL ? dheera_error_details_get_message (details) : NULL;
  g_autofree char *shown = NULL;
  g_autofree char *masked = NULL;

  if (row->telling == SENTENCE || is_page (details))
    return g_strdup (row->sentence);

  if (words == NULL || *words == '\0' || dheera_error_details_get_status (details) == 0)
    words = error->message;
  if (words == NULL || *words == '\0')
    words = row->sentence;
  shown = hide_addresses (words);
  masked = dheera_mask_keys (shown, accounts);

  return dheera_string_cut (masked, MAX_MESSAGE);
}

/* Properties of the library, which a check of its own names without a code, have the names that the API has, but for the dashes. */
static char *
dup_param (const Row          *row,
           DheeraErrorDetails *details)
{
  const char *param = details != NULL ? dheera_error_details_get_param (details) : NULL;

  if (param == NULL || *param == '\0')
    return g_strdup (row->param);
  if (dheera_error_details_get_provider_code (details) != NULL || strpbrk (param, ".[") != NULL)
    return g_strdup (param);

  return g_strdelimit (g_strdup (param), "-", '_');
}

/* A code of a provider's own is as good as none for what was wrong with a request, and for the rest there is one that clients know. */
static const char *
find_name (const Row          *row,
           DheeraErrorDetails *details)
{
  const char *code = details != NULL ? dheera_error_details_get_provider_code (details) : NULL;

  if (row->code == DHEERA_ERROR_INVALID_REQUEST)
    return code;
  if (row->code == DHEERA_ERROR_UNSUPPORTED_PARAMETER
      && (g_strcmp0 (code, "unknown_parameter") == 0 || g_strcmp0 (code, "unsupported_value") == 0))
    return code;

  return row->name;
}

/* OpenAI says in the type what there is too much of. */
static const char *
find_type (const Row          *row,
           DheeraErrorDetails *details)
{
  if (row->code == DHEERA_ERROR_RATE_LIMIT && details != NULL
      && g_strcmp0 (dheera_error_details_get_provider_type (details), "tokens") == 0)
    return "tokens";

  return row->type;
}

void
dheera_codec_read_error (DheeraCodecError   *self,
                         const GError       *error,
                         DheeraErrorDetails *details)
{
  const Row *row;
  g_autofree char *message = NULL;
  g_autofree char *param = NULL;

  if (details == NULL)
    details = dheera_error_get_details (error);

  row = find_row (error, details);
  message = dup_message (row, error, details);
  param = row->telling == WORDS ? dup_param (row, details) : NULL;
  self->status = row->status;
  self->body = dheera_error_body_write (message, find_type (row, details), param, find_name (row, details));
  self->should_retry = row->should_retry;
  self->retry_after = row->should_retry && details != NULL ? dheera_error_details_get_retry_after (details) : -1;
}

void
dheera_codec_make_error (DheeraCodecError *self,
                         guint             status,
                         const char       *type,
                         const char       *code,
                         const char       *param,
                         const char       *format,
                         ...)
{
  g_autofree char *whole = NULL;
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  whole = g_strdup_vprintf (format, args);
  va_end (args);
  /* It may have a name of any length in it, which the client knows as it is. */
  message = dheera_string_cut (whole, MAX_MESSAGE);

  self->status = status;
  self->body = dheera_error_body_write (message, type, param, code);
  self->retry_after = -1;
  self->should_retry = status == 408 || status == 409 || status == 429 || status >= 500;
}
