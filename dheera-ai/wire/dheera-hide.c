/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-hide-private.h"

#include <string.h>

#include "dheera-mask-private.h"

/* A shorter text is as likely an ordinary word as a key. */
#define MIN_KEY_LENGTH 6
#define MAX_NAME 40

/* How names of members end, in lower case and without what divides their words */
static const char *const secret_names[] = {
  "accesskey", "accesstoken", "apikey", "assertion", "authorization", "authorizationtoken", "authtoken", "awssecretaccesskey", "bearertoken", "clientassertion",
  "clientsecret", "cookie", "idtoken", "passphrase", "passwd", "password", "privatekey", "proxyauthorization", "refreshtoken", "secret", "secretaccesskey",
  "secretkey", "securitytoken", "sessiontoken", "setcookie", "subscriptionkey", "xapikey", "xamzsecuritytoken", "xauthtoken", "xgoogapikey",
};

/* --- By what they are ---------------------------------------------------------------------------------------------------------------- */

/* The length of what stands for the character at p, where JSON may write a slash as \/ and anything as \u002f; 0 when something else is there, or not enough of it. */
static gsize
measure_character (const char *p,
                   char        c)
{
  static const char zeros[] = "\\u00";
  gsize length = sizeof zeros - 1;

  if (*p == c)
    return 1;
  if (*p != '\\')
    return 0;
  if (p[1] == c)
    return 2;
  if (strncmp (p, zeros, length) != 0 || !g_ascii_isxdigit (p[length]) || !g_ascii_isxdigit (p[length + 1]))
    return 0;
  return g_ascii_xdigit_value (p[length]) * 16 + g_ascii_xdigit_value (p[length + 1]) == (guchar) c ? length + 2 : 0;
}

/* Whether a text ends within an escape sequence that p begins */
static gboolean
ends_in_escape (const char *p)
{
  const gsize whole = sizeof "\\u00XX" - 1;
  gsize length = strnlen (p, whole);

  return *p == '\\' && length < whole && strspn (p + 1, "u0123456789abcdefABCDEF") == length - 1;
}

/* Of the key at p, its length there; else 0. */
static gsize
measure_same (const char *p,
              const char *key,
              gsize       key_length,
              gboolean    cut)
{
  const char *start = p;

  if (key_length < MIN_KEY_LENGTH)
    return 0;

  for (; key_length > 0; key_length--, key++)
    {
      gsize length = measure_character (p, *key);

      if (length == 0 && cut && p > start && (*p == '\0' || ends_in_escape (p)))
        return p - start + strlen (p);
      if (length == 0)
        return 0;
      p += length;
    }

  return p - start;
}

/* Credentials that are JSON, as Google's, have colons that divide no parts: one of them stands in the address that a token is got from. */
static gboolean
has_parts (const char *key)
{
  return key[strspn (key, " \t\r\n")] != '{';
}

/* The same for each part of a key that is made of several, divided by colons: AWS quotes a session token alone. */
static gsize
measure_secret (const char *p,
                const char *key,
                gboolean    cut)
{
  gboolean may_begin = *p == *key || *p == '\\';
  gsize length = may_begin ? measure_same (p, key, strlen (key), cut) : 0;
  const char *colon = strchr (key, ':');

  if (colon != NULL && !has_parts (key))
    colon = NULL;
  while (length == 0 && colon != NULL)
    {
      length = measure_same (p, key, colon - key, cut);
      key = colon + 1;
      colon = strchr (key, ':');
      if (length == 0 && colon == NULL)
        length = measure_same (p, key, strlen (key), cut);
    }

  return length;
}

static gsize
measure_any (const char        *p,
             const char *const *secrets,
             gboolean           cut,
             gboolean           inside_word)
{
  gsize longest = 0;

  for (guint i = 0; secrets[i] != NULL; i++)
    longest = MAX (longest, measure_secret (p, secrets[i], cut));
  if (longest == 0)
    longest = dheera_mask_measure_key (p, inside_word);
  return longest == 0 && cut && !inside_word ? dheera_mask_measure_rest (p) : longest;
}

char *
dheera_hide_secrets (const char        *text,
                     const char *const *secrets,
                     gboolean           cut)
{
  GString *out = g_string_sized_new (strlen (text));
  const char *p = text;
  const char *plain = text; /* where what can be shown begins */

  while (*p != '\0')
    {
      gsize length = measure_any (p, secrets, cut, p > text && g_ascii_isalnum (p[-1]));

      if (length > 0)
        {
          g_string_append_len (out, plain, p - plain);
          g_string_append (out, DHEERA_MASK_HIDDEN);
          plain = p + length;
        }
      p += MAX (length, 1);
    }
  g_string_append_len (out, plain, p - plain);

  return g_string_free (out, FALSE);
}

/* --- By what they are called --------------------------------------------------------------------------------------------------------- */

static gboolean
is_secret_name (const char *name,
                gsize       length)
{
  char plain[MAX_NAME + 1];
  gsize n = 0;

  for (gsize i = 0; i < length; i++)
    {
      if (strchr ("_-. ", name[i]) != NULL)
        continue;
      if (n == MAX_NAME)
        return FALSE;
      plain[n++] = g_ascii_tolower (name[i]);
    }
  plain[n] = '\0';
  for (guint i = 0; i < G_N_ELEMENTS (secret_names); i++)
    if (g_str_has_suffix (plain, secret_names[i]))
      return TRUE;
  return FALSE;
}

/* The length of a quote at p, which in JSON that is a text of other JSON has a backslash before it; 0 when there is none. */
static gsize
measure_quote (const char *p)
{
  if (*p == '"')
    return 1;
  return *p == '\\' && p[1] == '"' ? 2 : 0;
}

/* What a backslash makes one character of, which in a text of other JSON are two backslashes and a character that may have one itself */
static gsize
measure_escaped (const char *p,
                 gsize       quote)
{
  gsize length = strnlen (p, 4);

  if (*p != '\\' || length < 2)
    return 1;
  if (quote == 1 || p[1] != '\\' || length < 3)
    return 2;
  return p[2] == '\\' ? length : 3;
}

/* At the closing quote, or at the end of a text that was cut or that this one is a text of. p is behind the opening one. */
static const char *
skip_string (const char *p,
             gsize       quote)
{
  while (*p != '\0' && *p != '"' && !(quote == 2 && measure_quote (p) == 2))
    p += measure_escaped (p, quote);
  return p;
}

/* Where the text begins that is the value of a member whose name ended at p, or the first one of a list that is; NULL when it is neither. */
static const char *
find_value (const char *p,
            gsize       quote)
{
  p += strspn (p, " \t\r\n");
  if (*p++ != ':')
    return NULL;
  p += strspn (p, " \t\r\n[");
  return measure_quote (p) == quote ? p + quote : NULL;
}

/* The same of the next text in a list */
static const char *
find_next (const char *p,
           gsize       quote)
{
  p += strspn (p, " \t\r\n");
  if (*p++ != ',')
    return NULL;
  p += strspn (p, " \t\r\n");
  return measure_quote (p) == quote ? p + quote : NULL;
}

/* Hides the value, or each in its list. Returns what is behind. */
static const char *
hide_values (GString    *out,
             const char *value,
             gsize       quote,
             gboolean    list)
{
  const char *end;

  do
    {
      g_string_append (out, DHEERA_MASK_HIDDEN);
      end = skip_string (value, quote);
      if (measure_quote (end) != quote)
        return end;
      value = list ? find_next (end + quote, quote) : NULL;
      g_string_append_len (out, end, value != NULL ? value - end : (gssize) quote);
    }
  while (value != NULL);

  return end + quote;
}

/* Any quote may be the one before a name: a text that is no JSON, or not only, can have one too many. In JSON no other one is followed by what looks like a name and its
 * value. */
static const char *
hide_member (GString    *out,
             const char *start,
             gsize       quote)
{
  const char *name = start + quote;
  gsize length = strcspn (name, "\"\\\r\n");
  const char *end = name + length;
  const char *value = measure_quote (end) == quote && is_secret_name (name, length) ? find_value (end + quote, quote) : NULL;

  g_string_append_len (out, start, (value != NULL ? value : end) - start);
  return value != NULL ? hide_values (out, value, quote, memchr (end, '[', value - end) != NULL) : end;
}

/* The fields of a form: name=value&name=value */
static char *
hide_fields (const char *text)
{
  GString *out = g_string_sized_new (strlen (text));

  while (*text != '\0')
    {
      gsize length = strcspn (text, "&");
      const char *equals = memchr (text, '=', length);

      if (equals != NULL && is_secret_name (text, equals - text))
        {
          g_string_append_len (out, text, equals + 1 - text);
          g_string_append (out, DHEERA_MASK_HIDDEN);
        }
      else
        g_string_append_len (out, text, (gssize) length);
      text += length;
      if (*text == '&')
        g_string_append_c (out, *text++);
    }

  return g_string_free (out, FALSE);
}

char *
dheera_hide_json_members (const char *text)
{
  GString *out = g_string_sized_new (strlen (text));
  const char *p = text;

  while (*p != '\0')
    {
      gsize quote = measure_quote (p);

      if (quote > 0)
        {
          p = hide_member (out, p, quote);
          continue;
        }
      if (*p == '\\' && p[1] == '\\')
        g_string_append_c (out, *p++);
      g_string_append_c (out, *p++);
    }

  return g_string_free (out, FALSE);
}

char *
dheera_hide_members (const char *text)
{
  return strchr (text, '"') == NULL ? hide_fields (text) : dheera_hide_json_members (text);
}
