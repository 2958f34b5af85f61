/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-base-response-private.h"

#include "dheera-ai/model/calls/dheera-call-private.h"
#include "dheera-ai/model/dheera-strings-private.h"

#define GET_CLASS(self) G_TYPE_INSTANCE_GET_CLASS ((self), DHEERA_TYPE_BASE_RESPONSE, DheeraBaseResponseClass)

/**
 * DheeraBaseResponse:
 *
 * What the answers have in common that are no chats: vectors, rankings, pictures, sound.
 *
 * Answers can be read, not changed.
 *
 * Since: 0.1
 */
G_DEFINE_ABSTRACT_TYPE (DheeraBaseResponse, dheera_base_response, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_ID,
  PROP_MODEL,
  PROP_PROVIDER,
  PROP_USAGE,
  PROP_REQUEST_ID,
  PROP_WARNINGS,
  PROP_CALL,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
dheera_base_response_finalize (GObject *object)
{
  DheeraBaseResponse *self = DHEERA_BASE_RESPONSE (object);

  g_free (self->id);
  g_free (self->model);
  g_free (self->provider);
  g_clear_object (&self->usage);
  g_free (self->request_id);
  g_clear_pointer (&self->warnings, g_ptr_array_unref);
  g_free (self->raw_json);
  g_clear_object (&self->call);

  G_OBJECT_CLASS (dheera_base_response_parent_class)->finalize (object);
}

static void
dheera_base_response_get_property (GObject    *object,
                                   guint       prop_id,
                                   GValue     *value,
                                   GParamSpec *pspec)
{
  DheeraBaseResponse *self = DHEERA_BASE_RESPONSE (object);

  switch (prop_id)
    {
    case PROP_ID:
      g_value_set_string (value, dheera_base_response_get_id (self));
      break;
    case PROP_MODEL:
      g_value_set_string (value, dheera_base_response_get_model (self));
      break;
    case PROP_PROVIDER:
      g_value_set_string (value, dheera_base_response_get_provider (self));
      break;
    case PROP_USAGE:
      g_value_set_object (value, dheera_base_response_get_usage (self));
      break;
    case PROP_REQUEST_ID:
      g_value_set_string (value, dheera_base_response_get_request_id (self));
      break;
    case PROP_WARNINGS:
      g_value_set_boxed (value, dheera_base_response_get_warnings (self));
      break;
    case PROP_CALL:
      g_value_set_object (value, dheera_base_response_get_call (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_base_response_class_init (DheeraBaseResponseClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = dheera_base_response_finalize;
  object_class->get_property = dheera_base_response_get_property;

  /**
   * DheeraBaseResponse:id:
   *
   * The provider's id of the answer; empty when there is none.
   *
   * Since: 0.1
   */
  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, "", flags);

  /**
   * DheeraBaseResponse:model:
   *
   * The model that answered, as the provider names it; the one that was asked when the provider does not name it.
   *
   * Since: 0.1
   */
  properties[PROP_MODEL] = g_param_spec_string ("model", NULL, NULL, "", flags);

  /**
   * DheeraBaseResponse:provider:
   *
   * The id of the provider that answered.
   *
   * Since: 0.1
   */
  properties[PROP_PROVIDER] = g_param_spec_string ("provider", NULL, NULL, "", flags);

  /**
   * DheeraBaseResponse:usage:
   *
   * How many tokens it took; %NULL if the provider did not tell.
   *
   * Since: 0.1
   */
  properties[PROP_USAGE] = g_param_spec_object ("usage", NULL, NULL, DHEERA_TYPE_USAGE, flags);

  /**
   * DheeraBaseResponse:request-id:
   *
   * The id of the request, which the provider's support will ask for; empty if there is none.
   *
   * Since: 0.1
   */
  properties[PROP_REQUEST_ID] = g_param_spec_string ("request-id", NULL, NULL, "", flags);

  /**
   * DheeraBaseResponse:warnings:
   *
   * What was done otherwise than asked for, such as a parameter that was dropped: a sentence each.
   *
   * Since: 0.1
   */
  properties[PROP_WARNINGS] = g_param_spec_boxed ("warnings", NULL, NULL, G_TYPE_STRV, flags);

  /**
   * DheeraBaseResponse:call:
   *
   * The record of the call that brought the answer: its times, its status, its attempts.
   *
   * Since: 0.1
   */
  properties[PROP_CALL] = g_param_spec_object ("call", NULL, NULL, DHEERA_TYPE_CALL, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
dheera_base_response_init (DheeraBaseResponse *self)
{
}

/**
 * dheera_base_response_get_id:
 * @self: an answer
 *
 * The provider's id of the answer.
 *
 * Returns: the id, empty when there is none
 *
 * Since: 0.1
 */
const char *
dheera_base_response_get_id (DheeraBaseResponse *self)
{
  g_return_val_if_fail (DHEERA_IS_BASE_RESPONSE (self), "");

  return dheera_string_or_empty (self->id);
}

/**
 * dheera_base_response_get_model:
 * @self: an answer
 *
 * The model that answered.
 *
 * Returns: its name, as the provider has it, or as it was asked for
 *
 * Since: 0.1
 */
const char *
dheera_base_response_get_model (DheeraBaseResponse *self)
{
  g_return_val_if_fail (DHEERA_IS_BASE_RESPONSE (self), "");

  return dheera_string_or_empty (self->model);
}

/**
 * dheera_base_response_get_provider:
 * @self: an answer
 *
 * The provider that answered.
 *
 * Returns: its id
 *
 * Since: 0.1
 */
const char *
dheera_base_response_get_provider (DheeraBaseResponse *self)
{
  g_return_val_if_fail (DHEERA_IS_BASE_RESPONSE (self), "");

  return dheera_string_or_empty (self->provider);
}

/**
 * dheera_base_response_get_usage:
 * @self: an answer
 *
 * How many tokens it took.
 *
 * Returns: (transfer none) (nullable): the counters, %NULL if the provider did not tell
 *
 * Since: 0.1
 */
DheeraUsage *
dheera_base_response_get_usage (DheeraBaseResponse *self)
{
  g_return_val_if_fail (DHEERA_IS_BASE_RESPONSE (self), NULL);

  return self->usage;
}

/**
 * dheera_base_response_get_request_id:
 * @self: an answer
 *
 * The id of the request, which the provider's support will ask for.
 *
 * Returns: the id, empty if there is none
 *
 * Since: 0.1
 */
const char *
dheera_base_response_get_request_id (DheeraBaseResponse *self)
{
  g_return_val_if_fail (DHEERA_IS_BASE_RESPONSE (self), "");

  return dheera_string_or_empty (self->request_id);
}

/**
 * dheera_base_response_get_warnings:
 * @self: an answer
 *
 * What was done otherwise than asked for, such as a parameter that was dropped.
 *
 * Returns: (transfer none) (array zero-terminated=1): a sentence each, none as a rule
 *
 * Since: 0.1
 */
const char * const *
dheera_base_response_get_warnings (DheeraBaseResponse *self)
{
  static const char *const none[] = { NULL };

  g_return_val_if_fail (DHEERA_IS_BASE_RESPONSE (self), none);

  return self->warnings != NULL ? (const char * const *) self->warnings->pdata : none;
}

/**
 * dheera_base_response_get_call: (get-property call)
 * @self: an answer
 *
 * Gets the record of the call that brought the answer.
 *
 * Returns: (transfer none) (nullable): the call
 *
 * Since: 0.1
 */
DheeraCall *
dheera_base_response_get_call (DheeraBaseResponse *self)
{
  g_return_val_if_fail (DHEERA_IS_BASE_RESPONSE (self), NULL);

  return self->call;
}

/**
 * dheera_base_response_get_raw_json:
 * @self: an answer
 *
 * What the provider sent, byte for byte.
 *
 * Returns: (nullable): the text of the answer, %NULL when it was no JSON, such as sound
 *
 * Since: 0.1
 */
const char *
dheera_base_response_get_raw_json (DheeraBaseResponse *self)
{
  g_return_val_if_fail (DHEERA_IS_BASE_RESPONSE (self), NULL);

  return self->raw_json;
}

/**
 * dheera_base_response_to_json:
 * @self: an answer
 *
 * Writes the answer down in the form that OpenAI has for it, whoever it came from.
 *
 * OpenAI has none for two kinds: rankings are written as most providers send them (`results` with `index` and `relevance_score`), and speech as `audio`, in base64,
 * with its `mime_type`.
 *
 * Returns: (transfer full): the text of a JSON object
 *
 * Since: 0.1
 */
char *
dheera_base_response_to_json (DheeraBaseResponse *self)
{
  DheeraJsonWriter writer;

  g_return_val_if_fail (DHEERA_IS_BASE_RESPONSE (self), NULL);

  dheera_json_writer_init (&writer, 1024);
  dheera_json_writer_begin_object (&writer);
  GET_CLASS (self)->write (self, &writer);
  dheera_json_writer_end_object (&writer);

  return dheera_json_writer_steal (&writer);
}

/* --- For those who fill it ------------------------------------------------------------------------------------------------- */

gpointer
dheera_base_response_new (GType       type,
                          const char *provider)
{
  DheeraBaseResponse *self = g_object_new (type, NULL);

  self->provider = g_strdup (provider);

  return self;
}

static void
take_text (char **field,
           char  *text)
{
  if (text == NULL)
    return;

  g_free (*field);
  *field = text;
}

void
dheera_base_response_take_id (DheeraBaseResponse *self,
                              char               *id)
{
  take_text (&self->id, id);
}

void
dheera_base_response_take_model (DheeraBaseResponse *self,
                                 char               *model)
{
  take_text (&self->model, model);
}

DheeraUsage *
dheera_base_response_ensure_usage (DheeraBaseResponse *self)
{
  if (self->usage == NULL)
    self->usage = dheera_usage_new ();

  return self->usage;
}

void
dheera_base_response_take_raw_json (DheeraBaseResponse *self,
                                    char               *raw_json)
{
  take_text (&self->raw_json, raw_json);
}

void
dheera_base_response_set_call (DheeraBaseResponse *self,
                               DheeraCall         *call,
                               GPtrArray          *warnings)
{
  g_set_object (&self->call, call);
  dheera_string_set (&self->request_id, call->request_id);
  if (self->model == NULL || *self->model == '\0')
    dheera_string_set (&self->model, call->model);
  if (warnings->len == 0)
    return;

  g_clear_pointer (&self->warnings, g_ptr_array_unref);
  self->warnings = g_ptr_array_new_full (warnings->len + 1, g_free);
  for (guint i = 0; i < warnings->len; i++)
    g_ptr_array_add (self->warnings, g_strdup (g_ptr_array_index (warnings, i)));
  g_ptr_array_add (self->warnings, NULL);
}

/* --- For those who write it ------------------------------------------------------------------------------------------------ */

void
dheera_base_response_write_id (DheeraBaseResponse *self,
                               DheeraJsonWriter   *writer)
{
  if (self->id != NULL && *self->id != '\0')
    dheera_json_writer_member_string (writer, "id", self->id);
}

void
dheera_base_response_write_model (DheeraBaseResponse *self,
                                  DheeraJsonWriter   *writer)
{
  dheera_json_writer_member_string (writer, "model", dheera_string_or_empty (self->model));
}

void
dheera_base_response_write_usage (DheeraBaseResponse *self,
                                  DheeraJsonWriter   *writer)
{
  if (self->usage == NULL)
    return;

  dheera_json_writer_key (writer, "usage");
  dheera_json_writer_begin_object (writer);
  if (self->usage->prompt_tokens >= 0)
    dheera_json_writer_member_int (writer, "prompt_tokens", self->usage->prompt_tokens);
  if (self->usage->total_tokens >= 0)
    dheera_json_writer_member_int (writer, "total_tokens", self->usage->total_tokens);
  dheera_json_writer_end_object (writer);
}

void
dheera_base_response_write_token_usage (DheeraBaseResponse *self,
                                        const char         *type,
                                        DheeraJsonWriter   *writer)
{
  if (self->usage == NULL)
    return;

  dheera_json_writer_key (writer, "usage");
  dheera_json_writer_begin_object (writer);
  if (type != NULL)
    dheera_json_writer_member_string (writer, "type", type);
  if (self->usage->prompt_tokens >= 0)
    dheera_json_writer_member_int (writer, "input_tokens", self->usage->prompt_tokens);
  if (self->usage->completion_tokens >= 0)
    dheera_json_writer_member_int (writer, "output_tokens", self->usage->completion_tokens);
  if (self->usage->total_tokens >= 0)
    dheera_json_writer_member_int (writer, "total_tokens", self->usage->total_tokens);
  dheera_json_writer_end_object (writer);
}
