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

/* Returns the place of the next token. */
static G_GNUC_NO_INLINE DheeraJsonToken *
json_grow (DheeraJson *self,
           const char *where)
{
  guint old = self->n_allocated;
  /* There are never more tokens than half the bytes and one, so this cannot wrap around. */
  guint n = old == 0 ? FIRST_TOKENS : MIN (old, G_MAXUINT / 2) * 2;
  DheeraJsonToken *tokens = g_try_renew (DheeraJsonToken, self->tokens, n);

  if (tokens == NULL)
    {
      json_fail (self, where, "out of memory");
      return NULL;
    }

  self->tokens = tokens;
  self->n_allocated = n;

  return tokens + old;
}

void
dheera_json_clear (DheeraJson *self)
{
  g_free (self->tokens);
  memset (self, 0, sizeof *self);
}

static G_GNUC_NO_INLINE const char *
json_skip_more_space (const char *p,
                      const char *end)
{
  while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
    p++;

  return p;
}

static inline const char *
json_skip_space (const char *p,
                 const char *end)
{
  if (G_LIKELY (p < end && (guchar) *p > ' '))
    return p;

  return json_skip_more_space (p, end);
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

/* p is behind the opening quote; what is returned is behind the closing one. */
static inline const char *
json_scan_string (DheeraJson      *self,
                  DheeraJsonToken *token,
                  const char      *text,
                  const char      *p,
                  const char      *end)
{
  const char *start = p;
  guint8 escaped = FALSE;

  p = dheera_text_skip_plain (p, end);
  if (G_UNLIKELY (p == end || *p != '"'))
    {
      p = json_check_string (self, p, end, &escaped);
      if (p == NULL)
        return NULL;
    }
  token->start = start - text;
  token->length = p - start;
  token->size = 0;
  token->type = DHEERA_JSON_STRING;
  token->escaped = escaped;

  return p + 1;
}

/* A number, true, false or null. Returns the byte behind it. */
static G_GNUC_NO_INLINE const char *
json_scan_word (DheeraJson      *self,
                DheeraJsonToken *token,
                const char      *p,
                const char      *end)
{
  gsize left = end - p;
  const char *behind = NULL;

  if (*p == 'n' && left >= 4 && memcmp (p, "null", 4) == 0)
    {
      token->type = DHEERA_JSON_NULL;
      behind = p + 4;
    }
  else if (*p == 't' && left >= 4 && memcmp (p, "true", 4) == 0)
    {
      token->type = DHEERA_JSON_TRUE;
      behind = p + 4;
    }
  else if (*p == 'f' && left >= 5 && memcmp (p, "false", 5) == 0)
    {
      token->type = DHEERA_JSON_FALSE;
      behind = p + 5;
    }
  else if (*p == '-' || dheera_text_is_digit (*p))
    {
      token->type = DHEERA_JSON_NUMBER;
      behind = dheera_text_skip_number (p, end);
      if (behind == NULL)
        return json_fail (self, p, "invalid number");
    }
  else
    return json_fail (self, p, "unexpected character");

  token->start = p - self->text;
  token->length = behind - p;
  token->size = 0;
  token->escaped = FALSE;

  return behind;
}

/* The name of a member with its colon. Returns the byte behind the colon. */
static inline const char *
json_scan_name (DheeraJson      *self,
                DheeraJsonToken *token,
                const char      *text,
                const char      *p,
                const char      *end)
{
  p = json_skip_space (p, end);
  if (G_UNLIKELY (p == end))
    return json_fail (self, p, "unexpected end");
  if (G_UNLIKELY (*p != '"'))
    return json_fail (self, p, "a member needs a name in quotes");
  p = json_scan_string (self, token, text, p + 1, end);
  if (G_UNLIKELY (p == NULL))
    return NULL;

  p = json_skip_space (p, end);
  if (G_UNLIKELY (p == end))
    return json_fail (self, p, "unexpected end");
  if (G_UNLIKELY (*p != ':'))
    return json_fail (self, p, "a member needs a colon");

  return p + 1;
}

/* What follows a value: returns a comma or the bracket that closes. */
static inline const char *
json_scan_separator (DheeraJson *self,
                     const char *p,
                     const char *end,
                     gboolean    array)
{
  p = json_skip_space (p, end);
  if (G_UNLIKELY (p == end))
    return json_fail (self, p, "unexpected end");
  if (G_UNLIKELY (*p != ',' && *p != (array ? ']' : '}')))
    return json_fail (self, p, array ? "expected a comma or the end of the array"
                                     : "expected a comma or the end of the object");

  return p;
}

/* Makes sure that there is a place for the next token. */
#define NEED_TOKEN                                 \
  G_STMT_START                                     \
    {                                              \
      if (G_UNLIKELY (token == limit))             \
        {                                          \
          token = json_grow (self, p);             \
          if (token == NULL)                       \
            return NULL;                           \
          limit = self->tokens + self->n_allocated; \
          if (depth > 0)                           \
            top = self->tokens + open[depth - 1];  \
        }                                          \
    }                                              \
  G_STMT_END

/* The value that begins at p and everything in it.
 *
 * Open arrays and objects are kept as indices on a stack of fixed size, for text from the network must not decide how deep the call stack
 * grows. What changes with each token is kept in local variables: the compiler would have to read the fields of self again after each
 * byte that is stored into a token. */
static const char *
json_scan_value (DheeraJson *self,
                 const char *p,
                 const char *end)
{
  const char *const text = p;
  guint32 open[DHEERA_JSON_MAX_DEPTH];
  guint depth = 0;
  guint n = 0; /* tokens so far; the next one goes to token */
  DheeraJsonToken *token = self->tokens;
  DheeraJsonToken *limit = token + self->n_allocated;
  DheeraJsonToken *top = NULL;

value:
  p = json_skip_space (p, end);
  if (G_UNLIKELY (p == end))
    return json_fail (self, p, "unexpected end");
  NEED_TOKEN;

  if (*p == '{' || *p == '[')
    {
      if (G_UNLIKELY (depth == DHEERA_JSON_MAX_DEPTH))
        return json_fail (self, p, "nested too deeply");
      top = token++;
      top->start = p - text;
      top->size = 0;
      top->type = *p == '{' ? DHEERA_JSON_OBJECT : DHEERA_JSON_ARRAY;
      top->escaped = FALSE;
      open[depth++] = n++;
      p = json_skip_space (p + 1, end);
      if (p < end && *p == (top->type == DHEERA_JSON_ARRAY ? ']' : '}'))
        goto close;
      if (top->type == DHEERA_JSON_ARRAY)
        goto value;
      goto name;
    }

  if (*p == '"')
    p = json_scan_string (self, token, text, p + 1, end);
  else
    p = json_scan_word (self, token, p, end);
  if (G_UNLIKELY (p == NULL))
    return NULL;
  token->next = ++n;
  token++;

behind_value:
  if (depth == 0)
    {
      self->n_tokens = n;
      return p;
    }
  top->size++;
  p = json_scan_separator (self, p, end, top->type == DHEERA_JSON_ARRAY);
  if (G_UNLIKELY (p == NULL))
    return NULL;
  if (*p != ',')
    goto close;
  p++;
  if (top->type == DHEERA_JSON_ARRAY)
    goto value;

name:
  NEED_TOKEN;
  p = json_scan_name (self, token, text, p, end);
  if (G_UNLIKELY (p == NULL))
    return NULL;
  token->next = ++n;
  token++;
  goto value;

close:
  p++;
  top->length = p - text - top->start;
  top->next = n;
  depth--;
  if (depth > 0)
    top = self->tokens + open[depth - 1];
  goto behind_value;
}

#undef NEED_TOKEN

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

  if (G_UNLIKELY (self->n_allocated == 0) && json_grow (self, text) == NULL)
    return FALSE;

  end = text + length;
  p = json_scan_value (self, text, end);
  if (p == NULL)
    return FALSE;
  p = json_skip_space (p, end);
  if (p != end)
    return json_fail (self, p, "text behind the value") != NULL;

  return TRUE;
}
