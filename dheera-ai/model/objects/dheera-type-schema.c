/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-type-private.h"

#include <math.h>

/* The JSON schema of a class, in the form that the strictest provider takes: every member is required, no others are allowed, what may be left open allows null, and
 * a reference stands alone. Classes are written where they are used, since not every provider follows references; only one that contains itself is referred to. */

static void write_object (DheeraJsonWriter    *writer,
                          const DheeraTypeMap *map,
                          const DheeraRecord  *record,
                          const DheeraMember  *member);

static void
write_type (DheeraJsonWriter *writer,
            const char       *type,
            gboolean          nullable)
{
  dheera_json_writer_key (writer, "type");
  if (nullable)
    dheera_json_writer_begin_array (writer);
  dheera_json_writer_string (writer, type);
  if (nullable)
    {
      dheera_json_writer_string (writer, "null");
      dheera_json_writer_end_array (writer);
    }
}

static void
write_limit (DheeraJsonWriter *writer,
             const char       *key,
             double            limit)
{
  if (limit == trunc (limit) && fabs (limit) < 9e15)
    dheera_json_writer_member_int (writer, key, (gint64) limit);
  else
    dheera_json_writer_member_double (writer, key, limit);
}

static void
write_number (DheeraJsonWriter   *writer,
              const DheeraMember *member,
              const char         *type)
{
  double limit;

  write_type (writer, type, member->optional);
  if (dheera_param_spec_get_minimum (member->pspec, &limit))
    write_limit (writer, "minimum", limit);
  if (dheera_param_spec_get_maximum (member->pspec, &limit))
    write_limit (writer, "maximum", limit);
}

static void
write_enum (DheeraJsonWriter   *writer,
            const DheeraMember *member)
{
  GEnumClass *klass = g_type_class_ref (member->pspec->value_type);

  write_type (writer, "string", member->optional);
  dheera_json_writer_key (writer, "enum");
  dheera_json_writer_begin_array (writer);
  for (guint i = 0; i < klass->n_values; i++)
    dheera_json_writer_string (writer, klass->values[i].value_nick);
  if (member->optional)
    dheera_json_writer_null (writer);
  dheera_json_writer_end_array (writer);
  g_type_class_unref (klass);
}

/* No flag at all is an empty array. */
static void
write_flags (DheeraJsonWriter   *writer,
             const DheeraMember *member)
{
  GFlagsClass *klass = g_type_class_ref (member->pspec->value_type);

  write_type (writer, "array", member->optional);
  dheera_json_writer_key (writer, "items");
  dheera_json_writer_begin_object (writer);
  write_type (writer, "string", FALSE);
  dheera_json_writer_key (writer, "enum");
  dheera_json_writer_begin_array (writer);
  for (guint i = 0; i < klass->n_values; i++)
    if (klass->values[i].value != 0)
      dheera_json_writer_string (writer, klass->values[i].value_nick);
  dheera_json_writer_end_array (writer);
  dheera_json_writer_end_object (writer);
  g_type_class_unref (klass);
}

static void
write_strings (DheeraJsonWriter   *writer,
               const DheeraMember *member)
{
  write_type (writer, "array", member->optional);
  dheera_json_writer_key (writer, "items");
  dheera_json_writer_begin_object (writer);
  write_type (writer, "string", FALSE);
  dheera_json_writer_end_object (writer);
}

/* --- Objects ----------------------------------------------------------------------------------------------------------------------- */

static char *
dup_definition_name (const DheeraRecord *record)
{
  return g_strcanon (g_strdup (g_type_name (record->type)), G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_", '_');
}

static void
write_reference (DheeraJsonWriter    *writer,
                 const DheeraTypeMap *map,
                 const DheeraRecord  *record)
{
  g_autofree char *name = dup_definition_name (record);
  g_autofree char *pointer = record->type == map->root ? g_strdup ("#") : g_strconcat ("#/$defs/", name, NULL);

  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "$ref", pointer);
  dheera_json_writer_end_object (writer);
}

/* OpenAI takes nothing beside a reference, but a list of alternatives may have only one. */
static void
write_reference_member (DheeraJsonWriter    *writer,
                        const DheeraTypeMap *map,
                        const DheeraMember  *member)
{
  dheera_json_writer_key (writer, "anyOf");
  dheera_json_writer_begin_array (writer);
  write_reference (writer, map, dheera_type_map_lookup (map, member->type));
  if (member->optional)
    {
      dheera_json_writer_begin_object (writer);
      write_type (writer, "null", FALSE);
      dheera_json_writer_end_object (writer);
    }
  dheera_json_writer_end_array (writer);
}

static void
write_list (DheeraJsonWriter    *writer,
            const DheeraTypeMap *map,
            const DheeraMember  *member)
{
  const DheeraRecord *record = dheera_type_map_lookup (map, member->type);

  write_type (writer, "array", member->optional);
  dheera_json_writer_key (writer, "items");
  if (record->recursive)
    {
      write_reference (writer, map, record);
      return;
    }
  dheera_json_writer_begin_object (writer);
  write_object (writer, map, record, NULL);
  dheera_json_writer_end_object (writer);
}

static void
write_object_member (DheeraJsonWriter    *writer,
                     const DheeraTypeMap *map,
                     const DheeraMember  *member)
{
  const DheeraRecord *record = dheera_type_map_lookup (map, member->type);

  if (record->recursive)
    write_reference_member (writer, map, member);
  else
    write_object (writer, map, record, member);
}

/* --- Members ----------------------------------------------------------------------------------------------------------------------- */

/* Vala and others give the name of the property where there is no nick or blurb. */
static const char *
get_text (const char *text,
          GParamSpec *pspec)
{
  return text != NULL && *text != '\0' && !g_str_equal (text, pspec->name) ? text : NULL;
}

static const char *
get_form (DheeraMemberKind kind)
{
  switch (kind)
    {
    case DHEERA_MEMBER_BYTES:
      return "Base64";
    case DHEERA_MEMBER_JSON:
      return "The text of a JSON value";
    default:
      return NULL;
    }
}

static void
write_texts (DheeraJsonWriter   *writer,
             const DheeraMember *member)
{
  const char *title = get_text (g_param_spec_get_nick (member->pspec), member->pspec);
  const char *blurb = get_text (g_param_spec_get_blurb (member->pspec), member->pspec);
  const char *form = get_form (member->kind);
  g_autofree char *both = blurb != NULL && form != NULL ? g_strdup_printf ("%s (%s)", blurb, form) : NULL;
  const char *description = both != NULL ? both : blurb != NULL ? blurb : form;

  if (title != NULL && g_strcmp0 (title, description) != 0)
    dheera_json_writer_member_string (writer, "title", title);
  if (description != NULL)
    dheera_json_writer_member_string (writer, "description", description);
}

static void
write_kind (DheeraJsonWriter    *writer,
            const DheeraTypeMap *map,
            const DheeraMember  *member)
{
  switch (member->kind)
    {
    case DHEERA_MEMBER_BOOLEAN:
      write_type (writer, "boolean", member->optional);
      break;
    case DHEERA_MEMBER_INTEGER:
      write_number (writer, member, "integer");
      break;
    case DHEERA_MEMBER_NUMBER:
      write_number (writer, member, "number");
      break;
    case DHEERA_MEMBER_ENUM:
      write_enum (writer, member);
      break;
    case DHEERA_MEMBER_FLAGS:
      write_flags (writer, member);
      break;
    case DHEERA_MEMBER_STRINGS:
      write_strings (writer, member);
      break;
    case DHEERA_MEMBER_OBJECT:
      write_object_member (writer, map, member);
      break;
    case DHEERA_MEMBER_LIST:
      write_list (writer, map, member);
      break;
    case DHEERA_MEMBER_STRING:
    case DHEERA_MEMBER_DATE_TIME:
    case DHEERA_MEMBER_BYTES:
    case DHEERA_MEMBER_JSON:
    default:
      write_type (writer, "string", member->optional);
      if (member->kind == DHEERA_MEMBER_DATE_TIME)
        dheera_json_writer_member_string (writer, "format", "date-time");
    }
}

/* member is the one that holds the object, NULL for none. */
static void
write_object (DheeraJsonWriter    *writer,
              const DheeraTypeMap *map,
              const DheeraRecord  *record,
              const DheeraMember  *member)
{
  write_type (writer, "object", member != NULL && member->optional);
  dheera_json_writer_key (writer, "properties");
  dheera_json_writer_begin_object (writer);
  for (guint i = 0; i < record->members->len; i++)
    {
      const DheeraMember *inner = &g_array_index (record->members, DheeraMember, i);

      dheera_json_writer_key (writer, inner->name);
      dheera_json_writer_begin_object (writer);
      write_texts (writer, inner);
      write_kind (writer, map, inner);
      dheera_json_writer_end_object (writer);
    }
  dheera_json_writer_end_object (writer);

  dheera_json_writer_key (writer, "required");
  dheera_json_writer_begin_array (writer);
  for (guint i = 0; i < record->members->len; i++)
    dheera_json_writer_string (writer, g_array_index (record->members, DheeraMember, i).name);
  dheera_json_writer_end_array (writer);
  dheera_json_writer_member_boolean (writer, "additionalProperties", FALSE);
}

static void
write_definitions (DheeraJsonWriter    *writer,
                   const DheeraTypeMap *map)
{
  gboolean begun = FALSE;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, map->records);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const DheeraRecord *record = value;
      g_autofree char *name = NULL;

      if (!record->recursive || record->type == map->root)
        continue;
      if (!begun)
        {
          dheera_json_writer_key (writer, "$defs");
          dheera_json_writer_begin_object (writer);
          begun = TRUE;
        }
      name = dup_definition_name (record);
      dheera_json_writer_key (writer, name);
      dheera_json_writer_begin_object (writer);
      write_object (writer, map, record, NULL);
      dheera_json_writer_end_object (writer);
    }
  if (begun)
    dheera_json_writer_end_object (writer);
}

char *
dheera_type_map_dup_schema (const DheeraTypeMap *self)
{
  DheeraJsonWriter writer;

  dheera_json_writer_init (&writer, 1024);
  dheera_json_writer_begin_object (&writer);
  write_object (&writer, self, dheera_type_map_lookup (self, self->root), NULL);
  write_definitions (&writer, self);
  dheera_json_writer_end_object (&writer);

  return dheera_json_writer_steal (&writer);
}
