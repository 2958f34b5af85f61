/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-choice-private.h"

#include <string.h>

#include "dheera-ai/model/dheera-enum-types.h"
#include "dheera-ai/model/dheera-strings-private.h"

/**
 * DheeraChoice:
 *
 * One of the answers to a request.
 *
 * There is one as a rule, and [class@Response] shows its contents directly. With
 * [property@Request:n] there can be more.
 *
 * Since: 0.1
 */
G_DEFINE_FINAL_TYPE (DheeraChoice, dheera_choice, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_INDEX,
  PROP_MESSAGE,
  PROP_FINISH_REASON,
  PROP_FINISH_REASON_RAW,
  PROP_LOGPROBS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
dheera_choice_finalize (GObject *object)
{
  DheeraChoice *self = DHEERA_CHOICE (object);

  g_clear_object (&self->message);
  g_free (self->finish_reason_raw);
  dheera_gstring_clear (&self->content_logprobs);
  dheera_gstring_clear (&self->refusal_logprobs);
  g_free (self->logprobs);
  dheera_gstring_clear (&self->annotations);

  G_OBJECT_CLASS (dheera_choice_parent_class)->finalize (object);
}

static void
dheera_choice_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  DheeraChoice *self = DHEERA_CHOICE (object);

  switch (prop_id)
    {
    case PROP_INDEX:
      g_value_set_uint (value, dheera_choice_get_index (self));
      break;
    case PROP_MESSAGE:
      g_value_set_object (value, dheera_choice_get_message (self));
      break;
    case PROP_FINISH_REASON:
      g_value_set_enum (value, dheera_choice_get_finish_reason (self));
      break;
    case PROP_FINISH_REASON_RAW:
      g_value_set_string (value, dheera_choice_get_finish_reason_raw (self));
      break;
    case PROP_LOGPROBS:
      g_value_set_string (value, dheera_choice_get_logprobs (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_choice_class_init (DheeraChoiceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = dheera_choice_finalize;
  object_class->get_property = dheera_choice_get_property;

  /**
   * DheeraChoice:index:
   *
   * The provider's number of the choice, from 0.
   *
   * Since: 0.1
   */
  properties[PROP_INDEX] = g_param_spec_uint ("index", NULL, NULL, 0, G_MAXUINT, 0, flags);

  /**
   * DheeraChoice:message:
   *
   * The answer. It can be appended to the conversation as it is.
   *
   * Since: 0.1
   */
  properties[PROP_MESSAGE] = g_param_spec_object ("message", NULL, NULL,
                                                  DHEERA_TYPE_MESSAGE, flags);

  /**
   * DheeraChoice:finish-reason:
   *
   * Why the model stopped.
   *
   * Since: 0.1
   */
  properties[PROP_FINISH_REASON] =
    g_param_spec_enum ("finish-reason", NULL, NULL,
                       DHEERA_TYPE_FINISH_REASON, DHEERA_FINISH_REASON_NONE, flags);

  /**
   * DheeraChoice:finish-reason-raw:
   *
   * Why the model stopped, in the provider's own word; empty when there is none.
   *
   * Since: 0.1
   */
  properties[PROP_FINISH_REASON_RAW] = g_param_spec_string ("finish-reason-raw", NULL, NULL,
                                                            "", flags);

  /**
   * DheeraChoice:logprobs:
   *
   * How likely each token was: the text of a JSON object with the members `content` and `refusal`,
   * as OpenAI has it.
   *
   * It is there if [property@Request:logprobs] asked for it and the provider has it.
   *
   * Since: 0.1
   */
  properties[PROP_LOGPROBS] = g_param_spec_string ("logprobs", NULL, NULL, NULL, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
dheera_choice_init (DheeraChoice *self)
{
}

const char *
dheera_finish_reason_get_wire_name (DheeraFinishReason  reason,
                                    const char         *raw)
{
  switch (reason)
    {
    case DHEERA_FINISH_REASON_STOP:
      return "stop";
    case DHEERA_FINISH_REASON_LENGTH:
      return "length";
    case DHEERA_FINISH_REASON_TOOL_CALLS:
      return "tool_calls";
    case DHEERA_FINISH_REASON_CONTENT_FILTER:
      return "content_filter";
    case DHEERA_FINISH_REASON_OTHER:
      return raw != NULL && *raw != '\0' ? raw : "other";
    default:
      return NULL;
    }
}

void
dheera_json_array_append (GString    **array,
                          const char  *element,
                          gsize        length)
{
  if (*array == NULL)
    {
      *array = g_string_sized_new (length + 2);
      g_string_append_c (*array, '[');
    }
  else
    {
      (*array)->str[(*array)->len - 1] = ',';
    }

  g_string_append_len (*array, element, (gssize) length);
  g_string_append_c (*array, ']');
}

/**
 * dheera_choice_get_index:
 * @self: a [class@Choice]
 *
 * The provider's number of the choice.
 *
 * Returns: the number, from 0
 *
 * Since: 0.1
 */
guint
dheera_choice_get_index (DheeraChoice *self)
{
  g_return_val_if_fail (DHEERA_IS_CHOICE (self), 0);

  return self->index;
}

/**
 * dheera_choice_get_message:
 * @self: a [class@Choice]
 *
 * The answer.
 *
 * Returns: (transfer none): a message of the assistant
 *
 * Since: 0.1
 */
DheeraMessage *
dheera_choice_get_message (DheeraChoice *self)
{
  g_return_val_if_fail (DHEERA_IS_CHOICE (self), NULL);

  return self->message;
}

/**
 * dheera_choice_get_finish_reason:
 * @self: a [class@Choice]
 *
 * Why the model stopped.
 *
 * Returns: the reason
 *
 * Since: 0.1
 */
DheeraFinishReason
dheera_choice_get_finish_reason (DheeraChoice *self)
{
  g_return_val_if_fail (DHEERA_IS_CHOICE (self), DHEERA_FINISH_REASON_NONE);

  return self->finish_reason;
}

/**
 * dheera_choice_get_finish_reason_raw:
 * @self: a [class@Choice]
 *
 * Why the model stopped, in the provider's word.
 *
 * Returns: the word, empty when there is none
 *
 * Since: 0.1
 */
const char *
dheera_choice_get_finish_reason_raw (DheeraChoice *self)
{
  g_return_val_if_fail (DHEERA_IS_CHOICE (self), "");

  return dheera_string_or_empty (self->finish_reason_raw);
}

/**
 * dheera_choice_get_logprobs:
 * @self: a [class@Choice]
 *
 * How likely each token was.
 *
 * Returns: (nullable): the text of a JSON object with the members `content` and `refusal`
 *
 * Since: 0.1
 */
const char *
dheera_choice_get_logprobs (DheeraChoice *self)
{
  g_return_val_if_fail (DHEERA_IS_CHOICE (self), NULL);

  if (self->content_logprobs == NULL && self->refusal_logprobs == NULL)
    return NULL;

  if (self->logprobs == NULL)
    self->logprobs = g_strdup_printf ("{\"content\":%s,\"refusal\":%s}",
                                      self->content_logprobs != NULL ? self->content_logprobs->str : "null",
                                      self->refusal_logprobs != NULL ? self->refusal_logprobs->str : "null");

  return self->logprobs;
}
