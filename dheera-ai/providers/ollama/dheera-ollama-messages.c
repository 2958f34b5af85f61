/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-ollama-private.h"

#include <string.h>

#include "dheera-ai/model/chat-json/dheera-chat-json-private.h"
#include "dheera-ai/model/dheera-strings-private.h"
#include "dheera-ai/model/messages/dheera-conversation-private.h"
#include "dheera-ai/model/messages/dheera-message-private.h"
#include "dheera-ai/model/messages/dheera-part-private.h"
#include "dheera-ai/model/tools/dheera-tool-call-private.h"

/* Messages as Ollama has them: one text each, pictures beside it, and arguments of calls as objects. */

typedef struct
{
  DheeraJsonWriter *writer;
  const DheeraEncoding *encoding;
  DheeraConversation *conversation;
  GError **error;
} Writer;

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

static gboolean
refuse_part (Writer     *self,
             guint       message,
             guint       part,
             const char *what,
             const char *remedy)
{
  g_set_error (self->error, DHEERA_ERROR, DHEERA_ERROR_NOT_SUPPORTED,
               "messages[%u].parts[%u] is %s, which provider “%s” can't be sent. %s.", message, part, what,
               dheera_provider_get_id (self->encoding->provider), remedy);

  return FALSE;
}

/* --- Parts ----------------------------------------------------------------------------------- */

/* What a model said itself is its transcript. */
static gboolean
is_spoken (DheeraMessage *message,
           DheeraPart    *part)
{
  return message->role == DHEERA_ROLE_ASSISTANT && part->type == DHEERA_PART_TYPE_AUDIO;
}

static gboolean
check_part (Writer        *self,
            DheeraMessage *message,
            guint          number,
            guint          position)
{
  DheeraPart *part = dheera_message_peek_part (message, position);

  switch (part->type)
    {
    case DHEERA_PART_TYPE_IMAGE:
      return part->bytes != NULL || refuse_part (self, number, position, "an image by its address",
                                                 "It fetches none: fetch it, and send its bytes");
    case DHEERA_PART_TYPE_AUDIO:
      return is_spoken (message, part) || refuse_part (self, number, position, "sound",
                                                       "Transcribe it, and send the text");
    case DHEERA_PART_TYPE_FILE:
      return dheera_part_is_text_file (part) || refuse_part (self, number, position, "a file that is not text",
                                                 "Extract its text, and send that");
    case DHEERA_PART_TYPE_TEXT:
    default:
      return TRUE;
    }
}

static void
append_line (GString    *text,
             const char *line,
             gssize      length)
{
  if (text->len > 0)
    g_string_append_c (text, '\n');
  g_string_append_len (text, line, length);
}

static void
append_part (GString       *text,
             DheeraMessage *message,
             DheeraPart    *part)
{
  if ((part->type == DHEERA_PART_TYPE_TEXT || is_spoken (message, part)) && part->text != NULL)
    append_line (text, part->text, -1);
  if (part->type != DHEERA_PART_TYPE_FILE)
    return;

  if (part->filename != NULL)
    {
      append_line (text, part->filename, -1);
      g_string_append_c (text, ':');
    }
  append_line (text, g_bytes_get_data (part->bytes, NULL), (gssize) g_bytes_get_size (part->bytes));
}

static void
write_content (DheeraJsonWriter *writer,
               DheeraMessage    *message)
{
  const char *own = dheera_message_peek_own_text (message);
  g_autoptr (GString) text = NULL;

  dheera_json_writer_key (writer, "content");
  if (dheera_message_get_n_parts (message) == 0)
    {
      if (*own == '\0' && message->refusal != NULL)
        own = message->refusal->str;
      dheera_json_writer_string (writer, own);
      return;
    }

  text = g_string_new (own);
  for (guint i = 0; i < dheera_message_get_n_parts (message); i++)
    append_part (text, message, dheera_message_peek_part (message, i));
  dheera_json_writer_string_len (writer, text->str, text->len);
}

static void
write_images (DheeraJsonWriter *writer,
              DheeraMessage    *message)
{
  gboolean begun = FALSE;

  for (guint i = 0; i < dheera_message_get_n_parts (message); i++)
    {
      DheeraPart *part = dheera_message_peek_part (message, i);

      if (part->type != DHEERA_PART_TYPE_IMAGE)
        continue;
      if (!begun)
        {
          dheera_json_writer_key (writer, "images");
          dheera_json_writer_begin_array (writer);
          begun = TRUE;
        }
      dheera_json_writer_base64 (writer, NULL, part->bytes);
    }
  if (begun)
    dheera_json_writer_end_array (writer);
}

/* --- Calls and their results ----------------------------------------------------------------- */

/* What a model wrote that is no object would make the whole request fail, now and on each later turn. */
static void
write_arguments (DheeraJsonWriter *writer,
                 DheeraToolCall   *call)
{
  const char *arguments = dheera_gstring_peek (call->arguments);
  g_autofree char *fault = dheera_json_text_find_fault (arguments, DHEERA_JSON_OBJECT);

  dheera_json_writer_member_raw (writer, "arguments", fault == NULL ? arguments : "{}");
}

static void
write_tool_calls (DheeraJsonWriter *writer,
                  DheeraMessage    *message)
{
  guint n_calls = dheera_message_get_n_tool_calls (message);

  if (n_calls == 0)
    return;

  dheera_json_writer_key (writer, "tool_calls");
  dheera_json_writer_begin_array (writer);
  for (guint i = 0; i < n_calls; i++)
    {
      DheeraToolCall *call = dheera_message_peek_tool_call (message, i);

      dheera_json_writer_begin_object (writer);
      dheera_json_writer_member_string (writer, "id", dheera_string_or_empty (call->id));
      dheera_json_writer_key (writer, "function");
      dheera_json_writer_begin_object (writer);
      dheera_json_writer_member_int (writer, "index", i);
      dheera_json_writer_member_string (writer, "name", dheera_string_or_empty (call->name));
      write_arguments (writer, call);
      dheera_json_writer_end_object (writer);
      dheera_json_writer_end_object (writer);
    }
  dheera_json_writer_end_array (writer);
}

/* The nearest call of that id ahead of the message */
static const char *
find_tool_name (Writer *self,
                guint   number)
{
  DheeraMessage *result = dheera_conversation_peek (self->conversation, number);

  if (result->name != NULL)
    return result->name;

  while (number > 0)
    {
      DheeraMessage *message = dheera_conversation_peek (self->conversation, --number);
      DheeraToolCall *call = dheera_message_find_tool_call (message, result->tool_call_id);

      if (call != NULL)
        return call->name;
    }

  return NULL;
}

static void
write_tool_result (Writer *self,
                   guint   number)
{
  DheeraMessage *message = dheera_conversation_peek (self->conversation, number);
  const char *name = find_tool_name (self, number);

  /* Templates of models want the name, the newer ones the id. */
  if (name != NULL)
    dheera_json_writer_member_string (self->writer, "tool_name", name);
  dheera_json_writer_member_string (self->writer, "tool_call_id", message->tool_call_id);
}

/* --- Messages -------------------------------------------------------------------------------- */

static gboolean
write_message (Writer *self,
               guint   number)
{
  DheeraMessage *message = dheera_conversation_peek (self->conversation, number);

  for (guint i = 0; i < dheera_message_get_n_parts (message); i++)
    if (!check_part (self, message, number, i))
      return FALSE;

  dheera_json_writer_begin_object (self->writer);
  dheera_json_writer_member_string (self->writer, "role", role_name (message->role));
  write_content (self->writer, message);
  write_images (self->writer, message);
  if (message->role == DHEERA_ROLE_ASSISTANT)
    {
      if (message->reasoning != NULL)
        dheera_json_writer_member_string (self->writer, "thinking", message->reasoning->str);
      write_tool_calls (self->writer, message);
    }
  else if (message->role == DHEERA_ROLE_TOOL)
    write_tool_result (self, number);
  dheera_chat_write_extra_members (self->writer, dheera_json_text_get (&message->extra), NULL);
  dheera_json_writer_end_object (self->writer);

  return TRUE;
}

gboolean
dheera_ollama_write_messages (DheeraJsonWriter     *writer,
                              const DheeraEncoding *encoding,
                              DheeraConversation   *conversation,
                              GError              **error)
{
  Writer self = { writer, encoding, conversation, error };
  guint n_messages = g_list_model_get_n_items (G_LIST_MODEL (conversation));

  dheera_json_writer_begin_array (writer);
  for (guint i = 0; i < n_messages; i++)
    if (!write_message (&self, i))
      return FALSE;
  dheera_json_writer_end_array (writer);

  return TRUE;
}
