/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-part-private.h"

#include <string.h>

#include "dheera-ai/model/dheera-strings-private.h"

/* How parts are spelled in JSON: data URLs, names of audio formats, cache marks. */

static gboolean
is_base64 (const char *text)
{
  gsize length = strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
  gsize padding = strspn (text + length, "=");

  return text[length + padding] == '\0' && padding <= 2 && (length + padding) % 4 == 0;
}

GBytes *
dheera_base64_parse (const char *text)
{
  guchar *data;
  gsize size;

  if (!is_base64 (text))
    return NULL;
  if (*text == '\0')
    return g_bytes_new_static ("", 0);

  data = g_base64_decode (text, &size);

  return g_bytes_new_take (data, size);
}

gboolean
dheera_part_is_text_file (DheeraPart *part)
{
  static const char *const types[] = {
    "application/json", "application/xml", "application/yaml", "application/x-yaml", "application/toml",
    "application/javascript", "application/sql", NULL,
  };
  g_autofree char *type = NULL;
  char *end;

  if (part->type != DHEERA_PART_TYPE_FILE || part->bytes == NULL || part->mime_type == NULL)
    return FALSE;

  type = g_ascii_strdown (part->mime_type, -1);
  end = strchr (type, ';');
  if (end != NULL)
    *end = '\0';
  g_strstrip (type);

  return g_str_has_prefix (type, "text/") || g_str_has_suffix (type, "+json") || g_str_has_suffix (type, "+xml")
         || g_strv_contains (types, type);
}

gboolean
dheera_data_url_parse (const char  *url,
                       char       **mime_type,
                       GBytes     **bytes)
{
  const char *comma;
  gsize length;

  if (g_ascii_strncasecmp (url, "data:", 5) != 0)
    return FALSE;

  url += 5;
  comma = strchr (url, ',');
  if (comma == NULL || comma - url < 7 || g_ascii_strncasecmp (comma - 7, ";base64", 7) != 0)
    return FALSE;

  *bytes = dheera_base64_parse (comma + 1);
  if (*bytes == NULL)
    return FALSE;

  length = comma - 7 - url;
  *mime_type = length > 0 ? g_strndup (url, length) : g_strdup ("application/octet-stream");

  return TRUE;
}

static const struct
{
  const char *mime_type;
  const char *format;
} audio_formats[] = {
  /* The first of each format is the one it is translated back to. */
  { "audio/wav", "wav" },     { "audio/x-wav", "wav" },   { "audio/wave", "wav" },
  { "audio/vnd.wave", "wav" }, { "audio/mpeg", "mp3" },    { "audio/mp3", "mp3" },
  { "audio/flac", "flac" },   { "audio/x-flac", "flac" }, { "audio/pcm", "pcm16" },
  { "audio/L16", "pcm16" },   { "audio/aac", "aac" },     { "audio/mp4", "m4a" },
  { "audio/x-m4a", "m4a" },
};

const char *
dheera_audio_format_from_mime_type (const char *mime_type)
{
  for (gsize i = 0; i < G_N_ELEMENTS (audio_formats); i++)
    if (g_ascii_strcasecmp (mime_type, audio_formats[i].mime_type) == 0)
      return audio_formats[i].format;

  return g_ascii_strncasecmp (mime_type, "audio/", 6) == 0 ? mime_type + 6 : mime_type;
}

char *
dheera_audio_format_to_mime_type (const char *format)
{
  for (gsize i = 0; i < G_N_ELEMENTS (audio_formats); i++)
    if (g_ascii_strcasecmp (format, audio_formats[i].format) == 0)
      return g_strdup (audio_formats[i].mime_type);

  return g_strconcat ("audio/", format, NULL);
}

static gboolean
is_word (const char *value)
{
  if (*value == '\0')
    return FALSE;

  for (; *value != '\0'; value++)
    if (!g_ascii_isalnum (*value) && *value != '_' && *value != '-')
      return FALSE;

  return TRUE;
}

char *
dheera_cache_control_find_fault (const char *value)
{
  if (is_word (value))
    return NULL;

  return dheera_json_text_find_fault (value, DHEERA_JSON_OBJECT);
}

void
dheera_cache_control_write (DheeraJsonWriter *writer,
                            const char       *value)
{
  if (!is_word (value))
    {
      dheera_json_writer_raw (writer, value, -1);
      return;
    }

  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "type", value);
  dheera_json_writer_end_object (writer);
}
