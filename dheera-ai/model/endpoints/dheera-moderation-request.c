/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-moderation-request-private.h"

#include "dheera-ai/model/requests/dheera-values-private.h"

struct _DheeraModerationRequestClass
{
  DheeraBaseRequestClass parent_class;
};

/**
 * DheeraModerationRequest:
 *
 * Asks whether texts or pictures hold what most services don't want: hate, violence, and more.
 *
 * See [method@Client.moderate]. Each text is judged by itself; with pictures, all of them and the texts are judged together.
 *
 * Since: 0.1
 */
G_DEFINE_FINAL_TYPE (DheeraModerationRequest, dheera_moderation_request, DHEERA_TYPE_BASE_REQUEST)

enum
{
  PROP_0,
  PROP_TEXTS,
  PROP_IMAGES,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
dheera_moderation_request_finalize (GObject *object)
{
  DheeraModerationRequest *self = DHEERA_MODERATION_REQUEST (object);

  g_strfreev (self->texts);
  g_clear_object (&self->images);

  G_OBJECT_CLASS (dheera_moderation_request_parent_class)->finalize (object);
}

static void
dheera_moderation_request_get_property (GObject    *object,
                                        guint       prop_id,
                                        GValue     *value,
                                        GParamSpec *pspec)
{
  DheeraModerationRequest *self = DHEERA_MODERATION_REQUEST (object);

  switch (prop_id)
    {
    case PROP_TEXTS:
      g_value_set_boxed (value, dheera_moderation_request_get_texts (self));
      break;
    case PROP_IMAGES:
      g_value_set_object (value, dheera_moderation_request_get_images (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_moderation_request_set_property (GObject      *object,
                                        guint         prop_id,
                                        const GValue *value,
                                        GParamSpec   *pspec)
{
  DheeraModerationRequest *self = DHEERA_MODERATION_REQUEST (object);

  switch (prop_id)
    {
    case PROP_TEXTS:
      dheera_moderation_request_set_texts (self, g_value_get_boxed (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_moderation_request_copy (DheeraBaseRequest *base,
                                DheeraBaseRequest *base_into)
{
  DheeraModerationRequest *self = DHEERA_MODERATION_REQUEST (base);
  DheeraModerationRequest *into = DHEERA_MODERATION_REQUEST (base_into);

  into->texts = g_strdupv (self->texts);
  into->images = dheera_parts_copy (self->images);
}

static gboolean
dheera_moderation_request_validate (DheeraBaseRequest  *base,
                                    GError            **error)
{
  DheeraModerationRequest *self = DHEERA_MODERATION_REQUEST (base);

  if ((self->texts == NULL || *self->texts == NULL) && dheera_parts_get_length (self->images) == 0)
    {
      dheera_set_invalid_request (error, "texts", "There is neither a text nor a picture to be judged.");
      return FALSE;
    }

  return dheera_check_texts ("texts", self->texts, FALSE, error) && dheera_check_images ("images", self->images, error);
}

static guint
dheera_moderation_request_count (DheeraBaseRequest *base)
{
  DheeraModerationRequest *self = DHEERA_MODERATION_REQUEST (base);

  if (dheera_parts_get_length (self->images) > 0)
    return 1;

  return self->texts != NULL ? g_strv_length (self->texts) : 0;
}

static void
dheera_moderation_request_class_init (DheeraModerationRequestClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  DheeraBaseRequestClass *base_class = (DheeraBaseRequestClass *) klass;
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = dheera_moderation_request_finalize;
  object_class->get_property = dheera_moderation_request_get_property;
  object_class->set_property = dheera_moderation_request_set_property;
  base_class->copy = dheera_moderation_request_copy;
  base_class->validate = dheera_moderation_request_validate;
  base_class->count = dheera_moderation_request_count;

  /**
   * DheeraModerationRequest:texts:
   *
   * The texts, none of them empty.
   *
   * Since: 0.1
   */
  properties[PROP_TEXTS] = g_param_spec_boxed ("texts", NULL, NULL, G_TYPE_STRV, flags);

  /**
   * DheeraModerationRequest:images:
   *
   * The pictures: a list of [class@Part].
   *
   * Since: 0.1
   */
  properties[PROP_IMAGES] = g_param_spec_object ("images", NULL, NULL, G_TYPE_LIST_MODEL, readable);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
dheera_moderation_request_init (DheeraModerationRequest *self)
{
}

/**
 * dheera_moderation_request_new:
 * @model: (nullable): the name of a model, %NULL for that of the provider when there is a [property@BaseRequest:provider], else for the client's default
 * model
 *
 * Makes a request without texts.
 *
 * Returns: (transfer full): a new request
 *
 * Since: 0.1
 */
DheeraModerationRequest *
dheera_moderation_request_new (const char *model)
{
  return g_object_new (DHEERA_TYPE_MODERATION_REQUEST, "model", model, NULL);
}

/**
 * dheera_moderation_request_new_for_text:
 * @model: (nullable): the name of a model, as for [ctor@ModerationRequest.new]
 * @text: a text
 *
 * Makes a request about one text.
 *
 * Returns: (transfer full): a new request
 *
 * Since: 0.1
 */
DheeraModerationRequest *
dheera_moderation_request_new_for_text (const char *model,
                                        const char *text)
{
  return g_object_new (DHEERA_TYPE_MODERATION_REQUEST, "model", model, "texts", (const char *const[]) { text, NULL }, NULL);
}

/**
 * dheera_moderation_request_get_texts:
 * @self: a request
 *
 * The texts that are judged.
 *
 * Returns: (nullable) (transfer none) (array zero-terminated=1): the texts
 *
 * Since: 0.1
 */
const char * const *
dheera_moderation_request_get_texts (DheeraModerationRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_MODERATION_REQUEST (self), NULL);

  return (const char * const *) self->texts;
}

/**
 * dheera_moderation_request_set_texts:
 * @self: a request
 * @texts: (nullable) (array zero-terminated=1): texts
 *
 * Sets the texts that are judged.
 *
 * Since: 0.1
 */
void
dheera_moderation_request_set_texts (DheeraModerationRequest *self,
                                     const char * const      *texts)
{
  g_return_if_fail (DHEERA_IS_MODERATION_REQUEST (self));

  if (dheera_strv_set (&self->texts, texts))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TEXTS]);
}

/**
 * dheera_moderation_request_add_text:
 * @self: a request
 * @text: a text, not empty
 *
 * Adds a text.
 *
 * Since: 0.1
 */
void
dheera_moderation_request_add_text (DheeraModerationRequest *self,
                                    const char              *text)
{
  g_return_if_fail (DHEERA_IS_MODERATION_REQUEST (self));
  g_return_if_fail (text != NULL);

  dheera_strv_add (&self->texts, text);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TEXTS]);
}

/**
 * dheera_moderation_request_get_images:
 * @self: a request
 *
 * The pictures that are judged. The list is live: append to it, or see [method@ModerationRequest.add_image].
 *
 * Returns: (transfer none): a list of [class@Part]
 *
 * Since: 0.1
 */
GListModel *
dheera_moderation_request_get_images (DheeraModerationRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_MODERATION_REQUEST (self), NULL);

  if (self->images == NULL)
    self->images = g_list_store_new (DHEERA_TYPE_PART);

  return G_LIST_MODEL (self->images);
}

/**
 * dheera_moderation_request_add_image:
 * @self: a request
 * @image: a picture, as [ctor@Part.new_image] or [ctor@Part.new_image_uri] makes it
 *
 * Adds a picture. Not every provider takes them.
 *
 * Since: 0.1
 */
void
dheera_moderation_request_add_image (DheeraModerationRequest *self,
                                     DheeraPart              *image)
{
  g_return_if_fail (DHEERA_IS_MODERATION_REQUEST (self));
  g_return_if_fail (DHEERA_IS_PART (image));

  g_list_store_append (G_LIST_STORE (dheera_moderation_request_get_images (self)), image);
}
