/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "wire-util.h"

#include "dheera-ai/wire/dheera-framer-internal-private.h"

#define SSE DHEERA_FRAMING_SSE

/* The vectors of the protocol notes */
static void
test_vectors (void)
{
  assert_frames (SSE, "data: a\n\n", "message||a" END);
  assert_frames (SSE, "data:a\r\n\r\ndata:b\r\r", "message||a" END "message||b" END);
  assert_frames (SSE, "\357\273\277data: x\n\n", "message||x" END);
  assert_frames (SSE, ": c\n\ndata: y\n\n", "message||y" END);
  assert_frames (SSE, "data: 1\ndata: 2\n\n", "message||1\n2" END);
  assert_frames (SSE, "data\n\n", "message||" END);
  assert_frames (SSE, "event: e\n\n", "");
  assert_frames (SSE, "event: e\ndata: d\n\n", "e||d" END);
  assert_frames (SSE, "data:  two\n\n", "message|| two" END);
  assert_frames (SSE, "data: x", "");
  assert_frames (SSE, "foo: bar\nretry: 10x\ndata: z\n\n", "message||z" END);
  assert_frames (SSE, "data: a\r\ndata: b\n\n", "message||a\nb" END);
}

static void
test_line_ends (void)
{
  static const char *const ends[] = { "\n", "\r", "\r\n" };
  guint a, b, c, d;

  /* Each line may end in its own way. CR, then LF for a blank line would be one end, so that pair is left out. */
  for (a = 0; a < 3; a++)
    for (b = 0; b < 3; b++)
      for (c = 0; c < 3; c++)
        for (d = 0; d < 3; d++)
          {
            g_autofree char *text = NULL;

            if ((b == 1 && c == 0) || (c == 1 && d == 0))
              continue;
            text = g_strconcat ("data: 1", ends[a], "data: 2", ends[b], ends[c], ends[d], "data: 3", ends[b], ends[c], NULL);
            assert_frames (SSE, text, "message||1\n2" END "message||3" END);
          }
}

/* CR alone ends lines in one text that is long enough to be searched again and again. */
static void
test_many_cr (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *log = NULL;
  gsize i;

  for (i = 0; i < 300000; i++)
    g_string_append (text, i % 3 == 0 ? "data: 1\r" : "\r");
  log = frames_of (SSE, text->str, text->len, G_MAXSIZE);
  g_assert_cmpuint (strlen (log), ==, 100000 * strlen ("message||1" END));
}

static void
test_long_lines (void)
{
  gsize lengths[] = { 16370, 16384, 16390, 32760, 32768, 65536, 100000 };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autoptr (GString) text = g_string_new ("data: short\n\nevent: big\ndata: ");
      g_autoptr (GString) expected = g_string_new ("message||short" END "big||");
      g_autofree char *line = g_strnfill (lengths[i], 'x');
      static const gsize steps[] = { 1, 7, 1000, 16384, G_MAXSIZE };
      guint j;

      g_string_append_printf (text, "%s\ndata:%s\n\n: comment %s\ndata: after\n\n", line, line, line);
      g_string_append_printf (expected, "%s\n%s" END "message||after" END, line, line);
      for (j = 0; j < G_N_ELEMENTS (steps); j++)
        {
          g_autofree char *log = frames_of (SSE, text->str, text->len, steps[j]);

          g_assert_cmpstr (log, ==, expected->str);
        }
    }
}

static void
test_many_lines (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GString) expected = g_string_new ("message||");
  static const gsize steps[] = { 1, 1000, G_MAXSIZE };
  guint i;

  /* With comments between them, which leave gaps in the buffer */
  for (i = 0; i < 20000; i++)
    {
      g_string_append_printf (text, "data: %u\n: keep-alive\ndata\n", i);
      g_string_append_printf (expected, "%u\n\n", i);
    }
  g_string_append (text, "\n");
  g_string_truncate (expected, expected->len - 1);
  g_string_append (expected, END);

  for (i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autofree char *log = frames_of (SSE, text->str, text->len, steps[i]);

      g_assert_cmpstr (log, ==, expected->str);
    }
}

static void
test_types_and_ids (void)
{
  assert_frames (SSE, "event: a\nevent: b\ndata: 1\n\ndata: 2\n\n", "b||1" END "message||2" END);
  assert_frames (SSE, "event: a\ndata: 1\n\nevent: bb\ndata: 2\n\nevent: c\ndata: 3\n\n", "a||1" END "bb||2" END "c||3" END);
  assert_frames (SSE, "event: a\n\ndata: 1\n\n", "message||1" END);
  assert_frames (SSE, "event: a\nevent\ndata: 1\n\n", "message||1" END);
  assert_frames (SSE, "id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n", "message|1|a" END "message|1|b" END "message||c" END);
  assert_frames_len (SSE, "id: 1\nid: 2\0003\ndata: a\n\n", 24, "message|1|a" END);
  /* Names are what they are. */
  assert_frames (SSE, "Data: 1\nDATA: 2\ndata : 3\n data: 4\ndat: 5\ndata: 6\nEvent: e\n\n", "message||6" END);
}

/* NUL in a type does not make it another type. */
static void
test_nul (void)
{
  assert_frames_len (SSE, "event: error\0x\ndata: 1\n\n", 24, "error\357\277\275x||repaired|1" END);
  assert_frames_len (SSE, "data: a\0b\n\n", 11, "message||a<NUL>b" END);
  assert_frames_len (SSE, "da\0ta: a\n\ndata: b\n\n", 19, "message||b" END);
}

static void
test_utf8 (void)
{
  assert_frames (SSE, "data: gr\303\274n \360\237\230\200\n\n", "message||gr\303\274n \360\237\230\200" END);
  assert_frames (SSE, "data: a\377b\n\ndata: c\n\n", "message||repaired|a\357\277\275b" END "message||c" END);
  /* A sequence that the line's end cuts does not reach into the next line. */
  assert_frames (SSE, "data: \342\202\ndata: \254\n\n", "message||repaired|\357\277\275\n\357\277\275" END);
  assert_frames (SSE, "data: \342\202", "");
  assert_frames (SSE, "event: \377\ndata: a\n\ndata: b\n\n", "\357\277\275||repaired|a" END "message||b" END);
  assert_frames (SSE, "id: \300\ndata: a\n\ndata: b\n\n", "message|\357\277\275|repaired|a" END "message|\357\277\275|b" END);
  assert_frames (SSE, ": \377\ndata: b\n\n", "message||b" END);
}

static void
test_mark (void)
{
  assert_frames (SSE, "\357\273\277data: a\n\n\357\273\277data: b\n\n", "message||a" END);
  assert_frames (SSE, "\357\273\277\357\273\277data: a\n\ndata: b\n\n", "message||b" END);
  assert_frames (SSE, "\n\357\273\277data: a\n\n", "");
  assert_frames (SSE, "\357\273", "");
  assert_frames (SSE, "\357\273\277", "");
  assert_frames (SSE, "\357data: a\n\ndata: b\n\n", "message||b" END);
  assert_frames (SSE, "\357\273data: a\n\ndata: b\n\n", "message||b" END);
}

/* On purpose, against the standard: proxies cut the last newline. */
static void
test_end_of_input (void)
{
  assert_frames (SSE, "data: {\"a\":1}\n\ndata: [DONE]", "message||{\"a\":1}" END "message||[DONE]" END);
  assert_frames (SSE, "data: [DONE]\n", "message||[DONE]" END);
  assert_frames (SSE, "data: [DONE]\r", "message||[DONE]" END);
  assert_frames (SSE, "data:[DONE] ", "message||[DONE] " END);
  assert_frames (SSE, "data: {\"a\":1}", "message||{\"a\":1}" END);
  assert_frames (SSE, "event: e\nid: 7\ndata: {\"a\":\ndata: 1}", "e|7|{\"a\":\n1}" END);
  assert_frames (SSE, "data: 2\ndata:", "message||2\n" END);
  assert_frames (SSE, "error: 2\nerror:", "error||2\n" END);
  assert_frames (SSE, "data: {\"a\":1}\nda", "message||{\"a\":1}" END);
  assert_frames (SSE, "data: {\"a\":1}\n: comme", "message||{\"a\":1}" END);
  /* A type that lacks the end of its line may be half a type. */
  assert_frames (SSE, "data: {\"a\":1}\nevent: message_st", "message||{\"a\":1}" END);
  assert_frames (SSE, "error: {\"code\":500}", "error||{\"code\":500}" END);
  assert_frames (SSE, "data: {\"a\":\"\377\"}", "message||repaired|{\"a\":\"\357\277\275\"}" END);
  /* And never half of an event. */
  assert_frames (SSE, "data: {\"a\":1", "");
  assert_frames (SSE, "data: {\"a\":1}\ndata: {", "");
  assert_frames (SSE, "data: [DONE", "");
  assert_frames (SSE, "data: text", "");
  assert_frames (SSE, "data:", "");
  assert_frames (SSE, "data", "");
  assert_frames (SSE, "data: {\"a\":1}\n\n", "message||{\"a\":1}" END);
}

/* On purpose, against the standard: older llama.cpp servers report failures in a field of this name. */
static void
test_error_field (void)
{
  assert_frames (SSE, "error: {\"code\":500}\n\ndata: 1\n\n", "error||{\"code\":500}" END "message||1" END);
  assert_frames (SSE, "error:{\"code\":\nerror: 500}\n\n", "error||{\"code\":\n500}" END);
  assert_frames (SSE, "data: 1\nerror: 2\ndata: 3\nevent: 4\n\ndata: 5\n\n", "error||2" END "message||5" END);
  assert_frames (SSE, "event: error\ndata: {}\n\n", "error||{}" END);
  assert_frames (SSE, "errors: 1\ndata: 2\n\n", "message||2" END);
}

/* On purpose, against the standard: an error that is no event stream at all. */
static void
test_bare_json (void)
{
  assert_frames (SSE, "{\"error\":{\"code\":400}}", "message||{\"error\":{\"code\":400}}" END);
  assert_frames (SSE, "[{\n  \"error\": {\n\n    \"code\": 400\n  }\n}\n]\n", "message||[{\n  \"error\": {\n\n    \"code\": 400\n  }\n}\n]\n" END);
  assert_frames (SSE, "\r\n \n  {\"a\":1}\n\ndata: 1\n\n", "message||  {\"a\":1}\n\ndata: 1\n\n" END);
  assert_frames (SSE, "\357\273\277{}", "message||{}" END);
  assert_frames (SSE, "{\"a\":\"\377\"}", "message||repaired|{\"a\":\"\357\277\275\"}" END);
  /* Cut off, it is still what the server said. */
  assert_frames (SSE, "{\"error\":{\"co", "message||{\"error\":{\"co" END);
  /* Later on it is a line like any other. */
  assert_frames (SSE, "data: 1\n\n{\"error\":1}\n\ndata: 2\n\n", "message||1" END "message||2" END);
  assert_frames (SSE, " data: 1\n\ndata: 2\n\n", "message||2" END);
}

static void
test_keep_alives (void)
{
  assert_frames (SSE, ": OPENROUTER PROCESSING\n\n:\n\n: keep-alive\n\ndata: 1\n\n", "message||1" END);
  assert_frames (SSE, "\n\n\n\ndata: 1\n\n\n\n", "message||1" END);
}

/* The event of a frame stays as it was until the next call, also while the buffer moves for the next read. */
static void
test_frame_is_stable (void)
{
  DheeraFramer *framer = dheera_framer_new (SSE);
  const char *text = "event: first\nid: one\ndata: 1\n\nevent: second\nid: two\ndata: 2\n\n";
  DheeraFrame frame;
  gsize size;

  memcpy (dheera_framer_reserve (framer, &size), text, strlen (text));
  dheera_framer_commit (framer, strlen (text));
  g_assert_cmpint (dheera_framer_next (framer, &frame), ==, DHEERA_FRAME_READY);
  g_assert_cmpstr (frame.type, ==, "first");
  g_assert_cmpstr (frame.id, ==, "one");
  g_assert_cmpstr (frame.data, ==, "1");
  g_assert_cmpint (dheera_framer_next (framer, &frame), ==, DHEERA_FRAME_READY);
  g_assert_cmpstr (frame.type, ==, "second");
  g_assert_cmpstr (frame.id, ==, "two");
  g_assert_cmpstr (frame.data, ==, "2");
  /* One line of data is not copied. */
  g_assert_true (frame.data >= framer->buffer && frame.data < framer->buffer + framer->allocated);
  g_assert_cmpint (dheera_framer_next (framer, &frame), ==, DHEERA_FRAME_NONE);
  dheera_framer_free (framer);
}

/* The cases of the standard to which this library gives another answer on purpose, with what it adds. */
static const struct
{
  const char *name;
  const char *added;
  const char *reason;
} deviations[] = {
  { "esp-MixedComments", "message||5" END,
    "the input ends with data:5 and no blank line; 5 is whole JSON, and an event that lacks only its end is given out" },
};

static void
append_expected (GString         *log,
                 DheeraJsonValue  one)
{
  DheeraJsonValue event;
  DheeraJsonIter iter;
  g_autofree char *name = dheera_json_dup_string (dheera_json_member (one, "name"));
  guint i;

  dheera_json_iter_init (&iter, dheera_json_member (one, "events"));
  while (dheera_json_iter_next (&iter, NULL, &event))
    {
      g_autofree char *type = dheera_json_dup_string (dheera_json_member (event, "type"));
      g_autofree char *id = dheera_json_dup_string (dheera_json_member (event, "last_event_id"));
      gsize length;
      const char *raw = dheera_json_raw (dheera_json_member (event, "data"), &length);
      g_autofree char *copy = g_strndup (raw, length);
      g_auto (GStrv) parts = g_strsplit (copy, "\\u0000", -1);
      g_autofree char *marked = g_strjoinv ("<NUL>", parts);
      DheeraJson data = DHEERA_JSON_INIT;
      g_autofree char *text = NULL;

      /* NUL in data is written down as the log does. */
      g_assert_true (dheera_json_parse (&data, marked, strlen (marked)));
      text = dheera_json_dup_string (dheera_json_root (&data));
      g_string_append_printf (log, "%s|%s|%s" END, type, id, text);
      dheera_json_clear (&data);
    }

  for (i = 0; i < G_N_ELEMENTS (deviations); i++)
    if (strcmp (name, deviations[i].name) == 0)
      {
        g_test_message ("%s differs from the standard on purpose: %s", name, deviations[i].reason);
        g_string_append (log, deviations[i].added);
      }
}

/* The case as it was cut into chunks by its authors; returns all bytes. */
static GByteArray *
feed_chunks (DheeraJsonValue  one,
             GString         *log)
{
  GByteArray *bytes = g_byte_array_new ();
  DheeraFramer *framer = dheera_framer_new (SSE);
  DheeraJsonValue chunk;
  DheeraJsonIter iter;

  dheera_json_iter_init (&iter, dheera_json_member (one, "chunks_b64"));
  while (dheera_json_iter_next (&iter, NULL, &chunk))
    {
      g_autofree char *base64 = dheera_json_dup_string (chunk);
      gsize length;
      g_autofree guchar *data = g_base64_decode (base64, &length);

      g_assert_true (feed (framer, (char *) data, length, G_MAXSIZE, log));
      g_byte_array_append (bytes, data, (guint) length);
    }
  g_assert_true (end_input (framer, log));
  dheera_framer_free (framer);

  return bytes;
}

static void
test_conformance (void)
{
  g_autofree char *path = shared_path ("conformance/sse-cases.json");
  g_autofree char *text = NULL;
  DheeraJson json = DHEERA_JSON_INIT;
  DheeraJsonValue one;
  DheeraJsonIter iter;
  gsize length;
  guint n = 0;
  guint n_splits = 0;

  if (path == NULL)
    return;
  g_assert_true (g_file_get_contents (path, &text, &length, NULL));
  g_assert_true (dheera_json_parse (&json, text, length));

  dheera_json_iter_init (&iter, dheera_json_root (&json));
  while (dheera_json_iter_next (&iter, NULL, &one))
    {
      g_autofree char *name = dheera_json_dup_string (dheera_json_member (one, "name"));
      g_autoptr (GString) log = g_string_new (NULL);
      g_autoptr (GString) expected = g_string_new (NULL);
      g_autoptr (GByteArray) bytes = feed_chunks (one, log);

      append_expected (expected, one);
      if (strcmp (log->str, expected->str) != 0)
        g_error ("%s: %s", name, log->str);
      assert_frames_len (SSE, (char *) bytes->data, bytes->len, expected->str);
      n_splits += bytes->len;
      n++;
    }

  g_test_message ("%u cases, each split at every place: %u runs", n, n_splits);
  g_assert_cmpuint (n, ==, 153);
  dheera_json_clear (&json);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/sse/vectors", test_vectors);
  g_test_add_func ("/sse/line-ends", test_line_ends);
  g_test_add_func ("/sse/many-cr", test_many_cr);
  g_test_add_func ("/sse/long-lines", test_long_lines);
  g_test_add_func ("/sse/many-lines", test_many_lines);
  g_test_add_func ("/sse/types-and-ids", test_types_and_ids);
  g_test_add_func ("/sse/nul", test_nul);
  g_test_add_func ("/sse/utf8", test_utf8);
  g_test_add_func ("/sse/mark", test_mark);
  g_test_add_func ("/sse/end-of-input", test_end_of_input);
  g_test_add_func ("/sse/error-field", test_error_field);
  g_test_add_func ("/sse/bare-json", test_bare_json);
  g_test_add_func ("/sse/keep-alives", test_keep_alives);
  g_test_add_func ("/sse/frame-is-stable", test_frame_is_stable);
  g_test_add_func ("/sse/conformance", test_conformance);

  return g_test_run ();
}
