/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-json-private.h"

#include "dheera-text-private.h"

/* The checking of a text. It is on the way of every streamed chunk, so the common case of each step is written in line,
 * and everything rare lives in functions of its own that are kept out of it. */

#define FIRST_TOKENS 64
#define KEPT_TOKENS 65536

static G_GNUC_NO_INLINE const char *
json_fail (DheeraJson *self,
           const char *where,
           const char *message)
{
  self->error_offset = where - self->text;
  self->error_message = message;
  self->n_tokens = 0;

  return NULL;
}

static G_GNUC_NO_INLINE gboolean
json_grow (DheeraJson *self,
           const char *where)
{
  /* There are never more tokens than half the bytes and one, so this cannot wrap around. */
  guint n = self->n_allocated == 0 ? FIRST_TOKENS : MIN (self->n_allocated, G_MAXUINT / 2) * 2;
  DheeraJsonToken *tokens = g_try_renew (DheeraJsonToken, self->tokens, n);

  if (tokens == NULL)
    {
      json_fail (self, where, "out of memory");
      return FALSE;
    }

  self->tokens = tokens;
  self->n_allocated = n;

  return TRUE;
}

void
dheera_json_clear (DheeraJson *self)
{
  g_free (self->tokens);
  memset (self, 0, sizeof *self);
}

static inline const char *
json_skip_space (const char *p,
                 const char *end)
{
  while (p < end && (guchar) *p <= ' ' && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
    p++;

  return p;
}

/* p is behind the backslash. */
static const char *
json_check_escape (DheeraJson *self,
                   const char *p,
                   const char *end)
{
  guint i;

  if (p == end)
    return json_fail (self, p, "unexpected end in a string");

  switch (*p)
    {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
      return p + 1;

    case 'u':
      for (i = 1; i <= 4; i++)
        {
          if (p + i == end)
            return json_fail (self, end, "unexpected end in a string");
          if (!g_ascii_isxdigit (p[i]))
            return json_fail (self, p + i, "invalid escape");
        }
      return p + 5;

    default:
      return json_fail (self, p, "invalid escape");
    }
}

/* Goes on from the first byte that is not plain. */
static G_GNUC_NO_INLINE const char *
json_check_string (DheeraJson *self,
                   const char *p,
                   const char *end,
                   guint8     *escaped)
{
  for (;;)
    {
      guint bad;
      guint n;

      if (p == end)
        return json_fail (self, p, "unexpected end in a string");
      if (*p == '"')
        return p;
      if ((guchar) *p < 0x20)
        return json_fail (self, p, "control character in a string");

      if (*p == '\\')
        {
          *escaped = TRUE;
          p = json_check_escape (self, p + 1, end);
          if (p == NULL)
            return NULL;
        }
      else
        {
          n = dheera_utf8_sequence (p, end, &bad);
          if (n == 0)
            return json_fail (self, p, "invalid UTF-8");
          p += n;
        }

      p = dheera_text_skip_plain (p, end);
    }
}

/* p is behind the opening quote; what is returned is the closing one. */
static inline const char *
json_scan_string (DheeraJson      *self,
                  DheeraJsonToken *token,
                  const char      *p,
                  const char      *end)
{
  const char *start = p;

  token->type = DHEERA_JSON_STRING;
  token->escaped = FALSE;
  token->size = 0;
  p = dheera_text_skip_plain (p, end);
  if (G_UNLIKELY (p == end || *p != '"'))
    {
      p = json_check_string (self, p, end, &token->escaped);
      if (p == NULL)
        return NULL;
    }
  token->start = start - self->text;
  token->length = p - start;

  return p;
}

static inline const char *
json_scan_literal (DheeraJson      *self,
                   DheeraJsonToken *token,
                   const char      *p,
                   const char      *end,
                   DheeraJsonType   type,
                   const char      *literal,
                   gsize            length)
{
  if ((gsize) (end - p) < length || memcmp (p, literal, length) != 0)
    return json_fail (self, p, "unexpected character");
  token->type = type;

  return p + length;
}

/* Anything but an array or an object. Returns the byte behind it. */
static inline const char *
json_scan_scalar (DheeraJson      *self,
                  DheeraJsonToken *token,
                  const char      *p,
                  const char      *end)
{
  const char *start = p;

  if (G_LIKELY (*p == '"'))
    {
      p = json_scan_string (self, token, p + 1, end);
      return p == NULL ? NULL : p + 1;
    }

  switch (*p)
    {
    case 'n':
      p = json_scan_literal (self, token, p, end, DHEERA_JSON_NULL, "null", 4);
      break;
    case 't':
      p = json_scan_literal (self, token, p, end, DHEERA_JSON_TRUE, "true", 4);
      break;
    case 'f':
      p = json_scan_literal (self, token, p, end, DHEERA_JSON_FALSE, "false", 5);
      break;
    default:
      if (*p != '-' && !dheera_text_is_digit (*p))
        return json_fail (self, p, "unexpected character");
      p = dheera_text_skip_number (p, end);
      if (p == NULL)
        return json_fail (self, start, "invalid number");
      token->type = DHEERA_JSON_NUMBER;
    }

  if (p == NULL)
    return NULL;
  token->escaped = FALSE;
  token->size = 0;
  token->start = start - self->text;
  token->length = p - start;

  return p;
}

/* The name of a member with its colon. Returns the byte behind the colon. */
static inline const char *
json_scan_name (DheeraJson *self,
                const char *p,
                const char *end)
{
  DheeraJsonToken *token;

  p = json_skip_space (p, end);
  if (p == end)
    return json_fail (self, p, "unexpected end");
  if (*p != '"')
    return json_fail (self, p, "a member needs a name in quotes");
  if (G_UNLIKELY (self->n_tokens == self->n_allocated) && !json_grow (self, p))
    return NULL;

  token = &self->tokens[self->n_tokens++];
  p = json_scan_string (self, token, p + 1, end);
  if (p == NULL)
    return NULL;
  token->next = self->n_tokens;

  p = json_skip_space (p + 1, end);
  if (p == end)
    return json_fail (self, p, "unexpected end");
  if (*p != ':')
    return json_fail (self, p, "a member needs a colon");

  return p + 1;
}

/* The value that begins at p and everything in it. Open arrays and objects are kept as indices on a stack of fixed size, for text from
 * the network must not decide how deep the call stack grows. */
static const char *
json_scan_value (DheeraJson *self,
                 const char *p,
                 const char *end)
{
  guint32 open[DHEERA_JSON_MAX_DEPTH];
  DheeraJsonToken *token;
  guint depth = 0;
  gboolean object;

value:
  p = json_skip_space (p, end);
  if (G_UNLIKELY (p == end))
    return json_fail (self, p, "unexpected end");
  if (G_UNLIKELY (self->n_tokens == self->n_allocated) && !json_grow (self, p))
    return NULL;
  token = &self->tokens[self->n_tokens++];

  if (*p != '{' && *p != '[')
    {
      p = json_scan_scalar (self, token, p, end);
      if (G_UNLIKELY (p == NULL))
        return NULL;
      token->next = self->n_tokens;
      goto behind_value;
    }

  if (G_UNLIKELY (depth == DHEERA_JSON_MAX_DEPTH))
    return json_fail (self, p, "nested too deeply");
  object = *p == '{';
  open[depth++] = self->n_tokens - 1;
  token->type = object ? DHEERA_JSON_OBJECT : DHEERA_JSON_ARRAY;
  token->escaped = FALSE;
  token->start = p - self->text;
  token->size = 0;
  p = json_skip_space (p + 1, end);
  if (p < end && *p == (object ? '}' : ']'))
    goto close;
  if (!object)
    goto value;

name:
  p = json_scan_name (self, p, end);
  if (G_UNLIKELY (p == NULL))
    return NULL;
  goto value;

close:
  token = &self->tokens[open[--depth]];
  p++;
  token->length = p - self->text - token->start;
  token->next = self->n_tokens;

behind_value:
  if (depth == 0)
    return p;
  token = &self->tokens[open[depth - 1]];
  object = token->type == DHEERA_JSON_OBJECT;
  token->size++;
  p = json_skip_space (p, end);
  if (G_UNLIKELY (p == end))
    return json_fail (self, p, "unexpected end");
  if (*p == ',')
    {
      p++;
      if (object)
        goto name;
      goto value;
    }
  if (*p == (object ? '}' : ']'))
    goto close;

  return json_fail (self, p, object ? "expected a comma or the end of the object"
                                    : "expected a comma or the end of the array");
}

gboolean
dheera_json_parse (DheeraJson *self,
                   const char *text,
                   gsize       length)
{
  const char *end;
  const char *p;

  if (text == NULL)
    text = "";
  self->text = text;
  self->length = length;
  self->n_tokens = 0;
  self->error_offset = 0;
  self->error_message = NULL;

  if (G_UNLIKELY (length >= G_MAXUINT32))
    return json_fail (self, text, "too long") != NULL;

  /* One huge text must not hold its memory for the rest of a long stream. */
  if (G_UNLIKELY (self->n_allocated > KEPT_TOKENS) && length < KEPT_TOKENS)
    {
      g_clear_pointer (&self->tokens, g_free);
      self->n_allocated = 0;
    }

  end = text + length;
  p = json_scan_value (self, text, end);
  if (p == NULL)
    return FALSE;
  p = json_skip_space (p, end);
  if (p != end)
    return json_fail (self, p, "text behind the value") != NULL;

  return TRUE;
}
