/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-responses-private.h"

#include <string.h>

#include "dheera-ai/providers/dheera-endpoint-private.h"
#include "dheera-openai-chat-private.h"
#include "dheera-ai/providers/dheera-provider-private.h"

#include "dheera-ai/model/chat-json/dheera-chat-json-private.h"
#include "dheera-ai/model/messages/dheera-conversation-private.h"
#include "dheera-ai/model/messages/dheera-message-private.h"
#include "dheera-ai/model/responses/dheera-usage-private.h"
#include "dheera-ai/model/tools/dheera-tool-private.h"

/* The requests of Responses, which whoever asks keeps no state for: the server is told not to store the answer, and to hand out its
 * encrypted reasoning, so that the next request can carry all there is. "extra" may say otherwise. */

#define PATH "/responses"

/* There is no member for these. */
#define UNSUPPORTED \
  (DHEERA_PARAM_TOP_K | DHEERA_PARAM_STOP | DHEERA_PARAM_SEED | DHEERA_PARAM_N | DHEERA_PARAM_PRESENCE_PENALTY \
   | DHEERA_PARAM_FREQUENCY_PENALTY | DHEERA_PARAM_REASONING_BUDGET)

/* What a request is made of, looked up once */
typedef struct
{
  const DheeraEncoding *encoding;
  DheeraRequest *request;
  DheeraParams params;  /* that are to be written */
  gboolean stream;
  DheeraJson extra;
  DheeraJsonWriter writer;
} Body;

static DheeraJsonValue
get_extra (Body       *self,
           const char *name)
{
  return dheera_json_member (dheera_json_root (&self->extra), name);
}

static void
body_clear (Body *self)
{
  dheera_json_clear (&self->extra);
  dheera_json_writer_clear (&self->writer);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Body, body_clear)

static gboolean
body_init (Body                 *self,
           const DheeraEncoding *encoding,
           DheeraRequest        *request,
           GError              **error)
{
  const char *extra = dheera_base_request_peek_extra (DHEERA_BASE_REQUEST (request));
  const DheeraProviderRow *row;
  DheeraParams unsupported;
  DheeraParams omit;

  self->encoding = encoding;
  self->request = request;
  if (!dheera_provider_check (encoding->provider, error))
    return FALSE;

  row = dheera_provider_get_row (encoding->provider);
  unsupported = row->drop_params | UNSUPPORTED;
  /* One answer is what there is anyway. */
  if (request->n == 1)
    unsupported &= ~DHEERA_PARAM_N;
  if (!dheera_encoding_check_params (encoding, request, unsupported, &omit, error))
    return FALSE;

  self->stream = encoding->stream || row->stream_only;
  self->params = dheera_request_list_set_params (request) & ~omit;
  if (extra == NULL || !dheera_json_parse (&self->extra, extra, strlen (extra)))
    dheera_json_clear (&self->extra);
  dheera_json_writer_init (&self->writer, 1024);

  return TRUE;
}

/* --- Members --------------------------------------------------------------------------------- */

/* The system's words in front are the instructions, unless there is nothing else or they are more than text. */
static guint
count_instructions (DheeraConversation *conversation)
{
  guint n_messages = g_list_model_get_n_items (G_LIST_MODEL (conversation));
  guint n = 0;

  while (n < n_messages)
    {
      DheeraMessage *message = dheera_conversation_peek (conversation, n);

      if (dheera_message_get_role (message) != DHEERA_ROLE_SYSTEM || dheera_message_get_n_parts (message) > 0
          || dheera_json_text_get (&message->extra) != NULL)
        break;
      n++;
    }

  return n < n_messages ? n : 0;
}

static void
write_instructions (Body               *self,
                    DheeraConversation *conversation,
                    guint               n)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    {
      if (i > 0)
        g_string_append (text, "\n\n");
      g_string_append (text, dheera_message_peek_own_text (dheera_conversation_peek (conversation, i)));
    }
  if (n > 0)
    dheera_json_writer_member_string (&self->writer, "instructions", text->str);
}

static gboolean
write_conversation (Body    *self,
                    GError **error)
{
  DheeraConversation *conversation = dheera_request_get_conversation (self->request);
  guint n_instructions = count_instructions (conversation);

  dheera_json_writer_member_string (&self->writer, "model", self->encoding->model);
  write_instructions (self, conversation, n_instructions);
  dheera_json_writer_key (&self->writer, "input");

  return dheera_responses_write_input (&self->writer, self->encoding, conversation, n_instructions,
                                       dheera_json_get_boolean (get_extra (self, "store"), FALSE), error);
}

static void
write_tool (DheeraJsonWriter *writer,
            DheeraTool       *tool)
{
  const char *parameters = dheera_json_text_get (&tool->parameters);

  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "type", "function");
  dheera_json_writer_member_string (writer, "name", tool->name);
  if (tool->description != NULL)
    dheera_json_writer_member_string (writer, "description", tool->description);
  dheera_json_writer_member_raw (writer, "parameters", parameters != NULL ? parameters : "{\"type\":\"object\",\"properties\":{}}");
  /* What is not said is taken for true here. */
  dheera_json_writer_member_boolean (writer, "strict", tool->strict == DHEERA_TRISTATE_YES);
  dheera_chat_write_extra_members (writer, tool->function_extra, NULL);
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
  dheera_json_writer_member_string (writer, "name", choice);
  dheera_json_writer_end_object (writer);
}

static void
write_tools (Body *self)
{
  DheeraJsonWriter *writer = &self->writer;

  if (self->params & DHEERA_PARAM_TOOLS)
    {
      dheera_json_writer_key (writer, "tools");
      dheera_json_writer_begin_array (writer);
      for (guint i = 0; i < dheera_request_get_n_tools (self->request); i++)
        write_tool (writer, dheera_request_peek_tool (self->request, i));
      dheera_json_writer_end_array (writer);
    }
  else if (!dheera_json_exists (get_extra (self, "tools")))
    {
      /* What follows is refused where there are no tools. */
      return;
    }

  if (self->params & DHEERA_PARAM_TOOL_CHOICE)
    write_tool_choice (writer, self->request->tool_choice);
  if (self->params & DHEERA_PARAM_PARALLEL_TOOL_CALLS)
    dheera_json_writer_member_boolean (writer, "parallel_tool_calls", self->request->parallel_tool_calls == DHEERA_TRISTATE_YES);
}

static void
write_format (Body *self)
{
  DheeraRequest *request = self->request;
  DheeraJsonWriter *writer = &self->writer;
  const char *schema = dheera_json_text_get (&request->response_schema);

  if (!(self->params & (DHEERA_PARAM_JSON_OBJECT | DHEERA_PARAM_JSON_SCHEMA)))
    return;

  dheera_json_writer_key (writer, "text");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_key (writer, "format");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "type", self->params & DHEERA_PARAM_JSON_SCHEMA ? "json_schema" : "json_object");
  if (self->params & DHEERA_PARAM_JSON_SCHEMA)
    {
      dheera_json_writer_member_string (writer, "name", dheera_request_get_response_schema_name (request));
      if (request->response_schema_description != NULL)
        dheera_json_writer_member_string (writer, "description", request->response_schema_description);
      if (schema != NULL)
        dheera_json_writer_member_raw (writer, "schema", schema);
      if (request->response_schema_strict != DHEERA_TRISTATE_UNSET)
        dheera_json_writer_member_boolean (writer, "strict", request->response_schema_strict == DHEERA_TRISTATE_YES);
    }
  dheera_json_writer_end_object (writer);
  dheera_json_writer_end_object (writer);
}

/* Who asks for thoughts wants to see them, and there is nothing to be seen but a summary. */
static void
write_reasoning (Body *self)
{
  const char *effort = self->request->reasoning_effort;
  DheeraJsonWriter *writer = &self->writer;

  if (!(self->params & DHEERA_PARAM_REASONING_EFFORT))
    return;

  dheera_json_writer_key (writer, "reasoning");
  dheera_json_writer_begin_object (writer);
  /* "auto" is what a provider does by itself. */
  if (!g_str_equal (effort, "auto"))
    dheera_json_writer_member_string (writer, "effort", effort);
  if (!g_str_equal (effort, "none"))
    dheera_json_writer_member_string (writer, "summary", "auto");
  dheera_json_writer_end_object (writer);
}

static void
write_sampling (Body *self)
{
  DheeraRequest *request = self->request;

  if (self->params & DHEERA_PARAM_MAX_TOKENS)
    dheera_json_writer_member_int (&self->writer, "max_output_tokens", request->max_tokens);
  if (self->params & DHEERA_PARAM_TEMPERATURE)
    dheera_json_writer_member_double (&self->writer, "temperature", request->temperature);
  if (self->params & DHEERA_PARAM_TOP_P)
    dheera_json_writer_member_double (&self->writer, "top_p", request->top_p);
  if (self->params & DHEERA_PARAM_TOP_LOGPROBS)
    dheera_json_writer_member_int (&self->writer, "top_logprobs", request->top_logprobs);
}

/* The answer is to hold what the next request has to bring, since the server does not keep it. */
static void
write_memory (Body *self)
{
  gboolean logprobs = (self->params & DHEERA_PARAM_TOP_LOGPROBS)
                      || ((self->params & DHEERA_PARAM_LOGPROBS) && self->request->logprobs == DHEERA_TRISTATE_YES);

  dheera_json_writer_key (&self->writer, "include");
  dheera_json_writer_begin_array (&self->writer);
  dheera_json_writer_string (&self->writer, "reasoning.encrypted_content");
  if (logprobs)
    dheera_json_writer_string (&self->writer, "message.output_text.logprobs");
  dheera_json_writer_end_array (&self->writer);
  dheera_json_writer_member_boolean (&self->writer, "store", FALSE);
}

static void
write_rest (Body *self)
{
  DheeraRequest *request = self->request;
  const char *metadata = dheera_json_text_get (&request->metadata);

  if (self->params & DHEERA_PARAM_USER)
    dheera_json_writer_member_string (&self->writer, "user", request->user);
  if (self->params & DHEERA_PARAM_METADATA && metadata != NULL)
    dheera_json_writer_member_raw (&self->writer, "metadata", metadata);
  if (self->params & DHEERA_PARAM_SERVICE_TIER)
    dheera_json_writer_member_string (&self->writer, "service_tier", request->service_tier);
  if (self->stream)
    dheera_json_writer_member_boolean (&self->writer, "stream", TRUE);
}

/* A tool of extra, where one of chat completions may stand beside those of the server */
static void
write_extra_tool (DheeraJsonWriter *writer,
                  DheeraJsonValue   tool)
{
  DheeraJsonValue function = dheera_json_member (tool, "function");
  g_autofree char *members = NULL;

  if (!dheera_json_equal (dheera_json_member (tool, "type"), "function") || dheera_json_type (function) != DHEERA_JSON_OBJECT)
    {
      dheera_json_writer_value (writer, tool);
      return;
    }

  members = dheera_json_dup_raw (function);
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "type", "function");
  if (!dheera_json_exists (dheera_json_member (function, "strict")))
    dheera_json_writer_member_boolean (writer, "strict", FALSE);
  dheera_chat_write_extra_members (writer, members, NULL);
  dheera_json_writer_end_object (writer);
}

static void
write_extra_tools (DheeraJsonWriter *writer,
                   DheeraJsonValue   tools)
{
  DheeraJsonValue tool;
  DheeraJsonIter iter;

  if (dheera_json_type (tools) != DHEERA_JSON_ARRAY)
    {
      dheera_json_writer_value (writer, tools);
      return;
    }

  dheera_json_writer_begin_array (writer);
  dheera_json_iter_init (&iter, tools);
  while (dheera_json_iter_next (&iter, NULL, &tool))
    write_extra_tool (writer, tool);
  dheera_json_writer_end_array (writer);
}

/* The body with extra merged over it, in which the list of tools is written anew */
static void
take_body (DheeraHttpRequest *http,
           Body              *self)
{
  DheeraJsonValue tools = get_extra (self, "tools");
  DheeraJsonWriter patch;
  g_autofree char *plain = NULL;
  g_autofree char *merged = NULL;
  g_autofree char *over = NULL;
  char *body;

  if (dheera_json_type (tools) != DHEERA_JSON_ARRAY)
    {
      dheera_encoding_take_body (http, DHEERA_BASE_REQUEST (self->request), &self->writer);
      return;
    }

  dheera_json_writer_init (&patch, 256);
  dheera_json_writer_begin_object (&patch);
  dheera_json_writer_key (&patch, "tools");
  write_extra_tools (&patch, tools);
  dheera_json_writer_end_object (&patch);

  plain = dheera_json_writer_steal (&self->writer);
  merged = dheera_json_merge (plain, dheera_base_request_peek_extra (DHEERA_BASE_REQUEST (self->request)));
  over = dheera_json_writer_steal (&patch);
  body = dheera_json_merge (merged, over);
  dheera_http_request_take_json (http, g_bytes_new_take (body, strlen (body)));
}

/* --- Chat ------------------------------------------------------------------------------------ */

static DheeraHttpRequest *
encode_chat (const DheeraEncoding *encoding,
             DheeraRequest        *request,
             GError              **error)
{
  g_autoptr (DheeraHttpRequest) http = NULL;
  g_auto (Body) body = { 0 };

  if (!body_init (&body, encoding, request, error))
    return NULL;

  dheera_json_writer_begin_object (&body.writer);
  if (!write_conversation (&body, error))
    return NULL;
  write_sampling (&body);
  write_tools (&body);
  write_format (&body);
  write_reasoning (&body);
  write_memory (&body);
  write_rest (&body);
  dheera_json_writer_end_object (&body.writer);

  http = dheera_encoding_new_http_request (encoding, DHEERA_BASE_REQUEST (request), "POST", PATH, error);
  if (http == NULL)
    return NULL;
  take_body (http, &body);
  http->framing = body.stream ? DHEERA_FRAMING_SSE : DHEERA_FRAMING_WHOLE;

  return g_steal_pointer (&http);
}

/* --- Counting of tokens ---------------------------------------------------------------------- */

/* The body with those members of extra over it that the counting knows: it refuses others. */
static void
take_count_body (DheeraHttpRequest *http,
                 Body              *self)
{
  static const char *const known[] = {
    "conversation", "input", "instructions", "parallel_tool_calls", "previous_response_id", "reasoning", "text", "tool_choice", "tools",
    "truncation",
  };
  DheeraJsonWriter patch;
  g_autofree char *plain = dheera_json_writer_steal (&self->writer);
  g_autofree char *over = NULL;
  char *merged;

  dheera_json_writer_init (&patch, 256);
  dheera_json_writer_begin_object (&patch);
  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    {
      DheeraJsonValue value = get_extra (self, known[i]);

      if (dheera_json_type (value) == DHEERA_JSON_NONE)
        continue;
      dheera_json_writer_key (&patch, known[i]);
      if (g_str_equal (known[i], "tools"))
        write_extra_tools (&patch, value);
      else
        dheera_json_writer_value (&patch, value);
    }
  dheera_json_writer_end_object (&patch);

  over = dheera_json_writer_steal (&patch);
  merged = dheera_json_merge (plain, over);
  dheera_http_request_take_json (http, g_bytes_new_take (merged, strlen (merged)));
}

static DheeraHttpRequest *
encode_count (const DheeraEncoding *encoding,
              DheeraBaseRequest    *request,
              GError              **error)
{
  const char *path;
  g_autoptr (DheeraHttpRequest) http = NULL;
  g_auto (Body) body = { 0 };

  if (!dheera_provider_check (encoding->provider, error))
    return NULL;
  /* Few of those who have Responses count, too. */
  path = dheera_provider_get_row (encoding->provider)->endpoints.paths[DHEERA_TASK_COUNT_TOKENS];
  if (path == NULL)
    return dheera_endpoint_refuse (encoding, dheera_task_get_name (DHEERA_TASK_COUNT_TOKENS), error);
  if (!body_init (&body, encoding, DHEERA_REQUEST (request), error))
    return NULL;

  dheera_json_writer_begin_object (&body.writer);
  if (!write_conversation (&body, error))
    return NULL;
  write_tools (&body);
  write_format (&body);
  write_reasoning (&body);
  dheera_json_writer_end_object (&body.writer);

  http = dheera_encoding_new_http_request (encoding, request, "POST", path, error);
  if (http == NULL)
    return NULL;
  take_count_body (http, &body);

  return g_steal_pointer (&http);
}

static GObject *
decode_count (DheeraDecoder *decoder,
              const char    *body,
              gsize          length)
{
  g_autoptr (DheeraUsage) usage = NULL;
  DheeraJsonValue root;
  gint64 count;

  if (!dheera_json_parse (&decoder->json, body, length))
    {
      dheera_decoder_fail_json (decoder, "the count of tokens");
      return NULL;
    }

  root = dheera_json_root (&decoder->json);
  count = dheera_json_get_int (dheera_json_member (root, "input_tokens"), -1);
  if (count < 0)
    {
      dheera_endpoint_fail (decoder, root, "the answer is no count of tokens");
      return NULL;
    }

  usage = dheera_usage_new ();
  dheera_usage_update (usage, count, -1, -1, -1, -1, -1);

  return G_OBJECT (g_steal_pointer (&usage));
}

/* What other servers add to Responses is their affair, as it is with chats. Of what OpenAI's chats have, this has no place. */
static const char *
place_member (const char *name)
{
  static const char *const of_chats[] = { "audio", "logit_bias", "modalities", "prediction", "web_search_options", NULL };

  if (g_str_equal (name, "verbosity"))
    return "text";

  return g_strv_contains (of_chats, name) ? NULL : "";
}

const DheeraProtocol dheera_openai_responses = {
  .name = "openai-responses",
  .place_member = place_member,
  .encode_chat = encode_chat,
  .decode_chat = dheera_responses_decode,
  .decode_frame = dheera_responses_decode_frame,
  .decode_eof = dheera_responses_decode_eof,
  .tasks = {
    [DHEERA_TASK_LIST_MODELS] = { dheera_openai_encode_models, dheera_openai_decode_models },
    DHEERA_OPENAI_ENDPOINTS,
    [DHEERA_TASK_COUNT_TOKENS] = { encode_count, decode_count },
  },
};
