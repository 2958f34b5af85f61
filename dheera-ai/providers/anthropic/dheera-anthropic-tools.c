/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-anthropic-private.h"

#include <string.h>

#include "dheera-ai/model/chat-json/dheera-chat-json-private.h"
#include "dheera-ai/model/messages/dheera-part-private.h"
#include "dheera-ai/model/tools/dheera-tool-private.h"

/* Tools and the choice among them */

#define NO_PARAMETERS "{\"type\":\"object\",\"properties\":{}}"

static void
write_tool (DheeraAnthropicPlan *plan,
            DheeraTool          *tool,
            DheeraJsonWriter    *writer)
{
  const char *parameters = dheera_json_text_get (&tool->parameters);

  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "name", tool->name);
  if (tool->description != NULL)
    dheera_json_writer_member_string (writer, "description", tool->description);
  dheera_json_writer_member_raw (writer, "input_schema", parameters != NULL ? parameters : NO_PARAMETERS);
  if (tool->strict == DHEERA_TRISTATE_YES && plan->model.structured)
    dheera_json_writer_member_boolean (writer, "strict", TRUE);
  if (tool->cache_control != NULL)
    {
      dheera_json_writer_key (writer, "cache_control");
      dheera_cache_control_write (writer, tool->cache_control);
    }
  dheera_chat_write_extra_members (writer, tool->extra, NULL);
  dheera_chat_write_extra_members (writer, tool->function_extra, NULL);
  dheera_json_writer_end_object (writer);
}

static void
write_json_tool (DheeraAnthropicPlan *plan,
                 DheeraJsonWriter    *writer)
{
  const char *schema = dheera_json_text_get (&plan->request->response_schema);
  const char *description = plan->request->response_schema_description;

  if (!dheera_anthropic_is_sent (plan, DHEERA_PARAM_JSON_SCHEMA) || schema == NULL)
    schema = "{\"type\":\"object\",\"additionalProperties\":true}";
  if (description == NULL)
    description = "Gives the answer, as JSON, to whoever asked. What is passed to this tool is the whole answer.";

  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "name", DHEERA_ANTHROPIC_JSON_TOOL);
  dheera_json_writer_member_string (writer, "description", description);
  dheera_json_writer_member_raw (writer, "input_schema", schema);
  dheera_json_writer_end_object (writer);
}

/* The word for OpenAI's choice, or NULL for one tool by its name */
static const char *
find_choice_type (const char *choice)
{
  if (choice == NULL || g_str_equal (choice, "auto"))
    return "auto";
  if (g_str_equal (choice, "required"))
    return "any";

  return g_str_equal (choice, "none") ? "none" : NULL;
}

/* The invisible tool is forced alone, and beside tools of the caller's own one of all of them is. */
static void
write_tool_choice (DheeraAnthropicPlan *plan,
                   DheeraJsonWriter    *writer)
{
  gboolean chosen = dheera_anthropic_is_sent (plan, DHEERA_PARAM_TOOL_CHOICE) && plan->has_tools;
  const char *name = chosen ? plan->request->tool_choice : NULL;
  const char *type = find_choice_type (name);
  gboolean alone = plan->request->parallel_tool_calls == DHEERA_TRISTATE_NO || plan->json_tool;

  if (plan->json_tool && type != NULL)
    {
      type = plan->has_tools && !g_str_equal (type, "none") ? "any" : NULL;
      name = DHEERA_ANTHROPIC_JSON_TOOL;
    }
  else if (!chosen && !(alone && plan->has_tools))
    {
      return;
    }

  dheera_json_writer_key (writer, "tool_choice");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "type", type != NULL ? type : "tool");
  if (type == NULL)
    dheera_json_writer_member_string (writer, "name", name);
  if (alone && g_strcmp0 (type, "none") != 0)
    dheera_json_writer_member_boolean (writer, "disable_parallel_tool_use", TRUE);
  dheera_json_writer_end_object (writer);
}

/* --- Tools in extra ------------------------------------------------------------------------------ */

/* The vendor's own tools stand in extra. A list of them that was read from OpenAI's JSON has functions among them, in OpenAI's form. */
static void
write_foreign_tool (DheeraAnthropicPlan *plan,
                    DheeraJsonValue      tool,
                    DheeraJsonWriter    *writer)
{
  static const char *const not_theirs[] = { "type", "function", NULL };
  static const char *const own[] = { "parameters", "strict", NULL };
  DheeraJsonValue function = dheera_json_member (tool, "function");
  DheeraJsonValue parameters = dheera_json_member (function, "parameters");
  g_autofree char *outer = dheera_json_dup_raw (tool);
  g_autofree char *inner = dheera_json_dup_raw (function);

  dheera_json_writer_begin_object (writer);
  dheera_chat_write_extra_members (writer, inner, own);
  dheera_json_writer_key (writer, "input_schema");
  if (dheera_json_type (parameters) == DHEERA_JSON_OBJECT)
    dheera_json_writer_value (writer, parameters);
  else
    dheera_json_writer_raw (writer, NO_PARAMETERS, -1);
  if (plan->model.structured && dheera_json_get_boolean (dheera_json_member (function, "strict"), FALSE))
    dheera_json_writer_member_boolean (writer, "strict", TRUE);
  dheera_chat_write_extra_members (writer, outer, not_theirs);
  dheera_json_writer_end_object (writer);
}

static gboolean
is_foreign (DheeraJsonValue tool)
{
  return dheera_json_type (dheera_json_member (tool, "function")) == DHEERA_JSON_OBJECT;
}

char *
dheera_anthropic_dup_extra (DheeraAnthropicPlan *plan)
{
  const char *extra = dheera_base_request_peek_extra (DHEERA_BASE_REQUEST (plan->request));
  DheeraJson json = DHEERA_JSON_INIT;
  g_autofree char *patch = NULL;
  DheeraJsonWriter writer;
  DheeraJsonIter iter;
  DheeraJsonValue tools, tool;
  gboolean changed = FALSE;

  if (extra == NULL || !dheera_json_parse (&json, extra, strlen (extra)))
    return NULL;

  dheera_json_writer_init (&writer, 256);
  dheera_json_writer_begin_object (&writer);
  dheera_json_writer_key (&writer, "tools");
  dheera_json_writer_begin_array (&writer);
  tools = dheera_json_member (dheera_json_root (&json), "tools");
  dheera_json_iter_init (&iter, tools);
  while (dheera_json_iter_next (&iter, NULL, &tool))
    {
      changed |= is_foreign (tool);
      if (is_foreign (tool))
        write_foreign_tool (plan, tool, &writer);
      else
        dheera_json_writer_value (&writer, tool);
    }
  /* The list takes the place of the body's, which has the invisible tool. */
  if (plan->json_tool && dheera_json_size (tools) > 0)
    {
      write_json_tool (plan, &writer);
      changed = TRUE;
    }
  dheera_json_writer_end_array (&writer);
  dheera_json_writer_end_object (&writer);
  patch = dheera_json_writer_steal (&writer);
  dheera_json_clear (&json);

  return changed ? dheera_json_merge (extra, patch) : g_strdup (extra);
}

/* --- All of them --------------------------------------------------------------------------------- */

void
dheera_anthropic_write_tools (DheeraAnthropicPlan *plan,
                              DheeraJsonWriter    *writer)
{
  guint n = dheera_anthropic_is_sent (plan, DHEERA_PARAM_TOOLS) ? dheera_request_get_n_tools (plan->request) : 0;

  if (n > 0 || plan->json_tool)
    {
      dheera_json_writer_key (writer, "tools");
      dheera_json_writer_begin_array (writer);
      for (guint i = 0; i < n; i++)
        write_tool (plan, dheera_request_peek_tool (plan->request, i), writer);
      if (plan->json_tool)
        write_json_tool (plan, writer);
      dheera_json_writer_end_array (writer);
    }
  write_tool_choice (plan, writer);
}
