/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-anthropic-private.h"

#include <string.h>

#include "dheera-ai/model/dheera-part-private.h"
#include "dheera-ai/model/dheera-tool-private.h"

/* The body of a request: everything but the turns. */

static gboolean
is_sent (const DheeraAnthropicPlan *plan,
         DheeraParams               param)
{
  return (dheera_request_list_set_params (plan->request) & param & ~plan->omit) != 0;
}

/* --- Tools --------------------------------------------------------------------------------------- */

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
  dheera_json_writer_member_raw (writer, "input_schema", parameters != NULL ? parameters : "{\"type\":\"object\",\"properties\":{}}");
  if (tool->strict == DHEERA_TRISTATE_YES && plan->model.structured)
    dheera_json_writer_member_boolean (writer, "strict", TRUE);
  if (tool->cache_control != NULL)
    {
      dheera_json_writer_key (writer, "cache_control");
      dheera_cache_control_write (writer, tool->cache_control);
    }
  dheera_anthropic_write_extra (writer, tool->extra, NULL);
  dheera_anthropic_write_extra (writer, tool->function_extra, NULL);
  dheera_json_writer_end_object (writer);
}

static void
write_json_tool (DheeraAnthropicPlan *plan,
                 DheeraJsonWriter    *writer)
{
  const char *schema = dheera_json_text_get (&plan->request->response_schema);
  const char *description = plan->request->response_schema_description;

  if (!is_sent (plan, DHEERA_PARAM_JSON_SCHEMA) || schema == NULL)
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
  gboolean chosen = is_sent (plan, DHEERA_PARAM_TOOL_CHOICE) && plan->has_tools;
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

static void
write_tools (DheeraAnthropicPlan *plan,
             DheeraJsonWriter    *writer)
{
  guint n = is_sent (plan, DHEERA_PARAM_TOOLS) ? dheera_request_get_n_tools (plan->request) : 0;

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

/* --- Thinking and the form of the output --------------------------------------------------------- */

static void
write_thinking (DheeraAnthropicPlan *plan,
                DheeraJsonWriter    *writer)
{
  if (plan->budget == 0 && !plan->adaptive && !plan->disabled)
    return;

  dheera_json_writer_key (writer, "thinking");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "type", plan->budget > 0 ? "enabled" : plan->adaptive ? "adaptive" : "disabled");
  if (plan->budget > 0)
    dheera_json_writer_member_int (writer, "budget_tokens", plan->budget);
  dheera_json_writer_end_object (writer);
}

static void
write_output_config (DheeraAnthropicPlan *plan,
                     DheeraJsonWriter    *writer)
{
  gboolean has_format = is_sent (plan, DHEERA_PARAM_JSON_SCHEMA) && !plan->json_tool;

  if (plan->effort == NULL && !has_format)
    return;

  dheera_json_writer_key (writer, "output_config");
  dheera_json_writer_begin_object (writer);
  if (plan->effort != NULL)
    dheera_json_writer_member_string (writer, "effort", plan->effort);
  if (has_format)
    {
      dheera_json_writer_key (writer, "format");
      dheera_json_writer_begin_object (writer);
      dheera_json_writer_member_string (writer, "type", "json_schema");
      dheera_json_writer_key (writer, "schema");
      dheera_anthropic_write_schema (writer, dheera_json_text_get (&plan->request->response_schema));
      dheera_json_writer_end_object (writer);
    }
  dheera_json_writer_end_object (writer);
}

/* --- The rest ------------------------------------------------------------------------------------ */

static void
write_sampling (DheeraAnthropicPlan *plan,
                DheeraJsonWriter    *writer)
{
  DheeraRequest *request = plan->request;

  if (is_sent (plan, DHEERA_PARAM_TEMPERATURE))
    dheera_json_writer_member_double (writer, "temperature", request->temperature);
  if (is_sent (plan, DHEERA_PARAM_TOP_P))
    dheera_json_writer_member_double (writer, "top_p", request->top_p);
  if (is_sent (plan, DHEERA_PARAM_TOP_K))
    dheera_json_writer_member_int (writer, "top_k", request->top_k);
  if (!is_sent (plan, DHEERA_PARAM_STOP))
    return;

  dheera_json_writer_key (writer, "stop_sequences");
  dheera_json_writer_begin_array (writer);
  for (guint i = 0; request->stop[i] != NULL; i++)
    dheera_json_writer_string (writer, request->stop[i]);
  dheera_json_writer_end_array (writer);
}

static void
write_user (DheeraAnthropicPlan *plan,
            DheeraJsonWriter    *writer)
{
  if (is_sent (plan, DHEERA_PARAM_USER))
    {
      dheera_json_writer_key (writer, "metadata");
      dheera_json_writer_begin_object (writer);
      dheera_json_writer_member_string (writer, "user_id", plan->request->user);
      dheera_json_writer_end_object (writer);
    }
  if (is_sent (plan, DHEERA_PARAM_SERVICE_TIER))
    dheera_json_writer_member_string (writer, "service_tier",
                                      g_str_equal (plan->request->service_tier, "auto") ? "auto" : "standard_only");
}

void
dheera_anthropic_write_extra (DheeraJsonWriter  *writer,
                              const char        *extra,
                              const char *const *except)
{
  DheeraJson json = DHEERA_JSON_INIT;
  DheeraJsonIter iter;
  DheeraJsonValue name, value;

  if (extra != NULL && dheera_json_parse (&json, extra, strlen (extra)))
    {
      dheera_json_iter_init (&iter, dheera_json_root (&json));
      while (dheera_json_iter_next (&iter, &name, &value))
        {
          g_autofree char *key = dheera_json_dup_string (name);

          if (except != NULL && g_strv_contains (except, key))
            continue;
          dheera_json_writer_key (writer, key);
          dheera_json_writer_value (writer, value);
        }
    }
  dheera_json_clear (&json);
}

gboolean
dheera_anthropic_write_body (DheeraAnthropicPlan       *plan,
                             const DheeraAnthropicHost *host,
                             DheeraJsonWriter          *writer,
                             GError                   **error)
{
  dheera_json_writer_begin_object (writer);
  if (host->version != NULL)
    dheera_json_writer_member_string (writer, "anthropic_version", host->version);
  if (!host->model_elsewhere)
    dheera_json_writer_member_string (writer, "model", plan->encoding->model);
  if (!plan->counting)
    dheera_json_writer_member_int (writer, "max_tokens", plan->max_tokens);
  if (!dheera_anthropic_write_turns (plan, writer, error))
    return FALSE;
  write_tools (plan, writer);
  write_thinking (plan, writer);
  write_output_config (plan, writer);
  if (!plan->counting)
    {
      write_sampling (plan, writer);
      write_user (plan, writer);
      if (plan->encoding->stream && !host->stream_elsewhere)
        dheera_json_writer_member_boolean (writer, "stream", TRUE);
    }
  if (plan->uses_files && host->betas_in_body)
    dheera_json_writer_member_raw (writer, "anthropic_beta", "[\"" DHEERA_ANTHROPIC_FILES_BETA "\"]");
  dheera_json_writer_end_object (writer);

  return TRUE;
}
