/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model-util.h"

#include "dheera-ai/model/messages/dheera-message-private.h"
#include "dheera-ai/model/tools/dheera-tool-call-private.h"

static void
test_properties (void)
{
  g_autoptr (DheeraMessage) message = g_object_new (DHEERA_TYPE_MESSAGE, "role",
                                                    DHEERA_ROLE_ASSISTANT, "text", "a", NULL);
  g_autoptr (GListModel) parts = NULL;
  g_autoptr (GListModel) tool_calls = NULL;

  assert_properties (DHEERA_TYPE_MESSAGE, "role text reasoning refusal parts tool-calls tool-call-id name is-error");
  g_assert_cmpint (dheera_message_get_role (message), ==, DHEERA_ROLE_ASSISTANT);
  g_assert_cmpstr (dheera_message_get_text (message), ==, "a");

  check_property (message, "role", "0", "4");
  check_property (message, "text", "b", "");
  check_property (message, "reasoning", "b", "");
  check_property (message, "refusal", "b", "");
  check_property (message, "tool-call-id", "b", NULL);
  check_property (message, "name", "b", NULL);
  check_property (message, "is-error", "TRUE", "FALSE");

  g_object_get (message, "parts", &parts, "tool-calls", &tool_calls, NULL);
  g_assert_true (parts == dheera_message_get_parts (message));
  g_assert_true (tool_calls == dheera_message_get_tool_calls (message));
  g_assert_true (g_list_model_get_item_type (parts) == DHEERA_TYPE_PART);
  g_assert_true (g_list_model_get_item_type (tool_calls) == DHEERA_TYPE_TOOL_CALL);
}

static void
test_empty (void)
{
  g_autoptr (DheeraMessage) message = g_object_new (DHEERA_TYPE_MESSAGE, NULL);
  g_autoptr (DheeraMessage) silent = dheera_message_new (DHEERA_ROLE_SYSTEM, NULL);
  guint n_notifies = 0;

  g_assert_cmpint (dheera_message_get_role (message), ==, DHEERA_ROLE_USER);
  g_assert_cmpstr (dheera_message_get_text (message), ==, "");
  g_assert_cmpstr (dheera_message_get_reasoning (message), ==, "");
  g_assert_cmpstr (dheera_message_get_refusal (message), ==, "");
  g_assert_null (dheera_message_get_tool_call_id (message));
  g_assert_null (dheera_message_get_name (message));
  g_assert_cmpuint (g_list_model_get_n_items (dheera_message_get_parts (message)), ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (dheera_message_get_tool_calls (message)), ==, 0);
  g_assert_cmpint (dheera_message_get_role (silent), ==, DHEERA_ROLE_SYSTEM);

  /* NULL, empty and unset are all the same text. */
  g_signal_connect (message, "notify", G_CALLBACK (count_notify), &n_notifies);
  dheera_message_set_text (message, NULL);
  dheera_message_set_text (message, "");
  dheera_message_set_reasoning (message, NULL);
  dheera_message_set_refusal (message, NULL);
  dheera_message_set_tool_call_id (message, NULL);
  dheera_message_set_name (message, NULL);
  dheera_message_set_role (message, DHEERA_ROLE_USER);
  dheera_message_set_is_error (message, FALSE);
  g_assert_cmpuint (n_notifies, ==, 0);
}

static void
test_tool_result (void)
{
  g_autoptr (DheeraMessage) message = dheera_message_new_tool_result ("call_1", "sunny");

  g_assert_cmpint (dheera_message_get_role (message), ==, DHEERA_ROLE_TOOL);
  g_assert_cmpstr (dheera_message_get_tool_call_id (message), ==, "call_1");
  g_assert_cmpstr (dheera_message_get_text (message), ==, "sunny");
  g_assert_false (dheera_message_get_is_error (message));
  dheera_message_set_is_error (message, TRUE);
  g_assert_true (dheera_message_get_is_error (message));
}

static void
test_text_and_parts (void)
{
  g_autoptr (DheeraMessage) message = dheera_message_new (DHEERA_ROLE_USER, "one");
  g_autoptr (DheeraPart) two = dheera_part_new_text ("two");
  g_autoptr (DheeraPart) picture = dheera_part_new_image_uri ("https://example.org/");
  g_autoptr (DheeraPart) three = dheera_part_new_text ("three");
  guint n_notifies = 0;
  const char *text;

  g_signal_connect (message, "notify::text", G_CALLBACK (count_notify), &n_notifies);
  dheera_message_add_part (message, two);
  g_assert_cmpuint (n_notifies, ==, 1);
  dheera_message_add_part (message, picture);
  g_assert_cmpuint (n_notifies, ==, 1);
  g_assert_cmpstr (dheera_message_get_text (message), ==, "one\ntwo");

  text = dheera_message_get_text (message);
  g_assert_true (text == dheera_message_get_text (message));

  /* The list is open to those who know it as a store: the text follows. */
  g_list_store_append (G_LIST_STORE (dheera_message_get_parts (message)), three);
  g_assert_cmpstr (dheera_message_get_text (message), ==, "one\ntwo\nthree");
  dheera_message_set_text (message, NULL);
  g_assert_cmpstr (dheera_message_get_text (message), ==, "two\nthree");
  g_assert_cmpstr (dheera_message_peek_own_text (message), ==, "");

  g_assert_cmpuint (dheera_message_get_n_parts (message), ==, 3);
  g_assert_true (dheera_message_peek_part (message, 1) == picture);
  g_assert_null (dheera_message_peek_part (message, 3));
}

static void
test_tool_calls (void)
{
  g_autoptr (DheeraMessage) message = dheera_message_new (DHEERA_ROLE_ASSISTANT, NULL);
  g_autoptr (DheeraToolCall) first = dheera_tool_call_new ("a", "f", "{\"x\":1}");
  g_autoptr (DheeraToolCall) second = dheera_tool_call_new ("b", "g", NULL);

  g_assert_cmpuint (dheera_message_get_n_tool_calls (message), ==, 0);
  g_assert_null (dheera_message_peek_tool_call (message, 0));
  dheera_message_add_tool_call (message, first);
  dheera_message_add_tool_call (message, second);
  g_assert_cmpuint (dheera_message_get_n_tool_calls (message), ==, 2);
  g_assert_true (dheera_message_peek_tool_call (message, 1) == second);
  g_assert_true (dheera_message_find_tool_call (message, "a") == first);
  g_assert_null (dheera_message_find_tool_call (message, "c"));
  g_assert_cmpstr (dheera_tool_call_get_arguments (second), ==, "{}");
}

static void
test_natives (void)
{
  g_autoptr (DheeraMessage) message = dheera_message_new (DHEERA_ROLE_ASSISTANT, NULL);

  g_assert_cmpuint (dheera_message_get_n_natives (message), ==, 0);
  dheera_message_add_native (message, "anthropic", "{\"a\": 1} and more", 8);
  dheera_message_add_native (message, "gemini", "[2]", -1);
  g_assert_cmpuint (dheera_message_get_n_natives (message), ==, 2);
  g_assert_cmpstr (dheera_message_peek_native (message, 0, "anthropic"), ==, "{\"a\": 1}");
  g_assert_null (dheera_message_peek_native (message, 0, "gemini"));
  g_assert_cmpstr (dheera_message_peek_native (message, 1, "gemini"), ==, "[2]");
  g_assert_cmpuint (dheera_message_peek_native_block (message, 1)->after_text, ==, 0);
}

static void
test_notify_changes (void)
{
  g_autoptr (DheeraMessage) message = dheera_message_new (DHEERA_ROLE_ASSISTANT, NULL);
  guint n_text = 0, n_reasoning = 0;

  g_signal_connect (message, "notify::text", G_CALLBACK (count_notify), &n_text);
  g_signal_connect (message, "notify::reasoning", G_CALLBACK (count_notify), &n_reasoning);
  dheera_message_notify_changes (message, FALSE, FALSE);
  dheera_message_notify_changes (message, TRUE, FALSE);
  dheera_message_notify_changes (message, FALSE, TRUE);
  dheera_message_notify_changes (message, TRUE, TRUE);
  g_assert_cmpuint (n_text, ==, 2);
  g_assert_cmpuint (n_reasoning, ==, 2);
}

static void
test_copy (void)
{
  g_autoptr (DheeraMessage) message = dheera_message_new (DHEERA_ROLE_ASSISTANT, "text");
  g_autoptr (DheeraToolCall) call = dheera_tool_call_new ("a", "f", "{}");
  g_autoptr (DheeraPart) part = dheera_part_new_text ("part");
  g_autoptr (DheeraMessage) copy = NULL;

  call->extra = g_strdup ("{\"e\":1}");
  dheera_message_set_reasoning (message, "thought");
  dheera_message_set_refusal (message, "no");
  dheera_message_set_name (message, "name");
  dheera_message_set_tool_call_id (message, "id");
  dheera_message_set_is_error (message, TRUE);
  dheera_message_add_part (message, part);
  dheera_message_add_tool_call (message, call);
  dheera_message_add_native (message, "x", "{}", -1);
  dheera_json_text_set (&message->extra, "{\"prefix\":true}", DHEERA_JSON_OBJECT);
  copy = dheera_message_copy (message);

  dheera_message_set_text (message, "changed");
  dheera_part_set_cache_control (part, "ephemeral");

  g_assert_cmpint (dheera_message_get_role (copy), ==, DHEERA_ROLE_ASSISTANT);
  g_assert_cmpstr (dheera_message_get_text (copy), ==, "text\npart");
  g_assert_cmpstr (dheera_message_get_reasoning (copy), ==, "thought");
  g_assert_cmpstr (dheera_message_get_refusal (copy), ==, "no");
  g_assert_cmpstr (dheera_message_get_name (copy), ==, "name");
  g_assert_cmpstr (dheera_message_get_tool_call_id (copy), ==, "id");
  g_assert_true (dheera_message_get_is_error (copy));
  g_assert_cmpstr (dheera_message_peek_native (copy, 0, "x"), ==, "{}");
  g_assert_cmpuint (dheera_message_peek_native_block (copy, 0)->after_text, ==, strlen ("textpart"));
  g_assert_cmpuint (dheera_message_peek_native_block (copy, 0)->after_tool_calls, ==, 1);
  g_assert_cmpstr (dheera_json_text_get (&copy->extra), ==, "{\"prefix\":true}");
  g_assert_null (dheera_part_get_cache_control (dheera_message_peek_part (copy, 0)));
  g_assert_true (dheera_message_peek_tool_call (copy, 0) != call);
  g_assert_cmpstr (dheera_message_peek_tool_call (copy, 0)->name, ==, "f");
  g_assert_cmpstr (dheera_message_peek_tool_call (copy, 0)->extra, ==, "{\"e\":1}");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/message/properties", test_properties);
  g_test_add_func ("/message/empty", test_empty);
  g_test_add_func ("/message/tool-result", test_tool_result);
  g_test_add_func ("/message/text-and-parts", test_text_and_parts);
  g_test_add_func ("/message/tool-calls", test_tool_calls);
  g_test_add_func ("/message/natives", test_natives);
  g_test_add_func ("/message/notify-changes", test_notify_changes);
  g_test_add_func ("/message/copy", test_copy);

  return g_test_run ();
}
