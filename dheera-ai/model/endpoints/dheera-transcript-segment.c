/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-transcript-segment-private.h"

#include "dheera-ai/model/dheera-strings-private.h"

/**
 * DheeraTranscriptSegment:
 *
 * A sentence or a word of a recording, and when it is said.
 *
 * Since: 0.1
 */
G_DEFINE_FINAL_TYPE (DheeraTranscriptSegment, dheera_transcript_segment, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_TEXT,
  PROP_START,
  PROP_END,
  PROP_SPEAKER,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
dheera_transcript_segment_finalize (GObject *object)
{
  DheeraTranscriptSegment *self = DHEERA_TRANSCRIPT_SEGMENT (object);

  g_free (self->text);
  g_free (self->speaker);

  G_OBJECT_CLASS (dheera_transcript_segment_parent_class)->finalize (object);
}

static void
dheera_transcript_segment_get_property (GObject    *object,
                                        guint       prop_id,
                                        GValue     *value,
                                        GParamSpec *pspec)
{
  DheeraTranscriptSegment *self = DHEERA_TRANSCRIPT_SEGMENT (object);

  switch (prop_id)
    {
    case PROP_TEXT:
      g_value_set_string (value, dheera_transcript_segment_get_text (self));
      break;
    case PROP_START:
      g_value_set_double (value, dheera_transcript_segment_get_start (self));
      break;
    case PROP_END:
      g_value_set_double (value, dheera_transcript_segment_get_end (self));
      break;
    case PROP_SPEAKER:
      g_value_set_string (value, dheera_transcript_segment_get_speaker (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_transcript_segment_class_init (DheeraTranscriptSegmentClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = dheera_transcript_segment_finalize;
  object_class->get_property = dheera_transcript_segment_get_property;

  /**
   * DheeraTranscriptSegment:text:
   *
   * What is said.
   *
   * Since: 0.1
   */
  properties[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, "", flags);

  /**
   * DheeraTranscriptSegment:start:
   *
   * When it begins, in seconds from the beginning of the recording; -1 when it is not known.
   *
   * Since: 0.1
   */
  properties[PROP_START] = g_param_spec_double ("start", NULL, NULL, -G_MAXDOUBLE, G_MAXDOUBLE, -1, flags);

  /**
   * DheeraTranscriptSegment:end:
   *
   * When it ends, in seconds from the beginning of the recording; -1 when it is not known.
   *
   * Since: 0.1
   */
  properties[PROP_END] = g_param_spec_double ("end", NULL, NULL, -G_MAXDOUBLE, G_MAXDOUBLE, -1, flags);

  /**
   * DheeraTranscriptSegment:speaker:
   *
   * Who says it, as far as the model tells the speakers apart.
   *
   * Since: 0.1
   */
  properties[PROP_SPEAKER] = g_param_spec_string ("speaker", NULL, NULL, NULL, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
dheera_transcript_segment_init (DheeraTranscriptSegment *self)
{
  self->start = -1;
  self->end = -1;
}

/**
 * dheera_transcript_segment_get_text:
 * @self: a [class@TranscriptSegment]
 *
 * What is said.
 *
 * Returns: the text
 *
 * Since: 0.1
 */
const char *
dheera_transcript_segment_get_text (DheeraTranscriptSegment *self)
{
  g_return_val_if_fail (DHEERA_IS_TRANSCRIPT_SEGMENT (self), "");

  return dheera_string_or_empty (self->text);
}

/**
 * dheera_transcript_segment_get_start:
 * @self: a [class@TranscriptSegment]
 *
 * When it begins.
 *
 * Returns: a time in seconds, -1 when it is not known
 *
 * Since: 0.1
 */
double
dheera_transcript_segment_get_start (DheeraTranscriptSegment *self)
{
  g_return_val_if_fail (DHEERA_IS_TRANSCRIPT_SEGMENT (self), -1);

  return self->start;
}

/**
 * dheera_transcript_segment_get_end:
 * @self: a [class@TranscriptSegment]
 *
 * When it ends.
 *
 * Returns: a time in seconds, -1 when it is not known
 *
 * Since: 0.1
 */
double
dheera_transcript_segment_get_end (DheeraTranscriptSegment *self)
{
  g_return_val_if_fail (DHEERA_IS_TRANSCRIPT_SEGMENT (self), -1);

  return self->end;
}

/**
 * dheera_transcript_segment_get_speaker:
 * @self: a [class@TranscriptSegment]
 *
 * Who says it.
 *
 * Returns: (nullable): a name of the speaker
 *
 * Since: 0.1
 */
const char *
dheera_transcript_segment_get_speaker (DheeraTranscriptSegment *self)
{
  g_return_val_if_fail (DHEERA_IS_TRANSCRIPT_SEGMENT (self), NULL);

  return self->speaker;
}

DheeraTranscriptSegment *
dheera_transcript_segment_new (void)
{
  return g_object_new (DHEERA_TYPE_TRANSCRIPT_SEGMENT, NULL);
}
