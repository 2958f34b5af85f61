/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-http-head-private.h"

#include <string.h>

#include "dheera-ai/wire/dheera-text-private.h"

#define MAX_METHOD 32
#define MAX_DIGITS 18 /* of a length: whatever they are, they fit into 64 bits */

void
dheera_http_head_parser_init (DheeraHttpHeadParser *self,
                              gsize                 max_head,
                              guint                 max_fields)
{
  memset (self, 0, sizeof *self);
  self->max_head = MIN (max_head, G_MAXINT32);
  self->max_fields = max_fields;
  self->spans = g_array_new (FALSE, FALSE, sizeof (DheeraHttpSpan));
}

void
dheera_http_head_parser_clear (DheeraHttpHeadParser *self)
{
  g_clear_pointer (&self->spans, g_array_unref);
}

void
dheera_http_head_free (DheeraHttpHead *self)
{
  g_clear_pointer (&self->joined, g_ptr_array_unref);
  g_free (self);
}

static gboolean
fail (DheeraHttpHeadParser *self,
      guint                 status,
      const char           *reason)
{
  self->status = status;
  self->reason = reason;

  return FALSE;
}

/* --- The request line ----------------------------------------------------------------------------------------------------------- */

static gboolean
read_version (DheeraHttpHeadParser *self,
              const char           *p,
              const char           *end)
{
  if (end - p != 8 || memcmp (p, "HTTP/", 5) != 0 || !g_ascii_isdigit (p[5]) || p[6] != '.' || !g_ascii_isdigit (p[7]))
    return fail (self, 400, "The request line does not end with a version of HTTP.");
  if (p[5] != '1' || p[7] > '1')
    return fail (self, 505, "This server speaks HTTP/1.1 and HTTP/1.0 only.");
  self->minor = (guint) (p[7] - '0');

  return TRUE;
}

static gboolean
read_method (DheeraHttpHeadParser *self,
             const char           *p,
             gsize                 length)
{
  gsize i;

  if (length == 0 || length > MAX_METHOD)
    return fail (self, 400, "The request line does not begin with a method.");
  for (i = 0; i < length; i++)
    if (!dheera_http_is_token (p[i]))
      return fail (self, 400, "The method of the request has a character that methods can't have.");

  return TRUE;
}

/* Just the shape: what the target means is looked at when the whole head is there. */
static gboolean
read_request_line (DheeraHttpHeadParser *self,
                   const char           *bytes,
                   const char           *p,
                   const char           *end)
{
  const char *target = memchr (p, ' ', (gsize) (end - p));
  const char *version;

  if (!read_method (self, p, (gsize) ((target != NULL ? target : end) - p)))
    return FALSE;
  version = target != NULL ? memchr (target + 1, ' ', (gsize) (end - target - 1)) : NULL;
  if (version == NULL)
    return fail (self, 400, "The request line is not a method, a target and a version with one space between them.");
  if (!read_version (self, version + 1, end))
    return FALSE;

  self->method = (gsize) (p - bytes);
  self->method_length = (gsize) (target - p);
  self->target = (gsize) (target + 1 - bytes);
  self->target_length = (gsize) (version - target - 1);

  return TRUE;
}

static gboolean
method_is (const DheeraHttpHead *head,
           const char           *name)
{
  return strcmp (head->method, name) == 0;
}

static gboolean
is_path (char c)
{
  switch (c)
    {
    case '/': case '-': case '.': case '_': case '~': case '!': case '$': case '&': case '\'': case '(': case ')':
    case '*': case '+': case ',': case ';': case '=': case ':': case '@':
      return TRUE;
    default:
      return g_ascii_isalnum (c);
    }
}

/* More than RFC 3986 has, since clients send it; nobody takes it for something else. */
static gboolean
is_query (char c)
{
  switch (c)
    {
    case '?': case '[': case ']': case '{': case '}': case '|': case '^': case '`':
      return TRUE;
    default:
      return is_path (c);
    }
}

static int
hex_pair (const char *p,
          const char *end)
{
  if (end - p < 3 || !g_ascii_isxdigit (p[1]) || !g_ascii_isxdigit (p[2]))
    return -1;

  return g_ascii_xdigit_value (p[1]) << 4 | g_ascii_xdigit_value (p[2]);
}

static gboolean
has_dot_segment (const char *path)
{
  const char *p = path;

  while ((p = strstr (p, "/.")) != NULL)
    {
      const char *rest = p + 2 + (p[2] == '.');

      if (*rest == '/' || *rest == '\0')
        return TRUE;
      p += 2;
    }

  return FALSE;
}

/* Decodes [p, end) in place, which makes it shorter at most. Sets head->path. */
static gboolean
decode_path (DheeraHttpHeadParser *self,
             DheeraHttpHead       *head,
             char                 *p,
             char                 *end)
{
  char *path = p;
  char *out = p;

  while (p < end)
    {
      int c = (guchar) *p;

      if (c == '%')
        {
          c = hex_pair (p, end);
          if (c < 0x20 || c == 0x7F || c == '\\')
            return fail (self, 400, "The path has a percent sign without two hexadecimal digits, or an encoded control character or backslash.");
          p += 2;
        }
      else if (!is_path (*p))
        return fail (self, 400, "The path has a character that has to be percent-encoded.");
      *out++ = (char) c;
      p++;
    }

  if (dheera_utf8_find_fault (path, (gsize) (out - path)) != NULL)
    return fail (self, 400, "The path is not UTF-8.");
  *out = '\0';
  if (has_dot_segment (path))
    return fail (self, 400, "The path has a segment that is \".\" or \"..\".");
  head->path = path;

  return TRUE;
}

static gboolean
check_query (DheeraHttpHeadParser *self,
             const char           *p,
             const char           *end)
{
  for (; p < end; p++)
    if (*p == '%' ? hex_pair (p, end) < 0 : !is_query (*p))
      return fail (self, 400, "The query has a character that has to be percent-encoded.");

  return TRUE;
}

static gboolean
read_target (DheeraHttpHeadParser *self,
             DheeraHttpHead       *head,
             char                 *text)
{
  char *target = text + self->target;
  char *end = target + self->target_length;
  char *query = memchr (target, '?', self->target_length);

  if (method_is (head, "CONNECT") || method_is (head, "TRACE") || method_is (head, "TRACK"))
    return fail (self, 501, "This server has no CONNECT and no TRACE.");
  if (target == end || *target != '/')
    return fail (self, 400, "The target of the request is not a path that begins with a slash.");

  if (query != NULL)
    {
      if (!check_query (self, query + 1, end))
        return FALSE;
      *end = '\0';
      head->query = query + 1;
      end = query;
    }

  return decode_path (self, head, target, end);
}

/* --- Fields --------------------------------------------------------------------------------------------------------------------- */

static gboolean
read_field (DheeraHttpHeadParser *self,
            const char           *bytes,
            const char           *p,
            const char           *end)
{
  const char *colon = p;
  const char *c;
  DheeraHttpSpan span;

  if (*p == ' ' || *p == '\t')
    return fail (self, 400, "A header field goes on in a second line.");
  while (colon < end && dheera_http_is_token (*colon))
    colon++;
  if (colon == p || colon == end || *colon != ':')
    return fail (self, 400, "A line of the head is not a name, a colon and a value.");

  span.name = (guint32) (p - bytes);
  span.name_length = (guint32) (colon - p);
  p = colon + 1;
  while (p < end && (*p == ' ' || *p == '\t'))
    p++;
  while (end > p && (end[-1] == ' ' || end[-1] == '\t'))
    end--;
  for (c = p; c < end; c++)
    if (((guchar) *c < 0x20 && *c != '\t') || *c == 0x7F)
      return fail (self, 400, "The value of a header field has a control character.");
  if (dheera_utf8_find_fault (p, (gsize) (end - p)) != NULL)
    return fail (self, 400, "The value of a header field is not UTF-8.");

  if (self->spans->len >= self->max_fields)
    return fail (self, 431, "The request has too many header fields.");
  span.value = (guint32) (p - bytes);
  span.value_length = (guint32) (end - p);
  g_array_append_val (self->spans, span);

  return TRUE;
}

/* --- What fields mean ----------------------------------------------------------------------------------------------------------- */

typedef struct
{
  guint hosts;
  guint lengths;
  guint codings;
  guint expectations;
  gboolean close;
  gboolean keep_alive;
} Seen;

static gboolean
host_is_valid (const char *host)
{
  const char *p = host;
  const char *digits;

  if (*p == '[')
    {
      p += 1 + strspn (p + 1, "0123456789abcdefABCDEF:.");
      if (p - host < 3 || *p++ != ']')
        return FALSE;
    }
  else
    {
      while (g_ascii_isalnum (*p) || *p == '-' || *p == '.' || *p == '_' || *p == '~')
        p++;
      if (p == host)
        return FALSE;
    }

  if (*p == '\0')
    return TRUE;
  if (*p++ != ':')
    return FALSE;
  digits = p;
  while (g_ascii_isdigit (*p))
    p++;

  return *p == '\0' && p > digits && p - digits <= 5 && g_ascii_strtoull (digits, NULL, 10) <= G_MAXUINT16;
}

static gboolean
read_length (DheeraHttpHeadParser *self,
             DheeraHttpHead       *head,
             const char           *value)
{
  gsize digits = strspn (value, "0123456789");

  if (digits == 0 || value[digits] != '\0' || (digits > 1 && *value == '0'))
    return fail (self, 400, "Content-Length is not a number.");
  if (digits > MAX_DIGITS)
    return fail (self, 413, "The body of the request is too large.");
  head->length = g_ascii_strtoull (value, NULL, 10);

  return TRUE;
}

static void
read_connection (Seen       *seen,
                 const char *p)
{
  while (*p != '\0')
    {
      gsize length;

      p += strspn (p, ", \t");
      length = strcspn (p, ", \t");
      if (length == 5 && g_ascii_strncasecmp (p, "close", length) == 0)
        seen->close = TRUE;
      else if (length == 10 && g_ascii_strncasecmp (p, "keep-alive", length) == 0)
        seen->keep_alive = TRUE;
      p += length;
    }
}

static gboolean
read_meaning (DheeraHttpHeadParser  *self,
              DheeraHttpHead        *head,
              const DheeraHttpField *field,
              Seen                  *seen)
{
  if (g_ascii_strcasecmp (field->name, "Host") == 0)
    {
      if (seen->hosts++ > 0 || !host_is_valid (field->value))
        return fail (self, 400, "The request has more than one Host field, or one that is no host.");
    }
  else if (g_ascii_strcasecmp (field->name, "Content-Length") == 0)
    {
      if (seen->lengths++ > 0)
        return fail (self, 400, "The request has more than one Content-Length field.");
      return read_length (self, head, field->value);
    }
  else if (g_ascii_strcasecmp (field->name, "Transfer-Encoding") == 0)
    {
      if (seen->codings++ > 0 || strcmp (field->value, "chunked") != 0)
        return fail (self, 400, "The request has a Transfer-Encoding other than \"chunked\".");
      head->chunked = TRUE;
    }
  else if (g_ascii_strcasecmp (field->name, "Connection") == 0)
    read_connection (seen, field->value);
  else if (g_ascii_strcasecmp (field->name, "Expect") == 0)
    {
      if (seen->expectations++ > 0 || g_ascii_strcasecmp (field->value, "100-continue") != 0)
        return fail (self, 417, "The request expects something other than \"100-continue\".");
    }

  return TRUE;
}

static gboolean
read_meanings (DheeraHttpHeadParser *self,
               DheeraHttpHead       *head)
{
  Seen seen = { 0 };
  guint i;

  for (i = 0; i < head->n_fields; i++)
    {
      gsize length = self->spans->len > i ? g_array_index (self->spans, DheeraHttpSpan, i).name_length : 0;

      /* The five that mean something to the framing */
      if (length == 4 || length == 6 || length == 10 || length == 14 || length == 17)
        if (!read_meaning (self, head, &head->fields[i], &seen))
          return FALSE;
    }

  if (seen.hosts == 0 && head->minor == 1)
    return fail (self, 400, "The request has no Host field.");
  if (seen.codings > 0 && seen.lengths > 0)
    return fail (self, 400, "The request has both a Content-Length and a Transfer-Encoding.");
  if (seen.codings > 0 && head->minor == 0)
    return fail (self, 400, "HTTP/1.0 has no Transfer-Encoding.");
  head->keep_alive = !seen.close && (head->minor == 1 || seen.keep_alive);
  head->expects = seen.expectations > 0 && head->minor == 1 && (head->chunked || head->length > 0);

  return TRUE;
}

/* --- The whole ------------------------------------------------------------------------------------------------------------------ */

static DheeraHttpHead *
finish (DheeraHttpHeadParser *self,
        const char           *bytes,
        gsize                 length)
{
  guint n = self->spans->len;
  gsize fixed = sizeof (DheeraHttpHead) + n * sizeof (DheeraHttpField);
  g_autoptr (DheeraHttpHead) head = g_malloc (fixed + length);
  char *text = (char *) head + fixed;
  guint i;

  memset (head, 0, sizeof *head);
  memcpy (text, bytes, length);
  head->fields = (DheeraHttpField *) (head + 1);
  head->n_fields = n;
  for (i = 0; i < n; i++)
    {
      const DheeraHttpSpan *span = &g_array_index (self->spans, DheeraHttpSpan, i);

      /* What stands there is a colon, white space or a line break. */
      text[span->name + span->name_length] = '\0';
      text[span->value + span->value_length] = '\0';
      head->fields[i] = (DheeraHttpField) { text + span->name, text + span->value };
    }
  text[self->method + self->method_length] = '\0';
  head->method = text + self->method;
  head->minor = self->minor;

  if (!read_target (self, head, text) || !read_meanings (self, head))
    return NULL;

  return g_steal_pointer (&head);
}

static void
restart (DheeraHttpHeadParser *self)
{
  self->line = self->scanned = 0;
  self->method_length = 0;
  self->blank = FALSE;
  g_array_set_size (self->spans, 0);
}

/* One line, of which [start, lf) is there. */
static gboolean
take_line (DheeraHttpHeadParser *self,
           const char           *bytes,
           gsize                 lf,
           gboolean             *is_end)
{
  const char *p = bytes + self->line;
  const char *end = bytes + lf - 1;

  if (lf == self->line || *end != '\r')
    return fail (self, 400, "A line of the head ends with a bare line feed.");
  if (memchr (p, '\r', (gsize) (end - p)) != NULL || memchr (p, '\0', (gsize) (end - p)) != NULL)
    return fail (self, 400, "The head has a NUL, or a carriage return within a line.");

  if (self->method_length > 0)
    {
      *is_end = p == end;
      return *is_end || read_field (self, bytes, p, end);
    }

  if (p < end)
    return read_request_line (self, bytes, p, end);
  if (self->blank)
    return fail (self, 400, "Empty lines stand before the request.");
  self->blank = TRUE;

  return TRUE;
}

DheeraHttpStatus
dheera_http_head_parse (DheeraHttpHeadParser  *self,
                        const char            *bytes,
                        gsize                  length,
                        DheeraHttpHead       **head,
                        gsize                 *used)
{
  gsize limit = MIN (length, self->max_head);
  gboolean is_end = FALSE;

  if (self->status != 0)
    return DHEERA_HTTP_BAD;
  /* Who speaks TLS, or nothing that is known, need not go on to the limit. */
  if (self->scanned == 0 && length > 0 && *bytes != '\r' && !dheera_http_is_token (*bytes))
    {
      fail (self, 400, "This is not HTTP.");
      return DHEERA_HTTP_BAD;
    }

  while (!is_end)
    {
      const char *lf = memchr (bytes + self->scanned, '\n', limit - self->scanned);

      if (lf == NULL)
        {
          self->scanned = limit;
          if (limit < self->max_head)
            return DHEERA_HTTP_MORE;
          fail (self, 431, "The head of the request is too large.");
          return DHEERA_HTTP_BAD;
        }
      if (!take_line (self, bytes, (gsize) (lf - bytes), &is_end))
        return DHEERA_HTTP_BAD;
      self->line = self->scanned = (gsize) (lf + 1 - bytes);
    }

  *used = self->line;
  *head = finish (self, bytes, self->line);
  if (*head == NULL)
    return DHEERA_HTTP_BAD;
  restart (self);

  return DHEERA_HTTP_DONE;
}

const char *
dheera_http_head_get (DheeraHttpHead *self,
                      const char     *name)
{
  const char *only = NULL;
  GString *joined = NULL;
  guint i;

  for (i = 0; i < self->n_fields; i++)
    {
      const DheeraHttpField *field = &self->fields[i];

      if (g_ascii_strcasecmp (field->name, name) != 0)
        continue;
      if (only == NULL)
        {
          only = field->value;
          continue;
        }
      if (joined == NULL)
        joined = g_string_new (only);
      g_string_append (joined, ", ");
      g_string_append (joined, field->value);
    }

  if (joined == NULL)
    return only;
  if (self->joined == NULL)
    self->joined = g_ptr_array_new_with_free_func (g_free);
  only = g_string_free (joined, FALSE);
  g_ptr_array_add (self->joined, (char *) only);

  return only;
}
