/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-responses-state-private.h"

#include <string.h>

#include "dheera-ai/providers/errors/dheera-error-words-private.h"
#include "dheera-openai-chat-private.h"

#include "dheera-ai/model/responses/dheera-response-private.h"
#include "dheera-ai/wire/dheera-json-members-private.h"

/* An answer of Responses, whole or event by event. What is not known - events, items, parts - is passed over, and
 * nothing but the end that the protocol has makes an answer complete. */

#define MAX_EVENT_MESSAGE 1024

/* Every member of an event that is looked at */
typedef enum
{
  KEY_OTHER,
  KEY_TYPE,
  KEY_DELTA,
  KEY_OUTPUT_INDEX,
  KEY_ITEM_ID,
  KEY_PART_INDEX, /* content_index or summary_index */
  KEY_LOGPROBS,
  KEY_ITEM,
  KEY_RESPONSE,
  KEY_ANNOTATION,
  KEY_ARGUMENTS,  /* arguments or input, complete */
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
      return name[0] == 't' ? DHEERA_KEY_IF ("type", KEY_TYPE) : DHEERA_KEY_IF ("item", KEY_ITEM);
    case 5:
      return name[0] == 'd' ? DHEERA_KEY_IF ("delta", KEY_DELTA) : DHEERA_KEY_IF ("input", KEY_ARGUMENTS);
    case 7:
      return DHEERA_KEY_IF ("item_id", KEY_ITEM_ID);
    case 8:
      return name[0] == 'l' ? DHEERA_KEY_IF ("logprobs", KEY_LOGPROBS) : DHEERA_KEY_IF ("response", KEY_RESPONSE);
    case 9:
      return DHEERA_KEY_IF ("arguments", KEY_ARGUMENTS);
    case 10:
      return DHEERA_KEY_IF ("annotation", KEY_ANNOTATION);
    case 12:
      return DHEERA_KEY_IF ("output_index", KEY_OUTPUT_INDEX);
    case 13:
      return name[0] == 'c' ? DHEERA_KEY_IF ("content_index", KEY_PART_INDEX) : DHEERA_KEY_IF ("summary_index", KEY_PART_INDEX);
    default:
      return KEY_OTHER;
    }
}

static void
read_identity (DheeraDecoder   *decoder,
               DheeraJsonValue  response)
{
  DheeraAccumulator *accumulator = decoder->accumulator;

  dheera_accumulator_set_id (accumulator, dheera_json_member (response, "id"));
  dheera_accumulator_set_model (accumulator, dheera_json_member (response, "model"));
  dheera_accumulator_set_created (accumulator, dheera_json_get_int (dheera_json_member (response, "created_at"), -1));
}

/* FALSE with the failure */
static gboolean
take_output (DheeraDecoder   *decoder,
             DheeraJsonValue  output)
{
  DheeraJsonValue value;
  DheeraJsonIter iter;
  gint64 position = 0;

  if (dheera_json_type (output) != DHEERA_JSON_ARRAY)
    return TRUE;

  dheera_json_iter_init (&iter, output);
  while (dheera_json_iter_next (&iter, NULL, &value))
    {
      DheeraResponsesItem *item = dheera_responses_ensure_item (decoder, dheera_responses_find_whole (decoder, position++, value));

      if (item == NULL || !dheera_responses_take_item (decoder, item, value))
        return FALSE;
    }

  return TRUE;
}

/* mistral.rs has the thoughts as a text where others repeat the settings. */
static void
take_reasoning_text (DheeraDecoder   *decoder,
                     DheeraJsonValue  reasoning)
{
  const char *before = dheera_response_get_reasoning (dheera_accumulator_get_response (decoder->accumulator));

  if (*before == '\0')
    dheera_accumulator_add_reasoning (decoder->accumulator, 0, reasoning);
}

/* "completed" becomes TOOL_CALLS where there are any. A status that is not known, as one that is not there, ends the answer as
 * "completed" does: the event, or that it is a whole answer, says that it has ended. */
static void
set_finish_reason (DheeraDecoder   *decoder,
                   DheeraJsonValue  response,
                   gboolean         incomplete)
{
  DheeraJsonValue status = dheera_json_member (response, "status");
  DheeraJsonValue reason = dheera_json_path (response, "incomplete_details.reason");
  DheeraFinishReason finish = DHEERA_FINISH_REASON_OTHER;

  if (incomplete || dheera_json_equal (status, "incomplete"))
    {
      if (dheera_json_equal (reason, "max_output_tokens") || dheera_json_equal (reason, "max_tokens"))
        finish = DHEERA_FINISH_REASON_LENGTH;
      else if (dheera_json_equal (reason, "content_filter"))
        finish = DHEERA_FINISH_REASON_CONTENT_FILTER;
      dheera_accumulator_set_finish_reason (decoder->accumulator, 0, finish,
                                            dheera_json_exists (reason) ? reason : status);
      return;
    }

  if (!dheera_json_exists (status) || dheera_json_equal (status, "completed"))
    finish = DHEERA_FINISH_REASON_STOP;
  dheera_accumulator_set_finish_reason (decoder->accumulator, 0, finish, status);
}

/* The complete response, on its own or in the event that ends a stream */
static DheeraDecoded
end (DheeraDecoder   *decoder,
     DheeraJsonValue  response,
     gboolean         incomplete)
{
  gboolean good;

  dheera_accumulator_begin_event (decoder->accumulator);
  read_identity (decoder, response);
  good = take_output (decoder, dheera_json_member (response, "output"));
  take_reasoning_text (decoder, dheera_json_member (response, "reasoning"));
  dheera_openai_read_usage (decoder->accumulator, dheera_json_member (response, "usage"));
  if (good)
    {
      set_finish_reason (decoder, response, incomplete);
      dheera_responses_take_natives (decoder);
    }
  dheera_accumulator_end_event (decoder->accumulator);
  if (!good)
    return DHEERA_DECODED_FAILED;

  decoder->flags |= DHEERA_RESPONSES_ENDED;
  dheera_accumulator_finish (decoder->accumulator);

  return DHEERA_DECODED_END;
}

/* What came until then stays. */
static DheeraDecoded
fail_response (DheeraDecoder   *decoder,
               DheeraJsonValue  response)
{
  dheera_accumulator_begin_event (decoder->accumulator);
  read_identity (decoder, response);
  dheera_openai_read_usage (decoder->accumulator, dheera_json_member (response, "usage"));
  dheera_accumulator_end_event (decoder->accumulator);

  return dheera_decoder_fail_with (decoder, response);
}

static DheeraDecoded
decode_whole (DheeraDecoder   *decoder,
              DheeraJsonValue  root)
{
  DheeraJsonValue status = dheera_json_member (root, "status");
  g_auto (DheeraErrorWords) words = DHEERA_ERROR_WORDS_INIT;
  g_autofree char *word = NULL;

  if (dheera_json_equal (status, "failed"))
    return fail_response (decoder, root);
  if (dheera_error_words_marked (root))
    return dheera_decoder_fail_with (decoder, root);

  if (dheera_json_type (dheera_json_member (root, "output")) != DHEERA_JSON_ARRAY)
    {
      if (!dheera_json_exists (dheera_json_member (root, "object")) && dheera_error_words_read (&words, root) && words.message != NULL)
        return dheera_decoder_fail_with (decoder, root);
      return dheera_decoder_fail (decoder, DHEERA_ERROR_PROTOCOL, "the answer has no list “output”");
    }

  if (dheera_json_equal (status, "queued") || dheera_json_equal (status, "in_progress"))
    {
      word = dheera_json_dup_string (status);
      read_identity (decoder, root);
      return dheera_decoder_fail (decoder, DHEERA_ERROR_NOT_SUPPORTED,
                                  "the answer is not there yet, its status is “%s”: answers that are made in the background can't be "
                                  "fetched later. Leave “background” out of the request", word);
    }

  return end (decoder, root, FALSE);
}

DheeraDecoded
dheera_responses_decode (DheeraDecoder *decoder,
                         const char    *body,
                         gsize          length)
{
  DheeraJsonValue root;

  if (!dheera_json_parse (&decoder->json, body, length))
    {
      /* JSON that ended too early is the work of a connection that broke unseen. */
      if (length > 0 && decoder->json.error_offset >= length)
        return dheera_decoder_fail (decoder, DHEERA_ERROR_STREAM_INTERRUPTED,
                                    "the answer ends in the middle, after %" G_GSIZE_FORMAT " bytes", length);
      return dheera_decoder_fail_json (decoder, "the answer");
    }

  root = dheera_json_root (&decoder->json);
  if (dheera_json_type (root) == DHEERA_JSON_OBJECT)
    return decode_whole (decoder, root);
  if (dheera_error_words_marked (dheera_json_element (root, 0)))
    return dheera_decoder_fail_with (decoder, root);

  return dheera_decoder_fail (decoder, DHEERA_ERROR_PROTOCOL, "the answer is not a JSON object");
}

/* --- Events ---------------------------------------------------------------------------------- */

/* FALSE with the failure */
typedef gboolean (*Handler) (DheeraDecoder *decoder,
                             const DheeraMembers   *event);

static DheeraResponsesItem *
find_item (DheeraDecoder *decoder,
           const DheeraMembers   *event)
{
  return dheera_responses_find_item (decoder, dheera_members_get (event, KEY_OUTPUT_INDEX), dheera_members_get (event, KEY_ITEM_ID));
}

static gboolean
on_text (DheeraDecoder *decoder,
         const DheeraMembers   *event)
{
  DheeraResponsesItem *item = find_item (decoder, event);

  if (item != NULL)
    dheera_responses_add_text (decoder, item, dheera_members_get (event, KEY_DELTA), dheera_members_get (event, KEY_LOGPROBS));

  return item != NULL;
}

static gboolean
on_refusal (DheeraDecoder *decoder,
            const DheeraMembers   *event)
{
  DheeraResponsesItem *item = find_item (decoder, event);

  if (item == NULL)
    return FALSE;

  item->has |= DHEERA_ITEM_REFUSAL;
  dheera_accumulator_add_refusal (decoder->accumulator, 0, dheera_members_get (event, KEY_DELTA));

  return TRUE;
}

static gboolean
add_reasoning (DheeraDecoder   *decoder,
               const DheeraMembers     *event,
               DheeraItemParts  kind)
{
  DheeraResponsesItem *item = find_item (decoder, event);

  if (item != NULL)
    dheera_responses_add_reasoning (decoder, item, kind, dheera_json_get_int (dheera_members_get (event, KEY_PART_INDEX), 0),
                                    dheera_members_get (event, KEY_DELTA));

  return item != NULL;
}

static gboolean
on_summary (DheeraDecoder *decoder,
            const DheeraMembers   *event)
{
  return add_reasoning (decoder, event, DHEERA_ITEM_SUMMARY);
}

static gboolean
on_reasoning (DheeraDecoder *decoder,
              const DheeraMembers   *event)
{
  return add_reasoning (decoder, event, DHEERA_ITEM_REASONING);
}

static gboolean
on_arguments (DheeraDecoder *decoder,
              const DheeraMembers   *event)
{
  DheeraResponsesItem *item = find_item (decoder, event);

  return item != NULL && dheera_responses_add_arguments (decoder, item, dheera_members_get (event, KEY_DELTA));
}

static gboolean
on_arguments_done (DheeraDecoder *decoder,
                   const DheeraMembers   *event)
{
  DheeraResponsesItem *item = find_item (decoder, event);

  if (item == NULL)
    return FALSE;

  return (item->has & DHEERA_ITEM_ARGUMENTS) || dheera_responses_add_arguments (decoder, item, dheera_members_get (event, KEY_ARGUMENTS));
}

static gboolean
on_annotation (DheeraDecoder *decoder,
               const DheeraMembers   *event)
{
  DheeraResponsesItem *item = find_item (decoder, event);

  if (item != NULL)
    dheera_responses_add_annotation (decoder, item, dheera_members_get (event, KEY_ANNOTATION));

  return item != NULL;
}

static gboolean
on_item_added (DheeraDecoder *decoder,
               const DheeraMembers   *event)
{
  return dheera_responses_begin_item (decoder, dheera_members_get (event, KEY_OUTPUT_INDEX), dheera_members_get (event, KEY_ITEM)) != NULL;
}

static gboolean
on_item_done (DheeraDecoder *decoder,
              const DheeraMembers   *event)
{
  DheeraResponsesItem *item =
    dheera_responses_find_item (decoder, dheera_members_get (event, KEY_OUTPUT_INDEX), dheera_json_member (dheera_members_get (event, KEY_ITEM), "id"));

  return item != NULL && dheera_responses_take_item (decoder, item, dheera_members_get (event, KEY_ITEM));
}

static gboolean
on_begin (DheeraDecoder *decoder,
          const DheeraMembers   *event)
{
  read_identity (decoder, dheera_members_get (event, KEY_RESPONSE));

  return TRUE;
}

/* The commonest first */
static const struct
{
  const char *type;
  Handler handler;
} handlers[] = {
  { "response.output_text.delta", on_text },
  { "response.function_call_arguments.delta", on_arguments },
  { "response.reasoning_summary_text.delta", on_summary },
  { "response.reasoning_text.delta", on_reasoning },
  { "response.output_item.added", on_item_added },
  { "response.output_item.done", on_item_done },
  { "response.output_text.annotation.added", on_annotation },
  { "response.refusal.delta", on_refusal },
  { "response.function_call_arguments.done", on_arguments_done },
  { "response.custom_tool_call_input.delta", on_arguments },
  { "response.custom_tool_call_input.done", on_arguments_done },
  { "response.created", on_begin },
  { "response.queued", on_begin },
  { "response.in_progress", on_begin },
};

static DheeraDecoded
handle (DheeraDecoder *decoder,
        Handler        handler,
        const DheeraMembers   *event)
{
  gboolean good;

  dheera_accumulator_begin_event (decoder->accumulator);
  good = handler (decoder, event);
  dheera_accumulator_end_event (decoder->accumulator);

  return good ? DHEERA_DECODED_MORE : DHEERA_DECODED_FAILED;
}

static gboolean
is (const char *type,
    gsize       length,
    const char *literal)
{
  return length == strlen (literal) && memcmp (type, literal, length) == 0;
}

/* type is what the data calls it, or else what stands before the data. */
static DheeraDecoded
decode_event (DheeraDecoder   *decoder,
              DheeraJsonValue  root,
              const DheeraMembers     *event,
              const char      *type,
              gsize            length)
{
  DheeraJsonValue response = dheera_members_get (event, KEY_RESPONSE);

  for (guint i = 0; i < G_N_ELEMENTS (handlers); i++)
    {
      if (is (type, length, handlers[i].type))
        return handle (decoder, handlers[i].handler, event);
    }

  if (is (type, length, "response.failed") || dheera_json_equal (dheera_json_member (response, "status"), "failed"))
    return fail_response (decoder, dheera_json_exists (response) ? response : root);
  /* As OpenRouter's description has it */
  if (is (type, length, "response.completed") || is (type, length, "response.done"))
    return end (decoder, response, FALSE);
  if (is (type, length, "response.incomplete"))
    return end (decoder, response, TRUE);
  if (is (type, length, "error") || (is (type, length, "message") && dheera_error_words_marked (root)))
    return dheera_decoder_fail_with (decoder, root);

  return DHEERA_DECODED_MORE;
}

static DheeraDecoded
fail_text (DheeraDecoder     *decoder,
           const DheeraFrame *frame)
{
  g_autofree char *text = dheera_error_text_dup (frame->data, frame->length, MAX_EVENT_MESSAGE);

  return dheera_decoder_fail (decoder, DHEERA_ERROR_STREAM_ERROR, "%s", *text != '\0' ? text : "an error without a message");
}

static gboolean
is_blank (const DheeraFrame *frame)
{
  for (gsize i = 0; i < frame->length; i++)
    {
      if (!g_ascii_isspace (frame->data[i]))
        return FALSE;
    }

  return TRUE;
}

DheeraDecoded
dheera_responses_decode_frame (DheeraDecoder     *decoder,
                               const DheeraFrame *frame)
{
  DheeraJsonValue root;
  const char *type;
  gsize length;
  DheeraMembers event;

  if (decoder->flags & DHEERA_RESPONSES_ENDED)
    return DHEERA_DECODED_END;
  /* Some send it behind the end; it is not the end. */
  if (is_blank (frame) || (frame->length >= 6 && memcmp (frame->data, "[DONE]", 6) == 0))
    return DHEERA_DECODED_MORE;

  if (!dheera_json_parse (&decoder->json, frame->data, frame->length))
    return strcmp (frame->type, "error") == 0 ? fail_text (decoder, frame) : dheera_decoder_fail_json (decoder, "an event");

  root = dheera_json_root (&decoder->json);
  if (dheera_json_type (root) != DHEERA_JSON_OBJECT)
    return dheera_decoder_fail (decoder, DHEERA_ERROR_PROTOCOL, "an event is not a JSON object");

  dheera_members_read (&event, root, find_key);
  type = dheera_json_peek_string (dheera_members_get (&event, KEY_TYPE), &length);
  if (type == NULL)
    {
      type = frame->type;
      length = strlen (type);
    }

  return decode_event (decoder, root, &event, type, length);
}

DheeraDecoded
dheera_responses_decode_eof (DheeraDecoder *decoder)
{
  if (decoder->flags & DHEERA_RESPONSES_ENDED)
    return DHEERA_DECODED_END;

  return dheera_decoder_fail (decoder, DHEERA_ERROR_STREAM_INTERRUPTED, "the stream ended before the answer did");
}
