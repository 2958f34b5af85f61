/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <string.h>

#include "dheera-ai/model/requests/dheera-request-private.h"
#include "dheera-ai/providers/dheera-protocol-private.h"
#include "dheera-ai/providers/dheera-provider-private.h"

/* What the tests of encoders share: a request as OpenAI's JSON in, the HTTP request of another protocol out. */

typedef struct
{
  DheeraProvider *provider;
  DheeraRequest *request;
  DheeraEncoding encoding;
  DheeraHttpRequest *http; /* NULL when it failed */
  char *body;              /* of it */
  GError *error;
} Encoded;

static inline void
encoded_clear (Encoded *self)
{
  g_clear_pointer (&self->encoding.warnings, g_ptr_array_unref);
  g_clear_pointer (&self->http, dheera_http_request_free);
  g_clear_pointer (&self->body, g_free);
  g_clear_object (&self->request);
  g_clear_object (&self->provider);
  g_clear_error (&self->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Encoded, encoded_clear)

static inline void
encoded_take (Encoded           *self,
              DheeraHttpRequest *http)
{
  gsize length;
  const char *data;

  self->http = http;
  g_assert_true ((http == NULL) == (self->error != NULL));
  if (http == NULL || http->body == NULL)
    return;

  data = g_bytes_get_data (http->body, &length);
  self->body = g_strndup (data, length);
}

static inline void
encoded_begin (Encoded    *self,
               const char *provider,
               const char *base_url)
{
  self->provider = dheera_provider_new (provider);
  self->encoding.provider = self->provider;
  self->encoding.base_url = base_url;
  self->encoding.model = "m";
  self->encoding.policy = DHEERA_PARAM_POLICY_REJECT;
  self->encoding.warnings = g_ptr_array_new_with_free_func (g_free);
}

/* {"messages": ..., then what members has, which begins with a comma or is empty */
static inline void
encoded_chat (Encoded         *self,
              const char      *provider,
              const char      *messages,
              const char      *members,
              gboolean         stream,
              DheeraParamPolicy policy)
{
  g_autofree char *json = g_strdup_printf ("{\"model\":\"x\",\"messages\":%s%s}", messages, members);

  encoded_begin (self, provider, "https://api.example");
  self->encoding.stream = stream;
  self->encoding.policy = policy;
  self->request = dheera_request_new_from_json (json, &self->error);
  g_assert_no_error (self->error);
  g_assert_true (dheera_request_validate (self->request, &self->error));
  encoded_take (self, dheera_provider_get_protocol (self->provider)->encode_chat (&self->encoding, self->request, &self->error));
}
