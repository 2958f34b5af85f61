/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-bedrock-private.h"

#include <string.h>

#include "dheera-ai/model/messages/dheera-part-private.h"

/* Pictures, documents, films and sound as elements of content. Bedrock fetches nothing but what lies in S3. */

typedef struct
{
  const char *mime_type;
  const char *extension;
  const char *member; /* of the element: "image", "document", ... */
  const char *format;
} Media;

static const Media medias[] = {
  { "image/png", "png", "image", "png" },
  { "image/jpeg", "jpg", "image", "jpeg" },
  { "image/jpg", "jpeg", "image", "jpeg" },
  { "image/gif", "gif", "image", "gif" },
  { "image/webp", "webp", "image", "webp" },
  { "application/pdf", "pdf", "document", "pdf" },
  { "text/csv", "csv", "document", "csv" },
  { "application/msword", "doc", "document", "doc" },
  { "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx", "document", "docx" },
  { "application/vnd.ms-excel", "xls", "document", "xls" },
  { "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx", "document", "xlsx" },
  { "text/html", "html", "document", "html" },
  { "text/plain", "txt", "document", "txt" },
  { "text/markdown", "md", "document", "md" },
  { "application/json", "json", "document", "txt" },
  { "video/mp4", "mp4", "video", "mp4" },
  { "video/quicktime", "mov", "video", "mov" },
  { "video/x-matroska", "mkv", "video", "mkv" },
  { "video/webm", "webm", "video", "webm" },
  { "video/x-flv", "flv", "video", "flv" },
  { "video/mpeg", "mpeg", "video", "mpeg" },
  { "video/mpg", "mpg", "video", "mpg" },
  { "video/x-ms-wmv", "wmv", "video", "wmv" },
  { "video/3gpp", "3gp", "video", "three_gp" },
  { "audio/mpeg", "mp3", "audio", "mp3" },
  { "audio/mp3", "mp3", "audio", "mp3" },
  { "audio/wav", "wav", "audio", "wav" },
  { "audio/x-wav", "wav", "audio", "wav" },
  { "audio/wave", "wav", "audio", "wav" },
  { "audio/vnd.wave", "wav", "audio", "wav" },
  { "audio/flac", "flac", "audio", "flac" },
  { "audio/x-flac", "flac", "audio", "flac" },
  { "audio/aac", "aac", "audio", "aac" },
  { "audio/opus", "opus", "audio", "opus" },
  { "audio/ogg", "ogg", "audio", "ogg" },
  { "audio/mp4", "m4a", "audio", "m4a" },
  { "audio/x-m4a", "m4a", "audio", "m4a" },
  { "audio/webm", "weba", "audio", "webm" },
  { "audio/pcm", "pcm", "audio", "pcm" },
  { "audio/L16", "pcm", "audio", "pcm" },
};

static const Media any_text = { "text/", "txt", "document", "txt" };

static const Media *
find_by_type (const char *mime_type)
{
  gsize length = mime_type != NULL ? strcspn (mime_type, "; ") : 0;

  for (guint i = 0; length > 0 && i < G_N_ELEMENTS (medias); i++)
    if (strlen (medias[i].mime_type) == length && g_ascii_strncasecmp (mime_type, medias[i].mime_type, length) == 0)
      return &medias[i];

  return length > 0 && g_ascii_strncasecmp (mime_type, "text/", 5) == 0 ? &any_text : NULL;
}

static const Media *
find_by_name (const char *name)
{
  const char *dot = name != NULL ? strrchr (name, '.') : NULL;

  for (guint i = 0; dot != NULL && i < G_N_ELEMENTS (medias); i++)
    if (g_ascii_strcasecmp (dot + 1, medias[i].extension) == 0)
      return &medias[i];

  return NULL;
}

/* --- Names of documents --------------------------------------------------------------------------- */

#define MAX_NAME 180 /* of 200: a number may follow */

/* Letters, digits, single spaces, hyphens, parentheses and square brackets are all that a name may have. */
static char *
clean_name (const char *name)
{
  g_autoptr (GString) out = g_string_new (NULL);
  const char *dot = find_by_name (name) != NULL ? strrchr (name, '.') : NULL;
  gsize length = dot != NULL ? (gsize) (dot - name) : strlen (name);

  for (gsize i = 0; i < length && out->len < MAX_NAME; i++)
    {
      char c = name[i];

      if (g_ascii_isspace (c))
        c = ' ';
      else if (!g_ascii_isalnum (c) && strchr ("-()[]", c) == NULL)
        c = '-';
      if (c == ' ' && (out->len == 0 || out->str[out->len - 1] == ' '))
        continue;
      g_string_append_c (out, c);
    }
  if (out->len > 0 && out->str[out->len - 1] == ' ')
    g_string_truncate (out, out->len - 1);

  return out->len > 0 ? g_strdup (out->str) : NULL;
}

/* No name twice in a request */
static const char *
take_name (DheeraBedrockPlan *self,
           const char        *filename)
{
  g_autofree char *clean = filename != NULL ? clean_name (filename) : NULL;
  char *name = clean != NULL ? g_strdup (clean) : g_strdup_printf ("document-%u", self->n_documents + 1);

  self->n_documents++;
  for (guint n = 2; g_hash_table_contains (self->names, name); n++)
    {
      g_free (name);
      name = g_strdup_printf ("%s (%u)", clean != NULL ? clean : "document", n);
    }
  g_hash_table_add (self->names, name);

  return name;
}

/* --- Elements ------------------------------------------------------------------------------------- */

static gboolean
fail_address (GError **error)
{
  g_set_error (error, DHEERA_ERROR, DHEERA_ERROR_NOT_SUPPORTED,
               "Amazon Bedrock fetches no images from the web: load the image and add it with its bytes, "
               "or give an address in S3 (s3://…).");

  return FALSE;
}

static gboolean
fail_id (GError **error)
{
  g_set_error (error, DHEERA_ERROR, DHEERA_ERROR_NOT_SUPPORTED,
               "Amazon Bedrock keeps no files that could be named by an id: add the document with its bytes, or put it into S3 and give "
               "its address there (s3://…) as the id.");

  return FALSE;
}

static gboolean
fail_type (DheeraPart *part,
           GError    **error)
{
  const char *what = part->mime_type != NULL ? part->mime_type : part->filename != NULL ? part->filename : "something of no type";

  g_set_error (error, DHEERA_ERROR, DHEERA_ERROR_NOT_SUPPORTED,
               "Amazon Bedrock takes no %s: it takes PNG, JPEG, GIF and WebP images, PDF, CSV, Word, Excel, HTML, Markdown and "
               "text documents, and common kinds of video and sound.", what);

  return FALSE;
}

/* Of a document: what it is to be read as, and whether parts of it are quoted */
static void
write_more_of_document (DheeraPart       *part,
                        DheeraJsonWriter *writer)
{
  const char *extra = dheera_json_text_get (&part->extra);
  static const char *const names[] = { "context", "citations" };
  DheeraJson json = DHEERA_JSON_INIT;

  if (extra != NULL && dheera_json_parse (&json, extra, strlen (extra)))
    for (guint i = 0; i < G_N_ELEMENTS (names); i++)
      {
        DheeraJsonValue value = dheera_json_member (dheera_json_root (&json), names[i]);

        if (dheera_json_exists (value))
          {
            dheera_json_writer_key (writer, names[i]);
            dheera_json_writer_value (writer, value);
          }
      }
  dheera_json_clear (&json);
}

static void
write_source (DheeraPart       *part,
              const char       *address,
              DheeraJsonWriter *writer)
{
  dheera_json_writer_key (writer, "source");
  dheera_json_writer_begin_object (writer);
  if (part->bytes != NULL)
    {
      dheera_json_writer_key (writer, "bytes");
      dheera_json_writer_base64 (writer, NULL, part->bytes);
    }
  else
    {
      dheera_json_writer_key (writer, "s3Location");
      dheera_json_writer_begin_object (writer);
      dheera_json_writer_member_string (writer, "uri", address);
      dheera_json_writer_end_object (writer);
    }
  dheera_json_writer_end_object (writer);
}

/* In S3, or NULL */
static const char *
find_address (DheeraPart *part)
{
  const char *address = part->uri != NULL ? part->uri : part->file_id;

  return address != NULL && g_str_has_prefix (address, "s3://") ? address : NULL;
}

static gboolean
write_media (DheeraBedrockPlan *self,
             DheeraPart        *part,
             DheeraJsonWriter  *writer,
             GError           **error)
{
  const char *address = find_address (part);
  const Media *media = find_by_type (part->mime_type);

  if (part->bytes == NULL && address == NULL)
    return part->uri != NULL ? fail_address (error) : part->file_id != NULL ? fail_id (error) : fail_type (part, error);
  if (media == NULL)
    media = find_by_name (part->filename);
  if (media == NULL)
    media = find_by_name (address);
  if (media == NULL)
    return fail_type (part, error);

  dheera_json_writer_begin_object (writer);
  dheera_json_writer_key (writer, media->member);
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "format", media->format);
  if (strcmp (media->member, "document") == 0)
    {
      const char *base = address != NULL ? strrchr (address, '/') + 1 : NULL;

      dheera_json_writer_member_string (writer, "name", take_name (self, part->filename != NULL ? part->filename : base));
    }
  write_source (part, address, writer);
  if (strcmp (media->member, "document") == 0)
    write_more_of_document (part, writer);
  dheera_json_writer_end_object (writer);
  dheera_json_writer_end_object (writer);

  return TRUE;
}

gboolean
dheera_bedrock_write_part (DheeraBedrockPlan *self,
                           DheeraPart        *part,
                           DheeraJsonWriter  *writer,
                           GError           **error)
{
  /* Of sound that a model made, the words are what it knows again. */
  if (part->text != NULL && *part->text != '\0')
    {
      dheera_json_writer_begin_object (writer);
      dheera_json_writer_member_string (writer, "text", part->text);
      dheera_json_writer_end_object (writer);
      return TRUE;
    }

  return write_media (self, part, writer, error);
}

/* cache-control is Anthropic's: a word, or an object of which the ttl has a counterpart. */
void
dheera_bedrock_write_cache_point (DheeraJsonWriter *writer,
                                  const char       *cache_control)
{
  DheeraJson json = DHEERA_JSON_INIT;
  g_autofree char *ttl = NULL;

  if (cache_control == NULL)
    return;

  if (dheera_json_parse (&json, cache_control, strlen (cache_control)))
    ttl = dheera_json_dup_string (dheera_json_member (dheera_json_root (&json), "ttl"));
  dheera_json_clear (&json);

  dheera_json_writer_begin_object (writer);
  dheera_json_writer_key (writer, "cachePoint");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "type", "default");
  if (ttl != NULL)
    dheera_json_writer_member_string (writer, "ttl", ttl);
  dheera_json_writer_end_object (writer);
  dheera_json_writer_end_object (writer);
}
