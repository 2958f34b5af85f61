/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-openai-chat-state-private.h"

#include <string.h>

#include "dheera-ai/providers/dheera-provider-private.h"

#include "dheera-ai/wire/dheera-json-writer-private.h"

static void
chat_state_free (gpointer data)
{
  DheeraChatState *self = data;

  g_clear_pointer (&self->think_tags, g_ptr_array_unref);
  g_clear_pointer (&self->details, g_ptr_array_unref);
  g_clear_pointer (&self->thoughts, g_ptr_array_unref);
  g_free (self->citations);
  g_free (self->search_results);
  g_free (self);
}

DheeraChatState *
dheera_chat_state_get (DheeraDecoder *decoder)
{
  if (decoder->state == NULL)
    {
      decoder->state = g_new0 (DheeraChatState, 1);
      decoder->state_free = chat_state_free;
    }

  return decoder->state;
}

/* [{"url": ..., "title": ...}] or ["https://..."] as OpenAI writes it */
static void
add_citations (DheeraDecoder *decoder,
               const char    *list)
{
  DheeraJson json = DHEERA_JSON_INIT;
  DheeraJson annotations = DHEERA_JSON_INIT;
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;
  g_autofree char *text = NULL;
  DheeraJsonValue element;
  DheeraJsonIter iter;

  if (!dheera_json_parse (&json, list, strlen (list)))
    return;

  dheera_json_writer_init (&writer, strlen (list));
  dheera_json_writer_begin_array (&writer);
  dheera_json_iter_init (&iter, dheera_json_root (&json));
  while (dheera_json_iter_next (&iter, NULL, &element))
    {
      gboolean described = dheera_json_type (element) == DHEERA_JSON_OBJECT;
      DheeraJsonValue url = described ? dheera_json_member (element, "url") : element;
      DheeraJsonValue title = dheera_json_member (element, "title");

      if (dheera_json_type (url) != DHEERA_JSON_STRING)
        continue;
      dheera_json_writer_begin_object (&writer);
      dheera_json_writer_member_string (&writer, "type", "url_citation");
      dheera_json_writer_key (&writer, "url_citation");
      dheera_json_writer_begin_object (&writer);
      dheera_json_writer_key (&writer, "url");
      dheera_json_writer_value (&writer, url);
      if (dheera_json_type (title) == DHEERA_JSON_STRING)
        {
          dheera_json_writer_key (&writer, "title");
          dheera_json_writer_value (&writer, title);
        }
      dheera_json_writer_end_object (&writer);
      dheera_json_writer_end_object (&writer);
    }
  dheera_json_writer_end_array (&writer);

  text = dheera_json_writer_steal (&writer);
  if (dheera_json_parse (&annotations, text, strlen (text))
      && dheera_json_size (dheera_json_root (&annotations)) > 0)
    dheera_accumulator_add_annotations (decoder->accumulator, 0, dheera_json_root (&annotations));
  dheera_json_clear (&annotations);
  dheera_json_clear (&json);
}

void
dheera_chat_state_flush (DheeraDecoder *decoder)
{
  DheeraChatState *self = decoder->state;
  const DheeraProviderRow *row = dheera_provider_get_row (decoder->provider);

  if (self == NULL)
    return;

  dheera_accumulator_begin_event (decoder->accumulator);
  for (guint i = 0; self->think_tags != NULL && i < self->think_tags->len; i++)
    {
      if (g_ptr_array_index (self->think_tags, i) != NULL)
        dheera_think_tags_flush (g_ptr_array_index (self->think_tags, i), decoder->accumulator);
    }
  for (guint i = 0; self->details != NULL && i < self->details->len; i++)
    {
      if (g_ptr_array_index (self->details, i) != NULL)
        dheera_reasoning_details_flush (g_ptr_array_index (self->details, i), decoder->accumulator, i,
                                        row->dialect.native_family);
    }
  for (guint i = 0; self->thoughts != NULL && i < self->thoughts->len; i++)
    dheera_mistral_thought_close (g_ptr_array_index (self->thoughts, i), decoder->accumulator, i, row->dialect.native_family);
  /* The search results are the citations with their titles. */
  if (self->search_results != NULL)
    add_citations (decoder, self->search_results);
  else if (self->citations != NULL)
    add_citations (decoder, self->citations);
  dheera_accumulator_end_event (decoder->accumulator);

  g_clear_pointer (&self->search_results, g_free);
  g_clear_pointer (&self->citations, g_free);
}
