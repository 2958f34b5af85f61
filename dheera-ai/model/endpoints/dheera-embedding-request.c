/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-embedding-request-private.h"

#include "dheera-ai/model/dheera-strings-private.h"
#include "dheera-ai/model/requests/dheera-values-private.h"

struct _DheeraEmbeddingRequestClass
{
  DheeraBaseRequestClass parent_class;
};

/**
 * DheeraEmbeddingRequest:
 *
 * Asks for vectors that stand for texts: texts that mean much the same have vectors that lie close to each other.
 *
 * See [method@Client.embed]. Several texts in one request take one call; most providers take some hundred of them.
 *
 * Since: 0.1
 */
G_DEFINE_FINAL_TYPE (DheeraEmbeddingRequest, dheera_embedding_request, DHEERA_TYPE_BASE_REQUEST)

enum
{
  PROP_0,
  PROP_INPUTS,
  PROP_DIMENSIONS,
  PROP_INPUT_TYPE,
  PROP_USER,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
dheera_embedding_request_finalize (GObject *object)
{
  DheeraEmbeddingRequest *self = DHEERA_EMBEDDING_REQUEST (object);

  g_strfreev (self->inputs);
  g_free (self->input_type);
  g_free (self->user);

  G_OBJECT_CLASS (dheera_embedding_request_parent_class)->finalize (object);
}

static void
dheera_embedding_request_get_property (GObject    *object,
                                       guint       prop_id,
                                       GValue     *value,
                                       GParamSpec *pspec)
{
  DheeraEmbeddingRequest *self = DHEERA_EMBEDDING_REQUEST (object);

  switch (prop_id)
    {
    case PROP_INPUTS:
      g_value_set_boxed (value, dheera_embedding_request_get_inputs (self));
      break;
    case PROP_DIMENSIONS:
      g_value_set_int (value, dheera_embedding_request_get_dimensions (self));
      break;
    case PROP_INPUT_TYPE:
      g_value_set_string (value, dheera_embedding_request_get_input_type (self));
      break;
    case PROP_USER:
      g_value_set_string (value, dheera_embedding_request_get_user (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_embedding_request_set_property (GObject      *object,
                                       guint         prop_id,
                                       const GValue *value,
                                       GParamSpec   *pspec)
{
  DheeraEmbeddingRequest *self = DHEERA_EMBEDDING_REQUEST (object);

  switch (prop_id)
    {
    case PROP_INPUTS:
      dheera_embedding_request_set_inputs (self, g_value_get_boxed (value));
      break;
    case PROP_DIMENSIONS:
      dheera_embedding_request_set_dimensions (self, g_value_get_int (value));
      break;
    case PROP_INPUT_TYPE:
      dheera_embedding_request_set_input_type (self, g_value_get_string (value));
      break;
    case PROP_USER:
      dheera_embedding_request_set_user (self, g_value_get_string (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_embedding_request_copy (DheeraBaseRequest *base,
                               DheeraBaseRequest *base_into)
{
  DheeraEmbeddingRequest *self = DHEERA_EMBEDDING_REQUEST (base);
  DheeraEmbeddingRequest *into = DHEERA_EMBEDDING_REQUEST (base_into);

  into->inputs = g_strdupv (self->inputs);
  into->dimensions = self->dimensions;
  into->input_type = g_strdup (self->input_type);
  into->user = g_strdup (self->user);
}

static gboolean
dheera_embedding_request_validate (DheeraBaseRequest  *base,
                                   GError            **error)
{
  DheeraEmbeddingRequest *self = DHEERA_EMBEDDING_REQUEST (base);

  return dheera_check_texts ("inputs", self->inputs, TRUE, error)
         && dheera_check_int ("dimensions", self->dimensions, 1, G_MAXINT, error)
         && dheera_check_text ("input-type", self->input_type, FALSE, error);
}

static guint
dheera_embedding_request_count (DheeraBaseRequest *base)
{
  DheeraEmbeddingRequest *self = DHEERA_EMBEDDING_REQUEST (base);

  return self->inputs != NULL ? g_strv_length (self->inputs) : 0;
}

static void
dheera_embedding_request_class_init (DheeraEmbeddingRequestClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  DheeraBaseRequestClass *base_class = (DheeraBaseRequestClass *) klass;
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = dheera_embedding_request_finalize;
  object_class->get_property = dheera_embedding_request_get_property;
  object_class->set_property = dheera_embedding_request_set_property;
  base_class->copy = dheera_embedding_request_copy;
  base_class->validate = dheera_embedding_request_validate;
  base_class->count = dheera_embedding_request_count;

  /**
   * DheeraEmbeddingRequest:inputs:
   *
   * The texts, none of them empty. There is a vector for each of them, in the same order.
   *
   * Since: 0.1
   */
  properties[PROP_INPUTS] = g_param_spec_boxed ("inputs", NULL, NULL, G_TYPE_STRV, flags);

  /**
   * DheeraEmbeddingRequest:dimensions:
   *
   * How many numbers each vector is to have; -1 is what the model gives by itself. Not every model can give fewer.
   *
   * Since: 0.1
   */
  properties[PROP_DIMENSIONS] = g_param_spec_int ("dimensions", NULL, NULL, G_MININT, G_MAXINT, -1, flags);

  /**
   * DheeraEmbeddingRequest:input-type:
   *
   * What the texts are: `query` or `document` for a search, or another word that the provider knows, such as `classification`, which is sent as it is.
   *
   * %NULL says nothing about it. Providers whose models make no difference don't take it.
   *
   * Since: 0.1
   */
  properties[PROP_INPUT_TYPE] = g_param_spec_string ("input-type", NULL, NULL, NULL, flags);

  /**
   * DheeraEmbeddingRequest:user:
   *
   * A stable name for whoever the request is made for. It should not tell who that is.
   *
   * Since: 0.1
   */
  properties[PROP_USER] = g_param_spec_string ("user", NULL, NULL, NULL, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
dheera_embedding_request_init (DheeraEmbeddingRequest *self)
{
  self->dimensions = -1;
}

/**
 * dheera_embedding_request_new:
 * @model: (nullable): the name of a model, %NULL for the client's default model
 *
 * Makes a request without texts.
 *
 * Returns: (transfer full): a new request
 *
 * Since: 0.1
 */
DheeraEmbeddingRequest *
dheera_embedding_request_new (const char *model)
{
  return g_object_new (DHEERA_TYPE_EMBEDDING_REQUEST, "model", model, NULL);
}

/**
 * dheera_embedding_request_new_for_input:
 * @model: (nullable): the name of a model, %NULL for the client's default model
 * @input: a text
 *
 * Makes a request for the vector of one text.
 *
 * Returns: (transfer full): a new request
 *
 * Since: 0.1
 */
DheeraEmbeddingRequest *
dheera_embedding_request_new_for_input (const char *model,
                                        const char *input)
{
  return g_object_new (DHEERA_TYPE_EMBEDDING_REQUEST, "model", model, "inputs", (const char *const[]) { input, NULL }, NULL);
}

/**
 * dheera_embedding_request_get_inputs:
 * @self: a request
 *
 * The texts that vectors are asked for.
 *
 * Returns: (nullable) (transfer none) (array zero-terminated=1): the texts
 *
 * Since: 0.1
 */
const char * const *
dheera_embedding_request_get_inputs (DheeraEmbeddingRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_EMBEDDING_REQUEST (self), NULL);

  return (const char * const *) self->inputs;
}

/**
 * dheera_embedding_request_set_inputs:
 * @self: a request
 * @inputs: (nullable) (array zero-terminated=1): texts
 *
 * Sets the texts that vectors are asked for.
 *
 * Since: 0.1
 */
void
dheera_embedding_request_set_inputs (DheeraEmbeddingRequest *self,
                                     const char * const     *inputs)
{
  g_return_if_fail (DHEERA_IS_EMBEDDING_REQUEST (self));

  if (dheera_strv_set (&self->inputs, inputs))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_INPUTS]);
}

/**
 * dheera_embedding_request_add_input:
 * @self: a request
 * @input: a text, not empty
 *
 * Adds a text that a vector is asked for.
 *
 * Since: 0.1
 */
void
dheera_embedding_request_add_input (DheeraEmbeddingRequest *self,
                                    const char             *input)
{
  g_return_if_fail (DHEERA_IS_EMBEDDING_REQUEST (self));
  g_return_if_fail (input != NULL);

  dheera_strv_add (&self->inputs, input);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_INPUTS]);
}

/**
 * dheera_embedding_request_get_dimensions:
 * @self: a request
 *
 * How many numbers each vector is to have.
 *
 * Returns: a number, -1 for that of the model
 *
 * Since: 0.1
 */
int
dheera_embedding_request_get_dimensions (DheeraEmbeddingRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_EMBEDDING_REQUEST (self), -1);

  return self->dimensions;
}

/**
 * dheera_embedding_request_set_dimensions:
 * @self: a request
 * @dimensions: a number, -1 for that of the model
 *
 * Sets how many numbers each vector is to have.
 *
 * Since: 0.1
 */
void
dheera_embedding_request_set_dimensions (DheeraEmbeddingRequest *self,
                                         int                     dimensions)
{
  g_return_if_fail (DHEERA_IS_EMBEDDING_REQUEST (self));

  if (self->dimensions == dimensions)
    return;

  self->dimensions = dimensions;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DIMENSIONS]);
}

/**
 * dheera_embedding_request_get_input_type:
 * @self: a request
 *
 * What the texts are.
 *
 * Returns: (nullable): `query`, `document`, or another word that the provider knows
 *
 * Since: 0.1
 */
const char *
dheera_embedding_request_get_input_type (DheeraEmbeddingRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_EMBEDDING_REQUEST (self), NULL);

  return self->input_type;
}

/**
 * dheera_embedding_request_set_input_type:
 * @self: a request
 * @input_type: (nullable): `query`, `document`, or another word that the provider knows
 *
 * Sets what the texts are.
 *
 * Since: 0.1
 */
void
dheera_embedding_request_set_input_type (DheeraEmbeddingRequest *self,
                                         const char             *input_type)
{
  g_return_if_fail (DHEERA_IS_EMBEDDING_REQUEST (self));

  if (dheera_string_set (&self->input_type, input_type))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_INPUT_TYPE]);
}

/**
 * dheera_embedding_request_get_user:
 * @self: a request
 *
 * For whom the request is made.
 *
 * Returns: (nullable): the name
 *
 * Since: 0.1
 */
const char *
dheera_embedding_request_get_user (DheeraEmbeddingRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_EMBEDDING_REQUEST (self), NULL);

  return self->user;
}

/**
 * dheera_embedding_request_set_user:
 * @self: a request
 * @user: (nullable): a stable name that does not tell who it is
 *
 * Sets for whom the request is made.
 *
 * Since: 0.1
 */
void
dheera_embedding_request_set_user (DheeraEmbeddingRequest *self,
                                   const char             *user)
{
  g_return_if_fail (DHEERA_IS_EMBEDDING_REQUEST (self));

  if (dheera_string_set (&self->user, user))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_USER]);
}
