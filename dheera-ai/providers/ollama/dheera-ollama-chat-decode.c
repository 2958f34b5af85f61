/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-ollama-private.h"

#include <string.h>

#include "dheera-ai/providers/errors/dheera-error-words-private.h"

#include "dheera-ai/model/responses/dheera-response-private.h"
#include "dheera-ai/wire/dheera-json-members-private.h"

/* An answer of /api/chat: lines of JSON, each with what the message grows by, up to the one that is done; or,
 * not streamed, the one that has it all. */

/* decoder->flags: beside this bit the number of tool calls so far */
#define ENDED 1u
#define ONE_CALL 2u

/* The members of a line that are looked at, in one object of the enumeration for the line and its message */
typedef enum
{
  KEY_OTHER,
  KEY_CONTENT,
  KEY_CREATED_AT,
  KEY_DONE,
  KEY_DONE_REASON,
  KEY_ERROR,
  KEY_EVAL_COUNT,
  KEY_LOGPROBS,
  KEY_MESSAGE,
  KEY_MODEL,
  KEY_PROMPT_EVAL_COUNT,
  KEY_THINKING,
  KEY_TOOL_CALLS,
  N_KEYS,
} Key;

G_STATIC_ASSERT (N_KEYS <= DHEERA_MEMBERS_MAX);

static DHEERA_ALWAYS_INLINE guint
find_key (const char *name,
          gsize       length)
{
  switch (length)
    {
    case 4:
      return DHEERA_KEY_IF ("done", KEY_DONE);
    case 5:
      return name[0] == 'm' ? DHEERA_KEY_IF ("model", KEY_MODEL) : DHEERA_KEY_IF ("error", KEY_ERROR);
    case 7:
      return name[0] == 'm' ? DHEERA_KEY_IF ("message", KEY_MESSAGE) : DHEERA_KEY_IF ("content", KEY_CONTENT);
    case 8:
      return name[0] == 'l' ? DHEERA_KEY_IF ("logprobs", KEY_LOGPROBS) : DHEERA_KEY_IF ("thinking", KEY_THINKING);
    case 10:
      switch (name[0])
        {
        case 'c':
          return DHEERA_KEY_IF ("created_at", KEY_CREATED_AT);
        case 'e':
          return DHEERA_KEY_IF ("eval_count", KEY_EVAL_COUNT);
        default:
          return DHEERA_KEY_IF ("tool_calls", KEY_TOOL_CALLS);
        }
    case 11:
      return DHEERA_KEY_IF ("done_reason", KEY_DONE_REASON);
    case 17:
      return DHEERA_KEY_IF ("prompt_eval_count", KEY_PROMPT_EVAL_COUNT);
    default:
      return KEY_OTHER;
    }
}

/* --- A line ---------------------------------------------------------------------------------- */

static void
read_created (DheeraAccumulator *accumulator,
              DheeraJsonValue    value)
{
  g_autofree char *text = dheera_json_dup_string (value);
  g_autoptr (GDateTime) date = text != NULL ? g_date_time_new_from_iso8601 (text, NULL) : NULL;

  if (date != NULL)
    dheera_accumulator_set_created (accumulator, g_date_time_to_unix (date));
}

/* Every line repeats it. */
static void
read_identity (DheeraDecoder *decoder,
               const DheeraMembers *members)
{
  DheeraResponse *response = dheera_accumulator_get_response (decoder->accumulator);

  if (response->model == NULL && dheera_members_has (members, KEY_MODEL))
    dheera_accumulator_set_model (decoder->accumulator, dheera_members_get (members, KEY_MODEL));
  if (response->created < 0 && dheera_members_has (members, KEY_CREATED_AT))
    read_created (decoder->accumulator, dheera_members_get (members, KEY_CREATED_AT));
}

static DheeraDecoded
fail_type (DheeraDecoder *decoder,
           const char    *member,
           const char    *expected)
{
  return dheera_decoder_fail (decoder, DHEERA_ERROR_PROTOCOL, "the member “%s” of the answer is not %s", member,
                              expected);
}

/* Each comes whole, so each is one of its own; the numbers they have are not always different. */
static DheeraDecoded
read_tool_calls (DheeraDecoder   *decoder,
                 DheeraJsonValue  calls)
{
  DheeraJsonIter iter;
  DheeraJsonValue call;

  if (dheera_json_type (calls) != DHEERA_JSON_ARRAY)
    return fail_type (decoder, "tool_calls", "a list");

  dheera_json_iter_init (&iter, calls);
  while (dheera_json_iter_next (&iter, NULL, &call))
    {
      DheeraJsonValue function = dheera_json_member (call, "function");

      if (dheera_json_type (function) != DHEERA_JSON_OBJECT)
        return fail_type (decoder, "tool_calls", "a list of calls with a function");
      if (!dheera_accumulator_add_tool_call (decoder->accumulator, 0, decoder->flags / ONE_CALL,
                                             dheera_json_member (call, "id"),
                                             dheera_json_member (function, "name"),
                                             dheera_json_member (function, "arguments")))
        return dheera_decoder_fail (decoder, DHEERA_ERROR_PROTOCOL,
                                    "the answer has more tool calls than can be meant");
      decoder->flags += ONE_CALL;
    }

  return DHEERA_DECODED_MORE;
}

static DheeraDecoded
read_message (DheeraDecoder   *decoder,
              DheeraJsonValue  message)
{
  DheeraMembers members;

  if (dheera_json_type (message) != DHEERA_JSON_OBJECT)
    return fail_type (decoder, "message", "an object");

  dheera_members_read (&members, message, find_key);
  if (dheera_members_has (&members, KEY_THINKING))
    dheera_accumulator_add_reasoning (decoder->accumulator, 0, dheera_members_get (&members, KEY_THINKING));
  if (dheera_members_has (&members, KEY_CONTENT))
    dheera_accumulator_add_text (decoder->accumulator, 0, dheera_members_get (&members, KEY_CONTENT));
  if (dheera_members_has (&members, KEY_TOOL_CALLS))
    return read_tool_calls (decoder, dheera_members_get (&members, KEY_TOOL_CALLS));

  return DHEERA_DECODED_MORE;
}

/* The elements are those of OpenAI's, without the object around them. */
static void
read_logprobs (DheeraDecoder   *decoder,
               DheeraJsonValue  logprobs)
{
  DheeraJson json = DHEERA_JSON_INIT;
  g_autofree char *raw = NULL;
  g_autofree char *text = NULL;

  if (dheera_json_size (logprobs) == 0 || dheera_json_type (logprobs) != DHEERA_JSON_ARRAY)
    return;

  raw = dheera_json_dup_raw (logprobs);
  text = g_strconcat ("{\"content\":", raw, "}", NULL);
  if (dheera_json_parse (&json, text, strlen (text)))
    dheera_accumulator_add_logprobs (decoder->accumulator, 0, dheera_json_root (&json));
  dheera_json_clear (&json);
}

static DheeraFinishReason
map_reason (DheeraJsonValue reason)
{
  if (!dheera_json_exists (reason) || dheera_json_equal (reason, "stop") || dheera_json_equal (reason, ""))
    return DHEERA_FINISH_REASON_STOP;
  if (dheera_json_equal (reason, "length"))
    return DHEERA_FINISH_REASON_LENGTH;

  /* "load" and "unload", when nothing was asked */
  return DHEERA_FINISH_REASON_OTHER;
}

/* A count of zero is left out: the whole prompt was in the cache. */
static void
read_end (DheeraDecoder *decoder,
          const DheeraMembers *members)
{
  static const DheeraJsonValue none;
  DheeraJsonValue reason = dheera_members_get (members, KEY_DONE_REASON);
  gint64 prompt = dheera_json_get_int (dheera_members_get (members, KEY_PROMPT_EVAL_COUNT), -1);
  gint64 completion = dheera_json_get_int (dheera_members_get (members, KEY_EVAL_COUNT), -1);

  dheera_accumulator_set_finish_reason (decoder->accumulator, 0, map_reason (reason),
                                        dheera_json_equal (reason, "") ? none : reason);
  if (prompt >= 0 || completion >= 0)
    dheera_accumulator_set_usage (decoder->accumulator, prompt, completion, -1, -1, -1, -1);
}

static DheeraDecoded
read_line (DheeraDecoder *decoder,
           const DheeraMembers *members)
{
  DheeraDecoded decoded = DHEERA_DECODED_MORE;

  dheera_accumulator_begin_event (decoder->accumulator);
  read_identity (decoder, members);
  if (dheera_members_has (members, KEY_MESSAGE))
    decoded = read_message (decoder, dheera_members_get (members, KEY_MESSAGE));
  if (dheera_members_has (members, KEY_LOGPROBS))
    read_logprobs (decoder, dheera_members_get (members, KEY_LOGPROBS));
  if (decoded == DHEERA_DECODED_MORE && dheera_json_get_boolean (dheera_members_get (members, KEY_DONE), FALSE))
    {
      read_end (decoder, members);
      decoder->flags |= ENDED;
      decoded = DHEERA_DECODED_END;
    }
  dheera_accumulator_end_event (decoder->accumulator);
  if (decoded == DHEERA_DECODED_END)
    dheera_accumulator_finish (decoder->accumulator);

  return decoded;
}

static DheeraDecoded
decode_root (DheeraDecoder   *decoder,
             DheeraJsonValue  root)
{
  DheeraMembers members;

  if (dheera_json_type (root) != DHEERA_JSON_OBJECT)
    return dheera_decoder_fail (decoder, DHEERA_ERROR_PROTOCOL, "a line of the answer is not a JSON object");

  dheera_members_read (&members, root, find_key);
  if (G_UNLIKELY (dheera_members_has (&members, KEY_ERROR)) && dheera_error_words_marked (root))
    return dheera_decoder_fail_with (decoder, root);

  return read_line (decoder, &members);
}

/* --- The answer ------------------------------------------------------------------------------ */

DheeraDecoded
dheera_ollama_chat_decode_frame (DheeraDecoder     *decoder,
                                 const DheeraFrame *frame)
{
  if (decoder->flags & ENDED)
    return DHEERA_DECODED_END;
  if (!dheera_json_parse (&decoder->json, frame->data, frame->length))
    return dheera_decoder_fail_json (decoder, "a line of the answer");

  return decode_root (decoder, dheera_json_root (&decoder->json));
}

DheeraDecoded
dheera_ollama_chat_decode_eof (DheeraDecoder *decoder)
{
  if (decoder->flags & ENDED)
    return DHEERA_DECODED_END;

  return dheera_decoder_fail (decoder, DHEERA_ERROR_STREAM_INTERRUPTED, "the stream ended before the answer did");
}

/* The lines of a stream that came under the content type of a single object */
static DheeraDecoded
decode_lines (DheeraDecoder *decoder,
              const char    *body,
              gsize          length)
{
  const char *end = body + length;
  DheeraDecoded decoded = DHEERA_DECODED_MORE;

  while (body < end && decoded == DHEERA_DECODED_MORE)
    {
      const char *stop = memchr (body, '\n', (gsize) (end - body));
      DheeraFrame line = { "message", body, (gsize) ((stop != NULL ? stop : end) - body), "", FALSE };
      gsize blank = 0;

      while (blank < line.length && g_ascii_isspace (body[blank]))
        blank++;
      /* The last one may be cut, as it is in a stream whose connection broke. */
      if (blank < line.length && (stop != NULL || dheera_json_parse (&decoder->json, line.data, line.length)))
        decoded = dheera_ollama_chat_decode_frame (decoder, &line);
      body = stop != NULL ? stop + 1 : end;
    }

  return decoded == DHEERA_DECODED_MORE ? dheera_ollama_chat_decode_eof (decoder) : decoded;
}

DheeraDecoded
dheera_ollama_chat_decode (DheeraDecoder *decoder,
                           const char    *body,
                           gsize          length)
{
  DheeraDecoded decoded;

  if (!dheera_json_parse (&decoder->json, body, length))
    {
      if (length > 0 && decoder->json.error_offset >= length)
        return dheera_decoder_fail (decoder, DHEERA_ERROR_STREAM_INTERRUPTED,
                                    "the answer ends in the middle, after %" G_GSIZE_FORMAT " bytes", length);
      if (memchr (body, '\n', decoder->json.error_offset) != NULL)
        return decode_lines (decoder, body, length);
      return dheera_decoder_fail_json (decoder, "the answer");
    }

  decoded = decode_root (decoder, dheera_json_root (&decoder->json));
  if (decoded == DHEERA_DECODED_MORE)
    return dheera_decoder_fail (decoder, DHEERA_ERROR_STREAM_INTERRUPTED, "the answer does not say that it is done");

  return decoded;
}
