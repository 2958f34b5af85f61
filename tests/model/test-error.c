/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model-util.h"

#include "dheera-ai/model/dheera-enum-types.h"
#include "dheera-ai/model/errors/dheera-error-private.h"

static DheeraFailure
make_failure (void)
{
  return (DheeraFailure) {
    .code = DHEERA_ERROR_RATE_LIMIT,
    .message = "slow down",
    .status = 429,
    .provider = "openai",
    .model = "gpt-4o",
    .provider_code = "rate_limit_exceeded",
    .provider_type = "tokens",
    .param = "messages",
    .request_id = "req_1",
    .retry_after = 1.5,
    .retryable = TRUE,
    .body = "{}",
  };
}

static void
test_codes (void)
{
  static const char *const nicks[] = {
    "invalid-request", "unsupported-parameter", "not-supported", "context-length-exceeded", "content-policy",
    "authentication", "permission", "quota", "not-found", "conflict", "request-too-large", "rate-limit",
    "overloaded", "timeout", "server", "connection", "tls", "proxy", "stream-interrupted", "stream-error",
    "protocol", "invalid-output", "step-limit", "unknown-model", "budget-exceeded", "failed",
  };
  g_autoptr (GEnumClass) klass = g_type_class_ref (DHEERA_TYPE_ERROR);

  g_assert_cmpuint (klass->n_values, ==, G_N_ELEMENTS (nicks));
  for (guint i = 0; i < G_N_ELEMENTS (nicks); i++)
    g_assert_cmpstr (g_enum_get_value (klass, (int) i)->value_nick, ==, nicks[i]);
  g_assert_cmpstr (g_quark_to_string (DHEERA_ERROR), ==, "DheeraError");
}

static void
test_details (void)
{
  DheeraFailure failure = make_failure ();
  g_autoptr (DheeraErrorDetails) details = dheera_error_details_new (&failure);
  g_autofree char *message = NULL, *provider = NULL, *model = NULL, *provider_code = NULL, *provider_type = NULL;
  g_autofree char *param = NULL, *request_id = NULL, *body = NULL;
  double retry_after;
  gboolean retryable;
  guint status;
  DheeraError code;

  assert_properties (DHEERA_TYPE_ERROR_DETAILS,
                     "code message status provider model provider-code provider-type param request-id "
                     "retry-after retryable body");
  g_object_get (details, "code", &code, "message", &message, "status", &status, "provider", &provider,
                "model", &model, "provider-code", &provider_code, "provider-type", &provider_type,
                "param", &param, "request-id", &request_id, "retry-after", &retry_after,
                "retryable", &retryable, "body", &body, NULL);

  g_assert_cmpint (code, ==, DHEERA_ERROR_RATE_LIMIT);
  g_assert_cmpint (dheera_error_details_get_code (details), ==, code);
  g_assert_cmpstr (message, ==, "slow down");
  g_assert_cmpstr (dheera_error_details_get_message (details), ==, message);
  g_assert_cmpuint (status, ==, 429);
  g_assert_cmpuint (dheera_error_details_get_status (details), ==, status);
  g_assert_cmpstr (provider, ==, "openai");
  g_assert_cmpstr (dheera_error_details_get_provider (details), ==, provider);
  g_assert_cmpstr (model, ==, "gpt-4o");
  g_assert_cmpstr (dheera_error_details_get_model (details), ==, model);
  g_assert_cmpstr (provider_code, ==, "rate_limit_exceeded");
  g_assert_cmpstr (dheera_error_details_get_provider_code (details), ==, provider_code);
  g_assert_cmpstr (provider_type, ==, "tokens");
  g_assert_cmpstr (dheera_error_details_get_provider_type (details), ==, provider_type);
  g_assert_cmpstr (param, ==, "messages");
  g_assert_cmpstr (dheera_error_details_get_param (details), ==, param);
  g_assert_cmpstr (request_id, ==, "req_1");
  g_assert_cmpstr (dheera_error_details_get_request_id (details), ==, request_id);
  g_assert_cmpfloat (retry_after, ==, 1.5);
  g_assert_cmpfloat (dheera_error_details_get_retry_after (details), ==, retry_after);
  g_assert_true (retryable);
  g_assert_true (dheera_error_details_get_retryable (details));
  g_assert_cmpstr (body, ==, "{}");
  g_assert_cmpstr (dheera_error_details_get_body (details), ==, body);
}

static void
test_to_failure (void)
{
  DheeraFailure failure = make_failure ();
  g_autoptr (DheeraErrorDetails) details = dheera_error_details_new (&failure);
  DheeraFailure again = dheera_error_details_to_failure (details);

  g_assert_cmpint (again.code, ==, failure.code);
  g_assert_cmpstr (again.message, ==, failure.message);
  g_assert_cmpuint (again.status, ==, failure.status);
  g_assert_cmpstr (again.provider, ==, failure.provider);
  g_assert_cmpstr (again.model, ==, failure.model);
  g_assert_cmpstr (again.provider_code, ==, failure.provider_code);
  g_assert_cmpstr (again.provider_type, ==, failure.provider_type);
  g_assert_cmpstr (again.param, ==, failure.param);
  g_assert_cmpstr (again.request_id, ==, failure.request_id);
  g_assert_cmpfloat (again.retry_after, ==, failure.retry_after);
  g_assert_cmpint (again.retryable, ==, failure.retryable);
  g_assert_cmpstr (again.body, ==, failure.body);
}

static void
test_word (void)
{
  static const struct { DheeraError code; const char *word; } rows[] = {
    { DHEERA_ERROR_RATE_LIMIT, "rate_limit" }, { DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED, "context_length_exceeded" }, { DHEERA_ERROR_FAILED, "failed" },
    { (DheeraError) 4711, "failed" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *word = dheera_error_dup_word (rows[i].code);

      g_assert_cmpstr (word, ==, rows[i].word);
    }
}

static void
test_nothing_known (void)
{
  DheeraFailure failure = DHEERA_FAILURE_INIT;
  g_autoptr (DheeraErrorDetails) details = NULL;

  failure.retry_after = -7;
  details = dheera_error_details_new (&failure);

  g_assert_cmpint (dheera_error_details_get_code (details), ==, DHEERA_ERROR_FAILED);
  g_assert_cmpstr (dheera_error_details_get_message (details), ==, "");
  g_assert_cmpuint (dheera_error_details_get_status (details), ==, 0);
  g_assert_null (dheera_error_details_get_provider (details));
  g_assert_null (dheera_error_details_get_model (details));
  g_assert_null (dheera_error_details_get_provider_code (details));
  g_assert_null (dheera_error_details_get_provider_type (details));
  g_assert_null (dheera_error_details_get_param (details));
  g_assert_null (dheera_error_details_get_request_id (details));
  g_assert_cmpfloat (dheera_error_details_get_retry_after (details), ==, -1);
  g_assert_false (dheera_error_details_get_retryable (details));
  g_assert_null (dheera_error_details_get_body (details));
}

/* A body is kept to 2 KiB and never cut within a character, nor is what is no UTF-8 let through. */
static void
test_bounds (void)
{
  DheeraFailure failure = DHEERA_FAILURE_INIT;
  g_autoptr (GString) body = g_string_new ("a");
  g_autoptr (GString) bytes = g_string_new (NULL);
  g_autoptr (DheeraErrorDetails) details = NULL;
  g_autoptr (DheeraErrorDetails) broken = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  for (guint i = 0; i < 2000; i++)
    {
      g_string_append (body, "é");
      g_string_append_c (bytes, '\xff');
    }
  failure.body = body->str;
  failure.message = body->str;
  details = dheera_error_details_new (&failure);
  length = strlen (dheera_error_details_get_body (details));
  g_assert_cmpuint (length, ==, 2047);
  g_assert_true (g_utf8_validate (dheera_error_details_get_body (details), -1, NULL));
  g_assert_cmpuint (strlen (dheera_error_details_get_message (details)), ==, 1023);

  failure.body = bytes->str;
  broken = dheera_error_details_new (&failure);
  length = strlen (dheera_error_details_get_body (broken));
  g_assert_cmpuint (length, <=, 2048);
  g_assert_cmpuint (length, >, 2040);
  g_assert_true (g_utf8_validate (dheera_error_details_get_body (broken), -1, NULL));

  error = dheera_error_new_with_details (DHEERA_ERROR_SERVER, details, body->str);
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_SERVER);
  g_assert_cmpuint (strlen (error->message), ==, 1023);
}

static void
test_on_errors (void)
{
  DheeraFailure failure = make_failure ();
  g_autoptr (DheeraErrorDetails) details = dheera_error_details_new (&failure);
  g_autoptr (GError) error = dheera_error_new_with_details (DHEERA_ERROR_RATE_LIMIT, details, "A sentence.");
  g_autoptr (GError) copy = g_error_copy (error);
  g_autoptr (GError) plain = g_error_new (DHEERA_ERROR, DHEERA_ERROR_FAILED, "plain");
  g_autoptr (GError) plain_copy = g_error_copy (plain);
  g_autoptr (GError) other = g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "other");
  GError *propagated = NULL;

  g_assert_cmpstr (error->message, ==, "A sentence.");
  g_assert_true (dheera_error_get_details (error) == details);
  g_assert_true (dheera_error_get_details (copy) == details);
  g_assert_null (dheera_error_get_details (plain));
  g_assert_null (dheera_error_get_details (plain_copy));
  g_assert_null (dheera_error_get_details (other));
  g_assert_null (dheera_error_get_details (NULL));

  g_propagate_prefixed_error (&propagated, g_steal_pointer (&copy), "Before: ");
  g_assert_true (dheera_error_get_details (propagated) == details);
  g_assert_cmpstr (propagated->message, ==, "Before: A sentence.");
  g_error_free (propagated);
}

static gpointer
look_in_thread (gpointer data)
{
  DheeraFailure failure = DHEERA_FAILURE_INIT;
  g_autoptr (DheeraErrorDetails) details = dheera_error_details_new (&failure);

  g_assert_null (dheera_error_details_get_last ());
  dheera_error_details_set_last (details);
  g_assert_true (dheera_error_details_get_last () == details);

  return NULL;
}

static void
test_last (void)
{
  DheeraFailure failure = make_failure ();
  g_autoptr (DheeraErrorDetails) details = dheera_error_details_new (&failure);

  dheera_error_details_set_last (NULL);
  g_assert_null (dheera_error_details_get_last ());
  dheera_error_details_set_last (details);
  g_assert_true (dheera_error_details_get_last () == details);
  dheera_error_details_set_last (details);

  g_thread_join (g_thread_new ("other", look_in_thread, NULL));
  g_assert_true (dheera_error_details_get_last () == details);

  dheera_error_details_set_last (NULL);
  g_assert_null (dheera_error_details_get_last ());
  g_assert_cmpuint (G_OBJECT (details)->ref_count, ==, 1);
}

static void
test_invalid_request (void)
{
  GError *error = NULL;

  dheera_set_invalid_request (&error, "n", "n is %d.", 5);
  assert_invalid (&error, "n", "n is 5.");

  /* Nobody has to want the error. */
  dheera_set_invalid_request (NULL, NULL, "x");
  g_assert_cmpstr (dheera_error_details_get_message (dheera_error_details_get_last ()), ==, "x");
  dheera_error_details_set_last (NULL);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/error/codes", test_codes);
  g_test_add_func ("/error/details", test_details);
  g_test_add_func ("/error/to-failure", test_to_failure);
  g_test_add_func ("/error/word", test_word);
  g_test_add_func ("/error/nothing-known", test_nothing_known);
  g_test_add_func ("/error/bounds", test_bounds);
  g_test_add_func ("/error/on-errors", test_on_errors);
  g_test_add_func ("/error/last", test_last);
  g_test_add_func ("/error/invalid-request", test_invalid_request);

  return g_test_run ();
}
