/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-speech-request-private.h"

#include "dheera-ai/model/dheera-strings-private.h"
#include "dheera-ai/model/requests/dheera-values-private.h"

struct _DheeraSpeechRequestClass
{
  DheeraBaseRequestClass parent_class;
};

/**
 * DheeraSpeechRequest:
 *
 * Asks for a text to be spoken.
 *
 * See [method@Client.speak].
 *
 * Since: 0.1
 */
G_DEFINE_FINAL_TYPE (DheeraSpeechRequest, dheera_speech_request, DHEERA_TYPE_BASE_REQUEST)

enum
{
  PROP_0,
  PROP_INPUT,
  PROP_VOICE,
  PROP_FORMAT,
  PROP_SPEED,
  PROP_INSTRUCTIONS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
dheera_speech_request_finalize (GObject *object)
{
  DheeraSpeechRequest *self = DHEERA_SPEECH_REQUEST (object);

  g_free (self->input);
  g_free (self->voice);
  g_free (self->format);
  g_free (self->instructions);

  G_OBJECT_CLASS (dheera_speech_request_parent_class)->finalize (object);
}

static void
dheera_speech_request_get_property (GObject    *object,
                                    guint       prop_id,
                                    GValue     *value,
                                    GParamSpec *pspec)
{
  DheeraSpeechRequest *self = DHEERA_SPEECH_REQUEST (object);

  switch (prop_id)
    {
    case PROP_INPUT:
      g_value_set_string (value, dheera_speech_request_get_input (self));
      break;
    case PROP_VOICE:
      g_value_set_string (value, dheera_speech_request_get_voice (self));
      break;
    case PROP_FORMAT:
      g_value_set_string (value, dheera_speech_request_get_format (self));
      break;
    case PROP_SPEED:
      g_value_set_double (value, dheera_speech_request_get_speed (self));
      break;
    case PROP_INSTRUCTIONS:
      g_value_set_string (value, dheera_speech_request_get_instructions (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_speech_request_set_property (GObject      *object,
                                    guint         prop_id,
                                    const GValue *value,
                                    GParamSpec   *pspec)
{
  DheeraSpeechRequest *self = DHEERA_SPEECH_REQUEST (object);

  switch (prop_id)
    {
    case PROP_INPUT:
      dheera_speech_request_set_input (self, g_value_get_string (value));
      break;
    case PROP_VOICE:
      dheera_speech_request_set_voice (self, g_value_get_string (value));
      break;
    case PROP_FORMAT:
      dheera_speech_request_set_format (self, g_value_get_string (value));
      break;
    case PROP_SPEED:
      dheera_speech_request_set_speed (self, g_value_get_double (value));
      break;
    case PROP_INSTRUCTIONS:
      dheera_speech_request_set_instructions (self, g_value_get_string (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_speech_request_copy (DheeraBaseRequest *base,
                            DheeraBaseRequest *base_into)
{
  DheeraSpeechRequest *self = DHEERA_SPEECH_REQUEST (base);
  DheeraSpeechRequest *into = DHEERA_SPEECH_REQUEST (base_into);

  into->input = g_strdup (self->input);
  into->voice = g_strdup (self->voice);
  into->format = g_strdup (self->format);
  into->speed = self->speed;
  into->instructions = g_strdup (self->instructions);
}

static gboolean
dheera_speech_request_validate (DheeraBaseRequest  *base,
                                GError            **error)
{
  DheeraSpeechRequest *self = DHEERA_SPEECH_REQUEST (base);

  return dheera_check_text ("input", self->input, TRUE, error)
         && dheera_check_text ("voice", self->voice, FALSE, error)
         && dheera_check_text ("format", self->format, FALSE, error)
         && dheera_check_double ("speed", self->speed, 0.25, 4, error);
}

static void
dheera_speech_request_class_init (DheeraSpeechRequestClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  DheeraBaseRequestClass *base_class = (DheeraBaseRequestClass *) klass;
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = dheera_speech_request_finalize;
  object_class->get_property = dheera_speech_request_get_property;
  object_class->set_property = dheera_speech_request_set_property;
  base_class->copy = dheera_speech_request_copy;
  base_class->validate = dheera_speech_request_validate;

  /**
   * DheeraSpeechRequest:input:
   *
   * What is to be said.
   *
   * Since: 0.1
   */
  properties[PROP_INPUT] = g_param_spec_string ("input", NULL, NULL, NULL, flags);

  /**
   * DheeraSpeechRequest:voice:
   *
   * Who is to say it: the name of a voice that the model has, such as `alloy`.
   *
   * Since: 0.1
   */
  properties[PROP_VOICE] = g_param_spec_string ("voice", NULL, NULL, NULL, flags);

  /**
   * DheeraSpeechRequest:format:
   *
   * What kind of sound file is wanted: `mp3`, `opus`, `aac`, `flac`, `wav` or `pcm`. %NULL is the provider's default.
   *
   * Since: 0.1
   */
  properties[PROP_FORMAT] = g_param_spec_string ("format", NULL, NULL, NULL, flags);

  /**
   * DheeraSpeechRequest:speed:
   *
   * How fast it is to be said, from 0.25 to 4 times as fast as usual. -1 is the provider's default.
   *
   * Since: 0.1
   */
  properties[PROP_SPEED] = g_param_spec_double ("speed", NULL, NULL, -G_MAXDOUBLE, G_MAXDOUBLE, -1, flags);

  /**
   * DheeraSpeechRequest:instructions:
   *
   * How it is to be said, in words. Not every model listens to them.
   *
   * Since: 0.1
   */
  properties[PROP_INSTRUCTIONS] = g_param_spec_string ("instructions", NULL, NULL, NULL, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
dheera_speech_request_init (DheeraSpeechRequest *self)
{
  self->speed = -1;
}

/**
 * dheera_speech_request_new:
 * @model: (nullable): the name of a model, %NULL for the client's default model
 *
 * Makes a request without a text.
 *
 * Returns: (transfer full): a new request
 *
 * Since: 0.1
 */
DheeraSpeechRequest *
dheera_speech_request_new (const char *model)
{
  return g_object_new (DHEERA_TYPE_SPEECH_REQUEST, "model", model, NULL);
}

/**
 * dheera_speech_request_new_for_input:
 * @model: (nullable): the name of a model, %NULL for the client's default model
 * @input: what is to be said
 * @voice: (nullable): who is to say it; most providers want a voice
 *
 * Makes a request for a text to be spoken.
 *
 * Returns: (transfer full): a new request
 *
 * Since: 0.1
 */
DheeraSpeechRequest *
dheera_speech_request_new_for_input (const char *model,
                                     const char *input,
                                     const char *voice)
{
  return g_object_new (DHEERA_TYPE_SPEECH_REQUEST, "model", model, "input", input, "voice", voice, NULL);
}

/**
 * dheera_speech_request_get_input:
 * @self: a request
 *
 * What is to be said.
 *
 * Returns: (nullable): the text
 *
 * Since: 0.1
 */
const char *
dheera_speech_request_get_input (DheeraSpeechRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_SPEECH_REQUEST (self), NULL);

  return self->input;
}

/**
 * dheera_speech_request_set_input:
 * @self: a request
 * @input: (nullable): a text
 *
 * Sets what is to be said.
 *
 * Since: 0.1
 */
void
dheera_speech_request_set_input (DheeraSpeechRequest *self,
                                 const char          *input)
{
  g_return_if_fail (DHEERA_IS_SPEECH_REQUEST (self));

  if (dheera_string_set (&self->input, input))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_INPUT]);
}

/**
 * dheera_speech_request_get_voice:
 * @self: a request
 *
 * Who is to say it.
 *
 * Returns: (nullable): the name
 *
 * Since: 0.1
 */
const char *
dheera_speech_request_get_voice (DheeraSpeechRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_SPEECH_REQUEST (self), NULL);

  return self->voice;
}

/**
 * dheera_speech_request_set_voice:
 * @self: a request
 * @voice: (nullable): the name of a voice
 *
 * Sets who is to say it.
 *
 * Since: 0.1
 */
void
dheera_speech_request_set_voice (DheeraSpeechRequest *self,
                                 const char          *voice)
{
  g_return_if_fail (DHEERA_IS_SPEECH_REQUEST (self));

  if (dheera_string_set (&self->voice, voice))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_VOICE]);
}

/**
 * dheera_speech_request_get_format:
 * @self: a request
 *
 * What kind of sound file is wanted.
 *
 * Returns: (nullable): the word
 *
 * Since: 0.1
 */
const char *
dheera_speech_request_get_format (DheeraSpeechRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_SPEECH_REQUEST (self), NULL);

  return self->format;
}

/**
 * dheera_speech_request_set_format:
 * @self: a request
 * @format: (nullable): a word that the provider knows
 *
 * Sets what kind of sound file is wanted.
 *
 * Since: 0.1
 */
void
dheera_speech_request_set_format (DheeraSpeechRequest *self,
                                  const char          *format)
{
  g_return_if_fail (DHEERA_IS_SPEECH_REQUEST (self));

  if (dheera_string_set (&self->format, format))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FORMAT]);
}

/**
 * dheera_speech_request_get_speed:
 * @self: a request
 *
 * How fast it is to be said.
 *
 * Returns: from 0.25 to 4, -1 for the provider's default
 *
 * Since: 0.1
 */
double
dheera_speech_request_get_speed (DheeraSpeechRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_SPEECH_REQUEST (self), -1);

  return self->speed;
}

/**
 * dheera_speech_request_set_speed:
 * @self: a request
 * @speed: from 0.25 to 4, -1 for the provider's default
 *
 * Sets how fast it is to be said.
 *
 * Since: 0.1
 */
void
dheera_speech_request_set_speed (DheeraSpeechRequest *self,
                                 double               speed)
{
  g_return_if_fail (DHEERA_IS_SPEECH_REQUEST (self));

  if (self->speed == speed)
    return;

  self->speed = speed;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SPEED]);
}

/**
 * dheera_speech_request_get_instructions:
 * @self: a request
 *
 * How it is to be said.
 *
 * Returns: (nullable): the words
 *
 * Since: 0.1
 */
const char *
dheera_speech_request_get_instructions (DheeraSpeechRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_SPEECH_REQUEST (self), NULL);

  return self->instructions;
}

/**
 * dheera_speech_request_set_instructions:
 * @self: a request
 * @instructions: (nullable): the words
 *
 * Sets how it is to be said.
 *
 * Since: 0.1
 */
void
dheera_speech_request_set_instructions (DheeraSpeechRequest *self,
                                        const char          *instructions)
{
  g_return_if_fail (DHEERA_IS_SPEECH_REQUEST (self));

  if (dheera_string_set (&self->instructions, instructions))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_INSTRUCTIONS]);
}
