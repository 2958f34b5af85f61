/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-message-private.h"

#include <string.h>

#include "dheera-ai/model/dheera-strings-private.h"
#include "dheera-ai/model/tools/dheera-tool-call-private.h"
#include "dheera-part-private.h"

/* What encoders read. The lists keep their objects alive, so a reference for the time of reading
 * would only cost. */

static gpointer
peek_item (GListStore *store,
           guint       position)
{
  gpointer item;

  if (store == NULL)
    return NULL;

  item = g_list_model_get_item (G_LIST_MODEL (store), position);
  if (item != NULL)
    g_object_unref (item);

  return item;
}

static guint
count_items (GListStore *store)
{
  return store != NULL ? g_list_model_get_n_items (G_LIST_MODEL (store)) : 0;
}

const char *
dheera_message_peek_own_text (DheeraMessage *self)
{
  return dheera_gstring_peek (self->text);
}

guint
dheera_message_get_n_parts (DheeraMessage *self)
{
  return count_items (self->parts);
}

DheeraPart *
dheera_message_peek_part (DheeraMessage *self,
                          guint          position)
{
  return peek_item (self->parts, position);
}

guint
dheera_message_get_n_tool_calls (DheeraMessage *self)
{
  return count_items (self->tool_calls);
}

DheeraToolCall *
dheera_message_peek_tool_call (DheeraMessage *self,
                               guint          position)
{
  return peek_item (self->tool_calls, position);
}

DheeraToolCall *
dheera_message_find_tool_call (DheeraMessage *self,
                               const char    *id)
{
  for (guint i = 0; i < dheera_message_get_n_tool_calls (self); i++)
    {
      DheeraToolCall *call = dheera_message_peek_tool_call (self, i);

      if (g_strcmp0 (call->id, id) == 0)
        return call;
    }

  return NULL;
}

guint
dheera_message_get_n_natives (DheeraMessage *self)
{
  return self->natives != NULL ? self->natives->len : 0;
}

const char *
dheera_message_peek_native (DheeraMessage *self,
                            guint          position,
                            const char    *family)
{
  const DheeraNativeBlock *block = &g_array_index (self->natives, DheeraNativeBlock, position);

  return g_str_equal (block->family, family) ? block->json : NULL;
}

const DheeraNativeBlock *
dheera_message_peek_native_block (DheeraMessage *self,
                                  guint          position)
{
  return &g_array_index (self->natives, DheeraNativeBlock, position);
}

void
dheera_message_add_native (DheeraMessage *self,
                           const char    *family,
                           const char    *json,
                           gssize         length)
{
  gsize text = self->text != NULL ? self->text->len : 0;

  for (guint i = 0; i < dheera_message_get_n_parts (self); i++)
    {
      DheeraPart *part = dheera_message_peek_part (self, i);

      if (part->type == DHEERA_PART_TYPE_TEXT && part->text != NULL)
        text += strlen (part->text);
    }

  dheera_message_add_native_at (self, family, json, length, text, dheera_message_get_n_tool_calls (self));
}

static DheeraToolCall *
copy_tool_call (DheeraToolCall *call)
{
  DheeraToolCall *copy = g_object_new (DHEERA_TYPE_TOOL_CALL, NULL);

  copy->id = g_strdup (call->id);
  copy->name = g_strdup (call->name);
  copy->arguments = dheera_gstring_copy (call->arguments);
  copy->extra = g_strdup (call->extra);

  return copy;
}

DheeraMessage *
dheera_message_copy (DheeraMessage *self)
{
  DheeraMessage *copy = dheera_message_new (self->role, NULL);

  copy->text = dheera_gstring_copy (self->text);
  copy->reasoning = dheera_gstring_copy (self->reasoning);
  copy->refusal = dheera_gstring_copy (self->refusal);
  copy->tool_call_id = g_strdup (self->tool_call_id);
  copy->name = g_strdup (self->name);
  copy->is_error = self->is_error;
  dheera_json_text_copy (&self->extra, &copy->extra);

  for (guint i = 0; i < dheera_message_get_n_parts (self); i++)
    {
      g_autoptr (DheeraPart) part = dheera_part_copy (dheera_message_peek_part (self, i));

      dheera_message_add_part (copy, part);
    }

  for (guint i = 0; i < dheera_message_get_n_tool_calls (self); i++)
    {
      g_autoptr (DheeraToolCall) call = copy_tool_call (dheera_message_peek_tool_call (self, i));

      dheera_message_add_tool_call (copy, call);
    }

  for (guint i = 0; i < dheera_message_get_n_natives (self); i++)
    {
      const DheeraNativeBlock *block = &g_array_index (self->natives, DheeraNativeBlock, i);

      dheera_message_add_native_at (copy, block->family, block->json, -1, block->after_text, block->after_tool_calls);
    }

  return copy;
}
