/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-exchange-internal-private.h"

#include "dheera-ai/wire/dheera-url-private.h"

#include <string.h>

/* By name, so that it also holds for headers that an application or a gateway adds. Better one too many than one too few. */
gboolean
dheera_redact_is_secret_header (const char *name,
                                const char *auth_header)
{
  static const char *const words[] = { "key", "token", "secret", "auth", "cookie", "password", "credential", "signature", "session" };
  g_autofree char *lower = g_ascii_strdown (name, -1);

  if (auth_header != NULL && g_ascii_strcasecmp (name, auth_header) == 0)
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      if (strstr (lower, words[i]) != NULL)
        return TRUE;
    }

  return FALSE;
}

char *
dheera_redact_message (SoupMessage *message,
                       const char  *auth_header)
{
  GString *text = g_string_new (soup_message_get_method (message));
  g_autofree char *url = g_uri_to_string (soup_message_get_uri (message));
  g_autofree char *shown = dheera_url_redact (url);
  SoupMessageHeadersIter iter;
  const char *name;
  const char *value;

  g_string_append_printf (text, " %s\n", shown != NULL ? shown : "[unreadable URL]");
  soup_message_headers_iter_init (&iter, soup_message_get_request_headers (message));
  while (soup_message_headers_iter_next (&iter, &name, &value))
    g_string_append_printf (text, "%s: %s\n", name, dheera_redact_is_secret_header (name, auth_header) ? "[redacted]" : value);

  return g_string_free (text, FALSE);
}
