/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-tool-call-private.h"

#include "dheera-ai/model/dheera-strings-private.h"

/**
 * DheeraToolCallDelta:
 *
 * The next piece of a tool call in a stream.
 *
 * Pieces with the same [property@ToolCallDelta:index] belong together. The id and the name come
 * once, as a rule with the first piece; the arguments are to be put together.
 * [property@Response:tool-calls] has done all of that already.
 *
 * Since: 0.1
 */
G_DEFINE_FINAL_TYPE (DheeraToolCallDelta, dheera_tool_call_delta, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_INDEX,
  PROP_ID,
  PROP_NAME,
  PROP_ARGUMENTS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
dheera_tool_call_delta_finalize (GObject *object)
{
  DheeraToolCallDelta *self = DHEERA_TOOL_CALL_DELTA (object);

  g_free (self->id);
  g_free (self->name);
  g_free (self->arguments);

  G_OBJECT_CLASS (dheera_tool_call_delta_parent_class)->finalize (object);
}

static void
dheera_tool_call_delta_get_property (GObject    *object,
                                     guint       prop_id,
                                     GValue     *value,
                                     GParamSpec *pspec)
{
  DheeraToolCallDelta *self = DHEERA_TOOL_CALL_DELTA (object);

  switch (prop_id)
    {
    case PROP_INDEX:
      g_value_set_uint (value, dheera_tool_call_delta_get_index (self));
      break;
    case PROP_ID:
      g_value_set_string (value, dheera_tool_call_delta_get_id (self));
      break;
    case PROP_NAME:
      g_value_set_string (value, dheera_tool_call_delta_get_name (self));
      break;
    case PROP_ARGUMENTS:
      g_value_set_string (value, dheera_tool_call_delta_get_arguments (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_tool_call_delta_class_init (DheeraToolCallDeltaClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = dheera_tool_call_delta_finalize;
  object_class->get_property = dheera_tool_call_delta_get_property;

  /**
   * DheeraToolCallDelta:index:
   *
   * Which of the tool calls of the message is continued, from 0.
   *
   * Since: 0.1
   */
  properties[PROP_INDEX] = g_param_spec_uint ("index", NULL, NULL, 0, G_MAXUINT, 0, flags);

  /**
   * DheeraToolCallDelta:id:
   *
   * The id of the call; empty if it came before or comes later.
   *
   * Since: 0.1
   */
  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, "", flags);

  /**
   * DheeraToolCallDelta:name:
   *
   * The name of the tool; empty if it came before or comes later.
   *
   * Since: 0.1
   */
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, "", flags);

  /**
   * DheeraToolCallDelta:arguments:
   *
   * The next piece of the arguments, which are JSON text once they are whole.
   *
   * Since: 0.1
   */
  properties[PROP_ARGUMENTS] = g_param_spec_string ("arguments", NULL, NULL, "", flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
dheera_tool_call_delta_init (DheeraToolCallDelta *self)
{
}

/**
 * dheera_tool_call_delta_get_index:
 * @self: a [class@ToolCallDelta]
 *
 * Which of the tool calls of the message is continued.
 *
 * Returns: its position, from 0
 *
 * Since: 0.1
 */
guint
dheera_tool_call_delta_get_index (DheeraToolCallDelta *self)
{
  g_return_val_if_fail (DHEERA_IS_TOOL_CALL_DELTA (self), 0);

  return self->index;
}

/**
 * dheera_tool_call_delta_get_id:
 * @self: a [class@ToolCallDelta]
 *
 * The id of the call.
 *
 * Returns: the id, empty if it came before or comes later
 *
 * Since: 0.1
 */
const char *
dheera_tool_call_delta_get_id (DheeraToolCallDelta *self)
{
  g_return_val_if_fail (DHEERA_IS_TOOL_CALL_DELTA (self), "");

  return dheera_string_or_empty (self->id);
}

/**
 * dheera_tool_call_delta_get_name:
 * @self: a [class@ToolCallDelta]
 *
 * The name of the tool.
 *
 * Returns: the name, empty if it came before or comes later
 *
 * Since: 0.1
 */
const char *
dheera_tool_call_delta_get_name (DheeraToolCallDelta *self)
{
  g_return_val_if_fail (DHEERA_IS_TOOL_CALL_DELTA (self), "");

  return dheera_string_or_empty (self->name);
}

/**
 * dheera_tool_call_delta_get_arguments:
 * @self: a [class@ToolCallDelta]
 *
 * The next piece of the arguments.
 *
 * Returns: a piece of JSON text
 *
 * Since: 0.1
 */
const char *
dheera_tool_call_delta_get_arguments (DheeraToolCallDelta *self)
{
  g_return_val_if_fail (DHEERA_IS_TOOL_CALL_DELTA (self), "");

  return dheera_string_or_empty (self->arguments);
}
