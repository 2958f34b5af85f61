/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* URLs, segments and headers: what is let through means the same to libsoup, and what is encoded or hidden stays so.
 *
 * The input is one line with a URL and one with a name. */

#include <string.h>

#include <libsoup/soup.h>

#include "dheera-ai/wire/dheera-url-private.h"

#include "fuzz.h"

static void
check_segment (const char *base,
               const char *segment)
{
  g_autofree char *encoded = dheera_url_encode_segment (segment);
  g_autofree char *path = g_strconcat ("/models/", encoded, "/invoke", NULL);
  g_autofree char *url = dheera_url_join (base, path);
  g_autofree char *fault = dheera_url_find_fault (url);
  g_autoptr (GUri) uri = g_uri_parse (url, SOUP_HTTP_URI_FLAGS, NULL);
  g_autoptr (GUri) base_uri = g_uri_parse (base, SOUP_HTTP_URI_FLAGS, NULL);
  g_auto (GStrv) parts = NULL;
  guint n;

  MUST (strspn (encoded, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%") == strlen (encoded));
  MUST (fault == NULL);
  MUST (uri != NULL && base_uri != NULL);
  MUST (strcmp (g_uri_get_host (uri), g_uri_get_host (base_uri)) == 0);
  MUST (g_uri_get_port (uri) == g_uri_get_port (base_uri));

  parts = g_strsplit (g_uri_get_path (uri), "/", -1);
  n = g_strv_length (parts);
  MUST (n >= 4);
  /* A base may end with all of the path already; it is not extended then. */
  MUST (strcmp (parts[n - 1], "invoke") == 0);
  MUST (strcmp (parts[n - 3], "models") == 0);
}

static void
check_query (const char *base,
             const char *name)
{
  g_autofree char *url = dheera_url_add_query (base, "key", name);
  g_autofree char *fault = dheera_url_find_fault (url);
  g_autoptr (GUri) uri = g_uri_parse (url, SOUP_HTTP_URI_FLAGS, NULL);
  g_autoptr (GUri) base_uri = g_uri_parse (base, SOUP_HTTP_URI_FLAGS, NULL);

  MUST (fault == NULL);
  MUST (strcmp (g_uri_get_path (uri), g_uri_get_path (base_uri)) == 0);
  MUST (strstr (g_uri_get_query (uri), "key=") != NULL);
}

static void
check_redact (const char *text)
{
  g_autofree char *user = NULL;
  g_autofree char *query = NULL;
  g_autofree char *fragment = NULL;
  g_autofree char *redacted_user = NULL;
  g_autofree char *redacted_query = NULL;
  g_autofree char *redacted_fragment = NULL;
  g_autofree char *redacted = dheera_url_redact (text);
  const char *p;

  MUST (g_utf8_validate (redacted, -1, NULL));
  for (p = redacted; *p != '\0'; p++)
    MUST ((guchar) *p >= 0x20 && *p != 0x7F && *p != '?' && *p != '#');
  if (strstr (text, "SECRET") != NULL)
    return;

  user = g_strconcat ("https://user:SECRET@", text, NULL);
  query = g_strconcat ("https://example.com/", strcspn (text, "?") < strlen (text) ? "" : "?", text, "SECRET", NULL);
  fragment = g_strconcat ("https://example.com/#", text, "SECRET", NULL);
  redacted_user = dheera_url_redact (user);
  redacted_query = dheera_url_redact (query);
  redacted_fragment = dheera_url_redact (fragment);
  MUST (strstr (redacted_user, "SECRET") == NULL);
  MUST (strstr (redacted_query, "SECRET") == NULL);
  MUST (strstr (redacted_fragment, "SECRET") == NULL);
}

static void
check_header (const char *text)
{
  if (dheera_header_name_is_valid (text))
    {
      SoupMessageHeaders *headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);

      soup_message_headers_append (headers, text, "x");
      MUST (soup_message_headers_get_one (headers, text) != NULL);
      soup_message_headers_unref (headers);
      MUST (strpbrk (text, " \t\r\n:") == NULL);
    }
  if (dheera_header_value_is_valid (text))
    MUST (strpbrk (text, "\r\n") == NULL);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        size_t        size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  char *newline = strchr (text, '\n');
  const char *name = "";
  g_autofree char *fault = NULL;

  check_redact (text);
  check_header (text);
  if (newline != NULL)
    {
      *newline = '\0';
      name = newline + 1;
    }
  check_redact (text);
  check_header (text);
  check_header (name);
  dheera_url_is_loopback (text);

  fault = dheera_url_find_fault (text);
  if (fault == NULL)
    {
      g_autoptr (GUri) uri = g_uri_parse (text, SOUP_HTTP_URI_FLAGS, NULL);

      MUST (uri != NULL && g_uri_get_host (uri) != NULL && *g_uri_get_host (uri) != '\0');
      MUST (g_uri_get_userinfo (uri) == NULL && g_uri_get_fragment (uri) == NULL);
      check_segment (text, name);
      check_query (text, name);
    }

  return 0;
}
