/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-image-request-private.h"

#include "dheera-ai/model/dheera-strings-private.h"
#include "dheera-ai/model/requests/dheera-values-private.h"

struct _DheeraImageRequestClass
{
  DheeraBaseRequestClass parent_class;
};

/**
 * DheeraImageRequest:
 *
 * Asks for pictures: made after words alone, or out of other pictures.
 *
 * See [method@Client.generate_image].
 *
 * Since: 0.1
 */
G_DEFINE_FINAL_TYPE (DheeraImageRequest, dheera_image_request, DHEERA_TYPE_BASE_REQUEST)

enum
{
  PROP_0,
  PROP_PROMPT,
  PROP_N,
  PROP_SIZE,
  PROP_QUALITY,
  PROP_BACKGROUND,
  PROP_OUTPUT_FORMAT,
  PROP_IMAGES,
  PROP_MASK,
  PROP_USER,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
dheera_image_request_finalize (GObject *object)
{
  DheeraImageRequest *self = DHEERA_IMAGE_REQUEST (object);

  g_free (self->prompt);
  g_free (self->size);
  g_free (self->quality);
  g_free (self->background);
  g_free (self->output_format);
  g_clear_object (&self->images);
  g_clear_object (&self->mask);
  g_free (self->user);

  G_OBJECT_CLASS (dheera_image_request_parent_class)->finalize (object);
}

static void
dheera_image_request_get_property (GObject    *object,
                                   guint       prop_id,
                                   GValue     *value,
                                   GParamSpec *pspec)
{
  DheeraImageRequest *self = DHEERA_IMAGE_REQUEST (object);

  switch (prop_id)
    {
    case PROP_PROMPT:
      g_value_set_string (value, dheera_image_request_get_prompt (self));
      break;
    case PROP_N:
      g_value_set_int (value, dheera_image_request_get_n (self));
      break;
    case PROP_SIZE:
      g_value_set_string (value, dheera_image_request_get_size (self));
      break;
    case PROP_QUALITY:
      g_value_set_string (value, dheera_image_request_get_quality (self));
      break;
    case PROP_BACKGROUND:
      g_value_set_string (value, dheera_image_request_get_background (self));
      break;
    case PROP_OUTPUT_FORMAT:
      g_value_set_string (value, dheera_image_request_get_output_format (self));
      break;
    case PROP_IMAGES:
      g_value_set_object (value, dheera_image_request_get_images (self));
      break;
    case PROP_MASK:
      g_value_set_object (value, dheera_image_request_get_mask (self));
      break;
    case PROP_USER:
      g_value_set_string (value, dheera_image_request_get_user (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_image_request_set_property (GObject      *object,
                                   guint         prop_id,
                                   const GValue *value,
                                   GParamSpec   *pspec)
{
  DheeraImageRequest *self = DHEERA_IMAGE_REQUEST (object);

  switch (prop_id)
    {
    case PROP_PROMPT:
      dheera_image_request_set_prompt (self, g_value_get_string (value));
      break;
    case PROP_N:
      dheera_image_request_set_n (self, g_value_get_int (value));
      break;
    case PROP_SIZE:
      dheera_image_request_set_size (self, g_value_get_string (value));
      break;
    case PROP_QUALITY:
      dheera_image_request_set_quality (self, g_value_get_string (value));
      break;
    case PROP_BACKGROUND:
      dheera_image_request_set_background (self, g_value_get_string (value));
      break;
    case PROP_OUTPUT_FORMAT:
      dheera_image_request_set_output_format (self, g_value_get_string (value));
      break;
    case PROP_MASK:
      dheera_image_request_set_mask (self, g_value_get_object (value));
      break;
    case PROP_USER:
      dheera_image_request_set_user (self, g_value_get_string (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_image_request_copy (DheeraBaseRequest *base,
                           DheeraBaseRequest *base_into)
{
  DheeraImageRequest *self = DHEERA_IMAGE_REQUEST (base);
  DheeraImageRequest *into = DHEERA_IMAGE_REQUEST (base_into);

  into->prompt = g_strdup (self->prompt);
  into->n = self->n;
  into->size = g_strdup (self->size);
  into->quality = g_strdup (self->quality);
  into->background = g_strdup (self->background);
  into->output_format = g_strdup (self->output_format);
  into->images = dheera_parts_copy (self->images);
  into->mask = self->mask != NULL ? dheera_part_copy (self->mask) : NULL;
  into->user = g_strdup (self->user);
}

static gboolean
dheera_image_request_validate (DheeraBaseRequest  *base,
                               GError            **error)
{
  DheeraImageRequest *self = DHEERA_IMAGE_REQUEST (base);

  if (self->mask != NULL && dheera_parts_get_length (self->images) == 0)
    {
      dheera_set_invalid_request (error, "mask", "There is a mask, but no picture that it could be laid over; add one with add_image().");
      return FALSE;
    }

  return dheera_check_text ("prompt", self->prompt, TRUE, error)
         && dheera_check_int ("n", self->n, 1, 128, error)
         && dheera_check_text ("size", self->size, FALSE, error)
         && dheera_check_text ("quality", self->quality, FALSE, error)
         && dheera_check_text ("background", self->background, FALSE, error)
         && dheera_check_text ("output-format", self->output_format, FALSE, error)
         && dheera_check_images ("images", self->images, error)
         && dheera_check_image ("mask", self->mask, error);
}

static guint
dheera_image_request_count (DheeraBaseRequest *base)
{
  DheeraImageRequest *self = DHEERA_IMAGE_REQUEST (base);

  return MAX (1, self->n);
}

static void
dheera_image_request_class_init (DheeraImageRequestClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  DheeraBaseRequestClass *base_class = (DheeraBaseRequestClass *) klass;
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = dheera_image_request_finalize;
  object_class->get_property = dheera_image_request_get_property;
  object_class->set_property = dheera_image_request_set_property;
  base_class->copy = dheera_image_request_copy;
  base_class->validate = dheera_image_request_validate;
  base_class->count = dheera_image_request_count;

  /**
   * DheeraImageRequest:prompt:
   *
   * What the picture is to show.
   *
   * Since: 0.1
   */
  properties[PROP_PROMPT] = g_param_spec_string ("prompt", NULL, NULL, NULL, flags);

  /**
   * DheeraImageRequest:n:
   *
   * How many pictures are wanted, from 1 to 128; -1 is the provider's default, which is one.
   *
   * Since: 0.1
   */
  properties[PROP_N] = g_param_spec_int ("n", NULL, NULL, G_MININT, G_MAXINT, -1, flags);

  /**
   * DheeraImageRequest:size:
   *
   * How large the picture is to be: width and height such as `1024x1024`, or `auto`. Providers that go by the ratio of the sides take `16:9` and the
   * like.
   *
   * Since: 0.1
   */
  properties[PROP_SIZE] = g_param_spec_string ("size", NULL, NULL, NULL, flags);

  /**
   * DheeraImageRequest:quality:
   *
   * How good the picture is to be: `low`, `medium`, `high`, or another word that the model knows.
   *
   * Since: 0.1
   */
  properties[PROP_QUALITY] = g_param_spec_string ("quality", NULL, NULL, NULL, flags);

  /**
   * DheeraImageRequest:background:
   *
   * What is behind what the picture shows: `transparent`, `opaque` or `auto`.
   *
   * Since: 0.1
   */
  properties[PROP_BACKGROUND] = g_param_spec_string ("background", NULL, NULL, NULL, flags);

  /**
   * DheeraImageRequest:output-format:
   *
   * What kind of file the picture is to be: `png`, `jpeg` or `webp`.
   *
   * Since: 0.1
   */
  properties[PROP_OUTPUT_FORMAT] = g_param_spec_string ("output-format", NULL, NULL, NULL, flags);

  /**
   * DheeraImageRequest:images:
   *
   * The pictures that the new one is made of: a list of [class@Part]. With them the request is for a change of these.
   *
   * Since: 0.1
   */
  properties[PROP_IMAGES] = g_param_spec_object ("images", NULL, NULL, G_TYPE_LIST_MODEL, readable);

  /**
   * DheeraImageRequest:mask:
   *
   * A picture with transparent places: only these are changed in the first of the pictures.
   *
   * Since: 0.1
   */
  properties[PROP_MASK] = g_param_spec_object ("mask", NULL, NULL, DHEERA_TYPE_PART, flags);

  /**
   * DheeraImageRequest:user:
   *
   * A stable name for whoever the request is made for. It should not tell who that is.
   *
   * Since: 0.1
   */
  properties[PROP_USER] = g_param_spec_string ("user", NULL, NULL, NULL, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
dheera_image_request_init (DheeraImageRequest *self)
{
  self->n = -1;
}

/**
 * dheera_image_request_new:
 * @model: (nullable): the name of a model, %NULL for the client's default model
 *
 * Makes a request that does not say what for.
 *
 * Returns: (transfer full): a new request
 *
 * Since: 0.1
 */
DheeraImageRequest *
dheera_image_request_new (const char *model)
{
  return g_object_new (DHEERA_TYPE_IMAGE_REQUEST, "model", model, NULL);
}

/**
 * dheera_image_request_new_for_prompt:
 * @model: (nullable): the name of a model, %NULL for the client's default model
 * @prompt: what the picture is to show
 *
 * Makes a request for a picture.
 *
 * Returns: (transfer full): a new request
 *
 * Since: 0.1
 */
DheeraImageRequest *
dheera_image_request_new_for_prompt (const char *model,
                                     const char *prompt)
{
  return g_object_new (DHEERA_TYPE_IMAGE_REQUEST, "model", model, "prompt", prompt, NULL);
}

/**
 * dheera_image_request_get_prompt:
 * @self: a request
 *
 * What the picture is to show.
 *
 * Returns: (nullable): the words
 *
 * Since: 0.1
 */
const char *
dheera_image_request_get_prompt (DheeraImageRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_IMAGE_REQUEST (self), NULL);

  return self->prompt;
}

/**
 * dheera_image_request_set_prompt:
 * @self: a request
 * @prompt: (nullable): the words
 *
 * Sets what the picture is to show.
 *
 * Since: 0.1
 */
void
dheera_image_request_set_prompt (DheeraImageRequest *self,
                                 const char         *prompt)
{
  g_return_if_fail (DHEERA_IS_IMAGE_REQUEST (self));

  if (dheera_string_set (&self->prompt, prompt))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROMPT]);
}

/**
 * dheera_image_request_get_n:
 * @self: a request
 *
 * How many pictures are wanted.
 *
 * Returns: a number, -1 for the provider's default
 *
 * Since: 0.1
 */
int
dheera_image_request_get_n (DheeraImageRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_IMAGE_REQUEST (self), -1);

  return self->n;
}

/**
 * dheera_image_request_set_n:
 * @self: a request
 * @n: a number, -1 for the provider's default
 *
 * Sets how many pictures are wanted.
 *
 * Since: 0.1
 */
void
dheera_image_request_set_n (DheeraImageRequest *self,
                            int                 n)
{
  g_return_if_fail (DHEERA_IS_IMAGE_REQUEST (self));

  if (self->n == n)
    return;

  self->n = n;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N]);
}

/**
 * dheera_image_request_get_size:
 * @self: a request
 *
 * How large the picture is to be.
 *
 * Returns: (nullable): the size
 *
 * Since: 0.1
 */
const char *
dheera_image_request_get_size (DheeraImageRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_IMAGE_REQUEST (self), NULL);

  return self->size;
}

/**
 * dheera_image_request_set_size:
 * @self: a request
 * @size: (nullable): the size, such as `1024x1024`
 *
 * Sets how large the picture is to be.
 *
 * Since: 0.1
 */
void
dheera_image_request_set_size (DheeraImageRequest *self,
                               const char         *size)
{
  g_return_if_fail (DHEERA_IS_IMAGE_REQUEST (self));

  if (dheera_string_set (&self->size, size))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SIZE]);
}

/**
 * dheera_image_request_get_quality:
 * @self: a request
 *
 * How good the picture is to be.
 *
 * Returns: (nullable): the word
 *
 * Since: 0.1
 */
const char *
dheera_image_request_get_quality (DheeraImageRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_IMAGE_REQUEST (self), NULL);

  return self->quality;
}

/**
 * dheera_image_request_set_quality:
 * @self: a request
 * @quality: (nullable): a word that the model knows
 *
 * Sets how good the picture is to be.
 *
 * Since: 0.1
 */
void
dheera_image_request_set_quality (DheeraImageRequest *self,
                                  const char         *quality)
{
  g_return_if_fail (DHEERA_IS_IMAGE_REQUEST (self));

  if (dheera_string_set (&self->quality, quality))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_QUALITY]);
}

/**
 * dheera_image_request_get_background:
 * @self: a request
 *
 * What is behind what the picture shows.
 *
 * Returns: (nullable): the word
 *
 * Since: 0.1
 */
const char *
dheera_image_request_get_background (DheeraImageRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_IMAGE_REQUEST (self), NULL);

  return self->background;
}

/**
 * dheera_image_request_set_background:
 * @self: a request
 * @background: (nullable): a word that the model knows
 *
 * Sets what is behind what the picture shows.
 *
 * Since: 0.1
 */
void
dheera_image_request_set_background (DheeraImageRequest *self,
                                     const char         *background)
{
  g_return_if_fail (DHEERA_IS_IMAGE_REQUEST (self));

  if (dheera_string_set (&self->background, background))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_BACKGROUND]);
}

/**
 * dheera_image_request_get_output_format:
 * @self: a request
 *
 * What kind of file the picture is to be.
 *
 * Returns: (nullable): the word
 *
 * Since: 0.1
 */
const char *
dheera_image_request_get_output_format (DheeraImageRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_IMAGE_REQUEST (self), NULL);

  return self->output_format;
}

/**
 * dheera_image_request_set_output_format:
 * @self: a request
 * @output_format: (nullable): `png`, `jpeg` or `webp`
 *
 * Sets what kind of file the picture is to be.
 *
 * Since: 0.1
 */
void
dheera_image_request_set_output_format (DheeraImageRequest *self,
                                        const char         *output_format)
{
  g_return_if_fail (DHEERA_IS_IMAGE_REQUEST (self));

  if (dheera_string_set (&self->output_format, output_format))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_OUTPUT_FORMAT]);
}

/**
 * dheera_image_request_get_images:
 * @self: a request
 *
 * The pictures that the new one is made of. The list is live: append to it, or see [method@ImageRequest.add_image].
 *
 * Returns: (transfer none): a list of [class@Part]
 *
 * Since: 0.1
 */
GListModel *
dheera_image_request_get_images (DheeraImageRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_IMAGE_REQUEST (self), NULL);

  if (self->images == NULL)
    self->images = g_list_store_new (DHEERA_TYPE_PART);

  return G_LIST_MODEL (self->images);
}

/**
 * dheera_image_request_add_image:
 * @self: a request
 * @image: a picture, as [ctor@Part.new_image] makes it
 *
 * Adds a picture that the new one is made of.
 *
 * Since: 0.1
 */
void
dheera_image_request_add_image (DheeraImageRequest *self,
                                DheeraPart         *image)
{
  g_return_if_fail (DHEERA_IS_IMAGE_REQUEST (self));
  g_return_if_fail (DHEERA_IS_PART (image));

  g_list_store_append (G_LIST_STORE (dheera_image_request_get_images (self)), image);
}

/**
 * dheera_image_request_get_mask:
 * @self: a request
 *
 * Where the first of the pictures may be changed.
 *
 * Returns: (transfer none) (nullable): the mask
 *
 * Since: 0.1
 */
DheeraPart *
dheera_image_request_get_mask (DheeraImageRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_IMAGE_REQUEST (self), NULL);

  return self->mask;
}

/**
 * dheera_image_request_set_mask:
 * @self: a request
 * @mask: (nullable): a picture, as [ctor@Part.new_image] makes it
 *
 * Sets where the first of the pictures may be changed.
 *
 * Since: 0.1
 */
void
dheera_image_request_set_mask (DheeraImageRequest *self,
                               DheeraPart         *mask)
{
  g_return_if_fail (DHEERA_IS_IMAGE_REQUEST (self));
  g_return_if_fail (mask == NULL || DHEERA_IS_PART (mask));

  if (g_set_object (&self->mask, mask))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MASK]);
}

/**
 * dheera_image_request_get_user:
 * @self: a request
 *
 * For whom the request is made.
 *
 * Returns: (nullable): the name
 *
 * Since: 0.1
 */
const char *
dheera_image_request_get_user (DheeraImageRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_IMAGE_REQUEST (self), NULL);

  return self->user;
}

/**
 * dheera_image_request_set_user:
 * @self: a request
 * @user: (nullable): a stable name that does not tell who it is
 *
 * Sets for whom the request is made.
 *
 * Since: 0.1
 */
void
dheera_image_request_set_user (DheeraImageRequest *self,
                               const char         *user)
{
  g_return_if_fail (DHEERA_IS_IMAGE_REQUEST (self));

  if (dheera_string_set (&self->user, user))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_USER]);
}
