/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-ai/model/dheera-call.h"
#include "dheera-response-private.h"

#include "dheera-ai/model/dheera-enum-types.h"
#include "dheera-ai/model/dheera-notify-private.h"
#include "dheera-ai/model/dheera-rate-limits.h"
#include "dheera-ai/model/dheera-strings-private.h"
#include "dheera-ai/model/messages/dheera-message-private.h"

/**
 * DheeraResponse:
 *
 * The answer to a [class@Request].
 *
 * There is one choice as a rule, and the properties here are those of the first one. Texts are
 * never %NULL: an answer without text has an empty one.
 *
 * The response of a stream grows while the answer comes in, and keeps what came when the stream
 * breaks.
 *
 * Since: 0.1
 */
G_DEFINE_FINAL_TYPE (DheeraResponse, dheera_response, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_ID,
  PROP_MODEL,
  PROP_PROVIDER,
  PROP_CREATED,
  PROP_TEXT,
  PROP_REASONING,
  PROP_REFUSAL,
  PROP_MESSAGE,
  PROP_TOOL_CALLS,
  PROP_FINISH_REASON,
  PROP_FINISH_REASON_RAW,
  PROP_USAGE,
  PROP_TOTAL_USAGE,
  PROP_N_STEPS,
  PROP_N_CHOICES,
  PROP_ANNOTATIONS,
  PROP_REQUEST_ID,
  PROP_WARNINGS,
  PROP_CALL,
  PROP_COST,
  PROP_RATE_LIMITS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
dheera_response_finalize (GObject *object)
{
  DheeraResponse *self = DHEERA_RESPONSE (object);

  g_free (self->id);
  g_free (self->model);
  g_free (self->provider);
  g_clear_pointer (&self->choices, g_ptr_array_unref);
  g_clear_object (&self->placeholder);
  g_clear_object (&self->usage);
  g_clear_object (&self->total_usage);
  g_clear_object (&self->rate_limits);
  g_free (self->request_id);
  g_clear_pointer (&self->warnings, g_ptr_array_unref);
  g_clear_object (&self->call);
  g_free (self->raw_json);

  G_OBJECT_CLASS (dheera_response_parent_class)->finalize (object);
}

static void
dheera_response_get_property (GObject    *object,
                              guint       prop_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  DheeraResponse *self = DHEERA_RESPONSE (object);

  switch (prop_id)
    {
    case PROP_ID:
      g_value_set_string (value, dheera_response_get_id (self));
      break;
    case PROP_MODEL:
      g_value_set_string (value, dheera_response_get_model (self));
      break;
    case PROP_PROVIDER:
      g_value_set_string (value, dheera_response_get_provider (self));
      break;
    case PROP_CREATED:
      g_value_set_int64 (value, dheera_response_get_created (self));
      break;
    case PROP_TEXT:
      g_value_set_string (value, dheera_response_get_text (self));
      break;
    case PROP_REASONING:
      g_value_set_string (value, dheera_response_get_reasoning (self));
      break;
    case PROP_REFUSAL:
      g_value_set_string (value, dheera_response_get_refusal (self));
      break;
    case PROP_MESSAGE:
      g_value_set_object (value, dheera_response_get_message (self));
      break;
    case PROP_TOOL_CALLS:
      g_value_set_object (value, dheera_response_get_tool_calls (self));
      break;
    case PROP_FINISH_REASON:
      g_value_set_enum (value, dheera_response_get_finish_reason (self));
      break;
    case PROP_FINISH_REASON_RAW:
      g_value_set_string (value, dheera_response_get_finish_reason_raw (self));
      break;
    case PROP_USAGE:
      g_value_set_object (value, dheera_response_get_usage (self));
      break;
    case PROP_TOTAL_USAGE:
      g_value_set_object (value, dheera_response_get_total_usage (self));
      break;
    case PROP_N_STEPS:
      g_value_set_uint (value, dheera_response_get_n_steps (self));
      break;
    case PROP_N_CHOICES:
      g_value_set_uint (value, dheera_response_get_n_choices (self));
      break;
    case PROP_ANNOTATIONS:
      g_value_set_string (value, dheera_response_get_annotations (self));
      break;
    case PROP_REQUEST_ID:
      g_value_set_string (value, dheera_response_get_request_id (self));
      break;
    case PROP_WARNINGS:
      g_value_set_boxed (value, dheera_response_get_warnings (self));
      break;
    case PROP_CALL:
      g_value_set_object (value, dheera_response_get_call (self));
      break;
    case PROP_COST:
      g_value_set_double (value, dheera_response_get_cost (self));
      break;
    case PROP_RATE_LIMITS:
      g_value_set_object (value, dheera_response_get_rate_limits (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_response_class_init (DheeraResponseClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = dheera_response_finalize;
  object_class->get_property = dheera_response_get_property;

  /**
   * DheeraResponse:id:
   *
   * The provider's id of the answer.
   *
   * Since: 0.1
   */
  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, "", flags);

  /**
   * DheeraResponse:model:
   *
   * The model that answered, as the provider names it. It can be more exact than the one that was
   * asked.
   *
   * Since: 0.1
   */
  properties[PROP_MODEL] = g_param_spec_string ("model", NULL, NULL, "", flags);

  /**
   * DheeraResponse:provider:
   *
   * The id of the provider that answered.
   *
   * Since: 0.1
   */
  properties[PROP_PROVIDER] = g_param_spec_string ("provider", NULL, NULL, "", flags);

  /**
   * DheeraResponse:created:
   *
   * When the answer was made, in seconds of Unix time; -1 when it is not known.
   *
   * Since: 0.1
   */
  properties[PROP_CREATED] = g_param_spec_int64 ("created", NULL, NULL, -1, G_MAXINT64, -1, flags);

  /**
   * DheeraResponse:text:
   *
   * The text of the first choice; empty if there is none.
   *
   * Since: 0.1
   */
  properties[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, "", flags);

  /**
   * DheeraResponse:reasoning:
   *
   * What the model thought before it answered, as far as the provider shows it.
   *
   * Since: 0.1
   */
  properties[PROP_REASONING] = g_param_spec_string ("reasoning", NULL, NULL, "", flags);

  /**
   * DheeraResponse:refusal:
   *
   * In what words the model refused to answer; empty if it did not.
   *
   * Since: 0.1
   */
  properties[PROP_REFUSAL] = g_param_spec_string ("refusal", NULL, NULL, "", flags);

  /**
   * DheeraResponse:message:
   *
   * The first choice as a message, which can be appended to the conversation as it is. Never %NULL.
   *
   * Since: 0.1
   */
  properties[PROP_MESSAGE] = g_param_spec_object ("message", NULL, NULL,
                                                  DHEERA_TYPE_MESSAGE, flags);

  /**
   * DheeraResponse:tool-calls:
   *
   * What tools the model calls: a list of [class@ToolCall].
   *
   * Since: 0.1
   */
  properties[PROP_TOOL_CALLS] = g_param_spec_object ("tool-calls", NULL, NULL,
                                                     G_TYPE_LIST_MODEL, flags);

  /**
   * DheeraResponse:finish-reason:
   *
   * Why the model stopped.
   *
   * Since: 0.1
   */
  properties[PROP_FINISH_REASON] =
    g_param_spec_enum ("finish-reason", NULL, NULL,
                       DHEERA_TYPE_FINISH_REASON, DHEERA_FINISH_REASON_NONE, flags);

  /**
   * DheeraResponse:finish-reason-raw:
   *
   * Why the model stopped, in the provider's own word; empty when there is none.
   *
   * Since: 0.1
   */
  properties[PROP_FINISH_REASON_RAW] = g_param_spec_string ("finish-reason-raw", NULL, NULL,
                                                            "", flags);

  /**
   * DheeraResponse:usage:
   *
   * How many tokens it took; %NULL if the provider did not tell.
   *
   * Since: 0.1
   */
  properties[PROP_USAGE] = g_param_spec_object ("usage", NULL, NULL, DHEERA_TYPE_USAGE, flags);

  /**
   * DheeraResponse:total-usage:
   *
   * What all steps of [method@Client.run] used together. Of other calls, the same as [property@Response:usage].
   *
   * A counter that one of the steps did not tell is not known.
   *
   * Since: 0.1
   */
  properties[PROP_TOTAL_USAGE] = g_param_spec_object ("total-usage", NULL, NULL, DHEERA_TYPE_USAGE, flags);

  /**
   * DheeraResponse:n-steps:
   *
   * How many times [method@Client.run] asked the model for this answer. 1 for other calls.
   *
   * Since: 0.1
   */
  properties[PROP_N_STEPS] = g_param_spec_uint ("n-steps", NULL, NULL, 1, G_MAXUINT, 1, flags);

  /**
   * DheeraResponse:n-choices:
   *
   * How many answers there are. See [method@Response.get_choice].
   *
   * Since: 0.1
   */
  properties[PROP_N_CHOICES] = g_param_spec_uint ("n-choices", NULL, NULL, 0, G_MAXUINT, 0, flags);

  /**
   * DheeraResponse:annotations:
   *
   * Where the answer comes from: the text of a JSON array in the form of OpenAI's annotations;
   * %NULL if there are none.
   *
   * Since: 0.1
   */
  properties[PROP_ANNOTATIONS] = g_param_spec_string ("annotations", NULL, NULL, NULL, flags);

  /**
   * DheeraResponse:request-id:
   *
   * The id of the request, which the provider's support will ask for; empty if there is none.
   *
   * Since: 0.1
   */
  properties[PROP_REQUEST_ID] = g_param_spec_string ("request-id", NULL, NULL, "", flags);

  /**
   * DheeraResponse:warnings:
   *
   * What was done otherwise than asked for, such as a parameter that was dropped: a sentence each.
   *
   * Since: 0.1
   */
  properties[PROP_WARNINGS] = g_param_spec_boxed ("warnings", NULL, NULL, G_TYPE_STRV, flags);

  /**
   * DheeraResponse:call:
   *
   * The record of the call that brought the answer: its times, its status, its attempts. %NULL for
   * an answer that no call brought.
   *
   * Since: 0.1
   */
  properties[PROP_CALL] = g_param_spec_object ("call", NULL, NULL, DHEERA_TYPE_CALL, flags);

  /**
   * DheeraResponse:cost:
   *
   * What the answer cost, in USD; negative when that is not known, never 0 for want of knowledge.
   *
   * It is the provider's own figure where it gives one, else made of [property@Response:usage] and the
   * list prices of the model (see [method@Client.load_model_data]).
   *
   * Since: 0.1
   */
  properties[PROP_COST] = g_param_spec_double ("cost", NULL, NULL, -1, G_MAXDOUBLE, -1, flags);

  /**
   * DheeraResponse:rate-limits:
   *
   * How much more may be asked, as the provider said with the answer; %NULL when it said nothing.
   *
   * Since: 0.1
   */
  properties[PROP_RATE_LIMITS] = g_param_spec_object ("rate-limits", NULL, NULL, DHEERA_TYPE_RATE_LIMITS, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
dheera_response_init (DheeraResponse *self)
{
  self->created = -1;
  self->cost = -1;
}

DheeraResponse *
dheera_response_new (const char *provider)
{
  DheeraResponse *self = g_object_new (DHEERA_TYPE_RESPONSE, NULL);

  self->provider = g_strdup (provider);

  return self;
}

static inline DheeraChoice *
first_choice (DheeraResponse *self)
{
  return self->choices != NULL && self->choices->len > 0 ? g_ptr_array_index (self->choices, 0) : NULL;
}

/* The message of an answer that has not begun is there all the same, so that nobody has to ask for
 * it. */
static DheeraMessage *
first_message (DheeraResponse *self)
{
  DheeraChoice *choice = first_choice (self);

  if (choice != NULL)
    return choice->message;

  if (self->placeholder == NULL)
    self->placeholder = dheera_message_new (DHEERA_ROLE_ASSISTANT, NULL);

  return self->placeholder;
}

/**
 * dheera_response_get_id:
 * @self: a [class@Response]
 *
 * The provider's id of the answer.
 *
 * Returns: the id
 *
 * Since: 0.1
 */
const char *
dheera_response_get_id (DheeraResponse *self)
{
  g_return_val_if_fail (DHEERA_IS_RESPONSE (self), "");

  return dheera_string_or_empty (self->id);
}

/**
 * dheera_response_get_model:
 * @self: a [class@Response]
 *
 * The model that answered.
 *
 * Returns: its name, as the provider has it
 *
 * Since: 0.1
 */
const char *
dheera_response_get_model (DheeraResponse *self)
{
  g_return_val_if_fail (DHEERA_IS_RESPONSE (self), "");

  return dheera_string_or_empty (self->model);
}

/**
 * dheera_response_get_provider:
 * @self: a [class@Response]
 *
 * The provider that answered.
 *
 * Returns: its id
 *
 * Since: 0.1
 */
const char *
dheera_response_get_provider (DheeraResponse *self)
{
  g_return_val_if_fail (DHEERA_IS_RESPONSE (self), "");

  return dheera_string_or_empty (self->provider);
}

/**
 * dheera_response_get_created:
 * @self: a [class@Response]
 *
 * When the answer was made.
 *
 * Returns: seconds of Unix time, -1 when it is not known
 *
 * Since: 0.1
 */
gint64
dheera_response_get_created (DheeraResponse *self)
{
  g_return_val_if_fail (DHEERA_IS_RESPONSE (self), -1);

  return self->created;
}

/**
 * dheera_response_get_text:
 * @self: a [class@Response]
 *
 * The text of the first choice.
 *
 * Returns: the text, empty if there is none
 *
 * Since: 0.1
 */
const char *
dheera_response_get_text (DheeraResponse *self)
{
  g_return_val_if_fail (DHEERA_IS_RESPONSE (self), "");

  return dheera_message_get_text (first_message (self));
}

/**
 * dheera_response_get_reasoning:
 * @self: a [class@Response]
 *
 * What the model thought before it answered.
 *
 * Returns: the text, empty if the provider does not show it
 *
 * Since: 0.1
 */
const char *
dheera_response_get_reasoning (DheeraResponse *self)
{
  g_return_val_if_fail (DHEERA_IS_RESPONSE (self), "");

  return dheera_message_get_reasoning (first_message (self));
}

/**
 * dheera_response_get_refusal:
 * @self: a [class@Response]
 *
 * In what words the model refused to answer.
 *
 * Returns: the text, empty if it did not refuse
 *
 * Since: 0.1
 */
const char *
dheera_response_get_refusal (DheeraResponse *self)
{
  g_return_val_if_fail (DHEERA_IS_RESPONSE (self), "");

  return dheera_message_get_refusal (first_message (self));
}

/**
 * dheera_response_get_message:
 * @self: a [class@Response]
 *
 * The first choice as a message. It can be appended to the conversation as it is.
 *
 * Returns: (transfer none): a message of the assistant, never %NULL
 *
 * Since: 0.1
 */
DheeraMessage *
dheera_response_get_message (DheeraResponse *self)
{
  g_return_val_if_fail (DHEERA_IS_RESPONSE (self), NULL);

  return first_message (self);
}

/**
 * dheera_response_get_tool_calls:
 * @self: a [class@Response]
 *
 * What tools the model calls.
 *
 * Returns: (transfer none): a list of [class@ToolCall]
 *
 * Since: 0.1
 */
GListModel *
dheera_response_get_tool_calls (DheeraResponse *self)
{
  g_return_val_if_fail (DHEERA_IS_RESPONSE (self), NULL);

  return dheera_message_get_tool_calls (first_message (self));
}

/**
 * dheera_response_get_finish_reason:
 * @self: a [class@Response]
 *
 * Why the model stopped.
 *
 * Returns: the reason
 *
 * Since: 0.1
 */
DheeraFinishReason
dheera_response_get_finish_reason (DheeraResponse *self)
{
  DheeraChoice *choice;

  g_return_val_if_fail (DHEERA_IS_RESPONSE (self), DHEERA_FINISH_REASON_NONE);

  choice = first_choice (self);

  return choice != NULL ? choice->finish_reason : DHEERA_FINISH_REASON_NONE;
}

/**
 * dheera_response_get_finish_reason_raw:
 * @self: a [class@Response]
 *
 * Why the model stopped, in the provider's own word.
 *
 * Returns: the word, empty when there is none
 *
 * Since: 0.1
 */
const char *
dheera_response_get_finish_reason_raw (DheeraResponse *self)
{
  DheeraChoice *choice;

  g_return_val_if_fail (DHEERA_IS_RESPONSE (self), "");

  choice = first_choice (self);

  return dheera_string_or_empty (choice != NULL ? choice->finish_reason_raw : NULL);
}

/**
 * dheera_response_get_usage:
 * @self: a [class@Response]
 *
 * How many tokens it took.
 *
 * Returns: (transfer none) (nullable): the counters, %NULL if the provider did not tell
 *
 * Since: 0.1
 */
DheeraUsage *
dheera_response_get_usage (DheeraResponse *self)
{
  g_return_val_if_fail (DHEERA_IS_RESPONSE (self), NULL);

  return self->usage;
}

/**
 * dheera_response_get_n_choices:
 * @self: a [class@Response]
 *
 * How many answers there are.
 *
 * Returns: the number of choices
 *
 * Since: 0.1
 */
guint
dheera_response_get_n_choices (DheeraResponse *self)
{
  g_return_val_if_fail (DHEERA_IS_RESPONSE (self), 0);

  return self->choices != NULL ? self->choices->len : 0;
}

/**
 * dheera_response_get_choice:
 * @self: a [class@Response]
 * @position: which choice, from 0
 *
 * One of the answers.
 *
 * Returns: (transfer none) (nullable): the choice; %NULL when there is none at that position
 *
 * Since: 0.1
 */
DheeraChoice *
dheera_response_get_choice (DheeraResponse *self,
                            guint           position)
{
  g_return_val_if_fail (DHEERA_IS_RESPONSE (self), NULL);

  if (self->choices == NULL || position >= self->choices->len)
    return NULL;

  return g_ptr_array_index (self->choices, position);
}

/**
 * dheera_response_get_annotations:
 * @self: a [class@Response]
 *
 * Where the answer comes from.
 *
 * Returns: (nullable): the text of a JSON array in the form of OpenAI's annotations
 *
 * Since: 0.1
 */
const char *
dheera_response_get_annotations (DheeraResponse *self)
{
  DheeraChoice *choice;

  g_return_val_if_fail (DHEERA_IS_RESPONSE (self), NULL);

  choice = first_choice (self);

  return choice != NULL && choice->annotations != NULL ? choice->annotations->str : NULL;
}

/**
 * dheera_response_get_request_id:
 * @self: a [class@Response]
 *
 * The id of the request, which the provider's support will ask for.
 *
 * Returns: the id, empty if there is none
 *
 * Since: 0.1
 */
const char *
dheera_response_get_request_id (DheeraResponse *self)
{
  g_return_val_if_fail (DHEERA_IS_RESPONSE (self), "");

  return dheera_string_or_empty (self->request_id);
}

/**
 * dheera_response_get_call: (get-property call)
 * @self: a response
 *
 * Gets the record of the call that brought the answer.
 *
 * Returns: (transfer none) (nullable): the call
 *
 * Since: 0.1
 */
DheeraCall *
dheera_response_get_call (DheeraResponse *self)
{
  g_return_val_if_fail (DHEERA_IS_RESPONSE (self), NULL);

  return self->call;
}

/**
 * dheera_response_get_warnings:
 * @self: a [class@Response]
 *
 * What was done otherwise than asked for, such as a parameter that was dropped.
 *
 * Returns: (transfer none) (array zero-terminated=1): a sentence each, none as a rule
 *
 * Since: 0.1
 */
const char * const *
dheera_response_get_warnings (DheeraResponse *self)
{
  static const char *const none[] = { NULL };

  g_return_val_if_fail (DHEERA_IS_RESPONSE (self), none);

  return self->warnings != NULL ? (const char * const *) self->warnings->pdata : none;
}

/**
 * dheera_response_get_raw_json:
 * @self: a [class@Response]
 *
 * What the provider sent, byte for byte.
 *
 * Returns: (nullable): the text of the answer, %NULL for a stream
 *
 * Since: 0.1
 */
const char *
dheera_response_get_raw_json (DheeraResponse *self)
{
  g_return_val_if_fail (DHEERA_IS_RESPONSE (self), NULL);

  return self->raw_json;
}

void
dheera_response_notify_changes (DheeraResponse *self,
                                gboolean        text,
                                gboolean        reasoning)
{
  for (guint i = 0; self->choices != NULL && i < self->choices->len; i++)
    {
      DheeraChoice *choice = g_ptr_array_index (self->choices, i);

      dheera_message_notify_changes (choice->message, text, reasoning);
    }

  if (!dheera_is_watched (self))
    return;
  if (text)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TEXT]);
  if (reasoning)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_REASONING]);
}
