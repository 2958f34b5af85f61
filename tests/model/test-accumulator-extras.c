/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "stream-util.h"

#include "dheera-ai/model/messages/dheera-part-private.h"

static void
test_logprobs (void)
{
  g_autoptr (Stream) stream = stream_new (TRUE);
  DheeraChoice *choice;

  stream_feed (stream, "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"logprobs\":null}]}");
  choice = dheera_response_get_choice (stream_response (stream), 0);
  g_assert_null (dheera_choice_get_logprobs (choice));
  stream_feed (stream, "{\"choices\":[{\"index\":0,\"logprobs\":{\"content\":[],\"refusal\":null}}]}");
  g_assert_null (dheera_choice_get_logprobs (choice));
  stream_feed (stream, "{\"choices\":[{\"index\":0,\"logprobs\":{\"content\":[{\"token\": \"a\"}],"
                       "\"refusal\":null}}]}");
  g_assert_cmpstr (dheera_choice_get_logprobs (choice), ==, "{\"content\":[{\"token\": \"a\"}],"
                                                            "\"refusal\":null}");
  stream_feed (stream, "{\"choices\":[{\"index\":0,\"logprobs\":{\"content\":[{\"token\":\"b\"},{}],"
                       "\"refusal\":[1]}}]}");
  stream_feed (stream, "{\"choices\":[{\"index\":0,\"logprobs\":\"x\"}]}");
  g_assert_cmpstr (dheera_choice_get_logprobs (choice), ==, "{\"content\":[{\"token\": \"a\"},"
                                                            "{\"token\":\"b\"},{}],\"refusal\":[1]}");

  g_assert_cmpuint (stream->deltas->len, ==, 3);
  g_assert_cmpstr (((DheeraDelta *) g_ptr_array_index (stream->deltas, 2))->logprobs, ==,
                   "{\"content\":[{\"token\":\"b\"},{}],\"refusal\":[1]}");
  g_assert_false (stream_feed (stream, "{\"choices\":[{\"index\":128,\"logprobs\":{\"content\":[1]}}]}"));
  stream_finish (stream);
}

static void
test_annotations (void)
{
  g_autoptr (Stream) stream = stream_new (TRUE);

  stream_feed (stream, DELTA ("\"annotations\":[]"));
  g_assert_null (dheera_response_get_annotations (stream_response (stream)));
  stream_feed (stream, DELTA ("\"annotations\":[{\"a\": 1},{\"b\":2},3]"));
  stream_feed (stream, DELTA ("\"annotations\":{\"c\":3}"));
  stream_feed (stream, DELTA ("\"annotations\":\"x\""));
  g_assert_cmpstr (dheera_response_get_annotations (stream_response (stream)), ==,
                   "[{\"a\": 1},{\"b\":2},{\"c\":3}]");
  g_assert_cmpuint (stream->deltas->len, ==, 2);
  g_assert_cmpstr (((DheeraDelta *) g_ptr_array_index (stream->deltas, 0))->annotations, ==,
                   "[{\"a\": 1},{\"b\":2}]");
  g_assert_cmpstr (((DheeraDelta *) g_ptr_array_index (stream->deltas, 1))->annotations, ==, "[{\"c\":3}]");
  stream_finish (stream);
}

static DheeraPart *
get_sound (Stream *stream)
{
  DheeraMessage *message = dheera_response_get_message (stream_response (stream));

  g_assert_cmpuint (dheera_message_get_n_parts (message), ==, 1);

  return dheera_message_peek_part (message, 0);
}

static void
assert_bytes (DheeraPart *part,
              const char *expected)
{
  gsize size;
  const char *data = g_bytes_get_data (dheera_part_get_bytes (part), &size);

  g_assert_cmpmem (data, size, expected, strlen (expected));
}

static void
test_audio (void)
{
  g_autoptr (Stream) stream = stream_new (TRUE);
  DheeraPart *part;

  stream_feed (stream, DELTA ("\"audio\":{\"id\":\"audio_1\",\"transcript\":\"Hel\"}"));
  g_assert_true (dheera_accumulator_has_content (stream->accumulator));
  stream_feed (stream, DELTA ("\"audio\":{\"data\":\"aGVs\",\"transcript\":\"lo\",\"id\":\"other\"}"));
  stream_feed (stream, DELTA ("\"audio\":{\"data\":\"bG8=\",\"expires_at\":1234}"));
  stream_feed (stream, DELTA ("\"audio\":null"));
  stream_feed (stream, DELTA ("\"audio\":\"x\""));
  g_assert_cmpuint (stream->deltas->len, ==, 3);
  g_assert_cmpstr (((DheeraDelta *) g_ptr_array_index (stream->deltas, 2))->audio, ==,
                   "{\"data\":\"bG8=\",\"expires_at\":1234}");
  stream_finish (stream);

  part = get_sound (stream);
  g_assert_cmpint (dheera_part_get_part_type (part), ==, DHEERA_PART_TYPE_AUDIO);
  g_assert_cmpstr (dheera_part_get_file_id (part), ==, "audio_1");
  g_assert_cmpstr (dheera_part_get_text (part), ==, "Hello");
  g_assert_cmpstr (dheera_part_get_mime_type (part), ==, "audio/wav");
  g_assert_cmpint (part->expires, ==, 1234);
  assert_bytes (part, "hello");
  g_assert_cmpstr (dheera_response_get_text (stream_response (stream)), ==, "");
}

/* Base64 is cut anywhere, or padded piece by piece, and its end is not always padded. */
static void
test_audio_pieces (void)
{
  static const struct
  {
    const char *pieces[5];
    const char *expected;
  } cases[] = {
    { { "aGV", "sbG", "8", "=" }, "hello" },
    { { "aGVsbG8=", "aGVsbG8=" }, "hellohello" },
    { { "aA==", "aQ==", "eA==" }, "hix" },
    { { "aGVsbG8" }, "hello" },
    { { "aGk" }, "hi" },
    { { "aA" }, "h" },
    { { "aGVsb", "G8" }, "hello" },
    { { "" }, "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Stream) stream = stream_new (FALSE);

      for (guint j = 0; cases[i].pieces[j] != NULL; j++)
        {
          g_autofree char *chunk = g_strdup_printf (DELTA ("\"audio\":{\"data\":\"%s\"}"),
                                                    cases[i].pieces[j]);

          g_assert_true (stream_feed (stream, chunk));
        }
      dheera_accumulator_finish (stream->accumulator);
      assert_bytes (get_sound (stream), cases[i].expected);
    }
}

static void
test_audio_type (void)
{
  g_autoptr (Stream) stream = stream_new (FALSE);
  g_autoptr (Parsed) audio = parse ("{\"data\":\"aGk=\"}");

  g_assert_true (dheera_accumulator_add_audio (stream->accumulator, 0,
                                               dheera_json_root (&audio->json), "audio/pcm"));
  g_assert_false (dheera_accumulator_add_audio (stream->accumulator, 128,
                                                dheera_json_root (&audio->json), NULL));
  dheera_accumulator_finish (stream->accumulator);
  g_assert_cmpstr (dheera_part_get_mime_type (get_sound (stream)), ==, "audio/pcm");
}

/* A stream that breaks leaves what it made so far, without a leak. */
static void
test_audio_cut (void)
{
  g_autoptr (Stream) stream = stream_new (TRUE);

  stream_feed (stream, DELTA ("\"audio\":{\"id\":\"x\",\"data\":\"aGVsb\",\"transcript\":\"a\"},"
                              "\"annotations\":[{}]"));
  dheera_accumulator_begin_event (stream->accumulator);
  g_assert_true (dheera_accumulator_has_content (stream->accumulator));
  g_assert_cmpuint (dheera_message_get_n_parts (dheera_response_get_message (stream_response (stream))), ==, 0);
}

static void
test_natives (void)
{
  g_autoptr (Stream) stream = stream_new (TRUE);
  DheeraMessage *message;

  stream_feed (stream, DELTA ("\"native\":{\"signature\": \"a\\u0062\"}"));
  stream_feed (stream, DELTA ("\"native\":null"));
  stream_feed (stream, DELTA ("\"native\":[1 ,2]"));
  g_assert_false (dheera_accumulator_has_content (stream->accumulator));
  g_assert_cmpuint (stream->deltas->len, ==, 0);
  g_assert_false (stream_feed (stream, "{\"choices\":[{\"index\":128,\"delta\":{\"native\":{}}}]}"));
  message = dheera_response_get_message (stream_response (stream));
  g_assert_cmpuint (dheera_message_get_n_natives (message), ==, 2);
  g_assert_cmpstr (dheera_message_peek_native (message, 0, "test"), ==, "{\"signature\": \"a\\u0062\"}");
  g_assert_cmpstr (dheera_message_peek_native (message, 1, "test"), ==, "[1 ,2]");
  stream_finish (stream);
}

static void
test_images (void)
{
  g_autoptr (Stream) stream = stream_new (TRUE);
  g_autoptr (Parsed) data = parse ("{\"good\":\"aGVsbG8\",\"bad\":\"*\",\"number\":7}");
  g_autoptr (GBytes) hello = g_bytes_new_static ("hello", 5);
  DheeraMessage *message;
  DheeraPart *part;

  g_assert_true (dheera_accumulator_add_image (stream->accumulator, 0, at (data, "good"), "image/webp"));
  g_assert_true (dheera_accumulator_add_image (stream->accumulator, 0, at (data, "good"), NULL));
  g_assert_false (dheera_accumulator_add_image (stream->accumulator, 0, at (data, "bad"), NULL));
  g_assert_false (dheera_accumulator_add_image (stream->accumulator, 0, at (data, "number"), NULL));
  g_assert_false (dheera_accumulator_add_image (stream->accumulator, 128, at (data, "good"), NULL));
  g_assert_true (dheera_accumulator_has_content (stream->accumulator));

  message = dheera_accumulator_get_message (stream->accumulator, 0);
  g_assert_true (message == dheera_response_get_message (stream_response (stream)));
  g_assert_null (dheera_accumulator_get_message (stream->accumulator, -1));
  g_assert_cmpuint (dheera_message_get_n_parts (message), ==, 2);
  part = dheera_message_peek_part (message, 0);
  g_assert_cmpint (part->type, ==, DHEERA_PART_TYPE_IMAGE);
  g_assert_cmpstr (part->mime_type, ==, "image/webp");
  g_assert_true (g_bytes_equal (part->bytes, hello));
  g_assert_cmpstr (dheera_message_peek_part (message, 1)->mime_type, ==, "image/png");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/accumulator-extras/logprobs", test_logprobs);
  g_test_add_func ("/accumulator-extras/annotations", test_annotations);
  g_test_add_func ("/accumulator-extras/audio", test_audio);
  g_test_add_func ("/accumulator-extras/audio-pieces", test_audio_pieces);
  g_test_add_func ("/accumulator-extras/audio-type", test_audio_type);
  g_test_add_func ("/accumulator-extras/audio-cut", test_audio_cut);
  g_test_add_func ("/accumulator-extras/images", test_images);
  g_test_add_func ("/accumulator-extras/natives", test_natives);

  return g_test_run ();
}
