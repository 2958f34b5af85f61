/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-anthropic-private.h"

#include <string.h>

/* The body of a request: everything but turns and tools. */

gboolean
dheera_anthropic_is_sent (const DheeraAnthropicPlan *plan,
                          DheeraParams               param)
{
  return (dheera_request_list_set_params (plan->request) & param & ~plan->omit) != 0;
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
  gboolean has_format = dheera_anthropic_is_sent (plan, DHEERA_PARAM_JSON_SCHEMA) && !plan->json_tool;

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

  if (dheera_anthropic_is_sent (plan, DHEERA_PARAM_TEMPERATURE))
    dheera_json_writer_member_double (writer, "temperature", request->temperature);
  if (dheera_anthropic_is_sent (plan, DHEERA_PARAM_TOP_P))
    dheera_json_writer_member_double (writer, "top_p", request->top_p);
  if (dheera_anthropic_is_sent (plan, DHEERA_PARAM_TOP_K))
    dheera_json_writer_member_int (writer, "top_k", request->top_k);
  if (dheera_anthropic_is_sent (plan, DHEERA_PARAM_STOP))
    dheera_json_writer_member_strv (writer, "stop_sequences", (const char *const *) request->stop);
}

static void
write_user (DheeraAnthropicPlan *plan,
            DheeraJsonWriter    *writer)
{
  if (dheera_anthropic_is_sent (plan, DHEERA_PARAM_USER))
    {
      dheera_json_writer_key (writer, "metadata");
      dheera_json_writer_begin_object (writer);
      dheera_json_writer_member_string (writer, "user_id", plan->request->user);
      dheera_json_writer_end_object (writer);
    }
  if (dheera_anthropic_is_sent (plan, DHEERA_PARAM_SERVICE_TIER))
    dheera_json_writer_member_string (writer, "service_tier",
                                      g_str_equal (plan->request->service_tier, "auto") ? "auto" : "standard_only");
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
  if (!host->model_elsewhere || plan->counting)
    dheera_json_writer_member_string (writer, "model", plan->encoding->model);
  if (!plan->counting)
    dheera_json_writer_member_int (writer, "max_tokens", plan->max_tokens);
  if (!dheera_anthropic_write_turns (plan, writer, error))
    return FALSE;
  dheera_anthropic_write_tools (plan, writer);
  write_thinking (plan, writer);
  write_output_config (plan, writer);
  if (!plan->counting)
    {
      write_sampling (plan, writer);
      write_user (plan, writer);
      if (plan->encoding->stream)
        dheera_json_writer_member_boolean (writer, "stream", TRUE);
    }
  dheera_json_writer_end_object (writer);

  return TRUE;
}
