/* SPDX-License-Identifier: LGPL-2.1-or-later */

#define _GNU_SOURCE /* memmem() */

#include "dheera-multipart-private.h"

#include <string.h>

#include "dheera-url-private.h"

typedef struct
{
  char *head; /* with the empty line behind it */
  GBytes *bytes;
} Part;

struct _DheeraMultipart
{
  GArray *parts; /* of Part */
};

static void
part_clear (gpointer data)
{
  Part *part = data;

  g_free (part->head);
  g_bytes_unref (part->bytes);
}

DheeraMultipart *
dheera_multipart_new (void)
{
  DheeraMultipart *self = g_new0 (DheeraMultipart, 1);

  self->parts = g_array_new (FALSE, FALSE, sizeof (Part));
  g_array_set_clear_func (self->parts, part_clear);

  return self;
}

void
dheera_multipart_free (DheeraMultipart *self)
{
  g_array_unref (self->parts);
  g_free (self);
}

/* As browsers write it: a quote and the ends of a line as %22, %0D, %0A. Other control characters are nothing that a name needs. */
static void
append_quoted (GString    *out,
               const char *name)
{
  g_string_append_c (out, '"');
  for (; *name != '\0'; name++)
    {
      if (*name == '"' || *name == '\r' || *name == '\n')
        g_string_append_printf (out, "%%%02X", *name);
      else if (g_ascii_iscntrl (*name))
        g_string_append_c (out, '_');
      else
        g_string_append_c (out, *name);
    }
  g_string_append_c (out, '"');
}

static void
add_part (DheeraMultipart *self,
          GString         *head,
          GBytes          *bytes)
{
  Part part = { NULL, bytes };

  g_string_append (head, "\r\n\r\n");
  part.head = g_string_free (head, FALSE);
  g_array_append_val (self->parts, part);
}

void
dheera_multipart_add_field (DheeraMultipart *self,
                            const char      *name,
                            const char      *value,
                            gssize           length)
{
  GString *head = g_string_new ("Content-Disposition: form-data; name=");

  append_quoted (head, name);
  add_part (self, head, g_bytes_new (value, length < 0 ? strlen (value) : (gsize) length));
}

/* A path says how somebody's disk is laid out. */
static const char *
find_basename (const char *filename)
{
  for (const char *p = filename; *p != '\0'; p++)
    if (*p == '/' || *p == '\\')
      filename = p + 1;

  return *filename != '\0' ? filename : "file";
}

void
dheera_multipart_add_file (DheeraMultipart *self,
                           const char      *name,
                           const char      *filename,
                           const char      *content_type,
                           GBytes          *bytes)
{
  GString *head = g_string_new ("Content-Disposition: form-data; name=");
  gboolean usable = content_type != NULL && *content_type != '\0' && dheera_header_value_is_valid (content_type);

  append_quoted (head, name);
  g_string_append (head, "; filename=");
  append_quoted (head, find_basename (filename));
  g_string_append_printf (head, "\r\nContent-Type: %s", usable ? content_type : "application/octet-stream");
  add_part (self, head, g_bytes_ref (bytes));
}

static gboolean
contains (const char *data,
          gsize       size,
          const char *boundary)
{
  /* Of nothing the data are NULL, which nothing may be asked about. */
  return size > 0 && memmem (data, size, boundary, strlen (boundary)) != NULL;
}

static gboolean
occurs (DheeraMultipart *self,
        const char      *boundary)
{
  for (guint i = 0; i < self->parts->len; i++)
    {
      Part *part = &g_array_index (self->parts, Part, i);
      gsize size;
      const char *data = g_bytes_get_data (part->bytes, &size);

      if (strstr (part->head, boundary) != NULL || contains (data, size, boundary))
        return TRUE;
    }

  return FALSE;
}

static char *
choose_boundary (DheeraMultipart *self)
{
  char *boundary = NULL;

  do
    {
      g_free (boundary);
      boundary = g_strdup_printf ("dheera-%08x%08x%08x", g_random_int (), g_random_int (), g_random_int ());
    }
  while (occurs (self, boundary));

  return boundary;
}

GBytes *
dheera_multipart_finish (DheeraMultipart  *self,
                         char            **content_type)
{
  g_autofree char *boundary = choose_boundary (self);
  gsize total = 0;
  GString *body;

  for (guint i = 0; i < self->parts->len; i++)
    total += g_bytes_get_size (g_array_index (self->parts, Part, i).bytes) + 300;

  body = g_string_sized_new (total + 100);
  for (guint i = 0; i < self->parts->len; i++)
    {
      Part *part = &g_array_index (self->parts, Part, i);
      gsize size;
      const char *data = g_bytes_get_data (part->bytes, &size);

      g_string_append_printf (body, "--%s\r\n%s", boundary, part->head);
      g_string_append_len (body, data, (gssize) size);
      g_string_append (body, "\r\n");
    }
  g_string_append_printf (body, "--%s--\r\n", boundary);
  *content_type = g_strdup_printf ("multipart/form-data; boundary=%s", boundary);

  return g_string_free_to_bytes (body);
}
