/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-gemini-encode-private.h"
#include "dheera-gemini-private.h"
#include "dheera-ai/providers/dheera-turns-private.h"

#include <string.h>

#include "dheera-ai/model/messages/dheera-part-private.h"
#include "dheera-ai/model/tools/dheera-tool-call-private.h"

/* The conversation as contents: turns of user and model, each a list of parts. */

/* What Google takes in place of a signature that another provider's model could not give. */
#define NO_SIGNATURE "skip_thought_signature_validator"

typedef struct
{
  DheeraJsonWriter *writer;
  const DheeraEncoding *encoding;
  const DheeraGeminiModel *model;
  DheeraConversation *conversation;
  guint position; /* in the conversation, about where we are */
  GError **error;
} Contents;

static void
write_text (Contents   *self,
            const char *text,
            gsize       length)
{
  if (length == 0)
    return;

  dheera_json_writer_begin_object (self->writer);
  dheera_json_writer_key (self->writer, "text");
  dheera_json_writer_string_len (self->writer, text, length);
  dheera_json_writer_end_object (self->writer);
}

static gboolean
write_part (Contents   *self,
            DheeraPart *part,
            const char *signature)
{
  return dheera_part_is_blank (part)
         || dheera_gemini_write_part (self->writer, self->encoding, self->model, part, signature, self->error);
}

static gboolean
write_parts (Contents      *self,
             DheeraMessage *message)
{
  for (guint i = 0; i < dheera_message_get_n_parts (message); i++)
    {
      if (!write_part (self, dheera_message_peek_part (message, i), NULL))
        return FALSE;
    }

  return TRUE;
}

/* --- The model's turns ----------------------------------------------------------------------------------------------------------- */

/* How far the parts of one message are written */
typedef struct
{
  DheeraMessage *message;
  guint part;   /* 0 is the own text, then the parts */
  gsize within; /* so many bytes of that one's text are written */
  gsize text;   /* so many bytes of all text */
  guint calls;
} Cursor;

static const char *
text_at (const Cursor *cursor)
{
  DheeraPart *part;
  const char *text;

  if (cursor->part == 0)
    return dheera_message_peek_own_text (cursor->message);

  part = dheera_message_peek_part (cursor->message, cursor->part - 1);
  text = dheera_part_get_part_type (part) == DHEERA_PART_TYPE_TEXT ? dheera_part_get_text (part) : NULL;

  return text != NULL ? text : "";
}

static gboolean
at_end (const Cursor *cursor)
{
  return cursor->part > dheera_message_get_n_parts (cursor->message);
}

guint
dheera_gemini_count_media (DheeraMessage *message,
                           guint          n)
{
  guint count = 0;

  for (guint i = 0; i < n; i++)
    count += dheera_part_get_part_type (dheera_message_peek_part (message, i)) != DHEERA_PART_TYPE_TEXT;

  return count;
}

/* The part of that number among those that are no text */
static DheeraPart *
find_media (DheeraMessage *message,
            gint64         number)
{
  for (guint i = 0; i < dheera_message_get_n_parts (message); i++)
    {
      DheeraPart *part = dheera_message_peek_part (message, i);

      if (dheera_part_get_part_type (part) != DHEERA_PART_TYPE_TEXT && number-- == 0)
        return part;
    }

  return NULL;
}

/* Is there a block that says where the part stood? */
static gboolean
has_place (DheeraMessage *message,
           gint64         number)
{
  for (guint i = 0; i < dheera_message_get_n_natives (message); i++)
    {
      const char *block = dheera_message_peek_native (message, i, DHEERA_GEMINI_FAMILY);
      g_auto (DheeraJson) json = DHEERA_JSON_INIT;

      if (block != NULL && dheera_json_parse (&json, block, strlen (block))
          && dheera_json_get_int (dheera_json_member (dheera_json_root (&json), "media"), -1) == number)
        return TRUE;
    }

  return FALSE;
}

/* What has a place of its own is written there. */
static gboolean
write_media (Contents     *self,
             const Cursor *cursor)
{
  DheeraPart *part = cursor->part > 0 ? dheera_message_peek_part (cursor->message, cursor->part - 1) : NULL;

  if (part == NULL || dheera_part_get_part_type (part) == DHEERA_PART_TYPE_TEXT
      || has_place (cursor->message, dheera_gemini_count_media (cursor->message, cursor->part - 1)))
    return TRUE;

  return write_part (self, part, NULL);
}

static gboolean
write_placed_media (Contents        *self,
                    DheeraMessage   *message,
                    DheeraJsonValue  block)
{
  DheeraPart *part = find_media (message, dheera_json_get_int (dheera_json_member (block, "media"), -1));
  g_autofree char *signature = dheera_json_dup_string (dheera_json_member (block, "thoughtSignature"));

  return part == NULL || write_part (self, part, signature);
}

/* Up to so many bytes of text, with the other parts that stand between */
static gboolean
write_until (Contents *self,
             Cursor   *cursor,
             gsize     limit)
{
  while (!at_end (cursor) && cursor->text < limit)
    {
      const char *text = text_at (cursor) + cursor->within;
      gsize length = strlen (text);
      gsize n = MIN (length, limit - cursor->text);

      if (!write_media (self, cursor))
        return FALSE;
      write_text (self, text, n);
      cursor->text += n;
      cursor->within += n;
      if (n == length)
        {
          cursor->part++;
          cursor->within = 0;
        }
    }

  return TRUE;
}

static char *
dup_signature (DheeraToolCall *call)
{
  g_auto (DheeraJson) json = DHEERA_JSON_INIT;

  if (call->extra == NULL || !dheera_json_parse (&json, call->extra, strlen (call->extra)))
    return NULL;

  return dheera_json_dup_string (dheera_json_path (dheera_json_root (&json), "extra_content.google.thought_signature"));
}

static gboolean
write_arguments (Contents       *self,
                 DheeraToolCall *call)
{
  const char *arguments = dheera_tool_call_get_arguments (call);
  g_auto (DheeraJson) json = DHEERA_JSON_INIT;

  dheera_json_writer_key (self->writer, "args");
  if (*arguments == '\0' || strcmp (arguments, "null") == 0)
    {
      dheera_json_writer_raw (self->writer, "{}", 2);
      return TRUE;
    }
  if (dheera_json_parse (&json, arguments, strlen (arguments))
      && dheera_json_type (dheera_json_root (&json)) == DHEERA_JSON_OBJECT)
    {
      dheera_json_writer_value (self->writer, dheera_json_root (&json));
      return TRUE;
    }

  g_set_error (self->error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST,
               "The arguments of the tool call “%s” are not a JSON object, which is what Google takes. "
               "Repair them, or leave out the message that has the call.", call->id);

  return FALSE;
}

static gboolean
write_call (Contents       *self,
            DheeraToolCall *call,
            gboolean        first)
{
  DheeraJsonWriter *writer = self->writer;
  g_autofree char *signature = dup_signature (call);

  dheera_json_writer_begin_object (writer);
  dheera_json_writer_key (writer, "functionCall");
  dheera_json_writer_begin_object (writer);
  if (!self->model->vertex)
    dheera_json_writer_member_string (writer, "id", call->id);
  dheera_json_writer_member_string (writer, "name", call->name);
  if (!write_arguments (self, call))
    return FALSE;
  dheera_json_writer_end_object (writer);
  if (signature != NULL)
    dheera_json_writer_member_string (writer, "thoughtSignature", signature);
  /* Of calls beside each other only the first is signed. */
  else if (first && self->model->generation >= 30)
    dheera_json_writer_member_string (writer, "thoughtSignature", NO_SIGNATURE);
  dheera_json_writer_end_object (writer);

  return TRUE;
}

static gboolean
write_calls_until (Contents *self,
                   Cursor   *cursor,
                   guint     limit)
{
  guint n = MIN (limit, dheera_message_get_n_tool_calls (cursor->message));

  for (; cursor->calls < n; cursor->calls++)
    {
      if (!write_call (self, dheera_message_peek_tool_call (cursor->message, cursor->calls), cursor->calls == 0))
        return FALSE;
    }

  return TRUE;
}

/* A signed piece of the text stands for that piece, as long as nobody changed the text. FALSE when it does not. */
static gboolean
skip_signed_text (Cursor          *cursor,
                  DheeraJsonValue  part)
{
  g_autofree char *text = NULL;

  if (dheera_json_type (dheera_json_member (part, "thought")) == DHEERA_JSON_TRUE)
    return TRUE;
  text = dheera_json_dup_string (dheera_json_member (part, "text"));
  if (text == NULL || *text == '\0')
    return TRUE;
  if (at_end (cursor) || !g_str_has_prefix (text_at (cursor) + cursor->within, text))
    return FALSE;

  cursor->within += strlen (text);
  cursor->text += strlen (text);

  return TRUE;
}

static gboolean
write_native (Contents                *self,
              Cursor                  *cursor,
              const DheeraNativeBlock *native)
{
  g_auto (DheeraJson) json = DHEERA_JSON_INIT;
  DheeraJsonValue block;

  if (strcmp (native->family, DHEERA_GEMINI_FAMILY) != 0 || !dheera_json_parse (&json, native->json, strlen (native->json)))
    return TRUE;
  block = dheera_json_root (&json);

  if (!write_until (self, cursor, native->after_text)
      || !write_calls_until (self, cursor, native->after_tool_calls))
    return FALSE;
  if (dheera_json_exists (dheera_json_member (block, "media")))
    return write_placed_media (self, cursor->message, block);
  if (skip_signed_text (cursor, block))
    dheera_json_writer_value (self->writer, block);

  return TRUE;
}

static gboolean
write_answer (Contents      *self,
              DheeraMessage *message)
{
  Cursor cursor = { .message = message };
  const char *refusal = dheera_message_get_refusal (message);

  for (guint i = 0; i < dheera_message_get_n_natives (message); i++)
    {
      if (!write_native (self, &cursor, dheera_message_peek_native_block (message, i)))
        return FALSE;
    }
  if (!write_until (self, &cursor, G_MAXSIZE))
    return FALSE;
  write_text (self, refusal, strlen (refusal));

  return write_calls_until (self, &cursor, G_MAXUINT);
}

/* --- The user's turns ------------------------------------------------------------------------------------------------------------ */

/* Google wants the function's name beside the result. */
static const char *
find_name (Contents      *self,
           DheeraMessage *message)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->conversation));
  const char *id = dheera_message_get_tool_call_id (message);
  const char *name;

  for (guint i = 0; i < n && dheera_conversation_peek (self->conversation, self->position % n) != message; i++)
    self->position++;
  self->position %= n;

  name = dheera_conversation_find_tool_name (self->conversation, self->position, id);
  if (name == NULL)
    name = dheera_message_get_name (message);
  if (name == NULL || *name == '\0')
    g_set_error (self->error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST,
                 "The tool result for the call “%s” has no message before it with that call, and Google needs the name of the tool. "
                 "Keep the message that has the call, or set the name of the result.", id);

  return name;
}

/* Google wants an object, and knows a failure by its one member. */
static void
write_response (Contents      *self,
                DheeraMessage *message)
{
  const char *text = dheera_message_get_text (message);
  g_auto (DheeraJson) json = DHEERA_JSON_INIT;

  dheera_json_writer_key (self->writer, "response");
  if (message->is_error != DHEERA_TRISTATE_YES && dheera_json_parse (&json, text, strlen (text)) && dheera_json_type (dheera_json_root (&json)) == DHEERA_JSON_OBJECT)
    {
      dheera_json_writer_value (self->writer, dheera_json_root (&json));
      return;
    }

  dheera_json_writer_begin_object (self->writer);
  dheera_json_writer_member_string (self->writer, message->is_error == DHEERA_TRISTATE_YES ? "error" : "output", text);
  dheera_json_writer_end_object (self->writer);
}

static gboolean
has_media (DheeraMessage *message)
{
  for (guint i = 0; i < dheera_message_get_n_parts (message); i++)
    {
      if (dheera_part_get_part_type (dheera_message_peek_part (message, i)) != DHEERA_PART_TYPE_TEXT)
        return TRUE;
    }

  return FALSE;
}

static gboolean
write_media_parts (Contents      *self,
                   DheeraMessage *message)
{
  for (guint i = 0; i < dheera_message_get_n_parts (message); i++)
    {
      DheeraPart *part = dheera_message_peek_part (message, i);

      if (dheera_part_get_part_type (part) != DHEERA_PART_TYPE_TEXT && !write_part (self, part, NULL))
        return FALSE;
    }

  return TRUE;
}

static gboolean
write_result (Contents      *self,
              DheeraMessage *message)
{
  DheeraJsonWriter *writer = self->writer;
  const char *name = find_name (self, message);
  gboolean media_inside = has_media (message) && self->model->generation >= 30;

  if (name == NULL)
    return FALSE;

  dheera_json_writer_begin_object (writer);
  dheera_json_writer_key (writer, "functionResponse");
  dheera_json_writer_begin_object (writer);
  if (!self->model->vertex)
    dheera_json_writer_member_string (writer, "id", dheera_message_get_tool_call_id (message));
  dheera_json_writer_member_string (writer, "name", name);
  write_response (self, message);
  if (media_inside)
    {
      dheera_json_writer_key (writer, "parts");
      dheera_json_writer_begin_array (writer);
      if (!write_media_parts (self, message))
        return FALSE;
      dheera_json_writer_end_array (writer);
    }
  dheera_json_writer_end_object (writer);
  dheera_json_writer_end_object (writer);

  /* Older models look at nothing in a result but its object. */
  return media_inside || write_media_parts (self, message);
}

static DheeraMessage *
take_result (GPtrArray  *results,
             const char *id)
{
  for (guint i = 0; i < results->len; i++)
    {
      if (g_strcmp0 (dheera_message_get_tool_call_id (g_ptr_array_index (results, i)), id) == 0)
        return g_ptr_array_remove_index (results, i);
    }

  return NULL;
}

/* In the order of the calls: where there are no ids, that is what tells them apart. */
static gboolean
write_results (Contents         *self,
               GPtrArray        *results,
               const DheeraTurn *before)
{
  for (guint i = 0; before != NULL && i < before->messages->len; i++)
    {
      DheeraMessage *answer = g_ptr_array_index (before->messages, i);

      for (guint c = 0; c < dheera_message_get_n_tool_calls (answer) && results->len > 0; c++)
        {
          DheeraMessage *result = take_result (results, dheera_message_peek_tool_call (answer, c)->id);

          if (result != NULL && !write_result (self, result))
            return FALSE;
        }
    }

  for (guint i = 0; i < results->len; i++)
    {
      if (!write_result (self, g_ptr_array_index (results, i)))
        return FALSE;
    }

  return TRUE;
}

static gboolean
write_words (Contents      *self,
             DheeraMessage *message)
{
  const char *text = dheera_message_peek_own_text (message);

  write_text (self, text, strlen (text));

  return write_parts (self, message);
}

static gboolean
write_user_turn (Contents         *self,
                 const DheeraTurn *turn,
                 const DheeraTurn *before)
{
  g_autoptr (GPtrArray) results = g_ptr_array_new ();

  for (guint i = 0; i < turn->messages->len; i++)
    {
      DheeraMessage *message = g_ptr_array_index (turn->messages, i);

      if (dheera_message_get_role (message) == DHEERA_ROLE_TOOL)
        g_ptr_array_add (results, message);
    }
  if (!write_results (self, results, before))
    return FALSE;

  for (guint i = 0; i < turn->messages->len; i++)
    {
      DheeraMessage *message = g_ptr_array_index (turn->messages, i);

      if (dheera_message_get_role (message) != DHEERA_ROLE_TOOL && !write_words (self, message))
        return FALSE;
    }

  return TRUE;
}

/* --- All of it ------------------------------------------------------------------------------------------------------------------- */

static gboolean
write_list (Contents  *self,
            GPtrArray *messages)
{
  for (guint i = 0; i < messages->len; i++)
    {
      DheeraMessage *message = g_ptr_array_index (messages, i);

      if (!(dheera_message_get_role (message) == DHEERA_ROLE_ASSISTANT ? write_answer : write_words) (self, message))
        return FALSE;
    }

  return TRUE;
}

static gboolean
write_turn (Contents          *self,
            const DheeraTurns *turns,
            guint              position,
            gboolean           with_system)
{
  const DheeraTurn *turn = &g_array_index (turns->turns, DheeraTurn, position);
  const DheeraTurn *before = position > 0 ? turn - 1 : NULL;
  gboolean good = TRUE;

  dheera_json_writer_begin_object (self->writer);
  dheera_json_writer_member_string (self->writer, "role", turn->model ? "model" : "user");
  dheera_json_writer_key (self->writer, "parts");
  dheera_json_writer_begin_array (self->writer);
  if (with_system && !turn->model && position <= 1)
    good = write_list (self, turns->system);
  if (good)
    good = turn->model ? write_list (self, turn->messages) : write_user_turn (self, turn, before);
  dheera_json_writer_end_array (self->writer);
  dheera_json_writer_end_object (self->writer);

  return good;
}

static gboolean
write_system (Contents          *self,
              const DheeraTurns *turns)
{
  gboolean good;

  dheera_json_writer_key (self->writer, "systemInstruction");
  dheera_json_writer_begin_object (self->writer);
  dheera_json_writer_key (self->writer, "parts");
  dheera_json_writer_begin_array (self->writer);
  good = write_list (self, turns->system);
  dheera_json_writer_end_array (self->writer);
  dheera_json_writer_end_object (self->writer);

  return good;
}

gboolean
dheera_gemini_write_contents (DheeraJsonWriter        *writer,
                              const DheeraEncoding    *encoding,
                              const DheeraGeminiModel *model,
                              DheeraRequest           *request,
                              GError                 **error)
{
  DheeraConversation *conversation = dheera_request_get_conversation (request);
  g_autoptr (DheeraTurns) turns = dheera_turns_new (conversation, DHEERA_GEMINI_FAMILY);
  Contents contents = { writer, encoding, model, conversation, 0, error };
  gboolean has_system = turns->system->len > 0;

  if (has_system && !model->gemma && !write_system (&contents, turns))
    return FALSE;

  dheera_json_writer_key (writer, "contents");
  dheera_json_writer_begin_array (writer);
  for (guint i = 0; i < turns->turns->len; i++)
    {
      if (!write_turn (&contents, turns, i, has_system && model->gemma))
        return FALSE;
    }
  dheera_json_writer_end_array (writer);

  return TRUE;
}
