/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>
#include <string.h>

G_BEGIN_DECLS

/* FALSE when value is what the field holds already, which then is kept. */
static inline gboolean
dheera_string_set (char       **field,
                   const char  *value)
{
  char *copy;

  if (g_strcmp0 (*field, value) == 0)
    return FALSE;

  copy = g_strdup (value);
  g_free (*field);
  *field = copy;

  return TRUE;
}

static inline const char *
dheera_string_or_empty (const char *string)
{
  return string != NULL ? string : "";
}

/* The text of a GString that is made when first needed */
static inline const char *
dheera_gstring_peek (GString *string)
{
  return string != NULL ? string->str : "";
}

/* Same as dheera_string_set(); NULL and "" are the same. */
static inline gboolean
dheera_gstring_set (GString    **field,
                    const char  *value)
{
  GString *fresh = NULL;

  if (strcmp (dheera_gstring_peek (*field), dheera_string_or_empty (value)) == 0)
    return FALSE;

  if (value != NULL && *value != '\0')
    fresh = g_string_new (value);
  if (*field != NULL)
    g_string_free (*field, TRUE);
  *field = fresh;

  return TRUE;
}

static inline GString *
dheera_gstring_copy (GString *string)
{
  return string != NULL ? g_string_new_len (string->str, string->len) : NULL;
}

static inline void
dheera_gstring_clear (GString **field)
{
  if (*field != NULL)
    g_string_free (*field, TRUE);
  *field = NULL;
}

/* Valid UTF-8 of at most size bytes, cut between two characters; NULL stays NULL. */
char *dheera_string_cut (const char *string,
                         gsize       size) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
