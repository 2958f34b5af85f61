/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-call-error-private.h"

#include <math.h>

#include "dheera-ai/transport/dheera-transport-private.h"

/* What to do about it, where the code alone says so. The rest is in the provider's or the transport's own words. */
static const struct
{
  DheeraError code;
  const char *advice;
} advices[] = {
  { DHEERA_ERROR_AUTHENTICATION, "Check the API key." },
  { DHEERA_ERROR_PERMISSION, "The key is valid, but not allowed to do this." },
  { DHEERA_ERROR_QUOTA, "The account has no credit or quota left; waiting does not help." },
  { DHEERA_ERROR_NOT_FOUND, "Check the model's name and the base URL; list_models() tells what there is." },
  { DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED, "Send fewer or shorter messages." },
  { DHEERA_ERROR_CONTENT_POLICY, "The provider's policy refuses this content." },
  { DHEERA_ERROR_REQUEST_TOO_LARGE, "Send smaller images, fewer files or a shorter conversation." },
  { DHEERA_ERROR_RATE_LIMIT, "Send fewer requests, or try again later." },
  { DHEERA_ERROR_OVERLOADED, "Try again later." },
  { DHEERA_ERROR_SERVER, "Try again later." },
};

static const char *
find_advice (DheeraError code,
             guint       status,
             gboolean    stream)
{
  /* There was none that anybody could have refused. */
  if (code == DHEERA_ERROR_AUTHENTICATION && status == 0)
    return NULL;
  /* Where the handshake fails the transport has the words. */
  if (code == DHEERA_ERROR_TLS && status != 0)
    return "Give the session the client certificate that the server asks for; session options have client-certificate-file.";
  if (code == DHEERA_ERROR_STREAM_INTERRUPTED)
    return stream ? "The part that came in is kept; ask again for the rest." : "Ask again.";
  for (guint i = 0; i < G_N_ELEMENTS (advices); i++)
    if (advices[i].code == code)
      return advices[i].advice;
  return NULL;
}

static DheeraError
code_from_transport (const GError *error,
                     gboolean     *retryable)
{
  *retryable = FALSE;
  if (error->domain != DHEERA_TRANSPORT_ERROR)
    return DHEERA_ERROR_FAILED;

  switch ((DheeraTransportError) error->code)
    {
    case DHEERA_TRANSPORT_ERROR_DNS:
    case DHEERA_TRANSPORT_ERROR_CONNECT:
    case DHEERA_TRANSPORT_ERROR_DISCONNECTED:
      *retryable = TRUE;
      return DHEERA_ERROR_CONNECTION;
    case DHEERA_TRANSPORT_ERROR_TIMEOUT:
      *retryable = TRUE;
      return DHEERA_ERROR_TIMEOUT;
    case DHEERA_TRANSPORT_ERROR_INTERRUPTED:
      *retryable = TRUE;
      return DHEERA_ERROR_STREAM_INTERRUPTED;
    case DHEERA_TRANSPORT_ERROR_TLS:
      return DHEERA_ERROR_TLS;
    case DHEERA_TRANSPORT_ERROR_PROXY:
      return DHEERA_ERROR_PROXY;
    case DHEERA_TRANSPORT_ERROR_REDIRECT:
    case DHEERA_TRANSPORT_ERROR_TOO_LARGE:
    case DHEERA_TRANSPORT_ERROR_PROTOCOL:
      return DHEERA_ERROR_PROTOCOL;
    case DHEERA_TRANSPORT_ERROR_SESSION:
      return DHEERA_ERROR_INVALID_REQUEST;
    case DHEERA_TRANSPORT_ERROR_UNSUPPORTED:
      return DHEERA_ERROR_NOT_SUPPORTED;
    default:
      return DHEERA_ERROR_FAILED;
    }
}

DheeraErrorDetails *
dheera_call_error_describe (const GError   *error,
                            DheeraProvider *provider,
                            const char     *model,
                            gboolean        again)
{
  DheeraFailure failure = DHEERA_FAILURE_INIT;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return NULL;

  failure.code = code_from_transport (error, &failure.retryable);
  failure.retryable &= again;
  failure.message = error->message;
  failure.provider = dheera_provider_get_id (provider);
  failure.model = model;
  return dheera_error_details_new (&failure);
}

static void
append_sentence (GString    *text,
                 const char *sentence)
{
  if (sentence == NULL || *sentence == '\0')
    return;

  if (text->len > 0)
    g_string_append_c (text, ' ');
  g_string_append (text, sentence);
  if (strchr (".!?", text->str[text->len - 1]) == NULL)
    g_string_append_c (text, '.');
}

/* A day is 86400 s, and not 8.64e+04. */
static void
append_wait (GString *facts,
             double   seconds)
{
  char shown[G_ASCII_DTOSTR_BUF_SIZE];

  if (seconds < 0)
    return;

  if (seconds < 100)
    g_ascii_formatd (shown, sizeof shown, "%.3g", seconds);
  else
    g_ascii_formatd (shown, sizeof shown, "%.0f", ceil (MIN (seconds, 1e9)));
  g_string_append_printf (facts, ", retry after %s s", shown);
}

/* "OpenAI, gpt-4o: Rate limit reached (HTTP 429, rate_limit_exceeded, request req_123). Send fewer requests, or try again later." */
GError *
dheera_call_error_new (DheeraErrorDetails *details,
                       DheeraProvider     *provider,
                       const char         *model,
                       gboolean            stream,
                       const char         *advice)
{
  DheeraError code = dheera_error_details_get_code (details);
  guint status = dheera_error_details_get_status (details);
  const char *provider_code = dheera_error_details_get_provider_code (details);
  const char *request_id = dheera_error_details_get_request_id (details);
  g_autoptr(GString) cause = g_string_new (dheera_error_details_get_message (details));
  g_autoptr(GString) facts = g_string_new (NULL);
  g_autoptr(GString) text = g_string_new (dheera_provider_get_name (provider));

  if (model != NULL && *model != '\0')
    g_string_append_printf (text, ", %s", model);
  g_string_append (text, ": ");

  while (cause->len > 0 && strchr (". \n", cause->str[cause->len - 1]) != NULL)
    g_string_truncate (cause, cause->len - 1);
  g_string_append (text, cause->len > 0 ? cause->str : "the request failed");

  if (status != 0)
    g_string_append_printf (facts, ", HTTP %u", status);
  if (provider_code != NULL)
    g_string_append_printf (facts, ", %s", provider_code);
  if (request_id != NULL)
    g_string_append_printf (facts, ", request %s", request_id);
  append_wait (facts, dheera_error_details_get_retry_after (details));
  if (facts->len > 0)
    g_string_append_printf (text, " (%s)", facts->str + 2);
  g_string_append_c (text, '.');

  append_sentence (text, advice != NULL ? advice : find_advice (code, status, stream));
  return dheera_error_new_with_details (code, details, text->str);
}
