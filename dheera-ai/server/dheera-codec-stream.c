/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-codec-internal-private.h"

#include "dheera-ai/model/chat-json/dheera-chat-json-private.h"
#include "dheera-ai/model/dheera-strings-private.h"
#include "dheera-ai/model/messages/dheera-message-private.h"
#include "dheera-ai/model/responses/dheera-delta-private.h"
#include "dheera-ai/model/responses/dheera-usage-private.h"
#include "dheera-ai/model/tools/dheera-tool-call-private.h"

/* Chunks. What all events of a stream begin with is written once and copied; the rest goes from the delta straight into the caller's text. */

void
dheera_codec_stream_clear (DheeraCodecStream *self)
{
  if (self->head != NULL)
    g_string_free (self->head, TRUE);
  self->head = NULL;
  g_clear_pointer (&self->begun, g_byte_array_unref);
}

/* The id must not change any more, even if the provider says it only now. */
static void
ensure_head (DheeraCodecStream *self,
             const DheeraAsk   *ask,
             DheeraResponse    *response)
{
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;

  if (self->head != NULL)
    return;

  self->head = g_string_new ("data: ");
  self->begun = g_byte_array_new ();
  writer.out = self->head;
  dheera_json_writer_begin_object (&writer);
  dheera_codec_write_head (&writer, ask, response,
                           ask->route == DHEERA_ROUTE_COMPLETIONS ? "text_completion" : "chat.completion.chunk");
}

/* Was there a chunk of that choice already? From now on there was. */
static gboolean
mark_begun (DheeraCodecStream *self,
            guint              index)
{
  guint length = self->begun->len;
  guint8 before;

  if (index >= length)
    {
      g_byte_array_set_size (self->begun, index + 1);
      memset (self->begun->data + length, 0, index + 1 - length);
    }
  before = self->begun->data[index];
  self->begun->data[index] = TRUE;

  return before;
}

/* Up to the value of "choices". Returns where the event begins. */
static gsize
begin_event (DheeraCodecStream *self,
             DheeraJsonWriter  *writer,
             GString           *out)
{
  gsize start = out->len;

  g_string_append_len (out, self->head->str, (gssize) self->head->len);
  writer->out = out;
  writer->comma = TRUE;
  writer->depth = 1;
  dheera_json_writer_key (writer, "choices");
  dheera_json_writer_begin_array (writer);

  return start;
}

/* JSON that was handed on as the provider wrote it may be spread over lines, but the event is one line. Inside of strings no such character stands
 * as it is. */
static void
join_lines (GString *out,
            gsize    start)
{
  for (gsize i = start + strcspn (out->str + start, "\r\n"); i < out->len; i += strcspn (out->str + i, "\r\n"))
    out->str[i] = ' ';
}

static void
end_event (DheeraJsonWriter *writer,
           const DheeraAsk  *ask,
           DheeraUsage      *usage,
           gsize             start)
{
  dheera_json_writer_end_array (writer);
  if (ask->include_usage)
    {
      dheera_json_writer_key (writer, "usage");
      if (usage != NULL)
        dheera_usage_write (usage, writer);
      else
        dheera_json_writer_null (writer);
    }
  dheera_json_writer_end_object (writer);
  join_lines (writer->out, start);
  g_string_append_len (writer->out, "\n\n", 2);
}

static void
write_piece (DheeraJsonWriter *writer,
             guint             index,
             const char       *id,
             const char       *name,
             const char       *arguments,
             const char       *extra)
{
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_int (writer, "index", index);
  if (id != NULL)
    {
      dheera_json_writer_member_string (writer, "id", id);
      dheera_json_writer_member_string (writer, "type", "function");
    }
  dheera_json_writer_key (writer, "function");
  dheera_json_writer_begin_object (writer);
  /* The first piece of a call has both, even if the model left out the name. */
  if (name != NULL || id != NULL)
    dheera_json_writer_member_string (writer, "name", dheera_string_or_empty (name));
  dheera_json_writer_member_string (writer, "arguments", dheera_string_or_empty (arguments));
  dheera_json_writer_end_object (writer);
  if (extra != NULL)
    dheera_chat_write_extra_members (writer, extra, NULL);
  dheera_json_writer_end_object (writer);
}

static void
write_pieces (DheeraJsonWriter *writer,
              GArray           *pieces)
{
  dheera_json_writer_key (writer, "tool_calls");
  dheera_json_writer_begin_array (writer);
  for (guint i = 0; i < pieces->len; i++)
    {
      const DheeraToolCallPiece *piece = &g_array_index (pieces, DheeraToolCallPiece, i);

      write_piece (writer, piece->index, piece->id, piece->name, piece->arguments, NULL);
    }
  dheera_json_writer_end_array (writer);
}

/* There is room for one call: see the whole answers. NULL when there is nothing of it among the pieces. */
static const DheeraToolCallPiece *
find_first_call (GArray *pieces)
{
  for (guint i = 0; pieces != NULL && i < pieces->len; i++)
    {
      const DheeraToolCallPiece *piece = &g_array_index (pieces, DheeraToolCallPiece, i);

      if (piece->index == 0)
        return piece;
    }

  return NULL;
}

static void
write_function_pieces (DheeraJsonWriter *writer,
                       GArray           *pieces)
{
  const DheeraToolCallPiece *first = find_first_call (pieces);
  g_autoptr (GString) arguments = g_string_new (NULL);

  if (first == NULL)
    return;

  for (guint i = 0; i < pieces->len; i++)
    {
      const DheeraToolCallPiece *piece = &g_array_index (pieces, DheeraToolCallPiece, i);

      if (piece->index == 0)
        g_string_append (arguments, dheera_string_or_empty (piece->arguments));
    }
  dheera_json_writer_key (writer, "function_call");
  dheera_json_writer_begin_object (writer);
  if (first->name != NULL || first->id != NULL)
    dheera_json_writer_member_string (writer, "name", dheera_string_or_empty (first->name));
  dheera_json_writer_member_string (writer, "arguments", arguments->str);
  dheera_json_writer_end_object (writer);
}

/* What a choice begins with, in the chunk that has its first text or call */
static void
write_role (DheeraJsonWriter *writer,
            DheeraDelta      *delta) /* nullable */
{
  dheera_json_writer_member_string (writer, "role", "assistant");
  if (delta == NULL || delta->text == NULL)
    dheera_json_writer_member_string (writer, "content", delta != NULL && delta->pieces != NULL ? NULL : "");
}

/* Signatures and the like of calls, which deltas do not have: at the end, as pieces without arguments. */
static void
write_call_extras (DheeraJsonWriter *writer,
                   DheeraMessage    *message)
{
  gboolean begun = FALSE;

  for (guint i = 0; i < dheera_message_get_n_tool_calls (message); i++)
    {
      DheeraToolCall *call = dheera_message_peek_tool_call (message, i);

      if (call->extra == NULL)
        continue;

      if (!begun)
        {
          dheera_json_writer_key (writer, "tool_calls");
          dheera_json_writer_begin_array (writer);
          begun = TRUE;
        }
      write_piece (writer, i, NULL, NULL, NULL, call->extra);
    }
  if (begun)
    dheera_json_writer_end_array (writer);
}

static void
write_chat_delta (DheeraJsonWriter *writer,
                  const DheeraAsk  *ask,
                  DheeraDelta      *delta,
                  gboolean          begun)
{
  dheera_json_writer_key (writer, "delta");
  dheera_json_writer_begin_object (writer);
  if (!begun)
    write_role (writer, delta);
  if (delta->text != NULL)
    dheera_json_writer_member_string (writer, "content", delta->text);
  if (delta->reasoning != NULL)
    dheera_json_writer_member_string (writer, "reasoning_content", delta->reasoning);
  if (delta->refusal != NULL)
    dheera_json_writer_member_string (writer, "refusal", delta->refusal);
  if (delta->pieces != NULL && ask->functions)
    write_function_pieces (writer, delta->pieces);
  else if (delta->pieces != NULL)
    write_pieces (writer, delta->pieces);
  if (delta->audio != NULL)
    dheera_json_writer_member_raw (writer, "audio", delta->audio);
  dheera_json_writer_end_object (writer);
}

/* text and refusal are nullable. */
static void
write_text_members (DheeraJsonWriter *writer,
                    const DheeraAsk  *ask,
                    guint             prompt,
                    gboolean          begun,
                    const char       *text,
                    const char       *refusal)
{
  const char *echo = begun ? NULL : dheera_codec_peek_echo (ask, prompt);

  if (echo != NULL || refusal != NULL)
    {
      g_autofree char *joined = g_strconcat (dheera_string_or_empty (echo), dheera_string_or_empty (text), dheera_string_or_empty (refusal), NULL);

      dheera_json_writer_member_string (writer, "text", joined);
    }
  else
    dheera_json_writer_member_string (writer, "text", dheera_string_or_empty (text));
}

/* Is there anything that the route's API has a place for? */
static gboolean
has_something (const DheeraAsk *ask,
               DheeraDelta     *delta)
{
  if (ask->route == DHEERA_ROUTE_COMPLETIONS)
    return delta->text != NULL || delta->refusal != NULL;

  return delta->text != NULL || delta->reasoning != NULL || delta->refusal != NULL || delta->audio != NULL || delta->logprobs != NULL
         || (ask->functions ? find_first_call (delta->pieces) != NULL : delta->pieces != NULL);
}

static void
write_content (DheeraCodecStream *self,
               const DheeraAsk   *ask,
               guint              prompt,
               DheeraDelta       *delta,
               GString           *out)
{
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;
  guint index = prompt * ask->n + delta->choice_index;
  gboolean begun = mark_begun (self, index);
  gsize start;

  start = begin_event (self, &writer, out);
  dheera_json_writer_begin_object (&writer);
  if (ask->route == DHEERA_ROUTE_COMPLETIONS)
    write_text_members (&writer, ask, prompt, begun, delta->text, delta->refusal);
  dheera_json_writer_member_int (&writer, "index", index);
  if (ask->route != DHEERA_ROUTE_COMPLETIONS)
    write_chat_delta (&writer, ask, delta, begun);
  dheera_json_writer_member_raw (&writer, "logprobs", ask->route != DHEERA_ROUTE_COMPLETIONS ? delta->logprobs : NULL);
  dheera_json_writer_member_string (&writer, "finish_reason", NULL);
  dheera_json_writer_end_object (&writer);
  end_event (&writer, ask, NULL, start);
}

static void
write_finish (DheeraCodecStream *self,
              const DheeraAsk   *ask,
              guint              prompt,
              DheeraChoice      *choice,
              GString           *out)
{
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;
  guint index = prompt * ask->n + choice->index;
  gboolean begun = mark_begun (self, index);
  gsize start;

  start = begin_event (self, &writer, out);
  dheera_json_writer_begin_object (&writer);
  if (ask->route == DHEERA_ROUTE_COMPLETIONS)
    write_text_members (&writer, ask, prompt, begun, NULL, NULL);
  dheera_json_writer_member_int (&writer, "index", index);
  if (ask->route != DHEERA_ROUTE_COMPLETIONS)
    {
      dheera_json_writer_key (&writer, "delta");
      dheera_json_writer_begin_object (&writer);
      if (!begun)
        write_role (&writer, NULL);
      if (!ask->functions)
        write_call_extras (&writer, choice->message);
      dheera_codec_write_more (&writer, choice);
      dheera_json_writer_end_object (&writer);
    }
  dheera_json_writer_member_string (&writer, "logprobs", NULL);
  dheera_json_writer_member_string (&writer, "finish_reason", dheera_codec_get_finish_reason (ask, choice->finish_reason));
  dheera_json_writer_end_object (&writer);
  end_event (&writer, ask, NULL, start);
}

/* The finish reason waits for the end: clients take a choice, and its calls, to be whole when it comes, while many providers say it and then go on,
 * and arguments that never came become {} only when all has been read. */
void
dheera_codec_write_delta (DheeraCodecStream *self,
                          const DheeraAsk   *ask,
                          guint              prompt,
                          DheeraDelta       *delta,
                          DheeraResponse    *response,
                          GString           *out)
{
  ensure_head (self, ask, response != NULL ? response : delta->response);
  if (has_something (ask, delta))
    write_content (self, ask, prompt, delta, out);
}

static DheeraResponse *
find_first (GPtrArray *responses)
{
  for (guint i = 0; i < responses->len; i++)
    if (g_ptr_array_index (responses, i) != NULL)
      return g_ptr_array_index (responses, i);

  return NULL;
}

void
dheera_codec_write_end (DheeraCodecStream *self,
                        const DheeraAsk   *ask,
                        GPtrArray         *responses,
                        GString           *out)
{
  g_autoptr (DheeraUsage) usage = ask->include_usage ? dheera_codec_sum_usage (responses) : NULL;

  ensure_head (self, ask, find_first (responses));
  for (guint i = 0; i < responses->len; i++)
    {
      DheeraResponse *response = g_ptr_array_index (responses, i);
      guint n_choices = response != NULL ? dheera_response_get_n_choices (response) : 0;

      for (guint j = 0; j < n_choices; j++)
        write_finish (self, ask, i, dheera_response_get_choice (response, j), out);
    }

  /* Where nobody counted, there is no such chunk: zeros would be a lie. */
  if (usage != NULL)
    {
      DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;
      gsize start = begin_event (self, &writer, out);

      end_event (&writer, ask, usage, start);
    }
  g_string_append (out, "data: [DONE]\n\n");
}
