/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-part-private.h"

#include <string.h>

#include "dheera-ai/model/dheera-enum-types.h"
#include "dheera-ai/model/dheera-strings-private.h"

/**
 * DheeraPart:
 *
 * A piece of a message that is more than plain text: a picture, sound, a document, or text with a
 * mark of its own.
 *
 * A message that is text alone needs no part: see [ctor@Message.new]. Parts stand behind that text,
 * in the order in which they were added.
 *
 * ```c
 * g_autoptr (DheeraMessage) message = dheera_message_new (DHEERA_ROLE_USER, "What is on this picture?");
 * g_autoptr (DheeraPart) picture = dheera_part_new_image (bytes, "image/png");
 *
 * dheera_message_add_part (message, picture);
 * ```
 *
 * Since: 0.1
 */
G_DEFINE_FINAL_TYPE (DheeraPart, dheera_part, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_PART_TYPE,
  PROP_TEXT,
  PROP_BYTES,
  PROP_MIME_TYPE,
  PROP_URI,
  PROP_FILENAME,
  PROP_FILE_ID,
  PROP_DETAIL,
  PROP_CACHE_CONTROL,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
dheera_part_finalize (GObject *object)
{
  DheeraPart *self = DHEERA_PART (object);

  g_free (self->text);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_free (self->mime_type);
  g_free (self->uri);
  g_free (self->filename);
  g_free (self->file_id);
  g_free (self->detail);
  g_free (self->cache_control);
  g_free (self->source);
  dheera_json_text_clear (&self->extra);

  G_OBJECT_CLASS (dheera_part_parent_class)->finalize (object);
}

static void
dheera_part_get_property (GObject    *object,
                          guint       prop_id,
                          GValue     *value,
                          GParamSpec *pspec)
{
  DheeraPart *self = DHEERA_PART (object);

  switch (prop_id)
    {
    case PROP_PART_TYPE:
      g_value_set_enum (value, self->type);
      break;
    case PROP_TEXT:
      g_value_set_string (value, dheera_part_get_text (self));
      break;
    case PROP_BYTES:
      g_value_set_boxed (value, self->bytes);
      break;
    case PROP_MIME_TYPE:
      g_value_set_string (value, self->mime_type);
      break;
    case PROP_URI:
      g_value_set_string (value, self->uri);
      break;
    case PROP_FILENAME:
      g_value_set_string (value, self->filename);
      break;
    case PROP_FILE_ID:
      g_value_set_string (value, self->file_id);
      break;
    case PROP_DETAIL:
      g_value_set_string (value, self->detail);
      break;
    case PROP_CACHE_CONTROL:
      g_value_set_string (value, self->cache_control);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_part_set_property (GObject      *object,
                          guint         prop_id,
                          const GValue *value,
                          GParamSpec   *pspec)
{
  DheeraPart *self = DHEERA_PART (object);

  switch (prop_id)
    {
    case PROP_DETAIL:
      dheera_part_set_detail (self, g_value_get_string (value));
      break;
    case PROP_CACHE_CONTROL:
      dheera_part_set_cache_control (self, g_value_get_string (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_part_class_init (DheeraPartClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  const GParamFlags writable = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = dheera_part_finalize;
  object_class->get_property = dheera_part_get_property;
  object_class->set_property = dheera_part_set_property;

  /**
   * DheeraPart:part-type:
   *
   * What the part is.
   *
   * Since: 0.1
   */
  properties[PROP_PART_TYPE] = g_param_spec_enum ("part-type", NULL, NULL, DHEERA_TYPE_PART_TYPE,
                                                  DHEERA_PART_TYPE_TEXT, readable);

  /**
   * DheeraPart:text:
   *
   * The text of a text part, and the transcript of sound that a model made; else empty.
   *
   * Since: 0.1
   */
  properties[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, "", readable);

  /**
   * DheeraPart:bytes:
   *
   * The picture, the sound or the document itself.
   *
   * Since: 0.1
   */
  properties[PROP_BYTES] = g_param_spec_boxed ("bytes", NULL, NULL, G_TYPE_BYTES, readable);

  /**
   * DheeraPart:mime-type:
   *
   * What the bytes are, such as `image/png`.
   *
   * Since: 0.1
   */
  properties[PROP_MIME_TYPE] = g_param_spec_string ("mime-type", NULL, NULL, NULL, readable);

  /**
   * DheeraPart:uri:
   *
   * From where the provider is to fetch the picture or the document.
   *
   * Since: 0.1
   */
  properties[PROP_URI] = g_param_spec_string ("uri", NULL, NULL, NULL, readable);

  /**
   * DheeraPart:filename:
   *
   * The name that the model gets to see for a document.
   *
   * Since: 0.1
   */
  properties[PROP_FILENAME] = g_param_spec_string ("filename", NULL, NULL, NULL, readable);

  /**
   * DheeraPart:file-id:
   *
   * The provider's id of a document that it has already, or of sound that its model made.
   *
   * Since: 0.1
   */
  properties[PROP_FILE_ID] = g_param_spec_string ("file-id", NULL, NULL, NULL, readable);

  /**
   * DheeraPart:detail:
   *
   * How closely the model is to look at a picture: `auto`, `low`, `high`, or whatever else the
   * provider knows.
   *
   * Since: 0.1
   */
  properties[PROP_DETAIL] = g_param_spec_string ("detail", NULL, NULL, NULL, writable);

  /**
   * DheeraPart:cache-control:
   *
   * A mark that the conversation up to this part is to be kept in the provider's cache.
   *
   * It is either one word, such as `ephemeral`, or the text of a JSON object, such as
   * `{"type":"ephemeral","ttl":"1h"}`. Providers without such marks never see it.
   *
   * Since: 0.1
   */
  properties[PROP_CACHE_CONTROL] = g_param_spec_string ("cache-control", NULL, NULL, NULL, writable);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
dheera_part_init (DheeraPart *self)
{
  self->expires = -1;
}

static DheeraPart *
new_of_type (DheeraPartType type)
{
  DheeraPart *self = g_object_new (DHEERA_TYPE_PART, NULL);

  self->type = type;

  return self;
}

static DheeraPart *
new_of_bytes (DheeraPartType  type,
              GBytes         *bytes,
              const char     *mime_type)
{
  DheeraPart *self = new_of_type (type);

  self->bytes = g_bytes_ref (bytes);
  self->mime_type = g_strdup (mime_type);

  return self;
}

/**
 * dheera_part_new_text:
 * @text: some text
 *
 * Makes a part of text.
 *
 * Returns: (transfer full): a new part
 *
 * Since: 0.1
 */
DheeraPart *
dheera_part_new_text (const char *text)
{
  DheeraPart *self;

  g_return_val_if_fail (text != NULL, NULL);

  self = new_of_type (DHEERA_PART_TYPE_TEXT);
  self->text = g_strdup (text);

  return self;
}

/**
 * dheera_part_new_image:
 * @bytes: an image file
 * @mime_type: what kind of image it is, such as `image/png` or `image/jpeg`
 *
 * Makes a part of a picture.
 *
 * Returns: (transfer full): a new part
 *
 * Since: 0.1
 */
DheeraPart *
dheera_part_new_image (GBytes     *bytes,
                       const char *mime_type)
{
  g_return_val_if_fail (bytes != NULL, NULL);
  g_return_val_if_fail (mime_type != NULL, NULL);

  return new_of_bytes (DHEERA_PART_TYPE_IMAGE, bytes, mime_type);
}

/**
 * dheera_part_new_image_uri:
 * @uri: the address of an image
 *
 * Makes a part of a picture that the provider is to fetch by itself.
 *
 * This library never fetches it. A `data:` address is taken apart: such a part has
 * [property@Part:bytes] and [property@Part:mime-type] instead of the address.
 *
 * Returns: (transfer full): a new part
 *
 * Since: 0.1
 */
DheeraPart *
dheera_part_new_image_uri (const char *uri)
{
  DheeraPart *self;

  g_return_val_if_fail (uri != NULL, NULL);

  self = new_of_type (DHEERA_PART_TYPE_IMAGE);
  if (!dheera_data_url_parse (uri, &self->mime_type, &self->bytes))
    self->uri = g_strdup (uri);

  return self;
}

/**
 * dheera_part_new_audio:
 * @bytes: a sound file
 * @mime_type: what kind of sound it is, such as `audio/wav` or `audio/mpeg`
 *
 * Makes a part of sound.
 *
 * Returns: (transfer full): a new part
 *
 * Since: 0.1
 */
DheeraPart *
dheera_part_new_audio (GBytes     *bytes,
                       const char *mime_type)
{
  g_return_val_if_fail (bytes != NULL, NULL);
  g_return_val_if_fail (mime_type != NULL, NULL);

  return new_of_bytes (DHEERA_PART_TYPE_AUDIO, bytes, mime_type);
}

/**
 * dheera_part_new_file:
 * @bytes: a document
 * @mime_type: what kind of document it is, such as `application/pdf`
 * @filename: (nullable): the name that the model gets to see
 *
 * Makes a part of a document.
 *
 * Returns: (transfer full): a new part
 *
 * Since: 0.1
 */
DheeraPart *
dheera_part_new_file (GBytes     *bytes,
                      const char *mime_type,
                      const char *filename)
{
  DheeraPart *self;

  g_return_val_if_fail (bytes != NULL, NULL);
  g_return_val_if_fail (mime_type != NULL, NULL);

  self = new_of_bytes (DHEERA_PART_TYPE_FILE, bytes, mime_type);
  self->filename = g_strdup (filename);

  return self;
}

/**
 * dheera_part_new_file_id:
 * @file_id: the provider's id of a file
 *
 * Makes a part of a document that was uploaded to the provider before.
 *
 * Returns: (transfer full): a new part
 *
 * Since: 0.1
 */
DheeraPart *
dheera_part_new_file_id (const char *file_id)
{
  DheeraPart *self;

  g_return_val_if_fail (file_id != NULL, NULL);

  self = new_of_type (DHEERA_PART_TYPE_FILE);
  self->file_id = g_strdup (file_id);

  return self;
}

DheeraPart *
dheera_part_copy (DheeraPart *self)
{
  DheeraPart *copy = new_of_type (self->type);

  copy->text = g_strdup (self->text);
  copy->bytes = self->bytes != NULL ? g_bytes_ref (self->bytes) : NULL;
  copy->mime_type = g_strdup (self->mime_type);
  copy->uri = g_strdup (self->uri);
  copy->filename = g_strdup (self->filename);
  copy->file_id = g_strdup (self->file_id);
  copy->expires = self->expires;
  copy->detail = g_strdup (self->detail);
  copy->cache_control = g_strdup (self->cache_control);
  copy->source = g_strdup (self->source);
  dheera_json_text_copy (&self->extra, &copy->extra);

  return copy;
}

/**
 * dheera_part_get_part_type:
 * @self: a [class@Part]
 *
 * What the part is.
 *
 * Returns: its type
 *
 * Since: 0.1
 */
DheeraPartType
dheera_part_get_part_type (DheeraPart *self)
{
  g_return_val_if_fail (DHEERA_IS_PART (self), DHEERA_PART_TYPE_TEXT);

  return self->type;
}

/**
 * dheera_part_get_text:
 * @self: a [class@Part]
 *
 * The text of a text part, and the transcript of sound that a model made.
 *
 * Returns: the text, empty for other parts
 *
 * Since: 0.1
 */
const char *
dheera_part_get_text (DheeraPart *self)
{
  g_return_val_if_fail (DHEERA_IS_PART (self), "");

  return dheera_string_or_empty (self->text);
}

/**
 * dheera_part_get_bytes:
 * @self: a [class@Part]
 *
 * The picture, the sound or the document itself.
 *
 * Returns: (transfer none) (nullable): the bytes
 *
 * Since: 0.1
 */
GBytes *
dheera_part_get_bytes (DheeraPart *self)
{
  g_return_val_if_fail (DHEERA_IS_PART (self), NULL);

  return self->bytes;
}

/**
 * dheera_part_get_mime_type:
 * @self: a [class@Part]
 *
 * What the bytes are.
 *
 * Returns: (nullable): a type such as `image/png`
 *
 * Since: 0.1
 */
const char *
dheera_part_get_mime_type (DheeraPart *self)
{
  g_return_val_if_fail (DHEERA_IS_PART (self), NULL);

  return self->mime_type;
}

/**
 * dheera_part_get_uri:
 * @self: a [class@Part]
 *
 * From where the provider is to fetch the picture or the document.
 *
 * Returns: (nullable): an address
 *
 * Since: 0.1
 */
const char *
dheera_part_get_uri (DheeraPart *self)
{
  g_return_val_if_fail (DHEERA_IS_PART (self), NULL);

  return self->uri;
}

/**
 * dheera_part_get_filename:
 * @self: a [class@Part]
 *
 * The name that the model gets to see for a document.
 *
 * Returns: (nullable): a file name
 *
 * Since: 0.1
 */
const char *
dheera_part_get_filename (DheeraPart *self)
{
  g_return_val_if_fail (DHEERA_IS_PART (self), NULL);

  return self->filename;
}

/**
 * dheera_part_get_file_id:
 * @self: a [class@Part]
 *
 * The provider's id of a document that it has, or of sound that its model made.
 *
 * Returns: (nullable): the id
 *
 * Since: 0.1
 */
const char *
dheera_part_get_file_id (DheeraPart *self)
{
  g_return_val_if_fail (DHEERA_IS_PART (self), NULL);

  return self->file_id;
}

/**
 * dheera_part_get_detail:
 * @self: a [class@Part]
 *
 * How closely the model is to look at a picture.
 *
 * Returns: (nullable): a word such as `low`
 *
 * Since: 0.1
 */
const char *
dheera_part_get_detail (DheeraPart *self)
{
  g_return_val_if_fail (DHEERA_IS_PART (self), NULL);

  return self->detail;
}

/**
 * dheera_part_set_detail:
 * @self: a [class@Part]
 * @detail: (nullable): `auto`, `low`, `high`, or what else the provider knows
 *
 * Says how closely the model is to look at a picture.
 *
 * Since: 0.1
 */
void
dheera_part_set_detail (DheeraPart *self,
                        const char *detail)
{
  g_return_if_fail (DHEERA_IS_PART (self));

  if (dheera_string_set (&self->detail, detail))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DETAIL]);
}

/**
 * dheera_part_get_cache_control:
 * @self: a [class@Part]
 *
 * The mark for the provider's cache.
 *
 * Returns: (nullable): a word or the text of a JSON object
 *
 * Since: 0.1
 */
const char *
dheera_part_get_cache_control (DheeraPart *self)
{
  g_return_val_if_fail (DHEERA_IS_PART (self), NULL);

  return self->cache_control;
}

/**
 * dheera_part_set_cache_control:
 * @self: a [class@Part]
 * @cache_control: (nullable): a word such as `ephemeral`, or the text of a JSON object
 *
 * Marks the conversation up to this part for the provider's cache.
 *
 * Since: 0.1
 */
void
dheera_part_set_cache_control (DheeraPart *self,
                               const char *cache_control)
{
  g_return_if_fail (DHEERA_IS_PART (self));

  if (dheera_string_set (&self->cache_control, cache_control))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CACHE_CONTROL]);
}
