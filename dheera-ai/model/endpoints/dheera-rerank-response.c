/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-rerank-response-private.h"

struct _DheeraRerankResponseClass
{
  DheeraBaseResponseClass parent_class;
};

/**
 * DheeraRerankResponse:
 *
 * Documents in the order of how well they answer the question of a [class@RerankRequest].
 *
 * Since: 0.1
 */
G_DEFINE_FINAL_TYPE (DheeraRerankResponse, dheera_rerank_response, DHEERA_TYPE_BASE_RESPONSE)

enum
{
  PROP_0,
  PROP_RESULTS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
write_result (DheeraRerankResult *result,
              DheeraJsonWriter   *writer)
{
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_int (writer, "index", result->index);
  dheera_json_writer_member_double (writer, "relevance_score", result->score);
  if (result->document != NULL)
    {
      dheera_json_writer_key (writer, "document");
      dheera_json_writer_begin_object (writer);
      dheera_json_writer_member_string (writer, "text", result->document);
      dheera_json_writer_end_object (writer);
    }
  dheera_json_writer_end_object (writer);
}

static void
dheera_rerank_response_finalize (GObject *object)
{
  DheeraRerankResponse *self = DHEERA_RERANK_RESPONSE (object);

  g_clear_object (&self->results);

  G_OBJECT_CLASS (dheera_rerank_response_parent_class)->finalize (object);
}

static void
dheera_rerank_response_get_property (GObject    *object,
                                     guint       prop_id,
                                     GValue     *value,
                                     GParamSpec *pspec)
{
  DheeraRerankResponse *self = DHEERA_RERANK_RESPONSE (object);

  switch (prop_id)
    {
    case PROP_RESULTS:
      g_value_set_object (value, dheera_rerank_response_get_results (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_rerank_response_write (DheeraBaseResponse *base,
                              DheeraJsonWriter   *writer)
{
  DheeraRerankResponse *self = DHEERA_RERANK_RESPONSE (base);

  dheera_base_response_write_id (base, writer);
  dheera_base_response_write_model (base, writer);
  dheera_json_writer_key (writer, "results");
  dheera_json_writer_begin_array (writer);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->results)); i++)
    {
      g_autoptr (DheeraRerankResult) result = g_list_model_get_item (G_LIST_MODEL (self->results), i);

      write_result (result, writer);
    }
  dheera_json_writer_end_array (writer);
  dheera_base_response_write_usage (base, writer);
}

static void
dheera_rerank_response_class_init (DheeraRerankResponseClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  DheeraBaseResponseClass *base_class = (DheeraBaseResponseClass *) klass;
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = dheera_rerank_response_finalize;
  object_class->get_property = dheera_rerank_response_get_property;
  base_class->write = dheera_rerank_response_write;

  /**
   * DheeraRerankResponse:results:
   *
   * The documents, the best one first: a list of [class@RerankResult].
   *
   * Since: 0.1
   */
  properties[PROP_RESULTS] = g_param_spec_object ("results", NULL, NULL, G_TYPE_LIST_MODEL, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
dheera_rerank_response_init (DheeraRerankResponse *self)
{
  self->results = g_list_store_new (DHEERA_TYPE_RERANK_RESULT);
}

/**
 * dheera_rerank_response_get_results:
 * @self: an answer
 *
 * The documents, the best one first.
 *
 * Returns: (transfer none): a list of [class@RerankResult]
 *
 * Since: 0.1
 */
GListModel *
dheera_rerank_response_get_results (DheeraRerankResponse *self)
{
  g_return_val_if_fail (DHEERA_IS_RERANK_RESPONSE (self), NULL);

  return G_LIST_MODEL (self->results);
}

DheeraRerankResponse *
dheera_rerank_response_new (const char *provider)
{
  return dheera_base_response_new (DHEERA_TYPE_RERANK_RESPONSE, provider);
}

void
dheera_rerank_response_add (DheeraRerankResponse *self,
                            guint                 index,
                            double                score,
                            char                 *document)
{
  g_autoptr (DheeraRerankResult) result = dheera_rerank_result_new (index, score, document);

  g_list_store_append (self->results, result);
}

static int
compare_scores (gconstpointer a,
                gconstpointer b,
                gpointer      user_data)
{
  const DheeraRerankResult *left = a;
  const DheeraRerankResult *right = b;

  if (left->score != right->score)
    return left->score > right->score ? -1 : 1;

  return left->index < right->index ? -1 : left->index > right->index;
}

void
dheera_rerank_response_sort (DheeraRerankResponse *self)
{
  g_list_store_sort (self->results, compare_scores, NULL);
}
