/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-json-writer-private.h"

#include <string.h>

#include "dheera-text-private.h"

/* The merge of RFC 7396, on text: members that the patch does not name are copied byte for byte, so that numbers keep their digits.
 *
 * The members of the patch are sorted once and searched for by halves. Names come from whoever calls the gateway, and a hash table would
 * let them choose colliding ones. */

typedef struct
{
  char *name;
  DheeraJsonValue key;
  DheeraJsonValue value;
  DheeraJsonValue replaced; /* what the base has under that name */
  guint order;
  gboolean written;
} PatchMember;

static void
patch_member_clear (gpointer data)
{
  g_free (((PatchMember *) data)->name);
}

static int
compare_members (gconstpointer a,
                 gconstpointer b)
{
  const PatchMember *left = a;
  const PatchMember *right = b;
  int order = strcmp (left->name, right->name);

  if (order != 0)
    return order;

  return left->order < right->order ? -1 : left->order > right->order;
}

static int
compare_order (gconstpointer a,
               gconstpointer b)
{
  const PatchMember *left = a;
  const PatchMember *right = b;

  return left->order < right->order ? -1 : left->order > right->order;
}

/* The members of the patch by name; of a repeated name only the last one. */
static GArray *
sort_patch (DheeraJsonValue patch)
{
  GArray *members = g_array_new (FALSE, FALSE, sizeof (PatchMember));
  PatchMember member = { 0 };
  DheeraJsonIter iter;
  guint i, kept = 0;

  dheera_json_iter_init (&iter, patch);
  while (dheera_json_iter_next (&iter, &member.key, &member.value))
    {
      member.name = dheera_json_dup_string (member.key);
      g_array_append_val (members, member);
      member.order++;
    }
  g_array_sort (members, compare_members);

  for (i = 0; i < members->len; i++)
    {
      PatchMember *here = &g_array_index (members, PatchMember, i);

      if (i + 1 < members->len && strcmp (here->name, (here + 1)->name) == 0)
        {
          g_free (here->name);
          continue;
        }
      g_array_index (members, PatchMember, kept++) = *here;
    }
  g_array_set_size (members, kept);
  g_array_set_clear_func (members, patch_member_clear);

  return members;
}

static PatchMember *
find_member (GArray     *members,
             const char *name)
{
  guint low = 0;
  guint high = members->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      PatchMember *member = &g_array_index (members, PatchMember, middle);
      int order = strcmp (name, member->name);

      if (order == 0)
        return member;
      if (order < 0)
        high = middle;
      else
        low = middle + 1;
    }

  return NULL;
}

static void
write_name (DheeraJsonWriter *writer,
            DheeraJsonValue   name)
{
  dheera_json_writer_value (writer, name);
  g_string_append_c (writer->out, ':');
  writer->comma = FALSE;
}

static void merge_objects (DheeraJsonWriter *writer,
                           DheeraJsonValue   base,
                           DheeraJsonValue   patch);

static void
write_member (DheeraJsonWriter *writer,
              DheeraJsonValue   name,
              PatchMember      *member)
{
  member->written = TRUE;
  write_name (writer, name);
  if (dheera_json_type (member->value) == DHEERA_JSON_OBJECT)
    merge_objects (writer, member->replaced, member->value);
  else
    dheera_json_writer_value (writer, member->value);
}

static PatchMember *
find_name (GArray          *members,
           DheeraJsonValue  name)
{
  g_autofree char *text = dheera_json_dup_string (name);

  return find_member (members, text);
}

/* The members of base, each replaced by the one of the patch in its place. */
static void
merge_base (DheeraJsonWriter *writer,
            DheeraJsonValue   base,
            GArray           *members)
{
  DheeraJsonValue name, value;
  DheeraJsonIter iter;
  PatchMember *member;

  /* Of a repeated name the last value counts, which is known at the end only. */
  dheera_json_iter_init (&iter, base);
  while (dheera_json_iter_next (&iter, &name, &value))
    {
      member = find_name (members, name);
      if (member != NULL)
        member->replaced = value;
    }

  dheera_json_iter_init (&iter, base);
  while (dheera_json_iter_next (&iter, &name, &value))
    {
      member = find_name (members, name);
      if (member == NULL)
        {
          write_name (writer, name);
          dheera_json_writer_value (writer, value);
        }
      else if (!member->written && dheera_json_type (member->value) != DHEERA_JSON_NULL)
        write_member (writer, name, member);
    }
}

/* Goes no deeper than the parser let the texts be nested. */
static void
merge_objects (DheeraJsonWriter *writer,
               DheeraJsonValue   base,
               DheeraJsonValue   patch)
{
  g_autoptr (GArray) members = sort_patch (patch);
  guint i;

  dheera_json_writer_begin_object (writer);
  if (dheera_json_type (base) == DHEERA_JSON_OBJECT)
    merge_base (writer, base, members);

  g_array_sort (members, compare_order);
  for (i = 0; i < members->len; i++)
    {
      PatchMember *member = &g_array_index (members, PatchMember, i);

      if (!member->written && dheera_json_type (member->value) != DHEERA_JSON_NULL)
        write_member (writer, member->key, member);
    }
  dheera_json_writer_end_object (writer);
}

char *
dheera_json_merge (const char *base,
                   const char *patch)
{
  DheeraJson base_json = DHEERA_JSON_INIT;
  DheeraJson patch_json = DHEERA_JSON_INIT;
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;
  gsize base_length = base != NULL ? strlen (base) : 0;
  gsize patch_length = patch != NULL ? strlen (patch) : 0;
  char *merged;

  /* A view that could not be parsed is empty, and so merges as {}. */
  if (!dheera_json_parse (&base_json, base, base_length))
    base = "{}";
  if (dheera_json_parse (&patch_json, patch, patch_length)
      && dheera_json_type (dheera_json_root (&patch_json)) == DHEERA_JSON_OBJECT)
    {
      dheera_json_writer_init (&writer, base_length + patch_length);
      merge_objects (&writer, dheera_json_root (&base_json), dheera_json_root (&patch_json));
      merged = dheera_json_writer_steal (&writer);
    }
  else
    merged = g_strdup (base);

  dheera_json_clear (&base_json);
  dheera_json_clear (&patch_json);

  return merged;
}
