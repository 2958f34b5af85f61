/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-gemini-private.h"

#include <string.h>

#include "dheera-ai/model/messages/dheera-message-private.h"

/* The parts of a candidate: text, thoughts, calls, pictures and sound become what every provider's become. What only Google
 * understands (code that it ran, tools that it called), and what carries a signature, is kept beside as it came, with the place in
 * the text where it stood, so that the next request can repeat it there: dheera-gemini-content.c reads what is written here. */

/* --- What goes back -------------------------------------------------------------------------------------------------------------- */

static gsize
text_length (DheeraDecoder *decoder,
             gint64         choice)
{
  const GString *text = dheera_accumulator_get_message (decoder->accumulator, choice)->text;

  return text != NULL ? text->len : 0;
}

/* at: where its own text begins in the message's */
static void
keep_part (DheeraDecoder   *decoder,
           gint64           choice,
           DheeraJsonValue  part,
           gsize            at)
{
  DheeraMessage *message = dheera_accumulator_get_message (decoder->accumulator, choice);
  gsize length;
  const char *raw = dheera_json_raw (part, &length);

  dheera_message_add_native_at (message, DHEERA_GEMINI_FAMILY, raw, (gssize) length, at,
                                dheera_message_get_n_tool_calls (message));
}

/* A picture is part of the message already, and may be large: only its place among the text is kept, and its signature. */
static void
keep_picture (DheeraMessage   *message,
              DheeraJsonValue  signature)
{
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;
  g_autofree char *block = NULL;

  dheera_json_writer_init (&writer, 256);
  dheera_json_writer_begin_object (&writer);
  dheera_json_writer_member_int (&writer, "media", dheera_gemini_count_media (message, dheera_message_get_n_parts (message)) - 1);
  if (dheera_json_type (signature) == DHEERA_JSON_STRING)
    {
      dheera_json_writer_key (&writer, "thoughtSignature");
      dheera_json_writer_value (&writer, signature);
    }
  dheera_json_writer_end_object (&writer);
  block = dheera_json_writer_steal (&writer);
  dheera_message_add_native (message, DHEERA_GEMINI_FAMILY, block, -1);
}

/* --- Calls ----------------------------------------------------------------------------------------------------------------------- */

/* The arguments as they came, without the blanks between them */
static void
write_compact (DheeraJsonWriter *writer,
               DheeraJsonValue   value)
{
  gboolean object = dheera_json_type (value) == DHEERA_JSON_OBJECT;
  DheeraJsonIter iter;
  DheeraJsonValue name;
  DheeraJsonValue child;

  if (!object && dheera_json_type (value) != DHEERA_JSON_ARRAY)
    {
      g_autofree char *text = dheera_json_dup_string (value);

      if (text != NULL)
        dheera_json_writer_string (writer, text);
      else
        dheera_json_writer_value (writer, value);
      return;
    }

  if (object)
    dheera_json_writer_begin_object (writer);
  else
    dheera_json_writer_begin_array (writer);
  dheera_json_iter_init (&iter, value);
  while (dheera_json_iter_next (&iter, &name, &child))
    {
      g_autofree char *key = object ? dheera_json_dup_string (name) : NULL;

      if (key != NULL)
        dheera_json_writer_key (writer, key);
      write_compact (writer, child);
    }
  if (object)
    dheera_json_writer_end_object (writer);
  else
    dheera_json_writer_end_array (writer);
}

static void
add_whole_arguments (DheeraDecoder   *decoder,
                     gint64           choice,
                     gint64           index,
                     DheeraJsonValue  args)
{
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;
  g_autofree char *text = NULL;

  if (dheera_json_type (args) != DHEERA_JSON_OBJECT)
    return;

  dheera_json_writer_init (&writer, 128);
  write_compact (&writer, args);
  text = dheera_json_writer_steal (&writer);
  dheera_accumulator_add_plain_arguments (decoder->accumulator, choice, index, text, strlen (text));
}

/* The same place in which Google's OpenAI-compatible layer has it: a conversation can go on there, and keeps it as JSON. */
static void
keep_call_signature (DheeraDecoder   *decoder,
                     gint64           choice,
                     gint64           index,
                     DheeraJsonValue  signature)
{
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;
  g_autofree char *extra = NULL;

  if (dheera_json_type (signature) != DHEERA_JSON_STRING)
    return;

  dheera_json_writer_init (&writer, 256);
  dheera_json_writer_begin_object (&writer);
  dheera_json_writer_key (&writer, "extra_content");
  dheera_json_writer_begin_object (&writer);
  dheera_json_writer_key (&writer, "google");
  dheera_json_writer_begin_object (&writer);
  dheera_json_writer_key (&writer, "thought_signature");
  dheera_json_writer_value (&writer, signature);
  dheera_json_writer_end_object (&writer);
  dheera_json_writer_end_object (&writer);
  dheera_json_writer_end_object (&writer);
  extra = dheera_json_writer_steal (&writer);
  dheera_accumulator_set_tool_call_extra (decoder->accumulator, choice, index, extra);
}

static void
flush_scratch (DheeraDecoder *decoder,
               gint64         choice,
               gint64         index)
{
  GString *scratch = dheera_gemini_state_get (decoder)->scratch;

  dheera_accumulator_add_plain_arguments (decoder->accumulator, choice, index, scratch->str, scratch->len);
  g_string_truncate (scratch, 0);
}

void
dheera_gemini_close_call (DheeraDecoder *decoder,
                          gint64         choice)
{
  DheeraGeminiCandidate *candidate = dheera_gemini_state_candidate (decoder, choice);

  if (candidate->pending == NULL)
    return;

  dheera_gemini_arguments_finish (candidate->pending, dheera_gemini_state_get (decoder)->scratch);
  flush_scratch (decoder, choice, candidate->n_calls - 1);
  g_clear_pointer (&candidate->pending, dheera_gemini_arguments_free);
}

/* FALSE with the failure */
static gboolean
add_pieces (DheeraDecoder         *decoder,
            gint64                 choice,
            DheeraGeminiCandidate *candidate,
            DheeraJsonValue        pieces)
{
  DheeraJsonIter iter;
  DheeraJsonValue piece;

  if (dheera_json_type (pieces) != DHEERA_JSON_ARRAY)
    return TRUE;

  dheera_json_iter_init (&iter, pieces);
  while (dheera_json_iter_next (&iter, NULL, &piece))
    {
      if (!dheera_gemini_arguments_add (candidate->pending, piece, dheera_gemini_state_get (decoder)->scratch))
        {
          dheera_decoder_fail (decoder, DHEERA_ERROR_PROTOCOL, "the arguments of a function call come in an order that makes no JSON");
          return FALSE;
        }
    }
  flush_scratch (decoder, choice, candidate->n_calls - 1);

  return TRUE;
}

/* FALSE with the failure */
static gboolean
begin_call (DheeraDecoder         *decoder,
            gint64                 choice,
            DheeraGeminiCandidate *candidate,
            DheeraJsonValue        call)
{
  static const DheeraJsonValue none;

  dheera_gemini_close_call (decoder, choice);
  if (!dheera_accumulator_add_tool_call (decoder->accumulator, choice, candidate->n_calls, dheera_json_member (call, "id"),
                                         dheera_json_member (call, "name"), none))
    {
      dheera_decoder_fail (decoder, DHEERA_ERROR_PROTOCOL, "the answer has more function calls than can be meant");
      return FALSE;
    }
  candidate->n_calls++;

  return TRUE;
}

static gboolean
has_text (DheeraJsonValue value)
{
  return dheera_json_type (value) == DHEERA_JSON_STRING && !dheera_json_equal (value, "");
}

/* Calls come whole, unless their arguments were asked for in pieces: then the first part names the function, and each but the last
 * says that more will come. FALSE with the failure. */
static gboolean
read_call (DheeraDecoder   *decoder,
           gint64           choice,
           DheeraJsonValue  call,
           DheeraJsonValue  signature)
{
  DheeraGeminiCandidate *candidate = dheera_gemini_state_candidate (decoder, choice);
  DheeraJsonValue pieces = dheera_json_member (call, "partialArgs");
  gboolean goes_on = dheera_json_type (dheera_json_member (call, "willContinue")) == DHEERA_JSON_TRUE;
  gboolean begins = has_text (dheera_json_member (call, "name")) || candidate->pending == NULL;

  /* The mark behind arguments that were closed already */
  if (begins && dheera_json_size (call) == 0)
    return TRUE;

  if (begins && !begin_call (decoder, choice, candidate, call))
    return FALSE;
  if (candidate->pending == NULL && (goes_on || dheera_json_size (pieces) > 0))
    candidate->pending = dheera_gemini_arguments_new ();
  if (candidate->pending != NULL)
    {
      if (!add_pieces (decoder, choice, candidate, pieces))
        return FALSE;
      if (!goes_on)
        dheera_gemini_close_call (decoder, choice);
    }
  else
    add_whole_arguments (decoder, choice, candidate->n_calls - 1, dheera_json_member (call, "args"));
  keep_call_signature (decoder, choice, candidate->n_calls - 1, signature);

  return TRUE;
}

/* --- Everything else ------------------------------------------------------------------------------------------------------------- */

/* A sketch that is a part of the thinking and not of the answer: like a thought in words it need only go back where it is signed. */
static void
read_sketch (DheeraDecoder   *decoder,
             gint64           choice,
             DheeraJsonValue  part,
             DheeraJsonValue  signature)
{
  if (dheera_json_type (signature) == DHEERA_JSON_STRING)
    keep_part (decoder, choice, part, text_length (decoder, choice));
}

/* FALSE with the failure */
static gboolean
read_media (DheeraDecoder   *decoder,
            gint64           choice,
            DheeraJsonValue  part,
            DheeraJsonValue  data,
            DheeraJsonValue  signature)
{
  DheeraMessage *message = dheera_accumulator_get_message (decoder->accumulator, choice);
  g_autofree char *mime_type = dheera_json_dup_string (dheera_json_member (data, "mimeType"));

  if (mime_type != NULL && g_str_has_prefix (mime_type, "image/"))
    {
      if (!dheera_accumulator_add_image (decoder->accumulator, choice, dheera_json_member (data, "data"), mime_type))
        {
          dheera_decoder_fail (decoder, DHEERA_ERROR_PROTOCOL, "an image of the answer is not base64");
          return FALSE;
        }
      keep_picture (message, signature);
    }
  else if (mime_type != NULL && g_str_has_prefix (mime_type, "audio/"))
    dheera_accumulator_add_audio (decoder->accumulator, choice, data, mime_type);
  else
    keep_part (decoder, choice, part, text_length (decoder, choice));

  return TRUE;
}

static void
read_text (DheeraDecoder             *decoder,
           gint64                     choice,
           DheeraJsonValue            part,
           const DheeraMembers *members)
{
  gsize at = text_length (decoder, choice);
  DheeraJsonValue text = dheera_members_get (members, DHEERA_GEMINI_TEXT);

  if (dheera_members_type (members, DHEERA_GEMINI_THOUGHT) == DHEERA_JSON_TRUE)
    dheera_accumulator_add_reasoning (decoder->accumulator, choice, text);
  else
    dheera_accumulator_add_text (decoder->accumulator, choice, text);
  if (dheera_members_has_text (members, DHEERA_GEMINI_THOUGHT_SIGNATURE))
    keep_part (decoder, choice, part, at);
}

/* {"text": ...} and nothing else, as it is in nearly every chunk */
static inline gboolean
is_lone_text (DheeraJsonValue part)
{
  const DheeraJsonToken *object = &part.json->tokens[part.index];

  return object->type == DHEERA_JSON_OBJECT && object->size == 1 && object[1].length == 4
         && memcmp (part.json->text + object[1].start, "text", 4) == 0;
}

static inline void
note_content (DheeraDecoder *decoder)
{
  if (G_UNLIKELY (decoder->flags & DHEERA_GEMINI_FINISHED))
    decoder->flags |= DHEERA_GEMINI_REOPENED;
}

gboolean
dheera_gemini_read_part (DheeraDecoder   *decoder,
                         gint64           choice,
                         DheeraJsonValue  part)
{
  DheeraMembers members;
  DheeraJsonValue signature;

  if (G_LIKELY (is_lone_text (part)))
    {
      DheeraJsonValue text = { part.json, part.index + 2 };

      if (part.json->tokens[text.index].length > 0)
        note_content (decoder);
      return dheera_accumulator_add_text (decoder->accumulator, choice, text);
    }

  dheera_gemini_read_members (&members, part);
  if (members.seen == 0)
    return TRUE;

  signature = dheera_members_get (&members, DHEERA_GEMINI_THOUGHT_SIGNATURE);
  if (!dheera_members_has (&members, DHEERA_GEMINI_TEXT) || dheera_members_has_text (&members, DHEERA_GEMINI_TEXT))
    note_content (decoder);

  if (dheera_members_type (&members, DHEERA_GEMINI_FUNCTION_CALL) == DHEERA_JSON_OBJECT)
    return read_call (decoder, choice, dheera_members_get (&members, DHEERA_GEMINI_FUNCTION_CALL), signature);

  if (dheera_members_type (&members, DHEERA_GEMINI_INLINE_DATA) == DHEERA_JSON_OBJECT
      && dheera_members_type (&members, DHEERA_GEMINI_THOUGHT) == DHEERA_JSON_TRUE)
    read_sketch (decoder, choice, part, signature);
  else if (dheera_members_type (&members, DHEERA_GEMINI_INLINE_DATA) == DHEERA_JSON_OBJECT)
    return read_media (decoder, choice, part, dheera_members_get (&members, DHEERA_GEMINI_INLINE_DATA), signature);
  else if (dheera_members_has (&members, DHEERA_GEMINI_TEXT))
    read_text (decoder, choice, part, &members);
  else
    {
      if (dheera_members_has (&members, DHEERA_GEMINI_EXECUTABLE_CODE))
        decoder->flags |= DHEERA_GEMINI_RUNNING;
      if (dheera_members_has (&members, DHEERA_GEMINI_CODE_EXECUTION_RESULT))
        decoder->flags &= ~(guint) DHEERA_GEMINI_RUNNING;
      keep_part (decoder, choice, part, text_length (decoder, choice));
    }

  return TRUE;
}
