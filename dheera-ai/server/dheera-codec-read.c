/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-codec-internal-private.h"

#include "dheera-ai/model/chat-json/dheera-chat-json-private.h"
#include "dheera-ai/model/dheera-models-request.h"
#include "dheera-ai/model/requests/dheera-base-request-private.h"

/* Bodies that come in. First every member is looked up in the table of its route, and one that is not there ends it; only then the library's own
 * reader sees the body, so that nothing reaches a request that the table, or the list of what only other vendors have, does not name. */

/* What OpenAI's description has, and behind that what new_from_json() has a property for. */
static const DheeraCodecMember chat_members[] = {
  { "model", DHEERA_CODEC_OURS },
  { "messages", DHEERA_CODEC_READ, DHEERA_CODEC_TYPE (ARRAY) },
  { "stream", DHEERA_CODEC_OURS, DHEERA_CODEC_BOOLEAN },
  { "stream_options", DHEERA_CODEC_OURS, DHEERA_CODEC_TYPE (OBJECT) },
  { "max_tokens", DHEERA_CODEC_READ, DHEERA_CODEC_TYPE (NUMBER), 1, G_MAXINT, TRUE },
  { "max_completion_tokens", DHEERA_CODEC_READ, DHEERA_CODEC_TYPE (NUMBER), 1, G_MAXINT, TRUE },
  { "temperature", DHEERA_CODEC_READ, DHEERA_CODEC_TYPE (NUMBER), 0, 2 },
  { "top_p", DHEERA_CODEC_READ, DHEERA_CODEC_TYPE (NUMBER), 0, 1 },
  { "stop", DHEERA_CODEC_READ, DHEERA_CODEC_TYPE (STRING) | DHEERA_CODEC_TYPE (ARRAY) },
  { "seed", DHEERA_CODEC_READ, DHEERA_CODEC_TYPE (NUMBER) },
  { "n", DHEERA_CODEC_READ, DHEERA_CODEC_TYPE (NUMBER), 1, 128, TRUE },
  { "presence_penalty", DHEERA_CODEC_READ, DHEERA_CODEC_TYPE (NUMBER), -2, 2 },
  { "frequency_penalty", DHEERA_CODEC_READ, DHEERA_CODEC_TYPE (NUMBER), -2, 2 },
  { "logprobs", DHEERA_CODEC_READ, DHEERA_CODEC_BOOLEAN },
  { "top_logprobs", DHEERA_CODEC_READ, DHEERA_CODEC_TYPE (NUMBER), 0, 20, TRUE },
  { "functions", DHEERA_CODEC_READ, DHEERA_CODEC_TYPE (ARRAY) },
  { "function_call", DHEERA_CODEC_READ, DHEERA_CODEC_TYPE (STRING) | DHEERA_CODEC_TYPE (OBJECT) },
  { "tools", DHEERA_CODEC_READ, DHEERA_CODEC_TYPE (ARRAY) },
  { "tool_choice", DHEERA_CODEC_READ, DHEERA_CODEC_TYPE (STRING) | DHEERA_CODEC_TYPE (OBJECT) },
  { "parallel_tool_calls", DHEERA_CODEC_READ, DHEERA_CODEC_BOOLEAN },
  { "response_format", DHEERA_CODEC_READ, DHEERA_CODEC_TYPE (OBJECT) },
  { "reasoning_effort", DHEERA_CODEC_READ, DHEERA_CODEC_TYPE (STRING) },
  { "user", DHEERA_CODEC_READ, DHEERA_CODEC_TYPE (STRING) },
  { "metadata", DHEERA_CODEC_READ, DHEERA_CODEC_TYPE (OBJECT) },
  { "service_tier", DHEERA_CODEC_READ, DHEERA_CODEC_TYPE (STRING) },
  { "audio", DHEERA_CODEC_PASS, DHEERA_CODEC_TYPE (OBJECT) },
  { "logit_bias", DHEERA_CODEC_PASS, DHEERA_CODEC_TYPE (OBJECT) },
  { "modalities", DHEERA_CODEC_PASS, DHEERA_CODEC_TYPE (ARRAY) },
  { "moderation", DHEERA_CODEC_PASS, DHEERA_CODEC_TYPE (OBJECT) },
  { "prediction", DHEERA_CODEC_PASS, DHEERA_CODEC_TYPE (OBJECT) },
  { "prompt_cache_key", DHEERA_CODEC_PASS, DHEERA_CODEC_TYPE (STRING) },
  { "prompt_cache_options", DHEERA_CODEC_PASS, DHEERA_CODEC_TYPE (OBJECT) },
  { "prompt_cache_retention", DHEERA_CODEC_PASS, DHEERA_CODEC_TYPE (STRING) },
  { "safety_identifier", DHEERA_CODEC_PASS, DHEERA_CODEC_TYPE (STRING) },
  { "store", DHEERA_CODEC_PASS, DHEERA_CODEC_BOOLEAN },
  { "verbosity", DHEERA_CODEC_PASS, DHEERA_CODEC_TYPE (STRING) },
  { "web_search_options", DHEERA_CODEC_PASS, DHEERA_CODEC_TYPE (OBJECT) },
  /* Of the library's own form */
  { "top_k", DHEERA_CODEC_READ, DHEERA_CODEC_TYPE (NUMBER), -1, G_MAXINT, TRUE }, /* -1: unset, as vLLM has it */
  { "reasoning", DHEERA_CODEC_READ, DHEERA_CODEC_TYPE (OBJECT) },
  { "thinking", DHEERA_CODEC_READ, DHEERA_CODEC_TYPE (OBJECT) },
};

/* Tools that the provider would run itself, and some of them anywhere in the net, are no part of this API. */
static gboolean
check_tools (DheeraJsonValue   tools,
             GError          **error)
{
  DheeraJsonIter iter;
  DheeraJsonValue tool;
  guint position = 0;

  dheera_json_iter_init (&iter, tools);
  for (; dheera_json_iter_next (&iter, NULL, &tool); position++)
    {
      DheeraJsonValue type = dheera_json_member (tool, "type");
      g_autofree char *param = NULL;

      if (!dheera_json_exists (type) || dheera_json_equal (type, "function") || dheera_json_equal (type, "custom"))
        continue;

      param = g_strdup_printf ("tools[%u].type", position);

      return dheera_codec_refuse (error, DHEERA_ERROR_INVALID_REQUEST, "invalid_value", param,
                                  "Invalid value for '%s'. Supported values are: 'function' and 'custom'.", param);
    }

  return TRUE;
}

static gboolean
check_messages (DheeraJsonValue   body,
                GError          **error)
{
  DheeraJsonValue messages = dheera_json_member (body, "messages");

  if (!dheera_json_exists (messages))
    return dheera_codec_refuse (error, DHEERA_ERROR_INVALID_REQUEST, "missing_required_parameter", "messages",
                                "Missing required parameter: 'messages'.");
  if (dheera_json_size (messages) == 0)
    return dheera_codec_refuse (error, DHEERA_ERROR_INVALID_REQUEST, "empty_array", "messages",
                                "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.");

  return TRUE;
}

gboolean
dheera_codec_read_chat (DheeraAsk        *ask,
                        DheeraJsonValue   body,
                        GError          **error)
{
  g_autoptr (DheeraRequest) request = NULL;

  if (!dheera_codec_check_members (body, chat_members, G_N_ELEMENTS (chat_members), TRUE, "", error)
      || !dheera_codec_read_model (ask, body, error)
      || !dheera_codec_read_stream (ask, body, error)
      || !check_messages (body, error)
      || !check_tools (dheera_json_member (body, "tools"), error))
    return FALSE;

  request = g_object_new (DHEERA_TYPE_REQUEST, NULL);
  if (!dheera_chat_read_request (request, body, error))
    return FALSE;

  DHEERA_BASE_REQUEST (request)->handed_on = dheera_codec_list_passed (body, chat_members, G_N_ELEMENTS (chat_members));
  ask->functions = dheera_json_exists (dheera_json_member (body, "functions")) && !dheera_json_exists (dheera_json_member (body, "tools"));
  ask->n = (guint) MAX (request->n, 1);
  g_ptr_array_add (ask->requests, g_steal_pointer (&request));

  return TRUE;
}

static gboolean
read_object (DheeraAsk        *ask,
             DheeraJsonValue   body,
             GError          **error)
{
  if (dheera_json_type (body) != DHEERA_JSON_OBJECT)
    return dheera_codec_refuse (error, DHEERA_ERROR_INVALID_REQUEST, NULL, NULL,
                                "The body of the request is JSON, but not an object, which it has to be.");

  switch (ask->route)
    {
    case DHEERA_ROUTE_CHAT:
      return dheera_codec_read_chat (ask, body, error);
    case DHEERA_ROUTE_COMPLETIONS:
      return dheera_codec_read_completion (ask, body, error);
    default:
      return dheera_codec_read_embedding (ask, body, error);
    }
}

gboolean
dheera_codec_read (DheeraAsk    *ask,
                   DheeraRoute   route,
                   GBytes       *body,
                   GError      **error)
{
  g_auto (DheeraJson) view = DHEERA_JSON_INIT;
  gsize length = 0;
  const char *text = body != NULL ? g_bytes_get_data (body, &length) : NULL;

  ask->route = route;
  ask->n = 1;
  ask->requests = g_ptr_array_new_with_free_func (g_object_unref);
  if (route == DHEERA_ROUTE_MODELS || route == DHEERA_ROUTE_MODEL)
    {
      ask->operation = DHEERA_UPSTREAM_MODELS;
      g_ptr_array_add (ask->requests, dheera_models_request_new (NULL));
      return TRUE;
    }

  if (length == 0)
    return dheera_codec_refuse (error, DHEERA_ERROR_INVALID_REQUEST, NULL, NULL,
                                "The request has no body. Send a JSON object with the content type application/json.");
  if (!dheera_json_parse (&view, text, length))
    return dheera_codec_refuse (error, DHEERA_ERROR_INVALID_REQUEST, NULL, NULL,
                                "The body of the request is not valid JSON at byte %" G_GSIZE_FORMAT ": %s.",
                                view.error_offset, view.error_message);

  return read_object (ask, dheera_json_root (&view), error);
}
