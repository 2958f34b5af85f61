/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-cohere-private.h"

#include <string.h>

#include "dheera-ai/wire/dheera-json-writer-private.h"

/* Citations and logprobs, which OpenAI has in other forms. */

/* --- Citations ------------------------------------------------------------------------------- */

static void
copy_member (DheeraJsonWriter *writer,
             const char       *name,
             DheeraJsonValue   value,
             DheeraJsonType    type)
{
  if (dheera_json_type (value) != type)
    return;

  dheera_json_writer_key (writer, name);
  dheera_json_writer_value (writer, value);
}

/* FALSE when the source has no address. */
static gboolean
write_url_citation (DheeraJsonWriter *writer,
                    DheeraJsonValue   citation,
                    DheeraJsonValue   source)
{
  DheeraJsonValue document = dheera_json_member (source, "document");
  DheeraJsonValue url = dheera_json_member (document, "url");

  if (dheera_json_type (url) != DHEERA_JSON_STRING)
    return FALSE;

  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "type", "url_citation");
  dheera_json_writer_key (writer, "url_citation");
  dheera_json_writer_begin_object (writer);
  copy_member (writer, "start_index", dheera_json_member (citation, "start"), DHEERA_JSON_NUMBER);
  copy_member (writer, "end_index", dheera_json_member (citation, "end"), DHEERA_JSON_NUMBER);
  copy_member (writer, "url", url, DHEERA_JSON_STRING);
  copy_member (writer, "title", dheera_json_member (document, "title"), DHEERA_JSON_STRING);
  dheera_json_writer_end_object (writer);
  dheera_json_writer_end_object (writer);

  return TRUE;
}

static void
write_citation (DheeraJsonWriter *writer,
                DheeraJsonValue   citation)
{
  gboolean any = FALSE;
  DheeraJsonIter iter;
  DheeraJsonValue source;

  if (dheera_json_type (citation) != DHEERA_JSON_OBJECT)
    return;

  dheera_json_iter_init (&iter, dheera_json_member (citation, "sources"));
  while (dheera_json_iter_next (&iter, NULL, &source))
    any |= write_url_citation (writer, citation, source);
  if (!any)
    dheera_json_writer_value (writer, citation);
}

void
dheera_cohere_read_citations (DheeraAccumulator *accumulator,
                              DheeraJsonValue    citations)
{
  DheeraJson json = DHEERA_JSON_INIT;
  DheeraJsonWriter writer;
  DheeraJsonIter iter;
  DheeraJsonValue citation;
  g_autofree char *text = NULL;

  dheera_json_writer_init (&writer, 256);
  dheera_json_writer_begin_array (&writer);
  if (dheera_json_type (citations) == DHEERA_JSON_ARRAY)
    {
      dheera_json_iter_init (&iter, citations);
      while (dheera_json_iter_next (&iter, NULL, &citation))
        write_citation (&writer, citation);
    }
  else
    write_citation (&writer, citations);
  dheera_json_writer_end_array (&writer);
  text = dheera_json_writer_steal (&writer);

  if (dheera_json_parse (&json, text, strlen (text)) && dheera_json_size (dheera_json_root (&json)) > 0)
    dheera_accumulator_add_annotations (accumulator, 0, dheera_json_root (&json));
  dheera_json_clear (&json);
}

/* --- Logprobs -------------------------------------------------------------------------------- */

/* Some tokens have one text together: their numbers add up to that of the text. */
static void
write_logprob (DheeraJsonWriter *writer,
               DheeraJsonValue   item)
{
  DheeraJsonValue text = dheera_json_member (item, "text");
  double sum = 0;
  DheeraJsonIter iter;
  DheeraJsonValue number;

  if (dheera_json_type (item) != DHEERA_JSON_OBJECT)
    return;

  dheera_json_iter_init (&iter, dheera_json_member (item, "logprobs"));
  while (dheera_json_iter_next (&iter, NULL, &number))
    sum += dheera_json_get_double (number, 0);

  dheera_json_writer_begin_object (writer);
  dheera_json_writer_key (writer, "token");
  if (dheera_json_type (text) == DHEERA_JSON_STRING)
    dheera_json_writer_value (writer, text);
  else
    dheera_json_writer_string (writer, "");
  dheera_json_writer_member_double (writer, "logprob", sum);
  dheera_json_writer_key (writer, "bytes");
  dheera_json_writer_null (writer);
  dheera_json_writer_member_raw (writer, "top_logprobs", "[]");
  dheera_json_writer_end_object (writer);
}

void
dheera_cohere_read_logprobs (DheeraAccumulator *accumulator,
                             DheeraJsonValue    logprobs)
{
  DheeraJson json = DHEERA_JSON_INIT;
  DheeraJsonWriter writer;
  DheeraJsonIter iter;
  DheeraJsonValue item;
  g_autofree char *text = NULL;

  if (dheera_json_size (logprobs) == 0)
    return;

  dheera_json_writer_init (&writer, 256);
  dheera_json_writer_begin_object (&writer);
  dheera_json_writer_key (&writer, "content");
  dheera_json_writer_begin_array (&writer);
  if (dheera_json_type (logprobs) == DHEERA_JSON_ARRAY)
    {
      dheera_json_iter_init (&iter, logprobs);
      while (dheera_json_iter_next (&iter, NULL, &item))
        write_logprob (&writer, item);
    }
  else
    write_logprob (&writer, logprobs);
  dheera_json_writer_end_array (&writer);
  dheera_json_writer_end_object (&writer);
  text = dheera_json_writer_steal (&writer);

  if (dheera_json_parse (&json, text, strlen (text)))
    dheera_accumulator_add_logprobs (accumulator, 0, dheera_json_root (&json));
  dheera_json_clear (&json);
}
