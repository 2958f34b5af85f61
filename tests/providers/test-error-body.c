/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "providers-util.h"

/* Shapes of error answers, what they are taken for, and what of them is shown */

typedef struct
{
  const char *provider;
  guint status;
  const char *body;
  DheeraError code;
  const char *message;       /* NULL: not looked at, here and below */
  const char *provider_code;
  const char *param;
} Expectation;

static const Expectation shapes[] = {
  { "openai", 401, "{\"error\":{\"message\":\"Incorrect\",\"type\":\"invalid_request_error\",\"param\":null,\"code\":\"invalid_api_key\"}}",
    DHEERA_ERROR_AUTHENTICATION, "Incorrect", "invalid_api_key", NULL },
  { "openai", 400, "{\"error\":{\"message\":\"Unsupported\",\"param\":\"max_tokens\",\"code\":\"unsupported_parameter\"}}",
    DHEERA_ERROR_UNSUPPORTED_PARAMETER, "Unsupported", NULL, "max_tokens" },
  { "openai", 404, "{\"error\":{\"message\":\"x\",\"type\":\"invalid_request_error\",\"code\":\"model_not_found\"}}", DHEERA_ERROR_NOT_FOUND },
  { "openai", 404, "{\"error\":{\"message\":\"x\",\"type\":\"invalid_request_error\",\"code\":null}}", DHEERA_ERROR_NOT_FOUND },
  { "openai", 429, "{\"error\":{\"message\":\"x\",\"type\":\"insufficient_quota\",\"code\":\"insufficient_quota\"}}", DHEERA_ERROR_QUOTA },
  { "openai", 429, "{\"error\":{\"message\":\"Rate limit reached\",\"type\":\"tokens\",\"code\":\"rate_limit_exceeded\"}}", DHEERA_ERROR_RATE_LIMIT },
  { "openai", 503, "{\"error\":{\"message\":\"x\",\"type\":\"server_error\"}}", DHEERA_ERROR_OVERLOADED },
  { "openai", 500, "{\"error\":{\"message\":\"x\",\"type\":\"server_error\"}}", DHEERA_ERROR_SERVER },
  { "azure", 400, "{\"error\":{\"code\":\"content_filter\",\"message\":\"x\",\"innererror\":{\"code\":\"ResponsibleAIPolicyViolation\"}}}",
    DHEERA_ERROR_CONTENT_POLICY },
  { "azure", 404, "{\"error\":{\"code\":\"DeploymentNotFound\",\"message\":\"x\"}}", DHEERA_ERROR_NOT_FOUND },
  { "azure", 429, "{\"statusCode\":429,\"message\":\"slow\"}", DHEERA_ERROR_RATE_LIMIT, "slow", "429", NULL },
  { "azure", 401, "{\"error\":{\"code\":\"401\",\"message\":\"Access denied\"}}", DHEERA_ERROR_AUTHENTICATION, "Access denied", "401", NULL },
  { "openrouter", 402, "{\"error\":{\"code\":402,\"message\":\"x\"}}", DHEERA_ERROR_QUOTA, "x", "402", NULL },
  { "openrouter", 403, "{\"error\":{\"code\":403,\"message\":\"x\",\"metadata\":{\"reasons\":[\"violence\"],\"flagged_input\":\"y\"}}}",
    DHEERA_ERROR_CONTENT_POLICY },
  { "openrouter", 429, "{\"error\":{\"code\":429,\"message\":\"Provider returned error\",\"metadata\":{\"raw\":\"try later\"}}}",
    DHEERA_ERROR_RATE_LIMIT, "Provider returned error: try later" },
  { "fireworks", 400, "{\"error\":\"bad\"}", DHEERA_ERROR_INVALID_REQUEST, "bad" },
  { "xai", 400, "{\"code\":\"Client specified an invalid argument\",\"error\":\"This model's maximum prompt length is 131072\"}",
    DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED },
  { "cerebras", 400, "{\"message\":\"bad\",\"type\":\"invalid_request_error\",\"param\":\"n\",\"code\":\"wrong_api_format\"}",
    DHEERA_ERROR_INVALID_REQUEST, "bad", "wrong_api_format", "n" },
  { "mistral", 400, "{\"object\":\"error\",\"message\":\"bad\",\"type\":\"invalid_model\",\"code\":\"1500\"}", DHEERA_ERROR_INVALID_REQUEST, "bad", "1500" },
  { "mistral", 422, "{\"detail\":[{\"loc\":[\"body\",\"stream_options\"],\"msg\":\"Extra inputs are not permitted\",\"type\":\"extra_forbidden\"}]}",
    DHEERA_ERROR_UNSUPPORTED_PARAMETER, "stream_options: Extra inputs are not permitted", NULL, "stream_options" },
  { "mistral", 422, "{\"object\":\"error\",\"message\":{\"detail\":[{\"loc\":[\"a\"],\"msg\":\"b\"},{\"msg\":\"c\"},\"d\"]},\"code\":null}",
    DHEERA_ERROR_INVALID_REQUEST },
  { "mistral", 401, "{\"detail\":\"Unauthorized\"}", DHEERA_ERROR_AUTHENTICATION, "Unauthorized" },
  { "mistral", 429, "{\"message\":\"Service tier capacity exceeded for this model.\"}", DHEERA_ERROR_RATE_LIMIT },
  { "minimax", 200, "{\"base_resp\":{\"status_code\":1027,\"status_msg\":\"sensitive\"}}", DHEERA_ERROR_CONTENT_POLICY, "sensitive", "1027" },
  { "minimax", 200, "{\"base_resp\":{\"status_code\":1039,\"status_msg\":\"long\"}}", DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED },
  { "gemini", 400, "[{\"error\":{\"code\":400,\"message\":\"API key not valid.\",\"status\":\"INVALID_ARGUMENT\","
    "\"details\":[{\"@type\":\"x\",\"reason\":\"API_KEY_INVALID\"}]}}]", DHEERA_ERROR_AUTHENTICATION, "API key not valid.", "400" },
  { "gemini", 429, "{\"error\":{\"code\":429,\"message\":\"Quota exceeded for metric\",\"status\":\"RESOURCE_EXHAUSTED\"}}", DHEERA_ERROR_RATE_LIMIT },
  { "vertexai", 400, "{\"error\":{\"code\":400,\"message\":\"Unable to submit request because the input token count is 9 but model only supports up "
    "to 8. Reduce the input token count and try again.\",\"status\":\"INVALID_ARGUMENT\"}}", DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED },
  { "gemini", 400, "{\"error\":{\"code\":400,\"message\":\"Request payload size exceeds the limit: 20971520 bytes.\",\"status\":\"INVALID_ARGUMENT\"}}",
    DHEERA_ERROR_REQUEST_TOO_LARGE },
  { "bedrock", 400, "{\"message\":\"The model returned the following errors: Input Tokens Exceeded: Number of input tokens exceeds maximum length.\"}",
    DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED },
  { "bedrock", 400, "{\"message\":\"400 Bad Request: Too many input tokens. Max input tokens: 8, request input token count: 9\"}",
    DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED },
  { "bedrock", 403, "{\"__type\":\"com.amazon.coral.service#MissingAuthenticationTokenException\",\"message\":\"Missing Authentication Token\"}",
    DHEERA_ERROR_AUTHENTICATION },
  { "gemini", 400, "{\"error\":{\"message\":\"The input token count (9) exceeds the maximum number of tokens allowed (8).\",\"status\":\"INVALID_ARGUMENT\"}}",
    DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED },
  { "bedrock", 400, "{\"__type\":\"com.amazon.coral.service#ThrottlingException\",\"Message\":\"slow\"}", DHEERA_ERROR_RATE_LIMIT, "slow" },
  { "bedrock", 403, "{\"__type\":\"ExpiredTokenException\",\"message\":\"old\"}", DHEERA_ERROR_AUTHENTICATION },
  { "anthropic", 529, "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"},\"request_id\":\"req_1\"}",
    DHEERA_ERROR_OVERLOADED, "Overloaded" },
  { "anthropic", 400, "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"Your credit balance is too low\"}}",
    DHEERA_ERROR_QUOTA },
  { "anthropic", 400, "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"prompt is too long: 9 tokens > 8\"}}",
    DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED },
  { "cloudflare", 400, "{\"success\":false,\"errors\":[{\"code\":7009,\"message\":\"no such model\"}]}", DHEERA_ERROR_INVALID_REQUEST, "no such model", "7009" },
  { "databricks", 404, "{\"error_code\":\"RESOURCE_DOES_NOT_EXIST\",\"message\":\"gone\"}", DHEERA_ERROR_NOT_FOUND, "gone", "RESOURCE_DOES_NOT_EXIST" },
  { "nvidia", 400, "{\"status\":400,\"title\":\"Bad Request\",\"detail\":\"no\"}", DHEERA_ERROR_INVALID_REQUEST, "no" },
  { "llamacpp", 400, "{\"error\":{\"code\":400,\"message\":\"x\",\"type\":\"exceed_context_size_error\",\"n_ctx\":512}}",
    DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED, "x", "400" },
  { "llamacpp", 503, "{\"error\":{\"code\":503,\"message\":\"Loading model\",\"type\":\"unavailable_error\"}}", DHEERA_ERROR_OVERLOADED },
  { "llamacpp", 501, "{\"error\":{\"code\":501,\"message\":\"x\",\"type\":\"not_supported_error\"}}", DHEERA_ERROR_UNSUPPORTED_PARAMETER },
  { "groq", 413, "{\"error\":{\"message\":\"Request too large on tokens per minute\",\"code\":\"rate_limit_exceeded\"}}", DHEERA_ERROR_RATE_LIMIT },
  /* Wrapped once more, or in lists */
  { "lab", 400, "{\"error\":{\"error\":{\"message\":\"inner\",\"code\":\"context_length_exceeded\"}}}", DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED, "inner" },
  { "lab", 400, "{\"error\":{\"error\":\"inner\"}}", DHEERA_ERROR_INVALID_REQUEST, "inner" },
  { "lab", 400, "{\"error\":[{\"message\":\"listed\",\"code\":\"c\"}]}", DHEERA_ERROR_INVALID_REQUEST, "listed", "c" },
  { "lab", 422, "{\"error\":[{\"loc\":[\"body\",\"seed\"],\"msg\":\"Field required\",\"type\":\"missing\"}]}", DHEERA_ERROR_INVALID_REQUEST,
    "seed: Field required", NULL, "seed" },
  { "lab", 400, "{\"errors\":{\"message\":\"one\"}}", DHEERA_ERROR_INVALID_REQUEST, "one" },
  { "lab", 400, "{\"errors\":[\"one\",\"two\"]}", DHEERA_ERROR_INVALID_REQUEST, "one; two" },
  { "lab", 400, "{\"detail\":{\"error\":{\"message\":\"deep\",\"code\":\"c\"}}}", DHEERA_ERROR_INVALID_REQUEST, "deep", "c" },
  { "lab", 400, "{\"detail\":{\"error\":\"deep\"}}", DHEERA_ERROR_INVALID_REQUEST, "deep" },
  { "lab", 503, "{\"error_msg\":\"busy\",\"error_code\":336100}", DHEERA_ERROR_OVERLOADED, "busy", "336100" },
  /* What stands beside an error are the caller's own metadata. */
  { "openrouter", 400, "{\"error\":{\"message\":\"x\"},\"metadata\":{\"reasons\":[\"a\"],\"raw\":\"mine\"}}", DHEERA_ERROR_INVALID_REQUEST, "x" },
  /* A full minute of tokens reads like a full context window. */
  { "openai", 429, "{\"error\":{\"message\":\"Requests can't have too many tokens\"}}", DHEERA_ERROR_RATE_LIMIT },
  { "lab", 400, "\"just text\"", DHEERA_ERROR_INVALID_REQUEST, "just text" },
  { "lab", 400, "data: {\"error\":{\"message\":\"in an event\"}}\n\n", DHEERA_ERROR_INVALID_REQUEST, "in an event" },
  { "lab", 413, "", DHEERA_ERROR_REQUEST_TOO_LARGE, "HTTP status 413 without a message" },
  { "lab", 502, "<html><head><title>502 Bad Gateway</title><style>b{}</style><script>x<y</script></head>"
    "<body><h1>Bad&nbsp;Gateway</h1><!-- hidden --><p>R&amp;D &lt;nginx&gt;</p></body></html>",
    DHEERA_ERROR_SERVER, "502 Bad Gateway Bad Gateway R&D <nginx>" },
  { "lab", 400, "<html><head><title>400 No required SSL certificate was sent</title></head><body><h1>400 Bad Request</h1></body></html>", DHEERA_ERROR_TLS,
    "400 No required SSL certificate was sent 400 Bad Request" },
  { "lab", 400, "<html><head><title>400 The SSL certificate error</title></head><body><h1>400 Bad Request</h1></body></html>", DHEERA_ERROR_TLS },
  { "lab", 500, "plain\r\ntext\x01", DHEERA_ERROR_SERVER, "plain  text" },
  { "lab", 400, "{\"error\":{}}", DHEERA_ERROR_INVALID_REQUEST, "HTTP status 400 without a message" },
  { "lab", 400, "[[[", DHEERA_ERROR_INVALID_REQUEST, "[[[" },
  { "lab", 400, "{\"error\":[1,2],\"message\":{\"message\":5},\"detail\":7,\"errors\":\"x\",\"base_resp\":\"y\"}", DHEERA_ERROR_INVALID_REQUEST },
};

static void
test_shapes (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      const Expectation *e = &shapes[i];
      g_autoptr (DheeraProvider) provider = dheera_provider_find_row (e->provider) != NULL
                                              ? dheera_provider_new (e->provider)
                                              : dheera_provider_new_compatible (e->provider, "http://localhost/v1");
      g_autoptr (DheeraErrorDetails) details = NULL;

      g_test_message ("%s %u %s", e->provider, e->status, e->body);
      details = dheera_error_body_decode (provider, "m", e->status, e->body, strlen (e->body), NULL, NULL);
      g_assert_cmpint (dheera_error_details_get_code (details), ==, e->code);
      g_assert_cmpuint (dheera_error_details_get_status (details), ==, e->status);
      g_assert_cmpstr (dheera_error_details_get_provider (details), ==, e->provider);
      g_assert_cmpstr (dheera_error_details_get_model (details), ==, "m");
      g_assert_cmpstr (dheera_error_details_get_message (details), !=, "");
      if (e->message != NULL)
        g_assert_cmpstr (dheera_error_details_get_message (details), ==, e->message);
      if (e->provider_code != NULL)
        g_assert_cmpstr (dheera_error_details_get_provider_code (details), ==, e->provider_code);
      if (e->param != NULL)
        g_assert_cmpstr (dheera_error_details_get_param (details), ==, e->param);
    }
}

static void
test_statuses (void)
{
  static const struct
  {
    guint status;
    DheeraError code;
    gboolean retryable;
  } cases[] = {
    { 400, DHEERA_ERROR_INVALID_REQUEST, FALSE }, { 401, DHEERA_ERROR_AUTHENTICATION, FALSE }, { 402, DHEERA_ERROR_QUOTA, FALSE },
    { 403, DHEERA_ERROR_PERMISSION, FALSE }, { 404, DHEERA_ERROR_NOT_FOUND, FALSE }, { 405, DHEERA_ERROR_INVALID_REQUEST, FALSE },
    { 408, DHEERA_ERROR_TIMEOUT, TRUE }, { 409, DHEERA_ERROR_CONFLICT, TRUE }, { 410, DHEERA_ERROR_NOT_FOUND, FALSE },
    { 413, DHEERA_ERROR_REQUEST_TOO_LARGE, FALSE }, { 422, DHEERA_ERROR_INVALID_REQUEST, FALSE }, { 424, DHEERA_ERROR_SERVER, TRUE },
    { 429, DHEERA_ERROR_RATE_LIMIT, TRUE }, { 500, DHEERA_ERROR_SERVER, TRUE }, { 501, DHEERA_ERROR_NOT_SUPPORTED, FALSE },
    { 502, DHEERA_ERROR_SERVER, TRUE }, { 503, DHEERA_ERROR_OVERLOADED, TRUE }, { 504, DHEERA_ERROR_TIMEOUT, TRUE },
    { 521, DHEERA_ERROR_SERVER, TRUE }, { 524, DHEERA_ERROR_TIMEOUT, TRUE }, { 529, DHEERA_ERROR_OVERLOADED, TRUE },
    { 307, DHEERA_ERROR_FAILED, FALSE },
  };
  g_autoptr (DheeraProvider) provider = dheera_provider_new ("openai");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (DheeraErrorDetails) details = dheera_error_body_decode (provider, NULL, cases[i].status, "", 0, NULL, NULL);

      g_assert_cmpint (dheera_error_details_get_code (details), ==, cases[i].code);
      g_assert_cmpint (dheera_error_details_get_retryable (details), ==, cases[i].retryable);
    }
}

static const char *
get_header (gpointer    data,
            const char *name)
{
  for (const char *const *pair = data; *pair != NULL; pair += 2)
    {
      if (g_ascii_strcasecmp (pair[0], name) == 0)
        return pair[1];
    }

  return NULL;
}

static void
test_retry_after (void)
{
  static const struct
  {
    const char *headers[7];
    const char *body;
    double seconds;
  } cases[] = {
    { { NULL }, "{}", -1 },
    { { "Retry-After", "20", NULL }, "{}", 20 },
    { { "Retry-After", "1.5", NULL }, "{}", 1.5 },
    { { "Retry-After", "20", "Retry-After-Ms", "1500", NULL }, "{}", 1.5 },
    { { "Retry-After", "-3", NULL }, "{}", -1 },
    { { "Retry-After", "soon", NULL }, "{}", -1 },
    { { "Retry-After", "1e300", NULL }, "{}", G_MAXINT64 / 2 / 1000.0 },
    { { "Retry-After", "nan", NULL }, "{}", -1 },
    { { "Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT", "Date", "Sun, 06 Nov 1994 08:49:07 GMT", NULL }, "{}", 30 },
    { { "Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT", NULL }, "{}", 0 },
    { { "Retry-After", "Sun, 06 Nop 1994 08:49:37 GMT", NULL }, "{}", -1 },
    { { NULL }, "{\"error\":{\"details\":[{\"@type\":\"x\"},{\"@type\":\"RetryInfo\",\"retryDelay\":\"3.5s\"}]}}", 3.5 },
    { { "Retry-After", "7", NULL }, "{\"error\":{\"details\":[{\"retryDelay\":\"3.5s\"}]}}", 7 },
    { { NULL }, "{\"error\":{\"details\":[{\"retryDelay\":\"-3s\"},{\"retryDelay\":\"xs\"},{\"retryDelay\":4}]}}", -1 },
  };
  g_autoptr (DheeraProvider) provider = dheera_provider_new ("openai");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (DheeraErrorDetails) details =
        dheera_error_body_decode (provider, NULL, 429, cases[i].body, strlen (cases[i].body), get_header, (gpointer) cases[i].headers);

      g_assert_cmpfloat (dheera_error_details_get_retry_after (details), ==, cases[i].seconds);
    }
}

static void
test_request_id (void)
{
  static const char *const several[] = { "x-kong-request-id", "k", "X-Request-Id", "a", "mistral-correlation-id", "m", NULL };
  static const char *const bad[] = { "x-request-id", "a\r\nb", NULL };
  static const char *const none[] = { NULL };
  static const char body[] = "{\"error\":{\"message\":\"x\"},\"request_id\":\"from-the-body\"}";
  g_autoptr (DheeraProvider) openai = dheera_provider_new ("openai");
  g_autoptr (DheeraProvider) mistral = dheera_provider_new ("mistral");
  g_autoptr (DheeraErrorDetails) details = NULL;

  g_assert_cmpstr (dheera_provider_find_request_id (openai, NULL, get_header, (gpointer) several), ==, "a");
  g_assert_cmpstr (dheera_provider_find_request_id (mistral, NULL, get_header, (gpointer) several), ==, "m");
  g_assert_null (dheera_provider_find_request_id (openai, NULL, get_header, (gpointer) bad));
  g_assert_null (dheera_provider_find_request_id (openai, NULL, NULL, NULL));

  details = dheera_error_body_decode (openai, NULL, 500, body, strlen (body), get_header, (gpointer) none);
  g_assert_cmpstr (dheera_error_details_get_request_id (details), ==, "from-the-body");
  g_clear_object (&details);
  details = dheera_error_body_decode (openai, NULL, 500, body, strlen (body), get_header, (gpointer) several);
  g_assert_cmpstr (dheera_error_details_get_request_id (details), ==, "a");
}

static void
test_amazon_header (void)
{
  static const char *const headers[] = { "x-amzn-ErrorType", "ServiceQuotaExceededException:http://internal.amazon.com/", NULL };
  g_autoptr (DheeraProvider) provider = dheera_provider_new ("bedrock");
  g_autoptr (DheeraErrorDetails) details =
    dheera_error_body_decode (provider, NULL, 400, "{\"message\":\"x\"}", 15, get_header, (gpointer) headers);

  g_assert_cmpint (dheera_error_details_get_code (details), ==, DHEERA_ERROR_QUOTA);
}

static void
test_tool_use_failed (void)
{
  static const char body[] = "{\"error\":{\"message\":\"x\",\"code\":\"tool_use_failed\",\"failed_generation\":\"y\"}}";
  g_autoptr (DheeraProvider) provider = dheera_provider_new ("groq");
  g_autoptr (DheeraErrorDetails) details = dheera_error_body_decode (provider, NULL, 400, body, strlen (body), NULL, NULL);

  g_assert_cmpint (dheera_error_details_get_code (details), ==, DHEERA_ERROR_INVALID_REQUEST);
  g_assert_true (dheera_error_details_get_retryable (details));
}

static void
assert_hidden (DheeraErrorDetails *details,
               const char         *key)
{
  const char *texts[] = {
    dheera_error_details_get_message (details), dheera_error_details_get_body (details), dheera_error_details_get_param (details),
    dheera_error_details_get_provider_code (details), dheera_error_details_get_provider_type (details),
    dheera_error_details_get_request_id (details),
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      if (texts[i] != NULL && strstr (texts[i], key) != NULL)
        g_error ("“%s” has the key", texts[i]);
    }
}

static void
test_key (void)
{
  static const char *const formats[] = {
    "{\"error\":{\"message\":\"Key %s is wrong\",\"code\":\"%s\",\"type\":\"%s\",\"param\":\"%s\"},\"request_id\":\"%s\"}",
    "Key %s is wrong %s",
    "<html><p>%s</p></html>",
    "{\"detail\":[{\"loc\":[\"header\",\"%s\"],\"msg\":\"Bearer %s\",\"type\":\"%s\"}]}",
  };
  const char *key = "My-Own.Key_4711";
  g_autoptr (DheeraProvider) provider = dheera_provider_new ("openai");

  dheera_provider_set_api_key (provider, key);
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autoptr (GString) body = g_string_new (formats[i]);
      g_autoptr (DheeraErrorDetails) own = NULL;
      g_autoptr (DheeraErrorDetails) given = NULL;

      g_string_replace (body, "%s", key, 0);
      own = dheera_error_body_decode (provider, NULL, 401, body->str, body->len, NULL, NULL);
      assert_hidden (own, key);
      g_string_replace (body, key, "another-key-815", 0);
      given = dheera_error_body_decode_hiding (provider, "another-key-815", NULL, 401, body->str, body->len, NULL, NULL);
      assert_hidden (given, "another-key-815");
    }
}

/* However long the text is, and wherever the cut falls */
static void
test_key_at_a_cut (void)
{
  const char *key = "0123456789abcdef";
  g_autoptr (DheeraProvider) provider = dheera_provider_new ("openai");

  for (guint before = 990; before < 1040; before++)
    {
      g_autofree char *blanks = g_strnfill (before, 'x');
      g_autofree char *json = g_strdup_printf ("{\"error\":\"%s%s\"}", blanks, key);
      g_autofree char *plain = g_strdup_printf ("%s%s and more", blanks, key);
      const char *bodies[] = { json, plain };

      for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
        {
          g_autoptr (DheeraErrorDetails) details =
            dheera_error_body_decode_hiding (provider, key, NULL, 401, bodies[i], strlen (bodies[i]), NULL, NULL);

          assert_hidden (details, "01234");
          g_assert_cmpuint (strlen (dheera_error_details_get_message (details)), <=, 1024);
        }
    }
}

/* Copies ahead of the one that is cut are shorter once they are hidden, and what is left of the last one moves up. */
static void
test_several_keys_at_a_cut (void)
{
  static const struct
  {
    const char *start;
    guint near;
  } texts[] = { { "", 1024 }, { "<html>", 200 }, { "{\"error\":{\"message\":\"x\",\"is\":\"", 64 * 1024 } };
  const char *key = "0123456789abcdefghijklmnopqrstuvwxyz";
  g_autoptr (DheeraProvider) provider = dheera_provider_new ("openai");

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    for (guint before = texts[i].near - 200; before < texts[i].near + 40; before++)
      {
        g_autofree char *copies = g_strdup_printf ("%s %s %s ", key, key, key);
        g_autoptr (GString) body = g_string_new (texts[i].start);
        g_autoptr (DheeraErrorDetails) details = NULL;

        g_string_append (body, copies);
        while (body->len < before)
          g_string_append_c (body, 'x');
        g_string_append_printf (body, " %s and more", key);
        details = dheera_error_body_decode_hiding (provider, key, NULL, 401, body->str, body->len, NULL, NULL);
        assert_hidden (details, "0123");
      }
}

static void
test_bounds (void)
{
  g_autoptr (DheeraProvider) provider = dheera_provider_new ("openai");
  g_autofree char *filler = g_strnfill (3 * 1024 * 1024, 'x');
  g_autofree char *json = g_strdup_printf ("{\"error\":{\"message\":\"%.2000s\",\"code\":\"%.500s\"}}", filler, filler);
  g_autoptr (GString) wide = g_string_new ("{\"error\":\"");
  g_autoptr (DheeraErrorDetails) details = dheera_error_body_decode (provider, NULL, 400, json, strlen (json), NULL, NULL);

  g_assert_cmpuint (strlen (dheera_error_details_get_message (details)), ==, 1024);
  g_assert_cmpuint (strlen (dheera_error_details_get_provider_code (details)), ==, 128);
  g_assert_cmpuint (strlen (dheera_error_details_get_body (details)), <=, 2048);
  g_clear_object (&details);

  details = dheera_error_body_decode (provider, NULL, 400, filler, strlen (filler), NULL, NULL);
  g_assert_cmpuint (strlen (dheera_error_details_get_message (details)), <=, 1024);
  g_assert_cmpuint (strlen (dheera_error_details_get_body (details)), <=, 2048);
  g_clear_object (&details);

  for (guint i = 0; i < 2000; i++)
    g_string_append (wide, "€");
  g_string_append (wide, "\"}");
  details = dheera_error_body_decode (provider, NULL, 400, wide->str, wide->len, NULL, NULL);
  g_assert_true (g_utf8_validate (dheera_error_details_get_message (details), -1, NULL));
  g_assert_cmpuint (strlen (dheera_error_details_get_message (details)), ==, 1023);
  g_assert_true (g_utf8_validate (dheera_error_details_get_body (details), -1, NULL));
}

static void
test_html_bound (void)
{
  g_autoptr (DheeraProvider) provider = dheera_provider_new ("openai");
  g_autoptr (GString) page = g_string_new ("<!DOCTYPE html><html><body>");
  g_autoptr (DheeraErrorDetails) details = NULL;

  for (guint i = 0; i < 200; i++)
    g_string_append (page, "<p>é\xff</p>");
  details = dheera_error_body_decode (provider, NULL, 502, page->str, page->len, NULL, NULL);
  g_assert_true (g_utf8_validate (dheera_error_details_get_message (details), -1, NULL));
  g_assert_cmpint (g_utf8_strlen (dheera_error_details_get_message (details), -1), <=, 201);
  g_assert_true (g_str_has_prefix (dheera_error_details_get_message (details), "é"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/error-body/shapes", test_shapes);
  g_test_add_func ("/error-body/statuses", test_statuses);
  g_test_add_func ("/error-body/retry-after", test_retry_after);
  g_test_add_func ("/error-body/request-id", test_request_id);
  g_test_add_func ("/error-body/amazon-header", test_amazon_header);
  g_test_add_func ("/error-body/tool-use-failed", test_tool_use_failed);
  g_test_add_func ("/error-body/key", test_key);
  g_test_add_func ("/error-body/key-at-a-cut", test_key_at_a_cut);
  g_test_add_func ("/error-body/several-keys-at-a-cut", test_several_keys_at_a_cut);
  g_test_add_func ("/error-body/bounds", test_bounds);
  g_test_add_func ("/error-body/html-bound", test_html_bound);

  return g_test_run ();
}
