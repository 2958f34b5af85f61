/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-transport-internal-private.h"

#include "dheera-ai/wire/dheera-url-private.h"

#include <string.h>

/* The default resolver would send even a request to a model server on this machine to the company's proxy. */

#define DHEERA_TYPE_PROXY_RESOLVER (dheera_proxy_resolver_get_type ())
G_DECLARE_FINAL_TYPE (DheeraProxyResolver, dheera_proxy_resolver, DHEERA, PROXY_RESOLVER, GObject)

struct _DheeraProxyResolver
{
  GObject parent_instance;
  gboolean trust_env;
};

static void proxy_resolver_iface_init (GProxyResolverInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (DheeraProxyResolver, dheera_proxy_resolver, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_PROXY_RESOLVER, proxy_resolver_iface_init))

static const char *
get_variable (const char *lower,
              const char *upper)
{
  const char *value = g_getenv (lower);

  if (value == NULL || *value == '\0')
    value = upper != NULL ? g_getenv (upper) : NULL;
  return value != NULL && *value != '\0' ? value : NULL;
}

/* A CGI program finds the request's header "Proxy" in HTTP_PROXY, which therefore only counts outside of one. */
static const char *
find_variable (const char *scheme)
{
  const char *value = NULL;

  if (g_ascii_strcasecmp (scheme, "http") == 0)
    value = get_variable ("http_proxy", g_getenv ("REQUEST_METHOD") == NULL ? "HTTP_PROXY" : NULL);
  else if (g_ascii_strcasecmp (scheme, "https") == 0)
    value = get_variable ("https_proxy", "HTTPS_PROXY");

  return value != NULL ? value : get_variable ("all_proxy", "ALL_PROXY");
}

static char *
make_proxy_uri (const char *value)
{
  if (strstr (value, "://") == NULL)
    return g_strdup_printf ("http://%s", value);
  /* GIO's SOCKS 5 lets the proxy resolve names anyway, and knows no other name for it. */
  if (g_ascii_strncasecmp (value, "socks5h://", 10) == 0)
    return g_strdup_printf ("socks5://%s", value + 10);
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

  return length == host_length || host[host_length - length - 1] == '.';
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
is_excepted (GUri *uri)
{
  const char *value = get_variable ("no_proxy", "NO_PROXY");
  g_auto(GStrv) entries = value != NULL ? g_strsplit_set (value, ", \t", 0) : NULL;
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

/* NULL when the desktop is to be asked. */
static char **
decide (DheeraProxyResolver *self,
        const char          *text)
{
  static const char *const direct[] = { "direct://", NULL };
  g_autoptr(GUri) uri = NULL;
  const char *value;
  char **result;

  if (dheera_url_is_loopback (text))
    return g_strdupv ((char **) direct);
  uri = g_uri_parse (text, G_URI_FLAGS_NON_DNS, NULL);
  if (uri == NULL || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0')
    return g_strdupv ((char **) direct);
  if (!self->trust_env)
    return NULL;

  value = find_variable (g_uri_get_scheme (uri));
  if (value == NULL || is_excepted (uri))
    return g_strdupv ((char **) direct);
  result = g_new0 (char *, 2);
  result[0] = make_proxy_uri (value);

  return result;
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
  char **result = decide (DHEERA_PROXY_RESOLVER (resolver), uri);

  return result != NULL ? result : g_proxy_resolver_lookup (g_proxy_resolver_get_default (), uri, cancellable, error);
}

static void
default_lookup_cb (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  GError *error = NULL;
  char **proxies = g_proxy_resolver_lookup_finish (G_PROXY_RESOLVER (source), result, &error);

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
  char **result = decide (DHEERA_PROXY_RESOLVER (resolver), uri);

  g_task_set_source_tag (task, proxy_resolver_lookup_async);
  if (result != NULL)
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
dheera_proxy_resolver_class_init (DheeraProxyResolverClass *klass)
{
}

static void
dheera_proxy_resolver_init (DheeraProxyResolver *self)
{
}

GProxyResolver *
dheera_proxy_resolver_new (gboolean trust_env)
{
  DheeraProxyResolver *self = g_object_new (DHEERA_TYPE_PROXY_RESOLVER, NULL);

  self->trust_env = trust_env;
  return G_PROXY_RESOLVER (self);
}
