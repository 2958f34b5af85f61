/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "providers-util.h"

static const struct
{
  const char *text; /* as it stands in JSON */
  const char *reasoning;
  const char *answer;
  gboolean whole_only; /* a stream has given the reasoning out as text by the time it knows better */
} cases[] = {
  { "<think>because</think>so", "because", "so" },
  { "<think>\\nbecause\\n</think>\\n\\nso\\n", "\nbecause\n", "so\n" },
  { " \\n<think>a</think> b", "a", "b" },
  { "no tags", "", "no tags" },
  { "  no tags", "", "  no tags" },
  { "<b>bold</b>", "", "<b>bold</b>" },
  { "I say <think>x</think>", "", "I say <think>x</think>" },
  { "<think>a <b> </thin </think>b<think>c</think>", "a <b> </thin ", "b<think>c</think>" },
  { "<think>never closed", "never closed", "" },
  { "<think>", "", "" },
  { "<think></think>", "", "" },
  { "<thin", "", "<thin" },
  { "<think>a</thi", "a</thi", "" },
  { "<think>\\ud83d\\ude00</think>\\u00e9", "😀", "é" },
  { "opening tag was in the prompt</think>so", "opening tag was in the prompt", "so", TRUE },
  { "", "", "" },
};

static void
test_whole (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *body = g_strdup_printf ("{\"choices\":[{\"message\":{\"content\":\"%s\"},\"finish_reason\":\"stop\"}]}", cases[i].text);
      g_auto (Answer) answer = { 0 };

      answer_whole (&answer, "minimax", body);
      assert_end (&answer);
      assert_reasoning (&answer, cases[i].reasoning);
      assert_text (&answer, cases[i].answer);
    }
}

/* Where a piece may end: not within an escape */
static gsize
next_place (const char *text,
            gsize       place)
{
  if (strncmp (text + place, "\\u", 2) == 0)
    return place + 6;
  if (text[place] == '\\')
    return place + 2;

  return place + 1;
}

static void
test_every_split (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *text = cases[i].text;
      gsize length = strlen (text);

      for (gsize place = 0; place <= length && !cases[i].whole_only; place = place < length ? next_place (text, place) : length + 1)
        {
          g_autofree char *stream = g_strdup_printf ("{\"choices\":[{\"delta\":{\"content\":\"%.*s\"}}]}\n"
                                                     "{\"choices\":[{\"delta\":{\"content\":\"%s\"},\"finish_reason\":\"stop\"}]}",
                                                     (int) place, text, text + place);
          g_auto (Answer) answer = { 0 };

          answer_stream (&answer, "minimax", stream);
          assert_end (&answer);
          assert_reasoning (&answer, cases[i].reasoning);
          assert_text (&answer, cases[i].answer);
        }
    }
}

static void
test_choices (void)
{
  g_auto (Answer) answer = { 0 };

  answer_stream (&answer, "minimax",
                 "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"<th\"}},{\"index\":2,\"delta\":{\"content\":\"<think>b\"}}]}\n"
                 "{\"choices\":[{\"index\":2,\"delta\":{\"content\":\"</think>B\"},\"finish_reason\":\"stop\"},"
                 "{\"index\":0,\"delta\":{\"content\":\"ink>a</think>A\"},\"finish_reason\":\"stop\"}]}");
  assert_end (&answer);
  assert_text (&answer, "A");
  assert_reasoning (&answer, "a");
  g_assert_cmpstr (dheera_message_get_reasoning (dheera_choice_get_message (dheera_response_get_choice (answer_response (&answer), 1))), ==, "b");
}

/* Only where the table says so: elsewhere the tags are text. */
static void
test_off (void)
{
  g_auto (Answer) answer = { 0 };

  answer_whole (&answer, "openai", "{\"choices\":[{\"message\":{\"content\":\"<think>a</think>b\"},\"finish_reason\":\"stop\"}]}");
  assert_end (&answer);
  assert_text (&answer, "<think>a</think>b");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/think-tags/whole", test_whole);
  g_test_add_func ("/think-tags/every-split", test_every_split);
  g_test_add_func ("/think-tags/choices", test_choices);
  g_test_add_func ("/think-tags/off", test_off);

  return g_test_run ();
}
