/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-image-private.h"

#include <string.h>

#include "dheera-ai/model/dheera-strings-private.h"

/**
 * DheeraImage:
 *
 * A picture that a model made: its bytes, or the address that it can be fetched from for some time.
 *
 * Since: 0.1
 */
G_DEFINE_FINAL_TYPE (DheeraImage, dheera_image, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_BYTES,
  PROP_URI,
  PROP_MIME_TYPE,
  PROP_REVISED_PROMPT,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
dheera_image_finalize (GObject *object)
{
  DheeraImage *self = DHEERA_IMAGE (object);

  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_free (self->uri);
  g_free (self->mime_type);
  g_free (self->revised_prompt);

  G_OBJECT_CLASS (dheera_image_parent_class)->finalize (object);
}

static void
dheera_image_get_property (GObject    *object,
                           guint       prop_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  DheeraImage *self = DHEERA_IMAGE (object);

  switch (prop_id)
    {
    case PROP_BYTES:
      g_value_set_boxed (value, dheera_image_get_bytes (self));
      break;
    case PROP_URI:
      g_value_set_string (value, dheera_image_get_uri (self));
      break;
    case PROP_MIME_TYPE:
      g_value_set_string (value, dheera_image_get_mime_type (self));
      break;
    case PROP_REVISED_PROMPT:
      g_value_set_string (value, dheera_image_get_revised_prompt (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_image_class_init (DheeraImageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = dheera_image_finalize;
  object_class->get_property = dheera_image_get_property;

  /**
   * DheeraImage:bytes:
   *
   * The contents of the file; %NULL when there is only an address.
   *
   * Since: 0.1
   */
  properties[PROP_BYTES] = g_param_spec_boxed ("bytes", NULL, NULL, G_TYPE_BYTES, flags);

  /**
   * DheeraImage:uri:
   *
   * The address of the file, which providers keep for an hour or so; %NULL when there are bytes.
   *
   * Since: 0.1
   */
  properties[PROP_URI] = g_param_spec_string ("uri", NULL, NULL, NULL, flags);

  /**
   * DheeraImage:mime-type:
   *
   * What the file is, such as `image/png`; %NULL when it is not known.
   *
   * Since: 0.1
   */
  properties[PROP_MIME_TYPE] = g_param_spec_string ("mime-type", NULL, NULL, NULL, flags);

  /**
   * DheeraImage:revised-prompt:
   *
   * The words after which the picture was made, if the provider took others than those of the request.
   *
   * Since: 0.1
   */
  properties[PROP_REVISED_PROMPT] = g_param_spec_string ("revised-prompt", NULL, NULL, NULL, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
dheera_image_init (DheeraImage *self)
{
}

/**
 * dheera_image_get_bytes:
 * @self: a [class@Image]
 *
 * The contents of the file.
 *
 * Returns: (transfer none) (nullable): the contents of the file
 *
 * Since: 0.1
 */
GBytes *
dheera_image_get_bytes (DheeraImage *self)
{
  g_return_val_if_fail (DHEERA_IS_IMAGE (self), NULL);

  return self->bytes;
}

/**
 * dheera_image_get_uri:
 * @self: a [class@Image]
 *
 * The address of the file.
 *
 * Returns: (nullable): the address
 *
 * Since: 0.1
 */
const char *
dheera_image_get_uri (DheeraImage *self)
{
  g_return_val_if_fail (DHEERA_IS_IMAGE (self), NULL);

  return self->uri;
}

/**
 * dheera_image_get_mime_type:
 * @self: a [class@Image]
 *
 * What the file is.
 *
 * Returns: (nullable): the type
 *
 * Since: 0.1
 */
const char *
dheera_image_get_mime_type (DheeraImage *self)
{
  g_return_val_if_fail (DHEERA_IS_IMAGE (self), NULL);

  return self->mime_type;
}

/**
 * dheera_image_get_revised_prompt:
 * @self: a [class@Image]
 *
 * The words after which the picture was made, if they are not those of the request.
 *
 * Returns: (nullable): the words
 *
 * Since: 0.1
 */
const char *
dheera_image_get_revised_prompt (DheeraImage *self)
{
  g_return_val_if_fail (DHEERA_IS_IMAGE (self), NULL);

  return self->revised_prompt;
}

/**
 * dheera_image_to_part:
 * @self: a [class@Image]
 *
 * Makes a part of a message of the picture, so that it can be shown to a model.
 *
 * Returns: (transfer full): a new part
 *
 * Since: 0.1
 */
DheeraPart *
dheera_image_to_part (DheeraImage *self)
{
  g_return_val_if_fail (DHEERA_IS_IMAGE (self), NULL);

  if (self->bytes != NULL)
    return dheera_part_new_image (self->bytes, self->mime_type != NULL ? self->mime_type : "image/png");

  return dheera_part_new_image_uri (dheera_string_or_empty (self->uri));
}

DheeraImage *
dheera_image_new (void)
{
  return g_object_new (DHEERA_TYPE_IMAGE, NULL);
}

const char *
dheera_image_find_mime_type (GBytes *bytes)
{
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  if (size >= 8 && memcmp (data, "\211PNG\r\n\032\n", 8) == 0)
    return "image/png";
  if (size >= 3 && memcmp (data, "\377\330\377", 3) == 0)
    return "image/jpeg";
  if (size >= 12 && memcmp (data, "RIFF", 4) == 0 && memcmp (data + 8, "WEBP", 4) == 0)
    return "image/webp";
  if (size >= 6 && (memcmp (data, "GIF87a", 6) == 0 || memcmp (data, "GIF89a", 6) == 0))
    return "image/gif";

  return NULL;
}
