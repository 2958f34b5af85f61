/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-exchange-sign-private.h"

#include "dheera-exchange-internal-private.h"

#include "dheera-ai/wire/dheera-sigv4-private.h"

#include <string.h>

/* What is signed is what libsoup will send: the path as it stands in the message's URI, the host as it writes it, and the body's type. Headers that a
 * proxy may touch are not signed, but all of AWS's own are, as AWS wants it. */

static DheeraSigv4Request
describe (DheeraExchange *self,
          GArray         *headers,
          const char     *date)
{
  GUri *uri = soup_message_get_uri (self->message);
  DheeraSigv4Request request = { 0 };

  request.method = soup_message_get_method (self->message);
  request.path = g_uri_get_path (uri);
  request.query = g_uri_get_query (uri);
  request.headers = (const DheeraHttpHeader *) (gpointer) headers->data;
  request.n_headers = headers->len;
  request.body = self->body != NULL ? g_bytes_get_data (self->body, &request.body_length) : NULL;
  request.date = date;
  request.region = self->sign_region;
  request.service = self->sign_service;

  return request;
}

static void
add_signed (GArray     *headers,
            const char *name,
            const char *value)
{
  DheeraHttpHeader header = { (char *) name, (char *) value };

  g_array_append_val (headers, header);
}

/* x-amz-date, the token, and what the application may have added */
static void
add_headers_of_aws (GArray             *headers,
                    SoupMessageHeaders *sent)
{
  SoupMessageHeadersIter iter;
  const char *name;
  const char *value;

  soup_message_headers_iter_init (&iter, sent);
  while (soup_message_headers_iter_next (&iter, &name, &value))
    if (g_ascii_strncasecmp (name, "x-amz-", strlen ("x-amz-")) == 0)
      add_signed (headers, name, value);
}

gboolean
dheera_exchange_lacks_region (DheeraExchange *self)
{
  DheeraAwsCredentials credentials;

  if (self->auth != DHEERA_AUTH_SIGV4 || self->sign_region != NULL || self->key == NULL ||
      !dheera_aws_credentials_parse (&credentials, self->key))
    return FALSE;

  dheera_aws_credentials_clear (&credentials);

  return TRUE;
}

gboolean
dheera_exchange_sign (DheeraExchange *self)
{
  SoupMessageHeaders *sent = soup_message_get_request_headers (self->message);
  g_autofree char *date = dheera_sigv4_date (g_get_real_time () / G_USEC_PER_SEC);
  g_autofree char *host = dheera_exchange_dup_host (self);
  g_autofree char *authorization = NULL;
  g_autoptr(GArray) headers = g_array_new (FALSE, FALSE, sizeof (DheeraHttpHeader));
  DheeraAwsCredentials credentials;
  DheeraSigv4Request request;

  if (!dheera_aws_credentials_parse (&credentials, self->key))
    return FALSE;

  add_signed (headers, "host", host);
  if (self->body != NULL && self->content_type != NULL)
    add_signed (headers, "content-type", self->content_type);
  soup_message_headers_replace (sent, "X-Amz-Date", date);
  if (credentials.session_token != NULL)
    soup_message_headers_replace (sent, "X-Amz-Security-Token", credentials.session_token);
  add_headers_of_aws (headers, sent);

  request = describe (self, headers, date);
  authorization = dheera_sigv4_authorization (&request, &credentials);
  soup_message_headers_replace (sent, "Authorization", authorization);
  dheera_aws_credentials_clear (&credentials);

  return TRUE;
}
