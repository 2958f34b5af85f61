/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "replay-report.h"

typedef struct
{
  gint64 index;
  GString *id;
  GString *name;
  GString *arguments;
} CallSum;

typedef struct
{
  guint index;
  GString *text;
  GString *reasoning;
  GString *refusal;
  GPtrArray *calls; /* of CallSum, in the order of their first appearance */
  DheeraFinishReason finish_reason;
} ChoiceSum;

struct _Deltas
{
  GPtrArray *choices; /* of ChoiceSum */
  DheeraUsage *usage;
  guint n;
};

void
report_string (JsonBuilder *builder,
               const char  *name,
               const char  *value)
{
  json_builder_set_member_name (builder, name);
  if (value != NULL)
    json_builder_add_string_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

void
report_int (JsonBuilder *builder,
            const char  *name,
            gint64       value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

static void
report_enum (JsonBuilder *builder,
             const char  *name,
             GType        type,
             int          value)
{
  GEnumClass *class = g_type_class_ref (type);
  GEnumValue *known = g_enum_get_value (class, value);

  report_string (builder, name, known != NULL ? known->value_nick : "(out of range)");
  g_type_class_unref (class);
}

void
report_usage (JsonBuilder *builder,
              DheeraUsage *usage)
{
  json_builder_set_member_name (builder, "usage");
  if (usage == NULL)
    {
      json_builder_add_null_value (builder);
      return;
    }

  json_builder_begin_object (builder);
  report_int (builder, "prompt_tokens", dheera_usage_get_prompt_tokens (usage));
  report_int (builder, "completion_tokens", dheera_usage_get_completion_tokens (usage));
  report_int (builder, "total_tokens", dheera_usage_get_total_tokens (usage));
  report_int (builder, "cached_tokens", dheera_usage_get_cached_tokens (usage));
  report_int (builder, "cache_write_tokens", dheera_usage_get_cache_write_tokens (usage));
  report_int (builder, "reasoning_tokens", dheera_usage_get_reasoning_tokens (usage));
  json_builder_end_object (builder);
}

/* --- A response -------------------------------------------------------------------------------------------------------------- */

static void
report_tool_calls (JsonBuilder *builder,
                   GListModel  *calls)
{
  guint n = calls != NULL ? g_list_model_get_n_items (calls) : 0;

  json_builder_set_member_name (builder, "tool_calls");
  json_builder_begin_array (builder);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr(DheeraToolCall) call = g_list_model_get_item (calls, i);

      json_builder_begin_object (builder);
      report_string (builder, "id", dheera_tool_call_get_id (call));
      report_string (builder, "name", dheera_tool_call_get_name (call));
      report_string (builder, "arguments", dheera_tool_call_get_arguments (call));
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
report_choice (JsonBuilder  *builder,
               DheeraChoice *choice)
{
  DheeraMessage *message = dheera_choice_get_message (choice);

  json_builder_begin_object (builder);
  report_int (builder, "index", dheera_choice_get_index (choice));
  report_string (builder, "text", dheera_message_get_text (message));
  report_string (builder, "reasoning", dheera_message_get_reasoning (message));
  report_string (builder, "refusal", dheera_message_get_refusal (message));
  report_tool_calls (builder, dheera_message_get_tool_calls (message));
  report_enum (builder, "finish_reason", DHEERA_TYPE_FINISH_REASON, dheera_choice_get_finish_reason (choice));
  report_string (builder, "finish_reason_raw", dheera_choice_get_finish_reason_raw (choice));
  json_builder_end_object (builder);
}

static void
report_warnings (JsonBuilder        *builder,
                 const char * const *warnings)
{
  json_builder_set_member_name (builder, "warnings");
  json_builder_begin_array (builder);
  for (guint i = 0; warnings != NULL && warnings[i] != NULL; i++)
    json_builder_add_string_value (builder, warnings[i]);
  json_builder_end_array (builder);
}

void
report_response (JsonBuilder    *builder,
                 DheeraResponse *response)
{
  g_autofree char *json = dheera_response_to_json (response);
  guint n = dheera_response_get_n_choices (response);

  json_builder_set_member_name (builder, "response");
  json_builder_begin_object (builder);
  report_string (builder, "id", dheera_response_get_id (response));
  report_string (builder, "model", dheera_response_get_model (response));
  report_string (builder, "provider", dheera_response_get_provider (response));
  report_string (builder, "text", dheera_response_get_text (response));
  report_string (builder, "reasoning", dheera_response_get_reasoning (response));
  report_string (builder, "refusal", dheera_response_get_refusal (response));
  report_tool_calls (builder, dheera_response_get_tool_calls (response));
  report_enum (builder, "finish_reason", DHEERA_TYPE_FINISH_REASON, dheera_response_get_finish_reason (response));
  report_string (builder, "finish_reason_raw", dheera_response_get_finish_reason_raw (response));
  report_usage (builder, dheera_response_get_usage (response));
  report_string (builder, "request_id", dheera_response_get_request_id (response));
  report_warnings (builder, dheera_response_get_warnings (response));
  report_string (builder, "json", json);
  json_builder_set_member_name (builder, "choices");
  json_builder_begin_array (builder);
  for (guint i = 0; i < n; i++)
    report_choice (builder, dheera_response_get_choice (response, i));
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

void
report_models (JsonBuilder *builder,
               GListModel  *models)
{
  guint n = g_list_model_get_n_items (models);

  json_builder_set_member_name (builder, "models");
  json_builder_begin_array (builder);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr(DheeraModel) model = g_list_model_get_item (models, i);

      json_builder_begin_object (builder);
      report_string (builder, "id", dheera_model_get_id (model));
      report_string (builder, "owned_by", dheera_model_get_owned_by (model));
      report_int (builder, "created", dheera_model_get_created (model));
      report_int (builder, "context_window", dheera_model_get_context_window (model));
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

void
report_error (JsonBuilder  *builder,
              const GError *error)
{
  DheeraErrorDetails *details;

  json_builder_set_member_name (builder, "error");
  json_builder_begin_object (builder);
  report_int (builder, "own_domain", error->domain == DHEERA_ERROR);
  report_string (builder, "message", error->message);
  if (error->domain == DHEERA_ERROR)
    {
      details = dheera_error_get_details (error);
      report_enum (builder, "code", DHEERA_TYPE_ERROR, error->code);
      if (details != NULL)
        {
          report_int (builder, "status", dheera_error_details_get_status (details));
          report_string (builder, "provider", dheera_error_details_get_provider (details));
          report_string (builder, "provider_code", dheera_error_details_get_provider_code (details));
          report_string (builder, "provider_type", dheera_error_details_get_provider_type (details));
          report_string (builder, "param", dheera_error_details_get_param (details));
          report_string (builder, "request_id", dheera_error_details_get_request_id (details));
          report_int (builder, "retryable", dheera_error_details_get_retryable (details));
        }
      /* What bindings read has to be the same. */
      report_int (builder, "last_is_the_same", details == dheera_error_details_get_last ());
    }
  json_builder_end_object (builder);
}

/* --- The sum of deltas ------------------------------------------------------------------------------------------------------- */

static void
call_sum_free (gpointer data)
{
  CallSum *sum = data;

  g_string_free (sum->id, TRUE);
  g_string_free (sum->name, TRUE);
  g_string_free (sum->arguments, TRUE);
  g_free (sum);
}

static void
choice_sum_free (gpointer data)
{
  ChoiceSum *sum = data;

  g_string_free (sum->text, TRUE);
  g_string_free (sum->reasoning, TRUE);
  g_string_free (sum->refusal, TRUE);
  g_ptr_array_unref (sum->calls);
  g_free (sum);
}

Deltas *
deltas_new (void)
{
  Deltas *self = g_new0 (Deltas, 1);

  self->choices = g_ptr_array_new_with_free_func (choice_sum_free);
  return self;
}

void
deltas_free (Deltas *self)
{
  g_ptr_array_unref (self->choices);
  g_clear_object (&self->usage);
  g_free (self);
}

static ChoiceSum *
find_choice (Deltas *self,
             guint   index)
{
  ChoiceSum *sum;

  for (guint i = 0; i < self->choices->len; i++)
    {
      sum = g_ptr_array_index (self->choices, i);
      if (sum->index == index)
        return sum;
    }

  sum = g_new0 (ChoiceSum, 1);
  sum->index = index;
  sum->text = g_string_new (NULL);
  sum->reasoning = g_string_new (NULL);
  sum->refusal = g_string_new (NULL);
  sum->calls = g_ptr_array_new_with_free_func (call_sum_free);
  g_ptr_array_add (self->choices, sum);
  return sum;
}

static CallSum *
find_call (ChoiceSum *choice,
           gint64     index)
{
  CallSum *sum;

  for (guint i = 0; i < choice->calls->len; i++)
    {
      sum = g_ptr_array_index (choice->calls, i);
      if (sum->index == index)
        return sum;
    }

  sum = g_new0 (CallSum, 1);
  sum->index = index;
  sum->id = g_string_new (NULL);
  sum->name = g_string_new (NULL);
  sum->arguments = g_string_new (NULL);
  g_ptr_array_add (choice->calls, sum);
  return sum;
}

static void
add_calls (ChoiceSum  *choice,
           GListModel *calls)
{
  guint n = calls != NULL ? g_list_model_get_n_items (calls) : 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr(DheeraToolCallDelta) call = g_list_model_get_item (calls, i);
      CallSum *sum = find_call (choice, dheera_tool_call_delta_get_index (call));

      /* Id and name come once, whole; arguments come in pieces. */
      if (sum->id->len == 0)
        g_string_append (sum->id, dheera_tool_call_delta_get_id (call));
      if (sum->name->len == 0)
        g_string_append (sum->name, dheera_tool_call_delta_get_name (call));
      g_string_append (sum->arguments, dheera_tool_call_delta_get_arguments (call));
    }
}

void
deltas_add (Deltas      *self,
            DheeraDelta *delta)
{
  ChoiceSum *choice = find_choice (self, dheera_delta_get_choice_index (delta));
  DheeraUsage *usage = dheera_delta_get_usage (delta);

  self->n++;
  g_string_append (choice->text, dheera_delta_get_text (delta));
  g_string_append (choice->reasoning, dheera_delta_get_reasoning (delta));
  g_string_append (choice->refusal, dheera_delta_get_refusal (delta));
  add_calls (choice, dheera_delta_get_tool_calls (delta));
  if (dheera_delta_get_finish_reason (delta) != DHEERA_FINISH_REASON_NONE)
    choice->finish_reason = dheera_delta_get_finish_reason (delta);
  if (usage != NULL)
    g_set_object (&self->usage, usage);
}

static void
report_choice_sum (JsonBuilder *builder,
                   ChoiceSum   *sum)
{
  json_builder_begin_object (builder);
  report_int (builder, "index", sum->index);
  report_string (builder, "text", sum->text->str);
  report_string (builder, "reasoning", sum->reasoning->str);
  report_string (builder, "refusal", sum->refusal->str);
  report_enum (builder, "finish_reason", DHEERA_TYPE_FINISH_REASON, sum->finish_reason);
  json_builder_set_member_name (builder, "tool_calls");
  json_builder_begin_array (builder);
  for (guint i = 0; i < sum->calls->len; i++)
    {
      CallSum *call = g_ptr_array_index (sum->calls, i);

      json_builder_begin_object (builder);
      report_string (builder, "id", call->id->str);
      report_string (builder, "name", call->name->str);
      report_string (builder, "arguments", call->arguments->str);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

void
report_deltas (JsonBuilder *builder,
               Deltas      *self)
{
  json_builder_set_member_name (builder, "deltas");
  json_builder_begin_object (builder);
  report_int (builder, "n", self->n);
  report_usage (builder, self->usage);
  json_builder_set_member_name (builder, "choices");
  json_builder_begin_array (builder);
  for (guint i = 0; i < self->choices->len; i++)
    report_choice_sum (builder, g_ptr_array_index (self->choices, i));
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}
