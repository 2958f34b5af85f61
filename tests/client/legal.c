/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "legal.h"

#include <json-glib/json-glib.h>

static gboolean
is_object (const char *json)
{
  g_autoptr(JsonNode) node = json_from_string (json, NULL);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node);
}

static char *
open_calls (DheeraMessage *message,
            GHashTable    *open,
            guint          position)
{
  GListModel *calls = dheera_message_get_tool_calls (message);

  for (guint i = 0; i < g_list_model_get_n_items (calls); i++)
    {
      g_autoptr(DheeraToolCall) call = g_list_model_get_item (calls, i);

      if (!is_object (dheera_tool_call_get_arguments (call)))
        return g_strdup_printf ("message %u: call %u has no object for its arguments", position, i);
      if (*dheera_tool_call_get_id (call) == '\0' || !g_hash_table_add (open, g_strdup (dheera_tool_call_get_id (call))))
        return g_strdup_printf ("message %u: call %u has no id of its own", position, i);
    }
  if (g_hash_table_size (open) == 0 && *dheera_message_get_text (message) == '\0')
    return g_strdup_printf ("message %u says nothing", position);
  return NULL;
}

static char *
close_call (DheeraMessage *message,
            GHashTable    *open,
            guint          position)
{
  if (!g_hash_table_remove (open, dheera_message_get_tool_call_id (message)))
    return g_strdup_printf ("message %u is a result without a call", position);
  return NULL;
}

static char *
look_at (DheeraMessage *message,
         GHashTable    *open,
         guint          position)
{
  DheeraRole role = dheera_message_get_role (message);

  if (role == DHEERA_ROLE_TOOL)
    return close_call (message, open, position);
  if (g_hash_table_size (open) > 0)
    return g_strdup_printf ("message %u comes before %u results", position, g_hash_table_size (open));
  return role == DHEERA_ROLE_ASSISTANT ? open_calls (message, open, position) : NULL;
}

char *
find_illegal (DheeraConversation *conversation)
{
  g_autoptr(GHashTable) open = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (conversation));
  char *fault = NULL;

  for (guint i = 0; i < n && fault == NULL; i++)
    fault = look_at (dheera_conversation_get_message (conversation, i), open, i);
  if (fault == NULL && g_hash_table_size (open) > 0)
    fault = g_strdup_printf ("the history ends with %u calls without results", g_hash_table_size (open));
  return fault;
}
