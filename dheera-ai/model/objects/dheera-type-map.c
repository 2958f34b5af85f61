/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-type-private.h"

#include "dheera-ai/model/errors/dheera-error-private.h"

/* What providers take as well; a schema that holds the same class again and again grows with each. */
#define MAX_MEMBERS 5000

static gboolean add_type (DheeraTypeMap  *self,
                          GType           type,
                          const char     *where,
                          GError        **error);

static void
member_clear (gpointer data)
{
  g_free (((DheeraMember *) data)->name);
}

static void
record_free (gpointer data)
{
  DheeraRecord *record = data;

  g_array_unref (record->members);
  g_type_class_unref (record->klass);
  g_free (record->name);
  g_free (record);
}

void
dheera_type_map_free (DheeraTypeMap *self)
{
  g_hash_table_unref (self->records);
  g_free (self);
}

static DheeraRecord *
lookup (const DheeraTypeMap *self,
        GType                type)
{
  return g_hash_table_lookup (self->records, GSIZE_TO_POINTER (type));
}

const DheeraRecord *
dheera_type_map_lookup (const DheeraTypeMap *self,
                        GType                type)
{
  return lookup (self, type);
}

/* --- What a property is ------------------------------------------------------------------------------------------------------------ */

static gboolean
find_fundamental_kind (GType             type,
                       DheeraMemberKind *kind)
{
  static const struct { GType type; DheeraMemberKind kind; } kinds[] = {
    { G_TYPE_BOOLEAN, DHEERA_MEMBER_BOOLEAN },
    { G_TYPE_INT, DHEERA_MEMBER_INTEGER },
    { G_TYPE_UINT, DHEERA_MEMBER_INTEGER },
    { G_TYPE_INT64, DHEERA_MEMBER_INTEGER },
    { G_TYPE_UINT64, DHEERA_MEMBER_INTEGER },
    { G_TYPE_LONG, DHEERA_MEMBER_INTEGER },
    { G_TYPE_ULONG, DHEERA_MEMBER_INTEGER },
    { G_TYPE_CHAR, DHEERA_MEMBER_INTEGER },
    { G_TYPE_UCHAR, DHEERA_MEMBER_INTEGER },
    { G_TYPE_FLOAT, DHEERA_MEMBER_NUMBER },
    { G_TYPE_DOUBLE, DHEERA_MEMBER_NUMBER },
    { G_TYPE_STRING, DHEERA_MEMBER_STRING },
    { G_TYPE_ENUM, DHEERA_MEMBER_ENUM },
    { G_TYPE_FLAGS, DHEERA_MEMBER_FLAGS },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (kinds[i].type == G_TYPE_FUNDAMENTAL (type))
      {
        *kind = kinds[i].kind;
        return TRUE;
      }
  return FALSE;
}

static gboolean
find_kind (GType             type,
           DheeraMemberKind *kind)
{
  if (find_fundamental_kind (type, kind))
    return TRUE;

  if (type == G_TYPE_STRV)
    *kind = DHEERA_MEMBER_STRINGS;
  else if (type == G_TYPE_DATE_TIME)
    *kind = DHEERA_MEMBER_DATE_TIME;
  else if (type == G_TYPE_BYTES)
    *kind = DHEERA_MEMBER_BYTES;
  else if (type == JSON_TYPE_NODE)
    *kind = DHEERA_MEMBER_JSON;
  else if (type == G_TYPE_LIST_MODEL || type == G_TYPE_LIST_STORE)
    *kind = DHEERA_MEMBER_LIST;
  else if (g_type_is_a (type, G_TYPE_OBJECT))
    *kind = DHEERA_MEMBER_OBJECT;
  else
    return FALSE;
  return TRUE;
}

static gboolean
refuse (const DheeraRecord  *record,
        GParamSpec          *pspec,
        const char          *fault,
        GError             **error)
{
  g_autofree char *param = g_strdup_printf ("%s:%s", record->name, pspec->name);

  dheera_set_invalid_request (error, param, "The property “%s” of the class %s %s.", pspec->name, record->name, fault);
  return FALSE;
}

static gboolean
describe_member (const DheeraRecord  *record,
                 GParamSpec          *pspec,
                 DheeraMember        *member,
                 GError             **error)
{
  member->pspec = pspec;
  member->optional = dheera_param_spec_get_optional (pspec);
  if (!find_kind (pspec->value_type, &member->kind))
    {
      g_autofree char *fault = g_strdup_printf ("has the type %s, for which there is no JSON; make it one that can't be written, or of another type",
                                                g_type_name (pspec->value_type));

      return refuse (record, pspec, fault, error);
    }

  if (member->kind == DHEERA_MEMBER_OBJECT)
    member->type = pspec->value_type;
  else if (member->kind == DHEERA_MEMBER_LIST)
    member->type = dheera_param_spec_get_item_type (pspec);
  if (member->kind == DHEERA_MEMBER_LIST && member->type == G_TYPE_INVALID)
    return refuse (record, pspec, "is a list, and does not say of what; tell with dheera_type_set_item_type()", error);
  return TRUE;
}

/* --- Classes ----------------------------------------------------------------------------------------------------------------------- */

static gboolean
add_member (DheeraTypeMap  *self,
            DheeraRecord   *record,
            GParamSpec     *pspec,
            GError        **error)
{
  DheeraMember member = { 0 };
  g_autofree char *where = NULL;

  if (!describe_member (record, pspec, &member, error))
    return FALSE;

  member.name = g_strdelimit (g_strdup (pspec->name), "-", '_');
  g_array_append_val (record->members, member);
  if (member.type == G_TYPE_INVALID)
    return TRUE;

  where = g_strdup_printf (", which the property “%s” of %s leads to,", pspec->name, record->name);
  return add_type (self, member.type, where, error);
}

static gboolean
add_members (DheeraTypeMap  *self,
             DheeraRecord   *record,
             GError        **error)
{
  guint n = 0;
  g_autofree GParamSpec **pspecs = g_object_class_list_properties (record->klass, &n);

  for (guint i = 0; i < n; i++)
    {
      if (!(pspecs[i]->flags & G_PARAM_WRITABLE) || (pspecs[i]->flags & G_PARAM_DEPRECATED))
        continue;
      if (!add_member (self, record, pspecs[i], error))
        return FALSE;
    }
  return TRUE;
}

static DheeraRecord *
record_new (GType type)
{
  DheeraRecord *record = g_new0 (DheeraRecord, 1);

  record->klass = g_type_class_ref (type);
  record->type = type;
  record->name = dheera_type_dup_short_name (type);
  record->members = g_array_new (FALSE, FALSE, sizeof (DheeraMember));
  g_array_set_clear_func (record->members, member_clear);
  return record;
}

static gboolean
add_type (DheeraTypeMap  *self,
          GType           type,
          const char     *where,
          GError        **error)
{
  g_autofree char *name = dheera_type_dup_short_name (type);
  DheeraRecord *record;

  if (lookup (self, type) != NULL)
    return TRUE;

  if (!G_TYPE_IS_OBJECT (type) || G_TYPE_IS_ABSTRACT (type))
    {
      dheera_set_invalid_request (error, name, "Objects of %s%s can't be made: it is %s.", name, where,
                                  G_TYPE_IS_ABSTRACT (type) ? "abstract" : "not a class of objects");
      return FALSE;
    }

  record = record_new (type);
  g_hash_table_insert (self->records, GSIZE_TO_POINTER (type), record);
  if (!add_members (self, record, error))
    return FALSE;
  if (record->members->len > 0)
    return TRUE;

  dheera_set_invalid_request (error, name, "The class %s%s has no property that can be written.", name, where);
  return FALSE;
}

/* --- Classes that contain themselves ----------------------------------------------------------------------------------------------- */

static gboolean
leads_to (const DheeraTypeMap *self,
          GType                from,
          GType                to,
          GHashTable          *seen)
{
  const DheeraRecord *record = lookup (self, from);

  if (!g_hash_table_add (seen, GSIZE_TO_POINTER (from)))
    return FALSE;

  for (guint i = 0; i < record->members->len; i++)
    {
      GType type = g_array_index (record->members, DheeraMember, i).type;

      if (type != G_TYPE_INVALID && (type == to || leads_to (self, type, to, seen)))
        return TRUE;
    }
  return FALSE;
}

static gboolean
can_lead_to (const DheeraTypeMap *self,
             GType                from,
             GType                to)
{
  g_autoptr(GHashTable) seen = g_hash_table_new (NULL, NULL);

  return leads_to (self, from, to, seen);
}

/* Somewhere such an object has to end: what leads back to where it is may be null. */
static void
find_recursion (const DheeraTypeMap *self)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->records);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      DheeraRecord *record = value;

      record->recursive = can_lead_to (self, record->type, record->type);
      for (guint i = 0; record->recursive && i < record->members->len; i++)
        {
          DheeraMember *member = &g_array_index (record->members, DheeraMember, i);

          if (member->kind == DHEERA_MEMBER_OBJECT && (member->type == record->type || can_lead_to (self, member->type, record->type)))
            member->optional = TRUE;
        }
    }
}

/* How many members the schema has. A class that contains itself is written once, any other wherever it is used. */
static guint
count_members (const DheeraTypeMap *self,
               const DheeraRecord  *record,
               guint                so_far)
{
  so_far += record->members->len;
  for (guint i = 0; i < record->members->len && so_far <= MAX_MEMBERS; i++)
    {
      GType type = g_array_index (record->members, DheeraMember, i).type;
      const DheeraRecord *inner = type != G_TYPE_INVALID ? lookup (self, type) : NULL;

      if (inner != NULL && !inner->recursive)
        so_far = count_members (self, inner, so_far);
    }
  return so_far;
}

static gboolean
check_size (const DheeraTypeMap  *self,
            GError              **error)
{
  const DheeraRecord *root = lookup (self, self->root);
  guint count = 0;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->records);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (value == root || ((DheeraRecord *) value)->recursive)
      count = count_members (self, value, count);
  if (count <= MAX_MEMBERS)
    return TRUE;

  dheera_set_invalid_request (error, root->name, "The class %s and those that it leads to have more than %d properties, which no provider takes.",
                              root->name, MAX_MEMBERS);
  return FALSE;
}

DheeraTypeMap *
dheera_type_map_new (GType    root,
                     GError **error)
{
  g_autoptr(DheeraTypeMap) self = g_new0 (DheeraTypeMap, 1);

  self->root = root;
  self->records = g_hash_table_new_full (NULL, NULL, NULL, record_free);
  if (!add_type (self, root, "", error))
    return NULL;

  find_recursion (self);
  return check_size (self, error) ? g_steal_pointer (&self) : NULL;
}
