/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-embedding-response-private.h"

struct _DheeraEmbeddingResponseClass
{
  DheeraBaseResponseClass parent_class;
};

/**
 * DheeraEmbeddingResponse:
 *
 * The vectors that an [class@EmbeddingRequest] asked for.
 *
 * There is one for each text, and they all have the same length.
 *
 * Since: 0.1
 */
G_DEFINE_FINAL_TYPE (DheeraEmbeddingResponse, dheera_embedding_response, DHEERA_TYPE_BASE_RESPONSE)

enum
{
  PROP_0,
  PROP_N_VECTORS,
  PROP_DIMENSIONS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static guint
get_place (DheeraEmbeddingResponse *self,
           guint                    position)
{
  return self->places != NULL ? self->places[position] : position;
}

static void
write_vector (DheeraEmbeddingResponse *self,
              guint                    position,
              DheeraJsonWriter        *writer)
{
  const double *values = self->values + (gsize) get_place (self, position) * self->dimensions;

  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "object", "embedding");
  dheera_json_writer_member_int (writer, "index", position);
  dheera_json_writer_key (writer, "embedding");
  dheera_json_writer_begin_array (writer);
  for (guint i = 0; i < self->dimensions; i++)
    dheera_json_writer_double (writer, values[i]);
  dheera_json_writer_end_array (writer);
  dheera_json_writer_end_object (writer);
}

static void
dheera_embedding_response_finalize (GObject *object)
{
  DheeraEmbeddingResponse *self = DHEERA_EMBEDDING_RESPONSE (object);

  g_free (self->values);
  g_free (self->places);

  G_OBJECT_CLASS (dheera_embedding_response_parent_class)->finalize (object);
}

static void
dheera_embedding_response_get_property (GObject    *object,
                                        guint       prop_id,
                                        GValue     *value,
                                        GParamSpec *pspec)
{
  DheeraEmbeddingResponse *self = DHEERA_EMBEDDING_RESPONSE (object);

  switch (prop_id)
    {
    case PROP_N_VECTORS:
      g_value_set_uint (value, dheera_embedding_response_get_n_vectors (self));
      break;
    case PROP_DIMENSIONS:
      g_value_set_uint (value, dheera_embedding_response_get_dimensions (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_embedding_response_write (DheeraBaseResponse *base,
                                 DheeraJsonWriter   *writer)
{
  DheeraEmbeddingResponse *self = DHEERA_EMBEDDING_RESPONSE (base);

  dheera_json_writer_member_string (writer, "object", "list");
  dheera_json_writer_key (writer, "data");
  dheera_json_writer_begin_array (writer);
  for (guint i = 0; i < self->n_vectors; i++)
    write_vector (self, i, writer);
  dheera_json_writer_end_array (writer);
  dheera_base_response_write_model (base, writer);
  dheera_base_response_write_usage (base, writer);
}

static void
dheera_embedding_response_class_init (DheeraEmbeddingResponseClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  DheeraBaseResponseClass *base_class = (DheeraBaseResponseClass *) klass;
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = dheera_embedding_response_finalize;
  object_class->get_property = dheera_embedding_response_get_property;
  base_class->write = dheera_embedding_response_write;

  /**
   * DheeraEmbeddingResponse:n-vectors:
   *
   * How many vectors there are. See [method@EmbeddingResponse.get_vector].
   *
   * Since: 0.1
   */
  properties[PROP_N_VECTORS] = g_param_spec_uint ("n-vectors", NULL, NULL, 0, G_MAXUINT, 0, flags);

  /**
   * DheeraEmbeddingResponse:dimensions:
   *
   * How many numbers each vector has.
   *
   * Since: 0.1
   */
  properties[PROP_DIMENSIONS] = g_param_spec_uint ("dimensions", NULL, NULL, 0, G_MAXUINT, 0, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
dheera_embedding_response_init (DheeraEmbeddingResponse *self)
{
}

/**
 * dheera_embedding_response_get_n_vectors:
 * @self: an answer
 *
 * How many vectors there are.
 *
 * Returns: the number of vectors
 *
 * Since: 0.1
 */
guint
dheera_embedding_response_get_n_vectors (DheeraEmbeddingResponse *self)
{
  g_return_val_if_fail (DHEERA_IS_EMBEDDING_RESPONSE (self), 0);

  return self->n_vectors;
}

/**
 * dheera_embedding_response_get_dimensions:
 * @self: an answer
 *
 * How many numbers each vector has.
 *
 * Returns: the number of dimensions
 *
 * Since: 0.1
 */
guint
dheera_embedding_response_get_dimensions (DheeraEmbeddingResponse *self)
{
  g_return_val_if_fail (DHEERA_IS_EMBEDDING_RESPONSE (self), 0);

  return self->dimensions;
}

/**
 * dheera_embedding_response_get_vector:
 * @self: an answer
 * @position: which vector, from 0
 * @n_values: (out): return location for the length of the vector
 *
 * The vector of one text.
 *
 * Returns: (transfer none) (nullable) (array length=n_values): the numbers; %NULL and a length of 0 when there is no vector at that position
 *
 * Since: 0.1
 */
const double *
dheera_embedding_response_get_vector (DheeraEmbeddingResponse *self,
                                      guint                    position,
                                      gsize                   *n_values)
{
  g_return_val_if_fail (n_values != NULL, NULL);

  *n_values = 0;
  g_return_val_if_fail (DHEERA_IS_EMBEDDING_RESPONSE (self), NULL);

  if (position >= self->n_vectors)
    return NULL;

  *n_values = self->dimensions;

  return self->values + (gsize) get_place (self, position) * self->dimensions;
}

DheeraEmbeddingResponse *
dheera_embedding_response_new (const char *provider)
{
  return dheera_base_response_new (DHEERA_TYPE_EMBEDDING_RESPONSE, provider);
}

void
dheera_embedding_response_take (DheeraEmbeddingResponse *self,
                                double                  *values,
                                guint32                 *places,
                                guint                    n_vectors,
                                guint                    dimensions)
{
  g_free (self->values);
  g_free (self->places);
  self->values = values;
  self->places = places;
  self->n_vectors = n_vectors;
  self->dimensions = dimensions;
}
