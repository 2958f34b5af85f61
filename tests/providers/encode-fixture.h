/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <string.h>

#include "dheera-ai/model/requests/dheera-request-private.h"
#include "dheera-ai/providers/dheera-protocol-private.h"
#include "dheera-ai/providers/dheera-provider-private.h"

/* What the tests of chat encoders share that look at a request from more than one side: how it is made is their own. */

typedef struct
{
  DheeraProvider *provider;
  DheeraRequest *request;
  DheeraEncoding encoding;
  GError *error;
} Fixture;

/* request: (transfer full) */
static inline void
fixture_begin (Fixture       *fixture,
               const char    *provider,
               DheeraRequest *request,
               const char    *base_url,
               const char    *model)
{
  fixture->provider = dheera_provider_new (provider);
  fixture->request = request;
  fixture->encoding.provider = fixture->provider;
  fixture->encoding.base_url = base_url;
  fixture->encoding.model = model;
  fixture->encoding.policy = DHEERA_PARAM_POLICY_REJECT;
  fixture->encoding.warnings = g_ptr_array_new_with_free_func (g_free);
}

static inline void
fixture_clear (Fixture *fixture)
{
  g_ptr_array_unref (fixture->encoding.warnings);
  g_object_unref (fixture->request);
  g_object_unref (fixture->provider);
  g_clear_error (&fixture->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, fixture_clear)

static inline DheeraHttpRequest *
encode (Fixture *fixture)
{
  return dheera_provider_get_protocol (fixture->provider)->encode_chat (&fixture->encoding, fixture->request, &fixture->error);
}

static inline char *
dup_body (DheeraHttpRequest *http)
{
  gsize length;
  const char *data = g_bytes_get_data (http->body, &length);

  return g_strndup (data, length);
}

static inline char *
encode_body (Fixture *fixture)
{
  g_autoptr (DheeraHttpRequest) http = encode (fixture);

  g_assert_no_error (fixture->error);
  g_assert_nonnull (http);

  return dup_body (http);
}
