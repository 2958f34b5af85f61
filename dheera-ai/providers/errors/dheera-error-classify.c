/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-error-words-private.h"

#include <string.h>

/* In this order: the provider's own code, phrases of its message, the HTTP status. Data, so that a new
 * wording is a new row. */

/* Words that say exactly what happened. Compared without case, against code, type and reason. */
static const struct
{
  const char *word;
  DheeraError code;
} exact_words[] = {
  { "context_length_exceeded", DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED },
  { "exceed_context_size_error", DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED },
  { "content_filter", DHEERA_ERROR_CONTENT_POLICY },
  { "content_policy_violation", DHEERA_ERROR_CONTENT_POLICY },
  { "invalid_prompt", DHEERA_ERROR_CONTENT_POLICY },
  { "bio_policy", DHEERA_ERROR_CONTENT_POLICY },
  { "image_content_policy_violation", DHEERA_ERROR_CONTENT_POLICY },
  { "ResponsibleAIPolicyViolation", DHEERA_ERROR_CONTENT_POLICY },
  { "invalid_api_key", DHEERA_ERROR_AUTHENTICATION },
  { "API_KEY_INVALID", DHEERA_ERROR_AUTHENTICATION },
  { "authentication_error", DHEERA_ERROR_AUTHENTICATION },
  { "invalid_authentication_error", DHEERA_ERROR_AUTHENTICATION },
  { "UNAUTHENTICATED", DHEERA_ERROR_AUTHENTICATION },
  { "ExpiredToken", DHEERA_ERROR_AUTHENTICATION },
  { "UnrecognizedClient", DHEERA_ERROR_AUTHENTICATION },
  { "InvalidSignature", DHEERA_ERROR_AUTHENTICATION },
  { "IncompleteSignature", DHEERA_ERROR_AUTHENTICATION },
  { "SignatureDoesNotMatch", DHEERA_ERROR_AUTHENTICATION },
  { "MissingAuthenticationToken", DHEERA_ERROR_AUTHENTICATION },
  { "InvalidClientTokenId", DHEERA_ERROR_AUTHENTICATION },
  { "insufficient_quota", DHEERA_ERROR_QUOTA },
  { "billing_hard_limit_reached", DHEERA_ERROR_QUOTA },
  { "credit_balance_exhausted", DHEERA_ERROR_QUOTA },
  { "billing_error", DHEERA_ERROR_QUOTA },
  { "exceeded_current_quota_error", DHEERA_ERROR_QUOTA },
  { "ServiceQuotaExceeded", DHEERA_ERROR_QUOTA },
  { "rate_limit_exceeded", DHEERA_ERROR_RATE_LIMIT },
  { "rate_limit_error", DHEERA_ERROR_RATE_LIMIT },
  { "rate_limit_reached_error", DHEERA_ERROR_RATE_LIMIT },
  { "rate_limited", DHEERA_ERROR_RATE_LIMIT },
  { "slow_down", DHEERA_ERROR_RATE_LIMIT },
  { "too_many_requests", DHEERA_ERROR_RATE_LIMIT },
  { "RateLimitReached", DHEERA_ERROR_RATE_LIMIT },
  { "RESOURCE_EXHAUSTED", DHEERA_ERROR_RATE_LIMIT },
  { "Throttling", DHEERA_ERROR_RATE_LIMIT },
  { "ModelNotReady", DHEERA_ERROR_RATE_LIMIT },
  { "model_not_found", DHEERA_ERROR_NOT_FOUND },
  { "DeploymentNotFound", DHEERA_ERROR_NOT_FOUND },
  { "not_found_error", DHEERA_ERROR_NOT_FOUND },
  { "NOT_FOUND", DHEERA_ERROR_NOT_FOUND },
  { "ResourceNotFound", DHEERA_ERROR_NOT_FOUND },
  { "unsupported_parameter", DHEERA_ERROR_UNSUPPORTED_PARAMETER },
  { "unsupported_value", DHEERA_ERROR_UNSUPPORTED_PARAMETER },
  { "unknown_parameter", DHEERA_ERROR_UNSUPPORTED_PARAMETER },
  { "extra_forbidden", DHEERA_ERROR_UNSUPPORTED_PARAMETER },
  { "not_supported_error", DHEERA_ERROR_UNSUPPORTED_PARAMETER },
  { "permission_error", DHEERA_ERROR_PERMISSION },
  { "PERMISSION_DENIED", DHEERA_ERROR_PERMISSION },
  { "AccessDenied", DHEERA_ERROR_PERMISSION },
  { "request_too_large", DHEERA_ERROR_REQUEST_TOO_LARGE },
  { "overloaded_error", DHEERA_ERROR_OVERLOADED },
  { "engine_overloaded_error", DHEERA_ERROR_OVERLOADED },
  { "service_unavailable_error", DHEERA_ERROR_OVERLOADED },
  { "server_is_overloaded", DHEERA_ERROR_OVERLOADED },
  { "unavailable_error", DHEERA_ERROR_OVERLOADED },
  { "UNAVAILABLE", DHEERA_ERROR_OVERLOADED },
  { "ServiceUnavailable", DHEERA_ERROR_OVERLOADED },
  { "insufficient_system_resource", DHEERA_ERROR_OVERLOADED },
  { "timeout_error", DHEERA_ERROR_TIMEOUT },
  { "vector_store_timeout", DHEERA_ERROR_TIMEOUT },
  { "DEADLINE_EXCEEDED", DHEERA_ERROR_TIMEOUT },
  { "ModelTimeout", DHEERA_ERROR_TIMEOUT },
  { "tool_use_failed", DHEERA_ERROR_INVALID_REQUEST },
};

/* Words of so wide a meaning that a phrase of the message or the HTTP status knows better: they count where
 * there is no status. */
static const struct
{
  const char *word;
  DheeraError code;
} wide_words[] = {
  { "invalid_request_error", DHEERA_ERROR_INVALID_REQUEST },
  { "invalid_value", DHEERA_ERROR_INVALID_REQUEST },
  { "data_residency_mismatch", DHEERA_ERROR_INVALID_REQUEST },
  /* Of Responses, about a picture of the request */
  { "invalid_image", DHEERA_ERROR_INVALID_REQUEST },
  { "invalid_image_format", DHEERA_ERROR_INVALID_REQUEST },
  { "invalid_base64_image", DHEERA_ERROR_INVALID_REQUEST },
  { "invalid_image_url", DHEERA_ERROR_INVALID_REQUEST },
  { "invalid_image_mode", DHEERA_ERROR_INVALID_REQUEST },
  { "image_too_large", DHEERA_ERROR_INVALID_REQUEST },
  { "image_too_small", DHEERA_ERROR_INVALID_REQUEST },
  { "image_parse_error", DHEERA_ERROR_INVALID_REQUEST },
  { "image_file_too_large", DHEERA_ERROR_INVALID_REQUEST },
  { "image_file_not_found", DHEERA_ERROR_INVALID_REQUEST },
  { "empty_image_file", DHEERA_ERROR_INVALID_REQUEST },
  { "unsupported_image_media_type", DHEERA_ERROR_INVALID_REQUEST },
  { "failed_to_download_image", DHEERA_ERROR_INVALID_REQUEST },
  { "INVALID_ARGUMENT", DHEERA_ERROR_INVALID_REQUEST },
  { "FAILED_PRECONDITION", DHEERA_ERROR_INVALID_REQUEST },
  { "OUT_OF_RANGE", DHEERA_ERROR_INVALID_REQUEST },
  { "Validation", DHEERA_ERROR_INVALID_REQUEST },
  { "server_error", DHEERA_ERROR_SERVER },
  { "api_error", DHEERA_ERROR_SERVER },
  { "internal_server_error", DHEERA_ERROR_SERVER },
  { "network_error", DHEERA_ERROR_SERVER },
  { "INTERNAL", DHEERA_ERROR_SERVER },
  { "UNKNOWN", DHEERA_ERROR_SERVER },
  { "InternalServer", DHEERA_ERROR_SERVER },
  { "ModelError", DHEERA_ERROR_SERVER },
  { "ModelStreamError", DHEERA_ERROR_SERVER },
};

static const struct
{
  gint64 number;
  DheeraError code;
} minimax_numbers[] = {
  { 1000, DHEERA_ERROR_SERVER }, { 1024, DHEERA_ERROR_SERVER }, { 1033, DHEERA_ERROR_SERVER },
  { 1001, DHEERA_ERROR_TIMEOUT },
  { 1002, DHEERA_ERROR_RATE_LIMIT }, { 1041, DHEERA_ERROR_RATE_LIMIT },
  { 2045, DHEERA_ERROR_RATE_LIMIT }, { 2056, DHEERA_ERROR_RATE_LIMIT },
  { 1004, DHEERA_ERROR_AUTHENTICATION }, { 2049, DHEERA_ERROR_AUTHENTICATION },
  { 1008, DHEERA_ERROR_QUOTA },
  { 1026, DHEERA_ERROR_CONTENT_POLICY }, { 1027, DHEERA_ERROR_CONTENT_POLICY },
  { 1039, DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED },
  { 1042, DHEERA_ERROR_INVALID_REQUEST }, { 2013, DHEERA_ERROR_INVALID_REQUEST },
};

/* The statuses under which a phrase means what it says. A 429 about tokens per minute reads much like a
 * full context window. */
enum
{
  NO_STATUS = 1 << 0, /* inside a 200 */
  BAD_REQUEST = 1 << 1, /* 400, 413, 422 */
  TOO_MANY = 1 << 2, /* 429 */
  BROKEN = 1 << 3, /* 500 */
  REFUSED = NO_STATUS | BAD_REQUEST,
  ANY = NO_STATUS | BAD_REQUEST | TOO_MANY | BROKEN,
};

/* All parts have to be there, in lower case. */
static const struct
{
  const char *parts[3];
  guint statuses;
  DheeraError code;
} phrases[] = {
  { { "maximum context length is" }, REFUSED, DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED },
  { { "exceeds the context window" }, REFUSED, DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED },
  { { "context_length_exceeded" }, REFUSED, DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED },
  { { "prompt is too long" }, REFUSED, DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED },
  { { "input is too long for requested model" }, REFUSED, DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED },
  { { "input token count", "exceeds the maximum" }, REFUSED, DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED },
  { { "input token count", "only supports up to" }, REFUSED, DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED },
  { { "number of input tokens exceeds" }, REFUSED, DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED },
  { { "too many input tokens" }, REFUSED, DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED },
  { { "request payload size exceeds the limit" }, REFUSED, DHEERA_ERROR_REQUEST_TOO_LARGE },
  { { "maximum prompt length is" }, REFUSED, DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED },
  { { "reduce the length of the messages" }, REFUSED, DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED },
  { { "too large for model with", "maximum context length" }, REFUSED, DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED },
  { { "exceeded model token limit" }, REFUSED, DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED },
  { { "context window exceeds limit" }, REFUSED, DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED },
  { { "exceeds the available context size" }, REFUSED, DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED },
  { { "greater than the context length" }, REFUSED, DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED },
  { { "prompt too long; exceeded" }, REFUSED, DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED },
  { { "context length is only" }, REFUSED, DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED },
  { { "input length", "exceeds", "context length" }, REFUSED, DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED },
  { { "too many tokens" }, REFUSED, DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED },
  { { "token count exceeds" }, REFUSED, DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED },
  { { "model's maximum context limit" }, REFUSED, DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED },
  { { "exceed context limit" }, REFUSED, DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED },
  { { "is longer than the model's context length" }, REFUSED, DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED },
  { { "string too long. expected a string with maximum length" }, REFUSED, DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED },
  { { "content_policy_violation" }, ANY, DHEERA_ERROR_CONTENT_POLICY },
  { { "invalid prompt", "violating our usage policy" }, ANY, DHEERA_ERROR_CONTENT_POLICY },
  { { "rejected as a result of the safety system" }, ANY, DHEERA_ERROR_CONTENT_POLICY },
  { { "responsibleaipolicyviolation" }, ANY, DHEERA_ERROR_CONTENT_POLICY },
  { { "insufficient_quota" }, TOO_MANY | REFUSED, DHEERA_ERROR_QUOTA },
  { { "quota exceeded" }, TOO_MANY, DHEERA_ERROR_QUOTA },
  { { "credit balance" }, TOO_MANY | REFUSED, DHEERA_ERROR_QUOTA },
  { { "rate limit" }, ANY, DHEERA_ERROR_RATE_LIMIT },
  { { "service tier capacity exceeded" }, ANY, DHEERA_ERROR_RATE_LIMIT },
  { { "too many requests" }, ANY, DHEERA_ERROR_RATE_LIMIT },
  { { "api key not valid" }, ANY, DHEERA_ERROR_AUTHENTICATION },
  { { "incorrect api key" }, ANY, DHEERA_ERROR_AUTHENTICATION },
  { { "invalid api key" }, ANY, DHEERA_ERROR_AUTHENTICATION },
  /* nginx, which asks for a client certificate in the handshake and complains over HTTP */
  { { "no required ssl certificate was sent" }, BAD_REQUEST, DHEERA_ERROR_TLS },
  { { "400 the ssl certificate error" }, BAD_REQUEST, DHEERA_ERROR_TLS },
  { { "unrecognized request argument" }, REFUSED, DHEERA_ERROR_UNSUPPORTED_PARAMETER },
};

/* AWS puts a namespace before its words and "Exception" behind them. */
static gboolean
word_is (const char *said,
         const char *word)
{
  const char *hash;
  gsize length = strlen (word);

  if (said == NULL)
    return FALSE;

  hash = strrchr (said, '#');
  if (hash != NULL)
    said = hash + 1;
  if (g_ascii_strncasecmp (said, word, length) != 0)
    return FALSE;

  return said[length] == '\0' || said[length] == ':' || g_ascii_strncasecmp (said + length, "Exception", 9) == 0;
}

static gboolean
find_exact_word (const char  *said,
                 DheeraError *code)
{
  for (guint i = 0; i < G_N_ELEMENTS (exact_words); i++)
    {
      if (word_is (said, exact_words[i].word))
        {
          *code = exact_words[i].code;
          return TRUE;
        }
    }

  return FALSE;
}

static gboolean
find_wide_word (const char  *said,
                DheeraError *code)
{
  for (guint i = 0; i < G_N_ELEMENTS (wide_words); i++)
    {
      if (word_is (said, wide_words[i].word))
        {
          *code = wide_words[i].code;
          return TRUE;
        }
    }

  return FALSE;
}

static gboolean
find_minimax_number (gint64       number,
                     DheeraError *code)
{
  for (guint i = 0; number != 0 && i < G_N_ELEMENTS (minimax_numbers); i++)
    {
      if (minimax_numbers[i].number == number)
        {
          *code = minimax_numbers[i].code;
          return TRUE;
        }
    }

  return FALSE;
}

static guint
status_group (guint status)
{
  switch (status)
    {
    case 0:
      return NO_STATUS;
    case 400:
    case 413:
    case 422:
      return BAD_REQUEST;
    case 429:
      return TOO_MANY;
    case 500:
      return BROKEN;
    default:
      return 0;
    }
}

static gboolean
find_phrase (const char  *message,
             guint        status,
             DheeraError *code)
{
  g_autofree char *lower = message != NULL ? g_ascii_strdown (message, -1) : NULL;
  guint group = status_group (status);

  for (guint i = 0; lower != NULL && i < G_N_ELEMENTS (phrases); i++)
    {
      gboolean found = (phrases[i].statuses & group) != 0;

      for (guint part = 0; found && part < G_N_ELEMENTS (phrases[i].parts) && phrases[i].parts[part] != NULL; part++)
        found = strstr (lower, phrases[i].parts[part]) != NULL;
      if (found)
        {
          *code = phrases[i].code;
          return TRUE;
        }
    }

  return FALSE;
}

static DheeraError
code_of_status (guint status)
{
  switch (status)
    {
    case 401:
      return DHEERA_ERROR_AUTHENTICATION;
    case 402:
      return DHEERA_ERROR_QUOTA;
    case 403:
      return DHEERA_ERROR_PERMISSION;
    case 404:
    case 410:
      return DHEERA_ERROR_NOT_FOUND;
    case 408:
    case 504:
    case 524:
      return DHEERA_ERROR_TIMEOUT;
    case 409:
      return DHEERA_ERROR_CONFLICT;
    case 413:
      return DHEERA_ERROR_REQUEST_TOO_LARGE;
    case 424:
      return DHEERA_ERROR_SERVER;
    case 429:
      return DHEERA_ERROR_RATE_LIMIT;
    case 501:
      return DHEERA_ERROR_NOT_SUPPORTED;
    case 503:
    case 529:
      return DHEERA_ERROR_OVERLOADED;
    default:
      break;
    }

  if (status >= 500)
    return DHEERA_ERROR_SERVER;
  if (status >= 400)
    return DHEERA_ERROR_INVALID_REQUEST;

  return DHEERA_ERROR_FAILED;
}

gboolean
dheera_error_code_is_retryable (DheeraError code)
{
  switch (code)
    {
    case DHEERA_ERROR_CONFLICT:
    case DHEERA_ERROR_RATE_LIMIT:
    case DHEERA_ERROR_OVERLOADED:
    case DHEERA_ERROR_TIMEOUT:
    case DHEERA_ERROR_SERVER:
    case DHEERA_ERROR_CONNECTION:
    case DHEERA_ERROR_STREAM_INTERRUPTED:
      return TRUE;
    default:
      return FALSE;
    }
}

DheeraError
dheera_error_classify (guint                   status,
                       const DheeraErrorWords *words,
                       gboolean               *retryable)
{
  DheeraError code;
  guint said = status == 200 ? 0 : status;

  /* OpenRouter and others repeat the status as the code, and that is the only status of an error inside a
   * 200. */
  if (said == 0 && words->code != NULL)
    {
      guint64 number = 0;

      if (g_ascii_string_to_unsigned (words->code, 10, 400, 599, &number, NULL))
        said = (guint) number;
    }

  if (!find_minimax_number (words->minimax, &code)
      && !find_exact_word (words->reason, &code)
      && !find_exact_word (words->code, &code)
      && !find_exact_word (words->type, &code)
      && !find_phrase (words->message, said, &code))
    {
      if (said != 0)
        code = code_of_status (said);
      else if (!find_wide_word (words->code, &code) && !find_wide_word (words->type, &code)
               && !find_wide_word (words->reason, &code))
        code = DHEERA_ERROR_STREAM_ERROR;
    }

  /* Groq's model wrote a tool call that does not parse: another try may well succeed. */
  *retryable = dheera_error_code_is_retryable (code) || word_is (words->code, "tool_use_failed");

  return code;
}
