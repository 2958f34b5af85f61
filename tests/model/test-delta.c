/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "stream-util.h"

static void
test_empty (void)
{
  g_autoptr (DheeraDelta) delta = g_object_new (DHEERA_TYPE_DELTA, NULL);

  g_assert_cmpuint (dheera_delta_get_choice_index (delta), ==, 0);
  g_assert_cmpstr (dheera_delta_get_text (delta), ==, "");
  g_assert_cmpstr (dheera_delta_get_reasoning (delta), ==, "");
  g_assert_cmpstr (dheera_delta_get_refusal (delta), ==, "");
  g_assert_cmpuint (g_list_model_get_n_items (dheera_delta_get_tool_calls (delta)), ==, 0);
  g_assert_cmpint (dheera_delta_get_finish_reason (delta), ==, DHEERA_FINISH_REASON_NONE);
  g_assert_null (dheera_delta_get_usage (delta));
  g_assert_false (dheera_delta_has_content (delta));

  g_test_expect_message ("dheera-ai", G_LOG_LEVEL_CRITICAL, "dheera_delta_to_json: *response*");
  g_assert_null (dheera_delta_to_json (delta));
  g_test_assert_expected_messages ();
}

static void
test_properties (void)
{
  g_autoptr (Stream) stream = stream_new (TRUE);
  g_autofree char *text = NULL, *reasoning = NULL, *refusal = NULL;
  g_autoptr (GListModel) tool_calls = NULL;
  g_autoptr (DheeraUsage) usage = NULL;
  DheeraFinishReason reason;
  DheeraDelta *delta;
  guint index;

  assert_properties (DHEERA_TYPE_DELTA, "choice-index text reasoning refusal tool-calls finish-reason usage");
  stream_feed (stream, "{\"choices\":[{\"index\":4,\"delta\":{\"content\":\"t\",\"reasoning\":\"r\","
                       "\"refusal\":\"n\","
                       "\"tool_calls\":[{\"id\":\"i\"}]},\"finish_reason\":\"length\"}],"
                       "\"usage\":{\"prompt_tokens\":1}}");
  g_assert_cmpuint (stream->deltas->len, ==, 1);
  delta = g_ptr_array_index (stream->deltas, 0);
  g_object_get (delta, "choice-index", &index, "text", &text, "reasoning", &reasoning, "refusal", &refusal,
                "tool-calls", &tool_calls, "finish-reason", &reason, "usage", &usage, NULL);
  g_assert_cmpuint (index, ==, 4);
  g_assert_cmpuint (dheera_delta_get_choice_index (delta), ==, index);
  g_assert_cmpstr (text, ==, "t");
  g_assert_cmpstr (dheera_delta_get_text (delta), ==, text);
  g_assert_cmpstr (reasoning, ==, "r");
  g_assert_cmpstr (dheera_delta_get_reasoning (delta), ==, reasoning);
  g_assert_cmpstr (refusal, ==, "n");
  g_assert_cmpstr (dheera_delta_get_refusal (delta), ==, refusal);
  g_assert_true (tool_calls == dheera_delta_get_tool_calls (delta));
  g_assert_true (g_list_model_get_item_type (tool_calls) == DHEERA_TYPE_TOOL_CALL_DELTA);
  g_assert_cmpuint (g_list_model_get_n_items (tool_calls), ==, 1);
  g_assert_cmpint (reason, ==, DHEERA_FINISH_REASON_LENGTH);
  g_assert_true (usage == dheera_delta_get_usage (delta));
}

/* The chunks of an answer as an OpenAI client would want them */
static void
test_json (void)
{
  static const char *const chunks[] = {
    "{\"id\":\"i\",\"model\":\"m\",\"created\":7,\"choices\":[{\"index\":0,"
    "\"delta\":{\"reasoning\":\"r\"}},{\"index\":1,\"delta\":{\"content\":\"b\"}}]}",
    "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"é\\n\"},"
    "\"logprobs\":{\"content\":[{\"token\": \"x\"}]}}]}",
    CALL ("{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\"f\"}}"),
    CALL ("{\"index\":0,\"function\":{\"arguments\":\"{\\\"a\\\":1}\"}}"),
    DELTA ("\"refusal\":\"no\",\"audio\":{\"id\": \"x\"},\"annotations\":[{\"a\": 1}]"),
    "{\"choices\":[{\"index\":0,\"finish_reason\":\"stop\"}]}",
    "{\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}",
  };
#define HEAD "{\"id\":\"i\",\"object\":\"chat.completion.chunk\",\"created\":7,\"model\":\"m\",\"choices\":["
  static const char *const expected[] = {
    HEAD "{\"index\":0,\"delta\":{\"role\":\"assistant\",\"reasoning_content\":\"r\"},"
         "\"finish_reason\":null}]}",
    HEAD "{\"index\":1,\"delta\":{\"role\":\"assistant\",\"content\":\"b\"},\"finish_reason\":null}]}",
    HEAD "{\"index\":0,\"delta\":{\"content\":\"é\\n\"},"
         "\"logprobs\":{\"content\":[{\"token\": \"x\"}],\"refusal\":null},\"finish_reason\":null}]}",
    HEAD "{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"type\":\"function\","
         "\"function\":{\"name\":\"f\",\"arguments\":\"\"}}]},\"finish_reason\":null}]}",
    HEAD "{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,"
         "\"function\":{\"arguments\":\"{\\\"a\\\":1}\"}}]},\"finish_reason\":null}]}",
    HEAD "{\"index\":0,\"delta\":{\"refusal\":\"no\",\"audio\":{\"id\": \"x\"},"
         "\"annotations\":[{\"a\": 1}]},\"finish_reason\":null}]}",
    HEAD "{\"index\":0,\"delta\":{},\"finish_reason\":\"tool_calls\"}]}",
    HEAD "],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2,\"total_tokens\":3}}",
  };
  g_autoptr (Stream) stream = stream_new (TRUE);

  for (guint i = 0; i < G_N_ELEMENTS (chunks); i++)
    stream_feed (stream, chunks[i]);
  g_assert_cmpuint (stream->deltas->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_autofree char *text = dheera_delta_to_json (g_ptr_array_index (stream->deltas, i));

      parsed_free (parse (text));
      g_assert_cmpstr (text, ==, expected[i]);
    }
}

/* All chunks have the same id, even when the provider gives none. */
static void
test_json_identity (void)
{
  g_autoptr (Stream) stream = stream_new (TRUE);
  g_autofree char *first = NULL;

  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *text = NULL;
      g_autofree char *id = NULL;
      g_autoptr (Parsed) parsed = NULL;

      stream_feed (stream, DELTA ("\"content\":\"a\""));
      text = dheera_delta_to_json (g_ptr_array_index (stream->deltas, i));
      parsed = parse (text);
      id = dheera_json_dup_string (at (parsed, "id"));
      if (first == NULL)
        first = g_strdup (id);
      g_assert_cmpstr (id, ==, first);
    }
  stream_finish (stream);
  g_assert_cmpstr (dheera_response_get_id (stream_response (stream)), ==, first);
}

/* What finish() puts right is told as well: an id made up, arguments that never came, a reason. */
static void
test_finish_tells (void)
{
  g_autoptr (Stream) stream = stream_new (TRUE);
  g_autoptr (Parsed) parsed = NULL;
  g_autofree char *text = NULL;
  DheeraDelta *last;

  stream_feed (stream, "{\"id\":\"i\"}");
  stream_feed (stream, CALL ("{\"function\":{\"name\":\"f\"}}"));
  stream_finish (stream);
  g_assert_cmpuint (stream->deltas->len, ==, 2);
  last = g_ptr_array_index (stream->deltas, 1);
  g_assert_cmpint (dheera_delta_get_finish_reason (last), ==, DHEERA_FINISH_REASON_TOOL_CALLS);
  text = dheera_delta_to_json (last);
  parsed = parse (text);
  g_assert_true (strstr (text, "\"arguments\":\"{}\"") != NULL);
  g_assert_true (strstr (text, "\"id\":\"call_") != NULL);
}

/* A delta outlives its stream. */
static void
test_outlives (void)
{
  g_autoptr (Stream) stream = stream_new (TRUE);
  g_autoptr (DheeraDelta) delta = NULL;
  g_autofree char *text = NULL;

  stream_feed (stream, "{\"id\":\"i\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}");
  delta = g_object_ref (g_ptr_array_index (stream->deltas, 0));
  g_clear_pointer (&stream, stream_free);
  text = dheera_delta_to_json (delta);
  g_assert_true (g_str_has_prefix (text, "{\"id\":\"i\""));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/delta/empty", test_empty);
  g_test_add_func ("/delta/properties", test_properties);
  g_test_add_func ("/delta/json", test_json);
  g_test_add_func ("/delta/json-identity", test_json_identity);
  g_test_add_func ("/delta/finish-tells", test_finish_tells);
  g_test_add_func ("/delta/outlives", test_outlives);

  return g_test_run ();
}
