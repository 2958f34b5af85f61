/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-cohere-private.h"

#include <string.h>

#include "dheera-ai/model/chat-json/dheera-chat-json-private.h"
#include "dheera-ai/model/dheera-strings-private.h"
#include "dheera-ai/model/messages/dheera-conversation-private.h"
#include "dheera-ai/model/messages/dheera-message-private.h"
#include "dheera-ai/model/messages/dheera-part-private.h"
#include "dheera-ai/model/tools/dheera-tool-call-private.h"

/* Messages as Cohere has them: with pictures where the user speaks, thinking in blocks, what is said beside
 * calls of tools as a plan, and files of text beside the messages. */

static const char *
role_name (DheeraRole role)
{
  switch (role)
    {
    case DHEERA_ROLE_SYSTEM:
    case DHEERA_ROLE_DEVELOPER:
      return "system";
    case DHEERA_ROLE_ASSISTANT:
      return "assistant";
    case DHEERA_ROLE_TOOL:
      return "tool";
    case DHEERA_ROLE_USER:
    default:
      return "user";
    }
}

/* --- Parts ----------------------------------------------------------------------------------- */

static gboolean
is_spoken (DheeraMessage *message,
           DheeraPart    *part)
{
  return message->role == DHEERA_ROLE_ASSISTANT && part->type == DHEERA_PART_TYPE_AUDIO;
}

/* What is wrong with the part, or NULL; remedy says what would do instead. */
static const char *
find_fault (DheeraMessage *message,
            DheeraPart    *part,
            const char   **remedy)
{
  switch (part->type)
    {
    case DHEERA_PART_TYPE_IMAGE:
      *remedy = "Send it in a message of the user's";
      return message->role == DHEERA_ROLE_USER ? NULL : "an image in a message that is not the user's";
    case DHEERA_PART_TYPE_AUDIO:
      *remedy = "Transcribe it, and send the text";
      return is_spoken (message, part) ? NULL : "sound";
    case DHEERA_PART_TYPE_FILE:
      *remedy = "Extract its text, and send that";
      return dheera_part_is_text_file (part) ? NULL : "a file that is not text";
    case DHEERA_PART_TYPE_TEXT:
    default:
      return NULL;
    }
}

static gboolean
check_parts (const DheeraEncoding *encoding,
             DheeraMessage        *message,
             guint                 number,
             GError              **error)
{
  for (guint i = 0; i < dheera_message_get_n_parts (message); i++)
    {
      const char *remedy;
      const char *fault = find_fault (message, dheera_message_peek_part (message, i), &remedy);

      if (fault == NULL)
        continue;
      g_set_error (error, DHEERA_ERROR, DHEERA_ERROR_NOT_SUPPORTED,
                   "messages[%u].parts[%u] is %s, which provider “%s” can't be sent. %s.", number, i, fault,
                   dheera_provider_get_id (encoding->provider), remedy);
      return FALSE;
    }

  return TRUE;
}

static void
write_text_part (DheeraJsonWriter *writer,
                 const char       *text)
{
  if (text == NULL || *text == '\0')
    return;

  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "type", "text");
  dheera_json_writer_member_string (writer, "text", text);
  dheera_json_writer_end_object (writer);
}

static void
write_image (DheeraJsonWriter *writer,
             DheeraPart       *part)
{
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "type", "image_url");
  dheera_chat_write_image (writer, part);
  dheera_json_writer_end_object (writer);
}

static gboolean
has_image (DheeraMessage *message)
{
  for (guint i = 0; i < dheera_message_get_n_parts (message); i++)
    if (dheera_message_peek_part (message, i)->type == DHEERA_PART_TYPE_IMAGE)
      return TRUE;

  return FALSE;
}

static void
write_content (DheeraJsonWriter *writer,
               DheeraMessage    *message)
{
  dheera_json_writer_key (writer, "content");
  if (!has_image (message))
    {
      dheera_json_writer_string (writer, dheera_message_get_text (message));
      return;
    }

  dheera_json_writer_begin_array (writer);
  write_text_part (writer, dheera_message_peek_own_text (message));
  for (guint i = 0; i < dheera_message_get_n_parts (message); i++)
    {
      DheeraPart *part = dheera_message_peek_part (message, i);

      if (part->type == DHEERA_PART_TYPE_IMAGE)
        write_image (writer, part);
      else if (part->type == DHEERA_PART_TYPE_TEXT)
        write_text_part (writer, part->text);
    }
  dheera_json_writer_end_array (writer);
}

/* --- The assistant's ------------------------------------------------------------------------- */

static void
write_tool_calls (DheeraJsonWriter *writer,
                  DheeraMessage    *message)
{
  dheera_json_writer_key (writer, "tool_calls");
  dheera_json_writer_begin_array (writer);
  for (guint i = 0; i < dheera_message_get_n_tool_calls (message); i++)
    {
      DheeraToolCall *call = dheera_message_peek_tool_call (message, i);
      const char *arguments = dheera_gstring_peek (call->arguments);
      g_autofree char *fault = dheera_json_text_find_fault (arguments, DHEERA_JSON_OBJECT);

      dheera_json_writer_begin_object (writer);
      dheera_json_writer_member_string (writer, "id", dheera_string_or_empty (call->id));
      dheera_json_writer_member_string (writer, "type", "function");
      dheera_json_writer_key (writer, "function");
      dheera_json_writer_begin_object (writer);
      dheera_json_writer_member_string (writer, "name", dheera_string_or_empty (call->name));
      dheera_json_writer_member_string (writer, "arguments", fault == NULL ? arguments : "{}");
      dheera_json_writer_end_object (writer);
      dheera_json_writer_end_object (writer);
    }
  dheera_json_writer_end_array (writer);
}

/* The text, what was spoken, or else the refusal */
static char *
dup_said (DheeraMessage *message)
{
  g_autoptr (GString) said = g_string_new (dheera_message_get_text (message));

  for (guint i = 0; i < dheera_message_get_n_parts (message); i++)
    {
      DheeraPart *part = dheera_message_peek_part (message, i);

      if (is_spoken (message, part) && part->text != NULL)
        g_string_append_printf (said, "%s%s", said->len > 0 ? "\n" : "", part->text);
    }
  if (said->len == 0 && message->refusal != NULL)
    g_string_assign (said, message->refusal->str);

  return g_string_free (g_steal_pointer (&said), FALSE);
}

static gboolean
is_plan (const char *block)
{
  return g_str_has_prefix (block, "{\"tool_plan\":");
}

/* The plan that the model made for these calls, out of the blocks that the decoder kept; NULL without one */
static const char *
find_plan (DheeraMessage *message)
{
  for (guint i = 0; i < dheera_message_get_n_natives (message); i++)
    {
      const char *block = dheera_message_peek_native (message, i, DHEERA_COHERE_FAMILY);

      if (block != NULL && is_plan (block))
        return block;
    }

  return NULL;
}

static gboolean
write_thinking (DheeraJsonWriter *writer,
                DheeraMessage    *message)
{
  gboolean any = FALSE;

  for (guint i = 0; i < dheera_message_get_n_natives (message); i++)
    {
      const char *block = dheera_message_peek_native (message, i, DHEERA_COHERE_FAMILY);

      if (block == NULL || is_plan (block))
        continue;
      if (!any)
        {
          dheera_json_writer_key (writer, "content");
          dheera_json_writer_begin_array (writer);
          any = TRUE;
        }
      dheera_json_writer_raw (writer, block, -1);
    }

  return any;
}

/* Beside calls there is no place for a text but the plan. */
static void
write_assistant (DheeraJsonWriter *writer,
                 DheeraMessage    *message)
{
  gboolean calls = dheera_message_get_n_tool_calls (message) > 0;
  g_autofree char *said = dup_said (message);
  const char *plan = calls ? find_plan (message) : NULL;

  if (plan != NULL)
    dheera_chat_write_extra_members (writer, plan, NULL);
  else if (calls && *said != '\0')
    {
      dheera_json_writer_member_string (writer, "tool_plan", said);
      *said = '\0';
    }

  if (write_thinking (writer, message))
    {
      write_text_part (writer, said);
      dheera_json_writer_end_array (writer);
    }
  else if (*said != '\0' || !calls)
    dheera_json_writer_member_string (writer, "content", said);

  if (calls)
    write_tool_calls (writer, message);
}

gboolean
dheera_cohere_write_messages (DheeraJsonWriter     *writer,
                              const DheeraEncoding *encoding,
                              DheeraConversation   *conversation,
                              GError              **error)
{
  guint n_messages = g_list_model_get_n_items (G_LIST_MODEL (conversation));

  dheera_json_writer_begin_array (writer);
  for (guint i = 0; i < n_messages; i++)
    {
      DheeraMessage *message = dheera_conversation_peek (conversation, i);

      if (!check_parts (encoding, message, i, error))
        return FALSE;

      dheera_json_writer_begin_object (writer);
      dheera_json_writer_member_string (writer, "role", role_name (message->role));
      if (message->role == DHEERA_ROLE_ASSISTANT)
        write_assistant (writer, message);
      else
        write_content (writer, message);
      if (message->role == DHEERA_ROLE_TOOL)
        dheera_json_writer_member_string (writer, "tool_call_id", message->tool_call_id);
      dheera_chat_write_extra_members (writer, dheera_json_text_get (&message->extra), NULL);
      dheera_json_writer_end_object (writer);
    }
  dheera_json_writer_end_array (writer);

  return TRUE;
}

/* --- Documents ------------------------------------------------------------------------------- */

static void
write_document (DheeraJsonWriter *writer,
                DheeraPart       *part)
{
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_key (writer, "data");
  dheera_json_writer_begin_object (writer);
  if (part->filename != NULL)
    dheera_json_writer_member_string (writer, "title", part->filename);
  dheera_json_writer_key (writer, "text");
  dheera_json_writer_string_len (writer, g_bytes_get_data (part->bytes, NULL), g_bytes_get_size (part->bytes));
  dheera_json_writer_end_object (writer);
  dheera_json_writer_end_object (writer);
}

void
dheera_cohere_write_documents (DheeraJsonWriter   *writer,
                               DheeraConversation *conversation)
{
  guint n_messages = g_list_model_get_n_items (G_LIST_MODEL (conversation));
  gboolean begun = FALSE;

  for (guint i = 0; i < n_messages; i++)
    {
      DheeraMessage *message = dheera_conversation_peek (conversation, i);

      for (guint k = 0; k < dheera_message_get_n_parts (message); k++)
        {
          DheeraPart *part = dheera_message_peek_part (message, k);

          if (part->type != DHEERA_PART_TYPE_FILE)
            continue;
          if (!begun)
            {
              dheera_json_writer_key (writer, "documents");
              dheera_json_writer_begin_array (writer);
              begun = TRUE;
            }
          write_document (writer, part);
        }
    }
  if (begun)
    dheera_json_writer_end_array (writer);
}
