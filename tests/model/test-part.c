/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model-util.h"

#include "dheera-ai/model/messages/dheera-part-private.h"

static void
test_text (void)
{
  g_autoptr (DheeraPart) part = dheera_part_new_text ("hello");
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *text = NULL, *mime_type = NULL, *uri = NULL, *filename = NULL, *file_id = NULL;
  DheeraPartType type;

  assert_properties (DHEERA_TYPE_PART, "part-type text bytes mime-type uri filename file-id detail "
                                       "cache-control");
  g_object_get (part, "part-type", &type, "text", &text, "bytes", &bytes, "mime-type", &mime_type,
                "uri", &uri,
                "filename", &filename, "file-id", &file_id, NULL);
  g_assert_cmpint (type, ==, DHEERA_PART_TYPE_TEXT);
  g_assert_cmpstr (text, ==, "hello");
  g_assert_null (bytes);
  g_assert_null (mime_type);
  g_assert_null (uri);
  g_assert_null (filename);
  g_assert_null (file_id);

  check_property (part, "detail", "low", "high");
  check_property (part, "cache-control", "ephemeral", NULL);
  g_assert_cmpstr (dheera_part_get_detail (part), ==, "high");
  g_assert_null (dheera_part_get_cache_control (part));
}

static void
test_bytes (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("data", 4);
  g_autoptr (DheeraPart) image = dheera_part_new_image (bytes, "image/png");
  g_autoptr (DheeraPart) audio = dheera_part_new_audio (bytes, "audio/wav");
  g_autoptr (DheeraPart) file = dheera_part_new_file (bytes, "application/pdf", "a.pdf");
  g_autoptr (DheeraPart) nameless = dheera_part_new_file (bytes, "application/pdf", NULL);

  g_assert_cmpint (dheera_part_get_part_type (image), ==, DHEERA_PART_TYPE_IMAGE);
  g_assert_true (dheera_part_get_bytes (image) == bytes);
  g_assert_cmpstr (dheera_part_get_mime_type (image), ==, "image/png");
  g_assert_cmpstr (dheera_part_get_text (image), ==, "");
  g_assert_null (dheera_part_get_uri (image));

  g_assert_cmpint (dheera_part_get_part_type (audio), ==, DHEERA_PART_TYPE_AUDIO);
  g_assert_true (dheera_part_get_bytes (audio) == bytes);
  g_assert_cmpstr (dheera_part_get_mime_type (audio), ==, "audio/wav");

  g_assert_cmpint (dheera_part_get_part_type (file), ==, DHEERA_PART_TYPE_FILE);
  g_assert_cmpstr (dheera_part_get_filename (file), ==, "a.pdf");
  g_assert_null (dheera_part_get_filename (nameless));
}

static void
test_references (void)
{
  g_autoptr (DheeraPart) image = dheera_part_new_image_uri ("https://example.org/a.png");
  g_autoptr (DheeraPart) file = dheera_part_new_file_id ("file-1");

  g_assert_cmpint (dheera_part_get_part_type (image), ==, DHEERA_PART_TYPE_IMAGE);
  g_assert_cmpstr (dheera_part_get_uri (image), ==, "https://example.org/a.png");
  g_assert_null (dheera_part_get_bytes (image));
  g_assert_cmpint (dheera_part_get_part_type (file), ==, DHEERA_PART_TYPE_FILE);
  g_assert_cmpstr (dheera_part_get_file_id (file), ==, "file-1");
}

/* A data: URL is what it holds; a broken one stays as it is, to be complained about at the call. */
static void
test_data_url (void)
{
  g_autoptr (DheeraPart) image = dheera_part_new_image_uri ("data:image/webp;base64,aGVsbG8=");
  g_autoptr (DheeraPart) nameless = dheera_part_new_image_uri ("DATA:;BASE64,aGk=");
  g_autoptr (DheeraPart) empty = dheera_part_new_image_uri ("data:image/png;base64,");
  g_autoptr (DheeraPart) broken = dheera_part_new_image_uri ("data:image/png;base64,aGVsbG8");
  g_autoptr (DheeraPart) foul = dheera_part_new_image_uri ("data:image/png;base64,aGVs bG8=");
  g_autoptr (DheeraPart) plain = dheera_part_new_image_uri ("data:text/plain,hello");
  g_autoptr (DheeraPart) endless = dheera_part_new_image_uri ("data:image/png;base64");

  g_assert_null (dheera_part_get_uri (image));
  g_assert_cmpstr (dheera_part_get_mime_type (image), ==, "image/webp");
  g_assert_cmpmem (g_bytes_get_data (dheera_part_get_bytes (image), NULL),
                   g_bytes_get_size (dheera_part_get_bytes (image)), "hello", 5);
  g_assert_cmpstr (dheera_part_get_mime_type (nameless), ==, "application/octet-stream");
  g_assert_cmpuint (g_bytes_get_size (dheera_part_get_bytes (nameless)), ==, 2);
  g_assert_cmpuint (g_bytes_get_size (dheera_part_get_bytes (empty)), ==, 0);

  g_assert_null (dheera_part_get_bytes (broken));
  g_assert_cmpstr (dheera_part_get_uri (broken), ==, "data:image/png;base64,aGVsbG8");
  g_assert_null (dheera_part_get_bytes (foul));
  g_assert_null (dheera_part_get_bytes (plain));
  g_assert_null (dheera_part_get_bytes (endless));
}

static void
test_base64 (void)
{
  static const char *const wrong[] = { "a", "ab", "abc", "ab==c", "====", "a===", "ab=c", "abc\n",
                                       "ab-_", "ab=" };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GBytes) bytes = dheera_base64_parse (wrong[i]);

      if (bytes != NULL)
        g_error ("“%s” was taken for base64", wrong[i]);
    }
}

static void
test_audio_formats (void)
{
  static const struct
  {
    const char *mime_type;
    const char *format;
    const char *back;
  } cases[] = {
    { "audio/wav", "wav", "audio/wav" },      { "audio/x-wav", "wav", "audio/wav" },
    { "AUDIO/MPEG", "mp3", "audio/mpeg" },    { "audio/mp3", "mp3", "audio/mpeg" },
    { "audio/flac", "flac", "audio/flac" },   { "audio/L16", "pcm16", "audio/pcm" },
    { "audio/ogg", "ogg", "audio/ogg" },      { "audio/opus", "opus", "audio/opus" },
    { "x", "x", "audio/x" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *back = NULL;

      g_assert_cmpstr (dheera_audio_format_from_mime_type (cases[i].mime_type), ==, cases[i].format);
      back = dheera_audio_format_to_mime_type (cases[i].format);
      g_assert_cmpstr (back, ==, cases[i].back);
    }
}

static void
test_cache_control (void)
{
  static const char *const wrong[] = { "", "two words", "{", "[1]", "3.5", "\"x\"" };
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;
  g_autofree char *text = NULL;

  g_assert_null (dheera_cache_control_find_fault ("ephemeral"));
  g_assert_null (dheera_cache_control_find_fault ("{\"type\":\"ephemeral\",\"ttl\":\"1h\"}"));
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autofree char *fault = dheera_cache_control_find_fault (wrong[i]);

      if (fault == NULL)
        g_error ("“%s” was taken", wrong[i]);
    }

  dheera_json_writer_init (&writer, 0);
  dheera_json_writer_begin_array (&writer);
  dheera_cache_control_write (&writer, "ephemeral");
  dheera_cache_control_write (&writer, "{\"type\": \"x\"}");
  dheera_json_writer_end_array (&writer);
  text = dheera_json_writer_steal (&writer);
  g_assert_cmpstr (text, ==, "[{\"type\":\"ephemeral\"},{\"type\": \"x\"}]");
}

static void
test_copy (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("data", 4);
  g_autoptr (DheeraPart) part = dheera_part_new_file (bytes, "application/pdf", "a.pdf");
  g_autoptr (DheeraPart) copy = NULL;

  dheera_part_set_cache_control (part, "ephemeral");
  dheera_part_set_detail (part, "low");
  dheera_json_text_set (&part->extra, "{\"a\":1}", DHEERA_JSON_OBJECT);
  part->text = g_strdup ("t");
  part->uri = g_strdup ("u");
  part->file_id = g_strdup ("f");
  part->expires = 9;
  copy = dheera_part_copy (part);

  g_assert_true (copy->bytes == bytes);
  g_assert_cmpint (copy->type, ==, DHEERA_PART_TYPE_FILE);
  g_assert_cmpstr (copy->mime_type, ==, "application/pdf");
  g_assert_cmpstr (copy->filename, ==, "a.pdf");
  g_assert_cmpstr (copy->cache_control, ==, "ephemeral");
  g_assert_cmpstr (copy->detail, ==, "low");
  g_assert_cmpstr (copy->text, ==, "t");
  g_assert_cmpstr (copy->uri, ==, "u");
  g_assert_cmpstr (copy->file_id, ==, "f");
  g_assert_cmpint (copy->expires, ==, 9);
  g_assert_cmpstr (dheera_json_text_get (&copy->extra), ==, "{\"a\":1}");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/part/text", test_text);
  g_test_add_func ("/part/bytes", test_bytes);
  g_test_add_func ("/part/references", test_references);
  g_test_add_func ("/part/data-url", test_data_url);
  g_test_add_func ("/part/base64", test_base64);
  g_test_add_func ("/part/audio-formats", test_audio_formats);
  g_test_add_func ("/part/cache-control", test_cache_control);
  g_test_add_func ("/part/copy", test_copy);

  return g_test_run ();
}
