/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "stream-util.h"

#include "dheera-ai/model/responses/dheera-response-private.h"

static void
test_empty (void)
{
  g_autoptr (DheeraResponse) response = dheera_response_new (NULL);

  g_assert_cmpstr (dheera_response_get_id (response), ==, "");
  g_assert_cmpstr (dheera_response_get_model (response), ==, "");
  g_assert_cmpstr (dheera_response_get_provider (response), ==, "");
  g_assert_cmpint (dheera_response_get_created (response), ==, -1);
  g_assert_cmpstr (dheera_response_get_text (response), ==, "");
  g_assert_cmpstr (dheera_response_get_reasoning (response), ==, "");
  g_assert_cmpstr (dheera_response_get_refusal (response), ==, "");
  g_assert_nonnull (dheera_response_get_message (response));
  g_assert_cmpuint (g_list_model_get_n_items (dheera_response_get_tool_calls (response)), ==, 0);
  g_assert_cmpint (dheera_response_get_finish_reason (response), ==, DHEERA_FINISH_REASON_NONE);
  g_assert_cmpstr (dheera_response_get_finish_reason_raw (response), ==, "");
  g_assert_null (dheera_response_get_usage (response));
  g_assert_cmpuint (dheera_response_get_n_choices (response), ==, 0);
  g_assert_null (dheera_response_get_choice (response, 0));
  g_assert_null (dheera_response_get_annotations (response));
  g_assert_cmpstr (dheera_response_get_request_id (response), ==, "");
  g_assert_null (dheera_response_get_warnings (response)[0]);
  g_assert_null (dheera_response_get_raw_json (response));
  g_assert_null (dheera_response_get_call (response));
}

static void
test_properties (void)
{
  g_autoptr (Stream) stream = stream_new (FALSE);
  DheeraResponse *response = stream_response (stream);
  g_autofree char *id = NULL, *model = NULL, *provider = NULL, *text = NULL, *reasoning = NULL, *refusal = NULL;
  g_autofree char *raw = NULL, *annotations = NULL, *request_id = NULL;
  g_autoptr (DheeraMessage) message = NULL;
  g_autoptr (DheeraUsage) usage = NULL;
  g_autoptr (GListModel) tool_calls = NULL;
  g_auto (GStrv) warnings = NULL;
  DheeraFinishReason reason;
  gint64 created;
  guint n_choices;

  assert_properties (DHEERA_TYPE_RESPONSE,
                     "id model provider created text reasoning refusal message tool-calls "
                     "finish-reason finish-reason-raw "
                     "usage total-usage n-steps n-choices annotations request-id warnings call cost rate-limits");
  stream_feed (stream, "{\"id\":\"i\",\"model\":\"m\",\"created\":7,\"choices\":[{\"index\":0,"
                       "\"delta\":{\"content\":\"t\",\"reasoning\":\"r\","
                       "\"refusal\":\"n\",\"annotations\":[{}]},\"finish_reason\":\"length\"}],"
                       "\"usage\":{\"prompt_tokens\":1}}");
  dheera_response_set_request_id (response, "req_1");
  dheera_response_add_warning (response, "one");
  dheera_response_add_warning (response, "two");

  g_object_get (response, "id", &id, "model", &model, "provider", &provider, "created", &created,
                "text", &text,
                "reasoning", &reasoning, "refusal", &refusal, "message", &message, "tool-calls", &tool_calls,
                "finish-reason", &reason, "finish-reason-raw", &raw, "usage", &usage, "n-choices", &n_choices,
                "annotations", &annotations, "request-id", &request_id, "warnings", &warnings, NULL);
  g_assert_cmpstr (id, ==, "i");
  g_assert_cmpstr (model, ==, "m");
  g_assert_cmpstr (provider, ==, "test");
  g_assert_cmpint (created, ==, 7);
  g_assert_cmpstr (text, ==, "t");
  g_assert_cmpstr (reasoning, ==, "r");
  g_assert_cmpstr (refusal, ==, "n");
  g_assert_true (message == dheera_response_get_message (response));
  g_assert_true (tool_calls == dheera_response_get_tool_calls (response));
  g_assert_cmpint (reason, ==, DHEERA_FINISH_REASON_LENGTH);
  g_assert_cmpstr (raw, ==, "length");
  g_assert_true (usage == dheera_response_get_usage (response));
  g_assert_cmpuint (n_choices, ==, 1);
  g_assert_cmpstr (annotations, ==, "[{}]");
  g_assert_cmpstr (request_id, ==, "req_1");
  g_assert_cmpuint (g_strv_length (warnings), ==, 2);
  g_assert_cmpstr (dheera_response_get_warnings (response)[0], ==, "one");
  g_assert_cmpstr (dheera_response_get_warnings (response)[1], ==, "two");
  g_assert_null (dheera_response_get_warnings (response)[2]);

  dheera_response_set_id (response, "j");
  dheera_response_set_model (response, "n");
  g_assert_cmpstr (dheera_response_get_id (response), ==, "j");
  g_assert_cmpstr (dheera_response_get_model (response), ==, "n");
  dheera_response_take_raw_json (response, g_strdup ("{}"));
  dheera_response_take_raw_json (response, g_strdup ("{ }"));
  g_assert_cmpstr (dheera_response_get_raw_json (response), ==, "{ }");
}

static void
test_choice (void)
{
  g_autoptr (DheeraResponse) response = dheera_response_new ("p");
  DheeraMessage *early = dheera_response_get_message (response);
  DheeraChoice *choice = dheera_response_ensure_choice (response, 2);
  g_autoptr (DheeraMessage) message = NULL;
  g_autofree char *raw = NULL, *logprobs = NULL;
  DheeraFinishReason reason;
  guint index;

  assert_properties (DHEERA_TYPE_CHOICE, "index message finish-reason finish-reason-raw logprobs");
  g_assert_true (dheera_response_ensure_choice (response, 2) == choice);
  g_assert_true (dheera_choice_get_message (choice) == early);
  g_assert_true (dheera_response_get_choice (response, 0) == choice);
  g_assert_null (dheera_response_get_choice (response, 1));
  g_assert_true (dheera_response_ensure_choice (response, 0) == dheera_response_get_choice (response, 0));
  g_assert_true (dheera_response_get_choice (response, 1) == choice);
  g_assert_true (dheera_response_get_message (response) != early);

  g_object_get (choice, "index", &index, "message", &message, "finish-reason", &reason,
                "finish-reason-raw", &raw,
                "logprobs", &logprobs, NULL);
  g_assert_cmpuint (index, ==, 2);
  g_assert_true (message == early);
  g_assert_cmpint (reason, ==, DHEERA_FINISH_REASON_NONE);
  g_assert_cmpint (dheera_choice_get_finish_reason (choice), ==, reason);
  g_assert_cmpstr (raw, ==, "");
  g_assert_cmpstr (dheera_choice_get_finish_reason_raw (choice), ==, raw);
  g_assert_null (logprobs);
}

static void
test_finish_reason_names (void)
{
  g_assert_null (dheera_finish_reason_get_wire_name (DHEERA_FINISH_REASON_NONE, "x"));
  g_assert_cmpstr (dheera_finish_reason_get_wire_name (DHEERA_FINISH_REASON_STOP, "end_turn"), ==, "stop");
  g_assert_cmpstr (dheera_finish_reason_get_wire_name (DHEERA_FINISH_REASON_LENGTH, NULL), ==, "length");
  g_assert_cmpstr (dheera_finish_reason_get_wire_name (DHEERA_FINISH_REASON_TOOL_CALLS, NULL), ==,
                   "tool_calls");
  g_assert_cmpstr (dheera_finish_reason_get_wire_name (DHEERA_FINISH_REASON_CONTENT_FILTER, NULL), ==,
                   "content_filter");
  g_assert_cmpstr (dheera_finish_reason_get_wire_name (DHEERA_FINISH_REASON_OTHER, "weird"), ==, "weird");
  g_assert_cmpstr (dheera_finish_reason_get_wire_name (DHEERA_FINISH_REASON_OTHER, ""), ==, "other");
}

static void
test_generated_ids (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < 1000; i++)
    {
      char *id = dheera_generate_id ("call_");

      g_assert_true (g_regex_match_simple ("^call_[A-Za-z0-9]{24}$", id, 0, 0));
      g_assert_true (g_hash_table_add (seen, id));
    }
}

static void
test_notify (void)
{
  g_autoptr (Stream) stream = stream_new (FALSE);
  DheeraResponse *response = stream_response (stream);
  DheeraMessage *first, *second;
  guint n_response = 0, n_first = 0, n_second = 0, n_reasoning = 0;

  stream_feed (stream, "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}},{\"index\":1,"
                       "\"delta\":{\"content\":\"b\"}}]}");
  first = dheera_choice_get_message (dheera_response_get_choice (response, 0));
  second = dheera_choice_get_message (dheera_response_get_choice (response, 1));
  g_signal_connect (response, "notify::text", G_CALLBACK (count_notify), &n_response);
  g_signal_connect (response, "notify::reasoning", G_CALLBACK (count_notify), &n_reasoning);
  g_signal_connect (first, "notify::text", G_CALLBACK (count_notify), &n_first);
  g_signal_connect (second, "notify::text", G_CALLBACK (count_notify), &n_second);

  /* Not with each token, only when whoever drives the stream says so. */
  stream_feed (stream, DELTA ("\"content\":\"c\""));
  g_assert_cmpuint (n_response + n_first + n_second, ==, 0);
  dheera_response_notify_changes (response, TRUE, FALSE);
  g_assert_cmpuint (n_response, ==, 1);
  g_assert_cmpuint (n_first, ==, 1);
  g_assert_cmpuint (n_second, ==, 1);
  g_assert_cmpuint (n_reasoning, ==, 0);
  dheera_response_notify_changes (response, FALSE, TRUE);
  g_assert_cmpuint (n_response, ==, 1);
  g_assert_cmpuint (n_reasoning, ==, 1);
}

static void
test_json (void)
{
  g_autoptr (Stream) stream = stream_new (FALSE);
  DheeraResponse *response = stream_response (stream);
  g_autofree char *text = NULL;

  stream_feed (stream, "{\"id\":\"i\",\"model\":\"m\",\"created\":7,\"choices\":[{\"index\":0,"
                       "\"delta\":{\"content\":\"t\",\"reasoning\":\"r\","
                       "\"annotations\":[{\"type\": \"x\"}],\"native\":{\"a\": 1}},"
                       "\"logprobs\":{\"content\":[{\"token\": \"t\"}]},\"finish_reason\":\"stop\"},"
                       "{\"index\":1,\"delta\":{\"tool_calls\":[{\"id\":\"c\","
                       "\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]}},"
                       "{\"index\":2,\"delta\":{\"refusal\":\"no\"},\"finish_reason\":\"weird\"}],"
                       "\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}");
  dheera_accumulator_finish (stream->accumulator);
  text = dheera_response_to_json (response);
  parsed_free (parse (text));
  g_assert_cmpstr (text, ==,
                   "{\"id\":\"i\",\"object\":\"chat.completion\",\"created\":7,\"model\":\"m\",\"choices\":["
                   "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"t\","
                   "\"reasoning_content\":\"r\","
                   "\"provider_blocks\":[{\"family\":\"test\",\"block\":{\"a\": 1},\"after_text\":1}],"
                   "\"annotations\":[{\"type\": \"x\"}]},"
                   "\"logprobs\":{\"content\":[{\"token\": \"t\"}],\"refusal\":null},"
                   "\"finish_reason\":\"stop\"},"
                   "{\"index\":1,\"message\":{\"role\":\"assistant\",\"content\":null,"
                   "\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\","
                   "\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},\"finish_reason\":\"tool_calls\"},"
                   "{\"index\":2,\"message\":{\"role\":\"assistant\",\"content\":null,"
                   "\"refusal\":\"no\"},\"finish_reason\":\"weird\"}],"
                   "\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2,\"total_tokens\":3}}");
}

/* An answer without an id gets one, and keeps it. */
static void
test_json_identity (void)
{
  g_autoptr (DheeraResponse) response = dheera_response_new ("p");
  g_autofree char *text = dheera_response_to_json (response);
  g_autofree char *again = dheera_response_to_json (response);
  g_autoptr (Parsed) parsed = parse (text);

  g_assert_cmpstr (text, ==, again);
  g_assert_true (g_str_has_prefix (dheera_response_get_id (response), "chatcmpl-"));
  assert_json_string (parsed, "id", dheera_response_get_id (response));
  assert_json_string (parsed, "model", "");
  g_assert_cmpint (dheera_json_get_int (at (parsed, "created"), -1), >, 1700000000);
  g_assert_cmpuint (dheera_json_size (at (parsed, "choices")), ==, 0);
}

/* The message of an answer can be part of the next request. */
static void
test_message_goes_on (void)
{
  g_autoptr (Stream) stream = stream_new (FALSE);
  g_autoptr (DheeraMessage) message = NULL;

  stream_feed (stream, DELTA ("\"content\":\"a\""));
  message = g_object_ref (dheera_response_get_message (stream_response (stream)));
  g_clear_pointer (&stream, stream_free);
  g_assert_cmpstr (dheera_message_get_text (message), ==, "a");
  dheera_message_set_text (message, "b");
  g_assert_cmpstr (dheera_message_get_text (message), ==, "b");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/response/empty", test_empty);
  g_test_add_func ("/response/properties", test_properties);
  g_test_add_func ("/response/choice", test_choice);
  g_test_add_func ("/response/finish-reason-names", test_finish_reason_names);
  g_test_add_func ("/response/generated-ids", test_generated_ids);
  g_test_add_func ("/response/notify", test_notify);
  g_test_add_func ("/response/json", test_json);
  g_test_add_func ("/response/json-identity", test_json_identity);
  g_test_add_func ("/response/message-goes-on", test_message_goes_on);

  return g_test_run ();
}
