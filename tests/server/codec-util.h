/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "../model/model-util.h"

#include "dheera-ai/model/errors/dheera-error-private.h"
#include "dheera-ai/model/requests/dheera-request-private.h"
#include "dheera-ai/server/dheera-codec-private.h"

G_BEGIN_DECLS

static inline gboolean
read_ask (DheeraAsk    *ask,
          DheeraRoute   route,
          const char   *body,
          GError      **error)
{
  g_autoptr (GBytes) bytes = body != NULL ? g_bytes_new_static (body, strlen (body)) : NULL;

  return dheera_codec_read (ask, route, bytes, error);
}

static inline void
expect_ask (DheeraAsk   *ask,
            DheeraRoute  route,
            const char  *body)
{
  g_autoptr (GError) error = NULL;

  if (!read_ask (ask, route, body, &error))
    g_error ("%s: %s", body, error->message);
  g_assert_no_error (error);
}

/* Reads what has to fail, and gives the answer to it. */
static inline Parsed *
refuse_ask (DheeraRoute  route,
            const char  *body,
            guint       *status)
{
  g_auto (DheeraAsk) ask = { 0 };
  g_auto (DheeraCodecError) answer = { 0 };
  g_autoptr (GError) error = NULL;

  if (read_ask (&ask, route, body, &error))
    g_error ("%s is taken", body);
  g_assert_true (error != NULL && error->domain == DHEERA_ERROR);
  dheera_codec_read_error (&answer, error, NULL);
  *status = answer.status;

  return parse (answer.body);
}

G_END_DECLS
