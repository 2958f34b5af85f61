/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-server-private.h"

#include "dheera-ai/model/errors/dheera-error-private.h"

/* The sockets of a host and a port. */

#define BACKLOG 1024
/* A free port of one address may be taken at the other. */
#define MAX_TRIES 20

static GList *
find_addresses (const char  *host,
                GError     **error)
{
  g_autoptr(GInetAddress) address = g_inet_address_new_from_string (host);
  g_autoptr(GError) reason = NULL;
  GList *addresses;

  if (address != NULL)
    return g_list_append (NULL, g_steal_pointer (&address));

  addresses = g_resolver_lookup_by_name (g_resolver_get_default (), host, NULL, &reason);
  if (addresses == NULL)
    dheera_set_invalid_request (error, "host", "The host “%s” is no address of this machine: %s. 127.0.0.1 is for programs of this machine, 0.0.0.0 for all who reach it.",
                                host, reason->message);

  return addresses;
}

static void
set_error (GError       **error,
           const GError  *reason,
           GInetAddress  *address,
           guint          port)
{
  g_autofree char *text = g_inet_address_to_string (address);

  if (g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
    g_set_error (error, DHEERA_ERROR, DHEERA_ERROR_CONFLICT, "Port %u of %s is in use by another program: choose another one, or 0 for any that is free.", port, text);
  else if (g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
    g_set_error (error, DHEERA_ERROR, DHEERA_ERROR_PERMISSION, "Port %u of %s may not be opened by this program: choose one from 1024 on.", port, text);
  else
    dheera_set_invalid_request (error, "host", "The server can't listen at port %u of %s: %s. Is it an address of this machine?", port, text, reason->message);
}

static GSocket *
listen_at (GInetAddress  *address,
           guint          port,
           GError       **error)
{
  g_autoptr(GSocketAddress) socket_address = g_inet_socket_address_new (address, (guint16) port);
  g_autoptr(GSocket) socket = NULL;

  socket = g_socket_new (g_inet_address_get_family (address), G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);
  if (socket == NULL)
    return NULL;

  g_socket_set_blocking (socket, FALSE);
  g_socket_set_listen_backlog (socket, BACKLOG);
  /* With SO_REUSEADDR: a server may start again at once where one has just ended. */
  if (!g_socket_bind (socket, socket_address, TRUE, error) || !g_socket_listen (socket, error))
    return NULL;

  return g_steal_pointer (&socket);
}

/* NULL without an error when a port that was chosen for the first address is not free at another one. */
static GPtrArray *
listen_at_all (GList   *addresses,
               guint    port,
               GError **error)
{
  g_autoptr(GPtrArray) sockets = g_ptr_array_new_with_free_func (g_object_unref);
  guint chosen = port;

  for (GList *link = addresses; link != NULL; link = link->next)
    {
      g_autoptr(GError) reason = NULL;
      GSocket *socket = listen_at (link->data, chosen, &reason);

      /* A machine without IPv6 still calls ::1 localhost. */
      if (socket == NULL && sockets->len > 0 && g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED))
        continue;
      if (socket == NULL && sockets->len > 0 && g_inet_address_get_is_loopback (link->data) && !g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
        continue;
      if (socket == NULL && port == 0 && sockets->len > 0)
        return NULL;
      if (socket == NULL)
        {
          set_error (error, reason, link->data, chosen);
          return NULL;
        }
      g_ptr_array_add (sockets, socket);
      chosen = dheera_listen_get_port (sockets);
    }

  return g_steal_pointer (&sockets);
}

GPtrArray *
dheera_listen (const char  *host,
               guint        port,
               GError     **error)
{
  GList *addresses = find_addresses (host, error);
  GError *reason = NULL;
  GPtrArray *sockets = NULL;

  if (addresses == NULL)
    return NULL;

  for (guint i = 0; sockets == NULL && reason == NULL && i < MAX_TRIES; i++)
    sockets = listen_at_all (addresses, port, &reason);
  if (sockets == NULL && reason == NULL)
    reason = g_error_new (DHEERA_ERROR, DHEERA_ERROR_CONFLICT, "No port is free at all addresses of “%s”: name one of them.", host);
  if (reason != NULL)
    g_propagate_error (error, reason);
  g_list_free_full (addresses, g_object_unref);

  return sockets;
}

gboolean
dheera_listen_is_local (GPtrArray *sockets)
{
  for (guint i = 0; i < sockets->len; i++)
    {
      g_autoptr(GSocketAddress) address = g_socket_get_local_address (g_ptr_array_index (sockets, i), NULL);

      if (address == NULL || !g_inet_address_get_is_loopback (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address))))
        return FALSE;
    }

  return TRUE;
}

guint
dheera_listen_get_port (GPtrArray *sockets)
{
  g_autoptr(GSocketAddress) address = g_socket_get_local_address (g_ptr_array_index (sockets, 0), NULL);

  return address != NULL ? g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)) : 0;
}
