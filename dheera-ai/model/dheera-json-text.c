/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-json-text-private.h"

#include <string.h>

#include "dheera-strings-private.h"

#define JSON_SPACE " \t\r\n"

char *
dheera_json_text_find_fault (const char     *text,
                             DheeraJsonType  type)
{
  DheeraJson json = DHEERA_JSON_INIT;
  char *fault = NULL;

  if (!dheera_json_parse (&json, text, strlen (text)))
    fault = g_strdup_printf ("is not valid JSON at byte %" G_GSIZE_FORMAT ": %s",
                             json.error_offset, json.error_message);
  else if (type != DHEERA_JSON_NONE && dheera_json_type (dheera_json_root (&json)) != type)
    fault = g_strdup_printf ("is JSON, but not %s", dheera_json_type_describe (type));
  dheera_json_clear (&json);

  return fault;
}

void
dheera_json_text_clear (DheeraJsonText *self)
{
  g_clear_pointer (&self->text, g_free);
  g_clear_pointer (&self->fault, g_free);
}

gboolean
dheera_json_text_set (DheeraJsonText *self,
                      const char     *text,
                      DheeraJsonType  type)
{
  if (!dheera_string_set (&self->text, text))
    return FALSE;

  g_free (self->fault);
  self->fault = text != NULL ? dheera_json_text_find_fault (text, type) : NULL;

  return TRUE;
}

void
dheera_json_text_copy (const DheeraJsonText *self,
                       DheeraJsonText       *into)
{
  dheera_string_set (&into->text, self->text);
  dheera_string_set (&into->fault, self->fault);
}

const char *
dheera_json_text_get (const DheeraJsonText *self)
{
  return self->fault == NULL ? self->text : NULL;
}

gboolean
dheera_json_text_is_empty_object (const DheeraJsonText *self)
{
  const char *text = dheera_json_text_get (self);

  if (text == NULL)
    return FALSE;

  text += strspn (text, JSON_SPACE);

  return *text == '{' && text[1 + strspn (text + 1, JSON_SPACE)] == '}';
}
