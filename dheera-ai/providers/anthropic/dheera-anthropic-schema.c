/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-anthropic-private.h"

#include <string.h>

/* output_config.format takes schemas of closed objects, without bounds on what is in them. Such a bound becomes a part of the description, which
 * the model reads too; whether the answer keeps to it has to be seen afterwards, as with any model. */

/* Keywords with a bound */
static const char *const bounds[] = {
  "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern", "minItems", "maxItems", "minProperties",
  "maxProperties", "uniqueItems", "contains", "not", NULL,
};

static const char *const formats[] = {
  "date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid", NULL,
};

/* How the value of a keyword holds further schemas */
static const struct
{
  const char *name;
  gboolean by_name; /* an object whose members are schemas */
} nested[] = {
  { "properties", TRUE }, { "$defs", TRUE },  { "definitions", TRUE }, { "patternProperties", TRUE }, { "items", FALSE },
  { "anyOf", FALSE },     { "allOf", FALSE }, { "oneOf", FALSE },      { "prefixItems", FALSE },
};

static void write_node (DheeraJsonWriter *writer,
                        DheeraJsonValue   node);

static void
write_by_name (DheeraJsonWriter *writer,
               DheeraJsonValue   members)
{
  DheeraJsonIter iter;
  DheeraJsonValue name, value;

  dheera_json_writer_begin_object (writer);
  dheera_json_iter_init (&iter, members);
  while (dheera_json_iter_next (&iter, &name, &value))
    {
      g_autofree char *key = dheera_json_dup_string (name);

      dheera_json_writer_key (writer, key);
      write_node (writer, value);
    }
  dheera_json_writer_end_object (writer);
}

/* FALSE when the keyword holds no schema. */
static gboolean
write_nested (DheeraJsonWriter *writer,
              const char       *key,
              DheeraJsonValue   value)
{
  for (guint i = 0; i < G_N_ELEMENTS (nested); i++)
    {
      if (!g_str_equal (nested[i].name, key))
        continue;

      dheera_json_writer_key (writer, key);
      if (nested[i].by_name && dheera_json_type (value) == DHEERA_JSON_OBJECT)
        write_by_name (writer, value);
      else
        write_node (writer, value);
      return TRUE;
    }

  return FALSE;
}

static gboolean
is_bound (const char      *key,
          DheeraJsonValue  value)
{
  g_autofree char *text = NULL;

  if (g_strv_contains (bounds, key))
    return TRUE;
  if (!g_str_equal (key, "format"))
    return FALSE;

  text = dheera_json_dup_string (value);

  return text == NULL || !g_strv_contains (formats, text);
}

static gboolean
is_object_schema (DheeraJsonValue node)
{
  DheeraJsonValue type = dheera_json_member (node, "type");
  DheeraJsonIter iter;
  DheeraJsonValue one;

  if (dheera_json_equal (type, "object"))
    return TRUE;
  dheera_json_iter_init (&iter, type);
  while (dheera_json_type (type) == DHEERA_JSON_ARRAY && dheera_json_iter_next (&iter, NULL, &one))
    if (dheera_json_equal (one, "object"))
      return TRUE;

  return dheera_json_type (type) == DHEERA_JSON_NONE && dheera_json_exists (dheera_json_member (node, "properties"));
}

static void
append_bound (GString         *note,
              const char      *key,
              DheeraJsonValue  value)
{
  gsize length;
  const char *raw = dheera_json_raw (value, &length);

  g_string_append (note, note->len > 0 ? ", " : "");
  g_string_append_printf (note, "%s: ", key);
  g_string_append_len (note, raw, (gssize) length);
}

static void
write_description (DheeraJsonWriter *writer,
                   DheeraJsonValue   node,
                   GString          *note)
{
  g_autofree char *description = dheera_json_dup_string (dheera_json_member (node, "description"));
  g_autofree char *whole = NULL;

  if (note->len == 0 && description == NULL)
    return;

  if (note->len == 0)
    whole = g_strdup (description);
  else if (description == NULL)
    whole = g_strdup_printf ("{%s}", note->str);
  else
    whole = g_strdup_printf ("%s {%s}", description, note->str);
  dheera_json_writer_member_string (writer, "description", whole);
}

static void
write_object (DheeraJsonWriter *writer,
              DheeraJsonValue   node)
{
  g_autoptr (GString) note = g_string_new (NULL);
  gboolean closed = is_object_schema (node);
  DheeraJsonIter iter;
  DheeraJsonValue name, value;

  dheera_json_writer_begin_object (writer);
  dheera_json_iter_init (&iter, node);
  while (dheera_json_iter_next (&iter, &name, &value))
    {
      g_autofree char *key = dheera_json_dup_string (name);

      if (g_str_equal (key, "description") || (closed && g_str_equal (key, "additionalProperties")))
        continue;
      if (is_bound (key, value))
        append_bound (note, key, value);
      else if (!write_nested (writer, key, value))
        {
          dheera_json_writer_key (writer, key);
          dheera_json_writer_value (writer, value);
        }
    }
  if (closed)
    dheera_json_writer_member_boolean (writer, "additionalProperties", FALSE);
  write_description (writer, node, note);
  dheera_json_writer_end_object (writer);
}

/* Beside a reference nothing may stand, but at the root the definitions that it refers to. */
static void
write_reference (DheeraJsonWriter *writer,
                 DheeraJsonValue   node)
{
  DheeraJsonIter iter;
  DheeraJsonValue name, value;

  dheera_json_writer_begin_object (writer);
  dheera_json_iter_init (&iter, node);
  while (dheera_json_iter_next (&iter, &name, &value))
    {
      if (dheera_json_equal (name, "$defs"))
        write_nested (writer, "$defs", value);
      else if (dheera_json_equal (name, "definitions"))
        write_nested (writer, "definitions", value);
      else if (dheera_json_equal (name, "$ref"))
        {
          dheera_json_writer_key (writer, "$ref");
          dheera_json_writer_value (writer, value);
        }
    }
  dheera_json_writer_end_object (writer);
}

static void
write_array (DheeraJsonWriter *writer,
             DheeraJsonValue   nodes)
{
  DheeraJsonIter iter;
  DheeraJsonValue element;

  dheera_json_writer_begin_array (writer);
  dheera_json_iter_init (&iter, nodes);
  while (dheera_json_iter_next (&iter, NULL, &element))
    write_node (writer, element);
  dheera_json_writer_end_array (writer);
}

static void
write_node (DheeraJsonWriter *writer,
            DheeraJsonValue   node)
{
  DheeraJsonType type = dheera_json_type (node);

  if (type == DHEERA_JSON_ARRAY)
    write_array (writer, node);
  else if (type != DHEERA_JSON_OBJECT)
    dheera_json_writer_value (writer, node);
  else if (dheera_json_type (dheera_json_member (node, "$ref")) == DHEERA_JSON_STRING)
    write_reference (writer, node);
  else
    write_object (writer, node);
}

void
dheera_anthropic_write_schema (DheeraJsonWriter *writer,
                               const char       *schema)
{
  DheeraJson json = DHEERA_JSON_INIT;

  if (dheera_json_parse (&json, schema, strlen (schema)))
    write_node (writer, dheera_json_root (&json));
  else
    dheera_json_writer_raw (writer, schema, -1);
  dheera_json_clear (&json);
}
