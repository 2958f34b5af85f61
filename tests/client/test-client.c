/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The client as an object: settings, providers, the default client, and what it says about requests that can't be sent. */

#include "client-util.h"

static void
count_notify_cb (GObject    *object,
                 GParamSpec *pspec,
                 gpointer    data)
{
  guint *count = data;

  (*count)++;
}

static void
test_defaults (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();

  g_assert_null (dheera_client_get_session (client));
  g_assert_null (dheera_client_get_session_options (client));
  g_assert_cmpfloat (dheera_client_get_timeout (client), ==, 600);
  g_assert_cmpfloat (dheera_client_get_connect_timeout (client), ==, 30);
  g_assert_cmpfloat (dheera_client_get_first_token_timeout (client), ==, 0);
  g_assert_cmpfloat (dheera_client_get_idle_timeout (client), ==, 0);
  g_assert_cmpuint (dheera_client_get_max_retries (client), ==, 2);
  g_assert_cmpint (dheera_client_get_param_policy (client), ==, DHEERA_PARAM_POLICY_REJECT);
  g_assert_null (dheera_client_get_default_model (client));
  g_assert_cmpuint (g_list_model_get_n_items (dheera_client_get_providers (client)), ==, 0);
}

/* What the property system makes is what the constructor makes, and each pspec's default is true. */
static void
test_property_defaults (void)
{
  g_autoptr(DheeraClient) client = g_object_new (DHEERA_TYPE_CLIENT, NULL);
  g_autofree GParamSpec **specs = NULL;
  guint n;

  specs = g_object_class_list_properties (G_OBJECT_GET_CLASS (client), &n);
  g_assert_cmpuint (n, ==, 12);
  for (guint i = 0; i < n; i++)
    {
      g_auto(GValue) value = G_VALUE_INIT;

      g_object_get_property (G_OBJECT (client), specs[i]->name, &value);
      if (!g_str_equal (specs[i]->name, "providers"))
        g_assert_true (g_param_value_defaults (specs[i], &value));
    }
}

static void
test_settings (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  guint notified = 0;

  g_signal_connect (client, "notify", G_CALLBACK (count_notify_cb), &notified);

  dheera_client_set_timeout (client, 5);
  dheera_client_set_timeout (client, 5);
  g_assert_cmpuint (notified, ==, 1);
  dheera_client_set_connect_timeout (client, 1.5);
  dheera_client_set_first_token_timeout (client, 2.5);
  dheera_client_set_idle_timeout (client, 3.5);
  dheera_client_set_max_retries (client, 0);
  dheera_client_set_param_policy (client, DHEERA_PARAM_POLICY_DROP);
  dheera_client_set_default_model (client, "mock/echo");
  dheera_client_set_default_model (client, "mock/echo");
  g_assert_cmpuint (notified, ==, 7);

  g_assert_cmpfloat (dheera_client_get_timeout (client), ==, 5);
  g_assert_cmpfloat (dheera_client_get_connect_timeout (client), ==, 1.5);
  g_assert_cmpfloat (dheera_client_get_first_token_timeout (client), ==, 2.5);
  g_assert_cmpfloat (dheera_client_get_idle_timeout (client), ==, 3.5);
  g_assert_cmpuint (dheera_client_get_max_retries (client), ==, 0);
  g_assert_cmpint (dheera_client_get_param_policy (client), ==, DHEERA_PARAM_POLICY_DROP);
  g_assert_cmpstr (dheera_client_get_default_model (client), ==, "mock/echo");
  dheera_client_set_default_model (client, NULL);
  g_assert_null (dheera_client_get_default_model (client));
}

static void
test_providers (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraProvider) mine = dheera_provider_new_compatible ("mine", "http://localhost:1/v1");
  g_autoptr(DheeraProvider) better = dheera_provider_new_compatible ("mine", "http://localhost:2/v1");
  GListModel *providers = dheera_client_get_providers (client);

  g_assert_null (dheera_client_get_provider (client, "mine"));
  dheera_client_add_provider (client, mine);
  g_assert_true (dheera_client_get_provider (client, "mine") == mine);
  dheera_client_add_provider (client, better);
  g_assert_true (dheera_client_get_provider (client, "mine") == better);
  g_assert_cmpuint (g_list_model_get_n_items (providers), ==, 1);

  /* One of the table is made on demand, and stays the same object, so that it can be configured. */
  g_assert_nonnull (dheera_client_get_provider (client, "openai"));
  g_assert_true (dheera_client_get_provider (client, "openai") == dheera_client_get_provider (client, "openai"));
  g_assert_cmpuint (g_list_model_get_n_items (providers), ==, 2);
  g_assert_null (dheera_client_get_provider (client, "no-such-provider"));
}

static void
ask_again_cb (GListModel   *providers,
              guint         position,
              guint         removed,
              guint         added,
              DheeraClient *client)
{
  g_autoptr(DheeraProvider) provider = g_list_model_get_item (providers, position);

  g_assert_true (dheera_client_get_provider (client, dheera_provider_get_id (provider)) == provider);
}

/* A list that is shown asks from inside the signal. */
static void
test_watched_providers (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraProvider) mine = dheera_provider_new_compatible ("mine", "http://localhost:1/v1");
  g_autoptr(DheeraProvider) better = dheera_provider_new_compatible ("mine", "http://localhost:2/v1");

  g_signal_connect (dheera_client_get_providers (client), "items-changed", G_CALLBACK (ask_again_cb), client);
  dheera_client_add_provider (client, mine);
  dheera_client_add_provider (client, better);
  g_assert_nonnull (dheera_client_get_provider (client, "openai"));
}

static void
test_default_client (void)
{
  g_autoptr(SoupSession) session = soup_session_new ();
  g_autoptr(DheeraClient) client = dheera_client_new_with_session (session);
  DheeraClient *made;

  g_assert_true (dheera_client_get_session (client) == session);
  dheera_clear_default_client ();
  made = dheera_client_get_default ();
  g_assert_nonnull (made);
  g_assert_true (dheera_client_get_default () == made);
  dheera_client_make_default (client);
  g_assert_true (dheera_client_get_default () == client);
  dheera_clear_default_client ();
  g_assert_true (dheera_client_get_default () != client);
  dheera_clear_default_client ();
}

static void
expect_failure (DheeraClient  *client,
                DheeraRequest *request,
                DheeraError    code,
                const char    *words)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) async_error = NULL;
  g_autoptr(GError) stream_error = NULL;
  g_autoptr(DheeraStream) stream = NULL;

  g_assert_null (dheera_client_complete (client, request, NULL, &error));
  g_assert_error (error, DHEERA_ERROR, (int) code);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, words));
  g_assert_true (g_str_has_suffix (error->message, "."));

  g_assert_null (complete_async (client, request, NULL, &async_error));
  g_assert_error (async_error, DHEERA_ERROR, (int) code);
  g_assert_cmpstr (async_error->message, ==, error->message);

  stream = dheera_client_stream (client, request);
  g_assert_null (dheera_stream_next (stream, NULL, &stream_error));
  g_assert_error (stream_error, DHEERA_ERROR, (int) code);
  g_assert_cmpstr (stream_error->message, ==, error->message);
}

static void
ask_for_default_cb (gpointer  data,
                    GObject  *client)
{
  gboolean *asked = data;

  g_assert_nonnull (dheera_client_get_default ());
  *asked = TRUE;
}

static void
test_default_client_replaced (void)
{
  DheeraClient *first = dheera_client_new ();
  g_autoptr(DheeraClient) second = dheera_client_new ();
  gboolean asked = FALSE;

  dheera_client_make_default (first);
  g_object_weak_ref (G_OBJECT (first), ask_for_default_cb, &asked);
  g_object_unref (first);
  dheera_client_make_default (second);
  g_assert_true (asked);
  dheera_client_make_default (second);
  g_assert_true (dheera_client_get_default () == second);
  dheera_clear_default_client ();
}

static void
test_requests_that_can_not_be_sent (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request = dheera_request_new_for_prompt (NULL, "Hi");

  expect_failure (client, request, DHEERA_ERROR_INVALID_REQUEST, "default-model");

  dheera_base_request_set_model (DHEERA_BASE_REQUEST (request), "gribbledegook");
  expect_failure (client, request, DHEERA_ERROR_UNKNOWN_MODEL, "gribbledegook");

  dheera_base_request_set_model (DHEERA_BASE_REQUEST (request), "mock/echo");
  dheera_base_request_set_extra (DHEERA_BASE_REQUEST (request), "{\"a\": ");
  expect_failure (client, request, DHEERA_ERROR_INVALID_REQUEST, "extra");
  dheera_base_request_set_extra (DHEERA_BASE_REQUEST (request), NULL);

  dheera_base_request_set_provider (DHEERA_BASE_REQUEST (request), "no-such-provider");
  expect_failure (client, request, DHEERA_ERROR_INVALID_REQUEST, "no-such-provider");
  dheera_base_request_set_provider (DHEERA_BASE_REQUEST (request), NULL);

  dheera_base_request_set_base_url (DHEERA_BASE_REQUEST (request), "ftp://example.com");
  expect_failure (client, request, DHEERA_ERROR_INVALID_REQUEST, "ftp");
}

static void
test_unknown_provider_object (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraProvider) provider = dheera_provider_new ("gribble");
  g_autoptr(DheeraRequest) request = dheera_request_new_for_prompt ("gribble/x", "Hi");

  dheera_client_add_provider (client, provider);
  expect_failure (client, request, DHEERA_ERROR_INVALID_REQUEST, "openai");
}

static void
test_missing_key (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request = dheera_request_new_for_prompt ("groq/some-model", "Hi");

  g_unsetenv ("GROQ_API_KEY");
  expect_failure (client, request, DHEERA_ERROR_AUTHENTICATION, "GROQ_API_KEY");
  g_assert_nonnull (dheera_error_details_get_last ());
  g_assert_cmpint (dheera_error_details_get_code (dheera_error_details_get_last ()), ==, DHEERA_ERROR_AUTHENTICATION);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/client/defaults", test_defaults);
  g_test_add_func ("/client/property-defaults", test_property_defaults);
  g_test_add_func ("/client/settings", test_settings);
  g_test_add_func ("/client/providers", test_providers);
  g_test_add_func ("/client/watched-providers", test_watched_providers);
  g_test_add_func ("/client/default-client", test_default_client);
  g_test_add_func ("/client/default-client-replaced", test_default_client_replaced);
  g_test_add_func ("/client/requests-that-can-not-be-sent", test_requests_that_can_not_be_sent);
  g_test_add_func ("/client/unknown-provider-object", test_unknown_provider_object);
  g_test_add_func ("/client/missing-key", test_missing_key);

  return g_test_run ();
}
