/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-session-config-internal-private.h"

#include "dheera-ai/wire/dheera-secret-private.h"
#include "dheera-ai/wire/dheera-url-private.h"

#include <string.h>

/* What GIO calls no proxy */
#define DIRECT "direct://"

/* The default resolver would send even a request to a model server on this machine to the company's proxy. */

#define DHEERA_TYPE_PROXY_RESOLVER (dheera_proxy_resolver_get_type ())
G_DECLARE_FINAL_TYPE (DheeraProxyResolver, dheera_proxy_resolver, DHEERA, PROXY_RESOLVER, GObject)

struct _DheeraProxyResolver
{
  GObject parent_instance;
  gboolean trust_env;
  char *proxy;           /* for everything, with its password; nullable */
  char **exceptions;     /* nullable */
  GPtrArray *hosts;      /* of DheeraHostProxy, in the order in which they are asked; nullable */
  GMutex mutex;
  GHashTable *passwords; /* host:port of a proxy → the user information of its URI */
};

static void proxy_resolver_iface_init (GProxyResolverInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (DheeraProxyResolver, dheera_proxy_resolver, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_PROXY_RESOLVER, proxy_resolver_iface_init))

/* name (nullable) is set to the one of the two that has it. */
static const char *
get_variable (const char  *lower,
              const char  *upper,
              const char **name)
{
  const char *const names[] = { lower, upper };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const char *value = names[i] != NULL ? g_getenv (names[i]) : NULL;

      if (value == NULL || *value == '\0')
        continue;
      if (name != NULL)
        *name = names[i];
      return value;
    }

  return NULL;
}

/* A CGI program finds the request's header "Proxy" in HTTP_PROXY, which therefore only counts outside of one. */
static const char *
find_variable (const char  *scheme,
               const char **name)
{
  const char *value = NULL;

  if (g_ascii_strcasecmp (scheme, "http") == 0)
    value = get_variable ("http_proxy", g_getenv ("REQUEST_METHOD") == NULL ? "HTTP_PROXY" : NULL, name);
  else if (g_ascii_strcasecmp (scheme, "https") == 0)
    value = get_variable ("https_proxy", "HTTPS_PROXY", name);

  return value != NULL ? value : get_variable ("all_proxy", "ALL_PROXY", name);
}

/* USER:PASSWORD as a URI has them, from start to end. GUri would know as well, and leave copies behind in memory that is free. */
static gboolean
is_user_info (const char *start,
              const char *end)
{
  for (const char *p = start; p < end; p++)
    {
      if (strchr ("/?#[]@", *p) != NULL || g_ascii_isspace (*p) || g_ascii_iscntrl (*p))
        return FALSE;
      if (*p == '%' && !(g_ascii_isxdigit (p[1]) && g_ascii_isxdigit (p[2])))
        return FALSE;
    }

  return TRUE;
}

char *
dheera_proxy_uri_redact (const char *uri)
{
  const char *at = uri != NULL ? strrchr (uri, '@') : NULL;
  const char *start;

  if (at == NULL)
    return g_strdup (uri);
  start = strstr (uri, "://");
  start = start != NULL && start < at ? start + 3 : uri;

  return g_strdup_printf ("%.*s%s", (int) (start - uri), uri, at + 1);
}

/* where says what has it. GIO would log a URI that it can't read, with its password. */
static gboolean
check_address (const char  *where,
               const char  *text,
               GUri       **uri,
               GError     **error)
{
  g_autofree char *redacted = dheera_proxy_uri_redact (text);
  const char *info = strstr (text, "://");
  const char *at = strrchr (text, '@');
  const char *host;

  info = info != NULL ? info + strlen ("://") : text;
  *uri = g_uri_parse (redacted, G_URI_FLAGS_NON_DNS, NULL);
  host = *uri != NULL ? g_uri_get_host (*uri) : NULL;
  if (host != NULL && *host != '\0' && strpbrk (host, " \t\r\n") == NULL && g_uri_get_port (*uri) != 0 && (at == NULL || is_user_info (info, at)))
    return TRUE;

  g_clear_pointer (uri, g_uri_unref);
  g_set_error (error, DHEERA_TRANSPORT_ERROR, DHEERA_TRANSPORT_ERROR_SESSION,
               "%s, %s, is not the address of a proxy, such as http://proxy.example.com:3128; in user names and passwords other "
               "characters than letters and digits are written as %%XX", where, redacted);
  return FALSE;
}

static gboolean
is_known_scheme (const char *scheme)
{
  static const char *const schemes[] = { "http", "https", "socks5", "socks4", "socks4a", "socks", NULL };

  return g_strv_contains (schemes, scheme);
}

/* libsoup takes a proxy whose URI has a user name for the place where the request is to go, so it gets the URI without, and the password when it asks. */
static char *
take_password (DheeraProxyResolver *self,
               char                *proxy)
{
  g_autofree char *open = NULL;
  g_autoptr(GUri) uri = NULL;
  const char *info = proxy + strlen ("http://");

  if (strchr (proxy, '@') == NULL || g_ascii_strncasecmp (proxy, "http://", 7) != 0)
    return proxy;
  open = dheera_proxy_uri_redact (proxy);
  uri = g_uri_parse (open, G_URI_FLAGS_NON_DNS, NULL);
  if (uri == NULL || g_uri_get_host (uri) == NULL || !is_user_info (info, strrchr (proxy, '@')))
    return proxy;

  g_mutex_lock (&self->mutex);
  g_hash_table_insert (self->passwords, g_strdup_printf ("%s:%d", g_uri_get_host (uri), g_uri_get_port (uri) == -1 ? 80 : g_uri_get_port (uri)),
                       g_strndup (info, strrchr (proxy, '@') - info));
  g_mutex_unlock (&self->mutex);
  dheera_secret_free (proxy);

  return g_uri_join (G_URI_FLAGS_NON_DNS, "http", NULL, g_uri_get_host (uri), g_uri_get_port (uri), "", NULL, NULL);
}

/* info is USER:PASSWORD as it stands in a URI. */
static gboolean
answer (SoupAuth   *auth,
        const char *info)
{
  const char *colon = strchr (info, ':');
  g_autofree char *user = g_uri_unescape_segment (info, colon, NULL);
  char *password = g_uri_unescape_string (colon != NULL ? colon + 1 : "", NULL);
  gboolean good = user != NULL && password != NULL;

  if (good)
    soup_auth_authenticate (auth, user, password);
  dheera_secret_free (password);

  return good;
}

gboolean
dheera_proxy_resolver_authenticate (GProxyResolver *resolver,
                                    SoupAuth       *auth)
{
  DheeraProxyResolver *self;
  const char *authority = soup_auth_get_authority (auth);
  g_autofree char *key = NULL;
  char *info;
  gboolean answered;

  if (!DHEERA_IS_PROXY_RESOLVER (resolver) || !soup_auth_is_for_proxy (auth) || authority == NULL)
    return FALSE;
  self = DHEERA_PROXY_RESOLVER (resolver);
  key = strrchr (authority, ':') > strrchr (authority, ']') ? g_strdup (authority) : g_strdup_printf ("%s:80", authority);
  g_mutex_lock (&self->mutex);
  info = g_strdup (g_hash_table_lookup (self->passwords, key));
  g_mutex_unlock (&self->mutex);
  answered = info != NULL && answer (auth, info);
  dheera_secret_free (info);

  return answered;
}

static char *
make_proxy_uri (const char *value)
{
  if (strstr (value, "://") == NULL)
    return g_strdup_printf ("http://%s", value);
  /* GIO's SOCKS 5 lets the proxy resolve names anyway, and knows no other name for it. */
  if (g_ascii_strncasecmp (value, "socks5h://", 10) == 0)
    return g_strdup_printf ("socks5://%s", value + 10);
  /* As desktops write all_proxy. A GProxyResolver has to say which SOCKS it is. */
  if (g_ascii_strncasecmp (value, "socks://", 8) == 0)
    return g_strdup_printf ("socks5://%s", value + 8);
  return g_strdup (value);
}

static gboolean
matches_network (const char *pattern,
                 const char *host)
{
  g_autoptr(GInetAddressMask) mask = g_inet_address_mask_new_from_string (pattern, NULL);
  g_autoptr(GInetAddress) address = g_inet_address_new_from_string (host);

  return mask != NULL && address != NULL && g_inet_address_mask_matches (mask, address);
}

static gboolean
matches_name (const char *pattern,
              const char *host)
{
  gsize host_length = strlen (host);
  gsize length;

  if (g_str_has_prefix (pattern, "*."))
    pattern++;
  while (*pattern == '.')
    pattern++;
  length = strlen (pattern);
  if (length > 0 && pattern[length - 1] == '.')
    length--;
  if (length == 0 || length > host_length || g_ascii_strncasecmp (host + host_length - length, pattern, length) != 0)
    return FALSE;

  /* There are no domains in an address. */
  return length == host_length || (host[host_length - length - 1] == '.' && !g_hostname_is_ip_address (host));
}

/* "host", "host:port", "[v6]", "[v6]:port", "network/bits", ".domain", "*" */
static gboolean
matches_entry (const char *entry,
               const char *host,
               int         port)
{
  g_autofree char *pattern = g_strdup (entry);
  char *colon;

  if (g_str_equal (pattern, "*"))
    return TRUE;
  if (strchr (pattern, '/') != NULL)
    return matches_network (pattern, host);

  if (pattern[0] == '[')
    {
      char *end = strchr (pattern, ']');

      if (end == NULL)
        return FALSE;
      if (end[1] == ':' && g_ascii_strtoll (end + 2, NULL, 10) != port)
        return FALSE;
      *end = '\0';
      return matches_network (pattern + 1, host);
    }
  colon = strchr (pattern, ':');
  if (colon != NULL && strchr (colon + 1, ':') != NULL)
    return matches_network (pattern, host);
  if (colon != NULL)
    {
      if (g_ascii_strtoll (colon + 1, NULL, 10) != port)
        return FALSE;
      *colon = '\0';
    }

  return matches_network (pattern, host) || matches_name (pattern, host);
}

static gboolean
is_excepted (GUri  *uri,
             char **entries)
{
  g_autofree char *host = g_strdup (g_uri_get_host (uri));
  gsize length = strlen (host);
  int port = g_uri_get_port (uri);

  if (length > 0 && host[length - 1] == '.')
    host[length - 1] = '\0';
  if (port == -1)
    port = g_strcmp0 (g_uri_get_scheme (uri), "https") == 0 ? 443 : 80;
  for (guint i = 0; entries != NULL && entries[i] != NULL; i++)
    {
      if (entries[i][0] != '\0' && matches_entry (entries[i], host, port))
        return TRUE;
    }

  return FALSE;
}

/* Takes proxies as the environment's variable, or without one the desktop, has them, and gives them as GIO and libsoup want them. */
static char **
take_proxies (DheeraProxyResolver  *self,
              char                **proxies,
              const char           *variable,
              GError              **error)
{
  g_autofree char *where = variable != NULL ? g_strdup_printf ("the environment's %s", variable) : g_strdup ("a proxy of the desktop's settings");
  g_autoptr(GError) fault = NULL;

  for (guint i = 0; proxies != NULL && proxies[i] != NULL && fault == NULL; i++)
    {
      g_autoptr(GUri) uri = NULL;

      if (g_str_equal (proxies[i], DIRECT))
        continue;
      if (check_address (where, proxies[i], &uri, &fault) && variable != NULL && !is_known_scheme (g_uri_get_scheme (uri)))
        fault = g_error_new (DHEERA_TRANSPORT_ERROR, DHEERA_TRANSPORT_ERROR_SESSION,
                             "%s names a proxy of the kind “%s”; known are http, https, socks5 and socks4", where, g_uri_get_scheme (uri));
      proxies[i] = take_password (self, proxies[i]);
    }
  if (fault == NULL)
    return proxies;

  for (guint i = 0; proxies[i] != NULL; i++)
    dheera_secret_free (proxies[i]);
  g_free (proxies);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PROXY_FAILED, fault->message);
  return NULL;
}

/* NULL for direct; name is that of the variable. */
static const char *
ask_environment (GUri        *uri,
                 const char **name)
{
  const char *value = get_variable ("no_proxy", "NO_PROXY", NULL);
  g_auto(GStrv) entries = value != NULL ? g_strsplit_set (value, ", \t", 0) : NULL;

  return is_excepted (uri, entries) ? NULL : find_variable (g_uri_get_scheme (uri), name);
}

/* The proxy of the options, with its password; nullable */
static const char *
find_configured (DheeraProxyResolver *self,
                 GUri                *uri)
{
  for (guint i = 0; self->hosts != NULL && i < self->hosts->len; i++)
    {
      DheeraHostProxy *host = self->hosts->pdata[i];

      if (is_excepted (uri, (char *[]) { host->host, NULL }))
        return host->uri;
    }

  return self->proxy;
}

/* NULL when the desktop is to be asked, or with an error. */
static char **
decide (DheeraProxyResolver  *self,
        const char           *text,
        GError              **error)
{
  static const char *const direct[] = { DIRECT, NULL };
  g_autoptr(GUri) uri = NULL;
  const char *name = NULL;
  const char *value;
  char **result;

  if (dheera_url_is_loopback (text))
    return g_strdupv ((char **) direct);
  uri = g_uri_parse (text, G_URI_FLAGS_NON_DNS, NULL);
  if (uri == NULL || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0')
    return g_strdupv ((char **) direct);
  if (is_excepted (uri, self->exceptions))
    return g_strdupv ((char **) direct);

  value = find_configured (self, uri);
  if (value == NULL && !self->trust_env)
    return NULL;
  if (value == NULL)
    value = ask_environment (uri, &name);
  if (value == NULL)
    return g_strdupv ((char **) direct);
  result = g_new0 (char *, 2);
  result[0] = make_proxy_uri (value);

  return take_proxies (self, result, name, error);
}

static gboolean
proxy_resolver_is_supported (GProxyResolver *resolver)
{
  return TRUE;
}

static char **
proxy_resolver_lookup (GProxyResolver  *resolver,
                       const char      *uri,
                       GCancellable    *cancellable,
                       GError         **error)
{
  DheeraProxyResolver *self = DHEERA_PROXY_RESOLVER (resolver);
  g_autoptr(GError) fault = NULL;
  char **result = decide (self, uri, &fault);

  if (fault != NULL)
    g_propagate_error (error, g_steal_pointer (&fault));
  else if (result == NULL)
    result = take_proxies (self, g_proxy_resolver_lookup (g_proxy_resolver_get_default (), uri, cancellable, error), NULL, error);

  return result;
}

static void
default_lookup_cb (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  GError *error = NULL;
  char **proxies = take_proxies (g_task_get_source_object (task), g_proxy_resolver_lookup_finish (G_PROXY_RESOLVER (source), result, &error), NULL, &error);

  if (proxies != NULL)
    g_task_return_pointer (task, proxies, (GDestroyNotify) g_strfreev);
  else
    g_task_return_error (task, error);
}

static void
proxy_resolver_lookup_async (GProxyResolver      *resolver,
                             const char          *uri,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  g_autoptr(GTask) task = g_task_new (resolver, cancellable, callback, user_data);
  GError *error = NULL;
  char **result = decide (DHEERA_PROXY_RESOLVER (resolver), uri, &error);

  g_task_set_source_tag (task, proxy_resolver_lookup_async);
  if (error != NULL)
    g_task_return_error (task, error);
  else if (result != NULL)
    g_task_return_pointer (task, result, (GDestroyNotify) g_strfreev);
  else
    g_proxy_resolver_lookup_async (g_proxy_resolver_get_default (), uri, cancellable, default_lookup_cb, g_steal_pointer (&task));
}

static char **
proxy_resolver_lookup_finish (GProxyResolver  *resolver,
                              GAsyncResult    *result,
                              GError         **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
proxy_resolver_iface_init (GProxyResolverInterface *iface)
{
  iface->is_supported = proxy_resolver_is_supported;
  iface->lookup = proxy_resolver_lookup;
  iface->lookup_async = proxy_resolver_lookup_async;
  iface->lookup_finish = proxy_resolver_lookup_finish;
}

static void
dheera_proxy_resolver_finalize (GObject *object)
{
  DheeraProxyResolver *self = DHEERA_PROXY_RESOLVER (object);

  dheera_secret_free (self->proxy);
  g_strfreev (self->exceptions);
  g_clear_pointer (&self->hosts, g_ptr_array_unref);
  g_hash_table_unref (self->passwords);
  g_mutex_clear (&self->mutex);

  G_OBJECT_CLASS (dheera_proxy_resolver_parent_class)->finalize (object);
}

static void
dheera_proxy_resolver_class_init (DheeraProxyResolverClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = dheera_proxy_resolver_finalize;
}

static void
dheera_proxy_resolver_init (DheeraProxyResolver *self)
{
  g_mutex_init (&self->mutex);
  self->passwords = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) dheera_secret_free);
}

GProxyResolver *
dheera_proxy_resolver_new (gboolean trust_env)
{
  DheeraProxyResolver *self = g_object_new (DHEERA_TYPE_PROXY_RESOLVER, NULL);

  self->trust_env = trust_env;
  return G_PROXY_RESOLVER (self);
}

/* --- A proxy of the session's options -------------------------------------------------------------------------------------------------- */

/* where names the option. */
static gboolean
check_proxy (const char  *where,
             const char  *text,
             GError     **error)
{
  g_autofree char *redacted = dheera_proxy_uri_redact (text);
  g_autoptr(GUri) uri = NULL;
  const char *info = strstr (text, "://");
  const char *at = strrchr (text, '@');
  const char *rest;

  if (!check_address (where, text, &uri, error))
    return FALSE;
  rest = g_uri_get_path (uri);
  if (!is_known_scheme (g_uri_get_scheme (uri)) || (*rest != '\0' && !g_str_equal (rest, "/")) || g_uri_get_query (uri) != NULL || g_uri_get_fragment (uri) != NULL)
    {
      g_set_error (error, DHEERA_TRANSPORT_ERROR, DHEERA_TRANSPORT_ERROR_SESSION,
                   "%s, %s, has to be scheme://[user:password@]host:port with the scheme http, https, socks5 or socks4", where, redacted);
      return FALSE;
    }
  if (g_str_has_prefix (g_uri_get_scheme (uri), "socks4") && at != NULL && memchr (info + strlen ("://"), ':', at - info - strlen ("://")) != NULL)
    {
      g_set_error (error, DHEERA_TRANSPORT_ERROR, DHEERA_TRANSPORT_ERROR_UNSUPPORTED,
                   "%s, %s, comes with a password, and SOCKS 4 has none; use socks5", where, redacted);
      return FALSE;
    }

  return TRUE;
}

static gboolean
is_port (const char *text)
{
  guint64 port;

  /* With leading zeros it is the same number to matches_entry(). */
  return g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT16, &port, NULL);
}

static gboolean
is_network (const char *text)
{
  g_autoptr(GInetAddressMask) mask = g_inet_address_mask_new_from_string (text, NULL);

  return mask != NULL;
}

/* name and length without a port */
static gboolean
is_name (const char *name,
         gsize       length)
{
  gsize n_dots = 0;

  if (g_str_has_prefix (name, "*."))
    {
      name++;
      length--;
    }
  for (gsize i = 0; i < length; i++)
    {
      if (name[i] == '.')
        n_dots++;
      else if (!g_ascii_isalnum (name[i]) && (guchar) name[i] < 0x80 && strchr ("-_", name[i]) == NULL)
        return FALSE;
    }

  return n_dots < length;
}

/* One that matches_entry() could find in the address of a request */
static gboolean
is_entry (const char *entry)
{
  const char *colon = strchr (entry, ':');

  if (g_str_equal (entry, "*"))
    return TRUE;
  if (strchr (entry, '/') != NULL || (*entry != '[' && colon != NULL && strchr (colon + 1, ':') != NULL))
    return is_network (entry);
  if (*entry == '[')
    {
      const char *end = strchr (entry, ']');
      g_autofree char *address = end != NULL ? g_strndup (entry + 1, end - entry - 1) : NULL;

      return end != NULL && is_network (address) && (end[1] == '\0' || (end[1] == ':' && is_port (end + 2)));
    }

  return is_name (entry, colon != NULL ? (gsize) (colon - entry) : strlen (entry)) && (colon == NULL || is_port (colon + 1));
}

/* An entry that never matches would be an option that is ignored. Empty ones are what is left of lists that were put together. */
static gboolean
check_entry (const char  *where,
             const char  *entry,
             GError     **error)
{
  g_autofree char *shown = NULL;

  if (*entry == '\0' || is_entry (entry))
    return TRUE;
  shown = dheera_proxy_uri_redact (entry);
  g_set_error (error, DHEERA_TRANSPORT_ERROR, DHEERA_TRANSPORT_ERROR_SESSION,
               "%s “%s”, which is no host; a host is written as api.example.com, 10.1.2.3, 10.0.0.0/8 or *, with :443 behind it where only that port is meant", where, shown);
  return FALSE;
}

static gboolean
add_hosts (DheeraProxyResolver  *self,
           GPtrArray            *hosts,
           GError              **error)
{
  self->hosts = g_ptr_array_new_with_free_func ((GDestroyNotify) dheera_host_proxy_free);
  for (guint i = 0; i < hosts->len; i++)
    {
      const DheeraHostProxy *host = hosts->pdata[i];
      char *uri = make_proxy_uri (host->uri);
      g_autofree char *where = g_strdup_printf ("the proxy that the session options have for %s", host->host);
      gboolean good = check_entry ("the session options have a proxy for", host->host, error) && (g_str_equal (uri, DIRECT) || check_proxy (where, uri, error));

      if (good)
        g_ptr_array_add (self->hosts, dheera_host_proxy_new (host->host, uri));
      dheera_secret_free (uri);
      if (!good)
        return FALSE;
    }

  return TRUE;
}

GProxyResolver *
dheera_proxy_resolver_new_for_config (const DheeraSessionConfig  *config,
                                      GError                    **error)
{
  g_autoptr(GProxyResolver) resolver = dheera_proxy_resolver_new (config->trust_env);
  DheeraProxyResolver *self = DHEERA_PROXY_RESOLVER (resolver);

  for (guint i = 0; config->no_proxy != NULL && config->no_proxy[i] != NULL; i++)
    if (!check_entry ("the session option no-proxy has", config->no_proxy[i], error))
      return NULL;
  self->exceptions = g_strdupv (config->no_proxy);
  if (config->proxy_uri != NULL)
    {
      self->proxy = make_proxy_uri (config->proxy_uri);
      if (!check_proxy ("the session option proxy-uri", self->proxy, error))
        return NULL;
    }
  if (config->host_proxies != NULL && !add_hosts (self, config->host_proxies, error))
    return NULL;

  return g_steal_pointer (&resolver);
}
