/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-ollama-host-private.h"

#include <gio/gio.h>
#include <string.h>

#define DEFAULT_PORT "11434"

/* To listen at all addresses is to be found at this one. */
static const char *
name_host (const char *host)
{
  static const char *const everywhere[] = { "", "0.0.0.0", "::", "[::]", NULL };

  return g_strv_contains (everywhere, host) ? "127.0.0.1" : host;
}

/* The colon ahead of the port, NULL without one: those of an IPv6 address are none. */
static char *
find_port (char *authority)
{
  char *colon = strrchr (authority, ':');
  char *bracket = strrchr (authority, ']');

  if (colon == NULL || (bracket != NULL && colon < bracket))
    return NULL;
  if (bracket == NULL && strchr (authority, ':') != colon)
    return NULL;

  return colon;
}

static gboolean
is_port (const char *port)
{
  guint64 number;

  return g_ascii_string_to_unsigned (port, 10, 0, G_MAXUINT16, &number, NULL);
}

static char *
trim (const char *host)
{
  char *trimmed = g_strstrip (g_strdup (host));
  gsize length = strlen (trimmed);

  /* Files with lines for the environment keep the quotes of a shell. */
  if (length >= 2 && (*trimmed == '"' || *trimmed == '\'') && trimmed[length - 1] == *trimmed)
    {
      trimmed[length - 1] = '\0';
      memmove (trimmed, trimmed + 1, length - 1);
      g_strstrip (trimmed);
    }

  return trimmed;
}

/* Cuts "https://" off: a whole URL means the port that its scheme has anyway. */
static char *
cut_scheme (char        *value,
            const char **scheme,
            const char **port)
{
  char *end = strstr (value, "://");

  *port = NULL;
  if (end != NULL)
    {
      *end = '\0';
      *scheme = value;
      return end + strlen ("://");
    }

  *scheme = "https";
  if (strcmp (value, "ollama.com") == 0)
    return value;

  *scheme = "http";
  *port = DEFAULT_PORT;

  return value;
}

char *
dheera_ollama_host_to_url (const char *host,
                           const char *path)
{
  g_autofree char *value = trim (host);
  const char *scheme;
  const char *port;
  char *authority = cut_scheme (value, &scheme, &port);
  char *own_path = strchr (authority, '/');
  char *colon;
  gboolean bare;

  if (own_path != NULL)
    *own_path++ = '\0';
  if (own_path != NULL && *own_path != '\0')
    path = own_path;
  else if (path != NULL && *path == '/')
    path++;

  colon = find_port (authority);
  if (colon != NULL)
    {
      *colon = '\0';
      port = is_port (colon + 1) ? colon + 1 : port;
    }
  host = name_host (authority);
  bare = strchr (host, ':') != NULL && g_hostname_is_ip_address (host);

  return g_strconcat (scheme, "://", bare ? "[" : "", host, bare ? "]" : "",
                      port != NULL ? ":" : "", port != NULL ? port : "",
                      path != NULL && *path != '\0' ? "/" : "", path != NULL ? path : "", NULL);
}
