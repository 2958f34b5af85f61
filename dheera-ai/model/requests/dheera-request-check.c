/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-request-private.h"

#include <math.h>
#include <string.h>

#include "dheera-ai/model/dheera-strings-private.h"
#include "dheera-ai/model/errors/dheera-error-private.h"
#include "dheera-ai/model/messages/dheera-conversation-private.h"
#include "dheera-ai/model/messages/dheera-message-private.h"
#include "dheera-ai/model/messages/dheera-part-private.h"
#include "dheera-ai/model/tools/dheera-tool-call-private.h"
#include "dheera-ai/model/tools/dheera-tool-private.h"

/* The values of a request against what any provider could take. What only some of them take is up
 * to their own files. */

#define MAX_SHOWN_URI 100

typedef struct
{
  const char *property;
  gsize offset;
  double unset;
  double min;
  double max;
  DheeraParams param;
} Range;

static const Range doubles[] = {
  { "temperature", G_STRUCT_OFFSET (DheeraRequest, temperature), -1, 0, 2, DHEERA_PARAM_TEMPERATURE },
  { "top-p", G_STRUCT_OFFSET (DheeraRequest, top_p), -1, 0, 1, DHEERA_PARAM_TOP_P },
  { "presence-penalty", G_STRUCT_OFFSET (DheeraRequest, presence_penalty),
    DHEERA_REQUEST_NO_PENALTY, -2, 2, DHEERA_PARAM_PRESENCE_PENALTY },
  { "frequency-penalty", G_STRUCT_OFFSET (DheeraRequest, frequency_penalty),
    DHEERA_REQUEST_NO_PENALTY, -2, 2, DHEERA_PARAM_FREQUENCY_PENALTY },
};

static const Range integers[] = {
  { "top-k", G_STRUCT_OFFSET (DheeraRequest, top_k), -1, 0, G_MAXINT, DHEERA_PARAM_TOP_K },
  { "max-tokens", G_STRUCT_OFFSET (DheeraRequest, max_tokens), -1, 1, G_MAXINT, DHEERA_PARAM_MAX_TOKENS },
  { "n", G_STRUCT_OFFSET (DheeraRequest, n), -1, 1, 128, DHEERA_PARAM_N },
  { "top-logprobs", G_STRUCT_OFFSET (DheeraRequest, top_logprobs), -1, 0, 20, DHEERA_PARAM_TOP_LOGPROBS },
  { "reasoning-budget", G_STRUCT_OFFSET (DheeraRequest, reasoning_budget), -1, 0, G_MAXINT,
    DHEERA_PARAM_REASONING_BUDGET },
};

static gboolean
check_range (const Range  *range,
             double        value,
             GError      **error)
{
  g_autofree char *allowed = NULL;
  char shown[G_ASCII_DTOSTR_BUF_SIZE];

  if (value == range->unset || (isfinite (value) && value >= range->min && value <= range->max))
    return TRUE;

  if (range->max == G_MAXINT)
    allowed = g_strdup_printf ("%g or more", range->min);
  else
    allowed = g_strdup_printf ("from %g to %g", range->min, range->max);
  dheera_set_invalid_request (error, range->property,
                              "%s is %s; it has to be %s, or %g for the provider's default.",
                              range->property, g_ascii_formatd (shown, sizeof shown, "%.15g", value),
                              allowed, range->unset);

  return FALSE;
}

static gboolean
check_numbers (DheeraRequest  *self,
               GError        **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (doubles); i++)
    if (!check_range (&doubles[i], G_STRUCT_MEMBER (double, self, doubles[i].offset), error))
      return FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (integers); i++)
    if (!check_range (&integers[i], G_STRUCT_MEMBER (int, self, integers[i].offset), error))
      return FALSE;

  if (self->seed < -1)
    {
      dheera_set_invalid_request (error, "seed",
                                  "seed is %" G_GINT64_FORMAT "; it has to be 0 or more, or -1 for none. "
                                  "A negative seed can be sent through extra.",
                                  self->seed);
      return FALSE;
    }

  if (self->max_steps < 1)
    {
      dheera_set_invalid_request (error, "max-steps", "max-steps is %d; it has to be 1 or more.", self->max_steps);
      return FALSE;
    }

  if (self->top_logprobs >= 0 && self->logprobs == DHEERA_TRISTATE_NO)
    {
      dheera_set_invalid_request (error, "top-logprobs",
                                  "top-logprobs is %d, but logprobs is NO; it has to be YES or left unset.",
                                  self->top_logprobs);
      return FALSE;
    }

  return TRUE;
}

/* What OpenAI, Anthropic and Bedrock all take. */
static gboolean
is_name (const char *name)
{
  gsize length = strspn (name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");

  return length >= 1 && length <= 64 && name[length] == '\0';
}

#define NAME_RULE "it has to be 1 to 64 of the characters a-z, A-Z, 0-9, _ and -"

static gboolean
check_tool (DheeraTool  *tool,
            guint        position,
            GError     **error)
{
  g_autofree char *path = g_strdup_printf ("tools[%u]", position);
  g_autofree char *fault = NULL;

  if (tool->name == NULL || !is_name (tool->name))
    {
      dheera_set_invalid_request (error, path, "The name of %s is “%s”; " NAME_RULE ".", path,
                                  tool->name != NULL ? tool->name : "");
      return FALSE;
    }

  if (tool->parameters.fault != NULL)
    {
      dheera_set_invalid_request (error, path, "parameters of the tool “%s” (%s) %s.",
                                  tool->name, path, tool->parameters.fault);
      return FALSE;
    }

  if (tool->cache_control != NULL)
    fault = dheera_cache_control_find_fault (tool->cache_control);
  if (fault != NULL)
    dheera_set_invalid_request (error, path, "cache-control of the tool “%s” (%s) %s.",
                                tool->name, path, fault);

  return fault == NULL;
}

static gboolean
check_tool_choice (DheeraRequest  *self,
                   GHashTable     *names,
                   GError        **error)
{
  static const char *const words[] = { "auto", "none", "required", NULL };

  if (self->tool_choice == NULL || g_strv_contains (words, self->tool_choice))
    return TRUE;

  if (!is_name (self->tool_choice))
    {
      dheera_set_invalid_request (error, "tool-choice",
                                  "tool-choice is “%s”; it has to be auto, none, required, "
                                  "or the name of a tool.",
                                  self->tool_choice);
      return FALSE;
    }

  if (g_hash_table_size (names) > 0 && !g_hash_table_contains (names, self->tool_choice))
    {
      dheera_set_invalid_request (error, "tool-choice",
                                  "tool-choice is “%s”, which is neither auto, none or required "
                                  "nor the name of one of the tools.",
                                  self->tool_choice);
      return FALSE;
    }

  return TRUE;
}

static gboolean
check_tools (DheeraRequest  *self,
             GError        **error)
{
  g_autoptr (GHashTable) names = NULL;

  if (dheera_request_get_n_tools (self) == 0 && self->tool_choice == NULL)
    return TRUE;

  names = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < dheera_request_get_n_tools (self); i++)
    {
      DheeraTool *tool = dheera_request_peek_tool (self, i);

      if (!check_tool (tool, i, error))
        return FALSE;

      if (!g_hash_table_add (names, tool->name))
        {
          dheera_set_invalid_request (error, "tools", "There are two tools of the name “%s”.", tool->name);
          return FALSE;
        }
    }

  return check_tool_choice (self, names, error);
}

static gboolean
check_texts (DheeraRequest  *self,
             GError        **error)
{
  for (guint i = 0; self->stop != NULL && self->stop[i] != NULL; i++)
    if (*self->stop[i] == '\0')
      {
        dheera_set_invalid_request (error, "stop", "stop[%u] is an empty text.", i);
        return FALSE;
      }

  if (self->metadata.fault != NULL)
    {
      dheera_set_invalid_request (error, "metadata", "metadata %s.", self->metadata.fault);
      return FALSE;
    }

  if (self->reasoning_effort != NULL && *self->reasoning_effort == '\0')
    {
      dheera_set_invalid_request (error, "reasoning-effort",
                                  "reasoning-effort is an empty text; leave it out, "
                                  "or set a word such as low or high.");
      return FALSE;
    }

  if (self->response_format != DHEERA_RESPONSE_FORMAT_JSON_SCHEMA)
    return TRUE;

  if (self->response_schema.text == NULL)
    {
      dheera_set_invalid_request (error, "response-format",
                                  "response-format is JSON_SCHEMA, but there is no schema; "
                                  "set one with set_response_schema().");
      return FALSE;
    }

  if (self->response_schema_name != NULL && !is_name (self->response_schema_name))
    {
      dheera_set_invalid_request (error, "response-schema-name",
                                  "response-schema-name is “%s”; " NAME_RULE ".",
                                  self->response_schema_name);
      return FALSE;
    }

  return TRUE;
}

/* NULL, or what is wrong with a part that the application made: most often it did not find its file. */
static char *
find_source_fault (DheeraPart *part,
                   const char *path)
{
  gboolean has_to_be_there = part->type == DHEERA_PART_TYPE_IMAGE || part->type == DHEERA_PART_TYPE_AUDIO;
  g_autofree char *shown = NULL;

  if (has_to_be_there && part->bytes != NULL && g_bytes_get_size (part->bytes) == 0)
    return g_strdup_printf ("%s is an empty file.", path);
  if (part->uri == NULL || g_uri_peek_scheme (part->uri) != NULL)
    return NULL;

  shown = dheera_string_cut (part->uri, MAX_SHOWN_URI);
  return g_strdup_printf ("The URI of %s is “%s”, without the https:// of one that a provider can fetch; a file of this machine is sent by its bytes.",
                          path, shown);
}

static char *
find_part_fault (DheeraPart *part,
                 gboolean    by_model,
                 const char *path)
{
  g_autofree char *fault = NULL;

  if (part->uri != NULL && g_ascii_strncasecmp (part->uri, "data:", 5) == 0)
    return g_strdup_printf ("The URI of %s is a data: URI, but not one of valid base64.", path);

  fault = by_model ? NULL : find_source_fault (part, path);
  if (fault != NULL || part->cache_control == NULL)
    return g_steal_pointer (&fault);

  fault = dheera_cache_control_find_fault (part->cache_control);
  return fault != NULL ? g_strdup_printf ("cache-control of %s %s.", path, fault) : NULL;
}

static gboolean
check_part (DheeraPart  *part,
            gboolean     by_model,
            guint        message,
            guint        position,
            GError     **error)
{
  g_autofree char *path = NULL;
  g_autofree char *fault = NULL;

  /* A conversation may be long, and most of it is text: no path is made for that. */
  if (part->bytes == NULL && part->uri == NULL && part->cache_control == NULL)
    return TRUE;

  path = g_strdup_printf ("messages[%u].parts[%u]", message, position);
  fault = find_part_fault (part, by_model, path);
  if (fault != NULL)
    dheera_set_invalid_request (error, path, "%s", fault);

  return fault == NULL;
}

static gboolean
check_tool_call (DheeraToolCall  *call,
                 guint            message,
                 guint            position,
                 GError         **error)
{
  g_autofree char *path = NULL;
  gboolean has_id = call->id != NULL && *call->id != '\0';

  if (has_id && call->name != NULL && *call->name != '\0')
    return TRUE;

  path = g_strdup_printf ("messages[%u]", message);
  dheera_set_invalid_request (error, path, "tool_calls[%u] of %s has no %s.",
                              position, path, has_id ? "name" : "id");
  return FALSE;
}

static gboolean
check_role (DheeraMessage  *message,
            guint           position,
            GError        **error)
{
  g_autofree char *path = NULL;
  gboolean has_id = message->tool_call_id != NULL && *message->tool_call_id != '\0';
  gboolean lost_result = message->role == DHEERA_ROLE_TOOL && !has_id;

  if (!lost_result && (message->role == DHEERA_ROLE_ASSISTANT
                       || dheera_message_get_n_tool_calls (message) == 0))
    return TRUE;

  path = g_strdup_printf ("messages[%u]", position);
  if (lost_result)
    dheera_set_invalid_request (error, path,
                                "%s is the result of a tool call, "
                                "but has no tool-call-id that says of which one.",
                                path);
  else
    dheera_set_invalid_request (error, path, "%s has tool calls, but its role is not ASSISTANT.", path);
  return FALSE;
}

static gboolean
check_message (DheeraMessage  *message,
               guint           position,
               GError        **error)
{
  if (!check_role (message, position, error))
    return FALSE;

  for (guint i = 0; i < dheera_message_get_n_tool_calls (message); i++)
    if (!check_tool_call (dheera_message_peek_tool_call (message, i), position, i, error))
      return FALSE;

  for (guint i = 0; i < dheera_message_get_n_parts (message); i++)
    if (!check_part (dheera_message_peek_part (message, i), message->role == DHEERA_ROLE_ASSISTANT, position, i, error))
      return FALSE;

  return TRUE;
}

static gboolean
check_conversation (DheeraRequest  *self,
                    GError        **error)
{
  guint n_messages = dheera_request_get_n_messages (self);

  if (n_messages == 0)
    {
      dheera_set_invalid_request (error, "conversation",
                                  "The conversation is empty; append at least one message to it.");
      return FALSE;
    }

  for (guint i = 0; i < n_messages; i++)
    if (!check_message (dheera_conversation_peek (self->conversation, i), i, error))
      return FALSE;

  return TRUE;
}

gboolean
dheera_request_check (DheeraBaseRequest  *base,
                      GError            **error)
{
  DheeraRequest *self = DHEERA_REQUEST (base);

  return check_numbers (self, error) && check_texts (self, error) && check_tools (self, error)
         && check_conversation (self, error);
}

static const struct
{
  const char *name;
  DheeraParams params;
} param_names[] = {
  /* The first of each flag is the one that is given out. */
  { "temperature", DHEERA_PARAM_TEMPERATURE },
  { "top_p", DHEERA_PARAM_TOP_P },
  { "top_k", DHEERA_PARAM_TOP_K },
  { "max_tokens", DHEERA_PARAM_MAX_TOKENS },
  { "stop", DHEERA_PARAM_STOP },
  { "seed", DHEERA_PARAM_SEED },
  { "n", DHEERA_PARAM_N },
  { "presence_penalty", DHEERA_PARAM_PRESENCE_PENALTY },
  { "frequency_penalty", DHEERA_PARAM_FREQUENCY_PENALTY },
  { "logprobs", DHEERA_PARAM_LOGPROBS },
  { "top_logprobs", DHEERA_PARAM_TOP_LOGPROBS },
  { "tools", DHEERA_PARAM_TOOLS },
  { "tool_choice", DHEERA_PARAM_TOOL_CHOICE },
  { "parallel_tool_calls", DHEERA_PARAM_PARALLEL_TOOL_CALLS },
  { "json_object", DHEERA_PARAM_JSON_OBJECT },
  { "json_schema", DHEERA_PARAM_JSON_SCHEMA },
  { "reasoning_effort", DHEERA_PARAM_REASONING_EFFORT },
  { "reasoning_budget", DHEERA_PARAM_REASONING_BUDGET },
  { "user", DHEERA_PARAM_USER },
  { "metadata", DHEERA_PARAM_METADATA },
  { "service_tier", DHEERA_PARAM_SERVICE_TIER },
  { "max_completion_tokens", DHEERA_PARAM_MAX_TOKENS },
  { "response_format", DHEERA_PARAM_JSON_OBJECT | DHEERA_PARAM_JSON_SCHEMA },
};

const char *
dheera_param_get_name (DheeraParams param)
{
  for (gsize i = 0; i < G_N_ELEMENTS (param_names); i++)
    if (param_names[i].params == param)
      return param_names[i].name;

  g_return_val_if_reached ("");
}

DheeraParams
dheera_param_from_name (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (param_names); i++)
    if (g_str_equal (param_names[i].name, name))
      return param_names[i].params;

  return 0;
}

DheeraParams
dheera_request_list_set_params (DheeraRequest *self)
{
  guint set = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (doubles); i++)
    if (G_STRUCT_MEMBER (double, self, doubles[i].offset) != doubles[i].unset)
      set |= doubles[i].param;
  for (gsize i = 0; i < G_N_ELEMENTS (integers); i++)
    if (G_STRUCT_MEMBER (int, self, integers[i].offset) != integers[i].unset)
      set |= integers[i].param;

  set |= self->stop != NULL ? DHEERA_PARAM_STOP : 0;
  set |= self->seed != -1 ? DHEERA_PARAM_SEED : 0;
  set |= self->logprobs != DHEERA_TRISTATE_UNSET ? DHEERA_PARAM_LOGPROBS : 0;
  set |= dheera_request_get_n_tools (self) > 0 ? DHEERA_PARAM_TOOLS : 0;
  set |= self->tool_choice != NULL ? DHEERA_PARAM_TOOL_CHOICE : 0;
  set |= self->parallel_tool_calls != DHEERA_TRISTATE_UNSET ? DHEERA_PARAM_PARALLEL_TOOL_CALLS : 0;
  set |= self->response_format == DHEERA_RESPONSE_FORMAT_JSON_OBJECT ? DHEERA_PARAM_JSON_OBJECT : 0;
  set |= self->response_format == DHEERA_RESPONSE_FORMAT_JSON_SCHEMA ? DHEERA_PARAM_JSON_SCHEMA : 0;
  set |= self->reasoning_effort != NULL ? DHEERA_PARAM_REASONING_EFFORT : 0;
  set |= self->user != NULL ? DHEERA_PARAM_USER : 0;
  set |= self->metadata.text != NULL ? DHEERA_PARAM_METADATA : 0;
  set |= self->service_tier != NULL ? DHEERA_PARAM_SERVICE_TIER : 0;

  return set;
}
