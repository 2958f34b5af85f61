/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-conversation-private.h"

#include <string.h>

#include "dheera-ai/model/chat-json/dheera-chat-json-private.h"
#include "dheera-ai/model/dheera-error.h"
#include "dheera-ai/model/tools/dheera-tool-call-private.h"
#include "dheera-message-private.h"

/**
 * DheeraConversation:
 *
 * The messages between a person, a model and its tools, in their order: a list of [class@Message].
 *
 * Being a [iface@Gio.ListModel], it can be shown as it is. A call works with a copy: it never
 * changes the conversation, and the conversation may be changed while the call runs.
 *
 * ```c
 * g_autoptr (DheeraConversation) conversation = dheera_conversation_new ();
 *
 * dheera_conversation_append_system (conversation, "Answer in one sentence.");
 * dheera_conversation_append_user (conversation, "What is a list model?");
 * ```
 *
 * Since: 0.1
 */
struct _DheeraConversation
{
  GObject parent_instance;

  GPtrArray *messages; /* of DheeraMessage */
};

static void dheera_conversation_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (DheeraConversation, dheera_conversation, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL,
                                                      dheera_conversation_list_model_init))

static GType
dheera_conversation_get_item_type (GListModel *list)
{
  return DHEERA_TYPE_MESSAGE;
}

static guint
dheera_conversation_get_n_items (GListModel *list)
{
  return DHEERA_CONVERSATION (list)->messages->len;
}

static gpointer
dheera_conversation_get_item (GListModel *list,
                              guint       position)
{
  DheeraMessage *message = dheera_conversation_peek (DHEERA_CONVERSATION (list), position);

  return message != NULL ? g_object_ref (message) : NULL;
}

static void
dheera_conversation_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = dheera_conversation_get_item_type;
  iface->get_n_items = dheera_conversation_get_n_items;
  iface->get_item = dheera_conversation_get_item;
}

static void
dheera_conversation_finalize (GObject *object)
{
  DheeraConversation *self = DHEERA_CONVERSATION (object);

  g_ptr_array_unref (self->messages);

  G_OBJECT_CLASS (dheera_conversation_parent_class)->finalize (object);
}

static void
dheera_conversation_class_init (DheeraConversationClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = dheera_conversation_finalize;
}

static void
dheera_conversation_init (DheeraConversation *self)
{
  self->messages = g_ptr_array_new_with_free_func (g_object_unref);
}

/**
 * dheera_conversation_new:
 *
 * Makes a conversation without messages.
 *
 * Returns: (transfer full): a new conversation
 *
 * Since: 0.1
 */
DheeraConversation *
dheera_conversation_new (void)
{
  return g_object_new (DHEERA_TYPE_CONVERSATION, NULL);
}

/**
 * dheera_conversation_new_from_json:
 * @json: the text of a JSON array: the `messages` of OpenAI's Chat Completions
 * @error: return location for an error
 *
 * Makes a conversation out of what [method@Conversation.to_json] wrote, or of OpenAI's messages.
 *
 * Fails with %DHEERA_ERROR_INVALID_REQUEST that names the place of the fault, such as
 * `messages[2].content[0].type`.
 *
 * Returns: (transfer full): a new conversation
 *
 * Since: 0.1
 */
DheeraConversation *
dheera_conversation_new_from_json (const char  *json,
                                   GError     **error)
{
  g_autoptr (DheeraConversation) self = NULL;
  DheeraJson view = DHEERA_JSON_INIT;
  gboolean ok = FALSE;

  g_return_val_if_fail (json != NULL, NULL);

  self = dheera_conversation_new ();
  if (dheera_chat_parse (&view, json, "conversation", error))
    ok = dheera_chat_read_messages (self, dheera_json_root (&view), error);
  dheera_json_clear (&view);

  return ok ? g_steal_pointer (&self) : NULL;
}

/**
 * dheera_conversation_to_json:
 * @self: a [class@Conversation]
 *
 * Writes the conversation down, in the form of OpenAI's messages.
 *
 * Nothing is lost: the reasoning of a message becomes `reasoning_content`, and blocks that have to
 * go back to their provider become `provider_blocks`.
 *
 * Returns: (transfer full): the text of a JSON array
 *
 * Since: 0.1
 */
char *
dheera_conversation_to_json (DheeraConversation *self)
{
  DheeraJsonWriter writer;

  g_return_val_if_fail (DHEERA_IS_CONVERSATION (self), NULL);

  dheera_json_writer_init (&writer, 1024);
  dheera_chat_write_messages (&writer, self, &dheera_chat_dialect_complete);

  return dheera_json_writer_steal (&writer);
}

static void
append_new (DheeraConversation *self,
            DheeraRole          role,
            const char         *text)
{
  g_autoptr (DheeraMessage) message = dheera_message_new (role, text);

  dheera_conversation_append (self, message);
}

/**
 * dheera_conversation_append:
 * @self: a [class@Conversation]
 * @message: the next message
 *
 * Appends a message.
 *
 * The [property@Response:message] of an answer can be appended as it is, to go on with the
 * conversation.
 *
 * Since: 0.1
 */
void
dheera_conversation_append (DheeraConversation *self,
                            DheeraMessage      *message)
{
  g_return_if_fail (DHEERA_IS_CONVERSATION (self));
  g_return_if_fail (DHEERA_IS_MESSAGE (message));

  g_ptr_array_add (self->messages, g_object_ref (message));
  g_list_model_items_changed (G_LIST_MODEL (self), self->messages->len - 1, 0, 1);
}

/**
 * dheera_conversation_append_system:
 * @self: a [class@Conversation]
 * @text: instructions to the model
 *
 * Appends a message of the role %DHEERA_ROLE_SYSTEM.
 *
 * Since: 0.1
 */
void
dheera_conversation_append_system (DheeraConversation *self,
                                   const char         *text)
{
  g_return_if_fail (DHEERA_IS_CONVERSATION (self));
  g_return_if_fail (text != NULL);

  append_new (self, DHEERA_ROLE_SYSTEM, text);
}

/**
 * dheera_conversation_append_user:
 * @self: a [class@Conversation]
 * @text: what the person says
 *
 * Appends a message of the role %DHEERA_ROLE_USER.
 *
 * Since: 0.1
 */
void
dheera_conversation_append_user (DheeraConversation *self,
                                 const char         *text)
{
  g_return_if_fail (DHEERA_IS_CONVERSATION (self));
  g_return_if_fail (text != NULL);

  append_new (self, DHEERA_ROLE_USER, text);
}

/**
 * dheera_conversation_append_assistant:
 * @self: a [class@Conversation]
 * @text: what the model said
 *
 * Appends a message of the role %DHEERA_ROLE_ASSISTANT.
 *
 * Since: 0.1
 */
void
dheera_conversation_append_assistant (DheeraConversation *self,
                                      const char         *text)
{
  g_return_if_fail (DHEERA_IS_CONVERSATION (self));
  g_return_if_fail (text != NULL);

  append_new (self, DHEERA_ROLE_ASSISTANT, text);
}

/**
 * dheera_conversation_append_tool_result:
 * @self: a [class@Conversation]
 * @tool_call_id: the [property@ToolCall:id] of the call
 * @text: what the tool has to say to the model
 *
 * Appends the answer to a tool call.
 *
 * Every call of the message before needs one, before anything else is said.
 *
 * Since: 0.1
 */
void
dheera_conversation_append_tool_result (DheeraConversation *self,
                                        const char         *tool_call_id,
                                        const char         *text)
{
  g_autoptr (DheeraMessage) message = NULL;

  g_return_if_fail (DHEERA_IS_CONVERSATION (self));
  g_return_if_fail (tool_call_id != NULL);
  g_return_if_fail (text != NULL);

  message = dheera_message_new_tool_result (tool_call_id, text);
  dheera_conversation_append (self, message);
}

/**
 * dheera_conversation_remove:
 * @self: a [class@Conversation]
 * @position: which message, from 0
 *
 * Removes a message. Nothing happens when there is none at that position.
 *
 * Since: 0.1
 */
void
dheera_conversation_remove (DheeraConversation *self,
                            guint               position)
{
  g_return_if_fail (DHEERA_IS_CONVERSATION (self));

  if (position >= self->messages->len)
    return;

  g_ptr_array_remove_index (self->messages, position);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
}

/**
 * dheera_conversation_clear:
 * @self: a [class@Conversation]
 *
 * Removes all messages.
 *
 * Since: 0.1
 */
void
dheera_conversation_clear (DheeraConversation *self)
{
  guint length;

  g_return_if_fail (DHEERA_IS_CONVERSATION (self));

  length = self->messages->len;
  if (length == 0)
    return;

  g_ptr_array_set_size (self->messages, 0);
  g_list_model_items_changed (G_LIST_MODEL (self), 0, length, 0);
}

/**
 * dheera_conversation_get_message:
 * @self: a [class@Conversation]
 * @position: which message, from 0
 *
 * One of the messages.
 *
 * Returns: (transfer none) (nullable): the message; %NULL when there is none at that position
 *
 * Since: 0.1
 */
DheeraMessage *
dheera_conversation_get_message (DheeraConversation *self,
                                 guint               position)
{
  g_return_val_if_fail (DHEERA_IS_CONVERSATION (self), NULL);

  return dheera_conversation_peek (self, position);
}

DheeraMessage *
dheera_conversation_peek (DheeraConversation *self,
                          guint               position)
{
  return position < self->messages->len ? g_ptr_array_index (self->messages, position) : NULL;
}

/* The nearest call is the right one: servers count their ids from 0 again in every answer. */
const char *
dheera_conversation_find_tool_name (DheeraConversation *self,
                                    guint               position,
                                    const char         *tool_call_id)
{
  for (guint i = MIN (position, self->messages->len); i > 0; i--)
    {
      DheeraMessage *message = g_ptr_array_index (self->messages, i - 1);
      DheeraToolCall *call = dheera_message_find_tool_call (message, tool_call_id);

      if (call != NULL)
        return call->name;
    }

  return NULL;
}

DheeraConversation *
dheera_conversation_copy (DheeraConversation *self)
{
  DheeraConversation *copy = dheera_conversation_new ();

  for (guint i = 0; i < self->messages->len; i++)
    g_ptr_array_add (copy->messages,
                     dheera_message_copy (g_ptr_array_index (self->messages, i)));

  return copy;
}

void
dheera_conversation_append_all (DheeraConversation *self,
                                GPtrArray          *messages)
{
  guint position = self->messages->len;

  for (guint i = 0; i < messages->len; i++)
    g_ptr_array_add (self->messages, g_object_ref (g_ptr_array_index (messages, i)));
  if (messages->len > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), position, 0, messages->len);
}
