/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-http-private.h"

#include "dheera-secret-private.h"
#include "dheera-url-private.h"

/* A header of the application may hold a credential, which is not left behind in memory that is free. */
static void
header_clear (gpointer data)
{
  DheeraHttpHeader *header = data;

  g_free (header->name);
  dheera_secret_free (header->value);
}

DheeraHttpRequest *
dheera_http_request_new (const char *method,
                         const char *url)
{
  DheeraHttpRequest *self = g_new0 (DheeraHttpRequest, 1);

  self->method = method;
  self->url = g_strdup (url);
  self->auth = DHEERA_AUTH_NONE;
  self->framing = DHEERA_FRAMING_WHOLE;

  return self;
}

void
dheera_http_request_free (DheeraHttpRequest *self)
{
  g_free (self->url);
  g_free (self->form_type);
  g_free (self->sign_region);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_clear_pointer (&self->headers, g_array_unref);
  g_free (self);
}

void
dheera_http_request_take_json (DheeraHttpRequest *self,
                               GBytes            *body)
{
  if (self->body != NULL)
    g_bytes_unref (self->body);
  self->body = body;
  self->content_type = body != NULL ? "application/json" : NULL;
}

void
dheera_http_request_take_form (DheeraHttpRequest *self,
                               DheeraMultipart   *form)
{
  g_free (self->form_type);
  g_clear_pointer (&self->body, g_bytes_unref);
  self->body = dheera_multipart_finish (form, &self->form_type);
  self->content_type = self->form_type;
}

static DheeraHttpHeader *
find_header (DheeraHttpRequest *self,
             const char        *name)
{
  guint i;

  for (i = 0; self->headers != NULL && i < self->headers->len; i++)
    {
      DheeraHttpHeader *header = &g_array_index (self->headers, DheeraHttpHeader, i);

      if (g_ascii_strcasecmp (header->name, name) == 0)
        return header;
    }

  return NULL;
}

gboolean
dheera_http_request_set_header (DheeraHttpRequest *self,
                                const char        *name,
                                const char        *value)
{
  DheeraHttpHeader *header;
  DheeraHttpHeader added;

  if (!dheera_header_name_is_valid (name) || !dheera_header_value_is_valid (value))
    return FALSE;

  header = find_header (self, name);
  if (header != NULL)
    {
      /* Copied first: value may be the very text that is replaced. */
      char *copy = g_strdup (value);

      g_free (header->value);
      header->value = copy;
      return TRUE;
    }

  if (self->headers == NULL)
    {
      self->headers = g_array_new (FALSE, FALSE, sizeof (DheeraHttpHeader));
      g_array_set_clear_func (self->headers, header_clear);
    }
  added.name = g_strdup (name);
  added.value = g_strdup (value);
  g_array_append_val (self->headers, added);

  return TRUE;
}

const char *
dheera_http_request_get_header (DheeraHttpRequest *self,
                                const char        *name)
{
  DheeraHttpHeader *header = find_header (self, name);

  return header != NULL ? header->value : NULL;
}
