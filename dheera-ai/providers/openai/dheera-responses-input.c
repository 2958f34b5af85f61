/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-responses-private.h"

#include <string.h>

#include "dheera-ai/providers/dheera-provider-private.h"

#include "dheera-ai/model/chat-json/dheera-chat-json-private.h"
#include "dheera-ai/model/dheera-strings-private.h"
#include "dheera-ai/model/messages/dheera-conversation-private.h"
#include "dheera-ai/model/messages/dheera-message-private.h"
#include "dheera-ai/model/messages/dheera-part-private.h"
#include "dheera-ai/model/tools/dheera-tool-call-private.h"

/* A conversation as the items of a request. One message becomes several items: an answer's text, its calls and what
 * goes back as it came are items of their own. */

typedef struct
{
  DheeraJsonWriter *writer;
  const DheeraEncoding *encoding;
  const char *family;
  gboolean stored;
  GHashTable *calls; /* of char by char: what the blocks say of calls, by their ids */
  GError **error;
} Input;

/* --- Parts ----------------------------------------------------------------------------------- */

static gboolean
refuse (Input      *self,
        const char *what)
{
  g_set_error (self->error, DHEERA_ERROR, DHEERA_ERROR_UNSUPPORTED_PARAMETER,
               "The conversation can't be sent: Responses of provider “%s” have no place for %s. Take it out, or use a provider "
               "that takes it.",
               dheera_provider_get_id (self->encoding->provider), what);

  return FALSE;
}

static void
write_text_part (DheeraJsonWriter *writer,
                 const char       *text,
                 const char       *extra)
{
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "type", "input_text");
  dheera_json_writer_member_string (writer, "text", dheera_string_or_empty (text));
  dheera_chat_write_extra_members (writer, extra, NULL);
  dheera_json_writer_end_object (writer);
}

static void
write_image_part (DheeraJsonWriter *writer,
                  DheeraPart       *part)
{
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "type", "input_image");
  if (part->file_id != NULL)
    {
      dheera_json_writer_member_string (writer, "file_id", part->file_id);
    }
  else
    {
      dheera_json_writer_key (writer, "image_url");
      if (part->bytes != NULL)
        dheera_json_writer_base64 (writer, part->mime_type, part->bytes);
      else
        dheera_json_writer_string (writer, dheera_string_or_empty (part->uri));
    }
  /* It is a member that has to be there. */
  dheera_json_writer_member_string (writer, "detail", part->detail != NULL ? part->detail : "auto");
  dheera_chat_write_extra_members (writer, dheera_json_text_get (&part->extra), NULL);
  dheera_json_writer_end_object (writer);
}

static void
write_file_part (DheeraJsonWriter *writer,
                 DheeraPart       *part)
{
  const char *name = g_strcmp0 (part->mime_type, "application/pdf") == 0 ? "file.pdf" : "file";

  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "type", "input_file");
  if (part->file_id != NULL)
    {
      dheera_json_writer_member_string (writer, "file_id", part->file_id);
    }
  else if (part->bytes != NULL)
    {
      /* Data without a name is refused. */
      dheera_json_writer_member_string (writer, "filename", part->filename != NULL ? part->filename : name);
      dheera_json_writer_key (writer, "file_data");
      dheera_json_writer_base64 (writer, part->mime_type, part->bytes);
    }
  else
    {
      dheera_json_writer_member_string (writer, "file_url", dheera_string_or_empty (part->uri));
    }
  dheera_chat_write_extra_members (writer, dheera_json_text_get (&part->extra), NULL);
  dheera_json_writer_end_object (writer);
}

static gboolean
write_part (Input      *self,
            DheeraPart *part)
{
  switch (part->type)
    {
    case DHEERA_PART_TYPE_TEXT:
      write_text_part (self->writer, part->text, dheera_json_text_get (&part->extra));
      return TRUE;
    case DHEERA_PART_TYPE_IMAGE:
      write_image_part (self->writer, part);
      return TRUE;
    case DHEERA_PART_TYPE_FILE:
      write_file_part (self->writer, part);
      return TRUE;
    case DHEERA_PART_TYPE_AUDIO:
    default:
      return refuse (self, "audio");
    }
}

/* A string where it is nothing but the message's own text, else an array */
static gboolean
write_content (Input         *self,
               DheeraMessage *message)
{
  const char *text = dheera_message_peek_own_text (message);
  guint n_parts = dheera_message_get_n_parts (message);

  if (n_parts == 0)
    {
      dheera_json_writer_string (self->writer, text);
      return TRUE;
    }

  dheera_json_writer_begin_array (self->writer);
  if (*text != '\0')
    write_text_part (self->writer, text, NULL);
  for (guint i = 0; i < n_parts; i++)
    {
      if (!write_part (self, dheera_message_peek_part (message, i)))
        return FALSE;
    }
  dheera_json_writer_end_array (self->writer);

  return TRUE;
}

/* The block of a call, nullable */
static gboolean
is_custom (const char *block)
{
  DheeraJson json = DHEERA_JSON_INIT;
  gboolean custom = block != NULL && dheera_json_parse (&json, block, strlen (block))
                    && dheera_json_equal (dheera_json_member (dheera_json_root (&json), "type"), "custom_tool_call");

  dheera_json_clear (&json);

  return custom;
}

/* --- Messages of others ---------------------------------------------------------------------- */

static gboolean
write_said (Input         *self,
            DheeraMessage *message,
            const char    *role)
{
  dheera_json_writer_begin_object (self->writer);
  dheera_json_writer_member_string (self->writer, "role", role);
  dheera_json_writer_key (self->writer, "content");
  if (!write_content (self, message))
    return FALSE;
  dheera_chat_write_extra_members (self->writer, dheera_json_text_get (&message->extra), NULL);
  dheera_json_writer_end_object (self->writer);

  return TRUE;
}

static gboolean
write_result (Input         *self,
              DheeraMessage *message)
{
  const char *id = dheera_string_or_empty (message->tool_call_id);
  gboolean custom = is_custom (g_hash_table_lookup (self->calls, id));

  dheera_json_writer_begin_object (self->writer);
  dheera_json_writer_member_string (self->writer, "type", custom ? "custom_tool_call_output" : "function_call_output");
  dheera_json_writer_member_string (self->writer, "call_id", id);
  dheera_json_writer_key (self->writer, "output");
  if (!write_content (self, message))
    return FALSE;
  dheera_json_writer_end_object (self->writer);

  return TRUE;
}

/* --- Answers --------------------------------------------------------------------------------- */

/* An answer that is being written: see dheera-responses-private.h about its native blocks. */
typedef struct
{
  Input *input;
  DheeraMessage *message;
  const char *text;
  gsize text_done;         /* so many bytes of it are written ... */
  guint calls_done;        /* ... and so many calls */
  char *phase;             /* of the text that comes next, as JSON; nullable */
  GPtrArray *thoughts;     /* of char: reasoning that waits for the item that it led to */
} Answer;

/* Reasoning that leads to nothing is refused, so it is written when what it led to is. */
static void
flush_thoughts (Answer *self)
{
  for (guint i = 0; i < self->thoughts->len; i++)
    dheera_json_writer_raw (self->input->writer, g_ptr_array_index (self->thoughts, i), -1);
  g_ptr_array_set_size (self->thoughts, 0);
}

/* Up to that byte */
static void
write_text (Answer *self,
            gsize   end)
{
  DheeraJsonWriter *writer = self->input->writer;
  gsize length = strlen (self->text);

  /* The text may be another one by now than it was when the blocks came. */
  while (end < length && ((guchar) self->text[end] & 0xc0) == 0x80)
    end++;
  end = MIN (end, length);
  if (end <= self->text_done)
    return;

  flush_thoughts (self);
  dheera_json_writer_begin_object (writer);
  /* Which OpenAI does not need, but llama.cpp does */
  dheera_json_writer_member_string (writer, "type", "message");
  dheera_json_writer_member_string (writer, "role", "assistant");
  dheera_json_writer_key (writer, "content");
  dheera_json_writer_string_len (writer, self->text + self->text_done, end - self->text_done);
  if (self->phase != NULL)
    dheera_json_writer_member_raw (writer, "phase", self->phase);
  dheera_chat_write_extra_members (writer, dheera_json_text_get (&self->message->extra), NULL);
  dheera_json_writer_end_object (writer);
  self->text_done = end;
}

/* Only the full form of a message has refusals. It wants an id; the server looks none up that comes with its
 * content. */
static void
write_refusal (Answer *self)
{
  DheeraJsonWriter *writer = self->input->writer;
  const char *refusal = dheera_message_get_refusal (self->message);

  if (*refusal == '\0')
    return;

  flush_thoughts (self);
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "type", "message");
  dheera_json_writer_member_string (writer, "id", "msg_refusal");
  dheera_json_writer_member_string (writer, "role", "assistant");
  dheera_json_writer_member_string (writer, "status", "completed");
  dheera_json_writer_key (writer, "content");
  dheera_json_writer_begin_array (writer);
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "type", "refusal");
  dheera_json_writer_member_string (writer, "refusal", refusal);
  dheera_json_writer_end_object (writer);
  dheera_json_writer_end_array (writer);
  dheera_json_writer_end_object (writer);
}

static void
write_call (Answer         *self,
            DheeraToolCall *call)
{
  DheeraJsonWriter *writer = self->input->writer;
  const char *arguments = dheera_gstring_peek (call->arguments);
  const char *id = dheera_string_or_empty (call->id);
  const char *block = g_hash_table_lookup (self->input->calls, id);
  gboolean custom = is_custom (block);

  flush_thoughts (self);
  dheera_json_writer_begin_object (writer);
  if (block != NULL)
    dheera_chat_write_extra_members (writer, block, NULL);
  else
    {
      dheera_json_writer_member_string (writer, "type", "function_call");
      dheera_json_writer_member_string (writer, "call_id", id);
    }
  dheera_json_writer_member_string (writer, "name", dheera_string_or_empty (call->name));
  dheera_json_writer_member_string (writer, custom ? "input" : "arguments", *arguments != '\0' ? arguments : "{}");
  dheera_json_writer_end_object (writer);
}

/* Up to so many of them */
static void
write_calls (Answer *self,
             guint   end)
{
  guint n_calls = dheera_message_get_n_tool_calls (self->message);

  for (; self->calls_done < MIN (end, n_calls); self->calls_done++)
    write_call (self, dheera_message_peek_tool_call (self->message, self->calls_done));
}

/* Without the server's memory, an id alone says nothing: what goes back has to have the thoughts in it. */
static gboolean
can_go_back (Input           *input,
             DheeraJsonValue  item)
{
  DheeraJsonValue encrypted = dheera_json_member (item, "encrypted_content");

  return input->stored || (dheera_json_type (encrypted) == DHEERA_JSON_STRING && !dheera_json_equal (encrypted, ""))
         || dheera_json_size (dheera_json_member (item, "content")) > 0;
}

static void
write_block (Answer                  *self,
             const DheeraNativeBlock *native,
             DheeraJsonValue          block)
{
  DheeraJsonValue type = dheera_json_member (block, "type");

  write_text (self, native->after_text);
  write_calls (self, native->after_tool_calls);
  if (dheera_json_equal (type, "message"))
    {
      DheeraJsonValue phase = dheera_json_member (block, "phase");

      g_free (self->phase);
      self->phase = dheera_json_exists (phase) ? dheera_json_dup_raw (phase) : NULL;
    }
  else if (dheera_json_equal (type, "function_call") || dheera_json_equal (type, "custom_tool_call"))
    {
      char *id = dheera_json_dup_string (dheera_json_member (block, "call_id"));

      if (id != NULL)
        g_hash_table_replace (self->input->calls, id, g_strdup (native->json));
    }
  else if (!dheera_json_equal (type, "reasoning"))
    {
      flush_thoughts (self);
      dheera_json_writer_raw (self->input->writer, native->json, -1);
    }
  else if (can_go_back (self->input, block))
    {
      g_ptr_array_add (self->thoughts, native->json);
    }
}

/* What a model spoke goes back as what it said. */
static const char *
find_transcript (DheeraMessage *message)
{
  for (guint i = 0; i < dheera_message_get_n_parts (message); i++)
    {
      DheeraPart *part = dheera_message_peek_part (message, i);

      if (part->type == DHEERA_PART_TYPE_AUDIO && part->text != NULL)
        return part->text;
    }

  return "";
}

/* Pictures that the server made are in its own blocks; of others there is nothing that could go back. */
static gboolean
check_parts (Input         *input,
             DheeraMessage *message)
{
  for (guint i = 0; i < dheera_message_get_n_natives (message); i++)
    {
      if (dheera_message_peek_native (message, i, input->family) != NULL)
        return TRUE;
    }

  for (guint i = 0; i < dheera_message_get_n_parts (message); i++)
    {
      DheeraPartType type = dheera_message_peek_part (message, i)->type;

      if (type == DHEERA_PART_TYPE_IMAGE || type == DHEERA_PART_TYPE_FILE)
        return refuse (input, "pictures and files in an answer");
    }

  return TRUE;
}

static gboolean
write_answer (Input         *input,
              DheeraMessage *message)
{
  g_autoptr (GPtrArray) thoughts = g_ptr_array_new ();
  Answer self = { .input = input, .message = message, .text = dheera_message_get_text (message), .thoughts = thoughts };

  if (!check_parts (input, message))
    return FALSE;
  if (*self.text == '\0')
    self.text = find_transcript (message);

  for (guint i = 0; i < dheera_message_get_n_natives (message); i++)
    {
      const char *raw = dheera_message_peek_native (message, i, input->family);
      DheeraJson json = DHEERA_JSON_INIT;

      if (raw != NULL && dheera_json_parse (&json, raw, strlen (raw)))
        write_block (&self, dheera_message_peek_native_block (message, i), dheera_json_root (&json));
      dheera_json_clear (&json);
    }

  write_text (&self, strlen (self.text));
  write_refusal (&self);
  write_calls (&self, G_MAXUINT);
  g_free (self.phase);

  return TRUE;
}

static gboolean
write_message (Input         *self,
               DheeraMessage *message)
{
  switch (dheera_message_get_role (message))
    {
    case DHEERA_ROLE_SYSTEM:
      return write_said (self, message, "system");
    case DHEERA_ROLE_DEVELOPER:
      return write_said (self, message, "developer");
    case DHEERA_ROLE_ASSISTANT:
      return write_answer (self, message);
    case DHEERA_ROLE_TOOL:
      return write_result (self, message);
    case DHEERA_ROLE_USER:
    default:
      return write_said (self, message, "user");
    }
}

gboolean
dheera_responses_write_input (DheeraJsonWriter     *writer,
                              const DheeraEncoding *encoding,
                              DheeraConversation   *conversation,
                              guint                 skip,
                              gboolean              stored,
                              GError              **error)
{
  guint n_messages = g_list_model_get_n_items (G_LIST_MODEL (conversation));
  g_autoptr (GHashTable) calls = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  Input self = {
    .writer = writer,
    .encoding = encoding,
    .family = dheera_provider_get_row (encoding->provider)->dialect.native_family,
    .stored = stored,
    .calls = calls,
    .error = error,
  };

  dheera_json_writer_begin_array (writer);
  for (guint i = skip; i < n_messages; i++)
    {
      if (!write_message (&self, dheera_conversation_peek (conversation, i)))
        return FALSE;
    }
  dheera_json_writer_end_array (writer);

  return TRUE;
}
