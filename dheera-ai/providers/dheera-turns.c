/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-turns-private.h"

gboolean
dheera_part_is_blank (DheeraPart *part)
{
  const char *text = dheera_part_get_text (part);

  return dheera_part_get_part_type (part) == DHEERA_PART_TYPE_TEXT && (text == NULL || *text == '\0');
}

gboolean
dheera_message_has_content (DheeraMessage *message,
                            const char    *family)
{
  if (*dheera_message_peek_own_text (message) != '\0' || dheera_message_get_n_tool_calls (message) > 0 ||
      dheera_message_get_role (message) == DHEERA_ROLE_TOOL || *dheera_message_get_refusal (message) != '\0')
    return TRUE;

  for (guint i = 0; i < dheera_message_get_n_parts (message); i++)
    if (!dheera_part_is_blank (dheera_message_peek_part (message, i)))
      return TRUE;
  for (guint i = 0; family != NULL && i < dheera_message_get_n_natives (message); i++)
    if (dheera_message_peek_native (message, i, family) != NULL)
      return TRUE;

  return FALSE;
}

static void
turn_clear (gpointer data)
{
  g_ptr_array_unref (((DheeraTurn *) data)->messages);
}

static gboolean
is_system (DheeraMessage *message)
{
  DheeraRole role = dheera_message_get_role (message);

  return role == DHEERA_ROLE_SYSTEM || role == DHEERA_ROLE_DEVELOPER;
}

/* Behind the results that are there already */
static guint
find_place (DheeraTurn    *turn,
            DheeraMessage *message)
{
  guint place = 0;

  if (dheera_message_get_role (message) != DHEERA_ROLE_TOOL)
    return turn->messages->len;

  while (place < turn->messages->len &&
         dheera_message_get_role (g_ptr_array_index (turn->messages, place)) == DHEERA_ROLE_TOOL)
    place++;

  return place;
}

static void
add (DheeraTurns   *self,
     DheeraMessage *message)
{
  gboolean model = dheera_message_get_role (message) == DHEERA_ROLE_ASSISTANT;
  DheeraTurn *turn = self->turns->len > 0 ? &g_array_index (self->turns, DheeraTurn, self->turns->len - 1) : NULL;

  if (turn == NULL || turn->model != model)
    {
      DheeraTurn next = { model, g_ptr_array_new () };

      g_array_append_val (self->turns, next);
      turn = &g_array_index (self->turns, DheeraTurn, self->turns->len - 1);
    }

  g_ptr_array_insert (turn->messages, (int) find_place (turn, message), message);
}

DheeraTurns *
dheera_turns_new (DheeraConversation *conversation,
                  const char         *family)
{
  DheeraTurns *self = g_new (DheeraTurns, 1);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (conversation));

  self->system = g_ptr_array_new ();
  self->turns = g_array_new (FALSE, FALSE, sizeof (DheeraTurn));
  g_array_set_clear_func (self->turns, turn_clear);

  for (guint i = 0; i < n; i++)
    {
      DheeraMessage *message = dheera_conversation_peek (conversation, i);

      if (!dheera_message_has_content (message, family))
        continue;
      if (is_system (message) && self->turns->len == 0)
        g_ptr_array_add (self->system, message);
      else
        add (self, message);
    }

  return self;
}

void
dheera_turns_free (DheeraTurns *self)
{
  g_ptr_array_unref (self->system);
  g_array_unref (self->turns);
  g_free (self);
}
