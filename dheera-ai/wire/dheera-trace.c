/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-trace-private.h"

#include <string.h>

#define PARENT_LENGTH 55 /* 00-<32 digits>-<16 digits>-<2 digits> */
#define MAX_STATES 32
#define MAX_STATE_LENGTH 512 /* what has to be passed on at least; more may be cut on the way, and is refused here */
#define MAX_KEY_LENGTH 256
#define MAX_TENANT_LENGTH 241
#define MAX_SYSTEM_LENGTH 14
#define MAX_VALUE_LENGTH 256

static gboolean
is_hex (const char *p,
        gsize       length)
{
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isdigit (p[i]) && !(p[i] >= 'a' && p[i] <= 'f'))
      return FALSE;
  return TRUE;
}

const char *
dheera_traceparent_find_fault (const char *text)
{
  gsize length = strlen (text);

  if (length < PARENT_LENGTH || text[2] != '-' || text[35] != '-' || text[52] != '-')
    return "it is not of the form 00-TRACE_ID-PARENT_ID-FLAGS, with 32, 16 and 2 hexadecimal digits";
  if (!is_hex (text, 2) || !is_hex (text + 3, 32) || !is_hex (text + 36, 16) || !is_hex (text + 53, 2))
    return "it has something else than lower-case hexadecimal digits in its fields";
  if (strncmp (text, "ff", 2) == 0)
    return "there is no version ff";
  /* Versions to come may have more behind a further dash. */
  if (length > PARENT_LENGTH && (strncmp (text, "00", 2) == 0 || text[PARENT_LENGTH] != '-'))
    return "there is more behind its flags";
  for (const char *p = text + PARENT_LENGTH; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && *p != '-')
      return "there is more behind its flags";
  if (strspn (text + 3, "0") >= 32)
    return "its trace id is all zeros";
  if (strspn (text + 36, "0") >= 16)
    return "its parent id is all zeros";
  return NULL;
}

static gboolean
is_word (const char *p,
         gsize       length,
         gsize       max,
         gboolean    digit_first)
{
  if (length == 0 || length > max || !(g_ascii_islower (*p) || (digit_first && g_ascii_isdigit (*p))))
    return FALSE;
  for (gsize i = 1; i < length; i++)
    if (!g_ascii_islower (p[i]) && !g_ascii_isdigit (p[i]) && strchr ("_-*/", p[i]) == NULL)
      return FALSE;
  return TRUE;
}

/* "vendor", or "tenant@system" */
static gboolean
is_key (const char *key)
{
  const char *at = strchr (key, '@');

  if (at == NULL)
    return is_word (key, strlen (key), MAX_KEY_LENGTH, FALSE);
  return is_word (key, at - key, MAX_TENANT_LENGTH, TRUE) && is_word (at + 1, strlen (at + 1), MAX_SYSTEM_LENGTH, FALSE);
}

static gboolean
is_value (const char *value)
{
  gsize length = strlen (value);

  if (length == 0 || length > MAX_VALUE_LENGTH || value[length - 1] == ' ')
    return FALSE;
  for (const char *p = value; *p != '\0'; p++)
    if (*p < 0x20 || *p > 0x7e || *p == ',' || *p == '=')
      return FALSE;
  return TRUE;
}

static const char *
find_fault_in_member (char       *member,
                      GHashTable *seen)
{
  char *equals = strchr (member, '=');

  if (equals == NULL)
    return "it is not a list of key=value";
  *equals = '\0';
  if (!is_key (member))
    return "one of its keys is not allowed";
  if (!is_value (equals + 1))
    return "one of its values is not allowed";
  if (!g_hash_table_add (seen, member))
    return "it has a key twice";
  return NULL;
}

const char *
dheera_tracestate_find_fault (const char *text)
{
  g_auto(GStrv) members = g_strsplit (text, ",", -1);
  g_autoptr(GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  if (strlen (text) > MAX_STATE_LENGTH)
    return "it is longer than 512 characters";
  for (guint i = 0; members[i] != NULL; i++)
    {
      char *member = members[i] + strspn (members[i], " \t");
      gsize length = strlen (member);
      const char *fault;

      while (length > 0 && strchr (" \t", member[length - 1]) != NULL)
        member[--length] = '\0';
      if (length == 0)
        continue;
      fault = find_fault_in_member (member, seen);
      if (fault != NULL)
        return fault;
    }
  if (g_hash_table_size (seen) == 0)
    return "it is an empty list";
  if (g_hash_table_size (seen) > MAX_STATES)
    return "it has more than 32 members";
  return NULL;
}
