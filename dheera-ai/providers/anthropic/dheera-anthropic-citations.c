/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-anthropic-state-private.h"

#include "dheera-ai/model/messages/dheera-message-private.h"

/* Citations of a text as annotations of the answer */

/* How many characters of the answer's text stand before this byte */
static glong
count_characters (DheeraDecoder *decoder,
                  gsize          bytes)
{
  DheeraAnthropicState *state = dheera_anthropic_state_get (decoder);
  GString *text = dheera_anthropic_get_message (decoder)->text;

  if (text == NULL || bytes < state->counted_bytes || bytes > text->len)
    return 0;

  state->counted_characters += g_utf8_strlen (text->str + state->counted_bytes, (gssize) (bytes - state->counted_bytes));
  state->counted_bytes = bytes;

  return state->counted_characters;
}

/* What names a place on the net becomes OpenAI's annotation; a place in a document the caller sent stays as it is. */
static void
write_annotation (DheeraJsonWriter *writer,
                  DheeraJsonValue   citation,
                  glong             start,
                  glong             end)
{
  DheeraJsonValue url = dheera_json_member (citation, "url");
  static const char *const kept[] = { "url", "title", "cited_text" };

  if (dheera_json_type (url) != DHEERA_JSON_STRING)
    {
      dheera_json_writer_value (writer, citation);
      return;
    }

  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "type", "url_citation");
  dheera_json_writer_key (writer, "url_citation");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_int (writer, "start_index", start);
  dheera_json_writer_member_int (writer, "end_index", end);
  for (guint i = 0; i < G_N_ELEMENTS (kept); i++)
    {
      DheeraJsonValue value = dheera_json_member (citation, kept[i]);

      if (!dheera_json_exists (value))
        continue;
      dheera_json_writer_key (writer, kept[i]);
      dheera_json_writer_value (writer, value);
    }
  dheera_json_writer_end_object (writer);
  dheera_json_writer_end_object (writer);
}

void
dheera_anthropic_add_annotations (DheeraDecoder *decoder)
{
  DheeraAnthropicBlock *block = &dheera_anthropic_state_get (decoder)->block;
  GString *text = dheera_anthropic_get_message (decoder)->text;
  glong start = count_characters (decoder, block->text_mark);
  glong end = count_characters (decoder, text != NULL ? text->len : 0);
  g_autofree char *list = g_strdup_printf ("[%s]", block->citations->str);
  g_autofree char *annotations = NULL;
  DheeraJson json = DHEERA_JSON_INIT;
  DheeraJsonWriter writer;
  DheeraJsonIter iter;
  DheeraJsonValue citation;

  dheera_json_writer_init (&writer, 256);
  dheera_json_writer_begin_array (&writer);
  if (dheera_json_parse (&json, list, strlen (list)))
    {
      dheera_json_iter_init (&iter, dheera_json_root (&json));
      while (dheera_json_iter_next (&iter, NULL, &citation))
        write_annotation (&writer, citation, start, end);
    }
  dheera_json_writer_end_array (&writer);
  annotations = dheera_json_writer_steal (&writer);

  if (dheera_json_parse (&json, annotations, strlen (annotations)))
    dheera_accumulator_add_annotations (decoder->accumulator, 0, dheera_json_root (&json));
  dheera_json_clear (&json);
}
