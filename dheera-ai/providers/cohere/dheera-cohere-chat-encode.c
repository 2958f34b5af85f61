/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-cohere-private.h"

#include "dheera-ai/providers/dheera-provider-private.h"

#include "dheera-ai/model/chat-json/dheera-chat-json-private.h"
#include "dheera-ai/model/tools/dheera-tool-private.h"

/* The body of a request to /v2/chat. What it has beside the members written here (documents, citation_options,
 * safety_mode, priority) comes with the request's extra. */

#define MIN_P 0.01
#define MAX_P 0.99
#define MAX_K 500
#define MAX_STOPS 5

#define UNSUPPORTED \
  (DHEERA_PARAM_TOP_LOGPROBS | DHEERA_PARAM_USER | DHEERA_PARAM_METADATA | DHEERA_PARAM_SERVICE_TIER)

/* FALSE with the error; else omit has the parameter, too, when it is bad. */
static gboolean
check_bound (const DheeraEncoding *encoding,
             gboolean              good,
             DheeraParams          param,
             const char           *why,
             DheeraParams         *omit,
             GError              **error)
{
  if (good || (*omit & param))
    return TRUE;

  *omit |= param;

  return dheera_encoding_refuse (encoding, param, why, error);
}

static gboolean
is_penalty (double penalty)
{
  return penalty == DHEERA_REQUEST_NO_PENALTY || (penalty >= 0 && penalty <= 1);
}

static gboolean
check_params (const DheeraEncoding *encoding,
              DheeraRequest        *request,
              DheeraParams         *omit,
              GError              **error)
{
  DheeraParams unsupported = UNSUPPORTED;
  gboolean few_stops = request->stop == NULL || g_strv_length (request->stop) <= MAX_STOPS;

  /* What says only what is so anyway needs no refusal. */
  if (request->n > 1)
    unsupported |= DHEERA_PARAM_N;
  if (request->parallel_tool_calls == DHEERA_TRISTATE_NO)
    unsupported |= DHEERA_PARAM_PARALLEL_TOOL_CALLS;

  return dheera_encoding_check_params (encoding, request, unsupported, omit, error)
         && check_bound (encoding, request->top_k <= MAX_K, DHEERA_PARAM_TOP_K, "takes at most 500", omit, error)
         && check_bound (encoding, few_stops, DHEERA_PARAM_STOP, "takes at most five of them", omit, error)
         && check_bound (encoding, is_penalty (request->frequency_penalty), DHEERA_PARAM_FREQUENCY_PENALTY,
                         "takes 0 to 1", omit, error)
         && check_bound (encoding, is_penalty (request->presence_penalty), DHEERA_PARAM_PRESENCE_PENALTY,
                         "takes 0 to 1", omit, error);
}

static void
write_sampling (DheeraJsonWriter *writer,
                DheeraRequest    *request,
                DheeraParams      params)
{
  if (params & DHEERA_PARAM_MAX_TOKENS)
    dheera_json_writer_member_int (writer, "max_tokens", request->max_tokens);
  if (params & DHEERA_PARAM_TEMPERATURE)
    dheera_json_writer_member_double (writer, "temperature", request->temperature);
  /* 1 is everything, and the nearest to it that is taken; left out it would be 0.75. */
  if (params & DHEERA_PARAM_TOP_P)
    dheera_json_writer_member_double (writer, "p", CLAMP (request->top_p, MIN_P, MAX_P));
  if (params & DHEERA_PARAM_TOP_K)
    dheera_json_writer_member_int (writer, "k", request->top_k);
  if (params & DHEERA_PARAM_STOP)
    dheera_json_writer_member_strv (writer, "stop_sequences", (const char *const *) request->stop);
  if (params & DHEERA_PARAM_SEED)
    dheera_json_writer_member_int (writer, "seed", request->seed);
  if (params & DHEERA_PARAM_FREQUENCY_PENALTY)
    dheera_json_writer_member_double (writer, "frequency_penalty", request->frequency_penalty);
  if (params & DHEERA_PARAM_PRESENCE_PENALTY)
    dheera_json_writer_member_double (writer, "presence_penalty", request->presence_penalty);
  if (params & DHEERA_PARAM_LOGPROBS)
    dheera_json_writer_member_boolean (writer, "logprobs", request->logprobs == DHEERA_TRISTATE_YES);
}

/* --- Tools ----------------------------------------------------------------------------------- */

/* "REQUIRED" or "NONE"; auto is to say nothing. One tool can't be named, but it can be the only one there is. */
static const char *
map_tool_choice (const char  *choice,
                 const char **only)
{
  *only = NULL;
  if (choice == NULL || g_str_equal (choice, "auto"))
    return NULL;
  if (g_str_equal (choice, "none"))
    return "NONE";
  if (!g_str_equal (choice, "required"))
    *only = choice;

  return "REQUIRED";
}

static void
write_tools (DheeraJsonWriter *writer,
             DheeraRequest    *request)
{
  guint n_tools = dheera_request_get_n_tools (request);
  const char *only;
  const char *choice = map_tool_choice (request->tool_choice, &only);
  gboolean strict = FALSE;

  if (n_tools == 0)
    return;

  dheera_json_writer_key (writer, "tools");
  dheera_json_writer_begin_array (writer);
  for (guint i = 0; i < n_tools; i++)
    {
      DheeraTool *tool = dheera_request_peek_tool (request, i);

      if (only != NULL && !g_str_equal (only, tool->name))
        continue;
      dheera_chat_write_tool (writer, tool, DHEERA_TRISTATE_UNSET, &(DheeraChatDialect) { 0 });
      strict |= tool->strict == DHEERA_TRISTATE_YES;
    }
  dheera_json_writer_end_array (writer);
  if (choice != NULL)
    dheera_json_writer_member_string (writer, "tool_choice", choice);
  /* All of them or none. */
  if (strict)
    dheera_json_writer_member_boolean (writer, "strict_tools", TRUE);
}

/* --- Format and thinking --------------------------------------------------------------------- */

static void
write_response_format (DheeraJsonWriter *writer,
                       DheeraRequest    *request,
                       DheeraParams      params)
{
  if (!(params & (DHEERA_PARAM_JSON_OBJECT | DHEERA_PARAM_JSON_SCHEMA)))
    return;

  dheera_json_writer_key (writer, "response_format");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "type", "json_object");
  if (params & DHEERA_PARAM_JSON_SCHEMA)
    dheera_json_writer_member_raw (writer, "json_schema", dheera_json_text_get (&request->response_schema));
  dheera_json_writer_end_object (writer);
}

/* There are no words for how much, only whether and how many tokens. */
static void
write_thinking (DheeraJsonWriter *writer,
                DheeraRequest    *request,
                DheeraParams      params)
{
  const char *effort = params & DHEERA_PARAM_REASONING_EFFORT ? request->reasoning_effort : NULL;
  int budget = params & DHEERA_PARAM_REASONING_BUDGET ? request->reasoning_budget : -1;
  gboolean disabled = budget == 0 || g_strcmp0 (effort, "none") == 0;

  if (budget < 0 && (effort == NULL || g_str_equal (effort, "auto")))
    return;

  dheera_json_writer_key (writer, "thinking");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "type", disabled ? "disabled" : "enabled");
  if (!disabled && budget > 0)
    dheera_json_writer_member_int (writer, "token_budget", budget);
  dheera_json_writer_end_object (writer);
}

DheeraHttpRequest *
dheera_cohere_chat_encode (const DheeraEncoding *encoding,
                           DheeraRequest        *request,
                           GError              **error)
{
  g_auto (DheeraJsonWriter) writer = DHEERA_JSON_WRITER_INIT;
  DheeraConversation *conversation = dheera_request_get_conversation (request);
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
  if (!dheera_cohere_write_messages (&writer, encoding, conversation, error))
    return NULL;
  dheera_json_writer_member_boolean (&writer, "stream", encoding->stream);
  dheera_cohere_write_documents (&writer, conversation);
  write_sampling (&writer, request, params);
  write_tools (&writer, request);
  write_response_format (&writer, request, params);
  write_thinking (&writer, request, params);
  dheera_json_writer_end_object (&writer);

  http = dheera_cohere_new_http_request (encoding, DHEERA_BASE_REQUEST (request), "/v2/chat", &writer, error);
  if (http != NULL)
    http->framing = encoding->stream ? DHEERA_FRAMING_SSE : DHEERA_FRAMING_WHOLE;

  return http;
}
