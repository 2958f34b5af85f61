/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-anthropic-state-private.h"

#include "dheera-ai/providers/errors/dheera-error-words-private.h"

/* An answer of Messages, whole or event by event. What an event is, its own member type says: hosts take the framing's away. Kinds of events, blocks,
 * pieces and reasons are added all the time, and an unknown one is passed over. */

/* More is no count of tokens, and its sums could overflow. */
#define MAX_COUNT (G_GINT64_CONSTANT (1) << 60)

static const struct
{
  const char *raw;
  DheeraFinishReason reason;
} reasons[] = {
  { "end_turn", DHEERA_FINISH_REASON_STOP },
  { "stop_sequence", DHEERA_FINISH_REASON_STOP },
  /* The server's own tools need another turn: the application sends the answer back and goes on. */
  { "pause_turn", DHEERA_FINISH_REASON_STOP },
  { "tool_use", DHEERA_FINISH_REASON_TOOL_CALLS },
  { "max_tokens", DHEERA_FINISH_REASON_LENGTH },
  { "model_context_window_exceeded", DHEERA_FINISH_REASON_LENGTH },
  { "refusal", DHEERA_FINISH_REASON_CONTENT_FILTER },
};

static void
read_stop (DheeraDecoder   *decoder,
           DheeraJsonValue  raw,
           DheeraJsonValue  details)
{
  DheeraFinishReason reason = DHEERA_FINISH_REASON_NONE;

  if (dheera_json_type (raw) != DHEERA_JSON_STRING)
    return;

  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (dheera_json_equal (raw, reasons[i].raw))
      reason = reasons[i].reason;
  /* The caller knows nothing of the invisible tool; where others were called, the accumulator sees them. */
  if (reason == DHEERA_FINISH_REASON_TOOL_CALLS && (decoder->flags & DHEERA_ANTHROPIC_FLAG_JSON_TOOL))
    reason = DHEERA_FINISH_REASON_STOP;
  if (reason == DHEERA_FINISH_REASON_CONTENT_FILTER)
    dheera_accumulator_add_refusal (decoder->accumulator, 0, dheera_json_member (details, "explanation"));
  dheera_accumulator_set_finish_reason (decoder->accumulator, 0, reason, raw);
}

static void
read_count (DheeraJsonValue  usage,
            const char      *path,
            gint64          *count)
{
  gint64 value = dheera_json_get_int (dheera_json_path (usage, path), -1);

  if (value >= 0 && value <= MAX_COUNT)
    *count = value;
}

/* Each event with usage has the counts so far, but perhaps not all of them. What is said of the input leaves the cache out. */
static void
read_usage (DheeraDecoder   *decoder,
            DheeraJsonValue  usage)
{
  DheeraAnthropicState *state = dheera_anthropic_state_get (decoder);
  gint64 prompt = -1;

  if (dheera_json_type (usage) != DHEERA_JSON_OBJECT)
    return;

  read_count (usage, "input_tokens", &state->input_tokens);
  read_count (usage, "output_tokens", &state->output_tokens);
  read_count (usage, "cache_read_input_tokens", &state->cached_tokens);
  read_count (usage, "cache_creation_input_tokens", &state->cache_write_tokens);
  read_count (usage, "output_tokens_details.thinking_tokens", &state->thinking_tokens);
  if (state->input_tokens >= 0)
    prompt = state->input_tokens + MAX (state->cached_tokens, 0) + MAX (state->cache_write_tokens, 0);

  dheera_accumulator_set_usage (decoder->accumulator, prompt, state->output_tokens, -1, state->cached_tokens,
                                state->cache_write_tokens, state->thinking_tokens);
}

/* FALSE with the failure */
static gboolean
read_content (DheeraDecoder   *decoder,
              DheeraJsonValue  content)
{
  DheeraJsonIter iter;
  DheeraJsonValue block;
  gint64 index = 0;

  if (dheera_json_type (content) != DHEERA_JSON_ARRAY)
    return TRUE;

  dheera_json_iter_init (&iter, content);
  while (dheera_json_iter_next (&iter, NULL, &block))
    {
      if (!dheera_anthropic_open_block (decoder, index, block) || !dheera_anthropic_close_block (decoder))
        return FALSE;
      index++;
    }

  return TRUE;
}

/* A message as a whole, or as it is at the start of a stream: mostly empty. FALSE with the failure. */
static gboolean
read_message (DheeraDecoder                *decoder,
              const DheeraMembers *members)
{
  dheera_accumulator_set_id (decoder->accumulator, dheera_members_get (members, DHEERA_ANTHROPIC_ID));
  dheera_accumulator_set_model (decoder->accumulator, dheera_members_get (members, DHEERA_ANTHROPIC_MODEL));
  read_usage (decoder, dheera_members_get (members, DHEERA_ANTHROPIC_USAGE));
  if (!read_content (decoder, dheera_members_get (members, DHEERA_ANTHROPIC_CONTENT)))
    return FALSE;
  read_stop (decoder, dheera_members_get (members, DHEERA_ANTHROPIC_STOP_REASON),
             dheera_members_get (members, DHEERA_ANTHROPIC_STOP_DETAILS));

  return TRUE;
}

/* There is an answer, even if no block follows. */
static void
begin_answer (DheeraDecoder *decoder)
{
  dheera_accumulator_add_text (decoder->accumulator, 0, (DheeraJsonValue) { NULL, 0 });
}

static DheeraDecoded
finish (DheeraDecoder *decoder)
{
  gboolean good;

  dheera_accumulator_begin_event (decoder->accumulator);
  good = dheera_anthropic_close_block (decoder);
  dheera_accumulator_end_event (decoder->accumulator);
  if (!good)
    return DHEERA_DECODED_FAILED;

  dheera_anthropic_state_get (decoder)->ended = TRUE;
  dheera_accumulator_finish (decoder->accumulator);

  return DHEERA_DECODED_END;
}

static DheeraDecoded
decode_message (DheeraDecoder                *decoder,
                const DheeraMembers *members)
{
  gboolean good;

  if (dheera_json_type (dheera_members_get (members, DHEERA_ANTHROPIC_CONTENT)) != DHEERA_JSON_ARRAY)
    return dheera_decoder_fail (decoder, DHEERA_ERROR_PROTOCOL, "the answer has no content");

  dheera_accumulator_begin_event (decoder->accumulator);
  begin_answer (decoder);
  good = read_message (decoder, members);
  dheera_accumulator_end_event (decoder->accumulator);

  return good ? finish (decoder) : DHEERA_DECODED_FAILED;
}

/* --- Events -------------------------------------------------------------------------------------- */

static gboolean
read_start (DheeraDecoder   *decoder,
            DheeraJsonValue  message)
{
  DheeraMembers members;

  dheera_anthropic_read_members (&members, message);
  begin_answer (decoder);

  return read_message (decoder, &members);
}

static gboolean
read_message_delta (DheeraDecoder                *decoder,
                    const DheeraMembers *event)
{
  DheeraMembers members;

  /* Its block ended, even if nobody said so. */
  if (!dheera_anthropic_close_block (decoder))
    return FALSE;
  dheera_anthropic_read_members (&members, dheera_members_get (event, DHEERA_ANTHROPIC_DELTA));
  read_usage (decoder, dheera_members_get (event, DHEERA_ANTHROPIC_USAGE));
  read_stop (decoder, dheera_members_get (&members, DHEERA_ANTHROPIC_STOP_REASON),
             dheera_members_get (&members, DHEERA_ANTHROPIC_STOP_DETAILS));

  return TRUE;
}

static gboolean
read_block_stop (DheeraDecoder *decoder,
                 gint64         index)
{
  DheeraAnthropicState *state = dheera_anthropic_state_get (decoder);

  /* The end of an earlier one says nothing of the one that is under way. */
  if ((index < 0 || index >= state->block.index) && !dheera_anthropic_close_block (decoder))
    return FALSE;
  if (dheera_anthropic_is_call (state, index))
    dheera_accumulator_end_tool_call (decoder->accumulator, 0, index);

  return TRUE;
}

/* All events but the commonest and the last. FALSE with the failure. */
static G_GNUC_NO_INLINE gboolean
read_rare_event (DheeraDecoder                *decoder,
                 const DheeraMembers *event,
                 DheeraJsonValue               type,
                 gint64                        index)
{
  if (DHEERA_ANTHROPIC_IS (type, "content_block_start"))
    return dheera_anthropic_open_block (decoder, index, dheera_members_get (event, DHEERA_ANTHROPIC_CONTENT_BLOCK));
  if (DHEERA_ANTHROPIC_IS (type, "content_block_stop"))
    return read_block_stop (decoder, index);
  if (DHEERA_ANTHROPIC_IS (type, "message_start"))
    return read_start (decoder, dheera_members_get (event, DHEERA_ANTHROPIC_MESSAGE));
  if (DHEERA_ANTHROPIC_IS (type, "message_delta"))
    return read_message_delta (decoder, event);

  return TRUE;
}

static gboolean
has_error (const DheeraMembers *members,
           DheeraJsonValue               type)
{
  return DHEERA_ANTHROPIC_IS (type, "error") || dheera_json_exists (dheera_members_get (members, DHEERA_ANTHROPIC_ERROR));
}

static DheeraDecoded
decode_event (DheeraDecoder   *decoder,
              DheeraJsonValue  root)
{
  DheeraMembers members;
  DheeraJsonValue type;
  gint64 index;
  gboolean good;

  if (G_UNLIKELY (dheera_json_type (root) != DHEERA_JSON_OBJECT))
    return dheera_decoder_fail (decoder, DHEERA_ERROR_PROTOCOL, "an event is not a JSON object");

  dheera_anthropic_read_members (&members, root);
  type = dheera_members_get (&members, DHEERA_ANTHROPIC_TYPE);
  if (G_UNLIKELY (has_error (&members, type)))
    return dheera_decoder_fail_with (decoder, root);
  if (DHEERA_ANTHROPIC_IS (type, "message_stop"))
    return finish (decoder);
  /* Asked for a stream, a server that has none answers at once. */
  if (DHEERA_ANTHROPIC_IS (type, "message"))
    return decode_message (decoder, &members);

  index = dheera_json_get_int (dheera_members_get (&members, DHEERA_ANTHROPIC_INDEX), -1);
  dheera_accumulator_begin_event (decoder->accumulator);
  if (G_LIKELY (DHEERA_ANTHROPIC_IS (type, "content_block_delta")))
    good = dheera_anthropic_add_delta (decoder, index, dheera_members_get (&members, DHEERA_ANTHROPIC_DELTA));
  else
    good = read_rare_event (decoder, &members, type, index);
  dheera_accumulator_end_event (decoder->accumulator);

  return good ? DHEERA_DECODED_MORE : DHEERA_DECODED_FAILED;
}

DheeraDecoded
dheera_anthropic_decode_frame (DheeraDecoder     *decoder,
                               const DheeraFrame *frame)
{
  if (dheera_anthropic_state_get (decoder)->ended)
    return DHEERA_DECODED_END;

  if (G_UNLIKELY (!dheera_json_parse (&decoder->json, frame->data, frame->length)))
    {
      if (strcmp (frame->type, "error") == 0)
        return dheera_decoder_fail_event (decoder, frame);
      return dheera_frame_is_blank (frame) ? DHEERA_DECODED_MORE : dheera_decoder_fail_json (decoder, "an event");
    }
  if (G_UNLIKELY (frame->type[0] == 'e' && strcmp (frame->type, "error") == 0))
    return dheera_decoder_fail_event (decoder, frame);

  return decode_event (decoder, dheera_json_root (&decoder->json));
}

DheeraDecoded
dheera_anthropic_decode_eof (DheeraDecoder *decoder)
{
  if (dheera_anthropic_state_get (decoder)->ended)
    return DHEERA_DECODED_END;

  return dheera_decoder_fail (decoder, DHEERA_ERROR_STREAM_INTERRUPTED, "the stream ended before the answer did");
}

/* --- A whole answer ------------------------------------------------------------------------------ */

/* Some who can't stream send the events of one in an array. */
static DheeraDecoded
decode_events (DheeraDecoder   *decoder,
               DheeraJsonValue  list)
{
  DheeraJsonIter iter;
  DheeraJsonValue event;
  DheeraDecoded decoded = DHEERA_DECODED_MORE;

  dheera_json_iter_init (&iter, list);
  while (decoded == DHEERA_DECODED_MORE && dheera_json_iter_next (&iter, NULL, &event))
    decoded = decode_event (decoder, event);

  return decoded == DHEERA_DECODED_MORE ? dheera_anthropic_decode_eof (decoder) : decoded;
}

DheeraDecoded
dheera_anthropic_decode (DheeraDecoder *decoder,
                         const char    *body,
                         gsize          length)
{
  DheeraMembers members;
  DheeraJsonValue root;

  if (!dheera_json_parse (&decoder->json, body, length))
    return dheera_decoder_fail_body (decoder, length);

  root = dheera_json_root (&decoder->json);
  if (dheera_json_type (root) == DHEERA_JSON_ARRAY && dheera_json_size (root) > 0)
    return decode_events (decoder, root);

  dheera_anthropic_read_members (&members, root);
  if (has_error (&members, dheera_members_get (&members, DHEERA_ANTHROPIC_TYPE)) || dheera_error_words_marked (root))
    return dheera_decoder_fail_with (decoder, root);
  return decode_message (decoder, &members);
}
