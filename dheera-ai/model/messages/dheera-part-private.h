/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/model/dheera-json-text-private.h"
#include "dheera-ai/model/dheera-part.h"

#include "dheera-ai/wire/dheera-json-writer-private.h"

G_BEGIN_DECLS

struct _DheeraPart
{
  GObject parent_instance;

  DheeraPartType type;
  char *text;     /* of audio that a model spoke: its transcript */
  GBytes *bytes;
  char *mime_type;
  char *uri;
  char *filename;
  char *file_id;  /* of audio that a model spoke: the id by which it may be named later */
  gint64 expires; /* of such audio; seconds of Unix time, -1 unknown */
  char *detail;
  char *cache_control;
  char *source;   /* the text of the whole part, where the family has a form beside OpenAI's own; nullable */
  DheeraJsonText extra; /* members of a part that was read from JSON and that have no property */
};

DheeraPart *dheera_part_copy               (DheeraPart *self) G_GNUC_WARN_UNUSED_RESULT;

/* A file by its bytes whose type says that it is text, so that it can stand in a text */
gboolean    dheera_part_is_text_file       (DheeraPart *part);

/* "data:image/png;base64,..." taken apart. FALSE, and nothing is set, when url is anything else or
 * its base64 is wrong. */
gboolean    dheera_data_url_parse          (const char  *url,
                                            char       **mime_type,
                                            GBytes     **bytes);
/* NULL when text is not base64 with its padding and nothing else */
GBytes     *dheera_base64_parse            (const char *text) G_GNUC_WARN_UNUSED_RESULT;

/* A value of cache-control is the text of a JSON object, or one word W for {"type":"W"}. NULL when
 * value is one of these. */
char       *dheera_cache_control_find_fault (const char *value) G_GNUC_WARN_UNUSED_RESULT;
/* Writes the object that value stands for, after a key. Value has to be good. */
void        dheera_cache_control_write     (DheeraJsonWriter *writer,
                                            const char       *value);

/* The last part of the mime type that OpenAI calls format: "audio/mpeg" is "mp3", "audio/x-wav" is
 * "wav". Static or out of mime_type. */
const char *dheera_audio_format_from_mime_type (const char *mime_type);
/* (transfer full) */
char       *dheera_audio_format_to_mime_type   (const char *format) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
