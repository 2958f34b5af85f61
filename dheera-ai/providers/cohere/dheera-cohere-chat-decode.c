/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-cohere-private.h"

#include <string.h>

#include "dheera-ai/providers/errors/dheera-error-words-private.h"
#include "dheera-ai/providers/dheera-provider-private.h"

#include "dheera-ai/model/messages/dheera-message-private.h"
#include "dheera-ai/model/responses/dheera-response-private.h"
#include "dheera-ai/wire/dheera-json-members-private.h"

/* An answer of /v2/chat, whole or event by event. What the events add is in delta.message, in the place that it
 * has in the message of a whole answer. */

/* decoder->flags */
enum
{
  ENDED = 1 << 0,
  THINKING = 1 << 1, /* a block of thinking is open ... */
  PLAN = 1 << 2,     /* ... or the plan for calls of tools: both are reasoning, and go back as what they are */
};

/* The members of an event, or of a whole answer, that are looked at */
typedef enum
{
  KEY_OTHER,
  KEY_DELTA,
  KEY_ERROR,
  KEY_FINISH_REASON,
  KEY_ID,
  KEY_INDEX,
  KEY_LOGPROBS,
  KEY_MESSAGE,
  KEY_TYPE,
  KEY_USAGE,
  N_KEYS,
} Key;

G_STATIC_ASSERT (N_KEYS <= DHEERA_MEMBERS_MAX);

static DHEERA_ALWAYS_INLINE guint
find_key (const char *name,
          gsize       length)
{
  switch (length)
    {
    case 2:
      return DHEERA_KEY_IF ("id", KEY_ID);
    case 4:
      return DHEERA_KEY_IF ("type", KEY_TYPE);
    case 5:
      switch (name[0])
        {
        case 'd':
          return DHEERA_KEY_IF ("delta", KEY_DELTA);
        case 'e':
          return DHEERA_KEY_IF ("error", KEY_ERROR);
        case 'i':
          return DHEERA_KEY_IF ("index", KEY_INDEX);
        default:
          return DHEERA_KEY_IF ("usage", KEY_USAGE);
        }
    case 7:
      return DHEERA_KEY_IF ("message", KEY_MESSAGE);
    case 8:
      return DHEERA_KEY_IF ("logprobs", KEY_LOGPROBS);
    case 13:
      return DHEERA_KEY_IF ("finish_reason", KEY_FINISH_REASON);
    default:
      return KEY_OTHER;
    }
}

/* --- Thinking and plans ---------------------------------------------------------------------- */

static GString *
peek_reasoning (DheeraDecoder *decoder)
{
  DheeraResponse *response = dheera_accumulator_get_response (decoder->accumulator);

  if (dheera_response_get_n_choices (response) == 0)
    return NULL;

  return dheera_choice_get_message (dheera_response_get_choice (response, 0))->reasoning;
}

/* What came since the block was opened becomes one that goes back. */
static void
close_block (DheeraDecoder *decoder)
{
  GString *reasoning = peek_reasoning (decoder);
  gsize start = GPOINTER_TO_SIZE (decoder->state);
  gboolean plan = (decoder->flags & PLAN) != 0;
  DheeraJson json = DHEERA_JSON_INIT;
  g_autofree char *text = NULL;
  DheeraJsonWriter writer;

  if (!(decoder->flags & (THINKING | PLAN)))
    return;
  decoder->flags &= ~(guint) (THINKING | PLAN);
  if (reasoning == NULL || reasoning->len <= start)
    return;

  dheera_json_writer_init (&writer, reasoning->len - start + 64);
  dheera_json_writer_begin_object (&writer);
  if (!plan)
    dheera_json_writer_member_string (&writer, "type", "thinking");
  dheera_json_writer_key (&writer, plan ? "tool_plan" : "thinking");
  dheera_json_writer_string_len (&writer, reasoning->str + start, reasoning->len - start);
  dheera_json_writer_end_object (&writer);
  text = dheera_json_writer_steal (&writer);
  if (dheera_json_parse (&json, text, strlen (text)))
    dheera_accumulator_add_native (decoder->accumulator, 0, DHEERA_COHERE_FAMILY, dheera_json_root (&json));
  dheera_json_clear (&json);
}

/* decoder->state is where the block begins in the reasoning. */
static void
open_block (DheeraDecoder *decoder,
            guint          kind)
{
  GString *reasoning;

  if (G_LIKELY (decoder->flags & kind))
    return;

  close_block (decoder);
  reasoning = peek_reasoning (decoder);
  decoder->state = GSIZE_TO_POINTER (reasoning != NULL ? reasoning->len : 0);
  decoder->flags |= kind;
}

static void
add_reasoning (DheeraDecoder   *decoder,
               guint            kind,
               DheeraJsonValue  text)
{
  if (dheera_json_type (text) != DHEERA_JSON_STRING)
    return;

  open_block (decoder, kind);
  dheera_accumulator_add_reasoning (decoder->accumulator, 0, text);
}

/* --- The message ----------------------------------------------------------------------------- */

static DheeraDecoded
fail_type (DheeraDecoder *decoder,
           const char    *member,
           const char    *expected)
{
  return dheera_decoder_fail (decoder, DHEERA_ERROR_PROTOCOL, "the member “%s” of the answer is not %s", member,
                              expected);
}

/* A block of a whole answer, or what an event adds to one: {"text": "..."} or {"thinking": "..."} */
static void
read_block (DheeraDecoder   *decoder,
            DheeraJsonValue  block)
{
  DheeraJsonValue text = dheera_json_member (block, "text");

  if (G_LIKELY (dheera_json_type (text) == DHEERA_JSON_STRING))
    dheera_accumulator_add_text (decoder->accumulator, 0, text);
  else
    add_reasoning (decoder, THINKING, dheera_json_member (block, "thinking"));
}

static DheeraDecoded
read_content (DheeraDecoder   *decoder,
              DheeraJsonValue  content)
{
  DheeraJsonIter iter;
  DheeraJsonValue block;

  switch (dheera_json_type (content))
    {
    case DHEERA_JSON_NONE:
    case DHEERA_JSON_NULL:
      return DHEERA_DECODED_MORE;
    case DHEERA_JSON_STRING:
      dheera_accumulator_add_text (decoder->accumulator, 0, content);
      return DHEERA_DECODED_MORE;
    case DHEERA_JSON_OBJECT:
      read_block (decoder, content);
      return DHEERA_DECODED_MORE;
    case DHEERA_JSON_ARRAY:
      dheera_json_iter_init (&iter, content);
      while (dheera_json_iter_next (&iter, NULL, &block))
        {
          read_block (decoder, block);
          close_block (decoder);
        }
      return DHEERA_DECODED_MORE;
    default:
      return fail_type (decoder, "content", "a list of blocks");
    }
}

/* A tool without parameters is called with "null". */
static DheeraJsonValue
get_arguments (DheeraJsonValue function)
{
  static const DheeraJsonValue none;
  DheeraJsonValue arguments = dheera_json_member (function, "arguments");

  return dheera_json_equal (arguments, "null") ? none : arguments;
}

static DheeraDecoded
read_tool_call (DheeraDecoder   *decoder,
                DheeraJsonValue  call,
                gint64           index)
{
  DheeraJsonValue function = dheera_json_member (call, "function");

  if (dheera_json_type (call) != DHEERA_JSON_OBJECT)
    return fail_type (decoder, "tool_calls", "a list of calls");
  if (dheera_json_exists (function) && dheera_json_type (function) != DHEERA_JSON_OBJECT)
    return fail_type (decoder, "tool_calls.function", "an object");
  if (!dheera_accumulator_add_tool_call (decoder->accumulator, 0, index, dheera_json_member (call, "id"),
                                         dheera_json_member (function, "name"), get_arguments (function)))
    return dheera_decoder_fail (decoder, DHEERA_ERROR_PROTOCOL, "the answer has more tool calls than can be meant");

  return DHEERA_DECODED_MORE;
}

/* In a whole answer a list, in an event one call, or a piece of it */
static DheeraDecoded
read_tool_calls (DheeraDecoder   *decoder,
                 DheeraJsonValue  calls,
                 gint64           index)
{
  DheeraDecoded decoded = DHEERA_DECODED_MORE;
  DheeraJsonIter iter;
  DheeraJsonValue call;

  if (!dheera_json_exists (calls))
    return decoded;

  close_block (decoder);
  if (dheera_json_type (calls) != DHEERA_JSON_ARRAY)
    return read_tool_call (decoder, calls, index);

  dheera_json_iter_init (&iter, calls);
  while (decoded == DHEERA_DECODED_MORE && dheera_json_iter_next (&iter, NULL, &call))
    decoded = read_tool_call (decoder, call, index++);

  return decoded;
}

static DheeraDecoded
read_message (DheeraDecoder   *decoder,
              DheeraJsonValue  message,
              gint64           index)
{
  DheeraDecoded decoded = read_content (decoder, dheera_json_member (message, "content"));
  DheeraJsonValue citations;

  if (decoded != DHEERA_DECODED_MORE || dheera_json_size (message) == 0)
    return decoded;

  add_reasoning (decoder, PLAN, dheera_json_member (message, "tool_plan"));
  decoded = read_tool_calls (decoder, dheera_json_member (message, "tool_calls"), index);
  citations = dheera_json_member (message, "citations");
  if (dheera_json_size (citations) > 0)
    dheera_cohere_read_citations (decoder->accumulator, citations);

  return decoded;
}

/* --- Its end --------------------------------------------------------------------------------- */

/* Real tokens, not those that are billed; what a picture takes is counted beside the text. */
static void
read_usage (DheeraDecoder   *decoder,
            DheeraJsonValue  usage)
{
  DheeraJsonValue tokens = dheera_json_member (usage, "tokens");
  gint64 prompt;
  gint64 completion;
  gint64 images;

  if (!dheera_json_exists (tokens))
    tokens = dheera_json_member (usage, "billed_units");
  prompt = dheera_json_get_int (dheera_json_member (tokens, "input_tokens"), -1);
  completion = dheera_json_get_int (dheera_json_member (tokens, "output_tokens"), -1);
  images = dheera_json_get_int (dheera_json_member (tokens, "image_tokens"), 0);
  if (prompt >= 0 && images > 0 && prompt <= G_MAXINT64 - images)
    prompt += images;
  if (prompt >= 0 || completion >= 0)
    dheera_accumulator_set_usage (decoder->accumulator, prompt, completion, -1,
                                  dheera_json_get_int (dheera_json_member (usage, "cached_tokens"), -1), -1,
                                  dheera_json_get_int (dheera_json_member (tokens, "reasoning_tokens"), -1));
}

static DheeraDecoded
fail_reason (DheeraDecoder   *decoder,
             DheeraError      code,
             DheeraJsonValue  reason,
             DheeraJsonValue  error)
{
  g_autofree char *word = dheera_json_dup_string (reason);
  g_autofree char *said = dheera_json_dup_string (error);
  g_autofree char *text = said != NULL && *said != '\0' ? dheera_error_text_dup (said, -1, 1000) : NULL;

  return dheera_decoder_fail (decoder, code, "the answer broke off with the finish reason “%s”%s%s", word,
                              text != NULL ? ": " : "", text != NULL ? text : "");
}

/* delta of message-end, or the whole answer */
static DheeraDecoded
read_end (DheeraDecoder *decoder,
          const DheeraMembers *members)
{
  static const struct
  {
    const char *raw;
    DheeraFinishReason reason;
    DheeraError failure; /* instead of a reason, when it is not FAILED */
  } reasons[] = {
    { "COMPLETE", DHEERA_FINISH_REASON_STOP, DHEERA_ERROR_FAILED },
    { "TOOL_CALL", DHEERA_FINISH_REASON_TOOL_CALLS, DHEERA_ERROR_FAILED },
    { "MAX_TOKENS", DHEERA_FINISH_REASON_LENGTH, DHEERA_ERROR_FAILED },
    { "STOP_SEQUENCE", DHEERA_FINISH_REASON_STOP, DHEERA_ERROR_FAILED },
    { "ERROR", DHEERA_FINISH_REASON_NONE, DHEERA_ERROR_SERVER },
    { "TIMEOUT", DHEERA_FINISH_REASON_NONE, DHEERA_ERROR_TIMEOUT },
  };
  DheeraJsonValue raw = dheera_members_get (members, KEY_FINISH_REASON);
  DheeraFinishReason reason = DHEERA_FINISH_REASON_OTHER;

  read_usage (decoder, dheera_members_get (members, KEY_USAGE));
  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    {
      if (!dheera_json_equal (raw, reasons[i].raw))
        continue;
      if (reasons[i].failure != DHEERA_ERROR_FAILED)
        return fail_reason (decoder, reasons[i].failure, raw, dheera_members_get (members, KEY_ERROR));
      reason = reasons[i].reason;
    }
  if (!dheera_json_exists (raw))
    reason = DHEERA_FINISH_REASON_STOP;
  dheera_accumulator_set_finish_reason (decoder->accumulator, 0, reason, raw);
  close_block (decoder);
  decoder->flags |= ENDED;

  return DHEERA_DECODED_END;
}

/* --- Events ---------------------------------------------------------------------------------- */

static DheeraDecoded
read_delta (DheeraDecoder *decoder,
            const DheeraMembers *members)
{
  DheeraJsonValue delta = dheera_members_get (members, KEY_DELTA);
  DheeraJsonValue type = dheera_members_get (members, KEY_TYPE);
  DheeraJsonValue logprobs = dheera_members_get (members, KEY_LOGPROBS);
  DheeraMembers end;

  if (G_UNLIKELY (dheera_json_equal (type, "message-end")))
    {
      dheera_members_read (&end, delta, find_key);
      return read_end (decoder, &end);
    }
  if (dheera_json_equal (type, "content-end"))
    close_block (decoder);
  if (dheera_json_exists (dheera_members_get (members, KEY_ID)))
    dheera_accumulator_set_id (decoder->accumulator, dheera_members_get (members, KEY_ID));
  if (dheera_json_exists (logprobs))
    dheera_cohere_read_logprobs (decoder->accumulator, logprobs);

  return read_message (decoder, dheera_json_member (delta, "message"),
                       dheera_json_get_int (dheera_members_get (members, KEY_INDEX), -1));
}

static DheeraDecoded
decode_event (DheeraDecoder   *decoder,
              DheeraJsonValue  root)
{
  DheeraDecoded decoded;
  DheeraMembers members;

  if (dheera_json_type (root) != DHEERA_JSON_OBJECT)
    return dheera_decoder_fail (decoder, DHEERA_ERROR_PROTOCOL, "an event is not a JSON object");

  dheera_members_read (&members, root, find_key);
  /* What has no type is no event: {"message": "..."} is what an error looks like. */
  if (!dheera_json_exists (dheera_members_get (&members, KEY_TYPE)) || dheera_error_words_marked (root))
    {
      if (dheera_error_words_marked (root) || dheera_json_type (dheera_members_get (&members, KEY_MESSAGE)) == DHEERA_JSON_STRING)
        return dheera_decoder_fail_with (decoder, root);
      return DHEERA_DECODED_MORE;
    }

  dheera_accumulator_begin_event (decoder->accumulator);
  decoded = read_delta (decoder, &members);
  dheera_accumulator_end_event (decoder->accumulator);
  if (decoded == DHEERA_DECODED_END)
    dheera_accumulator_finish (decoder->accumulator);

  return decoded;
}

static gboolean
is_blank (const DheeraFrame *frame)
{
  gsize i = 0;

  while (i < frame->length && g_ascii_isspace (frame->data[i]))
    i++;

  return i == frame->length;
}

DheeraDecoded
dheera_cohere_chat_decode_frame (DheeraDecoder     *decoder,
                                 const DheeraFrame *frame)
{
  if (decoder->flags & ENDED)
    return DHEERA_DECODED_END;
  /* It means nothing: the answer has ended before, or not at all. */
  if (is_blank (frame) || (frame->length >= 6 && memcmp (frame->data, "[DONE]", 6) == 0))
    return DHEERA_DECODED_MORE;
  if (!dheera_json_parse (&decoder->json, frame->data, frame->length))
    return dheera_decoder_fail_json (decoder, "an event");
  if (G_UNLIKELY (strcmp (frame->type, "error") == 0))
    return dheera_decoder_fail_with (decoder, dheera_json_root (&decoder->json));

  return decode_event (decoder, dheera_json_root (&decoder->json));
}

DheeraDecoded
dheera_cohere_chat_decode_eof (DheeraDecoder *decoder)
{
  if (decoder->flags & ENDED)
    return DHEERA_DECODED_END;

  return dheera_decoder_fail (decoder, DHEERA_ERROR_STREAM_INTERRUPTED, "the stream ended before the answer did");
}

/* --- The whole answer ------------------------------------------------------------------------ */

static DheeraDecoded
read_answer (DheeraDecoder *decoder,
             const DheeraMembers *members)
{
  DheeraDecoded decoded;

  dheera_accumulator_set_id (decoder->accumulator, dheera_members_get (members, KEY_ID));
  decoded = read_message (decoder, dheera_members_get (members, KEY_MESSAGE), 0);
  if (decoded != DHEERA_DECODED_MORE)
    return decoded;

  dheera_cohere_read_logprobs (decoder->accumulator, dheera_members_get (members, KEY_LOGPROBS));

  return read_end (decoder, members);
}

DheeraDecoded
dheera_cohere_chat_decode (DheeraDecoder *decoder,
                           const char    *body,
                           gsize          length)
{
  DheeraJsonValue root;
  DheeraDecoded decoded;
  DheeraMembers members;

  if (!dheera_json_parse (&decoder->json, body, length))
    {
      if (length > 0 && decoder->json.error_offset >= length)
        return dheera_decoder_fail (decoder, DHEERA_ERROR_STREAM_INTERRUPTED,
                                    "the answer ends in the middle, after %" G_GSIZE_FORMAT " bytes", length);
      return dheera_decoder_fail_json (decoder, "the answer");
    }

  root = dheera_json_root (&decoder->json);
  dheera_members_read (&members, root, find_key);
  if (dheera_json_type (dheera_members_get (&members, KEY_MESSAGE)) != DHEERA_JSON_OBJECT)
    {
      if (dheera_error_words_marked (root) || dheera_json_type (dheera_members_get (&members, KEY_MESSAGE)) == DHEERA_JSON_STRING)
        return dheera_decoder_fail_with (decoder, root);
      return dheera_decoder_fail (decoder, DHEERA_ERROR_PROTOCOL, "the answer has no message");
    }

  dheera_accumulator_begin_event (decoder->accumulator);
  decoded = read_answer (decoder, &members);
  dheera_accumulator_end_event (decoder->accumulator);
  if (decoded == DHEERA_DECODED_END)
    dheera_accumulator_finish (decoder->accumulator);

  return decoded;
}
