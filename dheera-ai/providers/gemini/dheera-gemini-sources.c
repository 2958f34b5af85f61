/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-gemini-private.h"

#include <string.h>

#include "dheera-ai/model/messages/dheera-message-private.h"

/* Where an answer has its words from, as OpenAI's annotations. Google counts bytes of UTF-8, everybody else characters. */

typedef struct
{
  DheeraDecoder *decoder;
  gint64 choice;
  DheeraJsonWriter writer; /* of an array */
  const char *text;
  gsize length;
  GArray *characters; /* in front of each STEP bytes of the text */
} Sources;

#define STEP 256

/* Bytes of UTF-8 that begin a character */
static guint
count_first_bytes (const char *text,
                   gsize       length)
{
  guint n = 0;

  for (gsize i = 0; i < length; i++)
    n += ((guchar) text[i] & 0xc0) != 0x80;

  return n;
}

/* There may be as many sources as the provider likes: each place is found in the same short time, and no byte is counted twice, however
 * often more of the text has come. */
static GArray *
count_characters (DheeraGeminiCandidate *candidate,
                  const char            *text,
                  gsize                  length)
{
  GArray *characters = candidate->characters;
  guint32 n = 0;

  if (characters == NULL)
    {
      characters = candidate->characters = g_array_new (FALSE, FALSE, sizeof (guint32));
      g_array_append_val (characters, n);
    }
  while (characters->len <= length / STEP)
    {
      guint last = characters->len - 1;

      n = g_array_index (characters, guint32, last) + count_first_bytes (text + (gsize) last * STEP, STEP);
      g_array_append_val (characters, n);
    }

  return characters;
}

static void
sources_init (Sources       *self,
              DheeraDecoder *decoder,
              gint64         choice)
{
  const GString *text = dheera_accumulator_get_message (decoder->accumulator, choice)->text;

  self->decoder = decoder;
  self->choice = choice;
  self->text = text != NULL ? text->str : "";
  self->length = text != NULL ? text->len : 0;
  self->characters = count_characters (dheera_gemini_state_candidate (decoder, choice), self->text, self->length);
  dheera_json_writer_init (&self->writer, 256);
  dheera_json_writer_begin_array (&self->writer);
}

static void
sources_add (Sources *self)
{
  g_autofree char *text = NULL;
  DheeraJson json = DHEERA_JSON_INIT;

  dheera_json_writer_end_array (&self->writer);
  text = dheera_json_writer_steal (&self->writer);
  if (dheera_json_parse (&json, text, strlen (text)))
    dheera_accumulator_add_annotations (self->decoder->accumulator, self->choice, dheera_json_root (&json));
  dheera_json_clear (&json);
}

/* The number of characters in front of that byte */
static gint64
find_character (Sources *self,
                gint64   byte)
{
  gsize place = (gsize) CLAMP (byte, 0, (gint64) self->length);
  gsize step = place / STEP;

  return g_array_index (self->characters, guint32, step) + count_first_bytes (self->text + step * STEP, place % STEP);
}

/* start and end are bytes of the text; -1 when it is not known what the source is of. */
static void
write_source (Sources         *self,
              DheeraJsonValue  uri,
              DheeraJsonValue  title,
              gint64           start,
              gint64           end)
{
  DheeraJsonWriter *writer = &self->writer;

  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "type", "url_citation");
  dheera_json_writer_key (writer, "url_citation");
  dheera_json_writer_begin_object (writer);
  if (end >= 0)
    {
      dheera_json_writer_member_int (writer, "start_index", find_character (self, start));
      dheera_json_writer_member_int (writer, "end_index", find_character (self, end));
    }
  if (dheera_json_type (title) == DHEERA_JSON_STRING)
    {
      dheera_json_writer_key (writer, "title");
      dheera_json_writer_value (writer, title);
    }
  dheera_json_writer_key (writer, "url");
  dheera_json_writer_value (writer, uri);
  dheera_json_writer_end_object (writer);
  dheera_json_writer_end_object (writer);
}

static gboolean
is_uri (DheeraJsonValue uri)
{
  return dheera_json_type (uri) == DHEERA_JSON_STRING && !dheera_json_equal (uri, "");
}

void
dheera_gemini_read_citations (DheeraDecoder   *decoder,
                              gint64           choice,
                              DheeraJsonValue  citations)
{
  /* The Gemini API calls them so, Vertex AI otherwise. */
  DheeraJsonValue list = dheera_json_member (citations, "citationSources");
  DheeraJsonIter iter;
  DheeraJsonValue citation;
  Sources sources;

  if (dheera_json_type (list) != DHEERA_JSON_ARRAY)
    list = dheera_json_member (citations, "citations");
  if (dheera_json_type (list) != DHEERA_JSON_ARRAY)
    return;

  sources_init (&sources, decoder, choice);
  dheera_json_iter_init (&iter, list);
  while (dheera_json_iter_next (&iter, NULL, &citation))
    {
      DheeraJsonValue uri = dheera_json_member (citation, "uri");

      if (is_uri (uri))
        write_source (&sources, uri, dheera_json_member (citation, "title"),
                      dheera_json_get_int (dheera_json_member (citation, "startIndex"), 0),
                      dheera_json_get_int (dheera_json_member (citation, "endIndex"), -1));
    }
  sources_add (&sources);
}

/* Of a picture there are two: the page that it is from counts. */
static DheeraJsonValue
find_uri (DheeraJsonValue origin)
{
  DheeraJsonValue uri = dheera_json_member (origin, "uri");

  return is_uri (uri) ? uri : dheera_json_member (origin, "sourceUri");
}

/* The object in a chunk that has address and title */
static DheeraJsonValue
find_origin (DheeraJsonValue chunk)
{
  static const DheeraJsonValue none;
  static const char *const kinds[] = { "web", "retrievedContext", "maps", "image" };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      DheeraJsonValue origin = dheera_json_member (chunk, kinds[i]);

      if (is_uri (find_uri (origin)))
        return origin;
    }

  return none;
}

/* Where the part of that number begins */
static gint64
find_start (Sources *self,
            gint64   part)
{
  GArray *starts = dheera_gemini_state_candidate (self->decoder, self->choice)->starts;

  return starts != NULL && part >= 0 && part < starts->len ? (gint64) g_array_index (starts, gsize, part) : 0;
}

static void
write_support (Sources         *self,
               DheeraJsonValue  support,
               GArray          *origins)
{
  DheeraJsonValue segment = dheera_json_member (support, "segment");
  gint64 base = find_start (self, dheera_json_get_int (dheera_json_member (segment, "partIndex"), 0));
  gint64 start = dheera_json_get_int (dheera_json_member (segment, "startIndex"), 0);
  gint64 end = dheera_json_get_int (dheera_json_member (segment, "endIndex"), -1);
  DheeraJsonIter iter;
  DheeraJsonValue number;

  /* Nothing that a text could have */
  if (start < 0 || start > (gint64) self->length || end > (gint64) self->length)
    start = end = -1;

  dheera_json_iter_init (&iter, dheera_json_member (support, "groundingChunkIndices"));
  while (dheera_json_iter_next (&iter, NULL, &number))
    {
      gint64 i = dheera_json_get_int (number, -1);
      DheeraJsonValue origin;

      if (i < 0 || i >= origins->len)
        continue;
      origin = g_array_index (origins, DheeraJsonValue, i);
      if (dheera_json_exists (origin))
        write_source (self, find_uri (origin), dheera_json_member (origin, "title"),
                      start + base, end >= 0 ? end + base : -1);
    }
}

static GArray *
list_origins (DheeraJsonValue chunks)
{
  GArray *origins = g_array_new (FALSE, FALSE, sizeof (DheeraJsonValue));
  DheeraJsonIter iter;
  DheeraJsonValue chunk;

  dheera_json_iter_init (&iter, chunks);
  while (dheera_json_iter_next (&iter, NULL, &chunk))
    {
      DheeraJsonValue origin = find_origin (chunk);

      g_array_append_val (origins, origin);
    }

  return origins;
}

static void
write_grounding (Sources         *self,
                 DheeraJsonValue  grounding)
{
  g_autoptr (GArray) origins = list_origins (dheera_json_member (grounding, "groundingChunks"));
  DheeraJsonValue supports = dheera_json_member (grounding, "groundingSupports");
  DheeraJsonIter iter;
  DheeraJsonValue support;

  if (dheera_json_type (supports) == DHEERA_JSON_ARRAY && dheera_json_size (supports) > 0)
    {
      dheera_json_iter_init (&iter, supports);
      while (dheera_json_iter_next (&iter, NULL, &support))
        write_support (self, support, origins);
      return;
    }

  for (guint i = 0; i < origins->len; i++)
    {
      DheeraJsonValue origin = g_array_index (origins, DheeraJsonValue, i);

      if (dheera_json_exists (origin))
        write_source (self, find_uri (origin), dheera_json_member (origin, "title"), -1, -1);
    }
}

void
dheera_gemini_read_grounding (DheeraDecoder *decoder,
                              gint64         choice)
{
  DheeraGeminiCandidate *candidate = dheera_gemini_state_candidate (decoder, choice);
  g_autofree char *text = g_steal_pointer (&candidate->grounding);
  DheeraJson json = DHEERA_JSON_INIT;
  Sources sources;

  if (text == NULL)
    return;

  if (dheera_json_parse (&json, text, strlen (text)))
    {
      sources_init (&sources, decoder, choice);
      write_grounding (&sources, dheera_json_root (&json));
      sources_add (&sources);
    }
  dheera_json_clear (&json);
}
