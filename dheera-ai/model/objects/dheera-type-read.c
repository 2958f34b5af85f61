/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-type-private.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* Makes objects of JSON that a model wrote. What does not follow the schema is refused: an object that is there is whole. */

typedef struct
{
  const DheeraTypeMap *map;
  GString *path;
  char *fault;
} Reader;

static GObject *read_object (Reader             *self,
                             const DheeraRecord *record,
                             DheeraJsonValue     json);

/* --- What is wrong ----------------------------------------------------------------------------------------------------------------- */

#define MAX_SHOWN 40 /* characters */

/* Takes text. */
static char *
shorten (char *text)
{
  g_autofree char *whole = text;
  g_autofree char *start = NULL;

  if (g_utf8_strlen (whole, -1) <= MAX_SHOWN)
    return g_steal_pointer (&whole);
  start = g_utf8_substring (whole, 0, MAX_SHOWN);
  return g_strconcat (start, "…", NULL);
}

static char *
describe_text (DheeraJsonValue json)
{
  g_autofree char *text = shorten (dheera_json_dup_string (json));

  return g_strdup_printf ("the text “%s”", text);
}

static char *
describe_value (DheeraJsonValue json)
{
  g_autofree char *raw = NULL;

  switch (dheera_json_type (json))
    {
    case DHEERA_JSON_NULL:
      return g_strdup ("null");
    case DHEERA_JSON_FALSE:
      return g_strdup ("false");
    case DHEERA_JSON_TRUE:
      return g_strdup ("true");
    case DHEERA_JSON_NUMBER:
      raw = dheera_json_dup_raw (json);
      return g_strdup_printf ("the number %.*s", MAX_SHOWN, raw);
    case DHEERA_JSON_STRING:
      return describe_text (json);
    case DHEERA_JSON_ARRAY:
      return g_strdup ("an array");
    case DHEERA_JSON_OBJECT:
      return g_strdup ("an object");
    case DHEERA_JSON_NONE:
    default:
      return g_strdup ("missing");
    }
}

/* Always FALSE. expected is a phrase such as "a number". */
static gboolean
fail (Reader          *self,
      DheeraJsonValue  json,
      const char      *expected)
{
  g_autofree char *found = describe_value (json);

  self->fault = g_strdup_printf ("%s is %s, but %s is expected", self->path->len > 0 ? self->path->str : "it", found, expected);
  return FALSE;
}

static gboolean
fail_choice (Reader          *self,
             DheeraJsonValue  json,
             const char      *choices)
{
  g_autofree char *expected = g_strdup_printf ("one of %s", choices);

  return fail (self, json, expected);
}

static gboolean
fail_number (Reader             *self,
             const DheeraMember *member,
             DheeraJsonValue     json)
{
  const char *what = member->kind == DHEERA_MEMBER_INTEGER ? "a whole number" : "a number";
  g_autoptr(GString) expected = g_string_new (what);
  double limit;
  gboolean has_minimum = dheera_param_spec_get_minimum (member->pspec, &limit);

  if (has_minimum)
    g_string_append_printf (expected, " from %.15g", limit);
  if (dheera_param_spec_get_maximum (member->pspec, &limit))
    g_string_append_printf (expected, "%s %.15g", has_minimum ? " to" : " up to", limit);
  else if (has_minimum)
    g_string_append (expected, " on");
  return fail (self, json, expected->str);
}

/* --- Numbers ----------------------------------------------------------------------------------------------------------------------- */

static gboolean
get_unsigned (DheeraJsonValue  json,
              guint64         *number)
{
  g_autofree char *raw = dheera_json_dup_raw (json);

  /* What a gint64 does not hold is written out in digits. */
  return g_ascii_string_to_unsigned (raw, 10, 0, G_MAXUINT64, number, NULL);
}

/* FALSE when the type does not hold the number. */
static gboolean
set_integer (GValue          *value,
             DheeraJsonValue  json)
{
  guint64 large;
  gint64 number = dheera_json_get_int (json, G_MININT64);
  double real = dheera_json_get_double (json, NAN);
  GType type = G_TYPE_FUNDAMENTAL (G_VALUE_TYPE (value));

  if (!(real == trunc (real)) || (number == G_MININT64 && real > 0 && (type != G_TYPE_UINT64 && type != G_TYPE_ULONG)))
    return FALSE;

#define SET_INTEGER(TYPE, set, minimum, maximum) \
  case TYPE: \
    set (value, (number)); \
    return number >= (minimum) && number <= (maximum)

  switch (type)
    {
    SET_INTEGER (G_TYPE_INT, g_value_set_int, G_MININT, G_MAXINT);
    SET_INTEGER (G_TYPE_UINT, g_value_set_uint, 0, G_MAXUINT);
    SET_INTEGER (G_TYPE_LONG, g_value_set_long, G_MINLONG, G_MAXLONG);
    SET_INTEGER (G_TYPE_INT64, g_value_set_int64, G_MININT64, G_MAXINT64);
    SET_INTEGER (G_TYPE_CHAR, g_value_set_schar, G_MININT8, G_MAXINT8);
    SET_INTEGER (G_TYPE_UCHAR, g_value_set_uchar, 0, G_MAXUINT8);
    case G_TYPE_UINT64:
    case G_TYPE_ULONG:
    default:
      if (number < 0 && !get_unsigned (json, &large))
        return FALSE;
      large = number >= 0 ? (guint64) number : large;
      if (type == G_TYPE_UINT64)
        g_value_set_uint64 (value, large);
      else
        g_value_set_ulong (value, large);
      return type == G_TYPE_UINT64 || large <= G_MAXULONG;
    }
#undef SET_INTEGER
}

static gboolean
set_real (GValue          *value,
          DheeraJsonValue  json)
{
  double number = dheera_json_get_double (json, NAN);

  if (!isfinite (number))
    return FALSE;
  if (G_VALUE_HOLDS_DOUBLE (value))
    {
      g_value_set_double (value, number);
      return TRUE;
    }
  g_value_set_float (value, (float) number);
  return fabs (number) <= FLT_MAX;
}

static gboolean
read_number (Reader             *self,
             const DheeraMember *member,
             DheeraJsonValue     json,
             GValue             *value)
{
  gboolean fits = dheera_json_type (json) == DHEERA_JSON_NUMBER &&
                  (member->kind == DHEERA_MEMBER_INTEGER ? set_integer (value, json) : set_real (value, json));

  if (fits && g_param_value_is_valid (member->pspec, value))
    return TRUE;
  return fail_number (self, member, json);
}

/* --- Words ------------------------------------------------------------------------------------------------------------------------- */

static gboolean
read_enum (Reader             *self,
           const DheeraMember *member,
           DheeraJsonValue     json,
           GValue             *value)
{
  GEnumClass *klass = G_PARAM_SPEC_ENUM (member->pspec)->enum_class;
  g_autofree char *nick = dheera_json_dup_string (json);
  const GEnumValue *found = nick != NULL ? g_enum_get_value_by_nick (klass, nick) : NULL;
  g_autoptr(GString) choices = NULL;

  if (found != NULL)
    {
      g_value_set_enum (value, found->value);
      return TRUE;
    }

  choices = g_string_new (NULL);
  for (guint i = 0; i < klass->n_values; i++)
    g_string_append_printf (choices, "%s“%s”", i > 0 ? ", " : "", klass->values[i].value_nick);
  return fail_choice (self, json, choices->str);
}

static gboolean
fail_flag (Reader          *self,
           GFlagsClass     *klass,
           DheeraJsonValue  json)
{
  g_autoptr(GString) choices = g_string_new (NULL);

  for (guint i = 0; i < klass->n_values; i++)
    if (klass->values[i].value != 0)
      g_string_append_printf (choices, "%s“%s”", choices->len > 0 ? ", " : "", klass->values[i].value_nick);
  return fail_choice (self, json, choices->str);
}

/* Appends "[index]" for as long as an element is read. */
static gsize
enter_element (Reader *self,
               guint   index)
{
  gsize length = self->path->len;

  g_string_append_printf (self->path, "[%u]", index);
  return length;
}

static gboolean
read_flags (Reader             *self,
            const DheeraMember *member,
            DheeraJsonValue     json,
            GValue             *value)
{
  GFlagsClass *klass = G_PARAM_SPEC_FLAGS (member->pspec)->flags_class;
  DheeraJsonIter iter;
  DheeraJsonValue element;
  guint flags = 0;

  if (dheera_json_type (json) != DHEERA_JSON_ARRAY)
    return fail (self, json, "an array of words");

  dheera_json_iter_init (&iter, json);
  for (guint i = 0; dheera_json_iter_next (&iter, NULL, &element); i++)
    {
      g_autofree char *nick = dheera_json_dup_string (element);
      const GFlagsValue *found = nick != NULL ? g_flags_get_value_by_nick (klass, nick) : NULL;
      gsize length = enter_element (self, i);

      if (found == NULL)
        return fail_flag (self, klass, element);
      flags |= found->value;
      g_string_truncate (self->path, length);
    }

  g_value_set_flags (value, flags);
  return TRUE;
}

static gboolean
read_strings (Reader          *self,
              DheeraJsonValue  json,
              GValue          *value)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  DheeraJsonIter iter;
  DheeraJsonValue element;

  if (dheera_json_type (json) != DHEERA_JSON_ARRAY)
    return fail (self, json, "an array of texts");

  dheera_json_iter_init (&iter, json);
  for (guint i = 0; dheera_json_iter_next (&iter, NULL, &element); i++)
    {
      g_autofree char *text = dheera_json_dup_string (element);
      gsize length = enter_element (self, i);

      if (text == NULL)
        return fail (self, element, "a text");
      g_strv_builder_add (builder, text);
      g_string_truncate (self->path, length);
    }

  g_value_take_boxed (value, g_strv_builder_end (builder));
  return TRUE;
}

/* --- Texts that stand for something else ------------------------------------------------------------------------------------------- */

static gboolean
read_date_time (Reader          *self,
                DheeraJsonValue  json,
                GValue          *value)
{
  g_autofree char *text = dheera_json_dup_string (json);
  g_autoptr(GTimeZone) utc = g_time_zone_new_utc ();
  GDateTime *time = text != NULL ? g_date_time_new_from_iso8601 (text, utc) : NULL;

  if (time == NULL)
    return fail (self, json, "a date and time such as “2025-12-31T23:59:00Z”");

  g_value_take_boxed (value, time);
  return TRUE;
}

/* GLib decodes anything, and leaves out what it does not know. */
static gboolean
is_base64 (const char *text)
{
  gsize length = strspn (text, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "+/");
  gsize padding = strspn (text + length, "=");

  return text[length + padding] == '\0' && padding <= 2 && (length + padding) % 4 == 0;
}

static gboolean
read_bytes (Reader          *self,
            DheeraJsonValue  json,
            GValue          *value)
{
  g_autofree char *text = dheera_json_dup_string (json);
  guchar *data;
  gsize length;

  if (text == NULL || !is_base64 (text))
    return fail (self, json, "Base64 text");

  data = g_base64_decode (text, &length);
  g_value_take_boxed (value, g_bytes_new_take (data, length));
  return TRUE;
}

/* A model that writes the value itself and not its text has said what was wanted too. */
static gboolean
read_json (Reader          *self,
           DheeraJsonValue  json,
           GValue          *value)
{
  g_autofree char *text = dheera_json_dup_string (json);
  DheeraJson view = DHEERA_JSON_INIT;
  gboolean good = dheera_json_type (json) != DHEERA_JSON_NONE;

  if (text != NULL)
    {
      good = dheera_json_parse (&view, text, strlen (text));
      if (good)
        g_value_take_boxed (value, dheera_json_to_node (dheera_json_root (&view)));
      dheera_json_clear (&view);
    }
  else if (good)
    {
      g_value_take_boxed (value, dheera_json_to_node (json));
    }
  return good || fail (self, json, "the text of a JSON value");
}

static gboolean
read_string (Reader          *self,
             DheeraJsonValue  json,
             GValue          *value)
{
  char *text = dheera_json_dup_string (json);

  if (text == NULL)
    return fail (self, json, "a text");
  g_value_take_string (value, text);
  return TRUE;
}

static gboolean
read_boolean (Reader          *self,
              DheeraJsonValue  json,
              GValue          *value)
{
  DheeraJsonType type = dheera_json_type (json);

  if (type != DHEERA_JSON_TRUE && type != DHEERA_JSON_FALSE)
    return fail (self, json, "true or false");
  g_value_set_boolean (value, type == DHEERA_JSON_TRUE);
  return TRUE;
}

/* --- Objects ----------------------------------------------------------------------------------------------------------------------- */

static gboolean
read_list (Reader             *self,
           const DheeraMember *member,
           DheeraJsonValue     json,
           GValue             *value)
{
  const DheeraRecord *record = dheera_type_map_lookup (self->map, member->type);
  g_autoptr(GListStore) list = NULL;
  DheeraJsonIter iter;
  DheeraJsonValue element;

  if (dheera_json_type (json) != DHEERA_JSON_ARRAY)
    return fail (self, json, "an array of objects");

  list = g_list_store_new (member->type);
  dheera_json_iter_init (&iter, json);
  for (guint i = 0; dheera_json_iter_next (&iter, NULL, &element); i++)
    {
      gsize length = enter_element (self, i);
      g_autoptr(GObject) item = read_object (self, record, element);

      if (item == NULL)
        return FALSE;
      g_list_store_append (list, item);
      g_string_truncate (self->path, length);
    }

  g_value_set_object (value, list);
  return TRUE;
}

static gboolean
read_member (Reader             *self,
             const DheeraMember *member,
             DheeraJsonValue     json,
             GValue             *value)
{
  GObject *object;

  switch (member->kind)
    {
    case DHEERA_MEMBER_BOOLEAN:
      return read_boolean (self, json, value);
    case DHEERA_MEMBER_INTEGER:
    case DHEERA_MEMBER_NUMBER:
      return read_number (self, member, json, value);
    case DHEERA_MEMBER_ENUM:
      return read_enum (self, member, json, value);
    case DHEERA_MEMBER_FLAGS:
      return read_flags (self, member, json, value);
    case DHEERA_MEMBER_STRINGS:
      return read_strings (self, json, value);
    case DHEERA_MEMBER_LIST:
      return read_list (self, member, json, value);
    case DHEERA_MEMBER_DATE_TIME:
      return read_date_time (self, json, value);
    case DHEERA_MEMBER_BYTES:
      return read_bytes (self, json, value);
    case DHEERA_MEMBER_JSON:
      return read_json (self, json, value);
    case DHEERA_MEMBER_OBJECT:
      object = read_object (self, dheera_type_map_lookup (self->map, member->type), json);
      g_value_take_object (value, object);
      return object != NULL;
    case DHEERA_MEMBER_STRING:
    default:
      return read_string (self, json, value);
    }
}

/* Both "wind_speed" and "wind-speed" are taken. */
static const DheeraMember *
find_member (const DheeraRecord *record,
             const char         *name)
{
  g_autofree char *canonical = g_strdelimit (g_strdup (name), "-", '_');

  for (guint i = 0; i < record->members->len; i++)
    {
      const DheeraMember *member = &g_array_index (record->members, DheeraMember, i);

      if (g_str_equal (member->name, canonical))
        return member;
    }
  return NULL;
}

/* What is read of one object: the members by their place in the record, of type NONE where there is none. FALSE for a member that does not belong there. */
static gboolean
sort_members (Reader             *self,
              const DheeraRecord *record,
              DheeraJsonValue     json,
              DheeraJsonValue    *sorted)
{
  DheeraJsonIter iter;
  DheeraJsonValue key, element;

  dheera_json_iter_init (&iter, json);
  while (dheera_json_iter_next (&iter, &key, &element))
    {
      g_autofree char *name = dheera_json_dup_string (key);
      const DheeraMember *member = find_member (record, name);

      if (member == NULL)
        {
          g_autofree char *shown = shorten (g_steal_pointer (&name));

          self->fault = g_strdup_printf ("%s%shas a member “%s”, which %s has no property for", self->path->str,
                                         self->path->len > 0 ? " " : "it ", shown, record->name);
          return FALSE;
        }
      sorted[member - (DheeraMember *) record->members->data] = element;
    }
  return TRUE;
}

typedef struct
{
  const char **names;
  GValue *values;
  guint n;
} Properties;

static gboolean
read_members (Reader             *self,
              const DheeraRecord *record,
              DheeraJsonValue    *sorted,
              Properties         *properties)
{
  for (guint i = 0; i < record->members->len; i++)
    {
      const DheeraMember *member = &g_array_index (record->members, DheeraMember, i);
      gsize length = self->path->len;

      if (member->optional && !dheera_json_exists (sorted[i]))
        continue;

      g_string_append_printf (self->path, "%s%s", length > 0 ? "." : "", member->name);
      properties->names[properties->n] = member->pspec->name;
      g_value_init (&properties->values[properties->n], member->kind == DHEERA_MEMBER_LIST ? G_TYPE_LIST_STORE : member->pspec->value_type);
      if (!read_member (self, member, sorted[i], &properties->values[properties->n++]))
        return FALSE;
      g_string_truncate (self->path, length);
    }
  return TRUE;
}

static GObject *
read_object (Reader             *self,
             const DheeraRecord *record,
             DheeraJsonValue     json)
{
  g_autofree DheeraJsonValue *sorted = g_new0 (DheeraJsonValue, record->members->len);
  g_autofree const char **names = g_new0 (const char *, record->members->len);
  g_autofree GValue *values = g_new0 (GValue, record->members->len);
  Properties properties = { names, values, 0 };
  GObject *object = NULL;

  if (dheera_json_type (json) != DHEERA_JSON_OBJECT)
    {
      fail (self, json, "an object");
      return NULL;
    }

  if (sort_members (self, record, json, sorted) && read_members (self, record, sorted, &properties))
    object = g_object_new_with_properties (record->type, properties.n, names, values);
  for (guint i = 0; i < properties.n; i++)
    g_value_unset (&values[i]);

  /* Nobody has a place for a floating reference here. */
  return object != NULL && g_object_is_floating (object) ? g_object_ref_sink (object) : object;
}

GObject *
dheera_type_map_read (const DheeraTypeMap  *self,
                      DheeraJsonValue       value,
                      char                **path,
                      char                **fault)
{
  Reader reader = { self, g_string_new (NULL), NULL };
  GObject *object = read_object (&reader, dheera_type_map_lookup (self, self->root), value);

  *path = g_string_free (reader.path, FALSE);
  *fault = reader.fault;
  return object;
}
