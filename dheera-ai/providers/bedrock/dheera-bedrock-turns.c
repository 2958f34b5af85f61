/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-bedrock-private.h"

#include <string.h>

#include "dheera-ai/providers/dheera-turns-private.h"

#include "dheera-ai/model/messages/dheera-part-private.h"

/* The conversation: system and messages. Native blocks stand among text and calls where they stood in the answer. */

/* A way through the content of one message */
typedef struct
{
  DheeraBedrockPlan *plan;
  DheeraJsonWriter *writer;
  DheeraMessage *message;
  guint segment;       /* 0 is the message's own text, then its parts */
  gsize offset;        /* in the segment's text */
  gsize text;          /* bytes of text that are behind */
  guint calls;         /* that are behind */
  gboolean only_text;  /* nothing else may stand there */
  gboolean skip_blank; /* text of blanks alone is refused, and beside other content it says nothing */
  gboolean trim;       /* it is the beginning of the answer that is asked for, and may not end in white space */
} Cursor;

static gboolean
is_blank (const char *text,
          gsize       length)
{
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isspace (text[i]))
      return FALSE;

  return TRUE;
}

static gsize
trim (const char *text,
      gsize       length)
{
  while (length > 0 && g_ascii_isspace (text[length - 1]))
    length--;

  return length;
}

static void
write_text (Cursor     *self,
            const char *text,
            gsize       length)
{
  if (length == 0 || (self->skip_blank && is_blank (text, length)))
    return;

  dheera_json_writer_begin_object (self->writer);
  dheera_json_writer_key (self->writer, "text");
  dheera_json_writer_string_len (self->writer, text, length);
  dheera_json_writer_end_object (self->writer);
}

/* As much of the segment's text as is wanted. FALSE when some of it is left. */
static gboolean
pass_text (Cursor     *self,
           const char *text,
           gsize       until)
{
  gsize left = strlen (text) - self->offset;
  gsize length = MIN (left, until - self->text);

  /* A place that an application made up may be in the middle of a character. */
  while (length < left && (text[self->offset + length] & 0xC0) == 0x80)
    length++;
  write_text (self, text + self->offset, self->trim && until == G_MAXSIZE ? trim (text + self->offset, length) : length);
  self->offset += length;
  self->text += length;

  return length == left;
}

static gboolean
fail_part (GError **error)
{
  g_set_error (error, DHEERA_ERROR, DHEERA_ERROR_NOT_SUPPORTED,
               "Amazon Bedrock takes nothing but text from the system: put images and files into a message of the user.");

  return FALSE;
}

/* Text and parts, until so many bytes of text were written: G_MAXSIZE is all of it. */
static gboolean
pass_content (Cursor  *self,
              gsize    until,
              GError **error)
{
  guint n_parts = dheera_message_get_n_parts (self->message);

  if (until < self->text)
    return TRUE;

  for (; self->segment <= n_parts; self->segment++, self->offset = 0)
    {
      DheeraPart *part = self->segment > 0 ? dheera_message_peek_part (self->message, self->segment - 1) : NULL;

      if (part == NULL || part->type == DHEERA_PART_TYPE_TEXT)
        {
          const char *text = part == NULL ? dheera_message_peek_own_text (self->message) : part->text;

          if (text != NULL && !pass_text (self, text, until))
            return TRUE;
        }
      else if (self->text == until)
        return TRUE;
      else if (self->only_text)
        return fail_part (error);
      else if (!dheera_bedrock_write_part (self->plan, part, self->writer, error))
        return FALSE;

      if (part != NULL)
        dheera_bedrock_write_cache_point (self->writer, part->cache_control);
    }

  return TRUE;
}

/* --- Calls and results ---------------------------------------------------------------------------- */

static void
write_arguments (DheeraJsonWriter *writer,
                 const char       *arguments)
{
  DheeraJson json = DHEERA_JSON_INIT;

  dheera_json_writer_key (writer, "input");
  if (arguments != NULL && dheera_json_parse (&json, arguments, strlen (arguments))
      && dheera_json_type (dheera_json_root (&json)) == DHEERA_JSON_OBJECT)
    dheera_json_writer_value (writer, dheera_json_root (&json));
  else
    {
      dheera_json_writer_begin_object (writer);
      dheera_json_writer_end_object (writer);
    }
  dheera_json_clear (&json);
}

static void
pass_calls (Cursor *self,
            guint   until)
{
  guint n = dheera_message_get_n_tool_calls (self->message);

  for (; self->calls < MIN (n, until); self->calls++)
    {
      DheeraToolCall *call = dheera_message_peek_tool_call (self->message, self->calls);

      dheera_json_writer_begin_object (self->writer);
      dheera_json_writer_key (self->writer, "toolUse");
      dheera_json_writer_begin_object (self->writer);
      dheera_json_writer_member_string (self->writer, "toolUseId",
                                        dheera_tool_ids_get (self->plan->ids, dheera_tool_call_get_id (call)));
      dheera_json_writer_member_string (self->writer, "name", dheera_tool_call_get_name (call));
      write_arguments (self->writer, dheera_tool_call_get_arguments (call));
      dheera_json_writer_end_object (self->writer);
      dheera_json_writer_end_object (self->writer);
    }
}

static const char *
find_cache_control (DheeraMessage *message)
{
  guint n = dheera_message_get_n_parts (message);

  return n > 0 ? dheera_message_peek_part (message, n - 1)->cache_control : NULL;
}

/* In a result there is no room for cache points: one behind it does the same. */
static gboolean
write_result_content (DheeraBedrockPlan *plan,
                      DheeraJsonWriter  *writer,
                      DheeraMessage     *message,
                      GError           **error)
{
  Cursor cursor = { plan, writer, message };
  const char *text = dheera_message_peek_own_text (message);

  write_text (&cursor, text, strlen (text));
  for (guint i = 0; i < dheera_message_get_n_parts (message); i++)
    {
      DheeraPart *part = dheera_message_peek_part (message, i);

      if (!dheera_part_is_blank (part) && !dheera_bedrock_write_part (plan, part, writer, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
write_result (DheeraBedrockPlan *plan,
              DheeraJsonWriter  *writer,
              DheeraMessage     *message,
              GError           **error)
{
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_key (writer, "toolResult");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "toolUseId", dheera_tool_ids_get (plan->ids, dheera_message_get_tool_call_id (message)));
  dheera_json_writer_key (writer, "content");
  dheera_json_writer_begin_array (writer);
  if (!write_result_content (plan, writer, message, error))
    return FALSE;
  dheera_json_writer_end_array (writer);
  if (message->is_error == DHEERA_TRISTATE_YES)
    dheera_json_writer_member_string (writer, "status", "error");
  dheera_json_writer_end_object (writer);
  dheera_json_writer_end_object (writer);
  dheera_bedrock_write_cache_point (writer, find_cache_control (message));

  return TRUE;
}

/* --- Messages ------------------------------------------------------------------------------------- */

/* Thoughts that are signed or encrypted are Claude's, and models of other makers refuse them. Where the name of the model does not tell who
 * made it, as behind the ARN of a profile, they go. */
static gboolean
is_for_claude (const char *block)
{
  DheeraJson json = DHEERA_JSON_INIT;
  gboolean found = FALSE;

  if (dheera_json_parse (&json, block, strlen (block)))
    {
      DheeraJsonValue reasoning = dheera_json_member (dheera_json_root (&json), "reasoningContent");

      found = dheera_json_exists (dheera_json_path (reasoning, "reasoningText.signature"))
              || dheera_json_exists (dheera_json_member (reasoning, "redactedContent"));
    }
  dheera_json_clear (&json);

  return found;
}

/* NULL for a block of another family, and one that the model can't read */
static const DheeraNativeBlock *
peek_native (DheeraBedrockPlan *plan,
             DheeraMessage     *message,
             guint              position)
{
  const DheeraNativeBlock *block = dheera_message_peek_native_block (message, position);
  gboolean other = plan->model.maker == DHEERA_BEDROCK_MISTRAL || plan->model.maker == DHEERA_BEDROCK_OPENAI;

  if (!g_str_equal (block->family, DHEERA_BEDROCK_FAMILY) || (other && is_for_claude (block->json)))
    return NULL;

  return block;
}

static gboolean
has_natives (DheeraBedrockPlan *plan,
             DheeraMessage     *message)
{
  for (guint i = 0; i < dheera_message_get_n_natives (message); i++)
    if (peek_native (plan, message, i) != NULL)
      return TRUE;

  return FALSE;
}

static gboolean
write_content (DheeraBedrockPlan *plan,
               DheeraJsonWriter  *writer,
               DheeraMessage     *message,
               gboolean           only_text,
               gboolean           is_last,
               GError           **error)
{
  const char *refusal = dheera_message_get_refusal (message);
  Cursor cursor = { plan, writer, message, .only_text = only_text, .trim = is_last };

  cursor.skip_blank = dheera_message_get_n_tool_calls (message) > 0 || has_natives (plan, message);
  for (guint i = 0; i < dheera_message_get_n_natives (message); i++)
    {
      const DheeraNativeBlock *block = peek_native (plan, message, i);

      if (block == NULL)
        continue;
      if (!pass_content (&cursor, block->after_text, error))
        return FALSE;
      pass_calls (&cursor, block->after_tool_calls);
      dheera_json_writer_raw (writer, block->json, -1);
    }

  if (!pass_content (&cursor, G_MAXSIZE, error))
    return FALSE;
  write_text (&cursor, refusal, strlen (refusal));
  pass_calls (&cursor, G_MAXUINT);

  return TRUE;
}

static gboolean
write_turn (DheeraBedrockPlan *plan,
            DheeraJsonWriter  *writer,
            const DheeraTurn  *turn,
            gboolean           is_last,
            GError           **error)
{
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "role", turn->model ? "assistant" : "user");
  dheera_json_writer_key (writer, "content");
  dheera_json_writer_begin_array (writer);
  for (guint i = 0; i < turn->messages->len; i++)
    {
      DheeraMessage *message = g_ptr_array_index (turn->messages, i);
      gboolean is_end = is_last && turn->model && i + 1 == turn->messages->len;
      gboolean good = dheera_message_get_role (message) == DHEERA_ROLE_TOOL ? write_result (plan, writer, message, error)
                                                                            : write_content (plan, writer, message, FALSE, is_end, error);

      if (!good)
        return FALSE;
    }
  dheera_json_writer_end_array (writer);
  dheera_json_writer_end_object (writer);

  return TRUE;
}

gboolean
dheera_bedrock_write_turns (DheeraBedrockPlan *plan,
                            DheeraJsonWriter  *writer,
                            GError           **error)
{
  g_autoptr (DheeraTurns) turns = dheera_turns_new (dheera_request_get_conversation (plan->request), DHEERA_BEDROCK_FAMILY);

  dheera_json_writer_key (writer, "messages");
  dheera_json_writer_begin_array (writer);
  for (guint i = 0; i < turns->turns->len; i++)
    if (!write_turn (plan, writer, &g_array_index (turns->turns, DheeraTurn, i), i + 1 == turns->turns->len, error))
      return FALSE;
  dheera_json_writer_end_array (writer);
  if (turns->system->len == 0)
    return TRUE;

  dheera_json_writer_key (writer, "system");
  dheera_json_writer_begin_array (writer);
  for (guint i = 0; i < turns->system->len; i++)
    if (!write_content (plan, writer, g_ptr_array_index (turns->system, i), TRUE, FALSE, error))
      return FALSE;
  dheera_json_writer_end_array (writer);

  return TRUE;
}
