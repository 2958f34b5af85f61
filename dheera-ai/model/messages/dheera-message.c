/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-message-private.h"

#include "dheera-ai/model/dheera-notify-private.h"

#include "dheera-ai/model/dheera-enum-types.h"
#include "dheera-ai/model/dheera-strings-private.h"
#include "dheera-ai/model/tools/dheera-tool-call-private.h"
#include "dheera-part-private.h"

/**
 * DheeraMessage:
 *
 * One message of a conversation: who speaks, and what is said.
 *
 * Most messages are text alone. Pictures, sound and documents are added as parts and stand behind
 * the text; messages of the assistant can hold calls of tools, and the reasoning that led to the
 * answer.
 *
 * The message of a [class@Response] grows while the answer is streamed: connect to `notify::text`.
 * It comes once for everything that one read from the network brought.
 *
 * Since: 0.1
 */
G_DEFINE_FINAL_TYPE (DheeraMessage, dheera_message, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_ROLE,
  PROP_TEXT,
  PROP_REASONING,
  PROP_REFUSAL,
  PROP_PARTS,
  PROP_TOOL_CALLS,
  PROP_TOOL_CALL_ID,
  PROP_NAME,
  PROP_IS_ERROR,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
native_block_clear (gpointer data)
{
  DheeraNativeBlock *block = data;

  g_free (block->family);
  g_free (block->json);
}

static void
dheera_message_finalize (GObject *object)
{
  DheeraMessage *self = DHEERA_MESSAGE (object);

  dheera_gstring_clear (&self->text);
  dheera_gstring_clear (&self->reasoning);
  dheera_gstring_clear (&self->refusal);
  g_clear_object (&self->parts);
  g_clear_object (&self->tool_calls);
  g_free (self->joined);
  g_free (self->tool_call_id);
  g_free (self->name);
  g_clear_pointer (&self->natives, g_array_unref);
  dheera_json_text_clear (&self->extra);

  G_OBJECT_CLASS (dheera_message_parent_class)->finalize (object);
}

static void
dheera_message_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  DheeraMessage *self = DHEERA_MESSAGE (object);

  switch (prop_id)
    {
    case PROP_ROLE:
      g_value_set_enum (value, self->role);
      break;
    case PROP_TEXT:
      g_value_set_string (value, dheera_message_get_text (self));
      break;
    case PROP_REASONING:
      g_value_set_string (value, dheera_message_get_reasoning (self));
      break;
    case PROP_REFUSAL:
      g_value_set_string (value, dheera_message_get_refusal (self));
      break;
    case PROP_PARTS:
      g_value_set_object (value, dheera_message_get_parts (self));
      break;
    case PROP_TOOL_CALLS:
      g_value_set_object (value, dheera_message_get_tool_calls (self));
      break;
    case PROP_TOOL_CALL_ID:
      g_value_set_string (value, self->tool_call_id);
      break;
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_IS_ERROR:
      g_value_set_boolean (value, self->is_error == DHEERA_TRISTATE_YES);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_message_set_property (GObject      *object,
                             guint         prop_id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  DheeraMessage *self = DHEERA_MESSAGE (object);

  switch (prop_id)
    {
    case PROP_ROLE:
      dheera_message_set_role (self, g_value_get_enum (value));
      break;
    case PROP_TEXT:
      dheera_message_set_text (self, g_value_get_string (value));
      break;
    case PROP_REASONING:
      dheera_message_set_reasoning (self, g_value_get_string (value));
      break;
    case PROP_REFUSAL:
      dheera_message_set_refusal (self, g_value_get_string (value));
      break;
    case PROP_TOOL_CALL_ID:
      dheera_message_set_tool_call_id (self, g_value_get_string (value));
      break;
    case PROP_NAME:
      dheera_message_set_name (self, g_value_get_string (value));
      break;
    case PROP_IS_ERROR:
      dheera_message_set_is_error (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_message_class_init (DheeraMessageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  const GParamFlags writable = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = dheera_message_finalize;
  object_class->get_property = dheera_message_get_property;
  object_class->set_property = dheera_message_set_property;

  /**
   * DheeraMessage:role:
   *
   * Who speaks.
   *
   * Since: 0.1
   */
  properties[PROP_ROLE] = g_param_spec_enum ("role", NULL, NULL, DHEERA_TYPE_ROLE,
                                             DHEERA_ROLE_USER, writable);

  /**
   * DheeraMessage:text:
   *
   * All text of the message, empty if there is none.
   *
   * It is the text that was set, followed by that of the text parts, each on a line of its own.
   * Setting it leaves the parts as they are.
   *
   * Since: 0.1
   */
  properties[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, "", writable);

  /**
   * DheeraMessage:reasoning:
   *
   * What the model thought before it answered, as far as the provider shows it; empty if it does
   * not.
   *
   * Since: 0.1
   */
  properties[PROP_REASONING] = g_param_spec_string ("reasoning", NULL, NULL, "", writable);

  /**
   * DheeraMessage:refusal:
   *
   * In what words the model refused to answer; empty if it did not.
   *
   * Since: 0.1
   */
  properties[PROP_REFUSAL] = g_param_spec_string ("refusal", NULL, NULL, "", writable);

  /**
   * DheeraMessage:parts:
   *
   * The parts that stand behind the text: a list of [class@Part].
   *
   * Since: 0.1
   */
  properties[PROP_PARTS] = g_param_spec_object ("parts", NULL, NULL, G_TYPE_LIST_MODEL, readable);

  /**
   * DheeraMessage:tool-calls:
   *
   * What tools the assistant calls: a list of [class@ToolCall].
   *
   * Since: 0.1
   */
  properties[PROP_TOOL_CALLS] = g_param_spec_object ("tool-calls", NULL, NULL,
                                                     G_TYPE_LIST_MODEL, readable);

  /**
   * DheeraMessage:tool-call-id:
   *
   * Which call this message is the result of.
   *
   * Since: 0.1
   */
  properties[PROP_TOOL_CALL_ID] = g_param_spec_string ("tool-call-id", NULL, NULL, NULL, writable);

  /**
   * DheeraMessage:name:
   *
   * Tells apart speakers of the same role.
   *
   * It is a hint: providers that have no place for it are not sent it.
   *
   * Since: 0.1
   */
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, writable);

  /**
   * DheeraMessage:is-error:
   *
   * Whether this result of a tool call says that the call failed.
   *
   * Anthropic, Amazon Bedrock and Google are told so; other providers have no place for it, and the model has to see it from the text.
   * [method@ToolCall.return_error] sets it. It means nothing in messages of another role than %DHEERA_ROLE_TOOL.
   *
   * Since: 0.1
   */
  properties[PROP_IS_ERROR] = g_param_spec_boolean ("is-error", NULL, NULL, FALSE, writable);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
dheera_message_init (DheeraMessage *self)
{
  self->role = DHEERA_ROLE_USER;
}

/**
 * dheera_message_new:
 * @role: who speaks
 * @text: (nullable): what is said; %NULL is the same as an empty text
 *
 * Makes a message.
 *
 * Returns: (transfer full): a new message
 *
 * Since: 0.1
 */
DheeraMessage *
dheera_message_new (DheeraRole  role,
                    const char *text)
{
  DheeraMessage *self = g_object_new (DHEERA_TYPE_MESSAGE, NULL);

  self->role = role;
  dheera_gstring_set (&self->text, text);

  return self;
}

/**
 * dheera_message_new_tool_result:
 * @tool_call_id: the [property@ToolCall:id] of the call
 * @text: (nullable): what the tool has to say to the model
 *
 * Makes the answer to a tool call.
 *
 * Returns: (transfer full): a new message of the role %DHEERA_ROLE_TOOL
 *
 * Since: 0.1
 */
DheeraMessage *
dheera_message_new_tool_result (const char *tool_call_id,
                                const char *text)
{
  DheeraMessage *self;

  g_return_val_if_fail (tool_call_id != NULL, NULL);

  self = dheera_message_new (DHEERA_ROLE_TOOL, text);
  self->tool_call_id = g_strdup (tool_call_id);

  return self;
}

/**
 * dheera_message_add_part:
 * @self: a [class@Message]
 * @part: what to add
 *
 * Adds a part behind the text and the parts that are there.
 *
 * Since: 0.1
 */
void
dheera_message_add_part (DheeraMessage *self,
                         DheeraPart    *part)
{
  g_return_if_fail (DHEERA_IS_MESSAGE (self));
  g_return_if_fail (DHEERA_IS_PART (part));

  dheera_message_get_parts (self);
  g_list_store_append (self->parts, part);

  if (part->type == DHEERA_PART_TYPE_TEXT)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TEXT]);
}

/**
 * dheera_message_add_tool_call:
 * @self: a [class@Message]
 * @tool_call: what to add
 *
 * Adds a tool call to a message of the assistant, to build up a conversation that took place
 * elsewhere.
 *
 * Since: 0.1
 */
void
dheera_message_add_tool_call (DheeraMessage  *self,
                              DheeraToolCall *tool_call)
{
  g_return_if_fail (DHEERA_IS_MESSAGE (self));
  g_return_if_fail (DHEERA_IS_TOOL_CALL (tool_call));

  dheera_message_get_tool_calls (self);
  g_list_store_append (self->tool_calls, tool_call);
}

/**
 * dheera_message_get_role:
 * @self: a [class@Message]
 *
 * Who speaks.
 *
 * Returns: the role
 *
 * Since: 0.1
 */
DheeraRole
dheera_message_get_role (DheeraMessage *self)
{
  g_return_val_if_fail (DHEERA_IS_MESSAGE (self), DHEERA_ROLE_USER);

  return self->role;
}

/**
 * dheera_message_set_role:
 * @self: a [class@Message]
 * @role: who speaks
 *
 * Sets who speaks.
 *
 * Since: 0.1
 */
void
dheera_message_set_role (DheeraMessage *self,
                         DheeraRole     role)
{
  g_return_if_fail (DHEERA_IS_MESSAGE (self));

  if (self->role == role)
    return;

  self->role = role;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ROLE]);
}

static char *
join_text (DheeraMessage *self)
{
  GString *joined = g_string_new (dheera_gstring_peek (self->text));

  for (guint i = 0; i < dheera_message_get_n_parts (self); i++)
    {
      DheeraPart *part = dheera_message_peek_part (self, i);

      if (part->type != DHEERA_PART_TYPE_TEXT)
        continue;
      if (joined->len > 0)
        g_string_append_c (joined, '\n');
      g_string_append (joined, part->text);
    }

  return g_string_free (joined, FALSE);
}

/**
 * dheera_message_get_text:
 * @self: a [class@Message]
 *
 * All text of the message, that of its text parts included.
 *
 * Returns: the text, empty if there is none
 *
 * Since: 0.1
 */
const char *
dheera_message_get_text (DheeraMessage *self)
{
  g_autofree char *joined = NULL;

  g_return_val_if_fail (DHEERA_IS_MESSAGE (self), "");

  if (dheera_message_get_n_parts (self) == 0)
    return dheera_gstring_peek (self->text);

  /* The text that was given out stays where it is as long as it is right. */
  joined = join_text (self);
  dheera_string_set (&self->joined, joined);

  return self->joined;
}

/**
 * dheera_message_set_text:
 * @self: a [class@Message]
 * @text: (nullable): what is said; %NULL is the same as an empty text
 *
 * Sets the text, and leaves the parts as they are.
 *
 * Since: 0.1
 */
void
dheera_message_set_text (DheeraMessage *self,
                         const char    *text)
{
  g_return_if_fail (DHEERA_IS_MESSAGE (self));

  if (dheera_gstring_set (&self->text, text))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TEXT]);
}

/**
 * dheera_message_get_reasoning:
 * @self: a [class@Message]
 *
 * What the model thought before it answered.
 *
 * Returns: the text, empty if the provider does not show it
 *
 * Since: 0.1
 */
const char *
dheera_message_get_reasoning (DheeraMessage *self)
{
  g_return_val_if_fail (DHEERA_IS_MESSAGE (self), "");

  return dheera_gstring_peek (self->reasoning);
}

/**
 * dheera_message_set_reasoning:
 * @self: a [class@Message]
 * @reasoning: (nullable): some text
 *
 * Sets what the model thought. It goes back only to providers that want it.
 *
 * Since: 0.1
 */
void
dheera_message_set_reasoning (DheeraMessage *self,
                              const char    *reasoning)
{
  g_return_if_fail (DHEERA_IS_MESSAGE (self));

  if (dheera_gstring_set (&self->reasoning, reasoning))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_REASONING]);
}

/**
 * dheera_message_get_refusal:
 * @self: a [class@Message]
 *
 * In what words the model refused to answer.
 *
 * Returns: the text, empty if the model did not refuse
 *
 * Since: 0.1
 */
const char *
dheera_message_get_refusal (DheeraMessage *self)
{
  g_return_val_if_fail (DHEERA_IS_MESSAGE (self), "");

  return dheera_gstring_peek (self->refusal);
}

/**
 * dheera_message_set_refusal:
 * @self: a [class@Message]
 * @refusal: (nullable): some text
 *
 * Sets in what words the model refused to answer.
 *
 * Since: 0.1
 */
void
dheera_message_set_refusal (DheeraMessage *self,
                            const char    *refusal)
{
  g_return_if_fail (DHEERA_IS_MESSAGE (self));

  if (dheera_gstring_set (&self->refusal, refusal))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_REFUSAL]);
}

/**
 * dheera_message_get_parts:
 * @self: a [class@Message]
 *
 * The parts that stand behind the text.
 *
 * The list tells when it changes. Add to it with [method@Message.add_part].
 *
 * Returns: (transfer none): a list of [class@Part]
 *
 * Since: 0.1
 */
GListModel *
dheera_message_get_parts (DheeraMessage *self)
{
  g_return_val_if_fail (DHEERA_IS_MESSAGE (self), NULL);

  if (self->parts == NULL)
    self->parts = g_list_store_new (DHEERA_TYPE_PART);

  return G_LIST_MODEL (self->parts);
}

/**
 * dheera_message_get_tool_calls:
 * @self: a [class@Message]
 *
 * What tools the assistant calls.
 *
 * The list tells when it changes. Add to it with [method@Message.add_tool_call].
 *
 * Returns: (transfer none): a list of [class@ToolCall]
 *
 * Since: 0.1
 */
GListModel *
dheera_message_get_tool_calls (DheeraMessage *self)
{
  g_return_val_if_fail (DHEERA_IS_MESSAGE (self), NULL);

  if (self->tool_calls == NULL)
    self->tool_calls = g_list_store_new (DHEERA_TYPE_TOOL_CALL);

  return G_LIST_MODEL (self->tool_calls);
}

/**
 * dheera_message_get_tool_call_id:
 * @self: a [class@Message]
 *
 * Which call this message is the result of.
 *
 * Returns: (nullable): the id of the call
 *
 * Since: 0.1
 */
const char *
dheera_message_get_tool_call_id (DheeraMessage *self)
{
  g_return_val_if_fail (DHEERA_IS_MESSAGE (self), NULL);

  return self->tool_call_id;
}

/**
 * dheera_message_set_tool_call_id:
 * @self: a [class@Message]
 * @tool_call_id: (nullable): the id of a call
 *
 * Sets which call this message is the result of. Messages of the role %DHEERA_ROLE_TOOL need it.
 *
 * Since: 0.1
 */
void
dheera_message_set_tool_call_id (DheeraMessage *self,
                                 const char    *tool_call_id)
{
  g_return_if_fail (DHEERA_IS_MESSAGE (self));

  if (dheera_string_set (&self->tool_call_id, tool_call_id))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TOOL_CALL_ID]);
}

/**
 * dheera_message_get_name:
 * @self: a [class@Message]
 *
 * The name of the speaker.
 *
 * Returns: (nullable): the name
 *
 * Since: 0.1
 */
const char *
dheera_message_get_name (DheeraMessage *self)
{
  g_return_val_if_fail (DHEERA_IS_MESSAGE (self), NULL);

  return self->name;
}

/**
 * dheera_message_set_name:
 * @self: a [class@Message]
 * @name: (nullable): a name
 *
 * Sets the name of the speaker, where several have the same role.
 *
 * Since: 0.1
 */
void
dheera_message_set_name (DheeraMessage *self,
                         const char    *name)
{
  g_return_if_fail (DHEERA_IS_MESSAGE (self));

  if (dheera_string_set (&self->name, name))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NAME]);
}

/**
 * dheera_message_get_is_error:
 * @self: a [class@Message]
 *
 * Whether this result of a tool call says that the call failed.
 *
 * Returns: %TRUE if it does
 *
 * Since: 0.1
 */
gboolean
dheera_message_get_is_error (DheeraMessage *self)
{
  g_return_val_if_fail (DHEERA_IS_MESSAGE (self), FALSE);

  return self->is_error == DHEERA_TRISTATE_YES;
}

/**
 * dheera_message_set_is_error:
 * @self: a [class@Message]
 * @is_error: %TRUE if the call failed
 *
 * Sets whether this result of a tool call says that the call failed. The text has to say why.
 *
 * Since: 0.1
 */
void
dheera_message_set_is_error (DheeraMessage *self,
                             gboolean       is_error)
{
  g_return_if_fail (DHEERA_IS_MESSAGE (self));

  if ((self->is_error == DHEERA_TRISTATE_YES) == !!is_error)
    return;

  self->is_error = is_error ? DHEERA_TRISTATE_YES : DHEERA_TRISTATE_UNSET;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_IS_ERROR]);
}

void
dheera_message_notify_changes (DheeraMessage *self,
                               gboolean       text,
                               gboolean       reasoning)
{
  if (!dheera_is_watched (self))
    return;
  if (text)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TEXT]);
  if (reasoning)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_REASONING]);
}

void
dheera_message_add_native_at (DheeraMessage *self,
                              const char    *family,
                              const char    *json,
                              gssize         length,
                              gsize          after_text,
                              guint          after_tool_calls)
{
  DheeraNativeBlock block = {
    .family = g_strdup (family),
    .json = length < 0 ? g_strdup (json) : g_strndup (json, length),
    .after_text = after_text,
    .after_tool_calls = after_tool_calls,
  };

  if (self->natives == NULL)
    {
      self->natives = g_array_new (FALSE, FALSE, sizeof (DheeraNativeBlock));
      g_array_set_clear_func (self->natives, native_block_clear);
    }
  g_array_append_val (self->natives, block);
}
