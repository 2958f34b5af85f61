/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-anthropic-private.h"

#include <string.h>

#include "dheera-ai/providers/dheera-turns-private.h"

#include "dheera-ai/model/chat-json/dheera-chat-json-private.h"
#include "dheera-ai/model/messages/dheera-part-private.h"
#include "dheera-ai/model/tools/dheera-tool-call-private.h"

/* The conversation: the system's words apart, then turns of blocks. */

/* Does it have nothing but white space? Such a text is refused as a block. */
static gboolean
is_blank (const char *text,
          gsize       length)
{
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isspace (text[i]))
      return FALSE;

  return TRUE;
}

static gboolean
is_blank_part (DheeraPart *part)
{
  return part->type == DHEERA_PART_TYPE_TEXT && (part->text == NULL || is_blank (part->text, strlen (part->text)));
}

static void
write_text (DheeraJsonWriter *writer,
            const char       *text,
            gsize             length,
            const char       *cache_control)
{
  if (is_blank (text, length))
    return;

  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "type", "text");
  dheera_json_writer_key (writer, "text");
  dheera_json_writer_string_len (writer, text, length);
  if (cache_control != NULL)
    {
      dheera_json_writer_key (writer, "cache_control");
      dheera_cache_control_write (writer, cache_control);
    }
  dheera_json_writer_end_object (writer);
}

/* Of a message that was read from JSON: what its last block is to be marked with */
static char *
dup_cache_control (DheeraMessage *message)
{
  const char *extra = dheera_json_text_get (&message->extra);
  DheeraJson json = DHEERA_JSON_INIT;
  char *cache_control = NULL;

  if (extra != NULL && dheera_json_parse (&json, extra, strlen (extra)))
    {
      DheeraJsonValue value = dheera_json_member (dheera_json_root (&json), "cache_control");

      if (dheera_json_type (value) == DHEERA_JSON_OBJECT)
        cache_control = dheera_json_dup_raw (value);
    }
  dheera_json_clear (&json);

  return cache_control;
}

static guint
count_parts (DheeraMessage *message)
{
  guint n = dheera_message_get_n_parts (message);

  while (n > 0 && is_blank_part (dheera_message_peek_part (message, n - 1)))
    n--;

  return n;
}

/* Own text and parts, as blocks */
static gboolean
write_blocks (DheeraAnthropicPlan *plan,
              DheeraMessage       *message,
              DheeraJsonWriter    *writer,
              GError             **error)
{
  const char *text = dheera_message_peek_own_text (message);
  g_autofree char *cache_control = dup_cache_control (message);
  guint n = count_parts (message);

  write_text (writer, text, strlen (text), n == 0 ? cache_control : NULL);
  for (guint i = 0; i < n; i++)
    {
      DheeraPart *part = dheera_message_peek_part (message, i);

      if (!is_blank_part (part) && !dheera_anthropic_write_part (plan, part, i + 1 == n ? cache_control : NULL, writer, error))
        return FALSE;
    }

  return TRUE;
}

/* Can its content be a string? */
static gboolean
is_plain (DheeraMessage *message)
{
  return dheera_message_get_n_parts (message) == 0 && dheera_json_text_get (&message->extra) == NULL;
}

/* --- Calls and their results --------------------------------------------------------------------- */

/* Ids of other providers may have characters that are refused here. */
static void
write_id (DheeraJsonWriter *writer,
          const char       *key,
          const char       *id)
{
  g_autofree char *good = g_strdup (id != NULL ? id : "");

  g_strcanon (good, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-", '_');
  dheera_json_writer_member_string (writer, key, good);
}

static void
write_call (DheeraToolCall   *call,
            DheeraJsonWriter *writer)
{
  /* Google's signature of a thought */
  static const char *const not_theirs[] = { "extra_content", NULL };
  const GString *arguments = call->arguments;
  DheeraJson json = DHEERA_JSON_INIT;

  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "type", "tool_use");
  write_id (writer, "id", call->id);
  dheera_json_writer_member_string (writer, "name", call->name != NULL ? call->name : "");
  /* A call that was cut off in the middle is no JSON; nothing invalid goes on the way. */
  if (arguments != NULL && dheera_json_parse (&json, arguments->str, arguments->len)
      && dheera_json_type (dheera_json_root (&json)) == DHEERA_JSON_OBJECT)
    dheera_json_writer_member_raw (writer, "input", arguments->str);
  else
    dheera_json_writer_member_raw (writer, "input", "{}");
  dheera_json_clear (&json);
  dheera_chat_write_extra_members (writer, call->extra, not_theirs);
  dheera_json_writer_end_object (writer);
}

static gboolean
write_result (DheeraAnthropicPlan *plan,
              DheeraMessage       *message,
              DheeraJsonWriter    *writer,
              GError             **error)
{
  const char *text = dheera_message_peek_own_text (message);

  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "type", "tool_result");
  write_id (writer, "tool_use_id", message->tool_call_id);
  if (dheera_message_get_n_parts (message) == 0)
    {
      if (*text != '\0')
        dheera_json_writer_member_string (writer, "content", text);
    }
  else
    {
      dheera_json_writer_key (writer, "content");
      dheera_json_writer_begin_array (writer);
      write_text (writer, text, strlen (text), NULL);
      for (guint i = 0; i < dheera_message_get_n_parts (message); i++)
        {
          DheeraPart *part = dheera_message_peek_part (message, i);

          if (!is_blank_part (part) && !dheera_anthropic_write_part (plan, part, NULL, writer, error))
            return FALSE;
        }
      dheera_json_writer_end_array (writer);
    }
  if (message->is_error != DHEERA_TRISTATE_UNSET)
    dheera_json_writer_member_boolean (writer, "is_error", message->is_error == DHEERA_TRISTATE_YES);
  /* cache_control */
  dheera_chat_write_extra_members (writer, dheera_json_text_get (&message->extra), NULL);
  dheera_json_writer_end_object (writer);

  return TRUE;
}

/* --- Answers of the model ------------------------------------------------------------------------ */

/* An answer on its way back: text and calls, with native blocks between them where they stood. */
typedef struct
{
  DheeraMessage *message;
  DheeraJsonWriter *writer;
  gboolean trim;       /* it is the beginning of the answer that is asked for, and may not end in white space */
  guint segment;       /* 0 is the own text, i the part i - 1 */
  gsize offset;        /* in the segment */
  gsize position;      /* in all text */
  guint call;
} Replay;

static const char *
peek_segment (Replay      *replay,
              const char **cache_control)
{
  DheeraPart *part;

  *cache_control = NULL;
  if (replay->segment == 0)
    return dheera_message_peek_own_text (replay->message);

  part = dheera_message_peek_part (replay->message, replay->segment - 1);
  *cache_control = part->cache_control;

  /* Of sound that a model made, what it said */
  return part->text != NULL && (part->type == DHEERA_PART_TYPE_TEXT || part->type == DHEERA_PART_TYPE_AUDIO) ? part->text : "";
}

static gboolean
has_segment (Replay *replay)
{
  return replay->segment <= dheera_message_get_n_parts (replay->message);
}

static gsize
trim (const char *text,
      gsize       length)
{
  while (length > 0 && g_ascii_isspace (text[length - 1]))
    length--;

  return length;
}

/* Text up to that place */
static void
write_text_until (Replay *replay,
                  gsize   limit)
{
  while (has_segment (replay) && replay->position < limit)
    {
      const char *cache_control;
      const char *text = peek_segment (replay, &cache_control) + replay->offset;
      gsize length = strlen (text);
      gsize taken = MIN (length, limit - replay->position);

      /* Text that was edited since may have another character there. */
      while (taken < length && taken > 0 && ((guchar) text[taken] & 0xC0) == 0x80)
        taken--;
      write_text (replay->writer, text, replay->trim && limit == G_MAXSIZE ? trim (text, taken) : taken, cache_control);
      replay->position += taken;
      replay->offset += taken;
      if (taken < length)
        return;
      replay->segment++;
      replay->offset = 0;
    }
}

static void
write_calls_until (Replay *replay,
                   guint   limit)
{
  guint n = MIN (limit, dheera_message_get_n_tool_calls (replay->message));

  for (; replay->call < n; replay->call++)
    write_call (dheera_message_peek_tool_call (replay->message, replay->call), replay->writer);
}

/* A native block of text is text with what belongs to it. It stands for the text only as long as that was not edited. */
static void
write_native_text (Replay                  *replay,
                   const DheeraNativeBlock *block,
                   DheeraJsonValue          root)
{
  g_autofree char *own = dheera_json_dup_string (dheera_json_member (root, "text"));
  gsize length = own != NULL ? strlen (own) : 0;
  const char *cache_control;
  const char *text;

  if (length == 0 || block->after_text < length || block->after_text - length < replay->position)
    return;

  write_text_until (replay, block->after_text - length);
  write_calls_until (replay, block->after_tool_calls);
  if (!has_segment (replay) || replay->position != block->after_text - length)
    return;

  text = peek_segment (replay, &cache_control) + replay->offset;
  if (strncmp (text, own, length) != 0)
    return;
  dheera_json_writer_raw (replay->writer, block->json, -1);
  replay->position += length;
  replay->offset += length;
}

static void
write_native (Replay                  *replay,
              const DheeraNativeBlock *block)
{
  DheeraJson json = DHEERA_JSON_INIT;
  gboolean good = dheera_json_parse (&json, block->json, strlen (block->json));
  DheeraJsonValue root = dheera_json_root (&json);

  if (good && dheera_json_equal (dheera_json_member (root, "type"), "text"))
    {
      write_native_text (replay, block, root);
    }
  else if (good)
    {
      write_text_until (replay, block->after_text);
      write_calls_until (replay, block->after_tool_calls);
      dheera_json_writer_raw (replay->writer, block->json, -1);
    }
  dheera_json_clear (&json);
}

static void
write_answer (DheeraMessage    *message,
              gboolean          is_last,
              DheeraJsonWriter *writer)
{
  Replay replay = { .message = message, .writer = writer, .trim = is_last };
  const char *refusal = dheera_message_get_refusal (message);

  for (guint i = 0; i < dheera_message_get_n_natives (message); i++)
    if (dheera_message_peek_native (message, i, DHEERA_ANTHROPIC_FAMILY) != NULL)
      write_native (&replay, dheera_message_peek_native_block (message, i));
  write_text_until (&replay, G_MAXSIZE);
  write_text (writer, refusal, strlen (refusal), NULL);
  write_calls_until (&replay, G_MAXUINT);
}

/* --- Turns --------------------------------------------------------------------------------------- */

static gboolean
write_turn (DheeraAnthropicPlan *plan,
            const DheeraTurn    *turn,
            gboolean             is_last,
            DheeraJsonWriter    *writer,
            GError             **error)
{
  DheeraMessage *first = g_ptr_array_index (turn->messages, 0);

  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "role", turn->model ? "assistant" : "user");
  if (!turn->model && turn->messages->len == 1 && is_plain (first) && dheera_message_get_role (first) != DHEERA_ROLE_TOOL)
    {
      dheera_json_writer_member_string (writer, "content", dheera_message_peek_own_text (first));
      dheera_json_writer_end_object (writer);
      return TRUE;
    }

  dheera_json_writer_key (writer, "content");
  dheera_json_writer_begin_array (writer);
  for (guint i = 0; i < turn->messages->len; i++)
    {
      DheeraMessage *message = g_ptr_array_index (turn->messages, i);

      if (turn->model)
        write_answer (message, is_last && i + 1 == turn->messages->len, writer);
      else if (!(dheera_message_get_role (message) == DHEERA_ROLE_TOOL ? write_result : write_blocks) (plan, message, writer, error))
        return FALSE;
    }
  dheera_json_writer_end_array (writer);
  dheera_json_writer_end_object (writer);

  return TRUE;
}

static gboolean
write_system (DheeraAnthropicPlan *plan,
              GPtrArray           *system,
              DheeraJsonWriter    *writer,
              GError             **error)
{
  if (system->len == 0)
    return TRUE;

  if (system->len == 1 && is_plain (g_ptr_array_index (system, 0)))
    {
      dheera_json_writer_member_string (writer, "system", dheera_message_peek_own_text (g_ptr_array_index (system, 0)));
      return TRUE;
    }

  dheera_json_writer_key (writer, "system");
  dheera_json_writer_begin_array (writer);
  for (guint i = 0; i < system->len; i++)
    if (!write_blocks (plan, g_ptr_array_index (system, i), writer, error))
      return FALSE;
  dheera_json_writer_end_array (writer);

  return TRUE;
}

gboolean
dheera_anthropic_write_turns (DheeraAnthropicPlan *plan,
                              DheeraJsonWriter    *writer,
                              GError             **error)
{
  g_autoptr (DheeraTurns) turns = dheera_turns_new (dheera_request_get_conversation (plan->request), DHEERA_ANTHROPIC_FAMILY);

  if (!write_system (plan, turns->system, writer, error))
    return FALSE;

  dheera_json_writer_key (writer, "messages");
  dheera_json_writer_begin_array (writer);
  for (guint i = 0; i < turns->turns->len; i++)
    if (!write_turn (plan, &g_array_index (turns->turns, DheeraTurn, i), i + 1 == turns->turns->len, writer, error))
      return FALSE;
  dheera_json_writer_end_array (writer);

  return TRUE;
}
