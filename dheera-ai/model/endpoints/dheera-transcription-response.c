/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-transcription-response-private.h"

#include "dheera-ai/model/dheera-strings-private.h"

struct _DheeraTranscriptionResponseClass
{
  DheeraBaseResponseClass parent_class;
};

/**
 * DheeraTranscriptionResponse:
 *
 * What is said in the recording of a [class@TranscriptionRequest].
 *
 * Since: 0.1
 */
G_DEFINE_FINAL_TYPE (DheeraTranscriptionResponse, dheera_transcription_response, DHEERA_TYPE_BASE_RESPONSE)

enum
{
  PROP_0,
  PROP_TEXT,
  PROP_LANGUAGE,
  PROP_DURATION,
  PROP_SEGMENTS,
  PROP_WORDS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
write_segment (DheeraTranscriptSegment *segment,
               const char              *text_member,
               guint                    position,
               DheeraJsonWriter        *writer)
{
  dheera_json_writer_begin_object (writer);
  if (strcmp (text_member, "text") == 0)
    dheera_json_writer_member_int (writer, "id", position);
  if (segment->start >= 0)
    dheera_json_writer_member_double (writer, "start", segment->start);
  if (segment->end >= 0)
    dheera_json_writer_member_double (writer, "end", segment->end);
  dheera_json_writer_member_string (writer, text_member, dheera_string_or_empty (segment->text));
  if (segment->speaker != NULL)
    dheera_json_writer_member_string (writer, "speaker", segment->speaker);
  dheera_json_writer_end_object (writer);
}

static void
write_segments (GListStore       *list,
                const char       *member,
                const char       *text_member,
                DheeraJsonWriter *writer)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (list));

  if (n == 0)
    return;

  dheera_json_writer_key (writer, member);
  dheera_json_writer_begin_array (writer);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (DheeraTranscriptSegment) segment = g_list_model_get_item (G_LIST_MODEL (list), i);

      write_segment (segment, text_member, i, writer);
    }
  dheera_json_writer_end_array (writer);
}

static void
dheera_transcription_response_finalize (GObject *object)
{
  DheeraTranscriptionResponse *self = DHEERA_TRANSCRIPTION_RESPONSE (object);

  g_free (self->text);
  g_free (self->language);
  g_clear_object (&self->segments);
  g_clear_object (&self->words);

  G_OBJECT_CLASS (dheera_transcription_response_parent_class)->finalize (object);
}

static void
dheera_transcription_response_get_property (GObject    *object,
                                            guint       prop_id,
                                            GValue     *value,
                                            GParamSpec *pspec)
{
  DheeraTranscriptionResponse *self = DHEERA_TRANSCRIPTION_RESPONSE (object);

  switch (prop_id)
    {
    case PROP_TEXT:
      g_value_set_string (value, dheera_transcription_response_get_text (self));
      break;
    case PROP_LANGUAGE:
      g_value_set_string (value, dheera_transcription_response_get_language (self));
      break;
    case PROP_DURATION:
      g_value_set_double (value, dheera_transcription_response_get_duration (self));
      break;
    case PROP_SEGMENTS:
      g_value_set_object (value, dheera_transcription_response_get_segments (self));
      break;
    case PROP_WORDS:
      g_value_set_object (value, dheera_transcription_response_get_words (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_transcription_response_write (DheeraBaseResponse *base,
                                     DheeraJsonWriter   *writer)
{
  DheeraTranscriptionResponse *self = DHEERA_TRANSCRIPTION_RESPONSE (base);

  dheera_json_writer_member_string (writer, "text", dheera_string_or_empty (self->text));
  if (self->language != NULL)
    dheera_json_writer_member_string (writer, "language", self->language);
  if (self->duration >= 0)
    dheera_json_writer_member_double (writer, "duration", self->duration);
  write_segments (self->segments, "segments", "text", writer);
  write_segments (self->words, "words", "word", writer);
  dheera_base_response_write_token_usage (base, "tokens", writer);
}

static void
dheera_transcription_response_class_init (DheeraTranscriptionResponseClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  DheeraBaseResponseClass *base_class = (DheeraBaseResponseClass *) klass;
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = dheera_transcription_response_finalize;
  object_class->get_property = dheera_transcription_response_get_property;
  base_class->write = dheera_transcription_response_write;

  /**
   * DheeraTranscriptionResponse:text:
   *
   * What is said. When subtitles were asked for, the text of the subtitles.
   *
   * Since: 0.1
   */
  properties[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, "", flags);

  /**
   * DheeraTranscriptionResponse:language:
   *
   * The language that is spoken, as the provider calls it; %NULL when it does not say.
   *
   * Since: 0.1
   */
  properties[PROP_LANGUAGE] = g_param_spec_string ("language", NULL, NULL, NULL, flags);

  /**
   * DheeraTranscriptionResponse:duration:
   *
   * How long the recording is, in seconds; -1 when the provider does not say.
   *
   * Since: 0.1
   */
  properties[PROP_DURATION] =
    g_param_spec_double ("duration", NULL, NULL, -G_MAXDOUBLE, G_MAXDOUBLE, -1, flags);

  /**
   * DheeraTranscriptionResponse:segments:
   *
   * The sentences with their times, when they were asked for: a list of [class@TranscriptSegment].
   *
   * Since: 0.1
   */
  properties[PROP_SEGMENTS] = g_param_spec_object ("segments", NULL, NULL, G_TYPE_LIST_MODEL, flags);

  /**
   * DheeraTranscriptionResponse:words:
   *
   * The words with their times, when they were asked for: a list of [class@TranscriptSegment].
   *
   * Since: 0.1
   */
  properties[PROP_WORDS] = g_param_spec_object ("words", NULL, NULL, G_TYPE_LIST_MODEL, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
dheera_transcription_response_init (DheeraTranscriptionResponse *self)
{
  self->duration = -1;
  self->segments = g_list_store_new (DHEERA_TYPE_TRANSCRIPT_SEGMENT);
  self->words = g_list_store_new (DHEERA_TYPE_TRANSCRIPT_SEGMENT);
}

/**
 * dheera_transcription_response_get_text:
 * @self: an answer
 *
 * What is said.
 *
 * Returns: the text
 *
 * Since: 0.1
 */
const char *
dheera_transcription_response_get_text (DheeraTranscriptionResponse *self)
{
  g_return_val_if_fail (DHEERA_IS_TRANSCRIPTION_RESPONSE (self), "");

  return dheera_string_or_empty (self->text);
}

/**
 * dheera_transcription_response_get_language:
 * @self: an answer
 *
 * The language that is spoken.
 *
 * Returns: (nullable): the language
 *
 * Since: 0.1
 */
const char *
dheera_transcription_response_get_language (DheeraTranscriptionResponse *self)
{
  g_return_val_if_fail (DHEERA_IS_TRANSCRIPTION_RESPONSE (self), NULL);

  return self->language;
}

/**
 * dheera_transcription_response_get_duration:
 * @self: an answer
 *
 * How long the recording is.
 *
 * Returns: a time in seconds, -1 when it is not known
 *
 * Since: 0.1
 */
double
dheera_transcription_response_get_duration (DheeraTranscriptionResponse *self)
{
  g_return_val_if_fail (DHEERA_IS_TRANSCRIPTION_RESPONSE (self), -1);

  return self->duration;
}

/**
 * dheera_transcription_response_get_segments:
 * @self: an answer
 *
 * The sentences with their times.
 *
 * Returns: (transfer none): a list of [class@TranscriptSegment]
 *
 * Since: 0.1
 */
GListModel *
dheera_transcription_response_get_segments (DheeraTranscriptionResponse *self)
{
  g_return_val_if_fail (DHEERA_IS_TRANSCRIPTION_RESPONSE (self), NULL);

  return G_LIST_MODEL (self->segments);
}

/**
 * dheera_transcription_response_get_words:
 * @self: an answer
 *
 * The words with their times.
 *
 * Returns: (transfer none): a list of [class@TranscriptSegment]
 *
 * Since: 0.1
 */
GListModel *
dheera_transcription_response_get_words (DheeraTranscriptionResponse *self)
{
  g_return_val_if_fail (DHEERA_IS_TRANSCRIPTION_RESPONSE (self), NULL);

  return G_LIST_MODEL (self->words);
}

DheeraTranscriptionResponse *
dheera_transcription_response_new (const char *provider)
{
  return dheera_base_response_new (DHEERA_TYPE_TRANSCRIPTION_RESPONSE, provider);
}

DheeraTranscriptSegment *
dheera_transcription_response_add (GListStore *list)
{
  g_autoptr (DheeraTranscriptSegment) segment = dheera_transcript_segment_new ();

  g_list_store_append (list, segment);

  return segment;
}
