/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-mock-reply-private.h"

#include <errno.h>
#include <sys/socket.h>

/* Sees clients leave.
 *
 * SoupServer does not look at a connection while the answer is paused or waits for its next piece, so a
 * client that leaves then is not noticed before the next write; and libsoup 3.2 keeps the descriptor of a
 * connection for ever that its client closed while it was idle. Each socket therefore has a second source,
 * of a lower priority than libsoup's own: what it still finds to be at its end has been overlooked. */

#define PAUSE_MS 100
#define QDATA "dheera-mock-connection"

struct _DheeraMockConnections
{
  GMainContext *context;
  GHashTable *all; /* set of Connection */
};

typedef struct
{
  DheeraMockConnections *owner;
  GSocket *socket;
  GSource *source;
  DheeraMockGoneFunc gone; /* nullable: no answer is under way */
  gpointer gone_data;
} Connection;

/* --- A source for a socket that others may close ---------------------------------------------- */

/* libsoup closes the socket without a word, and its number may be another file's a moment later, which
 * poll() would then keep open. Unlike the sources of GLib this one looks whether the socket is still open
 * before each poll. */
typedef struct
{
  GSource source;
  GSocket *socket;
  gpointer tag; /* nullable: nothing is polled any more */
} WatchSource;

static gboolean
watch_prepare (GSource *source,
               int     *timeout)
{
  WatchSource *self = (WatchSource *) source;

  *timeout = -1;
  if (!g_socket_is_closed (self->socket))
    return FALSE;
  if (self->tag != NULL)
    g_source_remove_unix_fd (source, self->tag);
  self->tag = NULL;

  return TRUE;
}

static gboolean
watch_check (GSource *source)
{
  WatchSource *self = (WatchSource *) source;

  return self->tag == NULL || g_source_query_unix_fd (source, self->tag) != 0;
}

static gboolean
watch_dispatch (GSource     *source,
                GSourceFunc  callback,
                gpointer     data)
{
  return callback (data);
}

static void
watch_finalize (GSource *source)
{
  g_object_unref (((WatchSource *) source)->socket);
}

static GSource *
watch_source_new (GSocket *socket)
{
  static GSourceFuncs funcs = { watch_prepare, watch_check, watch_dispatch, watch_finalize, NULL, NULL };
  GSource *source = g_source_new (&funcs, sizeof (WatchSource));
  WatchSource *self = (WatchSource *) source;

  self->socket = g_object_ref (socket);
  if (!g_socket_is_closed (socket))
    self->tag = g_source_add_unix_fd (source, g_socket_get_fd (socket), G_IO_IN | G_IO_HUP | G_IO_ERR);

  return source;
}

/* --- Connections ------------------------------------------------------------------------------ */

static gboolean connection_cb (gpointer data);

static void
connection_clear_source (Connection *self)
{
  if (self->source != NULL)
    g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
}

static void
connection_free (gpointer data)
{
  Connection *self = data;

  connection_clear_source (self);
  g_object_set_data (G_OBJECT (self->socket), QDATA, NULL);
  g_object_unref (self->socket);
  g_free (self);
}

static void
connection_set_source (Connection  *self,
                       GSource     *source,
                       GSourceFunc  func)
{
  connection_clear_source (self);
  self->source = source;
  g_source_set_priority (source, G_PRIORITY_LOW);
  g_source_set_callback (source, func, self, NULL);
  g_source_attach (source, self->owner->context);
}

static gboolean
watch_again_cb (gpointer data)
{
  Connection *self = data;

  connection_set_source (self, watch_source_new (self->socket), connection_cb);

  return G_SOURCE_REMOVE;
}

static gboolean
connection_cb (gpointer data)
{
  Connection *self = data;
  DheeraMockGoneFunc gone = self->gone;
  gpointer gone_data = self->gone_data;
  g_autoptr (GSocket) socket = g_object_ref (self->socket);
  char byte;
  gssize n;

  if (g_socket_is_closed (socket))
    {
      g_hash_table_remove (self->owner->all, self);
      return G_SOURCE_REMOVE;
    }

  n = recv (g_socket_get_fd (socket), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return G_SOURCE_CONTINUE;

  /* Either the next request came before the end of this answer, and its bytes stay there and would be reported
   * without a pause; or the client has left, and what is done about it takes a moment. */
  if (n > 0 || gone != NULL)
    {
      connection_set_source (self, g_timeout_source_new (PAUSE_MS), watch_again_cb);
      if (n > 0)
        return G_SOURCE_REMOVE;
      self->gone = NULL;
      gone (gone_data);
      return G_SOURCE_REMOVE;
    }

  g_hash_table_remove (self->owner->all, self);
  g_socket_close (socket, NULL);

  return G_SOURCE_REMOVE;
}

DheeraMockConnections *
dheera_mock_connections_new (GMainContext *context)
{
  DheeraMockConnections *self = g_new0 (DheeraMockConnections, 1);

  self->context = g_main_context_ref (context);
  self->all = g_hash_table_new_full (NULL, NULL, connection_free, NULL);

  return self;
}

void
dheera_mock_connections_free (DheeraMockConnections *self)
{
  g_hash_table_unref (self->all);
  g_main_context_unref (self->context);
  g_free (self);
}

gboolean
dheera_mock_connections_add (DheeraMockConnections *self,
                             GSocket               *socket)
{
  Connection *connection;

  if (g_socket_is_closed (socket) || g_object_get_data (G_OBJECT (socket), QDATA) != NULL)
    return FALSE;

  connection = g_new0 (Connection, 1);
  connection->owner = self;
  connection->socket = g_object_ref (socket);
  g_object_set_data (G_OBJECT (socket), QDATA, connection);
  g_hash_table_add (self->all, connection);
  connection_set_source (connection, watch_source_new (socket), connection_cb);

  return TRUE;
}

void
dheera_mock_connection_set_gone (GSocket            *socket,
                                 DheeraMockGoneFunc  gone,
                                 gpointer            data)
{
  Connection *connection = g_object_get_data (G_OBJECT (socket), QDATA);

  if (connection == NULL)
    return;
  connection->gone = gone;
  connection->gone_data = data;
}
