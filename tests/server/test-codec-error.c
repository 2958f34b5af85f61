/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "codec-util.h"

#define HOST "api.secret-host.example"
#define KEY "sk-proj-abcdefghijklmnopqrstuvwx"
/* What a provider could say: a key, an account and an address are in it. */
#define WORDS "Limit of org-abcdefghijklmnop1234 reached with " KEY

static GError *
make (DheeraError  code,
      guint        status,
      const char  *message,
      const char  *provider_code,
      const char  *provider_type,
      const char  *param,
      double       retry_after)
{
  DheeraFailure failure = DHEERA_FAILURE_INIT;
  g_autoptr (DheeraErrorDetails) details = NULL;

  failure.code = code;
  failure.message = message;
  failure.status = status;
  failure.provider = "openai";
  failure.provider_code = provider_code;
  failure.provider_type = provider_type;
  failure.param = param;
  failure.retry_after = retry_after;
  failure.body = "{\"key\":\"" KEY "\",\"host\":\"" HOST "\"}";
  details = dheera_error_details_new (&failure);

  return dheera_error_new_with_details (code, details, "OpenAI, m: the whole sentence with " KEY " of https://" HOST "/v1.");
}

static const struct
{
  DheeraError code;
  guint status;
  const char *type;
  const char *name;
  const char *param;
  gboolean should_retry;
  gboolean words; /* the provider's, else a sentence of the codec */
} kinds[] = {
  { DHEERA_ERROR_INVALID_REQUEST, 400, "invalid_request_error", "some_code", "some", FALSE, TRUE },
  { DHEERA_ERROR_UNSUPPORTED_PARAMETER, 400, "invalid_request_error", "unsupported_parameter", "some", FALSE, TRUE },
  { DHEERA_ERROR_NOT_SUPPORTED, 400, "invalid_request_error", "not_supported", "some", FALSE, TRUE },
  { DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED, 400, "invalid_request_error", "context_length_exceeded", "some", FALSE, TRUE },
  { DHEERA_ERROR_CONTENT_POLICY, 400, "invalid_request_error", "content_policy_violation", "some", FALSE, TRUE },
  { DHEERA_ERROR_UNKNOWN_MODEL, 404, "invalid_request_error", "model_not_found", "some", FALSE, TRUE },
  { DHEERA_ERROR_NOT_FOUND, 404, "invalid_request_error", "model_not_found", "some", FALSE, TRUE },
  { DHEERA_ERROR_CONFLICT, 409, "invalid_request_error", "conflict", "some", TRUE, TRUE },
  { DHEERA_ERROR_REQUEST_TOO_LARGE, 413, "invalid_request_error", "request_too_large", "some", FALSE, TRUE },
  { DHEERA_ERROR_RATE_LIMIT, 429, "requests", "rate_limit_exceeded", "some", TRUE, TRUE },
  { DHEERA_ERROR_QUOTA, 429, "insufficient_quota", "insufficient_quota", NULL, FALSE, FALSE },
  { DHEERA_ERROR_BUDGET_EXCEEDED, 429, "insufficient_quota", "insufficient_quota", NULL, FALSE, FALSE },
  { DHEERA_ERROR_OVERLOADED, 503, "server_error", "overloaded", NULL, TRUE, FALSE },
  { DHEERA_ERROR_TIMEOUT, 504, "server_error", "timeout", NULL, TRUE, FALSE },
  { DHEERA_ERROR_AUTHENTICATION, 502, "server_error", "upstream_refused", NULL, FALSE, FALSE },
  { DHEERA_ERROR_PERMISSION, 502, "server_error", "upstream_refused", NULL, FALSE, FALSE },
  { DHEERA_ERROR_SERVER, 502, "server_error", "upstream_error", NULL, TRUE, FALSE },
  { DHEERA_ERROR_CONNECTION, 502, "server_error", "upstream_unreachable", NULL, TRUE, FALSE },
  { DHEERA_ERROR_TLS, 502, "server_error", "upstream_unreachable", NULL, FALSE, FALSE },
  { DHEERA_ERROR_PROXY, 502, "server_error", "upstream_unreachable", NULL, FALSE, FALSE },
  { DHEERA_ERROR_STREAM_INTERRUPTED, 502, "server_error", "upstream_interrupted", NULL, TRUE, FALSE },
  { DHEERA_ERROR_STREAM_ERROR, 502, "server_error", "upstream_error", NULL, TRUE, FALSE },
  { DHEERA_ERROR_PROTOCOL, 502, "server_error", "upstream_error", NULL, FALSE, FALSE },
  { DHEERA_ERROR_INVALID_OUTPUT, 502, "server_error", "invalid_output", NULL, TRUE, FALSE },
  { DHEERA_ERROR_STEP_LIMIT, 500, "server_error", NULL, NULL, FALSE, FALSE },
  { DHEERA_ERROR_FAILED, 500, "server_error", NULL, NULL, FALSE, FALSE },
};

static void
assert_sentence (const char *message)
{
  g_assert_null (strstr (message, "sk-proj"));
  g_assert_null (strstr (message, "org-abc"));
  g_assert_null (strstr (message, HOST));
  g_assert_true (strlen (message) > 20 && g_utf8_validate (message, -1, NULL));
}

static void
test_kinds (void)
{
  /* One row for each code, so that none is forgotten when one is added. */
  g_assert_cmpuint (G_N_ELEMENTS (kinds), ==, DHEERA_ERROR_FAILED + 1);

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_auto (DheeraCodecError) answer = { 0 };
      g_autoptr (GError) error = make (kinds[i].code, 418, WORDS, "some_code", NULL, "some", 2.5);
      g_autoptr (Parsed) parsed = NULL;
      g_autofree char *message = NULL;

      dheera_codec_read_error (&answer, error, NULL);
      parsed = parse (answer.body);
      message = dheera_json_dup_string (at (parsed, "error.message"));
      g_test_message ("%d: %s", kinds[i].code, answer.body);

      g_assert_cmpuint (answer.status, ==, kinds[i].status);
      g_assert_cmpint (answer.should_retry, ==, kinds[i].should_retry);
      g_assert_cmpfloat (answer.retry_after, ==, kinds[i].should_retry ? 2.5 : -1);
      assert_json_string (parsed, "error.type", kinds[i].type);
      assert_json_string (parsed, "error.code", kinds[i].name);
      assert_json_string (parsed, "error.param", kinds[i].param);
      g_assert_cmpuint (dheera_json_size (at (parsed, "error")), ==, 4);
      assert_sentence (message);
      if (kinds[i].words)
        g_assert_cmpstr (message, ==, "Limit of [hidden] reached with [hidden]");
      else
        g_assert_null (strstr (message, "Limit"));
    }
}

/* Pages of documentation may be named, and nothing else that has an address. */
static void
test_addresses (void)
{
  static const struct
  {
    const char *said, *shown;
  } cases[] = {
    { "See https://platform.openai.com/account/limits.", "See https://platform.openai.com/account/limits." },
    { "See HTTPS://Docs.Example.com for more", "See HTTPS://Docs.Example.com for more" },
    { "POST http://api.example.com/v1 failed", "POST [hidden] failed" },
    { "<a href=\"https://llm.example.com:8443/x\">x</a>", "<a href=\"[hidden]\">x</a>" },
    { "no route (https://10.1.2.3/v1), sorry", "no route ([hidden]), sorry" },
    { "https://[fd00::1]/v1", "[hidden]" },
    { "https://me:secret@example.com/", "[hidden]" },
    { "at https://gateway/v1 and redis://cache.example.com", "at [hidden] and [hidden]" },
    { "https://", "[hidden]" },
    { "https://10.1.2.3.", "[hidden]" },
    { "://x", "[hidden]" },
    { "a ratio of 1:2", "a ratio of 1:2" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (DheeraCodecError) answer = { 0 };
      g_autoptr (GError) error = make (DHEERA_ERROR_RATE_LIMIT, 429, cases[i].said, NULL, NULL, NULL, -1);
      g_autoptr (Parsed) parsed = NULL;

      dheera_codec_read_error (&answer, error, NULL);
      parsed = parse (answer.body);
      assert_json_string (parsed, "error.message", cases[i].shown);
    }
}

/* What stands before a provider answers with pages, whose words are about itself. */
static void
test_page (void)
{
  g_auto (DheeraCodecError) answer = { 0 };
  DheeraFailure failure = DHEERA_FAILURE_INIT;
  g_autoptr (DheeraErrorDetails) details = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (Parsed) parsed = NULL;

  failure.code = DHEERA_ERROR_RATE_LIMIT;
  failure.status = 429;
  failure.provider = "openai";
  failure.message = "Too many for " HOST;
  failure.body = "\n<!DOCTYPE html><title>Too many for " HOST "</title>";
  details = dheera_error_details_new (&failure);
  error = dheera_error_new_with_details (failure.code, details, failure.message);
  dheera_codec_read_error (&answer, error, NULL);
  parsed = parse (answer.body);
  g_assert_cmpuint (answer.status, ==, 429);
  assert_json_string (parsed, "error.code", "rate_limit_exceeded");
  assert_json_string (parsed, "error.message", "There are too many requests. Try again later.");
}

/* Without an answer of the provider's there are no words of the provider's, and the library's own are right. */
static void
test_own_words (void)
{
  g_auto (DheeraCodecError) answer = { 0 };
  g_auto (DheeraCodecError) plain = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) unknown = g_error_new_literal (DHEERA_ERROR, DHEERA_ERROR_UNKNOWN_MODEL, "The name “x” does not say whose model it is.");
  g_autoptr (Parsed) parsed = NULL;
  g_autoptr (Parsed) other = NULL;

  dheera_set_invalid_request (&error, "max-tokens", "max-tokens is %d.", 0);
  dheera_codec_read_error (&answer, error, NULL);
  parsed = parse (answer.body);
  assert_json_string (parsed, "error.message", "max-tokens is 0.");
  assert_json_string (parsed, "error.param", "max_tokens");
  assert_json_string (parsed, "error.code", NULL);

  dheera_codec_read_error (&plain, unknown, NULL);
  other = parse (plain.body);
  g_assert_cmpuint (plain.status, ==, 404);
  g_assert_cmpfloat (plain.retry_after, ==, -1);
  assert_json_string (other, "error.message", "The name “x” does not say whose model it is.");
  assert_json_string (other, "error.param", "model");
}

/* A session or a proxy that is not made as it has to be is no fault of the caller's, whatever its code is. */
static void
test_setup (void)
{
  static const DheeraError codes[] = { DHEERA_ERROR_INVALID_REQUEST, DHEERA_ERROR_NOT_SUPPORTED };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      g_auto (DheeraCodecError) answer = { 0 };
      g_autoptr (GError) error = make (codes[i], 0, "http://" HOST " is not the address of a proxy", NULL, NULL, NULL, -1);

      dheera_codec_read_error (&answer, error, NULL);
      g_assert_cmpuint (answer.status, ==, 500);
      assert_sentence (answer.body);
    }
}

/* The same of a provider: what is wrong with one of its properties is nothing that a request could set right. */
static void
test_provider_properties (void)
{
  static const char *const names[] = { "base-url", "headers", "region" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_auto (DheeraCodecError) answer = { 0 };
      g_autoptr (GError) error = NULL;
      g_autoptr (Parsed) parsed = NULL;

      dheera_set_invalid_request (&error, names[i], "The URL http://" HOST " can't be used with " KEY ".");
      dheera_codec_read_error (&answer, error, NULL);
      parsed = parse (answer.body);
      g_assert_cmpuint (answer.status, ==, 500);
      assert_json_string (parsed, "error.type", "server_error");
      assert_json_string (parsed, "error.param", NULL);
      assert_sentence (answer.body);
    }
}

/* A member of a request that has such a name is no such property. */
static void
test_member_of_that_name (void)
{
  static const char text[] = "{\"model\":\"m\",\"region\":\"eu\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
  g_auto (DheeraCodecError) answer = { 0 };
  g_autoptr (GBytes) body = g_bytes_new_static (text, sizeof text - 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (Parsed) parsed = NULL;
  DheeraAsk ask = { 0 };

  g_assert_false (dheera_codec_read (&ask, DHEERA_ROUTE_CHAT, body, &error));
  dheera_ask_clear (&ask);
  dheera_codec_read_error (&answer, error, NULL);
  parsed = parse (answer.body);
  g_assert_cmpuint (answer.status, ==, 400);
  assert_json_string (parsed, "error.param", "region");
}

static void
test_foreign (void)
{
  const struct
  {
    GQuark domain;
    int code;
  } cases[] = {
    { G_IO_ERROR, G_IO_ERROR_CANCELLED },
    { G_IO_ERROR, G_IO_ERROR_HOST_NOT_FOUND },
    { g_quark_from_static_string ("application-error"), DHEERA_ERROR_INVALID_REQUEST },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (DheeraCodecError) answer = { 0 };
      g_autoptr (GError) error = g_error_new_literal (cases[i].domain, cases[i].code, "http://" HOST " with " KEY);

      dheera_codec_read_error (&answer, error, NULL);
      g_assert_cmpuint (answer.status, ==, 500);
      g_assert_false (answer.should_retry);
      assert_sentence (answer.body);
    }
}

/* The words that SDKs look at */
static void
test_names (void)
{
  static const struct
  {
    DheeraError code;
    const char *provider_code;
    const char *provider_type;
    const char *name;
    const char *type;
  } cases[] = {
    { DHEERA_ERROR_RATE_LIMIT, "rate_limit_exceeded", "tokens", "rate_limit_exceeded", "tokens" },
    { DHEERA_ERROR_RATE_LIMIT, "1302", "Rate", "rate_limit_exceeded", "requests" },
    { DHEERA_ERROR_UNSUPPORTED_PARAMETER, "unsupported_value", NULL, "unsupported_value", "invalid_request_error" },
    { DHEERA_ERROR_UNSUPPORTED_PARAMETER, "unknown_parameter", NULL, "unknown_parameter", "invalid_request_error" },
    { DHEERA_ERROR_UNSUPPORTED_PARAMETER, "extra_forbidden", NULL, "unsupported_parameter", "invalid_request_error" },
    { DHEERA_ERROR_INVALID_REQUEST, "invalid_image_url", NULL, "invalid_image_url", "invalid_request_error" },
    { DHEERA_ERROR_INVALID_REQUEST, NULL, NULL, NULL, "invalid_request_error" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (DheeraCodecError) answer = { 0 };
      g_autoptr (GError) error = make (cases[i].code, 400, "words", cases[i].provider_code, cases[i].provider_type, NULL, -1);
      g_autoptr (Parsed) parsed = NULL;

      dheera_codec_read_error (&answer, error, dheera_error_get_details (error));
      parsed = parse (answer.body);
      assert_json_string (parsed, "error.code", cases[i].name);
      assert_json_string (parsed, "error.type", cases[i].type);
    }
}

static void
test_made (void)
{
  static const struct
  {
    guint status;
    gboolean should_retry;
  } cases[] = { { 400, FALSE }, { 401, FALSE }, { 404, FALSE }, { 405, FALSE }, { 408, TRUE }, { 413, FALSE }, { 429, TRUE }, { 500, TRUE }, { 503, TRUE } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (DheeraCodecError) answer = { 0 };

      dheera_codec_make_error (&answer, cases[i].status, "some_type", i > 0 ? "some" : NULL, i > 1 ? "par" : NULL, "No “%s”\n.", "x");
      g_assert_cmpuint (answer.status, ==, cases[i].status);
      g_assert_cmpint (answer.should_retry, ==, cases[i].should_retry);
      g_assert_cmpfloat (answer.retry_after, ==, -1);
      if (i == 0)
        g_assert_cmpstr (answer.body, ==, "{\"error\":{\"message\":\"No “x”\\n.\",\"type\":\"some_type\",\"param\":null,\"code\":null}}");
      else if (i > 1)
        g_assert_cmpstr (answer.body, ==, "{\"error\":{\"message\":\"No “x”\\n.\",\"type\":\"some_type\",\"param\":\"par\",\"code\":\"some\"}}");
    }
}

/* A long text of a provider's is cut between two characters. */
static void
test_long (void)
{
  g_auto (DheeraCodecError) answer = { 0 };
  g_autoptr (GString) words = g_string_new ("x");
  g_autoptr (GError) error = NULL;
  g_autoptr (Parsed) parsed = NULL;
  g_autofree char *message = NULL;

  while (words->len < 5000)
    g_string_append (words, "é");
  error = make (DHEERA_ERROR_INVALID_REQUEST, 400, words->str, NULL, NULL, NULL, -1);
  dheera_codec_read_error (&answer, error, NULL);
  parsed = parse (answer.body);
  message = dheera_json_dup_string (at (parsed, "error.message"));
  g_assert_cmpuint (strlen (message), ==, 1023);
  g_assert_true (g_str_has_prefix (words->str, message));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/codec-error/kinds", test_kinds);
  g_test_add_func ("/codec-error/own-words", test_own_words);
  g_test_add_func ("/codec-error/addresses", test_addresses);
  g_test_add_func ("/codec-error/page", test_page);
  g_test_add_func ("/codec-error/setup", test_setup);
  g_test_add_func ("/codec-error/provider-properties", test_provider_properties);
  g_test_add_func ("/codec-error/member-of-that-name", test_member_of_that_name);
  g_test_add_func ("/codec-error/foreign", test_foreign);
  g_test_add_func ("/codec-error/names", test_names);
  g_test_add_func ("/codec-error/made", test_made);
  g_test_add_func ("/codec-error/long", test_long);

  return g_test_run ();
}
