/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The calls of one answer and their results. */

#include "legal.h"

#include "dheera-ai/client/dheera-tool-round-private.h"

static void
keep_cb (DheeraTool     *tool,
         DheeraToolCall *call,
         gpointer        data)
{
  g_ptr_array_add (data, g_object_ref (call));
}

/* A round of calls of these names and arguments, the last of which is NULL; calls (nullable) are kept there, else nobody listens. */
static DheeraToolRound *
make_round (GPtrArray  *calls,
            gboolean    parallel,
            const char *name,
            ...)
{
  g_autoptr(DheeraMessage) message = dheera_message_new (DHEERA_ROLE_ASSISTANT, NULL);
  g_autoptr(DheeraTool) tool = dheera_tool_new ("f", NULL, NULL);
  g_autoptr(DheeraTool) other = dheera_tool_new ("g", NULL, NULL);
  g_autoptr(GPtrArray) tools = g_ptr_array_new_with_free_func (g_object_unref);
  va_list args;
  guint n = 0;

  va_start (args, name);
  for (; name != NULL; name = va_arg (args, const char *))
    {
      g_autofree char *id = g_strdup_printf ("call_%u", n++);
      g_autoptr(DheeraToolCall) call = dheera_tool_call_new (id, name, va_arg (args, const char *));

      dheera_message_add_tool_call (message, call);
    }
  va_end (args);
  if (calls != NULL)
    g_signal_connect (tool, "call", G_CALLBACK (keep_cb), calls);
  g_ptr_array_add (tools, g_steal_pointer (&tool));
  g_ptr_array_add (tools, g_steal_pointer (&other));
  return dheera_tool_round_new (message, tools, parallel);
}

static void
assert_results (DheeraToolRound *round,
                const char      *first,
                ...)
{
  g_autoptr(GPtrArray) messages = dheera_tool_round_close (round, "too late");
  g_autoptr(DheeraConversation) conversation = dheera_conversation_new ();
  va_list args;
  guint i = 0;

  va_start (args, first);
  for (const char *expected = first; expected != NULL; expected = va_arg (args, const char *))
    {
      g_assert_cmpstr (dheera_message_get_text (g_ptr_array_index (messages, ++i)), ==, expected);
      g_assert_cmpint (dheera_message_get_is_error (g_ptr_array_index (messages, i)), ==, g_str_has_prefix (expected, "Error: "));
    }
  va_end (args);
  g_assert_cmpuint (messages->len, ==, i + 1);
  for (i = 0; i < messages->len; i++)
    dheera_conversation_append (conversation, g_ptr_array_index (messages, i));
  assert_legal (conversation);
}

static void
test_faults (void)
{
  DheeraToolRound *round = make_round (NULL, TRUE, "nobody", "{}", "g", "{\"a\":", "g", "[1]", "g", "", "f", "{}", NULL);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();

  g_assert_true (dheera_tool_round_advance (round));
  g_assert_true (dheera_tool_round_wait (round, 1, cancellable));
  assert_results (round, "Error: There is no tool “nobody”. There is: “f”, “g”.",
                  "Error: “g” takes a JSON object. What it was called with is not valid JSON at byte 5: unexpected end: {\"a\":",
                  "Error: “g” takes a JSON object. What it was called with is JSON, but not an object: [1]",
                  "Error: “g” takes a JSON object. What it was called with is not valid JSON at byte 0: unexpected end: ",
                  "Error: The application does not answer calls of this tool.", NULL);
}

static void
test_parallel (void)
{
  g_autoptr(GPtrArray) calls = g_ptr_array_new_with_free_func (g_object_unref);
  DheeraToolRound *round = make_round (calls, TRUE, "f", "{}", "f", "{}", "f", "{}", NULL);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *waiting = NULL;

  g_assert_false (dheera_tool_round_advance (round));
  g_assert_cmpuint (calls->len, ==, 3);
  dheera_tool_call_return_text (calls->pdata[2], "c");
  dheera_tool_call_return_text (calls->pdata[0], "a");
  g_assert_false (dheera_tool_round_advance (round));
  waiting = dheera_tool_round_dup_waiting (round);
  g_assert_cmpstr (waiting, ==, "f");
  g_assert_false (dheera_tool_round_wait (round, g_get_monotonic_time () + 1000, cancellable));
  g_ptr_array_remove_index (calls, 1); /* the call is dropped */
  g_assert_true (dheera_tool_round_advance (round));
  g_assert_null (dheera_tool_round_dup_waiting (round));
  assert_results (round, "a", "Error: The tool gave the call up without an answer.", "c", NULL);
}

static void
test_one_after_the_other (void)
{
  g_autoptr(GPtrArray) calls = g_ptr_array_new_with_free_func (g_object_unref);
  DheeraToolRound *round = make_round (calls, FALSE, "f", "{}", "nobody", "{}", "f", "{}", NULL);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();

  g_assert_false (dheera_tool_round_advance (round));
  g_assert_cmpuint (calls->len, ==, 1);
  g_assert_false (dheera_tool_round_advance (round));
  g_assert_cmpuint (calls->len, ==, 1);
  dheera_tool_call_return_text (calls->pdata[0], "a");
  g_assert_true (dheera_tool_round_wait (round, 0, cancellable));
  g_assert_false (dheera_tool_round_advance (round));
  g_assert_cmpuint (calls->len, ==, 2);
  dheera_tool_call_return_error (calls->pdata[1], "b");
  g_assert_true (dheera_tool_round_advance (round));
  assert_results (round, "a", "Error: There is no tool “nobody”. There is: “f”, “g”.", "Error: b", NULL);
}

/* Whatever comes of them, arguments that no provider takes do not stay in the history. */
static void
test_broken_arguments (void)
{
  g_autofree char *filler = g_strnfill (300, 'x');
  g_autofree char *large = g_strconcat ("{\"ä", filler, NULL);
  DheeraToolRound *round = make_round (NULL, FALSE, "nobody", "{\"a\"", "f", "{}", "f", large, NULL);

  assert_results (round, "Error: too late", "Error: too late", "Error: too late", NULL);
  round = make_round (NULL, FALSE, "f", large, NULL);
  g_assert_true (dheera_tool_round_advance (round));
  large[201] = '\0';
  g_free (filler);
  filler = g_strdup_printf ("Error: “f” takes a JSON object. What it was called with is not valid JSON at byte 304: unexpected end in a string: %s…", large);
  assert_results (round, filler, NULL);
}

/* Nothing is what a tool without parameters takes. */
static void
test_null_arguments (void)
{
  g_autoptr(GPtrArray) calls = g_ptr_array_new_with_free_func (g_object_unref);
  DheeraToolRound *round = make_round (calls, TRUE, "f", "null", NULL);

  g_assert_false (dheera_tool_round_advance (round));
  g_assert_cmpuint (calls->len, ==, 1);
  g_assert_cmpstr (dheera_tool_call_get_arguments (calls->pdata[0]), ==, "{}");
  dheera_tool_call_return_text (calls->pdata[0], "a");
  g_assert_true (dheera_tool_round_advance (round));
  assert_results (round, "a", NULL);
}

static void
test_late (void)
{
  g_autoptr(GPtrArray) calls = g_ptr_array_new_with_free_func (g_object_unref);
  DheeraToolRound *round = make_round (calls, TRUE, "f", "{}", "f", "{}", NULL);
  g_autoptr(GCancellable) cancelled = g_cancellable_new ();

  g_cancellable_cancel (cancelled);
  g_assert_false (dheera_tool_round_advance (round));
  g_assert_false (dheera_tool_round_wait (round, 0, cancelled));
  dheera_tool_call_return_text (calls->pdata[1], "in time");
  assert_results (round, "Error: too late", "in time", NULL);
  dheera_tool_call_return_text (calls->pdata[0], "for nobody");
}

static gboolean
woken_cb (gpointer data)
{
  ++*(guint *) data;
  return G_SOURCE_REMOVE;
}

static gpointer
answer_all (gpointer data)
{
  g_ptr_array_foreach (data, (GFunc) dheera_tool_call_return_text, (gpointer) "x");
  return NULL;
}

/* Told once, in the context, and not at all when nobody wants to know any more. */
static void
test_watch (void)
{
  g_autoptr(GMainContext) context = g_main_context_new ();

  for (guint watched = 0; watched < 2; watched++)
    {
      g_autoptr(GPtrArray) calls = g_ptr_array_new_with_free_func (g_object_unref);
      DheeraToolRound *round = make_round (calls, TRUE, "f", "{}", "f", "{}", NULL);
      guint n_woken = 0;

      g_assert_false (dheera_tool_round_advance (round));
      dheera_tool_round_watch (round, context, woken_cb, &n_woken);
      g_assert_false (g_main_context_iteration (context, FALSE));
      g_thread_join (g_thread_new ("tools", answer_all, calls));
      g_assert_cmpuint (n_woken, ==, 0);
      if (!watched)
        dheera_tool_round_unwatch (round);
      g_assert_true (g_main_context_iteration (context, FALSE));
      g_assert_false (g_main_context_iteration (context, FALSE));
      g_assert_cmpuint (n_woken, ==, watched);

      dheera_tool_round_watch (round, context, woken_cb, &n_woken);
      if (watched)
        g_assert_true (g_main_context_iteration (context, FALSE));
      g_assert_cmpuint (n_woken, ==, 2 * watched);
      dheera_tool_round_free (round);
      while (g_main_context_iteration (context, FALSE))
        ;
      g_assert_cmpuint (n_woken, ==, 2 * watched);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/tool-round/faults", test_faults);
  g_test_add_func ("/tool-round/parallel", test_parallel);
  g_test_add_func ("/tool-round/one-after-the-other", test_one_after_the_other);
  g_test_add_func ("/tool-round/broken-arguments", test_broken_arguments);
  g_test_add_func ("/tool-round/null-arguments", test_null_arguments);
  g_test_add_func ("/tool-round/late", test_late);
  g_test_add_func ("/tool-round/watch", test_watch);

  return g_test_run ();
}
