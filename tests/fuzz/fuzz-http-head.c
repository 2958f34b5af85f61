/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Requests as a server reads them: the same however they are cut; and what is let through has one meaning only: one host, one length, one path.
 *
 * The first four bytes of the input choose the cuts. */

#include <string.h>

#include "dheera-ai/server/dheera-http-body-private.h"

#include "fuzz.h"

#define MAX_HEAD 1024
#define MAX_FIELDS 16
#define MAX_BODY 300

static guint32
next_random (guint32 *state)
{
  *state = *state * 1664525u + 1013904223u;

  return *state >> 16;
}

static guint
count_fields (const DheeraHttpHead *head,
              const char           *name)
{
  guint n = 0;
  guint i;

  for (i = 0; i < head->n_fields; i++)
    n += g_ascii_strcasecmp (head->fields[i].name, name) == 0;

  return n;
}

static void
check_path (const char *path)
{
  g_auto (GStrv) segments = g_strsplit (path, "/", -1);
  const char *p;
  guint i;

  MUST (*path == '/');
  MUST (g_utf8_validate (path, -1, NULL));
  MUST (strchr (path, '\\') == NULL);
  for (p = path; *p != '\0'; p++)
    MUST ((guchar) *p >= 0x20 && *p != 0x7F);
  for (i = 0; segments[i] != NULL; i++)
    MUST (strcmp (segments[i], ".") != 0 && strcmp (segments[i], "..") != 0);
}

static void
check_head (DheeraHttpHead *head)
{
  guint lengths = count_fields (head, "content-length");
  guint codings = count_fields (head, "transfer-encoding");
  guint i;

  check_path (head->path);
  MUST (*head->method != '\0');
  MUST (strpbrk (head->method, " \t\r\n:/") == NULL);
  MUST (head->minor <= 1);
  MUST (count_fields (head, "host") <= 1 && (head->minor == 0 || count_fields (head, "host") == 1));
  MUST (lengths + codings <= 1);
  MUST (head->chunked == (codings == 1));
  MUST (!head->chunked || (head->minor == 1 && head->length == 0));
  if (lengths == 1)
    {
      g_autofree char *again = g_strdup_printf ("%" G_GUINT64_FORMAT, head->length);

      MUST (strcmp (dheera_http_head_get (head, "Content-Length"), again) == 0);
    }
  else
    MUST (head->length == 0);

  MUST (head->n_fields <= MAX_FIELDS);
  for (i = 0; i < head->n_fields; i++)
    {
      const DheeraHttpField *field = &head->fields[i];

      MUST (*field->name != '\0' && strpbrk (field->name, " \t\r\n:") == NULL);
      MUST (strpbrk (field->value, "\r\n") == NULL && g_utf8_validate (field->value, -1, NULL));
      MUST (dheera_http_head_get (head, field->name) != NULL);
    }
}

static void
log_head (GString        *log,
          DheeraHttpHead *head)
{
  guint i;

  g_string_append_printf (log, "%s %s %s %u %d %d %d %" G_GUINT64_FORMAT "\n", head->method, head->path, head->query != NULL ? head->query : "(none)", head->minor,
                          head->keep_alive, head->expects, head->chunked, head->length);
  for (i = 0; i < head->n_fields; i++)
    g_string_append_printf (log, "%s=%s\n", head->fields[i].name, head->fields[i].value);
}

typedef struct
{
  DheeraHttpHeadParser parser;
  DheeraHttpBody body;
  gboolean in_body;
  gboolean bad;
  gsize begin; /* of what was not used yet */
  GString *log;
} Reader;

/* Uses what it can of bytes up to end; each time in a copy of exactly that size. FALSE when there is nothing more to do. */
static gboolean
reader_step (Reader     *self,
             const char *bytes,
             gsize       end)
{
  gsize length = end - self->begin;
  g_autofree char *copy = g_malloc (length + 1);
  DheeraHttpHead *head = NULL;
  const char *piece = NULL;
  gsize piece_length = 0;
  gsize used = 0;
  DheeraHttpStatus status;

  memcpy (copy, bytes + self->begin, length);
  copy = g_realloc (copy, MAX (length, 1));
  if (self->in_body)
    status = dheera_http_body_next (&self->body, copy, length, &used, &piece, &piece_length);
  else
    status = dheera_http_head_parse (&self->parser, copy, length, &head, &used);
  MUST (used <= length);
  self->begin += used;

  if (status == DHEERA_HTTP_BAD)
    {
      g_string_append_printf (self->log, "bad %u\n", self->in_body ? self->body.status : self->parser.status);
      MUST ((self->in_body ? self->body.reason : self->parser.reason) != NULL);
      self->bad = TRUE;
      return FALSE;
    }
  if (status == DHEERA_HTTP_PIECE)
    {
      MUST (piece_length > 0 && piece >= copy && piece + piece_length <= copy + used);
      g_string_append_len (self->log, piece, (gssize) piece_length);
    }
  if (head != NULL)
    {
      check_head (head);
      log_head (self->log, head);
      self->in_body = dheera_http_body_init (&self->body, head, MAX_BODY) != DHEERA_HTTP_DONE;
      dheera_http_head_free (head);
      return TRUE;
    }
  if (self->in_body && dheera_http_body_is_over (&self->body))
    {
      g_string_append (self->log, "\nend\n");
      self->in_body = FALSE;
      return TRUE;
    }

  return status != DHEERA_HTTP_MORE;
}

/* All requests that the bytes are; cut at most so long, at random below that, or never (0). */
static GString *
read_all (const char *bytes,
          gsize       length,
          guint32     longest,
          guint32     seed)
{
  Reader reader = { .log = g_string_new (NULL) };
  gsize end = 0;

  dheera_http_head_parser_init (&reader.parser, MAX_HEAD, MAX_FIELDS);
  while (!reader.bad && end < length)
    {
      end = longest == 0 ? length : end + 1 + next_random (&seed) % longest;
      end = MIN (end, length);
      while (reader_step (&reader, bytes, end))
        ;
    }
  dheera_http_head_parser_clear (&reader.parser);

  return reader.log;
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        size_t        size)
{
  g_autoptr (GString) whole = NULL;
  g_autoptr (GString) cut_up = NULL;
  g_autoptr (GString) bytewise = NULL;
  const char *bytes;
  guint32 seed;

  if (size < 4)
    return 0;
  bytes = (const char *) data + 4;
  size -= 4;
  seed = (guint32) data[0] << 24 | (guint32) data[1] << 16 | (guint32) data[2] << 8 | data[3];

  whole = read_all (bytes, size, 0, 0);
  cut_up = read_all (bytes, size, 1 + data[0] % 64, seed);
  bytewise = read_all (bytes, size, 1, 0);
  MUST (g_string_equal (whole, cut_up));
  MUST (g_string_equal (whole, bytewise));

  return 0;
}
