/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-strings-private.h"

/* Where to cut at most size bytes so that no character is cut in two */
static gsize
find_cut (const char *string,
          gsize       length,
          gsize       size)
{
  if (length <= size)
    return length;

  while (size > 0 && ((guchar) string[size] & 0xC0) == 0x80)
    size--;

  return size;
}

char *
dheera_string_cut (const char *string,
                   gsize       size)
{
  char *valid;

  if (string == NULL)
    return NULL;

  valid = g_utf8_make_valid (string, (gssize) find_cut (string, strlen (string), size));
  /* A wrong byte became a replacement character of three. */
  valid[find_cut (valid, strlen (valid), size)] = '\0';

  return valid;
}
