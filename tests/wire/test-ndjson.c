/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "wire-util.h"

static void
test_lines (void)
{
  assert_frames (DHEERA_FRAMING_NDJSON, "{\"a\":1}\n{\"b\":2}\n", "message||{\"a\":1}" END "message||{\"b\":2}" END);
  assert_frames (DHEERA_FRAMING_NDJSON, "{\"a\":1}\r\n{\"b\":2}\r\n", "message||{\"a\":1}" END "message||{\"b\":2}" END);
  assert_frames (DHEERA_FRAMING_NDJSON, "", "");
  assert_frames (DHEERA_FRAMING_NDJSON, "\n", "");
  /* What a line says is not checked here. */
  assert_frames (DHEERA_FRAMING_NDJSON, "<html>\n", "message||<html>" END);
}

static void
test_blank_lines (void)
{
  assert_frames (DHEERA_FRAMING_NDJSON, "\n\r\n \t\r\n{\"a\":1}\n\n\n {\"b\":2}\t \r\n\n",
                 "message||{\"a\":1}" END "message||{\"b\":2}" END);
}

static void
test_cr_is_no_line_end (void)
{
  assert_frames (DHEERA_FRAMING_NDJSON, "{\"a\":\r1}\n", "message||{\"a\":\r1}" END);
}

static void
test_mark (void)
{
  assert_frames (DHEERA_FRAMING_NDJSON, "\357\273\277{}\n\357\273\277{}\n", "message||{}" END "message||\357\273\277{}" END);
  assert_frames (DHEERA_FRAMING_NDJSON, "\357\273\277", "");
}

static void
test_last_line (void)
{
  /* A proxy may cut the last newline, but half a line is no line. */
  assert_frames (DHEERA_FRAMING_NDJSON, "{\"a\":1}\n{\"done\":true}", "message||{\"a\":1}" END "message||{\"done\":true}" END);
  assert_frames (DHEERA_FRAMING_NDJSON, "{\"done\":true} \r", "message||{\"done\":true}" END);
  assert_frames (DHEERA_FRAMING_NDJSON, "{\"a\":1}\n{\"done\":tru", "message||{\"a\":1}" END);
  assert_frames (DHEERA_FRAMING_NDJSON, "{\"a\":1}\n{\"done\":true", "message||{\"a\":1}" END);
  assert_frames (DHEERA_FRAMING_NDJSON, "{\"a\":1}\n  ", "message||{\"a\":1}" END);
}

static void
test_repair (void)
{
  assert_frames (DHEERA_FRAMING_NDJSON, "{\"a\":\"\377\"}\n{\"b\":\"\303\274\"}\n{\"c\":\"\303\"}\n",
                 "message||repaired|{\"a\":\"\357\277\275\"}" END
                 "message||{\"b\":\"\303\274\"}" END
                 "message||repaired|{\"c\":\"\357\277\275\"}" END);
}

static void
test_nul (void)
{
  assert_frames_len (DHEERA_FRAMING_NDJSON, "a\0b\nc\n", 6, "message||a<NUL>b" END "message||c" END);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/ndjson/lines", test_lines);
  g_test_add_func ("/ndjson/blank-lines", test_blank_lines);
  g_test_add_func ("/ndjson/cr-is-no-line-end", test_cr_is_no_line_end);
  g_test_add_func ("/ndjson/mark", test_mark);
  g_test_add_func ("/ndjson/last-line", test_last_line);
  g_test_add_func ("/ndjson/repair", test_repair);
  g_test_add_func ("/ndjson/nul", test_nul);

  return g_test_run ();
}
