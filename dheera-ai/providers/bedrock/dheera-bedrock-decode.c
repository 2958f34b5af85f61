/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-bedrock-private.h"

#include <string.h>

#include "dheera-ai/providers/errors/dheera-error-words-private.h"

#include "dheera-ai/model/responses/dheera-response-private.h"

/* An answer of Converse, whole or event by event. */

#define MAX_EVENT_MESSAGE 1024

/* More is no count of tokens, and its sums could overflow. */
#define MAX_COUNT (G_GINT64_CONSTANT (1) << 60)

static const struct
{
  const char *raw;
  DheeraFinishReason reason;
} reasons[] = {
  { "end_turn", DHEERA_FINISH_REASON_STOP },
  { "tool_use", DHEERA_FINISH_REASON_TOOL_CALLS },
  { "max_tokens", DHEERA_FINISH_REASON_LENGTH },
  { "stop_sequence", DHEERA_FINISH_REASON_STOP },
  { "guardrail_intervened", DHEERA_FINISH_REASON_CONTENT_FILTER },
  { "content_filtered", DHEERA_FINISH_REASON_CONTENT_FILTER },
  { "model_context_window_exceeded", DHEERA_FINISH_REASON_LENGTH },
};

static DheeraDecoded
finish (DheeraDecoder *decoder)
{
  DheeraResponse *response = dheera_accumulator_get_response (decoder->accumulator);

  decoder->flags |= DHEERA_BEDROCK_FLAG_ENDED;
  /* The body has no id; the header's is the one that Amazon's support asks for. */
  if (decoder->request_id != NULL && response->id == NULL)
    dheera_response_set_id (response, decoder->request_id);
  dheera_accumulator_finish (decoder->accumulator);

  return DHEERA_DECODED_END;
}

/* FALSE with the failure: some reasons say that there is no answer. */
static gboolean
read_reason (DheeraDecoder   *decoder,
             DheeraJsonValue  raw)
{
  DheeraFinishReason reason = DHEERA_FINISH_REASON_OTHER;

  if (dheera_json_type (raw) != DHEERA_JSON_STRING)
    return TRUE;

  if (dheera_json_equal (raw, "malformed_model_output") || dheera_json_equal (raw, "malformed_tool_use"))
    {
      g_autofree char *word = dheera_json_dup_string (raw);

      dheera_decoder_fail (decoder, DHEERA_ERROR_SERVER, "the model wrote something that the provider could not read (%s)", word);
      return FALSE;
    }

  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (dheera_json_equal (raw, reasons[i].raw))
      reason = reasons[i].reason;
  /* Where other tools were called too, the accumulator says so. */
  if ((decoder->flags & DHEERA_BEDROCK_FLAG_JSON_SEEN) && reason == DHEERA_FINISH_REASON_TOOL_CALLS)
    reason = DHEERA_FINISH_REASON_STOP;
  dheera_accumulator_set_finish_reason (decoder->accumulator, 0, reason, raw);

  return TRUE;
}

static gint64
read_count (DheeraJsonValue  usage,
            const char      *name)
{
  gint64 count = dheera_json_get_int (dheera_json_member (usage, name), -1);

  return count <= MAX_COUNT ? MAX (count, -1) : -1;
}

/* Input that was read from a cache, or written into one, is counted beside the input. */
static void
read_usage (DheeraDecoder   *decoder,
            DheeraJsonValue  usage)
{
  gint64 prompt, completion, total, cached, written;

  if (dheera_json_type (usage) != DHEERA_JSON_OBJECT)
    return;

  prompt = read_count (usage, "inputTokens");
  completion = read_count (usage, "outputTokens");
  total = read_count (usage, "totalTokens");
  cached = read_count (usage, "cacheReadInputTokens");
  written = read_count (usage, "cacheWriteInputTokens");
  if (prompt >= 0)
    prompt += MAX (cached, 0) + MAX (written, 0);
  if (prompt >= 0 && completion >= 0)
    total = prompt + completion;
  dheera_accumulator_set_usage (decoder->accumulator, prompt, completion, total, cached, written, -1);
}

/* --- A whole answer ------------------------------------------------------------------------------- */

static gboolean
has_json_tool (DheeraJsonValue content)
{
  DheeraJsonValue block;
  DheeraJsonIter iter;

  dheera_json_iter_init (&iter, content);
  while (dheera_json_iter_next (&iter, NULL, &block))
    if (dheera_json_equal (dheera_json_path (block, "toolUse.name"), DHEERA_BEDROCK_JSON_TOOL))
      return TRUE;

  return FALSE;
}

static gboolean
read_answer (DheeraDecoder   *decoder,
             DheeraJsonValue  root)
{
  DheeraJsonValue content = dheera_json_path (root, "output.message.content");
  DheeraJsonValue block;
  DheeraJsonIter iter;
  gint64 index = 0;
  gboolean good;

  dheera_accumulator_begin_event (decoder->accumulator);
  if ((decoder->flags & DHEERA_BEDROCK_FLAG_JSON_TOOL) && has_json_tool (content))
    decoder->flags |= DHEERA_BEDROCK_FLAG_JSON_SEEN;
  if (dheera_json_type (content) == DHEERA_JSON_ARRAY)
    {
      dheera_json_iter_init (&iter, content);
      while (dheera_json_iter_next (&iter, NULL, &block))
        dheera_bedrock_read_block (decoder, index++, block);
    }
  dheera_bedrock_release_text (decoder);
  read_usage (decoder, dheera_json_member (root, "usage"));
  good = read_reason (decoder, dheera_json_member (root, "stopReason"));
  dheera_accumulator_end_event (decoder->accumulator);

  return good;
}

static DheeraDecoded
decode_root (DheeraDecoder   *decoder,
             DheeraJsonValue  root)
{
  g_auto (DheeraErrorWords) words = DHEERA_ERROR_WORDS_INIT;

  if (dheera_json_type (dheera_json_path (root, "output.message")) == DHEERA_JSON_OBJECT)
    return read_answer (decoder, root) ? finish (decoder) : DHEERA_DECODED_FAILED;

  /* Somebody on the way sends errors with status 200. */
  if (dheera_error_words_read (&words, root))
    return dheera_decoder_fail_with (decoder, root);

  return dheera_decoder_fail (decoder, DHEERA_ERROR_PROTOCOL, "the answer has no message in it");
}

DheeraDecoded
dheera_bedrock_decode (DheeraDecoder *decoder,
                       const char    *body,
                       gsize          length)
{
  if (!dheera_json_parse (&decoder->json, body, length))
    {
      if (length > 0 && decoder->json.error_offset >= length)
        return dheera_decoder_fail (decoder, DHEERA_ERROR_STREAM_INTERRUPTED,
                                    "the answer ends in the middle, after %" G_GSIZE_FORMAT " bytes", length);
      return dheera_decoder_fail_json (decoder, "the answer");
    }

  return decode_root (decoder, dheera_json_root (&decoder->json));
}

/* --- Events --------------------------------------------------------------------------------------- */

/* The members of an event about a block. Of the padding beside them nothing is looked at. */
typedef struct
{
  gint64 index;
  DheeraJsonValue start;
  DheeraJsonValue delta;
} BlockEvent;

static inline gboolean
is_name (const DheeraJson      *json,
         const DheeraJsonToken *name,
         const char            *literal,
         gsize                  length)
{
  if (G_UNLIKELY (name->escaped))
    return dheera_json_equal ((DheeraJsonValue) { json, (guint32) (name - json->tokens) }, literal);

  return name->length == length && memcmp (json->text + name->start, literal, length) == 0;
}

#define IS_NAME(json, name, literal) is_name (json, name, literal, sizeof (literal) - 1)

static inline void
read_block_event (BlockEvent       *event,
                  const DheeraJson *json)
{
  const DheeraJsonToken *tokens = json->tokens;
  guint32 at = 1;

  *event = (BlockEvent) { 0, { NULL, 0 }, { NULL, 0 } };
  if (tokens[0].type != DHEERA_JSON_OBJECT)
    return;

  for (guint32 left = tokens[0].size; left > 0; left--)
    {
      const DheeraJsonToken *name = tokens + at;
      DheeraJsonValue value = { json, at + 1 };

      if (IS_NAME (json, name, "delta"))
        event->delta = value;
      else if (IS_NAME (json, name, "contentBlockIndex"))
        event->index = MAX (dheera_json_get_int (value, 0), 0);
      else if (IS_NAME (json, name, "start"))
        event->start = value;
      at = name[1].next;
    }
}

static DheeraDecoded
end_if_all_came (DheeraDecoder *decoder)
{
  guint both = DHEERA_BEDROCK_FLAG_STOPPED | DHEERA_BEDROCK_FLAG_METADATA;

  return (decoder->flags & both) == both ? finish (decoder) : DHEERA_DECODED_MORE;
}

static DheeraDecoded
decode_stop (DheeraDecoder   *decoder,
             DheeraJsonValue  root)
{
  dheera_bedrock_stop_block (decoder);
  dheera_bedrock_release_text (decoder);
  if (!read_reason (decoder, dheera_json_member (root, "stopReason")))
    return DHEERA_DECODED_FAILED;
  decoder->flags |= DHEERA_BEDROCK_FLAG_STOPPED;

  return end_if_all_came (decoder);
}

static DheeraDecoded
decode_metadata (DheeraDecoder   *decoder,
                 DheeraJsonValue  root)
{
  read_usage (decoder, dheera_json_member (root, "usage"));
  decoder->flags |= DHEERA_BEDROCK_FLAG_METADATA;

  return end_if_all_came (decoder);
}

static DheeraDecoded
decode_event (DheeraDecoder *decoder,
              const char    *type)
{
  DheeraJsonValue root = dheera_json_root (&decoder->json);
  BlockEvent event;

  if (G_LIKELY (strcmp (type, "contentBlockDelta") == 0))
    {
      read_block_event (&event, &decoder->json);
      dheera_bedrock_add_to_block (decoder, event.index, event.delta);
    }
  else if (strcmp (type, "contentBlockStart") == 0)
    {
      read_block_event (&event, &decoder->json);
      dheera_bedrock_start_block (decoder, event.index, event.start);
    }
  else if (strcmp (type, "contentBlockStop") == 0)
    {
      read_block_event (&event, &decoder->json);
      dheera_bedrock_stop_block (decoder);
      dheera_accumulator_end_tool_call (decoder->accumulator, 0, event.index);
    }
  else if (strcmp (type, "messageStop") == 0)
    return decode_stop (decoder, root);
  else if (strcmp (type, "metadata") == 0)
    return decode_metadata (decoder, root);

  return DHEERA_DECODED_MORE;
}

/* An exception or an error in the stream: its name is the frame's id. */
static DheeraDecoded
fail_event (DheeraDecoder     *decoder,
            const DheeraFrame *frame)
{
  g_autofree char *text = NULL;
  g_autofree char *quoted = NULL;
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;

  if (dheera_json_parse (&decoder->json, frame->data, frame->length))
    return dheera_decoder_fail_with_type (decoder, dheera_json_root (&decoder->json), frame->id);

  text = dheera_error_text_dup (frame->data, frame->length, MAX_EVENT_MESSAGE);
  dheera_json_writer_init (&writer, strlen (text) + 2);
  dheera_json_writer_string (&writer, text);
  quoted = dheera_json_writer_steal (&writer);
  if (!dheera_json_parse (&decoder->json, quoted, strlen (quoted)))
    return dheera_decoder_fail_json (decoder, "an error");

  return dheera_decoder_fail_with_type (decoder, dheera_json_root (&decoder->json), frame->id);
}

/* A message of no type: JSON that came in the place of the stream. */
static DheeraDecoded
decode_bare (DheeraDecoder *decoder)
{
  DheeraJsonValue root = dheera_json_root (&decoder->json);
  g_auto (DheeraErrorWords) words = DHEERA_ERROR_WORDS_INIT;

  if (dheera_json_exists (dheera_json_member (root, "output")) || dheera_error_words_read (&words, root))
    return decode_root (decoder, root);

  return DHEERA_DECODED_MORE;
}

DheeraDecoded
dheera_bedrock_decode_frame (DheeraDecoder     *decoder,
                             const DheeraFrame *frame)
{
  DheeraDecoded decoded;

  if (G_UNLIKELY (decoder->flags & DHEERA_BEDROCK_FLAG_ENDED))
    return DHEERA_DECODED_END;
  if (G_UNLIKELY (strcmp (frame->type, "error") == 0))
    return fail_event (decoder, frame);
  if (frame->length == 0)
    return DHEERA_DECODED_MORE;
  if (!dheera_json_parse (&decoder->json, frame->data, frame->length))
    return dheera_decoder_fail_json (decoder, "an event");
  if (G_UNLIKELY (strcmp (frame->type, "message") == 0))
    return decode_bare (decoder);

  dheera_accumulator_begin_event (decoder->accumulator);
  decoded = decode_event (decoder, frame->type);
  dheera_accumulator_end_event (decoder->accumulator);

  return decoded;
}

DheeraDecoded
dheera_bedrock_decode_eof (DheeraDecoder *decoder)
{
  if (decoder->flags & DHEERA_BEDROCK_FLAG_ENDED)
    return DHEERA_DECODED_END;
  /* Only what was counted is missing. */
  if (decoder->flags & DHEERA_BEDROCK_FLAG_STOPPED)
    return finish (decoder);

  return dheera_decoder_fail (decoder, DHEERA_ERROR_STREAM_INTERRUPTED, "the stream ended before the answer did");
}
