/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-openai-chat-state-private.h"

#include <string.h>

#include "dheera-ai/wire/dheera-json-writer-private.h"

/* A streamed block of reasoning comes as many objects with the same type and index, each with a piece of
 * the text, and the signature in one of them. They have to go back as the one block that they are.
 * Encrypted blocks come whole and stay as they were sent. */

typedef struct
{
  char *name;
  char *json;    /* of a member that is not put together */
  GString *text; /* of one that is */
  guint16 surrogate;
} Member;

typedef struct
{
  char *type;
  gint64 index;
  GArray *members; /* of Member, in the order in which they first came */
} Block;

struct _DheeraReasoningDetails
{
  GPtrArray *blocks; /* of Block */
};

static void
member_clear (gpointer data)
{
  Member *self = data;

  g_free (self->name);
  g_free (self->json);
  if (self->text != NULL)
    g_string_free (self->text, TRUE);
}

static void
block_free (gpointer data)
{
  Block *self = data;

  g_free (self->type);
  g_array_unref (self->members);
  g_free (self);
}

static Block *
block_new (char   *type,
           gint64  index)
{
  Block *self = g_new0 (Block, 1);

  self->type = type;
  self->index = index;
  self->members = g_array_new (FALSE, TRUE, sizeof (Member));
  g_array_set_clear_func (self->members, member_clear);

  return self;
}

static Member *
block_ensure_member (Block      *self,
                     const char *name)
{
  Member added = { 0 };

  for (guint i = 0; i < self->members->len; i++)
    {
      Member *member = &g_array_index (self->members, Member, i);

      if (strcmp (member->name, name) == 0)
        return member;
    }

  added.name = g_strdup (name);
  g_array_append_val (self->members, added);

  return &g_array_index (self->members, Member, self->members->len - 1);
}

static void
block_add (Block           *self,
           DheeraJsonValue  detail)
{
  DheeraJsonValue name;
  DheeraJsonValue value;
  DheeraJsonIter iter;

  dheera_json_iter_init (&iter, detail);
  while (dheera_json_iter_next (&iter, &name, &value))
    {
      g_autofree char *plain = dheera_json_dup_string (name);
      Member *member = block_ensure_member (self, plain);
      gboolean grows = strcmp (plain, "text") == 0 || strcmp (plain, "summary") == 0;

      if (grows && dheera_json_type (value) == DHEERA_JSON_STRING)
        {
          if (member->text == NULL)
            member->text = g_string_new (NULL);
          dheera_json_append_string (value, member->text, &member->surrogate);
        }
      /* A later null does not take back what is known. */
      else if (member->json == NULL || dheera_json_exists (value))
        {
          g_free (member->json);
          member->json = dheera_json_dup_raw (value);
        }
    }
}

static char *
block_to_json (Block *self)
{
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;

  dheera_json_writer_init (&writer, 256);
  dheera_json_writer_begin_object (&writer);
  for (guint i = 0; i < self->members->len; i++)
    {
      const Member *member = &g_array_index (self->members, Member, i);

      dheera_json_writer_key (&writer, member->name);
      if (member->text != NULL)
        dheera_json_writer_string_len (&writer, member->text->str, member->text->len);
      else
        dheera_json_writer_raw (&writer, member->json, -1);
    }
  dheera_json_writer_end_object (&writer);

  return dheera_json_writer_steal (&writer);
}

DheeraReasoningDetails *
dheera_reasoning_details_new (void)
{
  DheeraReasoningDetails *self = g_new0 (DheeraReasoningDetails, 1);

  self->blocks = g_ptr_array_new_with_free_func (block_free);

  return self;
}

void
dheera_reasoning_details_free (DheeraReasoningDetails *self)
{
  g_ptr_array_unref (self->blocks);
  g_free (self);
}

void
dheera_reasoning_details_add (DheeraReasoningDetails *self,
                              DheeraJsonValue         detail)
{
  g_autofree char *type = dheera_json_dup_string (dheera_json_member (detail, "type"));
  gint64 index = dheera_json_get_int (dheera_json_member (detail, "index"), -1);
  Block *last = self->blocks->len > 0 ? g_ptr_array_index (self->blocks, self->blocks->len - 1) : NULL;
  gboolean grows = g_strcmp0 (type, "reasoning.text") == 0 || g_strcmp0 (type, "reasoning.summary") == 0;

  if (dheera_json_type (detail) != DHEERA_JSON_OBJECT)
    return;

  if (last == NULL || !grows || g_strcmp0 (last->type, type) != 0 || last->index != index)
    {
      last = block_new (g_steal_pointer (&type), index);
      g_ptr_array_add (self->blocks, last);
    }
  block_add (last, detail);
}

void
dheera_reasoning_details_flush (DheeraReasoningDetails *self,
                                DheeraAccumulator      *accumulator,
                                gint64                  choice,
                                const char             *family)
{
  for (guint i = 0; i < self->blocks->len; i++)
    {
      g_autofree char *text = block_to_json (g_ptr_array_index (self->blocks, i));
      DheeraJson json = DHEERA_JSON_INIT;

      if (dheera_json_parse (&json, text, strlen (text)))
        dheera_accumulator_add_native (accumulator, choice, family, dheera_json_root (&json));
      dheera_json_clear (&json);
    }
  g_ptr_array_set_size (self->blocks, 0);
}
