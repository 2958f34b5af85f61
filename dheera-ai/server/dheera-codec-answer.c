/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-codec-internal-private.h"

#include "dheera-ai/model/chat-json/dheera-chat-json-private.h"
#include "dheera-ai/model/dheera-strings-private.h"
#include "dheera-ai/model/messages/dheera-conversation-private.h"
#include "dheera-ai/model/messages/dheera-message-private.h"
#include "dheera-ai/model/messages/dheera-part-private.h"
#include "dheera-ai/model/responses/dheera-usage-private.h"
#include "dheera-ai/model/tools/dheera-tool-call-private.h"

/* Whole answers of chats and completions, with the members that OpenAI has in them always, null where there is nothing. */

static void
write_id (DheeraJsonWriter *writer,
          const DheeraAsk  *ask,
          const char       *id)
{
  const char *prefix = ask->route == DHEERA_ROUTE_COMPLETIONS ? "cmpl-" : "chatcmpl-";
  g_autofree char *made = NULL;

  if (id == NULL || *id == '\0')
    made = dheera_generate_id (prefix);
  else if (ask->route == DHEERA_ROUTE_COMPLETIONS && !g_str_has_prefix (id, prefix))
    made = g_strconcat (prefix, g_str_has_prefix (id, "chatcmpl-") ? id + strlen ("chatcmpl-") : id, NULL);

  dheera_json_writer_member_string (writer, "id", made != NULL ? made : id);
}

void
dheera_codec_write_head (DheeraJsonWriter *writer,
                         const DheeraAsk  *ask,
                         DheeraResponse   *response,
                         const char       *object)
{
  gboolean known = response != NULL && response->created >= 0;
  const char *model = response != NULL && response->model != NULL && *response->model != '\0' ? response->model : ask->model;

  write_id (writer, ask, response != NULL ? response->id : NULL);
  dheera_json_writer_member_string (writer, "object", object);
  dheera_json_writer_member_int (writer, "created", known ? response->created : g_get_real_time () / G_USEC_PER_SEC);
  dheera_json_writer_member_string (writer, "model", ask->shown_model != NULL ? ask->shown_model : dheera_string_or_empty (model));
}

const char *
dheera_codec_get_finish_reason (const DheeraAsk    *ask,
                                DheeraFinishReason  reason)
{
  switch (reason)
    {
    case DHEERA_FINISH_REASON_LENGTH:
      return "length";
    case DHEERA_FINISH_REASON_CONTENT_FILTER:
      return "content_filter";
    case DHEERA_FINISH_REASON_TOOL_CALLS:
      if (ask->route == DHEERA_ROUTE_COMPLETIONS)
        return "stop";
      return ask->functions ? "function_call" : "tool_calls";
    default:
      /* The set of words is closed, and some clients fail at any other one. */
      return "stop";
    }
}

const char *
dheera_codec_peek_echo (const DheeraAsk *ask,
                        guint            prompt)
{
  DheeraConversation *conversation;

  if (!ask->echo || prompt >= ask->requests->len)
    return NULL;

  conversation = dheera_request_get_conversation (g_ptr_array_index (ask->requests, prompt));

  return dheera_message_get_text (dheera_conversation_peek (conversation, 0));
}

DheeraUsage *
dheera_codec_sum_usage (GPtrArray *responses)
{
  DheeraUsage *sum = NULL;

  for (guint i = 0; i < responses->len; i++)
    {
      DheeraResponse *response = g_ptr_array_index (responses, i);
      DheeraUsage *before = sum;

      if (response == NULL || response->usage == NULL)
        continue;

      sum = before == NULL ? g_object_ref (response->usage) : dheera_usage_new_sum (before, response->usage);
      g_clear_object (&before);
    }

  return sum;
}

static DheeraPart *
find_part (DheeraMessage  *message,
           DheeraPartType  type)
{
  for (guint i = 0; i < dheera_message_get_n_parts (message); i++)
    {
      DheeraPart *part = dheera_message_peek_part (message, i);

      if (part->type == type && part->bytes != NULL)
        return part;
    }

  return NULL;
}

/* Others call it so, too, and their clients look there. */
static void
write_images (DheeraJsonWriter *writer,
              DheeraMessage    *message)
{
  dheera_json_writer_key (writer, "images");
  dheera_json_writer_begin_array (writer);
  for (guint i = 0; i < dheera_message_get_n_parts (message); i++)
    {
      DheeraPart *part = dheera_message_peek_part (message, i);

      if (part->type != DHEERA_PART_TYPE_IMAGE || part->bytes == NULL)
        continue;

      dheera_json_writer_begin_object (writer);
      dheera_json_writer_member_string (writer, "type", "image_url");
      dheera_json_writer_key (writer, "image_url");
      dheera_json_writer_begin_object (writer);
      dheera_json_writer_key (writer, "url");
      dheera_json_writer_base64 (writer, part->mime_type != NULL ? part->mime_type : "image/png", part->bytes);
      dheera_json_writer_end_object (writer);
      dheera_json_writer_end_object (writer);
    }
  dheera_json_writer_end_array (writer);
}

/* As the reader of chats takes them back */
static void
write_natives (DheeraJsonWriter *writer,
               DheeraMessage    *message)
{
  dheera_json_writer_key (writer, "provider_blocks");
  dheera_json_writer_begin_array (writer);
  for (guint i = 0; i < dheera_message_get_n_natives (message); i++)
    dheera_chat_write_native (writer, dheera_message_peek_native_block (message, i));
  dheera_json_writer_end_array (writer);
}

static gboolean
is_url_citation (DheeraJsonValue annotation)
{
  return dheera_json_equal (dheera_json_member (annotation, "type"), "url_citation")
         && dheera_json_type (dheera_json_path (annotation, "url_citation.url")) == DHEERA_JSON_STRING;
}

static gboolean
has_all (DheeraJsonValue citation)
{
  return dheera_json_type (dheera_json_member (citation, "start_index")) == DHEERA_JSON_NUMBER
         && dheera_json_type (dheera_json_member (citation, "end_index")) == DHEERA_JSON_NUMBER
         && dheera_json_type (dheera_json_member (citation, "title")) == DHEERA_JSON_STRING;
}

/* OpenAI's have a place in the text and a title always; others leave out what they do not know. */
static void
write_annotation (DheeraJsonWriter *writer,
                  DheeraJsonValue   annotation)
{
  DheeraJsonValue citation = dheera_json_member (annotation, "url_citation");
  g_autofree char *url = NULL;
  g_autofree char *title = NULL;

  if (!is_url_citation (annotation) || has_all (citation))
    {
      dheera_json_writer_value (writer, annotation);
      return;
    }

  url = dheera_json_dup_string (dheera_json_member (citation, "url"));
  title = dheera_json_dup_string (dheera_json_member (citation, "title"));
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "type", "url_citation");
  dheera_json_writer_key (writer, "url_citation");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_int (writer, "start_index", dheera_json_get_int (dheera_json_member (citation, "start_index"), 0));
  dheera_json_writer_member_int (writer, "end_index", dheera_json_get_int (dheera_json_member (citation, "end_index"), 0));
  dheera_json_writer_member_string (writer, "url", url);
  dheera_json_writer_member_string (writer, "title", title != NULL ? title : url);
  dheera_json_writer_end_object (writer);
  dheera_json_writer_end_object (writer);
}

static void
write_some_annotations (DheeraJsonWriter *writer,
                        const char       *name,
                        DheeraJsonValue   annotations,
                        gboolean          citations)
{
  gboolean begun = FALSE;
  DheeraJsonIter iter;
  DheeraJsonValue one;

  dheera_json_iter_init (&iter, annotations);
  while (dheera_json_iter_next (&iter, NULL, &one))
    {
      if (is_url_citation (one) != citations)
        continue;

      if (!begun)
        {
          dheera_json_writer_key (writer, name);
          dheera_json_writer_begin_array (writer);
          begun = TRUE;
        }
      write_annotation (writer, one);
    }
  if (begun)
    dheera_json_writer_end_array (writer);
}

/* OpenAI's clients know one kind, and some of them fail at any other. */
static void
write_annotations (DheeraJsonWriter *writer,
                   GString          *annotations)
{
  g_auto (DheeraJson) view = DHEERA_JSON_INIT;

  if (!dheera_json_parse (&view, annotations->str, annotations->len))
    return;

  write_some_annotations (writer, "annotations", dheera_json_root (&view), TRUE);
  write_some_annotations (writer, "provider_annotations", dheera_json_root (&view), FALSE);
}

void
dheera_codec_write_more (DheeraJsonWriter *writer,
                         DheeraChoice     *choice)
{
  DheeraMessage *message = choice->message;

  if (choice->annotations != NULL)
    write_annotations (writer, choice->annotations);
  if (find_part (message, DHEERA_PART_TYPE_IMAGE) != NULL)
    write_images (writer, message);
  if (dheera_message_get_n_natives (message) > 0)
    write_natives (writer, message);
}

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

      dheera_json_writer_begin_object (writer);
      dheera_json_writer_member_string (writer, "id", dheera_string_or_empty (call->id));
      dheera_json_writer_member_string (writer, "type", "function");
      dheera_json_writer_key (writer, "function");
      dheera_json_writer_begin_object (writer);
      dheera_json_writer_member_string (writer, "name", dheera_string_or_empty (call->name));
      dheera_json_writer_member_string (writer, "arguments", *arguments != '\0' ? arguments : "{}");
      dheera_json_writer_end_object (writer);
      dheera_chat_write_extra_members (writer, call->extra, NULL);
      dheera_json_writer_end_object (writer);
    }
  dheera_json_writer_end_array (writer);
}

/* There is room for one. A model that wanted more of them asks again when it has seen the result of the first. */
static void
write_function_call (DheeraJsonWriter *writer,
                     DheeraMessage    *message)
{
  DheeraToolCall *call = dheera_message_peek_tool_call (message, 0);
  const char *arguments = dheera_gstring_peek (call->arguments);

  dheera_json_writer_key (writer, "function_call");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "name", dheera_string_or_empty (call->name));
  dheera_json_writer_member_string (writer, "arguments", *arguments != '\0' ? arguments : "{}");
  dheera_json_writer_end_object (writer);
}

static void
write_audio (DheeraJsonWriter *writer,
             DheeraPart       *part)
{
  g_autofree char *id = part->file_id == NULL ? dheera_generate_id ("audio_") : NULL;

  dheera_json_writer_key (writer, "audio");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "id", id != NULL ? id : part->file_id);
  dheera_json_writer_member_int (writer, "expires_at", MAX (part->expires, 0));
  dheera_json_writer_key (writer, "data");
  dheera_json_writer_base64 (writer, NULL, part->bytes);
  dheera_json_writer_member_string (writer, "transcript", dheera_string_or_empty (part->text));
  dheera_json_writer_end_object (writer);
}

static void
write_message (DheeraJsonWriter *writer,
               const DheeraAsk  *ask,
               DheeraChoice     *choice)
{
  DheeraMessage *message = choice->message;
  DheeraPart *audio = find_part (message, DHEERA_PART_TYPE_AUDIO);
  const char *text = dheera_message_get_text (message);
  gboolean calls = dheera_message_get_n_tool_calls (message) > 0;
  const char *refusal = message->refusal != NULL && message->refusal->len > 0 ? message->refusal->str : NULL;
  gboolean nothing = *text == '\0' && (calls || refusal != NULL || audio != NULL);

  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "role", "assistant");
  dheera_json_writer_member_string (writer, "content", nothing ? NULL : text);
  if (message->reasoning != NULL && message->reasoning->len > 0)
    dheera_json_writer_member_string (writer, "reasoning_content", message->reasoning->str);
  if (calls && ask->functions)
    write_function_call (writer, message);
  else if (calls)
    write_tool_calls (writer, message);
  dheera_json_writer_member_string (writer, "refusal", refusal);
  if (audio != NULL)
    write_audio (writer, audio);
  dheera_codec_write_more (writer, choice);
  dheera_json_writer_end_object (writer);
}

static void
write_chat_choice (DheeraJsonWriter *writer,
                   const DheeraAsk  *ask,
                   guint             index,
                   DheeraChoice     *choice)
{
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_int (writer, "index", index);
  dheera_json_writer_key (writer, "message");
  write_message (writer, ask, choice);
  dheera_json_writer_member_raw (writer, "logprobs", dheera_choice_get_logprobs (choice));
  dheera_json_writer_member_string (writer, "finish_reason", dheera_codec_get_finish_reason (ask, choice->finish_reason));
  dheera_json_writer_end_object (writer);
}

/* A refusal is text like any other there: the API has no other place for it. */
static void
write_text_choice (DheeraJsonWriter *writer,
                   const DheeraAsk  *ask,
                   guint             prompt,
                   guint             index,
                   DheeraChoice     *choice)
{
  DheeraMessage *message = choice->message;
  g_autofree char *text = g_strconcat (dheera_string_or_empty (dheera_codec_peek_echo (ask, prompt)), dheera_message_get_text (message),
                                       dheera_gstring_peek (message->refusal), NULL);

  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "text", text);
  dheera_json_writer_member_int (writer, "index", index);
  dheera_json_writer_member_string (writer, "logprobs", NULL);
  dheera_json_writer_member_string (writer, "finish_reason", dheera_codec_get_finish_reason (ask, choice->finish_reason));
  dheera_json_writer_end_object (writer);
}

static void
write_choices (DheeraJsonWriter *writer,
               const DheeraAsk  *ask,
               guint             prompt,
               DheeraResponse   *response)
{
  guint n_choices = dheera_response_get_n_choices (response);

  for (guint i = 0; i < n_choices; i++)
    {
      DheeraChoice *choice = dheera_response_get_choice (response, i);
      guint index = prompt * ask->n + choice->index;

      if (ask->route == DHEERA_ROUTE_COMPLETIONS)
        write_text_choice (writer, ask, prompt, index, choice);
      else
        write_chat_choice (writer, ask, index, choice);
    }
}

static GBytes *
write_chat (const DheeraAsk *ask,
            GPtrArray       *responses)
{
  DheeraJsonWriter writer;
  g_autoptr (DheeraUsage) usage = dheera_codec_sum_usage (responses);

  dheera_json_writer_init (&writer, 1024);
  dheera_json_writer_begin_object (&writer);
  dheera_codec_write_head (&writer, ask, g_ptr_array_index (responses, 0),
                           ask->route == DHEERA_ROUTE_COMPLETIONS ? "text_completion" : "chat.completion");
  dheera_json_writer_key (&writer, "choices");
  dheera_json_writer_begin_array (&writer);
  for (guint i = 0; i < responses->len; i++)
    write_choices (&writer, ask, i, g_ptr_array_index (responses, i));
  dheera_json_writer_end_array (&writer);
  if (usage != NULL)
    {
      dheera_json_writer_key (&writer, "usage");
      dheera_usage_write (usage, &writer);
    }
  dheera_json_writer_end_object (&writer);

  return dheera_json_writer_steal_bytes (&writer);
}

GBytes *
dheera_codec_write_answer (const DheeraAsk *ask,
                           GPtrArray       *answers)
{
  g_return_val_if_fail (answers->len == ask->requests->len && answers->len > 0, NULL);

  switch (ask->route)
    {
    case DHEERA_ROUTE_CHAT:
    case DHEERA_ROUTE_COMPLETIONS:
      return write_chat (ask, answers);
    case DHEERA_ROUTE_EMBEDDINGS:
      return dheera_codec_write_vectors (ask, g_ptr_array_index (answers, 0));
    default:
      return dheera_codec_write_models (g_ptr_array_index (answers, 0));
    }
}
