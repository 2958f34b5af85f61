/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-origin-private.h"

#define MAX_KEPT 64

static void
origin_free (DheeraOrigin *origin)
{
  g_hash_table_unref (origin->threads);
  g_free (origin->host);
  g_free (origin);
}

static guint
origin_hash (gconstpointer data)
{
  const DheeraOrigin *origin = data;
  guint hash = origin->port * 2 + origin->is_https;

  for (const char *p = origin->host; *p != '\0'; p++)
    hash = hash * 33 + g_ascii_tolower (*p);

  return hash;
}

static gboolean
origin_equal (gconstpointer a,
              gconstpointer b)
{
  const DheeraOrigin *one = a;
  const DheeraOrigin *two = b;

  return one->port == two->port && one->is_https == two->is_https && g_ascii_strcasecmp (one->host, two->host) == 0;
}

GHashTable *
dheera_origin_new_table (void)
{
  return g_hash_table_new_full (origin_hash, origin_equal, (GDestroyNotify) origin_free, NULL);
}

DheeraOrigin *
dheera_origin_get (GHashTable *table,
                   GUri       *uri)
{
  const char *host = g_uri_get_host (uri);
  DheeraOrigin key = { .host = (char *) (host != NULL ? host : ""), .port = g_uri_get_port (uri) };
  DheeraOrigin *self;

  key.is_https = g_strcmp0 (g_uri_get_scheme (uri), "https") == 0;
  self = g_hash_table_lookup (table, &key);
  if (self == NULL)
    {
      self = g_new0 (DheeraOrigin, 1);
      self->host = g_strdup (key.host);
      self->port = key.port;
      self->is_https = key.is_https;
      self->threads = g_hash_table_new (NULL, NULL);
      g_hash_table_add (table, self);
    }

  return self;
}

/* An application may talk to any number of hosts. */
void
dheera_origin_forget (DheeraOrigin *self,
                      GHashTable   *table)
{
  gboolean worthwhile = (self->is_http2 || self->n_idle > 0) && g_hash_table_size (table) <= MAX_KEPT;

  if (self->n_messages == 0 && self->n_waiting == 0 && !worthwhile)
    g_hash_table_remove (table, self);
}

/* A blocking message has a connection to itself, the others of a thread share one over HTTP/2. */
guint
dheera_origin_count_connections (DheeraOrigin *self)
{
  if (!self->is_http2)
    return self->n_messages;
  return self->n_blocking + g_hash_table_size (self->threads);
}

int
dheera_origin_count (DheeraOrigin *self,
                     GThread      *thread,
                     gboolean      blocking,
                     int           difference)
{
  guint before = dheera_origin_count_connections (self);
  guint n;

  self->n_messages += difference;
  if (blocking)
    {
      self->n_blocking += difference;
    }
  else
    {
      n = GPOINTER_TO_UINT (g_hash_table_lookup (self->threads, thread)) + difference;
      if (n > 0)
        g_hash_table_insert (self->threads, thread, GUINT_TO_POINTER (n));
      else
        g_hash_table_remove (self->threads, thread);
    }

  return (int) dheera_origin_count_connections (self) - (int) before;
}
