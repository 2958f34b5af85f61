/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-openai-chat-state-private.h"

#include <string.h>

#include "dheera-ai/providers/errors/dheera-error-words-private.h"

#include "dheera-ai/model/responses/dheera-response-private.h"

/* An answer of chat completions, whole or event by event, from the many servers that speak it more or less.
 * What a deviation can only mean one thing is read so; what could mean two is a PROTOCOL failure, and what
 * no compatible client needs is passed over. */

/* What few providers send; all of them are passed over with one look. */
#define RARE_KEYS \
  (DHEERA_KEY_BIT (DHEERA_KEY_ERROR) | DHEERA_KEY_BIT (DHEERA_KEY_BASE_RESP) | DHEERA_KEY_BIT (DHEERA_KEY_X_GROQ) \
   | DHEERA_KEY_BIT (DHEERA_KEY_CITATIONS) | DHEERA_KEY_BIT (DHEERA_KEY_SEARCH_RESULTS))

static DheeraDecoded
finish (DheeraDecoder *decoder)
{
  decoder->flags |= DHEERA_CHAT_ENDED;
  dheera_chat_state_flush (decoder);
  dheera_accumulator_finish (decoder->accumulator);

  return DHEERA_DECODED_END;
}

static void
keep_list (char           **field,
           DheeraJsonValue  list)
{
  if (dheera_json_size (list) == 0)
    return;

  g_free (*field);
  *field = dheera_json_dup_raw (list);
}

/* What stands beside the choices */
static void
read_rest (DheeraDecoder   *decoder,
           const DheeraMembers *members)
{
  if (dheera_members_has (members, DHEERA_KEY_USAGE))
    dheera_openai_read_usage (decoder->accumulator, dheera_members_get (members, DHEERA_KEY_USAGE));
  if (!dheera_members_has_any (members, RARE_KEYS))
    return;

  if (dheera_members_has (members, DHEERA_KEY_X_GROQ))
    dheera_openai_read_usage (decoder->accumulator,
                              dheera_json_member (dheera_members_get (members, DHEERA_KEY_X_GROQ), "usage"));
  if (dheera_members_has (members, DHEERA_KEY_CITATIONS))
    keep_list (&dheera_chat_state_get (decoder)->citations, dheera_members_get (members, DHEERA_KEY_CITATIONS));
  if (dheera_members_has (members, DHEERA_KEY_SEARCH_RESULTS))
    keep_list (&dheera_chat_state_get (decoder)->search_results,
               dheera_members_get (members, DHEERA_KEY_SEARCH_RESULTS));
}

/* What every chunk repeats is read where it first has something to say: Azure's first one has it empty. */
static void
read_identity (DheeraDecoder       *decoder,
               const DheeraMembers *members)
{
  DheeraResponse *response = dheera_accumulator_get_response (decoder->accumulator);

  if (response->id == NULL && dheera_members_has_text (members, DHEERA_KEY_ID))
    dheera_accumulator_set_id (decoder->accumulator, dheera_members_get (members, DHEERA_KEY_ID));
  if (response->model == NULL && dheera_members_has_text (members, DHEERA_KEY_MODEL))
    dheera_accumulator_set_model (decoder->accumulator, dheera_members_get (members, DHEERA_KEY_MODEL));
  if (response->created < 0)
    dheera_accumulator_set_created (decoder->accumulator,
                                    dheera_json_get_int (dheera_members_get (members, DHEERA_KEY_CREATED), -1));
}

/* FALSE with the failure */
static gboolean
read_choices (DheeraDecoder   *decoder,
              DheeraJsonValue  choices,
              gboolean         streamed)
{
  const DheeraJsonToken *tokens = choices.json->tokens;
  guint n = tokens[choices.index].size;
  DheeraJsonValue choice = { choices.json, choices.index + 1 };

  for (guint position = 0; position < n; position++)
    {
      if (!dheera_openai_read_choice (decoder, choice, position, streamed))
        return FALSE;
      choice.index = tokens[choice.index].next;
    }

  return TRUE;
}

/* FALSE with the failure */
static gboolean
read_answer (DheeraDecoder       *decoder,
             const DheeraMembers *members,
             gboolean             streamed)
{
  gboolean good = TRUE;

  dheera_accumulator_begin_event (decoder->accumulator);
  read_identity (decoder, members);
  if (dheera_members_type (members, DHEERA_KEY_CHOICES) == DHEERA_JSON_ARRAY)
    good = read_choices (decoder, dheera_members_get (members, DHEERA_KEY_CHOICES), streamed);
  read_rest (decoder, members);
  dheera_accumulator_end_event (decoder->accumulator);

  return good;
}

/* Without choices an answer may still be an error in a shape that is not marked as one: {"detail": "..."},
 * {"message": "...", "code": ...}. */
static gboolean
is_unmarked_error (DheeraJsonValue root)
{
  static const char *const harmless[] = { "object", "usage", "x_groq" };
  g_auto (DheeraErrorWords) words = DHEERA_ERROR_WORDS_INIT;

  for (guint i = 0; i < G_N_ELEMENTS (harmless); i++)
    {
      if (dheera_json_exists (dheera_json_member (root, harmless[i])))
        return FALSE;
    }

  return dheera_error_words_read (&words, root) && words.message != NULL;
}

static gboolean
has_error (DheeraJsonValue      root,
           const DheeraMembers *members)
{
  gboolean has_choices = dheera_members_type (members, DHEERA_KEY_CHOICES) == DHEERA_JSON_ARRAY;

  if (has_choices && !dheera_members_has_any (members, RARE_KEYS))
    return FALSE;
  if (!has_choices || dheera_members_has (members, DHEERA_KEY_ERROR) || dheera_members_has (members, DHEERA_KEY_BASE_RESP))
    {
      if (dheera_error_words_marked (root))
        return TRUE;
    }

  return dheera_json_exists (dheera_json_member (dheera_members_get (members, DHEERA_KEY_X_GROQ), "error"));
}

static DheeraDecoded
fail_with_error (DheeraDecoder   *decoder,
                 DheeraJsonValue  root,
                 const DheeraMembers *members)
{
  if (dheera_error_words_marked (root))
    return dheera_decoder_fail_with (decoder, root);

  return dheera_decoder_fail_with (decoder, dheera_members_get (members, DHEERA_KEY_X_GROQ));
}

static DheeraDecoded
decode_root (DheeraDecoder   *decoder,
             DheeraJsonValue  root,
             gboolean         streamed)
{
  DheeraMembers members;
  DheeraJsonType type;

  if (G_UNLIKELY (dheera_openai_type_of (root) != DHEERA_JSON_OBJECT))
    {
      /* Google's compatible layer puts its error into an array. */
      if (dheera_error_words_marked (dheera_json_element (root, 0)))
        return dheera_decoder_fail_with (decoder, root);
      return dheera_decoder_fail (decoder, DHEERA_ERROR_PROTOCOL, "%s is not a JSON object",
                                  streamed ? "an event" : "the answer");
    }

  dheera_openai_read_members (&members, root);
  if (G_UNLIKELY (has_error (root, &members)))
    return fail_with_error (decoder, root, &members);

  type = dheera_members_type (&members, DHEERA_KEY_CHOICES);
  if (type != DHEERA_JSON_ARRAY && is_unmarked_error (root))
    return dheera_decoder_fail_with (decoder, root);
  if (type > DHEERA_JSON_NULL && type != DHEERA_JSON_ARRAY)
    return dheera_decoder_fail (decoder, DHEERA_ERROR_PROTOCOL, "the member “choices” is not a list");
  if (!streamed && dheera_json_size (dheera_members_get (&members, DHEERA_KEY_CHOICES)) == 0)
    return dheera_decoder_fail (decoder, DHEERA_ERROR_PROTOCOL, "the answer has no choices");

  return read_answer (decoder, &members, streamed) ? DHEERA_DECODED_MORE : DHEERA_DECODED_FAILED;
}

DheeraDecoded
dheera_openai_chat_decode (DheeraDecoder *decoder,
                           const char    *body,
                           gsize          length)
{
  DheeraDecoded decoded;

  /* DeepSeek sends blank lines while a request waits for its turn; JSON allows them. */
  if (!dheera_json_parse (&decoder->json, body, length))
    return dheera_decoder_fail_body (decoder, length);

  decoded = decode_root (decoder, dheera_json_root (&decoder->json), FALSE);
  if (decoded == DHEERA_DECODED_FAILED)
    return decoded;

  return finish (decoder);
}

DheeraDecoded
dheera_openai_chat_decode_frame (DheeraDecoder     *decoder,
                                 const DheeraFrame *frame)
{
  if (decoder->flags & DHEERA_CHAT_ENDED)
    return DHEERA_DECODED_END;

  if (G_UNLIKELY (frame->type[0] == 'e' && strcmp (frame->type, "error") == 0))
    return dheera_decoder_fail_event (decoder, frame);
  if (frame->length >= 6 && memcmp (frame->data, "[DONE]", 6) == 0)
    return finish (decoder);
  if (dheera_frame_is_blank (frame))
    return DHEERA_DECODED_MORE;

  if (!dheera_json_parse (&decoder->json, frame->data, frame->length))
    return dheera_decoder_fail_json (decoder, "an event");

  return decode_root (decoder, dheera_json_root (&decoder->json), TRUE);
}

DheeraDecoded
dheera_openai_chat_decode_eof (DheeraDecoder *decoder)
{
  if (decoder->flags & DHEERA_CHAT_ENDED)
    return DHEERA_DECODED_END;
  /* Not everybody sends [DONE], but nobody goes on after the last finish reason. */
  if (dheera_accumulator_has_finished (decoder->accumulator) && !(decoder->flags & DHEERA_CHAT_REOPENED) &&
      dheera_response_get_n_choices (dheera_accumulator_get_response (decoder->accumulator)) >= decoder->n_choices)
    return finish (decoder);

  return dheera_decoder_fail (decoder, DHEERA_ERROR_STREAM_INTERRUPTED, "the stream ended before the answer did");
}
