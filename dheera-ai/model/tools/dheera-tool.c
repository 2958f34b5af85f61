/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-tool-private.h"

#include "dheera-ai/model/dheera-enum-types.h"
#include "dheera-ai/model/dheera-strings-private.h"

/**
 * DheeraTool:
 *
 * A function that the model may ask the application to call.
 *
 * The parameters are described by a JSON schema, given as text.
 *
 * ```c
 * g_autoptr (DheeraTool) tool =
 *   dheera_tool_new ("get_weather", "Tells the weather of a city.",
 *                    "{ \"type\": \"object\","
 *                    "  \"properties\": { \"city\": { \"type\": \"string\" } },"
 *                    "  \"required\": [\"city\"] }");
 *
 * g_signal_connect (tool, "call", G_CALLBACK (my_weather_cb), NULL);
 * dheera_request_add_tool (request, tool);
 * ```
 *
 * [method@Client.run] brings the calls of the model to the signal [signal@Tool::call], and the results back to the model, until the model
 * has its answer. [method@Client.complete] leaves the calls to the application: they are in [property@Response:tool-calls].
 *
 * Since: 0.1
 */
G_DEFINE_FINAL_TYPE (DheeraTool, dheera_tool, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_NAME,
  PROP_DESCRIPTION,
  PROP_PARAMETERS,
  PROP_STRICT,
  PROP_CACHE_CONTROL,
  N_PROPS
};

enum
{
  SIGNAL_CALL,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void
dheera_tool_finalize (GObject *object)
{
  DheeraTool *self = DHEERA_TOOL (object);

  g_free (self->name);
  g_free (self->description);
  dheera_json_text_clear (&self->parameters);
  g_free (self->cache_control);
  g_free (self->extra);
  g_free (self->function_extra);

  G_OBJECT_CLASS (dheera_tool_parent_class)->finalize (object);
}

static void
dheera_tool_get_property (GObject    *object,
                          guint       prop_id,
                          GValue     *value,
                          GParamSpec *pspec)
{
  DheeraTool *self = DHEERA_TOOL (object);

  switch (prop_id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_DESCRIPTION:
      g_value_set_string (value, self->description);
      break;
    case PROP_PARAMETERS:
      g_value_set_string (value, self->parameters.text);
      break;
    case PROP_STRICT:
      g_value_set_enum (value, self->strict);
      break;
    case PROP_CACHE_CONTROL:
      g_value_set_string (value, self->cache_control);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_tool_set_property (GObject      *object,
                          guint         prop_id,
                          const GValue *value,
                          GParamSpec   *pspec)
{
  DheeraTool *self = DHEERA_TOOL (object);

  switch (prop_id)
    {
    case PROP_NAME:
      self->name = g_value_dup_string (value);
      break;
    case PROP_DESCRIPTION:
      dheera_tool_set_description (self, g_value_get_string (value));
      break;
    case PROP_PARAMETERS:
      dheera_tool_set_parameters (self, g_value_get_string (value));
      break;
    case PROP_STRICT:
      dheera_tool_set_strict (self, g_value_get_enum (value));
      break;
    case PROP_CACHE_CONTROL:
      dheera_tool_set_cache_control (self, g_value_get_string (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_tool_class_init (DheeraToolClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = dheera_tool_finalize;
  object_class->get_property = dheera_tool_get_property;
  object_class->set_property = dheera_tool_set_property;

  /**
   * DheeraTool:name:
   *
   * The name by which the model calls the tool: 1 to 64 of the characters `a`–`z`, `A`–`Z`,
   * `0`–`9`, `_` and `-`.
   *
   * It is checked at the call.
   *
   * Since: 0.1
   */
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, "",
                                               G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY
                                                 | G_PARAM_STATIC_STRINGS);

  /**
   * DheeraTool:description:
   *
   * What the tool does and when to call it, for the model to read.
   *
   * Since: 0.1
   */
  properties[PROP_DESCRIPTION] = g_param_spec_string ("description", NULL, NULL, NULL, flags);

  /**
   * DheeraTool:parameters:
   *
   * What the tool is called with: the text of a JSON schema for an object. %NULL is an object
   * without members.
   *
   * It is checked at the call.
   *
   * Since: 0.1
   */
  properties[PROP_PARAMETERS] = g_param_spec_string ("parameters", NULL, NULL, NULL, flags);

  /**
   * DheeraTool:strict:
   *
   * Whether the provider has to see to it that the arguments follow the schema.
   *
   * A provider that can't is treated as with other parameters that it does not take: see [property@Client:param-policy].
   *
   * Since: 0.1
   */
  properties[PROP_STRICT] = g_param_spec_enum ("strict", NULL, NULL, DHEERA_TYPE_TRISTATE,
                                               DHEERA_TRISTATE_UNSET, flags);

  /**
   * DheeraTool:cache-control:
   *
   * A mark that the tools up to this one are to be kept in the provider's cache; see
   * [property@Part:cache-control].
   *
   * Since: 0.1
   */
  properties[PROP_CACHE_CONTROL] = g_param_spec_string ("cache-control", NULL, NULL, NULL, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * DheeraTool::call:
   * @self: the tool
   * @call: the call, with its [property@ToolCall:arguments]
   *
   * Emitted when the model calls the tool in [method@Client.run] or [method@Client.run_stream].
   *
   * The handler answers with [method@ToolCall.return_text] or [method@ToolCall.return_error]: at once, or later and from any thread, for which it keeps a reference to
   * @call. Models make mistakes: check the arguments, and return an error that says what is wrong with them. That they are a JSON
   * object has been checked.
   *
   * It comes in the thread and main context of the run; in that of the caller when the run is a blocking one.
   *
   * Since: 0.1
   */
  signals[SIGNAL_CALL] = g_signal_new ("call", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                       DHEERA_TYPE_TOOL_CALL);
}

static void
dheera_tool_init (DheeraTool *self)
{
}

/**
 * dheera_tool_new:
 * @name: the name by which the model calls the tool
 * @description: (nullable): what the tool does and when to call it
 * @parameters: (nullable): the text of a JSON schema for an object
 *
 * Makes a tool.
 *
 * Returns: (transfer full): a new tool
 *
 * Since: 0.1
 */
DheeraTool *
dheera_tool_new (const char *name,
                 const char *description,
                 const char *parameters)
{
  g_return_val_if_fail (name != NULL, NULL);

  return g_object_new (DHEERA_TYPE_TOOL,
                       "name", name,
                       "description", description,
                       "parameters", parameters,
                       NULL);
}

DheeraTool *
dheera_tool_copy (DheeraTool *self)
{
  DheeraTool *copy = g_object_new (DHEERA_TYPE_TOOL, "name", self->name, NULL);

  copy->description = g_strdup (self->description);
  dheera_json_text_copy (&self->parameters, &copy->parameters);
  copy->strict = self->strict;
  copy->cache_control = g_strdup (self->cache_control);
  copy->extra = g_strdup (self->extra);
  copy->function_extra = g_strdup (self->function_extra);

  return copy;
}

gboolean
dheera_tool_emit_call (DheeraTool     *self,
                       DheeraToolCall *call)
{
  if (!g_signal_has_handler_pending (self, signals[SIGNAL_CALL], 0, TRUE))
    return FALSE;

  g_signal_emit (self, signals[SIGNAL_CALL], 0, call);
  return TRUE;
}

/**
 * dheera_tool_get_name:
 * @self: a [class@Tool]
 *
 * The name by which the model calls the tool.
 *
 * Returns: the name
 *
 * Since: 0.1
 */
const char *
dheera_tool_get_name (DheeraTool *self)
{
  g_return_val_if_fail (DHEERA_IS_TOOL (self), "");

  return self->name;
}

/**
 * dheera_tool_get_description:
 * @self: a [class@Tool]
 *
 * What the tool does and when to call it.
 *
 * Returns: (nullable): the description
 *
 * Since: 0.1
 */
const char *
dheera_tool_get_description (DheeraTool *self)
{
  g_return_val_if_fail (DHEERA_IS_TOOL (self), NULL);

  return self->description;
}

/**
 * dheera_tool_set_description:
 * @self: a [class@Tool]
 * @description: (nullable): a text for the model to read
 *
 * Sets what the tool does and when to call it.
 *
 * Since: 0.1
 */
void
dheera_tool_set_description (DheeraTool *self,
                             const char *description)
{
  g_return_if_fail (DHEERA_IS_TOOL (self));

  if (dheera_string_set (&self->description, description))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DESCRIPTION]);
}

/**
 * dheera_tool_get_parameters:
 * @self: a [class@Tool]
 *
 * What the tool is called with.
 *
 * Returns: (nullable): the text of a JSON schema
 *
 * Since: 0.1
 */
const char *
dheera_tool_get_parameters (DheeraTool *self)
{
  g_return_val_if_fail (DHEERA_IS_TOOL (self), NULL);

  return self->parameters.text;
}

/**
 * dheera_tool_set_parameters:
 * @self: a [class@Tool]
 * @parameters: (nullable): the text of a JSON schema for an object
 *
 * Sets what the tool is called with.
 *
 * Since: 0.1
 */
void
dheera_tool_set_parameters (DheeraTool *self,
                            const char *parameters)
{
  g_return_if_fail (DHEERA_IS_TOOL (self));

  if (dheera_json_text_set (&self->parameters, parameters, DHEERA_JSON_OBJECT))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PARAMETERS]);
}

/**
 * dheera_tool_get_strict:
 * @self: a [class@Tool]
 *
 * Whether the provider has to see to it that the arguments follow the schema.
 *
 * Returns: whether it has to
 *
 * Since: 0.1
 */
DheeraTristate
dheera_tool_get_strict (DheeraTool *self)
{
  g_return_val_if_fail (DHEERA_IS_TOOL (self), DHEERA_TRISTATE_UNSET);

  return self->strict;
}

/**
 * dheera_tool_set_strict:
 * @self: a [class@Tool]
 * @strict: whether it has to
 *
 * Sets whether the provider has to see to it that the arguments follow the schema.
 *
 * Since: 0.1
 */
void
dheera_tool_set_strict (DheeraTool     *self,
                        DheeraTristate  strict)
{
  g_return_if_fail (DHEERA_IS_TOOL (self));

  if (self->strict == strict)
    return;

  self->strict = strict;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STRICT]);
}

/**
 * dheera_tool_get_cache_control:
 * @self: a [class@Tool]
 *
 * The mark for the provider's cache.
 *
 * Returns: (nullable): a word or the text of a JSON object
 *
 * Since: 0.1
 */
const char *
dheera_tool_get_cache_control (DheeraTool *self)
{
  g_return_val_if_fail (DHEERA_IS_TOOL (self), NULL);

  return self->cache_control;
}

/**
 * dheera_tool_set_cache_control:
 * @self: a [class@Tool]
 * @cache_control: (nullable): a word such as `ephemeral`, or the text of a JSON object
 *
 * Marks the tools up to this one for the provider's cache.
 *
 * Since: 0.1
 */
void
dheera_tool_set_cache_control (DheeraTool *self,
                               const char *cache_control)
{
  g_return_if_fail (DHEERA_IS_TOOL (self));

  if (dheera_string_set (&self->cache_control, cache_control))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CACHE_CONTROL]);
}
