/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-ollama-private.h"

#include "dheera-ai/providers/dheera-provider-private.h"

#include "dheera-ai/model/chat-json/dheera-chat-json-private.h"
#include "dheera-ai/model/tools/dheera-tool-private.h"

/* The body of a request to /api/chat. What it has beside the members written here (keep_alive, options.num_ctx
 * and its kin) comes with the request's extra. */

#define UNSUPPORTED \
  (DHEERA_PARAM_USER | DHEERA_PARAM_METADATA | DHEERA_PARAM_SERVICE_TIER)

static gboolean
check_strict (const DheeraEncoding *encoding,
              DheeraRequest        *request,
              GError              **error)
{
  for (guint i = 0; i < dheera_request_get_n_tools (request); i++)
    if (dheera_request_peek_tool (request, i)->strict == DHEERA_TRISTATE_YES)
      return dheera_encoding_refuse_named (encoding, "strict", "does not hold a model to the parameters of a tool", error);

  return TRUE;
}

/* What says only what is so anyway needs no refusal. */
static gboolean
check_params (const DheeraEncoding *encoding,
              DheeraRequest        *request,
              DheeraParams         *omit,
              GError              **error)
{
  DheeraParams unsupported = UNSUPPORTED;

  if (request->n > 1)
    unsupported |= DHEERA_PARAM_N;
  if (request->parallel_tool_calls == DHEERA_TRISTATE_NO)
    unsupported |= DHEERA_PARAM_PARALLEL_TOOL_CALLS;
  if (!dheera_encoding_check_params (encoding, request, unsupported, omit, error) || !check_strict (encoding, request, error))
    return FALSE;

  if (request->reasoning_budget > 0)
    {
      *omit |= DHEERA_PARAM_REASONING_BUDGET;
      if (!dheera_encoding_refuse (encoding, DHEERA_PARAM_REASONING_BUDGET, "counts no tokens of thinking", error))
        return FALSE;
    }

  if (request->tool_choice == NULL || g_str_equal (request->tool_choice, "auto")
      || g_str_equal (request->tool_choice, "none"))
    return TRUE;

  return dheera_encoding_refuse (encoding, DHEERA_PARAM_TOOL_CHOICE, "can't make a model call a tool", error);
}

/* --- Options --------------------------------------------------------------------------------- */

static void
write_options (DheeraJsonWriter *writer,
               DheeraRequest    *request,
               DheeraParams      params)
{
  const DheeraParams all = DHEERA_PARAM_MAX_TOKENS | DHEERA_PARAM_TEMPERATURE | DHEERA_PARAM_TOP_P
                           | DHEERA_PARAM_TOP_K | DHEERA_PARAM_STOP | DHEERA_PARAM_SEED
                           | DHEERA_PARAM_PRESENCE_PENALTY | DHEERA_PARAM_FREQUENCY_PENALTY;

  if (!(params & all))
    return;

  dheera_json_writer_key (writer, "options");
  dheera_json_writer_begin_object (writer);
  if (params & DHEERA_PARAM_MAX_TOKENS)
    dheera_json_writer_member_int (writer, "num_predict", request->max_tokens);
  if (params & DHEERA_PARAM_TEMPERATURE)
    dheera_json_writer_member_double (writer, "temperature", request->temperature);
  if (params & DHEERA_PARAM_TOP_P)
    dheera_json_writer_member_double (writer, "top_p", request->top_p);
  if (params & DHEERA_PARAM_TOP_K)
    dheera_json_writer_member_int (writer, "top_k", request->top_k);
  if (params & DHEERA_PARAM_STOP)
    dheera_json_writer_member_strv (writer, "stop", (const char *const *) request->stop);
  if (params & DHEERA_PARAM_SEED)
    dheera_json_writer_member_int (writer, "seed", request->seed);
  if (params & DHEERA_PARAM_PRESENCE_PENALTY)
    dheera_json_writer_member_double (writer, "presence_penalty", request->presence_penalty);
  if (params & DHEERA_PARAM_FREQUENCY_PENALTY)
    dheera_json_writer_member_double (writer, "frequency_penalty", request->frequency_penalty);
  dheera_json_writer_end_object (writer);
}

/* --- Beside the options ---------------------------------------------------------------------- */

/* There is no tool_choice: without tools none is called. */
static void
write_tools (DheeraJsonWriter *writer,
             DheeraRequest    *request)
{
  guint n_tools = dheera_request_get_n_tools (request);

  if (n_tools == 0 || g_strcmp0 (request->tool_choice, "none") == 0)
    return;

  dheera_json_writer_key (writer, "tools");
  dheera_json_writer_begin_array (writer);
  for (guint i = 0; i < n_tools; i++)
    dheera_chat_write_tool (writer, dheera_request_peek_tool (request, i), DHEERA_TRISTATE_UNSET, &(DheeraChatDialect) { 0 });
  dheera_json_writer_end_array (writer);
}

static void
write_format (DheeraJsonWriter *writer,
              DheeraRequest    *request,
              DheeraParams      params)
{
  if (params & DHEERA_PARAM_JSON_OBJECT)
    dheera_json_writer_member_string (writer, "format", "json");
  else if (params & DHEERA_PARAM_JSON_SCHEMA)
    dheera_json_writer_member_raw (writer, "format", dheera_json_text_get (&request->response_schema));
}

/* OpenAI has a word below and one above those that are known here. */
static const char *
map_effort (const char *effort)
{
  if (g_str_equal (effort, "minimal"))
    return "low";
  if (g_str_equal (effort, "xhigh"))
    return "max";

  return effort;
}

static void
write_think (DheeraJsonWriter *writer,
             DheeraRequest    *request,
             DheeraParams      params)
{
  const char *effort = params & DHEERA_PARAM_REASONING_EFFORT ? request->reasoning_effort : NULL;

  if ((params & DHEERA_PARAM_REASONING_BUDGET && request->reasoning_budget == 0)
      || g_strcmp0 (effort, "none") == 0)
    dheera_json_writer_member_boolean (writer, "think", FALSE);
  /* "auto" is what a model does by itself, and one that can't think refuses to be asked for it. */
  else if (effort != NULL && !g_str_equal (effort, "auto"))
    dheera_json_writer_member_string (writer, "think", map_effort (effort));
}

static void
write_logprobs (DheeraJsonWriter *writer,
                DheeraRequest    *request,
                DheeraParams      params)
{
  if (params & DHEERA_PARAM_TOP_LOGPROBS)
    {
      dheera_json_writer_member_boolean (writer, "logprobs", TRUE);
      dheera_json_writer_member_int (writer, "top_logprobs", request->top_logprobs);
    }
  else if (params & DHEERA_PARAM_LOGPROBS)
    dheera_json_writer_member_boolean (writer, "logprobs", request->logprobs == DHEERA_TRISTATE_YES);
}

DheeraHttpRequest *
dheera_ollama_chat_encode (const DheeraEncoding *encoding,
                           DheeraRequest        *request,
                           GError              **error)
{
  g_auto (DheeraJsonWriter) writer = DHEERA_JSON_WRITER_INIT;
  DheeraHttpRequest *http;
  DheeraParams omit;
  DheeraParams params;

  if (!dheera_provider_check (encoding->provider, error) || !check_params (encoding, request, &omit, error))
    return NULL;

  params = dheera_request_list_set_params (request) & ~omit;
  dheera_json_writer_init (&writer, 1024);
  dheera_json_writer_begin_object (&writer);
  dheera_json_writer_member_string (&writer, "model", encoding->model);
  dheera_json_writer_key (&writer, "messages");
  if (!dheera_ollama_write_messages (&writer, encoding, dheera_request_get_conversation (request), error))
    return NULL;
  /* It streams unless it is told not to. */
  dheera_json_writer_member_boolean (&writer, "stream", encoding->stream);
  write_options (&writer, request, params);
  write_tools (&writer, request);
  write_format (&writer, request, params);
  write_think (&writer, request, params);
  write_logprobs (&writer, request, params);
  dheera_json_writer_end_object (&writer);

  http = dheera_ollama_new_http_request (encoding, DHEERA_BASE_REQUEST (request), "/api/chat", &writer, error);
  if (http != NULL)
    http->framing = encoding->stream ? DHEERA_FRAMING_NDJSON : DHEERA_FRAMING_WHOLE;

  return http;
}
