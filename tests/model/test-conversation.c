/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model-util.h"

#include "dheera-ai/model/messages/dheera-conversation-private.h"
#include "dheera-ai/model/messages/dheera-message-private.h"

static void
log_change (GListModel *list,
            guint       position,
            guint       removed,
            guint       added,
            GString    *log)
{
  g_string_append_printf (log, "%u-%u+%u ", position, removed, added);
}

static void
test_list (void)
{
  g_autoptr (DheeraConversation) conversation = dheera_conversation_new ();
  g_autoptr (DheeraMessage) message = dheera_message_new (DHEERA_ROLE_DEVELOPER, "d");
  g_autoptr (DheeraMessage) item = NULL;
  g_autoptr (GString) log = g_string_new (NULL);
  static const DheeraRole roles[] = { DHEERA_ROLE_SYSTEM, DHEERA_ROLE_USER, DHEERA_ROLE_ASSISTANT,
                                      DHEERA_ROLE_TOOL,
                                      DHEERA_ROLE_DEVELOPER };
  static const char *const texts[] = { "s", "u", "a", "t", "d" };

  g_signal_connect (conversation, "items-changed", G_CALLBACK (log_change), log);
  dheera_conversation_clear (conversation);
  dheera_conversation_append_system (conversation, "s");
  dheera_conversation_append_user (conversation, "u");
  dheera_conversation_append_assistant (conversation, "a");
  dheera_conversation_append_tool_result (conversation, "id", "t");
  dheera_conversation_append (conversation, message);
  g_assert_cmpstr (log->str, ==, "0-0+1 1-0+1 2-0+1 3-0+1 4-0+1 ");

  g_assert_true (g_list_model_get_item_type (G_LIST_MODEL (conversation)) == DHEERA_TYPE_MESSAGE);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (conversation)), ==, 5);
  for (guint i = 0; i < 5; i++)
    {
      DheeraMessage *found = dheera_conversation_get_message (conversation, i);

      g_assert_cmpint (dheera_message_get_role (found), ==, roles[i]);
      g_assert_cmpstr (dheera_message_get_text (found), ==, texts[i]);
    }
  g_assert_cmpstr (dheera_message_get_tool_call_id (dheera_conversation_get_message (conversation,
                                                                                     3)), ==, "id");

  item = g_list_model_get_item (G_LIST_MODEL (conversation), 4);
  g_assert_true (item == message);
  g_assert_null (g_list_model_get_item (G_LIST_MODEL (conversation), 5));
  g_assert_null (dheera_conversation_get_message (conversation, 5));

  g_string_truncate (log, 0);
  dheera_conversation_remove (conversation, 5);
  dheera_conversation_remove (conversation, 1);
  dheera_conversation_clear (conversation);
  g_assert_cmpstr (log->str, ==, "1-1+0 0-4+0 ");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (conversation)), ==, 0);
}

static void
test_find_tool_name (void)
{
  g_autoptr (DheeraConversation) conversation = dheera_conversation_new ();

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (DheeraMessage) message = dheera_message_new (DHEERA_ROLE_ASSISTANT, NULL);
      g_autoptr (DheeraToolCall) call = dheera_tool_call_new ("0", i == 0 ? "first" : "second", NULL);

      dheera_message_add_tool_call (message, call);
      dheera_conversation_append (conversation, message);
      dheera_conversation_append_tool_result (conversation, "0", "x");
    }

  g_assert_cmpstr (dheera_conversation_find_tool_name (conversation, 1, "0"), ==, "first");
  g_assert_cmpstr (dheera_conversation_find_tool_name (conversation, 3, "0"), ==, "second");
  g_assert_cmpstr (dheera_conversation_find_tool_name (conversation, 99, "0"), ==, "second");
  g_assert_null (dheera_conversation_find_tool_name (conversation, 0, "0"));
  g_assert_null (dheera_conversation_find_tool_name (conversation, 3, "1"));
}

static void
test_copy (void)
{
  g_autoptr (DheeraConversation) conversation = dheera_conversation_new ();
  g_autoptr (DheeraConversation) copy = NULL;

  dheera_conversation_append_user (conversation, "before");
  copy = dheera_conversation_copy (conversation);
  dheera_message_set_text (dheera_conversation_get_message (conversation, 0), "after");
  dheera_conversation_append_user (conversation, "more");

  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (copy)), ==, 1);
  g_assert_cmpstr (dheera_message_get_text (dheera_conversation_get_message (copy, 0)), ==, "before");
}

static void
test_json (void)
{
  static const char *const text =
    "[{\"role\":\"system\",\"content\":\"s\"},"
    "{\"role\":\"user\",\"content\":\"u\",\"name\":\"n\"},"
    "{\"role\":\"assistant\",\"content\":null,\"reasoning_content\":\"r\","
    "\"tool_calls\":[{\"id\":\"i\",\"type\":\"function\",\"function\":{\"name\":\"f\","
    "\"arguments\":\"{}\"}}]},"
    "{\"role\":\"tool\",\"content\":\"t\",\"tool_call_id\":\"i\"}]";
  g_autoptr (GError) error = NULL;
  g_autoptr (DheeraConversation) conversation = dheera_conversation_new_from_json (text, &error);
  g_autofree char *back = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (conversation)), ==, 4);
  back = dheera_conversation_to_json (conversation);
  g_assert_cmpstr (back, ==, text);
}

static void
test_json_faults (void)
{
  GError *error = NULL;

  g_assert_null (dheera_conversation_new_from_json ("[", &error));
  assert_invalid (&error, NULL, "conversation is not valid JSON at byte 1");
  g_assert_null (dheera_conversation_new_from_json ("{}", &error));
  assert_invalid (&error, "messages", "messages is an object; it has to be an array");
  g_assert_null (dheera_conversation_new_from_json ("[{\"role\":\"user\"},{\"role\":\"user\","
                                                    "\"content\":5}]", &error));
  assert_invalid (&error, "messages[1].content", "messages[1].content has to be a string or an array");
  g_assert_null (dheera_conversation_new_from_json ("[1]", NULL));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/conversation/list", test_list);
  g_test_add_func ("/conversation/find-tool-name", test_find_tool_name);
  g_test_add_func ("/conversation/copy", test_copy);
  g_test_add_func ("/conversation/json", test_json);
  g_test_add_func ("/conversation/json-faults", test_json_faults);

  return g_test_run ();
}
