/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>
#include <string.h>
#include <zlib.h>

/* Makes messages of AWS's event stream, for tests. */

typedef struct
{
  const char *name; /* NULL ends a list */
  const char *value;
} AwsHeader;

static inline void
aws_add_number (GByteArray *out,
                guint32     number)
{
  number = GUINT32_TO_BE (number);
  g_byte_array_append (out, (const guint8 *) &number, sizeof number);
}

static inline void
aws_prelude_add (GByteArray *out,
                 guint32     total,
                 guint32     headers)
{
  guint start = out->len;

  aws_add_number (out, total);
  aws_add_number (out, headers);
  aws_add_number (out, (guint32) crc32 (0, out->data + start, 8));
}

static inline void
aws_message_add_len (GByteArray      *out,
                     const AwsHeader *headers,
                     const char      *payload,
                     gsize            length)
{
  g_autoptr (GByteArray) coded = g_byte_array_new ();
  guint start = out->len;

  for (; headers->name != NULL; headers++)
    {
      gsize value_length = strlen (headers->value);
      guint8 name_length = (guint8) strlen (headers->name);
      guint8 type_and_length[3] = { 7, (guint8) (value_length >> 8), (guint8) value_length };

      g_byte_array_append (coded, &name_length, 1);
      g_byte_array_append (coded, (const guint8 *) headers->name, name_length);
      g_byte_array_append (coded, type_and_length, 3);
      g_byte_array_append (coded, (const guint8 *) headers->value, (guint) value_length);
    }

  aws_prelude_add (out, (guint32) (16 + coded->len + length), coded->len);
  g_byte_array_append (out, coded->data, coded->len);
  g_byte_array_append (out, (const guint8 *) payload, (guint) length);
  aws_add_number (out, (guint32) crc32 (0, out->data + start, out->len - start));
}

static inline void
aws_message_add (GByteArray      *out,
                 const AwsHeader *headers,
                 const char      *payload)
{
  aws_message_add_len (out, headers, payload, strlen (payload));
}
