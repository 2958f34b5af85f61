/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "wire-util.h"

#include "dheera-ai/wire/dheera-framer-internal-private.h"

static void
test_reserve (void)
{
  static const DheeraFraming framings[] = { DHEERA_FRAMING_WHOLE, DHEERA_FRAMING_SSE, DHEERA_FRAMING_NDJSON };
  guint i, j;

  for (i = 0; i < G_N_ELEMENTS (framings); i++)
    {
      DheeraFramer *framer = dheera_framer_new (framings[i]);
      g_autoptr (GString) log = g_string_new (NULL);
      gsize size;

      for (j = 0; j < 1000; j++)
        {
          char *buffer = dheera_framer_reserve (framer, &size);

          /* Every byte that is offered may be written. */
          g_assert_cmpuint (size, >=, 16384);
          memset (buffer, 'x', size);
          dheera_framer_commit (framer, 1 + j * 3);
          g_assert_true (drain (framer, log));
        }
      dheera_framer_free (framer);
    }
}

static void
test_whole (void)
{
  assert_frames (DHEERA_FRAMING_WHOLE, "{\"a\":1}", "message||{\"a\":1}" END);
  assert_frames (DHEERA_FRAMING_WHOLE, "\n\n data: x\n\n", "message||\n\n data: x\n\n" END);
  assert_frames (DHEERA_FRAMING_WHOLE, "", "");
  /* Bytes that are no text go through as they are: it may be audio. */
  assert_frames_len (DHEERA_FRAMING_WHOLE, "\357\273\277\377\0x", 6, "message||\357\273\277\377<NUL>x" END);
}

static void
test_whole_binary (void)
{
  DheeraFramer *framer = dheera_framer_new (DHEERA_FRAMING_WHOLE);
  g_autoptr (GString) log = g_string_new (NULL);
  DheeraFrame frame;
  char bytes[512];
  guint i;

  for (i = 0; i < sizeof bytes; i++)
    bytes[i] = (char) i;
  g_assert_true (feed (framer, bytes, sizeof bytes, 100, log));
  g_assert_cmpuint (log->len, ==, 0);
  dheera_framer_finish (framer);
  g_assert_cmpint (dheera_framer_next (framer, &frame), ==, DHEERA_FRAME_READY);
  g_assert_cmpmem (frame.data, frame.length, bytes, sizeof bytes);
  g_assert_false (frame.repaired);
  g_assert_cmpint (dheera_framer_next (framer, &frame), ==, DHEERA_FRAME_NONE);
  dheera_framer_free (framer);
}

/* The outcome under the given limits, in pieces of step bytes */
static char *
limited (DheeraFraming framing,
         gsize         max_frame,
         guint64       max_total,
         const char   *text,
         gsize         step)
{
  DheeraFramer *framer = dheera_framer_new (framing);
  GString *log = g_string_new (NULL);
  DheeraFrame frame;

  dheera_framer_set_limits (framer, max_frame, max_total);
  if (!feed (framer, text, strlen (text), step, log) || !end_input (framer, log))
    {
      gsize size;

      g_string_append (log, dheera_framer_get_error (framer));

      /* An error stays, and whatever still comes is not kept. */
      dheera_framer_reserve (framer, &size);
      g_assert_cmpuint (size, >, 0);
      dheera_framer_commit (framer, 1);
      g_assert_cmpint (dheera_framer_next (framer, &frame), ==, DHEERA_FRAME_ERROR);
      g_assert_cmpuint (framer->end - framer->start, <=, strlen (text));
    }
  dheera_framer_free (framer);

  return g_string_free (log, FALSE);
}

static void
test_limits (void)
{
  static const struct
  {
    DheeraFraming framing;
    gsize max_frame;
    guint64 max_total;
    const char *text;
    const char *outcome;
  } cases[] = {
    { DHEERA_FRAMING_WHOLE, 5, 100, "12345", "message||12345" END },
    { DHEERA_FRAMING_WHOLE, 5, 100, "123456", "the body is longer than 5 bytes" },
    { DHEERA_FRAMING_WHOLE, 100, 5, "12345", "message||12345" END },
    { DHEERA_FRAMING_WHOLE, 100, 5, "123456", "the answer is longer than 5 bytes" },
    { DHEERA_FRAMING_NDJSON, 5, 100, "12345\n12\n", "message||12345" END "message||12" END },
    { DHEERA_FRAMING_NDJSON, 5, 100, "12\n123456\n12\n", "message||12" END "a line is longer than 5 bytes" },
    { DHEERA_FRAMING_NDJSON, 5, 100, "12\n123456", "message||12" END "a line is longer than 5 bytes" },
    { DHEERA_FRAMING_NDJSON, 5, 100, "12\n       \n3\n", "message||12" END "a line is longer than 5 bytes" },
    { DHEERA_FRAMING_NDJSON, 100, 5, "1\n2\n3\n", "message||1" END "message||2" END "the answer is longer than 5 bytes" },
    { DHEERA_FRAMING_SSE, 10, 100, "data: 1234\n\n", "message||1234" END },
    { DHEERA_FRAMING_SSE, 10, 100, "data: 1\n\ndata: 12345\n\n", "message||1" END "an event is longer than 10 bytes" },
    { DHEERA_FRAMING_SSE, 10, 100, "data: 1\n\n:a long comment\n", "message||1" END "an event is longer than 10 bytes" },
    { DHEERA_FRAMING_SSE, 10, 100, "data: 1\n\n:a long comment", "message||1" END "an event is longer than 10 bytes" },
    { DHEERA_FRAMING_SSE, 10, 100, "data: 1\ndata: 2\ndata: 3\n\n", "message||1\n2\n3" END },
    { DHEERA_FRAMING_SSE, 10, 100, "data: 1\ndata: 2\ndata: 3\ndata: 4\n\n", "an event is longer than 10 bytes" },
    { DHEERA_FRAMING_SSE, 10, 100, "{\"a\":\"12345678\"}", "the body is longer than 10 bytes" },
    { DHEERA_FRAMING_SSE, 10, 100, "                data: 1\n\n", "a line is longer than 10 bytes" },
    { DHEERA_FRAMING_SSE, 10, 100, "                \ndata: 1\n\n", "a line is longer than 10 bytes" },
    { DHEERA_FRAMING_SSE, 10, 100, "                ", "a line is longer than 10 bytes" },
    { DHEERA_FRAMING_SSE, 10, 100, "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\ndata: 1\n\n", "message||1" END },
    { DHEERA_FRAMING_SSE, 100, 20, "data: 1\n\ndata: 2\n\ndata: 3\n\n",
      "message||1" END "message||2" END "the answer is longer than 20 bytes" },
    /* What was cut off by the limit is not taken for the end of the input. */
    { DHEERA_FRAMING_SSE, 100, 17, "data: 1\n\ndata: 22\n\n", "message||1" END "the answer is longer than 17 bytes" },
    { DHEERA_FRAMING_NDJSON, 100, 3, "1\n22\n", "message||1" END "the answer is longer than 3 bytes" },
  };
  guint i;
  gsize step;

  for (i = 0; i < G_N_ELEMENTS (cases); i++)
    for (step = 1; step < 40; step++)
      {
        g_autofree char *outcome = limited (cases[i].framing, cases[i].max_frame, cases[i].max_total,
                                            cases[i].text, step);

        g_assert_cmpstr (outcome, ==, cases[i].outcome);
      }
}

static void
test_default_limits (void)
{
  DheeraFramer *framer = dheera_framer_new (DHEERA_FRAMING_SSE);

  g_assert_cmpuint (framer->max_frame, ==, 64u * 1024 * 1024);
  g_assert_cmpuint (framer->max_total, ==, 1024u * 1024 * 1024);
  dheera_framer_free (framer);
}

static void
test_total (void)
{
  DheeraFramer *framer = dheera_framer_new (DHEERA_FRAMING_SSE);
  g_autoptr (GString) log = g_string_new (NULL);

  g_assert_cmpuint (dheera_framer_get_total (framer), ==, 0);
  g_assert_true (feed (framer, "data: 1\n\ndata", 13, G_MAXSIZE, log));
  g_assert_cmpuint (dheera_framer_get_total (framer), ==, 13);

  /* Also what was refused was read. */
  dheera_framer_set_limits (framer, 100, 15);
  g_assert_false (feed (framer, ": 22\n\n", 6, G_MAXSIZE, log));
  g_assert_cmpuint (dheera_framer_get_total (framer), ==, 19);

  dheera_framer_reset (framer, DHEERA_FRAMING_SSE);
  g_assert_cmpuint (dheera_framer_get_total (framer), ==, 0);
  dheera_framer_free (framer);
}

/* Nothing of one response reaches the next one: not its type, id, half line or error. */
static void
test_reset (void)
{
  static const char *const first[] = {
    "id: 7\nevent: e\ndata: half", "data: x\r", "\357\273", "{\"a\"", "  ", "\nstrange\n", "error: x\n", ":123456789012345678901234567890",
  };
  DheeraFramer *framer = dheera_framer_new (DHEERA_FRAMING_SSE);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (first); i++)
    {
      g_autoptr (GString) log = g_string_new (NULL);

      dheera_framer_reset (framer, DHEERA_FRAMING_SSE);
      dheera_framer_set_limits (framer, 25, 1000);
      feed (framer, first[i], strlen (first[i]), 1, log);
      g_string_truncate (log, 0);

      dheera_framer_reset (framer, DHEERA_FRAMING_SSE);
      g_assert_null (dheera_framer_get_error (framer));
      g_assert_true (feed (framer, "\ndata: y\n\n", 10, G_MAXSIZE, log));
      g_assert_cmpstr (log->str, ==, "message||y" END);

      dheera_framer_reset (framer, DHEERA_FRAMING_NDJSON);
      g_string_truncate (log, 0);
      g_assert_true (feed (framer, "{}\n", 3, G_MAXSIZE, log));
      g_assert_cmpstr (log->str, ==, "message||{}" END);

      dheera_framer_reset (framer, DHEERA_FRAMING_WHOLE);
      g_string_truncate (log, 0);
      g_assert_true (feed (framer, "{}\n", 3, G_MAXSIZE, log));
      g_assert_true (end_input (framer, log));
      g_assert_cmpstr (log->str, ==, "message||{}\n" END);
    }
  dheera_framer_free (framer);
}

static void
test_finish (void)
{
  DheeraFramer *framer = dheera_framer_new (DHEERA_FRAMING_NDJSON);
  g_autoptr (GString) log = g_string_new (NULL);
  gsize size;

  g_assert_true (feed (framer, "1\n2", 3, G_MAXSIZE, log));
  g_assert_true (end_input (framer, log));
  g_assert_true (end_input (framer, log));
  g_assert_cmpstr (log->str, ==, "message||1" END "message||2" END);

  /* What comes behind the end is counted and dropped. */
  memcpy (dheera_framer_reserve (framer, &size), "3\n", 2);
  dheera_framer_commit (framer, 2);
  g_assert_true (drain (framer, log));
  g_assert_cmpstr (log->str, ==, "message||1" END "message||2" END);
  g_assert_cmpuint (dheera_framer_get_total (framer), ==, 5);
  dheera_framer_free (framer);
}

static void
test_frames_per_read (void)
{
  /* A frame that was not fetched yet survives the next read. */
  DheeraFramer *framer = dheera_framer_new (DHEERA_FRAMING_SSE);
  g_autoptr (GString) log = g_string_new (NULL);
  g_autoptr (GString) expected = g_string_new (NULL);
  guint i;

  for (i = 0; i < 5000; i++)
    {
      g_autofree char *event = g_strdup_printf ("event: e%u\nid: %u\ndata: a%u\ndata: b\n\n", i, i, i);
      DheeraFrame frame;
      gsize size;

      memcpy (dheera_framer_reserve (framer, &size), event, strlen (event));
      dheera_framer_commit (framer, strlen (event));
      g_string_append_printf (expected, "e%u|%u|a%u\nb" END, i, i, i);
      if (i % 7 == 0 && dheera_framer_next (framer, &frame) == DHEERA_FRAME_READY)
        log_frame (log, &frame);
    }
  g_assert_true (end_input (framer, log));
  g_assert_cmpstr (log->str, ==, expected->str);
  dheera_framer_free (framer);
}

/* A large frame is read into a buffer of about its size, and afterwards the memory is given back. */
static void
test_memory (void)
{
  static const DheeraFraming framings[] = { DHEERA_FRAMING_SSE, DHEERA_FRAMING_NDJSON };
  gsize length = 4 * 1024 * 1024;
  g_autofree char *text = g_malloc (length);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (framings); i++)
    {
      DheeraFramer *framer = dheera_framer_new (framings[i]);
      DheeraFrame frame;
      gsize done, size;

      memset (text, 'x', length);
      memcpy (text, "data: ", 6);
      memcpy (text + length - 2, "\n\n", 2);
      for (done = 0; done < length;)
        {
          char *buffer = dheera_framer_reserve (framer, &size);
          gsize n = MIN (MIN (size, 16384), length - done);

          memcpy (buffer, text + done, n);
          dheera_framer_commit (framer, n);
          done += n;
          if (done < length)
            g_assert_cmpint (dheera_framer_next (framer, &frame), ==, DHEERA_FRAME_NONE);
        }
      g_assert_cmpuint (framer->allocated, <=, 2 * length + 65536);
      g_assert_cmpint (dheera_framer_next (framer, &frame), ==, DHEERA_FRAME_READY);
      g_assert_cmpuint (frame.length, >=, length - 8);
      g_assert_cmpint (dheera_framer_next (framer, &frame), ==, DHEERA_FRAME_NONE);

      dheera_framer_reserve (framer, &size);
      g_assert_cmpuint (framer->allocated, <=, 1024 * 1024);
      dheera_framer_free (framer);
    }
}

/* Also the copy that a repair needs is given back. */
static void
test_memory_repair (void)
{
  DheeraFramer *framer = dheera_framer_new (DHEERA_FRAMING_SSE);
  g_autoptr (GString) event = g_string_new ("data: ");
  g_autoptr (GString) log = g_string_new (NULL);
  gsize size;

  g_string_set_size (event, 3 * 1024 * 1024);
  memset (event->str + 6, '\377', event->len - 6);
  g_string_append (event, "\n\n");
  g_assert_true (feed (framer, event->str, event->len, G_MAXSIZE, log));
  g_assert_cmpuint (log->len, >, 9 * 1024 * 1024 - 100);
  dheera_framer_reserve (framer, &size);
  g_assert_cmpuint (framer->scratch->allocated_len, <=, 1024 * 1024);
  dheera_framer_free (framer);
}

static void
assert_rest (DheeraFraming  framing,
             const char    *text,
             const char    *expected)
{
  gsize step;

  for (step = 1; step <= strlen (text); step++)
    {
      DheeraFramer *framer = dheera_framer_new (framing);
      g_autoptr (GString) log = g_string_new (NULL);
      const char *rest;
      gsize length;

      g_assert_true (feed (framer, text, strlen (text), step, log));
      g_assert_true (end_input (framer, log));
      rest = dheera_framer_peek_rest (framer, &length);
      g_assert_cmpstr (rest, ==, expected);
      g_assert_cmpuint (length, ==, strlen (expected));
      /* Looking changes nothing. */
      rest = dheera_framer_peek_rest (framer, &length);
      g_assert_cmpstr (rest, ==, expected);
      dheera_framer_free (framer);
    }
}

static void
test_rest (void)
{
  assert_rest (DHEERA_FRAMING_WHOLE, "{\"a\":1}", "");
  assert_rest (DHEERA_FRAMING_NDJSON, "{\"a\":1}\n{\"b\":", "{\"b\":");
  assert_rest (DHEERA_FRAMING_NDJSON, "{\"a\":1}\n", "");
  assert_rest (DHEERA_FRAMING_SSE, "data: 1\n\n", "");
  assert_rest (DHEERA_FRAMING_SSE, "data: 1\n\ndata: {\"b\":", "{\"b\":\n");
  assert_rest (DHEERA_FRAMING_SSE, "data: 1\n\ndata: {\ndata: \"b\"\nda", "{\n\"b\"\nda");
  assert_rest (DHEERA_FRAMING_SSE, "data: 1\n\neve", "eve");
  assert_rest (DHEERA_FRAMING_SSE, "{\"a\":1}", "");
  assert_rest (DHEERA_FRAMING_SSE, "<html>\n<p>Bad gateway</p>\n</html>", "<html>\n<p>Bad gateway</p>\n</html>");
  assert_rest (DHEERA_FRAMING_SSE, "upstream: gone\r\nsorry\r\n", "upstream: gone\nsorry\n");
  /* Unknown lines of a stream that is one are nobody's business. */
  assert_rest (DHEERA_FRAMING_SSE, ": hello\nfoo: bar\n", "");
}

static void
test_rest_before_end (void)
{
  DheeraFramer *framer = dheera_framer_new (DHEERA_FRAMING_WHOLE);
  g_autoptr (GString) log = g_string_new (NULL);
  gsize length;

  g_assert_true (feed (framer, "{\"a\"", 4, 1, log));
  g_assert_cmpstr (dheera_framer_peek_rest (framer, &length), ==, "{\"a\"");
  g_assert_cmpuint (length, ==, 4);
  g_assert_true (feed (framer, ":1}", 3, 1, log));
  g_assert_true (end_input (framer, log));
  g_assert_cmpstr (log->str, ==, "message||{\"a\":1}" END);
  dheera_framer_free (framer);
}

/* A page of junk is kept for the error message, an endless one is not. */
static void
test_rest_is_bounded (void)
{
  DheeraFramer *framer = dheera_framer_new (DHEERA_FRAMING_SSE);
  g_autoptr (GString) log = g_string_new (NULL);
  gsize length;
  guint i;

  for (i = 0; i < 10000; i++)
    g_assert_true (feed (framer, "<p>junk junk junk junk junk</p>\n", 32, G_MAXSIZE, log));
  dheera_framer_peek_rest (framer, &length);
  g_assert_cmpuint (length, >, 60000);
  g_assert_cmpuint (length, <=, 65536);
  dheera_framer_free (framer);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/framer/reserve", test_reserve);
  g_test_add_func ("/framer/whole", test_whole);
  g_test_add_func ("/framer/whole-binary", test_whole_binary);
  g_test_add_func ("/framer/limits", test_limits);
  g_test_add_func ("/framer/default-limits", test_default_limits);
  g_test_add_func ("/framer/total", test_total);
  g_test_add_func ("/framer/reset", test_reset);
  g_test_add_func ("/framer/finish", test_finish);
  g_test_add_func ("/framer/frames-per-read", test_frames_per_read);
  g_test_add_func ("/framer/memory", test_memory);
  g_test_add_func ("/framer/memory-repair", test_memory_repair);
  g_test_add_func ("/framer/rest", test_rest);
  g_test_add_func ("/framer/rest-before-end", test_rest_before_end);
  g_test_add_func ("/framer/rest-is-bounded", test_rest_is_bounded);

  return g_test_run ();
}
