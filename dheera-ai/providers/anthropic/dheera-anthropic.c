/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-anthropic-private.h"

#include "dheera-ai/providers/openai/dheera-openai-chat-private.h"
#include "dheera-ai/providers/dheera-provider-private.h"

#include <string.h>

#include "dheera-ai/model/responses/dheera-usage-private.h"
#include "dheera-ai/wire/dheera-url-private.h"

#define VERSION_HEADER "anthropic-version"
#define VERSION "2023-06-01"
#define BETA_HEADER "anthropic-beta"
#define COUNT_PATH "/v1/messages/count_tokens"
/* The most that a page may have; there are far fewer models. */
#define MODELS_LIMIT "1000"

/* The application may have asked for others. */
static void
add_beta (DheeraHttpRequest *http,
          const char        *beta)
{
  const char *others = dheera_http_request_get_header (http, BETA_HEADER);
  g_autofree char *all = NULL;

  if (others != NULL && strstr (others, beta) != NULL)
    return;

  all = others != NULL ? g_strconcat (others, ",", beta, NULL) : g_strdup (beta);
  dheera_http_request_set_header (http, BETA_HEADER, all);
}

/* A base URL has no version in it, but many that are told have it. */
static const char *
skip_version (const DheeraEncoding *encoding,
              const char           *path)
{
  gsize length = strlen (encoding->base_url);

  while (length > 0 && encoding->base_url[length - 1] == '/')
    length--;
  if (path == NULL || length < 3 || memcmp (encoding->base_url + length - 3, "/v1", 3) != 0 || !g_str_has_prefix (path, "/v1/"))
    return path;

  return path + strlen ("/v1");
}

static DheeraHttpRequest *
new_request_for_path (const DheeraEncoding *encoding,
                      DheeraBaseRequest    *request,
                      const char           *method,
                      const char           *path,
                      GError              **error)
{
  DheeraHttpRequest *http = dheera_encoding_new_http_request (encoding, request, method, skip_version (encoding, path), error);

  if (http != NULL && dheera_http_request_get_header (http, VERSION_HEADER) == NULL)
    dheera_http_request_set_header (http, VERSION_HEADER, VERSION);

  return http;
}

static DheeraHttpRequest *
new_http_request (const DheeraEncoding *encoding,
                  DheeraBaseRequest    *request,
                  gboolean              counting,
                  GError              **error)
{
  const DheeraProviderRow *row = dheera_provider_get_row (encoding->provider);

  return new_request_for_path (encoding, request, "POST", counting ? COUNT_PATH : row->chat_path, error);
}

static const DheeraAnthropicHost own_host = { .new_http_request = new_http_request };

static void
take_body (DheeraAnthropicPlan *plan,
           DheeraHttpRequest   *http,
           DheeraJsonWriter    *writer)
{
  g_autofree char *plain = dheera_json_writer_steal (writer);
  g_autofree char *extra = dheera_anthropic_dup_extra (plan);
  char *body = extra != NULL ? dheera_json_merge (plain, extra) : g_steal_pointer (&plain);

  dheera_http_request_take_json (http, g_bytes_new_take (body, strlen (body)));
}

DheeraHttpRequest *
dheera_anthropic_encode (const DheeraEncoding      *encoding,
                         DheeraRequest             *request,
                         const DheeraAnthropicHost *host,
                         gboolean                   counting,
                         GError                   **error)
{
  DheeraAnthropicPlan plan = { .counting = counting };
  g_autoptr (DheeraHttpRequest) http = NULL;
  DheeraJsonWriter writer;

  if (!dheera_provider_check (encoding->provider, error) || !dheera_anthropic_plan (&plan, encoding, request, error))
    return NULL;

  http = host->new_http_request (encoding, DHEERA_BASE_REQUEST (request), counting, error);
  if (http == NULL)
    return NULL;

  dheera_json_writer_init (&writer, 4096);
  if (!dheera_anthropic_write_body (&plan, host, &writer, error))
    {
      dheera_json_writer_clear (&writer);
      return NULL;
    }
  take_body (&plan, http, &writer);
  if (plan.uses_files)
    add_beta (http, DHEERA_ANTHROPIC_FILES_BETA);
  if (plan.json_tool)
    http->decode_flags |= DHEERA_ANTHROPIC_FLAG_JSON_TOOL;
  http->framing = encoding->stream && !counting ? DHEERA_FRAMING_SSE : DHEERA_FRAMING_WHOLE;

  return g_steal_pointer (&http);
}

static DheeraHttpRequest *
encode_chat (const DheeraEncoding *encoding,
             DheeraRequest        *request,
             GError              **error)
{
  return dheera_anthropic_encode (encoding, request, &own_host, FALSE, error);
}

/* --- Counting ------------------------------------------------------------------------------------ */

static DheeraHttpRequest *
encode_count (const DheeraEncoding *encoding,
              DheeraBaseRequest    *request,
              GError              **error)
{
  return dheera_anthropic_encode (encoding, DHEERA_REQUEST (request), &own_host, TRUE, error);
}

GObject *
dheera_anthropic_decode_count (DheeraDecoder *decoder,
                               const char    *body,
                               gsize          length)
{
  DheeraJsonValue root;
  DheeraUsage *usage;
  gint64 count;

  if (!dheera_json_parse (&decoder->json, body, length))
    {
      dheera_decoder_fail_body (decoder, length);
      return NULL;
    }

  root = dheera_json_root (&decoder->json);
  count = dheera_json_get_int (dheera_json_member (root, "input_tokens"), -1);
  if (count < 0)
    {
      if (dheera_json_exists (dheera_json_member (root, "error")))
        dheera_decoder_fail_with (decoder, root);
      else
        dheera_decoder_fail (decoder, DHEERA_ERROR_PROTOCOL, "the answer has no count of tokens");
      return NULL;
    }

  usage = dheera_usage_new ();
  dheera_usage_update (usage, count, -1, -1, -1, -1, -1);

  return G_OBJECT (usage);
}

/* --- Models -------------------------------------------------------------------------------------- */

static DheeraHttpRequest *
encode_models (const DheeraEncoding *encoding,
               DheeraBaseRequest    *request,
               GError              **error)
{
  const DheeraProviderRow *row;
  DheeraHttpRequest *http;
  g_autofree char *plain = NULL;

  if (!dheera_provider_check (encoding->provider, error))
    return NULL;

  row = dheera_provider_get_row (encoding->provider);
  http = new_request_for_path (encoding, request, "GET", row->models_path, error);
  if (http == NULL)
    return NULL;

  plain = g_steal_pointer (&http->url);
  http->url = dheera_url_add_query (plain, "limit", MODELS_LIMIT);

  return http;
}

const char *
dheera_anthropic_place_member (const char *name)
{
  return g_str_equal (name, "cache_control") ? "" : NULL;
}

const DheeraProtocol dheera_anthropic = {
  .name = "anthropic",
  .place_member = dheera_anthropic_place_member,
  .encode_chat = encode_chat,
  .decode_chat = dheera_anthropic_decode,
  .decode_frame = dheera_anthropic_decode_frame,
  .decode_eof = dheera_anthropic_decode_eof,
  .tasks = {
    [DHEERA_TASK_LIST_MODELS] = { encode_models, dheera_openai_decode_models },
    [DHEERA_TASK_COUNT_TOKENS] = { encode_count, dheera_anthropic_decode_count },
  },
};
