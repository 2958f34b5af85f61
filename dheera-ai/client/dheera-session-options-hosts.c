/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Proxies of single hosts, and so of single providers. */

#include "dheera-session-options-private.h"

static gboolean
find_host (DheeraSessionOptions *self,
           const char           *host,
           guint                *position)
{
  GPtrArray *hosts = self->config.host_proxies;

  for (guint i = 0; hosts != NULL && i < hosts->len; i++)
    if (g_ascii_strcasecmp (((DheeraHostProxy *) hosts->pdata[i])->host, host) == 0)
      {
        *position = i;
        return TRUE;
      }

  return FALSE;
}

/**
 * dheera_session_options_get_proxy_for_host:
 * @self: options
 * @host: a host as it was given to [method@SessionOptions.set_proxy_for_host]
 *
 * Gets the proxy that was set for one host.
 *
 * Returns: (transfer none) (nullable): the URI of a proxy without user name and password, `direct://`, or %NULL where none was set for just this host
 *
 * Since: 0.1
 */
const char *
dheera_session_options_get_proxy_for_host (DheeraSessionOptions *self,
                                           const char           *host)
{
  guint position;

  g_return_val_if_fail (DHEERA_IS_SESSION_OPTIONS (self), NULL);
  g_return_val_if_fail (host != NULL, NULL);

  return find_host (self, host, &position) ? ((DheeraHostProxy *) self->config.host_proxies->pdata[position])->redacted : NULL;
}

/**
 * dheera_session_options_set_proxy_for_host:
 * @self: options
 * @host: a host, written as in [property@SessionOptions:no-proxy]: `api.openai.com`, `example.com` with all that is below it, `10.0.0.0/8`, each with a
 *   port where only that one is meant, or `*`
 * @proxy_uri: (nullable): the URI of a proxy as in [property@SessionOptions:proxy-uri], `direct://` for none, or %NULL to have what was set for this host forgotten
 *
 * Sets the proxy of one host, such as that of one provider's [property@Provider:base-url].
 *
 * It goes before [property@SessionOptions:proxy-uri], the environment and the desktop, but not before [property@SessionOptions:no-proxy], and this machine is
 * reached directly all the same. Where more than one entry fits a host, the one that was set first counts, so set the narrow ones first. A provider whose access tokens
 * come from another host, as those of Google and Microsoft do, wants an entry for that host as well.
 *
 * A host that is none, such as a URL, and a URI that is no proxy's show when the session is made, as %DHEERA_ERROR_INVALID_REQUEST.
 *
 * Since: 0.1
 */
void
dheera_session_options_set_proxy_for_host (DheeraSessionOptions *self,
                                           const char           *host,
                                           const char           *proxy_uri)
{
  gboolean found;
  guint position = 0;

  g_return_if_fail (DHEERA_IS_SESSION_OPTIONS (self));
  g_return_if_fail (host != NULL && *host != '\0');

  if (self->config.host_proxies == NULL)
    self->config.host_proxies = g_ptr_array_new_with_free_func ((GDestroyNotify) dheera_host_proxy_free);
  found = find_host (self, host, &position);
  if (found)
    g_ptr_array_remove_index (self->config.host_proxies, position);
  if (proxy_uri != NULL)
    g_ptr_array_insert (self->config.host_proxies, found ? (int) position : -1, dheera_host_proxy_new (host, proxy_uri));
}
