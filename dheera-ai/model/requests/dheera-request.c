/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-request-internal-private.h"

#include "dheera-ai/model/chat-json/dheera-chat-json-private.h"
#include "dheera-ai/model/dheera-enum-types.h"
#include "dheera-ai/model/messages/dheera-conversation-private.h"
#include "dheera-ai/model/tools/dheera-tool-private.h"

struct _DheeraRequestClass
{
  DheeraBaseRequestClass parent_class;
};

/**
 * DheeraRequest:
 *
 * Asks a model to go on with a conversation.
 *
 * ```c
 * g_autoptr (DheeraRequest) request =
 *   dheera_request_new_for_prompt ("openai/gpt-4o-mini", "Why is the sky blue?");
 *
 * dheera_request_set_temperature (request, 0.2);
 * ```
 *
 * What is not set is not sent, so that the provider's defaults hold. Parameters without a property
 * go through [property@BaseRequest:extra].
 *
 * Since: 0.1
 */
G_DEFINE_FINAL_TYPE (DheeraRequest, dheera_request, DHEERA_TYPE_BASE_REQUEST)

GParamSpec *dheera_request_properties[N_PROPS];

static void
dheera_request_finalize (GObject *object)
{
  DheeraRequest *self = DHEERA_REQUEST (object);

  g_clear_object (&self->conversation);
  g_strfreev (self->stop);
  g_clear_object (&self->tools);
  g_free (self->tool_choice);
  dheera_json_text_clear (&self->response_schema);
  g_free (self->response_schema_name);
  g_free (self->response_schema_description);
  g_free (self->reasoning_effort);
  g_free (self->user);
  dheera_json_text_clear (&self->metadata);
  g_free (self->service_tier);

  G_OBJECT_CLASS (dheera_request_parent_class)->finalize (object);
}

static void
dheera_request_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  DheeraRequest *self = DHEERA_REQUEST (object);

  switch (prop_id)
    {
    case PROP_CONVERSATION:
      g_value_set_object (value, dheera_request_get_conversation (self));
      break;
    case PROP_TEMPERATURE:
      g_value_set_double (value, dheera_request_get_temperature (self));
      break;
    case PROP_TOP_P:
      g_value_set_double (value, dheera_request_get_top_p (self));
      break;
    case PROP_TOP_K:
      g_value_set_int (value, dheera_request_get_top_k (self));
      break;
    case PROP_MAX_TOKENS:
      g_value_set_int (value, dheera_request_get_max_tokens (self));
      break;
    case PROP_STOP:
      g_value_set_boxed (value, dheera_request_get_stop (self));
      break;
    case PROP_SEED:
      g_value_set_int64 (value, dheera_request_get_seed (self));
      break;
    case PROP_N:
      g_value_set_int (value, dheera_request_get_n (self));
      break;
    case PROP_PRESENCE_PENALTY:
      g_value_set_double (value, dheera_request_get_presence_penalty (self));
      break;
    case PROP_FREQUENCY_PENALTY:
      g_value_set_double (value, dheera_request_get_frequency_penalty (self));
      break;
    case PROP_LOGPROBS:
      g_value_set_enum (value, dheera_request_get_logprobs (self));
      break;
    case PROP_TOP_LOGPROBS:
      g_value_set_int (value, dheera_request_get_top_logprobs (self));
      break;
    case PROP_TOOLS:
      g_value_set_object (value, dheera_request_get_tools (self));
      break;
    case PROP_TOOL_CHOICE:
      g_value_set_string (value, dheera_request_get_tool_choice (self));
      break;
    case PROP_PARALLEL_TOOL_CALLS:
      g_value_set_enum (value, dheera_request_get_parallel_tool_calls (self));
      break;
    case PROP_MAX_STEPS:
      g_value_set_int (value, dheera_request_get_max_steps (self));
      break;
    case PROP_RESPONSE_FORMAT:
      g_value_set_enum (value, dheera_request_get_response_format (self));
      break;
    case PROP_RESPONSE_SCHEMA:
      g_value_set_string (value, dheera_request_get_response_schema (self));
      break;
    case PROP_RESPONSE_SCHEMA_NAME:
      g_value_set_string (value, dheera_request_get_response_schema_name (self));
      break;
    case PROP_RESPONSE_SCHEMA_STRICT:
      g_value_set_enum (value, dheera_request_get_response_schema_strict (self));
      break;
    case PROP_REASONING_EFFORT:
      g_value_set_string (value, dheera_request_get_reasoning_effort (self));
      break;
    case PROP_REASONING_BUDGET:
      g_value_set_int (value, dheera_request_get_reasoning_budget (self));
      break;
    case PROP_USER:
      g_value_set_string (value, dheera_request_get_user (self));
      break;
    case PROP_METADATA:
      g_value_set_string (value, dheera_request_get_metadata (self));
      break;
    case PROP_SERVICE_TIER:
      g_value_set_string (value, dheera_request_get_service_tier (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_request_set_property (GObject      *object,
                             guint         prop_id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  DheeraRequest *self = DHEERA_REQUEST (object);

  switch (prop_id)
    {
    case PROP_CONVERSATION:
      dheera_request_set_conversation (self, g_value_get_object (value));
      break;
    case PROP_TEMPERATURE:
      dheera_request_set_temperature (self, g_value_get_double (value));
      break;
    case PROP_TOP_P:
      dheera_request_set_top_p (self, g_value_get_double (value));
      break;
    case PROP_TOP_K:
      dheera_request_set_top_k (self, g_value_get_int (value));
      break;
    case PROP_MAX_TOKENS:
      dheera_request_set_max_tokens (self, g_value_get_int (value));
      break;
    case PROP_STOP:
      dheera_request_set_stop (self, g_value_get_boxed (value));
      break;
    case PROP_SEED:
      dheera_request_set_seed (self, g_value_get_int64 (value));
      break;
    case PROP_N:
      dheera_request_set_n (self, g_value_get_int (value));
      break;
    case PROP_PRESENCE_PENALTY:
      dheera_request_set_presence_penalty (self, g_value_get_double (value));
      break;
    case PROP_FREQUENCY_PENALTY:
      dheera_request_set_frequency_penalty (self, g_value_get_double (value));
      break;
    case PROP_LOGPROBS:
      dheera_request_set_logprobs (self, g_value_get_enum (value));
      break;
    case PROP_TOP_LOGPROBS:
      dheera_request_set_top_logprobs (self, g_value_get_int (value));
      break;
    case PROP_TOOL_CHOICE:
      dheera_request_set_tool_choice (self, g_value_get_string (value));
      break;
    case PROP_PARALLEL_TOOL_CALLS:
      dheera_request_set_parallel_tool_calls (self, g_value_get_enum (value));
      break;
    case PROP_MAX_STEPS:
      dheera_request_set_max_steps (self, g_value_get_int (value));
      break;
    case PROP_RESPONSE_FORMAT:
      dheera_request_set_response_format (self, g_value_get_enum (value));
      break;
    case PROP_RESPONSE_SCHEMA_NAME:
      dheera_request_set_response_schema_name (self, g_value_get_string (value));
      break;
    case PROP_RESPONSE_SCHEMA_STRICT:
      dheera_request_set_response_schema_strict (self, g_value_get_enum (value));
      break;
    case PROP_REASONING_EFFORT:
      dheera_request_set_reasoning_effort (self, g_value_get_string (value));
      break;
    case PROP_REASONING_BUDGET:
      dheera_request_set_reasoning_budget (self, g_value_get_int (value));
      break;
    case PROP_USER:
      dheera_request_set_user (self, g_value_get_string (value));
      break;
    case PROP_METADATA:
      dheera_request_set_metadata (self, g_value_get_string (value));
      break;
    case PROP_SERVICE_TIER:
      dheera_request_set_service_tier (self, g_value_get_string (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_request_real_copy (DheeraBaseRequest *base,
                          DheeraBaseRequest *base_into)
{
  DheeraRequest *self = DHEERA_REQUEST (base);
  DheeraRequest *into = DHEERA_REQUEST (base_into);

  if (self->conversation != NULL)
    into->conversation = dheera_conversation_copy (self->conversation);
  into->temperature = self->temperature;
  into->top_p = self->top_p;
  into->top_k = self->top_k;
  into->max_tokens = self->max_tokens;
  into->stop = g_strdupv (self->stop);
  into->seed = self->seed;
  into->n = self->n;
  into->presence_penalty = self->presence_penalty;
  into->frequency_penalty = self->frequency_penalty;
  into->logprobs = self->logprobs;
  into->top_logprobs = self->top_logprobs;
  for (guint i = 0; i < dheera_request_get_n_tools (self); i++)
    {
      g_autoptr (DheeraTool) tool = dheera_tool_copy (dheera_request_peek_tool (self, i));

      dheera_request_add_tool (into, tool);
    }
  into->tool_choice = g_strdup (self->tool_choice);
  into->parallel_tool_calls = self->parallel_tool_calls;
  into->max_steps = self->max_steps;
  into->response_format = self->response_format;
  dheera_json_text_copy (&self->response_schema, &into->response_schema);
  into->response_schema_name = g_strdup (self->response_schema_name);
  into->response_schema_description = g_strdup (self->response_schema_description);
  into->response_schema_strict = self->response_schema_strict;
  into->reasoning_effort = g_strdup (self->reasoning_effort);
  into->reasoning_budget = self->reasoning_budget;
  into->user = g_strdup (self->user);
  dheera_json_text_copy (&self->metadata, &into->metadata);
  into->service_tier = g_strdup (self->service_tier);
}

static guint
dheera_request_count (DheeraBaseRequest *base)
{
  return (guint) MAX (1, DHEERA_REQUEST (base)->n);
}

static void
install_sampling (const GParamFlags flags)
{
  /**
   * DheeraRequest:temperature:
   *
   * How freely the model picks its words, from 0 to 2; some providers end at 1. -1 is the
   * provider's default.
   *
   * Since: 0.1
   */
  dheera_request_properties[PROP_TEMPERATURE] =
    g_param_spec_double ("temperature", NULL, NULL, -G_MAXDOUBLE, G_MAXDOUBLE, -1, flags);

  /**
   * DheeraRequest:top-p:
   *
   * Keeps the model to the likeliest words that together have this probability, from 0 to 1. -1 is
   * the provider's default.
   *
   * Since: 0.1
   */
  dheera_request_properties[PROP_TOP_P] =
    g_param_spec_double ("top-p", NULL, NULL, -G_MAXDOUBLE, G_MAXDOUBLE, -1, flags);

  /**
   * DheeraRequest:top-k:
   *
   * Keeps the model to this many of the likeliest words. -1 is the provider's default. OpenAI has
   * no such limit.
   *
   * Since: 0.1
   */
  dheera_request_properties[PROP_TOP_K] =
    g_param_spec_int ("top-k", NULL, NULL, G_MININT, G_MAXINT, -1, flags);

  /**
   * DheeraRequest:max-tokens:
   *
   * How many tokens the answer can have at most, reasoning included: 1 or more. -1 is the
   * provider's default.
   *
   * Since: 0.1
   */
  dheera_request_properties[PROP_MAX_TOKENS] =
    g_param_spec_int ("max-tokens", NULL, NULL, G_MININT, G_MAXINT, -1, flags);

  /**
   * DheeraRequest:stop:
   *
   * Texts that end the answer when the model comes to one of them.
   *
   * Since: 0.1
   */
  dheera_request_properties[PROP_STOP] =
    g_param_spec_boxed ("stop", NULL, NULL, G_TYPE_STRV, flags);

  /**
   * DheeraRequest:seed:
   *
   * Asks for the same answer to the same request with the same seed, as far as the provider can. -1
   * is no seed.
   *
   * A negative seed can be sent through [property@BaseRequest:extra].
   *
   * Since: 0.1
   */
  dheera_request_properties[PROP_SEED] =
    g_param_spec_int64 ("seed", NULL, NULL, G_MININT64, G_MAXINT64, -1, flags);

  /**
   * DheeraRequest:n:
   *
   * How many answers to make, from 1 to 128. -1 is the provider's default, which is one. See
   * [method@Response.get_choice].
   *
   * Since: 0.1
   */
  dheera_request_properties[PROP_N] =
    g_param_spec_int ("n", NULL, NULL, G_MININT, G_MAXINT, -1, flags);

  /**
   * DheeraRequest:presence-penalty:
   *
   * How much to keep the model from words that it used before, from -2 to 2. -1000 is the
   * provider's default.
   *
   * Since: 0.1
   */
  dheera_request_properties[PROP_PRESENCE_PENALTY] =
    g_param_spec_double ("presence-penalty", NULL, NULL,
                         -G_MAXDOUBLE, G_MAXDOUBLE, DHEERA_REQUEST_NO_PENALTY, flags);

  /**
   * DheeraRequest:frequency-penalty:
   *
   * How much to keep the model from words the more often it used them before, from -2 to 2. -1000
   * is the provider's default.
   *
   * Since: 0.1
   */
  dheera_request_properties[PROP_FREQUENCY_PENALTY] =
    g_param_spec_double ("frequency-penalty", NULL, NULL,
                         -G_MAXDOUBLE, G_MAXDOUBLE, DHEERA_REQUEST_NO_PENALTY, flags);

  /**
   * DheeraRequest:logprobs:
   *
   * Whether to tell how likely each token was. See [property@Choice:logprobs].
   *
   * Since: 0.1
   */
  dheera_request_properties[PROP_LOGPROBS] =
    g_param_spec_enum ("logprobs", NULL, NULL, DHEERA_TYPE_TRISTATE, DHEERA_TRISTATE_UNSET, flags);

  /**
   * DheeraRequest:top-logprobs:
   *
   * For how many other tokens at each place to tell the same, from 0 to 20. -1 is none.
   *
   * Since: 0.1
   */
  dheera_request_properties[PROP_TOP_LOGPROBS] =
    g_param_spec_int ("top-logprobs", NULL, NULL, G_MININT, G_MAXINT, -1, flags);
}

static void
install_the_rest (const GParamFlags flags,
                  const GParamFlags readable)
{
  /**
   * DheeraRequest:conversation:
   *
   * The messages that the model gets to read and goes on with.
   *
   * It is never %NULL: a request without one gets an empty conversation when it is first asked for.
   *
   * Since: 0.1
   */
  dheera_request_properties[PROP_CONVERSATION] =
    g_param_spec_object ("conversation", NULL, NULL, DHEERA_TYPE_CONVERSATION, flags);

  /**
   * DheeraRequest:tools:
   *
   * The tools that the model may call: a list of [class@Tool].
   *
   * Since: 0.1
   */
  dheera_request_properties[PROP_TOOLS] =
    g_param_spec_object ("tools", NULL, NULL, G_TYPE_LIST_MODEL, readable);

  /**
   * DheeraRequest:tool-choice:
   *
   * Whether the model has to call a tool: `auto`, `none`, `required`, or the name of the tool that
   * it has to call.
   *
   * %NULL is the provider's default, which is `auto` where there are tools.
   *
   * Since: 0.1
   */
  dheera_request_properties[PROP_TOOL_CHOICE] =
    g_param_spec_string ("tool-choice", NULL, NULL, NULL, flags);

  /**
   * DheeraRequest:parallel-tool-calls:
   *
   * Whether the model may call several tools at once.
   *
   * Since: 0.1
   */
  dheera_request_properties[PROP_PARALLEL_TOOL_CALLS] =
    g_param_spec_enum ("parallel-tool-calls", NULL, NULL,
                       DHEERA_TYPE_TRISTATE, DHEERA_TRISTATE_UNSET, flags);

  /**
   * DheeraRequest:max-steps:
   *
   * How many times [method@Client.run] and [method@Client.run_stream] ask the model at most, 1 or more: a model that goes on calling tools is
   * stopped there. Nothing else looks at it, and it is no part of [method@Request.to_json].
   *
   * Since: 0.1
   */
  dheera_request_properties[PROP_MAX_STEPS] =
    g_param_spec_int ("max-steps", NULL, NULL, G_MININT, G_MAXINT, DHEERA_REQUEST_MAX_STEPS, flags);

  /**
   * DheeraRequest:response-format:
   *
   * What form the answer has to take.
   *
   * Since: 0.1
   */
  dheera_request_properties[PROP_RESPONSE_FORMAT] =
    g_param_spec_enum ("response-format", NULL, NULL,
                       DHEERA_TYPE_RESPONSE_FORMAT, DHEERA_RESPONSE_FORMAT_TEXT, flags);

  /**
   * DheeraRequest:response-schema:
   *
   * The JSON schema that the answer has to follow, as text. See
   * [method@Request.set_response_schema].
   *
   * Since: 0.1
   */
  dheera_request_properties[PROP_RESPONSE_SCHEMA] =
    g_param_spec_string ("response-schema", NULL, NULL, NULL, readable);

  /**
   * DheeraRequest:response-schema-name:
   *
   * The name that the provider gets to see for the schema: 1 to 64 of the characters `a`–`z`,
   * `A`–`Z`, `0`–`9`, `_` and `-`.
   *
   * Since: 0.1
   */
  dheera_request_properties[PROP_RESPONSE_SCHEMA_NAME] =
    g_param_spec_string ("response-schema-name", NULL, NULL, "response", flags);

  /**
   * DheeraRequest:response-schema-strict:
   *
   * Whether the provider has to see to it that the answer follows the schema.
   *
   * Since: 0.1
   */
  dheera_request_properties[PROP_RESPONSE_SCHEMA_STRICT] =
    g_param_spec_enum ("response-schema-strict", NULL, NULL,
                       DHEERA_TYPE_TRISTATE, DHEERA_TRISTATE_UNSET, flags);

  /**
   * DheeraRequest:reasoning-effort:
   *
   * How much the model is to think: `none`, `minimal`, `low`, `medium`, `high`, or what else the
   * provider knows. `auto` leaves it to the model.
   *
   * %NULL is the provider's default.
   *
   * Since: 0.1
   */
  dheera_request_properties[PROP_REASONING_EFFORT] =
    g_param_spec_string ("reasoning-effort", NULL, NULL, NULL, flags);

  /**
   * DheeraRequest:reasoning-budget:
   *
   * How many tokens the model can think with at most. 0 is not at all, -1 is the provider's
   * default.
   *
   * Since: 0.1
   */
  dheera_request_properties[PROP_REASONING_BUDGET] =
    g_param_spec_int ("reasoning-budget", NULL, NULL, G_MININT, G_MAXINT, -1, flags);

  /**
   * DheeraRequest:user:
   *
   * A stable name for whoever the request is made for, which the provider can hold responsible. It
   * should not tell who that is.
   *
   * Since: 0.1
   */
  dheera_request_properties[PROP_USER] =
    g_param_spec_string ("user", NULL, NULL, NULL, flags);

  /**
   * DheeraRequest:metadata:
   *
   * What the provider is to keep beside the request: the text of a JSON object, whose values should
   * be texts.
   *
   * Since: 0.1
   */
  dheera_request_properties[PROP_METADATA] =
    g_param_spec_string ("metadata", NULL, NULL, NULL, flags);

  /**
   * DheeraRequest:service-tier:
   *
   * How urgent the request is, in the provider's own word: `auto`, `default`, `flex`, `priority`.
   *
   * Since: 0.1
   */
  dheera_request_properties[PROP_SERVICE_TIER] =
    g_param_spec_string ("service-tier", NULL, NULL, NULL, flags);
}

static void
dheera_request_class_init (DheeraRequestClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  DheeraBaseRequestClass *request_class = (DheeraBaseRequestClass *) klass;

  object_class->finalize = dheera_request_finalize;
  object_class->get_property = dheera_request_get_property;
  object_class->set_property = dheera_request_set_property;
  request_class->copy = dheera_request_real_copy;
  request_class->validate = dheera_request_check;
  request_class->count = dheera_request_count;

  install_sampling (G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  install_the_rest (G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS,
                    G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, dheera_request_properties);
}

static void
dheera_request_init (DheeraRequest *self)
{
  self->temperature = -1;
  self->top_p = -1;
  self->top_k = -1;
  self->max_tokens = -1;
  self->seed = -1;
  self->n = -1;
  self->presence_penalty = DHEERA_REQUEST_NO_PENALTY;
  self->frequency_penalty = DHEERA_REQUEST_NO_PENALTY;
  self->top_logprobs = -1;
  self->reasoning_budget = -1;
  self->max_steps = DHEERA_REQUEST_MAX_STEPS;
}

/**
 * dheera_request_new:
 * @model: (nullable): which model to ask; see [property@BaseRequest:model]
 *
 * Makes a request with an empty conversation.
 *
 * Returns: (transfer full): a new request
 *
 * Since: 0.1
 */
DheeraRequest *
dheera_request_new (const char *model)
{
  return g_object_new (DHEERA_TYPE_REQUEST, "model", model, NULL);
}

/**
 * dheera_request_new_for_prompt:
 * @model: (nullable): which model to ask; see [property@BaseRequest:model]
 * @prompt: what the person says
 *
 * Makes a request whose conversation is one message of the user.
 *
 * Returns: (transfer full): a new request
 *
 * Since: 0.1
 */
DheeraRequest *
dheera_request_new_for_prompt (const char *model,
                               const char *prompt)
{
  DheeraRequest *self;

  g_return_val_if_fail (prompt != NULL, NULL);

  self = dheera_request_new (model);
  dheera_conversation_append_user (dheera_request_get_conversation (self), prompt);

  return self;
}

/**
 * dheera_request_new_from_json:
 * @json: the text of a JSON object: a request body of OpenAI's Chat Completions
 * @error: return location for an error
 *
 * Makes a request out of what [method@Request.to_json] wrote, or of a body for OpenAI.
 *
 * Members that have no property go to [property@BaseRequest:extra]. `stream` and `stream_options`
 * are left out, since the function that is called decides about them. `functions` and
 * `function_call`, which came before tools, are translated.
 *
 * Fails with %DHEERA_ERROR_INVALID_REQUEST that names the place of the fault, such as
 * `messages[2].content[0].type`.
 *
 * Returns: (transfer full): a new request
 *
 * Since: 0.1
 */
DheeraRequest *
dheera_request_new_from_json (const char  *json,
                              GError     **error)
{
  g_autoptr (DheeraRequest) self = NULL;
  DheeraJson view = DHEERA_JSON_INIT;
  gboolean ok = FALSE;

  g_return_val_if_fail (json != NULL, NULL);

  self = dheera_request_new (NULL);
  if (dheera_chat_parse (&view, json, "request", error))
    ok = dheera_chat_read_request (self, dheera_json_root (&view), error);
  dheera_json_clear (&view);

  return ok ? g_steal_pointer (&self) : NULL;
}

/**
 * dheera_request_to_json:
 * @self: a [class@Request]
 *
 * Writes the request down, in the form of a body for OpenAI's Chat Completions.
 *
 * Session, key, headers, timeouts and base URL are no part of it. JSON that does not parse is left
 * out.
 *
 * Returns: (transfer full): the text of a JSON object
 *
 * Since: 0.1
 */
char *
dheera_request_to_json (DheeraRequest *self)
{
  g_autoptr (GBytes) body = NULL;
  const char *text;
  gsize size;

  g_return_val_if_fail (DHEERA_IS_REQUEST (self), NULL);

  body = dheera_chat_write_body (self, dheera_base_request_get_model (DHEERA_BASE_REQUEST (self)),
                                 FALSE, &dheera_chat_dialect_complete);

  text = g_bytes_get_data (body, &size);

  return g_strndup (text, size);
}

DheeraRequest *
dheera_request_copy (DheeraRequest *self)
{
  return DHEERA_REQUEST (dheera_base_request_copy (DHEERA_BASE_REQUEST (self)));
}

gboolean
dheera_request_validate (DheeraRequest  *self,
                         GError        **error)
{
  return dheera_base_request_validate (DHEERA_BASE_REQUEST (self), error);
}
