/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <math.h>

#include "model-util.h"

#include "dheera-ai/model/dheera-models-request.h"
#include "dheera-ai/model/dheera-strings-private.h"
#include "dheera-ai/model/requests/dheera-base-request-private.h"
#include "dheera-ai/wire/dheera-secret-private.h"

#define PARENT "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

static DheeraBaseRequest *
make_request (void)
{
  return DHEERA_BASE_REQUEST (dheera_models_request_new (NULL));
}

static void
test_properties (void)
{
  g_autoptr (DheeraBaseRequest) request = make_request ();

  assert_properties (DHEERA_TYPE_BASE_REQUEST,
                     "model provider session timeout first-token-timeout idle-timeout max-retries "
                     "api-key base-url extra traceparent tracestate");
  g_assert_true (G_TYPE_IS_ABSTRACT (DHEERA_TYPE_BASE_REQUEST));
  g_assert_null (dheera_base_request_get_model (request));
  g_assert_null (dheera_base_request_get_provider (request));
  g_assert_null (dheera_base_request_get_session (request));
  g_assert_cmpfloat (dheera_base_request_get_timeout (request), ==, -1);
  g_assert_cmpfloat (dheera_base_request_get_first_token_timeout (request), ==, -1);
  g_assert_cmpfloat (dheera_base_request_get_idle_timeout (request), ==, -1);
  g_assert_cmpint (dheera_base_request_get_max_retries (request), ==, -1);
  g_assert_null (dheera_base_request_get_base_url (request));
  g_assert_null (dheera_base_request_get_extra (request));
  g_assert_null (dheera_base_request_get_api_key (request));

  check_property (request, "model", "openai/gpt-4o", NULL);
  check_property (request, "provider", "openai", NULL);
  check_property (request, "timeout", "1.5", "0");
  check_property (request, "first-token-timeout", "2", "-1000000000");
  check_property (request, "idle-timeout", "3", "0");
  check_property (request, "max-retries", "5", "-9");
  check_property (request, "api-key", "sk-1", "sk-2");
  check_property (request, "base-url", "https://example.org/v1", NULL);
  check_property (request, "extra", "{}", "broken");
  check_property (request, "traceparent", PARENT, NULL);
  check_property (request, "tracestate", "a=1", NULL);
  g_assert_cmpstr (dheera_base_request_get_api_key (request), ==, "sk-2");
}

static void
test_session (void)
{
  g_autoptr (DheeraBaseRequest) request = make_request ();
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autoptr (SoupSession) back = NULL;
  guint n_notifies = 0;

  g_signal_connect (request, "notify::session", G_CALLBACK (count_notify), &n_notifies);
  g_object_set (request, "session", session, NULL);
  dheera_base_request_set_session (request, session);
  g_assert_cmpuint (n_notifies, ==, 1);
  g_object_get (request, "session", &back, NULL);
  g_assert_true (back == session);
  g_assert_true (dheera_base_request_get_session (request) == session);
  dheera_base_request_set_session (request, NULL);
  g_assert_null (dheera_base_request_get_session (request));
  g_assert_cmpuint (n_notifies, ==, 2);
}

/* A key can only be written. */
static void
test_api_key (void)
{
  g_autoptr (DheeraBaseRequest) request = make_request ();
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (request), "api-key");

  g_assert_cmpint (pspec->flags & (G_PARAM_READABLE | G_PARAM_WRITABLE), ==, G_PARAM_WRITABLE);
  dheera_base_request_set_api_key (request, "sk-1");
  dheera_base_request_set_api_key (request, NULL);
  g_assert_null (dheera_base_request_get_api_key (request));
}

static void
assert_header (DheeraBaseRequest *request,
               guint              position,
               const char        *expected_name,
               const char        *expected_value)
{
  const char *name, *value;

  dheera_base_request_get_header (request, position, &name, &value);
  g_assert_cmpstr (name, ==, expected_name);
  g_assert_cmpstr (value, ==, expected_value);
}

static void
test_headers (void)
{
  g_autoptr (DheeraBaseRequest) request = make_request ();

  g_assert_cmpuint (dheera_base_request_get_n_headers (request), ==, 0);
  dheera_base_request_set_header (request, "X-A", NULL);
  g_assert_cmpuint (dheera_base_request_get_n_headers (request), ==, 0);

  dheera_base_request_set_header (request, "X-A", "1");
  dheera_base_request_set_header (request, "X-B", "2");
  dheera_base_request_set_header (request, "x-a", "3");
  g_assert_cmpuint (dheera_base_request_get_n_headers (request), ==, 2);
  assert_header (request, 0, "X-B", "2");
  assert_header (request, 1, "x-a", "3");

  dheera_base_request_set_header (request, "x-b", NULL);
  g_assert_cmpuint (dheera_base_request_get_n_headers (request), ==, 1);
  assert_header (request, 0, "x-a", "3");
}

static void
test_copy (void)
{
  g_autoptr (DheeraBaseRequest) request = make_request ();
  g_autoptr (DheeraBaseRequest) copy = NULL;
  g_autoptr (SoupSession) session = soup_session_new ();

  g_object_set (request, "model", "m", "provider", "p", "session", session, "timeout", 1.0,
                "first-token-timeout", 2.0, "idle-timeout", 3.0, "max-retries", 4, "api-key", "k",
                "base-url", "http://localhost/", "extra", "{\"a\":1}", "traceparent", PARENT, "tracestate", "a=1", NULL);
  dheera_base_request_set_header (request, "X-A", "1");
  copy = dheera_base_request_copy (request);
  dheera_base_request_set_header (request, "X-A", "2");
  dheera_base_request_set_api_key (request, "other");

  g_assert_true (DHEERA_IS_MODELS_REQUEST (copy));
  g_assert_cmpstr (dheera_base_request_get_model (copy), ==, "m");
  g_assert_cmpstr (dheera_base_request_get_provider (copy), ==, "p");
  g_assert_true (dheera_base_request_get_session (copy) == session);
  g_assert_cmpfloat (dheera_base_request_get_timeout (copy), ==, 1);
  g_assert_cmpfloat (dheera_base_request_get_first_token_timeout (copy), ==, 2);
  g_assert_cmpfloat (dheera_base_request_get_idle_timeout (copy), ==, 3);
  g_assert_cmpint (dheera_base_request_get_max_retries (copy), ==, 4);
  g_assert_cmpstr (dheera_base_request_get_api_key (copy), ==, "k");
  g_assert_cmpstr (dheera_base_request_get_base_url (copy), ==, "http://localhost/");
  g_assert_cmpstr (dheera_base_request_peek_extra (copy), ==, "{\"a\":1}");
  g_assert_cmpstr (dheera_base_request_get_traceparent (copy), ==, PARENT);
  g_assert_cmpstr (dheera_base_request_get_tracestate (copy), ==, "a=1");
  g_assert_cmpuint (dheera_base_request_get_n_headers (copy), ==, 1);
  assert_header (copy, 0, "X-A", "1");
}

static void
test_good_values (void)
{
  static const double timeouts[] = { -1, 0, 0.001, 600, 1e9 };
  g_autoptr (DheeraBaseRequest) request = make_request ();
  GError *error = NULL;

  g_assert_true (dheera_base_request_validate (request, &error));
  for (guint i = 0; i < G_N_ELEMENTS (timeouts); i++)
    {
      g_object_set (request, "timeout", timeouts[i], "first-token-timeout", timeouts[i],
                    "idle-timeout", timeouts[i], NULL);
      g_assert_true (dheera_base_request_validate (request, &error));
    }
  g_object_set (request, "max-retries", 0, "base-url", "http://127.0.0.1:11434/v1", "extra", "{\"a\":null}",
                "api-key", "sk-ä", NULL);
  dheera_base_request_set_header (request, "X-Title", "Größe\there");
  g_assert_true (dheera_base_request_validate (request, &error));
  g_assert_no_error (error);
}

static void
test_wrong_timeouts (void)
{
  static const char *const names[] = { "timeout", "first-token-timeout", "idle-timeout" };
  static const double wrong[] = { -2, -0.5, NAN, INFINITY };
  GError *error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    for (guint j = 0; j < G_N_ELEMENTS (wrong); j++)
      {
        g_autoptr (DheeraBaseRequest) request = make_request ();

        switch (i)
          {
          case 0:
            dheera_base_request_set_timeout (request, wrong[j]);
            break;
          case 1:
            dheera_base_request_set_first_token_timeout (request, wrong[j]);
            break;
          default:
            dheera_base_request_set_idle_timeout (request, wrong[j]);
          }
        g_assert_false (dheera_base_request_validate (request, &error));
        g_assert_true (g_str_has_prefix (error->message, names[i]));
        assert_invalid (&error, names[i], "it has to be a number of seconds");
      }
}

static void
test_wrong_values (void)
{
  static const struct
  {
    const char *property;
    const char *value;
    const char *text;
  } cases[] = {
    { "model", "", "model is an empty text" },
    { "base-url", "ftp://example.org", "base-url can't be used: its scheme is ftp" },
    { "base-url", "https://user:secret@example.org/", "it contains credentials" },
    { "base-url", "", "base-url can't be used" },
    { "extra", "{\"a\":}", "extra is not valid JSON at byte 5" },
    { "extra", "[]", "extra is JSON, but not an object" },
    { "extra", "{\"stream\":null}", "extra has a member “stream”" },
    { "api-key", "", "api-key can't be sent: it is empty" },
    { "api-key", "sk-secret\n", "a line break" },
    { "api-key", "sk-secret ", "a space at one of its ends" },
    { "traceparent", "00-secret", "traceparent can't be sent: it is not of the form 00-TRACE_ID-PARENT_ID-FLAGS" },
    { "traceparent", "", "traceparent can't be sent: it is not of the form" },
    { "tracestate", "secret=1", "tracestate means nothing without traceparent" },
  };
  GError *error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (DheeraBaseRequest) request = make_request ();

      g_object_set (request, cases[i].property, cases[i].value, NULL);
      g_assert_false (dheera_base_request_validate (request, &error));
      g_assert_null (strstr (error->message, "secret"));
      assert_invalid (&error, cases[i].property, cases[i].text);
    }
}

static void
test_trace (void)
{
  g_autoptr (DheeraBaseRequest) request = make_request ();
  GError *error = NULL;

  g_assert_null (dheera_base_request_get_traceparent (request));
  dheera_base_request_set_traceparent (request, PARENT);
  dheera_base_request_set_tracestate (request, "rojo=00f067aa0ba902b7, congo=t61rcWkgMzE");
  g_assert_true (dheera_base_request_validate (request, &error));
  dheera_base_request_set_tracestate (request, "Rojo");
  g_assert_false (dheera_base_request_validate (request, &error));
  assert_invalid (&error, "tracestate", "tracestate can't be sent: it is not a list of key=value.");
}

static void
test_wrong_retries (void)
{
  g_autoptr (DheeraBaseRequest) request = make_request ();
  GError *error = NULL;

  dheera_base_request_set_max_retries (request, -2);
  g_assert_false (dheera_base_request_validate (request, &error));
  assert_invalid (&error, "max-retries", "max-retries is -2; it has to be 0 or more, or -1");
}

/* The value of a header never shows in an error, its name is escaped. */
static void
test_wrong_headers (void)
{
  g_autoptr (DheeraBaseRequest) name = make_request ();
  g_autoptr (DheeraBaseRequest) value = make_request ();
  GError *error = NULL;

  dheera_base_request_set_header (name, "X A\r\nHost", "secret");
  g_assert_false (dheera_base_request_validate (name, &error));
  g_assert_null (strstr (error->message, "secret"));
  g_assert_null (strchr (error->message, '\n'));
  assert_invalid (&error, "header", "“X A\\r\\nHost” can't be the name of a header");

  dheera_base_request_set_header (value, "X-A", "secret\r\nHost: x");
  g_assert_false (dheera_base_request_validate (value, &error));
  g_assert_null (strstr (error->message, "secret"));
  assert_invalid (&error, "header", "The value of the header “X-A” can't be sent");
}

static void
test_models_request (void)
{
  g_autoptr (DheeraModelsRequest) request = dheera_models_request_new ("openai");

  g_assert_cmpstr (dheera_base_request_get_provider (DHEERA_BASE_REQUEST (request)), ==, "openai");
  assert_properties (DHEERA_TYPE_MODELS_REQUEST, "");
}

static void
test_secret_free (void)
{
  dheera_secret_free (NULL);
  dheera_secret_free (g_strdup ("secret"));
  g_assert_null (dheera_error_details_get_last ());
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/base-request/secret-free", test_secret_free);
  g_test_add_func ("/base-request/properties", test_properties);
  g_test_add_func ("/base-request/session", test_session);
  g_test_add_func ("/base-request/api-key", test_api_key);
  g_test_add_func ("/base-request/headers", test_headers);
  g_test_add_func ("/base-request/copy", test_copy);
  g_test_add_func ("/base-request/good-values", test_good_values);
  g_test_add_func ("/base-request/wrong-timeouts", test_wrong_timeouts);
  g_test_add_func ("/base-request/wrong-values", test_wrong_values);
  g_test_add_func ("/base-request/trace", test_trace);
  g_test_add_func ("/base-request/wrong-retries", test_wrong_retries);
  g_test_add_func ("/base-request/wrong-headers", test_wrong_headers);
  g_test_add_func ("/base-request/models-request", test_models_request);

  return g_test_run ();
}
