/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-json-private.h"

G_BEGIN_DECLS

/* Writes compact JSON into one growing string; commas and quoting are its business.
 * It trusts its caller with the structure (checked by g_assert in debug builds), never with the content: text that is not UTF-8 is
 * written with U+FFFD, and NaN and infinities as null. */
typedef struct
{
  GString *out;
  gboolean comma;
  guint depth;
} DheeraJsonWriter;

#define DHEERA_JSON_WRITER_INIT { 0 }

void   dheera_json_writer_init         (DheeraJsonWriter *self,
                                        gsize             size_hint);
void   dheera_json_writer_clear        (DheeraJsonWriter *self);
/* Ends the writer and hands over the text. */
char  *dheera_json_writer_steal        (DheeraJsonWriter *self) G_GNUC_WARN_UNUSED_RESULT;
GBytes *dheera_json_writer_steal_bytes (DheeraJsonWriter *self) G_GNUC_WARN_UNUSED_RESULT;

void   dheera_json_writer_begin_object (DheeraJsonWriter *self);
void   dheera_json_writer_end_object   (DheeraJsonWriter *self);
void   dheera_json_writer_begin_array  (DheeraJsonWriter *self);
void   dheera_json_writer_end_array    (DheeraJsonWriter *self);

/* key is a literal of ours or text: it is escaped alike. */
void   dheera_json_writer_key          (DheeraJsonWriter *self,
                                        const char       *key);

void   dheera_json_writer_string       (DheeraJsonWriter *self,
                                        const char       *value); /* NULL writes null */
void   dheera_json_writer_string_len   (DheeraJsonWriter *self,
                                        const char       *value,
                                        gsize             length);
/* "data:<mime>;base64,<data>" or, without a mime type, the bare base64, encoded straight into the output. */
void   dheera_json_writer_base64       (DheeraJsonWriter *self,
                                        const char       *mime_type,
                                        GBytes           *bytes);
void   dheera_json_writer_int          (DheeraJsonWriter *self,
                                        gint64            value);
void   dheera_json_writer_double       (DheeraJsonWriter *self,
                                        double            value); /* the shortest text that reads back equal: 0.1, not 0.10000000000000001 */
void   dheera_json_writer_boolean      (DheeraJsonWriter *self,
                                        gboolean          value);
void   dheera_json_writer_null         (DheeraJsonWriter *self);
/* A value that is JSON already (and was checked). */
void   dheera_json_writer_raw          (DheeraJsonWriter *self,
                                        const char       *json,
                                        gssize            length);
/* A value out of a view, byte for byte. */
void   dheera_json_writer_value        (DheeraJsonWriter *self,
                                        DheeraJsonValue   value);

/* Shorthands for the commonest members */
void   dheera_json_writer_member_string  (DheeraJsonWriter *self,
                                          const char       *key,
                                          const char       *value);
void   dheera_json_writer_member_int     (DheeraJsonWriter *self,
                                          const char       *key,
                                          gint64            value);
void   dheera_json_writer_member_double  (DheeraJsonWriter *self,
                                          const char       *key,
                                          double            value);
void   dheera_json_writer_member_boolean (DheeraJsonWriter *self,
                                          const char       *key,
                                          gboolean          value);
void   dheera_json_writer_member_strv    (DheeraJsonWriter *self,
                                          const char       *key,
                                          const char *const *values);
void   dheera_json_writer_member_raw     (DheeraJsonWriter *self,
                                          const char       *key,
                                          const char       *json);

/* Merges the members of the object patch over the object base (both checked JSON): a member of patch replaces the one of base in its place, new ones follow,
 * objects are merged member by member, and null removes. Text of untouched members is kept byte for byte. */
char  *dheera_json_merge               (const char *base,
                                        const char *patch);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DheeraJsonWriter, dheera_json_writer_clear)

G_END_DECLS
