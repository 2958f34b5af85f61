/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "dheera-ai/model/dheera-error.h"
#include "dheera-ai/providers/dheera-provider-private.h"

static const char *const variables[] = {
  "AWS_BEARER_TOKEN_BEDROCK", "AWS_ACCESS_KEY_ID",  "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
  "AWS_REGION",               "AWS_DEFAULT_REGION", "AWS_REGION_NAME",       "AWS_ENDPOINT_URL_BEDROCK_RUNTIME",
};

static void
clear_environment (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (variables); i++)
    g_unsetenv (variables[i]);
}

static void
assert_key (DheeraProvider *provider,
            const char     *expected)
{
  g_autofree char *key = dheera_provider_dup_key (provider);

  g_assert_cmpstr (key, ==, expected);
}

static void
test_key (void)
{
  g_autoptr (DheeraProvider) bedrock = dheera_provider_new ("bedrock-openai");
  g_autoptr (DheeraProvider) openai = dheera_provider_new ("xai");

  clear_environment ();
  assert_key (bedrock, NULL);
  g_setenv ("AWS_ACCESS_KEY_ID", "AKID", TRUE);
  assert_key (bedrock, NULL);
  g_setenv ("AWS_SECRET_ACCESS_KEY", "secret", TRUE);
  assert_key (bedrock, "AKID:secret");
  g_setenv ("AWS_SESSION_TOKEN", "", TRUE);
  assert_key (bedrock, "AKID:secret");
  g_setenv ("AWS_SESSION_TOKEN", "token", TRUE);
  assert_key (bedrock, "AKID:secret:token");
  g_setenv ("AWS_BEARER_TOKEN_BEDROCK", "bearer", TRUE);
  assert_key (bedrock, "bearer");
  dheera_provider_set_api_key (bedrock, "own");
  assert_key (bedrock, "own");
  /* They are nobody else's. */
  assert_key (openai, NULL);
  clear_environment ();
}

static void
assert_url (const char *region,
            const char *expected)
{
  g_autoptr (DheeraProvider) provider = dheera_provider_new ("bedrock-openai");
  g_autoptr (GError) error = NULL;
  g_autofree char *url = NULL;

  dheera_provider_set_region (provider, region);
  url = dheera_provider_dup_base_url (provider, NULL, &error);
  if (expected != NULL)
    {
      g_assert_no_error (error);
      g_assert_cmpstr (url, ==, expected);
      return;
    }
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
  g_assert_nonnull (strstr (error->message, "region"));
}

#define URL(rest) "https://bedrock-runtime." rest "/openai/v1"

static void
test_region (void)
{
  clear_environment ();
  assert_url (NULL, NULL);
  assert_url ("us-east-1.evil.example/", NULL);
  assert_url ("evil.example#", NULL);
  assert_url ("us-east-1", URL ("us-east-1.amazonaws.com"));
  assert_url ("us-gov-east-1", URL ("us-gov-east-1.amazonaws.com"));
  assert_url ("cn-north-1", URL ("cn-north-1.amazonaws.com.cn"));
  assert_url ("us-iso-east-1", URL ("us-iso-east-1.c2s.ic.gov"));
  assert_url ("us-isob-east-1", URL ("us-isob-east-1.sc2s.sgov.gov"));

  g_setenv ("AWS_REGION_NAME", "eu-west-3", TRUE);
  assert_url (NULL, URL ("eu-west-3.amazonaws.com"));
  g_setenv ("AWS_DEFAULT_REGION", "eu-west-2", TRUE);
  assert_url (NULL, URL ("eu-west-2.amazonaws.com"));
  g_setenv ("AWS_REGION", "eu-west-1", TRUE);
  assert_url (NULL, URL ("eu-west-1.amazonaws.com"));
  assert_url ("eu-central-1", URL ("eu-central-1.amazonaws.com"));
  clear_environment ();
}

static void
test_signing (void)
{
  g_autoptr (DheeraProvider) provider = dheera_provider_new ("bedrock-openai");
  g_autoptr (DheeraHttpRequest) request = dheera_http_request_new ("POST", "https://example.com");
  g_autoptr (DheeraHttpRequest) own = dheera_http_request_new ("POST", "https://example.com");

  clear_environment ();
  g_assert_true (dheera_provider_apply (provider, request, NULL));
  g_assert_cmpint (request->auth, ==, DHEERA_AUTH_SIGV4);
  g_assert_cmpstr (request->sign_service, ==, "bedrock");
  g_assert_null (request->sign_region);

  g_setenv ("AWS_REGION", "eu-west-1", TRUE);
  g_assert_true (dheera_provider_apply (provider, request, NULL));
  g_assert_cmpstr (request->sign_region, ==, "eu-west-1");

  /* Whoever signs himself is left alone. */
  dheera_http_request_set_header (own, "authorization", "AWS4-HMAC-SHA256 ...");
  g_assert_true (dheera_provider_apply (provider, own, NULL));
  g_assert_cmpint (own->auth, ==, DHEERA_AUTH_NONE);
  clear_environment ();
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/provider-aws/key", test_key);
  g_test_add_func ("/provider-aws/region", test_region);
  g_test_add_func ("/provider-aws/signing", test_signing);

  return g_test_run ();
}
