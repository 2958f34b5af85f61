/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The configuration file: what it says, and that nothing in it is passed over. */

#include "dheera-ai/server/dheera-server-private.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>

#include "tests/servers/fault-server.h"

#define KEY "sk-canary-0123456789abcdef"

typedef struct
{
  char *folder;
  GPtrArray *paths;
} Folder;

static void
folder_init (Folder *self)
{
  self->folder = g_dir_make_tmp ("dheera-config-XXXXXX", NULL);
  self->paths = g_ptr_array_new_with_free_func (g_free);
}

static void
folder_clear (Folder *self)
{
  for (guint i = 0; i < self->paths->len; i++)
    g_remove (g_ptr_array_index (self->paths, i));
  g_rmdir (self->folder);
  g_ptr_array_unref (self->paths);
  g_free (self->folder);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Folder, folder_clear)

static const char *
folder_add (Folder     *self,
            const char *name,
            const char *text,
            int         mode)
{
  char *path = g_build_filename (self->folder, name, NULL);
  g_autoptr(GError) error = NULL;

  g_ptr_array_add (self->paths, path);
  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_chmod (path, mode), ==, 0);

  return path;
}

static void
read_config (DheeraServerConfig *config,
             Folder             *folder,
             const char         *text)
{
  g_autoptr(GError) error = NULL;

  dheera_server_config_init (config);
  dheera_server_config_read (config, folder_add (folder, "server.conf", text, 0644), &error);
  g_assert_no_error (error);
}

static void
test_empty (void)
{
  g_auto(Folder) folder;
  g_auto(DheeraServerConfig) config;

  folder_init (&folder);
  read_config (&config, &folder, "# nothing\n");
  g_assert_null (config.host);
  g_assert_cmpint (config.port, ==, -1);
  g_assert_cmpint (config.max_connections, ==, -1);
  g_assert_cmpint (config.max_body_size, ==, -1);
  g_assert_cmpfloat (config.drain_timeout, <, 0);
  g_assert_null (config.session);
  g_assert_cmpuint (dheera_keys_get_length (config.keys), ==, 0);
  g_assert_cmpuint (config.models->len, ==, 0);
  g_assert_cmpuint (config.providers->len, ==, 0);
}

static void
test_server (void)
{
  g_auto(Folder) folder;
  g_auto(DheeraServerConfig) config;
  g_autofree char *certificate = fault_server_dup_certificate ("localhost.pem");
  g_autofree char *pem = NULL;
  g_autofree char *text = NULL;

  folder_init (&folder);
  g_assert_true (g_file_get_contents (certificate, &pem, NULL, NULL));
  folder_add (&folder, "cert.pem", pem, 0600);
  folder_add (&folder, "keys", KEY "\nother\n", 0600);
  text = g_strdup_printf ("[server]\nhost=::1\nport=0\nkey-files=keys;\nkey-hashes=sha256:%064d;sha256:%064d\nmax-connections=7\nmax-body-size=5000000000\ndrain-timeout=2.5\nparam-policy=drop\n"
                          "tls-certificate-file=cert.pem\ntls-key-file=cert.pem\n", 1, 2);
  read_config (&config, &folder, text);
  g_assert_cmpstr (config.host, ==, "::1");
  g_assert_cmpint (config.port, ==, 0);
  g_assert_cmpuint (dheera_keys_get_length (config.keys), ==, 4);
  g_assert_true (dheera_keys_match (config.keys, KEY));
  g_assert_cmpint (config.max_connections, ==, 7);
  g_assert_cmpint (config.max_body_size, ==, 5000000000);
  g_assert_cmpfloat (config.drain_timeout, ==, 2.5);
  g_assert_true (G_IS_TLS_CERTIFICATE (config.certificate));
}

/* A file that does not say it leaves the client as it is. */
static void
test_policy (void)
{
  static const struct
  {
    const char *text;
    DheeraParamPolicy before, after;
  } cases[] = {
    { "[server]\nparam-policy=drop\n", DHEERA_PARAM_POLICY_REJECT, DHEERA_PARAM_POLICY_DROP },
    { "[server]\nparam-policy=reject\n", DHEERA_PARAM_POLICY_DROP, DHEERA_PARAM_POLICY_REJECT },
    { "[server]\nport=0\n", DHEERA_PARAM_POLICY_REJECT, DHEERA_PARAM_POLICY_REJECT },
    { "[server]\nport=0\n", DHEERA_PARAM_POLICY_DROP, DHEERA_PARAM_POLICY_DROP },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto(Folder) folder;
      g_auto(DheeraServerConfig) config;
      g_autoptr(DheeraClient) client = g_object_new (DHEERA_TYPE_CLIENT, "param-policy", cases[i].before, NULL);

      folder_init (&folder);
      read_config (&config, &folder, cases[i].text);
      dheera_server_config_apply (&config, client);
      g_assert_cmpint (dheera_client_get_param_policy (client), ==, cases[i].after);
    }
}

static void
test_session (void)
{
  g_auto(Folder) folder;
  g_auto(DheeraServerConfig) config;
  g_autofree char *ca_file = NULL;
  DheeraSessionOptions *session;

  folder_init (&folder);
  ca_file = g_build_filename (folder.folder, "ca.pem", NULL);
  read_config (&config, &folder,
               "[session]\nmax-connections=12\nmax-connections-per-host=3\nkeepalive-timeout=0\ntcp-keepalive=false\ndns-cache-ttl=-1\ntrust-env=true\n"
               "proxy-uri=http://user:" KEY "@proxy.example.com:3128\nno-proxy=a.example;10.0.0.0/8\nca-file=ca.pem\nclient-certificate-file=/c.pem\nclient-key-file=pkcs11:id=1\n"
               "verify=true\nremote-connectable=unix:/run/side.socket\naddress-family=ipv4\nuser-agent=lab/1\nhttp2=true\n");
  session = config.session;
  g_assert_cmpuint (dheera_session_options_get_max_connections (session), ==, 12);
  g_assert_cmpuint (dheera_session_options_get_max_connections_per_host (session), ==, 3);
  g_assert_cmpuint (dheera_session_options_get_keepalive_timeout (session), ==, 0);
  g_assert_false (dheera_session_options_get_tcp_keepalive (session));
  g_assert_cmpint (dheera_session_options_get_dns_cache_ttl (session), ==, -1);
  g_assert_true (dheera_session_options_get_trust_env (session));
  g_assert_cmpstr (dheera_session_options_get_proxy_uri (session), ==, "http://proxy.example.com:3128");
  g_assert_cmpstr (dheera_session_options_get_no_proxy (session)[1], ==, "10.0.0.0/8");
  g_assert_cmpstr (dheera_session_options_get_ca_file (session), ==, ca_file);
  g_assert_cmpstr (dheera_session_options_get_client_certificate_file (session), ==, "/c.pem");
  g_assert_cmpstr (dheera_session_options_get_client_key_file (session), ==, "pkcs11:id=1");
  g_assert_true (G_IS_UNIX_SOCKET_ADDRESS (dheera_session_options_get_remote_connectable (session)));
  g_assert_cmpint (dheera_session_options_get_address_family (session), ==, G_SOCKET_FAMILY_IPV4);
  g_assert_cmpstr (dheera_session_options_get_user_agent (session), ==, "lab/1");
  g_assert_true (dheera_session_options_get_http2 (session));
}

/* What looks like a key that is there twice and is none: in another group, in a comment, behind the equals sign, the beginning of another key. */
static void
test_not_twice (void)
{
  g_auto(Folder) folder;
  g_auto(DheeraServerConfig) config;

  folder_init (&folder);
  read_config (&config, &folder, "[provider a]\nbase-url=http://localhost:1/v1\n#base-url=http://localhost:2/v1\n[provider b]\nbase-url=http://localhost:1/base-url=/base-url=\n"
                                 "[session]\nmax-connections=1\nmax-connections-per-host=1\n[server]\nport=1\n[session]\nhttp2=true\n");
  g_assert_cmpuint (config.providers->len, ==, 2);
  g_assert_cmpint (config.port, ==, 1);
  g_assert_true (dheera_session_options_get_http2 (config.session));
}

/* What a model of the file stands for has to be known to the client, or to the file. */
static void
test_targets (void)
{
  static const struct
  {
    const char *target, *says; /* NULL: it is good */
  } cases[] = {
    { "openai/gpt-4o-mini", NULL },
    { "together/x", NULL },
    { "gpt-4o-mini", NULL },
    { "lab/m", NULL },
    { "own/a/b", NULL },
    { "nobody/m", "“nobody/m”" },
    { "m", "“m”" },
    { "openai/", "“openai/”" },
    { "lab/", "“lab/" },
    { "lab", "“lab”" },
    { "/m", "“/m”" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto(Folder) folder;
      g_auto(DheeraServerConfig) config;
      g_autoptr(DheeraClient) client = dheera_client_new ();
      g_autoptr(DheeraProvider) own = dheera_provider_new_compatible ("own", "http://localhost:3/v1");
      g_autoptr(GError) error = NULL;
      g_autofree char *text = g_strdup_printf ("[provider lab]\nbase-url=http://localhost:2/v1\n[model good]\ntarget=mock/echo\n[model fast]\ntarget=%s\n", cases[i].target);
      gboolean good;

      dheera_client_add_provider (client, own);
      folder_init (&folder);
      read_config (&config, &folder, text);
      good = dheera_server_config_check_targets (&config, client, "server.conf", &error);
      g_assert_cmpint (good, ==, cases[i].says == NULL);
      g_assert_cmpuint (g_list_model_get_n_items (dheera_client_get_providers (client)), ==, 1);
      if (good)
        continue;
      g_test_message ("%s", error->message);
      g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
      g_assert_nonnull (strstr (error->message, "server.conf, group [model fast], key “target”: "));
      g_assert_nonnull (strstr (error->message, cases[i].says));
    }
}

/* Every option that a file can say is one of it: a new property of the options that is none of these shows here. */
static void
test_all_options (void)
{
  g_autoptr(GTypeClass) klass = g_type_class_ref (DHEERA_TYPE_SESSION_OPTIONS);
  guint n = 0;
  g_autofree GParamSpec **specs = g_object_class_list_properties (G_OBJECT_CLASS (klass), &n);

  for (guint i = 0; i < n; i++)
    {
      g_auto(Folder) folder;
      g_auto(DheeraServerConfig) config;
      g_autoptr(GError) error = NULL;
      g_autofree char *text = g_strdup_printf ("[session]\n%s=1\n", specs[i]->name);

      folder_init (&folder);
      dheera_server_config_init (&config);
      if (!dheera_server_config_read (&config, folder_add (&folder, "server.conf", text, 0644), &error))
        g_assert_null (strstr (error->message, "there is no such option"));
    }
  g_assert_cmpuint (n, >, 15);
}

static void
test_providers_and_models (void)
{
  g_auto(Folder) folder;
  g_auto(DheeraServerConfig) config;
  g_autoptr(DheeraClient) client = dheera_client_new ();
  DheeraProvider *openai;
  DheeraProvider *lab;
  const DheeraServedModel *model;

  folder_init (&folder);
  folder_add (&folder, "openai.key", KEY "\n", 0600);
  read_config (&config, &folder,
               "[provider openai]\nbase-url=http://localhost:1/v1\napi-key-file=openai.key\norganization=org\nproject=proj\n"
               "[provider lab]\nbase-url=http://localhost:2/v1\napi-version=3\nregion=eu\n"
               "[model fast one]\ntarget=openai/gpt-4o-mini\n[model slow/1]\ntarget=lab/big\n");
  g_assert_cmpuint (config.models->len, ==, 2);
  model = g_ptr_array_index (config.models, 0);
  g_assert_cmpstr (model->name, ==, "fast one");
  g_assert_cmpstr (model->target, ==, "openai/gpt-4o-mini");

  dheera_server_config_apply (&config, client);
  openai = dheera_client_get_provider (client, "openai");
  lab = dheera_client_get_provider (client, "lab");
  g_assert_cmpstr (dheera_provider_get_base_url (openai), ==, "http://localhost:1/v1");
  g_assert_cmpstr (dheera_provider_get_organization (openai), ==, "org");
  g_assert_cmpstr (dheera_provider_get_project (openai), ==, "proj");
  g_assert_cmpstr (dheera_provider_get_base_url (lab), ==, "http://localhost:2/v1");
  g_assert_cmpstr (dheera_provider_get_api_version (lab), ==, "3");
  g_assert_cmpstr (dheera_provider_get_region (lab), ==, "eu");
}

static void
test_wrong (void)
{
  static const struct
  {
    const char *text, *group, *key, *says;
  } cases[] = {
    { "[sever]\nport=1\n", "sever", NULL, "no such group" },
    { "[provider ]\n", "provider ", NULL, "no such group" },
    { "[server]\nprot=1\n", "server", "prot", "no such key" },
    { "[server]\nport=65536\n", "server", "port", "65535" },
    { "[server]\nport=\n", "server", "port", "empty" },
    { "[server]\nport=1x\n", "server", "port", "no whole number" },
    { "[server]\nmax-connections=0\n", "server", "max-connections", "no whole number" },
    { "[server]\nparam-policy=Drop\n", "server", "param-policy", "“Drop” is none of drop and reject" },
    { "[server]\nparam-policy=\n", "server", "param-policy", "the value is empty" },
    { "[server]\ndrain-timeout=soon\n", "server", "drain-timeout", "no number of seconds" },
    { "[server]\ndrain-timeout=-1\n", "server", "drain-timeout", "no number of seconds" },
    { "[server]\ndrain-timeout=nan\n", "server", "drain-timeout", "no number of seconds" },
    { "[server]\nkey-hashes=" KEY "\n", "server", "key-hashes", "no hash" },
    { "[server]\nkey-hashes=\n", "server", "key-hashes", "empty" },
    { "[server]\nkey-files=\n", "server", "key-files", "empty" },
    { "[server]\nkey-files=open\n", "server", "key-files", "chmod 600" },
    { "[server]\nkey-files=missing\n", "server", "key-files", "can't be read" },
    { "[server]\ntls-key-file=open\n", "server", "tls-key-file", "tls-certificate-file" },
    { "[server]\ntls-certificate-file=open\n", "server", "tls-certificate-file", "chmod 600" },
    { "[server]\ntls-certificate-file=blank\n", "server", "tls-certificate-file", "no certificate" },
    { "[server]\ntls-certificate-file=blank\ntls-key-file=open\n", "server", "tls-certificate-file", "chmod 600" },
    { "[session]\nproxy=x\n", "session", "proxy", "no such option" },
    { "[session]\nmax-connections=-1\n", "session", "max-connections", "no whole number" },
    { "[session]\nverify=maybe\n", "session", "verify", "neither true nor false" },
    { "[session]\naddress-family=ipv5\n", "session", "address-family", "none of its values" },
    { "[session]\ntls-database=x\n", "session", "tls-database", "object" },
    { "[session]\nremote-connectable=x\n", "session", "remote-connectable", "host:port" },
    { "[provider nobody]\nregion=eu\n", "provider nobody", NULL, "base-url" },
    { "[provider a/b]\nbase-url=http://localhost:1/v1\n", "provider a/b", NULL, "slash" },
    { "[provider lab]\nbase-url=localhost:1\n", "provider lab", "base-url", "http://" },
    { "[provider lab]\nbase-url=file:///etc\n", "provider lab", "base-url", "scheme" },
    { "[provider lab]\nbase-url=http://me:" KEY "@localhost/\n", "provider lab", "base-url", "credentials" },
    { "[provider openai]\napi-key=" KEY "\n", "provider openai", "api-key", "api-key-file" },
    { "[provider openai]\napi-key-file=open\n", "provider openai", "api-key-file", "chmod 600" },
    { "[provider openai]\napi-key-file=blank\n", "provider openai", "api-key-file", "no key" },
    { "[provider openai]\nurl=x\n", "provider openai", "url", "no such key" },
    { "[model x]\n", "model x", NULL, "no target" },
    { "[model x]\ntarget=\n", "model x", "target", "empty" },
    { "[model x]\ntarget=a/b\nprice=1\n", "model x", "price", "no such key" },
    { "[server]\nport=1\n# port=2\n\n  port = 3\n", "server", "port", "in lines 2 and 5" },
    { "[provider lab]\nbase-url=http://localhost:1/v1\n[server]\nport=1\n[provider lab]\nbase-url=http://localhost:2/v1\n", "provider lab", "base-url", "in lines 2 and 6" },
    { "[model x]\ntarget=a/b\r\n[model y]\ntarget=a/b\n[model x]\ntarget=a/c", "model x", "target", "in lines 2 and 6" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto(Folder) folder;
      g_auto(DheeraServerConfig) config;
      g_autoptr(GError) error = NULL;
      g_autofree char *group = g_strdup_printf ("group [%s]", cases[i].group);
      g_autofree char *key = g_strdup_printf ("key “%s”", cases[i].key);
      const char *path;

      folder_init (&folder);
      folder_add (&folder, "open", KEY "\n", 0644);
      folder_add (&folder, "blank", "\n", 0600);
      path = folder_add (&folder, "server.conf", cases[i].text, 0644);
      dheera_server_config_init (&config);
      g_assert_false (dheera_server_config_read (&config, path, &error));
      g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
      g_test_message ("%s", error->message);
      g_assert_nonnull (strstr (error->message, path));
      g_assert_nonnull (strstr (error->message, group));
      g_assert_true (cases[i].key == NULL || strstr (error->message, key) != NULL);
      g_assert_nonnull (strstr (error->message, cases[i].says));
      g_assert_null (strstr (error->message, KEY));
      g_assert_true (g_str_has_suffix (error->message, "."));
    }
}

static void
test_no_file (void)
{
  static const char *const texts[] = { "port=1\n", "[server\n", "[server]\nport\n" };
  g_auto(DheeraServerConfig) config;
  g_autoptr(GError) error = NULL;

  dheera_server_config_init (&config);
  g_assert_false (dheera_server_config_read (&config, "/nowhere/server.conf", &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
  g_assert_nonnull (strstr (error->message, "/nowhere/server.conf"));
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_auto(Folder) folder;
      g_auto(DheeraServerConfig) other;
      g_autoptr(GError) wrong = NULL;

      folder_init (&folder);
      dheera_server_config_init (&other);
      g_assert_false (dheera_server_config_read (&other, folder_add (&folder, "server.conf", texts[i], 0644), &wrong));
      g_assert_error (wrong, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/config/empty", test_empty);
  g_test_add_func ("/server/config/server", test_server);
  g_test_add_func ("/server/config/policy", test_policy);
  g_test_add_func ("/server/config/session", test_session);
  g_test_add_func ("/server/config/not-twice", test_not_twice);
  g_test_add_func ("/server/config/targets", test_targets);
  g_test_add_func ("/server/config/all-options", test_all_options);
  g_test_add_func ("/server/config/providers-and-models", test_providers_and_models);
  g_test_add_func ("/server/config/wrong", test_wrong);
  g_test_add_func ("/server/config/no-file", test_no_file);

  return g_test_run ();
}
