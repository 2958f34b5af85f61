/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-url-private.h"

#include <gio/gio.h>
#include <string.h>

/* As libsoup parses its URLs: what is checked here must be what is sent there. */
#define URI_FLAGS (G_URI_FLAGS_HAS_PASSWORD | G_URI_FLAGS_ENCODED_PATH | G_URI_FLAGS_ENCODED_QUERY \
                   | G_URI_FLAGS_ENCODED_FRAGMENT | G_URI_FLAGS_SCHEME_NORMALIZE)

/* Pointers into the URL */
typedef struct
{
  const char *scheme;
  gsize scheme_length;
  gboolean has_user;
  const char *host; /* with the brackets of an IPv6 address */
  gsize host_length;
  const char *port; /* without the colon, NULL when there is none */
  gsize port_length;
  const char *path; /* up to the query or fragment */
  gsize path_length;
  const char *query; /* with the question mark, "" when there is none */
  gsize query_length;
  const char *fragment; /* with the #, or "" */
} UrlParts;

static const char *
scan_scheme (const char *url)
{
  const char *p = url;

  if (!g_ascii_isalpha (*p))
    return NULL;
  while (g_ascii_isalnum (*p) || *p == '+' || *p == '-' || *p == '.')
    p++;

  return *p == ':' ? p : NULL;
}

static void
split_authority (UrlParts   *parts,
                 const char *authority,
                 gsize       length)
{
  const char *end = authority + length;
  const char *at = g_strrstr_len (authority, (gssize) length, "@");
  const char *host_end;

  parts->has_user = at != NULL;
  parts->host = at != NULL ? at + 1 : authority;

  host_end = *parts->host == '[' ? memchr (parts->host, ']', end - parts->host) : NULL;
  host_end = host_end != NULL ? host_end + 1 : parts->host;
  host_end = memchr (host_end, ':', end - host_end);

  parts->port = host_end != NULL ? host_end + 1 : NULL;
  parts->port_length = host_end != NULL ? (gsize) (end - parts->port) : 0;
  parts->host_length = (host_end != NULL ? host_end : end) - parts->host;
}

/* FALSE when url does not begin with a scheme and "//". */
static gboolean
split_url (const char *url,
           UrlParts   *parts)
{
  const char *colon = scan_scheme (url);
  const char *authority;

  if (colon == NULL || colon[1] != '/' || colon[2] != '/')
    return FALSE;

  authority = colon + 3;
  parts->scheme = url;
  parts->scheme_length = colon - url;
  parts->path = authority + strcspn (authority, "/?#");
  parts->query = parts->path + strcspn (parts->path, "?#");
  parts->fragment = parts->query + strcspn (parts->query, "#");
  parts->path_length = parts->query - parts->path;
  parts->query_length = parts->fragment - parts->query;
  split_authority (parts, authority, parts->path - authority);

  return TRUE;
}

static gboolean
has_scheme (const UrlParts *parts,
            const char     *scheme)
{
  return parts->scheme_length == strlen (scheme)
         && g_ascii_strncasecmp (parts->scheme, scheme, parts->scheme_length) == 0;
}

/* A port is a number from 1 to 65535, or not there. */
static gboolean
has_good_port (const UrlParts *parts)
{
  guint port = 0;
  gsize i;

  if (parts->port == NULL)
    return TRUE;
  if (parts->port_length == 0 || parts->port_length > 5)
    return FALSE;
  for (i = 0; i < parts->port_length; i++)
    {
      if (!g_ascii_isdigit (parts->port[i]))
        return FALSE;
      port = port * 10 + (guint) (parts->port[i] - '0');
    }

  return port >= 1 && port <= 65535;
}

/* Whether an address in brackets is one is left to GUri. */
static gboolean
has_good_host (const UrlParts *parts)
{
  const char *p = parts->host;
  const char *end = p + parts->host_length;
  gboolean brackets = p < end && *p == '[';

  if (brackets)
    {
      p++;
      end--;
      if (p >= end || *end != ']')
        return FALSE;
    }

  for (; p < end; p++)
    {
      if (g_ascii_isalnum (*p) || *p == '-' || *p == '.' || *p == '_')
        continue;
      if (brackets ? *p != ':' && *p != '%' : (guchar) *p < 0x80)
        return FALSE;
    }

  return TRUE;
}

char *
dheera_url_join (const char *base,
                 const char *path)
{
  gsize base_length = strcspn (base, "?#");
  gsize path_length = strcspn (path, "?#");
  const char *base_query = base + base_length;
  const char *path_query = path + path_length;
  gsize query_length = strcspn (base_query, "#");
  UrlParts parts;
  gsize front = 0;
  GString *out;

  /* The path alone is looked at: in "https://models" the host is not the path "/models". */
  if (split_url (base, &parts))
    front = parts.path - base;
  while (base_length > front && base[base_length - 1] == '/')
    base_length--;

  out = g_string_sized_new (base_length + path_length + query_length + strlen (path_query) + 2);
  g_string_append_len (out, base, (gssize) base_length);
  if (base_length - front < path_length
      || memcmp (base + base_length - path_length, path, path_length) != 0)
    g_string_append_len (out, path, (gssize) path_length);

  g_string_append (out, path_query);
  if (query_length > 1)
    {
      g_string_append_c (out, *path_query == '?' ? '&' : '?');
      g_string_append_len (out, base_query + 1, (gssize) query_length - 1);
    }

  return g_string_free (out, FALSE);
}

static gboolean
is_unreserved (char c)
{
  return g_ascii_isalnum (c) || c == '-' || c == '.' || c == '_' || c == '~';
}

static void
append_encoded (GString    *out,
                const char *text,
                gsize       length,
                gboolean    also_dots)
{
  gsize i;

  for (i = 0; i < length; i++)
    {
      if (is_unreserved (text[i]) && !(also_dots && text[i] == '.'))
        g_string_append_c (out, text[i]);
      else
        g_string_append_printf (out, "%%%02X", (guchar) text[i]);
    }
}

static gboolean
is_dots (const char *text,
         gsize       length)
{
  return (length == 1 || length == 2) && strspn (text, ".") >= length;
}

char *
dheera_url_encode_segment (const char *segment)
{
  gsize length = strlen (segment);
  GString *out = g_string_sized_new (length + 16);

  /* GUri takes "%2E%2E" for ".." and then removes the segment before it. Encoded twice it stays what it is:
   * a name that no server knows. */
  if (is_dots (segment, length))
    {
      g_string_append (out, length == 1 ? "%252E" : "%252E%252E");
      return g_string_free (out, FALSE);
    }

  for (;;)
    {
      gsize n = strcspn (segment, "/\\");

      append_encoded (out, segment, n, is_dots (segment, n));
      if (segment[n] == '\0')
        break;
      append_encoded (out, segment + n, 1, FALSE);
      segment += n + 1;
    }

  return g_string_free (out, FALSE);
}

char *
dheera_url_add_query (const char *url,
                      const char *name,
                      const char *value)
{
  gsize length = strcspn (url, "#");
  const char *query = memchr (url, '?', length);
  GString *out = g_string_sized_new (length + strlen (name) + strlen (value) + 16);

  g_string_append_len (out, url, (gssize) length);
  if (query == NULL)
    g_string_append_c (out, '?');
  else if (out->str[length - 1] != '?' && out->str[length - 1] != '&')
    g_string_append_c (out, '&');
  append_encoded (out, name, strlen (name), FALSE);
  g_string_append_c (out, '=');
  append_encoded (out, value, strlen (value), FALSE);
  g_string_append (out, url + length);

  return g_string_free (out, FALSE);
}

static gboolean
has_control_or_space (const char *text)
{
  for (; *text != '\0'; text++)
    if ((guchar) *text <= 0x20 || *text == 0x7F)
      return TRUE;

  return FALSE;
}

/* What stands in front of the colon is shown only while it is short: it may be a key that was pasted into the wrong place. */
static char *
find_scheme_fault (const char *url)
{
  const char *colon = scan_scheme (url);

  if (g_ascii_strncasecmp (url, "http:", 5) == 0 || g_ascii_strncasecmp (url, "https:", 6) == 0)
    return g_strdup ("it has no host");
  if (colon == NULL || colon - url > 10 || colon[1] != '/')
    return g_strdup ("it does not begin with http:// or https://");

  return g_strdup_printf ("its scheme is %.*s, not http or https", (int) (colon - url), url);
}

/* Host and path of the characters that nearly every URL is made of, and nothing else: what can be wrong with them was looked at already. */
static gboolean
is_plain (const UrlParts *parts)
{
  gsize i;

  for (i = 0; i < parts->path_length; i++)
    if (!g_ascii_isalnum (parts->path[i]) && strchr ("/-._~", parts->path[i]) == NULL)
      return FALSE;

  return parts->host[0] != '[' && parts->path[parts->path_length] == '\0';
}

char *
dheera_url_find_fault (const char *url)
{
  UrlParts parts;

  if (url == NULL || *url == '\0')
    return g_strdup ("it is empty");
  if (!g_utf8_validate (url, -1, NULL))
    return g_strdup ("it is not valid UTF-8");
  if (has_control_or_space (url))
    return g_strdup ("it contains a control character or a space");
  if (!split_url (url, &parts) || !(has_scheme (&parts, "http") || has_scheme (&parts, "https")))
    return find_scheme_fault (url);
  if (strchr (url, '\\') != NULL)
    return g_strdup ("it contains a backslash");
  if (parts.has_user)
    return g_strdup ("it contains credentials");
  if (parts.host_length == 0)
    return g_strdup ("it has no host");
  if (!has_good_host (&parts))
    return g_strdup ("its host contains a character that no host name has");
  if (!has_good_port (&parts))
    return g_strdup ("its port is not a number from 1 to 65535");
  if (*parts.fragment != '\0')
    return g_strdup ("it has a fragment");
  if (!is_plain (&parts) && !g_uri_is_valid (url, URI_FLAGS, NULL))
    return g_strdup ("it is not a valid URL");

  return NULL;
}

/* Bytes from p on that are shown as they are */
static gsize
count_shown (const char *p,
             const char *end)
{
  const char *q = p;

  while (q < end && (guchar) *q > 0x20 && *q != 0x7F)
    q++;

  return q - p;
}

char *
dheera_url_redact (const char *url)
{
  UrlParts parts;
  GString *out;
  const char *p;
  gsize n;

  if (url == NULL || !g_utf8_validate (url, -1, NULL) || !split_url (url, &parts)
      || parts.scheme_length > 10 || parts.host_length == 0 || !has_good_host (&parts) || !has_good_port (&parts))
    return g_strdup ("(not a URL)");

  out = g_string_sized_new (parts.query - url);
  g_string_append_len (out, parts.scheme, (gssize) parts.scheme_length);
  g_string_append (out, "://");
  g_string_append_len (out, parts.host, (gssize) parts.host_length);
  if (parts.port != NULL)
    {
      g_string_append_c (out, ':');
      g_string_append_len (out, parts.port, (gssize) parts.port_length);
    }

  for (p = parts.path; p < parts.query; p += n)
    {
      n = count_shown (p, parts.query);
      g_string_append_len (out, p, (gssize) n);
      if (n == 0)
        g_string_append_printf (out, "%%%02X", (guchar) p[n++]);
    }

  return g_string_free (out, FALSE);
}

gboolean
dheera_host_is_loopback (const char *host)
{
  static const char domain[] = ".localhost";
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);
  gsize length = strlen (host);

  if (address != NULL)
    return g_inet_address_get_is_loopback (address);
  if (g_ascii_strcasecmp (host, domain + 1) == 0)
    return TRUE;

  return length > strlen (domain) && g_ascii_strcasecmp (host + length - strlen (domain), domain) == 0;
}

gboolean
dheera_url_is_loopback (const char *url)
{
  g_autofree char *host = NULL;
  UrlParts parts;
  gsize length;

  if (url == NULL || !split_url (url, &parts) || parts.host_length == 0 || !has_good_host (&parts))
    return FALSE;

  /* What stands in brackets is no name. */
  if (parts.host[0] == '[')
    {
      host = g_strndup (parts.host + 1, parts.host_length - 2);
      return g_hostname_is_ip_address (host) && dheera_host_is_loopback (host);
    }

  host = g_strndup (parts.host, parts.host_length);
  length = strlen (host);
  if (length > 0 && host[length - 1] == '.')
    host[--length] = '\0';

  return dheera_host_is_loopback (host);
}

gboolean
dheera_header_name_is_valid (const char *name)
{
  if (name == NULL || *name == '\0')
    return FALSE;
  for (; *name != '\0'; name++)
    if (!g_ascii_isalnum (*name) && strchr ("!#$%&'*+-.^_`|~", *name) == NULL)
      return FALSE;

  return TRUE;
}

gboolean
dheera_header_value_is_valid (const char *value)
{
  const char *p;

  if (value == NULL)
    return FALSE;
  if (*value == ' ' || *value == '\t')
    return FALSE;
  for (p = value; *p != '\0'; p++)
    if (((guchar) *p < 0x20 && *p != '\t') || *p == 0x7F)
      return FALSE;

  return p == value || (p[-1] != ' ' && p[-1] != '\t');
}
