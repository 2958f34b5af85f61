/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-transcription-request-private.h"

#include "dheera-ai/model/dheera-enum-types.h"
#include "dheera-ai/model/dheera-strings-private.h"
#include "dheera-ai/model/requests/dheera-values-private.h"

struct _DheeraTranscriptionRequestClass
{
  DheeraBaseRequestClass parent_class;
};

/**
 * DheeraTranscriptionRequest:
 *
 * Asks for what is said in a recording.
 *
 * See [method@Client.transcribe].
 *
 * Since: 0.1
 */
G_DEFINE_FINAL_TYPE (DheeraTranscriptionRequest, dheera_transcription_request, DHEERA_TYPE_BASE_REQUEST)

enum
{
  PROP_0,
  PROP_AUDIO,
  PROP_MIME_TYPE,
  PROP_FILENAME,
  PROP_LANGUAGE,
  PROP_PROMPT,
  PROP_TEMPERATURE,
  PROP_TIMESTAMPS,
  PROP_FORMAT,
  PROP_TRANSLATE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
dheera_transcription_request_finalize (GObject *object)
{
  DheeraTranscriptionRequest *self = DHEERA_TRANSCRIPTION_REQUEST (object);

  g_clear_pointer (&self->audio, g_bytes_unref);
  g_free (self->mime_type);
  g_free (self->filename);
  g_free (self->language);
  g_free (self->prompt);
  g_free (self->format);

  G_OBJECT_CLASS (dheera_transcription_request_parent_class)->finalize (object);
}

static void
dheera_transcription_request_get_property (GObject    *object,
                                           guint       prop_id,
                                           GValue     *value,
                                           GParamSpec *pspec)
{
  DheeraTranscriptionRequest *self = DHEERA_TRANSCRIPTION_REQUEST (object);

  switch (prop_id)
    {
    case PROP_AUDIO:
      g_value_set_boxed (value, dheera_transcription_request_get_audio (self));
      break;
    case PROP_MIME_TYPE:
      g_value_set_string (value, dheera_transcription_request_get_mime_type (self));
      break;
    case PROP_FILENAME:
      g_value_set_string (value, dheera_transcription_request_get_filename (self));
      break;
    case PROP_LANGUAGE:
      g_value_set_string (value, dheera_transcription_request_get_language (self));
      break;
    case PROP_PROMPT:
      g_value_set_string (value, dheera_transcription_request_get_prompt (self));
      break;
    case PROP_TEMPERATURE:
      g_value_set_double (value, dheera_transcription_request_get_temperature (self));
      break;
    case PROP_TIMESTAMPS:
      g_value_set_flags (value, dheera_transcription_request_get_timestamps (self));
      break;
    case PROP_FORMAT:
      g_value_set_string (value, dheera_transcription_request_get_format (self));
      break;
    case PROP_TRANSLATE:
      g_value_set_boolean (value, dheera_transcription_request_get_translate (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_transcription_request_set_property (GObject      *object,
                                           guint         prop_id,
                                           const GValue *value,
                                           GParamSpec   *pspec)
{
  DheeraTranscriptionRequest *self = DHEERA_TRANSCRIPTION_REQUEST (object);

  switch (prop_id)
    {
    case PROP_AUDIO:
      dheera_transcription_request_set_audio (self, g_value_get_boxed (value));
      break;
    case PROP_MIME_TYPE:
      dheera_transcription_request_set_mime_type (self, g_value_get_string (value));
      break;
    case PROP_FILENAME:
      dheera_transcription_request_set_filename (self, g_value_get_string (value));
      break;
    case PROP_LANGUAGE:
      dheera_transcription_request_set_language (self, g_value_get_string (value));
      break;
    case PROP_PROMPT:
      dheera_transcription_request_set_prompt (self, g_value_get_string (value));
      break;
    case PROP_TEMPERATURE:
      dheera_transcription_request_set_temperature (self, g_value_get_double (value));
      break;
    case PROP_TIMESTAMPS:
      dheera_transcription_request_set_timestamps (self, g_value_get_flags (value));
      break;
    case PROP_FORMAT:
      dheera_transcription_request_set_format (self, g_value_get_string (value));
      break;
    case PROP_TRANSLATE:
      dheera_transcription_request_set_translate (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_transcription_request_copy (DheeraBaseRequest *base,
                                   DheeraBaseRequest *base_into)
{
  DheeraTranscriptionRequest *self = DHEERA_TRANSCRIPTION_REQUEST (base);
  DheeraTranscriptionRequest *into = DHEERA_TRANSCRIPTION_REQUEST (base_into);

  into->audio = self->audio != NULL ? g_bytes_ref (self->audio) : NULL;
  into->mime_type = g_strdup (self->mime_type);
  into->filename = g_strdup (self->filename);
  into->language = g_strdup (self->language);
  into->prompt = g_strdup (self->prompt);
  into->temperature = self->temperature;
  into->timestamps = self->timestamps;
  into->format = g_strdup (self->format);
  into->translate = self->translate;
}

static gboolean
dheera_transcription_request_validate (DheeraBaseRequest  *base,
                                       GError            **error)
{
  DheeraTranscriptionRequest *self = DHEERA_TRANSCRIPTION_REQUEST (base);

  if (self->audio == NULL || g_bytes_get_size (self->audio) == 0)
    {
      dheera_set_invalid_request (error, "audio", "There is no recording, or an empty one.");
      return FALSE;
    }

  return dheera_check_text ("mime-type", self->mime_type, FALSE, error)
         && dheera_check_text ("filename", self->filename, FALSE, error)
         && dheera_check_text ("language", self->language, FALSE, error)
         && dheera_check_text ("format", self->format, FALSE, error)
         && dheera_check_double ("temperature", self->temperature, 0, 1, error);
}

static void
dheera_transcription_request_class_init (DheeraTranscriptionRequestClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  DheeraBaseRequestClass *base_class = (DheeraBaseRequestClass *) klass;
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = dheera_transcription_request_finalize;
  object_class->get_property = dheera_transcription_request_get_property;
  object_class->set_property = dheera_transcription_request_set_property;
  base_class->copy = dheera_transcription_request_copy;
  base_class->validate = dheera_transcription_request_validate;

  /**
   * DheeraTranscriptionRequest:audio:
   *
   * The recording: the contents of a sound file.
   *
   * Since: 0.1
   */
  properties[PROP_AUDIO] = g_param_spec_boxed ("audio", NULL, NULL, G_TYPE_BYTES, flags);

  /**
   * DheeraTranscriptionRequest:mime-type:
   *
   * What the recording is, such as `audio/mpeg`.
   *
   * Since: 0.1
   */
  properties[PROP_MIME_TYPE] = g_param_spec_string ("mime-type", NULL, NULL, NULL, flags);

  /**
   * DheeraTranscriptionRequest:filename:
   *
   * The name that the provider gets to see for the recording. Its ending tells some providers what it is.
   *
   * %NULL is a name that is made of [property@TranscriptionRequest:mime-type].
   *
   * Since: 0.1
   */
  properties[PROP_FILENAME] = g_param_spec_string ("filename", NULL, NULL, NULL, flags);

  /**
   * DheeraTranscriptionRequest:language:
   *
   * The language that is spoken, as a code of ISO 639-1 such as `en`. %NULL leaves it to the model to find out.
   *
   * Since: 0.1
   */
  properties[PROP_LANGUAGE] = g_param_spec_string ("language", NULL, NULL, NULL, flags);

  /**
   * DheeraTranscriptionRequest:prompt:
   *
   * What helps the model to understand, such as the names and the words that are likely to come.
   *
   * Since: 0.1
   */
  properties[PROP_PROMPT] = g_param_spec_string ("prompt", NULL, NULL, NULL, flags);

  /**
   * DheeraTranscriptionRequest:temperature:
   *
   * How freely the model picks its words, from 0 to 1. -1 is the provider's default.
   *
   * Since: 0.1
   */
  properties[PROP_TEMPERATURE] =
    g_param_spec_double ("temperature", NULL, NULL, -G_MAXDOUBLE, G_MAXDOUBLE, -1, flags);

  /**
   * DheeraTranscriptionRequest:timestamps:
   *
   * Of what the answer is to tell when it is said.
   *
   * Since: 0.1
   */
  properties[PROP_TIMESTAMPS] =
    g_param_spec_flags ("timestamps", NULL, NULL, DHEERA_TYPE_TIMESTAMPS, DHEERA_TIMESTAMPS_NONE, flags);

  /**
   * DheeraTranscriptionRequest:format:
   *
   * The form of the answer, in the words of OpenAI: `json`, `text`, `srt`, `vtt`, `verbose_json`, or `diarized_json`.
   *
   * %NULL takes the form that holds what else is asked for. The text of `srt` and `vtt`, which are subtitles, is [property@TranscriptionResponse:text].
   *
   * Since: 0.1
   */
  properties[PROP_FORMAT] = g_param_spec_string ("format", NULL, NULL, NULL, flags);

  /**
   * DheeraTranscriptionRequest:translate:
   *
   * Whether the text is wanted in English, whatever language is spoken.
   *
   * Neither [property@TranscriptionRequest:language] nor the times of words can be asked for then: they are refused with
   * %DHEERA_ERROR_UNSUPPORTED_PARAMETER, or left out with a warning, by [property@Client:param-policy].
   *
   * Since: 0.1
   */
  properties[PROP_TRANSLATE] = g_param_spec_boolean ("translate", NULL, NULL, FALSE, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
dheera_transcription_request_init (DheeraTranscriptionRequest *self)
{
  self->temperature = -1;
}

/**
 * dheera_transcription_request_new:
 * @model: (nullable): the name of a model, %NULL for the client's default model
 *
 * Makes a request without a recording.
 *
 * Returns: (transfer full): a new request
 *
 * Since: 0.1
 */
DheeraTranscriptionRequest *
dheera_transcription_request_new (const char *model)
{
  return g_object_new (DHEERA_TYPE_TRANSCRIPTION_REQUEST, "model", model, NULL);
}

/**
 * dheera_transcription_request_new_for_audio:
 * @model: (nullable): the name of a model, %NULL for the client's default model
 * @audio: the contents of a sound file
 * @mime_type: (nullable): what it is, such as `audio/mpeg`
 *
 * Makes a request for what is said in a recording.
 *
 * Returns: (transfer full): a new request
 *
 * Since: 0.1
 */
DheeraTranscriptionRequest *
dheera_transcription_request_new_for_audio (const char *model,
                                            GBytes     *audio,
                                            const char *mime_type)
{
  return g_object_new (DHEERA_TYPE_TRANSCRIPTION_REQUEST, "model", model, "audio", audio, "mime-type", mime_type, NULL);
}

/**
 * dheera_transcription_request_get_audio:
 * @self: a request
 *
 * The recording.
 *
 * Returns: (transfer none) (nullable): the recording
 *
 * Since: 0.1
 */
GBytes *
dheera_transcription_request_get_audio (DheeraTranscriptionRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_TRANSCRIPTION_REQUEST (self), NULL);

  return self->audio;
}

/**
 * dheera_transcription_request_set_audio:
 * @self: a request
 * @audio: (nullable): the contents of a sound file
 *
 * Sets the recording.
 *
 * Since: 0.1
 */
void
dheera_transcription_request_set_audio (DheeraTranscriptionRequest *self,
                                        GBytes                     *audio)
{
  g_return_if_fail (DHEERA_IS_TRANSCRIPTION_REQUEST (self));

  if (self->audio == audio)
    return;

  g_clear_pointer (&self->audio, g_bytes_unref);
  self->audio = audio != NULL ? g_bytes_ref (audio) : NULL;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_AUDIO]);
}

/**
 * dheera_transcription_request_get_mime_type:
 * @self: a request
 *
 * What the recording is.
 *
 * Returns: (nullable): the type
 *
 * Since: 0.1
 */
const char *
dheera_transcription_request_get_mime_type (DheeraTranscriptionRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_TRANSCRIPTION_REQUEST (self), NULL);

  return self->mime_type;
}

/**
 * dheera_transcription_request_set_mime_type:
 * @self: a request
 * @mime_type: (nullable): a type such as `audio/mpeg`
 *
 * Sets what the recording is.
 *
 * Since: 0.1
 */
void
dheera_transcription_request_set_mime_type (DheeraTranscriptionRequest *self,
                                            const char                 *mime_type)
{
  g_return_if_fail (DHEERA_IS_TRANSCRIPTION_REQUEST (self));

  if (dheera_string_set (&self->mime_type, mime_type))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MIME_TYPE]);
}

/**
 * dheera_transcription_request_get_filename:
 * @self: a request
 *
 * The name that the provider gets to see.
 *
 * Returns: (nullable): the name
 *
 * Since: 0.1
 */
const char *
dheera_transcription_request_get_filename (DheeraTranscriptionRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_TRANSCRIPTION_REQUEST (self), NULL);

  return self->filename;
}

/**
 * dheera_transcription_request_set_filename:
 * @self: a request
 * @filename: (nullable): a name such as `speech.mp3`
 *
 * Sets the name that the provider gets to see.
 *
 * Since: 0.1
 */
void
dheera_transcription_request_set_filename (DheeraTranscriptionRequest *self,
                                           const char                 *filename)
{
  g_return_if_fail (DHEERA_IS_TRANSCRIPTION_REQUEST (self));

  if (dheera_string_set (&self->filename, filename))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FILENAME]);
}

/**
 * dheera_transcription_request_get_language:
 * @self: a request
 *
 * The language that is spoken.
 *
 * Returns: (nullable): the code
 *
 * Since: 0.1
 */
const char *
dheera_transcription_request_get_language (DheeraTranscriptionRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_TRANSCRIPTION_REQUEST (self), NULL);

  return self->language;
}

/**
 * dheera_transcription_request_set_language:
 * @self: a request
 * @language: (nullable): a code such as `en`
 *
 * Sets the language that is spoken.
 *
 * Since: 0.1
 */
void
dheera_transcription_request_set_language (DheeraTranscriptionRequest *self,
                                           const char                 *language)
{
  g_return_if_fail (DHEERA_IS_TRANSCRIPTION_REQUEST (self));

  if (dheera_string_set (&self->language, language))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LANGUAGE]);
}

/**
 * dheera_transcription_request_get_prompt:
 * @self: a request
 *
 * What helps the model to understand.
 *
 * Returns: (nullable): the words
 *
 * Since: 0.1
 */
const char *
dheera_transcription_request_get_prompt (DheeraTranscriptionRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_TRANSCRIPTION_REQUEST (self), NULL);

  return self->prompt;
}

/**
 * dheera_transcription_request_set_prompt:
 * @self: a request
 * @prompt: (nullable): the words
 *
 * Sets what helps the model to understand.
 *
 * Since: 0.1
 */
void
dheera_transcription_request_set_prompt (DheeraTranscriptionRequest *self,
                                         const char                 *prompt)
{
  g_return_if_fail (DHEERA_IS_TRANSCRIPTION_REQUEST (self));

  if (dheera_string_set (&self->prompt, prompt))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROMPT]);
}

/**
 * dheera_transcription_request_get_temperature:
 * @self: a request
 *
 * How freely the model picks its words.
 *
 * Returns: from 0 to 1, -1 for the provider's default
 *
 * Since: 0.1
 */
double
dheera_transcription_request_get_temperature (DheeraTranscriptionRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_TRANSCRIPTION_REQUEST (self), -1);

  return self->temperature;
}

/**
 * dheera_transcription_request_set_temperature:
 * @self: a request
 * @temperature: from 0 to 1, -1 for the provider's default
 *
 * Sets how freely the model picks its words.
 *
 * Since: 0.1
 */
void
dheera_transcription_request_set_temperature (DheeraTranscriptionRequest *self,
                                              double                      temperature)
{
  g_return_if_fail (DHEERA_IS_TRANSCRIPTION_REQUEST (self));

  if (self->temperature == temperature)
    return;

  self->temperature = temperature;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TEMPERATURE]);
}

/**
 * dheera_transcription_request_get_timestamps:
 * @self: a request
 *
 * Of what the answer is to tell when it is said.
 *
 * Returns: of what
 *
 * Since: 0.1
 */
DheeraTimestamps
dheera_transcription_request_get_timestamps (DheeraTranscriptionRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_TRANSCRIPTION_REQUEST (self), DHEERA_TIMESTAMPS_NONE);

  return self->timestamps;
}

/**
 * dheera_transcription_request_set_timestamps:
 * @self: a request
 * @timestamps: of what
 *
 * Sets of what the answer is to tell when it is said.
 *
 * Since: 0.1
 */
void
dheera_transcription_request_set_timestamps (DheeraTranscriptionRequest *self,
                                             DheeraTimestamps            timestamps)
{
  g_return_if_fail (DHEERA_IS_TRANSCRIPTION_REQUEST (self));

  if (self->timestamps == timestamps)
    return;

  self->timestamps = timestamps;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TIMESTAMPS]);
}

/**
 * dheera_transcription_request_get_format:
 * @self: a request
 *
 * The form of the answer.
 *
 * Returns: (nullable): the word
 *
 * Since: 0.1
 */
const char *
dheera_transcription_request_get_format (DheeraTranscriptionRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_TRANSCRIPTION_REQUEST (self), NULL);

  return self->format;
}

/**
 * dheera_transcription_request_set_format:
 * @self: a request
 * @format: (nullable): a word that the provider knows
 *
 * Sets the form of the answer.
 *
 * Since: 0.1
 */
void
dheera_transcription_request_set_format (DheeraTranscriptionRequest *self,
                                         const char                 *format)
{
  g_return_if_fail (DHEERA_IS_TRANSCRIPTION_REQUEST (self));

  if (dheera_string_set (&self->format, format))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FORMAT]);
}

/**
 * dheera_transcription_request_get_translate:
 * @self: a request
 *
 * Whether the text is wanted in English.
 *
 * Returns: whether it is
 *
 * Since: 0.1
 */
gboolean
dheera_transcription_request_get_translate (DheeraTranscriptionRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_TRANSCRIPTION_REQUEST (self), FALSE);

  return self->translate;
}

/**
 * dheera_transcription_request_set_translate:
 * @self: a request
 * @translate: whether it is
 *
 * Sets whether the text is wanted in English.
 *
 * Since: 0.1
 */
void
dheera_transcription_request_set_translate (DheeraTranscriptionRequest *self,
                                            gboolean                    translate)
{
  g_return_if_fail (DHEERA_IS_TRANSCRIPTION_REQUEST (self));

  translate = translate != FALSE;
  if (self->translate == translate)
    return;

  self->translate = translate;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TRANSLATE]);
}
