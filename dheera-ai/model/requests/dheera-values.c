/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-values-private.h"

#include <math.h>

#include "dheera-ai/model/messages/dheera-part-private.h"

gboolean
dheera_strv_set (char              ***field,
                 const char *const   *value)
{
  char **copy;

  if (value != NULL && *value == NULL)
    value = NULL;
  if (value == NULL ? *field == NULL : *field != NULL && g_strv_equal (value, (const char *const *) *field))
    return FALSE;

  copy = g_strdupv ((char **) value);
  g_strfreev (*field);
  *field = copy;

  return TRUE;
}

void
dheera_strv_add (char       ***field,
                 const char   *value)
{
  guint length = *field != NULL ? g_strv_length (*field) : 0;

  *field = g_renew (char *, *field, length + 2);
  (*field)[length] = g_strdup (value);
  (*field)[length + 1] = NULL;
}

GListStore *
dheera_parts_copy (GListStore *parts)
{
  GListStore *copy;

  if (parts == NULL)
    return NULL;

  copy = g_list_store_new (DHEERA_TYPE_PART);
  for (guint i = 0; i < dheera_parts_get_length (parts); i++)
    {
      g_autoptr (DheeraPart) part = dheera_part_copy (dheera_parts_peek (parts, i));

      g_list_store_append (copy, part);
    }

  return copy;
}

guint
dheera_parts_get_length (GListStore *parts)
{
  return parts != NULL ? g_list_model_get_n_items (G_LIST_MODEL (parts)) : 0;
}

DheeraPart *
dheera_parts_peek (GListStore *parts,
                   guint       position)
{
  g_autoptr (DheeraPart) part = g_list_model_get_item (G_LIST_MODEL (parts), position);

  return part;
}

gboolean
dheera_check_int (const char  *property,
                  int          value,
                  int          min,
                  int          max,
                  GError     **error)
{
  if (value == -1 || (value >= min && value <= max))
    return TRUE;

  if (max == G_MAXINT)
    dheera_set_invalid_request (error, property, "%s is %d; allowed is %d or more, and -1 for unset.", property, value, min);
  else
    dheera_set_invalid_request (error, property, "%s is %d; allowed is from %d to %d, and -1 for unset.", property, value, min, max);

  return FALSE;
}

gboolean
dheera_check_double (const char  *property,
                     double       value,
                     double       min,
                     double       max,
                     GError     **error)
{
  char shown[G_ASCII_DTOSTR_BUF_SIZE];
  char from[G_ASCII_DTOSTR_BUF_SIZE];
  char to[G_ASCII_DTOSTR_BUF_SIZE];

  if (value == -1 || (isfinite (value) && value >= min && value <= max))
    return TRUE;

  dheera_set_invalid_request (error, property, "%s is %s; allowed is from %s to %s, and -1 for unset.", property,
                              g_ascii_formatd (shown, sizeof shown, "%g", value), g_ascii_formatd (from, sizeof from, "%g", min),
                              g_ascii_formatd (to, sizeof to, "%g", max));

  return FALSE;
}

gboolean
dheera_check_text (const char  *property,
                   const char  *value,
                   gboolean     required,
                   GError     **error)
{
  if (value == NULL ? !required : *value != '\0')
    return TRUE;

  dheera_set_invalid_request (error, property, value == NULL ? "%s is not set." : "%s is an empty text.", property);

  return FALSE;
}

gboolean
dheera_check_texts (const char  *property,
                    char       **values,
                    gboolean     required,
                    GError     **error)
{
  if (required && (values == NULL || *values == NULL))
    {
      dheera_set_invalid_request (error, property, "%s is empty: there is nothing to be asked for.", property);
      return FALSE;
    }

  for (guint i = 0; values != NULL && values[i] != NULL; i++)
    if (*values[i] == '\0')
      {
        dheera_set_invalid_request (error, property, "%s[%u] is an empty text.", property, i);
        return FALSE;
      }

  return TRUE;
}

gboolean
dheera_check_image (const char  *property,
                    DheeraPart  *part,
                    GError     **error)
{
  if (part == NULL || (part->type == DHEERA_PART_TYPE_IMAGE && (part->uri != NULL || (part->bytes != NULL && g_bytes_get_size (part->bytes) > 0))))
    return TRUE;

  dheera_set_invalid_request (error, property, "%s has a part that is no picture, or an empty one.", property);

  return FALSE;
}

gboolean
dheera_check_images (const char  *property,
                     GListStore  *parts,
                     GError     **error)
{
  for (guint i = 0; i < dheera_parts_get_length (parts); i++)
    if (!dheera_check_image (property, dheera_parts_peek (parts, i), error))
      return FALSE;

  return TRUE;
}
