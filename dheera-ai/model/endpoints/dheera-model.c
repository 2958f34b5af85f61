/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-model-private.h"

#include "dheera-ai/model/dheera-strings-private.h"

#include "dheera-ai/model/dheera-enum-types.h"

/**
 * DheeraModel:
 *
 * A model that a provider offers.
 *
 * Providers tell little about their models, and each tells something else. Of well-known models the
 * library knows the rest (see [method@Client.load_model_data]); of others expect most numbers to be
 * unknown.
 *
 * Since: 0.1
 */
G_DEFINE_FINAL_TYPE (DheeraModel, dheera_model, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_ID,
  PROP_NAME,
  PROP_PROVIDER,
  PROP_OWNED_BY,
  PROP_CONTEXT_WINDOW,
  PROP_MAX_OUTPUT_TOKENS,
  PROP_CREATED,
  PROP_CAPABILITIES,
  PROP_INPUT_PRICE,
  PROP_OUTPUT_PRICE,
  PROP_CACHE_READ_PRICE,
  PROP_CACHE_WRITE_PRICE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
dheera_model_finalize (GObject *object)
{
  DheeraModel *self = DHEERA_MODEL (object);

  g_free (self->id);
  g_free (self->name);
  g_free (self->provider);
  g_free (self->owned_by);

  G_OBJECT_CLASS (dheera_model_parent_class)->finalize (object);
}

static void
dheera_model_get_property (GObject    *object,
                           guint       prop_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  DheeraModel *self = DHEERA_MODEL (object);

  switch (prop_id)
    {
    case PROP_ID:
      g_value_set_string (value, dheera_model_get_id (self));
      break;
    case PROP_NAME:
      g_value_set_string (value, dheera_model_get_name (self));
      break;
    case PROP_PROVIDER:
      g_value_set_string (value, dheera_model_get_provider (self));
      break;
    case PROP_OWNED_BY:
      g_value_set_string (value, dheera_model_get_owned_by (self));
      break;
    case PROP_CONTEXT_WINDOW:
      g_value_set_int64 (value, dheera_model_get_context_window (self));
      break;
    case PROP_MAX_OUTPUT_TOKENS:
      g_value_set_int64 (value, dheera_model_get_max_output_tokens (self));
      break;
    case PROP_CREATED:
      g_value_set_int64 (value, dheera_model_get_created (self));
      break;
    case PROP_CAPABILITIES:
      g_value_set_flags (value, dheera_model_get_capabilities (self));
      break;
    case PROP_INPUT_PRICE:
      g_value_set_double (value, dheera_model_get_input_price (self));
      break;
    case PROP_OUTPUT_PRICE:
      g_value_set_double (value, dheera_model_get_output_price (self));
      break;
    case PROP_CACHE_READ_PRICE:
      g_value_set_double (value, dheera_model_get_cache_read_price (self));
      break;
    case PROP_CACHE_WRITE_PRICE:
      g_value_set_double (value, dheera_model_get_cache_write_price (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_model_class_init (DheeraModelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = dheera_model_finalize;
  object_class->get_property = dheera_model_get_property;

  /**
   * DheeraModel:id:
   *
   * The name by which the provider knows the model, without the provider's prefix.
   *
   * Since: 0.1
   */
  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, "", flags);

  /**
   * DheeraModel:name:
   *
   * The name of the model for people; the same as the id when the provider has no other.
   *
   * Since: 0.1
   */
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, "", flags);

  /**
   * DheeraModel:provider:
   *
   * The id of the provider that runs the model.
   *
   * Since: 0.1
   */
  properties[PROP_PROVIDER] = g_param_spec_string ("provider", NULL, NULL, "", flags);

  /**
   * DheeraModel:owned-by:
   *
   * Who made the model, as far as the provider says.
   *
   * Since: 0.1
   */
  properties[PROP_OWNED_BY] = g_param_spec_string ("owned-by", NULL, NULL, NULL, flags);

  /**
   * DheeraModel:context-window:
   *
   * How many tokens fit into the model at once, -1 when it is not known.
   *
   * Since: 0.1
   */
  properties[PROP_CONTEXT_WINDOW] = g_param_spec_int64 ("context-window", NULL, NULL,
                                                        -1, G_MAXINT64, -1, flags);

  /**
   * DheeraModel:max-output-tokens:
   *
   * How many tokens an answer can have, -1 when it is not known.
   *
   * Since: 0.1
   */
  properties[PROP_MAX_OUTPUT_TOKENS] = g_param_spec_int64 ("max-output-tokens", NULL, NULL,
                                                           -1, G_MAXINT64, -1, flags);

  /**
   * DheeraModel:created:
   *
   * When the model was made, in seconds of Unix time; -1 when it is not known.
   *
   * Since: 0.1
   */
  properties[PROP_CREATED] = g_param_spec_int64 ("created", NULL, NULL, -1, G_MAXINT64, -1, flags);

  /**
   * DheeraModel:capabilities:
   *
   * What the model is known to do. What is not among them it may do all the same, unless
   * %DHEERA_MODEL_CAPABILITIES_KNOWN is.
   *
   * Since: 0.1
   */
  properties[PROP_CAPABILITIES] =
    g_param_spec_flags ("capabilities", NULL, NULL, DHEERA_TYPE_MODEL_CAPABILITIES, 0, flags);

  /**
   * DheeraModel:input-price:
   *
   * USD for a million tokens of input, negative when it is not known.
   *
   * Since: 0.1
   */
  properties[PROP_INPUT_PRICE] = g_param_spec_double ("input-price", NULL, NULL, -1, G_MAXDOUBLE, -1, flags);

  /**
   * DheeraModel:output-price:
   *
   * USD for a million tokens of output, negative when it is not known.
   *
   * Since: 0.1
   */
  properties[PROP_OUTPUT_PRICE] = g_param_spec_double ("output-price", NULL, NULL, -1, G_MAXDOUBLE, -1, flags);

  /**
   * DheeraModel:cache-read-price:
   *
   * USD for a million tokens of input that come from the provider’s cache, negative when it is not known.
   *
   * Since: 0.1
   */
  properties[PROP_CACHE_READ_PRICE] = g_param_spec_double ("cache-read-price", NULL, NULL, -1, G_MAXDOUBLE, -1, flags);

  /**
   * DheeraModel:cache-write-price:
   *
   * USD for a million tokens of input that go into the provider’s cache, negative when it is not known or there is no such price.
   *
   * Since: 0.1
   */
  properties[PROP_CACHE_WRITE_PRICE] = g_param_spec_double ("cache-write-price", NULL, NULL, -1, G_MAXDOUBLE, -1, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
dheera_model_init (DheeraModel *self)
{
  self->context_window = -1;
  self->max_output_tokens = -1;
  self->created = -1;
  self->input_price = self->output_price = self->cache_read_price = self->cache_write_price = -1;
}

DheeraModel *
dheera_model_new (const char *provider,
                  const char *id)
{
  DheeraModel *self = g_object_new (DHEERA_TYPE_MODEL, NULL);

  self->provider = g_strdup (provider);
  self->id = g_strdup (id);

  return self;
}

/**
 * dheera_model_get_id:
 * @self: a [class@Model]
 *
 * The name by which the provider knows the model.
 *
 * Returns: the id, without the provider's prefix
 *
 * Since: 0.1
 */
const char *
dheera_model_get_id (DheeraModel *self)
{
  g_return_val_if_fail (DHEERA_IS_MODEL (self), "");

  return dheera_string_or_empty (self->id);
}

/**
 * dheera_model_get_name:
 * @self: a [class@Model]
 *
 * The name of the model for people.
 *
 * Returns: the name; the id when the provider has no other
 *
 * Since: 0.1
 */
const char *
dheera_model_get_name (DheeraModel *self)
{
  g_return_val_if_fail (DHEERA_IS_MODEL (self), "");

  return self->name != NULL ? self->name : dheera_string_or_empty (self->id);
}

/**
 * dheera_model_get_provider:
 * @self: a [class@Model]
 *
 * Where the model runs.
 *
 * Returns: the id of the provider
 *
 * Since: 0.1
 */
const char *
dheera_model_get_provider (DheeraModel *self)
{
  g_return_val_if_fail (DHEERA_IS_MODEL (self), "");

  return dheera_string_or_empty (self->provider);
}

/**
 * dheera_model_get_owned_by:
 * @self: a [class@Model]
 *
 * Who made the model.
 *
 * Returns: (nullable): what the provider says about it
 *
 * Since: 0.1
 */
const char *
dheera_model_get_owned_by (DheeraModel *self)
{
  g_return_val_if_fail (DHEERA_IS_MODEL (self), NULL);

  return self->owned_by;
}

/**
 * dheera_model_get_context_window:
 * @self: a [class@Model]
 *
 * How many tokens fit into the model at once.
 *
 * Returns: a number of tokens, -1 when it is not known
 *
 * Since: 0.1
 */
gint64
dheera_model_get_context_window (DheeraModel *self)
{
  g_return_val_if_fail (DHEERA_IS_MODEL (self), -1);

  return self->context_window;
}

/**
 * dheera_model_get_max_output_tokens:
 * @self: a [class@Model]
 *
 * How long an answer can be.
 *
 * Returns: a number of tokens, -1 when it is not known
 *
 * Since: 0.1
 */
gint64
dheera_model_get_max_output_tokens (DheeraModel *self)
{
  g_return_val_if_fail (DHEERA_IS_MODEL (self), -1);

  return self->max_output_tokens;
}

/**
 * dheera_model_get_created:
 * @self: a [class@Model]
 *
 * When the model was made.
 *
 * Returns: seconds of Unix time, -1 when it is not known
 *
 * Since: 0.1
 */
gint64
dheera_model_get_created (DheeraModel *self)
{
  g_return_val_if_fail (DHEERA_IS_MODEL (self), -1);

  return self->created;
}

/**
 * dheera_model_get_capabilities: (get-property capabilities)
 * @self: a model
 *
 * Gets what the model is known to do.
 *
 * Returns: the capabilities, none when nothing is known
 *
 * Since: 0.1
 */
DheeraModelCapabilities
dheera_model_get_capabilities (DheeraModel *self)
{
  g_return_val_if_fail (DHEERA_IS_MODEL (self), 0);

  return self->capabilities;
}

/**
 * dheera_model_get_input_price: (get-property input-price)
 * @self: a model
 *
 * Gets what a million tokens of input cost.
 *
 * Returns: USD, negative when it is not known
 *
 * Since: 0.1
 */
double
dheera_model_get_input_price (DheeraModel *self)
{
  g_return_val_if_fail (DHEERA_IS_MODEL (self), -1);

  return self->input_price;
}

/**
 * dheera_model_get_output_price: (get-property output-price)
 * @self: a model
 *
 * Gets what a million tokens of output cost.
 *
 * Returns: USD, negative when it is not known
 *
 * Since: 0.1
 */
double
dheera_model_get_output_price (DheeraModel *self)
{
  g_return_val_if_fail (DHEERA_IS_MODEL (self), -1);

  return self->output_price;
}

/**
 * dheera_model_get_cache_read_price: (get-property cache-read-price)
 * @self: a model
 *
 * Gets what a million tokens of input from the cache cost.
 *
 * Returns: USD, negative when it is not known
 *
 * Since: 0.1
 */
double
dheera_model_get_cache_read_price (DheeraModel *self)
{
  g_return_val_if_fail (DHEERA_IS_MODEL (self), -1);

  return self->cache_read_price;
}

/**
 * dheera_model_get_cache_write_price: (get-property cache-write-price)
 * @self: a model
 *
 * Gets what a million tokens of input into the cache cost.
 *
 * Returns: USD, negative when it is not known
 *
 * Since: 0.1
 */
double
dheera_model_get_cache_write_price (DheeraModel *self)
{
  g_return_val_if_fail (DHEERA_IS_MODEL (self), -1);

  return self->cache_write_price;
}
