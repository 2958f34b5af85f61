/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-rerank-result-private.h"

#include "dheera-ai/model/dheera-strings-private.h"

/**
 * DheeraRerankResult:
 *
 * How well one document answers the question of a [class@RerankRequest].
 *
 * Since: 0.1
 */
G_DEFINE_FINAL_TYPE (DheeraRerankResult, dheera_rerank_result, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_INDEX,
  PROP_SCORE,
  PROP_DOCUMENT,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
dheera_rerank_result_finalize (GObject *object)
{
  DheeraRerankResult *self = DHEERA_RERANK_RESULT (object);

  g_free (self->document);

  G_OBJECT_CLASS (dheera_rerank_result_parent_class)->finalize (object);
}

static void
dheera_rerank_result_get_property (GObject    *object,
                                   guint       prop_id,
                                   GValue     *value,
                                   GParamSpec *pspec)
{
  DheeraRerankResult *self = DHEERA_RERANK_RESULT (object);

  switch (prop_id)
    {
    case PROP_INDEX:
      g_value_set_uint (value, dheera_rerank_result_get_index (self));
      break;
    case PROP_SCORE:
      g_value_set_double (value, dheera_rerank_result_get_score (self));
      break;
    case PROP_DOCUMENT:
      g_value_set_string (value, dheera_rerank_result_get_document (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_rerank_result_class_init (DheeraRerankResultClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = dheera_rerank_result_finalize;
  object_class->get_property = dheera_rerank_result_get_property;

  /**
   * DheeraRerankResult:index:
   *
   * Which of the documents of the request it is, from 0.
   *
   * Since: 0.1
   */
  properties[PROP_INDEX] = g_param_spec_uint ("index", NULL, NULL, 0, G_MAXUINT, 0, flags);

  /**
   * DheeraRerankResult:score:
   *
   * How well the document answers the question: more is better. What the numbers mean is up to the model; many are between 0 and 1.
   *
   * Since: 0.1
   */
  properties[PROP_SCORE] = g_param_spec_double ("score", NULL, NULL, -G_MAXDOUBLE, G_MAXDOUBLE, 0.0, flags);

  /**
   * DheeraRerankResult:document:
   *
   * The text of the document; %NULL when the provider did not send it back.
   *
   * Since: 0.1
   */
  properties[PROP_DOCUMENT] = g_param_spec_string ("document", NULL, NULL, NULL, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
dheera_rerank_result_init (DheeraRerankResult *self)
{
  self->score = 0.0;
}

/**
 * dheera_rerank_result_get_index:
 * @self: a [class@RerankResult]
 *
 * Which of the documents of the request it is.
 *
 * Returns: the position in the request
 *
 * Since: 0.1
 */
guint
dheera_rerank_result_get_index (DheeraRerankResult *self)
{
  g_return_val_if_fail (DHEERA_IS_RERANK_RESULT (self), 0);

  return self->index;
}

/**
 * dheera_rerank_result_get_score:
 * @self: a [class@RerankResult]
 *
 * How well the document answers the question.
 *
 * Returns: the score
 *
 * Since: 0.1
 */
double
dheera_rerank_result_get_score (DheeraRerankResult *self)
{
  g_return_val_if_fail (DHEERA_IS_RERANK_RESULT (self), 0.0);

  return self->score;
}

/**
 * dheera_rerank_result_get_document:
 * @self: a [class@RerankResult]
 *
 * The text of the document.
 *
 * Returns: (nullable): the text
 *
 * Since: 0.1
 */
const char *
dheera_rerank_result_get_document (DheeraRerankResult *self)
{
  g_return_val_if_fail (DHEERA_IS_RERANK_RESULT (self), NULL);

  return self->document;
}

DheeraRerankResult *
dheera_rerank_result_new (guint   index,
                          double  score,
                          char   *document)
{
  DheeraRerankResult *self = g_object_new (DHEERA_TYPE_RERANK_RESULT, NULL);

  self->index = index;
  self->score = score;
  self->document = document;

  return self;
}
