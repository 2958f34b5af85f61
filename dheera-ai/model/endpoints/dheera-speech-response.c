/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-speech-response-private.h"

#include "dheera-ai/model/dheera-strings-private.h"

struct _DheeraSpeechResponseClass
{
  DheeraBaseResponseClass parent_class;
};

/**
 * DheeraSpeechResponse:
 *
 * The text of a [class@SpeechRequest], spoken.
 *
 * Since: 0.1
 */
G_DEFINE_FINAL_TYPE (DheeraSpeechResponse, dheera_speech_response, DHEERA_TYPE_BASE_RESPONSE)

enum
{
  PROP_0,
  PROP_AUDIO,
  PROP_MIME_TYPE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
dheera_speech_response_finalize (GObject *object)
{
  DheeraSpeechResponse *self = DHEERA_SPEECH_RESPONSE (object);

  g_clear_pointer (&self->audio, g_bytes_unref);
  g_free (self->mime_type);

  G_OBJECT_CLASS (dheera_speech_response_parent_class)->finalize (object);
}

static void
dheera_speech_response_get_property (GObject    *object,
                                     guint       prop_id,
                                     GValue     *value,
                                     GParamSpec *pspec)
{
  DheeraSpeechResponse *self = DHEERA_SPEECH_RESPONSE (object);

  switch (prop_id)
    {
    case PROP_AUDIO:
      g_value_set_boxed (value, dheera_speech_response_get_audio (self));
      break;
    case PROP_MIME_TYPE:
      g_value_set_string (value, dheera_speech_response_get_mime_type (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_speech_response_write (DheeraBaseResponse *base,
                              DheeraJsonWriter   *writer)
{
  DheeraSpeechResponse *self = DHEERA_SPEECH_RESPONSE (base);

  dheera_base_response_write_model (base, writer);
  dheera_json_writer_member_string (writer, "mime_type", dheera_string_or_empty (self->mime_type));
  dheera_json_writer_key (writer, "audio");
  dheera_json_writer_base64 (writer, NULL, self->audio);
}

static void
dheera_speech_response_class_init (DheeraSpeechResponseClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  DheeraBaseResponseClass *base_class = (DheeraBaseResponseClass *) klass;
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = dheera_speech_response_finalize;
  object_class->get_property = dheera_speech_response_get_property;
  base_class->write = dheera_speech_response_write;

  /**
   * DheeraSpeechResponse:audio:
   *
   * The contents of a sound file.
   *
   * Since: 0.1
   */
  properties[PROP_AUDIO] = g_param_spec_boxed ("audio", NULL, NULL, G_TYPE_BYTES, flags);

  /**
   * DheeraSpeechResponse:mime-type:
   *
   * What the file is, such as `audio/mpeg`, as far as the provider says; else empty.
   *
   * Since: 0.1
   */
  properties[PROP_MIME_TYPE] = g_param_spec_string ("mime-type", NULL, NULL, "", flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
dheera_speech_response_init (DheeraSpeechResponse *self)
{
  self->audio = g_bytes_new (NULL, 0);
}

/**
 * dheera_speech_response_get_audio:
 * @self: an answer
 *
 * The contents of a sound file.
 *
 * Returns: (transfer none): the contents of the file, never %NULL
 *
 * Since: 0.1
 */
GBytes *
dheera_speech_response_get_audio (DheeraSpeechResponse *self)
{
  g_return_val_if_fail (DHEERA_IS_SPEECH_RESPONSE (self), NULL);

  return self->audio;
}

/**
 * dheera_speech_response_get_mime_type:
 * @self: an answer
 *
 * What the file is.
 *
 * Returns: the type, empty when it is not known
 *
 * Since: 0.1
 */
const char *
dheera_speech_response_get_mime_type (DheeraSpeechResponse *self)
{
  g_return_val_if_fail (DHEERA_IS_SPEECH_RESPONSE (self), "");

  return dheera_string_or_empty (self->mime_type);
}

DheeraSpeechResponse *
dheera_speech_response_new (const char *provider,
                            GBytes     *audio)
{
  DheeraSpeechResponse *self = dheera_base_response_new (DHEERA_TYPE_SPEECH_RESPONSE, provider);

  g_bytes_unref (self->audio);
  self->audio = audio;

  return self;
}
