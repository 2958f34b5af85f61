/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-ai/model/chat-json/dheera-chat-json-private.h"
#include "dheera-ai/model/dheera-strings-private.h"
#include "dheera-delta-private.h"
#include "dheera-usage-private.h"

/* Answers in OpenAI's form, whole and in chunks. */

static void
write_head (DheeraJsonWriter *writer,
            DheeraResponse   *response,
            const char       *object)
{
  dheera_response_ensure_identity (response);
  dheera_json_writer_member_string (writer, "id", response->id);
  dheera_json_writer_member_string (writer, "object", object);
  dheera_json_writer_member_int (writer, "created", response->created);
  dheera_json_writer_member_string (writer, "model", dheera_string_or_empty (response->model));
}

static void
write_finish (DheeraJsonWriter   *writer,
              const char         *logprobs,
              DheeraFinishReason  reason,
              const char         *raw)
{
  if (logprobs != NULL)
    dheera_json_writer_member_raw (writer, "logprobs", logprobs);
  dheera_json_writer_member_string (writer, "finish_reason",
                                    dheera_finish_reason_get_wire_name (reason, raw));
}

static void
write_choice (DheeraJsonWriter *writer,
              DheeraChoice     *choice)
{
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_int (writer, "index", choice->index);
  dheera_json_writer_key (writer, "message");
  dheera_json_writer_begin_object (writer);
  dheera_chat_write_message_members (writer, choice->message, &dheera_chat_dialect_complete);
  if (choice->annotations != NULL)
    dheera_json_writer_member_raw (writer, "annotations", choice->annotations->str);
  dheera_json_writer_end_object (writer);
  write_finish (writer, dheera_choice_get_logprobs (choice),
                choice->finish_reason, choice->finish_reason_raw);
  dheera_json_writer_end_object (writer);
}

/**
 * dheera_response_to_json:
 * @self: a [class@Response]
 *
 * Writes the answer down in the form of OpenAI's Chat Completions, whoever it came from.
 *
 * Reasoning becomes `message.reasoning_content`. An answer without an id gets one.
 *
 * Returns: (transfer full): the text of a JSON object
 *
 * Since: 0.1
 */
char *
dheera_response_to_json (DheeraResponse *self)
{
  DheeraJsonWriter writer;

  g_return_val_if_fail (DHEERA_IS_RESPONSE (self), NULL);

  dheera_json_writer_init (&writer, 1024);
  dheera_json_writer_begin_object (&writer);
  write_head (&writer, self, "chat.completion");
  dheera_json_writer_key (&writer, "choices");
  dheera_json_writer_begin_array (&writer);
  for (guint i = 0; i < dheera_response_get_n_choices (self); i++)
    write_choice (&writer, dheera_response_get_choice (self, i));
  dheera_json_writer_end_array (&writer);
  if (self->usage != NULL)
    {
      dheera_json_writer_key (&writer, "usage");
      dheera_usage_write (self->usage, &writer);
    }
  dheera_json_writer_end_object (&writer);

  return dheera_json_writer_steal (&writer);
}

static void
write_tool_call_delta (DheeraJsonWriter          *writer,
                       const DheeraToolCallPiece *call)
{
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_int (writer, "index", call->index);
  if (call->id != NULL)
    {
      dheera_json_writer_member_string (writer, "id", call->id);
      dheera_json_writer_member_string (writer, "type", "function");
    }
  dheera_json_writer_key (writer, "function");
  dheera_json_writer_begin_object (writer);
  if (call->name != NULL)
    dheera_json_writer_member_string (writer, "name", call->name);
  dheera_json_writer_member_string (writer, "arguments", dheera_string_or_empty (call->arguments));
  dheera_json_writer_end_object (writer);
  dheera_json_writer_end_object (writer);
}

static void
write_tool_call_deltas (DheeraJsonWriter *writer,
                        GArray           *pieces)
{
  dheera_json_writer_key (writer, "tool_calls");
  dheera_json_writer_begin_array (writer);
  for (guint i = 0; i < pieces->len; i++)
    write_tool_call_delta (writer, &g_array_index (pieces, DheeraToolCallPiece, i));
  dheera_json_writer_end_array (writer);
}

static void
write_delta_choice (DheeraJsonWriter *writer,
                    DheeraDelta      *delta)
{
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_int (writer, "index", delta->choice_index);
  dheera_json_writer_key (writer, "delta");
  dheera_json_writer_begin_object (writer);
  if (delta->first)
    dheera_json_writer_member_string (writer, "role", "assistant");
  if (delta->text != NULL)
    dheera_json_writer_member_string (writer, "content", delta->text);
  if (delta->reasoning != NULL)
    dheera_json_writer_member_string (writer, "reasoning_content", delta->reasoning);
  if (delta->refusal != NULL)
    dheera_json_writer_member_string (writer, "refusal", delta->refusal);
  if (delta->pieces != NULL)
    write_tool_call_deltas (writer, delta->pieces);
  if (delta->audio != NULL)
    dheera_json_writer_member_raw (writer, "audio", delta->audio);
  if (delta->annotations != NULL)
    dheera_json_writer_member_raw (writer, "annotations", delta->annotations);
  dheera_json_writer_end_object (writer);
  write_finish (writer, delta->logprobs, delta->finish_reason, delta->finish_reason_raw);
  dheera_json_writer_end_object (writer);
}

/**
 * dheera_delta_to_json:
 * @self: a [class@Delta]
 *
 * Writes the piece down in the form of a chunk of OpenAI's Chat Completions, whoever it came from.
 *
 * Reasoning becomes `delta.reasoning_content`. All chunks of an answer have the same id.
 *
 * Returns: (transfer full): the text of a JSON object
 *
 * Since: 0.1
 */
char *
dheera_delta_to_json (DheeraDelta *self)
{
  DheeraJsonWriter writer;

  g_return_val_if_fail (DHEERA_IS_DELTA (self), NULL);
  g_return_val_if_fail (self->response != NULL, NULL); /* a binding can make one that is of no answer */

  dheera_json_writer_init (&writer, 256);
  dheera_json_writer_begin_object (&writer);
  write_head (&writer, self->response, "chat.completion.chunk");
  dheera_json_writer_key (&writer, "choices");
  dheera_json_writer_begin_array (&writer);
  if (dheera_delta_has_content (self))
    write_delta_choice (&writer, self);
  dheera_json_writer_end_array (&writer);
  if (self->usage != NULL)
    {
      dheera_json_writer_key (&writer, "usage");
      dheera_usage_write (self->usage, &writer);
    }
  dheera_json_writer_end_object (&writer);

  return dheera_json_writer_steal (&writer);
}
