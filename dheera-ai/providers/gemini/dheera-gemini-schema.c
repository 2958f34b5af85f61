/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-gemini-encode-private.h"

#include <string.h>

/* JSON Schema as what models before Gemini 2.5 take: a subset of OpenAPI's, in which null is a flag, references and unions of types
 * do not exist, and names of types are in capitals. What it has no word for, such as patterns, is left out: it only narrows what the
 * model is told about. */

#define MAX_NODES 10000
#define MAX_DEPTH 64

typedef struct
{
  DheeraJsonWriter *writer;
  DheeraJsonValue root;
  GArray *open;       /* of guint32: the references that are being followed */
  guint n_nodes;
  const char *fault;  /* nullable: why it can't be done */
} Schema;

static void write_node (Schema          *self,
                        DheeraJsonValue  node,
                        DheeraJsonValue  outer,
                        gboolean         nullable,
                        guint            depth);

/* --- References ------------------------------------------------------------------------------------------------------------------ */

/* "#/$defs/Name", with ~1 for a slash and ~0 for a tilde */
static DheeraJsonValue
resolve (Schema     *self,
         const char *reference)
{
  static const DheeraJsonValue none;
  g_auto (GStrv) steps = NULL;
  DheeraJsonValue value = self->root;

  if (*reference != '#')
    return none;

  steps = g_strsplit (reference + 1, "/", -1);
  for (guint i = 0; steps[0] != NULL && steps[i] != NULL; i++)
    {
      g_autoptr (GString) name = g_string_new (steps[i]);

      if (i == 0)
        continue;
      g_string_replace (name, "~1", "/", 0);
      g_string_replace (name, "~0", "~", 0);
      value = dheera_json_member (value, name->str);
    }

  return value;
}

static void
write_reference (Schema          *self,
                 DheeraJsonValue  node,
                 gboolean         nullable,
                 guint            depth)
{
  g_autofree char *reference = dheera_json_dup_string (dheera_json_member (node, "$ref"));
  DheeraJsonValue target = resolve (self, reference);

  if (!dheera_json_exists (target))
    self->fault = "refers to something that is not in it";
  for (guint i = 0; i < self->open->len; i++)
    {
      if (g_array_index (self->open, guint32, i) == target.index)
        self->fault = "contains itself, which this model can't be told";
    }

  g_array_append_val (self->open, target.index);
  write_node (self, target, node, nullable, depth);
  g_array_set_size (self->open, self->open->len - 1);
}

/* --- Types ----------------------------------------------------------------------------------------------------------------------- */

static gboolean
is_null_type (DheeraJsonValue node)
{
  return dheera_json_equal (dheera_json_member (node, "type"), "null");
}

static void
write_type_name (Schema          *self,
                 DheeraJsonValue  type)
{
  g_autofree char *name = dheera_json_dup_string (type);
  g_autofree char *upper = g_ascii_strup (name != NULL ? name : "", -1);

  dheera_json_writer_member_string (self->writer, "type", upper);
}

/* What a schema that names no type can only be of */
static const char *
guess_type (DheeraJsonValue node)
{
  if (dheera_json_exists (dheera_json_member (node, "properties")))
    return "OBJECT";
  if (dheera_json_exists (dheera_json_member (node, "items")))
    return "ARRAY";
  if (dheera_json_exists (dheera_json_member (node, "enum")) || dheera_json_exists (dheera_json_member (node, "const")))
    return "STRING";

  return NULL;
}

/* ["string", "null"] is a string that may be null; several others are a choice. */
static void
write_type (Schema          *self,
            DheeraJsonValue  node,
            gboolean        *nullable)
{
  DheeraJsonValue type = dheera_json_member (node, "type");
  DheeraJsonIter iter;
  DheeraJsonValue one;
  DheeraJsonValue only = type;
  guint n = 0;

  if (dheera_json_type (type) == DHEERA_JSON_STRING)
    {
      write_type_name (self, type);
      return;
    }
  if (dheera_json_type (type) != DHEERA_JSON_ARRAY)
    {
      const char *guess = guess_type (node);

      if (guess != NULL)
        dheera_json_writer_member_string (self->writer, "type", guess);
      return;
    }

  dheera_json_iter_init (&iter, type);
  while (dheera_json_iter_next (&iter, NULL, &one))
    {
      if (dheera_json_equal (one, "null"))
        *nullable = TRUE;
      else if (n++ == 0)
        only = one;
    }
  if (n == 1)
    {
      write_type_name (self, only);
      return;
    }

  dheera_json_writer_key (self->writer, "anyOf");
  dheera_json_writer_begin_array (self->writer);
  dheera_json_iter_init (&iter, type);
  while (dheera_json_iter_next (&iter, NULL, &one))
    {
      if (dheera_json_equal (one, "null"))
        continue;
      dheera_json_writer_begin_object (self->writer);
      write_type_name (self, one);
      dheera_json_writer_end_object (self->writer);
    }
  dheera_json_writer_end_array (self->writer);
}

/* --- Members --------------------------------------------------------------------------------------------------------------------- */

/* Values of an enumeration are texts. */
static void
write_enum_value (Schema          *self,
                  DheeraJsonValue  value)
{
  g_autofree char *raw = NULL;

  if (dheera_json_type (value) == DHEERA_JSON_STRING)
    {
      dheera_json_writer_value (self->writer, value);
      return;
    }

  raw = dheera_json_dup_raw (value);
  dheera_json_writer_string (self->writer, raw);
}

static void
write_enum (Schema          *self,
            DheeraJsonValue  node,
            gboolean        *nullable)
{
  DheeraJsonValue only = dheera_json_member (node, "const");
  DheeraJsonValue list = dheera_json_member (node, "enum");
  DheeraJsonIter iter;
  DheeraJsonValue value;

  if (!dheera_json_exists (only) && dheera_json_type (list) != DHEERA_JSON_ARRAY)
    return;

  dheera_json_writer_key (self->writer, "enum");
  dheera_json_writer_begin_array (self->writer);
  if (dheera_json_exists (only))
    write_enum_value (self, only);
  else
    {
      dheera_json_iter_init (&iter, list);
      while (dheera_json_iter_next (&iter, NULL, &value))
        {
          if (dheera_json_type (value) == DHEERA_JSON_NULL)
            *nullable = TRUE;
          else
            write_enum_value (self, value);
        }
    }
  dheera_json_writer_end_array (self->writer);
}

/* Others are refused. */
static gboolean
is_known_format (DheeraJsonValue format)
{
  static const char *const known[] = { "enum", "date-time", "float", "double", "int32", "int64" };

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    {
      if (dheera_json_equal (format, known[i]))
        return TRUE;
    }

  return FALSE;
}

static void
write_copied (Schema          *self,
              DheeraJsonValue  node,
              DheeraJsonValue  outer)
{
  static const char *const names[] = {
    "title", "minItems", "maxItems", "minimum", "maximum", "required", "propertyOrdering",
  };
  DheeraJsonValue description = dheera_json_member (outer, "description");
  DheeraJsonValue format = dheera_json_member (node, "format");

  /* What stands beside a reference is about this place. */
  if (!dheera_json_exists (description))
    description = dheera_json_member (node, "description");
  if (dheera_json_type (description) == DHEERA_JSON_STRING)
    {
      dheera_json_writer_key (self->writer, "description");
      dheera_json_writer_value (self->writer, description);
    }
  if (is_known_format (format))
    {
      dheera_json_writer_key (self->writer, "format");
      dheera_json_writer_value (self->writer, format);
    }
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      DheeraJsonValue value = dheera_json_member (node, names[i]);

      if (!dheera_json_exists (value))
        continue;
      dheera_json_writer_key (self->writer, names[i]);
      dheera_json_writer_value (self->writer, value);
    }
}

static void
write_properties (Schema          *self,
                  DheeraJsonValue  node,
                  guint            depth)
{
  static const DheeraJsonValue none;
  DheeraJsonValue properties = dheera_json_member (node, "properties");
  DheeraJsonIter iter;
  DheeraJsonValue name;
  DheeraJsonValue property;

  if (dheera_json_size (properties) == 0)
    return;

  dheera_json_writer_key (self->writer, "properties");
  dheera_json_writer_begin_object (self->writer);
  dheera_json_iter_init (&iter, properties);
  while (dheera_json_iter_next (&iter, &name, &property))
    {
      g_autofree char *key = dheera_json_dup_string (name);

      if (key == NULL)
        continue;
      dheera_json_writer_key (self->writer, key);
      write_node (self, property, none, FALSE, depth + 1);
    }
  dheera_json_writer_end_object (self->writer);
}

static void
write_choice (Schema          *self,
              DheeraJsonValue  choices,
              gboolean        *nullable,
              guint            depth)
{
  static const DheeraJsonValue none;
  DheeraJsonIter iter;
  DheeraJsonValue choice;

  dheera_json_writer_key (self->writer, "anyOf");
  dheera_json_writer_begin_array (self->writer);
  dheera_json_iter_init (&iter, choices);
  while (dheera_json_iter_next (&iter, NULL, &choice))
    {
      if (is_null_type (choice))
        *nullable = TRUE;
      else
        write_node (self, choice, none, FALSE, depth + 1);
    }
  dheera_json_writer_end_array (self->writer);
}

/* anyOf, oneOf, or allOf of a single one */
static DheeraJsonValue
find_choices (DheeraJsonValue node)
{
  DheeraJsonValue choices = dheera_json_member (node, "anyOf");

  if (dheera_json_type (choices) != DHEERA_JSON_ARRAY)
    choices = dheera_json_member (node, "oneOf");
  if (dheera_json_type (choices) != DHEERA_JSON_ARRAY)
    choices = dheera_json_member (node, "allOf");

  return choices;
}

/* The only choice that is not null, since a choice between one thing and null is that thing, which may be null; NONE when there are
 * several */
static DheeraJsonValue
find_only_choice (DheeraJsonValue  choices,
                  gboolean        *nullable)
{
  static const DheeraJsonValue none;
  DheeraJsonIter iter;
  DheeraJsonValue choice;
  DheeraJsonValue only = none;
  gboolean has_null = FALSE;
  guint n = 0;

  dheera_json_iter_init (&iter, choices);
  while (dheera_json_iter_next (&iter, NULL, &choice))
    {
      if (is_null_type (choice))
        has_null = TRUE;
      else if (n++ == 0)
        only = choice;
    }
  if (n != 1)
    return none;
  *nullable |= has_null;

  return only;
}

static void
write_members (Schema          *self,
               DheeraJsonValue  node,
               DheeraJsonValue  outer,
               gboolean         nullable,
               guint            depth)
{
  static const DheeraJsonValue none;
  DheeraJsonValue choices = find_choices (node);
  DheeraJsonValue items = dheera_json_member (node, "items");

  dheera_json_writer_begin_object (self->writer);
  if (dheera_json_type (choices) == DHEERA_JSON_ARRAY)
    write_choice (self, choices, &nullable, depth);
  else
    write_type (self, node, &nullable);
  write_copied (self, node, outer);
  write_enum (self, node, &nullable);
  write_properties (self, node, depth);
  if (dheera_json_type (items) == DHEERA_JSON_OBJECT)
    {
      dheera_json_writer_key (self->writer, "items");
      write_node (self, items, none, FALSE, depth + 1);
    }
  if (nullable || dheera_json_type (dheera_json_member (node, "nullable")) == DHEERA_JSON_TRUE)
    dheera_json_writer_member_boolean (self->writer, "nullable", TRUE);
  dheera_json_writer_end_object (self->writer);
}

/* outer: a node that only leads to this one, whose description holds; or NONE */
static void
write_node (Schema          *self,
            DheeraJsonValue  node,
            DheeraJsonValue  outer,
            gboolean         nullable,
            guint            depth)
{
  DheeraJsonValue only;

  if (self->fault == NULL && (depth > MAX_DEPTH || ++self->n_nodes > MAX_NODES))
    self->fault = "is too large";
  if (self->fault != NULL)
    {
      dheera_json_writer_null (self->writer);
      return;
    }

  if (dheera_json_type (dheera_json_member (node, "$ref")) == DHEERA_JSON_STRING)
    {
      write_reference (self, node, nullable, depth + 1);
      return;
    }

  only = find_only_choice (find_choices (node), &nullable);
  if (dheera_json_exists (only))
    write_node (self, only, dheera_json_exists (dheera_json_member (node, "description")) ? node : outer, nullable, depth + 1);
  else if (dheera_json_type (dheera_json_member (node, "allOf")) == DHEERA_JSON_ARRAY)
    {
      self->fault = "joins several with allOf, which Google can't be told";
      dheera_json_writer_null (self->writer);
    }
  else
    write_members (self, node, outer, nullable, depth);
}

gboolean
dheera_gemini_write_schema (DheeraJsonWriter *writer,
                            const char       *schema,
                            const char       *what,
                            GError          **error)
{
  static const DheeraJsonValue none;
  g_auto (DheeraJson) json = DHEERA_JSON_INIT;
  g_autoptr (GArray) open = g_array_new (FALSE, FALSE, sizeof (guint32));
  Schema self = { writer, { NULL, 0 }, open, 0, NULL };

  if (!dheera_json_parse (&json, schema, strlen (schema)))
    self.fault = "is not valid JSON";
  else
    {
      self.root = dheera_json_root (&json);
      write_node (&self, self.root, none, FALSE, 0);
    }
  if (self.fault == NULL)
    return TRUE;

  g_set_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST, "The schema of %s %s. Write it in a simpler way.", what, self.fault);

  return FALSE;
}

gboolean
dheera_gemini_schema_is_empty (const char *schema)
{
  g_auto (DheeraJson) json = DHEERA_JSON_INIT;
  DheeraJsonValue root;

  if (!dheera_json_parse (&json, schema, strlen (schema)))
    return FALSE;

  root = dheera_json_root (&json);

  return dheera_json_size (dheera_json_member (root, "properties")) == 0 && !dheera_json_exists (dheera_json_member (root, "$ref"))
         && !dheera_json_exists (find_choices (root));
}
