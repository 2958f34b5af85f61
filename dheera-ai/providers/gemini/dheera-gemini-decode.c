/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-gemini-private.h"

#include <string.h>

#include "dheera-ai/providers/errors/dheera-error-words-private.h"

#include "dheera-ai/model/messages/dheera-message-private.h"
#include "dheera-ai/model/responses/dheera-response-private.h"

/* An answer of generateContent: one object, or one after the other as events or as the elements of one array. Each of them is a whole
 * answer in miniature. Nothing but a finish reason says that the last one came. */

#define MAX_EVENT_MESSAGE 1024
#define MAX_CANDIDATES 128

/* What few chunks have; all of them are passed over with one look. */
#define RARE_KEYS \
  ((1u << DHEERA_GEMINI_CITATION_METADATA) | (1u << DHEERA_GEMINI_GROUNDING_METADATA) | (1u << DHEERA_GEMINI_LOGPROBS_RESULT))

static void
candidate_free (gpointer data)
{
  DheeraGeminiCandidate *candidate = data;

  if (candidate == NULL)
    return;

  g_clear_pointer (&candidate->pending, dheera_gemini_arguments_free);
  g_clear_pointer (&candidate->starts, g_array_unref);
  g_clear_pointer (&candidate->characters, g_array_unref);
  g_free (candidate->grounding);
  g_free (candidate);
}

static void
state_free (gpointer data)
{
  DheeraGeminiState *state = data;

  g_ptr_array_unref (state->candidates);
  g_string_free (state->scratch, TRUE);
  g_free (state);
}

DheeraGeminiState *
dheera_gemini_state_get (DheeraDecoder *decoder)
{
  DheeraGeminiState *state = decoder->state;

  if (state != NULL)
    return state;

  state = g_new0 (DheeraGeminiState, 1);
  state->candidates = g_ptr_array_new_with_free_func (candidate_free);
  state->scratch = g_string_new (NULL);
  decoder->state = state;
  decoder->state_free = state_free;

  return state;
}

DheeraGeminiCandidate *
dheera_gemini_state_candidate (DheeraDecoder *decoder,
                               gint64         choice)
{
  GPtrArray *candidates = dheera_gemini_state_get (decoder)->candidates;
  gpointer *slot;

  if (candidates->len <= choice)
    g_ptr_array_set_size (candidates, (int) choice + 1);
  slot = &g_ptr_array_index (candidates, choice);
  if (*slot == NULL)
    *slot = g_new0 (DheeraGeminiCandidate, 1);

  return *slot;
}

/* What waits for the end: open arguments, and sources whose places are counted in the whole text. */
static void
flush (DheeraDecoder *decoder)
{
  DheeraGeminiState *state = decoder->state;

  if (state == NULL)
    return;

  dheera_accumulator_begin_event (decoder->accumulator);
  for (guint i = 0; i < state->candidates->len; i++)
    {
      if (g_ptr_array_index (state->candidates, i) == NULL)
        continue;
      dheera_gemini_close_call (decoder, i);
      dheera_gemini_read_grounding (decoder, i);
    }
  dheera_accumulator_end_event (decoder->accumulator);
}

static DheeraDecoded
finish (DheeraDecoder *decoder)
{
  decoder->flags |= DHEERA_GEMINI_ENDED;
  flush (decoder);
  dheera_accumulator_finish (decoder->accumulator);

  return DHEERA_DECODED_END;
}

/* --- Candidates ------------------------------------------------------------------------------------------------------------------ */

typedef struct
{
  DheeraDecoder *decoder;
  gint64 choice;
  gboolean streamed;
} Reader;

/* Sources count from the beginning of a part: in a whole answer it is known where that is. */
static void
note_start (Reader *self)
{
  DheeraGeminiCandidate *candidate = dheera_gemini_state_candidate (self->decoder, self->choice);
  const GString *text = dheera_accumulator_get_message (self->decoder->accumulator, self->choice)->text;
  gsize start = text != NULL ? text->len : 0;

  if (candidate->starts == NULL)
    candidate->starts = g_array_new (FALSE, FALSE, sizeof (gsize));
  g_array_append_val (candidate->starts, start);
}

static gboolean
read_parts (Reader          *self,
            DheeraJsonValue  parts)
{
  DheeraJsonIter iter;
  DheeraJsonValue part;
  gboolean several = !self->streamed && dheera_json_size (parts) > 1;

  dheera_json_iter_init (&iter, parts);
  while (dheera_json_iter_next (&iter, NULL, &part))
    {
      if (several)
        note_start (self);
      if (!dheera_gemini_read_part (self->decoder, self->choice, part))
        return FALSE;
    }

  return TRUE;
}

/* FALSE with the failure */
static gboolean
read_content (Reader          *self,
              DheeraJsonValue  content)
{
  DheeraMembers members;

  if (dheera_json_type (content) != DHEERA_JSON_OBJECT)
    {
      dheera_decoder_fail (self->decoder, DHEERA_ERROR_PROTOCOL, "the content of a candidate is not an object");
      return FALSE;
    }

  dheera_gemini_read_members (&members, content);
  if (!dheera_members_has (&members, DHEERA_GEMINI_PARTS))
    return TRUE;
  if (dheera_members_type (&members, DHEERA_GEMINI_PARTS) != DHEERA_JSON_ARRAY)
    {
      dheera_decoder_fail (self->decoder, DHEERA_ERROR_PROTOCOL, "the parts of a candidate are not a list");
      return FALSE;
    }

  return read_parts (self, dheera_members_get (&members, DHEERA_GEMINI_PARTS));
}

/* FALSE with the failure */
static gboolean
read_finish_reason (Reader                    *self,
                    const DheeraMembers *members)
{
  DheeraJsonValue raw = dheera_members_get (members, DHEERA_GEMINI_FINISH_REASON);
  DheeraFinishReason reason;
  DheeraError code;
  g_autofree char *word = NULL;
  g_autofree char *message = NULL;

  if (dheera_gemini_map_finish_reason (raw, &reason, &code))
    {
      if (reason == DHEERA_FINISH_REASON_NONE)
        return TRUE;
      dheera_accumulator_set_finish_reason (self->decoder->accumulator, self->choice, reason, raw);
      self->decoder->flags |= DHEERA_GEMINI_FINISHED;
      /* A model that stops in order to run code goes on behind it. */
      if (reason == DHEERA_FINISH_REASON_STOP && (self->decoder->flags & DHEERA_GEMINI_RUNNING))
        self->decoder->flags |= DHEERA_GEMINI_REOPENED;
      else
        self->decoder->flags &= ~(guint) DHEERA_GEMINI_REOPENED;
      return TRUE;
    }

  word = dheera_json_dup_string (raw);
  message = dheera_json_dup_string (dheera_members_get (members, DHEERA_GEMINI_FINISH_MESSAGE));
  if (message != NULL && *message != '\0')
    {
      g_autofree char *clean = dheera_error_text_dup (message, -1, MAX_EVENT_MESSAGE - 128);

      dheera_decoder_fail (self->decoder, code, "the answer broke off with the finish reason “%s”: %s", word, clean);
    }
  else
    dheera_decoder_fail (self->decoder, code, "the answer broke off with the finish reason “%s”", word);

  return FALSE;
}

static void
read_rare (Reader                    *self,
           const DheeraMembers *members)
{
  DheeraJsonValue grounding = dheera_members_get (members, DHEERA_GEMINI_GROUNDING_METADATA);

  dheera_gemini_read_citations (self->decoder, self->choice, dheera_members_get (members, DHEERA_GEMINI_CITATION_METADATA));
  dheera_gemini_read_logprobs (self->decoder, self->choice, dheera_members_get (members, DHEERA_GEMINI_LOGPROBS_RESULT));
  /* A stream repeats it, with more in it each time; an empty one takes nothing away. */
  if (dheera_json_size (dheera_json_member (grounding, "groundingChunks")) > 0)
    {
      DheeraGeminiCandidate *candidate = dheera_gemini_state_candidate (self->decoder, self->choice);

      g_free (candidate->grounding);
      candidate->grounding = dheera_json_dup_raw (grounding);
    }
}

/* FALSE with the failure */
static gboolean
read_candidate (Reader          *self,
                DheeraJsonValue  value,
                guint            position)
{
  DheeraMembers members;

  if (dheera_json_type (value) != DHEERA_JSON_OBJECT)
    {
      dheera_decoder_fail (self->decoder, DHEERA_ERROR_PROTOCOL, "a candidate is not an object");
      return FALSE;
    }

  dheera_gemini_read_members (&members, value);
  self->choice = position;
  if (dheera_members_has (&members, DHEERA_GEMINI_INDEX))
    self->choice = dheera_json_get_int (dheera_members_get (&members, DHEERA_GEMINI_INDEX), position);
  if (dheera_accumulator_get_message (self->decoder->accumulator, self->choice) == NULL)
    {
      dheera_decoder_fail (self->decoder, DHEERA_ERROR_PROTOCOL, "a candidate has the index %" G_GINT64_FORMAT
                           "; it has to be between 0 and %d", self->choice, MAX_CANDIDATES - 1);
      return FALSE;
    }

  if (dheera_members_has (&members, DHEERA_GEMINI_CONTENT)
      && !read_content (self, dheera_members_get (&members, DHEERA_GEMINI_CONTENT)))
    return FALSE;
  if (members.seen & RARE_KEYS)
    read_rare (self, &members);

  return !dheera_members_has (&members, DHEERA_GEMINI_FINISH_REASON) || read_finish_reason (self, &members);
}

/* FALSE with the failure */
static gboolean
read_candidates (DheeraDecoder   *decoder,
                 DheeraJsonValue  candidates,
                 gboolean         streamed)
{
  Reader reader = { decoder, 0, streamed };
  DheeraJsonIter iter;
  DheeraJsonValue candidate;
  guint position = 0;

  dheera_json_iter_init (&iter, candidates);
  while (dheera_json_iter_next (&iter, NULL, &candidate))
    {
      if (!read_candidate (&reader, candidate, position++))
        return FALSE;
    }

  return TRUE;
}

/* --- Answers --------------------------------------------------------------------------------------------------------------------- */

/* A prompt that is refused is an answer without candidates; one that is found out late ends those that there are. */
static void
read_feedback (DheeraDecoder   *decoder,
               DheeraJsonValue  feedback)
{
  DheeraResponse *response = dheera_accumulator_get_response (decoder->accumulator);
  DheeraJsonValue reason = dheera_json_member (feedback, "blockReason");
  guint n = dheera_response_get_n_choices (response);

  if (!dheera_json_exists (reason) || dheera_json_equal (reason, "") || dheera_json_equal (reason, "BLOCK_REASON_UNSPECIFIED"))
    return;

  decoder->flags |= DHEERA_GEMINI_BLOCKED;
  if (n == 0)
    dheera_accumulator_add_refusal (decoder->accumulator, 0, dheera_json_member (feedback, "blockReasonMessage"));
  for (guint i = 0; i < MAX (n, 1); i++)
    {
      DheeraChoice *choice = dheera_response_get_choice (response, i);

      if (dheera_choice_get_finish_reason (choice) == DHEERA_FINISH_REASON_NONE)
        dheera_accumulator_set_finish_reason (decoder->accumulator, dheera_choice_get_index (choice),
                                              DHEERA_FINISH_REASON_CONTENT_FILTER, reason);
    }
}

/* What every chunk repeats is read where it first has something to say. */
static void
read_identity (DheeraDecoder             *decoder,
               const DheeraMembers *members)
{
  DheeraResponse *response = dheera_accumulator_get_response (decoder->accumulator);

  if (response->id == NULL && dheera_members_has_text (members, DHEERA_GEMINI_RESPONSE_ID))
    dheera_accumulator_set_id (decoder->accumulator, dheera_members_get (members, DHEERA_GEMINI_RESPONSE_ID));
  if (response->model == NULL && dheera_members_has_text (members, DHEERA_GEMINI_MODEL_VERSION))
    dheera_accumulator_set_model (decoder->accumulator, dheera_members_get (members, DHEERA_GEMINI_MODEL_VERSION));
  if (response->created < 0 && dheera_members_has_text (members, DHEERA_GEMINI_CREATE_TIME))
    {
      g_autofree char *text = dheera_json_dup_string (dheera_members_get (members, DHEERA_GEMINI_CREATE_TIME));
      g_autoptr (GDateTime) date = g_date_time_new_from_iso8601 (text, NULL);

      if (date != NULL)
        dheera_accumulator_set_created (decoder->accumulator, g_date_time_to_unix (date));
    }
}

/* FALSE with the failure */
static gboolean
read_answer (DheeraDecoder   *decoder,
             DheeraJsonValue  value,
             gboolean         streamed)
{
  DheeraMembers members;
  DheeraJsonType type;
  gboolean good = TRUE;

  if (G_UNLIKELY (dheera_json_type (value) != DHEERA_JSON_OBJECT))
    {
      dheera_decoder_fail (decoder, DHEERA_ERROR_PROTOCOL, "%s is not a JSON object", streamed ? "an event" : "the answer");
      return FALSE;
    }

  dheera_gemini_read_members (&members, value);
  type = dheera_members_type (&members, DHEERA_GEMINI_CANDIDATES);
  if (G_UNLIKELY ((dheera_members_has (&members, DHEERA_GEMINI_ERROR) || type == DHEERA_JSON_NONE)
                  && dheera_error_words_marked (value)))
    {
      dheera_decoder_fail_with (decoder, value);
      return FALSE;
    }
  if (G_UNLIKELY (type > DHEERA_JSON_NULL && type != DHEERA_JSON_ARRAY))
    {
      dheera_decoder_fail (decoder, DHEERA_ERROR_PROTOCOL, "the member “candidates” is not a list");
      return FALSE;
    }

  dheera_accumulator_begin_event (decoder->accumulator);
  read_identity (decoder, &members);
  if (type == DHEERA_JSON_ARRAY)
    good = read_candidates (decoder, dheera_members_get (&members, DHEERA_GEMINI_CANDIDATES), streamed);
  if (dheera_members_has (&members, DHEERA_GEMINI_PROMPT_FEEDBACK))
    read_feedback (decoder, dheera_members_get (&members, DHEERA_GEMINI_PROMPT_FEEDBACK));
  if (dheera_members_has (&members, DHEERA_GEMINI_USAGE_METADATA))
    dheera_gemini_read_usage (decoder->accumulator, dheera_members_get (&members, DHEERA_GEMINI_USAGE_METADATA));
  dheera_accumulator_end_event (decoder->accumulator);

  return good;
}

/* An object, or the array that a stream is without alt=sse, or that an error is wrapped in */
static gboolean
read_root (DheeraDecoder   *decoder,
           DheeraJsonValue  root,
           gboolean         streamed)
{
  DheeraJsonIter iter;
  DheeraJsonValue element;

  if (G_LIKELY (dheera_json_type (root) != DHEERA_JSON_ARRAY))
    return read_answer (decoder, root, streamed);

  dheera_json_iter_init (&iter, root);
  while (dheera_json_iter_next (&iter, NULL, &element))
    {
      if (!read_answer (decoder, element, TRUE))
        return FALSE;
    }

  return TRUE;
}

static gboolean
is_finished (DheeraDecoder *decoder)
{
  guint n = dheera_response_get_n_choices (dheera_accumulator_get_response (decoder->accumulator));

  return dheera_accumulator_has_finished (decoder->accumulator) && !(decoder->flags & DHEERA_GEMINI_REOPENED)
         && (n >= decoder->n_choices || (decoder->flags & DHEERA_GEMINI_BLOCKED));
}

static DheeraDecoded
fail_interrupted (DheeraDecoder *decoder)
{
  flush (decoder);

  return dheera_decoder_fail (decoder, DHEERA_ERROR_STREAM_INTERRUPTED, "the stream ended before the answer did");
}

DheeraDecoded
dheera_gemini_decode (DheeraDecoder *decoder,
                      const char    *body,
                      gsize          length)
{
  DheeraJsonValue root;

  if (!dheera_json_parse (&decoder->json, body, length))
    {
      /* JSON that ended too early is the work of a connection that broke unseen. */
      if (length == 0 || decoder->json.error_offset < length)
        return dheera_decoder_fail_json (decoder, "the answer");
      return dheera_decoder_fail (decoder, DHEERA_ERROR_STREAM_INTERRUPTED,
                                  "the answer ends in the middle, after %" G_GSIZE_FORMAT " bytes", length);
    }

  root = dheera_json_root (&decoder->json);
  if (!read_root (decoder, root, FALSE))
    return DHEERA_DECODED_FAILED;
  if (dheera_response_get_n_choices (dheera_accumulator_get_response (decoder->accumulator)) == 0)
    return dheera_decoder_fail (decoder, DHEERA_ERROR_PROTOCOL, "the answer has no candidates");
  /* The array may have been closed by whatever stood in between. */
  if (dheera_json_type (root) == DHEERA_JSON_ARRAY && !is_finished (decoder))
    return fail_interrupted (decoder);

  return finish (decoder);
}

static DheeraDecoded
fail_event (DheeraDecoder     *decoder,
            const DheeraFrame *frame)
{
  g_autofree char *text = NULL;

  if (dheera_json_parse (&decoder->json, frame->data, frame->length))
    return dheera_decoder_fail_with (decoder, dheera_json_root (&decoder->json));

  text = dheera_error_text_dup (frame->data, frame->length, MAX_EVENT_MESSAGE);

  return dheera_decoder_fail (decoder, DHEERA_ERROR_STREAM_ERROR, "%s", *text != '\0' ? text : "an error without a message");
}

DheeraDecoded
dheera_gemini_decode_frame (DheeraDecoder     *decoder,
                            const DheeraFrame *frame)
{
  if (decoder->flags & DHEERA_GEMINI_ENDED)
    return DHEERA_DECODED_END;

  if (G_UNLIKELY (frame->type[0] == 'e' && strcmp (frame->type, "error") == 0))
    return fail_event (decoder, frame);
  /* Not Google's, but of some that stand in between. */
  if (G_UNLIKELY (frame->length >= 6 && memcmp (frame->data, "[DONE]", 6) == 0))
    return dheera_gemini_decode_eof (decoder);
  if (G_UNLIKELY (frame->length == 0 || strspn (frame->data, " \t\r\n") == frame->length))
    return DHEERA_DECODED_MORE;

  if (!dheera_json_parse (&decoder->json, frame->data, frame->length))
    return dheera_decoder_fail_json (decoder, "an event");

  return read_root (decoder, dheera_json_root (&decoder->json), TRUE) ? DHEERA_DECODED_MORE : DHEERA_DECODED_FAILED;
}

DheeraDecoded
dheera_gemini_decode_eof (DheeraDecoder *decoder)
{
  if (decoder->flags & DHEERA_GEMINI_ENDED)
    return DHEERA_DECODED_END;

  return is_finished (decoder) ? finish (decoder) : fail_interrupted (decoder);
}
