/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "stream-util.h"

#include "dheera-ai/model/responses/dheera-response-private.h"

static void
test_nothing (void)
{
  g_autoptr (Stream) stream = stream_new (TRUE);
  DheeraResponse *response = stream_response (stream);

  g_assert_false (dheera_accumulator_has_content (stream->accumulator));
  g_assert_false (dheera_accumulator_has_finished (stream->accumulator));
  g_assert_false (dheera_accumulator_has_delta (stream->accumulator));
  g_assert_null (dheera_accumulator_steal_delta (stream->accumulator));
  g_assert_cmpint (dheera_accumulator_take_changes (stream->accumulator), ==, 0);
  g_assert_cmpstr (dheera_response_get_provider (response), ==, "test");
  g_assert_cmpuint (dheera_response_get_n_choices (response), ==, 0);

  stream_finish (stream);
  g_assert_cmpuint (stream->deltas->len, ==, 0);
  g_assert_cmpuint (strlen (dheera_response_get_id (response)), ==, strlen ("chatcmpl-") + 24);
  g_assert_cmpint (dheera_response_get_created (response), >, 1700000000);
  dheera_accumulator_free (NULL);
}

static void
test_text (void)
{
  g_autoptr (Stream) stream = stream_new (TRUE);
  DheeraResponse *response = stream_response (stream);
  DheeraMessage *early = dheera_response_get_message (response);

  g_assert_true (stream_feed (stream, DELTA ("\"role\":\"assistant\",\"content\":\"\",\"refusal\":null")));
  g_assert_false (dheera_accumulator_has_content (stream->accumulator));
  g_assert_cmpuint (stream->deltas->len, ==, 0);
  g_assert_cmpint (dheera_accumulator_take_changes (stream->accumulator), ==, 0);

  g_assert_true (stream_feed (stream, DELTA ("\"content\":\"Hel\"")));
  g_assert_true (dheera_accumulator_has_content (stream->accumulator));
  g_assert_cmpint (dheera_accumulator_take_changes (stream->accumulator), ==, DHEERA_CHANGED_TEXT);
  g_assert_cmpint (dheera_accumulator_take_changes (stream->accumulator), ==, 0);
  g_assert_true (stream_feed (stream, DELTA ("\"content\":\"l\\u00f6\\n\"")));
  g_assert_true (stream_feed (stream, DELTA ("\"content\":null")));
  g_assert_true (stream_feed (stream, DELTA ("\"content\":[\"x\"]")));
  g_assert_cmpuint (stream->deltas->len, ==, 2);
  g_assert_cmpstr (dheera_response_get_text (response), ==, "Hellö\n");

  /* Who asked for the message before it began has the one that grows. */
  g_assert_true (dheera_response_get_message (response) == early);
  g_assert_cmpint (dheera_message_get_role (early), ==, DHEERA_ROLE_ASSISTANT);
  stream_finish (stream);
}

static void
test_reasoning_and_refusal (void)
{
  g_autoptr (Stream) stream = stream_new (TRUE);

  stream_feed (stream, DELTA ("\"reasoning\":\"thin\""));
  g_assert_cmpint (dheera_accumulator_take_changes (stream->accumulator), ==, DHEERA_CHANGED_REASONING);
  stream_feed (stream, DELTA ("\"reasoning\":\"king\",\"content\":\"text\""));
  g_assert_cmpint (dheera_accumulator_take_changes (stream->accumulator), ==,
                   DHEERA_CHANGED_TEXT | DHEERA_CHANGED_REASONING);
  stream_feed (stream, DELTA ("\"refusal\":\"no\""));
  g_assert_cmpint (dheera_accumulator_take_changes (stream->accumulator), ==, 0);
  g_assert_cmpstr (dheera_response_get_reasoning (stream_response (stream)), ==, "thinking");
  g_assert_cmpstr (dheera_response_get_refusal (stream_response (stream)), ==, "no");
  g_assert_cmpstr (dheera_response_get_text (stream_response (stream)), ==, "text");
  g_assert_cmpuint (stream->deltas->len, ==, 3);
  stream_finish (stream);
}

/* Without recording nothing is made, and all of it is there. */
static void
test_not_recording (void)
{
  g_autoptr (Stream) stream = stream_new (FALSE);

  stream_feed (stream, DELTA ("\"content\":\"a\",\"annotations\":[{}],\"audio\":{\"id\":\"x\"}"));
  stream_feed (stream, CALL ("{\"index\":0,\"id\":\"i\",\"function\":{\"name\":\"f\"}}"));
  stream_feed (stream, "{\"choices\":[{\"index\":0,\"delta\":{},\"logprobs\":{\"content\":[1]},"
                       "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":1}}");
  dheera_accumulator_finish (stream->accumulator);
  g_assert_null (dheera_accumulator_steal_delta (stream->accumulator));
  g_assert_cmpstr (dheera_response_get_text (stream_response (stream)), ==, "a");
  assert_calls (stream, "i|f|{};");
}

/* Whoever begins to look later gets what comes from then on. */
static void
test_recording_later (void)
{
  g_autoptr (Stream) stream = stream_new (FALSE);
  g_autofree char *text = NULL;

  stream_feed (stream, DELTA ("\"content\":\"a\""));
  stream_feed (stream, "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}");
  dheera_accumulator_set_recording (stream->accumulator, TRUE);
  stream_feed (stream, DELTA ("\"content\":\"b\""));
  g_assert_cmpuint (stream->deltas->len, ==, 1);
  text = stream_join_deltas (stream, 0, "text");
  g_assert_cmpstr (text, ==, "b");
  g_assert_cmpint (dheera_delta_get_finish_reason (g_ptr_array_index (stream->deltas, 0)), ==,
                   DHEERA_FINISH_REASON_NONE);
}

/* Pairs of surrogates come in two halves, even with other texts in between. */
static void
test_surrogates (void)
{
  g_autoptr (Stream) stream = stream_new (TRUE);

  stream_feed (stream, DELTA ("\"content\":\"a\\ud83d\",\"reasoning\":\"\\ud83d\""));
  g_assert_cmpstr (dheera_response_get_text (stream_response (stream)), ==, "a");
  stream_feed (stream, DELTA ("\"reasoning\":\"\\ude01\""));
  stream_feed (stream, DELTA ("\"content\":\"\\ude00b\",\"refusal\":\"\\ud83d\""));
  g_assert_cmpstr (dheera_response_get_text (stream_response (stream)), ==, "a😀b");
  g_assert_cmpstr (dheera_response_get_reasoning (stream_response (stream)), ==, "😁");

  /* A half that finds no partner */
  stream_feed (stream, DELTA ("\"content\":\"\\ud83d\""));
  stream_feed (stream, DELTA ("\"content\":\"c\""));
  g_assert_cmpstr (dheera_response_get_text (stream_response (stream)), ==, "a😀b\357\277\275c");
  stream_feed (stream, DELTA ("\"content\":\"\\ud83d\""));
  dheera_accumulator_take_changes (stream->accumulator);
  stream_finish (stream);
  g_assert_cmpstr (dheera_response_get_text (stream_response (stream)), ==, "a😀b\357\277\275c\357\277\275");
  g_assert_cmpstr (dheera_response_get_refusal (stream_response (stream)), ==, "\357\277\275");
  g_assert_cmpint (dheera_accumulator_take_changes (stream->accumulator), ==, DHEERA_CHANGED_TEXT);
}

static void
test_plain_text (void)
{
  g_autoptr (Stream) stream = stream_new (TRUE);
  DheeraAccumulator *into = stream->accumulator;

  stream_feed (stream, DELTA ("\"content\":\"\\ud83d\",\"reasoning\":\"\\ud83d\""));
  dheera_accumulator_begin_event (into);
  g_assert_true (dheera_accumulator_add_plain_text (into, 0, "", 0));
  g_assert_true (dheera_accumulator_add_plain_text (into, 0, "abc", 2));
  g_assert_true (dheera_accumulator_add_plain_reasoning (into, 0, "xyz", 3));
  g_assert_false (dheera_accumulator_add_plain_text (into, 128, "abc", 2));
  g_assert_false (dheera_accumulator_add_plain_reasoning (into, -1, "abc", 2));
  dheera_accumulator_end_event (into);
  stream_collect (stream);
  g_assert_cmpstr (dheera_response_get_text (stream_response (stream)), ==, "\357\277\275ab");
  g_assert_cmpstr (dheera_response_get_reasoning (stream_response (stream)), ==, "\357\277\275xyz");
  stream_finish (stream);
}

/* Several pieces between begin and end are one delta, however deeply events are nested. */
static void
test_events (void)
{
  g_autoptr (Stream) stream = stream_new (TRUE);
  DheeraAccumulator *into = stream->accumulator;

  dheera_accumulator_begin_event (into);
  dheera_accumulator_add_plain_text (into, 0, "a", 1);
  dheera_accumulator_begin_event (into);
  dheera_accumulator_add_plain_text (into, 0, "b", 1);
  dheera_accumulator_end_event (into);
  g_assert_false (dheera_accumulator_has_delta (into));
  dheera_accumulator_add_plain_text (into, 0, "c", 1);
  dheera_accumulator_end_event (into);
  g_assert_true (dheera_accumulator_has_delta (into));
  stream_collect (stream);
  g_assert_cmpuint (stream->deltas->len, ==, 1);
  g_assert_cmpstr (dheera_delta_get_text (g_ptr_array_index (stream->deltas, 0)), ==, "abc");
  stream_finish (stream);
}

static void
test_choices (void)
{
  g_autoptr (Stream) stream = stream_new (TRUE);
  DheeraResponse *response = stream_response (stream);
  static const char *const texts[] = { "zero!", "one", "", "three" };

  /* Out of order, interleaved, and with a hole */
  stream_feed (stream, "{\"choices\":[{\"index\":3,\"delta\":{\"content\":\"thr\"}}]}");
  g_assert_cmpstr (dheera_response_get_text (response), ==, "thr");
  stream_feed (stream, "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"ze\"}},{\"index\":1,"
                       "\"delta\":{\"content\":\"one\"}}]}");
  stream_feed (stream, "{\"choices\":[]}");
  stream_feed (stream, "{\"choices\":[{\"index\":3,\"delta\":{\"content\":\"ee\"}},{\"index\":0,"
                       "\"delta\":{\"content\":\"ro!\"}}]}");
  g_assert_cmpuint (stream->deltas->len, ==, 5);
  g_assert_cmpuint (dheera_response_get_n_choices (response), ==, 3);
  g_assert_cmpstr (dheera_response_get_text (response), ==, "zero!");
  for (guint i = 0; i < 3; i++)
    {
      DheeraChoice *choice = dheera_response_get_choice (response, i);
      guint index = dheera_choice_get_index (choice);

      g_assert_cmpuint (index, ==, i == 2 ? 3 : i);
      g_assert_cmpstr (dheera_message_get_text (dheera_choice_get_message (choice)), ==, texts[index]);
    }

  stream_feed (stream, "{\"choices\":[{\"index\":0,\"finish_reason\":\"stop\"},{\"index\":1,"
                       "\"finish_reason\":\"length\"}]}");
  g_assert_false (dheera_accumulator_has_finished (stream->accumulator));
  stream_feed (stream, "{\"choices\":[{\"index\":3,\"finish_reason\":\"stop\"}]}");
  g_assert_true (dheera_accumulator_has_finished (stream->accumulator));
  stream_finish (stream);
}

static void
test_choice_limit (void)
{
  g_autoptr (Stream) stream = stream_new (TRUE);

  g_assert_true (stream_feed (stream, "{\"choices\":[{\"index\":127,\"delta\":{\"content\":\"a\"}}]}"));
  g_assert_false (stream_feed (stream, "{\"choices\":[{\"index\":128,\"delta\":{\"content\":\"a\"}}]}"));
  g_assert_false (stream_feed (stream, "{\"choices\":[{\"index\":-1,\"delta\":{\"content\":\"a\"}}]}"));
  g_assert_false (stream_feed (stream, "{\"choices\":[{\"index\":9223372036854775807,"
                                       "\"delta\":{\"tool_calls\":[{}]}}]}"));
  g_assert_cmpuint (dheera_response_get_n_choices (stream_response (stream)), ==, 1);
  stream_finish (stream);
}

static void
test_identity (void)
{
  g_autoptr (Stream) stream = stream_new (TRUE);
  DheeraResponse *response = stream_response (stream);
  const char *id;

  g_assert_cmpstr (dheera_response_get_id (response), ==, "");
  g_assert_cmpstr (dheera_response_get_model (response), ==, "");
  g_assert_cmpint (dheera_response_get_created (response), ==, -1);
  stream_feed (stream, "{\"id\":\"\",\"model\":null,\"created\":0}");
  stream_feed (stream, "{\"id\":\"a\\n\",\"model\":\"m\",\"created\":5}");
  id = dheera_response_get_id (response);
  stream_feed (stream, "{\"id\":\"a\\u000a\",\"model\":\"\",\"created\":-1}");
  g_assert_true (dheera_response_get_id (response) == id);
  g_assert_cmpstr (id, ==, "a\n");
  g_assert_cmpstr (dheera_response_get_model (response), ==, "m");
  g_assert_cmpint (dheera_response_get_created (response), ==, 5);
  stream_feed (stream, "{\"id\":\"b\",\"model\":\"n\"}");
  g_assert_cmpstr (dheera_response_get_id (response), ==, "b");
  g_assert_cmpstr (dheera_response_get_model (response), ==, "n");
  stream_finish (stream);
  g_assert_cmpstr (dheera_response_get_id (response), ==, "b");
  g_assert_cmpint (dheera_response_get_created (response), ==, 5);
}

static void
assert_finish (Stream             *stream,
               DheeraFinishReason  reason,
               const char         *raw)
{
  g_assert_cmpint (dheera_response_get_finish_reason (stream_response (stream)), ==, reason);
  g_assert_cmpstr (dheera_response_get_finish_reason_raw (stream_response (stream)), ==, raw);
}

static void
test_finish_reason (void)
{
  g_autoptr (Stream) stream = stream_new (TRUE);
  DheeraJsonValue nothing = { NULL, 0 };

  stream_feed (stream, "{\"choices\":[{\"index\":0,\"finish_reason\":\"\"}]}");
  assert_finish (stream, DHEERA_FINISH_REASON_NONE, "");
  stream_feed (stream, "{\"choices\":[{\"index\":0,\"finish_reason\":null}]}");
  g_assert_false (dheera_accumulator_has_finished (stream->accumulator));
  stream_feed (stream, "{\"choices\":[{\"index\":0,\"finish_reason\":\"stop\"}]}");
  assert_finish (stream, DHEERA_FINISH_REASON_STOP, "stop");
  g_assert_true (dheera_accumulator_has_finished (stream->accumulator));
  g_assert_true (dheera_accumulator_has_content (stream->accumulator));
  g_assert_cmpuint (stream->deltas->len, ==, 1);

  /* Said twice is said once; the last word holds. */
  stream_feed (stream, "{\"choices\":[{\"index\":0,\"finish_reason\":\"stop\"}]}");
  stream_feed (stream, "{\"choices\":[{\"index\":0,\"finish_reason\":\"\"}]}");
  g_assert_cmpuint (stream->deltas->len, ==, 1);
  stream_feed (stream, "{\"choices\":[{\"index\":0,\"finish_reason\":\"eos_token\"}]}");
  assert_finish (stream, DHEERA_FINISH_REASON_OTHER, "eos_token");
  g_assert_true (dheera_accumulator_set_finish_reason (stream->accumulator, 0,
                                                       DHEERA_FINISH_REASON_LENGTH, nothing));
  assert_finish (stream, DHEERA_FINISH_REASON_LENGTH, "eos_token");
  stream_finish (stream);

  g_assert_false (dheera_accumulator_set_finish_reason (stream->accumulator, 128,
                                                        DHEERA_FINISH_REASON_STOP, nothing));
}

/* A word that no table knows is a reason all the same. */
static void
test_unknown_finish_reason (void)
{
  g_autoptr (Stream) stream = stream_new (TRUE);
  g_autoptr (Parsed) raw = parse ("\"weird\"");

  g_assert_true (dheera_accumulator_set_finish_reason (stream->accumulator, 0, DHEERA_FINISH_REASON_NONE,
                                                       dheera_json_root (&raw->json)));
  assert_finish (stream, DHEERA_FINISH_REASON_OTHER, "weird");
}

static void
test_usage (void)
{
  g_autoptr (Stream) stream = stream_new (TRUE);
  DheeraResponse *response = stream_response (stream);
  DheeraUsage *first, *second;

  stream_feed (stream, "{\"usage\":{}}");
  stream_feed (stream, "{\"usage\":null}");
  g_assert_null (dheera_response_get_usage (response));
  g_assert_cmpuint (stream->deltas->len, ==, 0);

  /* Beside a piece of text it goes along with that, and alone it is a delta of its own. */
  stream_feed (stream, "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}],"
                       "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1}}");
  g_assert_cmpuint (stream->deltas->len, ==, 1);
  first = dheera_delta_get_usage (g_ptr_array_index (stream->deltas, 0));
  g_assert_cmpint (dheera_usage_get_total_tokens (first), ==, 4);

  /* Said again it is no news. */
  stream_feed (stream, "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"b\"}}],"
                       "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1}}");
  g_assert_null (dheera_delta_get_usage (g_ptr_array_index (stream->deltas, 1)));

  stream_feed (stream, "{\"choices\":[],\"usage\":{\"completion_tokens\":9,\"total_tokens\":99}}");
  g_assert_cmpuint (stream->deltas->len, ==, 3);
  second = dheera_delta_get_usage (g_ptr_array_index (stream->deltas, 2));
  g_assert_cmpuint (dheera_delta_get_choice_index (g_ptr_array_index (stream->deltas, 2)), ==, 0);
  g_assert_cmpint (dheera_usage_get_completion_tokens (second), ==, 9);
  g_assert_cmpint (dheera_usage_get_total_tokens (second), ==, 99);
  g_assert_cmpint (dheera_usage_get_completion_tokens (first), ==, 1);
  g_assert_cmpint (dheera_usage_get_prompt_tokens (dheera_response_get_usage (response)), ==, 3);
  stream_finish (stream);
}

/* Counters that every event repeats are known at once, and shown once. */
static void
test_running_usage (void)
{
  g_autoptr (Stream) stream = stream_new (TRUE);
  guint shown = 0;

  for (gint64 i = 1; i <= 3; i++)
    {
      dheera_accumulator_begin_event (stream->accumulator);
      dheera_accumulator_set_running_usage (stream->accumulator, 7, i, 7 + i, -1, -1, -1);
      dheera_accumulator_end_event (stream->accumulator);
      g_assert_cmpint (dheera_usage_get_completion_tokens (dheera_response_get_usage (stream_response (stream))), ==, i);
    }
  g_assert_false (dheera_accumulator_has_delta (stream->accumulator));
  dheera_accumulator_finish (stream->accumulator);
  stream_collect (stream);

  for (guint i = 0; i < stream->deltas->len; i++)
    {
      DheeraUsage *usage = ((DheeraDelta *) g_ptr_array_index (stream->deltas, i))->usage;

      if (usage != NULL)
        {
          shown++;
          g_assert_cmpint (dheera_usage_get_completion_tokens (usage), ==, 3);
        }
    }
  g_assert_cmpuint (shown, ==, 1);
}

static void
test_finish_twice (void)
{
  g_autoptr (Stream) stream = stream_new (TRUE);
  g_autofree char *before = NULL, *after = NULL;

  stream_feed (stream, DELTA ("\"content\":\"a\",\"audio\":{\"id\":\"x\",\"data\":\"aGk\"}"));
  stream_feed (stream, CALL ("{\"index\":0,\"function\":{\"name\":\"f\"}}"));
  stream_finish (stream);
  before = dheera_response_to_json (stream_response (stream));
  stream_finish (stream);
  after = dheera_response_to_json (stream_response (stream));
  g_assert_cmpstr (before, ==, after);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/accumulator/nothing", test_nothing);
  g_test_add_func ("/accumulator/text", test_text);
  g_test_add_func ("/accumulator/reasoning-and-refusal", test_reasoning_and_refusal);
  g_test_add_func ("/accumulator/not-recording", test_not_recording);
  g_test_add_func ("/accumulator/recording-later", test_recording_later);
  g_test_add_func ("/accumulator/surrogates", test_surrogates);
  g_test_add_func ("/accumulator/plain-text", test_plain_text);
  g_test_add_func ("/accumulator/events", test_events);
  g_test_add_func ("/accumulator/choices", test_choices);
  g_test_add_func ("/accumulator/choice-limit", test_choice_limit);
  g_test_add_func ("/accumulator/identity", test_identity);
  g_test_add_func ("/accumulator/finish-reason", test_finish_reason);
  g_test_add_func ("/accumulator/unknown-finish-reason", test_unknown_finish_reason);
  g_test_add_func ("/accumulator/usage", test_usage);
  g_test_add_func ("/accumulator/running-usage", test_running_usage);
  g_test_add_func ("/accumulator/finish-twice", test_finish_twice);

  return g_test_run ();
}
