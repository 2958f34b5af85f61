/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-anthropic-private.h"

#include "dheera-ai/providers/gemini/dheera-gemini-encode-private.h"
#include "dheera-ai/providers/dheera-provider-private.h"

#include <string.h>

/* Claude on Vertex AI: Messages, at an address of Google's with the model in it, and with Google's credentials. */

#define VERSION "vertex-2023-10-16"
#define PUBLISHER "anthropic/"
/* Not a model, but asked like one */
#define COUNTER PUBLISHER "count-tokens"

static const char *
skip_path (const char *model)
{
  const char *slash = strrchr (model, '/');

  return slash != NULL ? slash + 1 : model;
}

static DheeraHttpRequest *
new_http_request (const DheeraEncoding *encoding,
                  DheeraBaseRequest    *request,
                  gboolean              counting,
                  GError              **error)
{
  const gboolean named_whole = strchr (encoding->model, '/') != NULL;
  g_autofree char *model = named_whole ? g_strdup (encoding->model) : g_strconcat (PUBLISHER, encoding->model, NULL);
  DheeraEncoding place = *encoding;

  place.model = counting ? COUNTER : model;

  return dheera_gemini_new_http_request (&place, request, encoding->stream && !counting ? "streamRawPredict" : "rawPredict", NULL, error);
}

static const DheeraAnthropicHost host = {
  .version = VERSION,
  .model_elsewhere = TRUE,
  .new_http_request = new_http_request,
};

static DheeraHttpRequest *
encode_chat (const DheeraEncoding *encoding,
             DheeraRequest        *request,
             GError              **error)
{
  return dheera_anthropic_encode (encoding, request, &host, FALSE, error);
}

/* The body names the model as Anthropic does. */
static DheeraHttpRequest *
encode_count (const DheeraEncoding *encoding,
              DheeraBaseRequest    *request,
              GError              **error)
{
  DheeraEncoding named = *encoding;

  named.model = skip_path (encoding->model);

  return dheera_anthropic_encode (&named, DHEERA_REQUEST (request), &host, TRUE, error);
}

static const DheeraProtocol protocol = {
  .name = "anthropic-vertex",
  .place_member = dheera_anthropic_place_member,
  .version_in_path = TRUE,
  .encode_chat = encode_chat,
  .decode_chat = dheera_anthropic_decode,
  .decode_frame = dheera_anthropic_decode_frame,
  .decode_eof = dheera_anthropic_decode_eof,
  .tasks = {
    [DHEERA_TASK_COUNT_TOKENS] = { encode_count, dheera_anthropic_decode_count },
  },
};

const DheeraProtocol *
dheera_anthropic_find_on_vertex (DheeraProvider *provider,
                                 const char     *model)
{
  const char *base_url = dheera_provider_get_row (provider)->base_url;
  gboolean has_projects = base_url != NULL && strstr (base_url, "{project}") != NULL;

  return has_projects && g_str_has_prefix (skip_path (model), "claude-") ? &protocol : NULL;
}
