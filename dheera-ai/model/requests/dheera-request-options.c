/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-request-internal-private.h"

#include "dheera-ai/model/dheera-strings-private.h"
#include "dheera-ai/model/errors/dheera-error-private.h"

/* The accessors of what a request says about conversation, tools, the form of the answer, and
 * reasoning. */

/**
 * dheera_request_get_conversation:
 * @self: a [class@Request]
 *
 * The messages that the model goes on with.
 *
 * Returns: (transfer none): the conversation, never %NULL
 *
 * Since: 0.1
 */
DheeraConversation *
dheera_request_get_conversation (DheeraRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_REQUEST (self), NULL);

  if (self->conversation == NULL)
    self->conversation = dheera_conversation_new ();

  return self->conversation;
}

/**
 * dheera_request_set_conversation:
 * @self: a [class@Request]
 * @conversation: (nullable): messages; %NULL for a new, empty conversation
 *
 * Sets the messages that the model goes on with. The conversation is shared, not copied.
 *
 * Since: 0.1
 */
void
dheera_request_set_conversation (DheeraRequest      *self,
                                 DheeraConversation *conversation)
{
  g_return_if_fail (DHEERA_IS_REQUEST (self));
  g_return_if_fail (conversation == NULL || DHEERA_IS_CONVERSATION (conversation));

  if (g_set_object (&self->conversation, conversation))
    g_object_notify_by_pspec (G_OBJECT (self), dheera_request_properties[PROP_CONVERSATION]);
}

guint
dheera_request_get_n_messages (DheeraRequest *self)
{
  return self->conversation != NULL ? g_list_model_get_n_items (G_LIST_MODEL (self->conversation)) : 0;
}

/**
 * dheera_request_add_tool:
 * @self: a [class@Request]
 * @tool: a tool
 *
 * Adds a tool that the model may call. Each needs a name of its own.
 *
 * Since: 0.1
 */
void
dheera_request_add_tool (DheeraRequest *self,
                         DheeraTool    *tool)
{
  g_return_if_fail (DHEERA_IS_REQUEST (self));
  g_return_if_fail (DHEERA_IS_TOOL (tool));

  dheera_request_get_tools (self);
  g_list_store_append (self->tools, tool);
}

/**
 * dheera_request_get_tools:
 * @self: a [class@Request]
 *
 * The tools that the model may call.
 *
 * The list tells when it changes. Add to it with [method@Request.add_tool].
 *
 * Returns: (transfer none): a list of [class@Tool]
 *
 * Since: 0.1
 */
GListModel *
dheera_request_get_tools (DheeraRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_REQUEST (self), NULL);

  if (self->tools == NULL)
    self->tools = g_list_store_new (DHEERA_TYPE_TOOL);

  return G_LIST_MODEL (self->tools);
}

guint
dheera_request_get_n_tools (DheeraRequest *self)
{
  return self->tools != NULL ? g_list_model_get_n_items (G_LIST_MODEL (self->tools)) : 0;
}

/* The list keeps the tool alive. */
DheeraTool *
dheera_request_peek_tool (DheeraRequest *self,
                          guint          position)
{
  g_autoptr (DheeraTool) tool = NULL;

  if (self->tools != NULL)
    tool = g_list_model_get_item (G_LIST_MODEL (self->tools), position);

  return tool;
}

/**
 * dheera_request_get_tool_choice:
 * @self: a [class@Request]
 *
 * Whether the model has to call a tool.
 *
 * Returns: (nullable): `auto`, `none`, `required`, or the name of a tool
 *
 * Since: 0.1
 */
const char *
dheera_request_get_tool_choice (DheeraRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_REQUEST (self), NULL);

  return self->tool_choice;
}

/**
 * dheera_request_set_tool_choice:
 * @self: a [class@Request]
 * @tool_choice: (nullable): `auto`, `none`, `required`, or the name of a tool
 *
 * Sets whether the model has to call a tool.
 *
 * Since: 0.1
 */
void
dheera_request_set_tool_choice (DheeraRequest *self,
                                const char    *tool_choice)
{
  g_return_if_fail (DHEERA_IS_REQUEST (self));

  if (dheera_string_set (&self->tool_choice, tool_choice))
    g_object_notify_by_pspec (G_OBJECT (self), dheera_request_properties[PROP_TOOL_CHOICE]);
}

/**
 * dheera_request_get_parallel_tool_calls:
 * @self: a [class@Request]
 *
 * Whether the model may call several tools at once.
 *
 * Returns: whether it may
 *
 * Since: 0.1
 */
DheeraTristate
dheera_request_get_parallel_tool_calls (DheeraRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_REQUEST (self), DHEERA_TRISTATE_UNSET);

  return self->parallel_tool_calls;
}

/**
 * dheera_request_set_parallel_tool_calls:
 * @self: a [class@Request]
 * @parallel_tool_calls: whether it may
 *
 * Sets whether the model may call several tools at once.
 *
 * Since: 0.1
 */
void
dheera_request_set_parallel_tool_calls (DheeraRequest  *self,
                                        DheeraTristate  parallel_tool_calls)
{
  g_return_if_fail (DHEERA_IS_REQUEST (self));

  if (self->parallel_tool_calls == parallel_tool_calls)
    return;

  self->parallel_tool_calls = parallel_tool_calls;
  g_object_notify_by_pspec (G_OBJECT (self), dheera_request_properties[PROP_PARALLEL_TOOL_CALLS]);
}

/**
 * dheera_request_get_max_steps:
 * @self: a [class@Request]
 *
 * How many times [method@Client.run] asks the model at most.
 *
 * Returns: a number of requests, 16 if none was set
 *
 * Since: 0.1
 */
int
dheera_request_get_max_steps (DheeraRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_REQUEST (self), DHEERA_REQUEST_MAX_STEPS);

  return self->max_steps;
}

/**
 * dheera_request_set_max_steps:
 * @self: a [class@Request]
 * @max_steps: a number of requests, 1 or more
 *
 * Sets how many times [method@Client.run] asks the model at most.
 *
 * Since: 0.1
 */
void
dheera_request_set_max_steps (DheeraRequest *self,
                              int            max_steps)
{
  g_return_if_fail (DHEERA_IS_REQUEST (self));

  if (self->max_steps == max_steps)
    return;

  self->max_steps = max_steps;
  g_object_notify_by_pspec (G_OBJECT (self), dheera_request_properties[PROP_MAX_STEPS]);
}

/**
 * dheera_request_get_response_format:
 * @self: a [class@Request]
 *
 * What form the answer has to take.
 *
 * Returns: the form
 *
 * Since: 0.1
 */
DheeraResponseFormat
dheera_request_get_response_format (DheeraRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_REQUEST (self), DHEERA_RESPONSE_FORMAT_TEXT);

  return self->response_format;
}

/**
 * dheera_request_set_response_format:
 * @self: a [class@Request]
 * @response_format: the form
 *
 * Sets what form the answer has to take.
 *
 * A schema is set with [method@Request.set_response_schema], which sets the form as well.
 *
 * Since: 0.1
 */
void
dheera_request_set_response_format (DheeraRequest        *self,
                                    DheeraResponseFormat  response_format)
{
  g_return_if_fail (DHEERA_IS_REQUEST (self));

  if (self->response_format == response_format)
    return;

  self->response_format = response_format;
  g_object_notify_by_pspec (G_OBJECT (self), dheera_request_properties[PROP_RESPONSE_FORMAT]);
}

/**
 * dheera_request_get_response_schema:
 * @self: a [class@Request]
 *
 * The JSON schema that the answer has to follow.
 *
 * Returns: (nullable): the schema as text
 *
 * Since: 0.1
 */
const char *
dheera_request_get_response_schema (DheeraRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_REQUEST (self), NULL);

  return self->response_schema.text;
}

/**
 * dheera_request_set_response_schema:
 * @self: a [class@Request]
 * @schema: (nullable): the text of a JSON schema; %NULL takes it away again
 * @error: return location for an error
 *
 * Asks for an answer that is JSON and follows a schema.
 *
 * This also sets [property@Request:response-format]. Fails with %DHEERA_ERROR_INVALID_REQUEST if
 * @schema is not the text of a JSON object, and then changes nothing.
 *
 * Returns: %TRUE if the schema was set
 *
 * Since: 0.1
 */
gboolean
dheera_request_set_response_schema (DheeraRequest  *self,
                                    const char     *schema,
                                    GError        **error)
{
  g_autofree char *fault = NULL;

  g_return_val_if_fail (DHEERA_IS_REQUEST (self), FALSE);

  fault = schema != NULL ? dheera_json_text_find_fault (schema, DHEERA_JSON_OBJECT) : NULL;
  if (fault != NULL)
    {
      dheera_set_invalid_request (error, "response-schema", "The response schema %s.", fault);
      return FALSE;
    }

  if (dheera_json_text_set (&self->response_schema, schema, DHEERA_JSON_OBJECT))
    g_object_notify_by_pspec (G_OBJECT (self), dheera_request_properties[PROP_RESPONSE_SCHEMA]);
  dheera_request_set_response_format (self, schema != NULL ? DHEERA_RESPONSE_FORMAT_JSON_SCHEMA
                                                           : DHEERA_RESPONSE_FORMAT_TEXT);

  return TRUE;
}

/**
 * dheera_request_get_response_schema_name:
 * @self: a [class@Request]
 *
 * The name that the provider gets to see for the schema.
 *
 * Returns: the name, `response` if none was set
 *
 * Since: 0.1
 */
const char *
dheera_request_get_response_schema_name (DheeraRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_REQUEST (self), "response");

  return self->response_schema_name != NULL ? self->response_schema_name : "response";
}

/**
 * dheera_request_set_response_schema_name:
 * @self: a [class@Request]
 * @name: (nullable): a name of 1 to 64 characters; %NULL for `response`
 *
 * Sets the name that the provider gets to see for the schema.
 *
 * Since: 0.1
 */
void
dheera_request_set_response_schema_name (DheeraRequest *self,
                                         const char    *name)
{
  g_return_if_fail (DHEERA_IS_REQUEST (self));

  if (dheera_string_set (&self->response_schema_name, name))
    g_object_notify_by_pspec (G_OBJECT (self), dheera_request_properties[PROP_RESPONSE_SCHEMA_NAME]);
}

/**
 * dheera_request_get_response_schema_strict:
 * @self: a [class@Request]
 *
 * Whether the provider has to see to it that the answer follows the schema.
 *
 * Returns: whether it has to
 *
 * Since: 0.1
 */
DheeraTristate
dheera_request_get_response_schema_strict (DheeraRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_REQUEST (self), DHEERA_TRISTATE_UNSET);

  return self->response_schema_strict;
}

/**
 * dheera_request_set_response_schema_strict:
 * @self: a [class@Request]
 * @strict: whether it has to
 *
 * Sets whether the provider has to see to it that the answer follows the schema.
 *
 * Since: 0.1
 */
void
dheera_request_set_response_schema_strict (DheeraRequest  *self,
                                           DheeraTristate  strict)
{
  g_return_if_fail (DHEERA_IS_REQUEST (self));

  if (self->response_schema_strict == strict)
    return;

  self->response_schema_strict = strict;
  g_object_notify_by_pspec (G_OBJECT (self), dheera_request_properties[PROP_RESPONSE_SCHEMA_STRICT]);
}

/**
 * dheera_request_get_reasoning_effort:
 * @self: a [class@Request]
 *
 * How much the model is to think.
 *
 * Returns: (nullable): a word such as `low` or `high`
 *
 * Since: 0.1
 */
const char *
dheera_request_get_reasoning_effort (DheeraRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_REQUEST (self), NULL);

  return self->reasoning_effort;
}

/**
 * dheera_request_set_reasoning_effort:
 * @self: a [class@Request]
 * @reasoning_effort: (nullable): a word such as `none`, `low`, `medium`, `high` or `auto`
 *
 * Sets how much the model is to think.
 *
 * Since: 0.1
 */
void
dheera_request_set_reasoning_effort (DheeraRequest *self,
                                     const char    *reasoning_effort)
{
  g_return_if_fail (DHEERA_IS_REQUEST (self));

  if (dheera_string_set (&self->reasoning_effort, reasoning_effort))
    g_object_notify_by_pspec (G_OBJECT (self), dheera_request_properties[PROP_REASONING_EFFORT]);
}

/**
 * dheera_request_get_reasoning_budget:
 * @self: a [class@Request]
 *
 * How many tokens the model can think with at most.
 *
 * Returns: a number of tokens, 0 for no reasoning, -1 for the provider's default
 *
 * Since: 0.1
 */
int
dheera_request_get_reasoning_budget (DheeraRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_REQUEST (self), -1);

  return self->reasoning_budget;
}

/**
 * dheera_request_set_reasoning_budget:
 * @self: a [class@Request]
 * @reasoning_budget: a number of tokens, 0 for no reasoning, -1 for the provider's default
 *
 * Sets how many tokens the model can think with at most.
 *
 * Since: 0.1
 */
void
dheera_request_set_reasoning_budget (DheeraRequest *self,
                                     int            reasoning_budget)
{
  g_return_if_fail (DHEERA_IS_REQUEST (self));

  if (self->reasoning_budget == reasoning_budget)
    return;

  self->reasoning_budget = reasoning_budget;
  g_object_notify_by_pspec (G_OBJECT (self), dheera_request_properties[PROP_REASONING_BUDGET]);
}

/**
 * dheera_request_get_user:
 * @self: a [class@Request]
 *
 * The name for whoever the request is made for.
 *
 * Returns: (nullable): the name
 *
 * Since: 0.1
 */
const char *
dheera_request_get_user (DheeraRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_REQUEST (self), NULL);

  return self->user;
}

/**
 * dheera_request_set_user:
 * @self: a [class@Request]
 * @user: (nullable): a stable name that does not tell who it is
 *
 * Sets a name for whoever the request is made for.
 *
 * Since: 0.1
 */
void
dheera_request_set_user (DheeraRequest *self,
                         const char    *user)
{
  g_return_if_fail (DHEERA_IS_REQUEST (self));

  if (dheera_string_set (&self->user, user))
    g_object_notify_by_pspec (G_OBJECT (self), dheera_request_properties[PROP_USER]);
}

/**
 * dheera_request_get_metadata:
 * @self: a [class@Request]
 *
 * What the provider keeps beside the request.
 *
 * Returns: (nullable): the text of a JSON object
 *
 * Since: 0.1
 */
const char *
dheera_request_get_metadata (DheeraRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_REQUEST (self), NULL);

  return self->metadata.text;
}

/**
 * dheera_request_set_metadata:
 * @self: a [class@Request]
 * @metadata: (nullable): the text of a JSON object
 *
 * Sets what the provider is to keep beside the request.
 *
 * Since: 0.1
 */
void
dheera_request_set_metadata (DheeraRequest *self,
                             const char    *metadata)
{
  g_return_if_fail (DHEERA_IS_REQUEST (self));

  if (dheera_json_text_set (&self->metadata, metadata, DHEERA_JSON_OBJECT))
    g_object_notify_by_pspec (G_OBJECT (self), dheera_request_properties[PROP_METADATA]);
}

/**
 * dheera_request_get_service_tier:
 * @self: a [class@Request]
 *
 * How urgent the request is.
 *
 * Returns: (nullable): the provider's word for it
 *
 * Since: 0.1
 */
const char *
dheera_request_get_service_tier (DheeraRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_REQUEST (self), NULL);

  return self->service_tier;
}

/**
 * dheera_request_set_service_tier:
 * @self: a [class@Request]
 * @service_tier: (nullable): a word such as `flex` or `priority`
 *
 * Sets how urgent the request is.
 *
 * Since: 0.1
 */
void
dheera_request_set_service_tier (DheeraRequest *self,
                                 const char    *service_tier)
{
  g_return_if_fail (DHEERA_IS_REQUEST (self));

  if (dheera_string_set (&self->service_tier, service_tier))
    g_object_notify_by_pspec (G_OBJECT (self), dheera_request_properties[PROP_SERVICE_TIER]);
}
