/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-json-private.h"

#include <float.h>
#include <math.h>

#include "dheera-text-private.h"

/* The reading of a text that was checked. Nothing here fails: what is not there is a value of type NONE. */

static const DheeraJsonValue none = { NULL, 0 };

static inline const DheeraJsonToken *
value_token (DheeraJsonValue value)
{
  if (value.json == NULL || value.index >= value.json->n_tokens)
    return NULL;

  return &value.json->tokens[value.index];
}

static inline const DheeraJsonToken *
value_string (DheeraJsonValue value)
{
  const DheeraJsonToken *token = value_token (value);

  return token != NULL && token->type == DHEERA_JSON_STRING ? token : NULL;
}

DheeraJsonValue
dheera_json_root (const DheeraJson *self)
{
  return (DheeraJsonValue) { self, 0 };
}

DheeraJsonType
dheera_json_type (DheeraJsonValue value)
{
  const DheeraJsonToken *token = value_token (value);

  return token != NULL ? (DheeraJsonType) token->type : DHEERA_JSON_NONE;
}

const char *
dheera_json_type_describe (DheeraJsonType type)
{
  switch (type)
    {
    case DHEERA_JSON_NULL:
      return "null";
    case DHEERA_JSON_FALSE:
    case DHEERA_JSON_TRUE:
      return "a boolean";
    case DHEERA_JSON_NUMBER:
      return "a number";
    case DHEERA_JSON_STRING:
      return "a string";
    case DHEERA_JSON_ARRAY:
      return "an array";
    case DHEERA_JSON_OBJECT:
      return "an object";
    case DHEERA_JSON_NONE:
    default:
      return "missing";
    }
}

gboolean
dheera_json_exists (DheeraJsonValue value)
{
  return dheera_json_type (value) > DHEERA_JSON_NULL;
}

static gunichar
read_hex (const char *p)
{
  return g_ascii_xdigit_value (p[0]) << 12 | g_ascii_xdigit_value (p[1]) << 8
         | g_ascii_xdigit_value (p[2]) << 4 | g_ascii_xdigit_value (p[3]);
}

/* p is at a backslash and is moved behind the escape, which was checked by the parser. */
static inline gunichar
read_escape (const char **p)
{
  const char *escape = *p + 1;

  *p += 2;
  switch (*escape)
    {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'u':
      *p += 4;
      return read_hex (escape + 1);
    default:
      return (guchar) *escape;
    }
}

static inline char *
write_replacement (char *dest)
{
  return (char *) memcpy (dest, DHEERA_TEXT_REPLACEMENT, strlen (DHEERA_TEXT_REPLACEMENT)) + strlen (DHEERA_TEXT_REPLACEMENT);
}

/* *high is the high surrogate that waits for its other half, 0 when none does. */
static char *
write_unit (char     *dest,
            gunichar  unit,
            guint16  *high)
{
  guint16 waiting = *high;

  *high = 0;
  if (G_UNLIKELY (waiting != 0))
    {
      if (unit >= 0xDC00 && unit <= 0xDFFF)
        return dest + g_unichar_to_utf8 (0x10000 + ((waiting - 0xD800u) << 10) + (unit - 0xDC00), dest);
      dest = write_replacement (dest);
    }

  if (unit >= 0xD800 && unit <= 0xDBFF)
    *high = (guint16) unit;
  else if (unit == 0 || (unit >= 0xDC00 && unit <= 0xDFFF))
    dest = write_replacement (dest);
  else
    dest += g_unichar_to_utf8 (unit, dest);
  return dest;
}

static char *
write_unescaped (char       *dest,
                 const char *p,
                 const char *end,
                 guint16    *high)
{
  while (p < end)
    {
      const char *stop;

      if (*p == '\\')
        {
          gunichar unit = read_escape (&p);

          if (G_LIKELY (*high == 0 && unit > 0 && unit < 0x80))
            *dest++ = (char) unit;
          else
            dest = write_unit (dest, unit, high);
          continue;
        }

      stop = memchr (p, '\\', end - p);
      if (stop == NULL)
        stop = end;
      if (*high != 0)
        dest = write_replacement (dest);
      *high = 0;
      memcpy (dest, p, stop - p);
      dest += stop - p;
      p = stop;
    }
  return dest;
}

gboolean
dheera_json_append_string (DheeraJsonValue  value,
                           GString         *out,
                           guint16         *surrogate)
{
  const DheeraJsonToken *token = value_string (value);
  guint16 high = surrogate != NULL ? *surrogate : 0;
  const char *text;

  if (token == NULL)
    return FALSE;

  text = value.json->text + token->start;
  if (!token->escaped && high == 0)
    {
      g_string_append_len (out, text, token->length);
    }
  else
    {
      gsize old = out->len;

      /* An escape is never shorter than what it stands for; only the half that waited is extra. */
      g_string_set_size (out, old + token->length + 2 * strlen (DHEERA_TEXT_REPLACEMENT));
      g_string_truncate (out, write_unescaped (out->str + old, text, text + token->length, &high) - out->str);
    }

  if (surrogate != NULL)
    *surrogate = high;
  else if (high != 0)
    g_string_append (out, DHEERA_TEXT_REPLACEMENT);

  return TRUE;
}

char *
dheera_json_dup_string (DheeraJsonValue value)
{
  const DheeraJsonToken *token = value_string (value);
  GString *out;

  if (token == NULL)
    return NULL;
  if (!token->escaped)
    return g_strndup (value.json->text + token->start, token->length);

  out = g_string_sized_new (token->length);
  dheera_json_append_string (value, out, NULL);

  return g_string_free (out, FALSE);
}

const char *
dheera_json_peek_string (DheeraJsonValue  value,
                         gsize           *length)
{
  const DheeraJsonToken *token = value_string (value);

  if (token == NULL || token->escaped)
    {
      if (length != NULL)
        *length = 0;
      return NULL;
    }

  if (length != NULL)
    *length = token->length;

  return value.json->text + token->start;
}

static G_GNUC_NO_INLINE gboolean
equals_escaped (const DheeraJson      *json,
                const DheeraJsonToken *token,
                const char            *string,
                gsize                  length)
{
  g_autoptr (GString) out = NULL;
  DheeraJsonValue value = { json, (guint32) (token - json->tokens) };

  /* An escape is never shorter than what it stands for, and at most six times as long. */
  if (token->length < length || token->length / 6 > length)
    return FALSE;

  out = g_string_sized_new (token->length);
  dheera_json_append_string (value, out, NULL);

  return out->len == length && memcmp (out->str, string, length) == 0;
}

static inline gboolean
token_equals (const DheeraJson      *json,
              const DheeraJsonToken *token,
              const char            *string,
              gsize                  length)
{
  if (G_UNLIKELY (token->escaped))
    return equals_escaped (json, token, string, length);

  if (token->length != length)
    return FALSE;
  if (length > 0 && json->text[token->start] != *string)
    return FALSE;

  return memcmp (json->text + token->start, string, length) == 0;
}

gboolean
dheera_json_equal (DheeraJsonValue value,
                   const char     *string)
{
  const DheeraJsonToken *token = value_string (value);

  return token != NULL && token_equals (value.json, token, string, strlen (string));
}

static DheeraJsonValue
member_len (DheeraJsonValue value,
            const char     *name,
            gsize           length)
{
  const DheeraJsonToken *token = value_token (value);
  const DheeraJsonToken *tokens;
  const DheeraJsonToken *key;
  DheeraJsonValue found = none;
  guint32 left;

  if (token == NULL || token->type != DHEERA_JSON_OBJECT)
    return none;

  tokens = value.json->tokens;
  key = token + 1;
  for (left = token->size; left > 0; left--)
    {
      if ((key->length == length || key->escaped) && token_equals (value.json, key, name, length))
        found = (DheeraJsonValue) { value.json, (guint32) (key + 1 - tokens) };
      key = tokens + key[1].next;
    }

  return found;
}

DheeraJsonValue
dheera_json_member (DheeraJsonValue value,
                    const char     *name)
{
  return member_len (value, name, strlen (name));
}

DheeraJsonValue
dheera_json_path (DheeraJsonValue value,
                  const char     *path)
{
  for (;;)
    {
      const char *dot = strchr (path, '.');

      if (dot == NULL)
        return member_len (value, path, strlen (path));
      value = member_len (value, path, dot - path);
      path = dot + 1;
    }
}

DheeraJsonValue
dheera_json_element (DheeraJsonValue value,
                     guint           index)
{
  const DheeraJsonToken *token = value_token (value);
  guint32 at = value.index + 1;

  if (token == NULL || token->type != DHEERA_JSON_ARRAY || index >= token->size)
    return none;
  while (index-- > 0)
    at = value.json->tokens[at].next;

  return (DheeraJsonValue) { value.json, at };
}

guint
dheera_json_size (DheeraJsonValue value)
{
  const DheeraJsonToken *token = value_token (value);

  return token != NULL ? token->size : 0;
}

void
dheera_json_iter_init (DheeraJsonIter  *iter,
                       DheeraJsonValue  value)
{
  const DheeraJsonToken *token = value_token (value);

  iter->json = value.json;
  iter->index = value.index + 1;
  iter->left = token != NULL ? token->size : 0;
  iter->object = token != NULL && token->type == DHEERA_JSON_OBJECT;
}

gboolean
dheera_json_iter_next (DheeraJsonIter  *iter,
                       DheeraJsonValue *name,
                       DheeraJsonValue *value)
{
  if (iter->left == 0)
    return FALSE;
  iter->left--;

  if (name != NULL)
    *name = iter->object ? (DheeraJsonValue) { iter->json, iter->index } : none;
  if (iter->object)
    iter->index++;
  if (value != NULL)
    *value = (DheeraJsonValue) { iter->json, iter->index };
  iter->index = iter->json->tokens[iter->index].next;

  return TRUE;
}

/* The text of a number, also of one that was sent as a string. */
static const char *
number_text (DheeraJsonValue  value,
             gsize           *length)
{
  const DheeraJsonToken *token = value_token (value);
  const char *text;

  if (token == NULL || (token->type != DHEERA_JSON_NUMBER && token->type != DHEERA_JSON_STRING))
    return NULL;

  text = value.json->text + token->start;
  if (token->type == DHEERA_JSON_STRING
      && dheera_text_skip_number (text, text + token->length) != text + token->length)
    return NULL;
  *length = token->length;

  return text;
}

/* How far "e12" or "E-3" moves the decimal point. Beyond any text's length it does not matter how much beyond. */
static gint64
read_exponent (const char *p,
               const char *end)
{
  gboolean negative;
  gint64 exponent = 0;

  if (p == end)
    return 0;
  p++;
  negative = *p == '-';
  if (*p == '-' || *p == '+')
    p++;
  for (; p < end; p++)
    exponent = MIN (exponent * 10 + (*p - '0'), G_GINT64_CONSTANT (1000000000000));

  return negative ? -exponent : exponent;
}

/* The whole part of a number, exactly: a double would lose the last digits of 9007199254740993.0. */
static gboolean
read_whole (const char *p,
            const char *end,
            guint64    *whole)
{
  const char *mantissa_end = p;
  const char *point;
  gint64 digits;

  while (mantissa_end < end && *mantissa_end != 'e' && *mantissa_end != 'E')
    mantissa_end++;
  point = memchr (p, '.', mantissa_end - p);
  digits = (point != NULL ? point : mantissa_end) - p + read_exponent (mantissa_end, end);

  *whole = 0;
  for (; digits > 0; digits--)
    {
      guint digit = 0;

      if (p == point)
        p++;
      if (p < mantissa_end)
        digit = *p++ - '0';
      else if (*whole == 0)
        break;
      if (*whole > (G_MAXUINT64 - digit) / 10)
        return FALSE;
      *whole = *whole * 10 + digit;
    }

  return TRUE;
}

gint64
dheera_json_get_int (DheeraJsonValue value,
                     gint64          fallback)
{
  gsize length;
  const char *text = number_text (value, &length);
  gboolean negative;
  guint64 whole;

  if (text == NULL)
    return fallback;

  negative = *text == '-';
  if (!read_whole (text + negative, text + length, &whole))
    return fallback;
  if (whole > (guint64) G_MAXINT64 + negative)
    return fallback;

  return (gint64) (negative ? 0 - whole : whole);
}

/* Adds digits to a number; NULL when it has more than a double can hold exactly. */
static const char *
read_digits (const char *p,
             const char *end,
             guint64    *digits)
{
  for (; p < end && dheera_text_is_digit (*p); p++)
    {
      *digits = *digits * 10 + (guint64) (*p - '0');
      if (*digits >> 53 != 0)
        return NULL;
    }

  return p;
}

/* Numbers as vectors are made of: digits below 2^53 and powers of ten up to 22 are exact as doubles, so that one division or multiplication of them is rounded once,
 * which is how strtod() rounds. FALSE for all others. */
static gboolean
read_short_double (const char *p,
                   const char *end,
                   double     *number)
{
  static const double powers[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                   1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
  gboolean negative = *p == '-';
  gint64 exponent = 0;
  guint64 digits = 0;

  p = read_digits (p + negative, end, &digits);
  if (p != NULL && p < end && *p == '.')
    {
      const char *fraction = p + 1;

      p = read_digits (fraction, end, &digits);
      exponent = p != NULL ? fraction - p : 0;
    }
  if (p == NULL)
    return FALSE;

  exponent += read_exponent (p, end);
  if (FLT_EVAL_METHOD != 0 || exponent < -22 || exponent > 22)
    return FALSE;

  *number = exponent < 0 ? (double) digits / powers[-exponent] : (double) digits * powers[exponent];
  if (negative)
    *number = -*number;

  return TRUE;
}

double
dheera_json_get_double (DheeraJsonValue value,
                        double          fallback)
{
  gsize length;
  const char *text = number_text (value, &length);
  g_autofree char *copy = NULL;
  char buffer[64];
  double number;

  if (text == NULL)
    return fallback;
  if (read_short_double (text, text + length, &number))
    return number;

  /* The text of the view need not end with NUL, and a number may be its last byte. */
  if (length < sizeof buffer)
    {
      memcpy (buffer, text, length);
      buffer[length] = '\0';
      text = buffer;
    }
  else
    text = copy = g_strndup (text, length);

  number = g_ascii_strtod (text, NULL);

  return isfinite (number) ? number : fallback;
}

gboolean
dheera_json_get_boolean (DheeraJsonValue value,
                         gboolean        fallback)
{
  switch (dheera_json_type (value))
    {
    case DHEERA_JSON_TRUE:
      return TRUE;
    case DHEERA_JSON_FALSE:
      return FALSE;
    default:
      return fallback;
    }
}

const char *
dheera_json_raw (DheeraJsonValue  value,
                 gsize           *length)
{
  const DheeraJsonToken *token = value_token (value);
  guint quote;

  if (token == NULL)
    {
      if (length != NULL)
        *length = 0;
      return NULL;
    }

  quote = token->type == DHEERA_JSON_STRING ? 1 : 0;
  if (length != NULL)
    *length = token->length + 2 * quote;

  return value.json->text + token->start - quote;
}

char *
dheera_json_dup_raw (DheeraJsonValue value)
{
  gsize length;
  const char *raw = dheera_json_raw (value, &length);

  return raw != NULL ? g_strndup (raw, length) : NULL;
}
