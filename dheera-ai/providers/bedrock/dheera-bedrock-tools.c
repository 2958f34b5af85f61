/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-bedrock-private.h"

#include <string.h>

#include "dheera-ai/model/messages/dheera-conversation-private.h"
#include "dheera-ai/model/messages/dheera-message-private.h"
#include "dheera-ai/model/tools/dheera-tool-private.h"

/* toolConfig. Bedrock has no word for "none", and wants to know the tools as long as the conversation has calls of any. */

#define ANY_SCHEMA "{\"type\":\"object\",\"properties\":{}}"

static void
write_spec (DheeraJsonWriter *writer,
            const char       *name,
            const char       *description,
            const char       *schema,
            gboolean          strict)
{
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_key (writer, "toolSpec");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "name", name);
  if (description != NULL && *description != '\0')
    dheera_json_writer_member_string (writer, "description", description);
  dheera_json_writer_key (writer, "inputSchema");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_raw (writer, "json", schema != NULL ? schema : ANY_SCHEMA);
  dheera_json_writer_end_object (writer);
  if (strict)
    dheera_json_writer_member_boolean (writer, "strict", TRUE);
  dheera_json_writer_end_object (writer);
  dheera_json_writer_end_object (writer);
}

/* FALSE with the error: the model would refuse the whole request. */
static gboolean
check_strict (DheeraBedrockPlan *self,
              DheeraTool        *tool,
              gboolean          *strict,
              GError           **error)
{
  const DheeraEncoding *encoding = self->encoding;

  *strict = tool->strict == DHEERA_TRISTATE_YES && !self->model.no_strict;
  if (tool->strict != DHEERA_TRISTATE_YES || *strict)
    return TRUE;

  if (encoding->policy != DHEERA_PARAM_POLICY_DROP)
    {
      g_set_error (error, DHEERA_ERROR, DHEERA_ERROR_UNSUPPORTED_PARAMETER,
                   "The tool “%s” can't be sent as strict: at Amazon Bedrock the model %s does not take it. Leave strict unset, or set "
                   "the client's param-policy to DROP to have it left out.", tool->name, encoding->model);
      return FALSE;
    }
  if (encoding->warnings != NULL)
    g_ptr_array_add (encoding->warnings, g_strdup_printf ("The parameter “strict” of the tool “%s” was left out: at Amazon Bedrock the model "
                                                          "%s does not take it.", tool->name, encoding->model));

  return TRUE;
}

static gboolean
write_own_tools (DheeraBedrockPlan *self,
                 DheeraJsonWriter  *writer,
                 GError           **error)
{
  for (guint i = 0; i < dheera_request_get_n_tools (self->request); i++)
    {
      DheeraTool *tool = dheera_request_peek_tool (self->request, i);
      gboolean strict;

      if (!check_strict (self, tool, &strict, error))
        return FALSE;
      write_spec (writer, tool->name, tool->description, dheera_json_text_get (&tool->parameters), strict);
      dheera_bedrock_write_cache_point (writer, tool->cache_control);
    }

  return TRUE;
}

/* The names of the tools that were called so far, in their order. Also says whether there are results. */
static GPtrArray *
list_called (DheeraRequest *request,
             gboolean      *has_results)
{
  DheeraConversation *conversation = dheera_request_get_conversation (request);
  GPtrArray *names = g_ptr_array_new ();

  *has_results = FALSE;
  for (guint i = 0; i < dheera_request_get_n_messages (request); i++)
    {
      DheeraMessage *message = dheera_conversation_peek (conversation, i);

      *has_results |= dheera_message_get_role (message) == DHEERA_ROLE_TOOL;
      for (guint k = 0; k < dheera_message_get_n_tool_calls (message); k++)
        {
          const char *name = dheera_tool_call_get_name (dheera_message_peek_tool_call (message, k));

          if (!g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
            g_ptr_array_add (names, (gpointer) name);
        }
    }

  return names;
}

/* Without the tools themselves, their names are enough to have the conversation taken. */
static void
write_called_tools (DheeraJsonWriter *writer,
                    GPtrArray        *names)
{
  for (guint i = 0; i < names->len; i++)
    write_spec (writer, g_ptr_array_index (names, i), NULL, NULL, FALSE);
  if (names->len == 0)
    write_spec (writer, "tool", NULL, NULL, FALSE);
}

static void
write_choice (DheeraJsonWriter *writer,
              const char       *kind,
              const char       *name)
{
  dheera_json_writer_key (writer, "toolChoice");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_key (writer, kind);
  dheera_json_writer_begin_object (writer);
  if (name != NULL)
    dheera_json_writer_member_string (writer, "name", name);
  dheera_json_writer_end_object (writer);
  dheera_json_writer_end_object (writer);
}

/* A model that thinks can't be forced. */
static void
write_json_choice (DheeraBedrockPlan *self,
                   DheeraJsonWriter  *writer,
                   gboolean           has_tools)
{
  if (self->thinks)
    write_choice (writer, "auto", NULL);
  else if (has_tools)
    write_choice (writer, "any", NULL);
  else
    write_choice (writer, "tool", DHEERA_BEDROCK_JSON_TOOL);
}

static void
write_tool_choice (DheeraBedrockPlan *self,
                   DheeraJsonWriter  *writer,
                   gboolean           has_tools,
                   gboolean           none)
{
  const char *choice = self->params & DHEERA_PARAM_TOOL_CHOICE ? self->request->tool_choice : NULL;

  if (self->json_tool)
    write_json_choice (self, writer, has_tools);
  else if (choice == NULL || !has_tools)
    return;
  else if (none || g_str_equal (choice, "auto"))
    write_choice (writer, "auto", NULL);
  else if (g_str_equal (choice, "required"))
    write_choice (writer, "any", NULL);
  else
    write_choice (writer, "tool", choice);
}

static void
warn_of_none (const DheeraEncoding *encoding)
{
  if (encoding->warnings != NULL)
    g_ptr_array_add (encoding->warnings,
                     g_strdup ("The parameter “tool_choice” is sent as auto: Amazon Bedrock can't be told to call none of the tools, and wants "
                               "to have them since the conversation has calls in it."));
}

gboolean
dheera_bedrock_write_tools (DheeraBedrockPlan *self,
                            DheeraJsonWriter  *writer,
                            GError           **error)
{
  gboolean has_tools = (self->params & DHEERA_PARAM_TOOLS) != 0;
  gboolean none = (self->params & DHEERA_PARAM_TOOL_CHOICE) && g_str_equal (self->request->tool_choice, "none");
  gboolean has_results;
  g_autoptr (GPtrArray) called = list_called (self->request, &has_results);
  gboolean must = called->len > 0 || has_results;

  if (none && !must)
    has_tools = FALSE;
  else if (none && has_tools)
    warn_of_none (self->encoding);
  if (!has_tools && !must && !self->json_tool)
    return TRUE;

  dheera_json_writer_key (writer, "toolConfig");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_key (writer, "tools");
  dheera_json_writer_begin_array (writer);
  if (has_tools && !write_own_tools (self, writer, error))
    return FALSE;
  if (!has_tools && must)
    write_called_tools (writer, called);
  if (self->json_tool)
    write_spec (writer, DHEERA_BEDROCK_JSON_TOOL, "Respond with a JSON object.", dheera_json_text_get (&self->request->response_schema), FALSE);
  dheera_json_writer_end_array (writer);
  write_tool_choice (self, writer, has_tools, none);
  dheera_json_writer_end_object (writer);

  return TRUE;
}
