/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-anthropic-private.h"

#include <string.h>

#include "dheera-ai/model/chat-json/dheera-chat-json-private.h"
#include "dheera-ai/model/messages/dheera-part-private.h"
#include "dheera-ai/wire/dheera-text-private.h"

/* One part of content as one block */

static const char *const image_types[] = { "image/jpeg", "image/png", "image/gif", "image/webp", NULL };

static gboolean
fail (DheeraAnthropicPlan *plan,
      GError             **error,
      const char          *what)
{
  g_set_error (error, DHEERA_ERROR, DHEERA_ERROR_NOT_SUPPORTED,
               "Provider “%s” takes no %s: its messages are made of text, images (JPEG, PNG, GIF, WebP), PDF documents and plain text files.",
               dheera_provider_get_id (plan->encoding->provider), what);

  return FALSE;
}

static gboolean
begins_with (const char *text,
             const char *prefix)
{
  return text != NULL && g_ascii_strncasecmp (text, prefix, strlen (prefix)) == 0;
}

static gboolean
is_on_the_net (const char *uri)
{
  return begins_with (uri, "http://") || begins_with (uri, "https://");
}

static gboolean
is_pdf (DheeraPart *part)
{
  gsize length;
  const char *data = g_bytes_get_data (part->bytes, &length);

  if (begins_with (part->mime_type, "application/pdf"))
    return TRUE;

  /* Whoever read the file may not have known what is in it. */
  return (part->mime_type == NULL || begins_with (part->mime_type, "application/octet-stream"))
         && length >= 5 && memcmp (data, "%PDF-", 5) == 0;
}

static gboolean
is_plain_text (DheeraPart *part)
{
  gsize length;
  const char *data = g_bytes_get_data (part->bytes, &length);

  if (!begins_with (part->mime_type, "text/") && !begins_with (part->mime_type, "application/json"))
    return FALSE;

  return dheera_utf8_find_fault (data, length) == NULL;
}

static void
write_source (DheeraJsonWriter *writer,
              const char       *type,
              const char       *member,
              const char       *value)
{
  dheera_json_writer_key (writer, "source");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "type", type);
  dheera_json_writer_member_string (writer, member, value);
  dheera_json_writer_end_object (writer);
}

static void
write_base64 (DheeraJsonWriter *writer,
              const char       *media_type,
              GBytes           *bytes)
{
  dheera_json_writer_key (writer, "source");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "type", "base64");
  dheera_json_writer_member_string (writer, "media_type", media_type);
  dheera_json_writer_key (writer, "data");
  dheera_json_writer_base64 (writer, NULL, bytes);
  dheera_json_writer_end_object (writer);
}

static void
write_text_file (DheeraJsonWriter *writer,
                 GBytes           *bytes)
{
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);

  dheera_json_writer_key (writer, "source");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "type", "text");
  dheera_json_writer_member_string (writer, "media_type", "text/plain");
  dheera_json_writer_key (writer, "data");
  dheera_json_writer_string_len (writer, data, length);
  dheera_json_writer_end_object (writer);
}

static gboolean
write_image (DheeraAnthropicPlan *plan,
             DheeraPart          *part,
             DheeraJsonWriter    *writer,
             GError             **error)
{
  g_autofree char *type = part->mime_type != NULL ? g_ascii_strdown (part->mime_type, -1) : NULL;

  if (part->file_id == NULL && part->bytes == NULL && !is_on_the_net (part->uri))
    return fail (plan, error, "image whose address does not begin with https:// or http://");
  if (part->bytes != NULL && (type == NULL || !g_strv_contains (image_types, type)))
    return fail (plan, error, type != NULL ? type : "image of an unknown type");

  dheera_json_writer_member_string (writer, "type", "image");
  if (part->bytes != NULL)
    write_base64 (writer, type, part->bytes);
  else if (part->file_id != NULL)
    write_source (writer, "file", "file_id", part->file_id);
  else
    write_source (writer, "url", "url", part->uri);
  plan->uses_files |= part->bytes == NULL && part->file_id != NULL;

  return TRUE;
}

static gboolean
write_document (DheeraAnthropicPlan *plan,
                DheeraPart          *part,
                DheeraJsonWriter    *writer,
                GError             **error)
{
  if (part->source != NULL && strstr (part->source, "\"video_url\"") != NULL)
    return fail (plan, error, "video");
  if (part->bytes == NULL && part->file_id == NULL && !is_on_the_net (part->uri))
    return fail (plan, error, "file whose address does not begin with https:// or http://");
  if (part->bytes != NULL && !is_pdf (part) && !is_plain_text (part))
    return fail (plan, error, part->mime_type != NULL ? part->mime_type : "file of an unknown type");

  dheera_json_writer_member_string (writer, "type", "document");
  if (part->bytes != NULL && is_pdf (part))
    write_base64 (writer, "application/pdf", part->bytes);
  else if (part->bytes != NULL)
    write_text_file (writer, part->bytes);
  else if (part->file_id != NULL)
    write_source (writer, "file", "file_id", part->file_id);
  else
    write_source (writer, "url", "url", part->uri);
  plan->uses_files |= part->bytes == NULL && part->file_id != NULL;
  if (part->filename != NULL)
    dheera_json_writer_member_string (writer, "title", part->filename);

  return TRUE;
}

static gboolean
write_members (DheeraAnthropicPlan *plan,
               DheeraPart          *part,
               DheeraJsonWriter    *writer,
               GError             **error)
{
  switch (part->type)
    {
    case DHEERA_PART_TYPE_TEXT:
      dheera_json_writer_member_string (writer, "type", "text");
      dheera_json_writer_member_string (writer, "text", part->text);
      return TRUE;
    case DHEERA_PART_TYPE_IMAGE:
      return write_image (plan, part, writer, error);
    case DHEERA_PART_TYPE_FILE:
      return begins_with (part->mime_type, "image/") ? write_image (plan, part, writer, error)
                                                     : write_document (plan, part, writer, error);
    case DHEERA_PART_TYPE_AUDIO:
    default:
      return fail (plan, error, "audio");
    }
}

gboolean
dheera_anthropic_write_part (DheeraAnthropicPlan *plan,
                             DheeraPart          *part,
                             const char          *cache_control,
                             DheeraJsonWriter    *writer,
                             GError             **error)
{
  static const char *const not_theirs[] = { "prompt_cache_breakpoint", NULL };

  dheera_json_writer_begin_object (writer);
  if (!write_members (plan, part, writer, error))
    return FALSE;
  if (part->cache_control != NULL)
    cache_control = part->cache_control;
  if (cache_control != NULL)
    {
      dheera_json_writer_key (writer, "cache_control");
      dheera_cache_control_write (writer, cache_control);
    }
  dheera_chat_write_extra_members (writer, dheera_json_text_get (&part->extra), not_theirs);
  dheera_json_writer_end_object (writer);

  return TRUE;
}
