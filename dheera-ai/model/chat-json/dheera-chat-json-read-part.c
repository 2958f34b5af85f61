/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-chat-json-read-private.h"

#include "dheera-ai/model/dheera-strings-private.h"
#include "dheera-ai/model/messages/dheera-message-private.h"
#include "dheera-ai/model/messages/dheera-part-private.h"

/* Content and its parts */

/* Data in a URL of its own, as bare base64, or somewhere on the net: what the different members of
 * the family take. */
static gboolean
take_data (DheeraPart            *part,
           const char            *data,
           const DheeraChatPath  *path,
           GError               **error)
{
  if (g_ascii_strncasecmp (data, "http://", 7) == 0 || g_ascii_strncasecmp (data, "https://", 8) == 0)
    {
      part->uri = g_strdup (data);
      return TRUE;
    }

  if (g_ascii_strncasecmp (data, "data:", 5) == 0)
    {
      g_clear_pointer (&part->mime_type, g_free);
      if (dheera_data_url_parse (data, &part->mime_type, &part->bytes))
        return TRUE;
    }
  else
    {
      part->bytes = dheera_base64_parse (data);
      if (part->bytes != NULL)
        return TRUE;
    }

  return dheera_chat_fail (path, error, "is neither a URL nor valid base64");
}

static gboolean
read_text (DheeraPart            *part,
           DheeraJsonValue        value,
           const DheeraChatPath  *path,
           GError               **error)
{
  return dheera_chat_read_string (value, "text", TRUE, path, &part->text, error);
}

/* The URL stands in an object, but many leave the object out. */
static gboolean
read_image (DheeraPart            *part,
            DheeraJsonValue        value,
            const DheeraChatPath  *path,
            GError               **error)
{
  const DheeraChatPath image_path = { path, "image_url" };
  const DheeraChatPath url_path = { &image_path, "url" };
  DheeraJsonValue image = dheera_json_member (value, "image_url");
  g_autofree char *url = NULL;

  if (dheera_json_type (image) == DHEERA_JSON_STRING)
    {
      url = dheera_json_dup_string (image);
    }
  else if (!dheera_chat_expect (image, DHEERA_JSON_OBJECT, &image_path, error)
           || !dheera_chat_read_string (image, "url", TRUE, &image_path, &url, error)
           || !dheera_chat_read_string (image, "detail", FALSE, &image_path, &part->detail, error))
    {
      return FALSE;
    }

  if (dheera_data_url_parse (url, &part->mime_type, &part->bytes))
    return TRUE;
  if (g_ascii_strncasecmp (url, "data:", 5) == 0)
    return dheera_chat_fail (&url_path, error, "is a data: URL, but not one of valid base64");

  part->uri = g_steal_pointer (&url);

  return TRUE;
}

/* What members of the family have beside OpenAI's parts: {"type": "video_url", "video_url": {"url":
 * ...}}, or the URL alone. It goes back just as it came. */
static gboolean
read_reference (DheeraPart            *part,
                DheeraJsonValue        value,
                const char            *name,
                const DheeraChatPath  *path,
                GError               **error)
{
  const DheeraChatPath reference_path = { path, name };
  DheeraJsonValue reference = dheera_json_member (value, name);
  g_autofree char *url = NULL;

  if (dheera_json_type (reference) == DHEERA_JSON_STRING)
    url = dheera_json_dup_string (reference);
  else if (!dheera_chat_expect (reference, DHEERA_JSON_OBJECT, &reference_path, error)
           || !dheera_chat_read_string (reference, "url", TRUE, &reference_path, &url, error))
    return FALSE;

  part->source = dheera_json_dup_raw (value);

  return take_data (part, url, &reference_path, error);
}

static gboolean
read_audio_url (DheeraPart            *part,
                DheeraJsonValue        value,
                const DheeraChatPath  *path,
                GError               **error)
{
  return read_reference (part, value, "audio_url", path, error);
}

static gboolean
read_document_url (DheeraPart            *part,
                   DheeraJsonValue        value,
                   const DheeraChatPath  *path,
                   GError               **error)
{
  return read_reference (part, value, "document_url", path, error);
}

static gboolean
read_file_url (DheeraPart            *part,
               DheeraJsonValue        value,
               const DheeraChatPath  *path,
               GError               **error)
{
  return read_reference (part, value, "file_url", path, error);
}

static gboolean
read_video_url (DheeraPart            *part,
                DheeraJsonValue        value,
                const DheeraChatPath  *path,
                GError               **error)
{
  return read_reference (part, value, "video_url", path, error);
}

static gboolean
read_audio (DheeraPart            *part,
            DheeraJsonValue        value,
            const DheeraChatPath  *path,
            GError               **error)
{
  const DheeraChatPath audio_path = { path, "input_audio" };
  const DheeraChatPath data_path = { &audio_path, "data" };
  DheeraJsonValue audio = dheera_json_member (value, "input_audio");
  g_autofree char *data = NULL;
  g_autofree char *format = NULL;

  if (dheera_json_type (audio) == DHEERA_JSON_STRING)
    return read_reference (part, value, "input_audio", path, error);

  if (!dheera_chat_expect (audio, DHEERA_JSON_OBJECT, &audio_path, error)
      || !dheera_chat_read_string (audio, "data", TRUE, &audio_path, &data, error)
      || !dheera_chat_read_string (audio, "format", FALSE, &audio_path, &format, error)
      || !take_data (part, data, &data_path, error))
    return FALSE;

  if (part->mime_type == NULL)
    part->mime_type = dheera_audio_format_to_mime_type (format != NULL ? format : "wav");

  return TRUE;
}

static gboolean
read_file (DheeraPart            *part,
           DheeraJsonValue        value,
           const DheeraChatPath  *path,
           GError               **error)
{
  const DheeraChatPath file_path = { path, "file" };
  const DheeraChatPath data_path = { &file_path, "file_data" };
  DheeraJsonValue file = dheera_json_member (value, "file");
  g_autofree char *data = NULL;

  if (!dheera_chat_expect (file, DHEERA_JSON_OBJECT, &file_path, error)
      || !dheera_chat_read_string (file, "file_id", FALSE, &file_path, &part->file_id, error)
      || !dheera_chat_read_string (file, "filename", FALSE, &file_path, &part->filename, error)
      || !dheera_chat_read_string (file, "file_data", FALSE, &file_path, &data, error))
    return FALSE;

  if (data != NULL && !take_data (part, data, &data_path, error))
    return FALSE;
  if (data == NULL && part->file_id == NULL)
    return dheera_chat_fail (&file_path, error, "has neither file_id nor file_data");
  if (part->bytes != NULL && part->mime_type == NULL)
    part->mime_type = g_strdup ("application/octet-stream");

  return TRUE;
}

static const struct
{
  const char *name;
  DheeraPartType type;
  gboolean (*read) (DheeraPart            *part,
                    DheeraJsonValue        value,
                    const DheeraChatPath  *path,
                    GError               **error);
  const char *known[5];
} part_types[] = {
  { "text", DHEERA_PART_TYPE_TEXT, read_text, { "type", "text", "cache_control" } },
  { "image_url", DHEERA_PART_TYPE_IMAGE, read_image, { "type", "image_url", "cache_control" } },
  { "input_audio", DHEERA_PART_TYPE_AUDIO, read_audio, { "type", "input_audio", "cache_control" } },
  { "file", DHEERA_PART_TYPE_FILE, read_file, { "type", "file", "cache_control" } },
  { "audio_url", DHEERA_PART_TYPE_AUDIO, read_audio_url },
  { "document_url", DHEERA_PART_TYPE_FILE, read_document_url },
  { "file_url", DHEERA_PART_TYPE_FILE, read_file_url },
  { "video_url", DHEERA_PART_TYPE_FILE, read_video_url },
};

static gboolean
read_cache_control (DheeraPart            *part,
                    DheeraJsonValue        value,
                    const DheeraChatPath  *path,
                    GError               **error)
{
  const DheeraChatPath cache_path = { path, "cache_control" };
  DheeraJsonValue cache_control = dheera_json_member (value, "cache_control");

  if (!dheera_json_exists (cache_control))
    return TRUE;
  if (!dheera_chat_expect (cache_control, DHEERA_JSON_OBJECT, &cache_path, error))
    return FALSE;

  part->cache_control = dheera_json_dup_raw (cache_control);

  return TRUE;
}

static gboolean
read_part (DheeraMessage         *message,
           DheeraJsonValue        value,
           const DheeraChatPath  *path,
           GError               **error)
{
  const DheeraChatPath type_path = { path, "type" };
  g_autoptr (DheeraPart) part = NULL;
  g_autofree char *type = NULL;
  g_autofree char *extra = NULL;
  g_autofree char *refusal = NULL;

  if (!dheera_chat_expect (value, DHEERA_JSON_OBJECT, path, error)
      || !dheera_chat_read_string (value, "type", TRUE, path, &type, error))
    return FALSE;

  if (g_str_equal (type, "refusal"))
    {
      if (!dheera_chat_read_string (value, "refusal", TRUE, path, &refusal, error))
        return FALSE;
      dheera_message_set_refusal (message, refusal);
      return TRUE;
    }

  for (gsize i = 0; i < G_N_ELEMENTS (part_types); i++)
    {
      if (!g_str_equal (type, part_types[i].name))
        continue;

      part = g_object_new (DHEERA_TYPE_PART, NULL);
      part->type = part_types[i].type;
      if (!part_types[i].read (part, value, path, error) || !read_cache_control (part, value, path, error))
        return FALSE;

      if (part->source == NULL)
        extra = dheera_chat_dup_unknown (value, part_types[i].known);
      dheera_json_text_set (&part->extra, extra, DHEERA_JSON_OBJECT);
      dheera_message_add_part (message, part);

      return TRUE;
    }

  return dheera_chat_fail (&type_path, error,
                           "is “%s”; it has to be text, image_url, input_audio, file or refusal",
                           type);
}

gboolean
dheera_chat_read_content (DheeraMessage         *message,
                          DheeraJsonValue        content,
                          const DheeraChatPath  *path,
                          GError               **error)
{
  DheeraChatPath element_path = { path };
  DheeraJsonIter iter;
  DheeraJsonValue value;

  switch (dheera_json_type (content))
    {
    case DHEERA_JSON_NONE:
    case DHEERA_JSON_NULL:
      return TRUE;
    case DHEERA_JSON_STRING:
      dheera_gstring_clear (&message->text);
      message->text = g_string_new (NULL);
      dheera_json_append_string (content, message->text, NULL);
      return TRUE;
    case DHEERA_JSON_ARRAY:
      break;
    default:
      return dheera_chat_fail (path, error, "has to be a string or an array of parts");
    }

  dheera_json_iter_init (&iter, content);
  while (dheera_json_iter_next (&iter, NULL, &value))
    {
      if (!read_part (message, value, &element_path, error))
        return FALSE;
      element_path.index++;
    }

  return TRUE;
}
