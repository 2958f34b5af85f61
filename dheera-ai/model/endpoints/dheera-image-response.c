/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-image-response-private.h"

struct _DheeraImageResponseClass
{
  DheeraBaseResponseClass parent_class;
};

/**
 * DheeraImageResponse:
 *
 * The pictures that an [class@ImageRequest] asked for.
 *
 * Since: 0.1
 */
G_DEFINE_FINAL_TYPE (DheeraImageResponse, dheera_image_response, DHEERA_TYPE_BASE_RESPONSE)

enum
{
  PROP_0,
  PROP_IMAGES,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
write_image (DheeraImage      *image,
             DheeraJsonWriter *writer)
{
  dheera_json_writer_begin_object (writer);
  if (image->bytes != NULL)
    {
      dheera_json_writer_key (writer, "b64_json");
      dheera_json_writer_base64 (writer, NULL, image->bytes);
    }
  else if (image->uri != NULL)
    dheera_json_writer_member_string (writer, "url", image->uri);
  if (image->revised_prompt != NULL)
    dheera_json_writer_member_string (writer, "revised_prompt", image->revised_prompt);
  dheera_json_writer_end_object (writer);
}

static void
dheera_image_response_finalize (GObject *object)
{
  DheeraImageResponse *self = DHEERA_IMAGE_RESPONSE (object);

  g_clear_object (&self->images);

  G_OBJECT_CLASS (dheera_image_response_parent_class)->finalize (object);
}

static void
dheera_image_response_get_property (GObject    *object,
                                    guint       prop_id,
                                    GValue     *value,
                                    GParamSpec *pspec)
{
  DheeraImageResponse *self = DHEERA_IMAGE_RESPONSE (object);

  switch (prop_id)
    {
    case PROP_IMAGES:
      g_value_set_object (value, dheera_image_response_get_images (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_image_response_write (DheeraBaseResponse *base,
                             DheeraJsonWriter   *writer)
{
  DheeraImageResponse *self = DHEERA_IMAGE_RESPONSE (base);

  if (self->created >= 0)
    dheera_json_writer_member_int (writer, "created", self->created);
  dheera_json_writer_key (writer, "data");
  dheera_json_writer_begin_array (writer);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->images)); i++)
    {
      g_autoptr (DheeraImage) image = g_list_model_get_item (G_LIST_MODEL (self->images), i);

      write_image (image, writer);
    }
  dheera_json_writer_end_array (writer);
  dheera_base_response_write_token_usage (base, NULL, writer);
}

static void
dheera_image_response_class_init (DheeraImageResponseClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  DheeraBaseResponseClass *base_class = (DheeraBaseResponseClass *) klass;
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = dheera_image_response_finalize;
  object_class->get_property = dheera_image_response_get_property;
  base_class->write = dheera_image_response_write;

  /**
   * DheeraImageResponse:images:
   *
   * The pictures: a list of [class@Image].
   *
   * Since: 0.1
   */
  properties[PROP_IMAGES] = g_param_spec_object ("images", NULL, NULL, G_TYPE_LIST_MODEL, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
dheera_image_response_init (DheeraImageResponse *self)
{
  self->images = g_list_store_new (DHEERA_TYPE_IMAGE);
  self->created = -1;
}

/**
 * dheera_image_response_get_images:
 * @self: an answer
 *
 * The pictures.
 *
 * Returns: (transfer none): a list of [class@Image]
 *
 * Since: 0.1
 */
GListModel *
dheera_image_response_get_images (DheeraImageResponse *self)
{
  g_return_val_if_fail (DHEERA_IS_IMAGE_RESPONSE (self), NULL);

  return G_LIST_MODEL (self->images);
}

DheeraImageResponse *
dheera_image_response_new (const char *provider)
{
  return dheera_base_response_new (DHEERA_TYPE_IMAGE_RESPONSE, provider);
}

DheeraImage *
dheera_image_response_add (DheeraImageResponse *self)
{
  g_autoptr (DheeraImage) image = dheera_image_new ();

  g_list_store_append (self->images, image);

  return image;
}
