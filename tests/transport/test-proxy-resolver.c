/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-ai/transport/dheera-session-config-internal-private.h"

#include <string.h>

/* Variables as NAME=VALUE, the URL that is asked about, and what is answered */
typedef struct
{
  const char *variables[5];
  const char *url;
  const char *expected;
} Row;

static const char *const names[] = { "http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY", "REQUEST_METHOD" };

static const Row rows[] = {
  { { NULL }, "https://api.example:443", "direct://" },
  { { "https_proxy=http://proxy:3128" }, "https://api.example:443", "http://proxy:3128" },
  { { "https_proxy=http://proxy:3128" }, "http://api.example:80", "direct://" },
  { { "HTTPS_PROXY=http://proxy:3128" }, "https://api.example:443", "http://proxy:3128" },
  { { "https_proxy=http://lower:1", "HTTPS_PROXY=http://upper:1" }, "https://api.example:443", "http://lower:1" },
  { { "https_proxy=", "HTTPS_PROXY=http://upper:1" }, "https://api.example:443", "http://upper:1" },
  { { "https_proxy=proxy:3128" }, "https://api.example:443", "http://proxy:3128" },
  { { "https_proxy=user:word@proxy:3128" }, "https://api.example:443", "http://proxy:3128" },
  { { "https_proxy=http://user:w%40rd@[::2]:3128" }, "https://api.example:443", "http://[::2]:3128" },
  { { "https_proxy=socks5://user:word@proxy:1080" }, "https://api.example:443", "socks5://user:word@proxy:1080" },
  { { "all_proxy=socks5://proxy:1080" }, "https://api.example:443", "socks5://proxy:1080" },
  { { "ALL_PROXY=socks5h://proxy:1080" }, "http://api.example:80", "socks5://proxy:1080" },
  { { "all_proxy=http://all:1", "https_proxy=http://https:1" }, "https://api.example:443", "http://https:1" },
  { { "http_proxy=http://proxy:3128" }, "http://api.example:80", "http://proxy:3128" },
  { { "HTTP_PROXY=http://proxy:3128" }, "http://api.example:80", "http://proxy:3128" },
  /* A CGI program gets HTTP_PROXY from whoever sends it a header. */
  { { "HTTP_PROXY=http://evil:1", "REQUEST_METHOD=GET" }, "http://api.example:80", "direct://" },
  { { "http_proxy=http://proxy:1", "HTTP_PROXY=http://evil:1", "REQUEST_METHOD=GET" }, "http://api.example:80", "http://proxy:1" },

  { { "https_proxy=http://p:1", "no_proxy=*" }, "https://api.example:443", "direct://" },
  { { "https_proxy=http://p:1", "no_proxy=api.example" }, "https://api.example:443", "direct://" },
  { { "https_proxy=http://p:1", "NO_PROXY=api.example" }, "https://api.example:443", "direct://" },
  { { "https_proxy=http://p:1", "no_proxy=example" }, "https://api.example:443", "direct://" },
  { { "https_proxy=http://p:1", "no_proxy=.example" }, "https://api.example:443", "direct://" },
  { { "https_proxy=http://p:1", "no_proxy=*.example" }, "https://api.example:443", "direct://" },
  { { "https_proxy=http://p:1", "no_proxy=.api.example" }, "https://api.example:443", "direct://" },
  { { "https_proxy=http://p:1", "no_proxy=API.Example." }, "https://api.example:443", "direct://" },
  { { "https_proxy=http://p:1", "no_proxy=api.example" }, "https://API.example.:443", "direct://" },
  { { "https_proxy=http://p:1", "no_proxy=xample" }, "https://api.example:443", "http://p:1" },
  { { "https_proxy=http://p:1", "no_proxy=pi.example" }, "https://api.example:443", "http://p:1" },
  { { "https_proxy=http://p:1", "no_proxy=other, api.example ,third" }, "https://api.example:443", "direct://" },
  { { "https_proxy=http://p:1", "no_proxy=other api.example" }, "https://api.example:443", "direct://" },
  { { "https_proxy=http://p:1", "no_proxy=,, ,." }, "https://api.example:443", "http://p:1" },
  { { "https_proxy=http://p:1", "no_proxy=api.example:443" }, "https://api.example:443", "direct://" },
  { { "https_proxy=http://p:1", "no_proxy=api.example:443" }, "https://api.example", "direct://" },
  { { "https_proxy=http://p:1", "no_proxy=api.example:8443" }, "https://api.example:443", "http://p:1" },
  { { "https_proxy=http://p:1", "no_proxy=10.1.2.3" }, "https://10.1.2.3:443", "direct://" },
  { { "https_proxy=http://p:1", "no_proxy=10.1.2.3:443" }, "https://10.1.2.3:443", "direct://" },
  { { "https_proxy=http://p:1", "no_proxy=10.0.0.0/8" }, "https://10.1.2.3:443", "direct://" },
  { { "https_proxy=http://p:1", "no_proxy=10.0.0.0/8" }, "https://11.1.2.3:443", "http://p:1" },
  { { "https_proxy=http://p:1", "no_proxy=10.0.0.0/8" }, "https://api.example:443", "http://p:1" },
  { { "https_proxy=http://p:1", "no_proxy=2.3" }, "https://10.1.2.3:443", "http://p:1" },
  { { "https_proxy=http://p:1", "no_proxy=2001:db8::1" }, "https://[2001:db8::1]:443", "direct://" },
  { { "https_proxy=http://p:1", "no_proxy=[2001:db8::1]" }, "https://[2001:db8::1]:443", "direct://" },
  { { "https_proxy=http://p:1", "no_proxy=[2001:db8::1]:443" }, "https://[2001:db8::1]:443", "direct://" },
  { { "https_proxy=http://p:1", "no_proxy=[2001:db8::1]:8443" }, "https://[2001:db8::1]:443", "http://p:1" },
  { { "https_proxy=http://p:1", "no_proxy=2001:db8::/32" }, "https://[2001:db8::1]:443", "direct://" },

  /* This machine is never behind a proxy. */
  { { "http_proxy=http://p:1", "https_proxy=http://p:1" }, "http://localhost:11434", "direct://" },
  { { "http_proxy=http://p:1" }, "http://models.localhost:11434", "direct://" },
  { { "http_proxy=http://p:1" }, "http://127.0.0.1:11434", "direct://" },
  { { "http_proxy=http://p:1" }, "http://127.8.9.1:11434", "direct://" },
  { { "http_proxy=http://p:1" }, "http://[::1]:11434", "direct://" },
  { { "http_proxy=http://p:1" }, "http://localhost.example:80", "http://p:1" },
  { { "all_proxy=http://p:1" }, "unix:///run/model.socket", "direct://" },
};

static void
set_variables (const char *const *variables)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_unsetenv (names[i]);
  for (guint i = 0; variables != NULL && variables[i] != NULL; i++)
    {
      g_auto(GStrv) pair = g_strsplit (variables[i], "=", 2);

      g_setenv (pair[0], pair[1], TRUE);
    }
}

static void
store_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static char **
look_up_async (GProxyResolver *resolver,
               const char     *url)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  char **proxies;

  g_proxy_resolver_lookup_async (resolver, url, NULL, store_cb, &result);
  g_assert_null (result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  proxies = g_proxy_resolver_lookup_finish (resolver, result, &error);
  g_assert_no_error (error);

  return proxies;
}

static void
test_row (gconstpointer data)
{
  const Row *row = data;
  g_autoptr(GProxyResolver) resolver = dheera_proxy_resolver_new (TRUE);
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) proxies = NULL;
  g_auto(GStrv) proxies_async = NULL;

  set_variables (row->variables);
  proxies = g_proxy_resolver_lookup (resolver, row->url, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (proxies), ==, 1);
  g_assert_cmpstr (proxies[0], ==, row->expected);
  proxies_async = look_up_async (resolver, row->url);
  g_assert_cmpstrv (proxies, proxies_async);
  set_variables (NULL);
}

/* What GIO would log, password and all, or not know: it never comes that far. */
static void
test_unusable (void)
{
  static const struct { const char *variable; const char *words; } unusable[] = {
    { "https_proxy=http://user:secret%7@proxy:3128", "https_proxy, http://proxy:3128, is not" },
    { "HTTPS_PROXY=http://user:secret/7@proxy:3128", "HTTPS_PROXY, http://proxy:3128, is not" },
    { "https_proxy=user:secret@7@proxy:3128", "https_proxy, http://proxy:3128, is not" },
    { "all_proxy=socks5://user name:secret7@proxy:1080", "all_proxy, socks5://proxy:1080, is not" },
    { "https_proxy=http://[::2", "https_proxy, http://[::2, is not" },
    { "https_proxy=http://proxy:99999", "https_proxy, http://proxy:99999, is not" },
    { "https_proxy=http://proxy:0", "https_proxy, http://proxy:0, is not" },
    { "https_proxy=two words", "https_proxy, http://two words, is not" },
    { "https_proxy=http://", "https_proxy, http://, is not" },
    { "ALL_PROXY=ftp://user:secret7@proxy:21", "ALL_PROXY names a proxy of the kind “ftp”" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (unusable); i++)
    {
      g_autoptr(GProxyResolver) resolver = dheera_proxy_resolver_new (TRUE);
      g_autoptr(GAsyncResult) result = NULL;
      g_autoptr(GError) error = NULL;

      set_variables ((const char *const[]) { unusable[i].variable, NULL });
      for (guint j = 0; j < 2; j++)
        {
          if (j == 1)
            g_proxy_resolver_lookup_async (resolver, "https://api.example:443", NULL, store_cb, &result);
          while (j == 1 && result == NULL)
            g_main_context_iteration (NULL, TRUE);
          g_assert_null (j == 0 ? g_proxy_resolver_lookup (resolver, "https://api.example:443", NULL, &error)
                                : g_proxy_resolver_lookup_finish (resolver, result, &error));
          g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PROXY_FAILED);
          g_assert_nonnull (strstr (error->message, unusable[i].words));
          g_assert_null (strstr (error->message, "secret"));
          g_clear_error (&error);
        }
    }
  set_variables (NULL);
}

/* What is not asked to trust the environment asks the desktop, but not about this machine. */
static void
test_desktop (void)
{
  g_autoptr(GProxyResolver) resolver = dheera_proxy_resolver_new (FALSE);
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) local = NULL;
  g_auto(GStrv) expected = NULL;
  g_auto(GStrv) remote = NULL;
  g_auto(GStrv) remote_async = NULL;

  g_assert_true (g_proxy_resolver_is_supported (resolver));
  local = g_proxy_resolver_lookup (resolver, "http://127.0.0.1:80", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (local[0], ==, "direct://");
  expected = g_proxy_resolver_lookup (g_proxy_resolver_get_default (), "https://api.example:443", NULL, &error);
  g_assert_no_error (error);
  remote = g_proxy_resolver_lookup (resolver, "https://api.example:443", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstrv (remote, expected);
  remote_async = look_up_async (resolver, "https://api.example:443");
  g_assert_cmpstrv (remote_async, expected);
}

/* Which proxy a host has, where some have one of their own */
static void
test_hosts (void)
{
  static const struct { const char *url; const char *expected; } hosts[] = {
    { "https://api.example:443", "socks5://user:word@narrow:1080" },
    { "https://API.example.:443", "socks5://user:word@narrow:1080" },
    { "https://login.example:443", "http://domain:3128" },
    { "https://login.example:8443", "http://port:3128" },
    { "https://straight.test:443", "direct://" },
    { "https://10.1.2.3:443", "http://domain:3128" },
    { "https://never.example:443", "direct://" },
    { "https://other.test:443", "http://environment:1" },
    { "https://elsewhere.test:443", "direct://" },
    { "http://127.0.0.1:11434", "direct://" },
  };
  static const char *const rules[][2] = {
    { "api.example", "socks5h://user:word@narrow:1080" },
    { "login.example:8443", "port:3128" },
    { "example", "http://domain:3128" },
    { "10.0.0.0/8", "http://domain:3128" },
    { "straight.test", "direct://" },
    { "127.0.0.1", "http://domain:3128" },
  };
  DheeraSessionConfig config;
  g_autoptr(GProxyResolver) resolver = NULL;
  g_autoptr(GError) error = NULL;

  dheera_session_config_init (&config);
  config.trust_env = TRUE;
  config.no_proxy = g_strsplit ("never.example", ",", 0);
  config.host_proxies = g_ptr_array_new_with_free_func ((GDestroyNotify) dheera_host_proxy_free);
  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    g_ptr_array_add (config.host_proxies, dheera_host_proxy_new (rules[i][0], rules[i][1]));
  resolver = dheera_proxy_resolver_new_for_config (&config, &error);
  g_assert_no_error (error);
  dheera_session_config_clear (&config);

  set_variables ((const char *const[]) { "https_proxy=http://environment:1", "no_proxy=elsewhere.test api.example", NULL });
  for (guint i = 0; i < G_N_ELEMENTS (hosts); i++)
    {
      g_auto(GStrv) proxies = g_proxy_resolver_lookup (resolver, hosts[i].url, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (proxies[0], ==, hosts[i].expected);
    }
  set_variables (NULL);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/proxy-resolver/row/%u", i);

      g_test_add_data_func (path, &rows[i], test_row);
    }
  g_test_add_func ("/proxy-resolver/unusable", test_unusable);
  g_test_add_func ("/proxy-resolver/desktop", test_desktop);
  g_test_add_func ("/proxy-resolver/hosts", test_hosts);

  return g_test_run ();
}
