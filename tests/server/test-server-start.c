/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A server that does not start says why, and leaves everything as it was. */

#include "server-util.h"

#include <glib/gstdio.h>
#include <string.h>

#include "tests/servers/fault-server.h"

static void
assert_start_fails (DheeraServer *server,
                    DheeraError   code,
                    const char   *says)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (dheera_server_start (server, &error));
  g_assert_error (error, DHEERA_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, says));
  g_assert_true (g_str_has_suffix (error->message, ".") || g_str_has_suffix (error->message, "?"));
}

static void
test_start_refusals (void)
{
  const char *const empty[] = { "", NULL };
  const char *const no_hash[] = { "sha256:12", NULL };
  g_autoptr(DheeraServer) server = dheera_server_new (NULL);
  g_autoptr(DheeraServer) second = dheera_server_new (NULL);

  dheera_server_set_port (server, 0);
  dheera_server_set_host (server, "0.0.0.0");
  assert_start_fails (server, DHEERA_ERROR_INVALID_REQUEST, "no keys");
  dheera_server_set_host (server, "::");
  g_assert_false (dheera_server_start (server, NULL));
  dheera_server_set_host (server, "256.0.0.1");
  assert_start_fails (server, DHEERA_ERROR_INVALID_REQUEST, "256.0.0.1");
  /* TEST-NET-1, which no machine has */
  dheera_server_set_host (server, "192.0.2.1");
  assert_start_fails (server, DHEERA_ERROR_INVALID_REQUEST, "192.0.2.1");
  dheera_server_set_host (server, NULL);
  dheera_server_set_keys (server, empty);
  assert_start_fails (server, DHEERA_ERROR_INVALID_REQUEST, "empty");
  dheera_server_set_keys (server, no_hash);
  assert_start_fails (server, DHEERA_ERROR_INVALID_REQUEST, "no hash");
  dheera_server_set_keys (server, NULL);
  dheera_server_set_config_file (server, "/nowhere/server.conf");
  assert_start_fails (server, DHEERA_ERROR_INVALID_REQUEST, "/nowhere/server.conf");
  dheera_server_set_config_file (server, NULL);

  g_assert_true (dheera_server_start (server, NULL));
  assert_start_fails (server, DHEERA_ERROR_INVALID_REQUEST, "runs already");
  dheera_server_set_port (second, dheera_server_get_port (server));
  assert_start_fails (second, DHEERA_ERROR_CONFLICT, "in use");
}

/* What a server stands for and nobody could be asked for is found before the first request. */
static void
test_start_with_target (void)
{
  static const char *const wrong[] = { "nobody/m", "mock/", "m" };

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr(DheeraServer) server = dheera_server_new (NULL);

      dheera_server_set_port (server, 0);
      dheera_server_add_model (server, "good", "mock/echo");
      dheera_server_add_model (server, "fast", wrong[i]);
      assert_start_fails (server, DHEERA_ERROR_INVALID_REQUEST, "“fast”");
    }
}

/* A name that is given twice, here or here and in the file, is one model: the last one that the program named. */
static void
test_start_with_name_twice (void)
{
  g_autoptr(DheeraServer) server = dheera_server_new (NULL);
  g_autofree char *folder = g_dir_make_tmp ("dheera-server-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "server.conf", NULL);
  g_auto(Answer) list = { 0 };
  g_auto(Answer) answer = { 0 };
  const char *first;

  g_assert_true (g_file_set_contents (path, "[model fast]\ntarget=mock/nothing\n[model other]\ntarget=mock/echo\n", -1, NULL));
  dheera_server_set_port (server, 0);
  dheera_server_set_config_file (server, path);
  dheera_server_add_model (server, "fast", "nobody/m");
  dheera_server_add_model (server, "fast", "mock/echo");
  g_assert_true (dheera_server_start (server, NULL));
  ask (&list, server, "GET", "/v1/models", NULL, NULL);
  g_assert_cmpuint (list.status, ==, 200);
  first = strstr (list.text, "\"id\":\"fast\"");
  g_assert_nonnull (first);
  g_assert_nonnull (strstr (first, "\"id\":\"other\""));
  g_assert_null (strstr (first + 1, "\"id\":\"fast\""));
  ask (&answer, server, "POST", "/v1/chat/completions", CHAT_BODY ("fast"), NULL);
  g_assert_cmpuint (answer.status, ==, 200);
  g_remove (path);
  g_rmdir (folder);
}

/* A start that failed leaves the client as it was, and the next one is none the worse for it. */
static void
test_start_fails_late (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraServer) first = dheera_server_new (NULL);
  g_autoptr(DheeraServer) server = dheera_server_new (client);
  g_autofree char *folder = g_dir_make_tmp ("dheera-server-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "server.conf", NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(GTlsCertificate) no_key = NULL;
  g_autofree char *certificate = fault_server_dup_certificate ("ca.pem");
  static const char text[] = "[server]\nparam-policy=drop\n[provider lab]\nbase-url=http://localhost:1/v1\n[provider openai]\nregion=eu\n[model fast]\ntarget=lab/m\n";

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  dheera_server_set_port (first, 0);
  g_assert_true (dheera_server_start (first, NULL));
  dheera_server_set_config_file (server, path);

  /* Another server has the port; then the very last thing fails, the certificate without its key. */
  dheera_server_set_port (server, dheera_server_get_port (first));
  assert_start_fails (server, DHEERA_ERROR_CONFLICT, "in use");
  dheera_server_set_port (server, 0);
  no_key = g_tls_certificate_new_from_file (certificate, &error);
  g_assert_no_error (error);
  dheera_server_set_tls_certificate (server, no_key);
  assert_start_fails (server, DHEERA_ERROR_INVALID_REQUEST, "no private key");
  g_assert_cmpuint (g_list_model_get_n_items (dheera_client_get_providers (client)), ==, 0);
  g_assert_cmpint (dheera_client_get_param_policy (client), ==, DHEERA_PARAM_POLICY_REJECT);

  dheera_server_set_tls_certificate (server, NULL);
  g_assert_true (dheera_server_start (server, NULL));
  g_assert_cmpuint (g_list_model_get_n_items (dheera_client_get_providers (client)), ==, 2);
  g_assert_cmpint (dheera_client_get_param_policy (client), ==, DHEERA_PARAM_POLICY_DROP);
  g_remove (path);
  g_rmdir (folder);
}

/* A session that can't be made would be missed by every request. */
static void
test_start_without_session (void)
{
  g_autoptr(DheeraSessionOptions) options = dheera_session_options_new ();
  g_autoptr(DheeraClient) client = NULL;
  g_autoptr(DheeraServer) server = NULL;

  dheera_session_options_set_ca_file (options, "/nowhere/ca.pem");
  client = g_object_new (DHEERA_TYPE_CLIENT, "session-options", options, NULL);
  server = dheera_server_new (client);
  dheera_server_set_port (server, 0);
  assert_start_fails (server, DHEERA_ERROR_INVALID_REQUEST, "/nowhere/ca.pem");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/start/refusals", test_start_refusals);
  g_test_add_func ("/server/start/with-target", test_start_with_target);
  g_test_add_func ("/server/start/with-name-twice", test_start_with_name_twice);
  g_test_add_func ("/server/start/fails-late", test_start_fails_late);
  g_test_add_func ("/server/start/without-session", test_start_without_session);

  return g_test_run ();
}
