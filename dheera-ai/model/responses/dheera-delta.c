/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-delta-private.h"

#include "dheera-ai/model/dheera-enum-types.h"
#include "dheera-ai/model/dheera-strings-private.h"
#include "dheera-ai/model/tools/dheera-tool-call-private.h"

/**
 * DheeraDelta:
 *
 * The next piece of an answer in a stream.
 *
 * A piece belongs to one choice. Pieces are small: put together, they are what the [class@Response]
 * of the stream has.
 *
 * Since: 0.1
 */
G_DEFINE_FINAL_TYPE (DheeraDelta, dheera_delta, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_CHOICE_INDEX,
  PROP_TEXT,
  PROP_REASONING,
  PROP_REFUSAL,
  PROP_TOOL_CALLS,
  PROP_FINISH_REASON,
  PROP_USAGE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
dheera_delta_finalize (GObject *object)
{
  DheeraDelta *self = DHEERA_DELTA (object);

  g_clear_object (&self->response);
  g_free (self->text);
  g_free (self->reasoning);
  g_free (self->refusal);
  g_clear_pointer (&self->pieces, g_array_unref);
  g_clear_object (&self->tool_calls);
  g_free (self->finish_reason_raw);
  g_clear_object (&self->usage);
  g_free (self->logprobs);
  g_free (self->annotations);
  g_free (self->audio);

  G_OBJECT_CLASS (dheera_delta_parent_class)->finalize (object);
}

static void
dheera_delta_get_property (GObject    *object,
                           guint       prop_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  DheeraDelta *self = DHEERA_DELTA (object);

  switch (prop_id)
    {
    case PROP_CHOICE_INDEX:
      g_value_set_uint (value, dheera_delta_get_choice_index (self));
      break;
    case PROP_TEXT:
      g_value_set_string (value, dheera_delta_get_text (self));
      break;
    case PROP_REASONING:
      g_value_set_string (value, dheera_delta_get_reasoning (self));
      break;
    case PROP_REFUSAL:
      g_value_set_string (value, dheera_delta_get_refusal (self));
      break;
    case PROP_TOOL_CALLS:
      g_value_set_object (value, dheera_delta_get_tool_calls (self));
      break;
    case PROP_FINISH_REASON:
      g_value_set_enum (value, dheera_delta_get_finish_reason (self));
      break;
    case PROP_USAGE:
      g_value_set_object (value, dheera_delta_get_usage (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_delta_class_init (DheeraDeltaClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = dheera_delta_finalize;
  object_class->get_property = dheera_delta_get_property;

  /**
   * DheeraDelta:choice-index:
   *
   * Which choice is continued: its [property@Choice:index].
   *
   * Since: 0.1
   */
  properties[PROP_CHOICE_INDEX] = g_param_spec_uint ("choice-index", NULL, NULL,
                                                     0, G_MAXUINT, 0, flags);

  /**
   * DheeraDelta:text:
   *
   * The next piece of the text; empty if there is none.
   *
   * Since: 0.1
   */
  properties[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, "", flags);

  /**
   * DheeraDelta:reasoning:
   *
   * The next piece of what the model thinks; empty if there is none.
   *
   * Since: 0.1
   */
  properties[PROP_REASONING] = g_param_spec_string ("reasoning", NULL, NULL, "", flags);

  /**
   * DheeraDelta:refusal:
   *
   * The next piece of the words in which the model refuses; empty if there is none.
   *
   * Since: 0.1
   */
  properties[PROP_REFUSAL] = g_param_spec_string ("refusal", NULL, NULL, "", flags);

  /**
   * DheeraDelta:tool-calls:
   *
   * The next pieces of tool calls: a list of [class@ToolCallDelta].
   *
   * Since: 0.1
   */
  properties[PROP_TOOL_CALLS] = g_param_spec_object ("tool-calls", NULL, NULL,
                                                     G_TYPE_LIST_MODEL, flags);

  /**
   * DheeraDelta:finish-reason:
   *
   * Why the model stopped, in the piece that says so.
   *
   * Since: 0.1
   */
  properties[PROP_FINISH_REASON] =
    g_param_spec_enum ("finish-reason", NULL, NULL,
                       DHEERA_TYPE_FINISH_REASON, DHEERA_FINISH_REASON_NONE, flags);

  /**
   * DheeraDelta:usage:
   *
   * How many tokens it took so far, in the pieces that say so; else %NULL.
   *
   * Since: 0.1
   */
  properties[PROP_USAGE] = g_param_spec_object ("usage", NULL, NULL, DHEERA_TYPE_USAGE, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
dheera_delta_init (DheeraDelta *self)
{
}

static void
piece_clear (gpointer data)
{
  DheeraToolCallPiece *piece = data;

  g_free (piece->id);
  g_free (piece->name);
  g_free (piece->arguments);
}

/* A list with its objects costs more than all the rest of a delta, and most are only written down
 * again. */
void
dheera_delta_take_piece (DheeraDelta *self,
                         guint        index,
                         char        *id,
                         char        *name,
                         char        *arguments)
{
  const DheeraToolCallPiece piece = { index, id, name, arguments };

  if (self->pieces == NULL)
    {
      self->pieces = g_array_new (FALSE, FALSE, sizeof (DheeraToolCallPiece));
      g_array_set_clear_func (self->pieces, piece_clear);
    }
  g_array_append_val (self->pieces, piece);
}

gboolean
dheera_delta_has_content (DheeraDelta *self)
{
  return self->text != NULL || self->reasoning != NULL || self->refusal != NULL
         || self->pieces != NULL || self->finish_reason != DHEERA_FINISH_REASON_NONE
         || self->logprobs != NULL || self->annotations != NULL || self->audio != NULL;
}

/**
 * dheera_delta_get_choice_index:
 * @self: a [class@Delta]
 *
 * Which choice is continued.
 *
 * Returns: the index of the choice
 *
 * Since: 0.1
 */
guint
dheera_delta_get_choice_index (DheeraDelta *self)
{
  g_return_val_if_fail (DHEERA_IS_DELTA (self), 0);

  return self->choice_index;
}

/**
 * dheera_delta_get_text:
 * @self: a [class@Delta]
 *
 * The next piece of the text.
 *
 * Returns: a piece of text, empty if there is none
 *
 * Since: 0.1
 */
const char *
dheera_delta_get_text (DheeraDelta *self)
{
  g_return_val_if_fail (DHEERA_IS_DELTA (self), "");

  return dheera_string_or_empty (self->text);
}

/**
 * dheera_delta_get_reasoning:
 * @self: a [class@Delta]
 *
 * The next piece of what the model thinks.
 *
 * Returns: a piece of text, empty if there is none
 *
 * Since: 0.1
 */
const char *
dheera_delta_get_reasoning (DheeraDelta *self)
{
  g_return_val_if_fail (DHEERA_IS_DELTA (self), "");

  return dheera_string_or_empty (self->reasoning);
}

/**
 * dheera_delta_get_refusal:
 * @self: a [class@Delta]
 *
 * The next piece of the words in which the model refuses.
 *
 * Returns: a piece of text, empty if there is none
 *
 * Since: 0.1
 */
const char *
dheera_delta_get_refusal (DheeraDelta *self)
{
  g_return_val_if_fail (DHEERA_IS_DELTA (self), "");

  return dheera_string_or_empty (self->refusal);
}

static GListStore *
list_pieces (DheeraDelta *self)
{
  GListStore *list = g_list_store_new (DHEERA_TYPE_TOOL_CALL_DELTA);

  for (guint i = 0; self->pieces != NULL && i < self->pieces->len; i++)
    {
      const DheeraToolCallPiece *piece = &g_array_index (self->pieces, DheeraToolCallPiece, i);
      g_autoptr (DheeraToolCallDelta) call = g_object_new (DHEERA_TYPE_TOOL_CALL_DELTA, NULL);

      call->index = piece->index;
      call->id = g_strdup (piece->id);
      call->name = g_strdup (piece->name);
      call->arguments = g_strdup (piece->arguments);
      g_list_store_append (list, call);
    }

  return list;
}

/**
 * dheera_delta_get_tool_calls:
 * @self: a [class@Delta]
 *
 * The next pieces of tool calls.
 *
 * Returns: (transfer none): a list of [class@ToolCallDelta], empty as a rule
 *
 * Since: 0.1
 */
GListModel *
dheera_delta_get_tool_calls (DheeraDelta *self)
{
  g_return_val_if_fail (DHEERA_IS_DELTA (self), NULL);

  if (self->tool_calls == NULL)
    self->tool_calls = list_pieces (self);

  return G_LIST_MODEL (self->tool_calls);
}

/**
 * dheera_delta_get_finish_reason:
 * @self: a [class@Delta]
 *
 * Why the model stopped.
 *
 * Returns: the reason, %DHEERA_FINISH_REASON_NONE in all pieces but the one that says so
 *
 * Since: 0.1
 */
DheeraFinishReason
dheera_delta_get_finish_reason (DheeraDelta *self)
{
  g_return_val_if_fail (DHEERA_IS_DELTA (self), DHEERA_FINISH_REASON_NONE);

  return self->finish_reason;
}

/**
 * dheera_delta_get_usage:
 * @self: a [class@Delta]
 *
 * How many tokens it took so far.
 *
 * Returns: (transfer none) (nullable): the counters, %NULL in all pieces but those that say so
 *
 * Since: 0.1
 */
DheeraUsage *
dheera_delta_get_usage (DheeraDelta *self)
{
  g_return_val_if_fail (DHEERA_IS_DELTA (self), NULL);

  return self->usage;
}
