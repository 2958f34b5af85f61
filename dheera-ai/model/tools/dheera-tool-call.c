/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-tool-call-private.h"

#include "dheera-ai/model/dheera-strings-private.h"

/**
 * DheeraToolCall:
 *
 * A call of a tool that the model asks for.
 *
 * [method@Client.run] brings calls to their tools, with [signal@Tool::call], and takes the result from
 * [method@ToolCall.return_text]. Whoever does that by himself puts the result in a message of its own that names the call: see
 * [method@Conversation.append_tool_result].
 *
 * The arguments are JSON as the model wrote it. Models make mistakes: parse it with care.
 *
 * Since: 0.1
 */
G_DEFINE_FINAL_TYPE (DheeraToolCall, dheera_tool_call, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_ID,
  PROP_NAME,
  PROP_ARGUMENTS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
dheera_tool_call_finalize (GObject *object)
{
  DheeraToolCall *self = DHEERA_TOOL_CALL (object);

  if (self->answer != NULL && !self->answered)
    self->answer ("The tool gave the call up without an answer.", TRUE, self->answer_data);
  g_free (self->id);
  g_free (self->name);
  dheera_gstring_clear (&self->arguments);
  g_free (self->extra);
  if (self->answer != NULL && self->answer_destroy != NULL)
    self->answer_destroy (self->answer_data);

  G_OBJECT_CLASS (dheera_tool_call_parent_class)->finalize (object);
}

static void
dheera_tool_call_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  DheeraToolCall *self = DHEERA_TOOL_CALL (object);

  switch (prop_id)
    {
    case PROP_ID:
      g_value_set_string (value, dheera_tool_call_get_id (self));
      break;
    case PROP_NAME:
      g_value_set_string (value, dheera_tool_call_get_name (self));
      break;
    case PROP_ARGUMENTS:
      g_value_set_string (value, dheera_tool_call_get_arguments (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_tool_call_class_init (DheeraToolCallClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = dheera_tool_call_finalize;
  object_class->get_property = dheera_tool_call_get_property;

  /**
   * DheeraToolCall:id:
   *
   * What the result has to name. A provider without ids gets one made up here.
   *
   * Since: 0.1
   */
  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, "", flags);

  /**
   * DheeraToolCall:name:
   *
   * The name of the tool.
   *
   * Since: 0.1
   */
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, "", flags);

  /**
   * DheeraToolCall:arguments:
   *
   * The arguments as JSON text, an object as a rule.
   *
   * While an answer is streamed, this is as much of the text as has come.
   *
   * Since: 0.1
   */
  properties[PROP_ARGUMENTS] = g_param_spec_string ("arguments", NULL, NULL, "", flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
dheera_tool_call_init (DheeraToolCall *self)
{
}

/**
 * dheera_tool_call_new:
 * @id: the id of the call
 * @name: the name of the tool
 * @arguments: (nullable): the arguments as JSON text; %NULL for none, which is `{}`
 *
 * Makes a call, to build up a conversation that took place elsewhere.
 *
 * Returns: (transfer full): a new tool call
 *
 * Since: 0.1
 */
DheeraToolCall *
dheera_tool_call_new (const char *id,
                      const char *name,
                      const char *arguments)
{
  DheeraToolCall *self;

  g_return_val_if_fail (id != NULL, NULL);
  g_return_val_if_fail (name != NULL, NULL);

  self = g_object_new (DHEERA_TYPE_TOOL_CALL, NULL);
  self->id = g_strdup (id);
  self->name = g_strdup (name);
  self->arguments = g_string_new (arguments != NULL ? arguments : "{}");

  return self;
}

/**
 * dheera_tool_call_get_id:
 * @self: a [class@ToolCall]
 *
 * What the result of the call has to name.
 *
 * Returns: the id
 *
 * Since: 0.1
 */
const char *
dheera_tool_call_get_id (DheeraToolCall *self)
{
  g_return_val_if_fail (DHEERA_IS_TOOL_CALL (self), "");

  return dheera_string_or_empty (self->id);
}

/**
 * dheera_tool_call_get_name:
 * @self: a [class@ToolCall]
 *
 * Which tool is to be called.
 *
 * Returns: the name of the tool
 *
 * Since: 0.1
 */
const char *
dheera_tool_call_get_name (DheeraToolCall *self)
{
  g_return_val_if_fail (DHEERA_IS_TOOL_CALL (self), "");

  return dheera_string_or_empty (self->name);
}

/**
 * dheera_tool_call_get_arguments:
 * @self: a [class@ToolCall]
 *
 * What the tool is to be called with.
 *
 * Returns: the arguments as JSON text
 *
 * Since: 0.1
 */
const char *
dheera_tool_call_get_arguments (DheeraToolCall *self)
{
  g_return_val_if_fail (DHEERA_IS_TOOL_CALL (self), "");

  return dheera_gstring_peek (self->arguments);
}

/* --- Answers ----------------------------------------------------------------------------------------------------------------------- */

DheeraToolCall *
dheera_tool_call_new_waiting (DheeraToolCall       *of,
                              DheeraToolAnswerFunc  answer,
                              gpointer              user_data,
                              GDestroyNotify        destroy)
{
  DheeraToolCall *self = dheera_tool_call_new (of->id, of->name, dheera_gstring_peek (of->arguments));

  self->answer = answer;
  self->answer_data = user_data;
  self->answer_destroy = destroy;
  return self;
}

static void
give_answer (DheeraToolCall *self,
             const char     *text,
             gboolean        is_error)
{
  if (self->answer == NULL)
    g_warning ("Nobody waits for an answer to the call of “%s”: only what comes with DheeraTool::call can be answered.",
               dheera_tool_call_get_name (self));
  else if (!g_atomic_int_compare_and_exchange (&self->answered, FALSE, TRUE))
    g_warning ("The call of “%s” was answered before; the second answer is ignored.", dheera_tool_call_get_name (self));
  else
    self->answer (text, is_error, self->answer_data);
}

/**
 * dheera_tool_call_return_text:
 * @self: the call that [signal@Tool::call] brought
 * @text: what the tool has to say to the model, JSON or plain text; it may be empty
 *
 * Gives the result of the call.
 *
 * Now or later, and from any thread. A call that is dropped without an answer gets an error as its result. A second answer is ignored, with a warning; one that
 * comes when nobody waits any more, as the run was cancelled or its time is over, is ignored silently.
 *
 * Since: 0.1
 */
void
dheera_tool_call_return_text (DheeraToolCall *self,
                              const char     *text)
{
  g_return_if_fail (DHEERA_IS_TOOL_CALL (self));
  g_return_if_fail (text != NULL);

  give_answer (self, text, FALSE);
}

/**
 * dheera_tool_call_return_error:
 * @self: the call that [signal@Tool::call] brought
 * @message: what went wrong, or why it may not be done, for the model to read
 *
 * Tells the model that the call failed, so that it can try another way: the result is the message behind `Error: `. This does not end the run.
 *
 * Now or later, and from any thread; see [method@ToolCall.return_text].
 *
 * Since: 0.1
 */
void
dheera_tool_call_return_error (DheeraToolCall *self,
                               const char     *message)
{
  g_return_if_fail (DHEERA_IS_TOOL_CALL (self));
  g_return_if_fail (message != NULL);

  give_answer (self, message, TRUE);
}
