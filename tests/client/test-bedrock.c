/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Amazon Bedrock as an application calls it with AWS credentials: signed in each attempt, with nothing of them in an error. */

#include <string.h>

#include "client-util.h"
#include "tests/servers/fault-server.h"

#define ID "AKIDEXAMPLE"
#define SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define TOKEN "IQoJb3JpZ2luX2VjEXAMPLETOKEN"
#define MODEL "bedrock/us.amazon.nova-lite-v1:0"

#define HEAD(status, length) "HTTP/1.1 " status "\r\nContent-Type: application/json\r\nx-amzn-requestid: req-7\r\nretry-after-ms: 1\r\nContent-Length: " length "\r\n\r\n"
#define BUSY HEAD ("429 Too Many Requests", "18") "{\"message\":\"slow\"}"
#define ANSWER "{\"output\":{\"message\":{\"content\":[{\"text\":\"Hi\"}]}},\"stopReason\":\"end_turn\"}"

static DheeraClient *
client_new (FaultServer *server,
            const char  *key,
            const char  *region)
{
  DheeraClient *client = dheera_client_new ();
  g_autoptr(DheeraProvider) provider = dheera_provider_new ("bedrock");
  g_autofree char *url = fault_server_dup_url (server, "");

  dheera_provider_set_base_url (provider, url);
  dheera_provider_set_api_key (provider, key);
  dheera_provider_set_region (provider, region);
  dheera_client_add_provider (client, provider);
  return client;
}

static void
assert_signed (const FaultRequest *request)
{
  g_autofree char *authorization = fault_request_dup_header (request, "Authorization");
  g_autofree char *token = fault_request_dup_header (request, "X-Amz-Security-Token");

  g_assert_cmpstr (request->target, ==, "/model/us.amazon.nova-lite-v1%3A0/converse");
  g_assert_true (g_str_has_prefix (authorization, "AWS4-HMAC-SHA256 Credential=" ID "/"));
  g_assert_nonnull (strstr (authorization, "/eu-west-1/bedrock/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, Signature="));
  g_assert_null (strstr (authorization, SECRET));
  g_assert_cmpstr (token, ==, TOKEN);
}

static void
test_attempts (void)
{
  g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
  g_autoptr(DheeraClient) client = client_new (server, ID ":" SECRET ":" TOKEN, "eu-west-1");
  g_autoptr(DheeraRequest) request = dheera_request_new_for_prompt (MODEL, "Hello");
  g_autofree char *answer = g_strdup_printf (HEAD ("200 OK", "%u") "%s", (guint) strlen (ANSWER), ANSWER);
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(GError) error = NULL;

  fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (BUSY), FAULT_EXPECT (), FAULT_SEND (answer), FAULT_STALL (), FAULT_END);
  response = dheera_client_complete (client, request, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (dheera_response_get_text (response), ==, "Hi");
  g_assert_cmpstr (dheera_response_get_id (response), ==, "req-7");
  g_assert_cmpuint (fault_server_get_n_requests (server), ==, 2);
  assert_signed (fault_server_get_request (server, 0));
  assert_signed (fault_server_get_request (server, 1));
}

/* Amazon quotes what it would have signed. */
static void
test_error (void)
{
  static const char body[] = "{\"message\":\"The Canonical String should have been 'x-amz-security-token:" TOKEN "' with " SECRET "\"}";
  g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
  g_autoptr(DheeraClient) client = client_new (server, ID ":" SECRET ":" TOKEN, "eu-west-1");
  g_autoptr(DheeraRequest) request = dheera_request_new_for_prompt (MODEL, "Hello");
  g_autofree char *answer = g_strdup_printf ("HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\nx-amzn-errortype: InvalidSignatureException:http://x\r\n"
                                             "Content-Length: %u\r\n\r\n%s", (guint) strlen (body), body);
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(GError) error = NULL;

  fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (answer), FAULT_STALL (), FAULT_END);
  response = dheera_client_complete (client, request, NULL, &error);
  g_assert_null (response);
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_AUTHENTICATION);
  g_assert_nonnull (strstr (error->message, "Canonical String"));
  g_assert_null (strstr (error->message, TOKEN));
  g_assert_null (strstr (error->message, SECRET));
  g_assert_null (strstr (dheera_error_details_get_body (dheera_error_details_get_last ()), TOKEN));
}

static void
test_no_region (void)
{
  g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
  g_autoptr(DheeraClient) client = client_new (server, ID ":" SECRET, NULL);
  g_autoptr(DheeraRequest) request = dheera_request_new_for_prompt (MODEL, "Hello");
  g_autoptr(DheeraResponse) response = dheera_client_complete (client, request, NULL, NULL);
  g_autoptr(GError) error = NULL;

  g_assert_null (response);
  response = dheera_client_complete (client, request, NULL, &error);
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
  g_assert_nonnull (strstr (error->message, "AWS_REGION"));
  g_assert_cmpuint (fault_server_get_n_connections (server), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  static const char *const variables[] = { "AWS_BEARER_TOKEN_BEDROCK", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_REGION_NAME" };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (variables); i++)
    g_unsetenv (variables[i]);

  g_test_add_func ("/bedrock/attempts", test_attempts);
  g_test_add_func ("/bedrock/error", test_error);
  g_test_add_func ("/bedrock/no-region", test_no_region);

  return g_test_run ();
}
