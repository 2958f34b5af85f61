/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-sound-private.h"

#include <string.h>

static const struct
{
  gsize offset;
  const char *magic;
  const char *mime_type;
} beginnings[] = {
  { 8, "WAVE", "audio/wav" },  { 0, "ID3", "audio/mpeg" },   { 0, "fLaC", "audio/flac" },
  { 0, "OggS", "audio/ogg" },  { 4, "ftyp", "audio/mp4" },   { 0, "\032\105\337\243", "audio/webm" },
};

/* The first of each type is the ending that it is given. */
static const struct
{
  const char *mime_type;
  const char *ending;
} endings[] = {
  { "audio/mpeg", "mp3" },  { "audio/mp3", "mp3" },    { "audio/wav", "wav" },    { "audio/x-wav", "wav" },  { "audio/wave", "wav" },
  { "audio/vnd.wave", "wav" }, { "audio/flac", "flac" }, { "audio/x-flac", "flac" }, { "audio/ogg", "ogg" },  { "audio/opus", "ogg" },
  { "audio/webm", "webm" }, { "video/webm", "webm" },  { "audio/mp4", "m4a" },    { "audio/x-m4a", "m4a" },  { "audio/m4a", "m4a" },
  { "video/mp4", "mp4" },   { "audio/aac", "aac" },
};

const char *
dheera_sound_find_mime_type (GBytes *bytes)
{
  gsize size;
  const guchar *data = g_bytes_get_data (bytes, &size);

  for (gsize i = 0; i < G_N_ELEMENTS (beginnings); i++)
    {
      gsize length = strlen (beginnings[i].magic);

      if (size >= beginnings[i].offset + length && memcmp (data + beginnings[i].offset, beginnings[i].magic, length) == 0)
        return beginnings[i].mime_type;
    }

  /* MPEG audio without a tag: eleven bits that are set, then a layer; AAC has layer 0 there. */
  if (size >= 2 && data[0] == 0xff && (data[1] & 0xe0) == 0xe0)
    return (data[1] & 0x06) != 0 ? "audio/mpeg" : "audio/aac";

  return NULL;
}

const char *
dheera_sound_find_ending (const char *mime_type)
{
  for (gsize i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_ascii_strcasecmp (mime_type, endings[i].mime_type) == 0)
      return endings[i].ending;

  return NULL;
}
