/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-chat-json-private.h"

#include <string.h>

#include "dheera-ai/model/messages/dheera-conversation-private.h"
#include "dheera-ai/model/messages/dheera-message-private.h"
#include "dheera-ai/model/tools/dheera-tool-private.h"

/* The body of a request. Messages are written in dheera-chat-json-message.c. */

const DheeraChatDialect dheera_chat_dialect_openai = {
  .max_tokens_member = "max_completion_tokens",
  .reasoning = DHEERA_CHAT_REASONING_EFFORT,
  .keep_developer_role = TRUE,
  .refusal = TRUE,
  .include_usage = TRUE,
};

const DheeraChatDialect dheera_chat_dialect_complete = {
  .max_tokens_member = "max_completion_tokens",
  .reasoning = DHEERA_CHAT_REASONING_EFFORT,
  .replay_reasoning = "reasoning_content",
  .keep_developer_role = TRUE,
  .refusal = TRUE,
  .cache_control = TRUE,
  .complete = TRUE,
};

static void
write_boolean (DheeraJsonWriter *writer,
               const char       *name,
               DheeraTristate    value)
{
  dheera_json_writer_member_boolean (writer, name, value == DHEERA_TRISTATE_YES);
}

static const char *
member_name (const char *own,
             const char *usual)
{
  return own != NULL ? own : usual;
}

static void
write_sampling (DheeraJsonWriter        *writer,
                DheeraRequest           *request,
                DheeraParams             params,
                const DheeraChatDialect *dialect)
{
  if (params & DHEERA_PARAM_MAX_TOKENS)
    dheera_json_writer_member_int (writer, member_name (dialect->max_tokens_member, "max_tokens"),
                                   request->max_tokens);
  if (params & DHEERA_PARAM_TEMPERATURE)
    dheera_json_writer_member_double (writer, "temperature", request->temperature);
  if (params & DHEERA_PARAM_TOP_P)
    dheera_json_writer_member_double (writer, "top_p", request->top_p);
  if (params & DHEERA_PARAM_TOP_K)
    dheera_json_writer_member_int (writer, "top_k", request->top_k);
  if (params & DHEERA_PARAM_STOP)
    dheera_json_writer_member_strv (writer, "stop", (const char *const *) request->stop);
  if (params & DHEERA_PARAM_SEED)
    dheera_json_writer_member_int (writer, member_name (dialect->seed_member, "seed"),
                                   request->seed);
  if (params & DHEERA_PARAM_N)
    dheera_json_writer_member_int (writer, "n", request->n);
  if (params & DHEERA_PARAM_PRESENCE_PENALTY)
    dheera_json_writer_member_double (writer, "presence_penalty", request->presence_penalty);
  if (params & DHEERA_PARAM_FREQUENCY_PENALTY)
    dheera_json_writer_member_double (writer, "frequency_penalty", request->frequency_penalty);
  if (params & DHEERA_PARAM_LOGPROBS)
    write_boolean (writer, "logprobs", request->logprobs);
  if (params & DHEERA_PARAM_TOP_LOGPROBS)
    {
      /* The one is refused without the other. */
      if (!(params & DHEERA_PARAM_LOGPROBS) && !dialect->complete)
        dheera_json_writer_member_boolean (writer, "logprobs", TRUE);
      dheera_json_writer_member_int (writer, "top_logprobs", request->top_logprobs);
    }
}

void
dheera_chat_write_tool (DheeraJsonWriter        *writer,
                        DheeraTool              *tool,
                        DheeraTristate           strict,
                        const DheeraChatDialect *dialect)
{
  const char *parameters = dheera_json_text_get (&tool->parameters);

  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "type", "function");
  dheera_json_writer_key (writer, "function");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "name", tool->name);
  if (tool->description != NULL)
    dheera_json_writer_member_string (writer, "description", tool->description);
  if (parameters != NULL)
    dheera_json_writer_member_raw (writer, "parameters", parameters);
  else if (!dialect->complete)
    /* OpenAI takes it as none, others insist on a schema. */
    dheera_json_writer_member_raw (writer, "parameters", "{\"type\":\"object\",\"properties\":{}}");
  if (strict != DHEERA_TRISTATE_UNSET)
    write_boolean (writer, "strict", strict);
  dheera_chat_write_extra_members (writer, tool->function_extra, NULL);
  dheera_json_writer_end_object (writer);
  dheera_chat_write_cache_control (writer, tool->cache_control, dialect);
  dheera_chat_write_extra_members (writer, tool->extra, NULL);
  dheera_json_writer_end_object (writer);
}

static void
write_tool_choice (DheeraJsonWriter *writer,
                   const char       *choice)
{
  static const char *const words[] = { "auto", "none", "required", NULL };

  dheera_json_writer_key (writer, "tool_choice");
  if (g_strv_contains (words, choice))
    {
      dheera_json_writer_string (writer, choice);
      return;
    }

  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "type", "function");
  dheera_json_writer_key (writer, "function");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "name", choice);
  dheera_json_writer_end_object (writer);
  dheera_json_writer_end_object (writer);
}

static gboolean
has_tools_in_extra (DheeraRequest *request)
{
  const char *extra = dheera_base_request_peek_extra (DHEERA_BASE_REQUEST (request));
  DheeraJson view = DHEERA_JSON_INIT;
  gboolean has_tools;

  if (extra == NULL)
    return FALSE;

  has_tools = dheera_json_parse (&view, extra, strlen (extra))
              && dheera_json_exists (dheera_json_member (dheera_json_root (&view), "tools"));
  dheera_json_clear (&view);

  return has_tools;
}

static void
write_tools (DheeraJsonWriter        *writer,
             DheeraRequest           *request,
             DheeraParams             params,
             const DheeraChatDialect *dialect)
{
  if (params & DHEERA_PARAM_TOOLS)
    {
      dheera_json_writer_key (writer, "tools");
      dheera_json_writer_begin_array (writer);
      for (guint i = 0; i < dheera_request_get_n_tools (request); i++)
        {
          DheeraTool *tool = dheera_request_peek_tool (request, i);

          dheera_chat_write_tool (writer, tool, tool->strict, dialect);
        }
      dheera_json_writer_end_array (writer);
    }
  else if (!dialect->complete && !has_tools_in_extra (request))
    {
      /* Both are refused where there are no tools. */
      return;
    }

  if (params & DHEERA_PARAM_TOOL_CHOICE)
    write_tool_choice (writer, request->tool_choice);
  if (params & DHEERA_PARAM_PARALLEL_TOOL_CALLS)
    write_boolean (writer, "parallel_tool_calls", request->parallel_tool_calls);
}

static void
write_response_format (DheeraJsonWriter *writer,
                       DheeraRequest    *request,
                       DheeraParams      params)
{
  const char *schema = dheera_json_text_get (&request->response_schema);

  if (!(params & (DHEERA_PARAM_JSON_OBJECT | DHEERA_PARAM_JSON_SCHEMA)))
    return;

  dheera_json_writer_key (writer, "response_format");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "type",
                                    params & DHEERA_PARAM_JSON_SCHEMA ? "json_schema" : "json_object");
  if (params & DHEERA_PARAM_JSON_SCHEMA)
    {
      dheera_json_writer_key (writer, "json_schema");
      dheera_json_writer_begin_object (writer);
      dheera_json_writer_member_string (writer, "name",
                                        dheera_request_get_response_schema_name (request));
      if (request->response_schema_description != NULL)
        dheera_json_writer_member_string (writer, "description", request->response_schema_description);
      if (schema != NULL)
        dheera_json_writer_member_raw (writer, "schema", schema);
      if (request->response_schema_strict != DHEERA_TRISTATE_UNSET)
        write_boolean (writer, "strict", request->response_schema_strict);
      dheera_json_writer_end_object (writer);
    }
  dheera_json_writer_end_object (writer);
}

/* Whether the model is to think at all, for servers that ask just that */
static gboolean
wants_reasoning (DheeraRequest *request,
                 DheeraParams   params)
{
  if (params & DHEERA_PARAM_REASONING_EFFORT)
    return !g_str_equal (request->reasoning_effort, "none");

  return request->reasoning_budget != 0;
}

static void
write_thinking (DheeraJsonWriter *writer,
                gboolean          enabled,
                int               budget)
{
  dheera_json_writer_key (writer, "thinking");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "type", enabled ? "enabled" : "disabled");
  if (enabled && budget >= 0)
    dheera_json_writer_member_int (writer, "budget_tokens", budget);
  dheera_json_writer_end_object (writer);
}

/* OpenRouter takes either an effort or a number of tokens: the number says more. */
static void
write_reasoning_object (DheeraJsonWriter *writer,
                        const char       *effort,
                        int               budget)
{
  dheera_json_writer_key (writer, "reasoning");
  dheera_json_writer_begin_object (writer);
  if (budget > 0)
    dheera_json_writer_member_int (writer, "max_tokens", budget);
  else if (budget == 0)
    dheera_json_writer_member_boolean (writer, "enabled", FALSE);
  else if (g_strcmp0 (effort, "auto") == 0)
    dheera_json_writer_member_boolean (writer, "enabled", TRUE);
  else
    dheera_json_writer_member_string (writer, "effort", effort);
  dheera_json_writer_end_object (writer);
}

static void
write_reasoning (DheeraJsonWriter        *writer,
                 DheeraRequest           *request,
                 DheeraParams             params,
                 const DheeraChatDialect *dialect)
{
  const char *effort = params & DHEERA_PARAM_REASONING_EFFORT ? request->reasoning_effort : NULL;
  int budget = params & DHEERA_PARAM_REASONING_BUDGET ? request->reasoning_budget : -1;

  if (effort == NULL && budget < 0)
    return;

  switch (dialect->reasoning)
    {
    case DHEERA_CHAT_REASONING_EFFORT:
      /* "auto" is what a provider does by itself. */
      if (effort != NULL && (dialect->complete || !g_str_equal (effort, "auto")))
        dheera_json_writer_member_string (writer, "reasoning_effort", effort);
      if (budget >= 0 && dialect->complete)
        write_thinking (writer, TRUE, budget);
      break;
    case DHEERA_CHAT_REASONING_OBJECT:
      write_reasoning_object (writer, effort, budget);
      break;
    case DHEERA_CHAT_REASONING_THINKING:
      write_thinking (writer, wants_reasoning (request, params), budget > 0 ? budget : -1);
      break;
    case DHEERA_CHAT_REASONING_ENABLE_THINKING:
      dheera_json_writer_member_boolean (writer, "enable_thinking", wants_reasoning (request, params));
      if (budget > 0)
        dheera_json_writer_member_int (writer, "thinking_budget", budget);
      break;
    case DHEERA_CHAT_REASONING_TEMPLATE:
      dheera_json_writer_key (writer, "chat_template_kwargs");
      dheera_json_writer_begin_object (writer);
      dheera_json_writer_member_boolean (writer, "enable_thinking", wants_reasoning (request, params));
      dheera_json_writer_end_object (writer);
      break;
    case DHEERA_CHAT_REASONING_NONE:
    default:
      break;
    }
}

DheeraParams
dheera_chat_dialect_list_inexpressible (const DheeraChatDialect *dialect)
{
  switch (dialect->reasoning)
    {
    case DHEERA_CHAT_REASONING_NONE:
      return DHEERA_PARAM_REASONING_EFFORT | DHEERA_PARAM_REASONING_BUDGET;
    case DHEERA_CHAT_REASONING_EFFORT:
      return DHEERA_PARAM_REASONING_BUDGET;
    default:
      return 0;
    }
}

void
dheera_chat_write_request_members (DheeraJsonWriter        *writer,
                                   DheeraRequest           *request,
                                   const char              *model,
                                   gboolean                 stream,
                                   const DheeraChatDialect *dialect)
{
  DheeraParams params = dheera_request_list_set_params (request) & ~dialect->omit;
  const char *metadata = dheera_json_text_get (&request->metadata);

  if (model != NULL)
    dheera_json_writer_member_string (writer, "model", model);
  dheera_json_writer_key (writer, "messages");
  dheera_chat_write_messages (writer, dheera_request_get_conversation (request), dialect);

  write_sampling (writer, request, params, dialect);
  write_tools (writer, request, params, dialect);
  write_response_format (writer, request, params);
  write_reasoning (writer, request, params, dialect);

  if (params & DHEERA_PARAM_USER)
    dheera_json_writer_member_string (writer, "user", request->user);
  if (params & DHEERA_PARAM_METADATA && metadata != NULL)
    dheera_json_writer_member_raw (writer, "metadata", metadata);
  if (params & DHEERA_PARAM_SERVICE_TIER)
    dheera_json_writer_member_string (writer, "service_tier", request->service_tier);

  if (!stream)
    return;

  dheera_json_writer_member_boolean (writer, "stream", TRUE);
  if (dialect->include_usage)
    dheera_json_writer_member_raw (writer, "stream_options", "{\"include_usage\":true}");
}

GBytes *
dheera_chat_write_body (DheeraRequest           *request,
                        const char              *model,
                        gboolean                 stream,
                        const DheeraChatDialect *dialect)
{
  const char *extra = dheera_base_request_peek_extra (DHEERA_BASE_REQUEST (request));
  g_autofree char *body = NULL;
  DheeraJsonWriter writer;
  char *merged;

  dheera_json_writer_init (&writer, 1024);
  dheera_json_writer_begin_object (&writer);
  dheera_chat_write_request_members (&writer, request, model, stream, dialect);
  dheera_json_writer_end_object (&writer);
  if (extra == NULL)
    return dheera_json_writer_steal_bytes (&writer);

  body = dheera_json_writer_steal (&writer);
  merged = dheera_json_merge (body, extra);

  return g_bytes_new_take (merged, strlen (merged));
}
