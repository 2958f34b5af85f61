/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-chat-json-read-private.h"

#include <string.h>

#include "dheera-ai/model/errors/dheera-error-private.h"

/* What all readers of chat JSON need: places, and values of the right type. */

static void
append_path (GString              *out,
             const DheeraChatPath *path)
{
  if (path == NULL)
    return;

  append_path (out, path->parent);
  if (path->name == NULL)
    g_string_append_printf (out, "[%u]", path->index);
  else
    g_string_append_printf (out, "%s%s", out->len > 0 ? "." : "", path->name);
}

char *
dheera_chat_path_to_string (const DheeraChatPath *path)
{
  GString *out = g_string_new (NULL);

  append_path (out, path);

  return g_string_free (out, FALSE);
}

gboolean
dheera_chat_fail (const DheeraChatPath  *path,
                  GError               **error,
                  const char            *format,
                  ...)
{
  g_autofree char *place = dheera_chat_path_to_string (path);
  g_autofree char *fault = NULL;
  va_list args;

  va_start (args, format);
  fault = g_strdup_vprintf (format, args);
  va_end (args);

  if (*place != '\0')
    dheera_set_invalid_request (error, place, "%s %s.", place, fault);
  else
    dheera_set_invalid_request (error, NULL, "The JSON %s.", fault);

  return FALSE;
}

gboolean
dheera_chat_expect (DheeraJsonValue        value,
                    DheeraJsonType         type,
                    const DheeraChatPath  *path,
                    GError               **error)
{
  DheeraJsonType found = dheera_json_type (value);

  if (found == type)
    return TRUE;

  return dheera_chat_fail (path, error, "is %s; it has to be %s", dheera_json_type_describe (found), dheera_json_type_describe (type));
}

gboolean
dheera_chat_read_string (DheeraJsonValue        object,
                         const char            *name,
                         gboolean               required,
                         const DheeraChatPath  *parent,
                         char                 **out,
                         GError               **error)
{
  const DheeraChatPath path = { parent, name };
  DheeraJsonValue value = dheera_json_member (object, name);

  if (!required && !dheera_json_exists (value))
    return TRUE;
  if (!dheera_chat_expect (value, DHEERA_JSON_STRING, &path, error))
    return FALSE;

  g_free (*out);
  *out = dheera_json_dup_string (value);

  return TRUE;
}

gboolean
dheera_chat_read_integer (DheeraJsonValue        value,
                          const DheeraChatPath  *path,
                          gint64                *out,
                          GError               **error)
{
  g_autofree char *raw = NULL;
  double number;

  if (!dheera_chat_expect (value, DHEERA_JSON_NUMBER, path, error))
    return FALSE;

  *out = dheera_json_get_int (value, G_MININT64);
  number = dheera_json_get_double (value, 0.5);
  if (*out != G_MININT64 && (double) *out == number)
    return TRUE;

  raw = dheera_json_dup_raw (value);

  return dheera_chat_fail (path, error, "is %s; it has to be a whole number", raw);
}

gboolean
dheera_chat_read_tristate (DheeraJsonValue        value,
                           const DheeraChatPath  *path,
                           DheeraTristate        *out,
                           GError               **error)
{
  if (!dheera_json_exists (value))
    return TRUE;
  if (dheera_json_type (value) != DHEERA_JSON_FALSE
      && !dheera_chat_expect (value, DHEERA_JSON_TRUE, path, error))
    return FALSE;

  *out = dheera_json_get_boolean (value, FALSE) ? DHEERA_TRISTATE_YES : DHEERA_TRISTATE_NO;

  return TRUE;
}

char *
dheera_chat_dup_unknown (DheeraJsonValue    object,
                         const char *const *known)
{
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;
  DheeraJsonIter iter;
  DheeraJsonValue name, value;

  dheera_json_iter_init (&iter, object);
  while (dheera_json_iter_next (&iter, &name, &value))
    {
      g_autofree char *key = dheera_json_dup_string (name);

      if (!dheera_json_exists (value) || g_strv_contains (known, key))
        continue;

      if (writer.out == NULL)
        {
          dheera_json_writer_init (&writer, 256);
          dheera_json_writer_begin_object (&writer);
        }
      dheera_json_writer_key (&writer, key);
      dheera_json_writer_value (&writer, value);
    }

  if (writer.out == NULL)
    return NULL;

  dheera_json_writer_end_object (&writer);

  return dheera_json_writer_steal (&writer);
}

gboolean
dheera_chat_parse (DheeraJson  *view,
                   const char  *json,
                   const char  *what,
                   GError     **error)
{
  if (dheera_json_parse (view, json, strlen (json)))
    return TRUE;

  dheera_set_invalid_request (error, NULL, "The %s is not valid JSON at byte %" G_GSIZE_FORMAT ": %s.",
                              what, view->error_offset, view->error_message);

  return FALSE;
}
