/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-ai/providers/dheera-turns-private.h"

static DheeraMessage *
append (DheeraConversation *conversation,
        DheeraRole          role,
        const char         *text)
{
  g_autoptr (DheeraMessage) message = dheera_message_new (role, text);

  dheera_conversation_append (conversation, message);

  return message; /* the conversation holds it */
}

static void
assert_turn (DheeraTurns *turns,
             guint        position,
             gboolean     model,
             const char  *expected)
{
  DheeraTurn *turn = &g_array_index (turns->turns, DheeraTurn, position);
  g_autoptr (GString) texts = g_string_new (NULL);

  for (guint i = 0; i < turn->messages->len; i++)
    g_string_append_printf (texts, "%s|", dheera_message_get_text (g_ptr_array_index (turn->messages, i)));
  g_assert_cmpint (turn->model, ==, model);
  g_assert_cmpstr (texts->str, ==, expected);
}

static void
test_sides (void)
{
  g_autoptr (DheeraConversation) conversation = dheera_conversation_new ();
  g_autoptr (DheeraTurns) turns = NULL;

  append (conversation, DHEERA_ROLE_SYSTEM, "s1");
  append (conversation, DHEERA_ROLE_USER, "");
  append (conversation, DHEERA_ROLE_DEVELOPER, "s2");
  append (conversation, DHEERA_ROLE_USER, "u1");
  append (conversation, DHEERA_ROLE_USER, "u2");
  append (conversation, DHEERA_ROLE_ASSISTANT, "a1");
  append (conversation, DHEERA_ROLE_ASSISTANT, "");
  append (conversation, DHEERA_ROLE_SYSTEM, "s3");

  turns = dheera_turns_new (conversation, NULL);
  g_assert_cmpuint (turns->system->len, ==, 2);
  g_assert_cmpstr (dheera_message_get_text (g_ptr_array_index (turns->system, 1)), ==, "s2");
  g_assert_cmpuint (turns->turns->len, ==, 3);
  assert_turn (turns, 0, FALSE, "u1|u2|");
  assert_turn (turns, 1, TRUE, "a1|");
  assert_turn (turns, 2, FALSE, "s3|");
}

/* All results that answer one turn of the model's go ahead of what the user says. */
static void
test_results (void)
{
  g_autoptr (DheeraConversation) conversation = dheera_conversation_new ();
  g_autoptr (DheeraTurns) turns = NULL;

  append (conversation, DHEERA_ROLE_ASSISTANT, "a1");
  dheera_conversation_append_tool_result (conversation, "1", "r1");
  append (conversation, DHEERA_ROLE_USER, "u1");
  dheera_conversation_append_tool_result (conversation, "2", "");

  turns = dheera_turns_new (conversation, NULL);
  g_assert_cmpuint (turns->turns->len, ==, 2);
  assert_turn (turns, 1, FALSE, "r1||u1|");
}

static void
test_content (void)
{
  g_autoptr (DheeraMessage) message = dheera_message_new (DHEERA_ROLE_ASSISTANT, NULL);
  g_autoptr (DheeraPart) blank = dheera_part_new_text ("");
  g_autoptr (DheeraPart) text = dheera_part_new_text ("x");

  g_assert_false (dheera_message_has_content (message, "anthropic"));
  dheera_message_add_part (message, blank);
  g_assert_false (dheera_message_has_content (message, "anthropic"));
  dheera_message_add_native (message, "anthropic", "{}", -1);
  g_assert_true (dheera_message_has_content (message, "anthropic"));
  g_assert_false (dheera_message_has_content (message, "gemini"));
  g_assert_false (dheera_message_has_content (message, NULL));
  dheera_message_add_part (message, text);
  g_assert_true (dheera_message_has_content (message, NULL));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/turns/sides", test_sides);
  g_test_add_func ("/turns/results", test_results);
  g_test_add_func ("/turns/content", test_content);

  return g_test_run ();
}
