/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-chat-json-private.h"

#include <string.h>

#include "dheera-ai/model/dheera-strings-private.h"
#include "dheera-ai/model/messages/dheera-conversation-private.h"
#include "dheera-ai/model/messages/dheera-message-private.h"
#include "dheera-ai/model/messages/dheera-part-private.h"
#include "dheera-ai/model/tools/dheera-tool-call-private.h"

/* Messages and their parts. The message of an answer is written by the same functions. */

static const char *
role_name (DheeraRole               role,
           const DheeraChatDialect *dialect)
{
  switch (role)
    {
    case DHEERA_ROLE_SYSTEM:
      return "system";
    case DHEERA_ROLE_DEVELOPER:
      return dialect->keep_developer_role ? "developer" : "system";
    case DHEERA_ROLE_ASSISTANT:
      return "assistant";
    case DHEERA_ROLE_TOOL:
      return "tool";
    case DHEERA_ROLE_USER:
    default:
      return "user";
    }
}

void
dheera_chat_write_cache_control (DheeraJsonWriter        *writer,
                                 const char              *cache_control,
                                 const DheeraChatDialect *dialect)
{
  g_autofree char *fault = NULL;

  if (cache_control == NULL || !dialect->cache_control)
    return;

  fault = dheera_cache_control_find_fault (cache_control);
  if (fault != NULL)
    return;

  dheera_json_writer_key (writer, "cache_control");
  dheera_cache_control_write (writer, cache_control);
}

void
dheera_chat_write_extra_members (DheeraJsonWriter  *writer,
                                 const char        *extra,
                                 const char *const *except)
{
  DheeraJson view = DHEERA_JSON_INIT;
  DheeraJsonIter iter;
  DheeraJsonValue name, value;

  if (extra != NULL && dheera_json_parse (&view, extra, strlen (extra)))
    {
      dheera_json_iter_init (&iter, dheera_json_root (&view));
      while (dheera_json_iter_next (&iter, &name, &value))
        {
          g_autofree char *key = dheera_json_dup_string (name);

          if (except != NULL && g_strv_contains (except, key))
            continue;
          dheera_json_writer_key (writer, key);
          dheera_json_writer_value (writer, value);
        }
    }
  dheera_json_clear (&view);
}

void
dheera_chat_write_image (DheeraJsonWriter *writer,
                         DheeraPart       *part)
{
  dheera_json_writer_key (writer, "image_url");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_key (writer, "url");
  if (part->bytes != NULL)
    dheera_json_writer_base64 (writer, part->mime_type, part->bytes);
  else
    dheera_json_writer_string (writer, dheera_string_or_empty (part->uri));
  if (part->detail != NULL)
    dheera_json_writer_member_string (writer, "detail", part->detail);
  dheera_json_writer_end_object (writer);
}

static void
write_audio (DheeraJsonWriter *writer,
             DheeraPart       *part)
{
  dheera_json_writer_key (writer, "input_audio");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_key (writer, "data");
  if (part->bytes != NULL)
    dheera_json_writer_base64 (writer, NULL, part->bytes);
  else
    dheera_json_writer_string (writer, dheera_string_or_empty (part->uri));
  if (part->mime_type != NULL)
    dheera_json_writer_member_string (writer, "format", dheera_audio_format_from_mime_type (part->mime_type));
  dheera_json_writer_end_object (writer);
}

static void
write_file (DheeraJsonWriter *writer,
            DheeraPart       *part)
{
  dheera_json_writer_key (writer, "file");
  dheera_json_writer_begin_object (writer);
  if (part->file_id != NULL)
    dheera_json_writer_member_string (writer, "file_id", part->file_id);
  if (part->filename != NULL)
    dheera_json_writer_member_string (writer, "filename", part->filename);
  if (part->bytes != NULL)
    {
      dheera_json_writer_key (writer, "file_data");
      dheera_json_writer_base64 (writer, part->mime_type, part->bytes);
    }
  else if (part->uri != NULL)
    {
      dheera_json_writer_member_string (writer, "file_data", part->uri);
    }
  dheera_json_writer_end_object (writer);
}

/* Mistral's own for sound and files, whose members stand in the part itself */
static void
write_mistral_audio (DheeraJsonWriter *writer,
                     DheeraPart       *part)
{
  dheera_json_writer_member_string (writer, "type", "input_audio");
  dheera_json_writer_key (writer, "input_audio");
  if (part->bytes != NULL)
    dheera_json_writer_base64 (writer, NULL, part->bytes);
  else
    dheera_json_writer_string (writer, dheera_string_or_empty (part->uri));
}

static void
write_mistral_file (DheeraJsonWriter *writer,
                    DheeraPart       *part)
{
  if (part->file_id != NULL)
    {
      dheera_json_writer_member_string (writer, "type", "file");
      dheera_json_writer_member_string (writer, "file_id", part->file_id);
      return;
    }

  dheera_json_writer_member_string (writer, "type", "document_url");
  dheera_json_writer_key (writer, "document_url");
  if (part->bytes != NULL)
    dheera_json_writer_base64 (writer, part->mime_type, part->bytes);
  else
    dheera_json_writer_string (writer, dheera_string_or_empty (part->uri));
  if (part->filename != NULL)
    dheera_json_writer_member_string (writer, "document_name", part->filename);
}

static void
write_openai_part (DheeraJsonWriter *writer,
                   DheeraPart       *part)
{
  static const char *const types[] = {
    [DHEERA_PART_TYPE_TEXT] = "text",
    [DHEERA_PART_TYPE_IMAGE] = "image_url",
    [DHEERA_PART_TYPE_AUDIO] = "input_audio",
    [DHEERA_PART_TYPE_FILE] = "file",
  };

  dheera_json_writer_member_string (writer, "type", types[part->type]);
  switch (part->type)
    {
    case DHEERA_PART_TYPE_IMAGE:
      dheera_chat_write_image (writer, part);
      break;
    case DHEERA_PART_TYPE_AUDIO:
      write_audio (writer, part);
      break;
    case DHEERA_PART_TYPE_FILE:
      write_file (writer, part);
      break;
    case DHEERA_PART_TYPE_TEXT:
    default:
      dheera_json_writer_member_string (writer, "text", part->text);
    }
}

static void
write_part (DheeraJsonWriter        *writer,
            DheeraPart              *part,
            const DheeraChatDialect *dialect)
{
  if (part->source != NULL)
    {
      dheera_json_writer_raw (writer, part->source, -1);
      return;
    }

  dheera_json_writer_begin_object (writer);
  if (dialect->mistral_parts && part->type == DHEERA_PART_TYPE_AUDIO)
    write_mistral_audio (writer, part);
  else if (dialect->mistral_parts && part->type == DHEERA_PART_TYPE_FILE)
    write_mistral_file (writer, part);
  else
    write_openai_part (writer, part);
  dheera_chat_write_cache_control (writer, part->cache_control, dialect);
  dheera_chat_write_extra_members (writer, dheera_json_text_get (&part->extra), NULL);
  dheera_json_writer_end_object (writer);
}

/* Sound that a model made is no content: it is named in a member of its own. */
static gboolean
is_spoken (DheeraMessage *message,
           DheeraPart    *part)
{
  return message->role == DHEERA_ROLE_ASSISTANT && part->type == DHEERA_PART_TYPE_AUDIO;
}

/* What content can be made of */
typedef struct
{
  guint n_parts;
  guint n_text_parts;
  DheeraPart *spoken;
} Census;

static Census
count_parts (DheeraMessage *message)
{
  Census census = { 0 };

  for (guint i = 0; i < dheera_message_get_n_parts (message); i++)
    {
      DheeraPart *part = dheera_message_peek_part (message, i);

      if (is_spoken (message, part))
        {
          census.spoken = part;
          continue;
        }
      census.n_parts++;
      census.n_text_parts += part->type == DHEERA_PART_TYPE_TEXT;
    }

  return census;
}

static void
write_text_part (DheeraJsonWriter *writer,
                 const char       *text,
                 gsize             length)
{
  if (length == 0)
    return;

  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "type", "text");
  dheera_json_writer_key (writer, "text");
  dheera_json_writer_string_len (writer, text, length);
  dheera_json_writer_end_object (writer);
}

/* The own block of the dialect's that goes back among the content, NULL when it is none */
static const DheeraNativeBlock *
peek_chunk (DheeraMessage           *message,
            guint                    position,
            const DheeraChatDialect *dialect)
{
  const DheeraNativeBlock *block = &g_array_index (message->natives, DheeraNativeBlock, position);

  return dialect->mistral_turns && g_strcmp0 (block->family, dialect->native_family) == 0 ? block : NULL;
}

static gboolean
has_chunks (DheeraMessage           *message,
            const DheeraChatDialect *dialect)
{
  for (guint i = 0; i < dheera_message_get_n_natives (message); i++)
    if (peek_chunk (message, i, dialect) != NULL)
      return TRUE;

  return FALSE;
}

/* The message's own text, with the model's thoughts where they stood in it */
static void
write_own_text (DheeraJsonWriter        *writer,
                DheeraMessage           *message,
                const DheeraChatDialect *dialect)
{
  const char *text = dheera_message_peek_own_text (message);
  gsize length = strlen (text);
  gsize done = 0;

  for (guint i = 0; i < dheera_message_get_n_natives (message); i++)
    {
      const DheeraNativeBlock *block = peek_chunk (message, i, dialect);
      gsize until = block != NULL ? CLAMP (block->after_text, done, length) : done;

      if (block == NULL)
        continue;
      /* A place that an application made up may be in the middle of a character. */
      while (until < length && (text[until] & 0xC0) == 0x80)
        until++;
      write_text_part (writer, text + done, until - done);
      dheera_json_writer_raw (writer, block->json, -1);
      done = until;
    }
  write_text_part (writer, text + done, length - done);
}

static void
write_content_array (DheeraJsonWriter        *writer,
                     DheeraMessage           *message,
                     const DheeraChatDialect *dialect)
{
  dheera_json_writer_begin_array (writer);
  write_own_text (writer, message, dialect);
  for (guint i = 0; i < dheera_message_get_n_parts (message); i++)
    {
      DheeraPart *part = dheera_message_peek_part (message, i);

      if (!is_spoken (message, part))
        write_part (writer, part, dialect);
    }
  dheera_json_writer_end_array (writer);
}

static void
write_content (DheeraJsonWriter        *writer,
               DheeraMessage           *message,
               const Census            *census,
               const DheeraChatDialect *dialect)
{
  const char *text = dheera_message_get_text (message);

  dheera_json_writer_key (writer, "content");
  if (census->n_parts > census->n_text_parts || has_chunks (message, dialect)
      || (census->n_text_parts > 0 && !dialect->flatten_content_parts))
    {
      write_content_array (writer, message, dialect);
      return;
    }

  if (*text == '\0' && census->spoken != NULL && (census->spoken->file_id == NULL || dialect->mistral_parts)
      && !dialect->complete)
    text = dheera_part_get_text (census->spoken);
  if (*text == '\0' && message->refusal != NULL && !dialect->refusal)
    text = message->refusal->str;

  /* Only calls, sound or a refusal may stand without content. */
  if (*text != '\0' || message->role != DHEERA_ROLE_ASSISTANT
      || dialect->empty_content_for_tool_calls
      || (dheera_message_get_n_tool_calls (message) == 0 && message->refusal == NULL
          && census->spoken == NULL))
    dheera_json_writer_string (writer, text);
  else
    dheera_json_writer_null (writer);
}

static const char *
find_id (const char              *id,
         const DheeraChatDialect *dialect)
{
  return dialect->tool_ids != NULL ? dheera_tool_ids_get (dialect->tool_ids, id) : dheera_string_or_empty (id);
}

static void
write_tool_call (DheeraJsonWriter        *writer,
                 DheeraToolCall          *call,
                 const DheeraChatDialect *dialect)
{
  static const char *const signature[] = { "extra_content", NULL };
  const char *arguments = dheera_gstring_peek (call->arguments);

  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "id", find_id (call->id, dialect));
  dheera_json_writer_member_string (writer, "type", "function");
  dheera_json_writer_key (writer, "function");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "name", dheera_string_or_empty (call->name));
  dheera_json_writer_member_string (writer, "arguments", *arguments != '\0' ? arguments : "{}");
  dheera_json_writer_end_object (writer);
  dheera_chat_write_extra_members (writer, call->extra,
                                   dialect->thought_signatures || dialect->complete ? NULL : signature);
  dheera_json_writer_end_object (writer);
}

static void
write_tool_calls (DheeraJsonWriter        *writer,
                  DheeraMessage           *message,
                  const DheeraChatDialect *dialect)
{
  guint n_calls = dheera_message_get_n_tool_calls (message);

  if (n_calls == 0)
    return;

  dheera_json_writer_key (writer, "tool_calls");
  dheera_json_writer_begin_array (writer);
  for (guint i = 0; i < n_calls; i++)
    write_tool_call (writer, dheera_message_peek_tool_call (message, i), dialect);
  dheera_json_writer_end_array (writer);
}

static void
write_spoken (DheeraJsonWriter        *writer,
              DheeraPart              *part,
              const DheeraChatDialect *dialect)
{
  if (part == NULL || dialect->mistral_parts || (part->file_id == NULL && !dialect->complete))
    return;

  dheera_json_writer_key (writer, "audio");
  dheera_json_writer_begin_object (writer);
  if (part->file_id != NULL)
    dheera_json_writer_member_string (writer, "id", part->file_id);
  if (dialect->complete)
    {
      if (part->expires >= 0)
        dheera_json_writer_member_int (writer, "expires_at", part->expires);
      if (part->bytes != NULL)
        {
          dheera_json_writer_key (writer, "data");
          dheera_json_writer_base64 (writer, NULL, part->bytes);
        }
      if (part->mime_type != NULL)
        dheera_json_writer_member_string (writer, "format",
                                          dheera_audio_format_from_mime_type (part->mime_type));
      dheera_json_writer_member_string (writer, "transcript", dheera_string_or_empty (part->text));
    }
  dheera_json_writer_end_object (writer);
}

void
dheera_chat_write_native (DheeraJsonWriter        *writer,
                          const DheeraNativeBlock *block)
{
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "family", block->family);
  dheera_json_writer_member_raw (writer, "block", block->json);
  if (block->after_text > 0)
    dheera_json_writer_member_int (writer, "after_text", (gint64) block->after_text);
  if (block->after_tool_calls > 0)
    dheera_json_writer_member_int (writer, "after_tool_calls", block->after_tool_calls);
  dheera_json_writer_end_object (writer);
}

/* A block's family is a provider, or, where the caller's JSON did not tell which, the member that it came in. */
static gboolean
is_own (const DheeraNativeBlock *block,
        const DheeraChatDialect *dialect)
{
  return g_str_equal (block->family, dialect->native_family) || g_str_equal (block->family, dialect->native_member);
}

/* In the provider's own form for the provider, and with the name of the family where all has to be
 * kept */
static void
write_natives (DheeraJsonWriter        *writer,
               DheeraMessage           *message,
               const DheeraChatDialect *dialect)
{
  guint n_natives = dheera_message_get_n_natives (message);
  gboolean begun = FALSE;

  if (n_natives == 0 || (!dialect->complete && (dialect->native_family == NULL || dialect->native_member == NULL)))
    return;

  for (guint i = 0; i < n_natives; i++)
    {
      const DheeraNativeBlock *block = &g_array_index (message->natives, DheeraNativeBlock, i);

      if (!dialect->complete && !is_own (block, dialect))
        continue;

      if (!begun)
        {
          dheera_json_writer_key (writer, dialect->complete ? "provider_blocks" : dialect->native_member);
          dheera_json_writer_begin_array (writer);
          begun = TRUE;
        }

      if (dialect->complete)
        dheera_chat_write_native (writer, block);
      else
        dheera_json_writer_raw (writer, block->json, -1);
    }
  if (begun)
    dheera_json_writer_end_array (writer);
}

void
dheera_chat_write_message_members (DheeraJsonWriter        *writer,
                                   DheeraMessage           *message,
                                   const DheeraChatDialect *dialect)
{
  Census census = count_parts (message);

  dheera_json_writer_member_string (writer, "role", role_name (message->role, dialect));
  write_content (writer, message, &census, dialect);
  if (message->name != NULL && (!dialect->mistral_parts || message->role == DHEERA_ROLE_TOOL))
    dheera_json_writer_member_string (writer, "name", message->name);
  if (message->tool_call_id != NULL)
    dheera_json_writer_member_string (writer, "tool_call_id", find_id (message->tool_call_id, dialect));
  if (message->is_error != DHEERA_TRISTATE_UNSET && dialect->complete)
    dheera_json_writer_member_boolean (writer, "is_error", message->is_error == DHEERA_TRISTATE_YES);
  if (message->role == DHEERA_ROLE_ASSISTANT)
    {
      if (message->refusal != NULL && dialect->refusal)
        dheera_json_writer_member_string (writer, "refusal", message->refusal->str);
      if (message->reasoning != NULL && dialect->replay_reasoning != NULL)
        dheera_json_writer_member_string (writer, dialect->replay_reasoning, message->reasoning->str);
      write_tool_calls (writer, message, dialect);
      write_spoken (writer, census.spoken, dialect);
      write_natives (writer, message, dialect);
    }
  dheera_chat_write_extra_members (writer, dheera_json_text_get (&message->extra), NULL);
}

void
dheera_chat_write_message (DheeraJsonWriter        *writer,
                           DheeraMessage           *message,
                           const DheeraChatDialect *dialect)
{
  dheera_json_writer_begin_object (writer);
  dheera_chat_write_message_members (writer, message, dialect);
  dheera_json_writer_end_object (writer);
}

/* Many models of Mistral refuse what a user, or the system, says directly behind results of tools, and all take it behind the model. To merge it
 * into a result would put it into the mouth of the tool, and to move it in front of the call would change what the model answered to. So the
 * model acknowledges the results in the shortest words: an empty message of the model is refused as well. */
static void
write_acknowledgement (DheeraJsonWriter *writer)
{
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "role", "assistant");
  dheera_json_writer_member_string (writer, "content", "OK");
  dheera_json_writer_end_object (writer);
}

static void
write_mistral_messages (DheeraJsonWriter        *writer,
                        DheeraConversation      *conversation,
                        const DheeraChatDialect *dialect)
{
  guint n_messages = g_list_model_get_n_items (G_LIST_MODEL (conversation));
  g_autoptr (DheeraToolIds) ids = dheera_tool_ids_new (conversation, dheera_tool_id_fits_mistral, DHEERA_MISTRAL_ID_LENGTH);
  DheeraChatDialect with_ids = *dialect;
  DheeraRole last = DHEERA_ROLE_USER;

  with_ids.tool_ids = ids;
  for (guint i = 0; i < n_messages; i++)
    {
      DheeraMessage *message = dheera_conversation_peek (conversation, i);

      if (last == DHEERA_ROLE_TOOL && message->role != DHEERA_ROLE_TOOL && message->role != DHEERA_ROLE_ASSISTANT)
        write_acknowledgement (writer);
      dheera_chat_write_message (writer, message, &with_ids);
      last = message->role;
    }
}

void
dheera_chat_write_messages (DheeraJsonWriter        *writer,
                            DheeraConversation      *conversation,
                            const DheeraChatDialect *dialect)
{
  guint n_messages = g_list_model_get_n_items (G_LIST_MODEL (conversation));

  dheera_json_writer_begin_array (writer);
  if (dialect->mistral_turns)
    write_mistral_messages (writer, conversation, dialect);
  for (guint i = 0; i < n_messages && !dialect->mistral_turns; i++)
    dheera_chat_write_message (writer, dheera_conversation_peek (conversation, i), dialect);
  dheera_json_writer_end_array (writer);
}
