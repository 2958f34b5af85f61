/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-gemini-encode-private.h"
#include "dheera-ai/providers/dheera-provider-private.h"

#include <string.h>

#include "dheera-ai/model/messages/dheera-part-private.h"
#include "dheera-ai/wire/dheera-url-private.h"

/* Parts of a message beside the model's own: text, what is sent along, and what lies elsewhere. */

static const struct
{
  const char *suffix;
  const char *mime_type;
} known_types[] = {
  { ".png", "image/png" }, { ".jpg", "image/jpeg" }, { ".jpeg", "image/jpeg" }, { ".webp", "image/webp" },
  { ".gif", "image/gif" }, { ".heic", "image/heic" }, { ".heif", "image/heif" }, { ".bmp", "image/bmp" },
  { ".pdf", "application/pdf" }, { ".txt", "text/plain" }, { ".md", "text/markdown" }, { ".html", "text/html" },
  { ".csv", "text/csv" }, { ".json", "application/json" }, { ".wav", "audio/wav" }, { ".mp3", "audio/mpeg" },
  { ".ogg", "audio/ogg" }, { ".flac", "audio/flac" }, { ".aac", "audio/aac" }, { ".m4a", "audio/mp4" },
  { ".mp4", "video/mp4" }, { ".mov", "video/quicktime" }, { ".webm", "video/webm" }, { ".mpeg", "video/mpeg" },
};

/* By the end of the path; NULL when that says nothing */
static const char *
guess_type (const char *uri)
{
  gsize length = strcspn (uri, "?#");

  for (guint i = 0; i < G_N_ELEMENTS (known_types); i++)
    {
      gsize n = strlen (known_types[i].suffix);

      if (length > n && g_ascii_strncasecmp (uri + length - n, known_types[i].suffix, n) == 0)
        return known_types[i].mime_type;
    }

  return NULL;
}

static gboolean
is_video_page (const char *uri)
{
  static const char *const prefixes[] = {
    "https://www.youtube.com/", "https://youtube.com/", "https://m.youtube.com/", "https://youtu.be/",
  };

  for (guint i = 0; i < G_N_ELEMENTS (prefixes); i++)
    {
      if (g_ascii_strncasecmp (uri, prefixes[i], strlen (prefixes[i])) == 0)
        return TRUE;
    }

  return FALSE;
}

/* Of what lies elsewhere: the part's own, or what its address says. NULL where it can stay away. */
static const char *
find_type (DheeraPart              *part,
           const char              *uri,
           const DheeraGeminiModel *model)
{
  const char *type = part->mime_type != NULL && *part->mime_type != '\0' ? part->mime_type : guess_type (uri);

  if (type != NULL)
    return type;
  if (is_video_page (uri))
    return "video/mp4";
  /* Vertex AI insists on one. */
  if (part->type == DHEERA_PART_TYPE_IMAGE)
    return "image/jpeg";

  return model->vertex ? "application/octet-stream" : NULL;
}

static gboolean
check_uri (const char              *uri,
           const DheeraEncoding    *encoding,
           const DheeraGeminiModel *model,
           GError                 **error)
{
  g_autofree char *shown = NULL;

  if (g_ascii_strncasecmp (uri, "https://", 8) == 0 || (model->vertex && g_ascii_strncasecmp (uri, "gs://", 5) == 0))
    return TRUE;

  shown = g_utf8_make_valid (uri, MIN (strlen (uri), 200));
  g_set_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST,
               "Provider “%s” can't fetch “%s”: it takes %s. Download it and send its bytes instead.",
               dheera_provider_get_id (encoding->provider), shown,
               model->vertex ? "https and gs addresses" : "https addresses");

  return FALSE;
}

/* The id of an uploaded file, "files/x", is the end of its address. */
static char *
dup_file_uri (const char           *file_id,
              const DheeraEncoding *encoding)
{
  g_autofree char *id = NULL;
  g_autofree char *path = NULL;

  if (!g_str_has_prefix (file_id, "files/"))
    return g_strdup (file_id);

  id = dheera_url_encode_segment (file_id + strlen ("files/"));
  path = g_strconcat ("/files/", id, NULL);

  return dheera_url_join (encoding->base_url, path);
}

static gboolean
write_file_data (DheeraJsonWriter        *writer,
                 const DheeraEncoding    *encoding,
                 const DheeraGeminiModel *model,
                 DheeraPart              *part,
                 const char              *uri,
                 GError                 **error)
{
  const char *type;

  if (!check_uri (uri, encoding, model, error))
    return FALSE;

  type = find_type (part, uri, model);
  dheera_json_writer_key (writer, "fileData");
  dheera_json_writer_begin_object (writer);
  if (type != NULL)
    dheera_json_writer_member_string (writer, "mimeType", type);
  dheera_json_writer_member_string (writer, "fileUri", uri);
  dheera_json_writer_end_object (writer);

  return TRUE;
}

static void
write_inline_data (DheeraJsonWriter *writer,
                   DheeraPart       *part)
{
  const char *type = part->mime_type;

  if (type == NULL || *type == '\0')
    type = part->type == DHEERA_PART_TYPE_IMAGE   ? "image/png"
           : part->type == DHEERA_PART_TYPE_AUDIO ? "audio/wav"
                                                  : "application/octet-stream";

  dheera_json_writer_key (writer, "inlineData");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "mimeType", type);
  dheera_json_writer_key (writer, "data");
  dheera_json_writer_base64 (writer, NULL, part->bytes);
  dheera_json_writer_end_object (writer);
}

/* The one member that says what the part is */
static gboolean
write_content (DheeraJsonWriter        *writer,
               const DheeraEncoding    *encoding,
               const DheeraGeminiModel *model,
               DheeraPart              *part,
               GError                 **error)
{
  g_autofree char *uri = NULL;

  if (part->type == DHEERA_PART_TYPE_TEXT)
    {
      dheera_json_writer_member_string (writer, "text", part->text != NULL ? part->text : "");
      return TRUE;
    }
  if (part->bytes != NULL)
    {
      write_inline_data (writer, part);
      return TRUE;
    }

  uri = part->uri != NULL ? g_strdup (part->uri) : part->file_id != NULL ? dup_file_uri (part->file_id, encoding) : NULL;
  if (uri != NULL)
    return write_file_data (writer, encoding, model, part, uri, error);

  g_set_error_literal (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST,
                       "A part of a message has neither bytes nor an address. Leave it out, or give it one of the two.");

  return FALSE;
}

gboolean
dheera_gemini_write_part (DheeraJsonWriter        *writer,
                          const DheeraEncoding    *encoding,
                          const DheeraGeminiModel *model,
                          DheeraPart              *part,
                          const char              *signature,
                          GError                 **error)
{
  dheera_json_writer_begin_object (writer);
  if (!write_content (writer, encoding, model, part, error))
    return FALSE;
  if (signature != NULL)
    dheera_json_writer_member_string (writer, "thoughtSignature", signature);
  dheera_json_writer_end_object (writer);

  return TRUE;
}
