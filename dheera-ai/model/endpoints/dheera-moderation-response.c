/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-moderation-response-private.h"

struct _DheeraModerationResponseClass
{
  DheeraBaseResponseClass parent_class;
};

/**
 * DheeraModerationResponse:
 *
 * What a provider thinks of the texts and pictures of a [class@ModerationRequest].
 *
 * Since: 0.1
 */
G_DEFINE_FINAL_TYPE (DheeraModerationResponse, dheera_moderation_response, DHEERA_TYPE_BASE_RESPONSE)

enum
{
  PROP_0,
  PROP_RESULTS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
dheera_moderation_response_finalize (GObject *object)
{
  DheeraModerationResponse *self = DHEERA_MODERATION_RESPONSE (object);

  g_clear_object (&self->results);

  G_OBJECT_CLASS (dheera_moderation_response_parent_class)->finalize (object);
}

static void
dheera_moderation_response_get_property (GObject    *object,
                                         guint       prop_id,
                                         GValue     *value,
                                         GParamSpec *pspec)
{
  DheeraModerationResponse *self = DHEERA_MODERATION_RESPONSE (object);

  switch (prop_id)
    {
    case PROP_RESULTS:
      g_value_set_object (value, dheera_moderation_response_get_results (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_moderation_response_write (DheeraBaseResponse *base,
                                  DheeraJsonWriter   *writer)
{
  DheeraModerationResponse *self = DHEERA_MODERATION_RESPONSE (base);

  dheera_base_response_write_id (base, writer);
  dheera_base_response_write_model (base, writer);
  dheera_json_writer_key (writer, "results");
  dheera_json_writer_begin_array (writer);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->results)); i++)
    {
      g_autoptr (DheeraModerationResult) result = g_list_model_get_item (G_LIST_MODEL (self->results), i);

      dheera_moderation_result_write (result, writer);
    }
  dheera_json_writer_end_array (writer);
}

static void
dheera_moderation_response_class_init (DheeraModerationResponseClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  DheeraBaseResponseClass *base_class = (DheeraBaseResponseClass *) klass;
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = dheera_moderation_response_finalize;
  object_class->get_property = dheera_moderation_response_get_property;
  base_class->write = dheera_moderation_response_write;

  /**
   * DheeraModerationResponse:results:
   *
   * A list of [class@ModerationResult]: one for each text, or one for all when there are pictures.
   *
   * Since: 0.1
   */
  properties[PROP_RESULTS] = g_param_spec_object ("results", NULL, NULL, G_TYPE_LIST_MODEL, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
dheera_moderation_response_init (DheeraModerationResponse *self)
{
  self->results = g_list_store_new (DHEERA_TYPE_MODERATION_RESULT);
}

/**
 * dheera_moderation_response_get_results:
 * @self: an answer
 *
 * What the provider thinks of each text, or of all of it when there are pictures.
 *
 * Returns: (transfer none): a list of [class@ModerationResult]
 *
 * Since: 0.1
 */
GListModel *
dheera_moderation_response_get_results (DheeraModerationResponse *self)
{
  g_return_val_if_fail (DHEERA_IS_MODERATION_RESPONSE (self), NULL);

  return G_LIST_MODEL (self->results);
}

DheeraModerationResponse *
dheera_moderation_response_new (const char *provider)
{
  return dheera_base_response_new (DHEERA_TYPE_MODERATION_RESPONSE, provider);
}

DheeraModerationResult *
dheera_moderation_response_add (DheeraModerationResponse *self,
                                gboolean                  flagged)
{
  g_autoptr (DheeraModerationResult) result = dheera_moderation_result_new (flagged);

  g_list_store_append (self->results, result);

  return result;
}
